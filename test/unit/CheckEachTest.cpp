//===- CheckEachTest.cpp --------------------------------------------------===//
#include "graph-opt/Interpreter/CheckEach.h"
#include "graph-opt/Failure.h"
#include "graph-opt/Registration.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/Passes.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace graphopt;

namespace {
const char *program = R"mlir(
  func.func @f(%x: tensor<?x3xf32>, %y: tensor<3xf32>) -> (tensor<?x3xf32>, tensor<3xf32>) {
    %a = graph.add %x, %y : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
    %b = arith.addf %y, %y : tensor<3xf32>
    return %a, %b : tensor<?x3xf32>, tensor<3xf32>
  }
)mlir";

/// Replaces arith.addf by another op.
template <typename Op> struct Replace final : PassWrapper<Replace<Op>, OperationPass<func::FuncOp>> {
  StringRef getArgument() const override { return "replace-add"; }
  void runOnOperation() override {
    this->getOperation()->walk([](arith::AddFOp op) {
      OpBuilder b(op);
      op.replaceAllUsesWith(Op::create(b, op.getLoc(), op.getLhs(), op.getRhs()).getResult());
      op.erase();
    });
  }
};
/// Adds an op that the interpreter lacks.
struct AddBuffer final : PassWrapper<AddBuffer, OperationPass<func::FuncOp>> {
  StringRef getArgument() const override { return "add-buffer"; }
  void runOnOperation() override {
    OpBuilder b(&getOperation().getBody().front(), getOperation().getBody().front().begin());
    memref::AllocOp::create(b, getOperation().getLoc(), MemRefType::get({2}, b.getF32Type()));
  }
};
/// Makes an operand of every op's a value that evaluation refuses.
struct Fail final : PassWrapper<Fail, OperationPass<func::FuncOp>> {
  StringRef getArgument() const override { return "divide-by-zero"; }
  void runOnOperation() override {
    OpBuilder b(&getOperation().getBody().front(), getOperation().getBody().front().begin());
    Value zero = arith::ConstantIntOp::create(b, getOperation().getLoc(), 0, 32);
    arith::DivSIOp::create(b, getOperation().getLoc(), zero, zero);
  }
};

struct CheckEachTest : ::testing::Test {
  std::unique_ptr<MLIRContext> context;
  std::vector<std::string> errors, remarks;
  std::vector<Failure> failures;

  CheckEachTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context = std::make_unique<MLIRContext>(registry);
    context->loadDialect<arith::ArithDialect, memref::MemRefDialect>();
    context->getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      (diagnostic.getSeverity() == DiagnosticSeverity::Error ? errors : remarks).push_back(diagnostic.str());
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
        failures.push_back(getFailure(diagnostic));
      return success();
    });
  }
  template <typename... Passes> std::shared_ptr<CheckEachReport> run() {
    auto module = parseSourceString<ModuleOp>(program, context.get());
    EXPECT_TRUE(module);
    PassManager manager(context.get());
    (manager.addNestedPass<func::FuncOp>(std::make_unique<Passes>()), ...);
    auto report = attachCheckEach(manager);
    EXPECT_TRUE(succeeded(manager.run(*module)));
    return report;
  }
};
} // namespace

TEST_F(CheckEachTest, EqualNumbersPass) {
  struct Swap final : PassWrapper<Swap, OperationPass<func::FuncOp>> {
    void runOnOperation() override {
      getOperation()->walk([](arith::AddFOp op) {
        OpBuilder b(op);
        auto two = DenseElementsAttr::get(cast<ShapedType>(op.getType()), 2.0f);
        Value constant = arith::ConstantOp::create(b, op.getLoc(), two);
        op.replaceAllUsesWith(arith::MulFOp::create(b, op.getLoc(), op.getLhs(), constant).getResult());
        op.erase();
      });
    }
  };
  auto report = run<Swap>();
  EXPECT_FALSE(report->numbersDiffer);
  EXPECT_EQ(report->comparisons, 1);
  EXPECT_TRUE(errors.empty());
}

TEST_F(CheckEachTest, NamesThePassTheFunctionAndTheResult) {
  auto report = run<Replace<arith::MulFOp>>();
  EXPECT_TRUE(report->numbersDiffer);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].substr(0, 60), "pass 'replace-add' changes the numbers of 'f': result 1: exp") << errors[0];
  EXPECT_EQ(failures[0], Failure::numbersDiffer);
}

TEST_F(CheckEachTest, AFailureAfterAPassIsADifference) {
  auto report = run<Fail>();
  EXPECT_TRUE(report->numbersDiffer);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].find("it fails with \"'arith.divsi' op has undefined behaviour"), std::string::npos) << errors[0];
}

TEST_F(CheckEachTest, SaysWhereItStopsJudging) {
  auto report = run<AddBuffer, Replace<arith::MulFOp>>();
  EXPECT_FALSE(report->numbersDiffer);
  EXPECT_EQ(report->comparisons, 0);
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_EQ(remarks[0], "is not judged by --check-each from pass 'add-buffer' on: 'memref.alloc' has no evaluation");
}
