//===- Inputs.cpp - the inputs of a TorchScript model ---------------------===//
#include "Interop/TorchScript/Inputs.h"
#include "Interop/TorchScript/ScriptArchive.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Failure.h"
#include "mlir/AsmParser/AsmParser.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

static Location at(func::FuncOp function, StringRef name) { return NameLoc::get(StringAttr::get(function.getContext(), name)); }

/// The name of a type: "Optional" of Optional[Tensor].
static StringRef kindOf(const Expr &type) { return type.kind == Expr::Kind::subscript ? type.operands[0]->text : type.text; }

bool Inputs::isGiven(StringRef name) const {
  return llvm::any_of(options.inputs.keys(),
                      [&](StringRef given) { return given.consume_front(name) && (given.empty() || given.starts_with(".")); });
}

Tensor *Inputs::addArgument(StringRef name, RankedTensorType type) {
  OpBuilder b(function.getContext());
  Tensor *tensor = memory.make(function.getBody().addArgument(type, at(function, name)));
  tensor->name = name.str();
  attributes.push_back(b.getDictionaryAttr(b.getNamedAttr(graph::nameAttr, b.getStringAttr(name))));
  return tensor;
}

FailureOr<Item> Inputs::makeTensor(StringRef name, StringRef text) {
  // The text comes from a command line; what is no shape does not reach the parser.
  bool isPlain = text.size() < 4096 && llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || c == '?'; });
  RankedTensorType type;
  if (isPlain) {
    ScopedDiagnosticHandler quiet(function.getContext(), [](Diagnostic &) { return success(); });
    type = dyn_cast_or_null<RankedTensorType>(parseType(("tensor<" + text + ">").str(), function.getContext()));
  }
  if (!type || scriptDtype(type.getElementType()) < 0)
    return LogicalResult(graphopt::emitError(function->getLoc(), Failure::usage)
                         << "expected sizes and an element type for the input '" << name << "', as in 2x3xf32, got '" << text << "'");
  tensors.push_back(addArgument(name, type));
  return Item{tensors.back()};
}

/// A number that is given is known at import; another one is a tensor of one element, which calls give.
FailureOr<Item> Inputs::makeNumber(StringRef name, StringRef kind) {
  Builder b(function.getContext());
  auto given = options.inputs.find(name);
  StringRef text = given == options.inputs.end() ? StringRef() : StringRef(given->second);
  StringRef element = kind == "int" ? "i64" : kind == "bool" ? "i1" : "f64";
  if (given == options.inputs.end() || (text == element && kind != "str")) {
    Type type = kind == "int" ? Type(b.getI64Type()) : kind == "bool" ? Type(b.getI1Type()) : b.getF64Type();
    return Item{addArgument(name, RankedTensorType::get({}, type))};
  }
  int64_t integer;
  double number;
  if (kind == "bool" && (text == "True" || text == "False"))
    return Item{text == "True"};
  if (kind == "int" && !text.getAsInteger(10, integer))
    return Item{integer};
  if (kind == "float" && !text.getAsDouble(number))
    return Item{number};
  if (kind == "str")
    return Item{memory.keep(text.str())};
  return LogicalResult(graphopt::emitError(function->getLoc(), Failure::usage) << "expected "
                                                                               << (kind == "bool"  ? "True or False"
                                                                                   : kind == "int" ? "a whole number"
                                                                                                   : "a number")
                                                                               << " for the input '" << name << "', got '" << text << "'");
}

FailureOr<Item> Inputs::makeSequence(StringRef name, Sequence::Kind kind, ArrayRef<const Expr *> types) {
  Sequence *parts = memory.make(kind);
  if (kind == Sequence::Kind::dict) {
    SmallVector<StringRef> keys;
    for (StringRef given : options.inputs.keys())
      if (given.consume_front(name) && given.consume_front("."))
        keys.push_back(given);
    llvm::sort(keys);
    for (StringRef key : keys) {
      FailureOr<Item> item = make((name + "." + key).str(), *types[0]);
      if (failed(item))
        return failure();
      parts->elements.append({Item{memory.keep(key.str())}, *item});
    }
    return Item{parts};
  }
  for (size_t i = 0; kind == Sequence::Kind::tuple ? i < types.size() : isGiven((name + "." + Twine(i)).str()); ++i) {
    FailureOr<Item> item = make((name + "." + Twine(i)).str(), *types[kind == Sequence::Kind::tuple ? i : 0]);
    if (failed(item))
      return failure();
    parts->elements.push_back(*item);
  }
  return Item{parts};
}

