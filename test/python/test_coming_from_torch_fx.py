"""docs/coming-from-torch-fx.md: both sides of each row run; and what is unsound in torch.fx is right here."""

import contextlib
import copy
import io
import re
import shlex

import graph_opt
import numpy as np
import pytest
from conftest import ROOT

torch = pytest.importorskip("torch")
from torch.fx.experimental import const_fold, optimization  # noqa: E402
from torch.fx.passes.dialect.common.cse_pass import CSEPass  # noqa: E402
from torch.fx.passes.graph_drawer import FxGraphDrawer  # noqa: E402
from torch.fx.passes.infra.partitioner import CapabilityBasedPartitioner  # noqa: E402
from torch.fx.passes.infra.pass_manager import PassManager  # noqa: E402
from torch.fx.passes.operator_support import create_op_support  # noqa: E402
from torch.fx.passes.shape_prop import ShapeProp  # noqa: E402
from torch.fx.passes.split_module import split_module  # noqa: E402
from torch.fx.passes.utils.matcher_utils import SubgraphMatcher  # noqa: E402

PAGE = (ROOT / "docs/coming-from-torch-fx.md").read_text()
ROWS = re.findall(r"^\| `(.+?)` \| `(.+?)` \|", PAGE, re.M)

# What torch.fx needs another package for, pydot and tabulate.
NEED_MORE = ("FxGraphDrawer", "print_tabular")


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(3, 4)

    def forward(self, x):
        y = self.linear(x)
        return torch.relu(y) + y


def test_the_table_is_read_whole():
    assert len(ROWS) == PAGE.count("\n| `") >= 33


@pytest.mark.parametrize("theirs, ours", ROWS, ids=[theirs for theirs, _ in ROWS])
def test_row(theirs, ours, tool, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model, x = Model().eval(), torch.rand(2, 3)
    gm, module = torch.fx.symbolic_trace(model), graph_opt.from_torch(model, (x,))
    names = {"torch": torch, "graph_opt": graph_opt, "copy": copy, "optimization": optimization, "const_fold": const_fold}
    names |= {"CSEPass": CSEPass, "FxGraphDrawer": FxGraphDrawer, "ShapeProp": ShapeProp}
    names |= {"CapabilityBasedPartitioner": CapabilityBasedPartitioner, "PassManager": PassManager, "split_module": split_module}
    names |= {"SubgraphMatcher": SubgraphMatcher, "support": create_op_support(lambda modules, node: node.target is torch.relu)}
    names |= {"model": model, "x": x, "gm": gm, "module": module, "op": graph_opt.op, "graph": module.graph()}
    if not any(name in theirs for name in NEED_MORE):
        (relu,) = gm.graph.find_nodes(op="call_function", target=torch.relu)
        with gm.graph.inserting_before(relu):
            other = gm.graph.call_function(torch.clamp, (relu.args[0], 0))
        with contextlib.redirect_stdout(io.StringIO()):
            eval(theirs, names | {"relu": relu, "other": other})
    if ours.startswith("graph-translate"):
        module.save("model.mlir")
        tool(*shlex.split(ours))
        return
    (relu,) = names["graph"].find("relu")
    with names["graph"].before(relu):
        other = graph_opt.op.max(relu.inputs[0], 0)
    result = eval(ours, names | {"relu": relu, "other": other})
    assert result is not None or ours.endswith(("replace_all_uses_with(other)", "erase()"))
    for made in (result, module):
        if isinstance(made, graph_opt.Module):
            y = made.evaluate(x)
            y = y[0] if isinstance(y, list) else y
            torch.testing.assert_close(y, model(x), rtol=0, atol=1e-5)
    if isinstance(result, torch.Tensor):
        torch.testing.assert_close(result, model(x), rtol=0, atol=1e-5)


# Unsound there -------------------------------------------------------------------------------------------------------------------------


def imported(function, *inputs):
    return graph_opt.from_torch(function, inputs)


def test_changes_in_place_survive_cleaning_up():
    def function(x):
        y = x.clone()
        y.mul_(2)
        torch.nn.functional.relu(y, inplace=True)
        return y + 1

    x = torch.tensor([-1.0, 3.0])
    module = imported(function, x).run_passes("graph-dce,graph-cse")
    assert torch.equal(module.compile()(x), torch.tensor([1.0, 7.0]))


def test_changed_arguments_come_back():
    x = torch.tensor([1.0, 2.0])
    module = imported(lambda x: x.mul_(2) + 1, x.clone()).run_passes("graph-dce")
    y, changed = module.evaluate(x)
    assert torch.equal(y, torch.tensor([3.0, 5.0])) and torch.equal(changed["new.x"], torch.tensor([2.0, 4.0]))


def test_random_numbers_are_drawn_anew():
    compiled = imported(lambda x: x + torch.rand(100), torch.zeros(100)).compile()
    assert not torch.equal(compiled(torch.zeros(100)), compiled(torch.zeros(100)))


def test_constants_stay_as_they_were():
    constant = torch.ones(2)
    module = imported(lambda x: x + constant, torch.ones(2))
    constant.add_(1)
    for _ in range(2):
        assert torch.equal(module.evaluate(torch.ones(2)), torch.full((2,), 2.0))


SPELLINGS = {
    "sum": (lambda x: x.sum(1), lambda x: torch.sum(x, dim=1), lambda x: torch.sum(x, [1])),
    "relu": (lambda x: x.relu(), lambda x: torch.relu(x), lambda x: torch.nn.functional.relu(x)),
    "add": (lambda x: x + 3, lambda x: 3 + x, lambda x: torch.add(x, 3)),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_one_spelling(name):
    texts = {re.sub(r"loc\(.*\)", "", str(imported(f, torch.rand(2, 3)).run_passes("graph-canonicalize"))) for f in SPELLINGS[name]}
    assert len(texts) == 1, "\n".join(texts)


def test_commuted_sums_are_one():
    module = imported(lambda x, y: (x + y) * (y + x), torch.rand(2), torch.rand(2)).run_passes("graph-cse")
    assert str(module).count("graph.add") == 1


def test_wrong_arguments_are_errors():
    text = "func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> { %y = graph.relu %x, %x : tensor<2xf32> return %y : tensor<2xf32> }"
    with pytest.raises(graph_opt.ImportFailure, match="error: "):
        graph_opt.parse(text)


def test_compiled_equals_eager_without_an_example_of_the_batch():
    """Sizes that vary are inferred, where shape propagation needs an input for each."""
    module = graph_opt.from_torch(Model().eval(), (torch.rand(2, 3),), dynamic_shapes=({0: torch.export.Dim("batch")},))
    assert module.outputs()[0][2] == [-1, 4]
    assert np.shape(module.compile()(torch.rand(7, 3))) == (7, 4)
