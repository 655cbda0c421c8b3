/* Prints the nanoseconds of a call into compiled MyModel, batch 1, on one thread: median over batches of calls. */
#include "mymodel.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  enum { BATCHES = 201, CALLS = 10000 };
  float x[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, y[2];
  int64_t in_sizes[] = {1, 10}, out_sizes[] = {1, 2};
  go_tensor in = {x, GO_F32, 2, in_sizes, NULL}, out = {y, GO_F32, 2, out_sizes, NULL};
  go_options options = {1, NULL, NULL, NULL};
  go_ctx *ctx;
  static double times[BATCHES];
  if (go_ctx_create(&mymodel_info, &options, &ctx))
    return 1;
  for (int batch = 0; batch < BATCHES; ++batch) {
    double start = now();
    for (int call = 0; call < CALLS; ++call) {
      int32_t status = mymodel(ctx, &in, &out);
      if (status) {
        fprintf(stderr, "%s\n", go_status_message(&mymodel_info, status));
        return 1;
      }
    }
    times[batch] = (now() - start) / CALLS;
  }
  go_ctx_destroy(ctx);
  qsort(times, BATCHES, sizeof(double), by_value);
  printf("%.1f\n", times[BATCHES / 2]);
  return 0;
}
