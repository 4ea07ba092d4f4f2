# %% [markdown]
# # {{title}}
#
# > "We can do 150 base and 40,000 options. At the last round those are worth 360 thousand, so that
# > is 240 a year. What do you make today, and what would it take for you to sign?"
#
# Three traps in three sentences: a headline, a question about the past, and a number that you are
# to name first. Everybody knows that options are risky and that one should deflect. Here both are
# computed, and some of it comes out the other way: volatility can be worth money to you,
# front-loading can be a gift, and silence is a signal.
#
# *Firms and amounts are invented, in thousands, before tax. Nothing here is legal, tax or
# investment advice.*

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import norm

from mlprep import figures

figures.use_style()

# %% [markdown]
# ## One number, and the conventions in it
#
# For a stay of $n$ years, with yearly rate $r$, pay $c$ (base and expected bonus), a sign-on $s$
# once, a grant of $N$ shares with weights $w\in\mathbb{R}^n$, and chance $p$ that a share can be
# sold:
#
# $$V=s+\sum_{k=1}^{n}\frac{c}{(1+r)^{k-1/2}}+\frac{w_k\,N\,p\,\max(P-K,0)}{(1+r)^k},\qquad
# \text{per year}=V\Big/\sum_{k=1}^{n}(1+r)^{1/2-k}$$
#
# Each symbol is a convention: value date, mid-year pay, strike $K$, no tax anywhere. A sum that
# does not state them is a headline. Four offers, one set of conventions, three lengths of stay:

# %%
LEVEL, FRONT, BACK = np.array([[1, 1, 1, 1], [1.6, 1.2, 0.8, 0.4], [0.2, 0.6, 1.6, 1.6]]) / 4
OFFERS = {  # pay, sign-on, shares, price, strike, chance of a sale, weights
    "Alder, listed": (190, 30, 200, 1.0, 0.0, 1.0, LEVEL),
    "Cedar, listed": (176, 60, 260, 1.0, 0.0, 1.0, FRONT),
    "Birch, private": (150, 0, 40, 9.0, 2.1, 0.5, LEVEL),
    "Dune, seed": (150, 0, 1600, 2.0, 0.2, 0.15, LEVEL),
}


def per_year(offer, years, r=0.05):
    c, s, N, P, K, p, w = offer
    k = np.arange(1, years + 1)
    annuity = ((1 + r) ** (0.5 - k)).sum()
    return c + (s + (w[:years] * N * p * max(P - K, 0) * (1 + r) ** -k).sum()) / annuity


print("                 headline, year 1 |  per year if you stay 1,    2,    4 years")
for name, o in OFFERS.items():
    stays = "  ".join(f"{per_year(o, n):5.0f}" for n in (1, 2, 4))
    print(f"{name:16s} {o[0] + o[1] + o[2] * o[3] * o[6][0]:16.0f} | {stays:>31s}")

# %% [markdown]
# **Read it.** Dune's headline is three times anybody else's; strike and chance of a sale bring it
# back into the field. Cedar wins the first year by a wide margin and loses most of its lead over
# four: the sign-on comes once, and front-loading is a loan from your own later years. So ask first
# not "what is it worth?" but **"how long will I stay?"**
#
# ### Predict first: a bet on your own staying
#
# In each year one in four people leaves before its part falls due. What share of a four-year grant
# does a new hire receive on average: level, front-loaded, back-loaded?

# %%
titles = "A grant of 200, by year", "Share received on average"
labels = {"xlabel": ("year", "chance of leaving, a year"), "ylabel": ("vests (thousand)", "share")}
left, right = figures.panels(*titles, **labels)
h, k = np.linspace(0, 0.5, 51), np.arange(1, 5)
styles = (("level", LEVEL, "o"), ("front-loaded", FRONT, "s"), ("back-loaded", BACK, "^"))
for name, w, marker in styles:
    left.plot(k, 200 * w, marker=marker, label=name)
    share = (w * (1 - h[:, None]) ** k).sum(axis=1)  # (51,): served k years with (1 - h)^k
    right.plot(h, share, label=name)
    print(f"{name:12s}: {np.interp(0.25, h, share):.0%} of the grant at one in four a year")
