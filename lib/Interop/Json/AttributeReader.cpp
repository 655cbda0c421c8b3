//===- AttributeReader.cpp - attributes, types and locations from JSON ----===//
#include "Interop/Json/AttributeReader.h"
#include "Interop/TextLimits.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Failure.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// Runs MLIR's own parser, and returns its first message instead of letting it speak of places that users don't have.
template <typename Fn> auto parseQuietly(MLIRContext *context, std::string &message, Fn &&parse) {
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (message.empty())
      message = diagnostic.str();
    return success();
  });
  return parse();
}
} // namespace

Location AttributeReader::locate(const JsonValue &value) const {
  // Ops come in the order of the text: count lines from the last place on.
  if (value.offset < lastOffset)
    lastOffset = lineStart = 0, lastLine = 1;
  StringRef passed = text.slice(lastOffset, value.offset);
  if (size_t newline = passed.rfind('\n'); newline != StringRef::npos)
    lineStart = lastOffset + newline + 1;
  lastLine += passed.count('\n');
  lastOffset = value.offset;
  return FileLineColLoc::get(label, lastLine, static_cast<unsigned>(value.offset - lineStart));
}

void AttributeReader::fail(const JsonValue &value, const Twine &expected) {
  isBroken = true;
  emitError(locate(value)) << "expected " << expected << ", got " << value.describe();
}

bool AttributeReader::isWithinLimits(const JsonValue &value) {
  std::optional<TextExcess> excess = findExcess(value.string, limits);
  if (!excess)
    return true;
  isBroken = true;
  graphopt::emitError(locate(value), Failure::limit) << excess->message;
  return false;
}

Type AttributeReader::readType(const JsonValue &value) {
  if (!value.isString()) {
    return fail(value, "a type as its MLIR text"), Type();
  }
  Type &type = types[value.string];
  if (type)
    return type;
  if (!isWithinLimits(value))
    return {};
  std::string message;
  type = parseQuietly(context, message, [&] { return parseType(value.string, context); });
  if (!type) {
    isBroken = true;
    emitError(locate(value)) << "expected a type, got '" << value.string.substr(0, 200) << "': " << message;
  }
  return type;
}

Attribute AttributeReader::readText(const JsonValue &value, StringRef form) {
  Attribute &attr = attributes[value.string];
  if (attr)
    return attr;
  if (!isWithinLimits(value))
    return {};
  std::string message;
  attr = parseQuietly(context, message, [&] { return parseAttribute(value.string, context); });
  if (!attr) {
    isBroken = true;
    emitError(locate(value)) << "expected " << form << ", got '" << value.string.substr(0, 200) << "': " << message;
  }
  return attr;
}

/// {"file": ..., "offset": ..., "bytes": ..., "type": ...}: a constant whose bytes lie in a file.
Attribute AttributeReader::readElements(const JsonValue &value) {
  auto type = dyn_cast_or_null<RankedTensorType>(readType(value["type"]));
  if (!type || !value["file"].isString() || !value["offset"].isInteger() || !value["bytes"].isInteger()) {
    return fail(value, "a file, an offset, a number of bytes and a tensor type"), Attribute();
  }
  // One range is one attribute, as it was before it was exported.
  std::string key = value["file"].string + '\0' + value["type"].string + '\0' + std::to_string(value["offset"].integer) + '+' +
                    std::to_string(value["bytes"].integer);
  Attribute &attr = elements[key];
  if (attr)
    return attr;
  auto &weights = context->getOrLoadDialect<graph::GraphDialect>()->getWeights();
  auto tensor = weights.read(value["file"].string, value["offset"].integer, value["bytes"].integer, type);
  if (!tensor) {
    isBroken = true;
    emitError(locate(value)) << llvm::toString(tensor.takeError());
    return {};
  }
  return attr = WeightStore::makeAttr(context, *tensor, "weight");
}

Attribute AttributeReader::readAttribute(const JsonValue &value) {
  Builder b(context);
  switch (value.kind) {
  case JsonValue::Kind::null:
    return b.getUnitAttr();
  case JsonValue::Kind::boolean:
    return b.getBoolAttr(value.boolean);
  case JsonValue::Kind::integer:
    return b.getI64IntegerAttr(value.integer);
  case JsonValue::Kind::string:
    return b.getStringAttr(value.string);
  case JsonValue::Kind::array: {
    SmallVector<Attribute> elements;
    for (const JsonValue &element : value.elements) {
      Attribute attr = readAttribute(element);
      if (!attr)
        return {};
      elements.push_back(attr);
    }
    return b.getArrayAttr(elements);
  }
  case JsonValue::Kind::object:
    if (value.members.size() == 1) {
      const std::string &key = value.members.front().first;
      const JsonValue &content = value.members.front().second;
      if (key == "mlir" && content.isString())
        return readText(content, "an attribute");
      if (key == "dictionary")
        return readDictionary(content);
      if (key == "elements")
        return readElements(content);
      if (key == "type") {
        Type type = readType(content);
        return type ? TypeAttr::get(type) : Attribute();
      }
      if (key == "external" && content["file"].isString() && content["offset"].isInteger() && content["bytes"].isInteger()) {
        auto error = [&] { return emitError(locate(content)); };
        Attribute attr = graph::ExternalAttr::getChecked(error, context, StringRef(content["file"].string), content["offset"].integer,
                                                         content["bytes"].integer);
        isBroken |= !attr;
        return attr;
      }
    }
    break;
  case JsonValue::Kind::number:
    break;
  }
  return fail(value, "an attribute"), Attribute();
}

DictionaryAttr AttributeReader::readDictionary(const JsonValue &value) {
  if (!value.isObject()) {
    return fail(value, "an object of attributes"), DictionaryAttr();
  }
  NamedAttrList attributes;
  for (const auto &[name, content] : value.members) {
    if (name.empty())
      return fail(value, "attributes with names"), DictionaryAttr();
    Attribute attr = readAttribute(content);
    if (!attr) {
      isBroken = true;
      return {};
    }
    attributes.append(name, attr);
  }
  return attributes.getDictionary(context);
}

Location AttributeReader::readLocation(const JsonValue &value) {
  if (value.isNull())
    return UnknownLoc::get(context);
  const JsonValue &name = value["name"], &file = value["file"], &fused = value["fused"], &other = value["mlir"];
  if (name.isString())
    return NameLoc::get(StringAttr::get(context, name.string), readLocation(value["child"]));
  if (file.isString() && value["line"].isInteger() && value["column"].isInteger())
    return FileLineColLoc::get(context, file.string, static_cast<unsigned>(value["line"].integer),
                               static_cast<unsigned>(value["column"].integer));
  if (fused.isArray()) {
    SmallVector<Location> parts;
    for (const JsonValue &part : fused.elements)
      parts.push_back(readLocation(part));
    return FusedLoc::get(context, parts);
  }
  if (other.isString())
    if (Attribute attr = readText(other, "a location"))
      if (auto loc = dyn_cast<LocationAttr>(attr))
        return loc;
  if (!isBroken)
    fail(value, "a location");
  return UnknownLoc::get(context);
}
