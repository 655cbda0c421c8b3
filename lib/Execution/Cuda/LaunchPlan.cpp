//===- LaunchPlan.cpp - host code as a list of steps ----------------------===//
#include "Driver/Diagnostics.h"
#include "Execution/Jit/Signature.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Execution/CudaFunction.h"
#include "graph-opt/Passes/GpuPipeline.h"
#include "graph-opt/Passes/Pipelines.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace graphopt;

namespace {
int64_t byteSize(MemRefType type) { return type.getNumElements() * TensorValue::getElementSize(type.getElementType()); }

/// Reads the host function that graph-gpu-pipeline leaves.
class PlanReader {
public:
  PlanReader(func::FuncOp function, ModuleOp source, LaunchPlan &plan) : function(function), source(source), plan(plan) {}
  LogicalResult read();

private:
  LogicalResult readArgument(BlockArgument argument);
  LogicalResult readOp(Operation *op);
  LogicalResult readLaunch(gpu::LaunchFuncOp launch);
  /// Whether the dimensions are constants that fit; writes them.
  LogicalResult readSizes(gpu::KernelDim3 dims, unsigned (&sizes)[3], Operation *op);
  int addBuffer(LaunchPlan::Buffer buffer) {
    plan.buffers.push_back(std::move(buffer));
    return static_cast<int>(plan.buffers.size()) - 1;
  }

  func::FuncOp function;
  ModuleOp source; ///< has the parameters
  LaunchPlan &plan;
  DenseMap<Value, LaunchPlan::Argument> places;
  llvm::StringMap<unsigned> modules;
};

LogicalResult PlanReader::readSizes(gpu::KernelDim3 dims, unsigned (&sizes)[3], Operation *op) {
  for (auto [value, size] : llvm::zip(SmallVector<Value>{dims.x, dims.y, dims.z}, sizes)) {
    APInt constant;
    if (!matchPattern(value, m_ConstantInt(&constant)) || constant.getSExtValue() <= 0 || constant.getSExtValue() > 0x7fffffff)
      return op->emitOpError() << "expected constant launch sizes in [1, 2^31)";
    size = static_cast<unsigned>(constant.getZExtValue());
  }
  return success();
}

LogicalResult PlanReader::readLaunch(gpu::LaunchFuncOp launch) {
  LaunchPlan::Step step;
  step.kernel = launch.getKernelName().str();
  if (failed(readSizes(launch.getGridSizeOperandValues(), step.grid, launch)) ||
      failed(readSizes(launch.getBlockSizeOperandValues(), step.block, launch)))
    return failure();
  StringRef name = launch.getKernelModuleName().getValue();
  auto [it, isNew] = modules.try_emplace(name, plan.modules.size());
  if (isNew) {
    auto binary = SymbolTable::lookupNearestSymbolFrom<gpu::BinaryOp>(launch, launch.getKernelModuleName());
    auto object = binary && !binary.getObjects().empty() ? dyn_cast<gpu::ObjectAttr>(binary.getObjects()[0]) : gpu::ObjectAttr();
    if (!object)
      return launch.emitOpError() << "expected a 'gpu.binary' with an object for '" << name << "'";
    StringRef text = object.getObject().getValue();
    plan.modules.push_back(text.take_until([](char c) { return c == '\0'; }).str());
  }
  step.module = it->second;
  for (Value operand : launch.getKernelOperands()) {
    APInt number;
    if (auto place = places.find(operand); place != places.end())
      step.args.push_back(place->second);
    else if (matchPattern(operand, m_ConstantInt(&number)))
      step.args.push_back({-1, 0, number.getZExtValue()});
    else
      return launch.emitOpError() << "expected buffers and constants as kernel operands, got " << operand.getType();
  }
  plan.steps.push_back(std::move(step));
  return success();
}

LogicalResult PlanReader::readOp(Operation *op) {
  if (isa<arith::ConstantOp, func::ReturnOp, memref::DeallocOp>(op) || op->hasTrait<OpTrait::ConstantLike>())
    return success();
  if (auto launch = dyn_cast<gpu::LaunchFuncOp>(op))
    return readLaunch(launch);
  if (auto alloc = dyn_cast<memref::AllocOp>(op)) {
    if (!alloc.getType().hasStaticShape())
      return op->emitOpError() << "expected a static shape: target cuda takes no others yet";
    places[alloc] = {addBuffer({LaunchPlan::BufferKind::temporary, byteSize(alloc.getType())})};
    return success();
  }
  if (auto global = dyn_cast<memref::GetGlobalOp>(op)) {
    auto source = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(op, global.getNameAttr());
    auto value = dyn_cast_or_null<ElementsAttr>(source ? source.getConstantInitValue() : ElementsAttr());
    TensorValue constant = value ? TensorValue::fromAttr(value) : TensorValue();
    if (!constant)
      return op->emitOpError() << "expected a constant with its bytes";
    places[global] = {addBuffer({LaunchPlan::BufferKind::constant, constant.getByteSize(), 0, constant})};
    return success();
  }
  if (auto copy = dyn_cast<memref::CopyOp>(op)) {
    auto type = cast<MemRefType>(copy.getSource().getType());
    if (!places.contains(copy.getSource()) || !places.contains(copy.getTarget()) || !type.getLayout().isIdentity())
      return op->emitOpError() << "expected a copy between whole buffers";
    LaunchPlan::Step step;
    step.bytes = byteSize(type);
    step.args = {places[copy.getTarget()], places[copy.getSource()]};
    plan.steps.push_back(std::move(step));
    return success();
  }
  if (auto view = dyn_cast<ViewLikeOpInterface>(op)) {
    auto place = places.find(view.getViewSource());
    auto from = dyn_cast<MemRefType>(view.getViewSource().getType()), to = dyn_cast<MemRefType>(op->getResult(0).getType());
    // Views of the whole buffer: its first element stays where it is.
    if (place == places.end() || !from || !to || !from.getLayout().isIdentity() || !to.getLayout().isIdentity() ||
        from.getNumElements() != to.getNumElements())
      return op->emitOpError() << "expected a view of a whole buffer";
    places[op->getResult(0)] = place->second;
    return success();
  }
  return op->emitOpError() << "has no place on the host: target cuda runs tensor ops only";
}

LogicalResult PlanReader::readArgument(BlockArgument argument) {
  auto type = dyn_cast<MemRefType>(argument.getType());
  if (!type && argument.use_empty())
    return success(); // the context of CPU code
  if (!type || !type.hasStaticShape())
    return function.emitOpError() << "expected arguments of static shape, got " << argument.getType()
                                  << ": target cuda takes no others yet";
  unsigned number = argument.getArgNumber();
  auto tensor = RankedTensorType::get(type.getShape(), type.getElementType());
  LaunchPlan::Buffer buffer{LaunchPlan::BufferKind::input, byteSize(type)};
  if (auto name = function.getArgAttrOfType<StringAttr>(number, graph::weightAttr)) {
    auto parameter = dyn_cast_or_null<ParameterOpInterface>(SymbolTable::lookupSymbolIn(source, name));
    if (!parameter)
      return function.emitOpError() << "expected a parameter named '" << name.getValue() << "'";
    auto value = WeightStore::get(parameter.getParameterValue(), parameter.getParameterType());
    if (!value)
      return parameter->emitOpError() << llvm::toString(value.takeError());
    buffer.kind = LaunchPlan::BufferKind::constant;
    buffer.value = *value;
  } else if (function.getArgAttr(number, "graph.result")) {
    buffer.kind = LaunchPlan::BufferKind::output;
    buffer.index = plan.outputs.size();
    plan.outputs.push_back(tensor);
  } else {
    buffer.index = plan.inputs.size();
    plan.inputs.push_back(tensor);
  }
  places[argument] = {addBuffer(std::move(buffer))};
  return success();
}

LogicalResult PlanReader::read() {
  for (BlockArgument argument : function.getArguments())
    if (failed(readArgument(argument)))
      return failure();
  for (Operation &op : function.getBody().front())
    if (failed(readOp(&op)))
      return failure();
  return success();
}
} // namespace

