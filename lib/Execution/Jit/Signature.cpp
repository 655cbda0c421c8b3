//===- Signature.cpp - what a compiled function takes and gives ------------===//
#include "Execution/Jit/Signature.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace graphopt::execution {

namespace {
llvm::Error error(const Twine &message) { return llvm::createStringError(message); }

llvm::Error setType(Port &port, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::optional<int32_t> dtype = tensor ? getDtype(tensor.getElementType()) : std::nullopt;
  if (!dtype || tensor.getRank() > GO_MAX_RANK)
    return error("expected '" + port.name + "' to be a ranked tensor of numbers of rank " + Twine(GO_MAX_RANK) +
                 " at most, to be passed to compiled code");
  port.dtype = *dtype;
  for (int64_t size : tensor.getShape())
    port.sizes.push_back(ShapedType::isDynamic(size) ? -1 : size);
  return llvm::Error::success();
}

void setDims(Port &port, ArrayAttr dims) {
  if (!dims || dims.size() != port.sizes.size())
    return;
  for (Attribute dim : dims)
    port.dims.push_back(isa<StringAttr>(dim) ? cast<StringAttr>(dim).str() : std::string());
}

/// A size that the lowered function knows and the source doesn't is the known one.
llvm::Error refine(Port &port, MemRefType type) {
  if (type.getRank() != static_cast<int64_t>(port.sizes.size()) || !type.getLayout().isIdentity())
    return error("expected the lowered '" + port.name + "' to have the rank of the source and an identity layout");
  for (auto [size, lowered] : llvm::zip_equal(port.sizes, type.getShape()))
    if (size < 0 && !ShapedType::isDynamic(lowered))
      size = lowered;
  return llvm::Error::success();
}
} // namespace

std::optional<int32_t> getDtype(Type type) {
  if (type.isF16())
    return GO_F16;
  if (type.isBF16())
    return GO_BF16;
  if (type.isF32())
    return GO_F32;
  if (type.isF64())
    return GO_F64;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return std::nullopt;
  switch (integer.getWidth()) {
  case 1:
    return GO_BOOL;
  case 8:
    return integer.isUnsigned() ? GO_U8 : GO_I8;
  case 16:
    return integer.isUnsigned() ? GO_U16 : GO_I16;
  case 32:
    return integer.isUnsigned() ? GO_U32 : GO_I32;
  case 64:
    return integer.isUnsigned() ? GO_U64 : GO_I64;
  default:
    return std::nullopt;
  }
}

Type getElementType(MLIRContext *context, int32_t dtype) {
  Builder b(context);
  auto integer = [&](unsigned width, bool isUnsigned) {
    return IntegerType::get(context, width, isUnsigned ? IntegerType::Unsigned : IntegerType::Signless);
  };
  switch (dtype) {
  case GO_BOOL:
    return b.getI1Type();
  case GO_F16:
    return b.getF16Type();
  case GO_BF16:
    return b.getBF16Type();
  case GO_F32:
    return b.getF32Type();
  case GO_F64:
    return b.getF64Type();
  default:
    return integer(go_dtype_size(dtype) * 8, dtype >= GO_U8 && dtype <= GO_U64);
  }
}

llvm::Expected<func::FuncOp> findEntry(ModuleOp module, StringRef name) {
  func::FuncOp found;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration() || (name.empty() ? !function.isPublic() : function.getName() != name))
      continue;
    if (found)
      return error("expected one public function, got '" + found.getName() + "' and '" + function.getName() + "': name one");
    found = function;
  }
  if (!found)
    return error(name.empty() ? Twine("expected a public function, got none") : "expected a function '" + name + "', got none");
  return found;
}

int64_t countOps(func::FuncOp source) {
  int64_t count = 0;
  source.getBody().walk([&](Operation *op) { count += !op->hasTrait<OpTrait::IsTerminator>() && !op->hasTrait<OpTrait::ConstantLike>(); });
  return count;
}

