//===- graph-opt.cpp - runs passes on a file ------------------------------===//
#include "graph-opt/Plugin.h"
#include "graph-opt/Registration.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  graphopt::registerAllDialects(registry);
  graphopt::registerAllPasses();
  // Before MlirOptMain: it makes one option of each pass registered by then.
  if (llvm::Error error = graphopt::loadPlugins(argc, argv, registry)) {
    llvm::errs() << "graph-opt: error: " << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "graph-opt\n", registry));
}
