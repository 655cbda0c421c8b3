//===- RandomInputs.cpp - inputs from a seed ------------------------------===//
#include "graph-opt/Interpreter/RandomInputs.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"
#include <cmath>

using namespace mlir;
using namespace graphopt;

namespace {
/// splitmix64: small, and the same everywhere, unlike the distributions of <random>.
class Generator {
public:
  explicit Generator(uint64_t seed) : state(seed) {}
  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  double uniform() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }
  double normal() {
    double radius = std::sqrt(-2.0 * std::log(uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }
  int64_t between(int64_t least, int64_t greatest) {
    return least + static_cast<int64_t>(next() % (static_cast<uint64_t>(greatest) - static_cast<uint64_t>(least) + 1));
  }

private:
  uint64_t state;
};
} // namespace

FailureOr<SmallVector<SmallVector<int64_t>>> graphopt::chooseShapes(FunctionOpInterface function, const RandomOptions &options) {
  auto symbols = function->getAttrOfType<DictionaryAttr>(graph::symbolsAttr);
  llvm::StringMap<int64_t> sizes;
  if (symbols) {
    for (NamedAttribute symbol : symbols) {
      auto range = cast<ArrayAttr>(symbol.getValue());
      int64_t least = cast<IntegerAttr>(range[0]).getInt(), greatest = cast<IntegerAttr>(range[1]).getInt();
      StringRef name = symbol.getName().getValue();
      auto given = options.dims.find(name);
      int64_t size = given != options.dims.end() ? given->second : std::min(std::max(least, options.defaultDim), greatest);
      if (size < least || size > greatest)
        return function->emitError() << "expected size '" << name << "' in [" << least << ", " << greatest << "], got " << size;
      sizes[name] = size;
    }
  }
  for (const auto &given : options.dims) {
    if (sizes.contains(given.getKey()))
      continue;
    InFlightDiagnostic error = function->emitError() << "expected the name of one of the function's sizes (";
    if (sizes.empty())
      error << "it names none";
    else
      llvm::interleaveComma(symbols, error, [&](NamedAttribute symbol) { error << "'" << symbol.getName().getValue() << "'"; });
    return error << "), got '" << given.getKey() << "'";
  }
  SmallVector<SmallVector<int64_t>> shapes;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    SmallVector<int64_t> &shape = shapes.emplace_back();
    auto type = dyn_cast<RankedTensorType>(function.getArgument(i).getType());
    auto dims = function.getArgAttrOfType<ArrayAttr>(i, graph::dimsAttr);
    for (int64_t d = 0; type && d < type.getRank(); ++d) {
      auto name = dims ? dyn_cast<StringAttr>(dims[d]) : StringAttr();
      shape.push_back(!type.isDynamicDim(d) ? type.getDimSize(d) : name ? sizes.lookup(name.getValue()) : options.defaultDim);
    }
  }
  return shapes;
}

/// The least size that the integers of `value`, or integers computed from them, index; nothing where none do.
static std::optional<int64_t> findBound(Value value, const RandomOptions &options) {
  std::optional<int64_t> bound;
  llvm::SetVector<Value> reached;
  reached.insert(value);
  for (unsigned i = 0; i < reached.size(); ++i) {
    for (OpOperand &use : reached[i].getUses()) {
      Operation *op = use.getOwner();
      if (auto indexing = dyn_cast<IndexingOpInterface>(op)) {
        if (auto indexed = indexing.getIndexed(use.getOperandNumber())) {
          auto type = cast<RankedTensorType>(indexed->first.getType());
          int64_t size = type.isDynamicDim(indexed->second) ? options.defaultDim : type.getDimSize(indexed->second);
          bound = std::min(bound.value_or(size), size);
          continue;
        }
      }
      for (Value result : op->getResults())
        if (Type element = getElementTypeOrSelf(result.getType()); element.isIntOrIndex() && !element.isInteger(1))
          reached.insert(result);
    }
  }
  return bound;
}

