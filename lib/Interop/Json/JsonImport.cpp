//===- JsonImport.cpp - modules from JSON ---------------------------------===//
#include "Interop/Bytes.h"
#include "Interop/Json/AttributeReader.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Failure.h"
#include "graph-opt/Interop/Archive.h"
#include "graph-opt/Interop/Json.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace graphopt;

namespace {
constexpr int64_t formatVersion = 1;
constexpr StringRef ownDialects[] = {"builtin", "func", "graph", "check", "arith", "math", "tensor", "scf", "cf", "linalg", "affine"};

/// Whether this numbers a value. The largest integers are not numbers of values: they are keys of its own to a DenseMap.
bool isNumber(const JsonValue &value) { return value.isInteger() && value.integer >= 0 && value.integer < (int64_t(1) << 62); }

class Importer {
public:
  Importer(StringRef text, StringRef label, MLIRContext *context, const JsonImportOptions &options)
      : reader(text, label, context, options.limits), context(context), options(options) {}

  OwningOpRef<ModuleOp> readModule(const JsonValue &root);

private:
  /// The ops of a block are made in order; a nested op is complete before the next one starts.
  Operation *readOp(const JsonValue &value, ArrayRef<Block *> blocks);
  LogicalResult readRegion(const JsonValue &value, Region &region);
  /// Binds the number of a definition.
  LogicalResult define(const JsonValue &value, Value defined);
  /// The value of a number; a stand-in if its definition is still to come.
  Value use(const JsonValue &value);
  bool isAllowed(StringRef dialect) const {
    return llvm::is_contained(ownDialects, dialect) || llvm::is_contained(options.dialects, dialect);
  }
  /// The types of all values, for stand-ins.
  void collectTypes(const JsonValue &op);

  AttributeReader reader;
  MLIRContext *context;
  const JsonImportOptions &options;
  const JsonValue *root = nullptr;
  uint64_t numOps = 0;
  DenseMap<int64_t, Value> values;
  DenseMap<int64_t, std::pair<Operation *, const JsonValue *>> standIns;
  DenseMap<int64_t, const JsonValue *> types;
};
} // namespace

OwningOpRef<ModuleOp> Importer::readModule(const JsonValue &document) {
  if (document["format"].string != "graph-opt")
    return reader.fail(document["format"], "a document of format 'graph-opt'"), nullptr;
  if (!document["version"].isInteger() || document["version"].integer != formatVersion)
    return reader.fail(document["version"], "version " + Twine(formatVersion)), nullptr;
  root = &document["module"];
  if ((*root)["op"].string != "builtin.module")
    return reader.fail((*root)["op"], "a 'builtin.module'"), nullptr;
  OwningOpRef<Operation *> op = readOp(*root, {});
  bool isGood = op && !reader.hasFailed();
  for (auto &[number, standIn] : standIns) {
    if (isGood)
      emitError(reader.locate(*standIn.second)) << "expected a value, got number " << number << ", which nothing defines in its reach";
    isGood = false;
    standIn.first->dropAllUses();
    standIn.first->destroy();
  }
  if (!isGood || failed(verify(*op)))
    return nullptr;
  return OwningOpRef<ModuleOp>(cast<ModuleOp>(op.release()));
}

Operation *Importer::readOp(const JsonValue &value, ArrayRef<Block *> blocks) {
  StringRef name = value["op"].getString();
  if (name.empty())
    return reader.fail(value["op"], "the name of an op"), nullptr;
  if (++numOps > options.limits.ops)
    return graphopt::emitError(reader.locate(value["op"]), Failure::limit) << options.limits.exceeded(&Limits::ops), nullptr;
  OperationName opName(name, context);
  if (!isAllowed(opName.getDialectNamespace()))
    return reader.fail(value["op"], "an op of an allowed dialect"), nullptr;
  context->getOrLoadDialect(opName.getDialectNamespace());
  opName = OperationName(name, context);
  if (!opName.isRegistered())
    return reader.fail(value["op"], "a registered op"), nullptr;

  const JsonValue &location = value["location"];
  OperationState state(reader.readLocation(location), opName);
  for (const JsonValue &operand : value["operands"].elements) {
    Value used = use(operand);
    if (!used)
      return nullptr;
    state.operands.push_back(used);
  }
  for (const JsonValue &result : value["results"].elements) {
    Type type = reader.readType(result["type"]);
    if (!type)
      return nullptr;
    state.types.push_back(type);
  }
  for (const JsonValue &successor : value["successors"].elements) {
    if (!successor.isInteger() || successor.integer < 0 || successor.integer >= static_cast<int64_t>(blocks.size()))
      return reader.fail(successor, "the number of a block of the region"), nullptr;
    state.successors.push_back(blocks[successor.integer]);
  }
  if (const JsonValue &attributes = value["attributes"]; !attributes.isNull()) {
    DictionaryAttr dictionary = reader.readDictionary(attributes);
    if (!dictionary)
      return nullptr;
    // Inherent attributes belong to the properties; here they would be set unchecked.
    for (NamedAttribute attr : dictionary)
      if (llvm::is_contained(opName.getAttributeNames(), attr.getName()) && !value["properties"].isNull())
        return reader.fail(attributes, "'" + attr.getName().strref() + "' among the properties"), nullptr;
    state.attributes = dictionary;
  }
  const JsonValue &regions = value["regions"];
  state.regions.resize(regions.elements.size());
  for (auto &region : state.regions)
    region = std::make_unique<Region>();

  OwningOpRef<Operation *> op = Operation::create(state);
  if (const JsonValue &properties = value["properties"]; !properties.isNull()) {
    DictionaryAttr dictionary = reader.readDictionary(properties);
    auto error = [&] { return emitError(reader.locate(value)) << "op '" << name << "': "; };
    if (!dictionary || failed(op->setPropertiesFromAttribute(dictionary, error)))
      return nullptr;
  }
  for (auto [result, defined] : llvm::zip(value["results"].elements, op->getResults()))
    if (failed(define(result["value"], defined)))
      return nullptr;
  for (auto [region, target] : llvm::zip(regions.elements, op->getRegions()))
    if (failed(readRegion(region, target)))
      return nullptr;
  return op.release();
}

