//===- ScriptArchive.cpp - the files inside a TorchScript archive ---------===//
#include "Interop/TorchScript/ScriptArchive.h"
#include "Interop/Bytes.h"
#include "Interop/ImportSupport.h"
#include "Interop/StridedWeight.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;
using Kind = PickleValue::Kind;

namespace {
/// Elements of signless integers, floats and truth values, by c10's number of the type and the storage's class.
struct ElementKind {
  int64_t code;
  StringLiteral storage;
  Type (*make)(Builder &);
};
constexpr ElementKind elementKinds[] = {
    {0, "ByteStorage", [](Builder &b) -> Type { return b.getIntegerType(8, /*isSigned=*/false); }},
    {1, "CharStorage", [](Builder &b) -> Type { return b.getIntegerType(8); }},
    {2, "ShortStorage", [](Builder &b) -> Type { return b.getIntegerType(16); }},
    {3, "IntStorage", [](Builder &b) -> Type { return b.getIntegerType(32); }},
    {4, "LongStorage", [](Builder &b) -> Type { return b.getIntegerType(64); }},
    {5, "HalfStorage", [](Builder &b) -> Type { return b.getF16Type(); }},
    {6, "FloatStorage", [](Builder &b) -> Type { return b.getF32Type(); }},
    {7, "DoubleStorage", [](Builder &b) -> Type { return b.getF64Type(); }},
    {11, "BoolStorage", [](Builder &b) -> Type { return b.getI1Type(); }},
    {15, "BFloat16Storage", [](Builder &b) -> Type { return b.getBF16Type(); }},
};

SmallVector<int64_t> integersOf(const PickleValue &list) {
  return llvm::to_vector(llvm::map_range(list.elements, [](const PickleValue *value) { return value->integer; }));
}
} // namespace

Type graphopt::script::scriptElementType(int64_t code, MLIRContext *context) {
  Builder b(context);
  for (const ElementKind &kind : elementKinds)
    if (kind.code == code)
      return kind.make(b);
  return nullptr;
}

int64_t graphopt::script::scriptDtype(Type elementType) {
  Builder b(elementType.getContext());
  for (const ElementKind &kind : elementKinds)
    if (kind.make(b) == elementType)
      return kind.code;
  return -1;
}

Expected<ScriptArchive> ScriptArchive::open(StringRef path, const Limits &limits) {
  ScriptArchive result;
  result.limits = limits;
  Expected<Archive> archive = Archive::open(path, limits);
  if (!archive)
    return archive.takeError();
  result.archive = std::move(*archive);
  // The root folder is named as the file was when it was written.
  bool hasCode = false;
  for (const Archive::Entry &entry : result.archive->getEntries()) {
    auto [root, rest] = StringRef(entry.name).split('/');
    hasCode |= rest.starts_with("code/");
    if (rest == "data.pkl")
      result.root = (root + "/").str();
  }
  if (result.root.empty() || !hasCode)
    return fileError(path, "expected a TorchScript archive, got no " + Twine(result.root.empty() ? "'data.pkl'" : "code") +
                               ": torch.jit.save writes one, torch.save does not");
  if (const Archive::Entry *entry = result.archive->find(result.root + "byteorder")) {
    Expected<Archive::Bytes> bytes = result.archive->getBytes(*entry);
    if (!bytes)
      return bytes.takeError();
    if (bytes->data.trim() != "little")
      return fileError(path, "expected 'little' in '" + entry->name + "', got '" + bytes->data.take_front(40) + "'");
  }
  Expected<Pickle> model = result.readPickle("data.pkl");
  if (!model)
    return model.takeError();
  result.model = std::move(*model);
  if (!result.getModel().is(Kind::object))
    return fileError((path + "!" + result.root + "data.pkl").str(), "expected a module, got " + result.getModel().describe());
  if (result.archive->find(result.root + "constants.pkl")) {
    Expected<Pickle> constants = result.readPickle("constants.pkl");
    if (!constants)
      return constants.takeError();
    result.constants = std::move(*constants);
  }
  return result;
}

std::optional<ScriptArchive> ScriptArchive::open(StringRef path, MLIRContext *context, const Limits &limits) {
  llvm::Expected<ScriptArchive> archive = open(path, limits);
  if (archive)
    return std::move(*archive);
  emitFileError(context, path, archive.takeError());
  return std::nullopt;
}

Expected<Pickle> ScriptArchive::readPickle(StringRef name) const {
  const Archive::Entry *entry = archive->find((root + name).str());
  if (!entry)
    return fileError(archive->getLabel(), "expected an entry '" + root + name + "'");
  Expected<Archive::Bytes> bytes = archive->getBytes(*entry);
  if (!bytes)
    return bytes.takeError();
  return Pickle::parse(std::move(*bytes), (archive->getLabel() + "!" + entry->name).str(), limits);
}

