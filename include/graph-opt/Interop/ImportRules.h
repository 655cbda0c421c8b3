//===- ImportRules.h - how foreign operators become ours ------------------===//
//
// A rule is a function of an ImportCall: one call of a foreign operator with its named arguments. It knows no file format. Ops register
// the rules that make them (InteropOpInterface); operators that expand to several ops have theirs in lib/Interop/{Aten,Onnx}/Rules.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringMap.h"
#include <functional>
#include <string>
#include <variant>

#pragma GCC visibility push(default)
namespace graphopt {

/// One argument: absent, a tensor or index value, a number, a truth value, a string, an element type, or a list of these.
struct ImportArg {
  std::variant<std::monostate, mlir::Value, int64_t, double, bool, std::string, mlir::Type, std::vector<ImportArg>> value;
  bool isNone() const { return std::holds_alternative<std::monostate>(value); }
  template <typename T> const T *get() const { return std::get_if<T>(&value); }
};

/// Where the random numbers of a model come from: a key that is an input of its function, a tensor<i64>, and a stream for each draw.
struct RandomSource {
  mlir::Value key; ///< null where a draw would be repeated: in the body of a loop
  int64_t draws = 0;
};

/// One call of a foreign operator. The accessors emit an error at the call's location that names the argument, what was expected and
/// what came, and fail.
class ImportCall {
public:
  ImportCall(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name) : builder(builder), loc(loc), name(name) {}

  mlir::OpBuilder &builder;
  mlir::Location loc;
  std::string name;                                          ///< as the source spells it: "aten.add.Tensor", "Add"
  llvm::SmallVector<std::pair<std::string, ImportArg>> args; ///< in the operator's order, defaults filled in
  llvm::SmallVector<mlir::Type> resultTypes;                 ///< as the source states them; null where it doesn't
  RandomSource *random = nullptr;                            ///< null where the importer has none
  /// Graphs among the arguments: each builds its results, for values as its inputs, where the builder stands.
  llvm::StringMap<std::function<llvm::FailureOr<llvm::SmallVector<mlir::Value>>(mlir::ValueRange)>> graphs;

  /// The argument called `arg`; none where there is none of that name.
  const ImportArg &operator[](llvm::StringRef arg) const;
  bool has(llvm::StringRef arg) const { return !(*this)[arg].isNone(); }
  llvm::FailureOr<mlir::Value> tensor(llvm::StringRef arg) const;
  llvm::FailureOr<llvm::SmallVector<mlir::Value>> tensors(llvm::StringRef arg) const;
  llvm::FailureOr<int64_t> integer(llvm::StringRef arg) const;
  llvm::FailureOr<double> number(llvm::StringRef arg) const;
  llvm::FailureOr<bool> boolean(llvm::StringRef arg) const;
  llvm::FailureOr<std::string> string(llvm::StringRef arg) const;
  /// The argument, or `absent` where it is none.
  llvm::FailureOr<int64_t> integer(llvm::StringRef arg, int64_t absent) const { return has(arg) ? integer(arg) : absent; }
  llvm::FailureOr<double> number(llvm::StringRef arg, double absent) const { return has(arg) ? number(arg) : absent; }
  llvm::FailureOr<bool> boolean(llvm::StringRef arg, bool absent) const { return has(arg) ? boolean(arg) : absent; }
  llvm::FailureOr<std::string> string(llvm::StringRef arg, const char *absent) const {
    return has(arg) ? string(arg) : std::string(absent);
  }
  /// The tensor, or null where the argument is none.
  llvm::FailureOr<mlir::Value> optionalTensor(llvm::StringRef arg) const { return has(arg) ? tensor(arg) : mlir::Value(); }
  /// A list of integers; a single one counts as a list of one.
  llvm::FailureOr<llvm::SmallVector<int64_t>> integers(llvm::StringRef arg) const;
  /// A size or a list of sizes, each a constant or an index value.
  llvm::FailureOr<mlir::OpFoldResult> size(llvm::StringRef arg) const;
  llvm::FailureOr<llvm::SmallVector<mlir::OpFoldResult>> sizes(llvm::StringRef arg) const;
  llvm::FailureOr<mlir::Type> elementType(llvm::StringRef arg) const;
  /// An axis of a tensor of `rank`, counted from the end where negative.
  llvm::FailureOr<int64_t> axis(llvm::StringRef arg, int64_t rank) const;
  /// A list of axes; an absent or empty list means all of them. Sorted, without repeats.
  llvm::FailureOr<llvm::SmallVector<int64_t>> axes(llvm::StringRef arg, int64_t rank) const;
  /// A tensor or a number as a tensor of `elementType` (a rank-0 constant for a number; a cast where the types differ).
  llvm::FailureOr<mlir::Value> tensorOrNumber(llvm::StringRef arg, mlir::Type elementType) const;
  mlir::Value cast(mlir::Value tensor, mlir::Type elementType) const;

