"""Reading a provider's no: the error shapes of many gateways, and what they come to.

Codes: Volcengine's error page (docs/82379/1299023, 2026-08-18), docs.dev.runwayml.com/errors, one-api and new-api
sources (2025-12), GPTProto's pages; read up to November 2026.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from .base import Cause, Refusal
from .finding import Unreadable, clean, find, near, number, parse

SUCCESS_WORDS = {"", "success", "ok", "none"}


@dataclass(frozen=True)
class Fault:
    """An error as it stands in an answer, not yet judged."""

    code: str = ""
    message: str = ""
    kind: str = ""  # a rougher word than the code, often `type`


# Read from the top; the first match decides, so `InvalidParameter.safety_identifier` is input and no matter of safety.
CODES = (
    (
        Cause.INPUT,
        r"^(missing|invalid)_?param|^invalid(image|video|audio)url|^invalid_?argument|^invalid_request|outofcontext"
        r"|^asset\.invalid|bad_output|^bad_?request",
    ),
    (Cause.BLOCKED, r"sensitive|riskdetection|contentsecurity|safety|moderat|content_?(policy|filter)|nsfw|blocked"),
    (Cause.BALANCE, r"overdue|setlimitexceeded|quota|insufficient|arrears"),
    (Cause.BUSY, r"rate_?limit|overload|toofast|inflightbatch|too_?many|throttl"),
    (Cause.MISSING, r"not_?found|not_?exist|modelnotopen|unsupportedmodel|^invalidendpoint"),
    (
        Cause.AUTH,
        r"authenticat|unauthor|accessdenied|operationdenied|invalidaccount|invalidsubscription|api_?key|permission"
        r"|forbidden|^invalid_token",
    ),
    (Cause.PROVIDER, r"internal|server_?error|unavailable|fail_to_fetch|upstream"),
)

# Where the code says nothing: Runway's 400 for an empty purse, gateways' own words in two languages.
HINTS = (
    (Cause.BALANCE, r"enough credits|insufficient .{0,20}(credit|balance|quota|fund)|余额不足|额度不足|欠费"),
    (
        Cause.BLOCKED,
        r"sensitive (content|information|word)|moderation|content policy|safety (system|filter|policy)|敏感|违规",
    ),
    (
        Cause.MISSING,
        r"task.{0,5}not.{0,5}(exist|found)|no available channel|invalid url|任务不存在|模型不存在|无可用渠道",
    ),
    (Cause.AUTH, r"(invalid|incorrect|missing) (api )?(key|token)|unauthori[sz]ed|无效的令牌"),
    (Cause.BUSY, r"rate limit|too many requests|overloaded|饱和|繁忙"),
)

STATUSES = {
    400: Cause.INPUT,
    401: Cause.AUTH,
    402: Cause.BALANCE,
    403: Cause.AUTH,
    404: Cause.MISSING,
    405: Cause.MISSING,
    410: Cause.MISSING,
    413: Cause.INPUT,
    415: Cause.INPUT,
    422: Cause.INPUT,
    429: Cause.BUSY,
    451: Cause.BLOCKED,
}


def fault_in(data: Any, *, bare: bool = False, nested: int = 3) -> Fault | None:
    """The error that an answer carries, None where it carries none. `bare`: a lone message counts as one too."""
    if not isinstance(data, dict):
        return None
    found = _error(data) or _detail(data) or business_fault(data)
    if not found and bare and (data.get("message") or data.get("msg")):
        found = Fault(message=_message(data))
    return _unwrapped(found, nested) if found else None


def fault_of(value: Any) -> Fault | None:
    """The error in the value of an `error` field: an object, or words."""
    if isinstance(value, str):
        return _unwrapped(Fault(message=value), 3) if value.strip() else None
    if not isinstance(value, dict):
        return None
    fault = Fault(_text(value.get("code")), _message(value), _text(value.get("type")))
    return _unwrapped(fault, 3) if fault != Fault() else None


def _error(data: dict[str, Any]) -> Fault | None:
    """`{"error": {…}}`, and Runway's `{"error": "…", "issues": […]}`."""
    value = data.get("error")
    if isinstance(value, str) and value.strip():
        issues = [_text(issue) for path in ("issues.*", "issues.*.message") for issue in find(data, path)]
        words = [word for word in issues if word][:3]
        return Fault(_text(data.get("code")), " ".join([value, *words]))
    return fault_of(value)


