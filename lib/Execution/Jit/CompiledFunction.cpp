//===- CompiledFunction.cpp - compile, load, run ---------------------------===//
#include "graph-opt/Execution/CompiledFunction.h"
#include "Execution/Cache/ObjectCache.h"
#include "Execution/Jit/Info.h"
#include "Execution/Jit/Loader.h"
#include "Execution/Jit/Lower.h"
#include "Execution/Jit/StepTimes.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Dialect/Graph/WeightStore.h"
#include "mlir/IR/SymbolTable.h"
#include <chrono>

using namespace mlir;
using namespace graphopt::execution;

namespace graphopt {

struct CompiledFunction::State {
  ~State() { go_ctx_destroy(context); }
  std::vector<std::shared_ptr<const void>> owners; // destroyed last
  MLIRContext *mlirContext = nullptr;
  std::unique_ptr<LoadedObject> object;
  std::vector<TensorValue> weights; ///< what the context's table points into
  go_ctx *context = nullptr;
  CompileStats stats;
  StepTimes times;
};

namespace {
llvm::Error error(const Twine &message) { return llvm::createStringError(message); }

llvm::ArrayRef<int64_t> sizesOf(const go_value_info &info) { return {info.sizes, static_cast<size_t>(info.rank)}; }
} // namespace

const CompileStats &CompiledFunction::stats() const { return state->stats; }

std::vector<ProfileStep> CompiledFunction::getProfile() const { return state->times.get(); }
void CompiledFunction::resetProfile() { state->times.reset(); }

void CompiledFunction::keepAlive(std::shared_ptr<const void> owner) { state->owners.push_back(std::move(owner)); }

Type CompiledFunction::getElementType(const go_value_info &value) const {
  return execution::getElementType(state->mlirContext, value.dtype);
}

namespace {
std::string formatSizes(ArrayRef<int64_t> sizes) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << '[';
  llvm::interleaveComma(sizes, stream, [&](int64_t size) {
    if (size < 0)
      stream << '?';
    else
      stream << size;
  });
  stream << ']';
  return text;
}

/// What compiled code would refuse too, but with what it got.
llvm::Error checkArgument(const CompiledFunction &function, const go_value_info &info, const TensorValue &argument) {
  if (!argument)
    return error("expected a value for input '" + Twine(info.name) + "', got none");
  std::optional<int32_t> dtype = getDtype(argument.getElementType());
  if (dtype != info.dtype) {
    std::string got;
    llvm::raw_string_ostream(got) << argument.getElementType();
    return error("expected dtype " + getDtypeName(info.dtype) + " for input '" + info.name + "', got " + got);
  }
  bool matches = argument.getRank() == info.rank;
  for (int32_t d = 0; matches && d < info.rank; ++d)
    matches = info.sizes[d] < 0 || info.sizes[d] == argument.getDim(d);
  if (!matches)
    return error("expected sizes " + formatSizes(sizesOf(info)) + " for input '" + info.name + "', got " +
                 formatSizes(argument.getShape()));
  return llvm::Error::success();
}

/// Whether a call allocates the result itself.
bool dependsOnData(const go_value_info &info) { return llvm::is_contained(sizesOf(info), GO_SIZE_FROM_DATA); }

go_tensor makeTensor(const TensorValue &value, int32_t dtype, SmallVectorImpl<int64_t> &sizes) {
  sizes.assign(value.getShape().begin(), value.getShape().end());
  return {const_cast<char *>(value.getRaw()), dtype, static_cast<int32_t>(value.getRank()), sizes.data(), nullptr};
}
} // namespace

/// The arguments and results of one call, as compiled code takes them.
struct CompiledFunction::Call {
  explicit Call(const CompiledFunction &function) : function(*function.function), outSizes(this->function.output_count) {}
  llvm::Error check(int32_t status) const { return status ? error(go_status_message(&function, status)) : llvm::Error::success(); }
  ArrayRef<int64_t> getShape(size_t i) const { return ArrayRef<int64_t>(out[i].sizes, out[i].rank); }

  const go_function &function;
  SmallVector<go_tensor> in, out;
  SmallVector<SmallVector<int64_t, 4>> inSizes, outSizes;
};

llvm::Error CompiledFunction::prepare(ArrayRef<TensorValue> arguments, Call &made) const {
  if (static_cast<int64_t>(arguments.size()) != function->input_count)
    return error("expected " + Twine(function->input_count) + " inputs, got " + Twine(arguments.size()));
  made.inSizes.resize(arguments.size());
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    if (llvm::Error failed = checkArgument(*this, function->inputs[i], argument))
      return failed;
    made.in.push_back(makeTensor(argument, function->inputs[i].dtype, made.inSizes[i]));
  }
  made.out.resize(function->output_count);
  for (auto [tensor, sizes] : llvm::zip_equal(made.out, made.outSizes)) {
    sizes.resize(GO_MAX_RANK);
    tensor = {};
    tensor.sizes = sizes.data();
  }
  return made.check(function->shapes(made.in.data(), made.out.data(), nullptr));
}

