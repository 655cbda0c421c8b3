//===- Losses.cpp ---------------------------------------------------------===//
#include "Training/Losses.h"
#include "graph-opt/Interop/ImportRules.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::training;

using Kind = Loss::Kind;

namespace {
const Loss::Argument weight{"weight", Kind::tensor}, reduction{"reduction", Kind::reduction}, ignored{"ignore_index", Kind::integer, -100};

/// A class for each sample, or probabilities of the classes where `probabilities` is set.
const Setting probabilities{"probabilities", 0};

const Loss table[] = {
    {"cross_entropy",
     "cross_entropy_loss.default",
     TargetKind::classesOrProbabilities,
     {weight, reduction, ignored, {"label_smoothing", Kind::number, 0}}},
    {"nll", "nll_loss.default", TargetKind::classes, {weight, reduction, ignored}},
    {"mse", "mse_loss.default", TargetKind::sameAsOutput, {reduction}},
    {"l1", "l1_loss.default", TargetKind::sameAsOutput, {reduction}},
    {"smooth_l1", "smooth_l1_loss.default", TargetKind::sameAsOutput, {reduction, {"beta", Kind::number, 1}}},
    {"huber", "huber_loss.default", TargetKind::sameAsOutput, {reduction, {"delta", Kind::number, 1}}},
    {"bce", "binary_cross_entropy.default", TargetKind::sameAsOutput, {weight, reduction}},
    {"bce_with_logits",
     "binary_cross_entropy_with_logits.default",
     TargetKind::sameAsOutput,
     {weight, {"pos_weight", Kind::tensor}, reduction}},
    {"kl_div", "kl_div.default", TargetKind::sameAsOutput, {reduction, {"log_target", Kind::flag, 0}}},
};

constexpr StringLiteral sum = "sum"; ///< the setting for the reduction: not the mean
} // namespace

std::vector<Setting> Loss::getSettings() const {
  std::vector<Setting> settings;
  for (const Argument &argument : arguments)
    settings.push_back(argument.kind == Kind::reduction ? Setting{sum, 0} : Setting{argument.name, argument.value});
  if (target == TargetKind::classesOrProbabilities)
    settings.push_back(probabilities);
  return settings;
}

RankedTensorType Loss::getTargetType(RankedTensorType output, const Settings &settings) const {
  bool areProbabilities = target == TargetKind::classesOrProbabilities && settings[probabilities.name] != 0;
  if (target == TargetKind::sameAsOutput || areProbabilities || output.getRank() == 0)
    return output;
  SmallVector<int64_t> sizes(output.getShape());
  sizes.erase(sizes.begin() + classAxis(output.getRank()));
  return RankedTensorType::get(sizes, IntegerType::get(output.getContext(), 64));
}

RankedTensorType Loss::getTensorType(RankedTensorType output) const {
  if (target == TargetKind::sameAsOutput || output.getRank() == 0)
    return output;
  return RankedTensorType::get(output.getDimSize(classAxis(output.getRank())), output.getElementType());
}

FailureOr<Value> Loss::build(OpBuilder &b, Location loc, const Settings &settings, Value output, Value targets,
                             function_ref<FailureOr<Value>(StringRef)> tensor) const {
  ImportCall call(b, loc, ("aten." + overload).str());
  call.args.push_back({"self", ImportArg{output}});
  call.args.push_back({"target", ImportArg{targets}});
  for (const Argument &argument : arguments) {
    ImportArg value;
    if (argument.kind == Kind::reduction)
      value.value = int64_t(settings[sum] != 0 ? 2 : 1);
    else if (argument.kind == Kind::integer)
      value.value = static_cast<int64_t>(settings[argument.name]);
    else if (argument.kind == Kind::number)
      value.value = settings[argument.name];
    else if (argument.kind == Kind::flag)
      value.value = settings[argument.name] != 0;
    else if (settings[argument.name] != 0) {
      FailureOr<Value> given = tensor(argument.name);
      if (failed(given))
        return failure();
      value.value = *given;
    }
    call.args.push_back({argument.name.str(), std::move(value)});
  }
  call.resultTypes.push_back(cast<RankedTensorType>(output.getType()).getElementType());
  ImportRules rules = ImportRules::collect(b.getContext());
  const ImportRule *rule = rules.findAten(overload);
  if (!rule)
    return emitError(loc) << "expected an import rule for '" << call.name << "', which the loss '" << name << "' is";
  if (failed((*rule)(call)))
    return failure();
  return call.getResults()[0];
}

const Loss *training::findLoss(StringRef name) {
  const auto *found = llvm::find_if(table, [&](const Loss &loss) { return loss.name == name; });
  return found == std::end(table) ? nullptr : found;
}

std::string training::listLosses() {
  return llvm::join(llvm::map_range(table, [](const Loss &loss) { return loss.name.str(); }), ", ");
}