LogicalResult Importer::readRegion(const JsonValue &value, Region &region) {
  if (!value.isArray())
    return reader.fail(value, "a region as an array of blocks"), failure();
  SmallVector<Block *> blocks;
  for (const JsonValue &block : value.elements) {
    blocks.push_back(&region.emplaceBlock());
    for (const JsonValue &argument : block["arguments"].elements) {
      Type type = reader.readType(argument["type"]);
      if (!type || failed(define(argument["value"], blocks.back()->addArgument(type, reader.readLocation(argument["location"])))))
        return failure();
    }
  }
  for (auto [block, target] : llvm::zip(value.elements, blocks)) {
    if (!block["operations"].isArray())
      return reader.fail(block, "a block with operations"), failure();
    for (const JsonValue &op : block["operations"].elements) {
      Operation *created = readOp(op, blocks);
      if (!created)
        return failure();
      target->push_back(created);
    }
  }
  return success();
}

LogicalResult Importer::define(const JsonValue &value, Value defined) {
  if (!isNumber(value))
    return reader.fail(value, "the number of a value"), failure();
  if (!values.try_emplace(value.integer, defined).second)
    return emitError(reader.locate(value)) << "expected a number of its own, got " << value.integer << " for a second value";
  auto it = standIns.find(value.integer);
  if (it == standIns.end())
    return success();
  it->second.first->getResult(0).replaceAllUsesWith(defined);
  it->second.first->destroy();
  standIns.erase(it);
  return success();
}

Value Importer::use(const JsonValue &value) {
  if (!isNumber(value))
    return reader.fail(value, "the number of a value"), Value();
  if (Value known = values.lookup(value.integer))
    return known;
  if (auto it = standIns.find(value.integer); it != standIns.end())
    return it->second.first->getResult(0);
  if (types.empty())
    collectTypes(*root);
  const JsonValue *type = types.lookup(value.integer);
  if (!type)
    return reader.fail(value, "the number of a value that something defines"), Value();
  Type read = reader.readType(*type);
  if (!read)
    return {};
  OperationState state(reader.locate(value), UnrealizedConversionCastOp::getOperationName());
  state.addTypes(read);
  Operation *standIn = Operation::create(state);
  standIns[value.integer] = {standIn, &value};
  return standIn->getResult(0);
}

void Importer::collectTypes(const JsonValue &op) {
  auto collect = [&](const JsonValue &list) {
    for (const JsonValue &value : list.elements)
      if (isNumber(value["value"]))
        types[value["value"].integer] = &value["type"];
  };
  collect(op["results"]);
  for (const JsonValue &region : op["regions"].elements)
    for (const JsonValue &block : region.elements) {
      collect(block["arguments"]);
      for (const JsonValue &nested : block["operations"].elements)
        collectTypes(nested);
    }
}

OwningOpRef<ModuleOp> graphopt::parseJson(StringRef text, StringRef label, MLIRContext *context, const JsonImportOptions &options) {
  uint64_t position;
  llvm::Expected<JsonDocument> document = JsonDocument::parse(text, options.limits, position);
  if (!document) {
    auto [line, column] = lineAndColumn(text, position);
    auto [message, isLimit] = describeError(document.takeError());
    graphopt::emitError(FileLineColLoc::get(context, label, line, column), isLimit ? Failure::limit : Failure::badInput) << message;
    return nullptr;
  }
  return Importer(text, label, context, options).readModule(document->getRoot());
}

OwningOpRef<ModuleOp> graphopt::importJson(StringRef path, MLIRContext *context, const JsonImportOptions &options) {
  llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> file = mapFile(path);
  if (!file) {
    emitError(FileLineColLoc::get(context, path, 0, 0)) << llvm::toString(file.takeError());
    return nullptr;
  }
  StringRef directory = llvm::sys::path::parent_path(path);
  context->getOrLoadDialect<graph::GraphDialect>()->getWeights().setBaseDirectory(directory.empty() ? "." : directory);
  return parseJson((*file)->getBuffer(), path, context, options);
}
