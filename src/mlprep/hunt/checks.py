"""What one tries on a training script before reading it: nine checks, each in a few lines.

    suspicions(text)        {check: what it noticed, "" where nothing} for a script's text

None knows the faults. Each compares the script with something that must be true of any training
script of its kind; `first_loss`, for one, with the logarithm of the number of classes.
"""

from __future__ import annotations

import copy
import math
import types
from collections.abc import Callable

import numpy as np
import torch

from mlprep.hunt.faults import load

EPOCHS, ROWS, SEQUENCES = 5, 192, 256


class Patient:
    """A loaded script, and one run of it that several checks look at."""

    def __init__(self, text: str):
        self.script: types.ModuleType = load(text)
        self.is_table = hasattr(self.script, "read_table")
        self.lengths, self.rates, self.modes, self.still = [], [], [], 0
        s = self.script
        if self.is_table:
            self.data = s.read_table(ROWS, 0), s.read_table(151, 1)
        else:
            self.data = s.read_sequences(SEQUENCES, 0), s.read_sequences(17, 1)
        with np.errstate(all="ignore"):
            self.model, self.losses, self.scores = self._watched_fit()

    def _watched_fit(self):
        """One run, with every step observed from outside."""
        s, real = self.script, self.script.train_step

        def train_step(model, optimiser, batch, *rest):
            self.modes.append(model.training)
            self.rates.append(optimiser.param_groups[0]["lr"])
            before = torch.cat([p.detach().flatten() for p in model.parameters()])
            step, used = optimiser.step, []

            def spy(*args):
                used.extend(p.grad.pow(2).sum() for p in model.parameters() if p.grad is not None)
                return step(*args)

            optimiser.step = spy
            loss = real(model, optimiser, batch, *rest)
            optimiser.step = step
            self.lengths.append(float(sum(used)) ** 0.5)
            after = torch.cat([p.detach().flatten() for p in model.parameters()])
            self.still += bool(torch.equal(before, after))
            return loss

        s.train_step = train_step
        try:
            return s.fit(*self.data, epochs=EPOCHS)
        finally:
            s.train_step = real

    def batch(self):
        """The first 32 rows as the script prepares them, and a fresh model and optimiser."""
        s = self.script
        if self.is_table:
            x, y, t = (part[:32] for part in s.prepare(*self.data)[0])
            return (x, y, t), *s.start(x.shape[1])
        return self.data[0][:32], *s.start()

    def loss(self, model, batch):
        """The loss of the classes or tokens, as the script computes it."""
        if self.is_table:
            return self.script.kind_loss(model(batch[0])[0], batch[1])
        return self.script.lm_loss(model(batch), batch)


def first_loss(p: Patient) -> str:
    """Before training, the loss is the logarithm of the number of classes."""
    batch, model, _ = p.batch()
    loss, chance = p.loss(model, batch).item(), math.log(3 if p.is_table else p.script.TOKENS)
    return "" if abs(loss - chance) < 0.1 else f"{loss:.2f}, not {chance:.2f}"


def one_batch(p: Patient) -> str:
    """With dropout off, one batch is learnt by heart."""
    batch, model, optimiser = p.batch()
    model.eval()
    for _ in range(70):
        if p.is_table:
            p.script.train_step(model, optimiser, [tuple(part[:16] for part in batch)] * 2)
        else:
            p.script.train_step(model, optimiser, batch[:8])
    part = tuple(part[:16] for part in batch) if p.is_table else batch[:8]
    loss = p.loss(model, part).item()
    return "" if 0 <= loss < 0.1 else f"stays at {loss:.2f}"


def inventory(p: Patient) -> str:
    """The optimiser holds as many numbers as the layers have, and each tensor gets a gradient."""
    batch, model, optimiser = p.batch()
    held = sum(part.numel() for group in optimiser.param_groups for part in group["params"])
    if p.is_table:
        columns, width = batch[0].shape[1], p.script.WIDTH
        want = (columns + 1) * width + (width + 1) * 4
        p.script.days_loss(model(batch[0])[1], batch[2]).backward(retain_graph=True)
    else:
        s = p.script
        want = s.DIM * (s.TOKENS + s.LENGTH + 4 + 3 * s.DIM) + 64 * (2 * s.DIM + 1) + s.DIM
    p.loss(model, batch).backward()
    dead = [n for n, w in model.named_parameters() if w.grad is None or not w.grad.abs().sum() > 0]
    return (f"{held} numbers, not {want}" if held != want else "") or ", ".join(dead)