llvm::Expected<LaunchPlan> graphopt::compileForCuda(ModuleOp module, const CudaOptions &options) {
  llvm::Expected<func::FuncOp> entry = execution::findEntry(module, options.entry);
  if (!entry)
    return entry.takeError();
  std::string name = entry->getName().str();
  OwningOpRef<ModuleOp> copy = module.clone();
  for (func::FuncOp function : llvm::make_early_inc_range(copy->getOps<func::FuncOp>()))
    if (function.getName() != name && function.isPublic())
      function.setPrivate();

  std::string wrong;
  auto error = [&](const Twine &message) { wrong = message.str(); };
  PassManager pm(copy->getContext(), ModuleOp::getOperationName());
  if (failed(buildPipeline(pm, options.pipeline, error)) || failed(addPasses(pm, "graph-lift-parameters,graph-to-linalg", error)))
    return makeError(Failure::usage, wrong);
  GpuPipelineOptions gpu;
  gpu.chip = options.chip;
  buildGpuPipeline(pm, gpu);
  LaunchPlan plan;
  plan.chip = options.chip;
  auto compiled = failed(pm.run(*copy)) ? func::FuncOp() : copy->lookupSymbol<func::FuncOp>(name);
  if (!compiled || failed(PlanReader(compiled, module, plan).read()))
    return llvm::createStringError("'" + name + "' could not be compiled for target cuda");
  return plan;
}
