//===- Recurrent.cpp - LSTM, GRU and RNN as loops over time ---------------===//
//
// The products with the inputs are one for all steps; the loop holds what depends on the step before. Results gather in a tensor that the
// loop carries.
//
//===----------------------------------------------------------------------===//
#include "Interop/Aten/Rules/Rules.h"
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

namespace {
/// The next state (the hidden one first) from the share of the inputs, that of the hidden state, and the state.
using Cell = SmallVector<Expr> (*)(Expr inputs, Expr hidden, ArrayRef<Expr> state);

/// Part `index` of `count` equal parts of the last axis.
Expr part(Expr x, int64_t index, int64_t count) {
  OpBuilder &b = x.g->b;
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, x.g->loc, x), starts(sizes.size(), b.getIndexAttr(0));
  int64_t size = x.getType().getShape().back() / count;
  sizes.back() = b.getIndexAttr(size);
  starts.back() = b.getIndexAttr(index * size);
  return (*x.g)(graph::SliceOp::create(b, x.g->loc, x, starts, sizes, SmallVector<int64_t>(sizes.size(), 1)));
}

SmallVector<Expr> lstmCell(Expr inputs, Expr hidden, ArrayRef<Expr> state) {
  Expr gates = inputs + hidden;
  Expr cell = sigmoid(part(gates, 1, 4)) * state[1] + sigmoid(part(gates, 0, 4)) * tanh(part(gates, 2, 4));
  return {sigmoid(part(gates, 3, 4)) * tanh(cell), cell};
}

SmallVector<Expr> gruCell(Expr inputs, Expr hidden, ArrayRef<Expr> state) {
  Expr reset = sigmoid(part(inputs, 0, 3) + part(hidden, 0, 3)), keep = sigmoid(part(inputs, 1, 3) + part(hidden, 1, 3));
  Expr fresh = tanh(part(inputs, 2, 3) + reset * part(hidden, 2, 3));
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

struct Layer {
  Value outputs;             ///< [time, batch, size]
  SmallVector<Value> states; ///< after the last step, [batch, size]
};

Value reversed(ImportCall &call, Value x) {
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, x), starts(sizes.size(), call.builder.getIndexAttr(0));
  SmallVector<int64_t> steps(sizes.size(), 1);
  steps[0] = -1;
  starts[0] = call.builder.getIndexAttr(std::numeric_limits<int64_t>::max()); // moved to the last
  return graph::SliceOp::create(call.builder, call.loc, x, starts, sizes, steps);
}

Layer runLayer(ImportCall &call, Cell cell, Value x, const Weights &weights, ArrayRef<Value> start, bool backwards) {
  OpBuilder &b = call.builder;
  Location loc = call.loc;
  Value shares = graph::LinearOp::create(b, loc, backwards ? reversed(call, x) : x, weights.inputs, weights.inputBias);
  SmallVector<OpFoldResult> shareSizes = aten::sizesOf(call, shares), sizes = shareSizes;
  sizes[2] = aten::sizesOf(call, start[0])[1];
  ExprBuilder g(b, loc);
  Value outputs = graph::BroadcastOp::create(b, loc, g.number(0.0, aten::typeOf(x).getElementType()), sizes);
  SmallVector<Value> carried(start);
  carried.push_back(outputs);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  auto loop =
      scf::ForOp::create(b, loc, zero, getValueOrCreateConstantIndexOp(b, loc, shareSizes[0]), one, carried,
                         [&](OpBuilder &nested, Location at, Value time, ValueRange values) {
                           ExprBuilder inner(nested, at);
                           SmallVector<OpFoldResult> starts = {time, nested.getIndexAttr(0), nested.getIndexAttr(0)}, step = shareSizes;
                           step[0] = nested.getIndexAttr(1);
                           Value line = graph::SliceOp::create(nested, at, shares, starts, step, ArrayRef<int64_t>{1, 1, 1});
                           Expr inputs = inner(graph::ReshapeOp::create(nested, at, line, ArrayRef(step).drop_front()));
                           Expr hidden = inner(graph::LinearOp::create(nested, at, values[0], weights.hidden, weights.hiddenBias));
                           SmallVector<Expr> next = cell(inputs, hidden, inner(values.drop_back()));
                           if (weights.projection)
                             next[0] = inner(graph::LinearOp::create(nested, at, next[0], weights.projection, Value()));
                           SmallVector<OpFoldResult> one(3, nested.getIndexAttr(1)), count = sizes;
                           count[0] = nested.getIndexAttr(1);
                           SmallVector<Value> yielded = llvm::to_vector_of<Value>(next);
                           for (auto [value, type] : llvm::zip(yielded, start)) // what the loop carries keeps its type
                             if (value.getType() != type.getType())
                               value = tensor::CastOp::create(nested, at, type.getType(), value);
                           yielded.push_back(tensor::InsertSliceOp::create(nested, at, yielded[0], values.back(), starts, count, one));
                           scf::YieldOp::create(nested, at, yielded);
                         });
  SmallVector<Value> results = llvm::to_vector_of<Value>(loop.getResults());
  Value all = results.pop_back_val();
  return {backwards ? reversed(call, all) : all, results};
}

/// State `index` of a tensor of all layers' and directions' states.
Value stateOf(ImportCall &call, Value states, int64_t index) {
  OpBuilder &b = call.builder;
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, states), starts(sizes.size(), b.getIndexAttr(0));
  starts[0] = b.getIndexAttr(index), sizes[0] = b.getIndexAttr(1);
  Value one = graph::SliceOp::create(b, call.loc, states, starts, sizes, SmallVector<int64_t>(sizes.size(), 1));
  return aten::reshape(call, one, ArrayRef(sizes).drop_front());
}

/// Along `axis`; a single value is itself.
Value concatenate(ImportCall &call, ArrayRef<Value> values, int64_t axis) {
  return values.size() == 1 ? values[0] : graph::ConcatOp::create(call.builder, call.loc, values, axis).getResult();
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
      SmallVector<Value> states = llvm::map_to_vector(start, [&](Value all) { return stateOf(call, all, static_cast<int64_t>(next)); });
      Layer result = runLayer(call, cell, x, weights, states, direction == 1);
      outputs.push_back(result.outputs);
      for (auto [all, state] : llvm::zip(last, result.states))
        all.push_back(aten::insertAxis(call, state, 0));
    }
    x = concatenate(call, outputs, 2);
  }
  auto withoutBatch = [&](Value value) {
    SmallVector<OpFoldResult> sizes = aten::sizesOf(call, value);
    sizes.erase(sizes.begin() + 1);
    return aten::reshape(call, value, sizes);
  };
  SmallVector<Value> results = {x};
  for (ArrayRef<Value> states : last)
    results.push_back(concatenate(call, states, 0));
  if (single)
    for (Value &value : results)
      value = withoutBatch(value);
  else if (*batchFirst)
    results[0] = graph::TransposeOp::create(call.builder, call.loc, x, ArrayRef<int64_t>{1, 0, 2});
  return call.yield(results);
}
} // namespace

void graphopt::registerAtenRecurrentRules(ImportRules &rules) {
  rules.aten({"lstm.input"}, [](ImportCall &call) { return importRecurrent(call, lstmCell, 2, 4); });
  rules.aten({"gru.input"}, [](ImportCall &call) { return importRecurrent(call, gruCell, 1, 3); });
  rules.aten({"rnn_tanh.input"}, [](ImportCall &call) { return importRecurrent(call, tanhCell, 1, 1); });
  rules.aten({"rnn_relu.input"}, [](ImportCall &call) { return importRecurrent(call, reluCell, 1, 1); });
}
