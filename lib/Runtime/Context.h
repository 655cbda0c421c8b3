/*===- Context.h - what a context holds ------------------------------------===*/
#ifndef GRAPH_OPT_LIB_RUNTIME_CONTEXT_H
#define GRAPH_OPT_LIB_RUNTIME_CONTEXT_H
#include "graph-opt/Runtime.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#define GO_ARENA_SLOTS 16

typedef struct go_pool go_pool;

struct go_ctx {
  /* Compiled code reads these three by offset (lib/Execution/Jit/Wrapper.cpp). */
  const go_function *ready; /* the function, once every weight is set and prepared */
  const void **table;       /* weights, then packed weights */
  int64_t threads;          /* 1 and up */

  const go_function *function;
  go_options options;
  _Atomic(go_pool *) pool; /* started by the first loop that can use it */
  _Atomic(void *) arenas[GO_ARENA_SLOTS];
};
_Static_assert(offsetof(struct go_ctx, table) == 8 && offsetof(struct go_ctx, threads) == 16, "compiled code reads them there");

/* Pool.c: `threads` counts the caller. Null if there is no memory; threads that can't be started are done without. */
go_pool *go_pool_create(int32_t threads);
void go_pool_destroy(go_pool *pool);
int32_t go_pool_run(go_pool *pool, int32_t threads, go_loop_body body, void *data, int64_t n, int64_t grain);

#endif
