//===- Shape.cpp - shape rules over symbolic sizes ------------------------===//
#include "graph-opt/Dialect/Graph/Shape.h"
#include "Graph/Shared/Bounds.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

InferContext::~InferContext() = default;

InFlightDiagnostic InferContext::emitError() {
  if (!location)
    return InFlightDiagnostic();
  return mlir::emitError(*location) << "'" << opName << "' op ";
}

AffineExpr InferContext::valueOf(OpFoldResult size) {
  if (std::optional<int64_t> constantSize = getConstantIntValue(size))
    return constant(*constantSize);
  return valueOf(cast<Value>(size));
}

LogicalResult InferContext::checkList(ArrayRef<int64_t> numbers, ValueRange values) {
  auto open = llvm::count_if(numbers, [](int64_t number) { return ShapedType::isDynamic(number); });
  if (static_cast<size_t>(open) == values.size())
    return success();
  return emitError() << "expected " << open << " values of type index for what a list leaves open, got " << values.size();
}

bool InferContext::canBeEqual(AffineExpr a, AffineExpr b) {
  auto x = dyn_cast<AffineConstantExpr>(a), y = dyn_cast<AffineConstantExpr>(b);
  return !x || !y || x == y;
}

AffineExpr InferContext::broadcast(AffineExpr a, AffineExpr b) {
  auto isConstant = [](AffineExpr e, int64_t value) {
    auto c = dyn_cast<AffineConstantExpr>(e);
    return c && c.getValue() == value;
  };
  if (isConstant(a, 1))
    return b;
  if (isConstant(b, 1))
    return a;
  if (!canBeEqual(a, b))
    return {};
  return isa<AffineConstantExpr>(b) ? b : a;
}

namespace {
/// Static inference: a symbol of its own for each `?` of each value.
class StaticInfer : public InferContext {
public:
  using InferContext::InferContext;

  SymbolicType typeOf(Value tensor) override {
    auto type = cast<RankedTensorType>(tensor.getType());
    SymbolicType result{{}, type.getElementType()};
    for (auto [i, size] : llvm::enumerate(type.getShape()))
      result.sizes.push_back(ShapedType::isDynamic(size) ? dynamicSize(tensor, i) : constant(size));
    return result;
  }
  AffineExpr valueOf(Value) override { return unknown(); }
  AffineExpr unknown() override {
    bindings.push_back({});
    return getAffineSymbolExpr(bindings.size() - 1, context);
  }

  /// What each symbol stands for: a size of a value; a null value for an unknown; position -1 for an index value itself.
  SmallVector<std::pair<Value, int64_t>> bindings;

protected:
  AffineExpr bind(Value value, int64_t position) {
    for (auto [i, binding] : llvm::enumerate(bindings))
      if (binding.first == value && binding.second == position)
        return getAffineSymbolExpr(i, context);
    bindings.push_back({value, position});
    return getAffineSymbolExpr(bindings.size() - 1, context);
  }

private:
  AffineExpr dynamicSize(Value tensor, int64_t i) { return bind(tensor, i); }
};

/// Run-time sizes: index operands are bound, too.
class ReifyInfer final : public StaticInfer {
public:
  using StaticInfer::StaticInfer;
  AffineExpr valueOf(Value index) override { return bind(index, -1); }
};
} // namespace

/// The types of `inferred`, symbols as `?`.
static LogicalResult toTypes(InferContext &inference, ArrayRef<SymbolicType> inferred, SmallVectorImpl<Type> &types) {
  for (const SymbolicType &result : inferred) {
    SmallVector<int64_t> sizes;
    for (AffineExpr size : result.sizes) {
      auto constantSize = dyn_cast<AffineConstantExpr>(size);
      sizes.push_back(constantSize ? constantSize.getValue() : ShapedType::kDynamic);
      if (constantSize && constantSize.getValue() < 0)
        return inference.emitError() << "expected result sizes of at least 0, got " << constantSize.getValue();
    }
    types.push_back(RankedTensorType::get(sizes, result.elementType));
    if (!fitsAddressSpace(cast<RankedTensorType>(types.back())))
      return inference.emitError() << "expected results of less than 2^47 bytes, got " << types.back();
  }
  return success();
}

LogicalResult graphopt::inferStatically(MLIRContext *context, std::optional<Location> location, StringRef opName,
                                        SmallVectorImpl<Type> &types, InferRule rule) {
  StaticInfer inference(context, location, opName);
  SmallVector<SymbolicType, 1> results;
  return failed(rule(inference, results)) ? failure() : toTypes(inference, results, types);
}

