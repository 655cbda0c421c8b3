//===- Pipelines.h - named stages, -O0 to -O3, and slots between them -----===//
//
// One text, on the command line (--graph-pipeline), in C++ and in Python:
//   O2                                            the stages of a level
//   O2{after-fusion=my-pass,graph-cse after-clean=other}   with passes in slots; a comma serves between slots, too
//   graph-fold,graph-cse                          passes alone; ops they work on are found by themselves
// `graph-O0` ... `graph-O3` are pipelines for --pass-pipeline as well, with the slots as options.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"
#include <map>
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

/// Called with a message, lower case and without a final period, before a function here fails.
using PipelineErrorFn = llvm::function_ref<void(const llvm::Twine &)>;

/// A text of the form `O2{slot=passes ...}`.
struct StagedPipeline {
  unsigned level = 2;                       ///< 0 to 3
  std::map<std::string, std::string> slots; ///< passes by the slot's name
};

/// Whether `text` names a level (O0 to O3, slots or not), rather than passes.
bool isStagedPipeline(llvm::StringRef text);
/// Reads `O2{slot=passes ...}`. Slots must be known; their passes are looked up when they are added.
llvm::FailureOr<StagedPipeline> parseStagedPipeline(llvm::StringRef text, PipelineErrorFn error);
/// Adds the graph-level stages of a level with their slots: import, clean, optimise, fuse.
llvm::LogicalResult addGraphStages(mlir::OpPassManager &pm, const StagedPipeline &pipeline, PipelineErrorFn error);
/// Adds the passes that `pipeline` has in `slot`, if any. For whoever owns a stage below fusion.
llvm::LogicalResult addSlot(mlir::OpPassManager &pm, const StagedPipeline &pipeline, llvm::StringRef slot, PipelineErrorFn error);
/// Adds passes by their text; `pm` is anchored on a module, and passes on functions nest by themselves.
llvm::LogicalResult addPasses(mlir::OpPassManager &pm, llvm::StringRef text, PipelineErrorFn error);

/// Adds what a text of any form above means to a module's pass manager. Slots of stages below fusion are refused: nothing here would
/// run them.
llvm::LogicalResult buildPipeline(mlir::OpPassManager &pm, llvm::StringRef text, PipelineErrorFn error);

/// Registers graph-O0 to graph-O3 with MLIR's global registry. Idempotent; registerPasses() calls it.
void registerPipelines();
/// The stages, their slots and what each level runs, as a Markdown table.
void printPipelineTable(llvm::raw_ostream &os);

} // namespace graphopt
#pragma GCC visibility pop
