//===- Tensor.cpp - tensor's whole-tensor ops in the interpreter ----------===//
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "Interpreter/Models/Models.h"
#include "Interpreter/Scalar.h"
#include "Interpreter/ScalarProgram.h"

using namespace mlir;
using namespace graphopt;
using Operands = ArrayRef<TensorValue>;
using Results = SmallVectorImpl<TensorValue>;

void graphopt::fillUndefined(TensorValue &value) {
  auto type = ScalarType::get(value.getElementType());
  int64_t size = TensorValue::getElementSize(value.getElementType());
  for (int64_t i = 0; type && i < value.getNumElements(); ++i)
    type->store(value.getMutableRaw() + i * size, type->poison());
}

static int64_t elementSize(const TensorValue &value) { return TensorValue::getElementSize(value.getElementType()); }

/// The element that index operands name; emits an error where they are out of bounds.
static FailureOr<int64_t> offsetOf(Operation *op, const TensorValue &tensor, Operands indices) {
  int64_t offset = 0;
  for (auto [i, index] : llvm::enumerate(indices)) {
    int64_t at = index.getAsInt(0), size = tensor.getDim(i);
    if (at < 0 || at >= size)
      return op->emitOpError() << "expected index " << i << " in [0, " << size << "), got " << at;
    offset = offset * size + at;
  }
  return offset;
}

static LogicalResult evaluateEmpty(tensor::EmptyOp op, EvalContext &context, Operands operands, Results &results) {
  TensorValue value = context.allocate(op, op.getType().getElementType(), resolve(op.getType().getShape(), operands));
  if (!value)
    return failure();
  fillUndefined(value);
  results.push_back(std::move(value));
  return success();
}

static LogicalResult evaluateDim(tensor::DimOp op, EvalContext &, Operands operands, Results &results) {
  int64_t i = operands[1].getAsInt(0);
  if (i < 0 || i >= operands[0].getRank())
    return op.emitOpError() << "expected a dimension in [0, " << operands[0].getRank() << "), got " << i;
  results.push_back(TensorValue::index(op.getContext(), operands[0].getDim(i)));
  return success();
}

static LogicalResult evaluateRank(tensor::RankOp op, EvalContext &, Operands operands, Results &results) {
  results.push_back(TensorValue::index(op.getContext(), operands[0].getRank()));
  return success();
}

/// Static sizes of the result's type are checked by the interpreter.
static LogicalResult evaluateCast(tensor::CastOp op, EvalContext &, Operands operands, Results &results) {
  results.push_back(operands[0]);
  return success();
}

static LogicalResult evaluateBitcast(tensor::BitcastOp op, EvalContext &, Operands operands, Results &results) {
  results.push_back(operands[0].bitcast(op.getType().getElementType()));
  return success();
}

static LogicalResult reshape(Operation *op, const TensorValue &value, ArrayRef<int64_t> shape, Results &results) {
  auto count = checkedNumElements(shape);
  if (!count || *count != value.getNumElements())
    return op->emitOpError() << "expected sizes of " << value.getNumElements() << " elements, got [" << shape << "]";
  results.push_back(value.reshaped(shape));
  return success();
}

static LogicalResult evaluateExpand(tensor::ExpandShapeOp op, EvalContext &, Operands operands, Results &results) {
  SmallVector<int64_t> shape = resolve(op.getStaticOutputShape(), operands.drop_front());
  for (auto [d, group] : llvm::enumerate(op.getReassociationIndices())) {
    int64_t product = 1;
    for (int64_t i : group)
      product *= shape[i];
    if (product != operands[0].getDim(d))
      return op.emitOpError() << "expected sizes whose product is " << operands[0].getDim(d) << ", got " << product;
  }
  return reshape(op, operands[0], shape, results);
}

static LogicalResult evaluateCollapse(tensor::CollapseShapeOp op, EvalContext &, Operands operands, Results &results) {
  SmallVector<int64_t> shape;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    int64_t product = 1;
    for (int64_t i : group)
      product *= operands[0].getDim(i);
    shape.push_back(product);
  }
  return reshape(op, operands[0], shape, results);
}

static LogicalResult evaluateReshape(tensor::ReshapeOp op, EvalContext &, Operands operands, Results &results) {
  SmallVector<int64_t> shape;
  for (int64_t i = 0; i < operands[1].getNumElements(); ++i)
    shape.push_back(operands[1].getAsInt(i));
  return reshape(op, operands[0], shape, results);
}

