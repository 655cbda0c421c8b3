//===- RefineShapes.cpp - make types as static as the rules allow ---------===//
#include "Graph/SymbolUses.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/Passes.h"
#include "graph-opt/Passes/SymbolicShapes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;

namespace graphopt {
#define GEN_PASS_DEF_GRAPHREFINESHAPESPASS
#include "graph-opt/Passes/Graph.h.inc"
} // namespace graphopt

namespace {
using Bindings = DenseMap<StringAttr, int64_t>;

/// Whether an op takes operands of a more static type as they are.
bool takesRefined(Operation *op) {
  if (op->getNumRegions() != 0)
    return false;
  return isa<ShapeOpInterface, tensor::CastOp, tensor::DimOp, func::ReturnOp>(op);
}

/// One function: its own sizes first, then op by op in program order.
class Refiner {
public:
  Refiner(func::FuncOp function, const Bindings &bindings) : function(function), bindings(bindings), shapes(bind(), bindings) {}

  void run(SymbolTable &symbols, bool keepResults);
  uint64_t numRefined = 0;

private:
  func::FuncOp bind();
  RankedTensorType refinedType(Value value);
  void refine(Value value, RankedTensorType type);
  void visitCall(func::CallOp call, SymbolTable &symbols);
  void visitCast(tensor::CastOp cast);
  void updateResults(bool keep);
  ArrayAttr describe(Value value);

  func::FuncOp function;
  const Bindings &bindings;
  SymbolicShapes shapes;
};
} // namespace

/// Writes the numbers of bound names into argument types, `graph.dims` and `graph.symbols`.
func::FuncOp Refiner::bind() {
  auto symbols = function->getAttrOfType<DictionaryAttr>(graph::symbolsAttr);
  if (!symbols || function.isExternal())
    return function;
  Builder b(function.getContext());
  auto numbers = [&](ArrayAttr dims) {
    return b.getArrayAttr(llvm::map_to_vector(dims, [&](Attribute dim) -> Attribute {
      auto it = bindings.find(dyn_cast<StringAttr>(dim));
      return it == bindings.end() || !isa<StringAttr>(dim) ? dim : b.getI64IntegerAttr(it->second);
    }));
  };
  SmallVector<Type> arguments = llvm::to_vector(function.getArgumentTypes());
  for (auto [i, type] : llvm::enumerate(arguments)) {
    auto dims = function.getArgAttrOfType<ArrayAttr>(i, graph::dimsAttr);
    if (!dims)
      continue;
    ArrayAttr known = numbers(dims);
    auto tensor = cast<RankedTensorType>(type);
    SmallVector<int64_t> sizes = llvm::to_vector(tensor.getShape());
    for (auto [size, dim] : llvm::zip(sizes, known))
      if (auto number = dyn_cast<IntegerAttr>(dim))
        size = number.getInt();
    if (known != dims)
      function.setArgAttr(i, graph::dimsAttr, known);
    type = tensor.clone(sizes);
    if (type != tensor)
      refine(function.getArgument(i), cast<RankedTensorType>(type));
  }
  for (unsigned i = 0, e = function.getNumResults(); i < e; ++i)
    if (auto dims = function.getResultAttrOfType<ArrayAttr>(i, graph::dimsAttr))
      if (ArrayAttr known = numbers(dims); known != dims)
        function.setResultAttr(i, graph::dimsAttr, known);
  function.setType(b.getFunctionType(arguments, function.getResultTypes()));
  NamedAttrList rest;
  for (NamedAttribute symbol : symbols)
    if (!bindings.contains(symbol.getName()))
      rest.push_back(symbol);
  if (rest.empty())
    function->removeAttr(graph::symbolsAttr);
  else if (rest.getAttrs().size() != symbols.size())
    function->setAttr(graph::symbolsAttr, rest.getDictionary(function.getContext()));
  return function;
}

