# %% [markdown]
# # {{title}}
#
# > "Four of five say hire. One says **strong no**, on coding. The mean is 3.4 of 4. You chair the
# > debrief: what do we do?"
#
# You will sit on the other side of that table. What you can still change is which signals the panel
# has, how many of them are new, and in what state you give them. This lesson computes what decision
# rules do with noisy marks, plans a day, and looks at what a take-home and a mock can prove. What
# is experience and not data says so; what ages has a date.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures
from mlprep.career.loop import KINDS, REQUIRED, Loop, charges

figures.use_style()

# %% [markdown]
# ## Three loops
#
# recruiter → screen → **main part** → debrief → offer. The main part differs (experience, as of
# 2026; firms change it, so ask the recruiter for the stages and what each one marks):
#
# | | main part | decides | what is special |
# |---|---|---|---|
# | startup | take-home or pairing, then the CTO | two or three, in days | can you work alone? |
# | big company | onsite of 4 to 6 rounds | a panel, from written notes | each round has its axes |
# | lab | research talk, paper round, one-to-ones | the team | would we argue with you daily? |
#
# `Loop(kind, seed)` draws invented ones as a state machine. How many signals has each axis?

# %%
loop = Loop("startup", 3)
for event in ("pass", "pass", "pass", "pass", "more", "pass", "hire", "accept"):
    print(loop.state, f"--{event}-->", end=" ")
    loop.step(event)
print(loop.state)

print(f"\n{'kind':8} rounds  minutes  required axes  marked by 0 / 1 / 2 / 3+ sessions")
for kind in KINDS:
    days = [Loop(kind, seed).brief() for seed in range(300)]
    rounds = [len(day["sessions"]) for day in days]
    spent = np.mean([sum(s["minutes"] for s in day["sessions"]) for day in days])
    count = Counter()
    for day in days:
        seen = Counter(axis for s in day["sessions"] for axis in s["axes"])
        count.update(min(seen[axis], 3) for axis in day["required"])
    shares = " / ".join(f"{count[n] / count.total():4.0%}" for n in range(4))
    span = f"{min(rounds)}–{max(rounds)}"
    print(f"{kind:8} {span:6} {spent:8.0f}  {len(REQUIRED[kind]):13}  {shares}")

# %%
day = Loop("bigco", 28).brief()
print(f"{'':15}", *(f"{axis:>14}" for axis in day["required"]))
for s in day["sessions"]:
    row = ["story" if a in s["tell"] else "work" if a in s["axes"] else "" for a in day["required"]]
    print(f"{s['name']:15}", *(f"{cell:>14}" for cell in row))
heard = [sum(a in s["axes"] for s in day["sessions"]) for a in day["required"]]
print(f"{'sessions':15}", *(f"{count:14d}" for count in heard))

# %% [markdown]
# **Read it.** In these invented loops, and by experience in real ones, most required axes rest on
# **one or two people**, and a few on nobody: in the day above, ownership. Ask for the stages and
# what each one marks, draw this matrix, and volunteer what its empty column needs.
#
# ## Three rules
#
# Let $x_{sa}$ be the mark (1 strong no … 4 strong yes) of session $s$ on axis $a$, and $\bar x_a$
# the mean on an axis. At most one candidate in five gets an offer, by
#
# $$\text{mean: } \tfrac1A\textstyle\sum_a \bar x_a\qquad \text{floor: } \min_a \bar x_a\qquad
# \text{veto: mean, if no } x_{sa}=1.$$
#
# The mean lets axes pay for each other; floor and veto do not (*conjunctive* rules).

# %% [markdown]
# ### Predict first: who hires fewer people with a hole?
#
# Five abilities $\theta_a$, standard normal, correlated 0.4. A **hole** is $\theta_a<-1$; 44 % of
# the applicants have one. A mark is $\theta_a$ plus noise of sd $\sigma$, cut at −1, 0, 1.
#
# How large is $\sigma$? Conway et al. (1995) put the upper limit of an interview's validity at 0.67
# if highly structured, 0.34 if not. Squared, as reliabilities $1/(1+\sigma^2)$, these are
# $\sigma=1.1$ and $2.8$.
#
# Each rule hires its best 20 %. Which has the fewest holes among its hires, with **one** mark an
# axis? With six? And does the noise matter for the answer?


# %%
def applicants(n, rng):
    """Abilities (n, 5), correlated 0.4."""
    return np.sqrt(0.4) * rng.normal(size=(n, 1)) + np.sqrt(0.6) * rng.normal(size=(n, 5))


