#!/usr/bin/python3
"""Runs the test suites, prints a table, and ends with one line: N passed, N failed, N skipped.

A suite is a row of SUITES. It counts what its own runner reports (JUnit XML): a suite that reports nothing has failed.
SHARDS are the long suites of `make test-all`; each writes test/results/<shard>.json, which is committed.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "build" / "test-reports"
LIT = "/usr/lib/llvm-22/bin/lit"
PYTHON = ROOT / ".venv-test" / "bin" / "python"
JOBS = str(os.cpu_count())
MODELS = "test/python/test_every_model.py"
MODEL_SHARDS = 40  # of about three minutes each, so that CI can run one
CI_SECONDS = 240  # for the shards that CI adds to `make test`
FUZZ_TARGETS = ("text", "bytecode", "json", "pt2", "tensors", "onnx", "torchscript")
FUZZ_SECONDS = 600  # of each in `make test-all`; `make test` gives each 60
ASAN_ENVIRONMENT = {
    "ASAN_OPTIONS": "allow_user_poisoning=0:detect_container_overflow=0:detect_stack_use_after_return=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "LSAN_OPTIONS": f"suppressions={ROOT}/test/lsan.supp:print_suppressions=0",
}


@dataclass
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    failures: list = field(default_factory=list)
    measured: dict = field(default_factory=dict)  # what tests recorded of themselves, by their names


def count(report: Path) -> Result:
    """The counts of a JUnit file: lit, GoogleTest and pytest all write one."""
    result = Result()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        for measured in case.iter("property"):
            result.measured.setdefault(case.get("name"), {})[measured.get("name")] = measured.get("value")
        if case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
            result.failures.append(f"{case.get('classname')}::{case.get('name')}")
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            result.skipped += 1
        else:
            result.passed += 1
    return result


def run(name: str, command: list, report: Path, environment: dict) -> Result:
    report.unlink(missing_ok=True)
    code = subprocess.run([str(part) for part in command], cwd=ROOT, env={**os.environ, **environment}).returncode
    try:
        result = count(report)
    except (OSError, ElementTree.ParseError) as error:
        return Result(failed=1, failures=[f"{name}: exit status {code}, and no report: {error}"])
    if result.passed + result.failed + result.skipped == 0:
        result = Result(failed=1, failures=[f"{name}: no test ran"])
    elif code != 0 and result.failed == 0:
        result.failed = 1
        result.failures.append(f"{name}: exit status {code} with no failed test")
    return result


def lit(*arguments: str, build: str = "build"):
    def suite(name: str) -> Result:
        report = REPORTS / f"{name}.xml"
        command = [LIT, "-s", "-v", "-j", JOBS, "--xunit-xml-output", report, *arguments, ROOT / build / "test"]
        return run(name, command, report, {})

    return suite


def unit(build: str = "build", environment: dict = {}):
    """The unit tests, split among the cores."""

    def suite(name: str) -> Result:
        def shard(index: int) -> Result:
            report = REPORTS / f"{name}-{index}.xml"
            command = [ROOT / build / "bin" / "graph-opt-unit-tests", "--gtest_brief=1", f"--gtest_output=xml:{report}"]
            return run(name, command, report, {**environment, "GTEST_TOTAL_SHARDS": JOBS, "GTEST_SHARD_INDEX": str(index)})

        total = Result()
        with ThreadPoolExecutor() as pool:
            for result in pool.map(shard, range(int(JOBS))):
                total.passed += result.passed
                total.failed += result.failed
                total.skipped += result.skipped
                total.failures += result.failures
        return total

    return suite


def pytest(folder: str, *arguments: str, workers: str = "0", environment: dict = {}):
    def suite(name: str) -> Result:
        report = REPORTS / f"{name}.xml"
        command = [PYTHON, "-m", "pytest", "-q", "-n", workers, "--dist=loadgroup", f"--junitxml={report}", *arguments, folder]
        # A core for each worker: torch's own threads would only wait for each other.
        return run(name, command, report, {"OMP_NUM_THREADS": "1", **environment} if workers != "0" else environment)

    return suite


def package(suite):
    """The suite after the Python package is built, for the interpreter that runs it: `make build` may run before there is one."""

    def packaged(name: str) -> Result:
        for command in (["cmake", "-B", "build", f"-DGRAPHOPT_PYTHON={PYTHON}"], ["cmake", "--build", "build", "-t", "graph_opt_stub"]):
            if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode != 0:
                return Result(failed=1, failures=[f"{name}: {' '.join(command)} failed"])
        return suite(name)

    return packaged


def python_long(part: int, parts: int):
    """The Python tests with many random examples, and those marked long."""
    return package(
        pytest(
            "test/python",
            *(f"--ignore={file}" for file in (MODELS, "test/python/test_mutants.py")),
            "--shard",
            f"{part}/{parts}",
            workers=JOBS,
            environment={"GRAPHOPT_HYPOTHESIS": "long"},
        )
    )


def python_models(part: int, parts: int, mark: str = "not large", workers: str = JOBS):
    """Every model; python-long leaves them out."""
    return package(pytest(MODELS, "-m", mark, "--shard", f"{part}/{parts}", workers=workers))


def asan(suite):
    """The suite on a build with AddressSanitizer and UndefinedBehaviorSanitizer."""

    def sanitized(name: str) -> Result:
        for command in (["cmake", "--preset", "asan"], ["cmake", "--build", "build-asan"]):
            if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL if "--preset" in command else None).returncode != 0:
                return Result(failed=1, failures=[f"{name}: {' '.join(command)} failed"])
        return suite(name)

    return sanitized


def fuzz(targets: tuple, seconds: int, seed: int = 0):
    """libFuzzer targets, as many at a time as there are cores, on their corpus of finds and on what they make of that and of the tests.
    The seed 0 is another one each time."""

    def run_target(target: str) -> tuple:
        work = ROOT / "build-asan/fuzz" / target  # new inputs, and what broke
        work.mkdir(parents=True, exist_ok=True)
        seeds = [ROOT / "test" / folder for folder in {"text": ["run", "dialects"], "pt2": ["interop/pt2"]}.get(target, [])]
        options = [
            f"-max_total_time={seconds}",
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-verbosity=1",
            "-print_final_stats=1",
            f"-seed={seed}",
        ]
        command = [
            ROOT / f"build-asan/bin/fuzz-{target}",
            *options,
            f"-artifact_prefix={work}/find-",
            work,
            ROOT / "test/fuzz/corpus" / target,
        ]
        log = work.with_suffix(".log")
        with log.open("wb") as out:
            environment = {**os.environ, **ASAN_ENVIRONMENT}
            code = subprocess.run([str(part) for part in [*command, *seeds]], cwd=ROOT, env=environment, stdout=out, stderr=out).returncode
        executions = re.findall(r"stat::number_of_executed_units: *(\d+)", log.read_text(errors="replace"))
        return code, int(executions[-1]) if executions else 0

    def suite(name: str) -> Result:
        result = Result()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for target, (code, executions) in zip(targets, pool.map(run_target, targets), strict=True):
                print(f"fuzz-{target}: {executions} executions in {seconds} s, exit status {code}", flush=True)
                result.measured[target] = {"seconds": seconds, "executions": executions}
                result.passed += code == 0
                if code != 0:
                    result.failed += 1
                    result.failures.append(f"fuzz-{target}: exit status {code}; build-asan/fuzz/{target}.log names the input")
        return result

    return suite


def clang_tidy(part: int, parts: int):
    def suite(name: str) -> Result:
        files = sorted(str(path) for top in ("dialects", "passes", "lib", "tools") for path in (ROOT / top).rglob("*.cpp"))
        result = Result()
        chosen = files[part::parts]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            codes = pool.map(lambda path: subprocess.run(["clang-tidy-22", "--quiet", "-p", "build", path], cwd=ROOT).returncode, chosen)
        for path, code in zip(chosen, codes, strict=True):
            result.passed += code == 0
            result.failed += code != 0
            if code != 0:
                result.failures.append(f"clang-tidy {os.path.relpath(path, ROOT)}")
        return result

    return suite


# Name, what it runs. `make test` runs all of them, in this order.
SUITES = {
    "lit": lit(),
    "roundtrip": lit("--param", "roundtrip=1"),
    "unit": unit(),
    "structure": pytest("test/structure"),
    "docs": pytest("test/docs"),
    "examples": package(pytest("test/examples")),
    "downstream": pytest("test/downstream"),
    "python": package(pytest("test/python", "-m", "not long", workers=JOBS)),
    "asan-lit": asan(lit(build="build-asan")),
    "asan-unit": asan(unit("build-asan", ASAN_ENVIRONMENT)),
    "fuzz": asan(fuzz(FUZZ_TARGETS, 45, seed=1)),  # a find should be found again
}

# `make test-all` runs all of them after SUITES; CI one of them in turn, and each that failed before.
SHARDS = {
    **{f"fuzz-{target}": asan(fuzz((target,), FUZZ_SECONDS)) for target in FUZZ_TARGETS},
    "tidy-1": clang_tidy(0, 4),
    "tidy-2": clang_tidy(1, 4),
    "tidy-3": clang_tidy(2, 4),
    "tidy-4": clang_tidy(3, 4),
    "python-long-1": python_long(0, 3),
    "python-long-2": python_long(1, 3),
    "python-long-3": python_long(2, 3),
    **{f"python-models-{i + 1:02}": python_models(i, MODEL_SHARDS) for i in range(MODEL_SHARDS)},
    "python-models-large": python_models(0, 1, "large", "1"),
    "mutants": package(pytest("test/python/test_mutants.py", workers=JOBS)),
}


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def rotating_shards() -> list:
    """The shards that CI adds: those whose committed result has a failure, and the one whose turn it is by the number of commits. A shard
    joins by its first committed result, from `make test-all`, if that took at most CI_SECONDS; together they take no more."""
    records = {name: json.loads(path.read_text()) for name in SHARDS if (path := ROOT / "test/results" / f"{name}.json").exists()}
    short = [name for name, record in records.items() if record["seconds"] <= CI_SECONDS]
    if not short:
        return []
    turn = int(git("rev-list", "--count", "HEAD") or 0) % len(short)
    chosen, seconds = [], 0
    for name in dict.fromkeys([*(name for name in short if records[name]["failed"]), short[turn]]):
        seconds += records[name]["seconds"]
        if seconds <= CI_SECONDS:
            chosen.append(name)
    return chosen


def write_result(name: str, result: Result) -> None:
    (ROOT / "test/results").mkdir(exist_ok=True)
    models = re.findall(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    cpu = models[0] if models else platform.processor()
    record = {
        "shard": name,
        "commit": git("rev-parse", "HEAD"),
        "clean": git("status", "--porcelain", "--untracked-files=no") == "",
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": f"{cpu}, {os.cpu_count()} cores",
        **asdict(result),
    }
    (ROOT / "test/results" / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", help=f"default: {' '.join(SUITES)}; shards: {' '.join(SHARDS)}")
    parser.add_argument("--all", action="store_true", help="every suite and every shard, with result files")
    parser.add_argument("--record", action="store_true", help="write the result files of the shards that are named")
    parser.add_argument("--rotate", action="store_true", help="add the shard whose turn it is, and those that failed before")
    options = parser.parse_args()
    known = {**SUITES, **SHARDS}
    names = options.suites or list(SUITES)
    if unknown := [name for name in names if name not in known]:
        parser.error(f"unknown suite {unknown[0]}; expected one of: {' '.join(known)}")
    if options.all:
        names = list(known)
    elif options.rotate:
        names += rotating_shards()
    if any(name.startswith("tidy") for name in names) and not shutil.which("clang-tidy-22"):
        subprocess.run(["tools/dev/setup.sh", "apt", "lint"], cwd=ROOT, check=True)

    REPORTS.mkdir(parents=True, exist_ok=True)
    results = {}
    for name in names:
        print(f"== {name}", flush=True)
        start = time.monotonic()
        results[name] = known[name](name)
        results[name].seconds = round(time.monotonic() - start, 1)
        if name in SHARDS and (options.all or options.record):
            write_result(name, results[name])

    print(f"\n{'suite':<16}{'passed':>8}{'failed':>8}{'skipped':>8}{'seconds':>9}")
    for name, result in results.items():
        print(f"{name:<16}{result.passed:>8}{result.failed:>8}{result.skipped:>8}{result.seconds:>9.1f}")
    for result in results.values():
        for failure in result.failures:
            print(f"failed: {failure}")
    passed, failed, skipped = (sum(getattr(result, key) for result in results.values()) for key in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
