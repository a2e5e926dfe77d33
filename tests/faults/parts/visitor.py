"""A member who looks around and uploads while something is wrong, and notes what the pages say."""

import io
import itertools
import threading
from collections import Counter

import httpx
from PIL import Image

from tests.faults.house import House
from tests.faults.load import Load

PAUSE = 0.5  # seconds between two rounds of looking
ROUGH = (" ", "\n", "<h1>Internal Server Error</h1>", "Internal Server Error", "Server Error (500)")
LEAST = 40  # letters of a page that says something


class Visitor:
    """Looks at the history, home and the live question, and uploads a new image, as long as the block lasts."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.load = Load(house, 0)  # for its way in
        self.counts: Counter[str] = Counter()
        self.rough: list[str] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, name="visitor", daemon=True)
        self.numbers = itertools.count()

    def __enter__(self) -> "Visitor":
        self.thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.over.set()
        self.thread.join(60)

    def forget(self) -> None:
        self.counts, self.rough = Counter(), []

    def seen(self) -> Counter[str]:
        """How often what was answered with which status; 0 for no answer."""
        return Counter(self.counts)

    def raw(self) -> list[str]:
        """Refusals without a sentence for people."""
        return self.rough[:5]

    def run(self) -> None:
        project = f"/p/{self.house.project}"
        with httpx.Client(base_url=self.house.base, timeout=30, trust_env=False) as browser:
            while not self.over.wait(PAUSE):
                try:
                    if "studio_session" not in browser.cookies and not self.load.log_in(browser):
                        continue
                    self.note("history", browser.get(f"{project}/"))
                    self.note("live", browser.get(f"{project}/live"))
                    self.note("upload", self.upload(browser))
                except (httpx.HTTPError, KeyError):
                    self.counts["no answer 0"] += 1

    def upload(self, browser: httpx.Client) -> httpx.Response:
        number = next(self.numbers)
        picture = io.BytesIO()
        Image.effect_noise((700, 700), number % 90 + 10).save(picture, "PNG")
        headers = {"X-CSRFToken": browser.cookies["studio_csrf"], "HX-Request": "true"}
        file = {"file": (f"{number}.png", picture.getvalue(), "image/png")}
        return browser.post("/library/upload", data={"project": self.house.project}, files=file, headers=headers)

    def note(self, what: str, answer: httpx.Response) -> None:
        self.counts[f"{what} {answer.status_code}"] += 1
        if answer.status_code >= 400 and (answer.text.strip() in ROUGH or len(answer.text) < LEAST):
            self.rough.append(f"{what} {answer.status_code}: {answer.text[:80]!r}")
