//===- Tool.cpp -----------------------------------------------------------===//
#include "Driver/Tool.h"
#include "Driver/Crash.h"
#include "graph-opt/GraphError.h"
#include "graph-opt/Plugin.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"
#include <cstdlib>
#include <unistd.h>

using namespace llvm;
using namespace graphopt;

static std::string &name() {
  static std::string value = "graph-opt";
  return value;
}
StringRef graphopt::toolName() { return name(); }

int graphopt::fail(Failure failure, const Twine &message) {
  WithColor::error(errs(), name()) << message << "\n";
  if (failure == Failure::internal)
    printReproducer();
  return static_cast<int>(failure);
}

/// A message that may have a place of its own, "file:line:col: error: ", or have been printed already.
static void printMessage(StringRef text) {
  if (text.empty())
    return;
  if (!text.contains(": error: "))
    WithColor::error(errs(), name());
  errs() << text << (text.ends_with("\n") ? "" : "\n");
}

int graphopt::fail(Error error) {
  Failure failure = Failure::none;
  handleAllErrors(
      std::move(error),
      [&](const GraphError &e) {
        failure = e.getFailure();
        printMessage(e.getText());
      },
      [&](const ErrorInfoBase &e) {
        failure = getFailure(e.convertToErrorCode());
        printMessage(e.message());
      });
  if (failure == Failure::internal)
    printReproducer();
  return static_cast<int>(failure);
}

void graphopt::warn(const Twine &message) { WithColor::warning(errs(), name()) << message << "\n"; }

void graphopt::startTool(int argc, char **argv) {
  name() = sys::path::filename(argv[0]).str();
  std::optional<std::string> noColor = sys::Process::GetEnv("NO_COLOR");
  std::optional<std::string> term = sys::Process::GetEnv("TERM");
  if ((noColor && !noColor->empty()) || (term && *term == "dumb"))
    WithColor::setAutoDetectFunction([](const raw_ostream &) { return false; });
  installCrashHandler(argc, argv);
}

static void printVersion() {
  outs() << name() << " " GRAPHOPT_VERSION " (ABI " GRAPHOPT_STR(GRAPHOPT_ABI_VERSION) ", LLVM " LLVM_VERSION_STRING ")\n";
}

static void printHelp(const ToolInfo &info) {
  outs() << "usage: " << info.name << " " << info.usage << "\n\n" << info.overview << "\n";
  DenseMap<StringRef, cl::Option *> &registered = cl::getRegisteredOptions();
  for (const OptionGroup &group : info.groups) {
    outs() << "\n" << group.title << ":\n";
    for (StringRef optionName : group.options) {
      auto found = registered.find(optionName);
      if (found == registered.end())
        continue;
      cl::Option *option = found->second;
      std::string left = (optionName.size() == 1 ? "-" : "--") + optionName.str();
      if (option->getFormattingFlag() == cl::Prefix) // -O2
        left += option->ValueStr;
      else if (!option->ValueStr.empty())
        left += (optionName.size() == 1                                ? " "
                 : option->getValueExpectedFlag() == cl::ValueOptional ? "[="
                                                                       : "=") +
                option->ValueStr.str() + (optionName.size() > 1 && option->getValueExpectedFlag() == cl::ValueOptional ? "]" : "");
      outs() << "  " << left_justify(left, 30) << (left.size() > 30 ? " " : "") << option->HelpStr << "\n";
    }
  }
  outs() << "\n  -h, --version" << (info.groups.empty() ? "" : ", --help-all (every option, LLVM's and MLIR's too)") << "\n" << info.footer;
}

/// LLVM's messages in the form of ours: "graph-run: Unknown command line argument '--x'.  Try: ..." says "unknown option '--x'".
static void reportUsage(StringRef text) {
  SmallVector<StringRef> lines;
  text.split(lines, '\n', -1, /*KeepEmpty=*/false);
  std::string suggestion;
  for (StringRef line : lines)
    if (size_t at = line.find("Did you mean '"); at != StringRef::npos)
      suggestion = line.drop_front(at + 14).split('\'').first.str();
  // LLVM names the nearest option, however far it is.
  suggestion = suggestion.size() < 4 ? "" : ", did you mean '" + suggestion + "'?";
  for (StringRef line : lines) {
    if (line.contains("Did you mean '"))
      continue;
    line.consume_front(name());
    line.consume_front(": ");
    line = line.split(".  Try: ").first.rtrim(" !.");
    if (line.consume_front("Unknown command line argument")) {
      fail(Failure::usage, "unknown option" + line + suggestion);
      continue;
    }
    std::string message = line.str();
    if (message.size() > 1 && isLower(message[1]))
      message[0] = toLower(message[0]);
    fail(Failure::usage, message);
  }
}

