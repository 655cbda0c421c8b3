//===- Nonzero.cpp --------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Nonzero.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Nonzero.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult NonzeroOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  auto rank = static_cast<int64_t>(context.typeOf(op.getX()).sizes.size());
  results.push_back({{context.unknown(), context.constant(rank)}, IntegerType::get(op.getX().getContext(), 64)});
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult NonzeroOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0];
  SmallVector<int64_t> found;
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    for (auto [i, element] : llvm::enumerate(x.get<T>()))
      if (static_cast<C>(element) != C(0))
        found.push_back(static_cast<int64_t>(i));
  });
  auto count = static_cast<int64_t>(found.size()), rank = x.getRank();
  TensorValue y = context.allocate(*this, IntegerType::get(getContext(), 64), {count, rank});
  if (!y)
    return failure();
  MutableArrayRef<int64_t> positions = y.getMutable<int64_t>();
  for (auto [row, flat] : llvm::enumerate(found))
    for (int64_t d = rank, rest = flat; d-- > 0; rest /= x.getDim(d))
      positions[row * rank + d] = rest % x.getDim(d);
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

/// Counts, then writes every position to the row that is next, which only those of elements that are not 0 move on from: there is one row
/// more than is found, for those behind the last, and no branch.
FailureOr<SmallVector<Value>> NonzeroOp::lower(OpBuilder &b, ValueRange operands) {
  Location loc = getLoc();
  Value x = operands[0];
  Type element = getElementTypeOrSelf(getX().getType()), i64 = b.getI64Type();
  int64_t rank = getX().getType().getRank();
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, x);
  auto isFound = [&](OpBuilder &b, Location loc, Value value) -> Value { // f16 and bf16 as f32
    ScalarBuilder s(b, loc, element);
    return element.isInteger(1) ? value : s.compare(ComparePredicate::ne, value, s.constant(0));
  };
  auto accumulate = [&](OpBuilder &b, Location loc, Value count, ValueRange elements) -> Value {
    return arith::AddIOp::create(b, loc, count, arith::ExtUIOp::create(b, loc, i64, isFound(b, loc, elements[0])));
  };
  Value counted = buildAccumulation(b, loc, {}, arith::ConstantIntOp::create(b, loc, 0, 64), x, b.getMultiDimIdentityMap(rank),
                                    AffineMap::get(rank, 0, b.getContext()), accumulate);
  Value count = arith::IndexCastOp::create(b, loc, b.getIndexType(), tensor::ExtractOp::create(b, loc, counted, ValueRange()));
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  if (rank == 0)
    return SmallVector<Value>{tensor::EmptyOp::create(b, loc, {OpFoldResult(count), b.getIndexAttr(0)}, i64)};
  Value rows = arith::AddIOp::create(b, loc, count, one);
  Value init = tensor::EmptyOp::create(b, loc, {OpFoldResult(rows), b.getIndexAttr(rank)}, i64);
  SmallVector<Value> lower(rank, zero), steps(rank, one);
  SmallVector<Value> upper = llvm::map_to_vector(sizes, [&](OpFoldResult n) { return getValueOrCreateConstantIndexOp(b, loc, n); });
  auto write = [&](OpBuilder &b, Location loc, ValueRange position, ValueRange carried) -> SmallVector<Value> {
    Value row = arith::MinUIOp::create(b, loc, carried[1], count), into = carried[0]; // never past the end, whatever x is by now
    for (int64_t d = 0; d < rank; ++d)
      into = tensor::InsertOp::create(b, loc, arith::IndexCastOp::create(b, loc, i64, position[d]), into,
                                      ValueRange{row, arith::ConstantIndexOp::create(b, loc, d)});
    Value value = tensor::ExtractOp::create(b, loc, x, position);
    if (element.isF16() || element.isBF16())
      value = arith::ExtFOp::create(b, loc, b.getF32Type(), value);
    Value found = isFound(b, loc, value);
    return {into, arith::AddIOp::create(b, loc, row, arith::SelectOp::create(b, loc, found, one, zero))};
  };
  Value positions = scf::buildLoopNest(b, loc, lower, upper, steps, {init, zero}, write).results[0];
  SmallVector<OpFoldResult> from(2, b.getIndexAttr(0)), step(2, b.getIndexAttr(1));
  return SmallVector<Value>{
      tensor::ExtractSliceOp::create(b, loc, positions, from, {OpFoldResult(count), b.getIndexAttr(rank)}, step).getResult()};
}

//===--- Import -----------------------------------------------------------===//

void NonzeroOp::registerImportRules(ImportRules &rules) { // ONNX: lib/Interop/Onnx/Rules/Part.cpp
  rules.aten({"nonzero.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    return failed(x) ? failure() : call.yield(NonzeroOp::create(call.builder, call.loc, *x).getResult());
  });
}

//===--- Export -----------------------------------------------------------===//

void NonzeroOp::registerExportRules(ExportRules &rules) {
  rules.onnx<NonzeroOp>([](NonzeroOp op, OnnxExport &to) {
    ForeignValue found = to("NonZero", {to.comparable(to[op.getX()])}, {}, getElementTypeOrSelf(op.getType()));
    return to.yield(to("Transpose", {found}, {{"perm", ArrayRef<int64_t>{1, 0}}}));
  });
  rules.aten<NonzeroOp>([](NonzeroOp op, AtenExport &to) {
    return to.yield(to("nonzero.default", {to[op.getX()]}, {}, getElementTypeOrSelf(op.getType())));
  });
}
