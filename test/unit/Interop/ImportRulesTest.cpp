//===- ImportRulesTest.cpp ------------------------------------------------===//
#include "graph-opt/Interop/ImportRules.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/GraphOpt.h"
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
