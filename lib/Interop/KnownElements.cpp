//===- KnownElements.cpp - small tensors that stand for sizes -------------===//
#include "Interop/KnownElements.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/ScalarBuilder.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;
using namespace graphopt;

namespace {
constexpr int64_t maxElements = 1024;     ///< of a constant that is computed while importing
constexpr int64_t maxScalarElements = 64; ///< of a tensor whose elements are values

OpFoldResult known(Value scalar) {
  Attribute constant;
  return matchPattern(scalar, m_Constant(&constant)) ? OpFoldResult(constant) : OpFoldResult(scalar);
}

bool isSmall(Value value, int64_t limit) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getNumElements() <= limit;
}

/// The number of a constant operand; none for anything else.
TensorValue constantOperand(Value value) {
  Attribute attr;
  if (!matchPattern(value, m_Constant(&attr)))
    return {};
  if (auto elements = dyn_cast<DenseElementsAttr>(attr))
    return elements.getNumElements() <= maxElements ? TensorValue::fromAttr(cast<ElementsAttr>(attr)) : TensorValue();
  auto scalar = dyn_cast<TypedAttr>(attr);
  return scalar && !isa<ElementsAttr>(attr) ? TensorValue::fromAttr(scalar) : TensorValue();
}

void replace(OpBuilder &b, Operation *op, ArrayRef<Value> values) {
  op->replaceAllUsesWith(values);
  op->erase();
}

/// Everything is a number: the op's meaning gives the rest.
bool foldConstant(OpBuilder &b, Operation *op) {
  SmallVector<TensorValue> operands, results;
  for (Value operand : op->getOperands()) {
    operands.push_back(constantOperand(operand));
    if (!operands.back())
      return false;
  }
  if (!llvm::all_of(op->getResults(), [](Value result) { return isSmall(result, maxElements); }))
    return false;
  if (failed(evaluateOp(op, operands, results)))
    return false;
  SmallVector<Value> values;
  for (auto [result, value] : llvm::zip(op->getResults(), results))
    values.push_back(graph::ConstantOp::create(b, op->getLoc(), result.getType(), value.toDenseAttr()));
  replace(b, op, values);
  return true;
}

/// Which element of which operand each element of the result is: the op moves the elements' numbers in their place.
bool foldMovement(OpBuilder &b, Operation *op) {
  auto indexing = dyn_cast<IndexingOpInterface>(op);
  SmallVector<OpFoldResult> pool;
  SmallVector<TensorValue> operands, results;
  OperationState state(op->getLoc(), op->getName());
  SmallVector<Value> numbered;
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || (indexing && indexing.getIndexed(i))) { // sizes, and positions
      operands.push_back(constantOperand(operand));
      if (!operands.back())
        return false;
      numbered.push_back(operand);
      continue;
    }
    auto elements = knownElements(operand, maxScalarElements);
    if (!elements)
      return false;
    TensorValue numbers(b.getI64Type(), type.getShape());
    for (auto [number, element] : llvm::zip(numbers.getMutable<int64_t>(), *elements)) {
      number = static_cast<int64_t>(pool.size());
      pool.push_back(element);
    }
    operands.push_back(numbers);
    numbered.push_back(graph::ConstantOp::create(b, op->getLoc(), numbers.getType(), numbers.toDenseAttr()));
  }
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Operation *mover = op->clone();
  mover->setOperands(numbered);
  mover->getResult(0).setType(type.clone(b.getI64Type()));
  LogicalResult result = evaluateOp(mover, operands, results);
  mover->destroy();
  if (failed(result))
    return false;
  SmallVector<OpFoldResult> moved;
  for (int64_t number : results[0].get<int64_t>()) {
    if (number >= static_cast<int64_t>(pool.size())) // of an empty operand
      return false;
    moved.push_back(pool[number]);
  }
  replace(b, op, fromElements(b, op->getLoc(), moved, type));
  return true;
}

