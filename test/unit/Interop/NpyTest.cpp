//===- NpyTest.cpp --------------------------------------------------------===//
#include "graph-opt/Interop/Npy.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// An .npy file of a header and data; version 1.
std::string makeNpy(llvm::StringRef header, llvm::StringRef data) {
  std::string bytes = "\x93NUMPY";
  bytes += '\1';
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header.str() + data.str();
}

std::string refusal(llvm::StringRef bytes) {
  MLIRContext context;
  llvm::Expected<TensorValue> value = parseNpy(bytes, nullptr, "x.npy", &context);
  return value ? "" : llvm::toString(value.takeError());
}

template <typename T> TensorValue iota(Type type, ArrayRef<int64_t> shape) {
  TensorValue value(type, shape);
  for (int64_t i = 0; i < value.getNumElements(); ++i)
    value.getMutable<T>()[i] = static_cast<T>(i);
  return value;
}
} // namespace

TEST(Npy, ReadsWhatItWrites) {
  MLIRContext context;
  Builder b(&context);
  std::vector<TensorValue> values = {iota<float>(b.getF32Type(), {2, 3}),
                                     iota<double>(b.getF64Type(), {}),
                                     iota<Half>(b.getF16Type(), {4}),
                                     iota<int8_t>(b.getIntegerType(8), {0, 5}),
                                     iota<uint16_t>(b.getIntegerType(16, false), {1, 1, 7}),
                                     iota<int64_t>(b.getI64Type(), {3})};
  for (const TensorValue &value : values) {
    std::string bytes;
    llvm::raw_string_ostream os(bytes);
    printNpy(os, value);
    TensorValue read = llvm::cantFail(parseNpy(bytes, nullptr, "x.npy", &context));
    EXPECT_EQ(read.getType(), value.getType());
    EXPECT_EQ(llvm::StringRef(read.getRaw(), read.getByteSize()), llvm::StringRef(value.getRaw(), value.getByteSize()));
  }
}

TEST(Npy, Bf16BecomesFloat32) {
  MLIRContext context;
  TensorValue value = iota<BFloat16>(BFloat16Type::get(&context), {3});
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  printNpy(os, value);
  TensorValue read = llvm::cantFail(parseNpy(bytes, nullptr, "x.npy", &context));
  EXPECT_TRUE(read.getElementType().isF32());
  EXPECT_EQ(read.get<float>()[2], 2.0f);
  EXPECT_EQ(fromFloat32(read).get<BFloat16>()[2].bits, BFloat16(2.0f).bits);
}

TEST(Npy, ReadsFortranOrder) {
  MLIRContext context;
  std::string bytes = makeNpy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", llvm::StringRef("\1\4\2\5\3\6", 6));
  TensorValue value = llvm::cantFail(parseNpy(bytes, nullptr, "x.npy", &context));
  EXPECT_EQ(value.get<uint8_t>(), (ArrayRef<uint8_t>{1, 2, 3, 4, 5, 6}));
}

TEST(Npy, RefusesHostileHeaders) {
  EXPECT_EQ(refusal("hello"), "x.npy: expected an .npy file");
  auto header = [](llvm::StringRef descr, llvm::StringRef shape) {
    return ("{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + "}").str();
  };
  llvm::StringRef four("\0\0\0\0", 4);
  EXPECT_EQ(refusal(makeNpy(header("'<f4'", "(1,)"), four)), "");
  EXPECT_NE(refusal(makeNpy(header("'>f4'", "(1,)"), four)), "");
  EXPECT_NE(refusal(makeNpy(header("'|O'", "(1,)"), four)), "");
  EXPECT_NE(refusal(makeNpy(header("[('a', '<f4')]", "(1,)"), four)), "");
  EXPECT_NE(refusal(makeNpy(header("'<f4'", "(2,)"), four)), "");
  EXPECT_NE(refusal(makeNpy(header("'<f4'", "(-1,)"), four)), "");
  EXPECT_NE(refusal(makeNpy(header("'<f4'", "(4294967296, 4294967296)"), four)), "");
  EXPECT_NE(refusal(makeNpy(header("'<f4'", "(9223372036854775807, 4, 0)"), four)), "");
  EXPECT_NE(refusal(makeNpy(header("'<f4'", "(1, __import__('os'))"), four)), "");
  EXPECT_EQ(refusal(makeNpy(header("'|b1'", "(4,)"), llvm::StringRef("\0\1\0\2", 4))), "x.npy: expected bools of 0 or 1");
  std::string good = makeNpy(header("'<f4'", "(1,)"), four);
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_NE(refusal(llvm::StringRef(good).take_front(size)), "") << size;
}

TEST(Npy, FoldersEncodeNames) {
  EXPECT_EQ(encodeTensorName("a/b%c"), "a%2Fb%25c");
  EXPECT_EQ(llvm::cantFail(decodeTensorName("a%2Fb%25c")), "a/b%c");
  EXPECT_NE(llvm::toString(decodeTensorName("a%2").takeError()), "");
  MLIRContext context;
  SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("npy", folder));
  std::vector<NamedTensor> tensors = {{"a/b", iota<float>(Float32Type::get(&context), {2})},
                                      {"c", iota<float>(Float32Type::get(&context), {})}};
  llvm::cantFail(writeTensors(folder, tensors));
  auto read = llvm::cantFail(readTensors(folder, &context));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].name, "a/b");
  EXPECT_EQ(read[0].value.get<float>()[1], 1.0f);
  llvm::sys::fs::remove_directories(folder);
}
