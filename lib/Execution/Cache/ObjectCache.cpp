//===- ObjectCache.cpp - compiled code, kept between processes -------------===//
#include "Execution/Cache/ObjectCache.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/xxhash.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;

namespace graphopt::execution {

namespace {
constexpr StringLiteral magic("graphopt-object1");
constexpr StringLiteral suffix(".goc");

/// The start of an entry. Then come the object, `weightCount` times {index, offset, bytes}, and the weights.
struct Header {
  char magic[16];
  support::ulittle64_t fileBytes, objectBytes, objectHash, weightCount;
};
struct WeightRecord {
  support::ulittle64_t index, offset, bytes;
};

Error error(const Twine &message) { return createStringError(message); }

/// Makes the folder if it isn't there, and refuses one that others own or can write.
Error checkDirectory(const std::string &path) {
  if (std::error_code failed = sys::fs::create_directories(sys::path::parent_path(path)))
    return error("expected to make '" + sys::path::parent_path(path) + "': " + failed.message());
  if (mkdir(path.c_str(), 0700) && errno != EEXIST)
    return error("expected to make '" + path + "': " + llvm::sys::StrError());
  struct stat status;
  if (lstat(path.c_str(), &status))
    return error("expected to read '" + path + "': " + llvm::sys::StrError());
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077))
    return error("expected the cache '" + path + "' to be a folder that the user owns with mode 0700: it holds code");
  return Error::success();
}
} // namespace

Expected<ObjectCache> ObjectCache::open(StringRef where, uint64_t maxBytes) {
  ObjectCache cache;
  cache.maxBytes = maxBytes;
  std::string chosen = where.str();
  if (chosen.empty())
    chosen = sys::Process::GetEnv("GRAPH_OPT_CACHE").value_or("");
  if (chosen == "off")
    return cache;
  if (chosen.empty()) {
    SmallString<128> path;
    std::optional<std::string> base = sys::Process::GetEnv("XDG_CACHE_HOME");
    if (base && sys::path::is_absolute(*base))
      path = *base;
    else if (std::optional<std::string> home = sys::Process::GetEnv("HOME"); home && sys::path::is_absolute(*home))
      sys::path::append(path, *home, ".cache");
    else
      return cache;
    sys::path::append(path, "graph-opt");
    chosen = std::string(path);
  }
  if (Error failed = checkDirectory(chosen))
    return failed;
  cache.directory = chosen;
  return cache;
}

std::string ObjectCache::pathOf(StringRef key) const {
  SmallString<128> path(directory);
  sys::path::append(path, key + suffix);
  return std::string(path);
}

std::optional<CacheEntry> ObjectCache::lookup(StringRef key) {
  if (!isOn())
    return std::nullopt;
  std::string path = pathOf(key);
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0)
    return std::nullopt;
  scope_exit closed([&] { ::close(descriptor); });
  struct stat status;
  if (fstat(descriptor, &status) || !S_ISREG(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 022))
    return std::nullopt;
  auto opened = MemoryBuffer::getOpenFile(descriptor, path, status.st_size, /*RequiresNullTerminator=*/false);
  if (!opened)
    return std::nullopt;
  CacheEntry entry;
  entry.file = std::move(*opened);
  StringRef bytes = entry.file->getBuffer();
  Header header;
  if (bytes.size() < sizeof header)
    return std::nullopt;
  memcpy(&header, bytes.data(), sizeof header);
  uint64_t rest = bytes.size() - sizeof header;
  if (StringRef(header.magic, sizeof header.magic) != magic || header.fileBytes != bytes.size() || header.objectBytes > rest ||
      header.weightCount > (rest - header.objectBytes) / sizeof(WeightRecord))
    return std::nullopt;
  entry.object = bytes.substr(sizeof header, header.objectBytes);
  if (xxh3_64bits(entry.object) != header.objectHash)
    return std::nullopt;
  const char *records = entry.object.end();
  for (uint64_t i = 0; i < header.weightCount; ++i) {
    WeightRecord record;
    memcpy(&record, records + i * sizeof record, sizeof record);
    if (record.offset > bytes.size() || record.bytes > bytes.size() - record.offset)
      return std::nullopt;
    entry.weights.push_back({record.index, bytes.substr(record.offset, record.bytes)});
  }
  futimens(descriptor, nullptr); // used now: trim() goes by it
  return entry;
}

Error ObjectCache::store(StringRef key, StringRef object, ArrayRef<DerivedWeight> weights) {
  if (!isOn())
    return Error::success();
  Header header;
  memcpy(header.magic, magic.data(), sizeof header.magic);
  uint64_t offset = sizeof header + object.size() + weights.size() * sizeof(WeightRecord);
  SmallVector<WeightRecord> records;
  for (const DerivedWeight &weight : weights) {
    offset = alignTo(offset, 64);
    WeightRecord &record = records.emplace_back();
    record.index = weight.index;
    record.offset = offset;
    record.bytes = weight.bytes.size();
    offset += weight.bytes.size();
  }
  if (offset > maxBytes)
    return Error::success();
  header.fileBytes = offset;
  header.objectBytes = object.size();
  header.objectHash = xxh3_64bits(object);
  header.weightCount = weights.size();

  Expected<sys::fs::TempFile> file = sys::fs::TempFile::create(pathOf(key) + ".%%%%%%", sys::fs::owner_read | sys::fs::owner_write);
  if (!file)
    return file.takeError();
  raw_fd_ostream stream(file->FD, /*shouldClose=*/false);
  stream.write(reinterpret_cast<const char *>(&header), sizeof header);
  stream << object;
  stream.write(reinterpret_cast<const char *>(records.data()), records.size() * sizeof(WeightRecord));
  for (auto [weight, record] : zip_equal(weights, records)) {
    stream.write_zeros(record.offset - stream.tell());
    stream << weight.bytes;
  }
  stream.flush();
  if (stream.has_error()) {
    std::string message = stream.error().message();
    stream.clear_error();
    return joinErrors(error("expected to write the cache: " + message), file->discard());
  }
  if (Error failed = file->keep(pathOf(key)))
    return failed;
  trim();
  return Error::success();
}

void ObjectCache::trim() const {
  struct Used {
    sys::TimePoint<> when;
    uint64_t bytes;
    std::string path;
  };
  std::vector<Used> entries;
  uint64_t total = 0;
  std::error_code failed;
  for (sys::fs::directory_iterator it(directory, failed), end; it != end && !failed; it.increment(failed)) {
    auto status = it->status();
    if (!status || status->type() != sys::fs::file_type::regular_file || !StringRef(it->path()).contains(suffix))
      continue;
    entries.push_back({status->getLastModificationTime(), status->getSize(), it->path()});
    total += status->getSize();
  }
  llvm::sort(entries, [](const Used &a, const Used &b) { return a.when < b.when; });
  for (const Used &entry : entries) {
    if (total <= maxBytes)
      break;
    if (!sys::fs::remove(entry.path)) // another process may have been first
      total -= entry.bytes;
  }
}

} // namespace graphopt::execution
