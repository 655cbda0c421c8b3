//===- Signature.h - what a compiled function takes and gives --------------===//
#pragma once
#include "graph-opt/Runtime.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>

namespace graphopt::execution {

/// An input, a result or a weight.
struct Port {
  std::string name;
  int32_t dtype = GO_F32;
  llvm::SmallVector<int64_t, 4> sizes;    ///< -1: known at the call; GO_SIZE_FROM_DATA: after it
  llvm::SmallVector<std::string, 4> dims; ///< names of sizes, empty where there is none
};

struct Weight : Port {
  mlir::Attribute value;
  bool derived = false; ///< computed by the pipeline: the source module has no parameter of this name and value
};

/// What a size that has a name may be.
struct Symbol {
  std::string name;
  int64_t lower = 0, upper = INT32_MAX;
};

/// How the arguments of a lowered function are to be filled.
enum class Role { context, input, weight, prepared, result, arena };
struct Argument {
  Role role;
  unsigned index = 0;
  mlir::MemRefType type; ///< null for the context
};

struct Signature {
  std::string name;
  llvm::SmallVector<Port> inputs, results;
  llvm::SmallVector<Weight> weights;
  llvm::SmallVector<Symbol> symbols;
  llvm::SmallVector<int64_t> preparedBytes;
  int64_t opCount = 0;

  llvm::SmallVector<Argument> entryArguments, prepareArguments;
  llvm::SmallVector<Argument> returned;            ///< the results that no caller can bring memory for, as the entry returns them
  llvm::SmallVector<mlir::MemRefType> resultTypes; ///< of all results, as the lowered function has them
  bool hasShapes = false;
  std::optional<int64_t> arenaBytes, prepareArenaBytes; ///< if they depend neither on sizes nor on threads
};

/// The dtype of an element type; signless integers are signed.
std::optional<int32_t> getDtype(mlir::Type elementType);
/// The element type of a dtype.
mlir::Type getElementType(mlir::MLIRContext *context, int32_t dtype);

/// The function to compile: `name`, or the only public one.
llvm::Expected<mlir::func::FuncOp> findEntry(mlir::ModuleOp module, llvm::StringRef name);
/// The number of ops of the source that do something at run time.
int64_t countOps(mlir::func::FuncOp source);

/// Reads inputs, results and symbols from the source function.
llvm::Expected<Signature> readSource(mlir::func::FuncOp source);
/// Adds what the lowered module says: the roles of arguments, weights, prepared sizes, the arena.
llvm::Error readLowered(Signature &signature, mlir::ModuleOp lowered, mlir::ModuleOp source);

} // namespace graphopt::execution
