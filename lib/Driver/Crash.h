//===- Crash.h - what a tool says when it dies ----------------------------===//
#pragma once
#include "llvm/ADT/StringRef.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// From here on a crash or a fatal error of LLVM ends with exit code 70, a reproducer and the command to replay it; running out of memory
/// with 5; Ctrl-C with 130. Temporary files are removed.
void installCrashHandler(int argc, char **argv);
/// The input of the run: `path` as it stands on the command line ("-" or absent: stdin). The bytes are copied into the reproducer, and
/// must stay until the process ends; where they are null, the file itself is the reproducer.
void setCrashInput(llvm::StringRef path, llvm::StringRef bytes, llvm::StringRef suffix = ".mlir");
/// Dies as the hidden option --crash=abort|fatal|memory|stack says, for the tests of that. After setCrashInput().
void crashIfAsked();
void askForCrash(llvm::StringRef how);
/// What the process is at, for the message: a pass. Null for nothing.
void setCrashActivity(const char *pass);
/// Writes the reproducer and prints its path and the command that replays it.
void printReproducer();

} // namespace graphopt
#pragma GCC visibility pop
