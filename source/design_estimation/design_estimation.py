# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one explanation, about 90 of the {{minutes}} minutes; the worksheet beside it
# takes the rest. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** The unit of an argument is the end of its name: `_s` seconds,
# `_ms` milliseconds, `_rps` requests a second, `_bytes` bytes. A day has 86 400 s, a byte 8 bits.
# kB, MB, GB … are powers of 1000; KiB, MiB, GiB … powers of 1024. One multiply-add is two FLOP. No
# argument may be changed in place.

# %% nbgrader={"grade_id": "imports", "locked": true}
import math

import numpy as np

from mlprep.check import Question

# %% [markdown]
# ## 1. Requests a second (2 points, 5 minutes)
#
# Every design starts here. `daily_users` people act `actions_per_day` times each, so
#
# $$\text{avg} = \frac{\text{users}\cdot\text{actions}}{86\,400\ \text{s}},\qquad
# \text{at the peak} = \text{avg}\cdot\text{peak}.$$
#
# `peak` is the busiest second over the average one. If nobody tells you, 3 is a start for one
# region; say that you assumed it.
#
# **Example.** 10⁸ users, 12 actions: 13 889 on average, 41 667 at the peak.


# %% nbgrader={"grade_id": "qps", "solution": true}
def qps(daily_users, actions_per_day, peak=3.0):
    """Requests a second, on average and at the peak.

    Args:
        daily_users: float. People active on a day.
        actions_per_day: float. Requests of each of them in a day.
        peak: float ≥ 1. Busiest second over average second.

    Returns:
        (avg_rps, peak_rps): two floats.
    """
    ### BEGIN SOLUTION
    avg_rps = daily_users * actions_per_day / 86_400
    return avg_rps, avg_rps * peak
    ### END SOLUTION


# %% nbgrader={"grade_id": "qps_is_per_second_and_at_the_peak", "grade": true}
"""Traffic is stated for a second, on average and at the peak."""
q = Question(qps, points=2)
q.case(
    1e8,
    12.0,
    gives=(13_888.89, 41_666.67),
    claim="12·10⁸ actions fall into 86 400 s, and the busiest second has 3 times the average",
    rtol=1e-6,
)
q.case(86_400.0, 7.0, 5.0, gives=(7.0, 35.0), claim="one user each second, 7 actions, peak 5")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(2e6, 0.5, 1.0, claim="at peak 1 the two rates are equal")
q.case(3e7, 4.5, kwargs={"peak": 2.5}, claim="the peak may be any factor")


@q.reference
def through_one_user(daily_users, actions_per_day, peak=3.0):
    seconds_between = 24 * 60 * 60 / actions_per_day  # of one user
    return daily_users / seconds_between, peak * (daily_users / seconds_between)


@q.mistake("""These are requests a day, not a second. A day has 86 400 s: divide by it. Say the unit
with each number and you will hear it.""")
def per_day_not_per_second(daily_users, actions_per_day, peak=3.0):
    return daily_users * actions_per_day, daily_users * actions_per_day * peak


@q.mistake("""You size for the average: both numbers are the same. Traffic has a shape; the machines
must carry its busiest second. Multiply the average by `peak` for the second number.""")
def no_peak(daily_users, actions_per_day, peak=3.0):
    return (daily_users * actions_per_day / 86_400,) * 2


@q.mistake("""The peak factor is in both numbers. The first is the average over the day: storage and
cost follow it. Only the second carries `peak`.""")
def peak_in_both(daily_users, actions_per_day, peak=3.0):
    return (daily_users * actions_per_day / 86_400 * peak,) * 2


@q.mistake("""The two rates are swapped: return the average first, the peak second.""")
def peak_comes_first(daily_users, actions_per_day, peak=3.0):
    return tuple(reversed(through_one_user(daily_users, actions_per_day, peak)))


@q.mistake("""Your peak is always 3 times the average. 3 is only the default: use the argument.""")
def peak_always_three(daily_users, actions_per_day, peak=3.0):
    return through_one_user(daily_users, actions_per_day)


@q.mistake("""These are requests an hour: you divided by 24 only. An hour has 3600 s more to divide
by: 24 · 3600 = 86 400.""")
def per_hour(daily_users, actions_per_day, peak=3.0):
    return daily_users * actions_per_day / 24, daily_users * actions_per_day / 24 * peak


@q.mistake("""You divided by 100 000 s: the right rounding in the head (14 % low, say so), and
the wrong constant in code. A day has 86 400 s.""")
def a_day_of_100_000_s(daily_users, actions_per_day, peak=3.0):
    return daily_users * actions_per_day / 1e5, daily_users * actions_per_day / 1e5 * peak


@q.mistake("""You divided the peak out. It is how many times *busier* the busiest second is: the
peak rate is the average multiplied by it.""")
def divided_by_the_peak(daily_users, actions_per_day, peak=3.0):
    avg = daily_users * actions_per_day / 86_400
    return avg, avg / peak


@q.variant
def with_numpy(daily_users, actions_per_day, peak=3.0):
    return np.array([1.0, peak]) * np.float64(daily_users) * actions_per_day / 86_400


@q.variant
def as_a_list(daily_users, actions_per_day, peak=3.0):
    day = 24 * 3600
    return [daily_users / day * actions_per_day * factor for factor in (1, peak)]


