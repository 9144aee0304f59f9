"""Train the digit reader from a folder of digits, with one source held out.

    python -m calibration.digits.train DIGITS --without mnist-test --out weights.onnx --seed 1

Writes the first network to OUT and the second beside it (``weights.second.onnx``); ``--network`` trains one of them,
so that both can be trained side by side. Needs the extra ``train``. Pictures are made in a process of their own. Every
CHECKPOINT steps the state is kept beside the weights with the ending ``.checkpoint``; the same command goes on from it,
and removes it in the end. The same uninterrupted command gives the same weights on the same machine and version of
torch.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from calibration.digits.network import SHAPES, network, onnx_bytes, parameters
from calibration.digits.paper import own_box_crop
from calibration.digits.shown import BATCH, CHUNK, DIETS, batches
from calibration.digits.sources import FILES, Source, canvases, load
from pipeline.recognize.digits.box import box_ink
from pipeline.recognize.digits.normal_form import normal_form

RATE = 3e-3
AVERAGE = 0.998
"""The shipped weights are this running average over steps."""
SAMPLES = {"first": 4_800_000, "second": 2_400_000}
"""Pictures shown to each network; of these half are new, half were shown once before."""
CHECKPOINT = 2 * CHUNK


@dataclass(frozen=True, slots=True)
class Recipe:
    """``network``: which of SHAPES and DIETS. ``without``: the source held out. ``samples``: pictures shown in all.
    ``rate``: highest learning rate."""

    network: str
    without: str
    samples: int
    seed: int
    rate: float = RATE

    @property
    def steps(self) -> int:
        return self.samples // BATCH


def second_of(first: Path) -> Path:
    """Where the second network's weights lie beside the first's."""
    return first.with_suffix(".second.onnx")


def _make_batches(folder: Path, recipe: Recipe, done: int, queue: Any) -> None:
    cv2.setNumThreads(1)
    sources = [load(folder, name) for name in FILES if name != recipe.without]
    pool = {source.name: (canvases(source), source.labels) for source in sources}
    for batch in batches(pool, DIETS[recipe.network], recipe.seed, recipe.steps, done):
        queue.put(batch)
    queue.put(time.process_time())


def plain(source: Source) -> NDArray[np.uint8]:
    """A source's pictures in normal form, each picture its own box."""
    return np.stack([normal_form(picture, picture.shape[0]) for picture in source.raw])


def scores(net: Any, ink: NDArray[np.uint8]) -> Any:
    """One network's scores before the softmax (n, classes)."""
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


class _Training:
    """A network, its running average, optimiser and schedule; kept and taken up as one."""

    def __init__(self, recipe: Recipe) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.step, self.spent = recipe, 0, 0.0
        self.net = network(recipe.network)
        self.average = torch.optim.swa_utils.AveragedModel(
            self.net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGE), use_buffers=True
        )
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=recipe.rate, weight_decay=0.02, foreach=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, recipe.rate, total_steps=recipe.steps, pct_start=0.15
        )

    def _parts(self) -> dict[str, Any]:
        return {
            "net": self.net, "average": self.average, "optimizer": self.optimizer, "schedule": self.schedule,
        }  # fmt: skip

    def keep(self, path: Path) -> None:
        states = {name: part.state_dict() for name, part in self._parts().items()}
        kept = {"recipe": asdict(self.recipe), "step": self.step, "spent": self.spent, "random": torch.get_rng_state()}
        fresh = path.with_suffix(".new")
        torch.save(kept | states, fresh)
        fresh.replace(path)

    def take_up(self, path: Path) -> None:
        """Go on from a checkpoint of the same recipe; of another it is left alone, which is said."""
        kept = torch.load(path, weights_only=True)
        if kept["recipe"] != asdict(self.recipe):
            raise SystemExit(f"{path}: a checkpoint of another recipe; remove it or give another --out")
        for name, part in self._parts().items():
            part.load_state_dict(kept[name])
        torch.set_rng_state(kept["random"])
        self.step, self.spent = kept["step"], kept["spent"]

    def learn(self, ink: Any, labels: Any) -> float:
        """One step; the loss."""
        self.net.train()
        with torch.autocast("cpu", torch.bfloat16):
            out = self.net(ink)
        loss = nn.functional.cross_entropy(out.float(), labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        self.average.update_parameters(self.net)
        self.step += 1
        return float(loss.detach())


def train(folder: Path, recipe: Recipe, checkpoint: Path, report: Any = print) -> tuple[Any, float]:
    """The network, trained, and the processor time spent; ``report`` is told the loss now and then."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    training = _Training(recipe)
    if checkpoint.exists():
        training.take_up(checkpoint)
    began, before, loss_sum = time.process_time(), training.spent, 0.0
    made = 0.0
    for batch in _from_process(folder, recipe, training.step):
        if isinstance(batch, float):
            made = batch
            break
        ink = torch.from_numpy(batch[0]).float().div_(255).unsqueeze(1).contiguous(memory_format=torch.channels_last)
        loss_sum += training.learn(ink, torch.from_numpy(batch[1]))
        training.spent = before + time.process_time() - began
        if training.step % CHUNK == 0:
            report(f"step {training.step} of {recipe.steps}, loss {loss_sum / CHUNK:.4f}, {training.spent:.0f} s")
            loss_sum = 0.0
        if training.step % CHECKPOINT == 0:
            training.keep(checkpoint)
    return training.average.module, training.spent + made


def _from_process(folder: Path, recipe: Recipe, done: int) -> Iterator[Any]:
    """Batches made in a process of their own; last, the processor time that it took."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue(maxsize=16)
    maker = context.Process(target=_make_batches, args=(folder, recipe, done, queue), daemon=True)
    maker.start()
    while True:
        batch = queue.get()
        yield batch
        if isinstance(batch, float):
            maker.join()
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("digits", type=Path)
    parser.add_argument("--without", choices=[n for n in FILES if n != "mnist-train"], default="mnist-test")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--network", choices=list(SHAPES), help="this one only")
    parser.add_argument("--samples", type=int, help="other than the recipe's")
    given = parser.parse_args()
    held = load(given.digits, given.without)
    labels, boxed, bare = torch.from_numpy(held.labels), in_boxes(held, given.seed), plain(held)
    for name in [given.network] if given.network else list(SHAPES):
        recipe = Recipe(name, given.without, given.samples or SAMPLES[name], given.seed)
        path = given.out if name == "first" else second_of(given.out)
        checkpoint = path.with_suffix(".checkpoint")
        net, spent = train(given.digits, recipe, checkpoint, lambda line: print(line, flush=True))
        temperature = best_temperature(scores(net, boxed), labels)
        path.write_bytes(onnx_bytes(net, temperature))
        checkpoint.unlink(missing_ok=True)
        wrong = float((scores(net, bare).argmax(1) != labels).float().mean())
        print(json.dumps({
            **asdict(recipe), "parameters": parameters(net), "temperature": round(temperature, 3),
            "wrong": round(wrong, 5), "processor_s": round(spent),
        }), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
