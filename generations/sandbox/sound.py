"""A soft pad with a few bells, and wind or rain where the words ask for it: one libavfilter graph, mono like Ark's."""

import re
from collections.abc import Iterator
from random import Random

import av
from av.error import BlockingIOError as NotYet
from av.error import EOFError as Ended
from av.filter import Graph

RATE = 44100
# Semitones above the root: a chord to rest on, and the scale that the bells choose from.
MOODS: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = (
    (r"night|moon|star|space|dark|storm|rain|neon|夜|月|星|雨|暴", (0, 7, 12, 15, 19), (12, 15, 17, 19, 22, 24)),
    (r"sunset|dusk|romant|desert|forest|黄昏|日落|沙|森", (0, 7, 11, 14, 16), (12, 14, 16, 19, 21, 23)),
    (r"", (0, 7, 12, 16, 19), (12, 14, 16, 19, 21, 24)),
)
NOISES: tuple[tuple[str, float, int], ...] = (  # words, loudness, how bright (Hz)
    (r"rain|storm|雨|暴风", 0.09, 2600),
    (r"sea|ocean|wave|beach|lake|海|湖|浪", 0.1, 700),
    (r"wind|desert|dune|snow|mountain|风|沙|雪|山", 0.06, 420),
    (r"", 0.012, 900),
)


def sound(prompt: str, rng: Random, seconds: float) -> Iterator[av.AudioFrame]:
    """Mono frames of 1024 samples at 44.1 kHz that last `seconds`."""
    graph = Graph()
    pad = graph.add("aevalsrc", f"exprs='{music(prompt.lower(), rng, seconds)}':s={RATE}:d={seconds}:n=1024")
    loud, bright = next((loud, bright) for words, loud, bright in NOISES if re.search(words, prompt.lower()))
    air = graph.add("anoisesrc", f"d={seconds}:c=pink:r={RATE}:a={loud}:seed={rng.getrandbits(31)}:n=1024")
    low = graph.add("lowpass", f"f={bright}")
    swell = graph.add("volume", f"volume='0.62+0.38*sin(2*PI*{rng.uniform(0.13, 0.22):.3f}*t)':eval=frame")
    both = graph.add("amix", "inputs=2:normalize=0:duration=shortest")
    rise = graph.add("afade", f"t=in:d={min(0.6, seconds / 4):.3f}")
    fade = min(1.0, seconds / 3)
    fall = graph.add("afade", f"t=out:st={seconds - fade:.3f}:d={fade:.3f}")
    shape = graph.add("aformat", f"sample_fmts=fltp:channel_layouts=mono:sample_rates={RATE}")
    size, sink = graph.add("asetnsamples", "n=1024:p=0"), graph.add("abuffersink")
    pad.link_to(both, 0, 0)
    for a, b in ((air, low), (low, swell)):
        a.link_to(b)
    swell.link_to(both, 0, 1)
    for a, b in ((both, rise), (rise, fall), (fall, shape), (shape, size), (size, sink)):
        a.link_to(b)
    graph.configure()
    while True:
        try:
            frame = sink.pull()
        except (Ended, NotYet):
            return
        assert isinstance(frame, av.AudioFrame)
        yield frame


def music(prompt: str, rng: Random, seconds: float) -> str:
    """An aevalsrc expression of t: slow beating tones for the chord, decaying ones for the bells."""
    chord, scale = next((chord, scale) for words, chord, scale in MOODS if re.search(words, prompt))
    root = rng.choice((98.0, 110.0, 123.47, 130.81))
    terms = []
    for i, step in enumerate(chord):
        tone, beat, phase = root * 2 ** (step / 12), rng.uniform(0.06, 0.24), rng.uniform(0, 6.28)
        level = 0.15 / (1 + 0.45 * i)
        terms.append(f"{level:.3f}*sin(2*PI*{tone:.2f}*t)*(0.62+0.38*sin(2*PI*{beat:.3f}*t+{phase:.2f}))")
    at = rng.uniform(0.3, 0.8)
    while at < seconds - 0.8:
        tone = root * 2 ** (rng.choice(scale) / 12) * 2
        terms.append(
            f"gte(t,{at:.2f})*{rng.uniform(0.03, 0.07):.3f}*exp(-2.4*(t-{at:.2f}))*sin(2*PI*{tone:.2f}*(t-{at:.2f}))"
        )
        at += rng.choice((0.5, 0.75, 1.0, 1.5))
    return "+".join(terms)