llvm::Expected<Signature> readSource(func::FuncOp source) {
  Signature signature;
  signature.name = source.getName().str();
  signature.opCount = countOps(source);
  auto describe = [](Port &port, Type type, DictionaryAttr attrs, StringRef kind, unsigned index) -> llvm::Error {
    auto name = attrs ? attrs.getAs<StringAttr>("graph.name") : StringAttr();
    port.name = name ? name.str() : (kind + Twine(index)).str();
    if (llvm::Error failed = setType(port, type))
      return failed;
    setDims(port, attrs ? attrs.getAs<ArrayAttr>("graph.dims") : ArrayAttr());
    return llvm::Error::success();
  };
  for (auto [i, type] : llvm::enumerate(source.getArgumentTypes()))
    if (llvm::Error failed = describe(signature.inputs.emplace_back(), type, source.getArgAttrDict(i), "in", i))
      return std::move(failed);
  for (auto [i, type] : llvm::enumerate(source.getResultTypes()))
    if (llvm::Error failed = describe(signature.results.emplace_back(), type, source.getResultAttrDict(i), "out", i))
      return std::move(failed);
  if (auto symbols = source->getAttrOfType<DictionaryAttr>("graph.symbols"))
    for (NamedAttribute symbol : symbols) {
      Symbol &added = signature.symbols.emplace_back();
      added.name = symbol.getName().str();
      if (auto range = dyn_cast<ArrayAttr>(symbol.getValue())) {
        if (auto lower = range.size() > 0 ? dyn_cast<IntegerAttr>(range[0]) : IntegerAttr())
          added.lower = lower.getInt();
        if (auto upper = range.size() > 1 ? dyn_cast<IntegerAttr>(range[1]) : IntegerAttr())
          added.upper = upper.getInt();
      }
    }
  return signature;
}

/// The number of the weight `name`, added if it is new.
static llvm::Expected<unsigned> findWeight(Signature &signature, StringRef name, MemRefType type, ModuleOp lowered, ModuleOp source) {
  for (auto [i, weight] : llvm::enumerate(signature.weights))
    if (weight.name == name)
      return i;
  Weight &weight = signature.weights.emplace_back();
  weight.name = name.str();
  auto parameter = dyn_cast_or_null<ParameterOpInterface>(lowered.lookupSymbol(name));
  auto original = dyn_cast_or_null<ParameterOpInterface>(source.lookupSymbol(name));
  if (!parameter)
    parameter = original;
  if (!parameter)
    return error("expected a parameter '" + name + "', got none");
  weight.value = parameter.getParameterValue();
  weight.derived = !original || original.getParameterValue() != weight.value;
  if (llvm::Error failed = setType(weight, parameter.getParameterType()))
    return std::move(failed);
  if (ArrayRef<int64_t>(weight.sizes) != type.getShape())
    return error("expected weight '" + name + "' to have the sizes of its parameter");
  return signature.weights.size() - 1;
}

