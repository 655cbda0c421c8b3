//===- AttributeReader.h - attributes, types and locations from JSON ------===//
#pragma once
#include "Interop/JsonDocument.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/StringMap.h"

namespace graphopt {

/// Reads the parts of an op that have an MLIR text form. On failure an error that names the place in the JSON has been emitted, and the
/// result is null.
class AttributeReader {
public:
  AttributeReader(llvm::StringRef text, llvm::StringRef label, mlir::MLIRContext *context, const Limits &limits)
      : text(text), label(mlir::StringAttr::get(context, label)), context(context), limits(limits) {}

  mlir::Attribute readAttribute(const JsonValue &value);
  mlir::DictionaryAttr readDictionary(const JsonValue &value);
  mlir::Type readType(const JsonValue &value);
  mlir::Location readLocation(const JsonValue &value);

  /// Line and column of a value.
  mlir::Location locate(const JsonValue &value) const;
  /// Emits "expected <what>, got <value>".
  void fail(const JsonValue &value, const llvm::Twine &expected);
  bool hasFailed() const { return isBroken; }

private:
  /// Whether the text may be parsed; if not, an error has been emitted.
  bool isWithinLimits(const JsonValue &value);
  mlir::Attribute readText(const JsonValue &value, llvm::StringRef form);
  mlir::Attribute readElements(const JsonValue &value);

  llvm::StringRef text;
  mlir::StringAttr label;
  mlir::MLIRContext *context;
  const Limits &limits;
  llvm::StringMap<mlir::Type> types; ///< the same few texts come again and again
  llvm::StringMap<mlir::Attribute> attributes;
  llvm::StringMap<mlir::Attribute> elements;      ///< by file, type and range
  mutable uint64_t lastOffset = 0, lineStart = 0; ///< of the last position asked for, with its line
  mutable unsigned lastLine = 1;
  bool isBroken = false;
};

} // namespace graphopt
