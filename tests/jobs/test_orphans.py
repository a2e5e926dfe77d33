"""Tasks that a provider lists and no attempt is bound to: noted, kept apart from what is on its way, brought home."""

from datetime import timedelta

import pytest
from django.utils import timezone

from generations.jobs import adopt, poll, reconcile
from generations.jobs.strays import KEPT
from generations.jobs.wishes import Refused
from generations.models import Attempt, Generation, Orphan, Provider
from generations.times import TIMES
from studio.models import Event
from tests.clips import video
from tests.jobs.conftest import Job
from tests.jobs.lister import Lister, lists
from tests.make import make_provider, make_user
from tests.peer import Peer, Reply

OLD = 3600  # seconds: nothing that began then can still be on its way


@pytest.fixture
def ark() -> Lister:
    return Lister()


def sweep() -> None:
    Provider.objects.update(listed_at=None)
    reconcile.sweep()


def ids() -> list[str]:
    return list(Orphan.objects.open().for_list().values_list("remote_id", flat=True))


def test_an_unknown_task_is_noted_with_what_the_list_says(job: Job, ark: Lister) -> None:
    ark.put("cgt-unknown", ago=OLD, seed=7, safety_identifier="theirs", status="succeeded")
    sweep()
    orphan = Orphan.objects.get()
    assert (orphan.remote_id, orphan.word, orphan.phase) == ("cgt-unknown", "succeeded", "succeeded")
    assert (orphan.model, orphan.seed, orphan.tag) == ("doubao-seedance-2-0-260128", 7, "theirs")
    assert orphan.created_at
    assert abs((timezone.now() - orphan.created_at).total_seconds() - OLD) < 30


def test_the_same_task_is_noted_once_and_kept_up_to_date(job: Job, ark: Lister) -> None:
    ark.put("cgt-unknown", ago=OLD)
    sweep()
    first = Orphan.objects.get()
    adopt.dismiss(first.provider, "cgt-unknown", job.card.user, on=True)
    ark.tasks["cgt-unknown"]["status"] = "succeeded"
    sweep()
    second = Orphan.objects.get()
    assert (second.pk, second.first_seen_at, second.word) == (first.pk, first.first_seen_at, "succeeded")
    assert second.dismissed_at, "it stays dismissed"


def test_our_own_tasks_are_no_orphans(job: Job, ark: Lister) -> None:
    job.carry()
    ark.tasks[job.row.remote_id]["created_at"] -= OLD
    sweep()
    assert not Orphan.objects.exists()


def test_those_of_another_row_for_the_same_account_are_none_either(job: Job, ark: Lister) -> None:
    job.carry()
    ark.tasks[job.row.remote_id]["created_at"] -= OLD
    twin = make_provider(base_url=job.card.provider.base_url)
    sweep()
    assert not Orphan.objects.filter(provider=twin).exists()


def test_a_young_task_may_be_a_post_in_flight(job: Job, ark: Lister) -> None:
    ark.put("cgt-young", ago=TIMES.post + TIMES.post_grace - 10)
    sweep()
    assert not Orphan.objects.exists()
    ark.tasks["cgt-young"]["created_at"] -= 20
    sweep()
    assert ids() == ["cgt-young"]


def test_a_wrong_clock_makes_no_young_task_old(job: Job, ark: Lister) -> None:
    ark.ahead = -2 * 86_400
    job.carry()
    ark.put("cgt-young", ago=10)
    sweep()
    assert not Orphan.objects.exists()


@pytest.mark.parametrize("state", ["submitting", "uncertain"])
def test_what_carries_the_tag_of_an_open_attempt_is_not_unknown(job: Job, ark: Lister, state: str) -> None:
    now = timezone.now()
    job.set(state=state, tag="s1-mine", intent_at=now, post_deadline=now + timedelta(hours=1), worker={"host": "far"})
    Attempt.objects.update(next_action_at=None)
    ark.put("cgt-mine", ago=OLD, safety_identifier="s1-mine")
    sweep()
    assert not Orphan.objects.exists()


def test_a_take_that_was_said_not_to_have_run_is_unknown_when_it_did(job: Job, ark: Lister) -> None:
    job.set(state="not_accepted", tag="s1-mine", intent_at=timezone.now())
    ark.put("cgt-mine", ago=OLD, safety_identifier="s1-mine")
    sweep()
    assert ids() == ["cgt-mine"]


def test_one_that_becomes_bound_is_no_longer_unknown(job: Job, ark: Lister) -> None:
    ark.put("cgt-unknown", ago=OLD)
    sweep()
    job.set(state="accepted", remote_id="cgt-unknown", intent_at=timezone.now())
    assert ids() == []


