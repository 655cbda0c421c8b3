//===- Crash.cpp ----------------------------------------------------------===//
#include "Driver/Crash.h"
#include "Driver/Tool.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <new>
#include <unistd.h>

using namespace llvm;
using namespace graphopt;

// Everything that the handler says is made beforehand: it may neither allocate nor lock.
namespace {
struct CrashState {
  std::vector<std::string> args;
  std::string name;           ///< "graph-opt: "
  std::string reproducerPath; ///< where a copy of the input goes; empty if there is none
  std::string replay;         ///< the lines about the reproducer
  StringRef bytes;
  std::string asked; ///< how a test wants it to die
  std::atomic<const char *> activity{nullptr};
};
} // namespace

static CrashState &state() {
  static CrashState *value = new CrashState; // never destroyed: the process may die in destructors
  return *value;
}

static void say(StringRef text) { (void)!::write(STDERR_FILENO, text.data(), text.size()); }

static std::string quote(StringRef arg) {
  bool plain = !arg.empty() && llvm::all_of(arg, [](char c) { return isalnum(static_cast<unsigned char>(c)) || strchr("-_=./,:+@%", c); });
  if (plain)
    return arg.str();
  std::string quoted = "'";
  for (char c : arg)
    c == '\'' ? quoted += "'\\''" : quoted += c;
  return quoted + "'";
}

void graphopt::setCrashInput(StringRef path, StringRef bytes, StringRef suffix) {
  CrashState &s = state();
  std::string file = path.str();
  if (bytes.data()) {
    SmallString<128> copy;
    sys::path::system_temp_directory(/*ErasedOnReboot=*/true, copy);
    sys::path::append(copy, toolName() + "-reproducer-" + Twine(sys::Process::getProcessId()) + suffix);
    s.reproducerPath = file = std::string(copy);
    s.bytes = bytes;
  }
  std::string command;
  bool replaced = false;
  for (auto [i, arg] : llvm::enumerate(s.args)) {
    bool isInput = i > 0 && arg == path && !replaced;
    replaced |= isInput;
    command += (i ? " " : "") + quote(isInput ? file : arg);
  }
  if (!replaced)
    command += " " + quote(file);
  s.replay = "reproducer: " + file + "\nreplay: " + command + "\n";
}

void graphopt::setCrashActivity(const char *pass) { state().activity = pass; }

void graphopt::printReproducer() {
  CrashState &s = state();
  if (!s.reproducerPath.empty()) {
    // The name is predictable: never follow or overwrite what somebody put there.
    int fd = ::open(s.reproducerPath.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    StringRef rest = s.bytes;
    while (fd >= 0 && !rest.empty()) {
      ssize_t written = ::write(fd, rest.data(), rest.size());
      if (written <= 0)
        break;
      rest = rest.drop_front(written);
    }
    if (fd >= 0)
      ::close(fd);
    if (fd < 0 || !rest.empty()) {
      say("reproducer: cannot be written\n");
      return;
    }
  }
  say(s.replay);
}

static void dieOf(StringRef what) {
  CrashState &s = state();
  say(s.name);
  say("internal error: ");
  say(what);
  if (const char *pass = s.activity) {
    say(" in pass '");
    say(pass);
    say("'");
  }
  say("\n");
  printReproducer();
  _exit(static_cast<int>(Failure::internal));
}

static void onFatalError(void *, const char *reason, bool) {
  StringRef what = reason;
  if (!what.consume_front("IO failure on output stream: "))
    return dieOf(reason);
  // Where stdout goes, there is no place, or nothing: no defect of ours.
  say(state().name);
  say("error: stdout cannot be written: ");
  say(what);
  say("\n");
  sys::RunInterruptHandlers();
  _exit(static_cast<int>(Failure::badInput));
}

#if !__has_feature(address_sanitizer) // which reports crashes better
static void onCrash(int signal) {
  sys::RunInterruptHandlers(); // removes temporary files
  switch (signal) {
  case SIGSEGV:
    dieOf("segmentation fault or stack overflow");
    break;
  case SIGABRT:
    dieOf("abort");
    break;
  case SIGFPE:
    dieOf("arithmetic exception");
    break;
  case SIGBUS:
    dieOf("bus error (a mapped file may have been truncated)");
    break;
  default:
    dieOf("illegal instruction");
  }
}
#endif

static void onInterrupt(int signal) {
  sys::RunInterruptHandlers();
  _exit(128 + signal);
}

static void outOfMemory(void *, const char *, bool) {
  say(state().name);
  say("error: out of memory\n");
  sys::RunInterruptHandlers();
  _exit(static_cast<int>(Failure::limit));
}

void graphopt::installCrashHandler(int argc, char **argv) {
  CrashState &s = state();
  s.args.assign(argv, argv + argc);
  s.name = (toolName() + ": ").str();
  s.replay = "replay:";
  for (const std::string &arg : s.args)
    s.replay += " " + quote(arg);
  s.replay += "\n";
  install_fatal_error_handler(onFatalError);
  install_bad_alloc_error_handler(outOfMemory);
  std::set_new_handler([] { outOfMemory(nullptr, nullptr, false); });

  struct sigaction interrupt = {};
  interrupt.sa_handler = onInterrupt;
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaction(signal, &interrupt, nullptr);
#if !__has_feature(address_sanitizer)
  static char stack[64 * 1024]; // a handler for overflows needs a stack of its own
  stack_t alternative = {};
  alternative.ss_sp = stack;
  alternative.ss_size = sizeof stack;
  sigaltstack(&alternative, nullptr);
  struct sigaction crash = {};
  crash.sa_handler = onCrash;
  crash.sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER;
  for (int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL})
    sigaction(signal, &crash, nullptr);
#endif
}

static int overflow(int depth) {
  volatile char frame[1024] = {1};
  return frame[0] ? overflow(depth + 1) + frame[0] : depth;
}

void graphopt::askForCrash(StringRef how) { state().asked = how.str(); }
void graphopt::crashIfAsked() {
  StringRef how = state().asked;
  if (how.empty())
    return;
  if (how == "stack")
    (void)overflow(0);
  if (how == "memory")
    while (true)
      static_cast<volatile char *>(::operator new(size_t(1) << 46))[0] = 1;
  if (how == "fatal")
    reportFatalInternalError("asked to die");
  abort();
}
