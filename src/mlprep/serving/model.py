"""The model: a torch network, and the two ONNX files that are served.

python -m mlprep.serving.model FOLDER      writes model.onnx and model_int8.onnx there
"""

from __future__ import annotations

import contextlib
import logging
import sys
import warnings
from pathlib import Path

FEATURES, WIDTH, CLASSES = 64, 2048, 10
FLOAT, INT8 = "model.onnx", "model_int8.onnx"


def network():
    """A multilayer perceptron, (batch, FEATURES) → (batch, CLASSES). Its weights are seeded."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    layers = [nn.Linear(FEATURES, WIDTH), nn.ReLU()]
    for _ in range(3):
        layers += [nn.Linear(WIDTH, WIDTH), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, CLASSES)).eval()


def inputs(count: int, seed: int = 1):
    """Requests, (count, FEATURES) float32, rounded so that JSON carries them exactly enough."""
    import numpy as np

    return np.random.default_rng(seed).normal(size=(count, FEATURES)).round(3).astype("float32")


def export(folder: Path) -> None:
    """Write the network as ONNX in float32, and with the weights of its layers in int8."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it misses torchvision's operators
    net, example = network(), torch.from_numpy(inputs(2))
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
        # torch's exporter copies a tree in a way that torch itself calls deprecated.
        warnings.filterwarnings("ignore", message=".*LeafSpec", category=FutureWarning)
        torch.onnx.export(
            net,
            (example,),
            folder / FLOAT,
            input_names=["x"],
            output_names=["y"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            external_data=False,
            verbose=False,
        )
    logging.disable(logging.WARNING)  # it advises a pass over convolutions, of which there are none
    quantize_dynamic(folder / FLOAT, folder / INT8, weight_type=QuantType.QInt8)
    logging.disable(logging.NOTSET)


if __name__ == "__main__":
    export(Path(sys.argv[1]))
