//===- Pt2Archive.cpp - the files inside a .pt2 ---------------------------===//
#include "Interop/Pt2/Pt2Archive.h"
#include "Interop/Bytes.h"
#include "Interop/Pt2/Expression.h"
#include "Interop/StridedWeight.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace graphopt;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {
constexpr int64_t schemaMajor = 8;
constexpr int64_t stridedLayout = 7;
constexpr size_t maxRank = 64;
} // namespace

Type graphopt::pt2ElementType(int64_t code, MLIRContext *context) {
  Builder b(context);
  switch (code) {
  case 1:
    return b.getIntegerType(8, /*isSigned=*/false);
  case 2:
    return b.getIntegerType(8);
  case 3:
    return b.getIntegerType(16);
  case 4:
    return b.getIntegerType(32);
  case 5:
    return b.getIntegerType(64);
  case 6:
    return b.getF16Type();
  case 7:
    return b.getF32Type();
  case 8:
    return b.getF64Type();
  case 12:
    return b.getI1Type();
  case 13:
    return b.getBF16Type();
  case 28:
    return b.getIntegerType(16, /*isSigned=*/false);
  case 34:
    return b.getIntegerType(32, /*isSigned=*/false);
  case 35:
    return b.getIntegerType(64, /*isSigned=*/false);
  default:
    return nullptr; // complex and 8-bit floats
  }
}

RankedTensorType graphopt::pt2TensorType(const JsonValue &meta, MLIRContext *context, Refusal &refusal) {
  const JsonValue &dtype = meta["dtype"], &sizes = meta["sizes"], &layout = meta["layout"];
  Type elementType = dtype.isInteger() ? pt2ElementType(dtype.integer, context) : Type();
  if (!elementType) {
    refusal = {"expected a supported dtype, got code " + dtype.describe(), /*isUnsupported=*/true};
    return {};
  }
  if (layout.isInteger() && layout.integer != stridedLayout) {
    refusal = {"expected a strided tensor, got layout " + layout.describe(), /*isUnsupported=*/true};
    return {};
  }
  SmallVector<int64_t> shape;
  for (const JsonValue &size : sizes.elements) {
    const JsonValue &number = size["as_int"];
    bool isSymbolic = size["as_expr"].isObject();
    if (shape.size() == maxRank || (!isSymbolic && (!number.isInteger() || number.integer < 0))) {
      refusal.message = "expected at most " + std::to_string(maxRank) + " sizes of at least 0";
      return {};
    }
    shape.push_back(isSymbolic ? ShapedType::kDynamic : number.integer);
  }
  if (!sizes.isArray()) {
    refusal.message = "expected sizes, got " + sizes.describe();
    return {};
  }
  return RankedTensorType::get(shape, elementType);
}

Expected<JsonDocument> Pt2Archive::parseEntry(StringRef name) const {
  const Archive::Entry *entry = archive->find((root + name).str());
  if (!entry)
    return fileError(archive->getLabel(), "expected an entry '" + root + name + "'");
  std::string label = (archive->getLabel() + "!" + entry->name).str();
  if (entry->size > limits.json) // a deflated entry may be a thousand times as long as the file
    return limitError(label + ": " + limits.exceeded(&Limits::json, Twine(entry->size)));
  Expected<Archive::Bytes> bytes = archive->getBytes(*entry);
  if (!bytes)
    return bytes.takeError();
  return JsonDocument::parse(bytes->data, label, limits);
}

