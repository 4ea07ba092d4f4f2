# %% [markdown]
# # {{title}}: the assignment
#
# Seven questions on invented offers and lines, a written task and a checklist, about {{minutes}}
# minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **All firms, people and amounts here are invented.** Tax is left out unless a question brings it
# in. Nothing here is legal, tax or investment advice: rules differ by country and change. What you
# write about yourself gets flags and no points, and stays outside this folder. No argument may be
# changed in place.

# %% nbgrader={"grade_id": "imports", "locked": true}
import math
from pathlib import Path

import numpy as np
from scipy import integrate, stats

from mlprep.career.offers import lint_email, lint_reply, report
from mlprep.check import Question

LEVEL = (0.25, 0.25, 0.25, 0.25)  # of a grant, in each of four years
FRONT = (0.4, 0.3, 0.2, 0.1)
BACK = (0.05, 0.15, 0.4, 0.4)

SMALL = {  # an offer, for question 2
    "base": 100.0,
    "bonus": 0.1,
    "sign_on": 20.0,
    "shares": 10.0,
    "price": 6.0,
    "strike": 2.0,
    "liquid": 0.5,
    "weights": LEVEL,
    "cliff": 1,
    "refresh": 8.0,
}

LISTED = {  # two offers, for question 4
    "cash": 10.0,
    "options": 0.0,
    "price": 1.0,
    "strike": 0.0,
    "sigma": 0.3,
    "years": 1.0,
    "p_exit": 1.0,
    "rho": 0.5,
}
PRIVATE = {
    "cash": 8.0,
    "options": 2.0,
    "price": 3.0,
    "strike": 1.0,
    "sigma": 0.8,
    "years": 4.0,
    "p_exit": 0.5,
    "rho": 0.6,
}

# %% [markdown]
# ## 1. What is yours by then? (3 points, 20 minutes)
#
# `vested_share(served, weights, cliff=12, every=1)`: which share of a grant is yours after `served`
# whole months (0 or more). The rules:
#
# - `weights` are the shares of year 1, 2, …; they sum to 1.
# - Within a year its share falls due in equal parts, each at the **end** of `every` months (1, 3, 6
#   or 12, counted from the first day).
# - Before `cliff` months are served nothing is yours. On the day on which they are served,
#   everything that has fallen due until then becomes yours at once; from then on each part does
#   when it falls due.
# - After the last year the share is 1.
#
# **Example.** Level over four years, monthly, 12 months' cliff: 11 months give 0, 12 give 0.25, 18
# give 0.375.


