# %% [markdown]
# # {{title}}: the assignment
#
# Seven short questions, a clinic with sick training runs, and one explanation: about {{minutes}}
# minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** Arrays are NumPy float64; their shapes are in brackets. No
# argument may be changed in place. Torch is allowed. "Mean square" is the mean of squares, with no
# mean subtracted.

# %% nbgrader={"grade_id": "imports", "locked": true}
from functools import lru_cache

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures
from mlprep.check import Question

# %% [markdown]
# ## 1. The width of an initialisation (3 points, 8 minutes)
#
# A layer computes $x = \phi(Wx')$ from `fan_in` inputs to `fan_out` outputs. Weights are drawn
# independently with mean 0. Return their **standard deviation**, such that at the start
#
# - `kind="forward"`: the mean square of $Wx'$ is the same from layer to layer,
# - `kind="backward"`: the mean square of the gradient is (it sums over the layer's *outputs*),
# - `kind="mean"`: with the mean of `fan_in` and `fan_out` in place of either (Glorot's compromise).
#
# Take $z=Wx'$ as normal with mean 0. Then $\phi$ keeps a share $\kappa$ of the mean square (and of
# the gradient's), which the weights must make good for. `nonlin` is `"linear"`, or `"relu"`, or
# `"leaky_relu"` with slope $a$ = `slope` for $z<0$: work out $\kappa=\mathbb{E}\phi(z)^2/\mathbb{E}
# z^2$ for each. `slope` is to be ignored for the others.
#
# If the layer is the last one of a branch that is **added** to a residual stream, `branches` is the
# number $L\ge1$ of such branches, else `None`. Each branch then gets $1/L$ of its usual *variance*,
# so that all together add what one would.
#
# **Example.** `init_std(50, 200, "forward", "linear")` is $\sqrt{1/50}=0.1414$.


# %% nbgrader={"grade_id": "init_std", "solution": true}
def init_std(fan_in, fan_out, kind, nonlin, slope=0.0, branches=None):
    """Standard deviation of a layer's weights that keeps the mean square.

    Args:
        fan_in, fan_out: ints ≥ 1.
        kind: "forward", "backward" or "mean".
        nonlin: "linear", "relu" or "leaky_relu".
        slope: float. Of the leaky ReLU, for negative inputs.
        branches: int ≥ 1 or None. Residual branches that share the growth.

    Returns:
        float.
    """
    ### BEGIN SOLUTION
    fan = {"forward": fan_in, "backward": fan_out, "mean": (fan_in + fan_out) / 2}[kind]
    kept = {"linear": 1.0, "relu": 0.5, "leaky_relu": (1 + slope**2) / 2}[nonlin]
    return (1 / (kept * fan * (branches or 1))) ** 0.5
    ### END SOLUTION


