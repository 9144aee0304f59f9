"""Train the digit reader from a folder of digits, with one source held out.

    python -m calibration.digits.train DIGITS --without mnist-test --out weights.onnx --seed 1

Needs the extra ``train``. The same command gives the same weights on the same machine and version of torch.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from calibration.digits.distort import distorted
from calibration.digits.network import from_onnx, network, onnx_bytes, parameters
from calibration.digits.paper import box_crop, own_box_crop
from calibration.digits.sources import CANVAS, FILES, Canvases, Labels, Source, canvases, load
from calibration.digits.strokes import DASH, EMPTY, X, draw_digit, draw_sign
from pipeline.recognize.digits.box import box_ink
from pipeline.recognize.digits.normal_form import INK, SIDE, normal_form

BATCH = 128
SHARES = {"mnist": 0.56, "others": 0.18, "drawn": 0.14, "signs": 0.12}
"""Parts of each batch: MNIST, the smaller sources together, digits drawn from strokes, signs that are no digits."""
MOST = (1.25, 0.6)
"""Strongest distortion at the beginning and at the end; it sinks over the second half of the training."""
IN_BOXES = 0.15
"""Share of all that is set into a box on simulated paper and cut out again as a form's boxes are."""
LEFT_IN_BOXES = 0.5
"""Share of the empty boxes that are shown by what paper and form left in them."""
TRIES, LONG = 6, 2.2
"""Boxes tried until one leaves something; longer over thinner from which what is left looks like a plain 1."""
RATE = 3e-3
AGAIN = 0.5
"""Share of each batch that was shown once before, then as it was, now moved by a pixel: distorting costs as much as a
step of the training."""
KEPT_BATCHES = 150
"""So many batches back lie what is shown again, about."""
AVERAGE = 0.998
"""The shipped weights are this running average over steps."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """``without``: the source held out. ``samples``: distorted pictures shown in all. ``rate``: highest learning rate.

    ``start``: weights to go on from, as ONNX; the distortion then sinks from the beginning on.
    """

    without: str
    samples: int
    seed: int
    rate: float = RATE
    start: bytes | None = None


def _shown(rng: np.random.Generator, canvas: NDArray[np.uint8], most: float) -> NDArray[np.uint8]:
    if rng.random() < IN_BOXES:
        crop = box_crop(rng, canvas, legible=True)
        return normal_form(box_ink(crop), min(crop.shape))
    return distorted(rng, canvas, most=most)


def _sign_shown(rng: np.random.Generator, sign: int) -> NDArray[np.uint8]:
    if sign == EMPTY and rng.random() < LEFT_IN_BOXES:
        return _left_in_empty_box(rng)
    if rng.random() < 2 * IN_BOXES:
        canvas = np.zeros((CANVAS, CANVAS), np.uint8) if sign == EMPTY else draw_sign(rng, sign)
        crop = box_crop(rng, canvas, sign=True, legible=True)
        return normal_form(box_ink(crop), min(crop.shape))
    return distorted(rng, draw_sign(rng, sign), box=True)


def _left_in_empty_box(rng: np.random.Generator) -> NDArray[np.uint8]:
    """What an empty box on patterned, stained, lined paper leaves in normal form; most often something.

    Not what is long and thin: in normal form, where the box is not seen any more, that is a plain 1.
    """
    seen = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(TRIES):
        crop = box_crop(rng, np.zeros((CANVAS, CANVAS), np.uint8), sign=True)
        ink = box_ink(crop)
        if not ink.any():
            continue
        (_, sides, _) = cv2.minAreaRect(np.argwhere(ink > INK * ink.max()).astype(np.float32))
        if max(sides) <= LONG * min(sides):
            return normal_form(ink, min(crop.shape))
    return seen


def _pictures(
    rng: np.random.Generator, pool: dict[str, tuple[Canvases, Labels]], recipe: Recipe
) -> Iterator[tuple[Any, int]]:
    """Distorted pictures without end, drawn by SHARES."""
    others = [name for name in pool if not name.startswith("mnist")]
    mnist = [name for name in pool if name.startswith("mnist")]
    sizes = np.array([len(pool[name][1]) for name in mnist], float)
    kinds = list(SHARES)
    shown = 0
    while True:
        most = float(np.interp(shown / (recipe.samples * (1 - AGAIN)), [0.0 if recipe.start else 0.5, 1.0], MOST))
        shown += 1024
        for kind in rng.choice(len(kinds), 1024, p=list(SHARES.values())):
            match kinds[kind]:
                case "drawn":
                    digit = int(rng.integers(10))
                    yield _shown(rng, draw_digit(rng, digit), most), digit
                case "signs":
                    sign = int(rng.choice([X, X, DASH, DASH + 1, DASH + 2, EMPTY]))
                    yield _sign_shown(rng, sign), sign
                case source:
                    names, weights = (mnist, sizes) if source == "mnist" else (others, np.ones(len(others)))
                    drawn, labels = pool[names[int(rng.choice(len(names), p=weights / weights.sum()))]]
                    place = int(rng.integers(len(labels)))
                    yield _shown(rng, drawn[place], most), int(labels[place])


def _batches(rng: np.random.Generator, pictures: Iterator[tuple[Any, int]]) -> Iterator[tuple[Any, Any]]:
    """Batches without end: new pictures, and pictures shown once before, each moved by up to a pixel."""
    seen: list[tuple[Any, int]] = []
    keep = round(KEPT_BATCHES * BATCH * AGAIN)
    while True:
        old = []
        if len(seen) >= keep:
            places = sorted(rng.choice(len(seen), round(BATCH * AGAIN), replace=False).tolist(), reverse=True)
            for place in places:
                picture, label = seen[place]
                seen[place] = seen[-1]
                seen.pop()
                shift = rng.integers(-1, 2, 2)
                old.append((np.roll(picture, (int(shift[0]), int(shift[1])), (0, 1)), label))
        new = [next(pictures) for _ in range(BATCH - len(old))]
        seen += new
        pairs = [*new, *old]
        ink = torch.from_numpy(np.stack([p for p, _ in pairs])).float().div_(255).unsqueeze(1)
        yield ink.contiguous(memory_format=torch.channels_last), torch.tensor([label for _, label in pairs])


def plain(source: Source) -> NDArray[np.uint8]:
    """A source's pictures in normal form, each picture its own box."""
    return np.stack([normal_form(picture, picture.shape[0]) for picture in source.raw])