# %% nbgrader={"grade_id": "vested_share", "solution": true}
def vested_share(served, weights, cliff=12, every=1):
    """The share of a grant that is yours after a number of months.

    Args:
        served: int ≥ 0. Whole months since the first day.
        weights: tuple of floats, sum 1. Shares of the years.
        cliff: int ≥ 0. Months before which nothing is yours.
        every: 1, 3, 6 or 12. Months from one part to the next.

    Returns:
        float, 0 to 1.
    """
    ### BEGIN SOLUTION
    if served < cliff:
        return 0.0
    years, months = divmod(served // every * every, 12)
    share = sum(weights[:years])
    if years < len(weights):
        share += weights[years] * months / 12
    return share
    ### END SOLUTION


# %% nbgrader={"grade_id": "vested_share_waits_for_the_cliff", "grade": true}
"""Nothing before the cliff, everything that has fallen due on it, part by part after it."""
q = Question(vested_share, points=3)
q.case(11, LEVEL, gives=0.0, claim="one month before the cliff nothing is yours")
q.case(12, LEVEL, gives=0.25, claim="on the cliff, all that has fallen due so far is yours")
q.case(18, LEVEL, gives=0.375, claim="after the cliff, each part is yours when it falls due")
q.case(20, FRONT, kwargs={"every": 3}, gives=0.55, claim="a quarter that is not over gives nothing")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(48, LEVEL, claim="after the last year everything is yours")
q.case(61, BACK, claim="and it stays so")
q.case(30, BACK, claim="years have their own shares")
q.case(7, FRONT, kwargs={"cliff": 6}, claim="a cliff may come before the first year is over")
q.case(6, FRONT, kwargs={"cliff": 6}, claim="the day of the cliff counts")
q.case(23, BACK, kwargs={"cliff": 24}, claim="a cliff may come after the first year")
q.case(24, BACK, kwargs={"cliff": 24, "every": 6}, claim="and then it brings what has fallen due")
q.case(7, LEVEL, kwargs={"cliff": 0, "every": 3}, claim="without a cliff the first parts are yours")
q.case(0, LEVEL, kwargs={"cliff": 0}, claim="on the first day nothing has fallen due")
q.case(41, (0.5, 0.3, 0.2), kwargs={"every": 6}, claim="a grant need not last four years")
q.case(23, LEVEL, kwargs={"every": 12}, claim="yearly parts: a started year gives nothing")


def parts_due(served, weights, cliff, every, start=0):
    """Brute force: every part with the month in which it falls due."""
    parts = [
        (12 * year + end, weight * every / 12)
        for year, weight in enumerate(weights)
        for end in range(every, 13, every)
    ]
    return sum(part for month, part in parts if max(month + start, cliff) <= served)


@q.reference
def part_by_part(served, weights, cliff=12, every=1):
    return parts_due(served, weights, cliff, every)


@q.mistake("""You left the cliff out. Who goes before it keeps nothing at all, however much has
fallen due: return 0 while `served` is below `cliff`.""")
def cliff_ignored(served, weights, cliff=12, every=1):
    return parts_due(served, weights, 0, every)


@q.mistake("""You start to count at the cliff. A cliff delays, it does not delete: on its day
everything that fell due since the first day is yours. Count from the first day.""")
def clock_starts_at_the_cliff(served, weights, cliff=12, every=1):
    return parts_due(served, weights, cliff, every, start=cliff)


@q.mistake("""On the day of the cliff you still give nothing. `cliff` months served is enough: it is
`served < cliff` that gives 0.""")
def cliff_day_excluded(served, weights, cliff=12, every=1):
    return parts_due(served, weights, cliff, every) if served > cliff else 0.0


@q.mistake("""You spread the grant evenly, whatever `weights` says. A front-loaded grant has
paid 40 % after one year, a back-loaded one 5 %: use each year's own share.""")
def weights_taken_as_level(served, weights, cliff=12, every=1):
    return parts_due(served, (1 / len(weights),) * len(weights), cliff, every)


@q.mistake("""You let parts of a period count. A quarter of which two months are over gives nothing
yet: round `served` down to whole periods of `every` months.""")
def started_periods_count(served, weights, cliff=12, every=1):
    return parts_due(served, weights, cliff, 1)


@q.mistake("""You let whole years fall due only. Within a year the share falls due every `every`
months, as soon as the cliff is past.""")
def whole_years_only(served, weights, cliff=12, every=1):
    return parts_due(served, weights, cliff, 12)


@q.mistake("""Your share goes beyond 1: after the last year you go on counting. A grant ends; what
comes then is another grant (a refresher), if it comes.""")
def grant_never_ends(served, weights, cliff=12, every=1):
    return parts_due(served, tuple(weights) + (weights[-1],) * 9, cliff, every)


@q.mistake("""Your parts fall due one month late: what falls due at the end of month 12 is yours
after 12 months served, not after 13. Compare with ≤.""")
def part_due_a_month_late(served, weights, cliff=12, every=1):
    return parts_due(served, weights, cliff, every, start=1)


@q.mistake("""Each part is a twelfth of its year, however long the period is. A quarter brings three
twelfths: weight · every / 12.""")
def every_part_is_a_twelfth(served, weights, cliff=12, every=1):
    return parts_due(served, weights, cliff, every) / every


@q.mistake("""You let the first part of a period fall due at its beginning. Parts fall due at the
end of each period: on the first day nothing has.""")
def parts_due_in_advance(served, weights, cliff=12, every=1):
    return parts_due(served, weights, cliff, every, start=-every)


@q.variant
def by_interpolation(served, weights, cliff=12, every=1):
    steps = np.concatenate([[0.0], np.cumsum(weights)])
    share = np.interp(served - served % every, 12 * np.arange(len(steps)), steps)
    return np.where(served >= cliff, share, 0.0)


@q.variant
def month_by_month(served, weights, cliff=12, every=1):
    mine = waiting = 0.0
    for month in range(1, served + 1):
        if month <= 12 * len(weights) and month % every == 0:
            waiting += weights[(month - 1) // 12] * every / 12
        if month >= cliff:
            mine, waiting = mine + waiting, 0.0
    return mine


q.hints(
    "Two questions are asked of every part: has it fallen due, and is the cliff past?",
    "`vested_share(12, (1.0,))` is 1 and `vested_share(11, (1.0,))` is 0.",
    """Return 0 below the cliff. Else round `served` down to a multiple of `every`, add the shares
of the whole years, and the fraction of the year that is running, if there is one.""",
)
q.why("""A cliff is a delay with a forfeit: it moves no date after itself, and takes everything from
who leaves before it. That is why the two usual slips go in opposite directions. Leaving it out
overstates an early exit; starting the clock at it understates every later date by a year's worth.

Ask for three things in writing: the weights, the cliff, and the period. "Four years" alone may mean
25 % or 5 % after the first.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. One number for an offer, and its conventions (5 points, 30 minutes)
#
# `offer_value(offer, years, rate)` for somebody who stays `years` whole years. The value date is
# the first day, `rate` the yearly discount rate, everything before tax. `offer` is a dict:
#
# - `base` (a year) and `bonus` (the share of base that you expect to be paid): year k's sum of both
#   counts in the **middle** of year k, at k − ½.
# - `sign_on`: paid once, on the first day.
# - `shares`, `price`, `strike`, `liquid`: each share that vests is worth max(price − strike, 0),
#   times `liquid`, the chance that it can ever be sold.
# - `weights`: of `shares`, the part `weights[k-1]` falls due at the **end** of year k.
# - `cliff` (whole years): until its end nothing is paid; then all that has fallen due is, dated
#   then. Who stays for less gets none of it.
# - `refresh`: at the end of years 1, 2, … a grant worth this much (no strike, no cliff). A quarter
#   of it falls due at the end of each of the four years after it, also times `liquid`.
#
# Return `{"npv": …, "per_year": …}`: `per_year` is the level cash, paid in the middle of each
# year, that has the same npv.
#
# **Example**: the first test, with `SMALL` from the top cell.


# %% nbgrader={"grade_id": "offer_value", "solution": true}
def offer_value(offer, years, rate):
    """Present value of an offer on the first day, and the level yearly cash that equals it.

    Args:
        offer: dict with base, bonus, sign_on, shares, price, strike, liquid, weights, cliff,
            refresh; amounts in one currency, before tax.
        years: int ≥ 1. How long you stay.
        rate: float ≥ 0. Yearly discount rate.

    Returns:
        dict with "npv" and "per_year" (floats).
    """
    ### BEGIN SOLUTION
    ends = np.arange(1, years + 1)
    middle, end = (1 + rate) ** (0.5 - ends), (1 + rate) ** -ends.astype(float)
    npv = offer["sign_on"] + offer["base"] * (1 + offer["bonus"]) * middle.sum()
    if years >= offer["cliff"]:
        gain = max(offer["price"] - offer["strike"], 0) * offer["shares"]
        for k, weight in enumerate(offer["weights"][:years], start=1):
            npv += offer["liquid"] * gain * weight * end[max(k, offer["cliff"]) - 1]
    grants_running = np.minimum(ends - 1, 4)  # at the end of year k, those of the years before
    npv += offer["liquid"] * offer["refresh"] / 4 * (grants_running * end).sum()
    return {"npv": npv, "per_year": npv / middle.sum()}
    ### END SOLUTION


# %% nbgrader={"grade_id": "offer_value_follows_its_conventions", "grade": true}
"""Each part counts once, when it is paid, at what it is worth."""
q = Question(offer_value, points=5)
q.case(
    SMALL,
    1,
    0.0,
    gives={"npv": 135.0, "per_year": 135.0},
    claim="110 of pay, 20 once, and a quarter of 10 shares at 4 each with even odds: 135",
)
q.case(
    SMALL,
    2,
    0.0,
    gives={"npv": 251.0, "per_year": 125.5},
    claim="the second year brings 110, 5 of the grant, and 1 from the first refresher; no sign-on",
)
q.case(
    SMALL,
    2,
    0.1,
    gives={"npv": 229.7313, "per_year": 126.2089},
    rtol=1e-5,
    claim="pay counts in mid-year, equity at the year's end, the sign-on in full",
)
q.case(
    SMALL | {"cliff": 2},
    1,
    0.0,
    gives={"npv": 130.0, "per_year": 130.0},
    claim="who leaves before the cliff gets nothing of the grant",
)
### BEGIN HIDDEN TESTS
q.hidden()
BIG = SMALL | {"base": 170.0, "bonus": 0.15, "sign_on": 31.0, "shares": 41.0, "weights": FRONT}
q.case(BIG, 3, 0.07, claim="three years, front-loaded")
q.case(BIG, 7, 0.03, claim="after four years the grant is over, and four refreshers run at once")
q.case(BIG | {"strike": 9.0}, 3, 0.05, claim="a strike above the price is worth 0, not less")
q.case(BIG | {"cliff": 2}, 2, 0.08, claim="a cliff pays the first year's part a year later")
q.case(BIG | {"liquid": 1.0, "strike": 0.0}, 4, 0.05, claim="listed shares: no strike, all liquid")
q.case(BIG | {"weights": BACK, "refresh": 0.0}, 4, 0.1, claim="back-loaded, no refreshers")


def ledger(
    offer,
    years,
    rate,
    worth=lambda o: max(o["price"] - o["strike"], 0) * o["liquid"],
    sign_ons=(0,),
    cliff=True,
    level=False,
    pay_at=0.5,
    refresh="over four years",
    divide=None,
    bonus=lambda o: o["base"] * o["bonus"],
):
    """Every payment with its date, then discounted one by one; arguments break a convention."""
    rows = [(time, offer["sign_on"]) for time in sign_ons]
    for k in range(1, years + 1):
        rows.append((k - pay_at, offer["base"] + bonus(offer)))
        for j in range(1, years + 1):
            if refresh == "over four years" and j < k <= j + 4:
                rows.append((k, offer["refresh"] * offer["liquid"] / 4))
            if refresh == "a year early" and j <= k < j + 4:
                rows.append((k, offer["refresh"] * offer["liquid"] / 4))
            if refresh == "surely sold" and j < k <= j + 4:
                rows.append((k, offer["refresh"] / 4))
            if refresh == "for ever" and j < k:
                rows.append((k, offer["refresh"] * offer["liquid"] / 4))
        if refresh == "at once" and k < years:
            rows.append((k, offer["refresh"] * offer["liquid"]))
        if refresh == "each year" and k > 1:
            rows.append((k, offer["refresh"] * offer["liquid"] / 4))
        if k <= len(offer["weights"]):
            weight = 1 / len(offer["weights"]) if level else offer["weights"][k - 1]
            day = max(k, offer["cliff"]) if cliff else k
            if day <= years:
                rows.append((day, offer["shares"] * weight * worth(offer)))
    npv = sum(amount / (1 + rate) ** time for time, amount in rows)
    annuity = sum((1 + rate) ** (pay_at - k) for k in range(1, years + 1))
    return {"npv": npv, "per_year": npv / (divide or annuity)}


@q.reference
def payment_by_payment(offer, years, rate):
    return ledger(offer, years, rate)


@q.mistake("""You counted the grant at its headline: shares times price. You pay the strike for each
share, and `liquid` is the chance that anybody ever buys it. Use max(price − strike, 0) times
`liquid`.""")
def equity_at_headline(offer, years, rate):
    return ledger(offer, years, rate, worth=lambda o: o["price"])


@q.mistake("""You left the strike out. An option is the right to *pay* the strike for a share; what
is yours is the difference, max(price − strike, 0).""")
def strike_ignored(offer, years, rate):
    return ledger(offer, years, rate, worth=lambda o: o["price"] * o["liquid"])


@q.mistake("""You left `liquid` out. Paper gains of a private firm are worth something only if there
is a sale: multiply by the chance of it.""")
def liquidity_ignored(offer, years, rate):
    return ledger(offer, years, rate, worth=lambda o: max(o["price"] - o["strike"], 0))


@q.mistake("""You took the strike off what is left after `liquid`. Without a sale you pay no strike:
the chance multiplies the whole gain, max(price − strike, 0).""")
def liquidity_before_the_strike(offer, years, rate):
    return ledger(
        offer, years, rate, worth=lambda o: max(o["price"] * o["liquid"] - o["strike"], 0)
    )


@q.mistake("""What fell due before the cliff is lost with you. A cliff delays: on its day all of
it is paid at once.""")
def cliff_forfeits_what_was_due(offer, years, rate):
    kept = tuple(w if k >= offer["cliff"] else 0.0 for k, w in enumerate(offer["weights"], 1))
    return ledger(offer | {"weights": kept}, years, rate)


@q.mistake("""You let a strike above the price cost money. Nobody exercises such an option: it is
worth 0, never less.""")
def underwater_counts_as_debt(offer, years, rate):
    return ledger(offer, years, rate, worth=lambda o: (o["price"] - o["strike"]) * o["liquid"])


@q.mistake("""You paid the sign-on every year. It is paid once, on the first day; that is why the
second year of such an offer feels like a pay cut.""")
def sign_on_every_year(offer, years, rate):
    return ledger(offer, years, rate, sign_ons=range(years))


@q.mistake("""You discounted the sign-on. It is paid on the first day, which is the value date: it
counts in full.""")
def sign_on_discounted(offer, years, rate):
    return ledger(offer, years, rate, sign_ons=(0.5,))


@q.mistake("""You left the cliff out. Until its end nothing of the first grant is paid, and who
stays for less than `cliff` years gets none of it.""")
def cliff_ignored(offer, years, rate):
    return ledger(offer, years, rate, cliff=False)


@q.mistake("""You spread the grant evenly. `weights` says which part falls due in which year: at a
discount rate above 0, and for who leaves early, front-loaded is worth more.""")
def weights_taken_as_level(offer, years, rate):
    return ledger(offer, years, rate, level=True)


@q.mistake("""You counted a refresher in full when it is granted. It vests over the four years after
that: a quarter at the end of each.""")
def refresh_counted_when_granted(offer, years, rate):
    return ledger(offer, years, rate, refresh="at once")


@q.mistake("""You let only one refresher run at a time. Each year adds a grant of four years, so
quarters stack up: one in year 2, two in year 3, four from year 5 on.""")
def refreshers_do_not_stack(offer, years, rate):
    return ledger(offer, years, rate, refresh="each year")


@q.mistake("""You left the refreshers out. From the second year on they are a growing part of pay;
ask how many people of the level get them, and put that in `refresh`.""")
def refreshers_left_out(offer, years, rate):
    return ledger(offer, years, rate, refresh="none")


@q.mistake("""Your refreshers begin to vest on the day on which they are granted. The first quarter
falls due a year later: one granted at the end of year 1 first pays at the end of year 2.""")
def refreshers_a_year_early(offer, years, rate):
    return ledger(offer, years, rate, refresh="a year early")


@q.mistake("""You left `liquid` out of the refreshers. They are shares of the same firm: times the
chance that they can be sold.""")
def refreshers_surely_sold(offer, years, rate):
    return ledger(offer, years, rate, refresh="surely sold")


@q.mistake("""Your refreshers never end. Each pays four quarters, so from year 5 on four run at
once, and not more.""")
def refreshers_never_end(offer, years, rate):
    return ledger(offer, years, rate, refresh="for ever")


@q.mistake("""You added `bonus` as an amount. It is a share of base: 100 with 0.1 makes 110.""")
def bonus_as_an_amount(offer, years, rate):
    return ledger(offer, years, rate, bonus=lambda o: o["bonus"])


@q.mistake("""You divided the npv by the years. Later money was discounted, so the level cash that
equals it is npv over the sum of the mid-year discount factors, which is less than `years`.""")
def divided_by_years(offer, years, rate):
    return ledger(offer, years, rate, divide=years)


@q.mistake("""You discounted salaries from the year's end. They come month by month: year k counts
in its middle, at k − ½.""")
def pay_at_the_years_end(offer, years, rate):
    return ledger(offer, years, rate, pay_at=0.0)


@q.mistake("""You discounted nothing: a grant in year four counts like cash today. Divide each
payment by (1 + rate) to the power of its time.""")
def undiscounted(offer, years, rate):
    return ledger(offer, years, 0.0)


@q.variant
def by_cumulated_weights(offer, years, rate):
    v = 1 / (1 + rate)
    annuity = sum(v ** (k + 0.5) for k in range(years))
    share = max(0.0, offer["price"] - offer["strike"]) * offer["liquid"] * offer["shares"]
    had, equity = 0.0, 0.0
    for k in range(1, years + 1):
        now = sum(offer["weights"][:k]) if k >= offer["cliff"] else 0.0
        equity, had = equity + (now - had) * share * v**k, now
        equity += (
            sum(0.25 for j in range(1, k) if k - j <= 4)
            * offer["refresh"]
            * (offer["liquid"] * v**k)
        )
    per_year = offer["base"] * (1 + offer["bonus"]) + (offer["sign_on"] + equity) / annuity
    return {"per_year": per_year, "npv": per_year * annuity}


@q.variant
def in_torch(offer, years, rate):
    import torch

    k = torch.arange(1, years + 1, dtype=torch.float64)
    weights = torch.zeros(max(years, len(offer["weights"])), dtype=torch.float64)
    weights[: len(offer["weights"])] = torch.tensor(offer["weights"], dtype=torch.float64)
    due, cliff = weights[:years].clone(), offer["cliff"]
    if years < cliff:
        due[:] = 0
    else:
        due[cliff - 1], due[: cliff - 1] = due[:cliff].sum(), 0
    gain = max(offer["price"] - offer["strike"], 0) * offer["shares"]
    equity = offer["liquid"] * (gain * due + offer["refresh"] / 4 * (k - 1).clamp(max=4))
    middle = ((1 + rate) ** (0.5 - k)).sum()
    npv = offer["sign_on"] + offer["base"] * (1 + offer["bonus"]) * middle
    npv = npv + (equity * (1 + rate) ** -k).sum()
    return {"npv": npv, "per_year": npv / middle}


q.hints(
    "Write every payment with its date first. Which are paid once, which each year, which late?",
    "With rate 0 and one year the small offer is 110 + 20 + 5. In year two there is no 20.",
    """Three sums: base · (1 + bonus) at k − ½, the sign-on at 0, equity at k: weights of the grant
from the cliff on, and a quarter of each refresher granted in the four years before.""",
)
q.why("""None of these conventions is *right*; being silent about them is wrong. Two offers that
were valued with different ones cannot be compared, and most headline sums mix three: the grant at
its price, the sign-on in each year, a bonus at its maximum.

`per_year` is what makes a two-year and a four-year view comparable. Dividing by the years looks
innocent and punishes nobody at rate 0; at 10 % it takes some 17 % off a four-year offer. Keep the
rate that you use on risky equity in mind, too: here the risk sits in `liquid`, so do not put it
into `rate` a second time.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. What the headline hides (4 points, 25 minutes)
#
# A private firm's share is worth `price` now. When it is sold, `years` years from now, it is worth
# $S=\text{price}\cdot e^{\sigma\sqrt T Z-\sigma^2T/2}$ with $Z$ standard normal, $T$ = `years` and
# $\sigma$ = `sigma` a year; so $\mathbb{E}[S]=\text{price}$. A sale happens with probability
# `p_exit`, independent of $S$. If it happens you exercise where $S>$ `strike`; else the option is
# worth 0.
#
# `grant_odds(price, strike, sigma, years, p_exit)`, with price ≥ strike ≥ 0 (strike 0 is a share)
# and positive sigma and years, returns for **one** option, without discounting:
#
# - `"mean"`: its expected worth.
# - `"p_nothing"`: the probability that it is worth 0 in the end.
# - `"p_headline"`: the probability that it is worth at least the headline, price − strike.
#
# **Example.** Price 4, strike 1, σ = 0.8, four years, a sale with probability 0.5: mean 1.6411,
# p_nothing 0.7368, p_headline 0.1059.


# %% nbgrader={"grade_id": "grant_odds", "solution": true}
def grant_odds(price, strike, sigma, years, p_exit):
    """Expected worth of one option, and the chances of nothing and of the headline.

    Args:
        price, strike: floats, price ≥ strike ≥ 0.
        sigma: float > 0. Volatility a year.
        years: float > 0. Until the sale.
        p_exit: float, 0 to 1. Probability of a sale.

    Returns:
        dict with "mean", "p_nothing", "p_headline" (floats).
    """
    ### BEGIN SOLUTION
    s = sigma * math.sqrt(years)
    below = -math.inf if strike == 0 else (math.log(strike / price) + s * s / 2) / s
    mean = price * stats.norm.sf(below - s) - strike * stats.norm.sf(below)
    return {
        "mean": p_exit * mean,
        "p_nothing": 1 - p_exit * stats.norm.sf(below),
        "p_headline": p_exit * stats.norm.sf(s / 2) if price > strike else 1.0,
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "grant_odds_of_nothing_and_of_the_headline", "grade": true}
"""A grant has a mean, and mostly is worth nothing."""
q = Question(grant_odds, points=4)


@q.probe(gives=1.6411, rtol=1e-4)
def mean_of_the_example(f):
    """The mean is p_exit times the mean of max(S − strike, 0), not of S − strike: 1.6411."""
    return f(4.0, 1.0, 0.8, 4.0, 0.5)["mean"]


@q.probe(gives=0.7368, rtol=1e-4)
def nothing_in_the_example(f):
    """Worth 0 comes from no sale, or from a sale below the strike: 0.7368."""
    return f(4.0, 1.0, 0.8, 4.0, 0.5)["p_nothing"]


@q.probe(gives=0.1059, rtol=1e-3)
def headline_in_the_example(f):
    """The headline is reached if there is a sale and S is at least the price: 0.1059."""
    return f(4.0, 1.0, 0.8, 4.0, 0.5)["p_headline"]


q.case(
    3.0,
    0.0,
    0.6,
    1.0,
    1.0,
    gives={"mean": 3.0, "p_nothing": 0.0, "p_headline": 0.38209},
    atol=6e-6,
    rtol=0,
    claim="a share (strike 0) with a sure sale is worth its price, and mostly less",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(7.0, 5.0, 0.9, 3.0, 0.3, claim="three years at 0.9")
q.case(2.0, 2.0, 0.5, 5.0, 0.6, claim="struck at the price: a headline of 0 is always reached")
q.case(10.0, 0.5, 1.1, 6.0, 0.25, claim="a low strike, a long time")
q.case(5.0, 1.0, 0.7, 2.0, 0.0, claim="no sale, no worth")
q.case(6.0, 0.0, 0.7, 2.0, 0.4, claim="a share that may never be sold")


def integrated(price, strike, sigma, years, p_exit, s=None, drift=True, floor=True):
    """The mean by integration over Z, the chances by scipy's lognormal; s and drift may be bent."""
    s = sigma * years**0.5 if s is None else s
    law = stats.lognorm(s, scale=price * math.exp(-s * s / 2 if drift else 0.0))
    z = np.linspace(-9, 9 + s, 2001)
    worth = law.median() * np.exp(s * z) - strike
    if floor and strike > 0:  # integrate from the kink on
        z0 = math.log(strike / law.median()) / s
        z = z0 + np.linspace(0, 9 + s + abs(z0), 2001)
        worth = law.median() * np.exp(s * z) - strike
    mean = integrate.simpson(worth * np.exp(-z * z / 2), x=z) / math.sqrt(2 * math.pi)
    return {
        "mean": p_exit * mean,
        "p_nothing": 1 - p_exit * law.sf(strike),
        "p_headline": p_exit * law.sf(price) if price > strike else 1.0,
    }


@q.reference
def by_integration(price, strike, sigma, years, p_exit):
    return integrated(price, strike, sigma, years, p_exit)


@q.mistake("""Your mean is the payoff of the mean share. An option cuts off the bad half, so the
mean of the payoff is above it, and the more so the wilder the share: integrate the payoff over
Z.""")
def payoff_of_the_mean(price, strike, sigma, years, p_exit):
    right = integrated(price, strike, sigma, years, p_exit)
    return right | {"mean": p_exit * (price - strike)}


@q.mistake("""You left the strike out of the mean. What is yours at a sale is S − strike, where that
is positive.""")
def strike_ignored(price, strike, sigma, years, p_exit):
    right = integrated(price, strike, sigma, years, p_exit)
    return right | {"mean": integrated(price, 0.0, sigma, years, p_exit)["mean"]}


@q.mistake("""You did not scale the volatility with time. Over T years the logarithm of the share
scatters by sigma · √T.""")
def sigma_not_scaled(price, strike, sigma, years, p_exit):
    return integrated(price, strike, sigma, years, p_exit, s=sigma)


@q.mistake("""You multiplied the volatility by the years. Variances add over time, so standard
deviations grow with the root: sigma · √T.""")
def sigma_times_years(price, strike, sigma, years, p_exit):
    return integrated(price, strike, sigma, years, p_exit, s=sigma * years)


@q.mistake("""You dropped −σ²T/2. Without it the *median* share is `price`, and its mean is far
above: at σ = 0.8 and four years 3.6 times. That growth is nowhere promised.""")
def drift_dropped(price, strike, sigma, years, p_exit):
    return integrated(price, strike, sigma, years, p_exit, drift=False)


@q.mistake("""You left the chance of no sale out of p_nothing. Without a sale the option is worth 0,
whatever S is: 1 − p_exit · P(S > strike).""")
def no_sale_forgotten(price, strike, sigma, years, p_exit):
    right = integrated(price, strike, sigma, years, p_exit)
    return right | {"p_nothing": integrated(price, strike, sigma, years, 1.0)["p_nothing"]}


@q.mistake("""You left p_exit out of the mean. In the other cases the option is worth 0, so the mean
is p_exit times the mean at a sale.""")
def mean_given_a_sale(price, strike, sigma, years, p_exit):
    right = integrated(price, strike, sigma, years, p_exit)
    return right | {"mean": integrated(price, strike, sigma, years, 1.0)["mean"]}


@q.mistake("""You took the headline for a coin flip. The mean of S is `price`, but its median is
lower, by the factor exp(−σ²T/2): P(S ≥ price) is well below one half.""")
def median_taken_for_mean(price, strike, sigma, years, p_exit):
    right = integrated(price, strike, sigma, years, p_exit)
    return right | ({"p_headline": p_exit / 2} if price > strike else {})


@q.mistake("""You asked for S above price − strike. The option is worth at least the headline where
S − strike ≥ price − strike, that is, S ≥ price.""")
def headline_without_the_strike(price, strike, sigma, years, p_exit):
    right = integrated(price, strike, sigma, years, p_exit)
    if price == strike:
        return right
    law = stats.lognorm(sigma * years**0.5, scale=price * math.exp(-(sigma**2) * years / 2))
    return right | {"p_headline": p_exit * law.sf(price - strike)}


@q.mistake("""You multiplied the two chances of a bad end. Either one is enough for nothing:
1 − p_exit · P(S > strike).""")
def both_must_go_wrong(price, strike, sigma, years, p_exit):
    right = integrated(price, strike, sigma, years, p_exit)
    low = integrated(price, strike, sigma, years, 1.0)["p_nothing"]
    return right | {"p_nothing": (1 - p_exit) * low}


@q.mistake("""The sign of σ²T/2 is turned: your shares grow by exp(σ²T) on average. The exponent is
σ√T Z **minus** σ²T/2, so that the mean of S is `price`.""")
def drift_turned(price, strike, sigma, years, p_exit):
    factor = math.exp(sigma**2 * years)
    right = integrated(price * factor, strike, sigma, years, p_exit)
    at_price = integrated(price * factor, price, sigma, years, p_exit)
    return right | {"p_headline": 1 - at_price["p_nothing"] if price > strike else 1.0}


@q.mistake("""You added the two ways to nothing. They overlap (no sale *and* a low share), so the
sum counts that twice: 1 − p_exit · P(S > strike).""")
def ways_to_nothing_added(price, strike, sigma, years, p_exit):
    right = integrated(price, strike, sigma, years, p_exit)
    low = integrated(price, strike, sigma, years, 1.0)["p_nothing"]
    return right | {"p_nothing": 1 - p_exit + low}


@q.mistake("""With strike = price the headline is 0, and an option is never worth less than that:
p_headline is 1 there.""")
def headline_of_zero_missed(price, strike, sigma, years, p_exit):
    right = integrated(price, strike, sigma, years, p_exit)
    s = sigma * years**0.5
    return right | {"p_headline": p_exit * stats.norm.sf(s / 2)}


@q.variant
def with_the_error_function(price, strike, sigma, years, p_exit):
    def cdf(x):
        return math.erfc(-x / math.sqrt(2)) / 2

    s = sigma * years**0.5
    if strike:
        d1 = math.log(price / strike) / s + s / 2
        mean, above = price * cdf(d1) - strike * cdf(d1 - s), cdf(d1 - s)
    else:
        mean, above = price, 1.0
    headline = p_exit * cdf(-s / 2) if price > strike else 1
    return {"p_headline": headline, "mean": p_exit * mean, "p_nothing": 1 - p_exit * above}


@q.variant
def in_torch(price, strike, sigma, years, p_exit):
    import torch

    s = torch.tensor(sigma, dtype=torch.float64) * years**0.5
    d1 = torch.log(torch.tensor(price, dtype=torch.float64) / strike) / s + s / 2  # inf at strike 0
    cdf = torch.special.ndtr
    return {
        "mean": p_exit * (price * cdf(d1) - strike * cdf(d1 - s)),
        "p_nothing": 1 - p_exit * cdf(d1 - s),
        "p_headline": p_exit * cdf(-s / 2) if price > strike else torch.tensor(1.0),
    }


q.hints(
    "Where in Z does the option begin to pay? Everything follows from that point.",
    "Strike 0, a sure sale: mean = price, p_nothing = 0, p_headline = Φ(−σ√T/2).",
    """With s = σ√T and z₀ = (ln(strike/price) + s²/2)/s: P(S > strike) = 1 − Φ(z₀), and the mean at
a sale is price · (1 − Φ(z₀ − s)) − strike · (1 − Φ(z₀)). Multiply by p_exit last.""",
)
q.why("""Completing the square in the Gaussian turns $\\mathbb{E}[S;S>K]$ into price times a normal
probability shifted by $s$: the Black–Scholes form without interest. Three numbers that sound alike
then fall apart: in the example the headline is 3, the mean 1.64, and three options in four are
worth nothing.

Volatility is two-faced. It *raises* the mean of an option and at the same time *lowers* the chance
of ever seeing the headline, because a lognormal with a fixed mean has a falling median. An offer
that quotes the first and is felt through the second is honest on average and disappointing in most
lives. And the model is kind to the grant: preferred shares, dilution and the window for exercising
after you leave all come off it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Which one is best, and how sure is that? (5 points, 30 minutes)
#
# `compare(offers, z, u)` values m offers in n simulated futures. The draws are given:
# `z` [n, 1 + m] standard normal, `u` [n, m] uniform on [0, 1). Each offer is a dict with `cash`
# (its sure part, a present value), `options`, `price`, `strike`, `sigma`, `years`, `p_exit` and
# `rho`. In future i, for offer j:
#
# - $Z_{ij}=\rho_j\,z_{i0}+\sqrt{1-\rho_j^2}\;z_{i,j+1}$: column 0 is the market, which all share.
# - $S_{ij}=\text{price}_j\,e^{\sigma_j\sqrt{T_j}Z_{ij}-\sigma_j^2T_j/2}$; a sale happens where
#   $u_{ij}<$ `p_exit`.
# - worth = cash + options · max(S − strike, 0) where there is a sale, else cash. No discounting.
#
# Return a dict: `"mean"` and `"se"` [m] (standard error of the mean: standard deviation with n − 1,
# over √n); `"p_best"` [m], the share of futures in which the offer is the best (k best ones
# that are exactly equal count 1/k each); `"gap"`, the largest mean minus the second largest; and
# `"gap_se"`, the standard error of that gap, from the **differences within each future** between
# those two offers. m and n are at least 2; no two means are equal.
#
# **Example**: the first test.


# %% nbgrader={"grade_id": "compare", "solution": true}
def compare(offers, z, u):
    """Means, their errors, and chances of being best, from given draws.

    Args:
        offers: list of m dicts with cash, options, price, strike, sigma, years, p_exit, rho.
        z: float array (n, 1 + m). Standard normal; column 0 is shared.
        u: float array (n, m). Uniform; a sale where u < p_exit.

    Returns:
        dict with "mean", "se", "p_best" (m floats each), "gap", "gap_se" (floats).
    """
    ### BEGIN SOLUTION
    n, m = u.shape
    worth = np.empty((n, m))
    for j, o in enumerate(offers):
        Z = o["rho"] * z[:, 0] + math.sqrt(1 - o["rho"] ** 2) * z[:, j + 1]
        s = o["sigma"] * math.sqrt(o["years"])
        gain = np.maximum(o["price"] * np.exp(s * Z - s * s / 2) - o["strike"], 0)
        worth[:, j] = o["cash"] + o["options"] * gain * (u[:, j] < o["p_exit"])
    best = worth == worth.max(axis=1, keepdims=True)
    second, first = np.argsort(worth.mean(axis=0))[-2:]
    gap = worth[:, first] - worth[:, second]
    return {
        "mean": worth.mean(axis=0),
        "se": worth.std(axis=0, ddof=1) / math.sqrt(n),
        "p_best": (best / best.sum(axis=1, keepdims=True)).mean(axis=0),
        "gap": gap.mean(),
        "gap_se": gap.std(ddof=1) / math.sqrt(n),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "compare_tells_mean_from_chance", "grade": true}
"""The best on average need not be the best in most futures."""
q = Question(compare, points=5)
four_z = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 1.0], [2.0, 0.0, 2.0], [1.0, 0.0, 1.0]])
four_u = np.array([[0.1, 0.1], [0.1, 0.9], [0.1, 0.2], [0.1, 0.3]])


@q.probe(gives=[10.0, 47.7163], rtol=1e-4)
def means_of_four_futures(f):
    """Worth is 8, 8 (no sale), 153.2 and 21.7 for PRIVATE, always 10 for LISTED."""
    return f([LISTED, PRIVATE], four_z, four_u)["mean"]


@q.probe(gives=[0.5, 0.5])
def best_in_two_each(f):
    """PRIVATE is far ahead on average, and behind in two futures of four."""
    return f([LISTED, PRIVATE], four_z, four_u)["p_best"]


@q.probe(gives={"gap": 37.7163, "gap_se": 35.3069, "se": [0.0, 35.3069]}, rtol=1e-4)
def gap_and_errors_of_four_futures(f):
    """The gap is the larger mean minus the smaller; the sure offer adds nothing to its error."""
    got = f([LISTED, PRIVATE], four_z, four_u)
    return {key: got[key] for key in ("gap", "gap_se", "se")}


@q.probe(gives=[0.25, 0.75])
def equal_worth_is_shared(f):
    """Where two offers are exactly equal, each is best by one half."""
    offers = [LISTED | {"cash": 9.0}, PRIVATE | {"cash": 9.0}]  # equal without a sale
    return f(offers, np.array([[1.0, 0.0, 1.0]] * 2), np.array([[0.1, 0.9], [0.1, 0.2]]))["p_best"]


### BEGIN HIDDEN TESTS
q.hidden()
LATE = PRIVATE | {"cash": 9.1, "sigma": 0.5, "years": 2.0, "p_exit": 0.7, "strike": 2.5, "rho": 0.8}
TRADED = LISTED | {"options": 2.0, "cash": 7.7, "sigma": 0.4, "years": 3.0, "rho": 0.7}
many_z = np.random.default_rng(11).standard_normal((61, 4))
many_u = np.random.default_rng(12).random((61, 3))
three = [TRADED, PRIVATE, LATE]


@q.probe(rtol=1e-5)
def means_and_their_errors(f):
    """Three offers, 61 futures: means and standard errors."""
    got = f(three, many_z, many_u)
    return {"mean": got["mean"], "se": got["se"]}


@q.probe
def chances_of_being_best(f):
    """Three offers, 61 futures: how often each is best."""
    return f(three, many_z, many_u)["p_best"]


@q.probe(rtol=1e-5)
def gap_of_the_two_best_on_average(f):
    """The gap is that of the two largest means, whatever their place in the list."""
    got = f(three, many_z, many_u)
    return got["gap"]


@q.probe(rtol=1e-5)
def gap_error_within_futures(f):
    """What moves both offers alike cancels in the gap: its error comes from the differences."""
    twins = [TRADED | {"rho": 1.0}, TRADED | {"rho": 1.0, "cash": 7.9}, LISTED | {"cash": 1.0}]
    return [f(three, many_z, many_u)["gap_se"], f(twins, many_z, many_u)["gap_se"]]


def worths(
    offers,
    z,
    u,
    scale=lambda o: o["sigma"] * o["years"] ** 0.5,
    mixing=lambda rho, z0, zj: rho * z0 + (1 - rho * rho) ** 0.5 * zj,
    sale=lambda u, p: float(u < p),
    drift=True,
    strike=True,
):
    """Future by future in plain Python."""
    rows = []
    for i in range(len(z)):
        row = []
        for j, o in enumerate(offers):
            zij = mixing(o["rho"], z[i][0], z[i][j + 1])
            s = scale(o)
            share = o["price"] * math.exp(s * zij - (s * s / 2 if drift else 0))
            gain = max(share - o["strike"], 0.0) if strike else share
            row.append(o["cash"] + o["options"] * gain * sale(u[i][j], o["p_exit"]))
        rows.append(row)
    return rows


def told(
    rows, ddof=1, share_ties=True, certain=False, se_of_mean=True, paired=True, as_listed=False
):
    n, m = len(rows), len(rows[0])
    columns = [np.array([row[j] for row in rows]) for j in range(m)]
    means = [math.fsum(column) / n for column in columns]
    p_best = [0.0] * m
    for row in rows:
        best = [j for j in range(m) if row[j] == max(row)]
        for j in best if share_ties else best[:1]:
            p_best[j] += 1 / n / (len(best) if share_ties else 1)
    first, second = (0, 1) if as_listed else sorted(range(m), key=lambda j: -means[j])[:2]
    if certain:
        p_best = [float(j == first) for j in range(m)]
    root = n**0.5 if se_of_mean else 1.0
    se = [np.std(column, ddof=ddof) / root for column in columns]
    gap = columns[first] - columns[second]
    return {
        "mean": means,
        "se": se,
        "p_best": p_best,
        "gap": means[first] - means[second],
        "gap_se": np.std(gap, ddof=ddof) / root if paired else math.hypot(se[first], se[second]),
    }


@q.reference
def future_by_future(offers, z, u):
    return told(worths(offers, z, u))


@q.mistake("""You counted a share of the sale in every future: p_exit times the gain. The mean is
near enough, but no future looks like that. Draw the sale (u < p_exit), or p_best and every error
are wrong.""")
def sale_averaged_before_comparing(offers, z, u):
    return told(worths(offers, z, u, sale=lambda _, p: p))


@q.mistake("""You let every offer be sold in every future. A sale happens only where u < p_exit.""")
def sale_taken_for_granted(offers, z, u):
    return told(worths(offers, z, u, sale=lambda u, p: 1.0))


@q.mistake("""You turned the sale around: it happens where u is *below* p_exit.""")
def sale_turned_around(offers, z, u):
    return told(worths(offers, z, u, sale=lambda u, p: float(u >= p)))


@q.mistake("""You left the shared market out. Column 0 moves all offers at once: in a bad year all
equity is bad, and offers differ less than their own scatter says.""")
def market_left_out(offers, z, u):
    return told(worths(offers, z, u, mixing=lambda rho, z0, zj: zj))


@q.mistake("""Your own draws are one column off: column 0 is the market, so the draw of offer j
(from 0) is column j + 1.""")
def columns_shifted(offers, z, u):
    return told(worths(offers, [[row[0], row[0], *row[1:]] for row in z], u))


@q.mistake("""You mixed the two draws with ρ and 1 − ρ. Variances add: ρ² and 1 − ρ² must, so the
second weight is √(1 − ρ²), else Z has a variance below 1.""")
def mixed_without_the_root(offers, z, u):
    return told(worths(offers, z, u, mixing=lambda rho, z0, zj: rho * z0 + (1 - rho) * zj))


@q.mistake("""You dropped −σ²T/2 in the exponent: then a share is worth more than its price on
average.""")
def drift_dropped(offers, z, u):
    return told(worths(offers, z, u, drift=False))


@q.mistake("""You did not scale the volatility with time: over T years it is sigma · √T, both in
front of Z and, squared, in the drift.""")
def sigma_not_scaled(offers, z, u):
    return told(worths(offers, z, u, scale=lambda o: o["sigma"]))


@q.mistake("""You took the gap of the first two in the list. It is between the two largest means:
sort them first, and subtract the smaller from the larger.""")
def gap_of_the_first_two(offers, z, u):
    return told(worths(offers, z, u), as_listed=True)


@q.mistake("""You left the strike out: a sale brings max(S − strike, 0) an option.""")
def strike_ignored(offers, z, u):
    return told(worths(offers, z, u, strike=False))


@q.mistake("""Your errors are the scatter of single futures. The mean of n of them is more certain:
divide by √n.""")
def scatter_for_standard_error(offers, z, u):
    return told(worths(offers, z, u), se_of_mean=False)


@q.mistake("""Your standard deviations divide by n. From a sample, divide by n − 1 (ddof=1).""")
def divided_by_n(offers, z, u):
    return told(worths(offers, z, u), ddof=0)


@q.mistake("""You combined the two errors as if the offers had been simulated apart. They share each
future's market, which cancels in the difference: subtract within each future, then take the
error.""")
def gap_error_unpaired(offers, z, u):
    return told(worths(offers, z, u), paired=False)


@q.mistake("""You gave the offer with the largest mean as best for sure. p_best counts futures: a
grant that is worthless in most of them can have the largest mean.""")
def best_mean_is_best_for_sure(offers, z, u):
    return told(worths(offers, z, u), certain=True)


@q.mistake("""You gave ties to the first offer. k offers that are exactly equal count 1/k each.""")
def ties_to_the_first(offers, z, u):
    return told(worths(offers, z, u), share_ties=False)


@q.variant
def in_torch(offers, z, u):
    import torch

    z, u = torch.as_tensor(z), torch.as_tensor(u)
    column = {key: torch.tensor([o[key] for o in offers]).double() for key in offers[0]}
    rho, s = column["rho"], column["sigma"] * column["years"].sqrt()
    Z = rho * z[:, :1] + (1 - rho**2).sqrt() * z[:, 1:]
    gain = torch.relu(column["price"] * torch.exp(s * (Z - s / 2)) - column["strike"])
    worth = column["cash"] + column["options"] * gain * (u < column["p_exit"])
    best = (worth == worth.amax(1, keepdim=True)).double()
    order = worth.mean(0).argsort(descending=True)
    gap = worth[:, order[0]] - worth[:, order[1]]
    return {
        "gap": gap.mean(),
        "gap_se": gap.std() / len(u) ** 0.5,
        "mean": worth.mean(0),
        "se": worth.std(0) / len(u) ** 0.5,
        "p_best": (best / best.sum(1, keepdim=True)).mean(0),
    }


@q.variant
def through_the_covariance(offers, z, u):
    worth = np.array(worths(offers, z, u))
    n, mean, cov = len(worth), worth.mean(axis=0), np.cov(worth.T) / len(worth)
    a, b = sorted(range(len(mean)), key=mean.__getitem__)[::-1][:2]
    top = worth.max(axis=1)
    wins = [[(v == t) / sum(w == t for w in row) for v in row] for row, t in zip(worth, top)]
    return {
        "mean": list(mean),
        "se": np.sqrt(np.diag(cov)),
        "p_best": [sum(column) / n for column in zip(*wins)],
        "gap": mean[a] - mean[b],
        "gap_se": math.sqrt(cov[a, a] + cov[b, b] - 2 * cov[a, b]),
    }


q.hints(
    "One table `worth` of n futures by m offers answers all five; what is asked of rows, and what "
    "of columns?",
    "Two offers with the same cash and no sale in a future: each is best by one half there.",
    """Draw the sale as `u < p_exit`, build `worth` column by column, compare within rows for
p_best, and take `worth[:, first] - worth[:, second]` for the gap.""",
)
q.why("""Averaging too early is the classic: `p_exit` times the gain has the right mean and
describes a future that never comes. Ranking needs the futures themselves.

The second point is pairing. Both offers meet the same market in each future, so the difference is
steadier than each of them. Adding the two errors throws that away, and needs many times the
simulations for the same certainty. Last: the offer with the largest *estimated* mean is, on
average, the one that you overestimated most. Pull every estimate towards the
others before you trust the gap.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Like for like (3 points, 20 minutes)
#
# Two offers in two places, and figures from four sources. `like_for_like(parts, tax, prices,
# spend)` brings one place's figures to **net pay a year, in home prices**. The rules:
#
# - `parts`: list of dicts. `amount`; `per`: `"year"` or `"month"` (12 a year); `tax`: `"gross"`
#   or `"net"`; `at`: `"local"`, or `"home"` where somebody has already turned the figure into home
#   prices.
# - A gross part is multiplied by 1 − `tax`, a net part is not.
# - `prices`: the place's price level, home = 1. Of each **local** part, net, the share `spend` is
#   spent there and buys amount/`prices`; the rest is saved and keeps its amount. A **home** part
#   stays as it is.
#
# The result is the sum over parts; no parts give 0.
#
# **Example.** 100 gross a year with tax 0.4, prices 1.5 and spend 0.5: 60 net, of which 30 buy 20,
# and 30 stay: 50.


# %% nbgrader={"grade_id": "like_for_like", "solution": true}
def like_for_like(parts, tax, prices, spend):
    """Net pay a year in home prices, from figures of several kinds.

    Args:
        parts: list of dicts with amount, per, tax, at.
        tax: float, 0 to 1. Average rate of the place.
        prices: float > 0. Price level of the place, home = 1.
        spend: float, 0 to 1. Share of net pay that is spent there.

    Returns:
        float.
    """
    ### BEGIN SOLUTION
    total = 0.0
    for part in parts:
        net = part["amount"] * (12 if part["per"] == "month" else 1)
        net *= 1 - tax if part["tax"] == "gross" else 1
        total += net * (spend / prices + 1 - spend if part["at"] == "local" else 1)
    return total
    ### END SOLUTION


# %% nbgrader={"grade_id": "like_for_like_taxes_and_deflates_once", "grade": true}
"""Each figure is taxed once and deflated once, or not at all if that was done."""


def part(amount, per="year", tax="gross", at="local"):
    return {"amount": amount, "per": per, "tax": tax, "at": at}


q = Question(like_for_like, points=3)
q.case([part(100.0)], 0.4, 1.5, 0.5, gives=50.0, claim="the example: 60 net, 20 + 30")
q.case([part(60.0, tax="net")], 0.4, 1.5, 0.5, gives=50.0, claim="a net figure is not taxed again")
q.case(
    [part(100.0, at="home")], 0.4, 1.5, 0.5, gives=60.0, claim="home prices are not deflated again"
)
### BEGIN HIDDEN TESTS
q.hidden()
mixed = [part(90.0), part(2.0, per="month", tax="net"), part(13.0, tax="net", at="home")]
q.case(mixed, 0.35, 1.4, 0.7, claim="three kinds of figures in one offer")
q.case(mixed, 0.2, 0.6, 0.8, claim="a cheaper place is worth more")
q.case([part(7.0, per="month")], 0.3, 1.2, 1.0, claim="a monthly figure, all of it spent")
q.case([part(80.0)], 0.25, 1.7, 0.0, claim="what is saved does not meet the place's prices")
q.case([], 0.3, 1.3, 0.5, claim="no parts, no pay")


def summed(
    parts, tax, prices, spend, taxed=("gross",), deflated=("local",), factor=None, months=12
):
    factor = (1 - spend) + spend / prices if factor is None else factor
    a = np.array([p["amount"] * (months if p["per"] == "month" else 1) for p in parts], float)
    t = np.array([1 - tax if p["tax"] in taxed else 1.0 for p in parts])
    d = np.array([factor if p["at"] in deflated else 1.0 for p in parts])
    return float((a * t * d).sum())


@q.reference
def as_products_of_columns(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend)


@q.mistake("""You added gross and net figures as they stand. Make all of them net first: a gross
part is worth 1 − tax of itself.""")
def gross_vs_net_mix(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend, taxed=())


@q.mistake("""You taxed net figures again. What is told as net has been taxed: leave it.""")
def net_taxed_again(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend, taxed=("gross", "net"))


@q.mistake("""You deflated figures that are in home prices already: the cost of living counts twice.
Only local parts meet the place's prices.""")
def col_double_counted(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend, deflated=("local", "home"))


@q.mistake("""You left the price level out. The same net pay buys less in a dearer place: the part
that is spent there is divided by `prices`.""")
def col_ignored(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend, factor=1.0)


@q.mistake("""You multiplied by the price level. A dearer place makes pay worth less: divide.""")
def multiplied_by_prices(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend, factor=spend * prices + 1 - spend)


@q.mistake("""You deflated savings too. Only what is spent there meets the place's prices: money
that you take home buys the same as any other.""")
def savings_deflated(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend, factor=1 / prices)


@q.mistake("""You averaged price levels (spend · prices + 1 − spend) and divided by that. That fits
a fixed basket; here `spend` is a share of *pay*, so each part is turned into goods by itself and
then added: spend/prices + 1 − spend.""")
def price_levels_averaged(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend, factor=1 / (spend * prices + 1 - spend))


@q.mistake("""You divided by prices to the power `spend`, a geometric mean of price levels. Turn the
part that is spent into goods, and add the part that is not: spend/prices + 1 − spend.""")
def geometric_mean_of_prices(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend, factor=prices**-spend)


@q.mistake("""Your result is pay a month. Turn monthly figures into yearly ones: times 12.""")
def result_a_month(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend) / 12


@q.mistake("""You multiplied gross figures by the tax rate. That is what is taken; what stays is
1 − tax.""")
def tax_for_net(parts, tax, prices, spend):
    return summed(parts, 1 - tax, prices, spend)


@q.mistake("""You dropped what is saved. The share 1 − spend keeps its amount: add it.""")
def savings_dropped(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend, factor=spend / prices)


@q.mistake("""You took a monthly figure for a yearly one. Twelve of them make a year.""")
def months_as_years(parts, tax, prices, spend):
    return summed(parts, tax, prices, spend, months=1)


@q.variant
def what_is_lost_to_prices(parts, tax, prices, spend):
    net = local = 0.0
    for p in parts:
        amount = {"year": 1, "month": 12}[p["per"]] * p["amount"]
        amount -= amount * tax * (p["tax"] == "gross")
        net += amount
        local += amount if p["at"] == "local" else 0
    return net - local * spend * (1 - 1 / prices)


@q.variant
def in_torch(parts, tax, prices, spend):
    import torch

    amounts = torch.zeros(2, dtype=torch.float64)  # home, local
    for p in parts:
        keep = 1 - tax if p["tax"] == "gross" else 1.0
        amounts[int(p["at"] == "local")] += p["amount"] * keep * (12 if p["per"] == "month" else 1)
    return amounts @ torch.tensor([1.0, spend / prices + 1 - spend], dtype=torch.float64)


q.hints(
    "Ask each figure twice: has tax been taken? Have prices been taken?",
    "A net figure in home prices goes into the sum as it stands.",
    "amount · (12 or 1) · (1 − tax or 1) · (spend/prices + 1 − spend or 1), part by part.",
)
q.why("""A mix of gross and net is wrong by the tax rate, more than most offers differ. Double
counting is subtler: many "adjusted" figures come from a site that has already divided by an index.

The index itself is for somebody who spends everything. If you save a third, two thirds of your pay
meets local prices; dividing all of it undervalues the dear place. (An average tax rate is a rough
thing, too: look up both places' rules for your case, with a date, before you decide.)""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Starting later: what must they pay? (4 points, 25 minutes)
#
# `deferral_bonus(months, horizon, old_pay, new_pay, old_bonus, bonus_month, options, price,
# growth)`: you could start today, or in `months` whole months (d). What single payment makes the
# later start as good? The rules:
#
# - Both ways are judged over the same `horizon` months from **today** (d ≤ horizon). Pay is a
#   month's; nothing is discounted or taxed.
# - Until you start, the old firm pays `old_pay` a month, and `old_bonus` once if you are still
#   there at the end of month `bonus_month` (≥ 1), that is, if d ≥ `bonus_month`.
# - After that the new one pays `new_pay`. It grants `options`, which vest monthly over 48 months of
#   service with a cliff of 12 months.
# - A share is worth price · (1 + growth)$^t$ after t months; growth ≥ 0. The **strike** is its
#   worth on your first day. What has vested counts at the horizon: (worth − strike) each.
#
# Return value of starting today minus value of starting later: positive means they owe you.
#
# **Example.** d = 3, horizon 12, old pay 8, new pay 10, old bonus 5 in month 2, no options: you
# lose 3 · 2 and gain 5, so 1.


# %% nbgrader={"grade_id": "deferral_bonus", "solution": true}
def deferral_bonus(
    months, horizon, old_pay, new_pay, old_bonus, bonus_month, options, price, growth
):
    """The payment at which starting later is as good as starting today.

    Args:
        months: int ≥ 0. The delay d, at most `horizon`.
        horizon: int ≥ 1. Months from today over which both are judged.
        old_pay, new_pay: floats. A month's pay.
        old_bonus: float; bonus_month: int ≥ 1. Paid if d ≥ bonus_month.
        options: float. Granted, vesting over 48 months, cliff 12.
        price, growth: floats. Share today, and its growth a month (≥ 0).

    Returns:
        float.
    """
    ### BEGIN SOLUTION
    end = price * (1 + growth) ** horizon

    def value(start):
        served = horizon - start
        share = min(served / 48, 1) if served >= 12 else 0
        gain = options * share * (end - price * (1 + growth) ** start)
        old = old_pay * start + (old_bonus if start >= bonus_month else 0)
        return old + new_pay * served + gain

    return value(0) - value(months)
    ### END SOLUTION


# %% nbgrader={"grade_id": "deferral_bonus_counts_both_ways_to_one_date", "grade": true}
"""Both ways end on the same day; the later one has other pay, less vesting and a higher strike."""
q = Question(deferral_bonus, points=4)
q.case(3, 12, 8.0, 10.0, 5.0, 2, 0.0, 1.0, 0.0, gives=1.0, claim="the example: 3 · 2 − 5")
q.case(
    12,
    24,
    10.0,
    10.0,
    0.0,
    1,
    48.0,
    1.0,
    0.05,
    gives=36.2515,
    rtol=1e-5,
    claim="equal pay: half the vesting, and a strike that grew by 80 %",
)
q.case(4, 30, 9.0, 10.0, 3.0, 5, 0.0, 1.0, 0.0, gives=4.0, claim="you left before the old bonus")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(6, 36, 11.0, 13.0, 20.0, 6, 31.0, 2.0, 0.03, claim="bonus in the last month, growing share")
q.case(5, 15, 11.0, 13.0, 7.0, 2, 31.0, 2.0, 0.04, claim="the delay takes the cliff out of reach")
q.case(0, 29, 11.0, 13.0, 20.0, 3, 31.0, 2.0, 0.03, claim="no delay, nothing owed")
q.case(2, 60, 11.0, 13.0, 0.0, 1, 31.0, 2.0, 0.02, claim="all vested either way")
q.case(9, 20, 15.0, 13.0, 4.0, 7, 0.0, 2.0, 0.02, claim="better paid where you are: you would owe")
q.case(17, 17, 5.0, 13.0, 4.0, 7, 10.0, 2.0, 0.02, claim="a delay of the whole horizon")


def both_ways(
    d,
    horizon,
    old_pay,
    new_pay,
    old_bonus,
    bonus_month,
    options,
    price,
    growth,
    later_end=False,
    strike=None,
    cliff=12,
    old=True,
    bonus="if there",
    sign=1,
    flat=False,
    most=48,
    own_clock=False,
    both_pays=False,
    power=lambda growth, t: (1 + growth) ** t,
):
    """Month by month; arguments break one rule each."""
    totals = []
    for start in (0, d):
        end, total, vested = horizon + (start if later_end else 0), 0.0, 0
        for month in range(1, end + 1):
            total += (old_pay if old else 0) if month <= start else new_pay
            total += new_pay if both_pays and month <= start else 0
            vested += month > start
        total += (
            old_bonus
            * {
                "if there": start >= bonus_month,
                "after": start > bonus_month,
                "always": start > 0,
                "never": False,
            }[bonus]
        )
        vested = 0 if vested < cliff else min(vested, most)
        paid = price * power(growth, start) if strike is None else strike(price)
        worth = price if flat else price * power(growth, end) - paid
        if own_clock:
            worth = price * power(growth, end - start) - price
        totals.append(total + options * vested / 48 * worth)
    return sign * (totals[0] - totals[1])


@q.reference
def month_by_month(*args):
    return both_ways(*args)


@q.mistake("""You judged the later start to a later day: it got the full horizon from its own first
day. Both ways end on the same day, `horizon` months from today.""")
def horizon_moves_along(*args):
    return both_ways(*args, later_end=True)


@q.mistake("""You kept today's strike for the later start. The strike is the share's worth on the
first day: while you wait it grows, and that growth is lost to you on *all* options.""")
def strike_of_today_kept(*args):
    return both_ways(*args, strike=lambda price: price)


@q.mistake("""You left the strike out. An option brings worth minus strike, and the strike is what
moves with your first day.""")
def strike_ignored(*args):
    return both_ways(*args, strike=lambda price: 0.0)


@q.mistake("""You counted options at today's price per share. At the horizon each brings worth minus
strike.""")
def equity_at_headline(*args):
    return both_ways(*args, flat=True)


@q.mistake("""You left the cliff out. With fewer than 12 months of service at the horizon nothing
has vested: a short delay can cost the whole grant.""")
def cliff_ignored(*args):
    return both_ways(*args, cliff=0)


@q.mistake("""On the day of the cliff nothing has vested with you. 12 months of service are
enough: only fewer than 12 give nothing.""")
def cliff_day_excluded(*args):
    return both_ways(*args, cliff=13)


@q.mistake("""You let options vest beyond 48 months. Then the grant is all yours: the share is at
most 1.""")
def vesting_never_ends(*args):
    return both_ways(*args, most=10**6)


@q.mistake("""You let the share grow by the same amount each month. `growth` compounds: price ·
(1 + growth) to the power of t.""")
def growth_not_compounded(*args):
    return both_ways(*args, power=lambda growth, t: 1 + growth * t)


@q.mistake("""Your share waits for you: it starts to grow on your first day. It grows from today,
and you join later, at a higher strike.""")
def share_waits_for_you(*args):
    return both_ways(*args, own_clock=True)


@q.mistake("""While you wait, both firms pay you. The new pay begins on your first day there:
horizon − d months of it.""")
def two_pays_at_once(*args):
    return both_ways(*args, both_pays=True)


@q.mistake("""You forgot that the old firm pays while you wait. The loss is the difference of pay,
not the new pay.""")
def old_pay_forgotten(*args):
    return both_ways(*args, old=False)


@q.mistake("""You took the old bonus in any case. It is paid only if you are still there at the end
of `bonus_month`: d ≥ bonus_month.""")
def old_bonus_in_any_case(*args):
    return both_ways(*args, bonus="always")


@q.mistake("""You left after the end of the bonus month and still went without. d = bonus_month is
late enough: use ≥.""")
def bonus_month_excluded(*args):
    return both_ways(*args, bonus="after")


@q.mistake("""You forgot the old bonus. Being paid it is the usual reason for starting later.""")
def old_bonus_forgotten(*args):
    return both_ways(*args, bonus="never")


@q.mistake("""Your sign is turned around: starting today minus starting later. Positive means that
they owe you.""")
def sign_turned(*args):
    return both_ways(*args, sign=-1)


@q.variant
def as_one_difference(
    months, horizon, old_pay, new_pay, old_bonus, bonus_month, options, price, growth
):
    shares = [min(s, 48) / 48 * (s >= 12) for s in (horizon, horizon - months)]
    g = 1 + growth
    gains = [price * (g**horizon - 1), price * (g**horizon - g**months)]
    lost = options * (shares[0] * gains[0] - shares[1] * gains[1])
    return (new_pay - old_pay) * months - (months >= bonus_month) * old_bonus + lost


@q.variant
def with_the_first_questions_answer(
    months, horizon, old_pay, new_pay, old_bonus, bonus_month, options, price, growth
):
    path = price * np.cumprod([1.0] + [1 + growth] * horizon)
    share = [parts_of_48(s) for s in (horizon, horizon - months)]
    total = np.array([new_pay * horizon, old_pay * months + new_pay * (horizon - months)])
    total += options * np.array(share) * (path[-1] - path[[0, months]])
    return np.float64(total[0] - total[1] - old_bonus * (months >= bonus_month))


def parts_of_48(served):
    return 0.0 if served < 12 else np.clip(served / 48, 0, 1)


q.hints(
    "Write both ways as a time line to the same last day. What differs: pay, bonus, months vested, "
    "strike?",
    "With equal pay, no bonus and everything vested either way, only options · (strike later − "
    "strike today) is left.",
    """value(start) = old_pay · start + bonus if start ≥ bonus_month + new_pay · (horizon − start) +
options · share(horizon − start) · (price at horizon − price at start); return value(0) −
value(months).""",
)
q.why("""Pay is what people count, and the smallest part as soon as there are options. While you
wait, three things happen to the grant: fewer months vest, the cliff moves, and the strike is set
later. The last one hits all options, vested early or late; at 3 % growth a month, half a year of
waiting is 19 % of today's price on each.

That also says what to ask for: not money, but an early grant date, or vesting credit for the months
of waiting. Both are cheap for a firm that wants you (experience, not data), and some cannot do the
first: the board sets the date.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Twenty-four replies (3 points, 20 minutes)
#
# Each item is what a recruiter says and what is replied. Label the **reply**; take the first rule
# that holds:
#
# 1. `"discloses"`: afterwards the recruiter can bound what you earn, or what you would take: by a
#    figure in digits or words, a share of something known, a comparison, or a yes or no to a figure
#    of theirs. Repeating a figure that *they* published, without taking a side, is none.
# 2. `"hostile"`: it blames, mocks or threatens who asks.
# 3. `"deflects_well"`: it puts fit, level or scope first **and** asks something that the recruiter
#    can answer.
# 4. `"stalls"`: everything else.
#
# A label is no verdict on whether it was wise: that is for question 8. `label_replies()` returns 24
# labels, in order.

# %% nbgrader={"grade_id": "given_replies", "locked": true}
REPLIES = [
    ("What are you on now?", "Around 140 base, plus stock."),
    (
        "What are your expectations?",
        "I'd like to be sure of the level first. Which level is budgeted, and what is its band?",
    ),
    ("I need a number for the form.", "Let me get back to you on that."),
    ("What do you make now?", "None of your business, and you should know better than to ask."),
    ("What would it take?", "Something that starts with a two."),
    ("Just a ballpark?", "I'm flexible. Money is not what drives me."),
    (
        "The advert says 150 to 180. Fine?",
        "150 to 180 is what I read, too. Where in it depends on scope: who relies on this system?",
    ),
    ("Would 150 work for you?", "You are not far off."),
    ("What is your package today?", "The middle of your band would be a cut of a fifth for me."),
    ("Expectations?", "Great question! I'm sure we'll find something that is fair to everybody."),
    (
        "What do you make now?",
        "I'd rather talk about what the role needs. It sounds like owning evaluation end to end: "
        "is that senior or staff with you?",
    ),
    (
        "I can't go on without a number.",
        "Do you treat all candidates like this, or only those you mean to underpay? What's the "
        "band for the level?",
    ),
    ("Is 160 below what you have?", "It would be a step back, yes."),
    ("What are you looking for?", "What is the band?"),
    ("The form has a field for current pay.", "Please write that I'll discuss pay with an offer."),
    ("What do you earn?", "Had you opened my file, you wouldn't waste my time with this."),
    (
        "Your expectations?",
        "I have none yet, as I don't know the scope. Would I lead the migration or join it, and "
        "how is each of the two levelled?",
    ),
    (
        "What's the least you'd accept?",
        "I couldn't move for less than I have, and I have what your advert gives as its maximum.",
    ),
    ("Current base?", "I keep that to myself. Fit matters most to me, and the team sounds great."),
    ("So what do you want?", "Enough to never have to talk to recruiters again."),
    (
        "Give me something to work with.",
        "Gladly: my last two systems served the whole firm, which I'd call staff scope. Is that "
        "the level you hire for, and what is budgeted for it?",
    ),
    ("Your expectations?", "The usual for people like me. I trust you to be fair."),
    (
        "What do the others offer you?",
        "Go on like this and I'll tell them, and everyone else, how you treat people.",
    ),
    (
        "Would you move for this level's pay?",
        "I'd decide by the scope, not by my last salary. What is budgeted for staff on this team?",
    ),
]
LABELS = ("discloses", "hostile", "stalls", "deflects_well")


# %% nbgrader={"grade_id": "label_replies", "solution": true}
def label_replies():
    """The labels of REPLIES, in order.

    Returns:
        list of 24 strings, each one of LABELS.
    """
    ### BEGIN SOLUTION
    by_label = {
        "discloses": (0, 4, 7, 8, 12, 17),
        "hostile": (3, 11, 15, 19, 22),
        "deflects_well": (1, 6, 10, 16, 20, 23),
    }
    labels = ["stalls"] * len(REPLIES)
    for label, items in by_label.items():
        for item in items:
            labels[item] = label
    return labels
    ### END SOLUTION


# %% nbgrader={"grade_id": "label_replies_by_what_is_known_afterwards", "grade": true}
"""What counts is what the other side knows afterwards, not how politely it was said."""
q = Question(label_replies, points=3)


@q.probe(gives={"labels": 24, "unknown": []})
def form_of_the_labels(f):
    """There are 24 labels, each one of the four."""
    given = list(f())
    return {"labels": len(given), "unknown": [x for x in given if x not in LABELS]}


@q.probe(gives=["discloses", "deflects_well", "stalls", "hostile"])
def first_four(f):
    """The first four are one of each: a figure, a level and a question, a delay, a rebuke."""
    return list(f())[:4]


@q.probe(gives=["discloses", "stalls", "deflects_well", "discloses"])
def next_four(f):
    """A figure in words, friendly nothing, their own figure repeated, half a yes to a figure."""
    return list(f())[4:8]


### BEGIN HIDDEN TESTS
q.hidden()


def right_of(given, items):
    """Which of these items carry another label than the rules give: "" where none does."""
    key = dict.fromkeys(range(24), "stalls")
    key |= dict.fromkeys((0, 4, 7, 8, 12, 17), "discloses") | dict.fromkeys((3, 11), "hostile")
    key |= dict.fromkeys((15, 19, 22), "hostile")
    key |= dict.fromkeys((1, 6, 10, 16, 20, 23), "deflects_well")
    wrong = [item for item in items if item >= len(given) or given[item] != key[item]]
    return f"item {wrong[0]} has another label" if wrong else ""


def group(*items):
    return lambda f: right_of(list(f()), items)


for trap, what in (
    ((12,), "A yes or no to a figure of theirs is a bound on yours."),
    ((8, 17), "A share of something known, or a comparison with it, can be solved for."),
    ((9, 21), "Friendly words without a question leave the other side where it was."),
    ((18,), "Naming fit is one half; without a question back it stalls."),
    ((13,), "A question alone puts nothing first: by rule 3 it is not enough, so it stalls."),
    ((14,), "A polite no for now is neither hostile nor a deflection: it stalls."),
    ((11,), "An accusation stays one if a good question follows: rule 2 comes before rule 3."),
    ((15, 19, 22), "Contempt, mockery and threats are hostile, with or without bad words."),
    ((10, 16, 20, 23), "Fit, level or scope first, and something that they can answer."),
):
    trap_probe = group(*trap)
    trap_probe.__name__, trap_probe.__doc__ = "items_" + "_".join(map(str, trap)), what
    q.probe(trap_probe, gives="")

RIGHT = {
    **dict.fromkeys(range(24), "stalls"),
    **dict.fromkeys((0, 4, 7, 8, 12, 17), "discloses"),
    **dict.fromkeys((3, 11, 15, 19, 22), "hostile"),
    **dict.fromkeys((1, 6, 10, 16, 20, 23), "deflects_well"),
}


def but(label, *items):
    return [label if i in items else RIGHT[i] for i in range(24)]


@q.reference
def from_the_table():
    return [RIGHT[i] for i in range(24)]


@q.mistake("""You looked for digits. "Starts with a two", "not far off" and "a cut of a fifth" name
a figure as well as 140 does: whoever knows the band can solve for yours.""")
def digits_only_disclose():
    return but("stalls", 4, 7, 8, 12, 17)


@q.mistake("""You missed the answers to *their* figure. "Not far off" and "a step back, yes" take a
side on a number that is on the table: that is a bound on yours.""")
def confirmation_missed():
    return but("stalls", 7, 12)


@q.mistake("""You missed figures that are told by comparison. A fifth below the middle of a
published band, or "your maximum": one line of algebra.""")
def comparison_missed():
    return but("stalls", 8, 17)


@q.mistake("""You took a published figure for a disclosure. They wrote 150 to 180 themselves, and
the reply takes no side on it: nothing is learned about you.""")
def posted_band_as_disclosure():
    return but("discloses", 6)


@q.mistake("""You took friendly for good. "We'll find something fair" asks nothing and names neither
fit, level nor scope: the same question comes again next week.""")
def polite_as_deflection():
    return but("deflects_well", 5, 9, 14, 18, 21)


@q.mistake("""You took any question back for a deflection. Rule 2 comes first: an accusation stays
one with a question behind it; and a bare "what is the band?" puts nothing first.""")
def any_question_deflects():
    return but("deflects_well", 11, 13)


@q.mistake("""You took "what is the band?" for a good deflection. By rule 3 it needs fit, level or
scope as well: alone it is a swap of the same question.""")
def bare_question_deflects():
    return but("deflects_well", 13)


@q.mistake("""You let the question outweigh the accusation. Rule 2 comes before rule 3: what they
remember is the first sentence.""")
def accusation_excused_by_question():
    return but("deflects_well", 11)


@q.mistake("""You took naming fit for enough. Without something that they can answer, the talk stays
where it was: it stalls.""")
def fit_without_question_deflects():
    return but("deflects_well", 18)


@q.mistake("""You took a refusal for hostility. Keeping something to yourself in a civil tone blames
nobody: it stalls.""")
def refusal_as_hostility():
    return but("hostile", 14, 18)


@q.mistake("""You missed mockery and threats because they are dressed as jokes or as information.
Rule 2 is about what they do to who asks.""")
def mockery_as_stalling():
    return but("stalls", 15, 19, 22)


@q.variant
def from_initials():
    full = {label[:2]: label for label in LABELS}
    text = "di de st ho di st de di di st de ho di st st ho de di st ho de st ho de"
    return [full[key] for key in text.split()]


@q.variant
def as_an_array_of_texts():
    return tuple(RIGHT[i] for i in sorted(RIGHT))


q.hints(
    "Ask of each reply: what can be written into the form's field now that could not before?",
    '"You are not far off" about 150 is a figure; "150 to 180 is what I read, too" is none.',
    """Go through the rules in order: bounds (words, comparisons, yes or no to a figure), then
blame, mockery or threat, then fit, level or scope *with* a question; the rest stalls.""",
)
q.why("""The order of the rules is the order of what cannot be taken back: a figure never, a rebuke
hardly, a delay always. Most leaks are not numbers but *answers to numbers*: a yes is the most
comfortable way to disclose.

Disclosing can be right all the same: a posted band that you accept in full; a field of a form that
cannot be left out; a floor that saves both sides weeks; an offer in hand, which is a fact that you
want known. Then do it on purpose, in one sentence, and never as a side effect of being polite.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## Your own words: flags, no points
#
# Write replies as you would say them, and the e-mail that you would send, into the two files below
# (several texts in one file: a line `---` between them). They lie outside this folder, so that
# nothing collects them. The report names flags and quotes nothing. Nothing is sent.
#
# A flag says what can be counted: a digit, a currency, "current salary", a range; for the e-mail
# its length, its ask, a reason, thanks, a date. It cannot hear your tone, and it does not know your
# case. **Ignore a flag whenever you can say why**, for instance where you disclose on purpose.

# %% nbgrader={"grade_id": "own_words", "locked": true}
print("replies\n" + report(Path.home() / "my_offer_replies.txt", lint_reply))
print("e-mail\n" + report(Path.home() / "my_offer_email.txt", lint_email))

# %% [markdown] nbgrader={"grade_id": "counter", "task": true, "points": 4}
# ## 8. The call and the mail (4 points, graded by hand)
#
# Invented: **Alder** (listed) offers 165 base, 15 % bonus, 30 sign-on, 200 in shares vesting 25 %
# a year. **Birch** (private) offers 150 base and 40,000 options: strike 2.10, last preferred round
# 9.00, one-year cliff, three months to exercise after leaving. You prefer Birch's team. You have
# nine days; a bonus of 22 is paid by your present firm in seven weeks. All in thousands, but for
# options and their prices.
#
# 1. **Reply** (40–80 words, spoken): Birch's recruiter says "Before I go to the founders: what do
#    you make today, and what would make you sign?"
# 2. **E-mail** (at most 150 words) to Birch, asking for **one** thing.
# 3. **Note to yourself** (60–100 words): two numbers of Birch's offer that you still need, what
#    each would change, and the value at which you would choose Alder.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count; wherever the
# writer says why they disclose something on purpose, that is not a fault.
#
# - **0**: nothing, or a false claim (an invented offer, a deadline that does not exist).
# - **1**: one part of the three works; or the reply gives present pay away without a reason.
# - **2** (mid): reply is civil, puts scope or level first and asks something answerable; the mail
#   has one ask with a reason and a date; the note still counts 40,000 × 9.00.
# - **3** (senior): as 2, and the note corrects the headline: strike, common below preferred, the
#   chance of a sale; names the number of fully diluted shares, or the latest valuation of common
#   stock, or the preferences ahead of it, and what it changes; the mail asks for something that the
#   founders can give easily (exercise window, grant date, sign-on for the 22), for a reason that
#   can be forwarded.
# - **4** (staff): as 3, and the decision is stated beforehand: a break-even (for instance "Alder is
#   ahead by about 90 a year of what I can count, so 40,000 options over four years must be worth
#   some 360, or 9 each net of strike: more than today's preferred") or an amount paid for the
#   preference for the team; the three months are seen as a price of leaving (84 to exercise at
#   2.10, before tax); nothing in reply or mail would be awkward if both firms read it.
#
# A level-4 reply: "What I make today fits another job, so I'd rather start from yours. We talked
# about owning ranking and hiring two people. If that is the scope, I'd like to sign: your team is
# the one I want. To compare properly I lack two things: how many shares there are, fully diluted,
# and how long I could exercise after leaving. Can you find those out before you see the founders?"
# ### END MARK SCHEME

# %% [markdown]
# *Your reply, e-mail and note: write them here, in place of this line.*

# %% [markdown] nbgrader={"grade_id": "before_signing", "task": true, "points": 2}
# ## 9. Before signing (2 points, for completion)
#
# Copy the list into the cell below. Behind each line put a **date**, or *no* and why. No names and
# no amounts: whoever grades this sees only that it is done. (Rules differ by country: where a line
# needs one, look it up, or ask somebody who is allowed to advise.)
#
# - weights, cliff, vesting period and exercise window seen in writing
# - for a private firm: fully diluted shares, latest valuation of common stock, preferences asked
# - what the sign-on and relocation money cost if you leave within a year or two
# - all offers valued with one set of conventions, before tax and after
# - one practice call of ten minutes with somebody who asks for your number three times
#
# ### BEGIN MARK SCHEME
# - **0**: fewer than three lines are answered.
# - **1**: three or four lines have a date or a reason.
# - **2**: all five have one. "No, because …" counts as much as a date; content is not judged.
# ### END MARK SCHEME

# %% [markdown]
# *Your checklist: write it here, in place of this line.*
