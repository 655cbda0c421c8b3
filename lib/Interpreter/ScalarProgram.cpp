//===- ScalarProgram.cpp - a region of scalar ops, ready to run many times ===//
#include "Interpreter/ScalarProgram.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;

FailureOr<int64_t> graphopt::evaluateAffine(AffineExpr expr, ArrayRef<int64_t> dims, ArrayRef<int64_t> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  auto lhs = evaluateAffine(binary.getLHS(), dims, symbols), rhs = evaluateAffine(binary.getRHS(), dims, symbols);
  if (failed(lhs) || failed(rhs))
    return failure();
  auto a = static_cast<uint64_t>(*lhs), b = static_cast<uint64_t>(*rhs);
  if (expr.getKind() == AffineExprKind::Add)
    return static_cast<int64_t>(a + b);
  if (expr.getKind() == AffineExprKind::Mul)
    return static_cast<int64_t>(a * b);
  if (*rhs <= 0)
    return failure();
  int64_t quotient = *lhs / *rhs, remainder = *lhs % *rhs;
  if (expr.getKind() == AffineExprKind::Mod)
    return remainder < 0 ? remainder + *rhs : remainder;
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return remainder < 0 ? quotient - 1 : quotient;
  return remainder > 0 ? quotient + 1 : quotient;
}

/// The slot of a value; one from above the region is looked up, and stays as it is while the program runs.
unsigned ScalarProgram::slotOf(Value value) {
  auto [it, inserted] = numbers.try_emplace(value, slots.size());
  if (!inserted)
    return it->second;
  slots.push_back(Scalar{0});
  if (top->isAncestor(value.getParentRegion()))
    return it->second;
  auto type = ScalarType::get(value.getType());
  if (TensorValue known = context->lookup(value); known && type)
    slots.back() = type->load(known.getRaw());
  else
    missing = true;
  return it->second;
}

SmallVector<unsigned, 4> ScalarProgram::slotsOf(ValueRange values) {
  SmallVector<unsigned, 4> result;
  for (Value value : values)
    result.push_back(slotOf(value));
  return result;
}

void ScalarProgram::copy(ArrayRef<unsigned> from, ArrayRef<unsigned> to) {
  SmallVector<Scalar, 4> values;
  for (unsigned slot : from)
    values.push_back(slots[slot]);
  for (auto [slot, value] : llvm::zip(to, values))
    slots[slot] = value;
}

LogicalResult ScalarProgram::runBlock(const Block &block) {
  for (const Step &step : block.steps) {
    if (!step.kernel.run) {
      if (failed(step.run(*this)))
        return failure();
      continue;
    }
    Scalar in[3] = {}, out[2];
    for (size_t i = 0; i < step.in.size(); ++i)
      in[i] = slots[step.in[i]];
    if (!step.kernel.run(step.kernel, in, out))
      return step.op->emitOpError()
             << "has undefined behaviour on its operands: expected a division by neither 0 nor, of the least value, -1";
    slots[step.out[0]] = out[0];
    if (step.out.size() > 1)
      slots[step.out[1]] = out[1];
  }
  return success();
}

/// The element of `tensor` that `indices` name, or -1.
static int64_t offsetOf(const TensorValue &tensor, ArrayRef<int64_t> indices) {
  int64_t offset = 0;
  for (auto [index, size] : llvm::zip(indices, tensor.getShape())) {
    if (index < 0 || index >= size)
      return -1;
    offset = offset * size + index;
  }
  return offset;
}

