"""Short sequences with padding: a causal transformer predicts the next token."""

import math

import numpy as np
import torch
from torch.nn import functional as F

PAD, TOKENS, LENGTH, DIM, LR, CLIP, EPOCHS, BATCH = 0, 7, 8, 16, 0.03, 1.0, 4, 32


def read_sequences(n, seed):
    """Tokens [n, LENGTH]: the next one follows from the last one and the place; then padding."""
    rng = np.random.default_rng(seed)
    tokens = np.zeros((n, LENGTH), dtype=int)
    tokens[:, 0] = rng.integers(1, TOKENS, n)
    for place in range(1, LENGTH):
        tokens[:, place] = 1 + (tokens[:, place - 1] + place * place) % (TOKENS - 1)
    tokens[np.arange(LENGTH) >= rng.integers(5, LENGTH + 1, n)[:, None]] = PAD
    return torch.tensor(tokens)


def weights(scores):
    """Attention weights [..., T, T]: each row sums to 1 over the places up to its own."""
    keep = torch.ones_like(scores, dtype=torch.bool).tril()
    scores = scores.masked_fill(~keep, -math.inf)
    return torch.softmax(scores, -1)


class Net(torch.nn.Module):
    """One head, one feed-forward block; the output layer is the embedding."""

    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(TOKENS, DIM)
        self.place = torch.nn.Parameter(torch.randn(LENGTH + 4, DIM) * 0.1)
        self.query, self.key, self.value = (torch.nn.Linear(DIM, DIM, bias=False) for _ in range(3))
        self.up, self.down = torch.nn.Linear(DIM, 64), torch.nn.Linear(64, DIM)
        self.out = torch.nn.Linear(DIM, TOKENS, bias=False)
        torch.nn.init.normal_(self.embed.weight, 0, 0.1)
        self.out.weight = self.embed.weight

    def attend(self, x):
        """[B, T, DIM] -> [B, T, DIM]."""
        scores = self.query(x) @ self.key(x).mT / DIM**0.5
        return weights(scores) @ self.value(x)

    def feed(self, x):
        """A branch of its own: what comes in is kept, and the branch is added."""
        h = torch.relu(x)
        return x + self.down(torch.relu(self.up(h)))

    def forward(self, tokens):
        x = self.embed(tokens) + self.place[: tokens.shape[1]]
        mixed = self.attend(x)
        return self.out(self.feed(x + mixed))


def lm_loss(logits, tokens):
    """Mean cross-entropy of the next token over real tokens. logits [B, T, V], tokens [B, T]."""
    guess, target = logits[:, :-1], tokens[:, 1:]
    real = target != PAD
    each = F.cross_entropy(guess.flatten(0, 1), target.flatten(), reduction="none")
    return each[real.flatten()].mean()


def lr_at(step, per_epoch, epochs):
    """Half a cosine, from 1 at the first step of the run to 0 at its end."""
    done = step / (per_epoch * epochs)
    return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))


def start(lr=LR, seed=0):
    """A fresh network and its optimiser."""
    torch.manual_seed(seed)
    model = Net().double()
    return model, torch.optim.Adam(model.parameters(), lr)


def train_step(model, optimiser, tokens, clip=CLIP):
    """One update from this batch alone, its gradient no longer than `clip`."""
    loss = lm_loss(model(tokens), tokens)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimiser.step()
    return loss.item()


def mean_loss(values):
    """The mean of many losses."""
    total = torch.zeros((), dtype=torch.float64)
    for value in values:
        total = total + value
    return float(total / len(values))


def evaluate(model, tokens):
    """Mean loss of fresh sequences."""
    with torch.no_grad():
        logits = model(tokens)
        return mean_loss(
            [float(lm_loss(z[None], row[None])) for z, row in zip(logits, tokens, strict=True)]
        )


def fit(train, test, epochs=EPOCHS, lr=LR, seed=0):
    """Train; (model, losses of all steps, loss on `test` after each epoch)."""
    model, optimiser = start(lr, seed)
    rng, losses, scores = np.random.default_rng(seed), [], []
    per_epoch = math.ceil(len(train) / BATCH)
    for epoch in range(epochs):
        order = rng.permutation(len(train))
        for i in range(per_epoch):
            for group in optimiser.param_groups:
                group["lr"] = lr * lr_at(epoch * per_epoch + i, per_epoch, epochs)
            rows = train[order[i * BATCH : (i + 1) * BATCH]]
            losses.append(train_step(model, optimiser, rows))
        scores.append(evaluate(model, test))
    return model, losses, scores
