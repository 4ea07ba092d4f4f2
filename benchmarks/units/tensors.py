# %% [markdown]
# # A unit of realistic weight, in PyTorch
#
# For benchmarks only; see ../grading.py.

# %% nbgrader={"grade_id": "imports", "locked": true}
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from mlprep.check import Question

# %% [markdown]
# ## 1. Causal attention of one head: `q`, `k`, `v` [T, D] → [T, D].


# %% nbgrader={"grade_id": "attention", "solution": true}
def attention(q, k, v):
    ### BEGIN SOLUTION
    scores = q @ k.T / q.shape[1] ** 0.5
    future = torch.triu(torch.ones_like(scores, dtype=torch.bool), 1)
    return scores.masked_fill(future, float("-inf")).softmax(-1) @ v
    ### END SOLUTION


# %% nbgrader={"grade_id": "attention_is_causal", "grade": true}
"""Position t sees positions up to t, weighted by scaled scores."""
question = Question(attention, points=4)
torch.manual_seed(0)
small = [torch.randn(3, 4, dtype=torch.float64) for _ in range(3)]
question.case(*small, gives=F.scaled_dot_product_attention(*small, is_causal=True))
### BEGIN HIDDEN TESTS
question.hidden()
question.case(*[torch.randn(64, 16, dtype=torch.float64) for _ in range(3)])


@question.reference
def by_torch(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


@question.mistake("The scores must be divided by the root of D.")
def unscaled(q, k, v):
    future = torch.triu(torch.ones(len(q), len(k), dtype=torch.bool), 1)
    return (q @ k.T).masked_fill(future, float("-inf")).softmax(-1) @ v


@question.mistake("Position t must not see the future.")
def not_causal(q, k, v):
    return F.scaled_dot_product_attention(q, k, v)


### END HIDDEN TESTS
question.grade()

# %% [markdown]
# ## 2. Layer normalisation of `x` [B, D] without weights, `eps` under the root.


# %% nbgrader={"grade_id": "layer_norm", "solution": true}
def layer_norm(x, eps=1e-5):
    ### BEGIN SOLUTION
    mean = x.mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + eps)
    ### END SOLUTION


# %% nbgrader={"grade_id": "layer_norm_per_row", "grade": true}
"""Each row is normalised by itself."""
question = Question(layer_norm, points=2)
question.case(torch.tensor([[1.0, 3.0]]), kwargs={"eps": 0.0}, gives=[[-1.0, 1.0]])
torch.manual_seed(1)
### BEGIN HIDDEN TESTS
question.hidden()
question.case(torch.randn(8, 32, dtype=torch.float64))


@question.reference
def by_torch(x, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], eps=eps)


@question.mistake("You used the unbiased variance.")
def unbiased(x, eps=1e-5):
    return (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, keepdim=True) + eps)


### END HIDDEN TESTS
question.grade()

# %% [markdown]
# ## 3. A module: two linear layers with a ReLU between, the first with `width` units.


# %% nbgrader={"grade_id": "MLP", "solution": true}
class MLP(nn.Module):
    ### BEGIN SOLUTION
    def __init__(self, n_in, width, n_out):
        super().__init__()
        self.first, self.second = nn.Linear(n_in, width), nn.Linear(width, n_out)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))

    ### END SOLUTION


# %% nbgrader={"grade_id": "MLP_counts", "grade": true}
"""The module has the right parameters and shapes."""
question = Question(MLP, points=3)


@question.probe(gives=[5, 2])
def shape_of_the_output(cls):
    """Five rows in, five rows out."""
    return list(cls(3, 7, 2)(torch.ones(5, 3)).shape)


### BEGIN HIDDEN TESTS
question.hidden()


@question.probe(gives=3 * 7 + 7 + 7 * 2 + 2)
def number_of_parameters(cls):
    """Weights and biases of both layers."""
    return sum(int(np.prod(p.shape)) for p in cls(3, 7, 2).parameters())


### END HIDDEN TESTS
question.grade()

# %% [markdown]
# ## 4. Train `MLP(2, 16, 1)` on `x` [n, 2], `y` [n, 1] by Adam: the mean squared errors, by step.


# %% nbgrader={"grade_id": "train", "solution": true}
def train(x, y, steps, rate):
    ### BEGIN SOLUTION
    torch.manual_seed(0)
    model, losses = MLP(2, 16, 1), []
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(steps):
        loss = ((model(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION


# %% nbgrader={"grade_id": "train_learns", "grade": true}
"""The loss falls to a tenth."""
question = Question(train, points=4)
torch.manual_seed(3)
inputs = torch.randn(128, 2)


@question.probe(gives=20)
def one_loss_for_each_step(f):
    """One loss a step."""
    return len(f(inputs, inputs.prod(1, keepdim=True), 20, 0.01))


### BEGIN HIDDEN TESTS
question.hidden()


@question.probe(gives=True)
def it_learns_a_product(f):
    """A hundred steps take the loss to a tenth."""
    losses = f(inputs, inputs.prod(1, keepdim=True), 100, 0.05)
    return bool(losses[-1] < 0.1 * losses[0])


### END HIDDEN TESTS
question.grade()

# %% [markdown]
# ## 5. The cross-entropy of `logits` [B, C] and `targets` [B], averaged, stable for large logits.


# %% nbgrader={"grade_id": "cross_entropy", "solution": true}
def cross_entropy(logits, targets):
    ### BEGIN SOLUTION
    picked = logits[torch.arange(len(logits)), targets]
    return (torch.logsumexp(logits, 1) - picked).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "cross_entropy_is_stable", "grade": true}
"""It is the mean of the negative log probabilities."""
question = Question(cross_entropy, points=3)
question.case(torch.zeros(2, 4), torch.tensor([0, 3]), gives=1.3862944, rtol=1e-5)
torch.manual_seed(4)
### BEGIN HIDDEN TESTS
question.hidden()
question.case(torch.randn(32, 10, dtype=torch.float64), torch.randint(10, (32,)))
question.case(torch.tensor([[1000.0, 0.0]]), torch.tensor([1]), gives=1000.0, claim="No overflow.")


@question.reference
def by_torch(logits, targets):
    return F.cross_entropy(logits, targets)


@question.mistake("You took the sum. Take the mean.")
def summed(logits, targets):
    return F.cross_entropy(logits, targets, reduction="sum")


### END HIDDEN TESTS
question.grade()
