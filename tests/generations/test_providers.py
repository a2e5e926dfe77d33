import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from generations.catalog import PRESETS
from generations.forms.providers import from_preset, initial_of
from generations.models import Provider
from studio.models import Event
from tests.make import make_generation, make_project, make_provider, make_user

KEY = "sk-live-0123456789abcdef"


@pytest.fixture
def admin(client: Client, alice: Any) -> Client:
    client.force_login(alice)
    return client


def filled(preset: str = "ark", **changes: Any) -> dict[str, Any]:
    """What a browser sends for the preset's form: unticked boxes are absent."""
    values = initial_of(from_preset(PRESETS[preset])) | {"key": KEY} | changes
    return {name: "on" if value is True else value for name, value in values.items() if value not in (False, None)}


def add(admin: Client, preset: str = "ark", **changes: Any) -> Any:
    return admin.post(f"/providers/new?preset={preset}", filled(preset, **changes))


def edit(admin: Client, provider: Provider, **changes: Any) -> Any:
    values = initial_of(provider) | {"key": ""} | changes
    data = {name: "on" if value is True else value for name, value in values.items() if value not in (False, None)}
    return admin.post(f"/providers/{provider.pid}/", data)


def words(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("who", ["bob", "vera", "charlie"])
def test_they_belong_to_the_studio_admins(request: Any, who: str, db: None) -> None:
    provider = make_provider()
    client = Client()
    client.force_login(request.getfixturevalue(who))
    for path in ("/providers/", "/providers/new", "/providers/new?preset=ark", f"/providers/{provider.pid}/"):
        assert client.get(path).status_code == 403
    for path in ("", "test", "pause", "trash"):
        assert client.post(f"/providers/{provider.pid}/{path}").status_code == 403
    assert client.post("/providers/new?preset=ark", filled()).status_code == 403
    assert Provider.objects.get().paused_at is None


def test_an_anonymous_visitor_is_sent_to_the_login(client: Client, db: None) -> None:
    assert client.get("/providers/")["Location"].startswith("/login")


def test_every_real_preset_can_be_chosen_and_no_lab(admin: Client) -> None:
    page = words(admin.get("/providers/new"))
    for preset in PRESETS.values():
        assert (f'?preset={preset.name}"' in page) is not preset.lab
    assert admin.get("/providers/new?preset=nothing").status_code == 404


@pytest.mark.parametrize("preset", [preset.name for preset in PRESETS.values() if not preset.lab])
def test_a_preset_fills_the_whole_form(admin: Client, preset: str) -> None:
    plain = PRESETS[preset].base_url.startswith("http://")
    assert add(admin, preset, **({"allow_http": True} if plain else {})).status_code == 302
    provider = Provider.objects.get()
    made = from_preset(PRESETS[preset])
    for field in (
        "dialect",
        "base_url",
        "headers",
        "flags",
        "adds",
        "omits",
        "lists",
        "offers",
        "max_concurrent",
        "rate",
    ):
        assert getattr(provider, field) == getattr(made, field), field
    assert provider.open_key() == KEY


def test_the_key_is_never_shown_again(admin: Client) -> None:
    add(admin)
    provider = Provider.objects.get()
    pages = [admin.get(path) for path in ("/providers/", f"/providers/{provider.pid}/")]
    refused = [add(admin, name=""), edit(admin, provider, name="", key=KEY)]
    for response in (*pages, *refused):
        assert KEY not in words(response)
    assert "••••cdef" in words(pages[0])
    assert KEY not in provider.key_box
    assert KEY not in str(list(Event.objects.values()))


def test_an_account_needs_a_key(admin: Client) -> None:
    response = add(admin, key="")
    assert response.status_code == 422
    assert "Enter the account&#x27;s API key." in words(response)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("Bearer sk-1234", "Paste the key alone, without the word “Bearer”."),
        ("sk-12 34", "A key has no spaces"),
        ("sk-12\r\nX-Evil: 1", "A key has no spaces"),
        ("ключ", "A key has no spaces"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused(admin: Client, key: str, why: str) -> None:
    assert why in words(add(admin, key=key))
    assert not Provider.objects.exists()


def test_plain_http_needs_a_tick(admin: Client) -> None:
    response = add(admin, "maxtoken")
    assert response.status_code == 422
    assert "travel readable by anyone on the way, who could then spend your money" in words(response)
    assert add(admin, "maxtoken", allow_http=True).status_code == 302
    page = words(admin.get("/providers/"))
    assert "Plain http: the key, the prompts and the images travel readable" in page
    assert "This address is a bare number, not a name" in page


def test_the_known_misspelling_is_refused_whatever_is_ticked(admin: Client) -> None:
    url = "https://api.chainub.tech/volc/v1"
    response = add(admin, "chainhub-seedance", base_url=url, confirm_host=True, allow_http=True)
    assert response.status_code == 422
    assert "api.chainub.tech is a misspelling of api.chainhub.tech." in words(response)


@pytest.mark.parametrize(
    "host", ["ark.cn-bejing.volces.com", "gptproto.co", "api.dev.runwaymll.com", "ark.cn-beijing.vloces.com"]
)
def test_a_look_alike_needs_a_second_look(admin: Client, host: str) -> None:
    response = add(admin, base_url=f"https://{host}/api/v3")
    assert response.status_code == 422
    assert f"{host} looks much like" in words(response)
    assert 'name="confirm_host"' in words(response)
    assert add(admin, base_url=f"https://{host}/api/v3", confirm_host=True).status_code == 302


def test_a_host_of_its_own_needs_none(admin: Client) -> None:
    assert 'name="confirm_host"' not in words(admin.get("/providers/new?preset=ark"))
    assert add(admin, base_url="https://gateway.example/api/v3/").status_code == 302
    assert Provider.objects.get().base_url == "https://gateway.example/api/v3"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/api/v3",
        "https://[::1]/api/v3",
        "https://169.254.169.254/latest",
        "https://192.168.1.7/api/v3",
        "https://user:pass@gateway.example/api",
        "https://gateway.example/api?x=1",
        "https://gateway.example/#x",
        "ftp://gateway.example/api",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "gateway.example/api",
        "https://",
        "https://gateway.example:99999/",
        "https://[gateway/",
    ],
)
def test_an_address_that_must_not_be_dialled_is_refused(admin: Client, url: str) -> None:
    response = add(admin, base_url=url, allow_http=True, confirm_host=True)
    assert response.status_code == 422
    assert 'id="id_base_url_error"' in words(response)
    assert not Provider.objects.exists()


