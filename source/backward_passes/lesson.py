# %% [markdown]
# # {{title}}
#
# > "Here is our hand-written layer norm. Its backward pass multiplies by the gain and by 1/σ. Our
# > loss falls, the kernel is fast, and in bfloat16 it agrees with the reference within tolerance.
# > Is anything wrong? Derive what should be there, and tell me how you would have found out."
#
# Two terms are missing. At width 768 they are a twentieth of the gradient, a loose tolerance lets
# them through, and a small network trains all the same. Here backward passes are derived line by
# line, broken on purpose, and measured: what a break does to the gradient at each depth, and to
# training.
#
# ## Objectives
#
# {{objectives}}

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from mlprep import figures

figures.use_style()
torch.set_default_dtype(torch.float64)

# %% [markdown]
# ## Layer norm, line by line
#
# Rows x [B, D], gain g, bias b [D]; means over a row's D features.
#
# $$\mu=\overline{x}\;[B,1],\quad c=x-\mu,\quad v=\overline{c^2},\quad
# r=(v+\varepsilon)^{-1/2},\quad \hat x=cr,\quad y=\hat x g+b$$
#
# Backward: one line for each operation, in reverse. Two rules suffice. **Used twice: two terms**
# ($c$ is in $\hat x$ and in $v$, $x$ in $c$ and in $\mu$). **Shared: a sum** ($g$ and $b$ by the
# rows, $r$ and $\mu$ by the features). A factor $1/D$ appears only where the forward pass has a
# mean. Check every line, because in a wrong pass the *first* line that differs is the bug.


# %%
def layer_norm_lines(x, g, b, dy, eps=1e-5):  # forward, then every gradient, by name
    D = x.shape[1]
    mu = x.mean(1, keepdim=True)
    c = x - mu
    v = c.square().mean(1, keepdim=True)
    r = (v + eps) ** -0.5
    x_hat = c * r
    y = x_hat * g + b
    forward = {"b": b, "g": g, "x_hat": x_hat, "r": r, "v": v, "c": c, "mu": mu, "x": x}
    grad = {"b": dy.sum(0)}  # (D,)
    grad["g"] = (dy * x_hat).sum(0)  # (D,)
    grad["x_hat"] = dy * g  # (B, D)
    grad["r"] = (grad["x_hat"] * c).sum(1, keepdim=True)  # (B, 1)
    grad["v"] = -0.5 * grad["r"] * r**3  # (B, 1)
    grad["c"] = grad["x_hat"] * r + grad["v"] * 2 * c / D  # (B, D), two ways out of c
    grad["mu"] = -grad["c"].sum(1, keepdim=True)  # (B, 1)
    grad["x"] = grad["c"] + grad["mu"] / D  # (B, D), two ways out of x
    return y, forward, grad


# %%
gen = torch.Generator().manual_seed(0)
B, D = 5, 7
x, g, b, dy = (torch.randn(s, generator=gen) for s in ((B, D), (D,), (D,), (B, D)))
leaves = [a.clone().requires_grad_() for a in (x, g, b)]
y, forward, grad = layer_norm_lines(*leaves, dy)
theirs = torch.autograd.grad((y * dy).sum(), list(forward.values()))
print("line  | shape  | exact | approx | largest difference below")
for (name, mine), other in zip(grad.items(), theirs, strict=True):
    gap = (mine - other).abs().max().item()
    below = "0" if gap == 0 else "1e-14" if gap < 1e-14 else f"{gap:.0e}"
    same = torch.equal(mine, other), torch.allclose(mine, other, atol=1e-12)
    print(f"{name:5s} | {str(tuple(mine.shape)):6s} | {same[0]!s:5s} | {same[1]!s:6s} | {below}")
h, n = grad["x_hat"], forward["x_hat"]
one_go = forward["r"] * (h - h.mean(1, keepdim=True) - n * (h * n).mean(1, keepdim=True))
print("all in one go agrees with line x:", torch.allclose(one_go, grad["x"], atol=1e-12))

