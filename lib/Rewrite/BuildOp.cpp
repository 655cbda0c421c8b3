//===- BuildOp.cpp --------------------------------------------------------===//
#include "graph-opt/Rewrite/BuildOp.h"
#include "Driver/Diagnostics.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

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

Value graphopt::addArgument(func::FuncOp function, Type type, StringRef name) {
  Builder b(function.getContext());
  unsigned index = function.getNumArguments();
  auto attributes = b.getDictionaryAttr(b.getNamedAttr(graph::nameAttr, b.getStringAttr(name)));
  (void)function.insertArgument(index, type, attributes, NameLoc::get(b.getStringAttr(name)));
  return function.getArgument(index);
}

void graphopt::setResults(func::FuncOp function, ValueRange values, ArrayRef<std::string> names) {
  Builder b(function.getContext());
  Operation *terminator = function.front().getTerminator();
  llvm::SmallDenseMap<Value, DictionaryAttr> before;
  for (auto [index, value] : llvm::enumerate(terminator->getOperands()))
    if (auto attributes = function.getResultAttrDict(index))
      before.try_emplace(value, attributes);
  SmallVector<DictionaryAttr> attributes;
  for (auto [index, value] : llvm::enumerate(values)) {
    auto kept = before.lookup(value);
    bool isNamed = index < names.size() && !names[index].empty();
    NamedAttrList list(kept);
    if (isNamed)
      list.set(graph::nameAttr, b.getStringAttr(names[index]));
    attributes.push_back(list.getDictionary(b.getContext()));
    before.erase(value); // the second result of a value has no name of the first
  }
  terminator->setOperands(values);
  function.setType(b.getFunctionType(function.getArgumentTypes(), values.getTypes()));
  function.setAllResultAttrs(attributes);
}
