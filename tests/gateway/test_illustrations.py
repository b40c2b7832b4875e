import csv
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gateway.web.illustrations import colours, draw, drawing, vocabulary

ROOT = Path(__file__).parents[2]
DRAWINGS = {path.stem for path in (Path(drawing.__file__).parent / "drawings").glob("*.svg")}
SVG = "{http://www.w3.org/2000/svg}"
PASSIVE = {
    "circle", "defs", "ellipse", "g", "linearGradient", "path", "pattern",
    "radialGradient", "rect", "stop", "svg", "text", "title",
}  # fmt: skip


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - what is parsed here was drawn here


def title_of(svg: str) -> str | None:
    return parsed(svg).findtext(f"{SVG}title")


def initials_of(svg: str) -> str | None:
    return parsed(svg).findtext(f"{SVG}text")


def demo_products() -> list[dict[str, str]]:
    with (ROOT / "localstack/seed/products.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["Title"]]


class TestEveryDrawing:
    def test_is_called_by_some_word_and_every_word_has_one(self) -> None:
        assert set(vocabulary.OBJECTS.values()) == DRAWINGS
        assert vocabulary.NATURAL_COLOURS.keys() <= DRAWINGS

    @pytest.mark.parametrize("name", sorted(DRAWINGS))
    def test_is_small_passive_and_self_contained(self, name: str) -> None:
        called = next(phrase for phrase, drawn in vocabulary.OBJECTS.items() if drawn == name)

        svg = draw(called)

        assert len(svg.encode()) < 6_000
        for element in parsed(svg).iter():
            assert element.tag.removeprefix(SVG) in PASSIVE
            assert "style" not in element.attrib
            assert not any("href" in key or key.startswith("on") for key in element.attrib)

    @pytest.mark.parametrize("name", sorted(DRAWINGS))
    def test_refers_only_to_gradients_that_the_frame_defines(self, name: str) -> None:
        called = next(phrase for phrase, drawn in vocabulary.OBJECTS.items() if drawn == name)

        svg = draw(called)

        assert set(re.findall(r"url\(#([\w-]+)\)", svg)) <= set(re.findall(r'id="([\w-]+)"', svg))

    def test_exists_for_every_product_of_the_demo_shop(self) -> None:
        unknown = [row["Title"] for row in demo_products() if not vocabulary.recognise(row["Title"])]

        assert unknown == []


class TestRecognise:
    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("Stoneware Mug", "mug"),
            ("MUGS", "mug"),
            ("Set of 4 Bowls", "bowl"),
            ("Mug with Bamboo Spoon", "mug"),
            ("Coffee Table Book", "book"),
            ("Oak Coffee Table", "table"),
            ("Bread knife", "bread-knife"),
            ("Gardener's Apron \u2013 Linen", "apron"),
            ("Heavy Cotton T-Shirt", "t-shirt"),
            ("Picture Book: The Mug Moves House", "book"),
            ("Cafetière", "dripper"),
            ("Glasses", "glass"),
            ("Dresses", "dress"),
        ],
    )
    def test_by_what_the_title_is_about(self, title: str, name: str) -> None:
        assert vocabulary.recognise(title) == name

    def test_by_type_and_tags_where_the_title_says_nothing(self) -> None:
        assert vocabulary.recognise("The Wanderer", "Outdoors, Backpacks") == "backpack"

    def test_title_goes_before_the_other_words(self) -> None:
        assert vocabulary.recognise("Linen Apron", "Mugs") == "apron"

    def test_nothing(self) -> None:
        assert vocabulary.recognise("Gizmo", "Novelties") is None


class TestColour:
    @pytest.mark.parametrize(
        ("title", "colour", "body"),
        [
            ("Mug", "Navy", "#2b3a5b"),
            ("Navy Mug", "", "#2b3a5b"),
            ("Navy Mug", "Sage", "#8ea58c"),
            ("Navy Mug", "Default Title", "#2b3a5b"),
            ("Ocean Blue Shirt", "", "#2d6f8e"),
            ("Black Leather Bag", "", "#34333b"),
            ("Cutting Board", "", vocabulary.NATURAL_COLOURS["board"]),
        ],
    )
    def test_tints_the_object(self, title: str, colour: str, body: str) -> None:
        assert f'stop-color="{body}"' in draw(title, colour=colour)

    @pytest.mark.parametrize("body", sorted(set(vocabulary.COLOURS.values())))
    def test_stands_out_from_what_is_behind_it(self, body: str) -> None:
        for seed in range(len(colours.PALETTES)):
            backdrop = colours.choose(seed, body).backdrop

            channels = zip(bytes.fromhex(backdrop[1:]), bytes.fromhex(body[1:]), strict=True)
            assert max(abs(a - b) for a, b in channels) > 24


class TestDraw:
    @pytest.mark.parametrize("hash_seed", ["1", "2"])
    def test_same_words_same_picture_in_every_process(self, hash_seed: str) -> None:
        program = "from gateway.web.illustrations import draw; print(draw('Teapot'), end='')"
        environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT / "functions/gateway")}

        drawn = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)

        assert drawn.stdout.decode() == draw("Teapot")

    def test_titles_differ_in_background(self) -> None:
        walls = {re.search(r'fill="(#\w+)"/>', draw(f"Mug {n}"))[1] for n in range(40)}  # type: ignore[index]

        assert len(walls) > 5

    @pytest.mark.parametrize(
        ("size", "box"),
        [((800, 800), "0 0 400 400"), ((800, 400), "-200 0 800 400"), ((300, 600), "0 -200 400 800")],
    )
    def test_keeps_the_object_in_the_middle_of_any_size(self, size: tuple[int, int], box: str) -> None:
        root = parsed(draw("Mug", size=size))

        assert (root.get("width"), root.get("height"), root.get("viewBox")) == (*map(str, size), box)

    def test_unknown_thing_gets_its_initials(self) -> None:
        assert initials_of(draw("gizmo de luxe")) == "GD"

    def test_monogram_of_a_script_that_joins_letters_is_one_letter(self) -> None:
        assert initials_of(draw("مرحبا بالعالم")) == "م"

    @pytest.mark.parametrize("title", ["", "   ", "🎁🎉", "!?…", "\x00\x1b\u200f"])
    def test_title_without_letters_gets_the_parcel(self, title: str) -> None:
        assert initials_of(draw(title)) is None
        assert "ellipse" in draw(title)

    def test_escapes_what_users_wrote(self) -> None:
        title = '<script>alert("1")</script> & Co'

        assert "<script" not in draw(title)
        assert title_of(draw(title)) == title

    def test_braces_are_text(self) -> None:
        assert title_of(draw("{title} {0} mug")) == "{title} {0} mug"

    @pytest.mark.parametrize("character", ["\x00", "\x0b", "\x7f", "\x85", "\ud800", "\ufffe"])
    def test_drops_what_xml_does_not_admit(self, character: str) -> None:
        assert title_of(draw(f"Big{character}Mug")) == "Big Mug"

    def test_very_long_title_is_cut(self) -> None:
        svg = draw("Mug & Co " * 20_000, "tag " * 20_000)

        assert len(svg.encode()) < 6_000
        assert initials_of(svg) is None
