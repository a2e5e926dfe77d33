"""The fake provider is the judge of money: what it says in three dialects, and what it writes down."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from runwayml import NotFoundError, RunwayML
from volcenginesdkarkruntime import Ark
from volcenginesdkarkruntime._exceptions import ArkAPIStatusError

from generations import net
from generations.providers import ark, gptproto, runway
from generations.providers.base import Account, Created, Medium, Order, Phase
from tests.faults.asking import (
    ENDLESS,
    KEY,
    ORDER,
    TAG,
    TASKS,
    account,
    created,
    ended,
    file_at,
    lines_of,
    listed,
    looked,
    runway_account,
    send,
)
from tests.faults.provider import Provider, fake_provider
from tests.running import ROOT, until

# Three dialects


def test_the_studios_ark_dialect_is_understood(provider: Provider) -> None:
    answer = send(ark.create(account(provider), ORDER))
    made = ark.read_created(answer.status, answer.headers, answer.body)
    assert isinstance(made, Created)
    task = ended(provider, made.id)
    assert (task.phase, task.tag, task.seed) == (Phase.SUCCEEDED, TAG, 5)
    assert task.facts["duration"] == 4
    assert abs((task.created_at or 0) - time.time()) < 10
    assert task.video_url.startswith(provider.base)


def test_a_task_waits_runs_and_ends(tmp_path: Path) -> None:
    with fake_provider(tmp_path, seconds=3) as provider:
        task_id = created(provider)
        phases = [looked(provider, task_id).phase]
        while phases[-1] is not Phase.SUCCEEDED and len(phases) < 1000:
            time.sleep(0.05)
            phases.append(looked(provider, task_id).phase)
        assert list(dict.fromkeys(phases)) == [Phase.QUEUED, Phase.RUNNING, Phase.SUCCEEDED]


def test_the_studios_gptproto_dialect_is_understood(provider: Provider) -> None:
    order = Order("seedance-1-0-lite", "A fox in fog", parameters={"duration": "5s", "seed": 9})
    answer = send(gptproto.create(account(provider), order))
    made = gptproto.read_created(answer.status, answer.headers, answer.body)
    assert isinstance(made, Created)
    task = ended(provider, made.id, gptproto)
    assert (made.id[:5], task.phase, file_at(task.video_url).status_code) == ("task_", Phase.SUCCEEDED, 200)
    post, *_ = lines_of(provider, made.id, "post")
    assert (post["dialect"], post["prompt"], post["seed"], post["tag"]) == ("gptproto", "A fox in fog", 9, "")


@pytest.mark.parametrize("media", [(), (Medium("first_frame", "image", "https://example.org/a.png"),)])
def test_the_studios_runway_dialect_is_understood(provider: Provider, media: tuple[Medium, ...]) -> None:
    order = Order("gen4.5", "A fox at dawn", media, {"seed": 3, "ratio": "1280:720", "duration": 5})
    answer = send(runway.create(runway_account(provider), order))
    made = runway.read_created(answer.status, answer.headers, answer.body)
    assert isinstance(made, Created)
    task = ended(provider, made.id, runway)
    assert (task.phase, task.cost, file_at(task.video_url).status_code) == (Phase.SUCCEEDED, 1.0, 200)


def test_arks_own_client_creates_gets_lists_and_deletes(provider: Provider) -> None:
    client = Ark(base_url=f"{provider.base}/api/v3", api_key=KEY, max_retries=0)
    tasks = client.content_generation.tasks
    content = [{"type": "text", "text": "A dog"}]
    made = tasks.create(model="doubao-seedance-2-0-260128", content=content, safety_identifier="bob", seed=3)
    assert made.safety_identifier == "bob"
    ended(provider, made.id)
    task = tasks.get(task_id=made.id)
    found = tasks.list(task_ids=[made.id, "cgt-unknown"], status="succeeded", page_size=500)
    assert (task.seed, task.safety_identifier, found.total, found.items[0].id) == (3, "bob", 1, made.id)
    tasks.delete(task_id=made.id)
    assert tasks.list(task_ids=[made.id]).total == 0
    with pytest.raises(ArkAPIStatusError):
        tasks.get(task_id=made.id)
    client.close()


def test_runways_own_client_creates_retrieves_and_deletes(provider: Provider) -> None:
    with RunwayML(base_url=provider.base, api_key="key_bob", max_retries=0) as client:
        made = client.image_to_video.create(
            model="gen4_turbo", prompt_image="https://example.org/a.png", prompt_text="A dog", ratio="1280:720"
        )
        until("the task ends", lambda: client.tasks.retrieve(made.id).status == "SUCCEEDED", 10)
        task: Any = client.tasks.retrieve(made.id)
        assert task.output[0].endswith(f"/files/{made.id}/video.mp4")
        client.tasks.delete(made.id)
        with pytest.raises(NotFoundError):
            client.tasks.retrieve(made.id)
        assert client.organization.retrieve().credit_balance > 0


def test_the_studios_probes_find_the_key_good(provider: Provider) -> None:
    for dialect, owner in (
        (ark, account(provider)),
        (ark, Account(f"{provider.base}/api/v3", KEY, lists=False)),
        (gptproto, account(provider)),
        (runway, runway_account(provider)),
    ):
        answer = send(dialect.probe(owner))
        assert dialect.read_probe(answer.status, answer.headers, answer.body) is None


def test_without_a_key_nothing_is_made(provider: Provider) -> None:
    accepted = provider.counts()["accepts"]
    body = {"model": "m", "content": [{"type": "text", "text": "no key"}]}
    assert httpx.post(provider.base + TASKS, json=body).status_code == 401
    assert httpx.get(provider.base + TASKS).status_code == 401
    assert provider.counts()["accepts"] == accepted
    assert provider.of("refuse")[-1]["status"] == 401


@pytest.mark.parametrize("body", [b"{", b"[1]", b"", b'{"model":"m"}', b'{"content":[]}', b'{"model":[],"content":7}'])
def test_a_request_that_lacks_something_is_written_down_and_refused(provider: Provider, body: bytes) -> None:
    answer = httpx.post(provider.base + TASKS, content=body, headers={"Authorization": f"Bearer {KEY}"})
    post, refusal = provider.of("post")[-1], provider.of("refuse")[-1]
    assert (answer.status_code, post["body_sha256"]) == (400, hashlib.sha256(body).hexdigest())
    assert (refusal["n"], refusal["status"]) == (post["n"], 400)


# The ledger


def test_the_ledger_tells_a_tasks_life(provider: Provider) -> None:
    task_id = created(provider, "A fox in the ledger")
    file = file_at(ended(provider, task_id).video_url).content
    until("the file is noted", lambda: lines_of(provider, task_id, "file"), 5)
    post, accept, end, fetched = lines_of(provider, task_id)
    assert [post["kind"], accept["kind"], end["kind"], fetched["kind"]] == ["post", "accept", "end", "file"]
    assert post["key"] == hashlib.sha256(KEY.encode()).hexdigest()[:12]
    assert post["host"] == f"127.0.0.1:{provider.port}"
    for line in (post, accept):
        assert (line["tag"], line["prompt"], line["seed"]) == (TAG, "A fox in the ledger", 5)
        assert (line["dialect"], line["body_sha256"]) == ("ark", post["body_sha256"])
    assert (accept["model"], accept["charge"]) == (ORDER.model, 1.0)
    assert (end["status"], end["sha256"], end["bytes"]) == ("succeeded", hashlib.sha256(file).hexdigest(), len(file))
    assert (fetched["sent"], fetched["status"]) == (len(file), 200)
    assert end["at"] == pytest.approx(accept["at"] + 0.3)


def test_the_ledger_and_the_counts_are_told_over_http(provider: Provider) -> None:
    provider.script("create", {"lasts": ENDLESS}, times=1)
    created(provider)
    known = provider.ledger()
    told = httpx.get(f"{provider.base}/_ledger").json()
    assert told[: len(known)] == known
    assert httpx.get(f"{provider.base}/_ledger?since={len(known) - 1}").json()[0] == known[-1]
    assert httpx.get(f"{provider.base}/_ledger?since=x").status_code == 400
    counts = provider.counts()
    assert (counts["posts"], counts["accepts"]) == (len(provider.of("post")), len(provider.accepts()))
    assert counts["max_in_flight"] >= counts["in_flight"] >= 1


def test_what_is_in_flight_is_counted(tmp_path: Path) -> None:
    with fake_provider(tmp_path, seconds=ENDLESS) as provider:
        first, second, third = (created(provider) for _ in range(3))
        send(ark.cancel(account(provider), second))
        assert provider.counts() == {"posts": 3, "accepts": 3, "in_flight": 2, "max_in_flight": 3}
        assert [looked(provider, one).phase for one in (first, second, third)] == ["queued", "cancelled", "queued"]


def test_an_accept_is_on_disk_before_the_answer(tmp_path: Path) -> None:
    """Killed while it holds the answer back, it has the task all the same."""
    with fake_provider(tmp_path, seconds=ENDLESS) as provider:
        provider.script("create", {"fate": "hang", "seconds": 30, "accept": True})
        call = ark.create(account(provider), ORDER)
        poster = ThreadPoolExecutor(1).submit(send, call, 60)
        until("it was accepted", provider.accepts, 5)
        provider.kill()
        assert isinstance(poster.exception(10), net.Lost)
        provider.start()
        assert [task.tag for task in listed(provider)] == [TAG]


def test_it_counts_a_thousand_requests_once(tmp_path: Path) -> None:
    """Four clients at once, as many threads as the studio has workers: every number and every id is there once."""
    with fake_provider(tmp_path, seconds=0.2) as provider:
        body = json.dumps({"model": "m", "content": [{"type": "text", "text": "many"}]})

        def ask(times: int) -> None:
            with httpx.Client(headers={"Authorization": f"Bearer {KEY}"}) as client:
                for _ in range(times):
                    assert client.post(provider.base + TASKS, content=body).status_code == 200

        clients = [threading.Thread(target=ask, args=(250,)) for _ in range(4)]
        for client in clients:
            client.start()
        for client in clients:
            client.join(60)
        accepts, posts = provider.accepts(), provider.of("post")
        assert len({one["id"] for one in accepts}) == len(accepts) == 1000
        assert sorted(one["n"] for one in accepts) == sorted(one["n"] for one in posts) == list(range(1, 1001))
        until("all have ended", lambda: provider.counts()["in_flight"] == 0, 10)
        assert sorted(one["id"] for one in provider.of("end")) == sorted(one["id"] for one in accepts)


def test_half_a_request_is_no_request(provider: Provider) -> None:
    before = provider.counts()["posts"]
    with socket.create_connection(("127.0.0.1", provider.port)) as client:
        head = f"POST {TASKS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer k\r\nContent-Length: 100\r\n\r\n"
        client.sendall(head.encode() + b'{"model":')
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
    assert provider.counts()["posts"] == before


# Its life


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    with fake_provider(tmp_path, seconds=1) as provider:
        erased, done = created(provider, "erased"), created(provider, "done")
        ended(provider, erased)
        ended(provider, done)
        send(ark.cancel(account(provider), erased))
        provider.script("create", {"lasts": ENDLESS}, where={"prompt": "stopped"})
        stopped, running = created(provider, "stopped"), created(provider, "running")
        send(ark.cancel(account(provider), stopped))
        base, before = provider.base, provider.counts()
        provider.kill()
        assert len(provider.accepts()) == 4, "the ledger is read while the provider is down"
        with (tmp_path / "ledger.jsonl").open("a") as file:
            file.write('{"at":1,"kind":"acc')  # as a power cut leaves it
        provider.start()
        assert provider.base == base
        assert provider.counts()["max_in_flight"] == before["max_in_flight"]
        assert [task.id for task in listed(provider)] == [running, stopped, done]
        assert ended(provider, running).phase is Phase.SUCCEEDED
        assert looked(provider, stopped).phase is Phase.CANCELLED
        assert looked(provider, done).video_url
        fifth = created(provider, "fifth")
        assert [one["n"] for one in provider.accepts()] == [1, 2, 3, 4, 5]
        ends = [(end["id"], end["status"]) for end in provider.of("end")]
        assert len(ends) == len(set(ends)) == 4
        assert fifth not in {erased, done, stopped, running}


def test_two_may_not_share_a_ledger(tmp_path: Path) -> None:
    with (
        fake_provider(tmp_path),
        pytest.raises(RuntimeError, match="another fake provider writes"),
        fake_provider(tmp_path),
    ):
        pass


def test_a_size_that_no_clip_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"a clip has at least \d{4} bytes"), fake_provider(tmp_path, bytes=100):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="Linux ends a process with its parent")
def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    words = "import sys, time\nfrom pathlib import Path\nfrom tests.faults.provider import fake_provider\n"
    words += "with fake_provider(Path(sys.argv[1])) as p: print(p.process.pid, flush=True); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", words, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate(timeout=10)
    until("the provider is gone", lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 10)


# Ark's calls


def test_a_list_has_pages_newest_first(tmp_path: Path) -> None:
    with fake_provider(tmp_path) as provider:
        ids = [created(provider, f"number {number}") for number in range(5)]
        newest = ids[::-1]
        assert [task.id for task in listed(provider, page=1, size=2)] == newest[:2]
        assert [task.id for task in listed(provider, page=3, size=2)] == newest[4:]
        assert [task.id for task in listed(provider, ids=[ids[1], "cgt-unknown", ids[3]])] == [ids[3], ids[1]]
        for task_id in ids:
            ended(provider, task_id)
        headers = {"Authorization": f"Bearer {KEY}"}
        for query, total in (("filter.status=succeeded", 5), ("filter.status=queued", 0), ("filter.model=x", 0)):
            answer = httpx.get(f"{provider.base}{TASKS}?{query}", headers=headers).json()
            assert (answer["total"], len(answer["items"])) == (total, total)
        for query in ("page_num=0", "page_size=501", "page_num=one"):
            assert httpx.get(f"{provider.base}{TASKS}?{query}", headers=headers).status_code == 400


def test_a_queued_task_is_cancelled_a_running_one_goes_on_an_ended_one_is_erased(provider: Provider) -> None:
    provider.script("create", {"lasts": ENDLESS}, where={"prompt": "stays queued"})
    provider.script("create", {"lasts": 3}, where={"prompt": "runs"})
    queued, runs, done = created(provider, "stays queued"), created(provider, "runs"), created(provider)
    assert send(ark.cancel(account(provider), queued)).status == 200
    assert looked(provider, queued).phase is Phase.CANCELLED
    assert send(ark.cancel(account(provider), queued)).status == 409
    until("it runs", lambda: looked(provider, runs).phase is Phase.RUNNING, 5)
    assert send(ark.cancel(account(provider), runs)).status == 409
    link = ended(provider, done).video_url
    assert send(ark.cancel(account(provider), done)).status == 200
    assert (send(ark.look(account(provider), done)).status, file_at(link).status_code) == (404, 404)
    lines = [(line["kind"], line.get("status") or line.get("was")) for line in lines_of(provider, queued)[2:]]
    assert lines == [("end", "cancelled"), ("delete", "queued")]
    assert [line["was"] for line in lines_of(provider, done, "delete")] == ["succeeded"]
    assert not lines_of(provider, runs, "delete")


def test_runway_cancels_what_is_open(provider: Provider) -> None:
    provider.script("create", {"lasts": ENDLESS}, where={"prompt": "A fox at noon"})
    answer = send(runway.create(runway_account(provider), Order("gen4.5", "A fox at noon")))
    task_id = json.loads(answer.body)["id"]
    assert send(runway.cancel(runway_account(provider), task_id)).status == 204
    assert looked(provider, task_id, runway).phase is Phase.CANCELLED


def test_no_echo_no_list_and_another_clock(tmp_path: Path) -> None:
    with fake_provider(tmp_path, no_tag=True, no_seed=True, no_list=True, clock_skew=-3600) as provider:
        assert "safety_identifier" not in json.loads(send(ark.create(account(provider), ORDER)).body)
        (accept,) = provider.accepts()
        task = ended(provider, accept["id"])
        assert (task.tag, task.seed, accept["tag"], accept["seed"]) == ("", None, TAG, 5)
        assert abs((task.created_at or 0) + 3600 - time.time()) < 10
        assert send(ark.look_many(account(provider))).status == 404


def test_a_late_list_misses_a_new_task(tmp_path: Path) -> None:
    with fake_provider(tmp_path, list_late=2) as provider:
        task_id = created(provider)
        assert (listed(provider), listed(provider, ids=[task_id])) == ([], [])
        assert looked(provider, task_id).id == task_id
        until("the list shows it", lambda: [task.id for task in listed(provider)] == [task_id], 5)


def test_a_share_of_tasks_fails(tmp_path: Path) -> None:
    with fake_provider(tmp_path, seconds=0.05, fail=0.5) as provider:
        ids = [created(provider) for _ in range(40)]
        ends = [ended(provider, task_id).phase for task_id in ids]
        assert {Phase.SUCCEEDED, Phase.FAILED} == set(ends)
        assert [line["status"] for line in provider.of("end")].count("failed") == ends.count(Phase.FAILED)


def test_a_task_expires_when_it_takes_longer_than_was_asked(tmp_path: Path) -> None:
    with fake_provider(tmp_path, seconds=ENDLESS) as provider:
        task_id = created(provider, execution_expires_after=0.2)
        assert ended(provider, task_id).phase is Phase.EXPIRED
        assert (lines_of(provider, task_id)[-1]["status"], lines_of(provider, task_id)[-1]["sha256"]) == ("expired", "")
