"""What a connection to the database promises: commits survive a power cut, and no lock outlives its use."""

from pathlib import Path

import pytest
from django.db import connection

from studio.databases import database


def asked(words: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(words)
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_commit_survives_a_power_cut_and_no_lock_outlives_its_use() -> None:
    if connection.vendor == "sqlite":
        assert asked("PRAGMA synchronous") == "2"  # FULL
    else:
        assert asked("SHOW synchronous_commit") == "on"
        assert asked("SHOW idle_in_transaction_session_timeout") == "20s"


def test_options_of_an_address_add_to_ours() -> None:
    options = database("postgres://db/studio?sslmode=require&options=-c%20search_path%3Dstudio", Path())["OPTIONS"]
    assert options["sslmode"] == "require"
    assert options["options"].startswith("-c synchronous_commit=on ")
    assert options["options"].endswith(" -c search_path=studio")
