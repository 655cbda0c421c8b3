//===- Model.h - what an ONNX file says, as views of it -------------------===//
//
// Names and bytes stay in the mapped file. Reading checks the wire format, the depth of nested graphs and the rank of tensors; what the
// names mean is the importer's to check.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "Interop/Onnx/Wire.h"
#include "graph-opt/Limits.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <optional>
#include <vector>

namespace graphopt::onnx {

struct Tensor {
  llvm::StringRef name;
  int64_t dataType = 0;
  llvm::SmallVector<int64_t, 4> dims;
  std::optional<llvm::StringRef> raw;
  std::vector<WireField> numbers; ///< the typed fields, 4 (float), 5 (int32), 7 (int64), 10 (double) and 11 (uint64)
  bool hasStrings = false;
  bool isExternal = false;
  llvm::StringRef location, offset, length; ///< of external data, as text
};

/// A sparse tensor: the values at the positions that `indices` lists, 0 elsewhere.
struct SparseTensor {
  Tensor values, indices;
  llvm::SmallVector<int64_t, 4> dims;
};

struct Dim {
  std::optional<int64_t> size;
  llvm::StringRef symbol;
};

/// A name with its type.
struct ValueInfo {
  llvm::StringRef name;
  llvm::StringRef kind; ///< "tensor", "sequence", "map", "optional", "sparse tensor"; empty where there is no type
  int64_t elementType = 0;
  bool hasShape = false;
  llvm::SmallVector<Dim, 4> dims;
};

struct Graph;

struct NodeAttribute {
  enum Type : uint8_t { undefined = 0, f = 1, i = 2, s = 3, t = 4, g = 5, floats = 6, ints = 7, strings = 8, other = 9 };
  llvm::StringRef name, reference; ///< the function's attribute that it takes its value from
  Type type = undefined;
  double number = 0;
  int64_t integer = 0;
  llvm::StringRef string;
  llvm::SmallVector<float, 0> numbers;
  llvm::SmallVector<int64_t, 0> integers;
  std::vector<llvm::StringRef> strings_;
  std::shared_ptr<Tensor> tensor;
  std::shared_ptr<Graph> graph;
};

struct Node {
  llvm::StringRef name, op, domain, overload;
  llvm::SmallVector<llvm::StringRef, 4> inputs;
  llvm::SmallVector<llvm::StringRef, 2> outputs;
  std::vector<NodeAttribute> attributes;

  /// What messages call it: its name, or that of its first result.
  llvm::StringRef getName() const;
  const NodeAttribute *find(llvm::StringRef attribute) const;
};

struct Graph {
  llvm::StringRef name;
  std::vector<Node> nodes;
  std::vector<Tensor> initializers;
  std::vector<SparseTensor> sparseInitializers;
  std::vector<ValueInfo> inputs, outputs, values;
};

/// A version of the operators of a domain ("" is ai.onnx).
struct Opset {
  llvm::StringRef domain;
  int64_t version = 0;
};

struct Function {
  llvm::StringRef name, domain, overload;
  std::vector<llvm::StringRef> inputs, outputs;
  std::vector<NodeAttribute> defaults; ///< attributes with their values where a call leaves them out
  std::vector<Node> nodes;
  std::vector<Opset> opsets;
};

struct Model {
  int64_t irVersion = 0;
  std::vector<Opset> opsets;
  std::vector<Function> functions;
  Graph graph;
};

/// Whether bytes begin as an ONNX model does: a version of the format and fields that a model has, whatever comes after.
bool isOnnxModel(llvm::StringRef bytes);
/// The file's contents; the views are of `bytes`.
llvm::Expected<Model> readModel(llvm::StringRef bytes, const Limits &limits);

} // namespace graphopt::onnx
