//===- GraphOpt.cpp - the facade ------------------------------------------===//
#include "graph-opt/GraphOpt.h"
#include "Driver/Diagnostics.h"
#include "Driver/Input.h"
#include "Driver/Output.h"
#include "Driver/PassWatch.h"
#include "Driver/Sandbox.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Dialect/Graph/Ops/Parameter.h"
#include "graph-opt/Interop/Json.h"
#include "graph-opt/Interop/Pt2.h"
#include "graph-opt/Interop/TorchScript.h"
#include "graph-opt/Interpreter/CheckEach.h"
#include "graph-opt/Passes/Passes.h"
#include "graph-opt/Passes/Pipelines.h"
#include "graph-opt/Plugin.h"
#include "graph-opt/Registration.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace llvm;
using namespace mlir;
using namespace graphopt;

struct Module::State {
  State() : context(registry()) { context.printOpOnDiagnostic(false); }
  Error capture(StringRef what, llvm::function_ref<LogicalResult()> action) {
    return captureDiagnostics(&context, label, what, diagnostics, action);
  }
  /// The error with the model's name, unless it has a place of its own or is about the command line.
  Error place(Error error) {
    Failure failure = Failure::badInput;
    std::string text;
    handleAllErrors(std::move(error), [&](const ErrorInfoBase &e) {
      failure = e.isA<GraphError>() ? static_cast<const GraphError &>(e).getFailure() : graphopt::getFailure(e.convertToErrorCode());
      text = e.message();
    });
    bool isPlaced = failure == Failure::usage || StringRef(text).contains(": error: ");
    return makeError(failure, (isPlaced ? "" : label + ": error: ") + text);
  }
  /// The same for an action that says why it failed by diagnostics, which have places, or by its error, or by both.
  template <typename T, typename Action> Expected<T> captureExpected(StringRef what, Action action) {
    std::optional<T> made;
    Error own = Error::success();
    Error error = capture(what, [&]() -> LogicalResult {
      bool emitted = false;
      ScopedDiagnosticHandler watch(&context, [&](Diagnostic &diagnostic) {
        emitted |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
        return failure(); // to the handlers below
      });
      Expected<T> result = action();
      if (result) {
        made = std::move(*result);
        return success();
      }
      Error failed = result.takeError();
      if (emitted)
        consumeError(std::move(failed));
      else
        own = std::move(failed);
      return failure();
    });
    if (own) {
      consumeError(std::move(error)); // which says that there was no diagnostic
      return place(std::move(own));
    }
    if (error)
      return error;
    return std::move(*made);
  }

  MLIRContext context;
  std::string label;
  raw_ostream *diagnostics = nullptr;
};

DialectRegistry &Module::registry() {
  static DialectRegistry *all = [] {
    auto *made = new DialectRegistry; // lives as long as any context may
    registerAllDialects(*made);
    return made;
  }();
  return *all;
}

MLIRContext *Module::getContext() const { return &state->context; }

Module Module::clone() const { return Module(state, get().clone()); }

Error Module::setParameter(StringRef name, const TensorValue &value) {
  auto parameter = dyn_cast_or_null<graph::ParameterOp>(get().lookupSymbol(name));
  if (!parameter)
    return makeError(Failure::badInput, "expected a parameter of the module, got '" + name + "'");
  if (!value || value.getType() != parameter.getParameterType()) {
    std::string text;
    raw_string_ostream stream(text);
    stream << "expected " << parameter.getParameterType() << " for '" << name << "', got ";
    value ? stream << value.getType() : stream << "none";
    return makeError(Failure::badInput, text);
  }
  parameter.setValueAttr(WeightStore::makeAttr(getContext(), value.clone(), name));
  return Error::success();
}

static OwningOpRef<ModuleOp> parseMlir(std::unique_ptr<MemoryBuffer> buffer, StringRef label, MLIRContext *context) {
  auto sources = std::make_shared<SourceMgr>();
  sources->AddNewSourceBuffer(MemoryBuffer::getMemBuffer(buffer->getBuffer(), label, /*RequiresNullTerminator=*/false), SMLoc());
  // Bytecode keeps its blobs in place, and the buffer with them.
  std::shared_ptr<SourceMgr> owner(sources.get(), [sources, kept = std::shared_ptr<MemoryBuffer>(std::move(buffer))](SourceMgr *) {});
  ParserConfig config(context);
  return parseSourceFile<ModuleOp>(owner, config);
}

