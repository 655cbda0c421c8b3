"""Measures what the project promises about speed, beside torch and onnxruntime, and writes benchmarks/results/NAME.json.

Peers take turns, a few rounds each, so that a slow minute of the machine falls on all of them; the median of the rounds counts.
"""

import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = Path(os.environ.get("GRAPHOPT_BUILD", ROOT / "build"))
WORK = BUILD / "bench"
sys.path += [str(HERE / "scale"), str(ROOT / "examples/minilm")]
import measure  # noqa: E402


def run(*command, **options) -> str:
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if result.returncode != 0:
        sys.exit(f"bench: error: {' '.join(map(str, command))}: exit status {result.returncode}\n{result.stderr}")
    return result.stdout


def in_turns(rounds: int, **peers) -> dict:
    """The median of each peer's results; a peer is a function that measures once."""
    results = {name: [] for name in peers}
    for _ in range(rounds):
        for name, peer in peers.items():
            results[name].append(peer())
    return {name: statistics.median(values) for name, values in results.items()}


def call_ms(function, seconds: float = 0.5) -> float:
    function()
    times, end = [], time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def graph_run(model: Path, *options, cache: bool = True) -> dict:
    environment = {**os.environ, **({} if cache else {"GRAPH_OPT_CACHE": "off"})}
    return json.loads(run(BUILD / "bin/graph-run", model, *options, "--json", env=environment))


def graph_run_ms(model: Path, *options, seconds: float = 0.5) -> float:
    return graph_run(model, *options, f"--benchmark={seconds}")["benchmark"]["median_ms"]


