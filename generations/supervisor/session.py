"""One queue's processes: django-q2 in a process session of its own, watched from outside, ended as a whole.

A SIGKILLed worker or monitor wedges or corrupts a django-q2 1.11 cluster that still looks alive, so any death counts.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

import psutil

from studio.config import ROOT

from . import rows


@dataclass
class Session:
    queue: str
    leader: subprocess.Popen[bytes]
    born: float = field(default_factory=time.monotonic)
    seen: set[int] = field(default_factory=set)  # the queue's own processes so far

    @property
    def lived(self) -> float:
        return time.monotonic() - self.born

    @property
    def was_whole(self) -> bool:
        """Whether leader, sentinel, a worker, monitor and pusher were there: all could load."""
        return len(self.seen) >= 5

    def members(self) -> dict[int, psutil.Process]:
        """Every live process of the session, by pid."""
        self.leader.poll()
        found = {}
        for pid in psutil.pids():
            with contextlib.suppress(ProcessLookupError, psutil.Error):
                if os.getsid(pid) != self.leader.pid:
                    continue
                process = psutil.Process(pid)
                if process.status() != psutil.STATUS_ZOMBIE:
                    found[pid] = process
        return found

    def loss(self) -> str:
        """What is wrong with the session, or nothing."""
        living = own(self.members(), self.leader.pid)
        missing = self.seen - living.keys()
        if self.leader.poll() is not None:
            return f"it ended with code {self.leader.returncode}"
        if missing:
            return f"process {min(missing)} died"
        for pid, process in living.items():
            with contextlib.suppress(psutil.Error):
                # It may hold the lock of the inner queue, for which all the others wait.
                if process.status() == psutil.STATUS_STOPPED:
                    return f"process {pid} is stopped"
        self.seen |= living.keys()
        return ""


def start(queue: str) -> Session:
    command = [sys.executable, "-m", "generations.supervisor.queue", queue, str(os.getpid())]
    return Session(queue, subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True))


def own(members: dict[int, psutil.Process], leader: int) -> dict[int, psutil.Process]:
    """django-q2's processes: leader, sentinel, and the sentinel's children. What a task starts may come and go."""
    parents = {}
    for pid, process in members.items():
        with contextlib.suppress(psutil.Error):
            parents[pid] = process.ppid()
    inner = {pid for pid, parent in parents.items() if parent == leader}
    return {pid: members[pid] for pid, parent in parents.items() if pid == leader or parent in {leader} | inner}


def ask_to_end(session: Session) -> None:
    """django-q2 finishes the tasks that run and ends. Only its leader is told: told to all, tasks are cut."""
    with contextlib.suppress(ProcessLookupError):
        session.leader.terminate()


def end(session: Session) -> bool:
    """Kill what is left, sparing a live POST; True once nothing is left. May raise a database error: then try again."""
    members = session.members()
    if not members:
        return True
    spared = rows.posting(members)
    frozen = [pid for pid in members if pid not in spared and send(pid, signal.SIGSTOP)]
    try:
        # Asked again now that they stand still: one may have begun a POST since.
        begun = rows.posting(frozen)
    except BaseException:
        for pid in frozen:
            send(pid, signal.SIGCONT)
        raise
    for pid in begun:
        send(pid, signal.SIGCONT)
    # The spared die with their parents, so those live on, frozen: awake they would start new workers.
    keep = spared | begun | {parent for pid in spared | begun for parent in forebears(members[pid])}
    for pid in frozen:
        if pid not in keep:
            send(pid, signal.SIGKILL)
    return not session.members()


def kill(session: Session) -> None:
    """At once and whole, whatever it holds."""
    while members := session.members():
        for pid in members:
            send(pid, signal.SIGKILL)
        time.sleep(0.05)


def forebears(process: psutil.Process) -> set[int]:
    with contextlib.suppress(psutil.Error):
        return {parent.pid for parent in process.parents()}
    return set()


def send(pid: int, number: signal.Signals) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False
