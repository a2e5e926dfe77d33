import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from generations.catalog import PRESETS
from generations.models import Provider
from studio.models import Event
from tests.make import make_provider
from tests.peer import Reply, run_peer

KEY = "sk-live-0123456789abcdef"


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    return str(path)


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("provider", *words, stdout=out)
    return out.getvalue()


def test_it_adds_an_account_by_the_same_form(key_file: str, db: None) -> None:
    said = run("add", "--preset", "ark", "--key-file", key_file)
    provider = Provider.objects.get()
    assert (provider.name, provider.base_url) == (PRESETS["ark"].label, PRESETS["ark"].base_url)
    assert (provider.open_key(), set(provider.offers)) == (KEY, set(PRESETS["ark"].models))
    assert provider.pid in said
    assert KEY not in said
    assert Event.objects.get(kind="provider").new == "added"


def test_name_and_address_can_be_chosen(key_file: str, db: None) -> None:
    run(
        "add",
        "--preset",
        "ark",
        "--name",
        "Mine",
        "--base-url",
        "https://gateway.example/api/v3",
        "--key-file",
        key_file,
    )
    assert Provider.objects.get().host == "https://gateway.example"


def test_a_lab_preset_may_stand_at_home(key_file: str, db: None) -> None:
    run("add", "--preset", "sandbox", "--base-url", "http://127.0.0.1:9999/api/v3", "--key-file", key_file)
    assert Provider.objects.get().lab is True


def test_the_key_can_come_from_standard_input(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(KEY))
    run("add", "--preset", "ark", "--key-file", "-")
    assert Provider.objects.get().open_key() == KEY


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert caught.value.returncode == 1
    assert not Provider.objects.exists()
    return str(caught.value)


def test_plain_http_needs_its_option(key_file: str, db: None) -> None:
    words = ("add", "--preset", "maxtoken", "--key-file", key_file)
    said = refused(*words)
    assert said.startswith("--base-url: This address is plain http")
    assert "add --allow-http" in said
    run(*words, "--allow-http")
    assert Provider.objects.get().allow_http is True


def test_a_look_alike_needs_its_option(key_file: str, db: None) -> None:
    words = ("add", "--preset", "gptproto", "--base-url", "https://gptprotto.com/api/v3", "--key-file", key_file)
    assert "looks much like gptproto.com" in refused(*words)
    run(*words, "--confirm-host")
    assert Provider.objects.exists()


def test_the_known_misspelling_is_refused(key_file: str, db: None) -> None:
    said = refused(
        "add", "--preset", "chainhub-runway", "--base-url", "https://api.chainub.tech/runwayml", "--key-file", key_file
    )
    assert "api.chainub.tech is a misspelling of api.chainhub.tech." in said


def test_an_unknown_preset_names_the_known(key_file: str, db: None) -> None:
    assert "chainhub-seedance" in refused("add", "--preset", "nothing", "--key-file", key_file)


def test_a_key_file_must_hold_a_key(tmp_path: Path, db: None) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    assert "is empty" in refused("add", "--preset", "ark", "--key-file", str(empty))
    assert "cannot be read" in refused("add", "--preset", "ark", "--key-file", str(tmp_path / "missing"))


def test_the_list_shows_no_key(db: None) -> None:
    provider = make_provider(name="Mine", key=KEY)
    said = run("list")
    assert all(word in said for word in (provider.pid, "Mine", "••••cdef", "not tested"))
    assert KEY not in said


def test_a_test_asks_and_says_what_came(db: None) -> None:
    # Port 9 of loopback: nobody listens.
    provider = make_provider(name="Mine", base_url="http://127.0.0.1:9/api/v3")
    with pytest.raises(CommandError) as caught:
        run("test", "Mine")
    provider.refresh_from_db()
    assert provider.test_ok is False
    assert str(caught.value) == f"Mine: {provider.test_message}"
    assert provider.test_message


def test_an_unknown_account_names_the_known(db: None) -> None:
    make_provider(name="Mine")
    with pytest.raises(CommandError, match=r"There is no provider “Yours”. Known: Mine."):
        run("test", "Yours")


def test_a_good_test_says_so(db: None) -> None:
    with run_peer(lambda seen: Reply(json={"items": [], "total": 0})) as far:
        make_provider(name="Mine", key=KEY, base_url=f"{far.base}/api/v3")
        said = run("test", "Mine")
    assert said.startswith("Mine: ")
    assert [(seen.method, seen.headers["authorization"]) for seen in far.seen] == [("GET", f"Bearer {KEY}")]
    assert Provider.objects.get().test_ok is True


def test_a_refused_key_is_said(db: None) -> None:
    no = Reply(401, json={"error": {"code": "AuthenticationError", "message": "The API key is wrong."}})
    with run_peer(lambda seen: no) as far:
        make_provider(name="Mine", base_url=f"{far.base}/api/v3")
        with pytest.raises(CommandError, match=r"Mine: .*key"):
            run("test", "Mine")
    assert Provider.objects.get().test_ok is False