/// The type with the sizes that the analysis knows as numbers.
RankedTensorType Refiner::refinedType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.hasStaticShape())
    return {};
  SmallVector<int64_t> sizes = llvm::to_vector(type.getShape());
  for (auto [axis, size] : llvm::enumerate(sizes))
    if (ShapedType::isDynamic(size))
      if (auto number = dyn_cast<AffineConstantExpr>(shapes.getSize(value, axis)); number && number.getValue() >= 0)
        size = number.getValue();
  RankedTensorType refined = type.clone(sizes);
  return refined == type ? RankedTensorType() : refined;
}

/// Gives a value a more static type. Users that insist on the old one read it through a cast, one for all of them.
void Refiner::refine(Value value, RankedTensorType type) {
  Type old = value.getType();
  value.setType(type);
  ++numRefined;
  tensor::CastOp cast;
  for (OpOperand &use : llvm::make_early_inc_range(value.getUses())) {
    if (takesRefined(use.getOwner()))
      continue;
    if (!cast) {
      OpBuilder b(value.getContext());
      b.setInsertionPointAfterValue(value);
      cast = tensor::CastOp::create(b, value.getLoc(), old, value);
    }
    if (use.getOwner() != cast)
      use.set(cast);
  }
}

void Refiner::visitCall(func::CallOp call, SymbolTable &symbols) {
  auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
  if (!callee)
    return;
  OpBuilder b(call);
  for (auto [operand, type] : llvm::zip(call->getOpOperands(), callee.getArgumentTypes()))
    if (operand.get().getType() != type)
      operand.set(tensor::CastOp::create(b, call.getLoc(), type, operand.get()));
  for (auto [result, type] : llvm::zip(call.getResults(), callee.getResultTypes()))
    if (result.getType() != type)
      refine(result, cast<RankedTensorType>(type));
}

/// A cast that only forgets sizes is needed by those users alone who insist on it.
void Refiner::visitCast(tensor::CastOp cast) {
  auto source = dyn_cast<RankedTensorType>(cast.getSource().getType()), target = dyn_cast<RankedTensorType>(cast.getType());
  if (!source || !target)
    return;
  bool forgets = llvm::all_of(llvm::zip(source.getShape(), target.getShape()),
                              [](auto pair) { return std::get<1>(pair) == std::get<0>(pair) || ShapedType::isDynamic(std::get<1>(pair)); });
  if (!forgets)
    return;
  cast.getResult().replaceUsesWithIf(cast.getSource(), [](OpOperand &use) { return takesRefined(use.getOwner()); });
  if (cast->use_empty())
    cast.erase();
}

void Refiner::run(SymbolTable &symbols, bool keepResults) {
  if (function.isExternal())
    return;
  SmallVector<Operation *> ops;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op != function)
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    if (auto call = dyn_cast<func::CallOp>(op))
      visitCall(call, symbols);
    shapes.visit(op);
    if (auto cast = dyn_cast<tensor::CastOp>(op)) {
      visitCast(cast);
      continue;
    }
    if (isa<ShapeOpInterface>(op) && op->getNumRegions() == 0)
      for (Value result : op->getResults())
        if (RankedTensorType type = refinedType(result))
          refine(result, type);
  }
  updateResults(keepResults);
}

/// Sizes as numbers and names; null if one is neither.
ArrayAttr Refiner::describe(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return {};
  Builder b(value.getContext());
  SmallVector<Attribute> dims;
  bool named = false;
  for (auto [axis, size] : llvm::enumerate(type.getShape())) {
    StringAttr name = ShapedType::isDynamic(size) ? shapes.getName(shapes.getSize(value, axis)) : StringAttr();
    if (ShapedType::isDynamic(size) && !name)
      return {};
    named = named || name;
    dims.push_back(name ? Attribute(name) : b.getI64IntegerAttr(size));
  }
  return named ? b.getArrayAttr(dims) : ArrayAttr(); // a static type says it all
}