def marked(theta, k, sigma, rng):
    """k independent marks on each axis, 1 to 4: (n, 5, k)."""
    heard = theta[..., None] + sigma * rng.normal(size=(*theta.shape, k))
    return 1 + sum((heard > cut).astype(np.int8) for cut in (-1, 0, 1))


def hired(marks, rule, rng):
    """The best fifth by a rule; ties by lot."""
    axis = marks.mean(axis=2)
    score = axis.min(axis=1) + 1e-3 * axis.mean(axis=1) if rule == "floor" else axis.mean(axis=1)
    score = score - 10 * (marks == 1).any(axis=(1, 2)) if rule == "veto" else score
    score = score + 1e-6 * rng.random(len(score))
    return score >= np.quantile(score, 0.8)


# %%
rng, ks, rules = np.random.default_rng(0), (1, 2, 3, 4, 6), ("mean", "floor", "veto")
theta = applicants(20_000, rng)
hole = (theta < -1).any(axis=1)
found = {}
for sigma in (1.1, 2.8):
    for k in ks:
        panels = [marked(theta, k, sigma, rng) for _ in range(2)]
        for rule in rules:
            one, other = (hired(marks, rule, rng) for marks in panels)
            found[sigma, k, rule] = hole[one].mean(), theta[one].mean(), other[one].mean()
print(
    f"holes among all: {hole.mean():.0%}, among the best fifth of all people (true mean): ", end=""
)
print(f"{hole[theta.mean(1) >= np.quantile(theta.mean(1), 0.8)].mean():.1%}")
print("            holes among hires     mean ability          hired by a 2nd panel")
print("sigma marks" + "  mean floor  veto   " * 3)
for sigma, k in [(s, k) for s in (1.1, 2.8) for k in (1, 2, 4)]:
    rows = [[f"{found[sigma, k, rule][i]:5.3f}" for rule in rules] for i in range(3)]
    print(f"{sigma:5} {k:5} ", "    ".join(" ".join(row) for row in rows))

# %%
left, right = figures.panels(
    "structured: σ = 1.1",
    "unstructured: σ = 2.8",
    xlabel="independent marks on each axis",
    ylabel=("hires with a hole (%)", "hires with a hole (%)"),
    size=(6.0, 2.9),
)
for ax, sigma in ((left, 1.1), (right, 2.8)):
    for rule, marker in zip(rules, "osx", strict=True):
        holes = [100 * found[sigma, k, rule][0] for k in ks]
        ax.plot(ks, holes, marker=marker, label=rule, markersize=6 if marker == "x" else 4)
    ax.set(xticks=range(1, 7), ylim=(0, None))
left.legend()
plt.show()

# %% [markdown]
# **Read it.** *Left*: with one mark an axis the rules are alike: 7 to 8 % of the hires have a hole.
# Only with repeated marks does the floor (dashed) leave the mean behind: 1.3 % against 2.9 % at
# four. (Where fewer than a fifth have no strong no, the veto fills up by the mean.) *Right*: with
# unstructured marks the floor is **worse** at its own trade: the lowest of five noisy numbers is
# mostly noise. The mean borrows from the other axes, which correlate.
#
# So floors want repeated marks on structured questions. The table's last columns: with two such
# marks an axis, a second panel hires six in ten of the same people. **One rejection is weak
# evidence about you.**

# %% [markdown]
# ## How many independent signals?
#
# If one interviewer's mark has reliability $r$, the mean of $n$ correlates with the ability by
#
# $$\rho_n=\sqrt{\frac{n\,r}{1+(n-1)\,r}}\qquad\text{(Spearman–Brown)},$$
#
# for **independent** errors. Let a share $c$ of the error be common: the same story, the same
# warm-up question, a colleague's word in the corridor. Then $n$ marks are worth
# $n_{\text{eff}}=n/(1+(n-1)c)$, at most $1/c$.

# %%
print("marks       ", *(f"{n:6d}" for n in range(1, 9)))
for name, r in (("structured", 0.67**2), ("unstructured", 0.34**2)):
    for c in (0.0, 0.3):
        n = np.arange(1, 9)
        eff = n / (1 + (n - 1) * c)
        rho = np.sqrt(eff * r / (1 + (eff - 1) * r))
        print(f"{name[:6]} c={c:.1f} ", *(f"{value:6.3f}" for value in rho))
