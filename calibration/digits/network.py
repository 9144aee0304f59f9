"""The two digit networks, 196,214 parameters together, from a normal form to a score per class."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterable
from typing import Any

import onnx
import torch
from onnx.numpy_helper import to_array
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from calibration.digits.strokes import CLASSES
from pipeline.recognize.digits.normal_form import SIDE

FIRST = (5, ((1, 24, 2), (24, 40, 1), (40, 56, 2), (56, 64, 1), (64, 48, 2)))
SECOND = (3, ((1, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 56, 1), (56, 40, 2)))
"""Side of the first convolution's kernel; channels in, channels out and stride of each convolution.

The first network reads every digit, and is quick; the second looks at those of which the first is not sure, at the
full resolution. Two networks of half the size err less together than one, and are less sure where they err.
"""


def _convolution(channels: int, out: int, stride: int, side: int) -> Any:
    convolution = nn.Conv2d(channels, out, side, stride, side // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(out), nn.ReLU(inplace=True))


def _network(side: int, widths: tuple[tuple[int, int, int], ...]) -> Any:
    layers = [_convolution(*width, side if k == 0 else 3) for k, width in enumerate(widths)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.1), nn.Linear(widths[-1][1] * 16, len(CLASSES)))


class Networks(nn.Module):  # type: ignore[misc]
    """Both networks, untrained: (n, 1, SIDE, SIDE) in 0..1 to two times (n, classes) scores before the softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.both = nn.ModuleList([_network(*FIRST), _network(*SECOND)])
        self.to(memory_format=torch.channels_last)

    def forward(self, ink: Any) -> list[Any]:
        return [net(ink) for net in self.both]

    def folded(self) -> Networks:
        """The same networks with their normalisation folded into the convolutions; to be trained on."""
        calm: Networks = copy.deepcopy(self)
        calm.eval()
        for net in calm.both:
            for layer in net:
                if isinstance(layer, nn.Sequential) and isinstance(layer[1], nn.BatchNorm2d):
                    layer[0] = fuse_conv_bn_eval(layer[0], layer[1])
                    layer[1] = nn.Identity()
        calm.to(memory_format=torch.channels_last)
        return calm

    def take(self, contents: Iterable[bytes]) -> None:
        """Take the weights of :func:`onnx_bytes` files into folded networks; the temperature stays in them."""
        for net, content in zip(self.both, contents, strict=True):
            kept = [
                torch.from_numpy(to_array(t).copy()) for t in onnx.load_model_from_string(content).graph.initializer
            ]
            layers = [m for m in net.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
            convolutions = [k for k, weight in enumerate(kept) if weight.ndim == 4]
            linear = next(k for k, weight in enumerate(kept) if weight.ndim == 2)
            with torch.no_grad():
                for layer, k in zip(layers, [*convolutions, linear], strict=True):
                    layer.weight.copy_(kept[k])
                    layer.bias.copy_(kept[k + 1])


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