Expected<Module> Module::read(std::unique_ptr<MemoryBuffer> buffer, StringRef path, StringRef label, const LoadOptions &options) {
  StringRef bytes = buffer->getBuffer();
  Format format = recogniseFormat(bytes);
  if (format == Format::mlirText)
    if (Error error = checkText(bytes, label, options.limits))
      return error;
  if (format == Format::bytecode && !options.trusted)
    if (Error error = readInSandbox(*buffer, label, registry(), options.limits))
      return error;

  auto state = std::make_shared<State>();
  state->label = label.str();
  state->diagnostics = options.diagnostics;
  WeightStore &weights = state->context.getOrLoadDialect<graph::GraphDialect>()->getWeights();
  if (!path.empty() && path != "-") {
    StringRef folder = sys::path::parent_path(path);
    weights.setBaseDirectory(folder.empty() ? "." : folder);
  }
  for (auto &[name, file] : options.weights)
    weights.allow(name, file);

  JsonImportOptions json;
  ImportOptions pt2;
  OnnxOptions onnx;
  TorchScriptOptions script;
  json.limits = pt2.limits = onnx.limits = script.limits = options.limits;
  script.inputs = options.inputs;
  script.nesting = options.nesting;
  OwningOpRef<ModuleOp> module;
  Error error = state->capture("reading", [&]() -> LogicalResult {
    switch (format) {
    case Format::mlirText:
    case Format::bytecode:
      module = parseMlir(std::move(buffer), label, &state->context);
      break;
    case Format::json:
      module = path.empty() || path == "-" ? parseJson(bytes, label, &state->context, json) : importJson(path, &state->context, json);
      break;
    case Format::pt2:
      if (path == "-")
        return mlir::emitError(UnknownLoc::get(&state->context))
               << "expected a path of a torch.export archive, which is mapped, got a stream";
      module = importPt2(path, &state->context, pt2);
      break;
    case Format::torchScript:
      if (path == "-")
        return mlir::emitError(UnknownLoc::get(&state->context))
               << "expected a path of a TorchScript archive, which is mapped, got a stream";
      module = importTorchScript(path, &state->context, script);
      break;
    case Format::onnx:
      if (path.empty() || path == "-")
        return mlir::emitError(UnknownLoc::get(&state->context)) << "expected a path of an ONNX model, which is mapped, got a stream";
      module = importOnnx(path, &state->context, onnx);
      break;
    default:
      return mlir::emitError(UnknownLoc::get(&state->context))
             << "expected MLIR text, bytecode, JSON, a torch.export archive (.pt2), a TorchScript archive (.pt) or an ONNX model, got "
             << getFormatName(format);
    }
    return success(static_cast<bool>(module));
  });
  if (error)
    return error;
  if (format != Format::torchScript && !options.inputs.empty())
    return makeError(Failure::usage,
                     label + ": error: expected sizes of inputs only for a TorchScript archive, got them for " + getFormatName(format));
  return Module(std::move(state), std::move(module));
}

Expected<Module> Module::load(StringRef path, const LoadOptions &options) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openInput(path);
  if (!buffer)
    return buffer.takeError();
  return read(std::move(*buffer), path, path == "-" ? "<stdin>" : path, options);
}

Expected<Module> Module::parse(StringRef text, StringRef label, const LoadOptions &options) {
  return read(MemoryBuffer::getMemBufferCopy(text, label), "", label, options);
}

Error Module::loadPlugin(StringRef path) {
  if (Error error = graphopt::loadPlugin(path, registry()))
    return error;
  state->context.appendDialectRegistry(registry());
  return Error::success();
}

Error Module::runPipeline(StringRef text, const RunOptions &options) {
  [[maybe_unused]] static const bool once = (registerAllPasses(), true);
  PassManager manager(&state->context, ModuleOp::getOperationName());
  std::string wrong;
  if (failed(buildPipeline(manager, text, [&](const Twine &message) { wrong += (wrong.empty() ? "" : "; ") + message.str(); })))
    return makeError(Failure::usage, wrong);
  std::shared_ptr<PassRun> run = watchPasses(manager);
  if (options.checkEach)
    attachCheckEach(manager);
  Error error = state->capture("a pass", [&] { return manager.run(*op); });
  if (error && (run->brokenIR || run->failedPass.empty()))
    return handleErrors(std::move(error), [&](const GraphError &e) {
      return makeError(Failure::internal,
                       e.getText() + (run->brokenIR ? "pass '" + run->failedPass + "' left IR that does not verify\n" : ""));
    });
  return error;
}

