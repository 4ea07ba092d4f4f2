# %% [markdown]
# # {{title}}
#
# > "Tell me about a paper that you liked. What is wrong with it? And which result would change your
# > mind?"
#
# Most answers are a summary, followed by the limits that the authors state themselves. What the
# interviewer wants is to see you *put two places of a paper together*: a sentence and the cell that
# it contradicts, a claim and the digits that carry it. That takes arithmetic, not taste. Here we
# criticise one invented paper live, every number recomputed, and end with a question that costs
# something and can fail.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
from scipy import special

from mlprep import figures
from mlprep.reading import NOTE, paper

figures.use_style()

# %% [markdown]
# ## Three passes, and what each must leave behind
#
# Keshav (2007) reads in three passes. Make each leave something in writing:
#
# 1. **Ten minutes** (title, abstract, headings, conclusion): the claim in one sentence *with its
#    number*, and what would make it false. Most papers end here.
# 2. **An hour** (tables and figures first): an evidence table, claim → place → what you recomputed.
# 3. **Half a day**: re-create it. Which assumption did you have to guess, which run is missing, and
#    what would you test next?
#
# Here is the paper. Every sentence and cell has a name. Give it two minutes; write the claim down.

# %%
E = paper("E")
print(E.text())

# %% [markdown]
# ## Pass 1: of what is it 21 %?
#
# From `base` to `new`, accuracies in per cent: *points* new − base, *relative* (new − base)/base,
# *error* (new − base)/(100 − base). Each printed number is somewhere within ±0.05.
#
# ### Predict first: whom does it beat?
#
# The abstract says "cuts the error by 21 %". There are two baselines, and trees are the stronger.
# By how much does ER cut the error of the *trees*?


# %%
def cell(row, column):
    """The numbers of a cell: mean, or mean and ±."""
    return [float(number) for number in E.places[f"T1/{row}/{column}"].split(" ± ")]


for base in ("MLP", "trees"):
    b, n = cell("mean", base)[0], cell("mean", "ER")[0]
    ends = [(n + i - b - j) / (100 - b - j) for i in (-0.05, 0.05) for j in (-0.05, 0.05)]
    print(f"against {base:5s}: {n - b:.1f} points, {(n - b) / b:.1%} relative, error ", end="")
    print(f"{(n - b) / (100 - b):.1%} (with these digits: {min(ends):.1%} to {max(ends):.1%})")

# %% [markdown]
# **Read it.** Twenty-one is the share of the *weaker* baseline's error. Against the trees it is two
# per cent, and the digits leave anything from one to three. No number is false; two choices (whom,
# and of what) were made for you. The first sentence of the abstract even names the right opponent.
#
# ## Pass 2: which means are possible?
#
# A mean accuracy of $s$ seeds on $m$ rows is a whole number over $D=sm$. With one decimal, a
# printed $p$ is possible if some $k$ has $|100\,k/D-p|\le0.05$. Psychologists call this the GRIM
# test (Brown & Heathers 2016).


# %%
def counts(p, D):
    """All k for which 100 k / D may be printed as p."""
    ks = range(math.floor((p - 0.06) * D / 100), math.ceil((p + 0.06) * D / 100) + 1)
    return [k for k in ks if abs(100 * k / D - p) <= 0.05 + 1e-9]


for row in ("heart", "wine", "soil", "loans"):
    rows = int(E.places[f"T1/{row}/test rows"])
    said = []
    for method in ("MLP", "trees", "ER"):
        p = cell(row, method)[0]
        said.append(f"{method} {p}: {counts(p, 3 * rows) or 'IMPOSSIBLE'}")
    print(f"{row:6s} of {3 * rows:4d} | " + " | ".join(said))

# %% [markdown]
# **Read it.** On 600 predictions the grid is 0.17 points, and no count gives 84.1. So this cell is
# not the mean of three seeds on 200 rows: a typo, other rows, another number of seeds, another
# metric? The test does not say which; it says what to ask. Note also what it cannot see: from
# $D=1000$ on, every digit is possible.
#
# ## What is ±, and is it a gain?
#
# The caption does not say, and it should (Cumming et al. 2007). But the appendix has scores by
# seed for one table, and one can compute all candidates: sd, sd$/\sqrt3$, and $t\cdot$sd$/\sqrt3$
# with $t_2=4.30$.

