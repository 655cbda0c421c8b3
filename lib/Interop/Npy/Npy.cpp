//===- Npy.cpp - one tensor in numpy's format -----------------------------===//
#include "graph-opt/Interop/Npy.h"
#include "Interop/Bytes.h"
#include "graph-opt/Interop/Archive.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {
constexpr StringRef magic = "\x93NUMPY";
constexpr int64_t maxRank = 32;

/// The header, a Python dict literal, e.g. {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
struct Header {
  StringRef descr;
  bool isFortran = false;
  SmallVector<int64_t> shape;
};

/// Reads exactly the literals that numpy writes; nothing is evaluated.
class HeaderParser {
public:
  HeaderParser(StringRef text) : rest(text) {}

  /// Null where all is well, else what was expected.
  const char *parse(Header &header) {
    if (!take("{"))
      return "a dict";
    bool seen[3] = {};
    while (!take("}")) {
      StringRef key;
      if (!takeString(key) || !take(":"))
        return "a quoted key and a colon";
      int index = key == "descr" ? 0 : key == "fortran_order" ? 1 : key == "shape" ? 2 : -1;
      if (index < 0 || seen[index])
        return "the keys 'descr', 'fortran_order' and 'shape', once each";
      seen[index] = true;
      if (index == 0 && !takeString(header.descr))
        return "one dtype in quotes (structured dtypes are not supported)";
      if (index == 1 && !(header.isFortran = take("True")) && !take("False"))
        return "True or False for 'fortran_order'";
      if (index == 2 && !takeShape(header.shape))
        return "a tuple of at most 32 sizes for 'shape'";
      if (!take(",") && !rest.ltrim().starts_with("}"))
        return "a comma or the end of the dict";
    }
    if (!rest.trim().empty())
      return "nothing after the dict";
    return seen[0] && seen[1] && seen[2] ? nullptr : "the keys 'descr', 'fortran_order' and 'shape'";
  }

private:
  bool take(StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }
  bool takeString(StringRef &value) {
    rest = rest.ltrim();
    if (rest.empty() || (rest[0] != '\'' && rest[0] != '"'))
      return false;
    size_t end = rest.find(rest[0], 1);
    if (end == StringRef::npos)
      return false;
    value = rest.slice(1, end);
    rest = rest.drop_front(end + 1);
    return true;
  }
  bool takeShape(SmallVector<int64_t> &shape) {
    if (!take("("))
      return false;
    while (!take(")")) {
      int64_t size;
      rest = rest.ltrim();
      if (rest.consumeInteger(10, size) || size < 0 || static_cast<int64_t>(shape.size()) == maxRank)
        return false;
      rest.consume_front("L"); // Python 2
      shape.push_back(size);
      if (!take(",") && !rest.ltrim().starts_with(")"))
        return false;
    }
    return true;
  }
  StringRef rest;
};

Type parseDescr(StringRef descr, MLIRContext *context) {
  Builder b(context);
  if (descr == "|b1" || descr == "?")
    return b.getI1Type();
  if (descr.size() != 3 || (descr[0] != '<' && descr[0] != '|' && descr[0] != '='))
    return nullptr;
  if (descr[0] == '|' && descr[2] != '1')
    return nullptr;
  unsigned bytes = descr[2] - '0';
  bool isIntegerSize = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  if (descr[1] == 'f')
    return bytes == 2 ? Type(b.getF16Type()) : bytes == 4 ? Type(b.getF32Type()) : bytes == 8 ? Type(b.getF64Type()) : nullptr;
  if (descr[1] == 'i' && isIntegerSize)
    return b.getIntegerType(bytes * 8);
  if (descr[1] == 'u' && isIntegerSize)
    return b.getIntegerType(bytes * 8, /*isSigned=*/false);
  return nullptr;
}

std::string getDescr(Type type) {
  if (type.isInteger(1))
    return "|b1";
  int64_t bytes = TensorValue::getElementSize(type);
  char kind = isa<FloatType>(type) ? 'f' : type.isUnsignedInteger() ? 'u' : 'i';
  return (Twine(bytes == 1 ? "|" : "<") + Twine(kind) + Twine(bytes)).str();
}

/// Copies column-major elements into row-major order.
template <typename T> void fromFortran(const char *source, T *target, ArrayRef<int64_t> shape, int64_t count) {
  SmallVector<int64_t> strides(shape.size()), index(shape.size());
  int64_t stride = 1, offset = 0;
  for (size_t i = 0; i < shape.size(); stride *= shape[i++])
    strides[i] = stride;
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(&target[i], source + offset * static_cast<int64_t>(sizeof(T)), sizeof(T));
    for (size_t axis = shape.size(); axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] < shape[axis])
        break;
      offset -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}
} // namespace

