//===- Views.cpp ----------------------------------------------------------===//
#include "Interop/Pt2/Views.h"
#include "Interop/Pt2/GraphImporter.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// torch's views.
const llvm::StringMap<Inverse> &inverses() {
  static const llvm::StringMap<Inverse> table = [] {
    llvm::StringMap<Inverse> table;
    for (auto [inverse, names] : std::initializer_list<std::pair<Inverse, StringRef>>{
             {Inverse::sameOrder, "view squeeze unsqueeze detach alias unflatten view_as _unsafe_view lift_fresh _reshape_alias positive"},
             {Inverse::scatter, "slice select diagonal"},
             {Inverse::part, "unbind split split_with_sizes unsafe_split tensor_split chunk narrow"},
             {Inverse::itself, "transpose t T mT numpy_T swapaxes swapdims"},
             {Inverse::permutation, "permute"},
             {Inverse::none, "expand expand_as broadcast_to unfold as_strided hsplit vsplit dsplit movedim moveaxis real imag H "
                             "mH matrix_H adjoint"}})
      for (StringRef name : llvm::split(names, ' '))
        table[name] = inverse;
    return table;
  }();
  return table;
}

bool isContiguous(const JsonValue &meta) {
  const JsonValue &sizes = meta["sizes"], &strides = meta["strides"];
  if (sizes.elements.size() != strides.elements.size())
    return false;
  int64_t expected = 1;
  for (size_t axis = sizes.elements.size(); axis-- > 0;) {
    const JsonValue &size = sizes.elements[axis]["as_int"], &stride = strides.elements[axis]["as_int"];
    if (!size.isInteger() || !stride.isInteger() || (size.integer != 1 && stride.integer != expected) ||
        llvm::MulOverflow(expected, size.integer, expected))
      return false;
  }
  return true;
}

} // namespace

Inverse graphopt::inverseOf(StringRef op) {
  auto entry = inverses().find(op);
  return entry == inverses().end() ? Inverse::sameOrder : entry->second; // what copies only sometimes keeps the order
}

StringRef graphopt::operatorOf(const JsonValue &node) {
  StringRef name = shortTarget(node["target"].getString());
  name.consume_front("aten.");
  return name.split('.').first;
}

StringRef graphopt::sourceName(const JsonValue &node) {
  const JsonValue &inputs = node["inputs"];
  return inputs.elements.empty() ? StringRef() : StringRef(inputs.elements[0]["arg"]["as_tensor"]["name"].string);
}

SmallVector<StringRef> graphopt::resultNames(const JsonValue &node) {
  SmallVector<StringRef> names;
  for (const JsonValue &output : node["outputs"].elements) {
    if (StringRef name = output["as_tensor"]["name"].getString(); !name.empty())
      names.push_back(name);
    for (const JsonValue &part : output["as_tensors"].elements)
      names.push_back(part["name"].getString());
  }
  return names;
}

Storage graphopt::storageOf(const JsonValue &node, const JsonValue &graph) {
  StringRef op = operatorOf(node);
  const JsonValue &meta = graph["tensor_values"][sourceName(node)];
  if (llvm::is_contained({"reshape", "contiguous", "flatten", "ravel", "reshape_as"}, op))
    return isContiguous(meta) ? Storage::shared : Storage::unknown;
  if (op == "to" || op == "type_as") {
    for (const JsonValue &input : node["inputs"].elements)
      if (input["name"].getString() == "copy" && input["arg"]["as_bool"].boolean)
        return Storage::own;
    SmallVector<StringRef> names = resultNames(node);
    const JsonValue &dtype = meta["dtype"];
    bool isEqual = names.size() == 1 && dtype.isInteger() && graph["tensor_values"][names[0]]["dtype"].integer == dtype.integer;
    return isEqual ? Storage::shared : Storage::own;
  }
  if (op == "dropout" || op == "feature_dropout" || op == "alpha_dropout") {
    const JsonValue &train = node["inputs"].elements.back()["arg"]["as_bool"];
    return train.isBoolean() && !train.boolean ? Storage::shared : Storage::unknown;
  }
  return inverses().contains(op) ? Storage::shared : Storage::own;
}

bool graphopt::isRestride(const JsonValue &node, const JsonValue &graph) {
  if (operatorOf(node) != "as_strided")
    return false;
  SmallVector<StringRef> results = resultNames(node);
  if (results.size() != 1)
    return false;
  const JsonValue &before = graph["tensor_values"][sourceName(node)], &after = graph["tensor_values"][results[0]];
  auto isSame = [](const JsonValue &a, const JsonValue &b) {
    const JsonValue &text = a["as_expr"]["expr_str"];
    return a["as_int"].isInteger() ? b["as_int"].isInteger() && a["as_int"].integer == b["as_int"].integer
                                   : text.isString() && text.string == b["as_expr"]["expr_str"].string;
  };
  const auto &sizes = before["sizes"].elements, &newSizes = after["sizes"].elements;
  const auto &strides = before["strides"].elements, &newStrides = after["strides"].elements;
  if (sizes.size() != newSizes.size() || strides.size() != sizes.size() || newStrides.size() != sizes.size() ||
      !isSame(before["storage_offset"], after["storage_offset"]))
    return false;
  for (size_t axis = 0; axis < sizes.size(); ++axis) {
    const JsonValue &size = sizes[axis]["as_int"];
    bool isOne = size.isInteger() && size.integer == 1;
    if (!isSame(sizes[axis], newSizes[axis]) || (!isOne && !isSame(strides[axis], newStrides[axis])))
      return false;
  }
  return true;
}
