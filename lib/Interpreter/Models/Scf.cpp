//===- Scf.cpp - structured control flow in the interpreter ---------------===//
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "Interpreter/Models/Models.h"
#include "Interpreter/Models/TensorSlices.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;
using Operands = ArrayRef<TensorValue>;
using Results = SmallVectorImpl<TensorValue>;

static TensorValue makeLike(Type type, int64_t value) {
  TensorValue result(type, {});
  visitElementType(type, [&](auto tag) { result.getMutable<typename decltype(tag)::type>()[0] = value; });
  return result;
}

static LogicalResult evaluateIf(scf::IfOp op, EvalContext &context, Operands operands, Results &results) {
  Region &region = operands[0].getAsInt(0) ? op.getThenRegion() : op.getElseRegion();
  return region.empty() ? success() : context.runRegion(region, {}, results);
}

static LogicalResult evaluateIndexSwitch(scf::IndexSwitchOp op, EvalContext &context, Operands operands, Results &results) {
  int64_t value = operands[0].getAsInt(0);
  for (auto [i, known] : llvm::enumerate(op.getCases()))
    if (known == value)
      return context.runRegion(op.getCaseRegions()[i], {}, results);
  return context.runRegion(op.getDefaultRegion(), {}, results);
}

static LogicalResult evaluateExecuteRegion(scf::ExecuteRegionOp op, EvalContext &context, Operands, Results &results) {
  return context.runRegion(op.getRegion(), {}, results);
}

static LogicalResult evaluateFor(scf::ForOp op, EvalContext &context, Operands operands, Results &results) {
  int64_t lower = operands[0].getAsInt(0), upper = operands[1].getAsInt(0), step = operands[2].getAsInt(0);
  if (step <= 0 || op.getUnsignedCmp())
    return op.emitOpError() << "expected a positive step and signed bounds, got a step of " << step;
  SmallVector<TensorValue> carried(operands.drop_front(3));
  for (int64_t i = lower; i < upper;) {
    SmallVector<TensorValue> arguments{makeLike(op.getInductionVar().getType(), i)}, next;
    arguments.append(std::make_move_iterator(carried.begin()), std::make_move_iterator(carried.end()));
    carried.clear();
    if (failed(context.countIteration(op)) || failed(context.runRegion(op.getRegion(), arguments, next)))
      return failure();
    carried = std::move(next);
    if (llvm::AddOverflow(i, step, i))
      break;
  }
  results.append(carried.begin(), carried.end());
  return success();
}

static LogicalResult evaluateWhile(scf::WhileOp op, EvalContext &context, Operands operands, Results &results) {
  SmallVector<TensorValue> carried(operands);
  while (true) {
    SmallVector<TensorValue> condition, next;
    if (failed(context.countIteration(op)) || failed(context.runRegion(op.getBefore(), carried, condition)))
      return failure();
    ArrayRef<TensorValue> forwarded = ArrayRef(condition).drop_front();
    if (!condition[0].getAsInt(0)) {
      results.append(forwarded.begin(), forwarded.end());
      return success();
    }
    if (failed(context.runRegion(op.getAfter(), forwarded, next)))
      return failure();
    carried = std::move(next);
  }
}

/// Iterations run in order, and each sees the outputs as they were before the loop, so that one that reads what another writes shows.
static LogicalResult evaluateForall(scf::ForallOp op, EvalContext &context, Operands, Results &results) {
  auto numbers = [&](ArrayRef<OpFoldResult> values) {
    return llvm::map_to_vector(values, [&](OpFoldResult value) {
      if (auto constant = getConstantIntValue(value))
        return *constant;
      return context.lookup(cast<Value>(value)).getAsInt(0);
    });
  };
  SmallVector<int64_t> lower = numbers(op.getMixedLowerBound()), upper = numbers(op.getMixedUpperBound()),
                       step = numbers(op.getMixedStep());
  SmallVector<TensorValue> initial, outputs;
  for (Value output : op.getOutputs()) {
    initial.push_back(context.lookup(output));
    outputs.push_back(initial.back().clone());
  }
  for (auto [from, to, by] : llvm::zip(lower, upper, step)) {
    if (by <= 0)
      return op.emitOpError() << "expected a positive step, got " << by;
    if (from >= to)
      lower.clear();
  }
  SmallVector<int64_t> at = lower;
  bool more = at.size() == upper.size();
  while (more) {
    SmallVector<TensorValue> arguments, none;
    for (int64_t i : at)
      arguments.push_back(TensorValue::index(op.getContext(), i));
    arguments.append(initial);
    if (failed(context.countIteration(op)) || failed(context.runRegion(op.getRegion(), arguments, none)))
      return failure();
    for (Operation &inner : op.getTerminator().getYieldingOps()) {
      auto insert = dyn_cast<tensor::ParallelInsertSliceOp>(inner);
      if (!insert)
        return inner.emitOpError() << "has no evaluation: expected a 'tensor.parallel_insert_slice'";
      unsigned k = cast<BlockArgument>(insert.getDest()).getArgNumber() - op.getRank();
      Slice slice = getSlice(cast<OffsetSizeAndStrideOpInterface>(inner), [&](Value value) { return context.lookup(value); });
      if (failed(insertSlice(&inner, context.lookup(insert.getSource()), outputs[k], slice)))
        return failure();
    }
    more = false;
    for (size_t d = at.size(); d-- > 0 && !more;) {
      at[d] += step[d];
      if (at[d] < upper[d])
        more = true;
      else
        at[d] = lower[d];
    }
  }
  results.append(outputs.begin(), outputs.end());
  return success();
}

static LogicalResult evaluateAssert(cf::AssertOp op, EvalContext &, Operands operands, Results &) {
  return operands[0].getAsInt(0) ? success() : op.emitOpError() << "does not hold: " << op.getMsg();
}

void graphopt::registerScfModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, cf::ControlFlowDialect *) {
    cf::AssertOp::attachInterface<FunctionModel<cf::AssertOp, evaluateAssert>>(*context);
  });
  registry.addExtension(+[](MLIRContext *context, scf::SCFDialect *) {
    using namespace scf;
    IfOp::attachInterface<FunctionModel<IfOp, evaluateIf>>(*context);
    IndexSwitchOp::attachInterface<FunctionModel<IndexSwitchOp, evaluateIndexSwitch>>(*context);
    ExecuteRegionOp::attachInterface<FunctionModel<ExecuteRegionOp, evaluateExecuteRegion>>(*context);
    ForOp::attachInterface<FunctionModel<ForOp, evaluateFor>>(*context);
    WhileOp::attachInterface<FunctionModel<WhileOp, evaluateWhile>>(*context);
    ForallOp::attachInterface<FunctionModel<ForallOp, evaluateForall>>(*context);
  });
}