llvm::Expected<SmallVector<TensorValue>> CompiledFunction::run(ArrayRef<TensorValue> arguments) const {
  SmallVector<TensorValue> results(function->output_count);
  if (llvm::Error failed = runWith(arguments, results))
    return std::move(failed);
  return results;
}

llvm::Error CompiledFunction::runWith(ArrayRef<TensorValue> arguments, MutableArrayRef<TensorValue> results) const {
  Call made(*this);
  if (llvm::Error failed = prepare(arguments, made))
    return failed;
  if (results.size() != made.out.size())
    return error("expected " + Twine(made.out.size()) + " results, got " + Twine(results.size()));
  for (auto [i, tensor] : llvm::enumerate(made.out)) {
    if (dependsOnData(function->outputs[i])) // the call allocates it
      continue;
    ArrayRef<int64_t> shape = made.getShape(i);
    std::optional<int64_t> elements = checkedNumElements(shape);
    if (!elements || *elements > std::numeric_limits<int64_t>::max() / 16)
      return error("expected a result '" + Twine(function->outputs[i].name) + "' that fits memory, got sizes " + formatSizes(shape));
    if (!results[i])
      results[i] = TensorValue(getElementType(function->outputs[i]), shape);
    else if (results[i].getShape() != shape)
      return error("expected sizes " + formatSizes(shape) + " of result '" + Twine(function->outputs[i].name) + "', got " +
                   formatSizes(results[i].getShape()));
    tensor.data = results[i].getMutableRaw();
  }
  if (llvm::Error failed = made.check(entry(context, made.in.data(), made.out.data())))
    return failed;
  for (auto [i, tensor] : llvm::enumerate(made.out)) {
    if (!dependsOnData(function->outputs[i]))
      continue;
    std::shared_ptr<const void> owner(tensor.data, [kept = state](void *data) { go_ctx_free(kept->context, data); });
    results[i] = TensorValue(getElementType(function->outputs[i]), made.getShape(i), static_cast<const char *>(tensor.data), owner);
  }
  return llvm::Error::success();
}

static bool overlap(const TensorValue &a, const TensorValue &b) {
  return std::less<>()(a.getRaw(), b.getRaw() + b.getByteSize()) && std::less<>()(b.getRaw(), a.getRaw() + a.getByteSize());
}

llvm::Error CompiledFunction::runInto(ArrayRef<TensorValue> arguments, MutableArrayRef<TensorValue> results) const {
  Call made(*this);
  if (llvm::Error failed = prepare(arguments, made))
    return failed;
  if (results.size() != made.out.size())
    return error("expected " + Twine(made.out.size()) + " results to write to, got " + Twine(results.size()));
  for (size_t i = 0; i < results.size(); ++i) {
    TensorValue &result = results[i];
    const go_value_info &info = function->outputs[i];
    if (dependsOnData(info))
      return error("expected results of sizes that are known before the call, got '" + Twine(info.name) + "', whose size depends on data");
    auto want = RankedTensorType::get(made.getShape(i), getElementType(info));
    if (!result || result.getType() != want) {
      std::string text;
      llvm::raw_string_ostream stream(text);
      stream << "expected " << want << " for result '" << info.name << "', got ";
      result ? stream << result.getType() : stream << "none";
      return error(text);
    }
    auto overlaps = [&](const TensorValue &other) { return overlap(result, other); };
    if (llvm::any_of(arguments, overlaps) || llvm::any_of(ArrayRef<TensorValue>(results).take_front(i), overlaps))
      return error("expected memory of its own for result '" + Twine(info.name) + "', got that of an argument or of another result");
    if (reinterpret_cast<uintptr_t>(result.getRaw()) % TensorValue::getElementSize(result.getElementType()))
      return error("expected memory aligned to the element for result '" + Twine(info.name) + "'");
    made.out[i].data = result.getMutableRaw();
  }
  return made.check(entry(context, made.in.data(), made.out.data()));
}

/// The value of weight `info` in the source module.
static llvm::Expected<TensorValue> findWeight(ModuleOp source, const go_value_info &info, MLIRContext *context) {
  auto parameter = dyn_cast_or_null<ParameterOpInterface>(source.lookupSymbol(info.name));
  if (!parameter)
    return error("expected a parameter '" + Twine(info.name) + "' in the module, got none");
  return WeightStore::get(parameter.getParameterValue(),
                          RankedTensorType::get(sizesOf(info), execution::getElementType(context, info.dtype)));
}

