"""Train the scripted model: by torch, as compiled code here, and by torch.compile with torch's own optimiser. The curves agree."""

import copy

import graph_opt
import torch
from model import MyModel
from torch.utils.data import DataLoader, Dataset


class RandomDataset(Dataset):
    """100 random samples of 10 features, each of one of 2 classes."""

    def __init__(self):
        generator = torch.Generator().manual_seed(1)
        self.data = torch.rand(100, 10, generator=generator)
        self.labels = torch.randint(0, 2, (100,), generator=generator)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.data[index], self.labels[index]


def loader():
    return DataLoader(RandomDataset(), batch_size=10, shuffle=True, generator=torch.Generator().manual_seed(2))


def train(model, forward):
    """As one writes it with torch; `forward` is the model, compiled or not."""
    optimizer, criterion, losses = torch.optim.SGD(model.parameters(), lr=0.01), torch.nn.CrossEntropyLoss(), []
    data = loader()
    for _ in range(10):
        for inputs, labels in data:
            optimizer.zero_grad()
            loss = criterion(forward(inputs), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


torch.manual_seed(0)
scripted = torch.jit.script(MyModel())
scripted.save("model.pt")
start = copy.deepcopy(scripted.state_dict())
expected = train(scripted, scripted)

# The file, with no torch in what trains: the whole step is one compiled function.
module = graph_opt.load("model.pt", inputs={"x": "?x10xf32"})
trainer = graph_opt.Trainer(module, "cross_entropy", "sgd", lr=0.01)
data = loader()
for epoch in range(10):
    losses = [trainer.step(inputs, labels) for inputs, labels in data]
    print(f"epoch {epoch + 1}, loss {sum(losses) / len(losses):.4f}")
assert max(abs(ours - theirs) for ours, theirs in zip(trainer.history, expected, strict=True)) <= 1e-5
assert trainer.stats()["compiled_ops"] == trainer.stats()["total_ops"]

compiled = trainer.trained().compile()
everything = RandomDataset()
hits = compiled(everything.data).argmax(1) == everything.labels
print(f"accuracy {hits.float().mean():.2f}")

# torch.compile: forward and backward are compiled, the rest is torch's.
model = MyModel()
model.load_state_dict(start)
losses = train(model, torch.compile(model, backend="graph_opt", options={"strict": True}))
assert max(abs(ours - theirs) for ours, theirs in zip(losses, expected, strict=True)) <= 1e-5

# Into the scripted model, which goes where torch's models go.
trainer.to_torch(scripted)
scripted.save("scripted_model.pt")
z = torch.rand(4, 10)
loaded = graph_opt.load("scripted_model.pt", inputs={"x": "?x10xf32"}).compile()
assert (loaded(z) - torch.jit.load("scripted_model.pt")(z)).abs().max() <= 1e-5
print(loaded(z))
