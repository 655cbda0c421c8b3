//===- WeightStore.cpp - the bytes of parameters --------------------------===//
#include "graph-opt/Dialect/Graph/WeightStore.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interpreter/TensorBytes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace graphopt;

void WeightStore::setBaseDirectory(StringRef directory) {
  std::lock_guard<std::mutex> lock(mutex);
  baseDirectory = directory.str();
}

void WeightStore::allow(StringRef name, StringRef path) {
  std::lock_guard<std::mutex> lock(mutex);
  allowed[name] = path.str();
}

/// Why a file name may not be opened relative to a model, or empty.
static std::string refusal(StringRef name) {
  if (llvm::sys::path::is_absolute(name))
    return "expected a file name relative to the model, got an absolute one";
  for (auto it = llvm::sys::path::begin(name), end = llvm::sys::path::end(name); it != end; ++it)
    if (*it == "..")
      return "expected a file in the model's folder, got a name with '..'";
  return "";
}

/// Maps a regular file, following no link below the model's folder.
static llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> mapFile(StringRef base, StringRef name, const std::string *allowed,
                                                                   std::string &version) {
  auto refuse = [&](const Twine &why) { return llvm::createStringError("weights '" + name + "': " + why); };
  SmallString<256> path;
  if (allowed) {
    path = *allowed;
  } else {
    if (std::string why = refusal(name); !why.empty())
      return refuse(why);
    path = base;
    for (auto it = llvm::sys::path::begin(name), end = llvm::sys::path::end(name); it != end; ++it) {
      llvm::sys::path::append(path, *it);
      if (llvm::sys::fs::is_symlink_file(path))
        return refuse("expected a regular file, got a symbolic link");
    }
  }
  auto cannotRead = [&](std::error_code error) {
    std::string why = error.message();
    why[0] = llvm::toLower(why[0]);
    return refuse("cannot be read at '" + path + "': " + why);
  };
  llvm::sys::fs::file_status status;
  if (std::error_code error = llvm::sys::fs::status(path, status))
    return cannotRead(error);
  if (status.type() != llvm::sys::fs::file_type::regular_file)
    return refuse("expected a regular file");
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return cannotRead(buffer.getError());
  llvm::raw_string_ostream(version) << status.getUniqueID().getDevice() << ':' << status.getUniqueID().getFile() << ':' << status.getSize()
                                    << ':' << status.getLastModificationTime().time_since_epoch().count();
  return std::shared_ptr<llvm::MemoryBuffer>(std::move(*buffer));
}

llvm::Expected<const WeightStore::File *> WeightStore::map(StringRef name) {
  File &file = files[name];
  if (!file.buffer) {
    auto it = allowed.find(name);
    auto mapped = mapFile(baseDirectory, name, it == allowed.end() ? nullptr : &it->second, file.version);
    if (!mapped)
      return mapped.takeError();
    file.buffer = std::move(*mapped);
  }
  return &file;
}

llvm::Expected<std::string> WeightStore::getVersion(StringRef file) {
  std::lock_guard<std::mutex> lock(mutex);
  llvm::Expected<const File *> mapped = map(file);
  if (!mapped)
    return mapped.takeError();
  return (*mapped)->version;
}

llvm::Expected<TensorValue> WeightStore::read(StringRef file, int64_t offset, int64_t bytes, RankedTensorType type) {
  std::lock_guard<std::mutex> lock(mutex);
  llvm::Expected<const File *> mapped = map(file);
  if (!mapped)
    return mapped.takeError();
  const std::shared_ptr<llvm::MemoryBuffer> &buffer = (*mapped)->buffer;
  std::string typeText;
  llvm::raw_string_ostream(typeText) << type;
  auto fail = [&](const Twine &why) { return llvm::createStringError("weights '" + file + "': " + why); };
  int64_t size = static_cast<int64_t>(buffer->getBufferSize());
  if (offset < 0 || bytes < 0 || bytes > size || offset > size - bytes)
    return fail("expected " + Twine(bytes) + " bytes at offset " + Twine(offset) + ", got a file of " + Twine(size) + " bytes");
  auto count = type.hasStaticShape() ? checkedNumElements(type.getShape()) : std::nullopt;
  int64_t elementSize = TensorValue::getElementSize(type.getElementType());
  if (!count || *count > std::numeric_limits<int64_t>::max() / elementSize || *count * elementSize != bytes)
    return fail("expected the bytes of " + typeText + ", got " + Twine(bytes));
  return viewBytes(type.getElementType(), type.getShape(), buffer->getBufferStart() + offset, buffer);
}

llvm::Expected<TensorValue> WeightStore::get(Attribute attr, RankedTensorType type) {
  if (auto external = dyn_cast<graph::ExternalAttr>(attr))
    return attr.getContext()->getOrLoadDialect<graph::GraphDialect>()->getWeights().read(external.getFile(), external.getOffset(),
                                                                                         external.getBytes(), type);
  if (auto elements = dyn_cast<ElementsAttr>(attr))
    if (TensorValue value = TensorValue::fromAttr(elements))
      return value;
  std::string text;
  llvm::raw_string_ostream(text) << attr;
  return llvm::createStringError("expected a weight with its bytes, or at most 2^32 equal elements, got " + text.substr(0, 200));
}

ElementsAttr WeightStore::makeAttr(MLIRContext *context, const TensorValue &value, StringRef nameHint) {
  if (value.getByteSize() <= maxInlineBytes)
    return value.toDenseAttr();
  // The name is a hash of the bytes, so that the output does not depend on the order that passes run in.
  uint64_t hash = llvm::xxh3_64bits(ArrayRef<uint8_t>(reinterpret_cast<const uint8_t *>(value.getRaw()), value.getByteSize()));
  std::string name = (nameHint + "_" + llvm::utohexstr(hash, true)).str();
  // Equal values share a blob. It saves memory, and the manager's search for a free name is linear in the blobs of one name.
  auto &blobs = DenseResourceElementsHandle::getManagerInterface(context).getBlobManager();
  if (auto *entry = blobs.lookup(name))
    if (AsmResourceBlob *known = entry->getBlob(); known && known->getData() == ArrayRef<char>(value.getRaw(), value.getByteSize()))
      return DenseResourceElementsAttr::get(value.getType(),
                                            DenseResourceElementsHandle(entry, context->getLoadedDialect<BuiltinDialect>()));
  auto owner = value.getOwner();
  AsmResourceBlob blob(
      ArrayRef<char>(value.getRaw(), value.getByteSize()), TensorValue::getElementSize(value.getElementType()),
      [owner](void *, size_t, size_t) {}, /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(value.getType(), name, std::move(blob));
}
