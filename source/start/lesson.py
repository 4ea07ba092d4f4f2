# %% [markdown]
# # {{title}}
#
# > "Our advert says *Machine Learning Researcher*. You would own the ranking service: its latency,
# > its rollouts, its A/B tests. You have ten weeks until the loop. What do you do on Monday, and
# > what do you leave out?"
#
# Most people answer with a list of topics. This is a question about decisions under a deadline:
# which loop is it, what is an hour worth, how much does one result tell you. All three can be
# computed, if you say what is assumed.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.special import ndtr

from mlprep import figures

figures.use_style()

# %% [markdown]
# ## Two loops
#
# | | engineering | research |
# |---|---|---|
# | asks | can you ship and run it? | can you find out something new? |
# | most of the day | system design, coding | your own work, derivations, an experiment |
# | ML concepts | about one session | most sessions |
# | decides the level | design | the questions that you ask |
# | typical failure | boxes without numbers | methods without a question |
# | coding | classic problems, aloud | a training script with bugs |
#
# Neither is a software loop (there the model is a black box) nor an admission to a PhD (there
# nobody waits for a release). Many roles are mixed, and so are their loops.

# %% [markdown]
# ## What is known, and what is only said
#
# **Experience, not data.** The table. "Coding filters, design sets the level." "Three mocks at
# least." "Most fail in design." So say people who prepare others, and see who comes to them.
#
# **Data.** Two interviewers who meet somebody separately agree with a correlation of about 0.44;
# within one panel 0.74 (Huffcutt et al. 2013, all kinds of jobs). Structure helps (Conway et al.
# 1995). In mock interviews the same people did well and badly (Lerner 2016).
#
# **News, dated.** In 2025 and 2026 the press reported coding rounds with an AI assistant at Meta.
# EU applicants are to be told the pay or its range (Directive 2023/970, due 7 June 2026).

# %% [markdown]
# ## A title is no role
#
# Whoever will work beside you writes the rounds, so the **duties** decide. Ask for them: "What did
# the last person in this role do in a usual month?" In the assignment you sort 16 adverts. The
# rule there: 70 percent of the week or more makes it one kind, else it is mixed, and you prepare
# for both.
#
# The advert above is engineering, whatever it is called. So the loop will be, roughly: a screen,
# two rounds of coding, one or two of design, one of concepts, one of behaviour. You must pass
# **all** of them. That last word has consequences.

# %% [markdown]
# ## The loop is a product
#
# Let $p_i$ be your chance in round $i$, and suppose for now that rounds are independent given you:
#
# $$P=\prod_{i=1}^k p_i(h_i),\qquad
# \frac{\partial \log P}{\partial h_i}=\frac{p_i'(h_i)}{p_i(h_i)},\qquad \sum_i h_i=H$$
#
# The best plan spends the next hour where $p_i'/p_i$ is largest: what an hour **moves**, relative
# to what you **have**. "Train your weakness" looks at the denominator only, "do what pays" at the
# numerator only.

# %% [markdown]
# ### Predict first: who gets the hours?
#
# Four rounds, 60 hours. Each hour closes part of the gap to 1:
# $p_i(h)=1-(1-a_i)\,e^{-h/\tau_i}$. You start at $a=$ 0.25 in design, 0.50 in concepts, 0.60 in
# coding, 0.70 in behaviour; $\tau=$ 25, 12, 20 and 6 hours. Write down the best four numbers of
# hours.

# %%
ROUNDS = "design", "concepts", "coding", "behaviour"
A, TAU = np.array([0.25, 0.50, 0.60, 0.70]), np.array([25.0, 12.0, 20.0, 6.0])


def passes(h):  # hours (..., 4) -> chances (..., 4)
    return 1 - (1 - A) * np.exp(-h / TAU)


def spend(choose, total=60, step=0.25):
    """Hours (total / step + 1, 4): each quarter of an hour goes to the round that is chosen."""
    rows = [np.zeros(4)]
    for _ in range(int(total / step)):
        rows.append(rows[-1] + step * np.eye(4)[choose(rows[-1])])
    return np.array(rows)


plans = {
    "best next hour": spend(lambda h: np.argmax((1 - passes(h)) / TAU / passes(h))),
    "weakest first": spend(lambda h: np.argmin(passes(h))),
    "evenly": np.linspace(0, 15, 241)[:, None] * np.ones(4),
    "coding only": np.linspace(0, 60, 241)[:, None] * np.eye(4)[2],
}

# %%
print("60 hours         " + "".join(f"{name:>10}" for name in ROUNDS) + "   P(all)")
for name, h in plans.items():
    print(f"{name:16} " + "".join(f"{x:10.1f}" for x in h[-1]), f"{passes(h[-1]).prod():8.3f}")
print(f"{'nothing':16} " + " " * 40, f"{A.prod():8.3f}")

