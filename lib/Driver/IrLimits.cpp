//===- IrLimits.cpp -------------------------------------------------------===//
#include "Driver/IrLimits.h"
#include "graph-opt/Failure.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/IntegerSet.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// How deep and how large something is, written out.
struct Extent {
  unsigned depth = 1;
  uint64_t size = 1;
  int64_t rank = 0;
  void add(const Extent &part) {
    depth = std::max(depth, part.depth + 1);
    size = llvm::SaturatingAdd(size, part.size);
    rank = std::max(rank, part.rank);
  }
};

/// Measures attributes, types and affine expressions, each once: they are unique in their context.
class Measure {
public:
  Extent operator()(Attribute attr) { return measure(Part::of(attr)); }
  Extent operator()(Type type) { return measure(Part::of(type)); }

private:
  struct Part {
    enum Kind { attribute, type, expression } kind;
    const void *pointer;
    static Part of(Attribute attr) { return {attribute, attr.getAsOpaquePointer()}; }
    static Part of(Type t) { return {type, t.getAsOpaquePointer()}; }
    static Part of(AffineExpr expr) { return {expression, expr.getAsOpaquePointer()}; }
    void visitParts(function_ref<void(Part)> visit) const;
    Extent alone() const;
  };
  Extent measure(Part root);

  DenseMap<const void *, Extent> known;
};
} // namespace

void Measure::Part::visitParts(function_ref<void(Part)> visit) const {
  auto visitAttribute = [&](Attribute attr) { visit(of(attr)); };
  auto visitType = [&](Type t) { visit(of(t)); };
  if (kind == expression) {
    if (auto binary = dyn_cast<AffineBinaryOpExpr>(AffineExpr::getFromOpaquePointer(pointer))) {
      visit(of(binary.getLHS()));
      visit(of(binary.getRHS()));
    }
    return;
  }
  if (kind == type)
    return Type::getFromOpaquePointer(pointer).walkImmediateSubElements(visitAttribute, visitType);
  Attribute attr = Attribute::getFromOpaquePointer(pointer);
  if (auto map = dyn_cast<AffineMapAttr>(attr)) {
    for (AffineExpr expr : map.getValue().getResults())
      visit(of(expr));
  } else if (auto set = dyn_cast<IntegerSetAttr>(attr)) {
    for (AffineExpr expr : set.getValue().getConstraints())
      visit(of(expr));
  }
  attr.walkImmediateSubElements(visitAttribute, visitType);
}

Extent Measure::Part::alone() const {
  Extent extent;
  if (kind == type)
    if (auto shaped = dyn_cast<ShapedType>(Type::getFromOpaquePointer(pointer)); shaped && shaped.hasRank())
      extent.rank = shaped.getRank();
  return extent;
}

Extent Measure::measure(Part root) {
  SmallVector<std::pair<Part, bool>> stack = {{root, false}};
  while (!stack.empty()) {
    auto [part, isOpen] = stack.back();
    if (!isOpen && !known.try_emplace(part.pointer).second) { // also where a recursive type is its own part
      stack.pop_back();
      continue;
    }
    if (!isOpen) { // first its parts
      stack.back().second = true;
      part.visitParts([&](Part inner) {
        if (inner.pointer && !known.contains(inner.pointer))
          stack.push_back({inner, false});
      });
      continue;
    }
    Extent extent = part.alone();
    part.visitParts([&](Part inner) {
      if (inner.pointer)
        extent.add(known.lookup(inner.pointer));
    });
    known[part.pointer] = extent;
    stack.pop_back();
  }
  return known.lookup(root.pointer);
}

LogicalResult graphopt::checkIr(Operation *top, const Limits &limits) {
  Measure measure;
  uint64_t numOps = 0;
  auto check = [&](Operation *op, const Extent &extent) -> LogicalResult {
    auto fail = [&](uint64_t Limits::*member) { // not at the op's location, which may be what is too deep
      return graphopt::emitError(UnknownLoc::get(op->getContext()), Failure::limit)
             << limits.exceeded(member) << " (at a '" << op->getName() << "')";
    };
    if (extent.depth > limits.nesting)
      return fail(&Limits::nesting);
    if (extent.size > limits.parts)
      return fail(&Limits::parts);
    if (static_cast<uint64_t>(extent.rank) > limits.rank)
      return fail(&Limits::rank);
    if (numOps > limits.ops)
      return fail(&Limits::ops);
    return success();
  };
  SmallVector<std::pair<Operation *, unsigned>> stack = {{top, 0}};
  while (!stack.empty()) {
    auto [op, depth] = stack.pop_back_val();
    ++numOps;
    if (failed(check(op, {depth, 1})) || failed(check(op, measure(Attribute(op->getLoc())))) ||
        failed(check(op, measure(Attribute(op->getAttrDictionary())))))
      return failure();
    for (Type type : op->getResultTypes())
      if (failed(check(op, measure(type))))
        return failure();
    for (Region &region : op->getRegions())
      for (Block &block : region) {
        for (BlockArgument argument : block.getArguments())
          if (failed(check(op, measure(argument.getType()))) || failed(check(op, measure(Attribute(argument.getLoc())))))
            return failure();
        for (Operation &nested : block)
          stack.push_back({&nested, depth + 1});
      }
  }
  return success();
}
