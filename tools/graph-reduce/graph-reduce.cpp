//===- graph-reduce.cpp - makes a failing input small ---------------------===//
#include "Driver/Tool.h"
#include "graph-opt/Plugin.h"
#include "graph-opt/Registration.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  graphopt::startTool(argc, argv);
  if (std::optional<int> code = graphopt::answerHelp(
          argc, argv,
          {"graph-reduce",
           "--reduction-tree='traversal-mode=0 test=SCRIPT' INPUT",
           "Makes INPUT smaller while SCRIPT goes on to call it interesting (exit status 1): mlir-reduce with our dialects and passes.",
           {}}))
    return *code;
  mlir::DialectRegistry registry;
  graphopt::registerAllDialects(registry);
  graphopt::registerAllPasses();
  if (llvm::Error error = graphopt::loadPlugins(argc, argv, registry))
    return graphopt::fail(std::move(error));
  mlir::MLIRContext context(registry);
  return graphopt::runUpstreamMain([&] { return mlir::mlirReduceMain(argc, argv, context); });
}
