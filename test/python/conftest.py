"""What the Python tests share: the built tools, hypothesis's profiles, and shards of the long suites.

`make test` runs what is not marked long, with few examples; `make test-all` runs the rest in shards, with many.
"""

import os
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("GRAPHOPT_BUILD", ROOT / "build"))

# A run of a tool is slow beside what hypothesis expects, and a busy machine is no failure: no deadlines.
checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("short", max_examples=25, deadline=None, derandomize=True, suppress_health_check=checks)
settings.register_profile("long", max_examples=1000, deadline=None, suppress_health_check=checks, print_blob=True)


def pytest_addoption(parser):
    parser.addoption("--shard", default="0/1", help="K/N: the K-th of N parts of the tests, by name")


def pytest_configure(config):
    settings.load_profile("long" if config.getoption("markexpr") == "long" else "short")


def pytest_collection_modifyitems(config, items):
    part, parts = map(int, config.getoption("--shard").split("/"))
    chosen = [item for item in items if zlib.crc32(item.nodeid.encode()) % parts == part]
    config.hook.pytest_deselected([item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture(scope="session")
def tool(tmp_path_factory):
    """tool("graph-run", ..., code=0): runs a built tool and returns the completed process; the exit status must be `code`."""
    cache = tmp_path_factory.mktemp("cache")  # not the user's: a test must not see objects of other runs

    def run(name, *arguments, code=0, input=None):
        command = [str(BUILD / "bin" / name), *map(str, arguments)]
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "NO_COLOR": "1"}
        result = subprocess.run(command, capture_output=True, text=True, input=input, env=environment)
        assert result.returncode == code, f"$ {' '.join(command)}\nexit status {result.returncode}\n{result.stdout}{result.stderr}"
        return result

    return run
