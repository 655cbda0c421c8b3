//===- Pickle.h - the pickles inside TorchScript archives -----------------===//
//
// An allow-list: the twenty-odd opcodes that torch writes, and the few globals that its values are made of. A pickle is read as data:
// modules become class names with attributes, tensors become ranges of storages, and nothing is called.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interop/Archive.h"
#include "llvm/ADT/SmallVector.h"
#include <deque>

namespace graphopt::script {

struct PickleValue {
  enum class Kind { none, boolean, integer, number, string, tuple, list, dict, object, global, storage, tensor };
  Kind kind = Kind::none;
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;
  llvm::StringRef text;   ///< of a string; the key of a storage; the name of a global or of an object's class
  llvm::StringRef module; ///< of a global or of an object's class; the class of a storage
  /// Of a tuple or list, its elements; of a dict, keys and values in turn; of an object, what it was built with; of a tensor, storage,
  /// offset, sizes and strides.
  llvm::SmallVector<const PickleValue *, 0> elements;

  bool is(Kind other) const { return kind == other; }
  /// The value of a key of a dict; null where there is none.
  const PickleValue *find(llvm::StringRef key) const;
  /// What messages call it.
  std::string describe() const;
};

/// An error where a value holds itself, or lies too deep: whoever reads values recurses.
llvm::Error checkNesting(const PickleValue &root, llvm::StringRef label, const Limits &limits);

/// A pickle with all of its values, which refer to each other and never in circles.
class Pickle {
public:
  static llvm::Expected<Pickle> parse(Archive::Bytes bytes, llvm::StringRef label, const Limits &limits);
  const PickleValue &getRoot() const { return *root; }

private:
  Archive::Bytes bytes; ///< strings are ranges of it
  std::deque<PickleValue> values;
  const PickleValue *root = nullptr;
};

} // namespace graphopt::script
