"""What every answer needs, held together."""

import threading
from dataclasses import dataclass, field

from .dialects import Face
from .ledger import Ledger
from .options import Options
from .scripts import Scripts
from .tasks import Store
from .web import Request


@dataclass
class Shop:
    """`closing` is set when the provider is to end: whoever waits, waits on it."""

    options: Options
    ledger: Ledger
    store: Store
    scripts: Scripts
    closing: threading.Event = field(default_factory=threading.Event)

    def face(self, request: Request) -> Face:
        options = self.options
        return Face(options.files or request.base, options.tag, options.seed, options.clock_skew)
