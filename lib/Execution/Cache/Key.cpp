//===- Key.cpp - what an object depends on ---------------------------------===//
#include "Execution/Jit/Lower.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FileSystem.h"
#include <dlfcn.h>

using namespace mlir;

namespace graphopt::execution {

namespace {
/// A stream into a hash.
class HashStream final : public llvm::raw_ostream {
public:
  HashStream() { SetBufferSize(1 << 16); }
  ~HashStream() override { flush(); }
  std::string finish() {
    flush();
    return llvm::toHex(hash.final(), /*LowerCase=*/true);
  }

private:
  void write_impl(const char *data, size_t size) override {
    hash.update(StringRef(data, size));
    position += size;
  }
  uint64_t current_pos() const override { return position; }
  llvm::BLAKE3 hash;
  uint64_t position = 0;
};

/// Which build of this library it is: the version alone would let a newer compiler run older code.
void hashLibrary(HashStream &stream) {
  static const char anchor = 0;
  Dl_info info;
  llvm::sys::fs::file_status status;
  if (dladdr(&anchor, &info) && info.dli_fname && !llvm::sys::fs::status(info.dli_fname, status))
    stream << status.getSize() << '\0' << status.getLastModificationTime().time_since_epoch().count() << '\0';
}

/// The text elides blobs; their bytes follow here, each once.
void hashBlobs(ModuleOp source, HashStream &stream) {
  llvm::DenseSet<Attribute> seen;
  source->walk([&](Operation *op) {
    op->getAttrDictionary().walk([&](DenseResourceElementsAttr attr) {
      if (!seen.insert(attr).second)
        return;
      if (AsmResourceBlob *blob = attr.getRawHandle().getBlob()) {
        stream << blob->getData().size() << '\0';
        stream.write(blob->getData().data(), blob->getData().size());
      }
    });
  });
}
} // namespace

std::string getCacheKey(ModuleOp source, func::FuncOp entry, StringRef pipeline, const Target &target) {
  HashStream stream;
  stream << "LLVM " << LLVM_VERSION_STRING << " ABI " << GO_ABI_VERSION << '\0';
  hashLibrary(stream);
  stream << target.triple << '\0' << target.cpu << '\0' << target.features << '\0' << pipeline << '\0' << entry.getName() << '\0';
  OpPrintingFlags flags;
  flags.enableDebugInfo(false).elideLargeResourceString(0).skipRegions(false).useLocalScope(false);
  source->print(stream, flags);
  hashBlobs(source, stream);
  return stream.finish();
}

} // namespace graphopt::execution
