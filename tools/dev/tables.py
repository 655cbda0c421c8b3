"""The ops and passes as their .td files state them: llvm-tblgen's record dump, so nothing is parsed by hand."""

import functools
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("GRAPHOPT_BUILD", ROOT / "build"))
LLVM = Path("/usr/lib/llvm-22")
INCLUDES = [BUILD / "include", BUILD / "td", ROOT / "include", LLVM / "include"]


@dataclass
class Op:
    name: str  # graph.reduce_sum
    family: str  # Reduce: dialects/Graph/Ops/Reduce.td
    summary: str
    description: str
    classes: list
    interfaces: set  # ShapeOpInterface, NotDifferentiable, ...

    @property
    def mnemonic(self) -> str:
        return self.name.split(".", 1)[1]


@dataclass
class Pass:
    name: str  # PlanMemoryPass
    flag: str  # graph-plan-memory
    group: str  # Memory: passes/Memory/Passes.td
    summary: str
    description: str
    options: list  # records: argument, type, defaultValue, description
    record: dict


def dump(td: Path) -> dict:
    includes = [f"-I{path}" for path in INCLUDES]
    return json.loads(subprocess.run([LLVM / "bin/llvm-tblgen", "--dump-json", *includes, td], check=True, capture_output=True).stdout)


def kebab(stem: str) -> str:
    """PlanMemory -> plan-memory, GraphToLLVM -> graph-to-llvm."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", stem).lower()


@functools.cache
def ops() -> list:
    records = dump(BUILD / "include/graph-opt/Dialect/Graph/GraphOps.td")
    result = []
    for key in records["!instanceof"]["Op"]:
        record = records[key]
        if record["opDialect"]["def"] != "Graph_Dialect":
            continue
        interfaces = set()
        for trait in record["traits"]:
            definition = records[trait["def"]]
            interfaces.add(definition.get("cppInterfaceName") or definition["!name"])
        family = Path(record["!locs"][0].split(":")[0]).stem
        name = f"graph.{record['opName']}"
        result.append(Op(name, family, record["summary"], record["description"], record["!superclasses"], interfaces))
    return sorted(result, key=lambda op: op.name)


@functools.cache
def import_table() -> dict:
    """What is registered, as build/bin/op-table prints it: "ops" (the operators that each op stands for), "expanded" (those that rules
    import), "refused" (the reason of each), and "pipelines"."""
    return json.loads(subprocess.run([BUILD / "bin/op-table"], check=True, capture_output=True).stdout)


def atens() -> set:
    """The overloads that are imported, as "add.Tensor"."""
    table = import_table()
    rules = {name for names in table["ops"].values() for name in names} | set(table["expanded"])
    return {name.removeprefix("aten.") for name in rules if name.startswith("aten.")}


@functools.cache
def passes() -> list:
    result = []
    for td in sorted((ROOT / "passes").glob("*/Passes.td")):
        records = dump(td)
        for key in records["!instanceof"]["PassBase"]:
            record = records[key]
            options = [records[option["def"]] for option in record["options"]]
            result.append(Pass(key, record["argument"], td.parent.name, record["summary"], record["description"], options, record))
    return sorted(result, key=lambda p: p.flag)
