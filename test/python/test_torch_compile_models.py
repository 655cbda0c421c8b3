"""torch.compile(backend="graph_opt", strict) on models of every kind, with the sizes of the example and with others, against torch."""

import pytest

torch = pytest.importorskip("torch")
from architectures import MODELS  # noqa: E402
from elements import error_of  # noqa: E402
from graph_opt._dynamo import backend as graph_opt_backend  # noqa: E402
from test_architectures import build, resized  # noqa: E402
from torch.utils import _pytree  # noqa: E402

# What `make test` runs; the rest is a shard of `make test-all`.
QUICK = {"resnet18", "bert", "gpt2", "cond", "while_loop"}
# Loops whose bodies torch traces with the sizes of the example: a mark that asks for more is an error of torch's.
SPECIALISED = {"scan", "while_loop"}


def models() -> list:
    return [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.long]) for name in sorted(MODELS)]


def marked(args, dynamic, mark):
    """Copies of the arguments, with marks where sizes may vary: torch must not find out one by one."""
    copies = [tensor.clone() for tensor in args]
    for tensor, axes in zip(copies, dynamic, strict=True):
        for axis in axes or {}:
            mark(tensor, axis)
    return tuple(copies)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", models())
def test_model(name):
    model, args, dynamic = build(name)
    torch._dynamo.reset()
    graphs = []

    def backend(gm, example_inputs):
        graphs.append(gm)
        return graph_opt_backend(gm, example_inputs, options={"strict": True})

    compiled = torch.compile(model, backend=backend, fullgraph=True)
    with torch.no_grad(), torch._dynamo.config.patch(allow_rnn=True):
        mark = torch._dynamo.maybe_mark_dynamic if name in SPECIALISED else torch._dynamo.mark_dynamic
        for inputs in (marked(args, dynamic, mark), resized(args, dynamic)):
            expected = _pytree.tree_leaves(model(*inputs))
            actual = _pytree.tree_leaves(compiled(*inputs))
            for ours, theirs in zip(actual, expected, strict=True):
                ours, theirs = torch.as_tensor(ours), torch.as_tensor(theirs)
                assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
                assert error_of(ours.numpy(), theirs.numpy()) <= 1e-5
    assert len(graphs) == 1, "expected one compilation for all sizes"