# %% nbgrader={"grade_id": "init_std_keeps_the_mean_square", "grade": true}
"""The weights make good for what the activation and the fan do."""
q = Question(init_std, points=3)
q.case(50, 200, "forward", "linear", gives=0.141421356, claim="50 inputs: variance 1/50")
q.case(100, 50, "forward", "relu", gives=0.141421356, claim="a ReLU passes half: variance 2/100")
q.case(100, 50, "backward", "relu", gives=0.2, claim="gradients sum over the 50 outputs: 2/50")
q.case(30, 70, "mean", "linear", gives=0.141421356, claim="(30 + 70) / 2 = 50: variance 1/50")
q.case(
    *(100, 50, "forward", "relu", 0.0, 4),
    gives=0.0707106781,
    claim="four branches: a quarter of the variance each, half of the standard deviation",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(37, 11, "forward", "leaky_relu", 0.5, claim="κ of a leaky ReLU is (1 + a²)/2")
q.case(37, 11, "backward", "leaky_relu", 0.25, 3, claim="all parts together")
q.case(13, 29, "mean", "relu", claim="Glorot's compromise, with the ReLU's κ")
q.case(13, 29, "forward", "linear", 0.7, claim="slope is ignored where nothing leaks")
q.case(41, 43, "backward", "linear", 0.0, 5, claim="branches, backward")
q.case(17, 5, "forward", "relu", 0.3, claim="slope is ignored for a plain ReLU")


@q.reference
def by_quadrature(fan_in, fan_out, kind, nonlin, slope=0.0, branches=None):
    z, w = np.polynomial.hermite_e.hermegauss(40)
    a = {"linear": 1.0, "relu": 0.0, "leaky_relu": slope}[nonlin]
    kept = np.sum(w * np.where(z > 0, z, a * z) ** 2) / np.sum(w * z**2)
    fans = {"forward": [fan_in], "backward": [fan_out], "mean": [fan_in, fan_out]}[kind]
    variance = 1 / (kept * np.mean(fans))
    return np.sqrt(variance / (1 if branches is None else branches))


def std_with(fan=None, kept=None, share=None, last=None):
    """The right answer with one part replaced."""

    def answer(fan_in, fan_out, kind, nonlin, slope=0.0, branches=None):
        fans = {"forward": fan_in, "backward": fan_out, "mean": (fan_in + fan_out) / 2}
        n = fan(fan_in, fan_out, kind) if fan else fans[kind]
        table = {"linear": 1.0, "relu": 0.5, "leaky_relu": (1 + slope**2) / 2}
        k = kept(nonlin, slope) if kept else table[nonlin]
        variance = 1 / (k * n)
        variance *= (share or (lambda b: 1 / b))(branches or 1)
        return last(variance) if last else variance**0.5

    return answer


@q.mistake("""You used 2/(fan in + fan out) for everything: that is Glorot's rule, for units that
are linear near 0. A ReLU deletes half of the mean square, and `kind` says which fan counts.""")
def xavier_for_relu(*args):
    return std_with(lambda i, o, kind: (i + o) / 2, lambda nonlin, a: 1.0)(*args)


@q.mistake("""You took fan_out where signals go forward. Each output is a sum over fan_in inputs:
the variance of the sum is fan_in times the variance of a weight.""")
def fan_out_forward(*args):
    return std_with(lambda i, o, kind: (i + o) / 2 if kind == "mean" else o)(*args)


@q.mistake("""You took fan_in everywhere. Going backward, each input's gradient is a sum over the
layer's outputs: fan_out.""")
def fan_in_backward(*args):
    return std_with(lambda i, o, kind: (i + o) / 2 if kind == "mean" else i)(*args)


@q.mistake("""You returned the bound of a uniform distribution, √3 times the standard deviation. A
uniform on [−b, b] has standard deviation b/√3.""")
def uniform_bound_as_std(*args):
    return std_with(last=lambda v: (3 * v) ** 0.5)(*args)


@q.mistake("You returned the variance. Take its root.")
def variance_not_std(*args):
    return std_with(last=lambda v: v)(*args)


@q.mistake("""You multiplied the standard deviation by 2 for a ReLU. It halves the *mean square*:
the variance doubles, the standard deviation grows by √2.""")
def gain_outside_the_root(*args):
    return std_with(
        kept=lambda nonlin, a: {"linear": 1.0, "relu": 0.25}.get(nonlin, ((1 + a**2) / 2) ** 2)
    )(*args)


@q.mistake("""You used the ReLU's gain for a leaky ReLU. What leaks counts: κ = (1 + a²)/2.""")
def slope_ignored(*args):
    return std_with(kept=lambda nonlin, a: 1.0 if nonlin == "linear" else 0.5)(*args)


@q.mistake("""κ is about squares: the negative half contributes a², not a, and both halves weigh a
half: κ = (1 + a²)/2.""")
def slope_not_squared(*args):
    return std_with(kept=lambda nonlin, a: {"linear": 1.0, "relu": 0.5}.get(nonlin, (1 + a) / 2))(
        *args
    )


@q.mistake("""You used 2/fan whatever the activation. A linear layer deletes nothing: 1/fan.""")
def relu_gain_for_linear(*args):
    return std_with(kept=lambda nonlin, a: (1 + a**2) / 2 if nonlin == "leaky_relu" else 0.5)(*args)


@q.mistake("""You divided the standard deviation by the number of branches. Independent branches add
their *variances*: divide the variance by L, the standard deviation by √L.""")
def residual_over_l(*args):
    return std_with(share=lambda b: 1 / b**2)(*args)


@q.mistake("""`branches` is ignored. L branches, each with the full variance, make the stream grow
with depth.""")
def branches_ignored(*args):
    return std_with(share=lambda b: 1.0)(*args)


@q.mistake("""With kind="mean" you divided by the sum of the fans, not by their mean: the variance
is half of what it should be.""")
def sum_of_fans(*args):
    return std_with(lambda i, o, kind: {"forward": i, "backward": o, "mean": i + o}[kind])(*args)


@q.mistake("""The activation is ignored: 1/fan holds for a linear layer only. A ReLU keeps half of
the mean square, a leaky one (1 + a²)/2, and the weights must make good for it.""")
def activation_ignored(*args):
    return std_with(kept=lambda nonlin, a: 1.0)(*args)


@q.mistake("""With kind="mean" you took the geometric mean of the fans, √(in · out). The statement
(and Glorot) takes the arithmetic one.""")
def geometric_mean_of_fans(*args):
    return std_with(lambda i, o, kind: {"forward": i, "backward": o, "mean": (i * o) ** 0.5}[kind])(
        *args
    )


@q.mistake("""You used `slope` for the plain ReLU too. It lets nothing pass below 0, whatever slope
says.""")
def slope_for_plain_relu(*args):
    return std_with(kept=lambda nonlin, a: 1.0 if nonlin == "linear" else (1 + a**2) / 2)(*args)


@q.variant
def with_gains(fan_in, fan_out, kind, nonlin, slope=0.0, branches=None):
    import torch

    gain = (
        1.0
        if nonlin == "linear"
        else torch.nn.init.calculate_gain(nonlin, slope if nonlin == "leaky_relu" else None)
    )
    fan = fan_in if kind == "forward" else fan_out
    if kind == "mean":
        fan = 0.5 * (fan_in + fan_out)
    std = gain / np.sqrt(fan)
    return std if branches is None else std / np.sqrt(branches)


@q.variant
def as_a_tensor(fan_in, fan_out, kind, nonlin, slope=0.0, branches=None):
    import torch

    a2 = {"linear": 1.0, "relu": 0.0, "leaky_relu": slope * slope}[nonlin]
    fan = {"forward": fan_in, "backward": fan_out}.get(kind, (fan_in + fan_out) / 2)
    return torch.tensor(2.0 / (1 + a2) / fan / (branches or 1), dtype=torch.float64).sqrt()


q.hints(
    """Var(Σ wᵢxᵢ) = (number of terms) · Var(w) · mean square of x. Which number of terms? And what
does φ do to the mean square before the next layer sees it?""",
    """fan_in = 1, linear, forward: the standard deviation is 1. With a ReLU it is √2; with
branches = 4 on top, √2 / 2.""",
    """variance = 1 / (κ · fan · branches), κ = 1, ½ or (1 + a²)/2; fan by kind. Return its
root.""",
)
q.why("""One line of algebra: the mean square of a sum of n independent terms is n times that of
one. So n · Var(w) · κ = 1. The usual wrong answers each replace one symbol: Glorot's rule forgets κ
(a 20-layer ReLU net then passes 2⁻²⁰ of the signal), the wrong fan is invisible in square layers,
and a uniform initialiser wants the *bound*, √3 larger, which is why library calls differ by 1.73.

Residual branches add instead of multiplying. L of them with full variance make the stream grow:
as 2^L where each branch reads the raw stream, as 1 + L where it reads a normalised one. With a
share of 1/L each, growth is at most (1 + 1/L)^L < e at any depth.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Follow the signal both ways (4 points, 18 minutes)
#
# Given are the weights of $L$ square layers, an input $x_0$ and the gradient $g_L$ of the loss with
# respect to the last output $x_L$. With $z_l = W_l x_{l-1}$ (`W[0]` is $W_1$), a layer is
#
# - **plain**, `branch=None`: $x_l=\phi(z_l)$,
# - **residual**, `branch` a float $s$: $x_l=x_{l-1}+s\,\phi(z_l)$.
#
# `act` is `"linear"`, `"relu"` (its slope at $z\le0$ is 0) or `"tanh"`. Return two arrays of length
# $L+1$: entry $l$ of `fwd` is the mean square of $x_l$, entry $l$ of `bwd` the mean square of
# $g_l$, the gradient of the loss with respect to $x_l$. Both include the given ends.
#
# **Example.** One linear plain layer with `W = [[[0, 2], [0, 0]]]`, $x_0=(3,1)$, $g_1=(1,5)$: $x_1
# = (2,0)$ and $g_0=(0,2)$, so `fwd` = [5, 2], `bwd` = [2, 13].


# %% nbgrader={"grade_id": "signal_prop", "solution": true}
def signal_prop(W, x0, g_last, act, branch=None):
    """Mean squares of signals and gradients at each depth.

    Args:
        W: float array [L, n, n], L ≥ 1.
        x0: float array [n]. The input.
        g_last: float array [n]. Gradient with respect to the last output.
        act: "linear", "relu" or "tanh".
        branch: float, the scale of residual branches, or None for plain layers.

    Returns:
        (fwd, bwd): float arrays [L + 1], by depth of the signal that they belong to.
    """
    ### BEGIN SOLUTION
    phi = {"linear": lambda z: z, "relu": lambda z: np.maximum(z, 0), "tanh": np.tanh}[act]
    slope = {
        "linear": lambda z: np.ones_like(z),
        "relu": lambda z: (z > 0) * 1.0,
        "tanh": lambda z: 1 - np.tanh(z) ** 2,
    }[act]
    skip, scale = (0.0, 1.0) if branch is None else (1.0, branch)
    x, zs, fwd = x0, [], [np.mean(x0**2)]
    for layer in W:
        zs.append(layer @ x)
        x = skip * x + scale * phi(zs[-1])
        fwd.append(np.mean(x**2))
    g, bwd = g_last, [np.mean(g_last**2)]
    for layer, z in zip(W[::-1], zs[::-1]):
        g = skip * g + scale * layer.T @ (slope(z) * g)
        bwd.append(np.mean(g**2))
    return np.array(fwd), np.array(bwd[::-1])
    ### END SOLUTION


# %% nbgrader={"grade_id": "signal_prop_goes_both_ways", "grade": true}
"""Signals and gradients are followed through every layer, and each belongs to its depth."""
q = Question(signal_prop, points=4)


def layers(depth, n, seed, gain=1.0):
    """Weights, an input and a gradient of numbers of order 1."""
    rng = np.random.default_rng(seed)
    W = rng.normal(0, gain / n**0.5, (depth, n, n))
    return W, rng.normal(0.3, 1.0, n), rng.normal(0.0, 2.0, n)


tiny = np.array([[[0.0, 2.0], [0.0, 0.0]]]), np.array([3.0, 1.0]), np.array([1.0, 5.0])
q.case(*tiny, "linear", gives=([5.0, 2.0], [2.0, 13.0]), claim="the worked example")
q.case(
    *tiny,
    *("linear", 0.5),
    gives=([5.0, 8.5], [18.5, 13.0]),
    claim="residual: x₁ = (3, 1) + 0.5·(2, 0) = (4, 1) and g₀ = (1, 5) + 0.5·(0, 2) = (1, 6)",
)
q.case(
    np.array([[[1.0, 0.0], [0.0, -1.0]]]),
    *(np.array([1.0, 2.0]), np.array([3.0, 4.0]), "relu"),
    gives=([2.5, 0.5], [4.5, 12.5]),
    claim="z = (1, −2): the ReLU passes the first only, forward and backward",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(*layers(3, 5, 0), "tanh", claim="tanh: the slope is taken at z, before the activation")
q.case(*layers(7, 3, 1, 1.5), "relu", claim="seven ReLU layers: W transposed on the way back")
q.case(*layers(5, 7, 2), "relu", 0.3, claim="residual ReLU layers: the skip carries gradients too")
q.case(*layers(2, 11, 3), "tanh", 0.7, claim="the branch's scale acts on gradients as well")
q.case(*layers(4, 5, 4), "linear", 0.0, claim="branch 0.0 is a residual layer that adds nothing")


@q.reference
def by_autograd(W, x0, g_last, act, branch=None):
    import torch

    x = torch.tensor(x0, requires_grad=True)
    phi = {"linear": lambda z: z, "relu": torch.relu, "tanh": torch.tanh}[act]
    xs = [x]
    for layer in torch.tensor(W):
        y = phi(layer @ xs[-1])
        xs.append(y if branch is None else xs[-1] + branch * y)
    grads = torch.autograd.grad(xs[-1], xs, torch.tensor(g_last))
    return [[float((t.detach() ** 2).mean()) for t in ts] for ts in (xs, grads)]


def walk(
    measure=None,
    slope_at=None,
    back=None,
    flip=True,
    back_skip=True,
    back_scale=True,
    none=None,
    drop_scale=False,
):
    """The right answer with one part replaced."""
    measure = measure or (lambda v: np.mean(v**2))

    def answer(W, x0, g_last, act, branch=None):
        phi = {"linear": lambda z: z, "relu": lambda z: np.maximum(z, 0), "tanh": np.tanh}[act]
        slope = {
            "linear": np.ones_like,
            "relu": lambda z: (z > 0).astype(float),
            "tanh": lambda z: 1 - np.tanh(z) ** 2,
        }[act]
        plain = not branch if none == "falsy" else branch is None
        skip, s = (0.0, 1.0) if plain else (1.0, 1.0 if drop_scale else branch)
        x, zs, fwd = x0, [], [measure(x0)]
        for layer in W:
            zs.append(layer @ x)
            x = skip * x + s * phi(zs[-1])
            fwd.append(measure(x))
        g, bwd = g_last, [measure(g_last)]
        for layer, z in zip(W[::-1], zs[::-1]):
            at = slope_at(z, phi) if slope_at else z
            d = slope(at) * g
            g = (skip if back_skip else 0) * g + (s if back_scale else 1) * (
                back(layer) if back else layer.T
            ) @ d
            bwd.append(measure(g))
        return np.array(fwd), np.array(bwd[::-1] if flip else bwd)

    return answer


@q.mistake("""You subtracted the mean (a variance). After a ReLU the mean is a large part of the
signal, and the next layer sums over all of it: use the mean of squares.""")
def variance_for_mean_square(*args):
    return walk(np.var)(*args)


@q.mistake("You took the root: a root mean square. Mean squares are asked for.")
def root_mean_square(*args):
    return walk(lambda v: np.mean(v**2) ** 0.5)(*args)


@q.mistake("You summed the squares. The mean does not depend on the width.")
def sum_of_squares(*args):
    return walk(lambda v: np.sum(v**2))(*args)


@q.mistake("""Gradients went through W as signals do. Backward, unit j collects from all outputs
that it fed: the transpose, W.T @ (slope · g).""")
def weights_not_transposed(*args):
    return walk(back=lambda layer: layer)(*args)


@q.mistake("""The activation's slope is missing on the way back. Multiply the gradient by φ′(z)
before W.T.""")
def slope_forgotten(W, x0, g_last, act, branch=None):
    fwd, _ = walk()(W, x0, g_last, act, branch)
    return fwd, walk()(W, x0, g_last, "linear", branch)[1]


@q.mistake("""You took φ′ at the activation's output, φ′(φ(z)). It belongs to z, before the
activation (a ReLU does not show the difference, tanh does).""")
def slope_at_the_output(*args):
    return walk(slope_at=lambda z, phi: phi(z))(*args)


@q.mistake("""The gradient is not carried by the skip. From x = x′ + s·φ(Wx′) follows g′ = g +
s·Wᵀ(φ′·g).""")
def skip_forgotten_backward(*args):
    return walk(back_skip=False)(*args)


@q.mistake("""Going back, the branch is not scaled by s. The chain rule keeps every factor of the
forward pass.""")
def scale_forgotten_backward(*args):
    return walk(back_scale=False)(*args)


@q.mistake("The branch is added without its scale s.")
def branch_not_scaled(*args):
    return walk(drop_scale=True)(*args)


@q.mistake("""bwd is in the order in which you computed it, last layer first. Entry l belongs to
x_l, as in fwd: reverse it.""")
def backward_in_walking_order(*args):
    return walk(flip=False)(*args)


@q.mistake("""`if branch:` takes branch = 0.0 for None. Zero is how some networks start (a residual
layer that adds nothing): ask `branch is None`.""")
def zero_branch_taken_for_none(*args):
    return walk(none="falsy")(*args)


def _pair(change):
    return lambda *args: change(*walk()(*args), *args)


@q.mistake("""An end is missing: L layers have L + 1 signals, x₀ to x_L, and as many gradients.""")
def ends_missing(*args):
    return _pair(lambda fwd, bwd, *_: (fwd[1:], bwd[:-1]))(*args)


@q.mistake("""Your way back visits the layers in forward order, the first one first. The gradient
meets the last layer first: reverse W, and use each layer's own z.""")
def layers_in_forward_order(W, x0, g_last, act, branch=None):
    fwd, _ = walk()(W, x0, g_last, act, branch)
    return fwd, walk()(W[::-1], x0, g_last, act, branch)[1]


@q.mistake("""fwd holds the mean squares of z, before the activation (and the skip). Asked is that
of x_l, the layer's output.""")
def before_the_activation(W, x0, g_last, act, branch=None):
    phi = {"linear": lambda z: z, "relu": lambda z: np.maximum(z, 0), "tanh": np.tanh}[act]
    x, out = x0, [np.mean(x0**2)]
    for layer in W:
        z = layer @ x
        x = phi(z) if branch is None else x + branch * phi(z)
        out.append(np.mean(z**2))
    return np.array(out), walk()(W, x0, g_last, act, branch)[1]


@q.variant
def by_jacobians(W, x0, g_last, act, branch=None):
    f = {"linear": lambda z: z, "relu": lambda z: z * (z > 0), "tanh": np.tanh}[act]
    d = {
        "linear": lambda z: z * 0 + 1,
        "relu": lambda z: np.sign(np.maximum(z, 0)),
        "tanh": lambda z: np.cosh(z) ** -2.0,
    }[act]
    x, jacobians, fwd = np.asarray(x0), [], [float(np.dot(x0, x0)) / len(x0)]
    for A in W:
        z = A @ x
        J = d(z)[:, None] * A
        if branch is None:
            x = f(z)
        else:
            x, J = x + branch * f(z), np.eye(len(x)) + branch * J
        jacobians.append(J)
        fwd.append(float(x @ x) / len(x))
    rows = [np.asarray(g_last)]
    for J in reversed(jacobians):
        rows.insert(0, rows[0] @ J)
    return fwd, [float(r @ r) / len(r) for r in rows]


@q.variant
def in_torch(W, x0, g_last, act, branch=None):
    import torch

    f = {"linear": torch.nn.Identity(), "relu": torch.nn.ReLU(), "tanh": torch.nn.Tanh()}[act]
    xs = [torch.tensor(x0, requires_grad=True)]
    for A in W:
        y = f(torch.tensor(A) @ xs[-1])
        xs.append(torch.add(xs[-1], y, alpha=branch) if branch is not None else y)
        xs[-1].retain_grad()
    xs[-1].backward(torch.tensor(g_last))
    return torch.stack([x.detach().square().mean() for x in xs]), torch.stack(
        [x.grad.square().mean() for x in xs]
    )


q.hints(
    """Forward: keep every z, you need it again. Backward: the same layers, last first, each part of
the forward step with its own derivative.""",
    """One layer, n = 1, W = [[[3]]], x₀ = [1], g₁ = [1], relu, branch 0.5: z = 3, x₁ = 2.5, g₀ = 1
+ 0.5·3 = 2.5; fwd = [1, 6.25], bwd = [6.25, 1].""",
    """g = skip·g + s·W.T @ (φ′(z)·g), with skip = 1 for residual layers and 0 (and s = 1) for plain
ones; append np.mean(g**2), reverse at the end.""",
)
q.why("""Forward signals and backward gradients go through the same matrices, one by W, one by its
transpose. So an initialisation that doubles the signal per layer doubles the gradient per layer
too: both explode or vanish **exponentially in depth**, and the gradient does so *towards the
input*.

A residual stream changes the law from multiplying to adding. The skip carries g unchanged: that is
the whole point of it, and it is what disappears if you write the backward pass from the branch
alone. With branch = 0.0 the network starts as the identity (ReZero); `if branch` would have turned
that into no skip at all.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. One clipped step (4 points, 12 minutes)
#
# A step of plain descent with clipping by the **global norm**: one number for all tensors together,
# $\lVert g\rVert=\sqrt{\sum_i\lVert g_i\rVert^2}$.
#
# - If it exceeds `max_norm`, all gradients are scaled by one common factor, so that the global norm
#   becomes `max_norm`. Else they are used as they are.
# - Then $w_i \leftarrow w_i-\mathrm{lr}\cdot g_i$.
# - If the norm is not finite (any NaN or infinity), the step is skipped: parameters as they were.
#
# Return the new parameters (a list, the same shapes) and the norm **before** clipping, which is
# what you would log (NaN or infinity where that is what it is).
#
# **Example.** Gradients `[3, 0]` and `[4]`, `max_norm=1`, `lr=1`, all parameters 0: the norm is 5,
# the new parameters are `[-0.6, 0]` and `[-0.8]`.


# %% nbgrader={"grade_id": "clip_step", "solution": true}
def clip_step(params, grads, lr, max_norm):
    """Descend one step along the gradient, at most max_norm long before lr.

    Args:
        params: list of float arrays, of any shapes.
        grads: list of float arrays, shaped like params.
        lr: float > 0.
        max_norm: float > 0.

    Returns:
        (new_params, norm): list of arrays, and the global norm before clipping.
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if not np.isfinite(norm):
        return [w.copy() for w in params], norm
    factor = max_norm / norm if norm > max_norm else 1.0
    return [w - lr * factor * g for w, g in zip(params, grads)], norm
    ### END SOLUTION


# %% nbgrader={"grade_id": "clip_step_keeps_the_direction", "grade": true}
"""Clipping shortens the whole gradient and leaves its direction alone."""
q = Question(clip_step, points=4)
zeros = [np.zeros(2), np.zeros(1)]
q.case(
    *(zeros, [np.array([3.0, 0.0]), np.array([4.0])], 1.0, 1.0),
    gives=([[-0.6, 0.0], [-0.8]], 5.0),
    claim="norm √(3² + 4²) = 5: everything is divided by 5",
)
q.case(
    *(zeros, [np.array([0.3, 0.0]), np.array([0.4])], 0.5, 1.0),
    gives=([[-0.15, 0.0], [-0.2]], 0.5),
    claim="a norm of 0.5 is below max_norm = 1: the gradient stays as it is",
)
q.case(
    *([np.ones(2), np.ones(1)], [np.array([np.inf, 0.0]), np.array([4.0])], 1.0, 1.0),
    gives=([[1.0, 1.0], [1.0]], np.inf),
    claim="an infinite norm: the step is skipped, the parameters stay",
)
### BEGIN HIDDEN TESTS
q.hidden()
g = np.random.default_rng(0)
shapes = (2, 3), (5,), (7, 1)
weights, slopes = ([g.normal(0, s, shape) for shape in shapes] for s in (1.0, 2.0))
q.case(weights, slopes, 0.1, 1.0, claim="three tensors of different size share one factor")
q.case(weights, slopes, 0.01, 3.0, claim="lr and max_norm are not mixed up")
q.case(weights, slopes, 3.0, 100.0, claim="far below max_norm nothing is scaled, however large lr")
q.case(weights, [np.zeros(s) for s in shapes], 1.0, 1.0, claim="gradients of 0: no division by 0")
q.case(
    *(weights, [np.full(s, np.nan) for s in shapes], 1.0, 1.0),
    claim="NaN: the step is skipped, and the norm is reported as NaN",
)
q.case(
    *(
        weights,
        [
            np.where(np.arange(7)[:, None] == 3, np.nan, 1.0) if s == (7, 1) else np.ones(s)
            for s in shapes
        ],
        1.0,
        1.0,
    ),
    claim="one NaN in one tensor skips the step for all tensors",
)


@q.reference
def by_torch(params, grads, lr, max_norm):
    import torch

    ws, gs = ([torch.tensor(a) for a in arrays] for arrays in (params, grads))
    norm = torch.linalg.vector_norm(torch.cat([g.flatten() for g in gs]))
    if torch.isfinite(norm):
        factor = torch.clamp(max_norm / norm, max=1.0) if norm > 0 else 1.0
        ws = [torch.sub(w, factor * g, alpha=lr) for w, g in zip(ws, gs)]
    return ws, norm


def clipper(norm_of=None, clip=None, report=None, skip=True):
    """The right answer with one part replaced."""

    def whole(grads):
        return float(np.sqrt(sum(np.sum(g**2) for g in grads)))

    def scale(grads, norm, max_norm, lr):
        return [g * (max_norm / norm if norm > max_norm else 1.0) for g in grads]

    def answer(params, grads, lr, max_norm):
        with np.errstate(all="ignore"):
            norm = (norm_of or whole)(grads)
            if skip and not np.isfinite(norm):
                return [w.copy() for w in params], norm
            used = (clip or scale)(grads, norm, max_norm, lr)
            out = report(norm, used, max_norm) if report else norm
            return [w - lr * g for w, g in zip(params, used)], out

    return answer


@q.mistake("""Each tensor was clipped by its own norm. That changes the direction: large tensors
shrink, small ones do not. Use one global norm and one factor.""")
def clip_per_tensor(*args):
    return clipper(
        clip=lambda gs, n, m, lr: [g * min(1.0, m / max(np.linalg.norm(g), 1e-300)) for g in gs]
    )(*args)


@q.mistake("""You clipped each entry to [−max_norm, max_norm]. That turns the gradient towards the
diagonal, and the norm can still be √d times too long. Scale all entries by one factor.""")
def clip_by_value(*args):
    return clipper(clip=lambda gs, n, m, lr: [np.clip(g, -m, m) for g in gs])(*args)


@q.mistake("""You added the norms of the tensors. The norm of the whole is √Σ‖g‖², which is smaller
than Σ‖g‖: you report too much and clip too hard.""")
def sum_of_norms(*args):
    return clipper(lambda gs: float(sum(np.linalg.norm(g) for g in gs)))(*args)


@q.mistake("""You clipped the step lr·g, not the gradient. max_norm bounds g; with lr below 1 your
bound is hardly ever reached, and it moves with the schedule.""")
def clip_after_step(*args):
    return clipper(
        clip=lambda gs, n, m, lr: [g * (m / (lr * n) if lr * n > m else 1.0) for g in gs]
    )(*args)


@q.mistake("""You returned the norm after clipping. It never exceeds max_norm, so a log of it shows
nothing when things go wrong: return the norm before.""")
def norm_reported_after_clip(*args):
    return clipper(report=lambda n, used, m: min(n, m))(*args)


@q.mistake("""You always scale to max_norm, also what is shorter. Gradients below max_norm keep
their length, else descent can never settle.""")
def always_rescaled(*args):
    return clipper(clip=lambda gs, n, m, lr: [g * (m / n if n > 0 else 1.0) for g in gs])(*args)


@q.mistake("""A gradient that is not finite was used. max_norm / inf is 0, and 0·inf is NaN: one bad
batch, and all weights are gone. Check the norm first, and skip the step.""")
def not_finite_used(*args):
    return clipper(skip=False)(*args)


@q.mistake("""You returned the squared norm, or compared with it. Take the root of the sum of
squares.""")
def squared_norm(*args):
    return clipper(lambda gs: float(sum(np.sum(g**2) for g in gs)))(*args)


def _zeroed(params, grads, lr, max_norm):
    clean = [np.nan_to_num(g, nan=0.0, posinf=0.0, neginf=0.0) for g in grads]
    new, _ = clipper()(params, clean, lr, max_norm)
    return new, clipper()(params, grads, lr, max_norm)[1]


@q.mistake("""You replaced what is not finite by 0 and stepped with the rest. What is left of such a
gradient points nowhere in particular: skip the whole step.""")
def bad_entries_zeroed(*args):
    return _zeroed(*args)


@q.mistake("""You took the largest of the tensors' norms. The whole gradient is longer: √Σ‖g‖².""")
def largest_tensor_norm(*args):
    return clipper(lambda gs: float(max(np.linalg.norm(g) for g in gs)))(*args)


@q.mistake("""You divided the sum of squares by the number of entries (a root mean square). Clipping
is about length: the sum, without a mean.""")
def root_mean_square(*args):
    return clipper(
        lambda gs: float(np.sqrt(np.mean(np.concatenate([g.ravel() for g in gs]) ** 2)))
    )(*args)


@q.mistake("""The parameters moved *along* the gradient, uphill. Subtract.""")
def uphill(params, grads, lr, max_norm):
    new, norm = clipper()(params, grads, lr, max_norm)
    return [2 * w - n for w, n in zip(params, new)], norm


@q.variant
def one_long_vector(params, grads, lr, max_norm):
    norm = np.linalg.norm(np.concatenate([np.ravel(g) for g in grads]))
    if np.isnan(norm) or np.isinf(norm):
        return [np.array(w) for w in params], norm
    return [w - lr * g / max(1.0, norm / max_norm) for w, g in zip(params, grads)], norm


@q.variant
def in_torch(params, grads, lr, max_norm):
    import torch

    ws = [torch.tensor(w, requires_grad=True) for w in params]
    for w, g in zip(ws, grads):
        w.grad = torch.tensor(g)
    norm = torch.sqrt(sum((w.grad**2).sum() for w in ws))
    if not torch.isfinite(norm):
        return [w.detach() for w in ws], norm.item()
    factor = min(1.0, max_norm / max(norm.item(), 1e-300))
    return [torch.tensor(w) - lr * factor * torch.tensor(g) for w, g in zip(params, grads)], norm


q.hints(
    """How many norms are there in a step: one for each tensor, or one? And which of the two, before
or after, tells you in the log that something happened?""",
    """params [0.] and [0.], grads [3.] and [4.], max_norm 1, lr 0.1: norm 5, parameters −0.06 and
−0.08. Per-tensor clipping would give −0.1 and −0.1.""",
    """norm = np.sqrt(sum(np.sum(g**2) for g in grads)); if not np.isfinite(norm): return copies;
factor = min(1, max_norm / norm) where norm > 0.""",
)
q.why("""The gradient is one vector that happens to be stored in several arrays. One common factor
keeps its direction; per-tensor and per-entry clipping do not, and what they follow is no longer
downhill on the loss.

Clip before lr: the threshold is then about the loss surface and survives a schedule. Log the norm
*before*: afterwards it is a flat line at max_norm that hides every warning. And clipping is no
guard against NaN: 0 · inf is NaN, so look at the norm first. Note what clipping hides too: with a
threshold that is hit at *every* step you train normalised descent with step lr · max_norm.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Detect a spike, plan the rewind (5 points, 22 minutes)
#
# `loss` is the log of a run: entry $t$ is the loss on batch $t$, before step $t$.
#
# **Spikes.** Go through the steps in order. The baseline of step $t$ is made of the last `window`
# losses before $t$ that were **not spikes themselves**. With fewer than `window` of these, $t$ is
# no spike, unless its loss is not finite: a NaN or infinite loss is a spike at any $t$. Else $t$ is
# a spike if
#
# $$\mathrm{loss}_t > m + k\cdot\mathrm{MAD},\qquad m=\text{median of the baseline},\quad
# \mathrm{MAD}=\text{median of }|\text{baseline}-m|$$
#
# **Plan** for the *first* spike, at $t_0$. Its episode runs to $t_1$, the last step of the
# unbroken run of spikes that starts at $t_0$. Training is to be restarted from a checkpoint; the
# batches from $t_0-\mathrm{lead}$ up to and including $t_1$ (none below 0) are to be skipped.
# Checkpoints are taken before steps 0, `every`, 2·`every`, …: restart from the latest one that is
# **not after** $t_0-\mathrm{lead}$ (0 if that is negative).
#
# Return `(spikes, restart, skip)`: a list of all spike steps, an int, a list of steps. Without any
# spike: `([], None, [])`.
#
# **Example.** Losses `[2, 3, 2, 3, 9, 2]`, `window=4`, `k=3`, `every=2`, `lead=1`: at step 4 the
# median is 2.5 and the MAD 0.5, so 9 > 4 is a spike; skip [3, 4], restart at 2.


# %% nbgrader={"grade_id": "skip_and_rewind", "solution": true}
def skip_and_rewind(loss, window, k, every, lead):
    """Which steps are spikes, and what to do about the first one.

    Args:
        loss: float array [n].
        window: int ≥ 1. Losses in a baseline.
        k: float > 0. How many MADs above the median are too many.
        every: int ≥ 1. Steps between checkpoints.
        lead: int ≥ 0. Batches before the spike that are skipped too.

    Returns:
        (spikes, restart, skip): list of ints, int or None, list of ints.
    """
    ### BEGIN SOLUTION
    calm, spikes = [], []
    for t, value in enumerate(loss):
        base = np.array(calm[-window:])
        high = np.inf
        if len(base) == window:
            m = np.median(base)
            high = m + k * np.median(np.abs(base - m))
        if not np.isfinite(value) or value > high:
            spikes.append(t)
        else:
            calm.append(value)
    if not spikes:
        return [], None, []
    first = last = spikes[0]
    while last + 1 in spikes:
        last += 1
    start = max(first - lead, 0)
    return spikes, start // every * every, list(range(start, last + 1))
    ### END SOLUTION


# %% nbgrader={"grade_id": "skip_and_rewind_is_not_fooled", "grade": true}
"""Spikes are measured against calm steps before them, and the rewind goes behind the cause."""
q = Question(skip_and_rewind, points=5)
q.case(
    *(np.array([2.0, 3, 2, 3, 9, 2]), 4, 3.0, 2, 1),
    gives=([4], 2, [3, 4]),
    claim="9 > 2.5 + 3·0.5; skip from 4 − 1 to 4; the latest checkpoint not after 3 is at 2",
)
q.case(
    np.array([3.0, 2, 3, 2, 3, 2]), 2, 3.0, 2, 1, gives=([], None, []), claim="no spike: no plan"
)
q.case(
    *(np.array([2.0, 3, 2, 3, 2, 9, 30, 9, 3, 2]), 4, 3.0, 3, 2),
    gives=([5, 6, 7], 3, [3, 4, 5, 6, 7]),
    claim="steps 5 to 7 are one episode: its own losses are no baseline for the next step",
)
q.case(
    *(np.array([2.0, np.nan, 3, 2, 3, 2]), 4, 3.0, 2, 0),
    gives=([1], 0, [1]),
    claim="a NaN is a spike even before there is a baseline",
)
### BEGIN HIDDEN TESTS
q.hidden()
calm = 2 + 0.1 * np.random.default_rng(5).standard_normal(60)
late = calm.copy()
late[[23, 24, 41]] = 3.5, 2.9, 4.0
drop = calm.copy()
drop[30], drop[44] = 0.5, 3.0
early = calm.copy()
early[7:9] = np.inf, 5.0
slow = calm + 0.05 * np.arange(60)
slow[50] += 3.0
huge = calm.copy()
huge[20], huge[28] = 400.0, 2.9
q.case(
    late, 11, 7.0, 10, 4, claim="two episodes: all spikes are listed, the first one is planned for"
)
q.case(drop, 13, 9.0, 7, 3, claim="a sudden drop is no spike; a rise of the same kind is")
q.case(early, 5, 9.0, 6, 9, claim="t₀ − lead is negative: restart at 0, skip from 0")
q.case(slow, 9, 12.0, 13, 6, claim="a slow rise moves the baseline and is no spike")
q.case(huge, 17, 8.0, 5, 5, claim="after one huge spike the detector must still see a small one")
q.case(late, 11, 7.0, 19, 4, claim="t₀ − lead is exactly a checkpoint: use that one")
q.case(np.array([1.0, 1, 1, 1, 1, 1]), 3, 2.0, 2, 1, claim="equal losses: not above, so no spike")
q.case(np.array([1.0, 2, 3, 4, 5, 8]), 5, 4.0, 2, 1, claim="median 3, MAD 1, k = 4: 8 is above 7")
q.case(
    np.array([1.0, 2, 3, 4, 50, 10]), 5, 4.0, 2, 1, claim="an outlier hardly moves median and MAD"
)


@q.reference
def with_the_standard_library(loss, window, k, every, lead):
    import math
    from statistics import median

    flags = []
    for t, value in enumerate(map(float, loss)):
        base = [float(loss[i]) for i in range(t) if not flags[i]][-window:]
        if not math.isfinite(value):
            flags.append(True)
        elif len(base) < window:
            flags.append(False)
        else:
            m = median(base)
            flags.append(value - m > k * median(abs(b - m) for b in base))
    spikes = [t for t, flag in enumerate(flags) if flag]
    if not spikes:
        return spikes, None, []
    start = spikes[0] - lead if spikes[0] > lead else 0
    stop = spikes[0]
    while stop < len(flags) and flags[stop]:
        stop += 1
    restart = max(c for c in range(0, len(flags) + every, every) if c <= start)
    return spikes, restart, [*range(start, stop)]


def detector(limit=None, keep=False, finite=True, both=False, plan=None, least=None, equal=False):
    """The right answer with one part replaced."""

    def mad(base, k):
        m = np.median(base)
        return m, k * np.median(np.abs(base - m))

    def answer(loss, window, k, every, lead):
        calm, spikes = [], []
        with np.errstate(all="ignore"):
            for t, value in enumerate(loss):
                base, hit = np.array(calm[-window:]), False
                if len(base) >= (least or window):
                    m, room = (limit or mad)(base, k)
                    hit = value > m + room or (both and value < m - room)
                    hit = hit or (equal and value == m + room)
                if finite and not np.isfinite(value):
                    hit = True
                if hit:
                    spikes.append(t)
                if not hit or keep:
                    calm.append(value)
        if not spikes:
            return [], None, []
        t0 = t1 = spikes[0]
        while t1 + 1 in spikes:
            t1 += 1
        start = max(t0 - lead, 0)
        if plan:
            return (spikes, *plan(t0, t1, start, every, spikes))
        return spikes, start // every * every, list(range(start, t1 + 1))

    return answer


@q.mistake("""Spikes were left in the baseline. A long episode then becomes normal, and its end is
missed. Use only losses that were not spikes.""")
def spikes_in_the_baseline(*args):
    return detector(keep=True)(*args)


@q.mistake("""You used mean and standard deviation. The statement asks for median and MAD: one
outlier in the window moves the former, and hardly the latter.""")
def mean_and_deviation(*args):
    return detector(lambda b, k: (b.mean(), k * b.std()))(*args)


@q.mistake("""You multiplied the median by k: a threshold on the loss, not on its noise. It depends
on where the loss happens to be. Use median + k · MAD.""")
def times_the_median(*args):
    return detector(lambda b, k: (0.0, k * np.median(b)))(*args)


@q.mistake("""You scaled the MAD by 1.4826, which makes it a standard deviation for normal noise. A
good habit, but here k counts plain MADs.""")
def scaled_mad(*args):
    return detector(lambda b, k: (np.median(b), k * 1.4826 * np.median(abs(b - np.median(b)))))(
        *args
    )


@q.mistake("""NaN was no spike to you: every comparison with NaN is false. It also poisons the
baseline of later steps. Ask np.isfinite first.""")
def nan_is_no_spike(*args):
    return detector(finite=False)(*args)


@q.mistake("""You flag sudden drops too. A low loss is a lucky batch, or repeated data: worth a
look, but nothing to rewind for.""")
def drops_flagged(*args):
    return detector(both=True)(*args)


@q.mistake("""You restart at the last checkpoint before the spike itself. The state may be damaged
before the loss shows it, and the batches in the lead would be skipped after having been used. Go
back to t₀ − lead.""")
def restart_at_the_spike(*args):
    return detector(plan=lambda t0, t1, s, e, sp: (t0 // e * e, list(range(s, t1 + 1))))(*args)


@q.mistake("""You skip only the batches of the spike. Those just before it belong to the cause:
skip from t₀ − lead.""")
def lead_not_skipped(*args):
    return detector(plan=lambda t0, t1, s, e, sp: (s // e * e, list(range(t0, t1 + 1))))(*args)


@q.mistake("""You skip every batch since the checkpoint. Those before t₀ − lead did no harm: they
are to be trained on again.""")
def skips_since_the_checkpoint(*args):
    return detector(plan=lambda t0, t1, s, e, sp: (s // e * e, list(range(s // e * e, t1 + 1))))(
        *args
    )


@q.mistake("""You skip only to the first step of the episode. It lasts to t₁, the end of the
unbroken run of spikes.""")
def episode_of_one_step(*args):
    return detector(plan=lambda t0, t1, s, e, sp: (s // e * e, list(range(s, t0 + 1))))(*args)


@q.mistake("""Your episode runs to the last spike in the log. Only the unbroken run that starts at
t₀ is one event; later spikes happen on another path.""")
def one_long_episode(*args):
    return detector(plan=lambda t0, t1, s, e, sp: (s // e * e, list(range(s, sp[-1] + 1))))(*args)


@q.mistake("""You restart at t₀ − lead, where no checkpoint is. Round down to a multiple of
`every`.""")
def restart_without_checkpoint(*args):
    return detector(plan=lambda t0, t1, s, e, sp: (s, list(range(s, t1 + 1))))(*args)


@q.mistake("""You flag what is *equal* to median + k · MAD. With a MAD of 0 (equal losses)
everything is then a spike. Only above it.""")
def flagged_at_the_limit(*args):
    return detector(equal=True)(*args)


@q.mistake("""You judge against fewer than `window` losses. A median of one or two says little: wait
until the baseline is full.""")
def short_baseline(*args):
    return detector(least=1)(*args)


@q.mistake("""You restart at the first checkpoint *after* t₀ − lead. What is to be undone is then in
the weights already: round down.""")
def checkpoint_rounded_up(*args):
    return detector(plan=lambda t0, t1, s, e, sp: (-(-s // e) * e, list(range(s, t1 + 1))))(*args)


@q.mistake("""You stop skipping one batch short: range() excludes its end, and t₁ is to be skipped
too.""")
def end_excluded(*args):
    return detector(plan=lambda t0, t1, s, e, sp: (s // e * e, list(range(s, t1))))(*args)


@q.mistake("""Your baseline is what is calm among the last `window` *steps*: after an episode only a
few losses are left. Take the last `window` calm losses, however far back they lie.""")
def window_of_steps(loss, window, k, every, lead):
    bad = set()
    for t, value in enumerate(loss):
        base = np.array([loss[i] for i in range(max(0, t - window), t) if i not in bad])
        high = np.inf
        if t >= window and len(base):
            high = np.median(base) + k * np.median(np.abs(base - np.median(base)))
        if not np.isfinite(value) or value > high:
            bad.add(t)
    spikes = sorted(bad)
    if not spikes:
        return [], None, []
    end = spikes[0]
    while end in bad:
        end += 1
    start = max(spikes[0] - lead, 0)
    return spikes, start // every * every, list(range(start, end))


@q.variant
def with_a_queue(loss, window, k, every, lead):
    from collections import deque

    base, bad = deque(maxlen=window), np.zeros(len(loss), dtype=bool)
    for t in range(len(loss)):
        if np.isfinite(loss[t]):
            m = np.median(base) if len(base) == window else np.inf
            spread = np.median(np.abs(np.subtract(base, m))) if np.isfinite(m) else 0.0
            bad[t] = loss[t] > m + k * spread
        else:
            bad[t] = True
        if not bad[t]:
            base.append(loss[t])
    where = np.flatnonzero(bad)
    if where.size == 0:
        return where, None, where
    t0 = int(where[0])
    calm_again = np.flatnonzero(~bad[t0:])
    t1 = t0 + int(calm_again[0]) if calm_again.size else len(loss)
    begin = max(0, t0 - lead)
    return where, begin - begin % every, np.arange(begin, t1)


@q.variant
def flags_first(loss, window, k, every, lead):
    good = []
    for t in range(len(loss)):
        past = [i for i in good if i < t][-window:]
        high = float("inf")
        if len(past) == window:
            high = np.median(loss[past])
            high += k * np.median([abs(loss[i] - np.median(loss[past])) for i in past])
        if loss[t] < np.inf and loss[t] <= high and loss[t] > -np.inf:
            good.append(t)
    spikes = sorted(set(range(len(loss))) - set(good))
    if len(spikes) == 0:
        return [], None, []
    end = next((t for t in range(spikes[0], len(loss)) if t in good), len(loss))
    begin = spikes[0] - lead
    return spikes, max(begin - begin % every, 0), [t for t in range(begin, end) if t >= 0]


q.hints(
    """What is the baseline of the second step of a spike? And can a checkpoint that was taken at
the spike be trusted?""",
    """[2, 3, 2, 3, 9, 9], window 4: the baseline of step 5 is [2, 3, 2, 3] again, without the 9, so
it is a spike too.""",
    """Keep a list of calm losses; append only what is no spike. Plan: start = max(t₀ − lead, 0),
restart = start // every * every, skip = range(start, t₁ + 1).""",
)
q.why("""A detector that learns from its own spikes goes blind in the second one; median and MAD
stay put even so, mean and standard deviation do not. NaN needs a line of its own, because every
comparison with it is false: the commonest detectors miss exactly the event that they were
written for.

The rewind goes *behind* the spike. When the loss jumps, the weights have been on their way for
some steps. Skipping other batches changes the path, which is often enough, even if the batches
were innocent: replayed from another checkpoint, they made no spike in PaLM's ablation.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Two guards on logits (4 points, 15 minutes)
#
# Return two things:
#
# 1. **Scores with QK-norm.** Each query (row of `q`) and each key (row of `k`) is divided by its
#    own root mean square, $\hat q=q/\sqrt{\mathrm{mean}(q^2)+10^{-6}}$, then $S=\mathrm{gain}\cdot
#    \hat q\hat k^\top/\sqrt d$, shape [T, S].
# 2. **The z-loss** of output logits `z` [n, V]: with $\log Z_i=\log\sum_j e^{z_{ij}}$ for each row,
#    it is $c\cdot\frac1n\sum_i(\log Z_i)^2$. Logits may be in the thousands.
#
# **Example.** `q = [[3, 3]]`, `k = [[-7, 7], [5, 5]]`, gain 1: the rows become (1, 1), (−1, 1), (1,
# 1), and $S$ = [[0, 1.414]]. For logits [[0, 0]] and $c=1$, the z-loss is $(\ln 2)^2=0.480$.


# %% nbgrader={"grade_id": "logit_guards", "solution": true}
def logit_guards(q, k, gain, z, c):
    """Attention scores that cannot grow, and a price on output logits that drift.

    Args:
        q: float array [T, d]. Queries.
        k: float array [S, d]. Keys.
        gain: float.
        z: float array [n, V]. Output logits.
        c: float ≥ 0. Weight of the z-loss.

    Returns:
        (scores, z_loss): float array [T, S] and float.
    """
    ### BEGIN SOLUTION
    q_hat, k_hat = (a / np.sqrt(np.mean(a**2, axis=1, keepdims=True) + 1e-6) for a in (q, k))
    top = z.max(axis=1, keepdims=True)
    log_z = top[:, 0] + np.log(np.exp(z - top).sum(axis=1))
    return gain * q_hat @ k_hat.T / np.sqrt(q.shape[1]), c * np.mean(log_z**2)
    ### END SOLUTION


# %% nbgrader={"grade_id": "logit_guards_hold_at_any_scale", "grade": true}
"""Scores stay bounded however large queries and keys become; logits pay for their level."""
q = Question(logit_guards, points=4)
one = np.zeros((1, 2))
q.case(
    *(np.array([[3.0, 3.0]]), np.array([[-7.0, 7.0], [5.0, 5.0]]), 1.0, one, 1.0),
    gives=([[0.0, 1.41421356]], 0.480453014),
    claim="rows become (1, 1), (−1, 1), (1, 1): scores 0 and 2/√2; log Z of two zeros is ln 2",
    rtol=1e-5,
)


@q.probe(gives="")
def scores_are_bounded(f):
    """Queries and keys 1000 times as large give the same scores."""
    r = np.random.default_rng(0)
    a, b = r.normal(size=(3, 5)), r.normal(size=(7, 5))
    s, big = (np.asarray(f(m * a, m * b, 1.3, one, 0.1)[0], dtype=float) for m in (1.0, 1000.0))
    if s.shape != (3, 7):
        return f"the scores have shape {s.shape}, not (3, 7)"
    grown = np.abs(big).max() / max(np.abs(s).max(), 1e-300)
    return "" if grown < 1.01 else f"the largest grew {grown:.4g} times"


### BEGIN HIDDEN TESTS
q.hidden()
r = np.random.default_rng(1)
Q, K, Z = r.normal(1, 2, (3, 5)), r.normal(-1, 3, (7, 5)), r.normal(2, 3, (11, 13))


def part(index, *args, **options):
    """A probe on one part of what is returned."""

    def run(f):
        return f(*args)[index]

    run.__doc__ = options.pop("claim")
    run.__name__ = f"part_{len(q.probes)}"
    q.probe(run, **options)


part(0, Q, K, 0.7, Z, 0.3, rtol=1e-5, claim="scores: each row by its own root mean square")
part(0, 1e-3 * Q, K, 2.0, Z, 0.3, claim="short queries: 10⁻⁶ stands inside the root")
part(1, Q, K, 0.7, Z, 0.3, claim="z-loss: the mean over rows of (log Z)²")
part(1, Q, K, 0.7, Z - 9.0, 0.3, claim="z-loss of low logits: log Z is negative, its square is not")
part(1, Q, K, 0.7, 500 * Z, 1e-4, claim="logits in the thousands: no overflow")


@q.reference
def by_torch(a, b, gain, z, c):
    import torch

    a, b = (torch.nn.functional.rms_norm(torch.tensor(m), m.shape[1:], eps=1e-6) for m in (a, b))
    scores = gain * torch.einsum("td,sd->ts", a, b) / a.shape[1] ** 0.5
    return scores, c * torch.logsumexp(torch.tensor(z), 1).square().mean()


def guard(norm=None, scores=None, penalty=None):
    """The right answer with one part replaced."""

    def rms(a):
        return a / np.sqrt(np.mean(a**2, axis=1, keepdims=True) + 1e-6)

    def answer(a, b, gain, z, c):
        with np.errstate(all="ignore"):
            if scores:
                s = scores(a, b, gain)
            else:
                s = gain * (norm or rms)(a) @ (norm or rms)(b).T / a.shape[1] ** 0.5
            lse = np.logaddexp.reduce(z, axis=1)
            return s, c * (penalty(lse, z) if penalty else np.mean(lse**2))

    return answer


@q.mistake("""You scaled by what holds at initialisation only (unit variance, so q·k/√d is of order
1) and measured nothing. When training lets q and k grow, so do the scores. Divide each row by its
own root mean square, at every call.""")
def norm_at_init_only(*args):
    return guard(norm=lambda a: a)(*args)


@q.mistake("""You normalised over tokens (axis 0). Then one token's scores depend on the others, the
future ones too. Each query and key is normalised by itself, over its d entries.""")
def norm_over_tokens(*args):
    return guard(norm=lambda a: a / np.sqrt(np.mean(a**2, axis=0, keepdims=True) + 1e-6))(*args)


@q.mistake("""You divided by the length ‖q‖, not by the root mean square. Your scores are d times
too small (cosines over √d): attention would be nearly uniform.""")
def length_for_rms(*args):
    return guard(norm=lambda a: a / np.sqrt(np.sum(a**2, axis=1, keepdims=True) + 1e-6))(*args)


@q.mistake("""You subtracted the mean, as LayerNorm does. Here each row is only divided, by its root
mean square.""")
def mean_subtracted(*args):
    def layer_norm(a):
        a = a - a.mean(axis=1, keepdims=True)
        return a / np.sqrt(np.mean(a**2, axis=1, keepdims=True) + 1e-6)

    return guard(norm=layer_norm)(*args)


@q.mistake("""Only the queries are normalised. Keys can grow just as well, and the score is a
product.""")
def keys_left_alone(*args):
    return guard(
        scores=lambda a, b, gain: (
            gain
            * (a / np.sqrt(np.mean(a**2, axis=1, keepdims=True) + 1e-6))
            @ b.T
            / a.shape[1] ** 0.5
        )
    )(*args)


@q.mistake("""The 1/√d is missing. After QK-norm a row has length √d, so q̂·k̂ goes up to d: the
factor still belongs there.""")
def no_root_d(*args):
    return guard(
        scores=lambda a, b, gain: guard()(a, b, gain, np.zeros((1, 2)), 0.0)[0] * a.shape[1] ** 0.5
    )(*args)


@q.mistake("""10⁻⁶ stands outside your root. For a row of size 10⁻³ this matters: √(10⁻⁶ + 10⁻⁶)
against 10⁻³ + 10⁻⁶.""")
def eps_outside_the_root(*args):
    return guard(norm=lambda a: a / (np.sqrt(np.mean(a**2, axis=1, keepdims=True)) + 1e-6))(*args)


@q.mistake("""log Z is not squared. A linear price has no minimum at Z = 1: it pays to push logits
down without end.""")
def z_not_squared(*args):
    return guard(penalty=lambda lse, z: np.mean(lse))(*args)


@q.mistake("""You squared the mean of log Z. Rows far above and rows far below 0 then cancel: square
each row's log Z first.""")
def mean_squared_too_late(*args):
    return guard(penalty=lambda lse, z: np.mean(lse) ** 2)(*args)


@q.mistake("""You squared Z, or took log of Z². The price is the square of the logarithm.""")
def log_of_the_square(*args):
    return guard(penalty=lambda lse, z: np.mean(2 * lse))(*args)


@q.mistake("""exp of logits in the thousands is infinite. Subtract the row's maximum first, and add
it back after the logarithm.""")
def overflow(*args):
    return guard(penalty=lambda lse, z: np.mean(np.log(np.exp(z).sum(axis=1)) ** 2))(*args)


@q.mistake("""You subtracted the maximum and did not add it back: log Z has lost its level, which is
what the z-loss is about. (The softmax does not mind; the z-loss does.)""")
def maximum_not_added_back(*args):
    return guard(penalty=lambda lse, z: np.mean((lse - z.max(axis=1)) ** 2))(*args)


@q.mistake(
    "The squares are summed over rows. The z-loss is a mean: it must not grow with the batch."
)
def summed_over_rows(*args):
    return guard(penalty=lambda lse, z: np.sum(lse**2))(*args)


@q.mistake("""You penalised the squared logits themselves. That pulls differences together too;
the z-loss only holds the level, log Z.""")
def squared_logits(*args):
    return guard(penalty=lambda lse, z: np.mean(z**2))(*args)


@q.mistake("""You applied the softmax. Asked are the scores, before it.""")
def softmax_applied(*args):
    def weights(a, b, gain):
        s = guard()(a, b, gain, np.zeros((1, 2)), 0.0)[0]
        return np.exp(s - np.logaddexp.reduce(s, axis=1)[:, None])

    return guard(scores=weights)(*args)


@q.mistake("""You normalised the scores, q·k, row by row. QK-norm is applied to queries and keys
*before* the product: only so does each single key have a bounded say.""")
def scores_normalised(*args):
    def after(a, b, gain):
        s = a @ b.T
        return gain * s / np.sqrt(np.mean(s**2, axis=1, keepdims=True) + 1e-6) / a.shape[1] ** 0.5

    return guard(scores=after)(*args)


@q.mistake("""The gain is missing in the scores. It is the only knob that is left to sharpen
attention once rows have a fixed length.""")
def gain_missing(*args):
    return guard(scores=lambda a, b, gain: guard()(a, b, 1.0, np.zeros((1, 2)), 0.0)[0])(*args)


@q.mistake("""log Z was summed over examples (axis 0). Z belongs to one row: a sum over the V
logits.""")
def z_over_examples(*args):
    return guard(penalty=lambda lse, z: np.mean(np.logaddexp.reduce(z, axis=0) ** 2))(*args)


@q.variant
def row_by_row(a, b, gain, z, c):
    out = np.empty((len(a), len(b)))
    for i, u in enumerate(a):
        for j, v in enumerate(b):
            size = np.sqrt((u @ u / len(u) + 1e-6) * (v @ v / len(v) + 1e-6))
            out[i, j] = gain * (u @ v) / size / np.sqrt(len(u))
    total = 0.0
    for row in z:
        level = max(row)
        total += (level + np.log(sum(np.exp(row - level)))) ** 2
    return out, c * total / len(z)


@q.variant
def with_scipy(a, b, gain, z, c):
    from scipy.special import logsumexp

    root = [np.sqrt((m * m).mean(1) + 1e-6) for m in (a, b)]
    return (a @ b.T) * gain / np.outer(*root) / np.sqrt(a.shape[-1]), c * np.mean(
        np.square(logsumexp(z, axis=-1))
    )


q.hints(
    """Which numbers can grow during training, and over which axis is each query made independent of
its own size?""",
    """One row (2, 2): root mean square 2, so (1, 1), whatever the other rows are. Logits [[1000,
1000]], c = 1: log Z = 1000 + ln 2.""",
    """a / np.sqrt(np.mean(a**2, axis=1, keepdims=True) + 1e-6); np.logaddexp.reduce(z, axis=1), or
subtract the maximum and add it back.""",
)
q.why("""1/√d keeps scores of order 1 **for queries and keys of unit variance**, a promise about the
first step. W_q and W_k can both grow, and the score grows with their product. QK-norm makes the
bound hold at any step: |S| ≤ gain·√d, by Cauchy–Schwarz; only the learned gain can sharpen it.

Softmax ignores the level of the logits, so nothing in cross-entropy holds it; in low precision
large levels cost accuracy, and exp overflows. The z-loss puts a bowl around log Z = 0. The square
is essential: a linear price has no bottom.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Sharpness, with its sign (5 points, 20 minutes)
#
# The Hessian $H$ [d, d] is never formed: you may only call `hvp(v)` → $Hv$. Find its largest
# **algebraic** eigenvalue (not the largest in size): 3 for a Hessian with eigenvalues −5, 1, 3.
#
# Power iteration finds the eigenvalue that is largest in *size*. So do it in two phases, `iters`
# iterations each, both starting at `v0`: if the first ends at a $\mu\ge0$, that is the answer; if
# $\mu<0$, iterate on $H-\mu I$, whose eigenvalues are all $\ge0$, and shift back.
#
# Return `(sharpness, max_lr)`: `max_lr` is the step above which descent leaves the steepest
# direction, $2/\lambda_{\max}$, or infinity if $\lambda_{\max}\le0$.
#
# In the tests the gaps are wide enough and `iters` large enough for either phase; results are
# compared to 1e-4. `hvp` may be called at most $2\cdot$`iters` + 2 times. $H$ is symmetric, `v0`
# not 0; entries may be as large as $10^{9}$. No eigenvalues tie in size with opposite signs.
#
# **Example.** $H=\mathrm{diag}(-5,1,3)$: phase one ends at −5; $H+5I$ has eigenvalues 0, 6, 8; 8 −
# 5 = 3, and `max_lr` is 2/3.


# %% nbgrader={"grade_id": "sharpness", "solution": true}
def sharpness(hvp, v0, iters):
    """Largest eigenvalue of a Hessian that is known by its products only.

    Args:
        hvp: function, v [d] → H v [d].
        v0: float array [d], not 0. Start of either phase.
        iters: int ≥ 1. Iterations of a phase.

    Returns:
        (sharpness, max_lr): two floats.
    """

    ### BEGIN SOLUTION
    def dominant(shift):
        v = v0 / np.linalg.norm(v0)
        for _ in range(iters):
            w = hvp(v) - shift * v
            if not np.any(w):
                return 0.0
            value, v = v @ w, w / np.linalg.norm(w)
        return value

    value = dominant(0.0)
    if value < 0:
        value = dominant(value) + value
    return value, 2 / value if value > 0 else np.inf
    ### END SOLUTION


# %% nbgrader={"grade_id": "sharpness_keeps_its_sign", "grade": true}
"""The largest eigenvalue is found, also where a negative one is larger in size."""
q = Question(sharpness, points=5)


def spectrum(*eigenvalues):
    """A Hessian with these eigenvalues in no special directions, as a product; and a start."""
    d = len(eigenvalues)
    U = np.linalg.qr(np.random.default_rng(d).normal(size=(d, d)))[0]
    H = (U * np.array(eigenvalues)) @ U.T
    return lambda v: H @ np.asarray(v), np.random.default_rng(d + 1).normal(size=d)


def curvature(claim, *eigenvalues, iters=80):
    """A probe on a Hessian with these eigenvalues."""

    def run(f):
        return f(*spectrum(*eigenvalues), iters)

    run.__doc__, run.__name__ = claim, f"spectrum_{len(q.probes)}"
    top = float(max(eigenvalues))
    q.probe(run, gives=(top, 2 / top if top > 0 else np.inf), rtol=1e-4)


curvature("eigenvalues 0.5, 1, 4: sharpness 4", 0.5, 1.0, 4.0)
curvature("eigenvalues −5, 1, 3: sharpness 3, not 5 and not −5", -5.0, 1.0, 3.0)
curvature("eigenvalues −4, −1: sharpness −1, and no step is too long", -4.0, -1.0)
### BEGIN HIDDEN TESTS
q.hidden()
curvature(
    "large numbers: a length of 10⁹ per product overflows if v is not normalised",
    1e9,
    -2e8,
    3e8,
    1e7,
    -5e8,
)
curvature("seven directions, mostly negative", -9.0, -2, -1, 0.5, 1, 2, 5, iters=120)
curvature("eigenvalues −2 and 0.25: nearly everything is negative", -2.0, -1.0, -0.5, 0.25)
curvature("small numbers are eigenvalues too", 1e-6, 3e-6, -2e-7)


@q.probe(gives="")
def products_only(f):
    """At most 2·iters + 2 products are used."""
    calls = [0]
    hvp, v0 = spectrum(-5.0, 1, 3)

    def counted(v):
        calls[0] += 1
        return hvp(v)

    f(counted, v0, 40)
    return "" if calls[0] <= 82 else f"{calls[0]} were used for iters = 40"


@q.reference
def by_eigenvalues(hvp, v0, iters):
    H = np.stack([hvp(e) for e in np.eye(len(v0))])
    top = np.linalg.eigvalsh((H + H.T) / 2)[-1]
    return top, np.inf if top <= 0 else 2 / top


def power(
    normalise=True, unsigned=False, phases=2, shift_back=True, steps=None, limit=None, second=None
):
    """The right answer with one part replaced."""

    def answer(hvp, v0, iters):
        def dominant(product):
            v = v0 / np.linalg.norm(v0)
            for _ in range(steps or iters):
                w = product(v)
                value = np.linalg.norm(w) if unsigned else v @ w
                v = w / np.linalg.norm(w) if normalise else w
            return value

        with np.errstate(all="ignore"):
            value = mu = dominant(hvp)
            if mu < 0 and phases == 2:
                value = dominant(second(hvp, mu) if second else lambda v: hvp(v) - mu * v)
                value += mu if shift_back else 0.0
            top = limit(value) if limit else (2 / value if value > 0 else np.inf)
        return value, top

    return answer


@q.mistake("""You returned |λ|: the length of Hv has no sign. A direction of strong *negative*
curvature then passes for sharpness. Use the Rayleigh quotient vᵀHv.""")
def power_iteration_abs_lambda(*args):
    return power(unsigned=True)(*args)


@q.mistake("""You kept the sign, but returned the eigenvalue that is largest in size, also where it
is negative. The sharpest positive direction is a second phase away: iterate on H − μI, add μ.""")
def negative_one_returned(*args):
    return power(phases=1)(*args)


@q.mistake("""The shift was not undone: H − μI has eigenvalues λ − μ. Add μ at the end.""")
def shift_not_undone(*args):
    return power(shift_back=False)(*args)


@q.mistake("""v is not normalised, so it grows by a factor λ at each iteration: vᵀHv is not an
eigenvalue, and in the end overflows.""")
def not_normalised(*args):
    return power(normalise=False)(*args)


@q.mistake("""You made one iteration. That is the curvature along a random direction, an average of
the eigenvalues. Repeat `iters` times.""")
def one_iteration(*args):
    return power(steps=1)(*args)


@q.mistake("""max_lr is 1/λ in your answer: the step that solves the steepest direction at once. The
line that descent must not cross is 2/λ.""")
def one_over_lambda(*args):
    return power(limit=lambda v: 1 / v if v > 0 else np.inf)(*args)


@q.mistake("""2/λ was used for a negative λ as well: a negative limit, or 2/|λ|. Where nothing
curves upwards, no step is too long for the curvature: infinity.""")
def negative_limit(*args):
    return power(limit=lambda v: 2 / v)(*args)


@q.mistake("""As for the negative λ, you took 2/|λ|. No step overshoots in a direction that curves
down: infinity.""")
def limit_of_the_size(*args):
    return power(limit=lambda v: 2 / abs(v))(*args)


@q.mistake("""In the second phase you iterated on H + μI (or −H): for a negative μ that moves the
spectrum further down, and finds μ again. Subtract μ.""")
def shifted_the_wrong_way(*args):
    def other(hvp, mu):
        return lambda v: hvp(v) + mu * v

    return power(second=other)(*args)


@q.mistake("""Your last v has not length 1, so vᵀHv is λ times its squared length. Divide by vᵀv, or
normalise by the Euclidean norm.""")
def rayleigh_of_a_longer_vector(hvp, v0, iters):
    def run(product):
        v = v0
        for _ in range(iters):
            w = product(v)
            v = w / np.abs(w).max()
        return v @ product(v)

    mu = run(hvp)
    value = mu if mu >= 0 else run(lambda v: hvp(v) - mu * v) + mu
    return value, 2 / value if value > 0 else np.inf


@q.mistake("""Where the largest eigenvalue is negative you returned its absolute value. −1 means
that everything curves down: that is no sharpness of 1.""")
def negative_answer_flipped(*args):
    value, _ = power()(*args)
    return abs(value), 2 / abs(value)


@q.variant
def deflated_by_a_norm_bound(hvp, v0, iters):
    import torch

    def run(shift, n):
        v = torch.tensor(v0) / np.linalg.norm(v0)
        for _ in range(n):
            w = torch.tensor(hvp(v.numpy())) - shift * v
            lam = float(torch.dot(v, w))
            v = w / torch.linalg.vector_norm(w)
        return lam + shift

    mu = run(0.0, iters)
    lam = mu if mu >= 0 else run(mu, iters)
    return torch.tensor(lam), float("inf") if lam <= 0 else 2.0 / lam


@q.variant
def rayleigh_at_the_end(hvp, v0, iters):
    def end(f):
        v = np.array(v0)
        for _ in range(iters):
            v = f(v)
            v = v / np.sqrt(np.sum(v * v))
        return float(np.dot(v, f(v)))

    first = end(hvp)
    lam = first if first >= 0 else first + end(lambda v: hvp(v) - first * v)
    return lam, (np.inf if lam <= 0 else 2 / lam)


q.hints(
    """Which eigenvalue does v ← Hv / ‖Hv‖ run to: the largest, or the largest in size? And does
‖Hv‖ know the difference between −5 and 5?""",
    """H = diag(−5, 3), v₀ = (1, 1): phase one ends near (1, 0) with vᵀHv = −5. On H + 5I it ends at
(0, 1) with 8; 8 − 5 = 3.""",
    """value = v @ w with w = hvp(v) − shift·v, before v is replaced by w/‖w‖. If value < 0, run
again with shift = value and add it back.""",
)
q.why("""Far from a minimum, Hessians of networks have negative eigenvalues, and early in training
one can be the largest in size. Power iteration runs to it, and ‖Hv‖ then reports a "sharpness" that
is no bound on anything: descent is not *oscillating* there but sliding off. The shift turns the
spectrum into a non-negative one without reordering it.

2/λ is exact for a quadratic, and only there. In a network the curvature reacts: training pushes
sharpness up to that line and then hovers about it (the edge of stability), so crossing it is a
warning and not a verdict.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. A learning rate for another width (4 points, 15 minutes)
#
# You tuned `base_lr` at `base_width`; the model is now `width` wide. Find the rate for each `kind`
# of parameter, such that one step changes the layer's *outputs* by as much as before.
#
# | kind | maps | size of its inputs | size of gradients on its outputs |
# |---|---|---|---|
# | `"embedding"` | fixed number of inputs → width | 1 | 1/width |
# | `"hidden"` | width → width | 1 | 1/width |
# | `"output"` | width → fixed number of logits | 1 | 1 |
# | `"bias"` | of a layer with width outputs (its input is the constant 1) | 1 | 1/width |
#
# (Sizes are per entry; the 1/width comes from output weights that start at size 1/width.) A
# gradient entry of a weight is the product of the two sizes. SGD moves each entry by `lr` times
# that; Adam by `lr`, whatever the gradient. An output changes by the sum over its inputs of update
# times input, and these **add up in step**: n inputs, n times as much.
#
# **Example.** `mup_lr(0.1, 128, 512, "hidden", "adam")`: 4 times as many terms, so 0.025.


# %% nbgrader={"grade_id": "mup_lr", "solution": true}
def mup_lr(base_lr, base_width, width, kind, optimizer):
    """Learning rate that changes a layer's outputs as much at `width` as at `base_width`.

    Args:
        base_lr: float > 0.
        base_width, width: ints ≥ 1.
        kind: "embedding", "hidden", "output" or "bias".
        optimizer: "sgd" or "adam".

    Returns:
        float.
    """
    ### BEGIN SOLUTION
    terms = 1 if kind in ("hidden", "output") else 0  # powers of width: inputs that are summed
    gradient = 0 if optimizer == "adam" or kind == "output" else -1  # size of an update entry
    return base_lr * (width / base_width) ** -(terms + gradient)
    ### END SOLUTION


# %% nbgrader={"grade_id": "mup_lr_keeps_the_change_of_outputs", "grade": true}
"""One step moves every layer's outputs as much at any width."""
q = Question(mup_lr, points=4)
q.case(0.1, 128, 512, "hidden", "adam", gives=0.025, claim="Adam, hidden: 4 times as many terms")
q.case(
    0.1, 128, 512, "embedding", "adam", gives=0.1, claim="Adam, embedding: as many terms as before"
)
q.case(
    0.1,
    128,
    512,
    "hidden",
    "sgd",
    gives=0.1,
    claim="SGD, hidden: 4 times the terms, a quarter each",
)
q.case(0.1, 128, 512, "output", "adam", gives=0.025, claim="Adam, output: it sums over the width")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(0.3, 64, 448, "embedding", "sgd", claim="SGD, embedding: gradients are 7 times smaller")
q.case(0.3, 64, 448, "output", "sgd", claim="SGD, output: gradients as before, 7 times the terms")
q.case(0.3, 64, 448, "bias", "adam", claim="Adam, bias: one term, one size")
q.case(0.3, 64, 448, "bias", "sgd", claim="SGD, bias: gradients are 7 times smaller")
q.case(0.2, 96, 32, "hidden", "adam", claim="a narrower model takes a larger rate")
q.case(0.2, 96, 32, "embedding", "adam", claim="Adam, embedding, narrower: unchanged")
q.case(0.2, 96, 32, "output", "adam", claim="Adam, output, narrower")
q.case(0.2, 96, 32, "hidden", "sgd", claim="SGD, hidden, narrower: unchanged")


@q.reference
def by_adding_it_up(base_lr, base_width, width, kind, optimizer):
    def change(n):  # of one output, after one step with lr 1
        inputs = np.ones(n if kind in ("hidden", "output") else 11 if kind == "embedding" else 1)
        gradient = inputs * (1.0 if kind == "output" else 1 / n)
        update = np.sign(gradient) if optimizer == "adam" else gradient
        return float(update @ inputs)

    return base_lr * change(base_width) / change(width)


POWERS = {
    "adam": {"embedding": 0, "hidden": 1, "output": 1, "bias": 0},
    "sgd": {"embedding": -1, "hidden": 0, "output": 1, "bias": -1},
}


def table(changes=(), factor=None):
    """The right answer with entries {(optimizer, kind): power} replaced."""
    powers = {(o, k): p for o, row in POWERS.items() for k, p in row.items()} | dict(changes)

    def answer(base_lr, base_width, width, kind, optimizer):
        ratio = factor(base_width, width) if factor else base_width / width
        return base_lr * ratio ** powers[optimizer, kind]

    return answer


@q.mistake("""You scaled the embedding too. Its fan-in, the vocabulary, does not grow with the
width: under Adam its rate stays. Scaling it starves the largest table in the model.""")
def mup_embeddings_scaled(*args):
    return table({("adam", "embedding"): 1})(*args)


@q.mistake("""You scaled everything by base_width / width under Adam. Embeddings and biases sum over
no width: they keep their rate.""")
def everything_scaled(*args):
    return table({("adam", "embedding"): 1, ("adam", "bias"): 1})(*args)


@q.mistake("""The rate does not depend on the width in your answer: the standard parametrisation.
That is what makes the best rate drift as models grow.""")
def width_ignored(*args):
    return table({(o, k): 0 for o in POWERS for k in POWERS[o]})(*args)


@q.mistake("""You used the root of the ratio. Random terms add up to √n; an update and its inputs
are aligned, so n terms add up to n.""")
def square_root_of_width(*args):
    return table(factor=lambda b, w: (b / w) ** 0.5)(*args)


@q.mistake("The ratio is upside down: a wider layer needs a *smaller* rate under Adam.")
def ratio_inverted(*args):
    return table(factor=lambda b, w: w / b)(*args)


@q.mistake("""You used Adam's rule for SGD as well. SGD's update carries the size of the gradient,
which itself changes with the width: multiply it in.""")
def adam_rule_for_sgd(*args):
    return table({("sgd", k): p for k, p in POWERS["adam"].items()})(*args)


@q.mistake("""You used SGD's rule for Adam as well. Adam divides the gradient's size out: only the
number of terms is left.""")
def sgd_rule_for_adam(*args):
    return table({("adam", k): p for k, p in POWERS["sgd"].items()})(*args)


@q.mistake("""The output layer kept its rate. It has a fixed number of outputs, but each sums over
the width.""")
def output_not_scaled(*args):
    return table({("adam", "output"): 0, ("sgd", "output"): 0})(*args)


@q.mistake("""Biases were treated like hidden weights. A bias has one input, the constant 1, at any
width.""")
def bias_like_hidden(*args):
    return table({("adam", "bias"): 1, ("sgd", "bias"): 0})(*args)


@q.mistake("""You divided every rate by the growth of the width, for both optimisers. That is Adam's
rule for matrices that sum over the width, and for nothing else.""")
def width_divides_everything(*args):
    return table({(o, k): 1 for o in POWERS for k in POWERS[o]})(*args)


@q.mistake("""You left SGD's rates as they are. That is right for hidden weights only, where 1/width
in the gradient and width terms cancel.""")
def sgd_left_alone(*args):
    return table({("sgd", k): 0 for k in POWERS["sgd"]})(*args)


@q.mistake(
    """The ratio is squared. Count once: n aligned terms make the change n times as large."""
)
def ratio_squared(*args):
    return table(factor=lambda b, w: (b / w) ** 2)(*args)


@q.variant
def case_by_case(base_lr, base_width, width, kind, optimizer):
    wider = width / base_width
    if optimizer == "adam":
        return base_lr / wider if kind in {"hidden", "output"} else base_lr
    if kind == "output":
        return base_lr / wider
    return base_lr if kind == "hidden" else base_lr * wider


@q.variant
def in_logs(base_lr, base_width, width, kind, optimizer):
    step = np.log(width) - np.log(base_width)
    power = {"hidden": 0, "output": -1}.get(kind, 1)
    if optimizer == "adam":
        power = -1 if kind in ("hidden", "output") else 0
    return float(np.exp(np.log(base_lr) + power * step))


q.hints(
    """For each kind: over how many inputs does one output sum, and how large is one entry of the
update? Only the powers of the width matter.""",
    """Width doubled, SGD, hidden: each gradient entry is half as large, twice as many are summed.
Unchanged. Adam, hidden: entries as before, twice as many. Half.""",
    """power = (1 if hidden or output) + (0 for Adam or output, else −1); lr = base_lr · (width /
base_width) ** −power.""",
)
q.why("""The question is not how large a weight's step is, but how far the *outputs* move: terms
times update times input. The terms are aligned, because the update was computed from those very
inputs; √n is the law for random sums, that is, for the initialisation. That mismatch, √n at the
start and n in every step, is why standard parametrisation drifts with width.

There are equivalent ways to write the same model down. With a fixed factor 1/width behind an output
layer of weights of size 1, its gradients carry the factor, and Adam's rate for it stays: that is
what libraries do. The table here has no such factor.

Embeddings and biases do not sum over the width, so Adam's rate stays. "μP divides the learning
rate by the width" is right for hidden and output matrices under Adam, and wrong for the rest.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. The clinic (12 points, 40 minutes)
#
# A small network reads three tokens, attends to the one whose code matches a query, and names that
# token's class, one of four. Scores → softmax → value → five ReLU layers → logits; plain SGD, 120
# batches. With the settings `HEALTHY` below, its loss on fresh examples falls from ln 4 = 1.39 to
# below 0.01. The next cell is the model and its ward: you need not read it.


# %% nbgrader={"grade_id": "clinic", "locked": true}
STEPS, BATCH, CODES, CLASSES, TOKENS, WIDTH, DEPTH, HEAD = 120, 24, 7, 4, 3, 20, 5, 5
HEALTHY = {
    "lr": 0.2,  # learning rate
    "gain": 1.0,  # times He's standard deviation, in the five ReLU layers
    "clip": None,  # largest global gradient norm
    "warmup": 0,  # steps over which lr rises linearly
    "qk_norm": False,  # queries and keys divided by their root mean square
    "shuffle": True,  # examples in random order
    "realign": True,  # labels matched with their inputs (again)
    "skip": None,  # a step whose batch is not trained on
}
UNSEEN = {"qk_lr": 1.0, "bad": None}  # what can be wrong and has no setting


def draw(rng, n, only=None):
    """Queries, tokens and labels of n examples; all of one class, if `only` says so."""
    codes = np.argsort(rng.random((n, CODES)), axis=1)[:, :TOKENS]
    values = rng.integers(CLASSES, size=(n, TOKENS))
    if only is not None:
        values[:, 0] = only
    one_hot = np.eye(CODES)[codes] * CODES**0.5, np.eye(CLASSES)[values] * CLASSES**0.5
    return one_hot[0][:, 0], np.concatenate(one_hot, axis=2), values[:, 0]


def normed(x, on):
    size = np.sqrt(np.mean(x**2, -1, keepdims=True) + 1e-6) if on else None
    return (x / size, size) if on else (x, size)


def unnormed(d, y, size):
    return d if size is None else (d - y * np.mean(d * y, -1, keepdims=True)) / size


def forward(W, batch, qk_norm):
    """The loss of a batch, and what the way back needs."""
    u, X, y = batch
    q, q_size = normed(u @ W["q"], qk_norm)
    k, k_size = normed(X @ W["k"], qk_norm)
    scores = (k @ q[:, :, None])[..., 0] / HEAD**0.5
    a = np.exp(scores - scores.max(1, keepdims=True))
    a /= a.sum(1, keepdims=True)
    mix = (a[:, None, :] @ X)[:, 0]
    h = [mix @ W["v"]]
    for i in range(DEPTH):
        h.append(np.maximum(h[-1] @ W[i], 0))
    z = h[-1] @ W["o"]
    z = z - z.max(1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
    return -log_p[np.arange(len(y)), y].mean(), (q, q_size, k, k_size, scores, a, mix, h, log_p)


def gradients(W, batch, kept):
    u, X, y = batch
    q, q_size, k, k_size, _, a, mix, h, log_p = kept
    d = np.exp(log_p)
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    grads = {"o": h[-1].T @ d}
    d = d @ W["o"].T
    for i in reversed(range(DEPTH)):
        d = d * (h[i + 1] > 0)
        grads[i] = h[i].T @ d
        d = d @ W[i].T
    grads["v"] = mix.T @ d
    d = (X @ (d @ W["v"].T)[:, :, None])[..., 0]
    d = a * (d - (d * a).sum(1, keepdims=True)) / HEAD**0.5
    grads["q"] = u.T @ unnormed((d[:, None, :] @ k)[:, 0], q, q_size)
    d_k = unnormed(d[..., None] * q[:, None], k, k_size).reshape(-1, HEAD)
    grads["k"] = X.reshape(-1, X.shape[2]).T @ d_k
    return grads


def length(arrays):
    return float(np.sqrt(sum(np.vdot(x, x) for x in arrays.values())))


def train(seed, settings):
    """One run: its curves, and the loss on 512 fresh examples at the end (99 where it blew up)."""
    s, rng, p = HEALTHY | UNSEEN | settings, np.random.default_rng(seed), CODES + CLASSES
    W = {
        "q": rng.normal(0, CODES**-0.5, (CODES, HEAD)),
        "k": rng.normal(0, p**-0.5, (p, HEAD)),
        "v": rng.normal(0, p**-0.5, (p, WIDTH)),
        "o": rng.normal(0, 0.5 * WIDTH**-0.5, (WIDTH, CLASSES)),
    }
    for i in range(DEPTH):
        W[i] = rng.normal(0, s["gain"] * (2 / WIDTH) ** 0.5, (WIDTH, WIDTH))
    names = "loss", "grad_norm", "update_ratio", "score_max", "signal_first", "signal_last"
    curves = {name: [] for name in names}
    with np.errstate(all="ignore"):
        for t in range(STEPS):
            u, X, y = draw(rng, BATCH, None if s["shuffle"] else t * CLASSES // STEPS)
            if not s["realign"]:
                y = rng.permutation(y)
            if t == s["bad"]:
                u, X, y = 40 * u, 40 * X, rng.permutation(y)
            loss, kept = forward(W, (u, X, y), s["qk_norm"])
            grads = gradients(W, (u, X, y), kept)
            norm, size, lr = length(grads), length(W), s["lr"]
            if not np.isfinite([loss, norm, size]).all():
                break
            if s["warmup"]:
                lr *= min(1.0, (t + 1) / s["warmup"])
            if s["clip"] and norm > s["clip"]:
                lr *= s["clip"] / norm
            if t == s["skip"]:
                lr = 0.0
            signals = [length({0: h}) / h.size**0.5 for h in (kept[7][0], kept[7][-1])]
            row = float(loss), norm, lr * norm / size, float(np.abs(kept[4]).max()), *signals
            for name, value in zip(names, row):
                curves[name].append(value)
            if norm == 0:  # every unit is dead: nothing changes from here on
                curves = {name: v + v[-1:] * (STEPS - t - 1) for name, v in curves.items()}
                break
            for name in W:
                W[name] = W[name] - lr * (s["qk_lr"] if name in ("q", "k") else 1) * grads[name]
        end, _ = forward(W, draw(np.random.default_rng(99), 512), s["qk_norm"])
    return {name: np.array(v) for name, v in curves.items()}, end if end < 99 else 99.0


FAULTS = {
    "lr_too_high": lambda rng: {"lr": rng.uniform(2.5, 3.5)},
    "lr_too_low": lambda rng: {"lr": rng.uniform(0.002, 0.004)},
    "dead_data": lambda rng: {"realign": False},
    "init_too_small": lambda rng: {"gain": rng.uniform(0.35, 0.45)},
    "init_too_large": lambda rng: {"gain": rng.uniform(2.2, 2.8)},
    "bad_batch": lambda rng: {"bad": int(rng.integers(62, 90))},
    "score_growth": lambda rng: {"qk_lr": rng.uniform(45, 70)},
    "sorted_data": lambda rng: {"shuffle": False},
}


@lru_cache(None)
def ward(number):
    """Eight patients (fault, seed, settings), one for each fault, in an order of their own."""
    rng = np.random.default_rng(number)
    patients = [(name, int(rng.integers(10**6)), make(rng)) for name, make in FAULTS.items()]
    return [patients[i] for i in rng.permutation(len(patients))]


@lru_cache(None)
def run(number, bed, setting=None, value=None):
    """Curves and final loss of a patient, as it came or with one setting changed."""
    _, seed, settings = ward(number)[bed]
    return train(seed, settings if setting is None else settings | {setting: value})


def chart(number, bed):
    """The curves of a patient, as it came: {name of the curve: array [steps]}."""
    return {name: curve.copy() for name, curve in run(number, bed)[0].items()}


def show(charts, names=("loss", "grad_norm", "update_ratio", "score_max", "signal_last")):
    """Plot charts, one column each; every curve on a logarithmic scale."""
    figures.use_style()
    size = (1.5 * len(charts) + 0.5, 1.3 * len(names))
    _, grid = plt.subplots(len(names), len(charts), figsize=size, sharey="row", squeeze=False)
    for column, one in enumerate(charts):
        for ax, name in zip(grid[:, column], names):
            ax.semilogy(np.clip(one[name], 1e-5, 1e3), linewidth=1)
            ax.set(ylabel=name if column == 0 else "", xlim=(0, STEPS))
        grid[0, column].set_title(f"bed {column}")
    plt.show()


# %% [markdown]
# A **chart** holds six curves, one number a step: `loss` (of the batch), `grad_norm` (global,
# before clipping), `update_ratio` (length of lr·gradient over length of all weights), `score_max`
# (largest attention score), `signal_first` and `signal_last` (root mean square going into and
# coming out of the five ReLU layers). A run whose numbers stop being finite ends there: its curves
# are shorter.
#
# Each patient is the healthy run with **one** fault:
#
# | fault | what was done |
# |---|---|
# | `lr_too_high`, `lr_too_low` | the learning rate |
# | `init_too_small`, `init_too_large` | the gain of the ReLU layers' weights |
# | `dead_data` | in every batch, labels are permuted: they belong to other inputs |
# | `sorted_data` | examples come sorted by class: 30 batches of each |
# | `bad_batch` | one batch is corrupt: inputs 40 times too large, wrong labels |
# | `score_growth` | nothing bounds queries and keys, and they learn far too fast |
#
# Write `treat(chart)`, which returns `(fault, setting, value)`: the diagnosis, and **one** setting
# of `HEALTHY` with the value to rerun with. Then the patient is trained anew with this one change.
# Half of the points are for the diagnosis, half for a loss **below 0.1** in the end, however you
# get there: more than one remedy may work. Right remedies stay below 0.03; what merely hides a
# fault stays above 0.2.
#
# Look first: `show([chart(8, bed) for bed in range(8)])`. Ward 8 is the visible one, and
# `ward(8)[bed][0]` tells its faults. There are as many wards as you like to practise on (about one
# patient in fifty is a borderline case there; none of those that are graded is). The hidden
# patients come from another ward. `run(8, 0, "lr", 0.05)[1]` is the final loss of ward 8, bed 0,
# with `lr` changed to 0.05.
#
# **Example.** A loss that starts at 20 is `("init_too_large", "gain", 1.0)`: nothing has been
# learned yet, so only the initialisation can have made it.


# %% nbgrader={"grade_id": "treat", "solution": true}
def treat(chart):
    """Diagnose a run from its curves, and prescribe one change.

    Args:
        chart: dict of float arrays [steps]: loss, grad_norm, update_ratio, score_max,
            signal_first, signal_last.

    Returns:
        (fault, setting, value): str, str, and a value for that setting.
    """
    ### BEGIN SOLUTION
    loss, ratio = chart["loss"], chart["update_ratio"]
    if loss[0] > 3:
        return "init_too_large", "gain", 1.0
    if chart["grad_norm"][0] < 0.1:
        return "init_too_small", "gain", 1.0
    if ratio[:5].max() > 0.1:
        return "lr_too_high", "lr", 0.2
    jumps = np.flatnonzero((loss[1:] > 3) & (loss[1:] > 3 * loss[:-1])) + 1
    if loss[:25].min() < 0.1 and len(jumps) > 1:
        return "sorted_data", "shuffle", True
    before = jumps[0] if len(jumps) else len(loss)
    if chart["score_max"][:before].max() > 30:
        return "score_growth", "qk_norm", True
    if len(jumps):
        return "bad_batch", "skip", int(jumps[0])
    if np.median(ratio) < 1e-3:
        return "lr_too_low", "lr", 0.2
    return "dead_data", "realign", True
    ### END SOLUTION


# %% nbgrader={"grade_id": "treat_finds_the_cause", "grade": true}
"""Each fault is named from its curves, and the remedy reaches the healthy loss."""
q = Question(treat, points=12)
CLUES = {
    "lr_too_high": "first steps move the weights by a tenth of their length and more",
    "lr_too_low": "gradients are as usual, updates are 100 times too small",
    "dead_data": "signals, gradients and updates are as usual; there is just nothing to learn",
    "init_too_small": "the signal shrinks in each layer; gradients are tiny from step 0",
    "init_too_large": "the loss is far above ln 4 before the first step",
    "bad_batch": "all is well until one batch, of which nothing before gives a sign",
    "score_growth": "attention scores grow without bound while all else looks well",
    "sorted_data": "the loss falls to 0 and jumps, at regular steps, and again",
}


def prescription(f, number, bed):
    """(fault, setting, value) as f returns it, or a sentence on what is wrong with its form."""
    got = f(chart(number, bed))
    if not isinstance(got, (tuple, list)) or len(got) != 3:
        return f"treat returned {str(got)[:40]}, not (fault, setting, value)"
    fault, setting, value = got
    if not isinstance(fault, str) or fault not in FAULTS:
        return f"{str(fault)[:30]!r} is none of the eight faults"
    if not isinstance(setting, str) or setting not in HEALTHY:
        return f"{str(setting)[:30]!r} is no setting of HEALTHY"
    if setting in ("lr", "gain", "clip", "warmup", "skip") and value is not None:
        value = int(value) if setting in ("warmup", "skip") else float(value)
    else:
        value = bool(value)
    return fault, setting, value


def examine(number, bed):
    """Two probes on one patient: the diagnosis, and the loss of the rerun."""
    fault = ward(number)[bed][0]

    def diagnosis(f):
        got = prescription(f, number, bed)
        if isinstance(got, str):
            return got
        return "" if got[0] == fault else f"you said {got[0]}"

    def remedy(f):
        got = prescription(f, number, bed)
        if isinstance(got, str):
            return got
        _, setting, value = got
        end = run(number, bed, setting, value)[1]
        said = f"the rerun with {setting} changed"
        if end < 0.1:
            return ""
        return f"{said} learned nothing" if end > 1.25 else f"{said} ends above 0.1"

    where = f"Ward 8, bed {bed} ({fault})" if number == 8 else f"A hidden patient ({fault})"
    diagnosis.__name__, remedy.__name__ = f"diagnosis_{number}_{bed}", f"remedy_{number}_{bed}"
    diagnosis.__doc__ = f"{where}: {CLUES[fault]}."
    remedy.__doc__ = f"{where}: one changed setting brings the loss below 0.1."
    q.probe(diagnosis, gives="")
    q.probe(remedy, gives="")


for place in range(8):
    examine(8, place)

### BEGIN HIDDEN TESTS
q.hidden()
for place in range(8):
    examine(734047, place)
CURES = {
    "lr_too_high": ("lr", 0.2),
    "lr_too_low": ("lr", 0.2),
    "dead_data": ("realign", True),
    "init_too_small": ("gain", 1.0),
    "init_too_large": ("gain", 1.0),
    "bad_batch": ("clip", 1.0),
    "score_growth": ("qk_norm", True),
    "sorted_data": ("shuffle", True),
}


@q.reference
def by_the_records(curves):
    for number in (8, 734047):
        for bed in range(8):
            if np.array_equal(run(number, bed)[0]["loss"], np.asarray(curves["loss"])):
                fault = ward(number)[bed][0]
                return fault, *CURES[fault]
    return "dead_data", "realign", True


def doctor(says=None, gives=None):
    """The right answer with other diagnoses (by fault) or remedies (by diagnosis)."""

    def answer(curves):
        fault = by_the_records(curves)[0]
        said = (says or {}).get(fault, fault)
        cure = gives(curves, said) if callable(gives) else (gives or {}).get(said, CURES[said])
        return said, *cure

    return answer


def first_jump(loss):
    """The first step whose loss is above 3 and three times that of the step before, or 0."""
    return int(np.argmax((loss[1:] > 3) & (loss[1:] > 3 * loss[:-1]))) + 1


@q.mistake("""You prescribe warm-up for everything. It helps where the first steps are the trouble
and later ones are not; a rate that is too high at its peak, dead data, sorted data or a bad batch
in the middle are all still there when it ends.""")
def warmup_fixes_all(curves):
    return doctor(gives=lambda c, said: ("warmup", 40))(curves)


@q.mistake("""You prescribe a rate ten times lower for everything. It quietens the curve and hides
the fault: nothing is learned from dead or sorted data at any rate, and a healthy run gets too
slow.""")
def lower_lr_fixes_all(curves):
    return doctor(gives=lambda c, said: ("lr", 0.02))(curves)


@q.mistake("""You prescribe clipping for everything. It bounds single steps: against a bad batch,
and sometimes a rate that is too high. It cannot make data better or a vanished signal larger.""")
def clipping_fixes_all(curves):
    return doctor(gives=lambda c, said: ("clip", 1.0))(curves)


@q.mistake("""A loss stuck at ln 4 is always a learning rate that is too high, to you. Look at the
updates: with dead data they are of a healthy size, the gradient is alive, and no rate helps.""")
def lr_too_high_vs_dead_data(curves):
    return doctor({"dead_data": "lr_too_high"})(curves)


@q.mistake("""A loss stuck at ln 4 is always the data, to you. Where the rate is too high, the first
updates are as long as a tenth of the weights, then everything dies: the gradient is 0. Dead data
have a gradient.""")
def dead_data_vs_lr_too_high(curves):
    return doctor({"lr_too_high": "dead_data"})(curves)


@q.mistake("""Every spike is bad data, to you. A corrupt batch strikes once, out of calm; sorted
data make spikes at regular steps, and a rate that is too high at once. In a bad batch's chart
nothing moves before the jump.""")
def spike_is_bad_data_always(curves):
    def skip(c, said):
        return ("skip", first_jump(c["loss"])) if said == "bad_batch" else CURES[said]

    return doctor({"sorted_data": "bad_batch", "lr_too_high": "bad_batch"}, skip)(curves)


@q.mistake("""You skip a step after the jump: the one of the largest loss, or the next. That is an
echo. Entry t of `loss` belongs to batch t, before step t: the batch that shows the *first* jump is
the one to leave out.""")
def skips_after_the_jump(curves):
    def late(c, said):
        return ("skip", first_jump(c["loss"]) + 1) if said == "bad_batch" else CURES[said]

    return doctor(gives=late)(curves)


@q.mistake("""You took a vanished signal for a rate that is too low. Both are flat, but here the
*gradient* is tiny at step 0, and the signal shrinks from layer to layer.""")
def slow_rate_for_vanished_signal(curves):
    return doctor({"init_too_small": "lr_too_low"})(curves)


@q.mistake("""You took a low rate for dead data. Compare the update ratio with that of other
patients: the gradient is as large as theirs, the steps are a hundredth.""")
def dead_data_for_slow_rate(curves):
    return doctor({"lr_too_low": "dead_data"})(curves)


@q.mistake("""You took an exploding start for a rate that is too high. The loss at step 0 is above
ln 4 many times over, before any rate was used.""")
def rate_for_exploding_start(curves):
    return doctor({"init_too_large": "lr_too_high"})(curves)


@q.mistake("""You took growing scores for a rate that is too high. Early updates are as small as in
a healthy run, and the loss never explodes; `score_max` alone climbs from 3 into the thousands.""")
def rate_for_score_growth(curves):
    return doctor({"score_growth": "lr_too_high"})(curves)


@q.mistake("""You took sorted data for a rate that is too high. The loss reaches 0 first, and jumps
when a new class begins, every 30 steps: nothing random about it.""")
def rate_for_sorted_data(curves):
    return doctor({"sorted_data": "lr_too_high"})(curves)


@q.mistake("""Growing scores made you lower the rate of everything. The diagnosis is right, but the
product of queries and keys still has no bound, and the rest of the network now learns too slowly:
normalise them.""")
def lower_lr_for_score_growth(curves):
    return doctor(gives={"score_growth": ("lr", 0.02)})(curves)


@q.mistake("""The diagnoses are right; for a rate that is too high you gave one tenth of it without
checking the rerun, or less. Compare the update ratios with a healthy run: 0.2 is.""")
def overshot_the_rate(curves):
    return doctor(gives={"lr_too_high": ("lr", 0.02)})(curves)


@q.variant
def by_scores_of_evidence(curves):
    c = {k: np.log10(np.maximum(np.asarray(v, dtype=float), 1e-12)) for k, v in curves.items()}
    start, lift = c["loss"][0], np.diff(c["loss"])
    hits = [t + 1 for t in range(len(lift)) if lift[t] > 0.5 and c["loss"][t + 1] > 0.5]
    depth = c["signal_last"][0] - c["signal_first"][0]
    if start > 0.45:
        return ["init_too_large", "gain", 1]
    if depth < -1.3:
        return ["init_too_small", "gain", 1.05]
    if c["update_ratio"][:5].max() > -1.0:
        return ["lr_too_high", "lr", 0.18]
    if c["update_ratio"].max() < -2.7:
        return ["lr_too_low", "lr", 0.2]
    if c["loss"][15:29].max() < -0.3:
        return ["sorted_data", "shuffle", True]
    if c["score_max"][:55].max() > 1.4:
        return ["score_growth", "qk_norm", 1]
    return ["bad_batch", "skip", hits[0]] if hits else ["dead_data", "realign", True]


@q.variant
def with_other_remedies(curves):
    return doctor(gives={"lr_too_high": ("lr", 0.15), "lr_too_low": ("lr", 0.25)})(curves)


q.hints(
    """Four of the eight end flat at ln 4 or near it. What happened *before* the curve was flat, and
is there still a gradient?""",
    """Step 0 alone decides two faults (loss, grad_norm). The first five update ratios decide a
third. Only then look at jumps: how many, how regular, and did score_max rise before?""",
    """Order: loss[0] > 3; grad_norm[0] < 0.1; update_ratio > 0.1 within five steps; low loss within
25 steps and several jumps; score_max > 30 before the first jump; one jump (skip its step);
update_ratio < 0.001; else the data.""",
)
q.why("""Read a chart in the order of time: what is wrong at step 0 cannot be the optimiser's fault,
what is wrong in the first five steps cannot be a later batch. A flat loss alone tells nothing: five
different faults end at ln 4. The gradient norm tells dead units (0) from dead data (alive); the
update ratio tells slow from stuck; the signal by depth tells a vanished initialisation from both.

And treat causes. Warm-up, clipping and a lower rate make most curves *look* calmer; the loss that
the rerun reaches is the judge. Where another remedy passes (clipping against one bad batch), it
removes the cause's effect on the weights, which is as good.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_in_90_seconds", "task": true, "points": 4}
# ## 9. Say it in 90 seconds (4 points, graded by hand)
#
# A colleague writes: **"Our run spiked at step 40 000 and is now NaN. I have looked at the batch:
# a page of code, nothing strange, but I deleted it from the corpus. To be safe I set warm-up to
# 10 000 steps and clipping to 0.1, and restarted from scratch. Will that do?"**
#
# Write what you would answer, 150 to 220 words, in the cell below this one. Use at least two
# numbers or curves from this assignment, and name one measurement that could prove you wrong.
# Read it aloud with a clock before you hand it in.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or agrees with all of it.
# - **1**: a slogan ("lower the rate", "skip the batch"), with no cause and no curve.
# - **2**: says why both measures miss. Warm-up acts in the first steps only; a clipping threshold
#   that is hit always trains with normalised gradients. Rewind rather than restart, and skip
#   batches from before the spike. Deleting the page is not shown to help: a batch spikes in a
#   state of the weights. No numbers, or numbers that do not bear on it.
# - **3**: as 2, with own evidence: e.g. in the clinic warm-up left lr_too_high and dead data at
#   1.39; one corrupt batch was cured by clipping at 1 (below 0.01) while scores that grow showed in
#   `score_max` many steps before the loss; the norm before clipping is the one to log. Names the
#   curves to open first, in order of time.
# - **4**: as 3, and decides with a test: replay the same batches from an *earlier* checkpoint; if
#   the spike returns with other weights it is the data, if not the state. Looks at maximum scores,
#   output log Z, per-layer norms and preconditioned sharpness before 40 000, and says which
#   outcome would refute its own favourite cause. A permanent guard (QK-norm, z-loss, skipping
#   steps whose norm is not finite) against the cause found, one change at a time.
#
# A level-4 answer: "Not yet. Warm-up touches the first steps only, and this broke at 40 000. In my
# clinic it left a rate that was too high at 1.39, chance, like dead data. And clipping at 0.1 is
# likely hit at every step: that is a new optimiser, not a guard. Don't restart: go back to a
# checkpoint well before the spike, skip the batches from there past it, and look first. In order of
# time: did the largest attention scores climb beforehand? In my sick run they rose from 3 to two
# thousand while the loss looked tolerable; that wants QK-norm. Did the gradient norm before
# clipping jump in one step out of calm? Then one bad batch: in my run, clipping at 1 or skipping it
# brought the loss below 0.01. Does log Z drift? A z-loss. The page of code: replay the same
# batches from an earlier checkpoint. If they spike there too, I am wrong and it is the data. If
# not, deleting it did nothing but bias the corpus. And skip any step whose norm is not finite:
# clipping multiplies infinity by zero, and that is your NaN."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
