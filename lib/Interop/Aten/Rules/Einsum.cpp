//===- Einsum.cpp - sums of products by an equation -----------------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Contract.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// An equation's operands, pair by pair: what no other operand and no result names is summed at once.
class Einsum {
public:
  Einsum(ImportCall &call) : call(call) {}
  struct Term {
    Value value;
    SmallVector<char> labels;
  };

  /// Repeated labels give the diagonal, labels that nothing else has are summed.
  Term reduce(Term term, const llvm::SmallDenseSet<char> &wanted) {
    ExprBuilder g(call.builder, call.loc);
    for (size_t i = 0; i < term.labels.size(); ++i)
      for (size_t j = term.labels.size() - 1; j > i; --j)
        if (term.labels[i] == term.labels[j]) { // elements off the diagonal are 0, and the axis is summed
          int64_t rank = aten::rankOf(term.value);
          SmallVector<OpFoldResult> sizes = aten::sizesOf(call, term.value);
          Expr isOn = g(aten::positions(call, sizes[i], static_cast<int64_t>(i), rank)) ==
                      g(aten::positions(call, sizes[j], static_cast<int64_t>(j), rank));
          Expr diagonal = select(isOn, g(term.value), g.number(0, aten::typeOf(term.value).getElementType()));
          term.value = g.sum(diagonal, {static_cast<int64_t>(j)}, false);
          term.labels.erase(term.labels.begin() + j);
        }
    SmallVector<int64_t> axes;
    SmallVector<char> kept;
    for (auto [i, label] : llvm::enumerate(term.labels))
      wanted.contains(label) ? kept.push_back(label) : axes.push_back(static_cast<int64_t>(i));
    if (!axes.empty())
      term.value = g.sum(g(term.value), axes, false);
    term.labels = kept;
    return term;
  }

  Term contract(const Term &a, const Term &b, const llvm::SmallDenseSet<char> &later) {
    SmallVector<int64_t> aBatch, bBatch, aSum, bSum;
    SmallVector<char> labels, rest;
    for (auto [i, label] : llvm::enumerate(a.labels)) {
      const char *at = llvm::find(b.labels, label);
      if (at == b.labels.end()) {
        rest.push_back(label);
        continue;
      }
      bool stays = later.contains(label);
      (stays ? aBatch : aSum).push_back(static_cast<int64_t>(i));
      (stays ? bBatch : bSum).push_back(at - b.labels.begin());
      if (stays)
        labels.push_back(label);
    }
    labels.append(rest);
    for (char label : b.labels)
      if (!llvm::is_contained(a.labels, label))
        labels.push_back(label);
    Value y = graph::ContractOp::create(call.builder, call.loc, a.value, b.value, aBatch, bBatch, aSum, bSum);
    return {y, labels};
  }

private:
  ImportCall &call;
};

/// The labels of a part of an equation; the axes under "..." get capital letters of their own, from the last one.
std::optional<SmallVector<char>> readLabels(StringRef text, int64_t ellipsisAxes) {
  SmallVector<char> labels;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("...")) {
      for (int64_t axis = ellipsisAxes; axis-- > 0;)
        labels.push_back(static_cast<char>(128 + axis));
      i += 2;
    } else if (llvm::isAlpha(text[i])) {
      labels.push_back(text[i]);
    } else if (text[i] != ' ') {
      return std::nullopt;
    }
  }
  return labels;
}
} // namespace

LogicalResult aten::importEinsum(ImportCall &call, StringRef tensors) {
  auto xs = call.tensors(tensors);
  auto equation = call.string("equation");
  if (failed(xs) || failed(equation))
    return failure();
  auto [left, right] = StringRef(*equation).split("->");
  bool isExplicit = StringRef(*equation).contains("->");
  SmallVector<StringRef> parts;
  left.split(parts, ',');
  if (parts.size() != xs->size())
    return emitError(call.loc) << "'" << call.name << "': expected an equation for " << xs->size() << " tensors, got '" << *equation << "'";
  SmallVector<Einsum::Term> terms;
  int64_t mostAxes = 0;
  llvm::SmallDenseMap<char, int> counts;
  for (auto [part, x] : llvm::zip(parts, *xs)) {
    int64_t named = llvm::count_if(part, [](char c) { return llvm::isAlpha(c); }),
            axes = part.contains("...") ? aten::rankOf(x) - named : 0;
    auto labels = readLabels(part, axes);
    if (!labels || axes < 0 || static_cast<int64_t>(labels->size()) != aten::rankOf(x))
      return emitError(call.loc) << "'" << call.name << "': expected a label for each axis in '" << *equation << "'";
    if (part.contains("...") && mostAxes != 0 && axes != mostAxes)
      return call.unsupported("ellipses that stretch over each other");
    mostAxes = std::max(mostAxes, axes);
    for (char label : *labels)
      ++counts[label];
    terms.push_back({x, *labels});
  }
  SmallVector<char> result;
  if (isExplicit) {
    auto labels = readLabels(right, mostAxes);
    if (!labels || llvm::any_of(*labels, [&](char label) { return !counts.count(label); }))
      return emitError(call.loc) << "'" << call.name << "': expected labels of the operands in the result of '" << *equation << "'";
    result = *labels;
  } else { // what stands once, in order, after the ellipsis
    for (int64_t axis = mostAxes; axis-- > 0;)
      result.push_back(static_cast<char>(128 + axis));
    SmallVector<char> once;
    for (auto [label, count] : counts)
      if (count == 1 && llvm::isAlpha(label))
        once.push_back(label);
    llvm::sort(once);
    result.append(once);
  }
  Einsum einsum(call);
  auto wantedFrom = [&](size_t first) {
    llvm::SmallDenseSet<char> wanted(result.begin(), result.end());
    for (const Einsum::Term &term : ArrayRef(terms).drop_front(first))
      wanted.insert(term.labels.begin(), term.labels.end());
    return wanted;
  };
  Einsum::Term all;
  for (size_t i = 0; i < terms.size(); ++i) {
    llvm::SmallDenseSet<char> later = wantedFrom(i + 1), either = later;
    either.insert(all.labels.begin(), all.labels.end());
    Einsum::Term term = einsum.reduce(terms[i], either);
    all = i == 0 ? term : einsum.reduce(einsum.contract(all, term, later), later);
  }
  SmallVector<int64_t> permutation;
  for (char label : result)
    permutation.push_back(llvm::find(all.labels, label) - all.labels.begin());
  return call.yield(graph::TransposeOp::create(call.builder, call.loc, all.value, permutation).getResult());
}
