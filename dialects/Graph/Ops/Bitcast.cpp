//===- Bitcast.cpp --------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Bitcast.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Bitcast.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult BitcastOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType x = context.typeOf(op.getX());
  if (x.elementType.getIntOrFloatBitWidth() != op.getTo().getIntOrFloatBitWidth()) // (C1)
    return context.emitError() << "expected elements of " << x.elementType.getIntOrFloatBitWidth() << " bits, got " << op.getTo();
  x.elementType = op.getTo();
  results.push_back(std::move(x));
  return success();
}

OpFoldResult BitcastOp::fold(FoldAdaptor) {
  if (getX().getType() == getType())
    return getX();
  auto inner = getX().getDefiningOp<BitcastOp>(); // there and back
  return inner && inner.getX().getType() == getType() ? inner.getX() : Value();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult BitcastOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  TensorValue y(getTo(), operands[0].getShape());
  std::memcpy(y.getMutableRaw(), operands[0].getRaw(), operands[0].getNumElements() * TensorValue::getElementSize(getTo()));
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> BitcastOp::lower(OpBuilder &b, ValueRange operands) {
  Type to = stripSign(getTo());
  Value x = operands[0];
  if (getElementTypeOrSelf(x.getType()) == to)
    return SmallVector<Value>{x};
  int64_t rank = cast<RankedTensorType>(x.getType()).getRank();
  Value empty = tensor::EmptyOp::create(b, getLoc(), tensor::getMixedSizes(b, getLoc(), x), to);
  SmallVector<AffineMap> maps(2, b.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
  auto loop = linalg::GenericOp::create(
      b, getLoc(), empty.getType(), x, empty, maps, loops, [&](OpBuilder &nested, Location at, ValueRange elements) {
        linalg::YieldOp::create(nested, at, arith::BitcastOp::create(nested, at, to, elements[0]).getResult());
      });
  return SmallVector<Value>{loop.getResult(0)};
}

//===--- Import -----------------------------------------------------------===//

// lib/Interop/Onnx/Rules/Creation.cpp: types are codes there.
void BitcastOp::registerImportRules(ImportRules &) {}
