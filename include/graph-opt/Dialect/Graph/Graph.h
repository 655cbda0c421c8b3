//===- Graph.h - the dialect, its attributes and interfaces ---------------===//
//
// What passes include: they ask interfaces and name no op. GraphOps.h has the op classes.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Cost.h"
#include "graph-opt/Dialect/Graph/Shape.h"
#include "graph-opt/Dialect/Graph/WeightStore.h"
#include "graph-opt/Interpreter/TensorValue.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"

namespace graphopt {
class EvalContext;
class ImportRules;
class ScalarBuilder;

/// The op has no gradient, and its description says why.
template <typename ConcreteType>
class __attribute__((visibility("default"))) NotDifferentiable : public mlir::OpTrait::TraitBase<ConcreteType, NotDifferentiable> {};

/// Each element of the result is an element of an operand; see GraphInterfaces.td.
template <typename ConcreteType>
class __attribute__((visibility("default"))) MovesElements : public mlir::OpTrait::TraitBase<ConcreteType, MovesElements> {};

namespace graph {
/// Names of the discardable attributes that the dialect defines.
inline constexpr llvm::StringLiteral nameAttr = "graph.name";       ///< of an argument or result: what users call it
inline constexpr llvm::StringLiteral dimsAttr = "graph.dims";       ///< of an argument or result: sizes, as names, numbers or "?"
inline constexpr llvm::StringLiteral symbolsAttr = "graph.symbols"; ///< of a function: name -> [least, greatest] size
inline constexpr llvm::StringLiteral weightAttr = "graph.weight";   ///< of an argument: the name of the parameter passed in it
} // namespace graph
} // namespace graphopt

#pragma GCC visibility push(default) // the public symbols, and only they
#include "graph-opt/Dialect/Graph/GraphDialect.h.inc"
#include "graph-opt/Dialect/Graph/GraphInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "graph-opt/Dialect/Graph/GraphAttrs.h.inc"
#pragma GCC visibility pop

#pragma GCC visibility push(default)
namespace graphopt::graph {
/// Declares a parameter at the builder's insertion point, in a module.
mlir::Operation *createParameter(mlir::OpBuilder &b, mlir::Location loc, llvm::StringRef name, mlir::RankedTensorType type,
                                 mlir::Attribute value);
/// Reads a parameter of `type`.
mlir::Value createParameterRead(mlir::OpBuilder &b, mlir::Location loc, mlir::RankedTensorType type, mlir::FlatSymbolRefAttr name);
} // namespace graphopt::graph
#pragma GCC visibility pop
