//===- Cse.cpp - common subexpressions by stored hashes -------------------===//
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHCSEPASS
#include "graph-opt/Passes/Graph.h.inc"
} // namespace graphopt

namespace {
/// Ops by hash, open addressing. Hashes are stored: growing and probing touch no op. Scopes end in the order they began in reverse, so
/// that the last entries of a scope can be taken out of the probe sequences without tombstones.
class ScopedOpTable {
public:
  /// The op that is equal to `op`, or null after having entered it.
  Operation *lookupOrInsert(Operation *op) {
    if ((log.size() + 1) * 2 > slots.size())
      grow();
    uint64_t hash = computeHash(op);
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
      Entry &entry = slots[i];
      if (!entry.op) {
        entry = {hash, op};
        log.push_back(static_cast<unsigned>(i));
        return nullptr;
      }
      if (entry.hash == hash && areEqual(entry.op, op))
        return entry.op;
    }
  }
  size_t beginScope() const { return log.size(); }
  void endScope(size_t mark) {
    for (; log.size() > mark; log.pop_back())
      slots[log.back()] = {};
  }

private:
  struct Entry {
    uint64_t hash = 0;
    Operation *op = nullptr;
  };

  static uint64_t computeHash(Operation *op) {
    llvm::hash_code hash = OperationEquivalence::computeHash(op, OperationEquivalence::directHashValue,
                                                             OperationEquivalence::ignoreHashValue, OperationEquivalence::IgnoreLocations);
    return static_cast<size_t>(hash);
  }
  static bool areEqual(Operation *a, Operation *b) {
    return OperationEquivalence::isEquivalentTo(a, b, OperationEquivalence::IgnoreLocations);
  }

  /// Entries go into the larger table in the order they came in, which keeps the log's order that of the probe sequences.
  void grow() {
    std::vector<Entry> old(std::max<size_t>(slots.size() * 2, 1024));
    old.swap(slots);
    mask = slots.size() - 1;
    for (unsigned &at : log) {
      Entry entry = old[at];
      size_t i = entry.hash & mask;
      while (slots[i].op)
        i = (i + 1) & mask;
      slots[i] = entry;
      at = static_cast<unsigned>(i);
    }
  }

  std::vector<Entry> slots;
  std::vector<unsigned> log;
  size_t mask = 0;
};

struct GraphCsePass final : graphopt::impl::GraphCsePassBase<GraphCsePass> {
  void runOnOperation() override {
    ScopedOpTable table;
    for (Block &block : getOperation().getBody())
      visit(block, table);
  }

  static bool isCandidate(Operation *op) {
    // Constants are merged too. Ops with regions would need their bodies hashed: only those without are compared.
    return op->getNumRegions() == 0 && op->getNumResults() != 0 && !op->hasTrait<OpTrait::IsTerminator>() && isMemoryEffectFree(op);
  }

  void visit(Block &block, ScopedOpTable &table) {
    size_t mark = table.beginScope();
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (isCandidate(&op)) {
        if (Operation *earlier = table.lookupOrInsert(&op)) {
          op.replaceAllUsesWith(earlier);
          op.erase();
          ++numRemoved;
        }
        continue;
      }
      if (op.getNumRegions() == 0)
        continue;
      ScopedOpTable own;
      ScopedOpTable &inner = op.hasTrait<OpTrait::IsIsolatedFromAbove>() ? own : table;
      for (Region &region : op.getRegions())
        for (Block &nested : region)
          visit(nested, inner);
    }
    table.endScope(mark);
  }
};
} // namespace
