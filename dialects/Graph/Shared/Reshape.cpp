//===- Reshape.cpp - shapes that change while the elements stay -----------===//
#include "Graph/Shared/Reshape.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

Value graphopt::insertUnitDims(OpBuilder &b, Location loc, Value tensor, ArrayRef<int64_t> axes) {
  if (axes.empty())
    return tensor;
  auto type = cast<RankedTensorType>(tensor.getType());
  int64_t rank = type.getRank() + static_cast<int64_t>(axes.size());
  SmallVector<int64_t> shape;
  SmallVector<OpFoldResult> sizes;
  SmallVector<ReassociationIndices> groups(type.getRank());
  int64_t source = 0;
  for (int64_t d = 0; d < rank; ++d) {
    bool unit = llvm::is_contained(axes, d);
    shape.push_back(unit ? 1 : type.getDimSize(source));
    sizes.push_back(unit ? OpFoldResult(b.getIndexAttr(1)) : tensor::getMixedSize(b, loc, tensor, source));
    // A unit axis joins the group of the axis before it; leading ones that of the first.
    if (!unit)
      ++source;
    if (!groups.empty())
      groups[std::max<int64_t>(source - 1, 0)].push_back(d);
  }
  return tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(shape, type.getElementType()), tensor, groups, sizes);
}

/// Whether two sizes are known to be the same: equal constants, one value, or one size of one tensor.
static bool sameSize(OpFoldResult a, OpFoldResult b) {
  if (isEqualConstantIntOrValue(a, b))
    return true;
  auto x = dyn_cast<Value>(a), y = dyn_cast<Value>(b);
  if (!x || !y)
    return false;
  auto dimX = x.getDefiningOp<tensor::DimOp>(), dimY = y.getDefiningOp<tensor::DimOp>();
  return dimX && dimY && dimX.getSource() == dimY.getSource() && dimX.getConstantIndex() == dimY.getConstantIndex() &&
         dimX.getConstantIndex();
}

namespace {
/// One group of axes: from[begin, end) holds as many elements as to[begin, end).
struct Group {
  int64_t fromBegin, fromEnd, toBegin, toEnd;
};
} // namespace

/// Splits both lists of sizes into the smallest groups of provably equal products, from the left; the rest is one last group.
static SmallVector<Group> findGroups(ArrayRef<OpFoldResult> from, ArrayRef<OpFoldResult> to) {
  SmallVector<Group> groups;
  int64_t i = 0, j = 0, m = static_cast<int64_t>(from.size()), n = static_cast<int64_t>(to.size());
  while (i < m && j < n) {
    if (sameSize(from[i], to[j])) {
      groups.push_back({i, i + 1, j, j + 1});
      ++i, ++j;
      continue;
    }
    int64_t p = i, q = j;
    auto left = getConstantIntValue(from[i]), right = getConstantIntValue(to[j]);
    while (left && right && *left != *right) {
      if (*left < *right && ++p < m)
        left = getConstantIntValue(from[p]) ? std::optional(*left * *getConstantIntValue(from[p])) : std::nullopt;
      else if (*left > *right && ++q < n)
        right = getConstantIntValue(to[q]) ? std::optional(*right * *getConstantIntValue(to[q])) : std::nullopt;
      else
        left = std::nullopt;
    }
    if (!left || !right || *left == 0)
      break;
    groups.push_back({i, p + 1, j, q + 1});
    i = p + 1, j = q + 1;
  }
  if (i < m || j < n) {
    // Trailing equal sizes may end the last group early.
    SmallVector<Group> tail;
    int64_t endFrom = m, endTo = n;
    while (endFrom - 1 > i && endTo - 1 > j && sameSize(from[endFrom - 1], to[endTo - 1])) {
      --endFrom, --endTo;
      tail.push_back({endFrom, endFrom + 1, endTo, endTo + 1});
    }
    groups.push_back({i, endFrom, j, endTo});
    llvm::append_range(groups, llvm::reverse(tail));
  }
  return groups;
}

/// Whether the sizes of a group are known, and their products differ: then only tensors without elements fit, which all axes tell together.
static bool contradicts(const Group &group, ArrayRef<OpFoldResult> from, ArrayRef<OpFoldResult> to) {
  auto product = [](ArrayRef<OpFoldResult> sizes) -> std::optional<int64_t> {
    int64_t result = 1;
    for (OpFoldResult size : sizes) {
      std::optional<int64_t> known = getConstantIntValue(size);
      if (!known)
        return std::nullopt;
      result *= *known;
    }
    return result;
  };
  auto left = product(from.slice(group.fromBegin, group.fromEnd - group.fromBegin)),
       right = product(to.slice(group.toBegin, group.toEnd - group.toBegin));
  return left && right && *left != *right;
}

/// The same tensor with sizes that are stated, one for each axis. A unit axis that comes and goes says so to graph-check-sizes, which
/// watches what is expanded; nothing stays of it.
static Value stateSizes(OpBuilder &b, Location loc, Value tensor, ArrayRef<OpFoldResult> sizes, RankedTensorType type) {
  SmallVector<ReassociationIndices> groups =
      llvm::map_to_vector(llvm::seq(type.getRank()), [](int64_t d) { return ReassociationIndices{d}; });
  groups.back().push_back(type.getRank());
  SmallVector<int64_t> shape(type.getShape());
  shape.push_back(1);
  SmallVector<OpFoldResult> longer(sizes);
  longer.push_back(b.getIndexAttr(1));
  auto longerType = RankedTensorType::get(shape, type.getElementType());
  Value expanded = tensor::ExpandShapeOp::create(b, loc, longerType, tensor, groups, longer);
  return tensor::CollapseShapeOp::create(b, loc, type, expanded, groups);
}

