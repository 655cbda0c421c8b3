//===- FailedInference.h - builders whose types can't be inferred ---------===//
#pragma once
#include <cstdint>

namespace graphopt {

/// How many ops this thread has built whose result types could not be inferred. Each has emitted an error, and has the type of its first
/// tensor operand instead, with which it does not verify: whoever builds of what was read from outside asks before and after.
uint64_t countFailedInferences();

} // namespace graphopt
