# %% [markdown]
# # {{title}}
#
# > "Your table says 81.2 against 80.8, three seeds, and the new row is bold. Is +0.4 real? What
# > would change your mind? And if I gave you $500, how would you test it?"
#
# "Three seeds are too few, run more" is what everybody answers. How many more? For which effect? Of
# which kind of luck? Here each answer is a number, and some habits that sound careful turn out to
# do nothing, or harm. The thread is one question: **what was random, and did you draw it again?**

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
from scipy import special

from mlprep import figures

figures.use_style()

# %% [markdown]
# ## A bench on which runs are cheap
#
# A ridge classifier on $k$ random features: $\hat y=\mathrm{sign}\,\Phi w$ with
# $\Phi=\max(XW,0)/\sqrt k$ of shape $[n,k]$. Two draws make its luck, and both are arguments:
#
# - **split**: which 150 rows it is trained on and which 1000 it is tested on,
# - **init**: the features $W$ of shape $[8,k]$, which stand for initialisation.
#
# The baseline has $\lambda=0.1$; the new method has $\lambda=0.3$. A run takes a millisecond, so
# the truth about the gain can be had as well.

# %%
POOL = np.random.default_rng(0).standard_normal((6000, 8))
NOISE = np.random.default_rng(1).standard_normal(6000)
LABEL = np.sign(np.sin(2 * POOL[:, 0]) + POOL[:, 1] * POOL[:, 2] + 0.5 * NOISE)


def run(lam, split, init, k=64):
    """Test accuracy in points; `split` and `init` are generators."""
    rows = split.choice(6000, 1150, replace=False)
    W = init.standard_normal((8, k))
    Phi, y = np.maximum(POOL[rows] @ W, 0) / k**0.5, LABEL[rows]  # (1150, k), (1150,)
    train, test = slice(150), slice(150, None)
    w = np.linalg.solve(Phi[train].T @ Phi[train] + lam * np.eye(k), Phi[train].T @ y[train])
    return 100 * np.mean(np.sign(Phi[test] @ w) == y[test])


def stream(*key):
    return np.random.default_rng(key)


# %% [markdown]
# ## What two runs with the same seed share
#
# $$\mathrm{Var}(b-a)=\sigma_a^2+\sigma_b^2-2\rho\,\sigma_a\sigma_b$$
#
# Pairing helps exactly as much as the two runs' luck is correlated. "We used the same seeds" does
# not tell how much that is.
#
# ### Predict first: a few draws more
#
# Both methods call `default_rng(seed)` once and take everything from that stream. Now the new
# method first draws a number for each training row, for an augmentation that is switched off. What
# happens to $\rho$, and to the seeds needed for half a point at 80 % power?


# %%
def seeds_about(sd, effect):  # for 80 % power at 5 %: (1.96 + 0.84)² = 7.85, and 2 because of t
    return math.ceil(7.85 * (sd / effect) ** 2 + 2)


def pair(i, how):  # the scores of both methods at seed i
    one, other = stream(i), stream(i)
    if how == "same stream":
        return run(0.1, one, one), run(0.3, other, other)
    if how == "150 draws more":
        other.standard_normal(150)
        return run(0.1, one, one), run(0.3, other, other)
    split, init = {"split and init": (1, 2), "split only": (1, 4), "init only": (3, 2)}[how]
    return run(0.1, stream(i, 1), stream(i, 2)), run(0.3, stream(i, split), stream(i, init))


# %%
print("shared by the pair |  gain ± s.e.  | correlation | sd of a score, of a difference | seeds")
RUNS = {}
for how in ("same stream", "150 draws more", "split and init", "split only", "init only"):
    a, b = np.array([pair(i, how) for i in range(150)]).T
    RUNS[how], d = (a, b), b - a
    row = f"{how:18s} | {d.mean():+.2f} ± {d.std(ddof=1) / 150**0.5:.2f} | "
    row += f"{np.corrcoef(a, b)[0, 1]:11.2f} | {a.std(ddof=1):8.2f} {d.std(ddof=1):21.2f} | "
    print(row + f"{seeds_about(d.std(ddof=1), 0.5):5d}")

