# %% [markdown]
# # {{title}}
#
# > "Why does L1 give you sparse weights and L2 not? … Good, everybody draws me that diamond. Now
# > change one thing: make the ball a cube. It has corners too. Is it sparse?"
#
# The diamond is where most answers end. Here the zeros of L1 are derived in three ways that must
# agree, two popular reasons are refuted by measurement ("it shrinks more", "the Laplace prior likes
# zeros"), and one thread runs through the rest: **a penalty is a price, and what matters is the
# price of the first step away from zero.**

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures

figures.use_style()

# %% [markdown]
# ## First way: the kink
#
# With orthonormal columns the problem falls apart into one for each weight. $z$ is its
# least-squares value:
#
# $$\tfrac12(w-z)^2+\lambda\lvert w\rvert\ \Rightarrow\ w=\operatorname{sign}(z)\max(\lvert
# z\rvert-\lambda,0),\qquad \tfrac12(w-z)^2+\tfrac\lambda2w^2\ \Rightarrow\ w=\frac{z}{1+\lambda}$$
#
# At $w=0$ the loss pulls with $\lvert z\rvert$. The L1 penalty holds against it with any force up
# to $\lambda$ (its subdifferential at 0 is the interval $[-\lambda,\lambda]$), so a whole
# **interval** of $z$ ends at 0. L2 holds with $\lambda w=0$: only $z=0$ ends there.
#
# ### Predict first: who takes more?
#
# $\lambda=1$. From $z=3$, does L1 or L2 take more? From $z=0.5$? Where do they tie?


# %%
def soft(z, lam):
    return np.sign(z) * np.maximum(np.abs(z) - lam, 0)


w, z = np.linspace(-0.6, 1.4, 201), np.linspace(-4, 4, 401)
labels = {"xlabel": ("weight w", "least-squares value z"), "ylabel": ("objective", "what is left")}
left, right = figures.panels("z = 0.5, λ = 1", "minimisers, λ = 1", size=(6.0, 2.9), **labels)
for penalty, best, name in ((np.abs(w), 0.0, "L1"), (w**2 / 2, 0.25, "L2")):
    curve = (w - 0.5) ** 2 / 2 + penalty
    (line,) = left.plot(w, curve, label=name)
    left.plot(best, np.interp(best, w, curve), "o", color=line.get_color())
right.plot(z, soft(z, 1), label="L1: z − λ, or 0")
right.plot(z, z / 2, label="L2: z / (1 + λ)")
right.plot(z, z, label="no penalty", linewidth=0.9)
right.axvline(2, color=figures.INK, linestyle="-", linewidth=0.5)
left.legend(), right.legend(loc="upper left", fontsize=7)
for value in (0.5, 2.0, 3.0):
    print(f"z = {value}: L1 takes {value - soft(value, 1):.2f}, L2 takes {value / 2:.2f}")
plt.show()

# %% [markdown]
# **Read it.** Left: the L1 objective (solid) has its minimum *in* a kink at 0; L2 (dashed) is
# smooth, with a minimum beside it. Right: L1 cuts out an interval and then runs parallel to the
# diagonal; L2 turns the line. Beyond $z=1+\lambda$ (thin rule) **L2 takes more**, without limit.
# "L1 is sparse because it shrinks more" is false for every large weight: what matters is whether
# the pull *fades* on the way to zero.
#
# ## Second way: the corner, and what a cube does
#
# Keep $w$ in a ball and project $z$ onto it. A corner is hit by *all* $z$ in its normal cone, a set
# with positive area. Shaded: every $z$ that lands in a corner.

# %%
axes = figures.panels("L1", "L2", "L∞", xlabel="w₁", ylabel="w₂", sharey=True, size=(6.0, 2.4))
grid = np.linspace(-2.6, 2.6, 521)
A, B = np.abs(np.meshgrid(grid, grid))
corner = np.abs(A - B) >= 1, np.zeros_like(A, bool), (A >= 1) & (B >= 1)
t = np.linspace(0, 2 * np.pi, 401)
circle = np.array([np.cos(t), np.sin(t)])
for ax, p, hit in zip(axes, (1, 2, np.inf), corner, strict=True):
    ax.contourf(grid, grid, hit, levels=[0.5, 1.5], colors=[figures.SAND], alpha=0.55)
    ball = circle / np.linalg.norm(circle, ord=p, axis=0)
    ax.fill(*ball, facecolor="white", edgecolor=figures.INK, linewidth=1.4)
    target = np.array([2.2, 0.7])
    w = {1: np.array([1.0, 0.0]), 2: target / np.linalg.norm(target)}.get(p, target.clip(-1, 1))
    ax.plot(*(target[:, None] + np.linalg.norm(w - target) * circle), linewidth=0.9, linestyle="--")
    ax.plot(*target, "s", *w, "o", color=figures.BLUE)
    ax.set(aspect="equal", xlim=(-2.6, 2.6), ylim=(-2.6, 2.6), xticks=(-2, 0, 2), yticks=(-2, 0, 2))