def test_a_refusal_keeps_what_was_typed(admin: Client) -> None:
    page = words(add(admin, name="Mine", base_url="http://gateway.example/x", **{"id:seedance-2.0": "ep-2026"}))
    for value in ("Mine", "http://gateway.example/x", "ep-2026"):
        assert f'value="{value}"' in page


def test_models_and_their_ids_are_the_admins_choice(admin: Client) -> None:
    offers: dict[str, Any] = {f"offer:{key}": key == "seedance-2.0" for key in PRESETS["ark"].models}
    add(admin, **offers, **{"id:seedance-2.0": "ep-20261121"})
    assert Provider.objects.get().offers == {"seedance-2.0": "ep-20261121"}


def test_an_account_without_models_is_refused(admin: Client) -> None:
    offers: dict[str, Any] = {f"offer:{key}": False for key in PRESETS["ark"].models}
    assert "Tick at least one model." in words(add(admin, **offers))


def test_an_empty_id_means_the_catalogs_own(admin: Client) -> None:
    add(admin, **{"id:seedance-2.0": ""})
    assert Provider.objects.get().offers["seedance-2.0"] == PRESETS["ark"].ids.get(
        "seedance-2.0", from_preset(PRESETS["ark"]).offers["seedance-2.0"]
    )


@pytest.mark.parametrize(
    ("field", "value"), [("max_concurrent", 0), ("rate", 0), ("rate", "x"), ("id:seedance-2.0", "a b")]
)
def test_limits_and_ids_are_checked(admin: Client, field: str, value: Any) -> None:
    assert add(admin, **{field: value}).status_code == 422
    assert not Provider.objects.exists()


def test_two_accounts_cannot_share_a_name(admin: Client) -> None:
    add(admin, name="Ark")
    response = add(admin, name="Ark")
    assert response.status_code == 422
    assert "There is a provider called “Ark” already." in words(response)


def test_an_edit_without_a_key_keeps_the_stored_one(admin: Client) -> None:
    add(admin)
    provider = Provider.objects.get()
    assert edit(admin, provider, max_concurrent=7).status_code == 302
    provider.refresh_from_db()
    assert (provider.open_key(), provider.max_concurrent) == (KEY, 7)


def test_another_host_clears_the_key_and_says_so(admin: Client) -> None:
    add(admin)
    provider = Provider.objects.get()
    response = edit(admin, provider, base_url="https://gateway.example/api/v3")
    assert "the stored key was cleared" in words(admin.get(response["Location"]))
    provider.refresh_from_db()
    assert (provider.key_box, provider.key_tail, provider.open_key()) == ("", "", "")
    assert Event.objects.get(kind="provider", new="edited").evidence["key"] == "cleared"
    assert "No key" in words(admin.get("/providers/"))


def test_another_host_with_its_key_is_one_step(admin: Client) -> None:
    add(admin)
    provider = Provider.objects.get()
    edit(admin, provider, base_url="https://gateway.example/api/v3", key="sk-other-0123456789")
    provider.refresh_from_db()
    assert provider.open_key() == "sk-other-0123456789"


def test_another_host_waits_for_what_is_on_its_way(admin: Client, alice: Any) -> None:
    add(admin)
    provider = Provider.objects.get()
    make_generation(make_project(alice), alice, provider)
    response = edit(admin, provider, base_url="https://gateway.example/api/v3", key="sk-other-0123456789")
    assert response.status_code == 422
    assert "1 clip is still on the way" in words(response)
    provider.refresh_from_db()
    assert provider.open_key() == KEY
    assert edit(admin, provider, base_url="https://ark.cn-beijing.volces.com/api/v4").status_code == 302


