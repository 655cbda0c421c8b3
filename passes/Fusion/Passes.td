//===- Passes.td - grouping ops into kernels ------------------------------===//
include "mlir/Pass/PassBase.td"

def GraphFusePass : Pass<"graph-fuse", "::mlir::func::FuncOp"> {
  let summary = "group ops into kernels, by what their interfaces say and by cost";
  let description = [{
    An op joins the fusion of its users where all of them lie in one, so that a fusion has one result, and no path leads out of it and back.
    Elementwise ops join elementwise, row-wise and reducing ones, and views (broadcast, transpose, slice) join what reads them; row-wise ops
    (softmax, norms) and matrix products join elementwise ops of their own shape. An op that would be computed again for each element it is
    stretched to joins where that costs less than `flops-per-byte` times the memory traffic that it saves. A fusion of one op is none.

    Before:
    ```mlir
    %0 = graph.exp %x : tensor<4xf32>
    %1 = graph.neg %0 : tensor<4xf32>
    ```
    After:
    ```mlir
    %1 = graph.fusion (%a = %x : tensor<4xf32>) {
      %2 = graph.exp %a : tensor<4xf32>
      %3 = graph.neg %2 : tensor<4xf32>
      graph.yield %3 : tensor<4xf32>
    }
    ```
    It refuses ops that say they stay alone (FusionKind::none), with regions, with several results, or with effects. Remarks of category
    `graph-fuse` tell what was fused, and for each op that ends a fusion why it did not join its users'.
  }];
  let options = [
    Option<"maxOps", "max-ops", "unsigned", "64", "the most ops in a fusion">,
    Option<"flopsPerByte", "flops-per-byte", "int64_t", "8", "arithmetic operations that a byte of memory traffic is worth">,
    Option<"dynamicSize", "dynamic-size", "int64_t", "64", "what a size counts that is not known">
  ];
  let statistics = [Statistic<"numFusions", "fusions", "fusions made">, Statistic<"numFused", "fused", "ops in them">];
  let dependentDialects = ["::graphopt::graph::GraphDialect"];
}
