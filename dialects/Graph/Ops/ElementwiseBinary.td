//===- ElementwiseBinary.td - one row, one op -----------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

class Graph_Binary<string mnemonic, string domain, string formula, code value, code scalar, code gradient, list<string> aten,
                   list<string> onnx, list<Trait> traits = [], string note = "", code fold = "">
    : Graph_Elementwise<mnemonic, traits # [SameOperandsAndResultElementType], 2, domain, formula, value, scalar, gradient, aten, onnx,
                        1, "same", fold> {
  let description = "`y = " # formula # "`. Operands broadcast by numpy's rules. " # note # [{

    Example:
    ```mlir
    %y = graph.}] # mnemonic # [{ %a, %b : (tensor<4x3x}] # !cond(!eq(domain, "bits") : "i32", true : "f32") # [{>, tensor<3x}] #
         !cond(!eq(domain, "bits") : "i32", true : "f32") # [{>) -> tensor<4x3x}] # !cond(!eq(domain, "bits") : "i32", true : "f32") # [{>
    ```
  }];
  TypeConstraint operand = !cast<TypeConstraint>(!cond(!eq(domain, "floats") : "Graph_FloatTensor", !eq(domain, "bits") : "Graph_BitsTensor",
                                                       !eq(domain, "elements") : "Graph_Tensor", true : "Graph_NumberTensor"));
  let arguments = (ins operand:$a, operand:$b);
  let results = (outs operand:$y);
  let assemblyFormat = "$a `,` $b attr-dict `:` functional-type(operands, results)";
}

def Graph_AddOp : Graph_Binary<"add", "numbers", "a + b", "total::add(a, b)", "s.add(a, b)", "ct, ct", ["add.Tensor", "add.Scalar"],
  ["Add"], [Commutative], "Integers wrap.",
  "foldNeutral(*this, adaptor.getOperands(), Neutral::minusZero, true)">;
def Graph_SubOp : Graph_Binary<"sub", "numbers", "a - b", "total::sub(a, b)", "s.sub(a, b)", "ct, -ct",
  ["sub.Tensor", "sub.Scalar", "subtract.Tensor", "subtract.Scalar"], ["Sub"], [], "Integers wrap.",
  "foldNeutral(*this, adaptor.getOperands(), Neutral::zero, false)">;
def Graph_MulOp : Graph_Binary<"mul", "numbers", "a * b", "total::mul(a, b)", "s.mul(a, b)", "ct * b, ct * a",
  ["mul.Tensor", "mul.Scalar", "multiply.Tensor", "multiply.Scalar"], ["Mul"], [Commutative], "Integers wrap.",
  "foldNeutral(*this, adaptor.getOperands(), Neutral::one, true)">;
