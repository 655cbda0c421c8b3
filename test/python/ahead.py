"""Compiles a model ahead of time with graph-compile, and calls it from a C program."""

import subprocess
from pathlib import Path

import numpy as np
from conftest import BUILD, ROOT


class Program:
    """A C program, linked with an object or a shared library of a model and our small runtime, and nothing else of ours."""

    def __init__(self, tool, folder: Path, kind: str, *arguments):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        library = folder / f"model.{kind}"
        tool("graph-compile", *arguments, "-o", library, "--header", folder / "model.h", "--name", "model")
        command = ["clang-22", "-std=c11", "-Wall", "-Wextra", "-Werror", "-DMODEL=model", '-DHEADER="model.h"', f"-I{folder}"]
        command += [f"-I{ROOT}/include", Path(__file__).parent / "call_model.c", library, "-o", folder / "program"]
        command += [f"-L{BUILD}/lib", "-l:libGraphOptRuntime.a"] if kind == "o" else [f"-Wl,-rpath,{folder}"]
        subprocess.run([*map(str, command), "-lm", "-lpthread"], check=True)

    def __call__(self, calls, dtypes, ranks, threads=0, weights=()) -> list:
        """The results of each call, a list of arrays of `dtypes` and `ranks`."""
        with open(self.folder / "calls", "wb") as file:
            for call in calls:
                for array in call:
                    file.write(np.array(array.shape, np.int64).tobytes() + np.ascontiguousarray(array).tobytes())
        command = [self.folder / "program", threads, self.folder / "calls", self.folder / "results", *weights]
        result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        data, at, outcomes = (self.folder / "results").read_bytes(), 0, []
        for _ in calls:
            outcomes.append([])
            for dtype, rank in zip(dtypes, ranks, strict=True):
                shape = np.frombuffer(data, np.int64, rank, at)
                count = int(shape.prod())
                outcomes[-1].append(np.frombuffer(data, dtype, count, at + 8 * rank).reshape(shape))
                at += 8 * rank + count * np.dtype(dtype).itemsize
        assert at == len(data)
        return outcomes
