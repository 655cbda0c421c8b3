//===- InPlace.cpp - operators that change their arguments ----------------===//
//
// Values don't change: an in-place operator is imported as the functional one, and all names of the storage get what it holds then. A view
// that has changed is written back into what it is a view of (a slice into the tensor that it was cut from), up to the tensor that owns the
// storage; other views of that are computed anew when something reads them.
//
//===----------------------------------------------------------------------===//
#include "Interop/Pt2/GraphImporter.h"
#include "Interop/Pt2/Pt2Archive.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// A view's argument may be a view that is stale too, by an argument that gives no more than its sizes.
constexpr unsigned maxRefreshDepth = 64;

enum class Storage { own, shared, unknown };

StringRef operatorOf(const JsonValue &node) {
  StringRef name = shortTarget(node["target"].getString());
  name.consume_front("aten.");
  return name.split('.').first;
}

StringRef sourceName(const JsonValue &node) {
  const JsonValue &inputs = node["inputs"];
  return inputs.elements.empty() ? StringRef() : StringRef(inputs.elements[0]["arg"]["as_tensor"]["name"].string);
}

/// The names of a node's results.
SmallVector<StringRef> resultNames(const JsonValue &node) {
  SmallVector<StringRef> names;
  for (const JsonValue &output : node["outputs"].elements) {
    if (StringRef name = output["as_tensor"]["name"].getString(); !name.empty())
      names.push_back(name);
    for (const JsonValue &part : output["as_tensors"].elements)
      names.push_back(part["name"].getString());
  }
  return names;
}

