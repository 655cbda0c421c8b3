//===- GraphImporter.h - nodes of an exported graph become ops ------------===//
#pragma once
#include "Interop/Pt2/Pt2Archive.h"
#include "graph-opt/Interop/ImportRules.h"
#include "graph-opt/Interop/Pt2.h"
#include "llvm/ADT/StringSet.h"

namespace graphopt {

/// Imports graphs, nested ones too. Nodes that fail have emitted an error and leave stand-ins behind, so that all errors come at once.
class GraphImporter {
public:
  GraphImporter(mlir::OpBuilder &builder, const ImportRules &rules) : builder(builder), rules(rules) {}

  /// The values of a graph by name: tensors, sizes as index, sym floats as f64, sym bools as i1.
  using Scope = llvm::StringMap<mlir::Value>;

  /// Converts the nodes of `graph` in order at the builder's insertion point.
  void importNodes(const JsonValue &graph, Scope &scope, unsigned depth = 0);
  /// An argument in the schema's encoding. Fails silently, and says why.
  llvm::FailureOr<ImportArg> readArgument(const JsonValue &argument, const Scope &scope, Refusal &refusal);
  /// The place of a node in the user's source: NameLoc(node, NameLoc(module path, file:line)).
  mlir::Location locate(const JsonValue &node);
  bool hasFailed() const { return isBroken; }
  /// Says that a value's storage is not the graph's own: nothing in it may change in place.
  void protect(llvm::StringRef name) { sharing.insert(name); }

private:
  void importNode(const JsonValue &node, const JsonValue &graph, Scope &scope, unsigned depth);
  llvm::LogicalResult importAten(ImportCall &call, llvm::StringRef overload, const JsonValue &node, Scope &scope);
  /// Operators on sizes: `_operator.*`, `torch.sym_*`, `math.*`, aten.sym_size. Returns null where it knows none of that name.
  mlir::Value importScalar(ImportCall &call);
  /// higher_order operators with their graphs.
  llvm::LogicalResult importHigherOrder(ImportCall &call, llvm::StringRef name, const JsonValue &node, Scope &scope, unsigned depth);
  /// Runs a nested graph in place, with its inputs bound to values.
  llvm::FailureOr<llvm::SmallVector<mlir::Value>> inlineGraph(ImportCall &call, const JsonValue &graph, mlir::ValueRange arguments,
                                                              unsigned depth);
  /// An in-place operator as the functional one, where nothing else can see the change.
  llvm::LogicalResult checkInPlace(ImportCall &call, const JsonValue &node);
  /// After an in-place operator: all names of the changed tensor mean its new value.
  void rename(const JsonValue &node, mlir::Value value, Scope &scope);
  /// Notes what may share storage after a node.
  void noteSharing(const JsonValue &node);
  /// Fills in defaults and puts the arguments in the operator's order.
  llvm::LogicalResult completeArguments(ImportCall &call, llvm::StringRef overload);
  llvm::LogicalResult bindResults(ImportCall &call, llvm::ArrayRef<std::string> names, Scope &scope);

  mlir::OpBuilder &builder;
  const ImportRules &rules;
  bool isBroken = false;
  llvm::StringSet<> sharing;                                                   ///< names of values that other values may share storage with
  llvm::StringMap<std::shared_ptr<llvm::SmallVector<std::string>>> sameTensor; ///< names of one tensor, by in-place operators
};

/// Whether the importer has a way for a target ("torch.ops.aten.add.Tensor", "_operator.mul" ...).
bool isSupportedTarget(llvm::StringRef target, const ImportRules &rules);
/// "aten.add.Tensor" for "torch.ops.aten.add.Tensor".
llvm::StringRef shortTarget(llvm::StringRef target);
/// Calls `visit` for every node, those of nested graphs too.
void visitNodes(const JsonValue &graph, llvm::function_ref<void(const JsonValue &)> visit);
/// {file, line} of the innermost frame of a node's stack trace that is the user's own.
std::pair<std::string, unsigned> sourceOf(const JsonValue &node);

/// The arguments of an ATen overload, "self;other;alpha=1", or an empty string; `isKnown` tells them apart from operators without any.
llvm::StringRef atenArguments(llvm::StringRef overload, bool &isKnown);
/// A default value as the table spells it.
ImportArg parseDefault(llvm::StringRef text);

} // namespace graphopt
