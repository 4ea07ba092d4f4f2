# %% [markdown]
# # {{title}}
#
# > "Your network has more parameters than training examples and fits every one of them, yet it does
# > well in production. A colleague says that it must be overfitting. Who is right, and what would
# > you measure to settle it?"
#
# "Bias falls, variance rises, pick the middle" is what everybody answers. It cannot settle this
# question. Here every term is measured, and one quantity turns out to explain nearest neighbours,
# polynomials, ridge, early stopping and models that are wider than their data: **how much weight a
# prediction puts on each training label.**

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import matplotlib.pyplot as plt
import numpy as np
from numpy.polynomial.legendre import legvander

from mlprep import figures

figures.use_style()

# %% [markdown]
# ## Two sources of luck
#
# The world: $y = f(x) + \varepsilon$, where $\mathbb{E}[\varepsilon]=0$ and
# $\mathrm{Var}[\varepsilon]=\sigma^2$. You draw a training set $D$ of $n$ pairs, fit $\hat f_D$,
# and are tested at a point $x$ on a fresh label $y$. Two draws are random, and they are
# independent:
#
# - $\mathbb{E}_D$ runs over **training sets**, inputs and labels: all the models that you might
#   have got.
# - $\mathbb{E}_\varepsilon$ runs over the **noise in the test label**, which no model can know.
#
# Write $\bar f(x) = \mathbb{E}_D[\hat f_D(x)]$ for the average of all those models. It need not be
# a model that you could train: the average of many trees is no tree.

# %% [markdown]
# ## The decomposition, line by line
#
# At a fixed $x$, add and subtract $f$ and $\bar f$:
#
# $$y-\hat f_D=\underbrace{\varepsilon}_{\text{noise}}+\underbrace{(f-\bar f)}_{\text{constant}}
# +\underbrace{(\bar f-\hat f_D)}_{\text{mean zero over }D}$$
#
# Square it and take both expectations. Three squares stay. Three cross terms vanish, each for **its
# own reason**:
#
# 1. $\varepsilon\,(f-\bar f)$: the noise has mean zero.
# 2. $(f-\bar f)(\bar f-\hat f_D)$: $\mathbb{E}_D[\bar f-\hat f_D]=0$, by definition.
# 3. $\varepsilon\,(\bar f-\hat f_D)$: the test noise is independent of $D$. *Leakage breaks this
#    line; training error always does.*
#
# $$\mathbb{E}_{D,\varepsilon}(y-\hat f_D)^2=\underbrace{\sigma^2}_{\text{noise}}
# +\underbrace{(f-\bar f)^2}_{\text{bias}^2}
# +\underbrace{\mathbb{E}_D(\hat f_D-\bar f)^2}_{\text{variance}}$$
#
# An identity can be measured: compute both sides from separate simulations, and compare them with
# their standard error.

# %%
SIGMA, N = 0.3, 25  # noise (standard deviation), training inputs
GRID = (np.arange(100) + 0.5) / 100  # test inputs (m,)


def f(x):
    return np.sin(2 * np.pi * x)


def poly_weights(X, degree):  # training inputs (reps, n) -> S (reps, m, n), predictions are S y
    return legvander(2 * GRID - 1, degree) @ np.linalg.pinv(legvander(2 * X - 1, degree))


def predictions(weights, knob, reps, seed, sigma=SIGMA):
    """What models fitted to `reps` independent training sets predict on GRID: (reps, m)."""
    rng = np.random.default_rng(seed)
    X = rng.random((reps, N))
    Y = f(X) + sigma * rng.standard_normal(X.shape)
    return np.einsum("rmn,rn->rm", weights(X, knob), Y)


# %%
def parts(P):
    """Bias² and variance of P (reps, m), averaged over x, both unbiased for any reps > 1."""
    var = P.var(axis=0, ddof=1)
    return np.mean((P.mean(axis=0) - f(GRID)) ** 2 - var / len(P)), var.mean()


