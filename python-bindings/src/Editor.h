//===- Editor.h - a graph in Python's hands -------------------------------===//
#pragma once
#include "Values.h"
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Rewrite/GraphPattern.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include <map>

namespace graphopt::python {

/// Ops by number, so that Python never holds a pointer: a number that was given out is of one op for ever, and of none once it is erased.
/// Lives as long as nothing else changes the module.
class Editor {
public:
  using Node = int64_t;
  /// A value: the node, its result (region -1), or an argument of the node's region. Functions are nodes.
  using Ref = std::tuple<Node, int, int>;

  explicit Editor(Module &module) : module(module) {}

  const Module &getModule() const { return module; }
  mlir::MLIRContext *getContext() const { return module.getContext(); }
  mlir::func::FuncOp getFunction(const std::string &name) const;
  Node number(mlir::Operation *op);
  mlir::Operation *get(Node node) const;
  /// Null for a node that was erased.
  mlir::Operation *find(Node node) const;
  Ref refer(mlir::Value value);
  mlir::Value get(const Ref &ref) const;
  std::vector<Ref> refer(mlir::ValueRange values);
  std::vector<Node> number(mlir::Block &block);
  /// Where something is built: before a node, or at the end of a function.
  mlir::OpBuilder builderAt(Node node) const;
  void replace(mlir::Value old, mlir::Value made, llvm::function_ref<bool(mlir::Operation *)> isWanted);
  /// The numbers of an op and of what it holds mean nothing any more.
  void forget(mlir::Operation *op);
  void forgetAll();
  void erase(mlir::Operation *op);

  /// While one lives nothing may change the module: the library walks over it and calls Python's code in between.
  class Walk {
  public:
    explicit Walk(Editor &editor) : editor(editor) { ++editor.walks; }
    Walk(const Walk &) = delete;
    Walk &operator=(const Walk &) = delete;
    ~Walk() { --editor.walks; }

  private:
    Editor &editor;
  };
  void checkChangeable() const;

private:
  Module &module;
  llvm::DenseMap<mlir::Operation *, Node> numbers;
  std::map<Node, mlir::Operation *> ops;
  Node next = 1;
  unsigned walks = 0;
};

/// true is a unit attribute, numbers are i64 and f64, sequences of integers array<i64: ...>; text is MLIR's for any attribute or type.
mlir::Attribute toAttribute(mlir::MLIRContext *context, const std::string &name, nanobind::handle value);
mlir::Type toType(mlir::MLIRContext *context, const std::string &text);
nanobind::object fromAttribute(mlir::Attribute attribute);
/// Those that are not None or false, which is none.
std::vector<mlir::NamedAttribute> toAttributes(mlir::MLIRContext *context, const nanobind::dict &attributes);

void bindEditor(nanobind::module_ &m);
void bindRewriting(nanobind::class_<Editor> &editor);

/// Runs code of Python's that the library calls: an exception waits until the library has returned, for it knows none.
class Callback {
public:
  template <typename T, typename Action> T run(T otherwise, Action action) {
    if (error)
      return otherwise;
    try {
      return action();
    } catch (...) {
      error = std::current_exception();
      return otherwise;
    }
  }
  /// What is left of an error of the library's, or its value, once the code's own exception has been thrown.
  template <typename T> T unwrap(llvm::Expected<T> result) {
    if (error) {
      if (!result)
        llvm::consumeError(result.takeError());
      std::rethrow_exception(error);
    }
    return python::unwrap(std::move(result));
  }

private:
  std::exception_ptr error;
};

} // namespace graphopt::python
