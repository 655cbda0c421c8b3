/*===- Runtime.h - the C ABI of compiled code -------------------------------===*\
 *
 * A compiled model NAME is three C symbols:
 *   int32_t NAME(go_ctx *, const go_tensor *in, go_tensor *out)
 *   int32_t NAME_shapes(const go_tensor *in, go_tensor *out, int64_t *arena_bytes)
 *   const go_function NAME_info
 * A header that graph-compile writes declares them. They are the same whether the code was compiled ahead of time or just in time.
 *
 * A call:
 *   go_ctx *ctx;                                        once: binds weights, prepares packed copies of them
 *   if (go_ctx_create(&NAME_info, NULL, &ctx)) ...
 *   int64_t in_sizes[] = {10, 10}, out_sizes[2];
 *   go_tensor in = {x, GO_F32, 2, in_sizes, NULL};      each call
 *   go_tensor out = {y, GO_F32, 2, out_sizes, NULL};
 *   int32_t status = NAME_shapes(&in, &out, NULL);      only where sizes of results aren't known
 *   status = NAME(ctx, &in, &out);
 *   if (status) puts(go_status_message(&NAME_info, status));
 *
 * A result whose size depends on data (NAME_info.outputs[i].sizes has a GO_SIZE_FROM_DATA) has data NULL at the call, which allocates it
 * and sets `data` and `sizes`; then it is the caller's: go_ctx_free(ctx, out.data).
 *
 * Compiled code checks what it is given: a wrong dtype, rank or size, a missing tensor, a context of another function or without its
 * weights comes back as a status, and nothing is read or written out of bounds. What it can't check is that `data` points to as many
 * elements as the sizes say, and that results overlap nothing: that is the caller's part.
 *
 * One context may be used from many threads at once: each call takes an arena of its own from the context.
 *
\*===------------------------------------------------------------------------===*/
#ifndef GRAPH_OPT_RUNTIME_H
#define GRAPH_OPT_RUNTIME_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#define GO_API __attribute__((visibility("default")))
#else
#define GO_API
#endif

/** The version of the layouts in this header; go_function.abi_version says which one an object was compiled for. */
#define GO_ABI_VERSION 1
/** The largest rank of a tensor. */
#define GO_MAX_RANK 16

/** A size of a result that depends on data: only the call knows it. */
#define GO_SIZE_FROM_DATA (-2)

/** Element types. A GO_BOOL is a byte of 0 or 1. */
typedef enum go_dtype {
  GO_BOOL = 0,
  GO_I8 = 1,
  GO_I16 = 2,
  GO_I32 = 3,
  GO_I64 = 4,
  GO_U8 = 5,
  GO_U16 = 6,
  GO_U32 = 7,
  GO_U64 = 8,
  GO_F16 = 9,
  GO_BF16 = 10,
  GO_F32 = 11,
  GO_F64 = 12
} go_dtype;

/** A tensor, or a view of one: the caller owns everything that it points to. */
typedef struct go_tensor {
  void *data;             /**< the first element, aligned to the element's size; may be null where there are no elements */
  int32_t dtype;          /**< a go_dtype */
  int32_t rank;           /**< the number of sizes */
  int64_t *sizes;         /**< one for each dimension; null for rank 0 */
  const int64_t *strides; /**< null: row-major and contiguous. Else in elements; compiled code takes only values that mean row-major
                               and contiguous, and returns a status otherwise: copying is left to who knows whether it pays */
} go_tensor;

/** A status: 0, one of these, or the (positive) number of a message of the function. */
enum {
  GO_OK = 0,
  GO_ERROR_MEMORY = -1,   /**< the allocator returned null */
  GO_ERROR_CONTEXT = -2,  /**< the context is null, belongs to another function, or lacks weights */
  GO_ERROR_ARGUMENT = -3, /**< a null or senseless argument */
  GO_ERROR_WEIGHT = -4,   /**< no weight of that name, or of another dtype, rank or size, or misaligned */
  GO_ERROR_VERSION = -5   /**< the object was compiled for another version of this runtime */
};

typedef struct go_ctx go_ctx;

/** What is known of an input, a result or a weight when it is compiled. */
typedef struct go_value_info {
  const char *name;
  int32_t dtype;
  int32_t rank;
  const int64_t *sizes;    /**< -1: known at the call only; GO_SIZE_FROM_DATA: after it */
  const char *const *dims; /**< the names of sizes that have one, null for those that have none; null if no size has */
  const void *data;        /**< weights: the bytes, where the object carries them */
} go_value_info;

