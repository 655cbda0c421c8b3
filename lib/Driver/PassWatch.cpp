//===- PassWatch.cpp ------------------------------------------------------===//
#include "Driver/PassWatch.h"
#include "Driver/Crash.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"

using namespace llvm;
using namespace mlir;
using namespace graphopt;

namespace {
class Watch final : public PassInstrumentation {
public:
  explicit Watch(std::shared_ptr<PassRun> run) : run(std::move(run)) {}

  void runBeforePass(Pass *pass, Operation *op) override {
    StringRef name = pass->getArgument();
    if (name.empty())
      return;
    // Arguments are string literals of the pass's class, as the crash handler wants them.
    setCrashActivity(name.data());
    std::lock_guard<std::mutex> lock(run->mutex);
    run->ran.insert(name);
  }
  void runAfterPass(Pass *pass, Operation *op) override { setCrashActivity(nullptr); }
  void runAfterPassFailed(Pass *pass, Operation *op) override {
    setCrashActivity(nullptr);
    {
      std::lock_guard<std::mutex> lock(run->mutex);
      if (!run->failedPass.empty() || pass->getArgument().empty()) // the first one, and not the adaptor around it
        return;
      run->failedPass = pass->getArgument().str();
    }
    ScopedDiagnosticHandler quiet(op->getContext(), [](Diagnostic &) { return success(); });
    bool broken = mlir::failed(mlir::verify(op));
    std::lock_guard<std::mutex> lock(run->mutex);
    run->brokenIR = broken;
  }

private:
  std::shared_ptr<PassRun> run;
};
} // namespace

std::shared_ptr<PassRun> graphopt::watchPasses(PassManager &manager) {
  auto run = std::make_shared<PassRun>();
  manager.addInstrumentation(std::make_unique<Watch>(run));
  return run;
}

SmallVector<std::string> graphopt::listPasses(PassManager &manager) {
  std::string text;
  raw_string_ostream stream(text);
  manager.printAsTextualPipeline(stream);
  SmallVector<std::string> names;
  std::string word;
  int braces = 0; // inside of options
  for (char c : text) {
    braces += c == '{';
    if (braces == 0 && !StringRef(",()").contains(c)) {
      word += c;
      continue;
    }
    if (c == '}')
      --braces;
    if (word.empty())
      continue;
    if (c != '(') // an anchor's name, otherwise
      names.push_back(word);
    word.clear();
  }
  if (!word.empty())
    names.push_back(word);
  return names;
}
