//===- Bounds.cpp ---------------------------------------------------------===//
#include "Graph/Shared/Bounds.h"
#include "graph-opt/Interpreter/TensorValue.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace graphopt;

bool graphopt::fitsAddressSpace(RankedTensorType type) {
  if (!type.hasStaticShape())
    return true;
  std::optional<int64_t> count = checkedNumElements(type.getShape());
  return count && *count < (int64_t(1) << 47) / TensorValue::getElementSize(type.getElementType());
}

LogicalResult graphopt::verifyBytes(Attribute value, RankedTensorType type, function_ref<InFlightDiagnostic()> emitError) {
  if (!fitsAddressSpace(type))
    return emitError() << "expected a value of less than 2^47 bytes, got " << type;
  auto resource = dyn_cast<DenseResourceElementsAttr>(value);
  AsmResourceBlob *blob = resource ? resource.getRawHandle().getBlob() : nullptr; // null where it was left out when the IR was printed
  int64_t expected = type.getNumElements() * TensorValue::getElementSize(type.getElementType());
  if (blob && static_cast<int64_t>(blob->getData().size()) != expected)
    return emitError() << "expected a blob of " << expected << " bytes for " << type << ", got " << blob->getData().size();
  return success();
}
