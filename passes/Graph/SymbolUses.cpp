//===- SymbolUses.cpp - which symbols a module mentions, in one walk ------===//
#include "Graph/SymbolUses.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace graphopt;

SymbolUses::SymbolUses(ModuleOp module) {
  AttrTypeWalker walker;
  walker.addWalk([&](SymbolRefAttr symbol) {
    mentioned.insert(symbol.getRootReference());
    for (FlatSymbolRefAttr nested : symbol.getNestedReferences())
      mentioned.insert(nested.getAttr());
  });
  auto visit = [&](Attribute attr) {
    if (!isa<ElementsAttr, TypeAttr>(attr)) // the bulk, and no place for symbols
      walker.walk(attr);
  };
  module.walk([&](Operation *op) {
    if (auto call = dyn_cast<func::CallOp>(op)) {
      // A call in a nested module means a function of that module, which is none of our business: its name counts as mentioned.
      auto caller = call->getParentOfType<func::FuncOp>();
      if (caller && caller->getParentOp() == module)
        calls[call.getCalleeAttr().getAttr()].push_back(call);
      else
        mentioned.insert(call.getCalleeAttr().getAttr());
      return;
    }
    if (auto read = dyn_cast<ParameterReadOpInterface>(op)) {
      mentioned.insert(read.getParameterName().getAttr());
      return;
    }
    if (DictionaryAttr discardable = op->getDiscardableAttrDictionary(); !discardable.empty())
      walker.walk(discardable);
    if (!op->isRegistered()) {
      walker.walk(op->getAttrDictionary());
    } else if (op->getPropertiesStorageSize() != 0) {
      for (StringAttr name : op->getName().getAttributeNames())
        if (std::optional<Attribute> attr = op->getInherentAttr(name); attr && *attr)
          visit(*attr);
    }
    if (auto function = dyn_cast<func::FuncOp>(op))
      for (unsigned i = 0, e = function.getArgAttrsAttr() ? function.getNumArguments() : 0; i < e; ++i)
        if (auto weight = function.getArgAttrOfType<StringAttr>(i, graph::weightAttr))
          mentioned.insert(weight);
  });
}

bool graphopt::isDroppable(Operation *op) { return wouldOpBeTriviallyDead(op); }
