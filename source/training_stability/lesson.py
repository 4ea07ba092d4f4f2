# %% [markdown]
# # {{title}}
#
# > "Your run has been fine for 40 000 steps. At 40 001 the loss jumps, at 40 050 it is NaN. You
# > have the logs and a checkpoint every thousand steps. What do you open first, what do you change,
# > and how do you know that it was the cause?"
#
# "Lower the learning rate, add warm-up, clip" is what everybody answers. Each of these can hide a
# fault that comes back later. Here every cure is run beside what it cures, and the question is
# always the same: **which quantity was allowed to multiply with itself?**

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

from mlprep import figures

figures.use_style()
torch.set_num_threads(1)

# %% [markdown]
# ## A product of fifty numbers
#
# A layer is $x_l=W_l\,\phi(x_{l-1})$ with $W_l$ of shape $[n,n]$ and independent entries of
# variance $\sigma^2$. Each entry is a sum of $n$ terms; a ReLU passes half of the mean square:
#
# $$\mathbb{E}x_l^2=\tfrac12\,n\sigma^2\;\mathbb{E}x_{l-1}^2
# \qquad\text{and for gradients}\qquad
# \mathbb{E}g_{l-1}^2=\tfrac12\,n\sigma^2\;\mathbb{E}g_l^2$$
#
# One factor a layer, the same both ways.
#
# ### Predict first: how exact must it be?
#
# He's rule is $\sigma^2=2/n$. Take $\sigma$ 10 % too large, in 50 layers. By what factor is the
# signal's mean square wrong at the end: 1.2, 11, 14 000? And by how much is tanh, where Glorot's
# $1/n$ is meant to be right?


