//===- InputShapes.cpp ----------------------------------------------------===//
#include "Driver/InputShapes.h"
#include "graph-opt/GraphError.h"
#include "graph-opt/Interop/Npy.h"

using namespace llvm;
using namespace graphopt;

InputShapeOption::InputShapeOption()
    : shapes("input-shape", cl::desc("sizes and element type of an input, where the model has none (TorchScript); ? is any size"),
             cl::value_desc("NAME=2x3xf32")) {}

Expected<InputShapes> InputShapeOption::get() const {
  InputShapes result;
  for (const std::string &text : shapes) {
    auto [name, shape] = StringRef(text).split('=');
    if (name.empty() || shape.empty())
      return makeError(Failure::usage, "expected --input-shape=NAME=2x3xf32, got '" + text + "'");
    result[name] = shape.str();
  }
  return result;
}

Expected<InputShapes> graphopt::readInputShapes(StringRef path, const Limits &limits) {
  mlir::MLIRContext context;
  Expected<std::vector<NamedTensor>> tensors = readTensors(path, &context, limits);
  if (!tensors)
    return tensors.takeError();
  InputShapes result;
  for (const NamedTensor &tensor : *tensors) {
    std::string text;
    raw_string_ostream(text) << tensor.value.getType();
    result[tensor.name] = StringRef(text).drop_front(strlen("tensor<")).drop_back().str();
  }
  return result;
}
