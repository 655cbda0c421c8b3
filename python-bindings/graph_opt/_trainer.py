"""Training: a compiled step that changes the parameters, batches in a reproducible order, checkpoints."""

import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from . import _graph_opt
from ._errors import CompileError, Error, stage
from ._module import Module
from ._signature import RANDOM_KEY
from ._values import framework_of, numpy_dtype, pack, unpack

_PRIVATE = ("optimizer.", "accumulated.")  # states that are the trainer's own
_PROGRESS = "graph_opt.trainer"  # of a checkpoint: how far training had come


class Batches:
    """Arrays cut into batches along their first axis. Shuffled, each epoch has an order of its own that follows from the seed and its
    number: training that goes on from a checkpoint sees what it would have seen.

    Arrays are numpy's or torch's, of one first size; batches are tuples of as many arrays.
    """

    def __init__(self, *arrays, batch_size: int, shuffle: bool = True, seed: int = 0, drop_last: bool = False):
        sizes = {len(array) for array in arrays}
        if len(sizes) != 1 or batch_size < 1:
            raise Error(f"expected arrays of one first size and batches of at least 1, got sizes {sorted(sizes)} and {batch_size}")
        self.arrays, self.batch_size, self.shuffle, self.seed, self.drop_last = arrays, batch_size, shuffle, seed, drop_last
        self.size = sizes.pop()

    def __len__(self) -> int:
        return self.size // self.batch_size if self.drop_last else math.ceil(self.size / self.batch_size)

    def epoch(self, number: int) -> Iterable:
        order = np.random.default_rng([self.seed, number]).permutation(self.size) if self.shuffle else np.arange(self.size)
        for i in range(len(self)):
            chosen = order[i * self.batch_size : (i + 1) * self.batch_size]
            yield tuple(array[chosen] for array in self.arrays)


def _settings(values: Mapping) -> str:
    return ",".join(f"{name}={str(value).lower()}" for name, value in values.items())