Expected<TensorValue> graphopt::parseNpy(StringRef bytes, std::shared_ptr<const void> owner, StringRef label, MLIRContext *context) {
  if (!bytes.starts_with(magic) || bytes.size() < 10)
    return fileError(label, "expected an .npy file");
  unsigned version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3)
    return fileError(label, "expected .npy version 1, 2 or 3, got " + Twine(version));
  uint64_t start = version == 1 ? 10 : 12;
  if (bytes.size() < start)
    return fileError(label, "expected a header");
  uint64_t length = version == 1 ? readLittle<uint16_t>(bytes, 8) : readLittle<uint32_t>(bytes, 8);
  if (!inRange(start, length, bytes.size()))
    return fileError(label, "expected a header of " + Twine(length) + " bytes, got " + Twine(bytes.size() - start));
  Header header;
  if (const char *expected = HeaderParser(bytes.substr(start, length)).parse(header))
    return fileError(label, Twine("expected in the header ") + expected);
  Type type = parseDescr(header.descr, context);
  if (!type)
    return fileError(label, "expected little-endian floats, integers or bools, got dtype '" + header.descr + "'");
  StringRef data = bytes.drop_front(start + length);
  std::optional<int64_t> count = checkedNumElements(header.shape);
  uint64_t elementSize = TensorValue::getElementSize(type);
  if (!count || static_cast<uint64_t>(*count) > data.size() / elementSize || *count * elementSize != data.size())
    return fileError(label, "expected " + (count ? Twine(*count) : Twine("too many")) + " elements of " + Twine(elementSize) +
                                " bytes, got " + Twine(data.size()) + " bytes");
  if (type.isInteger(1) && !llvm::all_of(data, [](char c) { return c == 0 || c == 1; }))
    return fileError(label, "expected bools of 0 or 1");

  bool isColumnMajor = header.isFortran && llvm::count_if(header.shape, [](int64_t size) { return size != 1; }) > 1;
  bool isAligned = reinterpret_cast<uintptr_t>(data.data()) % elementSize == 0;
  if (!isColumnMajor && isAligned && owner)
    return TensorValue(type, header.shape, data.data(), owner);
  TensorValue value(type, header.shape);
  if (!isColumnMajor) {
    std::memcpy(value.getMutableRaw(), data.data(), data.size());
    return value;
  }
  visitElementType(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    fromFortran<T>(data.data(), value.getMutable<T>().data(), header.shape, *count);
  });
  return value;
}

Expected<TensorValue> graphopt::readNpy(StringRef path, MLIRContext *context) {
  Expected<std::shared_ptr<llvm::MemoryBuffer>> file = mapFile(path);
  if (!file)
    return file.takeError();
  return parseNpy((*file)->getBuffer(), *file, path, context);
}

void graphopt::printNpy(llvm::raw_ostream &os, const TensorValue &original) {
  TensorValue value = toNpyType(original);
  std::string header = "{'descr': '" + getDescr(value.getElementType()) + "', 'fortran_order': False, 'shape': (";
  for (int64_t size : value.getShape())
    header += std::to_string(size) + (value.getRank() == 1 ? "," : ", ");
  if (value.getRank() > 1)
    header.resize(header.size() - 2);
  header += "), }";
  // numpy pads with spaces, and ends the header with a line feed. A rank of 32 fits a version 1 header.
  size_t total = llvm::alignTo(10 + header.size() + 1, 64);
  header.append(total - 11 - header.size(), ' ');
  header += '\n';
  char length[2] = {static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  os << magic << '\1' << '\0' << StringRef(length, 2) << header << StringRef(value.getRaw(), value.getByteSize());
}

llvm::Error graphopt::writeNpy(StringRef path, const TensorValue &value) {
  return llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
    printNpy(os, value);
    return llvm::Error::success();
  });
}

TensorValue graphopt::toNpyType(const TensorValue &value) {
  if (!value.getElementType().isBF16())
    return value;
  TensorValue wide(Float32Type::get(value.getElementType().getContext()), value.getShape());
  llvm::copy(value.get<BFloat16>(), wide.getMutable<float>().begin());
  return wide;
}

TensorValue graphopt::fromFloat32(const TensorValue &value) {
  TensorValue narrow(BFloat16Type::get(value.getElementType().getContext()), value.getShape());
  llvm::copy(value.get<float>(), narrow.getMutable<BFloat16>().begin());
  return narrow;
}
