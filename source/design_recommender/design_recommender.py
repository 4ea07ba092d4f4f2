# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one explanation, about 140 of the {{minutes}} minutes; the worksheet beside it
# takes the rest. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** Users and items are numbers from 0. An *event* is (user, item,
# time): somebody bought something. `_s` at the end of a name says seconds, `_ms` milliseconds,
# `_bytes` bytes; GB is 10⁹. Arrays are NumPy; you may compute and return NumPy or torch. Ties go to
# the lower item number. No argument may be changed in place. A later answer may call an earlier
# one.

# %% nbgrader={"grade_id": "imports", "locked": true}
import numpy as np

from mlprep.check import Question

# %% [markdown]
# ## What you are given
#
# A synthetic shop. Items have a category and a Zipf weight; each user likes a few categories.


# %% nbgrader={"grade_id": "given_helpers", "locked": true}
def make_log(seed, n_users=120, n_items=300, n_categories=6, n_events=9000):
    """Events of a shop with Zipf items and users who like a few categories.

    Returns:
        dict: `user`, `item` int arrays [n_events]; `t_s` float array [n_events], not sorted;
        `n_users`, `n_items`.
    """
    rng = np.random.default_rng(seed)
    category = rng.integers(n_categories, size=n_items)
    weight = rng.permutation(1 / np.arange(1, n_items + 1) ** 0.9)
    taste = 0.9 * rng.dirichlet(np.full(n_categories, 0.06), n_users) + 0.1 / n_categories
    share = taste[:, category] * weight  # (n_users, n_items)
    edges = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    user = rng.integers(n_users, size=n_events)
    item = (edges[user] < rng.random((n_events, 1))).sum(axis=1).clip(max=n_items - 1)
    t_s = rng.random(n_events) * 100.0
    return {"user": user, "item": item, "t_s": t_s, "n_users": n_users, "n_items": n_items}


def unit_rows(x):
    """Rows of x [n, d], each divided by its length."""
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def unit_rows_backward(x, grad):
    """The gradient for x [n, d], given the gradient [n, d] for unit_rows(x)."""
    u = unit_rows(x)
    inward = grad - (grad * u).sum(axis=-1, keepdims=True) * u
    return inward / np.linalg.norm(x, axis=-1, keepdims=True)


def adagrad_rows(table, state, ids, grad, lr):
    """One step of row-wise Adagrad, in place: `state` [n, 1] keeps one number a row of `table`.

    ids [B] may repeat: the gradients [B, d] of a row are added up first.
    """
    rows, place = np.unique(ids, return_inverse=True)
    total = np.zeros((len(rows), table.shape[1]))
    np.add.at(total, place, grad)
    state[rows] += (total**2).mean(axis=1, keepdims=True)
    table[rows] -= lr * total / np.sqrt(state[rows] + 1e-12)


# %% [markdown]
# ## 1. The loss of a two-tower model (5 points, 20 minutes)
#
# A batch has B events. Row i of `U` is the user's vector, row i of `V` the vector of the item that
# this user bought. The other items of the batch serve as negatives, for free:
#
# $$z_{ij}=\frac{u_i\cdot v_j}{\tau}-\log q_j,\qquad
# L=\frac1B\sum_i\Big(-z_{ii}+\log\sum_{j\in C_i}e^{z_{ij}}\Big)$$
#
# - $q_j$ is how often the item of column j is in a batch. It corrects **every** column, the
#   positive too, and is not divided by τ.
# - $C_i$ is all columns, without those $j\ne i$ that hold the **same item** as column i.
# - The vectors are used as they are: no normalising in here.
# - Scores may be as large as ±2000; the result is finite.
#
# Return the loss and its gradients for `U` and `V`.
#
# **Example.** B = 2, `U = [[1], [1]]`, `V = [[log 3], [0]]`, two items, `logq = [log 3, 0]`, τ = 1:
# all four z are 0, so L = log 2 = 0.6931, `dU = [[-0.2747], [0.2747]]` and `dV = [[0], [0]]`.


# %% nbgrader={"grade_id": "inbatch_loss", "solution": true}
def inbatch_loss(U, V, item_ids, logq, temp):
    """Mean cross-entropy of each user's item among the items of the batch, and its gradients.

    Args:
        U: float array [B, d]. Users.
        V: float array [B, d]. The item that each of them bought.
        item_ids: int array [B]. Which item that is; may repeat.
        logq: float array [B]. Log of the share of that item among all events.
        temp: float > 0. Temperature.

    Returns:
        (loss, dU, dV): float, float array [B, d], float array [B, d].
    """
    ### BEGIN SOLUTION
    z = U @ V.T / temp - logq  # (B, B)
    same = item_ids[:, None] == item_ids[None, :]
    z = np.where(same & ~np.eye(len(U), dtype=bool), -np.inf, z)
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    grad_z = (np.exp(log_p) - np.eye(len(U))) / len(U)  # (B, B)
    return -np.mean(np.diag(log_p)), grad_z @ V / temp, grad_z.T @ U / temp
    ### END SOLUTION


# %% nbgrader={"grade_id": "inbatch_loss_corrects_for_sampling", "grade": true}
"""In-batch negatives are corrected for how often they are sampled, and a positive is no
negative."""
q = Question(inbatch_loss, points=5)


def batch(B, d, seed, items):
    """A batch of B events among `items` different items, with scores of order 1."""
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.ones(items))
    ids = rng.integers(items, size=B)
    return rng.standard_normal((B, d)), rng.standard_normal((B, d)), ids, np.log(share[ids])


q.case(
    np.array([[1.0], [1.0]]),
    np.array([[np.log(3)], [0.0]]),
    np.array([4, 2]),
    np.array([np.log(3), 0.0]),
    1.0,
    gives=(0.693147, [[-0.274653], [0.274653]], [[0.0], [0.0]]),
    atol=1e-5,
    claim="subtracting log q makes the four scores of the example equal",
)
q.case(
    np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0]]),
    np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]),
    np.array([7, 7, 5]),
    np.zeros(3),
    1.0,
    gives=(
        0.178371,
        [[-0.089647, 0.089647], [-0.039734, 0.039734], [0.030186, -0.030186]],
        [[-0.089647, 0.045279], [-0.079469, 0.045279], [0.169116, -0.090557]],
    ),
    atol=1e-5,
    claim="users 0 and 1 bought the same item, which is a negative for neither",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(*batch(5, 3, 0, items=97), 1.0, claim="five events, all of different items")
q.case(*batch(7, 3, 1, items=3), 1.0, claim="seven events of three items")
q.case(*batch(5, 2, 2, items=4), 0.31, claim="the temperature divides the scores, not log q")
q.case(*batch(1, 3, 3, items=2), 0.5, claim="with one event there is nothing to tell apart")


@q.probe
def large_scores_stay_finite(f):
    """Scores of ±2000 overflow nothing."""
    U, V, ids, logq = batch(3, 2, 4, items=50)
    return f(np.sign(U) * 40.0, np.sign(V) * 25.0, ids, logq, 1.0)


@q.reference
def by_autograd(U, V, item_ids, logq, temp):
    import torch

    u, v = (torch.tensor(part, requires_grad=True) for part in (U, V))
    ids = torch.tensor(item_ids)
    z = torch.einsum("id,jd->ij", u, v) / temp - torch.tensor(logq)
    twin = (ids[:, None] == ids) & ~torch.eye(len(ids), dtype=torch.bool)
    z = z.masked_fill(twin, -torch.inf)
    loss = torch.nn.functional.cross_entropy(z, torch.arange(len(ids)))
    loss.backward()
    return loss.detach(), u.grad, v.grad


def wrong_loss(z, keep, U, V, temp, axis=1):
    """A loss and its gradients from scores z [B, B], over the columns that are kept."""
    z = np.where(keep, z, -np.inf)
    top = z.max(axis=axis, keepdims=True)
    log_p = z - top - np.log(np.exp(z - top).sum(axis=axis, keepdims=True))
    grad = (np.exp(log_p) - np.eye(len(U))) / len(U)
    return -np.mean(np.diag(log_p)), grad @ V / temp, grad.T @ U / temp


def no_twins(item_ids):
    return (item_ids[:, None] != item_ids) | np.eye(len(item_ids), dtype=bool)


@q.mistake("""You added log q. In-batch negatives over-sample popular items, so their scores are
pushed down too often; subtracting log q undoes that. Adding it punishes popular items a second
time.""")
def logq_added(U, V, item_ids, logq, temp):
    return wrong_loss(U @ V.T / temp + logq, no_twins(item_ids), U, V, temp)


@q.mistake("""log q has no effect: it is left out, or taken from whole rows, where the softmax
cancels it. In-batch negatives are drawn by popularity, so a popular item is pushed down far more
often than a rare one. Subtract log q of the *column's* item.""")
def logq_without_effect(U, V, item_ids, logq, temp):
    return wrong_loss(U @ V.T / temp, no_twins(item_ids), U, V, temp)


@q.mistake("""You divided log q by the temperature as well. The temperature scales the model's
score; log q is a log probability already. At τ = 0.1 you correct ten times too much.""")
def logq_divided_by_temp(U, V, item_ids, logq, temp):
    return wrong_loss((U @ V.T - logq) / temp, no_twins(item_ids), U, V, temp)


@q.mistake("""The positive is not corrected. Then it competes on another scale than the negatives.
Here every column loses its log q, the positive too.""")
def positive_not_corrected(U, V, item_ids, logq, temp):
    z = U @ V.T / temp - logq + np.diag(logq)
    return wrong_loss(z, no_twins(item_ids), U, V, temp)


@q.mistake("""Another event of the batch has the same item, and you count it as a negative: the
model is told to raise and lower the same score. The more popular the item, the more often. Leave
columns j ≠ i with item_ids[j] == item_ids[i] out.""")
def duplicate_positive_as_negative(U, V, item_ids, logq, temp):
    everything = np.ones((len(U), len(U)), dtype=bool)
    return wrong_loss(U @ V.T / temp - logq, everything, U, V, temp)


@q.mistake("""Your softmax runs over users: which user bought this item? Retrieval asks which item
this user bought. Normalise each row, over its columns.""")
def softmax_over_users(U, V, item_ids, logq, temp):
    return wrong_loss(U @ V.T / temp - logq, no_twins(item_ids), U, V, temp, axis=0)


@q.mistake("""You summed over the batch. The loss is a mean: else the learning rate changes with the
batch size.""")
def summed_over_the_batch(U, V, item_ids, logq, temp):
    return tuple(len(U) * part for part in by_autograd(U, V, item_ids, logq, temp))


@q.mistake("""The vectors were normalised in here. Whether scores are cosines is decided by who
calls the loss, in one place, so that serving can do the same. Use U and V as they are.""")
def normalised_inside(U, V, item_ids, logq, temp):
    return by_autograd(unit_rows(U), unit_rows(V), item_ids, logq, temp)


@q.mistake("""You multiplied by the temperature. A *small* temperature must make the softmax sharp:
divide by it.""")
def multiplied_by_the_temperature(U, V, item_ids, logq, temp):
    return by_autograd(U, V, item_ids, logq, 1 / temp)


@q.mistake("""The gradients lack the factor 1/τ: z is u·v/τ, so what reaches u is divided by τ.""")
def temperature_not_in_the_gradient(U, V, item_ids, logq, temp):
    loss, dU, dV = by_autograd(U, V, item_ids, logq, temp)
    return loss, dU * temp, dV * temp


@q.mistake("""exp overflows at about 709, and log of 0 is -inf. Subtract each row's maximum before
exp, and take logarithms, not quotients.""")
def no_max_subtraction(U, V, item_ids, logq, temp):
    with np.errstate(all="ignore"):
        e = np.where(no_twins(item_ids), np.exp(U @ V.T / temp - logq), 0.0)
        p = e / e.sum(axis=1, keepdims=True)
        grad = (p - np.eye(len(U))) / len(U)
        return -np.log(np.diag(p)).mean(), grad @ V / temp, grad.T @ U / temp


@q.mistake("""Events with the same item were counted as further positives of the row. They are left
out: they belong neither to the numerator nor to the denominator.""")
def twins_as_positives(U, V, item_ids, logq, temp):
    z = U @ V.T / temp - logq
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    good = p * (item_ids[:, None] == item_ids)
    grad = (p - good / good.sum(axis=1, keepdims=True)) / len(U)
    return -np.log(good.sum(axis=1)).mean(), grad @ V / temp, grad.T @ U / temp


@q.mistake("""The positive is missing in the denominator: you left out *all* columns with the row's
own item, the row's own column among them. Leave out j ≠ i only; else the loss can fall below 0
without end.""")
def positive_not_in_the_sum(U, V, item_ids, logq, temp):
    z = U @ V.T / temp - logq
    others = np.where(item_ids[:, None] == item_ids, -np.inf, z)
    with np.errstate(all="ignore"):
        log_sum = np.logaddexp.reduce(others, axis=1)
        grad = (np.exp(others - log_sum[:, None]) - np.eye(len(U))) / len(U)
    return np.mean(log_sum - np.diag(z)), grad @ V / temp, grad.T @ U / temp


@q.mistake("""dV is taken along the wrong axis. The gradient for z is [users, items]: dU = grad @ V
adds up over items, dV = grad.T @ U over users.""")
def gradient_of_items_not_transposed(U, V, item_ids, logq, temp):
    z = np.where(no_twins(item_ids), U @ V.T / temp - logq, -np.inf)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    grad = (p / p.sum(axis=1, keepdims=True) - np.eye(len(U))) / len(U)
    loss, dU, _ = by_autograd(U, V, item_ids, logq, temp)
    return loss, dU, grad @ U / temp


