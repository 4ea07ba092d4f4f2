# %% [markdown]
# # {{title}}
#
# > "We moved from SGD to Adam. Since then, raising `weight_decay` from 0.001 to 0.1 changes
# > nothing. Multiplying the loss by 100 changes nothing either. But one step more of learning rate,
# > from 0.020 to 0.021, used to blow the run up, and now nobody knows where the edge is. Explain
# > all three."
#
# Most answers are lists of update rules. The rules are short; what is hard to keep in mind is what
# each of them *ignores*. Here one question sorts them: **what is the unit of the learning rate?**

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
# ## The unit of the learning rate
#
# Give each weight the unit $u$, the loss the unit $\ell$. Then $g$ [d] is in $\ell/u$, the Hessian
# $H$ [d, d] in $\ell/u^2$. A step must be in $u$:
#
# | rule | step | unit of its knob |
# |---|---|---|
# | SGD, momentum | $\eta\,g$ | $\eta$: $u^2/\ell$, **one over a curvature** |
# | Adagrad, RMSProp, Adam | $\eta\,g/\sqrt{v}$ | $\eta$: $u$, **a distance** |
# | Newton | $\eta\,H^{-1}g$ | $\eta$: none |
# | L2 penalty $\frac\lambda2\lVert w\rVert^2$ | part of $g$ | $\lambda$: $\ell/u^2$ |
# | AdamW | $\eta\cdot\mathrm{wd}\cdot w$ | $\eta\cdot$wd: none |
#
# Multiply the loss by 100, and SGD's best $\eta$ falls by 100 while Adam's stays. The rest of this
# lesson reads off this table.

# %% [markdown]
# ## A ceiling, and what momentum does to it
#
# On a bowl $\frac12w^\top Hw$ every eigenvector of $H$ is a problem of its own. With eigenvalue
# $\lambda$, plain descent multiplies that error by $1-\eta\lambda$ at each step: it shrinks while
# $\eta<2/\lambda$. So the **steepest** direction sets the ceiling and the **flattest** the pace.
# With both at their best compromise the pace is $\frac{\kappa-1}{\kappa+1}$, where
# $\kappa=\lambda_{\max}/\lambda_{\min}$.
#
# ### Predict first: does momentum raise the ceiling?
#
# With $v\leftarrow\mu v+g$, $w\leftarrow w-\eta v$ and $\mu=0.9$, steps add up to $10\,\eta$ along
# a slope. Is the largest stable $\eta$ a tenth, the same, larger? And Nesterov's, which takes the
# gradient at $w-\eta\mu v$?


# %%
def momentum(lr, mu=0.0, nesterov=False):
    v = 0.0

    def step(w, grad):  # w (..., d); grad maps points to gradients of the same shape
        nonlocal v
        v = mu * v + grad(w - lr * mu * v if nesterov else w)
        return w - lr * v

    return step


# %%
def adam(lr, b1=0.9, b2=0.999, correct=(1, 1)):
    m = v = t = 0

    def step(w, grad):
        nonlocal m, v, t
        g, t = grad(w), t + 1
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        m_hat, v_hat = m / (1 - correct[0] * b1**t), v / (1 - correct[1] * b2**t)
        return w - lr * m_hat / (np.sqrt(v_hat) + 1e-12)

    return step


# %%
curvature = np.array([1.0, 100.0])  # eigenvalues: κ = 100
x = np.linspace(0.02, 4.4, 220)[:, None]  # learning rates in units of 1/λmax, all run at once
rules = {"plain": (0.0, False), "heavy ball, μ = 0.9": (0.9, False), "Nesterov": (0.9, True)}
(ax,) = figures.panels(
    "bowl with κ = 100, 300 steps", xlabel="learning rate · λmax", ylabel="loss at the end", log="y"
)
for i, (name, (mu, nesterov)) in enumerate(rules.items()):
    w, step = np.ones((len(x), 2)), momentum(x / 100, mu, nesterov)
    for _ in range(300):
        w = np.clip(step(w, lambda w: curvature * w), -1e9, 1e9)
    loss = 0.5 * (curvature * w**2).sum(axis=1)
    ceiling = (2 + 2 * mu) / (1 + 2 * mu if nesterov else 1)
    stable = x[:, 0][loss < 50.5]  # where it ended no higher than it began
    print(f"{name:20s} predicted ceiling {ceiling:.3f}/λmax, measured {stable.max():.2f}", end="")
    print(f"; lowest loss {loss.min():.0e} at {x[loss.argmin(), 0]:.2f}/λmax")
    ax.plot(x, np.maximum(loss, 1e-20), label=name)
    ax.axvline(ceiling, color=figures.COLOURS[i], linestyle="-", linewidth=0.7)
