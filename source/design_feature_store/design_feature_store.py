# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one explanation, about 150 of the {{minutes}} minutes; the worksheet beside it
# takes the rest. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** A time is a number of seconds since 1970 in UTC, unless a
# question says otherwise. `event_ts` is when something became true in the world, `created_ts` when
# it was written down where we could read it. Rows and events are tuples in lists, **in any order**
# unless a question says otherwise. *Missing* is `None`, never 0 and never NaN. No argument may be
# changed in place. Pure Python is fine, and so is NumPy.

# %% nbgrader={"grade_id": "imports", "locked": true}
import math
from datetime import UTC, datetime, timedelta

import numpy as np

from mlprep.check import Question

# %% [markdown]
# ## 1. The point-in-time join (5 points, 20 minutes)
#
# Training examples are *requests*: an entity and the moment at which a prediction was wanted. Each
# must get the feature value that serving could have read **at that moment**. A row
# `(id, event_ts, created_ts, value)` counts for a request `(id, ts)` if
#
# - it is about the same `id`;
# - it was true by then: `event_ts <= ts`;
# - it was written by then: `created_ts <= ts`;
# - it is fresh enough: `ts - event_ts <= ttl_s`.
#
# Of the rows that count take the one with the latest `event_ts`; of several with the same
# `event_ts` (corrections) the one with the latest `created_ts`. No two rows agree in all three.
# Return one value a request, in the order of the requests; `None` where no row counts.
#
# `created_ts` is mostly later than `event_ts`. It may be earlier: a price that is scheduled today
# and holds from tomorrow on.
#
# **Example.** Request `("a", 100)`, `ttl_s` 50, rows `("a", 60, 61, 1.0)`, `("a", 90, 120, 2.0)`:
# 1.0. The second row is newer, but at 100 nobody had it.


# %% nbgrader={"grade_id": "pit_join", "solution": true}
def pit_join(requests, rows, ttl_s):
    """What serving could have read for each request, at its own time.

    Args:
        requests: list of (id, ts). id is a string.
        rows: list of (id, event_ts, created_ts, value). value is a float.
        ttl_s: float ≥ 0. The greatest age of a value, counted from its event_ts.

    Returns:
        list: a float or None for each request.
    """
    ### BEGIN SOLUTION
    history = {}
    for entity, event_ts, created_ts, value in rows:
        history.setdefault(entity, []).append((event_ts, created_ts, value))
    for versions in history.values():
        versions.sort(reverse=True)  # newest event first, of equal events the newest version
    joined = []
    for entity, ts in requests:
        found = None
        for event_ts, created_ts, value in history.get(entity, []):
            if event_ts <= ts and created_ts <= ts and ts - event_ts <= ttl_s:
                found = value
                break
        joined.append(found)
    return joined
    ### END SOLUTION


# %% nbgrader={"grade_id": "pit_join_reads_what_serving_read", "grade": true}
"""Every request gets what could be read at its own time, and nothing that came later."""
q = Question(pit_join, points=5)
two_rows = [("a", 90, 120, 2.0), ("a", 60, 61, 1.0)]
q.case(
    [("a", 100)], two_rows, 50,
    gives=[1.0],
    claim="The row of 90 was written at 120: at 100 nobody could read it",
)
q.case(
    [("a", 120), ("a", 55), ("b", 100)], two_rows, 50,
    gives=[2.0, None, None],
    claim="Each request has its own moment, and one without a row keeps its place with None",
)
q.case(
    [("a", 140), ("a", 141)], [("a", 90, 95, 3.0)], 50,
    gives=[3.0, None],
    claim="A value of age 50 still counts at ttl 50, one of age 51 does not",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    [("a", 100)], [("a", 80, 130, 5.0), ("a", 80, 85, 4.0), ("a", 80, 95, 7.0)], 50,
    claim="Of several versions of one event the last one that was written by then counts",
)
q.case(
    [("a", 100)], [("a", 101, 102, 5.0), ("a", 80, 81, 4.0)], 50,
    claim="A later event is never used, however near it is",
)
q.case(
    [("a", 100)], [("a", 101, 20, 5.0), ("a", 80, 81, 4.0)], 50,
    claim="A row that was written early but holds from later on does not hold yet",
)
q.case(
    [("a", 100)], [("a", 95, 96, 7.0), ("a", 60, 99, 8.0)], 70,
    claim="An old event that was written last does not beat a newer event",
)
q.case(
    [("a", 100)], [("a", 95, 96, 0.0), ("a", 90, 91, 8.0)], 70,
    claim="A value of 0.0 is a value, and not a missing one",
)
q.case(
    [("a", 100)], [("a", 40, 90, 6.0)], 50,
    claim="Age is counted from when the value was true, not from when it was written",
)
q.case(
    [("a", 100)], [("a", 100, 100, 6.0), ("a", 99, 99, 5.0)], 50,
    claim="A row that is true and written in the very second of the request counts",
)
q.case(
    [("a", 200)], [("a", 100, 101, 6.0)], 50, claim="What is twice as old as ttl_s has expired"
)
q.case([], two_rows, 50, gives=[], claim="No requests, no values")
q.case([("a", 5)], [], 50, gives=[None], claim="An empty table gives None, not an error")


def timelines(seed, count=100):
    """Requests and rows of `count` entities, each a short random timeline."""
    rng = np.random.default_rng(seed)
    requests, rows = [], {}
    for i in range(count):
        entity = f"e{i}"
        for _ in range(int(rng.integers(0, 5))):
            event_ts = int(rng.integers(0, 12))
            created_ts = event_ts + int(rng.integers(-1, 6))
            rows[entity, event_ts, created_ts] = int(rng.integers(0, 90)) / 10
        requests += [(entity, int(rng.integers(0, 15))) for _ in range(2)]
    rows = [(*key, value) for key, value in rows.items()]
    return requests, [rows[i] for i in rng.permutation(len(rows))]


def by_brute_force(requests, rows, ttl_s):
    joined = []
    for entity, ts in requests:
        best = None
        for row in rows:
            if row[0] != entity or row[1] > ts or row[2] > ts or row[1] < ts - ttl_s:
                continue
            if best is None or (row[1], row[2]) > (best[1], best[2]):
                best = row
        joined.append(None if best is None else best[3])
    return joined


@q.probe(gives="")
def a_thousand_random_timelines(f):
    """On 1000 random timelines every request gets what trying all rows gives."""
    for seed in range(10):
        requests, rows = timelines(seed)
        got = list(f(requests, rows, 6))
        if len(got) != len(requests):
            return f"there are {len(requests)} requests and you return {len(got)} values"
        for request, mine, want in zip(requests, got, by_brute_force(requests, rows, 6)):
            if mine != want:
                own = sorted(row[1:] for row in rows if row[0] == request[0])
                return (
                    f"at ts {request[1]} and ttl 6, with (event_ts, created_ts, value) in {own}, "
                    f"yours is {mine} and it is {want}"
                )
    return ""


@q.reference
def by_replaying_the_writes(requests, rows, ttl_s):
    joined = [None] * len(requests)
    for place, (entity, ts) in sorted(enumerate(requests), key=lambda pair: pair[1][1]):
        store = {}
        for _, event_ts, _, value in sorted(
            (row for row in rows if row[0] == entity and row[2] <= ts), key=lambda row: row[2]
        ):
            store[event_ts] = value  # a later write of the same event replaces it
        valid = [event_ts for event_ts in store if ts - ttl_s <= event_ts <= ts]
        joined[place] = store[max(valid)] if valid else None
    return joined


def join(requests, rows, ttl_s, counts, order=lambda row, ts: (row[1], row[2])):
    """A join with a rule of its own for what counts and for what wins."""
    joined = []
    for entity, ts in requests:
        own = [row for row in rows if row[0] == entity and counts(row[1], row[2], ts)]
        joined.append(max(own, key=lambda row: order(row, ts))[3] if own else None)
    return joined


@q.mistake("""You took the nearest row, before or after. A value from after the request is the
future: it will not be there when you serve. Only event_ts <= ts counts, and created_ts <= ts.""")
def nearest_not_past(requests, rows, ttl_s):
    return join(
        requests, rows, ttl_s, lambda e, c, ts: abs(ts - e) <= ttl_s,
        lambda row, ts: (-abs(ts - row[1]), row[2]),
    )


@q.mistake("""You filter on event time only, so a value leaks that was written after the request. At
that moment nobody knew it yet. Filter on both: event_ts <= ts and created_ts <= ts.""")
def created_ts_ignored(requests, rows, ttl_s):
    return join(requests, rows, ttl_s, lambda e, c, ts: e <= ts and ts - e <= ttl_s)


@q.mistake("""Every request of an entity gets its newest row, whenever the request was made: today's
value on last year's examples. Look up each request at its own ts.""")
def latest_row_for_everyone(requests, rows, ttl_s):
    return join(requests, rows, ttl_s, lambda e, c, ts: True)


@q.mistake("""Values of any age are used: ttl_s is ignored. Serving would have found that value
expired. Keep rows with ts - event_ts <= ttl_s only.""")
def ttl_ignored(requests, rows, ttl_s):
    return join(requests, rows, ttl_s, lambda e, c, ts: e <= ts and c <= ts)


@q.mistake("""Requests without a value are gone: an inner join. The new and the rare disappear from
your training set, and serving will meet them all the same. Keep every request, with None.""")
def inner_join_drops_cold(requests, rows, ttl_s):
    return [value for value in by_brute_force(requests, rows, ttl_s) if value is not None]


@q.mistake("""A missing value became 0. Zero is a measurement ("no purchases"), missing is the lack
of one ("we do not know"): the model can't tell them apart any more. Return None.""")
def null_as_0(requests, rows, ttl_s):
    return [0.0 if value is None else value for value in by_brute_force(requests, rows, ttl_s)]


@q.mistake("""Missing is NaN in your list. In NumPy and pandas that is the habit, and NaN then
passes through sums and comparisons without a word. Here missing is None, as the conventions
say.""")
def nan_for_missing(requests, rows, ttl_s):
    found = by_brute_force(requests, rows, ttl_s)
    return [float("nan") if value is None else value for value in found]


@q.mistake("""A value of 0.0 became None: `value or None`, or `if value:`, takes zero for missing.
Zero was measured. Ask `is None`.""")
def zero_read_as_missing(requests, rows, ttl_s):
    return [value or None for value in by_brute_force(requests, rows, ttl_s)]


@q.mistake("""You count age from created_ts, so a stale fact that was written late passes as fresh.
Age is how long ago it was true: ts - event_ts.""")
def age_from_created_ts(requests, rows, ttl_s):
    return join(requests, rows, ttl_s, lambda e, c, ts: e <= ts and c <= ts and ts - c <= ttl_s)


@q.mistake("""The row that was written last wins, even if it is about an earlier time: a late row
brings back the past. The latest event_ts wins; created_ts only decides between equal ones.""")
def last_written_wins(requests, rows, ttl_s):
    return join(
        requests, rows, ttl_s, lambda e, c, ts: e <= ts and c <= ts and ts - e <= ttl_s,
        lambda row, ts: (row[2], row[1]),
    )


@q.mistake("""You pick the newest event first and give up if it was not written yet. At that moment
serving would have read the row before it. Filter first, then take the newest of what is left.""")
def chosen_before_filtered(requests, rows, ttl_s):
    joined = []
    for entity, ts in requests:
        own = [row for row in rows if row[0] == entity and row[1] <= ts]
        best = max(own, key=lambda row: row[1:3], default=None)
        good = best is not None and best[2] <= ts and ts - best[1] <= ttl_s
        joined.append(best[3] if good else None)
    return joined


