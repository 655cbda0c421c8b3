//===- NonMaxSuppression.td -----------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_NonMaxSuppressionOp : Graph_TensorOp<"non_max_suppression", [
    NotDifferentiable, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>]> {
  let summary = "the best of boxes that overlap";
  let description = [{
    A row (batch, class, box) for each box that is chosen, by batch, then by class. Of each class the box with the greatest score is chosen,
    the first of equal ones; boxes whose intersection with it, divided by their union, is more than `iou_threshold` are left out; and so on with the
    rest, until none is left or `limit` are chosen. Boxes are two opposite corners [y1, x1, y2, x2], or with `center` [x, y, width, height].
    Two boxes of which one has no area do not overlap. A score must be more than `score_threshold`; NaN is no score. How many rows there are
    depends on the numbers. Overlaps are computed in f32, of f64 in f64, and compared in f64. Not differentiable: the result is positions.

    1. (C1) boxes are [batches, boxes, 4] and scores [batches, classes, boxes].
    2. (C2) limit and the thresholds have rank 0.

    Example:
    ```mlir
    %y = graph.non_max_suppression %boxes, %scores, %limit, %iou, %score
      : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$boxes, Graph_FloatTensor:$scores, RankedTensorOf<[I64]>:$limit, Graph_FloatTensor:$iou_threshold,
                       Graph_FloatTensor:$score_threshold, UnitAttr:$center);
  let results = (outs RankedTensorOf<[I64]>:$y);
  let assemblyFormat = [{
    $boxes `,` $scores `,` $limit `,` $iou_threshold `,` $score_threshold (`center` $center^)? attr-dict `:` functional-type(operands, results)
  }];
}