ax.set(ylim=(1e-20, 1e6), xlim=(0, 4.4)), ax.legend(loc=(0.53, 0.58))
plt.show()

# %% [markdown]
# **Read it.** Thin rules: predictions. The heavy ball's ceiling is *higher*, $2(1+\mu)/\lambda$: in
# the steepest direction the sign flips at each step, and steps cancel. Nesterov's is *lower*,
# $\frac{2+2\mu}{1+2\mu}/\lambda$: it asks ahead, where a swing is further out. Between those rules,
# `nesterov=True` turns a good run into an exploding one. And the heavy ball's curve is *flat*: from
# 0.3 on, both directions shrink by $\sqrt\mu$ a step. **Momentum buys one pace for a wide range of
# curvatures.**
#
# ### Predict first: turn the bowl by 45°
#
# Same eigenvalues, same start in the bowl; the weights are now mixtures. Each rule gets its best
# constant rate. Which rules notice?


# %%
def adagrad(lr):
    s = 0.0

    def step(w, grad):
        nonlocal s
        g = grad(w)
        s = s + g**2
        return w - lr * g / (np.sqrt(s) + 1e-12)

    return step


def bowl(turned):  # H (2, 2) and the start (2,)
    R = np.array([[1, -1], [1, 1]]) / 2**0.5 if turned else np.eye(2)
    return R * curvature @ R.T, R @ np.array([10.0, 1.0])


# %%
grid, best = np.logspace(-4, 1, 150)[:, None], {}
rules = {
    "plain descent": momentum,
    "heavy ball": lambda lr: momentum(lr, 0.9),
    "Nesterov": lambda lr: momentum(lr, 0.9, True),
    "Adagrad": adagrad,
    "Adam": adam,
}
print("steps until the loss stays below 1/1000 |  axes  | turned")
for name, make in rules.items():
    for turned in (False, True):
        H, start = bowl(turned)
        w, step, late = np.tile(start, (len(grid), 1)), make(grid), np.zeros(len(grid), int)
        for t in range(1, 1001):
            with np.errstate(all="ignore"):  # rates above the ceiling overflow
                w = step(w, lambda w, H=H: w @ H)
                loss = 0.5 * ((w @ H) * w).sum(axis=1)
            late[~(loss <= 0.1)] = t  # it starts at 100
        best[name, turned] = late.min() + 1, grid[late.argmin(), 0]
    print(f"{name:39s} | {best[name, False][0]:6d} | {best[name, True][0]:6d}")

# %%
labels = {"xlabel": "position along the valley", "ylabel": "position across it"}
axes = figures.panels("bowl along the axes", "bowl turned by 45°", sharey=True, **labels)
a, b = np.meshgrid(np.linspace(-5, 12, 200), np.linspace(-1.5, 1.5, 200))
for ax, turned in zip(axes, (False, True), strict=True):
    H, start = bowl(turned)
    ax.contour(a, b, 0.5 * (a**2 + 100 * b**2), (1, 10, 40, 80), colors="#c8b27a", linewidths=0.6)
    for i, name in enumerate(("plain descent", "heavy ball", "Adagrad")):
        w, step = start, rules[name](best[name, turned][1])
        path = np.array([w] + [w := step(w, lambda w, H=H: w @ H) for _ in range(25)])
        if turned:  # back to the bowl's own axes
            path = path @ np.array([[1, -1], [1, 1]]) / 2**0.5
        style = {"color": figures.COLOURS[i], "linewidth": 1.1, "marker": "osD"[i], "markersize": 3}
        ax.plot(*path.T, label=name, linestyle=figures.DASHES[i], **style)
    ax.plot(0, 0, "+", color=figures.INK, markersize=10)
    ax.set(xlim=(-4, 11), ylim=(-1.4, 1.4))