# %% [markdown]
# **Read it.** Every line agrees. Insert lines 4 to 6 into each other, and use $\overline{\hat
# x}=0$; with $h=dy\odot g$:
#
# $$\boxed{dx=r\,\big(h-\overline{h}-\hat x\,\overline{h\hat x}\big)}$$
#
# RMS norm subtracts no mean going forward, so its second term goes; batch norm is the same
# expression along the other axis.
#
# ### Predict first: what do the two terms remove?
#
# They are the parts of $h$ along $(1,\dots,1)$ and along $\hat x$: the two directions in which
# layer norm is blind. For a random $h$, what share of its length goes missing if you forget both
# terms, at D = 768? And what happens to the length of $x$ if you descend along the right $dx$, for
# ever?


# %%
def backward(x, h, terms):  # x, h (D,) or (B, D); terms: (of the mean, of the variance)
    c = x - x.mean(-1, keepdim=True)
    r = c.square().mean(-1, keepdim=True) ** -0.5
    n, mean = c * r, h.mean(-1, keepdim=True)
    return r * (h - terms[0] * mean - terms[1] * n * (h * n).mean(-1, keepdim=True))


TERMS = {"both terms": (1, 1), "only the mean's": (1, 0), "none": (0, 0)}
print("relative error of dx for random h:")
for D in (8, 64, 768, 8192):
    x, h = (torch.randn(64, D, generator=gen) for _ in range(2))
    right, wrong = backward(x, h, (1, 1)), backward(x, h, (0, 0))
    error = ((wrong - right).norm() / right.norm()).item()
    print(f"  D = {D:4d}: {error:.3f}, and √(2/D) is {(2 / D) ** 0.5:.3f}")

# %%
target, paths = torch.tensor([-0.6, 0.6, 1.2]), {}
for name, terms in TERMS.items():
    x = torch.tensor([1.2, -0.4, 0.5])
    path, losses = [x], []
    for _ in range(60):  # loss |LN(x) − target|² / 2
        n = (x - x.mean()) / x.std(correction=0)
        losses.append((n - target).square().sum().item() / 2)
        x = x - 0.05 * backward(x, n - target, terms)
        path.append(x)
    points = torch.stack(path)
    flat = (points - points.mean(1, keepdim=True)).norm(dim=1)
    paths[name] = points.numpy(), flat.numpy(), losses
    print(f"{name:15s}: |x − mean| {flat[0]:.2f} → {flat[-1]:.2f}, smallest {flat.min():.2f};")
    print(f"{'':17s}mean {points[0].mean():.2f} → {points[-1].mean():.2f}; loss {losses[-1]:.3f}")

# %%
plane = np.array([[1, -1, 0], [1, 1, -2]]) / np.array([[2**0.5], [6**0.5]])  # ⟂ (1, 1, 1)
titles = "path of x, D = 3, seen along (1, 1, 1)", "distance from the axis"
labels = {"xlabel": ("first axis", "step"), "ylabel": ("second axis", "|x − mean|")}
left, right = figures.panels(*titles, **labels, size=(6.0, 3.2))
turn = np.linspace(0, 2 * np.pi, 200)
left.plot(3**0.5 * np.cos(turn), 3**0.5 * np.sin(turn), "-", color=figures.SAND, linewidth=4)
aim = plane @ target.numpy()
left.plot([0, 3 * aim[0]], [0, 3 * aim[1]], "-", color="grey", linewidth=0.7)
for (name, (points, flat, _)), colour, dash, width in zip(
    paths.items(), figures.COLOURS, figures.DASHES, (1.8, 2.6, 1.2)
):
    left.plot(*(points @ plane.T).T, color=colour, linestyle=dash, linewidth=width)
    right.plot(flat, color=colour, linestyle=dash, linewidth=width, label=name)