@q.mistake("""Of several versions of one event you take the first. A row with the same event_ts and
a later created_ts is a correction: of those written by ts, the last one counts.""")
def corrections_ignored(requests, rows, ttl_s):
    return join(
        requests, rows, ttl_s, lambda e, c, ts: e <= ts and c <= ts and ts - e <= ttl_s,
        lambda row, ts: (row[1], -row[2]),
    )


@q.mistake("""You check created_ts only. A row that was written today may hold from tomorrow on (a
scheduled price): it must be true by then as well, event_ts <= ts.""")
def event_ts_ignored(requests, rows, ttl_s):
    return join(requests, rows, ttl_s, lambda e, c, ts: c <= ts and ts - e <= ttl_s)


@q.mistake("""You compare with < where the statement says <=: a row of the very second of the
request counts, and so does one of age exactly ttl_s.""")
def bounds_excluded(requests, rows, ttl_s):
    return join(requests, rows, ttl_s, lambda e, c, ts: e < ts and c < ts and ts - e < ttl_s)


@q.mistake("""Rows of other entities are used. Match the id before anything else.""")
def any_entity(requests, rows, ttl_s):
    same = [("x", *row[1:]) for row in rows]
    return by_brute_force([("x", ts) for _, ts in requests], same, ttl_s)


@q.variant
def through_max(requests, rows, ttl_s):
    joined = []
    for entity, ts in requests:
        own = (
            (event_ts, created_ts, value)
            for who, event_ts, created_ts, value in rows
            if who == entity and max(event_ts, created_ts) <= ts <= event_ts + ttl_s
        )
        joined.append(max(own, default=(None,))[-1])
    return joined


@q.variant
def with_numpy(requests, rows, ttl_s):
    ids = np.array([row[0] for row in rows], dtype=object)
    times = np.array([row[1:3] for row in rows], dtype=float).reshape(-1, 2)  # (n, 2)
    joined = []
    for entity, ts in requests:
        good = (ids == entity) & (times <= ts).all(axis=1) & (ts - times[:, 0] <= ttl_s)
        at = np.flatnonzero(good)
        joined.append(rows[at[np.lexsort(times[at].T[::-1])[-1]]][3] if at.size else None)
    return joined


@q.variant
def one_pass_over_sorted_rows(requests, rows, ttl_s):
    best = [None] * len(requests)
    for entity, event_ts, created_ts, value in sorted(rows, key=lambda row: row[1:3]):
        for i, (who, ts) in enumerate(requests):
            if who == entity and event_ts <= ts and created_ts <= ts and ts <= event_ts + ttl_s:
                best[i] = np.float64(value)
    return tuple(best)


q.hints(
    """Stand at the moment of the request and look at the table as it was then. Which rows were
there? Which of these were true, and not too old? Only then: which is the newest?""",
    """One request ("a", 100) and the rows (60, written 61) and (90, written 120): the answer is the
older one. With the second row alone it is None.""",
    """Four conditions (id, event_ts <= ts, created_ts <= ts, ts - event_ts <= ttl_s), then the
maximum by (event_ts, created_ts), else None; one item for each request.""",
)
q.why("""The order is the point: **filter, then choose**. "Newest row with event_ts <= ts" is what
most tools call point-in-time, and it answers another question: what do we know *today* about that
moment. Backfills, corrections and slow pipelines write into the past, so the same query gives
better values next month than serving ever had, and the training set changes each time it is built.

Filtering on created_ts alone would nearly do, for rows are mostly written after they are true; the
scheduled price is the exception. And missing stays missing: the inner join removes the cold
entities on which the model will be worst, the 0 tells it that they are known to be poor.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. A window that does not contain its own label (3 points, 15 minutes)
#
# "Sum of amounts in the last hour" for the transaction that you are about to score. Events are
# `(id, event_ts, created_ts, amount)`. Add the amounts of those
#
# - of the same `id`,
# - with `ts - window_s <= event_ts < ts`: the oldest second belongs to the window, **the moment of
#   the request does not**, for the event at `ts` is the one that you predict;
# - with `created_ts <= ts`.
#
# If there is none, the sum is `0.0`: of nothing we *know* that it adds up to nothing.
#
# **Example.** Card `"a"` pays 20 at 9 400 and 30 at 10 000, both written at once. The sum of the
# last 3 600 s at `ts` = 10 000 is 20.


# %% nbgrader={"grade_id": "window_sum", "solution": true}
def window_sum(events, entity, ts, window_s):
    """Sum of amounts in the window before a moment, as far as it was known at that moment.

    Args:
        events: list of (id, event_ts, created_ts, amount).
        entity: str. Whose events count.
        ts: number. The moment of the request.
        window_s: number > 0. Length of the window.

    Returns:
        float: the sum; 0.0 if no event counts.
    """
    ### BEGIN SOLUTION
    return sum(
        (
            amount
            for who, event_ts, created_ts, amount in events
            if who == entity and ts - window_s <= event_ts < ts and created_ts <= ts
        ),
        0.0,
    )
    ### END SOLUTION


# %% nbgrader={"grade_id": "window_sum_ends_before_the_request", "grade": true}
"""The window ends before the request and holds what was known at the request."""
q = Question(window_sum, points=3)
card = [("a", 9_400, 9_400, 20.0), ("a", 10_000, 10_000, 30.0), ("b", 9_900, 9_900, 70.0)]
q.case(card, "a", 10_000, 3600, gives=20.0, claim="The payment at 10 000 is the one to predict")
q.case(card, "a", 13_000, 3600, gives=50.0, claim="The second that opens the window belongs to it")
q.case(card, "c", 13_000, 3600, gives=0.0, claim="The sum over no events is 0.0")
### BEGIN HIDDEN TESTS
q.hidden()
late = [("a", 50, 70, 4.0), ("a", 55, 56, 8.0), ("a", 60, 60, 16.0), ("a", 10, 12, 32.0)]
q.case(late, "a", 60, 20, claim="An event of 50 that is written at 70 is not known at 60")
q.case(late, "a", 70, 20, claim="An event that is written in the second of the request is known")
q.case(late, "a", 61, 100, claim="A long window reaches back to the first event")
q.case(late, "a", 45, 20, claim="An event before the window does not count")
q.case(
    [("a", 65, 20, 4.0), ("a", 55, 56, 8.0)], "a", 60, 20,
    claim="An amount that is booked ahead, for 65, is not in the window before 60",
)
q.case(late, "a", 58, 3, claim="The window rolls: it does not start at a multiple of its length")


@q.probe
def random_logs(f):
    """On random logs the sum is what counting second by second gives."""
    sums = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        events = []
        for _ in range(15):
            event_ts = int(rng.integers(0, 40))
            created_ts = event_ts + int(rng.integers(0, 9))
            who = "ab"[int(rng.integers(2))]
            events.append((who, event_ts, created_ts, int(rng.integers(1, 40)) / 4))
        sums.append(f(events, "a", int(rng.integers(10, 45)), int(rng.integers(3, 20))))
    return sums


@q.reference
def second_by_second(events, entity, ts, window_s):
    total = 0.0
    for second in range(ts - window_s, ts):
        for who, event_ts, created_ts, amount in events:
            if (who, event_ts) == (entity, second) and not created_ts > ts:
                total += amount
    return total


def total(events, entity, counts):
    return float(sum(e[3] for e in events if e[0] == entity and counts(e[1], e[2])))


@q.mistake("""The event that you predict is inside its own feature. Here it is a sum; with "was it
disputed" in place of the amount it is the label. Use strictly before: event_ts < ts.""")
def label_event_in_own_window(events, entity, ts, window_s):
    return total(events, entity, lambda e, c: ts - window_s <= e <= ts and c <= ts)


@q.mistake("""The oldest second is missing: the window is closed at its beginning,
ts - window_s <= event_ts. The online code will agree with only one of the two conventions.""")
def opening_second_lost(events, entity, ts, window_s):
    return total(events, entity, lambda e, c: ts - window_s < e < ts and c <= ts)


@q.mistake("""The window is closed at the wrong end: you use (ts - window_s, ts], and the statement
says [ts - window_s, ts). The event at ts is the one that you predict.""")
def closed_at_the_wrong_end(events, entity, ts, window_s):
    return total(events, entity, lambda e, c: ts - window_s < e <= ts and c <= ts)


@q.mistake("""Events count that were written after the request. An aggregate leaks as easily as a
single value: keep created_ts <= ts.""")
def late_events_counted(events, entity, ts, window_s):
    return total(events, entity, lambda e, c: ts - window_s <= e < ts)


@q.mistake("""You ask for created_ts < ts. What is written in the second of the request can be read
in it: created_ts <= ts. Only event_ts is strict, to keep the label out.""")
def written_now_not_known(events, entity, ts, window_s):
    return total(events, entity, lambda e, c: ts - window_s <= e < ts and c < ts)


@q.mistake("""All entities are added up. Compare the id.""")
def everybodys_events(events, entity, ts, window_s):
    return total([(entity, *e[1:]) for e in events], entity,
                 lambda e, c: ts - window_s <= e < ts and c <= ts)  # fmt: skip


@q.mistake("""The window has no beginning: everything since the first event counts. Ask for
event_ts >= ts - window_s too.""")
def since_the_beginning(events, entity, ts, window_s):
    return total(events, entity, lambda e, c: e < ts and c <= ts)