@q.mistake("""You dropped repeated items from the batch, rows and all. Each row is an event of its
own and stays; only its twins' *columns* are left out of its sum.""")
def repeated_rows_dropped(U, V, item_ids, logq, temp):
    keep = np.sort(np.unique(item_ids, return_index=True)[1])
    loss, dU, dV = by_autograd(U[keep], V[keep], item_ids[keep], logq[keep], temp)
    full = np.zeros((2, *U.shape))
    full[0][keep], full[1][keep] = dU.numpy(), dV.numpy()
    return loss, full[0], full[1]


@q.variant
def one_row_at_a_time(U, V, item_ids, logq, temp):
    loss, dU, dV = 0.0, np.zeros_like(U), np.zeros_like(V)
    for i in range(len(U)):
        columns = [j for j in range(len(U)) if j == i or item_ids[j] != item_ids[i]]
        z = np.array([np.dot(U[i], V[j]) / temp - logq[j] for j in columns])
        log_sum = np.logaddexp.reduce(z)
        loss += (log_sum - z[columns.index(i)]) / len(U)
        for j, weight in zip(columns, np.exp(z - log_sum)):
            g = (weight - (i == j)) / len(U) / temp
            dU[i] += g * V[j]
            dV[j] += g * U[i]
    return loss, dU, dV


@q.variant
def in_torch_without_autograd(U, V, item_ids, logq, temp):
    import torch

    u, v, ids, lq = map(torch.from_numpy, (U, V, item_ids, logq))
    z = u @ v.T / temp - lq
    eye = torch.eye(len(u), dtype=torch.float64)
    z[(ids[:, None] == ids) & (eye == 0)] = -torch.inf
    log_p = torch.log_softmax(z, dim=1)
    grad = (log_p.exp() - eye) / len(u) / temp
    return -log_p.diagonal().mean(), grad @ v, grad.T @ u


q.hints(
    """Test it with three events of two items: the score of a twin must not matter at all. Then with
log q: an item that is sampled twice as often loses log 2.""",
    """U = [[1], [1]], V = [[log 3], [0]], logq = [log 3, 0]: all z are 0 and the loss is log 2.
With logq added it would be 1.20.""",
    """z = U @ V.T / temp - logq (columns); twins to -inf; log-softmax along axis 1. The gradient
for z is (p - identity) / B; then dU = grad @ V / temp and dV = grad.T @ U / temp.""",
)
q.why("""The batch stands in for the whole catalogue, but it is a biased sample: item j is in it
with probability about $q_j$. A softmax over a sample is right on average (up to a ratio bias that
shrinks with B) once each term is divided by how often it is sampled: $e^{s_j}/q_j=e^{s_j-\\log
q_j}$. That is the whole derivation, and it fixes the sign and why τ does not touch log q.

What does the model learn? With the correction $s\\to\\log P(\\text{item}\\mid\\text{user})$;
without it $s\\to\\log P(\\text{item}\\mid\\text{user})-\\log q$, the pointwise mutual information.
So leaving it out is not noise: it moves recommendations from the head to the tail.

Twins matter because B users share few popular items. An item with 2 % of all events is in a batch
of 1000 about 20 times: without the mask, 19 of its scores are pushed down in the very row that
pushes it up.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Recall that could have been measured on the day (5 points, 15 minutes)
#
# An offline number is a promise about tomorrow. `fit(user, item)` takes the events of the training
# set (two arrays) and returns scores [n_users, n_items]. Write the evaluation around it:
#
# 1. Events with `t_s < cutoff_s` train, the others test. The log is not sorted. `fit` is called
#   once.
# 2. What a user bought in the training set is not recommended to them again.
# 3. A user's *relevant* items are the different items in their test events that they did not buy in
#    the training set.
# 4. Recommend the k highest scores. The user's recall is the share of their **relevant items** that
#    are among them.
# 5. Return the mean over users with at least one relevant item (0.0 if there is none).
#
# There are more than k items that a user has not bought.
#
# **Example.** Two users, four items, k = 1. User 0 buys 0 on day 1, user 1 buys 1 on day 2; the
# cutoff is day 5. Then user 0 buys 1, 2 and 1 again. With the scores 0 > 1 > 2 > 3 for everyone,
# item 0 is left out for user 0, who gets 1: recall ½. User 1 has no relevant item. Result 0.5.


# %% nbgrader={"grade_id": "offline_recall", "solution": true}
def offline_recall(log, fit, cutoff_s, k):
    """Mean recall at k of what is bought from `cutoff_s` on, by a model of what was bought before.

    Args:
        log: dict with `user`, `item` int arrays [n], `t_s` float array [n], `n_users`, `n_items`.
        fit: function (user [m], item [m]) → scores [n_users, n_items].
        cutoff_s: float. The first second of the test period.
        k: int ≥ 1. How many items are recommended.

    Returns:
        float: recall at k, from 0 to 1.
    """
    ### BEGIN SOLUTION
    before = log["t_s"] < cutoff_s
    user, item = log["user"], log["item"]
    scores = np.array(fit(user[before], item[before]), dtype=float)  # (n_users, n_items)
    scores[user[before], item[before]] = -np.inf
    relevant = np.zeros(scores.shape, dtype=bool)
    relevant[user[~before], item[~before]] = True
    relevant[user[before], item[before]] = False
    top = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(relevant, top, axis=1).sum(axis=1)
    n_relevant = relevant.sum(axis=1)
    some = n_relevant > 0
    return float(np.mean(hits[some] / n_relevant[some])) if some.any() else 0.0
    ### END SOLUTION


# %% nbgrader={"grade_id": "offline_recall_never_sees_the_future", "grade": true}
"""Recall is measured on the future, by a model that has not seen it."""
q = Question(offline_recall, points=5)
SMALL = {
    "user": np.array([0, 0, 1, 0, 0]),
    "item": np.array([2, 0, 1, 1, 1]),
    "t_s": np.array([6.0, 1.0, 2.0, 5.0, 8.0]),
    "n_users": 2,
    "n_items": 4,
}


def by_number(user, item):
    """A model that prefers low item numbers, for everyone."""
    return np.tile([4.0, 3.0, 2.0, 1.0], (2, 1))


def popularity(n_users, n_items, seen=None):
    """The fit function of the popularity baseline; `seen` collects what it is given."""

    def fit(user, item):
        if seen is not None:
            pairs = zip(np.asarray(user).tolist(), np.asarray(item).tolist())
            seen.append(sorted(pairs))
        counts = np.bincount(np.asarray(item), minlength=n_items)
        return np.tile(counts.astype(float), (n_users, 1))

    return fit


q.case(SMALL, by_number, 5.0, 1, gives=0.5, claim="one of two relevant items is found")
q.case(SMALL, by_number, 5.0, 2, gives=1.0, claim="both are found")


@q.probe(gives="")
def the_model_sees_the_past_only(f):
    """The model is fitted once, to the events before the cutoff and to no others."""
    log, seen = make_log(3, 11, 23, 3, 90), []
    f(log, popularity(11, 23, seen), 60.0, 5)
    before = log["t_s"] < 60.0
    past = sorted(zip(log["user"][before].tolist(), log["item"][before].tolist()))
    if len(seen) != 1:
        return f"it was fitted {len(seen)} times"
    if seen[0] == past:
        return ""
    if len(seen[0]) == len(before):
        return "it was fitted to the whole log, the test events among them"
    if len(seen[0]) == len(past):
        return "it was fitted to as many events as there are, but to others"
    return "it was fitted to other events"


### BEGIN HIDDEN TESTS
q.hidden()
LOG = make_log(5, 13, 41, 4, 300)


@q.probe
def ties_go_to_the_lower_number(f):
    """Where all scores are equal, the items with the lowest numbers are recommended."""
    return f(LOG, lambda user, item: np.zeros((13, 41)), 70.0, 9)


@q.probe
def popularity_on_a_shuffled_log(f):
    """Recall of popularity at 7, on a log that is not sorted."""
    return f(LOG, popularity(13, 41), 70.0, 7)


@q.probe
def recall_at_one(f):
    """At k = 1 few relevant items can be found."""
    return f(LOG, popularity(13, 41), 70.0, 1)


@q.probe
def an_event_at_the_cutoff_is_a_test(f):
    """An event at exactly cutoff_s belongs to the test."""
    log = LOG | {"t_s": np.floor(LOG["t_s"])}
    return f(log, popularity(13, 41), 62.0, 5)


@q.probe(gives=0.0)
def nothing_to_find(f):
    """Without test events the result is 0.0."""
    return f(SMALL, by_number, 99.0, 1)


@q.probe
def few_test_events(f):
    """Users without a relevant item are left out of the mean."""
    return f(LOG, popularity(13, 41), 97.0, 5)


@q.reference
def user_by_user(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] < cutoff_s, k)


def walk(
    log, fit, past, k, divide="relevant", mask=True, repeats=False, fit_on=None, macro=True, **wrong
):
    """The evaluation with sets, user by user, and with what may go wrong in it."""
    users, items = np.asarray(log["user"]), np.asarray(log["item"])
    on = past if fit_on is None else fit_on
    scores = fit(users[on], items[on])
    shares, found, wanted = [], 0, 0
    for u in range(log["n_users"]):
        old = set(items[past & (users == u)].tolist())
        new = set(items[~past & (users == u)].tolist())
        new = new if repeats else new - old
        gone = old | new if wrong.get("all_gone") else old if mask else set()
        row = [(-scores[u][i], i) for i in range(log["n_items"]) if i not in gone]
        row.sort(key=lambda pair: (pair[0], -pair[1]) if wrong.get("high") else pair)
        hits = len(new & {i for _, i in row[:k]})
        hits = len(new) * (hits > 0) if wrong.get("any_hit") else hits
        found, wanted = found + hits, wanted + len(new)
        if new or divide == "all":
            below = {"relevant": len(new), "k": k, "min": min(k, len(new)), "all": len(new)}
            shares.append(hits / max(below[divide], 1))
    if not macro:
        return found / wanted if wanted else 0.0
    return sum(shares) / len(shares) if shares else 0.0


@q.mistake("""You divided by k. That is precision: of what was shown, how much was right. Recall
asks how much of what the user wanted was found: divide by the number of relevant items.""")
def recall_over_k(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] < cutoff_s, k, divide="k")


@q.mistake("""You divided by min(k, relevant), which makes a short list look good. It is a fair
normalisation of its own, but not recall: a user with 30 wishes and k = 5 cannot get more than
1/6.""")
def divided_by_min_of_k(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] < cutoff_s, k, divide="min")


@q.mistake("""You split at random. Then the model learns from purchases made after those that it is
tested on: what is in fashion next week leaks into training. Split by time: t_s < cutoff_s.""")
def random_split(log, fit, cutoff_s, k):
    past = np.random.default_rng(0).permutation(log["t_s"]) < cutoff_s
    return walk(log, fit, past, k)


@q.mistake("""You split by position in the log, as if it were sorted. It is not: compare t_s with
the cutoff.""")
def split_by_row_number(log, fit, cutoff_s, k):
    return walk(log, fit, np.arange(len(log["t_s"])) < (log["t_s"] < cutoff_s).sum(), k)


@q.mistake("""You left out each user's last event and trained on all others. Users stop at different
times, so the training set holds events from *after* other users' tests: one global cutoff is what
tomorrow looks like.""")
def leave_last_one_out(log, fit, cutoff_s, k):
    past = np.ones(len(log["t_s"]), dtype=bool)
    for u in set(log["user"].tolist()):
        mine = np.flatnonzero(log["user"] == u)
        past[mine[np.argmax(log["t_s"][mine])]] = False
    return walk(log, fit, past, k)


@q.mistake("""The model was fitted to the whole log. Popularity counted over the test period knows
what will sell: it beats any honest model, and cannot be had on the day. Fit on t_s < cutoff_s
only.""")
def popularity_from_future(log, fit, cutoff_s, k):
    everything = np.ones(len(log["t_s"]), dtype=bool)
    return walk(log, fit, log["t_s"] < cutoff_s, k, fit_on=everything)


@q.mistake("""What the user has bought already takes places in the list, and can never count. Leave
it out before you take the k highest scores.""")
def bought_items_recommended(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] < cutoff_s, k, mask=False)


@q.mistake("""Items that the user bought before and buys again are counted as relevant, but rule 2
never recommends them: take them out of the relevant items.""")
def repeats_are_relevant(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] < cutoff_s, k, repeats=True)


@q.mistake("""You pooled the hits of all users over the relevant items of all users. Then who buys a
lot decides. Take each user's recall first, and average these.""")
def pooled_over_users(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] < cutoff_s, k, macro=False)


@q.mistake("""Users without a relevant item were counted as 0. Nothing could be found for them:
leave them out of the mean.""")
def idle_users_count_as_zero(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] < cutoff_s, k, divide="all")


@q.mistake("""An event at exactly cutoff_s was put into the training set. The test period starts
there: t_s < cutoff_s trains, t_s >= cutoff_s tests.""")
def cutoff_in_training(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] <= cutoff_s, k)


@q.mistake("""You masked what is bought in the test period as well: what is to be found can't be
recommended, and the result is 0. Mask the training events only.""")
def future_purchases_masked(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] < cutoff_s, k, all_gone=True)


