//===- Pickle.cpp - the pickles inside TorchScript archives ---------------===//
#include "Interop/TorchScript/Pickle.h"
#include "Interop/Bytes.h"
#include "Interop/TorchScript/PickleOpcodes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace graphopt;
using namespace graphopt::script;

namespace {
using Kind = PickleValue::Kind;

/// What a pickle may name beside classes of the model's own.
bool isAllowed(StringRef module, StringRef name) {
  if (module == "__torch__" || module.starts_with("__torch__."))
    return true;
  if (module == "torch.jit._pickle")
    return is_contained({"build_intlist", "build_tensorlist", "build_doublelist", "build_boollist", "restore_type_tag"}, name);
  if (module == "torch._utils")
    return name == "_rebuild_tensor_v2";
  if (module == "collections")
    return name == "OrderedDict";
  return module == "torch" && (name == "device" || name.ends_with("Storage"));
}

class Reader {
public:
  Reader(StringRef bytes, StringRef label, const Limits &limits, std::deque<PickleValue> &values)
      : bytes(bytes), label(label), limits(limits), values(values) {}
  Expected<const PickleValue *> run();

private:
  Error step(uint8_t opcode);
  Error readGlobal();
  Error call();
  Error makeObject();
  Error buildObject();
  Error persist();
  Error rebuildTensor(PickleValue &target, const PickleValue &arguments);
  Error recall(uint64_t index);
  Error readLong();
  Error readString(uint64_t size);
  /// The next `size` bytes, or an error.
  Error take(uint64_t size, StringRef &taken);
  /// The values above the last mark, which are taken off the stack.
  Error takeMarked(SmallVectorImpl<PickleValue *> &taken);
  Error takeTop(size_t count, SmallVectorImpl<PickleValue *> &taken);
  /// Gives a container more elements.
  Error extend(Kind kind, ArrayRef<PickleValue *> elements);
  Error push(PickleValue value);
  Error fail(const Twine &message) const { return fileError(label, message + " at byte " + Twine(start)); }

  StringRef bytes, label;
  const Limits &limits;
  std::deque<PickleValue> &values;
  uint64_t at = 0, start = 0;
  SmallVector<PickleValue *> stack;
  SmallVector<size_t> marks;
  DenseMap<uint64_t, PickleValue *> memo;
};
} // namespace

Error Reader::take(uint64_t size, StringRef &taken) {
  if (size > bytes.size() - at)
    return fail("expected " + Twine(size) + " bytes, got " + Twine(bytes.size() - at));
  taken = bytes.substr(at, size);
  at += size;
  return Error::success();
}

Error Reader::push(PickleValue value) {
  if (values.size() >= limits.values)
    return limitError(label + ": " + limits.exceeded(&Limits::values));
  values.push_back(std::move(value));
  stack.push_back(&values.back());
  return Error::success();
}

Error Reader::takeTop(size_t count, SmallVectorImpl<PickleValue *> &taken) {
  if (stack.size() - (marks.empty() ? 0 : marks.back()) < count)
    return fail("expected " + Twine(count) + " values on the stack");
  taken.assign(stack.end() - count, stack.end());
  stack.pop_back_n(count);
  return Error::success();
}

Error Reader::takeMarked(SmallVectorImpl<PickleValue *> &taken) {
  if (marks.empty())
    return fail("expected a mark on the stack");
  size_t count = stack.size() - marks.back();
  taken.assign(stack.end() - count, stack.end());
  stack.pop_back_n(count);
  marks.pop_back();
  return Error::success();
}

Error Reader::extend(Kind kind, ArrayRef<PickleValue *> elements) {
  PickleValue *target = stack.empty() ? nullptr : stack.back();
  if (!target || !target->is(kind) || (kind == Kind::dict && elements.size() % 2 != 0))
    return fail("expected a container to extend");
  target->elements.append(elements.begin(), elements.end());
  return Error::success();
}

Error Reader::readString(uint64_t size) {
  PickleValue value;
  value.kind = Kind::string;
  if (Error error = take(size, value.text))
    return error;
  return push(std::move(value));
}

