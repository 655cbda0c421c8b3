//===- Slices.cpp - cotangents through parts of tensors -------------------===//
#include "Autodiff/ReverseMode.h"
#include "graph-opt/Dialect/Graph/Expr.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;

static Value zerosLike(OpBuilder &b, Value like) { return orZeros(b, Value(), like); }

void graphopt::reverseExtractSlice(tensor::ExtractSliceOp op, Cotangents &cotangents) {
  Value cotangent = cotangents.lookup(op.getResult());
  if (!cotangent)
    return;
  OpBuilder &b = cotangents.b;
  auto place = [&](Value part, Value into) -> Value {
    return tensor::InsertSliceOp::create(b, op.getLoc(), part, into, op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides());
  };
  cotangent = orZeros(b, cotangent, op.getResult());
  Value sum = cotangents.take(op.getSource());
  if (!sum) {
    cotangents.flowInto(op.getSource(), place(cotangent, zerosLike(b, op.getSource())));
    return;
  }
  // Only the part is added to, so that a loop over rows costs what the rows do.
  sum = orZeros(b, sum, op.getSource());
  ExprBuilder g(b, op.getLoc());
  Value part =
      tensor::ExtractSliceOp::create(b, op.getLoc(), op.getType(), sum, op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides());
  cotangents.flowInto(op.getSource(), place(orZeros(b, g(part) + g(cotangent), op.getResult()), sum));
}

void graphopt::reverseInsertSlice(tensor::InsertSliceOp op, Cotangents &cotangents) {
  Value cotangent = cotangents.lookup(op.getResult());
  if (!cotangent)
    return;
  OpBuilder &b = cotangents.b;
  cotangent = orZeros(b, cotangent, op.getResult());
  cotangents.flowInto(op.getSource(), tensor::ExtractSliceOp::create(b, op.getLoc(), op.getSourceType(), cotangent, op.getMixedOffsets(),
                                                                     op.getMixedSizes(), op.getMixedStrides()));
  // What was there before is overwritten.
  cotangents.flowInto(op.getDest(), tensor::InsertSliceOp::create(b, op.getLoc(), zerosLike(b, op.getSource()), cotangent,
                                                                  op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides()));
}
