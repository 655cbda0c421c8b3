//===- Tensors.cpp - the numbers of an ONNX file --------------------------===//
#include "Interop/Onnx/Tensors.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/GraphError.h"
#include "graph-opt/Interpreter/TensorBytes.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;
using llvm::Expected;

namespace {
constexpr llvm::StringLiteral codeNames[] = {
    "UNDEFINED",      "FLOAT",      "UINT8",          "INT8",   "UINT16", "INT16",      "INT32",      "INT64",    "STRING",
    "BOOL",           "FLOAT16",    "DOUBLE",         "UINT32", "UINT64", "COMPLEX64",  "COMPLEX128", "BFLOAT16", "FLOAT8E4M3FN",
    "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ", "UINT4",  "INT4",   "FLOAT4E2M1", "FLOAT8E8M0", "UINT2",    "INT2"};

llvm::Error fail(const Twine &why) { return makeError(Failure::badInput, why); }

/// The numbers of the typed fields, each converted to its element's storage.
template <typename Field> Expected<TensorValue> readNumbers(const Tensor &tensor, Type type, int64_t count) {
  SmallVector<Field, 0> numbers;
  for (const WireField &field : tensor.numbers)
    if (!appendNumbers(field, numbers, static_cast<size_t>(count)))
      return fail("expected " + Twine(count) + " numbers of its type, got others or more");
  if (static_cast<int64_t>(numbers.size()) != count)
    return fail("expected " + Twine(count) + " numbers, got " + Twine(numbers.size()));
  TensorValue value(type, tensor.dims);
  if (type.isF16() || type.isBF16()) { // their bits, in integers
    for (auto [i, number] : llvm::enumerate(numbers)) {
      uint16_t bits = static_cast<uint16_t>(number);
      std::memcpy(value.getMutableRaw() + 2 * i, &bits, 2);
    }
    return value;
  }
  visitElementType(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (!std::is_same_v<T, Half> && !std::is_same_v<T, BFloat16>)
      for (auto [to, from] : llvm::zip(value.getMutable<T>(), numbers))
        to = static_cast<T>(from);
  });
  return value;
}

Expected<TensorValue> readTyped(const Tensor &tensor, Type type, int64_t count) {
  uint32_t wanted = type.isF32() ? 4 : type.isF64() ? 10 : type.isInteger(64) && !type.isUnsignedInteger() ? 7 : 5;
  if (type.isUnsignedInteger(32) || type.isUnsignedInteger(64))
    wanted = 11;
  if (!llvm::all_of(tensor.numbers, [&](const WireField &field) { return field.number == wanted; }))
    return fail("expected its numbers in the field of their type");
  switch (wanted) {
  case 4:
    return readNumbers<float>(tensor, type, count);
  case 10:
    return readNumbers<double>(tensor, type, count);
  case 11:
    return readNumbers<uint64_t>(tensor, type, count);
  case 7:
    return readNumbers<int64_t>(tensor, type, count);
  default:
    return readNumbers<int32_t>(tensor, type, count);
  }
}

Expected<int64_t> readOffset(StringRef text, int64_t absent, StringRef what) {
  int64_t number = absent;
  if (!text.empty() && (text.getAsInteger(10, number) || number < 0))
    return fail("expected a number of at least 0 as " + what + " of its external data, got '" + text.take_front(40) + "'");
  return number;
}
} // namespace

Type onnx::elementType(int64_t code, MLIRContext *context) {
  Builder b(context);
  auto unsignedType = [&](unsigned bits) { return b.getIntegerType(bits, /*isSigned=*/false); };
  switch (code) {
  case 1:
    return b.getF32Type();
  case 2:
    return unsignedType(8);
  case 3:
    return b.getIntegerType(8);
  case 4:
    return unsignedType(16);
  case 5:
    return b.getIntegerType(16);
  case 6:
    return b.getI32Type();
  case 7:
    return b.getI64Type();
  case 9:
    return b.getI1Type();
  case 10:
    return b.getF16Type();
  case 11:
    return b.getF64Type();
  case 12:
    return unsignedType(32);
  case 13:
    return unsignedType(64);
  case 16:
    return b.getBF16Type();
  default:
    return nullptr;
  }
}

int64_t onnx::elementCode(Type type) {
  for (int64_t code = 1; code < static_cast<int64_t>(std::size(codeNames)); ++code)
    if (elementType(code, type.getContext()) == type)
      return code;
  llvm_unreachable("every element type of the dialect has a code");
}

std::string onnx::elementTypeName(int64_t code) {
  return code >= 0 && code < static_cast<int64_t>(std::size(codeNames)) ? codeNames[code].str() : "number " + std::to_string(code);
}

