"""Clips and sounds: measured, found damaged, drawn, copied."""

import errno
import threading
from pathlib import Path

import av
import psutil
import pytest
from PIL import Image

from generations.media import child, decode, nursery, videos
from generations.media.errors import Rejected
from tests.media.clips import make_clip, make_sound
from tests.running import until


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Path]:
    """One clip of each sort; nobody writes to them."""
    folder = tmp_path_factory.mktemp("made")
    return {
        "fast": make_clip(folder / "fast.mp4"),
        "slow": make_clip(folder / "slow.mp4", faststart=False),
        "hevc": make_clip(folder / "hevc.mp4", codec="libx265", pix_fmt="yuv420p10le", sound="libmp3lame"),
        "silent": make_clip(folder / "silent.mp4", sound=None, frames=12),
        "portrait": make_clip(folder / "portrait.mp4", rotation=-90),
        "upside down": make_clip(folder / "down.mp4", rotation=180),
        "counter": make_clip(folder / "counter.mp4", rotation=90),
        "groups": make_clip(folder / "groups.mp4", options={"g": "12"}, frames=96),
        "long": make_clip(folder / "long.mp4", frames=168, size=(640, 360)),
        "mov": make_clip(folder / "clip.mov", muxer="mov", metadata={"location": "+48.1371+011.5754/"}),
        "webm": make_clip(folder / "clip.webm", codec="libvpx-vp9", muxer="webm", sound="libopus", frames=6),
    }


def spoiled(source: Path, folder: Path, change) -> Path:
    path = folder / "spoiled.mp4"
    data = bytearray(source.read_bytes())
    path.write_bytes(change(data) or data)
    return path


def rejection(path: Path) -> str:
    with pytest.raises(Rejected) as caught:
        videos.check(path, name="result.mp4")
    assert "result.mp4" in caught.value.message
    return caught.value.message


# Measuring


def test_facts_of_a_plain_clip(made):
    facts = videos.probe(made["fast"])
    assert facts == videos.check(made["fast"])
    assert facts == videos.Facts(
        container="mp4",
        size=made["fast"].stat().st_size,
        duration=2.0,
        width=320,
        height=180,
        fps=24.0,
        frames=48,
        video_codec="h264",
        pix_fmt="yuv420p",
        bit_depth=8,
        audio_codec="aac",
        browser_plays=True,
    )
    assert facts.has_audio


def test_facts_of_other_clips(made):
    hevc = videos.check(made["hevc"])
    assert (hevc.video_codec, hevc.pix_fmt, hevc.bit_depth, hevc.audio_codec) == ("hevc", "yuv420p10le", 10, "mp3")
    assert not hevc.browser_plays
    silent = videos.check(made["silent"])
    assert (silent.has_audio, silent.audio_codec, silent.browser_plays) == (False, None, True)
    mov = videos.check(made["mov"])
    assert (mov.container, mov.browser_plays) == ("mov", False)


def test_a_portrait_clip_is_as_high_as_it_is_shown(made):
    for name, size in (("portrait", (180, 320)), ("counter", (180, 320)), ("upside down", (320, 180))):
        facts = videos.check(made[name])
        assert (facts.width, facts.height) == size


# Finding damage


@pytest.mark.parametrize("name", ["fast", "slow", "hevc", "groups"])
@pytest.mark.parametrize("percent", [99.9, 99, 90, 50, 1])
def test_a_clip_that_was_cut_is_found_out(made, tmp_path, name, percent):
    path = spoiled(made[name], tmp_path, lambda data: data[: int(len(data) * percent / 100)])
    assert "cut short" in rejection(path)


@pytest.mark.parametrize("name", ["fast", "slow", "groups"])
@pytest.mark.parametrize("share", [0.02, 0.1])
def test_zeros_in_the_middle_are_found_out(made, tmp_path, name, share):
    def zero(data: bytearray) -> None:
        start, length = len(data) // 2, int(len(data) * share)
        data[start : start + length] = bytes(length)

    assert "damaged" in rejection(spoiled(made[name], tmp_path, zero))


def test_a_picture_that_the_decoder_patched_over_is_found_out(made, tmp_path):
    def scramble(data: bytearray) -> None:
        start = data.index(b"mdat") + 4000  # within the first picture
        data[start : start + 40] = bytes(byte ^ 0x55 for byte in data[start : start + 40])

    path = spoiled(made["fast"], tmp_path, scramble)
    with av.open(str(path)) as container:
        assert len(list(container.decode(video=0))) == 48  # without a word
    assert "damaged" in rejection(path)


