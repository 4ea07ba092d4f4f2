# %% [markdown]
# # {{title}}: the worksheet
#
# > "Design the home feed of a second-hand marketplace. Twenty million people open it every day.
# > There are thirty million listings, and each of them is sold once."
#
# The lesson's design with one sentence changed, in about an hour. *Sold once* changes more than it
# seems: find out what.
# {{how_it_goes}}

# %% [markdown]
# ## The 45 minutes
#
# {{framework}}
#
# Draw the path that runs *while the page is waited for* and the path that runs *offline* apart, and
# name the seams between them: where vectors and features cross, and where labels come back.

# %% [markdown]
# ## The rubric
#
# Seven axes, 0 to 3 each. **The level of an answer is its median axis**, not the sum.
#
# {{rubric}}

# %% nbgrader={"grade_id": "imports", "locked": true}
from mlprep.check import Question
from mlprep.design import DESIGN, Sheet, gap, level, samples

# %% [markdown]
# ## Three answers to mark
#
# **A.** "Is the goal clicks, or that a buyer and a seller meet? I optimise first messages that lead
# to a sale. Who loses: sellers of odd things, since whatever follows popularity forgets them. Each
# listing sells once, so an id has no history: the item tower must read text, picture, price and
# place. 2·10⁷ · 10 are 2 300 pages a second, 7 000 at the peak; 400 ranked make 2.8 million scores,
# some 90 servers, 7 dollars for a million pages. That binds until listings pass 10⁸; then keeping
# the index fresh does. A million new listings a day need 50 views each to be learned: 5·10⁷ views,
# 1.3 % of all places, so I reserve 2 %, log the chance of each, and weight by it when training.
# Ranking labels wait three days. If nearby-and-recent reaches 95 % of the sales, I keep that list
# and no towers; city by city it may. Sold listings are filtered before truncation; the index is two
# versions, rolled back in minutes. Offline I expect to be flattered by old exposures. If offline
# rises and sales stay, I believe sales and look at agreement with the old list. I commit to content
# towers for one quarter; a share of first sales below 30 % would change my mind. I will write that
# down."
#
# **B.** "May I fix the decision: 20 listings a page, and a sold one on it is the worst error, since
# it costs trust? Latency 200 ms. 2 300 pages a second, 7 000 at the peak, 400 ranked with 60
# features of 4 bytes: 670 MB a second, 2.8 million scores. At 50 000 a server and 60 % load that is
# 93 servers, so 110 with a zone down; scores bind, not the index of 12 GB. Labels: a message within
# three days of the impression, so rows wait three days; what was not shown is no negative. Position
# is logged, features are logged at serving and compared with the offline ones every night.
# Retrieval: two towers on content, in-batch negatives, log q in training only; ranking: boosted
# trees, calibrated, because price and distance interact. Budget: 20 features, 30 retrieval, 70
# ranking, 20 re-ranking, 30 network, 30 slack. Retrieval late: newest nearby listings. Index and
# towers are one version, the last one stays warm. Guardrails: p99, reports, sales of new sellers;
# by city and category; shadow, 1 %, half, two weeks for a 1 % change. Shall I go into cold start or
# into the index?"
#
# **C.** "I would ask how many users and how fast: 20 million, so with 10 pages each about 2 300
# requests a second, maybe 7 000 at the peak, and 30 million listings times 96 floats are 11.5 GB.
# The data are clicks, messages and listings from the warehouse; I split by time, last week for
# testing. The baseline is the most popular listings of a city. Then two towers, user and item,
# trained with in-batch negatives, and a vector database with HNSW for retrieval of 400 candidates.
# A ranker, DeepFM or a transformer, orders these; both are trained on clicks. Everything runs in
# replicas on Kubernetes, user features in Redis, with a cache for users who come back within a
# minute. I would measure recall at 50 and NDCG offline and then do an A/B test on click rate for
# two weeks. New listings are a cold-start problem; there we could use content features. We monitor
# latency, errors and drift in dashboards, and retrain every day. That covers data, retrieval,
# ranking and serving; next would be the feature pipeline."

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
        "A": [3, 3, 3, 3, 2, 3, 3],
        "B": [2, 2, 2, 2, 2, 2, 2],
        "C": [1, 1, 1, 1, 1, 1, 1],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "place_exemplars_within_a_level", "grade": true}
