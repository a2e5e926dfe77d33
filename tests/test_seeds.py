"""The five documents end to end: their examples typed into the composer, what then reaches the provider, key by key,
and every answer that they show."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from generations import catalog
from generations.catalog import offers
from generations.jobs.carry import carry
from generations.models import Asset, Attempt, Provider
from studio.models import Project
from tests.make import make_asset, make_project, make_provider, make_user
from tests.peer import Peer, Reply, Seen, run_peer
from tests.providers.documents import curl_examples, openapi_examples

KEY = "sk-seed-0123456789abcdef"
# Sent by every HTTP client, with no say about the request.
TRANSPORT = {"host", "content-length", "connection", "accept-encoding", "user-agent"}
JSON_HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}

pytestmark = pytest.mark.django_db(transaction=True)


class Desk:
    """Alice at the composer of one project, with one provider whose far end is a recording peer."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.alice = make_user("Alice", is_staff=True)
        self.project: Project = make_project(self.alice)
        self.client = Client()
        self.client.force_login(self.alice)

    def provider(self, preset: str) -> Provider:
        """As the preset has it, but for the origin of its address."""
        spec = catalog.preset(preset)
        path = spec.base_url.split("/", 3)[3] if spec.base_url.count("/") > 2 else ""
        return make_provider(
            preset=preset,
            dialect=spec.dialect,
            base_url=f"{self.peer.base}/{path}".rstrip("/"),
            headers=dict(spec.headers),
            flags=spec.flags,
            adds=sorted(spec.adds),
            omits=list(spec.omits),
            lists=spec.lists,
            offers=offers(spec),
            key=KEY,
        )

    def generate(self, provider: Provider, model: str, prompt: str, **more: Any) -> Attempt:
        """Press Generate, and let a worker carry it."""
        data = {"model": f"{provider.pid}:{model}", "prompt": prompt, "takes": "1", "client_token": "token-of-the-form"}
        answer = self.client.post(reverse("generate", args=[self.project.pid]), data | more)
        assert answer.status_code == 302, answer.content.decode()
        attempt = Attempt.objects.get()
        carry(attempt.pk)
        return Attempt.objects.get()

    def asset(self) -> Asset:
        return make_asset(self.project, self.alice)

    @property
    def sent(self) -> Seen:
        (sent,) = self.peer.seen
        return sent


@pytest.fixture
def answers() -> dict[str, Any]:
    return {"reply": Reply(json={"id": "cgt-20250918170604-vd988", "status": "submitted"})}


@pytest.fixture
def desk(db: None, answers: dict[str, Any]) -> Iterator[Desk]:
    with run_peer(lambda seen: answers["reply"]) as peer:
        yield Desk(peer)


def headers_of(seen: Seen) -> dict[str, str]:
    """All that say something: `Accept: */*`, as curl sends it too, does not."""
    return {
        name: value
        for name, value in seen.headers.items()
        if name not in TRANSPORT and (name, value) != ("accept", "*/*")
    }


def stored(asset: Asset) -> str:
    """The data URI of the asset as it lies in the storage."""
    content = default_storage.open(asset.file).read()
    return f"data:{asset.mime};base64,{base64.b64encode(content).decode()}"


def test_chainhub_first_frame_in_base64(desk: Desk, answers: dict[str, Any]) -> None:
    example, reply = openapi_examples("chainhub-first-frame")
    answers["reply"] = Reply(json=reply)
    text = example["content"][0]["text"].removesuffix(" --ratio adaptive --dur 5")
    assert text != example["content"][0]["text"]
    asset = desk.asset()
    attempt = desk.generate(
        desk.provider("chainhub-seedance"), "seedance-1.0-lite", text, **{"slot:first_frame": asset.pid}
    )
    # Its own bytes are no image.
    example["content"][1]["image_url"]["url"] = stored(asset)
    assert (desk.sent.method, desk.sent.path) == ("POST", "/volc/v1/contents/generations/tasks")
    assert headers_of(desk.sent) == JSON_HEADERS
    assert desk.sent.json == example
    assert (attempt.state, attempt.remote_id) == ("accepted", reply["id"])


def test_chainhub_references_by_link(desk: Desk, answers: dict[str, Any]) -> None:
    example, reply = openapi_examples("chainhub-references")
    answers["reply"] = Reply(json=reply)
    links = [item["image_url"]["url"] for item in example["content"][1:]]
    attempt = desk.generate(
        desk.provider("chainhub-seedance"),
        "seedance-1.0-lite-references",
        example["content"][0]["text"],
        **{"link:reference_image": "\n".join(links)},
    )
    assert (desk.sent.method, desk.sent.path) == ("POST", "/volc/v1/contents/generations/tasks")
    assert headers_of(desk.sent) == JSON_HEADERS
    assert desk.sent.json == example
    assert (attempt.state, attempt.remote_id) == ("accepted", reply["id"])


def test_seedance_2_at_an_ark_compatible_gateway(desk: Desk, answers: dict[str, Any]) -> None:
    example, reply = curl_examples("maxtoken-seedance-2")
    answers["reply"] = Reply(json=reply)
    links = [item["image_url"]["url"] for item in example["content"][1:]]
    attempt = desk.generate(
        desk.provider("maxtoken"),
        "seedance-2.0-gateway",
        example["content"][0]["text"],
        **{
            "link:reference_image": "\n".join(links),
            "set:generate_audio": "true",
            "set:resolution": "720p",
            "set:ratio": "16:9",
            "set:duration": "5",
            "set:camera_fixed": "false",
            "set:watermark": "true",
        },
    )
    assert (desk.sent.method, desk.sent.path) == ("POST", "/api/v3/contents/generations/tasks")
    assert headers_of(desk.sent) == JSON_HEADERS
    assert desk.sent.json == example
    assert (attempt.state, attempt.remote_id) == ("accepted", reply["id"])


