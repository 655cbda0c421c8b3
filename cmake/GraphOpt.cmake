# graph_opt_op_families(): for each dialects/Graph/Ops/X.td generates
#   Ops/X.h.inc, Ops/X.cpp.inc   what mlir-tblgen prints
#   Ops/X.h                      the op classes of the family, for who builds them
#   Ops/X.ops.inc                the definitions and the registration, for Ops/X.cpp to include
# and the umbrellas GraphOps.h.inc (all Ops/X.h) and GraphOpFamilies.inc (one line a family).
function(graph_opt_op_families)
  file(GLOB families CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/Ops Ops/*.td)
  set(umbrella "")
  set(list "")
  set(all "")
  foreach(file IN LISTS families)
    get_filename_component(name ${file} NAME_WE)
    set(LLVM_TARGET_DEFINITIONS Ops/${file})
    mlir_tablegen(Ops/${name}.h.inc -gen-op-decls -dialect=graph)
    mlir_tablegen(Ops/${name}.cpp.inc -gen-op-defs -dialect=graph)
    string(APPEND umbrella "#include \"graph-opt/Dialect/Graph/Ops/${name}.h\"\n")
    string(APPEND list "GRAPH_OP_FAMILY(${name})\n")
    string(APPEND all "include \"graph-opt/Dialect/Graph/Ops/${file}\"\n")
    file(CONFIGURE OUTPUT Ops/${name}.h @ONLY CONTENT [[
#pragma once
#include "graph-opt/Dialect/Graph/OpBase.h"
#pragma GCC visibility push(default)
#define GET_OP_CLASSES
#include "graph-opt/Dialect/Graph/Ops/@name@.h.inc"
#pragma GCC visibility pop
]])
    file(CONFIGURE OUTPUT Ops/${name}.ops.inc @ONLY CONTENT [[
#define GET_OP_CLASSES
#include "graph-opt/Dialect/Graph/Ops/@name@.cpp.inc"
namespace graphopt::graph::detail {
void register@name@Ops(GraphDialect &dialect);
}
void graphopt::graph::detail::register@name@Ops(GraphDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "graph-opt/Dialect/Graph/Ops/@name@.cpp.inc"
      >();
}
]])
  endforeach()
  file(CONFIGURE OUTPUT GraphOps.h.inc CONTENT "${umbrella}" @ONLY)
  file(CONFIGURE OUTPUT GraphOpFamilies.inc CONTENT "${list}" @ONLY)
  file(CONFIGURE OUTPUT GraphOps.td CONTENT "${all}" @ONLY) # for the documentation generators
  set(TABLEGEN_OUTPUT ${TABLEGEN_OUTPUT} PARENT_SCOPE)
endfunction()

# graph_opt_tool(name): a main of ours, from tools/<name>/<name>.cpp, linked to libGraphOpt alone.
function(graph_opt_tool name)
  add_executable(${name} ${name}/${name}.cpp)
  target_link_libraries(${name} PRIVATE GraphOpt)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/lib) # lib/Driver is the tools' own
  target_compile_options(${name} PRIVATE -fno-exceptions -Wall -Wextra -Wno-unused-parameter)
  add_dependencies(${name} GraphIncGen GraphPassIncGen)
  install(TARGETS ${name} EXPORT GraphOptTargets)
endfunction()
