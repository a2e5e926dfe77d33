"""The faults of a provider, as data: what it does to a request, and what that must come to in each call.

The calls are POST (the one paid request), look (one task), list (many due tasks, and the sweep's search), and fetch
(the download). The studio has no callback endpoint, so doubled, late, forged and foreign callbacks do not apply.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .raw import (
    Act,
    bomb,
    chunk,
    close,
    drip,
    flood,
    head,
    hold,
    hold_after,
    reset,
    reset_after,
    reset_after_head,
    reset_at_first_byte,
    said,
)

QUEUED, REJECTED, UNCERTAIN, ACCEPTED = "queued", "rejected", "uncertain", "accepted"
GIB = 2**30
KEY = "c4a7be11-9d20-4e53-8f6a-1b2c3d4e5f60"  # as Ark's are: nothing in it says that it is a key
SIGNATURE = "b5d1f0sig"  # of a result's address
GOOD = b'{"id": "task-1", "status": "running"}'
LIST = b'{"items": [%s]}' % b", ".join(GOOD.replace(b"1", b"%d" % number) for number in (3, 2, 1))


def coded(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


@dataclass(frozen=True)
class Fault:
    """`post` is the state that the POST leads to; the words stand on the card, or, of a doubt, in its event.

    None for a word: the fault does not apply to that call. `look` of "" means: no fault for a look, it is understood.
    """

    name: str
    act: bytes | Act = b""
    post: str | None = UNCERTAIN
    word: str = ""
    look: str | None = None  # as `word`, where it differs
    fetch: str | None = None
    door: str = ""  # the address that is asked instead of the peer's
    early: bool = False  # acts on the connection before the request is read
    slow: bool = False  # shows itself only when a time is over
    wait: tuple[float, float] = (0, 2)  # seconds, of what goes back into the line
    pauses: bool = False  # the account is of no use until an admin has looked
    card: str = ""  # its status, where it is not the state's usual one
    listed: bytes = b""  # as `act`, in the form of a list
    provider: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def closed(name: str, word: str, *, slow: bool = False) -> Fault:
    """The way to the provider is shut: no byte of a request leaves us. The name is the door's too."""
    return Fault(name, post=QUEUED, word=word, look=word, fetch=word, door=name, slow=slow)


def broken(name: str, act: bytes | Act, word: str = "broke", **words: Any) -> Fault:
    return Fault(name, act, **{"word": word, "look": word, "fetch": word} | words)


def answer(name: str, status: int, body: Any, word: str, post: str = UNCERTAIN, **words: Any) -> Fault:
    """Any status outside 2xx, alike in all calls."""
    headers = words.pop("headers", {})
    seen = {"post": post, "word": word, "look": word, "fetch": f"answers {status}"} | words
    return Fault(name, said(body, status, **headers), **seen)


def json(name: str, body: bytes, word: str, **words: Any) -> Fault:
    """A success whose body is said to be JSON and is not what was agreed."""
    seen = {"word": word, "look": word} | words
    return Fault(name, said(body, Content_Type="application/json"), **seen)


def odd_id(name: str, value: str, word: str = "odd task id") -> Fault:
    """Of no interest to a look, which knows the id that it asks for; a list's entry with it is left out."""
    task = b'{"id": %s, "status": "running"}' % value.encode()
    listed = said(b'{"items": [%s]}' % task, Content_Type="application/json")
    return Fault(name, said(task, Content_Type="application/json"), word=word, listed=listed)


def taken(name: str, told: Callable[[bytes], bytes]) -> Fault:
    """Odd, and yet an answer: JSON with a legal id is believed, whatever stands around it."""
    return Fault(name, told(GOOD), ACCEPTED, look="", listed=told(LIST))


def retry_after(name: str, value: str, low: float, high: float, **headers: str) -> Fault:
    given = {"Retry_After": value} | headers
    return answer(
        f"429 retry after {name}",
        429,
        coded("RateLimitExceeded", "The service is busy"),
        "is busy",
        QUEUED,
        wait=(low, high),
        headers=given,
    )


def redirect(name: str, status: int, where: str) -> Fault:
    return answer(f"redirect {name}", status, b"", "sends elsewhere", REJECTED, headers={"Location": where})


DOORS = [
    closed("refused", "refuses connections"),
    closed("blackhole", "in time", slow=True),
    closed("dns fails", "DNS"),
    closed("dns hangs", "not resolved in time", slow=True),
    closed("tls expired", "certificate has expired"),
    closed("tls not yet valid", "certificate is not yet valid"),
    closed("tls self-signed", "self-signed certificate"),
    closed("tls of another host", "certificate of 127.0.0.1 is not valid"),
    closed("tls of ancient ciphers", "encrypted connection"),
    closed("tls not spoken", "encrypted connection"),
    closed("tls handshake stalls", "in time", slow=True),
    closed("tls handshake reset", "cannot be reached"),
    closed("tls handshake closed", "encrypted connection"),
]

