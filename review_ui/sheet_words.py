"""What rejected sheets and batches are called on screen: why a sheet was rejected, and what to do then."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.messages import Message, message

REASONS: Mapping[str, Message] = {
    "undecodable": message("the file is damaged"),
    "encrypted": message("the file is locked"),
    "too_large": message("the picture is too large"),
    "blank": message("nothing is on the page"),
    "other_form": message("a ballot of another contest or unit"),
    "no_form_fits": message("fits no ballot of this election"),
    "forms_too_close": message("it cannot be told which ballot it is"),
    "poor_registration": message("the sheet is too crooked or creased to read"),
    "cut_off": message("a part of the sheet is missing in the picture"),
    "code_unreadable": message("the printed code of the form cannot be read"),
    "two_sheets": message("two sheets were scanned together"),
    "reader_crashed": message("the program could not read the page"),
    "sheet_alone": message("a sheet of a ballot without its other sheets"),
}
"""By the reason that the reader gives (pipeline.scan.page)."""

_RESCAN = message("Take the sheet out of the pile, scan it again into this batch, then press: scanned again.")
REMEDIES: Mapping[str, Message] = {
    "undecodable": _RESCAN,
    "encrypted": message("Save the file without password, hand it in again, then press: scanned again."),
    "too_large": message("Scan the sheet again at 200 or 300 dpi into this batch, then press: scanned again."),
    "blank": message(
        "Turn the sheet over. If the other side is empty too, it is an empty sheet. If not, scan it again."
    ),
    "other_form": message("It probably lay in the wrong pile: put the sheet there and choose its batch below."),
    "no_form_fits": message("Look whether it is a ballot at all. If it is and looks right, scan it again."),
    "forms_too_close": message("Look at the printed names and choose the batch where it belongs, or scan it again."),
    "poor_registration": message("Smooth the sheet, scan it again into this batch, then press: scanned again."),
    "cut_off": _RESCAN,
    "code_unreadable": _RESCAN,
    "two_sheets": message("Separate the sheets, scan each again into this batch, then press: scanned again."),
    "sheet_alone": message(
        "Take all sheets of this ballot out of the pile, put them in order, scan them again together into this batch, "
        "then press for each: scanned again."
    ),
    "reader_crashed": message("Scan the sheet again; if that does not help, type it from the paper."),
}

FATES: Mapping[str, Message] = {
    "open": message("nobody has said what it is"),
    "one": message("one person has said what it is; a second one must"),
    "differ": message("two people said different things; a third decides"),
    "moving": message("is being read in the other batch"),
    "settled": message("settled"),
}
"""How far people are with a rejected sheet."""

SHEETS: tuple[tuple[str, Message, str], ...] = (
    ("set_aside:duplicate", message("Scanned again, or the same sheet twice"), "1"),
    ("by_hand", message("A ballot: type it from the paper"), "2"),
    ("set_aside:blank", message("Empty sheet or back"), "3"),
    ("set_aside:foreign", message("Paper of something else"), "4"),
    ("set_aside:calibration", message("Test sheet"), "5"),
    ("not_prescribed", message("A ballot that is not the prescribed form"), "6"),
)
"""(answer, what its button says, its key)."""
