//===- CpuInfo.cpp ===//
#include "graph-opt/Execution/CpuInfo.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"
#include <unistd.h>
using namespace mlir;
namespace graphopt {

int64_t CpuInfo::matmulRows() const {
  // rows x columns accumulators, the columns of B, and one broadcast element of A must fit in the registers.
  int64_t rows = (vectorRegisters - matmulColumnVectors() - 1) / matmulColumnVectors();
  return rows >= 12 ? 12 : rows >= 6 ? 6 : 4;
}

int64_t CpuInfo::matmulBlockRows(int64_t depth, int64_t elementBytes) const {
  int64_t rows = matmulRows(), budget = l2Bytes / 4;
  int64_t fit = budget / std::max<int64_t>(1, depth * elementBytes) / rows * rows;
  return std::clamp<int64_t>(fit, rows * 2, rows * 8);
}

/// Fills in what follows from a set of features.
static void derive(CpuInfo &info, const llvm::StringSet<> &on) {
  info.vectorBytes = on.contains("avx512f") && on.contains("avx512vl") ? 64 : on.contains("avx") ? 32 : 16;
  info.vectorRegisters = info.vectorBytes == 64 ? 32 : 16;
  info.hasFma = on.contains("fma");
  info.hasMasks = on.contains("avx");
  info.hasAllMasks = info.vectorBytes == 64 && on.contains("avx512bw");
  info.hasHalfConversion = on.contains("f16c");
  info.hasBf16Conversion = info.vectorBytes == 64 && on.contains("avx512bf16");
#if defined(__aarch64__)
  info.vectorBytes = 16, info.vectorRegisters = 32, info.hasFma = info.hasHalfConversion = true;
#endif
}

static void setFeatures(CpuInfo &info, const llvm::StringMap<bool> &features) {
  llvm::StringSet<> on;
  SmallVector<std::string> parts;
  for (const auto &feature : features) {
    parts.push_back((feature.second ? "+" : "-") + feature.first().str());
    if (feature.second)
      on.insert(feature.first());
  }
  llvm::sort(parts); // StringMap's order is not stable, and the string is part of the cache's key
  info.features = llvm::join(parts, ",");
  derive(info, on);
}

static int64_t cacheBytes(int name, int64_t otherwise) {
  long bytes = sysconf(name);
  return bytes > 0 ? bytes : otherwise;
}

CpuInfo CpuInfo::host() {
  CpuInfo info;
  info.name = llvm::sys::getHostCPUName().str();
  info.l1Bytes = cacheBytes(_SC_LEVEL1_DCACHE_SIZE, info.l1Bytes);
  info.l2Bytes = cacheBytes(_SC_LEVEL2_CACHE_SIZE, info.l2Bytes);
  setFeatures(info, llvm::sys::getHostCPUFeatures());
  return info;
}

/// What else goes when a feature goes: LLVM's own implication runs at the target machine, too late for the tiles.
static ArrayRef<StringRef> impliedOff(StringRef feature) {
  static const StringRef avx512[] = {"avx512f",      "avx512vl",        "avx512bw",    "avx512dq",          "avx512cd",
                                     "avx512ifma",   "avx512vbmi",      "avx512vbmi2", "avx512vnni",        "avx512bf16",
                                     "avx512bitalg", "avx512vpopcntdq", "avx512fp16",  "avx512vp2intersect"};
  static const StringRef avx[] = {"avx512f", "avx512vl", "avx512bw", "avx512bf16", "avx2", "fma",
                                  "f16c",    "avx",      "vaes",     "vpclmulqdq", "gfni"};
  if (feature == "avx512f")
    return avx512;
  if (feature == "avx")
    return avx;
  return {};
}

FailureOr<CpuInfo> CpuInfo::get(StringRef text) {
  auto [name, extra] = text.split(',');
  CpuInfo info;
  llvm::StringMap<bool> features;
  if (name.empty() || name == "host" || name == "native") {
    info = host();
    for (const auto &feature : llvm::sys::getHostCPUFeatures())
      features[feature.first()] = feature.second;
  } else {
#if defined(__x86_64__)
    if (llvm::X86::parseArchX86(name, /*Only64Bit=*/true) == llvm::X86::CK_None)
      return failure();
    SmallVector<StringRef> list;
    llvm::X86::getFeaturesForCPU(name, list, /*NeedPlus=*/false);
    for (StringRef feature : list)
      features[feature] = true;
#else
    return failure();
#endif
    info.name = name.str();
  }
  SmallVector<StringRef> changes;
  extra.split(changes, ',', -1, /*KeepEmpty=*/false);
  for (StringRef change : changes) {
    bool on = !change.consume_front("-");
    change.consume_front("+");
    features[change] = on;
    if (!on)
      for (StringRef implied : impliedOff(change))
        features[implied] = false;
  }
  setFeatures(info, features);
  return info;
}

} // namespace graphopt
