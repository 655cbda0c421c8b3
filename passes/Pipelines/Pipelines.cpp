//===- Pipelines.cpp - named stages, -O0 to -O3, and slots between them ---===//
#include "graph-opt/Passes/Pipelines.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// A stage: what it is for, the slot after it, and its passes at each level. This table is the pipelines, and their documentation.
struct Stage {
  StringRef name, summary, slot;
  std::array<StringRef, 4> passes;
  /// Added by whoever compiles, not by addGraphStages.
  bool belowGraph = false;
};

constexpr StringLiteral refine = "graph-refine-shapes";
constexpr StringLiteral clean = "graph-canonicalize,graph-fold,graph-cse,graph-dce";

const Stage stages[] = {
    {"import", "sizes that a front end left open", "after-import", {"", refine, refine, refine}},
    {"clean", "fold what is known, compute nothing twice and nothing in vain", "after-clean", {"", clean, clean, clean}},
    {"optimise", "what cleaning has made possible", "after-optimise", {"", "", "graph-canonicalize,graph-cse,graph-dce", clean}},
    {"fuse", "group ops into loop nests", "after-fusion", {"", "", "graph-fuse", "graph-fuse"}},
    {"lower", "to linalg on tensors", "after-lowering", {}, true},
    {"tile", "tiles, vectors and threads", "after-tiling", {}, true},
    {"bufferise", "tensors become memory", "after-bufferisation", {}, true},
};

const Stage *findSlot(StringRef slot) {
  const auto *it = llvm::find_if(stages, [&](const Stage &stage) { return stage.slot == slot; });
  return it == std::end(stages) ? nullptr : it;
}

/// Splits at the separators outside of brackets. Fails on brackets that don't match.
LogicalResult splitOutside(StringRef text, StringRef separators, SmallVectorImpl<StringRef> &parts, PipelineErrorFn error) {
  std::string open;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    size_t kind = StringRef("({[<").find(text[i]);
    if (kind != StringRef::npos) {
      open.push_back(")}]>"[kind]);
    } else if (StringRef(")}]>").contains(text[i])) {
      if (open.empty() || open.back() != text[i])
        return error("expected matching brackets in '" + text + "'"), failure();
      open.pop_back();
    } else if (open.empty() && separators.contains(text[i])) {
      parts.push_back(text.slice(begin, i).trim());
      begin = i + 1;
    }
  }
  if (!open.empty())
    return error("expected '" + Twine(open.back()) + "' at the end of '" + text + "'"), failure();
  parts.push_back(text.substr(begin).trim());
  return success();
}

/// Whether a part begins a slot: `name=...`, where a pass would have a bracket or nothing.
bool beginsSlot(StringRef part) {
  size_t end = part.find_first_of("=({");
  return end != StringRef::npos && part[end] == '=';
}
} // namespace

bool graphopt::isStagedPipeline(StringRef text) {
  text = text.trim();
  return text.size() >= 2 && text[0] == 'O' && llvm::isDigit(text[1]) && (text.size() == 2 || text.substr(2).ltrim().starts_with("{"));
}

FailureOr<StagedPipeline> graphopt::parseStagedPipeline(StringRef text, PipelineErrorFn error) {
  text = text.trim();
  if (!isStagedPipeline(text))
    return error("expected O0, O1, O2 or O3, with slots in braces or without, got '" + text + "'"), failure();
  StagedPipeline pipeline;
  pipeline.level = static_cast<unsigned>(text[1] - '0');
  if (pipeline.level > 3)
    return error("expected a level of O0 to O3, got '" + text.take_front(2) + "'"), failure();
  StringRef slots = text.substr(2).trim();
  if (slots.empty())
    return pipeline;
  if (!slots.consume_front("{") || !slots.consume_back("}"))
    return error("expected '}' at the end of '" + text + "'"), failure();
  SmallVector<StringRef> parts;
  if (failed(splitOutside(slots, ", ", parts, error)))
    return failure();
  std::string *current = nullptr;
  for (StringRef part : parts) {
    if (part.empty())
      continue;
    if (beginsSlot(part)) {
      auto [name, passes] = part.split('=');
      if (!findSlot(name)) {
        auto known = llvm::map_range(stages, [](const Stage &stage) { return stage.slot.str(); });
        return error("expected one of the slots " + llvm::join(known, ", ") + ", got '" + name + "'"), failure();
      }
      current = &pipeline.slots[name.str()];
      part = passes;
    } else if (!current) {
      return error("expected 'slot=passes', got '" + part + "'"), failure();
    }
    if (!part.empty())
      *current += (current->empty() ? "" : ",") + part.str();
  }
  return pipeline;
}

