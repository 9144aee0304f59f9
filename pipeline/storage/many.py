"""Many keys and many rows in one statement: lists of parameters on SQLite, arrays and COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import ARRAY, ColumnElement, Connection, Table, Text, any_, bindparam, insert
from sqlalchemy.exc import DBAPIError

AT_ONCE = 400
"""Keys of one query: SQLite takes 32,766 parameters, and long lists are slower than a few queries.

However many keys there are, no query looks at more than them: a whole contest read for each of 34 provinces made the
load of a country grow with its square.
"""
FILE = 100
"""So many new rows at once are a file, which PostgreSQL takes in by COPY."""


def among(dialect: str, column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """That a text column is one of those in the parameter ``name``, a list.

    One array on PostgreSQL: a list of parameters is another statement for each length, to be parsed and planned anew.
    """
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(Text)))
    return column.in_(bindparam(name, expanding=True))


def parts(keys: Sequence[Any]) -> Iterator[list[Any]]:
    """The keys in parts that one query takes."""
    left = iter(keys)
    while part := list(islice(left, AT_ONCE)):
        yield part


def one_or_all(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Rows as a statement is best given them: a list of one is sent as a pipeline, which waits four times, not once."""
    return rows[0] if len(rows) == 1 else rows


def put_rows(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; by COPY where they are many, which takes a third of the time."""
    if not rows:
        return
    if len(rows) < FILE or db.dialect.name != "postgresql":
        db.execute(insert(table), one_or_all(rows))
        return
    names = list(rows[0])
    bound = [table.c[name].type.dialect_impl(db.dialect).bind_processor(db.dialect) for name in names]
    how = list(zip(names, bound, strict=True))
    copy = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    raw: Any = db.connection.dbapi_connection
    try:
        with raw.cursor() as cursor, cursor.copy(copy) as stream:
            for row in rows:
                stream.write_row([row[name] if bind is None else bind(row[name]) for name, bind in how])
    except psycopg.Error as error:  # as the errors of every other statement, so that a full disk is told as one
        raise DBAPIError.instance(copy, None, error, psycopg.Error, dialect=db.dialect) from error
