//===- GraphExporter.h - a function as a foreign graph --------------------===//
#pragma once
#include "graph-opt/Interop/ExportRules.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/MapVector.h"

namespace graphopt {

/// A foreign graph before it has a file format.
struct ForeignModel {
  ForeignGraph graph;
  struct Constant {
    ForeignValue value;
    TensorValue tensor;
    bool isParameter;
  };
  std::vector<Constant> constants;
  llvm::DenseMap<unsigned, mlir::Type> inputTypes; ///< of the inputs of nested graphs, by number
  std::vector<std::string> hints;                  ///< by the number of a value: what it should be called; empty where nothing says
};

/// Writes a function as operators of the target, by the rules of its ops. Composite ops without a rule are decomposed, in place. Ops that
/// have neither are reported all at once.
class ExportState {
public:
  ExportState(ExportTarget target, const ExportRules &rules) : target(target), rules(rules) {}
  llvm::FailureOr<ForeignModel> run(mlir::FunctionOpInterface function);
  /// The numbers of a constant; null where the value is none.
  const TensorValue *findConstant(ForeignValue value) const {
    auto known = constantNumbers.find(value.number);
    return known == constantNumbers.end() ? nullptr : &model.constants[known->second].tensor;
  }

  /// The node that makes a value, in the graph that is written to or one around it; null for inputs and constants.
  const ForeignNode *findNode(ForeignValue value) const;

private:
  friend class ExportSite;
  struct Unsupported {
    mlir::Location loc;
    std::string reason;
    unsigned count;
  };

  llvm::LogicalResult exportBlock(mlir::Block &block);
  /// Exports `op`; `next` becomes the first op of its expansion where it is decomposed.
  llvm::LogicalResult exportOp(mlir::Operation *op, mlir::Operation *&next);
  llvm::LogicalResult readParameter(mlir::Operation *op, mlir::FlatSymbolRefAttr name);
  ForeignValue makeValue(mlir::Type element, llvm::StringRef hint = "");
  ForeignValue addConstant(const TensorValue &tensor, llvm::StringRef hint, bool isParameter);
  llvm::LogicalResult reportUnsupported(mlir::MLIRContext *context);

  ExportTarget target;
  const ExportRules &rules;
  ForeignModel model;
  ForeignGraph *graph = &model.graph;             ///< that is written to
  llvm::SmallVector<const ForeignGraph *> around; ///< the graphs that it is nested in
  llvm::DenseMap<mlir::Value, ForeignValue> values;
  llvm::DenseMap<mlir::Attribute, ForeignValue> parameters;
  llvm::DenseMap<unsigned, size_t> constantNumbers; ///< from the number of a value to its place in the model's constants
  llvm::StringMap<ForeignValue> smallConstants;
  mlir::SymbolTableCollection symbols;
  llvm::MapVector<mlir::OperationName, Unsupported> unsupported;
};

/// A function in a copy of its module, which composite ops were decomposed in, and what it became.
struct ExportedFunction {
  mlir::OwningOpRef<mlir::ModuleOp> copy;
  mlir::FunctionOpInterface function;
  ForeignModel model;
};
/// Exports the public function of the name, or the only public one where it is empty.
llvm::FailureOr<ExportedFunction> exportFunction(mlir::ModuleOp module, llvm::StringRef name, ExportTarget target);

/// Drops nodes and constants that no output depends on.
void pruneUnused(ForeignModel &model);
/// Drops such nodes of one graph.
void pruneUnused(ForeignGraph &graph);

/// What a location calls an op: the name of the node that it came from; empty where it has none.
llvm::StringRef nameOfNode(mlir::Location loc);

} // namespace graphopt
