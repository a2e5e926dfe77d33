"""An Ark-shaped provider with a memory, on top of the peer: what the jobs' tests talk to."""

from typing import Any

from tests.peer import Answerer, Reply, Seen

TASKS = "/api/v3/contents/generations/tasks"


class Ark:
    """Knows the tasks it created. `create` and `see` may be replaced by a test; `status` is what every task has."""

    def __init__(self) -> None:
        self.tasks: dict[str, dict[str, Any]] = {}
        self.status = "running"
        self.video = b""
        self.extra: dict[str, Any] = {}
        self.create: Answerer | None = None
        self.see: Answerer | None = None
        self.base = ""

    def __call__(self, seen: Seen) -> Reply:
        path, _, query = seen.path.partition("?")
        if path == "/video.mp4":
            return Reply(body=self.video, headers={"Content-Type": "video/mp4"})
        if seen.method == "POST":
            return (self.create or self.accept)(seen)
        if path == TASKS:
            items = [self.task(task_id) for task_id in reversed(self.tasks)]
            if "filter.task_ids" in query:
                items = [item for item in items if item["id"] in query]
            return Reply(json={"items": items, "total": len(items)})
        task_id = path.rsplit("/", 1)[-1]
        if seen.method == "DELETE":
            self.tasks[task_id]["status"] = "cancelled"
            return Reply(json={})
        if self.see:
            return self.see(seen)
        if task_id not in self.tasks:
            return Reply(404, {"error": {"code": "NotFound.Task", "message": "no such task"}})
        return Reply(json=self.task(task_id))

    def accept(self, seen: Seen) -> Reply:
        task_id = f"cgt-20260606160057-{len(self.tasks):05d}"
        body = seen.json
        self.tasks[task_id] = {"model": body["model"], "safety_identifier": body.get("safety_identifier", "")}
        return Reply(json={"id": task_id})

    def task(self, task_id: str) -> dict[str, Any]:
        task = {"id": task_id, "status": self.status, "created_at": 4000000000, "updated_at": 4000000000}
        task |= self.tasks[task_id]
        if task["status"] == "succeeded":
            task["content"] = {"video_url": f"{self.base}/video.mp4?X-Tos-Signature=secret"}
        return task | self.extra
