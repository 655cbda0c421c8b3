//===- Limits.cpp ---------------------------------------------------------===//
#include "graph-opt/Limits.h"
#include "graph-opt/GraphError.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace graphopt;

static constexpr Limits::Info infos[] = {
    {"nesting", &Limits::nesting, "levels of nesting",
     "MLIR text and bytecode, JSON, TorchScript: brackets, regions, attributes, types, expressions, calls"},
    {"rank", &Limits::rank, "sizes", "MLIR text and bytecode, JSON, ONNX, TorchScript: of one tensor; .pt2 takes 64, .npy 32"},
    {"ops", &Limits::ops, "ops",
     "MLIR text and bytecode, JSON; nodes of an ONNX model, those of functions counted by call; steps of TorchScript's code"},
    {"name", &Limits::name, "characters of a name",
     "MLIR text, JSON, .pt2, .pt, safetensors, ONNX, archives: of a value, symbol, op, key or entry"},
    {"results", &Limits::results, "results of ops with several", "MLIR text: up to the last one that %x#N names, of all names together"},
    {"digits", &Limits::digits, "digits in a number", "MLIR text"},
    {"aliased", &Limits::aliased, "characters behind aliases", "MLIR text: what aliases stand for, beside 64 times the text"},
    {"parts", &Limits::parts, "parts of an attribute or type", "MLIR bytecode: each counted as often as it is used"},
    {"values", &Limits::values, "values", "JSON, .pt2, safetensors; of TorchScript's pickles, and tokens of its code"},
    {"json", &Limits::json, "bytes of JSON", ".pt2: of one entry"},
    {"entries", &Limits::entries, "entries", ".pt2, .pt, .npz: of the archive"},
    {"inflated", &Limits::inflated, "inflated bytes", ".pt2, .pt, .npz: of all deflated entries together"},
    {"ratio", &Limits::ratio, "bytes for each deflated one", ".pt2, .pt, .npz"},
    {"copied", &Limits::copied, "bytes of copied weights",
     ".pt2, .pt, ONNX: of weights that can't be used in place: strided (in all), sparse (of one)"},
    {"memory", &Limits::memory, "bytes of memory", "MLIR bytecode: of the process that reads it first, beside 16 times the file"},
    {"seconds", &Limits::seconds, "seconds", "MLIR bytecode: of that process, beside one for each megabyte of the file"},
};

ArrayRef<Limits::Info> Limits::all() { return infos; }

std::string Limits::exceeded(uint64_t Limits::*member, const Twine &got) const {
  const Info *info = llvm::find_if(infos, [&](const Info &candidate) { return candidate.member == member; });
  return ("expected at most " + Twine(this->*member) + " " + info->unit + ", got " + got + ": --limit=" + info->name + "=N allows N").str();
}

Error Limits::set(StringRef text) {
  auto [name, number] = text.split('=');
  const Info *info = llvm::find_if(infos, [name = name](const Info &candidate) { return candidate.name == name; });
  if (info == std::end(infos)) {
    std::string names = llvm::join(llvm::map_range(infos, [](const Info &known) { return StringRef(known.name); }), ", ");
    return makeError(Failure::usage, "expected a budget, one of " + names + ", got '" + name + "'");
  }
  uint64_t value;
  if (number.getAsInteger(10, value) || value == 0)
    return makeError(Failure::usage, "expected a number above 0 for the budget '" + name + "', got '" + number + "'");
  this->*info->member = value;
  return Error::success();
}
