"""torch.export archives of models that change what they are given, of joint graphs with gradients, with asserts, and in zip64."""

import struct

import graph_opt
import numpy as np
import pytest
from elements import error_of

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.export.experimental import _export_forward_backward  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(()))

    def forward(self, x):
        self.count.add_(1)
        return x * self.count


class Cache(nn.Module):
    """Rows written by slices, by an index and by a position that is a tensor; read in between."""

    def __init__(self):
        super().__init__()
        self.register_buffer("cache", torch.arange(12.0).reshape(4, 3))
        self.register_buffer("untouched", torch.ones(3))

    def forward(self, x, at):
        first = self.cache[1:3]
        self.cache[1:3] = x
        self.cache[:, 0] += 1
        self.cache.index_copy_(0, at, self.untouched[None])
        return {"seen": first + 1, "sum": self.cache.sum(0), "nested": (self.cache[2], at)}


class InputChange(nn.Module):
    def forward(self, x, y):
        x.mul_(2)
        flat = x.view(-1)
        flat[0] = 5
        y.t()[1].copy_(x[0, :2])
        return x + 1, flat.sum(), y.sum(0)


class Views(nn.Module):
    """In-place operators on views of views, and other views that see what they did."""

    def forward(self, x):
        y = x.clone()
        left, right = y.chunk(2, 1)
        turned = y.transpose(0, 1)
        corner = turned[1:, :1]
        nn.functional.dropout(left, training=False, inplace=True).add_(1)
        right[0].relu_()
        right[1:3].zero_()
        corner.unsqueeze(0)[0].mul_(3)
        y.tensor_split([1, 4], 1)[1].sub_(2)
        for row in y.permute(1, 0).unbind(1):
            row.sub_(row.mean())
        return y, left, right, turned, corner


MODELS = {
    "counter": (Counter, lambda: (torch.randn(3),)),
    "cache": (Cache, lambda: (torch.randn(2, 3), torch.tensor([3]))),
    "inputs": (InputChange, lambda: (torch.randn(2, 3), torch.randn(2, 2))),
    "batch_norm": (lambda: nn.Sequential(nn.Conv1d(3, 4, 1), nn.BatchNorm1d(4)).train(), lambda: (torch.randn(2, 3, 5),)),
    "instance_norm": (lambda: nn.InstanceNorm1d(3, affine=True, track_running_stats=True).train(), lambda: (torch.randn(2, 3, 5),)),
    "views": (Views, lambda: (torch.randn(4, 6),)),
}


@pytest.fixture(autouse=True)
def without_cache(monkeypatch):
    monkeypatch.setenv("GRAPH_OPT_CACHE", "off")
    torch.manual_seed(0)


def flat(names, values):
    return dict(zip(names, values, strict=True))


def outputs_of(module):
    return [name for name, _, _ in module.outputs()]


@pytest.mark.parametrize("decomposed", [False, True], ids=["coarse", "decomposed"])
@pytest.mark.parametrize("name", MODELS)
def test_changes_come_back(name, decomposed, tmp_path):
    make, example = MODELS[name]
    model, args = make(), example()
    program = torch.export.export(model, tuple(arg.clone() for arg in args))
    torch.export.save(program.run_decompositions() if decomposed else program, tmp_path / "m.pt2")
    module = graph_opt.load(tmp_path / "m.pt2")
    before = {key: value.clone() for key, value in model.state_dict().items()}
    changed = [arg.clone() for arg in args]
    returned = torch.utils._pytree.tree_leaves(model(*changed))
    expected = [value.detach() for value in returned]
    new = {f"new.{key}": value for key, value in model.state_dict().items() if not torch.equal(value, before[key])}
    for arg, after, (key, _, _) in zip(args, changed, module.inputs(), strict=True):
        if not torch.equal(arg, after):
            new[f"new.{key}"] = after
    function = module.compile()
    for values in (function(*[arg.numpy() for arg in args]), module.evaluate(*[arg.numpy() for arg in args])):
        names = outputs_of(module)
        assert names[len(expected) :] == list(new)
        for actual, reference in zip(values, [*expected, *new.values()], strict=True):
            assert error_of(actual, reference.numpy()) <= 1e-5
    mutable = [line for line in str(module).splitlines() if "graph.parameter" in line and "mutable" in line]
    assert len(mutable) == sum(key[len("new.") :] in before for key in new)
    assert function.stats()["compiled_ops"] == function.stats()["total_ops"] > 0


def test_from_torch_gives_both():
    model, x = Counter(), torch.ones(3)
    module = graph_opt.from_torch(model, (x,))
    for call in (module.compile(), module.evaluate):
        for _ in range(2):  # no state is kept
            result, changes = call(x)
            assert torch.equal(result, torch.ones(3)) and list(changes) == ["new.count"] and changes["new.count"] == 1
    assert model.count == 0


