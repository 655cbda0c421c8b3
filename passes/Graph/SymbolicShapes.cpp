//===- SymbolicShapes.cpp - sizes as expressions, for a whole function ----===//
#include "graph-opt/Passes/SymbolicShapes.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// What a shape rule sees: the analysis. Contradictions are the verifier's to report, not ours.
class SymbolicInfer final : public InferContext {
public:
  SymbolicInfer(SymbolicShapes &shapes, Operation *op)
      : InferContext(op->getContext(), std::nullopt, op->getName().getStringRef()), shapes(shapes) {}
  SymbolicType typeOf(Value tensor) override {
    return {shapes.getSizes(tensor), cast<RankedTensorType>(tensor.getType()).getElementType()};
  }
  AffineExpr valueOf(Value index) override { return shapes.getValue(index); }
  AffineExpr unknown() override { return shapes.unknown(); }

private:
  SymbolicShapes &shapes;
};

std::optional<int64_t> asNumber(AffineExpr e) {
  auto number = dyn_cast<AffineConstantExpr>(e);
  return number ? std::optional<int64_t>(number.getValue()) : std::nullopt;
}

/// Constants are combined here, checked, and everything else by AffineExpr; null where the result doesn't fit.
template <typename Checked, typename Symbolic> AffineExpr combine(AffineExpr a, AffineExpr b, Checked checked, Symbolic symbolic) {
  constexpr int64_t bound = int64_t(1) << 31; // of constants inside expressions, which AffineExpr combines unchecked
  auto x = asNumber(a), y = asNumber(b);
  if (x && y) {
    int64_t result = 0;
    return checked(*x, *y, result) ? AffineExpr() : getAffineConstantExpr(result, a.getContext());
  }
  if ((x && std::abs(*x) > bound) || (y && std::abs(*y) > bound))
    return {};
  return symbolic(a, b);
}
} // namespace

SymbolicShapes::SymbolicShapes(FunctionOpInterface function, const DenseMap<StringAttr, int64_t> &bindings)
    : function(function), context(function->getContext()) {
  DenseMap<StringAttr, AffineExpr> symbols;
  if (auto ranges = function->getAttrOfType<DictionaryAttr>(graph::symbolsAttr))
    for (NamedAttribute symbol : ranges) {
      auto range = cast<ArrayAttr>(symbol.getValue());
      int64_t least = cast<IntegerAttr>(range[0]).getInt(), greatest = cast<IntegerAttr>(range[1]).getInt();
      names.push_back(symbol.getName());
      AffineExpr e = unknown();
      if (auto it = bindings.find(symbol.getName()); it != bindings.end())
        e = getAffineConstantExpr(it->second, context);
      else if (least == greatest)
        e = getAffineConstantExpr(least, context);
      symbols[symbol.getName()] = e;
    }
  if (function.isExternal())
    return;
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || type.hasStaticShape())
      continue;
    auto dims = function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), graph::dimsAttr);
    SmallVector<AffineExpr> own;
    for (auto [i, size] : llvm::enumerate(type.getShape())) {
      AffineExpr e;
      if (!ShapedType::isDynamic(size))
        e = getAffineConstantExpr(size, context);
      else if (auto name = dims ? dyn_cast<StringAttr>(dims[i]) : StringAttr())
        e = symbols.lookup(name);
      else if (auto number = dims ? dyn_cast<IntegerAttr>(dims[i]) : IntegerAttr())
        e = getAffineConstantExpr(number.getInt(), context);
      if (!e)
        e = unknown();
      own.push_back(e);
      roots.try_emplace(e, argument, static_cast<int64_t>(i));
    }
    setSizes(argument, own);
  }
}

void SymbolicShapes::run() {
  function->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op != function)
      visit(op);
  });
}

void SymbolicShapes::setSizes(Value tensor, ArrayRef<AffineExpr> own) {
  offsets[tensor] = static_cast<unsigned>(sizes.size());
  sizes.insert(sizes.end(), own.begin(), own.end());
}