def Graph_DivOp : Graph_Binary<"div", "numbers", "a / b", "total::div(a, b)", "s.div(a, b)", "ct / b, -ct * (y / b)",
  ["div.Tensor", "div.Scalar", "divide.Tensor", "divide.Scalar", "true_divide.Tensor", "true_divide.Scalar"], ["Div"], [],
  [{Integers round toward zero; x / 0 is 0, and the least value / -1 is itself.}],
  "foldNeutral(*this, adaptor.getOperands(), Neutral::one, false)"> {
  let toOnnx = [{exportDiv(to, a, b)}];
  let toAten = [{a.isFloat() ? to("div.Tensor", {a, b}) : to("div.Tensor_mode", {a, b}, {{"rounding_mode", "trunc"}})}];
}
def Graph_RemOp : Graph_Binary<"rem", "numbers", "a - b * trunc(a / b)", "total::rem(a, b)", "s.rem(a, b)", "ct, -ct * trunc(a / b)",
  ["fmod.Tensor", "fmod.Scalar"], [], [], "The sign of a. On integers x rem 0 is x."> {
  let toOnnx = [{exportRem(to, a, b)}];
}
def Graph_ModOp : Graph_Binary<"mod", "numbers", "a - b * floor(a / b)", "total::mod(a, b)", "s.mod(a, b)", "ct, -ct * floorOfQuotient(a, b)",
  ["remainder.Tensor", "remainder.Scalar"], [], [], "The sign of b. On integers x mod 0 is x."> {
  let toOnnx = [{exportMod(to, a, b)}];
}
def Graph_PowOp : Graph_Binary<"pow", "numbers", "a ^ b", "total::pow(a, b)", "s.pow(a, b)",
  "powGradientOfBase(a, b, ct), powGradientOfExponent(a, b, y, ct)",
  ["pow.Tensor_Tensor", "pow.Tensor_Scalar"], [], [],
  "Integers wrap; a negative exponent gives 0, but 1 for a = 1 and 1 or -1 for a = -1.",
  "foldNeutral(*this, adaptor.getOperands(), Neutral::one, false)"> {
  let toOnnx = [{exportPow(to, a, b)}];
  let hasCanonicalizer = 1;
}
def Graph_MaxOp : Graph_Binary<"max", "elements", "max(a, b)", "total::max(a, b)", "s.max(a, b)",
  "extremeGradient(a < b, a == b, ct), extremeGradient(b < a, a == b, ct)", ["maximum.default", "max.other"],
  [], [Commutative], "NaN where either is. Equal operands share the gradient by halves.",
  "foldEqualOperands(*this)"> {
  let toOnnx = [{to(a.isTruth() ? "Or" : "Max", {a, b})}];
}
def Graph_MinOp : Graph_Binary<"min", "elements", "min(a, b)", "total::min(a, b)", "s.min(a, b)",
  "extremeGradient(a > b, a == b, ct), extremeGradient(b > a, a == b, ct)", ["minimum.default", "min.other"],
  [], [Commutative], "NaN where either is. Equal operands share the gradient by halves.",
  "foldEqualOperands(*this)"> {
  let toOnnx = [{to(a.isTruth() ? "And" : "Min", {a, b})}];
}
def Graph_Atan2Op : Graph_Binary<"atan2", "floats", "atan2(a, b)", "std::atan2(a, b)", "s.binary<::mlir::math::Atan2Op>(a, b)",
  "ct * b * inverseSquare(a, b), -ct * a * inverseSquare(a, b)", ["atan2.default"], []> {
  let toOnnx = [{exportAtan2(to, a, b)}];
}
def Graph_AndOp : Graph_Binary<"and", "bits", "a & b", "total::bitAnd(a, b)", "s.bitAnd(a, b)", "",
  ["bitwise_and.Tensor", "bitwise_and.Scalar", "logical_and.default", "__and__.Tensor", "__and__.Scalar"], ["And", "BitwiseAnd"], [Commutative],
  "Logical on i1, all bits on integers. Not differentiable: integers.",
  "foldNeutral(*this, adaptor.getOperands(), Neutral::allBits, true)"> {
  let toOnnx = [{to(a.isTruth() ? "And" : "BitwiseAnd", {a, b})}];
}
def Graph_OrOp : Graph_Binary<"or", "bits", "a | b", "total::bitOr(a, b)", "s.bitOr(a, b)", "",
  ["bitwise_or.Tensor", "bitwise_or.Scalar", "logical_or.default", "__or__.Tensor", "__or__.Scalar"], ["Or", "BitwiseOr"], [Commutative],
  "Logical on i1, all bits on integers. Not differentiable: integers.",
  "foldNeutral(*this, adaptor.getOperands(), Neutral::zero, true)"> {
  let toOnnx = [{to(a.isTruth() ? "Or" : "BitwiseOr", {a, b})}];
}
def Graph_XorOp : Graph_Binary<"xor", "bits", "a ^ b", "total::bitXor(a, b)", "s.bitXor(a, b)", "",
  ["bitwise_xor.Tensor", "bitwise_xor.Scalar", "logical_xor.default", "__xor__.Tensor", "__xor__.Scalar"], ["Xor", "BitwiseXor"], [Commutative],
  "Logical on i1, all bits on integers. Not differentiable: integers.",
  "foldNeutral(*this, adaptor.getOperands(), Neutral::zero, true)"> {
  let toOnnx = [{to(a.isTruth() ? "Xor" : "BitwiseXor", {a, b})}];
}
def Graph_ShlOp : Graph_Binary<"shl", "bits", "a << b", "total::shl(a, b)", "s.shl(a, b)", "",
  ["bitwise_left_shift.Tensor", "bitwise_left_shift.Tensor_Scalar", "__lshift__.Tensor", "__lshift__.Scalar"], [], [],
  "By a negative amount, or by the width or more, it is 0. Not differentiable: integers.",
  "foldNeutral(*this, adaptor.getOperands(), Neutral::zero, false)"> {
  let toOnnx = [{exportShift(to, op.getA(), op.getB(), "LEFT")}];
}
def Graph_ShrOp : Graph_Binary<"shr", "bits", "a >> b", "total::shr(a, b)", "s.shr(a, b)", "",
  ["bitwise_right_shift.Tensor", "bitwise_right_shift.Tensor_Scalar", "__rshift__.Tensor", "__rshift__.Scalar"], [], [],
  "Signed numbers keep their sign: by a negative amount, or by the width or more, it is 0, or -1 for a negative a. Not differentiable: integers.",
  "foldNeutral(*this, adaptor.getOperands(), Neutral::zero, false)"> {
  let toOnnx = [{exportShift(to, op.getA(), op.getB(), "RIGHT")}];
}