std::optional<int> graphopt::answerHelp(int argc, char **argv, const ToolInfo &info) {
  for (const char *arg : ArrayRef(argv, argc).drop_front()) {
    StringRef text = arg;
    if (text == "--")
      break;
    if (text == "--version" || text == "-version") {
      printVersion();
      return 0;
    }
    if (text == "-h" || text == "--help" || text == "-help") {
      printHelp(info);
      return 0;
    }
  }
  return std::nullopt;
}

static bool isUsageExit = false;
int graphopt::runUpstreamMain(function_ref<LogicalResult()> main) {
  // LLVM's option parser calls exit(1).
  on_exit(
      [](int status, void *) {
        if (isUsageExit && status == 1)
          _exit(static_cast<int>(Failure::usage));
      },
      nullptr);
  isUsageExit = true;
  LogicalResult result = main();
  isUsageExit = false;
  return static_cast<int>(succeeded(result) ? Failure::none : Failure::badInput);
}

void graphopt::claimOptions(const ToolInfo &info) {
  for (const OptionGroup &group : info.groups)
    for (StringRef optionName : group.options)
      if (cl::Option *option = cl::getRegisteredOptions().lookup(optionName); option && optionName != "color")
        option->removeArgument();
}

std::optional<int> graphopt::parseOptions(int argc, char **argv, const ToolInfo &info) {
  if (std::optional<int> code = answerHelp(argc, argv, info))
    return code;
  ArrayRef<const char *> args(argv, argc);
  if (is_contained(args.drop_front(), StringRef("--help-all"))) {
    const char *all[] = {argv[0], "--help"};
    cl::ParseCommandLineOptions(2, all, info.overview); // prints and exits with 0
  }
  cl::opt<std::string> crash("crash", cl::ReallyHidden, cl::desc("die in the given way, for the tests of that"));
  std::string errors;
  raw_string_ostream stream(errors);
  if (cl::ParseCommandLineOptions(args.size(), args.data(), info.overview, &stream)) {
    askForCrash(crash);
    // --color goes before the environment, and before what kind of file stderr is.
    auto *color = static_cast<cl::opt<cl::boolOrDefault> *>(cl::getRegisteredOptions().lookup("color"));
    if (color && *color != cl::BOU_UNSET) {
      errs().enable_colors(*color == cl::BOU_TRUE);
      WithColor::setAutoDetectFunction(*color == cl::BOU_TRUE ? [](const raw_ostream &) { return true; }
                                                              : [](const raw_ostream &) { return false; });
    }
    return std::nullopt;
  }
  reportUsage(errors);
  return static_cast<int>(Failure::usage);
}

StringRef graphopt::nearest(StringRef word, ArrayRef<StringRef> candidates) {
  StringRef best;
  unsigned bestDistance = std::max<size_t>(word.size() / 3, 1) + 1;
  for (StringRef candidate : candidates) {
    unsigned distance = word.edit_distance(candidate, /*AllowReplacements=*/true, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

StringRef graphopt::nearestPass(StringRef word) {
  SmallVector<StringRef> names;
  for (auto &[optionName, option] : cl::getRegisteredOptions())
    if (mlir::PassInfo::lookup(optionName) || mlir::PassPipelineInfo::lookup(optionName))
      names.push_back(optionName);
  llvm::sort(names); // the map's order is not fixed
  return nearest(word, names);
}

std::string graphopt::withSuggestion(StringRef message) {
  StringRef before = message.split(" does not refer to a registered pass").first;
  if (before.size() == message.size() || !before.consume_back("'"))
    return message.str();
  StringRef match = nearestPass(before.take_back(before.size() - before.rfind('\'') - 1));
  return match.empty() ? message.str() : (message + ", did you mean '" + match + "'?").str();
}