@q.mistake("""You counted users with at least one hit. That is the hit rate: recall asks for the
*share* of the relevant items that was found.""")
def hit_rate(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] < cutoff_s, k, any_hit=True)


@q.mistake("""Ties go to the higher item number in your list, perhaps by reversing a sort. Sort the
negated scores with kind="stable": then the lower number comes first.""")
def ties_to_the_higher_number(log, fit, cutoff_s, k):
    return walk(log, fit, log["t_s"] < cutoff_s, k, high=True)


@q.variant
def with_numpy_sets(log, fit, cutoff_s, k):
    test = np.flatnonzero(~(log["t_s"] < cutoff_s))
    train = np.flatnonzero(log["t_s"] < cutoff_s)
    scores, shares = fit(log["user"][train], log["item"][train]), []
    for u in np.unique(log["user"][test]):
        old = np.unique(log["item"][train][log["user"][train] == u])
        new = np.setdiff1d(log["item"][test][log["user"][test] == u], old)
        order = np.argsort(-np.asarray(scores)[u], kind="stable")
        top = order[~np.isin(order, old)][:k]
        shares += [np.isin(new, top).mean()] if len(new) else []
    return np.mean(shares) if shares else 0.0


@q.variant
def in_torch(log, fit, cutoff_s, k):
    import torch

    user, item, t_s = (torch.as_tensor(log[name]) for name in ("user", "item", "t_s"))
    past = t_s < cutoff_s
    scores = torch.tensor(np.asarray(fit(user[past].numpy(), item[past].numpy())))
    old, new = (torch.zeros(scores.shape, dtype=torch.bool) for _ in range(2))
    old[user[past], item[past]] = True
    new[user[~past], item[~past]] = True
    new &= ~old
    order = scores.masked_fill(old, -torch.inf).argsort(dim=1, descending=True, stable=True)
    hits = new.gather(1, order[:, :k]).sum(dim=1)
    wanted = new.sum(dim=1)
    shares = hits[wanted > 0] / wanted[wanted > 0].double()
    return shares.mean() if len(shares) else torch.tensor(0.0)


q.hints(
    """Write down what was known at cutoff_s. Everything that the model or the mask uses must come
from there; everything that is counted as a hit must come after it.""",
    """In the example, user 0 has the relevant items {1, 2}: item 1 counts once, though it is bought
twice. With k = 1 the recall is 1/2, and dividing by k would give 1.""",
    """before = t_s < cutoff_s; scores[user[before], item[before]] = -inf; a boolean matrix of
relevant items; argsort(-scores, kind="stable")[:, :k]; hits / relevant, over users with relevant >
0.""",
)
q.why("""Two rules do the work: one **global** cutoff, and nothing from after it on the model's
side. A random split or leave-last-out is easier to write and flatters every model, but not all
alike: it flatters those most that follow trends, so it can turn the order of two models around (Ji
et al. 2023).

The popularity baseline deserves the same care. Counted over the whole log it is an oracle; counted
over the last week before the cutoff it is the strongest simple baseline that there is, and often
what a new model must beat by less than people think.

And no sampled negatives: ranking a positive among 100 random items gives another number, and
another order of models, than ranking it among all (Krichene & Rendle 2020).""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. What is a negative? (4 points, 10 minutes)
#
# The ranking model learns from what was shown. `shown` lists impressions (user, item, t_s): each
# pair of user and item at most once. `clicks` lists (user, item, t_s). It is `now_s`. A click
# counts if it comes within `window_s` of the impression (both ends included).
#
# Return the training rows (user, item, label), in the order of `shown`:
#
# - a row for each impression whose window is **closed**: `t_s + window_s <= now_s`, and for no
#   other one. Its label is 1 if a click counts, else 0;
# - what was not shown is neither liked nor disliked: **no row**.
#
# **Example.** Window 10, now 100. Shown: (0, 5, 80), (0, 6, 80), (1, 5, 95). Clicks: (0, 6, 84),
# (1, 5, 96), (1, 7, 50). Rows: (0, 5, 0), (0, 6, 1). The click at 96 has to wait until 105.


# %% nbgrader={"grade_id": "ranking_rows", "solution": true}
def ranking_rows(shown, clicks, n_items, now_s, window_s):
    """Labelled rows for the ranking model.

    Args:
        shown: list of (user, item, t_s). Impressions; a pair of user and item at most once.
        clicks: list of (user, item, t_s), all with t_s <= now_s; a pair may be there repeatedly.
        n_items: int. Items in the catalogue.
        now_s: float. When the rows are made.
        window_s: float > 0. How long after an impression a click counts for it.

    Returns:
        list of (user, item, label) in the order of `shown`.
    """
    ### BEGIN SOLUTION
    times = {}
    for user, item, t_s in clicks:
        times.setdefault((user, item), []).append(t_s)
    rows = []
    for user, item, t_s in shown:
        if t_s + window_s <= now_s:
            label = any(t_s <= c <= t_s + window_s for c in times.get((user, item), []))
            rows.append((user, item, int(label)))
    return rows
    ### END SOLUTION


# %% nbgrader={"grade_id": "ranking_rows_come_from_impressions", "grade": true}
"""A label needs an impression and a closed window."""
q = Question(ranking_rows, points=4)
q.case(
    [(0, 5, 80.0), (0, 6, 80.0), (1, 5, 95.0)],
    [(0, 6, 84.0), (1, 5, 96.0), (1, 7, 50.0)],
    9,
    100.0,
    10.0,
    gives=[(0, 5, 0), (0, 6, 1)],
    claim="only closed windows give rows, clicked or not",
)
q.case(
    [(2, 1, 10.0), (3, 1, 12.0)],
    [(2, 1, 21.0), (3, 1, 11.0), (3, 1, 90.0)],
    4,
    200.0,
    10.0,
    gives=[(2, 1, 0), (3, 1, 0)],
    claim="a click before the impression, or too long after it, does not count",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case([], [(0, 1, 3.0)], 5, 10.0, 2.0, claim="a click without an impression gives no row")
q.case(
    [(4, 2, 5.0), (1, 2, 4.0), (4, 0, 5.0)],
    [(4, 2, 5.0), (1, 2, 9.0), (1, 0, 6.0)],
    3,
    10.0,
    5.0,
    claim="the ends of the window are in it: t_s, t_s + window_s, and one that closes just now",
)
q.case(
    [(2, 2, 5.0), (1, 0, 4.0), (0, 1, 3.0)],
    [(1, 0, 6.0)],
    3,
    50.0,
    5.0,
    claim="the rows are in the order of `shown`, whatever the times",
)


def a_busy_day(seed):
    rng = np.random.default_rng(seed)
    pairs = rng.permutation([(u, i) for u in range(7) for i in range(11)])[:40].tolist()
    shown = [(u, i, float(t)) for (u, i), t in zip(pairs, rng.integers(0, 100, 40))]
    clicks = [(u, i, min(t + float(rng.integers(-8, 30)), 100.0)) for u, i, t in shown if u != i]
    clicks += [(int(u), int(i), 50.0) for u, i in rng.integers(0, 7, (9, 2))]
    return shown, clicks, 11, 100.0, 15.0


q.case(*a_busy_day(0), claim="a busy day, with late, early and stray clicks")
q.case(*a_busy_day(1), claim="another busy day")


@q.reference
def impression_by_impression(shown, clicks, n_items, now_s, window_s):
    return rows_by(shown, clicks, now_s, window_s)


def rows_by(shown, clicks, now_s, window_s, anybody=False, early=False, late=False, keep=None):
    rows = []
    for user, item, t_s in shown:
        gaps = [c - t_s for u, i, c in clicks if i == item and (anybody or u == user)]
        good = [g for g in gaps if (early or g >= 0) and (late or g <= window_s)]
        if keep(t_s, bool(good)) if keep else t_s + window_s <= now_s:
            rows.append((user, item, 1 if good else 0))
    return rows


@q.mistake("""You made negatives of items that were not shown. Nobody has turned them down: most
were never seen. A ranker that learns this learns to repeat the old system's choices. (Sampled
negatives are for retrieval, which must know the whole catalogue.)""")
def unexposed_as_negative(shown, clicks, n_items, now_s, window_s):
    rows, seen = rows_by(shown, clicks, now_s, window_s), {(u, i) for u, i, _ in shown}
    users = sorted({u for u, _, _ in shown})
    return rows + [(u, i, 0) for u in users for i in range(n_items) if (u, i) not in seen]


@q.mistake("""Impressions whose window is still open became negatives. The click may come yet:
today's rows are all too negative, and the newest items suffer most. Wait until the window has
closed.""")
def open_window_as_negative(shown, clicks, n_items, now_s, window_s):
    return rows_by(shown, clicks, now_s, window_s, keep=lambda t, good: True)


@q.mistake("""You took clicks at once and waited only with the others. Then the freshest rows are
all positive, and the click rate of new items is far too high. Clicked or not: wait for the
window.""")
def positives_at_once(shown, clicks, n_items, now_s, window_s):
    return rows_by(
        shown, clicks, now_s, window_s, keep=lambda t, good: good or t + window_s <= now_s
    )


@q.mistake("""Clicks without an impression became rows. Somebody came by search or by a link: that
tells nothing about what this list would have done. Rows come from `shown` only.""")
def clicks_without_impression(shown, clicks, n_items, now_s, window_s):
    rows, seen = rows_by(shown, clicks, now_s, window_s), {(u, i) for u, i, _ in shown}
    return rows + [(u, i, 1) for u, i, _ in clicks if (u, i) not in seen]


@q.mistake("""A click of any user on the item counts as this user's. Compare user and item.""")
def anybodys_click(shown, clicks, n_items, now_s, window_s):
    return rows_by(shown, clicks, now_s, window_s, anybody=True)


@q.mistake("""Clicks from before the impression count. They can't have been caused by it: a click
counts from t_s on.""")
def earlier_click_counts(shown, clicks, n_items, now_s, window_s):
    return rows_by(shown, clicks, now_s, window_s, early=True)


@q.mistake("""Clicks after the window count. Then a label changes for as long as you wait, and rows
of different age mean different things. A click counts up to t_s + window_s.""")
def late_click_counts(shown, clicks, n_items, now_s, window_s):
    return rows_by(shown, clicks, now_s, window_s, late=True)


@q.mistake("""The ends of the window are left out. A click at exactly t_s or t_s + window_s counts,
and a window that closes at now_s is closed.""")
def ends_left_out(shown, clicks, n_items, now_s, window_s):
    hits = {(u, i) for u, i, t in shown for v, j, c in clicks
            if (u, i) == (v, j) and 0 < c - t < window_s}  # fmt: skip
    return [(u, i, int((u, i) in hits)) for u, i, t in shown if t + window_s < now_s]


@q.mistake("""The rows are sorted by time. They are wanted in the order of `shown`, so that they can
be joined with what else was logged.""")
def rows_sorted_by_time(shown, clicks, n_items, now_s, window_s):
    return rows_by(sorted(shown, key=lambda row: row[2]), clicks, now_s, window_s)


@q.mistake("""Only clicked impressions gave rows. Without negatives there is nothing to tell apart:
shown and not clicked, with the window closed, is label 0.""")
def positives_only(shown, clicks, n_items, now_s, window_s):
    return [row for row in rows_by(shown, clicks, now_s, window_s) if row[2]]


@q.variant
def with_arrays(shown, clicks, n_items, now_s, window_s):
    if not shown:
        return []
    user, item, t_s = np.array(shown, dtype=float).T
    label = np.zeros(len(t_s), dtype=int)
    for u, i, c in clicks:
        label |= (user == u) & (item == i) & (t_s <= c) & (c <= t_s + window_s)
    closed = t_s + window_s <= now_s
    return np.stack([user, item, label], axis=1)[closed].astype(int).tolist()


@q.variant
def as_a_generator(shown, clicks, n_items, now_s, window_s):
    hits = {
        (u, i)
        for u, i, t in shown
        for v, j, c in clicks
        if (u, i) == (v, j) and 0 <= c - t <= window_s
    }
    return ([u, i, int((u, i) in hits)] for u, i, t in shown if now_s - t >= window_s)


