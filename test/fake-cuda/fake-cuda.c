/* A stand-in for libcuda.so.1: device memory is host memory, kernels are not run, and every call is written to stderr, so that a test
 * can check the sequence without a GPU. It fails, as the driver does, on handles that it did not give out. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int CUresult;
enum { SUCCESS = 0, INVALID_VALUE = 1, INVALID_HANDLE = 400 };
static int context, stream, module, live_allocations;
static struct Function {
  struct Function *next;
  char name[];
} *functions; /* given out by the module; they go with it */

static CUresult say(const char *call) {
  fprintf(stderr, "fake-cuda: %s\n", call);
  return SUCCESS;
}
CUresult cuInit(unsigned flags) { return flags ? INVALID_VALUE : say("init"); }
CUresult cuDeviceGet(int *device, int ordinal) {
  *device = 7;
  return ordinal ? INVALID_VALUE : SUCCESS;
}
CUresult cuDevicePrimaryCtxRetain(void **result, int device) {
  *result = &context;
  return device == 7 ? say("retain context") : INVALID_VALUE;
}
CUresult cuCtxSetCurrent(void *given) { return given == &context ? SUCCESS : INVALID_HANDLE; }
CUresult cuGetErrorString(CUresult error, const char **text) {
  *text = error == INVALID_HANDLE ? "invalid resource handle" : "invalid value";
  return SUCCESS;
}
CUresult cuMemAlloc_v2(unsigned long long *pointer, size_t bytes) {
  *pointer = (unsigned long long)(uintptr_t)aligned_alloc(256, (bytes + 255) / 256 * 256);
  fprintf(stderr, "fake-cuda: alloc %zu\n", bytes);
  ++live_allocations;
  return SUCCESS;
}
CUresult cuMemFree_v2(unsigned long long pointer) {
  free((void *)(uintptr_t)pointer);
  return --live_allocations == 0 ? say("freed all") : SUCCESS;
}
CUresult cuMemcpyHtoDAsync_v2(unsigned long long to, const void *from, size_t bytes, void *on) {
  memcpy((void *)(uintptr_t)to, from, bytes);
  fprintf(stderr, "fake-cuda: to device %zu\n", bytes);
  return on == &stream ? SUCCESS : INVALID_HANDLE;
}
CUresult cuMemcpyDtoHAsync_v2(void *to, unsigned long long from, size_t bytes, void *on) {
  memcpy(to, (const void *)(uintptr_t)from, bytes);
  fprintf(stderr, "fake-cuda: to host %zu\n", bytes);
  return on == &stream ? SUCCESS : INVALID_HANDLE;
}
CUresult cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from, size_t bytes, void *on) {
  memcpy((void *)(uintptr_t)to, (const void *)(uintptr_t)from, bytes);
  fprintf(stderr, "fake-cuda: on device %zu\n", bytes);
  return on == &stream ? SUCCESS : INVALID_HANDLE;
}
CUresult cuModuleLoadData(void **result, const void *image) {
  *result = &module;
  return image ? say("load module") : INVALID_VALUE;
}
CUresult cuModuleUnload(void *given) {
  for (struct Function *next; functions; functions = next) {
    next = functions->next;
    free(functions);
  }
  return given == &module ? say("unload module") : INVALID_HANDLE;
}
CUresult cuModuleGetFunction(void **result, void *given, const char *name) {
  struct Function *function = malloc(sizeof *function + strlen(name) + 1);
  function->next = functions;
  *result = functions = function;
  strcpy(function->name, name);
  return given == &module ? SUCCESS : INVALID_HANDLE;
}
CUresult cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
                        void *on, void **args, void **extra) {
  fprintf(stderr, "fake-cuda: launch %s grid %ux%ux%u block %ux%ux%u\n", ((struct Function *)function)->name, gx, gy, gz, bx, by, bz);
  return on == &stream && args && !extra && !shared ? SUCCESS : INVALID_HANDLE;
}
CUresult cuStreamCreate(void **result, unsigned flags) {
  *result = &stream;
  return flags == 1 ? say("create stream") : INVALID_VALUE;
}
CUresult cuStreamSynchronize(void *on) { return on == &stream ? say("synchronise") : INVALID_HANDLE; }
CUresult cuStreamDestroy_v2(void *on) { return on == &stream ? say("destroy stream") : INVALID_HANDLE; }
