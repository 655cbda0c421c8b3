//===- Parameter.cpp ------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Parameter.h"
#include "Graph/Shared/Bounds.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Parameters.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Parameter.ops.inc"

//===--- parameter --------------------------------------------------------===//

// graph.parameter @name {role = "buffer", mutable} : type = value
ParseResult ParameterOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr name;
  Type type;
  Attribute value;
  NamedAttrList attributes;
  if (parser.parseSymbolName(name) || parser.parseOptionalAttrDict(attributes) || parser.parseColonType(type) || parser.parseEqual() ||
      parser.parseAttribute(value))
    return failure();
  auto &properties = state.getOrAddProperties<Properties>();
  properties.sym_name = name;
  properties.type = TypeAttr::get(type);
  properties.value = value;
  if (Attribute role = attributes.erase("role")) {
    properties.role = dyn_cast<StringAttr>(role);
    if (!properties.role)
      return parser.emitError(parser.getCurrentLocation()) << "expected 'role' to be a string, got " << role;
  }
  if (attributes.erase("mutable"))
    properties.mutable_ = parser.getBuilder().getUnitAttr();
  state.addAttributes(attributes);
  return success();
}

void ParameterOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  NamedAttrList attributes(llvm::to_vector((*this)->getDiscardableAttrs()));
  if (getRole() != "parameter")
    attributes.set("role", getRoleAttr());
  if (getMutable_())
    attributes.set("mutable", UnitAttr::get(getContext()));
  printer.printOptionalAttrDict(attributes);
  printer << " : " << getType() << " = " << getValue();
}

LogicalResult ParameterOp::verify() {
  RankedTensorType type = getType();
  if (!type.hasStaticShape()) // (C1)
    return emitOpError() << "expected a tensor type of static shape, got " << getType();
  if (auto external = dyn_cast<ExternalAttr>(getValue())) { // (C2)
    auto count = checkedNumElements(type.getShape());
    int64_t size = TensorValue::getElementSize(type.getElementType());
    if (!count || *count > std::numeric_limits<int64_t>::max() / size || *count * size != external.getBytes())
      return emitOpError() << "expected the bytes of " << type << ", got " << external.getBytes();
    return success();
  }
  auto elements = dyn_cast<ElementsAttr>(getValue());
  if (!elements)
    return emitOpError() << "expected a value of dense<>, dense_resource<> or #graph.external<>, got " << getValue();
  if (elements.getShapedType() != type) // (C2)
    return emitOpError() << "expected a value of type " << type << ", got " << elements.getShapedType();
  return verifyBytes(elements, type, [&] { return emitOpError(); }); // (C2), (C3)
}

RankedTensorType ParameterOp::getParameterType() { return getType(); }
Attribute ParameterOp::getParameterValue() { return getValue(); }
bool ParameterOp::isMutableParameter() { return getMutable_(); }

Operation *graph::createParameter(OpBuilder &b, Location loc, StringRef name, RankedTensorType type, Attribute value) {
  return ParameterOp::create(b, loc, name, type, value);
}

StringRef graph::getRole(ParameterOpInterface parameter) { return cast<ParameterOp>(parameter.getOperation()).getRole(); }

void graph::setMutable(ParameterOpInterface parameter) { cast<ParameterOp>(parameter.getOperation()).setMutable_(true); }

Operation *graph::createState(OpBuilder &b, Location loc, StringRef name, RankedTensorType type, TypedAttr initial) {
  return ParameterOp::create(b, loc, name, type, DenseElementsAttr::get(type, initial), "state", /*mutable_=*/true);
}

//===--- get --------------------------------------------------------------===//

LogicalResult GetOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(*this, getParameterAttr());
  if (!parameter)
    return emitOpError() << "expected the name of a 'graph.parameter', got " << getParameterAttr();
  if (parameter.getType() != getType()) // (C1)
    return emitOpError() << "expected the parameter's type " << parameter.getType() << ", got " << getType();
  return success();
}

void GetOp::getAsmResultNames(OpAsmSetValueNameFn setName) { setName(getY(), getParameter()); }

FlatSymbolRefAttr GetOp::getParameterName() { return getParameterAttr(); }

Value graph::createParameterRead(OpBuilder &b, Location loc, RankedTensorType type, FlatSymbolRefAttr name) {
  return GetOp::create(b, loc, type, name);
}

LogicalResult GetOp::evaluate(EvalContext &context, ArrayRef<TensorValue>, SmallVectorImpl<TensorValue> &results) {
  auto parameter = dyn_cast_or_null<ParameterOp>(context.lookupSymbol(*this, getParameterAttr()));
  if (!parameter)
    return emitOpError() << "expected the name of a 'graph.parameter', got " << getParameterAttr();
  auto value = WeightStore::get(parameter.getValue(), parameter.getType());
  if (!value)
    return emitOpError() << llvm::toString(value.takeError());
  results.push_back(*value);
  return success();
}
