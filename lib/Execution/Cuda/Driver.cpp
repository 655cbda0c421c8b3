//===- Driver.cpp - the CUDA driver by dlopen -----------------------------===//
#include "Execution/Cuda/Driver.h"
#include <dlfcn.h>
#include <string>

using namespace graphopt::cuda;

llvm::Error Driver::check(Result result, const char *what) const {
  if (result == 0)
    return llvm::Error::success();
  const char *text = nullptr;
  if (!getErrorString || getErrorString(result, &text) != 0 || !text)
    text = "unknown error";
  return llvm::createStringError("%s: %s (%d)", what, text, result);
}

llvm::Error Driver::enter() const { return check(setCurrent(context), "cuCtxSetCurrent"); }

llvm::Error Driver::open() {
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return llvm::createStringError("target cuda needs an NVIDIA driver: expected libcuda.so.1, got: %s", dlerror());
  std::string missing;
  auto load = [&](auto &function, const char *name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    if (!function)
      missing = name;
  };
  Result (*init)(unsigned) = nullptr;
  Result (*deviceGet)(Device *, int) = nullptr;
  Result (*retain)(Context *, Device) = nullptr;
  load(init, "cuInit");
  load(deviceGet, "cuDeviceGet");
  load(retain, "cuDevicePrimaryCtxRetain");
  load(setCurrent, "cuCtxSetCurrent");
  load(getErrorString, "cuGetErrorString");
  load(memAlloc, "cuMemAlloc_v2");
  load(memFree, "cuMemFree_v2");
  load(copyToDevice, "cuMemcpyHtoDAsync_v2");
  load(copyToHost, "cuMemcpyDtoHAsync_v2");
  load(copyOnDevice, "cuMemcpyDtoDAsync_v2");
  load(moduleLoad, "cuModuleLoadData");
  load(moduleUnload, "cuModuleUnload");
  load(moduleGetFunction, "cuModuleGetFunction");
  load(launch, "cuLaunchKernel");
  load(streamCreate, "cuStreamCreate");
  load(streamSynchronize, "cuStreamSynchronize");
  load(streamDestroy, "cuStreamDestroy_v2");
  if (!missing.empty())
    return llvm::createStringError("target cuda: libcuda.so.1 has no function '%s'", missing.c_str());
  if (llvm::Error error = check(init(0), "cuInit"))
    return error;
  Device device = 0;
  if (llvm::Error error = check(deviceGet(&device, 0), "cuDeviceGet"))
    return error;
  return check(retain(&context, device), "cuDevicePrimaryCtxRetain");
}

llvm::Expected<const Driver *> Driver::get() {
  // Kept for the life of the process: the driver does not survive being closed.
  static Driver driver;
  static const std::string failure = [] {
    if (llvm::Error error = driver.open())
      return llvm::toString(std::move(error));
    return std::string();
  }();
  if (!failure.empty())
    return llvm::createStringError(failure);
  return &driver;
}
