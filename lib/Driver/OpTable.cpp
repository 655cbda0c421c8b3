//===- OpTable.cpp --------------------------------------------------------===//
#include "Driver/OpTable.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace mlir;
using namespace graphopt;

static int64_t add(int64_t a, int64_t b) {
  int64_t sum;
  return AddOverflow(a, b, sum) ? INT64_MAX : sum;
}

OpTable OpTable::count(ModuleOp module, int64_t dynamicSize) {
  llvm::MapVector<OperationName, Row> rows;
  for (auto function : module.getOps<FunctionOpInterface>())
    function.getFunctionBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (op->hasTrait<OpTrait::IsTerminator>())
        return WalkResult::advance();
      Row &row = rows[op->getName()];
      ++row.count;
      auto cost = dyn_cast<CostOpInterface>(op);
      if (!cost)
        return WalkResult::advance();
      // What names a value costs nothing: its users read it.
      bool isName = isa<ParameterReadOpInterface>(op) || op->hasTrait<OpTrait::ConstantLike>();
      Cost spent = isName ? Cost() : cost.getCost(dynamicSize);
      row.flops = add(row.flops, spent.flops);
      row.bytes = add(row.bytes, spent.bytes);
      return WalkResult::skip();
    });
  OpTable table;
  for (auto &[name, row] : rows) {
    row.name = name.getStringRef().str();
    table.rows.push_back(row);
  }
  llvm::sort(table.rows, [](const Row &a, const Row &b) {
    return std::make_tuple(b.flops, b.bytes, StringRef(a.name)) < std::make_tuple(a.flops, a.bytes, StringRef(b.name));
  });
  return table;
}

OpTable::Row OpTable::total() const {
  Row sum;
  sum.name = "total";
  for (const Row &row : rows) {
    sum.count += row.count;
    sum.flops = add(sum.flops, row.flops);
    sum.bytes = add(sum.bytes, row.bytes);
  }
  return sum;
}

/// 1234567 as "1.23 M".
static std::string scaled(int64_t value) {
  static constexpr StringLiteral units[] = {"", " k", " M", " G", " T", " P", " E"};
  double number = static_cast<double>(value);
  unsigned unit = 0;
  while (number >= 1000 && unit + 1 < std::size(units)) {
    number /= 1000;
    ++unit;
  }
  std::string text;
  raw_string_ostream(text) << format(unit ? "%.3g" : "%.0f", number) << units[unit];
  return text;
}

void graphopt::printOpTables(raw_ostream &os, const OpTable &before, const OpTable *after) {
  struct Pair {
    std::string name;
    const OpTable::Row *before = nullptr, *after = nullptr;
  };
  std::vector<Pair> pairs;
  auto place = [&](const OpTable &table, const OpTable::Row *Pair::*side) {
    for (const OpTable::Row &row : table.rows) {
      auto found = llvm::find_if(pairs, [&](const Pair &pair) { return pair.name == row.name; });
      if (found == pairs.end())
        found = pairs.insert(pairs.end(), Pair{row.name});
      (*found).*side = &row;
    }
  };
  place(before, &Pair::before);
  OpTable::Row totalBefore = before.total(), totalAfter;
  if (after) {
    place(*after, &Pair::after);
    totalAfter = after->total();
  }
  pairs.push_back({"total", &totalBefore, after ? &totalAfter : nullptr});
  size_t width = 2;
  for (const Pair &pair : pairs)
    width = std::max(width, pair.name.size());

  auto line = [&](StringRef name, ArrayRef<std::string> cells) {
    std::string text;
    raw_string_ostream stream(text);
    stream << left_justify(name, width);
    for (const std::string &cell : cells)
      stream << " " << right_justify(cell, 9);
    os << StringRef(text).rtrim() << "\n";
  };
  auto cells = [](SmallVectorImpl<std::string> &out, const OpTable::Row *row) {
    if (row)
      out.append({std::to_string(row->count), scaled(row->flops), scaled(row->bytes)});
    else
      out.append({"-", "-", "-"});
  };
  if (after)
    line("", {"before", "", "", "after", "", ""});
  SmallVector<std::string> head = {"count", "flops", "bytes"};
  if (after)
    head.append({"count", "flops", "bytes"});
  line("op", head);
  for (const Pair &pair : pairs) {
    SmallVector<std::string> row;
    cells(row, pair.before);
    if (after)
      cells(row, pair.after);
    line(pair.name, row);
  }
}

void graphopt::printOpTablesJson(raw_ostream &os, const OpTable &before, const OpTable *after, StringRef pipeline, int64_t dynamicSize) {
  json::OStream j(os, 2);
  auto row = [&](const OpTable::Row &r) {
    j.object([&] {
      j.attribute("op", r.name);
      j.attribute("count", r.count);
      j.attribute("flops", r.flops);
      j.attribute("bytes", r.bytes);
    });
  };
  auto table = [&](StringRef key, const OpTable &t) {
    j.attributeArray(key, [&] {
      for (const OpTable::Row &r : t.rows)
        row(r);
      row(t.total());
    });
  };
  j.object([&] {
    j.attribute("version", 1);
    j.attribute("dynamic_size", dynamicSize);
    table("before", before);
    if (after) {
      j.attribute("pipeline", pipeline);
      table("after", *after);
    }
  });
  os << "\n";
}
