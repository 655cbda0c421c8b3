//===- Sequences.cpp - operators on lists, tuples and dicts ---------------===//
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

std::optional<bool> Evaluator::areEqual(const Item &a, const Item &b, unsigned depth) {
  const Sequence *first = a.sequence(), *second = b.sequence();
  if (first && second) {
    if (first->kind != second->kind || first->elements.size() != second->elements.size())
      return false;
    if (depth > 64 || ++work > limits.ops)
      return std::nullopt;
    bool isEqual = true;
    for (auto [x, y] : llvm::zip(first->elements, second->elements)) {
      std::optional<bool> same = areEqual(x, y, depth + 1);
      if (!same)
        return std::nullopt;
      isEqual &= *same;
    }
    return isEqual;
  }
  if (a.tensor() || b.tensor())
    return a.isNone() || b.isNone() ? std::optional<bool>(false) : a.tensor() == b.tensor() ? std::optional<bool>(true) : std::nullopt;
  if (a.get<Value>() || b.get<Value>())
    return std::nullopt;
  if (a.isNumber() && b.isNumber()) {
    auto asDouble = [](const Item &item) {
      return item.get<double>() ? *item.get<double>() : item.get<bool>() ? double(*item.get<bool>()) : double(*item.get<int64_t>());
    };
    return a.get<int64_t>() && b.get<int64_t>() ? *a.get<int64_t>() == *b.get<int64_t>() : asDouble(a) == asDouble(b);
  }
  return a.value == b.value;
}

