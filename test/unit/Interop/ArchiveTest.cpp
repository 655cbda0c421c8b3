//===- ArchiveTest.cpp ----------------------------------------------------===//
#include "graph-opt/Interop/Archive.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace graphopt;

namespace {
std::string makeArchive(ArrayRef<std::pair<StringRef, StringRef>> entries) {
  std::string bytes;
  raw_string_ostream os(bytes);
  ArchiveWriter writer(os);
  for (auto [name, data] : entries)
    writer.add(name, data);
  writer.finish();
  return bytes;
}

/// The archive, or the message of its refusal.
std::string refusal(StringRef bytes, const Limits &limits = {}) {
  Expected<Archive> archive = Archive::read(MemoryBuffer::getMemBufferCopy(bytes), "a.zip", limits);
  if (!archive)
    return toString(archive.takeError());
  for (const Archive::Entry &entry : archive->getEntries())
    if (Expected<Archive::Bytes> data = archive->getBytes(entry); !data)
      return toString(data.takeError());
  return "";
}

void poke(std::string &bytes, size_t offset, uint32_t value, size_t size = 4) {
  for (size_t i = 0; i < size; ++i)
    bytes[offset + i] = static_cast<char>(value >> (8 * i));
}
} // namespace

TEST(Archive, ReadsWhatItWrites) {
  std::string big(100000, 'x');
  std::string bytes = makeArchive({{"a", "first"}, {"folder/b", ""}, {"c", big}});
  Expected<Archive> archive = Archive::read(MemoryBuffer::getMemBufferCopy(bytes), "a.zip");
  ASSERT_TRUE(static_cast<bool>(archive)) << toString(archive.takeError());
  ASSERT_EQ(archive->getEntries().size(), 3u);
  EXPECT_EQ(cantFail(archive->getBytes(*archive->find("a"))).data, "first");
  EXPECT_EQ(cantFail(archive->getBytes(*archive->find("folder/b"))).data, "");
  EXPECT_EQ(cantFail(archive->getBytes(*archive->find("c"))).data, big);
  EXPECT_EQ(archive->find("d"), nullptr);
  for (const Archive::Entry &entry : archive->getEntries())
    EXPECT_EQ(entry.offset % 64, 0u) << entry.name;
}

TEST(Archive, RefusesEveryTruncation) {
  std::string bytes = makeArchive({{"a", "first"}, {"b", "second"}});
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_NE(refusal(StringRef(bytes).take_front(size)), "") << size;
}

TEST(Archive, RefusesRepeatedNames) { EXPECT_EQ(refusal(makeArchive({{"a", "1"}, {"a", "2"}})), "a.zip: entry 'a' occurs twice"); }

TEST(Archive, RefusesOverlap) {
  std::string bytes = makeArchive({{"a", "1"}, {"b", "2"}});
  size_t first = bytes.find("PK\1\2");
  poke(bytes, first + 20, 3); // the data of a reaches into b
  poke(bytes, first + 24, 3);
  EXPECT_NE(StringRef(refusal(bytes)).find("entries overlap"), StringRef::npos) << refusal(bytes);
}

TEST(Archive, RefusesWrongChecksumsAndRanges) {
  std::string bytes = makeArchive({{"a", "first"}});
  std::string changed = bytes;
  changed[changed.find("first")] = 'F';
  EXPECT_EQ(refusal(changed), "a.zip: entry 'a': the checksum differs");
  size_t record = bytes.find("PK\1\2");
  changed = bytes;
  poke(changed, record + 42, 0x7fffffff); // local header far outside
  EXPECT_NE(refusal(changed), "");
  changed = bytes;
  poke(changed, record + 10, 12, 2); // bzip2
  EXPECT_NE(StringRef(refusal(changed)).find("compression method 12"), StringRef::npos);
  changed = bytes;
  poke(changed, record + 8, 1, 2); // encrypted
  EXPECT_EQ(refusal(changed), "a.zip: entry 'a' is encrypted");
}

TEST(Archive, LimitsEntriesAndRatios) {
  std::string bytes = makeArchive({{"a", "1"}, {"b", "2"}});
  Limits limits;
  limits.entries = 1;
  EXPECT_EQ(refusal(bytes, limits), "a.zip: expected at most 1 entries, got 2: --limit=entries=N allows N");
  // A deflated entry that claims to become a gigabyte from five bytes.
  bytes = makeArchive({{"a", "first"}});
  size_t record = bytes.find("PK\1\2");
  poke(bytes, record + 10, 8, 2);
  poke(bytes, record + 24, 1u << 30);
  EXPECT_NE(StringRef(refusal(bytes)).find("expected at most 1032 bytes for each deflated one"), StringRef::npos) << refusal(bytes);
  // The same within the ratio, but not deflated data.
  poke(bytes, record + 24, 5000);
  EXPECT_NE(StringRef(refusal(bytes)).find("a broken stream"), StringRef::npos) << refusal(bytes);
}
