"""What the layout promises: where things live, how long they are, and that every op and pass has its page and its tests."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/dev"))
from core_table import read_table  # noqa: E402
from tables import BUILD, atens, import_table, kebab, ops, passes  # noqa: E402

TOP = ["dialects", "passes", "lib", "include", "tools", "python-bindings", "test", "benchmarks", "examples", "docs", "cmake"]
SOURCES = ["dialects", "passes", "lib", "tools", "python-bindings", "include"]
# The ops that are the mechanism of a pass rather than mathematics: parameters, and the container of fusion.
MECHANISM = {"ParameterOp", "GetOp", "FusionOp", "YieldOp", "ConstantOp"}


def tracked(*suffixes: str, under: list = TOP) -> list:
    """The files git knows, or would know: new ones count before they are added."""
    out = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *under], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    files = [ROOT / line for line in out.splitlines() if line.endswith(suffixes or "")]
    return [file for file in files if file.exists()]


def code_of(path: Path) -> str:
    """The text without comments and RUN lines."""
    return re.sub(r"//.*", "", path.read_text())


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_listing_sees_files():
    assert len(tracked(".cpp")) > 10 and ops() and passes()


@pytest.mark.parametrize("path", tracked(".cpp", under=SOURCES), ids=relative)
def test_cpp_is_short(path):
    text = path.read_text()
    lines = text.count("\n")
    excuse = re.search(r"^// structure: table file, \w.*", text, re.MULTILINE)
    assert lines <= 400 or excuse, f"{lines} lines, expected at most 400 or a line '// structure: table file, <why>'"


def test_no_catch_all_folder():
    folders = {parent.name.lower() for file in tracked() for parent in file.relative_to(ROOT).parents}
    assert not folders & {"utils", "util", "misc", "common", "helpers"}


def test_depth_is_at_most_four():
    deep = [relative(file) for file in tracked() if len(file.relative_to(ROOT).parts) > 5]
    assert not deep, f"expected at most four folders, got {deep}"


def test_td_lives_beside_its_cpp():
    strays = [relative(f) for f in tracked(".td") if f.relative_to(ROOT).parts[0] not in ("dialects", "passes", "test", "examples")]
    assert not strays, f"expected .td files in dialects/ and passes/ only, got {strays}"


def test_passes_and_lib_name_no_ops():
    """Passes and importers ask interfaces. What they may name is the mechanism."""
    uses = []
    for file in tracked(".cpp", ".h", under=["passes", "lib"]):
        for number, line in enumerate(code_of(file).splitlines(), 1):
            for use in re.finditer(r"\b(?:isa\w*|cast\w*|dyn_cast\w*|Case|OpRewritePattern|OpConversionPattern)<([^<>]*)", line):
                named = set(re.findall(r"\bgraph::(\w+Op)\b", use[1])) - MECHANISM
                uses += [f"{relative(file)}:{number}: {name}" for name in named]
    assert not uses, f"expected an interface, got {uses}"


def test_no_global_options_in_passes():
    uses = [relative(file) for file in tracked(".cpp", ".h", under=["passes", "dialects"]) if re.search(r"\bcl::opt<", code_of(file))]
    assert not uses, f"expected pass options, got cl::opt in {uses}"


def test_pass_constructors_are_generated():
    uses = [relative(file) for file in tracked(".td", under=["passes"]) if "let constructor" in file.read_text()]
    assert not uses


def test_nothing_static_of_mlir_is_linked():
    """Two copies of MLIR mean two sets of TypeIDs, without a link error."""
    ninja = (BUILD / "build.ninja").read_text()
    assert "libMLIR.so" in ninja
    statics = set(re.findall(r"\blib(?:MLIR|LLVM)\w*\.a\b", ninja))
    assert not statics, f"expected shared libraries only, got {sorted(statics)}"
    assert not re.search(r"MLIRRegisterAll|MLIROptLib|MLIRCAPI", ninja)


# Ops -----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ops(), ids=lambda op: op.name)
class TestOp:
    def test_has_its_page(self, op):
        assert op.summary and op.summary[0] == op.summary[0].lower() or op.summary[0] in "|(", "expected a lower-case summary"
        assert op.description.strip(), "expected a description"
        example = re.search(r"```mlir\n(.*?)```", op.description, re.DOTALL)
        assert example, "expected an example in the description, in a ```mlir block"
        assert op.name in example[1], f"expected the example to show {op.name}"

    def test_has_a_gradient_or_says_that_it_has_none(self, op):
        if "EvaluateOpInterface" in op.interfaces:
            assert {"GradientOpInterface", "NotDifferentiable"} & op.interfaces

    def test_has_positive_tests(self, op):
        folder = "run" if "Graph_Elementwise" in op.classes else "dialects"  # a row is read and printed by its class: the run test will do
        path = ROOT / "test" / folder / f"{kebab(op.family)}.mlir"
        assert path.exists() and re.search(rf"\b{re.escape(op.name)}\b", code_of(path)), f"expected {relative(path)} to use {op.name}"

    def test_has_a_run_test(self, op):
        if "EvaluateOpInterface" not in op.interfaces:
            pytest.skip("not a value: nothing to run")
        path = ROOT / "test/run" / f"{kebab(op.family)}.mlir"
        assert path.exists() and re.search(rf"\b{re.escape(op.name)}\b", code_of(path)), f"expected {relative(path)} to run {op.name}"

    def test_has_negative_tests(self, op):
        """One function for each numbered constraint, @<op or family>_c<n>; for a row that states none, its family's file."""
        path = ROOT / "test/dialects" / f"{kebab(op.family)}-invalid.mlir"
        assert path.exists(), f"expected {relative(path)}"
        text = path.read_text()
        names = {op.mnemonic, kebab(op.family).replace("-", "_")}
        for label in re.findall(r"\(C(\d+)\)", op.description):
            assert any(re.search(rf"@{name}_c{label}\b", text) for name in names), f"expected @{op.mnemonic}_c{label} in {relative(path)}"
        if "Graph_Elementwise" not in op.classes and not re.search(r"\(C\d+\)", op.description):
            assert re.search(rf"\b{re.escape(op.name)}\b", text), f"expected {relative(path)} to refuse a wrong {op.name}"


