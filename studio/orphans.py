"""No orphans: a process that we start does not outlive the one that started it, however that one dies.

Linux only (prctl(2)); elsewhere the functions do nothing, and a SIGKILLed parent may leave children.
"""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Container

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# Loaded before any fork: a child must not import, another thread may have held the import lock.
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with(parent: int) -> None:
    """From now on the kernel kills this process when `parent`, who started it, dies.

    The kernel forgets this over fork, not over exec. It means the parent *thread*: start children from the main one.
    """
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The parent may have died before the call: then nobody will ever send the signal.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def forks_die_with_us() -> None:
    """Every fork of this process, and every fork of those, dies with its own parent."""
    parent = os.getpid()

    def remember() -> None:
        nonlocal parent
        parent = os.getpid()

    os.register_at_fork(before=remember, after_in_child=lambda: die_with(parent))


def adopt_orphans() -> None:
    """Grandchildren whose parent dies become our children, so that we can see and reap them."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_adopted(ours: Container[int]) -> None:
    """Bury the dead that fell to us. `ours` are those whose end somebody else here asks for."""
    with contextlib.suppress(ChildProcessError):
        while dead := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if dead.si_pid in ours:
                return
            os.waitpid(dead.si_pid, 0)