q.hints(
    "Each row must come from an impression. Which impressions may not speak yet?",
    """now 100, window 10: an impression at 95 with a click at 96 gives no row yet. With it, the
last ten seconds would hold clicked rows only.""",
    """for user, item, t in shown: skip if t + window > now; label = any(t <= c <= t + window) over
this user's clicks on this item.""",
)
q.why("""Two stages, two kinds of negatives. Retrieval must place the whole catalogue, so random or
in-batch negatives are right. The ranker only ever sees what retrieval lets through, so its rows are
impressions: same distribution in training and in serving.

"Shown, not clicked" is itself a weak label: position decides how much was looked at, and the old
system decided what was shown. Log the position and the probability of showing, and keep a small
share of traffic that explores: those rows are the only ones that can contradict the model.

The window is the label's delay. Taking positives at once and negatives later is the error that
nobody sees: the click rate of the last hour is then 100 %.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Train the towers (5 points, 25 minutes)
#
# Each tower is a table here: one vector a user, one an item. `train_towers` gets the events of the
# training set and does `steps` times: draw `batch` events with replacement, look their vectors up,
# **divide them by their length**, take the loss of question 1, and step. Then return both tables,
# so that a **plain dot product** of the returned vectors is the score that was trained.
#
# - $q$ of an item: (its events + 1) / (all events + n_items). With `correct` False, use log q = 0.
# - All randomness comes from `rng`. The start and the optimiser are free; `adagrad_rows` and
#   `unit_rows_backward` from above will do, and so will torch.
# - Users and items without events keep some vector of length 1.
#
# **What is graded.** Recall at 50 on the future is at least 1.5 times that of popularity. The
# cross-entropy of the training events over *all* items, from $u\cdot v/\tau$ of the returned
# vectors, is at most 4.2 (popularity has 4.8). With the correction, recall on popular items is
# higher by 0.1 or more, and as a whole not lower by more than 0.03. The same `rng` gives the same
# result, another one another.


# %% nbgrader={"grade_id": "train_towers", "solution": true}
def train_towers(log, cfg, rng):
    """User and item vectors whose dot product is the trained score.

    Args:
        log: dict with `user`, `item` int arrays [n]: the events of the training set.
        cfg: dict with n_users, n_items, dim, batch, steps (ints), lr, temp (floats: 0.6 and 0.25
            suit adagrad_rows), correct (bool).
        rng: np.random.Generator. The only source of randomness.

    Returns:
        (U, V): float arrays [n_users, dim], [n_items, dim], rows of length 1.
    """
    ### BEGIN SOLUTION
    user, item = log["user"], log["item"]
    tables = [rng.standard_normal((cfg[n], cfg["dim"])) for n in ("n_users", "n_items")]
    states = [np.zeros((len(table), 1)) for table in tables]
    counts = np.bincount(item, minlength=cfg["n_items"])
    logq = np.log((counts + 1) / (len(item) + cfg["n_items"])) * cfg["correct"]
    for _ in range(cfg["steps"]):
        rows = rng.integers(len(user), size=cfg["batch"])
        ids = user[rows], item[rows]
        raw = [table[i] for table, i in zip(tables, ids)]  # two times (batch, dim)
        units = [unit_rows(part) for part in raw]
        _, *grads = inbatch_loss(*units, ids[1], logq[ids[1]], cfg["temp"])
        for table, state, i, x, grad in zip(tables, states, ids, raw, grads):
            adagrad_rows(table, state, i, unit_rows_backward(x, grad), cfg["lr"])
    return unit_rows(tables[0]), unit_rows(tables[1])
    ### END SOLUTION


# %% nbgrader={"grade_id": "train_towers_beats_popularity", "grade": true}
"""The towers find more than popularity does, and the correction is why."""
q = Question(train_towers, points=5)
CFG = {"n_users": 120, "n_items": 300, "dim": 8, "batch": 64, "steps": 150}
CFG |= {"lr": 0.6, "temp": 0.25, "correct": True}


def split(seed):
    """The training events of a log, and for each user what is new in the test events."""
    log = make_log(seed)
    past = log["t_s"] < 80.0
    old, new = np.zeros((2, 120, 300), dtype=bool)
    old[log["user"][past], log["item"][past]] = True
    new[log["user"][~past], log["item"][~past]] = True
    return {"user": log["user"][past], "item": log["item"][past]}, old, new & ~old


SHOP = split(5)


def recall_at_50(scores, old, new):
    top = np.argsort(np.where(old, np.inf, -scores), axis=1, kind="stable")[:, :50]
    hits, wanted = np.take_along_axis(new, top, axis=1).sum(axis=1), new.sum(axis=1)
    return np.mean(hits[wanted > 0] / wanted[wanted > 0])


def vectors(f, log, cfg, seed):
    """What f returns, as two float arrays."""
    found = f(log, cfg, np.random.default_rng(seed))
    return [np.asarray(t.detach() if hasattr(t, "detach") else t, dtype=float) for t in found]


@q.probe(gives="")
def vectors_have_length_one(f):
    """A plain dot product of the returned vectors is the cosine that was trained."""
    log, cfg = {"user": np.array([0, 2, 2]), "item": np.array([1, 4, 1])}, CFG | {"steps": 3}
    U, V = vectors(f, log, cfg | {"n_users": 5, "n_items": 7, "dim": 3, "batch": 11}, 0)
    if (U.shape, V.shape) != ((5, 3), (7, 3)):
        return f"the shapes are {U.shape} and {V.shape}, not (5, 3) and (7, 3)"
    lengths = np.concatenate([np.linalg.norm(U, axis=1), np.linalg.norm(V, axis=1)])
    if not np.isfinite(lengths).all():
        return "not all of them are finite, after 3 steps with users and items without events"
    return "" if np.allclose(lengths, 1, atol=1e-4) else "their lengths are not 1"


@q.probe(gives="")
def served_scores_find_and_fit(f):
    """Recall at 50 is at least 1.5 times that of popularity, and the dot products fit the
    events."""
    log, old, new = SHOP
    U, V = vectors(f, log, CFG, 1)
    counts = np.bincount(log["item"], minlength=300).astype(float)
    ratio = recall_at_50(U @ V.T, old, new) / recall_at_50(np.tile(counts, (120, 1)), old, new)
    below = (
        "it is lower than that of popularity" if ratio < 1 else "it is higher, by less than half"
    )
    if ratio < 1.5:
        return below
    z = U @ V.T / CFG["temp"]
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    loss = -log_p[log["user"], log["item"]].mean()
    return "" if loss <= 4.2 else "the cross-entropy of the training events is above 4.2"


### BEGIN HIDDEN TESTS
q.hidden()
OTHER_SHOP = split(1)


@q.probe(gives="", weight=2)
def the_correction_moves_recall_to_the_head(f):
    """With log q recall rises, most of all on the fifth of the items with the most events."""
    log, old, new = OTHER_SHOP
    head = np.argsort(np.argsort(-np.bincount(log["item"], minlength=300))) < 60
    short = CFG | {"steps": 110}
    (U, V), (U0, V0) = (vectors(f, log, short | {"correct": on}, 2) for on in (True, False))
    gain, head_gain = (
        recall_at_50(U @ V.T, old, part) - recall_at_50(U0 @ V0.T, old, part)
        for part in (new, new & head)
    )
    if np.array_equal(U, U0) or abs(head_gain) < 0.02:
        return "`correct` changes nothing"
    if head_gain < 0:
        return "recall on popular items falls with it"
    if head_gain < 0.1:
        return "recall on popular items hardly rises"
    return "" if gain > -0.03 else "recall falls as a whole: popular items are all that is left"


@q.probe(gives={"same": True, "other": False})
def rng_is_the_only_luck(f):
    """The same generator gives the same vectors, another one gives others."""
    log, cfg = {"user": np.array([0, 2, 2, 1]), "item": np.array([1, 4, 1, 0])}, CFG | {"steps": 2}
    cfg |= {"n_users": 3, "n_items": 5, "dim": 2, "batch": 7}
    a, b, c = (vectors(f, log, cfg, seed)[1] for seed in (3, 3, 4))
    return {"same": np.allclose(a, b), "other": np.allclose(a, c)}


@q.reference
def from_another_start(log, cfg, rng):
    return towers(log, cfg, rng)


def in_batch(a, b, ids, logq, temp):
    """The loss of question 1 and its gradients, once more."""
    z = a @ b.T / temp - logq
    z[(ids[:, None] == ids) & ~np.eye(len(ids), dtype=bool)] = -np.inf
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    grad = (p - np.eye(len(ids))) / len(ids) / temp
    return -np.log(np.diag(p)).mean(), grad @ b, grad.T @ a


def towers(
    log, cfg, rng, sign=1.0, temp_on_q=1.0, temp=None, raw=False, plain_dot=False, frozen=False
):
    """Towers with another start, and gradients by hand; with what may go wrong in it."""
    user, item, temp = log["user"], log["item"], temp or cfg["temp"]
    tables = [rng.uniform(-1, 1, (cfg[n], cfg["dim"])) for n in ("n_users", "n_items")]
    states = [np.full((len(table), 1), 1e-6) for table in tables]
    counts = np.bincount(item, minlength=cfg["n_items"])
    logq = sign * np.log((counts + 1) / (len(item) + cfg["n_items"])) * cfg["correct"] / temp_on_q
    for _ in range(cfg["steps"]):
        rows = rng.integers(0, len(user), cfg["batch"]) * (not frozen)
        u, i = user[rows], item[rows]
        x, y = tables[0][u], tables[1][i]
        a, b = (x, y) if plain_dot else (unit_rows(x), unit_rows(y))
        _, da, db = in_batch(a, b, i, logq[i], temp)
        if not plain_dot:
            da, db = unit_rows_backward(x, da), unit_rows_backward(y, db)
        adagrad_rows(tables[0], states[0], u, da, cfg["lr"])
        adagrad_rows(tables[1], states[1], i, db, cfg["lr"])
    return tuple(tables) if raw else tuple(map(unit_rows, tables))


@q.mistake("""You trained with cosines and returned vectors of other lengths. A plain dot product
then ranks by length too, which training never saw: lengths are what the start and the step size
left. Return unit_rows of both tables.""")
def train_cosine_serve_dot(log, cfg, rng):
    return towers(log, cfg, rng, raw=True)


@q.mistake("""You trained with plain dot products and divided by the lengths afterwards: what is
served was never trained. Take unit_rows of the looked-up vectors *before* the loss, and let the
gradient pass through.""")
def train_dot_serve_cosine(log, cfg, rng):
    return towers(log, cfg, rng, plain_dot=True)


@q.mistake("""With the correction, popular items are recommended *less*: log q was added. In-batch
negatives over-sample popular items; subtract log q in training only.""")
def logq_added(log, cfg, rng):
    return towers(log, cfg, rng, sign=-1.0)


@q.mistake("""cfg["correct"] changes nothing, or next to nothing. Pass log q of the batch's items to
the loss (zeros if it is False), with q their share among *all* training events, not in the
batch.""")
def correction_not_used(log, cfg, rng):
    return towers(log, cfg | {"correct": False}, rng)


@q.mistake("""You corrected too much: log q was divided by the temperature. Popular items are all
that is left, for everybody. log q is a log probability already: the temperature does not touch
it.""")
def logq_divided_by_temp(log, cfg, rng):
    return towers(log, cfg, rng, temp_on_q=cfg["temp"])


@q.mistake("""All batches hold the same few events, so most vectors are never trained. Draw new rows
in each step, from all events: rng.integers(len(user), size=batch).""")
def one_event_for_ever(log, cfg, rng):
    return towers(log, cfg, rng, frozen=True)


@q.mistake("""Your result does not depend on `rng`: you made a generator of your own. Draw the start
and the batches from the one that is passed.""")
def generator_of_its_own(log, cfg, rng):
    return towers(log, cfg, np.random.default_rng(0))


@q.variant
def dense_adam(log, cfg, rng):
    user, item, d = log["user"], log["item"], cfg["dim"]
    sizes = cfg["n_users"], cfg["n_items"]
    table = rng.standard_normal((sum(sizes), d))  # both towers in one table
    m, v = np.zeros((2, *table.shape))
    counts = np.bincount(item, minlength=sizes[1])
    q_item = (counts + 1.0) / (len(item) + sizes[1])
    for step in range(1, cfg["steps"] + 1):
        rows = rng.choice(len(user), cfg["batch"])
        at = np.concatenate([user[rows], sizes[0] + item[rows]])
        a, b = np.split(unit_rows(table[at]), 2)
        logq = np.log(q_item[item[rows]]) if cfg["correct"] else np.zeros(len(rows))
        _, da, db = in_batch(a, b, item[rows], logq, cfg["temp"])
        grad = np.zeros_like(table)
        np.add.at(grad, at, unit_rows_backward(table[at], np.concatenate([da, db])))
        m, v = 0.8 * m + 0.2 * grad, 0.99 * v + 0.01 * grad**2
        table -= 0.15 * m / (1 - 0.8**step) / (np.sqrt(v / (1 - 0.99**step)) + 1e-8)
    return np.split(unit_rows(table).astype(np.float32), [sizes[0]])


@q.variant
def plain_gradient_steps(log, cfg, rng):
    user, item = log["user"], log["item"]
    U, V = (unit_rows(rng.random((cfg[n], cfg["dim"])) - 0.5) for n in ("n_users", "n_items"))
    q_item = np.bincount(item, minlength=cfg["n_items"]) + 1
    q_item = q_item / q_item.sum()
    for _ in range(cfg["steps"]):
        rows = rng.integers(0, len(user), cfg["batch"])
        u, i = user[rows], item[rows]
        logq = np.log(q_item[i]) if cfg["correct"] else 0 * q_item[i]
        _, dU, dV = in_batch(U[u], V[i], i, logq, cfg["temp"])
        np.add.at(U, u, -4 * dU)
        np.add.at(V, i, -4 * dV)
        U, V = unit_rows(U), unit_rows(V)  # back onto the sphere
    return U, V


q.hints(
    """Print the recall of popularity, of your towers, and of your towers with `correct` False, on
SHOP. The middle one should be largest.""",
    """log q is one number an item: logq[item[rows]] has the shape (batch,). An item without events
has q = 1 / (n + n_items), so log q is finite.""",
    """raw rows → unit_rows → inbatch_loss → unit_rows_backward(raw, grad) → adagrad_rows. At the
end return unit_rows of both tables.""",
)
q.why("""Three seams decide. *Score*: what is trained must be what the index computes. Trained on
cosines, the lengths are an accident of the start and of how often a row was touched, and so of
popularity. *Negatives*: the batch is drawn by popularity, and log q undoes that. *Time*: q is
counted on training events.

Look at what the correction did: recall on popular items rose by more than half (from 0.43 to 0.69
here, mean of three runs), and on the tail it **fell** (from 0.62 to 0.53). Without it the score is
P(item|user)/q, which favours the tail. Which of the two you want is a product question; log q makes
the score mean "will they buy it", which is what the metric counts. A tail bonus belongs into
re-ranking, where you can see it and turn it.

Row-wise Adagrad keeps one number a row instead of one or two a weight: question 8 says what that is
worth.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. An inverted file (5 points, 20 minutes)
#
# An exact search computes a dot product with every item. An inverted file (IVF) groups the items
# first and looks into a few groups only.
#
# - **Build.** k-means on the rows of X (length 1): `n_lists` centroids, any start from `rng`, 10
#   rounds or more. Each item then belongs to the list of its nearest centroid. A list may be empty.
# - **Search**, the function that `ivf_build` returns. Compare the query with **all** centroids,
#   look into the `nprobe` best lists, compute the dot product with each item there, and return the
#   k best items, best first (fewer if those lists hold fewer). "Best list" may mean the nearest
#   centroid or the largest dot product.
# - **Count.** Dot products and distances cost the same: `n_dots` of a search counts the centroids
#   and the items that were compared.
#
# **What is graded.** With all lists probed, the result is exact. On clustered data, 3 of 40 lists
# give recall at 10 of 0.9 or more for at most 15 % of the n products. On vectors without clusters
# (n 600, d 6), 3 of 30 lists give 0.77 or more.


# %% nbgrader={"grade_id": "ivf_build", "solution": true}
def ivf_build(X, n_lists, rng):
    """An inverted-file index for the largest dot products.

    Args:
        X: float array [n, d]. Items; rows of length 1.
        n_lists: int ≥ 1, at most n.
        rng: np.random.Generator.

    Returns:
        function search(query [d] of length 1, nprobe from 1 to n_lists, k ≥ 1) → (ids, n_dots):
        int array [≤ k], best first; int.
    """
    ### BEGIN SOLUTION
    X = np.array(X)
    centroids = X[rng.choice(len(X), n_lists, replace=False)]
    for _ in range(12):  # |x - c|² = 1 - 2 x·c + |c|²
        owner = np.argmax(X @ centroids.T - (centroids**2).sum(axis=1) / 2, axis=1)
        for c in np.unique(owner):
            centroids[c] = X[owner == c].mean(axis=0)
    owner = np.argmax(X @ centroids.T - (centroids**2).sum(axis=1) / 2, axis=1)
    lists = [np.flatnonzero(owner == c) for c in range(n_lists)]

    def search(query, nprobe, k):
        best = np.argsort(-(centroids @ query), kind="stable")[:nprobe]
        ids = np.sort(np.concatenate([lists[c] for c in best]))
        order = np.argsort(-(X[ids] @ query), kind="stable")[:k]
        return ids[order], n_lists + len(ids)

    return search
    ### END SOLUTION


# %% nbgrader={"grade_id": "ivf_build_finds_most_for_few_products", "grade": true}
"""An index finds nearly everything for a fraction of the products, and counts them honestly."""
q = Question(ivf_build, points=5)


def clustered(seed, n=1480, clusters=37, d=16, spread=0.14):
    """Rows of length 1 around `clusters` directions, and 20 queries like them."""
    rng = np.random.default_rng(seed)
    centres = unit_rows(rng.standard_normal((clusters, d)))
    X = centres[rng.integers(clusters, size=n + 20)] + spread * rng.standard_normal((n + 20, d))
    return unit_rows(X)[:n], unit_rows(X)[n:]


def found_by(search, query, nprobe, k):
    ids, n_dots = search(query, nprobe, k)
    return [int(i) for i in ids], int(n_dots)


def exact(X, query, k):
    return np.argsort(-(X @ query), kind="stable")[:k].tolist()


@q.probe(gives="")
def all_lists_together_are_exact(f):
    """With every list probed the result is that of an exact search, best first."""
    X, queries = clustered(0, n=53, clusters=5, d=3)
    index = f(X, 7, np.random.default_rng(1))
    for query in queries[:5]:
        ids, n_dots = found_by(index, query, 7, 11)
        right = exact(X, query, 11)
        if ids == right[::-1]:
            return "the order is worst first"
        if sorted(ids) != sorted(right):
            return f"{len(set(ids) & set(right))} of the 11 best items are among the {len(ids)}"
        if ids != right:
            return "the items are right, their order is not"
        if n_dots != 7 + 53:
            return f"n_dots is {n_dots}: 7 centroids and 53 items were compared"
    return ""


@q.probe(gives="")
def three_lists_find_nine_in_ten(f):
    """3 of 40 lists give recall at 10 of 0.9 or more for at most 15 % of the products."""
    X, queries = clustered(2)
    index = f(X, 40, np.random.default_rng(3))
    found = [found_by(index, query, 3, 10) for query in queries]
    hits = [len(set(ids) & set(exact(X, v, 10))) for (ids, _), v in zip(found, queries)]
    if np.mean(hits) < 9:
        return "recall is below 0.9" + (", even below 0.5" if np.mean(hits) < 5 else "")
    return "" if np.mean([n for _, n in found]) <= 0.15 * len(X) else "more than 15 % are compared"


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="")
def what_is_returned_was_counted(f):
    """n_dots is the number of lists plus the number of items in the lists that were probed."""
    X, queries = clustered(4, n=211, clusters=9, d=5)
    index = f(X, 13, np.random.default_rng(5))
    for nprobe in (1, 2, 5):
        ids, n_dots = found_by(index, queries[nprobe], nprobe, 211)
        if len(ids) + 13 != n_dots:
            return (
                f"{len(ids)} items came out of {nprobe} lists of 13, and n_dots is off by "
                + str(n_dots - len(ids) - 13)
            )
    return ""