AffineExpr SymbolicShapes::getSize(Value tensor, int64_t axis) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(axis))
    return getAffineConstantExpr(type.getDimSize(axis), context);
  auto it = offsets.find(tensor);
  if (it == offsets.end()) {
    SmallVector<AffineExpr> own;
    for (int64_t size : type.getShape())
      own.push_back(ShapedType::isDynamic(size) ? unknown() : getAffineConstantExpr(size, context));
    setSizes(tensor, own);
    return own[axis];
  }
  return sizes[it->second + axis];
}

SmallVector<AffineExpr> SymbolicShapes::getSizes(Value tensor) {
  return llvm::map_to_vector(llvm::seq<int64_t>(0, cast<RankedTensorType>(tensor.getType()).getRank()),
                             [&](int64_t axis) { return getSize(tensor, axis); });
}

AffineExpr SymbolicShapes::getValue(Value index) {
  if (std::optional<int64_t> number = getConstantIntValue(index))
    return getAffineConstantExpr(*number, context);
  AffineExpr &e = values[index];
  if (!e)
    e = unknown();
  return e;
}

StringAttr SymbolicShapes::getName(AffineExpr size) const {
  auto symbol = dyn_cast<AffineSymbolExpr>(size);
  return symbol && symbol.getPosition() < names.size() ? names[symbol.getPosition()] : StringAttr();
}

/// The value of an op of index arithmetic, or null.
AffineExpr SymbolicShapes::compute(Operation *op) {
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    std::optional<int64_t> axis = dim.getConstantIndex();
    auto type = dyn_cast<RankedTensorType>(dim.getSource().getType());
    return axis && type && *axis >= 0 && *axis < type.getRank() ? getSize(dim.getSource(), *axis) : AffineExpr();
  }
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op)) {
    SmallVector<AffineExpr> dims, symbols;
    for (Value operand : apply.getDimOperands())
      dims.push_back(getValue(operand));
    for (Value operand : apply.getSymbolOperands())
      symbols.push_back(getValue(operand));
    return apply.getAffineMap().getResult(0).replaceDimsAndSymbols(dims, symbols);
  }
  if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op))
    return {};
  AffineExpr a = getValue(op->getOperand(0)), b = getValue(op->getOperand(1));
  if (isa<arith::AddIOp>(op))
    return combine(a, b, llvm::AddOverflow<int64_t>, [](AffineExpr x, AffineExpr y) { return x + y; });
  if (isa<arith::SubIOp>(op))
    return combine(a, b, llvm::SubOverflow<int64_t>, [](AffineExpr x, AffineExpr y) { return x - y; });
  return combine(a, b, llvm::MulOverflow<int64_t>, [](AffineExpr x, AffineExpr y) { return x * y; });
}

void SymbolicShapes::visit(Operation *op) {
  bool dynamic = false;
  for (Value result : op->getResults()) {
    if (auto type = dyn_cast<RankedTensorType>(result.getType())) {
      dynamic = dynamic || !type.hasStaticShape();
    } else if (result.getType().isIndex() && !op->hasTrait<OpTrait::ConstantLike>()) {
      AffineExpr e = op->getNumResults() == 1 ? compute(op) : AffineExpr();
      values[result] = e ? e : unknown();
    }
  }
  if (!dynamic)
    return;
  SmallVector<SymbolicType> results;
  if (auto shaped = dyn_cast<ShapeOpInterface>(op)) {
    SymbolicInfer inference(*this, op);
    if (failed(shaped.inferSymbolically(inference, results)))
      results.clear();
  } else if (auto cast = dyn_cast<tensor::CastOp>(op); cast && isa<RankedTensorType>(cast.getSource().getType())) {
    results.push_back({getSizes(cast.getSource()), {}});
  }
  for (auto [i, result] : llvm::enumerate(op->getResults())) {
    auto type = dyn_cast<RankedTensorType>(result.getType());
    if (!type || type.hasStaticShape())
      continue;
    offsets.erase(result);
    if (i < results.size() && results[i].sizes.size() == static_cast<size_t>(type.getRank()))
      setSizes(result, results[i].sizes);
  }
}

void SymbolicShapes::forget(Operation *op) {
  for (Value result : op->getResults()) {
    offsets.erase(result);
    values.erase(result);
  }
}
