// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-decompose=only=graph.attention %s | FileCheck %s --check-prefix=PARTS
// RUN: graph-opt --graph-canonicalize %s | FileCheck %s --check-prefix=KNOWN

// CHECK-LABEL: func.func @masked
// CHECK: graph.attention %{{.+}}, %{{.+}}, %{{.+}} mask %{{.+}} scale 5.000000e-01 group 1 causal safe
// PARTS-LABEL: func.func @masked
// PARTS: graph.contract %{{.+}}, %{{.+}} batch [0] x [0] sum [2] x [2]
// PARTS: graph.softmax
// PARTS: graph.matmul
func.func @masked(%q: tensor<2x?x8xf32>, %k: tensor<2x?x8xf32>, %v: tensor<2x?x3xf32>, %m: tensor<1x?xi1>) -> tensor<2x?x3xf32> {
  %y = graph.attention %q, %k, %v mask %m scale 0.5 group 1 causal safe
      : (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x?x3xf32>, tensor<1x?xi1>) -> tensor<2x?x3xf32>
  return %y : tensor<2x?x3xf32>
}

// The heads that share a key are rows under it.
// CHECK-LABEL: func.func @grouped
// CHECK: graph.attention %{{.+}}, %{{.+}}, %{{.+}} scale 1.000000e+00 group 3 :
// PARTS-LABEL: func.func @grouped
// PARTS: graph.reshape %{{.+}} [4, 2, 15, 8] : tensor<4x6x5x8xf32> -> tensor<4x2x15x8xf32>
// PARTS: graph.cast %{{.+}} to f16 : (tensor<4x6x5x3xf32>) -> tensor<4x6x5x3xf16>
func.func @grouped(%q: tensor<4x6x5x8xf16>, %k: tensor<4x2x7x8xf16>, %v: tensor<4x2x7x3xf16>) -> tensor<4x6x5x3xf16> {
  %y = graph.attention %q, %k, %v scale 1.0 group 3 : (tensor<4x6x5x8xf16>, tensor<4x2x7x8xf16>, tensor<4x2x7x3xf16>) -> tensor<4x6x5x3xf16>
  return %y : tensor<4x6x5x3xf16>
}

// As a model spells it out: heads behind the sequence, the scale as a quotient, a mask to add.
// KNOWN-LABEL: func.func @spelled_out(
// KNOWN-SAME: %[[Q:.+]]: tensor<2x?x4x8xf32>, %[[K:.+]]: tensor<2x?x4x8xf32>, %[[V:.+]]: tensor<2x?x4x8xf32>, %[[M:.+]]: tensor<2x1x1x?xf32>
// KNOWN: graph.attention %{{.+}}, %{{.+}}, %{{.+}} mask %[[M]] scale 2.500000e-01 group 1 :
// KNOWN-NOT: graph.softmax
// KNOWN: return
func.func @spelled_out(%q: tensor<2x?x4x8xf32>, %k: tensor<2x?x4x8xf32>, %v: tensor<2x?x4x8xf32>, %m: tensor<2x1x1x?xf32>) -> tensor<2x4x?x8xf32> {
  %four = graph.constant dense<4.0> : tensor<f32>
  %qt = graph.transpose %q [0, 2, 1, 3] : tensor<2x?x4x8xf32> -> tensor<2x4x?x8xf32>
  %kt = graph.transpose %k [0, 2, 3, 1] : tensor<2x?x4x8xf32> -> tensor<2x4x8x?xf32>
  %vt = graph.transpose %v [0, 2, 1, 3] : tensor<2x?x4x8xf32> -> tensor<2x4x?x8xf32>
  %p = graph.matmul %qt, %kt : (tensor<2x4x?x8xf32>, tensor<2x4x8x?xf32>) -> tensor<2x4x?x?xf32>
  %s = graph.div %p, %four : (tensor<2x4x?x?xf32>, tensor<f32>) -> tensor<2x4x?x?xf32>
  %a = graph.add %s, %m : (tensor<2x4x?x?xf32>, tensor<2x1x1x?xf32>) -> tensor<2x4x?x?xf32>
  %w = graph.softmax %a axis 3 : tensor<2x4x?x?xf32>
  %y = graph.matmul %w, %vt : (tensor<2x4x?x?xf32>, tensor<2x4x?x8xf32>) -> tensor<2x4x?x8xf32>
  return %y : tensor<2x4x?x8xf32>
}

