//===- ResultTypes.cpp - element types of what ATen's operators give ------===//
#include "Interop/Aten/ResultTypes.h"
#include "Interop/Promotion.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// How the element type of the first result follows; of what is not listed, it is that of the first tensor.
enum class Follows { firstTensor, truth, position, promoted, promotedFloat, counted, created, other };

Follows followsOf(StringRef op) {
  static const llvm::StringMap<Follows> table = [] {
    llvm::StringMap<Follows> made;
    auto add = [&](Follows follows, std::initializer_list<StringRef> ops) {
      for (StringRef op : ops)
        made[op] = follows;
    };
    add(Follows::truth,
        {"eq",          "ne",          "lt",        "le",      "gt",      "ge",   "isnan",      "isinf",        "isfinite",
         "isposinf",    "isneginf",    "isclose",   "signbit", "all",     "any",  "isin",       "logical_and",  "logical_or",
         "logical_not", "logical_xor", "not_equal", "equal",   "greater", "less", "less_equal", "greater_equal"});
    add(Follows::position, {"argmax", "argmin", "argsort", "bucketize", "searchsorted", "count_nonzero", "one_hot", "nonzero", "randperm",
                            "tril_indices", "triu_indices"});
    add(Follows::promoted, {"add",        "sub",         "subtract", "rsub",    "mul",     "multiply", "floor_divide", "remainder",
                            "fmod",       "pow",         "maximum",  "minimum", "fmax",    "fmin",     "where",        "bitwise_and",
                            "bitwise_or", "bitwise_xor", "__and__",  "__or__",  "__xor__", "hypot",    "addcmul",      "cat",
                            "concat",     "concatenate", "stack",    "hstack",  "vstack",  "dstack",   "column_stack", "clamp",
                            "clamp_min",  "clamp_max",   "clip",     "lerp",    "gcd",     "lcm",      "copysign",     "heaviside"});
    add(Follows::promotedFloat,
        {"div",         "divide",   "true_divide",   "atan2",        "arctan2", "xlogy",   "logaddexp", "logaddexp2", "sqrt",
         "rsqrt",       "exp",      "exp2",          "expm1",        "log",     "log2",    "log10",     "log1p",      "sin",
         "cos",         "tan",      "asin",          "acos",         "atan",    "arcsin",  "arccos",    "arctan",     "sinh",
         "cosh",        "tanh",     "asinh",         "acosh",        "atanh",   "sigmoid", "erf",       "erfc",       "erfinv",
         "reciprocal",  "logit",    "lgamma",        "digamma",      "sinc",    "deg2rad", "rad2deg",   "logsumexp",  "addcdiv",
         "float_power", "softplus", "special_expit", "special_exp2", "i0",      "mish"});
    add(Follows::counted, {"sum", "prod", "cumsum", "cumprod", "nansum", "trace"});
    add(Follows::created, {"zeros", "ones", "empty", "full", "rand", "randn", "eye", "linspace", "logspace", "arange", "scalar_tensor",
                           "empty_strided", "range"});
    add(Follows::other, {"type_as"});
    return made;
  }();
  auto found = table.find(op);
  return found == table.end() ? Follows::firstTensor : found->second;
}

Type asFloat(Type type) { return isa<FloatType>(type) ? type : Type(Float32Type::get(type.getContext())); }

Type elementOf(const ImportArg &arg) {
  const Value *value = arg.get<Value>();
  auto type = value && *value ? dyn_cast<RankedTensorType>(value->getType()) : RankedTensorType();
  return type ? type.getElementType() : Type();
}

/// Of the arguments that a schema calls tensors or numbers, those that are operands.
SmallVector<const ImportArg *> operandsOf(const ImportCall &call, const AtenSchema &schema) {
  SmallVector<const ImportArg *> operands;
  for (const auto &[argument, given] : llvm::zip(schema.arguments, call.args)) {
    const ImportArg &arg = given.second;
    bool isFactor = argument.name == "alpha" || argument.name == "value" || argument.name == "condition";
    if (isFactor || arg.isNone() || (!argument.type.starts_with("t") && !argument.type.starts_with("s")))
      continue;
    if (const auto *list = arg.get<std::vector<ImportArg>>())
      for (const ImportArg &element : *list)
        operands.push_back(&element);
    else
      operands.push_back(&arg);
  }
  return operands;
}

Type firstTensorOf(const ImportCall &call) {
  for (const auto &[name, arg] : call.args) {
    if (Type type = elementOf(arg))
      return type;
    if (const auto *list = arg.get<std::vector<ImportArg>>(); list && !list->empty())
      if (Type type = elementOf(list->front()))
        return type;
  }
  return {};
}

