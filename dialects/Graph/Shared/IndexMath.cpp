//===- IndexMath.cpp ------------------------------------------------------===//
#include "Graph/Shared/IndexMath.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Total.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

Value IndexMath::value(Index x) { return getValueOrCreateConstantIndexOp(b, loc, x); }

/// `Op` on two positions, or `fn` of them where both are known.
template <typename Op, typename Fn> static OpFoldResult apply(OpBuilder &b, Location loc, OpFoldResult x, OpFoldResult y, Fn fn) {
  auto known = getConstantIntValue(x), other = getConstantIntValue(y);
  if (known && other) {
    int64_t result = fn(*known, *other);
    return b.getIndexAttr(ShapedType::isDynamic(result) ? result + 1 : result); // the least integer means "dynamic" in lists of sizes
  }
  return Op::create(b, loc, getValueOrCreateConstantIndexOp(b, loc, x), getValueOrCreateConstantIndexOp(b, loc, y)).getResult();
}

OpFoldResult IndexMath::add(Index x, Index y) {
  if (isConstantIntValue(x, 0) || isConstantIntValue(y, 0))
    return isConstantIntValue(x, 0) ? y : x;
  return apply<arith::AddIOp>(b, loc, x, y, total::add<int64_t>);
}
OpFoldResult IndexMath::sub(Index x, Index y) {
  return isConstantIntValue(y, 0) ? x : apply<arith::SubIOp>(b, loc, x, y, total::sub<int64_t>);
}
OpFoldResult IndexMath::mul(Index x, Index y) {
  if (isConstantIntValue(x, 1) || isConstantIntValue(y, 1))
    return isConstantIntValue(x, 1) ? y : x;
  return apply<arith::MulIOp>(b, loc, x, y, total::mul<int64_t>);
}
OpFoldResult IndexMath::max(Index x, Index y) { return apply<arith::MaxSIOp>(b, loc, x, y, total::max<int64_t>); }
OpFoldResult IndexMath::min(Index x, Index y) { return apply<arith::MinSIOp>(b, loc, x, y, total::min<int64_t>); }

OpFoldResult IndexMath::ceilDiv(Index x, int64_t y) {
  if (y == 1)
    return x;
  if (auto known = getConstantIntValue(x))
    return number(*known / y + (*known % y != 0));
  return arith::DivUIOp::create(b, loc, value(add(x, number(y - 1))), value(number(y))).getResult();
}

OpFoldResult IndexMath::fromEnd(Index position, Index size) {
  if (auto known = getConstantIntValue(position))
    return *known < 0 ? add(position, size) : position;
  Value negative = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, value(position), value(number(0)));
  return arith::SelectOp::create(b, loc, negative, value(add(position, size)), value(position)).getResult();
}

Value IndexMath::tensor(Index x) {
  auto type = RankedTensorType::get({}, b.getI64Type());
  if (auto known = getConstantIntValue(x))
    return graph::ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, Attribute(b.getI64IntegerAttr(*known))));
  Value integer = arith::IndexCastOp::create(b, loc, b.getI64Type(), value(x));
  return tensor::FromElementsOp::create(b, loc, type, integer);
}
