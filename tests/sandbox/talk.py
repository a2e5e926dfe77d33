"""Words that the tests of every dialect share: small pictures, requests, waiting for an end."""

import base64
import io
from typing import Any

import av
import httpx
from PIL import Image, ImageStat

from tests.sandbox.running import until

ARK = "/api/v3/contents/generations/tasks"
TERMINAL = ("succeeded", "failed", "expired", "cancelled")


def data_uri(colour: str = "teal", size: tuple[int, int] = (320, 320), kind: str = "png") -> str:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def image(url: str, role: str = "") -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}, **({"role": role} if role else {})}


def ark_body(*content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    given = list(content) or [text("A lighthouse at night")]
    return {"model": "doubao-seedance-2-0-260128", "content": given, **fields}


def ark_create(http: httpx.Client, *content: dict[str, Any], **fields: Any) -> str:
    response = http.post(ARK, json=ark_body(*content, **fields))
    assert response.status_code == 200, response.text
    return str(response.json()["id"])


def ark_get(http: httpx.Client, task_id: str) -> dict[str, Any]:
    response = http.get(f"{ARK}/{task_id}")
    assert response.status_code == 200, response.text
    return dict(response.json())


def ark_end(http: httpx.Client, task_id: str, seconds: float = 60.0) -> dict[str, Any]:
    """The task once it has ended."""

    def ended() -> dict[str, Any] | None:
        task = ark_get(http, task_id)
        return task if task["status"] in TERMINAL else None

    found = until(ended, seconds)
    assert found
    return found


def frames_of(content: bytes) -> list[Image.Image]:
    with av.open(io.BytesIO(content), "r") as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def colour_at(frame: Image.Image, x: int, y: int) -> tuple[float, float, float]:
    """The mean colour of a small square around a point."""
    red, green, blue = ImageStat.Stat(frame.crop((x - 3, y - 3, x + 3, y + 3))).mean
    return red, green, blue


def fetch(url: str) -> bytes:
    response = httpx.get(url, timeout=20, trust_env=False)
    assert response.status_code == 200, response.text
    return response.content