std::optional<FailureOr<Item>> Evaluator::callOfSequence(StringRef op, const Arguments &arguments, Location loc) {
  ArrayRef<Item> given = arguments.positional;
  Sequence &list = *given[0].sequence();
  bool isDict = list.kind == Sequence::Kind::dict;
  if (failed(spend(1 + list.elements.size() / 4, loc)))
    return failure();
  auto emptyOr = [&](const Item &item) { return item.sequence() ? ArrayRef<Item>(item.sequence()->elements) : ArrayRef<Item>(); };
  auto find = [&](const Item &key) {
    size_t step = isDict ? 2 : 1, i = 0;
    while (i < list.elements.size() && areEqual(list.elements[i], key) != true)
      i += step;
    return i;
  };
  /// Whether the list may be changed here: not where it is unknown whether this code runs.
  auto mayChange = [&]() -> LogicalResult {
    if (list.region == memory.regions)
      return success();
    return unsupported(loc, op, "a list or dict changes under a condition that is known only as the model runs");
  };
  bool isChange = llvm::is_contained({"append", "extend", "insert", "pop", "_set_item", "clear", "reverse", "update", "remove"}, op);
  if (isChange && failed(mayChange()))
    return failure();
  if (op == "len")
    return Item{static_cast<int64_t>(list.elements.size() / (isDict ? 2 : 1))};
  if (op == "__contains__" && given.size() == 2)
    return Item{find(given[1]) < list.elements.size()};
  if (op == "copy" || op == "list")
    return Item{memory.make(op == "list" ? Sequence::Kind::list : list.kind, list.elements)};
  if (op == "clear")
    return list.elements.clear(), Item();
  if ((op == "eq" || op == "ne") && given.size() == 2) {
    std::optional<bool> isEqual = areEqual(given[0], given[1]);
    if (!isEqual)
      return unsupported(loc, op, "expected lists whose elements are known");
    return Item{*isEqual == (op == "eq")};
  }
  if (isDict) {
    auto part = [&](size_t first) {
      Sequence *made = memory.make(Sequence::Kind::list);
      for (size_t i = first; i < list.elements.size(); i += 2)
        made->elements.push_back(list.elements[i]);
      return Item{made};
    };
    if (op == "keys" || op == "values")
      return part(op == "keys" ? 0 : 1);
    if (op == "items") {
      Sequence *made = memory.make(Sequence::Kind::list);
      for (size_t i = 0; i + 1 < list.elements.size(); i += 2)
        made->elements.push_back(Item{memory.make(Sequence::Kind::tuple, {list.elements[i], list.elements[i + 1]})});
      return Item{made};
    }
    if (op == "get" && given.size() >= 2) {
      size_t at = find(given[1]);
      return at < list.elements.size() ? list.elements[at + 1] : given.size() > 2 ? given[2] : Item();
    }
    if (op == "_set_item" && given.size() == 3) {
      size_t at = find(given[1]);
      if (at == list.elements.size())
        list.elements.append({given[1], Item()});
      list.elements[at + 1] = given[2];
      return Item();
    }
    return std::nullopt;
  }
  if (op == "append" && given.size() == 2)
    return list.elements.push_back(given[1]), given[0];
  if ((op == "extend" || op == "add" || op == "add_") && given.size() == 2 && given[1].sequence()) {
    if (failed(spend(list.elements.size() + emptyOr(given[1]).size(), loc)))
      return failure();
    Sequence *target = op == "add" ? memory.make(list.kind, list.elements) : &list;
    SmallVector<Item> more(emptyOr(given[1])); // maybe the list itself
    target->elements.append(more.begin(), more.end());
    return op == "extend" ? Item() : Item{target};
  }
  if (op == "reverse")
    return std::reverse(list.elements.begin(), list.elements.end()), Item();
  bool areNumbers = llvm::all_of(list.elements, [](const Item &element) { return element.isNumber(); });
  if ((op == "min" || op == "max" || op == "sum") && given.size() == 1 && areNumbers && !list.elements.empty()) {
    Result best = list.elements[0];
    for (const Item &element : llvm::drop_begin(list.elements)) {
      std::optional<Result> next = callOfNumbers(op == "sum" ? "add" : op, {*best, element}, loc);
      if (!next || failed(*next))
        return next ? Result(failure()) : Result(unsupported(loc, op, "expected a list of numbers"));
      best = *next;
    }
    return best;
  }
  if ((op == "all" || op == "any") && given.size() == 1 && areNumbers) {
    Result truth = Item{op == "all"};
    for (const Item &element : list.elements) {
      Result next = toNumber(element, 'b', loc);
      std::optional<Result> both = failed(next) ? std::nullopt : callOfNumbers(op == "all" ? "__and__" : "__or__", {*truth, *next}, loc);
      if (!both || failed(*both))
        return failure();
      truth = *both;
    }
    return truth;
  }
  if (op == "mul" && given.size() == 2) {
    auto times = toInteger(given[1], "a number of repetitions", loc);
    if (failed(times) || failed(spend(list.elements.size() * static_cast<uint64_t>(std::clamp<int64_t>(*times, 0, 1 << 30)), loc)))
      return failure();
    Sequence *made = memory.make(list.kind);
    for (int64_t i = 0; i < *times; ++i)
      made->elements.append(list.elements.begin(), list.elements.end());
    return Item{made};
  }
  auto size = static_cast<int64_t>(list.elements.size());
  if ((op == "pop" || op == "_set_item" || op == "insert" || op == "__getitem__") && (given.size() > 1 || op == "pop")) {
    auto index = given.size() > 1 ? toInteger(given[1], "an index", loc) : FailureOr<int64_t>(-1);
    if (failed(index))
      return failure();
    int64_t at = *index < 0 ? *index + size : *index;
    if (op == "insert" && given.size() == 3)
      return list.elements.insert(list.elements.begin() + std::clamp<int64_t>(at, 0, size), given[2]), Item();
    if (at < 0 || at >= size)
      return emitError(loc) << "expected an index of " << given[0].describe() << ", got " << *index;
    Item before = list.elements[at];
    if (op == "_set_item" && given.size() == 3)
      list.elements[at] = given[2];
    else if (op == "pop")
      list.elements.erase(list.elements.begin() + at);
    return op == "_set_item" ? given[0] : before;
  }
  if (op == "slice" && given.size() >= 2) {
    int64_t bounds[] = {0, size, 1};
    for (size_t i = 1; i < std::min<size_t>(given.size(), 4); ++i) {
      if (given[i].isNone())
        continue;
      auto bound = toInteger(given[i], "a bound", loc);
      if (failed(bound))
        return failure();
      bounds[i - 1] = i == 3 ? *bound : std::clamp<int64_t>(*bound < 0 ? *bound + size : *bound, 0, size);
    }
    if (bounds[2] < 1)
      return unsupported(loc, op, "expected a step of at least 1");
    Sequence *made = memory.make(list.kind);
    for (int64_t i = bounds[0]; i < bounds[1]; i += std::min(bounds[2], size))
      made->elements.push_back(list.elements[i]);
    return Item{made};
  }
  return std::nullopt;
}