/// Of numbers that a tensor is made of: a float anywhere makes it one of floats.
Type createdType(const ImportCall &call, StringRef op) {
  Builder b(call.builder.getContext());
  bool followsNumbers = op == "arange" || op == "full" || op == "range" || op == "scalar_tensor";
  if (!followsNumbers)
    return b.getF32Type();
  Type type = b.getI64Type();
  for (StringRef name : {"start", "end", "step", "fill_value", "s"}) {
    const ImportArg &arg = call[name];
    const Value *value = arg.get<Value>();
    if (arg.get<double>() || (value && isa<FloatType>(getElementTypeOrSelf(value->getType()))))
      return b.getF32Type();
    if (arg.get<bool>() && op == "full")
      type = b.getI1Type();
  }
  return type;
}

/// The number of parts that split, chunk and their like give.
FailureOr<size_t> countParts(const ImportCall &call, StringRef op) {
  for (StringRef name : {"split_sizes", "split_size", "indices", "tensor_indices_or_sections"})
    if (const auto *list = call[name].get<std::vector<ImportArg>>())
      return list->size() + (op == "tensor_split" ? 1 : 0);
  if (const auto *list = call["tensors"].get<std::vector<ImportArg>>()) // meshgrid, broadcast_tensors
    return list->size();
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto type = cast<RankedTensorType>(x->getType());
  auto axis = call.has("dim") ? call.axis("dim", type.getRank()) : FailureOr<int64_t>(0);
  if (failed(axis))
    return failure();
  if (type.getRank() == 0 || type.isDynamicDim(*axis))
    return call.unsupported("expected a size along the axis that is known at import");
  int64_t length = type.getDimSize(*axis), part = 1;
  if (op == "chunk" || op == "unsafe_chunk") {
    auto chunks = call.integer("chunks");
    if (failed(chunks) || *chunks < 1)
      return failed(chunks) ? failure() : call.unsupported("expected at least 1 part");
    part = llvm::divideCeil(length, *chunks);
  } else if (call.has("sections")) {
    return call.integer("sections");
  } else if (call.has("split_size")) {
    auto size = call.integer("split_size");
    if (failed(size) || *size < 1)
      return failed(size) ? failure() : call.unsupported("expected parts of at least 1");
    part = *size;
  }
  return part == 0 ? 1 : std::max<int64_t>(llvm::divideCeil(length, part), op == "unbind" ? 0 : 1);
}
} // namespace

FailureOr<SmallVector<Type>> graphopt::inferElementTypes(const ImportCall &call, const AtenSchema &schema) {
  MLIRContext *context = call.builder.getContext();
  Type integer = IntegerType::get(context, 64), type, first = firstTensorOf(call);
  Follows follows = followsOf(schema.op);
  if (schema.overload == "other" && schema.op == "to")
    follows = Follows::other;
  switch (follows) {
  case Follows::truth:
    type = IntegerType::get(context, 1);
    break;
  case Follows::position: {
    const bool *isShort = call["out_int32"].get<bool>();
    type = isShort && *isShort ? Type(IntegerType::get(context, 32)) : integer;
    break;
  }
  case Follows::promoted:
  case Follows::promotedFloat:
    type = promote(operandsOf(call, schema), context);
    // A quotient that is rounded stays an integer.
    if (type && follows == Follows::promotedFloat && !call.has("rounding_mode"))
      type = asFloat(type);
    break;
  case Follows::counted:
    type = first && isa<FloatType>(first) ? first : integer;
    break;
  case Follows::created:
    type = createdType(call, schema.op);
    break;
  case Follows::other:
    type = elementOf(call["other"]);
    break;
  case Follows::firstTensor:
    type = first;
    break;
  }
  if (const Type *stated = call["dtype"].get<Type>())
    type = *stated;
  if (!type)
    type = Float32Type::get(context);
  // What comes with a value tells its place.
  bool givesPlaces =
      llvm::is_contained({"max", "min", "topk", "sort", "kthvalue", "median", "mode", "nanmedian", "cummax", "cummin"}, schema.op) ||
      schema.op.contains("with_indices");
  SmallVector<Type> types;
  for (auto [i, result] : llvm::enumerate(schema.results)) {
    if (result == "t") {
      types.push_back(i == 1 && givesPlaces ? integer : type);
      continue;
    }
    FailureOr<size_t> count = result == "t[]" ? countParts(call, schema.op) : FailureOr<size_t>(1);
    if (failed(count))
      return failure();
    types.append(*count, type);
  }
  return types;
}
