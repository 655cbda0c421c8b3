//===- Linear.cpp ---------------------------------------------------------===//
#include "Graph/Shared/ContractGradient.h"
#include "Graph/Shared/Contraction.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Linear.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult LinearOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType x = context.typeOf(op.getX()), weight = context.typeOf(op.getWeight()), y = x;
  SymbolicType bias = op.getBias() ? context.typeOf(op.getBias()) : SymbolicType{{context.constant(0)}, x.elementType};
  if (x.elementType != weight.elementType || x.elementType != bias.elementType) // (C1)
    return context.emitError() << "expected one element type of all operands, got " << op.getOperands().getTypes();
  if (x.sizes.empty() || weight.sizes.size() != 2 || bias.sizes.size() != 1) // (C2)
    return context.emitError() << "expected x of rank 1 or more, weight of rank 2 and bias of rank 1, got " << op.getOperands().getTypes();
  if (!InferContext::canBeEqual(x.sizes.back(), weight.sizes[1])) // (C3)
    return context.emitError() << "expected x's last size to be weight's, got " << op.getX().getType() << " and "
                               << op.getWeight().getType();
  if (op.getBias() && !InferContext::canBeEqual(weight.sizes[0], bias.sizes[0])) // (C3)
    return context.emitError() << "expected bias to have the first size of weight, got " << op.getBias().getType() << " and "
                               << op.getWeight().getType();
  y.sizes.back() = weight.sizes[0];
  results.push_back(std::move(y));
  return success();
}

static int64_t lastAxis(Value x) { return cast<RankedTensorType>(x.getType()).getRank() - 1; }

static Contraction loopsOf(LinearOp op) {
  int64_t last = lastAxis(op.getX());
  Contraction c{llvm::to_vector(llvm::seq<int64_t>(0, last)), {last, last + 1}, last + 2, last + 1};
  c.lhs.push_back(last + 1);
  return c;
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult LinearOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue *bias = getBias() ? &operands[2] : nullptr;
  if (bias && bias->getDim(0) != operands[1].getDim(0))
    return emitOpError() << "expected bias to have size " << operands[1].getDim(0) << ", got " << bias->getDim(0);
  results.push_back(evaluateContraction(context, *this, loopsOf(*this), operands[0], operands[1], bias));
  return success(static_cast<bool>(results.back()));
}

//===--- Decompose --------------------------------------------------------===//

FailureOr<SmallVector<Value>> LinearOp::decompose(OpBuilder &b) {
  Value y = ContractOp::create(b, getLoc(), getX(), getWeight(), ArrayRef<int64_t>{}, ArrayRef<int64_t>{}, {lastAxis(getX())}, {1});
  if (getBias())
    y = AddOp::create(b, getLoc(), y, getBias());
  return SmallVector<Value>{y};
}

Cost LinearOp::getCost(int64_t dynamicSize) {
  Cost cost = contractionCost(*this, loopsOf(*this), dynamicSize);
  if (getBias())
    cost.flops += std::min(countElements(getType(), dynamicSize), std::numeric_limits<int64_t>::max() - cost.flops);
  return cost;
}

FusionKind LinearOp::getFusionKind() { return FusionKind::contraction; }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> LinearOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return SmallVector<Value>(getNumOperands());
  SmallVector<Value> results = contractGradient(b, getLoc(), getX(), getWeight(), cotangents[0], {}, {}, {lastAxis(getX())}, {1});
  if (getBias()) {
    ExprBuilder g(b, getLoc());
    results.push_back(g.sum(g(cotangents[0]), llvm::to_vector(llvm::seq<int64_t>(0, lastAxis(getX()))), /*keepDims=*/false));
  }
  return results;
}

//===--- Import -----------------------------------------------------------===//

void LinearOp::registerImportRules(ImportRules &rules) {
  rules.aten({"linear.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("input"), weight = call.tensor("weight");
    FailureOr<Value> bias = call.has("bias") ? call.tensor("bias") : FailureOr<Value>(Value());
    if (failed(x) || failed(weight) || failed(bias))
      return failure();
    return call.yield(LinearOp::create(call.builder, call.loc, *x, *weight, *bias).getResult());
  });
}
