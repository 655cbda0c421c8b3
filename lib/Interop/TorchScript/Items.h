//===- Items.h - values of TorchScript while it is imported ---------------===//
//
// Numbers, strings, lists and objects are worked out by the importer; tensors, and numbers that depend on them, are values of the IR. What
// has an identity lives in the Memory of one import, so that items are small and may refer to each other in any way.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "Interop/Aten/Views.h"
#include "Interop/TorchScript/Pickle.h"
#include "Interop/TorchScript/Syntax.h"
#include "mlir/IR/Value.h"

namespace graphopt::script {

struct Tensor;
struct Sequence;
struct Object;

/// What torch writes for a value that nothing reads: of a variable on the ways through the code where it is not set.
struct Unset {
  bool operator==(const Unset &) const { return true; }
  bool operator!=(const Unset &) const { return false; }
};

struct Item {
  /// None, numbers, a string, a number that the model computes (index, f64 or i1), and what lives in the Memory.
  std::variant<std::monostate, Unset, bool, int64_t, double, llvm::StringRef, mlir::Value, Tensor *, Sequence *, Object *> value;

  bool isNone() const { return std::holds_alternative<std::monostate>(value); }
  template <typename T> const T *get() const { return std::get_if<T>(&value); }
  Tensor *tensor() const { return get<Tensor *>() ? *get<Tensor *>() : nullptr; }
  Sequence *sequence() const { return get<Sequence *>() ? *get<Sequence *>() : nullptr; }
  Object *object() const { return get<Object *>() ? *get<Object *>() : nullptr; }
  /// A number of any kind, known or not.
  bool isNumber() const { return get<bool>() || get<int64_t>() || get<double>() || get<mlir::Value>(); }
  /// What messages call it.
  std::string describe() const;
};

/// A tensor by its identity: operators that change it in place give it another value.
struct Tensor {
  mlir::Value value;      ///< null for a parameter that nothing has read yet
  Tensor *base = nullptr; ///< what it is a view of
  ViewStep step;          ///< how it is one
  llvm::SmallVector<Tensor *, 0> views;
  std::string name;                    ///< of an input, parameter or buffer
  const PickleValue *weight = nullptr; ///< of a parameter or buffer
  bool isContiguous = false;           ///< row-major in torch
  bool isUncertain = false;            ///< a view or a copy of its base: that depends on strides
  bool isStale = false;                ///< its storage has changed since the value was computed
  bool isUnknown = false;              ///< its storage may have changed or not
  bool isChanged = false;              ///< its value was changed in place
  unsigned changes = 0;                ///< how often
  unsigned region = 0;                 ///< how many regions it was made in
};

struct Sequence {
  enum class Kind { list, tuple, dict };
  Kind kind = Kind::list;
  llvm::SmallVector<Item, 0> elements; ///< of a dict, keys and values in turn
  unsigned region = 0;                 ///< how many regions it was made in
};

struct Object {
  std::string className; ///< "__torch__.torch.nn.modules.conv.Conv2d"
  std::string path;      ///< "layer1.0.conv1"; empty for the model itself
  llvm::StringMap<Item> attributes;
  unsigned region = 0;
  bool isFunction = false; ///< no object, but the function that `className` names
};

/// Whatever one import has made.
class Memory {
public:
  Tensor *make(mlir::Value value) {
    tensors.emplace_back();
    tensors.back().value = value;
    tensors.back().region = regions;
    tensors.back().isContiguous = true;
    return &tensors.back();
  }
  Sequence *make(Sequence::Kind kind, llvm::ArrayRef<Item> elements = {}) {
    sequences.push_back({kind, llvm::SmallVector<Item, 0>(elements), regions});
    return &sequences.back();
  }
  Object *make(llvm::StringRef className, llvm::StringRef path) {
    objects.push_back({className.str(), path.str(), {}, regions});
    return &objects.back();
  }
  llvm::StringRef keep(std::string text) {
    strings.push_back(std::move(text));
    return strings.back();
  }

  unsigned regions = 0; ///< how many regions of the IR the code is in that is being read

private:
  std::deque<Tensor> tensors;
  std::deque<Sequence> sequences;
  std::deque<Object> objects;
  std::deque<std::string> strings;
};

} // namespace graphopt::script
