"""What a waiting member reads: the place in the line while it moves, and that a provider rests."""

from datetime import timedelta

from django.utils import timezone

from generations.jobs import gate, line
from generations.jobs.carry import carry
from generations.jobs.tick import tick
from generations.models import Attempt, Generation, Provider, Pulse
from tests.jobs.ark import Ark
from tests.jobs.conftest import Job
from tests.make import make_generation


def waiting(job: Job, count: int) -> list[int]:
    """The keys of `count` more generations that found no free slot; the provider has one, and `job` has it."""
    Provider.objects.update(max_concurrent=1)
    job.carry()
    first = job.card
    made = [make_generation(first.project, first.user, first.provider) for _ in range(count)]
    for attempt in Attempt.objects.filter(state="queued").order_by("pk"):
        carry(attempt.pk)
    return [one.pk for one in made]


def words_of(key: int) -> str:
    return Generation.objects.get(pk=key).message.removeprefix("Waiting for a free slot at ")


def later() -> None:
    Pulse.objects.update_or_create(name="line", defaults={"at": timezone.now() - timedelta(hours=1)})
    Attempt.objects.filter(state="queued").update(next_action_at=timezone.now() + timedelta(hours=1))
    tick(1)


def test_each_reads_its_place_and_it_moves(job: Job, ark: Ark) -> None:
    keys = waiting(job, 12)
    name = job.card.provider.name
    assert [words_of(key) for key in keys[:3]] == [f"{name}.", f"{name}, 2nd in line.", f"{name}, 3rd in line."]
    assert words_of(keys[11]) == f"{name}; more than 9 are before it."
    Attempt.objects.filter(generation_id__in=keys[:3]).update(state="cancelled")
    later()
    assert [words_of(key) for key in keys[3:5]] == [f"{name}.", f"{name}, 2nd in line."]
    assert words_of(keys[11]) == f"{name}, 9th in line."


def test_a_place_that_has_not_moved_wakes_no_page(job: Job, ark: Ark) -> None:
    keys = waiting(job, 2)
    later()
    revs = list(Generation.objects.filter(pk__in=keys).values_list("rev", flat=True))
    later()
    assert list(Generation.objects.filter(pk__in=keys).values_list("rev", flat=True)) == revs


def test_the_line_before_a_resting_provider_reads_that_it_rests(job: Job, ark: Ark) -> None:
    key = waiting(job, 1)[0]
    gate.failed(Provider.objects.get(), 600)
    later()
    assert "asked for a pause" in words_of(key)
    gate.reset(Provider.objects.get())
    later()
    assert "asked for a pause" not in words_of(key)


def test_a_card_that_says_more_than_its_place_is_left_alone(job: Job, ark: Ark) -> None:
    key = waiting(job, 1)[0]
    Generation.objects.filter(pk=key).update(message="The provider was busy; tried again soon.")
    later()
    assert words_of(key) == "The provider was busy; tried again soon."


def test_one_machine_at_a_time_tells_the_line(job: Job, ark: Ark) -> None:
    keys = waiting(job, 2)
    later()
    Attempt.objects.filter(generation_id=keys[0]).update(state="cancelled")
    line.tell_the_line()
    assert "2nd in line" in words_of(keys[1]), "it was told a moment ago"