def test_a_broken_list_notes_nothing_and_forgets_nothing(job: Job, ark: Lister) -> None:
    ark.put("cgt-unknown", ago=OLD)
    sweep()
    ark.list_answer = Reply(drop=True)
    sweep()
    assert ids() == ["cgt-unknown"]


def test_rows_of_long_ago_go_when_the_list_has_dropped_them(job: Job, ark: Lister) -> None:
    ark.put("cgt-gone", ago=OLD)
    ark.put("cgt-here", ago=OLD)
    sweep()
    Orphan.objects.update(first_seen_at=timezone.now() - KEPT - timedelta(hours=1))
    del ark.tasks["cgt-gone"]
    sweep()
    assert ids() == ["cgt-here"]


def test_one_provider_that_cannot_be_asked_does_not_stop_the_next(job: Job, ark: Lister) -> None:
    make_provider(key="", base_url="http://127.0.0.1:9/api/v3")
    make_provider(base_url="http://127.0.0.1:9/api/v3")
    ark.put("cgt-unknown", ago=OLD)
    sweep()
    assert ids() == ["cgt-unknown"]


def test_one_look_serves_a_while(job: Job, peer: Peer) -> None:
    sweep()
    before = len(lists(peer.seen))
    reconcile.sweep()
    assert len(lists(peer.seen)) == before


# adopting


@pytest.fixture
def orphan(job: Job, ark: Lister) -> Orphan:
    ark.put("cgt-unknown", ago=OLD, seed=7, status="succeeded")
    sweep()
    return Orphan.objects.select_related("provider").get()


def test_an_adopted_task_comes_home(job: Job, ark: Lister, orphan: Orphan, peer: Peer) -> None:
    ark.video = video()
    alice = job.card.user
    generation = adopt.adopt(orphan, job.card.project, alice)
    home = Job(generation)
    row = home.row
    assert (row.state, row.remote_id, row.seed, row.intent_at) == ("accepted", "cgt-unknown", 7, orphan.created_at)
    assert (home.card.user, home.card.model, home.card.status) == (alice, "seedance-2.0", "rendering")
    assert home.card.rev == home.card.project.rev, "open pages see it"
    event = Event.objects.get(kind="attempt", subject=str(row.uuid))
    assert (event.new, event.actor) == ("accepted", alice)
    assert "adopted" in event.why
    poll.poll_due()
    home.carry()
    assert home.state == "stored"
    assert home.card.clip
    assert peer.posts == [], "nothing is generated"


def test_one_task_is_adopted_once(job: Job, orphan: Orphan) -> None:
    adopt.adopt(orphan, job.card.project, job.card.user)
    with pytest.raises(Refused, match="no longer unknown"):
        adopt.adopt(orphan, job.card.project, make_user("Bob"))
    assert Attempt.objects.filter(remote_id="cgt-unknown").count() == 1


def test_two_admins_at_once_adopt_it_once(job: Job, orphan: Orphan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have passed the look: the rows decide, and the loser leaves nothing behind."""
    adopt.adopt(orphan, job.card.project, job.card.user)
    monkeypatch.setattr(type(Orphan.objects.all()), "open", lambda rows: rows)
    before = (Generation.objects.count(), Event.objects.count())
    with pytest.raises(Refused, match="adopted by somebody else"):
        adopt.adopt(orphan, job.card.project, make_user("Bob"))
    assert (Generation.objects.count(), Event.objects.count()) == before


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"model": "sora-9"}, "does not know the model “sora-9”"),
        ({"model": "doubao-seedance-1-0-pro-250528"}, "Tick it in the provider's form"),
        ({"model": ""}, "does not say which model"),
        ({"phase": "failed", "word": "failed"}, "no video to bring home"),
    ],
)
def test_what_cannot_be_adopted_says_why(job: Job, orphan: Orphan, fields: dict[str, str], why: str) -> None:
    Orphan.objects.update(**fields)
    with pytest.raises(Refused, match=why):
        adopt.adopt(Orphan.objects.select_related("provider").get(), job.card.project, job.card.user)
    assert Generation.objects.count() == 1


def test_an_endpoint_of_an_offered_model_is_known_by_the_models_own_name(job: Job, orphan: Orphan) -> None:
    Provider.objects.update(offers={"seedance-2.0": "ep-20261121"})
    orphan = Orphan.objects.select_related("provider").get()
    assert adopt.obstacle(orphan) == ""


def test_dismissing_is_undone(job: Job, orphan: Orphan) -> None:
    alice = job.card.user
    assert adopt.dismiss(orphan.provider, "cgt-unknown", alice, on=True)
    assert not adopt.dismiss(orphan.provider, "cgt-unknown", alice, on=True)
    assert ids() == []
    assert adopt.dismiss(orphan.provider, "cgt-unknown", alice, on=False)
    assert ids() == ["cgt-unknown"]