// As torch decomposes it: factors on both operands, the batch joined for bmm, a softmax that gives zeros to rows without any key.
// KNOWN-LABEL: func.func @decomposed(
// KNOWN-SAME: %[[Q:.+]]: tensor<2x4x5x8xf32>, %[[K:.+]]: tensor<2x4x6x8xf32>, %[[V:.+]]: tensor<2x4x6x3xf32>, %[[M:.+]]: tensor<5x6xi1>
// KNOWN-NEXT: %[[Y:.+]] = graph.attention %[[Q]], %[[K]], %[[V]] mask %[[M]] scale 2.500000e-01 group 1 safe :
// KNOWN-NEXT: return %[[Y]]
func.func @decomposed(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x6x8xf32>, %v: tensor<2x4x6x3xf32>, %m: tensor<5x6xi1>) -> tensor<2x4x5x3xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %never = graph.constant dense<0xFF800000> : tensor<f32>
  %qs = graph.mul %q, %half : (tensor<2x4x5x8xf32>, tensor<f32>) -> tensor<2x4x5x8xf32>
  %kt = graph.transpose %k [0, 1, 3, 2] : tensor<2x4x6x8xf32> -> tensor<2x4x8x6xf32>
  %ks = graph.mul %kt, %half : (tensor<2x4x8x6xf32>, tensor<f32>) -> tensor<2x4x8x6xf32>
  %qj = graph.reshape %qs [8, 5, 8] : tensor<2x4x5x8xf32> -> tensor<8x5x8xf32>
  %kj = graph.reshape %ks [8, 8, 6] : tensor<2x4x8x6xf32> -> tensor<8x8x6xf32>
  %pj = graph.matmul %qj, %kj : (tensor<8x5x8xf32>, tensor<8x8x6xf32>) -> tensor<8x5x6xf32>
  %p = graph.reshape %pj [2, 4, 5, 6] : tensor<8x5x6xf32> -> tensor<2x4x5x6xf32>
  %s = graph.select %m, %p, %never : (tensor<5x6xi1>, tensor<2x4x5x6xf32>, tensor<f32>) -> tensor<2x4x5x6xf32>
  %w = graph.softmax %s axis 3 : tensor<2x4x5x6xf32>
  %blocked = graph.eq %s, %never : (tensor<2x4x5x6xf32>, tensor<f32>) -> tensor<2x4x5x6xi1>
  %open = graph.not %blocked : tensor<2x4x5x6xi1>
  %any = graph.reduce_max %open axes [3] keep_dims : tensor<2x4x5x6xi1> -> tensor<2x4x5x1xi1>
  %none = graph.not %any : tensor<2x4x5x1xi1>
  %z = graph.select %none, %zero, %w : (tensor<2x4x5x1xi1>, tensor<f32>, tensor<2x4x5x6xf32>) -> tensor<2x4x5x6xf32>
  %wj = graph.reshape %z [8, 5, 6] : tensor<2x4x5x6xf32> -> tensor<8x5x6xf32>
  %vj = graph.reshape %v [8, 6, 3] : tensor<2x4x6x3xf32> -> tensor<8x6x3xf32>
  %yj = graph.matmul %wj, %vj : (tensor<8x5x6xf32>, tensor<8x6x3xf32>) -> tensor<8x5x3xf32>
  %y = graph.reshape %yj [2, 4, 5, 3] : tensor<8x5x3xf32> -> tensor<2x4x5x3xf32>
  return %y : tensor<2x4x5x3xf32>
}

