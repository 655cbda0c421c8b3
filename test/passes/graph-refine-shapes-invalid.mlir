// RUN: not graph-opt --graph-refine-shapes="sizes=batch=99" %s 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not graph-opt --graph-refine-shapes="sizes=length=4" %s 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not graph-opt --graph-refine-shapes="sizes=batch" %s 2>&1 | FileCheck %s --check-prefix=FORM

// RANGE: expected 'batch' in [1, 64], got 99
// NAME: expected a name of a function's 'graph.symbols' in 'sizes', got 'length'
// FORM: expected NAME=NUMBER in 'sizes', got 'batch'
func.func @f(%x: tensor<?xf32> {graph.dims = ["batch"]}) attributes {graph.symbols = {batch = [1, 64]}} {
  return
}
