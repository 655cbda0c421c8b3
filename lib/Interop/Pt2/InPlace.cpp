//===- InPlace.cpp - operators that change their arguments ----------------===//
//
// Values don't change: an in-place operator is imported as the functional one, and all names of the storage get what it holds then. A view
// that has changed is written back into what it is a view of (a slice into the tensor that it was cut from), up to the tensor that owns the
// storage; other views of that are computed anew when something reads them.
//
//===----------------------------------------------------------------------===//
#include "Interop/Aten/Views.h"
#include "Interop/Pt2/GraphImporter.h"
#include "Interop/Pt2/Pt2Archive.h"
#include "Interop/Pt2/Views.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// A view's argument may be a view that is stale too, by an argument that gives no more than its sizes.
constexpr unsigned maxRefreshDepth = 64;

Type typeIn(const GraphImporter::Scope &scope, StringRef name) {
  Value value = scope.lookup(name);
  return value ? value.getType() : Type();
}

} // namespace

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
  if (results.size() != 1)
    return call.unsupported("expected one tensor to change in place");
  StringRef self = scope.first(sourceName(node)), op = operatorOf(node);
  if (results[0] != self)
    scope.sameAs[results[0]] = self.str();
  op.consume_back("_"); // transpose_ and the like change how a name sees the storage, and not what is in it
  return change(call, self, value, inverseOf(op) != Inverse::sameOrder, scope);
}

LogicalResult GraphImporter::changeArguments(ImportCall &call, const JsonValue &node, Scope &scope) {
  for (const auto &[arg, value] : call.getChanges())
    for (const JsonValue &input : node["inputs"].elements)
      if (input["name"].getString() == arg &&
          failed(change(call, scope.first(input["arg"]["as_tensor"]["name"].getString()), value, /*isOtherView=*/false, scope)))
        return failure();
  return success();
}

LogicalResult GraphImporter::change(ImportCall &call, StringRef self, Value value, bool isOtherView, Scope &scope) {
  StringRef owner = self;
  auto before = dyn_cast_or_null<RankedTensorType>(typeIn(scope, self)), after = dyn_cast<RankedTensorType>(value.getType());
  if (!before || !after)
    return call.unsupported("expected a tensor to change in place");
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
  if (isOtherView || before.getRank() != after.getRank() || failed(verifyCompatibleShape(before, after))) {
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
  Value source = scope.lookup(view.source);
  if (!isa_and_nonnull<RankedTensorType>(typeIn(scope, view.source)))
    return call.unsupported("expected a tensor '" + view.source + "'");
  ViewStep step;
  step.overload = shortTarget(node["target"].getString()).drop_front(strlen("aten.")).str();
  for (const JsonValue &input : node["inputs"].elements) {
    Refusal refusal;
    FailureOr<ImportArg> argument = readArgument(input["arg"], scope, refusal);
    if (failed(argument))
      return call.unsupported("argument '" + input["name"].string + "' of '" + operatorOf(node) + "': " + refusal.message);
    step.args.push_back({input["name"].string, std::move(*argument)});
  }
  SmallVector<StringRef> parts = resultNames(node);
  step.index = llvm::find(parts, name) - parts.begin();
  for (StringRef part : parts)
    step.results.push_back(typeIn(scope, part));
  return graphopt::writeBack(call, rules, step, view.source, source, value);
}
