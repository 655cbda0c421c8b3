//===- MatmulForm.cpp -----------------------------------------------------===//
#include "MatmulForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
using namespace mlir;
namespace graphopt::cpu {

bool isMultiplyAdd(linalg::GenericOp op) {
  Block *body = op.getBlock();
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 || body->getOperations().size() != 3)
    return false;
  auto mul = dyn_cast<arith::MulFOp>(body->front());
  auto add = dyn_cast<arith::AddFOp>(*std::next(body->begin()));
  if (!mul || !add || body->getTerminator()->getOperand(0) != add.getResult())
    return false;
  Value a = body->getArgument(0), b = body->getArgument(1), acc = body->getArgument(2);
  if (!((mul.getLhs() == a && mul.getRhs() == b) || (mul.getLhs() == b && mul.getRhs() == a)))
    return false;
  if (!((add.getLhs() == acc && add.getRhs() == mul.getResult()) || (add.getRhs() == acc && add.getLhs() == mul.getResult())))
    return false;
  return acc.getType().isF32() || acc.getType().isF64();
}

/// The panel width p if the map's last index is `n mod p` and another one `n floordiv p`, with n nowhere else; else 0.
static int64_t panelWidth(AffineMap map, unsigned n) {
  auto isPart = [&](AffineExpr expr, AffineExprKind kind) -> int64_t {
    auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!binary || binary.getKind() != kind || binary.getLHS() != getAffineDimExpr(n, map.getContext()))
      return 0;
    auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS());
    return constant ? constant.getValue() : 0;
  };
  if (map.getNumResults() < 2)
    return 0;
  int64_t width = isPart(map.getResults().back(), AffineExprKind::Mod);
  int64_t count = 0;
  for (AffineExpr expr : map.getResults().drop_back()) {
    if (!expr.isFunctionOfDim(n))
      continue;
    if (isPart(expr, AffineExprKind::FloorDiv) != width)
      return 0;
    ++count;
  }
  return count == 1 ? width : 0;
}

bool MatmulForm::columnsContiguous() const { return packed || rhsMap.getResults().back() == getAffineDimExpr(n, rhsMap.getContext()); }

FailureOr<MatmulForm> matchMatmul(linalg::GenericOp op) {
  if (!isMultiplyAdd(op) || op.getNumReductionLoops() == 0)
    return failure();
  MatmulForm form;
  form.init = op.getDpsInitOperand(0);
  form.initMap = op.getMatchingIndexingMap(form.init);
  if (!form.initMap.isProjectedPermutation() || form.initMap.getNumResults() < 2)
    return failure();
  form.n = form.initMap.getDimPosition(form.initMap.getNumResults() - 1);

  OpOperand *first = op.getDpsInputOperand(0), *second = op.getDpsInputOperand(1);
  bool swapped = !op.getMatchingIndexingMap(second).isFunctionOfDim(form.n);
  form.lhs = swapped ? second : first;
  form.rhs = swapped ? first : second;
  form.lhsMap = op.getMatchingIndexingMap(form.lhs);
  form.rhsMap = op.getMatchingIndexingMap(form.rhs);
  if (form.lhsMap.isFunctionOfDim(form.n) || !form.rhsMap.isFunctionOfDim(form.n) || form.lhsMap.getNumResults() == 0 ||
      form.rhsMap.getNumResults() == 0)
    return failure();
  // The innermost sum walks A's neighbours, where one does.
  op.getReductionDims(form.outerSums);
  AffineExpr last = form.lhsMap.getResults().back();
  auto *inner = llvm::find_if(form.outerSums, [&](unsigned dim) { return last == getAffineDimExpr(dim, last.getContext()); });
  form.k = inner == form.outerSums.end() ? form.outerSums.back() : *inner;
  llvm::erase(form.outerSums, form.k);
  if (!form.lhsMap.isFunctionOfDim(form.k) || !form.rhsMap.isFunctionOfDim(form.k))
    return failure();
  form.packed = panelWidth(form.rhsMap, form.n);
  if (!form.packed && !form.rhsMap.isProjectedPermutation())
    return failure();

  // Rows: the innermost dimension of C that B does not know.
  std::optional<unsigned> rows;
  for (AffineExpr expr : form.initMap.getResults().drop_back()) {
    unsigned dim = cast<AffineDimExpr>(expr).getPosition();
    if (form.lhsMap.isFunctionOfDim(dim) && !form.rhsMap.isFunctionOfDim(dim))
      rows = dim;
  }
  if (!rows)
    return failure();
  form.m = *rows;
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
    if (dim != form.m && dim != form.n && dim != form.k && !llvm::is_contained(form.outerSums, dim))
      form.outer.push_back(dim);
  return form;
}

linalg::FillOp startOf(linalg::GenericOp op) {
  Value init = op.getDpsInitOperand(0)->get();
  for (Operation *previous = op->getPrevNode(); previous; previous = previous->getPrevNode()) {
    auto fill = dyn_cast<linalg::FillOp>(previous);
    if (fill && fill.output() == init)
      return fill;
    if (!isMemoryEffectFree(previous) && !isa<memref::AllocOp>(previous))
      return {};
  }
  return {};
}

} // namespace graphopt::cpu
