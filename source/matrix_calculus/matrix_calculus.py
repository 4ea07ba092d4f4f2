# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one derivation on paper, about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** The gradient of a number by an array has **the shape of that
# array**; `dx` means the gradient of the final number by x, and an *upstream* gradient is an
# argument. Examples are rows: `x @ W + b`. Arguments are NumPy float64 arrays (labels: int) unless
# a question says else; you may compute and return NumPy or torch. No argument may be changed in
# place. Sizes are 1 or more. Write the mathematics yourself: no autograd.

# %% nbgrader={"grade_id": "imports", "locked": true}
import math

import numpy as np
import torch

from mlprep.check import Question


def normal(seed, *shapes):
    """One standard normal array for each shape, from one seed."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in shapes]


def slopes(f, x, upstream=1.0, eps=1e-5):
    """Central differences of the number sum(upstream * f(x)), one for each entry of x."""
    out = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += eps
        down[index] -= eps
        out[index] = np.sum(upstream * (f(up) - f(down))) / (2 * eps)
    return out


def failure(error):
    """What a line that raised is told: the other lines are judged all the same."""
    kind = getattr(error, "kinds", [type(error).__name__])[0]
    if kind == "NotImplementedError":
        return "it is not answered yet"
    # the checker tells of "nan" and "the shape is" first, and earlier lines come first here
    text = str(error)[:70].replace("nan", "NaN").replace("the shape is", "its shape is")
    return f"it raised {kind}: {text}"


def compared(line, want):
    """"" where line() gives `want`; else what is wrong with it: form, then factor, then entries."""
    try:
        got = line()
    except Exception as error:  # noqa: BLE001 - a learner's line raises anything
        return failure(error)
    if got is None:
        return "it returned None: is a `return` missing?"
    got = np.asarray(got.detach() if torch.is_tensor(got) else got)
    if got.dtype.kind not in "biuf":
        return "it did not return one array of real numbers"
    if got.shape != want.shape:
        swapped = got.ndim == 2 and got.T.shape == want.shape and got.size > 1
        tail = ": its two axes are swapped" if swapped else ""
        return f"it has shape {got.shape} where {want.shape} is due{tail}"
    if not np.isfinite(got).all():
        where = [int(i) for i in np.argwhere(~np.isfinite(got))[0]]
        count = f"{int((~np.isfinite(got)).sum())} of {got.size}"
        return f"entry {where} is inf or not a number ({count} are)"
    narrow = got.dtype == np.float32
    got, largest = got.astype(float), np.abs(want).max()
    rtol, atol = (1e-4, 1e-5 * largest) if narrow else (1e-6, 1e-8)
    close = np.isclose(got, want, rtol=rtol, atol=atol)
    if close.all():
        return ""
    if not got.any():
        return "all entries are 0"
    ratio = np.sum(got * want) / np.sum(want**2) if largest > 0 else 0.0
    if want.size > 1 and abs(ratio) > 1e-3 and np.allclose(got, ratio * want, rtol=1e-4, atol=1e-7):
        return f"every entry is {ratio:.3g} times what finite differences give"
    where = np.unravel_index(int(np.argmin(close)), want.shape)
    place = f"entry {[int(i) for i in where]} is" if want.ndim else "it is"
    here = f"{place} {got[where]:.4g}, and finite differences give {want[where]:.4g}"
    return f"{here} ({int((~close).sum())} of {want.size} entries are off)"


def compared_all(call, wants):
    """The same for call() with several arrays, in the order of `wants`, by name."""
    try:
        got = call()
    except Exception as error:  # noqa: BLE001
        return failure(error)
    if not isinstance(got, (tuple, list)) or len(got) != len(wants):
        return f"a tuple of {len(wants)} arrays is due: ({', '.join(wants)})"
    told = {name: compared(lambda a=a: a, wants[name]) for name, a in zip(wants, got, strict=True)}
    return "; ".join(f"{name}: {text}" for name, text in told.items() if text)


# %% [markdown]
# ## 1. A derivation in eight lines (6 points, 25 minutes)
#
# A linear layer, softmax and the mean cross-entropy, taken apart into single operations:
#
# $$z=xW+b,\quad e=\exp z,\quad s=\textstyle\sum_k e_{\cdot k},\quad p=e/s,\quad l=\log p,\quad
# L=-\frac1B\sum_i l_{i,y_i}$$
#
# with x [B, D], W [D, K], b [K], y [B] (labels from 0 to K − 1), **s [B, 1]**, and e, p, l, z
# [B, K]. Go backwards, one line an operation. Each method gets what it needs as arguments, the
# gradients of the lines before included, so a slip in one line costs that line only, and **the
# first wrong line is the one that you are told of**. The logits are small here: no overflow.
#
# `e` is used twice: in p = e/s directly, and through s. `d_e` returns the **sum of both paths**.
#
# **Example.** B = 1, K = 2, e = [[1, 3]], s = [[4]], p = [[¼, ¾]], y = [0]: dl = [[−1, 0]],
# dp = [[−4, 0]], ds = [[0.25]], de = [[−0.75, 0.25]], dz = [[−0.75, 0.75]].


# %% nbgrader={"grade_id": "lines", "solution": true}
class Lines:
    """The backward pass of linear layer, softmax and cross-entropy, one operation a line."""

    def d_l(self, log_p, y):
        """Line 1: L = −mean of l at the labels; log_p is l [B, K], y [B] -> dl [B, K]."""
        ### BEGIN SOLUTION
        dl = np.zeros(log_p.shape)
        dl[np.arange(len(y)), y] = -1 / len(y)
        return dl
        ### END SOLUTION

    def d_p(self, p, dl):
        """Line 2: l = log p. p, dl [B, K] -> dp [B, K]."""
        ### BEGIN SOLUTION
        return dl / p
        ### END SOLUTION

    def d_s(self, e, s, dp):
        """Line 3: p = e / s, by s. e, dp [B, K], s [B, 1] -> ds [B, 1]."""
        ### BEGIN SOLUTION
        return -(dp * e / s**2).sum(axis=1, keepdims=True)
        ### END SOLUTION

    def d_e(self, s, dp, ds):
        """Line 4: e in p = e / s and in s = sum of e. s, ds [B, 1], dp [B, K] -> de [B, K]."""
        ### BEGIN SOLUTION
        return dp / s + ds
        ### END SOLUTION

    def d_z(self, e, de):
        """Line 5: e = exp z. e, de [B, K] -> dz [B, K]."""
        ### BEGIN SOLUTION
        return de * e
        ### END SOLUTION

    def d_W(self, x, dz):
        """Line 6: z = x W + b, by W. x [B, D], dz [B, K] -> dW [D, K]."""
        ### BEGIN SOLUTION
        return x.T @ dz
        ### END SOLUTION

    def d_b(self, dz):
        """Line 7: z = x W + b, by b. dz [B, K] -> db [K]."""
        ### BEGIN SOLUTION
        return dz.sum(axis=0)
        ### END SOLUTION

    def d_x(self, W, dz):
        """Line 8: z = x W + b, by x. W [D, K], dz [B, K] -> dx [B, D]."""
        ### BEGIN SOLUTION
        return dz @ W.T
        ### END SOLUTION


# %% nbgrader={"grade_id": "lines_are_right_one_by_one", "grade": true}
"""Each line is the derivative of its own operation, in the shape of what it differentiates by."""
q = Question(Lines, points=6, name="lines")


def at_labels(v, log_p):
    return -np.mean(log_p[np.arange(len(log_p)), v["y"]])


STEPS = {  # method: its arguments, what it differentiates by, the operation, upstream, the claim
    "d_l": ("l y", "l", at_labels, None,
            "Line 1, dl: the loss reads one entry of each row, and takes the mean of B rows"),
    "d_p": ("p dl", "p", lambda v, p: np.log(p), "dl",
            "Line 2, dp: entry by entry, the slope of log at p times what came from line 1"),
    "d_s": ("e s dp", "s", lambda v, s: v["e"] / s, "dp",
            "Line 3, ds [B, 1]: s divides all K entries of its row, so it hears from all of them"),
    "d_e": ("s dp ds", "e", lambda v, e: np.sum(v["dp"] * e / v["s"]) + np.sum(v["ds"][:, 0] @ e),
            None, "Line 4, de: e is used twice, and what is used twice gets two terms"),
    "d_z": ("e de", "z", lambda v, z: np.exp(z), "de",
            "Line 5, dz: the slope of exp is exp itself"),
    "d_W": ("x dz", "W", lambda v, W: v["x"] @ W, "dz",
            "Line 6, dW [D, K]: all B examples use the same W: shares are added up, not averaged"),
    "d_b": ("dz", "b", lambda v, b: b + 0 * v["dz"], "dz",
            "Line 7, db [K]: all B rows use the same b: shares are added up, not averaged"),
    "d_x": ("W dz", "x", lambda v, x: x @ v["W"], "dz",
            "Line 8, dx [B, D]: each example hears from all K logits, and from no other example"),
}


def quantities(B, D, K, seed):
    """Everything that the forward pass names, and upstream gradients that belong to no loss."""
    x, W, b, dl, dp, ds, de, dz = normal(
        seed, (B, D), (D, K), K, (B, K), (B, K), (B, 1), (B, K), (B, K)
    )
    e = np.exp(z := x @ W / 2)
    s = e.sum(axis=1, keepdims=True)
    y = np.random.default_rng(seed).integers(K, size=B)
    forward = {"x": x, "W": W, "b": b, "y": y, "z": z, "e": e, "s": s, "p": e / s}
    upstream = {"dl": dl, "dp": dp, "ds": ds, "de": de, "dz": dz}
    return forward | upstream | {"l": np.log(e / s)}


def add_lines(*sizes):
    """One probe a line, in the order of the derivation."""
    v = quantities(*sizes)
    for method, (names, by, operation, upstream, claim) in STEPS.items():

        up = 1.0 if upstream is None else v[upstream]
        want = slopes(lambda a, step=operation: step(v, a), v[by], up)
        given = [v[name] for name in names.split()]

        def probe(cls, method=method, given=given, want=want):
            return compared(lambda: getattr(cls(), method)(*given), want)

        probe.__doc__, probe.__name__ = claim, f"{method}_{len(q.probes)}"
        q.probe(gives="")(probe)


@q.probe(gives=[[-1.0, 0.0]])
def first_line_of_the_example(cls):
    """Line 1, dl: with one example the label's log-probability has the slope −1, others none"""
    return cls().d_l(np.log([[0.25, 0.75]]), np.array([0]))


add_lines(5, 3, 7, 1)  # 5 examples, 3 inputs, 7 classes
### BEGIN HIDDEN TESTS
q.hidden()
add_lines(2, 7, 3, 2)
add_lines(1, 1, 5, 3)


def by_vjp(operation, *inputs):
    """torch's vector-Jacobian product of one operation."""
    return torch.autograd.functional.vjp(operation, *inputs)[1]


@q.reference
class by_autograd:
    def d_l(self, log_p, y):
        rows = torch.arange(len(y))
        return by_vjp(lambda t: -t[rows, torch.tensor(y)].mean(), torch.tensor(log_p))

    def d_p(self, p, dl):
        return by_vjp(torch.log, torch.tensor(p), torch.tensor(dl))

    def d_s(self, e, s, dp):
        return by_vjp(lambda t: torch.tensor(e) / t, torch.tensor(s), torch.tensor(dp))

    def d_e(self, s, dp, ds):
        upstream = torch.tensor(dp), torch.tensor(ds)
        both = lambda t: (t / torch.tensor(s), t.sum(1, keepdim=True))  # noqa: E731
        return by_vjp(both, torch.ones(dp.shape, dtype=torch.float64), upstream)

    def d_z(self, e, de):
        return by_vjp(torch.exp, torch.tensor(e).log(), torch.tensor(de))

    def d_W(self, x, dz):
        W = torch.zeros(x.shape[1], dz.shape[1], dtype=torch.float64)
        return by_vjp(lambda t: torch.tensor(x) @ t, W, torch.tensor(dz))

    def d_b(self, dz):
        b = torch.zeros(dz.shape[1], dtype=torch.float64)
        return by_vjp(lambda t: t.expand(len(dz), -1), b, torch.tensor(dz))

    def d_x(self, W, dz):
        x = torch.zeros(len(dz), len(W), dtype=torch.float64)
        return by_vjp(lambda t: t @ torch.tensor(W), x, torch.tensor(dz))