print("worth, c=0.3", *(f"{value:6.2f}" for value in eff))
rng = np.random.default_rng(1)  # the formula against a simulation: r = 0.45, n = 4, c = 0.3
ability, noise = rng.normal(size=200_000), np.sqrt(1 / 0.67**2 - 1)
shared, own = rng.normal(size=200_000), rng.normal(size=(4, 200_000))
heard = ability + noise * (np.sqrt(0.3) * shared + np.sqrt(0.7) * own.mean(axis=0))
print(f"simulated, structured, n = 4, c = 0.3: {np.corrcoef(ability, heard)[0, 1]:.2f}")

# %% [markdown]
# **Read it.** Four structured, independent marks reach 0.87; the fifth adds 0.02. Bock (2015) tells
# of Google that four interviews predicted a hire "with 86 percent confidence" and each further one
# added a point. That is another quantity, but the same shape. With 30 % of the error shared, four
# marks are worth two, and eight hardly more.
#
# For you: **a story told twice, or a second coding round on your best pattern, is a row with
# c = 0.3.** For each required axis, have two different things to show.
#
# ## A day is a budget
#
# A session *needs* a charge at its beginning and *costs* some of it; a break gives some back.

# %%
needs = {s["name"]: s["needs"] for s in day["sessions"]}
invited = [s["name"] for s in day["sessions"]]
planned = ["coding with AI", "break", "behavioural", "coding", "ML depth", "ML design"]
axes = figures.panels(
    "as invited", "as planned, with a break", xlabel="", ylabel="charge (%)", size=(6.0, 3.2),
    sharey=True,
)  # fmt: skip
for ax, order in zip(axes, (invited, planned), strict=True):
    before = charges(day, order)
    x = np.arange(len(order))
    wants = [needs.get(name, 0) for name in order]
    ax.bar(x, wants, width=0.8, color="#c9d6e6", edgecolor="#8aa0bb", label="needs")
    ax.plot(x, [c for _, c in before], marker="o", markersize=5, label="charge at its beginning")
    short = [name for name, c in before if c < needs.get(name, 0)]
    print(f"{order[0]} first; begins too low: {', '.join(short) or 'none'}")
    ax.set_xticks(x, order, rotation=35, ha="right")
    ax.set(ylim=(0, 135), yticks=range(0, 101, 20), xlabel="order of the day")
axes[1].legend(loc="upper right")
plt.show()

# %% [markdown]
# **Read it.** Where the line is below a bar, the session begins too low: three of five as invited,
# none as planned. What needs most stands first or behind the break.
#
# Invented numbers, and book-keeping: not every hour can be your best. It is **not** "willpower is a
# battery": a test in 36 laboratories found next to no depletion (Vohs et al. 2021: d = 0.06).
#
# ## A take-home that is too good
#
# A table, three hours, and somewhere a column that knows the answer. How good *can* an honest model
# be? If outcomes are drawn with true probabilities $p$, no score beats $p$, but for luck. Let
# logits of $p$ be normal with sd $s$, and 30 % of the users leave.


# %%
def best_auc(s, n=40_000, seed=2):
    """AUC of the true probabilities themselves, share leaving 30 %."""
    rng = np.random.default_rng(seed)
    logit = s * rng.normal(size=n)
    shifts = np.linspace(-4, 1, 101)
    rates = [np.mean(1 / (1 + np.exp(-logit[:4000] - b))) for b in shifts]
    p = 1 / (1 + np.exp(-logit - np.interp(0.3, rates, shifts)))
    y = rng.random(n) < p
    rank = np.argsort(np.argsort(p)) + 1
    return (rank[y].sum() - y.sum() * (y.sum() + 1) / 2) / (y.sum() * (~y).sum()), p.std()


for s in (0.5, 1.0, 1.5, 2.0, 3.0, 4.0):
    area, spread = best_auc(s)
    print(f"logit sd {s:.1f}: sd of the true p {spread:.2f}, best AUC {area:.3f}")

# %% [markdown]
# **Read it.** For an AUC of 0.95 the truth would have to be nearly decided beforehand (logit sd 4).
# People are not. So a score beyond belief is a **finding to explain**: on which *day* is each
# column known? Strength proves no leak, weakness no honesty (Kaufman et al. 2012). Kapoor &
# Narayanan (2023) found leakage in 17 fields, affecting 294 papers.
#
# ## Three mocks, one rubric
#
# ### Predict first: what does a mock prove?
#
# You mark four axes, name the lowest as the fix, and mark again a week later. Suppose that you
# learn **nothing**. By how much does the axis that you "fixed" rise?

