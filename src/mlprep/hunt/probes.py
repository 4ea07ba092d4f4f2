"""One property for each fault of the pool: a function from a loaded script to whether it holds.

A probe is named after its fault. It must fail for that fault alone, so it touches as little of the
script as it can: one function, with inputs on which the other faults change nothing that it reads.
"""

from __future__ import annotations

import copy
import math

import numpy as np
import torch

# The table


def integer_division(s):
    """A byte of 51 is a fifth."""
    return np.allclose(s.to_unit(np.array([0, 51, 255])), [0, 0.2, 1])


def target_leaks(s):
    """Another outcome gives the same features."""
    table = s.read_table(5, 0)
    return np.array_equal(s.features(table), s.features(table | {"settled": table["settled"] + 1}))


def label_map_unsorted(s):
    """The map does not depend on the order of the rows."""
    return s.label_map(["b", "a", "c"]) == s.label_map(["c", "b", "a"])


def normalised_with_test_statistics(s):
    """Other test rows leave the training rows as they are."""
    train, test = np.random.default_rng(0).normal(size=(2, 5, 3))
    return np.array_equal(s.normalise(train, test)[0], s.normalise(train, test + 9)[0])


def workers_same_seed(s):
    """Two workers differ, and each repeats itself."""
    a, b, again = s.jitter(0, 1, 3), s.jitter(1, 1, 3), s.jitter(0, 1, 3)
    return not np.array_equal(a, b) and np.array_equal(a, again)


def labels_shuffled_separately(s):
    """Rows that are numbered like their labels still are, after shuffling."""
    n = np.arange(31)
    x, y, t = s.shuffled(n, n, n, np.random.default_rng(0))
    return np.array_equal(x, y) and np.array_equal(x, t)


def _logits():
    rng = np.random.default_rng(0)
    return torch.tensor(rng.uniform(0.1, 0.9, (5, 3))), torch.tensor([0, 2, 1, 1, 0])


def logits_as_probabilities(s):
    """A constant added to a row's logits changes nothing."""
    logits, y = _logits()
    return torch.isclose(s.kind_loss(logits, y), s.kind_loss(logits + 0.05, y))


def loss_summed(s):
    """The batch twice over has the same loss."""
    logits, y = _logits()
    twice = s.kind_loss(torch.cat([logits, logits]), torch.cat([y, y]))
    return torch.isclose(s.kind_loss(logits, y), twice)


def loss_broadcast(s):
    """Right predictions cost nothing."""
    t = torch.tensor([1.0, 5.0, -2.0])
    return s.days_loss(t[:, None], t).item() == 0


def optimiser_built_too_early(s):
    """All that can be trained is in the optimiser."""
    model, optimiser = s.start(4)
    held = {id(p) for group in optimiser.param_groups for p in group["params"]}
    return held == {id(p) for p in model.parameters()}


def _steps(s, parts):
    """How a step on 8 rows in `parts` micro-batches moves the weights; the losses are ours."""
    rng = np.random.default_rng(0)
    model, _ = s.start(4)
    before = copy.deepcopy(model.state_dict())
    rows = (
        torch.tensor(rng.normal(size=(8, 4))),
        torch.arange(8) % 3,
        torch.tensor(rng.normal(size=8)),
    )
    micro = list(zip(*(a.chunk(parts) for a in rows), strict=True))
    real = s.kind_loss, s.days_loss
    s.kind_loss = torch.nn.functional.cross_entropy
    s.days_loss = lambda out, t: (out[:, 0] - t).pow(2).mean()
    try:
        s.train_step(model.eval(), torch.optim.SGD(model.parameters(), 0.1), micro)
    finally:
        s.kind_loss, s.days_loss = real
    return torch.cat([(v - before[k]).flatten() for k, v in model.state_dict().items()])


def step_before_backward(s):
    """One step moves the weights."""
    return _steps(s, 1).abs().max() > 0


def accumulation_not_averaged(s):
    """Two micro-batches move the weights as far as all rows at once."""
    return torch.allclose(_steps(s, 1), _steps(s, 2))


def _columns(s):
    """Three rows whose largest logits stand at 2, 0, 1; and what a forward pass sees."""
    seen = []

    class Net(torch.nn.Module):
        def forward(self, x):
            seen.append(self.training)
            return x, x

    return Net(), torch.tensor([[0, 1, 9.0], [8, 0, 1], [0, 7, 1]]), torch.tensor([2, 0, 1]), seen


def argmax_wrong_axis(s):
    """The guess for a row does not depend on other rows."""
    model, x, y, _ = _columns(s)
    return s.evaluate(model, x[:1], y[:1]) == 1 and s.evaluate(model, x[:2], y[:2]) == 1


def train_mode_in_validation(s):
    """No forward pass of a validation is in training mode."""
    model, x, y, seen = _columns(s)
    s.evaluate(model.train(), x, y)
    return not any(seen)


