# %% [markdown]
# # {{title}}
#
# > "Tell me about a time when you changed your mind because of data. … Thank you. My colleague told
# > me about your forecast of fish already. Can you give me **another** example?"
#
# Everybody prepares stories; "five or six, in the STAR form" is the usual advice. This lesson puts
# numbers on it: how few stories *can* be enough, why a bank that covers every principle still runs
# dry in the third room, what a story is worth when it is told twice, and which flaws no count can
# find. Advice that is experience and not data is marked as such.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from mlprep import figures
from mlprep.career import follow_ups, lint_story, sample_stories

figures.use_style()

# %% [markdown]
# ## What is asked, and what is answered
#
# "Tell me about a time when …" asks for one past event. In 62 recorded real interviews, such
# questions got a **story in 23 %** of the answers; the rest were opinions, habits and
# self-descriptions, and the stories had more situation in them than action or result (Bangerter et
# al. 2014). Stories raised hiring recommendations, self-descriptions lowered them. So first:
# say when, and what *you* did.
#
# | part | asks | share of the words (experience) |
# |---|---|---|
# | **S**ituation | where, who is affected | at most a fifth |
# | **T**ask | what was at stake, why you | short |
# | **A**ction | what you did, which option you rejected | half or more |
# | **R**esult | number or decision, what you do differently since | the rest |

# %% [markdown]
# ## Five is a bound, not a recommendation
#
# Let $M\in\{0,1\}^{n\times m}$ say which of $n$ stories can be told for which of $m$ principles.
# Two rules of thumb: every principle has **at least 2** stories, for there is "another example";
# and no story carries **more than 40 %** of the principles, for panels compare notes. Count the
# ones of $M$ by columns and by rows:
#
# $$2m\;\le\;\sum_{p}\sum_{s}M_{sp}\;=\;\sum_{s}\sum_{p}M_{sp}\;\le\;n\cdot 0.4\,m
# \quad\Longrightarrow\quad n\ge 5,$$
#
# whatever $m$ is. At $n=5$ there is no slack: each story carries exactly 40 % and no principle has
# a third. Real stories don't tile like that.

# %%
PRINCIPLES = """customer ownership simplify right learn develop standards big action frugal trust
deep backbone deliver employer responsibility""".split()  # short for Amazon's public sixteen (2021)
BANK = {
    "fish": "ownership learn trust deep",
    "gap rule": "customer right backbone responsibility big",
    "thresholds": "customer right trust backbone",
    "pages": "standards simplify action learn",
    "judges": "develop standards big deep right",
    "kernel": "deep simplify frugal",
    "pause": "ownership action trust",
    "lens": "customer deep frugal action",
    "labels": "learn employer responsibility trust",
    "lifts": "action right customer deliver",
    "merge": "backbone trust develop employer deliver",
    "spot": "frugal deliver simplify",
}
M = np.array([[p in themes.split() for p in PRINCIPLES] for themes in BANK.values()])  # (n, m)
print(f"{len(M)} stories, {len(M.T)} principles, {M.sum()} cells filled, 2m = {2 * len(M.T)}")
print("stories for each principle:", dict(zip(PRINCIPLES, M.sum(0).tolist(), strict=True)))
print(f"heaviest story: {M.sum(1).max()} of {len(M.T)}; {M.sum(1).mean():.2f} on average")

# %% [markdown]
# ### Predict first: how many do you need?
#
# The bank is invented, and good: nobody has more than five themes in one story, every principle has
# two or more. How many of the twelve cover all sixteen **once**? How many cover them **twice**?
# Will always taking the story that adds most find the smallest set?


# %%
def left(rows, need):  # cells still open with these stories
    return int(np.maximum(0, need - M[list(rows)].sum(0)).sum())


def exact(need):  # the best of all sets of each size
    sizes = range(len(M) + 1)
    return [min(left(s, need) for s in itertools.combinations(range(len(M)), k)) for k in sizes]


def greedy(need):
    order = []
    while len(order) < len(M):
        rest = [s for s in range(len(M)) if s not in order]
        order.append(min(rest, key=lambda s: left([*order, s], need)))
    return order


curves = {need: (exact(need), [left(greedy(need)[:k], need) for k in range(13)]) for need in (1, 2)}
for need, (best, taken) in curves.items():
    print(f"need {need}: exact  {best}\n        greedy {taken}")

