"""What the machine once found, told step by step. The product is mended; the stories stay as tests."""

from collections.abc import Callable
from dataclasses import dataclass, field

from generations.models import Attempt
from tests.faults.promises import Watch, settle, unsettled
from tests.faults.trouble import AFTER, BEFORE, Setting, Trouble, Weather
from tests.faults.world import JOBS, World


@dataclass(frozen=True)
class Story:
    tell: Callable[[World], None]
    setting: Setting = field(default_factory=Setting)


def newest() -> int:
    return Attempt.objects.latest("pk").pk


def finish_tasks(world: World) -> None:
    for task in world.far.tasks.values():
        world.far.advance(task)
        world.far.advance(task)


def each_statement(world: World, count: int, play: Callable[[int, int], None]) -> None:
    """`play(nth, which)` for the first `count` statements, on a card of its own each time."""
    for nth in range(count):
        world.bells.clear()
        world.ask(f"statement-{nth}", 1)
        play(nth, nth + 1)


def held_while_it_is_cancelled(world: World) -> None:
    """A worker reads a queued take of a paused provider; a member cancels it; the worker writes that it waits."""
    world.act("pause")

    def carry(nth: int, which: int) -> None:
        world.carry(newest(), trouble=Trouble("statement", "cancel", nth, which))

    each_statement(world, 4, carry)


def cancelled_while_it_succeeds(world: World) -> None:
    """A member's click has read that it renders; it is seen done and brought home; the click writes what it read."""
    world.answer_bells()

    def click(nth: int, which: int) -> None:
        world.answer_bells()
        finish_tasks(world)
        world.wish("cancel", which, Trouble("statement", "a long stop", nth, 1))

    each_statement(world, 8, click)


def silent_while_it_succeeds(world: World) -> None:
    """The fifth look in a row gets no answer, and before that is written another tick brings the clip home."""
    world.answer_bells()
    finish_tasks(world)
    world.pass_time(6)
    Attempt.objects.update(poll_errors=4)
    world.work(JOBS["poll"], Weather(looks=("500",)), Trouble(AFTER, "a long stop", which=1))


def posted_after_it_was_given_up(world: World) -> None:
    """A worker on another machine stands still for a quarter of an hour, just after it has committed its intent."""
    world.carry(newest(), here=False, trouble=Trouble("submit.after_intent_commit", "a long stop", which=3))


def three_takes_where_there_is_no_list(world: World) -> None:
    """The host answers 404 to the list call, which is made for three takes, and knows each of them well."""
    world.ask("more", 2)
    world.answer_bells()
    for _ in range(6):
        world.pass_time(31)
        world.act("poll")


def stored_twice(world: World) -> None:
    """A worker stands still with its files in place, until its lease is over and another has brought the clip home."""
    world.answer_bells()
    finish_tasks(world)
    world.pass_time(6)
    world.act("poll")
    world.carry(newest(), trouble=Trouble("fetch.after_rename", "a long stop", which=2))


def refused_statement_after_a_no(world: World) -> None:
    """The provider says a definite no, and the database refuses one statement of writing that down."""

    def refuse(nth: int, _: int) -> None:
        world.carry(newest(), Weather(post="400"), Trouble("statement", "refuse", 10 + nth))
        world.pass_time(200)
        world.act("sweep")

    each_statement(world, 12, refuse)


def frozen_before_its_delete(world: World) -> None:
    """All of the studio's machine stands still between the look that said "queued" and the DELETE."""
    world.answer_bells()
    world.wish("cancel", 0)
    world.carry(newest(), trouble=Trouble("cancel.before_delete", "a freeze", which=1))


def done_while_it_is_stopped(world: World) -> None:
    """Runway renders when we look, and is done when our DELETE arrives a second later."""
    world.answer_bells()
    for task in world.far.tasks.values():
        world.far.advance(task)
    world.wish("cancel", 0)
    world.carry(newest(), trouble=Trouble(BEFORE, "advance", nth=1))


def lied_to_while_it_is_refused(world: World) -> None:
    """The database refuses to write an id down, so it is spooled; it is the id of another take."""
    world.answer_bells()
    world.ask("more", 1)
    world.carry(newest(), Weather(post="another's id"), Trouble("submit.after_gate", "refuse"))
    world.pass_time(6)
    world.act("sweep")
    world.pass_time(200)
    world.act("sweep")


def stored_while_a_download_breaks(world: World) -> None:
    """A worker stands still in its download until another has stored the clip; then its own breaks."""
    world.answer_bells()
    world.pass_time(6)
    finish_tasks(world)
    world.act("tick")
    world.carry(newest(), Weather(file="breaks"), Trouble(BEFORE, "a long stop", which=2))


def swept_twice(world: World) -> None:
    """An id waits in the spool, and one sweep stands still with it in its hand while another writes it down."""
    world.carry(newest(), trouble=Trouble("statement", "refuse", nth=15))
    world.work(JOBS["sweep"], trouble=Trouble("statement", "a long stop"))


STORIES = (
    Story(held_while_it_is_cancelled),
    Story(cancelled_while_it_succeeds),
    Story(silent_while_it_succeeds),
    Story(posted_after_it_was_given_up),
    Story(three_takes_where_there_is_no_list, Setting(lists=False, slots=3)),
    Story(stored_twice),
    Story(refused_statement_after_a_no),
    Story(frozen_before_its_delete),
    Story(done_while_it_is_stopped, Setting("runway")),
    Story(lied_to_while_it_is_refused),
    Story(stored_while_a_download_breaks),
    Story(swept_twice),
)


def outcome(world: World, story: Story) -> list[str]:
    """What is wrong when the story is told and the world has come to rest."""
    watch = Watch(world)
    world.ask("token-1", 1)
    watch.look()
    story.tell(world)
    wrong = watch.look()
    settle(world)
    world.written = True
    return [*wrong, *watch.look(), *unsettled(world)]
