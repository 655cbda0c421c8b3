//===- ExportRules.h - how our ops are written as foreign operators -------===//
//
// The way out, mirror of ImportRules.h. A rule is a function of an op and of the place that it is written to: OnnxExport or AtenExport,
// which know no file format. Ops register theirs (ExportOpInterface); those of upstream dialects are in lib/Interop/{Onnx,Aten}/Exports.
// A composite op without a rule is decomposed.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringMap.h"
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)
namespace graphopt {
struct ForeignGraph;
class ExportState;

/// A value of the foreign graph, or none where an operand is left out. Values of type index are i64 there.
struct ForeignValue {
  static constexpr unsigned none = ~0u;
  unsigned number = none;
  mlir::Type element;
  explicit operator bool() const { return number != none; }
  bool isTruth() const { return element.isInteger(1); }
  bool isFloat() const { return llvm::isa<mlir::FloatType>(element); }
};

/// An argument or attribute of a foreign operator.
struct ForeignArg {
  using List = std::vector<ForeignArg>;
  std::variant<std::monostate, ForeignValue, int64_t, double, bool, std::string, mlir::Type, TensorValue, List,
               std::shared_ptr<ForeignGraph>>
      value;

  ForeignArg() = default;
  ForeignArg(ForeignValue v) {
    if (v)
      value = v;
  }
  template <typename T, std::enable_if_t<std::is_integral_v<T>, int> = 0> ForeignArg(T number) {
    if constexpr (std::is_same_v<T, bool>)
      value = number;
    else
      value = static_cast<int64_t>(number);
  }
  ForeignArg(double number) : value(number) {}
  ForeignArg(const char *text) : value(std::string(text)) {}
  ForeignArg(llvm::StringRef text) : value(text.str()) {}
  ForeignArg(mlir::Type type) : value(type) {}
  ForeignArg(TensorValue tensor) : value(std::move(tensor)) {}
  ForeignArg(List list) : value(std::move(list)) {}
  ForeignArg(std::shared_ptr<ForeignGraph> graph) : value(std::move(graph)) {}
  ForeignArg(llvm::ArrayRef<int64_t> numbers) : value(List(numbers.begin(), numbers.end())) {}
  ForeignArg(const llvm::SmallVectorImpl<int64_t> &numbers) : ForeignArg(llvm::ArrayRef<int64_t>(numbers)) {}
  template <typename T> const T *get() const { return std::get_if<T>(&value); }
};
using NamedForeignArg = std::pair<std::string, ForeignArg>;

/// One call of a foreign operator.
struct ForeignNode {
  std::string op; ///< "Conv", "aten.conv2d.default"
  std::vector<ForeignArg> args;
  std::vector<NamedForeignArg> named; ///< attributes, or keyword arguments
  llvm::SmallVector<ForeignValue, 1> results;
  std::string name; ///< of the op that it was written for; may be empty
};

/// Nodes in their order. A nested graph sees the values of those around it.
struct ForeignGraph {
  std::vector<ForeignNode> nodes;
  std::vector<ForeignValue> inputs, outputs;
  std::string name;     ///< of a nested graph: what it should be called; may be empty
  bool isTuple = false; ///< of a nested graph in Python: whether even one output is in a tuple
};

/// The place that one op is written to.
class ExportSite {
public:
  ExportSite(ExportState &state, mlir::Operation *op) : op(op), state(state) {}
  mlir::Operation *op;

  /// What a value of ours is there; none for null.
  ForeignValue operator[](mlir::Value value) const;
  /// The numbers of a constant; null where the value is none.
  const TensorValue *findConstant(ForeignValue value) const;
  /// A tensor of known numbers; equal small ones are one.
  ForeignValue constant(const TensorValue &value);
  /// Makes the values stand for the op's results.
  llvm::LogicalResult yield(llvm::ArrayRef<ForeignValue> values);
  /// There is no such operator for these operands or attributes: the op is decomposed, or refused with the reason.
  llvm::LogicalResult decline(const llvm::Twine &reason);
  bool hasDeclined() const { return declined; }
  llvm::StringRef getReason() const { return reason; }

  /// Makes a value stand for an argument of a block.
  void bind(mlir::Value ours, ForeignValue value);
  /// A new value that no node makes: an input of a nested graph.
  ForeignValue input(mlir::Type type);
  /// The same for a value of the graphs around it, which it is called like.
  ForeignValue input(ForeignValue outer);
  /// Exports the ops of a block, but for its terminator.
  llvm::LogicalResult exportBlock(mlir::Block &block);
  /// A nested graph of what `fill` writes.
  llvm::FailureOr<std::shared_ptr<ForeignGraph>> nest(llvm::function_ref<llvm::LogicalResult(ForeignGraph &)> fill);

  /// Whether indices are known, and each is one of an element along an axis of x, or counts from the end.
  bool areInRange(mlir::Value x, int64_t axis, mlir::Value indices) const;

  /// The element type of a tensor or a scalar, as the foreign graph has it.
  static mlir::Type elementOf(mlir::Type type);

protected:
  llvm::SmallVector<ForeignValue> add(llvm::StringRef operation, std::vector<ForeignArg> args, std::vector<NamedForeignArg> named,
                                      llvm::ArrayRef<mlir::Type> elements);

  ExportState &state;

private:
  bool declined = false;
  std::string reason;
};

/// Writes nodes of ai.onnx.
class OnnxExport : public ExportSite {
public:
  using ExportSite::ExportSite;
  static constexpr int64_t opset = 21, irVersion = 10;