# %%
left, right = figures.panels(
    "chance of all four rounds", "where the best plan's hours are",
    xlabel="hours so far", ylabel=("P(all)", "hours"), size=(6.0, 2.8),
)  # fmt: skip
hours = np.arange(241) / 4
for name, h in plans.items():
    left.plot(hours, passes(h).prod(axis=1), label=name)
left.legend(loc="upper left", fontsize=7)
for i, name in enumerate(ROUNDS):
    right.plot(hours, plans["best next hour"][:, i], label=name)
right.legend(loc="upper left", fontsize=7)
left.set_ylim(0, 0.5)
plt.show()

# %% [markdown]
# **Read it.** Left: sixty hours of coding alone lift the chance by two thirds of what it was; the
# best plan multiplies it by more than eight. Training the weakest round first (dashed) hardly beats
# spreading evenly (dotted): it ignores that design moves slowly. Right: the best plan begins with
# design, which is lowest, soon adds concepts and behaviour, which move fast, and leaves coding,
# good already and slow, until hour 22. Then all four grow side by side.
#
# The curves are invented; the argument is not. Put your own guesses into `A` and `TAU`. If you have
# never coded under a clock, your numbers differ: then so should your plan.

# %% [markdown]
# ## What one result tells you
#
# A round's score is part you, part luck of the day, question and interviewer. With $r$ the
# correlation between two separate interviewers (0.44 above), score $=\sqrt r\,t+\sqrt{1-r}\,e$ for
# standard normal skill $t$ and luck $e$. Let half of all candidates pass a round:
#
# $$P(\text{pass}\mid t)=\Phi\!\left(\frac{\sqrt r\,t}{\sqrt{1-r}}\right)$$
#
# Four rounds can be combined by **floors** (each must be passed) or by their **average**. Before
# you look: a candidate better than 84 percent of all ($t=1$) meets four floors. How often is there
# an offer?
# %%
R = 0.44
T = np.linspace(-3, 3, 601)
PRIOR = np.exp(-(T**2) / 2)  # skill in the population, not normalised


def one_round(t, r=R):
    return ndtr(np.sqrt(r / (1 - r)) * t)


def by_average(t, k=4, r=R):  # the average of k scores, with as many offers as k floors give
    share = (PRIOR * one_round(T) ** k).sum() / PRIOR.sum()
    cuts = np.linspace(-1, 3, 2001)[:, None]
    rates = (PRIOR * ndtr((np.sqrt(r) * T - cuts) / np.sqrt((1 - r) / k))).sum(1) / PRIOR.sum()
    cut = cuts[np.abs(rates - share).argmin(), 0]
    return ndtr((np.sqrt(r) * t - cut) / np.sqrt((1 - r) / k)), share



# %%
ax = figures.panels("chance by skill", xlabel="better than … % of candidates", ylabel="chance")[0]
ax.plot(100 * ndtr(T), one_round(T), label="one round")
ax.plot(100 * ndtr(T), one_round(T) ** 4, label="four floors")
ax.plot(100 * ndtr(T), by_average(T)[0], label="average of four")
ax.legend(loc="upper left")
plt.show()
for t in (0.0, 1.0, 2.0):
    print(f"better than {100 * ndtr(t):.0f} %: one round {one_round(t):.2f}, four floors", end=" ")
    print(f"{one_round(t) ** 4:.2f}, average {by_average(t)[0]:.2f}")
print(f"offers among all candidates: {by_average(0)[1]:.2f}, by either rule")

# %% [markdown]
# **Read it.** One round (solid) never gets steep. Four floors (dashed) reject somebody better than
# 84 percent more often than not. The average (dotted), set to give as many offers, is steeper:
# fewer offers below the 80th percentile, more above, because one bad day is diluted. By either
# rule a single loop measures *you* badly. So apply to several teams at once, and never rewrite a
# plan over one result.
#
# ### Predict first: how much should a rejection shake you?
#
# You believe that you are an average candidate, give or take: $t\sim N(0,1)$. You fail a loop of
# four floors, and learn nothing else. Where is your expected percentile now? After three failures?

# %%
fail = 1 - one_round(T) ** 4
for n in (0, 1, 2, 3, 5):
    weight = PRIOR * fail**n
    weight /= weight.sum()
    chance = (weight * one_round(T) ** 4).sum()
    print(f"{n} failed loops: expected percentile {100 * (weight * ndtr(T)).sum():.0f}, ", end="")
    print(f"chance in the next loop {chance:.3f}")
weight = PRIOR * one_round(T) ** 3 * (1 - one_round(T))
near = (weight * ndtr(T)).sum() / weight.sum()
print(f"failed, with three of four rounds passed: expected percentile {100 * near:.0f}")

