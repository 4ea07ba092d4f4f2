# %% [markdown]
# # {{title}}: the worksheet
#
# > "We deliver food. Two models need features: one ranks restaurants, one predicts the time of
# > arrival. Thirty million people open the app every day. Design the feature store."
#
# One design, from a sentence to numbers, in about an hour.
# {{how_it_goes}}

# %% [markdown]
# ## The 45 minutes
#
# {{framework}}
#
# Draw the offline path and the online path apart, and name the two seams: where features cross
# (which code, which times), and where labels come back.

# %% [markdown]
# ## The rubric
#
# Seven axes, 0 to 3 each. **The level of an answer is its median axis**, not the sum. In this
# design *model* means the choice of what to build first, and what it is measured by; *data* is
# where most of the hour goes.
#
# {{rubric}}

# %% nbgrader={"grade_id": "imports", "locked": true}
from mlprep.check import Question
from mlprep.design import DESIGN, Sheet, gap, level, samples

# %% [markdown]
# ## Three answers to mark
#
# **A.** "How many features are there, and how fresh must they be? Say a few hundred, some of them
# real-time. 30 million users with 8 requests each are 240 million a day, about 2 800 a second. At
# 40 million entities, 300 features and 8 bytes I get 96 GB, so it all fits into Redis, with
# replicas. The architecture has an offline store in the warehouse and an online store, filled by
# Spark every night and by Flink for the streaming features; a registry keeps the definitions, so
# that both sides use the same ones, and data scientists find features and reuse them. For training
# we do a point-in-time join on the event timestamp to prevent leakage, and split by time. I would
# start with gradient boosting on a handful of features as a baseline, then add embeddings when we
# see where it fails. For latency the store answers in a few milliseconds, Redis is replicated over
# zones, and a cache in front of it takes the popular restaurants. We monitor latency, error rate
# and feature drift on a dashboard and alert the on-call. To roll out we compare offline AUC, then
# run an A/B test for two weeks. That covers data, model, serving and monitoring; shall I say more
# about streaming?"
#
# **B.** "Do you want a feature store, or arrival times that are right at lunch? Two models are few;
# the losers of a platform are the teams that must migrate, and couriers, if 'slow' is learned from
# late data and nobody can contest it. At 11 000 requests/s and 201 keys each, 2.2 million reads a
# second bind: 37 nodes, where the bytes need 5, some 13 dollars an hour. Restaurants are 200 of the
# 201 keys and fit into every ranker; at 98 % hits bytes bind, and it is 5 nodes. So version 0 is a
# table with event and write time, a library and a feature log, no platform; a third team that
# reuses half of the features changes that. Our own ranking decides which restaurants get orders,
# hence fresh features: I keep 1 % of requests in random order and weight them. Joined with and
# without write time, the two models differ by what freshness is worth; below one second of arrival
# error I do not build streaming. If the log and the join disagree on 0.1 % of requests, launches
# stop; the producer is paged, a bad definition reaches one model and 1 % of traffic first, and old
# versions stay readable. If offline says better and late orders do not fall in two weeks, I trust
# the orders. Decided: table and log, one quarter; I write it down with the number that ends it."
#
# **C.** "Which decision is taken when? Ranking, in 150 ms, and an arrival time that costs trust
# when it is too short; so preparation time must be minutes fresh, cuisine may be a day old.
# 3·10⁷ · 8 / 86 400 is 2 800 a second, 11 000 at lunch; times 201 keys that is 2.2 million reads a
# second. At 10⁵ a node and 60 % load, 37 nodes; memory would need 5, so reads bind, and I cache
# restaurant rows. Each row has event and write time, and the join uses both: an order's preparation
# time is known when it is picked up, not when it was placed. Windows end before the request. One
# definition feeds both stores; I log served features and compare with the join each day, missing
# apart from wrong. Baseline: the last 30 minutes' mean for each restaurant; the model is trained on
# a quantile loss, since late costs more than early. Path: network 30, store 15, model 60, slack 45.
# If the store is late we serve 'missing', which training has seen; the old definition stays warm
# for rollback. Writes are newer-wins, backfills replace days. Shadow, 1 %, then half, guardrails on
# cancelled orders and by city, powered for one per cent. Next I would do late events, unless you
# prefer deletion?"

