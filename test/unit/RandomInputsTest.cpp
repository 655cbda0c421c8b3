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
  EXPECT_EQ(errors[1], "expected the name of one of the function's sizes, got 't'");
}
