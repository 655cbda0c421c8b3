#pragma once
#include "mlir/IR/DialectRegistry.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>
#ifndef GRAPHOPT_ABI_VERSION
#define GRAPHOPT_ABI_VERSION 1 // raise it with any change to a public header or a public .td; also the SOVERSION
#endif
#define GRAPHOPT_STR2(x) #x
#define GRAPHOPT_STR(x) GRAPHOPT_STR2(x)
#ifdef __clang__
#define GRAPHOPT_COMPILER "clang"
#else
#define GRAPHOPT_COMPILER "gcc"
#endif
// What must be equal on both sides. The compiler too: the TypeID of an op trait or an interface is looked up by the name in
// __PRETTY_FUNCTION__, which gcc and clang spell differently; hasTrait would be false without a word.
#define GRAPHOPT_ABI                                                                                                                       \
  "graph-opt ABI " GRAPHOPT_STR(GRAPHOPT_ABI_VERSION) ", LLVM " GRAPHOPT_STR(LLVM_VERSION_MAJOR) "." GRAPHOPT_STR(                         \
      LLVM_VERSION_MINOR) ", " GRAPHOPT_COMPILER
#define GRAPHOPT_EXPORT __attribute__((visibility("default")))

/// The entry of a plugin: GRAPHOPT_PLUGIN(registry) { registry.insert<MyDialect>(); registerMyPass(); }
/// The ABI string lies in a section of its own, so the loader reads it before any code of the plugin runs.
#define GRAPHOPT_PLUGIN(REGISTRY)                                                                                                          \
  extern "C" {                                                                                                                             \
  GRAPHOPT_EXPORT extern const char graphOptPluginABI[];                                                                                   \
  __attribute__((used, section(".graphopt.abi"))) const char graphOptPluginABI[] = GRAPHOPT_ABI;                                           \
  GRAPHOPT_EXPORT void graphOptRegisterPlugin(mlir::DialectRegistry &REGISTRY);                                                            \
  }                                                                                                                                        \
  void graphOptRegisterPlugin(mlir::DialectRegistry &REGISTRY)

namespace graphopt {
/// Loads one plugin into the process for good. Call it before any option is parsed and any context is made.
GRAPHOPT_EXPORT llvm::Error loadPlugin(llvm::StringRef path, mlir::DialectRegistry &registry);
/// The files of the plugins that have been loaded, without links in their paths. Code that passes of theirs made depends on them.
GRAPHOPT_EXPORT std::vector<std::string> getLoadedPlugins();
/// Loads what GRAPH_OPT_PLUGINS (colon-separated), --load-pass-plugin and --load-dialect-plugin name; takes the latter out of argv.
GRAPHOPT_EXPORT llvm::Error loadPlugins(int &argc, char **argv, mlir::DialectRegistry &registry);
} // namespace graphopt
