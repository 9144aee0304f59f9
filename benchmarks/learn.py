"""Forms by somebody else: what ``kiemphieu learn`` finds on blanks of strangers, and how its forms then read.

    python benchmarks/learn.py real [--ballots ../shared/data/real_ballots]
    python benchmarks/learn.py own PAPER          (a folder of ``kiemphieu simulate``, its workspace's definition)
    python benchmarks/learn.py elsewhere PAPER    (a folder of ``benchmarks.typeset_elsewhere.make``)
    python benchmarks/learn.py drawn [--copies 3]

Found: a true field with a learned one of the same kind within half its size. Place: distance between the middles of
learned and true targets, or the lower right corners of names, after the best similarity of all of them, for a learned
form has its own millimetres.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "real_paper"), str(ROOT / "tests" / "learn")]

import drawn_forms as drawn
import real_ballots as real

from calibration.learn.average import averaged
from calibration.learn.blank import load_blanks
from calibration.learn.fields import Wanted
from calibration.learn.files import write_learned
from calibration.learn.learn import Learned, learn
from calibration.learn.matching import Candidate, candidates_of
from calibration.learn.spelling import folded
from calibration.simulate.truth import page_from_json, read_truth
from pipeline.forms.document import load_form
from pipeline.forms.template import FormField
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage
from pipeline.scan.prepare import PreparedForm, prepare_form


@dataclass
class Finds:
    """Of one blank: true fields found, finds that are none, doubts among what was taken, places and labels."""

    true: int = 0
    found: int = 0
    false: int = 0
    doubted: int = 0
    off_mm: list[float] = field(default_factory=list)
    labels: int = 0
    labels_right: int = 0
    groups_right: int = 0

    def row(self, name: str, registration: str) -> str:
        off = np.array(self.off_mm or [0.0])
        return (
            f"| {name} | {registration} | {self.found} of {self.true} | {self.false} | {self.doubted} | "
            f"{np.median(off):.2f} / {off.max():.2f} | {self.labels_right} of {self.labels} | {self.groups_right} |"
        )


HEAD = (
    "| blank | found by | fields found | false | doubtful | place off, mm, median / most | labels right "
    "| contests right |"
)


@dataclass(frozen=True)
class Expected:
    """A true field in millimetres of its sheet."""

    kind: str
    box: tuple[float, float, float, float]
    label: str
    group: str = ""
    id: str = ""


def compared(truth: Sequence[Expected], learned: Learned, side: str) -> tuple[Finds, dict[str, str]]:
    """Finds of a side against its truth, and learned ids by true ids."""
    own = next(s for s in learned.sides if s.side.name == side)
    fields = [f for f in own.side.fields if f.kind not in ("stamp", "stray")]
    finds = Finds(true=len(truth), doubted=sum(bool(f.doubts) for f in own.finds if f.taken))
    pairs = _paired(truth, fields)
    shift = _fitted(truth, fields, pairs)
    ids: dict[str, str] = {}
    for i, j in pairs.items():
        want, got = truth[i], fields[j]
        place = _place(want.kind, want.box) @ shift[:, :2].T + shift[:, 2]
        off = float(np.linalg.norm(place - _place(got.kind, (got.box.x, got.box.y, got.box.w, got.box.h))))
        if off > 0.5 * max(want.box[2:]):
            continue
        finds.found += 1
        finds.off_mm.append(off)
        ids[want.id] = got.id
        if want.label:
            finds.labels += 1
            finds.labels_right += _same_text(want.label, got.label)
        finds.groups_right += bool(want.group) and _same_text(want.group, got.group)
    finds.false = len(fields) - finds.found
    return finds, ids


def _same_text(want: str, got: str) -> bool:
    """Equal but for case and signs."""
    plain = [" ".join("".join(c if c.isalnum() else " " for c in t.casefold()).split()) for t in (want, got)]
    return plain[0] == plain[1]


def _place(kind: str, box: Sequence[float]) -> np.ndarray:
    """The middle of a target; the lower right corner of a name, whose title may or may not belong to it."""
    return np.array([box[0] + box[2], box[1] + box[3]]) if kind == "strike" else _middle(box)


def _middle(box: Sequence[float]) -> np.ndarray:
    return np.array([box[0] + box[2] / 2, box[1] + box[3] / 2])


def _paired(truth: Sequence[Expected], fields: Sequence[FormField]) -> dict[int, int]:
    """Index of the learned field of the same kind that is nearest to each true one, each once."""
    pairs: dict[int, int] = {}
    distances = sorted(
        (
            float(np.linalg.norm(_place(t.kind, t.box) - _place(f.kind, (f.box.x, f.box.y, f.box.w, f.box.h)))),
            i,
            j,
        )
        for i, t in enumerate(truth)
        for j, f in enumerate(fields)
        if f.kind == t.kind
    )
    for distance, i, j in distances:
        if i not in pairs and j not in pairs.values() and distance < 8.0:
            pairs[i] = j
    return pairs


def _fitted(truth: Sequence[Expected], fields: Sequence[FormField], pairs: Mapping[int, int]) -> np.ndarray:
    """Similarity from the sheet's millimetres to the form's (a scanner's scale is off by some per mille)."""
    if len(pairs) < 2:
        moved = [np.array(fields[j].box.centre) - _middle(truth[i].box) for i, j in pairs.items()] or [np.zeros(2)]
        return np.column_stack([np.eye(2), moved[0]])
    a = np.array([_place(truth[i].kind, truth[i].box) for i in pairs], np.float32)
    boxes = [(fields[j].kind, fields[j].box) for j in pairs.values()]
    b = np.array([_place(kind, (box.x, box.y, box.w, box.h)) for kind, box in boxes], np.float32)
    matrix, _ = cv2.estimateAffinePartial2D(a, b, method=cv2.LMEDS)
    return np.asarray(matrix, np.float64)


# --- reading with a learned form ---------------------------------------------------------------------------


def counted(
    pages: Sequence[tuple[RawPage, Mapping[str, str]]], form: PreparedForm, tell: Callable[[str], None]
) -> Counter[str]:
    """Pages read with a form; the truth by learned field id, ``ambiguous`` where no value may be accepted."""
    count: Counter[str] = Counter()
    profile = default_profile()
    for raw, truth in pages:
        outcome = read_raw(raw, [form])
        count["pages"] += 1
        if not isinstance(outcome, PageReading):
            count["rejected"] += 1
            tell(f"rejected {raw.source.file}: {outcome.reason}")
            continue
        for reading in outcome.fields:
            if reading.field not in truth:
                continue
            decision, right = decide(reading, profile, outcome.engine), truth[reading.field]
            count["readings"] += 1
            count["plain"] += right != "ambiguous"
            count["asked of plain"] += right != "ambiguous" and not decision.accepted
            wrong = decision.accepted and decision.value != right
            count["wrong"] += wrong
            if wrong:
                tell(f"wrong {raw.source.file} {reading.field}: {decision.value}, truth {right}")
    return count


def shown(name: str, count: Counter[str]) -> str:
    asked = 100 * count["asked of plain"] / max(1, count["plain"])
    read = count["pages"] - count["rejected"]
    return f"| {name} | {read} of {count['pages']} | {count['readings']} | {count['wrong']} | {asked:.2f} % |"


READ_HEAD = "| read with | pages read | readings | wrong accepted | plain ones asked |"


def tell(line: str) -> None:
    print(line, file=sys.stderr)


def raw_of(path: Path, page: int = 1) -> RawPage | None:
    content = path.read_bytes()
    raw = next(iter(decode_pages(content, path.name, hashlib.sha256(content).hexdigest(), only=page)))
    return raw if isinstance(raw, RawPage) else None


def learned_form(
    name: str,
    faces: Mapping[str, Sequence[Path]],
    dpi: float | None,
    scratch: Path,
    candidates: Sequence[Candidate] = (),
) -> tuple[Learned, PreparedForm]:
    """Learned, written, and loaded again as ``kiemphieu read --form`` does."""
    sides = [averaged(side, [load_blanks(path, dpi, "vie+eng")[0] for path in paths]) for side, paths in faces.items()]
    learned = learn(name, name, sides, Wanted(candidates=tuple(candidates)), default_profile())
    out = scratch / f"{name}.json"
    write_learned(out, learned, str)
    return learned, prepare_form(load_form(out), out.parent)


# --- (a) real ballots ------------------------------------------------------------------------------------


def real_paper(arguments: argparse.Namespace, scratch: Path) -> None:
    """Blanks: the two sheets without votes, and the median of filled sheets."""
    folder = arguments.ballots.resolve()
    truth = json.loads((folder / "truth.json").read_text())
    near_blank = {s: [folder / f"nh_m17/12effe84-6be5-481b-b70d-5a5df4b049e7-{s}.jpg"] for s in ("front", "back")}
    unmarked = {s: [folder / f"nh_testballot/scan-unmarked-{s}.jpeg"] for s in ("front", "back")}
    filled = {
        s: [folder / p["file"] for p in truth if p["set"] == "nh_m17" and p["side"] == s and p["marks"][0].get("px")][
            2:9
        ]
        for s in ("front", "back")
    }
    rows, reads = [], []
    for name, blanks, dpi, own in (
        ("nh_m17, one sheet", near_blank, 200.0, "nh_m17"),
        ("nh_m17, median of 7 filled sheets", filled, 200.0, "nh_m17"),
        ("nh_testballot, one sheet", unmarked, None, "nh_testballot"),
    ):
        learned, form = learned_form(name.replace(" ", "-").replace(",", ""), blanks, dpi, scratch)
        grid = real.ballot_form(folder / own, own)
        ids: dict[tuple[str, str], str] = {}
        for side in grid.sides:
            want = [
                Expected("oval", (f.box.x, f.box.y, f.box.w, f.box.h), _option(f.id), _contest(f.group), f.id)
                for f in side.fields
            ]
            finds, found = compared(want, learned, side.name)
            ids |= {(side.name, key): value for key, value in found.items()}
            registered = next(s for s in learned.sides if s.side.name == side.name).side.registration.kind
            rows.append(finds.row(f"{name}, {side.name}", registered))
        blank_files = {str(p.relative_to(folder)) for paths in blanks.values() for p in paths if len(paths) == 1}
        pages, open_pages = _real_pages(folder, truth, own, ids, blank_files)
        count = counted(pages, form, tell)
        reads.append(shown(name, count) + f" {_too_sure(open_pages, form)} of contested |")
    print("\n".join([HEAD, *rows, "", READ_HEAD, *reads]))


def _option(name: str) -> str:
    """ "Josiah-Bartlett-1bb99985" without its code; write-ins have no printed name."""
    option = name.split("/")[1]
    return "" if option.startswith("write-in") else " ".join(option.split("-")[:-1])


def _contest(name: str) -> str:
    return " ".join(name.split("-")[:-1])


def _real_pages(
    folder: Path, truth: Sequence[dict[str, object]], own: str, ids: Mapping[tuple[str, str], str], left: set[str]
) -> tuple[list[tuple[RawPage, dict[str, str]]], list[tuple[RawPage, set[str]]]]:
    pages, contested = [], []
    for page in truth:
        if page["set"] != own or page["file"] in left:
            continue
        raw = raw_of(folder / str(page["file"]))
        assert raw is not None
        values, doubtful = {}, set()
        for mark in page["marks"]:  # type: ignore[attr-defined]
            option = mark.get("option") or "write-in"
            key = real.target_id(
                str(page["side"]), mark["grid"]["column"], mark["grid"]["row"], mark["contest"], option
            )
            at = key.rsplit("/", 1)[1]
            name = next((v for (s, k), v in ids.items() if s == page["side"] and k.rsplit("/", 1)[1] == at), None)
            if name is None:
                continue
            if mark.get("contested") or mark.get("damage"):
                doubtful.add(name)
            else:
                values[name] = mark["expected"]
        pages.append((raw, values))
        contested.append((raw, doubtful))
    return pages, contested


def _too_sure(pages: Sequence[tuple[RawPage, set[str]]], form: PreparedForm) -> str:
    """Contested positions that were accepted."""
    profile, sure, every = default_profile(), 0, 0
    for raw, names in pages:
        outcome = read_raw(raw, [form]) if names else None
        if isinstance(outcome, PageReading):
            for reading in outcome.fields:
                if reading.field in names:
                    every += 1
                    sure += decide(reading, profile, outcome.engine).accepted
    return f"{sure} of {every}"


# --- (b) the project's own ballots, as a stranger would have them ------------------------------------------


def own_ballots(arguments: argparse.Namespace, scratch: Path) -> None:
    """PAPER/forms/*.pdf rasterised and scanned askew three times, learned, then PAPER's ballots read."""
    from benchmarks.typeset_elsewhere.make import blank_scans  # noqa: PLC0415
    from benchmarks.typeset_elsewhere.paper import STYLES  # noqa: PLC0415

    truth = read_truth(arguments.paper / "truth")
    folders = {b.batch: arguments.paper / b.folder for b in truth.batches}
    candidates = candidates_of(arguments.election, None, None)
    rows, reads = [HEAD], [READ_HEAD]
    for path in sorted((arguments.paper / "forms").glob("*.json")):
        given = load_form(path).sides[0]
        page = pypdfium2.PdfDocument(path.with_suffix(".pdf"))[0]
        bitmap = page.render(scale=300 / 72, grayscale=True).to_numpy()
        pixels = np.asarray(bitmap, np.uint8).reshape(bitmap.shape[:2]).copy()
        scans = blank_scans(replace(STYLES[0], id=path.stem), pixels, given.size)
        files = []
        for n, (picture, _) in enumerate(scans):
            files.append(scratch / f"{path.stem}-blank-{n}.png")
            cv2.imwrite(str(files[-1]), picture)
        want = [
            Expected("strike", (f.box.x, f.box.y, f.box.w, f.box.h), _without_title(f.label), "", f.id)
            for f in given.fields
            if f.kind == "strike"
        ]
        learned, _ = learned_form(f"{path.stem}-ocr", {"front": files}, 200.0, scratch)
        finds, _ = compared(want, learned, "front")
        rows.append(finds.row(f"{path.stem}, by OCR alone", learned.sides[0].side.registration.kind))
        learned, form = learned_form(path.stem, {"front": files}, 200.0, scratch, candidates)
        finds, ids = compared(want, learned, "front")
        same = sum(key == value for key, value in ids.items())
        rows.append(
            finds.row(
                f"{path.stem}, with the election ({same} ids of candidates)", learned.sides[0].side.registration.kind
            )
        )
        pages = []
        for one in truth.pages:
            if one.kind == "ballot" and one.ballot is not None and one.ballot.form == path.stem:
                raw = raw_of(folders[one.batch] / one.file, one.page)
                if raw is not None:
                    marks = one.ballot.marks()
                    pages.append((raw, {ids.get(k, k): v for k, v in marks.items()}))
        pages = pages[: arguments.limit]
        reads.append(shown(f"{path.stem}, learned", counted(pages, form, tell)))
        reads.append(shown(f"{path.stem}, its own form", counted(_renamed(pages, ids), prepare(path), tell)))
    print("\n".join([*rows, "", *reads]))


def prepare(path: Path) -> PreparedForm:
    return prepare_form(load_form(path), path.parent)


def _renamed(
    pages: Sequence[tuple[RawPage, Mapping[str, str]]], ids: Mapping[str, str]
) -> list[tuple[RawPage, dict[str, str]]]:
    """The same truth by the ids of the form that was not learned."""
    back = {value: key for key, value in ids.items()}
    return [(raw, {back.get(k, k): v for k, v in truth.items()}) for raw, truth in pages]


def _without_title(label: str) -> str:
    words = label.split()
    return " ".join(words[1:]) if folded(words[0]) in ("ong", "ba") else label


# --- (c) ballots typeset elsewhere -------------------------------------------------------------------------


def elsewhere(arguments: argparse.Namespace, scratch: Path) -> None:
    """Its three blanks of each style, then its filled sheets."""
    rows, reads = [HEAD], [READ_HEAD]
    for folder in sorted(p.parent for p in arguments.paper.glob("*/FORM.json")):
        given = load_form(folder / "FORM.json").sides[0]
        want = [
            Expected("strike", (f.box.x, f.box.y, f.box.w, f.box.h), _without_title(f.label), "", f.id)
            for f in given.fields
            if f.kind == "strike"
        ]
        blanks = sorted(folder.glob("blank-*.png"))
        learned, form = learned_form(folder.name, {"front": blanks}, 200.0, scratch)
        finds, ids = compared(want, learned, "front")
        rows.append(finds.row(folder.name, learned.sides[0].side.registration.kind))
        pages = []
        for line in (arguments.paper / "truth" / f"{folder.name}.jsonl").read_text("utf-8").splitlines():
            page = page_from_json(json.loads(line))
            if page.ballot is not None:
                raw = raw_of(folder / "scans" / page.file, page.page)
                if raw is not None:
                    pages.append((raw, {ids.get(k, k): v for k, v in page.ballot.marks().items()}))
        reads.append(shown(f"{folder.name}, learned", counted(pages, form, tell)))
        by_hand = prepare(folder / "FORM.json")
        reads.append(shown(f"{folder.name}, form by hand", counted(_renamed(pages, ids), by_hand, tell)))
    print("\n".join([*rows, "", *reads]))


# --- (d) drawn forms ---------------------------------------------------------------------------------------


def drawn_paper(arguments: argparse.Namespace, scratch: Path) -> None:
    """Every drawn form: one blank and three blanks askew, then copies with random marks."""
    rows, reads = [HEAD], [READ_HEAD]
    for number, (name, make) in enumerate(drawn.FORMS.items()):
        sheet = make()
        want = [Expected(f.kind, f.box, f.label, f.group, str(i)) for i, f in enumerate(sheet.fields)]
        random = np.random.default_rng(100 + number)
        files = []
        for n in range(3):
            scan = drawn.scanned(sheet.pixels, float(random.uniform(-1.2, 1.2)), float(random.uniform(2, 8)), n)
            files.append(drawn.saved(scan, scratch / f"{name}-blank-{n}.png"))
        for count in (1, 3):
            learned, form = learned_form(f"{name}-{count}", {"front": files[:count]}, None, scratch)
            finds, ids = compared(want, learned, "front")
            rows.append(finds.row(f"{name}, {count} blank(s)", learned.sides[0].side.registration.kind))
            pages = []
            for n in range(arguments.copies):
                chosen = {i for i in range(len(want)) if random.random() < 0.4}
                picture = drawn.marked(sheet, chosen, seed=n)
                scan = drawn.scanned(picture, float(random.uniform(-1.5, 1.5)), float(random.uniform(2, 8)), 50 + n)
                path = drawn.saved(scan, scratch / f"{name}-{n}.png")
                raw = raw_of(path)
                assert raw is not None
                pages.append((raw, {ids[t.id]: _value(t.kind, i in chosen) for i, t in enumerate(want) if t.id in ids}))
            reads.append(shown(f"{name}, {count} blank(s)", counted(pages, form, tell)))
    print("\n".join([*rows, "", *reads]))


def _value(kind: str, chosen: bool) -> str:
    if kind == "strike":
        return "struck" if chosen else "clear"
    return "marked" if chosen else "unmarked"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(required=True)
    for name, do in (("real", real_paper), ("own", own_ballots), ("elsewhere", elsewhere), ("drawn", drawn_paper)):
        part = parts.add_parser(name)
        part.set_defaults(do=do)
        part.add_argument("--keep", type=Path, help="folder for the learned forms and previews")
        if name in ("own", "elsewhere"):
            part.add_argument("paper", type=Path)
        if name == "own":
            part.add_argument("--election", type=Path, default=ROOT / "kiemphieu" / "example")
            part.add_argument("--limit", type=int, default=10**9, help="ballots of each form")
        if name == "real":
            part.add_argument("--ballots", type=Path, default=ROOT / ".." / "shared" / "data" / "real_ballots")
        if name == "drawn":
            part.add_argument("--copies", type=int, default=3)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        arguments.do(arguments, folder)


if __name__ == "__main__":
    main()