row = "{:6d} | {:.4f} + {:.4f} + {:.4f} = {:.4f} ± {:.4f} | {:.4f} ± {:.4f} | {:+.1f} {:+9.1f}"
print("degree |  bias² +    var +  noise =    sum ± s.e.   |  error ± s.e.   |   z  no noise")
for degree in (1, 3, 5):
    P = predictions(poly_weights, degree, 4000, seed=degree)  # one side of the identity
    bias2, var = np.array([parts(batch) for batch in np.split(P, 40)]).T
    total = bias2 + var + SIGMA**2
    Q = predictions(poly_weights, degree, 4000, seed=10 + degree)  # the other: fresh models,
    noise = np.random.default_rng(20 + degree).normal(0, SIGMA, Q.shape)  # fresh test labels
    error = ((f(GRID) + noise - Q) ** 2).mean(axis=1)
    se = [side.std(ddof=1) / len(side) ** 0.5 for side in (total, error)]
    z = [(total.mean() - left_out - error.mean()) / np.hypot(*se) for left_out in (0, SIGMA**2)]
    means = bias2.mean(), var.mean(), SIGMA**2, total.mean()
    print(row.format(degree, *means, se[0], error.mean(), se[1], *z))

# %% [markdown]
# The two sides share no training set and no noise, so only the identity can make them agree; the
# last column shows what disagreement looks like. Two details that are often missed:
#
# - `parts` subtracts `var / len(P)`. The mean of $R$ fits is itself uncertain by variance$/R$, and
#   squaring turns that into **false bias**.
# - Degree 5 has a far larger standard error than degree 3, from as many models. Hold on to that.
#
# ### Predict first: where does the fan open?
#
# Next: single fits (thin), their mean (dashed) and $f$ (thick). Where along $x$ does degree 7 vary
# most, and how many times more than in the middle?

# %%
axes = figures.panels(
    "degree 1", "degree 3", "degree 7", xlabel="input x", ylabel="y", sharey=True, size=(6.0, 2.7)
)
for ax, degree in zip(axes, (1, 3, 7), strict=True):
    P = predictions(poly_weights, degree, 2000, seed=30 + degree)
    single = ax.plot(GRID, P[:40].T, color=figures.SAND, linestyle="-", linewidth=0.6, alpha=0.7)
    (truth,) = ax.plot(GRID, f(GRID), color=figures.ORANGE, linestyle="-", linewidth=2.6)
    (mean,) = ax.plot(GRID, P.mean(axis=0), color=figures.INK, linestyle=(0, (3, 1.5)))
    ax.set(ylim=(-2.4, 2.4), xticks=(0, 0.5, 1))
    var = P.var(axis=0, ddof=1)
    print(
        f"degree {degree}: variance {var[50]:.3f} in the middle, {var[-1]:6.3f} at the right",
        end="",
    )
    print(f" edge; over all x its median is {np.median(var):.3f}, its mean {var.mean():.3f}")
