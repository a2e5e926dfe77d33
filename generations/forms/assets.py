"""What comes into the library: every file is decoded, cleaned and stored once; of a link only the address is kept."""

import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from studio.config import config
from studio.ids import new_pid
from studio.models import Event, Project, User
from studio.words import Words

from .. import net
from ..media import images, kinds, videos
from ..media.errors import Rejected
from ..models import Asset
from ..told import told
from .slots import link_asset

KINDS = {
    **dict.fromkeys(("jpeg", "png", "webp"), Asset.Kind.IMAGE),
    **dict.fromkeys(("mp4", "mov"), Asset.Kind.VIDEO),
    **dict.fromkeys(("mp3", "wav", "m4a"), Asset.Kind.AUDIO),
}
A: dict[Asset.Kind, Words] = {
    Asset.Kind.IMAGE: _("an image"),
    Asset.Kind.VIDEO: _("a video"),
    Asset.Kind.AUDIO: _("a sound"),
}
TOO_LARGE: dict[Asset.Kind | None, Words] = {
    None: _("{name} has {size} MB. The most is {most} MB: make it smaller or shorter."),
    Asset.Kind.IMAGE: _("{name} has {size} MB. The most for an image is {most} MB: make it smaller or shorter."),
    Asset.Kind.VIDEO: _("{name} has {size} MB. The most for a video is {most} MB: make it smaller or shorter."),
    Asset.Kind.AUDIO: _("{name} has {size} MB. The most for a sound is {most} MB: make it smaller or shorter."),
}


class Refused(Exception):
    """This cannot come into the library; the message is for the member."""


@dataclass(frozen=True)
class Cleaned:
    """A checked file in a temporary folder, with what was measured of it."""

    path: Path
    kind: Asset.Kind
    ext: str
    sha256: str
    thumbnail: Path | None
    facts: dict[str, Any]  # columns of Asset


def kind_of_role(role: str) -> str:
    """image, video or audio for a role of the composer; "" for none."""
    if not role:
        return ""
    return {"reference_video": Asset.Kind.VIDEO, "reference_audio": Asset.Kind.AUDIO}.get(role, Asset.Kind.IMAGE)


def add_file(
    project: Project,
    user: User,
    file: "File[Any]",
    name: str,
    *,
    kind: str = "",
    origin: Asset.Origin = Asset.Origin.UPLOAD,
) -> Asset:
    """The asset of an uploaded file; the same file again is the same asset. `kind`, when a slot takes only that.

    Raises Refused.
    """
    name = os.path.basename(name.replace("\\", "/")).strip()[:200] or "file"
    with TemporaryDirectory(prefix="studio-upload-") as folder:
        cleaned = cleaned_from(on_disk(file, Path(folder)), name, Path(folder), kind)
        return keep(project, user, cleaned, name, origin)


def cleaned_from(source: Path, name: str, folder: Path, kind: str = "") -> Cleaned:
    """The checked and cleaned file, in `folder`; no database is touched. Raises Refused."""
    check_size(source, name)
    found = kind_of_file(source, name)
    check_size(source, name, found)
    check_kind(found, kind, name)
    try:
        cleaned = clean(source, found, name, folder)
    except Rejected as rejected:
        raise Refused(told(rejected.message)) from None
    check_kind(cleaned.kind, kind, name)
    return cleaned


def add_link(project: Project, user: User, url: str, kind: str) -> Asset:
    """The asset of a pasted https link, which is checked but not fetched. Raises Refused."""
    if kind not in Asset.Kind.values:
        raise Refused(gettext("Say whether the link leads to an image, a video or a sound."))
    if len(url) > 2048:
        raise Refused(gettext("This link is longer than 2,048 characters."))
    try:
        net.check_url(url)
    except net.NetError as error:
        raise Refused(told(error.reason)) from None
    return link_asset(project, user, kind, url)


def on_disk(file: "File[Any]", folder: Path) -> Path:
    if isinstance(file, TemporaryUploadedFile):
        return Path(file.temporary_file_path())
    path = folder / "upload"
    with path.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    return path


def check_size(source: Path, name: str, kind: Asset.Kind | None = None) -> None:
    """Without a kind, only what no kind may exceed."""
    size = source.stat().st_size
    if size == 0:
        raise Refused(gettext("{name} is empty: it has 0 bytes.").format(name=name))
    caps = {Asset.Kind.VIDEO: config().video_max_mb}
    most = caps.get(kind, config().upload_max_mb) if kind else max(config().upload_max_mb, config().video_max_mb)
    if size > most * 1_000_000:
        raise Refused(str(TOO_LARGE[kind]).format(name=name, size=f"{size / 1_000_000:.1f}", most=most))


def check_kind(found: Asset.Kind, wanted: str, name: str) -> None:
    if wanted and found != wanted:
        why = gettext("{name} is {kind}, and this place takes {wanted}.")
        raise Refused(why.format(name=name, kind=A[found], wanted=A[Asset.Kind(wanted)]))


