//===- Concat.cpp ---------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Concat.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult ConcatOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  if (op.getXs().empty()) // (C1)
    return context.emitError() << "expected at least one operand";
  SymbolicType y = context.typeOf(op.getXs()[0]);
  auto rank = static_cast<int64_t>(y.sizes.size()), axis = static_cast<int64_t>(op.getAxis());
  if (axis < 0 || axis >= rank) // (C2)
    return context.emitError() << "expected axis in [0, " << rank << "), got " << axis;
  for (Value operand : op.getXs().drop_front()) {
    SymbolicType x = context.typeOf(operand);
    bool agree = x.elementType == y.elementType && x.sizes.size() == y.sizes.size();
    for (int64_t d = 0; agree && d < rank; ++d) {
      if (d == axis)
        y.sizes[d] = y.sizes[d] + x.sizes[d];
      else if (!InferContext::canBeEqual(x.sizes[d], y.sizes[d]))
        agree = false;
      else if (isa<AffineConstantExpr>(x.sizes[d]))
        y.sizes[d] = x.sizes[d];
    }
    if (!agree) // (C3)
      return context.emitError() << "expected operands that differ along axis " << axis << " only, got " << op.getXs()[0].getType()
                                 << " and " << operand.getType();
  }
  results.push_back(std::move(y));
  return success();
}

//===--- Fold -------------------------------------------------------------===//

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getXs().size() == 1 && getXs()[0].getType() == getType() ? OpFoldResult(getXs()[0]) : OpFoldResult();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult ConcatOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  auto axis = static_cast<int64_t>(getAxis());
  SmallVector<int64_t> shape(operands[0].getShape());
  for (const TensorValue &x : operands.drop_front())
    for (int64_t d = 0; d < x.getRank(); ++d) {
      if (d != axis && x.getDim(d) != shape[d])
        return emitOpError() << "expected operands that differ along axis " << axis << " only, got " << operands[0].getType() << " and "
                             << x.getType();
      if (d == axis && llvm::AddOverflow(shape[d], x.getDim(d), shape[d]))
        return emitOpError() << "expected a size of axis " << axis << " that fits";
    }
  TensorValue y = context.allocate(*this, operands[0].getElementType(), shape);
  if (!y)
    return failure();
  // Each operand gives one piece of each outer position.
  int64_t outer = *checkedNumElements(ArrayRef(shape).take_front(axis));
  char *out = y.getMutableRaw();
  for (int64_t i = 0; i < outer; ++i)
    for (const TensorValue &x : operands)
      if (int64_t bytes = x.getByteSize() / outer) {
        std::memcpy(out, x.getRaw() + i * bytes, bytes);
        out += bytes;
      }
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> ConcatOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  IndexMath math(b, loc);
  auto axis = static_cast<int64_t>(getAxis());
  auto type = cast<RankedTensorType>(getType());
  OpFoldResult position = math.number(0);
  SmallVector<OpFoldResult> positions;
  for (Value operand : operands) {
    positions.push_back(position);
    position = math.add(position, tensor::getMixedSize(b, loc, operand, axis));
  }
  SmallVector<OpFoldResult> sizes =
      resultSizes(b, type, [&](int64_t d) { return d == axis ? position : tensor::getMixedSize(b, loc, operands[0], d); });
  Value y = tensor::EmptyOp::create(b, loc, sizes, stripSign(type.getElementType()));
  SmallVector<OpFoldResult> steps(sizes.size(), math.number(1)), offsets(sizes.size(), math.number(0));
  for (auto [operand, start] : llvm::zip(operands, positions)) {
    // There is no offset in an empty axis, nor at the end of one, that the verifier takes; what would go there is empty.
    auto shape = cast<RankedTensorType>(operand.getType()).getShape();
    auto position = getConstantIntValue(start);
    if (llvm::is_contained(shape, 0) || llvm::is_contained(type.getShape(), 0) || (position && *position == type.getDimSize(axis)))
      continue;
    offsets[axis] = start;
    y = tensor::InsertSliceOp::create(b, loc, operand, y, offsets, tensor::getMixedSizes(b, loc, operand), steps);
  }
  return SmallVector<Value>{y};
}

Cost ConcatOp::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 0); }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> ConcatOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  SmallVector<Value> results(getNumOperands());
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return results;
  IndexMath math(b, getLoc());
  auto rank = cast<RankedTensorType>(getType()).getRank();
  SmallVector<OpFoldResult> starts(rank, math.number(0));
  for (auto [i, x] : llvm::enumerate(getXs())) {
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, getLoc(), x);
    results[i] = SliceOp::create(b, getLoc(), cotangents[0], starts, sizes, SmallVector<int64_t>(rank, 1));
    starts[getAxis()] = math.add(starts[getAxis()], sizes[getAxis()]);
  }
  return results;
}

//===--- Import -----------------------------------------------------------===//

void ConcatOp::registerImportRules(ImportRules &rules) {
  auto rule = [](StringRef listName, StringRef axisName) {
    return [=](ImportCall &call) -> LogicalResult {
      auto xs = call.tensors(listName);
      if (failed(xs))
        return failure();
      // torch lets an empty tensor of rank 1 stand among others.
      llvm::erase_if(*xs, [&](Value x) {
        auto type = cast<RankedTensorType>(x.getType());
        return xs->size() > 1 && type.getRank() == 1 && type.getDimSize(0) == 0;
      });
      if (xs->empty()) { // all are: so is the result
        xs = call.tensors(listName);
        if (failed(xs) || xs->empty())
          return call.unsupported("expected at least one tensor");
        xs->resize(1);
      }
      int64_t rank = cast<RankedTensorType>(xs->front().getType()).getRank();
      FailureOr<int64_t> axis = call.has(axisName) ? call.axis(axisName, rank) : FailureOr<int64_t>(0);
      if (failed(axis))
        return failure();
      for (Value &x : *xs)
        x = call.resultElementType() ? call.cast(x, call.resultElementType()) : x;
      return call.yield(ConcatOp::create(call.builder, call.loc, *xs, *axis).getResult());
    };
  };
  rules.aten({"cat.default"}, rule("tensors", "dim"));
  rules.onnx({"Concat"}, rule("inputs", "axis"), /*since=*/4);
}

//===--- Export -----------------------------------------------------------===//

void ConcatOp::registerExportRules(ExportRules &rules) {
  rules.onnx<ConcatOp>([](ConcatOp op, OnnxExport &to) {
    std::vector<ForeignValue> parts;
    for (Value x : op.getXs())
      parts.push_back(to[x]);
    return to.yield(to("Concat", parts, {{"axis", op.getAxis()}}));
  });
  rules.aten<ConcatOp>([](ConcatOp op, AtenExport &to) {
    ForeignArg::List parts;
    for (Value x : op.getXs())
      parts.push_back(to[x]);
    return to.yield(to("cat.default", {parts, op.getAxis()}, {}, getElementTypeOrSelf(op.getType())));
  });
}
