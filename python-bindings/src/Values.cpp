//===- Values.cpp - numbers between Python and the library ----------------===//
#include "Values.h"
#include "graph-opt/GraphOpt.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/MLIRContext.h"

namespace nb = nanobind;
using namespace graphopt;

void python::raise(llvm::Error error) {
  std::string text;
  Failure failure = Failure::badInput;
  llvm::handleAllErrors(
      std::move(error),
      [&](const GraphError &e) {
        text = e.getText().str();
        failure = e.getFailure();
      },
      [&](const llvm::ErrorInfoBase &e) { text = e.message(); });
  if (failure == Failure::unsupportedOp)
    throw UnsupportedOpError(text);
  throw Error(text);
}

std::string python::printType(mlir::Type type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << type;
  return text;
}

TensorValue python::viewOf(mlir::MLIRContext *context, const uint8_t *bytes, size_t size, const std::string &dtype,
                           const std::vector<int64_t> &shape) {
  mlir::Type type = mlir::parseType(dtype, context);
  auto count = checkedNumElements(shape);
  if (!type || !count || static_cast<size_t>(*count * TensorValue::getElementSize(type)) != size)
    throw Error("expected the bytes of a tensor of " + dtype + ", got " + std::to_string(size));
  return TensorValue(type, shape, reinterpret_cast<const char *>(bytes), nullptr);
}

static bool isAligned(const TensorValue &value) {
  return !value.getByteSize() || reinterpret_cast<uintptr_t>(value.getRaw()) % TensorValue::getElementSize(value.getElementType()) == 0;
}

std::vector<TensorValue> python::toValues(mlir::MLIRContext *context, const std::vector<Tensor> &tensors) {
  std::vector<TensorValue> values;
  for (const auto &[bytes, dtype, shape] : tensors) {
    TensorValue value = viewOf(context, bytes.data(), bytes.size(), dtype, shape);
    values.push_back(isAligned(value) ? value : value.clone());
  }
  return values;
}

std::vector<python::Result> python::fromValues(llvm::ArrayRef<TensorValue> values) {
  std::vector<Result> tensors;
  for (const TensorValue &value : values) {
    auto *kept = new TensorValue(value);
    nb::capsule owner(kept, [](void *p) noexcept { delete static_cast<TensorValue *>(p); });
    auto *bytes = reinterpret_cast<uint8_t *>(kept->getMutableRaw());
    tensors.emplace_back(std::tuple_element_t<0, Result>(bytes, {static_cast<size_t>(kept->getByteSize())}, owner),
                         printType(value.getElementType()), std::vector<int64_t>(value.getShape().begin(), value.getShape().end()));
  }
  return tensors;
}

std::vector<python::Result> python::copyValues(llvm::ArrayRef<TensorValue> values) {
  return fromValues(llvm::map_to_vector(values, [](const TensorValue &value) { return value.clone(); }));
}

std::vector<python::Port> python::describe(llvm::ArrayRef<PortInfo> ports) {
  std::vector<Port> result;
  for (const PortInfo &port : ports) {
    std::vector<int64_t> sizes;
    for (int64_t size : port.type.getShape())
      sizes.push_back(mlir::ShapedType::isDynamic(size) ? -1 : size);
    result.emplace_back(port.name, printType(port.type.getElementType()), std::move(sizes));
  }
  return result;
}

nb::dict python::toDict(const CompileStats &stats) {
  nb::dict result;
  result["total_ops"] = stats.totalOps;
  result["compiled_ops"] = stats.compiledOps;
  result["cache_hits"] = stats.cacheHits;
  result["arena_bytes"] = stats.arenaBytes;
  result["compile_ms"] = stats.compileMs;
  return result;
}