class Right:
    """All lines right, for wrong answers to bend one of them."""

    def d_l(self, log_p, y):
        return -np.eye(log_p.shape[1])[y] / len(y)

    def d_p(self, p, dl):
        return dl / p

    def d_s(self, e, s, dp):
        return -np.einsum("bk,bk->b", dp, e)[:, None] / s**2

    def d_e(self, s, dp, ds):
        return dp / s + ds

    def d_z(self, e, de):
        return e * de

    def d_W(self, x, dz):
        return np.einsum("bd,bk->dk", x, dz)

    def d_b(self, dz):
        return np.ones(len(dz)) @ dz

    def d_x(self, W, dz):
        return (W @ dz.T).T


@q.mistake("""Line 1 lacks 1/B. L is a mean: without 1/B all eight gradients grow with the batch,
and a learning rate fits one batch size only.""")
class one_over_b_forgotten(Right):
    def d_l(self, log_p, y):
        return -np.eye(log_p.shape[1])[y]


@q.mistake("""1/B twice: line 1 has put it in, and dW and db average over the batch once more. Once
the mean has been differentiated, every later line only adds.""")
class one_over_b_twice(Right):
    def d_W(self, x, dz):
        return super().d_W(x, dz) / len(x)

    def d_b(self, dz):
        return dz.mean(axis=0)


@q.mistake("""Line 1 has no minus sign: L is minus the log-probability, and without it you would
descend into the worst fit.""")
class minus_forgotten(Right):
    def d_l(self, log_p, y):
        return -super().d_l(log_p, y)


@q.mistake("""Line 2 multiplies by p. The slope of log p is 1/p: a small probability means a large
gradient.""")
class log_slope_upside_down(Right):
    def d_p(self, p, dl):
        return dl * p


@q.mistake("""Line 2 is 1/p alone, without dl. Each line is local slope times upstream gradient;
without the second factor the loss no longer appears in it.""")
class upstream_forgotten(Right):
    def d_p(self, p, dl):
        return 1 / p


@q.mistake("""Line 3 has the wrong sign: a larger s makes every share smaller, so the slope of e/s
by s is −e/s².""")
class ds_without_minus(Right):
    def d_s(self, e, s, dp):
        return -super().d_s(e, s, dp)


@q.mistake("""Line 3 divides by s once. The slope of e/s by s is −e/s², not −e/s.""")
class ds_not_squared(Right):
    def d_s(self, e, s, dp):
        return super().d_s(e, s, dp) * s


@q.mistake("""Line 3 sums over the batch. s_i is shared by the K entries of row i, so sum over axis
1 (the classes): what was broadcast forward along an axis is summed along that axis backward.""")
class s_collects_over_the_batch(Right):
    def d_s(self, e, s, dp):
        return -(dp * e / s**2).sum(axis=0, keepdims=True)


@q.mistake("""Line 3 is not summed: [B, K] in place of [B, 1]. s_i was broadcast over K entries;
backward, a broadcast is a sum. NumPy will add your array in line 4 without complaint.""")
class broadcast_not_summed(Right):
    def d_s(self, e, s, dp):
        return -dp * e / s**2


@q.mistake("""Line 3 has lost its axis: [B] in place of [B, 1]. In line 4 it would be broadcast
along the wrong axis, silently where B = K. Keep the axis: keepdims=True.""")
class axis_lost(Right):
    def d_s(self, e, s, dp):
        return super().d_s(e, s, dp)[:, 0]


@q.mistake("""Line 4 has one path only. e also feeds s, so raising one entry lowers the shares of
all others: add ds. Without it you get the softmax derivative with the diagonal term only.""")
class one_path_only(Right):
    def d_e(self, s, dp, ds):
        return dp / s


@q.mistake("""Line 4 overwrites in place of adding: you returned ds alone (broadcast). Two uses of e
mean two terms, dp/s + ds.""")
class second_path_only(Right):
    def d_e(self, s, dp, ds):
        return ds + 0 * dp


@q.mistake("""Line 4 multiplies ds by e or s. In s = Σ e every entry has the slope 1: ds is added as
it is.""")
class sum_with_a_slope(Right):
    def d_e(self, s, dp, ds):
        return dp / s + ds / s


@q.mistake("""Line 5 passes de on unchanged. The slope of exp z is exp z, and that is e, which you
have.""")
class exp_slope_forgotten(Right):
    def d_z(self, e, de):
        return de + 0.0


@q.mistake("""Line 5 takes the slope of exp to be exp(e). e is exp(z) already: multiply by e.""")
class exp_of_exp(Right):
    def d_z(self, e, de):
        return de * np.exp(e)


@q.mistake("""dW keeps the batch: [B, D, K], one outer product an example. All examples use the same
W, so sum over B; xᵀ dz does both at once.""")
class forgets_batch_sum_for_w(Right):
    def d_W(self, x, dz):
        return x[:, :, None] * dz[:, None, :]


@q.mistake("""You mixed conventions: dzᵀ x [K, D] and W dzᵀ [D, B] belong to z = W x with examples
as columns. Here examples are rows, z = x W: dW = xᵀ dz and dx = dz Wᵀ.""")
class row_col_vector_convention_mix(Right):
    def d_W(self, x, dz):
        return dz.T @ x

    def d_x(self, W, dz):
        return W @ dz.T


@q.mistake("""dW is transposed: dzᵀ x is the layout of torch.nn.Linear, which stores its weight as
[K, D]. Here W is [D, K], and its gradient has the shape of W.""")
class weight_in_the_layout_of_nn_linear(Right):
    def d_W(self, x, dz):
        return dz.T @ x


@q.mistake("""Line 7 sums over the classes. b_k is shared by the B examples: sum over axis 0. A
square batch (B = K) would have hidden this.""")
class sum_axis_swapped(Right):
    def d_b(self, dz):
        return dz.sum(axis=1)


@q.mistake("""Line 7 averages over the batch. Line 1 has put 1/B in already: db is the plain sum
over the rows.""")
class bias_averaged(Right):
    def d_b(self, dz):
        return dz.mean(axis=0)


@q.mistake("""Line 7 returns dz unsummed. b [K] was broadcast over B rows; backward, a broadcast is
a sum over the rows.""")
class bias_not_summed(Right):
    def d_b(self, dz):
        return dz + 0.0


@q.mistake("""Line 8 has dropped the transpose and bent the shapes until they fitted. z = x W gives
dx = dz Wᵀ: row i of dx is Σ_k dz_ik (column k of W).""")
class dx_reshaped_into_place(Right):
    def d_x(self, W, dz):
        return dz @ W.reshape(W.shape[::-1])


@q.variant
class with_einsum_and_loops:
    def d_l(self, log_p, y):
        dl = log_p * 0
        for i, label in enumerate(y):
            dl[i, label] -= 1 / len(y)
        return dl

    def d_p(self, p, dl):
        return np.where(dl == 0, 0.0, dl / p)

    def d_s(self, e, s, dp):
        return [[-sum(dp[i] * e[i]) / s[i, 0] ** 2] for i in range(len(s))]

    def d_e(self, s, dp, ds):
        return np.add(ds, dp * s**-1)

    def d_z(self, e, de):
        return np.einsum("bk,bk->bk", de, e)

    def d_W(self, x, dz):
        return sum(np.outer(x[i], dz[i]) for i in range(len(x)))

    def d_b(self, dz):
        return np.einsum("bk->k", dz)

    def d_x(self, W, dz):
        return np.stack([W @ row for row in dz])


@q.variant
class torch_in_single_precision:
    def d_l(self, log_p, y):
        hot = torch.nn.functional.one_hot(torch.tensor(y), log_p.shape[1])
        return -hot.float() / len(y)

    def d_p(self, p, dl):
        return (torch.tensor(dl) / torch.tensor(p)).float()

    def d_s(self, e, s, dp):
        e, s, dp = map(torch.tensor, (e, s, dp))
        return -(dp * e).sum(-1, keepdim=True) / s.square()

    def d_e(self, s, dp, ds):
        return torch.tensor(dp) / torch.tensor(s) + torch.tensor(ds)

    def d_z(self, e, de):
        return torch.tensor(e).float() * torch.tensor(de).float()

    def d_W(self, x, dz):
        return torch.tensor(x).T @ torch.tensor(dz)

    def d_b(self, dz):
        return torch.tensor(dz).sum(0)

    def d_x(self, W, dz):
        return torch.tensor(dz) @ torch.tensor(W).mT


