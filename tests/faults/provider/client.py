"""The fake provider as tests hold it: started, told what to do, asked what it saw, and ended."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

ROOT = Path(__file__).resolve().parents[3]


class Provider:
    """`flags` are those of the command line, with `_` for `-`: seconds=0.2, no_tag=True, list_late=2, bytes=200_000."""

    def __init__(self, folder: Path, port: int, flags: dict[str, Any]) -> None:
        self.folder, self.port, self.flags = folder, port, flags
        self.process: subprocess.Popen[str] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Provider":
        """Begin, or begin again at the same port with all that the ledger knows; scripts are forgotten."""
        words = ["--folder", str(self.folder), "--port", str(self.port)]
        for name, value in self.flags.items():
            word = f"--{name.replace('_', '-')}"
            words += [word] if value is True else [] if value is False else [word, str(value)]
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "provider.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.provider", *words],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        told = self.process.stdout.readline().strip()
        if not told:
            self.process.wait(10)
            raise RuntimeError((self.folder / "provider.log").read_text().strip())
        self.port = int(told.rpartition(":")[2])
        return self

    def stop(self) -> None:
        """End it. Answers that are on their way break off."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        self.forget()

    def kill(self) -> None:
        """SIGKILL, as a machine that falls over."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.forget()

    def forget(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None

    def ask(self, method: str, path: str, data: Any = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.base + path, data=body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise ValueError(error.read().decode()) from None

    def script(self, on: str, do: dict[str, Any], **more: Any) -> int:
        """Have requests of a kind (`create`, `look|list`, …) fare so; `more` is where, times, skip, chance.

        Returns the script's number. Raises ValueError for one that makes no sense.
        """
        return int(self.ask("POST", "/_script", {"on": on, "do": do, **more})["script"])

    def used(self, script: int) -> int:
        """How many requests fared as this script says."""
        return next(int(entry["used"]) for entry in self.ask("GET", "/_script") if entry["script"] == script)

    def clear(self) -> None:
        self.ask("DELETE", "/_script")

    def counts(self) -> dict[str, int]:
        """posts, accepts, in_flight, max_in_flight."""
        return dict(self.ask("GET", "/_counts"))

    def ledger(self, since: int = 0) -> list[dict[str, Any]]:
        """The lines of the file from number `since` on, also while the provider is down."""
        path = self.folder / "ledger.jsonl"
        content = path.read_bytes() if path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1].splitlines()
        return [json.loads(line) for line in whole[since:]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in self.ledger() if entry["kind"] == kind]

    def accepts(self) -> list[dict[str, Any]]:
        return self.of("accept")


@contextmanager
def fake_provider(folder: Path, *, port: int = 0, **flags: Any) -> Iterator[Provider]:
    """A running fake provider with its ledger in `folder`; enter it in the thread that outlives it.

    (Linux ends it with the thread that started it.)
    """
    provider = Provider(folder, port, flags)
    try:
        yield provider.start()
    finally:
        provider.stop()