FailureOr<Item> Inputs::make(StringRef name, const Expr &type) {
  StringRef kind = kindOf(type);
  ArrayRef<const Expr *> operands = type.operands;
  auto given = options.inputs.find(name);
  if (given != options.inputs.end())
    taken.insert(name);
  if (kind == "Optional" && operands.size() == 2)
    return !isGiven(name) || (given != options.inputs.end() && given->second == "None") ? Item() : make(name, *operands[1]);
  if (kind == "Tensor" && given != options.inputs.end())
    return makeTensor(name, given->second);
  if (kind == "int" || kind == "float" || kind == "bool" || (kind == "str" && given != options.inputs.end()))
    return makeNumber(name, kind);
  if (kind == "Tuple" && operands.size() == 2)
    return makeSequence(name, Sequence::Kind::tuple,
                        operands[1]->kind == Expr::Kind::tuple ? ArrayRef<const Expr *>(operands[1]->operands) : operands.drop_front());
  if (kind == "List" && operands.size() == 2 && isGiven(name))
    return makeSequence(name, Sequence::Kind::list, operands.drop_front());
  bool isDict = kind == "Dict" && operands.size() == 2 && operands[1]->kind == Expr::Kind::tuple && operands[1]->operands.size() == 2 &&
                kindOf(*operands[1]->operands[0]) == "str";
  if (isDict && isGiven(name))
    return makeSequence(name, Sequence::Kind::dict, operands[1]->operands[1]);
  if (kind == "Tensor" || kind == "List" || isDict) {
    missing.push_back((name + (kind == "List" ? ".0" : isDict ? ".KEY" : "")).str());
    return Item();
  }
  return LogicalResult(graphopt::emitError(at(function, name), Failure::unsupportedOp)
                       << "unsupported input of type '" << kind << "': expected tensors and numbers, and tuples, lists and dicts of them");
}

FailureOr<std::optional<Item>> Inputs::make(const Parameter &parameter) {
  if (!parameter.type)
    return emitError(function->getLoc()) << "expected a type for the input '" << parameter.name << "'";
  llvm::json::Array entry{parameter.name};
  std::optional<Item> item;
  if (!parameter.defaultValue || isGiven(parameter.name)) {
    FailureOr<Item> made = make(parameter.name, *parameter.type);
    if (failed(made))
      return failure();
    item = *made;
    if (made->isNone())
      entry.push_back(nullptr);
    else if (const bool *truth = made->get<bool>())
      entry.push_back(*truth);
    else if (const int64_t *integer = made->get<int64_t>())
      entry.push_back(*integer);
    else if (const double *number = made->get<double>())
      entry.push_back(*number);
    else if (const StringRef *text = made->get<StringRef>())
      entry.push_back(llvm::json::fixUTF8(*text));
  }
  names.push_back(std::move(entry));
  return item;
}

LogicalResult Inputs::check() {
  if (!missing.empty())
    return graphopt::emitError(function->getLoc(), Failure::usage)
           << "expected sizes and element types of the inputs, which a TorchScript file does not hold, got none for '"
           << llvm::join(missing, "', '") << "': --input-shape=" << missing.front() << "=2x3xf32, in Python load(path, inputs={\""
           << missing.front() << "\": \"2x3xf32\"})";
  for (const auto &given : options.inputs)
    if (!taken.contains(given.getKey()))
      return graphopt::emitError(function->getLoc(), Failure::usage)
             << "expected the name of an input of the model, got '" << given.getKey() << "'";
  return success();
}