# %%
def two_signals(act, variance, depth=50, n=200, branch=None, reps=8):
    """Mean square of a signal, and its cosine with another one, by depth (means over networks)."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((reps, n, 2))
    x[..., 1] = 0.3 * x[..., 0] + 0.91**0.5 * x[..., 1]  # they start at a cosine near 0.3
    rows = []
    for _ in range(depth + 1):
        aa, ab, bb = (
            np.einsum("rn,rn->r", x[..., i], x[..., j]) for i, j in ((0, 0), (0, 1), (1, 1))
        )
        rows.append((np.exp(np.log(aa / n).mean()), np.mean(ab / np.sqrt(aa * bb))))
        y = rng.normal(0, (variance / n) ** 0.5, (reps, n, n)) @ act(x)
        x = y if branch is None else x + branch * y
    return np.array(rows).T


def relu(z):
    return np.maximum(z, 0)


# %%
labels = {"xlabel": "layer", "ylabel": ("mean square of the signal", "cosine of two inputs")}
left, right = figures.panels("size", "angle", **labels, size=(6.0, 3.2))
for name, act, variance, branch in (
    ("ReLU, 2/n (He)", relu, 2.0, None),
    ("ReLU, σ +10 %", relu, 2.42, None),
    ("ReLU, 1/n", relu, 1.0, None),
    ("tanh, 1/n", np.tanh, 1.0, None),
    ("residual, 1/√L", relu, 2.0, 50**-0.5),
):
    size, cosine = two_signals(act, variance, branch=branch)
    look = {} if branch is None else {"color": figures.INK, "linestyle": "-", "linewidth": 0.7}
    left.semilogy(size, label=name, **look), right.plot(cosine, **look)
    print(f"{name:14s} after 50 layers: mean square {size[-1]:9.2e}, cosine {cosine[-1]:.3f}")
right.set_ylim(0, 1.05), left.legend(fontsize=7, loc="lower left")
plt.show()

# %% [markdown]
# **Read it.** Left: straight lines on a log axis, one factor a layer. Ten per cent in $\sigma$ is
# $1.1^{100}$, four orders of magnitude; tanh shrinks slowly, because it saturates. Right is what
# He's rule does *not* promise: the size stays and the **angle is lost**. Two different inputs leave
# 50 ReLU layers pointing the same way, so what tells them apart is a small remainder. Keeping the
# mean square is necessary, not sufficient. The thin line, a residual stream whose branches are
# scaled by $1/\sqrt L$, keeps both.
#
# ## Adding in place of multiplying
#
# $x_l=x_{l-1}+s\,f(x_{l-1})$. If the branch keeps the mean square, the stream grows by $1+s^2$ a
# block; if it reads a *normalised* stream (pre-norm), by a constant.

# %%
print("depth | s = 1, plain | s = 1, pre-norm | s = 1/√L | s = 1/L | share of the last block")
for depth in (6, 24, 96, 384):
    plain, scaled, careful = ((1 + s**2) ** depth for s in (1.0, depth**-0.5, 1.0 / depth))
    pre_norm = 1.0 + depth  # each block adds one unit to what the stream holds
    row = f"{depth:5d} | {plain:12.3g} | {pre_norm:15.0f} | {scaled:8.3f} | {careful:7.3f}"
    print(f"{row} | {1 / pre_norm:.2%} (pre-norm)")

# %% [markdown]
# **Read it.** Without a norm, $s=1$ explodes; $s=1/\sqrt L$ stays below $e$ at any depth; with
# $1/L$ depth does nothing. Pre-norm is stable *because* it is lazy: the stream grows linearly, so
# the last block adds a share of $1/(L+1)$.
#
# ## What clipping does to the average
#
# $g\leftarrow g\cdot\min(1,c/\lVert g\rVert)$, one norm for all tensors. It keeps a step's
# direction. Does it keep the direction of the *mean* step?
#
# ### Predict first: what does clipped SGD estimate?
#
# One parameter, loss $\frac12(w-x)^2$, and data: nine in ten are 0, one in ten is 10. SGD finds
# the mean, 1. Where does it settle with each gradient clipped to 3, to 1, to 0.1?

# %%
data = np.repeat([0.0, 10.0], [9, 1])
for threshold in (100.0, 9.5, 3.0, 1.0, 0.1):
    low, high = 0.0, 10.0  # the mean clipped gradient rises with w: bisect for its zero
    for _ in range(60):
        w = (low + high) / 2
        step = np.clip(w - data, -threshold, threshold).mean()
        low, high = (w, high) if step < 0 else (low, w)
    print(f"clip each example at {threshold:5.1f}: SGD settles at {w:.3f} (mean 1, median 0)")

# %% [markdown]
# **Read it.** The threshold turns squared error into Huber's loss: the estimate slides from the
# mean towards the median, and rare examples lose their vote. (Less so for the means of batches.)
# A bias, not a safety belt that costs nothing.
#
# ## One bad batch, and what Adam remembers
#
# Adam divides by $\sqrt{v}$: a single huge gradient moves a weight by a few learning rates only. So
# why do runs die of it? A small classifier; at step 300 one batch is corrupt.


# %%
def logits(w, X):  # w: all 624 parameters in one vector
    hidden = torch.relu(X @ w[:480].view(10, 48) + w[480:528])
    return hidden @ w[528:].view(48, 2)


def toy(n, rng):
    X = rng.standard_normal((n, 10))
    y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] > 0
    return torch.tensor(X), torch.tensor(y).long()


def gradient(w, X, y):
    w = w.detach().requires_grad_()
    loss = torch.nn.functional.cross_entropy(logits(w, X), y)
    return torch.autograd.grad(loss, w)[0]


HELD_OUT = toy(400, np.random.default_rng(9))


def test_loss(w):
    return torch.nn.functional.cross_entropy(logits(w, HELD_OUT[0]), HELD_OUT[1]).item()


def adam(w, m, v, g, t, lr=0.01):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    root = (v / (1 - 0.999 ** (t + 1))).sqrt() + 1e-8
    return w - lr * m / (1 - 0.9 ** (t + 1)) / root, m, v


# %%
def adam_run(guard, steps=1200, bad=300):
    """Test loss and mean size of an entry's update, at each step."""
    rng, log, saved = np.random.default_rng(0), [], None
    w = torch.tensor(rng.normal(0, 0.3, 624))
    state = w, torch.zeros_like(w), torch.zeros_like(w)
    for t in range(steps):
        X, y = toy(64, rng)
        if t == bad - 20:
            saved = state
        g = gradient(state[0], *((1000 * X, y.flip(0)) if t == bad else (X, y)))
        if guard == "clip at 1":
            g = g * min(1.0, 1.0 / g.norm().item())
        new = adam(*state, g, t)
        log.append((test_loss(new[0]), (new[0] - state[0]).abs().mean().item()))
        if t == bad + 20 and guard.startswith("rewind"):
            new = saved if guard == "rewind all" else (saved[0], *new[1:])
        state = new
    return np.array(log).T


