//===- Training.cpp - compiled steps of training in Python ----------------===//
#include "Training.h"
#include "graph-opt/Execution/TrainStep.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace graphopt;
using namespace graphopt::python;

namespace {
struct Training {
  TrainStep training;
  mlir::MLIRContext *context;

  std::vector<Result> step(const std::vector<Tensor> &arguments) {
    std::vector<TensorValue> values = toValues(context, arguments);
    llvm::SmallVector<TensorValue> results;
    {
      nb::gil_scoped_release release;
      auto given = training.step(values);
      if (!given)
        raise(given.takeError());
      results = std::move(*given);
    }
    return fromValues(results);
  }

  Result get(const std::string &name) const {
    TensorValue value = training.getState(name);
    if (!value)
      throw Error("expected the name of a state, got '" + name + "'");
    return copyValues({value}).front();
  }

  void set(const std::string &name, const Tensor &value) {
    if (llvm::Error failed = training.setState(name, toValues(context, {value}).front()))
      raise(std::move(failed));
  }
};
} // namespace

void python::bindTraining(nb::module_ &m) {
  nb::class_<Training>(m, "Training")
      .def_static(
          "create",
          [](const Module &module, const std::string &pipeline, const std::string &accuracy, int threads) {
            CompileOptions options;
            options.pipeline = pipeline;
            options.accuracy = accuracy;
            options.threads = threads;
            llvm::Expected<TrainStep> made = TrainStep::create(module, options);
            if (!made)
              raise(made.takeError());
            return Training{std::move(*made), module.getContext()};
          },
          nb::keep_alive<0, 1>(), "module"_a, "pipeline"_a, "accuracy"_a, "threads"_a)
      .def("inputs", [](const Training &self) { return describe(self.training.getInputs()); })
      .def("outputs", [](const Training &self) { return describe(self.training.getOutputs()); })
      .def("states", [](const Training &self) { return self.training.getStateNames().vec(); })
      .def("step", &Training::step, "arguments"_a)
      .def("get", &Training::get, "name"_a)
      .def("set", &Training::set, "name"_a, "value"_a)
      .def("stats", [](const Training &self) { return toDict(self.training.getFunction().stats()); });
}
