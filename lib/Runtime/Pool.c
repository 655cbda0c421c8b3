/*===- Pool.c - threads for loops --------------------------------------------===*\
 *
 * A loop is cut into parts, and whoever is free takes the next one: the caller, and workers that spin for a while after each loop and
 * then sleep on a futex. The caller takes parts too, so a loop ends even if no worker ever wakes (after a fork there are none).
 *
\*===------------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include "Context.h"
#include <linux/futex.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A worker that waits for longer than this, some 30 us, sleeps: waking costs 5 us, so spinning on would only heat the machine. */
enum { spins_before_sleep = 1000, spins_before_yield = 2000, max_parts = 1 << 15 };

struct go_worker {
  go_pool *pool;
  pthread_t thread;
  int32_t number; /* 1 and up: the caller is 0 */
};

struct go_pool {
  /* generation << 32 | parts << 16 | next part. One word, so that a part is only ever taken from the loop that it was counted for. */
  _Alignas(64) _Atomic uint64_t ticket;
  _Alignas(64) _Atomic uint32_t completed;
  /* part << 32 | status of the first part that failed */
  _Atomic uint64_t failure;
  /* The loop. Written before the ticket is, and left alone until every part has completed. */
  go_loop_body body;
  void *data;
  int64_t n, step;

  _Alignas(64) _Atomic uint32_t generation; /* the futex */
  _Atomic uint32_t sleepers;
  _Atomic int busy;
  _Atomic int stopping;
  int32_t workers;
  struct go_worker threads[];
};

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void run_part(go_pool *pool, uint32_t part, int64_t worker) {
  int64_t begin = part * pool->step;
  int64_t end = pool->n - begin < pool->step ? pool->n : begin + pool->step;
  int32_t status = pool->body(pool->data, begin, end, worker);
  if (status) {
    uint64_t mine = (uint64_t)part << 32 | (uint32_t)status;
    uint64_t seen = atomic_load(&pool->failure);
    while (mine >> 32 < seen >> 32 && !atomic_compare_exchange_weak(&pool->failure, &seen, mine))
      ;
  }
  atomic_fetch_add_explicit(&pool->completed, 1, memory_order_release);
}

/* Takes parts of the loop `generation` until there is none left. */
static void take_parts(go_pool *pool, uint32_t generation, int64_t worker) {
  uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
  while (ticket >> 32 == generation && (ticket & 0xffff) < (ticket >> 16 & 0xffff))
    if (atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket + 1, memory_order_acq_rel, memory_order_acquire)) {
      run_part(pool, ticket & 0xffff, worker);
      ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    }
}

static void *work(void *argument) {
  struct go_worker *self = argument;
  go_pool *pool = self->pool;
  uint32_t seen = 0;
  for (;;) {
    uint32_t now = atomic_load_explicit(&pool->generation, memory_order_acquire);
    for (int i = 0; now == seen && i < spins_before_sleep; ++i) {
      relax();
      now = atomic_load_explicit(&pool->generation, memory_order_acquire);
    }
    if (now == seen) {
      /* Who publishes a loop raises the generation first and looks for sleepers then; we do it the other way round. */
      atomic_fetch_add(&pool->sleepers, 1);
      if (atomic_load(&pool->generation) == seen)
        syscall(SYS_futex, &pool->generation, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
      atomic_fetch_sub(&pool->sleepers, 1);
      continue;
    }
    if (atomic_load(&pool->stopping))
      return NULL;
    seen = now;
    take_parts(pool, seen, self->number);
  }
}

static void publish(go_pool *pool, uint32_t generation, int32_t wanted) {
  atomic_store(&pool->generation, generation);
  if (atomic_load(&pool->sleepers))
    syscall(SYS_futex, &pool->generation, FUTEX_WAKE_PRIVATE, wanted, NULL, NULL, 0);
}

go_pool *go_pool_create(int32_t threads) {
  go_pool *pool = aligned_alloc(64, (sizeof(go_pool) + sizeof(struct go_worker) * (size_t)threads + 63) / 64 * 64);
  if (!pool)
    return NULL;
  atomic_init(&pool->ticket, 0);
  atomic_init(&pool->completed, 0);
  atomic_init(&pool->failure, 0);
  atomic_init(&pool->generation, 0);
  atomic_init(&pool->sleepers, 0);
  atomic_init(&pool->busy, 0);
  atomic_init(&pool->stopping, 0);
  pool->workers = 0;
  while (pool->workers < threads - 1) {
    struct go_worker *worker = &pool->threads[pool->workers];
    worker->pool = pool;
    worker->number = pool->workers + 1;
    if (pthread_create(&worker->thread, NULL, work, worker))
      break;
    ++pool->workers;
  }
  return pool;
}

void go_pool_destroy(go_pool *pool) {
  if (!pool)
    return;
  atomic_store(&pool->stopping, 1);
  publish(pool, atomic_load(&pool->generation) + 1, pool->workers);
  for (int32_t i = 0; i < pool->workers; ++i)
    pthread_join(pool->threads[i].thread, NULL);
  free(pool);
}

int32_t go_pool_run(go_pool *pool, int32_t threads, go_loop_body body, void *data, int64_t n, int64_t grain) {
  /* Four parts a thread even out what the machine does besides; a part has `grain` iterations at least. */
  int64_t parts = (n - 1) / grain + 1;
  int64_t limit = (int64_t)threads * 4 < max_parts ? (int64_t)threads * 4 : max_parts;
  parts = parts < limit ? parts : limit;
  int64_t step = (n - 1) / parts + 1;
  parts = (n - 1) / step + 1;
  int idle = 0;
  if (parts < 2 || !atomic_compare_exchange_strong_explicit(&pool->busy, &idle, 1, memory_order_acquire, memory_order_relaxed))
    return body(data, 0, n, 0);

  pool->body = body;
  pool->data = data;
  pool->n = n;
  pool->step = step;
  atomic_store_explicit(&pool->completed, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->failure, UINT64_MAX, memory_order_relaxed);
  uint32_t generation = atomic_load_explicit(&pool->generation, memory_order_relaxed) + 1;
  atomic_store_explicit(&pool->ticket, (uint64_t)generation << 32 | (uint64_t)parts << 16, memory_order_release);
  publish(pool, generation, (int32_t)parts - 1 < pool->workers ? (int32_t)parts - 1 : pool->workers);
  take_parts(pool, generation, 0);
  for (int i = 0; atomic_load_explicit(&pool->completed, memory_order_acquire) != parts; ++i) {
    if (i < spins_before_yield)
      relax();
    else
      sched_yield();
  }
  uint64_t failure = atomic_load_explicit(&pool->failure, memory_order_relaxed);
  atomic_store_explicit(&pool->busy, 0, memory_order_release);
  return failure == UINT64_MAX ? GO_OK : (int32_t)(uint32_t)failure;
}
