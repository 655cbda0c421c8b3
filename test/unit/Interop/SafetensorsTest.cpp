//===- SafetensorsTest.cpp ------------------------------------------------===//
#include "graph-opt/Interop/Safetensors.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace graphopt;

namespace {
class Safetensors : public testing::Test {
protected:
  void SetUp() override { ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("test", "safetensors", path)); }
  void TearDown() override { llvm::sys::fs::remove(path); }
  /// Why the file of a header and a number of payload bytes is refused, or "".
  std::string refusal(llvm::StringRef header, size_t payload) {
    std::string bytes(8, '\0');
    for (int i = 0; i < 8; ++i)
      bytes[i] = static_cast<char>(static_cast<uint64_t>(header.size()) >> (8 * i));
    return refusalOf(bytes + header.str() + std::string(payload, '\1'));
  }
  std::string refusalOf(llvm::StringRef bytes) {
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << bytes;
    auto file = SafetensorsFile::open(path, &context);
    return file ? "" : llvm::toString(file.takeError());
  }
  MLIRContext context;
  SmallString<128> path;
};
} // namespace

TEST_F(Safetensors, ReadsWhatItWrites) {
  TensorValue a(Float32Type::get(&context), {2, 2}), b(IntegerType::get(&context, 1), {3});
  a.getMutable<float>()[3] = 5;
  b.getMutable<bool>()[1] = true;
  auto ranges = llvm::cantFail(writeSafetensors(path, {{"x\"y", a}, {"b", b}}));
  EXPECT_EQ(ranges[0].offset % 64, 0);
  auto file = llvm::cantFail(SafetensorsFile::open(path, &context));
  ASSERT_EQ(file.getEntries().size(), 2u);
  EXPECT_EQ(file.find("x\"y")->offset, ranges[0].offset);
  EXPECT_EQ(file.read(*file.find("x\"y")).get<float>()[3], 5.0f);
  EXPECT_EQ(file.read(*file.find("b")).getType(), b.getType());
}

TEST_F(Safetensors, TakesTensorsAtAnyOffset) {
  // As files of the Python package are: the payload starts where the header happens to end.
  EXPECT_EQ(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} )", 4), "");
  auto file = llvm::cantFail(SafetensorsFile::open(path, &context));
  EXPECT_EQ(file.read(*file.find("a")).get<float>().size(), 1u);
}

TEST_F(Safetensors, RefusesHostileHeaders) {
  auto tensor = [](llvm::StringRef dtype, llvm::StringRef shape, llvm::StringRef offsets) {
    return ("{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}").str();
  };
  EXPECT_EQ(refusal(tensor("F32", "[2]", "[0,8]"), 8), "");
  EXPECT_NE(refusal(tensor("F32", "[2]", "[0,8]"), 7), "");                     // short
  EXPECT_NE(refusal(tensor("F32", "[2]", "[0,8]"), 9), "");                     // long
  EXPECT_NE(refusal(tensor("F32", "[2]", "[1,9]"), 9), "");                     // a gap
  EXPECT_NE(refusal(tensor("F32", "[3]", "[0,8]"), 8), "");                     // another shape
  EXPECT_NE(refusal(tensor("F32", "[-2]", "[0,8]"), 8), "");                    // negative
  EXPECT_NE(refusal(tensor("F32", "[2]", "[8,0]"), 8), "");                     // backwards
  EXPECT_NE(refusal(tensor("F32", "[2]", "[-8,0]"), 8), "");                    // before the file
  EXPECT_NE(refusal(tensor("F99", "[2]", "[0,8]"), 8), "");                     // unknown
  EXPECT_NE(refusal(tensor("F32", "[4294967296,4294967296]", "[0,0]"), 0), ""); // overflow
  EXPECT_NE(refusal("[]", 0), "");
  EXPECT_NE(refusal("{\"a\":1}", 0), "");
  EXPECT_NE(refusal(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2), "");
  EXPECT_NE(refusal(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2), "");
  EXPECT_NE(refusal(std::string(20000, '['), 0), ""); // deep
  EXPECT_NE(refusalOf(std::string(8, '\xff')), "");   // a header of 2^64 - 1 bytes
  EXPECT_NE(refusalOf(""), "");
}
