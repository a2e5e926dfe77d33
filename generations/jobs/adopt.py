"""An orphan becomes a take of the studio: rows as if its id had just come back, and the usual looks bring it home."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.models import Event, Project, User

from .. import catalog
from ..catalog.spec import ModelSpec
from ..models import Attempt, Generation, Orphan, Provider, State
from ..providers.base import Phase
from ..times import TIMES
from .moves import show
from .orders import names_of
from .wishes import Refused

WORTH = (Phase.QUEUED, Phase.RUNNING, Phase.SUCCEEDED)  # of the rest there is nothing to bring home


def spec_of(orphan: Orphan) -> ModelSpec | None:
    """The model that the orphan's name on the wire stands for, offered ones first."""
    provider = orphan.provider
    offered = [key for key in provider.offers if key in catalog.MODELS]
    known = [spec.key for spec in catalog.models_of(provider.dialect)]
    names = {key: {provider.offers.get(key), *names_of(provider, key)} for key in (*offered, *known)}
    key = next((key for key in names if orphan.model in names[key]), None)
    return catalog.MODELS[key] if key else None


def obstacle(orphan: Orphan) -> str:
    """Why it cannot be adopted, for the admin; empty when it can."""
    spec = spec_of(orphan)
    if orphan.phase not in WORTH:
        return _("It ended as “{word}”: there is no video to bring home.").format(word=orphan.word)
    if not orphan.model:
        why = _("{provider} does not say which model made it, so no take can be made of it.")
        return why.format(provider=orphan.provider)
    if spec is None:
        why = _("The studio does not know the model “{model}”, so no take can be made of it.")
        return why.format(model=orphan.model)
    if spec.key not in orphan.provider.offers:
        why = _("{model} is not offered from {provider}. Tick it in the provider's form, then adopt.")
        return why.format(model=spec.label, provider=orphan.provider)
    return ""


def adopt(orphan: Orphan, project: Project, user: User) -> Generation:
    """A generation of `user` in `project` with an accepted attempt. Raises Refused; one task is adopted once."""
    spec = spec_of(orphan)
    if why := obstacle(orphan):
        raise Refused(why)
    assert spec
    if not Orphan.objects.open().filter(pk=orphan.pk).exists():
        why = _("{task} is no longer unknown: somebody has just adopted, found or dismissed it.")
        raise Refused(why.format(task=orphan))
    try:
        with transaction.atomic():
            return write(orphan, spec, project, user)
    except IntegrityError:
        why = _("{task} has just been adopted by somebody else, or found by the studio.")
        raise Refused(why.format(task=orphan)) from None


def write(orphan: Orphan, spec: ModelSpec, project: Project, user: User) -> Generation:
    now = timezone.now()
    generation = Generation.objects.create(
        project=project,
        user=user,
        provider=orphan.provider,
        client_token=f"adopt-{orphan.provider.pid}-{orphan.pk}",
        model=spec.key,
        model_id=orphan.model,
        mode=spec.modes[0].name,
        prompt=f"Adopted task {orphan.remote_id}",
    )
    begun = min(orphan.created_at or orphan.first_seen_at, now)
    attempt = Attempt.objects.create(
        generation=generation,
        provider=orphan.provider,
        state=State.ACCEPTED,
        remote_id=orphan.remote_id,
        seed=orphan.seed,
        word=orphan.word,
        intent_at=begun,
        post_deadline=begun + timedelta(seconds=TIMES.post),
        accepted_at=now,
        next_action_at=now,
    )
    Event.record(
        "attempt",
        str(attempt.uuid),
        State.ACCEPTED,
        why=f"adopted by {user}",
        actor=user,
        project_id=project.pk,
        evidence={"id": orphan.remote_id},
    )
    if not Orphan.objects.filter(pk=orphan.pk, adopted=None).update(adopted=attempt):
        raise IntegrityError("adopted meanwhile")
    show(attempt, "")
    return generation


def dismiss(provider: Provider, remote_id: str, user: User, *, on: bool) -> bool:
    """Put an orphan out of sight, or back; whether there was one to change."""
    with transaction.atomic():
        rows = Orphan.objects.filter(provider=provider, remote_id=remote_id, dismissed_at__isnull=on, adopted=None)
        if not rows.update(dismissed_at=timezone.now() if on else None):
            return False
        new = "orphan dismissed" if on else "orphan back"
        Event.record("provider", provider.pid, new, actor=user, why=remote_id)
    return True