const PickleValue *ScriptArchive::getConstant(uint64_t index) const {
  if (!constants || index >= constants->getRoot().elements.size())
    return nullptr;
  return constants->getRoot().elements[index];
}

//===--- Code -------------------------------------------------------------===//

Expected<const Unit *> ScriptArchive::findUnit(StringRef module) {
  auto [known, isNew] = units.try_emplace(module);
  if (!isNew)
    return known->second.get();
  std::string path = module.str();
  std::replace(path.begin(), path.end(), '.', '/');
  const Archive::Entry *entry = archive->find(root + "code/" + path + ".py");
  if (!entry)
    return nullptr;
  Expected<Archive::Bytes> bytes = archive->getBytes(*entry);
  if (!bytes)
    return bytes.takeError();
  Expected<std::unique_ptr<Unit>> unit =
      parseUnit(std::move(*bytes), StringRef(entry->name).drop_front(root.size()), (archive->getLabel() + "!" + entry->name).str(), limits);
  if (!unit)
    return unit.takeError();
  known->second = std::move(*unit);
  return known->second.get();
}

template <typename T> Expected<const T *> ScriptArchive::find(StringRef name, llvm::StringMap<T> Unit::*definitions) {
  auto [module, own] = name.rsplit('.');
  Expected<const Unit *> unit = findUnit(module);
  if (!unit)
    return unit.takeError();
  if (!*unit)
    return nullptr;
  auto found = ((*unit)->*definitions).find(own);
  return found == ((*unit)->*definitions).end() ? nullptr : &found->second;
}

Expected<const Class *> ScriptArchive::findClass(StringRef name) { return find(name, &Unit::classes); }
Expected<const Function *> ScriptArchive::findFunction(StringRef name) { return find(name, &Unit::functions); }

Error ScriptArchive::visitUnits(llvm::function_ref<void(const Unit &)> visit) {
  for (const Archive::Entry &entry : archive->getEntries()) {
    StringRef name = entry.name;
    if (!name.consume_front(root) || !name.consume_front("code/") || !name.consume_back(".py"))
      continue;
    std::string module = name.str();
    std::replace(module.begin(), module.end(), '/', '.');
    Expected<const Unit *> unit = findUnit(module);
    if (!unit)
      return unit.takeError();
    visit(**unit);
  }
  return Error::success();
}

//===--- Tensors ----------------------------------------------------------===//

Expected<RankedTensorType> ScriptArchive::getType(const PickleValue &tensor, StringRef name, MLIRContext *context) const {
  auto fail = [&](const Twine &message) { return fileError(archive->getLabel(), "weight '" + name + "': " + message); };
  Builder b(context);
  StringRef storage = tensor.elements[0]->module;
  const auto *kind = llvm::find_if(elementKinds, [&](const ElementKind &known) { return known.storage == storage; });
  if (kind == std::end(elementKinds))
    return fail("expected elements of a type that is supported, got '" + storage + "'");
  SmallVector<int64_t> sizes = integersOf(*tensor.elements[2]);
  if (sizes.size() > limits.rank)
    return limitError(archive->getLabel() + ": weight '" + name + "': " + limits.exceeded(&Limits::rank, Twine(sizes.size())));
  if (llvm::any_of(sizes, [](int64_t size) { return size < 0; }))
    return fail("expected sizes of at least 0");
  return RankedTensorType::get(sizes, kind->make(b));
}

Expected<Attribute> ScriptArchive::getValue(const PickleValue &tensor, StringRef folder, StringRef name, RankedTensorType type,
                                            StringRef weightsName) {
  std::string path = (root + folder + "/" + tensor.elements[0]->text).str();
  const Archive::Entry *entry = archive->find(path);
  if (!entry)
    return fileError(archive->getLabel(), "weight '" + name + "': expected an entry '" + path + "'");
  StridedWeight weight = {name, type, tensor.elements[1]->integer, integersOf(*tensor.elements[3])};
  return readStridedWeight(*archive, *entry, weight, weightsName, limits, copied);
}

std::string ScriptArchive::placeOf(const PickleValue &tensor) {
  std::string place = (tensor.elements[0]->module + "/" + tensor.elements[0]->text + "/" + Twine(tensor.elements[1]->integer)).str();
  for (const PickleValue *list : {tensor.elements[2], tensor.elements[3]})
    for (int64_t number : integersOf(*list))
      place += "/" + std::to_string(number);
  return place;
}
