//===- GraphDialect.cpp ---------------------------------------------------===//
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/ExportInterface.cpp.inc"
#include "graph-opt/Dialect/Graph/GraphDialect.cpp.inc"
#include "graph-opt/Dialect/Graph/GraphInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "graph-opt/Dialect/Graph/GraphAttrs.cpp.inc"

//===--- Version ----------------------------------------------------------===//

/// Of saved IR. Bytecode carries it; text does where a module says `graph.version`. Later versions go on reading files of earlier ones.
static constexpr int64_t formatVersion = 1;
static constexpr llvm::StringLiteral versionAttr = "graph.version";

namespace {
struct FormatVersion final : DialectVersion {};

class GraphBytecode final : public BytecodeDialectInterface {
public:
  explicit GraphBytecode(Dialect *dialect) : BytecodeDialectInterface(dialect) {}
  void writeVersion(DialectBytecodeWriter &writer) const override { writer.writeVarInt(formatVersion); }
  std::unique_ptr<DialectVersion> readVersion(DialectBytecodeReader &reader) const override {
    uint64_t version;
    if (failed(reader.readVarInt(version)))
      return nullptr;
    if (version != formatVersion) {
      reader.emitError() << "expected version " << formatVersion << " of the dialect 'graph', got " << version;
      return nullptr;
    }
    return std::make_unique<FormatVersion>();
  }
};
} // namespace

static LogicalResult verifyVersion(Operation *op, Attribute value) {
  auto version = dyn_cast<IntegerAttr>(value);
  if (isa<ModuleOp>(op) && version && version.getValue() == uint64_t(formatVersion))
    return success();
  return op->emitOpError() << "expected '" << versionAttr << "' to be " << formatVersion << " and on a module, got " << value;
}

namespace graphopt::graph::detail {
#define GRAPH_OP_FAMILY(name) void register##name##Ops(GraphDialect &dialect);
#include "graph-opt/Dialect/Graph/GraphOpFamilies.inc"
#undef GRAPH_OP_FAMILY
} // namespace graphopt::graph::detail

void GraphDialect::initialize() {
  weights = std::make_shared<WeightStore>();
  addInterface<GraphBytecode>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "graph-opt/Dialect/Graph/GraphAttrs.cpp.inc"
      >();
#define GRAPH_OP_FAMILY(name) detail::register##name##Ops(*this);
#include "graph-opt/Dialect/Graph/GraphOpFamilies.inc"
#undef GRAPH_OP_FAMILY
}

Operation *GraphDialect::materializeConstant(OpBuilder &b, Attribute value, Type type, Location loc) {
  if (auto elements = dyn_cast<ElementsAttr>(value); elements && elements.getType() == type && isa<RankedTensorType>(type))
    return ConstantOp::create(b, loc, type, elements);
  return arith::ConstantOp::materialize(b, value, type, loc);
}

LogicalResult ExternalAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef file, int64_t offset, int64_t bytes) {
  if (file.empty())
    return emitError() << "expected a file name, got an empty one";
  if (offset < 0 || bytes < 0 || offset > std::numeric_limits<int64_t>::max() - bytes)
    return emitError() << "expected a range of a file, got " << bytes << " bytes at offset " << offset;
  return success();
}

//===--- Attributes on functions, arguments and results -------------------===//

static LogicalResult verifySymbols(Operation *op, Attribute value) {
  auto symbols = dyn_cast<DictionaryAttr>(value);
  if (!symbols)
    return op->emitOpError() << "expected 'graph.symbols' to be a dictionary, got " << value;
  for (NamedAttribute symbol : symbols) {
    auto range = dyn_cast<ArrayAttr>(symbol.getValue());
    auto bound = [&](unsigned i) { return dyn_cast<IntegerAttr>(range[i]); };
    if (!range || range.size() != 2 || !bound(0) || !bound(1) || bound(0).getInt() < 0 || bound(0).getInt() > bound(1).getInt())
      return op->emitOpError() << "expected the range of symbol '" << symbol.getName().getValue() << "' to be [least, greatest], got "
                               << symbol.getValue();
  }
  return success();
}

static LogicalResult verifyDims(Operation *op, Type type, Attribute value) {
  auto dims = dyn_cast<ArrayAttr>(value);
  auto tensor = dyn_cast<ShapedType>(type); // a memref, once bufferised
  if (!dims || !tensor || !tensor.hasRank() || static_cast<int64_t>(dims.size()) != tensor.getRank())
    return op->emitOpError() << "expected 'graph.dims' to be an array with an entry for each size of " << type << ", got " << value;
  auto symbols = op->getAttrOfType<DictionaryAttr>(symbolsAttr);
  for (auto [i, dim] : llvm::enumerate(dims)) {
    if (auto name = dyn_cast<StringAttr>(dim)) {
      if (name.getValue() != "?" && (!symbols || !symbols.contains(name)))
        return op->emitOpError() << "expected '" << name.getValue() << "' of 'graph.dims' to be one of the function's 'graph.symbols'";
    } else if (auto size = dyn_cast<IntegerAttr>(dim); !size || (!tensor.isDynamicDim(i) && tensor.getDimSize(i) != size.getInt())) {
      return op->emitOpError() << "expected size " << i << " of " << type << " in 'graph.dims', got " << dim;
    }
  }
  return success();
}

/// A name with our prefix that nothing reads is a slip of the pen, and would pass unseen.
static LogicalResult verifyName(Operation *op, StringRef where, StringRef name, ArrayRef<StringRef> known) {
  if (llvm::is_contained(known, name))
    return success();
  InFlightDiagnostic error = op->emitOpError() << "expected an attribute of " << where << " to be one of ";
  llvm::interleaveComma(known, error, [&](StringRef one) { error << "'" << one << "'"; });
  return error << ", got '" << name << "'";
}

LogicalResult GraphDialect::verifyOperationAttribute(Operation *op, NamedAttribute attr) {
  if (attr.getName() == symbolsAttr)
    return verifySymbols(op, attr.getValue());
  if (attr.getName() == versionAttr)
    return verifyVersion(op, attr.getValue());
  // All but the first are between passes.
  return verifyName(op, "an op", attr.getName(),
                    {symbolsAttr, "graph.arena", "graph.grain", "graph.messages", "graph.parallel", "graph.sizes"});
}

static LogicalResult verifyValueAttribute(Operation *op, Type type, NamedAttribute attr) {
  if (attr.getName() == dimsAttr)
    return verifyDims(op, type, attr.getValue());
  if (attr.getName() == nameAttr && !isa<StringAttr>(attr.getValue()))
    return op->emitOpError() << "expected 'graph.name' to be a string, got " << attr.getValue();
  // All but the first two are between passes.
  return verifyName(op, "an argument or result", attr.getName(),
                    {nameAttr, dimsAttr, "graph.arena", "graph.ctx", "graph.from_data", "graph.prepared", "graph.result", "graph.weight"});
}

LogicalResult GraphDialect::verifyRegionArgAttribute(Operation *op, unsigned region, unsigned arg, NamedAttribute attr) {
  return verifyValueAttribute(op, op->getRegion(region).getArgument(arg).getType(), attr);
}

LogicalResult GraphDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned result, NamedAttribute attr) {
  return verifyValueAttribute(op, cast<FunctionOpInterface>(op).getResultTypes()[result], attr);
}
