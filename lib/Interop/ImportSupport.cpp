//===- ImportSupport.cpp - what the importers of models share -------------===//
#include "Interop/ImportSupport.h"
#include "Interop/Bytes.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Operation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;

std::optional<ImportRules> graphopt::collectRules(MLIRContext *context) {
  ImportRules rules = ImportRules::collect(context);
  if (rules.conflicts().empty())
    return rules;
  graphopt::emitError(UnknownLoc::get(context), Failure::internal)
      << "expected one import rule for each operator, got two for " << llvm::join(rules.conflicts(), ", ");
  return std::nullopt;
}

void graphopt::emitFileError(MLIRContext *context, StringRef path, llvm::Error error) {
  auto [message, isLimit] = describeError(std::move(error));
  StringRef text = message;
  size_t end = text.find(": ", path.size());
  graphopt::emitError(FileLineColLoc::get(context, text.take_front(end), 0, 0), isLimit ? Failure::limit : Failure::badInput)
      << text.drop_front(end + 2);
}

LogicalResult graphopt::checkSupport(const ImportReport &report, MLIRContext *context, StringRef label) {
  Location file = FileLineColLoc::get(context, label, 0, 0);
  for (const ImportReport::Operator &op : report.operators)
    if (!op.isSupported)
      graphopt::emitError(NameLoc::get(StringAttr::get(context, op.firstNode), file), Failure::unsupportedOp)
          << "unsupported '" << op.name << "' (" << op.count << (op.count == 1 ? " node" : " nodes") << ")";
  return success(report.isSupported());
}

/// The user's own source line, as text: handlers open files that locations name.
static std::string sourceOf(Location loc) {
  auto file = loc->findInstanceOf<FileLineColLoc>();
  return file ? (file.getFilename().strref() + ":" + Twine(file.getLine())).str() : "";
}

ImportDiagnostics::ImportDiagnostics(MLIRContext *context, StringRef label) : label(label) {
  handler.emplace(context, [this](Diagnostic &diagnostic) -> LogicalResult {
    if (isForwarding)
      return failure(); // its own: for the handlers below
    isForwarding = true;
    forward(diagnostic);
    isForwarding = false;
    return success();
  });
}

void ImportDiagnostics::forward(Diagnostic &diagnostic) {
  Failure failure = getFailure(diagnostic);
  hasUnsupported |= failure == Failure::unsupportedOp;
  Location from = diagnostic.getLocation(), loc = FileLineColLoc::get(from.getContext(), label, 0, 0);
  if (auto file = dyn_cast<FileLineColLoc>(from); file && file.getFilename().strref().starts_with(label))
    loc = from; // in the model's file already
  else if (auto node = dyn_cast<NameLoc>(from))
    loc = NameLoc::get(node.getName(), loc);
  InFlightDiagnostic placed = loc.getContext()->getDiagEngine().emit(loc, diagnostic.getSeverity());
  placed << diagnostic.str();
  if (Diagnostic *underlying = placed.getUnderlyingDiagnostic()) // null where nobody listens
    setFailure(*underlying, failure);
  if (std::string source = sourceOf(from); !source.empty() && loc != from)
    placed.attachNote() << "the model's source: " << source;
}

SmallVector<Value> graphopt::castAll(OpBuilder &b, Location loc, ValueRange values, TypeRange types) {
  SmallVector<Value> cast;
  for (auto [value, type] : llvm::zip(values, types))
    cast.push_back(value.getType() == type ? value : tensor::CastOp::create(b, loc, type, value).getResult());
  return cast;
}

Value graphopt::extractOnly(OpBuilder &b, Location loc, Value tensor) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  SmallVector<Value> zeros(rank, rank ? arith::ConstantIndexOp::create(b, loc, 0).getResult() : Value());
  return tensor::ExtractOp::create(b, loc, tensor, zeros);
}

/// The name of that input, of models that draw any.
static constexpr llvm::StringLiteral randomKeyName = "random.key";

Value graphopt::addRandomKey(Block &body) {
  Builder b(body.getParentOp()->getContext());
  return body.addArgument(RankedTensorType::get({}, b.getI64Type()), NameLoc::get(b.getStringAttr(randomKeyName)));
}

DictionaryAttr graphopt::settleRandomKey(const RandomSource &random) {
  Builder b(random.key.getContext());
  if (random.draws != 0)
    return b.getDictionaryAttr(b.getNamedAttr(graph::nameAttr, b.getStringAttr(randomKeyName)));
  auto argument = cast<BlockArgument>(random.key);
  argument.getOwner()->eraseArgument(argument.getArgNumber());
  return {};
}

void graphopt::eraseUnused(Region &region) {
  for (Block &block : region)
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
      for (Region &nested : op.getRegions())
        eraseUnused(nested);
      if (isOpTriviallyDead(&op))
        op.erase();
    }
}