# %%
T95 = special.stdtrit(2, 0.975)
TABLES, SEEDS = ("heart", "wine", "soil", "loans"), {}
for method in ("MLP", "trees", "ER"):
    x = np.array([float(E.places[f"T2/{method}/seed {i}"]) for i in (1, 2, 3)])
    sd, SEEDS[method] = x.std(ddof=1), x
    (row,) = [row for row in TABLES if abs(cell(row, method)[0] - x.mean()) <= 0.1]
    print(f"{method:5s} mean {x.mean():.1f}: sd {sd:.1f}, s.e.m. {sd / 3**0.5:.1f}, ", end="")
    print(f"95 % {T95 * sd / 3**0.5:.1f}; Table 1 has ± {cell(row, method)[1]} ({row})")
for base in ("MLP", "trees"):
    d = SEEDS["ER"] - SEEDS[base]
    print(f"ER − {base} by seed: {d.mean():.2f} ± {T95 * d.std(ddof=1) / 3**0.5:.2f} (95 %)")

# %% [markdown]
# **Read it.** ± is the standard deviation, and the unnamed table is soil. Who takes it for a 95 %
# interval believes far too much (1.5 in place of 3.8); who takes it for a standard error, too
# little.
#
# For the other tables we have no scores by seed. The sd of the paired difference is unknown, though
# not entirely: $s_d^2=s_a^2+s_b^2-2\rho s_as_b$, so that it lies between $|s_a-s_b|$ and $s_a+s_b$.
# If the verdict is the same at both ends, the missing $\rho$ does not matter. (Meta-analysts vary
# it for the same reason: Higgins & Green 2011.)

# %%
for row, base in itertools.product(TABLES, ("MLP", "trees")):
    (a, sa), (b, sb) = cell(row, base), cell(row, "ER")
    low, high = (T95 * s / 3**0.5 for s in (abs(sa - sb), sa + sb))
    verdict = "gain" if b - a > high else "open" if abs(b - a) <= low else "ask for the seeds"
    print(f"{row:5s} − {base:5s}: {b - a:+.1f}, half width {low:.2f} to {high:.2f}: {verdict}")

# %%
rho = np.linspace(-1, 1, 201)
pairs = ("loans", "MLP", "a gain"), ("wine", "MLP", "ask"), ("wine", "trees", "open")
titles = [f"{row}: ER − {base}\n({verdict})" for row, base, verdict in pairs]
labels = {"xlabel": "correlation", "ylabel": ("points", "", "")}
axes = figures.panels(*titles, **labels, size=(6.0, 3.0), sharey=True)
for ax, (row, base, _) in zip(axes, pairs, strict=True):
    (a, sa), (b, sb) = cell(row, base), cell(row, "ER")
    half = T95 * np.sqrt((sa**2 + sb**2 - 2 * rho * sa * sb) / 3)
    ax.plot(rho, half, linestyle="-", label="half width of\nits interval")
    ax.axhline(b - a, color=figures.ORANGE, linestyle=(0, (5, 1.6)), label="gain as printed")
    ax.fill_between(rho, 0, half, color=figures.INK, alpha=0.08, linewidth=0)
    ax.set(ylim=(0, 5.4), xlim=(-1, 1), xticks=(-1, 0, 1))
axes[2].legend(loc="upper right")
plt.show()

# %% [markdown]
# **Read it.** Left: the dashed gain runs above the width everywhere, so ER beats the MLP on loans
# whatever the correlation. Middle: they cross; the table cannot tell, scores by seed can. Right:
# the gain is below even the narrowest width, and no e-mail helps. In all: one sure gain over the
# MLP, none over the trees, four times "ask"; of these, soil's scores are in the appendix (a gain).
# Three cells are worth one polite e-mail.
#
# ## A figure: a third of the steps, at which loss?
#
# A claim of speed is a *horizontal* distance. Read both curves at the same loss, for every loss,
# and multiply by what a step costs.


# %%
def steps_to(level, floor, scale, power=0.6):
    """Steps at which floor + scale · steps^(-power) is down to `level`."""
    return (scale / (level - floor)) ** (1 / power)


MLP, ECHO = (0.40, 6.0), (0.385, 4.937)  # floor and scale, read off the curves of Figure 1
for at in (0.41, 0.4255, 0.45, 0.50, 0.60):
    times = steps_to(at, *MLP) / steps_to(at, *ECHO)
    print(f"at loss {at:.4f}: {times:4.1f} times in steps, {times / 1.9:.2f} times in time")
