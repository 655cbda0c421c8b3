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

    A result with a size that depends on data (`graph.from_data`, see graph-cpu-outline-shapes) stays a result, as a memref with identity
    layout that lies wherever it was built: the caller copies it before the arena goes.

    Refuses functions of more than one block, and calls: the inliner leaves recursive ones only.
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
    computed twice; a producer that only moves data (transposition, broadcast) is merged wherever it goes. An op that iterates over
    nothing gives way to its destination.

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

    A size that depends on data is -1 there, and the result of `@f` says which of its sizes those are: `graph.from_data = array<i64: 0>`.
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

def CpuChannelsLastPass : Pass<"graph-cpu-channels-last", "::mlir::func::FuncOp"> {
  let summary = "make channels the innermost axis of products over windows";
  let description = [{
    A product whose result has the columns of its weights somewhere inside, as a convolution of `[batch, channels, space...]` has, gets
    them as its last axis, so that the weights lie in panels and rows of the image are rows of a matrix; a product that keeps its channels
    apart gets the channels last in both operands. Transpositions go around it, and sink through elementwise ops, windows, slices and paddings
    until they meet the next one and cancel. Products whose weights are computed from inputs stay as they are, but for windows.

    before: `(n, f, y, x) += (n, c, y + i, x + j) * (f, c, i, j)`

    after: `linalg.transpose`, `(n, y, x, f) += (n, y + i, x + j, c) * (f, c, i, j)`, `linalg.transpose`
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def CpuPackMatmulPass : Pass<"graph-cpu-pack-matmul", "::mlir::func::FuncOp"> {
  let summary = "bring the right-hand sides of matrix products into panels of columns";
  let description = [{
    A product's B becomes `[..., N / p, K, p]`, where p is the width of the CPU's register tile, with zeros behind the last
    column. It is packed when it depends on weights alone (`graph-hoist-weight-computations` then does it once), or when its
    columns are not neighbours in memory and there are rows enough to share the cost.

    before: B as `(m, n, k) -> (n, k)`

    after: a copy of B, and `(m, n, k) -> (n floordiv 32, k, n mod 32)`
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"host\"", "the CPU to generate code for (LLVM's name, or host)">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def HoistWeightComputationsPass : Pass<"graph-hoist-weight-computations", "::mlir::ModuleOp"> {
  let summary = "compute what depends on weights alone in a function of its own";
  let description = [{
    Tensors that a public function computes from arguments with `graph.weight` and from constants, and nothing else, are results
    of a new function `@f_prepare`, which is run once for each set of weights. `@f` takes them as further arguments with
    the attribute `graph.prepared = i`, for result i. Views of weights stay where they are.

    before: `func.func @f(%x: ..., %w: ... {graph.weight = "w"})` with a transposition of `%w`

    after: `func.func @f(%x, %w, %t {graph.prepared = 0 : i64})` and `func.func @f_prepare(%w {graph.weight = "w"}) -> %t`
  }];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::tensor::TensorDialect"];
}

def CpuTileGroupsPass : Pass<"graph-cpu-tile-groups", "::mlir::func::FuncOp"> {
  let summary = "put groups of linalg ops on tensors into scf.forall loops over tiles";
  let description = [{
    Three kinds of groups, each a loop: a matrix product with the elementwise op that takes its result, by blocks of rows;
    an op with the reductions of its rows and all that they share (softmax, layer norm), by single rows; a large
    op alone, in pieces. Reductions are never split, so that results do not depend on tiles or threads.
    What is in no group stays as it is, and so does an op that iterates over nothing.

    before: `linalg.generic` max, exp, sum, divide on `tensor<128x512xf32>`

    after: `scf.forall (%i) in (128)` with the four on `tensor<1x512xf32>`
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"host\"", "the CPU to generate code for (LLVM's name, or host)">,
                 Option<"splitLoneOps", "split-lone-ops", "bool", "true", "cut large ops that are in no group into pieces for threads">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def CpuReuseBuffersPass : Pass<"graph-cpu-reuse-buffers", "::mlir::func::FuncOp"> {
  let summary = "let elementwise ops write where their dying operand was";
  let description = [{
    The destination of an elementwise op becomes an operand that is not used later. If its destination was a slice of a loop's
    result, the op before it gets that: the whole chain then works in the result.

    before: `%e = exp outs(%empty)`, `%y = divide ins(%e, %s) outs(%slice)`

    after: `%e = exp outs(%slice)`, `%y = divide ins(%e, %s) outs(%e)`
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def CpuLowerForallPass : Pass<"graph-cpu-lower-forall", "::mlir::func::FuncOp"> {
  let summary = "turn scf.forall on memrefs into one-dimensional loops";
  let description = [{
    A loop with at least two tasks of 20 microseconds becomes `scf.parallel` with `graph.grain`, the least number of iterations of
    a task; any other becomes `scf.for`.
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"host\"", "the CPU to generate code for (LLVM's name, or host)">,
                 Option<"threads", "threads", "bool", "true", "make scf.parallel where it is worthwhile">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

def CpuPromoteScalarsPass : Pass<"graph-cpu-promote-scalars", "::mlir::func::FuncOp"> {
  let summary = "keep buffers of one element in registers";
  let description = [{
    A `memref.alloc` of one element whose loads and stores stand in one block disappears: the maximum and the sum of a row become SSA values.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect", "::mlir::ub::UBDialect"];
}

def CpuCarryInPlacePass : Pass<"graph-cpu-carry-in-place", "::mlir::func::FuncOp"> {
  let summary = "let tensors that loops carry keep one buffer";
  let description = [{
    The next value of a tensor that `scf.for` or `scf.while` carries is written into its present one
    (`bufferization.materialize_in_destination`), so that no buffer is made anew in each iteration and kept for the next. A carried tensor
    of dynamic size must keep its size: `cf.assert` watches it. An iteration of `scf.forall` reads the shared output as it was before
    the loop, but for the part that it writes itself.

    before: `scf.yield %next`

    after: `%0 = bufferization.materialize_in_destination %next in %carried`, `scf.yield %0`
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect", "::mlir::cf::ControlFlowDialect",
                           "::mlir::tensor::TensorDialect"];
}

def CpuOutlineKernelsPass : Pass<"graph-cpu-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "make one function of matrix products that are alike";
  let description = [{
    A matrix product on memrefs, with the fill before it, becomes a private function; products with the same types and maps share it.
    The layers of a model then have their register tiles once, and compile in a fraction of the time.

    before: `linalg.fill`, `linalg.generic` (a product)

    after: `call @kernel(%a, %b, %c)`
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

#endif