/// A constant so great, or infinite, that small multiples of it overflow: what a mask is multiplied with.
static bool isHuge(Value value) {
  DenseFPElementsAttr numbers;
  return matchPattern(value, m_Constant(&numbers)) && llvm::any_of(numbers.getValues<APFloat>(), [](APFloat number) {
           APFloat limit = APFloat::getLargest(number.getSemantics());
           number.clearSign();
           limit = scalbn(limit, -4, APFloat::rmTowardZero);
           return number.compare(limit) == APFloat::cmpGreaterThan;
         });
}

/// Whether 0 and 1 are all that `value` is meant to hold: it is converted to i1, or what is computed from it and constants alone meets a
/// huge one.
static bool isTruth(Value value) {
  llvm::SetVector<Value> reached;
  reached.insert(value);
  for (unsigned i = 0; i < reached.size(); ++i) {
    for (Operation *op : reached[i].getUsers()) {
      auto joins = [&](Value operand) {
        return isa<RankedTensorType>(operand.getType()) && !reached.contains(operand) && !matchPattern(operand, m_Constant());
      };
      if (!isa<EvaluateOpInterface>(op) || op->getNumResults() != 1 || llvm::any_of(op->getOperands(), joins))
        continue;
      Type element = getElementTypeOrSelf(op->getResult(0).getType());
      if ((element.isInteger(1) && op->getNumOperands() == 1 && isa<IntegerType>(getElementTypeOrSelf(value.getType()))) ||
          llvm::any_of(op->getOperands(), isHuge))
        return true;
      reached.insert(op->getResult(0));
    }
  }
  return false;
}

FailureOr<SmallVector<TensorValue>> graphopt::randomInputs(FunctionOpInterface function, const RandomOptions &options) {
  auto shapes = chooseShapes(function, options);
  if (failed(shapes))
    return failure();
  SmallVector<TensorValue> inputs;
  for (auto [i, argument] : llvm::enumerate(function.getArguments())) {
    Type type = getElementTypeOrSelf(argument.getType());
    auto tensor = dyn_cast<RankedTensorType>(argument.getType());
    auto count = checkedNumElements((*shapes)[i]);
    bool known = type.isIndex() || type.isF16() || type.isBF16() || type.isF32() || type.isF64() ||
                 llvm::is_contained({1u, 8u, 16u, 32u, 64u}, isa<IntegerType>(type) ? type.getIntOrFloatBitWidth() : 0u);
    if ((!tensor && isa<ShapedType>(argument.getType())) || !known || !count || *count > (int64_t(1) << 32))
      return function->emitError() << "expected tensors of numbers as arguments, got " << argument.getType();
    Generator seeds(options.seed * 1000003 + i);
    Generator random(seeds.next());
    TensorValue value(type, (*shapes)[i]);
    int64_t least = type.isUnsignedInteger() ? 0 : -8, greatest = 8;
    bool truth = !type.isInteger(1) && isTruth(argument);
    if (truth) {
      least = 0;
      greatest = 1;
    }
    if (isa<IntegerType, IndexType>(type))
      if (auto bound = findBound(argument, options)) {
        least = 0;
        greatest = std::max<int64_t>(*bound - 1, 0);
        if (unsigned width = type.isIndex() ? 64 : type.getIntOrFloatBitWidth(); width < 64)
          greatest = std::min(greatest, (int64_t(1) << (width - 1)) - 1);
      }
    visitElementType(type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      for (T &element : value.getMutable<T>()) {
        if constexpr (std::is_same_v<T, bool>)
          element = random.next() >> 63;
        else if constexpr (std::is_integral_v<T>)
          element = static_cast<T>(random.between(least, greatest));
        else
          element = static_cast<T>(static_cast<ComputeType<T>>(truth ? static_cast<double>(random.next() >> 63) : random.normal()));
      }
    });
    inputs.push_back(std::move(value));
  }
  return inputs;
}
