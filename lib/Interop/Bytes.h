//===- Bytes.h - little-endian fields of files from outside ---------------===//
#pragma once
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Error.h"
#include <string>

namespace graphopt {

/// An error about a file: "<label>: <message>".
inline llvm::Error fileError(llvm::StringRef label, const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), llvm::Twine(label) + ": " + message);
}

/// The same with the system's message, in lower case.
inline llvm::Error fileError(llvm::StringRef label, std::error_code error) {
  std::string why = error.message();
  why[0] = llvm::toLower(why[0]);
  return fileError(label, why);
}

/// An error about a budget: the tools tell it from bad input.
inline llvm::Error limitError(const llvm::Twine &message) {
  return llvm::createStringError(std::make_error_code(std::errc::value_too_large), message);
}
/// The message of an error, and whether it is about a budget.
inline std::pair<std::string, bool> describeError(llvm::Error error) {
  bool isLimit = false;
  std::string message;
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
    isLimit |= info.convertToErrorCode() == std::errc::value_too_large;
    message += info.message();
  });
  return {message, isLimit};
}

/// The little-endian number at `offset`; the caller has checked the range.
template <typename T> T readLittle(llvm::StringRef bytes, uint64_t offset) {
  return llvm::support::endian::read<T, llvm::endianness::little>(bytes.data() + offset);
}
/// Whether [offset, offset + size) lies in a file of `total` bytes.
inline bool inRange(uint64_t offset, uint64_t size, uint64_t total) { return offset <= total && size <= total - offset; }

} // namespace graphopt
