//===- GraphInterfaces.td - what passes may ask of an op ------------------===//
//
// All knowledge of an op hangs on it through these interfaces; passes, importers, the interpreter and the documentation ask them and
// never name ops. Dialects of other people join by implementing the same interfaces.
//
//===----------------------------------------------------------------------===//
#ifndef GRAPH_INTERFACES_TD
#define GRAPH_INTERFACES_TD

include "mlir/IR/OpBase.td"

def ShapeOpInterface : OpInterface<"ShapeOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = [{
    The shape rule. Sizes are affine expressions over symbols, so that one rule serves static inference (sizes that are constants),
    the symbolic analysis (symbols of the function's `graph.symbols`) and run-time sizes (symbols bound to `tensor.dim`).
  }];
  let methods = [
    InterfaceMethod<[{
      Appends the type of each result to `results`. A size that no expression gives is `context.unknown()`. Emits an error through
      `context.emitError()` and fails when the operands' sizes contradict each other.
    }], "::llvm::LogicalResult", "inferSymbolically",
    (ins "::graphopt::InferContext &":$context, "::llvm::SmallVectorImpl<::graphopt::SymbolicType> &":$results)>,
    InterfaceMethod<"Whether the result is the first operand wherever the two have equal sizes: reshape and broadcast say yes.",
      "bool", "isIdentityOnEqualShapes", (ins), "", "return false;">
  ];
}

def EvaluateOpInterface : OpInterface<"EvaluateOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = "The meaning in numbers: plain loops over whole tensors, total, never undefined. Folding and the interpreter call it.";
  let methods = [
    InterfaceMethod<[{
      Appends the value of each result to `results`. Fails, with an error on the op, only for run-time sizes that contradict each other
      and for budgets that are exceeded.
    }], "::llvm::LogicalResult", "evaluate",
    (ins "::graphopt::EvalContext &":$context, "::llvm::ArrayRef<::graphopt::TensorValue>":$operands,
         "::llvm::SmallVectorImpl<::graphopt::TensorValue> &":$results)>,
    InterfaceMethod<"Whether folding may evaluate the op ahead of time. Random draws say no.", "bool", "isFoldable", (ins), "",
      "return true;">
  ];
}

def IndexingOpInterface : OpInterface<"IndexingOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = "Ops one of whose operands holds positions in another: gather, embedding. Random inputs keep such integers in bounds.";
  let methods = [
    InterfaceMethod<"The tensor and its dimension that the elements of an operand are positions in; nothing for other operands.",
      "::std::optional<::std::pair<::mlir::Value, int64_t>>", "getIndexed", (ins "unsigned":$operandNumber)>
  ];
}

def ScalarBodyOpInterface : OpInterface<"ScalarBodyOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = [{
    Elementwise ops: operands broadcast against each other by numpy's rules, and each element of the result depends on one element of
    each operand.
  }];
  let methods = [
    InterfaceMethod<[{
      Builds the computation of one element. `args` have the element types of the operands without signs; f16 and bf16 come extended to
      f32. The result has the element type of the op's result, without sign, or f32 where that is f16 or bf16.
    }], "::mlir::Value", "buildScalar", (ins "::graphopt::ScalarBuilder &":$s, "::mlir::ValueRange":$args)>
  ];
}

def DecomposeOpInterface : OpInterface<"DecomposeOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = "Composite ops: the same value by simpler ops of the dialect.";
  let methods = [
    InterfaceMethod<"Builds the expansion at the builder's insertion point and returns its results; fails without a change.",
      "::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>>", "decompose", (ins "::mlir::OpBuilder &":$b)>
  ];
}

def LowerOpInterface : OpInterface<"LowerOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = [{
    The lowering to tensor, linalg, arith, math and scf on tensors. It knows no target, no tile and no layout. Elementwise ops have
    theirs from ScalarBodyOpInterface, and composite ops from their decomposition.
  }];
  let methods = [
    InterfaceMethod<[{
      Builds the lowering and returns its results. `operands` stand for the op's, with signs stripped from element types; results have
      signless element types and the shapes of the op's result types.
    }], "::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>>", "lower",
    (ins "::mlir::OpBuilder &":$b, "::mlir::ValueRange":$operands)>
  ];
}

def GradientOpInterface : OpInterface<"GradientOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = "The vector-Jacobian product, built from ops of the dialect.";
  let methods = [
    InterfaceMethod<[{
      `cotangents` holds one value for each result (null where none flows in). Returns one value for each operand: its cotangent, of the
      operand's shape, or null where none flows (integers, and operands that the op does not depend on smoothly).
    }], "::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>>", "buildGradient",
    (ins "::mlir::OpBuilder &":$b, "::mlir::ValueRange":$cotangents)>
  ];
}

/// Each element of the result is an element of an operand, whatever their values are, but for operands that hold positions
/// (IndexingOpInterface). Importers move sizes through such ops.
def MovesElements : NativeOpTrait<"MovesElements"> {
  let cppNamespace = "::graphopt";
}

/// The op has no gradient, and its description says why.
def NotDifferentiable : NativeOpTrait<"NotDifferentiable"> {
  let cppNamespace = "::graphopt";
}

def CostOpInterface : OpInterface<"CostOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = "What the op costs; a dynamic size counts as the hint that the caller gives.";
  let methods = [
    InterfaceMethod<"Arithmetic operations and bytes read and written, without reuse.", "::graphopt::Cost", "getCost",
      (ins "int64_t":$dynamicSize), "", [{ return ::graphopt::defaultCost($_op, dynamicSize, 1); }]>
  ];
}

def FusionOpInterface : OpInterface<"FusionOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = "How the op may take part in a `graph.fusion`.";
  let methods = [
    InterfaceMethod<"The role of the op in a fusion.", "::graphopt::FusionKind", "getFusionKind", (ins), "",
      [{ return ::graphopt::defaultFusionKind($_op); }]>
  ];
}

def ParameterOpInterface : OpInterface<"ParameterOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = "A symbol that names a weight of the module.";
  let methods = [
    InterfaceMethod<"The type of the weight.", "::mlir::RankedTensorType", "getParameterType">,
    InterfaceMethod<"The value, see WeightStore::get.", "::mlir::Attribute", "getParameterValue">,
    InterfaceMethod<"Whether running the model may change it.", "bool", "isMutableParameter">
  ];
}

def ParameterReadOpInterface : OpInterface<"ParameterReadOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = "An op whose only result is the value of a parameter.";
  let methods = [InterfaceMethod<"The symbol of the parameter.", "::mlir::FlatSymbolRefAttr", "getParameterName">];
}

def InteropOpInterface : OpInterface<"InteropOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = "The foreign operators that become this op.";
  let methods = [
    StaticInterfaceMethod<"Adds the op's import rules.", "void", "registerImportRules", (ins "::graphopt::ImportRules &":$rules)>
  ];
}

#endif // GRAPH_INTERFACES_TD
