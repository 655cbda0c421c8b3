//===- Compare.cpp - the rows of Compare.td, compiled ---===//
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Compare.ops.inc"
