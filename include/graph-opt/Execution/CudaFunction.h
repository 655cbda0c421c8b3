//===- CudaFunction.h - a model on an NVIDIA GPU --------------------------===//
//
// The driver, libcuda.so.1, is opened when a function is loaded, and nothing of CUDA is needed to build or to compile: without a driver
// CudaFunction::load returns an error that says so.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace graphopt {

struct CudaOptions {
  std::string entry;           ///< the function; empty for the only public one
  std::string pipeline = "O2"; ///< a level with slots, or passes, on the graph
  std::string chip = "sm_90";  ///< as ptxas spells it
};

/// What to do, in order, to run a function: copies and launches over numbered device buffers.
struct LaunchPlan {
  enum class BufferKind { input, output, temporary, constant };
  struct Buffer {
    BufferKind kind;
    int64_t bytes = 0;
    unsigned index = 0;  ///< of the input or result
    TensorValue value{}; ///< of a constant
  };
  /// A pointer into a buffer, or a number (buffer < 0) of at most 8 bytes.
  struct Argument {
    int buffer = -1;
    int64_t offset = 0; ///< bytes
    uint64_t number = 0;
  };
  struct Step {
    std::string kernel; ///< empty for a copy of args[1] to args[0]
    unsigned module = 0;
    unsigned grid[3] = {1, 1, 1}, block[3] = {1, 1, 1};
    int64_t bytes = 0; ///< of a copy
    std::vector<Argument> args;
  };
  std::vector<Buffer> buffers;
  std::vector<Step> steps;
  std::vector<std::string> modules; ///< PTX, one for each kernel module
  std::vector<mlir::RankedTensorType> inputs, outputs;
  std::string chip;
};

/// Compiles a function of `module`, which stays as it is. Needs no GPU.
llvm::Expected<LaunchPlan> compileForCuda(mlir::ModuleOp module, const CudaOptions &options = {});

/// What ptxas made of a kernel module.
struct AssembledModule {
  std::string cubin;
  std::string report; ///< registers, spills and warnings, as `ptxas -v` prints them
};
/// Assembles PTX with the ptxas of CUDA_HOME or PATH. Spills and serialised asynchronous products (C7508, C7520) are errors.
llvm::Expected<AssembledModule> assemble(llvm::StringRef ptx, llvm::StringRef chip);

/// A plan loaded into the process's first GPU. Calls may come from many threads and run one after the other.
class CudaFunction {
public:
  static llvm::Expected<CudaFunction> load(LaunchPlan plan);
  llvm::Expected<llvm::SmallVector<TensorValue>> run(llvm::ArrayRef<TensorValue> arguments) const;
  const LaunchPlan &getPlan() const;

private:
  struct State;
  std::shared_ptr<State> state;
};

} // namespace graphopt
#pragma GCC visibility pop
