//===- ImportReport.h - what a foreign model is made of -------------------===//
#pragma once
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace graphopt {

/// What a file's graph is made of, operator by operator.
struct ImportReport {
  struct Operator {
    std::string name;  ///< as the source spells it: "aten.add.Tensor", "Add"
    int64_t count = 0; ///< nodes
    bool isSupported = false;
    std::string firstNode;  ///< the name of the first node
    std::string firstPlace; ///< its place in the user's source, "file:line", where known
  };
  std::vector<Operator> operators; ///< sorted by name

  bool hasUnsupportedArguments = false; ///< an import met arguments that its operator's rule refuses

  bool isSupported() const;
  /// A table, unsupported operators first.
  void print(llvm::raw_ostream &os) const;
  /// [{"operator": ..., "count": ..., "supported": ..., "first_node": ..., "first_place": ...}]
  void printJson(llvm::raw_ostream &os) const;
};

} // namespace graphopt
#pragma GCC visibility pop
