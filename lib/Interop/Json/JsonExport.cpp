//===- JsonExport.cpp - modules to JSON -----------------------------------===//
//
// One op a line, so that files can be compared by line.
//
//===----------------------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interop/Json.h"
#include "graph-opt/Interop/Safetensors.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// An importer takes a nesting of 512, and a region costs five levels.
constexpr unsigned maxRegionDepth = 80;
constexpr unsigned maxAttributeDepth = 16;

class Exporter {
public:
  Exporter(llvm::raw_ostream &os, const JsonExportOptions &options) : os(os), options(options) {}

  /// Writes the weights file, so that references to it are known.
  LogicalResult writeWeights(ModuleOp module);
  LogicalResult writeModule(ModuleOp module);

private:
  LogicalResult writeOp(Operation *op, unsigned depth);
  LogicalResult writeRegion(Region &region, unsigned depth);
  void writeAttribute(Attribute attr, unsigned depth = 0);
  void writeDictionary(DictionaryAttr dictionary, unsigned depth);
  void writeReference(StringRef key, StringRef file, int64_t offset, int64_t bytes, Type type = {});
  void writeLocation(Location loc, unsigned depth = 0);
  void writeString(StringRef text) { os << llvm::json::Value(text); }
  void writeText(StringRef key, StringRef text) {
    os << "{\"" << key << "\":";
    writeString(text);
    os << '}';
  }
  template <typename T> void writeType(T type) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    writeString(text);
  }
  template <typename Range, typename Fn> void writeList(StringRef open, const Range &range, StringRef close, Fn &&each) {
    os << open;
    llvm::interleave(range, os, each, ",");
    os << close;
  }

  llvm::raw_ostream &os;
  const JsonExportOptions &options;
  DenseMap<Value, uint64_t> numbers;
  DenseMap<Block *, unsigned> blockNumbers;
  DenseMap<Attribute, TensorRange> written;
  std::string weightsName;
  llvm::Error errors = llvm::Error::success();
  RankedTensorType weightType; ///< of the parameter that is being written
};

/// Whether the bytes of an attribute go to the weights file.
bool isLarge(Attribute attr) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    return resource.getRawHandle().getBlob() && static_cast<int64_t>(resource.getData().size()) > WeightStore::maxInlineBytes;
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  return dense && !dense.isSplat() && static_cast<int64_t>(dense.getRawData().size()) > WeightStore::maxInlineBytes;
}

/// All attributes of an op, inherent and not.
void visitAttributes(Operation *op, function_ref<void(Attribute)> visit) {
  if (auto properties = dyn_cast_or_null<DictionaryAttr>(op->getPropertiesAsAttribute()))
    for (NamedAttribute attr : properties)
      visit(attr.getValue());
  for (NamedAttribute attr : op->getDiscardableAttrs())
    visit(attr.getValue());
}
} // namespace

LogicalResult Exporter::writeWeights(ModuleOp module) {
  std::vector<NamedTensor> tensors;
  SmallVector<Attribute> attributes;
  int64_t bytes = 0;
  WalkResult result = module->walk([&](Operation *op) {
    bool isGood = true;
    visitAttributes(op, [&](Attribute attr) {
      if (!isLarge(attr) || !written.try_emplace(attr).second)
        return;
      auto elements = cast<ElementsAttr>(attr);
      auto value = WeightStore::get(attr, cast<RankedTensorType>(elements.getShapedType()));
      if (!value) {
        op->emitOpError() << llvm::toString(value.takeError());
        isGood = false;
        return;
      }
      StringAttr symbol = op->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
      tensors.push_back({symbol ? symbol.str() : "constant" + std::to_string(tensors.size()), *value});
      attributes.push_back(attr);
      bytes += value->getByteSize();
    });
    return isGood ? WalkResult::advance() : WalkResult::interrupt();
  });
  if (result.wasInterrupted())
    return failure();
  if (tensors.empty() || options.inlineWeights)
    return success();
  if (options.weightsFile.empty())
    return module->emitError() << "expected a weights file for " << tensors.size() << " constants of " << bytes << " bytes";
  auto ranges = writeSafetensors(options.weightsFile, tensors);
  if (!ranges)
    return module->emitError() << llvm::toString(ranges.takeError());
  for (auto [attr, range] : llvm::zip(attributes, *ranges))
    written[attr] = range;
  weightsName = llvm::sys::path::filename(options.weightsFile).str();
  return success();
}

