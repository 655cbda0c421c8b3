#ifndef GRAPHOPT_PASSES_CPU
#define GRAPHOPT_PASSES_CPU
include "mlir/Pass/PassBase.td"

def CpuDestinationsPass : Pass<"graph-cpu-destinations", "::mlir::ModuleOp"> {
  let summary = "give every function memref arguments, and its results as memrefs that the caller brings";
  let description = [{
    The tensors of a public function's signature become memrefs with identity layout. Results become further arguments
    with the attribute `graph.result = i`, after all others; the first argument is the run-time context
    (`!llvm.ptr`, `graph.ctx`). Arguments stay readable only. Inside, everything is still tensors:

    before: `func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> { ... return %y }`

    after: `func.func @f(%ctx: !llvm.ptr {graph.ctx}, %x: memref<?xf32>, %out: memref<?xf32> {graph.result = 0 : i64})`, with
    `bufferization.to_tensor` at the entry and `bufferization.materialize_in_destination` at the end.

    Refuses functions of more than one block.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::memref::MemRefDialect", "::mlir::LLVM::LLVMDialect"];
}

def CpuVectorizePass : Pass<"graph-cpu-vectorize", "::mlir::func::FuncOp"> {
  let summary = "turn linalg ops on memrefs into scf loops over vectors";
  let description = [{
    Each linalg op (named ops are generalised first, `memref.copy` counts as one) becomes a loop nest with vectors along
    the dimension that moves most operands contiguously, a masked or scalar rest, and accumulators in registers.
    An op without such a dimension, or with a body that no vector op does, becomes scalar loops: nothing is refused.
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"host\"", "the CPU to generate code for (LLVM's name, or host)">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect", "::mlir::linalg::LinalgDialect"];
}

def CpuFuseElementwisePass : Pass<"graph-cpu-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "merge chains of elementwise linalg ops into one op";
  let description = [{
    Named linalg ops become generic ones (but fills), and an elementwise producer is merged into its consumer where no element is
    computed twice; a producer that only moves data (transposition, broadcast) is merged wherever it goes.

    before: `%1 = linalg.exp(%0)`, `%2 = linalg.mul(%1, %x)`

    after: one `linalg.generic` whose body computes `exp` and `mul`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect"];
}

def CpuOutlineShapesPass : Pass<"graph-cpu-outline-shapes", "::mlir::ModuleOp"> {
  let summary = "make functions that compute the sizes of results from the sizes of inputs";
  let description = [{
    For each public function `@f` with results of dynamic size, a function `@f_shapes {graph.sizes}`: its arguments are the
    dynamic sizes of the arguments of `@f`, in order, and its results the dynamic sizes of the results.

    before: `func.func @f(%x: tensor<?x4xf32>) -> tensor<?xf32>`

    after: in addition `func.func @f_shapes(%0: index) -> index`

    Refuses results whose size depends on data.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect"];
}

def CpuLowerMathPass : Pass<"graph-cpu-lower-math", "::mlir::func::FuncOp"> {
  let summary = "turn exp, log, tanh and erf of f32 into polynomials on vectors";
  let description = [{
    The approximations of MLIR, where they hold about 4 ulp for all arguments, NaN and infinities included. Other functions stay for
    libm. On a CPU without fused multiply-add `math.fma` becomes a product and a sum; without a bf16 instruction, rounding to
    bf16 becomes integer arithmetic.

    before: `math.exp %0 : vector<16xf32>`; after: `math.fma` and `arith` ops.
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"host\"", "the CPU to generate code for (LLVM's name, or host)">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::vector::VectorDialect"];
}

#endif