q.hints(
    "Both results are for one second. Only one of them is for the busiest second.",
    "One action a day of 86 400 users is one request a second: qps(86400, 1) is (1, 3).",
    "avg = users · actions / 86 400; return avg and avg · peak, in this order.",
)
q.why("""Two numbers, because different resources follow different ones: machines, connections and
bandwidth follow the peak; storage, training data and the bill follow the average. Dividing by 10⁵
instead of 86 400 is fine in the head (14 % low); forgetting to divide is off by five orders of
magnitude and is noticed only by people who say units aloud. The peak factor is an assumption, so
it is an argument, and you say it: about 2 to 3 within one region's day, 10 and more for a launch, a
push message or a match.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Bytes on disk (3 points, 10 minutes)
#
# `rows_per_s` rows are written, all day long, of `bytes_per_row` bytes each. They are kept for
# `days` days, in `replicas` copies. Return what is stored then, **in the unit that is asked for**:
#
# - `"B"`, or `"kB"`, `"MB"`, `"GB"`, `"TB"`, `"PB"`: powers of 1000;
# - `"KiB"`, `"MiB"`, `"GiB"`, `"TiB"`, `"PiB"`: powers of 1024.
#
# Anything else is a `ValueError`: `"Gb"` may mean bits, and a guess would be off by 8.
#
# **Example.** 13 889 rows of 500 bytes for 365 days, 3 copies: 657.0 TB, which is 597.5 TiB.


# %% nbgrader={"grade_id": "storage", "solution": true}
def storage(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    """What is stored once rows have been written for `days` days.

    Args:
        rows_per_s: float. Rows written in a second, on average.
        bytes_per_row: float. Size of a row.
        days: float. How long rows are kept.
        replicas: int ≥ 1. Copies of each row.
        unit: str. "B", "kB" … "PB" or "KiB" … "PiB".

    Returns:
        float: the amount, in `unit`.

    Raises:
        ValueError: the unit is none of these.
    """
    ### BEGIN SOLUTION
    sizes = {"B": 1} | {f"{p}B": 1000.0**i for i, p in enumerate("kMGTP", 1)}
    sizes |= {f"{p}iB": 1024.0**i for i, p in enumerate("KMGTP", 1)}
    if unit not in sizes:
        raise ValueError(f"unit must be one of {', '.join(sizes)}. Got {unit!r}.")
    return rows_per_s * 86_400 * days * bytes_per_row * replicas / sizes[unit]
    ### END SOLUTION


# %% nbgrader={"grade_id": "storage_keeps_its_units", "grade": true}
"""Storage is rows times seconds times bytes times copies, in the unit that is named."""
q = Question(storage, points=3)
q.case(
    13_889,
    500,
    365,
    3,
    gives=6.5700e14,
    rtol=1e-4,
    claim="13 889 rows/s · 86 400 s/day · 365 days · 500 B · 3 copies, in B",
)
q.case(13_889, 500, 365, 3, "TB", gives=657.00, rtol=1e-4, claim="a TB has 1000⁴ bytes")
q.case(13_889, 500, 365, 3, "TiB", gives=597.54, rtol=1e-4, claim="a TiB has 1024⁴ bytes")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(2.0, 7, 0.5, 5, "kB", claim="half a day of two rows a second, in kB")
q.case(1100.0, 13, 3, 2, "PiB", claim="three days of 1100 rows a second, in PiB")
q.case(30.0, 11, 1, 1, kwargs={"unit": "MB"}, claim="one copy is the row itself")
q.case(30.0, 11, 2, 1, "GiB", claim="a GiB has 1024³ bytes")
q.raises(ValueError, 1.0, 1, 1, 1, "Gb", claim="an unclear unit is refused")
q.raises(ValueError, 1.0, 1, 1, 1, "TIB", claim="an unclear unit is refused")


@q.reference
def with_a_table(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    rows = rows_per_s * 60 * 60 * 24 * days
    powers = {"B": 0, "kB": 3, "MB": 6, "GB": 9, "TB": 12, "PB": 15}
    powers_of_two = {"KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40, "PiB": 50}
    if unit in powers:
        return rows * bytes_per_row * replicas * 10.0 ** -powers[unit]
    if unit in powers_of_two:
        return rows * bytes_per_row * replicas * 2.0 ** -powers_of_two[unit]
    raise ValueError(unit)


@q.mistake("""8 times too much: you counted bits. Rows, disks and memory are in bytes; only network
links are sold in bits a second.""")
def bits_for_bytes(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    return 8 * with_a_table(rows_per_s, bytes_per_row, days, replicas, unit)


@q.mistake("""1000 and 1024 are mixed: you divide by powers of 1024 and call the result kB, MB, GB …
Those are powers of 1000; powers of 1024 are KiB, MiB, GiB. Either will do once it is named. At TB
the two differ by 10 %.""")
def mixed_1000_vs_1024(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    binary = unit if unit == "B" or "i" in unit else f"{unit[0].upper()}iB"
    return with_a_table(rows_per_s, bytes_per_row, days, replicas, binary)


@q.mistake("""Your KiB, MiB, GiB … are powers of 1000. The i says binary: powers of 1024. This is
why a disk of "1 TB" shows as 931 GiB.""")
def the_i_is_ignored(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    decimal = unit.replace("i", "").replace("K", "k")
    return with_a_table(rows_per_s, bytes_per_row, days, replicas, unit and decimal)


@q.mistake("""The copies are missing: a store with 3 replicas holds each row three times.""")
def no_replicas(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    return with_a_table(rows_per_s, bytes_per_row, days, 1, unit)


@q.mistake("""You multiplied a rate *per second* by *days*. The units do not cancel: a day has
86 400 s, so this is 86 400 times too little.""")
def seconds_not_days(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    return with_a_table(rows_per_s, bytes_per_row, days / 86_400, replicas, unit)


@q.mistake("""A unit that you do not know gives a number all the same. "Gb" may be meant as bits:
raise ValueError instead of guessing.""")
def unknown_unit_passes(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    try:
        return with_a_table(rows_per_s, bytes_per_row, days, replicas, unit)
    except ValueError:
        return with_a_table(rows_per_s, bytes_per_row, days, replicas)


@q.mistake("""The result is always in bytes: `unit` is not used. Divide by the size of the unit.""")
def unit_not_used(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    with_a_table(1, 1, 1, 1, unit)
    return with_a_table(rows_per_s, bytes_per_row, days, replicas)


@q.mistake("""You multiplied by the size of the unit. There are *fewer* gigabytes than bytes:
divide.""")
def multiplied_by_the_unit(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    size = with_a_table(1 / 86_400, 1, 1, 1) / with_a_table(1 / 86_400, 1, 1, 1, unit)
    return with_a_table(rows_per_s, bytes_per_row, days, replicas) * size


@q.variant
def step_by_step(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    left, prefixes = rows_per_s * bytes_per_row * days * 86_400 * replicas, " KMGTP"
    if unit == "B":
        return left
    step = 1024 if unit.endswith("iB") else 1000
    prefix = unit.removesuffix("iB") if step == 1024 else unit.removesuffix("B").replace("k", "K")
    wrong_case = unit.startswith("K") and step == 1000 or unit.startswith("k") and step == 1024
    if not unit.endswith("B") or len(prefix) != 1 or prefix not in prefixes or wrong_case:
        raise ValueError(f"unknown unit {unit}")
    for _ in range(prefixes.index(prefix)):
        left /= step
    return left


@q.variant
def in_numpy(rows_per_s, bytes_per_row, days, replicas, unit="B"):
    names = ["B", "kB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB", "PiB"]
    sizes = np.concatenate([1e3 ** np.arange(6), 1024.0 ** np.arange(1, 6)])
    factors = [rows_per_s, bytes_per_row, days, replicas, 86_400]
    return np.prod(factors, dtype=float) / sizes[names.index(unit)]  # .index raises ValueError


q.hints(
    "Write the units under the product: rows/s · s/day · days · B/row · copies. What is left?",
    "storage(1, 1, 1, 1) is 86 400 (bytes), and in kB it is 86.4, in KiB 84.375.",
    "Divide the bytes by 1000**i or by 1024**i, by name; raise ValueError for any other name.",
)
q.why("""The check that finds every one of these slips is dimensional: rows/s × days leaves a "day
per second" that does not cancel. A factor 8 is bits; 1.024, 1.049, 1.074, 1.0995 are powers of
1024 over powers of 1000; 86 400 is a day. Knowing these fingerprints, you can name somebody's
mistake from the ratio alone. In an interview use powers of 1000, and say so: the difference is
below your uncertainty until PB. In a capacity plan it is a rack.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. A queue with several servers (4 points, 20 minutes)
#
# Requests arrive at random (Poisson) at rate λ = `lam_rps`, wait in one line, and are served by one
# of $c$ = `servers` servers; service takes an exponential time of mean $s$ = `service_s`. The load
# is $a=\lambda s$ and $\rho=a/c$. Arrivals find all servers busy, and wait, with probability
#
# $$C=\frac{\frac{a^c}{c!}\frac{c}{c-a}}{\sum_{k<c}\frac{a^k}{k!}+\frac{a^c}{c!}\frac{c}{c-a}},
# \qquad P(W>t)=C\,e^{-(c-a)\,t/s},\qquad \mathbb{E}W=\frac{C\,s}{c-a}.$$
#
# $W$ is the wait *before* service. Return a dict: `rho`; `p_wait` $=C$; `mean_wait_s`;
# `p99_wait_s`, the smallest $t\ge 0$ with $P(W>t)\le 0.01$; `in_flight`, the mean number of
# requests that wait **or are served**: Little's law, $L=\lambda\,\cdot$ (mean time in the system).
#
# If $\rho\ge1$ the line grows without end: `p_wait` is 1, the last three are `inf`. Up to 500
# servers must work: $500!$ is no float.
#
# **Example.** `mmc(200, 0.02, 5)`: ρ 0.8, C 0.554, mean 11.1 ms, p99 80.3 ms, 6.2 in flight.


# %% nbgrader={"grade_id": "mmc", "solution": true}
def mmc(lam_rps, service_s, servers):
    """Waiting in front of several equal servers, in the long run.

    Args:
        lam_rps: float > 0. Arrivals a second.
        service_s: float > 0. Mean service time.
        servers: int, 1 to 500.

    Returns:
        dict of floats: rho, p_wait, mean_wait_s, p99_wait_s, in_flight.
    """
    ### BEGIN SOLUTION
    load = lam_rps * service_s
    rho = load / servers
    if rho >= 1:
        forever = dict.fromkeys(("mean_wait_s", "p99_wait_s", "in_flight"), math.inf)
        return {"rho": rho, "p_wait": 1.0} | forever
    blocked = 1.0  # Erlang B by recursion: no factorial
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    p_wait = blocked / (1 - rho * (1 - blocked))
    clearing_s = service_s / (servers - load)
    return {
        "rho": rho,
        "p_wait": p_wait,
        "mean_wait_s": p_wait * clearing_s,
        "p99_wait_s": clearing_s * math.log(p_wait / 0.01) if p_wait > 0.01 else 0.0,
        "in_flight": lam_rps * (p_wait * clearing_s + service_s),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "mmc_waits_as_a_queue_does", "grade": true}
"""Waiting follows from load and servers, and agrees with a simulated queue."""
q = Question(mmc, points=4)
q.case(
    200.0,
    0.02,
    5,
    gives={
        "rho": 0.8,
        "p_wait": 0.554113,
        "mean_wait_s": 0.0110823,
        "p99_wait_s": 0.0802957,
        "in_flight": 6.21645,
    },
    rtol=1e-4,
    claim="4 busy servers' worth of load on 5 servers",
)


@q.probe(gives=[0.0803, 0.0335, 0.0089], rtol=5e-3)
def one_more_server(f):
    """From 5 to 6 to 8 servers, the p99 wait falls from 80 to 33 to 9 ms."""
    return [f(200.0, 0.02, servers)["p99_wait_s"] for servers in (5, 6, 8)]


@q.probe(gives={"rho": 1.25, "p_wait": 1.0, "p99_wait_s": math.inf})
def an_overloaded_line_never_ends(f):
    """Above ρ = 1 everybody waits, and the line grows without end."""
    got = f(250.0, 0.02, 4)
    return {key: got[key] for key in ("rho", "p_wait", "p99_wait_s")}


### BEGIN HIDDEN TESTS
q.hidden()


def simulated(lam_rps, service_s, servers, n, seed):
    """Mean wait and its standard error, of n requests in batches: first come, first served."""
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1 / lam_rps, n))
    free, waits = [0.0] * servers, []  # free: when each server is next free
    for at, service in zip(arrivals.tolist(), rng.exponential(service_s, n).tolist()):
        i = free.index(min(free))
        start = max(at, free[i])
        free[i] = start + service
        waits.append(start - at)
    batches = np.reshape(waits[n // 10 :], (30, -1)).mean(axis=1)  # the start is left out
    return batches.mean(), batches.std(ddof=1) / 30**0.5


SIMULATED = simulated(30.0, 0.1, 4, 40_000, seed=1)


@q.probe(gives="")
def a_simulated_queue_waits_as_long(f):
    """The mean wait at λ = 30, s = 0.1, c = 4 is that of a simulation, within 4 s.e."""
    mean, error = SIMULATED
    got = float(f(30.0, 0.1, 4)["mean_wait_s"])
    if abs(got - mean) <= 4 * error:
        return ""
    return f"yours is {'above' if got > mean else 'below'} {mean:.4f} ± {error:.4f} s"


q.case(90.0, 0.01, 1, claim="one server: P(wait) is ρ itself")
q.case(30.0, 0.1, 4, claim="3 busy servers' worth of load on 4")
q.case(10.0, 0.02, 7, claim="where fewer than 1 in 100 wait, the p99 wait is 0")
q.case(7000.0, 0.041, 300, claim="300 servers work too")
q.case(200.0, 0.02, 450, claim="with servers for everybody, nobody waits: log(0) is not needed")
q.case(50.0, 0.02, 1, claim="ρ = 1 is overloaded already")


@q.reference
def by_the_number_in_the_system(lam_rps, service_s, servers):
    from scipy.special import gammaincc

    load, rho = lam_rps * service_s, lam_rps * service_s / servers
    if rho >= 1:
        forever = dict.fromkeys(("mean_wait_s", "p99_wait_s", "in_flight"), math.inf)
        return {"rho": rho, "p_wait": 1.0} | forever
    n = np.arange(1, servers + int(40 / (1 - rho)) + 1)  # requests in the system
    p = np.exp(np.concatenate([[0.0], np.cumsum(np.log(load / np.minimum(n, servers)))]) - load)
    p, n = p / p.sum(), np.arange(len(p))
    ahead = np.arange(1, len(p) - servers + 1)  # services to wait for, where all are busy
    busy = p[servers:]

    def later_than(t):  # P(wait > t): so many exponential services take longer than t
        return float(busy @ gammaincc(ahead, t * servers / service_s))

    low, high = 0.0, 100 * service_s / (1 - rho)
    for _ in range(50 if busy.sum() > 0.01 else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if later_than(middle) > 0.01 else (low, middle)
    mean_wait = float(busy @ ahead) * service_s / servers
    found = {"rho": rho, "p_wait": float(busy.sum()), "mean_wait_s": mean_wait, "p99_wait_s": low}
    return found | {"in_flight": float(p @ n)}


def erlang_b(load, servers):
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def right(lam_rps, service_s, servers, p_wait=None, clearing_s=None):
    load = lam_rps * service_s
    rho = load / servers
    if rho >= 1:
        forever = dict.fromkeys(("mean_wait_s", "p99_wait_s", "in_flight"), math.inf)
        return {"rho": rho, "p_wait": 1.0} | forever
    if p_wait is None:
        blocked = erlang_b(load, servers)
        p_wait = blocked / (1 - rho * (1 - blocked))
    clearing_s = service_s / (servers - load) if clearing_s is None else clearing_s
    found = {"rho": rho, "p_wait": p_wait, "mean_wait_s": p_wait * clearing_s}
    found["p99_wait_s"] = math.log(max(p_wait / 0.01, 1)) * clearing_s
    return found | {"in_flight": lam_rps * (found["mean_wait_s"] + service_s)}


@q.mistake("""P(wait) is not ρ: that is so for one server only. Among c servers an arrival waits
only if *all* are busy, which is rarer. Your c servers behave like one that is c times as fast.""")
def one_fast_server(lam_rps, service_s, servers):
    return right(lam_rps, service_s, servers, p_wait=lam_rps * service_s / servers)


@q.mistake("""You gave each server a line of its own, with 1/c of the traffic. Requests then wait
behind a busy server while another one is free. One common line waits far less: use C(c, a).""")
def a_line_for_each_server(lam_rps, service_s, servers):
    rho = lam_rps * service_s / servers
    clearing_s = service_s / (1 - rho) if rho < 1 else None
    return right(lam_rps, service_s, servers, p_wait=rho, clearing_s=clearing_s)


@q.mistake("""This is Erlang B: the share that is *turned away* where nobody may wait. Your line
lets them wait, and those who wait keep the servers busy for others: Erlang C, with the factor
c/(c−a).""")
def erlang_b_for_c(lam_rps, service_s, servers):
    return right(lam_rps, service_s, servers, p_wait=erlang_b(lam_rps * service_s, servers))


@q.mistake("""Your p99 is that of the requests that wait. 99 % of *all* requests is asked: those
served at once count too. Solve C·exp(−(c−a)t/s) = 0.01, with C in it.""")
def p99_of_those_who_wait(lam_rps, service_s, servers):
    found = right(lam_rps, service_s, servers)
    load = lam_rps * service_s
    if load < servers:
        found["p99_wait_s"] = math.log(100) * service_s / (servers - load)
    return found


@q.mistake("""You took p99 = ln(100) · mean, as if the wait were exponential from 0. It is not: many
wait not at all, and those who wait do so for s/(c−a) on average, longer than the mean.""")
def p99_from_the_mean(lam_rps, service_s, servers):
    found = right(lam_rps, service_s, servers)
    return found | {"p99_wait_s": math.log(100) * found["mean_wait_s"]}


@q.mistake("""Your waits contain the service. W ends when service starts; the time in the system is
W plus s. (in_flight is the one that wants both.)""")
def wait_includes_service(lam_rps, service_s, servers):
    found = right(lam_rps, service_s, servers)
    return found | {key: found[key] + service_s for key in ("mean_wait_s", "p99_wait_s")}


@q.mistake("""The p99 wait is negative where fewer than 1 in 100 wait. Nobody waits less than 0:
take max(0, …).""")
def negative_p99(lam_rps, service_s, servers):
    found, load = right(lam_rps, service_s, servers), lam_rps * service_s
    if load < servers:
        found["p99_wait_s"] = math.log(max(found["p_wait"], 1e-300) / 0.01)
        found["p99_wait_s"] *= service_s / (servers - load)
    return found


@q.mistake("""in_flight counts the waiting line only. A request that is served is in flight too:
L = λ · (mean wait + service).""")
def in_flight_only_waits(lam_rps, service_s, servers):
    found = right(lam_rps, service_s, servers)
    return found | {"in_flight": lam_rps * found["mean_wait_s"]}


@q.mistake("""in_flight is λ·s, the busy servers. Those who wait are in the system as well:
L = λ · (mean wait + service).""")
def in_flight_only_served(lam_rps, service_s, servers):
    found = right(lam_rps, service_s, servers)
    busy = lam_rps * service_s
    return found | {"in_flight": busy if busy < servers else math.inf}


@q.mistake("""Above ρ = 1 your formula goes on and gives a number (even a negative wait). There is
no long run then: the line grows for as long as the overload lasts. Return inf.""")
def overload_gives_a_number(lam_rps, service_s, servers):
    if lam_rps * service_s < servers:
        return right(lam_rps, service_s, servers)
    load = lam_rps * service_s + 1e-9
    mean = service_s / (servers - load)
    found = {"rho": load / servers, "p_wait": 1.0, "mean_wait_s": mean}
    return found | {"p99_wait_s": mean * math.log(100), "in_flight": lam_rps * (mean + service_s)}


@q.mistake("""a**c and c! overflow for hundreds of servers. Build the terms from each other
(term *= a / k), use the recursion for Erlang B, or add logarithms (math.lgamma).""")
def factorials_overflow(lam_rps, service_s, servers):
    load = lam_rps * service_s
    if load < servers:
        float(load) ** servers / float(math.factorial(servers))
    return right(lam_rps, service_s, servers)


@q.mistake("""Your waits are in milliseconds. `_s` at the end of a name says seconds.""")
def waits_in_ms(lam_rps, service_s, servers):
    found = right(lam_rps, service_s, servers)
    return found | {key: 1000 * found[key] for key in ("mean_wait_s", "p99_wait_s")}


@q.variant
def in_logarithms(lam_rps, service_s, servers):
    load = lam_rps * service_s
    if load >= servers:
        return right(lam_rps, service_s, servers)
    logs = [k * math.log(load) - math.lgamma(k + 1) for k in range(servers + 1)]
    logs[servers] += math.log(servers / (servers - load))
    top = max(logs)
    terms = np.exp(np.array(logs) - top)
    return right(lam_rps, service_s, servers, p_wait=float(terms[-1] / terms.sum()))


@q.variant
def in_torch(lam_rps, service_s, servers):
    import torch

    load = torch.tensor(lam_rps * service_s, dtype=torch.float64)
    if load >= servers:
        return right(lam_rps, service_s, servers)
    k = torch.arange(servers + 1, dtype=torch.float64)
    logs = k * load.log() - torch.lgamma(k + 1)
    logs[-1] += (servers / (servers - load)).log()
    p_wait = torch.softmax(logs, 0)[-1]
    wait = p_wait * service_s / (servers - load)
    p99 = torch.clamp((p_wait / 0.01).log() * service_s / (servers - load), min=0)
    return {
        "rho": load / servers,
        "p_wait": p_wait,
        "mean_wait_s": wait,
        "p99_wait_s": p99,
        "in_flight": lam_rps * wait + load,
    }


@q.variant
def term_by_term(lam_rps, service_s, servers):
    load = lam_rps * service_s
    if load >= servers:
        return right(lam_rps, service_s, servers)
    term, total = 1.0, 0.0
    for k in range(servers):
        total += term
        term *= load / (k + 1)
    term *= servers / (servers - load)
    return right(lam_rps, service_s, servers, p_wait=term / (total + term))


q.hints(
    """Check the edges first: one server has C = ρ; many servers with little load have a p99 of 0;
at ρ ≥ 1 nothing settles.""",
    """mmc(50, 0.01, 1): ρ = 0.5, C = 0.5, mean wait 0.01, p99 = ln(50) · 0.02 = 0.0782,
in flight 50 · (0.01 + 0.01) = 1.""",
    """Build a**k / k! from the one before (term *= a / k). Solve C·exp(−(c−a)t/s) = 0.01 for t and
cut at 0. L = λ(W + s).""",
)
q.why("""All of it hangs on two numbers: C, the chance that *all* servers are busy, and s/(c−a), how
long a line takes to clear. As ρ → 1 the second explodes, whatever the first does: at one server,
ρ = 0.90, 0.95, 0.99 means waits of 9, 19, 99 services. And C says why a large fleet can run hotter
than a small one: at ρ = 0.957, 300 servers make a third of the arrivals wait, for a millisecond;
one server makes 96 % wait, for 22 services.

Erlang B is the neighbour that is often taken by mistake: a line keeps the servers busy, loss does
not. The formula with factorials is right and useless beyond 170 servers; the recursion is stable.
Real service times are not exponential: Kingman's factor (c_a² + c_s²)/2 scales the wait for others,
so a heavy tail (c_s² = 10) makes it about five times longer at the same ρ.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. How many machines? (3 points, 10 minutes)
#
# Return the smallest number of servers at which the queue of question 3 has a **p99 wait** of at
# most `max_p99_wait_s`. The arguments are those of `mmc`, which you may call; the number is at most
# 500. `max_p99_wait_s` may be 0: then at most 1 request in 100 waits at all.
#
# **Example.** 200 requests a second of 20 ms, at most 30 ms of waiting: 7 servers. The load is 4,
# so they are 57 % busy.


# %% nbgrader={"grade_id": "servers_needed", "solution": true}
def servers_needed(lam_rps, service_s, max_p99_wait_s):
    """The fewest servers whose p99 wait is short enough.

    Args:
        lam_rps: float > 0. Arrivals a second, at the peak.
        service_s: float > 0. Mean service time.
        max_p99_wait_s: float ≥ 0. What 99 % of all requests may wait at most.

    Returns:
        int: servers.
    """
    ### BEGIN SOLUTION
    servers = max(1, math.ceil(lam_rps * service_s))
    while mmc(lam_rps, service_s, servers)["p99_wait_s"] > max_p99_wait_s:
        servers += 1
    return servers
    ### END SOLUTION


# %% nbgrader={"grade_id": "servers_needed_meets_the_tail", "grade": true}
"""A fleet is sized for its tail, not for its utilisation."""
q = Question(servers_needed, points=3)
q.case(
    200.0, 0.02, 0.03, gives=7, claim="5 servers wait 80 ms at p99, 6 wait 33 ms, 7 less than 30 ms"
)
q.case(200.0, 0.02, 0.05, gives=6, claim="with 50 ms of patience 6 will do")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(1000.0, 0.05, 0.01, claim="a load of 50 with 10 ms of patience")
q.case(30.0, 0.1, 0.0, claim="without any patience, at most 1 in 100 may wait")
q.case(200.0, 0.02, 10.0, claim="with all the patience in the world, the load must still fit")
q.case(3.0, 0.01, 0.02, claim="a small load may need one server only")
q.case(1500.0, 0.1, 0.1, claim="a load of 150 with 100 ms of patience")


def waiting(lam_rps, service_s, servers):
    """(mean wait, p99 wait), by another route than question 3 asks for: terms from the top."""
    load = lam_rps * service_s
    if load >= servers:
        return math.inf, math.inf
    term, total = servers / (servers - load), servers / (servers - load)  # over a^c/c!
    ratio = 1.0
    for k in range(servers, 0, -1):
        ratio *= k / load
        total += ratio
    p_wait, clearing = term / total, service_s / (servers - load)
    return p_wait * clearing, math.log(max(100 * p_wait, 1)) * clearing


def fewest(good):
    return next(servers for servers in range(1, 501) if good(servers))


@q.reference
def from_one_server_on(lam_rps, service_s, max_p99_wait_s):
    return fewest(lambda c: waiting(lam_rps, service_s, c)[1] <= max_p99_wait_s)


@q.mistake("""You sized for a utilisation of 95 %, as if 5 % of headroom were 5 % of safety. Waiting
goes as 1/(1−ρ): on a handful of servers 95 % busy means a line most of the time. Size for the p99
wait, and let utilisation come out.""")
def util_is_fine(lam_rps, service_s, max_p99_wait_s):
    return math.floor(lam_rps * service_s / 0.95) + 1


@q.mistake("""You took the rule of thumb "80 % busy". It ignores the size of the fleet: far too hot
for 4 servers, wastefully cool for 150. Spare servers grow as the root of the load.""")
def eighty_percent_rule(lam_rps, service_s, max_p99_wait_s):
    return math.ceil(lam_rps * service_s / 0.8)


@q.mistake("""The servers just carry the load, and any burst queues up. Capacity above the load says
only that the line ends, not how long it is. Raise the number until the p99 wait is short
enough.""")
def just_above_the_load(lam_rps, service_s, max_p99_wait_s):
    return math.floor(lam_rps * service_s) + 1


@q.mistake("""You compared the *mean* wait with the limit. The mean hides the tail: most requests do
not wait at all, and the unlucky ones wait several times the mean. Compare p99_wait_s.""")
def mean_hides_tail(lam_rps, service_s, max_p99_wait_s):
    return fewest(lambda c: waiting(lam_rps, service_s, c)[0] <= max(max_p99_wait_s, 1e-9))


@q.mistake("""You counted the service into the wait. The limit is for waiting alone: service takes
its time however many servers there are.""")
def service_counted_as_wait(lam_rps, service_s, max_p99_wait_s):
    limit = max(max_p99_wait_s - service_s, 0.0)
    return fewest(lambda c: waiting(lam_rps, service_s, c)[1] <= limit)


@q.mistake("""One server too many: return the first number that is good enough.""")
def one_too_many(lam_rps, service_s, max_p99_wait_s):
    return from_one_server_on(lam_rps, service_s, max_p99_wait_s) + 1


@q.variant
def by_bisection(lam_rps, service_s, max_p99_wait_s):
    low, high = 0, 500  # low is too few, high is enough
    while high - low > 1:
        middle = (low + high) // 2
        enough = waiting(lam_rps, service_s, middle)[1] <= max_p99_wait_s
        low, high = (low, middle) if enough else (middle, high)
    return high


@q.variant
def as_a_float(lam_rps, service_s, max_p99_wait_s):
    servers = np.float64(math.floor(lam_rps * service_s) + 1)
    while waiting(lam_rps, service_s, int(servers))[1] > max_p99_wait_s:
        servers += 1
    return servers


q.hints(
    "The wait falls with each server: the answer is the first number that meets the limit.",
    "servers_needed(3, 0.01, 0.02) is 1: at 3 % load hardly anybody waits.",
    "Start at the load, rounded up; add servers until mmc(...)['p99_wait_s'] <= the limit.",
)
q.why("""Utilisation is a result here, not a target. With 10 ms of patience, a load of 4 (services
of 20 ms) wants 8 servers, 50 % busy; a load of 50 (of 50 ms) wants 61, 82 % busy; a load of 150 (of
100 ms) wants 170, 88 % busy. The spare is 1.6 to 2 times √load, so pooling pays, and a fixed
percentage is wrong at one end or the other. Two additions before you say the number aloud: one
machine may be down or deploying (n + 1, or a whole zone), and λ is the peak, not the average.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. One of a hundred is slow (2 points, 5 minutes)
#
# A page asks `n` backends at once and waits for all of them. Each is slow with probability `p`,
# independently. How likely is the page slow: that **at least one** of them is?
#
# $p$ is from 0 to 1, $n\ge0$ is an integer; without backends nothing is slow. Six digits must be
# right for $p=10^{-12}$ too, where $1-p$ has lost most of them: `math.expm1` and `math.log1p` help.
#
# **Example.** `p_any_slow(0.01, 100)` is 0.634: each backend's p99 is the page's median.


# %% nbgrader={"grade_id": "p_any_slow", "solution": true}
def p_any_slow(p, n):
    """The chance that at least one of n independent calls is slow.

    Args:
        p: float, 0 to 1. Chance that one call is slow.
        n: int ≥ 0. Calls.

    Returns:
        float, 0 to 1.
    """
    ### BEGIN SOLUTION
    if p >= 1:
        return float(n > 0)
    return -math.expm1(n * math.log1p(-p))
    ### END SOLUTION


# %% nbgrader={"grade_id": "p_any_slow_grows_with_fan_out", "grade": true}
"""Waiting for all makes the rare common."""
q = Question(p_any_slow, points=2)
q.case(0.01, 100, gives=0.633968, rtol=1e-5, claim="none of 100 is slow with 0.99¹⁰⁰ = 0.366")
q.case(0.5, 2, gives=0.75, claim="two coins: at least one head")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(0.3, 1, claim="one call is slow as often as it is slow")
q.case(0.2, 0, claim="without calls nothing is slow")
q.case(1.0, 3, claim="always slow stays always slow")
q.case(0.0, 5, claim="never slow stays never slow")
q.case(0.05, 40, claim="1 in 20, asked 40 times")
q.case(1e-12, 1000, claim="six digits for p = 1e-12 too", atol=0.0)


@q.reference
def first_slow_call(p, n):
    from fractions import Fraction

    return float(1 - (1 - Fraction(p)) ** n)


@q.mistake("""You added the probabilities: p · n. They overlap: at p = 0.01 and n = 100 you get 1,
as if every page were slow, and beyond that more than 1. None is slow with (1−p)ⁿ; take 1 minus
that.""")
def p_times_n(p, n):
    return p * n


@q.mistake("""p · n cut at 1 is still the sum of probabilities that overlap: an upper bound, good
for p · n far below 1. Take 1 − (1−p)ⁿ.""")
def p_times_n_cut_at_one(p, n):
    return min(1.0, p * n)


@q.mistake("""This is the chance that *all* are slow. One slow backend is enough to keep the page
waiting: 1 − (1−p)ⁿ.""")
def all_slow(p, n):
    return p**n if n else 0.0


@q.mistake(
    """This is the chance that *none* is slow. The page is slow in the other cases: 1 minus it."""
)
def none_slow(p, n):
    return (1 - p) ** n


@q.mistake("""Right but for rounding: at p = 1e-12, 1 − p keeps only four digits of p, so
1 − (1−p)ⁿ is off by 1e-4 and worse. Use -math.expm1(n * math.log1p(-p)).""")
def digits_lost(p, n):
    return 1 - (1 - p) ** n


@q.mistake("""1 − exp(−pn) is the limit for many calls that are each rarely slow (Poisson):
0.632 for 100 calls at 1 %, where 0.634 is exact, and far off for p = 0.5. Take 1 − (1−p)ⁿ.""")
def poisson_limit(p, n):
    return -math.expm1(-p * n)


@q.mistake("""1 − pⁿ is the chance that not *all* are slow. At least one slow is 1 − (1−p)ⁿ.""")
def not_all_slow(p, n):
    return 1 - p**n


@q.variant
def one_call_at_a_time(p, n):
    slow = 0.0
    for _ in range(n):
        slow = slow + p - slow * p  # inclusion and exclusion
    return slow


@q.variant
def with_numpy(p, n):
    with np.errstate(all="ignore"):
        return np.where(n == 0, 0.0, -np.expm1(np.float64(n) * np.log1p(-np.float64(p))))


q.hints(
    "A probability stays below 1 however many backends there are.",
    "p = 0.5, n = 2: slow-slow, slow-fast, fast-slow are 3 of 4 cases.",
    "None is slow with (1−p)**n. For tiny p: -math.expm1(n * math.log1p(-p)), and p = 1 apart.",
)
q.why("""The complement is the easy side: *all* fast is a product. p·n is a fine estimate in the
head while it is far below 1 (it is the first term), and says 100 % where the truth is 63 %. Read
backwards it is a target: for a page that is slow in 1 % of cases, each of 100 backends may be slow
in 0.01 %: you need their p99.99, which needs a million samples to measure. Independence is the weak
assumption: a shared database or a deploy makes them slow together, which is *better* for the page's
rate and worse for its worst minute.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. What a partial speed-up is worth (2 points, 5 minutes)
#
# Parts of a job take the shares `shares` (k numbers ≥ 0) of its time. Part $i$ is made
# `speedups[i]` times as fast; the rest of the job, if the shares add up to less than 1, stays as it
# is. Return how many times as fast the whole becomes. A speed-up may be below 1 (slower) or `inf`
# (gone). Shares that add up to more than 1 (by more than 10⁻⁹) are a `ValueError`.
#
# **Example.** 70 % of the time, twice as fast: `amdahl([0.7], [2.0])` is 1.538.


# %% nbgrader={"grade_id": "amdahl", "solution": true}
def amdahl(shares, speedups):
    """Speed-up of the whole from speed-ups of its parts.

    Args:
        shares: float array (k,). Share of the *old* time of each part; sum ≤ 1.
        speedups: float array (k,). How many times as fast each part becomes.

    Returns:
        float: old time over new time.

    Raises:
        ValueError: the shares add up to more than 1.
    """
    ### BEGIN SOLUTION
    shares, speedups = np.asarray(shares, float), np.asarray(speedups, float)
    rest = 1 - shares.sum()
    if rest < -1e-9:
        raise ValueError(f"shares must add up to 1 at most. Got {shares.sum():g}.")
    return 1 / (rest + (shares / speedups).sum())
    ### END SOLUTION


# %% nbgrader={"grade_id": "amdahl_adds_times", "grade": true}
"""Times add up; speeds do not."""
q = Question(amdahl, points=2)
q.case(
    np.array([0.7]),
    np.array([2.0]),
    gives=1.538462,
    rtol=1e-5,
    claim="0.3 of the time stays and 0.7 becomes 0.35",
)
q.case(
    np.array([0.9]), np.array([np.inf]), gives=10.0, claim="without 90 % of the work, 10 % is left"
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(np.array([0.5, 0.3]), np.array([4.0, 1.5]), claim="two parts and a rest")
q.case(np.array([0.2, 0.5, 0.3]), np.array([3.0, 0.5, 7.0]), claim="one part may become slower")
q.case(np.array([1.0]), np.array([5.0]), claim="all of it five times as fast")
q.raises(
    ValueError, np.array([0.7, 0.5]), np.array([2.0, 2.0]), claim="120 % of the time is refused"
)


@q.reference
def on_a_clock(shares, speedups):
    was, now = 3600.0, 3600.0
    for share, speedup in zip(np.asarray(shares).tolist(), np.asarray(speedups).tolist()):
        now += share * was / speedup - share * was
    if sum(np.asarray(shares).tolist()) > 1 + 1e-9:
        raise ValueError("more than the whole")
    return was / now


@q.mistake("""You averaged the speed-ups: 0.7 · 2 + 0.3 · 1 = 1.7. Speeds do not average over time
shares; times add up. The new time is 0.3 + 0.7/2 = 0.65, so 1/0.65 = 1.54.""")
def avg_speedups(shares, speedups):
    on_a_clock(shares, speedups)
    return float(np.dot(shares, speedups) + 1 - np.sum(shares))


@q.mistake("""The rest of the job is missing: where the shares add up to less than 1, the remainder
still takes its time. Add 1 − Σ shares to the new time.""")
def rest_forgotten(shares, speedups):
    on_a_clock(shares, speedups)
    return float(1 / np.sum(np.asarray(shares) / np.asarray(speedups)))


@q.mistake("""You multiplied the gains as if each part were improved alone. The shares are of the
*old* total: add all new times first, then divide once.""")
def gains_multiplied(shares, speedups):
    on_a_clock(shares, speedups)
    gains = 1 / (1 - np.asarray(shares) + np.asarray(shares) / np.asarray(speedups))
    return float(np.prod(gains))


@q.mistake("""This is the new time as a share of the old: the speed-up is one over it.""")
def new_time_for_speedup(shares, speedups):
    return 1 / on_a_clock(shares, speedups)


@q.mistake("""Shares above 100 % give a number (even a negative rest). Somebody measured overlapping
parts: raise ValueError.""")
def shares_not_checked(shares, speedups):
    return float(1 / (1 - np.sum(shares) + np.sum(np.asarray(shares) / np.asarray(speedups))))


@q.mistake("""You return the largest speed-up of a part. The part that you did not touch soon sets
the time: add all of the times.""")
def fastest_part(shares, speedups):
    on_a_clock(shares, speedups)
    return float(np.max(speedups))


@q.variant
def in_torch(shares, speedups):
    import torch

    shares, speedups = torch.as_tensor(shares), torch.as_tensor(speedups)
    if shares.sum() > 1 + 1e-9:
        raise ValueError("shares above 1")
    return 1 / (1 - (shares * (1 - 1 / speedups)).sum())


@q.variant
def with_the_rest_as_a_part(shares, speedups):
    parts = [*shares, 1 - sum(shares)]
    if parts[-1] < -1e-9:
        raise ValueError("shares above 1")
    return 1 / sum(s / x for s, x in zip(parts, [*speedups, 1.0], strict=True))


q.hints(
    "Times add up. Ask how long the job takes now, in shares of what it took.",
    "amdahl([0.5], [inf]) is 2: half of the time is gone.",
    "new = (1 − Σ shares) + Σ shares/speedups; return 1/new; raise if Σ shares > 1 + 1e-9.",
)
q.why("""A speed-up is a ratio of times, so only times may be added: the weights of a mean of
*speeds* would have to be shares of the work done, not of the time. The average (1.70 for 70 % at
2×) even promises more than the limit allows when the speed-up grows: 70 % at ∞ is 3.3×, whatever
you buy. Read it as a shopping list: with shares s and a speed-up x, what you gain is s(1 − 1/x) of
the time, so going from 2× to 4× on 70 % is worth 17 % of the old time, and then the other 30 % is
what binds.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Compute or memory? (3 points, 10 minutes)
#
# A matrix product $[m,k]\times[k,n]$ on a device that does `peak_flops` FLOP a second and moves
# `bw_Bps` bytes a second between memory and chip. Take the best case: each of the three matrices
# crosses once (two are read, the result is written), numbers have `number_bytes` bytes, arithmetic
# and traffic overlap fully. Then the time is the **longer** of the two.
#
# - FLOP: one multiply-add for each of $mkn$ pairs, **two FLOP** each.
# - Return `(seconds, bound)`; `bound` is `"compute"` or `"memory"`, whichever takes longer. They
#   are never equal in the tests.
#
# **Example.** 1 row × 4096 × 4096, 2 bytes, 989e12 FLOP/s, 3.35e12 B/s: 10.02 µs, memory. With 4096
# rows: 139.0 µs, compute.


# %% nbgrader={"grade_id": "matmul_roofline", "solution": true}
def matmul_roofline(m, k, n, number_bytes, peak_flops, bw_Bps):
    """The least time of a matrix product, and what binds it.

    Args:
        m, k, n: ints. Shapes (m, k) and (k, n); the result is (m, n).
        number_bytes: int. Size of one number.
        peak_flops: float. FLOP a second.
        bw_Bps: float. Bytes a second to and from memory.

    Returns:
        (seconds, bound): float, and "compute" or "memory".
    """
    ### BEGIN SOLUTION
    compute_s = 2 * m * k * n / peak_flops
    memory_s = number_bytes * (m * k + k * n + m * n) / bw_Bps
    return max(compute_s, memory_s), "compute" if compute_s > memory_s else "memory"
    ### END SOLUTION


# %% nbgrader={"grade_id": "matmul_roofline_takes_the_longer", "grade": true}
"""A product takes as long as its slower side: arithmetic or traffic."""
q = Question(matmul_roofline, points=3)
H100 = (2, 989e12, 3.35e12)
q.case(
    1,
    4096,
    4096,
    *H100,
    gives=(1.00213e-5, "memory"),
    rtol=1e-4,
    claim="one row: 33.6 MFLOP, and 33.6 MB of weights to move",
)
q.case(
    4096,
    4096,
    4096,
    *H100,
    gives=(1.38967e-4, "compute"),
    rtol=1e-4,
    claim="4096 rows: 137 GFLOP, and only 101 MB to move",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(401, 4099, 4093, *H100, claim="401 rows are enough to keep the arithmetic busy")
q.case(190, 4099, 4093, *H100, claim="190 rows are not")
q.case(7, 5, 3, 4, 100.0, 1e3, claim="a slow chip computes longer than it moves")
q.case(2, 3, 1009, 8, 1e9, 100.0, claim="the result crosses the memory bus too")


@q.reference
def multiply_add_by_multiply_add(m, k, n, number_bytes, peak_flops, bw_Bps):
    from fractions import Fraction

    operations = Fraction(m * n * k + m * n * k) / Fraction(peak_flops)
    traffic = Fraction(sum(a * b for a, b in ((m, k), (k, n), (m, n))) * number_bytes)
    traffic /= Fraction(bw_Bps)
    if operations > traffic:
        return float(operations), "compute"
    return float(traffic), "memory"


def both(m, k, n, number_bytes, peak_flops, bw_Bps, flop=2, write=True):
    traffic = m * k + k * n + m * n * write
    return flop * m * k * n / peak_flops, number_bytes * traffic / bw_Bps


def longer(compute_s, memory_s):
    return max(compute_s, memory_s), "compute" if compute_s > memory_s else "memory"


@q.mistake("""You counted multiply-adds. A device's FLOP/s count the multiplication and the
addition: one MAC is two FLOP, so the arithmetic takes twice as long.""")
def macs_as_flops(m, k, n, number_bytes, peak_flops, bw_Bps):
    return longer(*both(m, k, n, number_bytes, peak_flops, bw_Bps, flop=1))


@q.mistake("""You added the two times. Arithmetic and traffic overlap: the longer one hides the
other. Take the larger.""")
def times_added(m, k, n, number_bytes, peak_flops, bw_Bps):
    times = both(m, k, n, number_bytes, peak_flops, bw_Bps)
    return sum(times), longer(*times)[1]


@q.mistake("""The result is missing from the traffic: m · n numbers are written back.""")
def result_not_written(m, k, n, number_bytes, peak_flops, bw_Bps):
    return longer(*both(m, k, n, number_bytes, peak_flops, bw_Bps, write=False))


@q.mistake("""You moved bits: 8 times too much. `bw_Bps` and `number_bytes` are both in bytes.""")
def bits_for_bytes(m, k, n, number_bytes, peak_flops, bw_Bps):
    compute_s, memory_s = both(m, k, n, number_bytes, peak_flops, bw_Bps)
    return longer(compute_s, 8 * memory_s)


@q.mistake("""You took the shorter time. The chip waits for the slower of the two: the larger time
binds, and gives the name.""")
def shorter_time(m, k, n, number_bytes, peak_flops, bw_Bps):
    times = both(m, k, n, number_bytes, peak_flops, bw_Bps)
    return min(times), "compute" if times[0] < times[1] else "memory"


@q.mistake("""The seconds are those of the arithmetic alone, also where you say "memory": there
the chip waits for the bytes. Return the larger of the two times.""")
def arithmetic_only(m, k, n, number_bytes, peak_flops, bw_Bps):
    times = both(m, k, n, number_bytes, peak_flops, bw_Bps)
    return times[0], longer(*times)[1]


@q.mistake("""The names are swapped: "memory" binds where moving the bytes takes longer.""")
def names_swapped(m, k, n, number_bytes, peak_flops, bw_Bps):
    seconds, bound = longer(*both(m, k, n, number_bytes, peak_flops, bw_Bps))
    return seconds, "memory" if bound == "compute" else "compute"


@q.mistake("""You counted numbers, not bytes: multiply the traffic by number_bytes.""")
def numbers_for_bytes(m, k, n, number_bytes, peak_flops, bw_Bps):
    return longer(*both(m, k, n, 1, peak_flops, bw_Bps))


@q.variant
def by_intensity(m, k, n, number_bytes, peak_flops, bw_Bps):
    flop = 2 * m * k * n
    moved = number_bytes * (m * k + k * n + m * n)
    if flop / moved > peak_flops / bw_Bps:
        return flop / peak_flops, "compute"
    return moved / bw_Bps, "memory"


@q.variant
def with_numpy(m, k, n, number_bytes, peak_flops, bw_Bps):
    seconds = np.array([2.0 * m * k * n, number_bytes * (m * k + k * n + m * n)])
    seconds /= [peak_flops, bw_Bps]
    return [seconds.max(), ["compute", "memory"][int(seconds.argmax())]]


q.hints(
    "Two times, one for arithmetic and one for traffic. Which one does the chip wait for?",
    "m = k = n = 1, 1 byte, 1 FLOP/s, 1 B/s: 2 s of arithmetic, 3 s of traffic: (3.0, 'memory').",
    "max(2·m·k·n / peak_flops, number_bytes·(m·k + k·n + m·n) / bw_Bps), and which is larger.",
)
q.why("""The ratio FLOP/byte of the work (its intensity) against FLOP/s over B/s of the device (its
ridge: 295 here) decides. For m rows against a large weight matrix in 2 bytes the intensity is about
m, so up to roughly 300 rows the time is that of reading the weights: a batch of 32 costs what a
batch of 1 costs. That is why decoding is batched, why quantising weights speeds it up, and why more
FLOP/s would not. Counting MACs as FLOP moves the crossing by a factor 2 and is the most common slip
when two data sheets are compared.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. A latency budget, and where to cut (4 points, 20 minutes)
#
# Requests pass the stages of a service one after another. `stages_ms` maps each stage's name to an
# array [n] with what **the same** n requests spent there; `limit_ms` is the p99 that was promised.
# Return a dict:
#
# - `p99_ms`: the 99th percentile of the requests' **total** times;
# - `slack_ms`: the limit less that p99; negative if the promise is broken;
# - `cut`: the stage to work on: the one in which **the slow requests** (total ≥ `p99_ms`) spend
#   most, on average.
#
# Any usual definition of a percentile will do: 2 % (or 2 ms) are allowed, n ≥ 1000, and `cut` is
# never close.
#
# **Example.** If 2 % of requests wait 300 ms for a lock and all take 50 ms in the model, then the
# p99 is about 350 ms, and the lock is to be cut, although the model takes most of the mean.


# %% nbgrader={"grade_id": "budget", "solution": true}
def budget(stages_ms, limit_ms):
    """What the slow requests spend, and where.

    Args:
        stages_ms: dict from stage to float array (n,). Time of each request in that stage.
        limit_ms: float. The p99 that was promised.

    Returns:
        dict: p99_ms and slack_ms (floats), cut (a stage's name).
    """
    ### BEGIN SOLUTION
    total = sum(np.asarray(spent) for spent in stages_ms.values())  # (n,)
    p99_ms = np.quantile(total, 0.99, method="inverted_cdf")
    slow = total >= p99_ms
    cut = max(stages_ms, key=lambda name: np.asarray(stages_ms[name])[slow].mean())
    return {"p99_ms": p99_ms, "slack_ms": limit_ms - p99_ms, "cut": cut}
    ### END SOLUTION


# %% nbgrader={"grade_id": "budget_follows_the_slow_requests", "grade": true}
"""A budget is for whole requests: their percentile, and where the slow ones spend it."""
q = Question(budget, points=4)


def stalling(seed, n, **stages):
    """Stages as (mean ms, share of requests that stall, ms of a stall)."""
    rng = np.random.default_rng(seed)
    return {
        name: mean * rng.uniform(0.9, 1.1, n) + stall * (rng.permutation(n) < share * n)
        for name, (mean, share, stall) in stages.items()
    }


LOCK = stalling(1, 2000, network=(8.0, 0.0, 0.0), lock=(2.0, 0.02, 300.0), model=(50.0, 0.0, 0.0))
q.case(
    LOCK,
    400.0,
    gives={"p99_ms": 360.0, "slack_ms": 40.0, "cut": "lock"},
    rtol=0.02,
    atol=4.0,
    claim="2 % of requests wait 300 ms for a lock: with the model and the network about 360 ms",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    stalling(2, 3000, cache=(5.0, 0.015, 90.0), store=(10.0, 0.0075, 400.0), model=(60.0, 0, 0)),
    150.0,
    rtol=0.02,
    atol=2.0,
    claim="the stalls of two stages rarely meet in one request",
)
q.case(
    stalling(3, 2000, a=(30.0, 0.013, 70.0), b=(3.0, 0.013, 80.0), c=(3.0, 0.013, 75.0)),
    100.0,
    rtol=0.02,
    atol=2.0,
    claim="three stages stall in 1.3 % of requests each",
    weight=0.5,
)

q.case(
    stalling(4, 3000, first=(20.0, 0.007, 250.0), second=(25.0, 0.008, 300.0), third=(9.0, 0, 0)),
    200.0,
    rtol=0.02,
    atol=2.0,
    claim="two stages stall in fewer than 1 % of requests each, and in more than 1 % together",
)


@q.probe(gives={"p99_ms": 160.0, "slack_ms": -60.0, "cut": "second"}, rtol=0.02, atol=2.0)
def stages_that_trade(f):
    """Where one stage is fast whenever the other is slow, every request takes 160 ms."""
    first = np.tile([10.0, 110.0], 600)
    return f({"first": first, "second": 160.0 - first}, 100.0)


@q.reference
def by_sorting(stages_ms, limit_ms):
    names = list(stages_ms)
    rows = sorted(zip(*(np.asarray(stages_ms[name]).tolist() for name in names)), key=sum)
    slow = rows[math.ceil(0.99 * len(rows)) - 1 :]
    spent = [sum(row[i] for row in slow) for i in range(len(names))]
    p99 = sum(slow[0])
    return {"p99_ms": p99, "slack_ms": limit_ms - p99, "cut": names[spent.index(max(spent))]}


def at(stages_ms, q):
    return {name: float(np.quantile(spent, q)) for name, spent in stages_ms.items()}


@q.mistake("""You added the p99s of the stages. That is right only if the same requests are slow in
every stage. Else it is too much, or, where each stage stalls in fewer than 1 % of requests, too
little. Add up each request first, then take the percentile of the totals.""")
def p99_adds(stages_ms, limit_ms):
    p99 = sum(at(stages_ms, 0.99).values())
    return by_sorting(stages_ms, limit_ms) | {"p99_ms": p99, "slack_ms": limit_ms - p99}


@q.mistake("""You compared a mean with a p99. The mean hides the tail: with 2 % of requests at 360
ms it still says 66 ms. Take the 99th percentile of the totals.""")
def mean_hides_tail(stages_ms, limit_ms):
    mean = float(sum(np.mean(spent) for spent in stages_ms.values()))
    return by_sorting(stages_ms, limit_ms) | {"p99_ms": mean, "slack_ms": limit_ms - mean}


@q.mistake("""You cut the stage with the largest mean. It is slow for everybody, and hardly more so
for the slow requests; halving it moves the p99 little. Average over the slow requests only.""")
def cut_the_largest_mean(stages_ms, limit_ms):
    means = {name: np.mean(spent) for name, spent in stages_ms.items()}
    return by_sorting(stages_ms, limit_ms) | {"cut": max(means, key=means.get)}


@q.mistake("""You cut the stage with the largest p99 of its own. A stage that stalls in fewer
than 1 % of requests has a harmless p99 and may still make most of the slow requests. Look at what
those spend.""")
def cut_the_largest_own_p99(stages_ms, limit_ms):
    own = at(stages_ms, 0.99)
    return by_sorting(stages_ms, limit_ms) | {"cut": max(own, key=own.get)}


@q.mistake("""The sign of slack_ms is turned round: limit less p99, so that a broken promise is
negative.""")
def slack_turned_round(stages_ms, limit_ms):
    found = by_sorting(stages_ms, limit_ms)
    return found | {"slack_ms": -found["slack_ms"]}


@q.mistake("""You took the slowest stage of each request, as if the stages ran side by side. They
run one after another: their times add up within a request.""")
def stages_side_by_side(stages_ms, limit_ms):
    p99 = float(np.quantile(np.max([*stages_ms.values()], axis=0), 0.99))
    return by_sorting(stages_ms, limit_ms) | {"p99_ms": p99, "slack_ms": limit_ms - p99}


@q.mistake("""You took the largest of the stages' p99s. The other stages take their time too, and a
request may be slow in another stage: add up each request, then take the percentile.""")
def largest_stage_p99(stages_ms, limit_ms):
    p99 = max(at(stages_ms, 0.99).values())
    return by_sorting(stages_ms, limit_ms) | {"p99_ms": p99, "slack_ms": limit_ms - p99}


@q.mistake("""You assumed a bell curve: mean + 2.33 standard deviations. Latencies are skewed with
rare stalls; the percentile has to be counted.""")
def mean_and_deviations(stages_ms, limit_ms):
    total = sum(np.asarray(spent) for spent in stages_ms.values())
    p99 = float(total.mean() + 2.33 * total.std())
    return by_sorting(stages_ms, limit_ms) | {"p99_ms": p99, "slack_ms": limit_ms - p99}


@q.mistake("""You took the worst request, the maximum. One request in n decides then, and the number
grows with how long you look. 99 % of requests must be within the p99, not all.""")
def worst_request(stages_ms, limit_ms):
    worst = float(sum(np.asarray(spent) for spent in stages_ms.values()).max())
    return by_sorting(stages_ms, limit_ms) | {"p99_ms": worst, "slack_ms": limit_ms - worst}


@q.variant
def with_a_table(stages_ms, limit_ms):
    names, table = list(stages_ms), np.array(list(stages_ms.values()))  # (stages, n)
    totals = table.sum(axis=0)
    p99 = np.percentile(totals, 99)  # interpolated
    spent = table[:, totals >= p99].sum(axis=1)
    return {"p99_ms": p99, "slack_ms": limit_ms - p99, "cut": names[int(spent.argmax())]}


@q.variant
def in_torch(stages_ms, limit_ms):
    import torch

    names = list(stages_ms)
    table = torch.stack([torch.as_tensor(stages_ms[name]) for name in names])
    p99 = torch.quantile(table.sum(0), 0.99, interpolation="higher")
    spent = table[:, table.sum(0) >= p99].mean(dim=1)
    return {"slack_ms": limit_ms - p99, "p99_ms": p99, "cut": names[int(spent.argmax())]}


q.hints(
    "Two things are per request, not per stage: the total, and being slow.",
    """Two stages of 10 and 110 ms, one always fast when the other is slow: every total is 120 ms,
while the stage p99s add up to 220.""",
    """total = sum of the arrays; p99 = np.percentile(total, 99); then, for each stage, the mean of
its array[total >= p99].""",
)
q.why("""Percentiles do not add. Σ p99 assumes that one request has all the bad luck, which
independent stages make rare: it wastes budget (260 ms promised for a real 115). Where stages stall
in 0.7 % of requests each, it errs the other way: every p99 is fine, and that of the whole is not.
Means do add, and are silent about the promise. So measure totals, and budget the tail by who
*makes* it: a stage that stalls in 0.75 % of requests shows nothing at its own p99 and owns the p99
of the whole. In a trace store this is one query: take the slowest 1 % of traces, sum the spans by
name.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_the_tail", "task": true, "points": 4}
# ## 9. Say it in 90 seconds (4 points, graded by hand)
#
# Your manager writes: **"CPU is at 80 %, so a fifth of what we pay for idles. And every backend is
# within its 50 ms p99, yet users complain. Can we save machines, and what is wrong with the
# users?"**
#
# Write what you would say, 150 to 220 words, in the cell below this one. Use at least two numbers
# that you computed in this assignment, with their units and what you assumed. Read it aloud with a
# clock.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: agrees that 20 % is free, or blames the users.
# - **1**: says that headroom is needed "for safety" and that tails matter, as slogans.
# - **2** (mid): both mechanisms are right: waiting grows as 1/(1 − ρ), so 80 % busy means queues;
#   waiting for many backends turns each one's rare slowness into the page's common one. Numbers
#   quoted without assumptions or units.
# - **3** (senior): as 2, with numbers that bear on the decision: for instance a load of 4 on 5
#   servers waits 80 ms at p99, on 6 it waits 33 ms; 100 calls at a 1 % chance each make 63 % of
#   pages slow. Says that the answer depends on the size of the fleet (spare ∝ √load), and which p99
#   the users feel (whole requests, not backends).
# - **4** (staff): as 3, and turns it into a decision with a test: what to measure first (the totals
#   of traced requests, the slowest 1 % and their stages; ρ in the busiest minute, not the daily
#   mean), the cheapest lever (pool small fleets, hedge or drop calls, cap the queue) with its cost,
#   and what result would change the answer. Answers the manager, not the textbook.
#
# A level-4 answer: "The idle fifth is what keeps the line short. Our pools are small: four servers'
# worth of work on five machines. At that load one request in a hundred waits 80 ms before it
# starts; a sixth machine makes that 33, taking one away leaves a line that never ends. What we can
# save is elsewhere: three such pools merged carry the same load with fewer spares, because spare
# capacity grows as the root of the load. The users are right too. A page calls a hundred backends;
# each is slow one time in a hundred, so 63 % of pages meet a slow one. Our dashboards show
# backends, users see the slowest of a hundred. I assume independent calls and Poisson arrivals;
# bursts make it worse. So, this week: take the slowest 1 % of traced pages and see which stage they
# spend it in. If it is one backend, we fix its stalls; if it is spread out, we hedge the slowest
# calls, which costs a few per cent of traffic. If the busiest minute shows ρ below 60 %, you were
# right, and I will give a machine back."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