# %% [markdown]
# **Read it.** Some unused draws, and the pairs are strangers: the same seeds, no common luck. The
# cure is a stream for each purpose, `default_rng([seed, purpose])`, so that a new draw in one place
# moves nothing elsewhere. And of the two, the *split* is what is worth sharing. (Know the last
# column's rule by heart.)
#
# In deep networks even equal streams part: a one-bit change of the initial weights leads to another
# solution (Summers & Dinneen 2021). So there the pair shares the data and little of the
# optimisation. **Measure $\rho$ in your pilot; don't assume it.** If it is 0, the paired test is
# still valid; it only costs degrees of freedom.
#
# ## The same runs, seen twice

# %%
a, b = (scores[:16] for scores in RUNS["split and init"])
n, d = 16, b - a
t, t_both = special.stdtrit(n - 1, 0.975), special.stdtrit(2 * n - 2, 0.975)
labels = {"xlabel": ("method", "points above the baseline"), "ylabel": ("accuracy (points)", "")}
left, right = figures.panels("sixteen seeds", "four 95 % intervals", **labels, size=(6.0, 3.1))
left.plot([0, 1], [a, b], color=figures.BLUE, linestyle="-", marker="o", linewidth=0.9)
left.set(xlim=(-0.3, 1.3), xticks=(0, 1), xticklabels=("baseline", "new"))
unpaired = t_both * ((a.var(ddof=1) + b.var(ddof=1)) / n) ** 0.5
alone = [t * x.std(ddof=1) / n**0.5 for x in (a, b, d)]
centre, half = (0, *[d.mean()] * 3), (alone[0], alone[1], unpaired, alone[2])
right.errorbar(centre, (3, 2, 1, 0), xerr=half, fmt="o", color=figures.INK, capsize=3)
right.axvline(0, color=figures.ORANGE, linestyle="-", linewidth=0.8)
names = "baseline\n(centred)", "new", "difference,\nunpaired", "difference,\npaired"
right.set(yticks=(3, 2, 1, 0), yticklabels=names, ylim=(-0.6, 3.6))
print(f"difference {d.mean():.2f}: ± {half[2]:.2f} unpaired, ± {half[3]:.2f} paired")
plt.show()

# %% [markdown]
# **Read it.** Left: seeds differ by far more than methods do, but the lines run nearly side by
# side. Right: the methods' own intervals overlap almost wholly, and so an eye that looks for
# overlap sees nothing; the interval of the paired difference, from the very same 32 runs, is a
# fraction as wide and leaves 0 out. Overlap is a blunt test even for independent groups (Schenker &
# Gentleman 2001). Print the difference and *its* interval.
#
# ## How wide, how often wrong
#
# With $n$ differences of standard deviation $s$, half the 95 % interval is $t_{n-1}\,s/\sqrt n$.
# For $n=3$, $t$ is 4.30, not 1.96.

# %%
n = np.arange(2, 41)
labels = {"xlabel": "seeds (pairs)", "ylabel": ("half width, in s.d.", "probability")}
left, right = figures.panels("interval", "the wrong method wins", **labels, size=(6.0, 3.1))
left.plot(n, special.stdtrit(n - 1, 0.975) / n**0.5, label="Student's t")
left.plot(n, 1.96 / n**0.5, label="1.96")
left.set(ylim=(0, 3), xticks=(3, 10, 20, 30, 40)), left.legend()
for effect in (0.25, 0.5, 1.0):
    right.plot(n, special.ndtr(-effect * n**0.5), label=f"effect {effect:g} s.d.")
right.axvline(3, color=figures.INK, linewidth=0.6, linestyle="-")
right.set(ylim=(0, 0.5), xticks=(3, 10, 20, 30, 40)), right.legend()
for k in (3, 5, 10):
    wrong = special.ndtr(-0.5 * k**0.5)
    cover = 2 * special.stdtr(k - 1, 1.96) - 1
    t = special.stdtrit(k - 1, 0.975)
    print(f"{k:2d} seeds: t = {t:.2f}; ± 1.96 s.e. covers {cover:.0%}; ", end="")
    print(f"an effect of half an s.d. has the wrong sign in {wrong:.0%} of experiments")
plt.show()

