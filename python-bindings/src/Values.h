//===- Values.h - numbers between Python and the library ------------------===//
#pragma once
#include "graph-opt/GraphError.h"
#include "graph-opt/Interpreter/TensorValue.h"
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>
#include <stdexcept>

namespace graphopt::python {

/// A tensor as Python hands it over: its bytes, row-major, its element type ("f32", "ui8"), its sizes.
using Bytes = nanobind::ndarray<const uint8_t, nanobind::numpy, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;
using Tensor = std::tuple<Bytes, std::string, std::vector<int64_t>>;

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct UnsupportedOpError : Error {
  using Error::Error;
};
/// Throws an error of the library.
[[noreturn]] void raise(llvm::Error error);
template <typename T> T unwrap(llvm::Expected<T> value) {
  if (!value)
    raise(value.takeError());
  return std::move(*value);
}

std::string printType(mlir::Type type);
/// The value of a tensor; its bytes are copied where they are not aligned to the element.
std::vector<TensorValue> toValues(mlir::MLIRContext *context, const std::vector<Tensor> &tensors);
/// Tensors that keep the values' storage alive.
std::vector<Tensor> fromValues(llvm::ArrayRef<TensorValue> values);

} // namespace graphopt::python
