//===- BuildOp.cpp --------------------------------------------------------===//
#include "graph-opt/Rewrite/BuildOp.h"
#include "Driver/Diagnostics.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/GraphError.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "llvm/ADT/StringSet.h"
#include <queue>

using namespace mlir;
using namespace graphopt;

namespace {
/// Properties of an op that does not exist yet: what its shape rule reads.
class TemporaryProperties {
public:
  TemporaryProperties(OperationName name) : name(name), bytes(name.getOpPropertyByteSize()) {
    if (bytes == 0)
      return;
    memory = llvm::allocate_buffer(bytes, alignof(std::max_align_t));
    name.initOpProperties(get(), OpaqueProperties(nullptr));
  }
  TemporaryProperties(const TemporaryProperties &) = delete;
  TemporaryProperties &operator=(const TemporaryProperties &) = delete;
  ~TemporaryProperties() {
    if (bytes == 0)
      return;
    name.destroyOpProperties(get());
    llvm::deallocate_buffer(memory, bytes, alignof(std::max_align_t));
  }
  OpaqueProperties get() const { return OpaqueProperties(memory); }

private:
  OperationName name;
  size_t bytes;
  void *memory = nullptr;
};

constexpr StringLiteral segmentsName = "operandSegmentSizes";

/// Fills the state's operands, attributes and result types; emits an error where they don't go together.
LogicalResult fillState(OperationState &state, ArrayRef<OperandGroup> operands, ArrayRef<NamedAttribute> attributes) {
  MLIRContext *context = state.getContext();
  auto error = [&] { return emitError(state.location) << "op '" << state.name << "': "; };
  SmallVector<int32_t> segments;
  for (const OperandGroup &group : operands) {
    segments.push_back(static_cast<int32_t>(group.size()));
    state.addOperands(group);
  }
  NamedAttrList all(attributes);
  ArrayRef<StringAttr> known = state.name.getAttributeNames();
  for (NamedAttribute attribute : attributes)
    if (!attribute.getName().strref().contains('.') && !llvm::is_contained(known, attribute.getName()))
      return error() << "expected an attribute that it has, got '" << attribute.getName().strref() << "'";
  if (llvm::any_of(known, [](StringAttr attr) { return attr == segmentsName; }))
    all.set(segmentsName, DenseI32ArrayAttr::get(context, segments));

  // The dialect's shape rules read operands before anything has verified them: tensors first, then a number for each that lists leave open.
  if (state.name.getDialectNamespace() == graph::GraphDialect::getDialectNamespace()) {
    size_t open = 0;
    for (NamedAttribute attribute : all)
      if (auto numbers = dyn_cast<DenseI64ArrayAttr>(attribute.getValue()); numbers && attribute.getName().strref().starts_with("static_"))
        open += llvm::count_if(numbers.asArrayRef(), [](int64_t number) { return ShapedType::isDynamic(number); });
    for (auto [index, operand] : llvm::enumerate(state.operands)) {
      bool isNumber = index + open >= state.operands.size();
      if (isNumber ? !operand.getType().isIndex() : !isa<RankedTensorType>(operand.getType()))
        return error() << "expected operands that are tensors, and numbers of type index for " << open
                       << " sizes that lists leave open, got one of type " << operand.getType();
    }
  }
  auto *inference = state.name.getInterface<InferTypeOpInterface>();
  if (!inference)
    return error() << "expected an op whose result types follow from its operands";
  TemporaryProperties properties(state.name);
  DictionaryAttr dictionary = all.getDictionary(context);
  bool hasProperties = state.name.getOpPropertyByteSize() != 0;
  if (hasProperties && failed(state.name.setOpPropertiesFromAttribute(state.name, properties.get(), dictionary, error)))
    return failure();
  if (failed(inference->inferReturnTypes(context, state.location, state.operands, dictionary, properties.get(), {}, state.types)))
    return error() << "expected an op whose result types follow from its operands"; // scf.if says nothing of its own
  // Inherent attributes are among the properties; the others are told apart by their dot.
  SmallVector<NamedAttribute> inherent;
  for (NamedAttribute attribute : all)
    if (llvm::is_contained(known, attribute.getName()))
      inherent.push_back(attribute);
    else
      state.attributes.push_back(attribute);
  if (hasProperties)
    state.propertiesAttr = DictionaryAttr::get(context, inherent);
  return success();
}
} // namespace