def anonymous_peak_mb(*command) -> float:
    """The most memory of its own that a command has had: not that of files it maps. Looked at every millisecond."""
    peak, process = 0, subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    while process.poll() is None:
        with contextlib.suppress(OSError):  # it may have ended
            found = re.search(r"^RssAnon:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE)
            peak = max(peak, int(found[1]) if found else 0)
        time.sleep(0.001)
    if process.returncode != 0:
        sys.exit(f"bench: error: {' '.join(map(str, command))}: exit status {process.returncode}")
    return peak / 1024


def matmul() -> dict:
    """512 x 512 x 512 in f32 on one core, against the core's peak of fused multiply-adds. Promise: at least 0.5 of it."""
    import torch

    run("clang-22", "-O3", "-march=native", "-ffp-contract=fast", HERE / "peak.c", "-o", WORK / "peak")
    model = WORK / "matmul.mlir"
    kind = "tensor<512x512xf32>"
    model.write_text(
        f"func.func @matmul(%a: {kind}, %b: {kind}) -> {kind} {{\n"
        f"  %c = graph.matmul %a, %b : ({kind}, {kind}) -> {kind}\n  return %c : {kind}\n}}\n"
    )
    torch.set_num_threads(1)
    a, b = torch.randn(512, 512), torch.randn(512, 512)
    found = in_turns(
        5,
        peak=lambda: float(run(WORK / "peak")),
        ours=lambda: graph_run_ms(model, "--random-inputs", "--threads=1"),
        torch=lambda: call_ms(lambda: a @ b),
    )
    gflops = {name: 2 * 512**3 / found[name] * 1e-6 for name in ("ours", "torch")}
    return {
        "peak_gflops": found["peak"],
        **{f"{name}_gflops": value for name, value in gflops.items()},
        **{f"{name}_of_peak": value / found["peak"] for name, value in gflops.items()},
    }


def minilm() -> dict:
    """MiniLM on the demo's sentences, against onnxruntime with as many threads. Promise: at most 2.5 times its time."""
    import demo
    import onnxruntime
    import time_onnxruntime

    tokens = demo.tokenize((ROOT / "examples/minilm/sentences.txt").read_text().splitlines())
    np.savez(WORK / "minilm.npz", **tokens)
    onnx = BUILD / "minilm.onnx"
    if not onnx.exists():
        time_onnxruntime.export(onnx)
    result = {"batch": tokens["input_ids"].shape[0], "length": tokens["input_ids"].shape[1], "onnxruntime": onnxruntime.__version__}
    for threads in (1, 2):
        found = in_turns(
            3,
            ours=lambda threads=threads: graph_run_ms(
                demo.MODEL, demo.WEIGHTS, f"--inputs={WORK / 'minilm.npz'}", f"--threads={threads}", seconds=2
            ),
            onnxruntime=lambda threads=threads: time_onnxruntime.median_ms(onnx, tokens, 2.0, threads),
        )
        result |= {f"{name}_ms_{threads}_threads": value for name, value in found.items()}
        result[f"ratio_{threads}_threads"] = found["ours"] / found["onnxruntime"]
    return result


def torchvision_model(name: str, size: int = 224):
    import torch
    import torchvision

    torch.manual_seed(0)
    model = getattr(torchvision.models, name)(weights=None).eval()
    for part in model.modules():  # so that numbers keep their size through many layers
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_var.uniform_(0.5, 1.5)
    return model, torch.randn(1, 3, size, size)


def vision(name: str) -> dict:
    import onnxruntime
    import time_onnxruntime
    import torch

    model, x = torchvision_model(name)
    ours, onnx, inputs = WORK / f"{name}.pt2", WORK / f"{name}.onnx", WORK / f"{name}.npz"
    program = torch.export.export(model, (x,))
    torch.export.save(program, ours)
    torch.onnx.export(program, (), onnx, input_names=["x"], verbose=False)
    np.savez(inputs, x=x.numpy())
    graph_run(ours, f"--inputs={inputs}", f"--outputs={WORK / 'out.npz'}", "--threads=1")
    with torch.no_grad(), np.load(WORK / "out.npz") as found:
        expected = model(x).numpy()
        error = np.abs(found[found.files[0]] - expected).max() / max(1, np.abs(expected).max())
    (theirs,) = onnxruntime.InferenceSession(onnx).run(None, {"x": x.numpy()})
    if max(error, np.abs(theirs - expected).max() / max(1, np.abs(expected).max())) > 1e-4:
        sys.exit(f"bench: error: {name}: numbers differ from torch's by {error}")
    found = in_turns(
        5,
        ours=lambda: graph_run_ms(ours, f"--inputs={inputs}", "--threads=1", seconds=2),
        onnxruntime=lambda: time_onnxruntime.median_ms(onnx, {"x": x.numpy()}, 2.0, 1),
        compile=lambda: graph_run(ours, f"--inputs={inputs}", "--threads=1", cache=False)["phases_ms"]["compile"],
    )
    return {
        "onnxruntime": onnxruntime.__version__,
        "error": float(error),
        **{f"{peer}_ms": value for peer, value in found.items()},
        "ratio": found["ours"] / found["onnxruntime"],
    }


def resnet18() -> dict:
    """ResNet-18 at 224 x 224, batch 1, one thread. Promise: at most 3 times onnxruntime's time, compiled in at most 10 s with no cache."""
    return vision("resnet18")


def mobilenet() -> dict:
    """MobileNetV2 at 224 x 224, batch 1, one thread, beside onnxruntime."""
    return vision("mobilenet_v2")


def vit_import() -> dict:
    """A ViT-B/16 of 330 MB from .pt2 to bytecode. Promise: at most 0.5 s, and 64 MB of anonymous memory."""
    import torch

    archive = WORK / "vit_b_16.pt2"
    model, x = torchvision_model("vit_b_16")
    torch.export.save(torch.export.export(model, (x,)), archive)
    command = [BUILD / "bin/graph-translate", "--import-pt2", archive, "-o", WORK / "vit_b_16.mlirbc"]

    def seconds() -> float:
        start = time.perf_counter()
        run(*command)
        return time.perf_counter() - start

    found = in_turns(
        5,
        seconds=seconds,
        anonymous_mb=lambda: anonymous_peak_mb(*command),
    )
    return {"megabytes": archive.stat().st_size / 2**20, **found}


def call() -> dict:
    """A call into compiled MyModel (10 -> 5 -> relu -> 2, batch 1) from C. Promise: at most 500 ns over its arithmetic."""
    model = ROOT / "test/interop/pt2/mymodel.pt2"
    batch = 1
    run(BUILD / "bin/graph-compile", model, "-o", WORK / "mymodel.o", "--header", WORK / "mymodel.h", "--name=mymodel")
    sizes = re.search(r"\{\s*(\d+)\s*,\s*10\s*\}", (WORK / "mymodel.h").read_text())
    if sizes:
        batch = int(sizes[1])
    program = (HERE / "call_overhead.c").read_text().replace("{1, 10}", f"{{{batch}, 10}}").replace("{1, 2}", f"{{{batch}, 2}}")
    program = program.replace("x[10]", f"x[{10 * batch}]").replace("y[2]", f"y[{2 * batch}]")
    (WORK / "call_overhead.c").write_text(program)
    include = ["-I", WORK, "-I", ROOT / "include", "-I", ROOT / "include/graph-opt"]
    run(
        *("clang-22", "-O2", WORK / "call_overhead.c", WORK / "mymodel.o", *include),
        *("-o", WORK / "call_overhead", "-L", BUILD / "lib", "-l:libGraphOptRuntime.a", "-lm", "-lpthread"),
    )
    return {"batch": batch, "call_ns": in_turns(5, ours=lambda: float(run(WORK / "call_overhead")))["ours"]}


def start() -> dict:
    """graph-opt on a file of one op, from exec to exit. Promise: at most 60 ms."""
    model = WORK / "one.mlir"
    model.write_text(
        "func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {\n  %y = graph.neg %x : tensor<4xf32>\n  return %y : tensor<4xf32>\n}\n"
    )
    return {"ms": call_ms(lambda: run(BUILD / "bin/graph-opt", model, "--canonicalize"), 4.0)}


def scale() -> dict:
    """Text through fold, CSE, DCE, canonicalise and fuse to text. Promise: 100,000 ops in 2 s, 1,000,000 in 25 s and 1 GB; instructions
    grow with an exponent of at most 1.03 from 2,000 to 80,000 ops; 500,000 users and 16,000 arguments on an 8 MB stack."""
    found = measure.measure([kind for kind, _ in measure.RUNS])
    print(measure.table(found))
    return found


BENCHMARKS = {
    "matmul": matmul,
    "minilm": minilm,
    "resnet18": resnet18,
    "mobilenet": mobilenet,
    "vit-import": vit_import,
    "call": call,
    "start": start,
    "scale": scale,
}


def machine() -> dict:
    info = Path("/proc/cpuinfo").read_text()
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) // 2**20
    flags = re.search(r"^flags\s*: (.*)", info, re.MULTILINE)[1].split()
    vectors = next((name for name in ("avx512f", "avx2", "avx") if name in flags), "sse")
    model = re.search(r"^model name\s*: (.*)", info, re.MULTILINE)[1]
    return {"cpu": model, "cores": os.cpu_count(), "vectors": vectors, "memory_gib": memory, "load_before": round(os.getloadavg()[0], 2)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help=f"default: all of {' '.join(BENCHMARKS)}")
    WORK.mkdir(parents=True, exist_ok=True)
    (HERE / "results").mkdir(exist_ok=True)
    for name in parser.parse_args().names or BENCHMARKS:
        where = machine()
        if where["load_before"] > 1:
            print(f"bench: warning: the machine is busy (load {where['load_before']})", file=sys.stderr)
        print(f"== {name}: {BENCHMARKS[name].__doc__.splitlines()[0]}", flush=True)
        found = BENCHMARKS[name]()
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        record = {"benchmark": name, "commit": commit, "date": time.strftime("%Y-%m-%d", time.gmtime()), "machine": where, "results": found}
        (HERE / "results" / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")
        for key, value in found.items() if name != "scale" else ():
            print(f"  {key:<32}{value:>12.3f}" if isinstance(value, float) else f"  {key:<32}{value!s:>12}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
