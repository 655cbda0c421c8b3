//===- Emit.cpp - compile ahead of time ------------------------------------===//
#include "Execution/Aot/Header.h"
#include "Execution/Jit/Lower.h"
#include "graph-opt/Dialect/Graph/WeightStore.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include <dlfcn.h>

using namespace mlir;
using namespace graphopt::execution;

namespace graphopt {

/// The tables of names that C keeps for itself, and `main`, which a program has of its own.
static bool isUsableName(StringRef name) {
  static constexpr StringLiteral reserved[] = {
      "auto",   "break",  "case",   "char",   "const",  "continue", "default", "do",       "double",   "else",     "enum",   "extern",
      "float",  "for",    "goto",   "if",     "inline", "int",      "long",    "main",     "register", "restrict", "return", "short",
      "signed", "sizeof", "static", "struct", "switch", "typedef",  "union",   "unsigned", "void",     "volatile", "while"};
  auto isLetter = [](char c) { return llvm::isAlpha(c) || c == '_'; };
  return !name.empty() && isLetter(name[0]) && llvm::all_of(name, [&](char c) { return isLetter(c) || llvm::isDigit(c); }) &&
         !llvm::is_contained(reserved, name);
}

llvm::Expected<EmittedObject> emitObject(ModuleOp module, const EmitOptions &options) {
  llvm::Expected<func::FuncOp> entry = findEntry(module, options.entry);
  if (!entry)
    return entry.takeError();
  std::string name = options.name.empty() ? entry->getName().str() : options.name;
  if (!isUsableName(name))
    return llvm::createStringError("expected a name for a C function, got '" + name + "': give another one");
  llvm::Expected<Target> target = resolveTarget(options.cpu, options.features);
  if (!target)
    return target.takeError();
  OpPassManager passes(ModuleOp::getOperationName());
  if (llvm::Error failed = buildPasses(passes, options, *target))
    return std::move(failed);
  llvm::Expected<Lowered> lowered = lower(module, *entry, name, std::move(passes));
  if (!lowered)
    return lowered.takeError();
  SmallVector<TensorValue> weights(lowered->signature.weights.size());
  for (auto [slot, weight] : llvm::zip_equal(weights, lowered->signature.weights)) {
    if (!options.embedWeights && !weight.derived) // nobody else has the derived ones
      continue;
    auto type = RankedTensorType::get(weight.sizes, getElementType(module->getContext(), weight.dtype));
    llvm::Expected<TensorValue> value = WeightStore::get(weight.value, type);
    if (!value)
      return value.takeError();
    slot = std::move(*value);
  }
  llvm::Expected<llvm::SmallString<0>> object = execution::emitObject(*lowered->module, lowered->signature, *target, weights);
  if (!object)
    return object.takeError();
  return EmittedObject{object->str().str(),
                       writeHeader(lowered->signature, options.headerFile.empty() ? lowered->signature.name + ".h" : options.headerFile,
                                   options.embedWeights)};
}

/// The static runtime lies beside this library.
static std::string findRuntime() {
  static const char anchor = 0;
  Dl_info info;
  if (!dladdr(&anchor, &info) || !info.dli_fname)
    return "";
  llvm::SmallString<256> path;
  if (llvm::sys::fs::real_path(info.dli_fname, path))
    return "";
  llvm::sys::path::remove_filename(path);
  llvm::sys::path::append(path, "libGraphOptRuntime.a");
  return std::string(path);
}

/// A temporary file, removed at the end.
struct TemporaryFile {
  explicit TemporaryFile(StringRef suffix) { failed = llvm::sys::fs::createTemporaryFile("graph-opt", suffix, path); }
  ~TemporaryFile() {
    if (!failed)
      llvm::sys::fs::remove(path);
  }
  llvm::SmallString<128> path;
  std::error_code failed;
};

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> linkSharedLibrary(StringRef object) {
  std::string runtime = findRuntime(), linker;
  if (runtime.empty() || !llvm::sys::fs::exists(runtime))
    return llvm::createStringError("expected libGraphOptRuntime.a beside libGraphOpt.so, got nothing at '" + runtime + "'");
  for (const char *candidate : {"cc", "clang", "clang-22", "gcc"})
    if (auto found = llvm::sys::findProgramByName(candidate)) {
      linker = *found;
      break;
    }
  if (linker.empty())
    return llvm::createStringError("expected a C compiler on PATH to link a shared library with, got none: emit an object instead");
  TemporaryFile input("o"), output("so");
  std::error_code failed = input.failed ? input.failed : output.failed;
  if (!failed) {
    llvm::raw_fd_ostream stream(input.path, failed);
    if (!failed) {
      stream << object;
      stream.close();
      failed = stream.error();
      stream.clear_error();
    }
  }
  if (failed)
    return llvm::createStringError("expected to write a temporary file: " + failed.message());
  // The whole runtime, so that a program needs nothing but the library.
  std::string message;
  StringRef arguments[] = {
      linker,        "-shared", "-o",       output.path, input.path, "-Wl,--whole-archive", runtime, "-Wl,--no-whole-archive",
      "-Wl,-z,defs", "-lm",     "-lpthread"};
  if (llvm::sys::ExecuteAndWait(linker, arguments, std::nullopt, {}, 0, 0, &message))
    return llvm::createStringError("expected '" + linker + "' to link a shared library" + (message.empty() ? "" : ": " + message));
  auto linked = llvm::MemoryBuffer::getFile(output.path, /*IsText=*/false, /*RequiresNullTerminator=*/false, /*IsVolatile=*/true);
  if (!linked)
    return llvm::createStringError("expected to read the linked library: " + linked.getError().message());
  return std::move(*linked);
}

} // namespace graphopt