# %% [markdown]
# ## 1. Place them (3 points, 15 minutes)
#
# {{place_them}}


# %% nbgrader={"grade_id": "place_exemplars", "solution": true}
def place_exemplars():
    """Marks 0 to 3 for the three answers.

    Returns:
        dict from "A", "B", "C" to marks: a dict by axis, or a list in the order of the rubric.
    """
    ### BEGIN SOLUTION
    return {
        "A": [1, 1, 1, 1, 1, 1, 1],
        "B": [3, 3, 3, 3, 3, 3, 3],
        "C": [2, 2, 2, 2, 2, 2, 2],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "place_exemplars_within_a_level", "grade": true}
"""Three answers are told apart by what they decide, not by what they name."""
q = Question(place_exemplars, points=3)
MARKS = {"C": [2, 2, 2, 2, 2, 2, 2]}
C_SAYS = "C sizes what binds and uses both times, but never asks whether the store should be built."
q.probe(DESIGN.form_check("ABC"), gives="")
q.probe(DESIGN.placing_check("C", MARKS["C"], C_SAYS), gives="")
### BEGIN HIDDEN TESTS
q.hidden()
MARKS |= {"A": [1, 1, 1, 1, 1, 1, 1], "B": [3, 3, 3, 3, 3, 3, 3]}
A_SAYS = "A joins on event time alone and sizes bytes only: its rate is computed and never used."
B_SAYS = "B asks what the store is for, says when reads stop binding, and prices freshness."
q.probe(DESIGN.placing_check("A", MARKS["A"], A_SAYS), gives="")
q.probe(DESIGN.placing_check("B", MARKS["B"], B_SAYS), gives="")
q.probe(DESIGN.order_check(MARKS), gives="", weight=2)


@q.reference
def by_the_markers():
    return DESIGN.by_row(MARKS)


@q.mistake(samples.SAME_MARKS)
def one_level_for_all():
    return dict.fromkeys("ABC", [2] * 7)


@q.mistake("""You placed A above C. A has the whole architecture and every product name; C has the
second timestamp, the resource that binds and what happens when the store is late. Naming a tool
earns nothing.""")
def architecture_impresses():
    return {"A": [2] * 7, "B": [3] * 7, "C": [1] * 7}


@q.mistake("""You placed B below C, perhaps because B builds less. B has sized the whole store, said
when the binding resource changes, priced freshness, and named the fact that would make it build
more: deciding *not* to build, with reasons, is the top of the scale.""")
def less_is_low():
    return {"A": [1] * 7, "B": [2] * 7, "C": [3] * 7}


@q.variant
def a_little_stricter():
    return {"A": [1, 1, 1, 1, 1, 1, 0], "B": [3, 3, 3, 2, 3, 3, 2], "C": [2, 2, 2, 1, 2, 2, 2]}


@q.variant
def by_axis():
    return DESIGN.by_row({"A": [1] * 7, "B": [3] * 7, "C": [2] * 7})


