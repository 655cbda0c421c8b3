"""Every imported ATen overload outside of torch's core, on random calls from traces of torch's samples, interpreted and compiled.

`make test` takes two calls of every sixth; the long runs ten of each, on every element type.
"""

import os

import pytest

torch = pytest.importorskip("torch")
from core_program import run  # noqa: E402
from core_table import read_table  # noqa: E402
from tables import ROOT, atens  # noqa: E402
from traced_samples import traced_calls  # noqa: E402

IS_LONG = os.environ.get("GRAPHOPT_HYPOTHESIS") == "long"
LINES = [line for line in (ROOT / "tools/dev/aten-sources.tsv").read_text().splitlines() if not line.startswith("#")]
SOURCES = {name: infos.split() for name, infos in (line.split("\t") for line in LINES)}
# None of torch's samples leads to them; how they are tested.
UNSAMPLED = {}


def test_every_rule_has_samples_or_a_reason():
    others = atens() - set(read_table())
    assert others == {*SOURCES, *UNSAMPLED}, "run tools/dev/make-aten-sources.py"


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.long] * (i % 6 != 0)) for i, name in enumerate(sorted(SOURCES))])
def test_calls(name):
    calls = traced_calls(name, SOURCES[name], 10 if IS_LONG else 2)
    assert calls
    assert not (wrong := run(calls)), "\n".join(wrong)