def test_another_path_on_the_same_host_keeps_the_key(admin: Client) -> None:
    add(admin)
    provider = Provider.objects.get()
    edit(admin, provider, base_url="https://ark.cn-beijing.volces.com/api/v4")
    provider.refresh_from_db()
    assert provider.open_key() == KEY


def test_an_edit_leaves_alone_what_a_worker_wrote_meanwhile(admin: Client, alice: Any) -> None:
    add(admin)
    provider = Provider.objects.get()
    form_data = initial_of(provider)
    Provider.objects.update(paused_at=timezone.now(), paused_why="The key was refused.", reconcile="tag")
    edit(admin, provider, **form_data)
    provider.refresh_from_db()
    assert (provider.paused_why, provider.reconcile) == ("The key was refused.", "tag")


def test_pausing_and_going_on(admin: Client, alice: Any) -> None:
    provider = make_provider()
    admin.post(f"/providers/{provider.pid}/pause", {"paused": "1"})
    assert not Provider.objects.filter(paused_at=None).exists()
    assert "Paused by Alice." in words(admin.get("/providers/"))
    admin.post(f"/providers/{provider.pid}/pause", {"paused": "0"})
    assert Provider.objects.filter(paused_at=None, paused_why="").exists()
    assert list(Event.objects.filter(kind="provider").values_list("new", flat=True)) == ["paused", "resumed"]


def test_a_double_click_on_pause_is_one_pause(admin: Client) -> None:
    provider = make_provider()
    form = words(admin.get("/providers/")).split(f"/providers/{provider.pid}/pause")[1].split("</form>")[0]
    for _ in range(2):
        wanted = re.findall(r'name="(paused)" value="([01])"', form)
        admin.post(f"/providers/{provider.pid}/pause", dict(wanted))
    assert not Provider.objects.filter(paused_at=None).exists()
    assert list(Event.objects.filter(kind="provider").values_list("new", flat=True)) == ["paused"]


def test_pause_on_an_old_page_keeps_why_the_studio_paused(admin: Client) -> None:
    provider = make_provider(paused_at=timezone.now(), paused_why="The key was refused.")
    admin.post(f"/providers/{provider.pid}/pause", {"paused": "1"})
    provider.refresh_from_db()
    assert provider.paused_why == "The key was refused."


def test_a_pause_that_names_no_state_changes_nothing(admin: Client) -> None:
    provider = make_provider(paused_at=timezone.now())
    assert admin.post(f"/providers/{provider.pid}/pause").status_code == 400
    assert not Provider.objects.filter(paused_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_test_is_a_job(client: Client) -> None:
    client.force_login(make_user("Alice", is_staff=True))
    provider = make_provider()
    assert client.post(f"/providers/{provider.pid}/test")["Location"] == "/providers/"
    provider.refresh_from_db()
    assert provider.test_asked_at is not None
    (job,) = OrmQ.objects.all()
    assert job.task["func"] == "generations.jobs.carry.test_provider"
    assert job.task["args"] == (provider.pk,)


def test_the_page_asks_until_the_answer_is_there(admin: Client) -> None:
    now = timezone.now()
    provider = make_provider(test_asked_at=now)
    headers = {"HX-Request": "true"}
    path = f"/providers/{provider.pid}/test"
    waiting = words(admin.get(path, headers=headers))
    assert "Testing" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    Provider.objects.update(tested_at=now + timedelta(seconds=1), test_ok=False, test_message="The key is refused.")
    answered = words(admin.get(path, headers=headers))
    assert "Test failed" in answered
    assert "The key is refused." in answered
    assert "hx-trigger" not in answered


def test_a_test_that_nobody_carries_says_so(admin: Client) -> None:
    provider = make_provider(test_asked_at=timezone.now() - timedelta(minutes=1))
    answer = words(admin.get(f"/providers/{provider.pid}/test", headers={"HX-Request": "true"}))
    assert "look whether the cluster runs" in answer


def test_removing_forgets_the_key(admin: Client) -> None:
    provider = make_provider()
    admin.post(f"/providers/{provider.pid}/trash")
    provider.refresh_from_db()
    assert provider.trashed_at is not None
    assert provider.open_key() == ""
    assert admin.get(f"/providers/{provider.pid}/").status_code == 404


def test_it_stays_while_clips_are_on_the_way(admin: Client, alice: Any, project: Any) -> None:
    provider = make_provider()
    make_generation(project, alice, provider, status="rendering")
    page = words(admin.post(f"/providers/{provider.pid}/trash", follow=True))
    assert "1 clip is still on the way" in page
    provider.refresh_from_db()
    assert provider.trashed_at is None


@pytest.mark.parametrize("path", ["", "test", "pause", "trash"])
def test_it_needs_the_form_of_this_site(alice: Any, path: str) -> None:
    provider = make_provider()
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(f"/providers/{provider.pid}/{path}").status_code == 403
    assert client.post("/providers/new?preset=ark", filled()).status_code == 403
    assert Provider.objects.count() == 1
