"""What is in the files: real clips, drawn at full size where the picture matters."""

import hashlib
import io
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from PIL import Image, ImageChops, ImageStat

from generations.sandbox.job import Picture, RenderJob
from generations.sandbox.render import painter, render
from tests.sandbox.running import client, run_sandbox
from tests.sandbox.talk import ark_create, ark_end, colour_at, data_uri, fetch, frames_of, image, text


def facts_of(content: bytes) -> dict[str, Any]:
    with av.open(io.BytesIO(content), "r") as container:
        video = container.streams.video[0]
        sounds = container.streams.audio
        frames = len(list(container.decode(video=0)))
        return {
            "codec": video.codec_context.name,
            "tag": video.codec_context.codec_tag,
            "size": (video.width, video.height),
            "rate": float(video.average_rate or 0),
            "frames": frames,
            "seconds": float((container.duration or 0) / av.time_base),
            "audio": sounds[0].codec_context.name if sounds else "",
        }


def difference(a: Image.Image, b: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(a, b)).mean) / 3


def job(**changes: Any) -> RenderJob:
    return RenderJob(**{"prompt": "A lake at dusk", "seed": 1, "width": 160, "height": 90, "frames": 12, **changes})


def clip(path: Path, **changes: Any) -> bytes:
    render(job(**changes), path / "clip.mp4")
    return (path / "clip.mp4").read_bytes()


def test_a_clip_is_what_was_asked_for(folder: Path) -> None:
    with run_sandbox(folder) as url, client(url) as http:
        wish = {"resolution": "480p", "ratio": "9:16", "duration": 4, "seed": 5, "return_last_frame": True}
        task = ark_end(http, ark_create(http, text("A city at night"), **wish), seconds=90)
        content = fetch(task["content"]["video_url"])
        last = Image.open(io.BytesIO(fetch(task["content"]["last_frame_url"])))
    facts = facts_of(content)
    assert (facts["codec"], facts["tag"], facts["size"], facts["rate"]) == ("h264", "avc1", (496, 864), 24)
    assert (facts["frames"], facts["audio"]) == (97, "aac")
    assert facts["seconds"] == pytest.approx(97 / 24, abs=0.05)
    assert last.size == (496, 864)
    assert difference(last.convert("RGB"), frames_of(content)[-1]) < 4


def test_the_same_request_gives_the_same_bytes(http: httpx.Client) -> None:
    wish = [
        text("Snow over a cabin"),
        image(data_uri("teal"), "reference_image"),
        image("https://a.example/b.png", "reference_image"),
    ]
    made = [fetch(ark_end(http, ark_create(http, *wish, seed=seed))["content"]["video_url"]) for seed in (8, 8, 9)]
    digests = [hashlib.sha256(content).hexdigest() for content in made]
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_sound_is_there_only_when_asked_for(tmp_path: Path) -> None:
    assert facts_of(clip(tmp_path, audio=True))["audio"] == "aac"
    assert facts_of(clip(tmp_path))["audio"] == ""


def test_sound_can_be_heard(tmp_path: Path) -> None:
    with av.open(io.BytesIO(clip(tmp_path, audio=True, frames=72)), "r") as container:
        loudest = max(max(abs(v) for v in memoryview(f.planes[0]).cast("f")) for f in container.decode(audio=0))
    assert 0.05 < loudest < 0.95


def test_hevc_is_tagged_for_players(tmp_path: Path) -> None:
    facts = facts_of(clip(tmp_path, codec="hevc"))
    assert (facts["codec"], facts["tag"]) == ("hevc", "hvc1")


def test_the_picture_moves_and_its_words_matter(tmp_path: Path) -> None:
    night, desert = (frames_of(clip(tmp_path, prompt=words, frames=24)) for words in ("night sky", "desert dunes"))
    assert difference(night[0], night[-1]) > 0.5
    assert difference(night[0], desert[0]) > 40


