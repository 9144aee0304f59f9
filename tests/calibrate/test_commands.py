"""``kiemphieu calibrate`` and ``kiemphieu trial`` on a little simulated paper, from the outside."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from calibration.risk.crops import crop_of
from calibration.risk.labelled import load_labelled
from calibration.simulate.election import simulate_election
from calibration.simulate.voters import Intent
from calibration.trial import deck as decks
from calibration.trial import report as report_
from kiemphieu.__main__ import main
from kiemphieu.demo_command import EXAMPLE
from pipeline.election.load import load_election
from pipeline.forms.ballot import ballot_layout
from pipeline.forms.printing import write_form
from pipeline.messages import Language
from pipeline.review.profile import load_profile
from pipeline.usecases.workspace import create_workspace

ALL_INTENTS = decks.intents


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """45 ballots, five a batch, their truth beside them, and a workspace of the same election."""
    folder = tmp_path_factory.mktemp("paper")
    election = load_election(EXAMPLE)
    layouts = {u.id: ballot_layout(election, u.id) for u in election.units if u.seats}
    for layout in layouts.values():
        write_form(layout, folder / "paper" / "forms")
    simulate_election(election, layouts, folder / "paper", 5, 5)
    create_workspace(folder / "workspace", election).close()
    return folder


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("KIEMPHIEU_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    yield


def ran(capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    out, err = capfd.readouterr()
    return int(ended.value.code or 0), " ".join(out.split()), err


def test_calibrate_writes_a_profile_a_report_and_the_readings(
    paper: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    profile, report, kept = tmp_path / "profile.json", tmp_path / "report", tmp_path / "readings.gz"
    code, out, _ = ran(
        capfd, "calibrate", "--simulated", paper / "paper", "--risk", "0.05", "--out", profile,
        "--report", report, "--keep", kept, "--workers", "1",
    )  # fmt: skip
    assert code == 0, out
    assert "names, not crossed out: shown" in out
    assert re.search(
        r"added content, nothing was added: not shown: 59 without error are needed, \d+ there with 0 wrong", out
    )
    new = load_profile(profile)
    document = json.loads(new.document)
    assert document["version"] == 2
    assert document["limits"]["strike"]["clear"]["evidence"]["accepted"]["readings"] > 50
    assert document["limits"]["oval"]["marked"]["evidence"] is None
    page = (report / "index.html").read_text(encoding="utf-8")
    pictures = re.findall(r'<img src="([^"]+)"', page)
    assert len(pictures) >= 9  # the bounds, and two charts for each of four values at the least
    for name in pictures:
        with Image.open(report / name) as picture:
            assert min(picture.size) > 10
    labelled = load_labelled(kept)
    name = next(one for one in labelled if one.kind == "strike")
    crop = crop_of(name)
    assert crop is not None
    assert crop.shape[1] > 2 * crop.shape[0]  # a name, upright
    assert crop_of(replace(name, file=str(tmp_path / "gone.jpg"))) is None
    again, twice = tmp_path / "again.json", tmp_path / "twice.json"
    assert ran(capfd, "calibrate", "--readings", kept, "--risk", "0.05", "--out", again)[0] == 0
    ran(capfd, "calibrate", "--readings", kept, "--readings", kept, "--risk", "0.05", "--out", twice)
    limits = [json.loads(p.read_text(encoding="utf-8"))["limits"] for p in (profile, again, twice)]
    assert limits[0] == limits[1] == limits[2]  # what two sources tell of one place counts once


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no source is given"),
        (("--risk", "7"), "7: is no share"),
        (("--simulated", "nowhere"), "no truth of simulated paper lies here"),
    ],
)
def test_calibrate_refuses_in_one_line(
    arguments: tuple[str, ...], message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, _, err = ran(capfd, "calibrate", *arguments, "--out", tmp_path / "profile.json")
    assert code != 0
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "profile.json").exists()


@pytest.fixture(scope="module")
def deck(paper: Path) -> Path:
    """Eight sheets, two of each form, scanned by the simulated scanner."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(decks, "intents", few)
        main(["trial", "deck", str(paper / "workspace"), "--out", str(paper / "deck"), "--simulated"])
    assert ended.value.code == 0
    return paper / "deck"


