"""Stars, notes, kept frames, remixes, variations and lineage: what a member does with a clip that is there."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from generations.forms.parameters import PREFIX
from generations.models import Asset, Generation, Input, Note
from studio.models import Project
from tests.clips import video
from tests.make import make_clip, make_generation, make_project, make_provider

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def clip(project: Any, alice: Any) -> Generation:
    """With a real file, so that frames can be taken."""
    row = make_generation(project, alice, make_provider(), prompt="A whale", width=128, height=72)
    data = video()
    made = make_clip(row, data, width=128, height=72, seconds=1.0)
    assert made.bytes == len(data)
    return row


def post(client: Client, name: str, row: Generation, htmx: bool = True, **data: str) -> Any:
    return client.post(reverse(name, args=[row.pid]), data, headers=HTMX if htmx else {})


def page(client: Client, row: Generation) -> str:
    return client.get(reverse("generation", args=[row.pid])).content.decode()


@pytest.mark.parametrize("name", ["rate", "note", "frame", "remix"])
@pytest.mark.parametrize(("who", "code"), [("vera", 403), ("charlie", 404)])
def test_only_editors_judge(client: Client, clip: Generation, request: Any, name: str, who: str, code: int) -> None:
    client.force_login(request.getfixturevalue(who))
    assert post(client, name, clip, stars="5", text="Good").status_code == code
    clip.refresh_from_db()
    assert (clip.rating, Note.objects.count(), Asset.objects.count()) == (0, 0, 0)


def test_stars_are_given_changed_and_taken_back(client: Client, clip: Generation, bob: Any) -> None:
    client.force_login(bob)
    for stars, rating in (("4", 4), ("2", 2), ("0", 0), ("9", 0), ("", 0)):
        post(client, "rate", clip, stars=stars)
        clip.refresh_from_db()
        assert clip.rating == rating, stars


def test_a_double_click_on_a_star_gives_it_once(client: Client, clip: Generation, bob: Any) -> None:
    client.force_login(bob)
    for _ in range(2):
        post(client, "rate", clip, stars="4")
    clip.refresh_from_db()
    assert clip.rating == 4
    values = re.findall(r'name="stars" value="(.)"', page(client, clip))
    assert values == ["1", "2", "3", "0", "5"]  # the star that is given takes itself back


def test_a_viewer_reads_the_stars(client: Client, clip: Generation, vera: Any) -> None:
    Generation.objects.filter(pk=clip.pk).update(rating=3)
    client.force_login(vera)
    assert 'aria-label="3 of 5 stars"' in page(client, clip)


def test_every_open_page_hears_of_a_judgement(client: Client, clip: Generation, bob: Any) -> None:
    client.force_login(bob)
    before = clip.rev
    post(client, "rate", clip, stars="4")
    clip.refresh_from_db()
    assert clip.rev > before
    assert Project.objects.get().rev == clip.rev


def test_notes_are_read_by_the_team_in_order(client: Client, clip: Generation, alice: Any, bob: Any) -> None:
    for user, text in ((alice, "Slower, please."), (bob, "<b>Done</b>")):
        client.force_login(user)
        post(client, "note", clip, text=text)
    body = page(client, clip)
    assert body.index("Slower, please.") < body.index("&lt;b&gt;Done&lt;/b&gt;")


@pytest.mark.parametrize("text", ["", "   ", "\0", "x" * 2001])
def test_a_note_has_words_and_an_end(client: Client, clip: Generation, bob: Any, text: str) -> None:
    client.force_login(bob)
    assert post(client, "note", clip, text=text).status_code == 409
    assert not Note.objects.exists()


def test_the_last_frame_becomes_a_file_once(client: Client, clip: Generation, bob: Any) -> None:
    client.force_login(bob)
    for _ in range(2):
        assert post(client, "frame", clip, at="last").status_code == 201
    asset = Asset.objects.get()
    assert (asset.origin, asset.frame_of, asset.kind) == ("last_frame", clip, "image")


def test_a_frame_of_a_moment_is_another_file(client: Client, clip: Generation, bob: Any) -> None:
    client.force_login(bob)
    assert post(client, "frame", clip, at="0.5").status_code == 201
    asset = Asset.objects.get()
    assert (asset.width, asset.height) == (128, 72)
    assert "0.50 s" in asset.name


@pytest.mark.parametrize("at", ["-1", "99", "nan", "inf", "soon"])
def test_a_moment_that_is_not_in_the_clip_is_refused(client: Client, clip: Generation, bob: Any, at: str) -> None:
    client.force_login(bob)
    assert post(client, "frame", clip, at=at).status_code == 409
    assert not Asset.objects.exists()


def test_a_slot_that_asks_for_a_frame_gets_its_chip(client: Client, clip: Generation, bob: Any) -> None:
    client.force_login(bob)
    answer = post(client, "frame", clip, role="first_frame")
    assert f'value="{Asset.objects.get().pid}"' in answer.content.decode()


def test_remix_begins_with_the_last_frame(client: Client, clip: Generation, bob: Any) -> None:
    client.force_login(bob)
    answer = client.post(reverse("remix", args=[clip.pid]), follow=True)
    composer = answer.content.decode().split('id="composer"')[1]
    assert f'value="{Asset.objects.get().pid}"' in composer
    assert "A whale" in composer


def test_vary_asks_for_several_with_new_seeds(client: Client, clip: Generation, bob: Any) -> None:
    Generation.objects.filter(pk=clip.pk).update(parameters={"seed": 7, "duration": 5})
    client.force_login(bob)
    answer = client.get(reverse("project", args=[clip.project.pid]), {"from": clip.pid, "how": "vary"})
    form = answer.context["form"]
    assert form[f"{PREFIX}duration"].value() == "5"
    assert form[f"{PREFIX}seed"].value() in ("", None)
    assert form.takes_wanted > 1
    assert form["prompt"].value() == "A whale"


def test_lineage_goes_both_ways(client: Client, clip: Generation, bob: Any) -> None:
    client.force_login(bob)
    post(client, "frame", clip, at="last")
    child = make_generation(clip.project, bob, prompt="Made from it")
    Input.objects.create(generation=child, asset=Asset.objects.get(), role="first_frame")
    assert reverse("generation", args=[child.pid]) in page(client, clip).split("Lineage")[1]
    assert reverse("generation", args=[clip.pid]) in page(client, child).split("Lineage")[1]


def test_lineage_ends_at_the_project(client: Client, clip: Generation, alice: Any) -> None:
    client.force_login(alice)
    post(client, "frame", clip, at="last")
    other = make_project(alice, "Loops")
    child = make_generation(other, alice, prompt="Elsewhere")
    Input.objects.create(generation=child, asset=Asset.objects.get(), role="first_frame")
    assert "Lineage" not in page(client, child)
    assert child.pid not in page(client, clip)
