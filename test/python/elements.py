"""Element types in torch, numpy and MLIR, and DESIGN's error between two arrays."""

import ml_dtypes
import numpy as np
import torch

NUMPY = {
    "f16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "f32": np.float32,
    "f64": np.float64,
    "i1": np.bool_,
    "i8": np.int8,
    "i16": np.int16,
    "i32": np.int32,
    "i64": np.int64,
    "ui8": np.uint8,
    "ui16": np.uint16,
    "ui32": np.uint32,
    "ui64": np.uint64,
}
TORCH = {
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f32": torch.float32,
    "f64": torch.float64,
    "i1": torch.bool,
    "i8": torch.int8,
    "i16": torch.int16,
    "i32": torch.int32,
    "i64": torch.int64,
    # torch has few kernels for these: they are carried in 64 bits, and wrap on the way to numpy.
    "ui8": torch.int64,
    "ui16": torch.int64,
    "ui32": torch.int64,
    "ui64": torch.int64,
}
FLOATS = ["f16", "bf16", "f32", "f64"]
INTEGERS = ["i8", "i16", "i32", "i64", "ui8", "ui16", "ui32", "ui64"]
NUMBERS = FLOATS + INTEGERS
BITS = INTEGERS + ["i1"]
ELEMENTS = NUMBERS + ["i1"]
TOLERANCE = {"f16": 2e-3, "bf16": 2e-2, "f32": 1e-5, "f64": 1e-10}


def is_float(element: str) -> bool:
    return element in FLOATS


def to_numpy(tensor: torch.Tensor, element: str) -> np.ndarray:
    if element == "bf16":
        return tensor.to(torch.bfloat16).view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    if is_float(element):
        return tensor.to(TORCH[element]).numpy()
    return tensor.numpy().astype(NUMPY[element])


def error_of(actual: np.ndarray, expected: np.ndarray) -> float:
    """max |actual - expected| / max(1, max |expected|), and infinity where NaNs, infinities or shapes differ. Integers differ or not."""
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        return np.inf
    if actual.dtype.kind in "biu":
        return 0.0 if np.array_equal(actual, expected) else np.inf
    a, b = actual.astype(np.float64), expected.astype(np.float64)
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return np.inf
    if not finite.any():
        return 0.0
    return float(np.abs(a[finite] - b[finite]).max() / max(1.0, np.abs(b[finite]).max()))


def assert_close(actual: np.ndarray, expected: np.ndarray, element: str, what: str = "", tolerance: float | None = None) -> None:
    limit = TOLERANCE.get(element, 0.0) if tolerance is None else tolerance
    error = error_of(actual, expected)
    assert error <= limit, f"{what}error {error:.3g}, limit {limit:.3g}\nexpected {expected}\ngot {actual}"
