/* Calls a model that was compiled ahead of time, with nothing but its header and the runtime:
 *   call-model THREADS CALLS RESULTS [WEIGHTS INDEX]
 * CALLS holds each call's inputs one after another: a tensor's sizes as int64_t, then its elements. Results are written likewise. Where the
 * object has no weights, they lie in WEIGHTS, at offsets that INDEX lists as "offset name". MODEL is the function, HEADER its header. */
#define _POSIX_C_SOURCE 200809L
#include HEADER
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define INFO JOIN(MODEL, _info)
#define SHAPES JOIN(MODEL, _shapes)

static void check(int32_t status, const char *what) {
  if (!status)
    return;
  fprintf(stderr, "%s: %s\n", what, go_status_message(&INFO, status));
  exit(1);
}

static void require(int holds, const char *what) {
  if (holds)
    return;
  fprintf(stderr, "expected %s\n", what);
  exit(1);
}

static int64_t bytes_of(const go_tensor *tensor) {
  int64_t bytes = go_dtype_size(tensor->dtype);
  for (int32_t i = 0; i < tensor->rank; ++i)
    bytes *= tensor->sizes[i];
  return bytes;
}

/* False at the end of the file. */
static int read_tensor(FILE *file, const go_value_info *info, go_tensor *tensor) {
  tensor->dtype = info->dtype;
  tensor->rank = info->rank;
  tensor->strides = NULL;
  tensor->sizes = malloc(GO_MAX_RANK * sizeof(int64_t));
  if (fread(tensor->sizes, sizeof(int64_t), (size_t)info->rank, file) != (size_t)info->rank || (info->rank == 0 && feof(file)))
    return 0;
  size_t bytes = (size_t)bytes_of(tensor);
  tensor->data = malloc(bytes + 1);
  require(fread(tensor->data, 1, bytes, file) == bytes, "the elements of an input");
  return 1;
}

static void set_weights(go_ctx *ctx, const char *path, const char *index) {
  int file = open(path, O_RDONLY);
  struct stat status;
  require(file >= 0 && fstat(file, &status) == 0, "a file of weights");
  char *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0), name[512];
  require(data != MAP_FAILED, "to map the weights");
  FILE *lines = fopen(index, "r");
  require(lines != NULL, "an index of the weights");
  long long offset;
  while (fscanf(lines, "%lld %511s", &offset, name) == 2)
    for (int32_t i = 0; i < INFO.weight_count; ++i)
      if (strcmp(INFO.weights[i].name, name) == 0) {
        go_tensor weight = {data + offset, INFO.weights[i].dtype, INFO.weights[i].rank, (int64_t *)INFO.weights[i].sizes, NULL};
        check(go_ctx_set_weight(ctx, name, &weight), name);
      }
  fclose(lines);
  check(go_ctx_prepare(ctx), "prepare");
}

int main(int argc, char **argv) {
  require(argc == 4 || argc == 6, "THREADS CALLS RESULTS [WEIGHTS INDEX]");
  go_options options = {.threads = atoi(argv[1])};
  go_ctx *ctx;
  check(go_ctx_create(&INFO, &options, &ctx), "create");
  if (argc == 6)
    set_weights(ctx, argv[4], argv[5]);
  FILE *calls = fopen(argv[2], "rb"), *results = fopen(argv[3], "wb");
  require(calls && results, "files of calls and results");
  go_tensor *in = calloc((size_t)INFO.input_count, sizeof(go_tensor)), *out = calloc((size_t)INFO.output_count, sizeof(go_tensor));
  while (read_tensor(calls, &INFO.inputs[0], &in[0])) {
    for (int32_t i = 1; i < INFO.input_count; ++i)
      require(read_tensor(calls, &INFO.inputs[i], &in[i]), "every input of a call");
    for (int32_t i = 0; i < INFO.output_count; ++i)
      out[i].sizes = malloc(GO_MAX_RANK * sizeof(int64_t));
    check(SHAPES(in, out, NULL), "shapes");
    for (int32_t i = 0; i < INFO.output_count; ++i)
      out[i].data = malloc((size_t)bytes_of(&out[i]) + 1);
    check(MODEL(ctx, in, out), "call");
    for (int32_t i = 0; i < INFO.output_count; ++i) {
      fwrite(out[i].sizes, sizeof(int64_t), (size_t)out[i].rank, results);
      fwrite(out[i].data, 1, (size_t)bytes_of(&out[i]), results);
      free(out[i].sizes);
      free(out[i].data);
    }
    for (int32_t i = 0; i < INFO.input_count; ++i) {
      free(in[i].sizes);
      free(in[i].data);
    }
  }
  go_ctx_destroy(ctx);
  return fclose(results) != 0;
}