LogicalResult Exporter::writeModule(ModuleOp module) {
  os << "{\"format\":\"graph-opt\",\"version\":1,\"module\":\n";
  LogicalResult result = writeOp(module, 0);
  if (errors)
    return module->emitError() << llvm::toString(std::move(errors));
  if (failed(result))
    return failure();
  os << "}\n";
  return success();
}

LogicalResult Exporter::writeOp(Operation *op, unsigned depth) {
  if (depth > maxRegionDepth)
    return op->emitOpError() << "expected nesting of at most " << maxRegionDepth << " regions";
  os << "{\"op\":";
  writeString(op->getName().getStringRef());
  if (op->getNumOperands())
    writeList(",\"operands\":[", op->getOperands(), "]", [&](Value operand) {
      // A value that is used before its place in the text gets its number here.
      os << numbers.try_emplace(operand, numbers.size()).first->second;
    });
  if (op->getNumResults())
    writeList(",\"results\":[", op->getResults(), "]", [&](Value result) {
      os << "{\"value\":" << numbers.try_emplace(result, numbers.size()).first->second << ",\"type\":";
      writeType(result.getType());
      os << '}';
    });
  if (auto properties = dyn_cast_or_null<DictionaryAttr>(op->getPropertiesAsAttribute()); properties && !properties.empty()) {
    auto type = properties.getAs<TypeAttr>("type");
    weightType = type ? dyn_cast<RankedTensorType>(type.getValue()) : RankedTensorType();
    os << ",\"properties\":";
    writeDictionary(properties, 0);
  }
  if (!op->getDiscardableAttrs().empty()) {
    os << ",\"attributes\":";
    writeDictionary(op->getDiscardableAttrDictionary(), 0);
  }
  if (op->getNumSuccessors())
    writeList(",\"successors\":[", op->getSuccessors(), "]", [&](Block *block) { os << blockNumbers.lookup(block); });
  if (!isa<UnknownLoc>(op->getLoc())) {
    os << ",\"location\":";
    writeLocation(op->getLoc());
  }
  if (op->getNumRegions()) {
    os << ",\"regions\":[";
    for (Region &region : op->getRegions()) {
      if (region.getRegionNumber() != 0)
        os << ',';
      if (failed(writeRegion(region, depth + 1)))
        return failure();
    }
    os << ']';
  }
  os << '}';
  return success();
}

LogicalResult Exporter::writeRegion(Region &region, unsigned depth) {
  unsigned number = 0;
  for (Block &block : region)
    blockNumbers[&block] = number++;
  os << '[';
  for (Block &block : region) {
    os << (block.isEntryBlock() ? "{" : ",{");
    if (block.getNumArguments()) {
      writeList("\"arguments\":[", block.getArguments(), "],", [&](BlockArgument argument) {
        os << "{\"value\":" << numbers.try_emplace(argument, numbers.size()).first->second << ",\"type\":";
        writeType(argument.getType());
        if (!isa<UnknownLoc>(argument.getLoc())) {
          os << ",\"location\":";
          writeLocation(argument.getLoc());
        }
        os << '}';
      });
    }
    os << "\"operations\":[";
    for (Operation &op : block) {
      os << (&op == &block.front() ? "\n" : ",\n");
      if (failed(writeOp(&op, depth)))
        return failure();
    }
    os << "\n]}";
  }
  os << ']';
  return success();
}

void Exporter::writeDictionary(DictionaryAttr dictionary, unsigned depth) {
  writeList("{", dictionary, "}", [&](NamedAttribute attr) {
    writeString(attr.getName());
    os << ':';
    writeAttribute(attr.getValue(), depth + 1);
  });
}