class Trainer:
    """Trains a module's parameters: each step runs one compiled function, which computes the loss of a batch, the gradients, and what the
    optimiser makes of them (the pass graph-make-train-step).

    `loss` and `optimizer` are names that the pass knows; None as loss trains a module that returns its own. `lr` is a number, or a
    function of the number of steps that were made. The settings are those of torch's losses and optimisers (`{"momentum": 0.9}`), tensors
    apart: `{"weight": True}` makes the loss take the input `loss.weight`. `module` stays; `trained()` is a copy with its parameters
    as they are now.
    """

    def __init__(
        self,
        module: Module,
        loss: str | None,
        optimizer: str = "sgd",
        *,
        lr: float | Callable[[int], float] = 1e-2,
        loss_settings: Mapping = {},
        optimizer_settings: Mapping = {},
        clip_norm: float = 0,
        clip_value: float = 0,
        accumulate: int = 1,
        seed: int = 0,
        output: str = "",
        parameters: Iterable[str] = (),
        keep_outputs: bool = False,
        threads: int | None = None,
        pipeline: str = "O2",
        accuracy: str | None = None,
    ):
        options = {
            "loss": loss or "",
            "loss-settings": _settings(loss_settings),
            "optimizer": optimizer,
            "optimizer-settings": _settings(optimizer_settings),
            "clip-norm": float(clip_norm),
            "clip-value": float(clip_value),
            "accumulate": accumulate,
            "seed": seed,
            "output": output,
            "parameters": ",".join(parameters),
            "keep-outputs": str(keep_outputs).lower(),
        }
        text = " ".join(f"{name}={value}" for name, value in options.items() if value not in ("", 0))
        self._module = module
        self.module = module.clone().run_passes(f"graph-make-train-step{{{text}}}")
        with stage(CompileError):
            self._native = _graph_opt.Training.create(self.module._native, pipeline, accuracy or "", threads or 0)
        self._inputs = self._native.inputs()
        self._place_of_lr = [name for name, _, _ in self._inputs].index("lr")
        self._states = self._native.states()
        self.lr = lr
        self.steps = 0  #: made so far
        self.epoch = self.batch = 0  #: what fit() goes on with
        self.history: list[float] = []  #: the loss of each step

    def stats(self) -> dict:
        """As CompiledFunction.stats()."""
        return self._native.stats()

    def inputs(self) -> list:
        """(name, element type, sizes) of what a step takes: the batch. -1 is a dynamic size."""
        return [port for port in self._inputs if port[0] != "lr"]

    def step(self, *batch, lr: float | None = None):
        """One step on a batch: the model's inputs, the target, and what the loss takes besides. Returns the loss as a float; with
        `keep_outputs` the loss and the model's results."""
        if lr is None:
            lr = self.lr(self.steps) if callable(self.lr) else self.lr
        values = list(batch)
        values.insert(self._place_of_lr, np.float64(lr))
        packed = pack(values, self._inputs)
        with stage(Error):
            results = self._native.step(packed)
        self.steps += 1
        data, element, _ = results[0]
        loss = float(data.view(numpy_dtype(element))[0])
        self.history.append(loss)
        return (loss, unpack(results[1:], framework_of(batch))) if len(results) > 1 else loss

    def fit(
        self,
        data: Iterable | Batches,
        epochs: int,
        *,
        checkpoint=None,
        every: int | None = None,
        progress: bool | Callable[[int, float], None] = True,
    ) -> list[float]:
        """Trains up to the given number of epochs, from where the trainer is; returns the loss of each step.

        `data` is gone through once an epoch, and gives batches as step() takes them. `checkpoint` is a file that save() writes after every
        `every` steps, by default after each epoch. `progress` prints a line an epoch on stderr, or is called with the epoch and its loss.
        """
        first = len(self.history)
        while self.epoch < epochs:
            losses = []
            for number, batch in enumerate(data.epoch(self.epoch) if isinstance(data, Batches) else data):
                if number < self.batch:  # made before the checkpoint
                    continue
                result = self.step(*batch)
                losses.append(result[0] if isinstance(result, tuple) else result)
                self.batch = number + 1
                if checkpoint is not None and every and self.steps % every == 0:
                    self.save(checkpoint)
            self.epoch, self.batch = self.epoch + 1, 0
            if checkpoint is not None and (not every or self.epoch == epochs):
                self.save(checkpoint)
            mean = sum(losses) / len(losses) if losses else math.nan
            if callable(progress):
                progress(self.epoch, mean)
            elif progress:
                print(f"epoch {self.epoch}/{epochs}: loss {mean:.6g}", file=sys.stderr)
        return self.history[first:]

    def get(self, name: str) -> np.ndarray:
        """A copy of a parameter or state."""
        with stage(Error):
            return unpack([self._native.get(name)])[0]

    def set(self, name: str, value) -> None:
        with stage(Error):
            element = self._native.get(name)[1]
        (tensor,) = pack([value], [(name, element, None)])
        with stage(Error):
            self._native.set(name, tensor)

    def state_dict(self) -> dict:
        """The parameters and buffers of the model as they are now, as numpy arrays: those that are trained, and those that are not."""
        role = self._module._native.parameter_role
        kept = {name: array for name, array in self._module.parameters().items() if role(name) in ("parameter", "buffer")}
        return {name: self.get(name) if name in self._states else array.copy() for name, array in kept.items()}

    def load_state_dict(self, state: Mapping) -> None:
        """Sets parameters and buffers, numpy's or torch's, of this model. Those that the step does not change can't be set."""
        known = self.state_dict()
        if different := set(state) ^ set(known):
            raise Error(f"expected the names of the model's parameters and buffers, got a difference in {sorted(different)}")
        for name, value in state.items():
            if name in self._states:
                self.set(name, value)
            elif not np.array_equal(np.asarray(value), known[name], equal_nan=True):
                raise Error(f"expected '{name}' to be as in the module, which does not train it")

    def trained(self) -> Module:
        """A copy of the module with the parameters and buffers as they are now."""
        copy = self._module.clone()
        for name in self._states:
            if name != RANDOM_KEY and not name.startswith(_PRIVATE):
                copy.set_parameter(name, self.get(name))
        return copy

    def to_torch(self, model, optimizer=None) -> None:
        """Gives a torch module, and an optimiser of torch's on its parameters, what this one has come to."""
        import torch

        model.load_state_dict({name: torch.from_numpy(array) for name, array in self.state_dict().items()})
        if optimizer is None:
            return
        for name, parameter in model.named_parameters():
            state = optimizer.state[parameter]
            for full in self._states:
                prefix = f"optimizer.{name}."
                if full.startswith(prefix) and "." not in full[len(prefix) :]:
                    (state[full[len(prefix) :]],) = unpack([self._native.get(full)], torch)
            if state and "optimizer.step" in self._states:
                state["step"] = torch.tensor(float(self.get("optimizer.step")))

    def from_torch(self, model, optimizer=None) -> None:
        """Takes what a torch module, and an optimiser of torch's on its parameters, have come to."""
        self.load_state_dict(model.state_dict())
        if optimizer is None:
            return
        for name, parameter in model.named_parameters():
            for key, value in optimizer.state.get(parameter, {}).items():
                if key == "step" and "optimizer.step" in self._states:
                    self.set("optimizer.step", np.float64(value))
                elif f"optimizer.{name}.{key}" in self._states:
                    self.set(f"optimizer.{name}.{key}", value)

    def save(self, path) -> None:
        """Writes a checkpoint, safetensors, which load() goes on from as if training had never stopped. The file appears whole or not at
        all."""
        from safetensors.numpy import save

        progress = {"steps": self.steps, "epoch": self.epoch, "batch": self.batch, "history": self.history}
        content = save({name: self.get(name) for name in self._states}, {_PROGRESS: json.dumps(progress)})
        path = Path(path)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def load(self, path) -> None:
        """Goes on from a checkpoint of a trainer of the same module, loss and optimiser. After an error everything is as it was."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        content = Path(path).read_bytes()
        try:
            arrays = load(content)
            header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
            progress = json.loads(header["__metadata__"][_PROGRESS])
        except (SafetensorError, KeyError, ValueError) as error:
            raise Error(f"{path}: error: expected a checkpoint of a trainer, got {error!r}") from None
        if different := set(arrays) ^ set(self._states):
            raise Error(f"{path}: error: expected the states of this trainer, got a difference in {sorted(different)}")
        for name, array in arrays.items():
            now = self.get(name)
            if (array.dtype, array.shape) != (now.dtype, now.shape):
                raise Error(f"{path}: error: expected {now.dtype} of sizes {now.shape} for '{name}', got {array.dtype} of {array.shape}")
        for name, array in arrays.items():
            self.set(name, array)
        self.steps, self.epoch, self.batch = progress["steps"], progress["epoch"], progress["batch"]
        self.history = list(progress["history"])
