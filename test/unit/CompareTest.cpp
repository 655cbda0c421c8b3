//===- CompareTest.cpp ----------------------------------------------------===//
#include "graph-opt/Interpreter/Compare.h"
#include "mlir/IR/Builders.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace mlir;
using namespace graphopt;

namespace {
struct CompareTest : ::testing::Test {
  MLIRContext context;
  TensorValue f32(llvm::ArrayRef<float> values) {
    TensorValue result(Float32Type::get(&context), {static_cast<int64_t>(values.size())});
    std::copy(values.begin(), values.end(), result.getMutable<float>().begin());
    return result;
  }
  TensorValue i64(llvm::ArrayRef<int64_t> values) {
    TensorValue result(IntegerType::get(&context, 64), {static_cast<int64_t>(values.size())});
    std::copy(values.begin(), values.end(), result.getMutable<int64_t>().begin());
    return result;
  }
};
} // namespace

TEST_F(CompareTest, ErrorIsRelativeToTheGreatestAndToOne) {
  EXPECT_FLOAT_EQ(compare(f32({0.25f, 0}), f32({0.5f, 0})).error, 0.25);
  EXPECT_FLOAT_EQ(compare(f32({10, 100}), f32({11, 100})).error, 0.01);
  EXPECT_TRUE(compare(f32({1000.0f, 0.001f}), f32({1000.0f, 0.0f})).equal); // 1e-3 of 1000 is within 1e-5
  EXPECT_FALSE(compare(f32({1.0f, 0.001f}), f32({1.0f, 0.0f})).equal);
}

TEST_F(CompareTest, WhatIsNotFinite) {
  EXPECT_TRUE(compare(f32({NAN, INFINITY, -INFINITY}), f32({NAN, INFINITY, -INFINITY})).equal);
  EXPECT_FALSE(compare(f32({NAN}), f32({1}), {1e9, 1e9}).equal);
  EXPECT_FALSE(compare(f32({1}), f32({NAN}), {1e9, 1e9}).equal);
  EXPECT_FALSE(compare(f32({INFINITY}), f32({-INFINITY}), {1e9, 1e9}).equal);
  EXPECT_FALSE(compare(f32({3e38f}), f32({INFINITY}), {1e9, 1e9}).equal);
  // A NaN does not hide what differs beside it, nor raise the limit.
  EXPECT_FALSE(compare(f32({NAN, 1}), f32({NAN, 2})).equal);
  EXPECT_FALSE(compare(f32({INFINITY, 1}), f32({INFINITY, 2})).equal);
}

TEST_F(CompareTest, TolerancesOverride) {
  Tolerances loose;
  loose.atol = 0.5;
  EXPECT_TRUE(compare(f32({1.5f}), f32({1}), loose).equal);
  EXPECT_FALSE(compare(f32({1.75f}), f32({1}), loose).equal);
  Tolerances relative;
  relative.rtol = 0.1;
  EXPECT_TRUE(compare(f32({105}), f32({100}), relative).equal);
  EXPECT_FALSE(compare(f32({115}), f32({100}), relative).equal);
  EXPECT_FALSE(compare(f32({std::nextafterf(1, 2)}), f32({1}), {0.0, 0.0}).equal);
  EXPECT_TRUE(compare(f32({-0.0f}), f32({0.0f}), {0.0, 0.0}).equal);
}

TEST_F(CompareTest, IntegersAreExact) {
  EXPECT_TRUE(compare(i64({1, 2}), i64({1, 2})).equal);
  Comparison wrong = compare(i64({1, (int64_t(1) << 60) + 1}), i64({1, int64_t(1) << 60}), {1e9, 1e9});
  EXPECT_FALSE(wrong.equal);
  EXPECT_EQ(wrong.message, "expected 1152921504606846976, got 1152921504606846977 at [1]");
}

TEST_F(CompareTest, TypesMustAgree) {
  EXPECT_FALSE(compare(f32({1}), f32({1, 1})).equal);
  EXPECT_FALSE(compare(f32({1}), i64({1})).equal);
  EXPECT_FALSE(compare(TensorValue(), f32({1})).equal);
  EXPECT_FALSE(compare(f32({1, 1}), f32({1, 1}).reshaped({1, 2})).equal);
  EXPECT_TRUE(compare(f32({}), f32({})).equal);
}

TEST_F(CompareTest, NamesTheWorst) {
  EXPECT_EQ(compare(f32({1, 2.5f, 3, 7}).reshaped({2, 2}), f32({1, 2, 3, 4}).reshaped({2, 2})).message,
            "expected 4, got 7 at [1, 1]; error 0.75, limit 1e-05");
}