/** A compiled function. */
typedef struct go_function {
  uint32_t abi_version;
  int32_t input_count, output_count, weight_count, packed_count, message_count;
  const char *name;
  int32_t (*call)(go_ctx *, const go_tensor *in, go_tensor *out);
  /** Sets dtype, rank and sizes of each result (-1 for a size that depends on data); `sizes` must have room for the result's rank.
   *  `arena_bytes` may be null. */
  int32_t (*shapes)(const go_tensor *in, go_tensor *out, int64_t *arena_bytes);
  /** Computes what depends on weights only; go_ctx_prepare calls it. May be null. */
  int32_t (*prepare)(go_ctx *);
  const go_value_info *inputs, *outputs, *weights;
  const int64_t *packed_bytes;
  const char *const *messages; /**< of statuses 1, 2, ... */
  int64_t op_count;            /**< ops of the source that this code computes */
  int64_t arena_bytes;         /**< of one call; -1 if it depends on sizes or threads: ask `shapes` */
} go_function;

/** How a context gets memory and threads. Zero-initialise it for the defaults. */
typedef struct go_options {
  int32_t threads; /**< that one call may use, its caller's included; 0: as many as the process may run on */
  void *(*allocate)(void *user, int64_t bytes, int64_t alignment);
  void (*release)(void *user, void *memory);
  void *user;
  /** Code that was compiled to be profiled calls it at the start of a call, with step -1, and after each step, with the names of the
   *  ops in it, on the caller's thread. */
  void (*step)(void *user, int64_t step, const char *name);
} go_options;

/** Makes a context for `function`. Where the object carries its weights, the context is ready for calls; else set each one with
 *  go_ctx_set_weight and call go_ctx_prepare. `options` may be null. `*ctx` is null on failure. */
GO_API int32_t go_ctx_create(const go_function *function, const go_options *options, go_ctx **ctx);
/** Frees the context, its threads, its arenas and packed weights. No call may be running. */
GO_API void go_ctx_destroy(go_ctx *ctx);
/** Uses `weight` in place: its data must live as long as the context. No call may be running. */
GO_API int32_t go_ctx_set_weight(go_ctx *ctx, const char *name, const go_tensor *weight);
/** Checks that every weight is set and computes what depends on weights only. Call it again after a weight has changed. */
GO_API int32_t go_ctx_prepare(go_ctx *ctx);
/** Allocates arenas for `calls` concurrent calls ahead of time, so that calls that need no more allocate nothing. */
GO_API int32_t go_ctx_reserve(go_ctx *ctx, int64_t arena_bytes, int32_t calls);
/** A sentence for a status of `function` (which may be null); lives as long as the code. */
GO_API const char *go_status_message(const go_function *function, int32_t status);
/** The bytes of one element, 0 for what is no go_dtype. */
GO_API int64_t go_dtype_size(int32_t dtype);

/* What compiled code calls. */

/** A part of a loop: iterations begin to end - 1. Returns a status. No two parts of one loop that run at the same time have the same
 *  `worker`, which is less than the context's number of threads. */
typedef int32_t (*go_loop_body)(void *data, int64_t begin, int64_t end, int64_t worker);
/** Runs `body` over 0 to n - 1, split into parts of at least `grain` iterations that may run at the same time. Returns the status of
 *  the first part, in order, that failed. Nested calls and calls while another thread uses the context's threads run on the caller. */
GO_API int32_t go_parallel_for(go_ctx *ctx, go_loop_body body, void *data, int64_t n, int64_t grain);
/** Whether the strides of a tensor (not null) mean row-major and contiguous. */
GO_API int32_t go_tensor_is_contiguous(const go_tensor *tensor);
/** An arena of at least `bytes`, aligned to 64; null if there is no memory. */
GO_API void *go_arena_acquire(go_ctx *ctx, int64_t bytes);
/** Frees what was allocated with the arena, and keeps the arena for another call. */
GO_API void go_arena_release(go_ctx *ctx, void *arena);
/** Memory beside an arena, for sizes that only the data gives, aligned to 64; null if there is none. It lives until the arena's release. */
GO_API void *go_arena_allocate(go_ctx *ctx, void *arena, int64_t bytes);
/** Gives `out`, whose dtype and rank are set, a copy of `data` in memory of the context, and `sizes`. Returns a status. */
GO_API int32_t go_result_give(go_ctx *ctx, go_tensor *out, const void *data, const int64_t *sizes);
/** Frees what a result was given, and sets its data to null. */
GO_API void go_result_drop(go_ctx *ctx, go_tensor *out);
/** Tells who made the context that a step has been done; see go_options. */
GO_API void go_step(go_ctx *ctx, int64_t step, const char *name);
/** The context's allocator, aligned to 64 at least. */
GO_API void *go_ctx_allocate(go_ctx *ctx, int64_t bytes);
GO_API void go_ctx_free(go_ctx *ctx, void *memory);

#ifdef __cplusplus
}
#endif
#endif