// Weights that something else needs stay; so does a softmax along another axis, and zeros for other rows.
// KNOWN-LABEL: func.func @stays
// KNOWN-NOT: graph.attention
func.func @stays(%q: tensor<4x4xf32>, %k: tensor<4x4xf32>, %v: tensor<4x4xf32>, %c: tensor<4x1xi1>)
    -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) {
  %zero = graph.constant dense<0.0> : tensor<f32>
  %s = graph.matmul %q, %k : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %w = graph.softmax %s axis 1 : tensor<4x4xf32>
  %y = graph.matmul %w, %v : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %w0 = graph.softmax %s axis 0 : tensor<4x4xf32>
  %y0 = graph.matmul %w0, %v : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %s1 = graph.matmul %k, %q : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %w1 = graph.softmax %s1 axis 1 : tensor<4x4xf32>
  %z1 = graph.select %c, %zero, %w1 : (tensor<4x1xi1>, tensor<f32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %y1 = graph.matmul %z1, %v : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %w, %y, %y0, %y1 : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>
}

// Keys and values that are repeated for the heads that they serve.
// KNOWN-LABEL: func.func @repeated(
// KNOWN-SAME: %[[Q:.+]]: tensor<?x6x?x8xf32>, %[[K:.+]]: tensor<?x2x?x8xf32>, %[[V:.+]]: tensor<?x2x?x8xf32>
// KNOWN: graph.attention %[[Q]], %[[K]], %[[V]] scale 5.000000e-01 group 3 causal : (tensor<?x6x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>)
func.func @repeated(%q: tensor<?x6x?x8xf32>, %k: tensor<?x2x?x8xf32>, %v: tensor<?x2x?x8xf32>) -> tensor<?x6x?x8xf32> {
  %zero = arith.constant 0 : index
  %two = arith.constant 2 : index
  %n = tensor.dim %k, %zero : tensor<?x2x?x8xf32>
  %s = tensor.dim %k, %two : tensor<?x2x?x8xf32>
  %nv = tensor.dim %v, %zero : tensor<?x2x?x8xf32>
  %sv = tensor.dim %v, %two : tensor<?x2x?x8xf32>
  %k1 = graph.reshape %k [%n, 2, 1, %s, 8] : tensor<?x2x?x8xf32> -> tensor<?x2x1x?x8xf32>
  %k3 = graph.broadcast %k1 [%n, 2, 3, %s, 8] : tensor<?x2x1x?x8xf32> -> tensor<?x2x3x?x8xf32>
  %k6 = graph.reshape %k3 [%n, 6, %s, 8] : tensor<?x2x3x?x8xf32> -> tensor<?x6x?x8xf32>
  %v1 = graph.reshape %v [%nv, 2, 1, %sv, 8] : tensor<?x2x?x8xf32> -> tensor<?x2x1x?x8xf32>
  %v3 = graph.broadcast %v1 [%nv, 2, 3, %sv, 8] : tensor<?x2x1x?x8xf32> -> tensor<?x2x3x?x8xf32>
  %v6 = graph.reshape %v3 [%nv, 6, %sv, 8] : tensor<?x2x3x?x8xf32> -> tensor<?x6x?x8xf32>
  %y = graph.attention %q, %k6, %v6 scale 0.5 group 1 causal
      : (tensor<?x6x?x8xf32>, tensor<?x6x?x8xf32>, tensor<?x6x?x8xf32>) -> tensor<?x6x?x8xf32>
  return %y : tensor<?x6x?x8xf32>
}

// Heads that are stretched, one for all, are no groups of one size.
// KNOWN-LABEL: func.func @stretched
// KNOWN: graph.attention %{{.+}}, %{{.+}}, %{{.+}} scale 5.000000e-01 group 1 :
func.func @stretched(%q: tensor<1x5x8xf32>, %k: tensor<2x5x8xf32>) -> tensor<6x5x8xf32> {
  %k1 = graph.reshape %k [2, 1, 5, 8] : tensor<2x5x8xf32> -> tensor<2x1x5x8xf32>
  %k3 = graph.broadcast %k1 [2, 3, 5, 8] : tensor<2x1x5x8xf32> -> tensor<2x3x5x8xf32>
  %k6 = graph.reshape %k3 [6, 5, 8] : tensor<2x3x5x8xf32> -> tensor<6x5x8xf32>
  %y = graph.attention %q, %k6, %k6 scale 0.5 group 1 : (tensor<1x5x8xf32>, tensor<6x5x8xf32>, tensor<6x5x8xf32>) -> tensor<6x5x8xf32>
  return %y : tensor<6x5x8xf32>
}