/// One element after the other, by the op's scalar code.
bool foldElementwise(OpBuilder &b, Operation *op, ScalarBodyOpInterface body) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  auto isPlain = [](Type type) { return !type.isF16() && !type.isBF16() && !type.isUnsignedInteger(); };
  SmallVector<SmallVector<OpFoldResult>> operands;
  for (Value operand : op->getOperands()) {
    auto elements = knownElements(operand, maxScalarElements);
    if (!elements || !isPlain(getElementTypeOrSelf(operand.getType())))
      return false;
    operands.push_back(std::move(*elements));
  }
  if (!isPlain(type.getElementType()))
    return false;
  ScalarBuilder scalars(b, op->getLoc(), getElementTypeOrSelf(op->getOperand(0).getType()));
  SmallVector<int64_t, 4> strides = rowMajorStrides(type.getShape());
  SmallVector<OpFoldResult> results;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    SmallVector<Value> args;
    for (auto [operand, elements] : llvm::zip(op->getOperands(), operands)) {
      auto operandType = cast<RankedTensorType>(operand.getType());
      int64_t offset = type.getRank() - operandType.getRank(), at = 0;
      for (int64_t d = 0; d < operandType.getRank(); ++d)
        at = at * operandType.getDimSize(d) + (operandType.getDimSize(d) == 1 ? 0 : i / strides[offset + d] % type.getDimSize(offset + d));
      OpFoldResult element = elements[at];
      if (auto attr = dyn_cast<Attribute>(element))
        args.push_back(arith::ConstantOp::create(b, op->getLoc(), cast<TypedAttr>(attr)));
      else
        args.push_back(cast<Value>(element));
    }
    Operation *last = &*std::prev(b.getInsertionPoint());
    Value result = body.buildScalar(scalars, args);
    for (Operation *made = last->getNextNode(), *next; made && Block::iterator(made) != b.getInsertionPoint(); made = next) {
      next = made->getNextNode();
      SmallVector<Value> folded;
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPoint(made);
      if (failed(b.tryFold(made, folded)) || folded.empty())
        continue;
      if (result == made->getResult(0))
        result = folded[0];
      made->replaceAllUsesWith(folded);
      made->erase();
    }
    results.push_back(known(result));
  }
  replace(b, op, fromElements(b, op->getLoc(), results, type));
  return true;
}
} // namespace

std::optional<SmallVector<OpFoldResult>> graphopt::knownElements(Value tensor, int64_t limit) {
  while (auto cast = tensor.getDefiningOp<tensor::CastOp>())
    tensor = cast.getSource();
  if (!isSmall(tensor, limit))
    return std::nullopt;
  DenseElementsAttr constant;
  SmallVector<OpFoldResult> elements;
  if (matchPattern(tensor, m_Constant(&constant))) {
    for (Attribute element : constant.getValues<Attribute>())
      elements.push_back(element);
    return elements;
  }
  auto list = tensor.getDefiningOp<tensor::FromElementsOp>();
  if (!list)
    return std::nullopt;
  for (Value element : list.getElements())
    elements.push_back(known(element));
  return elements;
}

std::optional<SmallVector<OpFoldResult>> graphopt::extractElements(OpBuilder &b, Location loc, Value tensor) {
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!isSmall(tensor, maxScalarElements) || type.getRank() > 1 || !type.getElementType().isSignlessInteger())
    return std::nullopt;
  SmallVector<OpFoldResult> elements;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    SmallVector<Value> position;
    if (type.getRank() == 1)
      position.push_back(arith::ConstantIndexOp::create(b, loc, i));
    elements.push_back(tensor::ExtractOp::create(b, loc, tensor, position).getResult());
  }
  return elements;
}

