//===- Reduction.cpp - what reductions along axes share -------------------===//
#include "Graph/Shared/Reduction.h"
#include "Graph/Shared/Reshape.h"
#include "graph-opt/Dialect/Graph/ScalarBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <limits>

using namespace mlir;
using namespace graphopt;

LogicalResult graphopt::inferReduction(InferContext &context, Value x, ArrayRef<int64_t> axes, bool keepDims,
                                       SmallVectorImpl<SymbolicType> &results) {
  SymbolicType type = context.typeOf(x), result{{}, type.elementType};
  int64_t rank = static_cast<int64_t>(type.sizes.size());
  for (auto [i, axis] : llvm::enumerate(axes)) // (C1)
    if (axis < 0 || axis >= rank || (i > 0 && axis <= axes[i - 1]))
      return context.emitError() << "expected axes that grow in [0, " << rank << "), got [" << axes << "]";
  for (auto [d, size] : llvm::enumerate(type.sizes)) {
    if (!llvm::is_contained(axes, static_cast<int64_t>(d)))
      result.sizes.push_back(size);
    else if (keepDims)
      result.sizes.push_back(context.constant(1));
  }
  results.push_back(std::move(result));
  return success();
}

SmallVector<int64_t> graphopt::reducedShape(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes, bool keepDims) {
  SmallVector<int64_t> result;
  for (auto [d, size] : llvm::enumerate(shape)) {
    bool reduced = llvm::is_contained(axes, static_cast<int64_t>(d));
    if (!reduced || keepDims)
      result.push_back(reduced ? 1 : size);
  }
  return result;
}

//===--- Evaluate ---------------------------------------------------------===//

namespace {
template <typename T> Accumulator<T> identity(ReductionKind kind) {
  using A = Accumulator<T>;
  constexpr bool isFloat = std::is_floating_point_v<A>;
  switch (kind) {
  case ReductionKind::sum:
    return A(0);
  case ReductionKind::prod:
    return A(1);
  case ReductionKind::max:
    if constexpr (isFloat)
      return -std::numeric_limits<A>::infinity();
    else
      return static_cast<A>(std::numeric_limits<T>::lowest());
  case ReductionKind::min:
    if constexpr (isFloat)
      return std::numeric_limits<A>::infinity();
    else
      return static_cast<A>(std::numeric_limits<T>::max());
  }
  return A(0);
}
} // namespace

TensorValue graphopt::evaluateReduction(const TensorValue &x, ArrayRef<int64_t> axes, bool keepDims, ReductionKind kind) {
  ArrayRef<int64_t> shape = x.getShape();
  TensorValue y(x.getElementType(), reducedShape(shape, axes, keepDims));
  // The stride of each axis of x in y: 0 for the reduced ones.
  SmallVector<int64_t, 4> strides = rowMajorStrides(reducedShape(shape, axes, /*keepDims=*/true));
  for (int64_t axis : axes)
    strides[axis] = 0;
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using A = Accumulator<T>;
    std::vector<A> sums(y.getNumElements(), identity<T>(kind));
    // vector<bool> packs bits, but its elements assign alike.
    SmallVector<int64_t> index(shape.size(), 0);
    int64_t at = 0;
    for (int64_t i = 0; i < x.getNumElements(); ++i) {
      A value = static_cast<A>(static_cast<ComputeType<T>>(x.get<T>().data()[i]));
      sums[at] = combineValues<A>(kind, sums[at], value);
      for (size_t d = shape.size(); d-- > 0;) {
        at += strides[d];
        if (++index[d] < shape[d])
          break;
        at -= strides[d] * shape[d];
        index[d] = 0;
      }
    }
    for (int64_t i = 0; i < y.getNumElements(); ++i)
      y.getMutable<T>()[i] = static_cast<T>(static_cast<ComputeType<T>>(sums[i]));
  });
  return y;
}

//===--- Lower ------------------------------------------------------------===//