static llvm::Error readArguments(Signature &signature, func::FuncOp function, bool prepare, ModuleOp lowered, ModuleOp source) {
  unsigned inputs = 0;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    Argument argument{Role::input, 0, dyn_cast<MemRefType>(type)};
    auto indexOf = [&, i = i](StringRef attr) { return function.getArgAttrOfType<IntegerAttr>(i, attr); };
    Port *port = nullptr;
    if (function.getArgAttr(i, "graph.ctx")) {
      argument.role = Role::context;
    } else if (!argument.type) {
      return error("expected argument " + Twine(i) + " of the lowered function to be a memref");
    } else if (auto name = function.getArgAttrOfType<StringAttr>(i, "graph.weight")) {
      argument.role = Role::weight;
      llvm::Expected<unsigned> index = findWeight(signature, name, argument.type, lowered, source);
      if (!index)
        return index.takeError();
      argument.index = *index;
    } else if (IntegerAttr result = indexOf("graph.result"); result && !prepare) {
      argument.role = Role::result;
      argument.index = result.getInt();
      if (argument.index >= signature.results.size())
        return error("expected as many results as in the source");
      port = &signature.results[argument.index];
      signature.resultTypes[argument.index] = argument.type;
    } else if (IntegerAttr prepared = prepare ? result : indexOf("graph.prepared")) {
      argument.role = Role::prepared;
      argument.index = prepared.getInt();
      if (!argument.type.hasStaticShape())
        return error("expected prepared weights of static sizes");
      if (signature.preparedBytes.size() <= argument.index)
        signature.preparedBytes.resize(argument.index + 1);
      signature.preparedBytes[argument.index] =
          argument.type.getNumElements() * llvm::divideCeil(argument.type.getElementTypeBitWidth(), 8);
    } else if (function.getArgAttr(i, "graph.arena")) {
      argument.role = Role::arena;
    } else {
      argument.index = inputs++;
      if (prepare || argument.index >= signature.inputs.size())
        return error("expected as many inputs as in the source");
      port = &signature.inputs[argument.index];
    }
    if (port)
      if (llvm::Error failed = refine(*port, argument.type))
        return failed;
    (prepare ? signature.prepareArguments : signature.entryArguments).push_back(argument);
  }
  return llvm::Error::success();
}

/// The results that depend on data.
static llvm::Error readReturned(Signature &signature, func::FuncOp function) {
  for (auto [i, type] : llvm::enumerate(function.getResultTypes())) {
    auto result = function.getResultAttrOfType<IntegerAttr>(i, "graph.result");
    auto fromData = function.getResultAttrOfType<DenseI64ArrayAttr>(i, "graph.from_data");
    auto buffer = dyn_cast<MemRefType>(type);
    if (!result || !fromData || !buffer || static_cast<uint64_t>(result.getInt()) >= signature.results.size())
      return error("expected result " + Twine(i) + " of the lowered function to be a memref that depends on data");
    Argument &returned = signature.returned.emplace_back(Argument{Role::result, static_cast<unsigned>(result.getInt()), buffer});
    signature.resultTypes[returned.index] = buffer;
    Port &port = signature.results[returned.index];
    if (llvm::Error failed = refine(port, buffer))
      return failed;
    for (int64_t dim : fromData.asArrayRef())
      if (port.sizes[dim] < 0)
        port.sizes[dim] = GO_SIZE_FROM_DATA;
  }
  return llvm::Error::success();
}

llvm::Error readLowered(Signature &signature, ModuleOp lowered, ModuleOp source) {
  auto lookup = [&](const Twine &suffix) { return lowered.lookupSymbol<func::FuncOp>((signature.name + suffix).str()); };
  func::FuncOp entry = lookup(""), arena = lookup("_arena"), prepare = lookup("_prepare");
  if (!entry || !arena)
    return error("expected the pipeline to leave functions '" + signature.name + "' and '" + signature.name + "_arena', got none");
  signature.resultTypes.resize(signature.results.size());
  signature.hasShapes = static_cast<bool>(lookup("_shapes"));
  if (llvm::Error failed = readArguments(signature, entry, /*prepare=*/false, lowered, source))
    return failed;
  if (llvm::Error failed = readReturned(signature, entry))
    return failed;
  if (prepare)
    if (llvm::Error failed = readArguments(signature, prepare, /*prepare=*/true, lowered, source))
      return failed;
  auto readConstant = [](func::FuncOp function) -> std::optional<int64_t> {
    IntegerAttr bytes;
    if (function.getBlocks().size() == 1 && matchPattern(function.front().getTerminator()->getOperand(0), m_Constant(&bytes)))
      return bytes.getInt();
    return std::nullopt;
  };
  signature.arenaBytes = readConstant(arena);
  func::FuncOp prepareArena = lookup("_prepare_arena");
  signature.prepareArenaBytes = prepareArena ? readConstant(prepareArena) : 0;
  return llvm::Error::success();
}

} // namespace graphopt::execution
