"""The web server's settings: `gunicorn -c python:studio.gunicorn studio.wsgi`.

Threads are cheap and readers stall, so there are many; a paused player must not hold one for ever.
"""

import os
import socket
import struct
from typing import Any

from studio import config as configuration
from studio.orphans import die_with

CONFIG = configuration.config()
STALLED = 5  # seconds without a byte taken, after which a write to a reader ends

bind = f"[{CONFIG.bind}]:{CONFIG.port}" if ":" in CONFIG.bind else f"{CONFIG.bind}:{CONFIG.port}"
worker_class = "gthread"
workers = CONFIG.web_processes
threads = CONFIG.web_threads
preload_app = True  # loaded once, and a broken installation says so once
keepalive = 75  # the default of 2 s cut 40 % of the connections of pages that poll every 2.5 s
# A worker's main thread beats once a second, however long a request takes. One that stands still may hold a lock in the
# database, for which the members and the engine wait.
timeout = 20
graceful_timeout = 5
# Python's socket.sendfile waits for ever on a blocked socket, whatever its SO_SNDTIMEO.
sendfile = False
# A heartbeat file on a slow disk makes the master kill healthy workers.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  no name in it can be guessed
# Headers of a proxy are believed only where there is one.
forwarded_allow_ips = "127.0.0.1,::1" if CONFIG.is_https else ""
control_socket_disable = True
loglevel = "debug" if CONFIG.log_level == "DEBUG" else "warning"


def when_ready(server: Any) -> None:
    """Each connection inherits the limit from the socket that listens."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STALLED, 0))


def post_fork(server: Any, worker: Any) -> None:
    die_with(server.pid)
