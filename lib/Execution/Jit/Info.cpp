//===- Info.cpp - the go_function of a compiled function -------------------===//
#include "Execution/Jit/Info.h"
#include "llvm/IR/Constants.h"

using namespace llvm;

namespace graphopt::execution {

// The structures of Runtime.h, field by field; natural alignment gives both the same layout.
static_assert(sizeof(go_value_info) == 40 && sizeof(go_function) == 112 && offsetof(go_function, name) == 24);

StringRef getDtypeName(int32_t dtype) {
  static constexpr StringLiteral names[] = {"bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f16", "bf16", "f32", "f64"};
  return dtype >= GO_BOOL && dtype <= GO_F64 ? StringRef(names[dtype]) : StringRef("?");
}

InfoWriter::InfoWriter(Module &module, const Signature &signature) : module(module), signature(signature) {
  LLVMContext &context = module.getContext();
  Type *i32 = Type::getInt32Ty(context), *i64 = Type::getInt64Ty(context), *ptr = PointerType::get(context, 0);
  valueType = StructType::get(context, {ptr, i32, i32, ptr, ptr, ptr});
  functionType = StructType::get(context, {i32, i32, i32, i32, i32, i32, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64});
  variable = new GlobalVariable(module, functionType, /*isConstant=*/true, GlobalValue::ExternalLinkage, nullptr, signature.name + "_info");
}

Constant *InfoWriter::null() { return ConstantPointerNull::get(PointerType::get(module.getContext(), 0)); }

Constant *InfoWriter::text(StringRef text) {
  Constant *data = ConstantDataArray::getString(module.getContext(), text);
  auto *global = new GlobalVariable(module, data->getType(), true, GlobalValue::PrivateLinkage, data, "text");
  global->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  global->setAlignment(Align(1));
  return global;
}

Constant *InfoWriter::array(Type *element, ArrayRef<Constant *> values) {
  if (values.empty())
    return null();
  Constant *data = ConstantArray::get(ArrayType::get(element, values.size()), values);
  return new GlobalVariable(module, data->getType(), true, GlobalValue::PrivateLinkage, data, "table");
}

Constant *InfoWriter::numbers(ArrayRef<int64_t> values) {
  SmallVector<Constant *> constants;
  Type *i64 = Type::getInt64Ty(module.getContext());
  for (int64_t value : values)
    constants.push_back(ConstantInt::getSigned(i64, value));
  return array(i64, constants);
}

Constant *InfoWriter::describe(const Port &port, Constant *data) {
  Type *i32 = Type::getInt32Ty(module.getContext());
  Constant *dims = null();
  if (llvm::any_of(port.dims, [](const std::string &dim) { return !dim.empty(); })) {
    SmallVector<Constant *> names;
    for (const std::string &dim : port.dims)
      names.push_back(dim.empty() ? null() : text(dim));
    dims = array(PointerType::get(module.getContext(), 0), names);
  }
  return ConstantStruct::get(valueType, {text(port.name), ConstantInt::get(i32, port.dtype), ConstantInt::get(i32, port.sizes.size()),
                                         numbers(port.sizes), dims, data});
}

Constant *InfoWriter::bytes(const TensorValue &value) {
  // Never null, so that the weight counts as set even without elements.
  StringRef raw(value.getRaw(), value.getByteSize());
  Constant *data = ConstantDataArray::getRaw(raw.empty() ? StringRef("\0", 1) : raw, std::max<size_t>(raw.size(), 1),
                                             Type::getInt8Ty(module.getContext()));
  auto *global = new GlobalVariable(module, data->getType(), true, GlobalValue::PrivateLinkage, data, "weight");
  global->setAlignment(Align(64));
  return global;
}

void InfoWriter::write(Function *call, Function *shapes, Function *prepare, const Messages &messages, ArrayRef<TensorValue> weights) {
  SmallVector<Constant *> inputs, results, parameters, texts;
  for (const Port &port : signature.inputs)
    inputs.push_back(describe(port, null()));
  for (const Port &port : signature.results)
    results.push_back(describe(port, null()));
  for (auto [i, weight] : enumerate(signature.weights))
    parameters.push_back(describe(weight, i < weights.size() && weights[i] ? bytes(weights[i]) : null()));
  for (const std::string &message : messages.get())
    texts.push_back(text(message));
  Type *i32 = Type::getInt32Ty(module.getContext()), *i64 = Type::getInt64Ty(module.getContext());
  auto count = [&](size_t n) { return ConstantInt::get(i32, n); };
  variable->setInitializer(ConstantStruct::get(
      functionType, {count(GO_ABI_VERSION), count(inputs.size()), count(results.size()), count(parameters.size()),
                     count(signature.preparedBytes.size()), count(texts.size()), text(signature.name), call, shapes,
                     prepare ? prepare : null(), array(valueType, inputs), array(valueType, results), array(valueType, parameters),
                     numbers(signature.preparedBytes), array(PointerType::get(module.getContext(), 0), texts),
                     ConstantInt::getSigned(i64, signature.opCount), ConstantInt::getSigned(i64, signature.arenaBytes.value_or(-1))}));
}

} // namespace graphopt::execution