# %%
(ax,) = figures.panels(
    "what one more story buys", xlabel="stories told", ylabel="open cells", size=(5.6, 3.0)
)
k = np.arange(13)
ax.plot(k, curves[2][0], marker="o", label="two stories each, best set")
ax.plot(k, curves[2][1], marker="x", markersize=6, label="two stories each, greedy")
ax.plot(k, curves[1][0], marker="s", label="one story each, best set")
ax.plot(k, np.maximum(0, 32 - 0.4 * 16 * k), label="two each, bound at 40 % a story")
ax.set(xticks=k, ylim=(-1, 33))
ax.legend()
plt.show()

# %% [markdown]
# **Read it.** The dash-dotted line is the bound: with the 40 % rule no bank can lie below it. The
# dots leave it at once, for real stories carry four themes, not 6.4. *Once* takes five stories (the
# squares), *twice* takes nine, and the last two buy a cell each. "Five or six" and "eight to
# fifteen" are both right: they read the two curves. Greedy is one cell worse on the way and ends
# at the same nine; in general it is within about $\ln m$ of the best (Feige 1998).
#
# ## Cover is the wrong goal
#
# A cover says that each principle has **some** story. A loop asks five people's ten questions in a
# day, and they meet afterwards.

# %% [markdown]
# ### Predict first: how many different stories does the panel hear?
#
# Ten questions, each on another principle; a bank of six that covers nearly everything. Three ways
# to answer:
#
# - **favourite**: of the stories that fit, the one that fits most principles (what habit does),
# - **unused first**: a story not told yet, if one fits,
# - **planned**: the most questions with a story of their own, as if you had known all ten.
#
# The last is a maximum matching of questions to stories. Hall's theorem says when it is complete:
# **any** $j$ questions must have, together, at least $j$ stories that fit.


# %%
def heard(rows, asked, how):
    """Different stories that a panel hears."""
    fits = M[list(rows)][:, asked]  # (stories, questions)
    if how == "planned":
        match = maximum_bipartite_matching(csr_matrix(fits.T.astype(int)), perm_type="column")
        return int((match >= 0).sum())
    told = []
    for can in fits.T:
        able = sorted(np.flatnonzero(can), key=lambda s: (-M[rows[s]].sum(), s))
        fresh = [s for s in able if s not in told]
        told += (fresh if how == "unused first" and fresh else able)[:1]
    return len(set(told))


rng = np.random.default_rng(0)
loops = [rng.choice(len(PRINCIPLES), 10, replace=False) for _ in range(300)]
order, sizes = greedy(2), range(3, 13)
ways = ("planned", "unused first", "favourite")
mean = {w: [np.mean([heard(order[:n], a, w) for a in loops]) for n in sizes] for w in ways}
for n, *row in zip(sizes, *mean.values(), strict=True):
    print(f"bank of {n:2d}: " + ", ".join(f"{w} {v:.1f}" for w, v in zip(ways, row, strict=True)))

# %%
(ax,) = figures.panels(
    "ten questions, five rooms, 300 loops",
    xlabel="stories in the bank",
    ylabel="different stories heard",
    size=(5.6, 3.0),
)
for way, marker in zip(ways, "osx", strict=True):
    ax.plot(sizes, mean[way], marker=marker, label=way)
ax.axhline(10, color=figures.SAND, linestyle=figures.DASHES[3])
ax.annotate("ten questions", (3, 9.55))
ax.set(xticks=list(sizes), ylim=(0, 11))
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# **Read it.** The dotted line is flat: from six stories on, habit tells the same five, **and a bank
# of twelve is heard like one of six**. Preparing more stories is wasted if each question gets its
# best one (a caricature, but not by much). *Unused first* needs only a list on paper of what was
# told where: it reaches 8.8 of ten.
# Planning finds nearly all questions a story of their own from ten on: twice what covers them.

# %% [markdown]
# ## What a panel learns when a story is told twice
#
# Model one room's mark as $r=a+u_s+e$: your ability $a$, the luck of the story $u_s$ (sd $\tau$: an
# easy win, a good team), the room's noise $e$ (sd $\sigma$). Told $m_s$ times over $n$ rooms:
#
# $$\mathrm{Var}(\bar r\mid a)=\frac{\sigma^2}{n}+\tau^2\sum_s\frac{m_s^2}{n^2}$$


# %%
def variance(told, tau=1.0, sigma=1.0):
    n = sum(told)
    return sigma**2 / n + tau**2 * sum(m * m for m in told) / n**2


rng = np.random.default_rng(1)
print("told        variance (simulated)  fresh rooms it is worth  of +1 mark believed")
for told in ((1, 1, 1, 1, 1), (2, 1, 1, 1), (2, 2, 1), (3, 2), (5,)):
    story = np.repeat(np.arange(len(told)), told)
    marks = rng.normal(size=(20_000, len(told)))[:, story] + rng.normal(size=(20_000, 5))
    v = variance(told)
    worth, belief = variance((1,)) / v, 1 / (1 + v)  # prior sd of ability 1
    print(f"{told!s:17} {v:.2f} ({marks.mean(1).var():.2f}) {worth:19.2f} {belief:22.0%}")

