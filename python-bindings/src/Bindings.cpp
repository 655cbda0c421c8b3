//===- Bindings.cpp - the module graph_opt._graph_opt ---------------------===//
#include "Editor.h"
#include "Gradient.h"
#include "Training.h"
#include "Values.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Dialect/Graph/Ops/Parameter.h"
#include "graph-opt/Dialect/Graph/WeightStore.h"
#include "graph-opt/Execution/CompiledFunction.h"
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Interpreter/RandomInputs.h"
#include "graph-opt/Registration.h"
#include "mlir/IR/MLIRContext.h"
#include <map>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>

namespace nb = nanobind;
using namespace nb::literals;
using namespace graphopt;
using namespace graphopt::python;

namespace {
/// Budgets by name.
using Budgets = std::map<std::string, uint64_t>;

LoadOptions makeOptions(const Budgets &limits) {
  LoadOptions options;
  for (const auto &[name, most] : limits)
    if (llvm::Error failed = options.limits.set(name + "=" + std::to_string(most)))
      raise(std::move(failed));
  return options;
}

/// An op that is registered: its name, and the names of those of our interfaces and traits that it has.
std::vector<std::pair<std::string, std::vector<std::string>>> registeredOps(const std::string &dialect) {
  Module module = unwrap(Module::parse("module {}"));
  module.getContext()->getOrLoadDialect(dialect);
  std::vector<std::pair<std::string, std::vector<std::string>>> ops;
  for (mlir::RegisteredOperationName name : module.getContext()->getRegisteredOperations()) {
    if (name.getDialectNamespace() != dialect)
      continue;
    std::vector<std::string> has;
    if (name.hasInterface<EvaluateOpInterface>())
      has.push_back("evaluate");
    if (name.hasInterface<ScalarBodyOpInterface>())
      has.push_back("scalar");
    if (name.hasInterface<DecomposeOpInterface>())
      has.push_back("decompose");
    if (name.hasInterface<LowerOpInterface>())
      has.push_back("lower");
    if (name.hasInterface<GradientOpInterface>())
      has.push_back("gradient");
    if (name.hasTrait<NotDifferentiable>())
      has.push_back("not-differentiable");
    ops.emplace_back(name.getStringRef().str(), std::move(has));
  }
  return ops;
}

/// Runs what has a run() on values.
template <typename Function>
std::vector<Result> call(const Function &function, mlir::MLIRContext *context, const std::vector<Tensor> &arguments) {
  std::vector<TensorValue> values = toValues(context, arguments);
  nb::gil_scoped_release release;
  auto results = unwrap(function.run(values));
  nb::gil_scoped_acquire acquire;
  return fromValues(results);
}

/// A compiled function; the module, whose context it needs, is kept alive by Python.
struct Compiled {
  CompiledFunction function;
  mlir::MLIRContext *context;

  std::vector<Result> run(const std::vector<Tensor> &arguments) const { return call(function, context, arguments); }

  void runInto(const std::vector<Tensor> &arguments, const std::vector<Result> &results) const {
    std::vector<TensorValue> values = toValues(context, arguments), written;
    for (const auto &[bytes, dtype, shape] : results)
      written.push_back(viewOf(context, bytes.data(), bytes.size(), dtype, shape));
    nb::gil_scoped_release release;
    if (llvm::Error failed = function.runInto(values, written))
      raise(std::move(failed));
  }
};

/// A function loaded into the GPU; the module is kept alive as well.
struct CompiledCuda {
  CudaFunction function;
  mlir::MLIRContext *context;

  std::vector<Result> run(const std::vector<Tensor> &arguments) const { return call(function, context, arguments); }
};

CompiledCuda compileForGpu(Module &module, const std::string &function, const std::string &pipeline) {
  CudaOptions options;
  options.entry = function;
  options.pipeline = pipeline;
  return {unwrap(CudaFunction::load(unwrap(module.compileForCuda(options)))), module.getContext()};
}

Compiled compileModule(Module &module, const std::string &function, const std::string &pipeline, const std::string &accuracy, int threads) {
  CompileOptions options;
  options.entry = function;
  options.pipeline = pipeline;
  options.accuracy = accuracy;
  options.threads = threads;
  return {unwrap(compile(module.get(), options)), module.getContext()};
}

std::vector<Result> evaluate(const Module &module, const std::string &function, const std::vector<Tensor> &arguments) {
  std::vector<TensorValue> values = toValues(module.getContext(), arguments);
  nb::gil_scoped_release release;
  auto results = unwrap(module.evaluate(values, function));
  nb::gil_scoped_acquire acquire;
  return copyValues(results); // they may be arguments or weights
}

/// The Python text, the names of its weights, and these.
std::tuple<std::string, std::vector<std::string>, std::vector<Result>> toFx(const Module &module, const std::string &function) {
  FxExportOptions options;
  options.functionName = function;
  FxProgram program = unwrap(module.toFx(options));
  std::vector<std::string> names;
  std::vector<TensorValue> values;
  for (auto &[name, value] : program.weights) {
    names.push_back(name);
    values.push_back(value);
  }
  return {std::move(program.text), std::move(names), fromValues(values)};
}

/// The names of the weights, and these in the module's own memory.
std::pair<std::vector<std::string>, std::vector<Result>> readParameters(const Module &module) {
  std::vector<std::string> names;
  std::vector<TensorValue> values;
  for (auto parameter : module.get().getOps<ParameterOpInterface>()) {
    names.push_back(mlir::SymbolTable::getSymbolName(parameter).str());
    values.push_back(unwrap(WeightStore::get(parameter.getParameterValue(), parameter.getParameterType())));
  }
  return {std::move(names), fromValues(values)};
}

graph::ParameterOp findParameter(const Module &module, const std::string &name) {
  auto parameter = module.get().lookupSymbol<graph::ParameterOp>(name);
  if (!parameter)
    throw Error("expected a parameter of the module, got '" + name + "'");
  return parameter;
}

void setParameter(Module &module, const std::string &name, const Tensor &value) {
  if (llvm::Error failed = module.setParameter(name, toValues(module.getContext(), {value}).front()))
    raise(std::move(failed));
}

std::vector<Result> makeRandomInputs(const Module &module, const std::string &function, uint64_t seed,
                                     const std::map<std::string, int64_t> &dims) {
  RandomOptions options;
  options.seed = seed;
  for (const auto &[name, size] : dims)
    options.dims[name] = size;
  auto inputs = randomInputs(unwrap(module.getFunction(function)), options);
  if (failed(inputs))
    throw Error("expected a function that random inputs can be made for");
  return fromValues(*inputs);
}
} // namespace

