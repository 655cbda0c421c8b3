// RUN: graph-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{expected 'graph.symbols' to be a dictionary, got 3 : i64}}
func.func @f() attributes {graph.symbols = 3} { return }

// -----

// expected-error @below {{expected the range of symbol 'n' to be [least, greatest], got [4, 1]}}
func.func @f() attributes {graph.symbols = {n = [4, 1]}} { return }

// -----

// expected-error @below {{expected the range of symbol 'n' to be [least, greatest], got [1]}}
func.func @f() attributes {graph.symbols = {n = [1]}} { return }

// -----

// expected-error @below {{expected an attribute of an op to be one of 'graph.symbols', }}
func.func @f() attributes {graph.symbol = {n = [1, 4]}} { return }

// -----

// expected-error @below {{expected 'graph.dims' to be an array with an entry for each size of 'tensor<?x4xf32>', got ["n"]}}
func.func @f(%x: tensor<?x4xf32> {graph.dims = ["n"]}) attributes {graph.symbols = {n = [1, 4]}} { return }

// -----

// expected-error @below {{expected 'n' of 'graph.dims' to be one of the function's 'graph.symbols'}}
func.func @f(%x: tensor<?xf32> {graph.dims = ["n"]}) { return }

// -----

// expected-error @below {{expected size 1 of 'tensor<?x4xf32>' in 'graph.dims', got 5 : i64}}
func.func @f(%x: tensor<?x4xf32> {graph.dims = ["?", 5]}) { return }

// -----

// expected-error @below {{expected 'graph.name' to be a string, got 1 : i64}}
func.func @f(%x: tensor<f32>) -> (tensor<f32> {graph.name = 1}) { return %x : tensor<f32> }

// -----

// expected-error @below {{expected an attribute of an argument or result to be one of 'graph.name', 'graph.dims', 'graph.arena', 'graph.ctx', 'graph.from_data', 'graph.prepared', 'graph.result', 'graph.weight', got 'graph.dimms'}}
func.func @f(%x: tensor<?xf32> {graph.dimms = ["n"]}) { return }