"""Three answers are told apart by what they decide, not by what they name."""
q = Question(place_exemplars, points=3)
MARKS = {"B": [2, 2, 2, 2, 2, 2, 2]}
B_SAYS = "B finds what binds, sizes it, plans for late labels; it questions no goal."
q.probe(DESIGN.form_check("ABC"), gives="")
q.probe(DESIGN.placing_check("B", MARKS["B"], B_SAYS), gives="")
### BEGIN HIDDEN TESTS
q.hidden()
MARKS |= {"A": [3, 3, 3, 3, 2, 3, 3], "C": [1, 1, 1, 1, 1, 1, 1]}
A_SAYS = "A prices exploration by new listings a day, says who loses, and when a list would do."
C_SAYS = "C names every part and sizes none: no number in it decides anything."
q.probe(DESIGN.placing_check("A", MARKS["A"], A_SAYS), gives="")
q.probe(DESIGN.placing_check("C", MARKS["C"], C_SAYS), gives="")
q.probe(DESIGN.order_check(MARKS), gives="", weight=2)


@q.reference
def by_the_markers():
    return DESIGN.by_row(MARKS)


@q.mistake("""Answers of different levels get the same level from you. A rubric that cannot tell
them apart is not being used: look for what each *decides*, and move the axes where it decides
more.""")
def levels_not_told_apart():
    return dict.fromkeys("ABC", [2] * 7)


@q.mistake("""You placed C above B. C names more: HNSW, DeepFM, Redis, Kubernetes. B says what
binds, when a label is due, and what is served when retrieval is late. Naming a tool earns
nothing.""")
def names_impress():
    return {"A": [3] * 7, "B": [1] * 7, "C": [2] * 7}


@q.mistake("""You placed A below B, perhaps because it would be content with a list of what is near
and recent. It says by which number that is decided, and prices what the towers need: that is
staff.""")
def simple_is_low():
    return {"A": [2] * 7, "B": [3] * 7, "C": [1] * 7}


@q.variant
def a_little_stricter():
    return {"A": [3, 3, 3, 3, 2, 3, 2], "B": [2, 2, 2, 1, 2, 2, 2], "C": [1, 1, 1, 1, 1, 1, 0]}


@q.variant
def by_axis():
    return DESIGN.by_row({"A": [3] * 7, "B": [2, 3, 2, 2, 2, 2, 2], "C": [1, 1, 1, 2, 1, 1, 1]})


