//===- BindParameters.cpp - arguments become reads of parameters ----------===//
#include "Graph/SymbolUses.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/Passes.h"

using namespace mlir;
using namespace graphopt;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHBINDPARAMETERSPASS
#include "graph-opt/Passes/Graph.h.inc"
} // namespace graphopt

namespace {
struct GraphBindParametersPass final : graphopt::impl::GraphBindParametersPassBase<GraphBindParametersPass> {
  void runOnOperation() override {
    SymbolUses uses(getOperation());
    SymbolTable symbols(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (failed(bind(function, uses, symbols)))
        return signalPassFailure();
  }

  LogicalResult bind(func::FuncOp function, const SymbolUses &uses, SymbolTable &symbols) {
    BitVector bound(function.getNumArguments());
    SmallVector<StringAttr> names(function.getNumArguments());
    for (unsigned i = 0, e = function.getArgAttrsAttr() ? function.getNumArguments() : 0; i < e; ++i) {
      auto name = function.getArgAttrOfType<StringAttr>(i, graph::weightAttr);
      if (!name)
        continue;
      auto parameter = dyn_cast_or_null<ParameterOpInterface>(symbols.lookup(name));
      if (!parameter)
        return function.emitOpError() << "expected a parameter '" << name.getValue() << "' for argument " << i << ", got none";
      if (parameter.getParameterType() != function.getArgumentTypes()[i])
        return function.emitOpError() << "expected " << parameter.getParameterType() << " for argument " << i << ", which is parameter '"
                                      << name.getValue() << "', got " << function.getArgumentTypes()[i];
      bound.set(i);
      names[i] = name;
    }
    if (bound.none())
      return success();
    if (function.isExternal())
      return function.emitOpError() << "has arguments that are parameters: expected a body to read them in";
    if (uses.mentioned.contains(function.getSymNameAttr()))
      return function.emitOpError() << "has arguments that are parameters: expected that only calls name it";

    OpBuilder b(&function.getBody().front(), function.getBody().front().begin());
    for (unsigned i : bound.set_bits()) {
      BlockArgument argument = function.getArgument(i);
      if (argument.use_empty())
        continue;
      argument.replaceAllUsesWith(
          graph::createParameterRead(b, argument.getLoc(), cast<RankedTensorType>(argument.getType()), FlatSymbolRefAttr::get(names[i])));
    }
    if (const auto *it = uses.calls.find(function.getSymNameAttr()); it != uses.calls.end())
      for (func::CallOp call : it->second)
        call->eraseOperands(bound);
    (void)function.eraseArguments(bound);
    numArguments += bound.count();
    return success();
  }
};
} // namespace
