"""Every text in which a secret could stand: log lines, and each value of each table, unpacked where it is packed."""

import base64
import binascii
import json
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.db import connection

# django-q2 keeps a task's arguments as a signed pickle, Django a session as signed JSON; both may be compressed.
PACKED = ("django_q_", "django_session")


def of_logs(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.log")):
        with path.open(errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                yield f"{path.name}:{number}", line


def of_database(skip: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """(table.column of row n, text) of all that is text, JSON or bytes. `skip` names columns as table.column."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description or ()]
            wanted = [(place, name) for place, name in enumerate(names) if f"{table}.{name}" not in skip]
            for row in cursor:
                for place, name in wanted:
                    for text in readings(row[place], is_packed=table.startswith(PACKED)):
                        yield f"{table}.{name} of row {row[0]}", text


def readings(value: Any, *, is_packed: bool) -> Iterator[str]:
    """A value as it stands, and as it reads unpacked."""
    if isinstance(value, bytes | memoryview):
        value = bytes(value).decode("utf-8", "replace")
    elif isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return
    yield value
    if is_packed:
        yield from unpacked(value)


def unpacked(text: str) -> Iterator[str]:
    """What is behind base64, and zlib behind that; without the signature, the leading dot and the line ends."""
    core = "".join(text.split(":")[0].lstrip(".").split())
    try:
        raw = base64.b64decode(core + "=" * (-len(core) % 4), altchars=b"-_" if set(core) & set("-_") else None)
    except (binascii.Error, ValueError):
        return
    yield raw.decode("utf-8", "replace")
    try:
        yield zlib.decompress(raw).decode("utf-8", "replace")
    except zlib.error:
        return
