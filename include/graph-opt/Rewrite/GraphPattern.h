//===- GraphPattern.h - small graphs to look for in a graph ----------------===//
//
//   GraphPattern pattern;
//   auto x = pattern.capture("x"), w = pattern.capture("w");
//   pattern.output(pattern.op("graph.relu", {pattern.op("graph.matmul", {x, w})}));
//   for (const PatternMatch &match : unwrap(findMatches(function.getBody(), pattern)))
//     ...
//
// Operands of commutative ops match in any order, and a pattern may have several outputs. Where nothing but the op's own rewriting is
// needed, MLIR's RewritePattern and PDLL do as well.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include <limits>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace graphopt {

/// A graph of ops on captured values.
class GraphPattern {
public:
  /// A value of the pattern: one result of a node.
  struct Value {
    unsigned node, result = 0;
  };
  enum class Kind { capture, number, op };
  struct Node {
    Kind kind;
    std::string name; ///< of a capture; of an op as in IR
    double number = 0;
    std::vector<Value> operands;
    std::vector<mlir::NamedAttribute> attributes;
  };

  /// Any value, the same one wherever the capture is used.
  Value capture(llvm::StringRef name);
  /// A constant all of whose elements are this number.
  Value number(double number);
  /// Result `result` of an op; attributes that are not named may be anything, and one that is `false` is not there.
  Value op(llvm::StringRef name, llvm::ArrayRef<Value> operands, llvm::ArrayRef<mlir::NamedAttribute> attributes = {}, unsigned result = 0);
  /// What a replacement replaces. A pattern has at least one, each a result of an op.
  void output(Value value) { outputs.push_back(value); }

  llvm::ArrayRef<Node> getNodes() const { return nodes; }
  llvm::ArrayRef<Value> getOutputs() const { return outputs; }
  /// What is wrong with the pattern, or "".
  std::string check() const;

private:
  std::vector<Node> nodes;
  std::vector<Value> outputs;
};

/// Where a pattern was found.
struct PatternMatch {
  /// Of a capture: an operand that is it. Another match's replacement may have changed what is there since.
  struct Use {
    mlir::Operation *op = nullptr;
    unsigned operand = 0;
    mlir::Value get() const { return op->getOperand(operand); }
  };
  std::vector<Use> captures;            ///< by node; none for ops and numbers
  std::vector<mlir::Operation *> ops;   ///< by node; null for captures
  std::vector<mlir::Value> outputs;     ///< by output
  mlir::Operation *insertion = nullptr; ///< what replaces the outputs is to be built before this op
};

struct MatchOptions {
  /// Whether ops may match whose results are used outside of the match, too: they stay there when the outputs are replaced.
  bool shared = false;
  /// Attempts at one place, for patterns whose commutative operands can be exchanged in many ways.
  unsigned maxSteps = 100000;
};

/// The matches in a region's blocks, in the order of the code: those that `accept` takes, and that don't overlap one taken before. Error: a
/// pattern that can't match anything.
llvm::Expected<std::vector<PatternMatch>> findMatches(mlir::Region &region, const GraphPattern &pattern, const MatchOptions &options = {},
                                                      llvm::function_ref<bool(const PatternMatch &)> accept = {});

/// Why the pattern, its first output on a result of `op`, does not match there: how far it came, what was expected and what was there. ""
/// if it matches.
llvm::Expected<std::string> explainMismatch(mlir::Operation *op, const GraphPattern &pattern, const MatchOptions &options = {});

/// Erases those of the match's ops that nothing uses any more.
void eraseDeadOps(const PatternMatch &match, llvm::function_ref<void(mlir::Operation *)> onErase = {});

} // namespace graphopt
#pragma GCC visibility pop
