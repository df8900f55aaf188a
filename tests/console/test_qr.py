"""The QR code of a second factor: its modules on the page and in the terminal are the address's."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
import segno

from console.accounts import qr, totp
from tests.console.conftest import House

ADDRESS = totp.address(bytes(range(20)), "lily", "三声 Thirdring")
QUIET = 4


def modules(text: str) -> list[list[int]]:
    """What the library makes of it, with the white around it."""
    return [
        [int(bool(one)) for one in row]
        for row in segno.make(text, error="m", micro=False).matrix_iter(border=QUIET)
    ]


def drawn(svg: str) -> list[list[int]]:
    """The modules that a browser would paint: horizontal strokes, one module high."""
    root = ElementTree.fromstring(svg)  # noqa: S314  our own
    size = int(root.attrib["viewBox"].split()[2])
    found = [[0] * size for _ in range(size)]
    strokes = next(one for one in root if "stroke" in one.attrib)
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", strokes.attrib["d"]):
        values = [float(one) for one in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            for column in range(int(x), int(x + values[0])):
                found[int(y)][column] = 1
            x += values[0]
    return found


@pytest.mark.parametrize("text", [ADDRESS, "x", "otpauth://" + "长" * 80])
def test_the_page_paints_exactly_the_modules_of_the_address(text: str) -> None:
    assert drawn(qr.svg(text)) == modules(text)


def test_it_is_black_on_white_with_its_quiet_zone_in_any_theme() -> None:
    svg = qr.svg(ADDRESS)
    background, strokes = ElementTree.fromstring(svg)  # noqa: S314  our own

    assert (background.attrib["fill"], strokes.attrib["stroke"]) == ("#fff", "#000")
    rows = drawn(svg)
    assert not any(map(any, (*rows[:QUIET], *rows[-QUIET:])))
    assert not any(any(row[:QUIET]) or any(row[-QUIET:]) for row in rows)
    assert "style" not in svg
    assert "script" not in svg


@pytest.mark.parametrize("text", [ADDRESS, "x"])
def test_two_modules_stand_in_each_character_of_the_terminal(text: str) -> None:
    upper, lower = {"▀", "█"}, {"▄", "█"}
    found: list[list[int]] = []
    for line in qr.lines(text):
        found += [[int(one in half) for one in line] for half in (upper, lower)]

    wanted = modules(text)
    assert found[: len(wanted)] == wanted
    assert not any(map(any, found[len(wanted) :]))
    assert {len(line) for line in qr.lines(text)} == {len(wanted)}


async def test_the_page_shows_the_code_of_the_very_address_it_links_to(house: House) -> None:
    browser = await house.signed_in("lily")

    text = (await browser.get("/second-factor")).text

    (svg,) = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    (address,) = re.findall(r'href="(otpauth:[^"]+)"', text)
    assert drawn(svg) == modules(address.replace("&amp;", "&"))
    assert 'role="img"' in text
