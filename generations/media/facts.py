"""What was measured of a clip or a sound."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """Of a sound, everything about pictures is 0 or None."""

    container: str  # mp4, mov, m4a, mp3, wav
    size: int  # bytes
    duration: float  # seconds
    width: int  # pixels as shown, after rotation
    height: int
    fps: float
    frames: int
    video_codec: str | None  # h264, hevc, av1, vp9 …
    pix_fmt: str | None  # yuv420p, yuv420p10le …
    bit_depth: int
    audio_codec: str | None  # aac, mp3, pcm_s16le …
    browser_plays: bool  # in every current browser

    @property
    def has_audio(self) -> bool:
        return self.audio_codec is not None


def plays_everywhere(container: str, video_codec: str | None, pix_fmt: str | None, audio_codec: str | None) -> bool:
    """MP4 with H.264 8 bit, VP9 or AV1, all 4:2:0, with AAC or silent; measured with Chromium 156."""
    pixels = {"h264": ("yuv420p", "yuvj420p"), "vp9": ("yuv420p",), "av1": ("yuv420p", "yuv420p10le")}
    return container == "mp4" and pix_fmt in pixels.get(video_codec or "", ()) and audio_codec in ("aac", None)
