//===- FailedInference.cpp - builders whose types can't be inferred -------===//
//
// Upstream's generated builders end the process where the shape rule refuses the operands: sizes of a file that contradict each other would
// kill the program that loads it. The library is linked with --wrap, so that they come here: the rule has emitted its error.
//
//===----------------------------------------------------------------------===//
#include "Graph/Shared/FailedInference.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OperationSupport.h"

using namespace mlir;

static thread_local uint64_t failures = 0;
uint64_t graphopt::countFailedInferences() { return failures; }

static unsigned numResults(OperationName name) {
  if (name.hasTrait<OpTrait::ZeroResults>())
    return 0;
  if (name.hasTrait<OpTrait::NResults<2>::Impl>())
    return 2;
  if (name.hasTrait<OpTrait::NResults<3>::Impl>())
    return 3;
  if (name.hasTrait<OpTrait::NResults<4>::Impl>())
    return 4;
  return 1;
}

/// How many axes the op is asked for, if it takes a list of sizes: code that builds on counts on them before anyone asks for failures.
static std::optional<size_t> wantedRank(OperationState &state) {
  if (!state.regions.empty() || !llvm::all_of(state.operands, [](Value operand) { return operand != nullptr; }))
    return std::nullopt;
  Operation *probe = Operation::create(state);
  auto sizes = probe->getAttrOfType<DenseI64ArrayAttr>("static_sizes");
  std::optional<size_t> rank = sizes ? std::optional(sizes.size()) : std::nullopt;
  probe->destroy();
  return rank;
}

/// Called in place of mlir::detail::reportFatalInferReturnTypesError.
extern "C" void __wrap__ZN4mlir6detail32reportFatalInferReturnTypesErrorERNS_14OperationStateE(OperationState &state) {
  ++failures;
  Type standIn = RankedTensorType::get({}, Float32Type::get(state.getContext()));
  for (Value operand : state.operands)
    if (operand && isa<RankedTensorType>(operand.getType())) {
      standIn = operand.getType();
      break;
    }
  state.types.assign(numResults(state.name), standIn);
  if (std::optional<size_t> rank = wantedRank(state)) {
    SmallVector<int64_t> sizes(*rank, ShapedType::kDynamic);
    state.types.assign(state.types.size(), RankedTensorType::get(sizes, cast<RankedTensorType>(standIn).getElementType()));
  }
}
