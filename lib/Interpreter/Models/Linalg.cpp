//===- Linalg.cpp - linalg on tensors in the interpreter ------------------===//
//
// One loop for all of them: the region is compiled once, and runs for each point of the iteration space in row-major order.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "Interpreter/Models/Models.h"
#include "Interpreter/ScalarProgram.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// How an operand is walked: its element is at `base` plus the strides times the point, or, where its map is not linear, by the map.
struct Access {
  ScalarType type;
  int64_t elementSize = 0;
  bool isLinear = true;
  SmallVector<int64_t, 6> strides; ///< in elements, one a loop
  int64_t at = 0;
  AffineMap map;
  SmallVector<int64_t, 6> shape;
  char *data = nullptr;
};

/// The coefficient of each loop in a linear expression, then the constant; nothing where it is not linear.
std::optional<SmallVector<int64_t, 6>> linearForm(AffineExpr expr, unsigned loops) {
  SmallVector<int64_t, 6> form(loops + 1, 0);
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    form[loops] = constant.getValue();
    return form;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    form[dim.getPosition()] = 1;
    return form;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary || (expr.getKind() != AffineExprKind::Add && expr.getKind() != AffineExprKind::Mul))
    return std::nullopt;
  auto lhs = linearForm(binary.getLHS(), loops), rhs = linearForm(binary.getRHS(), loops);
  if (!lhs || !rhs)
    return std::nullopt;
  auto scale = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (expr.getKind() == AffineExprKind::Mul && !scale)
    return std::nullopt;
  for (unsigned i = 0; i <= loops; ++i)
    form[i] = expr.getKind() == AffineExprKind::Add ? (*lhs)[i] + (*rhs)[i] : (*lhs)[i] * scale.getValue();
  return form;
}

/// Finds the strides of an operand, and that it is not read out of bounds: for a loop that walks a dimension alone, sizes must be equal.
FailureOr<Access> getAccess(Operation *op, unsigned number, const TensorValue &value, AffineMap map, ArrayRef<int64_t> ranges, bool empty) {
  Access access;
  auto type = ScalarType::get(value.getElementType());
  if (!type)
    return op->emitOpError() << "has no evaluation for the element type " << value.getElementType();
  access.type = *type;
  access.elementSize = TensorValue::getElementSize(value.getElementType());
  access.strides.assign(ranges.size(), 0);
  access.map = map;
  access.shape.assign(value.getShape().begin(), value.getShape().end());
  access.data = const_cast<char *>(value.getRaw());
  SmallVector<int64_t, 4> strides = rowMajorStrides(value.getShape());
  for (auto [d, expr] : llvm::enumerate(map.getResults())) {
    int64_t size = value.getDim(d);
    if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && ranges[dim.getPosition()] != size)
      return op->emitOpError() << "expected size " << ranges[dim.getPosition()] << " of dimension " << d << " of operand " << number
                               << ", got " << size;
    auto form = linearForm(expr, ranges.size());
    if (!form) {
      access.isLinear = false;
      continue;
    }
    int64_t least = form->back(), greatest = form->back();
    for (auto [i, range] : llvm::enumerate(ranges)) {
      access.strides[i] += (*form)[i] * strides[d];
      ((*form)[i] < 0 ? least : greatest) += (*form)[i] * (range - 1);
    }
    access.at += form->back() * strides[d];
    if (!empty && (least < 0 || greatest >= size))
      return op->emitOpError() << "expected operand " << number << " to be read in [0, " << size << ") of dimension " << d << ", got ["
                               << least << ", " << greatest << "]";
  }
  return access;
}

/// The element of an operand whose map is not linear, or -1 where it is out of bounds.
int64_t offsetByMap(const Access &access, ArrayRef<int64_t> point) {
  int64_t offset = 0;
  for (auto [expr, size] : llvm::zip(access.map.getResults(), access.shape)) {
    auto index = evaluateAffine(expr, point, {});
    if (failed(index) || *index < 0 || *index >= size)
      return -1;
    offset = offset * size + *index;
  }
  return offset;
}