# %% [markdown]
# **Read it.** One failure moves the estimate by seven percentiles, because most people fail most
# loops. *Which* rounds failed says far more: with three of four passed, a failed candidate is
# **above** the median. So write down each round the same evening, by the axes of the rubric; the
# outcome is the least informative bit of the day.
#
# ## Knowing and guessing
#
# The diagnostic has 20 items of four choices. You know a topic with probability $p$, else you
# guess:
#
# $$P(\text{know}\mid\text{right})=\frac{p}{p+(1-p)/4}$$

# %%
print("known before:   ", "  ".join(f"{p:.2f}" for p in (0.2, 0.5, 0.8)))
print("after one right:", "  ".join(f"{p / (p + (1 - p) / 4):.2f}" for p in (0.2, 0.5, 0.8)))
right, n = 14, 20
p = np.linspace(0, 1, 1001)
chance = p + (1 - p) / 4
posterior = chance**right * (1 - chance) ** (n - right)
low, high = np.interp([0.05, 0.95], posterior.cumsum() / posterior.sum(), p)
print(f"{right} of {n} right: you know {low:.0%} to {high:.0%} of the topics (90 % interval)")

# %% [markdown]
# **Read it.** For a topic that you probably do not know, a right answer leaves a coin flip. So
# write "?" where you would guess, and mark what you are sure of. Even 20 items pin your whole down
# only loosely, and one item a topic is a hint, not a measurement: the plan shifts hours by it, and
# never drops a stage.
#
# Errors that you were **sure** of come first. After feedback they are corrected more often than
# timid ones (Butterfield & Metcalfe 2001), but they return when the correction fades (Butler et
# al. 2011). Hence the repeats: after 1, 3, 7 and 21 days.

# %% [markdown]
# ## Hours by week
#
# The plan's rules: design has 80 percent of the first two weeks; stages follow each other; mocks
# from week four; for research, reading from the first day. What runs beside takes its part of each
# week, the rest is filled in order. Any gap that the diagnostic finds moves a border between two
# stages, never their order.


# %%
def weekly(stages, beside, weeks=10, h=10.0):
    """Hours {stage: (weeks,)}. stages: share, in order; beside: (share, first week)."""
    n = np.arange(weeks) + 1
    rows = {name: np.where(n >= first, share * h, 0.0) for name, (share, first) in beside.items()}
    free = h - sum(rows.values())
    ends = free.sum() * np.cumsum(list(stages.values())) / sum(stages.values())
    late = free.cumsum()
    for name, begin, end in zip(stages, [0, *ends], ends, strict=False):
        rows[name] = np.clip(np.minimum(late, end) - np.maximum(late - free, begin), 0, None)
    return {name: rows[name] for name in [*stages, *beside]}


mocks, reading = {"mocks": (0.1, 4)}, {"reading": (0.2, 1)}
tracks = {
    "engineering": weekly({"design": 4, "fundamentals": 3, "coding": 2}, mocks),
    "research": weekly({"depth": 4, "experiment": 3}, reading | mocks),
}

# %%
axes = figures.panels(*tracks, xlabel="week", ylabel="hours", sharey=True, size=(6.0, 2.8))
HATCHES = {"mocks": "////", "reading": "...."}
for ax, rows in zip(axes, tracks.values(), strict=True):
    bottom, colours = np.zeros(10), iter(figures.COLOURS)
    for name, hours in rows.items():
        look = {"color": "white", "hatch": HATCHES[name]} if name in HATCHES else {}
        look = look or {"color": next(colours)}
        ax.bar(range(1, 11), hours, bottom=bottom, edgecolor=figures.INK, label=name, **look)
        bottom += hours
    ax.set(ylim=(0, 14.5), xticks=range(1, 11))
    ax.legend(ncols=2, loc="upper center", fontsize=7, handlelength=1.4)
plt.show()

# %% [markdown]
# **Read it.** Every column ends at ten hours: what is added somewhere is taken elsewhere. Left:
# design fills four weeks, then fundamentals, coding last and freshest; the hatched mocks begin in
# week four and never stop. Right: reading (dotted) is a fifth of every week, because the questions
# for the talk grow slowly. `mlprep plan` draws yours: shorter time, other hours, your own gaps,
# and it names the units that no longer fit. A plan that cuts nothing in three weeks is not a plan.

# %% [markdown]
# ## Where it breaks
#
# "Half of all candidates pass a round, so one in sixteen passes four." Run it. The product rule
# holds **for one person**. Across people, rounds share the person: whoever passed the first is
# better than the rest.

