func.func @the_last_of_two_stays() {
  %x = graph.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi32>
  %i = graph.constant dense<[2, 0, -1]> : tensor<3xi64>
  %u = graph.constant dense<[[10, 11], [12, 13], [14, 15]]> : tensor<3x2xi32>
  %y = graph.scatter %x, %i, %u axis 0 : (tensor<3x2xi32>, tensor<3xi64>, tensor<3x2xi32>) -> tensor<3x2xi32>
  %expected = graph.constant dense<[[12, 13], [3, 4], [14, 15]]> : tensor<3x2xi32>
  check.expect_eq %y, %expected : tensor<3x2xi32>
  return
}

func.func @one_column() {
  %x = graph.constant dense<[[true, false], [false, false]]> : tensor<2x2xi1>
  %i = graph.constant dense<1> : tensor<i32>
  %u = graph.constant dense<[true, false]> : tensor<2xi1>
  %y = graph.scatter %x, %i, %u axis 1 : (tensor<2x2xi1>, tensor<i32>, tensor<2xi1>) -> tensor<2x2xi1>
  %expected = graph.constant dense<[[true, true], [false, false]]> : tensor<2x2xi1>
  check.expect_eq %y, %expected : tensor<2x2xi1>
  return
}

func.func @one_element() {
  %x = graph.constant dense<[1.0, 2.0]> : tensor<2xf64>
  %i = graph.constant dense<7> : tensor<i64>
  %u = graph.constant dense<3.0> : tensor<f64>
  %y = graph.scatter %x, %i, %u axis 0 : (tensor<2xf64>, tensor<i64>, tensor<f64>) -> tensor<2xf64>
  %expected = graph.constant dense<[1.0, 3.0]> : tensor<2xf64>
  check.expect_eq %y, %expected : tensor<2xf64>
  return
}
