//===- Input.cpp ----------------------------------------------------------===//
#include "Driver/Input.h"
#include "Interop/JsonDocument.h"
#include "Interop/Onnx/Model.h"
#include "Interop/TextLimits.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace graphopt;

StringRef graphopt::getFormatName(Format format) {
  switch (format) {
  case Format::mlirText:
    return "MLIR text";
  case Format::bytecode:
    return "MLIR bytecode";
  case Format::json:
    return "JSON";
  case Format::pt2:
    return "a torch.export archive (.pt2)";
  case Format::onnx:
    return "an ONNX model";
  case Format::torchScript:
    return "a TorchScript archive (.pt)";
  case Format::archive:
    return "a zip archive";
  case Format::empty:
    return "an empty file";
  case Format::binary:
    return "binary data";
  }
  llvm_unreachable("unknown format");
}

Format graphopt::recogniseFormat(StringRef bytes) {
  if (bytes.starts_with("ML\xefR"))
    return Format::bytecode;
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) {
    // The names of members stand in the directory at the end.
    StringRef end = bytes.take_back(1 << 20);
    if (end.contains("/archive_format") || end.contains("/models/model.json"))
      return Format::pt2;
    return end.contains("/data.pkl") ? Format::torchScript : Format::archive;
  }
  if (onnx::isOnnxModel(bytes))
    return Format::onnx;
  StringRef text = bytes.ltrim();
  if (text.empty())
    return Format::empty;
  if (text.take_front(4096).contains('\0'))
    return Format::binary;
  // A JSON object; an MLIR file can open with a dictionary of resources only as "{-#".
  if (text.consume_front("{") && (text.ltrim().starts_with("\"") || text.ltrim().starts_with("}")))
    return Format::json;
  return Format::mlirText;
}

Expected<std::unique_ptr<MemoryBuffer>> graphopt::openInput(StringRef path) {
  // A device may have no end.
  if (sys::fs::file_status status; path != "-" && !sys::fs::status(path, status) &&
                                   (status.type() == sys::fs::file_type::character_file || status.type() == sys::fs::file_type::block_file))
    return makeError(Failure::badInput, path + ": error: cannot be read: expected a file, got a device");
  // Text is parsed up to a terminating null byte.
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFileOrSTDIN(path, /*IsText=*/false, /*RequiresNullTerminator=*/true);
  if (!buffer) {
    std::string why = buffer.getError().message();
    why[0] = std::tolower(why[0]);
    return makeError(Failure::badInput, (path == "-" ? "<stdin>" : path) + ": error: cannot be read: " + why);
  }
  return std::move(*buffer);
}

Error graphopt::checkText(StringRef text, StringRef label, const Limits &limits) {
  std::optional<TextExcess> excess = findExcess(text, limits);
  if (!excess)
    return Error::success();
  auto [line, column] = lineAndColumn(text, excess->offset);
  return makeError(Failure::limit, label + ":" + Twine(line) + ":" + Twine(column) + ": error: " + excess->message);
}
