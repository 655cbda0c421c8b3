//===- Sequence.cpp - sequences whose length is known, and optionals ------===//
//
// A sequence is there only while the model is imported: an unrealized cast of its tensors to a tuple, which nothing uses in the end.
// An optional is its element.
//
//===----------------------------------------------------------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
constexpr int64_t mostParts = 4096; ///< that a tensor is split into

LogicalResult yieldSequence(ImportCall &call, ValueRange tensors) {
  Type type = TupleType::get(call.builder.getContext(), tensors.getTypes());
  return call.yield(UnrealizedConversionCastOp::create(call.builder, call.loc, type, tensors).getResult(0));
}

FailureOr<SmallVector<Value>> readSequence(const ImportCall &call) {
  const Value *value = call["input_sequence"].get<Value>();
  auto made = value && isa<TupleType>(value->getType()) ? value->getDefiningOp<UnrealizedConversionCastOp>() : nullptr;
  if (!made)
    return emitError(call.loc) << "'" << call.name << "': expected a sequence as argument 'input_sequence'";
  return llvm::to_vector(made.getOperands());
}

/// A position among `count`, counted from the end where it is negative, or the one behind if `orBehind`; `absent` where none is given.
FailureOr<int64_t> readPosition(const ImportCall &call, int64_t count, int64_t absent, bool orBehind = false) {
  if (!call.has("position"))
    return absent;
  FailureOr<OpFoldResult> given = call.size("position");
  if (failed(given))
    return failure();
  std::optional<int64_t> known = getConstantIntValue(*given);
  if (!known)
    return call.unsupported("a position that is known only at run time");
  int64_t position = *known < 0 ? *known + count : *known, end = count + orBehind;
  if (position < 0 || position >= end)
    return emitError(call.loc) << "'" << call.name << "': expected a position in [" << -count << ", " << end << "), got " << *known;
  return position;
}

LogicalResult importAt(ImportCall &call) {
  auto sequence = readSequence(call);
  auto at = failed(sequence) ? FailureOr<int64_t>(failure()) : readPosition(call, static_cast<int64_t>(sequence->size()), 0);
  return failed(at) ? failure() : call.yield((*sequence)[*at]);
}

LogicalResult importErase(ImportCall &call) {
  auto sequence = readSequence(call);
  if (failed(sequence))
    return failure();
  auto count = static_cast<int64_t>(sequence->size());
  if (count == 0)
    return emitError(call.loc) << "'SequenceErase': expected a sequence that is not empty";
  auto at = readPosition(call, count, count - 1);
  if (failed(at))
    return failure();
  sequence->erase(sequence->begin() + *at);
  return yieldSequence(call, *sequence);
}

LogicalResult importInsert(ImportCall &call) {
  auto sequence = readSequence(call);
  auto x = call.tensor("tensor");
  if (failed(sequence) || failed(x))
    return failure();
  auto count = static_cast<int64_t>(sequence->size());
  auto at = readPosition(call, count, count, /*orBehind=*/true);
  if (failed(at))
    return failure();
  if (count && elementOf(sequence->front()) != elementOf(*x))
    return emitError(call.loc) << "'SequenceInsert': expected a tensor of " << elementOf(sequence->front()) << ", got " << x->getType();
  sequence->insert(sequence->begin() + *at, *x);
  return yieldSequence(call, *sequence);
}

/// The sizes that `split` lists, or as many of the one size that it names as there are, the last of which may be smaller.
FailureOr<SmallVector<OpFoldResult>> partSizes(ImportCall &call, int64_t total) {
  SmallVector<OpFoldResult> sizes;
  int64_t size = 1;
  if (call.has("split")) {
    auto tensor = call.tensor("split");
    if (failed(tensor))
      return failure();
    if (rankOf(*tensor) == 1) {
      auto given = call.sizes("split");
      if (failed(given))
        return failure();
      std::optional<int64_t> sum = 0;
      for (OpFoldResult part : *given) {
        std::optional<int64_t> known = getConstantIntValue(part);
        if (known && *known < 0)
          return emitError(call.loc) << "'" << call.name << "': expected sizes of at least 0, got " << *known;
        sum = sum && known ? llvm::checkedAdd(*sum, *known) : std::nullopt;
      }
      if (sum && !ShapedType::isDynamic(total) && *sum != total)
        return emitError(call.loc) << "'" << call.name << "': expected sizes that make up the " << total << " of the axis, got " << *sum;
      return given;
    }
    auto given = call.size("split");
    if (failed(given))
      return failure();
    size = getConstantIntValue(*given).value_or(0);
    if (size < 1)
      return call.unsupported("expected a size of at least 1 that is known");
  }
  if (ShapedType::isDynamic(total))
    return call.unsupported("an axis whose size is known only at run time");
  if (total / size > mostParts)
    return call.unsupported("more than " + Twine(mostParts) + " parts");
  for (int64_t start = 0; start < total; start += size)
    sizes.push_back(call.builder.getIndexAttr(std::min(size, total - start)));
  return sizes;
}

