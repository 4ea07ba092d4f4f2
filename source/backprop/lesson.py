# %% [markdown]
# # {{title}}
#
# > "Derive the backward pass of a two-layer classifier and prove to me that your code is right.
# > Your check passes at ε = 1e-5 and fails at 1e-2 and at 1e-12: why? And when it passes, what can
# > still be wrong?"
#
# Most people can do the first part. The second has an answer in two slopes, and the third is where
# days are lost: a gradient check compares your backward pass with *your* forward pass. Here each
# bug meets each test, and you see which test is blind to which.

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

# %% [markdown]
# ## The backward pass, with shapes
#
# B examples (rows), D inputs, H hidden units, K classes, $\phi$ an activation:
#
# $$a=xW_1+b_1\ [B,H],\quad h=\phi(a),\quad z=hW_2+b_2\ [B,K],\quad
# L=-\frac1B\sum_i\log\mathrm{softmax}(z_i)_{y_i}$$
#
# For one row $L=\log\sum_k e^{z_k}-z_y$. Its slope in $z_k$ is $p_k$ from the first term and $-1$
# at the label from the second. After that, two rules do everything: for $C=AB$, $dA=dC\,B^\top$ and
# $dB=A^\top dC$ (no other order fits the shapes), and **what was shared is summed**.
#
# $$dz=\frac{p-\text{onehot}}{B},\qquad dh=dz\,W_2^\top,\qquad da=dh\odot\phi'(a)$$
# $$dW_2=h^\top dz,\quad db_2=\textstyle\sum_i dz_i,\quad dW_1=x^\top da,\quad
# db_1=\textstyle\sum_i da_i$$

# %%
PHI = {  # name: (function, its slope)
    "tanh": (np.tanh, lambda a: 1 - np.tanh(a) ** 2),
    "relu": (lambda a: np.maximum(a, 0), lambda a: (a > 0).astype(a.dtype)),
}


def loss(p, x, y, phi="tanh"):  # a number; complex parameters are welcome
    z = PHI[phi][0](x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]  # (B, K)
    z = z - z.real.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()


def backward(p, x, y, phi="tanh"):  # every named quantity, in the order of the derivation
    a = x @ p["W1"] + p["b1"]
    h = PHI[phi][0](a)
    e = np.exp(h @ p["W2"] + p["b2"])  # logits stay small in this lesson
    dz = (e / e.sum(axis=1, keepdims=True) - np.eye(e.shape[1])[y]) / len(y)
    dh = dz @ p["W2"].T
    da = dh * PHI[phi][1](a)
    grads = {"W1": x.T @ da, "b1": da.sum(axis=0), "W2": h.T @ dz, "b2": dz.sum(axis=0)}
    return {"dz": dz, "dh": dh, "da": da} | grads


# %%
def start(rng, D, H, K):
    W1, W2 = rng.standard_normal((D, H)), rng.standard_normal((H, K))
    W1, W2 = W1 * (2 / D) ** 0.5, W2 * (2 / H) ** 0.5
    return {"W1": W1, "b1": np.zeros(H), "W2": W2, "b2": np.zeros(K)}


rng = np.random.default_rng(0)
B, D, H, K = 11, 5, 7, 3
p, x, y = start(rng, D, H, K), rng.standard_normal((B, D)), rng.integers(K, size=B)
t = {key: torch.tensor(value, requires_grad=True) for key, value in p.items()}
a = torch.tensor(x) @ t["W1"] + t["b1"]
h = torch.tanh(a)
z = h @ t["W2"] + t["b2"]
for kept in (a, h, z):
    kept.retain_grad()
torch.nn.functional.cross_entropy(z, torch.tensor(y)).backward()
theirs = {"dz": z.grad, "dh": h.grad, "da": a.grad} | {key: leaf.grad for key, leaf in t.items()}
for name, ours in backward(p, x, y).items():
    gap = np.abs(ours - theirs[name].numpy()).max()
    print(f"{name:2s} {str(ours.shape):8s} agrees to 1e-15: {gap < 1e-15}")

