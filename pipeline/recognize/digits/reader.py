"""The digit network: normal forms in, log-probabilities of its fifteen classes out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.recognize.digits.box import BoxInk, box_inks
from pipeline.recognize.digits.normal_form import SIDE, Picture, normal_forms

CLASSES = "0123456789X-.#_"
"""One letter a class, in the network's order: ten digits, X, dash, dot, blob (a box filled in) and empty."""
BATCH = 256
"""Normal forms per call: above it the network's own pictures leave the processor's cache."""
EVEN = 18.0
"""Grey levels that an empty box's paper varies by, the box's rim left out; pale pencil varies it more."""
ENGINE = "digits-2"
"""Version of weights and preparation, kept with every reading."""


class Reader:
    """The network over one file of weights; one thread, as workers are processes."""

    def __init__(self, weights: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])

    def read(self, forms: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Log-probabilities (n, 15) of normal forms (n, SIDE, SIDE); natural logarithm."""
        ink = forms.reshape(-1, 1, SIDE, SIDE).astype(np.float32) / np.float32(255)
        parts = [self.session.run(None, {"ink": ink[k : k + BATCH]})[0] for k in range(0, len(ink), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, len(CLASSES)), np.float32)


@lru_cache(maxsize=1)
def shipped() -> Reader:
    """The reader with the weights beside this module."""
    return Reader(files("pipeline.recognize.digits").joinpath("weights.onnx").read_bytes())


def read_digits(crops: Sequence[Picture], reader: Reader | None = None) -> NDArray[np.float32]:
    """Log-probabilities (n, 15) per class of box crops: grey, ink dark on paper, the box's lines on or near the rim.

    A crop in which no ink is found is empty: almost surely where the paper is even, else in doubt (pale ink).
    """
    return read_inks(box_inks(crops), reader)


def read_inks(inks: Sequence[BoxInk], reader: Reader | None = None) -> NDArray[np.float32]:
    """The same where the boxes' inks (:func:`box_inks`) are known already."""
    logs = np.zeros((len(inks), len(CLASSES)), np.float32)
    inked = np.array([box.bounds is not None for box in inks], np.bool_)
    shade = np.array([box.shade for box in inks])
    written = [(box.ink, box.bounds, min(box.ink.shape)) for box in inks if box.bounds is not None]
    logs[inked] = (reader or shipped()).read(normal_forms(written))
    for bare, doubt in ((~inked & (shade <= EVEN), 1e-6), (~inked & (shade > EVEN), 0.3)):
        logs[bare] = np.log(doubt / (len(CLASSES) - 1))
        logs[bare, CLASSES.index("_")] = np.log1p(-doubt)
    return logs
