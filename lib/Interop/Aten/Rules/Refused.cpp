//===- Refused.cpp - ATen operators that can be no ops of a graph ---------===//
//
// With the reason that an import gives, and that docs/generated/core-aten.md states.
//
//===----------------------------------------------------------------------===//
#include "Interop/Aten/Rules/Rules.h"

using namespace graphopt;

void graphopt::registerAtenRefusals(ImportRules &rules) {
  rules.refuseAten({"unique_dim_consecutive.default", "bincount.default", "repeat_interleave.Tensor", "repeat_interleave.self_Tensor"},
                   "the sizes of its result depend on numbers");
  rules.refuseAten({"as_strided.default"}, "it reads memory by strides, which values of a graph do not have; only one that leaves every "
                                           "element in its place is taken");
  rules.refuseAten({"as_strided_copy.default", "as_strided_scatter.default", "sym_stride.int", "sym_storage_offset.default",
                    "sym_is_contiguous.default", "resize_.default"},
                   "it is about memory, strides and storage, which values of a graph do not have");
  rules.refuseAten({"_fft_r2c.default", "_fft_c2r.default", "_fft_c2c.default", "complex.default", "polar.default",
                    "view_as_complex.default", "view_as_real.default"},
                   "complex numbers are not among the elements of a graph");
  rules.refuseAten({"multinomial.default", "normal.Tensor_float", "poisson.default"},
                   "there is no draw of its distribution: pass random numbers in, as an input");
  rules.refuseAten({"atan2.out"}, "it writes into an argument; atan2.default does not");
  rules.refuseAten({"_native_batch_norm_legit.default"}, "it changes its running statistics in place: export the model in eval mode");
}
