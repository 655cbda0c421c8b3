//===- Driver.h - the part of the CUDA driver API that we call ------------===//
#pragma once
#include "llvm/Support/Error.h"
#include <cstddef>

namespace graphopt::cuda {

using Result = int;
using Device = int;
using Context = void *;
using Module = void *;
using Function = void *;
using Stream = void *;
using Pointer = unsigned long long;

/// libcuda.so.1, opened on first use and kept. Names and signatures are the driver API's.
class Driver {
public:
  /// The driver, initialised, with the primary context of device 0 retained; an error that says what is missing otherwise. One attempt
  /// a process: a failure is remembered.
  static llvm::Expected<const Driver *> get();

  /// Makes device 0's context current on this thread.
  llvm::Error enter() const;
  /// An error for a result that is not 0: "cuMemAlloc: out of memory".
  llvm::Error check(Result result, const char *what) const;

  Result (*memAlloc)(Pointer *, size_t) = nullptr;
  Result (*memFree)(Pointer) = nullptr;
  Result (*copyToDevice)(Pointer, const void *, size_t, Stream) = nullptr;
  Result (*copyToHost)(void *, Pointer, size_t, Stream) = nullptr;
  Result (*copyOnDevice)(Pointer, Pointer, size_t, Stream) = nullptr;
  Result (*moduleLoad)(Module *, const void *) = nullptr;
  Result (*moduleUnload)(Module) = nullptr;
  Result (*moduleGetFunction)(Function *, Module, const char *) = nullptr;
  Result (*launch)(Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, Stream, void **, void **) = nullptr;
  Result (*streamCreate)(Stream *, unsigned) = nullptr;
  Result (*streamSynchronize)(Stream) = nullptr;
  Result (*streamDestroy)(Stream) = nullptr;

private:
  llvm::Error open();
  Result (*getErrorString)(Result, const char **) = nullptr;
  Result (*setCurrent)(Context) = nullptr;
  Context context = nullptr;
};

} // namespace graphopt::cuda
