"""Ask for a clip from the command line: the composer's own form, the library's own rules, the same rows."""

import json
import re
import time
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict

from studio.access import role_in
from studio.models import Membership, Project, Role, User

from ...forms.assets import Refused, add_file, kind_of_role
from ...forms.composer import ComposerForm, new_token
from ...forms.offers import Offer, offers
from ...forms.parameters import PREFIX
from ...forms.slots import FILES, LINKS, slots_of
from ...gallery import MOVING
from ...jobs import doorbell
from ...models import Generation, Status

LOOK = 0.5  # seconds between looks at the rows


class Command(BaseCommand):
    help = "Generate clips as a member of a project would; prints their paths with --wait."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="name or id of the project")
        parser.add_argument("--provider", default="", help="name or id of the provider; the first that has the model")
        parser.add_argument("--model", default="", help="key of the model, such as seedance-2.0; the usual one")
        parser.add_argument("--prompt", default="", help="what should be seen")
        parser.add_argument("--image", action="append", default=[], metavar="ROLE=PATH", help="a file or an https link")
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the model")
        parser.add_argument("--takes", default="1", help="1 to 4 clips of the same wish")
        parser.add_argument("--as", dest="email", default="", help="e-mail of the member who asks; the first owner")
        parser.add_argument("--wait", action="store_true", help="wait for the clips and print where they are")
        parser.add_argument("--timeout", type=float, default=3600, help="seconds to wait at most; 3600")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        project = find_project(options["project"])
        user = find_user(project, options["email"])
        form = filled_form(project, user, options)
        if not form.is_valid():
            raise CommandError("\n".join(form.problems))
        generations, _ = form.save()
        doorbell.ring_asked(generations)
        if options["wait"]:
            generations = awaited(generations, options["timeout"])
        self.tell(generations, options)

    def tell(self, generations: list[Generation], options: dict[str, Any]) -> None:
        """Paths of what is done on stdout; the reason of anything else as the error, with exit code 1."""
        if options["json"]:
            self.stdout.write(json.dumps([described(row) for row in generations], indent=2, ensure_ascii=False))
        else:
            for row in generations:
                if row.clip or not options["wait"]:
                    self.stdout.write(path_of(row) or row.pid)
        undone = [row for row in generations if not row.clip]
        if options["wait"] and undone:
            raise CommandError("\n".join(dict.fromkeys(reason(row) for row in undone)))


def find_project(text: str) -> Project:
    alive = Project.objects.filter(trashed_at=None)
    found = list(alive.filter(pid=text)) or list(alive.filter(name__iexact=text)[:2])
    if not found:
        raise CommandError(f"There is no project “{text}”.")
    if len(found) > 1:
        raise CommandError(f"Several projects are called “{text}”. Name one by its id, as in its address.")
    return found[0]


def find_user(project: Project, email: str) -> User:
    if not email:
        first = (
            Membership.objects.filter(project=project, role=Role.OWNER).select_related("user").order_by("id").first()
        )
        if first is None:
            raise CommandError(f"{project} has no owner. Say with --as who asks.")
        return first.user
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    role = role_in(user, project) if user else None
    if user is None or role is None:
        raise CommandError(f"{email} is not a member of {project}.")
    if role.rank < Role.EDITOR.rank:
        raise CommandError(f"{email} may look at {project}, but not generate in it.")
    return user


def find_offer(provider: str, model: str) -> str:
    """The form's value for what was named; "" when nothing was."""
    if not provider and not model:
        return ""
    found = [offer for offer in offers() if names(offer, provider, model)]
    if not found:
        known = "\n".join(f"  {offer.provider.name}: {offer.spec.key}" for offer in offers())
        wanted = " at ".join(f"“{word}”" for word in (model, provider) if word)
        raise CommandError(f"Nothing offers {wanted}. There is:\n{known or '  no model at all: add a provider first'}")
    return found[0].value


def names(offer: Offer, provider: str, model: str) -> bool:
    at = not provider or provider.lower() in {offer.provider.name.lower(), offer.provider.pid.lower()}
    return at and (not model or model.lower() in {offer.spec.key.lower(), offer.model_id.lower()})


def filled_form(project: Project, user: User, options: dict[str, Any]) -> ComposerForm:
    value = find_offer(options["provider"], options["model"])
    empty = ComposerForm(project=project, user=user, offer=value)
    if empty.offer is None:
        raise CommandError("There is no model to generate with. Add a provider first: manage.py provider add …")
    data = QueryDict(mutable=True)
    data["model"] = empty.offer.value
    data["prompt"], data["takes"], data["client_token"] = options["prompt"], options["takes"], new_token()
    for text in options["set"]:
        name, written = setting(text, empty)
        data[PREFIX + name] = written
    for text in options["image"]:
        name, value = laid(text, empty, project, user)
        data.appendlist(name, value)
    return ComposerForm(data, project=project, user=user)


def setting(text: str, form: ComposerForm) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    known = [parameter.name for parameter in form.parameters]
    if not equals or name not in known:
        raise CommandError(f"--set {text}: write NAME=VALUE with one of {', '.join(known)}.")
    return name, value


def laid(text: str, form: ComposerForm, project: Project, user: User) -> tuple[str, str]:
    """(form field, pid or link) of `first_frame=fox.png`; without a role the model's first place."""
    assert form.offer
    roles = [slot.role for slot in slots_of(form.offer.spec)]
    if not roles:
        raise CommandError(f"--image {text}: {form.offer.spec.label} takes no files.")
    role, equals, value = text.partition("=")
    if not equals or not re.fullmatch(r"[a-z]+(_[a-z]+)*", role):
        role, value = roles[0], text
    if role not in roles:
        raise CommandError(f"--image {text}: {form.offer.spec.label} takes {', '.join(roles)}, not {role}.")
    if value.startswith(("https://", "http://")):
        return LINKS + role, value
    return FILES + role, uploaded(Path(value), role, project, user)


def uploaded(path: Path, role: str, project: Project, user: User) -> str:
    try:
        with path.open("rb") as file:
            return add_file(project, user, File(file), path.name, kind=kind_of_role(role)).pid
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except Refused as refused:
        raise CommandError(str(refused)) from None


def awaited(generations: list[Generation], timeout: float) -> list[Generation]:
    """The rows once none of them moves by itself any more, or as they are when time is up."""
    end = time.monotonic() + timeout
    rows = Generation.objects.filter(pk__in=[row.pk for row in generations])
    while rows.filter(status__in=MOVING).exists() and time.monotonic() < end:
        time.sleep(LOOK)
    return list(rows.select_related("clip").order_by("take"))


def path_of(generation: Generation) -> str:
    """Of its clip; where the storage has no paths, the name in it."""
    if generation.clip is None:
        return ""
    try:
        return str(default_storage.path(generation.clip.video))
    except NotImplementedError:
        return generation.clip.video


def reason(generation: Generation) -> str:
    if generation.status in MOVING:
        return f"{generation.pid} is still {Status(generation.status).label.lower()}; it goes on without this command."
    said = generation.message or "The studio knows no reason."
    return f"{Status(generation.status).label}: {said}"


def described(generation: Generation) -> dict[str, Any]:
    return {
        "pid": generation.pid,
        "status": generation.status,
        "message": generation.message,
        "path": path_of(generation),
        "seconds": generation.clip.seconds if generation.clip else None,
    }