NB_MODULE(_graph_opt, m) {
  registerAllPasses();
  auto error = nb::exception<Error>(m, "Error");
  nb::exception<UnsupportedOpError>(m, "UnsupportedOpError", error);

  nb::class_<Compiled>(m, "Compiled")
      .def("run", &Compiled::run, "arguments"_a)
      .def("run_into", &Compiled::runInto, "arguments"_a, "results"_a)
      .def("stats", [](const Compiled &self) { return toDict(self.function.stats()); });

  nb::class_<CompiledCuda>(m, "CompiledCuda").def("run", &CompiledCuda::run, "arguments"_a).def("stats", [](const CompiledCuda &self) {
    nb::dict result;
    result["kernels"] = self.function.getPlan().modules.size();
    return result;
  });

  nb::class_<Module>(m, "Module")
      .def_static(
          "parse",
          [](const std::string &text, const Budgets &limits) { return unwrap(Module::parse(text, "<text>", makeOptions(limits))); },
          "text"_a, "limits"_a)
      .def_static(
          "load",
          [](const std::string &path, const Budgets &limits, const std::map<std::string, std::string> &inputs) {
            LoadOptions options = makeOptions(limits);
            for (const auto &[name, shape] : inputs)
              options.inputs[name] = shape;
            std::string nesting;
            options.nesting = &nesting;
            Module module = unwrap(Module::load(path, options));
            return std::make_pair(std::move(module), nesting);
          },
          "path"_a, "limits"_a, "inputs"_a)
      .def(
          "run_passes",
          [](Module &self, const std::string &text, const std::vector<std::string> &plugins, bool check) {
            for (const std::string &plugin : plugins)
              if (llvm::Error failed = self.loadPlugin(plugin))
                raise(std::move(failed));
            RunOptions options;
            options.checkEach = check;
            if (llvm::Error failed = self.runPipeline(text, options))
              raise(std::move(failed));
          },
          "text"_a, "plugins"_a, "check"_a)
      .def("clone", &Module::clone)
      .def("parameters", &readParameters)
      .def(
          "parameter_dtype",
          [](const Module &self, const std::string &name) {
            return printType(findParameter(self, name).getParameterType().getElementType());
          },
          "name"_a)
      .def(
          "parameter_role", [](const Module &self, const std::string &name) { return findParameter(self, name).getRole().str(); }, "name"_a)
      .def("set_parameter", &setParameter, "name"_a, "value"_a)
      .def("functions",
           [](Module &self) {
             std::vector<std::string> names;
             for (auto function : self.get().getOps<mlir::FunctionOpInterface>())
               names.push_back(function.getName().str());
             return names;
           })
      .def(
          "inputs", [](Module &self, const std::string &f) { return describe(Module::getInputs(unwrap(self.getFunction(f)))); },
          "function"_a)
      .def(
          "outputs", [](Module &self, const std::string &f) { return describe(Module::getOutputs(unwrap(self.getFunction(f)))); },
          "function"_a)
      .def("evaluate", &evaluate, "function"_a, "arguments"_a)
      .def("random_inputs", &makeRandomInputs, "function"_a, "seed"_a, "dims"_a)
      .def("compile", &compileModule, nb::keep_alive<0, 1>(), "function"_a, "pipeline"_a, "accuracy"_a, "threads"_a)
      .def("compile_for_cuda", &compileForGpu, nb::keep_alive<0, 1>(), "function"_a, "pipeline"_a)
      .def(
          "add_gradient", [](Module &self, const std::string &f) { return unwrap(addGradient(self, f)); }, "function"_a)
      .def(
          "save",
          [](const Module &self, const std::string &path) {
            if (llvm::Error failed = self.save(path))
              raise(std::move(failed));
          },
          "path"_a)
      .def(
          "save_onnx",
          [](const Module &self, const std::string &path, const std::string &function, std::optional<int64_t> inlineBytes) {
            OnnxExportOptions options;
            options.functionName = function;
            options.inlineBytes = inlineBytes.value_or(options.inlineBytes);
            if (llvm::Error failed = self.saveOnnx(path, std::move(options)))
              raise(std::move(failed));
          },
          "path"_a, "function"_a, "inline_bytes"_a.none())
      .def("to_fx", &toFx, "function"_a)
      .def("__str__", &Module::str);
  bindEditor(m);
  bindTraining(m);
  m.def("registered_ops", &registeredOps, "dialect"_a);
}