def test_gptproto_text_to_video(desk: Desk, answers: dict[str, Any]) -> None:
    example = next(found for found in curl_examples("gptproto-text") if found.get("seed") == 12345)
    reply = next(found for found in curl_examples("gptproto-text") if "data" in found)
    answers["reply"] = Reply(json=reply)
    attempt = desk.generate(
        desk.provider("gptproto"),
        "gptproto-seedance-1.0-lite",
        example["prompt"],
        **{"set:loop": "false", "set:duration": "10s", "set:dimension": "768:768", "set:seed": "12345"},
    )
    assert (desk.sent.method, desk.sent.path) == ("POST", "/api/v3/contents/generations/tasks")
    assert headers_of(desk.sent) == JSON_HEADERS
    assert desk.sent.json == example
    assert (attempt.state, attempt.remote_id) == ("accepted", reply["data"]["task_id"])


def test_runway_through_chainhub(desk: Desk, answers: dict[str, Any]) -> None:
    example, reply = openapi_examples("chainhub-runway")
    answers["reply"] = Reply(json=reply)
    attempt = desk.generate(
        desk.provider("chainhub-runway"),
        "chainhub-gen4-turbo",
        example["promptText"],
        **{"link:first_frame": example["promptImage"], "set:duration": "5", "set:ratio": "1280:768"},
    )
    assert (desk.sent.method, desk.sent.path) == ("POST", "/runwayml/v1/image_to_video")
    assert headers_of(desk.sent) == JSON_HEADERS | {"accept": "application/json"}
    assert desk.sent.json == example
    assert (attempt.state, attempt.remote_id) == ("accepted", reply["id"])


def test_runways_own_base_wants_its_version(desk: Desk, answers: dict[str, Any]) -> None:
    answers["reply"] = Reply(json={"id": "17f20503-6c24-4c16-946b-35dbbce2af2f"})
    asset = desk.asset()
    desk.generate(desk.provider("runway"), "runway-gen4-turbo", "cat dance", **{"slot:first_frame": asset.pid})
    assert desk.sent.path == "/v1/image_to_video"
    assert desk.sent.headers["x-runway-version"] == "2024-11-06"
    assert desk.sent.json["promptImage"] == stored(asset)
    assert "watermark" not in desk.sent.json


KLING_LIKE = {
    "code": 0,
    "message": "ok",
    "request_id": "req-1",
    "data": {"task_id": "4665a07c", "task_status": "submitted", "created_at": 1734874720, "updated_at": 1734874720},
}
REFUSAL = {
    "error": {"message": "Invalid request parameters", "type": "invalid_request_error", "code": "invalid_parameters"}
}


def ask_gptproto(desk: Desk) -> Attempt:
    return desk.generate(desk.provider("gptproto"), "gptproto-seedance-1.0-lite", "a daisy")


def ask_runway(desk: Desk) -> Attempt:
    return desk.generate(
        desk.provider("chainhub-runway"),
        "chainhub-gen4-turbo",
        "cat dance",
        **{"link:first_frame": "https://www.bt.cn/logo.png", "set:ratio": "1280:768"},
    )


@pytest.mark.parametrize(
    ("ask", "reply", "state", "remote_id"),
    [
        (ask_runway, Reply(json=KLING_LIKE), "accepted", "4665a07c"),
        (ask_gptproto, Reply(400, json=REFUSAL), "rejected", ""),
        (ask_gptproto, Reply(200, json=REFUSAL), "rejected", ""),
    ],
    ids=["runway's schema", "gptproto's error", "gptproto's error inside 200"],
)
def test_every_other_answer_that_the_documents_show(
    desk: Desk, answers: dict[str, Any], ask: Callable[[Desk], Attempt], reply: Reply, state: str, remote_id: str
) -> None:
    answers["reply"] = reply
    attempt = ask(desk)
    assert (attempt.state, attempt.remote_id) == (state, remote_id)
    if state == "rejected":
        assert "Invalid request parameters" in attempt.generation.message


def test_looking_at_a_task_is_what_the_documents_show(desk: Desk, answers: dict[str, Any]) -> None:
    """`GET …/tasks/{id}` with the same two headers, at the gateway of the third document."""
    from django.utils import timezone

    from generations.jobs.poll import poll_due

    answers["reply"] = Reply(json={"id": "cgt-20251225201056-abc"})
    provider = desk.provider("maxtoken")
    desk.generate(provider, "seedance-2.0-gateway", "a puppy")
    Attempt.objects.update(next_action_at=timezone.now())
    answers["reply"] = Reply(json={"id": "cgt-20251225201056-abc", "status": "running"})
    poll_due()
    look = desk.peer.seen[-1]
    assert (look.method, look.path) == ("GET", "/api/v3/contents/generations/tasks/cgt-20251225201056-abc")
    assert headers_of(look) == JSON_HEADERS
    assert Attempt.objects.get().state == "running"
