//===- Recurrent.cpp - LSTM, GRU and RNN ----------------------------------===//
#include "Interop/Aten/Rules/Recurrent.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Clamp.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Linear.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;
using aten::gate;

//===--- Activations ------------------------------------------------------===//

namespace {
using Parameters = ArrayRef<double>;

/// An activation of cells, with the numbers that it has where the operator gives none. Without a function it is the operator of its name.
struct CellActivation {
  StringLiteral name;
  SmallVector<double, 2> parameters;
  Expr (*compute)(Expr x, Parameters p);
};

template <typename Op> Expr apply(Expr x, Parameters) { return (*x.g)(Op::create(x.g->b, x.g->loc, x)); }

const CellActivation cellActivations[] = {
    {"Relu", {}, apply<graph::ReluOp>},
    {"Tanh", {}, apply<graph::TanhOp>},
    {"Sigmoid", {}, apply<graph::SigmoidOp>},
    {"Softplus", {}, apply<graph::SoftplusOp>},
    {"Affine", {1, 0}, [](Expr x, Parameters p) { return x * p[0] + p[1]; }},
    {"ScaledTanh", {1, 1}, [](Expr x, Parameters p) { return p[0] * tanh(x * p[1]); }},
    {"LeakyRelu", {0.01}, nullptr},
    {"ThresholdedRelu", {1}, nullptr},
    {"HardSigmoid", {0.2, 0.5}, nullptr},
    {"Elu", {1}, nullptr},
    {"Softsign", {}, nullptr},
};

/// The elements of a list of attributes; none where it is absent.
template <typename T> SmallVector<T> listOf(const ImportCall &call, StringRef arg) {
  SmallVector<T> list;
  if (const auto *given = call[arg].get<std::vector<ImportArg>>())
    for (const ImportArg &element : *given)
      if (const T *value = element.get<T>())
        list.push_back(*value);
  return list;
}

/// An activation with its numbers, on a gate that the clip bounds.
struct Activate {
  Expr (*compute)(Expr x, Parameters p);
  SmallVector<double, 2> parameters;
  std::optional<double> clip;

  Expr operator()(Expr x) const {
    if (clip)
      x = (*x.g)(graph::ClampOp::create(x.g->b, x.g->loc, x, numberLike(-*clip, x), numberLike(*clip, x)));
    return unclipped(x);
  }
  Expr unclipped(Expr x) const { return compute(x, parameters); }
};

/// Those of all directions. Each that takes a number takes the next one of the list.
FailureOr<SmallVector<Activate>> readActivations(ImportCall &call, ArrayRef<StringRef> absent, size_t directions) {
  SmallVector<std::string> names = listOf<std::string>(call, "activations");
  for (size_t i = names.size(); i < directions * absent.size(); ++i)
    names.push_back(absent[i % absent.size()].str());
  names.resize(directions * absent.size());
  SmallVector<double> numbers[] = {listOf<double>(call, "activation_alpha"), listOf<double>(call, "activation_beta")};
  size_t taken[] = {0, 0};
  std::optional<double> clip;
  if (call.has("clip")) {
    auto given = call.number("clip");
    if (failed(given))
      return failure();
    clip = *given;
  }
  SmallVector<Activate> result;
  for (StringRef name : names) {
    const CellActivation *row = llvm::find_if(cellActivations, [&](const CellActivation &a) { return a.name.equals_insensitive(name); });
    if (row == std::end(cellActivations))
      return call.unsupported("the activation '" + name + "'");
    Activate activate{row->compute ? row->compute : findActivation(name)->compute, row->parameters, clip};
    for (size_t i = 0; i < activate.parameters.size(); ++i)
      if (taken[i] < numbers[i].size())
        activate.parameters[i] = numbers[i][taken[i]++];
    result.push_back(std::move(activate));
  }
  return result;
}

//===--- Cells --------------------------------------------------------------===//

/// One direction of a layer. Biases and peepholes may be null.
struct Direction {
  const ImportCall &call;
  Value inputs, hidden, inputBias, hiddenBias, peepholes;
  ArrayRef<Activate> activations;
  bool option; ///< of an LSTM: the forget gate is what the input gate leaves; of a GRU: the reset comes after the product
};

/// The next state (the hidden one first) from the share of the inputs and the state.
using Cell = SmallVector<Expr> (*)(const Direction &own, Expr inputs, ArrayRef<Expr> state);

Expr linear(Expr x, Value weight, Value bias) { return (*x.g)(graph::LinearOp::create(x.g->b, x.g->loc, x, weight, bias)); }

SmallVector<Expr> lstmCell(const Direction &own, Expr inputs, ArrayRef<Expr> state) {
  const Activate &f = own.activations[0], &g = own.activations[1], &h = own.activations[2];
  Expr gates = inputs + linear(state[0], own.hidden, own.hiddenBias);
  auto withPeephole = [&](int64_t index, int64_t peephole, Expr cell) {
    Expr value = gate(gates, index, 4);
    return own.peepholes ? value + gate((*value.g)(own.peepholes), peephole, 3) * cell : value;
  };
  Expr in = f(withPeephole(0, 0, state[1]));
  Expr forget = own.option ? 1.0 - in : f(withPeephole(2, 2, state[1]));
  Expr cell = forget * state[1] + in * g(gate(gates, 3, 4));
  return {f(withPeephole(1, 1, cell)) * h.unclipped(cell), cell}; // as in onnxruntime: the clip is for gates
}

SmallVector<Expr> gruCell(const Direction &own, Expr inputs, ArrayRef<Expr> state) {
  const Activate &f = own.activations[0], &g = own.activations[1];
  OpBuilder &b = own.call.builder;
  int64_t size = aten::typeOf(own.hidden).getDimSize(1);
  auto product = [&](Expr x, int64_t first, int64_t count) {
    OpFoldResult start = b.getIndexAttr(first * size), length = b.getIndexAttr(count * size);
    Value bias = own.hiddenBias ? aten::part(own.call, own.hiddenBias, 0, start, length) : Value();
    return linear(x, aten::part(own.call, own.hidden, 0, start, length), bias);
  };
  // The reset is of the state, or of its product.
  int64_t joint = own.option ? 3 : 2;
  Expr before = state[0], hidden = product(before, 0, joint);
  Expr update = f(gate(inputs, 0, 3) + gate(hidden, 0, joint)), reset = f(gate(inputs, 1, 3) + gate(hidden, 1, joint));
  Expr fresh = g(gate(inputs, 2, 3) + (own.option ? reset * gate(hidden, 2, joint) : product(reset * before, 2, 1)));
  return {(1.0 - update) * fresh + update * before};
}

SmallVector<Expr> rnnCell(const Direction &own, Expr inputs, ArrayRef<Expr> state) {
  return {own.activations[0](inputs + linear(state[0], own.hidden, own.hiddenBias))};
}

/// What tells the operators apart.
struct Kind {
  Cell cell;
  int64_t gates;
  SmallVector<StringRef> states, activations;
  StringRef option;
};

//===--- Layers -----------------------------------------------------------===//

Value swapFirstAxes(ImportCall &call, Value x) {
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(x)));
  std::swap(permutation[0], permutation[1]);
  return graph::TransposeOp::create(call.builder, call.loc, x, permutation);
}

