"""Whether a bit of a line's ink is one digit, whole and alone: a small network beside the readers."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline.recognize.digits.normal_form import Picture


@lru_cache(maxsize=1)
def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    weights = files("pipeline.recognize.digits").joinpath("single.onnx").read_bytes()
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def single_digits(forms: Picture, shapes: NDArray[np.float32]) -> NDArray[np.float64]:
    """Chance (n) that ink is one digit and not two, a part of one, or a digit with a part of its neighbour.

    ``forms``: in normal form (n, SIDE, SIDE); ``shapes`` (n, 2): logarithm of width over height, which the normal form
    does not show, and height over the line's.
    """
    ink = forms[:, None].astype(np.float32) / np.float32(255)
    (scores,) = _session().run(None, {"ink": ink, "shape": shapes})
    return np.asarray(1 / (1 + np.exp(-scores.astype(np.float64))), np.float64)
