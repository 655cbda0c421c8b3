//===- Translate.cpp ------------------------------------------------------===//
#include "Driver/Translate.h"
#include "Driver/OpTable.h"
#include "Driver/Output.h"
#include "Driver/Tool.h"
#include "graph-opt/GraphOpt.h"

using namespace llvm;
using namespace graphopt;

static Error printOpTable(Module &module, const TranslateRequest &request, raw_ostream &os) {
  OpTable before = OpTable::count(module.get(), request.dynamicSize);
  std::optional<OpTable> after;
  if (!request.after.empty()) {
    if (Error error = module.runPipeline(request.after))
      return error;
    after = OpTable::count(module.get(), request.dynamicSize);
  }
  const OpTable *second = after ? &*after : nullptr;
  if (request.json)
    printOpTablesJson(os, before, second, request.after, request.dynamicSize);
  else
    printOpTables(os, before, second);
  return Error::success();
}

int graphopt::translate(const TranslateRequest &request) {
  LoadOptions options;
  options.trusted = request.trusted;
  options.weights = request.weights;
  options.diagnostics = &errs();
  Expected<Module> module = Module::load(request.input, options);
  if (!module)
    return fail(module.takeError());
  Expected<OutputFile> out = OutputFile::open(request.output);
  if (!out)
    return fail(out.takeError());
  Error error = printOpTable(*module, request, out->os());
  if (error)
    return fail(std::move(error));
  if (Error error = out->keep())
    return fail(std::move(error));
  return 0;
}
