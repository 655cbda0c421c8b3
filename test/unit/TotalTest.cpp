//===- TotalTest.cpp ------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Total.h"
#include "gtest/gtest.h"

using namespace graphopt;

namespace {
constexpr int64_t least = std::numeric_limits<int64_t>::min(), greatest = std::numeric_limits<int64_t>::max();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
} // namespace

TEST(Total, IntegersWrap) {
  EXPECT_EQ(total::add(greatest, int64_t(1)), least);
  EXPECT_EQ(total::sub(least, int64_t(1)), greatest);
  EXPECT_EQ(total::mul(least, int64_t(-1)), least);
  EXPECT_EQ(total::neg(least), least);
  EXPECT_EQ(total::abs(least), least);
}

TEST(Total, DivisionHasAResult) {
  EXPECT_EQ(total::div<int64_t>(7, 0), 0);
  EXPECT_EQ(total::div<int64_t>(least, -1), least);
  EXPECT_EQ(total::div<int64_t>(-7, 2), -3);
  EXPECT_EQ(total::rem<int64_t>(7, 0), 7);
  EXPECT_EQ(total::rem<int64_t>(least, -1), 0);
  EXPECT_EQ(total::rem<int64_t>(-7, 2), -1);
  EXPECT_EQ(total::mod<int64_t>(-7, 2), 1);
  EXPECT_EQ(total::mod<int64_t>(7, -2), -1);
  EXPECT_EQ(total::mod<int64_t>(7, 0), 7);
  EXPECT_EQ(total::div<uint64_t>(7, 0), 0u);
  EXPECT_EQ(total::div<uint64_t>(~uint64_t(0), 2), uint64_t(greatest));
}

TEST(Total, PowersOfIntegers) {
  EXPECT_EQ(total::pow<int64_t>(3, 4), 81);
  EXPECT_EQ(total::pow<int64_t>(0, 0), 1);
  EXPECT_EQ(total::pow<int64_t>(2, 64), 0);
  EXPECT_EQ(total::pow<int64_t>(2, -1), 0);
  EXPECT_EQ(total::pow<int64_t>(1, -5), 1);
  EXPECT_EQ(total::pow<int64_t>(-1, -5), -1);
  EXPECT_EQ(total::pow<int64_t>(-1, -4), 1);
  EXPECT_EQ(total::pow<uint64_t>(3, 41), 18026252303461234787u);
}

TEST(Total, GreatestAndLeastKeepNaN) {
  EXPECT_TRUE(std::isnan(total::max(notANumber, 1.0)));
  EXPECT_TRUE(std::isnan(total::max(1.0, notANumber)));
  EXPECT_TRUE(std::isnan(total::min(notANumber, 1.0)));
  EXPECT_TRUE(std::isnan(total::min(1.0, notANumber)));
  EXPECT_EQ(total::sign(notANumber), 0.0);
  EXPECT_EQ(total::sign(-infinity), -1.0);
}

TEST(Total, ConversionsSaturate) {
  EXPECT_EQ((total::convert<int64_t>(notANumber, 32)), 0);
  EXPECT_EQ((total::convert<int64_t>(1e30, 32)), 2147483647);
  EXPECT_EQ((total::convert<int64_t>(-1e30, 32)), -2147483648ll);
  EXPECT_EQ((total::convert<int64_t>(infinity, 64)), greatest);
  EXPECT_EQ((total::convert<int64_t>(-infinity, 64)), least);
  EXPECT_EQ((total::convert<int64_t>(9223372036854774784.0, 64)), 9223372036854774784ll);
  EXPECT_EQ((total::convert<int64_t>(-128.9, 8)), -128);
  EXPECT_EQ((total::convert<int64_t>(127.9f, 8)), 127);
  EXPECT_EQ((total::convert<uint64_t>(-0.9, 8)), 0u);
  EXPECT_EQ((total::convert<uint64_t>(256.0, 8)), 255u);
  EXPECT_EQ((total::convert<uint64_t>(infinity, 64)), ~uint64_t(0));
  EXPECT_TRUE((total::convert<bool>(notANumber, 1)));
  EXPECT_FALSE((total::convert<bool>(-0.0, 1)));
}
