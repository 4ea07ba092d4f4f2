# %% [markdown]
# # {{title}}: the assignment
#
# Three training scripts that run and do not learn, a proof, an extension and a report: about
# {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **The rules of the hunt.** Each script is a class of small methods. Exactly **five methods** have
# a fault, one each. What a method must do stands in a list beside the script; where code and
# list differ, the code is wrong. Settings (`lr`, `width`, …), `run` and the methods without a
# fault are right: leave them alone. A lower learning rate, a bigger net or more steps is no repair.
# You may return NumPy or torch, and no argument may be changed in place.
#
# Write down the time at which you find each fault; the report at the end asks for the first.
#
# **Warm up (not graded).** `NAMES` tells the thirty faults that there are; five a script are
# planted below, the others are distractors. `text, hidden = hunt.script(5)` makes a fresh script
# with four faults for any seed: `print(text)`, hunt, and look at `hidden` last.
# `hunt.check(your_text)` tells which properties your repaired text has. The scripts below are other
# ones.

# %% nbgrader={"grade_id": "imports", "locked": true}
import numpy as np
import torch
from torch.nn import functional as F

from mlprep import hunt
from mlprep.check import Question

torch.set_num_threads(1)
NAMES = {fault.name: fault.says for fault in hunt.FAULTS.values()}  # the thirty that there are


def examples(**pairs):
    """Which of the statement's examples do not hold: name=(got, wanted)."""
    off = [name for name, (got, want) in pairs.items() if not _same(got, want)]
    return f"not so: {', '.join(off)}" if off else ""


def _same(got, want):
    if isinstance(want, (dict, str)):
        return got == want
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    return got.shape == want.shape and bool(np.allclose(got, want))


class TableScript:
    """Five methods of this script have a fault each."""

    lr, width, epochs, batch = 1.0, 16, 8, 32

    def read(self, n, seed):
        rng = np.random.default_rng(seed)
        pixels = rng.integers(0, 256, (n, 5))
        directions = np.random.default_rng(4).normal(size=(5, 3))
        kind = ((pixels / 255 - 0.5) @ directions).argmax(1)
        return pixels, [("tin", "gold", "iron")[k] for k in kind]

    def scale(self, pixels):
        return pixels // 255

    def label_map(self, names):
        return {name: number for number, name in enumerate(dict.fromkeys(names))}

    def shuffled(self, x, y, rng):
        return rng.permutation(x), rng.permutation(y)

    def batches(self, n):
        return [slice(i, i + self.batch) for i in range(0, n, self.batch)]

    def loss(self, logits, y):
        chosen = logits[torch.arange(len(y)), y].clamp(1e-9, 1)
        return -torch.log(chosen).mean()

    def accuracy(self, logits, y):
        guesses = np.argmax(logits, axis=0)
        return float(np.mean([guess == label for guess, label in zip(guesses, y)]))

    def start(self, seed):
        rng = np.random.default_rng(seed)
        shapes = (5, self.width), (self.width,), (self.width, 3), (3,)
        first = [rng.normal(0, 0.5, shape) * (len(shape) == 2) for shape in shapes]
        return [torch.tensor(value, requires_grad=True) for value in first]

    def net(self, w, x):
        return torch.relu(x @ w[0] + w[1]) @ w[2] + w[3]

    def run(self, seed=0):
        """Train on 256 rows, test on 151: losses, score, and what it took."""
        rng, w, losses, parts = np.random.default_rng(seed), self.start(seed), [], []
        for n, source in ((256, 0), (151, 1)):
            pixels, names = self.read(n, source)
            numbers = self.label_map(names)
            parts.append((np.asarray(self.scale(pixels)) - 0.5, [numbers[m] for m in names]))
        (x, y), (x_test, y_test) = parts
        for _ in range(self.epochs):
            xs, ys = (torch.as_tensor(a) for a in self.shuffled(x, np.array(y), rng))
            for rows in self.batches(len(xs)):
                loss = torch.as_tensor(self.loss(self.net(w, xs[rows]), ys[rows]))
                grads = torch.autograd.grad(loss, w)
                w = [(v - self.lr * g).detach().requires_grad_() for v, g in zip(w, grads)]
                losses.append(loss.item())
        logits = self.net(w, torch.tensor(x_test)).detach().numpy()
        used = {"steps": len(losses), "numbers": sum(v.numel() for v in w), "lr": self.lr}
        return used | {"losses": losses, "score": float(self.accuracy(logits, np.array(y_test)))}


# %% [markdown]
# ## The first script: a table
#
# `TableScript`, at the end of the cell above: rows of five bytes belong to one of three names. A
# small net with one hidden layer, plain SGD.
#
# - `scale(pixels)`: bytes, int [n, d] → floats: 0 becomes 0, 255 becomes 1
# - `label_map(names)`: list of str → {name: number}, 0, 1, … in alphabetical order
# - `shuffled(x, y, rng)`: [n, d], [n] → both in one random order, drawn from `rng`; rows keep
#   their labels
# - `batches(n)`: slices of `batch` rows that cover n rows; the last may be shorter
# - `loss(logits, y)`: torch [B, K], int [B] → mean cross-entropy, a scalar tensor with a gradient;
#   also right for logits of 1000
# - `accuracy(logits, y)`: arrays [n, K], [n] → share of rows whose largest logit stands at the
#   label
#
# **Examples.** `scale([[51, 255]])` = [[0.2, 1]]. `label_map(["b", "a", "b"])` = {"a": 0, "b": 1}.
# `loss` of [[0, 0]] with label [1] is ln 2. `accuracy` of [[1, 2], [3, 0], [0, 5]] with [1, 0, 0]
# is 2/3.
#
# ## 1. Mend the table script (7 points, 30 minutes)
#
# `mended_table()` returns an object of a subclass of `TableScript`, in which you override the five
# faulty methods, under the same names and with the same arguments: define the class inside the
# function. Nothing else may change: with the settings as they are, `mended_table().run(0)` must
# reach a score of **0.85** (now: `TableScript().run(0)["score"]`; it even says 0.67). Each of the
# five is tested on its own as well, with inputs of other sizes, so that a fault that the score
# forgives still costs points.

# %% nbgrader={"grade_id": "mended_table", "solution": true}
def mended_table():
    """The table script without its five faults: an object of a subclass of TableScript."""
    ### BEGIN SOLUTION

    class Mended(TableScript):
        def scale(self, pixels):
            return np.asarray(pixels) / 255

        def label_map(self, names):
            return {name: number for number, name in enumerate(sorted(set(names)))}

        def shuffled(self, x, y, rng):
            order = rng.permutation(len(x))
            return x[order], y[order]

        def loss(self, logits, y):
            log_p = torch.log_softmax(logits, -1)
            return -log_p[torch.arange(len(y)), y].mean()

        def accuracy(self, logits, y):
            return float(np.mean(np.argmax(logits, axis=1) == y))

    return Mended()
    ### END SOLUTION


# %% nbgrader={"grade_id": "mended_table_learns_without_other_settings", "grade": true}
"""The table script learns with the settings that it had, and each mended method keeps its word."""
q = Question(mended_table, points=7)


@q.probe(gives="")
def the_examples(script):
    """Each method gives what the statement's example says"""
    s, rows = script(), np.array([[1.0, 2.0], [3.0, 0.0], [0.0, 5.0]])
    return examples(
        scale=(s.scale(np.array([[51, 255]])), [[0.2, 1.0]]),
        label_map=(s.label_map(["b", "a", "b"]), {"a": 0, "b": 1}),
        loss=(s.loss(torch.zeros(1, 2), torch.tensor([1])), np.log(2)),
        accuracy=(s.accuracy(rows, np.array([1, 0, 0])), 2 / 3),
    )


@q.probe(gives="")
def the_run(script):
    """With settings untouched, run(0) reaches a score of 0.85"""
    result = script().run(0)
    used = [result["steps"], result["numbers"], result["lr"]]
    if used != [64, 147, 1.0]:
        return f"steps, parameters and learning rate were {used}, not [64, 147, 1.0]"
    return "" if result["score"] >= 0.85 else f"the score is {result['score']:.2f}"


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives=[[0.0, 0.2, 1.0], [0.4, 0.6, 2 / 255]])
def bytes_keep_their_fractions(script):
    """scale: 51 is a fifth of 255"""
    return script().scale(np.array([[0, 51, 255], [102, 153, 2]]))


@q.probe(gives=[{"ash": 0, "elm": 1, "oak": 2}] * 2 + [{}])
def the_map_does_not_know_the_order(script):
    """label_map: training and test rows come in other orders, and a name keeps its number"""
    rows = ["oak", "ash", "elm", "ash"], ["elm", "oak", "ash"], []
    return [script().label_map(names) for names in rows]


@q.probe(gives="")
def rows_keep_their_labels(script):
    """shuffled: row i and label i stay together, in an order that rng draws anew each time"""
    n, rng = np.arange(23), np.random.default_rng(0)
    one = script().shuffled(n[:, None] * [1, 10], n, rng)
    two = script().shuffled(n[:, None] * [1, 10], n, rng)
    x, y = (np.asarray(a) for a in one)
    if sorted(x[:, 0].tolist()) != n.tolist() or x.shape != (23, 2):
        return "rows were lost or repeated"
    if (x[:, 0] != y).any():
        return "labels were given to other rows"
    if (x[:, 0] == n).all():
        return "they come back in the order in which they came"
    same = (x[:, 0] == np.asarray(two[0])[:, 0]).all()
    return "two calls with one rng give the same order" if same else ""


LOGITS = torch.tensor([[2.0, -1.0, 0.5, 0.2], [0.3, 0.1, -3.0, 1.0], [900.0, 905.0, 0.0, 1.0]])


@q.probe(gives=float(F.cross_entropy(LOGITS.double(), torch.tensor([2, 0, 0]))), rtol=1e-5)
def the_loss_is_the_mean_cross_entropy(script):
    """loss: the mean over rows of −log softmax at the label, for logits of any sign and size"""
    return float(script().loss(LOGITS.double(), torch.tensor([2, 0, 0])))


@q.probe(gives=[0.4, 1.0])
def rows_are_scored_one_by_one(script):
    """accuracy: the largest logit of each row decides for that row"""
    logits = np.array([[1.0, 5, 2], [9, 8, 7], [0, 1, 2], [4, 3, 1], [0, 7, 2.0]])
    labels = np.array([1, 2, 0, 0, 2])
    return [script().accuracy(logits, labels), script().accuracy(logits[:1], labels[:1])]


@q.reference
class without_faults(TableScript):
    def scale(self, pixels):
        return np.true_divide(pixels, 255.0)

    def label_map(self, names):
        found = np.unique(names).tolist()
        return dict(zip(found, range(len(found))))

    def shuffled(self, x, y, rng):
        pairs = list(zip(x, y))
        order = np.argsort(rng.random(len(pairs)))
        return np.stack([pairs[i][0] for i in order]), np.array([pairs[i][1] for i in order])

    def loss(self, logits, y):
        return F.cross_entropy(logits, y)

    def accuracy(self, logits, y):
        hits = [row.tolist().index(max(row)) == label for row, label in zip(logits, y)]
        return sum(hits) / len(hits)