where = np.linspace(0.41, 0.60, 1901)
slow = where[steps_to(where, *MLP) < 1.9 * steps_to(where, *ECHO)].min()
print(f"above a loss of {slow:.3f} ER is slower in time")

# %%
loss = np.linspace(0.4045, 0.60, 300)
labels = {"xlabel": ("step", "loss at which both are read"), "ylabel": ("loss", "MLP ÷ ER")}
left, right = figures.panels("Figure 1, redrawn", "how many times faster", **labels)
left.plot(steps_to(loss, *MLP), loss, label="MLP")
left.plot(steps_to(loss, *ECHO), loss, label="ER")
left.set(xscale="log", xlim=(150, 30_000), ylim=(0.4, 0.6)), left.legend()
figures.plain_ticks(left.xaxis, (300, 1000, 3000, 9000))
ratio = steps_to(loss, *MLP) / steps_to(loss, *ECHO)
right.plot(loss, ratio, label="in steps")
right.plot(loss, ratio / 1.9, label="in time")
right.axhline(1, color=figures.INK, linewidth=0.6, linestyle="-")
for at in (0.4255, 0.50):
    ends = steps_to(at, *ECHO), steps_to(at, *MLP)
    left.annotate("", (ends[0], at), (ends[1], at), arrowprops={"arrowstyle": "<->"})
    left.text(1.2 * ends[1], at + 0.003, f"{ends[1] / ends[0]:.1f} ×")
right.axvline(0.4255, color=figures.INK, linewidth=0.6, linestyle="-")
right.set(ylim=(0, 8), xlim=(0.4, 0.6)), right.legend(loc="upper right")
plt.show()

# %% [markdown]
# **Read it.** At the lower arrow the claim is true: three. It is read at the end of the MLP's run,
# where its curve is nearly flat, and where a small vertical difference is a long way to go
# sideways. A little lower the ratio is six, a little higher two, and at the MLP's floor infinite:
# "times faster" is no property of a method. In *time* (E6: a step takes 1.9 times as long) ER is
# even slower until far down the curve. Prefer the vertical reading: the loss at equal cost.
#
# ## An equation: 32,000 labels?
#
# E8 prints $0.08+0.9\,n^{-0.3}$. Solve for 12 %, with the digits as printed.

# %%
corners = itertools.product((0.075, 0.085), (0.85, 0.95), (0.25, 0.35))
needed = sorted((A / (0.12 - floor)) ** (1 / power) for floor, A, power in corners)
print(f"as printed: {(0.9 / 0.04) ** (1 / 0.3):,.0f} labels")
print(f"within the rounding of its three coefficients: {needed[0]:,.0f} to {needed[-1]:,.0f}")
for power in (0.25, 0.30, 0.35):
    print(f"exponent {power:.2f} alone: {(0.9 / 0.04) ** (1 / power):,.0f}")

# %% [markdown]
# **Read it.** Two orders of magnitude fit into the rounding, most of them in the exponent. Rounded
# coefficients in a printed scaling law led its readers to biased predictions (Besiroglu et al.
# 2024).
#
# ## The note
#
# Four faults have their places. A *leak*: the split, and every choice. A *budget*: trials, epochs,
# time. A *metric*: what was announced, and what is printed. *Seeds*: which runs are in the mean. E
# has a fixed test part, 30 trials for all, one metric and all seeds; its budget is unequal in time.
#
# Now the note writes itself. The linter says what is absent, and nothing of what is right.

# %%
note = {
    "paper": "E, echo regularisation", "date": "2025-03-02",
    "claim": "ER cuts the error by 21 % against the MLP, by 2 % (1 to 3) against trees.",
    "evidence": "T1: one sure gain in four over MLP, none over trees; 84.1 impossible on 600.",
    "assumption": "A step is a unit of cost. E6 says that it is 1.9 of them.",
    "baseline": "Trees, 84.6 mean, 30 trials as all others: fair, and left out of the abstract.",
    "missing": "MLP with the noisy copy as plain augmentation: is it agreement, or is it noise?",
    "against": "none looked for yet: search 'consistency regularisation tabular'",
    "cost": "4 tables, 2 methods, 20 seeds: about 3 device hours",
    "next": "Augmented MLP, 20 seeds. If it is within 0.5 points of ER, agreement adds nothing.",
}  # fmt: skip
print("flags:", NOTE.lint(note))
lazy = note | {"evidence": "Error falls by 21 %, in a third of the steps.", "next": "Look closer.",
               "abstract": E.places["E3"]}  # fmt: skip
