//===- TensorSlices.cpp - slices, padding and gathers in the interpreter --===//
#include "Interpreter/Models/TensorSlices.h"
#include "Interpreter/Models/Models.h"
#include "Interpreter/Scalar.h"
#include "Interpreter/ScalarProgram.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;
using Operands = ArrayRef<TensorValue>;
using Results = SmallVectorImpl<TensorValue>;

/// Calls fn(i, at) for each point of a box: i counts, `at` is the position in the sliced tensor.
template <typename Fn> static void forEachInSlice(ArrayRef<int64_t> tensorShape, const Slice &slice, Fn fn) {
  SmallVector<int64_t, 4> strides = rowMajorStrides(tensorShape), boxStrides = rowMajorStrides(slice.sizes);
  int64_t count = checkedNumElements(slice.sizes).value_or(0);
  for (int64_t i = 0; i < count; ++i) {
    int64_t at = 0;
    for (size_t d = 0; d < tensorShape.size(); ++d)
      at += (slice.offsets[d] + i / boxStrides[d] % slice.sizes[d] * slice.strides[d]) * strides[d];
    fn(i, at);
  }
}

LogicalResult graphopt::checkSlice(Operation *op, ArrayRef<int64_t> shape, const Slice &slice) {
  for (auto [d, size] : llvm::enumerate(shape)) {
    __int128 offset = slice.offsets[d], last = offset + static_cast<__int128>(slice.sizes[d] - 1) * slice.strides[d];
    bool inside = slice.sizes[d] > 0 ? offset >= 0 && offset < size && last >= 0 && last < size
                                     : slice.sizes[d] == 0 && offset >= 0 && offset <= size;
    if (!inside)
      return op->emitOpError() << "expected a slice inside of the size " << size << " of dimension " << d << ", got offset "
                               << slice.offsets[d] << ", size " << slice.sizes[d] << ", stride " << slice.strides[d];
  }
  return success();
}

Slice graphopt::getSlice(OffsetSizeAndStrideOpInterface op, llvm::function_ref<TensorValue(Value)> lookup) {
  auto numbers = [&](ArrayRef<int64_t> fixed, ValueRange dynamic) {
    return resolve(fixed, llvm::map_to_vector(dynamic, [&](Value value) { return lookup(value); }));
  };
  return {numbers(op.getStaticOffsets(), op.getOffsets()), numbers(op.getStaticSizes(), op.getSizes()),
          numbers(op.getStaticStrides(), op.getStrides())};
}

LogicalResult graphopt::insertSlice(Operation *op, const TensorValue &source, TensorValue &target, const Slice &slice) {
  if (failed(checkSlice(op, target.getShape(), slice)))
    return failure();
  if (checkedNumElements(slice.sizes) != source.getNumElements())
    return op->emitOpError() << "expected a source of the sizes [" << ArrayRef(slice.sizes) << "], got " << source.getType();
  int64_t size = TensorValue::getElementSize(source.getElementType());
  forEachInSlice(target.getShape(), slice,
                 [&](int64_t i, int64_t at) { std::memcpy(target.getMutableRaw() + at * size, source.getRaw() + i * size, size); });
  return success();
}

/// The operands of an op by value: a lookup for ops whose operands have been evaluated.
static auto operandLookup(Operation *op, Operands operands) {
  return [op, operands](Value value) -> TensorValue {
    for (auto [operand, known] : llvm::zip(op->getOperands(), operands))
      if (operand == value)
        return known;
    return {};
  };
}

static LogicalResult evaluateExtractSlice(tensor::ExtractSliceOp op, EvalContext &context, Operands operands, Results &results) {
  const TensorValue &source = operands[0];
  auto lookup = operandLookup(op, operands);
  Slice slice = getSlice(cast<OffsetSizeAndStrideOpInterface>(op.getOperation()), lookup);
  if (failed(checkSlice(op, source.getShape(), slice)))
    return failure();
  // Dropped dimensions have size 1.
  llvm::SmallBitVector dropped = op.getDroppedDims();
  SmallVector<int64_t> shape;
  for (auto [d, size] : llvm::enumerate(slice.sizes))
    if (!dropped.test(d))
      shape.push_back(size);
  TensorValue value = context.allocate(op, source.getElementType(), shape);
  if (!value)
    return failure();
  int64_t size = TensorValue::getElementSize(source.getElementType());
  forEachInSlice(source.getShape(), slice,
                 [&](int64_t i, int64_t at) { std::memcpy(value.getMutableRaw() + i * size, source.getRaw() + at * size, size); });
  results.push_back(std::move(value));
  return success();
}