axes[1].legend(loc="lower left")
plt.show()

# %% [markdown]
# **Read it.** Both panels are drawn along the bowl's own axes, so a rule that does not notice the
# turn draws the same path twice. Plain descent and the heavy ball do: $g$ and its sums turn with
# the bowl. Adagrad divides coordinate by coordinate. Along the axes that is nearly Newton: four
# steps (the first, equally long both ways, leaves the panel). Turned, both coordinates see the same
# large gradients, and it crawls. (Adam's counts hide this: in 50 steps its slow $v$ hardly changes,
# and its momentum does the work.) **Adaptive rules bet that the axes of the weights mean
# something.** With embeddings, or layers of different scale, it is a good bet.


# %% [markdown]
# ## Noise: what the batch size buys
#
# Now gradients are noisy: each coordinate of an example's gradient has variance $s^2$, a batch of
# $B$ leaves $s^2/B$. With a constant $\eta$ descent does not arrive; it hovers. Solve
# $\mathrm{Var}=(1-\eta\lambda)^2\,\mathrm{Var}+\eta^2s^2/B$, or its two-step version with $\mu$:
#
# $$\text{floor of the loss}=\sum_j\frac{\eta\,s^2}{2B}\cdot\frac{1+\mu}{1-\mu}\cdot
# \frac{1}{2(1+\mu)-\eta\lambda_j}$$
#
# For small $\eta\lambda$ that is $\frac{\eta}{1-\mu}\cdot\frac{s^2}{4B}$ a direction: **only
# $\eta/B$ counts**, which is the linear scaling rule. But the last factor explodes at the ceiling,
# and the ceiling has no $B$ in it.
#
# Before you run it: what does $B\times 8,\ \eta\times 8$ do to Adam's floor?


# %%
def floor(make, B, seed=0):  # mean loss of 200 runs, after 2500 steps of settling
    rng, w, step, total = np.random.default_rng(seed), np.zeros((200, 2)), make(), 0.0
    for t in range(5000):
        w = step(w, lambda w: curvature * w + rng.standard_normal(w.shape) / B**0.5)
        total += (t >= 2500) * 0.5 * (curvature * w**2).sum(axis=1).mean() / 2500
    return total


def predicted(lr, mu, B):
    slack = 2 * (1 + mu) - lr * curvature
    return (lr / (2 * B) * (1 + mu) / (1 - mu) / slack).sum()


print("rule     |  batch |     lr |  floor | predicted")
for B, lr, mu in ((1, 0.002, 0), (8, 0.002, 0), (8, 0.016, 0), (1, 0.0002, 0.9), (8, 0.0016, 0.9)):
    got = floor(lambda lr=lr, mu=mu: momentum(lr, mu), B)
    print(f"SGD μ={mu:<3} | {B:6d} | {lr:6.4f} | {got:.5f} | {predicted(lr, mu, B):.5f}")
for B, lr in ((1, 0.002), (8, 0.002), (8, 0.002 * 8**0.5), (8, 0.016)):
    print(f"Adam     | {B:6d} | {lr:6.4f} | {floor(lambda lr=lr: adam(lr), B):.5f} |")

# %% [markdown]
# **Read it.** SGD: eight times the batch gives an eighth of the floor. With $8\eta$ the first row
# should come back; it is three times that, because 0.016 is close to the ceiling of 0.02, which
# amplifies noise. Momentum at the same $\eta/(1-\mu)$ has the same floor: **it does not average
# noise away**, but leaves more room below its ceiling, so there the rule holds. Adam has divided by
# the noise already: only $\sqrt8$ in the floor, and $\sqrt8\,\eta$ brings it back.
#
# ## Schedules: large steps first, small steps last
#
# Warm-up over $T_w$ updates, then half a cosine:
#
# $$\eta_t=\eta_{\min}+\tfrac12(\eta_{\max}-\eta_{\min})\Big(1+\cos\pi\tfrac{t-T_w}{T-T_w}\Big)$$


