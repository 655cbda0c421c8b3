//===- TensorValue.cpp ----------------------------------------------------===//
#include "graph-opt/Interpreter/TensorValue.h"
#include "graph-opt/Interpreter/TensorBytes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace graphopt;

std::optional<int64_t> graphopt::checkedNumElements(ArrayRef<int64_t> shape) {
  int64_t product = 1;
  bool overflow = false, empty = false;
  for (int64_t size : shape) {
    if (size < 0)
      return std::nullopt;
    empty |= size == 0;
    int64_t next = 0;
    overflow |= llvm::MulOverflow(product, size == 0 ? int64_t(1) : size, next);
    product = next;
  }
  if (empty)
    return 0;
  return overflow ? std::nullopt : std::optional<int64_t>(product);
}

SmallVector<int64_t, 4> graphopt::rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t, 4> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

int64_t TensorValue::getElementSize(Type elementType) {
  return elementType.isIndex() ? 8 : llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8u);
}

TensorValue::TensorValue(Type elementType, ArrayRef<int64_t> shape)
    : elementType(elementType), shape(shape), numElements(checkedNumElements(shape).value_or(0)) {
  auto storage = std::shared_ptr<char[]>(new char[std::max<int64_t>(getByteSize(), 1)]());
  data = storage.get();
  owner = std::move(storage);
}

TensorValue::TensorValue(Type elementType, ArrayRef<int64_t> shape, const char *data, std::shared_ptr<const void> owner)
    : elementType(elementType), shape(shape), numElements(checkedNumElements(shape).value_or(0)), owner(std::move(owner)), data(data) {}

TensorValue graphopt::viewBytes(Type elementType, ArrayRef<int64_t> shape, const char *data, std::shared_ptr<const void> owner) {
  TensorValue value(elementType, shape, data, std::move(owner));
  bool isAligned = reinterpret_cast<uintptr_t>(data) % TensorValue::getElementSize(elementType) == 0;
  bool isBool = elementType.isInteger(1);
  ArrayRef<char> bytes(data, value.getByteSize());
  if (isAligned && (!isBool || llvm::all_of(bytes, [](char byte) { return byte == 0 || byte == 1; })))
    return value;
  TensorValue copy(elementType, shape);
  for (auto [i, byte] : llvm::enumerate(bytes))
    copy.getMutableRaw()[i] = isBool ? byte != 0 : byte;
  return copy;
}

TensorValue TensorValue::index(MLIRContext *context, int64_t value) {
  TensorValue result(IndexType::get(context), {});
  result.getMutable<int64_t>()[0] = value;
  return result;
}

static void store(TensorValue &value, int64_t i, const APInt &bits) {
  std::memcpy(value.getMutableRaw() + i * TensorValue::getElementSize(value.getElementType()), bits.getRawData(),
              TensorValue::getElementSize(value.getElementType()));
}

/// The same bits everywhere: each copy doubles what there is.
static void storeEverywhere(TensorValue &value, const APInt &bits) {
  store(value, 0, bits);
  int64_t size = value.getByteSize();
  for (int64_t done = TensorValue::getElementSize(value.getElementType()); done < size; done *= 2)
    std::memcpy(value.getMutableRaw() + done, value.getMutableRaw(), std::min(done, size - done));
}

TensorValue TensorValue::fromAttr(ElementsAttr attr) {
  ShapedType type = attr.getShapedType();
  Type elementType = type.getElementType();
  bool rawLayout = !elementType.isInteger(1) && (isa<DenseResourceElementsAttr>(attr) || !attr.isSplat());
  if (auto dense = dyn_cast<DenseElementsAttr>(attr); dense && rawLayout)
    return TensorValue(elementType, type.getShape(), dense.getRawData().data(), nullptr);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    auto count = checkedNumElements(type.getShape());
    if (!blob || !count || static_cast<int64_t>(blob->getData().size()) != *count * getElementSize(elementType))
      return {};
    return viewBytes(elementType, type.getShape(), blob->getData().data(), nullptr);
  }
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  // A splat's number is one, and its tensor what the file says: of no file's size.
  constexpr int64_t maxSplatElements = int64_t(1) << 32;
  if (auto count = checkedNumElements(type.getShape()); !dense || !count || *count > maxSplatElements)
    return {};
  TensorValue result(elementType, type.getShape());
  if (result.getNumElements() == 0)
    return result;
  if (dense.isSplat()) {
    APInt bits = isa<FloatType>(elementType) ? dense.getSplatValue<APFloat>().bitcastToAPInt() : dense.getSplatValue<APInt>();
    storeEverywhere(result, bits.zextOrTrunc(64));
  } else if (isa<FloatType>(elementType)) {
    for (auto [i, x] : llvm::enumerate(dense.getValues<APFloat>()))
      store(result, i, x.bitcastToAPInt());
  } else {
    for (auto [i, x] : llvm::enumerate(dense.getValues<APInt>()))
      store(result, i, x.zextOrTrunc(64));
  }
  return result;
}

TensorValue TensorValue::fromAttr(TypedAttr scalar) {
  if (auto elements = dyn_cast<ElementsAttr>(scalar))
    return fromAttr(elements);
  TensorValue result(scalar.getType(), {});
  if (auto number = dyn_cast<FloatAttr>(scalar))
    store(result, 0, number.getValue().bitcastToAPInt());
  else if (auto integer = dyn_cast<IntegerAttr>(scalar))
    store(result, 0, scalar.getType().isInteger(1) ? integer.getValue().zextOrTrunc(64) : integer.getValue().sextOrTrunc(64));
  else
    return {};
  return result;
}

double TensorValue::getAsDouble(int64_t i) const {
  return visitElementType(elementType, [&](auto tag) -> double {
    using T = typename decltype(tag)::type;
    return static_cast<double>(static_cast<ComputeType<T>>(get<T>().data()[i]));
  });
}

int64_t TensorValue::getAsInt(int64_t i) const {
  return visitElementType(elementType, [&](auto tag) -> int64_t {
    using T = typename decltype(tag)::type;
    return static_cast<int64_t>(static_cast<ComputeType<T>>(get<T>().data()[i]));
  });
}

TensorValue TensorValue::clone() const {
  TensorValue copy(elementType, shape);
  if (int64_t bytes = getByteSize()) // of none there may be no memory
    std::memcpy(copy.getMutableRaw(), data, bytes);
  return copy;
}

TensorValue TensorValue::reshaped(ArrayRef<int64_t> newShape) const {
  assert(checkedNumElements(newShape) == numElements && "expected as many elements");
  return TensorValue(elementType, newShape, data, owner);
}

TensorValue TensorValue::bitcast(Type newElementType) const {
  assert(getElementSize(newElementType) == getElementSize(elementType) && "expected an element type of the same size");
  return TensorValue(newElementType, shape, data, owner);
}

DenseElementsAttr TensorValue::toDenseAttr() const {
  RankedTensorType type = getType();
  if (elementType.isInteger(1))
    return DenseElementsAttr::get(type, get<bool>());
  return DenseElementsAttr::getFromRawBuffer(type, ArrayRef<char>(data, getByteSize()));
}
