//===- ElementwiseUnary.cpp - the rows of ElementwiseUnary.td, compiled ---===//
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "Graph/Shared/OnnxSteps.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.ops.inc"