void Refiner::updateResults(bool keep) {
  SmallVector<func::ReturnOp> returns = llvm::to_vector(function.getOps<func::ReturnOp>());
  if (keep || returns.size() != 1) {
    for (func::ReturnOp op : returns) {
      OpBuilder b(op);
      for (auto [operand, type] : llvm::zip(op->getOpOperands(), function.getResultTypes()))
        if (operand.get().getType() != type)
          operand.set(tensor::CastOp::create(b, op.getLoc(), type, operand.get()));
    }
    return;
  }
  func::ReturnOp op = returns.front();
  function.setType(FunctionType::get(function.getContext(), function.getArgumentTypes(), op.getOperandTypes()));
  for (auto [i, value] : llvm::enumerate(op.getOperands())) {
    auto stated = function.getResultAttrOfType<ArrayAttr>(i, graph::dimsAttr);
    ArrayAttr dims = describe(value);
    if (auto type = dyn_cast<RankedTensorType>(value.getType()); stated && type && !dims) {
      // What a front end stated stays, but for the sizes that are in the type now.
      Builder b(function.getContext());
      SmallVector<Attribute> merged = llvm::to_vector(stated.getValue());
      for (auto [dim, size] : llvm::zip(merged, type.getShape()))
        if (!ShapedType::isDynamic(size))
          dim = b.getI64IntegerAttr(size);
      dims = b.getArrayAttr(merged);
    }
    if (dims && dims != stated)
      function.setResultAttr(i, graph::dimsAttr, dims);
  }
}

namespace {
struct GraphRefineShapesPass final : graphopt::impl::GraphRefineShapesPassBase<GraphRefineShapesPass> {
  using GraphRefineShapesPassBase::GraphRefineShapesPassBase;

  FailureOr<Bindings> readSizes() {
    Bindings bindings;
    for (StringRef text : sizes) {
      auto [name, number] = text.split('=');
      int64_t value = 0;
      if (name.empty() || number.getAsInteger(10, value) || value < 0)
        return emitError(getOperation().getLoc()) << "expected NAME=NUMBER in 'sizes', got '" << text << "'";
      auto symbol = StringAttr::get(&getContext(), name);
      bool found = false;
      for (auto function : getOperation().getOps<func::FuncOp>()) {
        auto symbols = function->getAttrOfType<DictionaryAttr>(graph::symbolsAttr);
        auto range = symbols ? dyn_cast_or_null<ArrayAttr>(symbols.get(symbol)) : ArrayAttr();
        if (!range)
          continue;
        found = true;
        int64_t least = cast<IntegerAttr>(range[0]).getInt(), greatest = cast<IntegerAttr>(range[1]).getInt();
        if (value < least || value > greatest)
          return function.emitOpError() << "expected '" << name << "' in [" << least << ", " << greatest << "], got " << value;
      }
      if (!found)
        return emitError(getOperation().getLoc()) << "expected a name of a function's 'graph.symbols' in 'sizes', got '" << name << "'";
      bindings[symbol] = value;
    }
    return bindings;
  }

  void runOnOperation() override {
    auto bindings = readSizes();
    if (failed(bindings))
      return signalPassFailure();
    SymbolUses uses(getOperation());
    SymbolTable symbols(getOperation());
    // Arguments of all functions first: calls see them whatever the order.
    llvm::MapVector<func::FuncOp, std::pair<std::unique_ptr<Refiner>, unsigned>> pending;
    for (auto function : getOperation().getOps<func::FuncOp>())
      pending[function] = {std::make_unique<Refiner>(function, *bindings), 0};
    for (auto &[name, calls] : uses.calls)
      for (func::CallOp call : calls)
        ++pending[call->getParentOfType<func::FuncOp>()].second;
    // Then callees before callers, which see their results' types. What is left over calls in a circle, and keeps them.
    SmallVector<func::FuncOp> order;
    for (auto &[function, entry] : pending)
      if (entry.second == 0)
        order.push_back(function);
    for (size_t i = 0; i < order.size(); ++i)
      if (auto *it = uses.calls.find(order[i].getSymNameAttr()); it != uses.calls.end())
        for (func::CallOp call : it->second)
          if (auto caller = call->getParentOfType<func::FuncOp>(); --pending[caller].second == 0)
            order.push_back(caller);
    for (func::FuncOp function : order)
      pending[function].first->run(symbols, /*keepResults=*/false);
    for (auto &[function, entry] : pending) {
      if (entry.second != 0)
        entry.first->run(symbols, /*keepResults=*/true);
      numRefined += entry.first->numRefined;
    }
  }
};
} // namespace
