//===- CompiledFunction.h - machine code for a model -----------------------===//
//
//   llvm::Expected<CompiledFunction> model = compile(module);
//   llvm::Expected<llvm::SmallVector<TensorValue>> results = model->run({x});
//
// What was compiled before is taken from the cache (CompileOptions::cache), and no pass runs.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include "graph-opt/Runtime.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

struct CompileOptions {
  /// The function to compile; empty for the only public one.
  std::string entry;
  /// An LLVM CPU name, or "native"; further features as "+avx2,-fma".
  std::string cpu = "native";
  std::string features;
  /// "O0" to "O3", with slots if need be, or the text of a pass pipeline on builtin.module; empty for none.
  std::string pipeline = "O2";
  /// The pass pipeline from there to what graph-cpu-pipeline leaves; empty for the usual one.
  std::string lowering;
  /// "strict", "fast", or empty for the default of the level.
  std::string accuracy;
  /// That one call may use, its caller's included; 0 for as many as the process may run on.
  int threads = 0;
  /// A folder, "off", or empty for GRAPH_OPT_CACHE, else the user's cache folder.
  std::string cache;
  /// Whether the code tells the time of its steps, see CompiledFunction::getProfile; costs some 50 ns a step.
  bool profile = false;
};

struct CompileStats {
  int64_t totalOps = 0;    ///< ops of the source that do something at run time
  int64_t compiledOps = 0; ///< those that run as machine code: all of them, since nothing falls back
  int64_t cacheHits = 0;   ///< 1 if the object came from the cache
  int64_t arenaBytes = -1; ///< of one call on one thread; -1 if it depends on sizes that are known at the call
  int64_t objectBytes = 0;
  double compileMs = 0; ///< from the module to callable code, lookups in the cache included
};

/// A loop nest, call or copy of a function that was compiled with `profile`.
struct ProfileStep {
  std::string name; ///< of ops in it, joined by "+"
  int64_t calls = 0;
  double ms = 0; ///< in all, on the caller's clock: a parallel loop counts from its start to its end
};

/// A compiled function and its context. Cheap to copy: copies share both. Calls may run at the same time.
class CompiledFunction {
public:
  /// Checks the arguments (count, element types, sizes), allocates the results and runs.
  llvm::Expected<llvm::SmallVector<TensorValue>> run(llvm::ArrayRef<TensorValue> arguments) const;
  /// The same into memory that the caller has: of the types that `run` gives, and not that of arguments or of another result.
  llvm::Error runInto(llvm::ArrayRef<TensorValue> arguments, llvm::MutableArrayRef<TensorValue> results) const;
  /// The same, where results that are none are allocated as `run` does; the others have memory of their own, which is not checked.
  llvm::Error runWith(llvm::ArrayRef<TensorValue> arguments, llvm::MutableArrayRef<TensorValue> results) const;
  /// The bare call, see Runtime.h; nothing is allocated once arenas are.
  int32_t call(const go_tensor *in, go_tensor *out) const { return entry(context, in, out); }

  const go_function &getFunction() const { return *function; }
  go_ctx *getContext() const { return context; }
  const CompileStats &stats() const;
  /// The steps in the order of execution, with their times since the last reset; empty without `profile`.
  std::vector<ProfileStep> getProfile() const;
  void resetProfile();
  /// Keeps something alive as long as this and its copies: the owner of the context, for one.
  void keepAlive(std::shared_ptr<const void> owner);
  /// The element type of an input, a result or a weight.
  mlir::Type getElementType(const go_value_info &value) const;

private:
  friend llvm::Expected<CompiledFunction> compile(mlir::ModuleOp, const CompileOptions &);
  struct State;
  struct Call;
  llvm::Error prepare(llvm::ArrayRef<TensorValue> arguments, Call &made) const;
  std::shared_ptr<State> state;
  int32_t (*entry)(go_ctx *, const go_tensor *, go_tensor *) = nullptr;
  go_ctx *context = nullptr;
  const go_function *function = nullptr;
};

/// Compiles a function of `module`, which stays as it is. The module's context must outlive the result.
llvm::Expected<CompiledFunction> compile(mlir::ModuleOp module, const CompileOptions &options = {});

struct EmitOptions : CompileOptions {
  /// The name of the C functions; empty for the entry's. A C identifier.
  std::string name;
  /// The file name that the header's example includes; empty for NAME.h.
  std::string headerFile;
  /// Whether the object carries the weights; else a program sets each one with go_ctx_set_weight.
  bool embedWeights = true;
};

/// What an ahead-of-time compilation gives.
struct EmittedObject {
  std::string object; ///< ELF, position-independent
  std::string header; ///< C
};

/// Compiles ahead of time.
llvm::Expected<EmittedObject> emitObject(mlir::ModuleOp module, const EmitOptions &options);
/// Links an object with the runtime into a shared library that needs libc and libm only, by the C compiler on PATH; returns its bytes.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> linkSharedLibrary(llvm::StringRef object);

} // namespace graphopt
#pragma GCC visibility pop
