//===- TensorValue.h - a tensor with its numbers --------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/SmallFloat.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>

#pragma GCC visibility push(default)
namespace graphopt {

/// A dense tensor of static shape, row-major and contiguous, with shared storage: copies are cheap and share. i1 is a byte of 0 or 1,
/// index an int64_t. The storage is aligned to the element, not more.
class TensorValue {
public:
  TensorValue() = default;
  /// Zero-filled. The caller has checked the element count against its budget.
  TensorValue(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);
  /// A view of memory that `owner` keeps alive.
  TensorValue(mlir::Type elementType, llvm::ArrayRef<int64_t> shape, const char *data, std::shared_ptr<const void> owner);
  /// A scalar of type index.
  static TensorValue index(mlir::MLIRContext *context, int64_t value);
  /// The value of a constant; no copy of dense storage where its layout is ours (`owner`: the context outlives the value).
  static TensorValue fromAttr(mlir::ElementsAttr attr);
  static TensorValue fromAttr(mlir::TypedAttr scalar);

  explicit operator bool() const { return static_cast<bool>(elementType); }
  mlir::Type getElementType() const { return elementType; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getRank() const { return static_cast<int64_t>(shape.size()); }
  int64_t getDim(int64_t i) const { return shape[i]; }
  int64_t getNumElements() const { return numElements; }
  mlir::RankedTensorType getType() const { return mlir::RankedTensorType::get(shape, elementType); }
  /// The bytes of one element in storage.
  static int64_t getElementSize(mlir::Type elementType);
  int64_t getByteSize() const { return numElements * getElementSize(elementType); }

  const char *getRaw() const { return data; }
  /// The storage for writing. It must not be shared with another value.
  char *getMutableRaw() { return const_cast<char *>(data); }
  template <typename T> llvm::ArrayRef<T> get() const {
    return llvm::ArrayRef<T>(reinterpret_cast<const T *>(data), static_cast<size_t>(numElements));
  }
  template <typename T> llvm::MutableArrayRef<T> getMutable() {
    return llvm::MutableArrayRef<T>(reinterpret_cast<T *>(const_cast<char *>(data)), static_cast<size_t>(numElements));
  }
  /// Element i as a double, whatever the type.
  double getAsDouble(int64_t i) const;
  /// Element i as an int64_t: integers, i1 and index only.
  int64_t getAsInt(int64_t i) const;

  /// The value on storage of its own.
  TensorValue clone() const;
  /// The same elements with another shape of as many elements.
  TensorValue reshaped(llvm::ArrayRef<int64_t> newShape) const;
  /// The same bytes under another element type of the same storage size (sign changes).
  TensorValue bitcast(mlir::Type newElementType) const;
  mlir::DenseElementsAttr toDenseAttr() const;
  std::shared_ptr<const void> getOwner() const { return owner; }

private:
  mlir::Type elementType;
  llvm::SmallVector<int64_t, 4> shape;
  int64_t numElements = 0;
  std::shared_ptr<const void> owner;
  const char *data = nullptr;
};

/// The product of the sizes, or nullopt if it exceeds int64_t or a size is negative.
std::optional<int64_t> checkedNumElements(llvm::ArrayRef<int64_t> shape);
/// Row-major strides, in elements.
llvm::SmallVector<int64_t, 4> rowMajorStrides(llvm::ArrayRef<int64_t> shape);

template <typename T> struct StorageTag {
  using type = T;
};
/// The type that arithmetic on stored elements happens in.
template <typename T>
using ComputeType = std::conditional_t<
    std::is_same_v<T, bool>, bool,
    std::conditional_t<std::is_same_v<T, double>, double,
                       std::conditional_t<std::is_same_v<T, float> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>, float,
                                          std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>>>;

/// Calls `fn(StorageTag<T>())` for the storage type of an element type: bool, int8_t ... uint64_t, Half, BFloat16, float, double.
template <typename Fn> auto visitElementType(mlir::Type type, Fn &&fn) {
  if (type.isF32())
    return fn(StorageTag<float>());
  if (type.isF64())
    return fn(StorageTag<double>());
  if (type.isF16())
    return fn(StorageTag<Half>());
  if (type.isBF16())
    return fn(StorageTag<BFloat16>());
  if (type.isIndex())
    return fn(StorageTag<int64_t>());
  bool isUnsigned = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return fn(StorageTag<bool>());
  case 8:
    return isUnsigned ? fn(StorageTag<uint8_t>()) : fn(StorageTag<int8_t>());
  case 16:
    return isUnsigned ? fn(StorageTag<uint16_t>()) : fn(StorageTag<int16_t>());
  case 32:
    return isUnsigned ? fn(StorageTag<uint32_t>()) : fn(StorageTag<int32_t>());
  default:
    return isUnsigned ? fn(StorageTag<uint64_t>()) : fn(StorageTag<int64_t>());
  }
}

} // namespace graphopt
#pragma GCC visibility pop
