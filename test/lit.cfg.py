"""The lit suite: RUN lines over the built tools. `--param roundtrip=1` sends each graph-opt run through --verify-roundtrip."""

import ctypes
import os
import shutil

import lit.formats

config.name = "graph-opt"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".json"]
config.excludes = ["CMakeLists.txt", "Inputs", "python", "structure", "downstream", "docs", "examples", "results", "unit", "fuzz", "compat"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.build_dir, "test")

tools = os.path.join(config.build_dir, "bin")
config.environment["PATH"] = os.pathsep.join([tools, config.llvm_tools_dir, os.environ["PATH"]])
config.environment["FILECHECK_OPTS"] = "--enable-var-scope --allow-unused-prefixes=false"
# A test must not see the objects that the user's own runs cached, nor their plugins.
config.environment["XDG_CACHE_HOME"] = os.path.join(config.test_exec_root, "cache")
config.environment["NO_COLOR"] = "1"
config.environment.pop("GRAPH_OPT_PLUGINS", None)

if lit_config.params.get("roundtrip"):
    config.available_features.add("roundtrip")
    config.suffixes = [".mlir"]  # .test files are about command lines, which this changes
    config.substitutions.append((r"(?<![\w./%-])graph-opt(?![\w./-])", "graph-opt --verify-roundtrip"))

venv_python = os.path.join(config.source_dir, ".venv-test", "bin", "python")
python = venv_python if os.path.exists(venv_python) else "/usr/bin/python3"
config.substitutions += [
    ("%python", python),
    ("%cc", config.c_compiler),
    ("%source", config.source_dir),
    ("%build", config.build_dir),
]

if python == venv_python:
    config.available_features.add("torch")  # the tests' environment is complete, or setup.sh failed
with open("/proc/cpuinfo") as cpuinfo:
    if " avx512f " in cpuinfo.read():
        config.available_features.add("avx512")
if shutil.which("ptxas") or os.path.exists("/usr/local/cuda/bin/ptxas"):
    config.available_features.add("ptxas")
    config.environment["PATH"] += os.pathsep + "/usr/local/cuda/bin"
try:
    if ctypes.CDLL("libcuda.so.1").cuInit(0) == 0:
        config.available_features.add("cuda")
except OSError:
    pass

if config.sanitized:
    config.available_features.add("asan")
    # By abort, so that `not` sees a crash and no mere failure. allow_user_poisoning, detect_container_overflow: LLVM's allocators and
    # containers are half inline in our instrumented code and half in the packaged, uninstrumented library.
    config.environment["ASAN_OPTIONS"] = (
        "abort_on_error=1:allow_user_poisoning=0:detect_container_overflow=0:detect_stack_use_after_return=0"
    )
    config.environment["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1:abort_on_error=1"
    config.environment["LSAN_OPTIONS"] = "suppressions=" + os.path.join(config.test_source_root, "lsan.supp") + ":print_suppressions=0"
    config.environment["ASAN_SYMBOLIZER_PATH"] = os.path.join(config.llvm_tools_dir, "llvm-symbolizer")
