import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from generations.models import Generation, Share
from studio.config import config
from studio.models import Event, Membership
from tests.clips import video
from tests.make import make_clip, make_generation, make_project

PATHS = ("", "video.mp4", "poster.webp", "card.jpg")


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def clip(bob: Any, project: Any) -> Generation:
    generation = make_generation(project, bob, prompt="A whale in the fjord, secretly")
    make_clip(generation, video())
    return generation


def make(user: Any, generation: Generation, **data: Any) -> Any:
    return as_(user).post(f"/g/{generation.pid}/share", {"days": "7", **data})


def link_on(response: Any) -> str:
    (link,) = re.findall(r'value="http://testserver(/s/[^"]+/)"', response.content.decode())
    return str(link)


def words(response: Any) -> str:
    return str(response.content.decode())


def assert_gone(link: str, client: Client | None = None) -> None:
    for path in (*PATHS, "download"):
        assert (client or Client()).get(link + path).status_code == 404, path


def test_a_link_is_made_and_shown_once(bob: Any, clip: Generation) -> None:
    response = make(bob, clip, title="Whale", days="30")
    assert response.status_code == 201
    link = link_on(response)
    share = Share.objects.get()
    assert link.split("/")[2] not in str(Share.objects.values())
    assert (share.title, share.show_prompt, share.allow_download, share.created_by) == ("Whale", False, False, bob)
    assert timedelta(days=29.9) < share.expires_at - timezone.now() <= timedelta(days=30)
    assert "no-store" in response["Cache-Control"]
    later = words(as_(bob).get(f"/g/{clip.pid}/share"))
    assert "/s/" not in later
    assert "Whale" in later
    assert Event.objects.get(kind="share").evidence["generation"] == clip.pid


def test_anybody_with_the_link_sees_the_clip_and_nothing_else(bob: Any, clip: Generation) -> None:
    bob.name = "Bob of the Bowsprit"  # a short word may stand in the link's own token
    bob.save()
    link = link_on(make(bob, clip))
    visitor = Client()
    page = visitor.get(link)
    assert page.status_code == 200
    for secret in ("whale", "Autumn", bob.name, clip.pid, "seedance"):
        assert secret not in words(page)
    assert "320×180" in words(page)
    assert visitor.get(link + "video.mp4").getvalue() == video()
    assert not visitor.cookies


def test_prompt_title_and_download_come_when_they_were_chosen(bob: Any, clip: Generation) -> None:
    link = link_on(make(bob, clip, title="Whale", show_prompt="on", allow_download="on"))
    page = words(Client().get(link))
    assert "A whale in the fjord, secretly" in page
    assert "<h1>Whale</h1>" in page
    response = Client().get(link + "download")
    assert response["Content-Disposition"] == 'attachment; filename="whale.mp4"'
    assert response.getvalue() == video()


def test_a_chinese_title_names_the_download(bob: Any, clip: Generation) -> None:
    link = link_on(make(bob, clip, title="鲸鱼", allow_download="on"))
    assert "鲸鱼.mp4" in unquote(Client().get(link + "download")["Content-Disposition"])


def test_no_download_where_none_was_allowed(bob: Any, clip: Generation) -> None:
    link = link_on(make(bob, clip))
    assert "/download" not in words(Client().get(link))
    assert Client().get(link + "download").status_code == 404


