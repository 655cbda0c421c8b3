//===- Wire.h - protobuf's wire format, read in place ---------------------===//
#pragma once
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>

namespace graphopt::onnx {

/// One field of a message: a number, or a range of bytes.
struct WireField {
  enum Kind : uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };
  uint32_t number = 0;
  Kind kind = varint;
  uint64_t value = 0;   ///< of the kinds with a number
  llvm::StringRef data; ///< of the kind `bytes`

  int64_t getInt() const { return static_cast<int64_t>(value); }
  float getFloat() const;
};

/// Walks the fields of one message. Every length is checked against the message's end before it is used.
class WireReader {
public:
  explicit WireReader(llvm::StringRef message) : rest(message) {}
  /// The next field; false at the end, or where the message is broken.
  bool next(WireField &field);
  /// Why the walk stopped before the end; empty where it didn't.
  llvm::StringRef getError() const { return error; }

private:
  bool readVarint(uint64_t &value);
  bool fail(llvm::StringRef why) {
    error = why;
    return false;
  }
  llvm::StringRef rest, error;
};

/// A repeated number, packed or one by one: appends what a field holds. False where it is broken, or longer than `limit` in all.
template <typename T> bool appendNumbers(const WireField &field, llvm::SmallVectorImpl<T> &numbers, size_t limit);
extern template bool appendNumbers(const WireField &, llvm::SmallVectorImpl<int64_t> &, size_t);
extern template bool appendNumbers(const WireField &, llvm::SmallVectorImpl<uint64_t> &, size_t);
extern template bool appendNumbers(const WireField &, llvm::SmallVectorImpl<int32_t> &, size_t);
extern template bool appendNumbers(const WireField &, llvm::SmallVectorImpl<float> &, size_t);
extern template bool appendNumbers(const WireField &, llvm::SmallVectorImpl<double> &, size_t);

} // namespace graphopt::onnx
