"""The page of unknown tasks, its two buttons, and the tasks that a member may choose from on the clip page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from generations.models import Attempt, Generation, Orphan, Provider
from studio.models import Event, Project, User
from tests.make import make_generation, make_membership, make_project, make_provider, make_user

TASK = "cgt-20261121-abcde"


@pytest.fixture
def provider(db: None) -> Provider:
    return make_provider(name="Ark")


@pytest.fixture
def admin(client: Client, alice: User, project: Project) -> Client:
    client.force_login(alice)
    return client


def make_orphan(provider: Provider, remote_id: str = TASK, **fields: Any) -> Orphan:
    fields = {
        "word": "succeeded",
        "phase": "succeeded",
        "model": "doubao-seedance-2-0-260128",
        "seed": 97151,
        "created_at": timezone.now() - timedelta(hours=3),
    } | fields
    return Orphan.objects.create(provider=provider, remote_id=remote_id, **fields)


def words(response: Any) -> str:
    return str(response.content.decode())


def page(client: Client, provider: Provider, query: str = "") -> str:
    response = client.get(f"/providers/{provider.pid}/orphans{query}")
    assert response.status_code == 200
    return words(response)


def adopt(client: Client, provider: Provider, project: Any, task: str = TASK) -> Any:
    data = {"task": task, "project": getattr(project, "pid", project)}
    return client.post(f"/providers/{provider.pid}/orphans/adopt", data, follow=True)


def dismiss(client: Client, provider: Provider, on: str = "1", task: str = TASK) -> Any:
    return client.post(f"/providers/{provider.pid}/orphans/dismiss", {"task": task, "on": on}, follow=True)


# who may


@pytest.mark.parametrize("who", ["bob", "vera", "charlie"])
def test_they_belong_to_the_studio_admins(request: Any, who: str, provider: Provider, project: Project) -> None:
    make_orphan(provider)
    client = Client()
    client.force_login(request.getfixturevalue(who))
    assert client.get(f"/providers/{provider.pid}/orphans").status_code == 403
    assert adopt(client, provider, project).status_code == 403
    assert dismiss(client, provider).status_code == 403
    orphan = Orphan.objects.get()
    assert (orphan.dismissed_at, orphan.adopted) == (None, None)


def test_an_anonymous_visitor_is_sent_to_the_login(client: Client, provider: Provider) -> None:
    assert client.get(f"/providers/{provider.pid}/orphans")["Location"].startswith("/login")


def test_looking_changes_nothing(admin: Client, provider: Provider) -> None:
    make_orphan(provider)
    for path in ("adopt", "dismiss"):
        assert admin.get(f"/providers/{provider.pid}/orphans/{path}?task={TASK}&on=1").status_code == 405


def test_an_unknown_provider_or_task_is_not_found(admin: Client, provider: Provider, project: Project) -> None:
    assert admin.get("/providers/11111111111/orphans").status_code == 404
    assert adopt(admin, provider, project, "cgt-nothing").status_code == 404
    other = make_provider()
    make_orphan(other)
    assert adopt(admin, provider, project).status_code == 404, "an orphan belongs to its own provider"


# the page


def test_it_shows_what_is_known_of_each(admin: Client, provider: Provider) -> None:
    make_orphan(provider)
    shown = page(admin, provider)
    for text in (TASK, "Seedance 2.0", "succeeded", "97151", "may have cost money", "A key that other tools use too"):
        assert text in shown


def test_the_newest_come_first_and_the_rest_are_counted(admin: Client, provider: Provider) -> None:
    now = timezone.now()
    for number in range(53):
        make_orphan(provider, f"cgt-{number:02}", created_at=now - timedelta(hours=1, minutes=number))
    shown = page(admin, provider)
    assert shown.index("cgt-00") < shown.index("cgt-49")
    assert "cgt-50" not in shown
    assert "And 3 older ones" in shown


def test_nothing_unknown_is_said_in_words(admin: Client, provider: Provider) -> None:
    assert "has not looked yet" in page(admin, provider)
    Provider.objects.update(listed_at=timezone.now() - timedelta(minutes=4))
    shown = page(admin, provider)
    assert "No unknown tasks" in shown
    assert "4\xa0minutes ago" in shown


def test_a_provider_without_a_list_says_so(admin: Client, provider: Provider) -> None:
    Provider.objects.update(lists=False)
    shown = page(admin, provider)
    assert "offers no list" in shown
    assert "No unknown tasks" not in shown


def test_one_that_has_been_bound_disappears(admin: Client, provider: Provider, alice: User, project: Project) -> None:
    make_orphan(provider)
    attempt = {"state": "accepted", "remote_id": TASK, "intent_at": timezone.now()}
    make_generation(project, alice, provider, attempt=attempt)
    assert TASK not in page(admin, provider)
    assert "no longer unknown" in words(adopt(admin, provider, project))


def test_a_providers_words_are_text(admin: Client, provider: Provider) -> None:
    make_orphan(provider, word="<b>bold</b>", model="<script>x</script>")
    shown = page(admin, provider)
    assert "<b>bold" not in shown
    assert "<script>x" not in shown
    assert "&lt;b&gt;bold" in shown


def test_the_takes_that_it_speaks_of_are_linked_for_who_may_see_them(
    admin: Client, provider: Provider, alice: User, project: Project
) -> None:
    now = timezone.now()
    sent = {"state": "not_accepted", "tag": "s1-mine", "intent_at": now}
    mine = make_generation(project, alice, provider, attempt=sent, prompt="A whale in the fjord")
    unsure = {"state": "uncertain", "intent_at": now, "sightings": {"candidates": [{"id": "cgt-2"}]}}
    rival = make_generation(project, alice, provider, attempt=unsure, prompt="A fox on the moon")
    charlie = make_user("Charlie")
    theirs = make_generation(
        make_project(charlie, "Secret"), charlie, provider, prompt="Hidden plans", attempt=sent | {"tag": "s1-x"}
    )
    make_orphan(provider, "cgt-1", tag="s1-mine")
    make_orphan(provider, "cgt-2")
    make_orphan(provider, "cgt-3", tag="s1-x")
    shown = page(admin, provider)
    assert f'href="/g/{mine.pid}/">A whale in the fjord' in shown
    assert f'href="/g/{rival.pid}/">A fox on the moon' in shown
    assert theirs.pid not in shown
    assert "Hidden plans" not in shown


# adopting


def test_adopting_makes_it_a_take_of_the_project(admin: Client, provider: Provider, project: Project) -> None:
    make_orphan(provider)
    response = adopt(admin, provider, project)
    generation = Generation.objects.get()
    assert response.redirect_chain[-1][0] == f"/g/{generation.pid}/"
    assert f"Adopted task {TASK}" in words(response)
    assert Attempt.objects.get().remote_id == TASK
    assert TASK not in page(admin, provider).split('id="main"')[1], "the tray may name it"


def test_a_double_click_adopts_once(admin: Client, provider: Provider, project: Project) -> None:
    make_orphan(provider)
    adopt(admin, provider, project)
    assert "no longer unknown" in words(adopt(admin, provider, project))
    assert Generation.objects.count() == Attempt.objects.count() == 1


def test_only_projects_that_the_admin_may_edit_are_offered_and_taken(
    admin: Client, provider: Provider, alice: User, project: Project
) -> None:
    charlie = make_user("Charlie")
    hidden, watched = make_project(charlie, "Hidden"), make_project(charlie, "Watched")
    make_membership(watched, alice, "viewer")
    make_orphan(provider)
    shown = page(admin, provider)
    assert f'value="{project.pid}"' in shown
    assert hidden.pid not in shown
    assert f'value="{watched.pid}"' not in shown
    assert adopt(admin, provider, hidden).status_code == 404
    assert adopt(admin, provider, watched).status_code == 403
    assert adopt(admin, provider, "").status_code == 404
    assert not Generation.objects.exists()


def test_an_admin_without_a_project_is_told(client: Client, provider: Provider) -> None:
    client.force_login(make_user("Dora", is_staff=True))
    make_orphan(provider)
    assert "you need a project that you may edit" in page(client, provider)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"model": "sora-9"}, "does not know the model “sora-9”"),
        ({"phase": "failed", "word": "failed"}, "no video to bring home"),
    ],
)
def test_what_cannot_be_adopted_has_a_reason_instead_of_a_button(
    admin: Client, provider: Provider, project: Project, fields: dict[str, str], why: str
) -> None:
    make_orphan(provider, **fields)
    shown = page(admin, provider)
    assert why in shown
    assert f"Adopt {TASK}" not in shown
    assert why in words(adopt(admin, provider, project))
    assert not Generation.objects.exists()


# dismissing


def test_dismissed_ones_are_out_of_sight_and_can_come_back(admin: Client, provider: Provider, alice: User) -> None:
    make_orphan(provider)
    dismiss(admin, provider)
    shown = page(admin, provider)
    assert TASK not in shown
    assert "Show dismissed (1)" in shown
    assert TASK in page(admin, provider, "?dismissed=1")
    dismiss(admin, provider, on="0")
    assert TASK in page(admin, provider)
    assert [event.new for event in Event.objects.filter(kind="provider", actor=alice)] == [
        "orphan dismissed",
        "orphan back",
    ]


def test_dismissing_twice_is_said(admin: Client, provider: Provider) -> None:
    make_orphan(provider)
    dismiss(admin, provider)
    assert "Nothing to change" in words(dismiss(admin, provider))


def test_a_dismissed_one_is_not_adopted(admin: Client, provider: Provider, project: Project) -> None:
    make_orphan(provider, dismissed_at=timezone.now())
    assert "no longer unknown" in words(adopt(admin, provider, project))
    assert not Generation.objects.exists()


# the provider's row


def test_the_row_counts_the_open_ones(admin: Client, provider: Provider) -> None:
    assert "none unknown" in words(admin.get("/providers/"))
    make_orphan(provider, "cgt-1")
    assert f'href="/providers/{provider.pid}/orphans">1 unknown task<' in words(admin.get("/providers/"))
    make_orphan(provider, "cgt-2")
    make_orphan(provider, "cgt-3", dismissed_at=timezone.now())
    assert ">2 unknown tasks<" in words(admin.get("/providers/"))


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("unknown", "Not known yet: the studio learns it from its first task"),
        ("tag", "Found by itself, by its tag"),
        ("fingerprint", "Found by itself, by time, model and seed"),
        ("manual", "By hand: a member decides"),
    ],
)
def test_the_row_says_what_happens_when_sending_breaks(
    admin: Client, provider: Provider, method: str, said: str
) -> None:
    Provider.objects.update(reconcile=method, learned_at=timezone.now() - timedelta(hours=2))
    shown = words(admin.get("/providers/"))
    assert said in shown
    assert ("learned 2\xa0hours ago" in shown) is (method != "unknown")


# candidates on the clip page


@pytest.fixture
def unsure(provider: Provider, alice: User, project: Project) -> Generation:
    seen = {"id": TASK, "at": 1_790_000_000.5, "model": "doubao-seedance-2-0-260128", "seed": 97151, "word": "running"}
    now = timezone.now()
    attempt = {"state": "uncertain", "intent_at": now, "post_deadline": now, "sightings": {"candidates": [seen]}}
    return make_generation(project, alice, provider, status="attention", attempt=attempt)


def test_the_clip_page_offers_what_it_may_be(admin: Client, unsure: Generation) -> None:
    shown = words(admin.get(f"/g/{unsure.pid}/"))
    for text in (f"It is {TASK}", "21 Sep, ", "running", "seed 97151"):
        assert text in shown


def test_one_click_binds_it(admin: Client, unsure: Generation) -> None:
    admin.post(f"/g/{unsure.pid}/it-is", {"task": TASK})
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.remote_id) == ("accepted", TASK)
    assert f"It is {TASK}" not in words(admin.get(f"/g/{unsure.pid}/"))


def test_a_viewer_sees_no_choice(vera: User, unsure: Generation) -> None:
    client = Client()
    client.force_login(vera)
    assert f"It is {TASK}" not in words(client.get(f"/g/{unsure.pid}/"))


def test_without_candidates_there_is_nothing_to_choose(admin: Client, unsure: Generation) -> None:
    Attempt.objects.update(sightings={})
    shown = words(admin.get(f"/g/{unsure.pid}/"))
    assert "could be it" not in shown
    assert "It is this task" in shown
