//===- GraphAttrs.td - attributes of the dialect --------------------------===//
#ifndef GRAPH_ATTRS_TD
#define GRAPH_ATTRS_TD

include "graph-opt/Dialect/Graph/GraphBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Graph_ExternalAttr : AttrDef<Graph_Dialect, "External"> {
  let mnemonic = "external";
  let summary = "the bytes of a weight: a range of a file";
  let description = [{
    `#graph.external<"model.safetensors", 24, 1536>`: 1536 bytes at offset 24, little-endian and row-major, of a file that lies in the
    model's folder. The file is mapped when the numbers are needed, and used in place.
  }];
  let parameters = (ins StringRefParameter<"file name, relative to the model">:$file, "int64_t":$offset, "int64_t":$bytes);
  let assemblyFormat = "`<` $file `,` $offset `,` $bytes `>`";
  let genVerifyDecl = 1;
}

#endif // GRAPH_ATTRS_TD