@q.mistake("""Your window starts at the last full multiple of its length, like a calendar hour. So
it is nearly empty just after the hour strikes. A rolling window starts at ts - window_s.""")
def calendar_window(events, entity, ts, window_s):
    return total(events, entity, lambda e, c: ts // window_s * window_s <= e < ts and c <= ts)


@q.mistake("""Your window reaches to both sides of the request: |ts - event_ts| <= window_s. What is
booked for later is not in the last hour. The window ends before ts.""")
def window_on_both_sides(events, entity, ts, window_s):
    return total(events, entity, lambda e, c: e != ts and abs(ts - e) <= window_s and c <= ts)


@q.mistake("""You counted the events. The sum of their amounts is wanted.""")
def events_counted(events, entity, ts, window_s):
    return second_by_second([(*e[:3], 1.0) for e in events], entity, ts, window_s)


@q.mistake("""An empty window gives None. Here nothing is missing: we know that there was no event,
and the sum of none is 0.0. (A row that was never written is another matter.)""")
def none_where_empty(events, entity, ts, window_s):
    found = [e for e in events if e[0] == entity and ts - window_s <= e[1] < ts and e[2] <= ts]
    return sum(e[3] for e in found) if found else None


@q.variant
def by_prefix_sums(events, entity, ts, window_s):
    known = sorted((e[1], e[3]) for e in events if e[0] == entity and e[2] <= ts)
    sums = np.concatenate([[0.0], np.cumsum([amount for _, amount in known])])
    first, last = np.searchsorted([t for t, _ in known], [ts - window_s, ts])
    return sums[last] - sums[first]


@q.variant
def by_masks(events, entity, ts, window_s):
    own = np.array([e[1:] for e in events if e[0] == entity], dtype=np.float32).reshape(-1, 3)
    age = ts - own[:, 0]
    return own[(age > 0) & (age <= window_s) & (own[:, 1] <= ts), 2].sum()


q.hints(
    "Which event is being scored at ts, and would its own amount be in your sum?",
    """One event ("a", 100, 100, 5.0): at ts = 100 the sum is 0.0, at 101 it is 5.0, and with
window_s = 60 it is 5.0 at 160 and 0.0 at 161.""",
    "Three conditions: same id, ts - window_s <= event_ts < ts, created_ts <= ts. Add the amounts.",
)
q.why("""Half-open windows are not pedantry. Closed at the right end, the window holds the event
that is being scored; offline that event is in the table, online it is not there yet, so the feature
differs on *every* example. If what you add up comes from the label (disputes, clicks, returns), the
model sees the answer. Closed at neither end, two adjacent windows lose an event between them.

0.0 here and None in the join are the same principle: say what is known. No event in a window that
we watched is knowledge. No row for a user is ignorance.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. The same feature online (4 points, 25 minutes)
#
# Serving can't scan a table. It keeps a little state for each entity, updates it when an event
# arrives, and reads it in a millisecond. The definition of the feature is the offline code:

# %% nbgrader={"grade_id": "given_offline_mean", "locked": true}
def offline_mean(events, ts, window_s):
    """Mean amount of the events (event_ts, amount) in [ts - window_s, ts); None without any."""
    amounts = [amount for event_ts, amount in events if ts - window_s <= event_ts < ts]
    return math.fsum(amounts) / len(amounts) if amounts else None


# %% [markdown]
# Write the class `OnlineMean(window_s)` for one entity:
#
# - `add(event_ts, amount)`: an event arrives. Events arrive **in any order**, some of them late.
# - `mean(ts)`: what `offline_mean` gives for all events added so far, to nine digits, whatever the
#   amounts.
# - `size()`: how many events are held. Reads come in order: `ts` never falls. So a read at `ts`
#   must forget all events with `event_ts < ts - window_s`, and no other. `add` forgets nothing.
#
# **Example.** `window_s` 60: add(100, 4.0), add(130, 8.0); mean(140) is 6.0 and size() is 2;
# mean(170) is 8.0 and size() 1; mean(130) would be a read back in time, and is not asked.


# %% nbgrader={"grade_id": "online_mean", "solution": true}
class OnlineMean:
    """The mean amount of a rolling window, kept up event by event.

    Args:
        window_s: number > 0. Length of the window.
    """

    def __init__(self, window_s):
        ### BEGIN SOLUTION
        self.window_s = window_s
        self.events = []
        ### END SOLUTION

    def add(self, event_ts, amount):
        """An event arrives, perhaps late."""
        ### BEGIN SOLUTION
        self.events.append((event_ts, amount))
        ### END SOLUTION

    def mean(self, ts):
        """The mean of [ts - window_s, ts), or None; forgets what is older."""
        ### BEGIN SOLUTION
        self.events = [event for event in self.events if event[0] >= ts - self.window_s]
        amounts = [amount for event_ts, amount in self.events if event_ts < ts]
        return math.fsum(amounts) / len(amounts) if amounts else None
        ### END SOLUTION

    def size(self):
        """How many events are held."""
        ### BEGIN SOLUTION
        return len(self.events)
        ### END SOLUTION


# %% nbgrader={"grade_id": "online_mean_agrees_with_offline", "grade": true}
"""Replayed event by event, the online feature is the offline feature."""
q = Question(OnlineMean, points=4, name="online_mean")


@q.probe(gives=[2.0, None])
def each_object_has_its_own_events(f):
    """Two entities are two objects: neither sees the events of the other."""
    one, other = f(10), f(10)
    one.add(1, 2.0)
    return [one.mean(5), other.mean(5)]


@q.probe(gives=[6.0, 2, 8.0, 1, None, 0])
def two_events_come_and_go(f):
    """Two events of 4.0 and 8.0 enter the window, and leave it one after the other."""
    feature = f(60)
    feature.add(100, 4.0)
    feature.add(130, 8.0)
    seen = []
    for ts in (140, 170, 500):
        seen += [feature.mean(ts), feature.size()]
    return seen


@q.probe(gives=[None, 1, 5.0, 5.0, 1, None, 0])
def the_window_is_half_open(f):
    """An event at 100 is not in the window at 100, still is at 160, and no longer at 161."""
    feature = f(60)
    feature.add(100, 5.0)
    return [
        feature.mean(100), feature.size(), feature.mean(101),
        feature.mean(160), feature.size(), feature.mean(161), feature.size(),
    ]  # fmt: skip


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="")
def replay_agrees_with_offline(f):
    """Replaying a log, every read online equals the offline code on the events so far."""
    rng = np.random.default_rng(5)
    feature, so_far, ts = f(30), [], 0
    for step in range(60):
        ts += int(rng.integers(1, 9))
        for _ in range(int(rng.integers(0, 3))):
            event = max(0, ts - int(rng.integers(0, 3))), int(rng.integers(1, 1000)) / 7
            so_far.append(event)
            feature.add(*event)
        got, want = feature.mean(ts), offline_mean(so_far, ts, 30)
        if (got is None) != (want is None) or (want and abs(got - want) > 1e-9 * want):
            return f"at read {step + 1} (ts {ts}) online is {got} and offline {want}"
    return ""


@q.probe(gives=[3.0, 4.0, 1, 5.0, 2])
def a_late_event_counts(f):
    """A late event counts if its own time is in the window, and leaves by its own time."""
    feature = f(10)
    feature.add(25, 3.0)
    first = feature.mean(26)
    feature.add(20, 5.0)  # late: it leaves before the event that came before it
    second = feature.mean(27)
    feature.mean(31)
    held = feature.size()
    feature.add(28, 7.0)
    return [first, second, held, feature.mean(32), feature.size()]


@q.probe(gives=[2, 3.0, 2])
def an_event_from_the_future_takes_nothing_away(f):
    """An event that arrives does not make others expire, only a read does: a clock may run fast."""
    feature = f(10)
    feature.add(25, 3.0)
    feature.add(90, 7.0)  # its producer's clock is a minute ahead
    return [feature.size(), feature.mean(30), feature.size()]


@q.probe(gives=[4.0, 2])
def two_events_of_one_second_are_two(f):
    """Two events of the same second are two events."""
    feature = f(10)
    feature.add(5, 3.0)
    feature.add(5, 5.0)
    return [feature.mean(8), feature.size()]


@q.probe(gives=[1.5, 2])
def large_amounts_leave_nothing_behind(f):
    """When an amount of 1e17 has left the window, the small ones are exact again."""
    feature = f(10)
    feature.add(1, 1e17)
    feature.add(9, 1.0)
    feature.mean(10)
    feature.add(11, 2.0)
    return [feature.mean(15), feature.size()]


@q.probe(gives=[2.5, 0.125])
def answers_are_not_rounded(f):
    """The mean of 0.1 and 0.15 is 0.125, with no digit lost."""
    feature = f(10)
    feature.add(1, 2.0)
    feature.add(2, 3.0)
    first = feature.mean(3)
    feature.add(20, 0.1)
    feature.add(21, 0.15)
    return [first, feature.mean(25)]


@q.reference
class offline_each_time:
    def __init__(self, window_s):
        self.window_s, self.all, self.last = window_s, [], -math.inf

    def add(self, event_ts, amount):
        self.all.append((event_ts, amount))

    def mean(self, ts):
        self.all = [event for event in self.all if not event[0] < ts - self.window_s]
        return offline_mean(self.all, ts, self.window_s)

    def size(self):
        return len(self.all)


@q.mistake("""The online code rounds, and the offline code does not: two codes for one feature. The
model was trained on numbers that serving never produces. Share the code, or replay a log through
both and compare to the last digit.""")
class online_code_differs_from_offline_code(offline_each_time):
    def mean(self, ts):
        value = super().mean(ts)
        return None if value is None else round(value, 2)


@q.mistake("""Online an empty window reads 0, offline it reads None: the default differs. The model
learned what None means (a quiet customer), and serving tells it "spends 0 on average". Return
None.""")
class online_default_is_0(offline_each_time):
    def mean(self, ts):
        return super().mean(ts) or 0.0


@q.mistake("""The event at ts itself is in your mean: event_ts < ts is strict, online too. Online
this shows only if the event is added before the prediction is made, which is a race.""")
class own_event_in_the_mean(offline_each_time):
    def mean(self, ts):
        super().mean(ts)
        amounts = [amount for t, amount in self.all if ts - self.window_s <= t <= ts]
        return math.fsum(amounts) / len(amounts) if amounts else None


@q.mistake("""You drop events from the front only, as if they arrived in order of event_ts. A late
one hides behind a newer one and stays too long. Test the time of each event, or keep them
sorted.""")
class expires_in_arrival_order(offline_each_time):
    def mean(self, ts):
        while self.all and self.all[0][0] < ts - self.window_s:
            self.all.pop(0)
        amounts = [amount for t, amount in self.all if t < ts]
        return math.fsum(amounts) / len(amounts) if amounts else None


@q.mistake("""Nothing is ever forgotten. The means are right and the memory grows without end: for
2e8 users that is the outage. Forget what is older than ts - window_s at each read.""")
class never_forgets(offline_each_time):
    def mean(self, ts):
        return offline_mean(self.all, ts, self.window_s)


@q.mistake("""You keep a running sum and subtract what leaves. After 1e17 has come and gone, the
small amounts are gone too: floats do not subtract back. Add up what is in the window, or keep
integers (cents).""")
class running_sum_cancels(offline_each_time):
    total = 0.0

    def add(self, event_ts, amount):
        super().add(event_ts, amount)
        self.total += amount

    def mean(self, ts):
        for event in [event for event in self.all if event[0] < ts - self.window_s]:
            self.total -= event[1]
            self.all.remove(event)
        ahead = [amount for t, amount in self.all if t >= ts]
        count = len(self.all) - len(ahead)
        return (self.total - sum(ahead)) / count if count else None


@q.mistake("""A late event is thrown away because a newer one came first. It belongs to the window
as long as its own event_ts does; the offline code will count it.""")
class late_events_dropped(offline_each_time):
    def add(self, event_ts, amount):
        if not self.all or event_ts >= max(t for t, _ in self.all):
            super().add(event_ts, amount)


@q.mistake("""Events expire when another one arrives, by the time of the newcomer. One producer
whose clock runs ahead then empties the window. Only a read at ts may forget, and only what is older
than ts - window_s.""")
class expires_when_events_arrive(offline_each_time):
    def add(self, event_ts, amount):
        super().add(event_ts, amount)
        self.all = [event for event in self.all if event[0] >= event_ts - self.window_s]


@q.mistake("""You keep one amount for each second: the second event of a second replaces the first.
Keep a list.""")
class one_event_a_second(offline_each_time):
    def add(self, event_ts, amount):
        self.all = [event for event in self.all if event[0] != event_ts] + [(event_ts, amount)]


@q.mistake("""You divided by the length of the window. That is a rate of spending, not the mean
amount of an event: divide by the number of events.""")
class divided_by_the_window(offline_each_time):
    def mean(self, ts):
        super().mean(ts)
        amounts = [amount for t, amount in self.all if t < ts]
        return math.fsum(amounts) / self.window_s if amounts else None


@q.variant
class sorted_by_time:
    def __init__(self, window_s):
        self.window_s, self.times, self.amounts = window_s, [], []

    def add(self, event_ts, amount):
        at = int(np.searchsorted(self.times, event_ts))
        self.times.insert(at, event_ts)
        self.amounts.insert(at, amount)

    def mean(self, ts):
        first = int(np.searchsorted(self.times, ts - self.window_s))
        del self.times[:first], self.amounts[:first]
        last = int(np.searchsorted(self.times, ts))
        return np.mean(self.amounts[:last]) if last else None

    def size(self):
        return len(self.times)


@q.variant
class totals_by_second:
    def __init__(self, window_s):
        self.window_s, self.seconds = window_s, {}

    def add(self, event_ts, amount):
        self.seconds.setdefault(event_ts, []).append(amount)

    def mean(self, ts):
        for second in [second for second in self.seconds if second < ts - self.window_s]:
            del self.seconds[second]
        amounts = [a for second, group in self.seconds.items() if second < ts for a in group]
        return sum(amounts) / len(amounts) if amounts else None

    def size(self):
        return sum(len(group) for group in self.seconds.values())


q.hints(
    """Take any log, feed it to both codes in order of arrival, and compare each read. Where do they
differ first: on an empty window, a late event, the event at ts, or in the last digits?""",
    """window 10: add(25, 3.0), read at 26, add(20, 5.0): it is late. At 27 the mean is 4.0, and at
31 only the event of 25 is held, though it came first.""",
    """Keep (event_ts, amount) in a list made in __init__; in mean, keep those with
event_ts >= ts - window_s, average those of them with event_ts < ts, None if there are none.""",
)
q.why("""Every mistake here passes a look at the code and a test on one clean log; a **replay**
finds all of them. Rounding, a default and an off-by-one at the window's edge are the three that
occur most when a feature is written twice, in two languages, by two teams. The cure is one
definition for both paths; where that cannot be had, a replay in continuous integration and a daily
comparison of logged features with the offline join.

The worked solution is O(events in the window) a read. That is fine for a card with ten payments an
hour. For a busy merchant one keeps partial sums for each minute, and then the window's edge is a
minute wide: a change of *definition*, to be made in the offline code too.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. What the online store holds (3 points, 10 minutes)
#
# *Materialising* writes the newest value of each entity to the online store. Given the rows of
# question 1, return what the store holds at the moment `until`: a dict from id to
# `(event_ts, value)`. Only rows with `event_ts <= until` and `created_ts <= until` are written. The
# latest `event_ts` wins, of equal ones the latest `created_ts`. An entity without such a row has no
# key. There is no time to live here: it is applied when the store is read, which is why the store
# keeps `event_ts`.
#
# **Example.** Rows `("a", 60, 61, 1.0)` and `("a", 50, 70, 9.0)`, `until` 80: `{"a": (60, 1.0)}`.


# %% nbgrader={"grade_id": "materialize", "solution": true}
def materialize(rows, until):
    """The online store at a moment: the newest value of each entity.

    Args:
        rows: list of (id, event_ts, created_ts, value), in any order.
        until: number. The moment.

    Returns:
        dict: id → (event_ts, value).
    """
    ### BEGIN SOLUTION
    newest = {}
    for entity, event_ts, created_ts, value in rows:
        if max(event_ts, created_ts) <= until:
            if entity not in newest or (event_ts, created_ts) > newest[entity][:2]:
                newest[entity] = (event_ts, created_ts, value)
    return {entity: (event_ts, value) for entity, (event_ts, _, value) in newest.items()}
    ### END SOLUTION


# %% nbgrader={"grade_id": "materialize_never_goes_back", "grade": true}
"""The store holds the newest fact that was known, in whatever order the facts arrived."""
q = Question(materialize, points=3)
q.case(
    [("a", 60, 61, 1.0), ("a", 50, 70, 9.0)], 80,
    gives={"a": (60, 1.0)},
    claim="A late row about 50 does not replace the value of 60",
)
q.case(
    [("b", 40, 90, 3.0), ("b", 30, 31, 2.0), ("c", 85, 95, 5.0)], 80,
    gives={"b": (30, 2.0)},
    claim="What is written after 80 is not in the store at 80, and c has no key",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    [("a", 10, 30, 5.0), ("a", 10, 20, 6.0), ("b", 40, 44, 8.0), ("b", 40, 66, 9.0)], 80,
    claim="A correction of the same event replaces it, wherever it stands in the list",
)
q.case(
    [("a", 10, 80, 7.0), ("a", 5, 6, 6.0)], 80,
    claim="What is written at the moment itself is there",
)
q.case(
    [("a", 81, 20, 7.0), ("a", 5, 6, 6.0)], 80,
    claim="A value that holds from 81 on is not served at 80",
)
q.case([], 80, gives={}, claim="An empty table gives an empty store")
q.case(
    [("a", 70, 71, 0.0), ("b", 20, 79, 4.0), ("b", 30, 75, 5.0)], 80,
    claim="A value of 0.0 is a value",
)


@q.probe
def random_tables(f):
    """On random tables the store holds the newest known fact of each entity."""
    stores = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        rows = {}
        for _ in range(14):
            event_ts = int(rng.integers(0, 12))
            key = ("abcd"[int(rng.integers(4))], event_ts, event_ts + int(rng.integers(-1, 7)))
            rows[key] = int(rng.integers(0, 50)) / 2
        stores.append(f([(*key, value) for key, value in rows.items()], 9))
    return stores


@q.reference
def by_sorting(rows, until):
    known = [row for row in rows if row[1] <= until and row[2] <= until]
    return {row[0]: (row[1], row[3]) for row in sorted(known, key=lambda row: row[1:3])}


@q.mistake("""A late event overwrote a newer value: you write in the order of arrival (created_ts)
and the last write wins. Online the customer's state jumps back in time. Compare event_ts before you
write.""")
def late_event_overwrites_newer(rows, until):
    known = [row for row in rows if row[1] <= until and row[2] <= until]
    return {row[0]: (row[1], row[3]) for row in sorted(known, key=lambda row: (row[2], row[1]))}


@q.mistake("""The last row in the list wins. Rows come in any order (a file per worker, say), so the
store depends on luck. Compare event_ts, then created_ts.""")
def last_in_the_list_wins(rows, until):
    return {row[0]: (row[1], row[3]) for row in rows if row[1] <= until and row[2] <= until}


@q.mistake("""`until` is ignored: the store holds values of its own future, so a replay of last week
is fed with today's.""")
def until_ignored(rows, until):
    return by_sorting(rows, math.inf)


@q.mistake("""You compare `until` with event_ts only: rows are in the store before they were
written. Ask for created_ts <= until as well.""")
def until_is_event_time_only(rows, until):
    return by_sorting([(*row[:2], row[1], row[3]) for row in rows if row[2] > -1], until)


@q.mistake("""A row that was written early and holds from later on is served already. Ask for
event_ts <= until as well as created_ts <= until.""")
def served_before_it_holds(rows, until):
    known = [row for row in rows if row[2] <= until]
    return {row[0]: (row[1], row[3]) for row in sorted(known, key=lambda row: row[1:3])}


@q.mistake("""Corrections are lost: of rows with the same event_ts the first version stays. The
latest created_ts wins among equals.""")
def first_version_stays(rows, until):
    known = [row for row in rows if row[1] <= until and row[2] <= until]
    return {
        row[0]: (row[1], row[3]) for row in sorted(known, key=lambda row: (row[1], -row[2]))
    }


@q.mistake("""Of rows with the same event_ts the largest value wins: you compare (event_ts, value).
A correction may go down. Compare (event_ts, created_ts).""")
def largest_value_wins(rows, until):
    known = [row for row in rows if row[1] <= until and row[2] <= until]
    return {row[0]: (row[1], row[3]) for row in sorted(known, key=lambda row: (row[1], row[3]))}


@q.mistake("""You choose the newest row first and then drop it if it was not written by `until`, and
the entity with it. Filter first: the store still holds the value before.""")
def chosen_before_filtered(rows, until):
    newest = {row[0]: row for row in sorted(rows, key=lambda row: row[1:3])}
    return {
        entity: (row[1], row[3])
        for entity, row in newest.items()
        if row[1] <= until and row[2] <= until
    }


@q.mistake("""The store keeps values without their event_ts, so nobody can tell how old a value is,
and no time to live can be applied. Keep (event_ts, value).""")
def values_without_their_time(rows, until):
    return {entity: value for entity, (_, value) in by_sorting(rows, until).items()}


@q.mistake("""You store created_ts beside the value. Age is counted from event_ts: with created_ts a
backfill makes everything look fresh.""")
def keeps_created_ts(rows, until):
    known = [row for row in rows if row[1] <= until and row[2] <= until]
    return {row[0]: (row[2], row[3]) for row in sorted(known, key=lambda row: row[1:3])}


@q.mistake("""What is written at the moment `until` itself is left out: <=, not <.""")
def until_excluded(rows, until):
    return by_sorting([row for row in rows if row[1] < until and row[2] < until], until)


@q.variant
def by_max_for_each_entity(rows, until):
    store = {}
    for entity in {row[0] for row in rows}:
        own = [row[1:] for row in rows if row[0] == entity and max(row[1:3]) <= until]
        if own:
            event_ts, _, value = max(own)
            store[entity] = [np.int64(event_ts), np.float64(value)]
    return store


@q.variant
def row_by_row(rows, until):
    store, versions = {}, {}
    for entity, event_ts, created_ts, value in rows:
        if event_ts > until or created_ts > until:
            continue
        if versions.get(entity, (-math.inf, 0)) < (event_ts, created_ts):
            versions[entity] = event_ts, created_ts
            store[entity] = event_ts, value
    return store


q.hints(
    "Shuffle the rows. Does the store come out the same?",
    """[("a", 60, 61, 1.0), ("a", 50, 70, 9.0)] until 80 is {"a": (60, 1.0)}, in either order.""",
    "Skip rows with event_ts or created_ts above until; keep the row with the largest "
    "(event_ts, created_ts); return (event_ts, value) for each id.",
)
q.why("""Queues redeliver, partitions lag, backfills rewrite: **arrival order is not event order**.
A store whose write is "set if newer by (event_ts, created_ts)" reaches the same state whatever the
order and however often rows are repeated, and can be rebuilt at any time by replaying. "Set" needs
perfect delivery, for ever. Because `until` filters as the join does, reading the store at a moment
and joining offline at that moment agree: that is parity, and it can be tested.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. The parity report (3 points, 15 minutes)
#
# Log the features that serving used; later, join the same requests offline; compare the two lists.
# Entry $i$ of `served` and of `joined` belong to the same request; each is a finite number or
# `None`. Return a dict:
#
# - `missing`: the indices where exactly one of the two is `None`;
# - `off`: the indices where both are numbers and
#   $|\text{served}-\text{joined}| > \text{tol}\cdot\max(1, |\text{joined}|)$;
# - `rate`: how many of all requests are in one of these lists, as a share of all requests.
#
# Indices rise. Two `None` agree. No requests at all prove nothing: `ValueError`.
#
# **Example.** served `[1.0, None, 0.0, 5.0]`, joined `[1.0, None, None, 5.2]`, tol 0.01: missing
# `[2]`, off `[3]`, rate 0.5.


# %% nbgrader={"grade_id": "parity", "solution": true}
def parity(served, joined, tol):
    """Where the features that serving used differ from the offline join.

    Args:
        served: list of floats or None, from the serving log.
        joined: list of the same length, from the offline join.
        tol: float ≥ 0. Tolerance, relative above 1 and absolute below.

    Returns:
        dict: missing (list of int), off (list of int), rate (float).

    Raises:
        ValueError: the lists are empty.
    """
    ### BEGIN SOLUTION
    if not served:
        raise ValueError("parity: there must be a request. Got none.")
    missing, off = [], []
    for i, (a, b) in enumerate(zip(served, joined)):
        if (a is None) != (b is None):
            missing.append(i)
        elif a is not None and abs(a - b) > tol * max(1, abs(b)):
            off.append(i)
    return {"missing": missing, "off": off, "rate": (len(missing) + len(off)) / len(served)}
    ### END SOLUTION


# %% nbgrader={"grade_id": "parity_finds_every_difference", "grade": true}
"""A default, a rounding and a wrong value are all found, each in its own list."""
q = Question(parity, points=3)
q.case(
    [1.0, None, 0.0, 5.0], [1.0, None, None, 5.2], 0.01,
    gives={"missing": [2], "off": [3], "rate": 0.5},
    claim="0.0 served for a missing value is a difference, None for None is none",
)
q.case(
    [2.0, 3.0], [2.0, 3.0], 0.0,
    gives={"missing": [], "off": [], "rate": 0.0},
    claim="Equal lists agree at tolerance 0",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.raises(ValueError, [], [], 0.1, claim="An empty log proves nothing")
q.case(
    [0.13, 4.57, 0.88], [0.125, 4.5678, 0.875], 1e-6,
    claim="Values that serving rounded to cents are off at a tolerance of 1e-6",
)
q.case(
    [1001.0, 1020.0, 0.004, -0.5], [1000.0, 1000.0, 0.0, 0.5], 0.01,
    claim="1 in 1000 is within 1 %, 20 is not; 0.004 is near 0; a sign is a difference",
)
q.case(
    [4.0, 6.0, 1.0], [6.0, 4.0, 1.0], 0.1,
    claim="Two errors that cancel in the average are two errors",
)
q.case(
    [None, 2.0, 3.0, None, 7.0], [1.0, None, 3.0, None, 9.0], 0.1,
    claim="The rate is of all requests, those with None as well",
)
q.case([11.0, 9.0], [10.0, 10.0], 0.1, claim="A difference of exactly the tolerance is none")


@q.reference
def with_arrays(served, joined, tol):
    if len(served) == 0:
        raise ValueError("empty")
    a = np.array([np.nan if x is None else x for x in served], dtype=float)
    b = np.array([np.nan if x is None else x for x in joined], dtype=float)
    missing = np.isnan(a) ^ np.isnan(b)
    off = np.abs(a - b) > tol * np.maximum(1, np.abs(b))  # comparing with nan is False
    return {
        "missing": np.flatnonzero(missing).tolist(),
        "off": np.flatnonzero(off).tolist(),
        "rate": float(np.mean(missing | off)),
    }


def report(missing, off, count):
    return {"missing": missing, "off": off, "rate": len({*missing, *off}) / count}


@q.mistake("""You read None as 0 before you compare, so the most common difference of all, "online
defaults to 0, offline is missing", looks like agreement. Compare missing with missing first.""")
def missing_read_as_0(served, joined, tol):
    return with_arrays([x or 0.0 for x in served], [x or 0.0 for x in joined], tol)


@q.mistake("""Requests with a None are skipped. The store that lost half of its keys then has
perfect parity on the other half. List them under `missing`.""")
def missing_skipped(served, joined, tol):
    found = with_arrays(served, joined, tol)
    return {"missing": [], "off": found["off"], "rate": len(found["off"]) / len(served)}


@q.mistake("""You round before you compare, and so you can't see that one side rounds. Compare what
was served, as it was served, against tol.""")
def rounded_before_comparing(served, joined, tol):
    rounded = [[None if x is None else round(x, 2) for x in side] for side in (served, joined)]
    return with_arrays(*rounded, tol)


@q.mistake("""You compare averages (or distributions) and not requests. Errors in both directions
cancel, and a feature that is permuted over users passes. Compare each request with itself.""")
def averages_compared(served, joined, tol):
    if not served:
        raise ValueError("empty")
    means = [np.mean([x for x in side if x is not None] or [0.0]) for side in (served, joined)]
    same = abs(means[0] - means[1]) <= tol * max(1, abs(means[1]))
    return report([], [], 1) if same else with_arrays(served, joined, tol)


@q.mistake("""Your tolerance is absolute: for values in the thousands it flags the last float digit,
or what is harmless. It is tol · max(1, |joined|).""")
def tolerance_is_absolute(served, joined, tol):
    found = with_arrays(served, joined, 0.0)
    off = [i for i in found["off"] if abs(served[i] - joined[i]) > tol]
    return report(found["missing"], off, len(served))


@q.mistake("""Your tolerance is purely relative: near 0 every difference is infinite, and dust is
flagged. It is tol · max(1, |joined|).""")
def tolerance_is_relative(served, joined, tol):
    found = with_arrays(served, joined, 0.0)
    off = [i for i in found["off"] if abs(served[i] - joined[i]) > tol * abs(joined[i])]
    return report(found["missing"], off, len(served))


@q.mistake("""You forgot the absolute value: served too low is never found.""")
def difference_has_a_sign(served, joined, tol):
    found = with_arrays(served, joined, tol)
    return report(found["missing"], [i for i in found["off"] if served[i] > joined[i]], len(served))


@q.mistake("""The rate is a share of the requests with two numbers. It is a share of all requests,
or it gets better when more values are missing.""")
def rate_of_numbers_only(served, joined, tol):
    found = with_arrays(served, joined, tol)
    numbers = sum(a is not None and b is not None for a, b in zip(served, joined))
    return found | {"rate": (len(found["missing"]) + len(found["off"])) / max(1, numbers)}


@q.mistake("""Two missing values are counted as a difference. Offline and online agree there: nobody
knew anything.""")
def none_is_not_none(served, joined, tol):
    found = with_arrays(served, joined, tol)
    missing = [i for i, (a, b) in enumerate(zip(served, joined)) if a is None or b is None]
    return report(missing, found["off"], len(served))


@q.mistake("""An empty log is reported as perfect parity. The day on which logging breaks would be
your best day. Raise ValueError.""")
def empty_log_passes(served, joined, tol):
    return with_arrays(served, joined, tol) if served else report([], [], 1)


@q.variant
def in_comprehensions(served, joined, tol):
    pairs = list(zip(served, joined))
    missing = [i for i, pair in enumerate(pairs) if sum(x is None for x in pair) == 1]
    off = [
        i for i, (a, b) in enumerate(pairs)
        if None not in (a, b) and abs(a - b) > tol * max(1.0, abs(b))
    ]  # fmt: skip
    if not pairs:
        raise ValueError("no requests")
    return {"rate": len(missing + off) / len(pairs), "off": tuple(off), "missing": tuple(missing)}


@q.variant
def with_sets(served, joined, tol):
    everyone = range(len(served))
    if not everyone:
        raise ValueError("no requests")
    gone = [{i for i in everyone if side[i] is None} for side in (served, joined)]
    missing = gone[0] ^ gone[1]
    both = set(everyone) - gone[0] - gone[1]
    off = {i for i in both if not abs(served[i] - joined[i]) <= tol * max(1, abs(joined[i]))}
    rate = np.float32(len(missing | off)) / np.float32(len(served))
    return {"missing": np.array(sorted(missing), int), "off": sorted(off), "rate": rate}


q.hints(
    "What does your report say about a store that answers 0 to everything it has lost?",
    "served [0.0], joined [None]: missing is [0], off is [], rate is 1.0.",
    "Per index: exactly one None → missing; two numbers → compare |a - b| with tol · max(1, |b|); "
    "divide by the number of all requests, and raise ValueError if there are none.",
)
q.why("""Two kinds of difference have two causes, so they get two lists. *Missing* on one side is
plumbing: a default, an expired key, a join that lost rows. *Off* is code or time: rounding, another
window, a staler value. Monitors that compare distributions are for drift; they are blind to a
feature that is right on average and wrong for everyone. And a check that passes on no data is
worse than none, for it is believed.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Windows that must close some time (4 points, 25 minutes)
#
# Events `(event_ts, amount)` **in order of arrival** are added up in windows `[start, start +
# width_s)`, where `start` is a multiple of `width_s`. A window's sum is emitted once, when it
# closes; what comes after is late. The *watermark* is the largest `event_ts` seen so far minus
# `lateness_s` (before the first event: minus infinity). For each event:
#
# 1. If the end of its window (`start + width_s`) is at or below the watermark, its window has
#    closed: note the event's index as late. Nothing else happens.
# 2. Else add it to its window; then raise the watermark; then close every window whose end is at or
#    below the watermark, in order of `start`.
#
# Return a dict: `closed`, a list of `(start, sum)` in the order of closing; `open`, a dict from
# `start` to the sum so far; `late`, a list of indices. Windows without events never appear.
#
# **Example.** width 10, lateness 5, events (3, 1.0), (14, 2.0), (8, 4.0), (15, 8.0), (9, 16.0): the
# third is out of order but in time; 15 raises the watermark to 10, which closes `(0, 5.0)`; the
# last one, index 4, is late; window 10 is open with 10.0.


# %% nbgrader={"grade_id": "ingest", "solution": true}
def ingest(arrivals, width_s, lateness_s):
    """Sums of tumbling windows over events that arrive out of order.

    Args:
        arrivals: list of (event_ts, amount) in order of arrival. event_ts is an int ≥ 0.
        width_s: int > 0. Width of a window.
        lateness_s: int ≥ 0. How far the watermark stays behind the newest event.

    Returns:
        dict: closed (list of (start, sum)), open (dict start → sum), late (list of indices).
    """
    ### BEGIN SOLUTION
    watermark = -math.inf
    closed, late, windows = [], [], {}
    for i, (event_ts, amount) in enumerate(arrivals):
        start = event_ts // width_s * width_s
        if start + width_s <= watermark:
            late.append(i)
            continue
        windows[start] = windows.get(start, 0.0) + amount
        watermark = max(watermark, event_ts - lateness_s)
        for begin in sorted(windows):
            if begin + width_s <= watermark:
                closed.append((begin, windows.pop(begin)))
    return {"closed": closed, "open": windows, "late": late}
    ### END SOLUTION


# %% nbgrader={"grade_id": "ingest_closes_each_window_once", "grade": true}
"""A window closes once, when the watermark passes its end; what comes later is late."""
q = Question(ingest, points=4)
q.case(
    [(3, 1.0), (14, 2.0), (8, 4.0), (15, 8.0), (9, 16.0)], 10, 5,
    gives={"closed": [(0, 5.0)], "open": {10: 10.0}, "late": [4]},
    claim="8 is out of order but in time, and 9 comes after its window closed",
)
q.case(
    [(2, 1.0), (30, 2.0), (4, 4.0)], 10, 0,
    gives={"closed": [(0, 1.0)], "open": {30: 2.0}, "late": [2]},
    claim="With lateness 0 the newest event is the watermark; window 30 stays open, for the stream "
    "goes on",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case([], 10, 5, gives={"closed": [], "open": {}, "late": []}, claim="No events, nothing at all")
q.case(
    [(21, 1.0), (13, 2.0), (19, 4.0)], 10, 4,
    claim="13 is below the watermark 17, but its window is open until 20: it counts",
)
q.case(
    [(28, 1.0), (11, 2.0), (16, 4.0), (29, 8.0)], 10, 7,
    claim="A late event does not pull the watermark back: windows never open again",
)
q.case(
    [(5, 1.0), (12, 2.0), (27, 4.0), (60, 8.0)], 10, 15,
    claim="One event can close several windows: in order of start",
)
q.case(
    [(5, 1.0), (20, 2.0), (9, 4.0), (19, 8.0)], 10, 10,
    claim="A watermark exactly at the end of a window closes it",
)


@q.probe
def random_streams(f):
    """On random streams every event is in one closed window, one open window, or late."""
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        times = np.sort(rng.integers(0, 80, 25))
        order = np.argsort(times + rng.exponential(6, 25))
        events = [(int(times[i]), int(rng.integers(1, 9)) / 2) for i in order]
        found.append(f(events, 7, int(rng.integers(0, 12))))
    return found


@q.reference
def from_the_definition(arrivals, width_s, lateness_s):
    late, sums, closing = [], {}, {}
    for i, (event_ts, amount) in enumerate(arrivals):
        start = event_ts - event_ts % width_s
        before = [t for t, _ in arrivals[:i]]
        if before and max(before) - lateness_s >= start + width_s:
            late.append(i)
        else:
            sums[start] = sums.get(start, 0.0) + amount
    for start in sums:
        past = [i for i, (t, _) in enumerate(arrivals) if t - lateness_s >= start + width_s]
        if past:
            closing[start] = min(past)
    order = sorted(closing, key=lambda start: (closing[start], start))
    return {
        "closed": [(start, sums[start]) for start in order],
        "open": {start: total for start, total in sums.items() if start not in closing},
        "late": late,
    }


def stream(arrivals, width_s, lateness_s, drop="window", falls=False, ends=0, strict=False,
           keep_late=False):  # fmt: skip
    """A right stream processor with switches for what can go wrong."""
    mark, closed, late, windows = -math.inf, [], [], {}
    for i, (event_ts, amount) in enumerate(arrivals):
        start = event_ts // width_s * width_s
        end = start + width_s + ends
        gone = event_ts < mark if drop == "event" else end < mark or (end == mark and not strict)
        if gone:
            late.append(i)
            if not keep_late:
                if falls:
                    mark = event_ts - lateness_s
                continue
        windows[start] = windows.get(start, 0.0) + amount
        mark = event_ts - lateness_s if falls else max(mark, event_ts - lateness_s)
        for begin in sorted(windows):
            end = begin + width_s + ends
            if end < mark or (end == mark and not strict):
                closed.append((begin, windows.pop(begin)))
    return {"closed": closed, "open": windows, "late": late}


@q.mistake("""You drop every event below the watermark. Late is only what belongs to a window that
has closed: as long as its window is open, an event in the wrong order costs nothing to count.""")
def late_is_below_the_watermark(arrivals, width_s, lateness_s):
    return stream(arrivals, width_s, lateness_s, drop="event")


@q.mistake("""Your watermark follows the last event and falls when an old one arrives, so windows
that have been emitted open again. It is the largest event_ts so far minus lateness_s: it never
falls.""")
def watermark_falls(arrivals, width_s, lateness_s):
    return stream(arrivals, width_s, lateness_s, falls=True)


@q.mistake("""A late event is added all the same: its window is emitted a second time with what came
late only, and whoever adds the two up or replaces one by the other gets a wrong sum. Note its
index, and nothing else.""")
def late_event_reopens_the_window(arrivals, width_s, lateness_s):
    return stream(arrivals, width_s, lateness_s, keep_late=True)


@q.mistake("""lateness_s is ignored: the newest event closes everything before it, and each event
that is a little out of order is lost. Subtract lateness_s.""")
def no_allowance(arrivals, width_s, lateness_s):
    return stream(arrivals, width_s, 0)


@q.mistake("""You add lateness_s to the newest event. The watermark says "nothing older will come":
waiting longer means a *smaller* watermark, newest − lateness_s.""")
def watermark_runs_ahead(arrivals, width_s, lateness_s):
    return stream(arrivals, width_s, -lateness_s)


@q.mistake("""A window closes when the watermark reaches its beginning, so it is emitted while its
own events are still to come. Compare the watermark with its end, start + width_s.""")
def closes_at_its_beginning(arrivals, width_s, lateness_s):
    return stream(arrivals, width_s, lateness_s, ends=-width_s)


@q.mistake("""A watermark exactly at the end of a window closes it: the window does not contain its
end, so nothing of it can come any more. Use <=.""")
def waits_one_more_second(arrivals, width_s, lateness_s):
    return stream(arrivals, width_s, lateness_s, strict=True)


@q.mistake("""Late events disappear without a trace. The sums are right, and nobody will ever learn
how much is missing from them. Return their indices.""")
def late_events_unreported(arrivals, width_s, lateness_s):
    return stream(arrivals, width_s, lateness_s) | {"late": []}


@q.mistake("""Windows are never closed while the stream runs. A stream has no end: emit a window
when the watermark passes its end.""")
def nothing_closes(arrivals, width_s, lateness_s):
    return stream(arrivals, width_s, math.inf)


@q.mistake("""Windows without events are emitted with 0. The statement leaves them out: over a night
of silence and 2e8 entities they would be most of your output.""")
def empty_windows_emitted(arrivals, width_s, lateness_s):
    found = stream(arrivals, width_s, lateness_s)
    starts = [start for start, _ in found["closed"]]
    if starts:
        sums = dict(found["closed"])
        newest = max(t for t, _ in arrivals) - lateness_s
        every = range(min(starts), int(newest) - width_s + 1, width_s)
        extra = [(s, 0.0) for s in every if s not in sums and s not in found["open"]]
        found["closed"] = sorted(found["closed"] + extra)
    return found


@q.variant
def window_by_number(arrivals, width_s, lateness_s):
    newest, sums, late, closed = None, {}, [], []
    for i, (event_ts, amount) in enumerate(arrivals):
        number = event_ts // width_s
        if newest is not None and (number + 1) * width_s + lateness_s <= newest:
            late += [i]
            continue
        sums[number] = sums.get(number, 0.0) + amount
        newest = event_ts if newest is None else max(newest, event_ts)
        done = [n for n in sorted(sums) if (n + 1) * width_s + lateness_s <= newest]
        closed += [[n * width_s, sums.pop(n)] for n in done]
    return {"late": late, "closed": closed, "open": {n * width_s: s for n, s in sums.items()}}


@q.variant
def running_maximum_first(arrivals, width_s, lateness_s):
    times = np.array([t for t, _ in arrivals], dtype=np.int64)
    after = np.maximum.accumulate(times) - lateness_s if len(times) else times
    before = np.concatenate([[-(10**12)], after[:-1]]) if len(times) else times
    starts = times - times % width_s
    late = np.flatnonzero(starts + width_s <= before)
    sums = {}
    for i in np.setdiff1d(np.arange(len(times)), late):
        sums[int(starts[i])] = sums.get(int(starts[i]), 0.0) + arrivals[i][1]
    mark = after[-1] if len(times) else 0
    step = {s: int(np.searchsorted(after, s + width_s)) for s in sums if s + width_s <= mark}
    order = sorted(step, key=lambda s: (step[s], s))
    return {
        "closed": [(s, sums[s]) for s in order],
        "open": {s: total for s, total in sums.items() if s not in step},
        "late": late,
    }


q.hints(
    """Is each event in exactly one place (closed, open or late), and is each window emitted at most
once? Which of your rules breaks this when an old event arrives?""",
    """width 10, lateness 4: (21, 1.0), (13, 2.0). The watermark is 17, above 13; but the window of
13 ends at 20 and is open, so 13 counts and nothing is late.""",
    """Compare the *end of the event's window* with the watermark before this event; then add; then
watermark = max(watermark, event_ts - lateness_s); then close all windows with end <= watermark.""",
)
q.why("""A watermark is a claim, "nothing older than this will come", and lateness_s is what you pay
for its being true more often: every result is later by as much. No value is right for ever, so the
late list matters more than the choice: it is the measured error of the claim. Three things are
kept apart: out of order (harmless while the window is open), late (its window was emitted), and
stalled (no events at all: this watermark stands still and nothing closes, which is why real ones
advance with idle sources too).

What to do with the late ones is a decision: drop and count them, emit a correction (then every
reader must replace, not add), or let the nightly backfill rewrite the day.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. A backfill that may be run twice (4 points, 20 minutes)
#
# A bug was fixed, and the daily totals of some days must be computed again from the raw log. Write
# the job so that it can be run again at any time, after a crash too.
#
# - `table`: dict from `(id, day)` to a total; a day is a text such as `"2026-03-02"`, **in UTC**.
# - `events`: list of `(event_id, id, stamp, amount)`. The log is delivered *at least once*: an
#   `event_id` may come several times, as the same event, and counts once.
# - A stamp is ISO 8601 text **with an offset**: `"2026-03-01T23:30:00-05:00"` is
#   `"2026-03-02T04:30:00Z"`, and so belongs to March 2nd. Without an offset nobody knows when it
#   was: `ValueError`, whatever the day. (`datetime.fromisoformat` reads all of these.)
#
# Return a **new** table. For the days from `first_day` to `last_day`, both included, it has exactly
# the entries that follow from `events`: entries that no event supports are gone. All other days are
# as they were.
#
# **Example.** table `{("a", "2026-03-01"): 5.0, ("a", "2026-03-02"): 9.0}`, one event
# `(7, "a", "2026-03-01T23:30:00-05:00", 3.0)`, days `"2026-03-02"` to `"2026-03-02"`:
# `{("a", "2026-03-01"): 5.0, ("a", "2026-03-02"): 3.0}`.


# %% nbgrader={"grade_id": "backfill", "solution": true}
def backfill(table, events, first_day, last_day):
    """The table with the totals of some days computed again from the log.

    Args:
        table: dict (id, day) → total. day: "YYYY-MM-DD" in UTC.
        events: list of (event_id, id, stamp, amount). stamp: ISO 8601 with an offset.
        first_day, last_day: "YYYY-MM-DD" in UTC, both included.

    Returns:
        dict: the new table.

    Raises:
        ValueError: a stamp has no offset.
    """
    ### BEGIN SOLUTION
    totals, seen = {}, set()
    for event_id, entity, stamp, amount in events:
        moment = datetime.fromisoformat(stamp)
        if moment.tzinfo is None:
            raise ValueError(f"backfill: a stamp needs an offset. Got {stamp!r}.")
        day = moment.astimezone(UTC).date().isoformat()
        if event_id not in seen and first_day <= day <= last_day:
            totals[entity, day] = totals.get((entity, day), 0.0) + amount
        seen.add(event_id)
    kept = {key: total for key, total in table.items() if not first_day <= key[1] <= last_day}
    return kept | totals
    ### END SOLUTION


# %% nbgrader={"grade_id": "backfill_may_be_run_twice", "grade": true}
"""The days are replaced, not added to, and a second run changes nothing."""
q = Question(backfill, points=4)
DAYS = [f"2026-03-{day:02d}" for day in range(1, 9)]
q.case(
    {("a", DAYS[0]): 5.0, ("a", DAYS[1]): 9.0},
    [(7, "a", "2026-03-01T23:30:00-05:00", 3.0)], DAYS[1], DAYS[1],
    gives={("a", DAYS[0]): 5.0, ("a", DAYS[1]): 3.0},
    claim="23:30 at -05:00 is 04:30 UTC on the day after, and 3.0 replaces 9.0",
)


@q.probe(gives=True)
def a_second_run_changes_nothing(f):
    """Running the job on its own result gives the same table."""
    events = [(1, "a", "2026-03-02T10:00:00+00:00", 4.0), (2, "b", "2026-03-03T10:00:00Z", 2.0)]
    once = f({}, events, DAYS[1], DAYS[2])
    return bool(once) and f(once, events, DAYS[1], DAYS[2]) == once


@q.probe(gives={("b", "2026-03-01"): 8.0})
def a_total_without_events_goes(f):
    """A total that no event supports any more is removed, not left."""
    return f({("a", DAYS[1]): 7.0, ("b", DAYS[0]): 8.0}, [], DAYS[1], DAYS[2])


### BEGIN HIDDEN TESTS
q.hidden()
MIXED = [
    (1, "a", "2026-03-02T00:00:00Z", 1.0),
    (2, "a", "2026-03-03T01:30:00+02:00", 2.0),  # 23:30 UTC on the 2nd
    (1, "a", "2026-03-02T00:00:00Z", 1.0),  # delivered again
    (3, "a", "2026-03-02T00:00:00Z", 1.0),  # another event that looks the same
    (4, "b", "2026-03-04T23:59:59.500+00:00", 8.0),
    (5, "b", "2026-03-04T22:00:00-05:00", 16.0),  # 03:00 UTC on the 5th
    (6, "c", "2026-03-01T18:00:00-06:00", 32.0),  # midnight UTC, the 2nd begins
    (8, "f", "2026-03-05T03:00:00-05:00", 64.0),  # 08:00 UTC on the 5th
]
OLD = {("a", day): 100.0 for day in DAYS[:5]} | {("d", DAYS[2]): 50.0, ("e", DAYS[6]): 25.0}
q.case(OLD, MIXED, DAYS[1], DAYS[3], claim="Days are UTC days, repeats count once, both ends count")
q.case(OLD, MIXED, DAYS[4], DAYS[4], claim="Other days stay as they were, with events and without")
q.case(OLD, MIXED[:1] + MIXED[3:4], DAYS[1], DAYS[1], claim="Equal content is not the same event")
q.raises(
    ValueError, {}, [(1, "a", "2026-03-02T10:00:00", 1.0)], DAYS[0], DAYS[5],
    claim="A stamp without an offset is refused",
)
q.raises(
    ValueError, {}, [(1, "a", "2026-03-07T10:00:00", 1.0)], DAYS[0], DAYS[1],
    claim="A stamp without an offset is refused on any day: we can't know which it is",
)


@q.reference
def by_seconds_since_1970(table, events, first_day, last_day):
    new = {key: total for key, total in table.items() if key[1] < first_day or key[1] > last_day}
    for _, entity, stamp, amount in {event[0]: event for event in events}.values():
        moment = datetime.fromisoformat(stamp)
        if moment.utcoffset() is None:
            raise ValueError(stamp)
        number = math.floor(moment.timestamp() / 86_400)
        day = str(np.datetime64(number, "D"))
        if first_day <= day <= last_day:
            new[entity, day] = new.get((entity, day), 0.0) + amount
    return new


def shifted(events, shift):
    """The events with stamps whose UTC day is what a wrong rule makes of them."""
    changed = []
    for event_id, entity, stamp, amount in events:
        moment = datetime.fromisoformat(stamp)
        if moment.tzinfo is None:
            raise ValueError(stamp)
        moment = moment.replace(tzinfo=UTC) + shift(moment.utcoffset())
        changed.append((event_id, entity, moment.isoformat(), amount))
    return changed


@q.mistake("""The totals are added to what is there: a second run, or the retry after a crash,
counts every event again. Replace the days, do not add to them.""")
def backfill_double_count(table, events, first_day, last_day):
    fresh = by_seconds_since_1970({}, events, first_day, last_day)
    return dict(table) | {key: table.get(key, 0.0) + total for key, total in fresh.items()}


@q.mistake("""You take the day from the text and drop the offset. 23:30 in New York is the next day
in UTC: whatever happens near midnight lands on the wrong day, and online code that uses UTC will
disagree. Convert first: moment.astimezone(UTC).""")
def naive_timezone(table, events, first_day, last_day):
    wrong = shifted(events, lambda offset: timedelta(0))
    return by_seconds_since_1970(table, wrong, first_day, last_day)


@q.mistake("""You applied the offset in the wrong direction. -05:00 means five hours *behind* UTC:
UTC is local time minus the offset.""")
def offset_added(table, events, first_day, last_day):
    return by_seconds_since_1970(table, shifted(events, lambda offset: offset), first_day, last_day)


@q.mistake("""A stamp without an offset is taken for UTC. That is a guess, off by hours for whoever
wrote local time, and nobody will notice. Raise ValueError.""")
def naive_stamps_accepted(table, events, first_day, last_day):
    known = [
        (*e[:2], e[2] if datetime.fromisoformat(e[2]).tzinfo else e[2] + "Z", e[3]) for e in events
    ]
    return by_seconds_since_1970(table, known, first_day, last_day)


@q.mistake("""An event that was delivered twice counts twice. "At least once" is the usual promise
of a queue: remember the event_ids that you have counted.""")
def repeats_counted(table, events, first_day, last_day):
    numbered = [(i, *event[1:]) for i, event in enumerate(events)]
    return by_seconds_since_1970(table, numbered, first_day, last_day)


@q.mistake("""You drop events that look alike. Two payments of the same amount in the same second
are two payments: only the event_id says that it is the same one.""")
def repeats_told_by_content(table, events, first_day, last_day):
    named = [(event[1:], *event[1:]) for event in events]
    return by_seconds_since_1970(table, named, first_day, last_day)


@q.mistake("""Old totals stay where the log has no event any more: you only overwrite (an upsert).
What the bug had invented survives the repair. Remove the days first, then write them.""")
def stale_totals_left(table, events, first_day, last_day):
    return dict(table) | by_seconds_since_1970({}, events, first_day, last_day)


@q.mistake("""The last day is missing. Both ends are included here; say so in the job's own
documentation, for half of your colleagues will assume the other.""")
def last_day_excluded(table, events, first_day, last_day):
    fresh = by_seconds_since_1970({}, events, first_day, last_day)
    changed = {key: total for key, total in fresh.items() if key[1] < last_day}
    kept = {k: v for k, v in table.items() if not first_day <= k[1] < last_day}
    return kept | changed


@q.mistake("""The other days are gone: you return only what was computed again. Copy what lies
outside the range.""")
def other_days_lost(table, events, first_day, last_day):
    return by_seconds_since_1970({}, events, first_day, last_day)


@q.mistake("""You write every day that occurs in the log. The log may hold only a part of the days
outside the range, so good totals are replaced by partial ones. Write the range only.""")
def writes_outside_the_range(table, events, first_day, last_day):
    kept = {k: v for k, v in table.items() if not first_day <= k[1] <= last_day}
    return kept | by_seconds_since_1970({}, events, "0000-00-00", "9999-99-99")


@q.variant
def through_strftime(table, events, first_day, last_day):
    by_id, new = {}, dict(table)
    for event_id, *rest in events:
        by_id.setdefault(event_id, rest)
    for key in table:
        if first_day <= key[1] <= last_day:
            del new[key]
    for entity, stamp, amount in by_id.values():
        moment = datetime.fromisoformat(stamp)
        if not moment.tzinfo:
            raise ValueError("no offset")
        key = entity, (moment - moment.utcoffset()).strftime("%Y-%m-%d")
        if first_day <= key[1] <= last_day:
            new[key] = np.float64(new.get(key, 0)) + amount
    return new


@q.variant
def day_by_day(table, events, first_day, last_day):
    by_day = {}
    for _, entity, stamp, amount in {event[0]: event for event in events}.values():
        moment = datetime.fromisoformat(stamp)
        if moment.tzinfo is None:
            raise ValueError(stamp)
        by_day.setdefault(str(moment.astimezone(UTC).date()), []).append((entity, amount))
    new = table.copy()
    day = datetime.fromisoformat(first_day).date()
    while day.isoformat() <= last_day:
        for key in [key for key in new if key[1] == day.isoformat()]:
            new.pop(key)
        for entity, amount in by_day.get(day.isoformat(), []):
            new[entity, day.isoformat()] = amount + new.get((entity, day.isoformat()), 0.0)
        day += timedelta(days=1)
    return new


q.hints(
    """Run your job on its own output. Then run it on a table that has a total which no event
supports. Do you get what the log says, both times?""",
    """table {("a", "2026-03-02"): 7.0}, no events, that day only: the result is {}. And one event
that is in the log twice, with amount 3.0, gives 3.0.""",
    """Convert to UTC, then take the date. One event for each event_id. Build the totals of the
range from nothing; result = old entries outside the range + these.""",
)
q.why("""**Overwrite a partition, never add to it.** A job that computes "what is true for these
days" from the raw log can be retried, run twice or run in parallel by day; a job that computes
"what to add" is right only if it runs exactly once, and nothing runs exactly once. The upsert is
half of the way: it repairs totals that still exist and keeps those that should not.

The day is a choice as well. A UTC day is the same for producers in every country and has 24 hours;
a local day has 23 or 25 twice a year. If the feature means the customer's day, convert to *their*
zone by name, in one shared function. And a stamp without an offset carries no moment at all.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. The numbers (3 points, 10 minutes)
#
# Return a dict of floats:
#
# | key | what |
# |---|---|
# | `raw_bytes` | one value of each feature for each entity |
# | `stored_bytes` | the same in all replicas |
# | `reads_per_s` | keys read a second at the peak: `peak_rps` requests of `keys_per_request` each |
# | `calls_per_s` | calls to the store: one carries at most `keys_per_call` keys, of one request |
# | `worst_age_s`, `mean_age_s` | age of a value when it is read, see below |
# | `backfill_h` | hours for `backfill_rows` at `rows_per_s` **a worker** |
#
# Age: a batch job starts every `period_s`, reads the log up to its start, takes `run_s`, and then
# `push_s` to write the store. All values are replaced at the end of the push, and serve until the
# next push ends. Reads come at any time alike. Age is counted from the start of the job.
#
# **Example.** 2e8 entities, 500 features of 8 bytes, 3 replicas, 41 667 requests/s of 501 keys, 100
# a call; every 3600 s, 900 s and 300 s; 7.3e10 rows at 50 000 a second and worker, 40 workers:
# 0.8 TB, 2.4 TB, 20.9 million reads/s, 250 002 calls/s, 4800 s, 3000 s, 10.1 h.


# %% nbgrader={"grade_id": "store_numbers", "solution": true}
def store_numbers(
    entities, features, value_bytes, replicas, peak_rps, keys_per_request, keys_per_call,
    period_s, run_s, push_s, backfill_rows, rows_per_s, workers,
):  # fmt: skip
    """What a feature store must hold, answer and catch up with.

    Args:
        entities, features: counts. value_bytes: bytes of one value. replicas: copies, at least 1.
        peak_rps: requests a second. keys_per_request, keys_per_call: whole numbers.
        period_s, run_s, push_s: seconds. The batch job that fills the store.
        backfill_rows, rows_per_s, workers: rows in all, rows a second of one worker, workers.

    Returns:
        dict of floats, with the keys in the table above.
    """
    ### BEGIN SOLUTION
    raw = entities * features * value_bytes
    return {
        "raw_bytes": float(raw),
        "stored_bytes": float(raw * replicas),
        "reads_per_s": float(peak_rps * keys_per_request),
        "calls_per_s": float(peak_rps * math.ceil(keys_per_request / keys_per_call)),
        "worst_age_s": float(run_s + push_s + period_s),
        "mean_age_s": float(run_s + push_s + period_s / 2),
        "backfill_h": backfill_rows / (rows_per_s * workers) / 3600,
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "store_numbers_name_the_binding_resource", "grade": true}
"""Storage, reads, calls, age and catching up, each in its unit."""
q = Question(store_numbers, points=3)
EXAMPLE = (2e8, 500, 8, 3, 41_667, 501, 100, 3600, 900, 300, 7.3e10, 50_000, 40)


def some(f, *keys, args=EXAMPLE):
    """Some of the numbers that the answer gives."""
    found = f(*args)
    return {key: found[key] for key in keys}


@q.probe(gives={"raw_bytes": 8e11, "stored_bytes": 2.4e12})
def bytes_of_the_example(f):
    """2e8 entities · 500 features · 8 bytes are 0.8 TB, and 2.4 TB in 3 replicas."""
    return some(f, "raw_bytes", "stored_bytes")


@q.probe(gives={"reads_per_s": 20_875_167.0, "calls_per_s": 250_002.0})
def reads_of_the_example(f):
    """Each of 41 667 requests reads 501 keys, in 6 calls: 100 + 100 + 100 + 100 + 100 + 1."""
    return some(f, "reads_per_s", "calls_per_s")


@q.probe(gives={"worst_age_s": 4800.0, "mean_age_s": 3000.0})
def ages_of_the_example(f):
    """Just after a push a value is 900 + 300 s old, just before the next one 3600 s more."""
    return some(f, "worst_age_s", "mean_age_s")


@q.probe(gives={"backfill_h": 10.138889})
def backfill_of_the_example(f):
    """40 workers of 50 000 rows a second do 7.3e10 rows in 36 500 s, which are 10.14 hours."""
    return some(f, "backfill_h")


### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    1e6, 7, 4, 2, 300.0, 20, 5, 86_400, 7200, 600, 1e9, 2000, 3,
    claim="Keys that fill their calls exactly need no further call",
)
q.case(
    5e7, 31, 2, 5, 1100.0, 3, 64, 60, 20, 5, 3e8, 700, 11,
    claim="A request of few keys is one call all the same",
)


@q.reference
def by_simulation_of_the_job(entities, features, value_bytes, replicas, peak_rps, keys_per_request,
                             keys_per_call, period_s, run_s, push_s, backfill_rows, rows_per_s,
                             workers):  # fmt: skip
    calls, left = 0, keys_per_request
    while left > 0:
        calls, left = calls + 1, left - keys_per_call
    first, last = run_s + push_s, period_s + run_s + push_s  # served from, until (job started at 0)
    reads = first + (np.arange(4000) + 0.5) / 4000 * (last - first)
    bytes_each = value_bytes * np.ones(1)[0]
    raw = entities * (features * bytes_each)
    hours = backfill_rows / workers / (rows_per_s * 3600)
    return {
        "raw_bytes": raw, "stored_bytes": sum([raw] * replicas),
        "reads_per_s": peak_rps * keys_per_request, "calls_per_s": peak_rps * calls,
        "worst_age_s": float(last), "mean_age_s": float(np.mean(reads)), "backfill_h": hours,
    }  # fmt: skip


NAMES = ("entities", "features", "value_bytes", "replicas", "peak_rps", "keys_per_request",
         "keys_per_call", "period_s", "run_s", "push_s", "backfill_rows", "rows_per_s",
         "workers")  # fmt: skip


def spoilt(change):
    """A right answer with some keys replaced by what `change(numbers, arguments)` gives."""

    def answer(*args):
        right = by_simulation_of_the_job(*args)
        return right | change(right, dict(zip(NAMES, args)))

    return answer


@q.mistake("""The replicas are missing from stored_bytes: a store with 3 replicas holds each value
three times.""")
def no_replicas(*args):
    return spoilt(lambda r, a: {"stored_bytes": r["raw_bytes"]})(*args)


@q.mistake("""You counted requests, not keys. A request for 500 candidates reads 501 rows: the
fan-out is what the store must carry.""")
def requests_for_keys(*args):
    return spoilt(lambda r, a: {"reads_per_s": float(a["peak_rps"])})(*args)


@q.mistake("""You divided all keys of all requests by keys_per_call, as if a call could carry keys
of several requests, or a part of a call were a call. Round up for each request: 501 keys in
hundreds are 6 calls.""")
def calls_pooled_over_requests(*args):
    return spoilt(lambda r, a: {"calls_per_s": r["reads_per_s"] / a["keys_per_call"]})(*args)


@q.mistake("""You rounded the calls of a request down, so its last keys are never asked for. Round
up.""")
def calls_rounded_down(*args):
    return spoilt(
        lambda r, a: {"calls_per_s": a["peak_rps"] * (a["keys_per_request"] // a["keys_per_call"])}
    )(*args)


@q.mistake("""The age is that of a value just after the push: run_s + push_s. It goes on growing
until the next push ends, by a whole period. "The pipeline takes 20 minutes" is the best case.""")
def age_without_the_period(*args):
    return spoilt(
        lambda r, a: dict.fromkeys(("worst_age_s", "mean_age_s"), a["run_s"] + a["push_s"])
    )(*args)


@q.mistake("""The age is the period alone: "an hourly job, so it is at most an hour old". The hour
is counted from the job's start, and values arrive run_s + push_s later. Add both.""")
def age_is_the_period(*args):
    return spoilt(
        lambda r, a: {"worst_age_s": a["period_s"], "mean_age_s": a["period_s"] / 2}
    )(*args)  # fmt: skip


@q.mistake("""Your mean age halves everything. Only the wait for the next push is uniform (half a
period on average); every value has been through the whole run and push.""")
def mean_is_half_the_worst(*args):
    return spoilt(lambda r, a: {"mean_age_s": r["worst_age_s"] / 2})(*args)


@q.mistake("""backfill_h is in seconds: divide by 3600.""")
def backfill_in_seconds(*args):
    return spoilt(lambda r, a: {"backfill_h": r["backfill_h"] * 3600})(*args)


@q.mistake("""One worker does the whole backfill in your number. rows_per_s is the speed of one
worker: divide by the number of workers as well.""")
def one_worker(*args):
    return spoilt(lambda r, a: {"backfill_h": r["backfill_h"] * a["workers"]})(*args)


@q.variant
def with_negative_floor_division(entities, features, value_bytes, replicas, peak_rps,
                                 keys_per_request, keys_per_call, period_s, run_s, push_s,
                                 backfill_rows, rows_per_s, workers):  # fmt: skip
    sizes = np.array([1, replicas]) * (float(entities) * features * value_bytes)
    calls = -(-keys_per_request // keys_per_call)
    fresh = run_s + push_s
    return {
        "raw_bytes": sizes[0], "stored_bytes": sizes[1],
        "reads_per_s": keys_per_request * peak_rps, "calls_per_s": calls * peak_rps,
        "worst_age_s": fresh + period_s, "mean_age_s": (fresh + fresh + period_s) / 2,
        "backfill_h": backfill_rows / workers / rows_per_s / 60 / 60,
    }  # fmt: skip


@q.variant
def in_one_vector(*args):
    a = dict(zip(NAMES, args))
    calls = (a["keys_per_request"] + a["keys_per_call"] - 1) // a["keys_per_call"]
    raw = math.prod((a["entities"], a["features"], a["value_bytes"]))
    base = a["run_s"] + a["push_s"]
    return {
        "backfill_h": a["backfill_rows"] / (3600 * a["rows_per_s"] * a["workers"]),
        "mean_age_s": base + 0.5 * a["period_s"], "worst_age_s": base + a["period_s"],
        "calls_per_s": a["peak_rps"] * calls, "reads_per_s": a["peak_rps"] * a["keys_per_request"],
        "stored_bytes": raw * a["replicas"], "raw_bytes": raw,
    }  # fmt: skip


q.hints(
    """Follow one value: when was it true, when can it be read first, when is it read last? And
follow one request: how many keys, in how many calls?""",
    """period 10, run 2, push 1: the job of second 0 serves from 3 to 13, so ages are 3 to 13, 8 on
average. 5 keys at 2 a call are 3 calls.""",
    """calls = peak · ceil(keys_per_request / keys_per_call); worst = run + push + period, mean =
run + push + period / 2; hours = rows / (rows_per_s · workers) / 3600.""",
)
q.why("""2.4 TB is a handful of machines; 21 million reads a second is not. A store that does 10⁵
key reads a second on one node needs two hundred nodes for the reads and could hold the data on a
tenth of them: **reads bind, not bytes**. So the first moves are the ones that cut reads: one row of
500 features an entity instead of 500 keys, item features cached beside the ranker, fewer
candidates.

Freshness is a budget like latency: period + run + push. Halving the run of 900 s saves 450 s;
halving the period of an hour saves 1800 s of the worst case. And the backfill number is the one
that hurts in an incident: 10 hours in which the store serves values that you know to be wrong.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_in_90_seconds", "task": true, "points": 4}
# ## 9. Say it in 90 seconds (4 points, 10 minutes, graded by hand)
#
# An interviewer says: **"Our fraud model has an AUC of 0.84 offline and 0.76 live. It is the same
# model file, features are defined once, and the training set comes from a point-in-time join on the
# event timestamp. The team wants to retrain on more data. What do you think is going on, what do
# you check first, and what do you do in the meantime?"**
#
# Write what you would say, 150 to 220 words, in the cell below this one. Read it aloud with a clock
# before you hand it in.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or only model work (more data, another model, "drift") without looking at the
#   features.
# - **1**: says "training-serving skew" or "leakage" and stops there: no mechanism, no test.
# - **2**: names a mechanism that fits what was said: the join filters on event time, so values that
#   were written after the request (disputes reported late, corrections, backfills) are in training
#   and not in serving. Says what to change: both timestamps. More data would have the same leak.
# - **3**: as 2, and gives a test that decides: log the features at serving, join the same requests
#   offline, compare request by request, missing apart from wrong; if they agree, look elsewhere
#   (feedback, drift, population). Says which features to suspect first and why (those whose delay
#   is long, those made from labels). Names the second suspect, an event in its own window.
# - **4**: as 3, and decides something: what is done today (retrain on the corrected join even
#   though its offline number falls, since the leaky model's probabilities are too low live and its
#   thresholds let fraud through; hold launches that were judged on the leaky number; an alarm on
#   the parity rate with an owner), and what the gap is worth: the leaky number is what the model
#   would do if these values arrived at once, so the difference is the ceiling for the value of a
#   faster pipeline. Says what would change their mind.
#
# A level-4 answer: "I would not retrain yet: more rows from the same join carry the same flaw. A
# join on event time gives each example what we know *today* about that moment. Disputes are written
# days after the payment that they are about, so training sees disputes that serving could not. Two
# checks. First, for last week's requests, compare the features that serving logged with what the
# join gives now, request by request, missing counted apart. I expect the dispute counts to differ
# and static ones to agree; if all agree I am wrong, and look at the population and at feedback.
# Second, whether a payment is inside its own window. The fix is one condition, created_ts before
# the request, and strict windows. The offline AUC will then fall, perhaps to 0.78, and I would ship
# that model: live, the leaky one takes disputes not yet reported for innocence, so its thresholds
# let fraud through. Until then
# no launch is judged on 0.84, and the parity rate gets an alarm with an owner. The gap is not all
# loss: it bounds what we would gain if disputes arrived instantly, so it tells us whether streaming
# them is worth a team. If the parity report is clean I withdraw all of this."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
