//===- Groups.h - which ops share a loop over tiles -----------------------===//
#pragma once
#include "graph-opt/Execution/CpuInfo.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
namespace graphopt::cpu {
using namespace mlir;

/// Ops that are computed together, a tile of the root at a time.
struct Group {
  linalg::LinalgOp root;
  SmallVector<int64_t> tiles;           ///< for the root's loops; 0 leaves one alone
  llvm::SetVector<Operation *> members; ///< producers that move into the loop
};

/// True if an operand has no elements: each iteration would read or write one.
bool iteratesOverNothing(linalg::LinalgOp op);

/// Seconds that an op takes on one core, with a guess for dynamic sizes.
double secondsOf(linalg::LinalgOp op, const CpuInfo &cpu);

/// A matrix product with the elementwise op that takes its result: by blocks of rows.
std::optional<Group> matmulGroup(linalg::GenericOp product, const CpuInfo &cpu);
/// An op with the reductions of its rows and what they share (softmax, normalisations): a row at a time.
std::optional<Group> rowGroup(linalg::GenericOp root);
/// A large op alone, in pieces for several threads.
std::optional<Group> loneGroup(linalg::LinalgOp root, const CpuInfo &cpu);

/// Gives each user of a `tensor.empty`, and of a fill of one, its own: CSE makes one of all that are alike, and
/// then nobody can take it along or write to it without a copy.
void unshareDestinations(Operation *root);

} // namespace graphopt::cpu
