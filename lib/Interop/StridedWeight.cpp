//===- StridedWeight.cpp --------------------------------------------------===//
#include "Interop/StridedWeight.h"
#include "Interop/Bytes.h"
#include "graph-opt/Dialect/Graph/Graph.h"

using namespace mlir;
using namespace graphopt;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

Expected<Attribute> graphopt::readStridedWeight(const Archive &archive, const Archive::Entry &storage, const StridedWeight &weight,
                                                StringRef weightsName, const Limits &limits, uint64_t &copied) {
  auto fail = [&](const Twine &message) { return fileError(archive.getLabel(), "weight '" + weight.name + "': " + message); };
  RankedTensorType type = weight.type;
  ArrayRef<int64_t> strides = weight.strides;

  // Whatever strides and offset reach must lie in the storage.
  int64_t elementSize = TensorValue::getElementSize(type.getElementType());
  int64_t available = static_cast<int64_t>(storage.size) / elementSize, expected = 1;
  std::optional<int64_t> count = checkedNumElements(type.getShape());
  if (!count || weight.offset < 0 || strides.size() != type.getShape().size())
    return fail("expected an offset and a stride for each size");
  int64_t last = weight.offset;
  bool isContiguous = true, overflows = false;
  for (int64_t axis = type.getRank(); axis-- > 0;) {
    int64_t size = type.getDimSize(axis), reach;
    if (strides[axis] < 0)
      return fail("expected strides of at least 0");
    overflows |= llvm::MulOverflow(std::max<int64_t>(size - 1, 0), strides[axis], reach) || llvm::AddOverflow(last, reach, last);
    isContiguous &= size <= 1 || strides[axis] == expected;
    expected *= size;
  }
  if (overflows || (*count > 0 && last >= available))
    return fail("expected its elements inside the " + Twine(available) + " of its storage");

  int64_t bytes = *count * elementSize;
  if (isContiguous && storage.isStored && !type.getElementType().isInteger(1) && bytes > WeightStore::maxInlineBytes)
    return graph::ExternalAttr::get(type.getContext(), weightsName, static_cast<int64_t>(storage.offset) + weight.offset * elementSize,
                                    bytes);
  // A stride of 0 repeats elements: what is copied may be larger than the file.
  if (static_cast<uint64_t>(bytes) > limits.copied - copied)
    return limitError(archive.getLabel() + ": weight '" + weight.name + "': " + limits.exceeded(&Limits::copied));
  copied += bytes;
  Expected<Archive::Bytes> data = archive.getBytes(storage);
  if (!data)
    return data.takeError();
  TensorValue value(type.getElementType(), type.getShape());
  SmallVector<int64_t> index(strides.size());
  int64_t source = weight.offset;
  for (int64_t i = 0; i < *count; ++i) {
    std::memcpy(value.getMutableRaw() + i * elementSize, data->data.data() + source * elementSize, elementSize);
    for (size_t axis = strides.size(); axis-- > 0;) {
      source += strides[axis];
      if (++index[axis] < type.getDimSize(axis))
        break;
      source -= strides[axis] * type.getDimSize(axis);
      index[axis] = 0;
    }
  }
  auto isBool = [](char c) { return c == 0 || c == 1; };
  if (type.getElementType().isInteger(1) && !llvm::all_of(StringRef(value.getRaw(), bytes), isBool))
    return fail("expected bools of 0 or 1");
  return WeightStore::makeAttr(type.getContext(), value, weight.name);
}
