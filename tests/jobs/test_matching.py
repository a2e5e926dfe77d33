"""Which listed task an uncertain attempt became: sure, possible, or not."""

from typing import Any

import pytest

from generations.jobs.matching import Listed, Wanted, agrees, match
from generations.providers.base import Phase, Task

MODEL = "doubao-seedance-2-0-260128"
NOW = 1_790_000_000.0
DAY = 86_400.0


def wanted(key: int = 1, **fields: Any) -> Wanted:
    known: dict[str, Any] = {
        "tag": f"s1-{key}",
        "seed": 1000 + key,
        "is_seed_its_own": True,
        "models": {MODEL},
        "since": NOW - 300,
        "until": NOW + 120,
        "asked": {"duration": 5, "ratio": "16:9", "resolution": "480p"},
    }
    return Wanted(key, **(known | fields))


def task(task_id: str = "cgt-1", **fields: Any) -> Task:
    known: dict[str, Any] = {"phase": Phase.RUNNING, "word": "running", "model": MODEL, "created_at": NOW + 3}
    return Task(task_id, **(known | fields))


def one(attempt: Wanted, *tasks: Task, **listed: Any) -> Any:
    return match([attempt], Listed(tasks, **listed))[attempt.key]


def test_the_tag_is_enough_whatever_the_clock_says() -> None:
    found = one(wanted(), task(tag="s1-1", created_at=NOW - 2 * DAY, model="another name"))
    assert found.task
    assert found.task.id == "cgt-1"
    assert "tag" in found.why


def test_a_tag_at_two_tasks_is_a_persons_matter() -> None:
    found = one(wanted(), task("cgt-1", tag="s1-1"), task("cgt-2", tag="s1-1", created_at=NOW + 9))
    assert found.task is None
    assert [candidate.id for candidate in found.candidates] == ["cgt-2", "cgt-1"]
    assert found.may_be_here


def test_a_tag_at_a_task_of_another_take_is_neither_taken_nor_absent() -> None:
    found = one(wanted(), task(tag="s1-1"), bound={"cgt-1"})
    assert found.task is None
    assert found.may_be_here


def test_time_model_and_own_seed_are_enough() -> None:
    found = one(wanted(), task(seed=1001), task("cgt-2", seed=7))
    assert found.task
    assert found.task.id == "cgt-1"
    assert "seed" in found.why


@pytest.mark.parametrize(
    ("what", "changed"),
    [
        ("no seed is shown", {"seed": None}),
        ("another seed", {"seed": 7}),
        ("too early", {"created_at": NOW - 301}),
        ("too late", {"created_at": NOW + 121}),
        ("no time is shown", {"created_at": None}),
        ("another model", {"model": "doubao-seedance-1-0-pro-250528"}),
        ("no model is shown", {"model": ""}),
        ("another tag", {"tag": "s1-9"}),
        ("another duration", {"facts": {"duration": 10}}),
        ("another ratio", {"facts": {"ratio": "9:16"}}),
        ("another resolution", {"facts": {"resolution": "720p"}}),
    ],
)
def test_nothing_less_is_taken(what: str, changed: dict[str, Any]) -> None:
    assert one(wanted(), task(**({"seed": 1001} | changed))).task is None, what


def test_a_bound_task_is_never_taken() -> None:
    found = one(wanted(), task(seed=1001), bound={"cgt-1"})
    assert found.task is None
    assert not found.candidates


@pytest.mark.parametrize("attempt", [wanted(seed=None), wanted(is_seed_its_own=False)])
def test_without_a_seed_of_its_own_a_person_decides(attempt: Wanted) -> None:
    found = one(attempt, task(seed=1001))
    assert found.task is None
    assert [candidate.id for candidate in found.candidates] == ["cgt-1"]


def test_two_tasks_for_one_attempt_are_both_shown() -> None:
    found = one(wanted(), task("cgt-1", seed=1001), task("cgt-2", seed=1001, created_at=NOW + 4))
    assert found.task is None
    assert [candidate.id for candidate in found.candidates] == ["cgt-2", "cgt-1"]


def test_one_task_for_two_attempts_is_shown_to_both() -> None:
    both = [wanted(1, seed=5), wanted(2, seed=5)]
    found = match(both, Listed([task(seed=5)]))
    for attempt in both:
        assert found[attempt.key].task is None
        assert [candidate.id for candidate in found[attempt.key].candidates] == ["cgt-1"]


def test_two_attempts_with_two_seeds_find_their_own() -> None:
    both = [wanted(1), wanted(2)]
    found = match(both, Listed([task("cgt-2", seed=1002), task("cgt-1", seed=1001)]))
    assert {key: one.task.id for key, one in found.items() if one.task} == {1: "cgt-1", 2: "cgt-2"}


def test_a_clock_that_is_known_to_be_wrong_is_allowed_for() -> None:
    late = task(seed=1001, created_at=NOW + 3 - 2 * DAY)
    assert one(wanted(), late).task is None
    assert one(wanted(), late, ahead=(-2 * DAY, -2 * DAY)).task


def test_five_are_shown_newest_first() -> None:
    found = one(wanted(), *(task(f"cgt-{n}", created_at=NOW + n) for n in range(9)))
    assert [candidate.id for candidate in found.candidates] == ["cgt-8", "cgt-7", "cgt-6", "cgt-5", "cgt-4"]


def test_a_running_task_without_a_tag_stands_in_the_way_of_absence() -> None:
    """Ark shows the tag of what has ended, not of what waits or runs."""
    assert one(wanted(), task(), tagged={Phase.SUCCEEDED}).may_be_here
    assert not one(wanted(), task(), tagged={Phase.RUNNING}).may_be_here
    assert not one(wanted(), task(phase=Phase.SUCCEEDED), tagged={Phase.SUCCEEDED}).may_be_here


def test_what_the_host_made_differently_still_stands_in_the_way() -> None:
    assert one(wanted(), task(facts={"resolution": "720p", "duration": 9})).may_be_here


def test_another_seed_rules_a_task_out_where_seeds_are_known_to_hold() -> None:
    assert one(wanted(), task(seed=7)).candidates
    assert not one(wanted(), task(seed=7), shows_seeds=True).candidates


def test_no_list_no_finding() -> None:
    found = one(wanted())
    assert (found.task, list(found.candidates), found.may_be_here) == (None, [], False)


@pytest.mark.parametrize(
    ("asked", "shown", "agree"),
    [
        (5, 5, True),
        (5, "5", True),
        (5, 5.04, True),
        (5, 10, False),
        (-1, 7, True),
        ("adaptive", "16:9", True),
        ("480P", "480p", True),
        ("16:9", "9:16", False),
        (None, "16:9", True),
        ("16:9", None, True),
    ],
)
def test_settings_agree_as_far_as_they_are_known(asked: Any, shown: Any, agree: bool) -> None:
    assert agrees(asked, shown) is agree
