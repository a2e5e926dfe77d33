"""What every dialect writes alike: headers, and a task's id in a path."""

from urllib.parse import quote

from .base import Account, Unwritable
from .finding import clean, legal_id


def headers(account: Account, **more: str) -> dict[str, str]:
    """The key as a bearer token, `more` (with `_` for `-`), and the account's own. Raises Unwritable for an odd key."""
    if not account.key.isascii() or not account.key.isprintable() or " " in account.key:
        raise Unwritable("The key has a space, a line break or a foreign letter in it: paste it again.")
    ours = {"Authorization": f"Bearer {account.key}"} | {name.replace("_", "-"): value for name, value in more.items()}
    taken = {name.lower() for name in ours}
    return ours | {name: value for name, value in account.headers.items() if name.lower() not in taken}


def address(account: Account, path: str, task_id: str = "") -> str:
    """The base URL with a path, and a task's id, escaped, at its end. Raises Unwritable for an odd id."""
    if task_id and not legal_id(task_id):
        raise Unwritable(f"“{clean(task_id, 60)}” is no task id: letters, digits and _ . : - only, 200 at most.")
    return account.base_url.rstrip("/") + path + (f"/{quote(task_id, safe='')}" if task_id else "")
