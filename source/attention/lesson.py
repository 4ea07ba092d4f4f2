# %% [markdown]
# # {{title}}
#
# > "We divide the dot product by √d. But Wq is learned, and could absorb any constant. So does the
# > factor matter at all, and why √d, not d? And when the context doubles, what exactly explodes?"
#
# "So that the softmax does not saturate" and "attention is quadratic" are what everybody answers.
# Both are half of the truth. Here the factor is measured **before and after the first step of
# training**, every wrong mask is drawn, and a NaN is followed into gradients whose loss looks
# perfectly healthy.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.nn import functional as F

from mlprep import figures

figures.use_style()
torch.set_num_threads(1)

# %% [markdown]
# ## A look-up in which nothing matches exactly
#
# Queries $Q$ [T, d], keys $K$ [S, d], values $V$ [S, e]. Each query is compared with every key; the
# matches become shares that sum to 1; the answer is the mixture of values in these shares:
#
# $$P=\mathrm{softmax}\Big(\frac{QK^\top}{\sqrt d}\Big)\in[0,1]^{T\times S},\qquad
# \text{output}=PV\in\mathbb{R}^{T\times e}$$
#
# **Rows are queries, rows sum to 1.** A mask sets scores to $-\infty$ *before* the softmax. Whoever
# keeps the shape [T, S] in mind, with $T\neq S$, avoids half of the bugs below. A row that may see
# nothing has no right answer: here it is 0, as in torch's own function.


# %%
def softmax(scores):  # over the last axis; a row of -inf gives zeros
    top = scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total > 0, total, 1)


def attention(Q, K, V, keep=True):  # (T, d), (S, d), (S, e), bool (T, S) -> (T, e), (T, S)
    scores = Q @ K.T / np.sqrt(Q.shape[-1])
    P = softmax(np.where(keep, scores, -np.inf))
    return P @ V, P


def entropy(P):  # of each row, in nats
    return -np.sum(P * np.log(np.where(P > 0, P, 1)), axis=-1)


rng = np.random.default_rng(0)
out, P = attention(*(rng.standard_normal((n, 8)) for n in (3, 5, 5)), np.tri(3, 5, 2) > 0)
print("P, three queries (rows) over five keys:", np.round(P, 2), "row sums:", P.sum(1), sep="\n")

# %% [markdown]
# ## Why √d: before training
#
# Entries of $q$ and $k$ independent with variance 1: $q\cdot k$ is a sum of $d$ terms of variance
# 1, so its standard deviation is $\sqrt d$. Divided by $\sqrt d$ the scores have spread $s=1$ at
# any width.
#
# ### Predict first: how wide is too wide?
#
# With S = 1024 keys and *no* scaling: at which head width $d$ does a query stop seeing the crowd
# and stare at a handful of keys? Near 16, 128 or 1024? And with the scaling, over how many of the
# 1024 keys does it spread?

# %%
widths, S, rng = np.array((1, 2, 4, 8, 16, 32, 64, 128, 256)), 1024, np.random.default_rng(1)
powers, share = {"no scaling": 0, "÷ √d": 0.5, "÷ d": 1}, {}
for name, power in powers.items():
    raw = [rng.standard_normal((300, d)) @ rng.standard_normal((d, S)) for d in widths]
    share[name] = [entropy(softmax(z / d**power)).mean() / np.log(S) for z, d in zip(raw, widths)]
labels = {"xlabel": ("head width d", "spread of scores s / √(2 ln S)"), "ylabel": "entropy / ln S"}
left, right = figures.panels(f"by width, S = {S}", "by spread", sharey=True, **labels)
for (name, values), marker in zip(share.items(), "osd"):
    left.plot(widths, values, marker=marker, label=name)
