"""Two to four clips side by side, on one scrubber, with a table of what differs."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from studio.http import Request

from .. import gallery, story
from ..access import generation_for
from ..models import Generation

LEAST, MOST = 2, 4
LETTERS = "ABCD"


@dataclass(frozen=True)
class Line:
    """One fact of all clips; `same` when it tells nothing about the choice."""

    label: str
    values: tuple[str, ...]

    @property
    def same(self) -> bool:
        return len(set(self.values)) == 1


@require_safe
def compare(request: Request) -> HttpResponse:
    """`?c=<pid>` for each; also with commas, as a link that a person sends may be written."""
    pids = list(dict.fromkeys(pid for text in request.GET.getlist("c") for pid in text.split(",") if pid))
    loaded = [generation_for(request.user, pid) for pid in pids[:MOST]]
    rows = [row for row, _role in loaded if row.clip and row.trashed_at is None]
    if not loaded:
        raise Http404
    if len(rows) < LEAST:
        messages.error(request, _("Choose two to four finished clips to compare."))
        return redirect("project", loaded[0][0].project.pid)
    if len(pids) > MOST:
        said = _("The first {most} of {count} clips: more do not fit side by side.")
        messages.info(request, said.format(most=MOST, count=len(pids)))
    context: dict[str, Any] = {
        "sides": list(zip(LETTERS, gallery.in_order(rows), strict=False)),
        "lines": lines(rows),
        "editable": {row.pk for row, role in loaded if role.rank > 1},
        "project": rows[0].project,
        "longest": max(row.clip.seconds for row in rows if row.clip),
        "rate": max(row.clip.fps for row in rows if row.clip),
    }
    return render(request, "generations/compare.html", context)


def lines(rows: list[Generation]) -> list[Line]:
    """The facts of the clip pages beside each other, and the prompts."""
    told = [{fact.label: str(fact.value) for fact in story.facts(row, list(row.attempts.all()))} for row in rows]
    labels = list(dict.fromkeys(label for facts in told for label in facts))
    found = [Line(label, tuple(facts.get(label, "–") for facts in told)) for label in labels]
    return [Line(_("Prompt"), tuple(row.prompt or "–" for row in rows)), *found]