  /// A node with one result, of the element type of the first input where none is stated.
  ForeignValue operator()(llvm::StringRef operation, const std::vector<ForeignValue> &inputs, std::vector<NamedForeignArg> attributes = {},
                          mlir::Type element = {});
  /// A node whose result is a truth value.
  ForeignValue test(llvm::StringRef operation, const std::vector<ForeignValue> &inputs);
  llvm::SmallVector<ForeignValue> many(llvm::StringRef operation, const std::vector<ForeignValue> &inputs,
                                       std::vector<NamedForeignArg> attributes, llvm::ArrayRef<mlir::Type> elements);
  ForeignValue cast(ForeignValue x, mlir::Type element);
  /// x in a type that operators take and runtimes compute in: bf16 as f32, 8 and 16 bits as i32, ui32 as i64. Rounding or wrapping the
  /// result, which `yield` does, gives what computing in the narrow type gives.
  ForeignValue wide(ForeignValue x);
  /// The same, and truth values as i32.
  ForeignValue comparable(ForeignValue x);
  /// Positions, as i64.
  ForeignValue positions(ForeignValue x) { return cast(x, mlir::IntegerType::get(op->getContext(), 64)); }
  /// Positions along an axis of x; those out of range are moved to the nearest that is not, as graph.gather does.
  ForeignValue positions(mlir::Value x, int64_t axis, mlir::Value indices);
  /// Rank 0.
  ForeignValue number(double value, mlir::Type element);
  ForeignValue integer(int64_t value);
  /// Vectors of i64.
  ForeignValue integers(llvm::ArrayRef<int64_t> values);
  ForeignValue sizes(llvm::ArrayRef<mlir::OpFoldResult> sizes);
  /// Values of rank 0 as a vector.
  ForeignValue stack(llvm::ArrayRef<ForeignValue> scalars);
  /// The sizes of the axes [start, end) of x; to the last one where end is not given.
  ForeignValue shape(ForeignValue x, int64_t start = 0, std::optional<int64_t> end = std::nullopt);
  /// A known size or an index value, of rank 0.
  ForeignValue size(mlir::OpFoldResult size);
  /// Results of other element types than the op's are cast.
  llvm::LogicalResult yield(llvm::ArrayRef<ForeignValue> values);
};

/// Writes calls of ATen overloads. Index values are Python's ints there.
class AtenExport : public ExportSite {
public:
  using ExportSite::ExportSite;

  /// A call with one result, of the element type of the first tensor where none is stated.
  ForeignValue operator()(llvm::StringRef overload, std::vector<ForeignArg> args, std::vector<NamedForeignArg> keywords = {},
                          mlir::Type element = {});
  /// A result of a call that has several.
  ForeignValue part(ForeignValue results, int64_t index, mlir::Type element);
  /// Known sizes and index values.
  ForeignArg sizes(llvm::ArrayRef<mlir::OpFoldResult> sizes);
  ForeignArg size(mlir::OpFoldResult size);
  /// A size of a tensor.
  ForeignArg dim(mlir::Value tensor, int64_t axis);
  /// Arithmetic on sizes, by a function of Python's `operator`, or "max", "min" and "ite" (if-then-else). Sums, differences and products
  /// of what is known are computed at once.
  ForeignArg compute(llvm::StringRef operation, const ForeignArg::List &numbers);
  /// A call of torch.ops.higher_order. Python's graphs see no values but their own: what those among the arguments use from outside become
  /// inputs behind their others, and one more argument, a list. Gives what `part` takes the results of.
  ForeignValue higherOrder(llvm::StringRef operation, std::vector<ForeignArg> args);
  /// Positions, as i64.
  ForeignValue positions(ForeignValue x);
  /// Positions along an axis of x; those out of range are moved to the nearest that is not, as graph.gather does.
  ForeignValue positions(mlir::Value x, int64_t axis, mlir::Value indices);
  /// x with updates at positions along an axis, added up or put there.
  ForeignValue putAt(mlir::Value x, mlir::Value indices, mlir::Value updates, int64_t axis, bool accumulate);
};

enum class ExportTarget { onnx, aten };

/// The rules of all registered ops, by op name.
class ExportRules {
public:
  using Rule = std::function<llvm::LogicalResult(ExportSite &)>;

  /// rules.onnx<GeluOp>([](GeluOp op, OnnxExport &to) { ... });
  template <typename Op, typename Fn> void onnx(Fn rule) {
    add(ExportTarget::onnx, Op::getOperationName(),
        [rule](ExportSite &site) { return rule(llvm::cast<Op>(site.op), static_cast<OnnxExport &>(site)); });
  }
  template <typename Op, typename Fn> void aten(Fn rule) {
    add(ExportTarget::aten, Op::getOperationName(),
        [rule](ExportSite &site) { return rule(llvm::cast<Op>(site.op), static_cast<AtenExport &>(site)); });
  }
  void add(ExportTarget target, llvm::StringRef opName, Rule rule);

  /// Null if there is no rule.
  const Rule *find(ExportTarget target, llvm::StringRef opName) const;
  /// The ops that have a rule, sorted: for the support table.
  std::vector<std::string> names(ExportTarget target) const;
  /// Those of every op registered in the context that has ExportOpInterface, and of lib/Interop/{Onnx,Aten}/Exports.
  static ExportRules collect(mlir::MLIRContext *context);

private:
  llvm::StringMap<Rule> rules[2];
};

/// The rules of an elementwise row that is one to one with the first of the operators that become it.
void addElementwiseOnnxExport(ExportRules &rules, llvm::StringRef opName, llvm::ArrayRef<llvm::StringRef> onnx);
void addElementwiseAtenExport(ExportRules &rules, llvm::StringRef opName, llvm::ArrayRef<llvm::StringRef> aten);

} // namespace graphopt
#pragma GCC visibility pop