# %%
rng, n = np.random.default_rng(3), 20_000
level = rng.normal(1.5, 0.4, size=(n, 4))  # true levels of four axes, 0 to 3
marks = np.clip(np.round(level[:, None] + 0.7 * rng.normal(size=(n, 3, 4))), 0, 3)  # three mocks
fix = (marks[:, 0] + 1e-6 * rng.random((n, 4))).argmin(axis=1)  # ties by lot
lowest = np.take_along_axis(marks, fix[:, None, None], axis=2)[..., 0].mean(axis=0)
others = (marks.sum(axis=2).mean(axis=0) - lowest) / 3
chosen_by_lot = marks[:, :, 0].mean(axis=0)
(ax,) = figures.panels("nothing was learned", xlabel="mock", ylabel="mean mark (0 to 3)",
                       size=(4.6, 2.6))  # fmt: skip
ax.plot((1, 2, 3), lowest, marker="o", label="lowest axis of mock 1, the fix")
ax.plot((1, 2, 3), others, marker="s", label="the other three")
ax.plot((1, 2, 3), chosen_by_lot, marker="x", label="an axis named beforehand")
ax.set(xticks=(1, 2, 3), ylim=(0, 2.2))
ax.legend(loc="lower right")
plt.show()
print("fix:", lowest.round(2), " others:", others.round(2), " by lot:", chosen_by_lot.round(2))
print(f"share of fixes that rise: {np.mean(np.diff(marks[np.arange(n), :2, fix])[:, 0] > 0):.0%}")

# %% [markdown]
# **Read it.** The fix "rises" by 0.6 of a level, more often than not, from bad luck alone: it was
# chosen *because* it was low. That is regression to the mean (Barnett et al. 2005). The third mock
# tells: luck gives its gift once, practice goes on. So score a fix twice, compare it with an axis
# that you named **before**, and take somebody else's marks: self-ratings agree only moderately with
# performance (Zell & Krizan 2014). "At least three mocks" is experience; this is the argument.
#
# ## Where it breaks
#
# "One strong no on a required axis fails": a floor on single marks. Add interviewers to be careful.

# %%
rng, people = np.random.default_rng(4), applicants(6_000, np.random.default_rng(5))
bad, sizes = (people < -1).any(axis=1), (1, 2, 4, 8, 16)
fails = {
    "one strong no": lambda m: (m == 1).any(axis=(1, 2)),
    "two on one axis": lambda m: ((m == 1).sum(axis=2) >= 2).any(axis=1),
    "axis mean below 1.8": lambda m: (m.mean(axis=2) < 1.8).any(axis=1),
}
rates = {name: [] for name in fails}
for k in sizes:
    marks = marked(people, k, 1.1, rng)
    for name, rule in fails.items():
        rates[name].append((rule(marks)[~bad].mean(), 1 - rule(marks)[bad].mean()))
print("marks an axis                        ", *(f"{k:5d}" for k in sizes))
for name, rows in rates.items():
    for title, row in zip(
        ("no hole, failed", "hole, passed"), zip(*rows, strict=True), strict=True
    ):
        print(f"{name:21} {title:16}", *(f"{value:5.0%}" for value in row))

# %%
left, right = figures.panels(
    "no hole, and failed", "a hole, and passed", xlabel="independent marks on each axis",
    ylabel=("share failed (%)", "share passed (%)"), size=(6.0, 2.9),
)  # fmt: skip
for (name, rows), marker in zip(rates.items(), "osx", strict=True):
    for ax, values in zip((left, right), zip(*rows, strict=True), strict=True):
        ax.plot(sizes, 100 * np.array(values), marker=marker, label=name)
        ax.set(ylim=(0, 100), xscale="log")
        figures.plain_ticks(ax.xaxis, sizes)
right.legend()
plt.show()

# %% [markdown]
# **Read it.** *Left*: under a veto, every further mark is one more chance of a bad minute. With one
# mark an axis half of the people without a hole fail already; with four, nearly nine in ten. A
# panel that grows becomes harsher and believes that it became careful. Confirming only delays this.
# Of the three, only the floor on the axis' **mean** gets better on both sides: 18 % and 4 % at
# sixteen.
#
# Real panels know it by feeling: they ask *what happened?* before they count a strong no. Give them
# something to say: one sentence on the lapse, what you had missed, how you would see it next time.

