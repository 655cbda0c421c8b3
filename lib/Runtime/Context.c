/*===- Context.c - contexts: weights, memory, threads -----------------------===*/
#define _GNU_SOURCE
#include "Context.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { memory_alignment = 64 };

static void *default_allocate(void *user, int64_t bytes, int64_t alignment) {
  (void)user;
  return aligned_alloc((size_t)alignment, ((size_t)bytes + (size_t)alignment - 1) & ~((size_t)alignment - 1));
}

static void default_release(void *user, void *memory) {
  (void)user;
  free(memory);
}

static int32_t usable_threads(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set))
    return 1;
  return CPU_COUNT(&set);
}

void *go_ctx_allocate(go_ctx *ctx, int64_t bytes) {
  if (bytes < 0 || bytes > INT64_MAX / 2)
    return NULL;
  return ctx->options.allocate(ctx->options.user, bytes ? bytes : 1, memory_alignment);
}

void go_ctx_free(go_ctx *ctx, void *memory) {
  if (memory)
    ctx->options.release(ctx->options.user, memory);
}

/* What precedes an arena, and each block beside it, in a cache line of its own so that they stay aligned. */
struct header {
  int64_t capacity;
  struct header *beside; /* the blocks to free at the arena's release */
};
_Static_assert(sizeof(struct header) <= memory_alignment, "it takes one line");
static struct header *header_of(void *arena) { return (struct header *)((char *)arena - memory_alignment); }

static void *allocate_arena(go_ctx *ctx, int64_t bytes) {
  if (bytes > INT64_MAX / 2)
    return NULL;
  char *memory = go_ctx_allocate(ctx, bytes + memory_alignment);
  if (!memory)
    return NULL;
  struct header *header = (struct header *)memory;
  header->capacity = bytes;
  header->beside = NULL;
  return memory + memory_alignment;
}

static void free_arena(go_ctx *ctx, void *arena) {
  if (arena)
    go_ctx_free(ctx, header_of(arena));
}

void *go_arena_acquire(go_ctx *ctx, int64_t bytes) {
  if (bytes < 0)
    return NULL;
  for (int i = 0; i < GO_ARENA_SLOTS; ++i) {
    void *arena = atomic_exchange_explicit(&ctx->arenas[i], NULL, memory_order_acquire);
    if (!arena)
      continue;
    if (header_of(arena)->capacity >= bytes)
      return arena;
    free_arena(ctx, arena);
    break;
  }
  return allocate_arena(ctx, bytes);
}

void *go_arena_allocate(go_ctx *ctx, void *arena, int64_t bytes) {
  void *block = bytes < 0 ? NULL : allocate_arena(ctx, bytes);
  if (block) {
    header_of(block)->beside = header_of(arena)->beside;
    header_of(arena)->beside = header_of(block);
  }
  return block;
}

void go_arena_release(go_ctx *ctx, void *arena) {
  struct header *header = header_of(arena);
  while (header->beside) {
    struct header *block = header->beside;
    header->beside = block->beside;
    go_ctx_free(ctx, block);
  }
  for (int i = 0; i < GO_ARENA_SLOTS; ++i) {
    void *empty = NULL;
    if (atomic_compare_exchange_strong_explicit(&ctx->arenas[i], &empty, arena, memory_order_release, memory_order_relaxed))
      return;
  }
  free_arena(ctx, arena);
}

int32_t go_ctx_reserve(go_ctx *ctx, int64_t arena_bytes, int32_t calls) {
  if (!ctx || arena_bytes < 0 || calls < 0 || calls > GO_ARENA_SLOTS)
    return GO_ERROR_ARGUMENT;
  void *arenas[GO_ARENA_SLOTS];
  int32_t status = GO_OK;
  for (int32_t i = 0; i < calls; ++i)
    if (!(arenas[i] = go_arena_acquire(ctx, arena_bytes))) {
      calls = i;
      status = GO_ERROR_MEMORY;
    }
  for (int32_t i = 0; i < calls; ++i)
    go_arena_release(ctx, arenas[i]);
  return status;
}

int32_t go_parallel_for(go_ctx *ctx, go_loop_body body, void *data, int64_t n, int64_t grain) {
  if (n <= 0)
    return GO_OK;
  if (grain < 1)
    grain = 1;
  if (ctx->threads < 2 || n <= grain)
    return body(data, 0, n, 0);
  go_pool *pool = atomic_load_explicit(&ctx->pool, memory_order_acquire);
  if (!pool) {
    go_pool *created = go_pool_create((int32_t)ctx->threads);
    if (!created)
      return body(data, 0, n, 0);
    if (atomic_compare_exchange_strong(&ctx->pool, &pool, created))
      pool = created;
    else
      go_pool_destroy(created);
  }
  return go_pool_run(pool, (int32_t)ctx->threads, body, data, n, grain);
}

int32_t go_result_give(go_ctx *ctx, go_tensor *out, const void *data, const int64_t *sizes) {
  int64_t bytes = go_dtype_size(out->dtype);
  for (int32_t d = 0; d < out->rank; ++d)
    if (sizes[d] < 0 || __builtin_mul_overflow(bytes, sizes[d], &bytes))
      return GO_ERROR_MEMORY;
  out->data = go_ctx_allocate(ctx, bytes);
  if (!out->data)
    return GO_ERROR_MEMORY;
  if (bytes)
    memcpy(out->data, data, (size_t)bytes);
  for (int32_t d = 0; d < out->rank; ++d)
    out->sizes[d] = sizes[d];
  return GO_OK;
}

void go_result_drop(go_ctx *ctx, go_tensor *out) {
  go_ctx_free(ctx, out->data);
  out->data = NULL;
}

