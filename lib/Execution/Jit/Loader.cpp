//===- Loader.cpp - objects in memory --------------------------------------===//
#include "Execution/Jit/Loader.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"
#include <mutex>

using namespace llvm;

namespace graphopt::execution {

LoadedObject::LoadedObject() = default;
LoadedObject::~LoadedObject() = default;

/// The runtime's functions by address: in a process that loaded us privately, as Python does, nobody finds them by name.
static Error defineRuntime(orc::LLJIT &jit) {
  orc::SymbolMap symbols;
  auto define = [&](StringRef name, auto *address) {
    symbols[jit.mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(address), JITSymbolFlags::Exported | JITSymbolFlags::Callable};
  };
  define("go_parallel_for", &go_parallel_for);
  define("go_arena_acquire", &go_arena_acquire);
  define("go_arena_release", &go_arena_release);
  define("go_arena_allocate", &go_arena_allocate);
  define("go_tensor_is_contiguous", &go_tensor_is_contiguous);
  define("go_step", &go_step);
  define("go_result_give", &go_result_give);
  define("go_result_drop", &go_result_drop);
  orc::JITDylib &dylib = jit.getMainJITDylib();
  if (Error failed = dylib.define(orc::absoluteSymbols(std::move(symbols))))
    return failed;
  // What else generated code calls: memory and mathematical functions, and conversions of small floats.
  char prefix = jit.getDataLayout().getGlobalPrefix();
  for (const char *library : {"libm.so.6", "libc.so.6", "libgcc_s.so.1"}) {
    auto generator = orc::DynamicLibrarySearchGenerator::Load(library, prefix);
    if (!generator)
      return generator.takeError();
    dylib.addGenerator(std::move(*generator));
  }
  return Error::success();
}

Expected<std::unique_ptr<LoadedObject>> LoadedObject::load(StringRef object, StringRef name) {
  static std::once_flag once;
  std::call_once(once, [] { InitializeNativeTarget(); });
  Expected<orc::JITTargetMachineBuilder> host = orc::JITTargetMachineBuilder::detectHost();
  if (!host)
    return host.takeError();
  auto jit = orc::LLJITBuilder()
                 .setJITTargetMachineBuilder(std::move(*host))
                 .setLinkProcessSymbolsByDefault(false)
                 .setPlatformSetUp(orc::setUpInactivePlatform)
                 .create();
  if (!jit)
    return jit.takeError();
  std::unique_ptr<LoadedObject> loaded(new LoadedObject());
  loaded->jit = std::move(*jit);
  if (Error failed = defineRuntime(*loaded->jit))
    return std::move(failed);
  if (Error failed = loaded->jit->addObjectFile(MemoryBuffer::getMemBufferCopy(object, name)))
    return std::move(failed);
  Expected<orc::ExecutorAddr> info = loaded->jit->lookup((name + "_info").str());
  if (!info)
    return info.takeError();
  loaded->function = info->toPtr<const go_function *>();
  if (loaded->function->abi_version != GO_ABI_VERSION)
    return createStringError("expected code for version " + Twine(GO_ABI_VERSION) + " of the runtime, got " +
                             Twine(loaded->function->abi_version));
  return loaded;
}

} // namespace graphopt::execution
