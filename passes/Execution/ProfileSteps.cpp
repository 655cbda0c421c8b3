//===- ProfileSteps.cpp - tell the runtime of each step -------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_PROFILESTEPSPASS
#include "graph-opt/Passes/Execution.h.inc"

namespace {
constexpr StringLiteral stepName = "go_step";
/// A fused nest has the places of all its ops: a few of them tell which it is.
constexpr unsigned maxNames = 3;

/// The names of a location, or its lines, first come first.
void collectNames(Location loc, llvm::SetVector<StringAttr> &names) {
  if (names.size() >= maxNames)
    return;
  MLIRContext *context = loc.getContext();
  if (auto name = dyn_cast<NameLoc>(loc)) {
    names.insert(name.getName());
  } else if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location part : fused.getLocations())
      collectNames(part, names);
  } else if (auto call = dyn_cast<CallSiteLoc>(loc)) {
    collectNames(call.getCallee(), names);
  } else if (auto line = dyn_cast<FileLineColRange>(loc)) {
    names.insert(StringAttr::get(context, llvm::sys::path::filename(line.getFilename().getValue()) + ":" + Twine(line.getStartLine())));
  }
}

/// What takes time: a nest of loops, a call, a copy.
bool isStep(Operation &op) { return op.getNumRegions() > 0 || isa<func::CallOp, memref::CopyOp>(op); }

struct ProfileStepsPass final : impl::ProfileStepsPassBase<ProfileStepsPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto function : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (!function.isDeclaration() && !function.isPrivate() && function.getNumArguments() > 0 && function.getArgAttr(0, "graph.ctx"))
        mark(function, symbols);
  }

  void mark(func::FuncOp function, SymbolTable &symbols) {
    SmallVector<Operation *> steps;
    for (Operation &op : function.front())
      if (isStep(op))
        steps.push_back(&op);
    // Straight-line code counts to the step after it; what comes last is a step of its own.
    if (Operation *last = function.front().getTerminator()->getPrevNode(); last && !isStep(*last))
      steps.push_back(last);
    OpBuilder b(&getContext());
    b.setInsertionPointToStart(&function.front());
    emit(b, function, -1, LLVM::ZeroOp::create(b, function.getLoc(), LLVM::LLVMPointerType::get(&getContext())), symbols);
    for (auto [i, step] : llvm::enumerate(steps)) {
      b.setInsertionPointAfter(step);
      emit(b, function, i, getLabel(b, function, i, step->getLoc(), symbols), symbols);
    }
  }

  void emit(OpBuilder &b, func::FuncOp function, int64_t index, Value label, SymbolTable &symbols) {
    Location loc = function.getLoc();
    Value number = LLVM::ConstantOp::create(b, loc, b.getI64IntegerAttr(index));
    Value operands[] = {function.getArgument(0), number, label};
    if (!symbols.lookup(stepName)) {
      auto declaration = func::FuncOp::create(loc, stepName, b.getFunctionType(ValueRange(operands).getTypes(), {}));
      declaration.setPrivate();
      symbols.insert(declaration);
    }
    func::CallOp::create(b, loc, stepName, TypeRange(), operands);
  }

  /// The address of a text in the object.
  Value getLabel(OpBuilder &b, func::FuncOp function, size_t index, Location loc, SymbolTable &symbols) {
    llvm::SetVector<StringAttr> names;
    collectNames(loc, names);
    std::string text = names.empty() ? "step " + std::to_string(index)
                                     : llvm::join(llvm::map_range(names, [](StringAttr name) { return name.getValue(); }), "+");
    text.push_back('\0');
    auto type = LLVM::LLVMArrayType::get(b.getI8Type(), text.size());
    OpBuilder atModule(&getContext());
    auto global = LLVM::GlobalOp::create(atModule, loc, type, /*isConstant=*/true, LLVM::Linkage::Internal,
                                         (function.getName() + "_step" + Twine(index)).str(), b.getStringAttr(text));
    symbols.insert(global, getOperation().getBody()->begin());
    return LLVM::AddressOfOp::create(b, loc, global);
  }
};
} // namespace
} // namespace graphopt