void go_step(go_ctx *ctx, int64_t step, const char *name) {
  if (ctx->options.step)
    ctx->options.step(ctx->options.user, step, name);
}

void go_ctx_destroy(go_ctx *ctx) {
  if (!ctx)
    return;
  go_pool_destroy(atomic_load(&ctx->pool));
  for (int i = 0; i < GO_ARENA_SLOTS; ++i)
    free_arena(ctx, atomic_load(&ctx->arenas[i]));
  if (ctx->table)
    for (int32_t i = 0; i < ctx->function->packed_count; ++i)
      go_ctx_free(ctx, (void *)ctx->table[ctx->function->weight_count + i]);
  free(ctx->table);
  free(ctx);
}

int32_t go_ctx_create(const go_function *function, const go_options *options, go_ctx **result) {
  if (!result)
    return GO_ERROR_ARGUMENT;
  *result = NULL;
  if (!function || (options && (options->threads < 0 || !options->allocate != !options->release)))
    return GO_ERROR_ARGUMENT;
  if (function->abi_version != GO_ABI_VERSION)
    return GO_ERROR_VERSION;
  go_ctx *ctx = calloc(1, sizeof *ctx);
  if (!ctx)
    return GO_ERROR_MEMORY;
  ctx->function = function;
  if (options)
    ctx->options = *options;
  ctx->threads = ctx->options.threads ? ctx->options.threads : usable_threads();
  if (!ctx->options.allocate) {
    ctx->options.allocate = default_allocate;
    ctx->options.release = default_release;
  }
  ctx->table = calloc((size_t)function->weight_count + (size_t)function->packed_count + 1, sizeof *ctx->table);
  int32_t status = ctx->table ? GO_OK : GO_ERROR_MEMORY;
  int carried = 1;
  for (int32_t i = 0; !status && i < function->weight_count; ++i) {
    ctx->table[i] = function->weights[i].data;
    carried &= ctx->table[i] != NULL;
  }
  if (!status && carried)
    status = go_ctx_prepare(ctx);
  if (status) {
    go_ctx_destroy(ctx);
    return status;
  }
  *result = ctx;
  return GO_OK;
}

int32_t go_ctx_set_weight(go_ctx *ctx, const char *name, const go_tensor *weight) {
  if (!ctx || !name || !weight || weight->strides)
    return GO_ERROR_ARGUMENT;
  for (int32_t i = 0; i < ctx->function->weight_count; ++i) {
    const go_value_info *info = &ctx->function->weights[i];
    if (strcmp(info->name, name))
      continue;
    int64_t elements = 1;
    if (weight->dtype != info->dtype || weight->rank != info->rank)
      return GO_ERROR_WEIGHT;
    for (int32_t d = 0; d < info->rank; ++d) {
      if (weight->sizes[d] != info->sizes[d])
        return GO_ERROR_WEIGHT;
      elements *= info->sizes[d];
    }
    if ((uintptr_t)weight->data % (uintptr_t)go_dtype_size(info->dtype) || (elements && !weight->data))
      return GO_ERROR_WEIGHT;
    ctx->ready = NULL;
    /* Null means not set. */
    ctx->table[i] = weight->data ? weight->data : (const void *)ctx;
    return GO_OK;
  }
  return GO_ERROR_WEIGHT;
}

int32_t go_ctx_prepare(go_ctx *ctx) {
  if (!ctx)
    return GO_ERROR_CONTEXT;
  const go_function *function = ctx->function;
  ctx->ready = NULL;
  for (int32_t i = 0; i < function->weight_count; ++i)
    if (!ctx->table[i])
      return GO_ERROR_WEIGHT;
  for (int32_t i = 0; i < function->packed_count; ++i) {
    const void **packed = &ctx->table[function->weight_count + i];
    if (!*packed && !(*packed = go_ctx_allocate(ctx, function->packed_bytes[i])))
      return GO_ERROR_MEMORY;
  }
  int32_t status = function->prepare ? function->prepare(ctx) : GO_OK;
  if (!status)
    ctx->ready = function;
  return status;
}

int32_t go_tensor_is_contiguous(const go_tensor *tensor) {
  uint64_t expected = 1; /* wraps around rather than overflow: sizes may be anything here */
  for (int32_t d = 0; d < tensor->rank; ++d)
    if (!tensor->sizes[d])
      return 1;
  for (int32_t d = tensor->rank - 1; d >= 0; --d) {
    if (tensor->sizes[d] != 1 && (uint64_t)tensor->strides[d] != expected)
      return 0;
    expected *= (uint64_t)tensor->sizes[d];
  }
  return 1;
}

int64_t go_dtype_size(int32_t dtype) {
  static const int8_t sizes[] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8};
  return dtype >= GO_BOOL && dtype <= GO_F64 ? sizes[dtype] : 0;
}

const char *go_status_message(const go_function *function, int32_t status) {
  if (status > 0)
    return function && status <= function->message_count ? function->messages[status - 1] : "unknown status";
  switch (status) {
  case GO_OK:
    return "ok";
  case GO_ERROR_MEMORY:
    return "out of memory";
  case GO_ERROR_CONTEXT:
    return "expected a context of this function with all its weights set and prepared";
  case GO_ERROR_ARGUMENT:
    return "expected arguments that are not null and make sense";
  case GO_ERROR_WEIGHT:
    return "expected each weight to be set, by its name, with its dtype and sizes, contiguous and aligned";
  case GO_ERROR_VERSION:
    return "the code was compiled for another version of the graph-opt runtime";
  default:
    return "unknown status";
  }
}
