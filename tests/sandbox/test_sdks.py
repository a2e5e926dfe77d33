"""The vendors' released SDKs run against the sandbox unchanged."""

import time
from collections.abc import Iterator

import pytest
from runwayml import NotFoundError, RunwayML
from volcenginesdkarkruntime import Ark

from tests.sandbox.running import KEY, until
from tests.sandbox.talk import data_uri, image, text


@pytest.fixture
def ark(sandbox: str) -> Iterator[Ark]:
    client = Ark(base_url=f"{sandbox}/api/v3", api_key=KEY["Authorization"].split()[1], max_retries=0)
    yield client
    client.close()


@pytest.fixture
def runway(sandbox: str) -> Iterator[RunwayML]:
    with RunwayML(base_url=sandbox, api_key="key_alice", max_retries=0) as client:
        yield client


def test_arks_sdk_creates_gets_lists_and_deletes(ark: Ark) -> None:
    tasks = ark.content_generation.tasks
    made = tasks.create(
        model="doubao-seedance-2-0-260128",
        content=[text("A dog"), image(data_uri(), "first_frame")],
        safety_identifier="alice",
        ratio="adaptive",
        duration=4,
        seed=3,
    )
    assert (made.id.startswith("cgt-"), made.safety_identifier) == (True, "alice")
    task = until(lambda: done if (done := tasks.get(task_id=made.id)).status == "succeeded" else None)
    assert task
    assert (task.seed, task.ratio, task.duration, task.content.video_url.startswith("http")) == (3, "1:1", 4, True)
    listed = tasks.list(task_ids=[made.id], status="succeeded", page_size=500)
    assert (listed.total, listed.items[0].id) == (1, made.id)
    tasks.delete(task_id=made.id)
    assert tasks.list(task_ids=made.id).total == 0


def test_runways_sdk_creates_retrieves_and_deletes(runway: RunwayML) -> None:
    made = runway.image_to_video.create(
        model="gen4_turbo", prompt_image=data_uri(), prompt_text="A dog runs", ratio="1280:720", duration=2
    )
    deadline = time.monotonic() + 60
    task = runway.tasks.retrieve(made.id)
    while task.status not in ("SUCCEEDED", "FAILED") and time.monotonic() < deadline:
        time.sleep(0.1)
        task = runway.tasks.retrieve(made.id)
    assert task.status == "SUCCEEDED"
    assert task.output[0].startswith("http")
    runway.tasks.delete(made.id)
    with pytest.raises(NotFoundError):
        runway.tasks.retrieve(made.id)
    assert runway.organization.retrieve().credit_balance > 0
