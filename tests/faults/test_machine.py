"""F6: whatever members, workers, clocks, deaths and the provider do, in any order, nothing is paid twice or lost.

STUDIO_STORM=1 plays 20,000 × 50 steps instead of 500 × 30; STUDIO_STORM_SEED and STUDIO_STORM_EXAMPLES choose others.
Share n of them has the seed STUDIO_STORM_SEED + n.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.conjecture.engine import ConjectureRunner
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from generations.models import Attempt, Generation
from studio.models import User
from tests.faults.far import CREATES, FILES, LOOKS
from tests.faults.figures import FOLDER, SEED, STORM, write_figures
from tests.faults.ground import people
from tests.faults.promises import Watch, settle, unsettled
from tests.faults.shares import play_all
from tests.faults.stories import STORIES, Story, outcome
from tests.faults.trouble import AFTER, BEFORE, CARRY_POINTS, JOB_POINTS, Setting, Trouble, Weather
from tests.faults.world import ACTS, JOBS, World, wishes_of

EXAMPLES = int(os.environ.get("STUDIO_STORM_EXAMPLES", 20_000 if STORM else 500))
STEPS = 50 if STORM else 30
SHARE = 250  # examples
FEW = 5_000  # examples: so many meet a trouble at every step, fewer may miss one
CARDS = 6  # of one world, so that its acts meet
CLOCKS = {"an hour ahead": 3600, "right": 0, "an hour behind": -3600}
ENDS = ("succeeded", "succeeded", "succeeded", "failed", "expired")

often = st.sampled_from
which = st.integers(0, 5)
heres = often((True, True, False))
fates = often(("answer", "answer", "answer", "twice", "lose"))
posts = often(("fine",) * 2 * len(CREATES) + tuple(CREATES))
looks = st.lists(often(("fine",) * 2 * len(LOOKS) + tuple(LOOKS)), max_size=3).map(tuple)
weathers = st.builds(Weather, post=posts, looks=looks, file=often(("fine",) * len(FILES) + FILES))
whats = often((*("die",) * 6, *("refuse",) * 3, *("gone",) * 2, *("a long stop",) * 5, *("cancel",) * 3, *ACTS))
at_a_call = st.builds(Trouble, at=often((BEFORE, AFTER)), what=whats, nth=st.integers(0, 1), which=which)
at_a_point = st.builds(Trouble, at=often(CARRY_POINTS), what=whats, which=which)
at_a_job_point = st.builds(Trouble, at=often(JOB_POINTS), what=whats, which=which)


def at_a_statement(most: int) -> st.SearchStrategy[Trouble]:
    return st.builds(Trouble, at=st.just("statement"), what=whats, nth=st.integers(0, most), which=which)


in_a_click = st.none() | at_a_statement(9)
in_a_job = st.none() | at_a_statement(12) | at_a_call | at_a_job_point
in_a_carry = st.none() | at_a_statement(26) | at_a_call | at_a_point
settings_of_worlds = st.builds(
    Setting,
    dialect=often(("ark", "ark", "ark", "runway")),
    tags=often((True, True, False)),
    lists=often((True, True, True, False)),
    echoes=often((True, True, True, False)),
    slots=st.integers(1, 3),
    lag=often((0, 0, 45)),
)


class Machine(RuleBasedStateMachine):
    users: list[User] = []
    firings: Counter[str] = Counter()
    befell: Counter[str] = Counter()

    @initialize(setting=settings_of_worlds, takes=st.integers(1, 2))
    def begin(self, setting: Setting, takes: int) -> None:
        self.world = World(self.users, setting)
        self.world.__enter__()
        self.watch = Watch(self.world)
        self.tokens, self.cards = 1, takes
        self.world.ask("token-1", takes)

    def done(self, name: str) -> None:
        self.firings[name] += 1

    # Members

    @rule(again=st.integers(0, 3), takes=st.integers(1, 2), trouble=in_a_click)
    def ask(self, again: int, takes: int, trouble: Trouble | None) -> None:
        """A press of the button, or a twin of one before: a double click, a browser's second try."""
        if self.cards < CARDS and again < 2:
            self.tokens += 1
            self.world.ask(f"token-{self.tokens}", takes, trouble)
        else:
            self.world.ask(f"token-{max(self.tokens - again, 1)}", takes, trouble)
        self.cards = Generation.objects.count()
        self.done("ask")

    @precondition(lambda self: self.cards)
    @rule(name=often(tuple(wishes_of.values())), which=which, task=st.none() | which, trouble=in_a_click)
    def wish(self, name: str, which: int, task: int | None, trouble: Trouble | None) -> None:
        """A click; `it_is` names the true task, or any."""
        ids = [*self.world.far.tasks, "cgt-of-another-studio"]
        if name != "retry" or self.cards < CARDS:
            self.world.wish(name, which, trouble, "" if task is None else ids[task % len(ids)])
        self.done(name)

    # Workers

    @rule(which=which, fate=fates, weather=weathers, trouble=in_a_carry, here=heres)
    def bell(self, which: int, fate: str, weather: Weather, trouble: Trouble | None, here: bool) -> None:
        """A bell is answered, answered and kept to ring again, or lost; without one a worker comes unasked."""
        bells = self.world.bells or list(Attempt.objects.order_by("pk").values_list("pk", flat=True))
        pk = bells[which % len(bells)]
        if fate != "twice" and self.world.bells:
            bells.remove(pk)
        if fate != "lose":
            self.world.carry(pk, weather, trouble, here)
        self.done(f"bell: {fate}")

    @rule(name=often(tuple(JOBS)), weather=weathers, trouble=in_a_job)
    def job(self, name: str, weather: Weather, trouble: Trouble | None) -> None:
        self.world.work(JOBS[name], weather, trouble)
        self.done(name)

    @rule(seconds=often((1, 6, 31, 50, 61)), far=often((0, 1, 2)), weather=weathers, trouble=in_a_carry, here=heres)
    def go_on(self, seconds: float, far: int, weather: Weather, trouble: Trouble | None, here: bool) -> None:
        """Time passes, and everybody does what is due; the trouble meets the last who carries."""
        self.world.pass_time(seconds)
        for task in list(self.world.far.tasks.values()) * far:
            self.world.far.advance(task)
        self.world.act("tick")
        bells, self.world.bells = list(dict.fromkeys(self.world.bells)), []
        for pk in bells:
            self.world.carry(pk, weather, trouble if pk == bells[-1] else None, here)
        self.done("go on")

    # The provider and the place

    @precondition(lambda self: self.world.far.tasks)
    @rule(which=which, to=often(ENDS), what=often(("one", "two", "two", "vanish")))
    def provider(self, which: int, to: str, what: str) -> None:
        far = self.world.far
        task = list(far.tasks.values())[which % len(far.tasks)]
        if what == "vanish":
            task.gone = not task.gone
        for _ in range({"one": 1, "two": 2}.get(what, 0)):
            far.advance(task, to)
        self.done("provider")

    @rule(what=often((1, 6, 6, 31, 31, 61, 61, 160, 160, 700, "pause", "resume", "no room", "room", *CLOCKS)))
    def place(self, what: int | str) -> None:
        if isinstance(what, int):
            self.world.pass_time(what)
        elif what in CLOCKS:
            self.world.set_clock(CLOCKS[what])
        elif what.endswith("room"):
            self.world.room = what == "room"
        else:
            self.world.act(what)
        self.done("place")

    @invariant()
    def nothing_is_wrong(self) -> None:
        wrong = self.watch.look()
        assert not wrong, wrong

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            if not self.world.wrong:
                settle(self.world)
                wrong = [*self.watch.look(), *unsettled(self.world)]
                assert not wrong, wrong
            self.firings["world"] += 1
            self.befell.update(self.world.befell)
        finally:
            self.world.__exit__()


