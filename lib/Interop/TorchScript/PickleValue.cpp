//===- PickleValue.cpp ----------------------------------------------------===//
#include "Interop/Bytes.h"
#include "Interop/TorchScript/Pickle.h"
#include "llvm/ADT/DenseMap.h"

using namespace llvm;
using namespace graphopt;
using namespace graphopt::script;

const PickleValue *PickleValue::find(StringRef key) const {
  for (size_t i = 0; is(Kind::dict) && i + 1 < elements.size(); i += 2)
    if (elements[i]->is(Kind::string) && elements[i]->text == key)
      return elements[i + 1];
  return nullptr;
}

std::string PickleValue::describe() const {
  static constexpr StringLiteral names[] = {"nothing", "a truth value", "an integer", "a number", "a string",  "a tuple",
                                            "a list",  "a dict",        "an object",  "a global", "a storage", "a tensor"};
  return names[static_cast<size_t>(kind)].str();
}

Error graphopt::script::checkNesting(const PickleValue &root, StringRef label, const Limits &limits) {
  struct Visit {
    const PickleValue *value;
    size_t next;
  };
  // The depth of what is done; 0 while it is on the way.
  DenseMap<const PickleValue *, uint64_t> depths;
  SmallVector<Visit> path = {{&root, 0}};
  depths[&root] = 0;
  while (!path.empty()) {
    auto &[value, next] = path.back();
    if (next < value->elements.size()) {
      const PickleValue *element = value->elements[next++];
      auto [known, isNew] = depths.try_emplace(element, 0);
      if (!isNew && known->second == 0)
        return fileError(label, "expected values that do not hold themselves");
      if (isNew)
        path.push_back({element, 0});
      continue;
    }
    uint64_t depth = 1;
    for (const PickleValue *element : value->elements)
      depth = std::max(depth, depths.lookup(element) + 1);
    if (depth > limits.nesting)
      return limitError(label + ": " + limits.exceeded(&Limits::nesting));
    depths[value] = depth;
    path.pop_back();
  }
  return Error::success();
}