def _spied(s, scores):
    """fit() with every step and validation observed; `scores` are what the validations say."""
    modes, kept = [], []
    real = s.train_step, s.evaluate
    told = iter(scores)

    def train_step(model, optimiser, micro):
        modes.append(model.training)
        with torch.no_grad():
            next(model.parameters()).add_(1.0)
        return 0.0

    def evaluate(model, x, y):
        model.eval()
        kept.append(next(model.parameters()).detach().clone())
        return next(told)

    s.train_step, s.evaluate = train_step, evaluate
    try:
        model, *_ = s.fit(s.read_table(40, 0), s.read_table(9, 1), epochs=len(scores))
    finally:
        s.train_step, s.evaluate = real
    return model, modes, kept


def eval_mode_left_on(s):
    """Every training step is in training mode, those after a validation too."""
    return all(_spied(s, [0.1, 0.2, 0.3])[1])


def best_checkpoint_never_loaded(s):
    """The weights that come back are those with the best score."""
    model, _, kept = _spied(s, [0.1, 0.7, 0.3])
    return torch.equal(next(model.parameters()), kept[1])


# The text


def _scores(seed=0):
    return torch.tensor(np.random.default_rng(seed).normal(size=(5, 5)))


def softmax_wrong_dim(s):
    """A row of weights depends on its own scores only."""
    scores = _scores()
    other = scores.clone()
    other[3] += torch.arange(5.0)
    return torch.allclose(s.weights(scores)[[0, 1, 2, 4]], s.weights(other)[[0, 1, 2, 4]])


def mask_zero_not_inf(s):
    """There is no weight on the future."""
    return s.weights(_scores()).triu(1).abs().max() == 0


def mask_after_softmax(s):
    """Scores of the future do not change the weights of the past."""
    scores = _scores()
    return torch.allclose(s.weights(scores).tril(), s.weights(scores + scores.triu(1)).tril())


def position_not_registered(s):
    """The vectors of the places are among the parameters."""
    return "place" in dict(s.Net().named_parameters())


def tied_weights_copied(s):
    """Embedding and output layer are one tensor."""
    model = s.Net()
    return model.out.weight is model.embed.weight


def inplace_relu_on_residual(s):
    """With a branch of 0, a block gives back what it got."""
    torch.manual_seed(0)
    model = s.Net().double()
    torch.nn.init.zeros_(model.down.weight), torch.nn.init.zeros_(model.down.bias)
    x = _scores()[:, :1].repeat(1, s.DIM)
    return torch.equal(model.feed(x.clone()), x)


def graph_detached(s):
    """The queries get a gradient."""
    torch.manual_seed(0)
    model = s.Net().double()
    model(s.read_sequences(4, 0)).pow(2).sum().backward()
    return model.query.weight.grad is not None and model.query.weight.grad.abs().sum() > 0


def _guesses(s, length=6):
    rng = np.random.default_rng(0)
    return torch.tensor(rng.normal(size=(3, length, s.TOKENS))), torch.tensor(
        rng.integers(1, s.TOKENS, (3, length))
    )


def labels_unshifted(s):
    """Nothing follows the last token: its logits do not count."""
    logits, tokens = _guesses(s)
    other = logits.clone()
    other[:, -1] += torch.arange(s.TOKENS)
    return torch.equal(s.lm_loss(logits, tokens), s.lm_loss(other, tokens))


def padding_counted(s):
    """A column of padding more, and the loss is the same."""
    logits, tokens = _guesses(s)
    more, padded = torch.cat([logits, logits[:, :1]], 1), torch.cat([tokens, 0 * tokens[:, :1]], 1)
    return torch.isclose(s.lm_loss(logits, tokens), s.lm_loss(more, padded))


def nll_on_raw_logits(s):
    """A constant added to all logits changes nothing."""
    logits, tokens = _guesses(s)
    return torch.isclose(s.lm_loss(logits, tokens), s.lm_loss(logits + 3, tokens))


def scheduler_wrong_unit(s):
    """Half-way through the run the rate is half of its peak."""
    return math.isclose(s.lr_at(30, 20, 3), 0.5)


class _Seen:
    """An optimiser that only looks: what would it have used?"""

    def __init__(self, model):
        self.parameters, self.seen = list(model.parameters()), []

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    def step(self):
        grads = [p.grad.flatten() for p in self.parameters if p.grad is not None]
        self.seen.append(torch.cat(grads).clone())


def _looked(s, batches, clip):
    torch.manual_seed(0)
    model = s.Net().double()
    optimiser = _Seen(model)
    for seed in batches:
        s.train_step(model, optimiser, s.read_sequences(4, seed), clip)
    return optimiser.seen[-1]


def no_zero_grad(s):
    """What a step uses is the gradient of its own batch."""
    return torch.allclose(_looked(s, [0, 1], 1e9), _looked(s, [1], 1e9))


def clip_after_step(s):
    """No gradient that is used is longer than `clip`."""
    return _looked(s, [0], 1e-3).norm() <= 1.0001e-3


def half_precision_reduction(s):
    """The mean of four thousand ones is one."""
    return s.mean_loss([1.0] * 4000) == 1.0
