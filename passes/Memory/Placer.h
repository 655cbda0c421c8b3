//===- Placer.h ===//
#pragma once
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <memory>
namespace graphopt::memory {

/// A buffer of `size` bytes that is live at the points first..last (both included).
struct Interval {
  int64_t size, first, last;
  bool overlaps(const Interval &other) const { return first <= other.last && other.first <= last; }
};

struct Placement {
  llvm::SmallVector<int64_t> offsets; ///< one for each interval, multiples of the alignment
  int64_t bytes = 0;                  ///< size of the arena
};

/// Gives buffers places in one arena, so that no two that are live together overlap. Sizes are multiples of `alignment`.
class Placer {
public:
  static constexpr int64_t alignment = 64;
  virtual ~Placer() = default;
  virtual Placement place(llvm::ArrayRef<Interval> intervals) const = 0;
};

/// The best of several greedy orders.
std::unique_ptr<Placer> createHeuristicPlacer();

/// The most bytes that are live at one point: no placement is smaller.
int64_t lowerBound(llvm::ArrayRef<Interval> intervals);

} // namespace graphopt::memory
