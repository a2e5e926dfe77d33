from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from generations.sandbox.files import link
from tests.sandbox.running import client, run_sandbox
from tests.sandbox.talk import ark_create, ark_end


@pytest.fixture(scope="module")
def url(sandbox: str) -> str:
    with client(sandbox) as http:
        return str(ark_end(http, ark_create(http, return_last_frame=True))["content"]["video_url"])


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, timeout=10, trust_env=False)


def test_the_whole_file_comes_without_a_key(url: str) -> None:
    response = get(url)
    assert response.status_code == 200
    assert response.headers["content-type"] == "video/mp4"
    assert int(response.headers["content-length"]) == len(response.content)
    assert response.content[4:8] == b"ftyp"
    etag = response.headers["etag"]
    assert etag.startswith('"')
    assert get(url, **{"If-None-Match": etag}).status_code == 304
    head = httpx.head(url, trust_env=False)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(response.content)), b"")


def test_moov_stands_before_the_pictures(url: str) -> None:
    content = get(url).content
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize(
    ("wanted", "part"), [("bytes=0-9", slice(0, 10)), ("bytes=100-", slice(100, None)), ("bytes=-7", slice(-7, None))]
)
def test_a_range_is_answered_with_206(url: str, wanted: str, part: slice) -> None:
    whole = get(url).content
    response = get(url, Range=wanted)
    assert (response.status_code, response.content) == (206, whole[part])
    assert response.headers["content-range"].endswith(f"/{len(whole)}")


def test_a_range_of_another_version_is_answered_whole(url: str) -> None:
    assert get(url, Range="bytes=0-9", **{"If-Range": '"other"'}).status_code == 200


def test_a_range_beyond_the_end_is_416(url: str) -> None:
    response = get(url, Range="bytes=99999999-")
    assert (response.status_code, response.headers["content-range"][:8]) == (416, "bytes */")


def test_a_link_is_worth_its_signature(url: str) -> None:
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    later = url.replace(query["X-Expires"][0], str(int(query["X-Expires"][0]) + 60))
    forged = [later, url[:-1] + ("0" if url[-1] != "0" else "1"), url.split("?")[0], url.replace("sig=", "sig=%C3%A9")]
    for wrong in forged:
        assert get(wrong).status_code == 403
    assert get(url.replace(parts.path, parts.path.replace("video.mp4", "last_frame.png"))).status_code == 403


def test_a_link_expires(folder: Path) -> None:
    with run_sandbox(folder, "--tiny") as base, client(base) as http:
        task_id = ark_create(http)
        ark_end(http, task_id)
        secret = (folder / "secret").read_bytes()
        assert get(link(secret, base, task_id, "video.mp4", 4_000_000_000)).status_code == 200
        response = get(link(secret, base, task_id, "video.mp4", 1_700_000_000))
        assert (response.status_code, response.json()["code"]) == (403, "RequestExpired")


def test_health_and_ledger(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"ok": True, "name": "sandbox"}
    task_id = ark_create(http, seed=77, safety_identifier="tag-77")
    entry = http.get("/_ledger").json()[-1]
    assert (entry["task"], entry["seed"], entry["tag"], entry["dialect"]) == (task_id, 77, "tag-77", "ark")
    assert len(entry["sha256"]) == 64


def test_addresses_and_methods_it_does_not_have(http: httpx.Client) -> None:
    assert http.get("/nowhere").status_code == 404
    response = http.put("/v1/organization")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")
    refused = http.post("/v3/contents/generations/tasks", content=iter([b"{}"]))
    assert refused.status_code == 411