left.plot(*(plane @ points[0]), "o", color=figures.INK)
left.annotate("start", plane @ points[0] + 0.12, fontsize=8)
left.set(aspect="equal", xlim=(-2.1, 2.1), ylim=(-2.1, 2.1)), right.set(ylim=(0, None))
right.legend(fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** The error is about $\sqrt{2/D}$: two directions of D. **Test norms at small widths.**
# Layer norm maps each ray to a point of the sand circle; thin: the target's ray. The right gradient
# only *turns* x: the distance can only grow (Salimans & Kingma 2016). Without the variance's term x
# falls to the axis, where $r=1/\sigma$ explodes, and is thrown out of the picture. Without the
# mean's it drifts along $(1,1,1)$ too.
#
# ## A wrong backward pass is a detach
#
# "Statistics are constants" is the right derivative of a pass with `mean.detach()` and
# `var.detach()`. Nearly every bug of this lesson can be stated so, and then autograd runs it for
# us. One helper does the rest: same value, another gradient.


# %%
def instead(value, path):  # the value of one thing, the gradient of another
    return path + (value - path).detach()


def weights(D, gen):  # of one block
    shapes = [(D, D)] * 4 + [(D, 4 * D), (4 * D, D)]
    return [torch.randn(s, generator=gen) / s[0] ** 0.5 for s in shapes]


def norm(x, bug):
    mean = x.mean(-1, keepdim=True)
    mean = mean.detach() if bug == "statistics constant" else mean
    var = (x - mean).square().mean(-1, keepdim=True)
    var = var.detach() if bug in ("statistics constant", "only the mean's term") else var
    r = (var + 1e-5) ** -0.5
    y = (x - mean) * r
    return instead(y, y / r.detach()) if bug == "factor r missing" else y


# %%
def attend(n, Wq, Wk, Wv, bug):  # (B, T, D), one causal head
    q, k, v = n @ Wq, n @ Wk, n @ Wv
    d = k.shape[-1] ** 0.5
    z = q @ k.mT / d
    z = instead(z, z * d) if bug == "no 1/√d" else z
    e = z.masked_fill(~torch.ones(z.shape[-2:], dtype=torch.bool).tril(), -torch.inf).exp()
    total = e.sum(-1, keepdim=True)
    return e / (total.detach() if bug == "softmax denominator" else total) @ v


def block(x, W, bug, gen, p=0.1):  # pre-norm; dropout on both branches
    for branch in (lambda n: attend(n, *W[:3], bug) @ W[3], lambda n: (n @ W[4]).relu() @ W[5]):
        f = branch(norm(x, bug))
        m, other = ((torch.rand(f.shape, generator=gen) > p) / (1 - p) for _ in range(2))
        out = instead(m * f, other * f) if bug == "new dropout mask" else m * f
        x = (x.detach() if bug == "skip lost" else x) + out
    return x


# %% [markdown]
# ### Predict first: who explodes, who fades, who turns?
#
# 24 random blocks of width 64. One gradient enters at the top and travels down. Two things can go
# wrong with it at each depth: its **length**, and its **angle** to the right one. Seven bugs:
# statistics constant; only the mean's term; the factor r missing; 1/√d missing in attention's
# backward pass; the softmax's denominator constant; a new dropout mask; the skip lost. Which ruin
# the length? Which one has the right length at every depth, and points elsewhere?

# %%
BUGS = ["none", "statistics constant", "only the mean's term", "factor r missing", "no 1/√d"]
BUGS += ["softmax denominator", "new dropout mask", "skip lost"]
L, D = 24, 64
found = {}
for bug in BUGS:
    gen = torch.Generator().manual_seed(1)
    layers = [weights(D, gen) for _ in range(L)]
    x = torch.randn(4, 16, D, generator=gen).requires_grad_()
    stream, drops = [x], torch.Generator().manual_seed(2)
    for W in layers:
        stream.append(block(stream[-1], W, bug, drops))
    top = torch.randn(x.shape, generator=gen)
    found[bug] = torch.autograd.grad(stream[-1], stream[:-1], top)  # (L of (B, T, D))
right = found["none"]
size = {bug: [(a.norm() / top.norm()).item() for a in grads] for bug, grads in found.items()}
cosine = {
    bug: [F.cosine_similarity(a.flatten(), c.flatten(), 0).item() for a, c in zip(grads, right)]
    for bug, grads in found.items()
}

# %%
labels = {"xlabel": "block (24: at the top)", "ylabel": ("length, of what came in", "cosine")}
left, right = figures.panels("length of the gradient", "cosine to the right one", **labels)
STYLE = {bug: (figures.COLOURS[i % 4], figures.DASHES[i % 4]) for i, bug in enumerate(BUGS)}
for i, (bug, (colour, dash)) in enumerate(STYLE.items()):
    style = {"color": colour, "linestyle": dash, "marker": "o" if i > 3 else None, "markevery": 6}
    left.plot(np.arange(1, L + 1), size[bug], label=bug, **style)
    right.plot(np.arange(1, L + 1), cosine[bug], **style)
left.set(yscale="log", ylim=(1e-2, 1e13)), right.set(ylim=(-0.05, 1.05))
left.legend(fontsize=6.5, handlelength=3, loc="upper right"), plt.show()
print("at block 1:           length / right | cosine")
for bug in BUGS[1:]:
    print(f"  {bug:20s} {size[bug][0] / size['none'][0]:12.3g} | {cosine[bug][0]:.2f}")

# %% [markdown]
# **Read it.** *Skip lost* (out of the picture at once) and *factor r missing* ruin the length: any
# plot of norms shows them. *No 1/√d* is no harmless factor: it acts on one branch only, so it
# stretches and turns. *A new dropout mask* keeps the length at every depth: **no norm and no
# histogram can show it**, and a quarter of the cosine is gone. The norm bugs are mild, as the skip
# carries most.
#
# ## Attention
#
# $$dV=P^\top dO,\quad dP=dO\,V^\top,\quad dZ=P\odot\big(dP-\rho\big),\quad
# \rho_t=\textstyle\sum_sP_{ts}dP_{ts},\quad dQ=\tfrac{dZ\,K}{\sqrt d},\quad
# dK=\tfrac{dZ^\top Q}{\sqrt d}$$
#
# And $\sum_sP_{ts}\,(dO_t\cdot V_s)=dO_t\cdot O_t$: **ρ needs no table**, which is what lets a
# fused kernel go backward tile by tile (Dao et al. 2022). Predict: which of three ways to get dZ
# wrong sends a gradient into the future?

# %%
gen, T, d = torch.Generator().manual_seed(3), 8, 5
q, k, v, up = (torch.randn(T, d, generator=gen) for _ in range(4))
P = (q @ k.T / d**0.5).masked_fill(torch.ones(T, T).triu(1) > 0, -torch.inf).softmax(1)
dP = up @ v.T
rho = (P * dP).sum(1, keepdim=True)
same = torch.allclose(rho[:, 0], (up * (P @ v)).sum(1))
print("ρ from the table and from the output agree:", same)
tables = {
    "right": P * (dP - rho),
    "sum over queries": P * (dP - (P * dP).sum(0)),
    "bracket lost": P * dP - rho,
    "diagonal only": P * (1 - P) * dP,
}
axes = figures.panels(*tables, xlabel="key", ylabel="query", sharey=True, size=(6.0, 2.3))
for ax, (name, dZ) in zip(axes, tables.items()):
    ax.imshow(dZ, cmap="gray", vmin=-0.5, vmax=0.5)
    ax.grid(False), ax.set(xticks=(0, 7), yticks=(0, 7))
    future, rows = dZ.triu(1).abs().sum(), dZ.sum(1).abs().max()
    print(f"{name:16s}: gradient into the future {future:4.1f}, largest row sum {rows:.2f}")
plt.show()

# %% [markdown]
# **Read it.** White pulls a score up, black pushes it down, grey is 0. Right: each row balances, as
# shares are only moved. Only *bracket lost* reaches above the diagonal, into what was masked:
# rightly P is a factor of everything, and backward needs **no mask at all**. The others are wrong
# in their row sums: two asserts, no reference.
#
# ## Batch norm: one name, two functions
#
# Training norms with this batch, evaluation with a memory. **Predict:** inputs have mean 0 and
# deviation 1; one row is exactly x = 1, the other N − 1 are random. What does training make of it
# at N = 2? At N = 8? Which memory of the variance is right: with N or with N − 1?

# %%
gen, SIZES, bands, memory = torch.Generator().manual_seed(4), 2 ** np.arange(1, 8), [], []
for N in SIZES.tolist():
    batch = torch.randn(4000, N, generator=gen)
    memory.append([batch.var(1, correction=c).mean().item() for c in (0, 1)])
    batch[:, 0] = 1.0
    seen = (1 - batch.mean(1)) / batch.std(1, correction=0)
    bands.append(torch.quantile(seen, torch.tensor([0.1, 0.5, 0.9])).tolist())
low, median, high = np.array(bands).T
labels = {"xlabel": "rows N", "ylabel": ("x̂", "average memory of v")}
left, right = figures.panels("what x = 1 becomes in training", "true variance 1", **labels)
left.fill_between(SIZES, low, high, color=figures.SAND, alpha=0.5, label="80 % of batches")
left.plot(SIZES, median, marker="o", label="median")
left.axhline(1, color=figures.ORANGE, linestyle=figures.DASHES[2], label="evaluation")
for row, name in zip(np.array(memory).T, ("divided by N", "divided by N − 1")):
    right.plot(SIZES, row, marker="o", label=name)
for ax in (left, right):
    ax.set_xscale("log"), figures.plain_ticks(ax.xaxis, SIZES), ax.legend()
print("N = 2: 80 % of the values lie between", round(low[0], 3), "and", round(high[0], 3))
print("N = 2: memories", " and ".join(f"{m:.1f}" for m in memory[0]))
plt.show()

# %% [markdown]
# **Read it.** At N = 2 the band is the whole interval: $\hat x=\pm1$ whatever came in, only the
# order of the pair is left; and it narrows slowly, like $1/\sqrt N$. Singh & Shrivastava (2019)
# show the same gap in a trained network. The memory with N is biased by $(N-1)/N$: one half at N =
# 2. PyTorch norms with N and remembers with N − 1.
#
# ### Predict first: eight devices
#
# 16 rows, 2 on each of 8 devices; statistics are synchronised going forward: loss and outputs equal
# those of one device. Which sums must travel *backward*, and how wrong is dx if they do not?

# %%
gen = torch.Generator().manual_seed(5)
x, h = torch.randn(8, 2, 3, generator=gen), torch.randn(8, 2, 3, generator=gen)  # device, row, C
mean, var = x.mean((0, 1)), x.var((0, 1), correction=0)  # synchronised
r = var**-0.5
n = (x - mean) * r
ways = {  # how Σ h and Σ h x̂ are formed
    "summed over all devices": lambda a: a.mean((0, 1)),
    "each device its own": lambda a: a.mean(1, keepdim=True),
    "not at all": lambda a: 0 * a,
}
leaf = x.clone().requires_grad_()
whole = (leaf - leaf.mean((0, 1))) * leaf.var((0, 1), correction=0) ** -0.5
exact = torch.autograd.grad((whole * h).sum(), leaf)[0]
for way, average in ways.items():
    dx = r * (h - average(h) - n * average(h * n))
    error = (dx - exact).norm() / exact.norm()
    print(f"{way:24s}: relative error of dx {'below 1e-12' if error < 1e-12 else f'{error:.2f}'}")

# %% [markdown]
# **Read it.** Forward is settled by Σx, Σx² and a count. Backward needs Σh and Σh x̂ over **all**
# rows, as a row on one device moves the mean for all. Left out, the error is about $\sqrt{2/16}$;
# summed per device it is far **worse than nothing**: local sums of two rows are large, and remove
# what is not there.
#
# ## Convolution: where did this input go?
#
# Scatter: each output adds w back to where it looked. Asked backwards, the same sum is a
# convolution over dy with s − 1 zeros between its entries, and with the kernel turned, since input
# $p=si+u$ meets $w_u$ at $i=(p-u)/s$. **Predict:** all dy are 1 and all weights are 1. Is dx flat?

# %%
shown = {f"k = {k}, s = {s}": (k, s) for k, s in ((3, 1), (3, 2), (4, 2), (3, 4))}
axes = figures.panels(*shown, xlabel="column of x", ylabel="row of x", sharey=True, size=(6.0, 2.3))
for ax, (name, (k, s)) in zip(axes, shown.items()):
    x, w = torch.zeros(1, 1, 13, 13, requires_grad=True), torch.ones(1, 1, k, k)
    y = F.conv2d(x, w, stride=s)
    dx = torch.autograd.grad(y.sum(), x)[0][0, 0]
    spread = torch.zeros(1, 1, 12 + k, 12 + k)  # dy with s − 1 zeros between, k − 1 around
    stop = k - 1 + s * (y.shape[-1] - 1) + 1
    spread[:, :, k - 1 : stop : s, k - 1 : stop : s] = 1.0
    gather = F.conv2d(spread, w.flip(2, 3))[0, 0]
    ax.imshow(dx / dx.max(), cmap="Greys", vmin=0, vmax=1.2)
    ax.grid(False), ax.set(xticks=(0, 6, 12), yticks=(0, 6, 12))
    middle = sorted(set(dx[4:8, 4:8].flatten().int().tolist()))
    agree = torch.equal(dx, gather)
    print(f"{name}: outputs that saw an inner pixel {middle}; gather agrees with scatter: {agree}")
plt.show()

# %% [markdown]
# **Read it.** Darker: seen by more outputs. If the stride does not divide the kernel, pixels get 1,
# 2 or 4 times the gradient, in a chequered pattern, with *correct* code: the pattern that Odena et
# al. (2016) explain for generators is the gradient of every such strided layer. With s > k (right)
# some pixels are never seen. With k = 4, s = 2 the inside is flat.
#
# ## Where it breaks
#
# A small causal transformer learns to repeat the token from three places back, with Adam; chance is
# log 7 = 1.95. One bug a program, as a detach: the loss shown is that of the *right* forward pass.
# **Predict:** which bugs does the loss curve show with 2 blocks? With 8?


# %%
def train(bug, depth, steps, B=16, T=12, V=7, D=32):
    gen = torch.Generator().manual_seed(7)
    layers = [weights(D, gen) for _ in range(depth)]
    table, place, head = (torch.randn(s, D, generator=gen) * 0.5 for s in (V, T, V))
    leaves = [a.requires_grad_() for a in (*sum(layers, []), table, place, head)]
    adam, losses = torch.optim.Adam(leaves, 3e-3), []
    for _ in range(steps):
        ids = torch.randint(V, (B, T), generator=gen)
        x = table[ids]
        if bug == "embedding overwritten":  # only the last use of an id has a gradient
            last = torch.tensor([ids.flatten().eq(v).nonzero().max() for v in range(V)])
            x = torch.where((last[ids] == torch.arange(B * T).view(B, T))[..., None], x, x.detach())
        x = x + place
        for W in layers:
            x = block(x, W, bug, gen)
        loss = F.cross_entropy((norm(x, bug) @ head.T)[:, 3:].flatten(0, 1), ids[:, :-3].flatten())
        adam.zero_grad(), loss.backward(), adam.step()
        losses.append(loss.item())
    return losses


# %%
torch.set_default_dtype(torch.float32)  # training does not need more
SOME = ["none", "statistics constant", "no 1/√d"]
SOME += ["new dropout mask", "embedding overwritten", "skip lost"]
axes = figures.panels("2 blocks", "8 blocks", xlabel="step", ylabel="loss (nats)", sharey=True)
final = {}
for ax, depth, steps in zip(axes, (2, 8), (60, 82)):
    for i, bug in enumerate(SOME):
        losses = np.array(train(bug, depth, steps))
        smooth = np.convolve(losses, np.ones(5) / 5, "valid")
        style = {"color": figures.COLOURS[i % 4], "linestyle": figures.DASHES[i % 4]}
        ax.plot(smooth, label=bug, marker="o" if i > 3 else None, markevery=9, **style)
        final[bug, depth] = losses[-10:].mean()
axes[0].set(ylim=(0, 3)), axes[1].legend(fontsize=6, loc="lower left")
print("loss, mean of the last ten steps: 2 blocks | 8 blocks")
for bug in SOME:
    few, many = ("below 0.3" if final[bug, d] < 0.3 else "above 1" for d in (2, 8))
    print(f"  {bug:22s} {few:>17s} | {many}")
plt.show()

# %% [markdown]
# **Read it.** With 2 blocks only the lost skip is seen. With 8, constant statistics and the missing
# 1/√d fail as well: **the same two lines of code, harmless or fatal by depth**; a bug that is found
# at scale was there in the small run. And two bugs are seen at neither depth: the new dropout mask
# and the overwritten embedding follow the right curve, though the one turns the gradient and the
# other keeps 7 of 192 uses of ids a batch; Adam rescales what is left. What finds all of them in a
# second is a gradient check: float64, small odd sizes, repeated ids, the mask held fixed.

# %% [markdown]
# ## Say it in 60 seconds
#
# "I write forward as single operations and walk back: used twice, two terms; shared, a
# sum. For layer norm that gives r times h, minus its mean, minus x̂ times the mean of
# h x̂: the gradient without its parts along ones and along x̂, because layer norm does not see a
# shift or a stretch. Batch norm is the same along the batch in training, and a constant factor in
# evaluation; over devices both directions need global sums. Attention: dZ is P times dP minus ρ,
# and ρ is dO·O, so no table is stored. I don't trust the loss curve. I check each line in float64,
# at small odd sizes."

# %% [markdown]
# ## Follow-ups
#
# **What a listener notes.** *Mid*: the boxed formula and dZ, with shapes; batch norm has two modes;
# "check against autograd". *Senior*: derives by lines and says why each term is there; projection;
# N against N − 1; ρ = dO·O; which sums travel between devices; small odd sizes. *Staff*: says what
# a bug does to length and angle, and which instrument would see it; that a test at width 4096 in
# bfloat16 hides missing norm terms; that depth and optimiser decide whether a wrong gradient
# trains; and puts the check into continuous integration, with an argued tolerance.
#
# <details><summary>1. What must layer norm store for its backward pass?</summary>
#
# x (or x̂), and r per row: μ can be had from x, or is not needed with x̂. If the output y is kept
# anyway, x̂ = (y − b)/g saves one more array, but it divides by g, and fails where g is 0 or tiny.
# Two means per row are one pass over the row; dg and db are sums over *rows*, against the grain: in
# a fused kernel each group of rows writes partial sums, and a second small kernel adds them up. A
# common race or omission is just there.
#
# </details>
#
# <details><summary>2. Layer norm's gradient is orthogonal to x. What follows?</summary>
#
# At ε = 0, $dx\perp(x-\overline x)$: in every step the squared length grows by the squared step,
# and $dx$ scales like 1/length. So whatever is scale-free tunes its own effective rate down. For
# *weights* in front of a norm (W x, then norm over what W produced) the same argument holds for W:
# its norm grows, the effective rate falls like 1/‖W‖², and weight decay acts on the rate, not on
# the function. In the figure this is the slow rise of the solid line.
#
# </details>
#
# <details><summary>3. Is detaching the statistics ever done on purpose?</summary>
#
# Yes, and it is instructive: Xu et al. (2019) compare layer norm with a version whose statistics
# pass no gradient, and find that the derivatives of mean and variance matter more than the forward
# norm. Batch norm in evaluation mode (frozen) is the same in effect: statistics are constants, and
# the gradient is dy · g · r. It is right *there*, because they really do not depend on x. Scale
# factors such as ‖W‖ in some reparameterisations are detached to save work; ask what invariance is
# lost.
#
# </details>
#
# <details><summary>4. Batch norm at batch size 1?</summary>
#
# For vectors, x̂ = 0: output b, dx = 0, running variance 0/0; PyTorch raises. For images each
# channel still has H · W numbers, so it runs, as instance norm: it is the *mode switch* that hurts,
# since evaluation uses a memory. Ways out: accumulate statistics over several steps (they belong to
# older weights), freeze them and use the evaluation backward pass, synchronise, or replace by group
# or layer norm, which do the same computation in both modes (Ba et al. 2016). Accumulating
# *gradients* does not help: statistics are still those of one row.
#
# </details>
#
# <details><summary>5. Does batch norm cure exploding gradients?</summary>
#
# At initialisation and without skips, it causes them: Yang et al. (2019) show that gradients grow
# exponentially with depth whatever the weights' variance, and that the network nearer to linear
# explodes less. The forward signal is perfect at every layer meanwhile. Skips cure it, because the
# norm then sits on a branch. It is the clearest case for plotting gradients by depth and not
# activations.
#
# </details>
#
# <details><summary>6. Why is ρ = dO·O not used in the plain formula?</summary>
#
# It is the same number. If P and dP exist as tables, Σ P dP costs nothing extra. If they are to be
# recomputed tile by tile, a row's sum over all keys would be needed *before* the first tile of dZ:
# a second pass. dO·O needs two rows of width e. Numerically both are fine in float32. In half
# precision O has been rounded, so ρ differs a little from the sum, and rows of dZ do not sum to 0
# exactly: a small systematic push on all scores of a row, which keys in common see.
#
# </details>
#
# <details><summary>7. Why does its backward pass contain a flipped kernel?</summary>
#
# Forward, $y_i=\sum_u w_u x_{si+u}$: a matrix with $w$ along its rows, shifted by s. Backward is
# the transpose. Its columns hold $w$ *reversed*, with gaps from s: $dx_p=\sum_u w_u\,dy_{(p-u)/s}$
# over those u for which the division works out. Hence flip, and zeros between (Dumoulin & Visin
# 2016). The output size is not determined by dy alone when the stride does not divide: frameworks
# ask for `output_padding`, which is the number of inputs that nobody saw.
#
# </details>
#
# <details><summary>8. How do you check a backward pass that draws random numbers?</summary>
#
# A finite difference with a new mask in every call measures noise over ε. Fix the draw: pass the
# mask in, or reseed before every forward call. Then the check sees the second kind of bug too: a
# backward pass that draws again disagrees with the fixed mask. The same goes for recomputation
# (checkpointing), which must restore the generator's state, or it silently becomes this bug.
#
# </details>
#
# <details><summary>9. Your kernel agrees with the reference to 1e-2 in bfloat16. Enough?</summary>
#
# No. The missing norm terms are $\sqrt{2/D}$: 1.6 % at D = 8192, the size of what rounding to 8
# bits is granted in such a test. Compare in float64, or in float32 at small D, where the bug is
# 50 % and rounding 1e-6. Where only the half-precision kernel exists, compare *structure*: row
# sums of dx (0), dx · x̂ (0), row sums of dZ (0), equal to rounding of the terms summed, not of
# their result.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
