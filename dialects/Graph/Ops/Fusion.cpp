//===- Fusion.cpp ---------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Fusion.h"
#include "Graph/Shared/DecompositionGradient.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Fusion.ops.inc"

void FusionOp::build(OpBuilder &b, OperationState &state, TypeRange results, ValueRange inputs) { build(b, state, results, inputs, {}); }

void FusionOp::build(OpBuilder &b, OperationState &state, TypeRange results, ValueRange inputs, ArrayRef<NamedAttribute> attributes) {
  state.addTypes(results);
  state.addOperands(inputs);
  state.addAttributes(attributes);
  auto *body = new Block;
  for (Value input : inputs)
    body->addArgument(input.getType(), input.getLoc());
  state.addRegion()->push_back(body);
}

//===--- Text -------------------------------------------------------------===//

// graph.fusion (%a = %x : type, ...) attributes {...} { ... graph.yield ... }
ParseResult FusionOp::parse(OpAsmParser &parser, OperationState &state) {
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  auto parseInput = [&]() -> ParseResult {
    Type type;
    if (parser.parseArgument(arguments.emplace_back()) || parser.parseEqual() || parser.parseOperand(operands.emplace_back()) ||
        parser.parseColonType(type))
      return failure();
    arguments.back().type = type;
    return parser.resolveOperand(operands.back(), type, state.operands);
  };
  Region *body = state.addRegion();
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, parseInput) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes) || parser.parseRegion(*body, arguments))
    return failure();
  if (!body->hasOneBlock() || !body->front().mightHaveTerminator())
    return parser.emitError(parser.getCurrentLocation()) << "expected a body of one block that ends with 'graph.yield'";
  state.addTypes(body->front().getTerminator()->getOperandTypes());
  return success();
}

void FusionOp::print(OpAsmPrinter &printer) {
  printer << " (";
  llvm::interleaveComma(llvm::zip(getBody().getArguments(), getInputs()), printer, [&](auto pair) {
    auto [argument, input] = pair;
    printer << argument << " = " << input << " : " << input.getType();
  });
  printer << ')';
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs());
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

void FusionOp::getAsmBlockArgumentNames(Region &, OpAsmSetValueNameFn) {}

//===--- Verify -----------------------------------------------------------===//

LogicalResult FusionOp::verify() {
  Block &body = getBody().front();
  if (body.getArgumentTypes() != getInputs().getTypes()) // (C1)
    return emitOpError() << "expected arguments of the operands' types " << getInputs().getTypes() << ", got " << body.getArgumentTypes();
  auto yield = body.empty() ? YieldOp() : dyn_cast<YieldOp>(body.back());
  if (!yield || yield.getOperandTypes() != getResultTypes()) // (C2)
    return emitOpError() << "expected a body that ends with a 'graph.yield' of " << getResultTypes();
  for (Operation &op : body.without_terminator())
    if (!isMemoryEffectFree(&op) || isa<FusionOp>(op)) { // (C3)
      InFlightDiagnostic error = emitOpError() << "expected ops without effects that are no fusions, got '" << op.getName() << "'";
      error.attachNote(op.getLoc()) << "here";
      return error;
    }
  return success();
}

//===--- Shape ------------------------------------------------------------===//

namespace {
/// The rules of the ops in the body, which see the operands' sizes as those of the arguments.
class BodyInfer final : public InferContext {
public:
  BodyInfer(FusionOp op, InferContext &outer)
      : InferContext(outer.getContext(), std::nullopt, op->getName().getStringRef()), op(op), outer(outer) {}

  SymbolicType typeOf(Value tensor) override {
    if (auto it = types.find(tensor); it != types.end())
      return it->second;
    if (auto argument = dyn_cast<BlockArgument>(tensor))
      return outer.typeOf(op.getInputs()[argument.getArgNumber()]);
    return refine({}, cast<RankedTensorType>(tensor.getType()));
  }
  AffineExpr valueOf(Value index) override {
    if (auto argument = dyn_cast<BlockArgument>(index))
      return outer.valueOf(OpFoldResult(op.getInputs()[argument.getArgNumber()]));
    if (std::optional<int64_t> known = getConstantIntValue(index))
      return constant(*known);
    if (auto dim = index.getDefiningOp<tensor::DimOp>())
      if (std::optional<int64_t> axis = dim.getConstantIndex(); axis && isa<RankedTensorType>(dim.getSource().getType()))
        return typeOf(dim.getSource()).sizes[*axis];
    return unknown();
  }
  AffineExpr unknown() override { return outer.unknown(); }
  void setType(Value value, const SymbolicType &type) { types[value] = refine(type, cast<RankedTensorType>(value.getType())); }

private:
  /// What the declared type knows goes first; a size that neither gives is unknown.
  SymbolicType refine(const SymbolicType &inferred, RankedTensorType declared) {
    SymbolicType result{{}, declared.getElementType()};
    for (auto [d, size] : llvm::enumerate(declared.getShape()))
      result.sizes.push_back(!ShapedType::isDynamic(size) ? constant(size) : inferred.sizes.empty() ? unknown() : inferred.sizes[d]);
    return result;
  }

  FusionOp op;
  InferContext &outer;
  DenseMap<Value, SymbolicType> types;
};
} // namespace

LogicalResult FusionOp::inferSymbolically(InferContext &context, SmallVectorImpl<SymbolicType> &results) {
  BodyInfer inference(*this, context);
  Block &body = getBody().front();
  for (Operation &op : body.without_terminator()) {
    auto shaped = dyn_cast<ShapeOpInterface>(op);
    SmallVector<SymbolicType> types;
    if (!shaped)
      continue;
    if (failed(shaped.inferSymbolically(inference, types)))
      return failure();
    for (auto [result, type] : llvm::zip(op.getResults(), types))
      inference.setType(result, type);
  }
  for (Value value : body.getTerminator()->getOperands())
    results.push_back(inference.typeOf(value));
  return success();
}

LogicalResult FusionOp::reifyResultShapes(OpBuilder &b, ReifiedRankedShapedTypeDims &shapes) { return reifyShapes(b, *this, shapes); }

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult FusionOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  return context.runRegion(getBody(), operands, results);
}

//===--- Decompose --------------------------------------------------------===//

FailureOr<SmallVector<Value>> FusionOp::decompose(OpBuilder &b) {
  IRMapping mapping;
  Block &body = getBody().front();
  mapping.map(body.getArguments(), getInputs());
  for (Operation &op : body.without_terminator())
    b.clone(op, mapping);
  return llvm::map_to_vector(body.getTerminator()->getOperands(), [&](Value value) { return mapping.lookup(value); });
}

FailureOr<SmallVector<Value>> FusionOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  return gradientOfDecomposition(*this, b, cotangents, [&](OpBuilder &at) { return decompose(at); });
}

Cost FusionOp::getCost(int64_t dynamicSize) {
  Cost cost = defaultCost(*this, dynamicSize, 0); // inside, nothing is read or written
  for (Operation &op : getBody().front().without_terminator())
    if (auto costed = dyn_cast<CostOpInterface>(op))
      cost.flops = static_cast<int64_t>(
          std::min<uint64_t>(static_cast<uint64_t>(cost.flops) + static_cast<uint64_t>(costed.getCost(dynamicSize).flops),
                             std::numeric_limits<int64_t>::max()));
  return cost;
}

//===--- Import -----------------------------------------------------------===//

void FusionOp::registerImportRules(ImportRules &) {} // passes make it, no front end