Type typeIn(const GraphImporter::Scope &scope, StringRef name) {
  Value value = scope.lookup(name);
  return value ? value.getType() : Type();
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

/// Whether a node's results have the storage of its first argument: torch's views, and what copies only sometimes.
Storage storageOf(const JsonValue &node, const JsonValue &graph) {
  static const llvm::StringSet<> views = {"view",
                                          "transpose",
                                          "permute",
                                          "expand",
                                          "slice",
                                          "select",
                                          "squeeze",
                                          "unsqueeze",
                                          "split",
                                          "chunk",
                                          "unbind",
                                          "narrow",
                                          "t",
                                          "detach",
                                          "alias",
                                          "diagonal",
                                          "unflatten",
                                          "movedim",
                                          "swapaxes",
                                          "unfold",
                                          "view_as",
                                          "expand_as",
                                          "real",
                                          "numpy_T",
                                          "swapdims",
                                          "_unsafe_view",
                                          "split_with_sizes",
                                          "lift_fresh",
                                          "moveaxis",
                                          "mT",
                                          "tensor_split",
                                          "T",
                                          "mH",
                                          "adjoint",
                                          "matrix_H",
                                          "_reshape_alias",
                                          "hsplit",
                                          "vsplit",
                                          "as_strided",
                                          "H",
                                          "positive",
                                          "dsplit",
                                          "imag",
                                          "broadcast_to",
                                          "unsafe_split"};
  static const llvm::StringSet<> copiesUnlessContiguous = {"reshape", "contiguous", "flatten", "ravel", "reshape_as"};
  static const llvm::StringSet<> copiesUnlessEqual = {"to", "type_as"};
  StringRef op = operatorOf(node);
  const JsonValue &meta = graph["tensor_values"][sourceName(node)];
  if (copiesUnlessContiguous.contains(op))
    return isContiguous(meta) ? Storage::shared : Storage::unknown;
  if (copiesUnlessEqual.contains(op)) {
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
  return views.contains(op) ? Storage::shared : Storage::own;
}
} // namespace

bool graphopt::isRestride(const JsonValue &node, const JsonValue &graph) {
  SmallVector<StringRef> results = resultNames(node);
  if (operatorOf(node) != "as_strided" || results.size() != 1)
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

StringRef GraphImporter::Scope::first(StringRef name) const {
  auto it = sameAs.find(name);
  return it == sameAs.end() ? name : StringRef(it->second);
}

void GraphImporter::noteViews(const JsonValue &node, const JsonValue &graph, Scope &scope) {
  StringRef source = scope.first(sourceName(node));
  Storage storage = source.empty() ? Storage::own : storageOf(node, graph);
  if (storage == Storage::own)
    return;
  for (StringRef name : resultNames(node)) {
    bool isTwice = scope.contains(name) && !scope.views.contains(name); // names in a file that is wrong may go in circles
    if (storage == Storage::unknown || isTwice)
      scope.opaque.insert(name);
    if (!isTwice && scope.views.try_emplace(name, Scope::View{source.str(), &node, &graph}).second)
      scope.viewsOf[source].push_back(name.str());
  }
}

void GraphImporter::refresh(StringRef name, Scope &scope) {
  // What the file holds may be a long chain of views: those that are stale, the last first.
  SmallVector<StringRef> chain;
  for (StringRef next = name; scope.stale.contains(next); next = scope.views.find(next)->second.source)
    chain.push_back(scope.views.find(next)->first());
  ++refreshDepth;
  for (StringRef view : llvm::reverse(chain)) {
    if (!scope.stale.contains(view))
      continue; // another result of a node before
    const JsonValue &node = *scope.views.find(view)->second.node;
    for (StringRef result : resultNames(node))
      scope.stale.erase(result);
    if (refreshDepth <= maxRefreshDepth) {
      importNode(node, *scope.views.find(view)->second.graph, scope, 0);
      continue;
    }
    isBroken = true;
    emitError(locate(node)) << "expected views that are read after a change in place to nest at most " << maxRefreshDepth << " deep";
  }
  --refreshDepth;
}

LogicalResult GraphImporter::changeInPlace(ImportCall &call, const JsonValue &node, Value value, Scope &scope) {
  SmallVector<StringRef> results = resultNames(node);
  if (sourceName(node).empty() || results.size() != 1)
    return call.unsupported("expected one tensor to change in place");
  StringRef self = scope.first(sourceName(node)), owner = self;
  auto before = dyn_cast_or_null<RankedTensorType>(typeIn(scope, self)), after = dyn_cast<RankedTensorType>(value.getType());
  if (!before || !after)
    return call.unsupported("expected one tensor to change in place");
  if (results[0] != self)
    scope.sameAs[results[0]] = self.str();
  if (value == scope.lookup(self))
    return success();
  SmallVector<StringRef> path;
  for (auto it = scope.views.find(self); it != scope.views.end(); it = scope.views.find(owner)) {
    path.push_back(it->first());
    owner = it->second.source;
  }
  SmallVector<StringRef> names = {owner}; // of the storage
  for (size_t i = 0; i < names.size(); ++i) {
    if (scope.opaque.contains(names[i]))
      return call.unsupported("it changes '" + self + "' in place, and '" + names[i] + "' may share its storage with other values");
    if (auto it = scope.viewsOf.find(names[i]); it != scope.viewsOf.end())
      names.append(it->second.begin(), it->second.end());
  }
  // transpose_ and the like change how a name sees the storage, and not what is in it.
  StringRef op = operatorOf(node);
  op.consume_back("_");
  if (before.getRank() != after.getRank() || op.contains("transpose") || op == "t" || op.starts_with("swap") ||
      failed(verifyCompatibleShape(before, after))) {
    if (names.size() > 1)
      return call.unsupported("it changes the shape of '" + self + "', which shares its storage with other values");
    scope[self] = value;
    return success();
  }
  scope[self] = value;
  for (StringRef view : path) {
    FailureOr<Value> written = writeBack(call, view, value, scope);
    if (failed(written))
      return failure();
    value = *written;
    scope[scope.views.find(view)->second.source] = value;
  }
  for (StringRef name : names)
    if (name != owner && !llvm::is_contained(path, name))
      scope.stale.insert(name);
  scope.changed.insert(owner);
  return success();
}

FailureOr<Value> GraphImporter::writeBack(ImportCall &call, StringRef name, Value value, Scope &scope) {
  const Scope::View &view = scope.views.find(name)->second;
  const JsonValue &node = *view.node;
  StringRef op = operatorOf(node);
  Value source = scope.lookup(view.source);
  if (!isa_and_nonnull<RankedTensorType>(typeIn(scope, view.source)))
    return call.unsupported("expected a tensor '" + view.source + "'");
  using Arguments = SmallVector<std::pair<std::string, ImportArg>>;
  auto run = [&](StringRef overload, Arguments arguments) -> FailureOr<Value> {
    const ImportRule *rule = rules.findAten(overload);
    if (!rule)
      return call.unsupported("it changes '" + view.source + "' through '" + op + "', and there is no import rule for '" + overload + "'");
    ImportCall inverse(builder, call.loc, call.name);
    inverse.args = std::move(arguments);
    inverse.resultTypes.push_back(source.getType());
    if (failed(completeArguments(inverse, overload)) || failed((*rule)(inverse)))
      return failure();
    Value result = inverse.getResults()[0];
    return result.getType() == source.getType() ? result : tensor::CastOp::create(builder, call.loc, source.getType(), result).getResult();
  };
  Arguments own;
  for (const JsonValue &input : node["inputs"].elements) {
    Refusal refusal;
    FailureOr<ImportArg> argument = readArgument(input["arg"], scope, refusal);
    if (failed(argument))
      return call.unsupported("argument '" + input["name"].string + "' of '" + op + "': " + refusal.message);
    own.push_back({input["name"].string, std::move(*argument)});
  }
  own[0].second = ImportArg{source};
  auto find = [&](StringRef key) {
    auto *it = llvm::find_if(own, [&](const auto &argument) { return argument.first == key; });
    return it == own.end() ? ImportArg{int64_t(0)} : it->second;
  };
  if (op == "slice" || op == "select" || op == "diagonal") {
    own.push_back({"src", ImportArg{value}});
    return run((op + "_scatter.default").str(), std::move(own));
  }
  if (op == "unbind" || op == "split" || op == "split_with_sizes" || op == "chunk" || op == "narrow") {
    // One of several parts, which begins where those before it end.
    SmallVector<StringRef> parts = resultNames(node);
    auto index = static_cast<int64_t>(llvm::find(parts, name) - parts.begin());
    Arguments arguments = {{"self", ImportArg{source}}, {"src", ImportArg{value}}, {"dim", find("dim")}};
    if (op == "unbind") {
      arguments.push_back({"index", ImportArg{index}});
      return run("select_scatter.default", std::move(arguments));
    }
    const int64_t *given = arguments[2].second.get<int64_t>();
    auto type = cast<RankedTensorType>(value.getType());
    int64_t axis = given && *given < 0 ? *given + type.getRank() : given ? *given : -1;
    ImportArg start = op == "narrow" ? find("start") : ImportArg{int64_t(0)};
    bool isKnown = axis >= 0 && axis < type.getRank() && start.get<int64_t>();
    for (int64_t i = 0; isKnown && i < index; ++i) {
      auto part = dyn_cast_or_null<RankedTensorType>(typeIn(scope, parts[i]));
      isKnown = part && axis < part.getRank() && !part.isDynamicDim(axis);
      if (isKnown)
        start = ImportArg{*start.get<int64_t>() + part.getDimSize(axis)};
    }
    if (!isKnown)
      return call.unsupported("it changes a part of '" + view.source + "' whose place is known only at run time");
    arguments.push_back({"start", start});
    return run("slice_scatter.default", std::move(arguments));
  }
  if (op == "transpose" || op == "t" || op.starts_with("swap") || op == "numpy_T" || op == "mT") { // twice is not at all
    own[0].second = ImportArg{value};
    return run(shortTarget(node["target"].getString()).drop_front(strlen("aten.")), std::move(own));
  }
  if (op == "permute") {
    const ImportArg order = find("dims");
    const auto *axes = order.get<std::vector<ImportArg>>();
    std::vector<ImportArg> inverse(axes ? axes->size() : 0);
    for (size_t i = 0; i < inverse.size(); ++i) {
      const int64_t *axis = (*axes)[i].get<int64_t>();
      size_t from = axis ? static_cast<size_t>(*axis < 0 ? *axis + static_cast<int64_t>(inverse.size()) : *axis) : inverse.size();
      if (from >= inverse.size())
        return call.unsupported("expected a permutation");
      inverse[from] = ImportArg{static_cast<int64_t>(i)};
    }
    return run("permute.default", {{"self", ImportArg{value}}, {"dims", ImportArg{std::move(inverse)}}});
  }
  if (op == "expand" || op == "expand_as" || op == "broadcast_to" || op == "unfold" || op == "as_strided" || op.contains("split") ||
      op.starts_with("move") || op == "real" || op == "imag" || op.ends_with("H") || op == "adjoint")
    return call.unsupported("it changes '" + view.source + "' through '" + op + "'");
  // The same elements in the same order.
  return run("view_as.default", {{"self", ImportArg{value}}, {"other", ImportArg{source}}});
}
