//===- Tool.h - what all command-line tools share -------------------------===//
//
// Options, help, version, colour, messages, exit codes. Data goes to stdout and talk to stderr.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Failure.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace graphopt {

struct OptionGroup {
  llvm::StringRef title;
  std::vector<llvm::StringRef> options; ///< names without dashes; those that are not registered are left out
};

struct ToolInfo {
  llvm::StringRef name;
  llvm::StringRef usage;    ///< what follows the name: "[options] MODEL"
  llvm::StringRef overview; ///< what the tool does
  std::vector<OptionGroup> groups;
  llvm::StringRef footer = ""; ///< printed last by -h
};

/// Sets up colour, Ctrl-C and the crash handler. First thing in main.
void startTool(int argc, char **argv);
/// Takes the names of the tool's options from LLVM's own, which the shared library brings into every process. Before any is defined.
void claimOptions(const ToolInfo &info);
/// Parses the options registered so far. Returns the exit code where the process is to end: after -h, --help-all or --version (0), and
/// after a wrong option (2), which has been reported.
std::optional<int> parseOptions(int argc, char **argv, const ToolInfo &info);

/// Answers -h and --version alone, for mains of upstream's that parse the rest.
std::optional<int> answerHelp(int argc, char **argv, const ToolInfo &info);
/// Runs such a main: exit code 2 where it ends the process for its options, 1 where it fails.
int runUpstreamMain(llvm::function_ref<llvm::LogicalResult()> main);

/// "graph-run: error: <message>" to stderr; returns the exit code of `failure`.
int fail(Failure failure, const llvm::Twine &message);
/// Reports an error (each line that it lists) and returns its exit code.
int fail(llvm::Error error);
/// "graph-run: warning: <message>" to stderr.
void warn(const llvm::Twine &message);
/// The name that messages begin with.
llvm::StringRef toolName();

/// The candidate that `word` was probably meant to be, or an empty string.
llvm::StringRef nearest(llvm::StringRef word, llvm::ArrayRef<llvm::StringRef> candidates);
/// The registered pass or pipeline that `word` was probably meant to be. Knows those that are options of the tool.
llvm::StringRef nearestPass(llvm::StringRef word);

/// A message about a pass that is not there, with that one.
std::string withSuggestion(llvm::StringRef message);

} // namespace graphopt
#pragma GCC visibility pop
