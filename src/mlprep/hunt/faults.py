"""The pool: thirty faults, each a change of a few characters in a healthy script.

Every fault has a probe: a property that the healthy script has, that this fault breaks, and that
no other fault of the pool touches (tests/test_hunt.py).
"""

from __future__ import annotations

import importlib.resources
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from mlprep.hunt import probes


@dataclass(frozen=True)
class Fault:
    """One way to break a script.

    family: the script that it is planted in, "table" or "text". where: the function. says: what is
    wrong, in a sentence. change: (right text, wrong text) pairs. probe: from a loaded script to
    whether the property holds.
    """

    name: str
    family: str
    where: str
    says: str
    change: tuple[tuple[str, str], ...]

    @property
    def probe(self) -> Callable[[types.ModuleType], bool]:
        return getattr(probes, self.name)


POOL = (
    # the table
    ("integer_division", "table", "to_unit",
     "Bytes are divided without remainder: almost all become 0.",
     ("return pixels / 255", "return pixels // 255")),
    ("target_leaks", "table", "features",
     "A column that is written after the outcome is a feature.",
     ('to_unit(table["pixels"])', 'np.column_stack([to_unit(table["pixels"]), table["settled"]])')),
    ("label_map_unsorted", "table", "label_map",
     "Numbers follow the order in which names come.",
     ("sorted(set(names))", "dict.fromkeys(names)")),
    ("normalised_with_test_statistics", "table", "normalise",
     "Mean and deviation include the test rows.",
     ("known = train", "known = np.concatenate([train, test])")),
    ("workers_same_seed", "table", "jitter", "All workers draw the same noise.",
     ("[SEED, epoch, worker]", "[SEED, epoch]")),
    ("labels_shuffled_separately", "table", "shuffled",
     "Labels get another order than their rows.",
     ("y[order], t", "y[rng.permutation(len(y))], t")),
    ("logits_as_probabilities", "table", "kind_loss",
     "Logits go where probabilities are wanted.",
     ("p = torch.softmax(logits, -1)", "p = logits")),
    ("loss_summed", "table", "kind_loss", "The loss is the sum over the batch.",
     ("torch.log(chosen).mean()", "torch.log(chosen).sum()")),
    ("loss_broadcast", "table", "days_loss", "[B, 1] minus [B] is [B, B].",
     ("out.squeeze(1) - t", "out - t")),
    ("optimiser_built_too_early", "table", "start",
     "The optimiser is built before the thaw: it has no trunk.",
     ("    model.requires_grad_(True)\n", ""),
     ("    return model, torch.optim.SGD(dict.fromkeys(trained), lr)",
      "    model.requires_grad_(True)\n"
      "    return model, torch.optim.SGD(dict.fromkeys(trained), lr)")),
    ("step_before_backward", "table", "train_step",
     "The step comes before the backward pass.",
     ("    optimiser.step()\n", ""),
     ("optimiser.zero_grad()\n", "optimiser.zero_grad()\n    optimiser.step()\n")),
    ("accumulation_not_averaged", "table", "train_step",
     "Gradients of micro-batches add up undivided.",
     (" / len(micro)", "")),
    ("argmax_wrong_axis", "table", "evaluate", "The argmax runs over the rows.",
     ("argmax(-1)", "argmax(0)")),
    ("train_mode_in_validation", "table", "evaluate", "Dropout is on while scoring.",
     ("model.eval()", "model.train()")),
    ("eval_mode_left_on", "table", "fit",
     "After the first validation, dropout stays off.",
     ("    for epoch in range(epochs):\n        model.train()\n",
      "    model.train()\n    for epoch in range(epochs):\n")),
    ("best_checkpoint_never_loaded", "table", "fit",
     "The best weights are kept, and the last ones returned.",
     ("    model.load_state_dict(best)\n", "")),
    # the text
    ("softmax_wrong_dim", "text", "weights",
     "The softmax runs over queries, not over keys.",
     ("torch.softmax(scores, -1)", "torch.softmax(scores, -2)")),
    ("mask_zero_not_inf", "text", "weights",
     "Masked scores are 0, which is a fair score.",
     ("-math.inf", "0.0")),
    ("mask_after_softmax", "text", "weights",
     "The mask is applied to weights that the future has shared.",
     ("    scores = scores.masked_fill(~keep, -math.inf)\n", ""),
     ("torch.softmax(scores, -1)", "torch.softmax(scores, -1) * keep")),
    ("position_not_registered", "text", "Net.__init__",
     "The place vectors are a plain tensor, not a parameter.",
     ("torch.nn.Parameter(torch.randn(LENGTH + 4, DIM) * 0.1)",
      "torch.randn(LENGTH + 4, DIM) * 0.1")),
    ("tied_weights_copied", "text", "Net.__init__",
     "The output layer starts as a copy and then drifts away.",
     ("self.out.weight = self.embed.weight",
      "self.out.weight = torch.nn.Parameter(self.embed.weight.detach().clone())")),
    ("inplace_relu_on_residual", "text", "Net.feed",
     "The in-place ReLU cuts the skip path.",
     ("torch.relu(x)\n", "torch.relu_(x)\n")),
    ("graph_detached", "text", "Net.forward",
     "The attention's result is cut out of the graph.",
     ("mixed = self.attend(x)", "mixed = self.attend(x).detach()")),
    ("labels_unshifted", "text", "lm_loss",
     "The target is the token that is read, not the next one.",
     ("logits[:, :-1], tokens[:, 1:]", "logits, tokens")),
    ("padding_counted", "text", "lm_loss", "Padding counts as a token to predict.",
     ("target != PAD", "target >= PAD")),
    ("nll_on_raw_logits", "text", "lm_loss",
     "The negative log-likelihood gets logits, not log-probabilities.",
     ("F.cross_entropy", "F.nll_loss")),
    ("scheduler_wrong_unit", "text", "lr_at",
     "A schedule in epochs is stepped at each batch.",
     ("step / (per_epoch * epochs)", "step / epochs")),
    ("no_zero_grad", "text", "train_step", "Old gradients are never cleared.",
     ("    optimiser.zero_grad()\n", "")),
    ("clip_after_step", "text", "train_step",
     "Gradients are clipped after they were used.",
     ("    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)\n    optimiser.step()\n",
      "    optimiser.step()\n    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)\n")),
    ("half_precision_reduction", "text", "mean_loss",
     "The running sum is in half precision, and gets stuck.",
     ("dtype=torch.float64)\n    for", "dtype=torch.float16)\n    for")),
)  # fmt: skip
FAULTS = {row[0]: Fault(*row[:4], row[4:]) for row in POOL}
FAMILIES = ("table", "text")


