//===- CompiledCall.cpp ---------------------------------------------------===//
#include "Driver/CompiledCall.h"

using namespace llvm;
using namespace graphopt;

CompiledCall::CompiledCall(const CompiledFunction &function, ArrayRef<TensorValue> arguments, ArrayRef<TensorValue> values)
    : function(function), arguments(arguments) {
  // Results of its own: those that were given may be shared.
  for (const TensorValue &value : values)
    results.emplace_back(value.getElementType(), value.getShape());
  const go_function &info = function.getFunction();
  sizes.reserve(arguments.size() + results.size()); // the tensors point into it
  auto add = [&](SmallVectorImpl<go_tensor> &tensors, ArrayRef<TensorValue> list, const go_value_info *infos) {
    for (auto [i, value] : llvm::enumerate(list)) {
      sizes.emplace_back(value.getShape());
      tensors.push_back({const_cast<char *>(value.getRaw()), infos[i].dtype, static_cast<int32_t>(value.getRank()), sizes.back().data(),
                         /*strides=*/nullptr});
    }
  };
  add(in, this->arguments, info.inputs);
  add(out, results, info.outputs);
  for (auto [i, tensor] : llvm::enumerate(out))
    if (llvm::is_contained(ArrayRef(info.outputs[i].sizes, info.outputs[i].rank), GO_SIZE_FROM_DATA)) {
      tensor.data = nullptr;
      allocated.push_back(&tensor);
    }
}

int32_t CompiledCall::call() {
  int32_t status = function.call(in.data(), out.data());
  for (go_tensor *tensor : allocated)
    go_result_drop(function.getContext(), tensor);
  return status;
}

int64_t CompiledCall::getArenaBytes() {
  SmallVector<go_tensor> shapes(out);
  std::vector<SmallVector<int64_t>> room(out.size(), SmallVector<int64_t>(GO_MAX_RANK));
  for (auto [tensor, storage] : llvm::zip(shapes, room))
    tensor.sizes = storage.data();
  int64_t bytes = -1;
  return function.getFunction().shapes(in.data(), shapes.data(), &bytes) == GO_OK ? bytes : -1;
}

int64_t CompiledCall::getWeightBytes() const {
  const go_function &info = function.getFunction();
  int64_t total = 0;
  for (const go_value_info &weight : ArrayRef(info.weights, info.weight_count)) {
    int64_t bytes = go_dtype_size(weight.dtype);
    for (int64_t size : ArrayRef(weight.sizes, weight.rank))
      bytes *= size;
    total += bytes;
  }
  return total;
}
