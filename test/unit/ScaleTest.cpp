//===- ScaleTest.cpp - every pass on large modules ------------------------===//
//
// A value with half a million users, and 16,000 arguments, go through every pass that is registered as ours, on the stack that a process
// has by default. Each pass runs in a child, on the module that its parent has built: a crash is that pass's, and nothing is built twice.
//
//===----------------------------------------------------------------------===//
#include "graph-opt/Passes/Pipelines.h"
#include "graph-opt/Registration.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"
#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir;
using namespace graphopt;

namespace {
#if __has_feature(address_sanitizer)
constexpr int numUsers = 50'000; // ten times slower, and the same recursion
#else
constexpr int numUsers = 500'000;
#endif
constexpr int numArguments = 16'000;
constexpr rlim_t stackBytes = 8 << 20;

/// A value with many users in a long line; one in sixteen is a duplicate of the one before it.
std::string makeUsers(int numUsers) {
  std::string text = "func.func @users(%x: tensor<4xf32>) -> tensor<4xf32> {\n  %hot = graph.exp %x : tensor<4xf32>\n";
  llvm::raw_string_ostream os(text);
  std::string last = "%x";
  for (int i = 0; i < numUsers; ++i) {
    os << "  %u" << i << " = graph.mul %hot, " << last << " : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>\n";
    if (i % 16 == 14)
      continue; // the next one is the same
    last = "%u" + std::to_string(i);
    if (i % 16 == 15) {
      os << "  %s" << i << " = graph.sub %u" << i - 1 << ", " << last << " : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>\n";
      last = "%s" + std::to_string(i);
    }
  }
  os << "  return " << last << " : tensor<4xf32>\n}\n";
  return text;
}

/// A function that hands its arguments on to one that reads every second of them.
std::string makeArguments() {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto list = [&](StringRef form) {
    for (int i = 0; i < numArguments; ++i)
      os << (i ? ", " : "") << llvm::formatv(form.data(), i).str();
  };
  os << "func.func @arguments(";
  list("%a{0}: tensor<4xf32> {{graph.name = \"a{0}\"}");
  os << ") -> tensor<4xf32> {\n  %r = func.call @callee(";
  list("%a{0}");
  os << ") : (";
  list("tensor<4xf32>");
  os << ") -> tensor<4xf32>\n  return %r : tensor<4xf32>\n}\nfunc.func private @callee(";
  list("%b{0}: tensor<4xf32>");
  os << ") -> tensor<4xf32> {\n";
  // A tree, as upstream's bufferisation is quadratic in lines of ops that share a buffer.
  std::vector<std::string> values;
  for (int i = 0; i < numArguments; i += 2)
    values.push_back("%b" + std::to_string(i));
  for (size_t i = 0; i + 1 < values.size(); i += 2) {
    values.push_back("%s" + std::to_string(i));
    os << "  " << values.back() << " = graph.add " << values[i] << ", " << values[i + 1]
       << " : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>\n";
  }
  os << "  return " << values.back() << " : tensor<4xf32>\n}\n";
  return text;
}

/// Our passes, by the registry's own list.
std::vector<std::string> listOurPasses() {
  registerAllPasses();
  testing::internal::CaptureStdout();
  printRegisteredPasses();
  llvm::outs().flush();
  std::string list = testing::internal::GetCapturedStdout();
  std::vector<std::string> names;
  SmallVector<StringRef> lines;
  StringRef(list).split(lines, '\n');
  for (StringRef line : lines)
    if (line.consume_front("  --graph-"))
      names.push_back(("graph-" + line.take_until(llvm::isSpace)).str());
  return names;
}

/// Passes that refuse such a module, and why.
const char *refuses(StringRef pass, StringRef kind) {
  if (pass == "graph-interpret" || pass == "graph-run-compiled")
    return "it runs a function without arguments";
  if (pass == "graph-autodiff" && (kind.starts_with("arguments") || kind.ends_with("linalg")))
    return "calls are inlined before, and only ops of tensors in the graph dialect have gradients";
  if (pass == "graph-make-train-step")
    return "there are no parameters to train";
  if (pass == "graph-cpu-destinations" && (kind == "arguments" || kind == "arguments-linalg"))
    return "the pipeline has inlined calls before";
  if (pass == "graph-cpu-vectorize" && kind.ends_with("linalg"))
    return "it works on memory";
  if (pass == "graph-gpu-tile" && kind.ends_with("buffers"))
    return "it works on tensors";
  return nullptr;
}

/// Runs the passes in a child; its exit status, or the negative signal that ended it.
int runInChild(ModuleOp module, StringRef passes) {
  pid_t child = fork();
  if (child == 0) {
    rlimit limit{stackBytes, stackBytes};
    setrlimit(RLIMIT_STACK, &limit);
    PassManager manager(module.getContext(), ModuleOp::getOperationName());
    auto report = [](const Twine &message) { llvm::errs() << message << "\n"; };
    bool done = succeeded(buildPipeline(manager, passes, report)) && succeeded(manager.run(module));
    llvm::errs().flush();
    _exit(done ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// Modules at each level that passes work on: graphs, what the lowering makes of them, and that in memory.
class Modules {
public:
  Modules() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED); // children have no other threads
    context->printOpOnDiagnostic(false);
    add("users", makeUsers(numUsers), "");
    add("arguments", makeArguments(), "");
    // Below the graph an op is ten ops, and upstream's bufferisation is worse than quadratic in the users of a value.
    add("users-linalg", makeUsers(numUsers / 100), "graph-to-linalg");
    add("arguments-linalg", makeArguments(), "graph-to-linalg");
    add("arguments-buffers", makeArguments(),
        "graph-to-linalg,inline,symbol-dce,graph-cpu-reuse-buffers,graph-cpu-destinations,one-shot-bufferize");
  }

  std::map<std::string, OwningOpRef<ModuleOp>> modules;

private:
  void add(const std::string &name, const std::string &text, StringRef passes) {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, context.get());
    PassManager manager(context.get(), ModuleOp::getOperationName());
    ASSERT_TRUE(module && succeeded(buildPipeline(manager, passes, [](const Twine &why) { FAIL() << why.str(); })) &&
                succeeded(manager.run(*module)))
        << name;
    modules[name] = std::move(module);
  }

  std::unique_ptr<MLIRContext> context;
};

class ScaleTest : public testing::TestWithParam<std::string> {
protected:
  static Modules &getModules() {
    static Modules &modules = *new Modules; // freeing it all would take longer than a test
    return modules;
  }
};
} // namespace

TEST_P(ScaleTest, TakesLargeModules) {
  for (auto &[kind, module] : getModules().modules) {
    const char *why = refuses(GetParam(), kind);
    EXPECT_EQ(runInChild(*module, GetParam()), why ? 1 : 0) << GetParam() << " on " << kind << (why ? ": " : "") << (why ? why : "");
  }
}

INSTANTIATE_TEST_SUITE_P(AllPasses, ScaleTest, testing::ValuesIn(listOurPasses()), [](const auto &info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});
