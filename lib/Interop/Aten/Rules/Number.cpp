//===- Number.cpp - sizes of tensors, and numbers out of them -------------===//
//
// Their results are no tensors: sizes and whole numbers are index values, others f64 or i1.
//
//===----------------------------------------------------------------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;

namespace {
LogicalResult importSize(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto axis = aten::axisOf(call, "dim", *x);
  return failed(axis) ? failure() : call.yield(call.builder.createOrFold<tensor::DimOp>(call.loc, *x, *axis));
}

LogicalResult importCount(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  return call.yield(getValueOrCreateConstantIndexOp(call.builder, call.loc, aten::product(call, aten::sizesOf(call, *x))));
}

/// The number in a tensor of one.
LogicalResult importItem(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  RankedTensorType type = aten::typeOf(*x);
  if (!type.hasStaticShape() || type.getNumElements() != 1)
    return call.unsupported("expected a tensor of one element");
  OpBuilder &b = call.builder;
  Type element = type.getElementType();
  Type wide = element.isInteger(1) ? element : isa<FloatType>(element) ? Type(b.getF64Type()) : Type(b.getI64Type());
  Value scalar = aten::reshape(call, call.cast(*x, wide), {});
  Value number = tensor::ExtractOp::create(b, call.loc, scalar, ValueRange());
  return call.yield(wide.isInteger(64) ? b.createOrFold<arith::IndexCastOp>(call.loc, b.getIndexType(), number) : number);
}
} // namespace

void graphopt::registerAtenNumberRules(ImportRules &rules) {
  rules.aten({"sym_size.int"}, importSize);
  rules.aten({"sym_numel.default"}, importCount);
  rules.aten({"item.default", "_local_scalar_dense.default"}, importItem);
}