def test_state_from_call_to_call(tmp_path):
    model, x = Counter(), torch.ones(3)
    torch.export.save(torch.export.export(model, (x,)), tmp_path / "m.pt2")
    function = graph_opt.load(tmp_path / "m.pt2").run_passes("builtin.module(graph-lift-parameters{mutable-only})").compile()
    count = np.zeros((), np.float32)
    for step in range(1, 4):
        result, count = function(x.numpy(), count)
        assert result.tolist() == [step] * 3 and count == step


class Expanded(nn.Module):
    def forward(self, x):
        y = x.clone()
        y.expand(1, 3, 3)[0].add_(1)
        return y


class Strided(nn.Module):
    def forward(self, x):
        y = x.clone().t()
        y.reshape(-1).add_(1)
        return y


REFUSED = {
    "expanded": (Expanded, "it changes 'clone' through 'expand'"),
    "maybe-a-copy": (Strided, "'reshape' may share its storage with other values"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(name, tmp_path):
    make, message = REFUSED[name]
    torch.export.save(torch.export.export(make(), (torch.randn(3, 3),)), tmp_path / "m.pt2")
    with pytest.raises(graph_opt.UnsupportedOpError, match=message):
        graph_opt.load(tmp_path / "m.pt2")


class Checked(nn.Module):
    def forward(self, x, k):
        torch._check(k.item() >= 2, lambda: "k is too small")
        torch._assert_async((x > 0).all(), "x has to be positive")
        return x * k


@pytest.mark.parametrize("decomposed", [False, True], ids=["coarse", "decomposed"])
def test_asserts(decomposed, tmp_path):
    program = torch.export.export(Checked(), (torch.ones(3), torch.tensor(4)))
    torch.export.save(program.run_decompositions() if decomposed else program, tmp_path / "m.pt2")
    module = graph_opt.load(tmp_path / "m.pt2")
    x = np.ones(3, np.float32)
    for call in (module.compile(), module.evaluate):
        assert call(x, np.array(2))[0].tolist() == [2, 2, 2]
        with pytest.raises(graph_opt.Error, match="u0 >= 2"):
            call(x, np.array(1))
        with pytest.raises(graph_opt.Error, match="x has to be positive"):
            call(-x, np.array(2))


class Loss(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 8), nn.Linear(8, 3)
        self.norm = nn.LayerNorm(8)

    def forward(self, x, y):
        hidden = torch.tanh(self.norm(self.first(x)))
        return nn.functional.cross_entropy(self.second(hidden), y), hidden.detach()


def test_joint_graph(tmp_path):
    model, x, y = Loss(), torch.randn(5, 4), torch.tensor([0, 1, 2, 1, 0])
    program = _export_forward_backward(torch.export.export(model, (x, y)))
    torch.export.save(program, tmp_path / "joint.pt2")
    loss, hidden = model(x, y)
    loss.backward()
    expected = {"loss": loss, "out1": hidden, **{f"grad.{name}": parameter.grad for name, parameter in model.named_parameters()}}
    module = graph_opt.load(tmp_path / "joint.pt2")
    function = module.compile()
    for values in (function(x.numpy(), y.numpy()), module.evaluate(x.numpy(), y.numpy())):
        actual = flat(outputs_of(module), values)
        assert sorted(actual) == sorted(expected)
        for key, reference in expected.items():
            assert error_of(actual[key], reference.detach().numpy()) <= 1e-5, key
    value, gradients = graph_opt.from_torch(program).compile()(x, y)
    assert len(value) == 2 and sorted(gradients) == sorted(f"grad.{name}" for name, _ in model.named_parameters())


def zip64(data: bytes) -> bytes:
    """The archive with its directory as one of more than 4 GiB has it: every size and offset in 64 bits."""
    end = data.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HII", data, end + 10)
    records, at = [], offset
    for _ in range(count):
        name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        record = bytearray(data[at : at + 46 + name + extra + comment])
        packed, unpacked, where = *struct.unpack_from("<II", record, 20), *struct.unpack_from("<I", record, 42)
        wide = struct.pack("<HHQQQ", 1, 24, unpacked, packed, where)
        struct.pack_into("<II", record, 20, 0xFFFFFFFF, 0xFFFFFFFF)
        struct.pack_into("<I", record, 42, 0xFFFFFFFF)
        struct.pack_into("<H", record, 30, extra + len(wide))
        records.append(bytes(record[: 46 + name]) + wide + bytes(record[46 + name :]))
        at += len(data[at : at + 46 + name + extra + comment])
    directory = b"".join(records)
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, offset + len(directory), 1)
    return (
        data[:offset] + directory + end64 + locator + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, *[0xFFFFFFFF] * 2, 0)
    )


def test_zip64(tmp_path):
    model, x = nn.Linear(300, 5), torch.randn(2, 300)
    torch.export.save(torch.export.export(model, (x,)), tmp_path / "m.pt2")
    (tmp_path / "wide.pt2").write_bytes(zip64((tmp_path / "m.pt2").read_bytes()))
    module = graph_opt.load(tmp_path / "wide.pt2")
    assert "#graph.external" in str(module)  # its weights are used where they lie
    assert error_of(module.compile()(x.numpy())[0], model(x).detach().numpy()) <= 1e-5