@q.mistake("""scale still divides without remainder: // 255 makes 0 of every byte below 255, so all
rows look alike. Use /.""")
class integer_division_kept(without_faults):
    scale = TableScript.scale


@q.mistake("""label_map still numbers names in the order in which they come. Training rows and test
rows come in different orders, so the same name gets two numbers. Sort the set of names.""")
class label_map_unsorted_kept(without_faults):
    label_map = TableScript.label_map


@q.mistake("""shuffled still draws two orders: each call of rng.permutation is a new one. Draw one
order of indices and use it for both.""")
class labels_shuffled_separately_kept(without_faults):
    shuffled = TableScript.shuffled


@q.mistake("""loss still takes the logarithm of a logit. Logits become probabilities by a softmax;
where a logit is negative, the clamp also cuts the gradient off.""")
class logits_as_probabilities_kept(without_faults):
    loss = TableScript.loss


@q.mistake("""accuracy still takes the argmax over rows (axis 0): it finds the best row of each
class, and zip hides that there are only K of them. Use axis 1.""")
class argmax_wrong_axis_kept(without_faults):
    accuracy = TableScript.accuracy


@q.mistake("""You returned the class. An object of it is wanted: end with parentheses, return
Mended().""")
def class_in_place_of_an_object():
    return without_faults


@q.mistake("""All five are mended, and the learning rate was lowered as well. A rate that had to be
lowered hid a fault; now nothing needs it. Put it back: a repair that needs another rate proves
nothing.""")
class lr_lowered(without_faults):
    lr = 0.5


@q.mistake("""All five are mended, and the net was enlarged as well. Width was never the fault: what
cannot learn 256 rows with 147 numbers because its labels are wrong cannot with more. Put it
back.""")
class net_enlarged(without_faults):
    width = 64


@q.mistake("""All five are mended, and it trains longer as well. More steps make a slow run good and
a wrong one no better; put `epochs` back, so that before and after can be compared.""")
class longer_training(without_faults):
    epochs = 16


@q.mistake("""loss applies a softmax and gives the result to cross_entropy, which applies another
one. Probabilities differ by 1 at most, so the loss cannot fall below ln(1 + (K − 1)/e). Give it the
logits.""")
class softmax_twice(without_faults):
    def loss(self, logits, y):
        return F.cross_entropy(torch.softmax(logits, -1), y)


@q.mistake("""loss is the logarithm of a softmax written out: for a logit of 905 exp overflows, or a
probability underflows to 0 and its logarithm to −inf. Use log_softmax or cross_entropy.""")
class log_of_softmax(without_faults):
    def loss(self, logits, y):
        e = torch.exp(logits)
        return -torch.log((e / e.sum(-1, keepdim=True))[torch.arange(len(y)), y]).mean()


@q.mistake("""loss returns a number without a gradient (.item(), float or NumPy). The run has to
differentiate it: return the tensor.""")
class loss_without_gradient(without_faults):
    def loss(self, logits, y):
        return F.cross_entropy(logits, y).item()


@q.mistake("""loss is the sum over the batch: the step then grows with the batch, and the short last
batch counts less. The mean is asked for.""")
class summed_loss(without_faults):
    def loss(self, logits, y):
        return F.cross_entropy(logits, y, reduction="sum")


@q.mistake("""scale divides by 256. Bytes go up to 255, and 255 must become 1.""")
class divided_by_256(without_faults):
    def scale(self, pixels):
        return pixels / 256


@q.mistake("""shuffled makes a generator of its own, so every epoch has the same order. Draw from
the rng that is given.""")
class same_order_each_epoch(without_faults):
    def shuffled(self, x, y, rng):
        order = np.random.default_rng(0).permutation(len(x))
        return x[order], y[order]


@q.mistake("""shuffled no longer shuffles. Rows and labels do stay together that way, but in the
same order each epoch.""")
class shuffling_removed(without_faults):
    def shuffled(self, x, y, rng):
        return x, y


@q.variant
class one_permutation_of_columns(TableScript):
    def scale(self, pixels):
        return torch.as_tensor(pixels).double() / 255

    def label_map(self, names):
        numbers = {}
        for name in sorted(names):
            numbers.setdefault(name, len(numbers))
        return numbers

    def shuffled(self, x, y, rng):
        both = rng.permutation(np.column_stack([x, y]))
        return both[:, :-1], both[:, -1].astype(int)

    def loss(self, logits, y):
        return (torch.logsumexp(logits, 1) - logits.gather(1, y[:, None])[:, 0]).mean()

    def accuracy(self, logits, y):
        return (torch.as_tensor(logits).argmax(dim=1) == torch.as_tensor(y)).double().mean()


@q.variant
class shuffled_in_place_on_copies(without_faults):
    def shuffled(self, x, y, rng):
        order = np.arange(len(y))
        rng.shuffle(order)
        return np.take(x, order, 0), np.take(y, order)

    def loss(self, logits, y):
        return F.nll_loss(logits.log_softmax(1), y)