for name, reason in NOTE.lint(lazy).items():
    print(f"{name:25} {reason}")

# %% [markdown]
# ## From a critique to a question: the cheapest decisive test
#
# A test is decisive with about $n=7.85\,(s/\Delta)^2+2$ paired seeds (80 % power at 5 %). A
# language model run costs $6ND$; with $D=20N$ that is $120N^2$, so the test costs
#
# $$2\,n\cdot120\,N^2\;\propto\;N^2\left(\frac{s}{\Delta(N)}\right)^2$$
#
# ### Predict first: a tenth of the size
#
# A method should gain 1.0 at $10^9$ parameters, $s=0.5$ everywhere. At $10^8$ a run costs a
# hundredth. What does the *test* cost there, if the gain is 1.0, 0.3 or 0.1? When is the cheapest
# place neither end?

# %%
N = np.geomspace(3e7, 3e9, 200)
gain = {
    "the same": np.ones_like(N), "as √N": (N / 1e9) ** 0.5, "as N": N / 1e9,
    "switches on": 1.02 / (1 + (3e8 / N) ** 3),
}  # fmt: skip
labels = {"xlabel": "parameters", "ylabel": ("predicted gain (points)", "cost of the test (USD)")}
left, right = figures.panels("what you believe", "what it costs to find out", **labels, log="xy")
print("USD for a decisive test | 1e8 params | 3e8 | 1e9 | cheapest at")  # 2e14 FLOP/s, 2 USD/h
for name, effect in gain.items():
    n = 7.85 * (0.5 / effect) ** 2 + 2  # not rounded up, so that the curves are smooth
    usd = 2 * n * 120 * N**2 / 2e14 / 3600 * 2
    left.plot(N, effect, label=name), right.plot(N, usd, label=name)
    at = [usd[np.abs(np.log(N / size)).argmin()] for size in (1e8, 3e8, 1e9)]
    print(f"{name:23s} | " + " | ".join(f"{x:6,.0f}" for x in at) + f" | {N[usd.argmin()]:.1e}")
left.set(ylim=(1e-2, 2)), right.set(ylim=(10, 2e5)), left.legend(loc="lower right")
plt.show()

# %% [markdown]
# **Read it.** If the gain is the same at all sizes (solid), go small: a tenth of the size makes the
# test a hundred times cheaper. If it grows as $N$ (dotted), a tenth of the size halves the price at
# best, for an answer about the wrong model. If it switches on, there is a valley, and both ends are
# dear. The left panel is a *belief*, and no experiment is planned without it: say it aloud before
# you say "I would try it on a small model first".

# %% [markdown]
# ## Where it breaks
#
# A check that finds faults finds them in sound papers too. GRIM assumes a mean of whole numbers.
# Suppose that Table 1 were honest, and "accuracy" the mean of both classes' recalls (balanced
# accuracy; 70 and 130 rows of heart). How often would the test cry "impossible"? And with more
# rows?

# %%
rng = np.random.default_rng(4)
print("rows | grid of D = 3·rows | plain accuracy flagged | balanced accuracy flagged")
for rows in (100, 200, 300, 400):
    ill = round(0.35 * rows)
    hits = rng.binomial([ill, rows - ill], 0.84, size=(4000, 3, 2))  # (papers, seeds, classes)
    plain = 100 * hits.sum(axis=(1, 2)) / (3 * rows)
    balanced = 100 * (hits / [ill, rows - ill]).mean(axis=(1, 2))
    flagged = [np.mean([not counts(round(float(p), 1), 3 * rows) for p in kind])
               for kind in (plain, balanced)]  # fmt: skip
    print(f"{rows:4d} | {100 / (3 * rows):13.2f} points | {flagged[0]:22.0%} | {flagged[1]:.0%}")

# %% [markdown]
# **Read it.** Honest plain accuracies are never flagged. Honest *balanced* ones are, in a large
# share of papers, because they live on another grid; and from 334 rows on nothing is ever flagged,
# honest or not. So "84.1 is impossible" was too strong. What holds is: *84.1 is not a plain mean
# of three seeds on 200 rows*. The same discipline goes for every finding above: say what you
# computed, under which assumption, and what else would explain it. Then ask.