def _detail(data: dict[str, Any]) -> Fault | None:
    """FastAPI's and fal's `{"detail": "…" | [{"loc", "msg"}]}`."""
    value = data.get("detail")
    if isinstance(value, str) and value.strip():
        return Fault(message=value)
    said = [_text(issue) for issue in find(data, "detail.*.msg")]
    return Fault(message="; ".join(said[:3])) if said else None


def business_fault(data: dict[str, Any]) -> Fault | None:
    """A code that is not one of success, in an answer whose HTTP status may be 200."""
    for path in ("base_resp.status_code", "code"):
        for value in find(data, path):
            if not _means_success(_text(value)):
                return Fault(_text(value), _message(data.get("base_resp") or {}) or _message(data))
    return Fault(message=_message(data)) if data.get("success") is False else None


def _means_success(code: str) -> bool:
    value = number(code)
    return code.strip().lower() in SUCCESS_WORDS if value is None else value == 0 or 200 <= value < 300


def _message(data: Any) -> str:
    names = ("message", "msg", "status_msg", "error_msg", "fail_reason")
    return next((text for name in names if (text := _text(near(data, name)))), "")


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _unwrapped(fault: Fault, nested: int) -> Fault:
    """The innermost error: gateways put the maker's whole answer, as text, into their message."""
    text = fault.message.strip()
    if not nested or not text.startswith("{"):
        return fault
    try:
        inner = fault_in(parse(text.encode("utf-8", "replace")), bare=True, nested=nested - 1)
    except Unreadable:
        return fault
    return Fault(inner.code or fault.code, inner.message, inner.kind or fault.kind) if inner else fault


def cause_by_code(code: str, message: str = "") -> Cause | None:
    """What a provider's code means, None for one that we do not know."""
    cause = _matching(CODES, code)
    # One code, two meanings: a full queue passes, a used-up quota does not.
    if cause is Cause.BALANCE and re.search(r"quota", code, re.I) and re.search(r"queue|排队", message, re.I):
        return Cause.BUSY
    return cause


def _matching(table: tuple[tuple[Cause, str], ...], text: str) -> Cause | None:
    return next((cause for cause, pattern in table if re.search(pattern, text[:2000], re.IGNORECASE)), None)


def cause_by_status(status: int) -> Cause:
    return STATUSES.get(status, Cause.PROVIDER if status >= 500 else Cause.UNKNOWN)


def judge(fault: Fault, status: int, headers: Mapping[str, str] | None = None) -> Refusal:
    """The fault as a Refusal: by its code, else by its words, else by a telling number, else by its kind."""
    value = number(fault.code)
    said = int(value) if value is not None and 300 <= value < 600 else status
    cause = (
        cause_by_code(fault.code, fault.message)
        or _matching(HINTS, fault.message)
        or (STATUSES.get(said) if said != HTTPStatus.BAD_REQUEST else None)
        or cause_by_code(fault.kind)
        or cause_by_status(said)
    )
    message = clean(fault.message) or clean(fault.code) or f"{status_words(status)}, without a reason"
    return Refusal(cause, message, clean(fault.code, 120), status, retry_after(headers or {}))


def refused(status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    """Any answer outside 2xx."""
    try:
        data = parse(body)
    except Unreadable as odd:
        message = f"{status_words(status)}, and the answer {odd}"
        if 300 <= status < 400:
            message = f"{status_words(status)}: it sends elsewhere, which is not followed. Check the base URL."
        return Refusal(cause_by_status(status), message, "", status, retry_after(headers))
    return judge(fault_in(data, bare=True) or Fault(), status, headers)


def status_words(status: int) -> str:
    known = status in HTTPStatus.__members__.values()
    return f"HTTP {status} {HTTPStatus(status).phrase}" if known else f"HTTP {status}"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, as asked: from `Retry-After` as seconds or as a date, or from `retry-after-ms`. Not clamped."""
    given = {name.lower(): value for name, value in headers.items()}
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        seconds = number(given.get(name))
        if seconds is not None:
            return max(seconds * unit, 0.0)
    until = _date(given.get("retry-after", ""))
    if until is None:
        return None
    # The answer's own Date, so that a provider's wrong clock cancels out.
    now = _date(given.get("date", ""))
    return max(until - (time.time() if now is None else now), 0.0)


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
