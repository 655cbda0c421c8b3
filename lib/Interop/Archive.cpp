//===- Archive.cpp - zip files, read in place -----------------------------===//
#include "graph-opt/Interop/Archive.h"
#include "Interop/Bytes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include <zlib.h>

using namespace llvm;
using namespace graphopt;

namespace {
constexpr uint32_t localMagic = 0x04034b50, centralMagic = 0x02014b50, endMagic = 0x06054b50;
constexpr uint32_t end64Magic = 0x06064b50, locator64Magic = 0x07064b50;
constexpr uint64_t localSize = 30, centralSize = 46, endSize = 22, end64Size = 56, locator64Size = 20;

struct Directory {
  uint64_t offset, size, count;
};

/// The end record is the last one whose comment reaches exactly to the end of the file.
Expected<Directory> findDirectory(StringRef bytes, StringRef label) {
  uint64_t end = StringRef::npos;
  for (uint64_t back = endSize; back <= bytes.size() && back <= endSize + 0xffff; ++back) {
    uint64_t at = bytes.size() - back;
    if (readLittle<uint32_t>(bytes, at) == endMagic && readLittle<uint16_t>(bytes, at + 20) == back - endSize) {
      end = at;
      break;
    }
  }
  if (end == StringRef::npos)
    return fileError(label, "expected a zip archive, got no end-of-directory record");
  Directory directory = {readLittle<uint32_t>(bytes, end + 16), readLittle<uint32_t>(bytes, end + 12),
                         readLittle<uint16_t>(bytes, end + 10)};
  uint32_t disk = readLittle<uint16_t>(bytes, end + 4) | readLittle<uint16_t>(bytes, end + 6);
  bool is64 = directory.offset == 0xffffffff || directory.size == 0xffffffff || directory.count == 0xffff;
  if (is64 && end >= locator64Size && readLittle<uint32_t>(bytes, end - locator64Size) == locator64Magic) {
    uint64_t at = readLittle<uint64_t>(bytes, end - locator64Size + 8);
    if (!inRange(at, end64Size, end - locator64Size) || readLittle<uint32_t>(bytes, at) != end64Magic)
      return fileError(label, "expected a zip64 end-of-directory record at byte " + Twine(at));
    disk = readLittle<uint32_t>(bytes, at + 16) | readLittle<uint32_t>(bytes, at + 20);
    directory = {readLittle<uint64_t>(bytes, at + 48), readLittle<uint64_t>(bytes, at + 40), readLittle<uint64_t>(bytes, at + 32)};
    end = at;
  }
  if (disk != 0)
    return fileError(label, "expected an archive in one file, got a part of several");
  if (!inRange(directory.offset, directory.size, end))
    return fileError(label, "expected the directory inside the file, got bytes " + Twine(directory.offset) + " + " + Twine(directory.size));
  return directory;
}

/// Replaces the fields of a central record that are all ones by those of its zip64 extra field. False where one is missing.
bool readZip64(StringRef extra, uint64_t &size, uint64_t &storedSize, uint64_t &offset) {
  bool needsSize = size == 0xffffffff, needsStored = storedSize == 0xffffffff, needsOffset = offset == 0xffffffff;
  if (!needsSize && !needsStored && !needsOffset)
    return true;
  while (extra.size() >= 4) {
    uint16_t id = readLittle<uint16_t>(extra, 0), length = readLittle<uint16_t>(extra, 2);
    if (extra.size() < 4u + length)
      return false;
    StringRef field = extra.substr(4, length);
    extra = extra.drop_front(4u + length);
    if (id != 1)
      continue;
    for (auto [needed, value] : {std::pair(needsSize, &size), std::pair(needsStored, &storedSize), std::pair(needsOffset, &offset)}) {
      if (!needed)
        continue;
      if (field.size() < 8)
        return false;
      *value = readLittle<uint64_t>(field, 0);
      field = field.drop_front(8);
    }
    return true;
  }
  return false;
}

uint32_t checksum(StringRef data) {
  uLong crc = crc32_z(0, nullptr, 0);
  return static_cast<uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef *>(data.data()), data.size()));
}
} // namespace

Expected<std::shared_ptr<MemoryBuffer>> graphopt::mapFile(StringRef path) {
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return fileError(path, error);
  if (status.type() != sys::fs::file_type::regular_file)
    return fileError(path, "expected a regular file");
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fileError(path, buffer.getError());
  return std::shared_ptr<MemoryBuffer>(std::move(*buffer));
}

