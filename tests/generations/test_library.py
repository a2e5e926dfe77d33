import errno
import io
import threading
import wave
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from PIL import Image

from generations import links
from generations.forms import assets
from generations.forms.assets import add_file, copied
from generations.models import Asset, Input
from studio.config import config
from studio.models import Event
from tests.clips import video
from tests.make import make_asset, make_generation, make_project, make_provider, make_user, png

HTMX = {"HX-Request": "true"}


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def file(data: bytes, name: str = "fox.png", mime: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, mime)


def upload(user: Any, project: Any, *files: Any, headers: Any = HTMX, **data: Any) -> Any:
    return as_(user).post("/library/upload", {"project": project.pid, "file": list(files), **data}, headers=headers)


def words(response: Any) -> str:
    return str(response.content.decode())


def jpeg(width: int = 640, height: int = 360) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.new("RGB", (width, height), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def wav(seconds: float = 0.5) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(bytes(int(32000 * seconds)))
    return out.getvalue()


@pytest.fixture
def small_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config(), "upload_max_mb", 1)
    monkeypatch.setattr(config(), "video_max_mb", 2)


# uploading


def test_an_image_is_cleaned_measured_and_drawn_small(bob: Any, project: Any) -> None:
    response = upload(bob, project, file(jpeg(), "IMG 1.JPG", "image/jpeg"))
    asset = Asset.objects.get()
    assert response.status_code == 201
    assert f'id="a-{asset.pid}"' in words(response)
    assert (asset.kind, asset.origin, asset.name, asset.mime) == ("image", "upload", "IMG 1.JPG", "image/jpeg")
    assert (asset.width, asset.height, asset.uploaded_by, asset.project) == (640, 360, bob, project)
    assert asset.file == f"assets/{asset.sha256[:2]}/{asset.sha256}.jpg"
    stored = default_storage.open(asset.file).read()
    assert (len(stored), b"SecretCamera" in stored) == (asset.bytes, False)
    with Image.open(default_storage.open(asset.thumbnail)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (480, 270))
    assert Event.objects.get(kind="asset").subject == asset.pid


def test_a_video_is_kept_with_a_picture_of_it(bob: Any, project: Any) -> None:
    assert upload(bob, project, file(video(), "walk.mp4", "video/mp4")).status_code == 201
    asset = Asset.objects.get()
    assert (asset.kind, asset.mime, asset.width, asset.height) == ("video", "video/mp4", 128, 72)
    assert asset.seconds == pytest.approx(1, abs=0.1)
    assert default_storage.exists(asset.thumbnail)


def test_a_sound_is_kept(bob: Any, project: Any) -> None:
    assert upload(bob, project, file(wav(), "step.wav", "audio/wav")).status_code == 201
    asset = Asset.objects.get()
    assert (asset.kind, asset.mime, asset.thumbnail) == ("audio", "audio/wav", "")
    assert asset.seconds == pytest.approx(0.5, abs=0.05)


def test_a_large_upload_takes_the_way_over_the_disk(bob: Any, project: Any) -> None:
    noise = io.BytesIO()
    Image.effect_noise((1900, 1900), 90).save(noise, "PNG")
    assert len(noise.getvalue()) > 2 * 2**20
    assert upload(bob, project, file(noise.getvalue())).status_code == 201


def test_the_same_file_again_is_the_same_asset(bob: Any, alice: Any, project: Any) -> None:
    data = png()
    upload(bob, project, file(data, "one.png"))
    response = upload(alice, project, file(data, "two.png"))
    asset = Asset.objects.get()
    assert response.status_code == 201
    assert (asset.name, asset.uploaded_by) == ("one.png", bob)
    assert asset.pid in words(response)


def test_another_project_has_its_own_row_of_the_same_file(bob: Any, project: Any) -> None:
    data = png()
    upload(bob, project, file(data))
    upload(bob, make_project(bob, "Loops"), file(data))
    assert Asset.objects.count() == 2
    assert len(set(Asset.objects.values_list("file", flat=True))) == 1


