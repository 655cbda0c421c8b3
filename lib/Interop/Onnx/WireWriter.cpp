//===- WireWriter.cpp - protobuf's wire format, written ---------------------===//
#include "Interop/Onnx/WireWriter.h"
#include "Interop/Onnx/Wire.h"
#include "llvm/Support/Endian.h"

using namespace graphopt::onnx;
using llvm::StringRef;

void WireWriter::append(StringRef bytes) {
  if (pieces.empty() || !pieces.back().borrowed.empty())
    pieces.emplace_back();
  pieces.back().own += bytes;
  total += bytes.size();
}

void WireWriter::varint(uint64_t value) {
  char bytes[10];
  size_t count = 0;
  for (; value >= 0x80; value >>= 7)
    bytes[count++] = static_cast<char>(value | 0x80);
  bytes[count++] = static_cast<char>(value);
  append(StringRef(bytes, count));
}

void WireWriter::number(uint32_t field, int64_t value) {
  key(field, WireField::varint);
  varint(static_cast<uint64_t>(value));
}

void WireWriter::real(uint32_t field, float value) {
  key(field, WireField::fixed32);
  char bytes[sizeof(float)];
  llvm::support::endian::write<float, llvm::endianness::little>(bytes, value);
  append(StringRef(bytes, sizeof(bytes)));
}

void WireWriter::text(uint32_t field, StringRef bytes) {
  key(field, WireField::bytes);
  varint(bytes.size());
  append(bytes);
}

void WireWriter::borrow(uint32_t field, StringRef bytes) {
  key(field, WireField::bytes);
  varint(bytes.size());
  pieces.back().borrowed = bytes;
  total += bytes.size();
}

void WireWriter::message(uint32_t field, WireWriter message) {
  key(field, WireField::bytes);
  varint(message.total);
  for (Piece &piece : message.pieces) {
    append(piece.own);
    pieces.back().borrowed = piece.borrowed;
    total += piece.borrowed.size();
  }
}

void WireWriter::write(llvm::raw_ostream &os) const {
  for (const Piece &piece : pieces)
    os << piece.own << piece.borrowed;
}
