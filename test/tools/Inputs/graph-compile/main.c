/* Runs the compiled model beside plain loops, and calls it wrongly. With SET_WEIGHTS, the object has no weights. */
#include "model.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static float scale[3] = {1.0f, -2.0f, 0.5f}, shift[3] = {0.25f, 1.0f, -1.0f};

static float reference(const float *x) {
  float sum = 0;
  for (int i = 0; i < 3; ++i)
    sum += fmaxf(x[i] * scale[i] + shift[i], 0);
  return sum;
}

int main(void) {
  go_ctx *ctx;
  int32_t status = go_ctx_create(&model_info, NULL, &ctx);
#ifdef SET_WEIGHTS
  int64_t three[] = {3};
  go_tensor weights[] = {{scale, GO_F32, 1, three, NULL}, {shift, GO_F32, 1, three, NULL}};
  printf("without weights: %s\n", go_status_message(&model_info, model(ctx, NULL, NULL)));
  status = go_ctx_set_weight(ctx, "scale", &weights[0]);
  status = status ? status : go_ctx_set_weight(ctx, "shift", &weights[1]);
  status = status ? status : go_ctx_prepare(ctx);
#endif
  float x[100 * 3], y[100], largest = 0;
  for (int i = 0; i < 300; ++i)
    x[i] = (float)(i * 37 % 101) / 20 - 2.5f;
  for (int64_t batch = 1; !status && batch <= 100; batch += 33) {
    int64_t in_sizes[] = {batch, 3}, out_sizes[] = {-1}, arena = -1;
    go_tensor in = {x, GO_F32, 2, in_sizes, NULL}, out = {y, 0, 0, out_sizes, NULL};
    status = model_shapes(&in, &out, &arena);
    if (!status && (out_sizes[0] != batch || out.rank != 1 || out.dtype != GO_F32 || arena < 0))
      printf("wrong shapes\n");
    memset(y, 0, sizeof y);
    status = status ? status : model(ctx, &in, &out);
    for (int64_t b = 0; b < batch; ++b)
      largest = fmaxf(largest, fabsf(y[b] - reference(x + 3 * b)));
  }
  printf("status: %s, error below 1e-5: %s\n", go_status_message(&model_info, status), largest < 1e-5f ? "yes" : "no");

  int64_t wrong_sizes[] = {101, 3}, out_sizes[] = {101};
  go_tensor in = {x, GO_F32, 2, wrong_sizes, NULL}, out = {y, GO_F32, 1, out_sizes, NULL};
  printf("too many: %s\n", go_status_message(&model_info, model(ctx, &in, &out)));
  in.rank = 1;
  printf("wrong rank: %s\n", go_status_message(&model_info, model(ctx, &in, &out)));
  go_ctx_destroy(ctx);
  return status;
}
