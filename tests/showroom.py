"""A studio after two weeks of work: real clips in mixed shapes, every state, shots, notes. For eyes and audits."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from generations.media import videos
from generations.models import Asset, Attempt, Clip, Generation, Input, Note, Provider, Shot
from generations.sandbox.job import RenderJob
from generations.sandbox.render import render
from studio.models import Project, User
from tests.make import make_asset, make_generation, make_membership, make_project, make_provider

FILMS: tuple[tuple[str, int, int], ...] = (
    ("A lighthouse on a cliff at blue hour, waves breaking below, slow aerial orbit", 640, 360),
    ("A pine forest in morning mist at dawn, mountains behind, the camera glides forward", 360, 640),
    ("Time-lapse of a desert from dusk to night, then a sky full of stars", 640, 360),
    ("A city skyline at night, rain on the roofs, neon reflections", 480, 480),
    ("Stormy ocean waves under heavy clouds, handheld", 640, 360),
    ("Snow falling over a quiet valley at dawn", 840, 360),
    ("Warm lights out of focus, a street festival by night", 360, 640),
    ("A bottle of perfume on a stone plinth, soft studio light, slow push in", 480, 480),
)
MODELS = ("seedance-2.0", "seedance-1.0-lite-t2v", "seedance-2.0", "seedance-2.0-fast")


@dataclass(frozen=True)
class Film:
    prompt: str
    width: int
    height: int
    files: dict[str, bytes]  # by name
    facts: videos.Facts


@dataclass(frozen=True)
class Showroom:
    project: Project
    clips: Sequence[Generation]  # the newest first
    asset: Asset
    provider: Provider
    shots: Sequence[Shot]


@lru_cache
def films() -> tuple[Film, ...]:
    """About a second of work for each, once per process."""
    return tuple(film(*one, seed=number) for number, one in enumerate(FILMS, 7))


def film(prompt: str, width: int, height: int, seed: int) -> Film:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        render(RenderJob(prompt, seed, width, height, frames=60), folder / "video.mp4")
        facts = videos.take_in(folder / "video.mp4", folder)
        kept = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        return Film(prompt, width, height, kept, facts)


def put_clip(row: Generation, film: Film) -> Clip:
    attempt = row.attempts.get()
    kept = {
        name: default_storage.save(f"{attempt.folder}/{name}", ContentFile(data)) for name, data in film.files.items()
    }
    clip = Clip.objects.create(
        attempt=attempt,
        video=kept["video.mp4"],
        playable=kept["video.mp4"],
        poster=kept["poster.webp"],
        preview=kept["preview.mp4"],
        last_frame=kept["last.png"],
        sha256=f"{row.pk:064x}",
        bytes=len(film.files["video.mp4"]),
        width=film.width,
        height=film.height,
        seconds=film.facts.duration,
        fps=film.facts.fps,
        frames=film.facts.frames,
        video_codec="h264",
    )
    row.status, row.clip, row.width, row.height = "done", clip, film.width, film.height
    row.ended_at = row.created_at + timedelta(seconds=48 + row.pk % 50)
    row.save()
    sent = {"intent_at": row.created_at, "accepted_at": row.created_at + timedelta(seconds=1)}
    cost = {"cost_estimate": Decimal("0.18") + Decimal(row.pk % 7) / 20, "currency": "USD"}
    Attempt.objects.filter(pk=attempt.pk).update(
        state="stored", remote_id=f"cgt-{attempt.pk}", next_action_at=None, **sent, **cost
    )
    return clip


def fill(alice: User, bob: User, clips: int = 26) -> Showroom:
    """Alice's one project with `clips` clips and a card of each kind that waits or failed, and one of Bob's."""
    now = timezone.now()
    provider = make_provider(name="Ark gateway")
    project = alice.memberships.get().project
    asset = make_asset(project, alice, name="Lighthouse sketch.png", data=films()[0].files["last.png"])
    rows = [
        make_film(project, (alice, bob)[number % 3 == 0], provider, number, age(now, number, clips))
        for number in reversed(range(clips))
    ]
    rows.reverse()
    Input.objects.create(generation=rows[0], asset=asset, role="first_frame", position=0)
    for row, text in ((rows[0], "The light should turn a little slower."), (rows[0], "Agreed, otherwise this is it.")):
        Note.objects.create(generation=row, user=bob if "Agreed" in text else alice, text=text)
    shots = make_shots(project, rows)
    waiting(project, alice, bob, provider, now)
    loops = make_project(bob, "Product loops")
    make_membership(loops, alice, "editor")
    for number in range(5):
        make_film(loops, bob, provider, 3 + 4 * (number % 2), now - timedelta(days=2, minutes=number))
    return Showroom(project, rows, asset, provider, shots)


def age(now: datetime, number: int, clips: int) -> datetime:
    """A third of them today and yesterday, the others over two weeks."""
    return now - timedelta(minutes=7 * (number + 1), days=0 if number < clips // 3 else 1 + number % 13)


def make_film(project: Project, user: User, provider: Provider, number: int, at: datetime) -> Generation:
    film = films()[number % len(films())]
    row = make_generation(
        project,
        user,
        provider,
        prompt=film.prompt,
        model=MODELS[number % len(MODELS)],
        created_at=at,
        attempt={"seed": 1000 + number * 37},
        favourite=number % 5 == 1,
        rating=(0, 4, 5, 0, 3)[number % 5],
        batch=f"{project.pk:05}{number // 2:06}",
        take=1 + number % 2,
        client_token=f"show-{project.pk}-{number}-{at.timestamp()}",
    )
    put_clip(row, film)
    return row


def make_shots(project: Project, rows: Sequence[Generation]) -> list[Shot]:
    shots = []
    for position, name in enumerate(("Opening: the light", "Storm", "City, last shot")):
        shot = Shot.objects.create(project=project, name=name, position=position)
        takes = rows[position * 3 : position * 3 + 3]
        Generation.objects.filter(pk__in=[row.pk for row in takes]).update(shot=shot)
        Shot.objects.filter(pk=shot.pk).update(pick=takes[0] if position < 2 else None)
        shots.append(shot)
    return shots


def waiting(project: Project, alice: User, bob: User, provider: Provider, now: datetime) -> None:
    """What renders, waits, failed and was blocked."""

    def make(seconds: int, user: User, prompt: str, attempt: dict[str, Any], **fields: Any) -> None:
        at = now - timedelta(seconds=seconds)
        sent = {} if attempt.get("state") == "queued" else {"intent_at": at, "accepted_at": at}
        make_generation(project, user, provider, prompt=prompt, created_at=at, attempt=sent | attempt, **fields)

    far = now + timedelta(hours=1)
    blocked = (
        "Ark gateway's content filter refused this request. You were not charged. Change the prompt or the inputs."
    )
    over = {"state": "failed", "next_action_at": None}
    make(900, alice, "A famous face walks in the rain", over, status="blocked", message=blocked, ended_at=now)
    runs = {"state": "running", "remote_id": "cgt-run", "next_action_at": far}
    make(70, bob, FILMS[2][0], runs, status="rendering", progress=0.62, started_at=now, width=1280, height=720)
    waits = {"state": "queued", "next_action_at": far}
    line = "Waiting for a free slot at Ark gateway, 2nd in line."
    make(20, alice, FILMS[1][0], waits, status="queued", width=720, height=1280, message=line)
