//===- Builtins.cpp - operators that give no tensor -----------------------===//
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

/// Operators by name: those of sequences, strings and numbers have the same names as those of tensors, so what is given decides.
std::optional<FailureOr<Item>> Evaluator::callBuiltin(StringRef op, const Arguments &arguments, Location loc) {
  ArrayRef<Item> given = arguments.positional;
  StringRef prim = op;
  bool isPrim = prim.consume_front("prim.");
  if (isPrim && prim == "RaiseException")
    return emitError(loc) << "the model raises an error for inputs of these types: "
                          << (given.empty() ? std::string("no message") : given[0].describe());
  if (op == "device" && !given.empty() && given[0].get<StringRef>())
    return given[0];
  if (op == "is_autocast_enabled" || op == "is_autocast_cpu_enabled" || op == "is_grad_enabled")
    return Item{false}; // we only infer
  if (op == "warn" || op == "_assert" || prim == "AutogradZero")
    return Item();
  if (op == "manual_seed" || op == "set_grad_enabled")
    return unsupported(loc, op, "it changes what other operators do");
  if (given.empty())
    return std::nullopt;
  if (op == "__is__" || op == "__isnot__")
    if (given.size() == 2) {
      bool isSame = given[0].value.index() == given[1].value.index() && (given[0].isNone() || areEqual(given[0], given[1]) == true);
      return Item{isSame == (op == "__is__")};
    }
  if (op == "_unwrap_optional" || op == "unchecked_unwrap_optional" || prim == "unchecked_unwrap_optional") {
    if (given[0].isNone())
      return emitError(loc) << "expected a value to unwrap, got None";
    return given[0];
  }
  if (isPrim && prim == "type" && given[0].get<StringRef>()) // of a device
    return Item{given[0].get<StringRef>()->split(':').first};
  if (isPrim && prim == "NumToTensor")
    return makeTensor(arguments, /*isWide=*/true, loc);
  if (!isPrim && (op == "tensor" || op == "as_tensor") && !given[0].tensor())
    return makeTensor(arguments, /*isWide=*/false, loc);
  if (given[0].tensor())
    return callOfTensor(isPrim ? prim : op, arguments, loc);
  if (given[0].sequence())
    if (auto result = callOfSequence(isPrim ? prim : op, arguments, loc))
      return result;
  if (given[0].get<StringRef>())
    return callOfString(op, arguments, loc);
  if (arguments.named.empty() && llvm::all_of(given, [](const Item &item) { return item.isNumber(); }))
    return callOfNumbers(isPrim ? prim : op, given, loc);
  if (op == "__contains__" || op == "eq" || op == "ne")
    if (given.size() == 2)
      if (auto isEqual = areEqual(given[0], given[1]))
        return Item{*isEqual == (op != "ne")};
  return std::nullopt;
}

/// What a tensor is like.
std::optional<FailureOr<Item>> Evaluator::callOfTensor(StringRef op, const Arguments &arguments, Location loc) {
  static const llvm::StringMap<bool> flags = {
      {"is_cuda", false},   {"is_quantized", false},  {"is_sparse", false}, {"is_mkldnn", false}, {"is_xpu", false},
      {"is_mps", false},    {"requires_grad", false}, {"is_meta", false},   {"is_nested", false}, {"is_complex", false},
      {"is_vulkan", false}, {"is_mtia", false},       {"is_leaf", true},    {"is_conj", false},   {"is_neg", false},
      {"is_ipu", false},    {"is_inference", true}};
  if (auto flag = flags.find(op); flag != flags.end())
    return Item{flag->second};
  static constexpr StringRef names[] = {
      "size",   "dim",        "ndimension",     "ndim",  "len",           "numel", "item",  "data", "device", "dtype", "is_floating_point",
      "layout", "get_device", "requires_grad_", "shape", "is_contiguous", "Int",   "Float", "Bool"};
  if (!llvm::is_contained(names, op))
    return std::nullopt;
  Tensor &tensor = *arguments.positional[0].tensor();
  if (op == "requires_grad_")
    return arguments.positional[0];
  if (op == "data")
    return callTensorOp("detach", arguments, loc);
  if (op == "device")
    return Item{StringRef("cpu")};
  if (op == "layout" || op == "get_device")
    return Item{int64_t(op == "layout" ? 0 : -1)};
  if (op == "item" || op == "Int" || op == "Float" || op == "Bool")
    return toNumber(arguments.positional[0], op == "item" ? 's' : llvm::toLower(op.front()), loc);
  Value value = read(tensor, loc);
  if (!value)
    return failure();
  auto type = cast<RankedTensorType>(value.getType());
  if (op == "dtype")
    return Item{scriptDtype(type.getElementType())};
  if (op == "is_floating_point")
    return Item{isa<FloatType>(type.getElementType())};
  if (op == "is_contiguous")
    return tensor.isContiguous ? Item{true} : Result(unsupported(loc, op, "it depends on strides, which are not kept here"));
  if (op == "dim" || op == "ndimension" || op == "ndim")
    return Item{type.getRank()};
  auto sizeOf = [&](int64_t axis) { return fromValue(builder.createOrFold<tensor::DimOp>(loc, value, axis)); };
  if (op == "numel") {
    Item count{int64_t(1)};
    for (int64_t axis = 0; axis < type.getRank(); ++axis) {
      std::optional<Result> product = callOfNumbers("mul", {count, sizeOf(axis)}, loc);
      if (failed(*product))
        return failure();
      count = **product;
    }
    return count;
  }
  if (op == "len" || arguments.positional.size() == 2) {
    auto axis = op == "len" ? FailureOr<int64_t>(0) : toInteger(arguments.positional[1], "an axis", loc);
    if (failed(axis))
      return failure();
    if (*axis < -type.getRank() || *axis >= type.getRank())
      return emitError(loc) << "expected an axis of a tensor of rank " << type.getRank() << ", got " << *axis;
    return sizeOf(*axis < 0 ? *axis + type.getRank() : *axis);
  }
  Sequence *sizes = memory.make(Sequence::Kind::list);
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    sizes->elements.push_back(sizeOf(axis));
  return Item{sizes};
}

std::optional<FailureOr<Item>> Evaluator::callOfString(StringRef op, const Arguments &arguments, Location loc) {
  ArrayRef<Item> given = arguments.positional;
  StringRef text = *given[0].get<StringRef>();
  const StringRef *second = given.size() > 1 ? given[1].get<StringRef>() : nullptr;
  if (failed(spend(text.size() / 16, loc)))
    return failure();
  if (op == "format") {
    std::string made;
    size_t next = 1;
    while (!text.empty()) {
      auto [before, after] = text.split("{}");
      made += before;
      if (before.size() != text.size())
        made += next < given.size() ? given[next].get<StringRef>() ? given[next].get<StringRef>()->str() : given[next].describe() : "";
      ++next;
      text = after;
    }
    return Item{memory.keep(std::move(made))};
  }
  if (op == "len")
    return Item{static_cast<int64_t>(text.size())};
  if (op == "lower" || op == "upper")
    return Item{memory.keep(op == "lower" ? text.lower() : text.upper())};
  if (second) {
    if (op == "eq" || op == "ne")
      return Item{(text == *second) == (op == "eq")};
    if (op == "add")
      return Item{memory.keep((text + *second).str())};
    if (op == "startswith" || op == "endswith")
      return Item{op == "startswith" ? text.starts_with(*second) : text.ends_with(*second)};
    if (op == "__contains__")
      return Item{text.contains(*second)};
  }
  return std::nullopt;
}
