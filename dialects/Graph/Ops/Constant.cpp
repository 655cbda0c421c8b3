//===- Constant.cpp -------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "Graph/Shared/Bounds.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Constant.ops.inc"

LogicalResult ConstantOp::verify() {
  return verifyBytes(getValue(), cast<RankedTensorType>(getType()), [&] { return emitOpError(); }); // (C1), (C2)
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

void ConstantOp::getAsmResultNames(OpAsmSetValueNameFn setName) { setName(getY(), "cst"); }

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult ConstantOp::evaluate(EvalContext &, ArrayRef<TensorValue>, SmallVectorImpl<TensorValue> &results) {
  auto value = WeightStore::get(getValue(), cast<RankedTensorType>(getType()));
  if (!value)
    return emitOpError() << llvm::toString(value.takeError());
  results.push_back(*value);
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> ConstantOp::lower(OpBuilder &b, ValueRange) {
  auto type = cast<RankedTensorType>(getType());
  auto signless = RankedTensorType::get(type.getShape(), stripSign(type.getElementType()));
  if (auto dense = dyn_cast<DenseElementsAttr>(getValue()))
    return SmallVector<Value>{arith::ConstantOp::create(b, getLoc(), signless, dense.bitcast(signless.getElementType()))};
  auto resource = dyn_cast<DenseResourceElementsAttr>(getValue());
  if (!resource)
    return emitOpError() << "expected dense<> or dense_resource<>, got " << getValue();
  return SmallVector<Value>{
      arith::ConstantOp::create(b, getLoc(), signless, DenseResourceElementsAttr::get(signless, resource.getRawHandle()))};
}

//===--- Import -----------------------------------------------------------===//

void ConstantOp::registerImportRules(ImportRules &) {} // front ends build constants from their own literals

//===--- Export -----------------------------------------------------------===//

void ConstantOp::registerExportRules(ExportRules &rules) {
  auto rule = [](ConstantOp op, auto &to) -> LogicalResult {
    llvm::Expected<TensorValue> value = WeightStore::get(op.getValue(), cast<RankedTensorType>(op.getType()));
    if (!value)
      return op.emitOpError() << llvm::toString(value.takeError());
    return to.yield(to.constant(*value));
  };
  rules.onnx<ConstantOp>(rule);
  rules.aten<ConstantOp>(rule);
}
