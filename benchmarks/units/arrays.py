# %% [markdown]
# # A unit of realistic weight, in NumPy
#
# For benchmarks only. `# wrong:` marks an answer that people give; see ../grading.py.

# %% nbgrader={"grade_id": "imports", "locked": true}
import numpy as np

from mlprep.check import Question

# %% [markdown]
# ## 1. Standardise the columns of `x` [n, d]. A constant column becomes 0.


# %% nbgrader={"grade_id": "standardise", "solution": true}
def standardise(x):
    ### BEGIN SOLUTION
    x = np.asarray(x, dtype=float)
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread == 0, 1.0, spread)
    ### END SOLUTION


# %% nbgrader={"grade_id": "standardise_columns", "grade": true}
"""Columns have mean 0 and standard deviation 1."""
q = Question(standardise, points=2)
q.case(np.array([[1.0, 5.0], [3.0, 5.0]]), gives=[[-1.0, 0.0], [1.0, 0.0]])
### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives=[0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
def mean_and_spread(f):
    """Means are 0 and standard deviations 1."""
    z = f(np.random.default_rng(0).normal(3.0, 2.0, (200, 3)))
    return np.round([*z.mean(axis=0), *z.std(axis=0)], 9) + 0.0


@q.mistake("You divided by the variance. Divide by its root.")
def by_the_variance(x):
    spread = x.var(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread == 0, 1.0, spread)


@q.reference
def by_columns(x):
    columns = [(c - c.mean()) / (c.std() or 1.0) for c in np.asarray(x, float).T]
    return np.stack(columns, axis=1)


q.hints("The spread.", "standardise([[1.0], [3.0]])", "Divide by the standard deviation.")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. The ridge solution for `X` [n, d], `y` [n] and penalty `lam` on squared weights.


# %% nbgrader={"grade_id": "ridge", "solution": true}
def ridge(X, y, lam):
    ### BEGIN SOLUTION
    return np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ y)
    ### END SOLUTION


# %% nbgrader={"grade_id": "ridge_minimises", "grade": true}
"""The weights minimise squared error plus penalty."""
q = Question(ridge, points=3)
q.case(np.array([[1.0], [1.0]]), np.array([2.0, 4.0]), 1.0, gives=[2.0])
rng = np.random.default_rng(1)
### BEGIN HIDDEN TESTS
q.hidden()
for n, d in ((50, 4), (200, 20), (400, 60)):
    q.case(rng.normal(size=(n, d)), rng.normal(size=n), 0.7)


@q.reference
def through_stacked_rows(X, y, lam):
    d = X.shape[1]
    rows = np.vstack([X, np.sqrt(lam) * np.eye(d)])
    return np.linalg.lstsq(rows, np.concatenate([y, np.zeros(d)]), rcond=None)[0]


@q.mistake("You left the penalty out.")
def least_squares(X, y, lam):
    return np.linalg.lstsq(X, y, rcond=None)[0]


### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. One step of k-means: the new centres [k, d] of `X` [n, d]. An empty cluster stays.


# %% nbgrader={"grade_id": "kmeans_step", "solution": true}
def kmeans_step(X, centres):
    ### BEGIN SOLUTION
    distances = ((X[:, None, :] - centres[None]) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1)
    new = centres.copy()
    for k in range(len(centres)):
        if (nearest == k).any():
            new[k] = X[nearest == k].mean(axis=0)
    return new
    ### END SOLUTION


# %% nbgrader={"grade_id": "kmeans_step_moves_centres", "grade": true}
"""Each centre becomes the mean of the points nearest to it."""
q = Question(kmeans_step, points=3)
q.case(np.array([[0.0], [2.0], [9.0]]), np.array([[1.0], [8.0]]), gives=[[1.0], [9.0]])
rng = np.random.default_rng(2)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(rng.normal(size=(500, 3)), rng.normal(size=(6, 3)))
q.case(rng.normal(size=(40, 2)), np.array([[0.0, 0.0], [90.0, 90.0]]), claim="It stays.")


@q.reference
def by_loops(X, centres):
    nearest = [min(range(len(centres)), key=lambda k: sum((p - centres[k]) ** 2)) for p in X]
    groups = [[p for p, n in zip(X, nearest, strict=True) if n == k] for k in range(len(centres))]
    return np.array([np.mean(g, axis=0) if g else c for g, c in zip(groups, centres, strict=True)])


### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Logistic regression by `steps` steps of gradient descent from 0: the weights [d].


# %% nbgrader={"grade_id": "logistic_fit", "solution": true}
def logistic_fit(X, y, rate, steps):
    ### BEGIN SOLUTION
    w = np.zeros(X.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(X @ w)))
        w -= rate * X.T @ (p - y) / len(y)
    return w
    ### END SOLUTION


# %% nbgrader={"grade_id": "logistic_fit_descends", "grade": true}
"""The mean log loss is descended from zero weights."""
q = Question(logistic_fit, points=4)
q.case(np.array([[1.0], [-1.0]]), np.array([1.0, 0.0]), 1.0, 1, gives=[0.5])
rng = np.random.default_rng(3)
X = rng.normal(size=(300, 8))
### BEGIN HIDDEN TESTS
q.hidden()
q.case(X, (X[:, 0] > 0).astype(float), 0.5, 400)


@q.reference
def with_sums(X, y, rate, steps):
    w = np.zeros(X.shape[1])
    for _ in range(steps):
        w = w + rate * np.mean((y - 1 / (1 + np.exp(-X @ w)))[:, None] * X, axis=0)
    return w


@q.mistake("You summed over the examples. Take the mean.")
def sum_not_mean(X, y, rate, steps):
    return with_sums(X, y, rate * len(y), steps)


### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. The area under the ROC curve of `scores` [n] for 0/1 `labels` [n]; ties count a half.


# %% nbgrader={"grade_id": "auc", "solution": true}
def auc(scores, labels):
    ### BEGIN SOLUTION
    positive, negative = scores[labels == 1], scores[labels == 0]
    above = (positive[:, None] > negative).mean()
    return above + 0.5 * (positive[:, None] == negative).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "auc_ranks", "grade": true}
"""It is the probability that a positive is scored above a negative."""
q = Question(auc, points=3)
q.case(np.array([0.1, 0.4, 0.4, 0.8]), np.array([0, 0, 1, 1]), gives=0.875)
rng = np.random.default_rng(4)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(rng.normal(size=600).round(1), rng.integers(0, 2, 600))


@q.reference
def by_ranks(scores, labels):
    order, ranks = np.sort(scores), {}
    for value in set(order.tolist()):
        ranks[value] = np.flatnonzero(order == value).mean() + 1
    n = int(labels.sum())
    total = sum(ranks[s] for s, one in zip(scores.tolist(), labels, strict=True) if one)
    return (total - n * (n + 1) / 2) / (n * (len(labels) - n))


@q.mistake("Ties must count a half.")
def ties_count_nothing(scores, labels):
    return (scores[labels == 1][:, None] > scores[labels == 0]).mean()


### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "why_ridge", "grade": true, "solution": true, "points": 2}
# The penalty makes the matrix well conditioned.
