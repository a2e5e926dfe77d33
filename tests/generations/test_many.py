"""Several clips at once: who may, what happens, and what takes it back."""

import io
import re
import zipfile
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from generations.models import Asset, Generation, Input, Share
from studio.models import Event, Project
from tests.clips import video
from tests.make import make_asset, make_clip, make_generation, make_membership, make_project, streamed

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def clips(project: Project, alice: Any) -> list[Generation]:
    made = [make_generation(project, alice, prompt=f"Take {number}") for number in range(3)]
    for row in made:
        make_clip(row, video())
    return made


def act(client: Client, project: Project, verb: str, rows: list[Generation], **data: Any) -> Any:
    fields = {"c": [row.pid for row in rows]} | data
    return client.post(reverse("many", args=[project.pid, verb]), fields, headers=HTMX)


def fresh(rows: list[Generation]) -> list[Generation]:
    return list(Generation.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk"))


def test_a_stranger_does_nothing(client: Client, project: Project, clips: list[Generation], charlie: Any) -> None:
    client.force_login(charlie)
    assert act(client, project, "trash", clips).status_code == 404
    assert not any(row.trashed_at for row in fresh(clips))


@pytest.mark.parametrize("verb", ["favourite", "trash", "restore", "shot", "move"])
def test_a_viewer_changes_nothing(
    client: Client, project: Project, clips: list[Generation], vera: Any, verb: str
) -> None:
    client.force_login(vera)
    assert act(client, project, verb, clips).status_code == 403


def test_comparing_leads_to_an_address_with_nothing_but_the_clips(
    client: Client, project: Project, clips: list[Generation], vera: Any
) -> None:
    client.force_login(vera)
    answer = act(client, project, "compare", clips[:2], csrfmiddlewaretoken="secret", back="")
    assert answer["Location"] == f"{reverse('compare')}?c={clips[1].pid},{clips[0].pid}"
    assert client.get(answer["Location"]).status_code == 200


def test_enter_in_the_name_of_a_shot_presses_nothing(
    client: Client, project: Project, clips: list[Generation], alice: Any
) -> None:
    client.force_login(alice)
    form = client.get(reverse("project", args=[project.pid])).content.decode().split('<form id="many"')[1]
    assert re.findall(r"<button [^>]*type=.submit.[^>]*>", form)[0] == '<button type="submit" hidden disabled>'


def test_a_viewer_may_take_them_home(client: Client, project: Project, clips: list[Generation], vera: Any) -> None:
    client.force_login(vera)
    answer = act(client, project, "zip", clips)
    archive = zipfile.ZipFile(io.BytesIO(streamed(answer)))
    assert archive.testzip() is None
    assert len(archive.namelist()) == 3
    assert {archive.read(name) for name in archive.namelist()} == {video()}
    assert "attachment" in answer.headers["Content-Disposition"]


def test_clips_of_another_project_are_left_alone(
    client: Client, project: Project, clips: list[Generation], alice: Any, charlie: Any
) -> None:
    foreign = make_generation(make_project(charlie, "Secret"), charlie)
    client.force_login(alice)
    assert act(client, project, "trash", [foreign]).status_code == 422
    assert fresh([foreign])[0].trashed_at is None


def test_an_unknown_verb_is_not_found(client: Client, project: Project, alice: Any, clips: list[Generation]) -> None:
    client.force_login(alice)
    assert act(client, project, "burn", clips).status_code == 404


def test_nothing_selected_says_so(client: Client, project: Project, alice: Any) -> None:
    client.force_login(alice)
    answer = act(client, project, "favourite", [])
    assert answer.status_code == 422
    assert "Nothing is selected" in answer.content.decode()


def test_favourites_go_on_and_off(client: Client, project: Project, clips: list[Generation], alice: Any) -> None:
    client.force_login(alice)
    Generation.objects.filter(pk=clips[0].pk).update(favourite=True)
    act(client, project, "favourite", clips)
    assert all(row.favourite for row in fresh(clips))
    act(client, project, "favourite", clips)
    assert not any(row.favourite for row in fresh(clips))


def test_trash_has_an_undo_that_works(client: Client, project: Project, clips: list[Generation], alice: Any) -> None:
    client.force_login(alice)
    before = Project.objects.get(pk=project.pk).rev
    answer = act(client, project, "trash", clips)
    assert all(row.trashed_at for row in fresh(clips))
    assert "Undo" in answer.content.decode()
    assert reverse("many", args=[project.pid, "restore"]) in answer.content.decode()
    assert all(row.rev > before for row in fresh(clips)), "open pages hear of it"
    act(client, project, "restore", clips)
    assert not any(row.trashed_at for row in fresh(clips))
    assert Event.objects.filter(kind="generation", new="trashed", actor=alice).count() == 3


def test_what_is_on_its_way_stays_out_of_the_trash(client: Client, project: Project, alice: Any) -> None:
    waiting = make_generation(project, alice)
    ended = make_generation(project, alice, status="failed")
    client.force_login(alice)
    assert act(client, project, "trash", [waiting]).status_code == 409
    answer = act(client, project, "trash", [waiting, ended])
    assert "1 clip still on the way stayed" in answer.content.decode()
    assert fresh([waiting])[0].trashed_at is None
    assert fresh([ended])[0].trashed_at is not None


def test_a_new_shot_takes_them(client: Client, project: Project, clips: list[Generation], alice: Any) -> None:
    client.force_login(alice)
    act(client, project, "shot", clips, shot="new", new_shot=" She  opens the door ")
    shot = project.shots.get()
    assert shot.name == "She opens the door"
    assert all(row.shot == shot for row in fresh(clips))
    act(client, project, "shot", clips[:1], shot="")
    assert [row.shot_id for row in fresh(clips)] == [None, shot.pk, shot.pk]


def test_a_shot_of_another_project_takes_nothing(
    client: Client, project: Project, clips: list[Generation], alice: Any
) -> None:
    other = make_project(alice, "Other").shots.create(name="Elsewhere")
    client.force_login(alice)
    assert act(client, project, "shot", clips, shot=other.pid).status_code == 409
    assert not any(row.shot_id for row in fresh(clips))


def test_moving_takes_the_inputs_along_and_ends_the_links(
    client: Client, project: Project, clips: list[Generation], alice: Any
) -> None:
    other = make_project(alice, "Winter")
    asset = make_asset(project, alice)
    Input.objects.create(generation=clips[0], asset=asset, role="first_frame")
    share = Share.objects.create(project=project, created_by=alice, token_sha256="x", expires_at="2030-01-01T00:00Z")
    share.generations.add(clips[0])
    client.force_login(alice)
    answer = act(client, project, "move", clips[:1], to=other.pid)
    moved = fresh(clips[:1])[0]
    assert moved.project == other
    assert moved.inputs.get().asset.project == other
    page = client.get(reverse("generation", args=[moved.pid])).content.decode()
    assert "Moved here by Alice" in page
    assert f"from {project}" not in page  # whose name not all members know
    assert Asset.objects.get(pk=asset.pk).project == project
    assert Share.objects.get().revoked_at is not None
    assert f'hx-target="#g-{moved.pid}" hx-swap="delete"' in answer.content.decode()


def test_moving_needs_a_project_that_one_may_edit(
    client: Client, project: Project, clips: list[Generation], alice: Any, charlie: Any
) -> None:
    theirs = make_project(charlie, "Theirs")
    client.force_login(alice)
    assert act(client, project, "move", clips, to=theirs.pid).status_code == 404
    make_membership(theirs, alice, "viewer")
    assert act(client, project, "move", clips, to=theirs.pid).status_code == 403
    assert {row.project for row in fresh(clips)} == {project}


def test_without_scripts_it_is_a_plain_form(
    client: Client, project: Project, clips: list[Generation], alice: Any
) -> None:
    client.force_login(alice)
    fields = {"c": [clips[0].pid], "back": "status=done&view=table"}
    answer = client.post(reverse("many", args=[project.pid, "favourite"]), fields)
    assert answer.headers["Location"] == reverse("project", args=[project.pid]) + "?status=done&view=table"
    assert "added to the favourites" in client.get(answer.headers["Location"]).content.decode()


def test_more_than_are_taken_at_once_are_refused_whole(
    client: Client, project: Project, clips: list[Generation], alice: Any
) -> None:
    client.force_login(alice)
    pids = [*(row.pid for row in clips), *(f"{number:011}" for number in range(198))]
    answer = client.post(reverse("many", args=[project.pid, "trash"]), {"c": pids}, headers=HTMX)
    assert answer.status_code == 422
    assert "At most 200 at once" in answer.content.decode()
    assert not any(row.trashed_at for row in fresh(clips))


def test_a_chinese_name_names_the_archive(
    client: Client, project: Project, clips: list[Generation], alice: Any
) -> None:
    Project.objects.update(name="秋季 广告")
    client.force_login(alice)
    disposition = act(client, project, "zip", clips).headers["Content-Disposition"]
    assert unquote(disposition) == "attachment; filename*=utf-8''秋季-广告-3-clips.zip"