Expected<TensorData> onnx::readTensor(const Tensor &tensor, const TensorSource &source, MLIRContext *context) {
  Type type = elementType(tensor.dataType, context);
  if (!type)
    return makeError(tensor.dataType > 0 ? Failure::unsupportedOp : Failure::badInput,
                     "elements of type " + elementTypeName(tensor.dataType) + " are not supported");
  std::optional<int64_t> count = checkedNumElements(tensor.dims);
  int64_t elementSize = TensorValue::getElementSize(type);
  if (!count || *count > std::numeric_limits<int64_t>::max() / elementSize)
    return fail("expected sizes of at least 0 whose product is below 2^63, got [" +
                llvm::join(llvm::map_range(tensor.dims, [](int64_t size) { return std::to_string(size); }), ", ") + "]");
  int64_t bytes = *count * elementSize;
  auto tensorType = RankedTensorType::get(tensor.dims, type);
  auto external = [&](StringRef file, int64_t offset) -> Expected<TensorData> {
    Expected<TensorValue> value = source.weights.read(file, offset, bytes, tensorType); // checks name, kind and range
    if (!value)
      return fail(llvm::toString(value.takeError()));
    if (bytes <= WeightStore::maxInlineBytes)
      return TensorData{tensorType, value->toDenseAttr()};
    return TensorData{tensorType, graph::ExternalAttr::get(context, file, offset, bytes)};
  };
  if (tensor.isExternal) {
    Expected<int64_t> offset = readOffset(tensor.offset, 0, "offset"), length = readOffset(tensor.length, bytes, "length");
    if (!offset || !length) {
      llvm::Error error = llvm::joinErrors(offset.takeError(), length.takeError());
      return std::move(error);
    }
    if (*length != bytes)
      return fail("expected " + Twine(bytes) + " bytes of external data, got " + Twine(*length));
    if (tensor.location.empty())
      return fail("expected the file of its external data");
    return external(tensor.location, *offset);
  }
  if (tensor.raw) {
    if (static_cast<int64_t>(tensor.raw->size()) != bytes)
      return fail("expected " + Twine(bytes) + " bytes of data, got " + Twine(tensor.raw->size()));
    if (bytes > WeightStore::maxInlineBytes)
      return external(source.fileName, tensor.raw->data() - source.bytes.data());
    return TensorData{tensorType, viewBytes(type, tensor.dims, tensor.raw->data(), nullptr).toDenseAttr()};
  }
  Expected<TensorValue> value = readTyped(tensor, type, *count);
  if (!value)
    return value.takeError();
  return TensorData{tensorType, WeightStore::makeAttr(context, *value, "onnx")};
}

Expected<TensorData> onnx::readTensor(const SparseTensor &tensor, const TensorSource &source, MLIRContext *context) {
  std::optional<int64_t> total = checkedNumElements(tensor.dims);
  if (!total)
    return fail("expected sizes of at least 0 whose product is below 2^63 of a sparse tensor");
  if (static_cast<uint64_t>(*total) > source.limits.copied / sizeof(double)) // at most
    return makeError(Failure::limit, source.limits.exceeded(&Limits::copied, Twine(*total) + " elements"));
  Expected<TensorData> values = readTensor(tensor.values, source, context), indices = readTensor(tensor.indices, source, context);
  if (!values || !indices) {
    llvm::Error error = llvm::joinErrors(values.takeError(), indices.takeError());
    return std::move(error);
  }
  Expected<TensorValue> numbers = WeightStore::get(values->value, values->type),
                        positions = WeightStore::get(indices->value, indices->type);
  if (!numbers || !positions) {
    llvm::Error error = llvm::joinErrors(numbers.takeError(), positions.takeError());
    return std::move(error);
  }
  int64_t count = numbers->getNumElements(), rank = static_cast<int64_t>(tensor.dims.size());
  bool isLinear = positions->getRank() == 1;
  bool fits = numbers->getRank() == 1 && positions->getElementType().isInteger(64) && positions->getRank() >= 1 &&
              positions->getRank() <= 2 && positions->getDim(0) == count && (isLinear || positions->getDim(1) == rank);
  if (!fits)
    return fail("expected a position in 64 bits for each value of a sparse tensor");
  Type type = numbers->getElementType();
  TensorValue dense(type, tensor.dims);
  int64_t elementSize = TensorValue::getElementSize(type);
  SmallVector<int64_t, 4> strides = rowMajorStrides(tensor.dims);
  ArrayRef<int64_t> at = positions->get<int64_t>();
  for (int64_t i = 0, last = -1; i < count; ++i) {
    int64_t position = isLinear ? at[i] : 0;
    for (int64_t d = 0; !isLinear && d < rank; ++d) {
      if (at[i * rank + d] < 0 || at[i * rank + d] >= tensor.dims[d])
        return fail("expected positions inside of the sparse tensor");
      position += at[i * rank + d] * strides[d];
    }
    if (position < 0 || position >= *total)
      return fail("expected positions inside of the sparse tensor");
    if (position <= last)
      return fail("expected the positions of a sparse tensor in order, none twice");
    last = position;
    std::memcpy(dense.getMutableRaw() + position * elementSize, numbers->getRaw() + i * elementSize, elementSize);
  }
  return TensorData{dense.getType(), WeightStore::makeAttr(context, dense, "onnx")};
}