q.hints(
    "Ask of each sentence: which decision would be different without it?",
    "Storage that sizes nothing is a 1 on numbers; servers sized by scores are a 2.",
    "The median axis puts C lowest and A highest. Recheck the axis that the message names.",
)
q.why("""C is **mid**: fluent, in order, and every number is computed on request and then left
alone. It meets *sold once* ("cold start, we could use content") without seeing that it decides the
model. B is **senior**: the worst error is named and shapes the filter, scores bind and are sized
with a zone down, the label has a delay, fallback and versions are there. A is **staff**: the goal
is questioned, the consequence of *sold once* drawn at once, exploration is priced from new listings
a day, the binding resource changes at a stated size, and it says what would make towers
unnecessary. Its serving is the thinnest part; one axis does not sink a median.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Your design in numbers (8 points, 30 minutes)
#
# {{sheet_form}}
#
# | derived | is |
# |---|---|
# | `avg_rps`, `peak_rps` | pages a second, on average and at the peak |
# | `scores` | of the ranking model a second, at the peak |
# | `feature_traffic` | at the peak: `features` of `feature_size` for each candidate and the user |
# | `products` | dot products for a page: all centroids, then `nprobe` of the even `lists` |
# | `index_size` | float32 vectors of `dim` for all listings |
# | `table_size` | float32 table while training, with `states` more values for each weight |
# | `servers_needed` | for `scores`, if each does `server_scores` and is busy `max_load` |
# | `explored_views` | places a day that explore, if `explore_share` of all places do |
# | `learned_listings` | listings a day that get `views_to_learn` views of these |
# | `cost_per_million` | USD for 10⁶ pages, `servers` being paid around the clock |
#
# `states` is 2 for Adam, 1/id_dim for row-wise Adagrad, 0 for plain SGD.
#
# Limits: `servers` are enough; the table fits `trainer_memory` (all trainers together); the index
# fits `server_memory`; as many listings are learned as are new; `nprobe` is at most `lists`.

# %% nbgrader={"grade_id": "sheet", "locked": true}
SHEET = Sheet(
    assumptions={
        "daily_users": "users",
        "pages_per_user": "1/user/day",
        "peak": "1",
        "page": "1",  # places on it
        "candidates": "candidates",
        "features": "features",
        "feature_size": "B",
        "listings": "listings",
        "dim": "dimensions",
        "lists": "1",
        "nprobe": "1",
        "ids": "ids",  # users, sellers, places, words: what has a vector of its own
        "id_dim": "dimensions",
        "states": "1",
        "trainer_memory": "GB",
        "server_memory": "GB",
        "server_scores": "scores/s",
        "max_load": "1",
        "servers": "servers",
        "server_price": "USD/h",
        "explore_share": "1",
        "new_listings": "listings/day",
        "views_to_learn": "1",
        "p99": "ms",
    },
    derived={
        "avg_rps": "1/s",
        "peak_rps": "1/s",
        "scores": "scores/s",
        "feature_traffic": "GB/s",
        "products": "1",
        "index_size": "GB",
        "table_size": "GB",
        "servers_needed": "servers",
        "explored_views": "1/day",
        "learned_listings": "listings/day",
        "cost_per_million": "USD",
    },
    bounds={"peak": (1, 100), "max_load": (0.01, 1), "explore_share": (0, 1), "states": (0, 10)},
    deadline="p99",
)


# %% nbgrader={"grade_id": "worksheet", "solution": true}
def worksheet():
    """A feed of listings that are sold once: assumptions, what follows, what was rejected, risks.

    Returns:
        dict: assumptions, derived, stages, steps, choices, failures.
    """
    ### BEGIN SOLUTION
    avg = 2e7 * 10 / 86_400
    scores = 3 * avg * 400
    explored = avg * 86_400 * 20 * 0.02
    return {
        "assumptions": {
            "daily_users": "2e7 users",
            "pages_per_user": "10 1/user/day",
            "peak": "3 1",
            "page": "20 1",
            "candidates": "400 candidates",
            "features": "60 features",
            "feature_size": "4 B",
            "listings": "3e7 listings",
            "dim": "96 dimensions",
            "lists": "8000 1",
            "nprobe": "16 1",
            "ids": "1e8 ids",
            "id_dim": "64 dimensions",
            "states": (1 / 64, "1"),
            "trainer_memory": "64 GB",
            "server_memory": "32 GB",
            "server_scores": "5e4 scores/s",
            "max_load": "60 %",
            "servers": "110 servers",
            "server_price": "0.5 USD/h",
            "explore_share": "2 %",
            "new_listings": "1e6 listings/day",
            "views_to_learn": "50 1",
            "p99": "200 ms",
        },
        "derived": {
            "avg_rps": (avg, "1/s"),
            "peak_rps": (3 * avg, "1/s"),
            "scores": (scores, "scores/s"),
            "feature_traffic": (3 * avg * 401 * 60 * 4 / 1e9, "GB/s"),
            "products": (8000 + 16 * 3e7 / 8000, "1"),
            "index_size": (3e7 * 96 * 4 / 1e9, "GB"),
            "table_size": (1e8 * 64 * 4 * (1 + 1 / 64) / 1e9, "GB"),
            "servers_needed": (scores / (5e4 * 0.6), "servers"),
            "explored_views": (explored, "1/day"),
            "learned_listings": (explored / 50, "listings/day"),
            "cost_per_million": (110 * 0.5 / 3600 / avg * 1e6, "USD"),
        },
        "stages": {
            "features": "20 ms",
            "retrieve": "30 ms",
            "rank": "70 ms",
            "re-rank": "20 ms",
            "network": "30 ms",
        },
        "steps": {
            "clarify": "Twenty listings a page; a sold one on it costs trust.",
            "metrics": "First messages that end in a sale; guardrails: p99, first sales.",
            "data": "Impressions with position; labels wait three days; two per cent explore.",
            "model": "Nearby and recent as the baseline, then content towers and boosted trees.",
            "serving": "Index in the ranker's memory; filter, then cut; newest as fallback.",
            "monitoring": "Sold listings shown, age of the index; the feed team is paged.",
            "iteration": "Shadow, one per cent, half; stop if sales stay flat for two weeks.",
            "recap": "Scores bind; a million new listings a day set the price of exploration.",
        },
        "choices": [
            {
                "chosen": "content towers",
                "because": "a listing is sold before its id is learned",
                "rejected": [
                    {"option": "a vector for each listing", "cost": "noise for every new listing"},
                    {"option": "one stage over the city", "cost": "ten times the ranking servers"},
                ],
            }
        ],
        "failures": [
            {
                "failure": "the index is older than the towers",
                "detection": "version in each reply, compared with the tower's",
                "fallback": "newest listings nearby, until both agree",
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


def avg_rps(daily_users, pages_per_user):
    """The average rate is users times pages of each, per second."""
    return daily_users * pages_per_user


def peak_rps(avg_rps, peak):
    """The peak rate is the average rate times the peak factor."""
    return avg_rps * peak


def scores(peak_rps, candidates):
    """The ranking model scores the candidates of each page, at the peak."""
    return peak_rps * candidates


def feature_traffic(peak_rps, candidates, features, feature_size):
    """Each page reads a row for each candidate and one for the user, at the peak."""
    return peak_rps * (candidates + 1) * features * feature_size


def products(lists, nprobe, listings):
    """A search compares with all centroids, then with the listings of the probed lists."""
    return lists + nprobe * listings / lists


def index_size(listings, dim):
    """A float32 vector takes four bytes a dimension."""
    return listings * dim * 4


def table_size(ids, id_dim, states):
    """While it is trained, a table holds its weights and the optimiser's states."""
    return ids * id_dim * 4 * (1 + states)


def servers_needed(scores, server_scores, max_load):
    """Servers are the scores over what one of them does while it is kept below its load."""
    return scores / (server_scores * max_load)


def explored_views(avg_rps, page, explore_share):
    """Views that explore are a share of all places of the day, so they follow the average rate."""
    return avg_rps * page * explore_share


def learned_listings(explored_views, views_to_learn):
    """A listing is learned once it has had its views."""
    return explored_views / views_to_learn


def cost_per_million(servers, server_price, avg_rps):
    """Servers are paid around the clock, and share their cost over the average rate."""
    return servers * server_price / avg_rps * 1e6


def enough_servers(servers_needed, servers):
    """The servers that are paid for carry the peak."""
    return servers_needed, servers


def the_table_fits(table_size, trainer_memory):
    """The table fits into the trainers, with the optimiser's states."""
    return table_size, trainer_memory


def the_index_fits(index_size, server_memory):
    """The vectors of all listings fit into the memory of a server."""
    return index_size, server_memory


def new_listings_are_learned(new_listings, learned_listings):
    """Exploration learns as many listings a day as are new: else most sell unseen, or never."""
    return new_listings, learned_listings


def probes_exist(nprobe, lists):
    """No more lists are probed than there are."""
    return nprobe, lists


for check in SHEET.links(
    avg_rps,
    peak_rps,
    scores,
    feature_traffic,
    products,
    index_size,
    table_size,
    servers_needed,
    explored_views,
    learned_listings,
    cost_per_million,
):
    q.probe(check, gives="")
for check in SHEET.limits(
    enough_servers, the_table_fits, the_index_fits, new_listings_are_learned, probes_exist
):
    q.probe(check, gives="")


def consistent(users=3e6, each=7.0, peak=2.0, ranked=150, states=2.0, servers=20, share=0.05,
               new=4e4, p99=0.15):  # fmt: skip
    """A consistent worksheet from other assumptions than the solution's, in base units."""
    avg = users * each / 86_400
    views = avg * 86_400 * 12 * share
    return samples.whole(
        assumptions={
            "daily_users": (users, "users"),
            "pages_per_user": (each, "1/day"),
            "peak": (peak, "1"),
            "page": "12 1",
            "candidates": (ranked, "1"),
            "features": "200 1",
            "feature_size": "16 bit",
            "listings": "2e6 1",
            "dim": "64 1",
            "lists": "1000 1",
            "nprobe": "5 1",
            "ids": "7e6 1",
            "id_dim": "32 1",
            "states": (states, "1"),
            "trainer_memory": "8 GiB",
            "server_memory": "4 GiB",
            "server_scores": "10000 1/s",
            "max_load": "0.5 1",
            "servers": (servers, "1"),
            "server_price": "6 USD/day",
            "explore_share": (share, "1"),
            "new_listings": (new, "1/day"),
            "views_to_learn": "30 views",
            "p99": (p99, "s"),
        },
        derived={
            "avg_rps": (avg * 60, "1/min"),
            "peak_rps": (avg * peak, "1/s"),
            "scores": (avg * peak * ranked, "1/s"),
            "feature_traffic": (avg * peak * (ranked + 1) * 200 * 2, "B/s"),
            "products": (1000 + 5 * 2000, "1"),
            "index_size": (2e6 * 64 * 4 / 2**30, "GiB"),
            "table_size": (7e6 * 32 * 4 * (1 + states), "B"),
            "servers_needed": (avg * peak * ranked / 5000, "1"),
            "explored_views": (views, "1/day"),
            "learned_listings": (views / 30, "1/day"),
            "cost_per_million": (servers * 6 / 86_400 / avg * 1e6, "USD"),
        },
        stages={"all but ranking": (p99 / 2, "s"), "ranking": (p99 / 2, "s")},
    )


@q.reference
def with_other_assumptions():
    return consistent()


@q.mistake("""The optimiser's states are missing in the table. With Adam each weight has two more
numbers: a table that fits for serving does not fit for training.""")
def optimizer_states_forgotten():
    return samples.spoilt(consistent(), table_size=1 / 3)


@q.mistake("""You ranked every listing for every page. Listings times pages a second is the number
that two stages are there to avoid: the ranking model sees the candidates only.""")
def one_stage_scores_all():
    factor = 2e6 / 150
    return samples.spoilt(consistent(), scores=factor, servers_needed=factor)


@q.mistake("""Your peak is the average: the peak factor is in the assumptions and not in the rate.
Servers and feature reads must carry the busiest second.""")
def no_peak():
    return samples.spoilt(
        consistent(), peak_rps=0.5, scores=0.5, feature_traffic=0.5, servers_needed=0.5
    )


@q.mistake("""The centroids are not counted in `products`. They are compared with every query, and
they are what limits the number of lists.""")
def coarse_distances_free():
    return samples.spoilt(consistent(), products=10 / 11)


@q.mistake("""You counted the views that explore at the peak rate. A day's places follow the average
rate: you promise new listings twice the views that there are.""")
def exploring_at_the_peak():
    return samples.spoilt(consistent(), explored_views=2, learned_listings=2)


@q.mistake("""One view is not enough to learn a listing: divide the views that explore by
views_to_learn.""")
def one_view_each():
    return samples.spoilt(consistent(), learned_listings=30)


@q.mistake("""Your servers are busy 100 % of the time. At that load every burst queues: divide by
max_load.""")
def busy_all_the_time():
    return samples.spoilt(consistent(), servers_needed=0.5)


@q.mistake("""Your exploration can't keep up: fewer listings a day get their views than are new.
They pile up unseen, and since each is sold once, nobody ever learns about them. Raise explore_share
or page, or learn from fewer views (content), and say what that costs.""")
def new_listings_unseen():
    return consistent(new=2e6)


@q.mistake("""Each stage may take the whole p99: the budgets add up to more than the promise. Share
it out, and keep some slack.""")
def every_stage_gets_the_p99():
    sheet = consistent()
    return sheet | {"stages": dict.fromkeys(sheet["stages"], "150 ms")}


@q.variant
def a_larger_market():
    return consistent(users=3e8, each=20.0, peak=3.0, servers=10_000, share=0.01)


@q.variant
def a_small_town():
    return consistent(
        users=2e3, each=1.0, peak=20.0, states=1.0, servers=1, share=0.2, new=100, p99=1.1
    )


q.hints(
    "Write the unit behind every number and cancel: users · pages/user/day · day/86 400 s.",
    "1000 lists, 5 probed, 2e6 listings: 1000 + 5 · 2000 = 11 000 products.",
    "Servers and traffic by the peak; views and cost by the average; tables: weights + states.",
)
q.why("""*Sold once* turns the lesson's design around. A vector for each listing is worthless: most
are sold before they have events, so the item tower reads content, and the large table shrinks to
users, sellers and words. The index does not bind (12 GB), but it must be fresh within minutes, for
a sold listing on the page is the worst error. And exploration stops being a nicety: a million new
listings a day times 50 views is a budget, 1.3 % of all places, and this number follows from your
assumptions or your new sellers starve. Servers follow the peak, views and cost the average.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "design_in_prose", "task": true, "points": 3}
# ## 3. Your design in words (3 points, marked by hand)
#
# {{in_words}}
#
# ### BEGIN MARK SCHEME
# {{how_marked}}
# Marked exemplars: C is mid (1), B senior (2), A staff (3).
#
# What the levels look like in this design:
#
# - **1 (mid)**: two stages, rates and memory are right; a baseline and a step up; a split by time;
#   an A/B test. Cold start is mentioned.
# - **2 (senior)**: the worst error (a sold listing) shapes the path; what binds is found and sized
#   with headroom; label delay and exposure bias are planned for; a full page when a stage is late;
#   index and towers are one version; guardrails and slices.
# - **3 (staff)**: draws from *sold once* that items need content and exploration needs a budget,
#   and prices it; says who loses; when the binding resource changes; what would make a list of near
#   and recent enough; which result would end the project, and what is believed when offline and
#   online disagree.
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*

# %% [markdown]
# ## Mark yourself, and compare
#
# {{mark_yourself}}

# %%
mine = [1, 1, 1, 1, 1, 1, 1]  # framing, numbers, data, model, serving, evaluation, conversation
theirs = None  # the same seven, from somebody else
print("your level:", level(mine))
if theirs:
    print("mine less theirs:", gap(mine, theirs) or "no difference")