/// The common case, decided without building a type: a static one of allowed size, and all that was inferred agrees with it.
static bool isPlainly(const SymbolicType &inferred, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() || tensor.getElementType() != inferred.elementType ||
      tensor.getShape().size() != inferred.sizes.size())
    return false;
  return llvm::all_of(llvm::zip(inferred.sizes, tensor.getShape()),
                      [](auto pair) {
                        auto known = dyn_cast<AffineConstantExpr>(std::get<0>(pair));
                        return !known || known.getValue() == std::get<1>(pair);
                      }) &&
         fitsAddressSpace(tensor);
}

LogicalResult graphopt::verifyStatically(MLIRContext *context, std::optional<Location> location, StringRef opName, TypeRange types,
                                         InferRule rule) {
  StaticInfer inference(context, location, opName);
  SmallVector<SymbolicType, 1> results;
  if (failed(rule(inference, results)))
    return failure();
  if (results.size() == types.size() &&
      llvm::all_of(llvm::zip(results, types), [](auto pair) { return isPlainly(std::get<0>(pair), std::get<1>(pair)); }))
    return success();
  SmallVector<Type> inferred;
  if (failed(toTypes(inference, results, inferred)))
    return failure();
  if (areCompatible(inferred, types))
    return success();
  return inference.emitError() << "inferred type(s) " << inferred << " are incompatible with return type(s) of operation " << types;
}

bool graphopt::areCompatible(TypeRange inferred, TypeRange actual) {
  if (inferred.size() != actual.size())
    return false;
  return llvm::all_of(llvm::zip(inferred, actual), [](auto pair) {
    auto [a, b] = pair;
    return getElementTypeOrSelf(a) == getElementTypeOrSelf(b) && succeeded(verifyCompatibleShape(a, b));
  });
}

LogicalResult graphopt::reifyShapes(OpBuilder &b, Operation *op, ReifiedRankedShapedTypeDims &shapes) {
  auto shaped = cast<ShapeOpInterface>(op);
  ReifyInfer inference(op->getContext(), std::nullopt, op->getName().getStringRef());
  SmallVector<SymbolicType> results;
  if (failed(shaped.inferSymbolically(inference, results)))
    return failure();
  // An expression over an unknown can't be computed: the caller takes tensor.dim of the result.
  SmallVector<OpFoldResult> symbols(inference.bindings.size());
  auto valueOf = [&](unsigned i) -> OpFoldResult {
    auto [value, position] = inference.bindings[i];
    if (!symbols[i] && value)
      symbols[i] = position < 0 ? OpFoldResult(value) : tensor::getMixedSize(b, op->getLoc(), value, position);
    return symbols[i];
  };
  for (auto [type, result] : llvm::zip(op->getResultTypes(), results)) {
    SmallVector<OpFoldResult> &sizes = shapes.emplace_back();
    for (auto [i, size] : llvm::enumerate(result.sizes)) {
      auto shapedType = cast<RankedTensorType>(type);
      if (!shapedType.isDynamicDim(i)) {
        sizes.push_back(b.getIndexAttr(shapedType.getDimSize(i)));
        continue;
      }
      bool known = true;
      size.walk([&](AffineExpr e) {
        if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
          known = known && inference.bindings[symbol.getPosition()].first;
      });
      if (!known)
        return failure();
      SmallVector<OpFoldResult> operands;
      for (unsigned k = 0, e = inference.bindings.size(); k < e; ++k)
        operands.push_back(size.isFunctionOfSymbol(k) ? valueOf(k) : OpFoldResult(b.getIndexAttr(0)));
      sizes.push_back(affine::makeComposedFoldedAffineApply(b, op->getLoc(), AffineMap::get(0, operands.size(), size), operands));
    }
  }
  return success();
}

LogicalResult graphopt::inferElementwise(InferContext &context, ValueRange operands, ElementRule rule,
                                         SmallVectorImpl<SymbolicType> &results) {
  SymbolicType result;
  for (auto [i, operand] : llvm::enumerate(operands)) {
    SymbolicType type = context.typeOf(operand);
    if (i == 0)
      result.elementType = type.elementType;
    if (type.sizes.size() > result.sizes.size())
      result.sizes.insert(result.sizes.begin(), type.sizes.size() - result.sizes.size(), context.constant(1));
    size_t offset = result.sizes.size() - type.sizes.size();
    for (auto [d, size] : llvm::enumerate(type.sizes)) {
      AffineExpr common = context.broadcast(result.sizes[offset + d], size);
      if (!common)
        return context.emitError() << "expected sizes that broadcast, got " << operands[0].getType() << " and " << operand.getType();
      result.sizes[offset + d] = common;
    }
  }
  if (rule == ElementRule::predicate)
    result.elementType = IntegerType::get(context.getContext(), 1);
  results.push_back(std::move(result));
  return success();
}
