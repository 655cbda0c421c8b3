// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

func.func @attention() {
  %plain_q = graph.constant dense<[[[-1.5, -0.75, -0.75, -1.5], [-0.0, -0.5, -1.0, -1.5], [0.5, 1.25, 1.75, -0.0]], [[0.25, -1.5, -0.25, -0.25], [-0.75, 0.25, 0.25, 1.75], [-0.0, 1.0, -1.5, 2.75]]]> : tensor<2x3x4xf32>
  %plain_k = graph.constant dense<[[[-2.0, -0.75, 2.0, -0.0], [0.0, -1.25, 0.75, 1.25], [2.5, 0.25, 0.25, 1.25], [-0.75, 1.25, -0.0, -0.75], [0.25, -0.5, -1.75, -1.25]], [[0.5, 1.25, 0.25, -1.75], [-0.5, 0.0, -0.75, 0.75], [-1.5, -0.5, 0.25, -0.25], [0.25, -0.5, -1.0, 0.75], [-1.0, -0.5, 0.25, 2.0]]]> : tensor<2x5x4xf32>
  %plain_v = graph.constant dense<[[[0.75, 1.25], [0.75, -1.0], [0.25, 0.25], [0.5, -0.5], [0.25, 1.25]], [[1.25, -0.5], [-2.0, 1.75], [0.0, 0.25], [-0.75, -0.25], [3.25, -0.5]]]> : tensor<2x5x2xf32>
  %plain = graph.attention %plain_q, %plain_k, %plain_v scale 0.5 group 1 : (tensor<2x3x4xf32>, tensor<2x5x4xf32>, tensor<2x5x2xf32>) -> tensor<2x3x2xf32>
  %plain_w = graph.constant dense<[[[0.45835915207862854, 0.8091952800750732], [0.3276377320289612, 0.8868786692619324], [0.5057954788208008, 0.2360168695449829]], [[0.14286135137081146, 0.159156933426857], [1.606568455696106, -0.03640181943774223], [0.9724764227867126, 0.12115827947854996]]]> : tensor<2x3x2xf32>
  check.expect_close %plain, %plain_w : tensor<2x3x2xf32>
  %causal_q = graph.constant dense<[[-1.0, 0.25, -0.75, -0.25], [0.75, 1.0, 0.0, 1.25], [-1.25, 0.5, -0.75, -0.25]]> : tensor<3x4xf32>
  %causal_k = graph.constant dense<[[0.0, -0.75, -0.75, -0.75], [0.5, -0.25, -0.75, -0.5], [0.75, -0.5, 1.75, 0.5], [0.25, 1.5, 1.25, -1.75]]> : tensor<4x4xf32>
  %causal_v = graph.constant dense<[[-0.5, -3.0], [-0.0, -0.75], [1.25, -0.0], [-1.0, 0.5]]> : tensor<4x2xf32>
  %causal = graph.attention %causal_q, %causal_k, %causal_v scale 0.5 group 1 causal : (tensor<3x4xf32>, tensor<4x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
  %causal_w = graph.constant dense<[[-0.5, -3.0], [-0.1778874397277832, -1.5504934787750244], [-0.10908988118171692, -1.7776316404342651]]> : tensor<3x2xf32>
  check.expect_close %causal, %causal_w : tensor<3x2xf32>
  %added_q = graph.constant dense<[[[0.75, -0.75, 1.5], [1.5, 1.5, -1.5]], [[1.0, -0.25, -1.25], [0.75, -0.5, -1.25]]]> : tensor<2x2x3xf32>
  %added_k = graph.constant dense<[[[0.25, 2.0, 1.75], [1.25, -0.0, 0.25], [-0.75, 1.5, 0.0], [-1.75, 1.75, 0.25]], [[0.25, 1.0, 1.5], [-0.5, 0.5, -0.25], [0.25, 0.25, 0.5], [-0.5, -0.5, 1.0]]]> : tensor<2x4x3xf32>
  %added_v = graph.constant dense<[[[1.25, 1.5], [0.25, 0.75], [-1.25, 1.0], [0.25, 0.75]], [[-0.25, -0.5], [1.25, -0.0], [-1.25, 1.5], [-1.0, 0.75]]]> : tensor<2x4x2xf32>
  %added_m = graph.constant dense<[[[-0.25, -0.5, 0.75, -0.25]], [[-0.5, -0.0, 0.5, 1.0]]]> : tensor<2x1x4xf32>
  %added = graph.attention %added_q, %added_k, %added_v mask %added_m scale 1.0 group 1 : (tensor<2x2x3xf32>, tensor<2x4x3xf32>, tensor<2x4x2xf32>, tensor<2x1x4xf32>) -> tensor<2x2x2xf32>
  %added_w = graph.constant dense<[[[0.660293698310852, 1.153517246246338], [-0.46193626523017883, 1.0009607076644897]], [[-0.40200430154800415, 0.8050205111503601], [-0.3973216116428375, 0.7791730165481567]]]> : tensor<2x2x2xf32>
  check.expect_close %added, %added_w : tensor<2x2x2xf32>
  %chosen_q = graph.constant dense<[[[-0.25, -1.25, 0.0], [0.5, -0.0, 0.75]], [[-0.5, 1.5, -2.25], [1.5, -1.0, 0.25]]]> : tensor<2x2x3xf32>
  %chosen_k = graph.constant dense<[[[0.0, -1.0, 0.0], [1.5, -0.75, -0.5], [0.25, 0.75, -0.75], [-1.5, 0.25, 0.25]]]> : tensor<1x4x3xf32>
  %chosen_v = graph.constant dense<[[[0.0, 0.25], [1.0, 1.0], [-0.5, -0.5], [-0.5, 0.0]], [[2.25, 0.5], [0.5, -0.0], [0.25, 0.5], [1.25, 1.25]]]> : tensor<2x4x2xf32>
  %chosen_m = graph.constant dense<[[true, false, true, true], [false, false, false, true]]> : tensor<2x4xi1>
  %chosen = graph.attention %chosen_q, %chosen_k, %chosen_v mask %chosen_m scale 0.25 group 1 : (tensor<2x2x3xf32>, tensor<1x4x3xf32>, tensor<2x4x2xf32>, tensor<2x4xi1>) -> tensor<2x2x2xf32>
  %chosen_w = graph.constant dense<[[[-0.28382301330566406, -0.015085440129041672], [-0.5, 0.0]], [[0.9152916073799133, 0.7273977994918823], [1.25, 1.25]]]> : tensor<2x2x2xf32>
  check.expect_close %chosen, %chosen_w : tensor<2x2x2xf32>
  %no_keys_left_q = graph.constant dense<[[-0.5, 1.0, -1.0], [-0.75, 1.5, -1.75]]> : tensor<2x3xf32>
  %no_keys_left_k = graph.constant dense<[[-0.5, -1.0, -0.5], [-0.5, 0.5, 0.5], [0.75, 1.25, -0.0]]> : tensor<3x3xf32>
  %no_keys_left_v = graph.constant dense<[[-0.0, 0.0], [0.5, -1.0], [0.5, 0.5]]> : tensor<3x2xf32>
  %no_keys_left_m = graph.constant dense<[[true, false, true], [false, false, false]]> : tensor<2x3xi1>
  %no_keys_left = graph.attention %no_keys_left_q, %no_keys_left_k, %no_keys_left_v mask %no_keys_left_m scale 1.0 group 1 safe : (tensor<2x3xf32>, tensor<3x3xf32>, tensor<3x2xf32>, tensor<2x3xi1>) -> tensor<2x2xf32>
  %no_keys_left_w = graph.constant dense<[[0.37745749950408936, 0.37745749950408936], [0.0, 0.0]]> : tensor<2x2xf32>
  check.expect_close %no_keys_left, %no_keys_left_w : tensor<2x2xf32>
  %nan_for_no_keys_left_q = graph.constant dense<[[1.5, -2.5, -1.25], [0.75, 1.25, 0.25]]> : tensor<2x3xf32>
  %nan_for_no_keys_left_k = graph.constant dense<[[-0.0, 1.25, 2.0], [-0.0, -0.75, -0.75], [-0.75, 0.5, -1.25]]> : tensor<3x3xf32>
  %nan_for_no_keys_left_v = graph.constant dense<[[-0.5, -1.75], [-0.0, 1.5], [-0.75, -1.0]]> : tensor<3x2xf32>
  %nan_for_no_keys_left_m = graph.constant dense<[[true, false, true], [false, false, false]]> : tensor<2x3xi1>
  %nan_for_no_keys_left = graph.attention %nan_for_no_keys_left_q, %nan_for_no_keys_left_k, %nan_for_no_keys_left_v mask %nan_for_no_keys_left_m scale 1.0 group 1 : (tensor<2x3xf32>, tensor<3x3xf32>, tensor<3x2xf32>, tensor<2x3xi1>) -> tensor<2x2xf32>
  %nan_for_no_keys_left_w = graph.constant dense<[[-0.7479845285415649, -1.0060465335845947], [0x7FC00000, 0x7FC00000]]> : tensor<2x2xf32>
  check.expect_close %nan_for_no_keys_left, %nan_for_no_keys_left_w : tensor<2x2xf32>
  %grouped_q = graph.constant dense<[[[1.0, 1.5, 1.5], [0.0, -1.5, -0.0]], [[0.25, 0.5, -0.75], [-0.0, 1.0, -0.5]], [[-1.5, 0.0, -1.5], [-0.25, 0.25, -0.5]], [[1.25, 0.5, -0.0], [0.25, 1.5, 1.5]]]> : tensor<4x2x3xf32>
  %grouped_k = graph.constant dense<[[[-0.75, 0.25, 0.75], [-0.25, 1.5, 0.25], [1.25, -0.0, -1.5]], [[0.25, 1.25, -0.75], [1.0, 0.25, 0.5], [1.5, 1.0, 0.75]]]> : tensor<2x3x3xf32>
  %grouped_v = graph.constant dense<[[[-0.5, 1.0], [-0.25, 0.0], [-0.5, 2.0]], [[0.25, -0.25], [0.5, -1.0], [-0.75, -0.75]]]> : tensor<2x3x2xf32>
  %grouped = graph.attention %grouped_q, %grouped_k, %grouped_v scale 0.5 group 2 causal : (tensor<4x2x3xf32>, tensor<2x3x3xf32>, tensor<2x3x2xf32>) -> tensor<4x2x2xf32>
  %grouped_w = graph.constant dense<[[[-0.5, 1.0], [-0.42964860796928406, 0.7185943722724915]], [[-0.5, 1.0], [-0.3302053213119507, 0.3208213150501251]], [[0.25, -0.25], [0.342556357383728, -0.5276690721511841]], [[0.25, -0.25], [0.39246317744255066, -0.6773895025253296]]]> : tensor<4x2x2xf32>
  check.expect_close %grouped, %grouped_w : tensor<4x2x2xf32>
  %empty_q = graph.constant dense<[[1.0, -1.5, -1.0], [0.75, -0.5, 0.5]]> : tensor<2x3xf32>
  %empty_k = graph.constant dense<> : tensor<0x3xf32>
  %empty_v = graph.constant dense<> : tensor<0x2xf32>
  %empty = graph.attention %empty_q, %empty_k, %empty_v scale 1.0 group 1 safe : (tensor<2x3xf32>, tensor<0x3xf32>, tensor<0x2xf32>) -> tensor<2x2xf32>
  %empty_w = graph.constant dense<[[0.0, 0.0], [0.0, 0.0]]> : tensor<2x2xf32>
  check.expect_close %empty, %empty_w : tensor<2x2xf32>
  %no_depth_q = graph.constant dense<> : tensor<2x0xf32>
  %no_depth_k = graph.constant dense<> : tensor<3x0xf32>
  %no_depth_v = graph.constant dense<[[1.5, 0.0], [0.5, 0.75], [1.0, 1.25]]> : tensor<3x2xf32>
  %no_depth = graph.attention %no_depth_q, %no_depth_k, %no_depth_v scale 1.0 group 1 : (tensor<2x0xf32>, tensor<3x0xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %no_depth_w = graph.constant dense<[[1.0, 0.6666666865348816], [1.0, 0.6666666865348816]]> : tensor<2x2xf32>
  check.expect_close %no_depth, %no_depth_w : tensor<2x2xf32>
  return
}
