//===- Tensors.cpp - .npy, .npz and .safetensors --------------------------===//
#include "Fuzz.h"
#include "graph-opt/Interop/Archive.h"
#include "graph-opt/Interop/Npy.h"
#include "graph-opt/Interop/Safetensors.h"

using namespace graphopt;

/// Reads every byte.
static void touch(const TensorValue &value) {
  unsigned sum = 0;
  for (char byte : llvm::StringRef(value.getRaw(), value.getByteSize()))
    sum += static_cast<unsigned char>(byte);
  volatile unsigned sink = sum;
  (void)sink;
}

FUZZ_TARGET(data) {
  static auto *context = new mlir::MLIRContext(Module::registry());
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  if (bytes.starts_with("\x93NUMPY")) {
    llvm::Expected<TensorValue> value = parseNpy(bytes, nullptr, "a.npy", context);
    value ? touch(*value) : llvm::consumeError(value.takeError());
    return 0;
  }
  MemoryFile file(data, size);
  if (Archive::isArchive(bytes)) {
    llvm::Expected<std::vector<NamedTensor>> tensors = readNpz(file.getPath(), context);
    if (!tensors)
      return llvm::consumeError(tensors.takeError()), 0;
    for (const NamedTensor &tensor : *tensors)
      touch(tensor.value);
    return 0;
  }
  llvm::Expected<SafetensorsFile> tensors = SafetensorsFile::open(file.getPath(), context);
  if (!tensors)
    return llvm::consumeError(tensors.takeError()), 0;
  for (const SafetensorsFile::Entry &entry : tensors->getEntries())
    touch(tensors->read(entry));
  return 0;
}
