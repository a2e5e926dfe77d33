"""One paid try of a generation at one provider: at most one POST, ever."""

import uuid
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ..times import TIMES
from .generation import Generation, Status
from .provider import Provider


class State(models.TextChoices):
    QUEUED = "queued"  # waits for its turn; nothing was sent
    SUBMITTING = "submitting"  # the intent is committed; the POST may be on its way
    UNCERTAIN = "uncertain"  # sent, and no answer that says yes or no
    ACCEPTED = "accepted"  # the provider gave an id
    RUNNING = "running"  # the provider works on it
    SUCCEEDED = "succeeded"  # the result waits at the provider
    FETCHING = "fetching"  # the result is on its way home
    STORED = "stored"  # the clip is ours
    REJECTED = "rejected"  # a definite no, before it ran
    NOT_ACCEPTED = "not_accepted"  # proved, or said by a person: it did not run
    FAILED = "failed"  # it ran and failed
    EXPIRED = "expired"  # the provider or we gave up waiting
    CANCELLED = "cancelled"
    RESULT_LOST = "result_lost"  # it succeeded, and the file could not be had any more

    @property
    def status(self) -> Status:
        return STATUS_OF[self]


STATUS_OF = {
    State.QUEUED: Status.QUEUED,
    State.SUBMITTING: Status.QUEUED,
    State.UNCERTAIN: Status.ATTENTION,
    State.ACCEPTED: Status.RENDERING,
    State.RUNNING: Status.RENDERING,
    State.SUCCEEDED: Status.SAVING,
    State.FETCHING: Status.SAVING,
    State.STORED: Status.DONE,
    State.REJECTED: Status.FAILED,
    State.NOT_ACCEPTED: Status.FAILED,
    State.FAILED: Status.FAILED,
    State.EXPIRED: Status.FAILED,
    State.CANCELLED: Status.CANCELLED,
    State.RESULT_LOST: Status.FAILED,
}

WATCHED = (State.ACCEPTED, State.RUNNING)  # polled
IN_FLIGHT = (State.SUBMITTING, State.UNCERTAIN, State.ACCEPTED, State.RUNNING)  # fill the provider's slots
FINAL = (
    State.STORED,
    State.REJECTED,
    State.NOT_ACCEPTED,
    State.FAILED,
    State.EXPIRED,
    State.CANCELLED,
    State.RESULT_LOST,
)

# Every legal move; `jobs.moves` makes no other, and the checker of the storm reads the events against it.
MOVES: dict[State, tuple[State, ...]] = {
    State.QUEUED: (State.SUBMITTING, State.CANCELLED, State.REJECTED),
    State.SUBMITTING: (State.ACCEPTED, State.QUEUED, State.REJECTED, State.UNCERTAIN),
    State.UNCERTAIN: (State.ACCEPTED, State.NOT_ACCEPTED),
    State.ACCEPTED: (State.RUNNING, State.SUCCEEDED, State.FAILED, State.EXPIRED, State.CANCELLED),
    State.RUNNING: (State.SUCCEEDED, State.FAILED, State.EXPIRED, State.CANCELLED),
    State.SUCCEEDED: (State.FETCHING, State.RESULT_LOST),
    State.FETCHING: (State.STORED, State.SUCCEEDED, State.RESULT_LOST),
    # A look at a member's wish may find that the provider still has it.
    State.EXPIRED: (State.RUNNING, State.SUCCEEDED),
    State.RESULT_LOST: (State.SUCCEEDED,),
}


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def due(self, now: Any) -> Self:
        return self.filter(next_action_at__lte=now).order_by("next_action_at")

    def unheld(self, now: Any) -> Self:
        """Neither worked on nor just rung for."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now))

    def watched(self) -> Self:
        return self.filter(state__in=WATCHED)

    def in_flight(self) -> Self:
        """What may run at the provider now. What has been uncertain for longer than any take lasts does not: where no
        list tells, it may stay so for ever, and must not hold its slot for as long.
        """
        over = timezone.now() - timedelta(seconds=TIMES.longest)
        return self.filter(state__in=IN_FLIGHT).exclude(state=State.UNCERTAIN, intent_at__lt=over)


class Attempt(models.Model):
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    generation = models.ForeignKey(Generation, on_delete=models.PROTECT, related_name="attempts")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    created_at = models.DateTimeField(default=timezone.now)
    next_action_at = models.DateTimeField(null=True, blank=True, default=timezone.now)  # None: nothing more to do
    # Who works on it now. An expired lease may be taken over by anybody.
    lease = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    # The one POST.
    tag = models.CharField(max_length=64, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    request = models.JSONField(default=dict, blank=True)  # as sent, without key and data URIs
    request_sha256 = models.CharField(max_length=64, blank=True)
    intent_at = models.DateTimeField(null=True, blank=True)
    post_deadline = models.DateTimeField(null=True, blank=True)
    worker = models.JSONField(default=dict, blank=True)  # boot id, host, pid, process start: who holds the POST
    rejections = models.PositiveSmallIntegerField(default=0)
    # What came back.
    remote_id = models.CharField(max_length=200, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    word = models.CharField(max_length=60, blank=True)  # the provider's own status word
    polls = models.PositiveIntegerField(default=0)
    poll_errors = models.PositiveIntegerField(default=0)
    answer = models.JSONField(default=dict, blank=True)  # last answer, without key, data URIs and signed queries
    result = models.JSONField(default=dict, blank=True)  # signed addresses of the result: secrets, never shown
    fetch_errors = models.PositiveSmallIntegerField(default=0)
    cause = models.CharField(max_length=10, blank=True)
    code = models.CharField(max_length=120, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    sightings = models.JSONField(default=dict, blank=True)  # what reconciling has seen so far
    ended_at = models.DateTimeField(null=True, blank=True)
    cost_estimate = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    objects: ClassVar[models.Manager[Self]] = models.Manager.from_queryset(AttemptQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["generation", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["provider", "remote_id"], condition=~Q(remote_id=""), name="attempt_remote_id_once"
            ),
            models.UniqueConstraint(fields=["tag"], condition=~Q(tag=""), name="attempt_tag_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="attempt_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[State.QUEUED, State.CANCELLED, State.REJECTED]) | Q(intent_at__isnull=False),
                name="attempt_intent_first",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        State.ACCEPTED,
                        State.RUNNING,
                        State.SUCCEEDED,
                        State.FETCHING,
                        State.STORED,
                        State.RESULT_LOST,
                    ]
                )
                | ~Q(remote_id=""),
                name="attempt_accepted_has_id",
            ),
        ]
        indexes = [
            # what the tick asks once a second
            models.Index(
                fields=["state", "next_action_at"], name="attempt_due", condition=Q(next_action_at__isnull=False)
            ),
            # the gate's count
            models.Index(fields=["provider", "state"], name="attempt_in_flight", condition=Q(state__in=IN_FLIGHT)),
        ]

    def __str__(self) -> str:
        return f"{self.generation_id}/{self.number} {self.state}"

    @property
    def folder(self) -> str:
        """Where its clip's files live in the storage."""
        return f"clips/{self.uuid.hex[:2]}/{self.uuid}"