# %% [markdown]
# **Read it.** Line by line, because in a wrong pass the *first* line that differs is the bug, and
# the later ones are its victims. All agree to a few rounding errors ($u=1.1\cdot10^{-16}$). Without
# a second implementation, assert two exact properties: each row of $dz$ sums to 0, and no entry of
# $B\,dz$ exceeds 1, however wrong the model is.
#
# ### Predict first: draw the V
#
# Without autograd: $n=\big(f(\varepsilon)-f(-\varepsilon)\big)/2\varepsilon$. Sketch its error
# against ε on log axes, from $10^{-14}$ to 1: which slopes, where is the lowest point? Then the
# same in float32. And then: **add 1000 to the loss**, which changes no gradient.


# %%
def numeric(p, x, y, eps, how="central", offset=0.0, phi="tanh"):  # dL/dW1, entry by entry
    def at(i, step):
        W1 = p["W1"].astype(np.result_type(p["W1"], type(step)))
        W1[i] += step
        return loss(p | {"W1": W1}, x, y, phi) + p["W1"].dtype.type(offset)

    out = np.zeros_like(p["W1"])
    for i in np.ndindex(out.shape):
        if how == "complex":
            out[i] = at(i, 1j * eps).imag / eps
        else:
            low = at(i, -eps) if how == "central" else at(i, 0 * eps)
            out[i] = (at(i, eps) - low) / (2 * eps if how == "central" else eps)
    return out


def error(g, n):
    return np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))


# %%
EPS, exact = np.logspace(-14, 0, 43), backward(p, x, y)["W1"]
narrow = {key: value.astype(np.float32) for key, value in p.items()}, x.astype(np.float32), y
table = {
    how: np.array([error(exact, numeric(p, x, y, eps, how)) for eps in EPS])
    for how in ("central", "forward", "complex")
}
table["float32"] = np.array([error(exact, numeric(*narrow, np.float32(eps))) for eps in EPS])
for offset in (1e3, 1e6):
    errors = [error(exact, numeric(p, x, y, eps, offset=offset)) for eps in EPS]
    table[offset] = np.array(errors)
# %%
logs, at = np.log10(EPS), np.arange(43)
print("             | slopes     | the arms meet at")
names = {"forward": "forward", "central": "central", "float32": "float32", 1e3: "L + 1000"}
for key, name in names.items():
    errors, best = np.log10(table[key]), np.argmin(table[key])
    left, right = (errors < -0.5) & (at < best - 2), (logs < -0.5) & (at > best + 2)
    falls, rises = (np.polyfit(logs[arm], errors[arm], 1) for arm in (left, right))
    meet = (rises[1] - falls[1]) / (falls[0] - rises[0])
    lowest = 10 ** np.polyval(falls, meet)
    print(f"{name:12s} | {falls[0]:.1f}, {rises[0]:+.1f} | ε = 10^{meet:.1f}, error {lowest:.0e}")
tiny = table["complex"][EPS < 1e-8]
print("complex step: error below 1e-14 for all ε < 1e-8:", (tiny < 1e-14).all())

# %%
shown = {"forward": "forward", "central": "central", "float32": "central, float32"}
shown |= {"complex": "complex step"}
titles = "formats and formulas", "central, a constant added to L"
labels = {"xlabel": "ε", "ylabel": "relative error", "log": "xy", "sharey": True}
left, right = figures.panels(*titles, **labels, size=(6.0, 3.4))
for key, label in shown.items():
    left.plot(EPS, np.maximum(table[key], 1e-17), label=label)
for key, label in {"central": "L", 1e3: "L + 10³", 1e6: "L + 10⁶"}.items():
    right.plot(EPS, table[key], label=label)
for ax, place in ((left, "lower right"), (right, "lower left")):
    ax.set(ylim=(1e-21, 30), xticks=10.0 ** np.arange(-14, 1, 2))
    ax.tick_params(axis="x", labelsize=7)
    ax.legend(fontsize=7, loc=place)
plt.show()

