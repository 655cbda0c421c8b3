//===- ArchiveWriter.cpp - zip files with stored entries ------------------===//
#include "graph-opt/Interop/Archive.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Endian.h"
#include <zlib.h>

using namespace llvm;
using namespace graphopt;

namespace {
constexpr uint64_t alignment = 64;
constexpr uint16_t paddingField = 0x4247; // an extra field of ours, which readers skip

/// A record as bytes, field by field.
struct Record {
  SmallString<128> bytes;
  void u16(uint64_t value) { put<uint16_t>(value); }
  void u32(uint64_t value) { put<uint32_t>(value); }
  void u64(uint64_t value) { put<uint64_t>(value); }
  template <typename T> void put(uint64_t value) {
    char field[sizeof(T)];
    support::endian::write<T, endianness::little>(field, static_cast<T>(value));
    bytes.append(field, field + sizeof(T));
  }
};
bool isLarge(uint64_t value) { return value >= 0xffffffff; }
uint64_t clip(uint64_t value) { return isLarge(value) ? 0xffffffff : value; }
/// Version, flags (UTF-8 names), method, time, date: 1980-01-01, so that equal contents give equal files.
void common(Record &record, bool is64) {
  record.u16(is64 ? 45 : 20);
  record.u16(0x0800);
  record.u16(0);
  record.u16(0);
  record.u16(0x0021);
}
} // namespace

void ArchiveWriter::add(StringRef name, StringRef data) {
  uint32_t crc = static_cast<uint32_t>(crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef *>(data.data()), data.size()));
  bool is64 = isLarge(data.size());
  Record header;
  header.u32(0x04034b50);
  common(header, is64);
  header.u32(crc);
  header.u32(clip(data.size()));
  header.u32(clip(data.size()));
  header.u16(name.size());
  uint64_t before = position + 30 + name.size() + (is64 ? 20 : 0) + 4;
  uint64_t padding = (alignment - before % alignment) % alignment;
  header.u16((is64 ? 20 : 0) + 4 + padding);
  header.bytes += name;
  if (is64) {
    header.u16(1);
    header.u16(16);
    header.u64(data.size());
    header.u64(data.size());
  }
  header.u16(paddingField);
  header.u16(padding);
  header.bytes.append(padding, '\0');
  entries.push_back({name.str(), position, data.size(), crc});
  os << header.bytes << data;
  position += header.bytes.size() + data.size();
}

void ArchiveWriter::finish() {
  uint64_t start = position;
  for (const Written &entry : entries) {
    bool is64 = isLarge(entry.size) || isLarge(entry.offset);
    Record record;
    record.u32(0x02014b50);
    record.u16(is64 ? 45 : 20);
    common(record, is64);
    record.u32(entry.crc);
    record.u32(is64 ? 0xffffffff : entry.size);
    record.u32(is64 ? 0xffffffff : entry.size);
    record.u16(entry.name.size());
    record.u16(is64 ? 28 : 0);
    record.u16(0); // comment
    record.u16(0); // disk
    record.u16(0); // internal attributes
    record.u32(0); // external attributes
    record.u32(is64 ? 0xffffffff : entry.offset);
    record.bytes += entry.name;
    if (is64) {
      record.u16(1);
      record.u16(24);
      record.u64(entry.size);
      record.u64(entry.size);
      record.u64(entry.offset);
    }
    os << record.bytes;
    position += record.bytes.size();
  }
  uint64_t size = position - start;
  Record end;
  if (isLarge(start) || isLarge(size) || entries.size() >= 0xffff) {
    end.u32(0x06064b50);
    end.u64(44);
    end.u16(45);
    end.u16(45);
    end.u32(0);
    end.u32(0);
    end.u64(entries.size());
    end.u64(entries.size());
    end.u64(size);
    end.u64(start);
    end.u32(0x07064b50);
    end.u32(0);
    end.u64(position);
    end.u32(1);
  }
  uint64_t count = std::min<uint64_t>(entries.size(), 0xffff);
  end.u32(0x06054b50);
  end.u16(0);
  end.u16(0);
  end.u16(count);
  end.u16(count);
  end.u32(clip(size));
  end.u32(clip(start));
  end.u16(0);
  os << end.bytes;
  position += end.bytes.size();
}
