//===- GraphOps.h - the op classes of all families -------------------------===//
//
// For short programs that build graphs: a file of the library includes Ops/X.h of the families it builds, and passes include Graph.h.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/GraphOps.h.inc"