q.hints(
    """Write the shape beside each line first. Then ask twice: along which axis was something shared
(broadcast)? There the backward line sums. How often is it used? That many terms are added.""",
    """e = [[1, 3]], s = [[4]], dp = [[−4, 0]]: ds = [[0.25]] has one entry, because one s divides
two shares; and de = dp/s + ds = [[−1, 0]] + 0.25.""",
    """Compare each line with slopes(f, x, upstream) from the first code cell: it is the truth that
the tests use. For line 3, f is s ↦ e / s, x is s and upstream is dp.""",
)
q.why("""Three rules do all eight lines: *local slope times upstream*; *what was broadcast is
summed* (lines 3 and 7, and the batch in line 6); *what is used twice gets two terms* (line 4).

The slips that survive are those that the shapes allow: a wrong sign, 1/B, s in place of s², or
[B, K] where [B, 1] is due, which NumPy adds without complaint. That is why each line is compared
with finite differences, at sizes that all differ, and with upstream gradients that belong to no
loss: real ones are special (the rows of dz sum to 0) and would hide a missing term.

Multiply lines 1 to 5 out and nearly all of it cancels: dz = (p − onehot)/B. That is question 2.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. All in one go (3 points, 10 minutes)
#
# The same network and loss as in question 1. Return `(dx, dW, db)` from x, W, b and y at once.
# Now the logits z = x W + b may be of any size, such as 1000 or −900, also far apart within one
# row: the result must be finite and exact even where a label's probability is 0 as a float.
#
# **Example.** x = [[1], [1]], W = [[0, log 3]], b = (0, 0), y = (0, 1): both rows of p are
# (¼, ¾). dx = [[0.4120], [−0.1373]], dW = [[−0.25, 0.25]], db = (−0.25, 0.25).


# %% nbgrader={"grade_id": "all_in_one", "solution": true}
def all_in_one(x, W, b, y):
    """Gradients of mean cross-entropy of softmax(x W + b) against y.

    Args:
        x, W, b: float arrays [B, D], [D, K], [K].
        y: int array [B], labels from 0 to K − 1.

    Returns:
        (dx, dW, db): float arrays with the shapes of x, W, b.
    """
    ### BEGIN SOLUTION
    z = x @ W + b
    e = np.exp(z - z.max(axis=1, keepdims=True))
    dz = e / e.sum(axis=1, keepdims=True)  # (B, K)
    dz[np.arange(len(y)), y] -= 1
    dz /= len(y)
    return dz @ W.T, x.T @ dz, dz.sum(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "all_in_one_is_exact_for_any_logits", "grade": true}
"""Three gradients in the shapes of their arrays, exact for logits of any size."""
q = Question(all_in_one, points=3)
q.case(
    np.ones((2, 1)), np.array([[0.0, math.log(3)]]), np.zeros(2), np.array([0, 1]),
    gives=([[0.375 * math.log(3)], [-0.125 * math.log(3)]], [[-0.25, 0.25]], [-0.25, 0.25]),
    claim="Logits 0 and log 3 give the shares ¼ and ¾, and the mean of two examples halves each",
)


@q.probe(gives="")
def finite_differences_agree(f):
    """dx, dW and db are the slopes of the mean loss, for 5 examples, 3 inputs and 7 classes."""
    x, W, b = normal(4, (5, 3), (3, 7), 7)
    y = np.array([6, 0, 3, 3, 1])

    def loss(x, W, b):
        z = x @ W + b
        return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(5), y])

    wants = {
        "dx": slopes(lambda t: loss(t, W, b), x),
        "dW": slopes(lambda t: loss(x, t, b), W),
        "db": slopes(lambda t: loss(x, W, t), b),
    }
    return compared_all(lambda: f(x, W, b, y), wants)


### BEGIN HIDDEN TESTS
q.hidden()
@q.reference
def cross_entropy_by_autograd(x, W, b, y):
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, W, b)]
    z = leaves[0] @ leaves[1] + leaves[2]
    loss = torch.nn.functional.cross_entropy(z, torch.tensor(y))
    return tuple(torch.autograd.grad(loss, leaves))


def add_case(claim, *args):
    """One probe that tells dx, dW and db apart."""

    def probe(f):
        right = [array.numpy() for array in cross_entropy_by_autograd(*args)]
        return compared_all(lambda: f(*args), dict(zip(("dx", "dW", "db"), right, strict=True)))

    probe.__doc__, probe.__name__ = claim, f"case_{len(q.probes)}"
    q.probe(gives="")(probe)


add_case(
    "dx [2, 7], dW [7, 3], db [3]: for 2 examples, 7 inputs, 3 classes",
    *normal(5, (2, 7), (7, 3), 3), np.array([2, 0]),
)
add_case(
    "exp(1000) is inf as a float: subtract each row's maximum first",
    np.array([[1.0]]), np.array([[1000.0, 999.0]]), np.array([0.0, 0.5]), np.array([0]),
)
add_case(
    "A label of probability e⁻⁸⁰⁰ (0 as a float) still gets the gradient p − 1",
    np.array([[1.0], [-0.01]]), np.array([[0.0, -700.0, -3.0]]), np.array([0.0, -100.0, 0.0]),
    np.array([1, 2]),
)
add_case(
    "Rows may lie thousands apart: no row knows of another's maximum",
    np.array([[1.0], [2.0]]), np.array([[-900.0, -901.0]]), np.array([900.0, 900.0]),
    np.array([1, 0]),
)


def parts(x, W, b, y, top=True):
    """Softmax of the logits, and the one-hot labels."""
    z = x @ W + b
    with np.errstate(all="ignore"):
        e = np.exp(z - z.max(axis=1, keepdims=True) * top)
        return e / e.sum(axis=1, keepdims=True), np.eye(W.shape[1])[y]


def through(dz, x, W):
    return dz @ W.T, x.T @ dz, dz.sum(axis=0)


@q.mistake("""1/B is missing: the loss is a mean over the batch, so dz = (p − onehot)/B.""")
def no_one_over_b(x, W, b, y):
    p, hot = parts(x, W, b, y)
    return through(p - hot, x, W)


@q.mistake("""1/B twice, in dz and again in dW and db. The mean enters once, in dz; later lines only
add.""")
def averaged_twice(x, W, b, y):
    p, hot = parts(x, W, b, y)
    dx, dW, db = through((p - hot) / len(y), x, W)
    return dx, dW / len(y), db / len(y)


@q.mistake("""dx lacks 1/B, dW and db have it: you divided where you summed over the batch. L is a
mean whatever you differentiate by: put 1/B into dz.""")
def one_over_b_only_for_parameters(x, W, b, y):
    p, hot = parts(x, W, b, y)
    dx, dW, db = through(p - hot, x, W)
    return dx, dW / len(y), db / len(y)


@q.mistake("""exp overflows at about 709 in float64, and inf/inf is not a number. Subtract each
row's maximum from its logits: it changes no share.""")
def no_max_subtraction(x, W, b, y):
    p, hot = parts(x, W, b, y, top=False)
    return through((p - hot) / len(y), x, W)


@q.mistake("""You subtracted one maximum for the whole array: a row that lies hundreds below it
underflows to 0/0. Take the maximum of each row (axis 1, axis kept).""")
def one_maximum_for_all_rows(x, W, b, y):
    z = x @ W + b
    with np.errstate(all="ignore"):
        e = np.exp(z - z.max())
        p = e / e.sum(axis=1, keepdims=True)
    return through((p - np.eye(len(b))[y]) / len(y), x, W)


@q.mistake("""You went line by line through p: where a label's probability is 0 as a float, line 2
divides by 0. On paper 1/p cancels against p; in floats it must be cancelled before it is computed:
dz = (p − onehot)/B.""")
def chained_through_p(x, W, b, y):
    p, hot = parts(x, W, b, y)
    with np.errstate(all="ignore"):
        dp = np.where(hot > 0, -hot / p, 0.0) / len(y)
        return through(p * (dp - (dp * p).sum(axis=1, keepdims=True)), x, W)


@q.mistake("""The one-hot labels are missing: dz = p/B pushes all logits down, the label's too.""")
def labels_forgotten(x, W, b, y):
    p, _ = parts(x, W, b, y)
    return through(p / len(y), x, W)


@q.mistake("""The sign is turned: you returned the direction of descent. The gradient is
(p − onehot)/B; the optimiser puts the minus.""")
def descent_direction(x, W, b, y):
    p, hot = parts(x, W, b, y)
    return through((hot - p) / len(y), x, W)


@q.mistake("""dW is [K, D]: that is the layout of z = W x with examples as columns (and of
torch.nn.Linear). Here z = x W, and dW = xᵀ dz has the shape of W.""")
def column_layout_for_weight(x, W, b, y):
    p, hot = parts(x, W, b, y)
    dx, dW, db = through((p - hot) / len(y), x, W)
    return dx, dW.T, db


@q.variant
def example_by_example(x, W, b, y):
    dx, dW, db = np.zeros(x.shape), np.zeros(W.shape), np.zeros(b.shape)
    for i, label in enumerate(y):
        z = x[i] @ W + b
        g = np.exp(z - np.logaddexp.reduce(z))
        g[label] -= 1
        dx[i] = W @ g / len(y)
        dW += np.outer(x[i], g) / len(y)
        db += g / len(y)
    return [dx, dW, db]


@q.variant
def in_torch(x, W, b, y):
    x, W, b, y = map(torch.tensor, (x, W, b, y))
    dz = (x @ W + b).softmax(-1) - torch.nn.functional.one_hot(y, len(b))
    dz = dz / len(y)
    return dz @ W.T, x.T @ dz, dz.sum(0)


q.hints(
    """Multiply lines 1 to 5 of question 1 out on paper: what is dz as a function of p and y alone?
Nothing may be divided by p in the end.""",
    """x = [[1]], W = [[0, −800, −3]], y = [1]: p = (0.953, 0, 0.047) as floats, and dz = p − onehot
is exact, while 1/p is inf.""",
    """dz = (softmax of the logits, each row's maximum subtracted, minus onehot) / B; then lines 6
to 8 as they are.""",
)
q.why("""dp = −onehot/(B p) and dz = p∘(dp − Σ dp·p) = (p − onehot)/B: the 1/p cancels. On paper
both forms are equal. In floats only the second exists where p underflows, and that is why every
framework fuses softmax and cross-entropy. Deriving line by line finds the formula; shipping it line
by line loses it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. The Jacobian of softmax (2 points, 8 minutes)
#
# For one vector z [K] return J [K, K] with $J_{ij}=\partial p_i/\partial z_j$, where
# $p=\mathrm{softmax}(z)$. Logits may be of any size.
#
# **Example.** z = (0, log 3): p = (¼, ¾), J = [[0.1875, −0.1875], [−0.1875, 0.1875]].


# %% nbgrader={"grade_id": "jac_softmax", "solution": true}
def jac_softmax(z):
    """The Jacobian of softmax at z.

    Args:
        z: float array [K].

    Returns:
        float array [K, K], entry [i, j] the slope of p_i by z_j.
    """
    ### BEGIN SOLUTION
    p = np.exp(z - z.max())
    p /= p.sum()
    return np.diag(p) - np.outer(p, p)
    ### END SOLUTION


# %% nbgrader={"grade_id": "jac_softmax_couples_all_logits", "grade": true}
"""Every share depends on every logit, and together they keep the sum at 1."""
q = Question(jac_softmax, points=2)
q.case(np.array([0.0, math.log(3)]), gives=[[0.1875, -0.1875], [-0.1875, 0.1875]],
       claim="Raising one of two logits moves both shares, by the same amount")  # fmt: skip


@q.probe(gives="")
def slopes_of_every_share(f):
    """Column j holds the slopes of all shares by logit j (K = 5)."""
    z = normal(6, 5)[0]

    def share(i):
        return lambda t: np.exp(t[i]) / np.exp(t).sum()

    return compared(lambda: f(z), np.stack([slopes(share(i), z) for i in range(5)]))


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="")
def columns_sum_to_zero(f):
    """The shares always sum to 1, so each column of J sums to 0."""
    sums = np.abs(np.asarray(f(normal(7, 3)[0])).sum(axis=0))
    return "" if (sums < 1e-6).all() else f"one of yours sums to {sums.max():.3g} (absolute)"


q.case(normal(8, 7)[0], claim="Seven classes")
q.case(np.array([1000.0, 1001.0, 999.0]), claim="exp(1000) is inf as a float")
q.case(np.array([2.5]), claim="With one class p is 1 whatever the logit: the Jacobian is [[0]]")


@q.reference
def jacobian_by_autograd(z):
    softmax = lambda t: torch.softmax(t, -1)  # noqa: E731
    return torch.autograd.functional.jacobian(softmax, torch.tensor(z))


def shares(z):
    p = np.exp(z - z.max())
    return p / p.sum()


@q.mistake("""You kept p(1−p) on the diagonal only, as if each class had a sigmoid of its own.
Raising one logit lowers all other shares: J = diag(p) − p pᵀ.""")
def diag_only_softmax_jacobian(z):
    p = shares(z)
    return np.diag(p * (1 - p))


@q.mistake("""The off-diagonal entries have the wrong sign: raising one logit *lowers* the other
shares.""")
def off_diagonal_sign(z):
    p = shares(z)
    return np.diag(p) + np.outer(p, p) - 2 * np.diag(p * p)


@q.mistake("""The diagonal is p, not p(1−p): z_i also sits in its own denominator. Columns must sum
to 0.""")
def diagonal_left_at_p(z):
    p = shares(z)
    J = -np.outer(p, p)
    np.fill_diagonal(J, p)
    return J


@q.mistake("""diag(p) is missing: −p pᵀ is the denominator's share only.""")
def denominator_only(z):
    p = shares(z)
    return -np.outer(p, p)


@q.mistake("""This is the Jacobian of log-softmax, I − 1 pᵀ. For softmax itself multiply row i by
p_i.""")
def of_log_softmax(z):
    p = shares(z)
    return np.eye(len(p)) - p[None, :]


@q.mistake("""exp overflows at about 709. Subtract the maximum of z first.""")
def exp_overflows(z):
    with np.errstate(all="ignore"):
        p = np.exp(z) / np.exp(z).sum()
        return np.diag(p) - np.outer(p, p)


@q.variant
def in_two_loops(z):
    p = [1 / sum(math.exp(min(b - a, 700)) for b in z) for a in z]
    return [[p[i] * ((i == j) - p[j]) for j in range(len(p))] for i in range(len(p))]


@q.variant
def broadcast_in_torch(z):
    p = torch.softmax(torch.tensor(z), 0)
    return p[:, None] * (torch.eye(len(p)) - p[None, :])


q.hints(
    """p_i = e_i / s, and s contains every e_j: two cases, i = j and i ≠ j. The shares sum to 1
before and after, so what must each column of J sum to?""",
    """z = (0, log 3), p = (¼, ¾): raise the first logit. p_0 grows with ¼·¾, and p_1 must fall by
the same amount.""",
    """J_ij = p_i (1[i = j] − p_j). Nothing is zero off the diagonal.""",
)
q.why("""J = diag(p) − p pᵀ is symmetric, so that a transposed Jacobian (a JVP where a VJP is meant)
goes unnoticed here; and it is singular: J·1 = 0, since adding a constant to all logits changes
nothing. p(1−p) alone is what K separate sigmoids would have, and it is invertible: that alone shows
that it cannot be right.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Multiply by it without building it (3 points, 10 minutes)
#
# In the backward pass p is already there, with any number of axes before the last: p, dp [..., K].
# Each slice along the last axis is one softmax. Return dz [..., K], the upstream gradient dp times
# the Jacobian of that slice, **without forming a K × K array**: in a hidden test K is above
# 300 000, where one would take 720 GB.
#
# **Example.** p = (¼, ¾), dp = (4, 0): dz = (0.75, −0.75).


# %% nbgrader={"grade_id": "vjp_softmax", "solution": true}
def vjp_softmax(p, dp):
    """The gradient by the logits, from the gradient by the shares.

    Args:
        p: float array [..., K]. Shares; each slice along the last axis sums to 1.
        dp: float array [..., K]. Upstream gradient.

    Returns:
        float array [..., K].
    """
    ### BEGIN SOLUTION
    return p * (dp - (p * dp).sum(axis=-1, keepdims=True))
    ### END SOLUTION


# %% nbgrader={"grade_id": "vjp_softmax_needs_no_jacobian", "grade": true}
"""The coupling of the logits is one number a row: the mean of dp under p."""
q = Question(vjp_softmax, points=3)


def some_shares(seed, *shape):
    """Shares [...shape] and an upstream gradient that belongs to no loss."""
    z, dp = normal(seed, shape, shape)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True), dp


q.case(np.array([0.25, 0.75]), np.array([4.0, 0.0]), gives=[0.75, -0.75],
       claim="p = (¼, ¾) and dp = (4, 0): the mean of dp is 1, and dz = p ∘ (3, −1)")  # fmt: skip
bank = np.exp([1.0, 2.0, 0.5])
q.case(
    bank / bank.sum(), np.array([0.3, -0.7, 1.1]), gives=[0.119389, -0.303998, 0.184609],
    atol=1e-6, claim="z = (1, 2, 0.5): the entries of dz sum to 0",
)


@q.probe(gives="")
def rows_of_a_batch(f):
    """Rows of a batch know nothing of each other (5 rows, K = 3)."""
    p, dp = some_shares(9, 5, 3)
    want = slopes(lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), np.log(p), dp)
    return compared(lambda: f(p, dp), want)


### BEGIN HIDDEN TESTS
q.hidden()
q.case(*some_shares(10, 2, 3, 5), claim="Two axes before the last: each slice [K] for itself")
q.case(some_shares(11, 7)[0], np.full(7, 3.0), gives=np.zeros(7),
       claim="The same dp for all shares: they sum to 1, so that nothing moves")  # fmt: skip


wide = some_shares(12, 300_007)


@q.probe(atol=1e-12)
def many_classes(f):
    """K = 300 007: a K × K Jacobian would take 720 GB, and dz takes 2.4 MB."""
    dz = np.asarray(f(*wide))
    return dz.shape, dz[::60_013], np.abs(dz).sum()


@q.reference
def vjp_by_autograd(p, dp):
    z = torch.tensor(p).log().requires_grad_()
    torch.softmax(z, -1).backward(torch.tensor(dp))
    return z.grad


@q.mistake("""You kept p(1−p)·dp only; raising one logit lowers the other shares. Use
p ∘ (dp − Σ dp·p).""")
def diag_only_softmax_vjp(p, dp):
    return p * (1 - p) * dp


@q.mistake("""You summed over the whole array: each slice along the last axis is its own softmax, so
sum with axis=-1, keepdims=True.""")
def sum_over_everything(p, dp):
    return p * (dp - (p * dp).sum())


@q.mistake("""You summed over the first axis, so that examples are mixed. The shares of one example
lie along the last axis.""")
def sum_over_first_axis(p, dp):
    return p * (dp - (p * dp).sum(axis=0, keepdims=True))


@q.mistake("""You subtracted the plain sum of dp. It is the sum weighted by p, Σ_j p_j dp_j: the
mean of dp under p.""")
def unweighted_sum(p, dp):
    return p * (dp - dp.sum(axis=-1, keepdims=True))


@q.mistake("""You subtracted the unweighted mean of dp. It is the mean *under p*, Σ_j p_j dp_j.""")
def unweighted_mean(p, dp):
    return p * (dp - dp.mean(axis=-1, keepdims=True))


@q.mistake("""The factor p in front is missing: dz_j = p_j (dp_j − Σ p·dp).""")
def factor_p_forgotten(p, dp):
    return dp - (p * dp).sum(axis=-1, keepdims=True)


@q.mistake("""You took softmax of p. The argument is the shares already, not the logits.""")
def softmax_once_more(p, dp):
    p = np.exp(p) / np.exp(p).sum(axis=-1, keepdims=True)
    return p * (dp - (p * dp).sum(axis=-1, keepdims=True))


@q.mistake("""Right, but you build diag(p) − p pᵀ, K × K numbers for each row, and for many classes
they do not fit in memory. Multiply out on paper first: dp·(diag(p) − p pᵀ) = p ∘ dp − (dp·p) p.""")
def forms_the_jacobian(p, dp):
    K = p.shape[-1]
    if K > 10_000:
        np.empty((K, K, 4096))  # stands for the 720 GB: refused at once on any machine
    J = p[..., None] * (np.eye(K) - p[..., None, :])
    return np.einsum("...i,...ij->...j", dp, J)


@q.variant
def row_by_row(p, dp):
    out = np.empty_like(p)
    for index in np.ndindex(p.shape[:-1]):
        out[index] = p[index] * dp[index] - np.dot(p[index], dp[index]) * p[index]
    return out


@q.variant
def in_torch_float32(p, dp):
    p, dp = torch.tensor(p), torch.tensor(dp)
    weighted = p * dp
    return (weighted - p * weighted.sum(-1, keepdim=True)).float()


q.hints(
    """Multiply dp by diag(p) − p pᵀ on paper. The second part is p times one number a row: which
one?""",
    """p = (¼, ¾), dp = (4, 0): the one number is ¼·4 + ¾·0 = 1.""",
    """p * (dp − the sum of p·dp over the last axis, axis kept).""",
)
q.why("""dp·diag(p) = p∘dp, and dp·p pᵀ = (dp·p) pᵀ: a diagonal and a rank-one part cost O(K), their
sum as a matrix O(K²). A VJP is a *function*, and nearly never wants the matrix. The same move gives
attention's dS = P∘(dP − rowsum(P∘dP)).

Σ p·dp is the mean of dp under p: a logit rises only as far as its own upstream gradient beats that
mean. The same structure returns as the baseline in policy gradients.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. A sheet of six derivatives (6 points, 25 minutes)
#
# Six lines that interviews ask for, each a method. Gradients have the shape of what they belong to.
#
# 1. `d_logsumexp(z, dv)`: $v_i=\log\sum_k e^{z_{ik}}$; z [B, K], upstream dv [B] → dz [B, K].
# 2. `d_bce_logits(z, y)`: the **mean** over N of the log loss $\log(1+e^{z_i})-y_iz_i$; z [N],
#    targets y [N] anywhere in [0, 1] → dz [N].
# 3. `d_bilinear(x, A, y, dv)`: $v_i=x_i^\top A\,y_i$ for each of B rows; x [B, n], A [n, m],
#    y [B, m], upstream dv [B] → (dx, dA, dy).
# 4. `d_trace(A, X, B)`: $\mathrm{tr}(AXB)$, by X; A [k, n], X [n, m], B [m, k] → [n, m].
# 5. `d_quadratic(A, X)`: $\mathrm{tr}(X^\top AX)$, by X; A [n, n], any square matrix, X [n, m].
# 6. `d_logdet(S)`: $\log\lvert\det S\rvert$, by S [n, n], invertible. **All n² entries count as
#    separate variables, also where S happens to be symmetric** (that is what autograd does).
#
# In 1 and 2 logits may be of any size.
#
# **Examples.** 1: z = [[0, log 3]], dv = [2] gives [[0.5, 1.5]]. 2: z = (0, 0), y = (1, 0) gives
# (−0.25, 0.25). 6: S = [[2, 1], [1, 2]] gives [[⅔, −⅓], [−⅓, ⅔]].


# %% nbgrader={"grade_id": "sheet", "solution": true}
class Sheet:
    """Six derivatives; each has the shape of what it is taken by."""

    def d_logsumexp(self, z, dv):
        """v_i = log of the sum of exp z_i. z [B, K], dv [B] -> dz [B, K]."""
        ### BEGIN SOLUTION
        p = np.exp(z - z.max(axis=1, keepdims=True))
        return dv[:, None] * p / p.sum(axis=1, keepdims=True)
        ### END SOLUTION

    def d_bce_logits(self, z, y):
        """Mean of log(1 + exp z) − y z. z, y [N] -> dz [N]."""
        ### BEGIN SOLUTION
        return (0.5 * (1 + np.tanh(z / 2)) - y) / len(z)
        ### END SOLUTION

    def d_bilinear(self, x, A, y, dv):
        """v_i = x_i A y_i. x [B, n], A [n, m], y [B, m], dv [B] -> (dx, dA, dy)."""
        ### BEGIN SOLUTION
        scaled = dv[:, None] * x  # (B, n)
        return dv[:, None] * (y @ A.T), scaled.T @ y, scaled @ A
        ### END SOLUTION

    def d_trace(self, A, X, B):
        """tr(A X B) by X. A [k, n], X [n, m], B [m, k] -> [n, m]."""
        ### BEGIN SOLUTION
        return (B @ A).T
        ### END SOLUTION

    def d_quadratic(self, A, X):
        """tr(Xᵀ A X) by X. A [n, n], X [n, m] -> [n, m]."""
        ### BEGIN SOLUTION
        return (A + A.T) @ X
        ### END SOLUTION

    def d_logdet(self, S):
        """log |det S| by S, all entries separate. S [n, n] -> [n, n]."""
        ### BEGIN SOLUTION
        return np.linalg.inv(S).T
        ### END SOLUTION


# %% nbgrader={"grade_id": "sheet_is_right_line_by_line", "grade": true}
"""Six derivatives, each against finite differences, on sizes that differ."""
q = Question(Sheet, points=6, name="sheet")


def add_sheet(B, n, m, k, seed):
    """One probe a line, in the order of the statement."""
    z, dv, logits, x, A, y, left, X, right, S = normal(
        seed, (B, m), B, B, (B, n), (n, m), (B, m), (k, n), (n, m), (m, k), (n, n)
    )
    targets = np.random.default_rng(seed).random(B)

    def bilinear(x, A, y):
        return ((x @ A) * y).sum(axis=1)

    wants = {
        "d_logsumexp": slopes(lambda t: np.log(np.exp(t).sum(axis=1)), z, dv),
        "d_bce_logits": slopes(lambda t: np.mean(np.logaddexp(0, t) - targets * t), logits),
        "dx": slopes(lambda t: bilinear(t, A, y), x, dv),
        "dA": slopes(lambda t: bilinear(x, t, y), A, dv),
        "dy": slopes(lambda t: bilinear(x, A, t), y, dv),
        "d_trace": slopes(lambda t: np.trace(left @ t @ right), X),
        "d_quadratic": slopes(lambda t: np.trace(t.T @ S @ t), X),
        "d_logdet": slopes(lambda t: np.linalg.slogdet(t)[1], S),
    }

    @q.probe(gives="")
    def line_1(cls):
        """Line 1, log-sum-exp: a soft maximum, whose slopes are shares; each row has its dv"""
        return compared(lambda: cls().d_logsumexp(z, dv), wants["d_logsumexp"])

    @q.probe(gives="")
    def line_2(cls):
        """Line 2, log loss: probability minus target, over N"""
        return compared(lambda: cls().d_bce_logits(logits, targets), wants["d_bce_logits"])

    @q.probe(gives="")
    def line_3(cls):
        """Line 3, bilinear form, as (dx, dA, dy): A is shared by all B rows, x_i and y_i are not"""
        parts = {name: wants[name] for name in ("dx", "dA", "dy")}
        return compared_all(lambda: cls().d_bilinear(x, A, y, dv), parts)

    @q.probe(gives="")
    def line_4(cls):
        """Line 4, tr(AXB): d tr(AXB) = tr(BA dX), and the gradient G is where that is tr(Gᵀ dX)"""
        return compared(lambda: cls().d_trace(left, X, right), wants["d_trace"])

    @q.probe(gives="")
    def line_5(cls):
        """Line 5, tr(XᵀAX): X stands there twice, so there are two terms, and A is not symmetric"""
        return compared(lambda: cls().d_quadratic(S, X), wants["d_quadratic"])

    @q.probe(gives="")
    def line_6(cls):
        """Line 6, log |det S| at a matrix that is not symmetric: d log |det S| = tr(S⁻¹ dS)"""
        return compared(lambda: cls().d_logdet(S), wants["d_logdet"])


@q.probe(gives=[[0.5, 1.5]])
def first_line_of_the_example(cls):
    """Line 1, log-sum-exp: shares ¼ and ¾, times the upstream 2"""
    return cls().d_logsumexp(np.array([[0.0, math.log(3)]]), np.array([2.0]))


add_sheet(5, 3, 7, 2, 13)


@q.probe(gives="")
def symmetric_argument(cls):
    """Line 6 at a symmetric S: its entries still count as separate variables"""
    want = np.array([[2.0, -1.0], [-1.0, 2.0]]) / 3
    return compared(lambda: cls().d_logdet(np.array([[2.0, 1.0], [1.0, 2.0]])), want)


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="")
def large_logits(cls):
    """Line 1: exp(1000) is inf as a float, but log-sum-exp and its slopes are ordinary numbers"""
    low = -900 + math.log(3)
    z = np.array([[1000.0, 1000 + math.log(3)], [900.0, -900.0], [low, -900.0]])
    want = np.array([[0.5, 1.5], [-1.0, 0.0], [0.75, 0.25]])
    return compared(lambda: cls().d_logsumexp(z, np.array([2.0, -1.0, 1.0])), want)


@q.probe(gives="")
def certain_logits(cls):
    """Line 2: certain and wrong, the slope is ±1/N; it must not pass through 0/0"""
    z, y = np.array([1000.0, -1000.0, 0.0]), np.array([0.0, 1.0, 1.0])
    return compared(lambda: cls().d_bce_logits(z, y), np.array([2.0, -2.0, -1.0]) / 6)


add_sheet(2, 5, 3, 7, 14)


@q.probe(gives="")
def another_symmetric_argument(cls):
    """Line 6 at a symmetric 5 × 5 matrix: n² separate variables, as finite differences take them"""
    R = normal(15, (5, 5))[0]
    S = R @ R.T + np.eye(5)
    return compared(lambda: cls().d_logdet(S), slopes(lambda t: np.linalg.slogdet(t)[1], S))


def gradient(f, *arrays):
    """torch's gradients of a number by all arrays."""
    leaves = [torch.tensor(a, requires_grad=True) for a in arrays]
    return torch.autograd.grad(f(*leaves), leaves)


@q.reference
class sheet_by_autograd:
    def d_logsumexp(self, z, dv):
        return gradient(lambda t: torch.logsumexp(t, 1) @ torch.tensor(dv), z)[0]

    def d_bce_logits(self, z, y):
        bce = torch.nn.functional.binary_cross_entropy_with_logits
        return gradient(lambda t: bce(t, torch.tensor(y)), z)[0]

    def d_bilinear(self, x, A, y, dv):
        value = lambda a, b, c: torch.einsum("bn,nm,bm,b->", a, b, c, torch.tensor(dv))  # noqa: E731
        return gradient(value, x, A, y)

    def d_trace(self, A, X, B):
        return gradient(lambda t: torch.trace(torch.tensor(A) @ t @ torch.tensor(B)), X)[0]

    def d_quadratic(self, A, X):
        return gradient(lambda t: torch.trace(t.T @ torch.tensor(A) @ t), X)[0]

    def d_logdet(self, S):
        return gradient(lambda t: torch.slogdet(t)[1], S)[0]


class RightSheet:
    """All lines right, for wrong answers to bend one of them."""

    def d_logsumexp(self, z, dv):
        return dv[:, None] * np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None])

    def d_bce_logits(self, z, y):
        return (np.exp(-np.logaddexp(0, -z)) - y) / len(z)

    def d_bilinear(self, x, A, y, dv):
        dx = np.einsum("b,nm,bm->bn", dv, A, y)
        return dx, np.einsum("b,bn,bm->nm", dv, x, y), np.einsum("b,nm,bn->bm", dv, A, x)

    def d_trace(self, A, X, B):
        return A.T @ B.T

    def d_quadratic(self, A, X):
        return A @ X + A.T @ X

    def d_logdet(self, S):
        return np.linalg.inv(S.T)


