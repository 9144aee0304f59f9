"""Which language the user reads, and the words of help and usage errors in it, the command-line library's included."""

from __future__ import annotations

import copy
import inspect
import os
from typing import Literal, cast

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

from pipeline.messages import Language, catalogue

CLICK_SENTENCES = (
    "Usage:",
    "Options",
    "Commands",
    "Show this message and exit.",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "required",
    "default: {default}",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "No such option {name!r}.",
    "No such command {name!r}.",
    "Did you mean {possibility}?",
    "(Did you mean one of: {possibilities}?)",
    "Got unexpected extra argument ({args})",
    "Got unexpected extra arguments ({args})",
    "Option {name!r} does not take a value.",
    "Option {name!r} requires an argument.",
    "Option {name!r} requires {nargs} arguments.",
    "{value!r} is not {choice}.",
    "{value!r} is not one of {choices}.",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is a directory.",
    "file",
    "directory",
    "path",
)
"""What the library says to users of these commands; others of its sentences stay English."""


def language() -> Language:
    """The language of messages: ``KIEMPHIEU_LANG`` (``vi`` or ``en``), Vietnamese otherwise."""
    asked = os.environ.get("KIEMPHIEU_LANG", "vi")
    return cast(Literal["vi", "en"], asked) if asked in ("vi", "en") else "vi"


def words(english: str) -> str:
    """A fixed sentence, or one that is filled in later, in the user's language."""
    return catalogue(language()).get(english, english)


def _counted(one: str, many: str, number: int) -> str:
    return words(one if number == 1 else many)


def teach_click() -> None:
    """Let the library look its sentences up here: its own way, gettext, knows only compiled files on disk."""
    modules = (
        click.core,
        click.decorators,
        click.exceptions,
        click.formatting,
        click.parser,
        click.termui,
        click.types,
    )
    for module in modules:
        for name, function in (("_", words), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, function)


def translated(command: click.Command) -> click.Command:
    """The command with its help, its options' and its subcommands' in the user's language."""
    spoken = copy.copy(command)
    if command.help:
        spoken.help = words(inspect.cleandoc(command.help))
    spoken.params = [_translated_option(p) for p in command.params]
    if isinstance(spoken, click.Group):
        spoken.commands = {name: translated(sub) for name, sub in spoken.commands.items()}
    return spoken


def _translated_option(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    spoken = copy.copy(parameter)
    spoken.help = words(parameter.help)
    return spoken
