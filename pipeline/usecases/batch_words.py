"""What the states of a batch and its scanned sides are called."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.messages import Message, message

BATCH_STATES: Mapping[str, Message] = {
    "open": message("open for sheets"),
    "closed": message("closed"),
    "void": message("taken out of the count"),
}
SIDES: Mapping[str, Message] = {"simplex": message("one side of each sheet"), "duplex": message("both sides")}