static LogicalResult evaluateInsertSlice(tensor::InsertSliceOp op, EvalContext &, Operands operands, Results &results) {
  TensorValue value = operands[1].clone();
  auto lookup = operandLookup(op, operands);
  if (failed(insertSlice(op, operands[0], value, getSlice(cast<OffsetSizeAndStrideOpInterface>(op.getOperation()), lookup))))
    return failure();
  results.push_back(std::move(value));
  return success();
}

static LogicalResult evaluatePad(tensor::PadOp op, EvalContext &context, Operands operands, Results &results) {
  const TensorValue &source = operands[0];
  auto lookup = operandLookup(op, operands);
  auto numbers = [&](ArrayRef<int64_t> fixed, ValueRange dynamic) { return resolve(fixed, llvm::map_to_vector(dynamic, lookup)); };
  SmallVector<int64_t> low = numbers(op.getStaticLow(), op.getLow()), high = numbers(op.getStaticHigh(), op.getHigh()), shape;
  for (auto [d, size] : llvm::enumerate(source.getShape())) {
    if (low[d] < 0 || high[d] < 0)
      return op.emitOpError() << "expected padding of at least 0, got " << low[d] << " and " << high[d];
    shape.push_back(low[d] + size + high[d]);
  }
  TensorValue value = context.allocate(op, source.getElementType(), shape);
  auto program = ScalarProgram::compile(op.getRegion(), context);
  auto type = ScalarType::get(source.getElementType());
  if (!value || failed(program) || !type)
    return failure();
  SmallVector<int64_t, 4> strides = rowMajorStrides(shape);
  int64_t size = TensorValue::getElementSize(source.getElementType());
  for (int64_t i = 0; i < value.getNumElements(); ++i) {
    for (int64_t d = 0; d < value.getRank(); ++d)
      program->argument(d).i = i / strides[d] % shape[d];
    if (failed(program->run()))
      return failure();
    type->store(value.getMutableRaw() + i * size, program->result(0));
  }
  Slice inner{low, SmallVector<int64_t>(source.getShape()), SmallVector<int64_t>(low.size(), 1)};
  if (failed(insertSlice(op, source, value, inner)))
    return failure();
  results.push_back(std::move(value));
  return success();
}

static LogicalResult evaluateConcat(tensor::ConcatOp op, EvalContext &context, Operands operands, Results &results) {
  int64_t dim = op.getDim();
  SmallVector<int64_t> shape(operands[0].getShape());
  shape[dim] = 0;
  for (const TensorValue &operand : operands)
    shape[dim] += operand.getDim(dim);
  TensorValue value = context.allocate(op, operands[0].getElementType(), shape);
  if (!value)
    return failure();
  Slice slice{SmallVector<int64_t>(shape.size(), 0), {}, SmallVector<int64_t>(shape.size(), 1)};
  for (const TensorValue &operand : operands) {
    slice.sizes = SmallVector<int64_t>(operand.getShape());
    if (failed(insertSlice(op, operand, value, slice)))
      return failure();
    slice.offsets[dim] += operand.getDim(dim);
  }
  results.push_back(std::move(value));
  return success();
}

void graphopt::registerTensorSliceModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tensor::TensorDialect *) {
    using namespace tensor;
    ExtractSliceOp::attachInterface<FunctionModel<ExtractSliceOp, evaluateExtractSlice>>(*context);
    InsertSliceOp::attachInterface<FunctionModel<InsertSliceOp, evaluateInsertSlice>>(*context);
    PadOp::attachInterface<FunctionModel<PadOp, evaluatePad>>(*context);
    ConcatOp::attachInterface<FunctionModel<ConcatOp, evaluateConcat>>(*context);
  });
}