@pytest.fixture
def users(transactional_db: None) -> Iterator[list[User]]:
    with people() as users:
        yield users


def play(share: int) -> Counter[str]:
    """Up to SHARE examples; how often each rule fired, and how many worlds there were."""
    profile = settings(
        max_examples=min(SHARE, EXAMPLES - share * SHARE),
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    with people() as Machine.users:
        run_state_machine_as_test(seed(SEED + share)(Machine), settings=profile)
    return Machine.firings + Counter({f"trouble: {at}": count for at, count in Machine.befell.items()})


def test_nothing_is_paid_twice_or_lost_whatever_happens(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Measured: of 300 examples 260 were twins of others with a part repeated. They cost as much and find less.
    monkeypatch.setattr(ConjectureRunner, "generate_mutations_from", lambda self, data: None, raising=False)
    # A seed must mean the same examples, whatever modules other tests have loaded: they lend their constants to draws.
    monkeypatch.setattr(providers, "_get_local_constants", lambda: Constants())
    started = time.perf_counter()
    shares = -(-EXAMPLES // SHARE)
    firings, wrong = play_all(play, shares, FOLDER and FOLDER / f"f6-{EXAMPLES}-{STEPS}-{SEED}")
    seconds = round(time.perf_counter() - started, 1)
    worlds = firings.pop("world", 0)
    troubles = {name: firings.pop(name) for name in list(firings) if name.startswith("trouble: ")}
    fired = sum(firings.values())
    print(f"\nF6: {worlds} examples × {STEPS} steps, {fired} rule firings, {len(wrong)} violations")
    print(f"    seeds {SEED}–{SEED + shares - 1}, {sum(troubles.values())} troubles, {seconds:.0f} s")
    figures = {"examples": worlds, "steps": STEPS, "seed": SEED, "shares": shares, "fired": fired, "troubles": troubles}
    write_figures("f6", ok=not wrong, n=worlds, seconds=seconds, violations=len(wrong), **figures)
    assert not wrong, "\n".join(wrong)
    assert worlds >= EXAMPLES
    missed = {*CARRY_POINTS, *JOB_POINTS} - {name.removeprefix("trouble: ") for name in troubles}
    assert EXAMPLES < FEW or not missed, f"no trouble met a step at {missed}"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.tell.__name__)
def test_what_was_found_once(users: list[User], story: Story) -> None:
    with World(users, story.setting) as world:
        wrong = outcome(world, story)
    assert not wrong, wrong