FailureOr<ScalarProgram::Step> ScalarProgram::compileStep(Operation *op) {
  Step step;
  step.op = op;
  step.out = slotsOf(op->getResults());
  unsigned result = step.out.empty() ? 0 : step.out[0];
  if (auto kernel = getKernel(op); kernel && op->getNumOperands() <= 3 && !isa<ShapedType>(op->getResult(0).getType())) {
    step.kernel = *kernel;
    step.in = slotsOf(op->getOperands());
    return step;
  }
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    TensorValue value = TensorValue::fromAttr(constant.getValue());
    auto type = ScalarType::get(constant.getType());
    if (!value || !type)
      return op->emitOpError() << "expected a scalar constant in this body";
    slots[result] = type->load(value.getRaw()); // no step: nothing else writes the slot
    step.run = [](ScalarProgram &) { return success(); };
    return step;
  }
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    if (index->getParentRegion() != top && index->getParentOfType<linalg::LinalgOp>() != top->getParentOp())
      return op->emitOpError() << "expected to be in the body of the op that is evaluated";
    unsigned dim = index.getDim();
    step.run = [dim, result](ScalarProgram &p) {
      p.slots[result].i = p.indices[dim];
      return success();
    };
    return step;
  }
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op)) {
    AffineMap map = apply.getAffineMap();
    step.run = [=, in = slotsOf(op->getOperands())](ScalarProgram &p) -> LogicalResult {
      SmallVector<int64_t> values;
      for (unsigned slot : in)
        values.push_back(p.slots[slot].i);
      auto value =
          evaluateAffine(map.getResult(0), ArrayRef(values).take_front(map.getNumDims()), ArrayRef(values).drop_front(map.getNumDims()));
      if (failed(value))
        return op->emitOpError() << "expected a division by a positive number";
      p.slots[result].i = *value;
      return success();
    };
    return step;
  }
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    TensorValue tensor = top->isAncestor(extract.getTensor().getParentRegion()) ? TensorValue() : context->lookup(extract.getTensor());
    auto type = ScalarType::get(op->getResult(0).getType());
    if (!tensor || !type)
      return op->emitOpError() << "expected a tensor that is known above this body";
    step.run = [=, in = slotsOf(extract.getIndices())](ScalarProgram &p) -> LogicalResult {
      SmallVector<int64_t> indices;
      for (unsigned slot : in)
        indices.push_back(p.slots[slot].i);
      int64_t offset = offsetOf(tensor, indices);
      if (offset < 0)
        return op->emitOpError() << "expected indices in the bounds of " << tensor.getType() << ", got [" << ArrayRef(indices) << "]";
      p.slots[result] = type->load(tensor.getRaw() + offset * TensorValue::getElementSize(tensor.getElementType()));
      return success();
    };
    return step;
  }
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    TensorValue tensor = top->isAncestor(dim.getSource().getParentRegion()) ? TensorValue() : context->lookup(dim.getSource());
    if (!tensor)
      return op->emitOpError() << "expected a tensor that is known above this body";
    step.run = [=, in = slotOf(dim.getIndex())](ScalarProgram &p) -> LogicalResult {
      int64_t i = p.slots[in].i;
      if (i < 0 || i >= tensor.getRank())
        return op->emitOpError() << "expected a dimension of " << tensor.getType() << ", got " << i;
      p.slots[result].i = tensor.getDim(i);
      return success();
    };
    return step;
  }
  if (auto branch = dyn_cast<scf::IfOp>(op)) {
    auto then = compileBlock(branch.getThenRegion());
    FailureOr<Block> otherwise = branch.getElseRegion().empty() ? FailureOr<Block>(Block()) : compileBlock(branch.getElseRegion());
    if (failed(then) || failed(otherwise))
      return failure();
    step.run = [then = *then, otherwise = *otherwise, out = step.out, in = slotOf(branch.getCondition())](ScalarProgram &p) {
      const Block &taken = p.slots[in].i ? then : otherwise;
      if (failed(p.runBlock(taken)))
        return failure();
      p.copy(taken.results, out);
      return success();
    };
    return step;
  }
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    auto nested = compileBlock(loop.getRegion());
    if (failed(nested))
      return failure();
    step.run = [=, nested = *nested, out = step.out, from = slotOf(loop.getLowerBound()), to = slotOf(loop.getUpperBound()),
                by = slotOf(loop.getStep()), init = slotsOf(loop.getInitArgs())](ScalarProgram &p) -> LogicalResult {
      p.copy(init, out);
      int64_t stride = p.slots[by].i, upper = p.slots[to].i;
      if (stride <= 0)
        return op->emitOpError() << "expected a positive step, got " << stride;
      for (int64_t i = p.slots[from].i; i < upper; i += stride) {
        p.slots[nested.arguments[0]].i = i;
        p.copy(out, ArrayRef(nested.arguments).drop_front());
        if (failed(p.context->countIteration(op)) || failed(p.runBlock(nested)))
          return failure();
        p.copy(nested.results, out);
        if (upper - i <= stride)
          break;
      }
      return success();
    };
    return step;
  }
  if (auto loop = dyn_cast<scf::WhileOp>(op)) {
    auto before = compileBlock(loop.getBefore()), after = compileBlock(loop.getAfter());
    if (failed(before) || failed(after))
      return failure();
    step.run = [=, before = *before, after = *after, out = step.out, init = slotsOf(loop.getInits())](ScalarProgram &p) -> LogicalResult {
      p.copy(init, before.arguments);
      while (true) {
        if (failed(p.context->countIteration(op)) || failed(p.runBlock(before)))
          return failure();
        ArrayRef<unsigned> forwarded = ArrayRef(before.results).drop_front();
        if (!p.slots[before.results[0]].i) {
          p.copy(forwarded, out);
          return success();
        }
        p.copy(forwarded, after.arguments);
        if (failed(p.runBlock(after)))
          return failure();
        p.copy(after.results, before.arguments);
      }
    };
    return step;
  }
  return op->emitOpError() << "has no evaluation in the scalar body of '" << top->getParentOp()->getName() << "'";
}

FailureOr<ScalarProgram::Block> ScalarProgram::compileBlock(Region &region) {
  if (!region.hasOneBlock())
    return region.getParentOp()->emitOpError() << "expected a region of one block, which is all that the interpreter runs";
  Block block;
  block.arguments = slotsOf(region.getArguments());
  for (Operation &op : region.front().without_terminator()) {
    auto step = compileStep(&op);
    if (failed(step))
      return failure();
    if (!isa<arith::ConstantOp>(op))
      block.steps.push_back(std::move(*step));
  }
  block.results = slotsOf(region.front().getTerminator()->getOperands());
  if (missing)
    return region.getParentOp()->emitOpError() << "expected the values that its body uses from above to be known scalars";
  return block;
}

FailureOr<ScalarProgram> ScalarProgram::compile(Region &region, EvalContext &context) {
  ScalarProgram program;
  program.context = &context;
  program.top = &region;
  if (auto op = dyn_cast<linalg::LinalgOp>(region.getParentOp()))
    program.indices.assign(op.getNumLoops(), 0);
  auto body = program.compileBlock(region);
  if (failed(body))
    return failure();
  program.body = std::move(*body);
  return program;
}
