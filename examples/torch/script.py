"""Script a model and save it; load.py runs the file, without torch."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from model import MyModel

torch.manual_seed(0)
model, x = torch.jit.script(MyModel()), torch.rand(4, 10)
model.save("scripted_model.pt")

np.save("x.npy", x.numpy())
subprocess.run([sys.executable, Path(__file__).with_name("load.py"), "scripted_model.pt", "x.npy", "y.npy"], check=True)
assert np.abs(np.load("y.npy") - model(x).detach().numpy()).max() <= 1e-5
