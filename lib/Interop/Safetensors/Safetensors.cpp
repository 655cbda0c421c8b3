//===- Safetensors.cpp - reading and writing weights ----------------------===//
#include "graph-opt/Interop/Safetensors.h"
#include "Interop/Bytes.h"
#include "Interop/JsonDocument.h"
#include "graph-opt/Interop/Archive.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace graphopt;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {
constexpr uint64_t maxHeaderBytes = 100'000'000; // the format's own limit

struct Dtype {
  StringRef name;
  char kind; // f, b (bfloat16), i, u
  unsigned bits;
};
constexpr Dtype dtypes[] = {{"F64", 'f', 64}, {"F32", 'f', 32}, {"F16", 'f', 16}, {"BF16", 'b', 16}, {"I64", 'i', 64},
                            {"I32", 'i', 32}, {"I16", 'i', 16}, {"I8", 'i', 8},   {"U64", 'u', 64},  {"U32", 'u', 32},
                            {"U16", 'u', 16}, {"U8", 'u', 8},   {"BOOL", 'i', 1}};

Type makeType(const Dtype &dtype, MLIRContext *context) {
  Builder b(context);
  if (dtype.kind == 'b')
    return b.getBF16Type();
  if (dtype.kind == 'f')
    return dtype.bits == 64 ? Type(b.getF64Type()) : dtype.bits == 32 ? Type(b.getF32Type()) : Type(b.getF16Type());
  return dtype.kind == 'u' ? b.getIntegerType(dtype.bits, /*isSigned=*/false) : b.getIntegerType(dtype.bits);
}

Type findType(StringRef name, MLIRContext *context) {
  for (const Dtype &dtype : dtypes)
    if (dtype.name == name)
      return makeType(dtype, context);
  return nullptr;
}

StringRef findName(Type type) {
  for (const Dtype &dtype : dtypes)
    if (makeType(dtype, type.getContext()) == type)
      return dtype.name;
  return {};
}
} // namespace

Expected<SafetensorsFile> SafetensorsFile::open(StringRef path, MLIRContext *context) {
  Expected<std::shared_ptr<llvm::MemoryBuffer>> mapped = mapFile(path);
  if (!mapped)
    return mapped.takeError();
  StringRef bytes = (*mapped)->getBuffer();
  uint64_t length = bytes.size() < 8 ? 0 : readLittle<uint64_t>(bytes, 0);
  if (length < 2 || length > maxHeaderBytes || length > bytes.size() - 8)
    return fileError(path,
                     "expected a safetensors header of 2 to " + Twine(maxHeaderBytes) + " bytes inside the file, got " + Twine(length));
  Expected<JsonDocument> header = JsonDocument::parse(bytes.substr(8, length), path);
  if (!header)
    return header.takeError();
  if (!header->getRoot().isObject())
    return fileError(path, "expected an object as header, got " + header->getRoot().describe());

  SafetensorsFile result;
  result.file = *mapped;
  uint64_t start = 8 + length, payload = bytes.size() - start;
  for (const JsonValue::Member &member : header->getRoot().members) {
    const std::string &name = member.first;
    const JsonValue &value = member.second;
    if (name == "__metadata__") {
      for (const auto &[key, text] : value.members)
        result.metadata.push_back({key, text.string});
      continue;
    }
    auto fail = [&](const Twine &message) { return fileError(path, "tensor '" + Twine(name) + "': " + message); };
    const JsonValue &dtype = value["dtype"], &shape = value["shape"], &offsets = value["data_offsets"];
    Type type = findType(dtype.string, context);
    if (!type)
      return fail("expected a supported dtype, got " + dtype.describe());
    SmallVector<int64_t> sizes;
    for (const JsonValue &size : shape.elements) {
      if (!size.isInteger() || size.integer < 0 || sizes.size() == 64)
        return fail("expected at most 64 sizes of at least 0");
      sizes.push_back(size.integer);
    }
    if (!shape.isArray() || offsets.elements.size() != 2 || !llvm::all_of(offsets.elements, [](auto &v) { return v.isInteger(); }))
      return fail("expected a shape and two data offsets");
    uint64_t begin = offsets.elements[0].integer, end = offsets.elements[1].integer;
    if (begin > end || end > payload)
      return fail("expected data offsets in [0, " + Twine(payload) + "], got " + Twine(begin) + " and " + Twine(end));
    std::optional<int64_t> count = checkedNumElements(sizes);
    uint64_t elementSize = TensorValue::getElementSize(type);
    if (!count || static_cast<uint64_t>(*count) > payload / elementSize || *count * elementSize != end - begin)
      return fail("expected as many bytes as its shape has, got " + Twine(end - begin));
    if (type.isInteger(1) && !llvm::all_of(bytes.substr(start + begin, end - begin), [](char c) { return c == 0 || c == 1; }))
      return fail("expected bools of 0 or 1");
    result.entries.push_back(
        {name, RankedTensorType::get(sizes, type), static_cast<int64_t>(start + begin), static_cast<int64_t>(end - begin)});
  }
  llvm::sort(result.entries,
             [](const Entry &a, const Entry &b) { return std::tie(a.offset, a.bytes, a.name) < std::tie(b.offset, b.bytes, b.name); });
  int64_t position = static_cast<int64_t>(start);
  for (size_t i = 0; i < result.entries.size(); position += result.entries[i++].bytes) {
    const Entry &entry = result.entries[i];
    if (entry.offset != position)
      return fileError(path, "tensor '" + entry.name + "': expected its data at byte " + Twine(position) +
                                 ", with neither gap nor overlap, got " + Twine(entry.offset));
    result.byName[entry.name] = i;
  }
  if (position != static_cast<int64_t>(bytes.size()))
    return fileError(path, "expected the tensors to fill the file, got " + Twine(bytes.size() - position) + " bytes after them");
  return result;
}

