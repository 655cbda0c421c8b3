//===- Evaluator.h - runs the code of a model, and builds its graph -------===//
//
// The importer walks the model's code as an interpreter does. Whatever is known is worked out: submodules are entered, loops unrolled,
// conditions decided. What depends on tensors becomes ops, by the import rules of ATen's operators.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "Interop/Aten/Schemas.h"
#include "Interop/TorchScript/Forms.h"
#include "Interop/TorchScript/ScriptArchive.h"
#include "graph-opt/Interop/ImportReport.h"
#include "graph-opt/Interop/ImportRules.h"
#include "llvm/ADT/MapVector.h"

namespace graphopt::script {

/// The tensors of a model's attributes, and its constants.
class TensorSource {
public:
  virtual ~TensorSource() = default;
  /// The value of a parameter or buffer that is read for the first time; null, and an error, where it has none.
  virtual mlir::Value load(Tensor &tensor) = 0;
  /// CONSTANTS.c<index>.
  virtual llvm::FailureOr<Item> getConstant(uint64_t index, mlir::Location loc) = 0;
};

/// One call in the code: what is given by position, and by name.
struct Arguments {
  llvm::SmallVector<Item> positional;
  llvm::SmallVector<std::pair<llvm::StringRef, Item>> named;
};

class Evaluator {
public:
  Evaluator(ScriptArchive &archive, TensorSource &source, Memory &memory, mlir::OpBuilder &builder, const ImportRules &rules,
            const Limits &limits)
      : archive(archive), source(source), memory(memory), builder(builder), rules(rules), limits(limits) {}

  /// Runs a function of the model. Errors have been emitted.
  llvm::FailureOr<Item> call(const Function &function, llvm::ArrayRef<Item> arguments, mlir::Location site);
  /// The method of an object's class; null, and an error, where there is none.
  const Function *findMethod(const Object &object, llvm::StringRef name, mlir::Location loc);
  /// The value that a parameter has where a call gives none.
  llvm::FailureOr<Item> evaluateDefault(const Function &function, const Parameter &parameter);
  /// What a tensor is now; null, and an error, where that is not known.
  mlir::Value read(Tensor &tensor, mlir::Location loc);
  std::string unsupportedName; ///< an operator that nothing supports has been called; the error names it
  RandomSource random;         ///< what draws of random numbers go by

private:
  /// One call of a function.
  struct Frame {
    const Function *function;
    llvm::StringRef path; ///< of the module whose method it is
    llvm::StringMap<Item> variables;
    std::optional<Item> result;
  };
  using Result = llvm::FailureOr<Item>;

  //===--- Statements: Evaluator.cpp, ControlFlow.cpp ---===//
  llvm::LogicalResult run(Code code, Frame &frame);
  llvm::LogicalResult run(const Stmt &stmt, Frame &frame);
  llvm::LogicalResult assign(const Stmt &stmt, const Item &value, Frame &frame);
  llvm::LogicalResult assign(const Expr &target, const Item &value, Frame &frame);
  llvm::LogicalResult runConditional(const Stmt &stmt, Frame &frame);
  llvm::LogicalResult runLoop(const Stmt &stmt, Frame &frame);

  //===--- Where the model decides as it runs: Regions.cpp, Forms.cpp, Conditionals.cpp, Loops.cpp ---===//
  /// What code has done that may run or not.
  struct Effects {
    Frame frame;                                  ///< afterwards
    llvm::MapVector<Tensor *, Tensor> changed;    ///< tensors from outside that it has changed, as they are afterwards
    llvm::DenseMap<Tensor *, mlir::Value> values; ///< of tensors that variables have become
  };
  using Work = llvm::function_ref<llvm::LogicalResult(Frame &)>;
  /// Works at the end of a block, and takes back what that does to tensors from outside.
  llvm::FailureOr<Effects> runApart(Work work, Frame frame, mlir::Block *block);
  llvm::LogicalResult runEither(const Stmt &stmt, mlir::Value condition, Frame &frame);
  llvm::LogicalResult runRepeatedly(const Stmt &stmt, mlir::Value rounds, Frame &frame);
  /// The values of an item's tensors at the end of a region.
  llvm::LogicalResult resolve(const Item &item, Effects &effects, mlir::Location loc, unsigned depth = 0);
  /// Whether the region that the code is in has made a tensor or list.
  bool isMadeHere(const Item &item) const;
  /// What an item is, after the effects of a region where there are any.
  Form formOf(const Item &item, const Effects *effects, mlir::Location loc, unsigned depth = 0);
  /// The values of an item of that form, or of one that is joined into it, at the builder's place. `outside` are the variables there.
  llvm::LogicalResult flatten(const Form &form, const Item &item, const Effects *effects, const llvm::StringMap<Item> &outside,
                              llvm::SmallVectorImpl<mlir::Value> &values, mlir::Location loc);
  /// The other way: takes the first values away.
  Result rebuild(const Form &form, mlir::ValueRange &values, mlir::Location loc);
  /// A tensor after control flow, which may or may not share the storage of what it is made from.
  Tensor *makeJoined(mlir::Value value, llvm::ArrayRef<Tensor *> sources, bool isContiguous);
  /// A tensor or number as a tensor; null where it is neither.
  mlir::Value toTensor(const Item &item, const Effects *effects, mlir::Location loc);
  /// Before a tensor changes.
  void touch(Tensor &tensor);

