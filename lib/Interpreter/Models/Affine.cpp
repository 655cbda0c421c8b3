//===- Affine.cpp - affine's index arithmetic in the interpreter ----------===//
#include "Interpreter/Models/Models.h"
#include "Interpreter/ScalarProgram.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"

using namespace mlir;
using namespace graphopt;

static LogicalResult evaluateMap(Operation *op, AffineMap map, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results,
                                 int64_t (*combine)(int64_t, int64_t)) {
  SmallVector<int64_t> inputs = llvm::map_to_vector(operands, [](const TensorValue &value) { return value.getAsInt(0); });
  ArrayRef<int64_t> dims = ArrayRef(inputs).take_front(map.getNumDims()), symbols = ArrayRef(inputs).drop_front(map.getNumDims());
  std::optional<int64_t> result;
  for (AffineExpr expr : map.getResults()) {
    auto value = evaluateAffine(expr, dims, symbols);
    if (failed(value))
      return op->emitOpError() << "expected a division by a positive number";
    result = result ? combine(*result, *value) : *value;
  }
  results.push_back(TensorValue::index(op->getContext(), *result));
  return success();
}

static LogicalResult evaluateApply(affine::AffineApplyOp op, EvalContext &, ArrayRef<TensorValue> operands,
                                   SmallVectorImpl<TensorValue> &results) {
  return evaluateMap(op, op.getAffineMap(), operands, results, nullptr);
}
static LogicalResult evaluateMin(affine::AffineMinOp op, EvalContext &, ArrayRef<TensorValue> operands,
                                 SmallVectorImpl<TensorValue> &results) {
  return evaluateMap(op, op.getAffineMap(), operands, results, +[](int64_t a, int64_t b) { return std::min(a, b); });
}
static LogicalResult evaluateMax(affine::AffineMaxOp op, EvalContext &, ArrayRef<TensorValue> operands,
                                 SmallVectorImpl<TensorValue> &results) {
  return evaluateMap(op, op.getAffineMap(), operands, results, +[](int64_t a, int64_t b) { return std::max(a, b); });
}

void graphopt::registerAffineModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, affine::AffineDialect *) {
    using namespace affine;
    AffineApplyOp::attachInterface<FunctionModel<AffineApplyOp, evaluateApply>>(*context);
    AffineMinOp::attachInterface<FunctionModel<AffineMinOp, evaluateMin>>(*context);
    AffineMaxOp::attachInterface<FunctionModel<AffineMaxOp, evaluateMax>>(*context);
  });
}