def kind_of_file(source: Path, name: str) -> Asset.Kind:
    word = kinds.kind_of(source)
    if word not in KINDS:
        why = gettext(
            "{name} is {kind}. Use a JPEG, PNG or WebP image, an MP4 or MOV video, or an MP3, WAV or M4A sound."
        )
        raise Refused(why.format(name=name, kind=told(kinds.NAMES[word])))
    return KINDS[word]


def clean(source: Path, kind: Asset.Kind, name: str, folder: Path) -> Cleaned:
    """Raises Rejected."""
    return clean_image(source, name, folder) if kind == Asset.Kind.IMAGE else clean_clip(source, name, folder)


def clean_image(source: Path, name: str, folder: Path) -> Cleaned:
    made = images.clean(source, name=name, most=config().upload_max_mb)
    path, thumbnail = folder / "clean", folder / "thumbnail.webp"
    path.write_bytes(made.data)
    images.thumbnail(path, thumbnail)
    facts = {"mime": made.mime, "bytes": len(made.data), "width": made.width, "height": made.height}
    return Cleaned(path, Asset.Kind.IMAGE, made.ext, made.sha256, thumbnail, facts)


def clean_clip(source: Path, name: str, folder: Path) -> Cleaned:
    """An MP4 without pictures turns out to be a sound here."""
    path, thumbnail = folder / "clean", folder / "thumbnail.webp"
    made = videos.clean_clip(source, path, name=name)
    facts: dict[str, Any] = {"mime": made.mime, "bytes": path.stat().st_size, "seconds": made.facts.duration}
    if made.kind == Asset.Kind.AUDIO:
        return Cleaned(path, Asset.Kind.AUDIO, made.ext, made.sha256, None, facts)
    videos.poster(path, thumbnail, width=480)
    facts |= {"width": made.facts.width, "height": made.facts.height}
    return Cleaned(path, Asset.Kind.VIDEO, made.ext, made.sha256, thumbnail, facts)


def keep(project: Project, user: User, cleaned: Cleaned, name: str, origin: Asset.Origin) -> Asset:
    """Files first, then the row: a row never points at nothing."""
    stem = f"assets/{cleaned.sha256[:2]}/{cleaned.sha256}"
    file = store(cleaned.path, f"{stem}.{cleaned.ext}")
    thumbnail = store(cleaned.thumbnail, f"{stem}-480.webp") if cleaned.thumbnail else ""
    fields = cleaned.facts | {
        "kind": cleaned.kind,
        "origin": origin,
        "name": name,
        "file": file,
        "thumbnail": thumbnail,
    }
    try:
        with transaction.atomic():
            return find(project, cleaned.sha256) or make(project, user, cleaned.sha256, fields)
    except IntegrityError:
        # The same file came through another request at the same time.
        found = find(project, cleaned.sha256)
        if found is None:
            raise
        return found


def find(project: Project, sha256: str) -> Asset | None:
    """The project's asset with this content, back from the trash when it was there."""
    asset = Asset.objects.filter(project=project, sha256=sha256).first()
    if asset and asset.trashed_at:
        asset.trashed_at = None
        asset.save(update_fields=["trashed_at"])
    return asset


def copied(asset: Asset, to: Project, user: User) -> Asset:
    """The same file in another project, where its members see it; one that is there already, be it in the trash."""
    there = twin_in(to, asset)
    if there is None:
        try:
            with transaction.atomic():
                return doubled(asset, to, user)
        except IntegrityError:
            # Copied by another request at the same time.
            there = twin_in(to, asset)
            if there is None:
                raise
    Asset.objects.filter(pk=there.pk).update(trashed_at=None)
    return there


def twin_in(project: Project, asset: Asset) -> Asset | None:
    same = {"url": asset.url, "kind": asset.kind} if asset.is_link else {"sha256": asset.sha256}
    return project.assets.filter(**same).first()


def doubled(asset: Asset, to: Project, user: User) -> Asset:
    twin = Asset.objects.get(pk=asset.pk)
    twin.pk, twin.pid, twin.project, twin.origin = None, new_pid(), to, Asset.Origin.COPY
    twin.uploaded_by, twin.trashed_at, twin.created_at = user, None, timezone.now()
    twin.save(force_insert=True)
    return twin


def make(project: Project, user: User, sha256: str, fields: dict[str, Any]) -> Asset:
    asset = Asset.objects.create(project=project, uploaded_by=user, sha256=sha256, **fields)
    Event.record("asset", asset.pid, "added", actor=user, project_id=project.pk, evidence={"sha256": sha256})
    return asset


def store(source: Path, name: str) -> str:
    """Write once under an immutable name: a crash leaves a .part, never half a file under the name itself.

    A full disk leaves nothing: what is half written takes the room that others need.
    """
    if default_storage.exists(name):
        return name
    part = Path(default_storage.path(f"{name}.{uuid.uuid4().hex[:12]}.part"))
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        with source.open("rb") as file, part.open("xb") as out:
            shutil.copyfileobj(file, out)
            out.flush()
            os.fsync(out.fileno())
        part.replace(default_storage.path(name))
    finally:
        part.unlink(missing_ok=True)
    return name