@q.probe(gives="")
def an_item_finds_itself_in_one_list(f):
    """With its own vector as the query, nearly every item is found in the first list."""
    X, _ = clustered(6, n=211, clusters=9, d=5)
    index = f(X, 13, np.random.default_rng(7))
    hits = [found_by(index, X[i], 1, 1)[0] == [i] for i in range(0, 211, 3)]
    if not any(hits):
        return "not one of them is"
    return "" if np.mean(hits) >= 0.9 else "many are not"


@q.probe(gives="")
def means_beat_random_items(f):
    """On vectors without clusters, 3 of 30 lists give recall at 10 of 0.77 or more."""
    hits = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        X, queries = (unit_rows(rng.standard_normal((n, 6))) for n in (600, 40))
        index = f(X, 30, np.random.default_rng(10 + seed))
        for query in queries:
            hits.append(len(set(found_by(index, query, 3, 10)[0]) & set(exact(X, query, 10))))
    return "" if np.mean(hits) >= 7.7 else "it is lower: did the centroids move to the means?"


@q.probe(gives="")
def few_items_in_the_lists(f):
    """Where the lists hold fewer than k items, all of them are returned, each once."""
    X, queries = clustered(8, n=31, clusters=3, d=3)
    index = f(X, 29, np.random.default_rng(9))
    ids, _ = found_by(index, queries[0], 2, 25)
    if len(ids) != len(set(ids)):
        return "some are there twice"
    return "" if 0 < len(ids) < 25 and set(ids) <= set(range(31)) else f"{len(ids)} are"


@q.probe(gives=[4, 9, 2])
def ties_and_twins(f):
    """Items with equal vectors are returned by their numbers."""
    X = unit_rows(np.array([[0.0, 1.0]] * 2 + [[1.0, 0.1]] + [[0.0, 1.0]] * 2 + [[0.0, -1.0]] * 5))
    X[[4, 9]] = [1.0, 0.0]
    return found_by(f(X, 3, np.random.default_rng(0)), np.array([1.0, 0.0]), 3, 3)[0]


class Around:
    """An index by another start and the distances themselves; with what may go wrong in it."""

    rounds, random, free, far, local, everything, up, per_list = 12, 0, 0, 0, 0, 0, 0, 0

    def __init__(self, X, n_lists, rng):
        self.X = np.asarray(X)
        c = self.X[rng.permutation(len(X))[:n_lists]]
        for _ in range(self.rounds):
            owner = (-2 * self.X @ c.T + (c * c).sum(axis=1)).argmin(axis=1)
            sizes = np.bincount(owner, minlength=n_lists)[:, None]
            sums = np.eye(n_lists)[owner].T @ self.X
            c = np.where(sizes > 0, sums / np.maximum(sizes, 1), c)
        owner = (-2 * self.X @ c.T + (c * c).sum(axis=1)).argmin(axis=1)
        owner = rng.permutation(owner) if self.random else owner
        self.c, self.lists = c, [np.flatnonzero(owner == j).tolist() for j in range(n_lists)]

    def search(self, query, nprobe, k):
        near = np.argsort(((self.c - query) ** 2).sum(axis=1))
        near = near[::-1][:nprobe] if self.far else near[:nprobe]
        lists = self.lists if self.everything else [self.lists[j] for j in near]
        far = (-(self.X @ query)).tolist()
        pool = [(far[i], i, at) for part in lists for at, i in enumerate(part)]
        if self.per_list:
            best = [i for part in lists for i in sorted(part, key=lambda i: far[i])[:k]]
        else:
            best = [row[2 if self.local else 1] for row in sorted(pool)[:k]]
        count = len(pool) + (0 if self.free else len(self.c))
        return np.array(best[::-1] if self.up else best), count


def around(**wrong):
    """A right index, or with one thing wrong in it."""
    kind = type("Wrong", (Around,), wrong)
    return lambda X, n_lists, rng: kind(X, n_lists, rng).search


@q.reference
def with_distances(X, n_lists, rng):
    return Around(X, n_lists, rng).search


@q.mistake("""The comparisons with the centroids are not counted. They are dot products of the same
length: with √n lists they are as many as the items of one list, and they set the best number of
lists.""")
def coarse_distances_free(X, n_lists, rng):
    return around(free=1)(X, n_lists, rng)


@q.mistake("""Every item is compared, whatever nprobe says: one stage that scores all. That is
exact, and what an index is there to avoid. Look into the nprobe lists only.""")
def one_stage_scores_all(X, n_lists, rng):
    return around(everything=1)(X, n_lists, rng)


@q.mistake("""The lists have nothing to do with the centroids: an item is not in the list of its
nearest centroid. Assign after the last round, and keep the order of the items.""")
def items_in_random_lists(X, n_lists, rng):
    return around(random=1)(X, n_lists, rng)


@q.mistake("""Your centroids are items of the start: they never moved, or hardly. Ten rounds of
k-means (assign, then take the mean of each list) find the same for fewer products.""")
def centroids_never_moved(X, n_lists, rng):
    return around(rounds=0)(X, n_lists, rng)


@q.mistake("""You look into the lists whose centroids are *farthest* from the query. A large dot
product is near, a large distance is far.""")
def farthest_lists_probed(X, n_lists, rng):
    return around(far=1)(X, n_lists, rng)


@q.mistake("""You return positions inside the lists, not item numbers. Keep the numbers of the items
with each list and map back.""")
def positions_for_ids(X, n_lists, rng):
    return around(local=1)(X, n_lists, rng)


@q.mistake("""The result is worst first. Sort by falling dot product.""")
def worst_first(X, n_lists, rng):
    return around(up=1)(X, n_lists, rng)


@q.mistake("""You took the k best of each list, and returned them list by list. Merge all
candidates, then take the k best.""")
def k_of_each_list(X, n_lists, rng):
    return around(per_list=1)(X, n_lists, rng)


@q.variant
def in_torch(X, n_lists, rng):
    import torch

    X = torch.tensor(X)
    c = X[torch.tensor(rng.choice(len(X), n_lists, replace=False))].clone()
    for _ in range(12):
        owner = torch.cdist(X, c).argmin(dim=1)
        sums = torch.zeros_like(c).index_add_(0, owner, X)
        size = torch.bincount(owner, minlength=n_lists)[:, None]
        c = torch.where(size > 0, sums / size.clamp(min=1), c)
    owner = torch.cdist(X, c).argmin(dim=1)

    def search(query, nprobe, k):
        query = torch.tensor(query)
        lists = torch.linalg.norm(c - query, dim=1).argsort()[:nprobe]
        ids = torch.isin(owner, lists).nonzero()[:, 0]
        order = (X[ids] @ query).argsort(descending=True, stable=True)[:k]
        return ids[order], n_lists + len(ids)

    return search


@q.variant
def spread_out_start_and_plain_lists(X, n_lists, rng):
    chosen = [int(rng.integers(len(X)))]
    while len(chosen) < n_lists:  # each start far from those before
        chosen.append(int(np.argmin((X @ X[chosen].T).max(axis=1))))
    centroids = X[chosen].astype(np.float32)
    for rounds in range(11):
        lists = [[] for _ in range(n_lists)]
        for i, c in enumerate(np.argmin(-2 * X @ centroids.T + (centroids**2).sum(1), axis=1)):
            lists[c].append(i)
        if rounds < 10:
            rows = [X[part].mean(axis=0) if part else old for part, old in zip(lists, centroids)]
            centroids = np.array(rows)

    def search(query, nprobe, k):
        order = np.argsort(-(centroids @ query), kind="stable").tolist()
        pool = sorted(i for c in order[:nprobe] for i in lists[c])
        score = dict(zip(pool, (X[pool] @ query).tolist()))
        return sorted(pool, key=lambda i: -score[i])[:k], n_lists + len(pool)

    return search


