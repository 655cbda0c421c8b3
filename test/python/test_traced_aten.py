"""Every imported ATen overload outside of torch's core, on random calls from traces of torch's samples, interpreted and compiled.

`make test` takes two calls of every sixth; the long runs ten of each, on every element type.
"""

import os

import pytest

torch = pytest.importorskip("torch")
from aten_gradients import SOURCES  # noqa: E402
from core_program import run  # noqa: E402
from core_table import read_table  # noqa: E402
from tables import atens  # noqa: E402
from traced_samples import traced_calls  # noqa: E402

IS_LONG = os.environ.get("GRAPHOPT_HYPOTHESIS") == "long"
# None of torch's samples leads to them; what has their rule under test.
UNSAMPLED = {
    name: why
    for why, names in {
        "their sizes depend on data: test_data_sizes.py holds them to torch": (
            "_unique2.default masked_select.default nonzero_numpy.default unique_consecutive.default unique_dim.default where.default"
        ),
        "the overload with a tensor in the number's place": (
            "__and__.Scalar __lshift__.Scalar __or__.Scalar __rshift__.Scalar __xor__.Scalar bitwise_left_shift.Tensor_Scalar "
            "bitwise_right_shift.Tensor_Scalar bucketize.Scalar clamp_max.default copysign.Scalar divide.Scalar "
            "floor_divide.Scalar greater.Scalar greater_equal.Scalar isin.Scalar_Tensor isin.Tensor_Scalar less.Scalar "
            "less_equal.Scalar multiply.Scalar not_equal.Scalar searchsorted.Scalar subtract.Scalar true_divide.Scalar "
            "where.Scalar where.ScalarOther where.ScalarSelf xlogy.Scalar_Other xlogy.Scalar_Self"
        ),
        "the overload of another name that has the same rule": (
            "__and__.Tensor __lshift__.Tensor __or__.Tensor __rshift__.Tensor __xor__.Tensor _embedding_bag_forward_only.default "
            "_to_cpu.default _unsafe_view.default _upsample_nearest_exact1d.default _upsample_nearest_exact2d.default "
            "_upsample_nearest_exact3d.default _upsample_nearest_exact3d.vec clip.default contiguous.default conv2d.padding "
            "detach_copy.default embedding_bag.default fill.Tensor lift_fresh.default moveaxis.int movedim.int nll_loss.default "
            "nll_loss2d.default nll_loss2d_forward.default nll_loss_forward.default norm.Scalar norm.ScalarOpt_dim "
            "norm.ScalarOpt_dim_dtype replication_pad1d.default scatter.value_reduce to.dtype_layout to.other to.prim_device "
            "upsample_bicubic2d.default upsample_bilinear2d.default upsample_linear1d.default upsample_nearest1d.default "
            "upsample_nearest2d.default upsample_nearest3d.default upsample_nearest3d.vec upsample_trilinear3d.default "
            "zero.default"
        ),
        "test_aten_rules.py": (
            "affine_grid_generator.default grid_sampler.default lstm.input gru.input rnn_relu.input rnn_tanh.input type_as.default "
            "split.sizes"
        ),
        "test_core_aten.py": "item.default",
        "test_torchscript.py": (
            "_convolution.default _convolution.deprecated _convolution_mode.default _native_multi_head_attention.default"
        ),
        "test_random.py": (
            "bernoulli.default bernoulli.p normal.float_float rand_like.default randint.default randint.low randint_like.default "
            "randint_like.low_dtype randn_like.default"
        ),
        "test_torch_compile.py": (
            "_safe_softmax.default _scaled_dot_product_flash_attention_for_cpu.default "
            "_scaled_dot_product_flash_attention_for_cpu_backward.default"
        ),
        "test_every_model.py": "mkldnn_rnn_layer.default _unsafe_index.Tensor",
        "test_pt2_state.py": "_native_batch_norm_legit_functional.default",
    }.items()
    for name in names.split()
}


def test_every_rule_has_samples_or_a_reason():
    others = atens() - set(read_table())
    assert others == {*SOURCES, *UNSAMPLED}, "run tools/dev/make-aten-sources.py"


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.long] * (i % 6 != 0)) for i, name in enumerate(sorted(SOURCES))])
def test_calls(name):
    calls = traced_calls(name, SOURCES[name], 10 if IS_LONG else 2)
    assert calls
    assert not (wrong := run(calls)), "\n".join(wrong)
