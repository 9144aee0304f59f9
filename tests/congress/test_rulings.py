"""The counting board rules on a ballot of a table: with whom it agrees, with whom it disagrees."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from pipeline.access.roles import SYSTEM
from pipeline.election.load import load_election
from pipeline.errors import Refusal
from pipeline.review.states import TeamVote
from pipeline.scan.page import PageSource
from pipeline.storage import accounts, pages
from pipeline.storage.images import ImageStore
from pipeline.tally.agree import AGREE, DISAGREE, box
from pipeline.tally.totals import AreaResult
from pipeline.usecases import passwords
from pipeline.usecases.complete_ballots import raise_ballot_items
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.review import before_team, team_decides
from pipeline.usecases.totals import totals
from pipeline.usecases.workspace import Workspace, create_workspace
from review_ui.app import create_app
from tests.congress.test_whole_way import LEADER
from tests.review_ui.visitors import PASSWORD, person
from tests.usecases.conftest import AT, Pile


class Scanned(Pile):
    """A pile of pages of which there are pictures: white sheets."""

    pictures: ImageStore

    def _source(self) -> PageSource:
        self.made += 1
        picture = io.BytesIO()
        Image.new("L", (827, 1169), 255 - self.made).save(picture, "JPEG", dpi=(100, 100))
        sha = self.pictures.keep(picture.getvalue())
        pages.claim(self.db, sha, 1, self.id)
        pages.add_file(self.db, self.id, sha, f"{self.made}.jpg", 1)
        return PageSource(f"{self.made}.jpg", sha, 1)


MEMBERS = tuple(f"Thành viên {n}" for n in range(1, 6))
BATCH = "hop-doan"


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Workspace]:
    """Two ballots: on one everybody is agreed with; the other agrees with nobody that a reader can tell.

    Its first person cannot be told, the second is disagreed with, of the others no box is marked.
    """
    workspace = create_workspace(
        tmp_path / "count", load_election(Path(str(files("kiemphieu.example_congress_table"))))
    )
    open_batch(workspace, SYSTEM, BATCH, "hoi-truong", "doan", 2, "simplex")
    with workspace.database.write() as db:
        accounts.put(db, LEADER)
        pile = Scanned(db, workspace.count, "hoi-truong", "doan", BATCH)
        pile.pictures = workspace.images
        boxes = {box(n, c): "unmarked" for n in pile.names for c in (AGREE, DISAGREE)}
        sheet = {"stamp": "present", "stray": "absent"}
        pile.read({**boxes, **{box(n, AGREE): "marked" for n in pile.names}, **sheet})
        first, second = pile.names[:2]
        pile.read({**boxes, box(first, AGREE): "unclear", box(second, DISAGREE): "marked", **sheet})
        raise_ballot_items(db, workspace.count, BATCH, AT)
    yield workspace
    workspace.close()


def result(workspace: Workspace) -> AreaResult:
    with workspace.database.read() as db:
        return totals(db, workspace.count, SYSTEM).units[0].result


def decide(workspace: Workspace, verdict: str) -> None:
    with workspace.database.write() as db:
        (item,) = before_team(db, LEADER)
        votes = [TeamVote(m, verdict) for m in MEMBERS]
        team_decides(db, workspace.count, LEADER, [item.id], MEMBERS, votes, AT)


def people(workspace: Workspace) -> list[str]:
    return [c.id for c in workspace.election.candidates]


def test_the_board_says_with_whom_a_ballot_disagrees(table: Workspace) -> None:
    first, second, third, *_ = people(table)
    decide(table, f"valid:{third}|{first}")
    found = result(table)
    assert found.valid == 2
    assert (found.votes_for(third), found.votes_for(second)) == (2, 1)
    assert dict(found.against) == {first: 1}  # the board has seen the second otherwise than its box was read


def test_where_it_says_only_with_whom_it_agrees_the_boxes_tell_the_rest(table: Workspace) -> None:
    _, second, third, *_ = people(table)
    decide(table, f"valid:{third}")
    assert dict(result(table).against) == {second: 1}


def test_nobody_is_agreed_with_and_disagreed_with_at_once(table: Workspace) -> None:
    first = people(table)[0]
    for verdict in (f"valid:{first}|{first}", "valid:|nobody"):
        with pytest.raises(Refusal, match="verdict-impossible"):
            decide(table, verdict)


def test_the_screen_asks_both_columns(table: Workspace) -> None:
    first, second, third, *_ = people(table)
    person(table, passwords.hashed(PASSWORD), "truong", "team_leader", name="Trưởng")
    client = TestClient(create_app(table), follow_redirects=False)
    assert client.post("/sign-in", data={"name": "truong", "password": PASSWORD}).status_code == 303
    with table.database.read() as db:
        (item,) = before_team(db, LEADER)
    csrf = re.findall(r'name="csrf" value="([^"]+)"', client.get(f"/team/{item.id}").text)[0]
    client.post(f"/team/{item.id}/members", data={"csrf": csrf, "names": "\n".join(MEMBERS)})
    page = client.get(f"/team/{item.id}").text
    checked = re.findall(r'name="(name|disagree)" value="([^"]+)"[^>]* checked', page)
    assert checked == [("disagree", second)]  # what is plain on the paper, to start from
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    hands = {f"hand-{n}": "for" for n in range(len(MEMBERS))}
    form = {"csrf": csrf, "item": item.id, "version": version, "proposal": "valid", **hands}
    twice = client.post("/team/decide", data={**form, "name": [first], "disagree": [first]})
    assert twice.status_code == 409
    done = client.post("/team/decide", data={**form, "name": [third], "disagree": [first, second]})
    assert done.status_code == 303, done.text
    assert dict(result(table).against) == {first: 1, second: 1}
    name = next(c.full_name for c in table.election.candidates if c.id == first)
    told = client.get("/team").text
    assert re.search(rf"không đồng ý [^<]*{name}", told)