LogicalResult importSplitToSequence(ImportCall &call) {
  auto x = call.tensor("input");
  auto keep = call.boolean("keepdims", true);
  if (failed(x) || failed(keep))
    return failure();
  auto axis = axisOf(call, "axis", *x);
  if (failed(axis))
    return failure();
  auto sizes = partSizes(call, aten::typeOf(*x).getDimSize(*axis));
  if (failed(sizes))
    return failure();
  SmallVector<Value> parts = cut(call, *x, *axis, *sizes);
  if (!call.has("split") && !*keep)
    for (Value &y : parts) {
      SmallVector<OpFoldResult> rest = sizesOf(call, y);
      rest.erase(rest.begin() + *axis);
      y = aten::reshape(call, y, rest);
    }
  return yieldSequence(call, parts);
}

LogicalResult importConcatFromSequence(ImportCall &call) {
  auto sequence = readSequence(call);
  auto isNew = call.boolean("new_axis", false);
  if (failed(sequence) || failed(isNew))
    return failure();
  if (sequence->empty())
    return emitError(call.loc) << "'ConcatFromSequence': expected a sequence that is not empty";
  auto axis = call.axis("axis", rankOf(sequence->front()) + *isNew);
  if (failed(axis))
    return failure();
  for (Value &x : *sequence) {
    if (rankOf(x) != rankOf(sequence->back()))
      return emitError(call.loc) << "'ConcatFromSequence': expected tensors of one rank";
    if (*isNew)
      x = aten::insertAxis(call, x, *axis);
  }
  return call.yield(graph::ConcatOp::create(call.builder, call.loc, *sequence, *axis).getResult());
}
} // namespace

bool onnx::takesSequences(StringRef op) {
  return llvm::StringSwitch<bool>(op)
      .Cases({"SequenceAt", "SequenceErase", "SequenceInsert", "SequenceLength", "ConcatFromSequence"}, true)
      .Cases({"Identity", "Optional", "OptionalGetElement", "OptionalHasElement"}, true)
      .Default(false);
}

void graphopt::registerOnnxSequenceRules(ImportRules &rules) {
  rules.onnx({"SequenceAt"}, importAt);
  rules.onnx({"SequenceErase"}, importErase);
  rules.onnx({"SequenceInsert"}, importInsert);
  rules.onnx({"SplitToSequence"}, importSplitToSequence);
  rules.onnx({"ConcatFromSequence"}, importConcatFromSequence);
  rules.onnx({"SequenceEmpty"}, [](ImportCall &call) { return yieldSequence(call, {}); });
  rules.onnx({"SequenceConstruct"}, [](ImportCall &call) -> LogicalResult {
    auto xs = call.tensors("inputs");
    return failed(xs) ? failure() : yieldSequence(call, *xs);
  });
  rules.onnx({"SequenceLength"}, [](ImportCall &call) -> LogicalResult {
    auto sequence = readSequence(call);
    if (failed(sequence))
      return failure();
    return call.yield(Value(ExprBuilder(call.builder, call.loc).number(static_cast<double>(sequence->size()), call.builder.getI64Type())));
  });
  rules.onnx({"Identity", "Optional", "OptionalGetElement"}, [](ImportCall &call) -> LogicalResult {
    const Value *value = call["input"].get<Value>();
    return value ? call.yield(*value) : call.unsupported("an optional without an element");
  });
  rules.onnx({"OptionalHasElement"}, [](ImportCall &call) -> LogicalResult {
    return call.yield(Value(ExprBuilder(call.builder, call.loc).number(call.has("input"), call.builder.getI1Type())));
  });
}
