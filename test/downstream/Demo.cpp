#include "graph-opt/Dialect/Graph/GraphOps.h"
#include "graph-opt/Dialect/Graph/ScalarBuilder.h"
#include "graph-opt/Plugin.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Pass/Pass.h"
using namespace mlir;
#include "Demo-dialect.h.inc"
#include "Demo-op-interface.h.inc"
#define GET_OP_CLASSES
#include "Demo-op.h.inc"
namespace demo {
#define GEN_PASS_REGISTRATION
#define GEN_PASS_DECL
#define GEN_PASS_DEF_DEMOENERGYPASS
#include "Demo-pass.h.inc"
} // namespace demo
#include "Demo-dialect.cpp.inc"
#include "Demo-op-interface.cpp.inc"
#define GET_OP_CLASSES
#include "Demo-op.cpp.inc"

void demo::DemoDialect::initialize() { addOperations<demo::CubeOp>(); }

// graph-opt's interface on our op: its passes lower it without knowing it.
Value demo::CubeOp::buildScalar(graphopt::ScalarBuilder &s, ValueRange x) { return s.mul(x[0], s.mul(x[0], x[0])); }

namespace {
// Our interface on graph-opt's op.
struct AddEnergy : demo::EnergyOpInterface::ExternalModel<AddEnergy, graphopt::graph::AddOp> {
  int64_t getEnergy(Operation *) const { return 1; }
};

struct DemoEnergyPass : demo::impl::DemoEnergyPassBase<DemoEnergyPass> {
  using DemoEnergyPassBase::DemoEnergyPassBase;
  void runOnOperation() override {
    getOperation()->walk([&](Operation *op) {
      Builder b(op);
      if (auto energy = dyn_cast<demo::EnergyOpInterface>(op))
        op->setAttr("demo.energy", b.getI64IntegerAttr(scale * energy.getEnergy()));
      // A class of graph-opt's, a trait of MLIR's and an interface of graph-opt's, each asked for on this side.
      if (isa<graphopt::graph::AddOp>(op) && op->hasTrait<OpTrait::IsCommutative>())
        op->setAttr("demo.is_add", b.getUnitAttr());
      if (isa<graphopt::ScalarBodyOpInterface>(op) && !isa<graphopt::GradientOpInterface>(op))
        op->setAttr("demo.no_gradient", b.getUnitAttr());
    });
  }
};
} // namespace

GRAPHOPT_PLUGIN(registry) {
  registry.insert<demo::DemoDialect>();
  registry.addExtension(
      +[](MLIRContext *context, graphopt::graph::GraphDialect *) { graphopt::graph::AddOp::attachInterface<AddEnergy>(*context); });
  demo::registerDemoPasses();
}
