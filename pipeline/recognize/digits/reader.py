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
SURE, SLANT = 0.999, 0.12
"""Chance from which one look is enough; pixels sideways a row in the slanted views of what is less sure."""
SLANT_PAD = 3
"""Pixels beside a normal form that a slanted view may take in."""
EVEN = 18.0
"""Grey levels that an empty box's paper varies by, the box's rim left out; pale pencil varies it more."""
ENGINE = "digits-5"
"""Version of weights and preparation, kept with every reading."""


class Reader:
    """The networks over their files of weights; one thread, as workers are processes.

    The first reads every digit. Where it is less than SURE, the second and slanted views are asked as well, and the
    result is the mean of their log-probabilities.
    """

    def __init__(self, first: bytes, second: bytes | None = None) -> None:
        self._first = _session(first)
        self._second = _session(second) if second else None

    def read(self, forms: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Log-probabilities (n, 15) of normal forms (n, SIDE, SIDE); natural logarithm."""
        if not len(forms):
            return np.zeros((0, len(CLASSES)), np.float32)
        ink = forms.reshape(-1, 1, SIDE, SIDE).astype(np.float32) / np.float32(255)
        logs = _run(self._first, ink)
        if self._second is not None:
            doubtful = np.flatnonzero(logs.max(axis=1) < np.log(SURE))
            if len(doubtful):
                views = [logs[doubtful], *self._other_views(self._second, ink[doubtful])]
                logs[doubtful] = _normalised(np.mean(views, axis=0))
        return logs

    def _other_views(self, second: onnxruntime.InferenceSession, ink: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        left, right = _slanted(ink, -SLANT), _slanted(ink, SLANT)
        return [_run(second, ink), *(_run(net, view) for net in (self._first, second) for view in (left, right))]


def _session(weights: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def _run(session: onnxruntime.InferenceSession, ink: NDArray[np.float32]) -> NDArray[np.float32]:
    parts = [session.run(None, {"ink": ink[k : k + BATCH]})[0] for k in range(0, len(ink), BATCH)]
    return np.concatenate(parts)


def _slanted(ink: NDArray[np.float32], slant: float) -> NDArray[np.float32]:
    """Rows moved sideways by ``slant`` pixels for each row above the middle; between pixels in a straight line."""
    rows, columns, part = _slant_steps(slant)
    wide = np.pad(ink, ((0, 0), (0, 0), (0, 0), (SLANT_PAD, SLANT_PAD)))
    return np.asarray((1 - part) * wide[:, :, rows, columns] + part * wide[:, :, rows, columns - 1], np.float32)


@lru_cache(maxsize=4)
def _slant_steps(slant: float) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Of each pixel of a slanted view the row, the padded column that comes to lie there, and the share of its left
    neighbour."""
    step = slant * ((SIDE - 1) / 2 - np.arange(SIDE))
    whole = np.floor(step)
    columns = np.arange(SIDE) - whole[:, None].astype(np.int64) + SLANT_PAD
    return np.arange(SIDE)[:, None], columns, (step - whole).astype(np.float32)[:, None]


def _normalised(logs: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(logs - np.log(np.exp(logs).sum(axis=1, keepdims=True)), np.float32)


@lru_cache(maxsize=1)
def shipped() -> Reader:
    """The reader with the weights beside this module."""
    folder = files("pipeline.recognize.digits")
    return Reader(*(folder.joinpath(name).read_bytes() for name in ("weights.onnx", "weights.second.onnx")))


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
