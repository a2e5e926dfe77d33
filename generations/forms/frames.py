"""A frame of a clip as a file of the library: where the next take may begin."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from studio.models import User

from ..media import videos
from ..media.errors import Rejected
from ..models import Asset, Clip, Generation
from ..told import told
from . import assets
from .assets import Refused


def frame_of(generation: Generation, user: User, at: str = "") -> Asset:
    """The asset of the frame at `at` seconds, or of the last one. The same frame is the same asset. Raises Refused."""
    clip = generation.clip
    if clip is None:
        raise Refused(_("There is no video yet to take a frame from."))
    seconds = moment(at, clip)
    name = f"{generation.title[:60] or 'clip'}, {'last frame' if seconds is None else f'{seconds:.2f} s'}.png"
    try:
        asset = drawn(generation, clip, user, seconds, name)
    except FileNotFoundError:
        raise Refused(_("The file of this clip is gone from the studio's disk. Tell an admin.")) from None
    except Rejected as rejected:
        raise Refused(told(rejected.message)) from None
    if asset.frame_of_id is None:
        asset.frame_of = generation
        asset.save(update_fields=["frame_of"])
    return asset


def drawn(generation: Generation, clip: Clip, user: User, seconds: float | None, name: str) -> Asset:
    """Raises FileNotFoundError, Rejected and Refused."""
    origin = Asset.Origin.LAST_FRAME
    if seconds is None:
        with default_storage.open(clip.last_frame, "rb") as file:
            return assets.add_file(generation.project, user, file, name, kind="image", origin=origin)
    with TemporaryDirectory(prefix="studio-frame-") as folder:
        out = Path(folder) / "frame.png"
        videos.frame(Path(default_storage.path(clip.video)), out, seconds)
        with out.open("rb") as frame:
            return assets.add_file(generation.project, user, File(frame), name, kind="image", origin=origin)


def moment(text: str, clip: Clip) -> float | None:
    """Seconds from the beginning; None for the last frame. Raises Refused."""
    if not text or text == "last":
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= clip.seconds + 1:
        why = _("This clip has no frame at “{moment}”: it is {seconds} s long.")
        raise Refused(why.format(moment=text[:20], seconds=f"{clip.seconds:.2f}"))
    return seconds