def test_a_trashed_file_comes_back_when_it_is_uploaded_again(bob: Any, project: Any) -> None:
    data = png()
    upload(bob, project, file(data))
    pid = Asset.objects.get().pid
    as_(bob).post(f"/a/{pid}/trash")
    assert as_(bob).get(f"/a/{pid}/").status_code == 404
    upload(bob, project, file(data))
    assert as_(bob).get(f"/a/{pid}/").status_code == 200


def test_without_a_script_several_files_come_by_one_form(bob: Any, project: Any) -> None:
    response = upload(bob, project, file(png(colour="red")), file(png(colour="blue")), headers={})
    assert response["Location"] == "/library/"
    assert Asset.objects.count() == 2


def test_a_disk_that_runs_full_keeps_no_half_file(bob: Any, project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Any, out: Any) -> None:
        out.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("generations.forms.assets.shutil.copyfileobj", full)
    with pytest.raises(OSError, match="No space left"):
        add_file(project, bob, file(png(colour="#0a1b2c")), "fox.png")
    assert not list(Path(default_storage.path("")).rglob("*.part"))
    assert not Asset.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_one_file_at_once_make_one_asset() -> None:
    owner = make_user("Alice")
    project = make_project(owner)
    data, found = png(colour="olive"), []
    start = threading.Barrier(2)

    def send() -> None:
        start.wait()
        try:
            found.append(add_file(project, owner, file(data), "fox.png").pid)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert set(found) == {Asset.objects.get().pid}


# what is refused, and how


