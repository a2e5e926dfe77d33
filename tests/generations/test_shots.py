"""Shots: takes by their place in the film, one picked for each, and the picks as a cut."""

import csv
import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from generations import cut
from generations.models import Generation, Shot
from studio.models import Project
from tests.clips import video
from tests.make import make_clip, make_generation, streamed

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(project: Project) -> Shot:
    return Shot.objects.create(project=project, name="1 – The door", position=0)


@pytest.fixture
def take(project: Project, alice: Any, door: Shot) -> Generation:
    made = make_generation(project, alice, shot=door, prompt="=SUM(1) She opens the door")
    make_clip(made, video(), seconds=2.5)
    return made


def names(project: Project) -> list[str]:
    return [shot.name for shot in project.shots.in_order()]


@pytest.mark.parametrize("name", ["shots", "cut", "shots-export"])
def test_a_stranger_finds_nothing(client: Client, project: Project, charlie: Any, name: str) -> None:
    client.force_login(charlie)
    assert client.get(reverse(name, args=[project.pid])).status_code == 404


def test_a_viewer_looks_and_changes_nothing(
    client: Client, project: Project, take: Generation, door: Shot, vera: Any
) -> None:
    client.force_login(vera)
    body = client.get(reverse("shots", args=[project.pid])).content.decode()
    assert "1 – The door" in body
    assert reverse("pick", args=[take.pid]) not in body
    assert client.post(reverse("pick", args=[take.pid])).status_code == 403
    assert client.post(reverse("shot-new", args=[project.pid]), {"name": "x"}).status_code == 403
    for name in ("shot-edit", "shot-move", "shot-remove"):
        assert client.post(reverse(name, args=[door.pid])).status_code == 403


def test_shots_are_added_renamed_moved_and_removed(
    client: Client, project: Project, door: Shot, take: Generation, bob: Any
) -> None:
    client.force_login(bob)
    client.post(reverse("shot-new", args=[project.pid]), {"name": "2 – Outside"})
    client.post(reverse("shot-new", args=[project.pid]), {"name": "3 – Night"})
    last = project.shots.get(name="3 – Night")
    client.post(reverse("shot-move", args=[last.pid]), {"way": "up"})
    assert names(project) == ["1 – The door", "3 – Night", "2 – Outside"]
    client.post(reverse("shot-move", args=[door.pid]), {"way": "up"})
    assert names(project)[0] == "1 – The door", "at the beginning it stays"
    client.post(reverse("shot-edit", args=[last.pid]), {"name": "Dusk"})
    client.post(reverse("shot-remove", args=[door.pid]))
    assert names(project) == ["Dusk", "2 – Outside"]
    assert Generation.objects.get(pk=take.pk).shot is None, "its takes stay in the history"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_shot_needs_a_name_that_fits(client: Client, project: Project, bob: Any, name: str) -> None:
    client.force_login(bob)
    client.post(reverse("shot-new", args=[project.pid]), {"name": name})
    assert not project.shots.exists()
    assert "shot" in client.get(reverse("shots", args=[project.pid])).content.decode()


def test_a_pick_goes_on_and_off_and_is_one_for_each_shot(
    client: Client, project: Project, door: Shot, take: Generation, alice: Any
) -> None:
    other = make_generation(project, alice, shot=door)
    make_clip(other, video())
    client.force_login(alice)
    for row, on, chosen in ((take, "1", take), (other, "1", other), (take, "0", other), (other, "0", None)):
        client.post(reverse("pick", args=[row.pid]), {"on": on})
        assert Shot.objects.get(pk=door.pk).pick == chosen


def test_two_people_who_pick_the_same_take_have_picked_it(
    client: Client, project: Project, door: Shot, take: Generation, alice: Any
) -> None:
    client.force_login(alice)
    for where in ("shots", "generation"):
        path = reverse(where, args=[project.pid if where == "shots" else take.pid])
        Shot.objects.update(pick=None)
        form = client.get(path).content.decode()
        wanted = re.search(r'name="on" value="(.)"[^<]*(formaction="[^"]*/pick"|><button[^>]*Pick: )', form)
        assert wanted, where
        for _ in range(2):
            client.post(reverse("pick", args=[take.pid]), {"on": wanted[1]})
        assert Shot.objects.get(pk=door.pk).pick == take


def test_only_a_finished_take_in_a_shot_can_be_picked(client: Client, project: Project, door: Shot, alice: Any) -> None:
    waiting = make_generation(project, alice, shot=door)
    alone = make_generation(project, alice)
    client.force_login(alice)
    for row in (waiting, alone):
        answer = client.post(reverse("pick", args=[row.pid]), {"on": "1"}, headers={"HX-Request": "true"})
        assert answer.status_code == 409
    assert Shot.objects.get(pk=door.pk).pick is None


def picked(door: Shot, take: Generation) -> cut.Cut:
    door.pick = take
    door.save()
    return cut.cut(door.project)


def test_the_cut_plays_the_picks_in_order(
    client: Client, project: Project, door: Shot, take: Generation, vera: Any
) -> None:
    second = Shot.objects.create(project=project, name="2", position=1)
    made = picked(door, take)
    assert [entry.shot for entry in made.entries] == [door]
    assert made.open_shots == (second,)
    client.force_login(vera)
    body = client.get(reverse("cut", args=[project.pid])).content.decode()
    assert reverse("generation-video", args=[take.pid]) in body


def test_a_trashed_pick_is_not_in_the_cut(door: Shot, take: Generation) -> None:
    picked(door, take)
    Generation.objects.filter(pk=take.pk).update(trashed_at=take.created_at)
    assert not cut.cut(door.project).entries


def test_the_export_holds_the_files_and_three_lists(
    client: Client, project: Project, door: Shot, take: Generation, vera: Any
) -> None:
    picked(door, take)
    client.force_login(vera)
    answer = client.get(reverse("shots-export", args=[project.pid]))
    archive = zipfile.ZipFile(io.BytesIO(streamed(answer)))
    assert archive.namelist() == ["01-1-The-door.mp4", "cut.json", "cut.csv", "cut.edl"]
    assert archive.read("01-1-The-door.mp4") == video()
    row = json.loads(archive.read("cut.json"))[0]
    assert (row["shot"], row["seconds"], row["file"]) == ("1 – The door", 2.5, "01-1-The-door.mp4")
    cells = next(csv.DictReader(io.StringIO(archive.read("cut.csv").decode())))
    assert cells["prompt"].startswith("'="), "no spreadsheet may take a prompt for a formula"


def test_the_edit_list_is_cmx_3600(door: Shot, take: Generation) -> None:
    lines = picked(door, take).as_edl().splitlines()
    assert lines[1] == "FCM: NON-DROP FRAME"
    assert lines[3] == "001  AX       V     C        00:00:00:00 00:00:02:12 00:00:00:00 00:00:02:12"
    assert lines[4] == "* FROM CLIP NAME: 01-1-The-door.mp4"


def test_an_empty_cut_exports_nothing(client: Client, project: Project, alice: Any) -> None:
    client.force_login(alice)
    assert client.get(reverse("shots-export", args=[project.pid])).status_code == 404
    assert "Nothing is picked yet" in client.get(reverse("cut", args=[project.pid])).content.decode()