Error Reader::readLong() {
  StringRef size, digits;
  if (Error error = take(1, size))
    return error;
  if (Error error = take(static_cast<uint8_t>(size[0]), digits))
    return error;
  if (digits.size() > 8)
    return fail("expected an integer of 64 bits");
  PickleValue value;
  value.kind = Kind::integer;
  uint64_t bits = !digits.empty() && (digits.back() & 0x80) ? ~uint64_t(0) : 0; // two's complement, little-endian
  for (char digit : llvm::reverse(digits))
    bits = bits << 8 | static_cast<uint8_t>(digit);
  value.integer = static_cast<int64_t>(bits);
  return push(std::move(value));
}

Error Reader::readGlobal() {
  PickleValue value;
  value.kind = Kind::global;
  for (StringRef *part : {&value.module, &value.text}) {
    size_t size = bytes.drop_front(at).find('\n');
    if (size == StringRef::npos)
      return fail("expected the end of a name");
    if (size > limits.name)
      return limitError(label + ": " + limits.exceeded(&Limits::name, Twine(size)));
    *part = bytes.substr(at, size);
    at += size + 1;
  }
  if (!isAllowed(value.module, value.text))
    return fail("expected a class or function that TorchScript writes, got '" + value.module + "." + value.text + "'");
  return push(std::move(value));
}

Error Reader::recall(uint64_t index) {
  PickleValue *value = memo.lookup(index);
  if (!value)
    return fail("expected a value under " + Twine(index) + " in the memo");
  stack.push_back(value);
  return Error::success();
}

Error Reader::rebuildTensor(PickleValue &target, const PickleValue &arguments) {
  ArrayRef<const PickleValue *> parts = arguments.elements;
  auto areIntegers = [](const PickleValue *list) {
    return list->is(Kind::tuple) && llvm::all_of(list->elements, [](const PickleValue *size) { return size->is(Kind::integer); });
  };
  if (parts.size() < 4 || !parts[0]->is(Kind::storage) || !parts[1]->is(Kind::integer) || !areIntegers(parts[2]) || !areIntegers(parts[3]))
    return fail("expected a tensor of a storage, an offset, sizes and strides");
  target.kind = Kind::tensor;
  target.elements.assign(parts.begin(), parts.begin() + 4);
  return Error::success();
}

/// Stands for what the function of the list would make of its arguments.
Error Reader::call() {
  SmallVector<PickleValue *> operands;
  if (Error error = takeTop(2, operands))
    return error;
  const PickleValue &function = *operands[0], &arguments = *operands[1];
  if (!function.is(Kind::global) || !arguments.is(Kind::tuple))
    return fail("expected a function and its arguments");
  PickleValue made;
  if (function.text == "_rebuild_tensor_v2") {
    if (Error error = rebuildTensor(made, arguments))
      return error;
    return push(std::move(made));
  }
  if (function.text == "OrderedDict") { // of hooks; ordered as every dict here
    made.kind = Kind::dict;
    return push(std::move(made));
  }
  bool isOwn = function.module == "torch.jit._pickle" || function.text == "device";
  if (!isOwn || arguments.elements.empty())
    return fail("expected a call that TorchScript writes, got one of '" + function.module + "." + function.text + "'");
  // A typed list, a tagged value or a device is its first argument.
  stack.push_back(const_cast<PickleValue *>(arguments.elements[0])); // made here, in `values`
  return Error::success();
}

Error Reader::makeObject() {
  SmallVector<PickleValue *> operands;
  if (Error error = takeTop(2, operands))
    return error;
  if (!operands[0]->is(Kind::global) || !operands[0]->module.starts_with("__torch__") || !operands[1]->is(Kind::tuple))
    return fail("expected a class of the model");
  PickleValue made;
  made.kind = Kind::object;
  made.text = operands[0]->text;
  made.module = operands[0]->module;
  return push(std::move(made));
}

Error Reader::buildObject() {
  SmallVector<PickleValue *> operands;
  if (Error error = takeTop(1, operands))
    return error;
  PickleValue *target = stack.empty() ? nullptr : stack.back();
  if (!target || !target->is(Kind::object) || !target->elements.empty())
    return fail("expected an object to build");
  target->elements.push_back(operands[0]);
  return Error::success();
}

/// A storage by its key: ("storage", class, key, location, count).
Error Reader::persist() {
  SmallVector<PickleValue *> operands;
  if (Error error = takeTop(1, operands))
    return error;
  ArrayRef<const PickleValue *> parts = operands[0]->elements;
  if (!operands[0]->is(Kind::tuple) || parts.size() != 5 || !parts[0]->is(Kind::string) || parts[0]->text != "storage" ||
      !parts[1]->is(Kind::global) || !parts[2]->is(Kind::string))
    return fail("expected a storage");
  PickleValue made;
  made.kind = Kind::storage;
  made.module = parts[1]->text;
  made.text = parts[2]->text;
  return push(std::move(made));
}

