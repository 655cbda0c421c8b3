"""A project of somebody else's, built against the install tree alone: plugins with a pass, a dialect, and interfaces both ways."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = Path(os.environ.get("GRAPHOPT_BUILD", ROOT / "build"))


def run(*command, env={}, check=True) -> subprocess.CompletedProcess:
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, **env})
    assert not check or result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result


@pytest.fixture(scope="session")
def prefix(tmp_path_factory) -> Path:
    prefix = tmp_path_factory.mktemp("install")
    run("cmake", "--install", BUILD, "--prefix", prefix)
    return prefix


@pytest.fixture(scope="session")
def plugins(prefix, tmp_path_factory) -> Path:
    return build(prefix, tmp_path_factory.mktemp("plugins"))


def build(prefix: Path, folder: Path, *options: str) -> Path:
    tools = ["-DCMAKE_C_COMPILER=clang-22", "-DCMAKE_CXX_COMPILER=clang++-22", "-DCMAKE_MODULE_LINKER_FLAGS=-fuse-ld=lld-22"]
    run("cmake", "-G", "Ninja", "-S", HERE, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_PREFIX_PATH={prefix}", *tools, *options)
    run("cmake", "--build", folder)
    return folder


@pytest.fixture
def graph_opt(prefix):
    return lambda *arguments, **options: run(prefix / "bin/graph-opt", *arguments, **options)


def test_loaded_by_option_its_pass_is_an_option(graph_opt, plugins):
    out = graph_opt(f"--load-pass-plugin={plugins}/MyPass.so", "--my-pass", HERE / "negations.mlir").stdout
    assert "return %arg0" in out


def test_loaded_by_environment(graph_opt, plugins):
    out = graph_opt("--my-pass", HERE / "negations.mlir", env={"GRAPH_OPT_PLUGINS": f"{plugins}/Demo.so:{plugins}/MyPass.so"}).stdout
    assert "return %arg0" in out


def test_loading_one_file_twice_is_loading_it_once(graph_opt, plugins):
    plugin = plugins / "Demo.so"
    graph_opt("--load-pass-plugin", plugin, "--load-dialect-plugin", plugin, HERE / "demo.mlir", env={"GRAPH_OPT_PLUGINS": str(plugin)})


def test_in_a_pass_pipeline_with_its_option(graph_opt, plugins):
    pipeline = "--pass-pipeline=builtin.module(demo-energy{scale=3})"
    out = graph_opt("--load-dialect-plugin", plugins / "Demo.so", pipeline, HERE / "demo.mlir").stdout
    assert "demo.energy = 3 : i64" in out


def test_in_a_slot_of_a_named_pipeline(graph_opt, plugins):
    out = graph_opt(f"--load-pass-plugin={plugins}/MyPass.so", "--graph-pipeline=O2{after-import=my-pass}", HERE / "negations.mlir").stdout
    assert "graph.neg" not in out


FROM_PYTHON = """
import sys, graph_opt
negations, demo, *plugins = sys.argv[1:]
print(graph_opt.load(negations).run_passes("O2{after-import=my-pass}", plugins=plugins, check=True))
print(graph_opt.load(demo).run_passes("demo-energy{scale=7}"))
"""


def test_from_python(plugins):
    """Passes come into a module that is there already, dialects into all that are made from then on."""
    files = HERE / "negations.mlir", HERE / "demo.mlir", plugins / "Demo.so", plugins / "MyPass.so"
    out = run(sys.executable, "-c", FROM_PYTHON, *files, env={"PYTHONPATH": str(BUILD / "python")}).stdout
    assert "return %arg0" in out and "demo.energy = 7 : i64" in out


def test_in_a_slot_with_its_option(graph_opt, plugins):
    pipeline = "--graph-pipeline=O2{after-fusion=demo-energy{scale=5},canonicalize}"
    out = graph_opt(f"--load-pass-plugin={plugins}/Demo.so", pipeline, HERE / "demo.mlir").stdout
    assert "demo.energy = 5 : i64" in out


def test_its_dialect_is_lowered_by_our_pass(graph_opt, plugins):
    """demo.cube implements ScalarBodyOpInterface, which is all that graph-to-linalg asks."""
    out = graph_opt(f"--load-pass-plugin={plugins}/Demo.so", "--graph-to-linalg", HERE / "demo.mlir").stdout
    assert out.count("linalg.generic") == 2 and "arith.mulf" in out and "demo.cube" not in out


def test_casts_traits_and_interfaces_cross_the_boundary(graph_opt, plugins):
    out = graph_opt(f"--load-pass-plugin={plugins}/Demo.so", "--demo-energy", HERE / "demo.mlir").stdout
    assert re.search(r"graph\.add .*demo\.energy = 1 : i64, demo\.is_add", out)
    assert re.search(r"demo\.cube .*demo\.no_gradient", out)


def test_another_version_is_refused_in_one_sentence(graph_opt, prefix, tmp_path):
    plugin = build(prefix, tmp_path, "-DCMAKE_CXX_FLAGS=-DGRAPHOPT_ABI_VERSION=999") / "MyPass.so"
    result = graph_opt(f"--load-pass-plugin={plugin}", HERE / "negations.mlir", check=False)
    assert result.returncode == 1 and not result.stdout
    assert re.fullmatch(r"graph-opt: error: plugin '.*' was built for 'graph-opt ABI 999, .*rebuild.*\n", result.stderr)


@pytest.mark.parametrize("path, reason", [("missing.so", "cannot be opened"), ("lib/libGraphOpt.so", "is not a graph-opt plugin")])
def test_what_is_no_plugin_is_refused(graph_opt, prefix, path, reason):
    result = graph_opt(f"--load-pass-plugin={prefix}/{path}", HERE / "negations.mlir", check=False)
    assert result.returncode == 1 and result.stderr.count("\n") == 1 and reason in result.stderr


def test_nothing_static_of_mlir_is_inside(prefix, plugins):
    """Two copies of MLIR mean two sets of TypeIDs, without a link error."""
    for library in (prefix / "lib/libGraphOpt.so", plugins / "Demo.so", plugins / "MyPass.so"):
        symbols = run("nm", "-DC", "--defined-only", library).stdout
        assert symbols.strip() and not re.search(r" T (mlir|llvm)::", symbols), library
    needed = run("readelf", "-d", plugins / "Demo.so").stdout
    assert re.search(r"NEEDED.*libGraphOpt\.so\.\d", needed) and re.search(r"NEEDED.*libMLIR\.so", needed)


def test_public_headers_compile_alone(prefix):
    """The library's own build precompiles upstream headers, so a missing include shows only here."""
    headers = sorted((prefix / "include/graph-opt").rglob("*.h"))
    assert headers
    flags = ["-std=c++17", "-fsyntax-only", "-w", "-x", "c++", f"-I{prefix}/include", "-isystem", "/usr/lib/llvm-22/include"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(lambda header: run("clang++-22", *flags, header, check=False), headers):
            assert result.returncode == 0, result.stderr
