//===- Limits.h - budgets of files from outside ---------------------------===//
//
// Each is checked before what it bounds is entered or allocated, and what is over one is an error of class Failure::limit that names it.
// The tools take --limit=NAME=N, Python load(..., limits={"NAME": N}).
//
//===----------------------------------------------------------------------===//
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

struct Limits {
  /// Brackets, regions, attributes, types, operators of an affine expression, JSON. An 8 MB stack takes some 10,000 levels of the leanest
  /// form in upstream's parser, and passes recurse over regions and attributes again.
  uint64_t nesting = 512;
  uint64_t rank = 64;
  uint64_t ops = uint64_t(1) << 21;
  uint64_t name = 4096;
  /// Upstream's parser makes room for all results up to the one that `%x#5` names.
  uint64_t results = uint64_t(1) << 21;
  /// It takes time quadratic in the length of a number.
  uint64_t digits = 4096;
  /// Beside 64 times the text: aliases of aliases double at each step.
  uint64_t aliased = uint64_t(1) << 26;
  uint64_t parts = uint64_t(1) << 24;
  uint64_t values = uint64_t(1) << 25;
  uint64_t json = uint64_t(1) << 28;
  uint64_t entries = uint64_t(1) << 20;
  uint64_t inflated = uint64_t(1) << 30;
  uint64_t ratio = 1032; ///< deflate's own bound
  uint64_t copied = uint64_t(1) << 32;
  uint64_t memory = uint64_t(4) << 30; ///< beside 16 times the file
  uint64_t seconds = 2;                ///< beside one for each megabyte of the file

  struct Info {
    llvm::StringLiteral name;
    uint64_t Limits::*member;
    llvm::StringLiteral unit;  ///< what is counted, as messages say it: "levels of nesting"
    llvm::StringLiteral where; ///< for the documentation
  };
  static llvm::ArrayRef<Info> all();

  /// "expected at most 512 levels of nesting, got more: --limit=nesting=N allows N"; `got` instead of "more" where it is known.
  std::string exceeded(uint64_t Limits::*member, const llvm::Twine &got = "more") const;
  /// Takes "nesting=2000". An error of class usage where there is no such budget, or no number above 0.
  llvm::Error set(llvm::StringRef text);
};

} // namespace graphopt
#pragma GCC visibility pop