  /// The element type of result i as the source states it.
  mlir::Type resultElementType(unsigned i = 0) const;
  /// Gives the call its results.
  llvm::LogicalResult yield(mlir::ValueRange values) {
    results.assign(values.begin(), values.end());
    return llvm::success();
  }
  /// What an argument holds after the call, of an operator that changes more than its first one.
  void change(llvm::StringRef arg, mlir::Value value) { changes.emplace_back(arg.str(), value); }
  llvm::ArrayRef<std::pair<std::string, mlir::Value>> getChanges() const { return changes; }
  /// An error at the call: "unsupported 'aten.foo.default': <reason>".
  llvm::LogicalResult unsupported(const llvm::Twine &reason) const;
  llvm::ArrayRef<mlir::Value> getResults() const { return results; }

private:
  llvm::SmallVector<mlir::Value> results;
  llvm::SmallVector<std::pair<std::string, mlir::Value>> changes;
};

using ImportRule = std::function<llvm::LogicalResult(ImportCall &)>;

/// The rules of all registered ops, by operator name.
class ImportRules {
public:
  /// ATen, by overload: "add.Tensor" for aten.add.Tensor.
  void aten(llvm::ArrayRef<llvm::StringRef> overloads, ImportRule rule);
  /// ONNX (ai.onnx), for the opset versions [since, until].
  void onnx(llvm::ArrayRef<llvm::StringRef> ops, ImportRule rule, int since = 1, int until = 1 << 20);

  /// ATen operators that there can be no rule for, and why.
  void refuseAten(llvm::ArrayRef<llvm::StringRef> overloads, llvm::StringRef reason);
  /// Why there is no rule; empty if nothing is known of the operator.
  llvm::StringRef findRefusal(llvm::StringRef overload) const;
  /// "aten.nonzero.default" and its reason ..., sorted: for the support table.
  std::vector<std::pair<std::string, std::string>> refusals() const;

  /// Null if there is no rule.
  const ImportRule *findAten(llvm::StringRef overload) const;
  const ImportRule *findOnnx(llvm::StringRef op, int opset) const;
  /// "aten.add.Tensor", "onnx.Add"... sorted: for the support table.
  std::vector<std::string> names() const;

  /// Operators that were given two rules, of which the first holds, or a rule and a refusal: an error of whoever wrote them, which every
  /// import reports.
  llvm::ArrayRef<std::string> conflicts() const { return twice; }

  /// Those of every op registered in the context that has InteropOpInterface, and of lib/Interop/*/Rules.
  static ImportRules collect(mlir::MLIRContext *context);

private:
  struct Versioned {
    int since, until;
    ImportRule rule;
  };
  llvm::StringMap<ImportRule> atenRules;
  llvm::StringMap<std::string> atenRefusals;
  llvm::StringMap<llvm::SmallVector<Versioned, 1>> onnxRules;
  std::vector<std::string> twice;
};

/// The one-to-one rules of an elementwise row: operands in order, promoted to the common element type, `alpha` as a factor of the second.
void addElementwiseRules(ImportRules &rules, llvm::StringRef opName, llvm::ArrayRef<llvm::StringRef> aten,
                         llvm::ArrayRef<llvm::StringRef> onnx);

} // namespace graphopt
#pragma GCC visibility pop
