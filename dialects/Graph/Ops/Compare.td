//===- Compare.td - one row, one op ---------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def SameTypeOperandElements : PredOpTrait<"operands have one element type",
  CPred<"::mlir::getElementTypeOrSelf($_op.getOperand(0)) == ::mlir::getElementTypeOrSelf($_op.getOperand(1))">>;

class Graph_Compare<string mnemonic, string formula, code value, string predicate, list<string> aten, list<string> onnx>
    : Graph_Elementwise<mnemonic, [SameTypeOperandElements], 2, "elements", formula, value, "s.compare(ComparePredicate::" # predicate # ", a, b)",
                        "", aten, onnx, 1, "predicate"> {
  let description = "`y = " # formula # "`, an i1 tensor. Operands broadcast by numpy's rules. " #
    "A comparison with NaN is false, and `ne` true. Not differentiable: the result is a truth value." # [{

    Example:
    ```mlir
    %y = graph.}] # mnemonic # [{ %a, %b : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xi1>
    ```
  }];
  let arguments = (ins Graph_Tensor:$a, Graph_Tensor:$b);
  let results = (outs Graph_BoolTensor:$y);
  let assemblyFormat = "$a `,` $b attr-dict `:` functional-type(operands, results)";
  let toOnnx = "to.test(\"" # !interleave(onnx, "") # "\", {to.comparable(a), to.comparable(b)})";
}

def Graph_EqOp : Graph_Compare<"eq", "a == b", "a == b", "eq", ["eq.Tensor", "eq.Scalar"], ["Equal"]>;
def Graph_NeOp : Graph_Compare<"ne", "a != b", "a != b", "ne",
  ["ne.Tensor", "ne.Scalar", "not_equal.Tensor", "not_equal.Scalar"], []> {
  let toOnnx = [{to.test("Not", {to.test("Equal", {to.comparable(a), to.comparable(b)})})}];
}
def Graph_LtOp : Graph_Compare<"lt", "a < b", "a < b", "lt",
  ["lt.Tensor", "lt.Scalar", "less.Tensor", "less.Scalar"], ["Less"]>;
def Graph_LeOp : Graph_Compare<"le", "a <= b", "a <= b", "le",
  ["le.Tensor", "le.Scalar", "less_equal.Tensor", "less_equal.Scalar"], ["LessOrEqual"]>;
def Graph_GtOp : Graph_Compare<"gt", "a > b", "a > b", "gt",
  ["gt.Tensor", "gt.Scalar", "greater.Tensor", "greater.Scalar"], ["Greater"]>;
def Graph_GeOp : Graph_Compare<"ge", "a >= b", "a >= b", "ge",
  ["ge.Tensor", "ge.Scalar", "greater_equal.Tensor", "greater_equal.Scalar"], ["GreaterOrEqual"]>;
