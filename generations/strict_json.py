"""JSON from strangers, read so that nothing in it surprises whoever stores or shows it."""

import json
import math
import re
from typing import Any, Never

MAX_DEPTH = 64
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class Garbled(ValueError):
    """Not such JSON; the text completes the sentence "The answer …"."""


def read_json(data: bytes) -> Any:
    """UTF-8 JSON without NaN and infinity, without a key given twice with two values, at most 64 levels deep, and
    without text that no database stores (NUL, lone surrogates). Raises Garbled.
    """
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
        if "\\u" in text:  # the only way in for such characters
            json.dumps(value, ensure_ascii=False).encode()
            if _NUL.search(text):
                raise Garbled("contains a NUL character")
    except Garbled as garbled:
        reason = str(garbled)
    except UnicodeError:
        reason = "is not proper UTF-8 text"
    except RecursionError:
        reason = f"is nested more than {MAX_DEPTH} levels deep"
    except ValueError:
        reason = f"is not JSON but {_kind(data)}"
    else:
        if _is_deeper(value, MAX_DEPTH):
            raise Garbled(f"is nested more than {MAX_DEPTH} levels deep")
        return value
    raise Garbled(reason)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) and any(found[key] != value for key, value in pairs):
        raise Garbled("gives two values for one key")
    return found


def _no_constant(word: str) -> Never:
    raise Garbled(f"contains {word}, which is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Garbled("contains a number too large to be one")
    return number


def _is_deeper(value: Any, limit: int) -> bool:
    layer = [value]
    for _ in range(limit):
        nested = [node.values() if isinstance(node, dict) else node for node in layer if isinstance(node, dict | list)]
        if not nested:
            return False
        layer = [child for children in nested for child in children]
    return any(isinstance(node, dict | list) for node in layer)


def _kind(data: bytes) -> str:
    start = data[:200].lstrip().lower()
    if not start:
        return "empty"
    return "a web page" if start.startswith((b"<!doctype", b"<html", b"<head", b"<body")) else "something else"
