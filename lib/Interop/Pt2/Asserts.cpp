//===- Asserts.cpp - what a program holds for true ------------------------===//
#include "Interop/ImportSupport.h"
#include "Interop/Pt2/GraphImporter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace graphopt;

bool graphopt::isAssert(StringRef overload) {
  StringRef op = overload.split('.').first;
  return op == "_assert_scalar" || op == "_assert_async" || op == "_assert_tensor_metadata" || op == "sym_constrain_range" ||
         op == "sym_constrain_range_for_size";
}

LogicalResult GraphImporter::importAssert(ImportCall &call, StringRef overload) {
  StringRef op = overload.split('.').first;
  Location loc = call.loc;
  auto check = [&](Value holds, const Twine &message) {
    IntegerAttr known;
    if (!matchPattern(holds, m_Constant(&known)) || known.getValue().isZero())
      cf::AssertOp::create(builder, loc, holds, message.str());
  };
  if (op == "_assert_tensor_metadata") // types say the same
    return call.yield({});
  if (op.starts_with("sym_constrain_range")) {
    const Value *size = call["size"].get<Value>();
    if (!size) // a number, which torch has checked
      return call.yield({});
    if (!size->getType().isIndex())
      return call.unsupported("expected a size to have a range");
    for (auto [bound, predicate, text] :
         {std::tuple("min", arith::CmpIPredicate::sge, "at least "), std::tuple("max", arith::CmpIPredicate::sle, "at most ")})
      if (const int64_t *limit = call[bound].get<int64_t>()) {
        Value number = arith::ConstantIndexOp::create(builder, loc, *limit);
        check(builder.createOrFold<arith::CmpIOp>(loc, predicate, *size, number), "expected a size of " + Twine(text) + Twine(*limit));
      }
    return call.yield({});
  }
  std::string message = "expected a condition of the model to hold";
  if (call.has("assert_msg")) {
    FailureOr<std::string> given = call.string("assert_msg");
    if (failed(given))
      return failure();
    message = *given;
  }
  const ImportArg &condition = call["self"];
  Value holds;
  if (const Value *value = condition.get<Value>())
    holds = *value;
  else if (const bool *truth = condition.get<bool>())
    holds = arith::ConstantOp::create(builder, loc, builder.getBoolAttr(*truth));
  else if (const int64_t *number = condition.get<int64_t>())
    holds = arith::ConstantOp::create(builder, loc, builder.getBoolAttr(*number != 0));
  if (auto type = holds ? dyn_cast<RankedTensorType>(holds.getType()) : RankedTensorType())
    holds = llvm::all_of(type.getShape(), [](int64_t size) { return size == 1; }) ? extractOnly(builder, loc, holds) : Value();
  if (holds && holds.getType().isIndex())
    holds = builder.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, holds, arith::ConstantIndexOp::create(builder, loc, 0));
  if (!holds || !holds.getType().isInteger(1))
    return call.unsupported("expected one truth value");
  check(holds, message);
  return call.yield({});
}
