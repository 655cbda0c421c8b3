//===- Views.cpp - operators whose results share storage ------------------===//
#include "Interop/Aten/Views.h"
#include "Interop/Aten/Schemas.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

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
} // namespace

Inverse graphopt::inverseOf(StringRef op) {
  auto entry = inverses().find(op);
  return entry == inverses().end() ? Inverse::sameOrder : entry->second; // what copies only sometimes keeps the order
}

Sharing graphopt::sharingOf(StringRef op) {
  if (inverses().contains(op))
    return Sharing::always;
  if (llvm::is_contained({"reshape", "contiguous", "flatten", "ravel", "reshape_as"}, op))
    return Sharing::ifContiguous;
  if (op == "to" || op == "type_as")
    return Sharing::ifSameType;
  return op == "dropout" || op == "feature_dropout" || op == "alpha_dropout" ? Sharing::ifEvaluating : Sharing::never;
}

FailureOr<Value> graphopt::writeBack(ImportCall &call, const ImportRules &rules, const ViewStep &view, StringRef sourceName, Value source,
                                     Value value) {
  StringRef op = StringRef(view.overload).split('.').first;
  OpBuilder &builder = call.builder;
  using Arguments = SmallVector<std::pair<std::string, ImportArg>>;
  auto run = [&](StringRef overload, Arguments arguments) -> FailureOr<Value> {
    const ImportRule *rule = rules.findAten(overload);
    if (!rule)
      return call.unsupported("it changes '" + sourceName + "' through '" + op + "', and there is no import rule for '" + overload + "'");
    ImportCall undone(builder, call.loc, call.name);
    undone.args = std::move(arguments);
    undone.resultTypes.push_back(source.getType());
    if (failed(completeArguments(undone, overload)) || failed((*rule)(undone)))
      return failure();
    Value result = undone.getResults()[0];
    return result.getType() == source.getType() ? result : tensor::CastOp::create(builder, call.loc, source.getType(), result).getResult();
  };
  Arguments own = view.args;
  own[0].second = ImportArg{source};
  auto find = [&](StringRef key) {
    auto *it = llvm::find_if(own, [&](const auto &argument) { return argument.first == key; });
    return it == own.end() ? ImportArg{int64_t(0)} : it->second;
  };
  Inverse inverse = inverseOf(op);
  if (inverse == Inverse::scatter) {
    own.push_back({"src", ImportArg{value}});
    return run((op + "_scatter.default").str(), std::move(own));
  }
  if (inverse == Inverse::part) {
    // One of several parts, which begins where those before it end.
    auto index = static_cast<int64_t>(view.index);
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
      auto part = dyn_cast_or_null<RankedTensorType>(view.results[i]);
      isKnown = part && axis < part.getRank() && !part.isDynamicDim(axis);
      if (isKnown)
        start = ImportArg{*start.get<int64_t>() + part.getDimSize(axis)};
    }
    if (!isKnown)
      return call.unsupported("it changes a part of '" + sourceName + "' whose place is known only at run time");
    arguments.push_back({"start", start});
    return run("slice_scatter.default", std::move(arguments));
  }
  if (inverse == Inverse::itself) { // twice is not at all
    own[0].second = ImportArg{value};
    return run(view.overload, std::move(own));
  }
  if (inverse == Inverse::permutation) {
    const ImportArg dims = find("dims");
    const auto *axes = dims.get<std::vector<ImportArg>>();
    std::vector<ImportArg> order(axes ? axes->size() : 0);
    for (size_t i = 0; i < order.size(); ++i) {
      const int64_t *axis = (*axes)[i].get<int64_t>();
      size_t from = axis ? static_cast<size_t>(*axis < 0 ? *axis + static_cast<int64_t>(order.size()) : *axis) : order.size();
      if (from >= order.size())
        return call.unsupported("expected a permutation");
      order[from] = ImportArg{static_cast<int64_t>(i)};
    }
    return run("permute.default", {{"self", ImportArg{value}}, {"dims", ImportArg{std::move(order)}}});
  }
  if (inverse == Inverse::none)
    return call.unsupported("it changes '" + sourceName + "' through '" + op + "'");
  return run("view_as.default", {{"self", ImportArg{value}}, {"other", ImportArg{source}}});
}