Expected<FunctionOpInterface> Module::getFunction(StringRef name) const {
  SmallVector<FunctionOpInterface> candidates;
  std::string names;
  for (auto function : get().getOps<FunctionOpInterface>()) {
    if (function.isPrivate() || function.isExternal())
      continue;
    if (name.empty() || function.getName() == name)
      candidates.push_back(function);
    names += (names.empty() ? "'" : ", '") + function.getName().str() + "'";
  }
  if (candidates.size() == 1)
    return candidates.front();
  std::string expected = name.empty() ? "one public function, or --function=NAME" : ("a public function '" + name + "'").str();
  return makeError(Failure::badInput, state->label + ": error: expected " + expected + ", got " + (names.empty() ? "none" : names));
}

template <typename GetAttr> static SmallVector<PortInfo> getPorts(ArrayRef<Type> types, StringRef prefix, GetAttr getAttr) {
  SmallVector<PortInfo> ports;
  for (auto [i, type] : llvm::enumerate(types)) {
    auto name = getAttr(i);
    ports.push_back({name ? name.getValue().str() : (prefix + Twine(i)).str(), dyn_cast<RankedTensorType>(type)});
  }
  return ports;
}

SmallVector<PortInfo> Module::getInputs(FunctionOpInterface function) {
  return getPorts(function.getArgumentTypes(), "in", [&](unsigned i) { return function.getArgAttrOfType<StringAttr>(i, graph::nameAttr); });
}
SmallVector<PortInfo> Module::getOutputs(FunctionOpInterface function) {
  return getPorts(function.getResultTypes(), "out",
                  [&](unsigned i) { return function.getResultAttrOfType<StringAttr>(i, graph::nameAttr); });
}

Expected<SmallVector<TensorValue>> Module::evaluate(ArrayRef<TensorValue> arguments, StringRef name, const EvalLimits &limits,
                                                    EvalHook hook) const {
  Expected<FunctionOpInterface> function = getFunction(name);
  if (!function)
    return function.takeError();
  FailureOr<SmallVector<TensorValue>> results = failure();
  if (Error error =
          state->capture("evaluation", [&]() -> LogicalResult { return results = interpret(*function, arguments, limits, hook); }))
    return error;
  return std::move(*results);
}

Expected<CompiledFunction> Module::compile(const CompileOptions &options) const {
  [[maybe_unused]] static const bool once = (registerAllPasses(), true);
  auto compiled = state->captureExpected<CompiledFunction>("compilation", [&] { return graphopt::compile(get(), options); });
  if (compiled)
    compiled->keepAlive(state);
  return compiled;
}

Expected<LaunchPlan> Module::compileForCuda(const CudaOptions &options) const {
  [[maybe_unused]] static const bool once = (registerAllPasses(), true);
  return state->captureExpected<LaunchPlan>("compilation", [&] { return graphopt::compileForCuda(get(), options); });
}

Expected<EmittedObject> Module::emitObject(const EmitOptions &options) const {
  [[maybe_unused]] static const bool once = (registerAllPasses(), true);
  return state->captureExpected<EmittedObject>("compilation", [&] { return graphopt::emitObject(get(), options); });
}

std::string Module::str() const {
  std::string text;
  raw_string_ostream stream(text);
  get().print(stream);
  return text;
}

Error Module::save(StringRef path) const {
  StringRef ending = sys::path::extension(path);
  if (path != "-" && !is_contained({".mlir", ".mlirbc", ".json"}, ending))
    return makeError(Failure::usage, "expected an output that ends in .mlir, .mlirbc or .json, got '" + path + "'");
  Expected<OutputFile> out = OutputFile::open(path);
  if (!out)
    return out.takeError();
  if (Error error = state->capture("writing", [&]() -> LogicalResult {
        if (ending == ".mlirbc")
          return writeBytecodeToFile(get(), out->os());
        if (ending == ".json")
          return exportJson(get(), out->os());
        get().print(out->os());
        return success();
      }))
    return error;
  return out->keep();
}

Error Module::saveOnnx(StringRef path, OnnxExportOptions options) const {
  if (options.weightsFile.empty() && path != "-")
    options.weightsFile = (path + ".data").str();
  Expected<OutputFile> out = OutputFile::open(path);
  if (!out)
    return out.takeError();
  if (Error error = state->capture("exporting", [&] { return exportOnnx(get(), out->os(), options); }))
    return error;
  return out->keep();
}

Expected<FxProgram> Module::toFx(const FxExportOptions &options) const {
  FailureOr<FxProgram> program = failure();
  if (Error error = state->capture("exporting", [&]() -> LogicalResult { return program = exportFx(get(), options); }))
    return error;
  return std::move(*program);
}