names = "truth f", "mean of 2000 fits", "40 single fits"
axes[0].legend([truth, mean, single[0]], names, loc="lower left", fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** Degree 1 is a narrow bundle around a wrong curve: bias. Degree 3 is a narrow bundle
# around the right one. Degree 7 is right on average and nearly everywhere, but whips at the edges
# whenever no training input happens to lie there. A few unlucky training sets at a few inputs make
# its mean variance, many times its median. That was the large standard error. **Expected error is
# not typical error**: say which one you report.
#
# ## The U-curve and its parts
#
# Capacity is the degree of a polynomial. In nearest neighbours it is *small* $k$: averaging $k$
# labels leaves label variance $\sigma^2/k$. Capacity grows to the right in both panels.


# %%
def knn_weights(X, k):  # training inputs (reps, n) -> S (reps, m, n): 1/k on the k nearest
    near = np.argsort(np.abs(GRID[:, None] - X[:, None, :]), axis=-1)[..., :k]
    S = np.zeros((len(X), len(GRID), N))
    np.put_along_axis(S, near, 1 / k, axis=-1)
    return S


K = np.array((25, 18, 12, 8, 5, 3, 2, 1))
labels = {"xlabel": ("degree", "neighbours k (falling)"), "ylabel": "squared error"}
left, right = figures.panels("polynomials", "nearest neighbours", sharey=True, **labels)
for ax, weights, knobs in ((left, poly_weights, np.arange(7)), (right, knn_weights, K)):
    bias2, var = np.array([parts(predictions(weights, k, 3000, seed=50)) for k in knobs]).T
    ax.plot(knobs, bias2 + var + SIGMA**2, marker="o", label="expected error")
    ax.plot(knobs, bias2, marker="s", label="bias²")
    ax.plot(knobs, var, marker="^", label="variance")
    ax.axhline(SIGMA**2, color=figures.SAND, linestyle=figures.DASHES[3], label="noise σ²")
left.legend(loc="lower left", fontsize=7)
right.plot(K, SIGMA**2 / K, color=figures.INK, linestyle="-", linewidth=0.7)
right.annotate("σ²/k", (14, 0.004))
right.set(xscale="log", yscale="log", xlim=(28, 0.9), ylim=(1e-3, 1))
figures.plain_ticks(right.xaxis, K)
plt.show()

# %% [markdown]
# **Read it.** The solid line is the sum of the other three. Left: degree 2 buys nothing, because
# $f$ is antisymmetric about the middle and even powers cannot help, yet its variance more than
# doubles. Right: bias² falls throughout, but variance is no simple ramp: it goes up, down and up
# again, and at large $k$ lies far above the thin line $\sigma^2/k$. What is the rest made of?
#
# ### Predict first: take the noise away
#
# All of these fits are weighted sums of training labels, $\hat f(x)=s(x)^\top y$, with weights
# $s(x)$ in $\mathbb{R}^n$. Set $\sigma=0$: every label exact. What share of a straight line's
# variance stays: none, a tenth, most?

# %%
knobs = [(poly_weights, k) for k in (1, 2, 3)] + [(knn_weights, k) for k in (12, 5, 1)]
print("model        variance | if σ = 0 + from labels = sum | share that needs no noise")
for weights, knob in knobs:
    var = parts(predictions(weights, knob, 4000, seed=60))[1]
    design = parts(predictions(weights, knob, 4000, seed=61, sigma=0.0))[1]
    S = weights(np.random.default_rng(62).random((4000, N)), knob)  # (reps, m, n)
    label = SIGMA**2 * (S**2).sum(axis=-1).mean()
    name = f"degree {knob}" if weights is poly_weights else f"kNN, k = {knob}"
    both = design + label
    print(f"{name:11s} {var:9.4f} | {design:8.4f} + {label:.4f} = {both:.4f} | {design / both:.0%}")

# %% [markdown]
# **Read it.** Given the inputs $X$, only labels are random. The law of total variance adds the
# rest:
#
# $$\mathrm{Var}_D\,\hat f(x)=\underbrace{\sigma^2\,\mathbb{E}_X\lVert s(x)\rVert^2}_{\text{labels}}
# +\underbrace{\mathrm{Var}_X\big(s(x)^\top f(X)\big)}_{\text{which inputs you drew}}$$
#
# A model that cannot express $f$ misfits every draw of inputs differently. **Misspecification acts
# as noise**: "variance is sensitivity to label noise" fails for the very models called high-bias.
#
# ## Two counts of parameters
#
# At the training inputs, $\hat y=Sy$. Ridge keeps the share $c_j=d_j^2/(d_j^2+\lambda)$ of singular
# direction $j$.
#
# $$\mathbb{E}[\text{fresh}-\text{training error}]=\frac{2\sigma^2}{n}\,\mathrm{tr}\,S,\quad
# \mathrm{tr}\,S=\sum_j c_j \qquad\qquad
# \text{label variance}=\frac{\sigma^2}{n}\,\mathrm{tr}\,SS^\top,\quad
# \mathrm{tr}\,SS^\top=\sum_j c_j^2$$
#
# The first, the effective degrees of freedom, predicts how far training error flatters. Test both.

# %%
x = np.sort(np.random.default_rng(70).random(N))
U, d, _ = np.linalg.svd(np.vander(2 * x - 1, 10), full_matrices=False)  # features (n, 10)
Y = f(x) + SIGMA * np.random.default_rng(71).standard_normal((20_000, N))
Y_new = np.roll(Y, 1, axis=0)  # fresh labels at the same inputs: those of another row
lams, D = np.logspace(-7, 3, 11), np.logspace(-3.5, 1, 200)
C = d**2 / (d**2 + lams[:, None])  # share kept: (11, 10)
fits = [Y @ (U * c) @ U.T for c in C]  # S = U diag(c) Uᵀ
gap = np.array([((Y_new - P) ** 2 - (Y - P) ** 2).mean() for P in fits])
var = np.array([P.var(axis=0, ddof=1).mean() for P in fits])
labels = {"xlabel": ("ridge penalty λ", "singular value d"), "ylabel": ("count", "share kept")}
left, right = figures.panels("effective parameters", "ridge and descent", log="x", **labels)
left.plot(lams, C.sum(axis=1), color=figures.INK, label="tr S")
left.plot(lams, N * gap / (2 * SIGMA**2), "o", color=figures.INK, label="from measured gap")
left.plot(lams, (C**2).sum(axis=1), color=figures.ORANGE, label="tr SSᵀ")
left.plot(lams, N * var / SIGMA**2, "^", color=figures.ORANGE, label="from measured variance")
right.plot(D, D**2 / (D**2 + 1e-3), label="ridge,\nλ = 0.001")
right.plot(D, 1 - (1 - 0.01 * D**2) ** 100_000, label="descent,\nηt = 1000")
right.plot(d, np.zeros(10), "|", color=figures.INK, markersize=10, label="the ten d")
left.legend(loc="lower left", fontsize=7), right.legend(loc="center right", fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** Left: the points, from simulated labels, lie on the lines: the coefficients count as
# fewer and fewer, and the two counts agree only where directions are kept or dropped whole (least
# squares: $p$). Right: gradient descent from zero, stopped after $t$ steps of rate $\eta$, keeps
# $1-(1-\eta d^2)^t$. With $\lambda=1/\eta t$ that is nearly ridge: **stopping early is shrinking.**
#
# ## Learning curves: what would more data buy?
#
# Now $n$ varies, inputs are drawn afresh, and each point is a median over many training sets.
# Before you look at degree 7, which has 8 coefficients: which way does its validation error go
# between $n=3$ and $n=8$?

# %%
SIZES = (3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30, 50, 100, 200)
titles = "degree 1", "degree 7, λ = 0", "degree 7, λ = 0.1"
axes = figures.panels(*titles, xlabel="examples n", ylabel="median MSE", sharey=True, log="xy")
for ax, (degree, lam) in zip(axes, ((1, 0), (7, 0), (7, 0.1)), strict=True):
    curve = []
    for n in SIZES:
        rng = np.random.default_rng(80)
        X = rng.random((400, n))
        Y = f(X) + SIGMA * rng.standard_normal(X.shape)
        U, d, Vt = np.linalg.svd(legvander(2 * X - 1, degree), full_matrices=False)
        w = ((np.einsum("rnk,rn->rk", U, Y) * d / (d**2 + lam))[:, None] @ Vt)[:, 0]  # (400, p)
        train = np.einsum("rnp,rp->rn", legvander(2 * X - 1, degree), w) - Y
        val = w @ legvander(2 * GRID - 1, degree).T - f(GRID)
        curve.append((np.median((train**2).mean(1)), np.median((val**2).mean(1)) + SIGMA**2))
    ax.plot(SIZES, np.array(curve)[:, 1], marker="o", label="validation")
    ax.plot(SIZES, np.array(curve)[:, 0], marker="s", label="training")
    ax.axhline(SIGMA**2, color=figures.SAND, linestyle=figures.DASHES[3], label="noise σ²")
    ax.set(ylim=(1e-2, 3e4)), figures.plain_ticks(ax.xaxis, (3, 8, 30, 200))
ax.legend()
plt.show()

# %% [markdown]
# **Read it.** Left: the curves meet early, far above the floor. That is bias, *or noise*: without
# the dash-dotted floor you could not tell, so get one (repeated labels, human error). Middle: a gap
# that closes from above is variance, and more data will help. But left of the peak more data
# **hurts**, by orders of magnitude, until $n$ passes the number of coefficients. Right: a touch of
# ridge removes the peak. Keep the question for the end.
#
# ## Validation below training is not a bug
#
# Trainers log the two differently: training loss with dropout on, the penalty added, averaged over
# weights that were still moving. Undo these one at a time.


# %%
def g(X):  # the truth from here on: inputs (..., 20) -> (...)
    return np.sin(X[..., 0]) + np.abs(X[..., 1]) / 2


def features(X, W):  # (..., n, 20), (..., 20, width) -> (..., n, width): a layer of random ReLUs
    return np.maximum(X @ W, 0) / np.sqrt(20 * W.shape[-1])


def sgd(A, y, rng, epochs, lr, keep=1.0, lam=0.0):  # after each epoch: weights, loss, penalty
    w = np.zeros(A.shape[1])
    for _ in range(epochs):
        logged = []
        for rows in rng.permutation(len(y)).reshape(-1, 16):
            M = A[rows] * (rng.random((16, len(w))) < keep) / keep  # dropout before the last layer
            logged.append((np.mean((M @ w - y[rows]) ** 2), lam * w @ w))
            w = w - lr * (M.T @ (M @ w - y[rows]) / 16 + lam * w)
        yield w, *np.mean(logged, axis=0)  # averaged while w was moving, as trainers log it


# %%
rng = np.random.default_rng(90)
X, W = rng.standard_normal((3400, 20)), rng.standard_normal((20, 400))
A, y = features(X, W), g(X) + SIGMA * rng.standard_normal(3400)
A, y, A_val, y_val = A[:400], y[:400], A[400:], y[400:]
row = "{:5d} | {:9.3f} | {:11.3f} | {:13.3f} | {:.3f} ± {:.3f}      || {:.3f} ± {:.3f}"
print("epoch | as logged | less penalty | fixed weights | no dropout ± s.e.   || validation ± s.e.")
for epoch, (w, loss, penalty) in enumerate(sgd(A, y, rng, 40, lr=1.0, keep=0.5, lam=3e-3), 1):
    if epoch in (1, 10, 40):
        M = A * (rng.random((20, *A.shape)) < 0.5) / 0.5  # 20 draws of dropout, weights at rest
        on, off, val = (M @ w - y) ** 2, (A @ w - y) ** 2, (A_val @ w - y_val) ** 2
        spread = [(part.mean(), part.std() / len(part) ** 0.5) for part in (off, val)]
        print(row.format(epoch, loss + penalty, loss, on.mean(), *spread[0], *spread[1]))

# %% [markdown]
# **Read it.** Every row starts with validation far below the logged loss; from epoch 10 on it ends
# with training lowest, where theory wants it. Same weights, same data: only the bookkeeping
# changed. In epoch 1 little is memorised, and the last two columns differ by **the split**, within
# two standard errors: the fourth innocent cause. Look for leakage *after* these.
#
# ## Early stopping
#
# Averages over several runs on few examples, with a small validation set and no penalty.
# "Patience" is how many epochs in a row without a new best you sit through. So the epoch at which
# you stop is never the best one: keep the best weights.

# %%
runs, epochs = [], np.arange(200)
for seed in range(20):
    rng = np.random.default_rng(100 + seed)
    X, W = rng.standard_normal((1140, 20)), rng.standard_normal((20, 400))
    A, y = features(X, W), g(X) + SIGMA * rng.standard_normal(1140)
    sets = [(A[s], y[s]) for s in (slice(80), slice(80, 140), slice(140, None))]
    fits = [w for w, *_ in sgd(*sets[0], rng, 200, lr=3.0)]
    runs.append([[np.mean((B @ w - t) ** 2) for B, t in sets] for w in fits])
_, val, test = np.moveaxis(runs, -1, 0)  # (20 runs, 200 epochs); next: the best epoch so far
best = np.maximum.accumulate(epochs * (val == np.minimum.accumulate(val, axis=1)), axis=1)
row = "patience {:2d}: best epoch {:.0f}, stop {:.0f}; test MSE at best {:.3f}, at stop {:.3f}"
for patience in (5, 20, 60):
    stop = np.argmax((epochs - best >= patience) | (epochs == 199), axis=1)
    at = np.array([(best[r, e], e, test[r, best[r, e]], test[r, e]) for r, e in enumerate(stop)])
    print(row.format(patience, *at.mean(axis=0)))
(ax,) = figures.panels("one run, patience 60", xlabel="epoch", ylabel="MSE", size=(5.0, 2.8))
ax.plot(epochs, runs[4], label=("training", "validation", "test"))
ax.vlines(at[4, :2], 0, 0.6, color=figures.INK, linewidth=0.8, label="best and stop")
ax.set(ylim=(0, 0.6)), ax.legend(ncols=2)
plt.show()

# %% [markdown]
# **Read it.** Validation bottoms out, then creeps up with test error while training error falls.
# The longer the patience, the more it costs to forget to go back. Where ridge has $\lambda$, this
# model has $1/\eta t$.
#
# ### Predict first: through the wall
#
# No penalty, no stopping: the minimum-norm fit to $n$ examples on random features $\phi$. With
# $\Phi=\sum_j d_j u_jv_j^\top$, label noise along $u_j$ reaches a prediction divided by $d_j$:
#
# $$\lVert s(x)\rVert^2=\sum_j \big(v_j^\top\phi(x)\big)^2/d_j^2$$
#
# Sketch test error against width, from far below $n$ to far above. Where is it worst? Does the
# widest beat the best below $n$? And on fresh labels at the *training* inputs?

# %%
n, table, rng = 80, [], np.random.default_rng(200)
WIDTHS = (4, 8, 16, 24, 32, 40, 52, 64, 72, 77, 80, 83, 88, 96, 112, 136, 160, 240, 400, 640)
row = "{:5d} | {:10.3f} | {:5.2f} + {:14.2f} | {:10.2f} | {:8.2f}, {:.0%} of it from one draw in 60"
print("width | smallest d | bias² + label variance | median MSE | mean MSE")
for width in WIDTHS:  # 60 draws of inputs X, test inputs T and random features W
    X, T, W = (rng.standard_normal((60, *shape)) for shape in ((n, 20), (100, 20), (20, width)))
    U, d, Vt = np.linalg.svd(features(X, W), full_matrices=False)
    A, risk = features(T, W) @ Vt.swapaxes(1, 2), []
    for lam in (0, 0.03, 0.1, 0.3, 1):
        S = A * (d / (d**2 + lam))[:, None] @ U.swapaxes(1, 2)  # (60, 100, n)
        bias2 = (np.einsum("rmn,rn->rm", S, g(X)) - g(T)) ** 2  # given X and W
        label = SIGMA**2 * (S**2).sum(axis=-1)  # no simulation needed
        risk.append([e.mean(axis=1) for e in (bias2 + label + SIGMA**2, bias2, label)])
    fit = np.einsum("rnk,rmk,rm->rn", U, U, g(X), optimize=True)  # at the training inputs
    at_inputs = ((g(X) - fit) ** 2).mean(axis=1) + SIGMA**2 * (1 + min(width, n) / n)
    mid, mse = np.median(risk, axis=2), risk[0][0]
    table.append((mid[0, 0], mid[1:, 0].min(), np.median(at_inputs), n * mid[0, 2] / SIGMA**2))
    if width in (24, 72, 80, 88, 160, 640):
        tail = mse.mean(), mse.max() / mse.sum()
        print(row.format(width, np.median(d[:, -1]), *mid[0, [1, 2, 0]], *tail))

# %%
error, ridge, at_inputs, count = np.array(table).T
labels = "features (width)", "effective parameters  n · mean‖s(x)‖²"
options = {"ylabel": "median MSE", "sharey": True, "size": (6.0, 3.4), "log": "xy"}
left, right = figures.panels("by width", "by effective parameters", xlabel=labels, **options)
left.axvline(n, color=figures.INK, linewidth=0.6, linestyle="-")
left.plot(WIDTHS, error, marker=".", label="minimum norm")
left.plot(WIDTHS, ridge, label="best ridge")
left.plot(WIDTHS, at_inputs, label="at training inputs")
under = np.array(WIDTHS) <= n
right.plot(count[under], error[under], marker="o", label="width ≤ n")
right.plot(count[~under], error[~under], marker="s", label="width > n")
for width, shift in ((4, (0, 7)), (24, (-6, 7)), (80, (-20, -2)), (160, (7, -6)), (640, (-4, -12))):
    at = count[WIDTHS.index(width)], error[WIDTHS.index(width)]
    right.annotate(f"{width}", at, xytext=shift, textcoords="offset points", fontsize=8)
left.set(ylim=(0.13, 150))
figures.plain_ticks(left.xaxis, (4, 24, 80, 640))
figures.plain_ticks(left.yaxis, (0.2, 1, 10, 100))
left.legend(loc="upper left", fontsize=7), right.legend(loc="upper left", fontsize=7)
print(f"best of four ridges no worse than minimum norm: at {np.mean(ridge <= error):.0%} of widths")
plt.show()

# %% [markdown]
# **Read it.** Left: the peak stands at width $=n$ (thin rule), where the smallest $d$ nearly
# vanishes; the second descent ends below the first. Ridge, tuned on test error at each width, has
# no peak. Nor has the dotted line: the same fits, fresh labels at training inputs, label variance
# $\sigma^2\min(\text{width},n)/n$. The peak is about inputs **in between**. Right: the same errors
# against $n\lVert s\rVert^2$. Past $n$ the path **folds back**: more features, *fewer* effective
# parameters. Width is not capacity.
#
# ## Where it breaks
#
# The same sweep with the textbook formula $(\Phi^\top\Phi)^{-1}\Phi^\top y$. Above width $n$ that
# matrix is singular. Will NumPy say so? Watch *training* error, which must be zero there: check it
# before you explain any such curve.

# %%
rng = np.random.default_rng(300)
X, T = rng.standard_normal((80, 20)), rng.standard_normal((1000, 20))
y, curves = g(X) + SIGMA * rng.standard_normal(80), []
for width in WIDTHS:
    W = np.random.default_rng(width).standard_normal((20, width))
    Phi, Phi_T = features(X, W), features(T, W)
    fits = np.linalg.lstsq(Phi, y, rcond=None)[0], np.linalg.inv(Phi.T @ Phi) @ (Phi.T @ y)
    curves.append([(np.mean((Phi @ w - y) ** 2), np.mean((Phi_T @ w - g(T)) ** 2)) for w in fits])
curves = np.array(curves)  # (widths, 2 solvers, training and test)
axes = figures.panels("training", "test (no noise)", xlabel="width", ylabel="MSE", log="xy")
for i, ax in enumerate(axes):
    ax.axvline(80, color=figures.INK, linewidth=0.6, linestyle="-")
    ax.plot(WIDTHS, curves[:, 0, i], marker="o", label="lstsq(Φ, y)")
    ax.plot(WIDTHS, curves[:, 1, i], marker="s", label="inv(ΦᵀΦ) @ Φᵀy")  # rounding: yours differs
    figures.plain_ticks(ax.xaxis, (4, 24, 80, 640))
axes[1].legend(loc="upper left"), plt.show()
ours, inverse = curves[np.array(WIDTHS) > 80, :, 0].T  # no exception, no warning, and yet
print(f"widths above n: training MSE of lstsq below 1e-20 at each: {(ours < 1e-20).all()};", end="")
print(f" of the inverse above 1 somewhere: {(inverse > 1).any()}")

# %% [markdown]
# ## Say it in 60 seconds
#
# "Expected squared error is noise plus squared bias plus variance: an identity, which I can measure
# by retraining. Many models are weighted sums of training labels. Label variance is $\sigma^2$
# times the squared length of those weights, and misspecification adds variance without any noise.
# Ridge and early stopping shorten the weights. As width reaches $n$, the smallest singular value
# vanishes and they explode; beyond, the minimum-norm fit shortens them again. So counting
# parameters settles nothing. I would train on two disjoint halves: half the mean squared
# disagreement is variance, the mean product of residuals is bias² plus noise. Large variance wants
# data, shrinkage or averaging; large bias wants better features."

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. Is it a trade-off, or a decomposition?</summary>
#
# The decomposition is algebra: it holds for every learner under squared loss. The trade-off is an
# empirical claim about **one path** through models. In this lesson it failed three times: from
# degree 1 to 2 variance rose and bias² did not fall; kNN's variance is not monotone in $k$; beyond
# the threshold both fell together (see the table). More data, better features and averaging also
# cut one term without paying in the other.
#
# </details>
#
# <details><summary>2. Does it hold for 0–1 loss? For log loss?</summary>
#
# *0–1 loss, two classes, no noise.* Let $m$ be the majority vote over training sets, $B\in\{0,1\}$
# whether $m$ is wrong, $V=P_D(\hat y_D\neq m)$. If $m$ is right the error is $V$; if it is wrong,
# $1-V$. So the error is $B+V-2BV$: nothing is additive, and **variance helps where you are biased**
# (Domingos 2000). A badly biased probability costs nothing while it stays on the right side of ½
# (Friedman 1997).
#
# *Log loss.* There is an exact version if you average in log space. With $\bar
# q\propto\exp\mathbb{E}_D\log q_D$:
#
# $$\mathbb{E}_D\,\mathrm{KL}(p\,\Vert\,q_D)=\mathrm{KL}(p\,\Vert\,\bar q)+
# \mathbb{E}_D\,\mathrm{KL}(\bar q\,\Vert\,q_D)$$
#
# The "average model" is then the one that averages logits, not probabilities.
#
# </details>
#
# <details><summary>3. Why does an ensemble cut only one term, and what is its floor?</summary>
#
# Members drawn alike have the same mean, hence the same bias. With variance $v$ and pairwise
# correlation $\rho$, the average of $B$ of them has variance $\rho v+(1-\rho)v/B$: floor $\rho v$.
# Where $\rho$ comes from is again the law of total variance,
#
# $$v=\mathrm{Var}_D\,\mathbb{E}[\hat f\mid D]+\mathbb{E}_D\,\mathrm{Var}[\hat f\mid D].$$
#
# Averaging over seeds removes the second part only; the first is what members share, the training
# set. Forests lower $\rho$ by hiding features, and pay in $v$ and bias. Boosting is another animal:
# its members are not drawn alike, and it cuts bias.
#
# </details>
#
# <details><summary>4. What does more data fix, and when does it hurt?</summary>
#
# For a fixed model it shrinks variance, in the end as $1/n$. It touches neither noise nor the bias
# of the class, but it raises the capacity that you can afford. It **hurts** an unpenalised
# interpolator that is about to stop interpolating, as in the middle learning curve (for deep
# networks: Nakkiran et al. 2020). Cures: a penalty, or *much* more data. And data from elsewhere
# changes $f$.
#
# </details>
#
# <details><summary>5. How do you measure bias in production, where f is unknown?</summary>
#
# Train two models on disjoint halves. On each labelled test example, with residuals $a$ and $b$,
#
# $$\tfrac12(a^2+b^2)=ab+\tfrac12(a-b)^2 \quad\text{exactly.}$$
#
# The last term averages to the **variance**, and $ab$ to **bias² + noise**, because the models are
# independent. Split those two with repeated labels at the same input:
# $\tfrac12\mathbb{E}(y-y')^2=\sigma^2$. Without repeats you cannot, and should say so. Cautions:
# halves tell you the variance at $n/2$; with $R$ models, (mean prediction − $y$)² is too large by
# variance$/R$ (Kohavi & Wolpert 1996 correct the same error); retraining on the *same* data with
# new seeds shows only the seeds' part.
#
# </details>
#
# <details><summary>6. What does dropout do to the two terms?</summary>
#
# Take a linear layer, squared loss, keep probability $p$, inverted scaling. Averaged over masks
# $M$,
#
# $$\mathbb{E}\lVert y-(\Phi\circ M)w\rVert^2=\lVert y-\Phi w\rVert^2+\frac{1-p}{p}\sum_j
# \lVert\phi_j\rVert^2w_j^2,$$
#
# where $\phi_j$ is column $j$. That is ridge, with a penalty in proportion to each feature's
# energy: shorter $s(x)$, so less label variance, more bias. Beyond linear models it holds to first
# order (Wager, Wang & Liang 2013). The extra term is also what lifted the logged training loss.
#
# </details>
#
# <details><summary>7. Why tr S for the gap, but tr SSᵀ for the variance?</summary>
#
# The gap is $\frac2n\sum_i\mathrm{Cov}(\hat y_i,y_i)$: how far each label pulls **its own**
# prediction, the diagonal of $S$. Variance is how far **all** labels shake each prediction, the
# squared rows. A projection has $S=SS^\top$, and kNN has $n/k$ for both, so the common examples
# hide the difference. Both counts are taken *at the training inputs*, like AIC and $C_p$, and so
# they cannot see the peak (Rosset & Tibshirani 2020 work out the other case). At new inputs use
# $\lVert s(x)\rVert^2$ there (Curth et al. 2023).
#
# </details>
#
# <details><summary>8. How high is the double-descent peak?</summary>
#
# As high as you are patient. The smallest singular value of a square Gaussian matrix has a density
# that is positive at 0 (Edelman 1988), so $\mathbb{E}[1/d_{\min}^2]=\infty$; for Gaussian features
# the expected label variance is infinite at widths $n-1$, $n$ and $n+1$, and $\sigma^2p/(n-p-1)$
# below. A plotted *mean* at the threshold shows the number of repeats: look again at how much of it
# one draw made. Report medians. That some peak must be there is nearly independent of the features
# (Holzmüller 2020).
#
# </details>
#
# <details><summary>9. So why do huge networks generalise? What did this lesson not show?</summary>
#
# It showed that fitting every label need not mean a long $s(x)$. It did not show that interpolating
# is *good*: tuned ridge did at least as well, and for linear regression on isotropic inputs it
# provably has no peak (Nakkiran et al. 2021). Nor is variance one thing: labels, inputs and
# initialisation each have a share, and what peaks depends on what you average over (d'Ascoli et al.
# 2020); the bias² in the table is *given* inputs and features, which is why it peaks too. And
# random features are fixed. A network that learns its features moves $S$ with the labels, so
# $\sigma^2\lVert s\rVert^2$ no longer suffices. Retraining still measures the sum.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
