//===- Bounds.h - how large tensors may be --------------------------------===//
#pragma once
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"

namespace graphopt {

/// Whether a tensor of the type, where that is static, has less than 2^47 bytes. What fits no address space is an error in the model, and
/// its size may not be a number of 64 bits.
bool fitsAddressSpace(mlir::RankedTensorType type);

/// What constants and parameters ask of their values: fitsAddressSpace, and that a blob which is at hand has the bytes of the type.
llvm::LogicalResult verifyBytes(mlir::Attribute value, mlir::RankedTensorType type,
                                llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

} // namespace graphopt
