"""Train the small network that tells one digit of a line from two, parts of one, and digits with a neighbour's part.

    python -m calibration.digits.train_single DIGITS --out single.onnx [--without mnist-test] [--seed 1]

Needs the extra ``train``. Lines are written with the glyphs of all sources but one and cut up as the reader cuts them;
whose ink each pixel is, is known. Some two minutes of one core.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from calibration.digits.line_paper import owned_line
from calibration.digits.sources import FILES, Canvases, canvases, load
from pipeline.recognize.digits.normal_form import SIDE
from pipeline.recognize.digits.strings import Spans, spans_of

LINES, LONGEST = 8000, 5
"""Lines that are cut up, and digits on one at the most."""
SHARES = {"mnist": 0.8, "others": 0.2}
WHOLE = 0.85
"""Share of a glyph's ink that a run of pieces holds, and of its own ink that is that glyph's, to be one digit."""
EPOCHS, BATCH, RATE = 5, 256, 4e-3


class Single(nn.Module):  # type: ignore[misc]
    """Normal form (n, 1, SIDE, SIDE) in 0..1 and shape (n, 2) to a score; 3,219 parameters."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[Any] = []
        for channels, out in ((1, 8), (8, 16), (16, 12)):
            layers += [nn.Conv2d(channels, out, 3, 2, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.Flatten())
        self.head = nn.Linear(12 * 16 + 2, 1)

    def forward(self, ink: Any, shape: Any) -> Any:
        return self.head(torch.cat([self.body(ink), shape], 1))[:, 0]


def one_digit(found: Spans, owner: NDArray[np.int8]) -> NDArray[np.float32]:
    """1 for each run of pieces that is one glyph, whole and alone; 0 for the others."""
    whole = np.bincount(owner[owner >= 0], minlength=1)
    labels = np.zeros(len(found.spans), np.float32)
    for k, mask in enumerate(found.masks):
        of = owner[mask]
        held = np.bincount(of[of >= 0], minlength=len(whole))
        most = int(held.argmax())
        labels[k] = held[most] > 0 and held[most] >= WHOLE * max(whole[most], held.sum())
    return labels


def lines(rng: np.random.Generator, pools: dict[str, list[Canvases]], count: int) -> list[NDArray[Any]]:
    """Normal forms, shapes and labels of all runs of pieces of ``count`` lines."""
    forms, shapes, labels = [], [], []
    for _ in range(count):
        kind = "mnist" if rng.random() < SHARES["mnist"] else "others"
        pool = pools[kind][int(rng.integers(len(pools[kind])))]
        places = rng.integers(len(pool), size=int(rng.integers(1, LONGEST + 1)))
        crop, owner = owned_line(rng, [pool[k] for k in places])
        found = spans_of(crop)
        forms.append(found.forms)
        shapes.append(found.shapes)
        labels.append(one_digit(found, owner))
    return [np.concatenate(part) for part in (forms, shapes, labels)]


def train(rng: np.random.Generator, forms: NDArray[np.uint8], shapes: Any, labels: Any) -> Single:
    net = Single()
    steps = EPOCHS * (len(labels) // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for _ in range(EPOCHS):
        order = rng.permutation(len(labels))[: len(labels) // BATCH * BATCH]
        for chosen in np.split(order, len(order) // BATCH):
            ink = torch.from_numpy(forms[chosen]).float().div_(255).unsqueeze(1)
            score = net(ink, torch.from_numpy(shapes[chosen]))
            loss = nn.functional.binary_cross_entropy_with_logits(score, torch.from_numpy(labels[chosen]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    net.eval()
    return net


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("digits", type=Path)
    parser.add_argument("--without", choices=[n for n in FILES if n != "mnist-train"], default="mnist-test")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines", type=int, default=LINES)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    rng = np.random.default_rng(given.seed)
    pools: dict[str, list[Canvases]] = {"mnist": [], "others": []}
    for name in FILES:
        if name != given.without:
            pools["mnist" if name.startswith("mnist") else "others"].append(canvases(load(given.digits, name)))
    made = lines(rng, pools, given.lines)
    net = train(rng, *made)
    torch.onnx.export(
        net, (torch.zeros(2, 1, SIDE, SIDE), torch.zeros(2, 2)), given.out, dynamo=False,
        input_names=["ink", "shape"], output_names=["score"],
        dynamic_axes={name: {0: "n"} for name in ("ink", "shape", "score")},
    )  # fmt: skip
    forms, shapes, labels = lines(np.random.default_rng(given.seed + 1), pools, given.lines // 20)
    with torch.no_grad():
        score = net(torch.from_numpy(forms).float().div_(255).unsqueeze(1), torch.from_numpy(shapes))
    print(json.dumps({
        "without": given.without, "seed": given.seed, "runs of pieces": len(made[2]),
        "right on other lines": round(float(((score > 0).numpy() == (labels > 0.5)).mean()), 4),
        "processor_s": round(time.process_time()),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
