//===- Passes.td - from loops on buffers to functions of the C ABI --------===//
#ifndef GRAPH_PASSES_EXECUTION
#define GRAPH_PASSES_EXECUTION

include "mlir/Pass/PassBase.td"

def ExpandReshapesPass : Pass<"graph-expand-reshapes", "::mlir::func::FuncOp"> {
  let summary = "make strides of reshapes that expand into several unknown sizes";
  let description = [{
    A `memref.expand_shape` with more than one dynamic size in a group becomes a `memref.reinterpret_cast` with the strides that follow
    from the sizes. Upstream's expand-strided-metadata, which comes next, has no form for these.

    ```mlir
    memref.expand_shape %x [[0, 1]] output_shape [%a, %b] : memref<?xf32> into memref<?x?xf32>
    // ->
    memref.reinterpret_cast %base to offset: [0], sizes: [%a, %b], strides: [%b, 1] : memref<f32> to memref<?x?xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def OutlineConstantsPass : Pass<"graph-outline-constants", "::mlir::ModuleOp"> {
  let summary = "make parameters of large constants";
  let description = [{
    Constant tensors of more than `max-bytes` become parameters of the module, equal ones the same; splats stay. Compiled code finds
    parameters through its context's table: its objects stay small, and what depends on them alone is computed once a context.

    ```mlir
    %c = graph.constant dense_resource<folded> : tensor<256x256xf32>
    // ->
    graph.parameter @constant : tensor<256x256xf32> = dense_resource<folded> : tensor<256x256xf32>
    %c = graph.get @constant : tensor<256x256xf32>
    ```
  }];
  let options = [Option<"maxBytes", "max-bytes", "int64_t", "1024", "the size of the largest constant that stays">];
  let dependentDialects = ["::graphopt::graph::GraphDialect"];
}

def OutlineParallelPass : Pass<"graph-outline-parallel", "::mlir::ModuleOp"> {
  let summary = "move the bodies of parallel loops into functions";
  let description = [{
    An outermost `scf.parallel` of one dimension with the attribute `graph.grain` becomes a call, marked `graph.parallel`, of a private
    function that runs the iterations from `begin` to `end`:

    ```mlir
    scf.parallel (%i) = (%c0) to (%n) step (%c1) { use(%i, %buffer) } {graph.grain = 8 : i64}
    // ->
    func.call @f_loop0(%zero, %iterations, %zero, %buffer) {graph.parallel = 8 : i64} : (index, index, index, memref<...>) -> ()
    func.func private @f_loop0(%begin: index, %end: index, %worker: index, %buffer: memref<...>) {
      scf.for %i = %begin to %end step %c1 { use(%i, %buffer) }
    ```

    The call as it stands runs all iterations, so the program means the same before `graph-lower-parallel-calls` and without threads.
    Calls of `@go_worker`, which stand for the number of the worker, become the argument `%worker`, and 0 outside of parallel loops.
    The attribute `graph.ctx` goes.
    Refuses loops with more dimensions or with reductions, and functions whose first argument is not the context (`graph.ctx`).
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::scf::SCFDialect"];
}

def ProfileStepsPass : Pass<"graph-profile-steps", "::mlir::ModuleOp"> {
  let summary = "call the runtime after each loop nest";
  let description = [{
    In each public function with a context (`graph.ctx`), a call of the runtime's `go_step` stands at the start, with step -1, and after
    each loop nest, call and copy of its body, and at its end where it ends in other code, with the step's number and a text that names the ops it came from, by their locations.
    Whoever made the context gets these by `go_options.step`, and can tell the time of each step.

    ```mlir
    scf.for %i = %c0 to %n step %c1 { use(%i, %buffer) }
    // ->
    scf.for %i = %c0 to %n step %c1 { use(%i, %buffer) }
    call @go_step(%ctx, %c7, %name) : (!llvm.ptr, i64, !llvm.ptr) -> ()
    ```
  }];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::LLVM::LLVMDialect"];
}

def ReturnStatusPass : Pass<"graph-return-status", "::mlir::ModuleOp"> {
  let summary = "let every function return a status, and asserts return early";
  let description = [{
    Every function with a body returns an `i32` more: 0, or the number of the assert that failed, counted from 1. Calls check it and
    return it at once. The messages are in the module's attribute `graph.messages`. Expects control flow as branches.

    ```mlir
    cf.assert %ok, "sizes must agree"
    return
    // ->
      cf.cond_br %ok, ^continue, ^fail(%c1)
    ^continue:
      return %c0
    ^fail(%status: i32):
      return %status
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect", "::mlir::func::FuncDialect",
                           "::mlir::ub::UBDialect"];
}

def LowerParallelCallsPass : Pass<"graph-lower-parallel-calls", "::mlir::ModuleOp"> {
  let summary = "turn calls marked graph.parallel into calls of the runtime";
  let description = [{
    In the LLVM dialect: the operands of a call marked `graph.parallel` that follow begin, end and worker go into a structure on the
    stack, and `go_parallel_for` of the runtime gets its address and that of a function that unpacks it:

    ```mlir
    %s = llvm.call @f_loop0(%zero, %n, %zero, %buffer) {graph.parallel = 8 : i64} : (i64, i64, i64, !llvm.ptr) -> i32
    // ->
    llvm.store %buffer, %captured
    %s = llvm.call @go_parallel_for(%ctx, @f_loop0_entry, %captured, %n, %grain) : (...) -> i32
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // GRAPH_PASSES_EXECUTION
