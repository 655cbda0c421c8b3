//===- GraphOpt.h - the facade: load, run passes, evaluate, compile, save -===//
//
//   llvm::Expected<graphopt::Module> model = graphopt::Module::load("model.pt2");
//   llvm::Error error = model->runPipeline("O2");
//   llvm::Expected<llvm::SmallVector<graphopt::TensorValue>> results = model->evaluate({x});
//
// Errors are GraphErrors: a class, and the diagnostics as text.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Execution/CompiledFunction.h"
#include "graph-opt/Execution/CudaFunction.h"
#include "graph-opt/GraphError.h"
#include "graph-opt/Interop/Fx.h"
#include "graph-opt/Interop/Onnx.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "graph-opt/Limits.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include <memory>
#include <string>
#include <utility>

#pragma GCC visibility push(default)
namespace graphopt {

struct LoadOptions {
  /// Read bytecode in this process at once, not first in one with limits.
  bool trusted = false;
  /// What is over one of these budgets is refused.
  Limits limits;
  /// Files that weights may be read from wherever they lie: the name in the model, and the path.
  llvm::SmallVector<std::pair<std::string, std::string>> weights;
  /// Sizes and element types of inputs by name, "2x3xf32", for formats that don't hold them: TorchScript.
  llvm::StringMap<std::string> inputs;
  /// Gets how arguments and results are nested, for such formats: TorchScriptOptions::nesting.
  std::string *nesting = nullptr;
  /// Where diagnostics go, warnings too; by default errors are in the error that is returned, and warnings are dropped.
  llvm::raw_ostream *diagnostics = nullptr;
};

struct RunOptions {
  /// Evaluate the public functions on random inputs before and after each pass: one that changes the numbers is an error
  /// (Failure::numbersDiffer).
  bool checkEach = false;
};

/// An argument or result of a model's function.
struct PortInfo {
  std::string name; ///< graph.name, else "in0" and so on, "out0" and so on
  mlir::RankedTensorType type;
};

/// A model with the context that it lives in.
class Module {
public:
  /// Reads a file in any format that can be imported, recognised by its content: MLIR text or bytecode, JSON, torch.export's .pt2,
  /// TorchScript's .pt, ONNX.
  /// "-" is stdin.
  static llvm::Expected<Module> load(llvm::StringRef path, const LoadOptions &options = {});
  /// Reads MLIR text or JSON; `label` stands for the path in messages.
  static llvm::Expected<Module> parse(llvm::StringRef text, llvm::StringRef label = "<text>", const LoadOptions &options = {});

  /// What contexts are made with: all dialects. Plugins that are loaded into it join every Module made later.
  static mlir::DialectRegistry &registry();

  mlir::ModuleOp get() const { return *op; }
  mlir::MLIRContext *getContext() const;
  /// A copy in the same context, which shares the weights.
  Module clone() const;

  /// Runs "O0" to "O3", with slots if need be, or a pass pipeline ("canonicalize,cse", "builtin.module(...)").
  llvm::Error runPipeline(llvm::StringRef text, const RunOptions &options = {});
  /// Loads a plugin into the process for good: its passes, and for this module and those made later its dialects.
  llvm::Error loadPlugin(llvm::StringRef path);
  /// The function called `name`; the only public one where the name is empty.
  llvm::Expected<mlir::FunctionOpInterface> getFunction(llvm::StringRef name = "") const;
  static llvm::SmallVector<PortInfo> getInputs(mlir::FunctionOpInterface function);
  static llvm::SmallVector<PortInfo> getOutputs(mlir::FunctionOpInterface function);
  /// Gives a parameter another value of its type, which is copied.
  llvm::Error setParameter(llvm::StringRef name, const TensorValue &value);
  /// Runs a function in the reference interpreter; `hook` sees every op.
  llvm::Expected<llvm::SmallVector<TensorValue>> evaluate(llvm::ArrayRef<TensorValue> arguments, llvm::StringRef function = "",
                                                          const EvalLimits &limits = {}, EvalHook hook = {}) const;

  /// Machine code for a function, which shares this model's context and outlives the model.
  llvm::Expected<CompiledFunction> compile(const CompileOptions &options = {}) const;
  /// Kernels for NVIDIA GPUs, and the order that they run in; needs no GPU. CudaFunction::load runs it.
  llvm::Expected<LaunchPlan> compileForCuda(const CudaOptions &options = {}) const;
  /// Compiles a function ahead of time.
  llvm::Expected<EmittedObject> emitObject(const EmitOptions &options) const;

  /// Writes .mlir, .mlirbc or .json, by the ending; "-" is MLIR text on stdout. The file appears whole or not at all.
  llvm::Error save(llvm::StringRef path) const;
  /// Writes an ONNX model. Weights over the budget go to the file `path`.data, unless the options name another.
  llvm::Error saveOnnx(llvm::StringRef path, OnnxExportOptions options = {}) const;
  /// A Python file that builds a function as a torch.fx.GraphModule.
  llvm::Expected<FxProgram> toFx(const FxExportOptions &options = {}) const;
  std::string str() const;

private:
  struct State;
  Module(std::shared_ptr<State> state, mlir::OwningOpRef<mlir::ModuleOp> op) : state(std::move(state)), op(std::move(op)) {}
  static llvm::Expected<Module> read(std::unique_ptr<llvm::MemoryBuffer> buffer, llvm::StringRef path, llvm::StringRef label,
                                     const LoadOptions &options);
  std::shared_ptr<State> state; ///< holds the context: destroyed after the module
  mlir::OwningOpRef<mlir::ModuleOp> op;
};

} // namespace graphopt
#pragma GCC visibility pop