def test_the_video_can_be_sought(bob: Any, clip: Generation) -> None:
    link = link_on(make(bob, clip))
    part = Client().get(link + "video.mp4", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.getvalue()) == (206, b"ftyp")
    assert part["Content-Range"] == f"bytes 4-7/{len(video())}"
    again = Client().get(link + "video.mp4", headers={"If-None-Match": part["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", PATHS)
def test_a_share_is_in_no_index_and_tells_nobody_where_it_came_from(bob: Any, clip: Generation, path: str) -> None:
    response = Client().get(link_on(make(bob, clip)) + path)
    assert response.status_code == 200
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "private, no-cache"


def test_messengers_find_what_they_show(bob: Any, clip: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_on(make(bob, clip, title="Whale <&>"))
    monkeypatch.setattr(config(), "public_url", "https://studio.example")
    page = words(Client().get(link))
    address = f"https://studio.example{link}"
    for tag in (
        '<meta property="og:title" content="Whale &lt;&amp;&gt;">',
        f'<meta property="og:url" content="{address}">',
        f'<meta property="og:image" content="{address}card.jpg">',
        f'<meta property="og:video" content="{address}video.mp4">',
        f'<meta property="og:video:secure_url" content="{address}video.mp4">',
        '<meta property="og:video:width" content="320">',
        '<meta name="twitter:card" content="summary_large_image">',
        '<meta name="robots" content="noindex, nofollow">',
    ):
        assert tag in page
    card = Client().get(link + "card.jpg")
    assert (card["Content-Type"], card.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")


def test_views_are_counted_without_their_sources(bob: Any, clip: Generation) -> None:
    link = link_on(make(bob, clip))
    for _ in range(3):
        Client().get(link)
    Client().head(link)
    Client().get(link + "video.mp4")
    assert Share.objects.get().views == 3


def test_revoking_ends_it_at_once(bob: Any, clip: Generation) -> None:
    link = link_on(make(bob, clip, allow_download="on"))
    share = Share.objects.get()
    response = as_(bob).post(f"/share/{share.pid}/revoke", follow=True)
    assert "The link is revoked." in words(response)
    assert_gone(link)
    assert list(Event.objects.filter(kind="share").values_list("new", flat=True)) == ["made", "revoked"]
    as_(bob).post(f"/share/{share.pid}/revoke")
    assert Event.objects.filter(kind="share", new="revoked").count() == 1


def test_unknown_expired_and_revoked_read_alike(bob: Any, clip: Generation) -> None:
    expired, revoked = (link_on(make(bob, clip)) for _ in range(2))
    first, second = Share.objects.order_by("pk")
    Share.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    Share.objects.filter(pk=second.pk).update(revoked_at=timezone.now())
    answers = [Client().get(link) for link in (expired, revoked, "/s/unknown/", "/s/" + "x" * 2000 + "/")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "Ask the person who sent it to you" in words(answers[0])
    assert not any(answer.cookies for answer in answers)
    assert_gone(expired)


@pytest.mark.parametrize("how", ["clip trashed", "project trashed", "maker left", "maker closed"])
def test_the_link_dies_with_what_it_shows_and_who_made_it(bob: Any, clip: Generation, how: str) -> None:
    link = link_on(make(bob, clip, allow_download="on"))
    if how == "clip trashed":
        Generation.objects.update(trashed_at=timezone.now())
    elif how == "project trashed":
        type(clip.project).objects.update(trashed_at=timezone.now())
    elif how == "maker left":
        Membership.objects.filter(user=bob).delete()
    else:
        type(bob).objects.filter(pk=bob.pk).update(is_active=False)
    assert_gone(link)


def test_a_logged_in_visitor_sees_the_same_page(bob: Any, charlie: Any, clip: Generation) -> None:
    link = link_on(make(bob, clip))
    assert as_(charlie).get(link).content == Client().get(link).content


@pytest.mark.parametrize(("who", "code"), [("alice", 201), ("bob", 201), ("vera", 403), ("charlie", 404)])
def test_editors_share(request: Any, clip: Generation, who: str, code: int) -> None:
    user = request.getfixturevalue(who)
    assert make(user, clip).status_code == code
    assert as_(user).get(f"/g/{clip.pid}/share").status_code == (200 if code == 201 else code)
    assert Share.objects.count() == (code == 201)


@pytest.mark.parametrize(("who", "code"), [("alice", 302), ("bob", 302), ("vera", 403), ("charlie", 404)])
def test_its_maker_and_the_owners_revoke(request: Any, bob: Any, clip: Generation, who: str, code: int) -> None:
    make(bob, clip)
    share = Share.objects.get()
    assert as_(request.getfixturevalue(who)).post(f"/share/{share.pid}/revoke").status_code == code
    share.refresh_from_db()
    assert (share.revoked_at is not None) is (code == 302)


def test_another_editor_cannot_revoke(alice: Any, bob: Any, clip: Generation) -> None:
    make(alice, clip)
    assert as_(bob).post(f"/share/{Share.objects.get().pid}/revoke").status_code == 403


@pytest.mark.parametrize("days", ["", "0", "2", "91", "3650", "x"])
def test_only_the_offered_life_spans_exist(bob: Any, clip: Generation, days: str) -> None:
    response = make(bob, clip, days=days, title="Kept")
    assert response.status_code == 422
    assert 'value="Kept"' in words(response)
    assert not Share.objects.exists()


def test_only_a_finished_clip_can_be_shared(bob: Any, project: Any) -> None:
    generation = make_generation(project, bob, status="rendering")
    assert make(bob, generation)["Location"] == f"/g/{generation.pid}/"
    assert not Share.objects.exists()


def test_the_list_names_the_live_links_of_this_clip_only(bob: Any, project: Any, clip: Generation) -> None:
    make(bob, clip, title="Mine")
    other = make_generation(project, bob)
    make_clip(other, video())
    make(bob, other, title="Elsewhere")
    make(bob, clip, title="Dead")
    Share.objects.filter(title="Dead").update(revoked_at=timezone.now())
    page = words(as_(bob).get(f"/g/{clip.pid}/share"))
    assert ("Mine" in page, "Elsewhere" in page, "Dead" in page) == (True, False, False)


def test_a_share_of_another_project_is_not_found(bob: Any, charlie: Any, clip: Generation) -> None:
    make_project(charlie, "Other")
    make(bob, clip)
    assert as_(charlie).post(f"/share/{Share.objects.get().pid}/revoke").status_code == 404


def test_a_missing_file_is_not_found(bob: Any, clip: Generation) -> None:
    link = link_on(make(bob, clip))
    assert clip.clip
    for name in (clip.clip.playable, clip.clip.poster):
        default_storage.delete(name)
    for path in ("video.mp4", "poster.webp", "card.jpg"):
        assert Client().get(link + path).status_code == 404


@pytest.mark.parametrize("path", ["g/{clip}/share", "share/{share}/revoke"])
def test_it_needs_the_form_of_this_site(bob: Any, clip: Generation, path: str) -> None:
    make(bob, clip)
    share = Share.objects.get()
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert client.post("/" + path.format(clip=clip.pid, share=share.pid), {"days": "7"}).status_code == 403
    assert Share.objects.filter(revoked_at=None).count() == 1