# %% [markdown]
# **Read it.** Right arms: truncation. By Taylor, $\tfrac{\varepsilon}{2}f''$ for the forward
# difference and, since even terms cancel, $\tfrac{\varepsilon^2}{6}f^{(3)}$ for the central one:
# slopes 1 and 2. Left arms: each $f$ is rounded by about $u|f|$, and that is divided by ε: slope
# −1.
#
# $$\varepsilon^*\approx\big(3u|f|/|f^{(3)}|\big)^{1/3},\quad\text{best error}\sim u^{2/3}
# \qquad(\text{forward: both}\sim u^{1/2})$$
#
# The left arm knows the *size of the loss*: a constant of 1000 made the best error about forty
# times worse. So check a mean, and without terms that you do not check. The complex step
# $\mathrm{Im}\,f(x+i\varepsilon)/\varepsilon$ subtracts nothing, and has no left arm.

# %% [markdown]
# ### Predict first: more examples
#
# The same check for a **ReLU** network, central, float64. To be thorough you check on 2000 examples
# in place of 20. Does the error get better or worse? What slope does it have now?

# %%
WIDE = np.logspace(-9, -1, 17)
runs = {}
for phi, batch in (("tanh", 2000), ("relu", 20), ("relu", 200), ("relu", 2000)):
    errors = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        p, x, y = start(rng, D, H, K), rng.standard_normal((batch, D)), rng.integers(K, size=batch)
        g = backward(p, x, y, phi)["W1"]
        errors.append([error(g, numeric(p, x, y, eps, phi=phi)) for eps in WIDE])
    runs[f"{phi}, B = {batch}"] = np.median(errors, axis=0)
(ax,) = figures.panels("kinks", xlabel="ε", ylabel="relative error (median of 3)", log="xy")
for label, curve in runs.items():
    ax.plot(WIDE, curve, label=label)
ax.plot(WIDE[6:], 0.3 * WIDE[6:] ** 0.5, color=figures.INK, linewidth=0.6, linestyle="-")
ax.annotate("slope ½", (3e-6, 2e-3))
ax.legend(loc="lower right", fontsize=7), ax.set(ylim=(3e-12, 1))
at = np.argmin(np.abs(WIDE - 1e-4))
print("error at ε = 1e-4:")
print({label: "< 1e-7" if e[at] < 1e-7 else f"{e[at]:.0e}" for label, e in runs.items()})
plt.show()

# %% [markdown]
# **Read it.** Worse, and nothing is wrong: each curve has a cliff, and 100 times more examples move
# it to an ε 100 times smaller. If an example's $a$ is within reach of ε around 0, the two
# points lie on different sides of the kink and the difference mixes two slopes: an error that stays
# until ε is below the distance. The nearest of $B$ examples sets the cliff; beyond it, about
# $B\varepsilon$ crossings of random sign give a third slope, ½ (thin line). **Check ReLU networks
# on a handful of examples, in float64**; or swap in tanh.
#
# ## What reaches the weights
#
# Twenty tanh layers, weights with standard deviation gain/√width, no training.

# %%
style = {"xlabel": "activation", "ylabel": "density", "sharey": True, "size": (6.0, 2.7)}
axes = figures.panels("gain 0.5", "gain 1", "gain 2.5", **style)
print("gain | std of h at layers 1, 5, 20   | |h| > .99 | gradient of layer 1 / of layer 20")
for ax, gain in zip(axes, (0.5, 1.0, 2.5), strict=True):
    h, layers, norms = rng.standard_normal((500, 200)), [], []
    for _ in range(20):
        W = rng.standard_normal((200, 200)) * gain / 200**0.5
        h = np.tanh(h @ W)
        layers.append((W, h))
    g, flat = rng.standard_normal(h.shape), np.mean(abs(h) > 0.99)  # g: arrives from above
    for W, h in layers[::-1]:
        norms.append(np.linalg.norm(g * (1 - h**2)))  # da, what dW is made of
        g = (g * (1 - h**2)) @ W.T
    for i in (0, 4, 19):
        heights, edges = np.histogram(layers[i][1], np.linspace(-1, 1, 41), density=True)
        ax.plot(edges[1:] - 0.025, heights, label=f"layer {i + 1}", drawstyle="steps-mid")
    stds = ", ".join(f"{layers[i][1].std():.1e}" for i in (0, 4, 19))
    print(f"{gain:4.1f} | {stds} | {flat:9.0%} | {norms[-1] / norms[0]:.1e}")
