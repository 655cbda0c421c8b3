// RUN: graph-opt %s | graph-opt | FileCheck %s

// CHECK-LABEL: func.func @has_the_shape_of_what_it_is_put_into
func.func @has_the_shape_of_what_it_is_put_into(%x: tensor<?x4xf32>, %i: tensor<3x?xi64>, %u: tensor<3x?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: graph.scatter %{{.+}}, %{{.+}}, %{{.+}} axis 0 : (tensor<?x4xf32>, tensor<3x?xi64>, tensor<3x?x4xf32>) -> tensor<?x4xf32>
  %y = graph.scatter %x, %i, %u axis 0 : (tensor<?x4xf32>, tensor<3x?xi64>, tensor<3x?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