static LogicalResult evaluateExtract(tensor::ExtractOp op, EvalContext &, Operands operands, Results &results) {
  auto offset = offsetOf(op, operands[0], operands.drop_front());
  if (failed(offset))
    return failure();
  TensorValue value(operands[0].getElementType(), {});
  std::memcpy(value.getMutableRaw(), operands[0].getRaw() + *offset * elementSize(value), elementSize(value));
  results.push_back(std::move(value));
  return success();
}

static LogicalResult evaluateInsert(tensor::InsertOp op, EvalContext &, Operands operands, Results &results) {
  auto offset = offsetOf(op, operands[1], operands.drop_front(2));
  if (failed(offset))
    return failure();
  TensorValue value = operands[1].clone();
  std::memcpy(value.getMutableRaw() + *offset * elementSize(value), operands[0].getRaw(), elementSize(value));
  results.push_back(std::move(value));
  return success();
}

static LogicalResult evaluateFromElements(tensor::FromElementsOp op, EvalContext &, Operands operands, Results &results) {
  TensorValue value(op.getType().getElementType(), op.getType().getShape());
  for (auto [i, operand] : llvm::enumerate(operands))
    std::memcpy(value.getMutableRaw() + i * elementSize(value), operand.getRaw(), elementSize(value));
  results.push_back(std::move(value));
  return success();
}

static LogicalResult evaluateSplat(tensor::SplatOp op, EvalContext &context, Operands operands, Results &results) {
  TensorValue value = context.allocate(op, operands[0].getElementType(), resolve(op.getType().getShape(), operands.drop_front()));
  if (!value)
    return failure();
  for (int64_t i = 0; i < value.getNumElements(); ++i)
    std::memcpy(value.getMutableRaw() + i * elementSize(value), operands[0].getRaw(), elementSize(value));
  results.push_back(std::move(value));
  return success();
}

static LogicalResult evaluateGenerate(tensor::GenerateOp op, EvalContext &context, Operands operands, Results &results) {
  TensorValue value = context.allocate(op, op.getType().getElementType(), resolve(op.getType().getShape(), operands));
  auto program = ScalarProgram::compile(op.getBody(), context);
  auto type = ScalarType::get(op.getType().getElementType());
  if (!value || failed(program) || !type)
    return failure();
  SmallVector<int64_t, 4> strides = rowMajorStrides(value.getShape());
  for (int64_t i = 0; i < value.getNumElements(); ++i) {
    for (int64_t d = 0; d < value.getRank(); ++d)
      program->argument(d).i = i / strides[d] % value.getDim(d);
    if (failed(program->run()))
      return failure();
    type->store(value.getMutableRaw() + i * elementSize(value), program->result(0));
  }
  results.push_back(std::move(value));
  return success();
}

void graphopt::registerTensorModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tensor::TensorDialect *) {
    using namespace tensor;
    EmptyOp::attachInterface<FunctionModel<EmptyOp, evaluateEmpty>>(*context);
    DimOp::attachInterface<FunctionModel<DimOp, evaluateDim>>(*context);
    RankOp::attachInterface<FunctionModel<RankOp, evaluateRank>>(*context);
    CastOp::attachInterface<FunctionModel<CastOp, evaluateCast>>(*context);
    BitcastOp::attachInterface<FunctionModel<BitcastOp, evaluateBitcast>>(*context);
    ExpandShapeOp::attachInterface<FunctionModel<ExpandShapeOp, evaluateExpand>>(*context);
    CollapseShapeOp::attachInterface<FunctionModel<CollapseShapeOp, evaluateCollapse>>(*context);
    ReshapeOp::attachInterface<FunctionModel<ReshapeOp, evaluateReshape>>(*context);
    ExtractOp::attachInterface<FunctionModel<ExtractOp, evaluateExtract>>(*context);
    InsertOp::attachInterface<FunctionModel<InsertOp, evaluateInsert>>(*context);
    FromElementsOp::attachInterface<FunctionModel<FromElementsOp, evaluateFromElements>>(*context);
    SplatOp::attachInterface<FunctionModel<SplatOp, evaluateSplat>>(*context);
    GenerateOp::attachInterface<FunctionModel<GenerateOp, evaluateGenerate>>(*context);
  });
}
