"""``kiemphieu calibrate``: thresholds under which the error among accepted readings is at most a chosen risk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from kiemphieu import parameters
from kiemphieu.build import program
from kiemphieu.language import language
from kiemphieu.parameters import FILE, FOLDER, SHARE, refuse_existing
from kiemphieu.screen import console, decimal, progress_bar, say, share, table, text
from pipeline.errors import refuse
from pipeline.messages import message, render
from pipeline.review.bounds import upper_bound
from pipeline.review.decide import decide
from pipeline.review.profile import Profile, default_profile, parse_profile
from pipeline.usecases.settled_readings import SettledReading, settled_readings
from pipeline.usecases.workspace import open_workspace

if TYPE_CHECKING:
    from calibration.risk.labelled import Labelled, Tally
    from calibration.risk.learn import Learned, Target


@click.command()
@click.option("--simulated", type=FOLDER, multiple=True, help="Paper that 'kiemphieu simulate' wrote; repeatable.")
@click.option("--workspace", type=FOLDER, multiple=True, help="Readings that people settled in a count; repeatable.")
@click.option("--readings", "kept", type=FILE, multiple=True, help="Labelled readings kept earlier; repeatable.")
@click.option("--form", "forms", multiple=True, help="Only readings of this form; repeatable, all forms otherwise.")
@click.option("--risk", type=SHARE, default=0.0001, show_default=True, help="Error among accepted readings, at most.")
@click.option("--confidence", type=SHARE, default=0.95, show_default=True, help="How sure that must be.")
@click.option(
    "--unit",
    type=click.Choice(("reading", "sheet")),
    default="reading",
    show_default=True,
    help="What the risk counts: accepted readings, or sheets with a wrong one.",
)
@click.option("--by-form", is_flag=True, help="Also limits of each form whose own readings show the risk.")
@click.option("--out", type=FILE, required=True, help="The profile to write (JSON).")
@click.option("--report", type=FOLDER, help="Folder for the report (index.html with pictures).")
@click.option("--keep", type=FILE, help="Also write the labelled readings, for another calibration.")
@click.option("--workers", type=click.IntRange(1, 256), default=None, help="Processes; one a core otherwise.")
def calibrate(
    simulated: Sequence[Path], workspace: Sequence[Path], kept: Sequence[Path], forms: Sequence[str], risk: float,
    confidence: float, unit: Literal["reading", "sheet"], by_form: bool, out: Path, report: Path | None,
    keep: Path | None, workers: int | None,
) -> None:  # fmt: skip
    """Learn from readings whose truth is known which of them may stand without a person, and state the risk.

    Bounds set by hand are never loosened. The profile goes into a count with 'kiemphieu profile'.
    """
    from calibration.risk.labelled import save_labelled  # noqa: PLC0415  (slow to import)
    from calibration.risk.learn import Target  # noqa: PLC0415

    refuse_existing(out, keep)
    if report is not None and report.exists() and any(report.iterdir()):
        raise refuse("folder-not-empty", str(report), "the folder is not empty; choose a new one")
    if not (simulated or workspace or kept):
        raise refuse("no-readings", "calibrate", "no source is given; name one by --simulated, --workspace, --readings")
    sources = _sources(simulated, workspace, kept, workers).only(forms)
    if keep is not None:
        save_labelled(keep, sources.readings)
    _calibrate(sources, Target(risk, confidence, unit), by_form, out, report)


@dataclass(frozen=True, slots=True)
class _Sources:
    readings: tuple[Labelled, ...]
    tallies: tuple[Tally, ...]

    def only(self, forms: Sequence[str]) -> _Sources:
        """The readings of ``forms``, of all where none is named; refused where nothing is left."""
        from calibration.risk.labelled import Tally  # noqa: PLC0415

        known = {one.form for one in self.readings}
        for form in forms:
            if form not in known:
                raise refuse(
                    "form-unknown",
                    form,
                    "no reading is of the form '{form}'; there are {known}",
                    form=form,
                    known=", ".join(sorted(known)) or "-",
                )
        if not self.readings:
            raise refuse("no-readings", "calibrate", "the sources hold no reading whose truth is known; give more")
        if not forms:
            return self
        left = tuple(one for one in self.readings if one.form in forms)
        names = ", ".join(forms)
        by_source = Counter(one.source for one in left)
        sheets = {name: len({one.sheet for one in left if one.source == name}) for name in by_source}
        tallies = tuple(Tally(f"{name} ({names})", sheets[name], None, n) for name, n in sorted(by_source.items()))
        return _Sources(left, tallies)


def _sources(
    simulated: Sequence[Path], workspaces: Sequence[Path], kept: Sequence[Path], count: int | None
) -> _Sources:
    from calibration.risk.labelled import load_labelled  # noqa: PLC0415  (slow to import)
    from calibration.risk.papers import read_paper  # noqa: PLC0415

    readings: list[Labelled] = []
    tallies: list[Tally] = []
    if simulated:
        with parameters.workers(count) as pool:
            for folder in simulated:
                with progress_bar(text("Reading {paper}", paper=str(folder))) as step:
                    found, tally = read_paper(folder, pool, step)
                readings += found
                tallies.append(tally)
    for folder in workspaces:
        settled = _of_workspace(folder)
        readings += settled
        tallies.append(_tally(settled[0].source if settled else f"workspace {folder.name}", settled))
    for file in kept:
        loaded = load_labelled(file)
        readings += loaded
        by_source = {one.source: None for one in loaded}
        tallies += [_tally(name, [one for one in loaded if one.source == name]) for name in by_source]
    return _Sources(_without_repeats(readings), tuple(tallies))


def _tally(name: str, readings: Sequence[Labelled]) -> Tally:
    from calibration.risk.labelled import Tally  # noqa: PLC0415

    return Tally(name, len({one.sheet for one in readings}), None, len(readings))


def _without_repeats(readings: Sequence[Labelled]) -> tuple[Labelled, ...]:
    """A place that two sources tell of counts once: counted twice it would show more than was seen."""
    return tuple({(one.sheet, one.reading.field): one for one in reversed(readings)}.values())[::-1]


def _of_workspace(folder: Path) -> list[Labelled]:
    opened = open_workspace(folder)
    try:
        return [_labelled(f"{opened.election.title}", one) for one in settled_readings(opened)]
    finally:
        opened.close()


def _labelled(source: str, one: SettledReading) -> Labelled:
    from calibration.risk.labelled import Labelled  # noqa: PLC0415

    return Labelled(source, one.page, one.form, one.engine, one.picture, one.number, one.reading, one.value)


def _calibrate(sources: _Sources, target: Target, by_form: bool, out: Path, report: Path | None) -> None:
    from calibration.risk.document import profile_text  # noqa: PLC0415
    from calibration.risk.learn import learn, learn_by_form  # noqa: PLC0415
    from calibration.risk.report import Identity, write_report  # noqa: PLC0415

    gates = default_profile()
    engine = sources.readings[0].engine
    learned = learn(sources.readings, gates, target)
    own = learn_by_form(sources.readings, gates, target) if by_form else {}
    document = profile_text(learned, gates, engine, target, sources.tallies, own)
    profile = parse_profile(document.encode(), str(out))
    _print(learned, target)
    if by_form:
        _print_forms(own)
    _print_whole(sources.readings, gates, profile, target.confidence)
    if report is not None:
        who = Identity(profile.digest, gates.digest, engine, program())
        page = write_report(report, learned, target, sources.tallies, who, language())
        say(message("Report: {file}", file=str(page)))
    out.write_text(document, encoding="utf-8")
    say(message("Profile {digest}: {file}", digest=profile.digest[:12], file=str(out)))


def _print(learned: Sequence[Learned], target: Target) -> None:
    from calibration.risk.report import verdict  # noqa: PLC0415

    columns = [
        text(c) for c in ("kind, value", "accepted", "errors", "bound", "least margin", "asked before", "asked after")
    ]
    rows = [
        (
            render(one.name, language()), one.chosen.readings, one.chosen.errors, decimal(one.chosen.bound, ".2g"),
            decimal(one.chosen.margin, "g"), share(one.asked_before), share(one.chosen.asked),
        )
        for one in learned
    ]  # fmt: skip
    risk, confidence = (decimal(number, "g") for number in (target.risk, target.confidence))
    title = text("Risk {risk} with confidence {confidence}", risk=risk, confidence=confidence)
    table(title, columns, rows)
    for one in learned:
        sentence = message("{what}: {found}", what=one.name, found=verdict(one, target, language()))
        console.print(render(sentence, language()), highlight=False, style="green" if one.met else "yellow")


def _print_forms(own: Mapping[str, Sequence[Learned]]) -> None:
    names = [text(c) for c in ("form", "kind, value", "accepted", "errors", "bound", "least margin", "asked after")]
    rows = [
        (
            form, render(one.name, language()), one.chosen.readings, one.chosen.errors,
            decimal(one.chosen.bound, ".2g"), decimal(one.chosen.margin, "g"), share(one.chosen.asked),
        )
        for form, learned in own.items()
        for one in learned
    ]  # fmt: skip
    table(text("Limits of single forms"), names, rows)
    if not rows:
        say(message("No form shows the risk by its own readings; the limits of all forms together hold."))


def _print_whole(readings: Sequence[Labelled], before: Profile, after: Profile, confidence: float) -> None:
    """All kinds together, before and after: on the very readings learned from, scales' part included."""
    rows = []
    plain = sum(one.truth != "ambiguous" for one in readings)
    for name, profile in ((text("before"), before), (text("after"), after)):
        accepted = [(one, decide(one.reading, profile, form=one.form).accepted) for one in readings]
        wrong = sum(yes and not one.right for one, yes in accepted)
        number = sum(yes for _, yes in accepted)
        asked = sum(not yes and one.truth != "ambiguous" for one, yes in accepted)
        rows.append(
            (
                name,
                len(readings),
                number,
                wrong,
                decimal(upper_bound(wrong, number, confidence), ".2g"),
                share(asked, plain),
            )
        )
    names = [text(c) for c in ("all values", "readings", "accepted", "wrong", "bound", "plain ones asked")]
    table(text("Together"), names, rows)