BREAKS = [
    broken("reset at the first byte", reset_at_first_byte, early=True),
    broken("reset after the head", reset_after_head, early=True),
    broken("reset after the request", reset),
    broken("reset in the head", reset_after(b"HTTP/1.1 200 OK\r\nContent-")),
    broken("reset in the body", reset_after(b'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{"id": "task-1"')),
    broken("closed without a word", close),
    broken("closed in the head", b"HTTP/1.1 200 OK\r\nContent-Type: "),
    broken("silence", hold, "in the time allowed", fetch="sent nothing for", slow=True),
    broken("silence in the body", hold_after(head(200, Content_Length="9") + b"{"),
           "in the time allowed", fetch="sent nothing for", slow=True),
    broken("head dripped", drip(b"HTTP/1.1 200 OK\r\nX-Long: "), "in the time allowed", slow=True),
    broken("body dripped", drip(head(200, Content_Length="4000")), "in the time allowed", slow=True),
    broken("not HTTP", b"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
    broken("HTTP/0.9", GOOD, "not HTTP"),
    broken("two lengths", head(200, Content_Length="2") [:-2] + b"Content-Length: 37\r\n\r\n" + GOOD, "not HTTP"),
    broken("length too long", head(200, Content_Length="400") + GOOD),
    broken("chunks cut", head(200, Transfer_Encoding="chunked") + b"ff\r\n" + GOOD),
    broken("chunks malformed", head(200, Transfer_Encoding="chunked") + b"zz\r\n" + GOOD),
    broken("heads without end", flood(b"", b"HTTP/1.1 100 Continue\r\nX: " + b"y" * 9999 + b"\r\n\r\n", GIB),
           "larger than"),
    broken("1 GiB announced", head(200, Content_Length=str(GIB)), "larger than", fetch=None),
    broken("1 GiB in chunks", flood(head(200, Transfer_Encoding="chunked"), chunk(b" " * 2**18), GIB), "larger than",
           fetch=None),
    broken("1 GiB until closed", flood(head(200), b" " * 2**18, GIB), "larger than", fetch=None),
    broken("gzip bomb of 10 KiB", said(bomb(16), Content_Encoding="gzip"), "unpacks to more", fetch="compressed"),
    broken("gzip bomb of 512 MiB", said(bomb(512), Content_Encoding="gzip"), "unpacks to more", fetch="compressed"),
    broken("gzip cut", said(gzip.compress(GOOD, mtime=0)[:-9], Content_Encoding="gzip"), "cut short",
           fetch="compressed"),
    broken("gzip that is none", said(GOOD, Content_Encoding="gzip"), "damaged", fetch="compressed"),
    broken("unknown encoding", said(GOOD, Content_Encoding="br"), "encoding", fetch="compressed"),
]  # fmt: skip

RETRY_LATER = [
    retry_after("0", "0", 0.5, 1),
    retry_after("5", "5", 4, 5),
    retry_after("999999", "999999", 3500, 3600),
    retry_after("a date by a clock 2 days off", "Thu, 19 Nov 2026 12:02:00 GMT", 100, 120,
                Date="Thu, 19 Nov 2026 12:00:00 GMT"),
    retry_after("a date in the past", "Wed, 21 Oct 2015 07:28:00 GMT", 0.5, 1),
    retry_after("garbage", "soon", 0.5, 2),
    retry_after("absent", "", 0.5, 2),
    retry_after("-5", "-5", 0.5, 1),
    answer("429 without words", 429, b"", "Too Many Requests", QUEUED),
    answer("runway 503 sheds load", 503, {"error": "Shedding load"}, "Shedding load", QUEUED, look=None, fetch=None,
           provider={"dialect": "runway", "preset": "runway", "headers": {"X-Runway-Version": "2024-11-06"}}),
    answer("runway 502 sheds load", 502, b"", "Bad Gateway", QUEUED, look=None, fetch=None,
           provider={"dialect": "runway", "preset": "runway", "headers": {"X-Runway-Version": "2024-11-06"}}),
]  # fmt: skip

NOES = [
    answer("400", 400, coded("InvalidParameter.ratio", "ratio is wrong"), "ratio is wrong", REJECTED),
    answer("400 blocked", 400, coded("InputTextSensitiveContentDetected", "rude words"), "content filter", REJECTED,
           look="rude words", card="blocked"),
    answer("401", 401, coded("AuthenticationError", "bad key"), "refused the studio's key",
           REJECTED, look="bad key", pauses=True),
    answer("402", 402, {"error": {"message": "pay first"}}, "balance or quota", REJECTED,
           look="pay first", pauses=True),
    answer("403", 403, b"", "refused the studio's key", REJECTED, look="Forbidden", pauses=True),
    answer("403 overdue", 403, coded("AccountOverdueError", "overdue"), "balance or quota", REJECTED,
           look="overdue", pauses=True),
    answer("404 of a web server", 404, b"<html><title>404 nginx</title>", "does not know this model or address",
           REJECTED, look="404"),
    answer("413", 413, b"", "not charged", REJECTED, look="413"),
    answer("422", 422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, "field required", REJECTED),
    redirect("to another host", 307, "%ELSEWHERE%/take"),
    redirect("to plain http", 301, "http://provider.example/take"),
    redirect("to loopback", 308, "%CANARY%/take"),
    redirect("to itself", 302, "%SELF%"),
    redirect("to nowhere", 303, ""),
    redirect("to what is no address", 302, "http://[::1"),
]  # fmt: skip

DOUBTS = [
    answer("408", 408, b"", "Request Timeout"),
    answer("409", 409, b"", "Conflict"),
    answer("500", 500, coded("InternalServiceError", "GPU on fire"), "GPU on fire"),
    answer("502", 502, b"<html><title>Bad gateway</title>", "Bad gateway"),
    answer("503", 503, b"", "Service Unavailable"),
    answer("504", 504, b"", "Gateway Timeout"),
    answer("520", 520, b"", "HTTP 520"),
    answer("999", 999, b"", "HTTP 999"),
    answer("500 that quotes the key", 500, {"error": {"message": f"no token {KEY} at https://x.example/?sig={KEY}"}},
           "no token"),
    json("200 HTML", b"<!doctype html><title>Welcome</title>", "web page"),
    Fault("200 HTML as such", said(b"<html>Welcome</html>", Content_Type="text/html"), word="web page", look="web page",
          fetch="text/html, no video"),
    Fault("204 empty", head(204), word="is empty", look="is empty", fetch="answers 204"),
    json("200 empty", b"", "is empty"),
    json("trailing comma", b'{"id": "task-1", "status": "running",}', "not JSON", fetch="application/json, no video"),
    json("length too short", b'{"id": "task-1", "sta', "not JSON"),
    json("100k deep", b'{"id": "task-1", "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "levels deep"),
    json("NaN", b'{"id": "task-1", "status": "running", "cost": NaN}', "NaN"),
    json("1e999", b'{"id": "task-1", "status": "running", "cost": 1e999}', "too large"),
    json("number of 5000 digits", b'{"id": "task-1", "n": ' + b"9" * 5000 + b"}", "not JSON"),
    json("key twice", b'{"id": "task-1", "id": "task-2", "status": "running"}', "two values"),
    json("NUL", b'{"id": "task-1", "status": "running", "a": "\\u0000"}', "NUL"),
    json("lone surrogate", b'{"id": "task-1", "status": "running", "a": "\\ud800"}', "UTF-8"),
    json("GBK", '{"id": "task-1", "message": "你好"}'.encode("gbk"), "UTF-8"),
    json("UTF-16", '{"id": "task-1"}'.encode("utf-16"), "UTF-8"),
    json("list instead of object", b'["task-1"]', "not an object"),
    json("text instead of object", b'"task-1"', "not an object"),
    json("null", b"null", "not an object"),
    json("nothing in it", b'{"hello": 1}', "The provider's answer has"),
    json("business error", b'{"code": 500, "message": "upstream timeout"}', "upstream timeout",
         fetch="application/json, no video"),
    json("business error with an id", b'{"code": 1, "message": "overloaded", "id": "req-1"}', "overloaded"),
    json("business no", b'{"code": "InvalidParameter", "message": "bad ratio"}', "bad ratio", post=REJECTED),
    json("business block", b'{"code": "InputTextSensitiveContentDetected", "message": "rude words"}', "content filter",
         post=REJECTED, look="rude words", card="blocked"),
    json("business overdue", b'{"error": {"code": "AccountOverdueError"}}', "balance or quota",
         post=REJECTED, look="Overdue", pauses=True),
    odd_id("id empty", '""', "no task id"),
    odd_id("id int", "17", "no task id"),
    odd_id("id null", "null", "no task id"),
    odd_id("id with a path", '"../../etc"'),
    odd_id("id of dots", '".."'),
    odd_id("id with a line break", '"task\\n1"'),
    odd_id("id of 300 KiB", f'"{"a" * 300_000}"'),
    odd_id("id of 4 MiB", f'"{"a" * (4 << 20)}"', "larger than"),
]  # fmt: skip

# A wrong content type is a doubt only where the body is wrong too: to doubt every answer of a gateway that says
# text/html of its JSON would leave each of its paid tasks to a person.
TAKEN = [
    taken("wrong content type", lambda body: said(body, Content_Type="text/html")),
    taken("no content type", lambda body: said(body, Content_Type="")),
    taken("no length", lambda body: head(200, Content_Type="application/json") + body),
    taken("202", lambda body: said(body, 202)),
    taken("bytes behind the end", lambda body: said(body) + b"HTTP/1.1 500 Behind\r\n\r\n"),
    taken("gzip not asked for", lambda body: said(gzip.compress(body, mtime=0), Content_Encoding="gzip")),
    taken("byte order mark", lambda body: said(b"\xef\xbb\xbf" + body)),
]


FAULTS = DOORS + BREAKS + RETRY_LATER + NOES + DOUBTS + TAKEN
