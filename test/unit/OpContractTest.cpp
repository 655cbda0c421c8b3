// What every op promises, held against its own evaluate(): the lowering and the decomposition give the same numbers for every element
// type, and the gradient is that of finite differences.
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interpreter/Compare.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "graph-opt/Registration.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace graphopt;

namespace {
/// A function of one op, or a few, over the element type !T.
struct Case {
  std::string name, text;
  std::vector<std::vector<int64_t>> shapes; ///< of the arguments
  double low = -2, high = 2;                ///< the range of floating-point inputs
  std::string types = "f64 f32 f16 bf16";   ///< those that the op takes
  bool smooth = true;                       ///< whether finite differences show the gradient
};

const std::string numbers = "f64 f32 f16 bf16 i64 i32 i16 i8 ui64 ui32 ui16 ui8", bits = "i32 i8 ui16 ui8 i1";

/// The text with `type` in place of !T.
std::string expand(std::string text, llvm::StringRef type) {
  for (size_t at; (at = text.find("!T")) != std::string::npos;)
    text.replace(at, 2, type.str());
  return text;
}

Case unary(const char *op, double low = -2, double high = 2, const std::string &types = "f64 f32 f16 bf16") {
  std::string text = std::string("func.func @f(%x: tensor<?x3x!T>) -> tensor<?x3x!T> { %y = graph.") + op +
                     " %x : tensor<?x3x!T> return %y : tensor<?x3x!T> }";
  return {op, text, {{2, 3}}, low, high, types};
}

Case binary(const char *op, double low = -2, double high = 2, const std::string &types = numbers) {
  std::string text = std::string("func.func @f(%a: tensor<?x3x!T>, %b: tensor<3x!T>) -> tensor<?x3x!T> { %y = graph.") + op +
                     " %a, %b : (tensor<?x3x!T>, tensor<3x!T>) -> tensor<?x3x!T> return %y : tensor<?x3x!T> }";
  return {op, text, {{2, 3}, {3}}, low, high, types};
}

std::vector<Case> cases() {
  std::vector<Case> all = {unary("neg", -2, 2, numbers),
                           unary("abs", -2, 2, numbers),
                           unary("sign", -2, 2, numbers),
                           unary("ceil"),
                           unary("floor"),
                           unary("trunc"),
                           unary("round"),
                           unary("sqrt", 0.5, 2),
                           unary("rsqrt", 0.5, 2),
                           unary("reciprocal", 0.5, 2),
                           unary("exp"),
                           unary("expm1"),
                           unary("log", 0.5, 2),
                           unary("log1p", -0.5, 2),
                           unary("log2", 0.5, 2),
                           unary("sin"),
                           unary("cos"),
                           unary("tan", -1, 1),
                           unary("tanh"),
                           unary("atan"),
                           unary("erf"),
                           unary("sigmoid"),
                           unary("relu", -2, 2, numbers),
                           unary("silu"),
                           unary("exp2"),
                           unary("log10", 0.5, 2),
                           unary("asin", -0.9, 0.9),
                           unary("acos", -0.9, 0.9),
                           unary("sinh"),
                           unary("cosh"),
                           unary("asinh"),
                           unary("acosh", 1.5, 3),
                           unary("atanh", -0.9, 0.9),
                           unary("softplus"),
                           unary("not", 0, 0, bits),
                           unary("gelu"),
                           binary("add"),
                           binary("sub"),
                           binary("mul"),
                           binary("div", 0.5, 2),
                           binary("rem", 0.5, 2),
                           binary("mod", 0.5, 2),
                           binary("pow", 0.5, 2),
                           binary("max"),
                           binary("min"),
                           binary("atan2", 0.5, 2, "f64 f32 f16 bf16"),
                           binary("and", 0, 0, bits),
                           binary("or", 0, 0, bits),
                           binary("xor", 0, 0, bits),
                           binary("shl", 0, 0, bits),
                           binary("shr", 0, 0, bits)};
  auto add = [&](const char *name, const char *text, std::vector<std::vector<int64_t>> shapes, std::string types = "f64 f32 f16 bf16") {
    all.push_back({name, text, std::move(shapes), -2, 2, std::move(types)});
  };
  add("gelu_tanh", R"(func.func @f(%x: tensor<?x!T>) -> tensor<?x!T> { %y = graph.gelu %x {approximate = "tanh"} : tensor<?x!T>
    return %y : tensor<?x!T> })",
      {{6}});
  add("select", R"(func.func @f(%a: tensor<2x3x!T>, %b: tensor<!T>) -> tensor<2x3x!T> {
    %c = graph.constant dense<[true, false, true]> : tensor<3xi1>
    %y = graph.select %c, %a, %b : (tensor<3xi1>, tensor<2x3x!T>, tensor<!T>) -> tensor<2x3x!T> return %y : tensor<2x3x!T> })",
      {{2, 3}, {}}, numbers);
  add("clamp", R"(func.func @f(%x: tensor<?x3x!T>, %l: tensor<!T>, %u: tensor<3x!T>) -> tensor<?x3x!T> {
    %y = graph.clamp %x lower %l upper %u : (tensor<?x3x!T>, tensor<!T>, tensor<3x!T>) -> tensor<?x3x!T> return %y : tensor<?x3x!T> })",
      {{4, 3}, {}, {3}}, numbers);
  for (auto [name, text] : {std::pair("reduce_sum", R"(func.func @f(%x: tensor<?x3x2x!T>) -> tensor<?x2x!T> {
    %y = graph.reduce_sum %x axes [1] : tensor<?x3x2x!T> -> tensor<?x2x!T> return %y : tensor<?x2x!T> })"),
                            std::pair("reduce_prod", R"(func.func @f(%x: tensor<?x3x2x!T>) -> tensor<?x1x1x!T> {
    %y = graph.reduce_prod %x axes [1, 2] keep_dims : tensor<?x3x2x!T> -> tensor<?x1x1x!T> return %y : tensor<?x1x1x!T> })"),
                            std::pair("reduce_max", R"(func.func @f(%x: tensor<?x3x2x!T>) -> tensor<1x3x2x!T> {
    %y = graph.reduce_max %x axes [0] keep_dims : tensor<?x3x2x!T> -> tensor<1x3x2x!T> return %y : tensor<1x3x2x!T> })"),
                            std::pair("reduce_min", R"(func.func @f(%x: tensor<?x3x2x!T>) -> tensor<!T> {
    %y = graph.reduce_min %x axes [0, 1, 2] : tensor<?x3x2x!T> -> tensor<!T> return %y : tensor<!T> })")})
    add(name, text, {{2, 3, 2}}, numbers);
  add("reshape", R"(func.func @f(%x: tensor<?x6x!T>) -> tensor<?x3x!T> {
    %y = graph.reshape %x [-1, 3] : tensor<?x6x!T> -> tensor<?x3x!T> return %y : tensor<?x3x!T> })",
      {{2, 6}}, numbers);
  add("broadcast", R"(func.func @f(%x: tensor<?x1x!T>) -> tensor<2x?x3x!T> {
    %y = graph.broadcast %x [2, -1, 3] : tensor<?x1x!T> -> tensor<2x?x3x!T> return %y : tensor<2x?x3x!T> })",
      {{2, 1}}, numbers);
  add("transpose", R"(func.func @f(%x: tensor<2x?x3x!T>) -> tensor<3x2x?x!T> {
    %y = graph.transpose %x [2, 0, 1] : tensor<2x?x3x!T> -> tensor<3x2x?x!T> return %y : tensor<3x2x?x!T> })",
      {{2, 4, 3}}, numbers);
  add("softmax", R"(func.func @f(%x: tensor<?x3x2x!T>) -> tensor<?x3x2x!T> {
    %y = graph.softmax %x axis 1 : tensor<?x3x2x!T> return %y : tensor<?x3x2x!T> })",
      {{2, 3, 2}});
  add("log_softmax", R"(func.func @f(%x: tensor<?x3x!T>) -> tensor<?x3x!T> {
    %y = graph.log_softmax %x axis 1 : tensor<?x3x!T> return %y : tensor<?x3x!T> })",
      {{2, 3}});
  add("layer_norm", R"(func.func @f(%x: tensor<?x4x!T>, %w: tensor<4x!T>, %b: tensor<4x!T>) -> tensor<?x4x!T> {
    %y = graph.layer_norm %x weight %w bias %b last 1 epsilon 0.01 : (tensor<?x4x!T>, tensor<4x!T>, tensor<4x!T>) -> tensor<?x4x!T>
    return %y : tensor<?x4x!T> })",
      {{3, 4}, {4}, {4}});
  add("layer_norm_of_all", R"(func.func @f(%x: tensor<2x?x!T>, %b: tensor<2x?x!T>) -> tensor<2x?x!T> {
    %y = graph.layer_norm %x bias %b last 2 epsilon 0.01 : (tensor<2x?x!T>, tensor<2x?x!T>) -> tensor<2x?x!T>
    return %y : tensor<2x?x!T> })",
      {{2, 4}, {2, 4}});
  add("linear", R"(func.func @f(%x: tensor<2x?x3x!T>, %w: tensor<4x3x!T>, %b: tensor<4x!T>) -> tensor<2x?x4x!T> {
    %y = graph.linear %x, %w, %b : (tensor<2x?x3x!T>, tensor<4x3x!T>, tensor<4x!T>) -> tensor<2x?x4x!T> return %y : tensor<2x?x4x!T> })",
      {{2, 2, 3}, {4, 3}, {4}}, numbers);
  add("matmul", R"(func.func @f(%a: tensor<?x3x!T>, %b: tensor<3x4x!T>) -> tensor<?x4x!T> {
    %y = graph.matmul %a, %b : (tensor<?x3x!T>, tensor<3x4x!T>) -> tensor<?x4x!T> return %y : tensor<?x4x!T> })",
      {{2, 3}, {3, 4}}, numbers);
  add("matmul_batch", R"(func.func @f(%a: tensor<?x2x3x!T>, %b: tensor<?x3x4x!T>) -> tensor<?x2x4x!T> {
    %y = graph.matmul %a, %b : (tensor<?x2x3x!T>, tensor<?x3x4x!T>) -> tensor<?x2x4x!T> return %y : tensor<?x2x4x!T> })",
      {{2, 2, 3}, {2, 3, 4}}, numbers);
  add("matmul_stretched", R"(func.func @f(%a: tensor<2x1x2x3x!T>, %b: tensor<4x3x2x!T>) -> tensor<2x4x2x2x!T> {
    %y = graph.matmul %a, %b : (tensor<2x1x2x3x!T>, tensor<4x3x2x!T>) -> tensor<2x4x2x2x!T> return %y : tensor<2x4x2x2x!T> })",
      {{2, 1, 2, 3}, {4, 3, 2}}, numbers);
  add("matmul_few_to_many", R"(func.func @f(%a: tensor<2x3x!T>, %b: tensor<4x3x2x!T>) -> tensor<4x2x2x!T> {
    %y = graph.matmul %a, %b : (tensor<2x3x!T>, tensor<4x3x2x!T>) -> tensor<4x2x2x!T> return %y : tensor<4x2x2x!T> })",
      {{2, 3}, {4, 3, 2}}, numbers);
  add("matmul_dot", R"(func.func @f(%a: tensor<3x!T>, %b: tensor<3x!T>) -> tensor<!T> {
    %y = graph.matmul %a, %b : (tensor<3x!T>, tensor<3x!T>) -> tensor<!T> return %y : tensor<!T> })",
      {{3}, {3}}, numbers);
  add("matmul_row", R"(func.func @f(%a: tensor<3x!T>, %b: tensor<2x3x4x!T>) -> tensor<2x4x!T> {
    %y = graph.matmul %a, %b : (tensor<3x!T>, tensor<2x3x4x!T>) -> tensor<2x4x!T> return %y : tensor<2x4x!T> })",
      {{3}, {2, 3, 4}}, numbers);
  add("contract", R"(func.func @f(%a: tensor<2x3x2x4x!T>, %b: tensor<5x4x2x3x!T>) -> tensor<2x2x5x!T> {
    %y = graph.contract %a, %b batch [2] x [2] sum [3, 1] x [1, 3] : (tensor<2x3x2x4x!T>, tensor<5x4x2x3x!T>) -> tensor<2x2x5x!T>
    return %y : tensor<2x2x5x!T> })",
      {{2, 3, 2, 4}, {5, 4, 2, 3}}, numbers);
  add("gather", R"(func.func @f(%x: tensor<2x?x3x!T>) -> tensor<2x2x2x3x!T> { %i = graph.constant dense<[[0, -1], [7, 0]]> : tensor<2x2xi64>
    %y = graph.gather %x, %i axis 1 : (tensor<2x?x3x!T>, tensor<2x2xi64>) -> tensor<2x2x2x3x!T> return %y : tensor<2x2x2x3x!T> })",
      {{2, 3, 3}}, numbers);
  add("embedding", R"(func.func @f(%w: tensor<4x3x!T>) -> tensor<2x2x3x!T> { %i = graph.constant dense<[[1, 200], [3, 1]]> : tensor<2x2xui8>
    %y = graph.embedding %w, %i : (tensor<4x3x!T>, tensor<2x2xui8>) -> tensor<2x2x3x!T> return %y : tensor<2x2x3x!T> })",
      {{4, 3}});
  add("scatter_add", R"(func.func @f(%x: tensor<?x3x!T>, %u: tensor<2x2x3x!T>) -> tensor<?x3x!T> {
    %i = graph.constant dense<[[1, -1], [9, 1]]> : tensor<2x2xi32>
    %y = graph.scatter_add %x, %i, %u axis 0 : (tensor<?x3x!T>, tensor<2x2xi32>, tensor<2x2x3x!T>) -> tensor<?x3x!T>
    return %y : tensor<?x3x!T> })",
      {{3, 3}, {2, 2, 3}}, numbers);
  add("slice", R"(func.func @f(%x: tensor<5x6x?x!T>) -> tensor<2x3x4x!T> {
    %y = graph.slice %x starts [1, 9, 4] sizes [2, 3, 4] steps [2, 1, -1] : tensor<5x6x?x!T> -> tensor<2x3x4x!T>
    return %y : tensor<2x3x4x!T> })",
      {{5, 6, 6}}, numbers);
  add("slice_dynamic", R"(func.func @f(%x: tensor<?x4x!T>) -> tensor<?x4x!T> { %s = arith.constant 2 : index
    %0 = arith.constant 0 : index %d = tensor.dim %x, %0 : tensor<?x4x!T> %n = arith.subi %d, %s : index
    %y = graph.slice %x starts [%s, 0] sizes [%n, 4] steps [1, 1] : tensor<?x4x!T> -> tensor<?x4x!T> return %y : tensor<?x4x!T> })",
      {{5, 4}}, numbers);
  add("concat", R"(func.func @f(%a: tensor<2x?x!T>, %b: tensor<2x3x!T>, %c: tensor<2x?x!T>) -> tensor<2x?x!T> {
    %y = graph.concat %a, %b, %c axis 1 : (tensor<2x?x!T>, tensor<2x3x!T>, tensor<2x?x!T>) -> tensor<2x?x!T> return %y : tensor<2x?x!T> })",
      {{2, 1}, {2, 3}, {2, 2}}, numbers);
  add("pad", R"(func.func @f(%x: tensor<?x2x!T>, %v: tensor<!T>) -> tensor<?x5x!T> { %n = arith.constant 2 : index
    %y = graph.pad %x, %v low [%n, 1] high [0, 2] : (tensor<?x2x!T>, tensor<!T>) -> tensor<?x5x!T> return %y : tensor<?x5x!T> })",
      {{2, 2}, {}}, numbers);
  add("iota", R"(func.func @f(%x: tensor<3x!T>) -> tensor<2x3x!T> { %y = graph.iota !T [2, 3] axis 1 : tensor<2x3x!T>
    return %y : tensor<2x3x!T> })",
      {{3}}, numbers);
  add("uniform", R"(func.func @f(%x: tensor<3x!T>) -> tensor<2x3x!T> { %k = graph.constant dense<81985529216486895> : tensor<i64>
    %y = graph.random %k !T [2, 3] {stream = 4294967299} : tensor<i64> -> tensor<2x3x!T> return %y : tensor<2x3x!T> })",
      {{3}});
  add("normal", R"(func.func @f(%x: tensor<3x!T>) -> tensor<2x3x!T> { %k = graph.constant dense<-5> : tensor<i64>
    %y = graph.random %k !T [2, 3] {distribution = "normal"} : tensor<i64> -> tensor<2x3x!T> return %y : tensor<2x3x!T> })",
      {{3}});
  add("fusion", R"(func.func @f(%x: tensor<?x!T>) -> tensor<?x!T> { %y = graph.fusion (%a = %x : tensor<?x!T>) {
    %e = graph.exp %a : tensor<?x!T> graph.yield %e : tensor<?x!T> } return %y : tensor<?x!T> })",
      {{3}});
  for (llvm::StringRef to : {"f64", "f32", "f16", "i8", "ui8", "i64", "i1"}) {
    std::string text = ("func.func @f(%x: tensor<4x!T>) -> tensor<4x" + to + "> { %y = graph.cast %x to " + to +
                        " : (tensor<4x!T>) -> tensor<4x" + to + "> return %y : tensor<4x" + to + "> }")
                           .str();
    all.push_back({"cast", text, {{4}}, -300, 300, numbers + " i1", /*smooth=*/false});
  }
  for (llvm::StringRef op : {"eq", "ne", "lt", "le", "gt", "ge"}) {
    std::string text = ("func.func @f(%a: tensor<?x3x!T>, %b: tensor<3x!T>) -> tensor<?x3xi1> { %y = graph." + op +
                        " %a, %b : (tensor<?x3x!T>, tensor<3x!T>) -> tensor<?x3xi1> return %y : tensor<?x3xi1> }")
                           .str();
    all.push_back({op.str(), text, {{2, 3}, {3}}, -2, 2, numbers + " i1"});
  }
  return all;
}

