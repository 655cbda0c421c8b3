//===- Batches.cpp --------------------------------------------------------===//
#include "Driver/Batches.h"
#include "Driver/Inputs.h"
#include <numeric>

using namespace llvm;
using namespace mlir;
using namespace graphopt;

/// The port with any number of rows.
static PortInfo withAnyRows(const PortInfo &port) {
  SmallVector<int64_t> shape(port.type.getShape());
  if (!shape.empty())
    shape.front() = ShapedType::kDynamic;
  return {port.name, RankedTensorType::get(shape, port.type.getElementType())};
}

Expected<Batches> Batches::read(ArrayRef<PortInfo> ports, const RunRequest &request, MLIRContext *context) {
  auto refuse = [&](const Twine &message) { return makeError(Failure::badInput, request.inputs + ": error: " + message); };
  Expected<SmallVector<TensorValue>> read = readInputs(map_to_vector(ports, withAnyRows), request.inputs, context, request.limits);
  if (!read)
    return read.takeError();
  Batches made;
  made.tensors = std::move(*read);
  std::optional<unsigned> first; // that is cut
  for (auto [i, port, tensor] : llvm::enumerate(ports, made.tensors)) {
    made.isCut.push_back(tensor.getType() != port.type);
    if (!made.isCut.back())
      continue;
    if (first && tensor.getDim(0) != made.rows)
      return refuse("expected " + Twine(made.rows) + " rows of '" + port.name + "', as '" + ports[*first].name + "' has, got " +
                    Twine(tensor.getDim(0)));
    if (!first)
      first = i;
    made.rows = tensor.getDim(0);
  }
  if (!first)
    return made;
  if (made.rows == 0)
    return refuse("expected rows of '" + ports[*first].name + "', got none");
  int64_t size = request.train->batchSize;
  for (auto [port, cut] : llvm::zip_equal(ports, made.isCut))
    if (int64_t own = cut ? port.type.getDimSize(0) : ShapedType::kDynamic; !ShapedType::isDynamic(own)) {
      if (size != 0 && size != own)
        return refuse("expected batches of " + Twine(own) + " rows, as the model has for '" + port.name + "', got " + Twine(size));
      size = own;
      if (own == 0 || made.rows % own != 0)
        return refuse("expected whole batches of " + Twine(own) + " rows, as the model has for '" + port.name + "', got " +
                      Twine(made.rows) + " rows");
    }
  made.size = size == 0 ? made.rows : size;
  made.order.resize(made.rows);
  std::iota(made.order.begin(), made.order.end(), 0);
  return made;
}

void Batches::shuffle(std::mt19937_64 &random) {
  // std::shuffle and std::uniform_int_distribution differ from library to library.
  for (size_t left = order.size(); left > 1; --left)
    std::swap(order[left - 1], order[random() % left]);
}

SmallVector<TensorValue> Batches::get(int64_t number) const {
  ArrayRef<int64_t> chosen = order;
  if (rows != 0)
    chosen = chosen.slice(number * size, std::min(size, rows - number * size));
  SmallVector<TensorValue> batch;
  for (auto [tensor, cut] : llvm::zip_equal(tensors, isCut)) {
    if (!cut) {
      batch.push_back(tensor);
      continue;
    }
    SmallVector<int64_t> shape(tensor.getShape());
    shape.front() = static_cast<int64_t>(chosen.size());
    TensorValue part(tensor.getElementType(), shape);
    int64_t bytes = tensor.getByteSize() / rows;
    for (auto [i, row] : llvm::enumerate(chosen))
      if (bytes != 0)
        std::memcpy(part.getMutableRaw() + static_cast<int64_t>(i) * bytes, tensor.getRaw() + row * bytes, bytes);
    batch.push_back(part);
  }
  return batch;
}