bool Archive::isArchive(StringRef bytes) { return bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6"); }

Expected<Archive> Archive::open(StringRef path, const Limits &limits) {
  Expected<std::shared_ptr<MemoryBuffer>> file = mapFile(path);
  if (!file)
    return file.takeError();
  return read(std::move(*file), path, limits);
}

Expected<Archive> Archive::read(std::shared_ptr<MemoryBuffer> file, StringRef label, const Limits &limits) {
  StringRef bytes = file->getBuffer();
  Expected<Directory> directory = findDirectory(bytes, label);
  if (!directory)
    return directory.takeError();
  if (directory->count > directory->size / centralSize)
    return fileError(label, "expected at most " + Twine(directory->size / centralSize) + " entries in a directory of its size, got " +
                                Twine(directory->count));
  if (directory->count > limits.entries)
    return limitError(label + ": " + limits.exceeded(&Limits::entries, Twine(directory->count)));
  Archive archive;
  archive.label = label.str();
  archive.file = file;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  uint64_t at = directory->offset, directoryEnd = directory->offset + directory->size, inflated = 0;
  for (uint64_t i = 0; i < directory->count; ++i) {
    if (!inRange(at, centralSize, directoryEnd) || readLittle<uint32_t>(bytes, at) != centralMagic)
      return fileError(label, "expected directory record " + Twine(i) + " at byte " + Twine(at));
    uint16_t flags = readLittle<uint16_t>(bytes, at + 8), method = readLittle<uint16_t>(bytes, at + 10);
    uint16_t nameLength = readLittle<uint16_t>(bytes, at + 28), extraLength = readLittle<uint16_t>(bytes, at + 30);
    uint64_t recordSize = centralSize + nameLength + extraLength + readLittle<uint16_t>(bytes, at + 32);
    if (!inRange(at, recordSize, directoryEnd))
      return fileError(label, "expected directory record " + Twine(i) + " inside the directory");
    Entry entry;
    StringRef name = bytes.substr(at + centralSize, nameLength);
    if (name.empty() || name.contains('\0'))
      return fileError(label, "expected a name without null bytes in directory record " + Twine(i));
    if (name.size() > limits.name)
      return limitError(label + ": directory record " + Twine(i) + ": " + limits.exceeded(&Limits::name, Twine(name.size())));
    entry.name = name.str();
    entry.crc = readLittle<uint32_t>(bytes, at + 16);
    entry.storedSize = readLittle<uint32_t>(bytes, at + 20);
    entry.size = readLittle<uint32_t>(bytes, at + 24);
    uint64_t local = readLittle<uint32_t>(bytes, at + 42);
    if (!readZip64(bytes.substr(at + centralSize + nameLength, extraLength), entry.size, entry.storedSize, local))
      return fileError(label, "expected zip64 sizes for entry '" + name + "'");
    at += recordSize;
    if (flags & 1)
      return fileError(label, "entry '" + name + "' is encrypted");
    if (method != 0 && method != 8)
      return fileError(label, "entry '" + name + "': expected a stored or deflated entry, got compression method " + Twine(method));
    entry.isStored = method == 0;
    if (!inRange(local, localSize, directory->offset) || readLittle<uint32_t>(bytes, local) != localMagic)
      return fileError(label, "entry '" + name + "': expected a local header at byte " + Twine(local));
    uint64_t header = localSize + readLittle<uint16_t>(bytes, local + 26) + readLittle<uint16_t>(bytes, local + 28);
    if (!inRange(local, header, directory->offset) || !inRange(local + header, entry.storedSize, directory->offset))
      return fileError(label, "entry '" + name + "': expected its data inside the file");
    if (bytes.substr(local + localSize, readLittle<uint16_t>(bytes, local + 26)) != name)
      return fileError(label, "entry '" + name + "': the local header names another entry");
    entry.offset = local + header;
    if (entry.isStored && entry.size != entry.storedSize)
      return fileError(label, "entry '" + name + "': expected " + Twine(entry.size) + " stored bytes, got " + Twine(entry.storedSize));
    if (!entry.isStored) {
      auto exceed = [&](uint64_t Limits::*member, const Twine &got) {
        return limitError(label + ": entry '" + name + "': " + limits.exceeded(member, got));
      };
      if (entry.size / limits.ratio > entry.storedSize)
        return exceed(&Limits::ratio, Twine(entry.size) + " from " + Twine(entry.storedSize));
      if (inflated > limits.inflated || entry.size > limits.inflated - inflated)
        return exceed(&Limits::inflated, "more");
      inflated += entry.size;
    }
    ranges.push_back({local, entry.offset + entry.storedSize});
    if (!archive.byName.try_emplace(entry.name, archive.entries.size()).second)
      return fileError(label, "entry '" + name + "' occurs twice");
    archive.entries.push_back(std::move(entry));
  }
  llvm::sort(ranges);
  for (size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].first < ranges[i - 1].second)
      return fileError(label, "entries overlap at byte " + Twine(ranges[i].first));
  return archive;
}

const Archive::Entry *Archive::find(StringRef name) const {
  auto it = byName.find(name);
  return it == byName.end() ? nullptr : &entries[it->second];
}

Expected<Archive::Bytes> Archive::getBytes(const Entry &entry, bool verify) const {
  StringRef stored = file->getBuffer().substr(entry.offset, entry.storedSize);
  Bytes bytes = {stored, file};
  if (!entry.isStored) {
    std::unique_ptr<WritableMemoryBuffer> buffer = WritableMemoryBuffer::getNewUninitMemBuffer(entry.size, entry.name);
    if (!buffer)
      return fileError(label, "entry '" + entry.name + "': no memory for " + Twine(entry.size) + " bytes");
    z_stream stream = {};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
      return fileError(label, "entry '" + entry.name + "': zlib did not start");
    // zlib counts in unsigned int: feed and drain it in slices.
    constexpr uint64_t slice = 1u << 30;
    uint64_t fed = 0, drained = 0;
    int status = Z_OK;
    while (status == Z_OK) {
      uint64_t in = std::min(slice, stored.size() - fed), out = std::min(slice, entry.size - drained);
      stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(stored.data() + fed));
      stream.avail_in = static_cast<uInt>(in);
      stream.next_out = reinterpret_cast<Bytef *>(buffer->getBufferStart() + drained);
      stream.avail_out = static_cast<uInt>(out);
      status = inflate(&stream, Z_NO_FLUSH);
      fed += in - stream.avail_in;
      drained += out - stream.avail_out;
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END || drained != entry.size)
      return fileError(label, "entry '" + entry.name + "': expected " + Twine(entry.size) + " deflated bytes, got a broken stream");
    bytes.data = StringRef(buffer->getBufferStart(), entry.size);
    bytes.owner = std::shared_ptr<const void>(std::move(buffer));
  }
  if (verify && checksum(bytes.data) != entry.crc)
    return fileError(label, "entry '" + entry.name + "': the checksum differs");
  return bytes;
}