q.hints(
    """Test each method alone against its line of the list, with two or three rows that you can
work out by hand. The score tells that something is wrong, never what.""",
    """`scale` of one row (51, 255); `label_map` of ["b", "a"] and of ["a", "b"]; `shuffled` of
np.arange(5) twice; `loss` of the logits [[0, 0]] and [[−1, −1]]; `accuracy` of three rows and two
classes.""",
    """Five one-line changes: a kind of division, an order, a number of permutations, a missing
softmax, an axis.""",
)
q.why("""Each of the five leaves the script running. `// 255` and the two permutations make inputs
and labels unrelated: the loss stays near ln 3, and one batch can still be learnt by heart if rows
differ. The label map and the argmax leave *training* perfect: the loss falls, and only the score
is wrong. The logarithm of logits drives the loss down by growing all logits, which is no
classification at all: adding a constant to every logit must change nothing, and here it does.

Note the score of the broken script, 0.67: `zip` compared three guesses with 151 labels. Mend
`scale` alone and it falls to 0. A number between 0 and 1 is no evidence that a metric measures
anything, and a score that falls is none against a repair.

The usual wrong answer is to mend what the loss shows (two or three of them), see it fall, and add
epochs. Mended labels with a broken metric look exactly like a model that needs more training.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Name its faults (3 points, 5 minutes)
#
# `diagnose_table()` returns {method: name of the fault}, five pairs, with the names of `NAMES`
# above. Names that fit nearly are wrong: the name says what the code does, not what it leads to.
#
# **Example of the form** (not of this script): `{"weights": "softmax_wrong_dim", …}`.

# %% nbgrader={"grade_id": "diagnose_table", "solution": true}
def diagnose_table():
    """The faults of TableScript: {method: name of the fault}, five pairs."""
    ### BEGIN SOLUTION
    return {
        "scale": "integer_division",
        "label_map": "label_map_unsorted",
        "shuffled": "labels_shuffled_separately",
        "loss": "logits_as_probabilities",
        "accuracy": "argmax_wrong_axis",
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "diagnose_table_names_five_faults", "grade": true}
"""Five methods of the table script are named, each with its own fault."""
q = Question(diagnose_table, points=3)
KNOWN = {"9ea5dfae", "d00f2da2", "dea5cd2b", "e44df1e2", "f31078c3"}
for check in hunt.form_checks(TableScript, KNOWN):
    q.probe(check, gives="")
### BEGIN HIDDEN TESTS
q.hidden()
CLUES = {
    "scale": ("integer_division", "printed, a batch shows 0 nearly everywhere; only 255 survives"),
    "label_map": (
        "label_map_unsorted",
        "give it the same names in another order, and the numbers change",
    ),
    "shuffled": (
        "labels_shuffled_separately",
        "give it rows that are numbered like their labels, and they come back unequal",
    ),
    "loss": ("logits_as_probabilities", "it takes the logarithm of what is not yet a probability"),
    "accuracy": ("argmax_wrong_axis", "for n rows it makes K guesses, one a column"),
}
RIGHT = {method: fault for method, (fault, _) in CLUES.items()}
for check in hunt.fault_checks(CLUES):
    q.probe(check, gives="")


@q.reference
def by_hand():
    return RIGHT


@q.mistake("""The loss is not nll_on_raw_logits: that would be −z at the label, without a logarithm,
and could fall below 0 without limit. Here the logarithm of a clamped logit is taken.""")
def nll_for_log_of_logits():
    return RIGHT | {"loss": "nll_on_raw_logits"}


@q.mistake("""The loss has a .mean(): it is not summed. Look at what goes into the logarithm.""")
def loss_blamed_for_a_sum():
    return RIGHT | {"loss": "loss_summed"}


@q.mistake("""shuffled has one generator and no workers. What it draws twice is the order.""")
def workers_blamed():
    return RIGHT | {"shuffled": "workers_same_seed"}


@q.mistake("""The axis in accuracy is that of an argmax, there is no softmax in it.""")
def softmax_for_argmax():
    return RIGHT | {"accuracy": "softmax_wrong_dim"}


@q.mistake("""`batches` is healthy: range(0, n, batch) reaches the last rows, and a slice may end
beyond them. The division is in `scale`.""")
def batches_blamed():
    return {k: v for k, v in RIGHT.items() if k != "scale"} | {"batches": "integer_division"}


@q.variant
def appended():
    found = {}
    for method, fault in RIGHT.items():
        found[method] = fault
    return found


@q.variant
def pair_by_pair():
    methods = "accuracy", "label_map", "loss", "scale", "shuffled"
    return dict(sorted(zip(methods, map(RIGHT.get, methods))))


q.hints(
    """One method, one fault. Read the name's sentence in NAMES against the line of code.""",
    """For the loss: what does it do to the logits [[−1, −1]]? A name with `nll` would give +1.""",
    """Two faults are in the data, one in what is compared with what, one in the loss, one in the
score.""",
)
q.why("""Naming is worth points because a name predicts: *labels_shuffled_separately* says that one
batch can be memorised and nothing generalises; *label_map_unsorted* says that the training loss is
fine. If the prediction fails, the diagnosis was wrong, however much better the script runs.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## The second script: sequences
#
# Tokens 1 to 6, padded with 0 to length 7; the next token follows from the last one and its place.
# One causal attention head, one residual layer, Adam. The score is the share of test sequences
# whose next three tokens it writes, from the first one alone.
#
# - `build(seed)`: module with `embed`, `place` [length, width], `q`, `k`, `v`, `mix`, `out`; all
#   of them learn; `out` shares its weight with `embed`
# - `weights(scores)`: [..., T, T] → softmax of each row over the places up to its own, 0
#   elsewhere
# - `residual(x, W)`: [B, T, D], [D, D] → x + relu(x) W
# - `pairs(logits, tokens)`: [B, T, V], [B, T] → (guess [B, T−1, V], target [B, T−1]): each guess
#   beside the token that comes *next*
# - `loss(guess, target)`: mean cross-entropy over the targets that are not padding (there is one
#   at least)
#
# **Examples.** `weights` of [[0, 0], [0, 0]] is [[1, 0], [½, ½]]. `residual` of [[[−1, 2]]] with
# the identity is [[[−1, 4]]]. The target of the tokens [[4, 5, 6]] is [[5, 6]]. `loss` of guess 0
# everywhere [1, 2, 7] with target [[3, 0]] is ln 7.
#
# ## 3. Mend the sequence script (7 points, 35 minutes)
#
# As before: `mended_sequence()` returns an object of a subclass with the five faulty methods
# overridden, nothing else changed. Its `run(0)` must reach a score of **0.75**; as it is, it scores
# 0 with a loss of almost nothing. That is the lesson of this script: most of its faults make the
# loss *better*.

# %% nbgrader={"grade_id": "sequence_script", "locked": true}
class SequenceScript:
    """Five methods of this script have a fault each."""

    lr, width, steps, batch = 0.06, 16, 44, 32
    tokens, length = 7, 7

    def read(self, n, seed):
        rng = np.random.default_rng(seed)
        rows = np.zeros((n, self.length), dtype=int)
        rows[:, 0] = rng.integers(1, self.tokens, n)
        for t in range(1, self.length):
            rows[:, t] = 1 + (rows[:, t - 1] + t * t) % (self.tokens - 1)
        rows[np.arange(self.length) >= rng.integers(4, self.length + 1, n)[:, None]] = 0
        return torch.tensor(rows)

    def build(self, seed):
        torch.manual_seed(seed)
        D, net = self.width, torch.nn.Module()
        net.embed = torch.nn.Embedding(self.tokens, D)
        net.place = 0.1 * torch.randn(self.length, D, dtype=torch.float64)
        net.q, net.k, net.v = (torch.nn.Linear(D, D, bias=False) for _ in range(3))
        net.mix = torch.nn.Parameter(torch.randn(D, D) / D**0.5)
        net.out = torch.nn.Linear(D, self.tokens, bias=False)
        torch.nn.init.normal_(net.embed.weight, 0, 0.1)
        net.out.weight = net.embed.weight
        return net.double()

    def weights(self, scores):
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        return torch.softmax(scores.masked_fill(future, 0.0), -1)

    def residual(self, x, W):
        return x + torch.relu_(x) @ W

    def pairs(self, logits, tokens):
        return logits[:, :-1], tokens[:, :-1]

    def loss(self, guess, target):
        each = F.cross_entropy(guess.flatten(0, 1), target.flatten(), reduction="none")
        return each.mean()

    def forward(self, net, tokens):
        x = net.embed(tokens) + net.place[: tokens.shape[1]]
        x = x + self.weights(net.q(x) @ net.k(x).mT / self.width**0.5) @ net.v(x)
        return net.out(self.residual(x, net.mix))

    def learnt(self, net):
        """{name: shape} of what Adam gets."""
        return {name: list(p.shape) for name, p in net.named_parameters() if p.requires_grad}

    def run(self, seed=0):
        """Train, then write three tokens for each of 40 test sequences."""
        net, rng, losses = self.build(seed), np.random.default_rng(seed), []
        data, test = self.read(128, 0), self.read(40, 1)
        learnt = [p for p in net.parameters() if p.requires_grad]
        state = [(p, torch.zeros_like(p), torch.zeros_like(p)) for p in learnt]
        for t in range(1, self.steps + 1):
            rows = data[rng.integers(len(data), size=self.batch)]
            loss = self.loss(*self.pairs(self.forward(net, rows), rows))
            grads = torch.autograd.grad(loss, learnt)
            losses.append(loss.item())
            with torch.no_grad():  # Adam
                for (p, m, v), g in zip(state, grads):
                    m.mul_(0.9).add_(g, alpha=0.1), v.mul_(0.999).addcmul_(g, g, value=0.001)
                    root = (v / (1 - 0.999**t)).sqrt() + 1e-8
                    p -= self.lr / (1 - 0.9**t) * m / root
        written = test[:, :1]
        with torch.no_grad():
            for _ in range(3):
                last = self.forward(net, written)[:, -1]
                written = torch.cat([written, last.argmax(-1, keepdim=True)], 1)
        score = (written == test[:, :4]).all(1).double().mean().item()
        numbers = sum(p.numel() for p in net.parameters())
        used = {"steps": len(losses), "numbers": numbers, "lr": self.lr}
        return used | {"losses": losses, "score": score}


# %% nbgrader={"grade_id": "mended_sequence", "solution": true}
def mended_sequence():
    """The sequence script without its five faults: an object of a subclass of SequenceScript."""
    ### BEGIN SOLUTION

    class Mended(SequenceScript):
        def build(self, seed):
            net = super().build(seed)
            net.place = torch.nn.Parameter(net.place)
            return net

        def weights(self, scores):
            future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
            return torch.softmax(scores.masked_fill(future, -torch.inf), -1)

        def residual(self, x, W):
            return x + torch.relu(x) @ W

        def pairs(self, logits, tokens):
            return logits[:, :-1], tokens[:, 1:]

        def loss(self, guess, target):
            return F.cross_entropy(guess.flatten(0, 1), target.flatten(), ignore_index=0)

    return Mended()
    ### END SOLUTION


# %% nbgrader={"grade_id": "mended_sequence_writes_what_comes_next", "grade": true}
"""The sequence script writes the next tokens, and each mended method keeps its word."""
q = Question(mended_sequence, points=7)


@q.probe(gives="")
def the_examples(script):
    """Each method gives what the statement's example says"""
    s, x = script(), torch.tensor([[[-1.0, 2.0]]])
    return examples(
        weights=(s.weights(torch.zeros(2, 2)), [[1.0, 0.0], [0.5, 0.5]]),
        residual=(s.residual(x, torch.eye(2)), [[[-1.0, 4.0]]]),
        pairs=(s.pairs(torch.zeros(1, 3, 2), torch.tensor([[4, 5, 6]]))[1], [[5, 6]]),
        loss=(s.loss(torch.zeros(1, 2, 7), torch.tensor([[3, 0]])), np.log(7)),
    )


@q.probe(gives="")
def the_run(script):
    """With settings untouched, run(0) reaches a score of 0.75"""
    result = script().run(0)
    if [result["steps"], result["lr"]] != [44, 0.06]:
        return f"steps and learning rate were {result['steps']} and {result['lr']}, not 44 and 0.06"
    if result["numbers"] > 1248:
        return f"the net has {result['numbers']} numbers; as it is meant, it has 1248"
    return "" if result["score"] >= 0.75 else f"the score is {result['score']:.2f}"


### BEGIN HIDDEN TESTS
q.hidden()
ROWS = np.random.default_rng(1).normal(size=(2, 5, 5))


@q.probe
def all_that_should_learn_does(script):
    """build: everything in its line is a parameter, and out shares its weight with embed"""
    s = script()
    return s.learnt(s.build(0))


@q.probe(gives=0.0)
def nothing_on_the_future(script):
    """weights: no weight falls on a later place"""
    w = np.asarray(script().weights(torch.tensor(ROWS)))
    return float(np.abs(np.triu(w, 1)).max())


@q.probe
def softmax_of_the_past(script):
    """weights: row t is the softmax of its scores at 0 to t, so it sums to 1"""
    return script().weights(torch.tensor(ROWS))


X, W = np.random.default_rng(2).normal(size=(2, 3, 7)), np.random.default_rng(3).normal(size=(7, 7))


@q.probe(gives=[X, X + np.maximum(X, 0) @ W])
def the_skip_path_keeps_all(script):
    """residual: with W = 0 it gives x back, negative entries too; else it adds relu(x) W"""
    s = script()
    return [s.residual(torch.tensor(X), torch.tensor(w)) for w in (0 * W, W)]


@q.probe
def each_guess_beside_the_next_token(script):
    """pairs: the guess made at place t stands beside the token at place t + 1"""
    logits = torch.arange(2 * 5 * 3.0).reshape(2, 5, 3)
    return list(script().pairs(logits, torch.tensor([[1, 2, 1, 2, 2], [2, 1, 1, 0, 0]])))


def guesses(places):
    return torch.tensor(np.random.default_rng(5).normal(size=(2, places, 7)))


@q.probe
def padding_has_no_say(script):
    """loss: two more columns of padding, and the loss is the same mean over real targets"""
    target = torch.tensor([[1, 6, 2, 0, 0], [3, 0, 0, 0, 0]])
    s, z = script(), guesses(5)
    return [float(s.loss(z, target)), float(s.loss(z[:, :3], target[:, :3]))]


@q.reference
class without_faults(SequenceScript):
    def build(self, seed):
        net = SequenceScript.build(self, seed)
        start = net.place
        del net.place
        net.register_parameter("place", torch.nn.Parameter(start.clone()))
        return net

    def weights(self, scores):
        keep = torch.ones(scores.shape[-2:], dtype=torch.float64).tril()
        e = torch.exp(scores - scores.amax(-1, keepdim=True)) * keep
        return e / e.sum(-1, keepdim=True)

    def residual(self, x, W):
        return torch.einsum("btd,de->bte", x * (x > 0), W) + x

    def pairs(self, logits, tokens):
        T = tokens.shape[1]
        return logits.narrow(1, 0, T - 1), tokens.narrow(1, 1, T - 1)

    def loss(self, guess, target):
        real = target != 0
        return F.cross_entropy(guess[real], target[real])


@q.mistake("""build still keeps the place vectors as a plain tensor. A module registers Parameters
and buffers, and gives only Parameters to the optimiser: a plain tensor or a buffer stays as it was
drawn.""")
class position_not_registered_kept(without_faults):
    build = SequenceScript.build


@q.mistake("""weights still fills masked scores with 0. e⁰ is 1, a fair share: the future keeps its
weight. Fill with −inf before the softmax.""")
class mask_zero_not_inf_kept(without_faults):
    weights = SequenceScript.weights


@q.mistake("""residual still applies the ReLU in place: relu_ overwrites x, so the skip path loses
its negative half too, and the caller's tensor is changed.""")
class inplace_relu_on_residual_kept(without_faults):
    residual = SequenceScript.residual


@q.mistake("""pairs still puts each guess beside the token that was just read. Copying it is easy: a
loss of 0 that writes nonsense. Drop the first token, not the last.""")
class labels_unshifted_kept(without_faults):
    pairs = SequenceScript.pairs


@q.mistake("""loss still averages over padding: easy zeros that dilute the loss, more so in short
sequences. Leave targets of 0 out of sum *and* count.""")
class padding_counted_kept(without_faults):
    loss = SequenceScript.loss


@q.mistake("""All five are mended, and the learning rate was lowered as well. Put it back: what
needs another rate has another fault, and before and after cannot be compared.""")
class lr_lowered(without_faults):
    lr = 0.02


@q.mistake("""All five are mended, and the net was enlarged as well. Put `width` back: a bigger net
hides a fault that costs capacity, such as places that do not learn.""")
class net_enlarged(without_faults):
    width = 24


@q.mistake("""All five are mended, and it trains longer as well. Put `steps` back.""")
class longer_training(without_faults):
    steps = 88


@q.mistake("""weights multiplies by the mask after the softmax: rows no longer sum to 1, and the
denominators still depend on the future. Mask before it, or normalise again.""")
class mask_after_softmax(without_faults):
    def weights(self, scores):
        return torch.softmax(scores, -1) * torch.ones(scores.shape[-2:]).tril()


@q.mistake("""weights normalises over queries. A row belongs to a query, and sums to 1 over keys:
the last axis.""")
class softmax_over_queries(without_faults):
    def weights(self, scores):
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        return torch.softmax(scores.masked_fill(future, -torch.inf), -2)


@q.mistake("""weights hides a place from itself: the first row then has nothing to look at. The mask
starts one above the diagonal, triu(1).""")
class own_place_masked(without_faults):
    def weights(self, scores):
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(0)
        return torch.softmax(scores.masked_fill(future, -1e9), -1)


@q.mistake("""weights fills with −10. That is a score like others: next to real scores of −5 the
future has a weight of a percent. −inf is the only number that is always out.""")
class mask_of_minus_ten(without_faults):
    def weights(self, scores):
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        return torch.softmax(scores.masked_fill(future, -10.0), -1)


@q.mistake("""residual takes relu(x) for the skip path as well: relu(x) + relu(x) W. What comes in
must come out whole.""")
class skip_through_the_relu(without_faults):
    def residual(self, x, W):
        h = torch.relu(x)
        return h + h @ W


@q.mistake("""pairs shifts the wrong way: the guess at place t + 1 stands beside token t, which it
has seen. Guesses lose their last, tokens their first.""")
class shifted_backwards(without_faults):
    def pairs(self, logits, tokens):
        return logits[:, 1:], tokens[:, :-1]


@q.mistake("""loss sums over real targets, and divides by all of them: padding still dilutes. Divide
by the number of real targets.""")
class padding_in_the_count(without_faults):
    def loss(self, guess, target):
        each = F.cross_entropy(guess.flatten(0, 1), target.flatten(), reduction="none")
        return (each * (target.flatten() != 0)).mean()


@q.mistake("""loss averages each sequence first, then over sequences: a token of a short sequence
counts more. The mean over all real targets is asked for.""")
class mean_of_means(without_faults):
    def loss(self, guess, target):
        real = (target != 0).double()
        each = F.cross_entropy(guess.mT, target, reduction="none") * real
        rows = real.sum(1) > 0
        return (each.sum(1)[rows] / real.sum(1)[rows]).mean()


@q.variant
class built_again_from_scratch(SequenceScript):
    def build(self, seed):
        torch.manual_seed(seed)
        D, net = self.width, torch.nn.Module()
        net.embed = torch.nn.Embedding(self.tokens, D)
        torch.nn.init.normal_(net.embed.weight, 0, 0.1)
        net.place = torch.nn.Parameter(torch.randn(self.length, D) * 0.1)
        for name in "qkv":
            setattr(net, name, torch.nn.Linear(D, D, bias=False))
        net.mix = torch.nn.Parameter(torch.randn(D, D) / D**0.5)
        net.out = torch.nn.Linear(D, self.tokens, bias=False)
        net.out.weight = net.embed.weight
        return net.to(torch.float64)

    def weights(self, scores):
        w = torch.softmax(scores, -1).tril()
        return w / w.sum(-1, keepdim=True)

    def residual(self, x, W):
        return x + F.relu(x).matmul(W)

    def pairs(self, logits, tokens):
        return logits[:, : tokens.shape[1] - 1, :], tokens[:, 1:].clone()

    def loss(self, guess, target):
        real = (target != 0).double()
        each = F.cross_entropy(guess.mT, target, reduction="none")
        return (each * real).sum() / real.sum()


@q.variant
class mask_added(without_faults):
    def weights(self, scores):
        T = scores.shape[-1]
        return torch.softmax(scores + torch.full((T, T), float("-inf")).triu(1), dim=-1)

    def residual(self, x, W):
        return torch.clamp(x, min=0) @ W + x


q.hints(
    """A loss near 0 with a score of 0: the net answers an easier question than the one that is
asked. Which method decides what it may see, and which what it must say?""",
    """`weights` of zeros [2, 2]; `pairs` of two tokens; `residual` of one negative number with W =
0; `loss` with one padding more; `learnt(build(0))`, read name by name against the list.""",
    """A Parameter, a fill value, an underscore, the start of a slice, an `ignore_index`.""",
)
q.why("""Three of the five make the loss smaller: the mask of 0 shows the answer, the unshifted
target *is* the input, padding adds tokens that are easy. So "the loss fell, it is mended" is no
proof here; writing tokens one by one is, since then there is no future to look at.

The places are the quiet one: random vectors that do not learn still tell places apart, so the net
learns, only less. The optimiser's inventory shows it in one line. The in-place ReLU costs so little
that no curve shows it; a block with a branch of 0 must be the identity, and this one is not.

The usual wrong repair of the mask is to multiply after the softmax: the future's weight is gone,
its influence on the denominators is not.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Name its faults (3 points, 5 minutes)
#
# As question 2: `diagnose_sequence()` returns {method: name of the fault} of `SequenceScript`, five
# pairs.

# %% nbgrader={"grade_id": "diagnose_sequence", "solution": true}
def diagnose_sequence():
    """The faults of SequenceScript: {method: name of the fault}, five pairs."""
    ### BEGIN SOLUTION
    return {
        "build": "position_not_registered",
        "weights": "mask_zero_not_inf",
        "residual": "inplace_relu_on_residual",
        "pairs": "labels_unshifted",
        "loss": "padding_counted",
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "diagnose_sequence_names_five_faults", "grade": true}
"""Five methods of the sequence script are named, each with its own fault."""
q = Question(diagnose_sequence, points=3)
KNOWN = {"11008ce4", "11aa290b", "442838ce", "d18b8590", "d6517b83"}
for check in hunt.form_checks(SequenceScript, KNOWN):
    q.probe(check, gives="")
### BEGIN HIDDEN TESTS
q.hidden()
CLUES = {
    "build": ("position_not_registered", "`place` is missing in learnt(build(0))"),
    "weights": ("mask_zero_not_inf", "with scores of 0 every row is uniform, the future included"),
    "residual": (
        "inplace_relu_on_residual",
        "with W = 0 negative entries come back as 0, and the argument has changed",
    ),
    "pairs": ("labels_unshifted", "its target at place t is the token that was read at t"),
    "loss": ("padding_counted", "one more column of padding changes it"),
}
RIGHT = {method: fault for method, (fault, _) in CLUES.items()}
for check in hunt.fault_checks(CLUES):
    q.probe(check, gives="")


@q.reference
def by_hand():
    return RIGHT


@q.mistake("""The mask in weights comes before the softmax; its fill value is wrong. After the
softmax, rows would not sum to 1.""")
def mask_after_for_mask_zero():
    return RIGHT | {"weights": "mask_after_softmax"}


@q.mistake("""The output layer's weight is the embedding itself: `is` says True. Not tied weights,
but `place` is what the optimiser does not have.""")
def tied_weights_blamed():
    return RIGHT | {"build": "tied_weights_copied"}


@q.mistake("""Nothing in build makes an optimiser; it is made in run, after build, from all
parameters. `place` is not one of them.""")
def optimiser_blamed():
    return RIGHT | {"build": "optimiser_built_too_early"}


@q.mistake("""Nothing is detached in residual: gradients pass. What has changed is x itself, in
place, before it is added.""")
def detach_for_in_place():
    return RIGHT | {"residual": "graph_detached"}


@q.mistake("""The loss is a mean; what is wrong is whom it counts.""")
def sum_for_padding():
    return RIGHT | {"loss": "loss_summed"}


@q.variant
def merged():
    return RIGHT | {}


@q.variant
def from_pairs():
    return dict(zip(reversed(RIGHT), reversed(RIGHT.values())))


q.hints(
    """Two names speak of masks, two of what the optimiser holds. Which one does the code do?""",
    """`SequenceScript().weights(torch.zeros(2, 2))`: do the rows sum to 1? Then it is not after the
softmax.""",
    """What the optimiser lacks; a fill value; a trailing underscore; a slice; a count.""",
)
q.why("""Masking after the softmax and filling with 0 look alike in the loss and differ in a test
of one line: rows that sum to 1. A diagnosis that cannot be told from its neighbour is not
finished.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## The third script: the loop
#
# A classifier with dropout; gradients from micro-batches, a cosine schedule, a validation after
# each epoch, the best checkpoint at the end. `w` is a dict of arrays `W1`, `b1`, `W2`, `b2`.
#
# - `net(w, x, keep, rng)`: logits [B, 2]; units stay with probability `keep`, no dropout at 1
# - `one_gradient(w, x, y, keep, rng)`: gradient of the *mean* loss of one micro-batch, a dict
#   like `w`
# - `gradient(w, micro, keep, rng)`: list of (x, y) of one size → gradient of the mean loss over
#   all their rows
# - `descend(w, batches, rates, keep, rng)`: one SGD step a batch (a list of micro-batches), each
#   with its rate and its own gradient alone → new dict
# - `rates(per_epoch, epochs)`: list of per_epoch · epochs rates, step t has ½ lr (1 + cos(π t /
#   steps))
# - `validate(w, x, y, rng)`: share of right rows, without dropout; draws nothing from `rng`
# - `choose(checkpoints, scores)`: the checkpoint with the highest score; of equals the first
#
# **Examples.** `rates(2, 2)` with lr 1 is [1, 0.85, 0.5, 0.15] (rounded). `choose(["a", "b", "c"],
# [1, 3, 3])` is "b". Two equal micro-batches have the gradient of one of them.
#
# ## 5. Mend the loop script (7 points, 30 minutes)
#
# As before: `mended_loop()`. Its `run(0)` must reach a score of **0.84**; now it is 0.78, so this
# one learns, and less than it could. A warning: some of these faults cancel each other in part, so
# that mending one may lower the score. That is no reason to put it back.

# %% nbgrader={"grade_id": "loop_script", "locked": true}
class LoopScript:
    """Five methods of this script have a fault each."""

    lr, width, epochs, batch, micro, keep = 1.0, 24, 9, 32, 2, 0.7

    def read(self, n, seed):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(n, 6))
        noise = rng.normal(0, 0.3, n)
        return x, (x[:, 0] * x[:, 1] + x[:, 2] + noise > 0).astype(int)

    def start(self, seed):
        rng, H = np.random.default_rng(seed), self.width
        W1, W2 = rng.normal(0, 0.6, (6, H)), rng.normal(0, 0.3, (H, 2))
        return {"W1": W1, "b1": np.zeros(H), "W2": W2, "b2": np.zeros(2)}

    def net(self, w, x, keep=1.0, rng=None):
        w = {name: torch.as_tensor(value) for name, value in w.items()}
        h = torch.relu(torch.as_tensor(x) @ w["W1"] + w["b1"])
        if keep < 1:
            h = h * torch.tensor((rng.random(tuple(h.shape)) < keep) / keep)
        return h @ w["W2"] + w["b2"]

    def one_gradient(self, w, x, y, keep=1.0, rng=None):
        leaves = {k: torch.tensor(np.asarray(v), requires_grad=True) for k, v in w.items()}
        loss = F.cross_entropy(self.net(leaves, x, keep, rng), torch.as_tensor(y))
        grads = torch.autograd.grad(loss, list(leaves.values()))
        return {name: grad.numpy() for name, grad in zip(leaves, grads)}

    def gradient(self, w, micro, keep=1.0, rng=None):
        total = {name: np.zeros(np.shape(value)) for name, value in w.items()}
        for x, y in micro:
            grads = self.one_gradient(w, x, y, keep, rng)
            total = {name: total[name] + grads[name] for name in total}
        return total

    def descend(self, w, batches, rates, keep=1.0, rng=None):
        held = {name: np.zeros(np.shape(value)) for name, value in w.items()}
        for micro, rate in zip(batches, rates):
            grads = self.gradient(w, micro, keep, rng)
            held = {name: held[name] + grads[name] for name in held}
            w = {name: w[name] - rate * held[name] for name in w}
        return w

    def rates(self, per_epoch, epochs):
        done = [min(t / epochs, 1.0) for t in range(per_epoch * epochs)]
        return [0.5 * self.lr * (1 + np.cos(np.pi * share)) for share in done]

    def validate(self, w, x, y, rng):
        guess = self.net(w, x, self.keep, rng).argmax(-1).numpy()
        return float((guess == y).mean())

    def choose(self, checkpoints, scores):
        best = int(np.argmax(scores))
        return checkpoints[max(best, len(checkpoints) - 1)]

    def run(self, seed=0):
        """Train on 192 rows; the score is that of the chosen checkpoint on 151 others."""
        rng, w, kept, scores = np.random.default_rng(seed), self.start(seed), [], []
        x, y, x_new, y_new = *self.read(192, 0), *self.read(151, 1)
        per_epoch = len(x) // self.batch
        rates = self.rates(per_epoch, self.epochs)
        for epoch in range(self.epochs):
            order = np.array_split(rng.permutation(len(x)), per_epoch)
            batches = [[(x[r], y[r]) for r in np.split(rows, self.micro)] for rows in order]
            now = rates[epoch * per_epoch : (epoch + 1) * per_epoch]
            w = self.descend(w, batches, now, self.keep, rng)
            kept.append(w)
            scores.append(self.validate(w, x_new, y_new, rng))
        best = self.choose(kept, scores)
        score = float((self.net(best, x_new).argmax(-1).numpy() == y_new).mean())
        used = {"steps": len(rates), "numbers": sum(np.size(v) for v in w.values()), "lr": self.lr}
        return used | {"scores": scores, "score": score}


# %% nbgrader={"grade_id": "mended_loop", "solution": true}
def mended_loop():
    """The loop script without its five faults: an object of a subclass of LoopScript."""
    ### BEGIN SOLUTION

    class Mended(LoopScript):
        def gradient(self, w, micro, keep=1.0, rng=None):
            parts = [self.one_gradient(w, x, y, keep, rng) for x, y in micro]
            return {name: sum(part[name] for part in parts) / len(parts) for name in w}

        def descend(self, w, batches, rates, keep=1.0, rng=None):
            for micro, rate in zip(batches, rates):
                grads = self.gradient(w, micro, keep, rng)
                w = {name: w[name] - rate * grads[name] for name in w}
            return w

        def rates(self, per_epoch, epochs):
            steps = per_epoch * epochs
            return [0.5 * self.lr * (1 + np.cos(np.pi * t / steps)) for t in range(steps)]

        def validate(self, w, x, y, rng):
            return float((self.net(w, x).argmax(-1).numpy() == y).mean())

        def choose(self, checkpoints, scores):
            return checkpoints[int(np.argmax(scores))]

    return Mended()
    ### END SOLUTION


# %% nbgrader={"grade_id": "mended_loop_keeps_each_promise", "grade": true}
"""The loop script reaches its score as it was set, and each mended method keeps its word."""
q = Question(mended_loop, points=7)


@q.probe(gives="")
def the_examples(script):
    """Each method gives what the statement's example says"""
    s, rng = script(), np.random.default_rng(0)
    w, micro = s.start(0), (rng.normal(size=(3, 6)), np.array([0, 1, 1]))
    one, two = (s.gradient(w, [micro] * n)["W1"] for n in (1, 2))
    return examples(
        gradient=(two, one),
        rates=(s.rates(2, 2), 0.5 + 0.5 * np.cos(np.pi * np.arange(4) / 4)),
        choose=(s.choose(["a", "b", "c"], [1, 3, 3]), "b"),
    )


@q.probe(gives="")
def the_run(script):
    """With settings untouched, run(0) reaches a score of 0.84"""
    result = script().run(0)
    used = [result["steps"], result["numbers"], result["lr"]]
    if used != [54, 218, 1.0]:
        return f"steps, parameters and learning rate were {used}, not [54, 218, 1.0]"
    return "" if result["score"] >= 0.84 else f"the score is {result['score']:.2f}"


### BEGIN HIDDEN TESTS
q.hidden()


def small(seed, n):
    """Weights of the script's shapes with 3 hidden units, and n rows with their labels."""
    rng = np.random.default_rng(seed)
    shapes = {"W1": (6, 3), "b1": 3, "W2": (3, 2), "b2": 2}
    w = {name: rng.normal(0, 0.5, shape) for name, shape in shapes.items()}
    return w, rng.normal(size=(n, 6)), rng.integers(0, 2, n)


def by_autograd(w, x, y):
    """The gradient of the mean loss, written once more."""
    leaves = [torch.tensor(value, requires_grad=True) for value in w.values()]
    h = torch.relu(torch.tensor(x) @ leaves[0] + leaves[1]) @ leaves[2] + leaves[3]
    grads = torch.autograd.grad(F.cross_entropy(h, torch.tensor(y)), leaves)
    return {name: grad.numpy() for name, grad in zip(w, grads)}


@q.probe(gives=by_autograd(*small(1, 15)))
def all_rows_at_once(script):
    """gradient: three micro-batches of 5 have the gradient of the mean over their 15 rows"""
    w, x, y = small(1, 15)
    return script().gradient(w, [(x[i : i + 5], y[i : i + 5]) for i in (0, 5, 10)])


def two_steps():
    w, x, y = small(2, 14)
    for rows, rate in ((slice(0, 7), 0.5), (slice(7, 14), 0.2)):
        grads = by_autograd(w, x[rows], y[rows])
        w = {name: w[name] - rate * grads[name] for name in w}
    return w


@q.probe(gives=two_steps())
def each_step_uses_its_own_gradient(script):
    """descend: the second step uses the gradient of the second batch alone, at the new weights"""
    w, x, y = small(2, 14)
    return script().descend(w, [[(x[:7], y[:7])], [(x[7:], y[7:])]], [0.5, 0.2])


@q.probe(gives=[[1.0, 0.75, 0.25], [0.5 + 0.5 * np.cos(np.pi * t / 10) for t in range(10)]])
def the_cosine_spans_the_run(script):
    """rates: half of the peak is reached half-way through all steps, not in the first epochs"""
    return [script().rates(3, 1), script().rates(2, 5)]


@q.probe(gives="")
def no_dropout_in_validation(script):
    """validate: a score of given weights is one number, whatever rng is"""
    w, x, y = small(3, 41)
    logits = np.maximum(x @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"]
    truth = float((logits.argmax(1) == y).mean())
    rng = np.random.default_rng(0)
    scores = [float(script().validate(w, x, y, rng)) for _ in range(4)]
    if len(set(scores)) > 1:
        return "it changes from call to call"
    if abs(scores[0] - truth) > 1e-6:
        return f"it is {scores[0]:.3f} where {truth:.3f} of the rows are right"
    same = rng.bit_generator.state == np.random.default_rng(0).bit_generator.state
    return "" if same else "rng was drawn from, so training goes on otherwise than without it"


@q.probe(gives=["b", "a", "only"])
def the_best_one_comes_back(script):
    """choose: the checkpoint with the highest score, of equals the first"""
    s = script()
    return [
        s.choose(["a", "b", "c", "d"], [0.1, 0.7, 0.3, 0.7]),
        s.choose(["a", "b"], [0.9, -0.9]),
        s.choose(["only"], [0.0]),
    ]


@q.reference
class without_faults(LoopScript):
    def gradient(self, w, micro, keep=1.0, rng=None):
        total = dict.fromkeys(w, 0.0)
        for x, y in micro:
            for name, grad in self.one_gradient(w, x, y, keep, rng).items():
                total[name] = total[name] + grad / len(micro)
        return total

    def descend(self, w, batches, rates, keep=1.0, rng=None):
        w = {name: np.array(value) for name, value in w.items()}
        for i in range(len(batches)):
            for name, grad in self.gradient(w, batches[i], keep, rng).items():
                w[name] = w[name] - rates[i] * grad
        return w

    def rates(self, per_epoch, epochs):
        t = np.arange(per_epoch * epochs)
        return (self.lr * np.cos(np.pi * t / (2 * len(t))) ** 2).tolist()

    def validate(self, w, x, y, rng):
        guess = self.net(w, x, 1.0, None).argmax(-1).tolist()
        return sum(g == label for g, label in zip(guess, y)) / len(y)

    def choose(self, checkpoints, scores):
        return checkpoints[max(range(len(scores)), key=lambda i: (scores[i], -i))]


@q.mistake("""gradient still adds micro-batches up: with two of them each step is twice as long as
with one, and the rate means something else whenever memory changes. Divide by their number.""")
class accumulation_not_averaged_kept(without_faults):
    gradient = LoopScript.gradient


@q.mistake("""descend still adds each gradient to all earlier ones, as backward() does without
zero_grad(). Start from 0 at each batch.""")
class no_zero_grad_kept(without_faults):
    descend = LoopScript.descend


@q.mistake("""rates still divides a number of steps by a number of epochs: the rate is 0 after the
first few steps, and the rest of the run stands still. Divide by all steps.""")
class scheduler_wrong_unit_kept(without_faults):
    rates = LoopScript.rates


@q.mistake("""validate still scores with dropout on: the score is too low and noisy, and "best"
means "lucky". Leave keep at 1.""")
class train_mode_in_validation_kept(without_faults):
    validate = LoopScript.validate


@q.mistake("""choose still returns the last checkpoint: max(best, last) is the last. Return the
one at argmax.""")
class best_checkpoint_never_loaded_kept(without_faults):
    choose = LoopScript.choose


@q.mistake("""All five are mended, and the learning rate was lowered as well. It is the usual cure
for gradients that pile up and are not averaged; with both mended it has nothing to do. Put it
back.""")
class lr_lowered(without_faults):
    lr = 0.5


@q.mistake("""All five are mended, and the net was enlarged as well. Put `width` back.""")
class net_enlarged(without_faults):
    width = 48


@q.mistake("""All five are mended, and it trains longer as well. With a schedule that ends after a
few steps, more epochs would change nothing; now they only hide what the repair is worth. Put
`epochs` back.""")
class longer_training(without_faults):
    epochs = 18


@q.mistake("""validate still has dropout on, with a generator of its own. It repeats itself now, and
still scores a net with units missing: leave keep at 1.""")
class dropout_with_a_fixed_seed(without_faults):
    def validate(self, w, x, y, rng):
        guess = self.net(w, x, self.keep, np.random.default_rng(0)).argmax(-1).numpy()
        return float((guess == y).mean())


@q.mistake("""gradient divides by the number of rows. one_gradient is a mean over its rows
already: only the mean over micro-batches is missing.""")
class averaged_twice(without_faults):
    def gradient(self, w, micro, keep=1.0, rng=None):
        mean = without_faults.gradient(self, w, micro, keep, rng)
        return {name: grad / len(micro[0][0]) for name, grad in mean.items()}


@q.mistake("""gradient returns that of the last micro-batch: the others are computed and thrown
away.""")
class last_micro_batch_only(without_faults):
    def gradient(self, w, micro, keep=1.0, rng=None):
        return self.one_gradient(w, *micro[-1], keep, rng)


@q.mistake("""descend computes all gradients at the weights that it was given. Each step starts from
where the last one ended.""")
class gradients_at_the_old_weights(without_faults):
    def descend(self, w, batches, rates, keep=1.0, rng=None):
        grads = [self.gradient(w, micro, keep, rng) for micro in batches]
        for grad, rate in zip(grads, rates):
            w = {name: w[name] - rate * grad[name] for name in w}
        return w


@q.mistake("""rates is constant within an epoch: step t is divided down to its epoch. The cosine is
over steps.""")
class one_rate_an_epoch(without_faults):
    def rates(self, per_epoch, epochs):
        steps = range(per_epoch * epochs)
        return [self.lr * (1 + np.cos(np.pi * (t // per_epoch) / epochs)) / 2 for t in steps]


@q.mistake("""rates ends at 0 at the last step: the divisor is steps − 1. Step t has t / steps, so
that the last step still moves.""")
class zero_at_the_last_step(without_faults):
    def rates(self, per_epoch, epochs):
        n = per_epoch * epochs
        return [0.5 * self.lr * (1 + np.cos(np.pi * t / (n - 1))) for t in range(n)]


@q.mistake("""choose takes the last of several best ones; the first is asked for. (It also has had
the fewest chances to be lucky.)""")
class last_of_the_best(without_faults):
    def choose(self, checkpoints, scores):
        return max(zip(scores, range(len(scores)), checkpoints))[2]


@q.mistake("""choose takes the lowest number, as if scores were losses. They are shares of right
rows.""")
class lowest_score_chosen(without_faults):
    def choose(self, checkpoints, scores):
        return checkpoints[int(np.argmin(scores))]


@q.variant
class zeroed_inside_the_loop(LoopScript):
    def gradient(self, w, micro, keep=1.0, rng=None):
        total = LoopScript.gradient(self, w, micro, keep, rng)
        return {name: torch.as_tensor(grad) / len(micro) for name, grad in total.items()}

    def descend(self, w, batches, rates, keep=1.0, rng=None):
        for micro, rate in zip(batches, rates):
            grads = self.gradient(w, micro, keep, rng)
            w = {name: np.asarray(w[name]) - rate * np.asarray(grads[name]) for name in w}
        return w

    def rates(self, per_epoch, epochs):
        angles = np.linspace(0, np.pi, per_epoch * epochs, endpoint=False)
        return self.lr * (0.5 + 0.5 * np.cos(angles))

    def validate(self, w, x, y, rng):
        h = np.maximum(x @ np.asarray(w["W1"]) + np.asarray(w["b1"]), 0)
        return np.mean((h @ np.asarray(w["W2"]) + np.asarray(w["b2"])).argmax(1) == y)

    def choose(self, checkpoints, scores):
        return checkpoints[list(scores).index(max(scores))]


@q.variant
class dropout_switched_off(without_faults):
    def validate(self, w, x, y, rng):
        logits = self.net(w, x, keep=1, rng=rng)
        return (logits.argmax(1) == torch.as_tensor(y)).double().mean()

    def choose(self, checkpoints, scores):
        best = 0
        for i, score in enumerate(scores):
            best = i if score > scores[best] else best
        return checkpoints[best]


q.hints(
    """Run each method on the smallest thing that it takes: two equal micro-batches, two batches of
one row, two epochs of two steps, one validation twice, three checkpoints.""",
    """`gradient` of [m, m] against [m]; `descend` with rates [0.1, 0.1] against two calls with
[0.1]; `rates(2, 2)`; `validate` twice with the same weights; `choose` of ["a", "b"] with [1,
0].""",
    """A division, a reset, a denominator, an argument left out, an index without a max.""",
)
q.why("""No line of this script is wrong in itself: each has its right neighbour in some codebase.
Sums are right where the loss was divided before; a schedule in epochs is right where it is
stepped once an epoch. A fault of the loop is a *disagreement* between two places, so look at the
seams.

They also hide each other. Piled-up and undivided gradients make steps several times too long, and
the schedule that ends early keeps that from doing harm: mend `rates` alone, and scores jump
between 0.46 and 0.83. Mend `validate` alone, and the run's score falls from 0.78 to 0.72; whoever
judges by the score puts the fault back. Judge each by its own property instead.

A score that is taken with dropout makes `choose` a lottery, so the best checkpoint looks useless
until `validate` is mended.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Name its faults (3 points, 5 minutes)
#
# As questions 2 and 4: `diagnose_loop()` returns {method: name of the fault} of `LoopScript`, five
# pairs.

# %% nbgrader={"grade_id": "diagnose_loop", "solution": true}
def diagnose_loop():
    """The faults of LoopScript: {method: name of the fault}, five pairs."""
    ### BEGIN SOLUTION
    return {
        "gradient": "accumulation_not_averaged",
        "descend": "no_zero_grad",
        "rates": "scheduler_wrong_unit",
        "validate": "train_mode_in_validation",
        "choose": "best_checkpoint_never_loaded",
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "diagnose_loop_names_five_faults", "grade": true}
"""Five methods of the loop script are named, each with its own fault."""
q = Question(diagnose_loop, points=3)
KNOWN = {"28692f67", "5af2038a", "97d6427e", "a1236672", "b0d1d364"}
for check in hunt.form_checks(LoopScript, KNOWN):
    q.probe(check, gives="")
### BEGIN HIDDEN TESTS
q.hidden()
CLUES = {
    "gradient": (
        "accumulation_not_averaged",
        "two equal micro-batches give twice the gradient of one",
    ),
    "descend": ("no_zero_grad", "`held` is made before the loop and never emptied"),
    "rates": ("scheduler_wrong_unit", "t counts steps, and is divided by a number of epochs"),
    "validate": ("train_mode_in_validation", "two calls with the same weights differ"),
    "choose": (
        "best_checkpoint_never_loaded",
        "whatever the scores are, the last checkpoint comes back",
    ),
}
RIGHT = {method: fault for method, (fault, _) in CLUES.items()}
for check in hunt.fault_checks(CLUES):
    q.probe(check, gives="")


@q.reference
def by_hand():
    return RIGHT


@q.mistake("""eval_mode_left_on is the opposite: training steps without dropout, because nobody
switched back. Here it is the validation that has dropout on.""")
def eval_for_train_mode():
    return RIGHT | {"validate": "eval_mode_left_on"}


@q.mistake("""The loss of each micro-batch is a mean (one_gradient says so); what is not averaged is
their accumulation.""")
def summed_loss_blamed():
    return RIGHT | {"gradient": "loss_summed"}


@q.mistake("""The gradient in descend is computed before the step that uses it. What is wrong is
what else the step uses.""")
def order_for_zero_grad():
    return RIGHT | {"descend": "step_before_backward"}


@q.mistake("""gradient and descend are the other way round: within one batch nothing is divided
(gradient), from batch to batch nothing is cleared (descend).""")
def two_sums_exchanged():
    return RIGHT | {"gradient": "no_zero_grad", "descend": "accumulation_not_averaged"}


@q.variant
def merged():
    return {} | RIGHT


@q.variant
def from_two_lists():
    return dict(zip(RIGHT.keys(), RIGHT.values()))


q.hints(
    """Two methods add up what they should not: one within a batch, one from batch to batch.""",
    """Does `validate` draw from rng? Then ask who should, and who should not.""",
    """A mean, a reset, a unit, a mode, a return.""",
)
q.why("""`eval_mode_left_on` and `train_mode_in_validation` are the pair that is mixed up most. The
first makes the training loss look good and the model overfit; the second makes every score a draw.
Ask which of the two phases has the wrong mode, and the name follows.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Prove it: a test for causal attention weights (6 points, 20 minutes)
#
# You mended `weights`. A year from now somebody rewrites it. Write the test that stays behind:
# `is_causal_softmax(weights)` gets a *function* from scores, float array [T, T], to an array of
# that shape. Return True if it does what the list of the second script asks of `weights`, for any T
# ≥ 1 and scores up to ±1000, and False if not. Your test is then tried on functions that are right
# (written in several ways, exact up to 1e-9) and on ones that are wrong. If the function raises,
# let your test return False. You may compute with whatever you like.
#
# **Example.** A function that returns `np.eye(T)` is not it: its rows sum to 1 and see no future,
# but they ignore the scores.

# %% nbgrader={"grade_id": "is_causal_softmax", "solution": true}
def is_causal_softmax(weights):
    """Whether `weights` is the softmax over the past.

    Args:
        weights: function from a float array [T, T] to an array [T, T].

    Returns:
        bool.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(0)
    for T, size in ((1, 1.0), (2, 1.0), (5, 1.0), (7, 3.0), (6, 1000.0)):
        scores = rng.normal(size=(T, T)).clip(-1, 1) * size
        try:
            got = np.asarray(weights(scores.copy()), dtype=float)
        except Exception:
            return False
        want = np.zeros((T, T))
        for t in range(T):
            past = np.exp(scores[t, : t + 1] - scores[t, : t + 1].max())
            want[t, : t + 1] = past / past.sum()
        if got.shape != want.shape or not np.allclose(got, want, rtol=1e-6, atol=1e-8):
            return False
    return True
    ### END SOLUTION


# %% nbgrader={"grade_id": "is_causal_softmax_accepts_right_and_refuses_wrong", "grade": true}
"""The test accepts what is right however it is written, and refuses what is wrong."""
q = Question(is_causal_softmax, points=6)


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def masked_before(z):
    return softmax(np.where(np.tril(np.ones(z.shape, dtype=bool)), z, -np.inf))


@q.probe(gives=True)
def a_right_one(f):
    """A softmax with −inf on the future is right"""
    return f(masked_before)


@q.probe(gives=False)
def the_identity(f):
    """Weights that ignore the scores are wrong"""
    return f(lambda z: np.eye(len(z)))


@q.probe(gives=False)
def masked_with_zero(f):
    """A mask of 0 is wrong: the future keeps a weight"""
    return f(lambda z: softmax(np.tril(z)))


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives=True)
def one_row_at_a_time(f):
    """A loop over rows is right"""

    def weights(z):
        rows = [np.append(softmax(row[: t + 1]), 0 * row[t + 1 :]) for t, row in enumerate(z)]
        return np.array(rows)

    return f(weights)


@q.probe(gives=True)
def a_last_bit_apart(f):
    """A right one whose rounding differs by 1e-10 is right"""
    return f(lambda z: masked_before(z) * (1 + 1e-10))


@q.probe(gives=True)
def masked_with_a_large_number(f):
    """Filling with −1e30 in place of −inf is right"""
    return f(lambda z: softmax(z + np.triu(np.full(z.shape, -1e30), 1)))


@q.probe(gives=False)
def masked_afterwards(f):
    """Weights that are cut to the past after the softmax do not sum to 1"""
    return f(lambda z: np.tril(softmax(z)))


@q.probe(gives=False)
def over_queries(f):
    """A softmax over queries is wrong, though the future has no weight"""
    return f(lambda z: np.nan_to_num(softmax(np.where(np.tri(len(z)) > 0, z, -np.inf), 0)))


@q.probe(gives=False)
def uniform_over_the_past(f):
    """1/(t + 1) for each place sums to 1 and sees no future, and ignores the scores"""
    return f(lambda z: np.tri(len(z)) / np.arange(1, len(z) + 1)[:, None])


@q.probe(gives=False)
def at_another_temperature(f):
    """Scores that are halved first rank alike and weigh otherwise"""
    return f(lambda z: masked_before(z / 2))


@q.probe(gives=False)
def overflows(f):
    """A softmax without the row maximum overflows at scores of 1000"""

    def weights(z):
        e = np.exp(z) * np.tri(len(z))
        return e / e.sum(1, keepdims=True)

    return f(weights)


@q.probe(gives=False)
def one_place_ahead(f):
    """A mask that starts one place too late shows the next token"""
    return f(lambda z: softmax(np.where(np.tri(len(z), k=1) > 0, z, -np.inf)))


@q.probe(gives=False)
def masked_with_minus_ten(f):
    """A mask of −10 leaves the future some ten-thousandths, and more beside low scores"""
    return f(lambda z: softmax(np.where(np.tri(len(z)) > 0, z, -10.0)))


@q.probe(gives=False)
def only_up_to_four_places(f):
    """A mask for four places is right up to T = 4, and open beyond"""

    def weights(z):
        keep = np.ones(z.shape, dtype=bool)
        keep[:4, :4] = np.tri(min(4, len(z))) > 0
        keep[:4, 4:] = False
        return softmax(np.where(keep, z, -np.inf))

    return f(weights)


@q.probe(gives="")
def one_that_raises(f):
    """A function that raises is wrong"""

    def weights(z):
        raise ValueError("no")

    try:
        return "yours accepts it" if f(weights) else ""
    except Exception:
        return "its error comes out of your test: catch it, and return False"


@q.reference
def against_torch(weights):
    for T, size in ((1, 2.0), (3, 2.0), (9, 1.0), (6, 1000.0), (4, 40.0)):
        scores = np.random.default_rng(T).uniform(-size, size, (T, T))
        mask = torch.full((T, T), -torch.inf, dtype=torch.float64).triu(1)
        try:
            got = np.asarray(weights(scores))
        except Exception:
            return False
        if got.shape != (T, T):
            return False
        if not np.allclose(got, torch.softmax(torch.tensor(scores) + mask, -1), atol=1e-8):
            return False
    return True


def tried(weights, holds, sizes=(1, 2, 5, 7), scale=1.0, large=True):
    """Whether `holds(scores, weights)` on a few scores."""
    rng = np.random.default_rng(0)
    for T, size in [(T, scale) for T in sizes] + [(6, 1000.0)] * large:
        z = rng.uniform(-1, 1, (T, T)) * size
        try:
            w = np.asarray(weights(z))
        except Exception:
            return False
        if w.shape != (T, T) or not holds(z, w):
            return False
    return True


def same(z, w):
    return np.allclose(w, masked_before(z), rtol=1e-6, atol=1e-8)


@q.mistake("""Your test asks whether rows sum to 1 (and are finite). A mask of 0, the identity and
any softmax pass that: also ask where the weight is, and that it follows the scores.""")
def only_sums(weights):
    return tried(weights, lambda z, w: np.allclose(w.sum(1), 1))


@q.mistake("""Your test asks whether the future is 0. Rows that do not sum to 1 pass that, and so
does the identity.""")
def only_the_future(weights):
    return tried(weights, lambda z, w: np.isfinite(w).all() and not np.triu(w, 1).any())


@q.mistake("""Your test asks for sums of 1 and no future. Uniform weights and another temperature
pass both, for nothing ties weights to scores. Compare with the softmax of each row's past.""")
def sums_and_future(weights):
    return tried(weights, lambda z, w: np.allclose(w.sum(1), 1) and not np.triu(w, 1).any())


@q.mistake("""Your test only uses scores of 0. All softmaxes are uniform there: use scores that
differ.""")
def zero_scores(weights):
    return tried(weights, same, scale=0.0, large=False)


@q.mistake("""Your test never tries large scores: a softmax without the row maximum, and a mask by a
small number, come through. Scores up to ±1000 belong to the contract.""")
def no_large_scores(weights):
    return tried(weights, same, large=False)


@q.mistake("""Your test only tries small T. A mask that was made for four places passes: try sizes
above what somebody may have typed in.""")
def only_small_sizes(weights):
    rng = np.random.default_rng(0)
    for T, size in ((1, 1.0), (2, 1.0), (3, 1000.0)):
        z = rng.uniform(-size, size, (T, T))
        try:
            w = np.asarray(weights(z))
        except Exception:
            return False
        if not same(z, w):
            return False
    return True


@q.mistake("""Your test compares to the last bit. Right functions that round otherwise are refused:
compare within a tolerance, and say which.""")
def to_the_last_bit(weights):
    return tried(weights, lambda z, w: bool((w == masked_before(z)).all()))


@q.mistake("""Your test checks its contract only where nothing raises: if the function raises, the
error comes out of the test. Catch it and return False.""")
def lets_errors_through(weights):
    rng = np.random.default_rng(0)
    for T, size in ((1, 1.0), (5, 1.0), (7, 1000.0)):
        z = rng.uniform(-size, size, (T, T))
        if not same(z, np.asarray(weights(z))):
            return False
    return True


@q.variant
def by_properties(weights):
    def holds(z, w):
        past = np.tri(len(z)) > 0
        if not np.isfinite(w).all() or (w[~past] != 0).any() or not np.allclose(w.sum(1), 1):
            return False
        for t in range(len(z)):  # ratios of weights are differences of scores
            with np.errstate(divide="ignore"):
                log_w = np.log(w[t, : t + 1])
            gap = z[t, : t + 1] - z[t, : t + 1].max()
            seen = gap > -300
            if not np.allclose((log_w - log_w.max())[seen], gap[seen], atol=1e-6):
                return False
        return True

    return tried(weights, holds)


@q.variant
def against_the_mended_script(weights):
    return tried(weights, same, sizes=(1, 3, 8, 11), scale=4.0)


q.hints(
    """Write down wrong functions first, and see which of your conditions each of them breaks. A
condition that refuses none of them can go.""",
    """T = 5, random scores: uniform weights over the past sum to 1 and see no future. What do they
not do?""",
    """Compare with a softmax of each row's past, within a tolerance, for T = 1, a few larger T, and
scores of order 1 and of order 1000.""",
)
q.why("""A test is judged by what it refuses. "Rows sum to 1" is the one that everybody writes; it
accepts the very fault that you mended. Comparing with a slow, obvious version refuses everything
that differs, and is shorter than a list of properties. Properties say *why*, so keep both where you
can: the comparison to refuse, the properties to explain.

Sizes and magnitudes are part of a test: T = 4 was somebody's constant, 1000 is where exp overflows,
and 1 is where slices are empty.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. The extension: one token at a time (5 points, 20 minutes)
#
# The interviewer goes on: "It works. Now make generation fast." Each new token needs the keys and
# values of all earlier ones, and these do not change: keep them.
#
# `cached_step(cache, e, place, Wq, Wk, Wv)`: e [D] is the embedding of the new token, place [L, D]
# the vectors of the places, the weights are [D, D] and act as `x @ W`. `cache` is None for the
# first token, later a pair (keys [t, D], values [t, D]) of the t tokens before. The new token
# stands at place t: x = e + place[t]. Return `(out, cache)`: out [D] is what the head of the second
# script adds for this token (softmax of q · kₛ / √D over places 0 to t, times the values), and the
# new pair, now [t + 1, D] each. The old pair must not change (a beam search branches from it). A t
# of L or more raises IndexError.
#
# **Example.** D = 1, all weights 1, place = [[0], [1]]. First token e = 2: x = 2, out = (2). Second
# token e = 0: x = 1, scores 2 and 1, out = (2 e² + e) / (e² + e) = 1.731.

# %% nbgrader={"grade_id": "cached_step", "solution": true}
def cached_step(cache, e, place, Wq, Wk, Wv):
    """Attention of one new token, with the keys and values of those before it.

    Args:
        cache: None, or (keys, values), float arrays [t, D] each.
        e: float array [D]. Embedding of the new token.
        place: float array [L, D].
        Wq, Wk, Wv: float arrays [D, D].

    Returns:
        (out, cache): float array [D], and the pair with t + 1 rows each.

    Raises:
        IndexError: there is no place t.
    """
    ### BEGIN SOLUTION
    keys, values = cache if cache is not None else (np.zeros((0, len(e))), np.zeros((0, len(e))))
    t = len(keys)
    if t >= len(place):
        raise IndexError(f"place {t} of {len(place)}")
    x = e + place[t]
    keys, values = np.vstack([keys, x @ Wk]), np.vstack([values, x @ Wv])
    scores = keys @ (x @ Wq) / np.sqrt(len(e))
    w = np.exp(scores - scores.max())
    return w / w.sum() @ values, (keys, values)
    ### END SOLUTION


# %% nbgrader={"grade_id": "cached_step_gives_what_the_whole_sequence_gives", "grade": true}
"""Token by token gives what the whole sequence at once gives."""
q = Question(cached_step, points=5)


def written(f, n, D, seed, L=None):
    """The outputs for n tokens, one after the other."""
    rng = np.random.default_rng(seed)
    E, place = rng.normal(size=(n, D)), rng.normal(size=(L or n, D))
    Wq, Wk, Wv = rng.normal(size=(3, D, D))
    cache, outs = None, []
    for e in E:
        out, cache = f(cache, e, place, Wq, Wk, Wv)
        outs.append(out)
    return np.stack([np.asarray(out) for out in outs])


@q.probe(gives=[[2.0], [(2 * np.e**2 + np.e) / (np.e**2 + np.e)]])
def the_example(f):
    """The second token stands at place 1, and sees both: the statement's example"""
    one, place = np.ones((1, 1)), np.array([[0.0], [1.0]])
    first, cache = f(None, np.array([2.0]), place, one, one, one)
    return [first, f(cache, np.array([0.0]), place, one, one, one)[0]]


def at_once(n, D, seed):
    """Causal attention over the whole sequence, one row after the other."""
    rng = np.random.default_rng(seed)
    x, (Wq, Wk, Wv) = rng.normal(size=(n, D)) + rng.normal(size=(n, D)), rng.normal(size=(3, D, D))
    rows = []
    for t in range(n):
        z = x[: t + 1] @ Wk @ (x[t] @ Wq) / D**0.5
        rows.append(np.exp(z) / np.exp(z).sum() @ (x[: t + 1] @ Wv))
    return np.stack(rows)


@q.probe(gives=at_once(3, 2, 0))
def three_tokens(f):
    """Three tokens one by one give the rows of causal attention over all three"""
    return written(f, 3, 2, 0)


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe
def seven_tokens(f):
    """Seven tokens of width 5, with places to spare"""
    return written(f, 7, 5, 1, L=11)


def grown(seed, D=3, t=4):
    rng = np.random.default_rng(seed)
    cache = (rng.normal(size=(t, D)), rng.normal(size=(t, D)))
    return cache, rng.normal(size=D), rng.normal(size=(t + 2, D)), *rng.normal(size=(3, D, D))


@q.probe
def the_pair_grows_by_a_row(f):
    """The new pair is the old one and a row more, x Wk and x Wv"""
    return list(f(*grown(2))[1])


@q.probe(gives="")
def two_branches(f):
    """Two continuations of one cache do not disturb each other"""
    (cache, e, *rest), other = grown(3), np.full(3, 9.0)
    kept = [np.array(part) for part in cache]
    first, _ = f(cache, e, *rest)
    f(cache, other, *rest)
    again, _ = f(cache, e, *rest)
    if not all(np.array_equal(a, b) for a, b in zip(kept, cache)):
        return "the old pair has changed"
    return "" if np.allclose(first, again) else "the same token gives another output"


full = *grown(4)[:2], np.zeros((4, 3)), *np.zeros((3, 3, 3))
q.raises(IndexError, *full, claim="four tokens are in the cache, and there is no fifth place")


@q.reference
def by_the_whole_sequence(cache, e, place, Wq, Wk, Wv):
    t = 0 if cache is None else len(cache[0])
    x = torch.as_tensor(e + place[t])
    rows = [torch.empty(0, len(e)).double()] * 2 if cache is None else cache
    keys, values = (
        torch.cat([torch.as_tensor(r), (x @ torch.as_tensor(W))[None]])
        for r, W in zip(rows, (Wk, Wv))
    )
    query = (x @ torch.as_tensor(Wq))[None, None]
    out = F.scaled_dot_product_attention(query, keys[None], values[None])
    return out[0, 0], (keys, values)


def step(cache, e, place, Wq, Wk, Wv, at=None, seen=None, root=True, kept=None, query=None):
    """The right step, with parts to replace."""
    keys, values = cache if cache is not None else (np.zeros((0, len(e))),) * 2
    t = len(keys)
    if t >= len(place):
        raise IndexError("no such place")
    x = e + (place[t] if at is None else place[at(t)])
    new = (np.vstack([keys, x @ Wk]), np.vstack([values, x @ Wv]))
    k, v = new if seen is None else (part[seen] for part in new)
    z = k @ ((x if query is None else query) @ Wq) / (len(e) ** 0.5 if root else 1)
    w = np.exp(z - z.max())
    return w / w.sum() @ v, new if kept is None else kept(new, x)


@q.mistake("""Every token stands at place 0: a single token looks like the start of a sequence.
Its place is the number of rows in the cache.""")
def place_starts_over(*args):
    return step(*args, at=lambda t: 0)


@q.mistake("""The new token sees only itself. That is what a mask for T = 1 leaves; the past is in
the cache, and nothing in it has to be masked.""")
def past_not_read(*args):
    return step(*args, seen=slice(-1, None))


@q.mistake("""The token does not see itself: it reads the old cache. Append its key and value
first.""")
def own_place_not_seen(*args):
    cache = args[0]
    return step(*args, seen=slice(0, -1) if cache is not None and len(cache[0]) else None)


@q.mistake("""The scores are not divided by √D, so the cached net is another one than that which was
trained.""")
def not_scaled(*args):
    return step(*args, root=False)


@q.mistake("""The place vector is missing in the new token: x = e + place[t], for query, key and
value.""")
def place_left_out(cache, e, place, *weights):
    if cache is not None and len(cache[0]) >= len(place):
        raise IndexError("no such place")
    return step(cache, e, np.zeros((99, len(e))), *weights)


@q.mistake("""The new row stands first in the pair. The outputs don't tell, since a softmax has no
order; whoever reads row s as place s does. Append it at the end.""")
def new_row_first(*args):
    return step(*args, kept=lambda new, x: tuple(np.roll(part, 1, axis=0) for part in new))


@q.mistake("""Only the query has its place: key and value come from x = e + place[t] too, as in the
trained net.""")
def place_in_the_query_only(cache, e, place, Wq, Wk, Wv):
    t = 0 if cache is None else len(cache[0])
    if t >= len(place):
        raise IndexError("no such place")
    nowhere = np.zeros((t + 1, len(e)))
    return step(cache, e, nowhere, Wq, Wk, Wv, query=e + place[t])


@q.mistake("""The cache holds x, not x Wk and x Wv: each later step would have to multiply all of
them again, and here takes them for keys.""")
def inputs_cached(*args):
    def kept(new, x):
        return tuple(np.vstack([part[:-1], x]) for part in new)

    return step(*args, kept=kept)


@q.mistake("""The key is kept as the value too: the second part of the pair is x Wv.""")
def keys_kept_twice(*args):
    return step(*args, kept=lambda new, x: (new[0], np.vstack([new[1][:-1], new[0][-1:]])))


@q.mistake("""A token beyond the last place gets the last place again. The trained net has no such
place: raise IndexError.""")
def last_place_repeated(cache, e, place, *weights):
    more = np.vstack([place, np.repeat(place[-1:], 99, 0)])
    return step(cache, e, more, *weights)


@q.variant
def with_lists(cache, e, place, Wq, Wk, Wv):
    keys, values = ([], []) if cache is None else map(list, cache)
    x = e + place[len(keys)]
    keys, values = keys + [x @ Wk], values + [x @ Wv]
    z = np.array([k @ (x @ Wq) for k in keys]) / len(e) ** 0.5
    w = np.exp(z - np.logaddexp.reduce(z))
    return sum(a * v for a, v in zip(w, values)), (np.array(keys), np.array(values))


@q.variant
def in_torch(cache, e, place, Wq, Wk, Wv):
    e, place, Wq, Wk, Wv = (torch.as_tensor(a) for a in (e, place, Wq, Wk, Wv))
    x = e + place[0 if cache is None else cache[0].shape[0]]
    keys, values = (x @ Wk)[None], (x @ Wv)[None]
    if cache is not None:
        keys = torch.cat([torch.as_tensor(cache[0]), keys])
        values = torch.cat([torch.as_tensor(cache[1]), values])
    return torch.softmax(keys @ (x @ Wq) / x.shape[0] ** 0.5, 0) @ values, (keys, values)


q.hints(
    """Run all tokens through causal attention at once, and compare row by row: which row is the
first that differs?""",
    """Two tokens, D = 1, the example. The second out is 2 if it sees only the first, 1 if only
itself.""",
    """t from the cache, x with its place, append key and value to *new* arrays, then softmax over
all of them: no mask is needed.""",
)
q.why("""The cache is right if it is invisible: same numbers, less work. So the proof is the
comparison with the slow way, row by row. The place is what goes wrong most: a net that sees one
token thinks that it is at the start, generation is fluent and slightly off, and no shape
complains. A mask is not needed since nothing later exists; a square mask for T = 1 taken along
from training lets the token see only itself.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "report_of_the_hunt", "task": true, "points": 5}
# ## 9. Report of the hunt (5 points, 15 minutes, graded by hand)
#
# Choose **one** fault of the three scripts and write the report that you would leave in the pull
# request, 150 to 220 words, in the cell below this one: what was seen, what you suspected first,
# which test decided, the change, the numbers before and after *with that change alone*, and what
# the change does not explain. Say how many minutes it took to find the first fault of a script, and
# by what. An interviewer adds: "A colleague mended it by lowering the learning rate to a tenth. Why
# don't you?" Answer in two sentences.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or a change without a reason.
# - **1**: names the fault and the change; no test, or "the loss fell" as the only evidence.
# - **2**: a test that decides is named with its outcome before and after; numbers of the run before
#   and after.
# - **3**: as 2, and the change is isolated (everything else as it was, or all else mended), and a
#   suspicion that was tested and dropped is told.
# - **4**: as 3, and says what the fault predicts elsewhere (training fine but score wrong; noise
#   predicted; equal halves) and that this was seen; says why a lower rate can lower the symptom of
#   this fault, or why not.
# - **5**: as 4, and says what the evidence leaves open, and leaves a test behind that would go red
#   if the fault came back.
#
# A level-5 answer: "SequenceScript: loss 0.0 after 44 steps, score 0.0. First suspicion, after four
# minutes of reading: the target is not shifted, since copying is free. `pairs` on [[1, 2, 3]] gave
# [[1, 2]] as the target; mended. The score rose, but a second run on random tokens still reached a
# loss below chance, ln 6 = 1.79, which no honest net can. So something shows the future: I changed
# token 4 of a batch and the logits at places 0 to 3 moved. `weights` of zeros is ½, ½ in its first
# row: the mask fills with 0, and e⁰ is a fair share. With −inf and everything else mended the score
# is 0.8; with everything else mended and 0 kept it is 0. Random tokens now stay at chance. What
# stays open: the test sees leaks through attention only, not a leak in the data. Left behind:
# `is_causal_softmax`, red on the old code. Your tenth of the rate: the future is visible at any
# rate, so it only reaches the false zero later. A remedy that works without naming what it changes
# has moved the symptom, not the cause."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
