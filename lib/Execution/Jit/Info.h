//===- Info.h - the go_function of a compiled function ---------------------===//
#pragma once
#include "Execution/Jit/Signature.h"
#include "graph-opt/Interpreter/TensorValue.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Module.h"

namespace graphopt::execution {

llvm::StringRef getDtypeName(int32_t dtype);

/// The messages of statuses 1, 2, ...: those of asserts first, then those of the wrappers' checks.
class Messages {
public:
  explicit Messages(llvm::ArrayRef<std::string> first) : texts(first.begin(), first.end()) {}
  int32_t number(llvm::StringRef text) {
    auto [entry, inserted] = numbers.try_emplace(text, texts.size() + 1);
    if (inserted)
      texts.push_back(text.str());
    return entry->second;
  }
  llvm::ArrayRef<std::string> get() const { return texts; }

private:
  llvm::SmallVector<std::string> texts;
  llvm::StringMap<int32_t> numbers;
};

/// Writes the constant NAME_info.
class InfoWriter {
public:
  InfoWriter(llvm::Module &module, const Signature &signature);
  void write(llvm::Function *call, llvm::Function *shapes, llvm::Function *prepare, const Messages &messages,
             llvm::ArrayRef<TensorValue> weights);
  llvm::GlobalVariable *variable;

private:
  llvm::Constant *null();
  llvm::Constant *text(llvm::StringRef text);
  llvm::Constant *array(llvm::Type *element, llvm::ArrayRef<llvm::Constant *> values);
  llvm::Constant *numbers(llvm::ArrayRef<int64_t> values);
  llvm::Constant *describe(const Port &port, llvm::Constant *data);
  llvm::Constant *bytes(const TensorValue &value);

  llvm::Module &module;
  const Signature &signature;
  llvm::StructType *functionType, *valueType;
};

} // namespace graphopt::execution
