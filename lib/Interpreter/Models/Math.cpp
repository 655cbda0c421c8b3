//===- Math.cpp - math in the interpreter ---------------------------------===//
#include "mlir/Dialect/Math/IR/Math.h"
#include "Interpreter/Models/Models.h"

using namespace mlir;
using namespace graphopt;

void graphopt::registerMathModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, math::MathDialect *) {
    attachKernels<
#define GET_OP_LIST
#include "mlir/Dialect/Math/IR/MathOps.cpp.inc"
        >(context);
  });
}
