"""Bytecode from outside may be anything: the tools answer with an exit code of theirs, and never die."""

import os
import random
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("GRAPHOPT_BUILD", ROOT / "build")) / "bin"
ADD = ROOT / "test/tools/Inputs/add.mlir"


@pytest.fixture(scope="module")
def bytecode(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("bytecode") / "add.mlirbc"
    subprocess.run([BIN / "graph-opt", "--emit-bytecode", ADD, "-o", path], check=True)
    return path.read_bytes()


def read(tool, arguments, path):
    return subprocess.run([BIN / tool, *arguments, path], capture_output=True, encoding="utf-8", errors="replace", timeout=120)


def test_whole(bytecode, tmp_path):
    path = tmp_path / "m.mlirbc"
    path.write_bytes(bytecode)
    assert read("graph-opt", [], path).returncode == 0


@pytest.mark.parametrize("seed", range(24))
def test_damaged(bytecode, tmp_path, seed):
    chance = random.Random(seed)
    damaged = bytearray(bytecode)
    if seed % 4 == 0:
        damaged = damaged[: chance.randrange(4, len(damaged))]
    else:
        for _ in range(chance.randrange(1, 8)):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
    path = tmp_path / "m.mlirbc"
    path.write_bytes(bytes(damaged))
    result = read("graph-translate", ["--op-table"], path)
    # 0: the damage was in a name or a number. Anything else is bad input, or too much of it, told in a line.
    assert result.returncode in (0, 1, 5), result.stderr
    assert (result.returncode == 0) == (result.stderr == ""), result.stderr
    if result.returncode:
        assert "error:" in result.stderr