left.axvline(2 * np.log(S), color=figures.INK, linewidth=0.6, linestyle="-")
left.set(xscale="log", ylim=(-0.03, 1.06)), figures.plain_ticks(left.xaxis, (1, 4, 16, 64, 256))
x = np.linspace(0, 2, 21)
for S in (64, 1024, 16384):
    z = rng.standard_normal((40, S)) * np.sqrt(2 * np.log(S))
    right.plot(x, [entropy(softmax(s * z)).mean() / np.log(S) for s in x], label=f"S = {S}")
right.plot(x, np.maximum(1 - x**2, 0), "-", color=figures.INK, linewidth=0.7, label="limit 1 − x²")
left.legend(loc="center right"), right.legend(), plt.show()
keys = [f"{name} {1024 ** values[6]:.1f}" for name, values in share.items()]
print("d = 64, e^entropy in keys, of 1024:", *keys, sep=" | ", end=" | ")
print(f"S/√e = {1024 / np.e**0.5:.0f}; 2 ln S = {2 * np.log(1024):.1f}")

# %% [markdown]
# **Read it.** Right: with many keys the entropy is $\ln S-s^2/2$ up to $s=\sqrt{2\ln S}$, and then
# frozen at 0 (thin line), as in the random energy model of physics (Giorlandino & Goldt 2025);
# finite S rounds the corner. So without scaling the collapse comes around $d=2\ln S$ (thin rule,
# left): a *tiny* width. Scaled, a query spreads over $S/\sqrt e$ keys: √d makes attention start as
# an **average**.
#
# ## Why √d: after one step
#
# ### Predict first: let Wq absorb it
#
# Start four heads: no scaling, ÷√d, ÷d, and the *same function* as ÷√d with $1/\sqrt d$ multiplied
# into Wq. Take one Adam step. How does the change of a score grow with $d$ in each?


# %%
def adam_step(d, scale, absorbed, lr=0.01, D=64, T=128):  # std of scores; change of the target's
    g = torch.Generator().manual_seed(d)
    x, context = (torch.randn(T, D, generator=g) for _ in range(2))
    Wq, Wk = (torch.randn(D, d, generator=g) / D**0.5 for _ in range(2))
    if absorbed:  # the same function at the start
        Wq, scale = Wq / scale, 1.0
    optimizer, scores = torch.optim.Adam([Wq.requires_grad_(), Wk.requires_grad_()], lr), []
    for _ in range(2):  # query t shall find key t
        scores.append((x @ Wq) @ (context @ Wk).T / scale)
        F.cross_entropy(scores[-1], torch.arange(T)).backward()
        optimizer.step()
    return scores[0].std().item(), (scores[1] - scores[0]).diagonal().mean().item()


# %%
WIDTHS = (4, 8, 16, 32, 64, 128, 256)
labels = {"xlabel": "head width d", "ylabel": ("std of scores", "change of the target's score")}
left, right = figures.panels("at initialisation", "after one Adam step", log="xy", **labels)
kinds = {"no scaling": (0, False), "÷ √d": (0.5, False), "÷ d": (1, False)}
for (name, kind), marker in zip((kinds | {"1/√d in Wq": (0.5, True)}).items(), "osd^"):
    std, change = np.array([adam_step(d, d ** kind[0], kind[1]) for d in WIDTHS]).T
    left.plot(WIDTHS, std, marker=marker, label=name)
    right.plot(WIDTHS, change, marker=marker, label=name)
    slope = np.polyfit(np.log(WIDTHS[2:]), np.log(change[2:]), 1)[0]
    print(f"{name:10s}: change grows as d^{slope:.2f}; it is {change[-1]:5.2f} at d = 256")
for ax in (left, right):
    figures.plain_ticks(ax.xaxis, (4, 16, 64, 256))
    figures.plain_ticks(ax.yaxis, (0.1, 1, 10))
