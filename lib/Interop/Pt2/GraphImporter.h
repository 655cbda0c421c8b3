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

  /// The values of a graph by name: tensors, sizes as index, sym floats as f64, sym bools as i1. And which of them are views of others, so
  /// that a change in place reaches all names of a storage.
  struct Scope : llvm::StringMap<mlir::Value> {
    struct View {
      std::string source;
      const JsonValue *node = nullptr, *graph = nullptr; ///< what made it
    };
    /// The first name of a tensor that in-place operators have given more names.
    llvm::StringRef first(llvm::StringRef name) const;
    llvm::StringMap<std::string> sameAs;
    llvm::StringMap<View> views; ///< here and below by first names
    llvm::StringMap<llvm::SmallVector<std::string>> viewsOf;
    llvm::StringSet<> opaque;  ///< may share storage with values that are not known here
    llvm::StringSet<> stale;   ///< views whose storage has changed since they were computed
    llvm::StringSet<> changed; ///< those whose storage an operator has changed in place, and which are no views
  };

  /// Converts the nodes of `graph` in order at the builder's insertion point.
  void importNodes(const JsonValue &graph, Scope &scope, unsigned depth = 0);
  /// An argument in the schema's encoding. Fails silently, and says why.
  llvm::FailureOr<ImportArg> readArgument(const JsonValue &argument, Scope &scope, Refusal &refusal);
  /// The place of a node in the user's source: NameLoc(node, NameLoc(module path, file:line)).
  mlir::Location locate(const JsonValue &node);
  bool hasFailed() const { return isBroken; }
  RandomSource random; ///< of all draws; the key is set by who has one

private:
  void importNode(const JsonValue &node, const JsonValue &graph, Scope &scope, unsigned depth);
  llvm::LogicalResult importAten(ImportCall &call, llvm::StringRef overload, const JsonValue &node, const JsonValue &graph, Scope &scope);
  /// higher_order operators with their graphs.
  llvm::LogicalResult importHigherOrder(ImportCall &call, llvm::StringRef name, const JsonValue &node, const JsonValue &graph, Scope &scope,
                                        unsigned depth);
  /// Runs a nested graph in place, with its inputs bound to values.
  llvm::FailureOr<llvm::SmallVector<mlir::Value>> inlineGraph(ImportCall &call, const JsonValue &graph, mlir::ValueRange arguments,
                                                              unsigned depth);
  /// Asserts about sizes and values.
  llvm::LogicalResult importAssert(ImportCall &call, llvm::StringRef overload);
  /// scan and map: a loop over the first axis.
  llvm::LogicalResult importScan(ImportCall &call, const JsonValue &body, const JsonValue &node, const JsonValue &graph, Scope &scope,
                                 bool isMap, unsigned depth);
  /// After an in-place operator, imported as the functional one: gives its value to what it has changed, and to all that sees it.
  llvm::LogicalResult changeInPlace(ImportCall &call, const JsonValue &node, mlir::Value value, Scope &scope);
  /// The same for the arguments that a rule says it has changed.
  llvm::LogicalResult changeArguments(ImportCall &call, const JsonValue &node, Scope &scope);
  /// Gives the name a value, and with it all that shares its storage; `isOtherView` if only the name sees the storage in another way.
  llvm::LogicalResult change(ImportCall &call, llvm::StringRef self, mlir::Value value, bool isOtherView, Scope &scope);
  /// What a view's source becomes when the view becomes `value`.
  llvm::FailureOr<mlir::Value> writeBack(ImportCall &call, llvm::StringRef name, mlir::Value value, Scope &scope);
  /// Computes a stale view from what its source is now.
  void refresh(llvm::StringRef name, Scope &scope);
  /// Notes which results of a node share storage with its arguments.
  void noteViews(const JsonValue &node, const JsonValue &graph, Scope &scope);
  llvm::LogicalResult bindResults(ImportCall &call, llvm::ArrayRef<std::string> names, Scope &scope);

  mlir::OpBuilder &builder;
  const ImportRules &rules;
  bool isBroken = false;
  unsigned refreshDepth = 0;
};

/// Whether the importer has a way for a target ("torch.ops.aten.add.Tensor", "_operator.mul" ...).
bool isSupportedTarget(llvm::StringRef target, const ImportRules &rules);
/// Whether an overload of ATen states a fact and computes nothing.
bool isAssert(llvm::StringRef overload);
/// "aten.add.Tensor" for "torch.ops.aten.add.Tensor".
llvm::StringRef shortTarget(llvm::StringRef target);
/// Calls `visit` for every node and its graph, those of nested graphs too.
void visitNodes(const JsonValue &graph, llvm::function_ref<void(const JsonValue &node, const JsonValue &graph)> visit);
/// {file, line} of the innermost frame of a node's stack trace that is the user's own.
std::pair<std::string, unsigned> sourceOf(const JsonValue &node);

} // namespace graphopt