void Exporter::writeReference(StringRef key, StringRef file, int64_t offset, int64_t bytes, Type type) {
  os << "{\"" << key << "\":{\"file\":";
  writeString(file);
  os << ",\"offset\":" << offset << ",\"bytes\":" << bytes;
  if (type) {
    os << ",\"type\":";
    writeType(type);
  }
  os << "}}";
}

void Exporter::writeAttribute(Attribute attr, unsigned depth) {
  if (auto truth = dyn_cast<BoolAttr>(attr)) {
    os << (truth.getValue() ? "true" : "false");
    return;
  }
  if (isa<UnitAttr>(attr)) {
    os << "null";
    return;
  }
  if (auto integer = dyn_cast<IntegerAttr>(attr); integer && integer.getType().isSignlessInteger(64)) {
    os << integer.getInt();
    return;
  }
  if (auto string = dyn_cast<StringAttr>(attr); string && isa<NoneType>(string.getType()) && llvm::json::isUTF8(string.getValue()))
    return writeString(string.getValue());
  if (auto array = dyn_cast<ArrayAttr>(attr); array && depth < maxAttributeDepth)
    return writeList("[", array, "]", [&](Attribute element) { writeAttribute(element, depth + 1); });
  if (auto dictionary = dyn_cast<DictionaryAttr>(attr); dictionary && depth < maxAttributeDepth) {
    os << "{\"dictionary\":";
    writeDictionary(dictionary, depth + 1);
    os << '}';
    return;
  }
  if (auto type = dyn_cast<TypeAttr>(attr)) {
    os << "{\"type\":";
    writeType(type.getValue());
    os << '}';
    return;
  }
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (auto external = dyn_cast<graph::ExternalAttr>(attr); external && !options.inlineWeights && llvm::json::isUTF8(external.getFile()))
    return writeReference("external", external.getFile(), external.getOffset(), external.getBytes());
  if (auto it = written.find(attr); it != written.end() && !options.inlineWeights)
    return writeReference("elements", weightsName, it->second.offset, it->second.bytes, cast<ElementsAttr>(attr).getShapedType());
  if (isa<DenseResourceElementsAttr, graph::ExternalAttr>(attr)) {
    auto elements = dyn_cast<ElementsAttr>(attr);
    auto type = elements ? dyn_cast<RankedTensorType>(elements.getShapedType()) : weightType;
    auto value = type ? WeightStore::get(attr, type) : llvm::createStringError("expected a tensor type for " + text);
    if (value)
      attr = value->toDenseAttr();
    else
      errors = llvm::joinErrors(std::move(errors), value.takeError());
  }
  stream << attr;
  writeText("mlir", text);
}

void Exporter::writeLocation(Location loc, unsigned depth) {
  if (auto name = dyn_cast<NameLoc>(loc); name && llvm::json::isUTF8(name.getName()) && depth < maxAttributeDepth) {
    os << "{\"name\":";
    writeString(name.getName());
    if (!isa<UnknownLoc>(name.getChildLoc())) {
      os << ",\"child\":";
      writeLocation(name.getChildLoc(), depth + 1);
    }
    os << '}';
    return;
  }
  if (auto file = dyn_cast<FileLineColLoc>(loc); file && llvm::json::isUTF8(file.getFilename())) {
    os << "{\"file\":";
    writeString(file.getFilename());
    os << ",\"line\":" << file.getLine() << ",\"column\":" << file.getColumn() << '}';
    return;
  }
  if (auto fused = dyn_cast<FusedLoc>(loc); fused && !fused.getMetadata() && depth < maxAttributeDepth)
    return writeList("{\"fused\":[", fused.getLocations(), "]}", [&](Location part) { writeLocation(part, depth + 1); });
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << loc;
  writeText("mlir", text);
}

LogicalResult graphopt::exportJson(ModuleOp module, llvm::raw_ostream &os, const JsonExportOptions &options) {
  Exporter exporter(os, options);
  return failure(failed(exporter.writeWeights(module)) || failed(exporter.writeModule(module)));
}