# %%
T, T_w, peak, small = 1000, 50, 0.016, 0.0005
t = np.arange(1, T + 1)
cosine = small + (peak - small) * (1 + np.cos(np.pi * (t - T_w) / (T - T_w))) / 2
plans = {
    "0.016 throughout": np.full(T, peak),
    "0.0005 throughout": np.full(T, small),
    "warm-up, cosine": np.where(t <= T_w, peak * t / T_w, cosine),
}
(ax,) = figures.panels("SGD, B = 1", xlabel="update", ylabel="mean loss of 400 runs", log="y")
for name, lrs in plans.items():
    rng, w, losses = np.random.default_rng(1), np.tile([10.0, 1.0], (400, 1)), []
    for lr in lrs:
        w = w - lr * (curvature * w + rng.standard_normal(w.shape))
        losses.append(0.5 * (curvature * w**2).sum(axis=1).mean())
    ax.plot(t, losses, label=name)
    print(f"{name:17s}: loss {losses[99]:8.4f} after 100 updates, {losses[-1]:.5f} after {T}")
for lr in (peak, small):
    ax.axhline(predicted(lr, 0, 1), color=figures.INK, linestyle="-", linewidth=0.6)
ax.legend()
plt.show()

# %% [markdown]
# **Read it.** Thin lines: the two predicted floors. The large rate falls onto its floor and stays.
# The small one has hardly moved along the valley, and never sees its own. The cosine goes down with
# the large rate and then follows the sinking floor. It ends above the lower line: the flat
# direction needs about $1/\eta\lambda_{\min}$ updates to calm down, and the last rates are too
# small for that. **A decay is a cooling, and it can be too fast**; that, not the shape of the
# curve, is what to tune. And two runs are comparable only at the end of their schedules.

# %% [markdown]
# ## Adam's first twenty steps
#
# $$m\leftarrow\beta_1m+(1-\beta_1)g,\quad v\leftarrow\beta_2v+(1-\beta_2)g^2,\quad
# \hat m=\frac{m}{1-\beta_1^t},\ \hat v=\frac{v}{1-\beta_2^t},\quad
# w\leftarrow w-\eta\frac{\hat m}{\sqrt{\hat v}+\epsilon}$$
#
# Both averages start at 0, and the slow one is in the denominator. Without correction the first
# step is $0.1/\sqrt{0.001}=3.16\,\eta$: every textbook says so.
#
# ### Predict first: the worst step, and the noise
#
# 1. Constant gradient, no correction: is step 1 the worst of the first twenty? How far does it
#    travel in all, in units of $\eta$?
# 2. *With* correction, gradients that are nothing but noise: how long is step 1, and how long are
#    the steps later on?

# %%
fixes = {"both corrected": (1, 1), "neither": (0, 0), "only v": (0, 1), "only m": (1, 0)}
titles = "constant gradient", "nothing but noise"
axes = figures.panels(*titles, xlabel="step", ylabel="step length / lr", sharey=True, log="y")
rng = np.random.default_rng(2)
noise = rng.standard_normal((20, 50_000))
for ax, gradients in zip(axes, (np.ones((20, 1)), noise), strict=True):
    for i, (name, correct) in enumerate(fixes.items()):
        step, w, lengths = adam(1.0, correct=correct), np.zeros(gradients.shape[1]), []
        for g in gradients:
            moved = step(w, lambda w, g=g: g)
            w, length = moved, np.sqrt(np.mean((moved - w) ** 2))  # root mean square
            lengths.append(round(length, 6))
        ax.plot(range(1, 21), lengths, marker="os^D"[i], markersize=3, label=name)
        top = int(np.argmax(lengths)) + 1
        print(f"{ax.get_title(loc='left'):17s} {name:14s}: step 1 {lengths[0]:5.2f}", end="")
        print(f", longest {max(lengths):5.2f} (step {top:2d}), 20 steps {np.sum(lengths):6.1f}")
