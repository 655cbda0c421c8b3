//===- Sandbox.cpp --------------------------------------------------------===//
#include "Driver/Sandbox.h"
#include "Driver/Diagnostics.h"
#include "Driver/IrLimits.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/SourceMgr.h"
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using namespace mlir;
using namespace graphopt;

static void limit(int resource, rlim_t value) {
  struct rlimit current;
  if (getrlimit(static_cast<__rlimit_resource_t>(resource), &current) == 0 && current.rlim_max < value)
    value = current.rlim_max;
  struct rlimit wanted = {value, value};
  (void)setrlimit(static_cast<__rlimit_resource_t>(resource), &wanted);
}

/// What the child ends with where it ran out of memory, or upstream gave up in its own way.
static constexpr int diedOfMemory = 100, diedOfError = 101;

/// In the child: parses, writes the errors to `fd`, and ends with the class of failure.
[[noreturn]] static void parseAndExit(const MemoryBuffer &buffer, StringRef label, const DialectRegistry &registry, const Limits &limits,
                                      bool allowUnregistered, int fd) {
  for (int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL, SIGINT, SIGTERM, SIGHUP})
    ::signal(signal, SIG_DFL);
  // The parent tells of it: the handlers of the tool would call it a defect of ours.
  remove_fatal_error_handler();
  install_fatal_error_handler([](void *, const char *, bool) { _exit(diedOfError); });
  remove_bad_alloc_error_handler();
  install_bad_alloc_error_handler([](void *, const char *, bool) { _exit(diedOfMemory); });
  std::set_new_handler([] { _exit(diedOfMemory); });
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.seconds + (buffer.getBufferSize() >> 20));
#if !__has_feature(address_sanitizer) // its shadow is terabytes of address space
  limit(RLIMIT_AS, limits.memory + 16 * buffer.getBufferSize());
#endif
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.allowUnregisteredDialects(allowUnregistered);
  Error error = captureDiagnostics(&context, label, "reading", /*os=*/nullptr, [&] {
    auto sources = std::make_shared<SourceMgr>();
    sources->AddNewSourceBuffer(MemoryBuffer::getMemBuffer(buffer.getBuffer(), label, /*RequiresNullTerminator=*/false), SMLoc());
    ParserConfig config(&context);
    OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, config);
    return success(module && succeeded(checkIr(*module, limits)));
  });
  int status = 0;
  handleAllErrors(std::move(error), [&](const GraphError &e) {
    // Upstream's reader refuses some data without a message: no defect of ours.
    bool isSilent = e.getFailure() == Failure::internal;
    status = static_cast<int>(isSilent ? Failure::badInput : e.getFailure());
    std::string refused = (label + ": error: expected MLIR, got data that the reader refuses").str();
    StringRef text = isSilent ? StringRef(refused) : e.getText();
    (void)!::write(fd, text.data(), text.size());
  });
  _exit(status); // no destructors: they belong to the parent
}

Error graphopt::readInSandbox(const MemoryBuffer &buffer, StringRef label, const DialectRegistry &registry, const Limits &limits,
                              bool allowUnregistered) {
  int pipe[2];
  if (::pipe(pipe) != 0)
    return makeError(Failure::limit, label + ": error: cannot make a pipe: " + strerror(errno));
  pid_t child = ::fork();
  if (child < 0) {
    ::close(pipe[0]);
    ::close(pipe[1]);
    return makeError(Failure::limit, label + ": error: cannot start a process to read bytecode in: " + strerror(errno));
  }
  if (child == 0) {
    ::close(pipe[0]);
    parseAndExit(buffer, label, registry, limits, allowUnregistered, pipe[1]);
  }
  ::close(pipe[1]);
  std::string text;
  char chunk[4096];
  for (;;) {
    ssize_t count = ::read(pipe[0], chunk, sizeof chunk);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      break;
    if (text.size() < (1 << 20))
      text.append(chunk, count);
  }
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return Error::success();
  if (WIFEXITED(status) && !text.empty())
    return make_error<GraphError>(static_cast<Failure>(WEXITSTATUS(status)), std::move(text));
  bool isLate = WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL);
  bool isLarge = WIFEXITED(status) && WEXITSTATUS(status) == diedOfMemory;
  if (isLate || isLarge)
    return makeError(Failure::limit, label + ": error: " + limits.exceeded(isLate ? &Limits::seconds : &Limits::memory));
  return makeError(Failure::badInput, label + ": error: expected MLIR, got data that the reader crashed on");
}