left.set(xticks=k, ylim=(0, 90)), right.set(ylim=(0, 1))
right.legend(loc="upper right", fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** Left: the same 200, paid three ways. Right: the curves fan out; at one in four,
# front-loaded delivers over a third more than back-loaded. **The firm's attrition is your
# discount**: ask for its rate, not only for the weights.
#
# ### Predict first: the right to walk away
#
# But leaving is *your* choice, made after seeing the share price. After year one the rest of the
# grant, $R=1-w_1$, is worth $RS$; a market-rate job gives $M=\frac34$ of a fresh grant, at a cost
# $c$ of moving. You take the larger. Is a wild share good or bad for you?


# %%
def with_exit(w1, sigma, cost, market=0.75):  # grant of 1 in shares; S lognormal, mean 1
    R, K = 1 - w1, market - cost
    if sigma == 0:
        return w1 + max(R, K)
    d1 = np.log(R / K) / sigma + sigma / 2
    return w1 + K + R * norm.cdf(d1) - K * norm.cdf(d1 - sigma)


rng, n = np.random.default_rng(0), 40_000
S = np.exp(0.6 * rng.standard_normal(n) - 0.18)
print("weights       cost |  σ = 0   σ = 0.3   σ = 0.6 | simulated at 0.6 ± s.e.    z")
for name, w, _ in styles:
    for cost in (0.0, 0.3):
        exact = [with_exit(w[0], sigma, cost) for sigma in (0, 0.3, 0.6)]
        draws = w[0] + np.maximum((1 - w[0]) * S, 0.75 - cost)
        mean, se = draws.mean(), draws.std(ddof=1) / n**0.5
        row = f"{name:13s}  {cost:.1f} | {exact[0]:6.3f} {exact[1]:8.3f} {exact[2]:9.3f}"
        print(f"{row} | {mean:14.4f} ± {se:.4f} {(mean - exact[2]) / se:+8.1f}")

# %% [markdown]
# **Read it.** The formula is Black–Scholes without interest (to swap one thing for another:
# Margrabe 1978), and the simulation agrees. Plain *unvested shares* contain an option, since you
# can leave when they fall: no row falls with σ. And front-loaded weights beat the grant's face even
# at σ = 0: collect 40 %, then move to a full job. With a cost of 0.3 (visa, family, a thin market)
# that gift is gone, and the three differ little.
#
# ## The grant: headline, mean, most likely
#
# Now Birch. Preferred shares are paid back first: 300 of a firm "worth" 900 (million). Holders of
# 40 % convert only if that pays more.

# %%
N_SHARES, PREF, F = 100, 300, 0.4  # million shares, preference (million), preferred's part


def option_worth(V, strike=2.1, count=40, preferences=True):  # V: firm at the sale (million)
    common = V / N_SHARES
    if preferences:  # who holds them converts where V F > PREF
        common = np.where(V * F > PREF, common, np.maximum(V - PREF, 0) / N_SHARES / (1 - F))
    return count * np.maximum(common - strike, 0)


rng, n, s = np.random.default_rng(1), 100_000, 0.7 * 5**0.5  # σ = 0.7 a year, five years
V = 900 * np.exp(s * rng.standard_normal(n) - s * s / 2)
sold = rng.random(n) < 0.5
d1 = np.log(9 / 2.1) / s + s / 2
exact = 0.5 * 40 * (9 * norm.cdf(d1) - 2.1 * norm.cdf(d1 - s))
print(f"headline 360; less strike 276; exact mean, no preferences {exact:.1f}")
for preferences in (False, True):
    X = sold * option_worth(V, preferences=preferences)
    print(f"preferences {preferences!s:5}: mean {X.mean():5.1f} ± {X.std() / n**0.5:.1f};", end="")
    print(f" nothing {np.mean(X == 0):.0%}, 276 or more {np.mean(X >= 276):.0%}")

# %%
titles = "Chance of at least that much", "A wilder firm"
labels = {"xlabel": ("worth of the grant (thousand)", "volatility σ, a year")}
left, right = figures.panels(*titles, ylabel=("probability", "share"), **labels)
x = np.linspace(1, 900, 300)
for preferences, name in ((False, "all shares alike"), (True, "preferred first")):
    X = np.sort(sold * option_worth(V, preferences=preferences))
    left.plot(x, 1 - np.searchsorted(X, x) / n, label=name)
left.axvline(276, color=figures.INK, linewidth=0.7, linestyle="-")
left.annotate("headline\nless strike", (285, 0.27), fontsize=7)
left.axvline(X.mean(), color=figures.ORANGE, linewidth=0.9, linestyle="-")
left.annotate("mean", (X.mean() + 8, 0.02), fontsize=7)
left.set(ylim=(0, 0.5)), left.legend(loc="upper right", fontsize=7)
sigmas, z = np.linspace(0.1, 1.2, 23), rng.standard_normal(n)
wild = [sold * option_worth(900 * np.exp(a * 5**0.5 * z - 2.5 * a * a)) for a in sigmas]
right.plot(sigmas, [X.mean() / 276 for X in wild], label="mean, of 276")
right.plot(sigmas, [np.mean(X == 0) for X in wild], label="chance of nothing")
right.plot(sigmas, [np.mean(X >= 276) for X in wild], label="chance of 276 or more")
right.set(ylim=(0, 1.3), yticks=np.linspace(0, 1, 6)), right.legend(loc="upper left", fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** Left: at the headline (thin dark rule) about one future in ten is left. The gap
# between the lines is what preferences take, and it lies at *small* outcomes: a modest sale pays
# investors and nobody else. Right: with σ the chance of nothing rises and that of the headline
# falls, while the mean stays in a narrow band. **The mean is an average over people; you are one
# draw.** For 135 firms, reported values were 48 % above fair ones on average, common shares 56 %
# (Gornall & Strebulaev 2020).
#
# So what is one draw worth to *you*?

# %%
X = sold * option_worth(V)
shares = 200 * np.exp(0.35 * 2.5**0.5 * rng.standard_normal(n) - 0.35**2 * 2.5 / 2)


def sure_equivalent(X, wealth, gamma):  # constant relative risk aversion: u(w) = w^(1-γ)/(1-γ)
    return np.mean((wealth + X) ** (1 - gamma)) ** (1 / (1 - gamma)) - wealth


print("sure amount that is as good as the grant, in % of its mean")
print("own wealth, γ |  Birch's options | Alder's shares")
for wealth in (100, 500, 5000):
    for gamma in (2, 4):
        both = [sure_equivalent(G, wealth, gamma) / G.mean() for G in (X, shares)]
        print(f"{wealth:7d}, {gamma}    | {both[0]:14.0%}   | {both[1]:12.0%}")

# %% [markdown]
# **Read it.** The same options are worth a small part of their mean to somebody with little else,
# and more than half to the wealthy (Hall & Murphy 2002 draw such lines for executives); for listed
# shares it hardly matters who you are. The firm's cost is the same for all. That gap is the room
# for a trade: **offer to give up options for cash at a rate between your value and their cost.**
# Few candidates ask (experience, not data).
#
# ## Four offers, one market
#
# Simulate all four for four years, 5 %. A shared market moves all equity (correlation 0.5 with
# each). Which has the largest mean, and which is most often the best?

# %%
rng, n = np.random.default_rng(2), 200_000
RISK = (0.35, 2.5), (0.35, 2.0), (0.7, 5.0), (0.8, 5.0)  # σ a year, years: mean dates of sale
market, worth, exact = rng.standard_normal(n), [], []
for o, (sigma, years) in zip(OFFERS.values(), RISK, strict=True):
    c, sign_on, N, P, K, p, w = o
    s = sigma * years**0.5
    Z = 0.5**0.5 * (market + rng.standard_normal(n))
    gain = N * np.maximum(P * np.exp(s * Z - s * s / 2) - K, 0) * (rng.random(n) < p)
    worth.append(c + (sign_on + gain) / 4)  # a year; undiscounted, to keep the eye on risk
    d1 = np.log(P / K) / s + s / 2 if K else np.inf
    exact.append(c + (sign_on + N * p * (P * norm.cdf(d1) - K * norm.cdf(d1 - s))) / 4)
best = np.argmax(worth, axis=0)
print("                exact |  mean ± s.e.   | median | worst tenth | best in")
for j, (name, row) in enumerate(zip(OFFERS, worth, strict=True)):
    error, middle, low = row.std(ddof=1) / n**0.5, np.median(row), np.quantile(row, 0.1)
    print(f"{name:15s} {exact[j]:5.1f} | {row.mean():5.1f} ± {error:4.2f} |", end="")
    print(f" {middle:6.0f} | {low:11.0f} | {np.mean(best == j):6.0%}")
gap, apart = worth[1] - worth[0], np.hypot(worth[0].std(), worth[1].std()) / n**0.5
print(f"Cedar − Alder {gap.mean():.2f} ± {gap.std() / n**0.5:.3f} within futures,", end="")
print(f" ± {apart:.3f} as if apart")

# %% [markdown]
# **Read it.** Dune has the largest mean, no gain at all in the median, and is best in few futures:
# mean and "most often best" are different questions. Report at least the median and the worst tenth
# beside a mean. The last line compares the two listed offers within each future: the market
# cancels, and the error shrinks, for free.
#
# ### Predict first: the one that you choose
#
# All of this rests on guesses ($p$, σ, the next round). Let them be **unbiased**. Four offers have
# true values that scatter by 20; you misjudge listed ones by 10, private ones by 60 (standard
# deviations). You take the best guess. Is it right on average?

# %%
rng, n = np.random.default_rng(3), 50_000
true = 300 + 20 * rng.standard_normal((n, 4))
print("errors                       | guess − truth of chosen | it is private | given up")
for errors in ((30, 30, 30, 30), (10, 10, 60, 60)):
    guess = true + np.array(errors) * rng.standard_normal((n, 4))
    shrunk = 300 + (guess - 300) * 400 / (400 + np.array(errors) ** 2)  # 20² / (20² + error²)
    for how, value in (("as guessed", guess), ("shrunk", shrunk)):
        pick = value.argmax(axis=1)[:, None]
        chosen, fact = np.take_along_axis(value, pick, 1), np.take_along_axis(true, pick, 1)
        lost = (true.max(axis=1) - fact[:, 0]).mean()
        print(f"{errors!s:16s} {how:>11s} | {np.mean(chosen - fact):+23.1f} |", end="")
        print(f" {np.mean(pick >= 2):13.0%} | {lost:8.1f}")
print(f"equal errors, in theory: {1.0294 * 30**2 / np.hypot(20, 30):+.1f}")

# %% [markdown]
# **Read it.** Unbiased guesses, yet the *chosen* one disappoints, as theory says (1.03 is the mean
# of the largest of four normals): the optimizer's curse (Smith & Winkler 2006). With unequal errors
# **you pick what you know least about**, because its guess scatters most. Shrink each guess towards
# the common mean by the share of its variance that is signal: the disappointment vanishes and the
# choice improves.
#
# ## Starting three months later
#
# A bonus of 22 is due where you are. Waiting $d$ months costs vesting and, at a growing private
# firm, moves the **strike** to the price of your first day:
#
# $$\underbrace{(v_H-v_{H-d})(P_H-P_0)}_{\text{fewer months}}+
# \underbrace{v_{H-d}\,(P_d-P_0)}_{\text{higher strike}}\quad\text{per option, at horizon }H$$

# %%
H, N, P0, salary_gap = 36, 40, 3.0, 1.0  # months, thousand options, price today, thousand a month
d, g = np.meshgrid(np.linspace(0, 9, 91), np.linspace(0, 0.04, 81))
P = P0 * (1 + g) ** H
fewer = N * d / 48 * (P - P0)
strike = N * (H - d) / 48 * P0 * ((1 + g) ** d - 1)
credited = N * H / 48 * P0 * ((1 + g) ** d - 1)  # waiting counts as service; strike as of month d
titles = "Cost of waiting (thousand)", "Where it meets 22, by what you ask"
labels = {"xlabel": "months of waiting", "ylabel": "growth of the share a month (%)"}
left, right = figures.panels(*titles, sharey=True, **labels)
cost = fewer + strike + salary_gap * d
for levels, colour, width in (((5, 10, 40, 80), figures.BLUE, 1), ((22,), figures.INK, 2.4)):
    left.clabel(left.contour(d, 100 * g, cost, levels, colors=colour, linewidths=width), fmt="%g")
asks = (cost, "nothing"), (cost - strike, "grant date"), (credited + salary_gap * d, "months count")
for (z, name), colour, dash in zip(asks, figures.COLOURS, figures.DASHES, strict=False):
    right.contour(d, 100 * g, z, levels=[22], colors=colour, linestyles=[dash])
    right.plot([], [], color=colour, linestyle=dash, label=name)
right.set(xlim=(0, 9)), right.legend(loc="lower left", fontsize=7)
at = np.argmin(abs(g[:, 0] - 0.02)), np.argmin(abs(d[0] - 3))
print(f"3 months at 2 %: {cost[at]:.1f}, of which vesting {fewer[at]:.1f}, strike {strike[at]:.1f}")
plt.show()

# %% [markdown]
# **Read it.** Left: along the thick line waiting costs the bonus of 22. At no growth nine months
# are fine, at 4 % not even two. Right: that line, and where it moves if the grant is dated today,
# or if months of waiting count as service. Ask for those before money; some boards cannot
# (experience, not data).
#
# ## "What do you make today?"
#
# ### Predict first: what does silence say?
#
# Pay is uniform on 0 to 1. A share $q$ never tells. The others tell if that lifts what is believed
# of them by more than $c$. What is believed of the silent?

# %%
print("never tell q, cost c | believed of the silent | tell")
for q, c in ((0.0, 0.0), (0.0, 0.1), (0.3, 0.0), (0.72, 0.0), (0.72, 0.1)):
    low, high = 0.0, 1.0  # the threshold t: who earns more than t tells
    for _ in range(60):
        t = (low + high) / 2
        silent = q + (1 - q) * t
        belief = (q / 2 + (1 - q) * t * t / 2) / silent if silent else 0.0
        low, high = (t, high) if t - c < belief else (low, t)
    print(f"{q:10.2f}, {c:.1f}      | {belief:16.2f}       | {(1 - q) * (1 - t):5.0%}")

# %% [markdown]
# **Read it.** If all would tell, silence unravels: whoever is above the believed average speaks,
# which lowers it, down to 0. People who are silent **for another reason** hold it up. So give one:
# "I'd rather talk about the level." In a US survey 28 % volunteered pay even under a ban; 47 % more
# would if enough rivals did (Cowgill, Agan & Gee 2022).
#
# *Where you are matters.* EU directive 2023/970, Article 5: pay range before the interview, no
# question on past pay; due as national law by 7 June 2026: look yours up. Colorado: both since
# 2021. Elsewhere they may ask. Never give a false figure.

# %% [markdown]
# ## Where it breaks
#
# All errors above are standard errors. They assume that the sample has seen what makes the mean.
# Repeat 300 simulations of 2000 futures each, of a share whose mean is exactly 1, for growing
# $s=\sigma\sqrt T$. How often does mean ± 2 s.e. contain 1?

# %%
rng = np.random.default_rng(4)
print("s = σ√T | ± 2 s.e. contains 1 | misses that are too low | half of the mean: the best")
for s in (0.5, 1.0, 2.0, 3.0, 4.0):
    S = np.exp(s * rng.standard_normal((300, 2000)) - s * s / 2)
    mean, se = S.mean(axis=1), S.std(axis=1, ddof=1) / 2000**0.5
    low, miss = (mean + 2 * se < 1).sum(), (abs(mean - 1) > 2 * se).sum()
    few = norm.sf(s)  # E[S; Z > s] is half of E[S]
    print(f"{s:7.1f} | {1 - miss / 300:19.0%} | {low:11d} of {miss:3d}      | {few:.3%} of futures")

# %% [markdown]
# **Read it.** At $s=0.5$ all is well. At 3 (a seed firm: σ = 1.2 over six years) the interval
# misses far too often, and always on the same side: too low, with an error that is too small
# *because* the sample missed the rare futures. More draws do not help soon. Use the closed form, or
# quantiles, which stay honest. And beyond statistics: half of that mean lives in a sliver of
# futures. You have one.

# %% [markdown]
# ## Say it in 60 seconds
#
# "I value offers on one set of conventions: first day, mid-year pay, sign-on once, shares when they
# vest, options net of strike and of the chance of a sale, no tax anywhere or everywhere. Then I ask
# how long I will stay: weights and cliff decide what I see of a grant. For options I look at three
# numbers: mean, chance of nothing, chance of the headline; preferences come off first. I
# shrink the guesses that I know least about: those I would pick by mistake.
# I'd rather talk about level and scope than about what I make now. What is budgeted for this level,
# and how many shares are there, fully diluted?"

# %% [markdown]
# ### What they hear
#
# - *Mid:* strike, vesting, sign-on once; deflects politely.
# - *Senior:* chance of nothing, preferences, length of stay; one ask with a reason.
# - *Staff:* states the break-even beforehand, corrects for having selected, trades risk at a rate
#   that is good for both, discloses on purpose only.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. Should the discount rate be higher for risky equity?</summary>
#
# Not on top of a chance of no sale and of a lognormal with its own mean: that charges risk twice.
# Choose one: probabilities with a rate near the safe one and your own risk aversion after that (as
# here), or a single "expected" figure and a high rate. Venture rates of 30 % and more are of the
# second kind: they hide $p$ in the rate.
#
# </details>
#
# <details><summary>2. Is the lognormal with mean = last price fair?</summary>
#
# It is generous: the last price is that of *preferred* shares. It is also neutral: no growth beyond
# the discount rate. If you believe in the firm more than its investors do, say why you and not they
# know it. Firms seem to use broad option plans where employees are optimistic (Bergman & Jenter
# 2007), so be careful with the feeling that this one is different.
#
# </details>
#
# <details><summary>3. What does leaving do to options?</summary>
#
# An option's worth above strike today is its time value; leaving often ends it after three months.
# US law (26 U.S.C. 422(a)(2), as read in 2026) taxes an option as an *incentive* one only if you
# were employed until three months before exercise; many plans therefore cancel options then,
# though a plan may allow longer. You would pay the strike, perhaps tax on a paper gain, for shares
# that nobody buys. So a long exercise window is worth asking for, and costs the firm no cash. Ask
# somebody who is allowed to advise you.
#
# </details>
#
# <details><summary>4. Front-loaded weights: a gift or a trap?</summary>
#
# Both, by friction. With free moving, $w_1+\mathbb{E}\max((1-w_1)S,M)$ rises with $w_1$: take the
# money, then the market. With a cost of moving above what the market would add, you stay through
# the thin years and earn the same total as level. The firm bets on your friction, and on
# refreshers, which it may or may not give: ask what people of the level got in year three.
#
# </details>
#
# <details><summary>5. Should I name a range?</summary>
#
# The textbook says that they hear its lower end. In experiments by Ames & Mason (2015) certain
# ranges did better than a point: those that start at the point that one would have named and
# stretch in one's own favour; others helped the relationship at no cost. Settings were scripted and
# live negotiations, not recruiters with a posted band. If a band is posted, place yourself in it by
# scope instead.
#
# </details>
#
# <details><summary>6. When should I disclose?</summary>
#
# When it helps you or saves both a month: your floor is above their published maximum; an offer in
# hand that you would take; a form's compulsory field; law or contract demand it. Say it once, as a
# fact, and never falsely: a bluff that is called ends the talk. High earners gain from telling,
# which is exactly why silence costs the others.
#
# </details>
#
# <details><summary>7. Two cities. Divide by the price index?</summary>
#
# Only what you spend there. With a share $f$ of net pay spent, one unit buys $f/I+1-f$; dividing
# all by $I$ counts savings as rent. And check whether the figure that you were given has been
# adjusted already: twice is a common slip. Rent is most of $I$ for most people, and yours is not
# the average: use your own basket.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
