//===- Schemas.cpp - ATen's operators, their arguments and results --------===//
#include "Interop/Aten/Schemas.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;

namespace {
struct Row {
  StringLiteral op, overload, arguments, results;
};
constexpr Row rows[] = {
#include "Interop/Aten/Schemas.inc"
};

ArrayRef<Row> rowsOf(StringRef op) {
  const Row *first = llvm::lower_bound(rows, op, [](const Row &row, StringRef name) { return row.op < name; });
  const Row *last = first;
  while (last != std::end(rows) && last->op == op)
    ++last;
  return {first, last};
}

AtenSchema parse(const Row &row) {
  AtenSchema schema = {row.op, row.overload, {}, {}};
  for (StringRef text : llvm::split(row.arguments, ';')) {
    if (text.empty())
      continue;
    AtenArgument argument;
    argument.isKeyword = text.consume_front("*");
    auto [declared, value] = text.split('=');
    std::tie(argument.name, argument.type) = declared.split(':');
    if (text.contains('='))
      argument.defaultValue = value;
    schema.arguments.push_back(argument);
  }
  for (StringRef type : llvm::split(row.results, ';'))
    schema.results.push_back(type);
  return schema;
}
} // namespace

SmallVector<AtenSchema> graphopt::atenOverloads(StringRef op) { return llvm::to_vector(llvm::map_range(rowsOf(op), parse)); }

std::optional<AtenSchema> graphopt::atenSchema(StringRef overload) {
  auto [op, name] = overload.split('.');
  for (const Row &row : rowsOf(op))
    if (row.overload == name)
      return parse(row);
  return std::nullopt;
}

ImportArg graphopt::parseDefault(StringRef text) {
  int64_t integer;
  double number;
  if (text == "T" || text == "F")
    return {text == "T"};
  if (!text.getAsInteger(10, integer))
    return {integer};
  if (!text.getAsDouble(number))
    return {number};
  if (text.consume_front("'"))
    return {text.drop_back().str()};
  if (text.consume_front("[")) {
    std::vector<ImportArg> elements;
    for (StringRef element : llvm::split(text.drop_back(), ' '))
      if (!element.empty())
        elements.push_back(parseDefault(element));
    return {std::move(elements)};
  }
  return {}; // N
}

LogicalResult graphopt::completeArguments(ImportCall &call, StringRef overload) {
  std::optional<AtenSchema> schema = atenSchema(overload);
  if (!schema)
    return success(); // not one of torch's own; the names stand as they are
  SmallVector<std::pair<std::string, ImportArg>> complete;
  for (const AtenArgument &argument : schema->arguments) {
    auto *given = llvm::find_if(call.args, [&](const auto &arg) { return arg.first == argument.name; });
    if (given == call.args.end() && !argument.defaultValue)
      return call.unsupported("expected the argument '" + argument.name + "'");
    complete.push_back({argument.name.str(), given == call.args.end() ? parseDefault(*argument.defaultValue) : given->second});
  }
  for (const auto &[name, value] : call.args)
    if (llvm::none_of(complete, [&, &name = name](const auto &argument) { return argument.first == name; }))
      return call.unsupported("argument '" + name + "' is not one of the operator's");
  call.args = std::move(complete);
  return success();
}