plt.show()

# %% [markdown]
# **Read it.** The square is the same $z$ three times; the circle around it is the level line of the
# loss that just touches the ball, at the dot. L1: a wide band of $z$ ends *exactly* in the corner
# $(1,0)$. L2: no corner, no band. L∞: corners and wide bands, but the corners are at $(\pm1,\pm1)$,
# so what you get are weights of **equal size**, and none is zero. Corners are half of the reason;
# the other half is that L1's corners lie *on the axes*.
#
# ### Predict first: round the corner a little
#
# Replace $\lvert w\rvert$ by $\lvert w\rvert^{1.1}$, a ball that looks like the diamond. What share
# of weights will be exactly zero?


# %%
def power_minimiser(size, lam, p):
    """Minimise (w - size)²/2 + lam wᵖ over w ≥ 0, by bisection for log w down to 1e-300."""
    low, high = np.full_like(size, -690.0), np.log(size)
    zero = size <= lam * p * np.exp(low * (p - 1))  # the price of the first bit
    for _ in range(60):
        middle = (low + high) / 2
        too_far = np.exp(middle) - size + lam * p * np.exp(middle * (p - 1)) > 0
        low, high = np.where(too_far, low, middle), np.where(too_far, middle, high)
    return np.where(zero, 0.0, np.exp(high))


z = np.abs(np.random.default_rng(0).standard_normal(2000))
print("   p |    λ | mean |w| left | exactly 0 | below 0.001 | below 0.1")
for p in (1.0, 1.1, 1.5, 2.0):
    lams = np.geomspace(0.5, 1.5, 60)  # take the λ that leaves a mean of 0.27
    lam = min(lams, key=lambda lam: abs(power_minimiser(z, lam, p).mean() - 0.27))
    w = power_minimiser(z, lam, p)
    shares = np.mean(w == 0), np.mean(w < 1e-3), np.mean(w < 0.1)
    print(f"{p:4.1f} | {lam:4.2f} | {w.mean():13.2f} | {shares[0]:9.0%} |", end="")
    print(f" {shares[1]:11.0%} | {shares[2]:9.0%}")

# %% [markdown]
# All four rows shrink by about as much in the mean. Only $p=1$ has zeros. At $p=1.1$ many weights
# are tiny and none is zero: its derivative $1.1\,\lambda w^{0.1}$ still fades to 0, only late.
# Sparsity is not a matter of degree but of the derivative **at** zero.
#
# ## Third way: the price of a feature
#
# Now any $X$ [n, d]. Minimise $\frac1{2n}\lVert y-Xw\rVert^2+\lambda\lVert w\rVert_1$, with
# residual $r=y-Xw$. At the minimum
#
# $$\frac{\lvert x_j^\top r\rvert}n=\lambda\ \text{ if } w_j\ne0,\qquad\frac{\lvert x_j^\top
# r\rvert}n\le\lambda\ \text{ if } w_j=0.$$
#
# The left side is what the first bit of $w_j$ would *earn*, λ is what it *costs*. Who earns less
# than the price stays out. Under L2 the first bit is free, so everybody is in.


# %%
def lasso(gram, target, lam, w, sweeps=300):
    """Coordinate descent from w (changed in place); gram = XᵀX/n, target = Xᵀy/n."""
    for _ in range(sweeps):
        for j in range(len(w)):
            rho = target[j] - gram[j] @ w + gram[j, j] * w[j]
            w[j] = np.sign(rho) * max(abs(rho) - lam, 0) / gram[j, j]
    return w


