"""A table of bytes: predict a name out of three, and a number of days."""

import copy
import math

import numpy as np
import torch

SEED, EPOCHS, BATCH, MICRO, WIDTH, LR = 7, 12, 32, 2, 24, 0.4


def read_table(n, seed):
    """n rows: six byte columns, the name, the days, and `settled`, written after the outcome."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (n, 6))
    centred = pixels / 255 - 0.5
    scores = centred @ np.random.default_rng(1).normal(0, 6, (6, 3)) + rng.normal(0, 0.5, (n, 3))
    kind = scores.argmax(1)
    names = np.array(["tin", "gold", "iron"])[kind]
    days = 2 * centred[:, 0] - centred[:, 1] + rng.normal(0, 0.1, n)
    return {"pixels": pixels, "name": list(names), "days": days, "settled": kind - 1.0}


def to_unit(pixels):
    """Bytes to numbers between 0 and 1."""
    return pixels / 255


def features(table):
    """What is known when the prediction is made. float array [n, columns]."""
    return to_unit(table["pixels"])


def label_map(names):
    """A number for each name; the same names get the same numbers, in whatever order they come."""
    return {name: i for i, name in enumerate(sorted(set(names)))}


def normalise(train, test):
    """Both with the mean and the standard deviation of the training rows."""
    known = train
    mean, std = known.mean(0), known.std(0) + 1e-6
    return (train - mean) / std, (test - mean) / std


def jitter(worker, epoch, shape):
    """Noise of its own for each worker and each epoch."""
    return np.random.default_rng([SEED, epoch, worker]).normal(0, 0.05, shape)


def shuffled(x, y, t, rng):
    """The rows in another order; each keeps its labels."""
    order = rng.permutation(len(x))
    return x[order], y[order], t[order]


class Net(torch.nn.Module):
    """A trunk with dropout and two heads; the head of the names starts at 0."""

    def __init__(self, columns, width):
        super().__init__()
        self.trunk = torch.nn.Linear(columns, width)
        self.drop = torch.nn.Dropout(0.2)
        self.kind = torch.nn.Linear(width, 3)
        self.days = torch.nn.Linear(width, 1)
        torch.nn.init.zeros_(self.kind.weight)
        torch.nn.init.zeros_(self.kind.bias)

    def forward(self, x):
        h = self.drop(torch.relu(self.trunk(x)))
        return self.kind(h), self.days(h)


def kind_loss(logits, y):
    """Mean cross-entropy of logits [B, 3] against labels [B]."""
    p = torch.softmax(logits, -1)
    chosen = p.clamp(1e-9, 1)[torch.arange(len(y)), y]
    return -torch.log(chosen).mean()


def days_loss(out, t):
    """Mean squared error of out [B, 1] against t [B]."""
    return (out.squeeze(1) - t).pow(2).mean()


def start(columns, lr=LR, width=WIDTH, seed=0):
    """A network whose trunk is thawed, and an optimiser that has all of it."""
    torch.manual_seed(seed)
    model = Net(columns, width).double().requires_grad_(False)
    model.requires_grad_(True)
    trained = [p for p in model.parameters() if p.requires_grad] + list(model.kind.parameters())
    return model, torch.optim.SGD(dict.fromkeys(trained), lr)


def train_step(model, optimiser, micro):
    """One update from micro-batches of one size; the gradient is that of all rows at once."""
    optimiser.zero_grad()
    total = 0.0
    for x, y, t in micro:
        logits, out = model(x)
        loss = (kind_loss(logits, y) + 0.1 * days_loss(out, t)) / len(micro)
        loss.backward()
        total += loss.item()
    optimiser.step()
    return total


def evaluate(model, x, y):
    """Share of rows whose name is right, without dropout."""
    model.eval()
    with torch.no_grad():
        guess = model(x)[0].argmax(-1)
    rows = min(len(guess), len(y))
    return float((guess[:rows] == y[:rows]).double().mean())


def prepare(train, test):
    """Tables to tensors: (x, y, t) of training, (x, y) of test."""
    x, x_test = normalise(features(train), features(test))
    y, y_test = ([label_map(part["name"])[name] for name in part["name"]] for part in (train, test))
    return tuple(map(torch.tensor, (x, y, train["days"]))), tuple(
        map(torch.tensor, (x_test, y_test))
    )


def fit(train, test, epochs=EPOCHS, lr=LR, width=WIDTH, seed=0):
    """Train; (model of the best epoch, losses of all steps, score of each epoch)."""
    (x, y, t), held_out = prepare(train, test)
    model, optimiser = start(x.shape[1], lr, width, seed)
    rng, losses, scores, best = np.random.default_rng(seed), [], [], None
    for epoch in range(epochs):
        model.train()
        xs, ys, ts = shuffled(x, y, t, rng)
        for i in range(math.ceil(len(xs) / BATCH)):
            rows = slice(i * BATCH, (i + 1) * BATCH)
            noisy = xs[rows] + torch.tensor(jitter(i % 2, epoch, xs[rows].shape))
            parts = zip(
                noisy.chunk(MICRO), ys[rows].chunk(MICRO), ts[rows].chunk(MICRO), strict=True
            )
            losses.append(train_step(model, optimiser, list(parts)))
        scores.append(evaluate(model, *held_out))
        if scores[-1] == max(scores):
            best = copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return model, losses, scores
