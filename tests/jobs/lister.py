"""An Ark whose list turns its pages and keeps its clock, as far as a test lets it."""

import time
from typing import Any
from urllib.parse import parse_qs

from tests.jobs.ark import TASKS, Ark
from tests.peer import Reply, Seen


class Lister(Ark):
    """`ahead`: seconds of its clock before ours; `most`: tasks that it puts on a page, whatever is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0.0
        self.most = 500
        self.order = "newest first"
        self.list_answer: Reply | None = None

    def __call__(self, seen: Seen) -> Reply:
        path, _, query = seen.path.partition("?")
        if seen.method == "GET" and path == TASKS and "filter.task_ids" not in query:
            return self.list_answer or self.page(parse_qs(query))
        return super().__call__(seen)

    def page(self, query: dict[str, list[str]]) -> Reply:
        items = sorted((self.task(key) for key in self.tasks), key=lambda item: item["created_at"], reverse=True)
        if self.order == "oldest first":
            items.reverse()
        size = min(int(query["page_size"][0]), self.most)
        start = (int(query["page_num"][0]) - 1) * size
        if self.order == "no pages":
            start = 0
        return Reply(json={"items": items[start : start + size], "total": len(items)})

    def accept(self, seen: Seen) -> Reply:
        reply = super().accept(seen)
        self.tasks[reply.json["id"]] |= {"created_at": int(time.time() + self.ahead), "seed": seen.json.get("seed")}
        return reply

    def put(self, task_id: str, ago: float = 0, **fields: Any) -> str:
        """A task that the studio did not send, made so many seconds ago."""
        made = int(time.time() + self.ahead - ago)
        self.tasks[task_id] = {"model": "doubao-seedance-2-0-260128", "created_at": made} | fields
        return task_id

    def task(self, task_id: str) -> dict[str, Any]:
        return {name: value for name, value in super().task(task_id).items() if value is not None}


def lists(seen: list[Seen]) -> list[str]:
    """The list calls without ids among these requests."""
    return [one.path for one in seen if "page_num=" in one.path and "filter.task_ids" not in one.path]