/// Parses `text` into `pm`, with MLIR's message as one of ours.
static LogicalResult parseInto(OpPassManager &pm, StringRef text, PipelineErrorFn error) {
  std::string message;
  llvm::raw_string_ostream stream(message);
  if (succeeded(parsePassPipeline(text, pm, stream)))
    return success();
  // MLIR shows the text with a caret below; its first line holds the reason.
  StringRef reason = StringRef(message).split('\n').first;
  if (size_t at = reason.find("error: "); at != StringRef::npos)
    reason = reason.substr(at + strlen("error: "));
  error("in pipeline '" + text + "': " + (reason.empty() ? "expected passes" : reason));
  return failure();
}

LogicalResult graphopt::addPasses(OpPassManager &pm, StringRef text, PipelineErrorFn error) {
  text = text.trim();
  // A text that names the module itself is one for a manager of anything.
  StringRef inner = text;
  if (pm.getOpAnchorName() == ModuleOp::getOperationName() && inner.consume_front("builtin.module(") && inner.consume_back(")"))
    text = inner.trim();
  if (text.empty())
    return success();
  SmallVector<StringRef> parts;
  if (failed(splitOutside(text, ",", parts, error)))
    return failure();
  for (StringRef part : parts) {
    if (part.empty())
      return error("expected a pass before and after each ',' of '" + text + "'"), failure();
    // MLIR's parser nests nothing by itself. A manager of any op takes the pass, and then the pass tells what it works on.
    OpPassManager scratch;
    if (failed(parseInto(scratch, part, error)))
      return failure();
    std::optional<StringRef> on = scratch.empty() ? std::nullopt : scratch.begin()->getOpName();
    bool nests = on && pm.getOpName() && *on != *pm.getOpName();
    if (failed(parseInto(nests ? pm.nest(*on) : pm, part, error)))
      return failure();
  }
  return success();
}

LogicalResult graphopt::addSlot(OpPassManager &pm, const StagedPipeline &pipeline, StringRef slot, PipelineErrorFn error) {
  auto it = pipeline.slots.find(slot.str());
  return it == pipeline.slots.end() ? success() : addPasses(pm, it->second, error);
}

LogicalResult graphopt::addGraphStages(OpPassManager &pm, const StagedPipeline &pipeline, PipelineErrorFn error) {
  for (const Stage &stage : stages)
    if (!stage.belowGraph)
      if (failed(addPasses(pm, stage.passes[pipeline.level], error)) || failed(addSlot(pm, pipeline, stage.slot, error)))
        return failure();
  return success();
}

LogicalResult graphopt::buildPipeline(OpPassManager &pm, StringRef text, PipelineErrorFn error) {
  // Levels and passes may follow each other: a text is a list of both.
  SmallVector<StringRef> parts;
  if (failed(splitOutside(text, ",", parts, error)))
    return failure();
  for (StringRef part : parts) {
    if (!isStagedPipeline(part)) {
      if (part.empty() && parts.size() > 1)
        return error("expected a pass before and after each ',' of '" + text + "'"), failure();
      if (failed(addPasses(pm, part, error)))
        return failure();
      continue;
    }
    auto pipeline = parseStagedPipeline(part, error);
    if (failed(pipeline))
      return failure();
    for (const auto &[slot, passes] : pipeline->slots)
      if (findSlot(slot)->belowGraph)
        return error("slot '" + slot + "' lies below the graph: expected it where a model is compiled, not in a pipeline of graph passes"),
               failure();
    if (failed(addGraphStages(pm, *pipeline, error)))
      return failure();
  }
  return success();
}

void graphopt::registerPipelines() {
  [[maybe_unused]] static const bool once = [] {
    for (unsigned level = 0; level <= 3; ++level) {
      std::string name = ("O" + Twine(level)).str();
      registerPassPipeline(
          "graph-" + name, "the graph-level stages of -" + name + "; slots as options",
          [name](OpPassManager &pm, StringRef slots, function_ref<LogicalResult(const Twine &)> error) {
            return buildPipeline(pm, name + "{" + slots.str() + "}", [&](const Twine &message) { (void)error(message); });
          },
          [](function_ref<void(const detail::PassOptions &)>) {});
    }
    return true;
  }();
}

void graphopt::printPipelineTable(raw_ostream &os) {
  os << "| stage | what for | -O0 | -O1 | -O2 | -O3 | slot after it |\n|---|---|---|---|---|---|---|\n";
  for (const Stage &stage : stages) {
    os << "| " << stage.name << " | " << stage.summary;
    for (StringRef passes : stage.passes) {
      os << " | ";
      if (stage.belowGraph)
        os << "when compiling";
      else if (passes.empty())
        os << "–";
      SmallVector<StringRef> names;
      passes.split(names, ',', -1, /*KeepEmpty=*/false);
      llvm::interleave(names, os, [&](StringRef pass) { os << "`" << pass << "`"; }, ", ");
    }
    os << " | `" << stage.slot << "` |\n";
  }
}