struct Recurrent {
  Recurrent(ImportCall &call, const Kind &kind) : call(call), kind(kind), g(call.builder, call.loc) {}
  LogicalResult read();
  aten::Walk run(size_t direction);
  LogicalResult import();

  ImportCall &call;
  const Kind &kind;
  ExprBuilder g;
  Value x, weights, hidden, biases, peepholes, lengths;
  SmallVector<Value> start; ///< null where it is 0
  SmallVector<Activate> activations;
  SmallVector<bool> isBackwards; ///< of each direction
  bool option = false, batchFirst = false;
};
} // namespace

LogicalResult Recurrent::read() {
  auto input = call.tensor("X"), w = call.tensor("W"), r = call.tensor("R");
  auto b = call.optionalTensor("B"), p = call.optionalTensor("P"), lens = call.optionalTensor("sequence_lens");
  auto direction = call.string("direction", "forward");
  auto layout = call.boolean("layout", false);
  auto flag = call.boolean(kind.option, false);
  if (failed(input) || failed(w) || failed(r) || failed(b) || failed(p) || failed(lens) || failed(direction) || failed(layout) ||
      failed(flag))
    return failure();
  x = *input, weights = *w, hidden = *r, biases = *b, peepholes = *p, lengths = *lens, batchFirst = *layout, option = *flag;
  if (*direction == "bidirectional")
    isBackwards = {false, true};
  else if (*direction == "forward" || *direction == "reverse")
    isBackwards = {*direction == "reverse"};
  else
    return call.unsupported("expected the direction forward, reverse or bidirectional, got " + *direction);
  auto size = static_cast<int64_t>(isBackwards.size());
  RankedTensorType type = aten::typeOf(hidden);
  if (rankOf(x) != 3 || rankOf(weights) != 3 || type.getRank() != 3 || !type.hasStaticShape() || type.getDimSize(0) != size ||
      type.getDimSize(1) != kind.gates * type.getDimSize(2))
    return call.unsupported("expected sequences, and weights of " + Twine(size) + " directions and " + Twine(kind.gates) +
                            " gates of static sizes");
  int64_t hiddenSize = type.getDimSize(2);
  auto isOf = [&](Value tensor, ArrayRef<int64_t> sizes) {
    return !tensor || succeeded(verifyCompatibleShape(aten::typeOf(tensor).getShape(), sizes));
  };
  if (!isOf(weights, {size, kind.gates * hiddenSize, ShapedType::kDynamic}) || !isOf(biases, {size, 2 * kind.gates * hiddenSize}) ||
      !isOf(peepholes, {size, 3 * hiddenSize}) || !isOf(lengths, {ShapedType::kDynamic}))
    return emitError(call.loc) << "'" << call.name << "': expected weights, biases and lengths of sizes that go together";
  for (StringRef name : kind.states) {
    auto given = call.optionalTensor(name);
    if (failed(given))
      return failure();
    if (*given && rankOf(*given) != 3)
      return emitError(call.loc) << "'" << call.name << "': expected '" << name << "' of rank 3";
    start.push_back(*given && batchFirst ? swapFirstAxes(call, *given) : *given);
  }
  if (batchFirst)
    x = swapFirstAxes(call, x);
  auto given = readActivations(call, kind.activations, isBackwards.size());
  if (failed(given))
    return failure();
  activations = *given;
  return success();
}

