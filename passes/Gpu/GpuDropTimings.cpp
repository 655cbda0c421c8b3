//===- GpuDropTimings.cpp - the same kernels give the same text -----------===//
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_GPUDROPTIMINGSPASS
#include "graph-opt/Passes/Gpu.h.inc"
namespace {

struct GpuDropTimingsPass final : impl::GpuDropTimingsPassBase<GpuDropTimingsPass> {
  void runOnOperation() override {
    getOperation().walk([](gpu::BinaryOp binary) {
      SmallVector<Attribute> objects;
      for (Attribute attribute : binary.getObjects()) {
        auto object = cast<gpu::ObjectAttr>(attribute);
        DictionaryAttr properties = object.getProperties();
        if (properties) {
          auto kept =
              llvm::make_filter_range(properties, [](NamedAttribute named) { return !named.getName().strref().ends_with("TimeInMs"); });
          properties = DictionaryAttr::get(binary.getContext(), llvm::to_vector(kept));
        }
        objects.push_back(gpu::ObjectAttr::get(binary.getContext(), object.getTarget(), object.getFormat(), object.getObject(), properties,
                                               object.getKernels()));
      }
      binary.setObjectsAttr(ArrayAttr::get(binary.getContext(), objects));
    });
  }
};

} // namespace
} // namespace graphopt