def test_a_trial_run_from_the_deck_to_the_report(
    paper: Path, deck: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    answers = json.loads((deck / "answers.json").read_text(encoding="utf-8"))
    with pypdfium2.PdfDocument((deck / "deck.pdf").read_bytes()) as document:
        assert len(document) == len(answers["sheets"]) == 8
        inks = [float((document[i].render(scale=1, grayscale=True).to_numpy() < 200).mean()) for i in range(2)]
    assert answers["sheets"][0]["shows"] == "untouched"
    assert inks[1] > inks[0]  # the second sheet is all crossed, and nothing of it lies on the first
    code, printed, _ = ran(
        capfd, "trial", "read", paper / "workspace", "--deck", deck, "--simulated", "--out", out, "--workers", "1"
    )
    assert code == 0, printed
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["positions"] == sum(len(s["answers"]) for s in answers["sheets"]) - _of(answers, report)
    assert report["accepted"] + report["asked"] == report["positions"]
    assert report["wrong"] == []
    assert report["profile"] == load_profile_digest(paper)
    for lang in ("vi", "en"):
        with pypdfium2.PdfDocument((out / f"report-{lang}.pdf").read_bytes()) as document:
            text = "".join(page.get_textpage().get_text_range() for page in document)
        assert report["profile"] in text.replace("\r\n", "")
        assert ("SIMULATED SCANS" if lang == "en" else "ẢNH QUÉT MÔ PHỎNG") in text


def test_a_false_answer_is_found_and_a_missing_sheet_is_refused(
    paper: Path, deck: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    deck = Path(shutil.copytree(deck, tmp_path / "deck"))
    path = deck / "answers.json"
    answers = json.loads(path.read_text(encoding="utf-8"))
    sheet = answers["sheets"][0]["answers"]
    name = next(k for k, v in sheet.items() if v == "clear")
    sheet[name] = "struck"
    path.write_text(json.dumps(answers), encoding="utf-8")
    read = ("trial", "read", paper / "workspace", "--deck", deck, "--simulated", "--workers", "1", "--out")
    assert ran(capfd, *read, tmp_path / "a")[0] == 1
    wrong = json.loads((tmp_path / "a" / "report.json").read_text(encoding="utf-8"))["wrong"]
    assert [(w["sheet"], w["field"], w["read"], w["truth"]) for w in wrong] == [(1, name, "clear", "struck")]
    scans = sorted((deck / "scans").iterdir())
    scans[0].unlink()
    code, _, err = ran(capfd, *read, tmp_path / "b")
    assert code != 0
    assert "7 pages were scanned, the deck has 8 sheets" in err
    assert not (tmp_path / "b").exists()


def few(names: int, seats: int, by_hand: bool) -> list[tuple[str, Intent]]:
    """Two sheets of each form, so that a test takes seconds: one untouched, one all crossed."""
    return [one for one in ALL_INTENTS(names, seats, by_hand) if one[0] in ("untouched", "all_crossed")]


def _of(answers: dict[str, list[dict[str, dict[str, str]]]], report: dict[str, dict[str, str]]) -> int:
    """Positions of rejected sheets."""
    return sum(len(answers["sheets"][int(n) - 1]["answers"]) for n in report["sheets_rejected"])


def load_profile_digest(paper: Path) -> str:
    from pipeline.usecases.workspace import open_workspace  # noqa: PLC0415

    opened = open_workspace(paper / "workspace")
    opened.close()
    return opened.profile.digest


def test_the_report_writes_numbers_and_days_as_its_language_does() -> None:
    def pages(lang: Language) -> report_.ReportPages:
        return report_.ReportPages({"day": "2026-03-15"}, {}, lang)

    assert (pages("vi").n(29956), pages("vi").n(0.0062, ".2g"), pages("vi").day()) == ("29.956", "0,0062", "15/03/2026")
    assert (pages("en").n(29956), pages("en").n(0.0062, ".2g"), pages("en").day()) == ("29,956", "0.0062", "2026-03-15")
