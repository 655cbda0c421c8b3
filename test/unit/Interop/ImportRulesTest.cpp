//===- ImportRulesTest.cpp ------------------------------------------------===//
#include "graph-opt/Interop/ImportRules.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/GraphOpt.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace graphopt;

static ImportRule nothing() {
  return [](ImportCall &) { return success(); };
}

TEST(ImportRules, OneForEachOperator) {
  MLIRContext context(Module::registry());
  context.getOrLoadDialect<graph::GraphDialect>();
  ImportRules rules = ImportRules::collect(&context);
  EXPECT_FALSE(rules.names().empty());
  EXPECT_TRUE(rules.conflicts().empty()) << rules.conflicts().front();
}

TEST(ImportRules, ReportsTwo) {
  ImportRules rules;
  rules.aten({"add.Tensor", "mul.Tensor"}, nothing());
  rules.onnx({"Add"}, nothing(), 1, 6);
  rules.onnx({"Add"}, nothing(), 7);
  EXPECT_TRUE(rules.conflicts().empty());
  rules.aten({"mul.Tensor"}, nothing());
  rules.onnx({"Add"}, nothing(), 5, 9);
  EXPECT_EQ(rules.conflicts().vec(), (std::vector<std::string>{"aten.mul.Tensor", "onnx.Add"}));
}

TEST(ImportRules, SayThatAScalarHasNoAxis) {
  MLIRContext context(Module::registry());
  context.loadDialect<graph::GraphDialect, tensor::TensorDialect, arith::ArithDialect>();
  ImportRules rules = ImportRules::collect(&context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  OpBuilder b(module->getBodyRegion());
  Value scalar = tensor::EmptyOp::create(b, b.getUnknownLoc(), ArrayRef<int64_t>{}, b.getF32Type());
  for (StringRef name : {"unbind.int", "split_with_sizes.default", "select_scatter.default", "repeat_interleave.self_int", "select.int"}) {
    std::string said;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) { said = diagnostic.str(); });
    ImportCall call(b, b.getUnknownLoc(), ("aten." + name).str());
    for (StringRef tensor : {"self", "src"})
      call.args.push_back({tensor.str(), ImportArg{scalar}});
    for (StringRef number : {"dim", "index", "repeats"})
      call.args.push_back({number.str(), ImportArg{int64_t(0)}});
    call.args.push_back({"split_sizes", ImportArg{std::vector<ImportArg>{{int64_t(0)}}}});
    ASSERT_NE(rules.findAten(name), nullptr) << name.str();
    EXPECT_TRUE(failed((*rules.findAten(name))(call)));
    EXPECT_EQ(said, ("unsupported 'aten." + name + "': a scalar has no axis").str());
  }
}
