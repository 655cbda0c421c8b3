//===- PackMatmul.cpp - the right-hand side of products in panels ---------===//
#include "MatmulForm.h"
#include "WeightValues.h"
#include "graph-opt/Execution/CpuInfo.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUPACKMATMULPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {
using cpu::MatmulForm;

/// Packs when it costs nothing at run time, or when rows of B are not vectors and enough rows of A share the cost.
bool isWorthwhile(linalg::GenericOp op, const MatmulForm &form, cpu::WeightValues &weights, int64_t lanes) {
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  auto atLeast = [&](unsigned dim, int64_t size) { return ShapedType::isDynamic(sizes[dim]) || sizes[dim] >= size; };
  if (!atLeast(form.n, lanes / 2))
    return false;
  if (weights.isFixed(form.rhs->get()))
    return true;
  // Long rows of B lie far apart in memory, on pages and in cache sets of their own.
  return form.columnsContiguous() ? atLeast(form.m, 64) && atLeast(form.n, 8 * lanes) && atLeast(form.k, 64) : atLeast(form.m, 8);
}

class Packer {
public:
  Packer(IRRewriter &builder, linalg::GenericOp op, const MatmulForm &form, int64_t width)
      : builder(builder), loc(op.getLoc()), op(op), form(form), width(width), context(op.getContext()) {}

  void run() {
    builder.setInsertionPoint(op);
    Value packed = pack(pad());
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    SmallVector<AffineExpr> exprs;
    for (AffineExpr expr : form.rhsMap.getResults())
      if (expr != dim(form.n) && expr != dim(form.k) && !isSum(expr))
        exprs.push_back(expr);
    exprs.push_back(dim(form.n).floorDiv(width));
    llvm::append_range(exprs, llvm::make_filter_range(form.rhsMap.getResults(), [&](AffineExpr expr) { return isSum(expr); }));
    exprs.append({dim(form.k), dim(form.n) % width});
    maps[form.rhs->getOperandNumber()] = AffineMap::get(op.getNumLoops(), 0, exprs, context);
    builder.modifyOpInPlace(op, [&] {
      form.rhs->set(packed);
      op.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
    });
    // The start of the sum stays next to it.
    auto fill = form.init->get().getDefiningOp<linalg::FillOp>();
    if (fill && fill->hasOneUse())
      builder.moveOpBefore(fill, op);
  }

private:
  AffineExpr dim(unsigned position) { return getAffineDimExpr(position, context); }
  bool isSum(AffineExpr expr) { return llvm::is_contained(form.outerSums, cast<AffineDimExpr>(expr).getPosition()); }

  /// B with zeros behind its last column, up to a full panel.
  Value pad() {
    Value rhs = form.rhs->get();
    auto type = cast<RankedTensorType>(rhs.getType());
    unsigned position = *form.rhsMap.getResultPosition(dim(form.n));
    if (!type.isDynamicDim(position) && type.getDimSize(position) % width == 0)
      return rhs;
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, rhs);
    AffineExpr size = getAffineSymbolExpr(0, context);
    SmallVector<OpFoldResult> low(type.getRank(), builder.getIndexAttr(0)), high(low);
    high[position] = affine::makeComposedFoldedAffineApply(builder, loc, size.ceilDiv(width) * width - size, {sizes[position]});
    Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type.getElementType()));
    return tensor::PadOp::create(builder, loc, Type(), rhs, low, high, zero);
  }

  Value pack(Value padded) {
    // The packed axes: outer ones, panels, outer sums, k, columns of a panel.
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, padded), shape, sums;
    SmallVector<AffineExpr> input;
    OpFoldResult panels, depth;
    unsigned inner = form.rhsMap.getNumResults(), next = 0;
    unsigned others = llvm::count_if(form.rhsMap.getResults(), [&](AffineExpr expr) { return !isSum(expr); }) - 2, nextSum = others + 1;
    for (auto [position, expr] : llvm::enumerate(form.rhsMap.getResults())) {
      if (expr == dim(form.n)) {
        input.push_back(dim(others) * width + dim(inner));
        panels = affine::makeComposedFoldedAffineApply(builder, loc, getAffineSymbolExpr(0, context).floorDiv(width), {sizes[position]});
      } else if (expr == dim(form.k)) {
        input.push_back(dim(inner - 1));
        depth = sizes[position];
      } else if (isSum(expr)) {
        input.push_back(dim(nextSum++));
        sums.push_back(sizes[position]);
      } else {
        input.push_back(dim(next++));
        shape.push_back(sizes[position]);
      }
    }
    shape.push_back(panels);
    shape.append(sums);
    shape.append({depth, builder.getIndexAttr(width)});
    Type element = getElementTypeOrSelf(padded.getType());
    Value empty = tensor::EmptyOp::create(builder, loc, shape, element);
    unsigned rank = shape.size();
    SmallVector<AffineMap> maps{AffineMap::get(rank, 0, input, context), builder.getMultiDimIdentityMap(rank)};
    SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
    return linalg::GenericOp::create(builder, loc, empty.getType(), padded, empty, maps, iterators,
                                     [](OpBuilder &b, Location l, ValueRange args) { linalg::YieldOp::create(b, l, args[0]); })
        .getResult(0);
  }

  IRRewriter &builder;
  Location loc;
  linalg::GenericOp op;
  const MatmulForm &form;
  int64_t width;
  MLIRContext *context;
};

struct CpuPackMatmulPass final : impl::CpuPackMatmulPassBase<CpuPackMatmulPass> {
  using CpuPackMatmulPassBase::CpuPackMatmulPassBase;
  void runOnOperation() override {
    FailureOr<CpuInfo> info = CpuInfo::get(cpu);
    if (failed(info)) {
      getOperation().emitError("expected the name of a CPU, got '") << cpu << "'";
      return signalPassFailure();
    }
    if (getOperation().isDeclaration())
      return;
    graphopt::cpu::WeightValues weights(getOperation());
    IRRewriter builder(&getContext());
    SmallVector<linalg::GenericOp> ops;
    getOperation().walk([&](linalg::GenericOp op) { ops.push_back(op); });
    for (linalg::GenericOp op : ops) {
      FailureOr<MatmulForm> form = graphopt::cpu::matchMatmul(op);
      if (failed(form) || form->packed || !op.hasPureTensorSemantics())
        continue;
      int64_t lanes = info->lanes(getElementTypeOrSelf(form->init->get().getType()).getIntOrFloatBitWidth());
      if (isWorthwhile(op, *form, weights, lanes))
        Packer(builder, op, *form, lanes * info->matmulColumnVectors()).run();
    }
  }
};

} // namespace
} // namespace graphopt