# %%
rng = np.random.default_rng(0)
t = rng.standard_normal((100_000, 1))
luck = rng.standard_normal((100_000, 4))
for r in (0.0, 0.44, 0.74):
    passed = np.sqrt(r) * t + np.sqrt(1 - r) * luck > 0
    rates = passed.mean(axis=0)
    after = passed[passed[:, :3].all(axis=1), 3].mean()
    joint = passed.all(axis=1).mean()
    print(f"r = {r:.2f}: product of the four rates {rates.prod():.3f}, passed all", end=" ")
    print(f"{joint:.3f}, the fourth given three {after:.2f}")

# %% [markdown]
# With $r=0$ the product is right, and everybody is equal. At $r=0.44$ it is too small by a factor
# of about three. So a company's published rates, multiplied, say nothing about your chance, and "I
# passed the screen, now it is fifty-fifty" is too gloomy. The other way round your own $p_i$ also
# move together on a bad day: then an hour that steadies you (a mock) is worth more than the
# formula says, because it lifts all factors at once.

# %% [markdown]
# ## Say it in 60 seconds
#
# "I sort roles by duties, not titles. A loop is a product, so the next hour goes where it moves a
# round most, relative to what I have: for me design first, concepts next, coding last so that it is
# fresh; mocks weekly from week four. I took a diagnostic and began with the errors that I was sure
# of. One interview is a noisy measurement, so I apply in parallel, log every round, and change the
# plan on evidence from several."
#
# **Rubric.** *Mid*: an order and a reason. *Senior*: what was left out, and what could
# change the plan. *Staff*: which parts are judgement, which are data, and how strong the data are.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. When is "train your weakness" exactly right?</summary>
#
# When an hour moves every round equally in absolute terms: then $p_i'$ is the same and $1/p_i$
# decides. With $p_i(h)=1-(1-a_i)e^{-h/\tau_i}$ the score is $(1-p_i)/(\tau_i p_i)$: equal $\tau$
# give the weakest round too. It fails when the weakest is also the slowest. And if the company
# averages scores, the sum counts, not the product: then only $p_i'$ matters, and the weakest has
# no priority.
#
# </details>
#
# <details><summary>2. Is the greedy plan optimal?</summary>
#
# Yes, here. $\log P=\sum_i\log p_i(h_i)$ is a sum of concave functions of one variable each (the
# logarithm of a concave increasing function is concave), so spending each small step at the largest
# slope reaches the maximum under $\sum h_i=H$. It is no longer so if a round has a threshold (ten
# hours before anything shows), because then $p_i$ is not concave: short plans should leave such a
# round alone, long ones start with it.
#
# </details>
#
# <details><summary>3. You failed in coding twice and passed all else. What do you change?</summary>
#
# First the estimate: two of two in the *same* round is far more evidence than two failed loops.
# With a uniform prior on $p$ the posterior mean is ¼. Then find out which part failed: no idea,
# idea too slow, bugs, or silence. Each has another cure, and only the first is "more problems".
# Then one mock for that part, before the plan moves.
#
# </details>
#
# <details><summary>4. Why should companies use floors, if averages measure better?</summary>
#
# The average is the better estimate of *one* quantity. Floors are for several: an engineer who
# cannot design is not made up for by fast coding. They also resist one enthusiastic interviewer.
# The price is noise: the minimum of four noisy scores has more luck in it than their mean. A
# sensible mixture asks a second interviewer where a floor was just missed.
#
# </details>
#
# <details><summary>5. Are intervals of 1, 3, 7 and 21 days better than equal ones?</summary>
#
# Not shown. Spacing as such helps much: 29 studies, $g=0.74$ against massed repeats (Latimier et
# al. 2021); the same analysis found no significant difference between expanding and uniform
# intervals ($g=0.03$). The best gap grows with the time until the test (Cepeda et al. 2006).
# Expanding ones are chosen here because they cost little and meet a high-confidence error early,
# when it returns. And the repeat must be a *retrieval*: prior testing beat rereading after two
# days and a week, though not after five minutes (Roediger & Karpicke 2006).
#
# </details>
#
# <details><summary>6. An interviewer agreement of 0.44: does it bound how well loops predict
# work?</summary>
#
# Yes. With $r$ the correlation of two parallel measurements, one measurement correlates at most
# $\sqrt r\approx0.66$ with anything. Averaging $k$ rounds lifts the reliability to $kr/(1+(k-1)r)$
# (Spearman–Brown): 0.76 for four. That is if the rounds measure the same thing; rounds on different
# skills agree less for good reasons, and then 0.44 is no pure noise figure.
#
# </details>
#
# <details><summary>7. You come from a university and target engineering, or the reverse. What do
# you show?</summary>
#
# Show what they doubt. From a university: work under constraints, with numbers (a latency budget
# held, a cost per request, something that broke and was mended). From software: curiosity that
# lasted, that is a question, an experiment that could have said no, and what you concluded. One
# such artefact, public and small, does more than a list of courses. "Switchers are doubted for
# this" is experience, not data; ask in the first call what they worry about.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
