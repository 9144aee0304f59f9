"""What the columns and words of the data of the official forms are called in both languages.

The Vietnamese is that of the spreadsheets' headers (a test holds the two together), which stands beside the English so
that whoever types from a Vietnamese paper finds the field.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.messages import Message, message

LABELS: Mapping[str, Message] = {
    "met_at": message("meeting held at (day and time)"),
    "met_place": message("where the meeting was held"),
    "members": message("members of the board or committee"),
    "seats_resolution": message("number of the resolution that sets the seats"),
    "seats_resolution_day": message("day of the resolution that sets the seats"),
    "candidates_resolution": message("number of the resolution that names the candidates"),
    "candidates_resolution_day": message("day of the resolution that names the candidates"),
    "incidents": message("what happened"),
    "team_complaints": message("complaints settled by the polling teams"),
    "board_complaints": message("complaints settled by the unit's board"),
    "forwarded": message("complaints passed on to the level above"),
    "papers": message("papers that go with the minutes"),
    "signed_place": message("place of signature"),
    "signed_day": message("day of signature"),
    "events": message("important events"),
    "lower_complaints": message("complaints settled by teams and boards"),
    "committee_complaints": message("complaints settled by the committee"),
    "nationality": message("nationality"),
    "ethnicity": message("ethnicity"),
    "religion": message("religion"),
    "home": message("native place"),
    "residence": message("residence"),
    "schooling": message("general education"),
    "profession": message("professional qualification"),
    "degree": message("academic title and degree"),
    "theory": message("political theory"),
    "languages": message("foreign languages"),
    "work": message("occupation now"),
    "workplace": message("place of work"),
    "party_since": message("day of joining the Party"),
    "assembly_member": message("member of the National Assembly"),
    "council_member": message("member of a People's Council"),
    "note": message("remark on the person"),
    "sector": message("sector"),
    "study": message("level of study (one of these)"),
    "theory_level": message("level of political theory (one of these)"),
    "self_nominated": message("nominated themself"),
    "reelected": message("elected again"),
    "letter": message("number of the letter"),
    "recipients": message("further recipients"),
}
WORDS: Mapping[str, Message] = {
    "cơ quan đảng": message("Party body"),
    "chính quyền": message("government body"),
    "mặt trận": message("Fatherland Front"),
    "tòa án": message("court"),
    "viện kiểm sát": message("procuracy"),
    "quân đội, công an": message("army, police"),
    "khác": message("another sector"),
    "dưới đại học": message("below university"),
    "đại học": message("university"),
    "sau đại học": message("postgraduate"),
    "trung cấp": message("intermediate"),
    "cao cấp": message("advanced"),
    "cử nhân": message("bachelor"),
    "không": message("no (none)"),
    "có": message("yes (there is)"),
}
REPORTS: Mapping[str, Message] = {
    "27": message("Report on the situation and the preliminary result"),
    "29": message("Final report"),
}


def label_of(column: str) -> Message:
    """What a column is called; a part of a report by its number: ``iii_2`` is section III.2."""
    part, _, number = column.partition("_")
    if column not in LABELS and number.isdigit():
        return message("section {part}", part=f"{part.upper()}.{number}")
    return LABELS[column]
