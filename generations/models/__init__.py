from .asset import Asset
from .attempt import Attempt, State
from .clip import Clip
from .gate import Gate, Pulse
from .generation import Generation, Input, Status
from .note import Note
from .orphan import Orphan
from .provider import Provider
from .share import Share
from .shot import Shot

__all__ = [
    "Asset",
    "Attempt",
    "Clip",
    "Gate",
    "Generation",
    "Input",
    "Note",
    "Orphan",
    "Provider",
    "Pulse",
    "Share",
    "Shot",
    "State",
    "Status",
]