# %% [markdown]
# **Read it.** Left: the curves part below ten seeds; "± 1.96 s.e." from three seeds is an interval
# of four in five. Right, at the thin rule: with three seeds and an effect of half a standard
# deviation, bold goes to the worse method in one table of five. Nothing in the table shows it.
#
# ### Predict first: the ones that got their star
#
# The true gain is half an s.d. Take only the experiments that came out at $p<0.05$. By how much
# does *their* average gain exceed the true one, with 3, 5, 10 and 34 seeds?

# %%
rng, true = np.random.default_rng(5), 0.5
print("seeds | power | mean gain of the significant (true 0.50) | with the wrong sign")
for k in (3, 5, 10, 34):
    mean = true + rng.standard_normal(200_000) / k**0.5
    se = np.sqrt(rng.chisquare(k - 1, 200_000) / (k - 1) / k)
    star = np.abs(mean / se) > special.stdtrit(k - 1, 0.975)
    share, wrong = star.mean(), (mean[star] < 0).mean()
    print(f"{k:5d} | {share:5.0%} | {np.abs(mean[star]).mean():33.2f}        | {wrong:11.1%}")

# %% [markdown]
# **Read it.** Significance *filters*: a weak experiment passes only when luck helped, so what
# passes is exaggerated (Gelman & Carlin 2014 call it a type M error). "It was significant with only
# three seeds, so it must be strong" has it backwards. And never plan a replication with the effect
# of a pilot.
#
# ## Two ways to find what isn't there
#
# No effect at all. A careful person tests after every seed and stops when $p<0.05$; another one
# looks at twenty metrics.

# %%
rng = np.random.default_rng(6)
d, k = rng.standard_normal((20_000, 30)), np.arange(1, 31)
mean = d.cumsum(axis=1) / k
spread = np.sqrt(np.maximum((d**2).cumsum(axis=1) - k * mean**2, 1e-12) / np.maximum(k - 1, 1))
star = np.abs(mean) > special.stdtrit(np.maximum(k - 1, 1), 0.975) * spread / k**0.5
print(f"test once, at 30 seeds: {star[:, 29].mean():.1%} false alarms")
for start in (3, 5, 10):
    share = star[:, start - 1 :].any(axis=1).mean()
    print(f"test after each seed from {start:2d} to 30: {share:.1%}")
for rho in (0.0, 0.5, 0.9):  # correlation between the metrics
    z = (1 - rho) ** 0.5 * rng.standard_normal((20_000, 20))
    z += rho**0.5 * rng.standard_normal((20_000, 1))
    found = [(np.abs(z).max(axis=1) > -special.ndtri(a / 2)).mean() for a in (0.05, 0.05 / 20)]
    print(f"20 metrics, correlation {rho}: {found[0]:.1%} show a star; Holm's {found[1]:.1%}")

# %% [markdown]
# **Read it.** Adding "just one more seed" multiplies false alarms although each single test is
# right. Of twenty unrelated metrics one is starred more often than not. Holm's correction (1979)
# compares the smallest $p$ with $0.05/20$, and is too strict when metrics go together. Both leaks
# close before the run and not after it: *one* primary metric, *one* number of seeds, written down.
#
# ## Which method wins depends on the budget
#
# A method is a search over settings. Of $n$ tried settings with scores $v_{(1)}<\dots<v_{(n)}$, the
# best of $k$ random ones has expectation
#
# $$\mathbb{E}\max\nolimits_k=\sum_{i=1}^n \tbinom{i-1}{k-1}\big/\tbinom nk\;v_{(i)}$$
#
# Below it is measured, over random orders of the trials.


# %%
def reported(val, test, orders=20_000):
    """Mean validation and test score of the best so far, over random orders of the trials."""
    rng = np.random.default_rng(12)
    order = rng.permuted(np.tile(np.arange(len(val)), (orders, 1)), axis=1)  # (orders, n)
    best = np.maximum.accumulate(val[order], axis=1)  # on validation
    place = np.maximum.accumulate(np.where(val[order] == best, np.arange(len(val)), 0), axis=1)
    return best.mean(axis=0), test[np.take_along_axis(order, place, axis=1)].mean(axis=0)


def plug_in(val, k):  # draws with replacement
    rank = np.arange(len(val) + 1) / len(val)
    return np.diff(rank**k) @ np.sort(val)


