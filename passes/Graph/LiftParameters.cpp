//===- LiftParameters.cpp - parameters become arguments -------------------===//
#include "Graph/SymbolUses.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/Passes.h"

using namespace mlir;
using namespace graphopt;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHLIFTPARAMETERSPASS
#include "graph-opt/Passes/Graph.h.inc"
} // namespace graphopt

namespace {
/// A function and the parameters that it needs, in the order of its new arguments.
struct Reader {
  func::FuncOp function;
  llvm::MapVector<StringAttr, RankedTensorType> needed;
  SmallVector<ParameterReadOpInterface> reads;
};

struct GraphLiftParametersPass final : graphopt::impl::GraphLiftParametersPassBase<GraphLiftParametersPass> {
  using GraphLiftParametersPassBase::GraphLiftParametersPassBase;

  void runOnOperation() override {
    SymbolUses uses(getOperation());
    SymbolTable symbols(getOperation());
    llvm::MapVector<StringAttr, Reader> readers;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      Reader &reader = readers[function.getSymNameAttr()];
      reader.function = function;
      function.walk([&](ParameterReadOpInterface read) {
        auto parameter = dyn_cast_or_null<ParameterOpInterface>(symbols.lookup(read.getParameterName().getAttr()));
        if (mutableOnly && parameter && !parameter.isMutableParameter())
          return;
        reader.reads.push_back(read);
        reader.needed.insert({read.getParameterName().getAttr(), cast<RankedTensorType>(read->getResult(0).getType())});
      });
    }
    propagate(uses, readers);
    for (auto &[name, reader] : readers)
      if (failed(check(reader, uses, symbols)))
        return signalPassFailure();
    for (auto &[name, reader] : readers)
      addArguments(reader);
    for (auto &[name, reader] : readers)
      if (auto *it = uses.calls.find(name); it != uses.calls.end() && !reader.needed.empty())
        for (func::CallOp call : it->second)
          passOn(call, reader, readers);
  }

  /// A caller needs what its callees need.
  static void propagate(const SymbolUses &uses, llvm::MapVector<StringAttr, Reader> &readers) {
    SmallVector<StringAttr> worklist;
    for (auto &[name, reader] : readers)
      if (!reader.needed.empty())
        worklist.push_back(name);
    while (!worklist.empty()) {
      StringAttr name = worklist.pop_back_val();
      const auto *it = uses.calls.find(name);
      if (it == uses.calls.end())
        continue;
      const Reader &callee = readers[name];
      for (func::CallOp call : it->second) {
        Reader &caller = readers[call->getParentOfType<func::FuncOp>().getSymNameAttr()];
        size_t before = caller.needed.size();
        if (&caller != &callee)
          for (auto &[parameter, type] : callee.needed)
            caller.needed.insert({parameter, type});
        if (caller.needed.size() != before)
          worklist.push_back(caller.function.getSymNameAttr());
      }
    }
  }

  static LogicalResult check(Reader &reader, const SymbolUses &uses, SymbolTable &symbols) {
    if (reader.needed.empty())
      return success();
    if (uses.mentioned.contains(reader.function.getSymNameAttr()))
      return reader.function.emitOpError() << "reads parameters: expected that only calls name it, so that they can pass them";
    for (auto &[name, type] : reader.needed)
      if (!isa_and_nonnull<ParameterOpInterface>(symbols.lookup(name)))
        return reader.function.emitOpError() << "expected '" << name.getValue() << "' to be a parameter of the module";
    return success();
  }

  /// All arguments at one go: one by one, each would leave a list of attributes in the context.
  void addArguments(Reader &reader) {
    if (reader.needed.empty())
      return;
    Builder b(&getContext());
    func::FuncOp function = reader.function;
    unsigned first = function.getNumArguments(), count = reader.needed.size();
    SmallVector<Type> types;
    SmallVector<DictionaryAttr> attributes;
    SmallVector<Location> locations;
    for (auto &[name, type] : reader.needed) {
      types.push_back(type);
      NamedAttrList attrs(b.getNamedAttr(graph::nameAttr, name));
      if (!mutableOnly)
        attrs.set(graph::weightAttr, name);
      attributes.push_back(attrs.getDictionary(&getContext()));
      locations.push_back(NameLoc::get(name, function.getLoc()));
    }
    SmallVector<unsigned> positions(count, first);
    (void)function.insertArguments(positions, types, attributes, locations);
    numArguments += count;
    for (ParameterReadOpInterface read : reader.reads) {
      unsigned at = reader.needed.find(read.getParameterName().getAttr()) - reader.needed.begin();
      read->getResult(0).replaceAllUsesWith(function.getArgument(first + at));
      read->erase();
    }
  }

  static void passOn(func::CallOp call, Reader &callee, llvm::MapVector<StringAttr, Reader> &readers) {
    Reader &caller = readers[call->getParentOfType<func::FuncOp>().getSymNameAttr()];
    unsigned first = caller.function.getNumArguments() - caller.needed.size();
    SmallVector<Value> operands = llvm::to_vector(call.getOperands());
    for (auto &[name, type] : callee.needed)
      operands.push_back(caller.function.getArgument(first + (caller.needed.find(name) - caller.needed.begin())));
    call->setOperands(operands);
  }
};
} // namespace