Value graphopt::reshapeTo(OpBuilder &b, Location loc, Value tensor, ArrayRef<OpFoldResult> sizes) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<OpFoldResult> from = tensor::getMixedSizes(b, loc, tensor);
  SmallVector<int64_t> shape = decomposeMixedValues(SmallVector<OpFoldResult>(sizes)).first;
  auto resultType = RankedTensorType::get(shape, type.getElementType());
  // Without elements there is nothing to keep, and groups of zeros don't tell which belong together.
  auto isZero = [](OpFoldResult size) { return getConstantIntValue(size) == 0; };
  if (llvm::any_of(sizes, isZero))
    return tensor::EmptyOp::create(b, loc, sizes, type.getElementType());
  SmallVector<Group> groups = findGroups(from, sizes);
  if (llvm::any_of(groups, [&](const Group &group) { return contradicts(group, from, sizes); }))
    groups = {{0, static_cast<int64_t>(from.size()), 0, static_cast<int64_t>(sizes.size())}};
  // A group with no axes on one side joins its neighbour (sizes of 1); with rank 0 the groups are empty.
  SmallVector<Group> joined;
  for (Group g : groups) {
    bool lacks = g.fromBegin == g.fromEnd || g.toBegin == g.toEnd;
    if (lacks && !joined.empty())
      joined.back().fromEnd = g.fromEnd, joined.back().toEnd = g.toEnd;
    else if (!joined.empty() && (joined.back().fromBegin == joined.back().fromEnd || joined.back().toBegin == joined.back().toEnd))
      joined.back().fromEnd = g.fromEnd, joined.back().toEnd = g.toEnd;
    else
      joined.push_back(g);
  }
  SmallVector<ReassociationIndices> collapse, expand;
  SmallVector<int64_t> middleShape;
  bool toScalar = sizes.empty(), fromScalar = from.empty();
  if (!toScalar && !fromScalar) {
    for (Group g : joined) {
      collapse.push_back(llvm::to_vector<2>(llvm::seq(g.fromBegin, g.fromEnd)));
      expand.push_back(llvm::to_vector<2>(llvm::seq(g.toBegin, g.toEnd)));
    }
  }
  Value middle = tensor;
  if (toScalar || llvm::any_of(collapse, [](auto &group) { return group.size() > 1; }))
    middle = fromScalar ? tensor : tensor::CollapseShapeOp::create(b, loc, tensor, collapse).getResult();
  auto middleType = cast<RankedTensorType>(middle.getType());
  // The sizes on both sides of a group are equal, but its types may not show it: refine one by a cast.
  bool expands = fromScalar || llvm::any_of(expand, [](auto &group) { return group.size() > 1; });
  if (expands && !sizes.empty()) {
    SmallVector<int64_t> wanted;
    for (const ReassociationIndices &group : expand) {
      int64_t product = 1;
      for (int64_t d : group)
        product = ShapedType::isDynamic(shape[d]) || ShapedType::isDynamic(product) ? ShapedType::kDynamic : product * shape[d];
      wanted.push_back(product);
    }
    auto wantedType = RankedTensorType::get(wanted, type.getElementType());
    if (wantedType != middleType)
      middle = tensor::CastOp::create(b, loc, wantedType, middle);
    return tensor::ExpandShapeOp::create(b, loc, resultType, middle, expand, sizes);
  }
  if (middleType != resultType)
    middle = tensor::CastOp::create(b, loc, resultType, middle);
  auto isStated = [&](int64_t d) {
    return !resultType.isDynamicDim(d) || (collapse[d].size() == 1 && sameSize(from[collapse[d].front()], sizes[d]));
  };
  return llvm::all_of(llvm::seq(resultType.getRank()), isStated) ? middle : stateSizes(b, loc, middle, sizes, resultType);
}

AffineExpr graphopt::divideProducts(ArrayRef<AffineExpr> dividend, ArrayRef<AffineExpr> divisor, MLIRContext *context) {
  // Factors of a product: constants multiply into one number, everything else stays a factor.
  auto split = [](ArrayRef<AffineExpr> sizes, int64_t &number, SmallVectorImpl<AffineExpr> &factors) {
    SmallVector<AffineExpr> pending(sizes);
    while (!pending.empty()) {
      AffineExpr e = pending.pop_back_val();
      auto binary = dyn_cast<AffineBinaryOpExpr>(e);
      if (auto c = dyn_cast<AffineConstantExpr>(e)) {
        if (llvm::MulOverflow(number, c.getValue(), number))
          return false;
      } else if (binary && binary.getKind() == AffineExprKind::Mul) {
        pending.append({binary.getLHS(), binary.getRHS()});
      } else {
        factors.push_back(e);
      }
    }
    return true;
  };
  int64_t number = 1, by = 1;
  SmallVector<AffineExpr> factors, others;
  if (!split(dividend, number, factors) || !split(divisor, by, others) || by == 0)
    return {};
  for (AffineExpr other : others) {
    auto it = llvm::find(factors, other);
    if (it == factors.end())
      return {};
    factors.erase(it);
  }
  AffineExpr product = getAffineConstantExpr(number, context);
  for (AffineExpr factor : factors)
    product = product * factor;
  return product.floorDiv(by);
}
