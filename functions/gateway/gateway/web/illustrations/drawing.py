"""Draws a product: a frame, a backdrop, and the object that its words name."""

import re
from functools import cache
from pathlib import Path
from unicodedata import bidirectional, normalize
from zlib import crc32

from markupsafe import escape

from gateway.web.illustrations import colours
from gateway.web.illustrations.vocabulary import NATURAL_COLOURS, colour_in, recognise

FOLDER = Path(__file__).parent
SIDE = 400  # a drawing's own square, in user units
LONGEST_TITLE, LONGEST_WORDS = 160, 400
BACKDROPS = ("disc", "arch", "panel")
PATTERNS = ("dots", "scales", "leaves")
# Control characters, and what XML 1.0 §2.2 does not admit either: surrogates and two noncharacters.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def draw(title: str, words: str = "", colour: str = "", size: tuple[int, int] = (800, 800)) -> str:
    """An SVG document that shows what the title (or else the other words: type, tags) names.

    The same arguments give the same picture. A colour word tints the object. What no drawing is known for
    gets its initials on a pattern. `size` is width and height in pixels. For use by `<img>`: ids are not unique.
    """
    title, words = _clean(title[:LONGEST_TITLE]), _clean(words[:LONGEST_WORDS])
    seed = crc32(title.encode())
    subject = recognise(title, words)
    tint = colour_in(colour[:LONGEST_TITLE]) or colour_in(title) or NATURAL_COLOURS.get(subject or "")
    tones = colours.tones(colours.choose(seed, tint))
    scene = _still_life(subject, seed, tones) if subject else _monogram(title, seed, tones)
    return _fragment("frame").format(title=escape(title), scene=scene, **tones, **_viewport(size))


def _still_life(subject: str, seed: int, tones: dict[str, str]) -> str:
    backdrop = BACKDROPS[seed // len(colours.PALETTES) % len(BACKDROPS)]
    parts = (f"backdrops/{backdrop}", f"drawings/{subject}")
    return "".join(_fragment(part).format(**tones) for part in parts)


def _monogram(title: str, seed: int, tones: dict[str, str]) -> str:
    initials = _initials(title)
    if not initials:
        return _still_life("parcel", seed, tones)
    pattern = _fragment(f"patterns/{PATTERNS[seed // len(colours.PALETTES) % len(PATTERNS)]}").format(**tones)
    return pattern + _fragment("monogram").format(initials=escape(initials), **tones)


def _initials(title: str) -> str:
    """The first letters of the first two words; one alone where letters would join (RTL scripts)."""
    letters = [word[0].upper()[0] for word in re.findall(r"[^\W_]+", title)[:2]]
    return letters[0] if letters and bidirectional(letters[0]) in {"R", "AL"} else "".join(letters)


def _viewport(size: tuple[int, int]) -> dict[str, float]:
    """The picture's own square in the middle; what a wider or taller picture adds is wall and floor."""
    width, height = size
    unit = SIDE / min(size)
    across, down = width * unit, height * unit
    return {
        "width": width,
        "height": height,
        "across": across,
        "down": down,
        "left": (SIDE - across) / 2,
        "top": (SIDE - down) / 2,
    }


def _clean(text: str) -> str:
    return normalize("NFC", UNPRINTABLE.sub(" ", text)).strip()


@cache
def _fragment(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
