// RUN: graph-opt %s --split-input-file --graph-cpu-outline-shapes --verify-diagnostics

func.func private @anything(tensor<?xf32>) -> tensor<?xf32>

func.func @calls(%x: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @below {{expected ops without effects where no size of an argument is asked for}}
  %y = call @anything(%x) : (tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}
