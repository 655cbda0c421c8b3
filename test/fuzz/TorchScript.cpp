//===- TorchScript.cpp - the code and the pickles of TorchScript archives -===//
//
// An input is the code of a model, or its pickle after "\x80": they go into an archive whose checksums are right, beside a plain one of the
// other, so that what is tried out is their parsers and the evaluator, and not the archive's.
//
//===----------------------------------------------------------------------===//
#include "Fuzz.h"
#include "llvm/Support/CRC.h"
#include <vector>

namespace {
struct Entry {
  llvm::StringRef name, data;
};

void put(std::string &out, uint64_t number, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    out.push_back(static_cast<char>(i < 8 ? number >> (8 * i) : 0));
}

/// What local headers and the directory's records have in common: no compression, no time.
void putHeader(std::string &out, const Entry &entry) {
  put(out, 20, 2), put(out, 0, 8);
  put(out, llvm::crc32(llvm::ArrayRef(entry.data.bytes_begin(), entry.data.bytes_end())), 4);
  put(out, entry.data.size(), 4), put(out, entry.data.size(), 4);
  put(out, entry.name.size(), 2), put(out, 0, 2);
}

std::string makeArchive(const std::vector<Entry> &entries) {
  std::string files, directory;
  for (const Entry &entry : entries) {
    directory += "PK\1\2";
    put(directory, 20, 2);
    putHeader(directory, entry);
    put(directory, 0, 10), put(directory, files.size(), 4);
    directory += entry.name;
    files += "PK\3\4";
    putHeader(files, entry);
    files += entry.name;
    files += entry.data;
  }
  std::string end = "PK\5\6";
  put(end, 0, 4), put(end, entries.size(), 2), put(end, entries.size(), 2);
  put(end, directory.size(), 4), put(end, files.size(), 4), put(end, 0, 2);
  return files + directory + end;
}

// {"w": two numbers of storage 0, "n": 3}
constexpr char pickle[] = "\x80\x02"
                          "c__torch__\nM\n)\x81}(X\x01\x00\x00\x00"
                          "wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00"
                          "storage"
                          "ctorch\nFloatStorage\nX\x01\x00\x00\x00"
                          "0X\x03\x00\x00\x00"
                          "cpuK\x02tQK\x00K\x02\x85K\x01\x85\x89"
                          "ccollections\nOrderedDict\n)RtRX\x01\x00\x00\x00nK\x03ub.";
constexpr char code[] = "class M(Module):\n  __parameters__ = [\"w\", ]\n  __buffers__ = []\n  w : Tensor\n  n : int\n"
                        "  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n    w = self.w\n    return torch.add(x, w)\n";
} // namespace

FUZZ_TARGET(data) {
  llvm::StringRef input(reinterpret_cast<const char *>(data), size);
  bool isPickle = input.starts_with("\x80");
  std::string archive = makeArchive({{"m/data.pkl", isPickle ? input : llvm::StringRef(pickle, sizeof(pickle) - 1)},
                                     {"m/code/__torch__.py", isPickle ? llvm::StringRef(code) : input},
                                     {"m/data/0", llvm::StringRef("\0\0\x80\x3f\0\0\0\x40", 8)},
                                     {"m/byteorder", "little"},
                                     {"m/version", "3\n"}});
  graphopt::LoadOptions options;
  options.inputs["x"] = "?x2xf32";
  options.limits.ops = 20000; // steps
  return look(graphopt::Module::load(MemoryFile(reinterpret_cast<const uint8_t *>(archive.data()), archive.size()).getPath(), options));
}
