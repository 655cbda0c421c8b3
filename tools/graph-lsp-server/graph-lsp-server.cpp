//===- graph-lsp-server.cpp - editors talk to our dialects ----------------===//
#include "Driver/Tool.h"
#include "graph-opt/Plugin.h"
#include "graph-opt/Registration.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  graphopt::startTool(argc, argv);
  if (std::optional<int> code = graphopt::answerHelp(
          argc, argv,
          {"graph-lsp-server",
           "[options]",
           "Answers editors over stdin and stdout, in the language server protocol, about MLIR text with our dialects.",
           {}}))
    return *code;
  mlir::DialectRegistry registry;
  graphopt::registerAllDialects(registry);
  if (llvm::Error error = graphopt::loadPlugins(argc, argv, registry))
    return graphopt::fail(std::move(error));
  return graphopt::runUpstreamMain([&] { return mlir::MlirLspServerMain(argc, argv, registry); });
}
