//===- Loader.h - objects in memory ----------------------------------------===//
#pragma once
#include "graph-opt/Runtime.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

namespace llvm::orc {
class LLJIT;
}

namespace graphopt::execution {

/// An object, linked into the process; its code lives as long as this does.
class LoadedObject {
public:
  static llvm::Expected<std::unique_ptr<LoadedObject>> load(llvm::StringRef object, llvm::StringRef name);
  ~LoadedObject();
  const go_function &getFunction() const { return *function; }

private:
  LoadedObject();
  std::unique_ptr<llvm::orc::LLJIT> jit;
  const go_function *function = nullptr;
};

} // namespace graphopt::execution
