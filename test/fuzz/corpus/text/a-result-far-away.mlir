func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {
  return %a#2147483648 : tensor<2xf32>
}
