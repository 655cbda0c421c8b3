"""docs/generated/models.md: what test/python/test_every_model.py recorded of itself in test/results/python-models-*.json."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The columns: what a route is called in the results, and what it is.
ROUTES = {
    "pt2": "a `.pt2` of torch.export, read without torch",
    "pt2-decomposed": "the same, of core operators",
    "pt2-dynamic": "a `.pt2` whose sizes vary, with two sizes of each",
    "pt2-dynamic-decomposed": "the same, of core operators",
    "traced": "a `.pt` of torch.jit.trace",
    "scripted": "a `.pt` of torch.jit.script",
    "onnx": "a file of torch.onnx.export",
    "onnx-dynamic": "the same, whose sizes vary, with two sizes of each",
    "compile": '`torch.compile(backend="graph_opt", options={"strict": True})`, once for two batches and lengths',
    "fx": "torch.fx to a graph and back, run by torch, which exports it again",
    "json": "`.pt2` to JSON and back: the same graph, compiled",
    "onnx-again": "ONNX to a graph and back, run by ONNX Runtime",
    "onnx-out": "torch.export to ONNX, run by ONNX Runtime",
}
INTRODUCTION = """# Models by every way in and out

The greatest error of each, max|a - b| / max(1, max|b|), against torch's own numbers; at most 1e-5 passes, and what is in bold does not:
`test/python/test_every_model.py` says why. Weights are random and seeded, images as small as the model takes. What is imported is
compiled, all of it, with `-O2` on one core; the last columns are those of `pt2`: seconds to compile, milliseconds of a call, ops. An empty
cell is a way that a model does not take, for the reason that `test/python/test_every_model.py` gives, or one whose shard was not recorded
yet: the last table has those that were.

"""


def cell(case: dict | None) -> str:
    if case is None:
        return ""
    if "refused" in case:
        return f"refused {case['refused']}"
    return f"**{case['error']}**" if "missed" in case else case.get("error", "**failed**")


def read() -> tuple:
    """The shards' records, and the cases by model and route."""
    records = [json.loads(path.read_text()) for path in sorted((ROOT / "test/results").glob("python-models-*.json"))]
    cases: dict = {}
    for record in records:
        for name, case in record["measured"].items():
            if any(failure.endswith(f"::{name}") for failure in record["failures"]):
                case = {key: case[key] for key in ("model", "route")}
            cases.setdefault(case["model"], {})[case["route"]] = case
    return records, cases


def models_page() -> str:
    records, models = read()
    page = INTRODUCTION
    page += "".join(f"- **{name}**: {what}\n" for name, what in ROUTES.items())
    run = [case for routes in models.values() for case in routes.values()]
    refused = sum("refused" in case for case in run)
    passed = sum("error" in case and "missed" not in case for case in run)
    page += f"\n{len(models)} models, {len(run)} cases: {passed} passed, {refused} refused, {len(run) - passed - refused} failed.\n\n"
    page += f"| model | {' | '.join(ROUTES)} | s | ms | ops |\n|---|{'---|' * (len(ROUTES) + 3)}\n"
    for name, routes in sorted(models.items()):
        plain = routes.get("pt2", {})
        columns = [cell(routes.get(route)) for route in ROUTES] + [plain.get(key, "") for key in ("compile_s", "call_ms", "compiled_ops")]
        page += f"| {name} | {' | '.join(columns)} |\n"
    page += "\n## When\n\n| shard | commit | date | machine | seconds |\n|---|---|---|---|---|\n"
    for record in records:
        values = [record["shard"], f"`{record['commit'][:12]}`", record["date"], record["machine"], str(record["seconds"])]
        page += f"| {' | '.join(values)} |\n"
    return page
