//===- Views.cpp ----------------------------------------------------------===//
#include "Interop/Pt2/Views.h"
#include "Interop/Aten/Views.h"
#include "Interop/Pt2/GraphImporter.h"

using namespace mlir;
using namespace graphopt;

namespace {
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
  const JsonValue &meta = graph["tensor_values"][sourceName(node)];
  switch (sharingOf(operatorOf(node))) {
  case Sharing::never:
    return Storage::own;
  case Sharing::always:
    return Storage::shared;
  case Sharing::ifContiguous:
    return isContiguous(meta) ? Storage::shared : Storage::unknown;
  case Sharing::ifSameType: {
    for (const JsonValue &input : node["inputs"].elements)
      if (input["name"].getString() == "copy" && input["arg"]["as_bool"].boolean)
        return Storage::own;
    SmallVector<StringRef> names = resultNames(node);
    const JsonValue &dtype = meta["dtype"];
    bool isEqual = names.size() == 1 && dtype.isInteger() && graph["tensor_values"][names[0]]["dtype"].integer == dtype.integer;
    return isEqual ? Storage::shared : Storage::own;
  }
  case Sharing::ifEvaluating: {
    const JsonValue &train = node["inputs"].elements.back()["arg"]["as_bool"];
    return train.isBoolean() && !train.boolean ? Storage::shared : Storage::unknown;
  }
  }
  llvm_unreachable("unknown sharing");
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
