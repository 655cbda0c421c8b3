//===- JsonDocument.cpp - JSON from outside, within budgets ---------------===//
#include "Interop/JsonDocument.h"
#include "Interop/Bytes.h"
#include <limits>
#include <nlohmann/json.hpp>

using namespace llvm;
using namespace graphopt;

namespace {
/// Feeds the lexer and counts what it took. Copies share the count.
struct CountingIterator {
  using difference_type = std::ptrdiff_t;
  using value_type = char;
  using pointer = const char *;
  using reference = const char &;
  using iterator_category = std::input_iterator_tag;

  const char *at = nullptr;
  uint64_t *count = nullptr;
  reference operator*() const { return *at; }
  CountingIterator &operator++() {
    ++at;
    ++*count;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator old = *this;
    ++*this;
    return old;
  }
  bool operator==(const CountingIterator &other) const { return at == other.at; }
  bool operator!=(const CountingIterator &other) const { return at != other.at; }
};

/// Builds the values without recursion. nlohmann calls it; each function says whether to go on.
class Handler final : public nlohmann::json_sax<nlohmann::json> {
public:
  Handler(JsonValue &root, const uint64_t &position, const Limits &limits) : root(root), position(position), limits(limits) {}

  bool null() override { return add(JsonValue::Kind::null) != nullptr; }
  bool boolean(bool value) override {
    JsonValue *added = add(JsonValue::Kind::boolean);
    return added && (added->boolean = value, true);
  }
  bool number_integer(number_integer_t value) override {
    JsonValue *added = add(JsonValue::Kind::integer);
    return added && (added->integer = value, added->number = static_cast<double>(value), true);
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      return number_integer(static_cast<int64_t>(value));
    return fail("expected integers of at most 64 bits, got " + Twine(value));
  }
  bool number_float(number_float_t value, const string_t &) override {
    JsonValue *added = add(JsonValue::Kind::number);
    return added && (added->number = value, true);
  }
  bool string(string_t &value) override {
    JsonValue *added = add(JsonValue::Kind::string);
    return added && (added->string = std::move(value), true);
  }
  bool binary(binary_t &) override { return fail("expected text"); }
  bool start_object(size_t) override { return push(JsonValue::Kind::object); }
  bool start_array(size_t) override { return push(JsonValue::Kind::array); }
  bool end_object() override { return pop(); }
  bool end_array() override { return pop(); }
  bool key(string_t &value) override {
    if (value.size() > limits.name)
      return exceed(&Limits::name);
    if (!stack.back().keys.try_emplace(value, stack.back().value->members.size()).second)
      return fail("the key '" + Twine(value) + "' occurs twice");
    stack.back().value->members.push_back({std::move(value), JsonValue()});
    return true;
  }
  bool parse_error(size_t, const std::string &token, const nlohmann::detail::exception &) override {
    return fail(token.empty() ? Twine("expected JSON") : "expected JSON, got '" + Twine(token.substr(0, 60)) + "'");
  }

  std::string error;
  bool isLimit = false; ///< the error is about a budget

private:
  JsonValue *add(JsonValue::Kind kind) {
    if (++count > limits.values) {
      exceed(&Limits::values);
      return nullptr;
    }
    JsonValue *value = &root;
    if (!stack.empty()) {
      JsonValue *parent = stack.back().value;
      value = parent->isArray() ? &parent->elements.emplace_back() : &parent->members.back().second;
    }
    value->kind = kind;
    value->offset = position;
    return value;
  }
  bool push(JsonValue::Kind kind) {
    if (stack.size() == limits.nesting)
      return exceed(&Limits::nesting);
    JsonValue *value = add(kind);
    if (value)
      stack.push_back({value, {}});
    return value != nullptr;
  }
  bool pop() {
    constexpr size_t few = 16;
    if (stack.back().value->members.size() > few)
      stack.back().value->index = std::make_shared<StringMap<size_t>>(std::move(stack.back().keys));
    stack.pop_back();
    return true;
  }
  bool fail(const Twine &message) {
    error = message.str();
    return false;
  }
  bool exceed(uint64_t Limits::*member) {
    isLimit = true;
    return fail(limits.exceeded(member));
  }

  struct Open {
    JsonValue *value;
    StringMap<size_t> keys; ///< of an object
  };
  JsonValue &root;
  const uint64_t &position;
  const Limits &limits;
  std::vector<Open> stack; ///< a container is not moved while it is open: its parent gets no further value
  uint64_t count = 0;
};
} // namespace

const JsonValue *JsonValue::find(StringRef key) const {
  if (index) {
    auto it = index->find(key);
    return it == index->end() ? nullptr : &members[it->second].second;
  }
  for (const Member &member : members)
    if (member.first == key)
      return &member.second;
  return nullptr;
}

const JsonValue &JsonValue::operator[](StringRef key) const {
  static const JsonValue absent;
  const JsonValue *value = find(key);
  return value ? *value : absent;
}

std::string JsonValue::describe() const {
  switch (kind) {
  case Kind::null:
    return "nothing";
  case Kind::boolean:
    return boolean ? "true" : "false";
  case Kind::integer:
    return std::to_string(integer);
  case Kind::number:
    return "a number";
  case Kind::string:
    return "the string '" + string.substr(0, 60) + "'";
  case Kind::array:
    return "an array";
  case Kind::object:
    return "an object";
  }
  llvm_unreachable("a kind of JSON value");
}

Expected<JsonDocument> JsonDocument::parse(StringRef text, const Limits &limits, uint64_t &position) {
  JsonDocument document;
  position = 0;
  Handler handler(document.root, position, limits);
  if (nlohmann::json::sax_parse(CountingIterator{text.begin(), &position}, CountingIterator{text.end(), &position}, &handler))
    return document;
  position -= position != 0;
  return handler.isLimit ? limitError(handler.error) : createStringError(handler.error);
}

Expected<JsonDocument> JsonDocument::parse(StringRef text, StringRef label, const Limits &limits) {
  uint64_t position;
  Expected<JsonDocument> document = parse(text, limits, position);
  if (document)
    return document;
  auto [line, column] = lineAndColumn(text, position);
  auto [message, isLimit] = describeError(document.takeError());
  std::string placed = (label + ":" + Twine(line) + ":" + Twine(column) + ": " + message).str();
  return isLimit ? limitError(placed) : createStringError(placed);
}

std::pair<unsigned, unsigned> graphopt::lineAndColumn(StringRef text, uint64_t offset) {
  StringRef before = text.take_front(offset);
  size_t lastLine = before.rfind('\n');
  unsigned column = static_cast<unsigned>(lastLine == StringRef::npos ? before.size() : before.size() - lastLine - 1);
  return {static_cast<unsigned>(before.count('\n')) + 1, column + 1};
}