def healthy(family: str) -> str:
    """The text of a script without faults: "table" or "text"."""
    if family not in FAMILIES:
        raise ValueError(f"healthy: family must be one of {', '.join(FAMILIES)}. Got {family!r}.")
    return (importlib.resources.files("mlprep.hunt") / f"{family}.py").read_text(encoding="utf-8")


def planted(*names: str) -> str:
    """The text of a script with these faults, all of one family, at most one in a function."""
    faults = [FAULTS[name] for name in names]
    if len({fault.family for fault in faults}) != 1:
        raise ValueError(f"planted: name one or more faults of one family. Got {', '.join(names)}.")
    text = healthy(faults[0].family)
    for fault in faults:
        for right, wrong in fault.change:
            if text.count(right) != 1:
                raise ValueError(
                    f"planted: {fault.name} can't be planted twice, nor beside {names}."
                )
            text = text.replace(right, wrong)
    return text


def script(seed: int, n: int = 4) -> tuple[str, list[str]]:
    """A fresh script with n faults (1 to 6), and their names. Read the second one last."""
    if not 1 <= n <= 6:
        raise ValueError(f"script: n must be 1 to 6. Got {n}.")
    rng = np.random.default_rng(seed)
    family = FAMILIES[rng.integers(2)]
    pool = [fault for fault in FAULTS.values() if fault.family == family]
    chosen: dict[str, str] = {}
    for i in rng.permutation(len(pool)):
        if len(chosen) < n:
            chosen.setdefault(pool[i].where, pool[i].name)
    return planted(*chosen.values()), sorted(chosen.values())


def load(text: str) -> types.ModuleType:
    """A script's text as a module."""
    module = types.ModuleType("hunted")
    exec(compile(text, "<script>", "exec"), module.__dict__)
    return module


def check(text: str, names: Iterable[str] | None = None) -> dict[str, bool]:
    """Which probes hold: of the faults of this script's family, or of those named.

    A probe that raises does not hold.
    """
    module = load(text)
    family = "table" if hasattr(module, "read_table") else "text"
    names = names or [fault.name for fault in FAULTS.values() if fault.family == family]
    return {name: _holds(FAULTS[name].probe, module) for name in names}


def _holds(probe: Callable, module: types.ModuleType) -> bool:
    try:
        return bool(probe(module))
    except Exception:  # noqa: BLE001 - a script under repair raises anything
        return False
