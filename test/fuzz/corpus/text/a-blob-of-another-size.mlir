func.func @f() -> tensor<600xf32> {
  %0 = graph.constant dense_resource<w> : tensor<600xf32>
  return %0 : tensor<600xf32>
}
{-# dialect_resources: { builtin: { w: "0x0400000000000000" } } #-}
