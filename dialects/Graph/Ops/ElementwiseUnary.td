//===- ElementwiseUnary.td - one row, one op ------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

// Not SameOperandsAndResultType: that brings an inferReturnTypes of its own beside the shape rule's.
def Graph_OneType : PredOpTrait<"x and y have one type", CPred<"$_op.getOperand(0).getType() == $_op.getResult(0).getType()">>;

def Graph_OneShape : PredOpTrait<"x and y have one shape",
  CPred<"::llvm::succeeded(::mlir::verifyCompatibleShape($_op.getOperand(0).getType(), $_op.getResult(0).getType()))">>;

class Graph_Unary<string mnemonic, string domain, string formula, code value, code scalar, code gradient, list<string> aten,
                  list<string> onnx, int flops = 1, string note = "", code fold = "">
    : Graph_Elementwise<mnemonic, [Graph_OneType], 1, domain, formula, value, scalar, gradient, aten, onnx, flops,
                        "same", fold> {
  let description = "`y = " # formula # "`. " # note # [{

    Example:
    ```mlir
    %y = graph.}] # mnemonic # [{ %x : tensor<4x}] # !cond(!eq(domain, "bits") : "i1", true : "f32") # [{>
    ```
  }];
  let arguments = (ins !cast<TypeConstraint>(!cond(!eq(domain, "floats") : "Graph_FloatTensor", !eq(domain, "bits") : "Graph_BitsTensor",
                                                   true : "Graph_NumberTensor")):$x);
  let results = (outs !cast<TypeConstraint>(!cond(!eq(domain, "floats") : "Graph_FloatTensor", !eq(domain, "bits") : "Graph_BitsTensor",
                                                  true : "Graph_NumberTensor")):$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

def Graph_NegOp : Graph_Unary<"neg", "numbers", "-x", "total::neg(x)", "s.neg(x)", "-ct", ["neg.default", "negative.default"], ["Neg"], 1,
  "Integers wrap: the negative of the least value is itself.", "foldInvolution(*this)"> {
  let toOnnx = [{x.element.isUnsignedInteger() ? to("Sub", {to.number(0, x.element), x}) : to("Neg", {x})}];
}
def Graph_AbsOp : Graph_Unary<"abs", "numbers", "|x|", "total::abs(x)", "s.abs(x)", "ct * sign(x)", ["abs.default", "absolute.default"], ["Abs"], 1,
  "Integers wrap: |least| is the least value.", "foldIdempotent(*this)">;
def Graph_SignOp : Graph_Unary<"sign", "numbers", "sign(x)", "total::sign(x)", "s.sign(x)", "::graphopt::Expr()", ["sign.default"], ["Sign"], 1,
  "-1, 0 or 1; 0 for NaN.", "foldIdempotent(*this)">;
def Graph_CeilOp : Graph_Unary<"ceil", "floats", "ceil(x)", "std::ceil(x)", "s.unary<::mlir::math::CeilOp>(x)", "::graphopt::Expr()",
  ["ceil.default"], ["Ceil"], 1, "", "foldIdempotent(*this)">;
def Graph_FloorOp : Graph_Unary<"floor", "floats", "floor(x)", "std::floor(x)", "s.unary<::mlir::math::FloorOp>(x)", "::graphopt::Expr()",
  ["floor.default"], ["Floor"], 1, "", "foldIdempotent(*this)">;
def Graph_TruncOp : Graph_Unary<"trunc", "floats", "trunc(x)", "std::trunc(x)", "s.unary<::mlir::math::TruncOp>(x)", "::graphopt::Expr()",
  ["trunc.default"], [], 1, "", "foldIdempotent(*this)"> {
  let toOnnx = [{to("Mul", {to("Sign", {x}), to("Floor", {to("Abs", {x})})})}];
}
def Graph_RoundOp : Graph_Unary<"round", "floats", "round(x)", "std::nearbyint(x)", "s.unary<::mlir::math::RoundEvenOp>(x)", "::graphopt::Expr()",
  ["round.default"], ["Round"], 1, "Halves go to the even neighbour.", "foldIdempotent(*this)">;
def Graph_SqrtOp : Graph_Unary<"sqrt", "floats", "sqrt(x)", "std::sqrt(x)", "s.unary<::mlir::math::SqrtOp>(x)", "ct * 0.5 / y",
  ["sqrt.default"], ["Sqrt"], 4>;
def Graph_RsqrtOp : Graph_Unary<"rsqrt", "floats", "1 / sqrt(x)", "T(1) / std::sqrt(x)",
  "s.div(s.constant(1.0), s.unary<::mlir::math::SqrtOp>(x))", "ct * -0.5 * (y * y * y)", ["rsqrt.default"], [], 8> {
  let toOnnx = [{to("Reciprocal", {to("Sqrt", {x})})}];
}
def Graph_ReciprocalOp : Graph_Unary<"reciprocal", "floats", "1 / x", "T(1) / x", "s.div(s.constant(1.0), x)", "-ct * (y * y)",
  ["reciprocal.default"], ["Reciprocal"], 4>;
def Graph_ExpOp : Graph_Unary<"exp", "floats", "exp(x)", "std::exp(x)", "s.unary<::mlir::math::ExpOp>(x)", "ct * y",
  ["exp.default"], ["Exp"], 10>;
def Graph_Expm1Op : Graph_Unary<"expm1", "floats", "exp(x) - 1", "std::expm1(x)", "s.unary<::mlir::math::ExpM1Op>(x)", "ct * (y + 1.0)",
  ["expm1.default"], [], 12, "Exact near zero."> {
  let toOnnx = [{exportExpm1(to, x)}];
}
def Graph_LogOp : Graph_Unary<"log", "floats", "log(x)", "std::log(x)", "s.unary<::mlir::math::LogOp>(x)", "ct / x",
  ["log.default"], ["Log"], 12>;
def Graph_Log1pOp : Graph_Unary<"log1p", "floats", "log(1 + x)", "std::log1p(x)", "s.unary<::mlir::math::Log1pOp>(x)",
  "ct / (x + 1.0)", ["log1p.default"], [], 14, "Exact near zero."> {
  let toOnnx = [{exportLog1p(to, x)}];
}
def Graph_Log2Op : Graph_Unary<"log2", "floats", "log2(x)", "std::log2(x)", "s.unary<::mlir::math::Log2Op>(x)",
  "ct / (x * 0.6931471805599453)", ["log2.default"], [], 12> {
  let toOnnx = [{to("Mul", {to("Log", {x}), to.number(1.4426950408889634, x.element)})}];
}
def Graph_SinOp : Graph_Unary<"sin", "floats", "sin(x)", "std::sin(x)", "s.unary<::mlir::math::SinOp>(x)", "ct * cos(x)",
  ["sin.default"], ["Sin"], 15>;
def Graph_CosOp : Graph_Unary<"cos", "floats", "cos(x)", "std::cos(x)", "s.unary<::mlir::math::CosOp>(x)", "-ct * sin(x)",
  ["cos.default"], ["Cos"], 15>;
def Graph_TanOp : Graph_Unary<"tan", "floats", "tan(x)", "std::tan(x)", "s.unary<::mlir::math::TanOp>(x)", "ct * (y * y + 1.0)",
  ["tan.default"], ["Tan"], 20>;
def Graph_TanhOp : Graph_Unary<"tanh", "floats", "tanh(x)", "std::tanh(x)", "s.unary<::mlir::math::TanhOp>(x)", "ct * (1.0 - y * y)",
  ["tanh.default"], ["Tanh"], 15>;
def Graph_AtanOp : Graph_Unary<"atan", "floats", "atan(x)", "std::atan(x)", "s.unary<::mlir::math::AtanOp>(x)", "ct / (x * x + 1.0)",
  ["atan.default"], ["Atan"], 20>;
def Graph_ErfOp : Graph_Unary<"erf", "floats", "erf(x)", "std::erf(x)", "s.unary<::mlir::math::ErfOp>(x)",
  "ct * 1.1283791670955126 * exp(-(x * x))", ["erf.default"], ["Erf"], 20>;
def Graph_SigmoidOp : Graph_Unary<"sigmoid", "floats", "1 / (1 + exp(-x))", "T(1) / (T(1) + std::exp(-x))",
  "s.div(s.constant(1.0), s.add(s.constant(1.0), s.unary<::mlir::math::ExpOp>(s.neg(x))))", "ct * y * (1.0 - y)",
  ["sigmoid.default"], ["Sigmoid"], 15>;
def Graph_ReluOp : Graph_Unary<"relu", "numbers", "max(x, 0)", "total::max(x, T(0))", "s.max(x, s.constant(0.0))",
  "select(y == 0.0, numberLike(0.0, x), ct)", ["relu.default"], ["Relu"], 1, "NaN for NaN. The gradient at 0 is 0.", "foldIdempotent(*this)"> {
  let toOnnx = [{x.element.isUnsignedInteger() ? x : to("Relu", {x})}];
}
def Graph_SiluOp : Graph_Unary<"silu", "floats", "x / (1 + exp(-x))", "x / (T(1) + std::exp(-x))",
  "s.div(x, s.add(s.constant(1.0), s.unary<::mlir::math::ExpOp>(s.neg(x))))",
  "ct * sigmoid(x) * (x * (1.0 - sigmoid(x)) + 1.0)", ["silu.default"], [], 15> {
  let toOnnx = [{to("Mul", {x, to("Sigmoid", {x})})}];
}
def Graph_NotOp : Graph_Unary<"not", "bits", "~x", "total::bitNot(x)", "s.bitNot(x)", "",
  ["bitwise_not.default", "logical_not.default"], ["Not"], 1, "Logical on i1, all bits on integers. Not differentiable: integers.", "foldInvolution(*this)"> {
  let toOnnx = [{to(x.isTruth() ? "Not" : "BitwiseNot", {x})}];
}
def Graph_Exp2Op : Graph_Unary<"exp2", "floats", "2 ^ x", "std::exp2(x)", "s.unary<::mlir::math::Exp2Op>(x)",
  "ct * y * 0.6931471805599453", ["exp2.default"], [], 10> {
  let toOnnx = [{to("Pow", {to.number(2.0, x.element), x})}];
}
def Graph_Log10Op : Graph_Unary<"log10", "floats", "log10(x)", "std::log10(x)", "s.unary<::mlir::math::Log10Op>(x)",
  "ct / (x * 2.302585092994046)", ["log10.default"], [], 12> {
  let toOnnx = [{to("Mul", {to("Log", {x}), to.number(0.43429448190325182, x.element)})}];
}
def Graph_AsinOp : Graph_Unary<"asin", "floats", "asin(x)", "std::asin(x)", "s.unary<::mlir::math::AsinOp>(x)",
  "ct * rsqrt(1.0 - x * x)", ["asin.default"], ["Asin"], 20>;
def Graph_AcosOp : Graph_Unary<"acos", "floats", "acos(x)", "std::acos(x)", "s.unary<::mlir::math::AcosOp>(x)",
  "-ct * rsqrt(1.0 - x * x)", ["acos.default"], ["Acos"], 20>;
def Graph_SinhOp : Graph_Unary<"sinh", "floats", "sinh(x)", "std::sinh(x)", "s.unary<::mlir::math::SinhOp>(x)",
  "ct * cosh(x)", ["sinh.default"], ["Sinh"], 20>;
def Graph_CoshOp : Graph_Unary<"cosh", "floats", "cosh(x)", "std::cosh(x)", "s.unary<::mlir::math::CoshOp>(x)",
  "ct * sinh(x)", ["cosh.default"], ["Cosh"], 20>;
def Graph_AsinhOp : Graph_Unary<"asinh", "floats", "asinh(x)", "std::asinh(x)", "s.unary<::mlir::math::AsinhOp>(x)",
  "ct * rsqrt(x * x + 1.0)", ["asinh.default"], ["Asinh"], 20>;
def Graph_AcoshOp : Graph_Unary<"acosh", "floats", "acosh(x)", "std::acosh(x)", "s.unary<::mlir::math::AcoshOp>(x)",
  "ct * rsqrt(x * x - 1.0)", ["acosh.default"], ["Acosh"], 20>;
def Graph_AtanhOp : Graph_Unary<"atanh", "floats", "atanh(x)", "std::atanh(x)", "s.unary<::mlir::math::AtanhOp>(x)",
  "ct / (1.0 - x * x)", ["atanh.default"], ["Atanh"], 20>;
def Graph_SoftplusOp : Graph_Unary<"softplus", "floats", "log(1 + exp(x))", "total::max(x, T(0)) + std::log1p(std::exp(-std::fabs(x)))",
  "s.add(s.max(x, s.constant(0.0)), s.unary<::mlir::math::Log1pOp>(s.unary<::mlir::math::ExpOp>(s.neg(s.abs(x)))))",
  "ct * sigmoid(x)", [], ["Softplus"], 25, "Computed so that no x overflows."> {
  let toAten = [{to("softplus.default", {x})}];
}
def Graph_StopGradientOp : Graph_Unary<"stop_gradient", "floats", "x", "x", "x", "", [], [], 0,
  "A constant to whoever differentiates. Not differentiable: that is what it is for.", "foldIdempotent(*this)"> {
  let toOnnx = [{x}];
  let toAten = [{to("detach.default", {x})}];
}

class Graph_Classify<string mnemonic, string formula, code value, code scalar, list<string> aten, list<string> onnx>
    : Graph_Elementwise<mnemonic, [Graph_OneShape], 1, "floats", formula, value, scalar, "", aten, onnx, 1, "predicate"> {
  let description = "`y = " # formula # "`, an i1 tensor. Not differentiable: the result is a truth value." # [{

    Example:
    ```mlir
    %y = graph.}] # mnemonic # [{ %x : tensor<4xf32> -> tensor<4xi1>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$x);
  let results = (outs Graph_BoolTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
}

def Graph_IsNanOp : Graph_Classify<"is_nan", "x is NaN", "std::isnan(x)", "s.compare(ComparePredicate::ne, x, x)",
  ["isnan.default"], ["IsNaN"]>;
def Graph_IsInfOp : Graph_Classify<"is_inf", "|x| is infinity", "std::isinf(x)",
  "s.compare(ComparePredicate::eq, s.abs(x), s.constant(HUGE_VAL))", ["isinf.default"], []> {
  let toOnnx = [{to.test("IsInf", {x})}];
}
def Graph_IsFiniteOp : Graph_Classify<"is_finite", "x is a number and finite", "std::isfinite(x)",
  "s.compare(ComparePredicate::lt, s.abs(x), s.constant(HUGE_VAL))", ["isfinite.default"], []> {
  let toOnnx = [{to.test("Less", {to("Abs", {x}), to.number(HUGE_VAL, x.element)})}];
}
