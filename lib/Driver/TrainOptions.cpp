//===- TrainOptions.cpp ---------------------------------------------------===//
#include "Driver/TrainOptions.h"
#include "graph-opt/GraphError.h"

using namespace llvm;
using namespace graphopt;

TrainOptions::TrainOptions()
    : step("train", cl::desc("train on the rows of the inputs; options of graph-make-train-step"),
           cl::value_desc("\"loss=mse optimizer=sgd\"")),
      lr("lr", cl::desc("the learning rate (0.01)"), cl::value_desc("X"), cl::init(0.01)),
      epochs("epochs", cl::desc("how often to go through the data (1)"), cl::value_desc("N"), cl::init(1)),
      batchSize("batch-size", cl::desc("rows a step; by default as many as the model has, or all"), cl::value_desc("N")),
      shuffle("shuffle", cl::desc("put the rows into a new order in each epoch, by a seed (0)"), cl::value_desc("SEED"), cl::ValueOptional),
      save("save", cl::desc("write the trained model: .mlir, .mlirbc or .json"), cl::value_desc("FILE")) {}

Expected<std::optional<TrainRequest>> TrainOptions::get() const {
  auto refuse = [](const Twine &message) { return makeError(Failure::usage, message); };
  if (!step.getNumOccurrences()) {
    for (const cl::Option *option : std::initializer_list<const cl::Option *>{&lr, &epochs, &batchSize, &shuffle, &save})
      if (option->getNumOccurrences())
        return refuse("expected --train with --" + option->ArgStr);
    return std::nullopt;
  }
  TrainRequest request;
  request.step = step;
  request.lr = lr;
  request.epochs = epochs;
  request.batchSize = batchSize;
  request.save = save;
  if (epochs < 0)
    return refuse("expected --epochs of at least 0, got " + Twine(epochs));
  if (batchSize.getNumOccurrences() && batchSize < 1)
    return refuse("expected --batch-size of at least 1, got " + Twine(batchSize));
  if (shuffle.getNumOccurrences()) {
    uint64_t seed = 0;
    if (!shuffle.empty() && StringRef(shuffle).getAsInteger(10, seed))
      return refuse("expected a number in --shuffle, got '" + shuffle + "'");
    request.shuffle = seed;
  }
  return request;
}
