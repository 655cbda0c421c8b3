//===- Registration.cpp ---------------------------------------------------===//
#include "graph-opt/Registration.h"
#include "Interpreter/Models/Models.h"
#include "graph-opt/Dialect/Check/Check.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/CpuPipeline.h"
#include "graph-opt/Passes/GpuPipeline.h"
#include "graph-opt/Passes/LlvmPipeline.h"
#include "graph-opt/Passes/Passes.h"
#include "graph-opt/Passes/Pipelines.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"

namespace graphopt {
namespace {
#include "graph-opt/Passes/PassRegistrations.inc"
} // namespace
} // namespace graphopt

void graphopt::registerPasses() {
  [[maybe_unused]] static const bool once = [] {
#define GRAPH_PASS_GROUP(group) register##group##Passes();
#include "graph-opt/Passes/PassGroups.inc"
#undef GRAPH_PASS_GROUP
    registerLlvmPipeline();
    registerCpuPipeline();
    registerGpuPipeline();
    registerPipelines();
    return true;
  }();
}

void graphopt::registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry); // GPU modules become PTX inside a pass
  registry.insert<check::CheckDialect, graph::GraphDialect>();
  registerInterpreterModels(registry);
}

void graphopt::registerAllPasses() {
  mlir::registerAllPasses();
  registerPasses();
}