@q.mistake("""Line 1 puts all slope on the largest logit. That is the derivative of max; log-sum-exp
is its smooth version, and its slopes are softmax shares.""")
class slope_of_the_maximum(RightSheet):
    def d_logsumexp(self, z, dv):
        return dv[:, None] * np.eye(z.shape[1])[z.argmax(axis=1)]


@q.mistake("""Line 1 ignores the upstream gradient: multiply row i by dv_i.""")
class dv_forgotten(RightSheet):
    def d_logsumexp(self, z, dv):
        return np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None])


@q.mistake("""Line 1 overflows: exp(1000) is inf, and inf/inf is not a number. Subtract each row's
maximum before exp; the shares stay the same.""")
class logsumexp_overflows(RightSheet):
    def d_logsumexp(self, z, dv):
        with np.errstate(all="ignore"):
            return dv[:, None] * np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@q.mistake("""Line 1 subtracts one maximum for the whole array: rows that lie far below it underflow
to 0/0. Take the maximum of each row.""")
class one_maximum_for_all_rows(RightSheet):
    def d_logsumexp(self, z, dv):
        with np.errstate(all="ignore"):
            e = np.exp(z - z.max())
            return dv[:, None] * e / e.sum(axis=1, keepdims=True)


@q.mistake("""Line 2 lacks 1/N: the loss is a mean.""")
class bce_not_averaged(RightSheet):
    def d_bce_logits(self, z, y):
        return super().d_bce_logits(z, y) * len(z)


