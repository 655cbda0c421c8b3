//===- Placer.cpp ===//
#include "Placer.h"
#include "llvm/ADT/STLExtras.h"
#include <map>
#include <numeric>
using namespace llvm;
namespace graphopt::memory {

int64_t lowerBound(ArrayRef<Interval> intervals) {
  std::map<int64_t, int64_t> change;
  for (const Interval &interval : intervals) {
    change[interval.first] += interval.size;
    change[interval.last + 1] -= interval.size;
  }
  int64_t live = 0, most = 0;
  for (auto [point, bytes] : change)
    most = std::max(most, live += bytes);
  return most;
}

/// Places the intervals in the given order, each into the smallest gap between those placed that are live with it.
static Placement placeInOrder(ArrayRef<Interval> intervals, ArrayRef<unsigned> order) {
  Placement result;
  result.offsets.assign(intervals.size(), 0);
  SmallVector<unsigned> placed; // sorted by offset
  for (unsigned index : order) {
    const Interval &interval = intervals[index];
    int64_t end = 0, best = -1, bestGap = 0;
    for (unsigned other : placed) {
      if (!interval.overlaps(intervals[other]))
        continue;
      int64_t gap = result.offsets[other] - end;
      if (gap >= interval.size && (best < 0 || gap < bestGap))
        best = end, bestGap = gap;
      end = std::max(end, result.offsets[other] + intervals[other].size);
    }
    int64_t offset = best >= 0 ? best : end;
    result.offsets[index] = offset;
    result.bytes = std::max(result.bytes, offset + interval.size);
    placed.insert(upper_bound(placed, offset, [&](int64_t value, unsigned other) { return value < result.offsets[other]; }), index);
  }
  return result;
}

/// Places in the order of time, and looks at live buffers alone: for functions with very many buffers.
static Placement placeInTime(ArrayRef<Interval> intervals, ArrayRef<unsigned> order) {
  Placement result;
  result.offsets.assign(intervals.size(), 0);
  std::map<int64_t, unsigned> live; // by offset
  for (unsigned index : order) {
    const Interval &interval = intervals[index];
    int64_t end = 0, best = -1, bestGap = 0;
    for (auto it = live.begin(); it != live.end();) {
      if (intervals[it->second].last < interval.first) {
        it = live.erase(it);
        continue;
      }
      int64_t gap = it->first - end;
      if (gap >= interval.size && (best < 0 || gap < bestGap))
        best = end, bestGap = gap;
      end = std::max(end, it->first + intervals[it->second].size);
      ++it;
    }
    int64_t offset = best >= 0 ? best : end;
    result.offsets[index] = offset;
    result.bytes = std::max(result.bytes, offset + interval.size);
    if (interval.size)
      live[offset] = index;
  }
  return result;
}

namespace {
class HeuristicPlacer final : public Placer {
public:
  Placement place(ArrayRef<Interval> intervals) const override {
    SmallVector<unsigned> order(intervals.size());
    std::iota(order.begin(), order.end(), 0u);
    sort(order, [&](unsigned a, unsigned b) { return std::pair(intervals[a].first, a) < std::pair(intervals[b].first, b); });
    Placement best = placeInTime(intervals, order);
    // The others look at all pairs: not worth it for thousands of buffers, nor where there is nothing to gain.
    if (intervals.size() > 4096 || best.bytes == lowerBound(intervals))
      return best;
    auto consider = [&](auto keyOf) { // the largest first
      sort(order, [&](unsigned a, unsigned b) { return std::pair(-keyOf(a), a) < std::pair(-keyOf(b), b); });
      Placement other = placeInOrder(intervals, order);
      if (other.bytes < best.bytes)
        best = std::move(other);
    };
    consider([&](unsigned i) { return intervals[i].size; });
    consider([&](unsigned i) { return intervals[i].size * (intervals[i].last - intervals[i].first + 1); });
    return best;
  }
};
} // namespace

std::unique_ptr<Placer> createHeuristicPlacer() { return std::make_unique<HeuristicPlacer>(); }

} // namespace graphopt::memory
