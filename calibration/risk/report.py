"""The calibration report: one HTML page with charts and crops as PNG beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment
from PIL import Image

from calibration.risk.charts import Words, asked_chart, bounds_chart, margins_chart
from calibration.risk.crops import crop_of, png
from calibration.risk.labelled import Labelled, Tally
from calibration.risk.learn import FEWEST_FOR_SCALES, SCALE_PART, Learned, Step, Target
from pipeline.messages import Language, Message, message, number, render

WORST = 24
"""Crops a value at the most."""

COLUMNS = (
    message("kind, value"), message("readings accepted"), message("errors"), message("bound"),
    message("sheets"), message("bound by sheets"), message("least margin"), message("asked before"),
    message("asked after"), message("95 % of resamples"), message("chosen risk"),
)  # fmt: skip
STEP_COLUMNS = (
    message("least margin"), message("readings accepted"), message("errors"), message("bound"), message("sheets"),
    message("sheets wrong"), message("bound by sheets"), message("share asked"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """What the report is about: digests of profile and bounds, reader, program."""

    profile: str
    gates: str
    engine: str
    version: str


def percent(share: float, lang: Language) -> str:
    return f"{number(100 * share, '.2f', lang)} %"


def verdict(one: Learned, target: Target, lang: Language) -> Message:
    """Whether the chosen risk is shown, and if not what is and what that would take; its numbers as ``lang`` writes
    them."""
    units = one.chosen.readings if target.unit == "reading" else one.chosen.sheets
    wrong = one.chosen.errors if target.unit == "reading" else one.chosen.sheets_wrong
    bound = one.chosen.bound if target.unit == "reading" else one.chosen.bound_sheets

    def told(count: int) -> str:
        return number(count, ",d", lang)

    if one.met:
        return message("shown")
    if not units:
        return message("not shown: {needed} without error are needed, none was read", needed=told(one.needed))
    if units < one.needed:
        return message(
            "not shown: {needed} without error are needed, {units} there with {wrong} wrong; {bound} can be stated",
            needed=told(one.needed),
            units=told(units),
            wrong=told(wrong),
            bound=number(bound, ".2g", lang),
        )
    return message(
        "not shown: {wrong} of {units} wrong; {bound} can be stated",
        wrong=told(wrong),
        units=told(units),
        bound=number(bound, ".2g", lang),
    )


def summary_row(one: Learned, lang: Language) -> list[str]:
    """The cells of :data:`COLUMNS` but the last."""
    step = one.chosen
    low, high = (number(100 * end, ".2f", lang) for end in one.asked_interval)
    return [
        render(one.name, lang), number(step.readings, ",d", lang), number(step.errors, ",d", lang),
        number(step.bound, ".2g", lang), number(step.sheets, ",d", lang), number(step.bound_sheets, ".2g", lang),
        number(step.margin, "g", lang), percent(one.asked_before, lang), percent(step.asked, lang), f"{low}–{high} %",
    ]  # fmt: skip


def write_report(
    folder: Path, learned: Sequence[Learned], target: Target, tallies: Sequence[Tally], who: Identity, lang: Language
) -> Path:
    """Write ``index.html``, its charts and crops into ``folder``; gives the page."""
    folder.mkdir(parents=True, exist_ok=True)
    words = _words(target, lang)
    rows = [(render(one.name, lang), _bound(one.chosen, target), one.met) for one in learned]
    title = render(message("Upper bound on the error among accepted readings"), lang)
    bounds_chart(title, rows, target.risk, words).save(folder / "bounds.png")
    page = _template(lang).render(
        language=lang,
        aim=render(_aim(target, lang), lang),
        digest=who.profile,
        gates=who.gates,
        engine=who.engine,
        version=who.version,
        sources=tallies,
        left_out=render(_left_out(), lang),
        columns=[render(c, lang) for c in COLUMNS],
        rows=[
            {
                "cells": summary_row(o, lang),
                "met": o.met,
                "verdict": render(verdict(o, target, lang), lang),
            }
            for o in learned
        ],
        step_columns=[render(c, lang) for c in STEP_COLUMNS],
        values=[_value(folder, one, target, words, lang) for one in learned],
    )
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def _template(lang: Language) -> Any:
    source = (files("calibration.risk") / "report.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True)
    environment.globals["t"] = lambda sentence: render(message(sentence), lang)
    environment.filters["whole"] = lambda count: number(count, ",d", lang)
    return environment.from_string(source)


def _aim(target: Target, lang: Language) -> Message:
    unit = message("accepted readings") if target.unit == "reading" else message("sheets with accepted readings")
    return message(
        "Chosen: at most {risk} wrong among {unit}, with confidence {confidence}.",
        risk=number(target.risk, "g", lang),
        unit=unit,
        confidence=f"{number(100 * target.confidence, 'g', lang)} %",
    )


def _left_out() -> Message:
    return message(
        "One sheet in {part}, told by its digest, set scales and thresholds to be tried; it is in no count below.",
        part=SCALE_PART,
    )


def _words(target: Target, lang: Language) -> Words:
    return Words(
        margin=render(message("margin (0: on a bound set by hand)"), lang),
        readings=render(message("readings"), lang),
        right=render(message("right readings"), lang),
        wrong=render(message("wrong"), lang),
        least=render(message("least margin"), lang),
        bound=render(message("upper bound on the risk"), lang),
        asked=render(message("share asked, %"), lang),
        chosen=render(message("chosen: {risk}", risk=number(target.risk, "g", lang)), lang),
        language=lang,
    )


def _bound(step: Step, target: Target) -> float:
    return step.bound if target.unit == "reading" else step.bound_sheets


def _value(folder: Path, one: Learned, target: Target, words: Words, lang: Language) -> dict[str, Any]:
    stem, name = f"{one.kind}-{one.value}", render(one.name, lang)
    _save(margins_chart(name, one.right, one.wrong, one.chosen.margin, words), folder / f"{stem}-margins.png")
    points = [(_bound(s, target), 100 * s.asked) for s in one.steps]
    chosen = (_bound(one.chosen, target), 100 * one.chosen.asked)
    _save(asked_chart(name, points, chosen, target.risk, words), folder / f"{stem}-asked.png")
    return {
        "name": name,
        "told": render(_told(one, lang), lang),
        "margins": f"{stem}-margins.png",
        "asked": f"{stem}-asked.png",
        "steps": [_cells(step, lang) for step in one.steps],
        "crops": [_crop(folder, stem, i, m, o, lang) for i, (m, o) in enumerate(one.doubtful[:WORST])],
    }


def _save(picture: Image.Image, path: Path) -> None:
    picture.save(path, optimize=True)


def _told(one: Learned, lang: Language) -> Message:
    scales = ", ".join(f"{name} {number(scale, 'g', lang)}" for name, scale in one.limits.scales.items())
    if not scales and one.for_scales < FEWEST_FOR_SCALES:
        return message(
            "Only {there} right readings were set aside for scales, {needed} are needed to order the others; "
            "the bounds set by hand are the only threshold.",
            there=number(one.for_scales, ",d", lang),
            needed=FEWEST_FOR_SCALES,
        )
    if not scales:
        return message("No measure orders these readings; the bounds set by hand are the only threshold.")
    return message("Margin 1 is this far inside the bounds: {scales}.", scales=scales)


def _cells(step: Step, lang: Language) -> list[str]:
    figures = (
        (step.margin, "g"), (step.readings, ",d"), (step.errors, ",d"), (step.bound, ".2g"), (step.sheets, ",d"),
        (step.sheets_wrong, ",d"), (step.bound_sheets, ".2g"),
    )  # fmt: skip
    return [*(number(figure, form, lang) for figure, form in figures), percent(step.asked, lang)]


def _crop(folder: Path, stem: str, place: int, margin: float, one: Labelled, lang: Language) -> dict[str, Any]:
    picture = crop_of(one)
    name = f"{stem}-{place:02d}.png"
    if picture is not None:
        (folder / name).write_bytes(png(picture))
    told = message(
        "{field}: read {value}, truth {truth}, margin {margin}; {source}, {file} page {page}",
        field=one.reading.field,
        value=one.value,
        truth=one.truth,
        margin=number(margin, ".3f", lang),
        source=one.source,
        file=Path(one.file).name,
        page=one.page,
    )
    return {"file": name if picture is not None else None, "wrong": not one.right, "told": render(told, lang)}