# %%
labels = {"xlabel": "step", "ylabel": ("test loss", "mean |update| of an entry")}
left, right = figures.panels("what the log shows", "what Adam does", **labels, size=(6.0, 3.2))
for guard in ("no guard", "clip at 1", "rewind weights", "rewind all"):
    loss, size = adam_run(guard)
    left.plot(loss, label=guard, linewidth=1.3)
    smooth = np.convolve(size, np.ones(20) / 20, "valid")
    right.semilogy(np.arange(10, len(smooth) + 10), smooth, linewidth=1.3)
    frozen = size[400:500].mean() / size[250:300].mean()
    print(
        f"{guard:14s}: test loss {loss[295]:.3f} before, {loss[300:330].max():.3f} at worst, ",
        end="",
    )
    print(f"{loss[-1]:.3f} at the end; updates {frozen:.0%} of what they were")
left.set(xlim=(200, 1200), ylim=(0.1, 0.9)), right.set(xlim=(200, 1200))
figures.plain_ticks(right.yaxis, (2e-4, 5e-4, 1e-3, 2e-3, 5e-3))
left.legend(fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** The jump heals. The damage comes after: $v$ holds that one squared gradient for
# about $1/(1-\beta_2)=1000$ steps, and divides every update by it. **The run is frozen**, at a
# healthy-looking loss. Clipping keeps $v$ clean. Rewinding the weights alone puts good weights into
# a frozen optimiser: a checkpoint is weights *and* moments.
#
# ## Scores that feed on themselves
#
# A score is a product, $q\cdot k/\sqrt d$ with $q=W_qu$, $k=W_kx$: if both matrices grow by $a$, it
# grows by $a^2$. QK-norm divides each $q$ and $k$ by its root mean square: no score passes $\sqrt
# d$.
#
# ### Predict first: a smaller rate, or a norm?
#
# A lookup by attention, trained at rates over four orders of magnitude. Where does each version
# stop working?


# %%
def lookup_run(lr, norm, steps=100, seed=0):
    """Largest score at each step, and the final loss, of a lookup: which token matches u?"""
    rng, log = np.random.default_rng(seed), []
    W = [torch.tensor(rng.normal(0, 0.3, (16, 16)), requires_grad=True) for _ in range(3)]
    opt = torch.optim.Adam(W, lr)
    for _ in range(steps):
        X = torch.tensor(rng.standard_normal((32, 8, 16)))
        u = X[:, 0] + 0.5 * torch.tensor(rng.standard_normal((32, 16)))
        q, k = u @ W[0], X @ W[1]
        if norm:
            q, k = (torch.nn.functional.rms_norm(a, (16,)) for a in (q, k))
        scores = torch.einsum("bd,btd->bt", q, k) / 4
        read = torch.einsum("bt,btd->bd", scores.softmax(-1), X) @ W[2]
        loss = ((read - X[:, 0]) ** 2).mean()
        opt.zero_grad(), loss.backward(), opt.step()
        log.append((scores.detach().abs().max().item(), loss.item()))
    top, loss = np.array(log).T
    return top, loss[-20:].mean()


# %%
labels = {"xlabel": ("step", "learning rate"), "ylabel": ("largest score", "loss after 100 steps")}
left, right = figures.panels("growth at lr 0.3", "what the rate may be", **labels)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
for name, norm in (("plain", False), ("QK-norm", True)):
    runs = {lr: lookup_run(lr, norm) for lr in RATES}
    left.semilogy(runs[0.3][0], label=name)
    right.loglog(RATES, [end for _, end in runs.values()], marker="o" if norm else "s")
    ends = "  ".join(f"{lr:g}: {end:.2f}" for lr, (_, end) in runs.items())
    print(f"{name:8s} largest score at 0.3: {runs[0.3][0].max():6.1f} | loss by rate  {ends}")
left.axhline(4, color=figures.SAND, linewidth=0.8), left.legend(fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** Left: without the norm, scores climb by hundreds and stay: one-hot attention has no
# gradient to come back by. With it they cannot pass $\sqrt d=4$ (thin line). Right: at small rates
# the curves agree. QK-norm is no better optimum but a **wider range** of rates. Scores are the
# early sign: they move before the loss does.
#
# ## Sharpness and the line 2/lr
#
# Sharpness is the largest eigenvalue $\lambda$ of the Hessian. Along its direction descent
# multiplies the error by $1-\mathrm{lr}\cdot\lambda$: above $2/\mathrm{lr}$ it oscillates and
# grows.
#
# ### Predict first: what stops it?
#
# A small network, full batch, three rates. Sketch $\lambda$ over time for each. Does training seek
# flat places, avoid the line, cross it and die?


# %%
X_fit = torch.linspace(-1, 1, 40, dtype=torch.float64)[:, None]
Y_fit = torch.sin(6 * X_fit)


def fit_loss(w):  # 1 → 24 → 24 → 1, tanh
    a, b, c = w[:24].view(1, 24), w[24:600].view(24, 24), w[600:].view(24, 1)
    return ((torch.tanh(torch.tanh(3 * X_fit @ a + 0.5) @ b) @ c - Y_fit) ** 2).mean()


def grad_and_hvp(w, v=None):
    w = w.detach().requires_grad_()
    g = torch.autograd.grad(fit_loss(w), w, create_graph=v is not None)[0]
    return g if v is None else torch.autograd.grad(g @ v, w)[0]


# %%
def descend(lr, steps=2400, every=20):
    """Losses at each step; sharpness (a signed Rayleigh quotient) at every `every`-th."""
    rng = np.random.default_rng(1)
    w, v = (torch.tensor(rng.normal(0, 0.15, 624)) for _ in range(2))
    losses, sharp = [], []
    for t in range(steps):
        if t % every == 0:
            for _ in range(30 if t == 0 else 6):  # power iteration, started where it last ended
                v = v / v.norm()
                Hv = grad_and_hvp(w, v)
                value, v = (v @ Hv).item(), Hv
            sharp.append(value)
        losses.append(fit_loss(w).item())
        w = w - lr * grad_and_hvp(w)
    return np.array(losses), np.array(sharp)


# %%
labels = {"xlabel": "step", "ylabel": ("training loss", "sharpness")}
left, right = figures.panels("loss", "sharpness and 2/lr (thin)", **labels, size=(6.0, 3.2))
for lr, (colour, dash) in zip((0.08, 0.12, 0.17), zip(figures.COLOURS, figures.DASHES)):
    losses, sharp = descend(lr)
    look = {"color": colour, "linestyle": dash}
    left.semilogy(losses, label=f"lr {lr}", linewidth=1.1, **look)
    right.plot(np.arange(len(sharp)) * 20, sharp, linewidth=1.4, **look)
    right.axhline(2 / lr, color=colour, linewidth=0.7, linestyle="-")
    late, rises = sharp[-40:].mean(), np.mean(np.diff(losses[-800:]) > 0)
    print(f"lr {lr}: 2/lr = {2 / lr:4.1f}; sharpness {sharp[0]:.1f} at the start, ", end="")
    print(
        f"{late:2.0f} over the last 800 steps; there the loss rose at more than a step in ten: ",
        end="",
    )
    print(f"{rises > 0.1}, and found a new best: {losses[-800:].min() < losses[:-800].min()}")
left.legend(fontsize=7), right.set_ylim(5, 30)
plt.show()

# %% [markdown]
# **Read it.** Sharpness *rises* by itself until it meets $2/\mathrm{lr}$, then hovers there: the
# edge of stability (Cohen et al. 2021). The loss rises at many steps and falls over hundreds. A
# quadratic would die at the line; the third derivative saves the run, since oscillating along the
# steepest direction pushes towards lower curvature (Damian et al. 2023). So **the rate chooses the
# curvature**: the larger, the flatter.
#
# ## One rate for all widths
#
# An initial product $Wx$ is a *random* sum: $n$ terms, size $\sqrt n$. An update was made from $x$
# itself: $n$ terms that agree, size $n$. So what is right at the start is wrong after one step.


# %%
def one_step(n, mup, lr=0.01):
    """Root mean square change of hidden pre-activations and of the output, by one Adam step."""
    rng = np.random.default_rng(0)
    x = torch.tensor(rng.standard_normal((16, 32)))  # 32 examples
    sizes = (0.25, (n, 16)), (n**-0.5, (n, n)), (1 / n if mup else n**-0.5, (1, n))
    W = [torch.tensor(rng.normal(0, *size), requires_grad=True) for size in sizes]

    def net(A, B, c):
        hidden = B @ torch.relu(A @ x)
        return hidden, c @ torch.relu(hidden)

    old = net(*W)
    grads = torch.autograd.grad(((old[1] - torch.sign(x[:1])) ** 2).mean(), W)
    rates = (lr, lr * 64 / n, lr * 64 / n) if mup else (lr, lr, lr)
    new = net(*(w - rate * torch.sign(g) for w, g, rate in zip(W, grads, rates)))
    return [(a - b).square().mean().sqrt().item() for a, b in zip(new, old)]


# %%
print("width | standard: Δhidden  Δoutput | μP: Δhidden  Δoutput")
for n in (64, 128, 256, 512, 1024):
    (h, o), (h_mup, o_mup) = one_step(n, False), one_step(n, True)
    print(f"{n:5d} | {h:17.2f} {o:8.2f} | {h_mup:11.2f} {o_mup:8.2f}")

# %% [markdown]
# **Read it.** This table is the *coordinate check*: the cheapest test of a parametrisation.
# Standard: one step with the same rate moves hidden values roughly in proportion to the width, so
# the best rate must fall. μP: Adam's rate of hidden and output matrices is divided by the width,
# the output starts at $1/n$, **embeddings and biases keep their rate**; the columns stay level. If
# one drifts, a layer is misclassified.
#
# ## Where it breaks
#
# "We clip, so a bad gradient can't hurt us." Below, one entry of one gradient overflows.

# %%
for bad in (1e6, float("inf"), float("nan")):
    layer = torch.nn.Linear(3, 2, bias=False)
    layer.weight.grad = torch.ones(2, 3)
    layer.weight.grad[0, 0] = bad
    norm = torch.nn.utils.clip_grad_norm_(layer.parameters(), max_norm=1.0)
    clipped = layer.weight.grad.flatten().tolist()
    weights = layer.weight.detach() - 0.1 * layer.weight.grad
    alive = torch.isfinite(weights).sum().item()
    text = " ".join(f"{value:.3g}" for value in clipped)
    print(f"entry {bad:g}: norm {norm:.3g}, clipped gradient [{text}], finite weights {alive} of 6")

# %% [markdown]
# **Read it.** A million is tamed, and the rest of the gradient with it: five good entries are
# divided by a million. Infinity becomes $\infty\cdot0=$ NaN in that entry; one NaN makes every
# weight NaN. Clipping handles *large*, never *not finite*: test the norm and skip the step
# (`error_if_nonfinite` at least stops).

# %% [markdown]
# ## Say it in 60 seconds
#
# "First I read the curves in order of time. Wrong at step 0: initialisation. Wrong in the first
# steps: the rate against the curvature, where warm-up helps. Out of calm, in one step: a batch; I
# replay it from another checkpoint to see whether data or state is at fault. After a slow climb of
# attention scores or log Z: QK-norm or z-loss. I log the norm before clipping, the update ratio,
# scores, signals by depth. To recover I rewind weights *and* moments to before the cause, skip
# those batches, and add one guard. Clipping, warm-up and a lower rate calm most curves; only the
# loss that is reached shows a cure."

# %% [markdown]
# ## Follow-ups
#
# <details><summary>What does each level say to "NaN at step 40 000"?</summary>
#
# - *Mid*: lowers the rate, clips, restarts from a checkpoint.
# - *Senior*: reads the curves in order of time; rewinds the optimiser's state too; skips steps that
#   are not finite; names a guard for the cause that was found.
# - *Staff*: separates data from state by a replay; says what each guard biases or hides; puts
#   alarms on scores, log Z and sharpness, *before* the loss; provokes the fault at small width with
#   a large rate.
#
# </details>
#
# <details><summary>1. Why does warm-up help, and when can't it?</summary>
#
# It lets a run tolerate a larger final rate: while the rate is small, sharpness can fall (or rise
# to a line that is still high), and the network moves to better conditioned places (Kalra &
# Barkeshli 2024). For Adam the early second moments are also estimated from few gradients. It
# cannot help against anything that is still there when it ends: a peak rate above what the later
# curvature allows, dead data, a corrupt batch in the middle, scores that grow with the weights.
#
# </details>
#
# <details><summary>2. The loss sits at ln K. Name four causes and the curve that separates
# them.</summary>
#
# Dead data: gradient norm, update ratio and signals by depth are normal. Vanished signal: the
# signal shrinks with depth from step 0 and gradients are tiny. Rate too low: gradient normal,
# update ratio a hundredth of the usual. Rate too high: huge early updates, then dead ReLUs,
# gradient exactly 0. The loss curve alone cannot tell; the gradient norm and the update ratio
# together do. A cheap fifth test: can it overfit one batch? Dead data can be memorised, dead units
# cannot.
#
# </details>
#
# <details><summary>3. Is a spike always caused by bad data?</summary>
#
# No. PaLM's authors replayed the batches around spikes from an earlier checkpoint, and saw no
# spike: it took those batches *and* that state of the weights (Chowdhery et al. 2022). Skipping
# batches still worked, because it changes the path. The test distinguishes: same batches, other
# weights. If it spikes again, look at the data; else at sharpness, scores and second moments
# before the event.
#
# </details>
#
# <details><summary>4. Momentum, Adam, mini-batches: where is the edge then?</summary>
#
# Heavy ball: $2(1+\mu)/\mathrm{lr}$ for full batches, from the roots of its two-term recursion.
# Adam: the *preconditioned* Hessian $D^{-1}H$, $D=\mathrm{diag}(\sqrt v)$, has the edge; plain
# sharpness can then rise without harm. Mini-batches: noise adds to the error along steep
# directions, and sharpness settles below $2/\mathrm{lr}$. So an alarm at $2/\mathrm{lr}$ is right
# for one optimiser only. And early Hessians have negative eigenvalues: power iteration without a
# sign may report one of those.
#
# </details>
#
# <details><summary>5. Why pre-norm, and what does it cost?</summary>
#
# The skip path is never normalised, so gradients reach every block with a factor near 1, whatever
# the branches do; post-norm rescales the stream in each block, and needs warm-up. The price was in
# the table: the stream grows with depth while each branch adds one unit, so late blocks change
# little. Remedies trade one for the other: scaled branches, zero-initialised ones (ReZero), a
# second norm on the branch's output.
#
# </details>
#
# <details><summary>6. What does the z-loss do that weight decay on the last layer does
# not?</summary>
#
# Cross-entropy is unchanged if all logits of a row move by the same amount, so nothing holds
# $\log Z$. The z-loss, $c\,(\log Z)^2$ (PaLM: $c=10^{-4}$), prices exactly that direction, with
# gradient $2c\log Z\cdot p_j$: tiny, and zero at $Z=1$. Weight decay pulls on all directions,
# sharp predictions included. Without the square it would pay to push logits down for ever.
#
# </details>
#
# <details><summary>7. Global-norm clipping at 1.0 is active at 90 % of steps. Good or
# bad?</summary>
#
# It is normalised descent: the step length is lr, whatever the gradient. With SGD that removes the
# slowing-down near a minimum, so the schedule must do it; with Adam a *constant* factor cancels in
# $m/\sqrt v$, a varying one does not. The threshold has become a second learning rate, and the bias
# towards the median, above, is always on. Set it near a high quantile of the
# norm's history, so that it acts on exceptions.
#
# </details>
#
# <details><summary>8. How would you find instabilities of a large model on a small one?</summary>
#
# Raise the rate. Score growth and logit drift appear in small models at large rates, and the same
# cures work (Wortsman et al. 2023). Sweep the rate over orders of magnitude, with and without each
# guard, and compare the *width of the valley*, as in the right panel above, not the best loss. Then
# extrapolate the growth of scores with scale, and set the alarm before it is needed.
#
# </details>
#
# <details><summary>9. My library's μP does not lower the output layer's rate. A bug?</summary>
#
# Not if it multiplies the logits by $1/n$ instead. Weights of size 1 behind a factor $1/n$ make the
# same function as weights of size $1/n$, but Adam ignores the factor in the gradient: a step of lr
# then moves the logits by $\mathrm{lr}\cdot n\cdot\frac1n$, level already (Table 8 of Yang et al.
# 2022). Mixing the two, the factor *and* the smaller rate, freezes the output layer. The coordinate
# check sees it; reading the code seldom does.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
