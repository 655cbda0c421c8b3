//===- Batches.h - the data of training, in batches -----------------------===//
#pragma once
#include "Driver/Run.h"
#include "graph-opt/GraphOpt.h"
#include <random>

namespace graphopt {

/// Tensors for the inputs of a step. One that is of the input's own static type goes into each step as it is; the others are cut along
/// their first axis, into rows.
class Batches {
public:
  /// Reads the files of the request. Errors: a tensor that is missing, too many, or of another type but for the number of rows; different
  /// numbers of rows; a last batch of another size than the model has.
  static llvm::Expected<Batches> read(llvm::ArrayRef<PortInfo> ports, const RunRequest &request, mlir::MLIRContext *context);

  llvm::ArrayRef<TensorValue> getTensors() const { return tensors; }
  /// Puts the rows into another order (Fisher and Yates; Durstenfeld 1964), the same on every machine.
  void shuffle(std::mt19937_64 &random);
  /// Of one epoch.
  int64_t getCount() const { return rows == 0 ? 1 : (rows + size - 1) / size; }
  /// The inputs of a step; the last has the rows that are left.
  llvm::SmallVector<TensorValue> get(int64_t number) const;

private:
  llvm::SmallVector<TensorValue> tensors;
  llvm::SmallVector<bool> isCut;
  int64_t rows = 0, size = 1; ///< no rows where no tensor is cut
  std::vector<int64_t> order;
};

} // namespace graphopt
