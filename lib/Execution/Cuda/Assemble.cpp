//===- Assemble.cpp - PTX to machine code by ptxas ------------------------===//
#include "graph-opt/Execution/CudaFunction.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace graphopt;

static std::string findPtxas() {
  SmallVector<std::string, 2> folders;
  for (const char *variable : {"CUDA_HOME", "CUDA_PATH"})
    if (auto home = sys::Process::GetEnv(variable))
      folders.push_back(*home + "/bin");
  SmallVector<StringRef, 2> refs(folders.begin(), folders.end());
  if (!refs.empty())
    if (auto path = sys::findProgramByName("ptxas", refs))
      return *path;
  auto path = sys::findProgramByName("ptxas");
  return path ? *path : "";
}

Expected<AssembledModule> graphopt::assemble(StringRef ptx, StringRef chip) {
  std::string program = findPtxas();
  if (program.empty())
    return createStringError("expected ptxas in PATH or CUDA_HOME, got none");
  SmallString<128> names[3]; // PTX in, cubin and report out
  llvm::scope_exit remove([&] {
    for (const SmallString<128> &name : names)
      if (!name.empty())
        sys::fs::remove(name);
  });
  const char *suffixes[] = {"ptx", "cubin", "log"};
  for (unsigned i = 0; i < 3; ++i) {
    int fd = -1;
    if (std::error_code error = sys::fs::createTemporaryFile("graph-opt", suffixes[i], fd, names[i]))
      return createStringError("temporary file: " + error.message());
    raw_fd_ostream stream(fd, /*shouldClose=*/true);
    if (i == 0)
      stream << ptx;
  }
  std::string arch = ("-arch=" + chip).str();
  StringRef arguments[] = {program, "-v", arch, names[0], "-o", names[1]};
  std::optional<StringRef> redirects[] = {StringRef(), StringRef(names[2]), StringRef(names[2])};
  std::string message;
  int status = sys::ExecuteAndWait(program, arguments, std::nullopt, redirects, /*SecondsToWait=*/120, /*MemoryLimit=*/0, &message);
  auto report = MemoryBuffer::getFile(names[2]);
  std::string text = report ? (*report)->getBuffer().str() : message;
  if (status != 0)
    return createStringError("ptxas: " + text);
  StringRef lines(text);
  bool spills = lines.contains("bytes spill stores") && !lines.contains(" 0 bytes spill stores");
  if (spills || lines.contains("C7508") || lines.contains("C7520"))
    return createStringError("expected kernels without spills and serialised products, got: " + text);
  auto cubin = MemoryBuffer::getFile(names[1]);
  if (!cubin)
    return createStringError("ptxas: " + cubin.getError().message());
  return AssembledModule{(*cubin)->getBuffer().str(), std::move(text)};
}
