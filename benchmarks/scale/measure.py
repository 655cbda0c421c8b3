#!/usr/bin/env python3
"""How passes grow with the graph: measure.py [KIND...], for the kinds of generate.py; `make bench` runs it, too.

Each graph goes from text through fold, CSE, DCE, canonicalise and fuse to text, verified after each pass, on an 8 MB stack. Instructions
are counted by callgrind (perf, where a machine has its counters, can't tell passes apart), which takes minutes; those of a pass are its
own and its callees', without parsing, verifying and printing; the exponent is that of their growth, 1 being linear.
"""

import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TOOL = pathlib.Path(os.environ.get("GRAPHOPT_BUILD", HERE.parents[1] / "build")) / "bin/graph-opt"
PASSES = ["fold", "cse", "dce", "canonicalize", "fuse"]
RUNS = [("chain", 100_000), ("transformer", 100_000), ("chain", 1_000_000), ("transformer", 1_000_000), ("fan-out", 500_000)]
RUNS += [("arguments", 16_000)]
COUNTED = (2_000, 80_000)


def write(kind: str, ops: int, path: pathlib.Path) -> None:
    with path.open("w") as file:
        subprocess.run([sys.executable, HERE / "generate.py", kind, str(ops)], stdout=file, check=True)


def command(model: pathlib.Path, *before) -> list:
    passes = [f"--graph-{name}" for name in PASSES]
    return [str(part) for part in ("prlimit", "--stack=8388608", *before, TOOL, model, *passes, "-o", model.with_suffix(".out"))]


def run(kind: str, ops: int) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder) / "graph.mlir"
        write(kind, ops, model)
        begin = time.perf_counter()
        process = subprocess.Popen(command(model), stderr=subprocess.PIPE, text=True)
        message = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"{kind} of {ops}: {message}")
        cpu = usage.ru_utime + usage.ru_stime
        return {"seconds": round(time.perf_counter() - begin, 2), "cpu_seconds": round(cpu, 2), "rss_mb": usage.ru_maxrss // 1024}


def count(kind: str, ops: int) -> dict:
    """Instructions of each pass, and of the whole run."""
    with tempfile.TemporaryDirectory() as folder:
        model, profile = pathlib.Path(folder) / "graph.mlir", pathlib.Path(folder) / "profile"
        write(kind, ops, model)
        tool = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}")
        subprocess.run([*command(model, *tool), "--mlir-disable-threading"], capture_output=True, check=True)
        annotate = ["callgrind_annotate", "--inclusive=yes", "--threshold=100", profile]
        report = subprocess.run(annotate, capture_output=True, text=True, check=True).stdout
    found = {"whole": int(re.search(r"([\d,]+) .*PROGRAM TOTALS", report)[1].replace(",", ""))}
    for name in PASSES:
        line = re.search(rf"([\d,]+) \(.*::Graph{name.capitalize()}Pass::runOnOperation\(\)", report)
        found[name] = int(line[1].replace(",", ""))
    return found


def growth(kind: str) -> dict:
    counts = {ops: count(kind, ops) for ops in (0, *COUNTED)}
    result = {}
    for name in ("whole", *PASSES):
        # What a run costs without a graph is no growth: it would only flatten the curve.
        small, large = (counts[ops][name] - counts[0][name] for ops in COUNTED)
        exponent = math.log(large / small) / math.log(COUNTED[1] / COUNTED[0])
        result[name] = {"exponent": round(exponent, 4), "instructions_an_op": round(large / COUNTED[1])}
    return result


def measure(kinds: list) -> dict:
    found = {"runs": [{"graph": kind, "ops": ops, **run(kind, ops)} for kind, ops in RUNS if kind in kinds]}
    found["growth"] = {kind: growth(kind) for kind in ("chain", "transformer") if kind in kinds}
    return found


def table(found: dict) -> str:
    lines = [f"{'graph':<12}{'ops':>9}{'seconds':>9}{'CPU s':>8}{'MB':>6}"]
    lines += [f"{r['graph']:<12}{r['ops']:>9}{r['seconds']:>9.2f}{r['cpu_seconds']:>8.2f}{r['rss_mb']:>6}" for r in found["runs"]]
    for kind, passes in found["growth"].items():
        lines += [f"{kind}, {COUNTED[0]} to {COUNTED[1]} ops".ljust(32) + f"{'exponent':>10}{'instructions an op':>20}"]
        lines += [f"  {name:<30}{p['exponent']:>10.4f}{p['instructions_an_op']:>20}" for name, p in passes.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(measure(sys.argv[1:] or [kind for kind, _ in RUNS])))
