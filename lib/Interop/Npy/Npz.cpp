//===- Npz.cpp - named tensors: .npz archives and folders of .npy ---------===//
#include "Interop/Bytes.h"
#include "graph-opt/Interop/Archive.h"
#include "graph-opt/Interop/Npy.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace graphopt;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

Expected<std::vector<NamedTensor>> graphopt::readNpz(StringRef path, MLIRContext *context, const Limits &limits) {
  Expected<Archive> archive = Archive::open(path, limits);
  if (!archive)
    return archive.takeError();
  std::vector<NamedTensor> tensors;
  for (const Archive::Entry &entry : archive->getEntries()) {
    StringRef name = entry.name;
    std::string label = (path + "!" + name).str();
    if (!name.consume_back(".npy"))
      return fileError(label, "expected an entry that ends in .npy");
    Expected<Archive::Bytes> bytes = archive->getBytes(entry);
    if (!bytes)
      return bytes.takeError();
    Expected<TensorValue> value = parseNpy(bytes->data, bytes->owner, label, context);
    if (!value)
      return value.takeError();
    tensors.push_back({name.str(), std::move(*value)});
  }
  return tensors;
}

Error graphopt::writeNpz(StringRef path, ArrayRef<NamedTensor> tensors) {
  return llvm::writeToOutput(path, [&](llvm::raw_ostream &os) -> Error {
    ArchiveWriter writer(os);
    llvm::StringSet<> names;
    for (const NamedTensor &tensor : tensors) {
      if (!names.insert(tensor.name).second)
        return fileError(path, "tensor '" + tensor.name + "' occurs twice");
      std::string bytes;
      llvm::raw_string_ostream stream(bytes);
      printNpy(stream, tensor.value);
      writer.add(tensor.name + ".npy", bytes);
    }
    writer.finish();
    return Error::success();
  });
}

Expected<std::vector<NamedTensor>> graphopt::readTensors(StringRef path, MLIRContext *context, const Limits &limits) {
  if (!llvm::sys::fs::is_directory(path))
    return readNpz(path, context, limits);
  std::vector<NamedTensor> tensors;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(path, error), end; it != end && !error; it.increment(error)) {
    StringRef name = llvm::sys::path::filename(it->path());
    if (!name.consume_back(".npy"))
      continue;
    Expected<std::string> decoded = decodeTensorName(name);
    if (!decoded)
      return fileError(it->path(), llvm::toString(decoded.takeError()));
    Expected<TensorValue> value = readNpy(it->path(), context);
    if (!value)
      return value.takeError();
    tensors.push_back({std::move(*decoded), std::move(*value)});
  }
  if (error)
    return fileError(path, error);
  llvm::sort(tensors, [](const NamedTensor &a, const NamedTensor &b) { return a.name < b.name; });
  return tensors;
}

Error graphopt::writeTensors(StringRef path, ArrayRef<NamedTensor> tensors) {
  if (path.ends_with(".npz"))
    return writeNpz(path, tensors);
  if (std::error_code error = llvm::sys::fs::create_directories(path))
    return fileError(path, error);
  for (const NamedTensor &tensor : tensors) {
    SmallString<256> file(path);
    llvm::sys::path::append(file, encodeTensorName(tensor.name) + ".npy");
    if (Error error = writeNpy(file, tensor.value))
      return error;
  }
  return Error::success();
}

std::string graphopt::encodeTensorName(StringRef name) {
  std::string encoded;
  for (char c : name)
    encoded += c == '/' ? "%2F" : c == '%' ? "%25" : c == '\0' ? "%00" : std::string(1, c);
  return encoded;
}

Expected<std::string> graphopt::decodeTensorName(StringRef name) {
  std::string decoded;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '%') {
      decoded += name[i];
      continue;
    }
    unsigned code;
    if (i + 2 >= name.size() || name.substr(i + 1, 2).getAsInteger(16, code))
      return llvm::createStringError("expected two hexadecimal digits after '%' in the name '" + name + "'");
    decoded += static_cast<char>(code);
    i += 2;
  }
  return decoded;
}
