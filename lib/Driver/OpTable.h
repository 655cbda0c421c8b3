//===- OpTable.h - how many of which op, and what they cost ---------------===//
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace graphopt {

/// docs/schemas/op-table.json describes its JSON.
struct OpTable {
  struct Row {
    std::string name;
    int64_t count = 0, flops = 0, bytes = 0; ///< sums that saturate
  };
  std::vector<Row> rows; ///< sorted by flops, then by bytes, the most first

  /// Counts the ops of all functions with a body. An op that tells its cost (CostOpInterface) counts whole, with the ops in its regions:
  /// a fusion is one op. A dynamic size counts as `dynamicSize`.
  static OpTable count(mlir::ModuleOp module, int64_t dynamicSize);
  Row total() const;
};

/// One table, or two side by side.
void printOpTables(llvm::raw_ostream &os, const OpTable &before, const OpTable *after);
void printOpTablesJson(llvm::raw_ostream &os, const OpTable &before, const OpTable *after, llvm::StringRef pipeline, int64_t dynamicSize);

} // namespace graphopt
#pragma GCC visibility pop