TensorValue randomValue(std::mt19937 &generator, mlir::Type type, llvm::ArrayRef<int64_t> shape, double low, double high) {
  TensorValue value(type, shape);
  visitElementType(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (T &element : value.getMutable<T>()) {
      if constexpr (std::is_floating_point_v<ComputeType<T>>)
        element = static_cast<T>(static_cast<ComputeType<T>>(low + (high - low) * (generator() % 1000 + 0.5) / 1000));
      else
        element = static_cast<T>(static_cast<int64_t>(generator() % 19) - (std::is_signed_v<T> ? 9 : 0));
    }
  });
  return value;
}

class OpContractTest : public testing::TestWithParam<Case> {
protected:
  static void SetUpTestSuite() { registerAllPasses(); }

  OpContractTest() {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  void parse(llvm::StringRef type) {
    module = mlir::parseSourceString<mlir::ModuleOp>(expand(GetParam().text, type), &context);
    ASSERT_TRUE(module) << GetParam().name << " of " << type.str();
    std::mt19937 generator(17);
    inputs.clear();
    for (auto [argument, shape] : llvm::zip(function().getArguments(), GetParam().shapes))
      inputs.push_back(randomValue(generator, mlir::getElementTypeOrSelf(argument.getType()), shape, GetParam().low, GetParam().high));
  }

  mlir::func::FuncOp function() { return *module->getOps<mlir::func::FuncOp>().begin(); }
  /// The op under test: the one that the function returns.
  mlir::Operation *op() { return function().front().getTerminator()->getOperand(0).getDefiningOp(); }

  llvm::SmallVector<TensorValue> run(llvm::ArrayRef<TensorValue> arguments) {
    auto results = interpret(function(), arguments);
    EXPECT_TRUE(succeeded(results)) << GetParam().name;
    return succeeded(results) ? *results : llvm::SmallVector<TensorValue>();
  }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::SmallVector<TensorValue> inputs;
};

void expectClose(const TensorValue &actual, const TensorValue &expected, const std::string &what) {
  Comparison comparison = compare(actual, expected);
  EXPECT_TRUE(comparison.equal) << what << ": " << comparison.message;
}

TEST_P(OpContractTest, LoweringIsEvaluate) {
  llvm::SmallVector<llvm::StringRef> types;
  llvm::StringRef(GetParam().types).split(types, ' ');
  for (llvm::StringRef type : types) {
    ASSERT_NO_FATAL_FAILURE(parse(type));
    auto expected = run(inputs);
    ASSERT_EQ(expected.size(), 1u);
    mlir::PassManager passes(&context, "builtin.module");
    ASSERT_TRUE(succeeded(mlir::parsePassPipeline("graph-to-linalg", passes)));
    ASSERT_TRUE(succeeded(passes.run(*module))) << GetParam().name << " of " << type.str();
    llvm::SmallVector<TensorValue> signless;
    for (auto [input, argument] : llvm::zip(inputs, function().getArguments()))
      signless.push_back(input.bitcast(mlir::getElementTypeOrSelf(argument.getType())));
    auto actual = run(signless);
    ASSERT_EQ(actual.size(), 1u) << type.str();
    expectClose(actual[0].bitcast(expected[0].getElementType()), expected[0], GetParam().name + (" of " + type.str()));
  }
}

TEST_P(OpContractTest, DecompositionIsEvaluate) {
  llvm::SmallVector<llvm::StringRef> types;
  llvm::StringRef(GetParam().types).split(types, ' ');
  for (llvm::StringRef type : types) {
    ASSERT_NO_FATAL_FAILURE(parse(type));
    auto composite = mlir::dyn_cast<DecomposeOpInterface>(op());
    if (!composite) {
      EXPECT_TRUE((mlir::isa<LowerOpInterface, ScalarBodyOpInterface>(op()))) << "a primitive lowers itself";
      return;
    }
    auto expected = run(inputs);
    mlir::OpBuilder builder(composite);
    auto values = composite.decompose(builder);
    ASSERT_TRUE(succeeded(values));
    composite->replaceAllUsesWith(*values);
    composite->erase();
    ASSERT_TRUE(succeeded(mlir::verify(*module))) << type.str();
    auto actual = run(inputs);
    ASSERT_EQ(actual.size(), 1u);
    expectClose(actual[0], expected[0], GetParam().name + (" of " + type.str()));
  }
}

TEST_P(OpContractTest, GradientIsFiniteDifference) {
  bool hasNumbers = llvm::StringRef(GetParam().types).contains("f64") && GetParam().smooth;
  ASSERT_NO_FATAL_FAILURE(parse(hasNumbers ? "f64" : llvm::StringRef(GetParam().types).split(' ').first));
  auto differentiable = mlir::dyn_cast<GradientOpInterface>(op());
  auto type = mlir::cast<mlir::RankedTensorType>(op()->getResult(0).getType());
  if (!hasNumbers || !differentiable || !mlir::isa<mlir::FloatType>(type.getElementType())) {
    EXPECT_TRUE(differentiable || op()->hasTrait<NotDifferentiable>() || mlir::isa<DecomposeOpInterface>(op())) << "an op says which it is";
    return;
  }
  auto value = run(inputs);
  ASSERT_EQ(value.size(), 1u);
  std::mt19937 generator(23);
  TensorValue cotangent = randomValue(generator, type.getElementType(), value[0].getShape(), -1, 1);

  // The sum of cotangent * f at shifted inputs.
  auto weighted = [&](size_t argument, int64_t element, double by) {
    llvm::SmallVector<TensorValue> shifted = inputs;
    TensorValue copy(inputs[argument].getElementType(), inputs[argument].getShape());
    std::memcpy(copy.getMutableRaw(), inputs[argument].getRaw(), inputs[argument].getByteSize());
    copy.getMutable<double>()[element] += by;
    shifted[argument] = copy;
    double sum = 0;
    auto y = run(shifted);
    for (int64_t i = 0; i < y[0].getNumElements(); ++i)
      sum += y[0].getAsDouble(i) * cotangent.getAsDouble(i);
    return sum;
  };
  constexpr double step = 1e-5;
  llvm::SmallVector<TensorValue> expected;
  for (size_t i = 0; i < inputs.size(); ++i) {
    TensorValue &gradient = expected.emplace_back(inputs[i].getElementType(), inputs[i].getShape());
    for (int64_t k = 0; k < gradient.getNumElements(); ++k)
      gradient.getMutable<double>()[k] = (weighted(i, k, step) - weighted(i, k, -step)) / (2 * step);
  }

  // The function returns the cotangents instead, of one more argument.
  mlir::Block &body = function().front();
  mlir::Value ct = body.addArgument(type, op()->getLoc());
  mlir::Operation *terminator = body.getTerminator();
  mlir::OpBuilder builder(terminator);
  auto cotangents = differentiable.buildGradient(builder, ct);
  ASSERT_TRUE(succeeded(cotangents));
  ASSERT_EQ(cotangents->size(), op()->getNumOperands());
  llvm::SmallVector<mlir::Value> results;
  llvm::SmallVector<size_t> arguments;
  for (auto [operand, value] : llvm::zip(op()->getOperands(), *cotangents)) {
    if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(operand)) {
      if (!value) { // none flows: then nothing changes with the argument
        const TensorValue &difference = expected[argument.getArgNumber()];
        for (int64_t k = 0; k < difference.getNumElements(); ++k)
          EXPECT_EQ(difference.getAsDouble(k), 0.0) << "expected a cotangent of argument " << argument.getArgNumber();
        continue;
      }
      EXPECT_TRUE(areCompatible(operand.getType(), value.getType())) << "argument " << argument.getArgNumber();
      results.push_back(value);
      arguments.push_back(argument.getArgNumber());
    }
  }
  terminator->setOperands(results);
  llvm::SmallVector<mlir::Type> resultTypes = llvm::map_to_vector(results, [](mlir::Value v) { return v.getType(); });
  function().setFunctionType(builder.getFunctionType(body.getArgumentTypes(), resultTypes));
  ASSERT_TRUE(succeeded(mlir::verify(*module)));
  inputs.push_back(cotangent);
  auto actual = run(inputs);
  ASSERT_EQ(actual.size(), results.size());
  for (auto [argument, gradient] : llvm::zip(arguments, actual)) {
    Comparison comparison = compare(gradient, expected[argument], {1e-7, 1e-7});
    EXPECT_TRUE(comparison.equal) << GetParam().name << ", argument " << argument << ": " << comparison.message;
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, OpContractTest, testing::ValuesIn(cases()), [](const testing::TestParamInfo<Case> &info) {
  std::string name;
  for (char c : llvm::StringRef(info.param.name))
    name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name + "_" + std::to_string(info.index);
});
} // namespace
