//===- Targets.cpp - which targets there is a way for ---------------------===//
#include "Interop/Pt2/GraphImporter.h"

using namespace mlir;
using namespace graphopt;

bool graphopt::isSupportedTarget(StringRef target, const ImportRules &rules) {
  static constexpr StringRef scalars[] = {"_operator.neg",
                                          "_operator.not_",
                                          "torch.sym_not",
                                          "torch.sym_float",
                                          "torch.sym_int",
                                          "math.trunc",
                                          "math.floor",
                                          "math.ceil",
                                          "torch._sym_sqrt",
                                          "_operator.eq",
                                          "_operator.ne",
                                          "_operator.lt",
                                          "_operator.le",
                                          "_operator.gt",
                                          "_operator.ge",
                                          "_operator.and_",
                                          "_operator.or_",
                                          "_operator.truediv",
                                          "_operator.add",
                                          "_operator.sub",
                                          "_operator.mul",
                                          "_operator.floordiv",
                                          "_operator.mod",
                                          "torch.sym_max",
                                          "torch.sym_min",
                                          "higher_order.cond",
                                          "higher_order.while_loop",
                                          "higher_order.scan",
                                          "higher_order.map_impl",
                                          "higher_order.wrap_with_set_grad_enabled"};
  StringRef name = shortTarget(target);
  if (llvm::is_contained(scalars, name))
    return true;
  if (!name.consume_front("aten."))
    return false;
  if (isAssert(name) || rules.findAten(name))
    return true;
  auto [op, overload] = name.split('.');
  return op.consume_back("_") && rules.findAten((op + "." + overload).str());
}
