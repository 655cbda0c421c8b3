//===- WireWriter.h - protobuf's wire format, written -----------------------===//
#pragma once
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <string>
#include <vector>

namespace graphopt::onnx {

/// One message: its fields in the order that they are added. Large bytes are referred to, not copied.
class WireWriter {
public:
  void number(uint32_t field, int64_t value);
  void real(uint32_t field, float value);
  void text(uint32_t field, llvm::StringRef bytes);
  void message(uint32_t field, WireWriter message);
  /// Bytes that stay where they are until the message has been written.
  void borrow(uint32_t field, llvm::StringRef bytes);

  uint64_t size() const { return total; }
  void write(llvm::raw_ostream &os) const;

private:
  void varint(uint64_t value);
  void key(uint32_t field, uint32_t kind) { varint(uint64_t(field) << 3 | kind); }
  void append(llvm::StringRef bytes);

  struct Piece {
    std::string own;
    llvm::StringRef borrowed; ///< behind `own`
  };
  std::vector<Piece> pieces;
  uint64_t total = 0;
};

} // namespace graphopt::onnx