Value graphopt::reductionIdentity(ScalarBuilder &s, Type elementType, ReductionKind kind) {
  OpBuilder &b = s.getBuilder();
  Type type = s.getComputeType();
  auto constant = [&](TypedAttr attr) -> Value { return arith::ConstantOp::create(b, s.getLoc(), attr); };
  if (kind == ReductionKind::sum || kind == ReductionKind::prod)
    return s.constant(kind == ReductionKind::sum ? 0.0 : 1.0);
  bool isMax = kind == ReductionKind::max;
  if (auto floatType = dyn_cast<FloatType>(type))
    return constant(b.getFloatAttr(type, APFloat::getInf(floatType.getFloatSemantics(), isMax)));
  unsigned width = type.getIntOrFloatBitWidth();
  bool isUnsigned = s.isUnsigned();
  APInt bound = isMax ? (isUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width))
                      : (isUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width));
  return constant(b.getIntegerAttr(type, bound));
}

Value graphopt::combine(ScalarBuilder &s, ReductionKind kind, Value a, Value b) {
  switch (kind) {
  case ReductionKind::sum:
    return s.add(a, b);
  case ReductionKind::prod:
    return s.mul(a, b);
  case ReductionKind::max:
    return s.max(a, b);
  case ReductionKind::min:
    return s.min(a, b);
  }
  return {};
}

FailureOr<SmallVector<Value>> graphopt::lowerReduction(OpBuilder &b, Operation *op, Value x, ArrayRef<int64_t> axes, bool keepDims,
                                                       ReductionKind kind) {
  Location loc = op->getLoc();
  auto type = cast<RankedTensorType>(x.getType());
  Type signedElement = getElementTypeOrSelf(op->getOperand(0).getType());
  ScalarBuilder scalar(b, loc, signedElement);
  int64_t rank = type.getRank();

  SmallVector<OpFoldResult> sizes;
  SmallVector<AffineExpr> kept;
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  for (int64_t d = 0; d < rank; ++d) {
    if (llvm::is_contained(axes, d)) {
      iterators[d] = utils::IteratorType::reduction;
    } else {
      sizes.push_back(tensor::getMixedSize(b, loc, x, d));
      kept.push_back(b.getAffineDimExpr(d));
    }
  }
  // f16 and bf16 accumulate in f32, and round once at the end.
  Type accumulator = scalar.getComputeType();
  Value empty = tensor::EmptyOp::create(b, loc, sizes, accumulator);
  Value init = linalg::FillOp::create(b, loc, reductionIdentity(scalar, signedElement, kind), empty).getResult(0);
  AffineMap identity = b.getMultiDimIdentityMap(rank), projection = AffineMap::get(rank, 0, kept, b.getContext());
  Value reduced = linalg::GenericOp::create(b, loc, init.getType(), x, init, ArrayRef{identity, projection}, iterators,
                                            [&](OpBuilder &nested, Location at, ValueRange args) {
                                              ScalarBuilder s(nested, at, signedElement);
                                              Value value = args[0];
                                              if (value.getType() != accumulator)
                                                value = arith::ExtFOp::create(nested, at, accumulator, value);
                                              linalg::YieldOp::create(nested, at, combine(s, kind, args[1], value));
                                            })
                      .getResult(0);
  if (accumulator != type.getElementType()) {
    Value out = tensor::EmptyOp::create(b, loc, sizes, type.getElementType());
    AffineMap map = b.getMultiDimIdentityMap(kept.size());
    reduced = linalg::GenericOp::create(b, loc, out.getType(), reduced, out, ArrayRef{map, map},
                                        SmallVector<utils::IteratorType>(kept.size(), utils::IteratorType::parallel),
                                        [&](OpBuilder &nested, Location at, ValueRange args) {
                                          Value y = arith::TruncFOp::create(nested, at, type.getElementType(), args[0]);
                                          linalg::YieldOp::create(nested, at, y);
                                        })
                  .getResult(0);
  }
  if (keepDims)
    reduced = insertUnitDims(b, loc, reduced, axes);
  return SmallVector<Value>{reduced};
}
