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

namespace graphopt {
struct CompileStats;
struct PortInfo;
} // namespace graphopt

namespace graphopt::python {

/// A tensor as Python hands it over: its bytes, row-major, its element type ("f32", "ui8"), its sizes.
using Bytes = nanobind::ndarray<const uint8_t, nanobind::numpy, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;
using Tensor = std::tuple<Bytes, std::string, std::vector<int64_t>>;
/// One that Python gets, and may write to.
using Result = std::tuple<nanobind::ndarray<uint8_t, nanobind::numpy, nanobind::ndim<1>>, std::string, std::vector<int64_t>>;

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
/// The value of a tensor on its bytes.
TensorValue viewOf(mlir::MLIRContext *context, const uint8_t *bytes, size_t size, const std::string &dtype,
                   const std::vector<int64_t> &shape);
/// The values of tensors, which must outlive them: their bytes are used in place, and copied where they are not aligned to the element.
std::vector<TensorValue> toValues(mlir::MLIRContext *context, const std::vector<Tensor> &tensors);
/// Tensors on the values' storage, which nobody else may have.
std::vector<Result> fromValues(llvm::ArrayRef<TensorValue> values);
/// Tensors on copies of the values.
std::vector<Result> copyValues(llvm::ArrayRef<TensorValue> values);

/// A name, an element type and sizes, -1 where they are dynamic.
using Port = std::tuple<std::string, std::string, std::vector<int64_t>>;
std::vector<Port> describe(llvm::ArrayRef<PortInfo> ports);
nanobind::dict toDict(const CompileStats &stats);

} // namespace graphopt::python
