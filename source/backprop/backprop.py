# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one explanation, about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** B examples, D inputs, H hidden units, K classes; every size is
# 1 or more. Examples are rows: a layer is `x @ W + b`. Arguments are NumPy float64 arrays (labels:
# int); you may compute and return NumPy or torch. The slope of ReLU at 0 is 0. No argument may be
# changed in place. In questions 1 to 7 write the mathematics yourself: no autograd, no
# ready-made loss.

# %% nbgrader={"grade_id": "imports", "locked": true}
import math

import numpy as np
import torch

from mlprep.check import Question


def normal(seed, *shapes):
    """One standard normal array for each shape, from one seed."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in shapes]


def loss_and_gradients(params, x, y, scale=1.0):
    """Given for question 8: the loss of a two-layer ReLU classifier and its gradients.

    Args:
        params: dict of W1 [D, H], b1 [H], W2 [H, K], b2 [K].
        x: float array [B, D].
        y: int array [B].
        scale: array [B, H] (or a number) by which the hidden activations are multiplied.

    Returns:
        (loss, grads): a float, the mean cross-entropy, and a dict like params.
    """
    leaves = {
        key: torch.tensor(np.asarray(value), dtype=torch.float64, requires_grad=True)
        for key, value in params.items()
    }
    hidden = torch.relu(torch.as_tensor(x) @ leaves["W1"] + leaves["b1"])
    hidden = hidden * torch.as_tensor(scale)
    logits = hidden @ leaves["W2"] + leaves["b2"]
    loss = torch.nn.functional.cross_entropy(logits, torch.as_tensor(y))
    loss.backward()
    return loss.item(), {key: leaf.grad.numpy() for key, leaf in leaves.items()}


# %% [markdown]
# ## 1. Forward, and what to keep (2 points, 10 minutes)
#
# A hidden layer and an output layer. Between them a **skip connection** arrives: `s` [B, H], what
# an earlier layer sends past the ReLU.
#
# $$a=xW_1+b_1,\qquad h=\mathrm{relu}(a)+s,\qquad z=hW_2+b_2$$
#
# Return `(z, cache)`. The cache is a dict with what the backward pass will need, as the formulas
# name it: the keys `"x"`, `"a"`, `"h"`, `"W1"`, `"W2"` (more keys are allowed).
#
# **Example.** x = [[2]], s = [[10, 20]], W1 = [[1, −1]], b1 = (0.5, 0.5), W2 = [[1], [3]],
# b2 = (−4): then a = [[2.5, −1.5]], h = [[12.5, 20]], z = [[68.5]].

# %% nbgrader={"grade_id": "mlp_forward", "solution": true}
def mlp_forward(x, s, W1, b1, W2, b2):
    """Two layers with a skip connection that joins after the ReLU.

    Args:
        x: float array [B, D]. Inputs.
        s: float array [B, H]. What arrives over the skip connection.
        W1, b1: float arrays [D, H] and [H].
        W2, b2: float arrays [H, K] and [K].

    Returns:
        (z, cache): float array [B, K], and a dict with x, a, h, W1, W2.
    """
    ### BEGIN SOLUTION
    a = x @ W1 + b1  # (B, H)
    h = np.maximum(a, 0) + s  # (B, H)
    z = h @ W2 + b2  # (B, K)
    return z, {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}
    ### END SOLUTION


# %% nbgrader={"grade_id": "mlp_forward_keeps_what_backward_needs", "grade": true}
"""The logits are right, and the cache holds what the backward pass will need."""
q = Question(mlp_forward, points=2)


def named(result):
    """The logits and the wanted part of the cache, by name."""
    z, cache = result
    if not isinstance(cache, dict):
        return {"the cache, which must be a dict": type(cache).__name__}
    return {key: cache[key] for key in ("x", "a", "h", "W1", "W2") if key in cache} | {"z": z}


@q.probe(
    gives={
        "x": [[2.0]],
        "a": [[2.5, -1.5]],
        "h": [[12.5, 20.0]],
        "W1": [[1.0, -1.0]],
        "W2": [[1.0], [3.0]],
        "z": [[68.5]],
    }
)
def the_example(f):
    """a is taken before the ReLU, h after ReLU and skip: the statement's example."""
    two = np.array([[1.0], [3.0]])
    s, b1 = np.array([[10.0, 20.0]]), np.array([0.5, 0.5])
    return named(f(np.array([[2.0]]), s, np.array([[1.0, -1.0]]), b1, two, np.array([-4.0])))


@q.probe(gives=[[7.0, 8.0]] * 3)
def biases_alone(f):
    """With weights and skip 0 each row of logits is b2."""
    x, s = np.ones((3, 5)), np.zeros((3, 2))
    W1, b1, W2, b2 = np.zeros((5, 2)), np.ones(2), np.zeros((2, 2)), np.array([7.0, 8.0])
    return f(x, s, W1, b1, W2, b2)[0]


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe
def every_axis_of_its_own_size(f):
    """With 5 examples, 3 inputs, 7 hidden units and 2 classes, z, a and h follow the formulas."""
    return named(f(*normal(1, (5, 3), (5, 7), (3, 7), 7, (7, 2), 2)))


@q.probe
def one_of_each(f):
    """One example, one input, one hidden unit and one class are enough."""
    return named(f(*normal(2, (1, 1), (1, 1), (1, 1), 1, (1, 1), 1)))


@q.reference
def with_torch_linear(x, s, W1, b1, W2, b2):
    tx, ts, tW1, tb1, tW2, tb2 = map(torch.from_numpy, (x, s, W1, b1, W2, b2))
    a = torch.nn.functional.linear(tx, tW1.T, tb1)
    h = torch.relu(a) + ts
    return torch.nn.functional.linear(h, tW2.T, tb2), {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}


@q.mistake("""You applied the ReLU to a + s. The skip connection joins after the ReLU, so that what
it carries is never cut off: h = relu(a) + s.""")
def skip_before_the_relu(x, s, W1, b1, W2, b2):
    a = x @ W1 + b1
    h = np.maximum(a + s, 0)
    return h @ W2 + b2, {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}


@q.mistake("""The skip connection is missing: add s to relu(a).""")
def skip_forgotten(x, s, W1, b1, W2, b2):
    a = x @ W1 + b1
    h = np.maximum(a, 0)
    return h @ W2 + b2, {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}


@q.mistake("""There is no ReLU: without it two layers are one linear layer.""")
def relu_missing(x, s, W1, b1, W2, b2):
    a = x @ W1 + b1
    return (a + s) @ W2 + b2, {"x": x, "a": a, "h": a + s, "W1": W1, "W2": W2}


@q.mistake("""You applied a ReLU to the output too. Logits may be negative: the last layer is
linear.""")
def relu_on_the_output(x, s, W1, b1, W2, b2):
    a = x @ W1 + b1
    h = np.maximum(a, 0) + s
    return np.maximum(h @ W2 + b2, 0), {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}


@q.mistake("""You returned probabilities. z is the logits: the loss of question 2 does the softmax,
and one softmax is enough.""")
def softmax_on_the_output(x, s, W1, b1, W2, b2):
    a = x @ W1 + b1
    h = np.maximum(a, 0) + s
    p = np.exp(h @ W2 + b2)
    return p / p.sum(axis=1, keepdims=True), {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}


@q.mistake("""b1 is missing, so all units' thresholds stand at 0.""")
def first_bias_forgotten(x, s, W1, b1, W2, b2):
    a = x @ W1
    h = np.maximum(a, 0) + s
    return h @ W2 + b2, {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}


@q.mistake("""b2 is missing: every layer has a bias, the last one too.""")
def last_bias_forgotten(x, s, W1, b1, W2, b2):
    a = x @ W1 + b1
    h = np.maximum(a, 0) + s
    return h @ W2, {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}


@q.mistake("""The logits are right, but the cache holds relu(a) under "a". Keep the value before the
ReLU: GELU and SiLU, for instance, could not be differentiated from what comes after.""")
def cache_holds_a_after_the_relu(x, s, W1, b1, W2, b2):
    a = np.maximum(x @ W1 + b1, 0)
    return (a + s) @ W2 + b2, {"x": x, "a": a, "h": a + s, "W1": W1, "W2": W2}


@q.mistake("""The logits are right, but "a" in the cache is h: you added s (or cut off the negative
part) in place, and both names mean one array. The backward pass would read the ReLU's on and off
from the sum, where s hides it. Make a new array for h.""")
def a_overwritten_in_place(x, s, W1, b1, W2, b2):
    a = x @ W1 + b1
    h = a
    h[h < 0] = 0
    h += s
    return h @ W2 + b2, {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}


@q.mistake("""The logits are right, but "h" in the cache is relu(a) without the skip. dW2 is
computed from what the second layer saw: relu(a) + s.""")
def cache_holds_h_without_the_skip(x, s, W1, b1, W2, b2):
    a = x @ W1 + b1
    h = np.maximum(a, 0)
    return (h + s) @ W2 + b2, {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}


@q.variant
def one_example_at_a_time(x, s, W1, b1, W2, b2):
    a = np.stack([row @ W1 + b1 for row in x])
    h = np.where(a > 0, a, 0.0) + s
    cache = {"x": x, "a": a, "h": h, "W1": W1, "W2": W2, "s": s, "b1": b1}
    return np.stack([row @ W2 + b2 for row in h]), cache


@q.variant
def in_torch(x, s, W1, b1, W2, b2):
    tx, ts, tW1, tb1, tW2, tb2 = map(torch.tensor, (x, s, W1, b1, W2, b2))
    a = tx @ tW1 + tb1
    h = a.clamp(min=0) + ts
    return h @ tW2 + tb2, {"x": tx, "a": a, "h": h, "W1": tW1, "W2": tW2}


q.hints(
    """Compare three arrays with the example, in order: a (may be negative), h (relu(a) + s), z
(linear in h). And look at a again at the end: is it still what it was?""",
    """x = [[2]], s = [[10, 20]] and the weights of the example: a must still be [[2.5, −1.5]] when
you return it, although h is [[12.5, 20]].""",
    """a = x @ W1 + b1; h = a new array from np.maximum(a, 0) plus s; z = h @ W2 + b2. No `out=`,
no `+=` on an array that the cache holds.""",
)
q.why("""Nothing here is hard, except what to keep. The backward pass of a layer needs the layer's
*input* (x for W1, h for W2), the weights, and for the ReLU the sign of what went *into* it. With a
skip connection that sign cannot be read from h any more: a unit that is off has h = s, of any sign.

In-place operations are the usual way to lose it. `h = a; h[h < 0] = 0` changes a as well.
Frameworks guard against this (torch counts versions of each tensor and raises in backward); NumPy
does not.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Softmax with cross-entropy (4 points, 15 minutes)
#
# $$p_{ik}=\frac{e^{z_{ik}}}{\sum_j e^{z_{ij}}},\qquad
# L=-\frac1B\sum_{i}\log p_{i,y_i}$$
#
# Return `(loss, dz)`: the **mean** over the batch, and $\partial L/\partial z$ [B, K]. Natural
# logarithm. Logits may be of any size, such as 1000 or −900, and rows of one batch may differ by as
# much. Loss and gradient must be finite and exact all the same: where the label's probability is
# too small for a float, the loss is still a finite number.
#
# **Example.** z = [[log 1, log 3]], y = [0]: p = (¼, ¾), the loss is log 4 = 1.386, and
# dz = (−0.75, 0.75). For z = [[0, 900]], y = [0] the loss is 900.

# %% nbgrader={"grade_id": "softmax_ce", "solution": true}
def softmax_ce(z, y):
    """Mean cross-entropy of softmax(z) against labels, and its gradient.

    Args:
        z: float array [B, K]. Logits.
        y: int array [B]. Labels from 0 to K − 1.

    Returns:
        (loss, dz): a float, and a float array [B, K].
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(y))
    shifted = z - z.max(axis=1, keepdims=True)  # (B, K), at most 0
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean()
    dz = np.exp(log_p)
    dz[rows, y] -= 1
    return loss, dz / len(y)
    ### END SOLUTION