rng = np.random.default_rng(1)
n, truth = 60, np.array([3.0, -2.0, 1.0, 0.0, 0.0, 0.0])
X = rng.standard_normal((n, 6)) + 0.7 * rng.standard_normal((n, 1))
X = (X - X.mean(0)) / X.std(0)
y = X @ truth + rng.standard_normal(n)
y -= y.mean()
gram, target = X.T @ X / n, X.T @ y / n
lams, w = np.geomspace(5, 0.02, 80), np.zeros(6)
l1 = np.array([lasso(gram, target, lam, w).copy() for lam in lams])  # (80, 6), warm starts
l2 = np.array([np.linalg.solve(gram + lam * np.eye(6), target) for lam in lams])
earns = np.abs(X.T @ (y[:, None] - X @ l1.T)).T / n  # (80, 6): what the next bit would earn

# %%
names = "lasso weights", "ridge weights", "lasso: earning |xᵀr|/n"
ylabels = "weight", "weight", "earning"
axes = figures.panels(*names, xlabel="price λ", ylabel=ylabels, size=(6.0, 2.8))
for ax, values in zip(axes, (l1, l2, earns), strict=True):
    ax.set(xscale="log", xlim=(5, 0.02))
    for j in range(6):
        real = truth[j] != 0
        style = {"color": figures.INK, "linestyle": "-"} if real else {"color": figures.ORANGE}
        ax.plot(lams, values[:, j], **({"linestyle": (0, (3, 1.2)), "linewidth": 1.1} | style))
    figures.plain_ticks(ax.xaxis, (5, 1, 0.2, 0.05))
axes[2].plot(lams, lams, color=figures.SAND, linestyle="-", linewidth=5, alpha=0.5, zorder=0)
axes[2].set(yscale="log", ylim=(0.002, 5))
for lam in (2.0, 0.5, 0.1):
    i = np.argmin(np.abs(lams - lam))
    equal = np.isclose(earns[i], lams[i], rtol=1e-6).sum()
    print(f"λ = {lams[i]:.2f}: not 0 in ridge {(l2[i] != 0).sum()}, in lasso", end="")
    print(f" {(l1[i] != 0).sum()}; columns that earn exactly λ: {equal}")
plt.show()

# %% [markdown]
# **Read it.** λ falls to the right. Solid: the three true features; dashed: the three that do
# nothing. Left, lasso weights leave zero one after another; middle, ridge weights are all non-zero
# from the start. Right, the reason: a column's earning drifts until it meets the price (broad line)
# and then **sticks to it**. All bought columns earn exactly the same. The printed counts agree: not
# zero ⇔ earns λ. Kink, corner and price are one statement: *a dead zone of positive size at zero*.
#
# ## A reason that fails: the Laplace prior
#
# "L1 is a Laplace prior, and it believes in zeros." It gives $P(w=0)=0$, like any density. Watch
# what Bayes does with it.

# %%
w = np.linspace(-12, 12, 240_001)
print("   z | posterior mode | posterior mean | P(|w| < 0.01)")
for z in (0.3, 0.8, 1.5, 4.0):
    log_posterior = -((w - z) ** 2) / 2 - np.abs(w)  # noise variance 1, λ = 1
    density = np.exp(log_posterior - log_posterior.max())
    density /= density.sum()
    mode, mean = w[density.argmax()], density @ w
    near = density[np.abs(w) < 0.01].sum()
    print(f"{z:4.1f} | {abs(mode):14.2f} | {mean:14.2f} | {near:.3f}")

# %% [markdown]
# The mode is the soft threshold, exact zeros included. The posterior **mean** is never zero, and
# the posterior has almost no mass near it: this prior does not believe in sparsity. The zeros come
# from *maximising*, not from Bayes. A prior that means "zero" needs an atom there (spike and slab).
#
# ## Collinear features
#
# ### Predict first: twins
#
# Two features with correlation 0.99, both with true weight 1, $n=50$. Over 400 data sets, plot the
# fitted pairs $(w_1,w_2)$. What shape is the cloud of least squares, of ridge, of lasso?

# %%
rng = np.random.default_rng(2)
fits = {"least squares": [], "ridge": [], "lasso": []}
for _ in range(400):
    X = np.sqrt(0.99) * rng.standard_normal((50, 1)) + 0.1 * rng.standard_normal((50, 2))
    y = X @ np.ones(2) + rng.standard_normal(50)
    gram, target = X.T @ X / 50, X.T @ y / 50
    fits["least squares"].append(np.linalg.solve(gram, target))
    fits["ridge"].append(np.linalg.solve(gram + 0.1 * np.eye(2), target))
    fits["lasso"].append(lasso(gram, target, 0.1, np.zeros(2), sweeps=500))
