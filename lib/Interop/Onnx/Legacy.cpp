//===- Legacy.cpp - operators as opsets before 7 had them ----------------===//
//
// Opset 7 brought numpy's broadcasting, and results that tell training from inference. Files of opset 6 and earlier are still about.
//
//===----------------------------------------------------------------------===//
#include "Interop/Onnx/Legacy.h"
#include "Interop/Onnx/Rules/Rules.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
ImportArg *find(ImportCall &call, StringRef name) {
  auto it = llvm::find_if(call.args, [&](const auto &arg) { return arg.first == name; });
  return it == call.args.end() ? nullptr : &it->second;
}

/// The second operand's axes stand for those of the first from `axis` on, or for its last ones.
LogicalResult alignAxes(ImportCall &call) {
  auto broadcast = call.boolean("broadcast");
  auto a = call.tensor(call.args[0].first), b = call.tensor(call.args[1].first);
  if (failed(broadcast) || failed(a) || failed(b))
    return failure();
  if (!*broadcast) {
    if (failed(verifyCompatibleShape(a->getType(), b->getType())))
      return emitError(call.loc) << "'" << call.name << "': expected operands of one shape, as there is no 'broadcast', got "
                                 << a->getType() << " and " << b->getType();
    return success();
  }
  if (!call.has("axis"))
    return success();
  FailureOr<int64_t> axis = call.axis("axis", rankOf(*a));
  if (failed(axis))
    return failure();
  int64_t behind = rankOf(*a) - rankOf(*b) - *axis;
  if (behind < 0)
    return emitError(call.loc) << "'" << call.name << "': expected at most " << rankOf(*a) - *axis << " axes of the second operand, got "
                               << rankOf(*b);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *b);
  sizes.append(behind, call.builder.getIndexAttr(1));
  call.args[1].second.value = aten::reshape(call, *b, sizes);
  return success();
}
} // namespace

LogicalResult onnx::modernise(ImportCall &call) {
  if (call.has("broadcast") && call.name != "Gemm") { // whose third operand is stretched as ever
    if (failed(alignAxes(call)))
      return failure();
    llvm::erase_if(call.args, [](const auto &arg) { return arg.first == "broadcast" || arg.first == "axis"; });
  }
  llvm::erase_if(call.args, [](const auto &arg) { return arg.first == "consumed_inputs"; }); // a hint to reuse memory
  if (call.name == "PRelu") {                                                                // one slope, or one for each channel
    auto x = call.tensor("X"), slope = call.tensor("slope");
    if (failed(x) || failed(slope))
      return failure();
    if (rankOf(*slope) == 1 && rankOf(*x) > 1 && aten::typeOf(*slope).getDimSize(0) != 1) {
      ExprBuilder g(call.builder, call.loc);
      find(call, "slope")->value = Value(alongChannels(call, g(*x), *slope));
    }
  } else if (call.has("is_test")) {
    auto isTest = call.boolean("is_test");
    if (failed(isTest))
      return failure();
    if (!*isTest)
      return call.unsupported("training, which is_test = 0 asks for");
  }
  return success();
}
