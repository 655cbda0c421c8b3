//===- Passes.td - from linalg to GPU kernels -----------------------------===//
include "mlir/Pass/PassBase.td"

def GpuTilePass : Pass<"graph-gpu-tile", "::mlir::func::FuncOp"> {
  let summary = "tile linalg ops to blocks and threads";
  let description = [{
    Each group of linalg ops becomes one `scf.forall` over blocks:
    - elementwise ops: one loop over all elements, a block takes 1024 and a thread 4 of them;
    - contractions with what follows them elementwise: a block takes 64 x 64 of the result, a thread 4 x 4, and walks along k;
    - reductions along the last axis with what uses them row by row (softmax, norms): a block of one warp takes a row.

    Every tile divides its axis, so that no bound depends on the block: an axis that no greater number divides gets tiles of 1.
    Refused, with an error: dynamic sizes, and reductions along other axes.

    Before:
    ```mlir
    %y = linalg.generic {...} ins(%a, %b : tensor<1024xf32>, tensor<1024xf32>) ...
    ```
    After: an `scf.forall` mapped to `#gpu.block<x>` that holds one mapped to `#gpu.thread<x>`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::gpu::GPUDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def GpuVectorizePass : Pass<"graph-gpu-vectorize", "::mlir::func::FuncOp"> {
  let summary = "turn the tiles of threads and warps into vectors";
  let description = [{
    Every linalg op inside a `scf.forall` becomes vector operations; accumulators of loops along k stay in registers, and contractions
    become outer products.

    Before: `linalg.matmul` on tensors of 4x8 and 8x4 in a loop. After: a loop that carries a `vector<4x4xf32>`.
  }];
  let dependentDialects = ["::mlir::vector::VectorDialect", "::mlir::scf::SCFDialect"];
}

def GpuLaunchPass : Pass<"graph-gpu-launch", "::mlir::func::FuncOp"> {
  let summary = "turn loops over blocks into gpu.launch";
  let description = [{
    An `scf.forall` mapped to blocks becomes a `gpu.launch` with as many blocks. Inside, each one mapped to threads becomes code for one
    thread, with a barrier after it; a body without threads is distributed over the 32 lanes of one warp, its reductions as shuffles.

    Before: `scf.forall (%i) in (4) {... scf.forall (%j) in (256) ...} {mapping = [#gpu.block<x>]}` on memrefs. After: `gpu.launch`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::vector::VectorDialect"];
}

def GpuDropTimingsPass : Pass<"graph-gpu-drop-timings", "::mlir::ModuleOp"> {
  let summary = "forget how long the kernels took to compile";
  let description = [{
    Upstream's gpu-module-to-binary notes in each `#gpu.object` the milliseconds that it took: the same program would give other text at
    each run. The properties whose names end in `TimeInMs` go.

    Before: `#gpu.object<..., properties = {LLVMIRToISATimeInMs = 14 : i64, O = 3 : i32}, ...>`. After: `properties = {O = 3 : i32}`.
  }];
  let dependentDialects = ["::mlir::gpu::GPUDialect"];
}