axes = figures.panels(*fits, xlabel="w₁", ylabel="w₂", sharey=True, size=(6.0, 2.5))
print("              | sd of w₁ | of w₁+w₂ | one weight exactly 0 | excess test MSE")
for ax, (name, pairs) in zip(axes, fits.items(), strict=True):
    P = np.array(pairs)
    ax.plot(*P.T, "o", color=figures.BLUE, markersize=2, alpha=0.45)
    ax.plot(1, 1, "x", color=figures.INK, markersize=9, markeredgewidth=2)
    ax.set(aspect="equal", xlim=(-3.2, 5.2), ylim=(-3.2, 5.2))
    excess = np.mean((P - 1).sum(1) ** 2 * 0.99 + ((P - 1) ** 2).sum(1) * 0.01)
    one = np.mean((P == 0).any(1))
    print(f"{name:13s} | {P[:, 0].std():8.2f} | {P.sum(1).std():9.2f} | {one:20.0%} | {excess:.3f}")
plt.show()

# %% [markdown]
# **Read it.** The cross is the truth. Least squares: a streak along $w_1+w_2=2$; the sum is known
# well, the difference hardly. Ridge contracts the streak to the middle, for it pays least when
# twins *share*. Lasso stays on the streak, cut off at the axes: between the axes every split costs
# the same $\lvert w_1\rvert+\lvert w_2\rvert$, so **noise chooses**, and in a third of all data
# sets it deletes a feature that is as true as the one it keeps. Test error hardly cares: prediction
# is fine, *attribution* is not.
#
# Why ridge knows: in singular directions it keeps the share $d_j^2/(d_j^2+n\lambda)$.

# %%
X = np.sqrt(0.99) * rng.standard_normal((50, 1)) + 0.1 * rng.standard_normal((50, 2))
d = np.linalg.svd(X, compute_uv=False)
kept = d**2 / (d**2 + 50 * 0.1)
for i, name in enumerate(("sum of the twins", "difference")):
    print(f"{name:16s}: d = {d[i]:.2f}, least-squares sd {1 / d[i]:.2f}, ridge keeps {kept[i]:.0%}")
r2 = np.corrcoef(X.T)[0, 1] ** 2
print(f"VIF 1/(1−R²) = {1 / (1 - r2):.0f}: the variance of each weight is that many times larger")
a, b = rng.standard_normal((2, 5000))
triple = np.column_stack([a, b, a + b + 0.1 * rng.standard_normal(5000)])
R = np.corrcoef(triple.T)
vifs = np.diag(np.linalg.inv(R))
print(f"a, b and a + b: largest pairwise correlation {np.abs(R - np.eye(3)).max():.2f},", end="")
print(f" VIFs {vifs[0]:.0f}, {vifs[1]:.0f}, {vifs[2]:.0f}")

# %% [markdown]
# Ridge takes away what the data do not know: nearly nothing from the sum, most of the difference.
# The last line is why one looks at VIFs and not at the correlation matrix: three columns can be
# redundant while no pair looks alarming.
#
# ## Logistic regression: why log loss, and where it overflows
#
# With logit $z=x^\top w+b$, $p=\sigma(z)$ and label $y\in\{0,1\}$:
#
# $$\frac{\partial}{\partial z}\underbrace{-\log p(y)}_{\text{log loss}}=p-y,\qquad
# \frac{\partial}{\partial z}\underbrace{\tfrac12(p-y)^2}_{\text{squared}}=(p-y)\,p(1-p).$$
#
# The factor $p(1-p)$ is the slope of the sigmoid; log loss cancels it.
# **Predict:** how many steps of size 1 does a model need from $z=-10$, label 1, to get it right?

# %%
z = np.linspace(-12, 6, 361)
p = 1 / (1 + np.exp(-z))
titles, ylabels = ("loss of a label 1", "size of its gradient in z"), ("loss", "|gradient|")
left, right = figures.panels(*titles, xlabel="logit z", ylabel=ylabels, size=(6.0, 2.7))
curves = (np.logaddexp(0, -z), (p - 1) ** 2 / 2), (1 - p, (1 - p) * p * (1 - p))
for ax, (log_part, squared) in zip((left, right), curves, strict=True):
    ax.plot(z, log_part, label="log loss")
    ax.plot(z, squared, label="squared error of p")