def test_a_fixed_camera_stands_still_where_a_free_one_travels(tmp_path: Path) -> None:
    still, free = (frames_of(clip(tmp_path, prompt="hills, pan left", camera_fixed=fixed)) for fixed in (True, False))
    ground = (0, 60, 160, 75)
    moved = [difference(frames[0].crop(ground), frames[-1].crop(ground)) for frames in (still, free)]
    assert moved[0] < moved[1] / 3


@pytest.mark.parametrize(
    "words", ["snow", "rain in a city", "aurora", "perfume bottle", "cozy cafe", "a lighthouse by the sea", "daisies"]
)
def test_a_loop_ends_where_it_begins(words: str) -> None:
    paint = painter(job(prompt=words, loop=True), (160, 90))
    assert difference(paint(0.0), paint(1.0)) < 0.2
    assert difference(paint(0.0), paint(0.5)) > 0.05


def picture(path: Path, colour: str, role: str) -> Picture:
    Image.new("RGB", (400, 300), colour).save(path / f"{colour}.png")
    return Picture(role, str(path / f"{colour}.png"))


def test_a_first_frame_fills_the_picture(tmp_path: Path) -> None:
    frames = frames_of(clip(tmp_path, pictures=(picture(tmp_path, "red", "first_frame"),), prompt=""))
    for frame in (frames[0], frames[-1]):
        red, green, _ = colour_at(frame, 40, 45)
        assert red > 180 > 90 > green


def test_first_and_last_are_travelled_between(tmp_path: Path) -> None:
    both = (picture(tmp_path, "red", "first_frame"), picture(tmp_path, "blue", "last_frame"))
    frames = frames_of(clip(tmp_path, pictures=both, prompt="", frames=24))
    first, middle, last = (colour_at(frames[i], 40, 45) for i in (0, 12, 23))
    assert first[0] > 180 > first[2]
    assert last[2] > 180 > last[0]
    assert 60 < middle[0] < 200
    assert 60 < middle[2] < 200


def test_every_reference_is_seen(tmp_path: Path) -> None:
    three = tuple(picture(tmp_path, colour, "reference") for colour in ("red", "lime", "blue"))
    frames = frames_of(clip(tmp_path, pictures=three, prompt="", frames=36))
    for index, channel in ((0, 0), (18, 1), (35, 2)):
        means = colour_at(frames[index], 80, 45)
        assert means[channel] == max(means)


def test_every_clip_is_labelled_and_the_prompt_is_written_on_it(tmp_path: Path) -> None:
    same = {
        "pictures": (picture(tmp_path, "gray", "first_frame"),),
        "width": 640,
        "height": 360,
        "frames": 2,
        "camera_fixed": True,
    }
    bare, told = (frames_of(clip(tmp_path, prompt=words, **same))[0] for words in ("", "Words to be read 可读的文字"))
    label, corner, caption = (500, 0, 640, 50), (0, 0, 140, 50), (0, 290, 640, 360)
    assert difference(bare.crop(label), bare.crop(corner)) > 3
    assert difference(bare.crop(caption), told.crop(caption)) > 3
    marked = frames_of(clip(tmp_path, prompt="", watermark=True, **same))[0]
    assert difference(bare.crop((520, 300, 640, 360)), marked.crop((520, 300, 640, 360))) > 1


def test_a_broken_picture_is_an_error_and_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(OSError, match="cannot identify"):
        clip(tmp_path, pictures=(Picture("first_frame", str(tmp_path / "broken.png")),))
    assert not (tmp_path / "clip.mp4").exists()


def test_an_odd_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="even"):
        clip(tmp_path, width=161)


def test_progress_is_told_and_grows(tmp_path: Path) -> None:
    told: list[float] = []
    rendered = render(job(frames=30), tmp_path / "clip.mp4", told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert rendered.sha256 == hashlib.sha256((tmp_path / "clip.mp4").read_bytes()).hexdigest()
    assert (rendered.frames, rendered.seconds, rendered.size) == (30, 1.25, (tmp_path / "clip.mp4").stat().st_size)