# %% [markdown]
# ## Say it in 60 seconds
#
# *"Four yes, one strong no on coding. What do we do?"*
#
# > "First: is coding required, and who else marked it? If nobody did, we have one noisy mark, and a
# > mean over the other axes says nothing about coding. I would read the note for what was said
# > and done, and ask for one more coding session with somebody who has not read it; and write down
# > now what result decides. If two people saw the same hole, it is a no, whatever the mean. What I
# > would not do is average it away, or let one bad hour veto: with ten marks, many good people have
# > one."

# %% [markdown]
# | answer | contains |
# |---|---|
# | mid | averages or votes, with reasons; knows that a hole matters |
# | senior | axis by axis; required or not; evidence against impression; one more session |
# | staff | noise of a single mark, independence of the next one, decision rule fixed beforehand |
#
# As the candidate you turn it round: two different signals for every required axis; a story told
# once; a question for everyone; and, at the end of the day, *"is there anything that you could not
# see today?"* (experience: it is often answered).

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. When is the mean the right rule?</summary>
#
# When axes do pay for each other (a team where somebody else writes the code), when each axis has
# one noisy mark, or when axes correlate so strongly that the lowest mark is mostly noise. In the
# lesson's right panel the mean has fewer holes than the floor. The best rule is neither: estimate
# each axis by shrinking its mark towards the candidate's others, by the reliability, and put the
# floor under that. Ock & Oswald (2018) compare compensatory and multiple-hurdle selection by their
# utility; hurdles save money, as later stages see fewer people.
#
# </details>
#
# <details><summary>2. One interviewer marks three axes. How many signals is that?</summary>
#
# Between one and three. The error of one room is common to its marks: mood, the clock, whether the
# two of you clicked. It does not cancel between axes, so a bad room lowers all three, and a floor
# over axes sees three holes where there was one hour. That is a reason for two rooms an axis rather
# than two axes a room, and for asking, at a strong no on three axes by one person, what the one
# thing was.
#
# </details>
#
# <details><summary>3. Interviewers read each other's notes before writing. So what?</summary>
#
# The share c of common error rises, and with it the ceiling 1/c on what any number of them is
# worth. At c = 0.5 the panel is worth two people for ever. The first note weighs most, which makes
# the order of your day part of the result. Some firms hide the notes until one's own are in
# (experience); you can ask: "do you see the others' feedback before you write yours?" It is also a
# fair question for them.
#
# </details>
#
# <details><summary>4. The take-home said three hours. You needed nine. What do you write?</summary>
#
# Stop at three and hand in what there is, or say nine. A reader compares with people who stopped.
# What is worth most in three hours: the split that matches use, the baseline, the one finding in
# the data, a page. What is worth least: a second model. If you did go on, mark the commit at three
# hours: "this is the three-hour state; below is what I did for fun".
#
# </details>
#
# <details><summary>5. Your model beats the baseline by 0.06 of AUC. Are you done?</summary>
#
# Not before you have said: on which users and months, with what interval over *users*, and whether
# 0.06 changes what anybody does. A rule of one column that a person can run by hand is a strong
# rival: it needs no retraining, and its errors can be explained to the one who is called. Then the
# next step is an action and its test, not a model.
#
# </details>
#
# <details><summary>6. "Do you have any questions for us?"</summary>
#
# One for each person, on what only that person knows, whose answer could change your decision. To
# an engineer: what woke somebody up last, and what is different since? To the manager: what did you
# stop doing this year? To the CTO of a startup: how many months at today's pace? To a researcher:
# which result could you not publish? Questions that the website answers cost you a signal; none at
# all costs you more, for it is the only half of the day in which you are the panel.
#
# </details>
#
# <details><summary>7. May you ask for another order, or a break?</summary>
#
# Yes; recruiters move sessions daily (experience, not data). Ask when the schedule comes, with a
# reason that helps them too: "could the design round be before lunch? I would rather give you my
# best hour there." What you can't have, plan around: the session that needs most comes first or
# after the break, and the lightest is the one to be tired in.
#
# </details>
#
# <details><summary>8. Is the coding round still a plain editor?</summary>
#
# Not everywhere. As reported by candidates' sites by spring 2026, Meta has replaced one of two
# onsite coding rounds by one with an AI assistant in the editor, in loops since October 2025; other
# firms forbid it. The axes change with it: less typing, more reading, testing and saying what you
# do not trust. Ask which one you get. This ages fast; check the date.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