right.set(yscale="log", ylim=(1e-6, 3)), left.legend()
for name, gradient in (("log loss", lambda p: p - 1), ("squared", lambda p: (p - 1) * p * (1 - p))):
    z, steps = -10.0, 0
    while z < 0:
        z, steps = z - gradient(1 / (1 + np.exp(-z))), steps + 1
    print(f"{name}: {steps} steps of size 1 from z = −10 to z > 0")
plt.show()

# %% [markdown]
# **Read it.** Left: log loss rises with a straight line for wrong answers; squared error flattens
# at ½ and is not convex. Right, on a log scale: log loss pulls with nearly 1 wherever the model is
# wrong; squared error pulls less the *more* wrong it is. One step of size 1 moves $z$ by the
# gradient, hence the counts.
#
# ### Predict first: which of these break?
#
# Label 1, float32 and float64. Three ways to the same loss: log of $e^z/(1+e^z)$; log of
# $1/(1+e^{-z})$; and $\log(1+e^{-z})$ with `log1p` and the exponential of $-\lvert z\rvert$ only.


# %%
def stable(z):
    return np.maximum(-z, 0) + np.log1p(np.exp(-np.abs(z)))


ways = {
    "exp(z)/(1+exp(z))": lambda z: -np.log(np.exp(z) / (1 + np.exp(z))),
    "1/(1+exp(-z))": lambda z: -np.log(1 / (1 + np.exp(-z))),
    "from the logit": stable,
}
print("dtype    z      " + "".join(f"{name:>20s}" for name in ways))
for dtype in (np.float32, np.float64):
    for z in (-1000, -95, 18, 40, 1000):
        with np.errstate(all="ignore"):
            row = [float(way(dtype(z))) for way in ways.values()]
        print(f"{dtype.__name__:8s}{z:6d}  " + "".join(f"{value + 0.0:20.4g}" for value in row))

# %% [markdown]
# At $z=-1000$ both ways through $p$ give inf; the second does in float32 at $-95$ already. At
# $z=1000$ the first is NaN although the model is *right*. The second's sigmoid is fine everywhere;
# its **log** is not. Work from the logit, and keep `exp` away from positive arguments.
#
# ## What dropout and label smoothing charge for
#
# Inverted dropout on the inputs of a linear model, drop probability $p$, in expectation over masks:
#
# $$\mathbb E\lVert y-\tilde Xw\rVert^2=\lVert y-Xw\rVert^2+\frac p{1-p}\sum_j\lVert
# x_j\rVert^2w_j^2$$
#
# Ridge with a price of its own for each column. **Predict:** one column changes from metres to
# millimetres. Whose predictions change, ridge's or dropout's? (The last lines printed are about
# label smoothing.)

# %%
rng = np.random.default_rng(3)
X = rng.standard_normal((80, 4))
y = X @ np.array([2.0, -1.0, 0.5, 1.0]) + rng.standard_normal(80)
masks = rng.random((2000, *X.shape)) >= 0.3
predictions = {"ridge, λ = 34": [], "dropout": []}
for unit in (1.0, 1000.0):
    Z = X * np.array([unit, 1, 1, 1])
    ridge = np.linalg.solve(Z.T @ Z + 34 * np.eye(4), Z.T @ y)
    D = (Z * masks / 0.7).reshape(-1, 4)  # 2000 dropped copies of the data: no formula used
    dropout = np.linalg.lstsq(D, np.tile(y, 2000), rcond=None)[0]
    predictions["ridge, λ = 34"].append(Z @ ridge), predictions["dropout"].append(Z @ dropout)
for name, (one, other) in predictions.items():
    change = np.abs(one - other).max()
    print(f"{name}: a prediction changes by up to {change:.3f} from metres to millimetres")
exact = np.linalg.solve(X.T @ X + 3 / 7 * np.diag((X**2).sum(0)), X.T @ y)
print(f"dropout from the formula: largest difference {np.abs(X @ exact - one).max():.3f}")
for k in (10, 1000):  # label smoothing, ε = 0.1: softmax = target, so the gap is a log ratio
    t, u = 0.9 + 0.1 / k, 0.1 / k
    floor = -t * np.log(t) - (k - 1) * u * np.log(u)
    print(f"smoothed, k = {k:4d}: best logit gap {np.log(t / u):.2f}, smallest loss {floor:.2f}")

