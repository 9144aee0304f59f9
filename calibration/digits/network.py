"""The digit network: six convolutions, 122,047 parameters, from a normal form to a score per class."""

from __future__ import annotations

import copy
import io
from typing import Any

import onnx
import torch
from onnx.numpy_helper import to_array
from torch import nn

from calibration.digits.strokes import CLASSES
from pipeline.recognize.digits.normal_form import SIDE

WIDTHS = ((1, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 64, 2))
"""Channels in, channels out and stride of each convolution."""


def _convolution(channels: int, out: int, stride: int) -> Any:
    return nn.Sequential(nn.Conv2d(channels, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True))


def network() -> Any:
    """An untrained network: (n, 1, SIDE, SIDE) in 0..1 to (n, classes) scores before the softmax."""
    last = WIDTHS[-1][1] * 16
    layers = [_convolution(*width) for width in WIDTHS]
    net = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.1), nn.Linear(last, len(CLASSES)))
    return net.to(memory_format=torch.channels_last)


def from_onnx(content: bytes) -> Any:
    """The network of :func:`onnx_bytes`, to be trained on; normalisation and temperature are in its weights."""
    graph = onnx.load_model_from_string(content).graph
    kept = [torch.from_numpy(to_array(t).copy()) for t in graph.initializer]
    convolutions = [(weight, kept[k + 1]) for k, weight in enumerate(kept) if weight.ndim == 4]
    linear = next((weight, kept[k + 1]) for k, weight in enumerate(kept) if weight.ndim == 2)
    layers: list[Any] = []
    for (channels, out, stride), held in zip(WIDTHS, convolutions, strict=True):
        convolution = nn.Conv2d(channels, out, 3, stride, 1)
        _set(convolution, *held)
        layers += [convolution, nn.ReLU(inplace=True)]
    last = nn.Linear(WIDTHS[-1][1] * 16, len(CLASSES))
    _set(last, *linear)
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.1), last).to(memory_format=torch.channels_last)


def _set(layer: Any, weight: Any, bias: Any) -> None:
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)


def parameters(net: Any) -> int:
    return sum(p.numel() for p in net.parameters())


def onnx_bytes(net: Any, temperature: float) -> bytes:
    """The network with softmax at ``temperature`` as ONNX: ink (n, 1, SIDE, SIDE) in 0..1 to log-probabilities."""
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
