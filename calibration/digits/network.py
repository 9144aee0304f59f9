"""The two digit networks, 196,214 parameters together, from a normal form to a score per class."""

from __future__ import annotations

import copy
import io
from typing import Any

import torch
from torch import nn

from calibration.digits.strokes import CLASSES
from pipeline.recognize.digits.normal_form import SIDE

SHAPES = {
    "first": (5, ((1, 24, 2), (24, 40, 1), (40, 56, 2), (56, 64, 1), (64, 48, 2))),
    "second": (3, ((1, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 56, 1), (56, 40, 2))),
}
"""Side of the first convolution's kernel; channels in, channels out and stride of each convolution.

The first network reads every digit, and is quick; the second looks at those of which the first is not sure, at the
full resolution. Two networks of half the size err less together than one, and are less sure where they err.
"""


def _convolution(channels: int, out: int, stride: int, side: int) -> Any:
    convolution = nn.Conv2d(channels, out, side, stride, side // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(out), nn.ReLU(inplace=True))


def network(name: str) -> Any:
    """The network of SHAPES, untrained: (n, 1, SIDE, SIDE) in 0..1 to (n, classes) scores before the softmax."""
    side, widths = SHAPES[name]
    layers = [_convolution(*width, side if k == 0 else 3) for k, width in enumerate(widths)]
    layers += [nn.Flatten(), nn.Dropout(0.1), nn.Linear(widths[-1][1] * 16, len(CLASSES))]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def parameters(net: Any) -> int:
    return sum(p.numel() for p in net.parameters())


def onnx_bytes(net: Any, temperature: float) -> bytes:
    """One network with softmax at ``temperature`` as ONNX: ink (n, 1, SIDE, SIDE) in 0..1 to log-probabilities."""
    cooled = copy.deepcopy(net).eval()
    with torch.no_grad():
        cooled[-1].weight /= temperature
        cooled[-1].bias /= temperature
    out = io.BytesIO()
    torch.onnx.export(
        nn.Sequential(cooled, nn.LogSoftmax(1)), (torch.zeros(2, 1, SIDE, SIDE),), out, dynamo=False,
        input_names=["ink"], output_names=["log_probability"],
        dynamic_axes={"ink": {0: "n"}, "log_probability": {0: "n"}},
    )  # fmt: skip
    return out.getvalue()