static llvm::Error bindWeights(go_ctx *context, const go_function &function, std::vector<TensorValue> &weights,
                               ArrayRef<DerivedWeight> derived, std::shared_ptr<const void> owner, ModuleOp source) {
  MLIRContext *mlirContext = source->getContext();
  weights.resize(function.weight_count);
  for (const DerivedWeight &weight : derived) {
    if (weight.index >= weights.size())
      return error("expected the number of a weight, got " + Twine(weight.index));
    const go_value_info &info = function.weights[weight.index];
    TensorValue value(execution::getElementType(mlirContext, info.dtype), sizesOf(info), weight.bytes.data(), owner);
    if (static_cast<uint64_t>(value.getByteSize()) != weight.bytes.size())
      return error("expected " + Twine(value.getByteSize()) + " bytes of weight '" + info.name + "', got " + Twine(weight.bytes.size()));
    weights[weight.index] = std::move(value);
  }
  for (auto [i, weight] : llvm::enumerate(weights)) {
    const go_value_info &info = function.weights[i];
    if (!weight) {
      llvm::Expected<TensorValue> found = findWeight(source, info, mlirContext);
      if (!found)
        return found.takeError();
      weight = std::move(*found);
    }
    SmallVector<int64_t, 4> sizes;
    go_tensor tensor = makeTensor(weight, info.dtype, sizes);
    if (int32_t status = go_ctx_set_weight(context, info.name, &tensor))
      return error("weight '" + Twine(info.name) + "': " + go_status_message(&function, status));
  }
  if (int32_t status = go_ctx_prepare(context))
    return error(go_status_message(&function, status));
  return llvm::Error::success();
}

llvm::Expected<CompiledFunction> compile(ModuleOp module, const CompileOptions &options) {
  auto start = std::chrono::steady_clock::now();
  llvm::Expected<func::FuncOp> entry = findEntry(module, options.entry);
  if (!entry)
    return entry.takeError();
  llvm::Expected<Target> target = resolveTarget(options.cpu, options.features);
  if (!target)
    return target.takeError();
  OpPassManager passes(ModuleOp::getOperationName());
  if (llvm::Error failed = buildPasses(passes, options, *target))
    return std::move(failed);
  llvm::Expected<ObjectCache> cache = ObjectCache::open(options.cache);
  if (!cache)
    return cache.takeError();

  auto state = std::make_shared<CompiledFunction::State>();
  state->mlirContext = module->getContext();
  llvm::Expected<std::string> key = cache->isOn() ? getCacheKey(module, *entry, passes, *target) : std::string();
  if (!key)
    return key.takeError();
  std::string name = entry->getName().str();
  SmallVector<DerivedWeight> derived;
  std::shared_ptr<const void> owner;
  llvm::SmallString<0> compiled;
  StringRef object;
  if (std::optional<CacheEntry> found = cache->lookup(*key)) {
    object = found->object;
    derived = found->weights;
    owner = found->file;
    state->stats.cacheHits = 1;
  } else {
    llvm::Expected<Lowered> lowered = lower(module, *entry, name, std::move(passes));
    if (!lowered)
      return lowered.takeError();
    auto values = std::make_shared<std::vector<TensorValue>>();
    for (auto [i, weight] : llvm::enumerate(lowered->signature.weights)) {
      if (!weight.derived)
        continue;
      auto type = RankedTensorType::get(weight.sizes, execution::getElementType(module->getContext(), weight.dtype));
      llvm::Expected<TensorValue> value = WeightStore::get(weight.value, type);
      if (!value)
        return value.takeError();
      derived.push_back({i, StringRef(value->getRaw(), value->getByteSize())});
      values->push_back(std::move(*value));
    }
    owner = values;
    llvm::Expected<llvm::SmallString<0>> emitted = execution::emitObject(*lowered->module, lowered->signature, *target, {});
    if (!emitted)
      return emitted.takeError();
    compiled = std::move(*emitted);
    object = compiled;
    if (llvm::Error failed = cache->store(*key, object, derived))
      return std::move(failed);
  }

  llvm::Expected<std::unique_ptr<LoadedObject>> loaded = LoadedObject::load(object, name);
  if (!loaded)
    return loaded.takeError();
  state->object = std::move(*loaded);
  const go_function &function = state->object->getFunction();
  go_options runtimeOptions{};
  runtimeOptions.threads = options.threads;
  if (options.profile) {
    runtimeOptions.step = &StepTimes::onStep;
    runtimeOptions.user = &state->times;
  }
  if (int32_t status = go_ctx_create(&function, &runtimeOptions, &state->context))
    return error(go_status_message(&function, status));
  if (llvm::Error failed = bindWeights(state->context, function, state->weights, derived, owner, module))
    return std::move(failed);

  CompiledFunction result;
  result.state = state;
  result.entry = function.call;
  result.context = state->context;
  result.function = &function;
  state->stats.totalOps = countOps(*entry);
  state->stats.compiledOps = function.op_count;
  state->stats.objectBytes = object.size();
  state->stats.arenaBytes = function.arena_bytes;
  state->stats.compileMs = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return result;
}

} // namespace graphopt
