//===- Recurrent.cpp - LSTM, GRU and RNN as loops over time ---------------===//
#include "Interop/Aten/Rules/Recurrent.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Linear.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace graphopt;

//===--- Walking along time -----------------------------------------------===//

Expr aten::gate(Expr x, int64_t index, int64_t count) {
  OpBuilder &b = x.g->b;
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, x.g->loc, x), starts(sizes.size(), b.getIndexAttr(0));
  int64_t size = x.getType().getShape().back() / count;
  sizes.back() = b.getIndexAttr(size);
  starts.back() = b.getIndexAttr(index * size);
  return (*x.g)(graph::SliceOp::create(b, x.g->loc, x, starts, sizes, SmallVector<int64_t>(sizes.size(), 1)));
}

Value aten::entry(const ImportCall &call, Value x, OpFoldResult index, int64_t axis) {
  SmallVector<OpFoldResult> sizes = sizesOf(call, x);
  sizes.erase(sizes.begin() + axis);
  return reshape(call, part(call, x, axis, index, call.builder.getIndexAttr(1)), sizes);
}

Value aten::concatenate(const ImportCall &call, ArrayRef<Value> values, int64_t axis) {
  return values.size() == 1 ? values[0] : graph::ConcatOp::create(call.builder, call.loc, values, axis).getResult();
}

aten::Walk aten::walkTime(const ImportCall &call, ArrayRef<Value> sequences, ArrayRef<Value> start, ArrayRef<OpFoldResult> line,
                          bool backwards, StepFunction step) {
  OpBuilder &b = call.builder;
  Location loc = call.loc;
  ExprBuilder g(b, loc);
  Type element = typeOf(start[0]).getElementType();
  SmallVector<OpFoldResult> sizes(line), one(line.size() + 1, b.getIndexAttr(1)), count = sizes;
  sizes.insert(sizes.begin(), sizesOf(call, sequences[0])[0]);
  count.insert(count.begin(), b.getIndexAttr(1));
  auto lineType = RankedTensorType::get(decomposeMixedValues(SmallVector<OpFoldResult>(line)).first, element);
  SmallVector<Value> carried(start);
  carried.push_back(graph::BroadcastOp::create(b, loc, g.number(0.0, element), sizes));
  Value first = arith::ConstantIndexOp::create(b, loc, 0), stride = arith::ConstantIndexOp::create(b, loc, 1);
  Value end = getValueOrCreateConstantIndexOp(b, loc, sizes[0]);
  Value last = backwards ? b.createOrFold<arith::SubIOp>(loc, end, stride) : Value();
  // What the loop carries keeps its type.
  auto as = [&](Value value, Type type) {
    return value.getType() == type ? value : tensor::CastOp::create(b, loc, type, value).getResult();
  };
  auto loop = scf::ForOp::create(b, loc, first, end, stride, carried, [&](OpBuilder &, Location, Value i, ValueRange values) {
    Value time = backwards ? arith::SubIOp::create(b, loc, last, i).getResult() : i;
    ExprBuilder inner(b, loc);
    SmallVector<Expr> lines = llvm::map_to_vector(sequences, [&](Value sequence) { return inner(entry(call, sequence, time)); });
    Step made = step(time, lines, inner(values.drop_back()));
    SmallVector<Value> yielded;
    for (auto [state, from] : llvm::zip_equal(made.states, start))
      yielded.push_back(as(state, from.getType()));
    SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0));
    offsets[0] = time;
    yielded.push_back(tensor::InsertSliceOp::create(b, loc, as(made.output, lineType), values.back(), offsets, count, one));
    scf::YieldOp::create(b, loc, yielded);
  });
  SmallVector<Value> states = llvm::to_vector_of<Value>(loop.getResults());
  Value outputs = states.pop_back_val();
  return {outputs, states};
}

//===--- Cells --------------------------------------------------------------===//

