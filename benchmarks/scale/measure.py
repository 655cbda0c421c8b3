#!/usr/bin/env python3
"""How passes grow with the graph: seconds, memory, and the exponent of instruction counts.

measure.py GRAPH_OPT [KIND...] [--sizes 2000,80000] [--pipeline TEXT]

Each kind of generate.py goes from text through the pipeline to text at each size. Instructions come from valgrind with --callgrind (slow:
50 times), else from `perf stat` where the machine counts them; the exponent is that of the passes alone: a run without passes is
taken off.
"""

import argparse
import math
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import time

PIPELINE = "builtin.module(func.func(graph-fold,graph-cse),graph-dce,func.func(graph-canonicalize,graph-fuse))"


def run(tool: str, path: str, pipeline: str, counter: list[str]) -> tuple[float, int]:
    """Seconds of CPU, and instructions (0 where they can't be counted)."""
    command = [*counter, tool, path, "-o", "/dev/null", "--mlir-disable-threading"]
    if pipeline:
        command.append(f"--pass-pipeline={pipeline}")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    counted = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = re.search(r"Collected : (\d+)", counted.stderr) or re.search(r"^(\d+),.*instructions", counted.stderr, re.MULTILINE)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, int(found[1]) if found else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool")
    parser.add_argument("kinds", nargs="*", default=["chain", "transformer"])
    parser.add_argument("--sizes", default="2000,80000")
    parser.add_argument("--pipeline", default=PIPELINE)
    parser.add_argument("--callgrind", action="store_true", help="count instructions by valgrind")
    args = parser.parse_args()
    counter = []
    if args.callgrind:
        counter = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    elif shutil.which("perf"):
        counter = ["perf", "stat", "-x,", "-e", "instructions:u"]
    generate = pathlib.Path(__file__).with_name("generate.py")
    for kind in args.kinds:
        points = []
        for size in map(int, args.sizes.split(",")):
            with tempfile.NamedTemporaryFile("w", suffix=".mlir") as graph:
                subprocess.run(["python3", generate, kind, str(size)], stdout=graph, check=True)
                start = time.monotonic()
                seconds, count = run(args.tool, graph.name, args.pipeline, counter)
                wall = time.monotonic() - start
                _, idle = run(args.tool, graph.name, "", counter)
            points.append((size, count - idle))
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            print(f"{kind:12} {size:9} ops  {seconds:7.2f} s CPU  {wall:7.2f} s wall  {memory:6} MB", end="")
            print(f"  {count:15} instructions  {count - idle:15} of passes" if count else "")
        (n0, c0), (n1, c1) = points[0], points[-1]
        if c0 > 0 and c1 > 0 and n0 != n1:
            print(f"{kind:12} exponent {math.log(c1 / c0) / math.log(n1 / n0):.3f}")


if __name__ == "__main__":
    main()
