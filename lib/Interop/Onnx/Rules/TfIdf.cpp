//===- TfIdf.cpp - how often n-grams stand in a row ------------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
constexpr int64_t mostColumns = 1 << 16;

struct Grams {
  int64_t length;
  SmallVector<int64_t> items; ///< one after the other, `length` each
  int64_t count() const { return static_cast<int64_t>(items.size()) / length; }
};

/// How often each n-gram stands in each row of x [rows, items], its items `distance` apart: [rows, n-grams].
Expr countGrams(ImportCall &call, Value x, const Grams &grams, int64_t distance) {
  ExprBuilder g(call.builder, call.loc);
  int64_t places = aten::typeOf(x).getDimSize(1) - (grams.length - 1) * distance;
  Expr all;
  for (int64_t i = 0; i < grams.length; ++i) {
    SmallVector<int64_t> column;
    for (int64_t gram = 0; gram < grams.count(); ++gram)
      column.push_back(grams.items[gram * grams.length + i]);
    Value items = part(call, x, 1, call.builder.getIndexAttr(i * distance), call.builder.getIndexAttr(places));
    Expr isIt = g.cast(g(aten::insertAxis(call, items, 1)) == g(constantOf(call, column, {1, grams.count(), 1})), g.b.getF32Type());
    all = i ? all * isIt : isIt;
  }
  return g.sum(all, 2, false);
}

/// The n-grams of the lengths that are asked for, and the columns of all of them.
FailureOr<std::pair<SmallVector<Grams>, SmallVector<int64_t>>> readPool(const ImportCall &call) {
  auto pool = call.integers("pool_int64s"), starts = call.integers("ngram_counts"), columns = call.integers("ngram_indexes");
  auto shortest = call.integer("min_gram_length"), longest = call.integer("max_gram_length");
  if (failed(pool) || failed(starts) || failed(columns) || failed(shortest) || failed(longest))
    return failure();
  SmallVector<Grams> grams;
  SmallVector<int64_t> used;
  size_t column = 0;
  starts->push_back(static_cast<int64_t>(pool->size()));
  for (size_t i = 0; i + 1 < starts->size(); ++i) {
    int64_t length = static_cast<int64_t>(i) + 1, first = (*starts)[i], size = (*starts)[i + 1] - first;
    if (first < 0 || size < 0 || first + size > static_cast<int64_t>(pool->size()) || size % length)
      return emitError(call.loc) << "'TfIdfVectorizer': expected starts of whole n-grams in the pool";
    for (int64_t gram = 0; gram < size / length; ++gram, ++column) {
      if (column == columns->size() || (*columns)[column] < 0 || (*columns)[column] >= mostColumns)
        return emitError(call.loc) << "'TfIdfVectorizer': expected a column in [0, " << mostColumns << ") for each n-gram";
      if (length >= *shortest && length <= *longest)
        used.push_back((*columns)[column]);
    }
    if (length >= *shortest && length <= *longest && size)
      grams.push_back({length, SmallVector<int64_t>(ArrayRef(*pool).slice(first, size))});
  }
  return std::pair(grams, used);
}

LogicalResult importTfIdf(ImportCall &call) {
  if (call.has("pool_strings"))
    return call.unsupported("strings");
  auto x = call.tensor("X");
  auto mode = call.string("mode");
  auto skips = call.integer("max_skip_count");
  auto all = call.integers("ngram_indexes");
  auto pool = readPool(call);
  if (failed(x) || failed(mode) || failed(skips) || failed(all) || failed(pool))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  bool isRow = rankOf(*x) == 1;
  if (!isRow && rankOf(*x) != 2)
    return emitError(call.loc) << "'TfIdfVectorizer': expected rows of integers, got " << x->getType();
  if (aten::typeOf(*x).isDynamicDim(rankOf(*x) - 1))
    return call.unsupported("rows whose length is known only at run time");
  if (*mode != "TF" && *mode != "IDF" && *mode != "TFIDF")
    return call.unsupported("the mode '" + *mode + "'");
  Value rows = call.cast(isRow ? aten::insertAxis(call, *x, 0) : *x, b.getI64Type());
  int64_t items = aten::typeOf(rows).getDimSize(1);
  auto &[lengths, columns] = *pool;
  // The counts of all n-grams, and a column of nothing behind them.
  SmallVector<Value> counts;
  SmallVector<OpFoldResult> sizes = {sizesOf(call, rows)[0], b.getIndexAttr(1)};
  for (const Grams &grams : lengths) {
    sizes[1] = b.getIndexAttr(grams.count());
    Expr total = g(aten::full(call, g.number(0, b.getF32Type()), sizes));
    for (int64_t distance = 1; distance <= (grams.length == 1 ? 1 : *skips + 1) && (grams.length - 1) * distance < items; ++distance)
      total = total + countGrams(call, rows, grams, distance);
    counts.push_back(total);
  }
  sizes[1] = b.getIndexAttr(1);
  counts.push_back(aten::full(call, g.number(0, b.getF32Type()), sizes));
  int64_t width = all->empty() ? 0 : *llvm::max_element(*all) + 1;
  SmallVector<int64_t> from(width, static_cast<int64_t>(columns.size()));
  for (auto [i, column] : llvm::enumerate(columns))
    from[column] = static_cast<int64_t>(i);
  Expr y = g(graph::GatherOp::create(b, call.loc, graph::ConcatOp::create(b, call.loc, counts, 1), constantOf(call, from, width), 1));
  if (*mode != "TF") {
    if (*mode == "IDF")
      y = g.cast(y > 0.0, b.getF32Type());
    if (call.has("weights")) {
      auto weights = numbers(call, "weights");
      if (failed(weights))
        return failure();
      if (weights->size() != all->size())
        return emitError(call.loc) << "'TfIdfVectorizer': expected a weight for each n-gram, got " << weights->size();
      SmallVector<float> factors(width, 1);
      for (auto [weight, column] : llvm::zip(*weights, *all))
        factors[column] = static_cast<float>(weight);
      auto type = RankedTensorType::get(width, b.getF32Type());
      y = y * g(graph::ConstantOp::create(b, call.loc, type, DenseElementsAttr::get(type, ArrayRef(factors))));
    }
  }
  return call.yield(isRow ? aten::reshape(call, y, ArrayRef(sizesOf(call, y)).drop_front()) : Value(y));
}
} // namespace

void graphopt::registerOnnxTfIdfRules(ImportRules &rules) { rules.onnx({"TfIdfVectorizer"}, importTfIdf); }