Expected<Pt2Archive> Pt2Archive::open(StringRef path, MLIRContext *context, const Limits &limits) {
  Pt2Archive result;
  result.context = context;
  result.limits = limits;
  Expected<Archive> archive = Archive::open(path, limits);
  if (!archive)
    return archive.takeError();
  result.archive = std::move(*archive);

  // The root folder is named as the file was when it was written.
  StringRef modelName;
  for (const Archive::Entry &entry : result.archive->getEntries()) {
    auto [root, rest] = StringRef(entry.name).split('/');
    if (!rest.starts_with("models/") || !rest.ends_with(".json"))
      continue;
    if (!modelName.empty())
      return fileError(path, "expected one model, got '" + modelName + "' and '" + rest + "'");
    modelName = rest;
    result.root = (root + "/").str();
  }
  if (modelName.empty())
    return fileError(path, "expected a torch.export archive, got no entry 'models/*.json'");
  auto expectText = [&](StringRef name, StringRef expected) -> llvm::Error {
    const Archive::Entry *entry = result.archive->find((result.root + name).str());
    if (!entry)
      return fileError(path, "expected an entry '" + result.root + name + "'");
    Expected<Archive::Bytes> bytes = result.archive->getBytes(*entry);
    if (!bytes)
      return bytes.takeError();
    if (bytes->data.trim() != expected)
      return fileError(path, "expected '" + expected + "' in '" + entry->name + "', got '" + bytes->data.take_front(40) + "'");
    return llvm::Error::success();
  };
  if (llvm::Error error = expectText("archive_format", "pt2"))
    return std::move(error);
  if (llvm::Error error = expectText("byteorder", "little"))
    return std::move(error);

  Expected<JsonDocument> model = result.parseEntry(modelName);
  if (!model)
    return model.takeError();
  result.model = std::move(*model);
  result.modelLabel = (path + "!" + result.root + modelName).str();
  const JsonValue &major = result.getModel()["schema_version"]["major"];
  if (!major.isInteger() || major.integer != schemaMajor)
    return fileError(result.modelLabel, "expected schema version " + Twine(schemaMajor) + ", got " + major.describe());
  if (llvm::Error error = checkExpressions(result.getModel()["graph_module"]["graph"])) {
    auto [message, isLimit] = describeError(std::move(error));
    return isLimit ? limitError(result.modelLabel + ": " + message) : fileError(result.modelLabel, message);
  }

  // "model.json" has its tables in data/*/model_*_config.json.
  StringRef stem = modelName.drop_front(strlen("models/")).drop_back(strlen(".json"));
  Expected<JsonDocument> weights = result.parseEntry(("data/weights/" + stem + "_weights_config.json").str());
  if (!weights)
    return weights.takeError();
  result.weights = std::move(*weights);
  Expected<JsonDocument> constants = result.parseEntry(("data/constants/" + stem + "_constants_config.json").str());
  if (!constants)
    return constants.takeError();
  result.constants = std::move(*constants);
  return result;
}

Expected<Attribute> Pt2Archive::getWeight(StringRef name, RankedTensorType type, StringRef weightsName) const {
  auto fail = [&](const Twine &message) { return fileError(archive->getLabel(), "weight '" + name + "': " + message); };
  StringRef folder = "data/weights/";
  const JsonValue *payload = weights->getRoot()["config"].find(name);
  if (!payload) {
    folder = "data/constants/";
    payload = constants->getRoot()["config"].find(name);
  }
  if (!payload)
    return fail("expected it in the tables of weights and constants");
  if ((*payload)["use_pickle"].boolean)
    return fail("pickled values are refused: they can run code");
  const JsonValue &meta = (*payload)["tensor_meta"];
  Refusal refusal;
  RankedTensorType stored = pt2TensorType(meta, context, refusal);
  if (!stored)
    return fail(refusal.message);
  if (stored != type || !type.hasStaticShape()) {
    std::string types;
    llvm::raw_string_ostream(types) << "expected " << type << ", got " << stored;
    return fail(types);
  }
  const Archive::Entry *entry = archive->find((root + folder + (*payload)["path_name"].getString()).str());
  if (!entry)
    return fail("expected an entry '" + root + folder + (*payload)["path_name"].getString() + "'");

  StridedWeight weight = {name, type, -1, {}};
  if (const JsonValue &offset = meta["storage_offset"]["as_int"]; offset.isInteger())
    weight.offset = offset.integer;
  for (const JsonValue &stride : meta["strides"].elements)
    weight.strides.push_back(stride["as_int"].isInteger() ? stride["as_int"].integer : -1);
  return readStridedWeight(*archive, *entry, weight, weightsName, limits, copied);
}