# %% [markdown]
# In millimetres the weight is a thousandth and its price a millionth, so ridge lets that column
# off. Dropout's price contains $\lVert x_j\rVert^2$ and the unit cancels: **dropout standardises
# for you** (and the formula agrees with 2000 simulated masks, up to their luck). Label smoothing is
# a price on *confidence*: with one-hot targets the best gap between logits is infinite, with ε it
# is finite, and the smallest loss is not 0.
#
# ## Where it breaks
#
# "Lasso finds the true features if there is enough data." Take $x_3=\frac23x_1+\frac23x_2+\frac13e$
# with weight **zero**, true weights $(2,3)$ on the others, and $n=100\,000$. Then flip one sign:
# $(-2,3)$.

# %%
rng = np.random.default_rng(4)
n = 100_000
x1, x2, e = rng.standard_normal((3, n))
X = np.column_stack([x1, x2, (2 * x1 + 2 * x2 + e) / 3])  # x3 has variance 1 as well
gram, lams = X.T @ X / n, np.geomspace(4, 0.01, 60)
titles = "true weights (2, 3, 0)", "true weights (−2, 3, 0)"
axes = figures.panels(*titles, xlabel="price λ", ylabel="weight", size=(6.0, 2.8))
for ax, truth in zip(axes, ([2.0, 3.0, 0.0], [-2.0, 3.0, 0.0]), strict=True):
    target, w = X.T @ (X @ np.array(truth) + rng.standard_normal(n)) / n, np.zeros(3)
    path = np.array([lasso(gram, target, lam, w).copy() for lam in lams])
    ax.plot(lams, path, label=("w₁", "w₂", "w₃ (truth: 0)"))
    ax.set(xscale="log", xlim=(4, 0.01))
    figures.plain_ticks(ax.xaxis, (4, 1, 0.2, 0.05, 0.01))
    bought = path[(path != 0).any(axis=1)] != 0
    print(f"true {truth}: x₃ is bought at {bought[:, 2].mean():.0%} of the prices at which", end="")
    print(f" anything is; weights at λ = 0.01: {np.round(path[-1], 3)}")
axes[1].legend(loc="center", bbox_to_anchor=(0.72, 0.27))
plt.show()

# %% [markdown]
# **Read it.** Left: $x_3$ is bought first, because it sells a piece of both true features for one
# price, and it stays at every λ. Right: same $X$, one sign flipped, and $x_3$ never enters. More
# data do not help: what decides is whether the false column, regressed on the true ones, has
# coefficients that add up (with the true signs) to more than 1: $\frac23+\frac23>1$,
# $-\frac23+\frac23=0$ (the irrepresentable condition, Zhao & Yu 2006). It needs the truth, so you
# cannot check it in practice. Selected is not the same as true.

# %% [markdown]
# ## Say it in 60 seconds
#
# "A penalty is a price on weights. L2's price for the first bit is zero, so every feature is
# bought. L1's is λ, so a feature that earns less stays at exactly zero: the kink of the penalty, or
# the corner of its ball, on the axes. It is not stronger: from large weights ridge takes more. Both
# depend on units, so I standardise and leave the intercept free. With collinear features ridge
# shares, lasso picks by noise; prediction survives, attribution does not, so I resample before
# calling a feature important. For classification I use log loss from logits: its gradient is p − y,
# which does not fade when the model is wrong."

