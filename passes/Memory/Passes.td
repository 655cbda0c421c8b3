#ifndef GRAPHOPT_PASSES_MEMORY
#define GRAPHOPT_PASSES_MEMORY
include "mlir/Pass/PassBase.td"

def PlanMemoryPass : Pass<"graph-plan-memory", "::mlir::ModuleOp"> {
  let summary = "put all buffers of a function into one arena that the caller brings";
  let description = [{
    Every `memref.alloc` (and `memref.alloca`) of a function with a `graph.ctx` argument becomes a view into one new argument,
    `%arena: memref<?xi8> {graph.arena}`. Buffers that are never live together share bytes. Offsets are multiples of 64.

    before: `%0 = memref.alloc() : memref<16x16xf32>`

    after: `%0 = memref.view %arena[%c1024][] : memref<?xi8> to memref<16x16xf32>`

    Static buffers come first, placed by the best of several greedy orders. Buffers of dynamic size follow, in slots: buffers
    that are not live together share a slot, as large as the largest of them, computed when the function is entered.
    Buffers inside a `scf.parallel` exist once for each worker (`@go_worker`), at the end of the arena.
    A function `@f_arena` computes the size of the arena from the dynamic sizes of the arguments and the number of workers.

    A buffer whose size is known only in the middle of the function (it depends on data), or which is passed on from one
    iteration of a loop to the next, stays a `memref.alloc`, with a remark.

    The function gets `graph.arena = {bytes, lower_bound, buffers, worker_bytes, slots}`.
  }];
  let statistics = [Statistic<"buffers", "buffers", "buffers that were planned">,
                    Statistic<"arenaBytes", "arena-bytes", "bytes of the static parts of all arenas">,
                    Statistic<"lowerBoundBytes", "lower-bound-bytes", "bytes that no placement can do without">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect"];
}

#endif
