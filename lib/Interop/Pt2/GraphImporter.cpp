//===- GraphImporter.cpp - nodes of an exported graph become ops ----------===//
#include "Interop/Pt2/GraphImporter.h"
#include "Graph/Shared/FailedInference.h"
#include "Interop/Aten/Schemas.h"
#include "Interop/Pt2/Pt2Archive.h"
#include "Interop/Pt2/Views.h"
#include "Interop/ScalarCalls.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// Graphs nest in the JSON, whose depth is capped; this keeps the message about it readable.
constexpr unsigned maxGraphDepth = 32;

/// The results of a node: names and types, lists flattened.
struct NodeResults {
  SmallVector<std::string> names;
  SmallVector<Type> types; ///< null for sizes
};

std::optional<NodeResults> readResults(const JsonValue &node, const JsonValue &graph, MLIRContext *context, Refusal &refusal) {
  NodeResults results;
  auto addTensor = [&](const JsonValue &tensor) {
    StringRef name = tensor["name"].getString();
    results.names.push_back(name.str());
    results.types.push_back(pt2TensorType(graph["tensor_values"][name], context, refusal));
    return results.types.back() != nullptr;
  };
  for (const JsonValue &output : node["outputs"].elements) {
    if (output.members.size() != 1) {
      refusal.message = "expected results of one kind each";
      return std::nullopt;
    }
    StringRef kind = output.members[0].first;
    const JsonValue &value = output.members[0].second;
    bool isGood = true;
    if (kind == "as_tensor") {
      isGood = addTensor(value);
    } else if (kind == "as_tensors") {
      isGood = llvm::all_of(value.elements, addTensor);
    } else if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool") {
      results.names.push_back(value["as_name"].string);
      results.types.push_back(nullptr);
    } else if (kind != "as_none") {
      refusal = {("results of kind '" + kind + "' are not supported").str(), /*isUnsupported=*/true};
      isGood = false;
    }
    if (!isGood)
      return std::nullopt;
  }
  return results;
}
} // namespace

StringRef graphopt::shortTarget(StringRef target) {
  target.consume_front("torch.ops.");
  return target;
}

void graphopt::visitNodes(const JsonValue &graph, function_ref<void(const JsonValue &, const JsonValue &)> visit) {
  for (const JsonValue &node : graph["nodes"].elements) {
    visit(node, graph);
    for (const JsonValue &input : node["inputs"].elements)
      if (const JsonValue &nested = input["arg"]["as_graph"]["graph"]; nested.isObject())
        visitNodes(nested, visit);
  }
}

void GraphImporter::importNodes(const JsonValue &graph, Scope &scope, unsigned depth) {
  for (const JsonValue &node : graph["nodes"].elements)
    importNode(node, graph, scope, depth);
}

void GraphImporter::importNode(const JsonValue &node, const JsonValue &graph, Scope &scope, unsigned depth) {
  StringRef target = shortTarget(node["target"].getString());
  ImportCall call(builder, locate(node), target);
  call.random = &random;
  Refusal refusal;
  std::optional<NodeResults> results = readResults(node, graph, builder.getContext(), refusal);
  if (depth > maxGraphDepth)
    refusal.message = "expected graphs to nest at most " + std::to_string(maxGraphDepth) + " deep";
  for (const JsonValue &input : node["inputs"].elements) {
    if (!refusal.message.empty())
      break;
    FailureOr<ImportArg> argument = input["arg"]["as_graph"].isObject() ? ImportArg() : readArgument(input["arg"], scope, refusal);
    if (succeeded(argument))
      call.args.push_back({input["name"].string, std::move(*argument)});
    else
      refusal.message = "argument '" + input["name"].string + "': " + refusal.message;
  }
  LogicalResult result = failure();
  if (refusal.isUnsupported) {
    (void)call.unsupported(refusal.message);
  } else if (!refusal.message.empty() || !results) {
    emitError(call.loc) << "'" << call.name << "': " << refusal.message;
  } else {
    call.resultTypes.append(results->types.begin(), results->types.end());
    uint64_t failedBefore = countFailedInferences();
    StringRef name = target;
    if (name.consume_front("aten."))
      result = importAten(call, name, node, graph, scope);
    else if (StringRef name = target; name.consume_front("higher_order."))
      result = importHigherOrder(call, name, node, graph, scope, depth);
    else if (Value value = importScalar(call))
      result = call.yield(value);
    if (countFailedInferences() != failedBefore) // the sizes of the model contradict each other
      result = failure();
    if (succeeded(result))
      result = bindResults(call, results->names, scope);
  }
  if (succeeded(result))
    return;
  // Stand-ins let the nodes that follow be looked at too; a broken import is never returned.
  isBroken = true;
  if (!results)
    return;
  for (auto [name, type] : llvm::zip(results->names, results->types)) {
    Type standIn = type ? type : Type(builder.getIndexType());
    scope[name] = UnrealizedConversionCastOp::create(builder, call.loc, standIn, ValueRange()).getResult(0);
  }
}

