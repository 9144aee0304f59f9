"""A workspace and its profile: given, replaced, logged, and nothing counted without one or with another's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from kiemphieu.__main__ import main
from kiemphieu.demo_command import EXAMPLE
from pipeline.access.roles import SYSTEM
from pipeline.election.load import load_election
from pipeline.errors import Refusal
from pipeline.recognize.read import ENGINE
from pipeline.review.profile import default_profile, parse_profile
from pipeline.storage import log, settings
from pipeline.usecases.ingest import ingest_batch, open_batch
from pipeline.usecases.workspace import create_workspace, open_workspace


def a_profile(path: Path, engine: str = ENGINE, made: str = "calibrated for a test") -> Path:
    """The shipped limits as a profile of version 2."""
    document = json.loads(default_profile().document)
    for values in document["limits"].values():
        for limits in values.values():
            limits |= {"scales": {}, "min_margin": 0, "risk": [[0, 0.001]]}
    document |= {"version": 2, "engines": [engine], "made": made}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    create_workspace(tmp_path / "count", load_election(EXAMPLE)).close()
    return tmp_path / "count"


def ran(capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    out, err = capfd.readouterr()
    return int(ended.value.code or 0), " ".join(out.split()), err


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEMPHIEU_LANG", "en")


def test_a_profile_is_taken_over_kept_and_logged(
    workspace: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    opened = open_workspace(workspace)
    older = open_batch(opened, SYSTEM, "old", "kv1", "qh", 1, "simplex")
    before = opened.profile.digest
    opened.close()
    code, out, _ = ran(capfd, "profile", workspace, a_profile(tmp_path / "new.json"))
    assert code == 0
    assert "1 open batches keep the profile they began with" in out
    opened = open_workspace(workspace)
    newer = open_batch(opened, SYSTEM, "new", "kv1", "tinh", 1, "simplex")
    assert opened.profile.made == "calibrated for a test"
    assert (older.profile, newer.profile) == (before, opened.profile.digest)
    with opened.database.read() as db:
        event = [line.event for line in log.lines(db) if line.event.act == "profile_set"]
    assert event[0].detail == {"profile": opened.profile.digest, "before": before}
    opened.close()
    assert "calibrated for a test" in ran(capfd, "profile", workspace)[1]


def test_a_new_workspace_takes_a_profile(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    given = a_profile(tmp_path / "p.json")
    assert ran(capfd, "new", tmp_path / "w", "--definition", EXAMPLE, "--profile", given)[0] == 0
    opened = open_workspace(tmp_path / "w")
    assert opened.profile.made == "calibrated for a test"
    opened.close()


def test_a_profile_of_another_reader_is_refused_in_one_line(
    workspace: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    strange = a_profile(tmp_path / "p.json", "other-reader-9")
    for command in (
        ("profile", workspace, strange),
        ("new", tmp_path / "w", "--definition", EXAMPLE, "--profile", strange),
    ):
        code, _, err = ran(capfd, *command)
        assert code != 0
        assert len(err.strip().splitlines()) == 1
        assert "other-reader-9" in err and ENGINE in err
    assert not (tmp_path / "w").exists()
    opened = open_workspace(workspace)
    assert opened.profile.digest == default_profile().digest
    opened.close()


def test_nothing_is_read_under_a_profile_of_another_reader(workspace: Path, tmp_path: Path) -> None:
    """A batch that was opened by an older program."""
    opened = open_workspace(workspace)
    batch = open_batch(opened, SYSTEM, "b", "kv1", "qh", 1, "simplex")
    strange = a_profile(tmp_path / "p.json", "older-reader-1").read_text(encoding="utf-8")
    with opened.database.write() as db:
        digest = parse_profile(strange.encode(), "p").digest
        settings.keep_profile(db, digest, strange)
        db.execute(sql("UPDATE batch SET profile = :digest"), {"digest": digest})
    scan = tmp_path / "scan.png"
    scan.write_bytes(b"no picture")
    with pytest.raises(Refusal, match="older-reader-1"):
        ingest_batch(opened, SYSTEM, batch.id, [scan], None)
    with opened.database.read() as db:
        assert db.scalar(sql("SELECT count(*) FROM page")) == 0
    opened.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE profile SET document = ''", "profile-missing"),
        ("UPDATE profile SET document = replace(document, '0.905', '0.105')", "profile-changed"),
    ],
)
def test_a_workspace_without_its_profile_or_with_a_changed_one_is_not_opened(
    workspace: Path, change: str, code: str
) -> None:
    opened = open_workspace(workspace)
    with opened.database.write() as db:
        db.execute(sql(change))
    opened.close()
    with pytest.raises(Refusal, match=code):
        open_workspace(workspace)
