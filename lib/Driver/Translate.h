//===- Translate.h - graph-translate --------------------------------------===//
#pragma once
#include "graph-opt/Limits.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <cstdint>
#include <optional>
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

enum class Translation {
  none,
  importPt2,
  importTorchScript,
  importOnnx,
  importJson,
  exportJson,
  exportOnnx,
  exportFx,
  exportDot,
  importReport,
  opTable
};

/// What graph-translate is asked for.
struct TranslateRequest {
  Translation what = Translation::none;
  std::string input, output = "-", after, weightsFile;
  llvm::SmallVector<std::pair<std::string, std::string>> weights;
  bool json = false, inlineWeights = false, showConstants = false, trusted = false;
  llvm::StringMap<std::string> inputs; ///< sizes and element types
  int64_t dynamicSize = 1;
  std::optional<int64_t> inlineBytes; ///< the most bytes of weights that stay in an ONNX model
  Limits limits;
};

/// Translates; returns the exit code. Errors have been printed.
int translate(const TranslateRequest &request);

} // namespace graphopt
#pragma GCC visibility pop