# %% [markdown]
# ## Say it in 60 seconds
#
# "I liked the echo paper: cheap, with equal trials. Its 21 per cent is against the plain
# network; against trees it is two, and open in most rows. ± is a standard deviation, I checked in
# the appendix. A third of the steps at 1.9 times the price. What I miss is the noise without the
# agreement: twenty paired seeds, four tables, three hours. I predict that most of the gain stays.
# If the augmented network is half a point behind, I was wrong, and agreement is worth a larger
# test."
#
# *Mid:* limits, more seeds. *Senior:* recomputes, names the missing baseline, costs the test.
# *Staff:* says what would refute them, and what the answer would decide.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. "You liked it, and you take it apart. So is it a bad paper?"</summary>
#
# No, and say so: judge the claim that survives, not the abstract. "A network gets within noise of
# boosted trees, with one extra pass and no extra labels" is a smaller claim, it is supported, and
# it is useful where one wants gradients. A critique that leaves nothing standing shows as little
# judgement as one that finds nothing. Sculley et al. (2018) put it as wins against knowledge: ask
# what we know after the paper that we did not know before.
#
# </details>
#
# <details><summary>2. How do you find a leak without the code?</summary>
#
# Ask for each unit that could repeat (patient, panel, session, user, document) whether the *split*
# was made on it or below it. Then for each choice (threshold, number of heads, epoch, prompt) on
# which data it was made: the sentence that says "stops rising" mostly has the answer. Then for each
# statistic (mean, vocabulary, index, neighbours) over what it was computed. Kapoor & Narayanan
# (2023) count eight types, in 17 fields. And compute the size of the gain that the leak could
# explain: a leak that is worth 0.1 is a footnote.
#
# </details>
#
# <details><summary>3. The baseline is from another paper, with its published number. Is that
# unfair?</summary>
#
# It is unpaired: another split, other seeds, other tuning, other hardware; so the uncertainty of
# the difference has all of that in it. It can be unfair in both directions: published numbers had
# their authors' full attention. Ask for the number of trials on both sides, and for one rerun in
# the new code that meets the published number. If it does, the comparison stands on firmer ground;
# if it does not, that gap is the noise floor of the whole table.
#
# </details>
#
# <details><summary>4. Which one number would you ask the authors for?</summary>
#
# The one at which your verdict turns. For a verdict of "ask" these are the scores by seed: they
# exist, cost nothing and settle the pairing. For a budget it is the number of settings tried, with
# the distribution of their scores. For a changed metric, the announced one. "Can you share the
# code?" is a larger request with a slower answer; ask for the cell first.
#
# </details>
#
# <details><summary>5. What makes a good question for *our* team?</summary>
#
# That you would do something else tomorrow if the answer were no. Rank by (what is decided) ×
# (chance of surprise) ÷ (cost of the test). Hamming (1986) asked colleagues what the important
# problems of their field were, and why they were not working on them; important means that there is
# an attack, not only a consequence. Schulman (2020) tells idea-driven from goal-driven work, and
# the second kind is easier to defend in front of a team: the goal is shared, only the step is
# yours.
#
# </details>
#
# <details><summary>6. Your prediction failed. What do you tell us?</summary>
#
# First what was registered, then that it failed, then what is excluded now: the best outcome of a
# test is a hypothesis that is gone (Platt 1964). Then the two explanations that are left, and the
# test that separates them. What not to do: a subgroup in which it worked. If the kill criterion was
# met, say so and stop; that you stopped by a rule is the strongest line in the talk.
#
# </details>
#
# <details><summary>7. Everybody cites X for this. Do you doubt it?</summary>
#
# Follow the citation to the paper that has *data*. In one traced network of 242 papers, authority
# came from citation bias, from amplification by papers without data, and from hypotheses that
# became facts on the way (Greenberg 2009). So: who measured it, in which setting, who found the
# opposite, and is the opposite cited? Your own note has a field for that, and it should not be
# empty.
#
# </details>
#
# <details><summary>8. Is it not unkind to recompute other people's tables?</summary>
#
# It is what tables are printed for. Lipton & Steinhardt (2018) take examples from their own work
# and from strong groups; do the same, and begin a talk with a fault of your own. Write to the
# authors before you write about them, with the cell, the computation, and the innocent
# explanations first. An impossible digit is most often a typo.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