# %% nbgrader={"grade_id": "softmax_ce_is_exact_for_any_logits", "grade": true}
"""Loss and gradient are those of the mean, and exact for logits of any size."""
q = Question(softmax_ce, points=4)
q.case(
    np.log([[1.0, 3.0]]), np.array([0]),
    gives=(math.log(4), [[-0.75, 0.75]]),
    claim="Logits log 1 and log 3 give the shares ¼ and ¾",
)
q.case(
    np.zeros((5, 3)), np.array([0, 1, 2, 2, 1]),
    gives=(math.log(3), (1 / 3 - np.eye(3)[[0, 1, 2, 2, 1]]) / 5),
    claim="Equal logits for 3 classes: the loss is log 3, and each row of dz is (p − one-hot) / B",
)
q.case(
    np.array([[0.0, 900.0]]), np.array([0]),
    gives=(900.0, [[-1.0, 1.0]]),
    claim="A label that is 900 below the top costs 900, though its probability is 0 as a float",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(*normal(3, (5, 3)), np.array([2, 0, 1, 1, 0]), claim="Five examples, three classes")
q.case(*normal(4, (2, 7)), np.array([6, 3]), claim="Two examples, seven classes")
q.case(
    np.array([[1000.0, 1001.0, 999.0]]), np.array([2]),
    claim="exp(1000) is inf as a float, and still the loss is finite",
)
q.case(
    np.array([[0.0, 1.0], [-900.0, -899.0], [700.0, 699.0]]), np.array([0, 0, 0]),
    claim="Rows may lie hundreds apart: no row knows of another",
)


@q.probe(gives="")
def rows_of_dz_sum_to_zero(f):
    """Adding a constant to a row of z changes nothing, so each row of dz sums to 0."""
    sums = np.abs(np.array(f(normal(5, (5, 3))[0], np.array([2, 0, 1, 1, 0]))[1]).sum(axis=1))
    return "" if (sums < 1e-6).all() else f"one of yours sums to {sums.max():.3g} (absolute)"


@q.reference
def by_autograd(z, y):
    logits = torch.tensor(z, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(y))
    loss.backward()
    return loss.item(), logits.grad


def soft(z, top=None, axis=1):
    with np.errstate(all="ignore"):
        top = z.max(axis=axis, keepdims=True) if top is None else top
        e = np.exp(z - top)
        return e / e.sum(axis=axis, keepdims=True)


def right(z, y):
    """The loss, dz, and the one-hot labels."""
    onehot = np.eye(z.shape[1])[y]
    shifted = z - z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(log_p * onehot).sum(axis=1).mean(), (np.exp(log_p) - onehot) / len(y), onehot


def from_p(p, y):
    onehot = np.eye(p.shape[1])[y]
    with np.errstate(all="ignore"):
        return -np.log(p[np.arange(len(y)), y]).mean(), (p - onehot) / len(y)


@q.mistake("""The loss is a mean, so its gradient carries 1/B. Yours is B times too large: the step
would grow with the batch.""")
def no_one_over_b(z, y):
    loss, dz, _ = right(z, y)
    return loss, dz * len(y)


@q.mistake("""You divided by B·K: a mean over all entries of dz. The loss is a mean over the B
examples only.""")
def divided_by_b_times_k(z, y):
    loss, dz, _ = right(z, y)
    return loss, dz / z.shape[1]


@q.mistake("""You summed the losses of the batch. The mean is wanted: divide the loss by B.""")
def loss_summed(z, y):
    loss, dz, _ = right(z, y)
    return loss * len(y), dz


@q.mistake("""You averaged over all B·K entries (np.mean of one-hot · log p): all but B of them are
0. Sum over the classes, then average over the B examples.""")
def loss_averaged_over_classes(z, y):
    loss, dz, _ = right(z, y)
    return loss / z.shape[1], dz


@q.mistake("""exp overflows at about 709 in float64, and inf / inf is NaN. Subtract each row's
maximum first: it changes no probability.""")
def no_max_sub(z, y):
    return from_p(soft(z, top=0.0), y)


@q.mistake("""One maximum for the whole array lets rows far below it underflow to 0/0. Take the
maximum of each row (axis=1, keepdims=True).""")
def global_max(z, y):
    onehot, shifted = np.eye(z.shape[1])[y], z - z.max()
    with np.errstate(all="ignore"):
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -(log_p[np.arange(len(y)), y]).mean(), (np.exp(log_p) - onehot) / len(y)


@q.mistake("""The probabilities are right, but the logarithm comes too late: a probability below
1e-308 is 0, and log 0 is −inf. Compute log p directly: z − max − log Σ exp(z − max).""")
def log_of_an_underflowed_p(z, y):
    return from_p(soft(z), y)


@q.mistake("""A small constant inside the logarithm (log(p + 1e-9), or a clip) hides how wrong the
model is: the loss cannot exceed about 20, and its gradient is no longer the one that you return.
Compute log p directly: z − max − log Σ exp(z − max).""")
def log_clipped(z, y):
    p = soft(z)
    return -np.log(p[np.arange(len(y)), y] + 1e-9).mean(), from_p(p, y)[1]


@q.mistake("""You normalised over the batch (axis 0). Each example needs probabilities over its
classes that sum to 1: axis 1.""")
def dim_ignored(z, y):
    return from_p(soft(z, axis=0), y)


@q.mistake("""You applied softmax twice: the cross-entropy here already does one. Even a certain,
right answer is penalised then: with 3 classes the loss cannot fall below 0.551.""")
def softmax_then_ce_layer(z, y):
    loss, dz, _ = right(soft(z), y)
    return loss, dz


@q.mistake("""The sign of the loss is turned round: it must be positive, and 0 for a certain, right
answer. Put the minus before the mean of log p.""")
def loss_negative(z, y):
    loss, dz, _ = right(z, y)
    return -loss, dz


@q.mistake("""`dz[:, y] -= 1` takes 1 away in the column of every label of the batch, in all rows.
Row and column belong together: dz[np.arange(B), y] -= 1.""")
def all_labels_in_every_row(z, y):
    loss, dz, onehot = right(z, y)
    dz = dz + onehot / len(y)
    dz[:, y] -= 1 / len(y)
    return loss, dz


@q.mistake("""The sign of dz is turned round: you returned one-hot − p, the direction in which the
loss falls. The gradient points up: p − one-hot.""")
def sign_flipped(z, y):
    loss, dz, _ = right(z, y)
    return loss, -dz


@q.mistake("""You returned p / B as the gradient. The label's entry is missing its −1: raising the
right logit must lower the loss.""")
def onehot_forgotten(z, y):
    loss, dz, onehot = right(z, y)
    return loss, dz + onehot / len(y)


@q.mistake("""Only the label's logit has a gradient in your answer. Raising any other logit takes
probability away from the label: its gradient is p. The whole row is p − one-hot.""")
def only_the_label_moves(z, y):
    loss, dz, onehot = right(z, y)
    return loss, dz * onehot


@q.mistake("""That is the gradient with respect to the probabilities, −1/p at the label. Carry it on
through the softmax: for the logits the two together give p − one-hot.""")
def gradient_of_p(z, y):
    loss, _, onehot = right(z, y)
    with np.errstate(all="ignore"):
        return loss, -onehot / np.where(onehot > 0, soft(z), 1.0) / len(y)


@q.mistake("""Your logarithm has base 2 (bits). Use the natural one: only then is the gradient
p − one-hot without a factor.""")
def bits_not_nats(z, y):
    loss, dz, _ = right(z, y)
    return loss / math.log(2), dz


@q.mistake("""Your loss is squared error of the probabilities, not cross-entropy: −log of the
label's probability.""")
def squared_error(z, y):
    _, dz, onehot = right(z, y)
    return ((soft(z) - onehot) ** 2).sum(axis=1).mean(), dz


@q.variant
def example_by_example(z, y):
    total, dz = 0.0, []
    for row, label in zip(z.tolist(), y.tolist(), strict=True):
        top = max(row)
        log_sum = top + math.log(sum(math.exp(v - top) for v in row))
        total += log_sum - row[label]
        hits = [math.exp(v - log_sum) - (k == label) for k, v in enumerate(row)]
        dz.append([v / len(z) for v in hits])
    return total / len(z), dz


@q.variant
def log_softmax_of_torch(z, y):
    log_p = torch.from_numpy(z).log_softmax(dim=1)
    picked = log_p.gather(1, torch.from_numpy(y)[:, None])
    onehot = torch.nn.functional.one_hot(torch.from_numpy(y), z.shape[1])
    return -picked.mean(), (log_p.exp() - onehot) / len(y)


@q.variant
def logaddexp(z, y):
    log_p = z - np.logaddexp.reduce(z, axis=1)[:, None]
    dz = np.exp(log_p) / len(y)
    np.subtract.at(dz, (np.arange(len(y)), y), 1 / len(y))
    return float(-np.mean(np.take_along_axis(log_p, y[:, None], axis=1))), dz


q.hints(
    """Three properties: each row of dz sums to 0; doubling the batch (every row twice) leaves the
loss as it is; adding 1000 to a row changes nothing.""",
    """z = [[0, 900]], y = [0]: p of the label is exp(−900), which is 0 in a float, but the loss is
900. Where in your formula does the logarithm see that 0?""",
    """log_p = shifted − log Σ exp(shifted) with shifted = z − row maximum. The loss is the mean of
−log_p at the labels; dz is (exp(log_p) − one-hot) / B.""",
)
q.why("""For one row, L = log Σ exp(z) − z_y. The first term's slope in z_k is p_k, the second's is
−1 at the label: dz = p − one-hot. No Jacobian, no division by p: the logarithm undoes the
exponential, both in the forward and in the backward pass. That is why they belong in one function.
Taken apart, −1/p meets p(1 − p), and where p has underflowed to 0 that is inf · 0.

Each row of dz sums to 0, because shifting a row changes nothing. And B·dz lies between −1 and 1,
however wrong the answer is: a confident mistake pulls at most with weight 1, unlike in squared
error on probabilities, where it pulls with almost 0.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Backward (5 points, 20 minutes)
#
# The network of question 1, backwards. Given `dz` [B, K], the gradient of some loss with respect to
# the logits (the mean's 1/B is already in it), and the cache: return a dict of the gradients of
# that loss with respect to `"x"`, `"s"`, `"W1"`, `"b1"`, `"W2"`, `"b2"`, each of the shape of its
# array.
#
# The slope of ReLU at exactly 0 is 0.
#
# **Example.** The cache of question 1's example and dz = [[1]] give W2: [[12.5], [20]], b2: (1),
# s: [[1, 3]], W1: [[2, 0]], b1: (1, 0), x: [[1]].

# %% nbgrader={"grade_id": "mlp_backward", "solution": true}
def mlp_backward(dz, cache):
    """Gradients of a loss with respect to all that went into `mlp_forward`.

    Args:
        dz: float array [B, K]. Gradient of the loss with respect to the logits.
        cache: dict of float arrays x [B, D], a [B, H] (before the ReLU), h [B, H] (relu(a) + s),
            W1 [D, H] and W2 [H, K].

    Returns:
        dict of float arrays x [B, D], s [B, H], W1 [D, H], b1 [H], W2 [H, K], b2 [K].
    """
    ### BEGIN SOLUTION
    x, a, h, W1, W2 = (cache[key] for key in ("x", "a", "h", "W1", "W2"))
    dh = dz @ W2.T  # (B, H)
    da = dh * (a > 0)  # (B, H)
    return {
        "x": da @ W1.T,
        "s": dh,
        "W1": x.T @ da,
        "b1": da.sum(axis=0),
        "W2": h.T @ dz,
        "b2": dz.sum(axis=0),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "mlp_backward_matches_autograd", "grade": true}
"""Every gradient is that of the same network, differentiated by another route."""
q = Question(mlp_backward, points=5)
example = {
    "x": np.array([[2.0]]),
    "a": np.array([[2.5, -1.5]]),
    "h": np.array([[12.5, 20.0]]),
    "W1": np.array([[1.0, -1.0]]),
    "W2": np.array([[1.0], [3.0]]),
}
q.case(
    np.array([[1.0]]), example,
    gives={
        "x": [[1.0]], "s": [[1.0, 3.0]], "W1": [[2.0, 0.0]], "b1": [1.0, 0.0],
        "W2": [[12.5], [20.0]], "b2": [1.0],
    },
    claim="A unit that is off passes no gradient to W1 and x; the skip passes it all the same",
)


def random_cache(seed, B, D, H, K):
    """dz, and a cache of random numbers (relu(a) and h differ by whatever s is)."""
    dz, x, a, h, W1, W2 = normal(seed, (B, K), (B, D), (B, H), (B, H), (D, H), (H, K))
    return dz, {"x": x, "a": a, "h": h, "W1": W1, "W2": W2}


@q.probe(
    gives={"x": (5, 3), "s": (5, 7), "W1": (3, 7), "b1": (7,), "W2": (7, 2), "b2": (2,)}
)
def shapes(f):
    """Each gradient has the shape of its array."""
    return {key: np.shape(value) for key, value in f(*random_cache(6, 5, 3, 7, 2)).items()}


### BEGIN HIDDEN TESTS
q.hidden()
q.case(*random_cache(7, 5, 3, 7, 2), claim="5 examples, 3 inputs, 7 hidden units, 2 classes")
q.case(*random_cache(8, 2, 11, 3, 5), claim="2 examples, 11 inputs, 3 hidden units, 5 classes")
q.case(
    np.array([[1.0], [2.0], [5.0]]),
    {
        "x": np.array([[1.0, 1.0]] * 3),
        "a": np.array([[0.0], [1.0], [-1.0]]),
        "h": np.array([[2.0], [-4.0], [3.0]]),
        "W1": np.array([[1.0], [2.0]]),
        "W2": np.array([[1.0]]),
    },
    claim="Where a is exactly 0 the slope of ReLU is 0; the sign of h does not matter",
)


@q.reference
def by_autograd_of_the_forward_pass(dz, cache):
    x, a, h, W1, W2 = (torch.tensor(cache[k]) for k in ("x", "a", "h", "W1", "W2"))
    s, b1, b2 = torch.zeros_like(h), torch.zeros_like(a[0]), torch.zeros_like(torch.tensor(dz)[0])
    leaves = {"x": x, "s": s, "W1": W1, "b1": b1, "W2": W2, "b2": b2}
    for leaf in leaves.values():
        leaf.requires_grad_()
    fixed_a, fixed_h = (a - x @ W1).detach(), (h - torch.relu(a)).detach()
    pre = x @ W1 + leaves["b1"] + fixed_a
    pre = pre + (a - pre).detach()  # the value is a to the last bit, so that 0 stays 0
    z = (torch.relu(pre) + leaves["s"] + fixed_h) @ W2 + leaves["b2"]
    grads = torch.autograd.grad((z * torch.tensor(dz)).sum(), list(leaves.values()))
    return dict(zip(leaves, grads, strict=True))


def backward(dz, cache, on=None, dh=None):
    """The right answer; `on` replaces the ReLU's slope, `dh` what comes back to h."""
    dh = dz @ cache["W2"].T if dh is None else dh
    da = dh * ((cache["a"] > 0) if on is None else on)
    grads = {"x": da @ cache["W1"].T, "s": dh, "W1": cache["x"].T @ da, "b1": da.sum(axis=0)}
    return grads | {"W2": cache["h"].T @ dz, "b2": dz.sum(axis=0)}


@q.mistake("""You read the ReLU's on and off from h, which already contains the skip: a unit that is
off has h = s, and may look on. Use the sign of a, what went into the ReLU.""")
def relu_grad_after_residual_add(dz, cache):
    return backward(dz, cache, on=cache["h"] > 0)


@q.mistake("""The ReLU is missing from your backward pass: where a ≤ 0 nothing may reach W1, b1 and
x. Multiply dh by (a > 0).""")
def relu_grad_forgotten(dz, cache):
    return backward(dz, cache, on=1.0)


@q.mistake("""You multiplied by relu(a) where its slope belongs. The slope is 1 where a > 0, and 0
elsewhere.""")
def relu_value_for_its_slope(dz, cache):
    return backward(dz, cache, on=np.maximum(cache["a"], 0))


@q.mistake("""Where a is exactly 0 you let the gradient pass (a ≥ 0). The statement sets the slope
at 0 to 0: a > 0. With zero-initialised weights every a is 0, so it matters.""")
def slope_one_at_zero(dz, cache):
    return backward(dz, cache, on=cache["a"] >= 0)


@q.mistake("""You sent the skip's gradient through the ReLU. s joins after it: ds is dh itself,
also where the unit is off. (Or you masked dh in place, and "s" holds the same array: copy
first.)""")
def skip_masked_by_the_relu(dz, cache):
    grads = backward(dz, cache)
    return grads | {"s": grads["s"] * (cache["a"] > 0)}


@q.mistake("""The bias gradients are not summed over the batch: one row an example. A bias is shared
by all examples, so its gradient is the sum of theirs (axis 0).""")
def db_not_summed(dz, cache):
    da = (dz @ cache["W2"].T) * (cache["a"] > 0)
    return backward(dz, cache) | {"b1": da, "b2": dz}


@q.mistake("""You averaged the bias gradients over the batch. The mean's 1/B is already in dz:
sum.""")
def db_averaged(dz, cache):
    grads = backward(dz, cache)
    return grads | {"b1": grads["b1"] / len(dz), "b2": grads["b2"] / len(dz)}


@q.mistake("""You summed the bias gradients over the wrong axis: a number an example. Sum over the
batch, axis 0, one number a unit.""")
def db_summed_over_units(dz, cache):
    da = (dz @ cache["W2"].T) * (cache["a"] > 0)
    return backward(dz, cache) | {"b1": da.sum(axis=1), "b2": dz.sum(axis=1)}


@q.mistake("""You divided by B once more. dz already carries the 1/B of the mean: here only sums
over the batch are left.""")
def divided_by_b_again(dz, cache):
    grads = backward(dz, cache)
    return {k: v / len(dz) if k in ("W1", "b1", "W2", "b2") else v for k, v in grads.items()}


@q.mistake("""Your weight gradients are transposed: dz.T @ h is [K, H]. A gradient has the shape of
its array: h.T @ dz and x.T @ da.""")
def transpose_dw(dz, cache):
    grads = backward(dz, cache)
    return grads | {"W1": grads["W1"].T, "W2": grads["W2"].T}


@q.mistake("""dW2 uses relu(a) only. The second layer multiplied h = relu(a) + s: its weight
gradient is h.T @ dz.""")
def dw2_without_the_skip(dz, cache):
    return backward(dz, cache) | {"W2": np.maximum(cache["a"], 0).T @ dz}


@q.mistake("""dx did not pass through the ReLU: you used dh where da = dh · (a > 0) belongs.""")
def dx_past_the_relu(dz, cache):
    return backward(dz, cache) | {"x": dz @ cache["W2"].T @ cache["W1"].T}


@q.mistake("""The gradient of s is missing its last step: you returned the skip's gradient as 0. s
is an input like x, and h moves one to one with it: ds = dh.""")
def no_gradient_for_the_skip(dz, cache):
    grads = backward(dz, cache)
    return grads | {"s": np.zeros_like(grads["s"])}


@q.variant
def sums_of_outer_products(dz, cache):
    x, a, h, W1, W2 = (cache[key] for key in ("x", "a", "h", "W1", "W2"))
    out = {"W1": 0 * W1, "W2": 0 * W2, "b1": 0 * W1[0], "b2": 0 * W2[0], "x": [], "s": []}
    for i, g in enumerate(dz):
        back = W2 @ g
        through = np.where(a[i] > 0, back, 0)
        out["W2"] = out["W2"] + np.outer(h[i], g)
        out["b2"] = out["b2"] + g
        out["W1"] = out["W1"] + np.outer(x[i], through)
        out["b1"] = out["b1"] + through
        out["s"].append(back)
        out["x"].append(W1 @ through)
    return out


@q.variant
def einsum(dz, cache):
    x, a, h, W1, W2 = (cache[key] for key in ("x", "a", "h", "W1", "W2"))
    ds = np.einsum("bk,hk->bh", dz, W2)
    da = ds * np.heaviside(a, 0.0)
    dW1, dW2 = np.einsum("bd,bh->dh", x, da), np.einsum("bh,bk->hk", h, dz)
    dx = np.einsum("bh,dh->bd", da, W1)
    return {"b2": dz.sum(0), "W2": dW2, "s": ds, "W1": dW1, "b1": da.sum(0), "x": dx}


@q.variant
def torch_tensors_back(dz, cache):
    x, a, h, W1, W2 = (torch.from_numpy(cache[key]) for key in ("x", "a", "h", "W1", "W2"))
    dz = torch.from_numpy(dz)
    ds = dz @ W2.T
    da = ds.masked_fill(a <= 0, 0.0)
    grads = {"x": da @ W1.T, "s": ds, "W1": x.T @ da, "b1": da.sum(0)}
    return grads | {"W2": h.T @ dz, "b2": dz.sum(0)}


q.hints(
    """Write the shape beside every gradient: it is the shape of its array. For a product C = A @ B
only one order of dC, A.T, B.T fits. And which array says whether a unit was on?""",
    """One example, one unit, a = −1, s = 3, so h = 3: the unit is off. W1, b1 and x get 0; s gets
dz @ W2.T all the same.""",
    """Go back line by line: dz gives dh through W2; dh and the sign of a give da. A weight gradient
is the layer's input, transposed, times the gradient of its output; a bias gradient is that
output's, summed over axis 0; s gets what h gets.""",
)
q.why("""Two rules make the whole pass. For C = A @ B, dA = dC @ B.T and dB = A.T @ dC: the shapes
allow nothing else. Whatever was *shared* in the forward pass (weights and biases, by all examples)
is *summed* in the backward pass; that is the sum in x.T @ da, and the sum(axis=0) of a bias.

Sums carry a gradient to each summand unchanged. So s gets dh even where the ReLU is off, which is
why a gradient can cross a hundred residual blocks. The ReLU's own on/off is decided by what went
into it. Reading it from h is the classic bug here: with s of either sign it is right about half the
time, so training goes on, only worse.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. A gradient check (4 points, 15 minutes)
#
# `f` maps an array to a number; `g` is what somebody claims to be its gradient at `x`. For every
# entry $i$ of $x$ take the **central** difference, with $e_i$ the array that is 1 at that entry:
#
# $$n_i=\frac{f(x+\varepsilon e_i)-f(x-\varepsilon e_i)}{2\varepsilon},\qquad
# \text{return}\ \ \frac{\lVert g-n\rVert}{\lVert g\rVert+\lVert n\rVert}$$
#
# The norms are Euclidean, over all entries of an array of any shape; where both norms are 0, return
# 0. The result is then between 0 (right) and 1 (opposite sign, or one of them 0). `f` may be called
# as often as you like, and always gets an array of the shape of `x`. Compute in float64.
#
# **Example.** f(x) = Σx³ at x = (1, 2) with ε = 0.1: n = 3x² + ε² = (3.01, 12.01). For
# g = (3, 12) the result is 0.01414 / (12.369 + 12.381) = 0.000571.

# %% nbgrader={"grade_id": "grad_check", "solution": true}
def grad_check(f, g, x, eps=1e-5):
    """Relative distance of a claimed gradient from central differences.

    Args:
        f: function from a float array of the shape of x to a float.
        g: float array of the shape of x. The gradient to check.
        x: float array of any shape. Where to check it.
        eps: float > 0. Half the distance of the two points.

    Returns:
        float from 0 to 1.
    """
    ### BEGIN SOLUTION
    numeric = np.empty_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += eps
        down[index] -= eps
        numeric[index] = (f(up) - f(down)) / (2 * eps)
    scale = np.linalg.norm(g) + np.linalg.norm(numeric)
    return float(np.linalg.norm(g - numeric) / scale) if scale > 0 else 0.0
    ### END SOLUTION


# %% nbgrader={"grade_id": "grad_check_is_central_and_relative", "grade": true}
"""The check is central, uses the ε that it is given, and is relative."""
q = Question(grad_check, points=4)


def cubes(x):
    return float(np.sum(np.asarray(x) ** 3))


def wave(x):
    """A sum of sines with other weights in each entry; its central difference is known exactly."""
    x = np.asarray(x)
    return float(np.sum(np.sin(x) * np.arange(1, x.size + 1).reshape(x.shape)))


@q.probe(gives=0.000571344, rtol=1e-4)
def the_example(f):
    """Cubes at (1, 2) with ε = 0.1: the central difference is too large by ε² in each entry."""
    return f(cubes, np.array([3.0, 12.0]), np.array([1.0, 2.0]), 0.1)


@q.probe(gives=1.0, rtol=1e-4)
def opposite(f):
    """A gradient of the wrong sign has the error 1, the largest there is."""
    return f(cubes, np.array([-3.0, -12.0]), np.array([1.0, 2.0]), 1e-4)


@q.probe(gives=0.0, atol=1e-12)
def nothing_to_compare(f):
    """A constant function whose gradient is claimed to be 0 has the error 0, not NaN."""
    return f(lambda x: 7.0, np.zeros((2, 3)), np.ones((2, 3)), 1e-3)


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(rtol=1e-4)
def a_matrix(f):
    """For a 3 × 5 matrix all 15 entries are checked and go into one norm."""
    (x,) = normal(9, (3, 5))
    g = np.cos(x) * np.arange(1, 16).reshape(3, 5)
    g[2, 4] += 3.0  # one wrong entry, the last
    return f(wave, g, x, 0.2)


@q.probe(rtol=1e-3)
def large_gradients(f):
    """The error is relative: a claim that is 1 % too large gives 0.005, however large it is."""
    (x,) = normal(10, 7)
    return f(lambda x: 1e4 * wave(x), 1.01e4 * np.cos(x) * np.arange(1, 8), x, 1e-4)


@q.probe(gives="")
def default_eps(f):
    """With the default ε = 1e-5 and float64 a right gradient is confirmed to 1e-8."""
    (x,) = normal(11, 7)
    small = float(f(wave, np.cos(x) * np.arange(1, 8), x)) < 1e-8
    return "" if small else "yours finds a larger error (another ε, or a float32 on the way?)"


@q.probe(gives="")
def one_entry_at_a_time(f):
    """Each call of f sees x with at most one entry moved, by ε."""
    x, moved = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), []

    def watched(point):
        moved.append(np.array(point, dtype=float) - x)
        return wave(point)

    f(watched, np.ones((2, 3)), x.copy(), 0.25)
    if any(step.shape != x.shape for step in moved):
        return "yours passed on an array of another shape"
    if any((np.abs(step) > 1e-6).sum() > 1 for step in moved):
        return "in yours several had moved: put each one back before the next"
    sizes = {round(float(np.abs(step).max()), 6) for step in moved} - {0.0}
    return "" if sizes <= {0.25} else f"yours moved by {sorted(sizes)[:3]} for ε = 0.25"


def numeric(f, x, eps, central=True):
    """Central (or forward) differences, one entry at a time."""
    out = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = eps
        low = f(x - step) if central else f(x)
        out[index] = (f(x + step) - low) / (2 * eps if central else eps)
    return out


def relative(g, n):
    scale = np.linalg.norm(g) + np.linalg.norm(n)
    return float(np.linalg.norm(g - n) / scale) if scale > 0 else 0.0


@q.reference
def flat_and_explicit(f, g, x, eps=1e-5):
    flat, gradient, found = x.reshape(-1), g.reshape(-1).tolist(), []
    for i in range(flat.size):
        unit = np.eye(flat.size)[i] * eps
        up, down = (flat + unit).reshape(x.shape), (flat - unit).reshape(x.shape)
        found.append((f(up) - f(down)) / (2 * eps))
    gap = math.fsum((a - b) ** 2 for a, b in zip(gradient, found, strict=True)) ** 0.5
    size = sum(math.fsum(v * v for v in values) ** 0.5 for values in (gradient, found))
    return gap / size if size else 0.0


@q.mistake("""That is a forward difference, (f(x + ε) − f(x)) / ε: its error shrinks like ε, the
central one's like ε². Step both ways and divide by 2ε.""")
def forward_difference(f, g, x, eps=1e-5):
    return relative(g, numeric(f, x, eps, central=False))


@q.mistake("""You took f(x + ε) − f(x) and divided by 2ε: half the slope. Between x − ε and x + ε
lie 2ε: subtract f(x − ε).""")
def one_sided_over_two_eps(f, g, x, eps=1e-5):
    return relative(g, numeric(f, x, eps, central=False) / 2)


@q.mistake("""You stepped ε both ways and divided by ε. The two points are 2ε apart: your numeric
gradient is twice too large.""")
def divided_by_eps(f, g, x, eps=1e-5):
    return relative(g, 2 * numeric(f, x, eps))


@q.mistake("""You used 1e-12 for ε, whatever was asked. f(x + ε) and f(x − ε) then agree in all but
their last few digits, and dividing by 2ε blows the rounding up to about 1e-4. Use eps.""")
def eps_1e_12(f, g, x, eps=1e-5):
    return relative(g, numeric(f, x, 1e-12))


@q.mistake("""You did not use `eps` but a constant of your own. Which ε is best depends on f, x and
the number format, so the caller decides.""")
def eps_ignored(f, g, x, eps=1e-5):
    return relative(g, numeric(f, x, 1e-5))


@q.mistake("""You returned the absolute error. Its size depends on the unit of the loss: 0.01 can be
perfect or hopeless. Divide by ‖g‖ + ‖n‖.""")
def absolute_error(f, g, x, eps=1e-5):
    return float(np.linalg.norm(g - numeric(f, x, eps)))


@q.mistake("""You divided by one of the two norms only. Divide by their sum, ‖g‖ + ‖n‖: then the
result is at most 1 and does not depend on which of them is wrong.""")
def divided_by_one_norm(f, g, x, eps=1e-5):
    n = numeric(f, x, eps)
    return float(np.linalg.norm(g - n) / max(np.linalg.norm(g), 1e-300))


@q.mistake("""You divided by the larger of the two norms. The statement divides by their sum.""")
def divided_by_the_larger_norm(f, g, x, eps=1e-5):
    n = numeric(f, x, eps)
    return float(np.linalg.norm(g - n) / max(np.linalg.norm(g), np.linalg.norm(n), 1e-300))


@q.mistake("""You divided by the norm of the sum, ‖g + n‖: for opposite gradients it is near 0 and
the result explodes. Add the two norms.""")
def norm_of_the_sum(f, g, x, eps=1e-5):
    n = numeric(f, x, eps)
    return float(np.linalg.norm(g - n) / max(np.linalg.norm(g + n), 1e-300))


@q.mistake("""Where both gradients are 0 you returned NaN (0/0). They agree: return 0.""")
def zero_over_zero(f, g, x, eps=1e-5):
    n = numeric(f, x, eps)
    with np.errstate(all="ignore"):
        return np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))


@q.mistake("""You moved entries and did not put them back: from the second on, f is taken at another
point. Restore the entry (or work on a fresh copy) before the next one.""")
def entry_not_put_back(f, g, x, eps=1e-5):
    point, n = x.copy(), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        point[index] += eps
        up = f(point.copy())
        point[index] -= 2 * eps
        n[index] = (up - f(point.copy())) / (2 * eps)
    return relative(g, n)


@q.mistake("""You moved all entries at once. That gives the sum of the partial derivatives, one
number, in which wrong entries can cancel. Move one entry at a time.""")
def all_entries_at_once(f, g, x, eps=1e-5):
    return relative(g, np.full(x.shape, (f(x + eps) - f(x - eps)) / (2 * eps)))


@q.mistake("""You took the largest elementwise error. One entry near 0 then decides, by its rounding
errors. The norms run over all entries: one ratio for the whole array.""")
def largest_elementwise(f, g, x, eps=1e-5):
    n = numeric(f, x, eps)
    size = np.abs(g) + np.abs(n)
    return float((np.abs(g - n) / np.where(size > 0, size, 1)).max())


@q.mistake("""You used sums of absolute values. The statement's norms are Euclidean: the root of the
sum of squares.""")
def sums_of_absolute_values(f, g, x, eps=1e-5):
    n = numeric(f, x, eps)
    size = np.abs(g).sum() + np.abs(n).sum()
    return float(np.abs(g - n).sum() / size) if size else 0.0


@q.mistake("""You left out the roots: that is a ratio of squared norms, which makes a 1 % error look
like 0.01 %.""")
def squares_without_roots(f, g, x, eps=1e-5):
    n = numeric(f, x, eps)
    size = (g**2).sum() + (n**2).sum()
    return float(((g - n) ** 2).sum() / size) if size else 0.0


@q.mistake("""On a matrix you used the largest singular value (np.linalg.norm(…, 2)). The norms run
over all entries: leave the 2 out, or flatten first.""")
def spectral_norm(f, g, x, eps=1e-5):
    n = numeric(f, x, eps)
    size = np.linalg.norm(g, 2) + np.linalg.norm(n, 2)
    return float(np.linalg.norm(g - n, 2) / size) if size else 0.0


@q.variant
def moved_there_and_back(f, g, x, eps=1e-5):
    point, n = np.array(x, dtype=float), []
    for i in range(point.size):
        kept, ends = point.flat[i], []
        for sign in (1, -1):
            point.flat[i] = kept + sign * eps
            ends.append(f(point.copy()))
        point.flat[i] = kept
        n.append((ends[0] - ends[1]) / (2 * eps))
    total = np.linalg.norm(np.ravel(g)) + np.linalg.norm(n)
    return 0.0 if total == 0 else np.linalg.norm(np.ravel(g) - n) / total


@q.variant
def norms_from_torch(f, g, x, eps=1e-5):
    g, n = torch.tensor(g), torch.tensor(numeric(f, x, eps))
    total = g.norm() + n.norm()
    return (g - n).norm() / total if total > 0 else torch.tensor(0.0)


q.hints(
    """Feed it a function whose central difference you know exactly: for Σx³ it is 3x² + ε². A
forward difference gives 3x² + 3xε + ε².""",
    """f = Σx³, x = (1, 2), ε = 0.1, g = (3, 12): you want 0.000571. Print your numeric gradient: it
must be (3.01, 12.01).""",
    """For each index of np.ndindex(x.shape): two copies of x, one entry moved by ±eps, the
difference of f over 2·eps. Then ‖g − n‖ / (‖g‖ + ‖n‖), and 0 where the denominator is 0.""",
)
q.why("""Expand f(x ± ε): the even terms cancel in a central difference, so that its truncation
error is ε²f‴/6, against εf″/2 for the forward one. Rounding adds about u|f|/ε, with u = 1.1e-16.
The sum is least near ε = (3u|f/f‴|)^⅓, about 1e-5 in float64; at 1e-12 nearly all digits are
rounding.

The error must be relative: multiply the loss by 1000 and an absolute error grows with it. Norms of
whole arrays are kinder than elementwise ratios, where an entry whose true gradient is 1e-12
decides. For the same reason they can hide one small wrong entry among large ones: check each
parameter array apart (W1, b1, …), not all in one vector.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Activations and their slopes (3 points, 15 minutes)
#
# | name | value | |
# |---|---|---|
# | `"relu"` | max(x, 0) | slope 0 at x = 0 |
# | `"gelu"` | x·Φ(x) | exact: Φ is the standard normal distribution function, ½(1 + erf(x/√2)) |
# | `"silu"` | x·σ(x) | σ(x) = 1 / (1 + e⁻ˣ) |
#
# Return `(value, slope)`, both of the shape of `x`. `x` may hold numbers as large as ±1000; no NaN.
# `math.erf` takes one number; `torch.special.erf` takes tensors.
#
# **Example.** At x = 1: relu (1, 1), gelu (0.841345, 1.083315), silu (0.731059, 0.927671).

# %% nbgrader={"grade_id": "activation", "solution": true}
def activation(name, x):
    """An activation and its derivative, elementwise.

    Args:
        name: "relu", "gelu" or "silu".
        x: float array of any shape.

    Returns:
        (value, slope): two float arrays of the shape of x.
    """
    ### BEGIN SOLUTION
    if name == "relu":
        return np.maximum(x, 0), (x > 0).astype(float)
    if name == "gelu":
        cdf = 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))
        pdf = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
        return x * cdf, cdf + x * pdf
    sigma = 0.5 * (1 + np.tanh(x / 2))  # the same as 1 / (1 + exp(-x)), and never overflows
    return x * sigma, sigma + x * sigma * (1 - sigma)
    ### END SOLUTION


# %% nbgrader={"grade_id": "activation_slope_is_the_derivative_of_the_value", "grade": true}
"""The values are exact, and each slope is the derivative of its value."""
q = Question(activation, points=3)
small = {"rtol": 1e-5, "atol": 1e-6}
q.case(
    "gelu", np.array([1.0, 0.0]), gives=([0.841345, 0.0], [1.083315, 0.5]), **small,
    claim="GELU is x·Φ(x) with the exact Φ; its slope is Φ(x) + x·φ(x)",
)
q.case(
    "silu", np.array([1.0, 0.0]), gives=([0.731059, 0.0], [0.927671, 0.5]), **small,
    claim="SiLU is x·σ(x); its slope is σ + x·σ·(1 − σ)",
)
q.case(
    "relu", np.array([[-2.0, 0.0, 3.0]]), gives=([[0.0, 0.0, 3.0]], [[0.0, 0.0, 1.0]]),
    claim="ReLU's slope is 0 up to and including 0, and 1 above",
)
### BEGIN HIDDEN TESTS
q.hidden()
ends = np.array([[-1000.0, 1000.0], [-30.0, 40.0], [-750.0, 0.0]])
near = {"rtol": 1e-6, "atol": 1e-8}
q.case("gelu", np.linspace(-5, 5, 11).reshape(1, 11), **near, claim="GELU between −5 and 5")
q.case("silu", np.linspace(-9, 9, 7), **near, claim="SiLU between −9 and 9")
q.case("relu", normal(12, (2, 3, 5))[0], **near, claim="ReLU on three axes")
q.case("gelu", ends, **near, claim="GELU stays finite for ±1000")
q.case("silu", ends, **near, claim="SiLU stays finite for ±1000: exp(1000) is inf as a float")


@q.reference
def by_autograd(name, x):
    point = torch.tensor(x, requires_grad=True)
    value = getattr(torch.nn.functional, name)(point)
    value.sum().backward()
    return value.detach(), point.grad


def cdf_pdf(x):
    cdf = torch.special.ndtr(torch.tensor(x)).numpy()
    return cdf, np.exp(-0.5 * x * x) / (2 * np.pi) ** 0.5


def sigmoid(x):
    return torch.sigmoid(torch.tensor(x)).numpy()


def correct(name, x):
    if name == "relu":
        return np.maximum(x, 0), np.where(x > 0, 1.0, 0.0)
    if name == "gelu":
        cdf, pdf = cdf_pdf(x)
        return x * cdf, cdf + x * pdf
    return x * sigmoid(x), sigmoid(x) * (1 + x * (1 - sigmoid(x)))


@q.mistake("""GELU's slope is missing a term: you returned Φ(x) alone. x stands twice in x·Φ(x), so
the product rule gives Φ(x) + x·φ(x), with φ the normal density.""")
def gelu_slope_is_cdf(name, x):
    value, slope = correct(name, x)
    return value, cdf_pdf(x)[0] if name == "gelu" else slope


@q.mistake("""SiLU's slope is missing a term: you returned σ(x) alone. x stands twice in x·σ(x), so
the product rule gives σ + x·σ·(1 − σ).""")
def silu_slope_is_sigmoid(name, x):
    value, slope = correct(name, x)
    return value, sigmoid(x) if name == "silu" else slope


@q.mistake("""The product rule was applied to neither: GELU's and SiLU's slopes are Φ + xφ and
σ + xσ(1 − σ), not Φ and σ.""")
def product_rule_forgotten(name, x):
    value, slope = correct(name, x)
    return value, {"gelu": cdf_pdf(x)[0], "silu": sigmoid(x), "relu": slope}[name]


@q.mistake("""SiLU's slope has x missing: you returned σ + σ(1 − σ). The second term is x·σ·(1 −
σ).""")
def silu_slope_without_x(name, x):
    value, slope = correct(name, x)
    s = sigmoid(x)
    return value, s + s * (1 - s) if name == "silu" else slope


@q.mistake("""That is the tanh approximation of GELU (GPT-2's): it is off by up to 5e-4. The exact
one is wanted here: ½·x·(1 + erf(x/√2)).""")
def gelu_by_tanh(name, x):
    if name != "gelu":
        return correct(name, x)
    c = (2 / np.pi) ** 0.5
    t = np.tanh(c * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * c * (1 + 0.134145 * x**2)


@q.mistake("""That is the sigmoid approximation of GELU, x·σ(1.702x): it is off by up to 0.02. The
exact one is wanted here: ½·x·(1 + erf(x/√2)).""")
def gelu_by_sigmoid(name, x):
    if name != "gelu":
        return correct(name, x)
    s = sigmoid(1.702 * x)
    return x * s, s + 1.702 * x * s * (1 - s)


@q.mistake("""The erf in GELU got x, not x/√2. Φ(x) = ½(1 + erf(x/√2)).""")
def erf_without_root_two(name, x):
    if name != "gelu":
        return correct(name, x)
    cdf, pdf = cdf_pdf(x * 2**0.5)
    return x * cdf, cdf + x * pdf * 2**0.5


@q.mistake("""ReLU's slope at exactly 0 is 1 in yours (x ≥ 0). The conventions above set it to
0.""")
def relu_slope_one_at_zero(name, x):
    value, slope = correct(name, x)
    return value, np.where(x >= 0, 1.0, 0.0) if name == "relu" else slope


@q.mistake("""ReLU's slope at exactly 0 is ½ in yours. Any number from 0 to 1 would do in theory;
the conventions above set it to 0, like all frameworks.""")
def relu_slope_half_at_zero(name, x):
    value, slope = correct(name, x)
    return value, np.heaviside(x, 0.5) if name == "relu" else slope


@q.mistake("""Your ReLU leaks: below 0 its value and slope are exactly 0.""")
def leaky_relu(name, x):
    if name != "relu":
        return correct(name, x)
    return np.where(x > 0, x, 0.01 * x), np.where(x > 0, 1.0, 0.01)


@q.mistake("""You returned σ(x) as SiLU. SiLU is x·σ(x): x, gated by its own sigmoid.""")
def sigmoid_for_silu(name, x):
    s = sigmoid(x)
    return (s, s * (1 - s)) if name == "silu" else correct(name, x)


@q.mistake("""e^x / (1 + e^x) is inf / inf = NaN for large x. Write σ as 1 / (1 + e^−x), which goes
to 1 there, or as ½(1 + tanh(x/2)).""")
def sigmoid_overflows(name, x):
    if name != "silu":
        return correct(name, x)
    with np.errstate(all="ignore"):
        s = np.exp(x) / (1 + np.exp(x))
        return x * s, s + x * s * (1 - s)


@q.mistake("""SiLU's slope is NaN far out on the left: it contains e^−x / (1 + e^−x)², which is inf
/ inf there. Write it with σ only: σ + x·σ·(1 − σ).""")
def slope_by_the_quotient_rule(name, x):
    if name != "silu":
        return correct(name, x)
    with np.errstate(all="ignore"):
        e = np.exp(-x)
        return x / (1 + e), (1 + e + x * e) / (1 + e) ** 2


@q.variant
def number_by_number(name, x):
    def one(v):
        if name == "relu":
            return max(v, 0.0), float(v > 0)
        if name == "gelu":
            gate = 0.5 * math.erfc(-v / math.sqrt(2))
            return v * gate, gate + v * math.exp(-v * v / 2) / math.sqrt(2 * math.pi)
        gate = 1 / (1 + math.exp(-v)) if v > -700 else 0.0
        return v * gate, gate + v * gate * (1 - gate)

    pairs = np.array([one(v) for v in x.ravel().tolist()])
    return pairs[:, 0].reshape(x.shape), pairs[:, 1].reshape(x.shape)


@q.variant
def one_over_one_plus_exp(name, x):
    with np.errstate(over="ignore"):
        if name == "silu":
            gate = 1 / (1 + np.exp(-x))
            return x * gate, gate * (1 + x - x * gate)
    return correct(name, x)


@q.variant
def in_torch_by_hand(name, x):
    x = torch.from_numpy(x)
    if name == "relu":
        return x.clamp(min=0), (x > 0).double()
    if name == "gelu":
        gate = (1 + torch.special.erf(x / 2**0.5)) / 2
        return x * gate, gate + x * torch.exp(-x * x / 2) / (2 * torch.pi) ** 0.5
    gate = torch.sigmoid(x)
    return x * gate, gate * (1 + x * (1 - gate))


q.hints(
    """Compare your slope with a central difference of your own value, (value(x + 1e-5) −
value(x − 1e-5)) / 2e-5, at x = 1 and x = −1.""",
    """At x = 1, GELU's slope is 1.0833, more than 1: Φ(1) = 0.8413 alone is not enough. At
x = −1000 and x = 1000 look for NaN.""",
    """Product rule: gelu: Φ + x·φ with φ(x) = e^(−x²/2)/√(2π). silu: σ + x·σ·(1 − σ), with σ
written so that nothing overflows. relu: x > 0.""",
)
q.why("""Both smooth activations are x times a gate that opens with x. The gate's own slope is the
second term of the product rule, and the term that people drop. It is what lifts the slope above 1
(GELU 1.129, SiLU 1.100 at their largest), and below 0 left of the minimum: a unit that is off still
gets a gradient, so it cannot die for good as a ReLU's can.

Overflow is a matter of how σ is written: 1/(1 + e^−x) ends in 1/inf = 0, which is right;
e^x/(1 + e^x) ends in inf/inf.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. The smallest network for XOR (2 points, 8 minutes)
#
# By hand, without training: weights of a network that computes exclusive or,
#
# $$z=\mathrm{relu}(xW_1+b_1)\,W_2+b_2,\qquad x\in\{0,1\}^2$$
#
# with W1 [2, H], b1 [H], W2 [H, 1], b2 [1] and **as few hidden units H as possible**. The network
# says "true" where z > 0. Leave a margin: z ≥ 0.5 for (0, 1) and (1, 0), and z ≤ −0.5 for (0, 0)
# and (1, 1).
#
# **Example of the form.** `return [[1, 1]], [0], [[1]], [-0.5]` has the right nesting for one input
# and two hidden units, if you know what to put where. (For two inputs W1 has two rows.)

# %% nbgrader={"grade_id": "xor_weights", "solution": true}
def xor_weights():
    """Weights of the smallest ReLU network that computes exclusive or.

    Returns:
        (W1, b1, W2, b2): float arrays (or nested lists) [2, H], [H], [H, 1] and [1].
    """
    ### BEGIN SOLUTION
    W1 = [[1.0, 1.0], [1.0, 1.0]]  # both units see the sum x1 + x2
    b1 = [0.0, -1.0]  # relu(sum) = 0, 1, 2 and relu(sum - 1) = 0, 0, 1
    W2 = [[1.0], [-2.0]]  # 0, 1, 0
    b2 = [-0.5]
    return W1, b1, W2, b2
    ### END SOLUTION


# %% nbgrader={"grade_id": "xor_weights_solve_xor_with_fewest_units", "grade": true}
"""The network computes XOR with a margin, and no network of this form is smaller."""
q = Question(xor_weights, points=2)


def network(result):
    """The four arrays, and z for the inputs (0, 0), (0, 1), (1, 0), (1, 1): NaN if none fits."""
    W1, b1, W2, b2 = (np.asarray(part, dtype=float) for part in result)
    H = b1.size
    if (W1.shape, b1.shape, W2.shape, b2.shape) != ((2, H), (H,), (H, 1), (1,)):
        return W1, b1, W2, b2, np.full(4, np.nan)
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return W1, b1, W2, b2, (np.maximum(corners @ W1 + b1, 0) @ W2 + b2).ravel()


@q.probe(gives="")
def shapes(f):
    """W1 is [2, H], b1 [H], W2 [H, 1] and b2 [1]."""
    *parts, z = network(f())
    text = ", ".join(f"{n} {np.shape(p)}" for n, p in zip(("W1", "b1", "W2", "b2"), parts))
    return f"yours have the shapes {text}" if np.isnan(z).any() else ""


@q.probe(gives={"(0, 0)": "false", "(0, 1)": "true", "(1, 0)": "true", "(1, 1)": "false"})
def truth_table(f):
    """z is at least 0.5 for (0, 1) and (1, 0), and at most −0.5 for (0, 0) and (1, 1)."""
    z = network(f())[-1]
    says = ["true" if v >= 0.5 else "false" if v <= -0.5 else f"no margin, z = {v:g}" for v in z]
    if np.isnan(z).any():
        says = ["the shapes do not fit"] * 4
    return dict(zip(("(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"), says))


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives=2)
def fewest_units(f):
    """One hidden ReLU changes one way only, so one is too few; two will do."""
    return int(network(f())[1].size)


@q.probe(gives=True)
def no_twins(f):
    """Hidden units with the same weights and bias are one unit."""
    W1, b1, *_ = network(f())
    units = np.vstack([np.atleast_2d(W1), np.atleast_1d(b1)]) if W1.ndim == 2 else np.zeros((1, 2))
    return len({tuple(unit) for unit in units.T}) == units.shape[1]


@q.reference
def one_unit_for_each_direction():
    return [[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0], [[2.0], [2.0]], [-1.0]


@q.mistake("""It works, but with more hidden units than it takes. Think of z as a function of the
sum x1 + x2, which is 0, 1 or 2: it must go up, then down. That takes two ReLUs.""")
def more_units_than_needed():
    return [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], [0.0, -1.0, -2.0], [[1.0], [-2.0], [1.0]], [-0.5]


@q.mistake("""It computes OR: (1, 1) must be false. The second unit has to take away, with a
negative weight, what the first one gives where both inputs are 1.""")
def or_not_xor():
    return [[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], [[1.0], [-1.0]], [-0.5]


@q.mistake("""It computes AND: true for (1, 1) only. XOR is true where exactly one input is 1.""")
def and_not_xor():
    return [[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], [[0.0], [1.0]], [-0.5]


@q.mistake("""The sign is turned round: that network says "true" where the inputs are equal. Change
the sign of W2 and b2.""")
def xnor():
    return [[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], [[-1.0], [2.0]], [0.5]


@q.mistake("""Your z is 0 where XOR is false, as if it were the answer itself. The threshold is at
0, with a margin of 0.5 on both sides: shift b2 by −0.5.""")
def output_zero_or_one():
    return [[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], [[1.0], [-2.0]], [0.0]


@q.variant
def two_differences():
    return np.array([[3.0, -3.0], [-3.0, 3.0]]), np.zeros(2), np.ones((2, 1)), np.array([-1.5])


@q.variant
def in_torch():
    W1 = torch.tensor([[-1.0, -1.0], [-1.0, -1.0]])
    return W1, torch.tensor([1.0, 2.0]), torch.tensor([[-4.0], [2.0]]), torch.tensor([-1.0])


q.hints(
    """XOR depends on the sum x1 + x2 only: 0, 1, 2 must give low, high, low. One ReLU is flat and
then straight. How many do you need to go up and down again?""",
    """Take u = relu(x1 + x2), which is 0, 1, 2. You need a second unit v that is 0, 0, 1, and a
weight for it.""",
    """Both units see x1 + x2, the second with a bias that keeps it off until the sum passes 1. Its
output weight must pull down more than the first one lifts; b2 puts the threshold halfway.""",
)
q.why("""With one hidden unit, z rises or falls with w·x + b, or stands still: "true" is a
half-plane, and no straight line separates the two diagonals of a square. So two is the smallest
number. Two layouts are common: the "tent" over x1 + x2, with kinks at 0 and 1; and |x1 − x2|, one
unit for each sign.

Training finds neither reliably: from a random start with two units a run often ends with one of
them dead on all four inputs, where it gets no gradient. Wider networks are easier to train, not
only more able.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Dead units (2 points, 8 minutes)
#
# `batches` is a list of arrays [n, H]: the outputs of one ReLU layer on the batches of a data set.
# All have the same H; n differs, and may be 0. A unit is **dead** if its output is 0 for every
# example of every batch. Return the share of the H units that are dead.
#
# At least one batch has a row.
#
# **Example.** Two batches, [[0, 1, 0]] and [[0, 0, 2], [0, 0, 0]]: only the first unit is dead, so
# the result is 1/3.

# %% nbgrader={"grade_id": "dead_fraction", "solution": true}
def dead_fraction(batches):
    """Share of a ReLU layer's units that are 0 on every example.

    Args:
        batches: list of float arrays [n, H], each ≥ 0; n may differ and may be 0.

    Returns:
        float from 0 to 1.
    """
    ### BEGIN SOLUTION
    alive = np.zeros(batches[0].shape[1], dtype=bool)  # (H,)
    for batch in batches:
        alive |= (batch > 0).any(axis=0)
    return float(np.mean(~alive))
    ### END SOLUTION


# %% nbgrader={"grade_id": "dead_fraction_counts_units_that_never_fire", "grade": true}
"""A unit counts as dead only if it is 0 on every example of every batch."""
q = Question(dead_fraction, points=2)
q.case(
    [np.array([[0.0, 1.0, 0.0]]), np.array([[0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])],
    gives=1 / 3,
    claim="Units 1 and 2 fire once each, in different batches: only unit 0 is dead",
)
q.case(
    [np.array([[0.0, 3.0], [0.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0]])],
    gives=0.5,
    claim="One of two units never fires, in five examples",
)
### BEGIN HIDDEN TESTS
q.hidden()


def layers_output(seed, sizes, H, shift):
    """Batches of relu(normal − shift), with unit 0 always off."""
    batches = [np.maximum(part - shift, 0) for part in normal(seed, *[(n, H) for n in sizes])]
    for batch in batches:
        batch[:, 0] = 0.0
    return batches


q.case(
    layers_output(13, (5, 3, 2), 11, 1.3),
    claim="Three batches, 11 units; one that fires once, however weakly, is alive",
)
q.case(layers_output(14, (7, 0, 2), 13, 1.5), claim="A batch without rows kills no unit")
q.case(layers_output(15, (3,), 7, -9.0), claim="One unit dead, all others always on")
q.case([np.full((2, 3), 1e-12)], gives=0.0, claim="An output of 1e-12 is small, not dead")


@q.reference
def one_unit_at_a_time(batches):
    rows = [row for batch in batches for row in np.asarray(batch).tolist()]
    columns = list(zip(*rows, strict=True))
    return sum(1 for column in columns if not any(column)) / len(columns)


@q.mistake("""You returned the share of zeros. A ReLU unit that is off on half of the examples is
healthy: dead means off on all of them. Ask for each unit (column) whether it ever fires.""")
def share_of_zeros(batches):
    return float(np.mean(np.concatenate(batches) == 0))


@q.mistake("""You counted examples (rows) whose outputs are all 0. The question is about units: look
down the columns, axis 0.""")
def dead_rows(batches):
    return float(np.mean((np.concatenate(batches) == 0).all(axis=1)))


@q.mistake("""You called a unit dead if it is 0 on some example. Dead means 0 on every example: all,
not any.""")
def any_for_all(batches):
    return float(np.mean((np.concatenate(batches) == 0).any(axis=0)))


@q.mistake("""You returned the share of units that are alive. Take it from 1.""")
def share_alive(batches):
    return float(np.mean((np.concatenate(batches) > 0).any(axis=0)))


@q.mistake("""You returned a count. The share of the H units is wanted: divide by H.""")
def count_not_share(batches):
    return float(np.sum((np.concatenate(batches) == 0).all(axis=0)))


@q.mistake("""You averaged the batches' shares. A unit that is silent in one small batch may fire in
the next: it is dead only if it is 0 in all of them.""")
def mean_over_batches(batches):
    return float(np.mean([(b == 0).all(axis=0).mean() for b in batches if len(b)]))


@q.mistake("""You looked at one batch only (the last). A unit that fires in an earlier one is not
dead: carry "ever fired" through the loop.""")
def last_batch_only(batches):
    return float((batches[-1] == 0).all(axis=0).mean())


@q.mistake("""You compared the mean output with a small threshold. A unit that fires rarely or
weakly is not dead; it still gets a gradient. Dead is 0 on every example, exactly.""")
def mean_below_threshold(batches):
    return float(np.mean(np.concatenate(batches).mean(axis=0) < 1e-6))


@q.variant
def concatenated(batches):
    return (np.concatenate(batches).max(axis=0) == 0).mean()


@q.variant
def in_torch(batches):
    fired = sum(torch.from_numpy(batch).sum(dim=0) for batch in batches)
    return (fired == 0).double().mean()


q.hints(
    """"Dead" is said of a unit (a column), over all examples of all batches. Which axis do you
reduce, and do you reduce over batches before you take the share?""",
    """[[0, 1, 0]] and [[0, 0, 2], [0, 0, 0]]: unit 1 fires in the first batch, unit 2 in the
second. Only unit 0 is dead: 1/3.""",
    """Keep one bool a unit, "has ever fired", and update it with every batch; take the share of
units only at the end. (Or put the batches into one array first.)""",
)
q.why("""Sparsity (zeros per entry) and death (columns of zeros) look alike in a mean and are
opposites in meaning: half of all entries 0 is what a healthy ReLU layer at its start looks like,
with no dead unit at all.

The share depends on how much data you look at: a unit that fires once in a thousand examples is
dead on most batches of 32. So accumulate over batches before you divide, and say on how many
examples you looked.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. Overfit one batch (5 points, 24 minutes)
#
# The gate before any long run: can the training loop memorise one small batch? Write the loop for a
# two-layer ReLU classifier. `loss_and_gradients(params, x, y, scale)` from the first code cell is
# given, and right.
#
# 1. **Start.** Draw W1 [D, H], then W2 [H, K], normal with mean 0 and standard deviation
#    √(2 / fan-in) (fan-in: D for W1, H for W2). Biases are 0. These are the first draws from `rng`.
# 2. **Step**, `steps` times, on the whole batch: draw a fresh dropout scale [B, H] (each entry is
#    1/`keep` with probability `keep`, else 0) and set every array to itself − `lr` × its gradient
#    under that scale. With `keep` = 1 the scale is all ones.
# 3. **Losses**: `steps` + 1 numbers, before the first step and after each one: the loss on the
#    batch of the weights at that moment, **without dropout**.
#
# Return `(params, losses)`: the final dict of W1, b1, W2, b2, and the losses.
#
# **Example.** On 32 points of 31 numbers with random labels of 3 classes, H = 61 and lr = 1, the
# loss starts between 1 and 2.5 and is below 0.05 after 15 steps.

# %% nbgrader={"grade_id": "train_tiny", "solution": true}
def train_tiny(x, y, K, H, steps, lr, keep, rng):
    """Full-batch gradient descent on a two-layer classifier with dropout.

    Args:
        x: float array [B, D].
        y: int array [B]. Labels from 0 to K − 1.
        K, H: ints. Classes and hidden units.
        steps: int ≥ 0.
        lr: float > 0.
        keep: float in (0, 1]. Probability that a hidden activation is kept in a step.
        rng: np.random.Generator. The only source of randomness.

    Returns:
        (params, losses): dict of W1 [D, H], b1 [H], W2 [H, K], b2 [K], and steps + 1 floats.
    """
    ### BEGIN SOLUTION
    B, D = x.shape
    params = {
        "W1": rng.standard_normal((D, H)) * np.sqrt(2 / D),
        "b1": np.zeros(H),
        "W2": rng.standard_normal((H, K)) * np.sqrt(2 / H),
        "b2": np.zeros(K),
    }
    losses = [loss_and_gradients(params, x, y)[0]]
    for _ in range(steps):
        scale = (rng.random((B, H)) < keep) / keep
        _, grads = loss_and_gradients(params, x, y, scale)
        params = {key: params[key] - lr * grads[key] for key in params}
        losses.append(loss_and_gradients(params, x, y)[0])
    return params, losses
    ### END SOLUTION


# %% nbgrader={"grade_id": "train_tiny_passes_the_overfit_gate", "grade": true}
"""The loop memorises one batch, and each of its parts does what it says."""
q = Question(train_tiny, points=5)
keys = ("W1", "b1", "W2", "b2")


def trained(f, x, y, K, H, steps, lr=1.0, keep=1.0, seed=0):
    """What f returns, as arrays: (dict of arrays, losses)."""
    params, losses = f(x, y, K, H, steps, lr, keep, np.random.default_rng(seed))
    as_array = {
        key: np.asarray(params[key].detach() if hasattr(params[key], "detach") else params[key])
        for key in keys
    }
    return as_array, np.array([float(loss) for loss in losses])


def some_points(B, D, K, seed):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((B, D)), rng.integers(K, size=B)


def largest_gap(one, other):
    return max(float(np.abs(one[key] - other[key]).max()) for key in keys)


def what_step(f, number):
    """What is wrong with step `number` (from 1) of a run without dropout: a clause, or ""."""
    x, y = some_points(7, 3, 2, 2)
    points = [trained(f, x, y, 2, 11, steps, 0.3)[0] for steps in range(number + 1)]
    grads = [loss_and_gradients(point, x, y)[1] for point in points[:-1]]
    moved = {key: (points[-2][key] - points[-1][key]) / 0.3 for key in keys}
    if largest_gap(moved, grads[-1]) < 1e-4:
        return ""
    if largest_gap(moved, {key: sum(g[key] for g in grads) for key in keys}) < 1e-4:
        return "yours uses the sum of the gradients of all steps so far"
    still = [key for key in keys if np.abs(moved[key]).max() == 0]
    if still:
        return f"yours leaves {', '.join(still)} where they were"
    factor = float((moved["W1"] * grads[-1]["W1"]).sum() / (grads[-1]["W1"] ** 2).sum())
    if largest_gap(moved, {key: factor * grads[-1][key] for key in keys}) < 1e-4:
        return f"yours moves by {-factor:+.3g} × lr × gradient"
    return "yours moves in another direction (all arrays take the gradient at the same weights)"


@q.probe(gives="")
def first_step(f):
    """The first step moves every array by −lr × its gradient over the whole batch (keep = 1)."""
    return what_step(f, 1)


@q.probe(gives="")
def overfit_gate(f):
    """32 points with random labels are memorised in 15 steps: the last of 16 losses is < 0.05."""
    losses = trained(f, *some_points(32, 31, 3, 1), 3, 61, 15)[1]
    if len(losses) != 16:
        return f"you return {len(losses)} losses"
    if losses[-1] < 0.05:
        return "" if losses[0] > 0.5 else "your first loss is small already"
    falls = losses[-1] < losses[0]
    return f"yours {'falls, but ends above that' if falls else 'does not even fall'}"


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="")
def third_step(f):
    """The third step uses the gradient at the weights after two steps, and that gradient alone."""
    return what_step(f, 3)


@q.probe(gives="")
def start(f):
    """The first weights are normal with standard deviation √(2 / fan-in), the biases 0."""
    params = trained(f, *some_points(2, 50, 3, 3), 40, 70, 0)[0]
    if np.abs(params["b1"]).max() + np.abs(params["b2"]).max() > 0:
        return "your biases are not 0"
    for key, fan_in, fan_out in (("W1", 50, 70), ("W2", 70, 40)):
        got, want = float(params[key].std()), (2 / fan_in) ** 0.5
        if 0.9 < got / want < 1.1:  # standard errors: 1.2 % and 1.3 %
            continue
        usual = [0.0, 2 / fan_in, (1 / fan_in) ** 0.5, (2 / fan_out) ** 0.5, 1.0]
        near = [size for size in usual if abs(got - size) <= 0.05 * size]
        return f"your {key} has {near[0] if near else got:.3f}, not {want:.3f}"
    return ""


@q.probe(gives="")
def units_differ(f):
    """No two hidden units are twins: their weights differ from the start."""
    W1 = trained(f, *some_points(3, 5, 2, 4), 2, 7, 2)[0]["W1"]
    return "" if len({tuple(column.round(6)) for column in W1.T}) == 7 else "some of yours are"


def last_loss_is_right(f, steps, keep):
    x, y = some_points(7, 3, 2, 5)
    params, losses = trained(f, x, y, 2, 13, steps, 0.3, keep)
    return abs(losses[-1] - loss_and_gradients(params, x, y)[0]) < 1e-5


@q.probe(gives="")
def losses_are_of_the_weights(f):
    """There are steps + 1 losses, each of the weights at its moment, with dropout off."""
    x, y = some_points(7, 3, 2, 5)
    (begin, _), (_, losses) = (trained(f, x, y, 2, 13, steps, 0.3, 0.5) for steps in (0, 2))
    first = len(losses) and abs(losses[0] - loss_and_gradients(begin, x, y)[0]) < 1e-5
    if len(losses) != 3:
        which = "" if first else ", and the first is not that of the start"
        return f"after 2 steps you return {len(losses)} losses{which}"
    if not last_loss_is_right(f, 2, 1.0):
        return "your last one is not that of the weights you return, even with keep = 1"
    if not last_loss_is_right(f, 2, 0.5):
        return "your last one is right with keep = 1 and wrong with keep = 0.5"
    return "" if first else "your first one, with keep = 0.5, is not that of the start"


def seen_scale(f, steps, keep, seed=0):
    """The dropout pattern of the last of `steps` steps, read off dW1, and whether the step fits it.

    With the identity as x, row i of dW1 belongs to example i alone.
    """
    x, y, H = np.eye(5), np.array([0, 1, 1, 0, 2]), 101
    (a, _), (b, _) = (trained(f, x, y, 3, H, n, 0.2, keep, seed) for n in (steps - 1, steps))
    kept = np.abs(b["W1"] - a["W1"]) > 1e-12
    on = a["W1"] + a["b1"] > 0
    grads = loss_and_gradients(a, x, y, kept / keep)[1]
    fits = largest_gap(b, {key: a[key] - 0.2 * grads[key] for key in keys}) < 1e-5
    return kept, on, fits


@q.probe(gives="")
def dropout_in_the_step(f):
    """With keep = 0.8 a step drops a fifth of the activations and multiplies the others by 1.25."""
    kept, on, fits = seen_scale(f, 1, 0.8)
    share = float(kept[on].mean())
    if not 0.7 < share < 0.9:  # 5 · 101 / 2 entries: standard error 0.025
        return f"yours keeps a share of about {share:.1f}"
    if len({tuple(row) for row in (kept | ~on)[:, on.all(axis=0)].tolist()}) == 1:
        return "yours drops the same units for every example: draw [B, H]"
    return "" if fits else "your step is not the gradient under such a scale"


@q.probe(gives="")
def dropout_is_drawn_again(f):
    """Each step draws a dropout scale of its own, from rng."""
    drawn = [seen_scale(f, steps, 0.5, seed) for steps, seed in ((1, 0), (2, 0), (1, 1))]
    for (other, on, _), which in zip(drawn[1:], ("in the second step", "with another rng")):
        if not (other != drawn[0][0])[on & drawn[0][1]].any():
            return f"yours drops the same entries {which}"
    return ""


@q.probe(gives={"same seed, same result": True, "other seed, other result": True})
def all_randomness_comes_from_rng(f):
    """All randomness comes from rng: its seed decides the result."""
    a, b, c = (trained(f, *some_points(3, 2, 2, 6), 2, 23, 2, 1.0, 0.5, s)[0] for s in (1, 1, 2))
    return {
        "same seed, same result": largest_gap(a, b) == 0,
        "other seed, other result": largest_gap(a, c) > 0,
    }


@q.reference
def through_autograd(x, y, K, H, steps, lr, keep, rng):
    W1 = rng.normal(0, (2 / x.shape[1]) ** 0.5, (x.shape[1], H))
    W2 = rng.normal(0, (2 / H) ** 0.5, (H, K))
    leaves = [torch.tensor(a, requires_grad=True) for a in (W1, np.zeros(H), W2, np.zeros(K))]
    x, y = torch.tensor(x), torch.tensor(y)

    def loss(scale):
        h = torch.relu(x @ leaves[0] + leaves[1]) * scale
        return torch.nn.functional.cross_entropy(h @ leaves[2] + leaves[3], y)

    losses = [loss(1.0).item()]
    for _ in range(steps):
        kept = torch.tensor(rng.binomial(1, keep, (len(x), H)))
        slopes = torch.autograd.grad(loss(kept / keep), leaves)
        with torch.no_grad():
            for leaf, slope in zip(leaves, slopes):
                leaf -= lr * slope
        losses.append(loss(1.0).item())
    return dict(zip(keys, leaves)), losses


def loop(x, y, K, H, steps, lr, keep, rng, std=None, bias=0.0, draw=None, step=None, seen=None):
    """The right loop, with parts to replace."""
    D, B = x.shape[1], len(x)
    stds = [(2 / D) ** 0.5, (2 / H) ** 0.5] if std is None else std(D, H, K)
    params = {"W1": rng.standard_normal((D, H)) * stds[0], "b1": np.zeros(H) + bias}
    params |= {"W2": rng.standard_normal((H, K)) * stds[1], "b2": np.zeros(K) + bias}
    draw = draw or (lambda t: (rng.random((B, H)) < keep) / keep)
    step = step or (lambda key, value, grad: value - lr * grad)
    losses = [loss_and_gradients(params, x, y)[0]]
    for t in range(steps):
        scale = draw(t)
        train_loss, grads = loss_and_gradients(params, x, y, scale)
        params = {key: step(key, params[key], grads[key]) for key in keys}
        losses.append(seen(params, scale, train_loss) if seen else
                      loss_and_gradients(params, x, y)[0])
    return params, losses


@q.mistake("""All weights start at 0. Then every hidden unit gives 0 and gets the gradient 0: only
b2 ever moves, and the network predicts the class shares for any input. Draw W1 and W2 at
random.""")
def zero_init_symmetry(*args):
    return loop(*args, std=lambda D, H, K: (0.0, 0.0))


@q.mistake("""All hidden units start with the same weights, get the same gradient and stay the same
for ever: a layer of width 1. Draw every weight on its own.""")
def same_weights_in_every_unit(x, y, K, H, steps, lr, keep, rng):
    params = {"W1": np.full((x.shape[1], H), (2 / x.shape[1]) ** 0.5), "b1": np.zeros(H)}
    params |= {"W2": np.full((H, K), (2 / H) ** 0.5), "b2": np.zeros(K)}
    losses = [loss_and_gradients(params, x, y)[0]]
    for _ in range(steps):
        grads = loss_and_gradients(params, x, y, (rng.random((len(x), H)) < keep) / keep)[1]
        params = {key: params[key] - lr * grads[key] for key in keys}
        losses.append(loss_and_gradients(params, x, y)[0])
    return params, losses


@q.mistake("""The gradients pile up: each step uses the sum of all gradients so far, as if
zero_grad() were missing. Use the gradient of this step alone.""")
def grads_accumulate(x, y, K, H, steps, lr, keep, rng):
    total = {}

    def step(key, value, grad):
        total[key] = total.get(key, 0) + grad
        return value - lr * total[key]

    return loop(x, y, K, H, steps, lr, keep, rng, step=step)


@q.mistake("""Your losses are measured with dropout on: they jump about, and say nothing of the
model that will be used. Evaluate without a scale.""")
def train_mode_at_eval(x, y, K, H, steps, lr, keep, rng):
    def seen(params, scale, train_loss):
        return loss_and_gradients(params, x, y, (rng.random((len(x), H)) < keep) / keep)[0]

    return loop(x, y, K, H, steps, lr, keep, rng, seen=seen)


@q.mistake("""You kept the losses that came with the gradients: they belong to the weights *before*
each step, and were taken with dropout on. Evaluate again after the update, without a scale.""")
def losses_of_the_training_pass(x, y, K, H, steps, lr, keep, rng):
    return loop(x, y, K, H, steps, lr, keep, rng, seen=lambda params, scale, loss: loss)


@q.mistake("""You went uphill: the gradient points to where the loss rises. Subtract lr ×
gradient.""")
def uphill(x, y, K, H, steps, lr, keep, rng):
    return loop(x, y, K, H, steps, lr, keep, rng, step=lambda key, v, g: v + lr * g)


@q.mistake("""The biases never move. They are parameters like the others: v − lr × gradient.""")
def biases_not_updated(x, y, K, H, steps, lr, keep, rng):
    def step(key, value, grad):
        return value - lr * grad * (key in ("W1", "W2"))

    return loop(x, y, K, H, steps, lr, keep, rng, step=step)


@q.mistake("""There is no dropout in your steps: pass a scale [B, H] to loss_and_gradients.""")
def dropout_forgotten(x, y, K, H, steps, lr, keep, rng):
    return loop(x, y, K, H, steps, lr, keep, rng, draw=lambda t: 1.0)


@q.mistake("""What is kept is not divided by `keep`. In training the next layer then gets less than
at evaluation, by that factor: the scale is 1/keep or 0.""")
def dropout_not_rescaled(x, y, K, H, steps, lr, keep, rng):
    def draw(t):
        return (rng.random((len(x), H)) < keep).astype(float)

    return loop(x, y, K, H, steps, lr, keep, rng, draw=draw)


@q.mistake("""You dropped with probability `keep`. It is the probability that an activation
stays.""")
def keep_as_drop_probability(x, y, K, H, steps, lr, keep, rng):
    def draw(t):
        if keep == 1:
            return np.ones((len(x), H))
        return (rng.random((len(x), H)) >= keep) / (1 - keep)

    return loop(x, y, K, H, steps, lr, keep, rng, draw=draw)


@q.mistake("""You drew the dropout scale once, before the loop: the dropped units then never train,
and it is a smaller network without dropout. Draw inside the loop.""")
def one_scale_for_all_steps(x, y, K, H, steps, lr, keep, rng):
    held = []

    def draw(t):
        if not held:
            held.append((rng.random((len(x), H)) < keep) / keep)
        return held[0]

    return loop(x, y, K, H, steps, lr, keep, rng, draw=draw)


@q.mistake("""All examples share one dropout scale [H]. Draw [B, H]: each example drops units of its
own, so that the noise averages out over the batch.""")
def one_scale_for_all_examples(x, y, K, H, steps, lr, keep, rng):
    def draw(t):
        return np.tile((rng.random((1, H)) < keep) / keep, (len(x), 1))

    return loop(x, y, K, H, steps, lr, keep, rng, draw=draw)


@q.mistake("""Your weights have the standard deviation 2 / fan-in: that is the variance. Take the
root.""")
def variance_as_std(*args):
    return loop(*args, std=lambda D, H, K: (2 / D, 2 / H))


@q.mistake("""Your weights have the standard deviation √(1 / fan-in). ReLU passes half of the mean
square, so that each layer would halve the signal's: √(2 / fan-in).""")
def one_over_fan_in(*args):
    return loop(*args, std=lambda D, H, K: ((1 / D) ** 0.5, (1 / H) ** 0.5))


@q.mistake("""You scaled by the fan-out (how many units a layer feeds). What adds up in a unit is
what comes in: fan-in, D for W1 and H for W2.""")
def fan_out(*args):
    return loop(*args, std=lambda D, H, K: ((2 / H) ** 0.5, (2 / K) ** 0.5))


@q.mistake("""The weights are plain standard normal, without √(2 / fan-in): logits are then of order
√H, and the first loss is large.""")
def unit_normal(*args):
    return loop(*args, std=lambda D, H, K: (1.0, 1.0))


@q.mistake("""The biases do not start at 0. Nothing needs breaking there: W1 already makes the units
differ.""")
def biases_not_zero(*args):
    return loop(*args, bias=0.01)


@q.mistake("""The loss before the first step is missing. Return steps + 1 numbers: the first one
tells whether the start is sane.""")
def first_loss_missing(*args):
    params, losses = loop(*args)
    return params, losses[1:]


@q.mistake("""The loss after the last step is missing: your last number is of the weights before it.
Return steps + 1 numbers.""")
def last_loss_missing(*args):
    params, losses = loop(*args)
    return params, losses[:-1]


@q.variant
def updated_in_place(x, y, K, H, steps, lr, keep, rng):
    W1, W2 = rng.standard_normal((x.shape[1], H)), rng.standard_normal((H, K))
    W1 *= np.sqrt(2 / W1.shape[0])
    W2 *= np.sqrt(2 / W2.shape[0])
    params = {"W1": W1, "b1": np.zeros(H), "W2": W2, "b2": np.zeros(K)}
    losses = np.zeros(steps + 1)
    for t in range(steps + 1):
        losses[t], _ = loss_and_gradients(params, x, y)
        if t < steps:
            scale = np.where(rng.random((len(x), H)) > 1 - keep, 1 / keep, 0.0)
            for key, grad in loss_and_gradients(params, x, y, scale)[1].items():
                params[key] -= lr * grad
    return params, losses


@q.variant
def all_scales_drawn_first(x, y, K, H, steps, lr, keep, rng):
    shapes = {"W1": (x.shape[1], H), "b1": H, "W2": (H, K), "b2": K}
    params = {
        key: np.zeros(shape) if key[0] == "b" else rng.normal(0, (2 / shape[0]) ** 0.5, shape)
        for key, shape in shapes.items()
    }
    scales = [rng.choice([0.0, 1 / keep], size=(len(x), H), p=[1 - keep, keep])
              for _ in range(steps)]
    losses = []
    for scale in [*scales, None]:
        losses.append(loss_and_gradients(params, x, y)[0])
        if scale is not None:
            grads = loss_and_gradients(params, x, y, scale)[1]
            params = {key: value - lr * grads[key] for key, value in params.items()}
    return {key: torch.tensor(value) for key, value in params.items()}, losses


q.hints(
    """Take the loop apart: `steps` = 0 shows the start, one step with keep = 1 shows the update,
and keep = 0.5 must not change what the *loss* of given weights is.""",
    """steps = 1, keep = 0.5: `losses` has 2 numbers, and losses[1] equals
loss_and_gradients(params, x, y)[0] of the very params that you return.""",
    """Before the loop: one loss. In the loop: fresh scale, gradients with the scale, update all
four arrays, then the loss of the new params without a scale.""",
)
q.why("""The gate is cheap because the right outcome is known: with more parameters than labels, and
dropout off, the loss on one small batch must go to 0. If it does not, the fault is in the code, and
not in the data, the model's size or your patience.

What it does *not* see: a missing 1/B or a doubled gradient (that is a learning rate), a validation
loop with dropout on, labels that were shuffled against the inputs (it memorises those too, as
here). So it stands beside two other gates: the first loss against log K, and the gradient check.

In PyTorch the piled-up gradient is `zero_grad()` forgotten, and the wrong loss is `model.eval()`
forgotten.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_in_90_seconds", "task": true, "points": 4}
# ## 9. Say it in 90 seconds (4 points, 15 minutes, graded by hand)
#
# An interviewer says: **"Your colleague wrote a classifier with a layer of their own. The loss
# starts at 1.1 for three classes, falls to 0.56 in an hour, and stays there. Their gradient check
# passed with an error of 1e-9. They want a bigger model. What do you check, in which order, and
# what would each outcome tell you?"**
#
# Write what you would say, 150 to 220 words, in the cell below this one. Say what the passed check
# rules out and what it cannot. Name at least one number of the story, or of your own answers above,
# and what it shows. Read it aloud with a clock before you hand it in.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or advice that skips diagnosis (a bigger model, another optimiser, a lower
#   rate).
# - **1**: a list of checks without order, or without what their outcomes mean.
# - **2**: an order that starts cheap: the first loss (1.1 = log 3 is as it should be), then one
#   batch overfitted with regularisation off. Says that a bigger model is no test. Treats the passed
#   gradient check as proof that the layer is right.
# - **3**: as 2, and says what the check compares: the backward pass with *this* forward pass. It
#   cannot see a forward pass or a loss that is the wrong function (softmax twice, wrong labels,
#   dropout left on). Says what each outcome of the overfitting would mean: reaches 0: look at data
#   and capacity; stops at a floor: look at the loss and the graph.
# - **4**: as 3, and uses the number: 0.55 is the floor of softmax applied twice with 3 classes,
#   log(e + 2) − 1, so that is the first thing to read the code for; and a test that would prove
#   this guess wrong (feed logits of ±20 with right labels: the loss must be 0). Fits in 90 seconds
#   and answers the colleague's wish.
#
# A level-4 answer: "Not a bigger model yet: a loss that stops at a floor is a bug until shown
# otherwise. The start is fine, 1.1 is log 3. The gradient check says that the backward pass
# belongs to the forward pass. It cannot say that the forward pass is the function we meant, so I
# would take one batch of 32, switch dropout and weight decay off, and train. If it goes to zero,
# code and optimiser work, and we talk about data and size. If it stops near 0.55, I have a
# suspect: softmax applied twice. Probabilities go up to 1 at most, and as logits (1, 0, 0) they
# cost log(e + 2) − 1 = 0.551. The test takes a minute: hand the loss right answers with logits of
# 20. It must be 0. If it says 0.551, remove the softmax before the loss. If it says 0, I go on:
# are the labels those of these inputs, do all parameters get a gradient and reach the optimiser,
# are units dead or twins, is the graph cut by a detach? A gradient check passes all of those.
# Only when one batch can be memorised and the full set cannot would I make the model bigger."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