right.legend(fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** At the start, two lines coincide: absorbing the factor changes nothing. One step
# later they part: Adam moves each weight by about `lr` whatever its size, so the smaller Wq is
# moved *relatively* $\sqrt d$ times more. **A constant can be absorbed; its effect on step sizes
# cannot.**
#
# And √d is only right at the start. There, terms of $q\cdot k$ are independent and add up like
# $\sqrt d$; updates are aligned with $k$ and add up like $d$. Only ÷d keeps the *change*
# independent of width, the choice of μP (Yang et al. 2022). Trained scores do grow; some large
# models therefore normalise queries and keys first (Dehghani et al. 2023).
#
# ## Masks: eight recipes

# %%
def plain(scores):  # the softmax that people write: a row of -inf gives NaN
    with np.errstate(all="ignore"):
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return weights / weights.sum(axis=-1, keepdims=True)


def causal(z, shift=0):  # True = may attend; the T queries are the last of S positions
    return np.tri(*z.shape, z.shape[1] - z.shape[0] + shift, dtype=bool)


RECIPES = {  # scores (T, S) -> weights (T, S)
    "right": lambda z: softmax(np.where(causal(z), z, -np.inf)),
    "hidden = 0": lambda z: plain(np.where(causal(z), z, 0)),
    "masked after": lambda z: plain(z) * causal(z),
    "over queries": lambda z: plain(np.where(causal(z), z, -np.inf).T).T,
    "upside down": lambda z: plain(np.where(causal(z), -np.inf, z)),
    "no diagonal": lambda z: plain(np.where(causal(z, -1), z, -np.inf)),
    "top-left": lambda z: plain(np.where(np.tri(*z.shape), z, -np.inf)),
    "hidden = −1e9": lambda z: plain(np.where(causal(z), z, -1e9)),
}


# %%
def scores(T, S, seed=6):
    q, k = (np.random.default_rng(seed + i).standard_normal((n, 8)) for i, n in enumerate((T, S)))
    return q @ k.T / np.sqrt(8)


_, axes = plt.subplots(2, 4, figsize=(6.0, 3.5))
for ax, (name, recipe) in zip(axes.flat, RECIPES.items()):
    z = scores(*{"top-left": (4, 7), "hidden = −1e9": (7, 4)}.get(name, (5, 5)))
    P = recipe(z)
    ax.imshow(np.nan_to_num(P), cmap="Greys", vmin=0, vmax=1, aspect="auto")
    for (t, s), p in np.ndenumerate(P):
        text = "NaN" if np.isnan(p) else f"{100 * p:.0f}" if p else ""
        ax.text(s, t, text, ha="center", va="center", size=6, color="w" if p > 0.5 else "k")
    for t, s in np.argwhere(~causal(z)):  # must not be seen
        ax.plot((s - 0.5, s + 0.5), (t + 0.5, t - 0.5), "-", color=figures.ORANGE, linewidth=0.7)
    ax.set(title=name, xticks=range(z.shape[1]), yticks=range(z.shape[0])), ax.grid(False)
    ax.tick_params(length=0, labelsize=6), ax.set_xlabel("key" if ax in axes[1] else "")
axes[0, 0].set_ylabel("query"), axes[1, 0].set_ylabel("query")
plt.show()

# %% [markdown]
# **Read it.** Weights in per cent; orange strokes mark what must stay hidden. *Hidden = 0*: weight
# on strokes. *Masked after*: nothing on strokes, but row 0 should be 100. *Over queries*: columns
# sum to 100. *No diagonal*: row 0 sees nothing, NaN. *Top-left* (4 queries, 7 keys): the newest
# query misses the newest keys. *−1e9* (7 queries, 4 keys): rows that may see nothing see
# **everything**, evenly.
#
# ### Predict first: which unit test finds which?
#
# Four tests: rows sum to 1; all finite; changing hidden keys and values changes no output; the
# newest query has weight on all keys. On squares (T = S) and on rectangles. Which recipe survives
# most of them?


# %%
def leak(recipe, T, S):  # largest change of an output when what its query must not see changes
    z, V, largest = scores(T, S), scores(S, 3), 0.0
    for t in range(T):
        hidden, z2, V2 = ~causal(z)[t], z.copy(), V.copy()
        z2[:, hidden], V2[hidden] = z2[:, hidden] + 1, V2[hidden] - 3
        largest = max(largest, np.abs(recipe(z2) @ V2 - recipe(z) @ V)[t].max())
    return largest


TESTS = {
    "sum to 1": lambda r: np.allclose(r(scores(5, 5)).sum(axis=1), 1),
    "finite": lambda r: np.isfinite(r(scores(5, 5))).all(),
    "no leak T=S": lambda r: leak(r, 5, 5) < 1e-9,
    "no leak T<S": lambda r: leak(r, 3, 7) < 1e-9,
    "all seen T<S": lambda r: (r(scores(3, 7))[-1] > 0).all(),
    "no leak T>S": lambda r: leak(r, 7, 3) < 1e-9,
}
print(f"{'':14s}", *TESTS, sep=" | ")
for name, recipe in RECIPES.items():
    marks = [("·" if test(recipe) else "FAIL").center(len(title)) for title, test in TESTS.items()]
    print(f"{name:14s}", *marks, sep=" | ")

# %% [markdown]
# **Read it.** Two recipes pass every test on squares: *top-left* and *−1e9*. Both look perfect in
# training, where T = S, and break later: the first in decoding with a cache, the second on padding.
# *Over queries* is caught only by its row sums. **Test with T < S and T > S, and test influence,
# not shape.** In torch, `is_causal=True` is the top-left triangle.
#
# ## Heads: a reshape moves nothing
#
# [B, T, D] to heads [B, h, T, D/h] needs reshape *and* transpose, there and back. A bare reshape
# gives the right shape. **Predict:** under a causal mask, does it let a token see the future? The
# Jacobian tells: how much output t moves with input s.

# %%
T, D, h, g = 8, 24, 4, torch.Generator().manual_seed(0)
W = torch.randn(4, D, D, generator=g, dtype=torch.float64) / D**0.5
tokens = torch.randn(1, T, D, generator=g, dtype=torch.float64)
CUT = (lambda y: y.reshape(1, T, h, -1).transpose(1, 2), lambda y: y.reshape(1, h, T, -1))
GLUE = (lambda o: o.transpose(1, 2).reshape(1, T, D), lambda o: o.reshape(1, T, D))
names = {"right": (0, 0), "reshape both ways": (1, 1), "reshape in": (1, 0), "reshape out": (0, 1)}
axes = figures.panels(*names, xlabel="input s", ylabel="output t", sharey=True, size=(6.0, 2.1))
for ax, (name, (cut, glue)) in zip(axes, names.items()):

    def mha(x, cut=CUT[cut], glue=GLUE[glue]):
        out = F.scaled_dot_product_attention(*(cut(x @ w) for w in W[:3]), is_causal=True)
        return glue(out) @ W[3]

    J = torch.autograd.functional.jacobian(mha, tokens)[0, :, :, 0].square().sum((1, 3)).sqrt()
    ax.imshow(J.clamp(1e-3).log10(), cmap="Greys", vmin=-2, vmax=0.8)
    ax.step(np.arange(T + 1) - 0.5, np.r_[0, :T] - 0.5, "-", color=figures.ORANGE, linewidth=1)
    ax.grid(False), ax.set(xticks=(0, 7), yticks=(0, 7))
    seen = (J > 1e-9).float()  # (T, T)
    print(f"{name:17s}: sees {int(seen.tril().sum())} of 36 past and present tokens,", end=" ")
    print(f"{int(seen.triu(1).sum()):2d} of 28 future ones")
plt.show()

# %% [markdown]
# **Read it.** Darker: more influence; right of the orange stairs lies the future. Reshaped one way
# only, attention leaks. Reshaped **both ways** it leaks nothing, passes a causality test, and
# trains: but each head holds its own stretch of the sequence in pieces, so a token sees only its
# neighbour. Test what must be seen as well as what must not.
#
# ## Positions
#
# Without a mask, attention has no order: permute the tokens, and the outputs are permuted.
# Sinusoids add a clock with many hands,
#
# $$P_{t,2i}=\sin\frac{t}{10000^{2i/D}},\qquad P_{t,2i+1}=\cos\frac{t}{10000^{2i/D}},$$
#
# so that $\langle P_t,P_{t+k}\rangle=\sum_i\cos(k\,10000^{-2i/D})$ depends on the distance only.
# **Predict:** does it fall steadily with distance? And is a *causal* model blind without positions?


# %%
def sinusoid(T, D):  # (T, D)
    angle = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(T, D)


labels = {"xlabel": ("distance k (tokens)", "position, from 1"), "ylabel": ("product", "output")}
left, right = figures.panels("sinusoids", "one causal head, no positions", **labels)
for D in (512, 128, 32):
    P = sinusoid(257, D)
    left.plot(P[0] @ P.T / (D / 2), label=f"D = {D}", linewidth=1.2)
marker = np.zeros((64, 1))
marker[0] = 1  # the value of the first token; all queries and keys are equal
out, _ = attention(np.ones((64, 8)), np.ones((64, 8)), marker, np.tri(64) > 0)
right.plot(np.arange(64) + 1, out[:, 0], marker=".")
right.set(xscale="log", yscale="log"), figures.plain_ticks(right.xaxis, (1, 4, 16, 64))
figures.plain_ticks(right.yaxis, (0.02, 0.1, 0.5, 1))
left.legend(), plt.show()
print("position read off the output, 1 / output:", np.round(1 / out[[0, 1, 9, 63], 0], 6))

# %% [markdown]
# **Read it.** Left: nearness fades on average, but with relapses, more for narrow models: the
# product is no distance. Right: the mask itself breaks the symmetry. A head that averages evenly
# gives a marked first token the share $1/(t+1)$: **position, read off exactly, without any
# encoding**. Causal models can learn without one (Kazemnejad et al. 2023); encoders cannot.
#
# ## The block: where does the norm go?
#
# $$\text{pre: } x+f(\mathrm{LN}\,x)\qquad\text{post: } \mathrm{LN}(x+f(x))$$
#
# **Predict:** double the number of blocks. What happens to the gradient of the last block's W2: pre
# and post?


# %%
def attend(y, Wqkv, Wo):  # (B, T, D), four causal heads
    Q, K, V = (y @ Wqkv).unflatten(-1, (3, 4, -1)).permute(2, 0, 3, 1, 4)
    return F.scaled_dot_product_attention(Q, K, V, is_causal=True).transpose(1, 2).flatten(2) @ Wo


def mlp(y, W1, W2):
    return torch.relu(y @ W1) @ W2


def run(pre, L, seed, D=64):  # gradient norm of the last W2; |branch| / |stream| for each branch
    g, share = torch.Generator().manual_seed(seed), []
    shapes = [(D, 3 * D), (D, D), (D, 4 * D), (4 * D, D)] * L
    W = [(torch.randn(s, generator=g) / s[0] ** 0.5).requires_grad_() for s in shapes]
    x, head = torch.randn(4, 32, D, generator=g), torch.randn(D, D, generator=g) / D**0.5
    for i in range(2 * L):
        out = (attend, mlp)[i % 2](F.layer_norm(x, (D,)) if pre else x, *W[2 * i : 2 * i + 2])
        share.append((out.norm() / x.norm()).item())
        x = x + out if pre else F.layer_norm(x + out, (D,))
    logits = (F.layer_norm(x, (D,)) if pre else x) @ head
    F.cross_entropy(logits.flatten(0, 1), torch.arange(128) % D).backward()
    return W[-1].grad.norm().item(), share


# %%
DEPTHS = (2, 4, 8, 16, 32)
labels = {"xlabel": ("blocks L", "block l of 32"), "ylabel": ("‖∂loss/∂W2‖", "‖branch‖ / ‖x‖")}
left, right = figures.panels("gradient of the last W2", "what an MLP adds", log="xy", **labels)
for pre, marker in ((True, "o"), (False, "s")):
    runs = [[run(pre, L, seed) for seed in range(4)] for L in DEPTHS]
    grad = [np.mean([g for g, _ in batch]) for batch in runs]
    share = np.mean([s for _, s in runs[-1]], axis=0)[1::2]
    name = "pre-norm" if pre else "post-norm"
    left.plot(DEPTHS, grad, marker=marker, label=name)
    right.plot(np.arange(1, 33), share, label=name)
    print(f"{name:9s}: gradient {grad[0]:.2f} at L = 2, {grad[-1]:.2f} at L = 32;", end=" ")
    print(f"the first MLP adds {share[0]:.0%} of the stream's length, the last {share[-1]:.0%}")
left.plot(DEPTHS, 1.3 / np.sqrt(DEPTHS), "-", color=figures.INK, linewidth=0.7, label="∝ 1/√L")
figures.plain_ticks(left.xaxis, DEPTHS), figures.plain_ticks(left.yaxis, (0.2, 0.5, 1))
figures.plain_ticks(right.xaxis, (1, 4, 16, 32)), figures.plain_ticks(right.yaxis, (0.15, 0.3, 0.6))
left.legend(), right.legend()
plt.show()

# %% [markdown]
# **Read it.** Left: pre-norm's gradient falls like $1/\sqrt L$, post-norm's grows: deep post-norm
# models start with too large steps near the output, hence warm-up (Xiong et al. 2020).
# Right, the price: pre-norm's stream grows, so late branches add an eighth of it. **The deep half
# can become idle**, and the end needs one more norm.
#
# ## Two squares, and which one you pay for
#
# Per block, forward, 2 FLOPs a multiply-add: projections $8TD^2$, MLP $4TDF$, table $4T^2D$: heads
# cancel. Stored scores: $hT^2$ numbers; heads do **not** cancel. **Predict:** D = 4096, F = 4D: at
# which T does the table cost as much as the rest? From which T do stored scores outweigh the
# block's parameters?

# %%
D, F_, h, Ts = 4096, 4 * 4096, 32, 2.0 ** np.arange(9, 18)
flops = {"projections and MLP": 8 * D**2 + 4 * D * F_ + 0 * Ts, "attention table": 4 * Ts * D}
params = 4 * D**2 + 2 * D * F_ + 2 * D
gigabytes = {  # 2 bytes a number
    "scores, 32 tables": 2 * h * Ts**2 / 1e9,
    "keys and values": 2 * 2 * Ts * D / 1e9,
    "parameters": 2 * params / 1e9 + 0 * Ts,
}
labels = {"xlabel": "tokens T", "ylabel": ("FLOPs per token", "GB per sequence"), "log": "xy"}
axes = figures.panels("one block: work", "one block: memory", **labels)
for ax, lines in zip(axes, (flops, gigabytes)):
    for name, values in lines.items():
        ax.plot(Ts, values, label=name)
    ax.legend(), figures.plain_ticks(ax.xaxis, (1024, 8192, 65536))
figures.plain_ticks(axes[1].yaxis, (0.01, 0.1, 1, 10, 100, 1000)), plt.show()
print(f"equal FLOPs at T = {flops['projections and MLP'][0] / (4 * D):.0f} = 6 D;", end=" ")
print(f"scores outweigh parameters from T = {(params / h) ** 0.5:.0f}")
for T, work, table, scores_gb in zip(Ts, *flops.values(), gigabytes["scores, 32 tables"]):
    if T in (4096, 8192, 16384):
        print(f"T = {T:5.0f}: table {table / work:.0%} of the rest; scores {scores_gb:.1f} GB")

# %% [markdown]
# **Read it.** Work: below $T=6D$ most FLOPs are plain matrix products. Memory: the stored table
# passes the parameters ten times *earlier*. So at twice the context memory explodes first, and the
# remedy is not fewer FLOPs but never storing the table (Dao et al. 2022); keys and values stay.
#
# ## Where it breaks
#
# Two sequences, causal; the second is padded on the left, so its first queries may see nothing.
# Their outputs are left **out of the loss**. Four usual cures, two ways to mask. The loss is
# finite: are the gradients?

# %%
real = torch.tensor([[True] * 5, [False] * 2 + [True] * 3])  # (B, T)
keep = torch.ones(5, 5, dtype=torch.bool).tril() & real[:, None, :]  # (B, T, S)
empty, g = ~keep.any(-1, keepdim=True), torch.Generator().manual_seed(0)  # rows that see nothing
x, W0 = torch.randn(2, 5, 8, generator=g), torch.randn(3, 8, 8, generator=g) / 8**0.5
MASKS = {
    "masked_fill −inf": lambda z: z.masked_fill(~keep, -np.inf),
    "add −inf": lambda z: z + torch.where(keep, 0.0, -np.inf),
}
CURES = {
    "none": lambda z: z.softmax(-1),
    "nan_to_num after": lambda z: z.softmax(-1).nan_to_num(),
    "where after": lambda z: torch.where(empty, 0.0, z.softmax(-1)),
    "where before and after": lambda z: torch.where(empty, 0, torch.where(empty, 0, z).softmax(-1)),
}
for (mask, hide), (cure, weigh) in ((m, c) for m in MASKS.items() for c in CURES.items()):
    W = W0.clone().requires_grad_()
    Q, K, V = (x @ w for w in W)
    (loss := (weigh(hide(Q @ K.mT / 8**0.5)) @ V)[real].square().mean()).backward()
    state = [f"{n} {'ok ' if w.isfinite().all() else 'NaN'}" for n, w in zip("QKV", W.grad)]
    print(f"{mask:16s} | {cure:22s} | loss {loss.item():.3f} | gradients of W:", *state)

# %% [markdown]
# **Read it.** Eight times the same healthy loss, and four times gradients that kill the model in
# one step. The excluded rows get gradient 0, but $0\cdot\mathrm{NaN}=\mathrm{NaN}$: through
# $P^\top$ into V, and through the softmax's backward pass into Q and K. Repairing the *forward*
# value afterwards helps only where the mask itself cuts the path back. Empty the row **before** the
# softmax, or use a kernel that does. And −1e9 is finite, but a leak, as drawn above.

# %% [markdown]
# ## Say it in 60 seconds
#
# "Attention is a soft look-up: scores [T, S], a softmax a row, mixtures of values. Raw scores
# spread like √d, and the softmax freezes once the spread passes √(2 ln S), so unscaled heads
# start one-hot. Wq could absorb the constant, but not its effect on Adam's steps; and √d
# is for initialisation only: aligned updates grow like d. The mask goes before the softmax,
# anchored at the newest key, with a rule for empty rows. Heads are free in FLOPs, not in memory.
# Pre-norm keeps an untouched path. At twice the context the table quadruples: its storage hurts
# first, which a fused kernel cures; FLOPs only beyond six times the width."

# %% [markdown]
# ## Follow-ups
#
# First, how your minute is heard:
#
# - *Mid*: the formula with shapes; √d keeps the variance at 1; the mask is −inf; "quadratic in T".
# - *Senior*: also T ≠ S, empty rows, and which test catches which mask; D² against T² with the
#   crossing point; stored table against FLOPs; why pre-norm, and its price.
# - *Staff*: also what √d does **not** promise after training, and the signal to watch (entropy by
#   head); what binds at which length, and what each remedy leaves unsolved; what observation would
#   prove the diagnosis wrong.
#
# <details><summary>1. Then why not ÷d, or normalised queries and keys?</summary>
#
# ÷d keeps *updates* independent of width, so that one learning rate serves all widths; but it
# starts with scores near 0, every head a plain average. It pays if you tune small and train large.
# Normalised queries and keys (with a learned gain) bound every score by the gain whatever the
# weights do: the guard is then in the forward pass and not in the step size. Zhai et al. (2023)
# track the entropy of each head and find that its collapse goes with instability. √d alone bounds
# nothing.
#
# </details>
#
# <details><summary>2. The context doubles. What doubles, what quadruples, what binds?</summary>
#
# *Prefill*: projections and MLP double; the table's FLOPs quadruple, and its memory too if it is
# stored. *Decoding*, for each new token: projections are unchanged; the cache doubles, and so does
# the time to read it, which binds at long contexts (at short ones, reading the weights does). Total
# decoding work over an answer is quadratic as well, only spread out. Say which of the two phases
# you are asked about.
#
# </details>
#
# <details><summary>3. Why several heads, if one has the same FLOPs and parameters?</summary>
#
# One head gives each query **one** set of shares: it can mix two positions, but not keep what it
# takes from them apart. h heads write into h different places (row blocks of Wo). The price is
# width: a head's scores are a matrix of rank at most d = D/h, so with many narrow heads not every
# pattern over T > d keys can be expressed (Bhojanapalli et al. 2020). And after training many heads
# can be removed with little loss (Michel et al. 2019): they help to learn more than to compute.
#
# </details>
#
# <details><summary>4. What should a head do that wants to attend to nothing?</summary>
#
# It cannot: shares sum to 1. So trained models park weight on a token that every query sees, the
# first one, and give it a harmless value: an *attention sink*. Drop that token from a sliding
# cache, and the weight must go elsewhere: quality collapses (Xiao et al. 2023). Cures: keep the
# first tokens; add a learned sink, a key whose value is 0. With a sink no row is ever empty either.
#
# </details>
#
# <details><summary>5. Trained on short contexts: why does it lose focus on long ones?</summary>
#
# Let the target have score $a$ and the other $S$ keys spread $s$. The target's share is about
# $e^a/(e^a+S\,e^{s^2/2})$, so it needs $a>\ln S+s^2/2$: **the margin must grow like ln S**. A head
# whose margin was learned at one length dilutes at another. Chiang & Cholak (2022) show such
# failures, and a remedy: scores multiplied by log S. Positions that were never seen come on top.
#
# </details>
#
# <details><summary>6. Pre-norm or post-norm, if you could choose freely?</summary>
#
# Pre-norm trains without warm-up and to great depth; its late blocks add relatively little, as you
# measured, and it needs a last norm. Post-norm keeps the share of every branch the same, and asks
# for warm-up or small initial branches. In between: smaller initial weights for the branches, by
# $1/\sqrt{2L}$ say; norms on both sides of a branch. A question that separates candidates: what
# does the stream's length do over depth, and who reads it?
#
# </details>
#
# <details><summary>7. Is the masked half of the table not free?</summary>
#
# Not in a plain implementation: the whole product is computed, then half of it is thrown away. A
# tiled kernel skips tiles that are hidden entirely, and so comes near one half. That is why two
# papers' "attention FLOPs" can differ by 2, and by another 2 if one of them counts multiply-adds.
#
# </details>
#
# <details><summary>8. Cross-attention, prefix, packed documents: which masks?</summary>
#
# Only the rule for who may see whom; keep it a bool [T, S] built from positions, never from shapes.
# Cross-attention: no causal rule, padding of the *source* on the key axis. Prefix: `j ≤ i or j <
# prefix`. Packed documents: `same document and j ≤ i`, with positions restarted. Padding masks go
# on **keys**; masking padded queries too, or padding on the left under a causal rule, is what makes
# empty rows. Combine with `&`: adding two float masks of the most negative number overflows to
# −inf, and an empty row may turn into NaN.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
