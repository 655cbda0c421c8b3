#!/usr/bin/env python3
"""How passes grow with the graph: seconds, memory, and the exponent of instruction counts.

measure.py GRAPH_OPT [KIND...] [--sizes 2000,80000] [--pipeline TEXT]

Each kind of generate.py goes from text through the pipeline to text at each size. Instructions come from `perf stat` where there is
one; the exponent is that of the passes alone: a run without passes is taken off.
"""

import argparse
import math
import pathlib
import resource
import subprocess
import tempfile
import time

PIPELINE = "builtin.module(func.func(graph-fold,graph-cse),graph-dce,func.func(graph-canonicalize,graph-fuse))"


def run(tool: str, path: str, pipeline: str) -> tuple[float, int]:
    """Seconds of CPU, and instructions (0 where they can't be counted)."""
    command = [tool, path, "-o", "/dev/null", "--mlir-disable-threading"]
    if pipeline:
        command.append(f"--pass-pipeline={pipeline}")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        counted = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", *command], capture_output=True, text=True, check=True)
        count = next((line.split(",")[0] for line in counted.stderr.splitlines() if "instructions" in line), "0")
    except (FileNotFoundError, subprocess.CalledProcessError):
        subprocess.run(command, check=True)
        count = "0"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, int(count) if count.isdigit() else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool")
    parser.add_argument("kinds", nargs="*", default=["chain", "transformer"])
    parser.add_argument("--sizes", default="2000,80000")
    parser.add_argument("--pipeline", default=PIPELINE)
    args = parser.parse_args()
    generate = pathlib.Path(__file__).with_name("generate.py")
    for kind in args.kinds:
        points = []
        for size in map(int, args.sizes.split(",")):
            with tempfile.NamedTemporaryFile("w", suffix=".mlir") as graph:
                subprocess.run(["python3", generate, kind, str(size)], stdout=graph, check=True)
                start = time.monotonic()
                seconds, count = run(args.tool, graph.name, args.pipeline)
                wall = time.monotonic() - start
                _, idle = run(args.tool, graph.name, "")
            points.append((size, count - idle))
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            print(f"{kind:12} {size:9} ops  {seconds:7.2f} s CPU  {wall:7.2f} s wall  {memory:6} MB  {count:15} instructions  {count - idle:15} of passes")
        (n0, c0), (n1, c1) = points[0], points[-1]
        if c0 > 0 and c1 > 0 and n0 != n1:
            print(f"{kind:12} exponent {math.log(c1 / c0) / math.log(n1 / n0):.3f}")


if __name__ == "__main__":
    main()