const SafetensorsFile::Entry *SafetensorsFile::find(StringRef name) const {
  auto it = byName.find(name);
  return it == byName.end() ? nullptr : &entries[it->second];
}

TensorValue SafetensorsFile::read(const Entry &entry) const {
  const char *data = file->getBufferStart() + entry.offset;
  Type type = entry.type.getElementType();
  if (reinterpret_cast<uintptr_t>(data) % TensorValue::getElementSize(type) == 0)
    return TensorValue(type, entry.type.getShape(), data, file);
  TensorValue value(type, entry.type.getShape());
  std::memcpy(value.getMutableRaw(), data, entry.bytes);
  return value;
}

Expected<std::vector<TensorRange>> graphopt::writeSafetensors(StringRef path, ArrayRef<NamedTensor> tensors) {
  std::string header;
  llvm::raw_string_ostream os(header);
  std::vector<TensorRange> ranges;
  llvm::StringMap<size_t> names;
  int64_t position = 0;
  os << '{';
  for (const NamedTensor &tensor : tensors) {
    StringRef dtype = findName(tensor.value.getElementType());
    if (dtype.empty())
      return fileError(path, "tensor '" + tensor.name + "': safetensors has no such element type");
    if (!names.try_emplace(tensor.name, ranges.size()).second || tensor.name == "__metadata__")
      return fileError(path, "tensor name '" + tensor.name + "' occurs twice or is reserved");
    if (!llvm::json::isUTF8(tensor.name))
      return fileError(path, "expected tensor names in UTF-8");
    int64_t bytes = tensor.value.getByteSize();
    os << (ranges.empty() ? "" : ",") << llvm::json::Value(tensor.name) << ":{\"dtype\":\"" << dtype << "\",\"shape\":[";
    llvm::interleave(tensor.value.getShape(), os, ",");
    os << "],\"data_offsets\":[" << position << ',' << position + bytes << "]}";
    ranges.push_back({position, bytes});
    position += bytes;
  }
  os << '}';
  header.append(llvm::alignTo(8 + header.size(), 64) - 8 - header.size(), ' ');
  if (header.size() > maxHeaderBytes)
    return fileError(path, "expected a header of at most " + Twine(maxHeaderBytes) + " bytes");
  for (TensorRange &range : ranges)
    range.offset += static_cast<int64_t>(8 + header.size());
  llvm::Error error = llvm::writeToOutput(path, [&](llvm::raw_ostream &out) {
    char length[8];
    llvm::support::endian::write<uint64_t, llvm::endianness::little>(length, header.size());
    out << StringRef(length, 8) << header;
    for (const NamedTensor &tensor : tensors)
      out << StringRef(tensor.value.getRaw(), tensor.value.getByteSize());
    return llvm::Error::success();
  });
  if (error)
    return std::move(error);
  return ranges;
}