namespace {
using aten::gate;
/// The next state (the hidden one first) from the share of the inputs, that of the hidden state, and the state.
using Cell = SmallVector<Expr> (*)(Expr inputs, Expr hidden, ArrayRef<Expr> state);

SmallVector<Expr> lstmCell(Expr inputs, Expr hidden, ArrayRef<Expr> state) {
  Expr gates = inputs + hidden;
  Expr cell = sigmoid(gate(gates, 1, 4)) * state[1] + sigmoid(gate(gates, 0, 4)) * tanh(gate(gates, 2, 4));
  return {sigmoid(gate(gates, 3, 4)) * tanh(cell), cell};
}

SmallVector<Expr> gruCell(Expr inputs, Expr hidden, ArrayRef<Expr> state) {
  Expr reset = sigmoid(gate(inputs, 0, 3) + gate(hidden, 0, 3)), keep = sigmoid(gate(inputs, 1, 3) + gate(hidden, 1, 3));
  Expr fresh = tanh(gate(inputs, 2, 3) + reset * gate(hidden, 2, 3));
  return {(1.0 - keep) * fresh + keep * state[0]};
}

SmallVector<Expr> tanhCell(Expr inputs, Expr hidden, ArrayRef<Expr>) { return {tanh(inputs + hidden)}; }
SmallVector<Expr> reluCell(Expr inputs, Expr hidden, ArrayRef<Expr>) {
  Expr sum = inputs + hidden;
  return {(*sum.g)(graph::ReluOp::create(sum.g->b, sum.g->loc, sum))};
}

/// The weights of one layer in one direction. Biases and the projection may be null.
struct Weights {
  Value inputs, hidden, inputBias, hiddenBias, projection;
};

aten::Walk runLayer(ImportCall &call, Cell cell, Value x, const Weights &weights, ArrayRef<Value> start, bool backwards) {
  OpBuilder &b = call.builder;
  Value shares = graph::LinearOp::create(b, call.loc, x, weights.inputs, weights.inputBias);
  SmallVector<OpFoldResult> line = {aten::sizesOf(call, shares)[1], aten::sizesOf(call, start[0])[1]};
  return aten::walkTime(call, shares, start, line, backwards, [&](Value, ArrayRef<Expr> lines, ArrayRef<Expr> states) {
    ExprBuilder &g = *states[0].g;
    Expr hidden = g(graph::LinearOp::create(b, call.loc, states[0], weights.hidden, weights.hiddenBias));
    SmallVector<Expr> next = cell(lines[0], hidden, states);
    if (weights.projection)
      next[0] = g(graph::LinearOp::create(b, call.loc, next[0], weights.projection, Value()));
    return aten::Step{next, next[0]};
  });
}

LogicalResult importRecurrent(ImportCall &call, Cell cell, size_t stateCount, int64_t gates) {
  auto input = call.tensor("input");
  auto params = call.tensors("params");
  SmallVector<Value> start;
  if (stateCount > 1) {
    auto given = call.tensors("hx");
    if (failed(given))
      return failure();
    start = *given;
  } else {
    auto given = call.tensor("hx");
    if (failed(given))
      return failure();
    start = {*given};
  }
  auto biases = call.boolean("has_biases", true), training = call.boolean("train", false);
  auto both = call.boolean("bidirectional", false), batchFirst = call.boolean("batch_first", false);
  auto layers = call.integer("num_layers");
  auto dropout = call.number("dropout", 0);
  if (failed(input) || failed(params) || failed(biases) || failed(training) || failed(both) || failed(batchFirst) || failed(layers) ||
      failed(dropout))
    return failure();
  if (*training && *dropout != 0)
    return call.unsupported("dropout in training draws random numbers; export the model in eval mode");
  auto directions = static_cast<size_t>(*both ? 2 : 1), perDirection = static_cast<size_t>(*biases ? 4 : 2);
  size_t count = directions * static_cast<size_t>(std::max<int64_t>(*layers, 0));
  bool projects = count > 0 && params->size() == count * (perDirection + 1);
  perDirection += projects;
  bool single = aten::rankOf(*input) == 2;
  if (count == 0 || params->size() != count * perDirection || start.size() != stateCount || (!single && aten::rankOf(*input) != 3))
    return call.unsupported("expected sequences, " + Twine(stateCount) + " states and the weights of each layer");
  for (size_t i = 0; i < params->size(); i += perDirection)
    if (auto type = aten::typeOf((*params)[i + 1]); type.getRank() != 2 || !type.hasStaticShape() || type.getDimSize(0) % gates != 0)
      return call.unsupported("expected weights of static sizes, of " + Twine(gates) + " gates");

  Value x = single ? aten::insertAxis(call, *input, 1) : *input;
  if (single)
    for (Value &state : start)
      state = aten::insertAxis(call, state, 1);
  else if (*batchFirst)
    x = graph::TransposeOp::create(call.builder, call.loc, x, ArrayRef<int64_t>{1, 0, 2});
  SmallVector<SmallVector<Value>> last(stateCount);
  for (size_t layer = 0, next = 0; layer < static_cast<size_t>(*layers); ++layer) {
    SmallVector<Value> outputs;
    for (size_t direction = 0; direction < directions; ++direction, ++next) {
      ArrayRef<Value> own = ArrayRef(*params).slice(next * perDirection, perDirection);
      Weights weights{own[0], own[1], *biases ? own[2] : Value(), *biases ? own[3] : Value(), projects ? own.back() : Value()};
      SmallVector<Value> states = llvm::map_to_vector(
          start, [&](Value all) { return aten::entry(call, all, call.builder.getIndexAttr(static_cast<int64_t>(next))); });
      aten::Walk result = runLayer(call, cell, x, weights, states, direction == 1);
      outputs.push_back(result.outputs);
      for (auto [all, state] : llvm::zip(last, result.states))
        all.push_back(aten::insertAxis(call, state, 0));
    }
    x = aten::concatenate(call, outputs, 2);
  }
  auto withoutBatch = [&](Value value) {
    SmallVector<OpFoldResult> sizes = aten::sizesOf(call, value);
    sizes.erase(sizes.begin() + 1);
    return aten::reshape(call, value, sizes);
  };
  SmallVector<Value> results = {x};
  for (ArrayRef<Value> states : last)
    results.push_back(aten::concatenate(call, states, 0));
  if (single)
    for (Value &value : results)
      value = withoutBatch(value);
  else if (*batchFirst)
    results[0] = graph::TransposeOp::create(call.builder, call.loc, x, ArrayRef<int64_t>{1, 0, 2});
  return call.yield(results);
}

/// What torch.compile makes of an LSTM on a CPU: one layer in one direction, states with an axis of layers.
LogicalResult importOneLayer(ImportCall &call) {
  auto input = call.tensor("input"), inputs = call.tensor("weight0"), hidden = call.tensor("weight1"), inputBias = call.tensor("weight2"),
       hiddenBias = call.tensor("weight3"), state = call.tensor("hx_"), cell = call.tensor("cx_");
  auto backwards = call.boolean("reverse"), biases = call.boolean("has_biases"), both = call.boolean("bidirectional"),
       batchFirst = call.boolean("batch_first");
  auto mode = call.integer("mode"), layers = call.integer("num_layers");
  for (const FailureOr<Value> &value : {input, inputs, hidden, inputBias, hiddenBias, state, cell})
    if (failed(value))
      return failure();
  if (failed(backwards) || failed(biases) || failed(both) || failed(batchFirst) || failed(mode) || failed(layers))
    return failure();
  constexpr int64_t lstm = 2;
  if (*mode != lstm || *layers != 1 || *both || *batchFirst || aten::rankOf(*input) != 3 || aten::rankOf(*state) != 3)
    return call.unsupported("expected one layer of an LSTM in one direction, with the steps first");
  if (!aten::typeOf(*hidden).hasStaticShape())
    return call.unsupported("expected weights of static sizes");
  Weights weights{*inputs, *hidden, *biases ? *inputBias : Value(), *biases ? *hiddenBias : Value(), Value()};
  auto only = [&](Value all) { return aten::entry(call, all, call.builder.getIndexAttr(0)); };
  aten::Walk result = runLayer(call, lstmCell, *input, weights, {only(*state), only(*cell)}, *backwards);
  SmallVector<Value> results(call.resultTypes.size()); // the last is a workspace for training
  results[0] = result.outputs;
  results[1] = aten::insertAxis(call, result.states[0], 0);
  results[2] = aten::insertAxis(call, result.states[1], 0);
  return call.yield(results);
}
} // namespace

void graphopt::registerAtenRecurrentRules(ImportRules &rules) {
  rules.aten({"lstm.input"}, [](ImportCall &call) { return importRecurrent(call, lstmCell, 2, 4); });
  rules.aten({"mkldnn_rnn_layer.default"}, importOneLayer);
  rules.aten({"gru.input"}, [](ImportCall &call) { return importRecurrent(call, gruCell, 1, 3); });
  rules.aten({"rnn_tanh.input"}, [](ImportCall &call) { return importRecurrent(call, tanhCell, 1, 1); });
  rules.aten({"rnn_relu.input"}, [](ImportCall &call) { return importRecurrent(call, reluCell, 1, 1); });
}
