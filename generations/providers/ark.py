"""Ark: Volcengine's content generation API, BytePlus ModelArk's, and the gateways that pass it on.

Volcengine docs/82379/1520757 and BytePlus ModelArk, read August to November 2026; the list call as in
volcengine-ark-runtime 5.0.54.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from . import reading
from .base import Account, Call, Medium, Order, Phase, Unwritable
from .finding import legal_id
from .writing import address, headers

NAME = "ark"
LABEL = "Ark (Volcengine, BytePlus ModelArk and compatible gateways)"
LISTS = True
CANCELS: frozenset[Phase] = frozenset({Phase.QUEUED})  # a running task cannot be stopped, and is billed
ERASES = True

TASKS = "/contents/generations/tasks"
KINDS = ("image", "video", "audio")
MADE_UP = "cgt-20000101000000-xxxxx"
MOST_IDS = 100  # in one list call: 500 make an address of 20 KB, more than proxies take

# Spellings of one in-prompt flag, by the parameter's name in the body.
SPELLINGS = {
    "resolution": ("rs", "resolution"),
    "ratio": ("rt", "ratio"),
    "duration": ("dur", "duration"),
    "framespersecond": ("fps", "framespersecond"),
    "seed": ("seed",),
    "camera_fixed": ("cf", "camerafixed", "camera_fixed"),
    "watermark": ("wm", "watermark"),
    "frames": ("frames",),
}

read_created = reading.read_created
read_task = reading.read_task
read_many = reading.read_many
read_probe = reading.read_probe


def create(account: Account, order: Order) -> Call:
    """`model` and `content`, the text first, then the media in their order, then the parameters that are set."""
    flags = {name: word for name, word in order.flag_names.items() if word} if account.flags else {}
    flagged = {name: value for name, value in order.parameters.items() if name in flags}
    text = with_flags(order.prompt, {name: (flags[name], value) for name, value in flagged.items()})
    content: list[dict[str, Any]] = [{"type": "text", "text": text}] if text.strip() or not order.media else []
    body: dict[str, Any] = {"model": order.model, "content": content + [item(medium) for medium in order.media]}
    body |= {name: value for name, value in order.parameters.items() if name not in flagged}
    if order.tag:
        body["safety_identifier"] = order.tag
    if order.expires_after:
        body["execution_expires_after"] = order.expires_after
    return Call("POST", address(account, TASKS), _headers(account), body)


def item(medium: Medium) -> dict[str, Any]:
    """One entry of `content`; the role stands beside the address, not in it."""
    if medium.kind not in KINDS:
        raise Unwritable(f"Ark takes images, videos and audio, not “{medium.kind}”.")
    kind = f"{medium.kind}_url"
    entry: dict[str, Any] = {"type": kind, kind: {"url": medium.url}}
    return entry | ({"role": medium.role} if medium.name_role else {})


def with_flags(prompt: str, flags: Mapping[str, tuple[str, Any]]) -> str:
    """The prompt with ` --word value` for each parameter at its end; one that the member typed stays as typed."""
    typed = [
        f"--{word} {str(value).lower() if isinstance(value, bool) else value}"
        for name, (word, value) in flags.items()
        if not has_flag(prompt, *SPELLINGS.get(name, ()), word)
    ]
    return " ".join([prompt.rstrip(), *typed]).strip() if typed else prompt


def has_flag(prompt: str, *spellings: str) -> bool:
    words = "|".join(map(re.escape, spellings))
    return re.search(rf"--(?:{words})(?:\s+|=)\S", prompt, re.IGNORECASE) is not None


def look(account: Account, task_id: str) -> Call:
    return Call("GET", address(account, TASKS, task_id), _headers(account))


def look_many(account: Account, ids: Sequence[str] = (), page: int = 1, size: int = 100) -> Call | None:
    """Up to 100 tasks by id, or one page, newest first. None where the host has no list. At most one a second."""
    if not account.lists:
        return None
    if len(ids) > MOST_IDS or not all(map(legal_id, ids)):
        raise Unwritable(f"A list call takes at most {MOST_IDS} ids, all of them legal.")
    if not (1 <= page <= 500 and 1 <= size <= 500):
        raise Unwritable("Ark's list has pages 1 to 500 of 1 to 500 tasks.")
    query = [f"page_num={page}", f"page_size={size}", *(f"filter.task_ids={quote(one, safe='')}" for one in ids)]
    return Call("GET", f"{address(account, TASKS)}?{'&'.join(query)}", _headers(account))


def cancel(account: Account, task_id: str) -> Call | None:
    """Stops a queued task. On an ended one it deletes the record, and with it the paid result."""
    return Call("DELETE", address(account, TASKS, task_id), _headers(account))


def probe(account: Account) -> Call:
    """The list's first entry, or, where there is no list, a task that cannot exist."""
    return look_many(account, size=1) or look(account, MADE_UP)


def _headers(account: Account) -> dict[str, str]:
    return headers(account, Content_Type="application/json")
