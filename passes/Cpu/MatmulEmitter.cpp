//===- MatmulEmitter.cpp --------------------------------------------------===//
#include "MatmulEmitter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
using namespace mlir;
namespace graphopt::cpu {

static bool lastIsContiguous(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  return succeeded(type.getStridesAndOffset(strides, offset)) && !strides.empty() && strides.back() == 1;
}

bool MatmulEmitter::fits(linalg::GenericOp op, const MatmulForm &form, const CpuInfo &cpu) {
  int64_t lanes = cpu.lanes(getElementTypeOrSelf(form.init->get().getType()).getIntOrFloatBitWidth());
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  bool narrow = !ShapedType::isDynamic(sizes[form.n]) && sizes[form.n] < lanes / 2;
  return !narrow && form.columnsContiguous() && (!form.packed || form.packed % (lanes * cpu.matmulColumnVectors()) == 0) &&
         lastIsContiguous(form.rhs->get()) && lastIsContiguous(form.init->get());
}

MatmulEmitter::MatmulEmitter(RewriterBase &builder, linalg::GenericOp op, const MatmulForm &form, const CpuInfo &cpu, Value start)
    : builder(builder), loc(op.getLoc()), op(op), form(form), cpu(cpu), start(start) {
  Type element = getElementTypeOrSelf(form.init->get().getType());
  lanes = cpu.lanes(element.getIntOrFloatBitWidth());
  vector = VectorType::get({lanes}, element);
}

Value MatmulEmitter::index(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }

Value MatmulEmitter::add(Value value, int64_t constant) {
  return constant ? arith::AddIOp::create(builder, loc, value, index(constant)).getResult() : value;
}

Value MatmulEmitter::roundDown(Value value, int64_t multiple) {
  if (std::optional<int64_t> known = getConstantIntValue(value))
    return index(*known / multiple * multiple);
  return arith::SubIOp::create(builder, loc, value, arith::RemUIOp::create(builder, loc, value, index(multiple)));
}

void MatmulEmitter::loop(Value lower, Value upper, int64_t step, function_ref<void(Value)> inside) {
  std::optional<int64_t> low = getConstantIntValue(lower), high = getConstantIntValue(upper);
  if (low && high && *low >= *high)
    return;
  if (low && high && *high - *low <= step)
    return inside(lower);
  auto forOp = scf::ForOp::create(builder, loc, lower, upper, index(step));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(forOp.getBody()->getTerminator());
  inside(forOp.getInductionVar());
}

SmallVector<Value> MatmulEmitter::indices(AffineMap map, Value m, Value n, Value k) {
  SmallVector<OpFoldResult> at;
  for (Value value : loops)
    at.push_back(value ? OpFoldResult(value) : OpFoldResult(builder.getIndexAttr(0)));
  at[form.m] = m, at[form.n] = n;
  if (k)
    at[form.k] = k;
  SmallVector<Value> result;
  for (AffineExpr expr : map.getResults()) {
    OpFoldResult value;
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      value = at[dim.getPosition()];
    else
      value = affine::makeComposedFoldedAffineApply(builder, loc, AffineMap::get(map.getNumDims(), 0, expr), at);
    result.push_back(getValueOrCreateConstantIndexOp(builder, loc, value));
  }
  return result;
}

Value MatmulEmitter::load(Value memref, ValueRange at, Value mask) {
  if (!mask)
    return vector::LoadOp::create(builder, loc, vector, memref, at);
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(vector));
  return vector::MaskedLoadOp::create(builder, loc, vector, memref, at, mask, zero);
}

SmallVector<Value> MatmulEmitter::step(int64_t rows, int64_t vectors, ArrayRef<Value> masks, Value k, ArrayRef<Value> accumulators) {
  // A panel of B is full: what stands behind its last column are zeros.
  SmallVector<Value> columns, result;
  SmallVector<Value> first = indices(form.rhsMap, row, column, k);
  for (int64_t j = 0; j < vectors; ++j) {
    SmallVector<Value> at = first;
    at.back() = add(at.back(), j * lanes);
    columns.push_back(load(form.rhs->get(), at, form.packed ? Value() : masks[j]));
  }
  for (int64_t i = 0; i < rows; ++i) {
    Value element = memref::LoadOp::create(builder, loc, form.lhs->get(), indices(form.lhsMap, add(row, i), column, k));
    Value factor = vector::BroadcastOp::create(builder, loc, vector, element);
    for (int64_t j = 0; j < vectors; ++j) {
      Value accumulator = accumulators[i * vectors + j];
      if (cpu.hasFma)
        result.push_back(vector::FMAOp::create(builder, loc, factor, columns[j], accumulator));
      else
        result.push_back(arith::AddFOp::create(builder, loc, accumulator, arith::MulFOp::create(builder, loc, factor, columns[j])));
    }
  }
  return result;
}

void MatmulEmitter::tile(int64_t rows, int64_t vectors, ArrayRef<Value> masks) {
  auto resultIndices = [&](int64_t i, int64_t j) { return indices(form.initMap, add(row, i), add(column, j * lanes), Value()); };
  SmallVector<Value> accumulators;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < vectors; ++j)
      accumulators.push_back(start ? vector::BroadcastOp::create(builder, loc, vector, start).getResult()
                                   : load(form.init->get(), resultIndices(i, j), masks[j]));
  accumulators = sum(0, rows, vectors, masks, accumulators);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < vectors; ++j) {
      Value value = accumulators[i * vectors + j];
      if (masks[j])
        vector::MaskedStoreOp::create(builder, loc, form.init->get(), resultIndices(i, j), masks[j], value);
      else
        vector::StoreOp::create(builder, loc, value, form.init->get(), resultIndices(i, j));
    }
}

