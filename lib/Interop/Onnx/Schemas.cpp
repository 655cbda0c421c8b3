//===- Schemas.cpp - inputs and attributes of ONNX's operators ------------===//
#include "Interop/Onnx/Schemas.h"
#include "llvm/ADT/STLExtras.h"

using namespace graphopt;
using namespace graphopt::onnx;

namespace {
constexpr Schema schemas[] = {
#include "Interop/Onnx/Schemas.inc"
};
} // namespace

const Schema *onnx::findSchema(llvm::StringRef op, int64_t version) {
  const Schema *found = nullptr;
  for (const Schema *it = llvm::lower_bound(schemas, op, [](const Schema &schema, llvm::StringRef name) { return schema.op < name; });
       it != std::end(schemas) && it->op == op && it->since <= version; ++it)
    found = it;
  return found;
}
