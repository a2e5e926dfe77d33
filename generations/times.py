"""Every time and limit of the engine, in one place, which the lab divides as a whole.

Order: net deadlines < django-q2's `timeout` < row lease < `retry`; a fetch has a long timeout and renews its lease.
"""

from dataclasses import dataclass, fields, replace

from studio.config import config


@dataclass(frozen=True)
class Times:
    """Seconds where the type is float, counts where it is int."""

    connect: float = 5
    post: float = 60  # one paid POST, whole
    post_grace: float = 90  # after which a submitting row whose process lives is taken from it
    post_grace_elsewhere: float = 600  # the same, for a process on another machine
    poll: float = 10  # one look, whole
    tick: float = 1  # between the end of one tick and the next
    tick_missing: float = 30  # a tick that has not come back by then: the cluster is wedged
    tick_budget: float = 12  # of looking within one tick
    lease: float = 150  # of a submit
    fetch: float = 1500  # one download with its checks
    fetch_lease: float = 120  # renewed with every few chunks
    stall: float = 30  # no byte of a download for so long: start again
    rering: float = 5  # a due row that nobody carries is rung again after this
    first_looks: float = 120  # young tasks are looked at every `look_young`
    young_until: float = 600
    look_young: float = 5
    look_middle: float = 10
    look_old: float = 30
    look_sandbox: float = 1
    cancel: float = 60  # two looks and a DELETE
    cancel_look: float = 5  # age of the look on which a cancelling DELETE relies
    missing_grace: float = 60  # a task that the provider does not know yet
    no_url_looks: int = 3  # looks at a success without an address
    expire: float = 6 * 3600  # for a model that the catalog no longer knows; others have their own deadline
    expire_grace: float = 600  # after the deadline we give up waiting, with one last look
    silence: float = 86_400  # the same without any answer: an outage of ours must not end what runs
    longest: float = 46_800  # no take lasts longer, whatever the model
    retry_base: float = 2
    retry_cap: float = 300
    retry_after_cap: float = 3600
    rejections: int = 8  # definite noes that may pass later, before it counts as a no
    fetch_attempts: int = 12  # downloads that broke, before a refusal means that the result is lost
    fetch_patience: float = 86_400  # for which a result is tried again whatever else breaks: so long providers keep it
    reconcile: float = 30  # between sweeps over what is uncertain
    absence_gap: float = 60  # between the two looks that prove an absence
    breaker_failures: int = 5
    breaker_base: float = 30
    breaker_cap: float = 600
    probe: float = 15  # a provider test
    heartbeat_old: float = 60  # /readyz turns red
    clocks: float = 300  # by which the times of two machines may differ for no reason worth finding
    reconcile_cap: float = 3600  # between looks for what has been uncertain for long
    orphans: float = 600  # between looks at a list for tasks that the studio does not know
    learn: float = 60  # the same, while a list has not yet taught what it shows
    learned: float = 86_400  # after which that is learned anew
    list_lag: float = 300  # a list that misses a task for longer does not show it at all

    def divided(self, speed: float) -> "Times":
        """The same engine, `speed` times faster; counts stay."""
        if speed == 1:
            return self
        scaled = {f.name: max(getattr(self, f.name) / speed, 0.05) for f in fields(self) if f.type is float}
        return replace(self, **scaled)


def scaled(seconds: float) -> float:
    """A time from elsewhere, such as a model's deadline, as the lab sees it."""
    return seconds / config().speed


TIMES = Times().divided(config().speed)