  //===--- Expressions: Expressions.cpp, Calls.cpp ---===//
  Result evaluate(const Expr &expr, Frame &frame);
  Result evaluateAttribute(const Expr &expr, Frame &frame);
  Result evaluateSubscript(const Expr &expr, Frame &frame);
  Result evaluateSlice(const Expr &expr, Frame &frame);
  Result evaluateCall(const Expr &expr, Frame &frame);
  Result callNamed(llvm::StringRef name, const Expr &expr, Frame &frame);
  Result callOwn(llvm::StringRef path, const Arguments &arguments, mlir::Location loc);
  Result callMethod(const Item &self, llvm::StringRef name, Arguments arguments, mlir::Location loc);
  llvm::FailureOr<Arguments> evaluateArguments(const Expr &call, Frame &frame, size_t from = 1);
  llvm::FailureOr<bool> isInstance(const Item &item, const Expr &type, mlir::Location loc);

  //===--- Operators on what is no tensor: Builtins.cpp, Sequences.cpp, Numbers.cpp ---===//
  /// Nothing where it is none of these: an operator on tensors then.
  std::optional<Result> callBuiltin(llvm::StringRef op, const Arguments &arguments, mlir::Location loc);
  std::optional<Result> callOfTensor(llvm::StringRef op, const Arguments &arguments, mlir::Location loc);
  std::optional<Result> callOfSequence(llvm::StringRef op, const Arguments &arguments, mlir::Location loc);
  std::optional<Result> callOfString(llvm::StringRef op, const Arguments &arguments, mlir::Location loc);
  std::optional<Result> callOfNumbers(llvm::StringRef op, llvm::ArrayRef<Item> operands, mlir::Location loc);
  /// The same for numbers that the model computes.
  Result callOfSizes(llvm::StringRef op, llvm::ArrayRef<Item> operands, mlir::Location loc);
  /// A number out of a number or a tensor of one element: 'i', 'f' or 'b', or 's' for its own kind.
  Result toNumber(const Item &item, char kind, mlir::Location loc);
  /// A tensor of a number or of nested lists of them; real numbers have 64 bits where it `isWide`, else the default type.
  Result makeTensor(const Arguments &arguments, bool isWide, mlir::Location loc);
  llvm::FailureOr<int64_t> toInteger(const Item &item, llvm::StringRef what, mlir::Location loc);
  /// Equal numbers, strings, tuples and lists; nothing where that is known only as the model runs.
  std::optional<bool> areEqual(const Item &a, const Item &b, unsigned depth = 0);
  /// An item for a value of the IR: what is constant becomes a number.
  Item fromValue(mlir::Value value);

  //===--- Operators on tensors: TensorCalls.cpp, Storage.cpp ---===//
  Result callTensorOp(llvm::StringRef op, const Arguments &arguments, mlir::Location loc);
  llvm::FailureOr<ImportArg> toArgument(const AtenArgument &argument, const Item &item, mlir::Location loc);
  Result bindResults(ImportCall &call, const AtenSchema &schema, Tensor *self);
  /// Notes that tensors are views of another.
  void noteViews(const ImportCall &call, const AtenSchema &schema, Tensor *self, llvm::ArrayRef<Tensor *> results);
  /// Gives a tensor another value, and so to all that share its storage.
  llvm::LogicalResult change(ImportCall &call, llvm::StringRef op, Tensor &tensor, mlir::Value value);
  llvm::LogicalResult refresh(Tensor &tensor, mlir::Location loc);

  //===--- Budgets and places ---===//
  /// Counts work, so that no code runs for ever.
  llvm::LogicalResult spend(uint64_t work, mlir::Location loc);
  mlir::Location locate(unsigned line, const Frame &frame, llvm::StringRef name = "");
  /// An error of class unsupportedOp: "unsupported '<what>': <reason>".
  mlir::LogicalResult unsupported(mlir::Location loc, llvm::StringRef what, const llvm::Twine &reason);
  /// An error about a file of the archive.
  mlir::LogicalResult emit(llvm::Error error);

  ScriptArchive &archive;
  TensorSource &source;
  Memory &memory;
  mlir::OpBuilder &builder;
  const ImportRules &rules;
  const Limits &limits;
  uint64_t depth = 0, work = 0;
  llvm::MapVector<Tensor *, Tensor> *undo = nullptr; ///< tensors as they were before the region
};

/// The operators that the archive's code calls, whether or not an import comes across them.
llvm::FailureOr<ImportReport> reportOperators(ScriptArchive &archive, const ImportRules &rules, mlir::MLIRContext *context);

} // namespace graphopt::script
