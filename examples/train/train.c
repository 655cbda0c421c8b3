/* Trains a model of 10 features and 2 classes by the step that run.sh compiles: train DATA START STEPS, where DATA has x.npy and
 * target.npy, 10 rows for each step, and START the first values of the parameters. Prints the loss of each step. */
#include "step.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 10, FEATURES = 10, HIDDEN = 5, CLASSES = 2, PARAMETERS = 4, FIRST = 3 /* input that is a parameter */ };

/* Opens a file of numpy's, version 1, at its first number: 10 bytes, two of them the size of the rest of the header. */
static FILE *open_npy(const char *folder, const char *name) {
  char path[4096];
  unsigned char start[10];
  snprintf(path, sizeof path, "%s/%s.npy", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file || fread(start, 1, 10, file) != 10 || start[6] != 1 || fseek(file, start[8] + 256L * start[9], SEEK_CUR) != 0) {
    fprintf(stderr, "%s: expected a version 1 .npy file\n", path);
    exit(1);
  }
  return file;
}

static void fill(void *to, size_t bytes, FILE *file) {
  if (fread(to, 1, bytes, file) != bytes) {
    fprintf(stderr, "expected %zu more bytes of numbers\n", bytes);
    exit(1);
  }
}

int main(int argc, char **argv) {
  if (argc != 4)
    return fprintf(stderr, "usage: %s DATA START STEPS\n", argv[0]), 2;
  static float x[BATCH * FEATURES], loss[1], values[2][PARAMETERS][HIDDEN * FEATURES];
  static int64_t target[BATCH];
  double lr = 0.01;
  int64_t x_sizes[] = {BATCH, FEATURES}, target_sizes[] = {BATCH};
  int64_t sizes[PARAMETERS][2] = {{HIDDEN, FEATURES}, {HIDDEN}, {CLASSES, HIDDEN}, {CLASSES}};
  const char *names[] = {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"};
  go_tensor in[FIRST + PARAMETERS] = {{x, GO_F32, 2, x_sizes, 0}, {target, GO_I64, 1, target_sizes, 0}, {&lr, GO_F64, 0, 0, 0}};
  go_tensor out[1 + PARAMETERS] = {{loss, GO_F32, 0, 0, 0}};
  for (int i = 0; i < PARAMETERS; ++i) {
    int rank = i % 2 == 0 ? 2 : 1;
    size_t bytes = sizeof(float) * (size_t)sizes[i][0] * (rank == 2 ? (size_t)sizes[i][1] : 1);
    FILE *file = open_npy(argv[2], names[i]);
    fill(values[0][i], bytes, file);
    fclose(file);
    in[FIRST + i] = (go_tensor){values[0][i], GO_F32, rank, sizes[i], 0};
    out[1 + i] = (go_tensor){values[1][i], GO_F32, rank, sizes[i], 0};
  }

  go_ctx *ctx;
  int32_t status = go_ctx_create(&step_info, 0, &ctx);
  FILE *rows = open_npy(argv[1], "x"), *classes = open_npy(argv[1], "target");
  for (long i = 0, steps = atol(argv[3]); !status && i < steps; ++i) {
    fill(x, sizeof x, rows);
    fill(target, sizeof target, classes);
    status = step(ctx, in, out);
    printf("%.9g\n", loss[0]);
    for (int j = 0; j < PARAMETERS; ++j) { /* what this step wrote, the next one reads */
      void *written = out[1 + j].data;
      out[1 + j].data = in[FIRST + j].data;
      in[FIRST + j].data = written;
    }
  }
  if (status)
    fprintf(stderr, "%s\n", go_status_message(&step_info, status));
  fclose(rows);
  fclose(classes);
  go_ctx_destroy(ctx);
  return status != 0;
}