LogicalResult evaluateLinalg(linalg::LinalgOp op, EvalContext &context, ArrayRef<TensorValue> operands,
                             SmallVectorImpl<TensorValue> &results) {
  if (!op.hasPureTensorSemantics())
    return op.emitOpError() << "expected tensors: the interpreter has no buffers";
  unsigned inputs = op.getNumDpsInputs();
  SmallVector<TensorValue> values(operands);
  for (TensorValue &output : MutableArrayRef(values).drop_front(inputs))
    output = output.clone();

  // The loops' ranges, from the operands' sizes.
  AffineMap shapesToLoops = op.getShapesToLoopsMap();
  if (!shapesToLoops)
    return op.emitOpError() << "expected indexing maps that give the range of each loop";
  SmallVector<int64_t> sizes, ranges;
  for (const TensorValue &value : values)
    llvm::append_range(sizes, value.getShape());
  for (AffineExpr expr : shapesToLoops.getResults()) {
    auto range = evaluateAffine(expr, sizes, {});
    if (failed(range) || *range < 0)
      return op.emitOpError() << "expected sizes that give the range of each loop, got [" << ArrayRef(sizes) << "]";
    ranges.push_back(*range);
  }
  bool empty = llvm::is_contained(ranges, 0);
  SmallVector<Access, 4> accesses;
  for (auto [i, map] : llvm::enumerate(op.getIndexingMapsArray())) {
    auto access = getAccess(op, i, values[i], map, ranges, empty);
    if (failed(access))
      return failure();
    accesses.push_back(std::move(*access));
  }
  auto program = ScalarProgram::compile(op->getRegion(0), context);
  if (failed(program))
    return failure();

  // An argument that the body ignores is not loaded; by the op's rules arguments are in the order of operands.
  Block &body = op->getRegion(0).front();
  if (body.getNumArguments() != values.size())
    return op.emitOpError() << "expected a body with an argument for each operand";
  SmallVector<unsigned, 4> loaded;
  for (BlockArgument argument : body.getArguments())
    if (!argument.use_empty())
      loaded.push_back(argument.getArgNumber());
  MutableArrayRef<int64_t> point = program->getIndices();
  for (bool more = !empty; more;) {
    if (failed(context.countIteration(op)))
      return failure();
    for (Access &access : accesses)
      if (!access.isLinear && (access.at = offsetByMap(access, point)) < 0)
        return op.emitOpError() << "expected indices in bounds at the point [" << ArrayRef<int64_t>(point) << "]";
    for (unsigned i : loaded)
      program->argument(i) = accesses[i].type.load(accesses[i].data + accesses[i].at * accesses[i].elementSize);
    if (failed(program->run()))
      return failure();
    for (unsigned i = inputs; i < accesses.size(); ++i)
      accesses[i].type.store(accesses[i].data + accesses[i].at * accesses[i].elementSize, program->result(i - inputs));
    more = false;
    for (size_t d = ranges.size(); d-- > 0 && !more;) {
      int64_t steps = ++point[d] < ranges[d] ? 1 : 1 - ranges[d];
      more = steps == 1 && point[d] < ranges[d];
      if (!more)
        point[d] = 0;
      for (Access &access : accesses)
        access.at += access.strides[d] * steps;
    }
  }
  results.append(values.begin() + inputs, values.end());
  return success();
}

template <typename Op> struct LinalgModel : EvaluateOpInterface::ExternalModel<LinalgModel<Op>, Op> {
  LogicalResult evaluate(Operation *op, EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) const {
    return evaluateLinalg(cast<linalg::LinalgOp>(op), context, operands, results);
  }
};
template <typename... Ops> void attach(MLIRContext *context) { (Ops::template attachInterface<LinalgModel<Ops>>(*context), ...); }
} // namespace

void graphopt::registerLinalgModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    attach<
#define GET_OP_LIST
#include "mlir/Dialect/Linalg/IR/LinalgStructuredOps.cpp.inc"
        >(context);
  });
}