def search(method, trials=60):
    """Trials of a method: (validation, test) scores. One is easy to tune, one is hard."""
    rng = np.random.default_rng(8 if method == "easy" else 9)
    best, drop = (80.6, 0.3) if method == "easy" else (82.0, 2.2)
    quality = best - drop * (rng.standard_normal((trials, 3)) ** 2).sum(axis=1)
    return quality + 0.4 * rng.standard_normal((2, trials))


# %%
K = np.arange(1, 61)
(ax,) = figures.panels("best of k trials", xlabel="budget k (trials)", ylabel="score (points)")
curves = {}
for method in ("easy", "hard"):
    val, test = search(method)
    curves[method] = reported(val, test)
    colour = figures.INK if method == "easy" else figures.ORANGE
    ax.plot(K, curves[method][1], color=colour, linestyle="-", label=f"{method} to tune: test")
    ax.plot(K, curves[method][0], color=colour, linestyle=(0, (2, 1.5)), label="its validation")
    low = plug_in(val, 60) - val.max()
    print(f"{method}: the plug-in estimate at k = 60 is {low:+.2f} off the best trial")
ax.set(xscale="log", xlim=(1, 60), ylim=(75.5, 82.9)), ax.legend(ncols=2, loc="lower right")
figures.plain_ticks(ax.xaxis, (1, 2, 5, 10, 20, 60))
lead = curves["hard"][1] - curves["easy"][1]
print(f"lead of the hard one: {lead[0]:+.1f} at k = 1, {lead[-1]:+.1f} at 60; ", end="")
print(f"it leads from k = {K[lead > 0][0]} on")
plt.show()

# %% [markdown]
# **Read it.** Solid: what you would report, chosen on validation and measured on test. The easy
# method wins small budgets, the hard one large ones, and each author can print a true table. The
# dashed curves, the winners' own validation scores, lie above: the winner's curse. They can only
# rise with $k$; the solid ones level off, and the easy one's falls: it overfits the validation set.
# The plug-in estimate of Dodge et al. (2019) draws with replacement and is too low near $k=n$ (Tang
# et al. 2020).
#
# ### Predict first: one dead axis
#
# Nine trials, two hyperparameters, and only one matters. A 3 × 3 grid, or nine random points: which
# comes closer to the best value, on average?

# %%
rng = np.random.default_rng(10)
M, best = np.arange(1, 9), rng.random((20_000, 1))  # where the optimum lies: unknown


def axis_values(kind, m, reps):  # the values of the live axis that m * m trials try
    if kind == "grid":
        return np.broadcast_to((np.arange(m) + 0.5) / m, (reps, m))
    if kind == "stratified":  # one trial in each of m * m equal slices
        return (np.arange(m * m) + rng.random((reps, m * m))) / (m * m)
    return rng.random((reps, m * m))


DISTANCE = {}
for kind in ("grid", "random", "stratified"):
    DISTANCE[kind] = [np.abs(axis_values(kind, m, 20_000) - best).min(axis=1).mean() for m in M]
    far = DISTANCE[kind]
    print(f"{kind:10s}: mean distance {far[2]:.3f} with 9 trials, {far[7]:.3f} with 64")

