//===- Contraction.cpp - sums of products of two tensors ------------------===//
#include "Graph/Shared/Contraction.h"
#include "Graph/Shared/Loops.h"
#include "graph-opt/Dialect/Graph/Total.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Utils/Utils.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace graphopt;

//===--- Evaluate ---------------------------------------------------------===//

namespace {
/// The loops' sizes and the operands' strides along them.
struct Nest {
  SmallVector<int64_t> sizes, lhs, rhs;
};

/// Calls `fn(lhsOffset, rhsOffset)` for each step of the loops [begin, end), the last one fastest.
template <typename Fn> void forEachStep(const Nest &nest, int64_t begin, int64_t end, Fn fn) {
  SmallVector<int64_t> index(end - begin, 0);
  int64_t total = 1, x = 0, y = 0;
  for (int64_t d = begin; d < end; ++d)
    total *= nest.sizes[d];
  for (int64_t i = 0; i < total; ++i) {
    fn(x, y);
    for (int64_t d = end; d-- > begin;) {
      x += nest.lhs[d], y += nest.rhs[d];
      if (++index[d - begin] < nest.sizes[d])
        break;
      x -= nest.lhs[d] * nest.sizes[d], y -= nest.rhs[d] * nest.sizes[d];
      index[d - begin] = 0;
    }
  }
}
} // namespace

TensorValue graphopt::evaluateContraction(EvalContext &context, Operation *op, const Contraction &c, const TensorValue &lhs,
                                          const TensorValue &rhs, const TensorValue *bias) {
  Nest nest{SmallVector<int64_t>(c.loops, -1), SmallVector<int64_t>(c.loops, 0), SmallVector<int64_t>(c.loops, 0)};
  auto addOperand = [&](const TensorValue &x, ArrayRef<int64_t> loops, SmallVector<int64_t> &strides) {
    SmallVector<int64_t, 4> own = rowMajorStrides(x.getShape());
    for (auto [d, loop] : llvm::enumerate(loops)) {
      int64_t size = x.getDim(d);
      if (loop == Contraction::stretched)
        continue;
      if (nest.sizes[loop] >= 0 && nest.sizes[loop] != size) {
        op->emitOpError() << "expected sizes that agree, got " << nest.sizes[loop] << " and " << size;
        return failure();
      }
      nest.sizes[loop] = size;
      strides[loop] += own[d];
    }
    return success();
  };
  if (failed(addOperand(lhs, c.lhs, nest.lhs)) || failed(addOperand(rhs, c.rhs, nest.rhs)))
    return {};
  TensorValue y = context.allocate(op, lhs.getElementType(), ArrayRef(nest.sizes).take_front(c.resultRank));
  if (!y || y.getNumElements() == 0)
    return y;
  // The steps of the sum are the same for each element of the result.
  SmallVector<std::pair<int64_t, int64_t>> steps;
  forEachStep(nest, c.resultRank, c.loops, [&](int64_t i, int64_t j) { steps.push_back({i, j}); });
  visitElementType(lhs.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    using A = std::conditional_t<std::is_same_v<C, float>, double, C>;
    const T *a = lhs.get<T>().data(), *b = rhs.get<T>().data();
    T *out = y.getMutable<T>().data();
    int64_t biasSize = bias ? bias->getNumElements() : 0, at = 0;
    forEachStep(nest, 0, c.resultRank, [&](int64_t i, int64_t j) {
      A sum = A(0);
      for (auto [x, z] : steps)
        sum = total::add<A>(sum, total::mul<A>(static_cast<A>(static_cast<C>(a[i + x])), static_cast<A>(static_cast<C>(b[j + z]))));
      if (bias)
        sum = total::add<A>(sum, static_cast<A>(static_cast<C>(bias->get<T>().data()[at % biasSize])));
      out[at++] = static_cast<T>(static_cast<C>(sum));
    });
  });
  return y;
}

//===--- Lower ------------------------------------------------------------===//

/// The operand without its stretched axes, and the loops of the others.
static Value dropStretched(OpBuilder &b, Location loc, Value operand, ArrayRef<int64_t> loops, SmallVectorImpl<int64_t> &kept) {
  llvm::SmallBitVector dropped(loops.size());
  for (auto [d, loop] : llvm::enumerate(loops)) {
    if (loop == Contraction::stretched)
      dropped.set(d);
    else
      kept.push_back(loop);
  }
  return dropped.any() ? tensor::dropGivenUnitDims(b, loc, operand, dropped).getResult() : operand;
}

Value graphopt::lowerContraction(OpBuilder &b, Location loc, const Contraction &c, Value lhs, Value rhs, Type elementType,
                                 RankedTensorType type) {
  SmallVector<int64_t> lhsLoops, rhsLoops;
  lhs = dropStretched(b, loc, lhs, c.lhs, lhsLoops);
  rhs = dropStretched(b, loc, rhs, c.rhs, rhsLoops);
  SmallVector<OpFoldResult> sizes = resultSizes(b, type, [&](int64_t loop) {
    const auto *it = llvm::find(lhsLoops, loop);
    if (it != lhsLoops.end())
      return tensor::getMixedSize(b, loc, lhs, it - lhsLoops.begin());
    return tensor::getMixedSize(b, loc, rhs, llvm::find(rhsLoops, loop) - rhsLoops.begin());
  });
  MLIRContext *context = b.getContext();
  Value zero = ScalarBuilder(b, loc, elementType).constant(0.0);
  Value sum =
      buildAccumulation(b, loc, sizes, zero, {lhs, rhs}, {mapOfLoops(context, c.loops, lhsLoops), mapOfLoops(context, c.loops, rhsLoops)},
                        mapOfLoops(context, c.loops, llvm::to_vector(llvm::seq<int64_t>(0, c.resultRank))),
                        [&](OpBuilder &nested, Location at, Value accumulator, ValueRange values) {
                          ScalarBuilder s(nested, at, elementType);
                          return s.add(accumulator, s.mul(values[0], values[1]));
                        });
  return convertElements(b, loc, sum, stripSign(elementType));
}

Cost graphopt::contractionCost(Operation *op, const Contraction &c, int64_t dynamicSize) {
  uint64_t steps = 1;
  for (int64_t loop = 0; loop < c.loops; ++loop) {
    int64_t size = 1;
    for (auto [operand, loops] : {std::pair(op->getOperand(0), &c.lhs), std::pair(op->getOperand(1), &c.rhs)})
      if (const auto *it = llvm::find(*loops, loop); it != loops->end())
        size = cast<RankedTensorType>(operand.getType()).getDimSize(it - loops->begin());
    steps = llvm::SaturatingMultiply<uint64_t>(steps, ShapedType::isDynamic(size) ? dynamicSize : size);
  }
  Cost cost = defaultCost(op, dynamicSize, 0);
  cost.flops = static_cast<int64_t>(std::min<uint64_t>(llvm::SaturatingMultiply<uint64_t>(steps, 2), std::numeric_limits<int64_t>::max()));
  return cost;
}
