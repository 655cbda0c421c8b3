//===- JsonDocument.h - JSON from outside, within budgets -----------------===//
//
// The text is checked while it is read: nesting, number of values, repeated keys. Values keep the order of keys and their place in the
// text, so that errors about their meaning can name line and column.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Limits.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

namespace graphopt {

class JsonValue {
public:
  enum class Kind : uint8_t { null, boolean, integer, number, string, array, object };
  using Member = std::pair<std::string, JsonValue>;

  Kind kind = Kind::null;
  bool boolean = false;
  uint64_t offset = 0; ///< in the text, just after the value's first token
  int64_t integer = 0;
  double number = 0;
  std::string string;
  std::vector<JsonValue> elements;
  std::vector<Member> members;
  /// Where members are; null where they are few.
  std::shared_ptr<const llvm::StringMap<size_t>> index;

  bool isNull() const { return kind == Kind::null; }
  bool isObject() const { return kind == Kind::object; }
  bool isArray() const { return kind == Kind::array; }
  bool isString() const { return kind == Kind::string; }
  bool isInteger() const { return kind == Kind::integer; }
  bool isBoolean() const { return kind == Kind::boolean; }
  /// The member of an object, or null: also where this is no object.
  const JsonValue *find(llvm::StringRef key) const;
  /// The member, or a null value.
  const JsonValue &operator[](llvm::StringRef key) const;
  /// The string, or an empty one where this is none.
  llvm::StringRef getString() const { return string; }
  /// "an object", "the string 'x'" ...: for messages.
  std::string describe() const;
};

class JsonDocument {
public:
  /// On failure `position` is the offset that the error is about.
  static llvm::Expected<JsonDocument> parse(llvm::StringRef text, const Limits &limits, uint64_t &position);
  /// `label` names the text in messages.
  static llvm::Expected<JsonDocument> parse(llvm::StringRef text, llvm::StringRef label, const Limits &limits = {});
  const JsonValue &getRoot() const { return root; }

private:
  JsonValue root;
};

/// Line and column, from 1, of an offset.
std::pair<unsigned, unsigned> lineAndColumn(llvm::StringRef text, uint64_t offset);

} // namespace graphopt
