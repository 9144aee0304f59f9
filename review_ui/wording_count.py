"""What the words of totals, decisions and the log are called on screen."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.audit.chain import AuditEvent
from pipeline.messages import Message, message
from pipeline.review.signatures import PaperSigned, SignatureState
from pipeline.review.words import ANSWERS
from pipeline.tally.ballots import AGAINST, Ground
from pipeline.usecases.batch_words import SIDES
from pipeline.usecases.standing import Status
from pipeline.usecases.whole_ballot import Source

STATUSES: Mapping[Status, Message] = {
    "not_started": message("not started"),
    "counting": message("counting"),
    "in_review": message("in review"),
    "closed": message("closed"),
    "signed": message("signed"),
}
BATCH_STATES: Mapping[str, Message] = {
    "open": message("open for sheets"),
    "closed": message("closed"),
    "void": message("void"),
}
SIGNATURES: Mapping[SignatureState, Message] = {
    "present": message("signed"),
    "absent": message("no signature was seen"),
    "unsure": message("not sure"),
}
PAPER: Mapping[PaperSigned, Message] = {
    "signed": message("Who confirmed the sheet has seen the paper: it is signed (R17)."),
    "unsigned": message("Who confirmed the sheet has seen the paper: it is not signed (R17)."),
}
RULES: Mapping[int, Message] = {
    1: message("No more people voted than are on the list of voters"),
    2: message("No more ballots issued than received"),
    3: message("Ballots received are issued, spoiled and left over together"),
    4: message("No more ballots collected than voters were given"),
    5: message("No more ballots collected than people voted"),
    6: message("Valid and invalid ballots together are the ballots collected"),
    7: message("No candidate has more votes than there are valid ballots"),
    8: message("Ballots by the number of names left are all valid ballots"),
    9: message("Names left on the ballots are the votes of all candidates"),
    10: message("All votes together fit the valid ballots and the seats"),
    11: message("The percentages of valid and invalid ballots are 100 % together"),
    16: message("Voting begins, ends and is counted within a day, in this order"),
    20: message("No more people voted than were given ballots"),
    22: message("Written percentages are those that the figures give"),
    23: message("Every collected sheet is scanned, typed or set aside"),
}
FIGURES: Mapping[str, Message] = {
    "voters": message("voters on the list"),
    "voted": message("voters who voted"),
    "received": message("ballots received"),
    "issued": message("ballots issued"),
    "left_over": message("ballots left over"),
    "spoiled": message("spoiled ballots"),
    "excused": message("absences that the rules take off those summoned"),
    "opened": message("time of opening"),
    "closed": message("time of closing"),
    "finished": message("time the count was finished"),
    "members": message("members of the polling team"),
    "opening_witnesses": message("witnesses at the opening"),
    "closing_witnesses": message("witnesses of the count"),
    "incidents": message("incidents"),
    "complaints": message("complaints"),
}
GROUNDS: Mapping[Ground, Message] = {
    "a": message("not the prescribed ballot issued by the polling team"),
    "b": message("no stamp of the polling team"),
    "c": message("more names left than seats"),
    "d": message("all names crossed out"),
    "đ": message("a name or something else was added"),
}
_DOUBTS: Mapping[str, Message] = {
    "stamp_unclear": message("it cannot be told whether the stamp is there"),
    "added_unclear": message("it cannot be told whether something was added"),
}
SOURCES: Mapping[Source, Message] = {
    "machine": message("read by the machine"),
    "people": message("settled by people"),
    "team": message("decided by the team"),
    "open": message("still asked of people"),
}
ORIGINS: Mapping[str, Message] = {
    "scanned": message("scanned"),
    "hand": message("typed from the paper"),
    "moved": message("scanned in another batch"),
}

ACTS: Mapping[str, Message] = {
    "workspace_created": message("the workspace was made"),
    "level_locked": message("a level was locked"),
    "level_signed": message("signed minutes of a level came in"),
    "level_opened": message("a locked level was opened"),
    "area_corrected": message("figures of an area were corrected by a decision"),
    "area_annulled": message("an area was annulled by a decision"),
    "voters_updated": message("a voter total was updated"),
    "results_imported": message("results of areas were taken in from a file"),
    "deadlines_set": message("deadlines were set"),
    "progress_printed": message("a progress report was printed"),
    "real_mode_opened": message("the real mode was opened"),
    "profile_set": message("thresholds were replaced"),
    "first_administrator": message("the administrator's one-time password was made"),
    "signed_in": message("signed in"),
    "signed_out": message("signed out"),
    "sign_in_failed": message("a wrong password was typed"),
    "account_locked": message("the account was locked after wrong passwords"),
    "password_changed": message("chose a new password"),
    "account_added": message("added an account"),
    "roles_set": message("set the roles of an account"),
    "password_reset": message("gave a one-time password"),
    "account_disabled": message("disabled an account"),
    "account_enabled": message("let an account in again"),
    "sessions_ended": message("signed an account out everywhere"),
    "token_created": message("made a token for a program"),
    "token_revoked": message("revoked the token of a program"),
    "batch_opened": message("opened a batch"),
    "batch_declared": message("gave the count by hand"),
    "folder_watched": message("had a folder watched"),
    "folder_left": message("had a folder watched no more"),
    "batch_closed": message("closed a batch"),
    "batch_void": message("took a batch out of the count"),
    "pages_read": message("had pages read"),
    "file_stands_elsewhere": message("gave a file that another batch has"),
    "page_settled": message("what a rejected sheet is was settled"),
    "page_moved": message("moved a sheet to another batch"),
    "ballot_by_hand": message("a ballot is to be typed from the paper"),
    "ballot_void": message("took a typed ballot out of the count"),
    "entry": message("answered"),
    "entry_withdrawn": message("took an answer back"),
    "grid_checked": message("looked over a grid"),
    "grid_settled": message("settled a place in a grid"),
    "marked_odd": message("doubted the machine's reading"),
    "accepted_was_wrong": message("people settled otherwise what the machine had accepted"),
    "to_team": message("a ballot was laid before the team"),
    "team_named": message("wrote down the members of the team"),
    "team_decision": message("recorded the team's decision"),
    "team_vote_failed": message("recorded a vote of the team that decided nothing"),
    "correction": message("corrected what counted"),
    "minutes_printed": message("printed the minutes"),
    "minutes_received": message("noted that the signed minutes have come in"),
    "minutes_taken_back": message("took back a note of signed minutes"),
    "totals_exported": message("downloaded the totals"),
    "official_forms_printed": message("printed the official forms"),
    "particulars": message("entered what the official forms need beside the count"),
    "figures": message("took over the figures of the paper"),
    "figures_typed": message("typed the figures of the paper"),
    "count_sheet_read": message("handed in a scanned sheet of figures"),
    "count_figure_typed": message("typed a figure of a scanned sheet"),
    "count_sheet_confirmed": message("confirmed a scanned sheet of figures"),
    "count_sheet_void": message("took a scanned sheet of figures out"),
    "ruling": message("wrote down a decision about the result of a unit"),
    "rule_confirmed": message("confirmed a broken rule as true"),
    "way_opened": message("began a count of the box by typing"),
    "way_done": message("ended a count of the box"),
    "way_void": message("took a count of the box out"),
    "bundle_done": message("typed a bundle to its end"),
    "ballot_retyped": message("corrected a typed ballot"),
    "looked_up": message("settled a difference between counts by looking"),
    "count_taken": message("took the agreed count into the totals"),
    "sheets_joined": message("the sheets of ballots of several sheets were joined"),
    "anomalies_listed": message("listed what looks strange"),
    "inventory": message("an inventory (Mẫu 32) was written down"),
    "inventory_taken_back": message("an inventory (Mẫu 32) was taken back"),
    "result_audit_opened": message("an audit of the result was opened"),
    "result_audit_drawn": message("the sheets of an audit were drawn"),
    "result_audit_seen": message("what was seen on a sheet of an audit was written down"),
    "sheet_looked_up": message("looked a sheet up in its pile"),
}
"""Acts of the log; one that is not here is shown by its own name."""

_DETAILS: Mapping[str, Message] = {
    "value": message("answer"),
    "reading": message("reading"),
    "state": message("state"),
    "reason": message("reason"),
    "why": message("explanation"),
    "approver": message("approved by"),
    "votes": message("votes"),
    "members": message("members"),
    "declared": message("declared"),
    "scanned": message("scanned"),
    "by_hand": message("typed from the paper"),
    "area": message("area"),
    "contest": message("contest"),
    "batch": message("batch"),
    "doubts": message("doubts"),
    "simulated": message("simulated"),
    "same": message("confirmed"),
    "odd": message("marked as odd"),
    "settled": message("settled"),
    "voters": message("voters on the list"),
    "voted": message("voters who voted"),
    "received": message("ballots received"),
    "issued": message("ballots issued"),
    "left_over": message("ballots left over"),
    "spoiled": message("spoiled ballots"),
    "roles": message("roles"),
    "name": message("name"),
    "scopes": message("what it opens"),
    "expires": message("holds until"),
    "before": message("before"),
    "fate": message("what it is"),
    "to": message("to batch"),
    "pages": message("pages"),
    "profile": message("thresholds"),
    "form_set": message("set of forms"),
    "sides": message("scanned sides"),
    "election": message("definition of the election"),
    "opened": message("time of opening"),
    "closed": message("time of closing"),
    "finished": message("time the count was finished"),
    "incidents": message("incidents"),
    "complaints": message("complaints"),
    "failed": message("why nothing was decided"),
    "ballots": message("ballots"),
    "number": message("number"),
    "authority": message("authority"),
    "chosen": message("for whom"),
    "bundle": message("bundle"),
    "place": message("place in the bundle"),
    "rule": message("rule"),
    "day": message("day"),
    "signers": message("signed by"),
    "figures": message("digest of the figures"),
    "version": message("version"),
    "typed_by": message("typed by"),
    "differs": message("differs from what another person typed"),
    "draft": message("draft"),
    "official": message("official"),
}
_VALUES: Mapping[str, Message] = {
    **ANSWERS["strike"],
    **ANSWERS["oval"],
    "present": message("there"),
    "absent": message("not there"),
    "defer": message("could not tell"),
    "waiting": message("waits for a first answer"),
    "entered_once": message("waits for a second answer"),
    "disputed": message("two answers differ"),
    "with_team": message("before the team"),
    "settled": message("settled"),
    "corrected": message("corrected"),
    "voided": message("taken out"),
    **SIDES,
    "against": message("against"),
    "absent_member": message("not here"),
    "team-against": message("more than half against"),
    "team-quorum": message("fewer than two thirds present"),
    "team-majority": message("no majority of all members"),
    "True": message("yes"),
    "False": message("no"),
}


def article(ground: Ground) -> Message:
    """The ground with the article that names it."""
    return message("Art. 74.1 {ground}: {text}", ground=ground, text=GROUNDS[ground])


def doubt(text: str, names: Mapping[str, str]) -> Message:
    """Why a ballot lies before the team; ``names``: candidate -> name."""
    kind, _, of = text.partition(":")
    found = next((g for g in GROUNDS if g == kind), None)
    if found is not None:
        return article(found)
    if kind == "name_partial":
        return message("{name} is partly crossed out", name=names.get(of, of))
    if kind == "name_unclear":
        return message("it cannot be told whether {name} is crossed out", name=names.get(of, of))
    if kind == "boxes_unclear":
        return message("it cannot be told how the boxes of {name} are marked", name=names.get(of, of))
    return _DOUBTS.get(kind, Message("{text}", {"text": text}))


def verdict(value: str, names: Mapping[str, str]) -> Message:
    """A settled value in words: of a ballot with its names or its ground, of a place, of a sheet."""
    kind, _, rest = value.partition(":")
    found = next((g for g in GROUNDS if g == rest), None)
    if kind == "invalid" and found is not None:
        return message("invalid, {why}", why=article(found))
    if kind == "valid":
        agreed, _, other = rest.partition(AGAINST)
        for_whom, against = (
            ", ".join(names.get(n, n) for n in part.split(",") if n) or "–" for part in (agreed, other)
        )
        if AGAINST in rest:
            return message("valid, agrees with {names}, disagrees with {against}", names=for_whom, against=against)
        return message("valid, for {names}", names=for_whom)
    return _VALUES.get(value, Message("{text}", {"text": value}))


def act(name: str) -> Message:
    return ACTS.get(name, Message("{act}", {"act": name}))


def details(event: AuditEvent, names: Mapping[str, str], accounts: Mapping[str, str]) -> list[tuple[Message, Message]]:
    """What a line of the log tells, in words where there are words for it."""
    found = []
    for key, value in event.detail.items():
        people = isinstance(value, list) and any(isinstance(v, dict) for v in value)
        if people or value in ("", None, False, [], {}):  # names and addresses of witnesses stay in the minutes
            continue
        label = _DETAILS.get(key, Message("{key}", {"key": key}))
        found.append((label, _told(key, value, names, accounts)))
    return found


def _told(key: str, value: object, names: Mapping[str, str], accounts: Mapping[str, str]) -> Message:
    if key == "approver":
        return _plain(accounts.get(str(value), str(value)))
    if key == "votes" and isinstance(value, list):
        each = [message("{name}: {vote}", name=str(m), vote=verdict(str(v), names)) for m, v in value]
        return _joined(each)
    if key == "doubts" and isinstance(value, list):
        return _joined([doubt(str(v), names) for v in value])
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return _plain(", ".join(value))
    if isinstance(value, str | bool):
        return verdict(str(value), names)
    return _plain(str(value))


def _plain(text: str) -> Message:
    return Message("{text}", {"text": text})


def _joined(parts: list[Message]) -> Message:
    named = {f"part{n}": part for n, part in enumerate(parts)}
    return Message("; ".join(f"{{{name}}}" for name in named), named)