q.hints(
    """Three things can be checked by themselves: with all lists probed it is exact; k = n returns
as many items as were counted; an item finds itself in one list.""",
    """X of 53 rows, 7 lists, nprobe 7: the same 11 items in the same order as
np.argsort(-(X @ query))[:11], and n_dots = 60.""",
    """Nearest centroid: argmin of |x - c|², which is argmax of x·c - |c|²/2 (centroids are shorter
than 1, so x·c alone prefers long ones). After the last round assign once more. Sort ids before a
stable sort by score.""",
)
q.why("""With n items in L even lists a search costs L + nprobe·n/L products. That is least at L =
√(nprobe·n), and then it is 2√(nprobe·n): for 10⁸ items and nprobe 16, 80 000 products instead of
10⁸. The centroids are half of that bill, so leaving them out of the count hides half of the cost
and moves the best L.

k-means minimises squared distance, so for rows of length 1 nearest means largest dot product, and
the lists serve the score. If the lengths differ, a long item has large products with everybody and
sits in a list that few queries probe: then normalise, or use an index that is made for inner
products.

Recall against this index's *exact* answer is not recall against what users buy. 0.9 here costs less
than 10 % of purchases, because what is lost is mostly the lower half of the list; measure it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Maximal marginal relevance (4 points, 10 minutes)
#
# Ten good items of one kind make a poor page. Choose one item after another; the next is the item
# i, not chosen yet, with the largest
#
# $$\lambda\,\mathrm{rel}_i-(1-\lambda)\max_{j\in\text{chosen}}\mathrm{sim}_{ij}$$
#
# The maximum over no items is 0. Return the numbers of the chosen items in the order of choice, k
# of them, or all n if there are fewer. Ties go to the lower number. `sim` is symmetric.
#
# **Example.** `rel = [1.0, 0.9, 0.5]`, items 0 and 1 have similarity 0.8, all others 0. With λ =
# 0.5: first 0; then 1 has 0.45 − 0.40 = 0.05 and 2 has 0.25, so the order is 0, 2, 1.


# %% nbgrader={"grade_id": "mmr", "solution": true}
def mmr(rel, sim, lam, k):
    """Items in an order that trades relevance for novelty.

    Args:
        rel: float array [n]. Relevance of each item.
        sim: float array [n, n]. Similarity; the diagonal is not used.
        lam: float in (0, 1]. Weight of relevance.
        k: int ≥ 0. How many items are wanted.

    Returns:
        list of int: the chosen items, in order.
    """
    ### BEGIN SOLUTION
    chosen, closest = [], None
    left = np.ones(len(rel), dtype=bool)
    for _ in range(min(k, len(rel))):
        penalty = 0.0 if closest is None else (1 - lam) * closest
        best = int(np.argmax(np.where(left, lam * rel - penalty, -np.inf)))
        chosen.append(best)
        left[best] = False
        closest = sim[best] if closest is None else np.maximum(closest, sim[best])
    return chosen
    ### END SOLUTION


# %% nbgrader={"grade_id": "mmr_trades_relevance_for_novelty", "grade": true}
"""The next item is relevant and unlike what is there."""
q = Question(mmr, points=4)
PAIR = np.array([[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]])
q.case(np.array([1.0, 0.9, 0.5]), PAIR, 0.5, 3, gives=[0, 2, 1], claim="a near copy is put off")
q.case(np.array([1.0, 0.9, 0.5]), PAIR, 1.0, 2, gives=[0, 1], claim="λ = 1 is plain relevance")
q.case(np.array([0.2, 0.7]), np.eye(2), 0.5, 9, gives=[1, 0], claim="no more than there are")


def items(n, seed, low=-0.4):
    """Relevance and a symmetric similarity of order 1, some of it negative."""
    rng = np.random.default_rng(seed)
    sim = rng.uniform(low, 1.0, (n, n))
    return rng.random(n), np.triu(sim, 1) + np.triu(sim, 1).T + np.eye(n)


### BEGIN HIDDEN TESTS
q.hidden()
q.case(*items(11, 0), 0.3, 7, claim="seven of eleven items, novelty weighs more")
q.case(*items(11, 1), 0.7, 7, claim="seven of eleven items, relevance weighs more")
q.case(*items(13, 2, low=-1.0), 0.4, 13, claim="a negative similarity speaks for an item")
q.case(np.full(5, 0.5), np.zeros((5, 5)), 0.5, 3, claim="ties go to the lower number")
q.case(*items(7, 3), 0.5, 0, claim="k = 0 chooses nothing")


@q.reference
def scored_anew_each_time(rel, sim, lam, k):
    return greedy(rel, lambda i, chosen: max(sim[i][j] for j in chosen), lam, k)


def greedy(rel, likeness, lam, k, sign=-1.0, again=False):
    chosen = []
    while len(chosen) < min(k, len(rel)):
        scores = {}
        for i in range(len(rel)):
            if again or i not in chosen:
                near = likeness(i, chosen) if chosen else 0.0
                scores[i] = lam * rel[i] + sign * (1 - lam) * near
        chosen.append(max(scores, key=scores.get))
    return chosen


@q.mistake("""You added the similarity: the list seeks near copies of what it has. Novelty needs a
minus before (1 - λ).""")
def mmr_sign(rel, sim, lam, k):
    return greedy(rel, lambda i, chosen: max(sim[i][j] for j in chosen), lam, k, sign=1.0)


@q.mistake("""You took the mean similarity to what is chosen. Then one near copy among many others
passes. The *largest* similarity decides.""")
def mean_similarity(rel, sim, lam, k):
    return greedy(rel, lambda i, chosen: np.mean([sim[i][j] for j in chosen]), lam, k)


@q.mistake("""You summed the similarities, so the penalty grows with the length of the list and
drowns relevance. The largest one decides.""")
def summed_similarity(rel, sim, lam, k):
    return greedy(rel, lambda i, chosen: sum(sim[i][j] for j in chosen), lam, k)


@q.mistake("""You compared with the last chosen item only, so a copy of the one before it comes
back. Compare with all chosen items.""")
def last_item_only(rel, sim, lam, k):
    return greedy(rel, lambda i, chosen: sim[i][chosen[-1]], lam, k)


@q.mistake("""λ weighs novelty in your formula. It weighs relevance: λ = 1 is the plain order.""")
def lambda_weighs_novelty(rel, sim, lam, k):
    return greedy(rel, lambda i, chosen: max(sim[i][j] for j in chosen), 1 - lam, k)


@q.mistake("""You weighed similarity only: relevance must be multiplied by λ, similarity by 1 -
λ.""")
def relevance_not_weighed(rel, sim, lam, k):
    return greedy(rel / lam, lambda i, chosen: max(sim[i][j] for j in chosen), lam, k)


@q.mistake("""Similarity was cut off at 0. An item that is the opposite of what is chosen has a
negative one, and that speaks for it: start the maximum from the first chosen item, not from 0.""")
def maximum_starts_at_zero(rel, sim, lam, k):
    return greedy(rel, lambda i, chosen: max(0.0, *(sim[i][j] for j in chosen)), lam, k)


@q.mistake("""You compared each item with itself as well. That similarity is the same for all, and
hides every near copy: compare with the chosen items only.""")
def compared_with_itself(rel, sim, lam, k):
    return greedy(rel, lambda i, chosen: max(sim[i][j] for j in [*chosen, i]), lam, k)


@q.mistake("""An item was chosen twice. Leave chosen items out of the next choice.""")
def chosen_twice(rel, sim, lam, k):
    return greedy(rel, lambda i, chosen: max(sim[i][j] for j in chosen), lam, k, again=True)


@q.mistake("""You scored each item once, against all others, and sorted. The penalty is for what is
*chosen*: it must be computed anew after each choice.""")
def scored_once_and_sorted(rel, sim, lam, k):
    others = np.where(np.eye(len(rel), dtype=bool), -np.inf, sim)
    near = others.max(axis=1) if len(rel) > 1 else np.zeros(len(rel))
    return np.argsort(-(lam * rel - (1 - lam) * near), kind="stable")[:k].tolist()


@q.variant
def whole_matrix_each_time(rel, sim, lam, k):
    chosen = []
    for _ in range(min(k, len(rel))):
        near = sim[:, chosen].max(axis=1) if chosen else np.zeros(len(rel))
        score = lam * np.asarray(rel) - (1 - lam) * near
        score[chosen] = -np.inf
        chosen.append(int(score.argmax()))
    return np.array(chosen, dtype=int)


@q.variant
def in_torch(rel, sim, lam, k):
    import torch

    rel, sim, chosen = torch.from_numpy(rel), torch.from_numpy(sim), []
    near = torch.zeros(len(rel), dtype=torch.float64)
    for step in range(min(k, len(rel))):
        score = lam * rel - (1 - lam) * near
        score[chosen] = -torch.inf
        chosen.append(score.max(dim=0).indices.item())
        near = sim[chosen[-1]].clone() if step == 0 else torch.maximum(near, sim[chosen[-1]])
    return torch.tensor(chosen, dtype=torch.int64)


q.hints(
    "After each choice the scores of the others may fall, and never because of items not chosen.",
    "rel [1, .9, .5], sim(0, 1) = .8, λ = .5: after 0, item 1 scores .05 and item 2 .25.",
    """Keep one array: the largest similarity of each item to anything chosen. After each choice
take the elementwise maximum with sim[best]; chosen items get -inf.""",
)
q.why("""Greedy, one running maximum: n·k comparisons, and only among the few hundred ranked items.
The maximum, not the mean: one near copy is enough to bore somebody.

Two things to say in an interview. rel and sim must live on one scale, or λ means nothing:
calibrated click probabilities lie near 0.02, cosines near 0.5, and then λ = 0.5 is nearly pure
novelty. And the value of novelty is not visible offline: the log was made by a system that showed
copies. Choose λ by experiment, with long-term guardrails.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. The funnel (6 points, 25 minutes)
#
# `funnel(user, shop, k)` returns k items for a page, and the number of dot products that retrieval
# took. `shop` is a dict:
#
# | key | |
# |---|---|
# | `U` [n_users, d], `V` [n_items, d] | trained vectors; without events, some vector |
# | `logq` [n_items] | what training used |
# | `centroids` [L, d], `lists` | the index: `lists[c]` is an int array of items |
# | `nprobe`, `n_retrieve` | lists to look into; candidates to keep |
# | `n_events` [n_users] | events of each user in training |
# | `popular` [n_items] | all items, the most popular first |
# | `hidden` | `hidden(user)` → set of items not to be shown: bought, sold out, blocked |
# | `rank` | `rank(user, ids)` → scores [len(ids)]: a model behind a network call |
# | `fresh` | list of new items, in no list of the index; may be empty |
#
# 1. **Retrieve.** Compare U[user] with all centroids, take the `nprobe` lists with the largest dot
#    products, compute the dot product with each item in them. Drop hidden items; **then** keep the
#    `n_retrieve` largest.
# 2. **Cold start.** A user without events gets instead the first `n_retrieve` of `popular` that are
#    not hidden. That takes 0 dot products.
# 3. **Rank** the candidates with **one** call. Keep the k − 1 highest scores, highest first.
# 4. **Explore.** The last place goes to the first item of `fresh` that is not hidden. If there is
#    none, it goes to the candidate with the next highest score.
#
# Ties go to the lower item number. There are enough candidates for a full page, and the lists hold
# no fresh items.


# %% nbgrader={"grade_id": "funnel", "solution": true}
def funnel(user, shop, k):
    """A page of k items for a user, and what retrieval cost.

    Args:
        user: int. Row of `U`.
        shop: dict, see above.
        k: int ≥ 2. Places on the page.

    Returns:
        (ids, n_dots): list of k ints, in the order of the page; int.
    """
    ### BEGIN SOLUTION
    hidden = shop["hidden"](user)
    if shop["n_events"][user] == 0:
        shown = [int(i) for i in shop["popular"] if int(i) not in hidden]
        candidates, n_dots = np.array(shown[: shop["n_retrieve"]]), 0
    else:
        u = shop["U"][user]
        best = np.argsort(-(shop["centroids"] @ u), kind="stable")[: shop["nprobe"]]
        ids = np.sort(np.concatenate([shop["lists"][c] for c in best]))
        n_dots = len(shop["centroids"]) + len(ids)
        order = np.argsort(-(shop["V"][ids] @ u), kind="stable")
        shown = [int(i) for i in ids[order] if int(i) not in hidden]
        candidates = np.array(shown[: shop["n_retrieve"]])
    candidates = np.sort(candidates)
    scores = np.asarray(shop["rank"](user, candidates))
    page = candidates[np.argsort(-scores, kind="stable")][:k].tolist()
    fresh = [i for i in shop["fresh"] if i not in hidden]
    return (page[: k - 1] + fresh[:1] if fresh else page), n_dots
    ### END SOLUTION


# %% nbgrader={"grade_id": "funnel_fills_the_page_within_its_budget", "grade": true}
"""A full page of items that may be shown, for few dot products and one call of the ranker."""
q = Question(funnel, points=6)


def make_shop(seed, n_users=5, n_items=97, fresh=(), share_hidden=0.4, retrieve=17):
    """A shop whose users have bought much of what is nearest to them, and its call log."""
    rng = np.random.default_rng(seed)
    U, V = (unit_rows(rng.standard_normal((n, 3))) for n in (n_users, n_items))
    centroids = unit_rows(rng.standard_normal((11, 3)))
    owner = np.argmax(V @ centroids.T, axis=1)
    stock = np.arange(n_items - len(fresh))
    near = [np.argsort(-(V @ u)).tolist() for u in U]
    hidden = [set(order[: int(share_hidden * 30)]) for order in near]
    quality, calls = rng.standard_normal(n_items), []

    def rank(user, ids):
        ids = np.asarray(ids)
        calls.append(ids.tolist())
        return quality[ids] + V[ids] @ U[user]

    shop = {
        "U": U,
        "V": V,
        "logq": 3 * np.log(rng.dirichlet(np.ones(n_items)) + 1e-4),
        "centroids": centroids,
        "lists": [stock[owner[stock] == c] for c in range(11)],
        "nprobe": 4,
        "n_retrieve": retrieve,
        "n_events": np.array([3, 0, 8, 5, 1])[:n_users],
        "popular": rng.permutation(stock),
        "hidden": lambda user: set(hidden[user]),
        "rank": rank,
        "fresh": list(fresh),
    }
    return shop, calls


def page(f, user, k, *args, **kwargs):
    """Stage by stage: products, calls of the ranker, what it was sent, and the page."""
    shop, calls = make_shop(*args, **kwargs)
    ids, n_dots = f(user, shop, k)
    return {
        "products": int(n_dots),
        "calls of the ranker": len(calls),
        "sent to the ranker": sorted(sum(calls, [])),
        "page": [int(i) for i in ids],
    }


def stages(products, sent, page):
    return {
        "products": products,
        "calls of the ranker": 1,
        "sent to the ranker": sent,
        "page": page,
    }


@q.probe(
    gives=stages(
        43,
        [2, 6, 9, 11, 17, 34, 35, 40, 42, 51, 55, 59, 63, 75, 79, 80, 95],
        [34, 9, 79, 40, 51, 55, 2],
    )
)
def a_known_user(f):
    """A known user: 11 centroids and the items of 4 lists are compared, the ranker gets the 17
    nearest that may be shown, and the page has its 7 best."""
    return page(f, 0, 7, 0)


@q.probe(
    gives=stages(
        0,
        [1, 16, 17, 21, 35, 36, 37, 40, 42, 46, 60, 67, 72, 73, 80, 90, 92],
        [40, 72, 60, 80, 37, 73, 17],
    )
)
def a_user_without_events(f):
    """A user without events: no dot product, the ranker gets the 17 most popular that may be
    shown."""
    return page(f, 1, 7, 0)


@q.probe(gives="")
def no_place_is_empty(f):
    """The page is full and shows nothing hidden, though 12 of 17 nearest items are hidden."""
    shop, _ = make_shop(1, share_hidden=0.4)
    ids = [int(i) for i in f(2, shop, 11)[0]]
    if set(ids) & shop["hidden"](2):
        return "hidden items are shown"
    return "" if len(set(ids)) == 11 else f"{len(set(ids))} of 11 places are filled"


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe
def another_known_user(f):
    """Another user, another shop, a shorter page."""
    return page(f, 3, 5, 2, n_items=131, retrieve=13)


@q.probe
def a_fresh_item_has_the_last_place(f):
    """The last place goes to a fresh item, so that it can be learned about."""
    return page(f, 0, 5, 3, fresh=(95, 96))


@q.probe
def a_fresh_item_for_a_new_user(f):
    """A new user sees popular items, and a fresh one in the last place."""
    return page(f, 1, 6, 4, fresh=(94, 95, 96))


@q.probe
def a_hidden_fresh_item_is_passed_over(f):
    """A fresh item that is hidden is not shown; the next one is."""
    shop, _ = make_shop(5, fresh=(95, 96))
    old = shop["hidden"]
    shop["hidden"] = lambda user: old(user) - {96} | {95}
    return [int(i) for i in f(4, shop, 4)[0]]


@q.reference
def with_sorted_pairs(user, shop, k):
    return steps(user, shop, k)


def steps(user, shop, k, late=False, unfiltered=False, bias=0.0, brute=False, own=False, **wrong):
    """The funnel with sorted pairs, and with what may go wrong in it."""
    hidden = set() if unfiltered else shop["hidden"](user)
    cold = shop["n_events"][user] == 0 and not own
    n_dots = 0
    if cold:
        keys = [(place, int(i)) for place, i in enumerate(shop["popular"])]
    else:
        lists = sorted(range(11), key=lambda c: -(shop["centroids"][c] @ shop["U"][user]))
        lists = range(11) if brute else lists[: shop["nprobe"]]
        pool = [int(i) for c in lists for i in shop["lists"][c]]
        n_dots = len(pool) + (0 if brute or wrong.get("free") else 11)
        keys = [(bias * shop["logq"][i] - shop["V"][i] @ shop["U"][user], i) for i in pool]
    keys = sorted(keys)
    if late or (cold and wrong.get("cold_late")):
        keys = keys[: shop["n_retrieve"]]
    ranked = keys if wrong.get("ranks_hidden") else [key for key in keys if key[1] not in hidden]
    ids = [i for _, i in ranked[: None if wrong.get("uncut") else shop["n_retrieve"]]]
    if wrong.get("ranks_hidden"):
        ids = [i for _, i in keys if i not in hidden][: shop["n_retrieve"]]
        ids += [i for _, i in keys if i in hidden]
    if wrong.get("singly"):
        scores = [float(shop["rank"](user, np.array([i]))[0]) for i in ids]
    else:
        scores = np.asarray(shop["rank"](user, np.array(ids))).tolist()
    if wrong.get("as_retrieved"):
        scores = [-place for place in range(len(ids))]
    best = [i for _, i in sorted((-s, i) for s, i in zip(scores, ids)) if i not in hidden][:k]
    fresh = [i for i in shop["fresh"] if i not in hidden or wrong.get("any_fresh")][:1]
    fresh = [] if wrong.get("none_fresh") else fresh
    if wrong.get("first") and fresh:
        return fresh + best[: k - 1], n_dots
    return (best[: k - 1] + fresh if fresh else best), n_dots


@q.mistake("""You kept the n_retrieve nearest items first and dropped the hidden ones then. What a
user has bought is what is nearest to them, so most of the candidates vanish: short pages for your
best customers. Filter, then truncate.""")
def filter_seen_after_truncate(user, shop, k):
    return steps(user, shop, k, late=True)


@q.mistake("""log q was subtracted at serving. It corrects for how *training* samples its negatives;
the trained score needs no correction. Subtracting it here hands the correction back, and the page
fills with rare items.""")
def logq_at_serving(user, shop, k):
    return steps(user, shop, k, bias=1.0)


@q.mistake("""log q was added at serving, which counts popularity twice: training has left it in the
score already. Serve the plain dot product.""")
def popularity_added_at_serving(user, shop, k):
    return steps(user, shop, k, bias=-1.0)


@q.mistake("""You computed the product with every item: one stage that scores all. For 10⁸ items and
41 667 requests a second that is 4·10¹² products a second. Look into `nprobe` lists only.""")
def one_stage_scores_all(user, shop, k):
    return steps(user, shop, k, brute=True)


@q.mistake("""A user without events got candidates by their own vector. Nothing has trained that
vector: it is noise. Fall back to popular items.""")
def no_cold_start(user, shop, k):
    return steps(user, shop, k, own=True)


@q.mistake("""Hidden items are shown: bought, sold out or blocked. Drop them before you
truncate.""")
def nothing_filtered(user, shop, k):
    return steps(user, shop, k, unfiltered=True)


@q.mistake("""The ranker is called once for each candidate. Behind a network call that is hundreds
of round trips in one request. Send all candidates in one call.""")
def one_call_for_each_item(user, shop, k):
    return steps(user, shop, k, singly=True)


@q.mistake("""The page is in the order of retrieval; the ranker's scores are not used. Retrieval is
built to miss little, the ranker to order well.""")
def order_of_retrieval(user, shop, k):
    return steps(user, shop, k, as_retrieved=True)


@q.mistake("""All items of the probed lists were ranked. The ranker costs a thousand times what a
dot product does: keep the n_retrieve nearest for it.""")
def nothing_truncated(user, shop, k):
    return steps(user, shop, k, uncut=True)


@q.mistake("""Hidden items were ranked and dropped afterwards. The page is right, the bill is not:
filter before the ranker.""")
def hidden_items_ranked(user, shop, k):
    return steps(user, shop, k, ranks_hidden=True)


@q.mistake("""No fresh item is shown. It is in no list of the index, so without a place of its own
it never gets an event, and never gets into the index.""")
def no_place_for_fresh_items(user, shop, k):
    return steps(user, shop, k, none_fresh=True)


@q.mistake("""The fresh item stands first. It is unproven: exploration should cost the page's last
place, not its best one.""")
def fresh_item_first(user, shop, k):
    return steps(user, shop, k, first=True)


@q.mistake("""The fresh item was not checked against `hidden`. Everything that is shown passes the
filter.""")
def fresh_item_not_filtered(user, shop, k):
    return steps(user, shop, k, any_fresh=True)


@q.mistake("""The fallback was cut to n_retrieve before hidden items were dropped. Filter first here
too.""")
def popular_cut_before_the_filter(user, shop, k):
    return steps(user, shop, k, cold_late=True)


@q.mistake("""The products with the centroids are missing in the count.""")
def coarse_distances_free(user, shop, k):
    return steps(user, shop, k, free=True)


@q.mistake("""Products with hidden items are not counted. They were computed all the same: the
filter comes after the comparison.""")
def hidden_products_free(user, shop, k):
    ids, n_dots = steps(user, shop, k)
    best = np.argsort(-(shop["centroids"] @ shop["U"][user]))[: shop["nprobe"] if n_dots else 0]
    return ids, n_dots - sum(
        i in shop["hidden"](user) for c in best for i in shop["lists"][c].tolist()
    )


@q.mistake("""The page is one too long where there is a fresh item: it takes the last place, it adds
none. Keep k - 1 ranked items before it.""")
def one_place_too_many(user, shop, k):
    ids, n_dots = steps(user, shop, k, none_fresh=True)
    return ids + [i for i in shop["fresh"] if i not in shop["hidden"](user)][:1], n_dots


@q.variant
def with_masks(user, shop, k):
    hidden = np.array(sorted(shop["hidden"](user)), dtype=int)
    if shop["n_events"][user]:
        best = np.argsort(-(shop["centroids"] @ shop["U"][user]))[: shop["nprobe"]]
        mask = np.zeros(len(shop["V"]), dtype=bool)
        for c in best:
            mask[shop["lists"][c]] = True
        n_dots = len(shop["centroids"]) + int(mask.sum())
        near = np.where(mask, shop["V"] @ shop["U"][user], -np.inf)
        near[hidden] = -np.inf
        ids = np.argsort(-near, kind="stable")[: min(shop["n_retrieve"], np.isfinite(near).sum())]
    else:
        ids, n_dots = shop["popular"][~np.isin(shop["popular"], hidden)], 0
        ids = ids[: shop["n_retrieve"]]
    order = np.lexsort((ids, -np.asarray(shop["rank"](user, ids))))
    last = [i for i in shop["fresh"] if i not in hidden][:1]
    return np.concatenate([ids[order][: k - len(last)], np.array(last, dtype=int)]), n_dots


@q.variant
def with_a_heap(user, shop, k):
    import heapq

    hidden, u = shop["hidden"](user), shop["U"][user]
    n_dots = 0
    if shop["n_events"][user] > 0:
        lists = heapq.nlargest(shop["nprobe"], range(11), key=lambda c: shop["centroids"][c] @ u)
        pool = [i for c in lists for i in shop["lists"][c].tolist()]
        n_dots = len(pool) + len(shop["centroids"])
        allowed = (i for i in pool if i not in hidden)
        ids = heapq.nlargest(shop["n_retrieve"], allowed, key=lambda i: shop["V"][i] @ u)
    else:
        ids = [i for i in shop["popular"].tolist() if i not in hidden][: shop["n_retrieve"]]
    score = dict(zip(ids, shop["rank"](user, np.array(ids))))
    fresh = next((i for i in shop["fresh"] if i not in hidden), None)
    best = heapq.nlargest(k - (fresh is not None), ids, key=lambda i: (score[i], -i))
    return best + [fresh] * (fresh is not None), n_dots


q.hints(
    """For each stage write down how many items go in and out: all, those in the probed lists, those
that may be shown, n_retrieve, k. Which order never gives a short page?""",
    """17 candidates, 12 of the nearest hidden: truncating first leaves 5 for a page of 11.""",
    """Sort ids before each stable argsort. Filter with the set, cut to n_retrieve, one call of
rank, keep k - 1 and append fresh (or keep k).""",
)
q.why("""Each stage is cheap because the one before it was coarse, so the order is everything.
Filters go before truncation, since they remove just what is nearest. A filter that removes nearly
everything in the probed lists (one country, one size) needs more: look into more lists until there
are enough, or keep an index for each large filter.

Cold start is two problems. A new *user* has no vector, and popularity by context is hard to beat. A
new *item* has no events, so a system that only exploits never finds out: it needs a place that is
paid for. Log with which probability it was shown, and those events can be weighted when you train.

And score what you serve: log q, cosines, and filters must be the same on both sides.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. What does it cost? (4 points, 10 minutes)
#
# The numbers that an interviewer asks for, from the assumptions that you state:
#
# | key of the result | |
# |---|---|
# | `peak_rps` | requests a second at the busiest time; a day has 86 400 s |
# | `scores_per_s` | scores of the ranking model at the peak; it scores `n_ranked` items a request |
# | `features_bytes_per_s` | at the peak: `n_features` values for each ranked item and the user |
# | `train_bytes` | a table of `n_ids` rows of `dim` float32 values while it is trained |
# | `flat_bytes` | `n_items` vectors of `index_dim` float32 values |
# | `hnsw_bytes` | the same, and `2·links` neighbours of 4 bytes for each vector |
# | `ivfpq_bytes` | `code_bytes` and an id of 8 bytes for each vector |
# | `slack_ms` | what the stages leave of `p99_ms`; negative if they leave nothing |
#
# A feature takes `value_bytes`. Besides the weights, training keeps two more float32 a *weight*
# with `"adam"`, one more a *row* with `"rowwise_adagrad"`, none with `"sgd"`. (HNSW's upper layers
# are small and left out.)
#
# **Example.** The defaults: 41 667 requests a second, 20.8 million scores a second, 8.35 GB/s of
# features, 768 GB with Adam, indexes of 51.2, 64.0 and 2.4 GB, 40 ms of slack.


# %% nbgrader={"grade_id": "capacity", "solution": true}
def capacity(
    daily_users=1e8, requests_per_day=12, peak=3.0, n_ranked=500, n_features=50, value_bytes=8,
    n_ids=1e9, dim=64, optimizer="adam", n_items=1e8, index_dim=128, links=16, code_bytes=16,
    stages_ms=(10, 20, 30, 60, 20, 20), p99_ms=200.0,
):  # fmt: skip
    """Numbers of a recommender from its assumptions.

    Args:
        optimizer: "sgd", "rowwise_adagrad" or "adam".
        stages_ms: sequence of floats. Budget of each stage.
        others: floats, see the table above.

    Returns:
        dict of floats, with the keys of the table.
    """
    ### BEGIN SOLUTION
    peak_rps = daily_users * requests_per_day / 86_400 * peak
    row_bytes = {"sgd": 4 * dim, "rowwise_adagrad": 4 * dim + 4, "adam": 12 * dim}[optimizer]
    return {
        "peak_rps": peak_rps,
        "scores_per_s": peak_rps * n_ranked,
        "features_bytes_per_s": peak_rps * (n_ranked + 1) * n_features * value_bytes,
        "train_bytes": n_ids * row_bytes,
        "flat_bytes": n_items * 4 * index_dim,
        "hnsw_bytes": n_items * (4 * index_dim + 2 * links * 4),
        "ivfpq_bytes": n_items * (code_bytes + 8),
        "slack_ms": p99_ms - sum(stages_ms),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "capacity_counts_everything_once", "grade": true}
"""Each number follows from the assumptions, with its optimiser states, links, ids and peak."""
q = Question(capacity, points=4)


@q.probe(
    gives={
        "peak_rps": 41_666.67,
        "scores_per_s": 2.083333e7,
        "features_bytes_per_s": 8.35e9,
        "train_bytes": 7.68e11,
        "flat_bytes": 5.12e10,
        "hnsw_bytes": 6.4e10,
        "ivfpq_bytes": 2.4e9,
        "slack_ms": 40.0,
    },
    rtol=1e-5,
)
def the_home_feed_of_the_example(f):
    """10⁸ users, 12 requests a day, 500 items ranked: the numbers of the example."""
    return f()


@q.probe(gives={"sgd": 2.56e11, "rowwise_adagrad": 2.6e11, "adam": 7.68e11})
def optimiser_states(f):
    """10⁹ rows of 64: 256 GB of weights, 260 with one number a row, 768 with Adam."""
    return {name: f(optimizer=name)["train_bytes"] for name in ("sgd", "rowwise_adagrad", "adam")}


### BEGIN HIDDEN TESTS
q.hidden()
OTHER = {"daily_users": 3e6, "requests_per_day": 7, "peak": 2.5, "n_ranked": 83, "n_features": 11}
OTHER |= {"value_bytes": 2, "n_ids": 1.7e7, "dim": 24, "optimizer": "rowwise_adagrad"}
OTHER |= {"n_items": 5e5, "index_dim": 96, "links": 24, "code_bytes": 12}
q.case(
    kwargs=OTHER | {"stages_ms": [5, 9.5, 61], "p99_ms": 70.0}, claim="a small shop that is late"
)
q.case(kwargs=OTHER | {"optimizer": "sgd", "n_features": 300}, claim="without optimiser states")
q.case(kwargs=OTHER | {"optimizer": "adam", "peak": 1.0}, claim="with Adam, and an even day")


@q.reference
def item_by_item(**given):
    return sizes(**given)


def sizes(states=None, per_request=None, rows=1, peaks=(1, 1), link_share=2, id_bytes=8, **given):
    a = {"daily_users": 1e8, "requests_per_day": 12, "peak": 3.0, "n_ranked": 500}
    a |= {"n_features": 50, "value_bytes": 8, "n_ids": 1e9, "dim": 64, "optimizer": "adam"}
    a |= {"n_items": 1e8, "index_dim": 128, "links": 16, "code_bytes": 16}
    a |= {"stages_ms": (10, 20, 30, 60, 20, 20), "p99_ms": 200.0} | given
    avg = a["daily_users"] / (24 * 3600 / a["requests_per_day"])
    kept = (states or {"sgd": 0, "rowwise_adagrad": 1 / a["dim"], "adam": 2})[a["optimizer"]]
    ranked = a[per_request or "n_ranked"]
    left = a["p99_ms"]
    for stage in a["stages_ms"]:
        left -= stage
    return {
        "peak_rps": avg * (a["peak"] if peaks[0] else 1),
        "scores_per_s": avg * ranked * (a["peak"] if peaks[0] else 1),
        "features_bytes_per_s": avg
        * (a["peak"] if peaks[1] else 1)
        * ((a["n_ranked"] + rows) * a["n_features"] * a["value_bytes"]),
        "train_bytes": 4 * a["n_ids"] * a["dim"] * (1 + kept),
        "flat_bytes": a["n_items"] * a["index_dim"] * 4,
        "hnsw_bytes": a["n_items"] * 4 * (a["index_dim"] + link_share * a["links"]),
        "ivfpq_bytes": a["n_items"] * (a["code_bytes"] + id_bytes),
        "slack_ms": left,
    }


@q.mistake("""The optimiser's states are missing. Adam keeps two more numbers for each weight: a
table of 256 GB needs 768 GB to be trained, and this is what sends people to row-wise Adagrad.""")
def optimizer_states_forgotten(**given):
    return sizes(states={"sgd": 0, "rowwise_adagrad": 0, "adam": 0}, **given)


@q.mistake("""Adam was counted with one state a weight. It has two: the mean of the gradients and
the mean of their squares. With the weights themselves that is three times the table.""")
def adam_with_one_state(**given):
    dim = given.get("dim", 64)
    return sizes(states={"sgd": 0, "rowwise_adagrad": 1 / dim, "adam": 1}, **given)


@q.mistake("""Row-wise Adagrad was counted with a state for each weight. It keeps one number a
*row*: 4 bytes beside 256, which is why it is used for embedding tables.""")
def rowwise_counted_as_full(**given):
    return sizes(states={"sgd": 0, "rowwise_adagrad": 1, "adam": 2}, **given)


@q.mistake("""You ranked every item of the catalogue. 10⁸ items times 41 667 requests a second is
4·10¹² scores a second: this number is the reason why there are stages. The ranker sees n_ranked
items.""")
def one_stage_scores_all(**given):
    return sizes(per_request="n_items", **given)


@q.mistake("""The user's own features are missing: a request reads n_ranked + 1 rows.""")
def user_row_forgotten(**given):
    return sizes(rows=0, **given)


@q.mistake("""These are averages over the day. Machines and links must carry the busiest second:
multiply by the peak factor.""")
def no_peak(**given):
    return sizes(peaks=(0, 0), **given)


@q.mistake("""The feature traffic is that of an average second. It follows the peak, like the
requests that cause it.""")
def features_at_the_average(**given):
    return sizes(peaks=(1, 0), **given)


@q.mistake("""HNSW was counted without its links. The graph *is* the index: 2·links neighbours of 4
bytes for each vector.""")
def links_forgotten(**given):
    return sizes(link_share=0, **given)


@q.mistake("""HNSW was counted with `links` neighbours for each vector. In the bottom layer, where
all vectors are, there are twice as many.""")
def links_once(**given):
    return sizes(link_share=1, **given)


@q.mistake("""The compressed index has codes only. Without the id of 8 bytes nobody knows whose code
it is: with codes of 16 bytes that is a third of the index.""")
def ids_forgotten(**given):
    return sizes(id_bytes=0, **given)


@q.mistake("""Your sizes are in GB. The end of the name says the unit: bytes.""")
def sizes_in_gb(**given):
    found = sizes(**given)
    return found | {key: value / 1e9 for key, value in found.items() if "bytes" in key}


@q.variant
def with_numpy(**given):
    return {key: np.float64(value) for key, value in sizes(**given).items()}


@q.variant
def written_out(daily_users=1e8, requests_per_day=12, peak=3.0, n_ranked=500, n_features=50,
                value_bytes=8, n_ids=1e9, dim=64, optimizer="adam", n_items=1e8, index_dim=128,
                links=16, code_bytes=16, stages_ms=(10, 20, 30, 60, 20, 20),
                p99_ms=200.0):  # fmt: skip
    rps = peak * daily_users * requests_per_day / 86400
    extra = {"sgd": 0, "rowwise_adagrad": n_ids, "adam": 2 * n_ids * dim}[optimizer]
    flat = n_items * index_dim * 4
    names = ["peak_rps", "scores_per_s", "features_bytes_per_s", "train_bytes", "flat_bytes"]
    names += ["hnsw_bytes", "ivfpq_bytes", "slack_ms"]
    values = [rps, n_ranked * rps, rps * (n_ranked * n_features + n_features) * value_bytes]
    values += [4 * (n_ids * dim + extra), flat, flat + n_items * links * 8]
    values += [n_items * code_bytes + n_items * 8, p99_ms - float(np.sum(stages_ms))]
    return dict(zip(names, values))


q.hints(
    "Say what one request does, what one row holds, what one vector holds; then multiply.",
    """One id with dim 64: 256 bytes of weights; Adam 512 more; row-wise Adagrad 4 more. One vector
in HNSW with links 16: 512 + 128 bytes.""",
    """peak_rps = users · requests / 86 400 · peak; features: (n_ranked + 1) · n_features ·
value_bytes each request; Adam 12 · dim bytes a row, row-wise Adagrad 4 · dim + 4.""",
)
q.why("""Which number binds? The dot products of retrieval (question 5: 80 000 a request) are 0.85
TFLOP/s at the peak, which is little, but they read 1.7 TB/s of float32 vectors: some twenty
servers' memory. With codes of 16 bytes it is 0.05 TB/s. The feature reads are only 8.35 GB/s, but
20.9 million *random* rows a second: a store of its own. Halve them by ranking 250, or drop most of
them by keeping item features in the ranker's memory.

The table is an argument about optimisers, not about disks: 256 GB fit on a few machines, 768 GB do
not. And the index is one about recall: 51 GB for exact vectors, 2.4 GB for codes that need the
exact vectors of the first few hundred again to be re-scored.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_in_90_seconds", "task": true, "points": 4}
# ## 9. Say it in 90 seconds (4 points, graded by hand)
#
# Your model beats the old one by 12 % in recall at 50. In the experiment, purchases are flat, and
# sellers of rare goods complain that their views have fallen by a third. Your manager asks: **"Is
# the model worse, is the metric wrong, or is it the sellers?"**
#
# Write what you would say, 150 to 220 words, in the cell below this one. Use at least two numbers
# that you computed in this assignment, and say what each of them shows.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or one cause asserted ("offline metrics are useless") without a reason.
# - **1**: names that offline and online can disagree, as a slogan; no cause that could be checked.
# - **2**: at least two causes that fit both observations, each with a check: for instance the
#   correction moved recall to the head (so the tail lost views); the log holds only what the old
#   system showed, so recall rewards agreeing with it; the purchases gained were going to happen
#   anyway.
# - **3**: as 2, with own numbers that bear on it (for instance: with log q recall on popular items
#   rose from 0.43 to 0.69 while recall on the tail fell), recall by slice, and what to do next
#   week: recall by slice, a holdout with random places, the ranker held fixed while retrieval
#   changes.
# - **4**: as 3, and decides: what would be shipped or rolled back now, who loses (sellers, and
#   buyers of rare goods) and at what price, a metric that the team should have had (incremental
#   purchases, new sellers with a first sale), and what result would change the decision. Fits in 90
#   seconds.
#
# A level-4 answer: "Probably neither: the metric answers another question. Recall at 50 counts what
# people bought, and they could only buy what the old system showed, so it rewards agreeing with it,
# most of all on bestsellers. I looked at my change by slice. In my simulation the log-q correction
# took recall on the top fifth of items from 0.43 to 0.69, and recall on the rest *fell* from 0.62
# to 0.53: the total is up, the tail is down. That is your sellers. And people find bestsellers
# anyway, so the purchases that we gained in the metric were going to happen: flat is what I would
# expect. I would not roll out. This week: recall for head and tail apart, and the share of
# purchases that came from search within a day. Then I would keep the corrected retrieval, because
# its score means something, and add the tail back where we can see it, as a bonus in re-ranking at
# two strengths, with the last place of the page for new items. Goal: purchases per user that are
# new to them; guardrail: sellers with a first sale. If that is flat as well after two weeks, I drop
# the bonus and tell the sellers why."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
