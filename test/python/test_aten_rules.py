"""ATen operators that expand to several ops, and those that are one: exported by torch, imported, interpreted, against torch's numbers."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
F = torch.nn.functional

torch.manual_seed(0)
X = torch.randn(2, 4, 6)
Y = torch.randn(2, 4, 6)
M = torch.rand(2, 4, 6) > 0.5
I = torch.randint(-9, 9, (2, 4, 6))  # noqa: E741
B = torch.tensor([True, False, True, True])
SPECIAL = torch.tensor([float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1.5])
IMAGE, VOLUME = torch.randn(2, 4, 3, 5), torch.randn(2, 2, 3, 4, 5)
GRID, GRID_3D = torch.randn(2, 4, 3, 2), torch.randn(2, 2, 3, 2, 3)
W4, B4, V4 = torch.randn(4), torch.randn(4), torch.rand(4) + 0.5
IDS = torch.tensor([[0, 3, -1], [2, -4, 1]])

LSTM_WITHOUT_BIAS = torch.nn.LSTM(6, 5, bias=False).eval()
CASES = {
    # Activation
    "relu6": (F.relu6, X * 5),
    "hardtanh": (F.hardtanh, X),
    "hardsigmoid": (F.hardsigmoid, X * 3),
    "hardswish": (F.hardswish, X * 3),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.2), X),
    "elu": (lambda x: F.elu(x, 1.3), X),
    "selu": (F.selu, X),
    "celu": (F.celu, X),
    "softplus": (lambda x: F.softplus(x, 2.0, 3.0), X * 5),
    "mish": (F.mish, X),
    "logsigmoid": (F.logsigmoid, X * 20),
    "threshold": (lambda x: F.threshold(x, 0.3, -2.0), X),
    "hardshrink": (F.hardshrink, X),
    "softshrink": (F.softshrink, X),
    "glu": (lambda x: F.glu(x, 1), X),
    "logit": (lambda x: torch.logit(x, 0.01), torch.rand(3, 4)),
    "square": (torch.square, X),
    "frac": (torch.frac, X * 3),
    # Arithmetic
    "add_alpha": (lambda x, y: torch.add(x, y, alpha=2.5), X, Y),
    "add_int_float": (lambda x, y: x + y, I, X),
    "add_number": (lambda x: x + 3, I),
    "rsub": (lambda x: 1.5 - x, X),
    "rsub_alpha": (lambda x, y: torch.rsub(x, y, alpha=3), X, Y),
    "true_divide": (lambda x: x / 4, I),
    "div_floor": (lambda x, y: torch.div(x, y, rounding_mode="floor"), X * 9, Y),
    "div_trunc": (lambda x, y: torch.div(x, y, rounding_mode="trunc"), X * 9, Y),
    "floor_divide": (lambda x: x // 3, I),
    "int_trunc": (lambda x: torch.div(x, 3, rounding_mode="trunc"), I),
    "remainder": (lambda x: x % 3, I),
    "pow_scalar": (lambda x: 2.0**x, X),
    "pow": (lambda x: x**3, X),
    "sqrt_of_int": (lambda x: torch.sqrt(x.abs()), I),
    "clamp": (lambda x: x.clamp(-0.5, 0.7), X),
    "clamp_min": (lambda x: x.clamp(min=0.1), X),
    "clamp_max": (lambda x: torch.clamp_max(x, 0.1), X),
    "clamp_tensor": (lambda x, y: torch.clamp(x, min=y), X, Y),
    "min_other": (lambda x, i: torch.max(torch.min(x, i), x - 1), X, I),
    "addcmul": (lambda x, y: torch.addcmul(x, x, y, value=0.5), X, Y),
    "addcdiv": (lambda x, y: torch.addcdiv(x, x, y, value=0.5), X, Y),
    "lerp": (lambda x, y: torch.lerp(x, y, 0.3), X, Y),
    "masked_fill": (lambda x, m: x.masked_fill(m, -1e9), X, M),
    "where": (lambda m, x: torch.where(m, x, 0.0), M, X),
    "where_both": (lambda m, x, y: torch.where(m, x, y), M, X, Y),
    "isnan": (torch.isnan, SPECIAL),
    "isinf": (torch.isinf, SPECIAL),
    "isfinite": (torch.isfinite, SPECIAL),
    "python_and": (lambda m, x: m & (x > 0), M, X),
    "python_or": (lambda x: x | 5, I),
    "logical_not": (lambda x: torch.logical_not(x), I),
    "logical_and": (lambda x, y: torch.logical_and(x, y), I, X),
    "compare": (lambda x: x >= 0.5, I),
    "addmm": (lambda a, x, y: torch.addmm(a, x, y, beta=0.5, alpha=2.0), torch.randn(5), X[0], torch.randn(6, 5)),
    "baddbmm": (torch.baddbmm, torch.randn(2, 4, 5), X, torch.randn(2, 6, 5)),
    "matmul": (torch.matmul, X, torch.randn(6, 3)),
    "mv": (torch.mv, X[0], torch.randn(6)),
    # Creation
    "full_like": (lambda x: torch.full_like(x, 2.5), X),
    "zeros_ones": (lambda x: torch.zeros(2, 1) + torch.ones_like(x)[0, :2], X),
    "new": (lambda x: x.new_zeros(3) + x.new_full((3,), 4) + x.new_ones(1), X),
    "tril": (lambda x: torch.tril(x, 1), X),
    "triu": (lambda x: torch.triu(x, -1), X),
    "eye": (lambda x: x + torch.eye(6)[:4], X),
    "arange": (lambda x: x + torch.arange(1, 13, 2), X),
    # Shape
    "unsqueeze": (lambda x: x.unsqueeze(-2), X),
    "squeeze": (lambda x: x.unsqueeze(1).squeeze(), X),
    "squeeze_dim": (lambda x: x[:1].squeeze(0).squeeze(-1), X),
    "flatten": (lambda x: torch.flatten(x, 1), X),
    "flatten_scalar": (lambda x: torch.flatten(x), torch.tensor(3.0)),
    "unflatten": (lambda x: x.unflatten(2, (2, -1)), X),
    "view_as": (lambda x, y: x.view_as(y), X, torch.randn(8, 6)),
    "expand": (lambda x: x.unsqueeze(1).expand(-1, 3, -1, -1), X),
    "expand_as": (lambda x, y: x[:, :1].expand_as(y), X, Y),
    "repeat": (lambda x: x.repeat(2, 1, 3, 1), X),
    "repeat_interleave": (lambda x: x.repeat_interleave(2, 1), X),
    "movedim": (lambda x: torch.movedim(x, 0, -1), X),
    "swapaxes": (lambda x: x.swapaxes(0, 2), X),
    "mT": (lambda x: x.mT, X),
    "T": (lambda x: x[0].T, X),
    "permute": (lambda x: x.permute(2, 0, -2), X),
    # Part
    "select": (lambda x: x[:, -1] + x.select(1, 0), X),
    "slice": (lambda x: x[:, 1:-1, ::2], X),
    "split": (lambda x: torch.cat(x.split(4, 2)[::-1], 2), X),
    "split_sizes": (lambda x: torch.cat(x.split([1, 3], 1)[::-1], 1), X),
    "tensor_split": (lambda x: torch.cat(x.tensor_split(4, 2)[::-1], 2), X),
    "tensor_split_at": (lambda x: torch.cat(x.tensor_split([1, -2], 2)[::-1], 2), X),
    "chunk": (lambda x: torch.cat(x.chunk(4, 2)[::-1], 2), X),
    "unbind": (lambda x: x.unbind(1)[2] - x.unbind(1)[0], X),
    "stack": (lambda x, y: torch.stack([x, y], -1), X, Y),
    "cat": (lambda x, y: torch.cat([x, y], 1), X, I),
    "flip": (lambda x: x.flip(0, 2), X),
    "narrow": (lambda x: x.narrow(2, 1, 3), X),
    "index": (lambda x, i: x[:, i], X, IDS),
    "index_two": (lambda x, i: x[i % 2, i], X, IDS),
    "index_last": (lambda x, i: x[:, torch.arange(4)[:3], i], X, IDS),
    "index_select": (lambda x: torch.index_select(x, 1, torch.tensor([2, 0])), X),
    "gather": (lambda x, i: torch.gather(x, 1, i % 4), X, I[:1, :3]),
    "gather_last": (lambda x, i: torch.gather(x, -1, i % 6), X, I[:, :, :2]),
    "diff": (lambda x, y: torch.diff(x, 1, 1, prepend=y[:, :1]), X, Y),
    "diff_bool": (lambda m: torch.diff(m), M),
    "embedding": (lambda w, i: F.embedding(i, w), X[0], IDS % 4),
    # Reduction
    "mean": (lambda x: x.mean(), X),
    "mean_dim": (lambda x: x.mean((0, -1), keepdim=True), X),
    "mean_half": (lambda x: x.mean(1), (X * 20000).half()),
    "var": (lambda x: x.var(1), X),
    "var_biased": (lambda x: x.var((1, 2), correction=0, keepdim=True), X),
    "std": (lambda x: x.std(), X),
    "var_mean": (lambda x: torch.var_mean(x, 1), X),
    "std_mean": (lambda x: torch.std_mean(x, 1, keepdim=True), X),
    "sum_int": (lambda x: x.sum(1), I),
    "sum_bool": (lambda m: m.sum(), M),
    "amax": (lambda x: x.amax((0, 1)), X),
    "any_all": (lambda x: torch.stack([x.any(), x.all()]), I),
    "all_dim": (lambda m: m.all(1), M),
    "prod": (lambda x: x.prod(1), X),
    "logsumexp": (lambda x: torch.logsumexp(x, 1), X * 30),
    "logsumexp_infinite": (lambda x: torch.logsumexp(x, 0), torch.tensor([-float("inf"), -float("inf")])),
    "norm": (lambda x: torch.linalg.vector_norm(x, dim=1), X),
    "norm_1": (lambda x: torch.linalg.vector_norm(x, 1, dim=1), X),
    "norm_inf": (lambda x: torch.linalg.vector_norm(x, float("inf"), dim=1), X),
    "norm_3": (lambda x: torch.linalg.vector_norm(x, 3, dim=1, keepdim=True), X),
    "normalize": (lambda x: F.normalize(x, dim=1), X),
    "argmax": (lambda x: x.argmax(1), X),
    "argmin": (lambda x: x.argmin(-1, keepdim=True), X),
    "argmax_all": (lambda x: x.argmax(), X),
    "argmax_nan": (lambda x: x.argmax(0), SPECIAL),
    "max_dim": (lambda x: torch.max(x, 1), X),
    "min_dim": (lambda x: torch.min(x, 2, keepdim=True), X),
    "cumsum": (lambda x: x.cumsum(1), X),
    "cumsum_bool": (lambda m: m.cumsum(-1), M),
    "cumsum_nan": (lambda x: x.cumsum(0), SPECIAL.flip(0)),
    # Norm, attention
    "softmax": (lambda x: F.softmax(x, 1), X),
    "log_softmax": (lambda x: F.log_softmax(x, -1), X),
    "layer_norm": (lambda x, w: F.layer_norm(x, (4, 6), w), X, Y[0]),
    "native_layer_norm": (lambda x: torch.native_layer_norm(x, [6], None, None, 1e-3), X),
    "batch_norm": (lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b), IMAGE, B4, V4, W4, B4),
    "group_norm": (lambda x, w, b: F.group_norm(x, 2, w, b), IMAGE, W4, B4),
    "instance_norm": (lambda x, w, b: F.instance_norm(x, None, None, w, b), IMAGE, W4, B4),
    "instance_norm_kept": (lambda x, m, v, w: F.instance_norm(x, m, v, w, None, use_input_stats=False), IMAGE, B4, V4, W4),
    "rms_norm": (lambda x, w: F.rms_norm(x, (6,), w), X, torch.randn(6)),
    "attention": (F.scaled_dot_product_attention, X, Y, Y),
    "attention_causal": (lambda q, k: F.scaled_dot_product_attention(q, k, k, is_causal=True), X, Y),
    "attention_mask": (lambda q, k, m: F.scaled_dot_product_attention(q, k, k, attn_mask=m), X, Y, torch.randn(4, 4)),
    "attention_masked_out": (
        lambda q, k, m: F.scaled_dot_product_attention(q, k, k, attn_mask=m),
        X,
        Y,
        torch.stack([B, ~B, torch.zeros(4).bool(), B]),
    ),
    "attention_scale": (lambda q, k: F.scaled_dot_product_attention(q, k, k, scale=0.2), X, Y),
    # Convolution, pooling
    "conv1d": (lambda x, w: F.conv1d(x, w, stride=2, padding=1), X, torch.randn(3, 4, 3)),
    "conv2d": (lambda x, w, b: F.conv2d(x, w, b, padding=(1, 0), dilation=(1, 2)), IMAGE, torch.randn(6, 4, 3, 2), torch.randn(6)),
    "conv2d_groups": (lambda x, w, b: F.conv2d(x, w, b, groups=2), IMAGE, torch.randn(6, 2, 2, 2), torch.randn(6)),
    "conv2d_depthwise": (lambda x, w: F.conv2d(x, w, groups=4, padding="same"), IMAGE, torch.randn(8, 1, 2, 3)),
    "conv2d_valid": (lambda x, w: F.conv2d(x, w, padding="valid"), IMAGE, torch.randn(2, 4, 1, 1)),
    "conv2d_one": (lambda x, w: F.conv2d(x[0], w, padding=2), IMAGE, torch.randn(2, 4, 3, 3)),
    "conv3d": (lambda x, w: F.conv3d(x, w, stride=(1, 2, 1)), torch.randn(1, 2, 3, 4, 5), torch.randn(3, 2, 2, 2, 2)),
    "conv_transpose1d": (lambda x, w: F.conv_transpose1d(x, w, stride=3, padding=1, output_padding=2), X, torch.randn(4, 3, 2)),
    "conv_transpose2d": (
        lambda x, w, b: F.conv_transpose2d(x, w, b, stride=(2, 1), padding=(0, 1), groups=2, dilation=2),
        IMAGE,
        torch.randn(4, 3, 2, 3),
        torch.randn(6),
    ),
    "conv_transpose_cut": (lambda x, w: F.conv_transpose1d(x, w, padding=2), X, torch.randn(4, 3, 2)),
    "conv_half": (lambda x, w: F.conv2d(x, w), IMAGE.half(), torch.randn(2, 4, 2, 2).half()),
    "max_pool1d": (lambda x: F.max_pool1d(x, 3, 2, padding=1, dilation=2), X),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2), IMAGE),
    "max_pool2d_ceil": (lambda x: F.max_pool2d(x, 2, ceil_mode=True), IMAGE),
    "max_pool2d_ceil_dropped": (lambda x: F.max_pool2d(x, 2, stride=3, padding=1, ceil_mode=True), IMAGE),
    "max_pool2d_indices": (lambda x: F.max_pool2d(x, (2, 3), 1, padding=1, return_indices=True), IMAGE),
    "max_pool3d": (lambda x: F.max_pool3d(x, 2), torch.randn(1, 2, 4, 5, 4)),
    "avg_pool1d": (lambda x: F.avg_pool1d(x, 3), X),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, 3, 2, padding=1), IMAGE),
    "avg_pool2d_exclude": (lambda x: F.avg_pool2d(x, 3, 2, padding=1, count_include_pad=False), IMAGE),
    "avg_pool2d_ceil": (lambda x: F.avg_pool2d(x, 2, 2, padding=1, ceil_mode=True), IMAGE),
    "avg_pool2d_divisor": (lambda x: F.avg_pool2d(x, 2, divisor_override=3), IMAGE),
    "adaptive_avg_pool1d": (lambda x: F.adaptive_avg_pool1d(x, 4), X),
    "adaptive_avg_pool2d": (lambda x: F.adaptive_avg_pool2d(x, (1, 1)), IMAGE),
    "adaptive_avg_pool2d_even": (lambda x: F.adaptive_avg_pool2d(x, (3, 1)), IMAGE),
    "adaptive_avg_pool2d_uneven": (lambda x: F.adaptive_avg_pool2d(x, (2, 3)), IMAGE),
    "adaptive_max_pool1d": (lambda x: F.adaptive_max_pool1d(x, 4, return_indices=True), X),
    "adaptive_max_pool2d": (lambda x: F.adaptive_max_pool2d(x, 1, return_indices=True), IMAGE),
    "adaptive_max_pool2d_uneven": (lambda x: F.adaptive_max_pool2d(x, (2, 3), return_indices=True), IMAGE),
    "adaptive_max_pool2d_equal": (lambda x: F.adaptive_max_pool2d(x, (2, 2), return_indices=True), torch.ones(1, 1, 3, 5)),
    "adaptive_max_pool2d_nan": (lambda x: F.adaptive_max_pool2d(x, (1, 2), return_indices=True), SPECIAL.reshape(1, 2, 3)),
    "adaptive_max_pool3d": (lambda x: F.adaptive_max_pool3d(x, (2, 1, 3)), torch.randn(1, 2, 4, 5, 4)),
    # Resampling
    "nearest": (lambda x: F.interpolate(x, scale_factor=2.0), IMAGE),
    "nearest_size": (lambda x: F.interpolate(x, size=(7, 4)), IMAGE),
    "nearest_exact": (lambda x: F.interpolate(x, size=(7, 4), mode="nearest-exact"), IMAGE),
    "linear": (lambda x: F.interpolate(x, size=4, mode="linear"), X),
    "bilinear": (lambda x: F.interpolate(x, scale_factor=(2.5, 0.7), mode="bilinear"), IMAGE),
    "bilinear_corners": (lambda x: F.interpolate(x, size=(7, 1), mode="bilinear", align_corners=True), IMAGE),
    "trilinear": (lambda x: F.interpolate(x, size=(2, 5, 6), mode="trilinear"), torch.randn(1, 2, 3, 4, 4)),
    "bicubic": (lambda x: F.interpolate(x, size=(7, 4), mode="bicubic"), IMAGE),
    "bicubic_corners": (lambda x: F.interpolate(x, size=(7, 4), mode="bicubic", align_corners=True), IMAGE),
    "grid_sample": (lambda x, grid: F.grid_sample(x, grid, align_corners=False), IMAGE, GRID),
    "grid_sample_cubic": (lambda x, grid: F.grid_sample(x, grid, "bicubic", "border", align_corners=True), IMAGE, GRID),
    "grid_sample_nearest": (lambda x, grid: F.grid_sample(x, grid, "nearest", "reflection", align_corners=False), IMAGE, GRID),
    "grid_sample_3d": (lambda x, grid: F.grid_sample(x, grid, "bilinear", "reflection", align_corners=True), VOLUME, GRID_3D),
    "grid_sample_3d_zeros": (lambda x, grid: F.grid_sample(x, grid, align_corners=False), VOLUME, GRID_3D),
    "affine_grid": (lambda x: F.affine_grid(x, (2, 3, 4, 5), align_corners=False), torch.randn(2, 2, 3)),
    "affine_grid_3d": (lambda x: F.affine_grid(x, (2, 3, 1, 4, 5), align_corners=True), torch.randn(2, 3, 4)),
    "pad": (lambda x: F.pad(x, (1, 2, 0, 1), value=2.5), X),
    "pad_reflect": (lambda x: F.pad(x, (2, 1, 0, 2), mode="reflect"), IMAGE),
    "pad_replicate": (lambda x: F.pad(x, (3, 1), mode="replicate"), X),
    "pad_circular": (lambda x: F.pad(x, (3, 1), mode="circular"), X),
    "roll": (lambda x: torch.roll(x, (1, -2), (0, 2)), X),
    "roll_flat": (lambda x: torch.roll(x, 5), X),
    "pixel_shuffle": (lambda x: F.pixel_shuffle(x, 2), IMAGE),
    "pixel_unshuffle": (lambda x: F.pixel_unshuffle(x, 2), torch.randn(2, 3, 4, 6)),
    # Scatter
    "scatter": (lambda x, y: x.scatter(1, torch.tensor([[[3, 0, 1, 2, 1, 0]]]), y), X, Y),
    "scatter_value": (lambda x: x.scatter(2, torch.tensor([[[5], [0]]]), 7.0), X),
    "scatter_add": (lambda x, y: x.scatter_add(1, torch.tensor([[[3, 0, 3], [3, 0, 1]]]), y), X, Y),
    "index_add": (lambda x, y: x.index_add(1, torch.tensor([2, 0, 2, 1]), y, alpha=2), X, Y),
    "index_copy": (lambda x, y: x.index_copy(1, torch.tensor([2, 0]), y[:, :2]), X, Y),
    "index_fill": (lambda x: x.index_fill(2, torch.tensor([2, 0]), -1.0), X),
    "index_put": (lambda x, y: x.index_put((torch.tensor([1, 0]), torch.tensor([-1, 2])), y[0, :2]), X, Y),
    "index_put_add": (lambda x: x.index_put((torch.tensor([1, 1]),), torch.tensor(2.0), accumulate=True), X),
    "index_put_later": (lambda x: torch.ops.aten.index_put(x, [None, None, torch.tensor([1, 4])], torch.tensor([8.0, 9.0])), X),
    "index_put_mask": (lambda x, m: x.index_put((m,), torch.tensor(2.0)), X, M),
    "select_scatter": (lambda x, y: torch.select_scatter(x, y[:, 0], 1, -1), X, Y),
    "slice_scatter": (lambda x, y: torch.slice_scatter(x, y[:, :2], 1, 1, 4, 2), X, Y),
    # Recurrent, by the modules' weights
    "lstm_projected": (torch.nn.LSTM(6, 5, proj_size=3, bidirectional=True).eval(), X),
    "lstm_no_bias": (lambda x: LSTM_WITHOUT_BIAS(x[0]), X),
    "gru_states": (torch.nn.GRU(6, 5, batch_first=True).eval(), X, torch.randn(1, 2, 5)),
    "rnn": (torch.nn.RNN(6, 5, 2, nonlinearity="relu").eval(), X),
    # Identity and types
    "identity": (lambda x: F.dropout(x.clone().contiguous().detach(), 0.5, training=False), X),
    "to": (lambda x: x.to(torch.int32).to(torch.float64), X * 5),
    "type_as": (lambda x, i: i.type_as(x), X, I),
    "gelu": (lambda x: F.gelu(x) + F.gelu(x, approximate="tanh"), X),
    "half": (lambda x: x * 2 + 1, X.half()),
    "bfloat16": (lambda x: (x * 2 + 1).float(), X.bfloat16().float()),
    "in_place": (lambda x, y: F.relu((x + y).add_(1).mul_(y), inplace=True), X, Y),
}
DYNAMIC = [
    "mean_dim",
    "var",
    "index",
    "index_two",
    "flatten",
    "unsqueeze",
    "attention_causal",
    "layer_norm",
    "group_norm",
    "argmax",
    "tril",
    "split",
    "gather",
    "cumsum",
    "conv2d",
    "max_pool2d_ceil",
    "avg_pool2d_exclude",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_uneven",
    "instance_norm",
    "conv_transpose1d",
    "nearest",
    "bilinear_corners",
    "rnn",
]


class Function(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *args):
        return self.function(*args)


def error(a, b):
    assert a.shape == b.shape and a.dtype == b.dtype, (a.dtype, a.shape, b.dtype, b.shape)
    if a.dtype.kind != "f":
        return float((a != b).any())
    assert (np.isnan(a) == np.isnan(b)).all()
    finite = np.isfinite(b)
    assert (a[~finite & ~np.isnan(b)] == b[~finite & ~np.isnan(b)]).all()
    a, b = a[finite].astype(np.float64), b[finite].astype(np.float64)
    return float(np.abs(a - b).max(initial=0) / max(1, np.abs(b).max(initial=0)))


def check(tool, tmp_path, function, args, dynamic_shapes=None, decompose=False):
    with torch.no_grad():
        expected = function(*args)
        program = torch.export.export(Function(function).eval(), args, dynamic_shapes=dynamic_shapes, strict=False)
        if decompose:
            program = program.run_decompositions()
    names = [s.arg.name for s in program.graph_signature.input_specs if s.kind == torch.export.graph_signature.InputKind.USER_INPUT]
    torch.export.save(program, tmp_path / "m.pt2")
    np.savez(tmp_path / "in.npz", **{n: a.numpy() for n, a in zip(names, args, strict=True)})
    tool("graph-run", tmp_path / "m.pt2", "--target=interpreter", f"--inputs={tmp_path}/in.npz", f"--outputs={tmp_path}/out.npz")
    out = np.load(tmp_path / "out.npz")
    expected = torch.utils._pytree.tree_leaves(expected)
    assert len(out) == len(expected)
    for i, value in enumerate(expected):
        tolerance = 2e-3 if value.dtype == torch.float16 else 1e-5
        assert error(out[f"out{i}"], value.numpy()) <= tolerance


@pytest.mark.parametrize("name", CASES)
def test_operator(name, tool, tmp_path):
    function, *args = CASES[name]
    check(tool, tmp_path, function, tuple(args))


@pytest.mark.parametrize("name", DYNAMIC)
def test_dynamic_size(name, tool, tmp_path):
    function, *args = CASES[name]
    first = args[0].shape[0]
    sizes = [{0: torch.export.Dim.AUTO} if a.dim() and a.shape[0] == first and a.dim() == args[0].dim() else None for a in args]
    check(tool, tmp_path, function, tuple(args), (tuple(sizes),))


@pytest.mark.parametrize(
    "name",
    [
        "softmax",
        "layer_norm",
        "batch_norm",
        "group_norm",
        "gelu",
        "attention",
        "var",
        "normalize",
        "addmm",
        "split",
        "conv2d",
        "conv_transpose2d",
        "max_pool2d",
        "avg_pool2d",
        "adaptive_avg_pool2d_uneven",
    ],
)
def test_decomposed(name, tool, tmp_path):
    function, *args = CASES[name]
    check(tool, tmp_path, function, tuple(args), decompose=True)
