"""What the program's words (roles, answers, reasons) are called on screen."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.access.roles import Role
from pipeline.messages import Message, message
from pipeline.usecases.people import Standing

ROLES: Mapping[Role, Message] = {
    "administrator": message("administrator"),
    "operator": message("counting team"),
    "reviewer": message("reviewer"),
    "team_leader": message("team leader"),
    "committee": message("election committee"),
    "witness": message("witness"),
    "auditor": message("auditor"),
    "system": message("the program"),
}
STANDINGS: Mapping[Standing, Message] = {
    "active": message("active"),
    "first_password": message("has not yet chosen a password"),
    "locked": message("locked after wrong passwords"),
    "disabled": message("disabled"),
    "terminal": message("no password, terminal only"),
}
