//===- CudaFunction.cpp - runs a launch plan on the GPU -------------------===//
#include "graph-opt/Execution/CudaFunction.h"
#include "Execution/Cuda/Driver.h"
#include <mutex>

using namespace graphopt;
using llvm::Error;

/// What the device holds for a plan; one call at a time uses it.
struct CudaFunction::State {
  LaunchPlan plan;
  const cuda::Driver *driver = nullptr;
  std::vector<cuda::Module> modules;
  std::vector<cuda::Function> functions; // one for each step; null for copies
  std::vector<cuda::Pointer> buffers;
  cuda::Stream stream = nullptr;
  std::mutex mutex;

  Error load();
  Error run(llvm::ArrayRef<TensorValue> arguments, llvm::MutableArrayRef<TensorValue> results);
  Error runStep(size_t i);
  ~State();
};

CudaFunction::State::~State() {
  if (!driver)
    return;
  llvm::consumeError(driver->enter());
  for (cuda::Pointer buffer : buffers)
    if (buffer)
      driver->memFree(buffer);
  for (cuda::Module module : modules)
    driver->moduleUnload(module);
  if (stream)
    driver->streamDestroy(stream);
}

Error CudaFunction::State::load() {
  if (Error error = driver->enter())
    return error;
  constexpr unsigned nonBlocking = 1;
  if (Error error = driver->check(driver->streamCreate(&stream, nonBlocking), "cuStreamCreate"))
    return error;
  for (const std::string &ptx : plan.modules) {
    // Assembled here where there is a ptxas, which is checked for spills; else by the driver.
    auto assembled = assemble(ptx, plan.chip);
    if (!assembled)
      llvm::consumeError(assembled.takeError());
    const char *image = assembled ? assembled->cubin.data() : ptx.c_str();
    cuda::Module module = nullptr;
    if (Error error = driver->check(driver->moduleLoad(&module, image), "cuModuleLoadData"))
      return error;
    modules.push_back(module);
  }
  for (const LaunchPlan::Step &step : plan.steps) {
    cuda::Function function = nullptr;
    if (!step.kernel.empty())
      if (Error error =
              driver->check(driver->moduleGetFunction(&function, modules[step.module], step.kernel.c_str()), "cuModuleGetFunction"))
        return error;
    functions.push_back(function);
  }
  for (const LaunchPlan::Buffer &buffer : plan.buffers) {
    cuda::Pointer pointer = 0;
    if (buffer.bytes > 0)
      if (Error error = driver->check(driver->memAlloc(&pointer, buffer.bytes), "cuMemAlloc"))
        return error;
    buffers.push_back(pointer);
    if (buffer.kind == LaunchPlan::BufferKind::constant && buffer.bytes > 0)
      if (Error error = driver->check(driver->copyToDevice(pointer, buffer.value.getRaw(), buffer.bytes, stream), "cuMemcpyHtoDAsync"))
        return error;
  }
  return driver->check(driver->streamSynchronize(stream), "cuStreamSynchronize");
}

Error CudaFunction::State::runStep(size_t i) {
  const LaunchPlan::Step &step = plan.steps[i];
  auto pointer = [&](const LaunchPlan::Argument &arg) { return buffers[arg.buffer] + static_cast<cuda::Pointer>(arg.offset); };
  if (step.kernel.empty())
    return driver->check(driver->copyOnDevice(pointer(step.args[0]), pointer(step.args[1]), step.bytes, stream), "cuMemcpyDtoDAsync");
  llvm::SmallVector<uint64_t> values;
  for (const LaunchPlan::Argument &arg : step.args)
    values.push_back(arg.buffer >= 0 ? pointer(arg) : arg.number);
  llvm::SmallVector<void *> addresses;
  for (uint64_t &value : values)
    addresses.push_back(&value);
  return driver->check(driver->launch(functions[i], step.grid[0], step.grid[1], step.grid[2], step.block[0], step.block[1], step.block[2],
                                      /*sharedBytes=*/0, stream, addresses.data(), nullptr),
                       "cuLaunchKernel");
}

Error CudaFunction::State::run(llvm::ArrayRef<TensorValue> arguments, llvm::MutableArrayRef<TensorValue> results) {
  std::lock_guard<std::mutex> lock(mutex);
  if (Error error = driver->enter())
    return error;
  for (auto [buffer, pointer] : llvm::zip(plan.buffers, buffers))
    if (buffer.kind == LaunchPlan::BufferKind::input && buffer.bytes > 0)
      if (Error error =
              driver->check(driver->copyToDevice(pointer, arguments[buffer.index].getRaw(), buffer.bytes, stream), "cuMemcpyHtoDAsync"))
        return error;
  for (size_t i = 0; i < plan.steps.size(); ++i)
    if (Error error = runStep(i))
      return error;
  for (auto [buffer, pointer] : llvm::zip(plan.buffers, buffers))
    if (buffer.kind == LaunchPlan::BufferKind::output && buffer.bytes > 0)
      if (Error error =
              driver->check(driver->copyToHost(results[buffer.index].getMutableRaw(), pointer, buffer.bytes, stream), "cuMemcpyDtoHAsync"))
        return error;
  return driver->check(driver->streamSynchronize(stream), "cuStreamSynchronize");
}

llvm::Expected<CudaFunction> CudaFunction::load(LaunchPlan plan) {
  auto driver = cuda::Driver::get();
  if (!driver)
    return driver.takeError();
  CudaFunction function;
  function.state = std::make_shared<State>();
  function.state->plan = std::move(plan);
  function.state->driver = *driver;
  if (Error error = function.state->load())
    return error;
  return function;
}

const LaunchPlan &CudaFunction::getPlan() const { return state->plan; }

llvm::Expected<llvm::SmallVector<TensorValue>> CudaFunction::run(llvm::ArrayRef<TensorValue> arguments) const {
  const LaunchPlan &plan = state->plan;
  if (arguments.size() != plan.inputs.size())
    return llvm::createStringError("expected %zu arguments, got %zu", plan.inputs.size(), arguments.size());
  for (auto [argument, type] : llvm::zip(arguments, plan.inputs))
    if (argument.getShape() != type.getShape() ||
        TensorValue::getElementSize(argument.getElementType()) != TensorValue::getElementSize(type.getElementType())) {
      std::string text;
      llvm::raw_string_ostream(text) << "expected " << type << ", got " << argument.getType();
      return llvm::createStringError(text);
    }
  llvm::SmallVector<TensorValue> results;
  for (mlir::RankedTensorType type : plan.outputs)
    results.emplace_back(type.getElementType(), type.getShape());
  if (Error error = state->run(arguments, results))
    return error;
  return results;
}
