"""Places to sign of a count form: present, absent or not sure, and the question that R17 asks of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.forms.template import Form
from pipeline.messages import Message, message
from pipeline.recognize.reading import FieldReading
from pipeline.review.decide import decide
from pipeline.review.number_words import Question, name_of
from pipeline.review.profile import Profile

SignatureState = Literal["present", "absent", "unsure"]
PaperSigned = Literal["signed", "unsigned"]
"""What a person who was asked by R17 says of the whole paper."""


@dataclass(frozen=True, slots=True)
class SignaturePlace:
    """One place to sign. ``unsure``: something is written there that the profile takes neither for a signature nor
    for bare paper."""

    field: str
    label: Message
    state: SignatureState


def signature_places(readings: Sequence[FieldReading], form: Form, profile: Profile) -> tuple[SignaturePlace, ...]:
    """What stands at each place to sign of a page, in its order; readings of other kinds are left out."""
    return tuple(
        SignaturePlace(one.field, name_of(form.field(one.field)), _state(one, form, profile))
        for one in readings
        if one.kind == "signature"
    )


def _state(reading: FieldReading, form: Form, profile: Profile) -> SignatureState:
    decided = decide(reading, profile, form=form.id)
    if decided.value == "present" and decided.accepted:
        return "present"
    # bare paper is told as such whatever its chance: it is asked of a person either way
    return "absent" if decided.value == "absent" else "unsure"


def signature_questions(places: Sequence[SignaturePlace]) -> tuple[Question, ...]:
    """R17: one question for each place where no signature was seen for sure."""
    return tuple(Question("R17", (one.field,), _asked(one)) for one in places if one.state != "present")


def _asked(place: SignaturePlace) -> Message:
    if place.state == "absent":
        return message("R17: no signature was seen at {place}; look at the paper.", place=place.label)
    return message("R17: it is not sure whether {place} is signed; look at the paper.", place=place.label)
