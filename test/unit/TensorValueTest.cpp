//===- TensorValueTest.cpp ------------------------------------------------===//
#include "graph-opt/Interpreter/TensorBytes.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace graphopt;

namespace {
struct TensorValueTest : ::testing::Test {
  MLIRContext context;

  TensorValue parse(llvm::StringRef text) {
    auto attr = llvm::dyn_cast_or_null<TypedAttr>(parseAttribute(text, &context));
    return attr ? TensorValue::fromAttr(attr) : TensorValue();
  }
  /// To an attribute and back again gives the attribute.
  void roundtrip(llvm::StringRef text) {
    Attribute attr = parseAttribute(text, &context);
    ASSERT_TRUE(attr) << text.str();
    TensorValue value = TensorValue::fromAttr(llvm::cast<ElementsAttr>(attr));
    ASSERT_TRUE(value) << text.str();
    EXPECT_EQ(value.toDenseAttr(), attr) << text.str();
  }
};
} // namespace

TEST_F(TensorValueTest, EveryElementTypeRoundTrips) {
  for (const char *type : {"i8", "i16", "i32", "i64", "si8", "si32", "index"})
    roundtrip(("dense<[[1, -2], [3, 127]]> : tensor<2x2x" + llvm::Twine(type) + ">").str());
  for (const char *type : {"ui8", "ui16", "ui32", "ui64"})
    roundtrip(("dense<[[1, 2], [3, 255]]> : tensor<2x2x" + llvm::Twine(type) + ">").str());
  for (const char *type : {"f16", "bf16", "f32", "f64"})
    roundtrip(("dense<[[1.0, -2.5], [0.0, -0.0]]> : tensor<2x2x" + llvm::Twine(type) + ">").str());
}

TEST_F(TensorValueTest, SplatsRankZeroAndNoElements) {
  for (const char *type : {"i1", "i8", "i64", "f16", "f32", "f64", "index", "ui32"}) {
    bool isFloat = type[0] == 'f';
    const char *one = isFloat ? "1.0" : llvm::StringRef(type) == "i1" ? "true" : "1";
    roundtrip(("dense<" + llvm::Twine(one) + "> : tensor<3x" + type + ">").str());
    roundtrip(("dense<" + llvm::Twine(one) + "> : tensor<" + type + ">").str());
    TensorValue empty = parse(("dense<" + llvm::Twine(one) + "> : tensor<0x4x" + type + ">").str());
    ASSERT_TRUE(empty) << type;
    EXPECT_EQ(empty.getNumElements(), 0);
    EXPECT_EQ(empty.getShape(), llvm::ArrayRef<int64_t>({0, 4}));
  }
}

TEST_F(TensorValueTest, TruthValuesAreBytes) {
  roundtrip("dense<[true, false, true, true, false, false, true, false, true]> : tensor<9xi1>");
  TensorValue value = parse("dense<[true, false, true, true, false, false, true, false, true]> : tensor<9xi1>");
  EXPECT_EQ(value.getByteSize(), 9);
  EXPECT_EQ(value.get<bool>()[8], true);
  EXPECT_EQ(value.get<bool>()[7], false);
  TensorValue all = parse("dense<true> : tensor<9xi1>");
  for (int64_t i = 0; i < 9; ++i)
    EXPECT_EQ(all.getAsInt(i), 1);
}

TEST_F(TensorValueTest, BytesFromOutside) {
  Type i1 = IntegerType::get(&context, 1), i32 = IntegerType::get(&context, 32);
  const char truths[] = {0, 1, 2, char(255)};
  TensorValue value = viewBytes(i1, {4}, truths, nullptr);
  EXPECT_NE(value.getRaw(), truths);
  for (int64_t i = 0; i < 4; ++i)
    EXPECT_EQ(value.getRaw()[i], i != 0);
  const char clean[] = {0, 1};
  EXPECT_EQ(viewBytes(i1, {2}, clean, nullptr).getRaw(), clean);
  alignas(8) const char words[] = {9, 1, 0, 0, 0, 2, 0, 0, 0};
  TensorValue shifted = viewBytes(i32, {2}, words + 1, nullptr);
  EXPECT_EQ(shifted.getAsInt(0), 1);
  EXPECT_EQ(shifted.getAsInt(1), 2);
  EXPECT_NE(shifted.getRaw(), words + 1);
}

TEST_F(TensorValueTest, ResourcesOfTheWrongSizeHaveNoValue) {
  auto type = RankedTensorType::get({2}, Float32Type::get(&context));
  float data[3] = {1, 2, 3};
  auto make = [&](llvm::StringRef name, size_t count) {
    return DenseResourceElementsAttr::get(type, name, UnmanagedAsmResourceBlob::allocateInferAlign<float>({data, count}));
  };
  EXPECT_TRUE(TensorValue::fromAttr(ElementsAttr(make("right", 2))));
  EXPECT_FALSE(TensorValue::fromAttr(ElementsAttr(make("short", 1))));
  EXPECT_FALSE(TensorValue::fromAttr(ElementsAttr(make("long", 3))));
}

TEST_F(TensorValueTest, Scalars) {
  EXPECT_EQ(parse("-3 : i8").getAsInt(0), -3);
  EXPECT_EQ(parse("true").getAsInt(0), 1);
  EXPECT_EQ(parse("200 : ui8").getAsInt(0), 200);
  EXPECT_EQ(parse("2.5 : bf16").getAsDouble(0), 2.5);
  EXPECT_EQ(parse("7 : index").getRank(), 0);
}

TEST_F(TensorValueTest, CountsElementsWithoutOverflow) {
  EXPECT_EQ(checkedNumElements({}), 1);
  EXPECT_EQ(checkedNumElements({3, 0, 5}), 0);
  EXPECT_EQ(checkedNumElements({int64_t(1) << 40, int64_t(1) << 40}), std::nullopt);
  EXPECT_EQ(checkedNumElements({int64_t(1) << 40, int64_t(1) << 40, 0}), 0);
  EXPECT_EQ(checkedNumElements({2, -1}), std::nullopt);
}

TEST_F(TensorValueTest, ViewsShare) {
  TensorValue value = parse("dense<[1, 2, 3, 4]> : tensor<4xi32>");
  EXPECT_EQ(value.reshaped({2, 2}).getRaw(), value.getRaw());
  Type ui32 = IntegerType::get(&context, 32, IntegerType::Unsigned);
  EXPECT_EQ(value.bitcast(ui32).getRaw(), value.getRaw());
  EXPECT_EQ(value.bitcast(ui32).getElementType(), ui32);
}