@pytest.mark.parametrize("target", ["--graph-interpret", "--graph-interpret=target=cpu"])
def test_run_tests_run_on(target):
    """Compiled code is held to what the interpreter is held to."""
    files = sorted((ROOT / "test/run").glob("*.mlir"))
    missing = [relative(file) for file in files if f"// RUN: graph-opt %s {target}\n" not in file.read_text()]
    assert files and not missing, f"expected a line that runs graph-opt %s {target} in {missing}"


def test_examples_of_op_pages_run(tmp_path):
    """Each page's example parses and verifies. Values that it doesn't define are defined after it, in a graph region, with the type that
    the parser says it uses them at."""
    failures = []
    for op in ops():
        example = re.search(r"```mlir\n(.*?)```", op.description, re.DOTALL)
        if example and (error := parse_example(example[1], tmp_path)):
            failures.append(f"{op.name}: {error}")
    assert not failures, "\n".join(failures)


def parse_example(text: str, tmp_path: Path) -> str:
    file = tmp_path / "example.mlir"
    used = set(re.findall(r"%[A-Za-z_]\w*", text))
    defined = {name for line in re.findall(r"^\s*(%.*?)=", text, re.MULTILINE) for name in re.findall(r"%\w+", line)}
    defined |= {name for arguments in re.findall(r"(?:func\.func|\^bb)[^{]*", text) for name in re.findall(r"(%\w+)(?:#\d)? *:", arguments)}
    types = dict.fromkeys(sorted(used - defined), "none")
    for _ in range(len(types) + 1):
        definitions = "".join(f'{name} = "example.value"() : () -> ({kind})\n' for name, kind in types.items())
        file.write_text(f"{text}\n{definitions}")
        tool = [BUILD / "bin/graph-opt", "--allow-unregistered-dialect", file]
        result = subprocess.run(tool, capture_output=True, text=True)
        if result.returncode == 0:
            return ""
        wrong = re.search(
            r"definition of SSA value '(%\w+)#0' has type '.*?'(?:.|\n)*?previously used here with type '(.*?)'\n", result.stderr
        )
        if not wrong or types.get(wrong[1]) == wrong[2]:
            return result.stderr
        types[wrong[1]] = wrong[2]
    return result.stderr


def test_every_core_operator_is_imported_or_refused_with_a_reason():
    """Neither both: a reason that stands for one which is supported is out of date. docs/generated/core-aten.md shows them."""
    table = import_table()
    rules = atens()
    assert not {f"aten.{name}" for name in rules} & set(table["refused"]) and all(table["refused"].values())
    rows = read_table()
    assert len(rows) > 150, "expected torch's list in tools/dev/core-aten.tsv"
    for name, row in rows.items():
        assert (name in rules) != (f"aten.{name}" in table["refused"]), f"expected a rule for {name}, or a reason why there is none"
        assert bool(row.elements) == (name in rules), f"expected the row of {name} as tools/dev/make-core-aten.py has it"


# Passes --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", passes(), ids=lambda item: item.flag)
class TestPass:
    def test_has_its_page(self, item):
        assert item.summary, "expected a summary"
        assert item.description.strip(), "expected a description: before and after, and what it refuses"
        for option in item.options:
            assert option["description"], f"expected what option {option['argument']} means"

    def test_is_one_file(self, item):
        assert item.name.endswith("Pass")
        stem = item.name.removesuffix("Pass")
        # Prefixes that keep a pass's name clear of upstream's are not in the file's: GraphFoldPass is Graph/Fold.cpp, CpuVectorizePass
        # Cpu/Vectorize.cpp.
        short = stem.removeprefix("Graph")
        files = [ROOT / "passes" / item.group / f"{name}.cpp" for name in (stem, short, short.removeprefix(item.group))]
        assert any(file.exists() for file in files), f"expected passes/{item.group}/{short}.cpp"
        assert item.flag == f"graph-{kebab(short)}", f"expected the flag graph-{kebab(short)}"

    def test_has_a_test_named_as_its_flag(self, item):
        path = ROOT / "test/passes" / f"{item.flag}.mlir"
        assert path.exists(), f"expected {relative(path)}"
        runs = [line for line in path.read_text().splitlines() if "RUN:" in line]
        assert any(re.search(rf"{item.flag}\b", line) for line in runs), f"expected {relative(path)} to run {item.flag}"


def test_files_of_old_versions_stay():
    """Nothing under test/compat changes or goes: SHA256SUMS of a version lists its files."""
    for folder in (ROOT / "test/compat").iterdir():
        listed = dict(reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text().splitlines())
        found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.name != "SHA256SUMS"}
        assert found == listed