llvm::Expected<Operation *> graphopt::buildOp(OpBuilder &builder, Location loc, StringRef name, ArrayRef<OperandGroup> operands,
                                              ArrayRef<NamedAttribute> attributes) {
  MLIRContext *context = builder.getContext();
  context->getOrLoadDialect(OperationName(name, context).getDialectNamespace());
  OperationState state(loc, OperationName(name, context));
  Operation *built = nullptr;
  auto build = [&]() -> LogicalResult {
    if (!state.name.isRegistered())
      return emitError(loc) << "expected the name of an op, got '" << name << "'";
    if (failed(fillState(state, operands, attributes)))
      return failure();
    built = builder.create(state);
    return verify(built);
  };
  if (llvm::Error error = captureDiagnostics(context, name, "building an op", nullptr, build)) {
    if (built)
      built->erase();
    return std::move(error);
  }
  return built;
}

llvm::Error graphopt::verifyOp(Operation *op) {
  return captureDiagnostics(op->getContext(), op->getName().getStringRef(), "verifying", nullptr, [&] { return verify(op); });
}

/// Whether the function can have another type: nothing calls it.
static llvm::Error checkUncalled(func::FuncOp function) {
  Operation *top = function->getParentOp();
  if (!top || SymbolTable::symbolKnownUseEmpty(function, top))
    return llvm::Error::success();
  return makeError(Failure::badInput, "expected a function that nothing calls, to change its type, got '" + function.getName() + "'");
}

llvm::Expected<Value> graphopt::addArgument(func::FuncOp function, Type type, StringRef name) {
  if (llvm::Error error = checkUncalled(function))
    return std::move(error);
  for (unsigned index = 0; index < function.getNumArguments(); ++index)
    if (auto taken = function.getArgAttrOfType<StringAttr>(index, graph::nameAttr); taken && !name.empty() && taken == name)
      return makeError(Failure::badInput, "expected a name that no other input has, got '" + name + "'");
  Builder b(function.getContext());
  unsigned index = function.getNumArguments();
  NamedAttrList attributes;
  if (!name.empty())
    attributes.set(graph::nameAttr, b.getStringAttr(name));
  (void)function.insertArgument(index, type, attributes.getDictionary(b.getContext()), NameLoc::get(b.getStringAttr(name)));
  return Value(function.getArgument(index));
}

llvm::Error graphopt::setResults(func::FuncOp function, ValueRange values, ArrayRef<std::string> names) {
  Builder b(function.getContext());
  Operation *terminator = function.front().getTerminator();
  if (names.size() > values.size())
    return makeError(Failure::badInput, "expected at most " + Twine(values.size()) + " names, got " + Twine(names.size()));
  for (Value value : values)
    if (!isKnownAt(value, terminator) || !isa<RankedTensorType>(value.getType()))
      return makeError(Failure::badInput, "expected tensors of the function's own block");
  if (TypeRange(values) != TypeRange(terminator->getOperands()))
    if (llvm::Error error = checkUncalled(function))
      return error;
  llvm::SmallDenseMap<Value, std::queue<DictionaryAttr>> before; // a value may be several results
  for (auto [index, value] : llvm::enumerate(terminator->getOperands()))
    before[value].push(function.getResultAttrDict(index));
  SmallVector<DictionaryAttr> attributes;
  llvm::StringSet<> taken;
  for (auto [index, value] : llvm::enumerate(values)) {
    NamedAttrList list;
    if (std::queue<DictionaryAttr> &kept = before[value]; !kept.empty()) {
      list.append(NamedAttrList(kept.front()));
      kept.pop();
    }
    if (index < names.size() && !names[index].empty())
      list.set(graph::nameAttr, b.getStringAttr(names[index]));
    if (auto name = dyn_cast_or_null<StringAttr>(list.get(graph::nameAttr)); name && !taken.insert(name.getValue()).second)
      return makeError(Failure::badInput, "expected names that differ, got '" + name.getValue() + "' twice");
    attributes.push_back(list.getDictionary(b.getContext()));
  }
  terminator->setOperands(values);
  function.setType(b.getFunctionType(function.getArgumentTypes(), TypeRange(values)));
  function.setAllResultAttrs(attributes);
  return llvm::Error::success();
}

bool graphopt::isKnownAt(Value value, Operation *user) {
  Operation *inBlock = user;
  for (; inBlock && inBlock->getBlock() != value.getParentBlock(); inBlock = inBlock->getParentOp())
    if (inBlock != user && inBlock->hasTrait<OpTrait::IsIsolatedFromAbove>())
      return false; // a fusion's body, a function's
  if (!inBlock || (inBlock != user && inBlock->hasTrait<OpTrait::IsIsolatedFromAbove>()))
    return false;
  Operation *definition = value.getDefiningOp();
  return !definition || (definition != inBlock && definition->isBeforeInBlock(inBlock));
}
