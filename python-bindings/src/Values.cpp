//===- Values.cpp - numbers between Python and the library ----------------===//
#include "Values.h"
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

std::vector<TensorValue> python::toValues(mlir::MLIRContext *context, const std::vector<Tensor> &tensors) {
  std::vector<TensorValue> values;
  for (const auto &[bytes, dtype, shape] : tensors) {
    mlir::Type type = mlir::parseType(dtype, context);
    auto count = checkedNumElements(shape);
    if (!type || !count || static_cast<size_t>(*count * TensorValue::getElementSize(type)) != bytes.size())
      throw Error("expected the bytes of a tensor of " + dtype + ", got " + std::to_string(bytes.size()));
    TensorValue value(type, shape);
    if (bytes.size())
      std::memcpy(value.getMutableRaw(), bytes.data(), bytes.size());
    values.push_back(std::move(value));
  }
  return values;
}

std::vector<python::Tensor> python::fromValues(llvm::ArrayRef<TensorValue> values) {
  std::vector<Tensor> tensors;
  for (const TensorValue &value : values) {
    auto *kept = new TensorValue(value);
    nb::capsule owner(kept, [](void *p) noexcept { delete static_cast<TensorValue *>(p); });
    Bytes bytes(kept->getRaw(), {static_cast<size_t>(kept->getByteSize())}, owner);
    tensors.emplace_back(std::move(bytes), printType(value.getElementType()),
                         std::vector<int64_t>(value.getShape().begin(), value.getShape().end()));
  }
  return tensors;
}
