//===- Creation.cpp - tensors from numbers and sizes ----------------------===//
#include "Interop/Aten/Rules/Rules.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// The value of an argument, or a fixed number, as a rank-0 tensor of the result's element type.
FailureOr<Value> scalar(ImportCall &call, StringRef arg, double fixed) {
  if (!arg.empty())
    return call.tensorOrNumber(arg, call.resultElementType());
  ImportCall number(call.builder, call.loc, call.name);
  number.args.push_back({"number", ImportArg{fixed}});
  return number.tensorOrNumber("number", call.resultElementType());
}

/// A tensor of one number, of given sizes or as large as another.
void addFull(ImportRules &rules, ArrayRef<StringRef> overloads, StringRef sizesArg, StringRef likeArg, StringRef valueArg, double fixed) {
  rules.aten(overloads, [=](ImportCall &call) -> LogicalResult {
    FailureOr<Value> value = scalar(call, valueArg, fixed);
    SmallVector<OpFoldResult> sizes;
    if (likeArg.empty()) {
      FailureOr<SmallVector<OpFoldResult>> given = call.sizes(sizesArg);
      if (failed(given))
        return failure();
      sizes = *given;
    } else {
      FailureOr<Value> like = call.tensor(likeArg);
      if (failed(like))
        return failure();
      sizes = aten::sizesOf(call, *like);
    }
    return failed(value) ? failure() : call.yield(aten::full(call, *value, sizes));
  });
}

/// x where column - row is at most (tril) or at least (triu) the diagonal, 0 elsewhere.
LogicalResult triangle(ImportCall &call, bool isLower) {
  auto x = call.tensor("self");
  FailureOr<int64_t> diagonal = call.integer("diagonal", 0);
  if (failed(x) || failed(diagonal))
    return failure();
  int64_t rank = aten::rankOf(*x);
  if (rank < 2)
    return call.unsupported("expected a matrix");
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, *x);
  ExprBuilder g(call.builder, call.loc);
  Expr row = g(aten::positions(call, sizes[rank - 2], 0, 2)) + static_cast<double>(*diagonal);
  Expr column = g(aten::positions(call, sizes[rank - 1], 1, 2));
  Expr isOutside = isLower ? column > row : column < row;
  Expr value = g(*x);
  return call.yield(Value(select(isOutside, g.number(0, value.getType().getElementType()), value)));
}
} // namespace

void graphopt::registerAtenCreationRules(ImportRules &rules) {
  addFull(rules, {"full.default"}, "size", "", "fill_value", 0);
  addFull(rules, {"full_like.default"}, "", "self", "fill_value", 0);
  addFull(rules, {"new_full.default"}, "size", "", "fill_value", 0);
  addFull(rules, {"fill.Scalar", "fill.Tensor"}, "", "self", "value", 0);
  addFull(rules, {"zeros.default", "new_zeros.default"}, "size", "", "", 0);
  addFull(rules, {"zeros_like.default", "zero.default"}, "", "self", "", 0);
  addFull(rules, {"ones.default", "new_ones.default"}, "size", "", "", 1);
  addFull(rules, {"ones_like.default"}, "", "self", "", 1);
  // What is not set yet has no meaning; zeros are as good as anything, and the same every time.
  addFull(rules,
          {"empty.memory_format", "empty_strided.default", "empty_permuted.default", "new_empty.default", "new_empty_strided.default"},
          "size", "", "", 0);
  addFull(rules, {"empty_like.default"}, "", "self", "", 0);
  rules.aten({"scalar_tensor.default"}, [](ImportCall &call) -> LogicalResult {
    FailureOr<Value> value = scalar(call, "s", 0);
    return failed(value) ? failure() : call.yield(*value);
  });
  rules.aten({"tril.default"}, [](ImportCall &call) { return triangle(call, /*isLower=*/true); });
  rules.aten({"triu.default"}, [](ImportCall &call) { return triangle(call, /*isLower=*/false); });

  rules.aten({"eye.default", "eye.m"}, [](ImportCall &call) -> LogicalResult {
    FailureOr<OpFoldResult> rows = call.size("n"), columns = call.has("m") ? call.size("m") : rows;
    if (failed(rows) || failed(columns))
      return failure();
    ExprBuilder g(call.builder, call.loc);
    Expr isDiagonal = g(aten::positions(call, *rows, 0, 2)) == g(aten::positions(call, *columns, 1, 2));
    return call.yield(call.cast(isDiagonal, call.resultElementType()));
  });
}