aten::Walk Recurrent::run(size_t direction) {
  OpBuilder &b = call.builder;
  OpFoldResult index = b.getIndexAttr(static_cast<int64_t>(direction));
  auto ofDirection = [&](Value all) { return all ? aten::entry(call, all, index) : Value(); };
  Direction own{call, ofDirection(weights), ofDirection(hidden), {}, {}, ofDirection(peepholes), {}, option};
  if (Value both = ofDirection(biases))
    own.inputBias = gate(g(both), 0, 2), own.hiddenBias = gate(g(both), 1, 2);
  own.activations = ArrayRef(activations).slice(direction * kind.activations.size(), kind.activations.size());

  Value shares = linear(g(x), own.inputs, own.inputBias);
  SmallVector<OpFoldResult> line = {sizesOf(call, shares)[1], sizesOf(call, hidden)[2]};
  SmallVector<Value> states;
  for (Value all : start)
    states.push_back(all ? ofDirection(all) : aten::full(call, g.number(0, elementOf(x)), line));
  // Behind its end a sequence has no output, and keeps its state.
  Value ends = lengths ? aten::insertAxis(call, call.cast(lengths, b.getI64Type()), 1) : Value();
  return aten::walkTime(call, shares, states, line, isBackwards[direction], [&](Value time, ArrayRef<Expr> lines, ArrayRef<Expr> before) {
    SmallVector<Expr> next = kind.cell(own, lines[0], before);
    Expr output = next[0];
    if (ends) {
      ExprBuilder &inner = *output.g;
      Expr isInside = aten::sizeAsTensor(call, inner, time) < inner(ends);
      for (auto [state, old] : llvm::zip_equal(next, before))
        state = select(isInside, state, old);
      output = select(isInside, output, numberLike(0, output));
    }
    return aten::Step{next, output};
  });
}

LogicalResult Recurrent::import() {
  if (failed(read()))
    return failure();
  SmallVector<Value> outputs;
  SmallVector<SmallVector<Value>> last(start.size());
  for (size_t direction = 0; direction < isBackwards.size(); ++direction) {
    aten::Walk walk = run(direction);
    outputs.push_back(aten::insertAxis(call, walk.outputs, 1));
    for (auto [all, state] : llvm::zip_equal(last, walk.states))
      all.push_back(aten::insertAxis(call, state, 0));
  }
  SmallVector<Value> results = {aten::concatenate(call, outputs, 1)}; // [time, directions, batch, size]
  for (ArrayRef<Value> states : last)
    results.push_back(aten::concatenate(call, states, 0));
  if (batchFirst) {
    results[0] = graph::TransposeOp::create(call.builder, call.loc, results[0], ArrayRef<int64_t>{2, 0, 1, 3});
    for (Value &states : llvm::drop_begin(results))
      states = swapFirstAxes(call, states);
  }
  return call.yield(results);
}

void graphopt::registerOnnxRecurrentRules(ImportRules &rules) {
  auto add = [&](StringRef op, Kind kind) { rules.onnx({op}, [kind](ImportCall &call) { return Recurrent(call, kind).import(); }); };
  add("LSTM", {lstmCell, 4, {"initial_h", "initial_c"}, {"Sigmoid", "Tanh", "Tanh"}, "input_forget"});
  add("GRU", {gruCell, 3, {"initial_h"}, {"Sigmoid", "Tanh"}, "linear_before_reset"});
  add("RNN", {rnnCell, 1, {"initial_h"}, {"Tanh"}, ""});
}
