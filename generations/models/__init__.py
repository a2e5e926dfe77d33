from .asset import Asset
from .attempt import Attempt, State
from .clip import Clip
from .gate import Gate, Pulse
from .generation import Generation, Input, Status
from .orphan import Orphan
from .provider import Provider
from .share import Share

__all__ = [
    "Asset",
    "Attempt",
    "Clip",
    "Gate",
    "Generation",
    "Input",
    "Orphan",
    "Provider",
    "Pulse",
    "Share",
    "State",
    "Status",
]
