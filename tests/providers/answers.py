"""Short ways to a dialect's answers."""

import json
from typing import Any

from generations.providers.base import Account, Dialect

KEY = "sk-test-0123456789abcdef"


def account(base_url: str = "https://gateway.example/api/v3", **fields: Any) -> Account:
    return Account(base_url=base_url, key=KEY, **fields)


def created(dialect: Dialect, data: Any, status: int = 200, **headers: str) -> Any:
    return dialect.read_created(status, headers, as_bytes(data))


def task(dialect: Dialect, data: Any, status: int = 200, task_id: str = "cgt-1", **headers: str) -> Any:
    return dialect.read_task(status, headers, as_bytes(data), task_id)


def probed(dialect: Dialect, data: Any, status: int = 200, **headers: str) -> Any:
    return dialect.read_probe(status, headers, as_bytes(data))


def listed(dialect: Dialect, data: Any, status: int = 200) -> Any:
    return dialect.read_many(status, {}, as_bytes(data))


def as_bytes(data: Any) -> bytes:
    return data if isinstance(data, bytes) else json.dumps(data).encode()
