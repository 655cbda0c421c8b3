//===- Key.cpp - what an object depends on ---------------------------------===//
#include "Execution/Jit/Lower.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Plugin.h"
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

void hashFile(StringRef path, HashStream &stream) {
  llvm::sys::fs::file_status status;
  if (!llvm::sys::fs::status(path, status))
    stream << path << '\0' << status.getSize() << '\0' << status.getLastModificationTime().time_since_epoch().count() << '\0';
}

/// Which build of this library it is, and of the plugins: versions alone would let a newer compiler run older code.
void hashCompiler(HashStream &stream) {
  static const char anchor = 0;
  Dl_info info;
  if (dladdr(&anchor, &info) && info.dli_fname)
    hashFile(info.dli_fname, stream);
  for (const std::string &plugin : getLoadedPlugins())
    hashFile(plugin, stream);
}

/// The text elides blobs, and names files: their bytes, and the files' versions, follow here, each once.
llvm::Error hashWeights(ModuleOp source, HashStream &stream) {
  llvm::SetVector<StringAttr> files;
  llvm::SetVector<DenseResourceElementsAttr> blobs;
  AttrTypeWalker walker;
  walker.addWalk([&](graph::ExternalAttr attr) { files.insert(StringAttr::get(attr.getContext(), attr.getFile())); });
  walker.addWalk([&](DenseResourceElementsAttr attr) { blobs.insert(attr); });
  source->walk([&](Operation *op) {
    for (NamedAttribute attr : op->getAttrs()) // properties too
      walker.walk(attr.getValue());
  });
  for (DenseResourceElementsAttr attr : blobs) {
    if (AsmResourceBlob *blob = attr.getRawHandle().getBlob()) {
      stream << blob->getData().size() << '\0';
      stream.write(blob->getData().data(), blob->getData().size());
    }
  }
  WeightStore &store = source->getContext()->getOrLoadDialect<graph::GraphDialect>()->getWeights();
  for (StringAttr file : files) {
    llvm::Expected<std::string> version = store.getVersion(file);
    if (!version)
      return version.takeError();
    stream << file.getValue() << '\0' << *version << '\0';
  }
  return llvm::Error::success();
}
} // namespace

llvm::Expected<std::string> getCacheKey(ModuleOp source, func::FuncOp entry, OpPassManager &passes, const Target &target) {
  HashStream stream;
  stream << "LLVM " << LLVM_VERSION_STRING << " ABI " << GO_ABI_VERSION << '\0';
  hashCompiler(stream);
  stream << target.triple << '\0' << target.cpu << '\0' << target.features << '\0' << entry.getName() << '\0';
  passes.printAsTextualPipeline(stream); // with every option, defaults too
  OpPrintingFlags flags;
  flags.enableDebugInfo(false).elideLargeResourceString(0);
  source->print(stream, flags);
  if (llvm::Error failed = hashWeights(source, stream))
    return std::move(failed);
  return stream.finish();
}

} // namespace graphopt::execution
