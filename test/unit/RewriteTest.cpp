//===- RewriteTest.cpp - ops by name, patterns and parts ------------------===//
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Rewrite/BuildOp.h"
#include "graph-opt/Rewrite/GraphPattern.h"
#include "graph-opt/Rewrite/Split.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace graphopt;

namespace {
constexpr llvm::StringLiteral model = R"(
func.func @f(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = graph.exp %x : tensor<4xf32>
  %1 = graph.add %y, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.neg %1 : tensor<4xf32>
  %3 = graph.exp %2 : tensor<4xf32>
  return %2, %3 : tensor<4xf32>, tensor<4xf32>
}
)";

struct Rewrite : testing::Test {
  Module module = cantFail(Module::parse(model));
  func::FuncOp function = cast<func::FuncOp>(*cantFail(module.getFunction()));
  Operation *at(unsigned index) { return &*std::next(function.front().begin(), index); }
};

std::string message(llvm::Error error) { return llvm::toString(std::move(error)); }
} // namespace

TEST_F(Rewrite, BuildsAnOpByItsName) {
  OpBuilder b(function.front().getTerminator());
  auto built =
      buildOp(b, function.getLoc(), "graph.reduce_sum", {{at(3)->getResult(0)}}, {b.getNamedAttr("axes", b.getDenseI64ArrayAttr({0}))});
  ASSERT_TRUE(static_cast<bool>(built));
  EXPECT_EQ((*built)->getResult(0).getType(), RankedTensorType::get({}, b.getF32Type()));
  auto clamp = buildOp(b, function.getLoc(), "graph.clamp", {{function.getArgument(0)}, {}, {(*built)->getResult(0)}});
  ASSERT_TRUE(static_cast<bool>(clamp)) << message(clamp.takeError());
  EXPECT_EQ((*clamp)->getNumOperands(), 2u);
}

TEST_F(Rewrite, RefusesWhatDoesNotFit) {
  OpBuilder b(function.front().getTerminator());
  std::string before = module.str();
  Value x = function.getArgument(0);
  auto build = [&](StringRef name, ArrayRef<OperandGroup> operands, ArrayRef<NamedAttribute> attributes = {}) {
    return message(buildOp(b, function.getLoc(), name, operands, attributes).takeError());
  };
  EXPECT_NE(build("graph.exq", {{x}}).find("expected the name of an op, got 'graph.exq'"), std::string::npos);
  EXPECT_NE(build("graph.exp", {{x}}, {b.getNamedAttr("axis", b.getI64IntegerAttr(0))}).find("got 'axis'"), std::string::npos);
  EXPECT_FALSE(build("graph.add", {{x}}).empty());
  EXPECT_FALSE(build("graph.reduce_sum", {{x}}, {b.getNamedAttr("axes", b.getStringAttr("0"))}).empty());
  EXPECT_FALSE(build("graph.constant", {}).empty());
  EXPECT_EQ(module.str(), before);
}

TEST_F(Rewrite, FindsCommutedOperandsAndNamesTheReason) {
  GraphPattern pattern;
  auto x = pattern.capture("x"), y = pattern.capture("y");
  pattern.output(pattern.op("graph.add", {pattern.op("graph.exp", {x}), y}));
  auto matches = cantFail(findMatches(function.getBody(), pattern));
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].captures[x.node].get(), function.getArgument(0));
  EXPECT_EQ(matches[0].captures[y.node].get(), function.getArgument(1));
  EXPECT_EQ(matches[0].insertion, at(1));
  EXPECT_EQ(cantFail(explainMismatch(at(2), pattern)), "expected 'graph.add', got 'graph.neg'");
}

TEST_F(Rewrite, FindsSeveralOutputsWhereAllCapturesAreKnown) {
  GraphPattern pattern;
  auto x = pattern.capture("x");
  auto neg = pattern.op("graph.neg", {x});
  pattern.output(neg);
  pattern.output(pattern.op("graph.exp", {neg}));
  auto matches = cantFail(findMatches(function.getBody(), pattern));
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].insertion, at(2));
}

TEST_F(Rewrite, RefusesPatternsThatCannotMatch) {
  GraphPattern loose, captureOnly;
  loose.capture("x");
  auto y = loose.capture("y");
  loose.output(loose.op("graph.exp", {y}));
  EXPECT_EQ(message(findMatches(function.getBody(), loose).takeError()),
            "expected a pattern whose outputs depend on all of it, got capture 'x' beside them");
  captureOnly.output(captureOnly.capture("x"));
  EXPECT_EQ(message(findMatches(function.getBody(), captureOnly).takeError()), "expected outputs of a pattern that are results of ops");
}

TEST_F(Rewrite, GivesUpAfterItsSteps) {
  GraphPattern pattern;
  auto x = pattern.capture("x"), y = pattern.capture("y");
  pattern.output(pattern.op("graph.add", {pattern.op("graph.exp", {x}), y}));
  MatchOptions options;
  options.maxSteps = 2;
  EXPECT_EQ(message(findMatches(function.getBody(), pattern, options).takeError()),
            "expected an answer within 2 steps at an op 'graph.add'");
}

TEST_F(Rewrite, SplitsIntoPartsThatRunInOrder) {
  // The tags cross: the part that is needed first comes first.
  auto parts = cantFail(splitFunction(function, [&](Operation *op) -> std::optional<std::string> {
    return op->getName().getStringRef() == "graph.add" || op == at(0) ? "a" : "b";
  }));
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].tag, "a");
  EXPECT_EQ(parts[0].function.getName(), "f_a");
  EXPECT_EQ(parts[0].function.getNumResults(), 1u);
  EXPECT_FALSE(static_cast<bool>(verifyOp(module.get())));
}

TEST_F(Rewrite, RefusesPartsThatNeedEachOther) {
  std::string before = module.str();
  auto parts = splitFunction(
      function, [&](Operation *op) -> std::optional<std::string> { return op->getName().getStringRef() == "graph.exp" ? "a" : "b"; });
  EXPECT_NE(message(parts.takeError()).find("got part 'a', which needs results of others that need its own"), std::string::npos);
  EXPECT_EQ(module.str(), before);
}

TEST_F(Rewrite, PartitionsWithoutCycles) {
  auto parts = cantFail(partitionFunction(function, [](Operation *op) { return op->getName().getStringRef() == "graph.exp"; }));
  EXPECT_EQ(parts.size(), 2u);
  EXPECT_FALSE(static_cast<bool>(verifyOp(module.get())));
}