q.hints(
    "Ask of each sentence: which decision would be different without it?",
    "A says point-in-time join *on the event timestamp*: on data that is a 1. Both times are a 2.",
    "The median axis puts A lowest and B highest. Recheck the axis that the message names.",
)
q.why("""A is **mid**: all the parts, in the right order, with the right names. Its join leaks what
was written late, its rate sizes nothing, and "fits into Redis" is about the resource that does not
bind. C is **senior**: it starts from the decision and the cost of an error, sizes reads, states
both times with an example from this very product (preparation time is known at pick-up), and plans
for the store being late. B is **staff**: it questions the request, finds that two models do not
need a platform, derives when the binding resource changes, corrects for the data that its own
ranking creates, prices freshness from two joins, and commits, with the number that would end
it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Your design in numbers (8 points, 35 minutes)
#
# {{sheet_form}}

# %% [markdown]
# | derived | is |
# |---|---|
# | `peak_rps` | requests a second at the peak |
# | `online_bytes` | the newest value of every feature of every entity, in all replicas |
# | `key_reads` | keys that the store reads a second at the peak, after the cache |
# | `bandwidth` | bytes a second that these reads carry |
# | `nodes_needed` | the larger of two: for the reads, and for the bytes |
# | `worst_age` | greatest age of a value when it is read: period, run and push |
# | `log_bytes` | rows of the offline log, for as long as kept, one copy |
# | `backfill_time` | to work through `backfill_days` of the log, with all workers |
# | `cost_per_million` | USD for 10⁶ requests, the `nodes` being paid around the clock |
#
# A share `cached` of the keys never reaches the store. A read brings all features of its key. A
# node holds `node_memory` and answers `node_reads`, of which you use at most `max_load`.
# `worker_rows` is the speed of one worker.
#
# Limits: `nodes` are at least `nodes_needed`, `worst_age` is within `max_age`, `backfill_time`
# within `backfill_deadline`, and the workers are faster than the rows come in.

# %% nbgrader={"grade_id": "sheet", "locked": true}
SHEET = Sheet(
    assumptions={
        "daily_users": "users",
        "requests_per_user": "requests/user/day",
        "peak": "1",
        "keys_per_request": "keys",
        "cached": "1",  # share of the keys that the caller finds in its own memory
        "entities": "entities",
        "features": "features",
        "value_size": "B",
        "replicas": "1",
        "node_reads": "reads/s",
        "node_memory": "GB",
        "max_load": "1",
        "nodes": "nodes",
        "node_price": "USD/h",
        "period": "min",
        "run": "min",
        "push": "min",
        "max_age": "min",
        "rows_per_day": "rows/day",
        "row_size": "B",
        "keep_for": "days",
        "worker_rows": "rows/s",
        "workers": "workers",
        "backfill_days": "days",
        "backfill_deadline": "h",
        "p99": "ms",
    },
    derived={
        "peak_rps": "1/s",
        "online_bytes": "GB",
        "key_reads": "1/s",
        "bandwidth": "GB/s",
        "nodes_needed": "nodes",
        "worst_age": "min",
        "log_bytes": "TB",
        "backfill_time": "h",
        "cost_per_million": "USD",
    },
    bounds={
        "peak": (1, 100),
        "cached": (0, 0.9999),
        "replicas": (1, 20),
        "max_load": (0.01, 1),
    },
    deadline="p99",
)


# %% nbgrader={"grade_id": "worksheet", "solution": true}
def worksheet():
    """The feature store of a food-delivery app: what is assumed, what follows, what may fail.

    Returns:
        dict: assumptions, derived, stages, steps, choices, failures.
    """
    ### BEGIN SOLUTION
    avg = 3e7 * 8 / 86_400
    reads = avg * 4 * 201 * (1 - 0.9)
    return {
        "assumptions": {
            "daily_users": "3e7 users",
            "requests_per_user": "8 requests/user/day",
            "peak": "4 1",  # lunch and dinner
            "keys_per_request": "201 keys",  # a user and 200 restaurants
            "cached": "90 %",  # rows of restaurants
            "entities": "4e7 entities",
            "features": "300 features",
            "value_size": "8 B",
            "replicas": "3 1",
            "node_reads": "100_000 reads/s",
            "node_memory": "64 GB",
            "max_load": "60 %",
            "nodes": "8 nodes",
            "node_price": "0.35 USD/h",
            "period": "5 min",
            "run": "2 min",
            "push": "1 min",
            "max_age": "10 min",
            "rows_per_day": "2e9 rows/day",
            "row_size": "100 B",
            "keep_for": "400 days",
            "worker_rows": "50_000 rows/s",
            "workers": "50 workers",
            "backfill_days": "30 days",
            "backfill_deadline": "12 h",
            "p99": "150 ms",
        },
        "derived": {
            "peak_rps": (avg * 4, "requests/s"),
            "online_bytes": (4e7 * 300 * 8 * 3 / 1e9, "GB"),
            "key_reads": (reads, "reads/s"),
            "bandwidth": (reads * 300 * 8 / 1e9, "GB/s"),
            "nodes_needed": (max(reads / (1e5 * 0.6), 4e7 * 300 * 8 * 3 / 64e9), "nodes"),
            "worst_age": (5 + 2 + 1, "min"),
            "log_bytes": (2e9 * 100 * 400 / 1e12, "TB"),
            "backfill_time": (2e9 * 30 / (50_000 * 50) / 3600, "h"),
            "cost_per_million": (8 * 0.35 / 3600 / avg * 1e6, "USD"),
        },
        "stages": {"network": "30 ms", "store": "15 ms", "model": "60 ms", "slack": "45 ms"},
        "steps": {
            "clarify": "Arrival time shown before the order; too short costs more than too long.",
            "metrics": "Parity rate on logged requests; guardrails: read p99, age of values.",
            "data": "Rows with event and write time; preparation time is known at pick-up only.",
            "model": "A table, a library and a log first; a platform when a third team comes.",
            "serving": "One read of a row for each key, restaurants cached, missing when late.",
            "monitoring": "Parity by feature, newest age, late share; the producer is paged.",
            "iteration": "Shadow with one model, then one city; stop if nobody reuses a feature.",
            "recap": "Reads bind until restaurants are cached; the largest risk is ownership.",
        },
        "choices": [
            {
                "chosen": "micro-batches of five minutes",
                "because": "preparation times drift over half an hour, not over seconds",
                "rejected": [
                    {"option": "streaming", "cost": "a second code path and an on-call rota"},
                    {"option": "nightly batch", "cost": "lunch is predicted from yesterday"},
                ],
            }
        ],
        "failures": [
            {
                "failure": "the push stalls and values grow old",
                "detection": "age of the newest value above 15 minutes",
                "fallback": "serve missing, which the model was trained with",
            }
        ],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "worksheet_is_consistent", "grade": true}
"""Every derived number follows from the assumptions, and the design keeps to its limits."""
q = Question(worksheet, points=8)
for check in SHEET.form():
    q.probe(check, gives="")
### BEGIN HIDDEN TESTS
q.hidden()


def peak_rps(daily_users, requests_per_user, peak):
    """The peak rate is users times requests of each, per second, times the peak factor."""
    return daily_users * requests_per_user * peak


def online_bytes(entities, features, value_size, replicas):
    """The online store holds one value of each feature of each entity, in each replica."""
    return entities * features * value_size * replicas


def key_reads(peak_rps, keys_per_request, cached):
    """The store reads the keys of all requests at the peak, less those that are cached."""
    return peak_rps * keys_per_request * (1 - cached)


def bandwidth(key_reads, features, value_size):
    """Each read brings all features of its key."""
    return key_reads * features * value_size


def nodes_needed(key_reads, node_reads, max_load, online_bytes, node_memory):
    """The nodes must carry the reads and hold the bytes: the larger number binds."""
    return max(key_reads / (node_reads * max_load), online_bytes / node_memory)


def worst_age(period, run, push):
    """A value ages by the run and the push, and then by a whole period until the next one."""
    return period + run + push


def log_bytes(rows_per_day, row_size, keep_for):
    """The log keeps every row for as long as it is kept."""
    return rows_per_day * row_size * keep_for


def backfill_time(rows_per_day, backfill_days, worker_rows, workers):
    """A backfill reads all rows of its days, at the speed of all workers together."""
    return rows_per_day * backfill_days / (worker_rows * workers)


def cost_per_million(nodes, node_price, daily_users, requests_per_user):
    """Nodes are paid around the clock, and share their cost over the average rate."""
    return nodes * node_price / (daily_users * requests_per_user) * 1e6


def enough_nodes(nodes_needed, nodes):
    """The nodes that are paid for carry reads and bytes."""
    return nodes_needed, nodes


def fresh_enough(worst_age, max_age):
    """The oldest value that is served is no older than the decision bears."""
    return worst_age, max_age


def repaired_in_time(backfill_time, backfill_deadline):
    """A backfill ends before its deadline."""
    return backfill_time, backfill_deadline


def workers_catch_up(rows_per_day, worker_rows, workers):
    """The workers are faster than the rows come in, or no backlog is ever worked off."""
    return rows_per_day, worker_rows * workers


for check in SHEET.links(
    peak_rps, online_bytes, key_reads, bandwidth, nodes_needed, worst_age, log_bytes,
    backfill_time, cost_per_million,
):  # fmt: skip
    q.probe(check, gives="")
for check in SHEET.limits(enough_nodes, fresh_enough, repaired_in_time, workers_catch_up):
    q.probe(check, gives="")


def consistent(users=2e6, each=3.0, peak=5.0, keys=31, cached=0.5, entities=3e7, features=70,
               period=900, rows=3e8, workers=11, p99=0.08):  # fmt: skip
    """A consistent worksheet from other assumptions than the solution's, in mixed units."""
    avg = users * each / 86_400
    reads = avg * peak * keys * (1 - cached)
    stored = entities * features * 4 * 2
    nodes = max(reads / (20_000 * 0.5), stored / 2**34)
    repair = rows / 86_400 * 7 * 86_400 / (4000 * workers)
    return samples.whole(
        assumptions={
            "daily_users": (users, "users"),
            "requests_per_user": (each, "1/day"),
            "peak": (peak, "1"),
            "keys_per_request": (keys, "1"),
            "cached": (cached, "1"),
            "entities": (entities, "1"),
            "features": (features, "1"),
            "value_size": "32 bit",
            "replicas": "2 copies",
            "node_reads": "20_000 1/s",
            "node_memory": "16 GiB",
            "max_load": "50 %",
            "nodes": (nodes * 1.25 + 1, "nodes"),
            "node_price": "6 USD/day",
            "period": (period, "s"),
            "run": "180 s",
            "push": "30 s",
            "max_age": (period / 60 + 5, "min"),
            "rows_per_day": (rows / 86_400, "rows/s"),
            "row_size": "0.2 kB",
            "keep_for": "53 weeks",
            "worker_rows": "4000 rows/s",
            "workers": (workers, "workers"),
            "backfill_days": "1 week",
            "backfill_deadline": (repair * 1.5 / 86_400, "days"),
            "p99": (p99, "s"),
        },
        derived={
            "peak_rps": (avg * peak * 60, "1/min"),
            "online_bytes": (stored * 8e-9, "Gbit"),
            "key_reads": (reads, "1/s"),
            "bandwidth": (reads * features * 4 / 1e6, "MB/s"),
            "nodes_needed": (nodes, "1"),
            "worst_age": ((period + 210) / 3600, "h"),
            "log_bytes": (rows * 200 * 53 * 7 / 1024**3, "GiB"),
            "backfill_time": (repair, "s"),
            "cost_per_million": ((nodes * 1.25 + 1) * 6 / 86_400 / avg * 1e6, "USD"),
        },
        stages={"all but the store": (p99 * 0.7, "s"), "store": (p99 * 0.3, "s")},
    )


@q.reference
def with_other_assumptions():
    return consistent()


@q.mistake("""Your peak rate is that of the average second: the factor is in your assumptions and
not in your number. People eat at noon; multiply.""")
def no_peak():
    return samples.spoilt(consistent(), peak_rps=1 / 5)


@q.mistake("""You counted requests where keys are read. Each request fans out: multiply by
keys_per_request before you take off what is cached.""")
def requests_for_keys():
    return samples.spoilt(consistent(), key_reads=1 / 31)


@q.mistake("""You kept the share that is cached and dropped the one that is not. What reaches the
store is 1 − cached.""")
def cached_for_missed():
    return samples.spoilt(consistent(cached=0.8), key_reads=0.8 / 0.2)


@q.mistake("""The replicas are missing from the bytes: two copies hold everything twice, and the
nodes must have room for both.""")
def no_replicas():
    return samples.spoilt(consistent(), online_bytes=1 / 2)


@q.mistake("""Your nodes are sized by bytes alone ("it fits into memory"). They must answer the
reads as well; take the larger of the two numbers, and say which it was.""")
def bytes_only():
    sheet = consistent(users=5e7)
    stored = 3e7 * 70 * 4 * 2
    return sheet | {"derived": sheet["derived"] | {"nodes_needed": (stored / 2**34, "1")}}


@q.mistake("""Your nodes are busy 100 % of the time: max_load is not in the number. Then every burst
queues. Divide by node_reads · max_load.""")
def no_headroom():
    return samples.spoilt(consistent(users=5e7), nodes_needed=0.5)


@q.mistake("""The worst age leaves the period out: run and push are the age of a value that has just
arrived. It is read until the next one comes, a whole period later.""")
def age_without_the_period():
    return samples.spoilt(consistent(), worst_age=210 / 1110)


@q.mistake("""You gave the mean age (half a period) as the worst one. A promise is about the worst:
period + run + push.""")
def mean_age_for_the_worst():
    return samples.spoilt(consistent(), worst_age=660 / 1110)


@q.mistake("""Your log is kept for one day only in your number: multiply by keep_for. The log is
what everything else can be rebuilt from; it is the last thing to be mean with.""")
def one_day_of_log():
    return samples.spoilt(consistent(), log_bytes=1 / 371)


@q.mistake("""One worker does your whole backfill. Divide by the workers too, and check that the log
can feed them all.""")
def one_worker():
    return samples.spoilt(consistent(), backfill_time=11)


@q.mistake("""You priced requests at the peak rate. Nodes are paid while they idle, so the cost of a
request follows the average.""")
def cost_at_the_peak():
    return samples.spoilt(consistent(), cost_per_million=1 / 5)


@q.mistake("""Each stage may take the whole p99: the budgets add up to more than the promise. Share
it out, and keep some slack.""")
def every_stage_gets_the_p99():
    sheet = consistent()
    return sheet | {"stages": dict.fromkeys(sheet["stages"], "80 ms")}


@q.mistake("""Nothing was rejected, so nothing was chosen. Name two options that you did not take
and what each would have cost.""")
def no_alternatives():
    sheet = consistent()
    return sheet | {"choices": [row | {"rejected": []} for row in sheet["choices"]]}


@q.mistake("""Your values are older than the decision bears, by your own numbers. Either the period,
the run or the promise has to give; say which.""")
def staler_than_promised():
    sheet = consistent()
    return sheet | {"assumptions": sheet["assumptions"] | {"max_age": "15 min"}}


@q.variant
def a_larger_app():
    return consistent(users=9e8, each=40.0, cached=0.99, entities=2e9, workers=900)


@q.variant
def a_small_one():
    return consistent(users=3e4, each=0.2, peak=40.0, keys=1, cached=0.0, rows=1e5, workers=1)


q.hints(
    "Write the unit behind every number, and cancel: users · requests/user/day · day/86 400 s.",
    "86 400 users of 1 request a day, peak 2, 10 keys, half cached: 2 requests/s, 10 reads/s.",
    "Reads follow the peak, the log and the cost the average; nodes_needed is the larger of "
    "reads/(node_reads · max_load) and bytes/node_memory; worst age is period + run + push.",
)
q.why("""Two numbers decide this design. **Reads against bytes**: the fan-out of 200 restaurants
makes reads bind by far; a cache in the ranker moves them under the bytes, and only then does the
size of a value matter. **Worst age against max_age**: the period is the cheapest part to cut, down
to where the run takes as long. The others are sanity: a backfill that takes longer than the
incident bears, or workers that cannot even keep up, are found here and not at night. Cost per
million requests is a fraction of a cent, so machines are no argument for or against a platform;
people are.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "design_in_prose", "task": true, "points": 3}
# ## 3. Your design in words (3 points, 20 minutes, marked by hand)
#
# {{in_words}}
#
# ### BEGIN MARK SCHEME
# {{how_marked}}
# Marked exemplars: A is mid (1), C senior (2), B staff (3).
#
# What the levels look like in this design:
#
# - **1 (mid)**: offline and online store, registry, a point-in-time join; rate and bytes are right;
#   freshness is asked for; replicas and a cache; an A/B test.
# - **2 (senior)**: both timestamps with a case from this product; windows that end before the
#   request; missing told from 0; one definition, a replay or a daily parity report; reads sized
#   with headroom; worst age from its three parts; newer-wins writes, backfills that may be run
#   twice; what is served when the store is late.
# - **3 (staff)**: asks whether to build it, and says what would change the answer; when the binding
#   resource moves; what freshness is worth, from the join with and without write time; data that
#   the ranking itself creates; owners, who is paged, retiring a definition, deletion from history;
#   a decision with the number that would end it.
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*

# %% [markdown]
# ## Mark yourself, and compare
#
# {{mark_yourself}}
# Most people are a level too kind on *data*: check that you named the second timestamp, and a case
# in which it matters.

# %%
mine = [1, 1, 1, 1, 1, 1, 1]  # framing, numbers, data, model, serving, evaluation, conversation
theirs = None  # the same seven, from somebody else
print("your level:", level(mine))
if theirs:
    print("mine less theirs:", gap(mine, theirs) or "no difference")
