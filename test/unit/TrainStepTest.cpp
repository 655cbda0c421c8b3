// A compiled step of training in C++.
#include "graph-opt/Execution/TrainStep.h"
#include "graph-opt/Registration.h"
#include "gtest/gtest.h"

using namespace graphopt;

namespace {
// loss = mean((w * x - target)^2), from w = [2].
constexpr llvm::StringLiteral model(R"(
graph.parameter @w : tensor<1xf64> = dense<2.0> : tensor<1xf64>
func.func @main(%x: tensor<1xf64> {graph.name = "x"}) -> (tensor<1xf64> {graph.name = "y"}) {
  %w = graph.get @w : tensor<1xf64>
  %y = graph.mul %x, %w : (tensor<1xf64>, tensor<1xf64>) -> tensor<1xf64>
  return %y : tensor<1xf64>
})");

class TrainStepTest : public testing::Test {
protected:
  static void SetUpTestSuite() { registerAllPasses(); }

  TrainStepTest() : module(llvm::cantFail(Module::parse(model))) {
    llvm::cantFail(module.runPipeline("graph-make-train-step{loss=mse optimizer=sgd}"));
  }

  TrainStep create() {
    CompileOptions options;
    options.cache = "off";
    return llvm::cantFail(TrainStep::create(module, options));
  }

  TensorValue number(double value, llvm::ArrayRef<int64_t> shape) {
    TensorValue made(mlir::Float64Type::get(module.getContext()), shape);
    made.getMutable<double>().front() = value;
    return made;
  }

  std::string refusal(llvm::Error error) { return llvm::toString(std::move(error)); }

  Module module;
};
} // namespace

TEST_F(TrainStepTest, StepsFromTheValuesOfTheModule) {
  TrainStep training = create();
  ASSERT_EQ(training.getInputs().size(), 3u);
  EXPECT_EQ(training.getInputs()[2].name, "lr");
  ASSERT_EQ(training.getStateNames().size(), 1u);
  EXPECT_EQ(training.getStateNames()[0], "w");
  // loss = (2 * 3 - 5)^2 = 1, its gradient is 2 * 3 * 1, and 2 - 0.1 * 6 = 1.4.
  auto results = llvm::cantFail(training.step({number(3, {1}), number(5, {1}), number(0.1, {})}));
  EXPECT_DOUBLE_EQ(results[0].get<double>()[0], 1.0);
  EXPECT_DOUBLE_EQ(training.getState("w").get<double>()[0], 1.4);
  results = llvm::cantFail(training.step({number(3, {1}), number(5, {1}), number(0, {})}));
  EXPECT_NEAR(results[0].get<double>()[0], 0.64, 1e-12);
  // The module, and another step of it, are as they were.
  EXPECT_DOUBLE_EQ(create().getState("w").get<double>()[0], 2.0);
}

TEST_F(TrainStepTest, StateIsCopiedInAndOut) {
  TrainStep training = create();
  TensorValue value = number(7, {1});
  ASSERT_EQ(refusal(training.setState("w", value)), "");
  value.getMutable<double>().front() = 8;
  EXPECT_DOUBLE_EQ(training.getState("w").get<double>()[0], 7.0);
  EXPECT_EQ(refusal(training.setState("v", value)), "expected the name of a state, got 'v'");
  EXPECT_EQ(refusal(training.setState("w", number(1, {}))), "expected tensor<1xf64> for 'w', got tensor<f64>");
  EXPECT_FALSE(static_cast<bool>(training.getState("v")));
}

TEST_F(TrainStepTest, AnErrorLeavesTheState) {
  TrainStep training = create();
  EXPECT_EQ(refusal(training.step({number(3, {1})}).takeError()), "expected 3 inputs, got 1");
  EXPECT_NE(refusal(training.step({number(3, {}), number(5, {1}), number(0.1, {})}).takeError()), "");
  EXPECT_DOUBLE_EQ(training.getState("w").get<double>()[0], 2.0);
}

TEST_F(TrainStepTest, AFunctionWithoutStateIsRefused) {
  Module plain = llvm::cantFail(Module::parse(model));
  EXPECT_NE(refusal(TrainStep::create(plain).takeError()).find("expected a function with mutable parameters"), std::string::npos);
}

TEST_F(TrainStepTest, ParametersOfAModule) {
  Module plain = llvm::cantFail(Module::parse(model));
  TensorValue value(mlir::Float64Type::get(plain.getContext()), {1});
  value.getMutable<double>().front() = 9;
  ASSERT_EQ(refusal(plain.setParameter("w", value)), "");
  value.getMutable<double>().front() = 10;
  TensorValue one(mlir::Float64Type::get(plain.getContext()), {1});
  one.getMutable<double>().front() = 1;
  EXPECT_DOUBLE_EQ(llvm::cantFail(plain.evaluate({one}))[0].get<double>()[0], 9.0);
  EXPECT_EQ(refusal(plain.setParameter("main", value)), "expected a parameter of the module, got 'main'");
  EXPECT_EQ(refusal(plain.setParameter("w", TensorValue())), "expected tensor<1xf64> for 'w', got none");
}
