//===- CpuInfo.h ===//
#pragma once
#include "mlir/Support/LLVM.h"
#include <cstdint>
#include <string>
#pragma GCC visibility push(default)
namespace graphopt {

/// What code generation wants to know about a CPU. Every tile size is a function of it.
struct CpuInfo {
  std::string name;               ///< as in -mcpu
  std::string features;           ///< "+avx2,+fma,..." for the target machine
  int64_t vectorBytes = 16;       ///< of the widest vector register
  int64_t vectorRegisters = 16;   ///< architectural ones
  int64_t l1Bytes = 32 * 1024;    ///< data cache of a core
  int64_t l2Bytes = 512 * 1024;   ///< of a core
  bool hasFma = false;            ///< fused multiply-add in one instruction
  bool hasMasks = false;          ///< masked loads and stores of 32 and 64 bit elements in one instruction
  bool hasAllMasks = false;       ///< masked loads and stores of 8 and 16 bit elements too
  bool hasHalfConversion = false; ///< f16 <-> f32 in one instruction
  bool hasBf16Conversion = false; ///< f32 -> bf16 in one instruction

  /// Elements of `bits` in a vector.
  int64_t lanes(unsigned bits) const { return vectorBytes * 8 / (bits < 8 ? 8 : bits); }
  /// Register tile of a matmul: rows, and columns as a number of vectors.
  int64_t matmulRows() const;
  int64_t matmulColumnVectors() const { return 2; }
  /// Rows of A and C that stay in L2 while all of B's panels pass (a multiple of matmulRows()).
  int64_t matmulBlockRows(int64_t depth, int64_t elementBytes) const;
  /// Seconds of one multiply-add of f32 on one core, as a scale for cost estimates.
  double secondsPerFlop() const { return 1.0 / (3e9 * 2 * (hasFma ? 2 : 1) * (vectorBytes / 4) / 2); }

  /// The machine that runs this process.
  static CpuInfo host();
  /// A CPU by LLVM's name for it ("znver4", "haswell", "x86-64"), "host" or "" for this machine. A suffix of
  /// features may follow: "znver4,-avx512f".
  static llvm::FailureOr<CpuInfo> get(llvm::StringRef name);
};

} // namespace graphopt
#pragma GCC visibility pop
