"""The second step of a draft: the same take again, larger. docs/protocols.md A.4 (2.5 draft, read 2026-10)."""

from collections.abc import Mapping
from typing import Any

from generations.sandbox.ark_models import family_of
from generations.sandbox.ark_rules import check_kinds, facts_of, invalid, one_of
from generations.sandbox.box import Order
from generations.sandbox.inputs import Input
from generations.sandbox.sizes import pixels
from generations.sandbox.tasks import Store
from generations.sandbox.web import Refused

NOT_AGAIN = ("duration", "ratio", "seed", "generate_audio", "omni_reference_task_type", "frames", "camera_fixed")


def from_draft(body: Mapping[str, Any], task_id: str, store: Store) -> Order:
    """The order of a finished draft with what the second step may set; Refused for what it may not."""
    body = {name: value for name, value in body.items() if value is not None}
    content = body["content"]
    draft = content[0].get("draft_task") if len(content) == 1 else None
    if not isinstance(draft, dict):
        raise invalid("content", "a draft_task stands alone")
    first = store.get(str(draft.get("id")))
    if first is None or first.dialect != "ark" or not first.facts["draft"] or first.status != "succeeded":
        raise Refused(
            404, "NotFound.DraftTask", "The draft does not exist or has not succeeded.", "content[0].draft_task.id"
        )
    if body.get("model") != first.model:
        raise invalid("model", f"it must be the draft's own, {first.model}")
    for name in NOT_AGAIN:
        if name in body:
            raise invalid(name, "it is taken from the draft and must not be sent again")
    family = family_of(first.model)
    check_kinds(body, family)
    one_of(body, "resolution", ("1080p",) if family.table == "2.5" else ("720p", "1080p"))
    resolution, frames = (
        body.get("resolution", "1080p" if family.table == "2.5" else "720p"),
        first.facts["exact_frames"],
    )
    own = facts_of(body, family, resolution, first.facts["ratio"], frames)
    return Order(
        dialect="ark",
        task_id=task_id,
        model=first.model,
        prompt=first.prompt,
        size=pixels(family.table, resolution, first.facts["ratio"]),
        frames=frames,
        seed=first.facts["seed"],
        pictures=tuple((p["role"], input_again(p, store, first.id)) for p in first.job["pictures"]),
        settings={
            **{name: first.job[name] for name in ("audio", "camera_fixed")},
            "watermark": bool(body.get("watermark", False)),
            "last_frame": bool(body.get("return_last_frame", False)),
        },
        facts={**own, "generate_audio": first.facts["generate_audio"], "draft_task_id": first.id},
        tag=body.get("safety_identifier", ""),
    )


def input_again(picture: Mapping[str, str], store: Store, task_id: str) -> Input:
    content = (store.place(task_id) / picture["path"]).read_bytes() if picture["path"] else None
    return Input(content, picture["name"], (0, 0))