def poke(p: Patient) -> str:
    """What can't matter is changed: the outcome, the test rows, the future. Nothing may move."""
    s, rng = p.script, np.random.default_rng(0)
    if p.is_table:
        train, test = p.data
        x = s.prepare(train, test)[0][0]
        later = train | {"settled": rng.permutation(train["settled"])}
        other = test | {"pixels": 255 - test["pixels"] // 3}
        if not torch.equal(x, s.prepare(later, test)[0][0]):
            return "the outcome moves the inputs"
        return (
            ""
            if torch.equal(x, s.prepare(train, other)[0][0])
            else "the test rows move the training"
        )
    batch, model, _ = p.batch()
    future = batch.clone()
    future[:, 4] = 1 + future[:, 4] % 6
    moved = (model(batch) - model(future)).abs().amax((0, 2))
    if moved[:4].max() > 1e-12:
        return "the future moves the past"
    return "" if moved[4:].min() > 0 else "the past does not reach the future"


def no_signal(p: Patient) -> str:
    """Trained on shuffled labels, a script can do no better than chance, and worse than before."""
    s, rng = p.script, np.random.default_rng(3)
    if p.is_table:
        order = rng.permutation(ROWS)
        mixed = p.data[0] | {"name": [p.data[0]["name"][i] for i in order]}
        chance = max(s.fit(mixed, p.data[1], epochs=EPOCHS)[2])
        return "" if max(p.scores) > chance + 0.15 else f"{max(p.scores):.2f} against {chance:.2f}"
    noise = [torch.where(d > 0, torch.tensor(rng.integers(1, 7, d.shape)), d) for d in p.data]
    chance = s.fit(*noise, epochs=EPOCHS)[2][-1]
    if chance < 1.5:
        return f"noise is predicted: {chance:.2f}"
    return "" if p.scores[-1] < chance - 0.5 else f"{p.scores[-1]:.2f} against {chance:.2f}"


def halves(p: Patient) -> str:
    """A batch in two halves, or with a column of padding more, is the same batch."""
    s, (batch, model, _) = p.script, p.batch()
    model.eval()
    if not p.is_table:
        wide = torch.cat([batch, 0 * batch[:, :2]], 1)
        return "" if torch.isclose(p.loss(model, batch), p.loss(model, wide)) else "padding counts"
    (x, y, t), moves = batch, []
    for loss, out, target in ((s.kind_loss, model(x)[0], y), (s.days_loss, model(x)[1], t)):
        parts = (loss(out[:16], target[:16]) + loss(out[16:], target[16:])) / 2
        if not torch.isclose(loss(out, target), parts):
            return f"{loss.__name__} of the whole is not that of its halves"
    for parts in (1, 2):
        fresh = copy.deepcopy(model)
        micro = list(zip(*(part.chunk(parts) for part in batch), strict=True))
        s.train_step(fresh, torch.optim.SGD(fresh.parameters(), 0.1), micro)
        moves.append(torch.cat([w.detach().flatten() for w in fresh.parameters()]))
    return "" if torch.allclose(*moves) else "two micro-batches are another step"


def step_log(p: Patient) -> str:
    """What each step used: its mode, its rate, the length of its gradient; and that it moved."""
    if p.still or not all(p.modes):
        return "steps that move nothing" if p.still else "training steps in eval mode"
    if p.is_table:
        return ""
    middle = p.rates[len(p.rates) // 2] / p.script.LR
    if abs(middle - 0.5) > 0.1:
        return f"half-way the rate is {middle:.2f} of its peak"
    if max(p.lengths) > 1.001 * p.script.CLIP:
        return f"a gradient of length {max(p.lengths):.2f} was used"
    (batch, model, optimiser), grads = p.batch(), []
    optimiser.param_groups[0]["lr"] = 0.0
    for rows in (batch[:4], batch[4:8], batch[:4]):
        optimiser.step = lambda: None
        p.script.train_step(model, optimiser, rows)
        grads.append(
            torch.cat([w.grad.flatten() for w in model.parameters() if w.grad is not None])
        )
    return "" if torch.allclose(grads[0], grads[2]) else "the same batch has another gradient"


def recount(p: Patient) -> str:
    """The reported score, counted again by other code on the model that came back."""
    s = p.script
    if not p.is_table:
        values = np.random.default_rng(0).uniform(0.5, 1.5, 5000).tolist()
        told = s.mean_loss(values)
        return "" if abs(told - 1) < 0.02 else f"5000 losses around 1 have the mean {told:.2f}"
    train, test = p.data
    x = s.normalise(s.features(train), s.features(test))[1]
    numbers = s.label_map(train["name"])
    y = torch.tensor([numbers[name] for name in test["name"]])
    with torch.no_grad():
        score = (p.model.eval()(torch.tensor(x))[0].argmax(-1) == y).double().mean().item()
    return "" if abs(score - max(p.scores)) < 1e-9 else f"{score:.3f}, not {max(p.scores):.3f}"


def read_back(p: Patient) -> str:
    """One batch, printed: do rows still have their labels, do columns vary, does the noise?"""
    s = p.script
    if not p.is_table:
        seen, target = p.data[0][:, :-1], p.data[0][:, 1:]
        return "" if bool(((target > 0) <= (seen > 0)).all()) else "a token follows padding"
    x, n = s.features(p.data[0]), np.arange(ROWS)
    rows, labels, _ = s.shuffled(n, n, n, np.random.default_rng(0))
    if (np.unique(x[:, :6], axis=0).shape[0]) < ROWS // 2:
        return "rows that differed are equal"
    if not np.array_equal(rows, labels):
        return "rows have lost their labels"
    return (
        "two workers add the same noise" if (s.jitter(0, 0, 3) == s.jitter(1, 0, 3)).all() else ""
    )


CHECKS: tuple[Callable[[Patient], str], ...] = (
    first_loss, one_batch, inventory, poke, no_signal, halves, step_log, recount, read_back,
)  # fmt: skip


def suspicions(text: str) -> dict[str, str]:
    """What each check noticed in a script; "" where it noticed nothing."""
    torch.manual_seed(0)
    patient = Patient(text)
    return {check.__name__: check(patient) for check in CHECKS}