# %% [markdown]
# ## Follow-ups
#
# <details><summary>What mid, senior and staff answers to the 60-second question hold</summary>
#
# - **Mid**: diamond or kink, drawn correctly; ridge for collinearity; scaling; log loss because it
#   is convex; dropout only in training.
# - **Senior**: why "shrinks more" is wrong; the optimality condition $\lvert x_j^\top
#   r\rvert/n\le\lambda$; where n and ½ hide in λ between libraries; loss from logits; unstable
#   selection, with a resampling check.
# - **Staff**: separates prediction, selection and attribution, and says which one the business
#   needs; knows that selection can fail for *any* n; sees dropout, label smoothing and early
#   stopping as prices too, and asks what is being priced; proposes the experiment that would change
#   the decision.
#
# </details>
#
# <details><summary>1. Which parameters should not be penalised?</summary>
#
# Those whose zero means nothing. The intercept: penalise it, and predictions depend on where you
# put the zero of $y$. By the same reason biases and the gains of norm layers are usually left out
# of weight decay. In a network in which a norm layer follows a weight matrix, the scale of that
# matrix does not change the function at all; there weight decay is no penalty on the function but
# sets the *effective step size*, which goes like η/‖w‖².
#
# </details>
#
# <details><summary>2. Why do L1 penalties inside SGD or Adam not give zeros?</summary>
#
# A subgradient step moves by $\eta\lambda$ however close to zero the weight is, so it hops across.
# Exact zeros need an exact step: $w\leftarrow\mathrm{soft}(w-\eta\nabla,\eta\lambda)$ (proximal
# gradient), or coordinate descent. With Adam the penalty's gradient is divided by $\sqrt{v}$ as
# well, so rarely active weights pay a different price than you wrote down; decoupling (as AdamW
# does for L2) is the cure.
#
# </details>
#
# <details><summary>3. How many parameters does a lasso fit use?</summary>
#
# As many as are not zero, in expectation: the number of non-zero weights is an unbiased estimate of
# the degrees of freedom (Zou, Hastie & Tibshirani 2007). That is surprising, because *searching*
# for the best $k$ of $d$ columns uses far more than $k$. The shrinkage pays it back exactly:
# selected weights are pulled toward zero by what the search gained. Refit them without penalty
# ("relaxed" lasso, or OLS after selection), and the count is no longer honest, nor are
# p-values computed on the same data.
#
# </details>
#
# <details><summary>4. What does the elastic net repair, and what does it not?</summary>
#
# It adds $\frac{\lambda_2}2\lVert w\rVert^2$. Then splits of a weight between copies no longer cost
# the same, the even split is cheapest, and correlated features enter and leave together (the
# grouping effect of Zou & Hastie 2005). It also lifts the limit of the lasso that at most $n$
# weights are non-zero when $d>n$. It does not repair selection when a false feature stands for
# several true ones: the failure above.
#
# </details>
#
# <details><summary>5. What happens to unpenalised logistic regression on separable data?</summary>
#
# There is no minimiser: scale $w$ up and the loss falls toward 0. Gradient descent lets ‖w‖ grow
# like $\log t$ while its *direction* tends to that of the hard-margin SVM (Soudry et al. 2018). So
# training accuracy is perfect early, the loss goes on falling, and probabilities go to 0 and 1:
# calibration gets worse while nothing else changes. Any L2 penalty, however small, or early
# stopping, or label smoothing, makes the scale finite. "Coefficients in the hundreds with huge
# standard errors" is the symptom in statistics packages.
#
# </details>
#
# <details><summary>6. Two libraries, the same λ, different weights. Why?</summary>
#
# Write the objectives down. scikit-learn's `Ridge`: sum of squares + α‖w‖². Its `Lasso`: sum/(2n) +
# α‖w‖₁. Its `LogisticRegression`: C multiplies the *data*, as a sum. `weight_decay` in an
# optimiser: adds λw to the gradient of whatever the loss is, usually a mean, i.e. (λ/2)‖w‖². So the
# same strength means $\alpha_{\text{Ridge}}=n\lambda$ for a loss of ½·mean + (λ/2)‖w‖². Then: is
# the intercept penalised, and who standardises (glmnet does by default, scikit-learn does not)?
#
# </details>
#
# <details><summary>7. When does label smoothing hurt?</summary>
#
# When the *sizes* of the wrong logits are the information. Smoothing asks for all wrong classes to
# be equally far, so what a teacher knows of "this 3 looks like an 8" is erased: distillation from a
# smoothed teacher works much less well (Müller, Kornblith & Hinton 2019).
# The same holds for anything that reads logits afterwards. And it is no cure for label noise that
# depends on the class: the noise model in it is uniform.
#
# </details>
#
# <details><summary>8. Is a large VIF a reason to drop a feature?</summary>
#
# Ask what the weights are for. For prediction on data like the training data, no: the badly known
# direction is one in which inputs hardly vary, so it hardly matters. It matters when the inputs
# *leave* that line (one twin's pipeline breaks: with weights +40 and −39 the prediction explodes),
# or when a weight is read as an effect. Ridge costs little and protects against the first. For the
# second no penalty helps: the data do not hold the answer.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
