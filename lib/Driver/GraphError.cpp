//===- GraphError.cpp -----------------------------------------------------===//
#include "graph-opt/GraphError.h"
#include <system_error>

using namespace llvm;
using namespace graphopt;

char GraphError::ID = 0;

void GraphError::log(raw_ostream &os) const { os << text; }

std::error_code GraphError::convertToErrorCode() const {
  switch (failure) {
  case Failure::limit:
    return std::make_error_code(std::errc::value_too_large);
  case Failure::unsupportedOp:
    return std::make_error_code(std::errc::not_supported);
  default:
    return std::make_error_code(std::errc::invalid_argument);
  }
}

Error graphopt::makeError(Failure failure, const Twine &text) { return make_error<GraphError>(failure, text.str()); }

Failure graphopt::getFailure(std::error_code code) {
  if (code == std::errc::value_too_large || code == std::errc::not_enough_memory || code == std::errc::file_too_large)
    return Failure::limit;
  if (code == std::errc::not_supported || code == std::errc::operation_not_supported)
    return Failure::unsupportedOp;
  return Failure::badInput;
}