axes[0].set(ylim=(0, 5)), axes[1].legend(fontsize=7, loc="upper center")
plt.show()

# %% [markdown]
# **Read it.** Gain 0.5: each layer halves the signal, and tanh is a straight line there; by layer
# 20 the spike (cut off) is a millionth wide, and so is the gradient. Gain 2.5: spikes at ±1, the
# picture that textbooks call saturated and "therefore vanishing". But the gradient **explodes**:
# the weights amplify more in the unsaturated middle than the flat ends damp. So plot gradients as
# well. Gain 1 fades slowly.
#
# ### Predict first: the census of a deep ReLU network
#
# He initialisation keeps the mean square of the signal, so nothing explodes or vanishes. 40 layers
# of 200 units, 200 Gaussian examples. How many units are dead (off on *every* example) in layer 1,
# and in layer 40?


# %%
def census(seed, layers=40, width=200, examples=200):  # a layer's share dead, always on; cosine
    rng = np.random.default_rng(seed)
    h, rows = rng.standard_normal((examples, width)), []
    for _ in range(layers):
        a = h @ rng.standard_normal((width, width)) * (2 / width) ** 0.5
        h = np.maximum(a, 0)
        unit = h / np.linalg.norm(h, axis=1, keepdims=True)
        cosine = ((unit.sum(axis=0) ** 2).sum() - examples) / (examples * (examples - 1))
        rows.append(((a <= 0).all(axis=0).mean(), (a > 0).all(axis=0).mean(), cosine))
    return rows


dead, on, cosine = np.mean([census(seed) for seed in range(5)], axis=0).T
(ax,) = figures.panels("ReLU at initialisation", xlabel="layer", ylabel="share, or cosine")
ax.plot(np.arange(1, 41), cosine, label="mean cosine of two examples")
ax.plot(np.arange(1, 41), dead, label="units off on all 200 examples (dead)")
ax.plot(np.arange(1, 41), on, label="units on for all 200 examples")
ax.set(ylim=(0, 1)), ax.legend(loc="center right", bbox_to_anchor=(1, 0.62))
for i in (0, 9, 39):
    print(f"layer {i + 1}: dead {dead[i]:.1%}, always on {on[i]:.1%}, cosine {cosine[i]:.2f}")
plt.show()

# %% [markdown]
# **Read it.** None in layer 1: 200 examples lie all around it. At layer 40 a third of the units is
# dead and a third is always on, that is, linear; only the rest still decides anything, although the
# signal's mean square was kept throughout. The cause is the solid line. ReLU's outputs are
# positive, so two examples get more alike with every layer (the map of angles is in Cho & Saul
# 2009); and once all examples point one way, a unit is on for all of them or for none. **Death by
# depth is not bad luck of single units.** Skip connections slow it down.

# %% [markdown]
# ## Zero, and symmetry
#
# ### Predict first: which of these can learn?
#
# Two layers, 16 hidden units, 32 points with random labels, 600 steps of plain descent. Five
# starts: all weights 0; all weights 0.3; only $W_1=0$; only $W_2=0$; both random. Which can
# memorise the points with tanh? With ReLU?

# %%
rng = np.random.default_rng(3)
x, y = rng.standard_normal((32, D)), rng.integers(K, size=32)
both = start(np.random.default_rng(4), D, 16, K)
zero = {key: np.zeros_like(value) for key, value in both.items()}
same = {key: value + 0.3 * (key[0] == "W") for key, value in zero.items()}
begins = {"all zero": zero, "all the same": same, "W1 zero": both | {"W1": zero["W1"]}}
begins |= {"W2 zero": both | {"W2": zero["W2"]}, "both random": both}
print("start        | φ    | loss before, after | different hidden units of 16")
for name, begin in begins.items():
    for phi in ("relu", "tanh"):
        p = begin
        for _ in range(600):
            g = backward(p, x, y, phi)
            p = {key: p[key] - 0.5 * g[key] for key in p}
        units = len({tuple(column.round(9)) for column in p["W1"].T})
        losses = loss(begin, x, y, phi), loss(p, x, y, phi)
        print(f"{name:12s} | {phi} | {losses[0]:.3f}, {losses[1]:.3f}       | {units}")