BAD = [
    ("empty.png", b"", "empty.png is empty: it has 0 bytes."),
    ("notes.png", b"just some words", "notes.png is a text. Use a JPEG, PNG or WebP image, an MP4 or MOV video"),
    ("page.png", b"<!doctype html><p>hi", "page.png is a web page (HTML)."),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg is an SVG drawing."),
    ("tiny.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "tiny.gif is a GIF."),
    ("paper.jpg", b"%PDF-1.7 ...", "paper.jpg is a PDF document."),
    ("noise.bin", b"\x00\x01\x02\x03" * 50, "noise.bin is of a kind that we do not know."),
    ("cut.png", png()[:-40], "cut.png is"),
    ("cut.jpg", jpeg(1200, 800)[: len(jpeg(1200, 800)) // 2], "cut.jpg is cut short: a part of it is missing."),
    ("cut.mp4", video()[:-500], "cut.mp4 is cut short"),
]


@pytest.mark.parametrize(("name", "data", "sentence"), BAD, ids=[name for name, _, _ in BAD])
def test_a_bad_file_is_refused_with_a_sentence(bob: Any, project: Any, name: str, data: bytes, sentence: str) -> None:
    response = upload(bob, project, file(data, name), role="first_frame" if name.endswith("g") else "")
    assert response.status_code == 422
    assert sentence in words(response)
    assert 'role="alert"' in words(response)
    assert not Asset.objects.exists()


def test_the_same_sentence_stands_on_the_page_without_a_script(bob: Any, project: Any) -> None:
    response = as_(bob).post("/library/upload", {"project": project.pid, "file": file(b"words")}, follow=True)
    assert response.redirect_chain[0][0] == "/library/"
    assert "fox.png is a text." in words(response)


def test_a_file_over_the_cap_of_its_kind_is_refused(bob: Any, project: Any, small_caps: None) -> None:
    response = upload(bob, project, file(png() + bytes(1_200_000)))
    assert response.status_code == 422
    assert "fox.png has 1.2 MB. The most for an image is 1 MB: make it smaller or shorter." in words(response)


def test_a_huge_body_is_refused_before_it_is_read(bob: Any, project: Any, small_caps: None) -> None:
    class Untouchable(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    environ: dict[str, Any] = {"CONTENT_LENGTH": "3000000", "wsgi.input": Untouchable()}
    answer = client.generic("POST", "/library/upload", b"", "multipart/form-data; boundary=x", headers=HTMX, **environ)
    assert answer.status_code == 413
    assert "This is more than 2 MB, the most that this studio takes at once." in words(answer)


def test_too_many_pixels_are_refused(bob: Any, project: Any) -> None:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    response = upload(bob, project, file(out.getvalue(), "bomb.png"))
    assert response.status_code == 422
    assert "bomb.png has more than 40 megapixels." in words(response)


def test_nothing_chosen_is_said(bob: Any, project: Any) -> None:
    response = upload(bob, project)
    assert response.status_code == 422
    assert "Choose a file, or paste an https link." in words(response)


def test_names_lose_their_folders_and_are_shown_as_text(bob: Any, project: Any) -> None:
    response = upload(bob, project, file(png(), "C:\\fakepath\\<img src=x>.png"))
    assert Asset.objects.get().name == "<img src=x>.png"
    assert "&lt;img src=x&gt;.png" in words(response)


# slots of the composer


def test_a_slot_gets_its_chip(bob: Any, project: Any) -> None:
    response = upload(bob, project, file(png()), role="reference_image")
    assert response.status_code == 201
    assert "slot:reference_image" in words(response)
    assert Asset.objects.get().pid in words(response)


@pytest.mark.parametrize(
    ("role", "data", "sentence"),
    [
        ("first_frame", video(), "fox.png is a video, and this place takes an image."),
        ("reference_video", png(), "fox.png is an image, and this place takes a video."),
        ("reference_audio", png(), "fox.png is an image, and this place takes a sound."),
    ],
)
def test_a_slot_refuses_another_kind(bob: Any, project: Any, role: str, data: bytes, sentence: str) -> None:
    response = upload(bob, project, file(data), role=role)
    assert response.status_code == 422
    assert sentence in words(response)
    assert not Asset.objects.exists()


# links


def test_a_link_is_kept_unfetched(bob: Any, project: Any) -> None:
    url = "https://media.example/clips/walk.mp4?sign=1"
    response = upload(bob, project, url=url, role="reference_video")
    asset = Asset.objects.get()
    assert response.status_code == 201
    assert (asset.kind, asset.origin, asset.url, asset.file) == ("video", "link", url, "")
    assert as_(bob).get(f"/a/{asset.pid}/file").status_code == 404
    assert url.replace("&", "&amp;") in words(as_(bob).get(f"/a/{asset.pid}/"))


@pytest.mark.parametrize(
    "url",
    [
        "http://media.example/a.png",
        "ftp://media.example/a.png",
        "https://127.0.0.1/a.png",
        "https://[::1]/",
        "x",
        "https://",
    ],
)
def test_a_link_that_must_not_be_followed_is_refused(bob: Any, project: Any, url: str) -> None:
    assert upload(bob, project, url=url, role="first_frame").status_code == 422
    assert not Asset.objects.exists()


def test_a_link_without_a_slot_needs_a_kind(bob: Any, project: Any) -> None:
    response = upload(bob, project, url="https://media.example/a")
    assert "Say whether the link leads to an image, a video or a sound." in words(response)


# who may


@pytest.mark.parametrize(("who", "code"), [("alice", 201), ("bob", 201), ("vera", 403), ("charlie", 404)])
def test_editors_upload(request: Any, project: Any, who: str, code: int) -> None:
    assert upload(request.getfixturevalue(who), project, file(png())).status_code == code
    assert Asset.objects.count() == (code == 201)


@pytest.mark.parametrize("project_pid", ["", "nothing", "x" * 500])
def test_an_unknown_project_is_not_found(bob: Any, project_pid: str) -> None:
    data = {"project": project_pid, "file": file(png())}
    assert as_(bob).post("/library/upload", data, headers=HTMX).status_code == 404


@pytest.mark.parametrize("who", ["alice", "bob", "vera"])
def test_members_see_an_asset_and_its_files(request: Any, alice: Any, project: Any, who: str) -> None:
    asset = make_asset(project, alice)
    client = as_(request.getfixturevalue(who))
    for path in ("", "file", "thumbnail.webp"):
        assert client.get(f"/a/{asset.pid}/{path}").status_code == 200
    assert asset.pid in words(client.get("/library/"))


def test_strangers_see_nothing_of_it(alice: Any, charlie: Any, project: Any) -> None:
    asset = make_asset(project, alice)
    client = as_(charlie)
    for path in ("", "file", "thumbnail.webp"):
        assert client.get(f"/a/{asset.pid}/{path}").status_code == 404
    assert client.post(f"/a/{asset.pid}/trash").status_code == 404
    assert asset.pid not in words(client.get("/library/"))
    assert asset.pid not in words(client.get(f"/library/?project={project.pid}"))


def test_visitors_are_sent_to_the_login(client: Client, alice: Any, project: Any) -> None:
    asset = make_asset(project, alice)
    for path in ("", "file", "thumbnail.webp"):
        assert client.get(f"/a/{asset.pid}/{path}")["Location"].startswith("/login")


def test_files_are_kept_by_browsers_and_can_do_nothing_there(alice: Any, project: Any) -> None:
    asset = make_asset(project, alice)
    response = as_(alice).get(f"/a/{asset.pid}/file")
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["Content-Type"] == "image/png"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert as_(alice).get(f"/a/{asset.pid}/file", headers={"If-None-Match": response["ETag"]}).status_code == 304
    part = as_(alice).get(f"/a/{asset.pid}/file", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.getvalue()) == (206, b"\x89PNG")


def test_a_file_that_is_gone_is_not_found(alice: Any, project: Any) -> None:
    asset = make_asset(project, alice)
    Path(default_storage.path(asset.file)).unlink()
    assert as_(alice).get(f"/a/{asset.pid}/file").status_code == 404


# looking


def test_filters_narrow_and_unknown_words_do_not(alice: Any, project: Any) -> None:
    other = make_project(alice, "Loops")
    fox = make_asset(project, alice, name="Fox.png")
    owl = make_asset(other, alice, name="Owl.wav", kind="audio")
    client = as_(alice)

    def shown(query: str) -> list[bool]:
        page = words(client.get(f"/library/?{query}"))
        return [asset.pid in page for asset in (fox, owl)]

    assert shown("") == [True, True]
    assert shown("q=fox") == [True, False]
    assert shown("kind=audio") == [False, True]
    assert shown(f"project={other.pid}") == [False, True]
    assert shown("kind=audio&q=fox") == [False, False]
    assert shown("kind=nonsense") == [True, True]
    assert shown("before=nothing") == [False, False]


def test_older_files_are_a_page_away(alice: Any, project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generations.views.library.PAGE", 2)
    pids = [make_asset(project, alice).pid for _ in range(3)]
    first = words(as_(alice).get("/library/?kind=image"))
    assert f"?kind=image&amp;before={pids[1]}" in first
    second = words(as_(alice).get(f"/library/?kind=image&before={pids[1]}"))
    assert [pid in second for pid in pids] == [True, False, False]
    assert "before=" not in second


def test_an_asset_says_where_it_was_used(alice: Any, project: Any) -> None:
    asset = make_asset(project, alice)
    generation = make_generation(project, alice, prompt="A whale in the fjord")
    Input.objects.create(generation=generation, asset=asset, role="first_frame")
    page = words(as_(alice).get(f"/a/{asset.pid}/"))
    assert "A whale in the fjord" in page
    assert f"/g/{generation.pid}/" in page


# trash


@pytest.mark.parametrize(("who", "code"), [("bob", 302), ("vera", 403), ("charlie", 404)])
def test_editors_throw_away(request: Any, alice: Any, project: Any, who: str, code: int) -> None:
    asset = make_asset(project, alice)
    assert as_(request.getfixturevalue(who)).post(f"/a/{asset.pid}/trash").status_code == code
    assert Asset.objects.filter(trashed_at=None).exists() is (code != 302)


def test_a_file_in_use_stays_until_the_clip_is_there(alice: Any, project: Any) -> None:
    asset = make_asset(project, alice)
    generation = make_generation(project, alice, status="rendering")
    Input.objects.create(generation=generation, asset=asset, role="first_frame")
    page = words(as_(alice).post(f"/a/{asset.pid}/trash", follow=True))
    assert "A clip that is still on the way needs this file." in page
    generation.status = "done"
    generation.save()
    as_(alice).post(f"/a/{asset.pid}/trash")
    assert not Asset.objects.filter(trashed_at=None).exists()
    assert as_(alice).get(f"/a/{asset.pid}/thumbnail.webp").status_code == 200


@pytest.mark.parametrize("path", ["library/upload", "a/{}/trash"])
def test_it_needs_the_form_of_this_site(alice: Any, project: Any, path: str) -> None:
    asset = make_asset(project, alice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    data = {"project": project.pid, "file": file(png())}
    assert client.post("/" + path.format(asset.pid), data).status_code == 403
    assert Asset.objects.filter(trashed_at=None).count() == 1


# links for providers


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config(), "public_url", "https://studio.example")


def path_of(url: str) -> str:
    assert url.startswith("https://studio.example/in/")
    return url.removeprefix("https://studio.example")


def test_a_provider_fetches_an_input_without_a_login(client: Client, alice: Any, project: Any, at_home: None) -> None:
    asset = make_asset(project, alice)
    path = path_of(links.signed_url(asset, 60))
    response = client.get(path)
    assert response.status_code == 200
    assert response.getvalue() == default_storage.open(asset.file).read()
    assert path.endswith(".png")
    assert not response.cookies


def test_the_link_dies_on_time(client: Client, alice: Any, project: Any, at_home: None) -> None:
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
        path = path_of(links.signed_url(make_asset(project, alice), 60))
        clock.shift(timedelta(seconds=59))
        assert client.get(path).status_code == 200
        clock.shift(timedelta(seconds=2))
        assert client.get(path).status_code == 404


def test_a_spoiled_link_opens_nothing(client: Client, alice: Any, project: Any, at_home: None) -> None:
    asset, other = make_asset(project, alice), make_asset(project, alice)
    path = path_of(links.signed_url(asset, 60))
    token, name = path.split("/")[2:]
    assert client.get(f"/in/{token[:-1]}x/{name}").status_code == 404
    assert client.get(f"/in/{token}/{other.file.rsplit('/', 1)[-1]}").status_code == 404
    assert client.get(reverse("input-link", args=["x", name])).status_code == 404


def test_a_trashed_project_closes_its_links(client: Client, alice: Any, project: Any, at_home: None) -> None:
    path = path_of(links.signed_url(make_asset(project, alice), 60))
    project.trashed_at = "2026-11-21T10:00Z"
    project.save()
    assert client.get(path).status_code == 404


# several at once


def test_files_say_in_how_many_clips_they_are_used(alice: Any, project: Any) -> None:
    asset = make_asset(project, alice)
    for _ in range(2):
        Input.objects.create(generation=make_generation(project, alice), asset=asset, role="first_frame")
    assert "used in 2 clips" in words(as_(alice).get("/library/"))


def test_frames_of_clips_are_a_filter(alice: Any, project: Any) -> None:
    frame = make_asset(project, alice, origin=Asset.Origin.LAST_FRAME)
    other = make_asset(project, alice)
    page = words(as_(alice).get("/library/?kind=frames"))
    assert f"/a/{frame.pid}/" in page
    assert f"/a/{other.pid}/" not in page


def test_several_are_thrown_away_but_what_a_clip_still_needs(alice: Any, project: Any) -> None:
    needed, free = make_asset(project, alice), make_asset(project, alice)
    Input.objects.create(
        generation=make_generation(project, alice, status="rendering"), asset=needed, role="first_frame"
    )
    page = words(as_(alice).post("/library/many/trash", {"c": [needed.pid, free.pid]}, follow=True))
    assert "1 file is in the trash" in page
    assert "1 stayed" in page
    assert list(Asset.objects.filter(trashed_at=None)) == [needed]


def test_several_are_copied_to_another_project_once(alice: Any, project: Any) -> None:
    asset, to = make_asset(project, alice), make_project(alice, "Loops")
    for _ in range(2):
        as_(alice).post("/library/many/copy", {"c": [asset.pid], "to": to.pid})
    twin = Asset.objects.get(project=to)
    assert (twin.file, twin.sha256, twin.origin) == (asset.file, asset.sha256, "copy")
    assert twin.pid != asset.pid


def test_a_link_is_copied_to_another_project_once(alice: Any, project: Any) -> None:
    link = make_asset(project, alice, url="https://example.org/fox.png", file="", thumbnail="", sha256="")
    to = make_project(alice, "Loops")
    for _ in range(2):
        as_(alice).post("/library/many/copy", {"c": [link.pid], "to": to.pid})
    assert Asset.objects.get(project=to).url == link.url


def test_two_copies_at_once_are_one_file(alice: Any, project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asset, to = make_asset(project, alice), make_project(alice, "Loops")
    first = copied(asset, to, alice)
    looks = [None]  # the other one is not there yet when this one looks
    look = assets.twin_in
    monkeypatch.setattr(assets, "twin_in", lambda *args: looks.pop() if looks else look(*args))
    assert copied(asset, to, alice) == first


def test_several_go_into_the_composer(alice: Any, project: Any) -> None:
    make_provider()
    assets = [make_asset(project, alice) for _ in range(2)]
    response = as_(alice).post("/library/many/use", {"c": [asset.pid for asset in assets]}, follow=True)
    page = words(response)
    assert response.redirect_chain[-1][0].startswith(f"/p/{project.pid}/?file=")
    for asset in assets:
        assert f'value="{asset.pid}"' in page.split('id="composer"')[1]


@pytest.mark.parametrize("verb", ["use", "copy", "trash"])
@pytest.mark.parametrize(("who", "code"), [("vera", 403), ("charlie", 404)])
def test_only_editors_handle_several(request: Any, alice: Any, project: Any, verb: str, who: str, code: int) -> None:
    asset = make_asset(project, alice)
    user = request.getfixturevalue(who)
    assert as_(user).post(f"/library/many/{verb}", {"c": [asset.pid], "to": project.pid}).status_code == code
    assert Asset.objects.filter(trashed_at=None).count() == 1


def test_nothing_selected_is_said(alice: Any, project: Any) -> None:
    assert "Nothing is selected" in words(as_(alice).post("/library/many/trash", follow=True))


def test_only_files_that_may_be_changed_can_be_ticked(vera: Any, alice: Any, project: Any) -> None:
    seen, own = make_asset(project, alice), make_asset(make_project(vera, "Loops"), vera)
    page = words(as_(vera).get("/library/"))
    assert f'name="c" value="{own.pid}"' in page
    assert f'href="/a/{seen.pid}/"' in page
    assert f'name="c" value="{seen.pid}"' not in page


def test_files_of_another_project_are_left_out_with_a_word(alice: Any, project: Any) -> None:
    make_provider()
    pids = [make_asset(project, alice).pid, make_asset(make_project(alice, "Loops"), alice).pid]
    page = words(as_(alice).post("/library/many/use", {"c": pids}, follow=True))
    assert "Files of other projects were left out" in page


def test_too_many_files_at_once_are_refused_whole(alice: Any, project: Any) -> None:
    asset = make_asset(project, alice)
    pids = [asset.pid] * 101
    assert "At most 100 at once" in words(as_(alice).post("/library/many/trash", {"c": pids}, follow=True))
    assert Asset.objects.get().trashed_at is None
