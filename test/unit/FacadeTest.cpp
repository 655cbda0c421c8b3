//===- FacadeTest.cpp - the facade, and the classes of its errors ---------===//
#include "graph-opt/GraphOpt.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace graphopt;

namespace {
constexpr llvm::StringLiteral model = R"(
func.func @add(%a: tensor<2xf32> {graph.name = "a"}, %b: tensor<2xf32>) -> tensor<2xf32> {
  %0 = graph.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
)";

struct SilentPass final : PassWrapper<SilentPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(SilentPass)
  StringRef getArgument() const override { return "test-silent"; }
  void runOnOperation() override { signalPassFailure(); }
};

/// Drops the return of each function.
struct BreakingPass final : PassWrapper<BreakingPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(BreakingPass)
  StringRef getArgument() const override { return "test-breaking"; }
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      function.front().getTerminator()->erase();
  }
};

/// The class and the text of an error, which is taken.
std::pair<Failure, std::string> explain(llvm::Error error) {
  std::pair<Failure, std::string> result{Failure::none, ""};
  handleAllErrors(std::move(error), [&](const GraphError &e) { result = {e.getFailure(), e.getText().str()}; });
  return result;
}

Module load() { return cantFail(Module::parse(model, "add.mlir")); }

TensorValue vector(MLIRContext *context, float x, float y) {
  TensorValue value(Float32Type::get(context), {2});
  value.getMutable<float>()[0] = x;
  value.getMutable<float>()[1] = y;
  return value;
}
} // namespace

TEST(Facade, EvaluatesAndNames) {
  Module module = load();
  auto function = module.getFunction();
  ASSERT_TRUE(static_cast<bool>(function));
  EXPECT_EQ(Module::getInputs(*function)[0].name, "a");
  EXPECT_EQ(Module::getInputs(*function)[1].name, "in1");
  EXPECT_EQ(Module::getOutputs(*function)[0].name, "out0");
  auto results = module.evaluate({vector(module.getContext(), 1, 2), vector(module.getContext(), 10, 20)});
  ASSERT_TRUE(static_cast<bool>(results));
  EXPECT_EQ((*results)[0].get<float>()[1], 22.0f);
}

TEST(Facade, CloneIsIndependent) {
  Module module = load();
  Module copy = module.clone();
  copy.get().getBody()->clear();
  EXPECT_TRUE(static_cast<bool>(module.getFunction()));
  EXPECT_EQ(explain(copy.getFunction().takeError()).first, Failure::badInput);
}

TEST(Facade, TellsWhereTextIsWrong) {
  auto [failure, text] = explain(Module::parse("func.func @f() { return %x : i32 }", "f.mlir").takeError());
  EXPECT_EQ(failure, Failure::badInput);
  EXPECT_EQ(text.rfind("f.mlir:1:25: error: ", 0), 0u) << text;
  EXPECT_EQ(explain(Module::parse("\"x\"() {a = [[[[1]]]]} : () -> ()", "deep.mlir", {false, 3}).takeError()).first, Failure::limit);
}

TEST(Facade, ClassesOfPassFailures) {
  PassRegistration<SilentPass>();
  PassRegistration<BreakingPass>();
  Module module = load();
  EXPECT_EQ(explain(module.runPipeline("no-such-pass")).first, Failure::usage);
  EXPECT_EQ(explain(module.runPipeline("cse,canonicalize")).first, Failure::none);
  auto silent = explain(module.runPipeline("test-silent"));
  EXPECT_EQ(silent.first, Failure::internal);
  EXPECT_NE(silent.second.find("failed without a message"), std::string::npos) << silent.second;
  auto breaking = explain(module.runPipeline("test-breaking"));
  EXPECT_EQ(breaking.first, Failure::internal);
  EXPECT_NE(breaking.second.find("pass 'test-breaking' left IR that does not verify"), std::string::npos) << breaking.second;
}

TEST(Facade, SavesWholeOrNotAtAll) {
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("facade", folder));
  Module module = load();
  std::string text = module.str();
  for (const char *name : {"/m.mlir", "/m.mlirbc", "/m.json"}) {
    std::string path = (folder + name).str();
    ASSERT_EQ(explain(module.save(path)).first, Failure::none);
    Module again = cantFail(Module::load(path));
    EXPECT_EQ(again.str(), text) << path;
  }
  EXPECT_EQ(explain(module.save((folder + "/m.txt").str())).first, Failure::usage);
  EXPECT_EQ(explain(module.save((folder + "/none/m.mlir").str())).first, Failure::badInput);
  llvm::sys::fs::remove_directories(folder);
}
