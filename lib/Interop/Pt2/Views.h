//===- Views.h - which operators give views of their argument --------------===//
#pragma once
#include "Interop/JsonDocument.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

namespace graphopt {

/// Whose memory a node's results have: their own, its first argument's, or that only sometimes.
enum class Storage { own, shared, unknown };
Storage storageOf(const JsonValue &node, const JsonValue &graph);
/// Whether a node is an as_strided that leaves every element where it is: the strides of axes of one element may be any.
bool isRestride(const JsonValue &node, const JsonValue &graph);

/// "slice" of "torch.ops.aten.slice.Tensor".
llvm::StringRef operatorOf(const JsonValue &node);
/// The name of a node's first argument; empty if it is no tensor.
llvm::StringRef sourceName(const JsonValue &node);
/// The names of a node's results.
llvm::SmallVector<llvm::StringRef> resultNames(const JsonValue &node);

} // namespace graphopt
