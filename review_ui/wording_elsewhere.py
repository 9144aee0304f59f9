"""What screens say where no election law holds: a congress or a meeting has a counting board and its own rules."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.messages import Message, message

_BOARD: Mapping[str, Message] = {
    "Art. 74.1 {ground}: {text}": Message("{text}"),
    "None of the grounds a to đ of Art. 74.1.": message("Nothing makes it invalid."),
    "Decided by the polling team (Art. 74.2).": message("Decided by the counting board."),
    "Proposed as invalid, the team decides (Art. 74.2)": message("Proposed as invalid, the counting board decides"),
    "In doubt, the team decides (Art. 74.2)": message("In doubt, the counting board decides"),
    "A ballot that is held to be invalid is laid before the whole team. It decides by more than half of all its "
    "members, with two thirds of them present (Art. 74.2).": message(
        "A ballot that is held to be invalid is laid before the whole counting board. It decides by more than half of "
        "all its members, with two thirds of them present."
    ),
    "The whole team is {members}. At least {present} must be present, at least {majority} must vote for it "
    "(Art. 74.2).": message(
        "The whole counting board is {members}. At least {present} must be present, at least {majority} must vote for "
        "it."
    ),
    "Before the polling team": message("Before the counting board"),
    "Members of the polling team of {area}": message("Members of the counting board of {area}"),
    "not the prescribed ballot issued by the polling team": message("not the ballot issued by the counting board"),
    "no stamp of the polling team": message("no stamp"),
    "Team decision": message("Decision of the counting board"),
}


def elsewhere(text: Message) -> Message:
    """The sentence as a congress or a meeting says it, with those inside it; most are said alike everywhere."""
    params = {k: elsewhere(v) if isinstance(v, Message) else v for k, v in text.params.items()}
    return Message(_BOARD[text.msgid].msgid if text.msgid in _BOARD else text.msgid, params)
