# %% [markdown]
# # {{title}}: the assignment
#
# Seven questions and one explanation, about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** Arrays are NumPy float64; their shapes are in brackets. No
# argument may be changed in place: return new arrays. Torch is allowed, its optimisers
# (`torch.optim`) are not. $g$ is a gradient of the loss, `lr` a learning rate > 0; products,
# squares and roots of arrays are elementwise.

# %% nbgrader={"grade_id": "imports", "locked": true}
import numpy as np

from mlprep.check import Question

# %% [markdown]
# ## 1. One epoch of SGD (5 points, 20 minutes)
#
# `grads(w, X_b, y_b)` gives the gradients of `b` examples, **one row for each**: `[b, d]`. Go
# once through the data:
#
# - Put the n ≥ 1 examples in a random order drawn from `rng` (the only source of randomness; how
#   you draw is free), and cut it into batches of `batch` ≥ 1 examples. The last one takes what is
#   left, and may be smaller. `batch` may exceed n.
# - For each batch, call `grads` once, at the current `w`. The gradient $g$ [d] is the **mean over
#   the examples of this batch**.
# - Clip it, unless `max_norm` is None: if $\lVert g\rVert$ (the length of the mean) exceeds
#   `max_norm`, scale $g$ to that length. A shorter $g$ stays as it is.
# - Step: $w \leftarrow w - \mathrm{lr}\cdot g$.
#
# **Example.** If `grads` always returns rows of ones, `w = [0.]`, three examples, `batch=2`,
# `lr=0.1`: two batches, of 2 and 1, each with mean gradient 1. The result is `[-0.2]`.


# %% nbgrader={"grade_id": "sgd_epoch", "solution": true}
def sgd_epoch(grads, w, X, y, lr, batch, rng, max_norm=None):
    """One pass over the data in random batches.

    Args:
        grads: function (w [d], X_b [b, p], y_b [b]) → gradients [b, d], one row an example.
        w: float array [d].
        X, y: float arrays [n, p] and [n]. Row i of X belongs to entry i of y.
        lr: float > 0.
        batch: int ≥ 1.
        rng: np.random.Generator.
        max_norm: float > 0, or None. Longest gradient of a batch that is used as it is.

    Returns:
        float array [d], the new weights.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch):
        rows = order[start : start + batch]
        g = grads(w, X[rows], y[rows]).mean(axis=0)
        norm = np.linalg.norm(g)
        if max_norm is not None and norm > max_norm:
            g = g * (max_norm / norm)
        w = w - lr * g
    return w
    ### END SOLUTION


# %% nbgrader={"grade_id": "sgd_epoch_uses_every_example_once", "grade": true}
"""Every example is used once, and a batch counts as its mean."""
q = Question(sgd_epoch, points=5)


def labelled(n):
    """n examples that can be told apart: example i is X = [10 i, 10 i + 1], y = i."""
    return np.array([[10.0 * i, 10.0 * i + 1] for i in range(n)]), np.arange(float(n))


def ones(w, X_b, y_b):
    """Every example has the gradient 1 in every coordinate."""
    return np.ones((len(y_b), len(w)))


@q.probe(gives=[-0.2])
def worked_example(f):
    """Two batches, of 2 and 1, each of mean gradient 1: two steps of 0.1."""
    return f(ones, np.zeros(1), *labelled(3), 0.1, 2, np.random.default_rng(0))


@q.probe(gives=[3, 3, 1])
def sizes_of_the_batches(f):
    """Seven examples in batches of three make batches of 3, 3 and 1, in this order."""
    sizes = []

    def noting(w, X_b, y_b):
        sizes.append(len(y_b))
        return ones(w, X_b, y_b)

    f(noting, np.zeros(2), *labelled(7), 0.1, 3, np.random.default_rng(1))
    return sizes


@q.probe(gives="", weight=2.0)
def each_example_once_in_a_random_order(f):
    """In one epoch each of 20 examples is used once, with its own label, not in the stored
    order."""
    used, fits = [], []

    def noting(w, X_b, y_b):
        used.extend(int(i) for i in y_b)
        fits.append(np.array_equal(np.asarray(X_b)[:, 0], 10.0 * np.asarray(y_b)))
        return ones(w, X_b, y_b)

    f(noting, np.zeros(2), *labelled(20), 0.1, 6, np.random.default_rng(7))
    if sorted(used) != list(range(20)):
        return f"{len(set(used))} of 20 were used, in {len(used)} places"
    if not all(fits):
        return "rows of X met the labels of other rows"
    return "they came in the stored order" if used == sorted(used) else ""


@q.probe(gives=[-0.3, -0.4])
def clipped(f):
    """One batch of mean gradient (3, 4), length 5: clipped to length 1 it is (0.6, 0.8); lr =
    0.5."""

    def rows(w, X_b, y_b):
        return np.array([[1.0, 2.0], [5.0, 6.0]])[: len(y_b)]

    return f(rows, np.zeros(2), *labelled(2), 0.5, 2, np.random.default_rng(2), 1.0)


### BEGIN HIDDEN TESTS
q.hidden()
targets = np.random.default_rng(10).normal(0.0, 2.0, size=(11, 3))  # example i pulls w here


def pull(w, y_b):
    """Gradients of ½‖w − target‖², which depend on w."""
    return w - targets[np.asarray(y_b).astype(int)]


def replay(f, lr=0.3, batch=4, max_norm=None, n=11, seed=3):
    """The batches that f asked for, as (w, ids, whether X fits y), and what it returned."""
    log = []

    def grads(w, X_b, y_b):
        ids = [int(i) for i in y_b]
        fits = np.array_equal(np.asarray(X_b)[:, 0], 10.0 * np.asarray(y_b))
        log.append((np.array(w, dtype=float), ids, fits))
        return pull(np.asarray(w, dtype=float), y_b)

    start = np.array([4.0, -3.0, 2.0])
    rng = np.random.default_rng(seed)
    end = f(grads, start.copy(), *labelled(n), lr, batch, rng, max_norm)
    return log, np.asarray(end), start


@q.probe(gives="", weight=3.0)
def every_example_once(f):
    """Each of 11 examples is used exactly once in an epoch."""
    used = [i for _, ids, _ in replay(f)[0] for i in ids]
    if len(used) < 11:
        return f"only {len(used)} were used"
    return "" if sorted(used) == list(range(11)) else "some were used twice"


@q.probe(gives="", weight=3.0)
def order_is_random(f):
    """The order is drawn anew from rng: not as stored, and another rng gives another order."""
    orders = [[i for _, ids, _ in replay(f, seed=s)[0] for i in ids] for s in (3, 3, 4)]
    if orders[0] == sorted(orders[0]):
        return "the examples came as they are stored"
    if orders[0] != orders[1]:
        return "the same seed gave two orders"
    return "" if orders[0] != orders[2] else "two seeds gave the same order"


@q.probe(gives="", weight=3.0)
def labels_stay_with_their_rows(f):
    """Rows of X and entries of y are shuffled together."""
    return "" if all(fits for _, _, fits in replay(f)[0]) else "they were not"


@q.probe(gives="")
def gradient_at_the_current_weights(f):
    """Each batch's gradient is taken where the last step ended."""
    log, _, _ = replay(f)
    same = [np.array_equal(a[0], b[0]) for a, b in zip(log, log[1:])]
    return "all were taken at the same point" if any(same) else ""


@q.probe(gives="")
def steps_follow_from_the_batches(f):
    """From your own batches: w moves by lr times the mean gradient, also in the ragged last one."""
    log, end, w = replay(f)
    for at, ids, _ in log:
        if not np.allclose(at, w, rtol=1e-4, atol=1e-4):
            return f"after a full batch w is at {np.round(at, 3)}, not at {np.round(w, 3)}"
        w = w - 0.3 * pull(w, ids).mean(axis=0)
    if np.allclose(end, w, rtol=1e-4, atol=1e-4):
        return ""
    return f"after the last, smaller batch w is {np.round(end, 3)}, not {np.round(w, 3)}"


@q.probe(gives="")
def clipping_follows_from_the_batches(f):
    """From your own batches: the mean is clipped to length 2 if it is longer, else left alone."""
    log, end, w = replay(f, max_norm=2.0, batch=2)
    for at, ids, _ in [*log, (end, [], True)]:
        if not np.allclose(at, w, rtol=1e-4, atol=1e-4):
            return f"w is at {np.round(at, 3)}, not at {np.round(w, 3)}"
        if ids:
            g = pull(w, ids).mean(axis=0)
            w = w - 0.3 * g * min(1.0, 2.0 / np.linalg.norm(g))
    return ""


@q.probe(gives=[-0.3, -0.4])
def short_gradients_are_left_alone(f):
    """A mean gradient of (0.3, 0.4), length 0.5, is shorter than max_norm = 1: it is not scaled."""

    def rows(w, X_b, y_b):
        return np.full((len(y_b), 2), [0.3, 0.4])

    return f(rows, np.zeros(2), *labelled(3), 1.0, 3, np.random.default_rng(6), 1.0)


@q.probe(gives=[-1.0])
def more_room_than_examples(f):
    """A batch of 8 with 3 examples is one batch of 3; its mean gradient is 1."""
    return f(ones, np.zeros(1), *labelled(3), 1.0, 8, np.random.default_rng(5))


def sgd(order=None, divide=None, clip=None, frozen=False, last=True, sign=1.0, labels=None):
    """SGD with one of its parts replaced."""

    def mean(rows, batch):
        return rows.sum(axis=0) / len(rows)

    def by_length(rows, g, c):
        norm = float(np.sum(g**2)) ** 0.5
        return g * c / norm if norm > c else g

    order, divide, clip = order or shuffled, divide or mean, clip or by_length

    def epoch(grads, w, X, y, lr, batch, rng, max_norm=None):
        ids, w0 = order(len(X), rng), w
        for k in range(0, len(X), batch):
            rows = ids[k : k + batch]
            if not last and len(rows) < batch:
                break
            y_ids = rows if labels is None else np.arange(k, min(k + batch, len(X)))
            each = np.asarray(grads(w0 if frozen else w, X[rows], y[y_ids]))
            g = divide(each, batch)
            if max_norm is not None:
                g = clip(each, g, max_norm)
            w = w - sign * lr * g
        return w

    return epoch


def shuffled(n, rng):
    return np.argsort(rng.random(n))


@q.reference
def by_sorting_random_numbers(grads, w, X, y, lr, batch, rng, max_norm=None):
    return sgd()(grads, w, X, y, lr, batch, rng, max_norm)


@q.mistake("""You went through the examples in the order in which they are stored. If that order
means something (sorted by class, by date), so does each step. Draw a new order from rng.""")
def no_shuffle(*args):
    return sgd(order=lambda n, rng: np.arange(n))(*args)


@q.mistake("""You divided by `batch` in the last batch too, which has fewer examples: its step is
too short. Divide by the number of rows that are there: grads(...).mean(axis=0).""")
def ragged_batch_divided_by_full(*args):
    return sgd(divide=lambda rows, batch: rows.sum(axis=0) / batch)(*args)


@q.mistake("""You summed the gradients of a batch, so the step grows with the batch size and lr
means something else for each batch size. Take their mean.""")
def sum_loss_lr(*args):
    return sgd(divide=lambda rows, batch: rows.sum(axis=0))(*args)


@q.mistake("""You clipped each example's gradient and averaged the clipped ones. That changes the
direction of the mean: large examples lose their say. Average first, then clip the mean.""")
def clip_then_average(*args):
    def each(rows, g, c):
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows * np.minimum(1.0, c / np.maximum(norms, 1e-300))).mean(axis=0)

    return sgd(clip=each)(*args)


@q.mistake("""You clipped each coordinate to ±max_norm. That bends the gradient towards the
diagonal, and leaves it longer than max_norm. Scale the whole vector by max_norm / its length.""")
def clip_each_coordinate(*args):
    return sgd(clip=lambda rows, g, c: np.clip(g, -c, c))(*args)


@q.mistake("""You scaled every gradient to length max_norm, short ones too: near the minimum the
steps never get shorter. Scale only a gradient that is longer.""")
def always_rescaled(*args):
    return sgd(clip=lambda rows, g, c: g * c / np.linalg.norm(g))(*args)


@q.mistake("""You clipped the step, lr · g. max_norm bounds the gradient: clip g, then multiply
by lr. Else a smaller lr loosens the bound.""")
def clips_the_step(grads, w, X, y, lr, batch, rng, max_norm=None):
    bound = None if max_norm is None else max_norm / lr
    return sgd()(grads, w, X, y, lr, batch, rng, bound)


@q.mistake("""max_norm was ignored. If the mean gradient of a batch is longer, scale it down.""")
def never_clipped(*args):
    return sgd(clip=lambda rows, g, c: g)(*args)


@q.mistake("""You dropped the last batch because it was not full: those examples are not used in
this epoch, and with batch > n nothing is. Take what is left as a smaller batch.""")
def last_batch_dropped(*args):
    return sgd(last=False)(*args)


@q.mistake("""All gradients were taken at the weights with which the epoch began. SGD moves after
each batch: evaluate the next gradient at the new w.""")
def gradients_at_the_start(*args):
    return sgd(frozen=True)(*args)