# %% [markdown]
# **Read it.** Here $\tau=\sigma=1$ (assumed; change them). One story in five rooms is worth less
# than two rooms with fresh ones. A panel that reasons so, and gives ability a prior of sd 1,
# believes less of the *same* marks: the last column is the posterior mean for an average of +1.
# Repeating your best story does not lower the mean. It lowers what a careful panel can conclude
# from it, which at the border of a level is the decision. Panels do not compute this; they say
# *"that was one project"*.
#
# The converse is known: three to four independent unstructured interviews, averaged, predict as
# well as one structured one (follow-up 3).

# %% [markdown]
# ## What a story costs in seconds
#
# Words are time. Conversational English is usually put at 110 to 160 words a minute; read one of
# your own aloud and measure. Assume six minutes a question, and a minute for a follow-up and its
# answer.

# %%
print(
    "words   "
    + "".join(f"{wpm:>6} wpm" for wpm in (110, 130, 150, 170))
    + "   follow-ups left at 130"
)
for words in (120, 180, 220, 260, 400, 600):
    seconds = [60 * words / wpm for wpm in (110, 130, 150, 170)]
    follow = int((360 - seconds[1]) // 60)
    print(f"{words:5d}   " + "".join(f"{s:8.0f} s" for s in seconds) + f"{follow:10d}")
shares = []
for story in sample_stories():
    count = [len(story[part].split()) for part in "STAR"]
    shares.append(np.array(count) / sum(count))
print("eight samples, mean shares S T A R:", np.round(np.mean(shares, axis=0), 2))

# %% [markdown]
# **Read it.** 180 to 260 words are 83 to 120 s at 130 words a minute. What brevity
# buys is **follow-ups**. They are where level shows, since they ask for the option that you
# rejected, the number before, and the other side's argument. Six hundred words leave room for one.
#
# Experience, not data: at two minutes a listener begins to wait for the end.
#
# ## Where it breaks
#
# The linter of this course counts: parts, shares, words, *I* and *we*, a number or decision in the
# result, a line on what you would do differently. Run it on two stories.

# %%
hollow = {
    "year": 2026,
    "S": "Our churn model was old, and everybody in the company was unhappy with it.",
    "T": "I was asked to improve it, which nobody else was able to do.",
    "A": """I showed ownership from the first day. I decided to think big. I asked the data engineer
    for tables, but he never understood what I needed, so I worked around him. I dived deep into the
    model, and I tried 14 architectures and 300 settings in 6 weeks. I considered giving up rather
    than going on, but I have backbone. I worked nights. I told my manager that quality cannot be
    rushed, and I wrote 9,000 lines of code. I made sure that everything was state of the art. I
    presented it to the leadership, and I answered each question with confidence. I insisted on the
    highest standards when others wanted to ship, and I was right in the end, as I often am. I
    documented it all, and I kept every promise that I had made.""",
    "R": "It was launched in March, and the leadership liked it. I would hire another engineer.",
}
team = sample_stories()[3]
team["A"] = team["A"].replace("I ", "we ").replace("we proposed", "I proposed")
for name, story in (("hollow", hollow), ("D, told as we", team)):
    print(f"{name}:", [flag.name for flag in lint_story(story, 2026)] or "no flags")
print(follow_ups(hollow))

# %% [markdown]
# **Read it.** The hollow story names principles for deeds, makes a villain of the engineer, has no
# outcome but applause, and calls its vanity a lesson. It has **no flags**. The other, a staff
# engineer's, gets one for saying *we*. And that rule runs against nature: people of higher rank say
# *we* more and *I* less (Kacewicz et al. 2014), while everybody overrates their own share of joint
# work (Ross & Sicoly 1979). "Say I" is for **attribution**, and only in the action: one verb, one
# doer. It is no recipe for sounding senior.
#
# What a person hears and no count does: reasons on the other side, something to lose, a habit that
# changed.

# %% [markdown]
# ## Six flaws, and their false alarms
#
# | flaw | loud | quiet | not the flaw |
# |---|---|---|---|
# | we-story | we, we, we | "I led"; the team has the verbs | we, with names and one I |
# | no stakes | tabs or spaces | skilful, counted, nobody cares | small, but somebody needs it |
# | villain | "he is useless" | you win over them | their best reason, in their words |
# | unmeasured | "snappier" | 40 experiments, 9 weeks | a decision somebody took |
# | brag | "I care too much" | others failed to listen | price, own cause, new habit |
# | name-dropping | five principles | one, and no deed | named once, then shown |
#
# Masked boasting costs more than plain boasting (Sezer et al. 2018).

# %% [markdown]
# ## Say it in 60 seconds
#
# *"How do you prepare for behavioural rounds?"*
#
# > "I keep a matrix, stories by principles. Two stories for each principle, none over forty
# > percent: by counting, five is the least, and mine needed nine. But cover isn't the goal. A loop
# > asks ten things and people compare notes, so I plan for a story of its own for each question and
# > keep a list of what I told where. One story in five rooms is worth less than two rooms. I tell
# > it in under two minutes, half of it what I did, with the option that I rejected, and leave time
# > for follow-ups."

# %% [markdown]
# | answer | contains |
# |---|---|
# | mid | the STAR form, *I* in the action, a number in the result |
# | senior | stories spread over themes, one option rejected, the other side's best reason |
# | staff | what a panel can conclude from it, and what the story changed for others |
#
# The spoken answer has about 110 words: under a minute at the pace of the table.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. Five stories reach the bound. Why would you not stop there?</summary>
#
# At five, every story must carry exactly 40 %, every principle has exactly two, and the loss of one
# story ("not that one, please") leaves 40 % of the principles with one. The bound is loose besides:
# it knows nothing of how rich stories are. In the lesson's bank they carry 4 themes on average, so
# twice sixteen cells need 32 / 4 = 8 at least, and overlap makes it 9. Compute your own: 2m over
# your mean themes a story, and one more.
#
# </details>
#
# <details><summary>2. Why is matching harder than cover, and when are they the same?</summary>
#
# A cover lets one story answer j questions. A matching wants j different ones: for each set of
# questions Q, the stories that fit any of them must number at least |Q| (Hall). With two stories
# for each principle and ten questions, trouble comes from *shared* pairs: three principles that
# rest on the same two stories can never all be fresh. So look in your matrix for principles with
# identical columns. If every story had one
# theme, both would be the same for different questions.
#
# </details>
#
# <details><summary>3. Do structured interviews predict anything? Does repetition matter?</summary>
#
# In the re-analysis that Sackett, Zhang, Berry & Lievens discuss (2023), structured interviews rank
# at the top of the selection methods, and the authors warn to heed the spread between studies, not
# the mean alone. Schmidt & Zimmerman (2004) found that averaging three to four **independent**
# unstructured interviews gave the validity of one structured interview. "Independent" is the word:
# the first term of the variance falls with n, the second only with different stories.
#
# </details>
#
# <details><summary>4. Isn't the story's luck part of you? Then repeating is no loss.</summary>
#
# If you always have such luck, it is in a, not in u. The model's point is identifiability: from one
# story, nobody can tell a good engineer from a good project. Two stories from two teams can. That
# is why "another example" is asked, and why two stories about the same project are nearly one. Put
# τ = 0 in the code and repetition is free; put τ = 2, and five rooms with one story are worth
# hardly more than one room.
#
# </details>
#
# <details><summary>5. You say "I" seventeen times. Did you do this alone?</summary>
#
# "No. The rule was my proposal, the review queue was Jun's answer to its weakness, and the
# committee enforces it. What would not have happened without me is the sample of 400 and the
# decision against one model." The pattern: name two others with their verbs, then the
# counterfactual of yours. People take more of the credit for joint work than the others give
# them (Ross & Sicoly 1979), so name the share that the other person would name.
#
# </details>
#
# <details><summary>6. Tell me about a failure. Which one do you take?</summary>
#
# One with a price that somebody paid, a cause in what *you* did, and a habit that has changed a
# later decision, with that decision ready. Not the largest ever; not one whose cause is another
# team; not a virtue. The test: would a colleague who was there call it a failure? Then stop when
# the story is over. Three sentences on what you learned undo it.
#
# </details>
#
# <details><summary>7. Which stories do interviewers stop believing, and when?</summary>
#
# At the second "why". A made-up or borrowed story has no rejected option, no number from before,
# and no opponent with a reason: the three things that one who was there cannot forget. That is
# experience, not data; probing as such is a component of structure that reviews discuss (Levashina
# et al. 2014). Prepare facts rather than sentences, and say "I don't remember; it was between two
# and three weeks".
#
# </details>
#
# <details><summary>8. Research loop: are stories needed there?</summary>
#
# Yes, with other columns: a claim that you withdrew, a result that did not replicate, a quarrel on
# authorship, a problem that you chose not to work on. The same matrix works. The thin column is, in
# our experience, "changed a belief because of a result". And the stakes are others: not money, but
# a year of somebody's work, or a number that others had built on.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
