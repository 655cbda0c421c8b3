//===- Wire.cpp - protobuf's wire format, read in place -------------------===//
#include "Interop/Onnx/Wire.h"
#include "Interop/Bytes.h"
#include <cstring>

using namespace graphopt;
using namespace graphopt::onnx;

float WireField::getFloat() const {
  uint32_t bits = static_cast<uint32_t>(value);
  float number;
  std::memcpy(&number, &bits, sizeof(number));
  return number;
}

bool WireReader::readVarint(uint64_t &value) {
  value = 0;
  for (unsigned i = 0; i < 10; ++i) {
    if (rest.empty())
      return fail("a number is cut off");
    uint8_t byte = static_cast<uint8_t>(rest.front());
    rest = rest.drop_front();
    if (i == 9 && byte > 1)
      return fail("a number has more than 64 bits");
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80)
      return true;
  }
  return fail("a number has more than 10 bytes");
}

bool WireReader::next(WireField &field) {
  if (rest.empty() || !error.empty())
    return false;
  uint64_t key;
  if (!readVarint(key))
    return false;
  if (key >> 3 == 0 || key >> 3 > (1u << 29) - 1)
    return fail("a field has no valid number");
  field = WireField();
  field.number = static_cast<uint32_t>(key >> 3);
  switch (key & 7) {
  case WireField::varint:
    field.kind = WireField::varint;
    return readVarint(field.value);
  case WireField::fixed64:
  case WireField::fixed32: {
    field.kind = static_cast<WireField::Kind>(key & 7);
    size_t size = field.kind == WireField::fixed64 ? 8 : 4;
    if (rest.size() < size)
      return fail("a number is cut off");
    field.value = size == 8 ? readLittle<uint64_t>(rest, 0) : readLittle<uint32_t>(rest, 0);
    rest = rest.drop_front(size);
    return true;
  }
  case WireField::bytes: {
    field.kind = WireField::bytes;
    uint64_t length;
    if (!readVarint(length))
      return false;
    if (length > rest.size())
      return fail("a length reaches past the end");
    field.data = rest.take_front(length);
    rest = rest.drop_front(length);
    return true;
  }
  default:
    return fail("a field is of a kind that the format doesn't use");
  }
}

template <typename T> bool onnx::appendNumbers(const WireField &field, llvm::SmallVectorImpl<T> &numbers, size_t limit) {
  constexpr bool isFloat = std::is_floating_point_v<T>;
  auto add = [&](uint64_t bits) {
    if (numbers.size() >= limit)
      return false;
    if constexpr (isFloat) {
      T number;
      std::memcpy(&number, &bits, sizeof(T)); // little-endian: the low bytes
      numbers.push_back(number);
    } else {
      numbers.push_back(static_cast<T>(bits));
    }
    return true;
  };
  if (field.kind != WireField::bytes) {
    constexpr WireField::Kind wanted = !isFloat ? WireField::varint : sizeof(T) == 8 ? WireField::fixed64 : WireField::fixed32;
    return field.kind == wanted && add(field.value);
  }
  if constexpr (isFloat) {
    if (field.data.size() % sizeof(T) != 0 || field.data.size() / sizeof(T) > limit - numbers.size())
      return false;
    size_t start = numbers.size();
    numbers.resize_for_overwrite(start + field.data.size() / sizeof(T));
    std::memcpy(numbers.data() + start, field.data.data(), field.data.size());
    return true;
  } else {
    llvm::StringRef rest = field.data;
    while (!rest.empty()) {
      uint64_t value = 0;
      unsigned shift = 0;
      bool isOpen = true;
      while (isOpen) {
        if (rest.empty() || shift > 63)
          return false;
        uint8_t byte = static_cast<uint8_t>(rest.front());
        rest = rest.drop_front();
        value |= static_cast<uint64_t>(byte & 0x7f) << shift;
        shift += 7;
        isOpen = byte >= 0x80;
      }
      if (!add(value))
        return false;
    }
    return true;
  }
}

template bool onnx::appendNumbers(const WireField &, llvm::SmallVectorImpl<int64_t> &, size_t);
template bool onnx::appendNumbers(const WireField &, llvm::SmallVectorImpl<uint64_t> &, size_t);
template bool onnx::appendNumbers(const WireField &, llvm::SmallVectorImpl<int32_t> &, size_t);
template bool onnx::appendNumbers(const WireField &, llvm::SmallVectorImpl<float> &, size_t);
template bool onnx::appendNumbers(const WireField &, llvm::SmallVectorImpl<double> &, size_t);
