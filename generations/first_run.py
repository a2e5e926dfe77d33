"""What a fresh installation gets: a link for its first admin, a first project, the sandbox."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.db import transaction
from django.urls import reverse

from studio.config import config, keep
from studio.models import Event, Membership, Project, Role, User

from .catalog import PRESETS
from .catalog.spec import Preset
from .forms.assets import Cleaned, cleaned_from
from .forms.assets import keep as keep_asset
from .forms.providers import from_preset
from .models import Asset, Provider
from .sandbox.camera import camera
from .sandbox.scenes import scene

TOKEN_FILE = "setup.token"  # noqa: S105  a file name
SANDBOX_KEY = "sandbox"
SETTING_UP = "setting up"  # in the session of the first admin
SAMPLE_SIZE = (1280, 720)


@dataclass(frozen=True)
class Sample:
    name: str
    prompt: str
    seed: int


SAMPLES = (
    Sample("Lighthouse at dusk.png", "A lighthouse on a cliff at dusk, calm sea", 11),
    Sample("Pine forest in the mist.png", "A pine forest in morning mist at dawn, mountains behind", 23),
    Sample("City by night.png", "A city skyline at night under the stars", 5),
)


def setup_link(base_url: str) -> str | None:
    """The one-time link that makes the first admin; None when somebody has an account already."""
    if User.objects.exists():
        return None
    token = keep(config().data / TOKEN_FILE, secrets.token_urlsafe(32))
    return f"{base_url.rstrip('/')}{reverse('setup')}?{urlencode({'token': token})}"


def token_fits(token: str) -> bool:
    """Whether `token` is the one of the set-up link, and nobody has used it."""
    path = config().data / TOKEN_FILE
    if not path.exists() or User.objects.exists():
        return False
    return secrets.compare_digest(token.encode(), path.read_text().strip().encode())


def make_admin(email: str, name: str, password: str) -> User | None:
    """The first admin; None when another visitor with the same link was faster."""
    path = config().data / TOKEN_FILE
    token = path.read_text() if path.exists() else ""
    try:
        # Just one of two visitors can take the file away.
        path.unlink()
    except FileNotFoundError:
        return None
    try:
        with transaction.atomic():
            if User.objects.exists():
                return None
            user = User.objects.create_user(email, password, name=name, is_staff=True)
            Event.record("member", "studio", "admin", actor=user, why="set up")
    except Exception:
        keep(path, token)
        raise
    return user


def first_project(user: User, name: str) -> Project:
    """A project with three images to begin with, painted here and cleaned like any upload."""
    with transaction.atomic():
        project = Project.objects.create(name=name)
        Membership.objects.create(project=project, user=user, role=Role.OWNER)
        Event.record("project", project.pid, "made", actor=user, project_id=project.pk)
    # Painting and cleaning take a second or two each, while a person waits: side by side.
    with TemporaryDirectory(prefix="studio-samples-") as folder, ThreadPoolExecutor(len(SAMPLES)) as pool:
        for sample, cleaned in zip(SAMPLES, pool.map(partial(paint, Path(folder)), SAMPLES), strict=True):
            keep_asset(project, user, cleaned, sample.name, Asset.Origin.SAMPLE)
    return project


def paint(folder: Path, sample: Sample) -> Cleaned:
    """A picture by the sandbox's scene painter, through the same checks as an upload."""
    rng = Random(sample.seed)  # noqa: S311  a picture, not a secret
    frame = scene(sample.prompt, rng, SAMPLE_SIZE, camera("in", fixed=True, loop=False), False)(0.5)
    place = folder / str(sample.seed)
    place.mkdir()
    source = place / "painted.png"
    frame.save(source, "PNG", compress_level=1)  # encoded once more, and better, by the cleaning
    return cleaned_from(source, sample.name, place)


def offer_sandbox(sandbox_url: str) -> None:
    """One provider for each lab preset, at the sandbox's address. What an admin trashed or paused stays so."""
    for preset in PRESETS.values():
        if preset.lab:
            place(preset, moved(preset.base_url, sandbox_url))


def place(preset: Preset, base_url: str) -> None:
    row = Provider.objects.filter(preset=preset.name, lab=True).order_by("id").first()
    if row is None:
        row = from_preset(preset)
    elif row.base_url == base_url:
        return
    row.set_base_url(base_url)
    row.set_key(SANDBOX_KEY)
    row.save()


def moved(url: str, origin: str) -> str:
    """`url` at another scheme, host and port."""
    to = urlsplit(origin)
    return urlunsplit((to.scheme, to.netloc, urlsplit(url).path, "", ""))
