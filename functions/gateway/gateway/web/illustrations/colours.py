"""The palette of a picture: curated backgrounds, and tones derived from one colour."""

from dataclasses import dataclass, replace
from math import dist

INK, UMBER, CHALK = "#2b2a33", "#3a2c33", "#fffaf2"
MATERIALS = {
    "ink": INK,
    "shadow": "#3a2a1a26",
    "paper": "#fbf6ec",
    "paper_shade": "#e4dac8",
    "wood": "#c99a66",
    "wood_shade": "#a97c4d",
    "metal": "#c3c8cc",
    "metal_shade": "#979ea5",
    "brass": "#d3a548",
    "leaf": "#5b8a5e",
    "leaf_shade": "#3f6d4b",
}


@dataclass(frozen=True)
class Palette:
    """A wall and the shape painted on it, what stands in front of them, and the second colour of that."""

    wall: str
    backdrop: str
    body: str
    accent: str


PALETTES = (
    Palette("#ece2d2", "#dfcdb2", "#b5573c", "#2f5561"),  # sand
    Palette("#dbe4d9", "#c3d4c2", "#3d6b57", "#e0a458"),  # sage
    Palette("#f2e0d6", "#ebc8b8", "#355c7d", "#d9875f"),  # blush
    Palette("#d8e4ea", "#bbd2de", "#c65f42", "#2f5d7c"),  # sky
    Palette("#f1e7cc", "#ecd5a4", "#2f6664", "#d9743f"),  # straw
    Palette("#e6dfea", "#d2c4dc", "#6a4c7d", "#dc9f66"),  # lilac
    Palette("#e8e2d8", "#dac9ae", "#c9853a", "#3d5566"),  # stone
    Palette("#d4e4df", "#b3d0c8", "#bf5a4a", "#24585e"),  # seafoam
    Palette("#f5e2ce", "#efc7a4", "#41658a", "#b5533c"),  # peach
    Palette("#d9e0e7", "#bdc9d8", "#8d3f4c", "#deab4a"),  # mist
)
ENOUGH_CONTRAST = 56  # distance in RGB, each channel 0 to 255
LIGHT = 0.72  # from this brightness (0 to 1) on, shade a colour less, and set its details off by darker tones


def choose(seed: int, body: str | None) -> Palette:
    """The seed's palette; for a given body colour, the next one that it stands out from."""
    start = seed % len(PALETTES)
    turned = PALETTES[start:] + PALETTES[:start]
    if body is None:
        return turned[0]
    return replace(max(turned, key=lambda p: min(_contrast(p, body), ENOUGH_CONTRAST)), body=body)


def tones(palette: Palette) -> dict[str, str]:
    """Every colour that a drawing may use, by the name it uses."""
    is_light = _brightness(palette.body) > LIGHT
    return MATERIALS | {
        "wall": palette.wall,
        "floor": mix(palette.wall, UMBER, 0.09),
        "backdrop": palette.backdrop,
        "body": palette.body,
        "light": mix(palette.body, UMBER, 0.08) if is_light else mix(palette.body, CHALK, 0.28),
        "shade": mix(palette.body, UMBER, 0.15 if is_light else 0.24),
        "deep": mix(palette.body, UMBER, 0.45),
        "on_body": mix(palette.body, UMBER, 0.7) if is_light else MATERIALS["paper"],
        "accent": palette.accent,
        "accent_light": mix(palette.accent, CHALK, 0.3),
        "accent_shade": mix(palette.accent, UMBER, 0.24),
    }


def mix(colour: str, other: str, share: float) -> str:
    """The colour with that share (0 to 1) of the other in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _contrast(palette: Palette, body: str) -> float:
    return min(_distance(palette.backdrop, body), _distance(palette.accent, body))


def _distance(colour: str, other: str) -> float:
    return dist(_channels(colour), _channels(other))


def _brightness(colour: str) -> float:
    """How light it looks: ITU-R BT.601 luma, 0 to 1."""
    red, green, blue = _channels(colour)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