def test_packets_missing_inside_whole_boxes_are_found_out(made, tmp_path):
    """The count of packets decides where the boxes look right: the cut file is padded to its old length."""

    def cut_and_pad(data: bytearray) -> None:
        data[-2000:] = b""
        length = data.rindex(b"mdat") - 4
        data[length : length + 4] = (len(data) - length).to_bytes(4, "big")

    assert "cut short: it holds" in rejection(spoiled(made["fast"], tmp_path, cut_and_pad))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "is a web page"),
        (b"\n <html><head><title>Expired</title>", "is a web page"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "is an XML document"),
        (b'{"error": {"code": "AccessDenied"}}', "is a JSON text"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "is a playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "is a playlist"),
        (b"Request has expired", "is a text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a PNG image"),
        (b"GIF89a" + bytes(100), "is a GIF"),
        (b"RIFF\0\0\0\0WAVEfmt " + bytes(100), "is a WAV sound"),
        (b"\x1aE\xdf\xa3" + bytes(100), "is a WebM"),
        (b"\x07\x1c\x9e" + bytes(2000), "of a kind that we do not know"),
        (b"{\x9e\x1c" + bytes(2000), "of a kind that we do not know"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", "cut short or damaged"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + b"#EXTM3U\nhttp://127.0.0.1/x.ts\n", "cut short"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_a_video_is_named(tmp_path, data, words):
    path = tmp_path / "result.mp4"
    path.write_bytes(data)
    assert words in rejection(path)


def test_a_clip_without_pictures_is_not_a_result(made, tmp_path):
    path = make_sound(tmp_path / "sound.mp4", muxer="mp4", codec="aac")
    assert "no pictures" in rejection(path)


# Pictures and copies


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def colour(image: Image.Image, x: float, y: float) -> str:
    red, green, blue = pixel(image.convert("RGB"), int(image.width * x), int(image.height * y))
    return "red" if red > 150 > green + blue else "green" if green > 120 > red + blue else "other"


def test_a_poster_is_the_middle_frame_as_small_webp(made, tmp_path):
    out = tmp_path / "poster.webp"
    assert videos.poster(made["long"], out, width=200) == (200, 112)
    image = Image.open(out)
    assert (image.format, image.size) == ("WEBP", (200, 112))
    assert colour(image, 0.1, 0.1) == "red"
    assert videos.poster(made["fast"], out) == (320, 180)  # never larger than the clip
    assert list(tmp_path.iterdir()) == [out]


def test_the_last_frame_is_the_very_last_and_lossless(made, tmp_path):
    out = tmp_path / "last.png"
    for name, size in (("fast", (320, 180)), ("groups", (320, 180)), ("hevc", (320, 180)), ("portrait", (180, 320))):
        assert videos.last_frame(made[name], out) == size
        image = Image.open(out)
        assert (image.format, image.size, image.info) == ("PNG", size, {})
        assert colour(image, 0.2, 0.2) == colour(image, 0.8, 0.8) == "green"


@pytest.mark.parametrize(
    ("name", "corner"),
    [("fast", (0.1, 0.1)), ("portrait", (0.9, 0.1)), ("counter", (0.1, 0.9)), ("upside down", (0.9, 0.9))],
)
def test_pictures_are_turned_as_players_turn_them(made, tmp_path, name, corner):
    """The red quarter of the stored pictures is top left; -90 is a phone held upright, shown turned clockwise."""
    videos.poster(made[name], tmp_path / "poster.webp")
    videos.preview(made[name], tmp_path / "preview.mp4")
    with av.open(str(tmp_path / "preview.mp4")) as container:
        frame = next(container.decode(video=0))
    assert frame.rotation == 0
    for image in (Image.open(tmp_path / "poster.webp"), frame.to_image()):
        found = {(x, y) for x in (0.1, 0.9) for y in (0.1, 0.9) if colour(image, x, y) == "red"}
        assert found == {corner}


def test_untagged_hd_keeps_the_colours_that_browsers_show(tmp_path):
    """Untagged pictures of 720 lines are BT.709: grey stays grey either way, a saturated green does not."""
    clip, out = tmp_path / "hd.mp4", tmp_path / "last.png"
    with av.open(str(clip), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        frame = av.VideoFrame(1280, 720, "yuv420p")
        for plane, value in zip(frame.planes, (145, 54, 34), strict=True):  # (0, 176, 0) in BT.601, not in BT.709
            plane.update(bytes([value]) * plane.buffer_size)
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    videos.last_frame(clip, out)
    expected = tuple(
        round(max(0, min(255, channel)))
        for channel in (
            1.164 * (145 - 16) + 1.793 * (34 - 128),
            1.164 * (145 - 16) - 0.213 * (54 - 128) - 0.533 * (34 - 128),
            1.164 * (145 - 16) + 2.112 * (54 - 128),
        )
    )
    found = pixel(Image.open(out), 600, 300)
    assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 3


def test_a_preview_is_short_small_silent_and_fast_starting(made, tmp_path):
    out = tmp_path / "preview.mp4"
    videos.preview(made["long"], out)
    facts = videos.check(out)
    assert (facts.width, facts.height, facts.audio_codec, facts.browser_plays) == (480, 270, None, True)
    assert 4.9 <= facts.duration <= 5.1
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_hevc_clip_becomes_one_that_browsers_play(made, tmp_path):
    out = tmp_path / "play.mp4"
    videos.playable_copy(made["hevc"], out)
    facts, source = videos.check(out), videos.probe(made["hevc"])
    assert (facts.video_codec, facts.pix_fmt, facts.audio_codec) == ("h264", "yuv420p", "aac")
    assert facts.browser_plays
    assert (facts.width, facts.height, facts.frames, facts.fps) == (320, 180, source.frames, source.fps)
    assert abs(facts.duration - source.duration) < 0.1
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    videos.last_frame(out, tmp_path / "last.png")
    assert colour(Image.open(tmp_path / "last.png"), 0.5, 0.5) == "green"
    with av.open(str(out)) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) >= 1.9 * 48_000


def test_a_copy_keeps_pictures_that_browsers_play_already(made, tmp_path):
    out = tmp_path / "play.mp4"
    videos.playable_copy(made["mov"], out)
    assert videos.check(out).browser_plays
    assert packets(out) == packets(made["mov"])


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def test_nothing_is_left_behind_when_a_picture_cannot_be_made(tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isommp41")
    for make in (videos.poster, videos.preview, videos.last_frame, videos.playable_copy):
        with pytest.raises(Rejected):
            make(tmp_path / "bad.mp4", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.mp4"]


# Uploads


@pytest.mark.parametrize("name", ["fast", "slow", "hevc", "portrait", "mov"])
def test_an_uploaded_clip_keeps_its_pictures_bit_by_bit(made, tmp_path, name):
    out = tmp_path / "clean"
    clip = videos.clean_clip(made[name], out, name="Beach.mp4")
    assert (clip.kind, clip.ext) == ("video", "mov" if name == "mov" else "mp4")
    assert clip.mime == ("video/quicktime" if name == "mov" else "video/mp4")
    assert packets(out) == packets(made[name])
    source = videos.probe(made[name])
    assert (clip.facts.width, clip.facts.height, clip.facts.frames) == (source.width, source.height, source.frames)
    assert abs(clip.facts.duration - source.duration) < 0.05
    assert clip.facts == videos.probe(out)
    again = videos.clean_clip(made[name].read_bytes(), tmp_path / "again", name="again")
    assert again.sha256 == clip.sha256


def test_an_uploaded_clip_loses_the_place_where_it_was_made(made, tmp_path):
    assert b"+48.1371" in made["mov"].read_bytes()
    videos.clean_clip(made["mov"], tmp_path / "clean", name="Beach.mov")
    assert b"+48.1371" not in (tmp_path / "clean").read_bytes()


@pytest.mark.parametrize(
    ("muxer", "codec", "ext", "mime"),
    [
        ("mp3", "libmp3lame", "mp3", "audio/mpeg"),
        ("wav", "pcm_s16le", "wav", "audio/wav"),
        ("ipod", "aac", "m4a", "audio/mp4"),
        ("mp4", "aac", "m4a", "audio/mp4"),
    ],
)
def test_an_uploaded_sound(tmp_path, muxer, codec, ext, mime):
    source = make_sound(tmp_path / "source", muxer=muxer, codec=codec, metadata={"title": "canary", "artist": "canary"})
    clip = videos.clean_clip(source, tmp_path / "clean", name="Sea.mp3")
    assert (clip.kind, clip.ext, clip.mime) == ("audio", ext, mime)
    assert clip.facts == videos.probe(tmp_path / "clean")
    assert 0.95 <= clip.facts.duration <= 1.1
    assert (clip.facts.width, clip.facts.video_codec, clip.facts.has_audio) == (0, None, True)
    assert b"canary" not in (tmp_path / "clean").read_bytes()


def test_uploads_that_are_turned_down(made, tmp_path):
    def message(source: Path | bytes) -> str:
        with pytest.raises(Rejected) as caught:
            videos.clean_clip(source, tmp_path / "clean", name="Beach\u202e.mp4")
        assert not (tmp_path / "clean").exists()
        assert "\u202e" not in caught.value.message
        return caught.value.message

    assert "is a WebM or Matroska video. Use an MP4 or MOV" in message(made["webm"])
    assert "is empty" in message(b"")
    assert "cut short" in message(made["fast"].read_bytes()[:-500])
    old = make_clip(tmp_path / "old.mp4", codec="mpeg4", frames=12)
    assert "encoded as mpeg4. Export it as H.264 or H.265" in message(old)
    wave = make_sound(tmp_path / "wave.wav", muxer="wav", codec="pcm_s16le").read_bytes()
    assert "no sound that can be decoded" in message(wave[: wave.index(b"data") + 8])


# The wall


def test_a_decoder_that_takes_too_long_is_ended(made, monkeypatch, tmp_path):
    monkeypatch.setattr(videos, "ENCODE", 1)
    clip = make_clip(
        tmp_path / "large.mp4", size=(1920, 1080), frames=90, options={"preset": "ultrafast"}, pix_fmt="yuv422p"
    )
    with pytest.raises(Rejected, match="too long"):
        videos.playable_copy(clip, tmp_path / "out.mp4")
    assert not list(tmp_path.glob("out*"))


def test_a_decoder_that_wants_too_much_memory_is_refused(monkeypatch, tmp_path):
    clip = make_clip(tmp_path / "large.mp4", size=(4096, 2304), frames=6, options={"preset": "ultrafast"})
    monkeypatch.setattr(child, "MEMORY", 220 << 20)
    with pytest.raises(Rejected):  # as damaged: the decoder does not say what it lacked
        videos.check(clip)


def test_a_copy_that_becomes_too_large_is_refused(made, monkeypatch, tmp_path):
    monkeypatch.setattr(videos, "LARGEST", 10_000)
    with pytest.raises(Rejected, match="too large"):
        videos.playable_copy(made["hevc"], tmp_path / "out.mp4")


def test_a_missing_folder_is_no_fault_of_the_file(made, tmp_path):
    with pytest.raises(FileNotFoundError):
        videos.poster(made["fast"], tmp_path / "missing" / "poster.webp")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_is_no_fault_of_the_file(monkeypatch, number):
    def full(source: Path, name: str) -> None:
        raise OSError(number, "in the middle of writing")

    monkeypatch.setitem(decode.TASKS, "probe", full)
    order = {"task": "probe", "words": {"source": "x.mp4", "name": "x.mp4"}}
    assert decode.answer(order) == {"trouble": number}


def test_a_decoder_that_does_not_start_is_no_fault_of_the_file(made, monkeypatch, tmp_path):
    monkeypatch.setattr(nursery, "ROOT", tmp_path)
    monkeypatch.setattr(nursery, "open_ones", {})
    with pytest.raises(RuntimeError, match="did not start"):
        videos.probe(made["fast"])


def test_a_killed_nursery_is_no_fault_of_the_file(made):
    videos.probe(made["fast"])
    nursery.nursery().process.kill()
    assert videos.probe(made["fast"]).frames > 0


def test_a_nursery_killed_in_the_middle_of_an_order_is_no_fault_of_the_file(made, tmp_path, monkeypatch):
    one_answer = child.one_answer
    asked = []

    def kill_when_busy(parent: nursery.Nursery) -> None:
        until("a child works", psutil.Process(parent.process.pid).children, 5)
        parent.process.kill()

    def killed(parent: nursery.Nursery, order: bytes, wall: float) -> bytes:
        asked.append(parent)
        if len(asked) == 1:
            threading.Thread(target=kill_when_busy, args=[parent]).start()
        return one_answer(parent, order, wall)

    monkeypatch.setattr(child, "one_answer", killed)
    clip = make_clip(
        tmp_path / "large.mp4", size=(1920, 1080), frames=60, options={"preset": "ultrafast"}, pix_fmt="yuv422p"
    )
    videos.playable_copy(clip, tmp_path / "play.mp4")
    assert len(asked) == 2
    assert asked[0] is not asked[1]


def test_no_child_outlives_its_work(made):
    videos.probe(made["fast"])
    parent = psutil.Process(nursery.nursery().process.pid)
    until("the child is gone", lambda: not parent.children(), 5)


def test_a_nursery_ends_with_its_last_customer(made):
    one = nursery.Nursery()
    one.door.close()
    assert one.process.wait(5) == 0


def test_a_result_gets_all_its_pictures_at_once(made, tmp_path):
    for name, more in (("fast", set()), ("hevc", {"play.mp4"})):
        folder = tmp_path / name
        folder.mkdir()
        assert videos.take_in(made[name], folder) == videos.check(made[name])
        assert {path.name for path in folder.iterdir()} == {"poster.webp", "preview.mp4", "last.png"} | more
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(made["fast"].read_bytes()[:-200])
    with pytest.raises(Rejected):
        videos.take_in(cut, folder)
