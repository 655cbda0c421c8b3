//===- Interpret.cpp - run functions in the interpreter -------------------===//
#include "Check/RunCompiled.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;
using namespace graphopt;

namespace graphopt {
#define GEN_PASS_DEF_INTERPRETPASS
#include "graph-opt/Passes/Check.h.inc"
} // namespace graphopt

namespace {
struct InterpretPass final : graphopt::impl::InterpretPassBase<InterpretPass> {
  using InterpretPassBase::InterpretPassBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (target == "interpreter" || target == "cpu")
      return success();
    return emitError(UnknownLoc::get(context)) << "expected target interpreter or cpu, got '" << target << "'";
  }

  LogicalResult run(FunctionOpInterface function) {
    if (target == "interpreter")
      return interpret(function, {});
    auto compilable = dyn_cast<func::FuncOp>(function.getOperation());
    if (!compilable)
      return function.emitError() << "expected a func.func to compile";
    return runCompiled(compilable, pipeline);
  }

  void runOnOperation() override {
    bool any = false, allHold = true;
    for (auto function : getOperation().getOps<FunctionOpInterface>()) {
      auto symbol = dyn_cast<SymbolOpInterface>(function.getOperation());
      if (function.isExternal() || function.getNumArguments() != 0 || (symbol && !symbol.isPublic()))
        continue;
      any = true;
      allHold &= succeeded(run(function));
    }
    if (!any)
      getOperation().emitError() << "expected a public function without arguments to run";
    if (!any || !allHold)
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
