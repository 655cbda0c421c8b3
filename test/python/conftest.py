"""What every Python test shares: the built package on the path, the tools, hypothesis profiles, and shards of the long suites."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("GRAPHOPT_BUILD", ROOT / "build"))
sys.path.insert(0, str(BUILD / "python"))
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(ROOT / "tools/dev"))

# `quick` is the same on every run, and doesn't shrink; `long` (make test-all) draws new examples each time, and prints how to repeat a
# failure.
quick = {"max_examples": 12, "derandomize": True, "database": None, "phases": [Phase.explicit, Phase.generate]}
settings.register_profile("quick", deadline=None, suppress_health_check=list(HealthCheck), **quick)
settings.register_profile("long", max_examples=300, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("GRAPHOPT_HYPOTHESIS", "quick"))


def pytest_addoption(parser):
    parser.addoption("--shard", default="0/1", help="K/N: the K-th of N parts of the tests, by name")


def pytest_collection_modifyitems(config, items):
    part, parts = map(int, config.getoption("--shard").split("/"))

    def key(item):
        group = item.get_closest_marker("xdist_group")  # shares what is costly to make
        return group.args[0] if group else item.nodeid

    chosen = {*sorted({key(item) for item in items})[part::parts]}  # no part is empty, nor has more than its share
    items[:] = [item for item in items if key(item) in chosen]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Compiled objects of this run, not the user's: a test must not see those of other runs."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["GRAPH_OPT_CACHE"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def tool(own_cache):
    """tool("graph-run", ..., code=0): runs a built tool and returns the completed process; the exit status must be `code`."""

    def run(name, *arguments, code=0, input=None):
        command = [str(BUILD / "bin" / name), *map(str, arguments)]
        environment = {**os.environ, "NO_COLOR": "1"}
        result = subprocess.run(command, capture_output=True, text=True, input=input, env=environment)
        assert result.returncode == code, f"$ {' '.join(command)}\nexit status {result.returncode}\n{result.stdout}{result.stderr}"
        return result

    return run