@q.mistake("""Line 2 has an extra p(1−p): that belongs to squared error on probabilities. In the log
loss it cancels against 1/(p(1−p)), so that a confident mistake keeps its full slope.""")
class extra_sigmoid_slope(RightSheet):
    def d_bce_logits(self, z, y):
        p = np.exp(-np.logaddexp(0, -z))
        return (p - y) * p * (1 - p) / len(z)


@q.mistake("""Line 2 goes through the probability: ((1−y)/(1−p) − y/p)·p(1−p) is 0/0 where p is 0 or
1 as a float. Cancel on paper: p − y.""")
class bce_through_the_probability(RightSheet):
    def d_bce_logits(self, z, y):
        with np.errstate(all="ignore"):
            p = 1 / (1 + np.exp(-z))
            return ((1 - y) / (1 - p) - y / p) * p * (1 - p) / len(z)


@q.mistake("""Line 2 computes exp(z)/(1 + exp(z)): inf/inf for a large logit. Write the sigmoid as
1/(1 + exp(−z)), or through tanh.""")
class sigmoid_overflows(RightSheet):
    def d_bce_logits(self, z, y):
        with np.errstate(all="ignore"):
            return (np.exp(z) / (1 + np.exp(z)) - y) / len(z)


@q.mistake("""Line 2 returns y − p: the negative gradient.""")
class target_minus_probability(RightSheet):
    def d_bce_logits(self, z, y):
        return -super().d_bce_logits(z, y)


@q.mistake("""In line 3 dA keeps the batch: [B, n, m]. All rows use the same A: sum over B.""")
class forgets_batch_sum_for_a(RightSheet):
    def d_bilinear(self, x, A, y, dv):
        dx, _, dy = super().d_bilinear(x, A, y, dv)
        return dx, np.einsum("b,bn,bm->bnm", dv, x, y), dy


@q.mistake("""In line 3 dA is yᵀ(…)x [m, n], the transpose. A_ij multiplies x_i y_j, so that dA_ij
collects x_i y_j: x's index comes first.""")
class form_gradient_transposed(RightSheet):
    def d_bilinear(self, x, A, y, dv):
        dx, dA, dy = super().d_bilinear(x, A, y, dv)
        return dx, dA.T, dy


@q.mistake("""In line 3 dA ignores the upstream gradient: each row's x_i y_iᵀ counts dv_i times.""")
class form_without_upstream(RightSheet):
    def d_bilinear(self, x, A, y, dv):
        dx, _, dy = super().d_bilinear(x, A, y, dv)
        return dx, x.T @ y, dy


@q.mistake("""In line 3 all three gradients ignore the upstream gradient dv.""")
class bilinear_without_upstream(RightSheet):
    def d_bilinear(self, x, A, y, dv):
        return super().d_bilinear(x, A, y, np.ones(len(dv)))


@q.mistake("""Line 4 is BA [m, n]: the coefficient of dX in tr(BA dX). The gradient is its
transpose, since tr(Gᵀ dX) = Σ G_ij dX_ij. (BA is what texts in numerator layout print: a
convention, but not the one with the shape of X.)""")
class numerator_layout(RightSheet):
    def d_trace(self, A, X, B):
        return B @ A


@q.mistake("""Line 5 is 2AX: right for symmetric A only. X stands there twice, and the two terms are
AX and AᵀX.""")
class taken_for_symmetric(RightSheet):
    def d_quadratic(self, A, X):
        return 2 * A @ X


@q.mistake("""Line 5 has one term. X stands there twice: differentiate Xᵀ with X held, then X with
Xᵀ held, and add.""")
class product_rule_stopped_halfway(RightSheet):
    def d_quadratic(self, A, X):
        return A @ X


@q.mistake("""Line 6 is S⁻¹. From tr(S⁻¹ dS) = tr(Gᵀ dS) follows G = S⁻ᵀ: the transpose shows only
where S is not symmetric.""")
class log_det_transpose(RightSheet):
    def d_logdet(self, S):
        return np.linalg.inv(S)


@q.mistake("""You answered 2S⁻¹ − diag(S⁻¹) for symmetric S: there one variable moves S_ij and S_ji
together and is counted in both places. The statement treats all entries as separate, and so does
autograd: S⁻ᵀ. As a gradient matrix yours would predict the wrong change: Σ G_ij dS_ij counts
off-diagonal moves twice.""")
class symmetric_double_count(RightSheet):
    def d_logdet(self, S):
        inverse = np.linalg.inv(S).T
        symmetric = np.allclose(S, S.T)
        return 2 * inverse - np.diag(np.diag(inverse)) if symmetric else inverse


@q.mistake("""Line 6 is det(S)·S⁻ᵀ: the derivative of the determinant. The logarithm divides by it
again.""")
class derivative_of_det(RightSheet):
    def d_logdet(self, S):
        return np.linalg.det(S) * np.linalg.inv(S).T


@q.variant
class sheet_with_loops:
    def d_logsumexp(self, z, dv):
        rows = [np.exp(row - row.max()) for row in z]
        return [list(v * row / row.sum()) for v, row in zip(dv, rows, strict=True)]

    def d_bce_logits(self, z, y):
        return [(1 / (1 + math.exp(min(-a, 700))) - t) / len(z) for a, t in zip(z, y, strict=True)]

    def d_bilinear(self, x, A, y, dv):
        dA = sum(g * np.outer(a, b) for g, a, b in zip(dv, x, y, strict=True))
        return [g * A @ b for g, b in zip(dv, y, strict=True)], dA, (dv * x.T).T @ A

    def d_trace(self, A, X, B):
        return np.einsum("kn,mk->nm", A, B)

    def d_quadratic(self, A, X):
        return A @ X + (X.T @ A).T

    def d_logdet(self, S):
        return np.linalg.solve(S.T, np.eye(len(S)))


@q.variant
class sheet_in_torch:
    def d_logsumexp(self, z, dv):
        return torch.softmax(torch.tensor(z), 1) * torch.tensor(dv)[:, None]

    def d_bce_logits(self, z, y):
        return (torch.sigmoid(torch.tensor(z)) - torch.tensor(y)) / len(z)

    def d_bilinear(self, x, A, y, dv):
        x, A, y, dv = map(torch.tensor, (x, A, y, dv))
        return dv[:, None] * (y @ A.T), torch.einsum("bn,bm,b->nm", x, y, dv), dv[:, None] * (x @ A)

    def d_trace(self, A, X, B):
        return (torch.tensor(B) @ torch.tensor(A)).mT

    def d_quadratic(self, A, X):
        A = torch.tensor(A)
        return (A + A.T) @ torch.tensor(X)

    def d_logdet(self, S):
        return torch.linalg.inv(torch.tensor(S)).T


