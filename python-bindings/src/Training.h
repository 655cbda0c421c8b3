//===- Training.h ---------------------------------------------------------===//
#pragma once
#include "Values.h"

namespace graphopt::python {

void bindTraining(nanobind::module_ &m);

} // namespace graphopt::python