SmallVector<Value> MatmulEmitter::sum(size_t position, int64_t rows, int64_t vectors, ArrayRef<Value> masks,
                                      SmallVector<Value> accumulators) {
  auto carry = [&](Value lower, Value upper, int64_t steps, function_ref<SmallVector<Value>(Value, SmallVector<Value>)> inside) {
    std::optional<int64_t> low = getConstantIntValue(lower), high = getConstantIntValue(upper);
    if (low && high && *low >= *high)
      return;
    auto forOp = scf::ForOp::create(builder, loc, lower, upper, index(steps), accumulators);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(forOp.getBody());
    scf::YieldOp::create(builder, loc, inside(forOp.getInductionVar(), llvm::to_vector_of<Value>(forOp.getRegionIterArgs())));
    accumulators = llvm::to_vector_of<Value>(forOp.getResults());
  };
  if (position < form.outerSums.size()) {
    unsigned dim = form.outerSums[position];
    carry(index(0), sizes[dim], 1, [&](Value at, SmallVector<Value> values) {
      loops[dim] = at;
      return sum(position + 1, rows, vectors, masks, values);
    });
    return accumulators;
  }
  // Four steps at a time: one test and one jump for four. At the edges code that is short matters more.
  int64_t unroll = rows == cpu.matmulRows() && !llvm::any_of(masks, [](Value mask) { return bool(mask); }) ? 4 : 1;
  Value depth = sizes[form.k], unrolled = roundDown(depth, unroll);
  for (auto [lower, upper, steps] : {std::tuple(index(0), unrolled, unroll), std::tuple(unrolled, depth, int64_t(1))})
    carry(lower, upper, steps, [&, steps = steps](Value at, SmallVector<Value> values) {
      for (int64_t s = 0; s < steps; ++s)
        values = step(rows, vectors, masks, add(at, s), values);
      return values;
    });
  return accumulators;
}

void MatmulEmitter::rowBlocks(int64_t vectors, ArrayRef<Value> masks) {
  Value size = sizes[form.m];
  int64_t rows = cpu.matmulRows();
  auto blocks = [&](Value lower, Value upper, int64_t count) {
    loop(lower, upper, count, [&](Value at) {
      row = at;
      tile(count, vectors, masks);
    });
  };
  Value done = roundDown(size, rows);
  if (std::optional<int64_t> known = getConstantIntValue(size)) {
    // A few rows alone would leave the arithmetic units waiting: they share with the block before them.
    if (int64_t rest = *known % rows; rest * 2 < rows && *known > rows && rest) {
      int64_t half = llvm::divideCeil(rows + rest, 2);
      blocks(index(0), index(*known - rest - rows), rows);
      blocks(index(*known - rest - rows), index(*known - rest - rows + half), half);
      blocks(index(*known - rest - rows + half), size, rows + rest - half);
    } else {
      blocks(index(0), done, rows);
      if (rest)
        blocks(done, size, rest);
    }
    return;
  }
  blocks(index(0), done, rows);
  // A number of rows that is known at run time only: what is left goes in fours, then in ones.
  if (rows > 4) {
    Value rest = arith::SubIOp::create(builder, loc, size, done);
    Value fours = arith::AddIOp::create(builder, loc, done, roundDown(rest, 4));
    blocks(done, fours, 4);
    done = fours;
  }
  blocks(done, size, 1);
}

void MatmulEmitter::panels() {
  Value size = sizes[form.n];
  int64_t vectors = cpu.matmulColumnVectors(), width = vectors * lanes;
  Value done = roundDown(size, width);
  loop(index(0), done, width, [&](Value at) {
    column = at;
    rowBlocks(vectors, SmallVector<Value>(vectors));
  });
  std::optional<int64_t> known = getConstantIntValue(size);
  if (known && *known % width == 0)
    return;
  loop(done, size, width, [&](Value at) {
    column = at;
    Value left = arith::SubIOp::create(builder, loc, size, at);
    int64_t count = known ? llvm::divideCeil(*known % width, lanes) : vectors;
    SmallVector<Value> masks;
    for (int64_t j = 0; j < count; ++j) {
      bool full = known && *known % width >= (j + 1) * lanes;
      Value lanesLeft = j ? arith::SubIOp::create(builder, loc, left, index(j * lanes)).getResult() : left;
      masks.push_back(
          full ? Value()
               : vector::CreateMaskOp::create(builder, loc, VectorType::get({lanes}, builder.getI1Type()), lanesLeft).getResult());
    }
    rowBlocks(count, masks);
  });
}

void MatmulEmitter::outerLoop(unsigned position) {
  if (position == form.outer.size())
    return panels();
  unsigned dim = form.outer[position];
  loop(index(0), sizes[dim], 1, [&](Value at) {
    loops[dim] = at;
    outerLoop(position + 1);
  });
}

void MatmulEmitter::emit() {
  for (Range range : cast<linalg::LinalgOp>(op.getOperation()).createLoopRanges(builder, loc))
    sizes.push_back(getValueOrCreateConstantIndexOp(builder, loc, range.size));
  loops.assign(op.getNumLoops(), Value());
  outerLoop(0);
}

} // namespace graphopt::cpu
