//===- Transpose.cpp ------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Transpose.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult TransposeOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType x = context.typeOf(op.getX()), y{{}, x.elementType};
  if (op.getPermutation().size() != x.sizes.size() || !isPermutationVector(op.getPermutation())) // (C1)
    return context.emitError() << "expected a permutation of " << x.sizes.size() << " axes, got [" << op.getPermutation() << "]";
  for (int64_t axis : op.getPermutation())
    y.sizes.push_back(x.sizes[axis]);
  results.push_back(std::move(y));
  return success();
}

//===--- Fold -------------------------------------------------------------===//

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (llvm::is_sorted(getPermutation()) && getX().getType() == getType())
    return getX();
  auto inner = getX().getDefiningOp<TransposeOp>();
  if (!inner)
    return {};
  SmallVector<int64_t> composed;
  for (int64_t axis : getPermutation())
    composed.push_back(inner.getPermutation()[axis]);
  setPermutation(composed);
  getXMutable().assign(inner.getX());
  return getResult();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult TransposeOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0];
  SmallVector<int64_t> shape = applyPermutation(x.getShape(), getPermutation());
  SmallVector<int64_t> strides = applyPermutation(ArrayRef<int64_t>(rowMajorStrides(x.getShape())), getPermutation());
  TensorValue y(x.getElementType(), shape);
  int64_t size = TensorValue::getElementSize(x.getElementType()), at = 0;
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0; i < y.getNumElements(); ++i) {
    std::memcpy(y.getMutableRaw() + i * size, x.getRaw() + at * size, size);
    for (size_t d = shape.size(); d-- > 0;) {
      at += strides[d];
      if (++index[d] < shape[d])
        break;
      at -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> TransposeOp::lower(OpBuilder &b, ValueRange operands) {
  auto type = cast<RankedTensorType>(getType());
  SmallVector<OpFoldResult> sizes =
      resultSizes(b, type, [&](int64_t d) { return tensor::getMixedSize(b, getLoc(), operands[0], getPermutation()[d]); });
  AffineMap map = mapOfLoops(getContext(), type.getRank(), invertPermutationVector(getPermutation()));
  return SmallVector<Value>{moveElements(b, getLoc(), sizes, operands[0], map)};
}

Cost TransposeOp::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 0); }
FusionKind TransposeOp::getFusionKind() { return FusionKind::view; }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> TransposeOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return SmallVector<Value>(1);
  return SmallVector<Value>{TransposeOp::create(b, getLoc(), cotangents[0], invertPermutationVector(getPermutation()))};
}

//===--- Import -----------------------------------------------------------===//

void TransposeOp::registerImportRules(ImportRules &rules) {
  auto rank = [](Value x) { return cast<RankedTensorType>(x.getType()).getRank(); };
  auto yield = [](ImportCall &call, Value x, ArrayRef<int64_t> permutation) {
    return call.yield(TransposeOp::create(call.builder, call.loc, x, permutation).getResult());
  };
  rules.aten({"permute.default"}, [=](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    auto dims = call.integers("dims");
    if (failed(x) || failed(dims))
      return failure();
    for (int64_t &dim : *dims)
      dim += dim < 0 ? rank(*x) : 0;
    return yield(call, *x, *dims);
  });
  auto swap = [=](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    if (failed(x))
      return failure();
    auto first = call.axis("dim0", rank(*x)), second = call.axis("dim1", rank(*x));
    if (failed(first) || failed(second))
      return failure();
    auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank(*x)));
    if (rank(*x) > 0)
      std::swap(permutation[*first], permutation[*second]);
    return yield(call, *x, permutation);
  };
  rules.aten({"transpose.int"}, swap);
  auto reverse = [=](StringRef name) {
    return [=](ImportCall &call) -> LogicalResult {
      auto x = call.tensor(name);
      if (failed(x))
        return failure();
      if (call.has("perm")) {
        auto permutation = call.integers("perm");
        return failed(permutation) ? failure() : yield(call, *x, *permutation);
      }
      return yield(call, *x, llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank(*x)))));
    };
  };
  rules.aten({"t.default"}, reverse("self"));
  rules.onnx({"Transpose"}, reverse("data"));
}

//===--- Export -----------------------------------------------------------===//

void TransposeOp::registerExportRules(ExportRules &rules) {
  rules.onnx<TransposeOp>(
      [](TransposeOp op, OnnxExport &to) { return to.yield(to("Transpose", {to[op.getX()]}, {{"perm", op.getPermutation()}})); });
  rules.aten<TransposeOp>(
      [](TransposeOp op, AtenExport &to) { return to.yield(to("permute.default", {to[op.getX()], op.getPermutation()})); });
}
