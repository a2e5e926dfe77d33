"""Plain makers with keyword arguments, for every test."""

import hashlib
import io
import itertools
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from generations.models import Asset, Attempt, Clip, Generation, Provider
from studio.models import Membership, Project, User

PASSWORD = "correct horse battery"
numbers = itertools.count(1)


def make_user(name: str = "Alice", **fields: Any) -> User:
    return User.objects.create_user(f"{name.lower()}@example.org", PASSWORD, name=name, **fields)


def make_project(owner: User, name: str = "Autumn campaign") -> Project:
    project = Project.objects.create(name=name)
    make_membership(project, owner, "owner")
    return project


def make_membership(project: Project, user: User, role: str) -> User:
    Membership.objects.create(project=project, user=user, role=role)
    return user


def make_provider(**fields: Any) -> Provider:
    key = fields.pop("key", "sk-test-0123456789abcdef")
    fields = {
        "name": f"Provider {next(numbers)}",
        "preset": "ark",
        "dialect": "ark",
        "base_url": "http://127.0.0.1:9/api/v3",
        "lab": True,
        "adds": ["tag", "seed", "expiry"],
        "offers": {"seedance-2.0": "doubao-seedance-2-0-260128"},
    } | fields
    provider = Provider(**fields)
    provider.set_key(key)
    provider.account_since = timezone.now() - timedelta(days=30)
    vars(provider).update(fields)
    provider.save()
    return provider


def png(width: int = 640, height: int = 360, colour: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def make_asset(project: Project, user: User, **fields: Any) -> Asset:
    data = fields.pop("data", None) or png(colour=f"#{next(numbers):06x}")
    sha256 = hashlib.sha256(data).hexdigest()
    file = default_storage.save(f"assets/{sha256[:2]}/{sha256}.png", ContentFile(data))
    fields = {
        "kind": "image",
        "name": "image.png",
        "file": file,
        "thumbnail": file,
        "sha256": sha256,
        "mime": "image/png",
        "bytes": len(data),
        "width": 640,
        "height": 360,
    } | fields
    return Asset.objects.create(project=project, uploaded_by=user, **fields)


def make_generation(project: Project, user: User, provider: Provider | None = None, **fields: Any) -> Generation:
    """A generation with one attempt; `state` and further attempt fields as `attempt={…}`."""
    attempt = fields.pop("attempt", {})
    provider = provider or Provider.objects.first() or make_provider()
    fields = {
        "model": "seedance-2.0",
        "model_id": "doubao-seedance-2-0-260128",
        "mode": "text",
        "prompt": "A fox on a hill at dusk",
        "client_token": f"token-{next(numbers)}",
        "parameters": {"ratio": "16:9", "resolution": "480p", "duration": 5},
        "rev": Project.bump(project.pk),
    } | fields
    generation = Generation.objects.create(project=project, user=user, provider=provider, **fields)
    Attempt.objects.create(generation=generation, provider=provider, **attempt)
    return generation


def make_clip(generation: Generation, video: bytes, **fields: Any) -> Clip:
    """A stored clip whose files are `video` and small pictures."""
    attempt = generation.attempts.get()
    folder = attempt.folder
    names = {
        "video": default_storage.save(f"{folder}/video.mp4", ContentFile(video)),
        "poster": default_storage.save(f"{folder}/poster.webp", ContentFile(png(320, 180))),
        "preview": default_storage.save(f"{folder}/preview.mp4", ContentFile(video)),
        "last_frame": default_storage.save(f"{folder}/last.png", ContentFile(png(320, 180))),
    }
    fields = (
        {
            "sha256": hashlib.sha256(video).hexdigest(),
            "bytes": len(video),
            "width": 320,
            "height": 180,
            "seconds": 1.0,
            "fps": 24,
            "frames": 24,
            "video_codec": "h264",
            "playable": names["video"],
        }
        | names
        | fields
    )
    clip = Clip.objects.create(attempt=attempt, **fields)
    attempt.state, attempt.intent_at, attempt.remote_id = "stored", attempt.created_at, f"cgt-{attempt.pk}"
    attempt.next_action_at = None
    attempt.save()
    generation.status, generation.clip = "done", clip
    generation.save()
    return clip


def streamed(answer: Any) -> bytes:
    """The whole body of an answer that comes in pieces."""
    return b"".join(answer.streaming_content)
