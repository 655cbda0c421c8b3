//===- NodeImporter.h - nodes of an ONNX graph become ops ----------------===//
#pragma once
#include "Interop/Onnx/Model.h"
#include "Interop/Onnx/Tensors.h"
#include "graph-opt/Interop/ImportRules.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringSet.h"
#include <deque>
#include <map>

namespace graphopt::onnx {

/// How deep functions may call each other.
constexpr unsigned maxCallDepth = 32;

/// The functions of a model by domain, name and overload.
using FunctionTable = std::map<std::tuple<llvm::StringRef, llvm::StringRef, llvm::StringRef>, const Function *>;
FunctionTable tableOf(const Model &model);
/// The version of a domain's operators; 0 where the list doesn't name it.
int64_t versionOf(llvm::ArrayRef<Opset> opsets, llvm::StringRef domain);
/// How messages and reports call a node's operator: "Add", "com.microsoft.Gelu".
std::string operatorName(const Node &node);
/// Whether control flow, a rule or one of the model's functions makes something of a node.
bool isSupported(const Node &node, llvm::ArrayRef<Opset> opsets, const FunctionTable &functions, const ImportRules &rules);
/// The type that a ValueInfo states; null, with the reason, where it states none that we have.
llvm::Expected<mlir::RankedTensorType> typeOf(const ValueInfo &info, mlir::MLIRContext *context);
/// The error as a diagnostic with its class; fails.
llvm::LogicalResult emit(mlir::Location loc, llvm::Error error, const llvm::Twine &prefix = "");

/// Imports graphs, nested ones too. Nodes that fail have emitted an error; what uses their results is left out in silence, so that all
/// errors come at once.
class NodeImporter {
public:
  NodeImporter(mlir::OpBuilder &builder, const ImportRules &rules, const FunctionTable &functions, const TensorSource &source,
               mlir::func::FuncOp function, mlir::SymbolTable &symbols)
      : builder(builder), rules(rules), functions(functions), source(source), function(function), symbols(symbols) {}

  /// Where nodes stand: the model's graph, or the body of one of its functions in one call.
  struct Frame {
    llvm::ArrayRef<Opset> opsets;
    const Function *callee = nullptr;
    llvm::StringMap<const NodeAttribute *> attributes; ///< of the call, that the body may refer to
    const Frame *caller = nullptr;
    unsigned depth = 0;
  };
  /// The names of a graph: what they mean, what they should be, and those that errors have left without a meaning.
  struct Scope {
    llvm::StringMap<mlir::Value> values;
    llvm::StringMap<const ValueInfo *> stated;
    llvm::StringMap<const Tensor *> initializers;
    llvm::StringMap<const SparseTensor *> sparse;
    llvm::StringSet<> broken;
    const Scope *outer = nullptr;
  };

  /// Notes the initialisers and the stated types of a graph.
  llvm::LogicalResult open(const Graph &graph, Scope &scope);
  /// Converts nodes in order at the builder's insertion point, the end of a block.
  void importNodes(llvm::ArrayRef<Node> nodes, Scope &scope, const Frame &frame);
  /// The value of a name; null, after an error unless an earlier one is the cause, where it has none.
  mlir::Value find(llvm::StringRef name, Scope &scope, mlir::Location loc);
  bool hasFailed() const { return isBroken; }
  RandomSource random; ///< of all draws; the key is set by who has one
  mlir::Location locate(llvm::StringRef name) { return mlir::NameLoc::get(builder.getStringAttr(name)); }

private:
  void importNode(const Node &node, Scope &scope, const Frame &frame);
  llvm::LogicalResult convert(const Node &node, ImportCall &call, Scope &scope, const Frame &frame);
  llvm::LogicalResult readArguments(const Node &node, ImportCall &call, Scope &scope, const Frame &frame, int64_t version);
  llvm::FailureOr<ImportArg> readAttribute(const NodeAttribute &attribute, const ImportCall &call);
  llvm::LogicalResult callFunction(const Node &node, ImportCall &call, const Function &callee, Scope &scope, const Frame &frame);
  llvm::LogicalResult bindResults(const Node &node, ImportCall &call, llvm::ArrayRef<mlir::RankedTensorType> stated, Scope &scope);
  mlir::Value materialize(const TensorData &data, llvm::StringRef name);

  /// If, Loop and Scan.
  llvm::LogicalResult importControlFlow(const Node &node, ImportCall &call, Scope &scope, const Frame &frame);
  llvm::LogicalResult importIf(const Node &node, ImportCall &call, Scope &scope, const Frame &frame);
  llvm::LogicalResult importLoop(const Node &node, ImportCall &call, Scope &scope, const Frame &frame);
  llvm::LogicalResult importScan(const Node &node, ImportCall &call, Scope &scope, const Frame &frame);
  struct LoopPlan;
  struct LoopStep;
  struct ScanPlan;
  using Sizes = llvm::SmallVector<mlir::OpFoldResult>;
  llvm::FailureOr<llvm::SmallVector<Sizes>> sizesOfParts(ImportCall &call, const LoopPlan &plan, const LoopStep &step);
  llvm::LogicalResult buildCounted(ImportCall &call, const LoopPlan &plan, const LoopStep &step, llvm::ArrayRef<Sizes> parts,
                                   mlir::Region &body, mlir::TypeRange types);
  llvm::LogicalResult buildLoop(ImportCall &call, const LoopPlan &plan);
  llvm::LogicalResult buildScan(ImportCall &call, const ScanPlan &scan, Scope &scope, const Frame &frame);
  llvm::LogicalResult buildScanOfSamples(ImportCall &call, const ScanPlan &scan, Scope &scope, const Frame &frame);
  /// A nested graph at the insertion point, its inputs bound to values.
  llvm::FailureOr<llvm::SmallVector<mlir::Value>> inlineGraph(ImportCall &call, const Graph &graph, mlir::ValueRange arguments,
                                                              Scope &outer, const Frame &frame);
  /// The same for a graph that the model may run another number of times than once.
  llvm::FailureOr<llvm::SmallVector<mlir::Value>> inlineBody(ImportCall &call, const Graph &graph, mlir::ValueRange arguments, Scope &outer,
                                                             const Frame &frame);

  mlir::OpBuilder &builder;
  const ImportRules &rules;
  const FunctionTable &functions;
  const TensorSource &source;
  mlir::func::FuncOp function;
  mlir::SymbolTable &symbols;
  llvm::ArrayRef<Node> unit; ///< the nodes of the graph that is being imported, to tell cycles from missing names
  bool isBroken = false;
  unsigned errors = 0;
};

} // namespace graphopt::onnx
