# %% [markdown]
# # {{title}}
#
# > "Derive the gradient of log det S for a symmetric S. Your colleague gets twice the inverse, less
# > its diagonal, and quotes a table. Who is right? And how would you check a derivation that you
# > cannot look up?"
#
# Both can point to a book. What settles it is to say which variables are free, and a number: the
# change of f that each answer predicts. This lesson is about derivations that can be checked line
# by line, about checks that cannot pass by accident, and about what a derivative costs.

# ## Objectives
#
# {{objectives}}

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures

figures.use_style()


def gap(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def slopes(f, x, upstream=1.0, eps=1e-5):  # central differences of sum(upstream * f(x)), as x
    out = np.zeros(x.shape)
    for k, i in enumerate(np.ndindex(x.shape)):
        step = eps * np.eye(x.size)[k].reshape(x.shape)
        out[i] = np.sum(upstream * (f(x + step) - f(x - step))) / (2 * eps)
    return out


# %% [markdown]
# ## One identity, four rules
#
# **Convention**: the gradient $G$ of a number $f$ has the shape of $X$. It is read off the
# differential:
#
# $$df=\sum_{ij}G_{ij}\,dX_{ij}=\mathrm{tr}(G^\top dX)$$
#
# 1. $d(XY)=dX\,Y+X\,dY$: order kept, one term for each use.
# 2. $\mathrm{tr}(ABC)=\mathrm{tr}(CAB)$: turn the product until $dX$ stands last.
# 3. $d(S^{-1})=-S^{-1}\,dS\,S^{-1}$, from $d(SS^{-1})=0$.
# 4. $d\log\lvert\det S\rvert=\mathrm{tr}(S^{-1}dS)$.
#
# *Example.* $z=xW$, $x$ [B, D], $W$ [D, K], $\bar z$ the gradient by $z$:
#
# $$df=\mathrm{tr}(\bar z^\top dz)=\mathrm{tr}(\bar z^\top x\,dW)+\mathrm{tr}(W\bar z^\top dx)$$
#
# So $\bar W=x^\top\bar z$ and $\bar x=\bar zW^\top$. **The batch sum in $\bar W$ was never decided:
# the product does it.** From here on, as in code, `dW` is the gradient by W.

# %% [markdown]
# ## A derivation as lines that can be wrong one at a time
#
# Gaussian negative log-likelihood of a covariance $S$ [n, n], data covariance $C$:
#
# $$P=S^{-1},\quad t=\mathrm{tr}(PC),\quad l=\log\det S,\quad L=\tfrac12(t+l)$$
#
# Backwards, an operation a line: $dt=dl=\tfrac12$; $\ dP=dt\,C^\top$; $\ dS_1=-P^\top dP\,P^\top$;
# $\ dS_2=dl\,P^\top$; $\ dS=dS_1+dS_2$, since $S$ is used twice.
#
# One slip is planted below. Each line is judged twice: on inputs of its own, and in the chain. $S$
# and $C$ are drawn without symmetry on purpose; the end of the next section says why.

# %%
rng = np.random.default_rng(0)
S, C, U = rng.standard_normal((3, 5, 5))  # U: an upstream gradient that belongs to no loss
inv, logdet = np.linalg.inv, lambda A: np.linalg.slogdet(A)[1]
P = inv(S)
right = {"dP": lambda dt: dt * C.T, "dS1": lambda dP: -P.T @ dP @ P.T, "dS2": lambda dl: dl * P.T}
slipped = right | {"dP": lambda dt: dt * C}  # a transpose lost, on a square matrix


def said(error):  # what rounding decides is not printed
    return "< 1e-6" if error < 1e-6 else f"{error:.0e}"


truth = {"dP": slopes(lambda A: np.trace(A @ C), P, 0.7), "dS1": slopes(inv, S, U)}
truth["dS2"] = slopes(logdet, S, 0.7)
total = slopes(lambda A: (np.trace(inv(A) @ C) + logdet(A)) / 2, S)
for name, lines in (("right", right), ("slipped", slipped)):
    own = {"dP": lines["dP"](0.7), "dS1": lines["dS1"](U), "dS2": lines["dS2"](0.7)}
    told = ", ".join(f"{k} {'ok' if gap(own[k], truth[k]) < 1e-6 else 'WRONG'}" for k in own)
    chain = lines["dS1"](lines["dP"](0.5)) + lines["dS2"](0.5)
    print(f"{name:7s} | lines: {told:28s} | dS in the chain: {said(gap(chain, total))}")

# %% [markdown]
# **Read it.** The end of the chain only says that something is wrong. Line by line, on inputs of
# its own, only the culprit is marked, and its victims are acquitted. The assignment is graded like
# this. Note the upstream `U`: random, not the loss's. Real upstream gradients are special (rows
# that sum to 0, symmetric, tiny at an optimum), and special inputs hide slips.
#
# ### Predict first: how much does a shape test see?
#
# For $s=xAx^\top$ [B, B] the gradient is $dA=x^\top ds\,x$. Form **all** products of three factors
# from $x$, $A$, $ds$ and their transposes: $6^3=216$. How many have the right shape if $B\neq D$?
# If $B=D$? How many have the right *values*, if $ds$ is symmetric?


# %%
def census(factors, count, grad):  # of all products: right shape, right values
    both = [m for f in factors for m in (f, f.T)]
    shape = value = 0
    for chain in itertools.product(both, repeat=count):
        if all(a.shape[1] == b.shape[0] for a, b in itertools.pairwise(chain)):
            product = np.linalg.multi_dot(chain)
            shape += product.shape == grad.shape
            value += product.shape == grad.shape and np.allclose(product, grad)
    return len(both) ** count, shape, value


row = "{:26s} | {:5d} | {:11d} | {:12d}"
print(" " * 26, "| tried | right shape | right values")
for B, D, symmetric in ((5, 3, False), (4, 4, False), (5, 3, True), (4, 4, True)):
    x, A, ds = (rng.standard_normal(shape) for shape in ((B, D), (D, D), (B, B)))
    ds = ds + ds.T if symmetric else ds
    name = f"B = {B}, D = {D}{', ds symmetric' * symmetric}"
    print(row.format(name, *census((x, A, ds), 3, x.T @ ds @ x)))
x, W, dz = (rng.standard_normal(shape) for shape in ((5, 3), (3, 7), (5, 7)))
print(row.format("z = xW with sizes 5, 3, 7", *census((x, W, dz), 2, x.T @ dz)))

# %% [markdown]
# **Read it.** For the linear layer with three sizes the shapes leave one product: "no other order
# fits" is a proof. Where a matrix is **square by nature** (scores, covariances, recurrent weights)
# several fit at any sizes, and with equal sizes all of them do. Values decide, unless the probe is
# symmetric: then wrong products agree exactly. So: sizes that differ, *and* matrices that are not
# symmetric. A factor, a sign or a missing second term is never visible in shapes.

# %% [markdown]
# ## Softmax: a Jacobian to multiply by, not to build
#
# $$J=\mathrm{diag}(p)-pp^\top,\qquad dz=J^\top dp=p\circ\big(dp-\textstyle\sum_jp_jdp_j\big)$$
#
# Four properties, each of them a test:
#
# - $J\mathbf 1=0$: a constant added to all logits moves nothing. Rank $K-1$.
# - $J$ is the Hessian of $\log\sum e^z$, whose gradient is $p$: symmetric, positive semidefinite.
#   **A transposed J cannot be noticed here.**
# - Gershgorin: row $i$ sums, in absolute value, to $2p_i(1-p_i)\le\tfrac12$: no eigenvalue exceeds
#   ½.
# - The coupling is one number a row: the mean of $dp$ under $p$.
#
# ### Predict first: the price of confidence
#
# Multiply the logits by a gain. What do the eigenvalues do? And the classic slip,
# $p(1-p)\circ dp$: how far does it point away from the true $dz$, for 3 classes and for 300?

# %%
gains = np.logspace(-1.5, 2, 36)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def cosine(K, gain):  # between the diagonal slip and the true dz, median of 2000 draws
    z, dp = np.random.default_rng(K).standard_normal((2, 2000, K))
    p = softmax(gain * z)
    slip, dz = p * (1 - p) * dp, p * (dp - (p * dp).sum(axis=-1, keepdims=True))
    norms = np.linalg.norm(slip, axis=-1) * np.linalg.norm(dz, axis=-1)
    return np.median((slip * dz).sum(axis=-1) / norms)


z = np.random.default_rng(21).standard_normal(8)
eigs = [np.linalg.eigvalsh(np.diag(p) - np.outer(p, p))[::-1] for p in softmax(gains[:, None] * z)]
eigs = np.array(eigs)  # (gains, 8)
# %%
labels = {"xlabel": "gain of the logits", "ylabel": ("eigenvalue", "median cosine with true dz")}
left, right = figures.panels("spectrum of J, K = 8", "the slip p(1−p)∘dp", log="x", **labels)
left.plot(gains, eigs[:, 0], label="largest")
style = {"color": figures.SAND, "linestyle": "-", "linewidth": 0.9}
rest = left.plot(gains, eigs[:, 1:7], **style)
rest[0].set_label("six others")
left.axhline(0.5, color=figures.ORANGE, linestyle=figures.DASHES[2], label="bound ½")
left.set(yscale="log", ylim=(1e-6, 2)), left.legend(loc="lower left", fontsize=7)
for K in (3, 30, 300):
    curve = [cosine(K, gain) for gain in gains[gains <= 10]]
    right.plot(gains[gains <= 10], curve, label=f"K = {K}")
    print(f"K = {K:3d}: median cosine {curve[0]:.3f} at gain 0.03, {curve[-1]:.3f} at gain 10")
right.set(ylim=(0.5, 1.02)), right.legend(loc="lower left")
top = eigs[:, 0]
print(f"largest eigenvalue {top[0]:.3f}, at most {top.max():.3f}, at gain 100 {top[-1]:.0e}")
plt.show()

# %% [markdown]
# **Read it.** Left: for equal logits all eigenvalues but one (0, not drawn) are $1/K$. They fan
# out; the largest rises towards ½ while two classes compete, and then **everything dies**: a
# confident softmax passes no bounded gradient back. (Cross-entropy escapes: its $dp$ is $-1/p$ at
# the label.) Right: the diagonal slip is nearly right where many classes share the mass, and
# clearly off where few do. Its cosine with the truth stays positive, so that training goes on, and
# no loss curve would tell you.

# %% [markdown]
# ## Symmetric arguments: two answers, two questions
#
# Let $f(S)=\log\det S$, $S$ symmetric. All $n^2$ entries free: $G=S^{-\top}=S^{-1}$. Tables also
# print $2S^{-1}-\mathrm{diag}(S^{-1})$ (Petersen & Pedersen 2012, eq. 141): the derivatives by the
# $n(n+1)/2$ entries of a triangle, each of which sits in two places.
#
# ### Predict first: which one predicts?
#
# Nudge $S$ by random small symmetric $dS$ and compare $\sum G_{ij}dS_{ij}$ with what happens.

# %%
rng, n = np.random.default_rng(2), 6
S = np.cov(rng.standard_normal((n, 4 * n)))


def as_table(G):  # what tables print for a symmetric argument
    return 2 * G - np.diag(np.diag(G))


dS = rng.standard_normal((300, n, n)) * 1e-4
dS = (dS + dS.swapaxes(1, 2)) / 2
actual = np.array([logdet(S + d) - logdet(S) for d in dS])
told = {"2S⁻¹ − diag": (as_table(inv(S)) * dS).sum((1, 2)), "S⁻¹": (inv(S) * dS).sum((1, 2))}
paths = {}
for name, bend in (("2S⁻¹ − diag", as_table), ("S⁻¹", lambda G: G)):
    A, paths[name] = np.eye(n), []
    for _ in range(80):  # minimise tr(AS) − log det A; the best A is S⁻¹
        paths[name].append(np.trace(A @ S) - logdet(A) - n - logdet(S))
        A = A - 0.1 * bend(S - inv(A))
    print(f"{name:11s}: relative error of the prediction {gap(told[name], actual):.0e}", end="; ")
    print(f"after 80 steps the loss is {paths[name][-1]:.0e} above the minimum")
# %%
style = {"xlabel": ("actual change / 10⁻³", "step"), "ylabel": ("Σ G dS / 10⁻³", "loss − minimum")}
left, right = figures.panels("prediction", "as direction of descent", **style, size=(6.0, 2.9))
marks = {"2S⁻¹ − diag": ("^", figures.ORANGE, "--"), "S⁻¹": ("o", figures.INK, "-")}
for name, (mark, colour, dash) in marks.items():
    left.plot(1e3 * actual, 1e3 * told[name], mark, markersize=3, color=colour, label=name)
    right.plot(paths[name], label=name, color=colour, linestyle=dash)
left.legend(loc="upper left"), right.set(yscale="log"), right.legend()
plt.show()

# %% [markdown]
# **Read it.** Left: $S^{-1}$ lies on the diagonal. The table's matrix does not: the sum runs over
# both triangles, and the factor 2 has counted the other triangle already. **It is a list of partial
# derivatives in matrix form, not a gradient matrix** (Srinivasan & Panda 2023). Right: as a
# direction it works all the same, here even faster: it doubles the off-diagonal moves, like a
# larger learning rate for those entries. So training will not tell you, and a check that moves both
# triangles at once confirms your colleague. Both are right about their own variables; only one may
# be put into tr(G dS), or into autograd.

# %% [markdown]
# ## What a difference can see
#
# Along one direction, $g(t)=f(w+tv)$ with each value rounded to $b$ bits ($u=2^{-b}$). Truncation
# grows with ε, rounding is divided by it:
#
# | | truncation | rounding | best error |
# |---|---|---|---|
# | forward difference of $f$ | ε | $u/ε$ | $u^{1/2}$ |
# | central difference of $f$ | ε² | $u/ε$ | $u^{2/3}$ |
# | second difference of $f$, for $v^\top Hv$ | ε² | $u/ε^2$ | $u^{1/2}$ |
# | central difference of the gradient | ε² | $u/ε$ | $u^{2/3}$ |
#
# ### Predict first: the two V's
#
# Sketch error against ε for bfloat16, float32 and float64: where does each V stand, and which arms
# do they share? Which formats could check a gradient to three digits?

# %%
rng = np.random.default_rng(3)
a, c = rng.standard_normal((2, 60, 1, 9))  # 60 functions g(t) = log Σ exp(a + t c), 9 terms


def rounded(f, bits):  # each value to `bits` significant bits
    m, e = np.frexp(f)
    return f if bits >= 53 else np.ldexp(np.round(np.ldexp(m, bits)), e - bits)


def g(t, bits):
    return rounded(np.log(np.exp(a + t[:, None] * c).sum(-1)), bits)


def slope(t, bits):  # the exact derivative, rounded once
    return rounded((softmax(a + t[:, None] * c) * c).sum(-1), bits)


# %%
zero = np.zeros(1)
first = slope(zero, 99)
second = (softmax(a) * c**2).sum(-1) - first**2
EPS = np.logspace(-12, 0, 73)
RULES = {
    "forward, f": lambda b: (g(EPS, b) - g(zero, b)) / EPS / first - 1,
    "central, f": lambda b: (g(EPS, b) - g(-EPS, b)) / (2 * EPS) / first - 1,
    "second, f": lambda b: (g(EPS, b) - 2 * g(zero, b) + g(-EPS, b)) / EPS**2 / second - 1,
    "central, gradient": lambda b: (slope(EPS, b) - slope(-EPS, b)) / (2 * EPS) / second - 1,
}
FORMATS = {"bfloat16": 8, "float16": 11, "float32": 24, "float64": 53}  # bits
curves = {n: np.median(abs(RULES["central, f"](b)), axis=0) for n, b in FORMATS.items()}
for name, curve in curves.items():
    best, at = curve.min(), np.log10(EPS[curve.argmin()])
    print(f"{name:8s}: best error {best:.0e} at ε = 10^{at:.1f}; at ε = 1e-5: {curve[42]:.0e}")

# %%
labels = {"xlabel": ("ε", "rounding u = 2⁻ᵇ"), "ylabel": ("median error", "error at the best ε")}
left, right = figures.panels("central, f", "floors", log="xy", **labels, size=(6.0, 3.4))
for name, curve in curves.items():
    left.plot(EPS, np.maximum(curve, 1e-13), label=f"{name}, {FORMATS[name]} bits")
BITS = np.arange(8, 54, 3)
for (rule, run), mark in zip(RULES.items(), "os^D", strict=True):
    floor = np.array([np.median(abs(run(b)), axis=0).min() for b in BITS])
    right.plot(2.0**-BITS, floor, marker=mark, linestyle="none", label=rule)
    fit = np.polyfit(-BITS[3:-1] * np.log10(2), np.log10(floor[3:-1]), 1)[0]
    print(f"{rule:17s}: floor ~ u^{fit:.2f}")
for power in (1 / 2, 2 / 3):
    right.plot(2.0**-BITS, 2.0 ** (-BITS * power), color=figures.INK, linewidth=0.6, linestyle="-")
right.annotate("u^½", (2e-12, 2e-3)), right.annotate("u^⅔", (2e-9, 3e-9))
for ax in (left, right):
    ax.set(ylim=(1e-13, 1e6)), ax.legend(fontsize=7, loc="upper left")
plt.show()

# %% [markdown]
# **Read it.** Left: all formats share the right arm (truncation knows nothing of bits), and each
# has a left arm of its own, slope −1; on the plateau the difference is rounded to 0. float32 at
# ε = 10⁻⁵ sits far up its left arm: an error there blames the arithmetic, not the derivation.
# Right: sixteen precisions, two slopes. Curvature from *losses* loses half of your digits, like a
# forward difference; from *gradients* a third. So Hessian–vector products difference the
# gradient, or nothing at all: a JVP of the gradient subtracts nothing (Pearlmutter 1994).

# %% [markdown]
# ## Rows, columns, or neither
#
# A chain of layers has the Jacobian $J=J_L\cdots J_1$ [$n_L$, $n_0$]. A JVP multiplies from the
# right (one column of J), a VJP from the left (one row). Both cost
# $\sum_kn_kn_{k-1}$ multiply-adds; you need $n_0$ of the one or $n_L$ of the other. A loss has
# $n_L=1$: one VJP is the gradient. That is all there is to "reverse mode is cheap"; the price is
# that it meets the layers backwards, and must keep every layer's input.
#
# ### Predict first: a waist
#
# Widths (64, 64, r, 64, 64), whole Jacobian. Forward and reverse cost the same. How much cheaper is
# the best order of multiplication at $r=2$?


# %%
def pure(widths):  # forward and reverse mode, multiply-adds for the whole Jacobian
    one = sum(a * b for a, b in itertools.pairwise(widths))
    return widths[0] * one, widths[-1] * one


def best(widths):  # cheapest bracketing of the product of the layers' Jacobians
    L = len(widths) - 1
    cost = {(k, k): 0 for k in range(L)}
    for length in range(1, L):
        for i in range(L - length):
            j = i + length
            ends = widths[i] * widths[j + 1]
            cuts = (cost[i, k] + cost[k + 1, j] + ends * widths[k + 1] for k in range(i, j))
            cost[i, j] = min(cuts)
    return cost[0, L - 1]


# %%
labels = {"xlabel": ("outputs m", "width r of the waist"), "ylabel": "multiply-adds", "log": "xy"}
axes = figures.panels("64 → 64 → 64 → m", "64 → 64 → r → 64 → 64", sharey=True, **labels)
chains = (lambda m: (64, 64, 64, m)), (lambda r: (64, 64, r, 64, 64))
for ax, chain, top in zip(axes, chains, (11, 8), strict=True):
    knobs = 2 ** np.arange(top)
    rows = np.array([(*pure(chain(int(k))), best(chain(int(k)))) for k in knobs])
    for column, name, mark in zip(rows.T, ("forward", "reverse", "best order"), "os^", strict=True):
        ax.plot(knobs, column, marker=mark, label=name)
    figures.plain_ticks(ax.xaxis, knobs[::2])
axes[0].legend(loc="upper left")
waist = (64, 64, 2, 64, 64)
print(f"waist of 2: forward {pure(waist)[0]}, reverse {pure(waist)[1]}, best order {best(waist)},")
print(f"that is {pure(waist)[0] / best(waist):.0f} times cheaper")
print("one output: forward {}, reverse {}".format(*pure((64, 64, 64, 1))))
plt.show()

# %% [markdown]
# **Read it.** Left: reverse grows with the outputs, forward starts high because of the 64 inputs,
# and they cross at $m=64$. The best order follows the lower one: for a loss, reverse is all there
# is to win. Right: a pure mode drags 64 vectors through layers that a waist of r could have served.
# Cheaper: **backward through the first half, forward through the second**, r vectors each, and
# one product where they meet. For chains the best order is dynamic programming; for general graphs
# the problem is NP-complete (Naumann 2008). The usual waist is a loss, $r=1$ at the very end.

# %% [markdown]
# ## Where it breaks
#
# Four wrong derivations. Each meets a probe that lets it pass, and one that does not; then a
# derivative that is not a number at all. Cover the right half and say what the better probe is.

# %%
rng = np.random.default_rng(4)
A, X, up, z = (rng.standard_normal(shape) for shape in ((5, 5), (5, 3), 7, 7))
sym, flat, bad = A @ A.T + np.eye(5), np.ones(7), np.full(3, np.nan)
true = np.append(1000 * rng.standard_normal(999), 1.0)  # 999 large slopes and one of a bias
wrong = np.append(true[:-1], 2.0)
quad = {name: slopes(lambda t, M=M: np.trace(t.T @ M @ t), X) for name, M in (("s", sym), ("a", A))}
row = "{0:25s} | {1:17s} {3:6s} | {2:15s} {4}"
errors = gap(0 * z + 1, slopes(softmax, z, flat) + 1), gap(0 * z, slopes(softmax, z, up))
print(row.format("softmax VJP: all zeros", "upstream of ones", "random dp", *map(said, errors)))
errors = gap(inv(sym), slopes(logdet, sym)), gap(inv(A), slopes(logdet, A))
print(row.format("log det: S⁻¹, not S⁻ᵀ", "symmetric S", "any S", *map(said, errors)))
errors = gap(2 * sym @ X, quad["s"]), gap(2 * A @ X, quad["a"])
print(row.format("tr(XᵀAX): 2AX", "symmetric A", "any A", *map(said, errors)))
errors = gap(wrong, true), np.max(np.abs(wrong - true) / np.abs(wrong))
print(row.format("one slope of 1000 twice", "one norm over all", "each entry", *map(said, errors)))
error = np.max(np.abs(bad - 1) / np.abs(bad))
print("a gradient of NaN: `error > 1e-6` is", error > 1e-6, "and `error <= 1e-6` is", error <= 1e-6)

# %% [markdown]
# ## Say it in 60 seconds
#
# "I fix the layout, gradients have the shape of their variable, and read them off differentials:
# df = tr(Gᵀ dX). One operation a line, its shape beside it; what is broadcast is summed, what is
# used twice gets two terms. Shapes rule out orders, not factors, signs or transposes of square
# matrices. So I check each line by central differences in float64, at sizes that differ, with
# random upstream gradients, nothing symmetric, entry by entry, and NaN fails. The best error is
# about u to the two thirds. Forward mode pays per input, reverse mode per output and in memory; a
# loss has one output. A Hessian times a vector is a JVP of the gradient."

# %% [markdown]
# ## Follow-ups
#
# **What a listener notes.** *Mid*: right formulas, shapes checked, softmax with its off-diagonal.
# *Senior*: names the convention before the formula, derives from differentials, knows what the
# check's error should be and why float32 cannot say; explains the cost of both modes with the
# memory. *Staff*: says which slips a given probe cannot see and designs one that does; separates
# "which variables are free" from "which answer is right"; knows where neither mode is the best, and
# turns all of it into a test that runs in seconds.
#
# <details><summary>1. Derive the backward pass of Y = XW + b, with shapes.</summary>
#
# With $\bar Y$ [B, K] the gradient by $Y$:
# $df=\mathrm{tr}(\bar Y^\top(dX\,W+X\,dW+\mathbf 1\,db^\top))$. Turn each term until the
# differential stands last: $\bar X=\bar YW^\top$ [B, D], $\bar W=X^\top\bar Y$ [D, K],
# $\bar b=\bar Y^\top\mathbf 1$ [K]. The batch sum in $\bar W$ and $\bar b$ is not a rule to
# remember: it is $X^\top$ and $\mathbf 1$. If the loss is a mean, $1/B$ is inside $\bar Y$, once.
#
# </details>
#
# <details><summary>2. What is the derivative of a Cholesky factor, or of anything bound?</summary>
#
# Differentiate the constraint. $S=LL^\top$ gives $dS=dL\,L^\top+L\,dL^\top$; multiply by $L^{-1}$
# and $L^{-\top}$ from outside, and $L^{-1}dL$ is the lower triangle of $L^{-1}dS\,L^{-\top}$ with
# its diagonal halved, because the second term is the transpose of the first. The same trick gives
# $d(S^{-1})$ from $SS^{-1}=I$, and $Q^\top dQ$ antisymmetric from $Q^\top Q=I$. The variables that
# are free are those that the constraint leaves.
#
# </details>
#
# <details><summary>3. Numerator or denominator layout: does it matter?</summary>
#
# Not for the truth, and very much for the code. In numerator layout $\partial f/\partial X$ is the
# transpose of X's shape, the chain rule reads left to right as Jacobians multiply, and a gradient
# is a row. In denominator layout the gradient can be subtracted from X. Mixed texts are where
# transposes get lost. Differentials avoid the question until the last step: $\mathrm{tr}(G^\top
# dX)$ or $\mathrm{tr}(G\,dX)$ *is* the convention.
#
# </details>
#
# <details><summary>4. Why is the check's relative error not 1e-16?</summary>
#
# The derivative formula is exact to rounding, but the difference is not: at the best ε truncation
# and rounding are equal, near $u^{2/3}\approx2\cdot10^{-11}$ for a central difference in float64.
# An error much *smaller* than this, in all entries, means that you compared the formula with
# itself. And an error that does not depend on ε at all is a bug; numerical error has slopes.
#
# </details>
#
# <details><summary>5. How do you check a derivative of a million inputs?</summary>
#
# Not entry by entry. Draw a random $v$ and compare $\langle dy,f(x+hv)-f(x-hv)\rangle/2h$ with
# $\langle\mathrm{vjp}(dy),v\rangle$: two evaluations. For a linear step there is an exact test that
# needs no ε: $\langle dy,Jv\rangle=\langle J^\top dy,v\rangle$, the dot-product test, which
# compares your JVP with your VJP. It cannot see an error that both share. A wrong entry hides only
# from a $v$ that happens to be orthogonal to it; a few draws, and each array apart.
#
# </details>
#
# <details><summary>6. What does a Hessian–vector product cost, and how is it nested?</summary>
#
# *Forward over reverse*: a JVP of the function that computes the gradient, a small constant times
# the gradient's cost, with one gradient's memory. *Reverse over reverse*: the gradient of
# $\langle\nabla f,v\rangle$ needs the graph of the backward pass as well, so more memory. *Forward
# over forward* costs a pass for each input. Differences of two gradients cost two gradients, lose a
# third of the digits, and need no second derivatives of any kernel: useful when one of them has
# none.
#
# </details>
#
# <details><summary>7. When would you use forward mode in machine learning?</summary>
#
# Few inputs, many outputs: the sensitivity of all predictions to one hyperparameter; the Jacobian
# of a decoder with two latent variables; directional derivatives; the inner part of a
# Hessian–vector product; and where keeping activations is impossible, since a JVP needs only the
# layer at hand. An unbiased gradient estimate from one JVP, $(g^\top v)\,v$ with random $v$,
# exists, but its variance grows with the number of parameters: it pays per input in noise in place
# of time.
#
# </details>
#
# <details><summary>8. Is reverse mode really only a constant dearer than the function?</summary>
#
# In operations, yes: every elementary step has a backward step of comparable cost, so that the
# gradient costs a small multiple of one evaluation, whatever the number of inputs. In memory no: it
# keeps what it needs in reverse order. Checkpointing trades it back: keep every √L-th layer's input
# and recompute the rest, about one forward pass more for memory that grows as √L.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
