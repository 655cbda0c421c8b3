//===- ImportReport.cpp - what a model is made of -------------------------===//
#include "graph-opt/Interop/ImportReport.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace graphopt;

bool ImportReport::isSupported() const {
  return !hasUnsupportedArguments && llvm::all_of(operators, [](const Operator &op) { return op.isSupported; });
}

void ImportReport::print(llvm::raw_ostream &os) const {
  size_t width = strlen("operator");
  for (const Operator &op : operators)
    width = std::max(width, op.name.size());
  os << llvm::left_justify("operator", width) << "  count  supported  first\n";
  for (bool isSupported : {false, true})
    for (const Operator &op : operators)
      if (op.isSupported == isSupported)
        os << llvm::left_justify(op.name, width) << llvm::format("  %5lld  ", static_cast<long long>(op.count))
           << llvm::left_justify(isSupported ? "yes" : "no", 9) << "  " << op.firstNode
           << (op.firstPlace.empty() ? "" : " at " + op.firstPlace) << '\n';
}

void ImportReport::printJson(llvm::raw_ostream &os) const {
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.array([&] {
    for (const Operator &op : operators)
      json.object([&] {
        json.attribute("operator", op.name);
        json.attribute("count", op.count);
        json.attribute("supported", op.isSupported);
        json.attribute("first_node", op.firstNode);
        json.attribute("first_place", op.firstPlace);
      });
  });
  os << '\n';
}
