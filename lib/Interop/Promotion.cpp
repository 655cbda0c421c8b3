//===- Promotion.cpp - torch's common element types -----------------------===//
#include "Interop/Promotion.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// torch's categories, in the order that they win in.
enum class Category { none, boolean, integer, floating };

Category categoryOf(Type type) {
  return type.isInteger(1) ? Category::boolean : isa<FloatType>(type) ? Category::floating : Category::integer;
}

/// The wider of two types of one category. Signed and unsigned meet in the next wider signed type.
Type join(Type a, Type b) {
  if (!a || a == b)
    return b;
  unsigned widthA = a.getIntOrFloatBitWidth(), widthB = b.getIntOrFloatBitWidth();
  if (isa<FloatType>(a))
    return widthA != widthB ? (widthA > widthB ? a : b) : Type(Float32Type::get(a.getContext())); // f16 and bf16
  if (a.isUnsignedInteger() == b.isUnsignedInteger())
    return widthA > widthB ? a : b;
  unsigned signedWidth = a.isUnsignedInteger() ? widthB : widthA, unsignedWidth = a.isUnsignedInteger() ? widthA : widthB;
  return IntegerType::get(a.getContext(), std::min(64u, std::max(signedWidth, unsignedWidth * 2)));
}
} // namespace

Type graphopt::promote(ArrayRef<const ImportArg *> operands, MLIRContext *context) {
  Type types[3]; // of tensors with axes, of rank-0 tensors, of numbers
  Category categories[3] = {};
  auto add = [&](unsigned priority, Type type) {
    Category category = categoryOf(type);
    if (category > categories[priority]) {
      categories[priority] = category;
      types[priority] = type;
    } else if (category == categories[priority]) {
      types[priority] = join(types[priority], type);
    }
  };
  for (const ImportArg *operand : operands) {
    if (const Value *value = operand->get<Value>()) {
      auto tensor = dyn_cast<RankedTensorType>(value->getType());
      if (tensor)
        add(tensor.getRank() == 0 ? 1 : 0, tensor.getElementType());
      else
        add(2, isa<FloatType>(value->getType()) ? Type(Float32Type::get(context)) : Type(IntegerType::get(context, 64)));
    } else if (operand->get<double>()) {
      add(2, Float32Type::get(context)); // torch's default
    } else {
      add(2, IntegerType::get(context, operand->get<bool>() ? 1 : 64));
    }
  }
  Type result = types[0];
  Category category = categories[0];
  for (unsigned priority : {1, 2})
    if (categories[priority] > category) {
      result = types[priority];
      category = categories[priority];
    }
  return result;
}