# %%
labels = {"xlabel": ("axis that matters", "trials"), "ylabel": ("dead axis", "mean distance")}
left, right = figures.panels("nine trials", "to the best value", **labels, size=(6.0, 3.1))
grid, points = (np.arange(3) + 0.5) / 3, np.random.default_rng(3).random((2, 9))
left.scatter(*map(np.ravel, np.meshgrid(grid, grid)), marker="s", color=figures.INK, label="grid")
left.scatter(*points, marker="o", color=figures.ORANGE, label="random")
left.vlines(grid, -0.15, -0.09, color=figures.INK)
left.vlines(points[0], -0.08, -0.02, color=figures.ORANGE)
left.set(xlim=(0, 1), ylim=(-0.16, 1.25), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
left.legend(ncols=2, loc="upper center")
for kind, far in DISTANCE.items():
    right.plot(M**2, far, marker=".", label=kind)
right.set(xscale="log", yscale="log"), right.legend()
figures.plain_ticks(right.xaxis, (1, 4, 9, 16, 36, 64))
figures.plain_ticks(right.yaxis, (0.3, 0.1, 0.03, 0.01))
plt.show()

# %% [markdown]
# **Read it.** The ticks below the left panel are the values that the live axis gets to see: three
# against nine. Right: a grid of $N$ comes as close as $1/(4\sqrt N)$, random points about $1/(2N)$:
# at nine trials two thirds, at 64 a quarter. With very few, points clump and the grid is better.
# One point in each slice of *each* axis (a Latin hypercube) beats both. Bergstra & Bengio's
# argument (2012) is about **projections**, not about randomness.
#
# ## How would you test it for $500?
#
# A pair of runs costs $12.50. Or half of that on half the test set? A seed's difference scatters by
# $\sigma_s$, and by $\sigma_e/\sqrt m$ more on $m$ test examples that are drawn anew.

# %%
SEED_SD, EXAMPLE_SD, RUN, PER_1000 = 0.6, 45.0, 10.0, 0.25  # points, points, $, $
print("test examples | $ a pair | pairs | sd of a difference | effect found with 80 % power")
for m in (500, 2000, 10_000, 50_000, 200_000):
    usd = RUN + PER_1000 * m / 1000
    pairs, sd = int(500 // usd), math.hypot(SEED_SD, EXAMPLE_SD / m**0.5)
    found = sd * (7.85 / (pairs - 2)) ** 0.5  # the rule above, solved for the effect
    print(f"{m:13,d} | {usd:8.2f} | {pairs:5d} | {sd:18.2f} | {found:.2f}")

# %% [markdown]
# **Read it.** Too few examples, and every seed is blurred; too many, and there are few seeds. The
# optimum is flat, so find out which of the two dominates (a pilot of six pairs), and spend there.
# The last column is the honest answer to "$500": *the smallest effect that this money can see*. If
# nobody cares about an effect that large, don't run it.
#
# What no row contains: other data sets, other tuning, other code. Seeds do not redraw these.
#
# ## Where it breaks
#
# All of this rests on a mean and a standard deviation. Let one run in ten collapse by 20 points.


# %%
def collapsing(reps, n, rng):
    return rng.normal(1.0, 1.0, (reps, n)) - 20.0 * (rng.random((reps, n)) < 0.1)


rng = np.random.default_rng(11)
print("the true mean gain is -1.0. seeds | intervals that hold it | that lie wholly above 0")
for k in (3, 5, 10, 30):
    d = collapsing(20_000, k, rng)
    half = special.stdtrit(k - 1, 0.975) * d.std(axis=1, ddof=1) / k**0.5
    low, high = d.mean(axis=1) - half, d.mean(axis=1) + half
    print(f"{k:33d} | {np.mean((low < -1) & (high > -1)):22.0%} | {np.mean(low > 0):.0%}")

# %% [markdown]
# **Read it.** With five seeds, no run collapses in six experiments of ten; the interval is then
# narrow, confident and wrong; ten seeds are no better. The bootstrap would not help: it cannot draw
# what it has not seen. Report the failures as a rate, with its own interval: 0 of 5 is compatible
# with 45 % (one-sided, at 95 %). And don't drop "failed seeds", unless the rule was written down
# before.

# %% [markdown]
# ## Say it in 60 seconds
#
# "Show me the differences by seed. With three of them the interval is four standard errors to each
# side, so +0.4 is probably open. I would ask what the pairs share, and whether the baseline had as
# many trials. Then I fix the smallest effect that matters, take the sd from a pilot, compute the
# seeds, and register metric, test, number and what would refute me: an interval wholly below that
# effect. If $500 cannot see it, I say so before I spend it."
#
# *Mid:* more seeds, error bars. *Senior:* pairs, t, power, equal budgets, one metric. *Staff:*
# which luck was never redrawn; what result ends the project; that a lone star exaggerates.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. Is it cheating to choose the seed like any hyperparameter?</summary>
#
# To *deploy* the best of ten checkpoints by validation is fine: that is an algorithm, "train ten,
# keep one", and costs ten times as much. Then it must be evaluated as such: repeat the whole
# procedure, give the baseline ten as well, and report test. Reporting the best seed of ten as the
# result of *one* run overstates it by about 1.5 standard deviations, which is the expected maximum
# of ten normal draws.
#
# </details>
#
# <details><summary>2. Should I fix the data split, and vary only the initialisation?</summary>
#
# Then the interval is about that split, and in the bench the split is the larger part of the luck.
# A gain can be an accident of one test set, whatever the number of seeds. Bouthillier et al. (2021)
# randomise as many sources as possible in each run: it costs nothing, and the mean is over what one
# wants to generalise to. Share the draws between the two methods, and change them from pair to
# pair. Folds of one cross-validation share training data, so that their standard error is too small
# (Nadeau & Bengio 2003).
#
# </details>
#
# <details><summary>3. Two error bars overlap. When is that "no difference"?</summary>
#
# Never by itself. For two independent means with equal standard error $e$, the 95 % intervals touch
# at a difference of $2\cdot1.96\,e=3.92\,e$, while the test needs only $1.96\sqrt2\,e=2.77\,e$. For
# pairs, the single intervals contain the shared luck, which the difference does not. "No
# difference" is a claim of its own: the interval of the difference must lie within what you call
# negligible.
#
# </details>
#
# <details><summary>4. In the ablation, x is worth 3 alone and 5 on top of the rest. Which do you
# report?</summary>
#
# Both, and the interaction. "Add to baseline" and "remove from full" answer different questions:
# what does x do by itself, and what do we lose without it? With two switches $2^2$ runs tell all;
# with many, one-in and one-out are $2s+2$ runs, and whatever order a ladder takes decides whom it
# credits. Retune what depends on the switch (the learning rate, mostly), or the row shows the cost
# of a wrong learning rate. Gains from tuning are easily taken for gains from architecture (Lipton &
# Steinhardt 2018).
#
# </details>
#
# <details><summary>5. p = 0.06. May I add three seeds?</summary>
#
# You may, and call it exploratory; the p value of the longer run is no longer one. If you want to
# be able to look, register that: split alpha over the looks (with $L$ looks, $\alpha/L$ each is
# always valid), or use a sequential method with a spending function. Or run the new seeds as an
# experiment of their own, planned for the effect that *matters*, and not for the one that you just
# saw.
#
# </details>
#
# <details><summary>6. Everything is seeded. Why are the numbers of a second machine
# different?</summary>
#
# Floating-point addition is not associative: another GPU, library or number of threads sums in
# another order. Atomic adds differ even from run to run. Then the seed fixes nothing beyond the
# first steps, for tiny differences grow. Pham et al. (2020) saw accuracies 2.9 % apart from
# the implementation alone. So ask for the same *distribution* across machines, and bit equality
# only on one, with deterministic kernels, where you debug. Before that, look for the human causes:
# the order of a folder listing, a set, a worker count, a cell that was run twice.
#
# </details>
#
# <details><summary>7. Bootstrap or t, with five seeds?</summary>
#
# The t interval, if differences look alike: with five values the percentile bootstrap is too narrow
# (its spread divides by $n$ and not $n-1$, and it has no t). It earns its place where there are
# many values, e.g. runs × tasks with the interquartile mean, and drawn within each task (Agarwal et
# al. 2021). With five pairs an exact sign-flip test cannot go below $2/2^5=0.06$, whatever you
# measured: another way to see that five seeds cannot carry a claim without assumptions.
#
# </details>
#
# <details><summary>8. A single run costs $2 million. What now?</summary>
#
# There will be no second seed. Then the evidence must come from elsewhere: pairs of small runs at
# several scales, whose *trend* in the difference is extrapolated; many checkpoints and tasks within
# a run (they are not independent, so count runs, not points); a prediction registered before the
# large run, with an interval, so that it can fail. The variance between seeds at the largest
# affordable scale tells what the one number is worth. And say "one run" in the table.
#
# </details>
#
# <details><summary>9. What makes a pre-registration worth more than a promise?</summary>
#
# That somebody can check it. A hash recorded before the data exist; a primary metric; a number of
# seeds with its reason; a stopping rule; and a result that would refute it. It does not forbid
# looking further. It separates what was predicted from what was found afterwards (Nosek et al.
# 2018), and the second kind is how the next prediction is born.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