def scores(net: Any, ink: NDArray[np.uint8]) -> Any:
    """The network's scores before the softmax (n, classes)."""
    net.eval()
    with torch.no_grad():
        parts = [net(torch.from_numpy(part).float().div(255).unsqueeze(1)) for part in np.array_split(ink, 40)]
    return torch.cat(parts)


def in_boxes(source: Source, seed: int) -> NDArray[np.uint8]:
    """A source's glyphs in normal form, each set into a box of our own forms and cut out again."""
    rng = np.random.default_rng(seed)
    crops = [own_box_crop(rng, canvas) for canvas in canvases(source)]
    return np.stack([normal_form(box_ink(crop), min(crop.shape)) for crop in crops])


def best_temperature(logits: Any, labels: Any) -> float:
    """The temperature under which the held-out digits, in boxes, are likeliest."""
    choices = np.geomspace(0.3, 3.0, 60)
    losses = [float(nn.functional.cross_entropy(logits / t, labels)) for t in choices]
    return float(choices[int(np.argmin(losses))])


def train(folder: Path, recipe: Recipe, report: Any = print) -> Any:
    """A trained network; ``report`` is told the loss now and then."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    sources = [load(folder, name) for name in FILES if name != recipe.without]
    pool = {source.name: (canvases(source), source.labels) for source in sources}
    rng = np.random.default_rng(recipe.seed)
    batches = _batches(rng, _pictures(rng, pool, recipe))
    net = from_onnx(recipe.start) if recipe.start else network()
    average = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGE), use_buffers=True
    )
    steps = recipe.samples // BATCH
    optimizer = torch.optim.AdamW(net.parameters(), lr=recipe.rate, weight_decay=0.02, foreach=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=steps, pct_start=0.15)
    began, loss_sum = time.process_time(), 0.0
    for step in range(1, steps + 1):
        net.train()
        ink, labels = next(batches)
        with torch.autocast("cpu", torch.bfloat16):
            out = net(ink)
        loss = nn.functional.cross_entropy(out.float(), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        average.update_parameters(net)
        loss_sum += float(loss.detach())
        if step % 500 == 0:
            report(
                f"step {step} of {steps}, loss {loss_sum / 500:.4f}, {time.process_time() - began:.0f} s of processor"
            )
            loss_sum = 0.0
    return average.module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("digits", type=Path)
    parser.add_argument("--without", choices=[n for n in FILES if n != "mnist-train"], default="mnist-test")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=int, default=2_300_000)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--start", type=Path, help="go on from these weights")
    given = parser.parse_args()
    start = given.start.read_bytes() if given.start else None
    recipe = Recipe(given.without, given.samples, given.seed, given.rate, start)
    net = train(given.digits, recipe, lambda line: print(line, flush=True))
    held = load(given.digits, recipe.without)
    labels = torch.from_numpy(held.labels)
    temperature = best_temperature(scores(net, in_boxes(held, given.seed)), labels)
    given.out.write_bytes(onnx_bytes(net, temperature))
    wrong = float((scores(net, plain(held)).argmax(1) != labels).float().mean())
    print(json.dumps({
        "without": recipe.without, "seed": recipe.seed, "samples": recipe.samples, "parameters": parameters(net),
        "temperature": round(temperature, 3), "wrong": round(wrong, 5), "processor_s": round(time.process_time()),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
