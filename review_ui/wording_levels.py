"""What the words of levels are called on screen."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.messages import Message, message
from pipeline.tally.levels import GROUND, LEAVING
from review_ui import wording_count

AREA_STATES: Mapping[str, Message] = {
    "voters": message("voter total only"),
    "provisional": message("provisional"),
    "complete": message("complete"),
    "signed": message("signed"),
    "corrected": message("corrected"),
    "annulled": message("annulled"),
}
SOURCES: Mapping[str, Message] = {
    "count": message("counted here"),
    "import": message("file of results"),
    "correction": message("correction by decision"),
    "voters": message("voter total updated"),
    "annulment": message("annulment"),
    "re_vote": message("re-vote"),
}
ACTS: Mapping[str, Message] = {
    "locked": message("locked"),
    "signed": message("signed"),
    "opened": message("opened"),
}
_COUNTED: Mapping[str, Message] = {
    "collected": message("ballots collected"),
    "scanned": message("ballots scanned"),
    "by_hand": message("ballots typed from the paper"),
    "set_aside": message("sheets that are not the prescribed form"),
    "undecided": message("not settled yet"),
    "valid": message("valid ballots"),
    "invalid": message("invalid ballots"),
}


def figure(name: str) -> Message:
    """What a figure is called."""
    if name.startswith(GROUND):
        return message("invalid, ground {ground}", ground=name.removeprefix(GROUND))
    if name.startswith(LEAVING):
        return message("valid ballots that leave {number} names", number=name.removeprefix(LEAVING))
    return _COUNTED.get(name) or wording_count.FIGURES[name]
