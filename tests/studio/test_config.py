"""A wrong setting ends the start with one sentence that names it, tells the cure and gives no secret away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.config import complaint, config

CANARY = "canary-5f3a9"


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    config.cache_clear()
    yield
    config.cache_clear()


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("STUDIO_PORT", "eighty", "valid integer"),
        ("STUDIO_PUBLIC_URL", "studio.example.org", "STUDIO_PUBLIC_URL: write it whole, such as https://"),
        ("STUDIO_LOG_LEVEL", "verbose", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("STUDIO_TIME_ZONE", "Nowhere/X", "no such time zone"),
        ("DATABASE_URL", f"mysql://alice:{CANARY}@db/studio", "write postgres://"),
        ("DATABASE_URL", f"postgres://alice:{CANARY}@db:port/studio", "write postgres://"),
        ("DATABASE_URL", f"postgres://alice:{CANARY}/b@db/studio", "write postgres://"),
        ("DATABASE_URL", f"postgres://alice:{CANARY}@db", "write postgres://"),
        ("DATABASE_URL", f"postgres://alice:{CANARY}\u2100@db/studio", "write postgres://"),
        ("STUDIO_ENCRYPTION_KEYS", CANARY, "make one with python -c"),
        ("STUDIO_ENCRYPTION_KEYS", f"{'A' * 43}=,{CANARY}", "make one with python -c"),
        ("STUDIO_ENCRYPTION_KEYS", " , ", "make one with python -c"),
        ("STUDIO_SECRET_KEY_FILE", "/nowhere/key", "/nowhere/key: No such file or directory."),
        ("DATABASE_URL_FILE", "/nowhere/url", "/nowhere/url: No such file or directory."),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)  # the suite's own, on PostgreSQL
    monkeypatch.setenv(variable, value)
    said = complaint()
    assert said.startswith(f"{variable}: ")
    assert words in said
    assert CANARY not in said
    assert "STUDIO_DATA" not in said


@pytest.mark.parametrize(
    ("variable", "value", "found"),
    [
        ("STUDIO_LOG_LEVEL", "debug", "DEBUG"),
        ("STUDIO_LOG_LEVEL", "", "INFO"),
        ("STUDIO_TIME_ZONE", "Asia/Shanghai", "Asia/Shanghai"),
    ],
)
def test_a_right_setting_is_taken(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, found: str) -> None:
    monkeypatch.setenv(variable, value)
    assert complaint() == ""
    assert getattr(config(), variable.removeprefix("STUDIO_").lower()) == found


@pytest.mark.parametrize(
    "url",
    ["postgres:///studio?host=/run", "postgresql://alice:a%2Fb@db:5432/studio", "postgres://db/x", "sqlite:////tmp/x"],
)
def test_an_address_of_a_database_is_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert complaint() == ""


@pytest.mark.parametrize(
    ("variable", "secret"),
    [
        ("STUDIO_SECRET_KEY", CANARY),
        ("STUDIO_ENCRYPTION_KEYS", "c3R1ZGlvLXN0dWRpby1zdHVkaW8tc3R1ZGlvLTEyMzQ="),
        ("DATABASE_URL", "postgres://alice@db/studio"),
    ],
)
@pytest.mark.parametrize("plain", [None, ""], ids=["unset", "empty"])
def test_a_secret_can_come_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, secret: str, plain: str | None
) -> None:
    (tmp_path / "secret").write_text(f"{secret}\n")
    monkeypatch.delenv(variable, raising=False)
    if plain is not None:
        monkeypatch.setenv(variable, plain)
    monkeypatch.setenv(f"{variable}_FILE", str(tmp_path / "secret"))
    assert complaint() == ""
    assert getattr(config(), variable.removeprefix("STUDIO_").lower()).get_secret_value() == secret


@pytest.mark.parametrize(("held", "words"), [(b" \n", "is empty"), (b"\xff\xfe", "holds no text")])
def test_a_secret_file_without_a_secret_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, held: bytes, words: str
) -> None:
    (tmp_path / "secret").write_bytes(held)
    monkeypatch.setenv("STUDIO_SECRET_KEY_FILE", str(tmp_path / "secret"))
    assert complaint() == f"STUDIO_SECRET_KEY_FILE: {tmp_path / 'secret'} {words}."


def test_an_error_quotes_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_SECRET_KEY", CANARY)
    monkeypatch.setenv("DATABASE_URL", f"mysql://{CANARY}")
    monkeypatch.setenv("STUDIO_ENCRYPTION_KEYS_FILE", "/nowhere/keys")
    with pytest.raises(ValueError, match="/nowhere/keys") as caught:
        config()
    assert CANARY not in f"{caught.value!r} {caught.value}"