LogicalResult GraphImporter::bindResults(ImportCall &call, ArrayRef<std::string> names, Scope &scope) {
  SmallVector<Value> values(call.getResults());
  if (values.size() != names.size()) // what a mask among the arguments leaves out has no name either
    llvm::erase(values, Value());
  if (values.size() != names.size())
    return call.unsupported("expected " + Twine(names.size()) + " results, got " + Twine(values.size()));
  for (auto [i, name, value] : llvm::enumerate(names, values)) {
    if (!value)
      continue; // a result that the rule doesn't give: an error if something uses it
    // A rule that gives another type than the source states would be a silent change of meaning.
    if (auto stated = dyn_cast_or_null<RankedTensorType>(call.resultTypes[i])) {
      auto given = dyn_cast<RankedTensorType>(value.getType());
      if (!given || given.getElementType() != stated.getElementType() || failed(verifyCompatibleShape(given, stated)))
        return emitError(call.loc) << "'" << call.name << "': expected result " << i << " of type " << stated << ", got "
                                   << value.getType();
    }
    scope[name] = value;
  }
  return success();
}

/// Whether an overload gives a size or a number: Aten/Rules/Number.cpp.
static bool givesNumber(StringRef overload) {
  return llvm::is_contained({"sym_size.int", "sym_numel.default", "item.default", "_local_scalar_dense.default"}, overload);
}

LogicalResult GraphImporter::importAten(ImportCall &call, StringRef overload, const JsonValue &node, const JsonValue &graph, Scope &scope) {
  if (isAssert(overload))
    return failed(completeArguments(call, overload)) ? failure() : importAssert(call, overload);
  if (isRestride(node, graph)) {
    FailureOr<Value> self = call.tensor("self");
    noteViews(node, graph, scope);
    return failed(self) ? failure() : call.yield(*self);
  }
  const ImportRule *rule = rules.findAten(overload);
  std::string functional;
  if (auto [name, kind] = overload.split('.'); !rule && name.consume_back("_")) {
    functional = (name + "." + kind).str();
    rule = rules.findAten(functional);
    overload = functional;
    // What changes is `self`; some functional forms call it `input`.
    if (auto schema = atenSchema(overload); schema && !schema->arguments.empty() && !call.args.empty())
      call.args.front().first = schema->arguments.front().name.str();
  }
  if (!rule) {
    StringRef reason = rules.findRefusal(StringRef(call.name).drop_front(strlen("aten.")));
    return call.unsupported(reason.empty() ? StringRef("there is no import rule for it") : reason);
  }
  bool hasTensors = !call.resultTypes.empty() && !llvm::is_contained(call.resultTypes, Type());
  if (!hasTensors && !givesNumber(overload)) // rules ask for the type of the result
    return emitError(call.loc) << "'" << call.name << "': expected tensors as results";
  if (failed(completeArguments(call, overload)) || failed((*rule)(call)))
    return failure();
  if (failed(changeArguments(call, node, scope)))
    return failure();
  if (functional.empty())
    noteViews(node, graph, scope);
  else if (call.getResults().size() == 1)
    return changeInPlace(call, node, call.getResults()[0], scope);
  return success();
}
