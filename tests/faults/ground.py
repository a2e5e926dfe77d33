"""What every world stands on: its rows, its people, and a look at a file in the place of decoding it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from generations.media.errors import Rejected
from generations.media.facts import Facts
from generations.models import Provider
from generations.models.asking import Wish
from studio.models import Event, Membership, Project, User
from tests.faults.far import BASES, KEY, TAIL
from tests.faults.trouble import Setting
from tests.make import make_provider, make_user


def make_project(users: list[User]) -> Project:
    project = Project.objects.create(name="World")
    for user, role in zip(users, ("owner", "editor"), strict=False):
        Membership.objects.create(project=project, user=user, role=role)
    return project


def make_account(setting: Setting) -> Provider:
    runway = setting.dialect == "runway"
    return make_provider(
        key=KEY,
        dialect=setting.dialect,
        base_url=BASES[setting.dialect],
        headers={"X-Runway-Version": "2024-11-06"} if runway else {},
        adds=["tag", "seed", "expiry"] if setting.tags and not runway else ["seed"],
        offers={"runway-gen4.5": "gen4.5"} if runway else {"seedance-2.0": "doubao-seedance-2-0-260128"},
        lists=not runway,
        lab=False,
        max_concurrent=setting.slots,
        rate=60_000,
    )


def wish_for(project: Project, user: User, provider: Provider, token: str, takes: int) -> Wish:
    runway = provider.dialect == "runway"
    return Wish(
        project=project,
        user=user,
        provider=provider,
        model="runway-gen4.5" if runway else "seedance-2.0",
        model_id="gen4.5" if runway else "doubao-seedance-2-0-260128",
        mode="text",
        prompt="A fox on a hill",
        parameters={"ratio": "1280:720" if runway else "16:9", "duration": 5},
        inputs=(),
        takes=takes,
        client_token=token,
        shape=(16, 9),
        seeds=[1_000 + take for take in range(takes)],
    )


def take_in(path: Path, folder: Path) -> Facts:
    content = path.read_bytes()
    for name in ("poster.webp", "preview.mp4", "last.png"):
        (folder / name).write_bytes(content)
    if not content.endswith(TAIL):
        raise Rejected("The file is damaged.")
    size = len(content)
    return Facts("mp4", size, 1.0, 128, 72, 24.0, 24, "h264", "yuv420p", 8, None, True)


def empty() -> None:
    """No row of an earlier world."""
    models: list[type[Model]] = [
        *apps.get_app_config("generations").get_models(include_auto_created=True),
        Event,
        Membership,
        Project,
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        for model in models:  # SQLite and PostgreSQL ask for what they refer to at the commit
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')


@contextlib.contextmanager
def people() -> Iterator[list[User]]:
    """Alice and Bob, for all worlds of a test, on a database that need not survive a power cut meanwhile."""
    quick, safe = ("OFF", "FULL") if connection.vendor == "sqlite" else ("off", "on")
    tune = "PRAGMA synchronous = {}" if connection.vendor == "sqlite" else "SET synchronous_commit TO {}"
    with connection.cursor() as cursor:
        cursor.execute(tune.format(quick))
        empty()
        User.objects.all().delete()
        yield [make_user("Alice", is_staff=True), make_user("Bob")]
        cursor.execute(tune.format(safe))
