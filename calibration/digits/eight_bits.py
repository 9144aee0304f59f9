"""A trained digit network with weights of seven and activations of eight bits: the same readings in half the time.

    python -m calibration.digits.eight_bits DIGITS FLOAT.onnx --out WEIGHTS.onnx [--seed 1]

Needs the extra ``train``. Ranges are taken from digits of MNIST's training part and signs in boxes of our own forms.
Weights have seven bits, because processors without instructions for eight-bit products add these up in sixteen bits,
which overflow: with seven every processor reads the same. The last layer and the softmax stay as they are: the
chances of unlikely digits hang on fine steps. In the end the first convolutions are written for four channels
(:mod:`calibration.digits.unfold`), which changes no reading.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from calibration.digits.paper import own_box_crop
from calibration.digits.sources import canvases, load
from calibration.digits.strokes import CLASSES, EMPTY, draw_sign
from calibration.digits.unfold import unfolded
from pipeline.recognize.digits.box import box_inks
from pipeline.recognize.digits.normal_form import SIDE, normal_forms

GLYPHS, SIGNS, BATCH = 2000, 50, 50
"""Boxes with digits, boxes of each sign, and how many the network is shown at once."""


def boxed(folder: Path, seed: int) -> NDArray[np.uint8]:
    """Normal forms (n, SIDE, SIDE) of digits and signs in boxes."""
    rng = np.random.default_rng(seed)
    source = load(folder, "mnist-train")
    drawn = canvases(source)
    crops = [own_box_crop(rng, drawn[k]) for k in rng.choice(len(drawn), GLYPHS, replace=False)]
    for sign in range(10, len(CLASSES)):
        if sign != EMPTY:
            crops += [own_box_crop(rng, draw_sign(rng, sign), sign=True) for _ in range(SIGNS)]
    inks = [box for box in box_inks(crops) if box.bounds is not None]
    return normal_forms([(box.ink, box.bounds, min(box.ink.shape)) for box in inks])


class _Shown(CalibrationDataReader):  # type: ignore[misc]
    """What the network is shown to learn its ranges."""

    def __init__(self, forms: NDArray[np.uint8]) -> None:
        ink = forms.reshape(-1, 1, SIDE, SIDE).astype(np.float32) / 255
        self._batches = iter([{"ink": ink[k : k + BATCH]} for k in range(0, len(ink), BATCH)])

    def get_next(self) -> Any:
        return next(self._batches, None)


def in_eight_bits(weights: bytes, forms: NDArray[np.uint8]) -> bytes:
    """The ONNX network with whole numbers in its convolutions."""
    kept = [node.name for node in onnx.load_model_from_string(weights).graph.node if node.op_type == "Gemm"]
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.onnx", Path(folder) / "after.onnx"
        before.write_bytes(weights)
        quantize_static(
            before, after, _Shown(forms), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, nodes_to_exclude=kept,
        )  # fmt: skip
        return after.read_bytes()


def main() -> None:
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("digits", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    in_bits = in_eight_bits(given.weights.read_bytes(), boxed(given.digits, given.seed))
    given.out.write_bytes(unfolded(in_bits))


if __name__ == "__main__":
    main()