Error Reader::step(uint8_t opcode) {
  StringRef field;
  SmallVector<PickleValue *> operands;
  PickleValue value;
  /// The number that follows the opcode.
  auto readNumber = [&](unsigned size, uint64_t &number) -> Error {
    if (Error error = take(size, field))
      return error;
    number = 0;
    for (char byte : llvm::reverse(field))
      number = number << 8 | static_cast<uint8_t>(byte);
    return Error::success();
  };
  uint64_t number = 0;
  auto makeTuple = [&](Error error) -> Error {
    if (error)
      return error;
    value.kind = Kind::tuple;
    value.elements.assign(operands.begin(), operands.end());
    return push(std::move(value));
  };
  switch (opcode) {
  case proto:
    return readNumber(1, number);
  case mark:
    marks.push_back(stack.size());
    return Error::success();
  case none:
    return push(std::move(value));
  case newTrue:
  case newFalse:
    value.kind = Kind::boolean;
    value.boolean = opcode == newTrue;
    return push(std::move(value));
  case binInt:
  case binInt1:
  case binInt2:
    if (Error error = readNumber(opcode == binInt ? 4 : opcode == binInt1 ? 1 : 2, number))
      return error;
    value.kind = Kind::integer;
    value.integer = opcode == binInt ? static_cast<int32_t>(number) : static_cast<int64_t>(number);
    return push(std::move(value));
  case long1:
    return readLong();
  case binFloat:
    if (Error error = take(8, field))
      return error;
    value.kind = Kind::number;
    value.number = support::endian::read<double, endianness::big>(field.data());
    return push(std::move(value));
  case shortBinString:
  case binString:
  case binUnicode:
    if (Error error = readNumber(opcode == shortBinString ? 1 : 4, number))
      return error;
    return readString(number);
  case global:
    return readGlobal();
  case binPut:
  case longBinPut:
    if (Error error = readNumber(opcode == binPut ? 1 : 4, number))
      return error;
    if (stack.empty())
      return fail("expected a value to remember");
    memo[number] = stack.back();
    return Error::success();
  case binGet:
  case longBinGet:
    if (Error error = readNumber(opcode == binGet ? 1 : 4, number))
      return error;
    return recall(number);
  case emptyTuple:
    return makeTuple(Error::success());
  case tuple:
    return makeTuple(takeMarked(operands));
  case tuple1:
  case tuple2:
  case tuple3:
    return makeTuple(takeTop(opcode - tuple1 + 1, operands));
  case emptyList:
  case emptyDict:
    value.kind = opcode == emptyList ? Kind::list : Kind::dict;
    return push(std::move(value));
  case append:
  case setItem:
    if (Error error = takeTop(opcode == append ? 1 : 2, operands))
      return error;
    return extend(opcode == append ? Kind::list : Kind::dict, operands);
  case appends:
  case setItems:
    if (Error error = takeMarked(operands))
      return error;
    return extend(opcode == appends ? Kind::list : Kind::dict, operands);
  case newObj:
    return makeObject();
  case build:
    return buildObject();
  case reduce:
    return call();
  case binPersId:
    return persist();
  default:
    return fail("expected an opcode that TorchScript writes, got " + Twine(unsigned(opcode)));
  }
}

Expected<const PickleValue *> Reader::run() {
  while (true) {
    start = at;
    StringRef opcode;
    if (Error error = take(1, opcode))
      return std::move(error);
    if (opcode[0] == stop)
      break;
    if (Error error = step(static_cast<uint8_t>(opcode[0])))
      return std::move(error);
  }
  if (stack.size() != 1 || !marks.empty())
    return fail("expected one value, got " + Twine(stack.size()));
  if (Error error = checkNesting(*stack[0], label, limits))
    return std::move(error);
  return stack[0];
}

Expected<Pickle> Pickle::parse(Archive::Bytes bytes, StringRef label, const Limits &limits) {
  Pickle pickle;
  pickle.bytes = std::move(bytes);
  Expected<const PickleValue *> root = Reader(pickle.bytes.data, label, limits, pickle.values).run();
  if (!root)
    return root.takeError();
  pickle.root = *root;
  return pickle;
}