@q.mistake("""You drew the examples with replacement: in one epoch some come twice and others never.
Draw a permutation.""")
def drawn_with_replacement(*args):
    return sgd(order=lambda n, rng: rng.integers(0, n, size=n))(*args)


@q.mistake("""You split the data into batches of (nearly) equal size. `batch` is the size of all
but the last: 7 in batches of 3 are 3, 3 and 1.""")
def batches_of_equal_size(grads, w, X, y, lr, batch, rng, max_norm=None):
    for rows in np.array_split(shuffled(len(X), rng), -(-len(X) // batch)):
        w = sgd()(grads, w, X[rows], y[rows], lr, len(rows), rng, max_norm)
    return w


@q.mistake("""You averaged over the coordinates too, so every weight gets the same step. The mean
is over the examples only: axis 0.""")
def mean_over_everything(*args):
    return sgd(divide=lambda rows, batch: np.full(rows.shape[1], rows.mean()))(*args)


@q.mistake("""X was shuffled and y was not, so examples got other examples' labels. Index both with
the same permutation.""")
def labels_not_shuffled(*args):
    return sgd(labels="stored")(*args)


@q.mistake("""You shuffled with a generator of your own, with a fixed seed: every epoch has the same
order. Draw from `rng`.""")
def own_fixed_seed(*args):
    return sgd(order=lambda n, rng: np.random.default_rng(0).permutation(n))(*args)


@q.mistake("""You changed the caller's w (w -= …, or w[:] = …). Write w = w - lr * g: a new
array, and the caller can still compare with where the epoch began.""")
def w_changed_in_place(grads, w, X, y, lr, batch, rng, max_norm=None):
    w[...] = sgd()(grads, w, X, y, lr, batch, rng, max_norm)
    return w


@q.mistake("""You stepped along the gradient: the loss rises. Subtract lr times the gradient.""")
def steps_uphill(*args):
    return sgd(sign=-1.0)(*args)


@q.variant
def with_a_list_of_rows(grads, w, X, y, lr, batch, rng, max_norm=None):
    left = list(range(len(y)))
    rng.shuffle(left)
    while left:
        rows, left = left[:batch], left[batch:]
        each = grads(w, X[rows], y[rows])
        g = sum(each) / len(each)
        if max_norm is not None:
            g = g / max(1.0, np.sqrt(g @ g) / max_norm)
        w = w - lr * g
    return w


@q.variant
def in_torch_single_precision(grads, w, X, y, lr, batch, rng, max_norm=None):
    import torch

    w = torch.tensor(w, dtype=torch.float32)
    for rows in torch.split(torch.from_numpy(rng.permutation(len(y))), batch):
        each = torch.as_tensor(grads(w.double().numpy(), X[rows.numpy()], y[rows.numpy()]))
        g = each.float().mean(dim=0)
        if max_norm is not None:
            g = g * (max_norm / g.norm()).clamp(max=1.0)
        w = w - lr * g
    return w


q.hints(
    """How long is the step of the last batch, compared with the others, if all examples have the
same gradient? And in which order do you average, clip and step?""",
    """Three examples, all of gradient 1, batch = 2, lr = 0.1: every batch has mean 1, the one of a
single example too. Both steps are 0.1. With max_norm = 1 and a mean of (3, 4): (0.6, 0.8).""",
    """order = rng.permutation(n); for each slice order[k : k + batch]: rows of X and y with the
    same indices, mean(axis=0) of what grads returns, then compare the norm of that mean, then
    step.""",
)
q.why("""The mean over the rows *that are there* is an unbiased estimate of the full gradient for
any batch size: so the same lr fits full and ragged batches. Dividing by `batch` shortens the last
step; summing makes lr scale with the batch, and an lr that is stable at 32 diverges at 256.

Clipping belongs after the mean. Clipping each example (as private training does, on purpose)
gives another direction, and so does clipping each coordinate. Scaling the whole mean keeps the
direction and bounds the length of the step.

A permutation, not draws with replacement: in an epoch of n draws with replacement about 37 % of the
examples are never seen. And a new permutation each epoch, from the rng that you were given.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Momentum and Nesterov (4 points, 15 minutes)
#
# One step of either method, with velocity $v$ (zeros before the first step):
#
# $$v \leftarrow \mu v + g, \qquad w \leftarrow w - \mathrm{lr}\cdot v$$
#
# - **Heavy ball** (`nesterov=False`): $g$ is the gradient at $w$.
# - **Nesterov** (`nesterov=True`): $g$ is the gradient at the point to which the old velocity
#   alone would carry you, $w - \mathrm{lr}\,\mu\,v$. The step itself starts from $w$.
#
# `grad_fn` maps a point [d] to the gradient there [d]; call it **once**. Return the new $w$ and
# the new $v$.
#
# **Example.** `grad_fn` is the identity, $w=[1]$, $v=[2]$, lr = 0.1, μ = 0.5. Heavy ball: $g=1$,
# $v=2$, $w=0.8$. Nesterov: $g=0.9$, $v=1.9$, $w=0.81$.


# %% nbgrader={"grade_id": "momentum_step", "solution": true}
def momentum_step(w, grad_fn, v, lr, mu, nesterov=False):
    """One step of heavy-ball momentum or of Nesterov's method.

    Args:
        w: float array [d].
        grad_fn: function (point [d]) → gradient [d].
        v: float array [d]. Velocity, in units of a gradient.
        lr: float > 0.
        mu: float, 0 ≤ mu < 1.
        nesterov: bool.

    Returns:
        (w, v): the new weights and the new velocity, float arrays [d].
    """
    ### BEGIN SOLUTION
    g = grad_fn(w - lr * mu * v if nesterov else w)
    v = mu * v + g
    return w - lr * v, v
    ### END SOLUTION


# %% nbgrader={"grade_id": "momentum_step_keeps_a_velocity", "grade": true}
"""The velocity is in units of a gradient, and Nesterov looks ahead."""
q = Question(momentum_step, points=4)


def identity(w):
    return w


@q.probe(gives={"w": [0.8], "v": [2.0]})
def heavy_ball_example(f):
    """From w = 1 with velocity 2: g = 1, v = 0.5 · 2 + 1 = 2, w = 1 − 0.1 · 2 = 0.8."""
    return dict(zip("wv", f(np.array([1.0]), identity, np.array([2.0]), 0.1, 0.5)))


@q.probe(gives={"w": [0.81], "v": [1.9]})
def nesterov_example(f):
    """From w = 1 with velocity 2: g is taken at 1 − 0.1 · 0.5 · 2 = 0.9, so v = 1.9, w = 0.81."""
    return dict(zip("wv", f(np.array([1.0]), identity, np.array([2.0]), 0.1, 0.5, True)))


### BEGIN HIDDEN TESTS
q.hidden()
curvature = np.array([0.7, 3.0, 1.9])


def bowl(w):
    return curvature * np.asarray(w) + np.array([0.2, -0.5, 0.1])


def run(f, nesterov, steps=5, lr=0.15, mu=0.8, lr_fall=1.0):
    w, v = np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.1, -0.9])
    for _ in range(steps):
        w, v = f(w, bowl, v, lr, mu, nesterov)
        lr *= lr_fall
    return {"w": w, "v": v}


@q.probe(gives="")
def one_gradient_where_it_is_wanted(f):
    """grad_fn is called once: at w, or for Nesterov at w − lr · mu · v."""
    w, v = np.array([2.0, 1.0]), np.array([1.0, -3.0])
    for nesterov, wanted in ((False, w), (True, w - 0.2 * 0.5 * v)):
        seen = []

        def noting(point, seen=seen):
            seen.append(np.array(point, dtype=float))
            return 0.1 * np.asarray(point)

        f(w.copy(), noting, v.copy(), 0.2, 0.5, nesterov)
        name = "for Nesterov" if nesterov else "for the heavy ball"
        if len(seen) != 1:
            return f"{name} it was called {len(seen)} times"
        if not np.allclose(seen[0], wanted, rtol=1e-4):
            return f"{name} it was called at {seen[0]}, not at {wanted}"
    return ""


@q.probe(rtol=1e-4)
def five_heavy_ball_steps(f):
    """Five steps with mu = 0.8: the velocity remembers, and g enters it with weight 1."""
    return run(f, False)


@q.probe(rtol=1e-4)
def five_nesterov_steps(f):
    """Five steps: each gradient is taken at w − lr · mu · v, each step starts at w."""
    return run(f, True)


@q.probe(rtol=1e-4)
def learning_rate_falls_on_the_way(f):
    """When lr is cut, the next step is cut at once: v itself holds no lr."""
    return run(f, False, steps=3, lr_fall=0.5)


@q.probe(rtol=1e-4)
def no_momentum(f):
    """With mu = 0 both are plain gradient descent."""
    return [run(f, nesterov, mu=0.0) for nesterov in (False, True)]


@q.reference
def sum_of_weighted_gradients(w, grad_fn, v, lr, mu, nesterov=False):
    point = [float(a) - (lr * mu * float(b) if nesterov else 0.0) for a, b in zip(w, v)]
    g = [float(a) for a in grad_fn(np.array(point))]
    new = [mu * float(b) + a for a, b in zip(g, v)]
    return np.array([float(a) - lr * b for a, b in zip(w, new)]), np.array(new)


@q.mistake("""You mixed μv with (1 − μ)g. That is an average of gradients: with the same lr the step
is 1/(1 − μ) times too short. Here g enters with weight 1.""")
def momentum_damping_mix(w, grad_fn, v, lr, mu, nesterov=False):
    g = grad_fn(w - lr * mu * v if nesterov else w)
    v = mu * v + (1 - mu) * np.asarray(g)
    return w - lr * v, v


@q.mistake("""With nesterov=True you took the gradient at w: that is the heavy ball again. The one
difference is the point: w − lr·μ·v, where the old velocity would carry you.""")
def nesterov_at_current_point(w, grad_fn, v, lr, mu, nesterov=False):
    v = mu * v + grad_fn(w)
    return w - lr * v, v


@q.mistake("""This is the form that PyTorch uses (step along g + μv, with g at w). It follows the
look-ahead points instead of w: the same method in other coordinates, so from the same w and v it
gives other numbers. Here g is taken at w − lr·μ·v, and the step is lr·v from w.""")
def shifted_form(w, grad_fn, v, lr, mu, nesterov=False):
    g = np.asarray(grad_fn(w))
    v = mu * v + g
    return w - lr * (g + mu * v if nesterov else v), v


@q.mistake("""The look-ahead point is w − μv without the learning rate. v is in units of a gradient;
a distance is lr times that: w − lr·μ·v.""")
def look_ahead_without_lr(w, grad_fn, v, lr, mu, nesterov=False):
    v = mu * v + grad_fn(w - mu * v if nesterov else w)
    return w - lr * v, v


@q.mistake("""You looked back: w + lr·μ·v. That is right where v is a displacement, but this v is a
sum of gradients, and w moves against it: w − lr·μ·v.""")
def looks_back(w, grad_fn, v, lr, mu, nesterov=False):
    v = mu * v + grad_fn(w + lr * mu * v if nesterov else w)
    return w - lr * v, v


@q.mistake("""You looked ahead by lr·v. Without a new gradient the velocity would shrink to μv
first: the point is w − lr·μ·v.""")
def look_ahead_without_mu(w, grad_fn, v, lr, mu, nesterov=False):
    v = mu * v + grad_fn(w - lr * v if nesterov else w)
    return w - lr * v, v


@q.mistake("""You stepped from the look-ahead point, so μv moves w twice. The gradient is taken
there, but the step lr·v starts from w.""")
def stepped_from_the_look_ahead(w, grad_fn, v, lr, mu, nesterov=False):
    point = w - lr * mu * v if nesterov else w
    v = mu * v + grad_fn(point)
    return point - lr * v, v


@q.mistake("""You stepped with the old velocity, so the new gradient arrives one step late. Update v
first, then w.""")
def old_velocity_used(w, grad_fn, v, lr, mu, nesterov=False):
    new = mu * v + grad_fn(w - lr * mu * v if nesterov else w)
    return w - lr * v, new


@q.mistake("""You put lr into the velocity (v = μv + lr·g). At a constant lr the weights are the
same, but after lr falls, old and large steps go on in v. Here v has no lr in it.""")
def lr_inside_velocity(w, grad_fn, v, lr, mu, nesterov=False):
    v = mu * v + lr * np.asarray(grad_fn(w - mu * v if nesterov else w))
    return w - v, v


@q.mistake("""Your v is a displacement: v = μv − lr·g, w + v, the form of Keras and of several
papers. Here v is a sum of gradients, v = μv + g, and w moves by −lr·v.""")
def velocity_as_displacement(w, grad_fn, v, lr, mu, nesterov=False):
    v = mu * v - lr * np.asarray(grad_fn(w + mu * v if nesterov else w))
    return w + v, v


@q.mistake(
    """You keep a velocity and do not use it: w moved along −g. Move it along −v, the new one."""
)
def velocity_not_used(w, grad_fn, v, lr, mu, nesterov=False):
    g = np.asarray(grad_fn(w - lr * mu * v if nesterov else w))
    return w - lr * g, mu * v + g


@q.mistake("""You returned (v, w). The order is the new weights, then the new velocity.""")
def returned_in_the_other_order(w, grad_fn, v, lr, mu, nesterov=False):
    v = mu * v + grad_fn(w - lr * mu * v if nesterov else w)
    return v, w - lr * v


@q.variant
def position_before_velocity(w, grad_fn, v, lr, mu, nesterov=False):
    carried = w - lr * mu * v
    g = np.asarray(grad_fn(carried if nesterov else w))
    return carried - lr * g, g + mu * v


@q.variant
def in_torch(w, grad_fn, v, lr, mu, nesterov=False):
    import torch

    w, v = torch.tensor(np.asarray(w)), torch.tensor(np.asarray(v))
    point = torch.where(torch.tensor(nesterov), w - lr * mu * v, w)
    v = v.mul(mu).add(torch.tensor(np.asarray(grad_fn(point.numpy()))))
    return w.sub(v, alpha=lr), v


q.hints(
    """Give each of v, g and w a unit. v adds to g: so which of them must be multiplied by lr before
it can be added to w?""",
    """w = 1, v = 2, gradient = w, lr = 0.1, mu = 0.5, Nesterov: the old velocity alone would
    carry w to 1 − 0.1 · 0.5 · 2 = 0.9. g is 0.9, v = 1.9, and w = 1 − 0.19, not 0.9 − 0.19.""",
    """point = w − lr·mu·v if nesterov else w; g = grad_fn(point); v = mu·v + g; return w − lr·v, v.
Weight 1 on g, no lr in v.""",
)
q.why("""Momentum comes in conventions that differ by constants, and mixing them up changes the
learning rate without anybody noticing. Here v = μv + g: under a constant gradient v grows to g/(1
− μ), so at μ = 0.9 the effective rate is 10 lr. With (1 − μ)g instead it is lr: code moved from
one convention to the other runs 10 times too slow or too fast.

Nesterov differs in one thing, the point where the gradient is taken. Where the velocity is about
to overshoot, the gradient there already points back: a brake that the heavy ball gets one step
too late. Torch stores the look-ahead point as its parameter, to ask for the gradient at `p`: the
same method after a change of variables, but not the same numbers from one w and v.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Adagrad and RMSProp (3 points, 12 minutes)
#
# Both divide each coordinate of the gradient by a running size of its own, kept in $s$ (zeros
# before the first step):
#
# $$s \leftarrow \begin{cases} s + g^2 & \text{Adagrad (rho is None)}\\
# \rho s + (1-\rho) g^2 & \text{RMSProp}\end{cases}
# \qquad w \leftarrow w - \mathrm{lr}\,\frac{g}{\sqrt{s} + \epsilon}$$
#
# The $s$ in the step is the new one. $\epsilon$ is added **after** the root. `rho=0.0` is RMSProp
# without memory, not Adagrad.
#
# **Example.** $w=[1]$, $g=[2]$, $s=[0]$, lr = 0.1, ε negligible. Adagrad: $s=4$, $w=0.9$. RMSProp
# with ρ = 0.75: $s=1$, $w=0.8$.


# %% nbgrader={"grade_id": "scaled_step", "solution": true}
def scaled_step(w, g, s, lr, rho=None, eps=1e-8):
    """One step of Adagrad (rho is None) or RMSProp.

    Args:
        w, g, s: float arrays of one shape, any number of axes. Weights, gradient, squared sizes.
        lr: float > 0.
        rho: None, or a float with 0 ≤ rho < 1.
        eps: float > 0.

    Returns:
        (w, s): new weights and new squared sizes, arrays of that shape.
    """
    ### BEGIN SOLUTION
    s = s + g**2 if rho is None else rho * s + (1 - rho) * g**2
    return w - lr * g / (np.sqrt(s) + eps), s
    ### END SOLUTION


# %% nbgrader={"grade_id": "scaled_step_divides_each_coordinate", "grade": true}
"""Every coordinate is divided by its own running size."""
q = Question(scaled_step, points=3)
one_step = np.array([1.0]), np.array([2.0]), np.array([0.0]), 0.1

q.case(
    *one_step,
    gives=([0.9], [4.0]),
    claim="Adagrad's first step is lr · g / |g|: 0.1, whatever the size of g",
)
q.case(
    *one_step,
    0.75,
    gives=([0.8], [1.0]),
    claim="RMSProp starts from s = 0: s = 0.25 · 4 = 1, so the first step is 0.1 · 2 / 1",
)
### BEGIN HIDDEN TESTS
q.hidden()
noise = np.random.default_rng(20)
weights_2x3, gradients_4x2x3 = noise.normal(size=(2, 3)), noise.normal(size=(4, 2, 3))


def four_steps(f, rho):
    w, s = weights_2x3.copy(), np.full((2, 3), 0.3)
    for g in gradients_4x2x3:
        w, s = f(w, g.copy(), s, 0.2, rho)
    return {"w": w, "s": s}


@q.probe(rtol=1e-4)
def four_steps_of_adagrad(f):
    """Adagrad adds up all squared gradients of a coordinate, from the s that it is given."""
    return four_steps(f, None)


@q.probe(rtol=1e-4)
def four_steps_of_rmsprop(f):
    """RMSProp averages squared gradients: old s with weight 0.9, the new square with 0.1."""
    return four_steps(f, 0.9)


@q.probe(rtol=1e-4)
def no_memory(f):
    """With rho = 0 RMSProp is lr times the sign of the gradient. It is not Adagrad."""
    return f(np.array([1.0, 2.0]), np.array([3.0, -0.2]), np.array([5.0, 7.0]), 0.1, 0.0)


@q.probe(rtol=1e-3, atol=1e-12)
def tiny_gradients(f):
    """With g = 1e-9 and eps = 1e-8 Adagrad moves by lr · 1e-9 / (1e-9 + 1e-8) = lr / 11."""
    return f(np.zeros(2), np.array([1e-9, -1e-9]), np.zeros(2), 1.0, None, 1e-8)[0]


@q.probe
def no_gradient_no_step(f):
    """A coordinate that never had a gradient stays where it is: 0 / (0 + eps) is 0, not NaN."""
    return f(np.array([1.0, 2.0]), np.array([0.0, 1.0]), np.zeros(2), 0.1, 0.5)[0]


@q.reference
def one_coordinate_at_a_time(w, g, s, lr, rho=None, eps=1e-8):
    w_new, s_new = np.array(w, dtype=float), np.array(s, dtype=float)
    for i in np.ndindex(w_new.shape):
        square = float(g[i]) * float(g[i])
        s_new[i] = float(s[i]) + square
        if rho is not None:
            s_new[i] -= (1 - rho) * float(s[i]) + rho * square
        w_new[i] -= lr * float(g[i]) / (s_new[i] ** 0.5 + eps)
    return w_new, s_new


def scaled(add=None, size=None, late=False):
    """The step with the accumulation or the division replaced."""

    def both(s, g, rho):
        return s + g**2 if rho is None else rho * s + (1 - rho) * g**2

    add, size = add or both, size or (lambda s, eps: np.sqrt(s) + eps)

    def step(w, g, s, lr, rho=None, eps=1e-8):
        new = add(s, g, rho)
        return w - lr * g / size(s if late else new, eps), new

    return step


@q.mistake("""You put ε under the root. There it acts like √ε = 1e-4: every gradient below that is
treated as if it were zero. Add ε after the root.""")
def eps_inside_sqrt(*args):
    return scaled(size=lambda s, eps: np.sqrt(s + eps))(*args)


@q.mistake("""You divided by s, which is in units of the squared gradient: large gradients now make
smaller steps than small ones. Divide by its root.""")
def root_forgotten(*args):
    return scaled(size=lambda s, eps: s + eps)(*args)


@q.mistake("""You divided by the size before this step. A first step then divides by ε alone. Update
s first, then use it.""")
def old_size_used(*args):
    return scaled(late=True)(*args)


@q.mistake("""The two weights of RMSProp are swapped: the old s has weight ρ, the new square 1 − ρ.
With ρ = 0.9 you forgot nearly everything at each step.""")
def weights_swapped(*args):
    return scaled(lambda s, g, rho: s + g**2 if rho is None else (1 - rho) * s + rho * g**2)(*args)


@q.mistake("""RMSProp's new square has weight 1 − ρ. With weight 1 the size is 1/√(1 − ρ) times too
large in the long run, and all steps too short by that.""")
def square_not_weighted(*args):
    return scaled(lambda s, g, rho: s + g**2 if rho is None else rho * s + g**2)(*args)


@q.mistake("""You tested `if rho`, so rho = 0.0 became Adagrad: zero is false in Python. Test
`rho is None`.""")
def zero_rho_taken_for_none(*args):
    return scaled(lambda s, g, rho: rho * s + (1 - rho) * g**2 if rho else s + g**2)(*args)


@q.mistake("""You used one size for the whole array. The point of both methods is that every
coordinate has its own: leave s the shape of g.""")
def one_size_for_all(*args):
    def total(s, g, rho):
        square = np.full_like(g, np.mean(g**2))
        return s + square if rho is None else rho * s + (1 - rho) * square

    return scaled(total)(*args)


@q.mistake("""You accumulated the squared length of the whole gradient. Every coordinate has its
own s: square g elementwise, without a sum.""")
def length_of_the_gradient(*args):
    def whole(s, g, rho):
        square = np.full_like(g, np.sum(g**2))
        return s + square if rho is None else rho * s + (1 - rho) * square

    return scaled(whole)(*args)


@q.mistake("""You accumulated |g|, not g². Its root is no size of a gradient: the step then depends
on the units of the loss. Square it.""")
def absolute_value_accumulated(*args):
    def absolute(s, g, rho):
        return s + np.abs(g) if rho is None else rho * s + (1 - rho) * np.abs(g)

    return scaled(absolute)(*args)


@q.mistake("""You used ε as a lower bound, max(√s, ε). Here it is added: √s + ε.""")
def eps_as_a_lower_bound(*args):
    return scaled(size=lambda s, eps: np.maximum(np.sqrt(s), eps))(*args)


@q.mistake("""With rho=None you averaged as RMSProp does, with a ρ of your own. None means
Adagrad: add g² to s, and forget nothing.""")
def none_taken_for_a_default(*args):
    def average(s, g, rho):
        rho = 0.9 if rho is None else rho
        return rho * s + (1 - rho) * g**2

    return scaled(average)(*args)


@q.mistake("""There is no ε in your division, so a coordinate without gradient gives 0/0 = NaN. Add
eps to the root.""")
def eps_forgotten(*args):
    return scaled(size=lambda s, eps: np.sqrt(s))(*args)


@q.variant
def a_root_mean_square_first(w, g, s, lr, rho=None, eps=1e-8):
    keep, take = (1.0, 1.0) if rho is None else (rho, 1.0 - rho)
    s = keep * s + take * g * g
    return w - (lr / (s**0.5 + eps)) * g, s


@q.variant
def in_torch_single_precision(w, g, s, lr, rho=None, eps=1e-8):
    import torch

    w, g, s = (torch.tensor(a, dtype=torch.float32) for a in (w, g, s))
    s = s.addcmul(g, g) if rho is None else torch.lerp(g.square(), s, rho)
    return w.addcdiv(g, s.sqrt() + eps, value=-lr), s


q.hints(
    """What happens to the step if the loss, and so every gradient, is multiplied by 100? In both
methods (nearly) nothing. Check that your division does that.""",
    """g = 1e-9, s = 0, eps = 1e-8, Adagrad: √s = 1e-9, and the step is lr · 1e-9 / 1.1e-8 = lr /
    11. With eps under the root it would be lr · 1e-5.""",
    """New s first (`rho is None` decides), elementwise; then w − lr · g / (np.sqrt(s) + eps).""",
)
q.why("""g/√s has no unit, so lr is a distance in w, not a distance per gradient: that is the whole
difference to SGD. Every slip here breaks that. Without the root, or with |g| for g², the loss's
scale is back; with ε under the root gradients below 1e-4 are not rescaled; with the old s the first
step divides by ε.

Adagrad's sum only grows, so its steps fall like 1/√t even where nothing has converged. RMSProp
forgets, with horizon 1/(1 − ρ), and so its steps never fall by themselves: it needs a schedule. Its
s starts at 0 with no correction, and the first step is lr/√(1 − ρ). That is the next question.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. One step of Adam (4 points, 15 minutes)
#
# Adam averages gradients ($m$) and squared gradients ($v$), both zeros before the first step, and
# corrects both for that start:
#
# $$m \leftarrow \beta_1 m + (1-\beta_1) g, \qquad v \leftarrow \beta_2 v + (1-\beta_2) g^2$$
# $$\hat m = \frac{m}{1-\beta_1^t}, \qquad \hat v = \frac{v}{1-\beta_2^t}, \qquad
# w \leftarrow w - \mathrm{lr}\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}$$
#
# `t` is the number of this step, counted **from 1**. What is kept is the uncorrected $m$ and $v$.
# $\epsilon$ is added to the root of the corrected $\hat v$.
#
# **Example.** First step, $w=[0]$, $g=[-5]$, default β and ε, lr = 0.1: $m=-0.5$, $v=0.025$, and
# $w=0.1$ to eight digits. The first step has length lr, whatever $g$ is.


# %% nbgrader={"grade_id": "adam_step", "solution": true}
def adam_step(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    """One step of Adam.

    Args:
        w, g, m, v: float arrays of one shape. Weights, gradient, first and second moment.
        t: int ≥ 1. Number of this step.
        lr, b1, b2, eps: floats.

    Returns:
        (w, m, v): new weights and new, uncorrected moments, arrays of that shape.

    Source: Kingma & Ba 2015, algorithm 1.
    """
    ### BEGIN SOLUTION
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    m_hat = m / (1 - b1**t)
    v_hat = v / (1 - b2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
    ### END SOLUTION


# %% nbgrader={"grade_id": "adam_step_corrects_both_moments", "grade": true}
"""Both moments are corrected for their start at zero."""
q = Question(adam_step, points=4)
nothing_yet = np.zeros(2), np.zeros(2)

q.case(
    np.zeros(2),
    np.array([-5.0, 0.02]),
    *nothing_yet,
    1,
    0.1,
    gives=([0.1, -0.1], [-0.5, 0.002], [0.025, 4e-7]),
    claim="The first step has length lr in every coordinate, whatever the size of g",
    atol=1e-12,
    rtol=1e-5,
)


@q.probe(gives=[-1.0, -2.0, -3.0], rtol=1e-5)
def three_steps_along_a_constant_gradient(f):
    """While g stays 3, every step has length lr = 1: with g = m̂ the ratio m̂ / √v̂ is 1."""
    w, m, v, seen = np.zeros(1), np.zeros(1), np.zeros(1), []
    for t in (1, 2, 3):
        w, m, v = f(w, np.array([3.0]), m, v, t, 1.0)
        seen.append(w[0])
    return seen


### BEGIN HIDDEN TESTS
q.hidden()
some = np.random.default_rng(30)
gradients_6x3x2 = some.normal(size=(6, 3, 2)) * np.array([1.0, 30.0])


def six_steps(f, part, b1=0.8, b2=0.95):
    w, m, v = np.ones((3, 2)), np.zeros((3, 2)), np.zeros((3, 2))
    for t, g in enumerate(gradients_6x3x2, 1):
        w, m, v = f(w, g.copy(), m, v, t, 0.3, b1, b2)
    return (w, m, v)[part]


@q.probe(rtol=1e-4)
def first_moment_after_six_steps(f):
    """m is the average of gradients as it is, before any correction."""
    return six_steps(f, 1)


@q.probe(rtol=1e-4)
def second_moment_after_six_steps(f):
    """v is the average of squared gradients as it is, before any correction."""
    return six_steps(f, 2)


@q.probe(rtol=1e-4)
def weights_after_six_steps(f):
    """Six steps with β = (0.8, 0.95): each is lr · m̂ / (√v̂ + ε), corrected with its own t."""
    return six_steps(f, 0)


@q.probe(gives={"1": -1.0, "2": -1.0}, rtol=1e-4)
def length_of_the_first_two_steps(f):
    """With constant g and default β, steps 1 and 2 have length lr."""
    w1, m, v = f(np.zeros(1), np.array([0.5]), np.zeros(1), np.zeros(1), 1, 1.0)
    w2, _, _ = f(np.zeros(1), np.array([0.5]), m, v, 2, 1.0)
    return {"1": float(w1[0]), "2": float(w2[0])}


@q.probe(rtol=1e-3, atol=1e-9)
def tiny_gradients(f):
    """With g = 1e-9 at step 1, m̂ = √v̂ = 1e-9 and ε = 1e-8: the step is lr / 11."""
    return f(np.zeros(2), np.array([1e-9, -1e-9]), *np.zeros((2, 2)), 1, 1.0)[0]


@q.probe(rtol=1e-4)
def late_step(f):
    """Long after the start the corrections are 1, and a gradient of 0 still moves w: m
    remembers."""
    return f(np.ones(2), np.zeros(2), np.array([0.4, -0.2]), np.array([0.09, 0.5]), 50_000, 0.1)


@q.reference
def one_coordinate_at_a_time(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    new = [np.array(a, dtype=float) for a in (w, m, v)]
    for i in np.ndindex(new[0].shape):
        a = m[i] + (1 - b1) * (g[i] - m[i])
        b = v[i] + (1 - b2) * (g[i] * g[i] - v[i])
        weight_m = sum((1 - b1) * b1**k for k in range(t)) if t < 100 else 1.0
        weight_v = sum((1 - b2) * b2**k for k in range(t)) if t < 100 else 1.0
        size = (b / weight_v) ** 0.5
        new[0][i], new[1][i], new[2][i] = w[i] - lr * a / weight_m / (size + eps), a, b
    return tuple(new)


def adam(correct=None, step=None, moments=None, keep=None):
    """Adam with one of its parts replaced."""

    def both(m, v, t, b1, b2):
        return m / (1 - b1**t), v / (1 - b2**t)

    def average(m, v, g, b1, b2):
        return b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2

    correct, moments = correct or both, moments or average
    step = step or (lambda a, b, eps: a / (np.sqrt(b) + eps))
    keep = keep or (lambda raw, corrected: raw)

    def run(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
        raw = moments(m, v, g, b1, b2)
        corrected = correct(*raw, t, b1, b2)
        return w - lr * step(*corrected, eps), *keep(raw, corrected)

    return run


@q.mistake("""Neither moment was corrected. m and v start at 0, and v is the slower one: step 1 is
0.1 / √0.001 = 3.16 times too long, and the next ones are longer still. Divide by 1 − β₁ᵗ and
1 − β₂ᵗ.""")
def no_bias_correction(*args):
    return adam(lambda m, v, t, b1, b2: (m, v))(*args)


@q.mistake("""You corrected m and not v. v is then 1000 times too small at step 1, and the step 31.6
times too long. Divide v by 1 − β₂ᵗ as well.""")
def only_m_corrected(*args):
    return adam(lambda m, v, t, b1, b2: (m / (1 - b1**t), v))(*args)


@q.mistake("""You corrected v and not m, so the first step is only 0.1 lr long. That is a warm-up of
about ten steps which nobody asked for. Divide m by 1 − β₁ᵗ as well.""")
def only_v_corrected(*args):
    return adam(lambda m, v, t, b1, b2: (m, v / (1 - b2**t)))(*args)


@q.mistake("""You put ε under the root. There it acts like √ε = 1e-4: gradients far below that
hardly move anything. Add ε after the root.""")
def eps_inside_sqrt(*args):
    return adam(step=lambda a, b, eps: a / np.sqrt(b + eps))(*args)


@q.mistake("""You added ε to √v before v was corrected (as in the paper's faster form, where it is
another ε). At step 1 it then counts 31.6 times as much. Correct v first, then root, then + ε.""")
def eps_before_correction(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
    return w - lr * (1 - b2**t) ** 0.5 / (1 - b1**t) * m / (np.sqrt(v) + eps), m, v


@q.mistake("""You counted t from 0: at the first step 1 − β⁰ = 0, and 0/0 or m/0 is NaN or infinite.
The first step is t = 1: use t as it comes, not t − 1.""")
def t_from_zero(*args):
    return adam(lambda m, v, t, b1, b2: (m / (1 - b1 ** (t - 1)), v / (1 - b2 ** (t - 1))))(
        *args[:4], np.float64(args[4]), *args[5:]
    )


@q.mistake("""You used t + 1. Here t is 1 at the first step already: with β² in the correction the
first moments look older than they are.""")
def t_plus_one(*args):
    return adam(lambda m, v, t, b1, b2: (m / (1 - b1 ** (t + 1)), v / (1 - b2 ** (t + 1))))(*args)


@q.mistake("""You used the same correction at every step, 1 − β. It belongs to step 1 only: the
correction is 1 − βᵗ, and fades.""")
def correction_without_t(*args):
    return adam(lambda m, v, t, b1, b2: (m / (1 - b1), v / (1 - b2)))(*args)


@q.mistake("""You returned the corrected moments, so the next step corrects them again. Keep m and v
raw, correct copies.""")
def corrected_moments_kept(*args):
    return adam(keep=lambda raw, corrected: corrected)(*args)


@q.mistake("""The two β are swapped: β₁ belongs to the gradient, β₂ to its square.""")
def betas_swapped(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    return adam()(w, g, m, v, t, lr, b2, b1, eps)


@q.mistake("""The new gradient got weight β and the old average 1 − β. Then m forgets nine tenths at
each step. Old: β; new: 1 − β.""")
def weights_of_the_average_swapped(*args):
    def swapped(m, v, g, b1, b2):
        return (1 - b1) * m + b1 * g, (1 - b2) * v + b2 * g**2

    return adam(moments=swapped)(*args)


@q.mistake("""v averages the square of m, not of g. The noise that v should measure has then been
averaged away, and noisy coordinates take too long steps. Square g.""")
def square_of_the_average(*args):
    def squared_m(m, v, g, b1, b2):
        m = b1 * m + (1 - b1) * g
        return m, b2 * v + (1 - b2) * m**2

    return adam(moments=squared_m)(*args)


@q.mistake("""Your v averages (g − m)², a variance. Adam's v is the raw second moment: it
averages g². (The other one is a method of its own, AdaBelief.)""")
def variance_for_second_moment(*args):
    def centred(m, v, g, b1, b2):
        m = b1 * m + (1 - b1) * g
        return m, b2 * v + (1 - b2) * (g - m) ** 2

    return adam(moments=centred)(*args)


@q.mistake("""The step uses g, not m̂: that is RMSProp. Adam steps along the average gradient.""")
def gradient_for_its_average(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
    return w - lr * g / (np.sqrt(v / (1 - b2**t)) + eps), m, v


@q.mistake("""You took the root before the correction: √v / (1 − β₂ᵗ). v is corrected, so the
root of the correction is taken too: √(v / (1 − β₂ᵗ)). At step 1 that is a factor of 31.6.""")
def root_before_the_correction(*args):
    return adam(lambda m, v, t, b1, b2: (m / (1 - b1**t), v / (1 - b2**t) ** 2))(*args)


@q.mistake("""You used one squared size for the whole tensor. Each coordinate has its own v:
square g elementwise, without a sum or a mean.""")
def one_size_for_the_tensor(*args):
    def summed(m, v, g, b1, b2):
        return b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * np.full_like(g, np.sum(g**2))

    return adam(moments=summed)(*args)


@q.mistake("""You divided by v̂, not by its root: the step gets the unit 1/gradient, and small
gradients make long steps.""")
def root_forgotten(*args):
    return adam(step=lambda a, b, eps: a / (b + eps))(*args)


@q.variant
def both_corrections_in_the_step_size(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    m = m + (1 - b1) * (g - m)
    v = v + (1 - b2) * (g * g - v)
    scale = (1 - b2**t) ** 0.5
    return w - lr * scale / (1 - b1**t) * m / (v**0.5 + eps * scale), m, v


@q.variant
def in_torch(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    import torch

    w, g, m, v = (torch.tensor(np.asarray(a)) for a in (w, g, m, v))
    m = torch.lerp(g, m, b1)
    v = v.mul(b2).addcmul(g, g, value=1 - b2)
    return w.addcdiv(m / (1 - b1**t), (v / (1 - b2**t)).sqrt() + eps, value=-lr), m, v


@q.variant
def in_single_precision(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    w, g, m, v = (np.asarray(a, dtype=np.float32) for a in (w, g, m, v))
    return tuple(np.float32(a) for a in adam()(w, g, m, v, t, lr, b1, b2, eps))


q.hints(
    """If all gradients so far were the same g, what should m̂ and v̂ be, at every t? Are yours?""",
    """g = 3 at t = 1, default β: m = 0.3, v = 0.009. m / (1 − 0.9) = 3 and v / (1 − 0.999) = 9, so
the ratio is 1 and the step is lr. With the raw ones it is 0.3 / 0.0949 = 3.16 lr.""",
    """New m and v; m_hat = m / (1 - b1**t); v_hat = v / (1 - b2**t); step lr · m_hat /
(np.sqrt(v_hat) + eps). Return m and v, not the hats.""",
)
q.why("""m is a sum of t gradients whose weights add up to 1 − β₁ᵗ, not to 1; dividing by that
makes it an average. The same for v. The *ratio* is what goes wrong without: m fills up within 10
steps, v within 1000, so for the first hundred steps the denominator is too small. The first step
is 3.16 times too long, and that is not the worst one (the lesson plots it).

Correcting only one of them is worse than none where it is v that stays raw (31.6), and an
accidental warm-up where it is m (0.1).

ε after the root has the unit of a gradient: 1e-8 is a size below which Adam stops rescaling.
Under the root it would be the unit of a squared gradient, and the threshold 1e-4, which many
real gradients are below.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. An AdamW that can train a network (5 points, 25 minutes)
#
# A network has many tensors. Write the optimiser as a class (the question is called `adam_w`):
#
# - `AdamW(lr, b1, b2, eps, wd)` makes one optimiser. Two optimisers share nothing.
# - `step(params, grads)` takes a list of weight arrays and a list of their gradients, in the same
#   order and with the same shapes at every call, and returns a **new list** of new weights.
# - Each call of `step` is one step of the optimiser: $t$ is 1 in the first call, 2 in the second,
#   **for all tensors**. Each tensor has its own moments $m$ and $v$, as in question 4.
# - Decay is decoupled: it enters neither $m$ nor $v$, and acts on the **old** weights:
#
# $$w_{\text{new}} = w - \mathrm{lr}\,\frac{\hat m}{\sqrt{\hat v}+\epsilon}
# - \mathrm{lr}\cdot\mathrm{wd}\cdot w$$
#
# - Only tensors with **two or more axes** decay. Biases and gains of norms (0 or 1 axis) do not.
#
# **Example.** lr = 0.1, wd = 0.5, zero gradients: the matrix `[[2.]]` becomes `[[1.9]]`, then
# `[[1.805]]`; the vector `[2.]` stays.


# %% nbgrader={"grade_id": "adam_w", "solution": true}
class AdamW:
    """Adam with decoupled weight decay for a list of tensors.

    Args:
        lr: float > 0. b1, b2: floats in [0, 1). eps: float > 0.
        wd: float ≥ 0. Decay of tensors with two or more axes, per unit of lr.

    Source: Loshchilov & Hutter 2019, algorithm 2 (there the decay is not multiplied by lr).
    """

    def __init__(self, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
        ### BEGIN SOLUTION
        self.lr, self.b1, self.b2, self.eps, self.wd = lr, b1, b2, eps, wd
        self.t = 0
        self.moments = None
        ### END SOLUTION

    def step(self, params, grads):
        """New weights, in the order of params.

        Args:
            params, grads: lists of float arrays; grads[i] has the shape of params[i].

        Returns:
            list of float arrays, the new weights.
        """
        ### BEGIN SOLUTION
        if self.moments is None:
            self.moments = [(np.zeros_like(w), np.zeros_like(w)) for w in params]
        self.t += 1
        new = []
        for i, (w, g) in enumerate(zip(params, grads)):
            m, v = self.moments[i]
            m = self.b1 * m + (1 - self.b1) * g
            v = self.b2 * v + (1 - self.b2) * g**2
            self.moments[i] = m, v
            step = (m / (1 - self.b1**self.t)) / (np.sqrt(v / (1 - self.b2**self.t)) + self.eps)
            decay = self.wd if w.ndim >= 2 else 0.0
            new.append(w - self.lr * (step + decay * w))
        return new
        ### END SOLUTION


# %% nbgrader={"grade_id": "adam_w_decays_matrices_by_themselves", "grade": true}
"""Decay is a thing of its own, and every tensor is treated alike."""
q = Question(AdamW, points=5, name="adam_w")


@q.probe(gives=[[[1.9]], [[1.805]], [2.0]])
def worked_example(cls):
    """Zero gradients, lr · wd = 0.05: a matrix shrinks by 5 % a step, a vector stays."""
    optimiser = cls(0.1, 0.9, 0.999, 1e-8, 0.5)
    matrix, vector = np.array([[2.0]]), np.array([2.0])
    zeros = [np.zeros((1, 1)), np.zeros(1)]
    first = optimiser.step([matrix, vector], zeros)
    second = optimiser.step(first, zeros)
    return [first[0], second[0], second[1]]


@q.probe(gives="")
def two_optimisers_share_nothing(cls):
    """A new optimiser starts at t = 1 with empty moments, whatever another one did."""

    def first_step():
        optimiser = cls(0.1, 0.9, 0.99, 1e-8, 0.0)
        return np.asarray(optimiser.step([np.zeros((3, 2))], [np.ones((3, 2))])[0])

    before, busy, params = first_step(), cls(0.1, 0.9, 0.99, 1e-8, 0.0), [np.zeros((3, 2))]
    for _ in range(3):
        params = busy.step(params, [-5.0 * np.ones((3, 2))])
    if np.allclose(before, first_step(), rtol=1e-4):
        return ""
    return "it starts where the other one stopped: is its state in the class, not in self?"


@q.probe(gives=[np.full((3, 2), -0.2), np.full(5, -0.2), -0.2], rtol=1e-4)
def two_steps_of_three_tensors(cls):
    """Without decay, under constant gradients, two steps move every tensor by 2 lr."""
    optimiser = cls(0.1, 0.9, 0.999, 1e-8, 0.0)
    params = [np.zeros((3, 2)), np.zeros(5), np.array(0.0)]
    grads = [np.full((3, 2), 4.0), np.full(5, 0.5), np.array(7.0)]
    for _ in range(2):
        params = optimiser.step(params, grads)
    return list(params)


### BEGIN HIDDEN TESTS
q.hidden()
dice = np.random.default_rng(40)
shapes = (3, 2), (5,), (), (2, 1, 4), (3, 2)  # two of one shape
start = [dice.normal(1.0, 1.0, size=shape) for shape in shapes]
history = [[dice.normal(0.3, 1.0, size=shape) for shape in shapes] for _ in range(4)]


def four_steps_of_all(cls, which, wd, lr=0.2, b1=0.8, b2=0.9, tensors=(0, 1, 2, 3, 4)):
    """Tensors `which` after four steps of an optimiser of `tensors`."""
    optimiser = cls(lr, b1, b2, 1e-8, wd)
    params = [start[i].copy() for i in tensors]
    for grads in history:
        params = list(optimiser.step(params, [grads[i].copy() for i in tensors]))
    return [params[tensors.index(i)] for i in which]


@q.probe(rtol=1e-4)
def one_matrix_alone(cls):
    """A single matrix without decay follows question 4's Adam with t = 1, 2, 3, 4."""
    return four_steps_of_all(cls, (0,), 0.0, tensors=(0,))


@q.probe(rtol=1e-4)
def all_tensors_without_decay(cls):
    """With five tensors each follows Adam as if it were alone: own moments (also where two have the
    same shape), the same t."""
    return four_steps_of_all(cls, (0, 1, 2, 3, 4), 0.0)


@q.probe(rtol=1e-4)
def matrices_with_decay(cls):
    """Decay takes lr · wd of the old weights of a matrix, beside Adam's step."""
    return four_steps_of_all(cls, (0,), 0.4, tensors=(0,))


@q.probe(rtol=1e-4)
def three_axes_decay_too(cls):
    """A tensor with three axes decays as a matrix does."""
    return four_steps_of_all(cls, (3,), 0.4)


@q.probe(gives="")
def biases_do_not_decay(cls):
    """Tensors with fewer than two axes end at the same place with wd = 0 and wd = 0.4."""
    with_decay, without = (four_steps_of_all(cls, (1, 2), wd) for wd in (0.4, 0.0))
    for name, a, b in zip(("a vector", "a scalar"), with_decay, without):
        if not np.allclose(a, b, rtol=1e-4):
            return f"{name} does not"
    return ""


def left_after(cls, wd):
    """The share of a matrix that is left after 20 steps without any gradient."""
    optimiser, params = cls(0.01, 0.9, 0.999, 1e-8, wd), [np.full((3, 2), 4.0)]
    for _ in range(20):
        params = optimiser.step(params, [np.zeros((3, 2))])
    return float(np.asarray(params[0])[2, 1]) / 4.0


@q.probe(gives=[0.99**20, 0.9999**20], rtol=1e-4)
def without_gradient_only_decay_moves(cls):
    """Without gradients a weight shrinks by (1 − lr · wd) a step: wd = 1 and wd = 0.01 differ."""
    return [left_after(cls, 1.0), left_after(cls, 0.01)]


@q.reference
class by_sums_over_the_history:
    """Keeps all gradients, and computes each moment as a weighted sum over them."""

    def __init__(self, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
        self.knobs, self.past = (lr, b1, b2, eps, wd), []

    def step(self, params, grads):
        lr, b1, b2, eps, wd = self.knobs
        self.past.append([np.array(g, dtype=float) for g in grads])
        ages = np.arange(len(self.past))[::-1]

        def average(beta, i, power):
            weights = beta**ages / np.sum(beta**ages)
            return sum(a * past[i] ** power for a, past in zip(weights, self.past))

        new = []
        for i, w in enumerate(params):
            kept = 1.0 - lr * wd * (np.ndim(w) > 1)
            new.append(kept * w - lr * average(b1, i, 1) / (average(b2, i, 2) ** 0.5 + eps))
        return new


class Parts:
    """AdamW in parts that the wrong answers below replace."""

    def __init__(self, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
        self.lr, self.b1, self.b2, self.eps, self.wd = lr, b1, b2, eps, wd
        self.t, self.m, self.v = 0, {}, {}

    def decays(self, w):
        return np.ndim(w) >= 2

    def gradient(self, w, g):
        return g

    def count(self, i):
        self.t += i == 0
        return self.t

    def direction(self, i, g):
        t = self.count(i)
        self.m[i] = self.b1 * self.m.get(i, 0.0) + (1 - self.b1) * g
        self.v[i] = self.b2 * self.v.get(i, 0.0) + (1 - self.b2) * g**2
        m, v = self.m[i] / (1 - self.b1**t), self.v[i] / (1 - self.b2**t)
        return m / (np.sqrt(v) + self.eps)

    def combine(self, w, move, decay):
        return w - self.lr * move - self.lr * decay * w

    def step(self, params, grads):
        new = []
        for i, (w, g) in enumerate(zip(params, grads)):
            decay = self.wd if self.decays(w) else 0.0
            new.append(self.combine(w, self.direction(i, self.gradient(w, g)), decay))
        return new


@q.mistake("""t goes up once for each tensor, so the second tensor of the first step is corrected as
if it were at step 2. The counter belongs to the optimiser: raise it once a call of step.""")
class t_per_tensor(Parts):
    def count(self, i):
        self.t += 1
        return self.t


@q.mistake("""Only the first tensor moves; the others come back as they were. Loop over all of
them.""")
class first_tensor_only(Parts):
    def step(self, params, grads):
        return [*super().step(params[:1], grads[:1]), *(np.array(w) for w in params[1:])]


@q.mistake("""You added wd · w to the gradient: an L2 penalty, which Adam divides by √v̂ like any
gradient. Without other gradients wd = 1 and wd = 0.01 then move w alike. Leave g alone and
subtract lr · wd · w from the weights.""")
class l2_in_adam(Parts):
    def gradient(self, w, g):
        return g + self.wd * w if self.decays(w) else g

    def combine(self, w, move, decay):
        return w - self.lr * move


@q.mistake("""Vectors and scalars decayed too. A bias or the gain of a norm does not make the
function rougher, and pulling a gain to 0 turns its layer off. Decay only where w.ndim >= 2.""")
class wd_on_bias_and_norm(Parts):
    def decays(self, w):
        return True


@q.mistake("""Only tensors with exactly two axes decay in your code. A convolution has four: the
rule is two or more.""")
class only_two_axes_decay(Parts):
    def decays(self, w):
        return np.ndim(w) == 2


@q.mistake("""The decay is not multiplied by lr. (The paper writes it so, with a schedule in
front of both; here as in PyTorch it is lr · wd · w.) As it is, weights decay at full speed when
lr falls.""")
class decay_without_lr(Parts):
    def combine(self, w, move, decay):
        return w - self.lr * move - decay * w


@q.mistake("""You decayed the weights after Adam's step, so the step itself is shortened by
lr · wd. The statement decays the old weights: both terms start from the same w.""")
class decay_after_the_step(Parts):
    def combine(self, w, move, decay):
        return (w - self.lr * move) * (1 - self.lr * decay)


@q.mistake("""The decay is missing. Subtract lr · wd · w as well, for tensors with two or more
axes.""")
class no_decay(Parts):
    def decays(self, w):
        return False


@q.mistake("""The weights grow: the sign of the decay is wrong. Subtract lr · wd · w.""")
class decay_that_grows(Parts):
    def combine(self, w, move, decay):
        return w - self.lr * move + self.lr * decay * w


@q.mistake("""The moments start from zero in every call, so nothing is remembered: this is (nearly)
the sign of the gradient. Keep m and v in self.""")
class moments_forgotten(Parts):
    def direction(self, i, g):
        self.m, self.v, self.t = {}, {}, 0
        self.t = 1
        self.count = lambda i: 1
        return super().direction(i, g)


@q.mistake("""All tensors share one m and one v, so each is moved by the gradients of its
neighbours, or the shapes do not fit. Keep a pair for each index.""")
class one_pair_of_moments_for_all(Parts):
    def direction(self, i, g):
        t = self.count(i)
        self.m[0] = self.b1 * self.m.get(0, 0.0) + (1 - self.b1) * g
        self.v[0] = self.b2 * self.v.get(0, 0.0) + (1 - self.b2) * g**2
        return self.m[0] / (1 - self.b1**t) / (np.sqrt(self.v[0] / (1 - self.b2**t)) + self.eps)


@q.mistake("""You keep the moments by shape (or by size), so two tensors of one shape share
theirs. Keep a pair for each place in the list.""")
class moments_by_shape(Parts):
    def direction(self, i, g):
        t, key = self.count(i), np.shape(g)
        self.m[key] = self.b1 * self.m.get(key, 0.0) + (1 - self.b1) * g
        self.v[key] = self.b2 * self.v.get(key, 0.0) + (1 - self.b2) * g**2
        return self.m[key] / (1 - self.b1**t) / (np.sqrt(self.v[key] / (1 - self.b2**t)) + self.eps)


@q.mistake(
    """The weights decay twice: once in the gradient (L2) and once by themselves. Leave g alone."""
)
class decayed_twice(Parts):
    def gradient(self, w, g):
        return g + self.wd * w if self.decays(w) else g


@q.mistake("""m and v are computed from zeros in every call while t goes on: they are never
stored. Write the new m and v back into self.""")
class moments_not_stored(Parts):
    def direction(self, i, g):
        t = self.count(i)
        m, v = (1 - self.b1) * g / (1 - self.b1**t), (1 - self.b2) * g**2 / (1 - self.b2**t)
        return m / (np.sqrt(v) + self.eps)


@q.mistake("""The step counter stays at 1, so the moments are corrected as if each step were the
first. Raise it in every call of step.""")
class t_stays_one(Parts):
    def count(self, i):
        return 1


@q.mistake("""Neither moment is corrected. Divide m by 1 − b1**t and v by 1 − b2**t, as in question
4.""")
class no_bias_correction(Parts):
    def count(self, i):
        return 10**9


@q.variant
class with_stacked_vectors:
    """All tensors in one long vector, cut up again at the end."""

    def __init__(self, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
        self.lr, self.betas, self.eps, self.wd = lr, np.array([[b1], [b2]]), eps, wd
        self.state, self.left = 0.0, np.ones((2, 1))

    def step(self, params, grads):
        flat = np.concatenate([np.ravel(w) for w in params])
        g = np.concatenate([np.ravel(g) for g in grads])
        mask = np.concatenate([np.full(np.size(w), float(np.ndim(w) > 1)) for w in params])
        self.left = self.left * self.betas
        self.state = self.betas * self.state + (1 - self.betas) * np.stack([g, g * g])
        m, v = self.state / (1 - self.left)
        flat = flat * (1 - self.lr * self.wd * mask) - self.lr * m / (v**0.5 + self.eps)
        cuts = np.cumsum([np.size(w) for w in params])[:-1]
        return [part.reshape(np.shape(w)) for part, w in zip(np.split(flat, cuts), params)]


@q.variant
class in_torch:
    def __init__(self, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
        self.lr, self.b1, self.b2, self.eps, self.wd, self.t, self.state = (
            lr,
            b1,
            b2,
            eps,
            wd,
            0,
            {},
        )

    def step(self, params, grads):
        import torch

        self.t, new = self.t + 1, []
        for i, (w, g) in enumerate(zip(params, grads)):
            w, g = torch.tensor(np.array(w)), torch.tensor(np.array(g))
            m, v = self.state.setdefault(i, (torch.zeros_like(w), torch.zeros_like(w)))
            m = m.mul_(self.b1).add_(g, alpha=1 - self.b1)
            v = v.mul_(self.b2).addcmul_(g, g, value=1 - self.b2)
            size = v.sqrt() / (1 - self.b2**self.t) ** 0.5 + self.eps
            kept = w * (1 - self.lr * self.wd) if w.dim() > 1 else w
            new.append(kept - self.lr / (1 - self.b1**self.t) * m / size)
        return new


q.hints(
    """What belongs to the optimiser, what to each tensor, and what to one call? Where does each of
them live in your class?""",
    """Two tensors of one weight each, constant gradients, wd = 0: after step 1 both have moved
    by lr, after step 2 by 2 lr. If the second tensor lags or leads, look at t. With zero
    gradients and lr · wd = 0.05, a matrix goes 2, 1.9, 1.805 and a vector stays at 2.""",
    """self.t += 1 before the loop over tensors; one (m, v) for each index, made in the first call;
decay = wd if w.ndim >= 2 else 0; new w = w − lr·m̂/(√v̂ + eps) − lr·decay·w.""",
)
q.why("""An L2 penalty adds wd·w to g, and Adam then divides by √v̂. A weight whose gradients are
large is hardly penalised; one without gradients moves by lr a step for *any* wd, since Adam does
not see the size of a gradient. Decoupled decay leaves g alone, so wd means the same for every
weight: with horizon 1/(lr·wd) steps.

The paper multiplies by a schedule but not by lr; PyTorch (and this statement) by lr·wd. A wd
copied from one to the other is off by a factor of lr, about 1000.

The counter is the other classic: t inside the loop over tensors. Nothing crashes, the run is
merely a little worse, and only a test with two tensors shows it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Warm-up, then cosine (3 points, 10 minutes)
#
# The learning rate of update number `step`, counted **from 1** to `total`:
#
# - Warm-up, `step ≤ warmup`: linear, $\mathrm{peak}\cdot \mathrm{step}/\mathrm{warmup}$. So the
#   first update is not wasted on a rate of 0, and update `warmup` has the full peak.
# - Then half a cosine from `peak` down to `floor`, which update `total` has exactly. With
#   $p = (\mathrm{step}-\mathrm{warmup})/(\mathrm{total}-\mathrm{warmup})$ it is at the middle
#   between both at $p=\tfrac12$.
# - After `total`: `floor`.
# - `warmup` may be 0 (no warm-up; update 1 is on the cosine already) or equal to `total` (no
#   cosine). `step < 1` or `warmup > total` raises `ValueError`.
#
# **Example.** total = 10, warmup = 2, peak = 1, floor = 0.1: updates 1, 2, 6, 10, 11 have 0.5, 1,
# 0.55, 0.1, 0.1.


# %% nbgrader={"grade_id": "lr_at", "solution": true}
def lr_at(step, total, warmup, peak, floor):
    """Learning rate of one update: linear warm-up, then cosine decay to a floor.

    Args:
        step: int ≥ 1. Number of the update.
        total: int ≥ 1. Number of the last update of the plan.
        warmup: int, 0 ≤ warmup ≤ total. Updates of the warm-up.
        peak, floor: floats, 0 ≤ floor ≤ peak.

    Returns:
        float.

    Raises:
        ValueError: step < 1, or warmup > total.
    """
    ### BEGIN SOLUTION
    if step < 1 or warmup > total:
        raise ValueError(f"lr_at: step ≥ 1 and warmup ≤ total. Got {step}, {warmup}, {total}.")
    if step <= warmup:
        return peak * step / warmup
    if step >= total:
        return floor
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * (1 + np.cos(np.pi * progress)) / 2
    ### END SOLUTION


# %% nbgrader={"grade_id": "lr_at_hits_peak_and_floor", "grade": true}
"""The schedule hits its peak at the end of warm-up and its floor at the end."""
q = Question(lr_at, points=3)


@q.probe(gives=[0.5, 1.0, 0.55, 0.1, 0.1])
def worked_example(f):
    """Updates 1, 2, 6, 10 and 11 of 10 with 2 of warm-up, from 1 down to 0.1."""
    return [float(f(step, 10, 2, 1.0, 0.1)) for step in (1, 2, 6, 10, 11)]


q.raises(ValueError, 0, 10, 2, 1.0, 0.1, claim="Updates are counted from 1: there is no update 0")
### BEGIN HIDDEN TESTS
q.hidden()


def curve(f, steps, total, warmup, peak=3.0, floor=0.2):
    return [float(f(step, total, warmup, peak, floor)) for step in steps]


@q.probe(rtol=1e-5)
def whole_warm_up(f):
    """Warm-up rises by the same amount at each of its updates, from peak / warmup to peak."""
    return curve(f, range(1, 6), 17, 5)


@q.probe(rtol=1e-5)
def whole_cosine(f):
    """From the end of warm-up on, half a cosine takes it from the peak to the floor."""
    return curve(f, range(5, 18), 17, 5)


@q.probe(rtol=1e-5)
def past_the_end(f):
    """After `total` the rate stays at the floor; a cosine would rise again."""
    return curve(f, (17, 18, 20, 40), 17, 5)


@q.probe(rtol=1e-5)
def no_warm_up(f):
    """With warmup = 0 the first update is on the cosine: nothing is divided by 0."""
    return curve(f, (1, 2, 7), 7, 0)


@q.probe(rtol=1e-5)
def warm_up_only(f):
    """With warmup = total the last update has the peak, and the next one the floor."""
    return curve(f, (1, 4, 5), 4, 4)


@q.probe(rtol=1e-5)
def floor_of_zero(f):
    """A floor of 0 is reached, and the middle of the cosine is half the peak."""
    return curve(f, (3, 7, 11), 11, 3, floor=0.0)


q.raises(ValueError, 3, 10, 11, 1.0, 0.1, claim="A warm-up longer than the plan is refused")


@q.reference
def by_points_on_a_circle(step, total, warmup, peak, floor):
    """Half a circle from the peak to the floor; its height is the rate."""
    import cmath

    if not (1 <= step and warmup <= total):
        raise ValueError("step or warmup")
    if step > total:
        return float(floor)
    if step <= warmup:
        return float(sum(peak / warmup for _ in range(step)))
    turn = cmath.exp(1j * cmath.pi / (total - warmup))
    return float((peak + floor) / 2 + (peak - floor) / 2 * (turn ** (step - warmup)).real)


def schedule(warm=None, cosine=None, late=None, check=True):
    """The schedule with one of its parts replaced; `s` is the step."""
    warm = warm or (lambda s, warmup, peak, floor: peak * s / warmup)
    late = late or (lambda s, total, warmup, peak, floor: floor)

    def half(s, total, warmup, peak, floor):
        p = (s - warmup) / (total - warmup)
        return floor + (peak - floor) * (1 + np.cos(np.pi * p)) / 2

    cosine = cosine or half

    def rate(step, total, warmup, peak, floor):
        if check and (step < 1 or warmup > total):
            raise ValueError("step or warmup")
        if step <= warmup:
            return warm(step, warmup, peak, floor)
        part = late if step > total else cosine
        return part(step, total, warmup, peak, floor)

    return rate


def progress(s, total, warmup):
    return (s - warmup) / (total - warmup)


def wave(p):
    return (1 + np.cos(np.pi * p)) / 2


@q.mistake("""Your cosine falls to 0, not to the floor: at the end nothing is learned any more. Let
it swing between peak and floor: floor + (peak − floor)·(1 + cos πp)/2.""")
def cosine_ignores_floor(*args):
    return schedule(cosine=lambda s, T, W, peak, floor: peak * wave(progress(s, T, W)))(*args)


@q.mistake("""You added the floor and kept the full swing, so the cosine starts at peak + floor. The
swing is peak − floor.""")
def floor_added_amplitude_kept(*args):
    return schedule(cosine=lambda s, T, W, peak, floor: floor + peak * wave(progress(s, T, W)))(
        *args
    )


@q.mistake("""You cut the cosine off at the floor (max). It then reaches the floor too early and
with a corner. Let it swing between peak and floor.""")
def floor_as_a_cut(*args):
    return schedule(cosine=lambda s, T, W, peak, floor: max(floor, peak * wave(progress(s, T, W))))(
        *args
    )


@q.mistake("""There is no warm-up: the first updates have the full peak. They are the ones that a
warm-up must keep small. Use peak · step / warmup.""")
def warmup_starts_at_peak(*args):
    return schedule(warm=lambda s, W, peak, floor: peak)(*args)


@q.mistake("""You counted updates from 0: the first one has the rate 0 and is wasted, and the peak
comes one update late. Here update 1 has peak / warmup.""")
def step_from_zero(*args):
    def late_cosine(s, T, W, peak, floor):
        return peak if s - 1 == W else floor + (peak - floor) * wave(progress(s - 1, T, W))

    return schedule(warm=lambda s, W, peak, floor: peak * (s - 1) / W, cosine=late_cosine)(*args)


@q.mistake("""Warm-up starts from the floor in your code. Here it is a straight line through 0:
peak · step / warmup.""")
def warmup_from_the_floor(*args):
    return schedule(warm=lambda s, W, peak, floor: floor + (peak - floor) * s / W)(*args)


@q.mistake("""You measured progress over the whole run, step / total, so the rate jumps down when
warm-up ends. Progress of the cosine starts at the end of warm-up.""")
def cosine_over_the_whole_run(*args):
    return schedule(cosine=lambda s, T, W, peak, floor: floor + (peak - floor) * wave(s / T))(*args)


@q.mistake("""The cosine gets total − warmup for its length twice: it should end at update `total`,
and yours ends `warmup` updates later. Divide step − warmup by total − warmup.""")
def cosine_ends_late(*args):
    return schedule(cosine=lambda s, T, W, peak, floor: floor + (peak - floor) * wave((s - W) / T))(
        *args
    )


@q.mistake("""There is no π in your cosine: at the end it has turned by 1, not by half a circle,
and the rate is still near the peak. Use cos(πp).""")
def pi_forgotten(*args):
    return schedule(
        cosine=lambda s, T, W, peak, floor: (
            floor + (peak - floor) * (1 + np.cos(progress(s, T, W))) / 2
        )
    )(*args)


@q.mistake("""After `total` your rate is 0. The statement keeps the floor.""")
def zero_after_the_end(*args):
    return schedule(late=lambda s, T, W, peak, floor: 0.0)(*args)


@q.mistake("""Your decay is a straight line. A cosine stays near the peak first and near the floor
last; only ends and middle agree.""")
def linear_decay(*args):
    return schedule(cosine=lambda s, T, W, peak, floor: peak - (peak - floor) * progress(s, T, W))(
        *args
    )


@q.mistake("""You used cos(πp/2), a quarter of the wave: it leaves the peak flat but arrives at the
floor at full slope. Half a wave is (1 + cos πp)/2.""")
def quarter_of_the_wave(*args):
    return schedule(
        cosine=lambda s, T, W, peak, floor: (
            floor + (peak - floor) * np.cos(np.pi / 2 * progress(s, T, W))
        )
    )(*args)


@q.mistake("""After `total` your cosine rises again: a run that goes on a little longer is shaken up
by a growing rate. Return the floor for step > total.""")
def rises_after_the_end(*args):
    def on(s, T, W, peak, floor):
        return floor + (peak - floor) * wave(progress(s, T, W)) if T > W else floor

    return schedule(late=on)(*args)


@q.mistake("""step / warmup is a division by zero when there is no warm-up. Ask for step <= warmup
first: with warmup = 0 that never holds.""")
def divides_by_no_warmup(step, total, warmup, peak, floor):
    if step < 1 or warmup > total:
        raise ValueError("step or warmup")
    rising = peak * step / warmup
    return rising if step <= warmup else schedule()(step, total, warmup, peak, floor)


@q.mistake("""At update `warmup` you left warm-up already (step < warmup). With warmup = total
the cosine then divides 0 by 0. Use step <= warmup: that update has the peak either way.""")
def warmup_ends_one_early(step, total, warmup, peak, floor):
    if step < 1 or warmup > total:
        raise ValueError("step or warmup")
    if step < warmup:
        return peak * step / warmup
    p = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * wave(min(p, 1.0))


@q.mistake("""step < 1 and warmup > total must raise ValueError: both are a bug in the caller that
would train on with a nonsense rate.""")
def accepts_any_step(*args):
    return schedule(check=False)(*args)


@q.variant
def smallest_of_two_parts(step, total, warmup, peak, floor):
    import math

    if step < 1:
        raise ValueError("updates are counted from 1")
    if warmup > total:
        raise ValueError("warm-up is longer than the plan")
    step_in_plan = min(step, total + 1)
    if step_in_plan <= warmup:
        return peak * (step / warmup)
    p = min((step - warmup) / max(total - warmup, 1), 1.0)
    return peak - (peak - floor) * math.sin(math.pi * p / 2) ** 2


@q.variant
def in_torch(step, total, warmup, peak, floor):
    import torch

    if step < 1 or warmup > total:
        raise ValueError("step or warmup")
    if step > total:
        return torch.tensor(floor)
    if step <= warmup:
        return torch.tensor(peak) * step / warmup
    angle = torch.tensor((step - warmup) / (total - warmup)) * torch.pi
    return torch.lerp(torch.tensor(peak), torch.tensor(floor), (1 - angle.cos()) / 2)


q.hints(
    """Write down the rate at four updates: 1, warmup, the middle of the cosine, total. Does yours
give these?""",
    """total = 10, warmup = 2, peak 1, floor 0.1: update 6 is the middle of the cosine, (1 +
    0.1)/2 = 0.55. 0.5 means that the floor was dropped, 0.6 that it was added.""",
    """Raise first. step <= warmup: peak·step/warmup. step >= total: floor. Else
p = (step − warmup)/(total − warmup), floor + (peak − floor)·(1 + cos πp)/2.""",
)
q.why("""A schedule is a function with three promises: small at first, peak at the end of warm-up,
floor at the end. Check the promises at the ends and the middle and every slip shows: a dropped
floor gives 0.5 in the middle, an added one 0.6, progress over the whole run jumps at the end of
warm-up.

Counting from 1, as Adam does, makes both ends exact: update `warmup` has the peak, update `total`
the floor, and no update is wasted on a rate of 0. A loop that counts from 0 passes step + 1.

After `total` a cosine would rise again. Runs do go on longer than planned, so say what happens.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. The largest stable step (4 points, 25 minutes)
#
# On the bowl $\tfrac12 w^\top H w$ with symmetric positive definite $H$ [d, d], the error $e$
# along an eigenvector of $H$ with eigenvalue $\lambda$ moves by itself. With $\eta$ = lr, in the
# conventions of question 2:
#
# $$\text{heavy ball:}\quad e_{t+1} = (1+\mu-\eta\lambda)\,e_t - \mu\, e_{t-1}$$
# $$\text{Nesterov:}\quad e_{t+1} = (1-\eta\lambda)\big((1+\mu)\,e_t - \mu\, e_{t-1}\big)$$
#
# and μ = 0 is plain descent. Such a recurrence $e_{t+1}=a\,e_t-b\,e_{t-1}$ grows or shrinks in the
# long run by the largest $|z|$ among the roots, complex ones too, of $z^2-az+b=0$. Return
#
# - `rate`: that factor at this lr, for the **slowest** direction of all d;
# - `max_lr`: the lr above which some direction grows.
#
# **Example.** H = diag(1, 4), lr = 0.1. Plain: rate 0.9, max_lr 0.5. Heavy ball, μ = 0.25: rate
# 0.8589, max_lr 0.625. Nesterov, μ = 0.25: rate 0.8648, max_lr 0.4167.


# %% nbgrader={"grade_id": "stability", "solution": true}
def stability(H, lr, mu=0.0, nesterov=False):
    """Largest stable learning rate and long-run rate of descent on a quadratic.

    Args:
        H: float array [d, d], symmetric, positive definite. The Hessian.
        lr: float > 0.
        mu: float, 0 ≤ mu < 1.
        nesterov: bool. Which of the two recurrences; the same at mu = 0.

    Returns:
        (max_lr, rate): two floats.
    """
    ### BEGIN SOLUTION
    eigenvalues = np.linalg.eigvalsh(H)
    limit = 2 * (1 + mu) / (1 + 2 * mu if nesterov else 1)  # largest stable lr · λ
    rate = 0.0
    for x in lr * eigenvalues:
        a, b = ((1 - x) * (1 + mu), (1 - x) * mu) if nesterov else (1 + mu - x, mu)
        rate = max(rate, *np.abs(np.roots([1.0, -a, b])))
    return limit / eigenvalues.max(), rate
    ### END SOLUTION


# %% nbgrader={"grade_id": "stability_follows_from_the_eigenvalues", "grade": true}
"""Ceiling and rate follow from the eigenvalues."""
q = Question(stability, points=4)
small_bowl = np.array([[1.0, 0.0], [0.0, 4.0]])


@q.probe(gives={"max_lr": 0.5, "rate": 0.9}, rtol=1e-3)
def plain_descent(f):
    """For plain descent the steepest direction sets the ceiling 2/λ, the flattest one the rate."""
    return dict(zip(("max_lr", "rate"), f(small_bowl.copy(), 0.1)))


@q.probe(gives={"max_lr": 0.625, "rate": 0.85895}, rtol=1e-3)
def heavy_ball(f):
    """Heavy ball, mu = 0.25: along λ = 1 the roots of z² − 1.15 z + 0.25 are 0.859 and 0.291,
    and z = −1 is a root where lr · λ = 2.5."""
    return dict(zip(("max_lr", "rate"), f(small_bowl.copy(), 0.1, 0.25)))


@q.probe(gives={"max_lr": 0.41667, "rate": 0.86483}, rtol=1e-3)
def nesterov(f):
    """Nesterov, mu = 0.25: along λ = 1 the roots of z² − 1.125 z + 0.225 are 0.865 and 0.260,
    and z = −1 is a root where lr · λ = 5/3."""
    return dict(zip(("max_lr", "rate"), f(small_bowl.copy(), 0.1, 0.25, True)))


### BEGIN HIDDEN TESTS
q.hidden()


def rotated(*eigenvalues):
    """A full matrix with these eigenvalues."""
    d = len(eigenvalues)
    Q = np.linalg.qr(np.random.default_rng(50 + d).standard_normal((d, d)))[0]
    H = (Q * np.array(eigenvalues)) @ Q.T
    return (H + H.T) / 2


long_valley = rotated(0.5, 2.0, 3.0, 7.0, 20.0)
many = [(mu, nesterov) for mu in (0.3, 0.9) for nesterov in (False, True)]


@q.probe(rtol=1e-3)
def ceiling_of_plain_descent(f):
    """H may be a full matrix: only its largest eigenvalue, here 20, sets the ceiling 2/20."""
    return [float(f(H, 0.01)[0]) for H in (long_valley, rotated(3.0, 3.5, 1.0))]


@q.probe(rtol=1e-3)
def ceilings_with_momentum(f):
    """The ceiling moves with mu: up for the heavy ball, down for Nesterov."""
    return [float(f(long_valley, 0.01, mu, nesterov)[0]) for mu, nesterov in many]


@q.probe(rtol=1e-3)
def ceiling_does_not_depend_on_lr(f):
    """max_lr is a property of H, mu and the method: the lr that you ask about changes nothing."""
    return [float(f(long_valley, lr, 0.5, True)[0]) for lr in (0.001, 0.05, 0.5)]


@q.probe(rtol=1e-3)
def rates_of_plain_descent(f):
    """The slowest direction is the flattest at small lr, the steepest at large lr, above 1
    beyond."""
    return [float(f(long_valley, lr)[1]) for lr in (0.01, 0.09, 0.099, 0.2)]


@q.probe(rtol=1e-3)
def rates_with_momentum(f):
    """With momentum the roots may be complex: what counts is their modulus, in every direction."""
    lrs = (0.003, 0.08, 0.15)
    return [[float(f(long_valley, lr, *method)[1]) for lr in lrs] for method in many]


@q.probe(rtol=1e-3)
def one_direction(f):
    """In one dimension lr · λ = 1 solves plain descent in one step, rate 0; at 1.5 the error
    flips its sign and halves, rate 0.5."""
    H = np.array([[5.0]])
    return [float(f(H, 0.1)[0]), *(float(f(H, lr)[1]) for lr in (0.1, 0.2, 0.3))]


def spectral_radius(H, lr, mu, nesterov):
    """The largest |eigenvalue| of one step, written as a matrix on (w now, w before)."""
    d = len(H)
    step = np.eye(d) - lr * np.asarray(H)
    if nesterov:
        top = [(1 + mu) * step, -mu * step]
    else:
        top = [step + mu * np.eye(d), -mu * np.eye(d)]
    return np.abs(np.linalg.eigvals(np.block([top, [np.eye(d), np.zeros((d, d))]]))).max()


@q.reference
def bisection_on_the_step_as_a_matrix(H, lr, mu=0.0, nesterov=False):
    low, high = 0.0, 8.0 / np.abs(H).sum(axis=1).max()
    while spectral_radius(H, high, mu, nesterov) <= 1:
        high *= 2
    for _ in range(30):
        middle = (low + high) / 2
        stable = spectral_radius(H, middle, mu, nesterov) <= 1
        low, high = (middle, high) if stable else (low, middle)
    return low, spectral_radius(H, lr, mu, nesterov)


def factors(e, lr, mu, nesterov, size=np.abs):
    """For each eigenvalue the size of the larger root."""
    x = lr * np.asarray(e)
    a, b = ((1 - x) * (1 + mu), (1 - x) * mu) if nesterov else (1 + mu - x, mu + 0 * x)
    root = np.sqrt(a * a - 4 * b + 0j)
    return np.maximum(size((a + root) / 2), size((a - root) / 2))


def limit(mu, nesterov):
    return (2 + 2 * mu) / (1 + 2 * mu) if nesterov else 2 + 2 * mu


def answer(ceiling=None, rate=None, pick=np.max):
    """The right answer with the ceiling or the rate replaced; e are the eigenvalues."""
    ceiling = ceiling or (lambda H, e, mu, nesterov: limit(mu, nesterov) / e.max())
    rate = rate or (lambda e, lr, mu, nesterov: pick(factors(e, lr, mu, nesterov)))

    def both(H, lr, mu=0.0, nesterov=False):
        e = np.linalg.eigvalsh(H)
        return ceiling(H, e, mu, nesterov), rate(e, lr, mu, nesterov)

    return both


@q.mistake("""Your ceiling is half of what is stable. lr = 1/λmax is the step that solves the
steepest direction at once; up to twice that it overshoots and still shrinks.""")
def one_over_lambda_max(*args):
    return answer(lambda H, e, mu, nesterov: limit(mu, nesterov) / 2 / e.max())(*args)


@q.mistake("""You used the trace, the sum of all curvatures. Only the steepest direction can blow
up: the largest eigenvalue.""")
def trace_for_lambda_max(*args):
    return answer(lambda H, e, mu, nesterov: limit(mu, nesterov) / e.sum())(*args)


@q.mistake("""Your ceiling comes from the smallest eigenvalue. The flattest direction allows the
longest step; the steepest one must survive it too.""")
def smallest_eigenvalue(*args):
    return answer(lambda H, e, mu, nesterov: limit(mu, nesterov) / e.min())(*args)


@q.mistake("""You took the largest number on the diagonal of H (or in H). In a full matrix the
steepest direction lies between the axes, and is steeper than any axis. Use eigenvalues.""")
def largest_entry(*args):
    return answer(lambda H, e, mu, nesterov: limit(mu, nesterov) / np.diag(H).max())(*args)


@q.mistake("""You used the Frobenius norm of H (np.linalg.norm of a matrix). It adds up all
curvatures; the largest one is np.linalg.norm(H, 2), or the largest eigenvalue.""")
def frobenius_norm(*args):
    return answer(lambda H, e, mu, nesterov: limit(mu, nesterov) / np.linalg.norm(H))(*args)


@q.mistake("""Your ceiling is 2/λmax for every method. With momentum it moves: put z = −1, where the
oscillation starts to grow, into z² − az + b = 0, and solve for lr.""")
def momentum_leaves_the_ceiling(*args):
    return answer(lambda H, e, mu, nesterov: 2 / e.max())(*args)


@q.mistake("""You lowered the heavy ball's ceiling to 2(1 − μ)/λmax, since its steps add up to
lr/(1 − μ). They add up along a slope; in the steepest direction the sign flips at each step, so
they cancel, and the ceiling rises. Put z = −1 into the equation.""")
def momentum_lowers_the_ceiling(*args):
    return answer(
        lambda H, e, mu, nesterov: (limit(mu, True) if nesterov else 2 - 2 * mu) / e.max()
    )(*args)


@q.mistake("""You gave Nesterov the ceiling of the heavy ball. Its gradient is taken ahead, where an
oscillating direction overshoots more: b holds (1 − lr·λ) too, and z = −1 gives
lr·λ = (2 + 2μ)/(1 + 2μ).""")
def nesterov_as_heavy_ball_ceiling(*args):
    return answer(lambda H, e, mu, nesterov: limit(mu, False) / e.max())(*args)


@q.mistake("""Your rate is that of the steepest direction. At a small lr the flattest one is the
slowest. Take the largest factor over all eigenvalues.""")
def rate_of_the_steepest(*args):
    return answer(rate=lambda e, lr, mu, nesterov: factors(e[-1:], lr, mu, nesterov)[0])(*args)


@q.mistake("""Your rate is that of the flattest direction. Near the ceiling the steepest one is the
slowest, and beyond it grows. Take the largest factor over all eigenvalues.""")
def rate_of_the_flattest(*args):
    return answer(rate=lambda e, lr, mu, nesterov: factors(e[:1], lr, mu, nesterov)[0])(*args)


@q.mistake("""You took the fastest direction. In the end only the slowest one is left: take the
largest factor.""")
def fastest_direction(*args):
    return answer(pick=np.min)(*args)


@q.mistake("""You averaged the factors. After many steps the largest one decides alone.""")
def averaged_factor(*args):
    return answer(pick=np.mean)(*args)


@q.mistake("""You left out the absolute value: a root of −1.2 grows as much as one of 1.2. Compare
moduli.""")
def sign_kept(*args):
    return answer(rate=lambda e, lr, mu, nesterov: factors(e, lr, mu, nesterov, np.real).max())(
        *args
    )


@q.mistake("""You picked the largest root and then took its modulus. A root of −1.2 is smaller
than 0.9 and grows all the same: take moduli first, then the largest.""")
def largest_root_then_modulus(*args):
    def rate(e, lr, mu, nesterov):
        x = lr * np.asarray(e)
        a, b = ((1 - x) * (1 + mu), (1 - x) * mu) if nesterov else (1 + mu - x, mu + 0 * x)
        root = np.sqrt(a * a - 4 * b + 0j)
        return abs(max([*(a + root) / 2, *(a - root) / 2], key=lambda z: (z.real, z.imag)))

    return answer(rate=rate)(*args)


@q.mistake("""You used the real part of complex roots. They turn as they shrink; what shrinks is the
modulus, np.abs of the complex number.""")
def real_part_of_complex_roots(*args):
    return answer(
        rate=lambda e, lr, mu, nesterov: factors(
            e, lr, mu, nesterov, lambda z: np.abs(np.real(z))
        ).max()
    )(*args)


@q.mistake("""Your rate ignores momentum: it is |1 − lr·λ| for every μ. With momentum it is the
larger root of z² − az + b = 0.""")
def rate_without_momentum(*args):
    return answer(rate=lambda e, lr, mu, nesterov: np.abs(1 - lr * e).max())(*args)


@q.mistake("""You put lr/(1 − μ) into |1 − lr·λ|. That is right only in the limit of slow
directions; a fast one does not see the sum of the steps. Take the roots of z² − az + b = 0.""")
def momentum_as_a_longer_step(*args):
    return answer(rate=lambda e, lr, mu, nesterov: np.abs(1 - lr / (1 - mu) * e).max())(*args)


@q.mistake("""(κ − 1)/(κ + 1), or (√κ − 1)/(√κ + 1) with momentum, is the rate at the *best* lr
and μ. The question is the rate at the lr and μ that are given.""")
def rate_at_the_best_setting(*args):
    def best(e, lr, mu, nesterov):
        kappa = (e.max() / e.min()) ** (0.5 if mu else 1.0)
        return (kappa - 1) / (kappa + 1)

    return answer(rate=best)(*args)


@q.mistake("""√μ is the heavy ball's rate where the roots are complex. Where they are real (a
small lr·λ, or one near the ceiling) the larger root is slower, and Nesterov has other roots.
Compute them.""")
def root_of_mu_everywhere(*args):
    return answer(rate=lambda e, lr, mu, nesterov: mu**0.5 if mu else np.abs(1 - lr * e).max())(
        *args
    )


@q.mistake("""You took the norm of the 2 × 2 step matrix. It bounds one step, and with momentum
it is above 1 even where everything shrinks. In the long run its eigenvalues count.""")
def norm_for_radius(*args):
    def norm(e, lr, mu, nesterov):
        if mu == 0:
            return np.abs(1 - lr * e).max()
        a, b = (
            ((1 - lr * e) * (1 + mu), (1 - lr * e) * mu)
            if nesterov
            else (1 + mu - lr * e, mu + 0 * e)
        )
        return max(np.linalg.norm([[p, -r], [1.0, 0.0]], 2) for p, r in zip(a, b))

    return answer(rate=norm)(*args)


@q.mistake("""Your rate uses Nesterov's equation for the heavy ball, or the heavy ball's for
Nesterov. Look at which terms carry (1 − lr·λ).""")
def rate_of_the_other_method(*args):
    return answer(rate=lambda e, lr, mu, nesterov: factors(e, lr, mu, not nesterov).max())(*args)


@q.mistake("""You returned (rate, max_lr). The order is max_lr, rate.""")
def returned_in_the_other_order(*args):
    return answer()(*args)[::-1]


@q.variant
def companion_matrices(H, lr, mu=0.0, nesterov=False):
    e, flat = np.linalg.eigvals(H), 0.0
    for value in e:
        keep = 1 - lr * value
        row = [keep * (1 + mu), -keep * mu] if nesterov else [keep + mu, -mu]
        flat = max(flat, np.abs(np.linalg.eigvals(np.array([row, [1.0, 0.0]]))).max())
    top = max(e)
    return (2 * (1 + mu) / top / (1 + 2 * mu) if nesterov else 2 * (1 + mu) / top), flat


@q.variant
def power_iteration_and_modulus(H, lr, mu=0.0, nesterov=False):
    v = np.arange(1.0, len(H) + 1)
    for _ in range(400):
        v = H @ v
        v = v / np.linalg.norm(v)
    e = np.linalg.svd(H, compute_uv=False)
    x = lr * e
    a, b = ((1 - x) * (1 + mu), (1 - x) * mu) if nesterov else (1 + mu - x, mu + 0 * x)
    disc = a * a - 4 * b
    real = (np.abs(a) + np.sqrt(np.maximum(disc, 0))) / 2
    rate = np.where(disc < 0, np.sqrt(np.maximum(b, 0)), real).max()
    return limit(mu, nesterov) / (v @ H @ v), rate


@q.variant
def in_torch(H, lr, mu=0.0, nesterov=False):
    import torch

    e = torch.linalg.eigvalsh(torch.tensor(H))
    a, b = (
        ((1 - lr * e) * (1 + mu), (1 - lr * e) * mu) if nesterov else (1 + mu - lr * e, mu + 0 * e)
    )
    root = (a * a - 4 * b).to(torch.complex128).sqrt()
    rate = torch.maximum((a + root).abs(), (a - root).abs()).max() / 2
    return torch.tensor(limit(mu, nesterov)) / e.max(), rate


q.hints(
    """Each eigenvalue is a problem of its own. Which one breaks first as lr grows? Which one is the
last to be done? Those need not be the same.""",
    """H = [[1]], mu = 0: e goes by 1 − lr, so rate = |1 − lr| and max_lr = 2, not 1. At the ceiling
the root is z = −1: with heavy ball and mu = 0.5, 1 + (1.5 − x) + 0.5 = 0 gives x = lr·λ = 3.""",
    """e = np.linalg.eigvalsh(H). For each: a and b from the statement, max of
abs(np.roots([1, -a, b])); rate = the largest. Ceiling: solve 1 + a + b = 0 for lr·λ, divide by the
largest eigenvalue.""",
)
q.why("""Descent on a bowl is d independent problems, one for each eigenvalue. The ceiling belongs
to the steepest, the rate at a moderate lr to the flattest: their quotient κ is why one lr cannot
serve both.

At the ceiling the steepest direction flips its sign at each step, z = −1. There the heavy ball's
steps cancel instead of adding up, so its ceiling **rises** to 2(1 + μ)/λ: nearly double. The
common guess 2(1 − μ)/λ takes the slope's sum lr/(1 − μ) for a step. Nesterov takes the gradient
ahead, where an oscillation is further out, and its ceiling **falls**, to (2 + 2μ)/(1 + 2μ)/λ,
towards 4/3. Switching `nesterov=True` on at an lr that was just stable makes a run diverge.

Where roots are complex, their modulus is √b: for the heavy ball √μ, in every such direction,
whatever λ. That is how momentum makes directions of different curvature equally fast.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_in_90_seconds", "task": true, "points": 4}
# ## 8. Say it in 90 seconds (4 points, graded by hand)
#
# A colleague writes: **"I moved our model from SGD with momentum to Adam and kept
# weight_decay=0.001 as an L2 penalty. I raised it to 0.1 and the curves hardly changed, so it
# seems that weight decay does not matter for us. Also, the batch is now 8 times as large, so I
# multiplied the learning rate by 8, and it diverges in the first hundred steps. What is going
# on?"**
#
# Write what you would answer, 150 to 220 words, in the cell below this one. Use at least two
# numbers that you computed in this assignment, and name one measurement that could prove you
# wrong. Read it aloud with a clock before you hand it in.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or wrong on both points (weight decay is useless with Adam; always scale lr
#   with the batch).
# - **1**: one point is right as a slogan ("use AdamW", "add warm-up"), with no mechanism.
# - **2**: both points with their mechanism. L2 goes through the division by √v̂, so its size is
#   largely lost where gradients are small beside it, and shrinks with gradient noise elsewhere;
#   AdamW takes it out. Linear scaling of lr is a rule for noise in SGD; under Adam's normalisation
#   the usual rule is the square root, and neither moves the stability ceiling. Warm-up for the
#   first steps. No numbers, or numbers that do not bear on the claim.
# - **3**: as 2, with own numbers: e.g. with zero gradients wd = 1 and 0.01 leave the same weight
#   under L2-in-Adam, but 0.82 and 0.998 after 20 steps at lr 0.01 under AdamW; the first Adam step
#   is 3.16 lr without correction, lr with it, for every coordinate; the ceiling of H = diag(1, 4)
#   is 0.5, 0.625 or 0.4167 by method and knows nothing of the batch. Says what limits them.
# - **4**: as 3, and says what to do and how it could be wrong: switch to AdamW, with decay on
#   matrices only, and choose wd by its horizon 1/(lr·wd) in steps against the length of the run;
#   try √8 ≈ 2.8 with warm-up; measure (the norm of the weights under both wd; the largest
#   curvature along the gradient, preconditioned, or the loss at steps 1 to 100 with half the lr)
#   so that one result would refute the story. Fits in 90 seconds and answers the colleague.
#
# A level-4 answer: "Both have one cause: Adam divides the gradient by its own size. Your L2 term is
# part of that gradient, so it is divided too. In my test with no other gradient, L2 of 1 and of
# 0.01 moved a weight identically, while AdamW left 0.82 and 0.998 of it after twenty steps at rate
# 0.01. So your experiment says nothing about decay yet. Switch to AdamW, decay matrices only, and
# pick the decay by its horizon: one over rate times decay should be of the order of your run. The
# batch: times eight is the rule for SGD, where it keeps the noise the same. Adam has divided the
# noise out already, so the rule there is the root, 2.8. And no batch size moves the stability
# ceiling: in my bowl it was 0.5 at any batch. Early steps are the worst, because every coordinate,
# signal or noise, moves by the full rate in step one. So: 2.8, with warm-up. To check me, log the
# weight norm for both decays: if they differ under L2 as they do under AdamW, I am wrong. And run
# a hundred steps at 2.8 without warm-up: if it diverges the same way, it is the ceiling and not
# the noise."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
