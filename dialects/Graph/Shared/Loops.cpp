//===- Loops.cpp - loops over elements, as linalg.generic -----------------===//
#include "Graph/Shared/Loops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

/// The value in its compute type.
static Value extend(OpBuilder &b, Location loc, Value value) {
  Type compute = getComputeType(value.getType());
  return compute == value.getType() ? value : arith::ExtFOp::create(b, loc, compute, value).getResult();
}

Value graphopt::buildElements(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes, Type elementType, ValueRange inputs,
                              ArrayRef<AffineMap> maps, ElementBody body) {
  int64_t rank = static_cast<int64_t>(sizes.size());
  Value init = tensor::EmptyOp::create(b, loc, sizes, elementType);
  SmallVector<AffineMap> all(maps);
  all.push_back(b.getMultiDimIdentityMap(rank));
  auto generic = linalg::GenericOp::create(
      b, loc, init.getType(), inputs, init, all, SmallVector<utils::IteratorType>(rank, utils::IteratorType::parallel),
      [&](OpBuilder &nested, Location at, ValueRange args) {
        SmallVector<Value> values = llvm::map_to_vector(args.drop_back(), [&](Value arg) { return extend(nested, at, arg); });
        Value result = body(nested, at, values);
        if (result.getType() != elementType)
          result = arith::TruncFOp::create(nested, at, elementType, result);
        linalg::YieldOp::create(nested, at, result);
      });
  return generic.getResult(0);
}

Value graphopt::moveElements(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes, Value x, AffineMap map) {
  int64_t rank = static_cast<int64_t>(sizes.size());
  Value init = tensor::EmptyOp::create(b, loc, sizes, getElementTypeOrSelf(x.getType()));
  auto generic =
      linalg::GenericOp::create(b, loc, init.getType(), x, init, ArrayRef{map, b.getMultiDimIdentityMap(rank)},
                                SmallVector<utils::IteratorType>(rank, utils::IteratorType::parallel),
                                [](OpBuilder &nested, Location at, ValueRange args) { linalg::YieldOp::create(nested, at, args[0]); });
  return generic.getResult(0);
}

Value graphopt::buildAccumulation(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes, Value identity, ValueRange inputs,
                                  ArrayRef<AffineMap> maps, AffineMap resultMap, AccumulateBody body) {
  Value empty = tensor::EmptyOp::create(b, loc, sizes, identity.getType());
  Value init = linalg::FillOp::create(b, loc, identity, empty).getResult(0);
  SmallVector<AffineMap> all(maps);
  all.push_back(resultMap);
  SmallVector<utils::IteratorType> iterators(resultMap.getNumDims(), utils::IteratorType::reduction);
  for (AffineExpr loop : resultMap.getResults())
    iterators[cast<AffineDimExpr>(loop).getPosition()] = utils::IteratorType::parallel;
  auto generic =
      linalg::GenericOp::create(b, loc, init.getType(), inputs, init, all, iterators, [&](OpBuilder &nested, Location at, ValueRange args) {
        SmallVector<Value> values = llvm::map_to_vector(args.drop_back(), [&](Value arg) { return extend(nested, at, arg); });
        linalg::YieldOp::create(nested, at, body(nested, at, args.back(), values));
      });
  return generic.getResult(0);
}

Value graphopt::convertElements(OpBuilder &b, Location loc, Value x, Type elementType) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getElementType() == elementType)
    return x;
  return buildElements(b, loc, tensor::getMixedSizes(b, loc, x), elementType, x, b.getMultiDimIdentityMap(type.getRank()),
                       [&](OpBuilder &nested, Location at, ValueRange args) {
                         return ScalarBuilder(nested, at, type.getElementType()).convert(args[0], elementType);
                       });
}

SmallVector<OpFoldResult> graphopt::resultSizes(OpBuilder &b, RankedTensorType type, llvm::function_ref<OpFoldResult(int64_t)> dynamic) {
  SmallVector<OpFoldResult> sizes;
  for (auto [d, size] : llvm::enumerate(type.getShape()))
    sizes.push_back(ShapedType::isDynamic(size) ? dynamic(static_cast<int64_t>(d)) : b.getIndexAttr(size));
  return sizes;
}

Value graphopt::elementCount(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes, Type floatType) {
  double known = 1;
  Value count;
  for (OpFoldResult size : sizes) {
    if (std::optional<int64_t> constant = getConstantIntValue(size)) {
      known *= static_cast<double>(*constant);
      continue;
    }
    Value integer = arith::IndexCastOp::create(b, loc, b.getI64Type(), cast<Value>(size));
    Value number = arith::SIToFPOp::create(b, loc, floatType, integer);
    count = count ? arith::MulFOp::create(b, loc, count, number).getResult() : number;
  }
  Value constant = arith::ConstantOp::create(b, loc, b.getFloatAttr(floatType, known));
  return count ? arith::MulFOp::create(b, loc, count, constant).getResult() : constant;
}

AffineMap graphopt::mapOfLoops(MLIRContext *context, int64_t count, ArrayRef<int64_t> loops) {
  SmallVector<AffineExpr> exprs;
  for (int64_t loop : loops)
    exprs.push_back(getAffineDimExpr(loop, context));
  return AffineMap::get(count, 0, exprs, context);
}

SmallVector<int64_t> graphopt::loopsWithout(int64_t count, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> loops;
  for (int64_t d = 0; d < count; ++d)
    if (!llvm::is_contained(axes, d))
      loops.push_back(d);
  return loops;
}