q.hints(
    """Write the differential first, with everything in order: d tr(AXB) = tr(A dX B). Turn it round
inside the trace until dX stands last. What stands before it, transposed, is the gradient.""",
    """1 × 1 matrices check the factor, 1 × 2 ones the transpose. For line 5: A = [[0, 1], [0, 0]],
X = [[1], [2]]: tr(XᵀAX) = x₁x₂, so that the gradient is [[2], [1]].""",
    """Compare the failing line with slopes(f, x) from the first code cell. For line 6, f is
S ↦ np.linalg.slogdet(S)[1], at a matrix that is not symmetric.""",
)
q.why("""One identity does lines 3 to 6: df = Σ G_ij dX_ij = tr(Gᵀ dX), so bring df into that form
and read G off. Products keep their order, factors move round a trace, and an X that stands there
twice gives two terms.

*Symmetric S.* With all entries free the gradient of log det S is S⁻ᵀ = S⁻¹. Tables (the Matrix
Cookbook among them) also print 2S⁻¹ − diag(S⁻¹): the derivatives by the n(n+1)/2 free entries, put
into a matrix. Both are correct statements about different variables. But only S⁻¹ is a gradient
matrix: tr(G dS) predicts the change of f for a symmetric dS, and the other counts each off-diagonal
move twice. Ask which variables are free before you answer.

Lines 1 and 2 are stable only if what cancels on paper is cancelled before it is computed.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. A check that cannot pass by accident (4 points, 15 minutes)
#
# `f` maps an array x to an array (or a number); `vjp(x, dy)` claims to return the gradient by x of
# the number $\langle dy, f(x)\rangle$ = `np.sum(dy * f(x))`. Compare it with central differences
# of that number, $n_j$ for each entry of x, and return
#
# $$\max_j\ \frac{\lvert a_j-n_j\rvert}{\max(\lvert a_j\rvert,\ \lvert n_j\rvert,\ \text{floor})}
# \qquad a=\texttt{vjp}(x,dy)$$
#
# - **float64 throughout**: x and dy may arrive as float32. f and vjp compute in the format that
#   they are given, so give them float64.
# - The floor makes it an absolute error where both are tiny: two zeros have the error 0.
# - Return `math.inf` if a does not have the shape of x, or if any entry of a or n is not finite.
#   `nan > 1e-6` is False, so a NaN would pass.
#
# **Example.** f(x) = x³, dy = (1, 1), x = (1, 2), eps = 0.1: n = (3.01, 12.01). For a = (3, 12) the
# errors are 0.01/3.01 and 0.01/12.01: return 0.003322.


# %% nbgrader={"grade_id": "check_vjp", "solution": true}
def check_vjp(f, vjp, x, dy, eps=1e-5, floor=1e-3):
    """Largest relative error of a claimed vector-Jacobian product.

    Args:
        f: function from an array of the shape of x to an array of the shape of dy.
        vjp: function (x, dy) -> array of the shape of x. What is checked.
        x: float32 or float64 array of any shape.
        dy: float32 or float64 array, or a number.
        eps: float > 0. Half the distance of the two points.
        floor: float > 0. The smallest denominator.

    Returns:
        float from 0 to inf.
    """
    ### BEGIN SOLUTION
    x, dy = np.asarray(x, dtype=np.float64), np.asarray(dy, dtype=np.float64)
    claimed = np.asarray(vjp(x, dy))
    numeric = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += eps
        down[index] -= eps
        numeric[index] = np.sum(dy * (np.asarray(f(up)) - np.asarray(f(down)))) / (2 * eps)
    if claimed.shape != x.shape or not np.isfinite(claimed).all() or not np.isfinite(numeric).all():
        return math.inf
    scale = np.maximum(np.maximum(np.abs(claimed), np.abs(numeric)), floor)
    return float(np.max(np.abs(claimed - numeric) / scale))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_vjp_cannot_pass_by_accident", "grade": true}
"""The check is central, entry by entry, in float64, and neither 0 nor NaN can fool it."""
q = Question(check_vjp, points=4)


def cube(x):
    return np.asarray(x) ** 3


def cube_vjp(x, dy):
    return 3 * np.asarray(x) ** 2 * dy


@q.probe(gives=0.01 / 3.01, rtol=1e-5)
def the_example(f):
    """Cubes with ε = 0.1: a central difference is too large by ε², and the worst entry counts"""
    return f(cube, cube_vjp, np.array([1.0, 2.0]), np.array([1.0, 1.0]), 0.1)


@q.probe(gives="")
def a_right_derivative_passes_in_float32(f):
    """x and dy in float32: a right derivative has an error below 1e-7, as all is in float64"""
    x = np.linspace(0.3, 2.1, 5).astype(np.float32)
    wave, slope = lambda t: np.sin(30 * t), lambda t, dy: 30 * np.cos(30 * t) * dy
    error = f(wave, slope, x, x[::-1].copy())
    if error < 1e-7:
        return ""
    return "yours is above 1e-4" if not error < 1e-4 else "yours is between 1e-7 and 1e-4"


@q.probe(gives=0.0)
def two_zeros(f):
    """A constant function and the gradient 0: 0/0 must count as the error 0"""
    return f(lambda t: np.ones(3), lambda t, dy: np.zeros(2), np.array([1.0, -2.0]), np.ones(3))


@q.probe(gives=[math.inf, math.inf])
def not_a_number(f):
    """A derivative with a NaN or an inf in it has the error inf: NaN > tolerance is False"""
    x, dy = np.array([1.0, 2.0, 3.0]), np.ones(3)
    wrong = np.array([3.0, math.nan, 27.0]), np.array([3.0, math.inf, 27.0])
    return [f(cube, lambda t, dy, bad=bad: bad, x, dy) for bad in wrong]


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives=0.5, rtol=1e-4)
def one_bad_entry_of_six(f):
    """One entry of six is twice too large: its error is ½, however good the other five are"""
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    factor = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 1.0]])
    return f(cube, lambda t, dy: cube_vjp(t, dy) * factor, x, np.ones((2, 3)))


@q.probe(gives=0.02, rtol=1e-4)
def the_floor(f):
    """Both near 0: 2e-5 off a slope of 0 counts as 2e-5 / floor, here 0.02"""
    return f(lambda t: 0 * t, lambda t, dy: np.full(3, 2e-5), np.array([1.0, 2.0, 3.0]), np.ones(3))


@q.probe(gives=0.25, rtol=1e-4)
def a_given_floor(f):
    """The floor is an argument: 0.5 off a slope of 0, with floor 2, counts as 0.25"""
    return f(lambda t: 0 * t, lambda t, dy: np.full(2, 0.5), np.ones(2), np.ones(2), 1e-5, 2.0)


@q.probe(gives=True)
def the_transpose_matters(f):
    """f(x) = M x with M [2, 3]: the VJP is dy M, and dy enters both sides"""
    M, x, dy = normal(16, (2, 3), 3, 2)
    return bool(f(lambda t: M @ t, lambda t, up: up @ M, x, dy) < 1e-7)


@q.probe(gives=math.inf)
def a_column_for_a_row(f):
    """A gradient of shape (3, 1) for an x of shape (3,): broadcasting would compare 3 × 3 pairs"""
    x = np.array([1.0, 1.0, 1.0])
    return f(cube, lambda t, dy: cube_vjp(t, dy)[:, None], x, np.ones(3))


@q.probe(gives=0.01 / 12.01, rtol=1e-5)
def a_number_out(f):
    """f may return a number, with dy = 1: here the sum of cubes at 2, with ε = 0.1"""
    x = np.array([[2.0]])
    return f(lambda t: float(np.sum(np.asarray(t) ** 3)), lambda t, dy: 3 * t**2 * dy, x, 1.0, 0.1)


@q.probe(gives=math.inf)
def not_finite_forward(f):
    """If f itself is not finite there is nothing to compare with: the error is inf"""
    with np.errstate(all="ignore"):
        return f(lambda t: t * math.nan, lambda t, dy: dy, np.array([1.0, 2.0]), np.ones(2))


@q.reference
def all_directions_at_once(f, vjp, x, dy, eps=1e-5, floor=1e-3):
    x, dy = np.array(x, dtype="f8"), np.array(dy, dtype="f8")
    a = np.array(vjp(x, dy), dtype="f8")
    steps = eps * np.eye(x.size).reshape(x.size, *x.shape)
    n = [np.vdot(dy, f(x + d)) / (2 * eps) - np.vdot(dy, f(x - d)) / (2 * eps) for d in steps]
    n = np.array(n).reshape(x.shape)
    if a.shape != x.shape or not np.isfinite(a.sum() + n.sum()):
        return math.inf
    return max(abs(s - t) / max(abs(s), abs(t), floor) for s, t in zip(a.flat, n.flat, strict=True))


def bent(f, vjp, x, dy, eps=1e-5, floor=1e-3, *, dtype=np.float64, central=True, reduce=np.max,
         scale=None, guard=True, shapes=True, weigh=True):  # fmt: skip
    """The check in parts, for wrong answers to bend one of them."""
    with np.errstate(all="ignore"):
        x, dy = np.asarray(x, dtype=dtype), np.asarray(dy, dtype=dtype)
        a, n = np.asarray(vjp(x, dy)), np.zeros(x.shape)
        for i in np.ndindex(x.shape):
            up, down = x.copy(), x.copy()
            up[i] += eps
            down[i] -= eps * central
            rise = np.asarray(f(up)) - np.asarray(f(down))
            n[i] = np.sum((dy if weigh else 1.0) * rise) / ((1 + central) * eps)
        if shapes and a.shape != x.shape:
            return math.inf
        if guard and not (np.isfinite(a).all() and np.isfinite(n).all()):
            return math.inf
        if scale is None:
            below = np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)
        else:
            below = scale(a, n)
        return float(reduce(np.abs(a - n) / below))


@q.mistake("""Two zeros give 0/0, which is NaN: there is no floor under your denominator. An entry
that nothing depends on is right with the gradient 0, and must count as 0; and near 0 rounding of
the differences would count as an error of 100 %.""")
def relative_error_div_0(*args):
    return bent(*args, scale=lambda a, n: np.maximum(np.abs(a), np.abs(n)))


@q.mistake("""You computed in float32, as x arrived: with ε = 1e-5 hardly a digit of the difference
is left, and a right derivative fails. Convert x and dy to float64 first; do not blame the
derivation.""")
def float32_grad_check(f, vjp, x, *args):
    return bent(f, vjp, x, *args, dtype=np.asarray(x).dtype)


@q.mistake("""The differences are in float64 (x plus a float64 step is), but vjp still got x and dy
in float32, so that what you check is itself rounded to 7 digits. Convert both before anything
else.""")
def claim_in_float32(f, vjp, x, dy, *args):
    narrow = np.asarray(x).dtype
    cast = lambda t, up: vjp(np.asarray(t, narrow), np.asarray(up, narrow))  # noqa: E731
    return bent(f, cast, x, dy, *args)


@q.mistake("""NaN slips through: you return NaN, and `NaN > tolerance` is False. A check must fail
closed: return inf unless everything is finite.""")
def nan_slips_through(*args):
    return bent(*args, guard=False)


@q.mistake("""You skip NaN (nanmax, or a comparison that NaN never wins), so that a derivative with
a NaN in it passes. Return inf unless everything is finite.""")
def nan_ignored(*args):
    skip = lambda e: np.max(np.nan_to_num(e, nan=0.0, posinf=np.inf))  # noqa: E731
    return bent(*args, guard=False, reduce=skip)


@q.mistake("""This is a one-sided difference: its error falls with ε, a central one's with ε². Step
both ways and divide by 2ε.""")
def forward_difference(*args):
    return bent(*args, central=False)


@q.mistake("""You average over the entries: one wrong entry among thousands would disappear. Return
the largest error.""")
def mean_in_place_of_max(*args):
    return bent(*args, reduce=np.mean)


@q.mistake("""This is an absolute error: it has the unit of f over x, and no tolerance fits both a
loss and its sum over a million tokens. Divide by max(|a|, |n|, floor).""")
def absolute_error(*args):
    return bent(*args, scale=lambda a, n: np.ones(n.shape))


@q.mistake("""You divided by |a| + |n|, which halves the error (and hides an error of 100 % as ½).
The statement's denominator is the larger of the two and the floor.""")
def sum_in_the_denominator(f, vjp, x, dy, eps=1e-5, floor=1e-3):
    scale = lambda a, n: np.maximum(np.abs(a) + np.abs(n), floor)  # noqa: E731
    return bent(f, vjp, x, dy, eps, floor, scale=scale)


@q.mistake("""You divided by |n| alone. A claimed slope that is twice too large would count as 1,
one that is 0 as 1 too; the statement's denominator is the larger of the two, and the floor.""")
def relative_to_numeric_only(f, vjp, x, dy, eps=1e-5, floor=1e-3):
    return bent(f, vjp, x, dy, eps, floor, scale=lambda a, n: np.maximum(np.abs(n), floor))


@q.mistake("""You added the floor to the denominator. It is the smallest denominator:
max(|a|, |n|, floor).""")
def floor_added(f, vjp, x, dy, eps=1e-5, floor=1e-3):
    scale = lambda a, n: np.maximum(np.abs(a), np.abs(n)) + floor  # noqa: E731
    return bent(f, vjp, x, dy, eps, floor, scale=scale)


@q.mistake("""The shapes are not compared: (3, 1) against (3,) broadcasts to 3 × 3, or compares
wrong pairs. A gradient of another shape is wrong: return inf.""")
def shapes_left_to_broadcasting(*args):
    return bent(*args, shapes=False)


@q.mistake("""dy is missing from your differences: you compare the VJP with the slopes of the plain
sum of f. Differentiate sum(dy * f(x)).""")
def upstream_missing_from_the_difference(*args):
    return bent(*args, weigh=False)


@q.mistake("""One relative norm over all entries is an average: a wrong entry beside large ones
disappears in it. The statement wants the largest error of any entry.""")
def norm_over_all_entries(f, vjp, x, dy, eps=1e-5, floor=1e-3):
    kept = {}

    def scale(a, n):
        kept["e"] = np.linalg.norm(a - n) / max(np.linalg.norm(a), np.linalg.norm(n), floor)
        return np.ones(n.shape)

    error = bent(f, vjp, x, dy, eps, floor, scale=scale)
    return float(kept.get("e", error))


@q.variant
def through_a_flat_copy(f, vjp, x, dy, eps=1e-5, floor=1e-3):
    x, dy, worst = np.array(x, float), np.array(dy, float), 0.0
    claimed = np.array(vjp(x.copy(), dy.copy()), float)
    if claimed.shape != x.shape:
        return np.inf
    for i in range(x.size):
        ends = []
        for sign in (1, -1):
            moved = x.copy()
            moved.reshape(-1)[i] += sign * eps
            ends.append((dy * f(moved)).sum())
        a, n = claimed.reshape(-1)[i], (ends[0] - ends[1]) / (2 * eps)
        error = abs(a - n) / max(abs(a), abs(n), floor)
        if not error <= 1e300:
            return np.inf
        worst = max(worst, error)
    return worst


@q.variant
def in_torch_doubles(f, vjp, x, dy, eps=1e-5, floor=1e-3):
    x, dy = np.asarray(x).astype("float64"), np.asarray(dy).astype("float64")
    a = torch.as_tensor(np.asarray(vjp(x, dy)))
    n = torch.zeros(x.shape, dtype=torch.float64)
    for i in np.ndindex(x.shape):
        d = np.zeros(x.shape)
        d[i] = eps
        n[i] = float((dy * (np.asarray(f(x + d)) - np.asarray(f(x - d)))).sum()) / (2 * eps)
    if a.shape != n.shape or not (a.isfinite().all() and n.isfinite().all()):
        return float("inf")
    scale = torch.maximum(a.abs(), n.abs()).clamp(min=floor)
    return ((a - n).abs() / scale).max()


q.hints(
    """Feed the check with what it must refuse: a NaN, a wrong shape, one wrong entry; and with what
it must accept: two zeros, a right derivative at a float32 point.""",
    """f(x) = x³ at x = (1, 2) with ε = 0.1 and a = (3, 12): n = (3.01, 12.01), and the result is
0.01/3.01, not 0.01 and not the mean.""",
    """First x, dy = np.asarray(…, dtype=np.float64). Then shapes, then finiteness, then
|a − n| / max(|a|, |n|, floor) entry by entry, and its maximum.""",
)
q.why("""A check is a program that must fail when it should. Three ways to pass by accident: NaN
(`assert not err > tol` holds), broadcasting (a wrong shape is compared with itself), and averaging
(one wrong entry drowns). One way to fail by accident: float32, where differences cannot do better
than about 1e-5 at the best ε, and 1e-5 is not the best ε.

The floor says at which size of slope you change from relative to absolute error. Without it an
entry whose true slope is 0 has a numeric slope of 1e-12 (rounding), and the relative error 1.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. A Hessian times a vector (3 points, 10 minutes)
#
# `grad(w)` returns the gradient of some loss at w, an array of the shape of w. Return $Hv$, the
# Hessian of that loss at w times v, from a **central difference of the gradient** along v:
#
# $$h=\frac{\varepsilon}{\lVert v\rVert},\qquad Hv\approx\frac{g(w+hv)-g(w-hv)}{2h}$$
#
# The norm is Euclidean over all entries, so the step has the length ε for any length of v. Call
# grad **exactly twice**. For v = 0 return zeros of the shape of w (calls do not matter then).
#
# **Example.** g(w) = w³ (entry by entry), w = (1, 2), v = (3, 4), ε = 0.5: h = 0.1 and
# Hv = 3w²v + h²v³ = (9.27, 48.64).


# %% nbgrader={"grade_id": "hvp", "solution": true}
def hvp(grad, w, v, eps=1e-5):
    """Hessian-vector product from two gradients.

    Args:
        grad: function from a float array of the shape of w to one of that shape.
        w, v: float arrays of one shape, any number of axes.
        eps: float > 0. Length of the step to each side.

    Returns:
        float array of the shape of w.
    """
    ### BEGIN SOLUTION
    length = np.linalg.norm(v)
    if length == 0:
        return np.zeros(w.shape)
    h = eps / length
    return (np.asarray(grad(w + h * v)) - np.asarray(grad(w - h * v))) / (2 * h)
    ### END SOLUTION


# %% nbgrader={"grade_id": "hvp_takes_two_gradients", "grade": true}
"""Two gradients along v, a step of length ε, and the length of v put back."""
q = Question(hvp, points=3)


@q.probe(gives=[9.27, 48.64], rtol=1e-5)
def the_example(f):
    """Cubes as gradient: Hv = 3w²v, and the truncation h²v³ shows the step that you took"""
    return f(lambda w: np.asarray(w) ** 3, np.array([1.0, 2.0]), np.array([3.0, 4.0]), 0.5)


@q.probe(gives=2)
def two_calls(f):
    """Two gradients are enough for any number of weights"""
    calls = []

    def grad(w):
        calls.append(1)
        return np.asarray(w) ** 3

    f(grad, np.ones((5, 3)), np.ones((5, 3)), 1e-4)
    return len(calls)


@q.probe(gives=[2.0, 1.0])
def coupled_weights(f):
    """loss = w₁² + w₁w₂ has the Hessian [[2, 1], [1, 0]]; v = (1, 0) gives its first column"""

    def grad(w):
        return np.array([2 * w[0] + w[1], w[0]])

    return f(grad, np.array([0.3, -0.7]), np.array([1.0, 0.0]), 0.1)


@q.probe(gives=[0.0, 0.0, 0.0])
def no_direction(f):
    """H·0 = 0, in the shape of w, although v/‖v‖ does not exist"""
    return f(lambda w: np.asarray(w) ** 3, np.array([1.0, 2.0, 3.0]), np.zeros(3), 0.1)


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe
def matrix_of_weights(f):
    """Weights [3, 2]: norm and product run over all entries"""
    w, v, C = normal(17, (3, 2), (3, 2), (6, 6))

    def grad(t):
        flat = np.asarray(t).reshape(-1)
        return ((C + C.T) @ flat + flat**3).reshape(3, 2)

    return f(grad, w, v, 0.3)


@q.probe(rtol=1e-5)
def long_and_short_directions(f):
    """H(1000 v) is 1000 times Hv: the step has the same length for both"""
    w, v = normal(18, 5, 5)
    long = f(np.sin, w, 1000 * v, 1e-4)
    return np.asarray(long), np.asarray(f(np.sin, w, v / 1000, 1e-4)) * 1e6


@q.reference
def flattened(grad, w, v, eps=1e-5):
    size = math.sqrt(sum(a * a for a in v.flat))
    if size == 0:
        return w * 0
    ends = [np.array(grad(w + sign * (eps / size) * v)) * size / (2 * eps) for sign in (1, -1)]
    return ends[0] - ends[1]


def difference(grad, w, h, v):
    return (np.asarray(grad(w + h * v)) - np.asarray(grad(w - h * v))) / (2 * h)


@q.mistake("""Your step is ε·v, so that its length grows with v: a long v steps out of the region
where the loss is quadratic, a short one into rounding. Use h = ε/‖v‖.""")
def step_not_normalised(grad, w, v, eps=1e-5):
    return difference(grad, w, eps, v)


@q.mistake("""You made v a unit vector and did not put its length back: Hv is linear in v. Divide by
2h with h = ε/‖v‖, not by 2ε.""")
def length_not_put_back(grad, w, v, eps=1e-5):
    size = np.linalg.norm(v)
    return difference(grad, w, eps, v / size) if size else np.zeros(w.shape)


@q.mistake("""This is a one-sided difference: its error falls with ε, a central one's with ε², for
the same two calls.""")
def one_sided(grad, w, v, eps=1e-5):
    size = np.linalg.norm(v)
    if size == 0:
        return np.zeros(w.shape)
    return (np.asarray(grad(w + eps / size * v)) - np.asarray(grad(w))) * size / eps


@q.mistake("""The factor 2 is missing: the two points lie 2h apart.""")
def divided_by_one_step(grad, w, v, eps=1e-5):
    size = np.linalg.norm(v)
    return 2 * difference(grad, w, eps / size, v) if size else np.zeros(w.shape)


@q.mistake("""v = 0 gives 0/0. H·0 = 0: return zeros before you divide by the norm.""")
def zero_direction_divides_by_zero(grad, w, v, eps=1e-5):
    with np.errstate(all="ignore"):
        return difference(grad, w, np.float64(eps) / np.linalg.norm(v), v)


@q.mistake("""You built the Hessian column by column: two gradients for each weight. One direction
needs two gradients in all; that is why Hv is affordable.""")
def whole_hessian(grad, w, v, eps=1e-5):
    out = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        e = np.zeros(w.shape)
        e[i] = 1.0
        out += v[i] * difference(grad, w, eps, e)
    return out


@q.mistake("""You returned vᵀHv, one number. Hv has the shape of w: do not multiply by v again.""")
def quadratic_form(grad, w, v, eps=1e-5):
    size = np.linalg.norm(v)
    return float(np.sum(v * difference(grad, w, eps / size, v))) if size else 0.0


@q.mistake("""You shifted all weights by ε and multiplied by v afterwards: that adds up each row of
H (its couplings too) and knows nothing of the direction. Step along v.""")
def direction_applied_afterwards(grad, w, v, eps=1e-5):
    return v * difference(grad, w, eps, np.ones(w.shape))


@q.variant
def unit_vector_and_back(grad, w, v, eps=1e-5):
    size = np.sqrt((v**2).sum())
    unit = v / size if size > 0 else np.zeros_like(v)
    ahead, behind = (torch.tensor(np.asarray(grad(w + s * eps * unit))) for s in (1, -1))
    return (ahead - behind) / (2 * eps) * size


@q.variant
def in_steps(grad, w, v, eps=1e-5):
    if not np.any(v):
        return [0.0] * len(w) if w.ndim == 1 else np.zeros_like(w)
    step = v * (eps / np.linalg.norm(v.reshape(-1)))
    rise = np.subtract(grad(np.add(w, step)), grad(np.subtract(w, step)))
    return np.linalg.norm(v.reshape(-1)) * rise / (2 * eps)


q.hints(
    """A gradient is a function like any other: its derivative along v is Hv. Two things can go
wrong with the length of v: the step, and the result.""",
    """v = (3, 4), ε = 0.5: ‖v‖ = 5, h = 0.1, so that the two points are w ± (0.3, 0.4), and the
difference is divided by 0.2.""",
    """h = eps / np.linalg.norm(v), after the case v = 0; then (grad(w + h v) − grad(w − h v)) /
(2h).""",
)
q.why("""Two gradients, whatever the number of weights: that is what makes curvature (the largest
eigenvalue by power iteration, conjugate gradients, influence functions) affordable. Normalising the
step keeps the truncation ε²‖v‖·f⁗/6 and the rounding u‖g‖‖v‖/ε in proportion for every v.

Differencing the *loss* twice instead would leave rounding divided by ε², at best u^½ in relative
error; the gradient, differenced once, gives u^⅔. Exact is better still: a JVP of the gradient
(forward over reverse) costs about as much and subtracts nothing (Pearlmutter 1994).""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. Which mode? (3 points, 12 minutes)
#
# A chain of L layers of widths $(n_0, n_1,\dots,n_L)$, given as a list of L + 1 ints, L ≥ 1.
# Layer k has a dense Jacobian $J_k$ [$n_k$, $n_{k-1}$]. **The cost model**: a cost is a number of
# multiply-adds (one multiplication with its addition is 1), and only products with the $J_k$
# count: multiplying $J_k$ by one vector, from either side, costs $n_kn_{k-1}$. Return a dict:
#
# - `"jvp"`, `"vjp"`: cost of one Jacobian-vector and one vector-Jacobian product of the whole
#   chain.
# - `"forward"`: cost of its whole Jacobian [$n_L$, $n_0$] by JVPs alone; `"reverse"`: by VJPs
#   alone. Every product counts in full, also the first one with a unit vector.
# - `"mode"`: `"forward"` or `"reverse"`, whichever makes the whole Jacobian cheaper; `"either"` if
#   they cost the same.
# - `"kept"`: how many numbers a reverse pass must have kept: the **input of each layer**.
#
# **Example.** (3, 5, 2): jvp = vjp = 15 + 10 = 25, forward 3 · 25 = 75, reverse 2 · 25 = 50, mode
# "reverse", kept 3 + 5 = 8.


# %% nbgrader={"grade_id": "jacobian_plan", "solution": true}
def jacobian_plan(widths):
    """Costs of a chain's derivatives in both modes.

    Args:
        widths: list of L + 1 ints, from the input's to the output's.

    Returns:
        dict with jvp, vjp, forward, reverse (ints, multiply-adds), mode (str), kept (int).
    """
    ### BEGIN SOLUTION
    one = sum(a * b for a, b in zip(widths[:-1], widths[1:], strict=True))
    inputs, outputs = widths[0], widths[-1]
    mode = "either" if inputs == outputs else "forward" if inputs < outputs else "reverse"
    return {"jvp": one, "vjp": one, "forward": inputs * one, "reverse": outputs * one,
            "mode": mode, "kept": sum(widths[:-1])}  # fmt: skip
    ### END SOLUTION


# %% nbgrader={"grade_id": "jacobian_plan_counts_inputs_and_outputs", "grade": true}
"""Forward mode pays for each input, reverse mode for each output."""
q = Question(jacobian_plan, points=3)
q.case(
    [3, 5, 2],
    claim="Three inputs, two outputs: 3 JVPs or 2 VJPs of 25 multiply-adds each",
    gives={"jvp": 25, "vjp": 25, "forward": 75, "reverse": 50, "mode": "reverse", "kept": 8},
)
q.case(
    [2, 7, 11],
    claim="Two inputs, eleven outputs: forward mode",
    gives={"jvp": 91, "vjp": 91, "forward": 182, "reverse": 1001, "mode": "forward", "kept": 9},
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case([1000, 100, 100, 1], claim="A loss: one VJP is the whole gradient, 1000 JVPs the same")
q.case([5, 2, 5], claim="As many inputs as outputs: the modes cost the same")
q.case([7, 3], claim="One layer")
q.case([1, 13, 2, 17, 3], claim="One parameter, many outputs: one JVP is the whole Jacobian")


@q.reference
def by_counting_products(widths):
    """Plays both modes through with basis vectors, counting each product."""
    count = {"forward": 0, "reverse": 0}
    layers = [np.ones((b, a)) for a, b in zip(widths, widths[1:])]
    for mode, chain, seeds in (("forward", layers, widths[0]),
                               ("reverse", [J.T for J in layers[::-1]], widths[-1])):  # fmt: skip
        for _ in range(seeds):
            for J in chain:
                count[mode] += J.size
    one = count["forward"] // widths[0]
    order = count["forward"] - count["reverse"]
    mode = "either" if order == 0 else "forward" if order < 0 else "reverse"
    kept = sum(J.shape[1] for J in layers)
    return count | {"jvp": one, "vjp": count["reverse"] // widths[-1], "mode": mode, "kept": kept}


def plan(widths, **changed):
    return jacobian_base(widths) | changed


def jacobian_base(widths):
    one = int(np.dot(widths[1:], widths[:-1]))
    n, m = widths[0], widths[-1]
    mode = ("either", "forward", "reverse")[int(np.sign(m - n))]
    return {"jvp": one, "vjp": one, "forward": n * one, "reverse": m * one, "mode": mode,
            "kept": sum(widths) - m}  # fmt: skip


@q.mistake("""Inputs and outputs are swapped. A JVP moves one *input* direction through all layers
and fills a column of the Jacobian: forward mode needs n₀ of them, reverse mode n_L VJPs.""")
def modes_swapped(widths):
    right = jacobian_base(widths)
    turn = {"forward": "reverse", "reverse": "forward", "either": "either"}
    costs = {"forward": right["reverse"], "reverse": right["forward"]}
    return right | costs | {"mode": turn[right["mode"]]}


@q.mistake("""Costs right, choice wrong: you answered with the dearer mode.""")
def dearer_mode_chosen(widths):
    turn = {"forward": "reverse", "reverse": "forward", "either": "either"}
    return plan(widths, mode=turn[jacobian_base(widths)["mode"]])


@q.mistake("""You always answer "reverse". It is cheap for a loss, because a loss has one output;
with few inputs and many outputs forward mode wins, and needs no kept activations.""")
def reverse_always(widths):
    return plan(widths, mode="reverse")


@q.mistake("""With as many inputs as outputs both modes cost the same here: "either".""")
def tie_goes_to_reverse(widths):
    right = jacobian_base(widths)
    return right | {"mode": "forward" if right["mode"] == "forward" else "reverse"}


@q.mistake("""With as many inputs as outputs both modes cost the same here: "either", not
"forward".""")
def tie_goes_to_forward(widths):
    right = jacobian_base(widths)
    return right | {"mode": "reverse" if right["mode"] == "reverse" else "forward"}


@q.mistake("""You counted a VJP as two passes. That is the price of training, where each layer needs
a product for its input *and* one for its weights. In this cost model J_k times a vector costs the
same from either side.""")
def vjp_twice_the_jvp(widths):
    right = jacobian_base(widths)
    n, m, one = widths[0], widths[-1], right["jvp"]
    mode = "either" if n == 2 * m else "forward" if n < 2 * m else "reverse"
    return right | {"vjp": 2 * one, "reverse": 2 * m * one, "mode": mode}


@q.mistake("""You counted multiplications and additions apart: twice the stated unit. One
multiply-add is 1 here.""")
def macs_as_flops(widths):
    right = jacobian_base(widths)
    return {k: v if k in ("mode", "kept") else 2 * v for k, v in right.items()}


@q.mistake("""You multiplied the layers' costs. They run one after the other: add them.""")
def costs_multiplied(widths):
    one = math.prod(a * b for a, b in zip(widths, widths[1:]))
    return plan(widths, jvp=one, vjp=one, forward=widths[0] * one, reverse=widths[-1] * one)


@q.mistake("""You counted the layers' widths, not their Jacobians: n_k × n_{k−1} numbers meet the
vector in layer k.""")
def widths_added(widths):
    one = sum(widths[1:])
    return plan(widths, jvp=one, vjp=one, forward=widths[0] * one, reverse=widths[-1] * one)


@q.mistake("""The mode is chosen by the cost of one product, which is equal in both modes: it is the
*number* of products that differs, n₀ against n_L.""")
def mode_by_single_product(widths):
    return plan(widths, mode="either")


@q.mistake("""kept counts the outputs of the layers. What J_k is evaluated at is the layer's
*input*: the network's input belongs to it, its output does not.""")
def outputs_kept(widths):
    return plan(widths, kept=sum(widths[1:]))


@q.mistake("""kept counts all widths. The last layer's output is nobody's input: n₀ + … +
n_{L−1}.""")
def everything_kept(widths):
    return plan(widths, kept=sum(widths))


@q.mistake("""kept counts one activation at a time. That is forward mode's memory; reverse mode
meets the layers in the opposite order, and needs the input of each of them.""")
def only_the_widest_kept(widths):
    return plan(widths, kept=max(widths[:-1]))


@q.variant
def with_arrays(widths):
    w = np.asarray(widths)
    one = (w[1:] * w[:-1]).sum()
    n, m = w[0], w[-1]
    return {"kept": w[:-1].sum(), "forward": n * one, "reverse": m * one, "jvp": one, "vjp": one,
            "mode": "either" if n == m else ("forward", "reverse")[int(n > m)]}  # fmt: skip


@q.variant
def with_a_loop(widths):
    out, before = {"jvp": 0, "kept": 0}, None
    for width in widths:
        if before is not None:
            out["jvp"] += width * before
            out["kept"] += before
        before = width
    out["vjp"] = out["jvp"]
    out["forward"], out["reverse"] = widths[0] * out["jvp"], before * out["jvp"]
    low = min(out["forward"], out["reverse"])
    names = [name for name in ("forward", "reverse") if out[name] == low]
    return out | {"mode": names[0] if len(names) == 1 else "either"}


q.hints(
    """A JVP answers "what does one nudge at the input do to all outputs?", a VJP "what does one
output owe to all inputs?" Which of them fills a column of the Jacobian, which a row?""",
    """(3, 5, 2): the Jacobian is [2, 3]. Three columns by JVPs or two rows by VJPs, each
5·3 + 2·5 = 25 multiply-adds.""",
    """one = Σ n_k n_{k−1}; forward = n₀ · one; reverse = n_L · one; compare n₀ with n_L; kept =
n₀ + … + n_{L−1}.""",
)
q.why("""One product costs the same in both directions; what differs is how many you need: one a
column (input) or one a row (output). A loss has one output, so that its gradient costs one VJP,
whatever the number of weights. The price is memory: forward mode can forget a layer's input at
once, reverse mode must keep all of them.

For a Jacobian with many inputs *and* many outputs neither pure mode need be best: the J_k may be
multiplied in any order, as in the lesson's figure with a bottleneck.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "four_lines_on_paper", "task": true, "points": 4}
# ## 9. Four lines on paper (4 points, 15 minutes, graded by hand)
#
# A linear autoencoder with **tied weights**: X [B, n], W [n, k],
#
# $$H=XW,\qquad R=HW^\top-X,\qquad L=\tfrac12\lVert R\rVert_F^2=\tfrac12\textstyle\sum R_{bi}^2$$
#
# Derive dW = ∂L/∂W on paper, in **four lines**, and copy them into the cell below this one. Beside
# each line write the shape of what stands on its left, and the rule that gives it (one phrase).
# Then add one sentence: which slip would no shape test notice here, and which test would?
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Notation is free (differentials or indices);
# handwriting that can be read is enough.
#
# - **0**: nothing, or a result with no lines.
# - **1**: a start that is right (dR = R), but W's second use is treated as a constant, or one term
#   is missing.
# - **2**: both terms, dW = Rᵀ H + Xᵀ R W, but shapes are missing or wrong on a line, or a line does
#   two operations at once.
# - **3**: four lines, one operation each, right shapes on all of them, rules named ("used twice:
#   two terms", "batch summed by Xᵀ").
# - **4**: as 3, and the sentence names a slip that keeps all shapes (a missing second term: both
#   are [n, k]; a factor 2 for ½; Rᵀ H with the sign of X − HWᵀ) and a test with a number that
#   would find it (a central difference in float64 at sizes that differ, with the error expected;
#   or W with orthonormal columns that span X, where R = 0 and dW = 0: and why that last test is
#   too weak).
#
# A level-4 answer:
#
# 1. dR = R [B, n]: the slope of ½r² is r.
# 2. dH = R W [B, k]: R = H Wᵀ − X, by H: upstream times (Wᵀ)ᵀ.
# 3. dW₁ = Rᵀ H [n, k]: R = H Wᵀ − X, by its W: d(Wᵀ) = Hᵀ R [k, n], transposed.
# 4. dW = dW₁ + Xᵀ dH = Rᵀ H + Xᵀ R W [n, k]: W is used twice, so two terms; Xᵀ sums over the batch.
#
# "Dropping either term keeps every shape. A test at the optimum would not notice, since there R =
# 0 and both terms vanish; a central difference at a random W with B = 5, n = 3, k = 2 in float64
# shows a relative error of order 1 in place of 1e-9."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