axes[1].axhline((0.1 / 1.9) ** 0.5, color=figures.INK, linestyle="-", linewidth=0.6)
figures.plain_ticks(axes[0].yaxis, (0.1, 0.3, 1, 3, 10, 30))
plt.setp(axes, xticks=(1, 5, 10, 15, 20)), axes[1].legend(ncols=2, fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** Left: uncorrected, the worst step is not the first. $m$ fills up in ten steps, $v$ in
# a thousand, so steps grow to more than twice the famous 3.16 and the run travels six times too
# far: an accidental *anti*-warm-up. Leave only $v$ corrected and you have a warm-up for nothing.
# Right: correction fixes the mean of $v$, not its scatter. At step 1, $\hat m/\sqrt{\hat v}=\pm1$:
# **a coordinate of pure noise moves as far as one of pure signal.** Later noise averages out, down
# to $\sqrt{(1-\beta_1)/(1+\beta_1)}=0.23$ (thin line). The first steps are sign descent on one
# batch. That is a reason to warm up which bias correction does not remove.

# %% [markdown]
# ## AdamW against L2
#
# L2 puts $\mathrm{wd}\cdot w$ into $g$. It then goes through $\hat m/\sqrt{\hat v}$ like
# everything else. AdamW subtracts $\eta\cdot\mathrm{wd}\cdot w$ from $w$ and leaves $g$ alone.
#
# ### Predict first: two dead experiments
#
# 1. A weight gets no gradient at all. Under Adam with L2, how does its path for wd = 0.1 differ
#    from that for wd = 0.001?
# 2. Many weights, no signal, gradient noise of size $s$, wd = 0.1 for all. Which of them keep their
#    starting value: those with small $s$, or with large?

# %%
labels = {"xlabel": ("step", "gradient noise s"), "ylabel": ("weight", "share left")}
left, right = figures.panels("no gradient", "4000 steps of noise", **labels)
for i, (wd, decoupled) in enumerate(((0.1, False), (0.001, False), (0.1, True), (0.001, True))):
    w, step, path = np.ones(1), adam(0.01), []
    for _ in range(150):
        path.append(w[0])
        w = step(w, lambda w, l2=0 if decoupled else wd: l2 * w) - 0.01 * wd * w * decoupled
    name = f"{'AdamW' if decoupled else 'L2'}, wd = {wd}"
    left.plot(path, label=name, linewidth=4 if i == 0 else 1.6)
    print(f"{name:17s}: weight {path[50]:6.3f} after 50 steps, {path[100]:6.3f} after 100")
sizes, lr, wd = np.logspace(-2, 1.5, 15), 1e-3, 0.1
for i, (decoupled, name) in enumerate(((False, "L2"), (True, "AdamW"))):
    rng, w, step = np.random.default_rng(3), np.ones((300, 15)), adam(lr)
    for _ in range(4000):
        g = sizes * rng.standard_normal(w.shape) + wd * w * (not decoupled)
        w = step(w, lambda w, g=g: g) - lr * wd * w * decoupled
    right.plot(sizes, w.mean(axis=0), "os"[i], color=figures.COLOURS[2 * i], label=name)
right.plot(sizes, np.exp(-lr * wd * 4000 / sizes), linewidth=1, label="exp(−lr·wd·t / s)")
right.set(xscale="log"), left.legend(fontsize=7), right.legend(fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** Left: under L2 both settings draw **one line**: dividing by $\sqrt{\hat v}$ takes out
# the unit of $\lambda$, and with it its size. AdamW's differ, as asked. Right: among noise, L2 is
# weight decay of strength $\mathrm{wd}/s$ (thin curve). Loud weights are hardly decayed, quiet ones
# wiped out; the rules agree at $s=1$ only. L2 is AdamW with another constant *for each weight*.
#
# ## Where it breaks
#
# One example in 100 has the gradient $+150$, all others $-1$. The mean is $+0.51$, so SGD moves $w$
# **down**. Run Adam with several $\beta_2$; 0.95 is common for language models. Which way?


# %%
def walk(b2, period, steps, runs=200):  # 1 in `period` gradients is 1.5 period, the others -1
    rng, w, step, path = np.random.default_rng(4), np.zeros(runs), adam(1.0, b2=b2), []
    for rare in rng.random((steps, runs)) < 1 / period:
        w = step(w, lambda w, rare=rare: np.where(rare, 1.5 * period, -1.0))
        path.append(w.mean())
    return np.array(path)


labels = {"xlabel": ("step", "memory 1/(1 − β₂)"), "ylabel": ("w / lr", "drift / lr")}
left, right = figures.panels("1 in 100", "long-run drift", **labels)
for b2 in (0.9, 0.95, 0.99, 0.999):
    path = walk(b2, 100, 4000)
    left.plot(path, label=f"β₂ = {b2}")
    print(f"β₂ = {b2}: from step 2000 to 4000 w moves by {path[-1] - path[1999]:+7.1f} lr")
memory = np.array([5, 10, 20, 50, 100, 200, 500, 1000])
for i, period in enumerate((30, 100, 300)):
    drift = [np.mean(np.diff(walk(1 - 1 / k, period, 4000)[2000:])) for k in memory]
    right.plot(memory, drift, marker="os^"[i], label=f"1 in {period}")
right.axhline(0, color=figures.INK, lw=0.7), right.set(xscale="log"), left.legend(), right.legend()
plt.show()

# %% [markdown]
# **Read it.** With a short memory Adam walks *up*: after a rare gradient $\sqrt v$ has forgotten it
# long before the next, and the many small ones vote undamped, one step each. It follows the
# majority, not the mean. Right: it turns round only when the memory $1/(1-\beta_2)$ is longer than
# the time between rare events. No warning and no divergence: the *common* examples' loss falls.
# This is the failure of Reddi et al. (2018), in numbers that occur: rare classes, rare tokens, one
# loud source. Check: the loss on the rare slice, with $\beta_2$ raised; or a larger batch, which
# makes the rare common.

# %% [markdown]
# ## Say it in 60 seconds
#
# "I ask for the unit of the learning rate. SGD's is one over a curvature: it has a ceiling,
# $2/\lambda_{\max}$, which no batch size moves. The heavy ball raises it, Nesterov lowers it. Adam
# divides each coordinate by its own gradient size, so its rate is a distance: the loss's scale
# drops out, and with it an L2 penalty; hence decoupled decay. The noise floor goes with rate over
# batch for SGD, rate over root batch for Adam. At step one every coordinate moves by the full rate,
# noise included: so warm up. Adam bets on the axes, and on $\beta_2$ remembering rare gradients. I
# would check curvature along the update, and loss by slice."


# %% [markdown]
# ### What a listener writes down
#
# - **Mid-level**: knows all update rules, says that Adam adapts a rate for each weight, that AdamW
#   decouples decay, that warm-up stabilises. No mechanism, no number.
# - **Senior**: the ceiling from the Hessian and which direction sets it; why L2 vanishes in Adam;
#   linear against root scaling and where each ends; first steps as sign descent. Gives numbers for
#   a case.
# - **Staff**: knows what each rule is *invariant* to, and so what it cannot see; separates
#   curvature limits from noise limits by an experiment (change the batch, keep the rate); names a
#   failure that shows in no training curve, and what it would cost to look.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. Does Adam have a ceiling too?</summary>
#
# Yes. Freeze $v$: Adam is a heavy ball with preconditioner $P=\mathrm{diag}(\sqrt{\hat v})$. In its
# convention $m$ is an average, so $\eta(1-\beta_1)$ plays the part of our $\eta$, and the ceiling
# $2(1+\mu)$ becomes
#
# $$\lambda_{\max}(P^{-1}H)<\frac{2(1+\beta_1)}{(1-\beta_1)\,\eta}=\frac{38}{\eta}
# \quad(\beta_1=0.9).$$
#
# Cohen et al. (2022) find full-batch training with Adam hovering at this number. The difference to
# SGD: $P$ adapts, so Adam can go on into regions of higher curvature by shrinking its own steps.
#
# </details>
#
# <details><summary>2. A network is no bowl. What happens above 2/λ there?</summary>
#
# Often no divergence. Under full-batch descent the sharpness $\lambda_{\max}$ *rises* until it
# reaches $2/\eta$ and then hovers there, while the loss falls unevenly (Cohen et al. 2021): the
# rate selects the curvature, not only the other way round. The curvature can follow only so fast: a
# second reason for warm-up. With small batches the story changes again: with momentum, a lower
# plateau near $2(1-\mu)/\eta$ was reported (Andreyev et al. 2026): the common wrong guess for the
# bowl is near the truth there.
#
# </details>
#
# <details><summary>3. The batch is 8 times as large. What do you do to the learning rate?</summary>
#
# SGD: times 8 keeps $\eta/B$, hence the noise floor (Goyal et al. 2017, with warm-up). Adam: times
# $\sqrt8$ (Malladi et al. 2022, who also move the $\beta$). Both are rules *for the noise*; they
# end where the ceiling begins, or where the batch gradient is no longer noise-dominated: beyond the
# critical batch, larger batches buy nothing (McCandlish et al. 2018). So: scale, warm up, and check
# with one run at half the rate. If both curves agree at the same number of examples, you are past
# it.
#
# </details>
#
# <details><summary>4. Why does warm-up help, and how long should it be?</summary>
#
# Two mechanisms, and they ask for different lengths. *Normalisation*: at $t=1$ each step is a sign.
# Liu et al. (2020) blame the scatter of the adaptive rate; Ma & Yarats (2021) the size of the
# update itself, and suggest linear warm-up over $2/(1-\beta_2)$ steps, 2000 by default.
# *Curvature*: early sharpness is high and falls while the rate is small. To tell them apart, warm
# up SGD with momentum, which has no $v$: what still helps is curvature.
#
# </details>
#
# <details><summary>5. What does ε do, besides preventing 0/0?</summary>
#
# It is the one number in Adam with the unit of a gradient, so it breaks the invariance: coordinates
# with $\sqrt{\hat v}\ll\epsilon$ get SGD with momentum at rate $\eta/\epsilon$. Multiply the loss
# by 0.001, or shrink gradients with depth, and more of them fall below. Very large $\epsilon$ makes
# Adam into SGD with momentum. And it has no standard place: Keras documents its epsilon as the
# $\hat\epsilon$ of the paper's faster form, added before the correction of $v$. Porting a
# configuration moves the early steps.
#
# </details>
#
# <details><summary>6. Is "a step of Adam is at most lr" true?</summary>
#
# No. Let a coordinate be silent for long and then get one gradient $g$: $m=0.1g$, $v=0.001g^2$,
# corrections are 1 by now, and the step is $3.16\,\eta$. The bound is
# $(1-\beta_1)/\sqrt{1-\beta_2}$ for exactly this case, and $\eta$ otherwise (Kingma & Ba 2015,
# §2.1). And $m$ goes on: the coordinate travels about ten times that before it stops. Rare tokens'
# embeddings meet this at every occurrence. Smaller $\beta_2$ softens it ($0.95$: $0.45\,\eta$), at
# the price of the failure above.
#
# </details>
#
# <details><summary>7. How do you choose wd for AdamW?</summary>
#
# By its horizon: weights are an exponential average of the last $1/(\eta\cdot\mathrm{wd})$ updates.
# Wang & Aitchison (2025) find the best horizon, in epochs, nearly constant over model and data
# size; so more data wants smaller wd. Three traps. If wd stays and $\eta$ decays, decay fades too.
# In the paper's algorithm 2 it is not multiplied by the base rate, in PyTorch it is. And for
# weights in front of a normalisation layer the scale does not matter to the function: there decay
# sets the *effective learning rate* $\eta/\lVert w\rVert^2$ and is no regulariser (van Laarhoven
# 2017).
#
# </details>
#
# <details><summary>8. How do you get λmax of a model with a billion weights?</summary>
#
# Power iteration on Hessian-vector products, each about the price of a gradient (Pearlmutter 1994:
# differentiate $g^\top v$). Some tens of products on one fixed batch are enough to compare with
# $2/\eta$. Cheaper, and nearer to the question: the curvature along the step that you are about to
# take, $u^\top Hu/u^\top u$: one product, or three losses. The full-batch value and the one on your
# training batch differ; say which one you report.
#
# </details>
#
# <details><summary>9. What did this lesson not show?</summary>
#
# Bowls have a fixed Hessian; the pace of momentum, the floors and the ceilings are exact only
# there. It says nothing about generalisation. And "Adam bets on the axes" is not the whole of
# Adam's success with transformers: turning their weights at random does cost it, and yet the usual
# axis-dependent assumptions do not explain by how much (Zhang et al. 2025).
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
