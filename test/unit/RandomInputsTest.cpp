//===- RandomInputsTest.cpp -----------------------------------------------===//
#include "graph-opt/Interpreter/RandomInputs.h"
#include "graph-opt/Registration.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace mlir;
using namespace graphopt;

namespace {
struct RandomInputsTest : ::testing::Test {
  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
  std::vector<std::string> errors;

  RandomInputsTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context = std::make_unique<MLIRContext>(registry);
    context->getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      errors.push_back(diagnostic.str());
      return success();
    });
  }
  FunctionOpInterface parse(llvm::StringRef text) {
    module = parseSourceString<ModuleOp>(text, context.get());
    return *module->getOps<func::FuncOp>().begin();
  }
};
} // namespace

TEST_F(RandomInputsTest, FloatsAreNormalAndRepeatable) {
  auto function = parse("func.func @f(%x: tensor<100x100xf32>, %y: tensor<100x100xf32>) { return }");
  RandomOptions options;
  auto first = randomInputs(function, options), again = randomInputs(function, options);
  options.seed = 1;
  auto other = randomInputs(function, options);
  EXPECT_EQ((*first)[0].get<float>(), (*again)[0].get<float>());
  EXPECT_NE((*first)[0].get<float>(), (*other)[0].get<float>());
  EXPECT_NE((*first)[0].get<float>(), (*first)[1].get<float>());
  double sum = 0, squares = 0;
  for (float x : (*first)[0].get<float>()) {
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / 1e4, 0, 0.05);
  EXPECT_NEAR(squares / 1e4, 1, 0.05);
}

TEST_F(RandomInputsTest, BoolsAreFairAndIntegersSmall) {
  auto function = parse("func.func @f(%x: tensor<1000xi1>, %y: tensor<1000xi8>, %z: tensor<1000xui64>) { return }");
  auto inputs = randomInputs(function);
  int64_t count = 0;
  for (bool x : (*inputs)[0].get<bool>())
    count += x;
  EXPECT_NEAR(count, 500, 60);
  for (int8_t y : (*inputs)[1].get<int8_t>())
    EXPECT_TRUE(y >= -8 && y <= 8);
  EXPECT_TRUE(llvm::is_contained((*inputs)[1].get<int8_t>(), -8));
  for (uint64_t z : (*inputs)[2].get<uint64_t>())
    EXPECT_LE(z, 8u);
}

TEST_F(RandomInputsTest, MasksHoldZerosAndOnes) {
  // The first three are masks; the fourth only meets what a mask made, and the fifth a constant of common size.
  auto function = parse(R"mlir(
    func.func @f(%m: tensor<100xi64>, %b: tensor<100xui8>, %g: tensor<100xf32>, %x: tensor<100xf32>, %y: tensor<100xi32>)
        -> (tensor<100xf32>, tensor<100xi1>, tensor<100xf32>, tensor<100xf32>) {
      %one = graph.constant dense<1.0> : tensor<f32>
      %least = graph.constant dense<-3.40282347E+38> : tensor<f32>
      %0 = graph.cast %m to f32 : (tensor<100xi64>) -> tensor<100xf32>
      %1 = graph.sub %one, %0 : (tensor<f32>, tensor<100xf32>) -> tensor<100xf32>
      %2 = graph.mul %1, %least : (tensor<100xf32>, tensor<f32>) -> tensor<100xf32>
      %3 = graph.add %x, %2 : (tensor<100xf32>, tensor<100xf32>) -> tensor<100xf32>
      %4 = graph.cast %b to i1 : (tensor<100xui8>) -> tensor<100xi1>
      %5 = graph.mul %g, %least : (tensor<100xf32>, tensor<f32>) -> tensor<100xf32>
      %6 = graph.cast %y to f32 : (tensor<100xi32>) -> tensor<100xf32>
      %7 = graph.mul %6, %one : (tensor<100xf32>, tensor<f32>) -> tensor<100xf32>
      return %3, %4, %5, %7 : tensor<100xf32>, tensor<100xi1>, tensor<100xf32>, tensor<100xf32>
    })mlir");
  auto inputs = randomInputs(function);
  auto isTruth = [](auto values) {
    return llvm::all_of(values, [](auto x) { return x == 0 || x == 1; }) && llvm::is_contained(values, 0) && llvm::is_contained(values, 1);
  };
  EXPECT_TRUE(isTruth((*inputs)[0].get<int64_t>()));
  EXPECT_TRUE(isTruth((*inputs)[1].get<uint8_t>()));
  EXPECT_TRUE(isTruth((*inputs)[2].get<float>()));
  EXPECT_FALSE(isTruth((*inputs)[3].get<float>()));
  EXPECT_FALSE(isTruth((*inputs)[4].get<int32_t>()));
}

TEST_F(RandomInputsTest, SizesHaveNames) {
  auto function = parse(R"mlir(
    func.func @f(%x: tensor<?x?xf32> {graph.dims = ["b", "s"]}, %y: tensor<?xf32> {graph.dims = ["s"]}, %z: tensor<?xf32>)
        attributes {graph.symbols = {b = [1, 64], s = [5, 8]}} { return })mlir");
  RandomOptions options;
  options.dims["b"] = 3;
  auto shapes = chooseShapes(function, options);
  EXPECT_EQ((*shapes)[0], (SmallVector<int64_t>{3, 5}));
  EXPECT_EQ((*shapes)[1], (SmallVector<int64_t>{5}));
  EXPECT_EQ((*shapes)[2], (SmallVector<int64_t>{2}));
  options.dims["s"] = 9;
  EXPECT_TRUE(failed(chooseShapes(function, options)));
  options.dims["s"] = 6;
  options.dims["t"] = 6;
  EXPECT_TRUE(failed(chooseShapes(function, options)));
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0], "expected size 's' in [5, 8], got 9");
  EXPECT_EQ(errors[1], "expected the name of one of the function's sizes ('b', 's'), got 't'");
}
