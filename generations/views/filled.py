"""What the composer of a page begins with: nothing, a clip to make again, or files of the library."""

from typing import Any

from django.http import Http404

from studio.http import Request
from studio.models import Project, Role

from ..access import generation_for
from ..forms.composer import ComposerForm, initial_of, remixed, varied
from ..forms.offers import offers
from ..forms.slots import FILES, assets_by_pid, carried


def composer_for(request: Request, project: Project, role: Role) -> ComposerForm | None:
    """The empty composer, or one filled with what `?from=` made; None for viewers."""
    if role.rank < Role.EDITOR.rank:
        return None
    if pid := request.GET.get("from"):
        model, _ = generation_for(request.user, pid)
        if model.project_id != project.pk:
            raise Http404
        value, initial = f"{model.provider.pid}:{model.model}", initial_of(model)
        if request.GET.get("how") == "vary":
            initial = varied(model)
        if frame := project.assets.filter(pid=request.GET.get("frame", ""), trashed_at=None).first():
            value, initial = remixed(model, frame, offers())
        return ComposerForm(project=project, user=request.user, offer=value, initial=initial)
    form = ComposerForm(project=project, user=request.user)
    if (files := request.GET.getlist("file")) and form.offer:
        initial = laid(project, files, form)
        return ComposerForm(project=project, user=request.user, offer=form.offer.value, initial=initial)
    return form


def laid(project: Project, pids: list[str], form: ComposerForm) -> dict[str, Any]:
    """Files of the library in the first places that take them."""
    assets = assets_by_pid(project, pids)
    assert form.offer
    kinds = {pid: asset.kind for pid, asset in assets.items()}
    found = carried({"": [pid for pid in pids if pid in assets]}, form.offer.spec, kinds)
    return {FILES + role: taken for role, taken in found.items()}