# %% [markdown]
# **Read it.** *All zero*: $h=0$ stops $dW_2$, $W_2=0$ stops $dW_1$; only $b_2$ learns the class
# shares. *All the same*: it learns, but 16 units remain one. *$W_1$ zero* learns with tanh: the
# rows of $W_2$ differ, so each unit gets a gradient of its own. With ReLU the same start is stuck,
# through the convention that the slope at 0 is 0. *$W_2$ zero* learns with both, and starts at
# $\log 3$ exactly. So zero is not the fault. **Units that nothing tells apart get equal gradients,
# for ever**: symmetry is.

# %% [markdown]
# ## Where it breaks
#
# Seven programs meet four tests: the first loss (should be $\log 3=1.10$), a gradient check on 8
# examples, the loss on one batch of 32 after 400 steps of Adam, and accuracy on 1000 fresh examples
# (a chance hit is 33 %). In "softmax twice" the backward pass is the right derivative of the wrong
# forward pass. Which test catches which?


# %%
def soft(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def program(p, x, y, bug):  # the loss, the gradients and p(class), as the buggy program has them
    onehot = np.eye(K)[y]
    a = x @ p["W1"] + p["b1"]
    h = np.maximum(a, 0)
    q = soft(h @ p["W2"] + p["b2"])
    s = soft(q) if bug == "softmax twice" else q
    value = -np.log((s * onehot).sum(axis=1)).mean()
    dz = (s - onehot) / len(y)
    if bug == "softmax twice":  # with its right derivative
        dz = q * (dz - (q * dz).sum(axis=1, keepdims=True))
    dz = dz * (len(y) if bug == "1/B missing" else 1)
    da = dz @ p["W2"].T * (1 if bug == "ReLU slope missing" else a > 0)
    return value, {"W1": x.T @ da, "b1": da.sum(0), "W2": h.T @ dz, "b2": dz.sum(0)}, q


# %%
def adam(p, x, y, bug, steps=400, lr=0.02):
    m, v = ({key: 0 * value for key, value in p.items()} for _ in range(2))
    for t in range(1, steps + 1):
        for key, g in program(p, x, y, bug)[1].items():
            m[key], v[key] = 0.9 * m[key] + 0.1 * g, 0.999 * v[key] + 0.001 * g**2
            step = m[key] / (1 - 0.9**t) / (np.sqrt(v[key] / (1 - 0.999**t)) + 1e-8)
            p = p | {key: p[key] - lr * step}
    return p


def check(p, x, y, bug, eps=1e-6):  # the largest error of the four arrays
    worst, g = 0.0, program(p, x, y, bug)[1]
    for key in p:
        n = np.zeros_like(p[key])
        for i in np.ndindex(n.shape):
            for sign in (1, -1):
                moved = p[key].copy()
                moved[i] += sign * eps
                n[i] += sign * program(p | {key: moved}, x, y, bug)[0] / (2 * eps)
        worst = max(worst, np.abs(g[key] - n).max() / max(np.abs(n).max(), 1e-6))
    return worst


# %%
rng = np.random.default_rng(11)
x, M = rng.standard_normal((1500, D)), rng.standard_normal((D, K))
y = np.argmax(x @ M, axis=1)
shuffled = rng.permutation(y[:500])
factors = {"W2 too large": (1, 10), "zero weights": (0, 0)}
print(f"{'bug':18s} | first loss | check error | one batch | test accuracy")
bugs = "none", "W2 too large", "1/B missing", "ReLU slope missing", "softmax twice", "zero weights"
for bug in (*bugs, "labels shuffled"):
    p, scale = start(np.random.default_rng(12), D, 32, K), factors.get(bug, (1, 0.1))
    p |= {"W1": p["W1"] * scale[0], "W2": p["W2"] * scale[1]}
    seen = x[:500], shuffled if bug == "labels shuffled" else y[:500]
    batch, few = [part[:32] for part in seen], [part[:8] for part in seen]
    first, one = program(p, *seen, bug)[0], program(adam(p, *batch, bug), *batch, bug)[0]
    q = program(adam(p, *seen, bug), x[500:], y[500:], bug)[2]
    test = np.mean(q.argmax(axis=1) == y[500:])
    wrong = check(p, *few, bug)
    shown = "< 1e-6" if wrong < 1e-6 else f"{wrong:.1f}"
    print(f"{bug:18s} | {first:10.2f} | {shown:>11s} | {one:9.3f} | {test:13.0%}")

# %% [markdown]
# **Read it.** Only zero weights fail two tests (and their first loss looks perfect). Every other
# bug is caught by **one test only**, and no test is spare.
#
# - *First loss*: weights too large. Training repairs it later, at a price.
# - *Gradient check*: the missing 1/B and the missing slope. Adam divides the scale away, and a
#   wrong direction is often good enough: 98 % accuracy, nothing to see.
# - *One batch*: softmax twice. Its gradient is right, for the wrong function; probabilities as
#   logits reach $(1,0,0)$ at best, so the floor is $\log(e+2)-1=0.551$.
# - *Fresh data*: shuffled labels, memorised like any others.

# %% [markdown]
# ## Say it in 60 seconds
#
# "For softmax with cross-entropy, dz is p minus one-hot over B; then dA = dC·Bᵀ, dB = Aᵀ·dC, and
# whatever was shared is summed. I check it with central differences, in float64, on a few examples:
# truncation falls as ε², rounding grows as 1/ε, so about 1e-5 is best, and ReLU kinks spoil it with
# many examples. The check compares backward with my forward pass; it cannot see a wrong forward
# pass. So I also look at the first loss, log K, and overfit one batch without regularisation. Zero
# weights fail there: units that start the same stay the same. One zero layer may be fine. A ReLU
# that is off on every example gets no gradient."

# %% [markdown]
# ## Follow-ups
#
# **What a listener notes.** *Mid*: the chain rule with right shapes; p − one-hot; "zero weights are
# bad"; central differences. *Senior*: why ε has a best value, with both error terms; relative
# error, each array apart; symmetry as the reason, with the exception of one zero layer; an order of
# checks in which each outcome decides something. *Staff*: says what each check is blind to, and
# designs the set so that no class of bug is left over; connects dead units with depth and the
# similarity of examples; turns it into a test in continuous integration that runs in seconds, with
# float64, fixed seeds and an argued tolerance.
#
# <details><summary>1. Why is reverse mode cheap, and when is it not?</summary>
#
# Per layer, forward is one product ($xW$); backward is two of the same size ($dz\,W^\top$ and
# $x^\top dz$). So a gradient costs about twice the forward pass, whatever the number of parameters;
# the first layer saves one, since nobody asks for $dx$. Finite differences cost two forward passes
# *per parameter*. The price is memory: every $a$ and $h$ stays until its layer is reached.
#
# Reverse mode pays per *output*, forward mode per *input* (Baydin et al. 2018, section 3). A loss
# has one output and many inputs. For a Jacobian of many outputs and few inputs it is the other way
# round; and a directional derivative or a Hessian–vector product mixes both.
#
# </details>
#
# <details><summary>2. Your check gives 1e-3 in float32. Is that a bug?</summary>
#
# It tells nothing. With $u=6\cdot10^{-8}$ the best that a central difference can do is about
# $u^{2/3}\approx1.5\cdot10^{-5}$, at an ε near $10^{-2}$, and an ε of $10^{-5}$ leaves hardly a
# digit (see the dotted curve). Run the same code in float64; only if you cannot (a custom kernel),
# compare with a float64 *implementation* of the same formula in place of differences. Or sweep ε: a
# bug is flat in ε, numerical error has slopes.
#
# </details>
#
# <details><summary>3. A thousand parameters are right and one is wrong. Does the check see
# it?</summary>
#
# Not always. The relative norm over one long vector is an average: an entry of the size of the
# others that is wrong by 100 % moves it by about $1/(2\sqrt{1000})=0.016$, but a small bias
# gradient beside large weights disappears. Check each array apart, and where the number of
# parameters forbids that, use random directions: $v^\top g$ against
# $\big(f(\theta+\varepsilon v)-f(\theta-\varepsilon v)\big)/2\varepsilon$, with a new $v$ a few
# times, at two function calls each. A wrong entry is invisible only to a $v$ that happens to be
# orthogonal to the error.
#
# </details>
#
# <details><summary>4. Can a dead ReLU come back?</summary>
#
# Off on every example, its own weights and bias get exactly zero gradient, so they cannot move it
# (weight decay can: it shrinks the weights, and the bias too if it is decayed). But its *inputs*
# move, if earlier layers learn, and so may the data: it can wake up. In the first layer, on fixed
# data, it is dead for good. With probability 1 in the limit of infinite depth a ReLU network is
# born dead (Lu et al. 2020). The usual cause in training is one step that was too large, through
# the bias: lower the rate, warm up, or use an activation with a slope below zero. GELU and SiLU
# have one.
#
# </details>
#
# <details><summary>5. Why does zero work for the last layer of a residual branch?</summary>
#
# With $W_2=0$ the branch returns 0, and the block starts as the identity. Its gradient
# $dW_2=h^\top dz$ is not 0, and differs from unit to unit, because $W_1$ is random: after one step
# $W_2\neq0$, and $W_1$ starts to learn. Fixup (Zhang, Dauphin & Ma 2019) and adapters of low rank
# use this. With *both* factors at 0 neither gets a gradient: 0 is then a saddle that descent never
# leaves.
#
# </details>
#
# <details><summary>6. Is symmetry really never broken by training?</summary>
#
# In exact arithmetic, with a deterministic loss, never: if two units have equal weights in and out,
# a permutation of the two leaves all parameters as they are, so the gradients are equal too, and
# any optimiser that treats entries alike (SGD, Adam) keeps them equal. What breaks it: dropout
# (each unit gets its own mask), noise in the gradient per weight, different initial moments, or
# rounding, if sums are taken in different orders. It is slow to count on any of them. The same
# argument says why attention heads and experts need different starts.
#
# </details>
#
# <details><summary>7. Why not squared error on the probabilities?</summary>
#
# For one sigmoid output $p$ and label 1, the slope in the logit is $-2(1-p)\,p(1-p)$. A confident
# mistake, $p\approx0$, gets a gradient of almost 0: the flat part of the sigmoid is still there. In
# cross-entropy the logarithm cancels it, and leaves $p-1$, near its largest where the answer is
# most wrong. Squared error is bounded, which makes it less sensitive to wrong labels; that is the
# trade.
#
# </details>
#
# <details><summary>8. ReLU, GELU or SiLU: what differs, besides smoothness?</summary>
#
# The last two are $x$ times a gate that opens with $x$, so the slope has a second term: $\Phi(x)
# +x\,\phi(x)$ for GELU. Three things follow. The slope exceeds 1 (GELU's is largest at $x=\sqrt2$,
# where its derivative $\phi(x)(2-x^2)$ vanishes). The function is not monotone, and below its
# minimum the slope is negative: a unit that is "off" is pushed, and can come back. And no kink:
# the check above has slope 2 again. The price is an erf or an exp an entry, and that $a$ must be
# kept for the backward pass; for ReLU one bit would do.
#
# </details>
#
# <details><summary>9. A network does not learn: your first five checks?</summary>
#
# In the order of cost, each with an outcome that decides something. (1) Look at a batch as the
# model gets it: inputs, labels, their pairing. (2) First loss against log K, or the loss of the
# best constant. (3) Overfit one batch, all regularisation off: a floor above 0 is a bug in loss or
# graph. (4) Per-layer gradient norms and activation histograms: zero, exploding, dead, twins; do
# all parameters reach the optimiser? (5) Set inputs to zero: if the loss curve does not get worse,
# the model ignores them. Only then touch rate, size and schedule. (Karpathy 2019 has most of this
# list.)
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