std::optional<int64_t> graphopt::knownInteger(OpFoldResult element) {
  auto attr = dyn_cast_or_null<IntegerAttr>(dyn_cast<Attribute>(element));
  if (!attr || attr.getValue().getBitWidth() > 64)
    return std::nullopt;
  bool isSigned = !attr.getType().isUnsignedInteger() && !attr.getType().isInteger(1);
  return isSigned ? attr.getValue().getSExtValue() : static_cast<int64_t>(attr.getValue().getZExtValue());
}

std::optional<double> graphopt::knownNumber(OpFoldResult element) {
  auto attr = dyn_cast_or_null<FloatAttr>(dyn_cast<Attribute>(element));
  if (attr)
    return attr.getValueAsDouble();
  std::optional<int64_t> integer = knownInteger(element);
  return integer ? std::optional<double>(static_cast<double>(*integer)) : std::nullopt;
}

IntegerAttr graphopt::sizeAttr(OpBuilder &b, int64_t number) {
  return b.getIndexAttr(ShapedType::isDynamic(number) ? number + 1 : number);
}

OpFoldResult graphopt::asIndex(OpBuilder &b, Location loc, OpFoldResult element) {
  if (std::optional<int64_t> number = knownInteger(element))
    return sizeAttr(b, *number);
  auto value = dyn_cast<Value>(element);
  if (!value || !isa<IntegerType, IndexType>(value.getType()))
    return {};
  if (value.getType().isIndex())
    return value;
  if (auto cast = value.getDefiningOp<arith::IndexCastOp>(); cast && cast.getIn().getType().isIndex())
    return cast.getIn();
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), value).getResult();
}

Value graphopt::fromElements(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> elements, RankedTensorType type) {
  if (llvm::all_of(elements, [](OpFoldResult element) { return isa<Attribute>(element); })) {
    SmallVector<Attribute> attrs;
    for (OpFoldResult element : elements)
      attrs.push_back(cast<Attribute>(element));
    return graph::ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, attrs));
  }
  SmallVector<Value> values;
  for (OpFoldResult element : elements) {
    if (auto attr = dyn_cast<Attribute>(element))
      values.push_back(arith::ConstantOp::create(b, loc, cast<TypedAttr>(attr)));
    else
      values.push_back(cast<Value>(element));
  }
  return tensor::FromElementsOp::create(b, loc, type, values);
}

bool graphopt::foldKnown(OpBuilder &b, Operation *op) {
  if (op->hasTrait<OpTrait::ConstantLike>() || op->getNumResults() == 0 || op->getNumRegions() != 0)
    return false;
  auto evaluate = dyn_cast<EvaluateOpInterface>(op);
  if (!evaluate || !evaluate.isFoldable() || !isPure(op))
    return false;
  auto isTensor = [](Type type) { return isa<RankedTensorType>(type); };
  if (!llvm::all_of(op->getResultTypes(), isTensor))
    return false;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(op);
  if (foldConstant(b, op))
    return true;
  if (op->getNumResults() != 1 || !isSmall(op->getResult(0), maxScalarElements) || llvm::none_of(op->getOperandTypes(), isTensor))
    return false;
  if (op->hasTrait<MovesElements>())
    return foldMovement(b, op);
  auto body = dyn_cast<ScalarBodyOpInterface>(op);
  return body && foldElementwise(b, op, body);
}

void graphopt::foldKnownAfter(OpBuilder &b, Operation *last, MutableArrayRef<Value> values) {
  // A user of the values follows them through replacements, and tells where to stop.
  SmallVector<Value> present = llvm::to_vector(llvm::make_filter_range(values, [](Value value) { return value != nullptr; }));
  Operation *anchor = UnrealizedConversionCastOp::create(b, b.getUnknownLoc(), TypeRange(), present);
  for (Operation *op = last ? last->getNextNode() : &b.getInsertionBlock()->front(), *next; op != anchor; op = next) {
    next = op->getNextNode();
    foldKnown(b, op);
  }
  unsigned i = 0;
  for (Value &value : values)
    if (value)
      value = anchor->getOperand(i++);
  anchor->erase();
}
