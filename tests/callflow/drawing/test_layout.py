"""A layered drawing of any graph: nothing covers anything, and arrows lead where they should."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callflow.drawing.layers import Layers, Link, Vertex
from callflow.drawing.places import place, settled
from callflow.drawing.ways import paths
from tests.support.examples import examples


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[tuple[float, float]], set[tuple[int, int]]]:
    sizes = draw(st.lists(st.tuples(st.integers(40, 240), st.integers(20, 120)), min_size=2))
    count = len(sizes)
    at = st.integers(0, count - 1)
    pairs = draw(st.sets(st.tuples(at, at).filter(lambda pair: pair[0] != pair[1]), max_size=30))
    return [(float(w), float(h)) for w, h in sizes], pairs


def _layers(sizes: list[tuple[float, float]], pairs: set[tuple[int, int]]) -> Layers:
    boxes = [Vertex(wide / 2, wide / 2, high) for wide, high in sizes]
    return Layers(boxes, [Link(start, end, 40.0, 14.0) for start, end in sorted(pairs)])


@settings(max_examples=examples(60), deadline=None)
@given(graphs(), st.integers(1, 4))
def test_no_two_boxes_or_labels_of_any_graph_overlap(
    graph: tuple[list[tuple[float, float]], set[tuple[int, int]]], columns: int
) -> None:
    layers = _layers(*graph)

    placed = place(layers, columns)

    shown = [v for at, v in enumerate(layers.vertices) if not v.bend or at in _labels(layers)]
    for one, other in combinations(shown, 2):
        beside = one.x + one.right <= other.x - other.left + 0.01
        beside |= other.x + other.right <= one.x - one.left + 0.01
        below = one.y + one.height <= other.y + 0.01 or other.y + other.height <= one.y + 0.01
        assert beside or below
    for vertex in shown:
        assert vertex.x - vertex.left >= -0.01
        assert vertex.x + vertex.right <= placed.width + 0.01
        assert 0 <= vertex.y <= vertex.y + vertex.height <= placed.height


@settings(max_examples=examples(60), deadline=None)
@given(graphs(), st.integers(1, 3))
def test_every_arrow_begins_at_its_box_and_ends_at_the_other(
    graph: tuple[list[tuple[float, float]], set[tuple[int, int]]], columns: int
) -> None:
    layers = _layers(*graph)

    drawn = paths(layers, place(layers, columns))

    for link, path in zip(layers.links, drawn, strict=True):
        numbers = [float(word) for word in path.translate(str.maketrans("MLCQ", "    ")).split()]
        ends = ((numbers[0], numbers[1], link.start), (numbers[-2], numbers[-1], link.end))
        for x, y, box in ends:
            vertex = layers.vertices[box]
            assert abs(x - vertex.x) <= vertex.left
            assert min(abs(y - vertex.y), abs(y - vertex.y - vertex.height)) < 0.1


def _labels(layers: Layers) -> set[int]:
    return {link.label for link in layers.links}


def test_a_straight_line_of_boxes_is_drawn_straight() -> None:
    layers = _layers([(100.0, 30.0)] * 4, {(0, 1), (1, 2), (2, 3)})
    place(layers, 1)

    assert {round(vertex.x, 3) for vertex in layers.vertices} == {50.0}
    assert [v.y for v in layers.vertices[:4]] == sorted(v.y for v in layers.vertices[:4])


def test_two_branches_that_could_cross_do_not() -> None:
    layers = _layers([(60.0, 30.0)] * 6, {(0, 1), (0, 2), (1, 4), (2, 3), (3, 5), (4, 5)})

    assert layers._crossings() == 0


def test_an_arrow_back_is_turned_and_does_not_pull_its_end_down() -> None:
    layers = _layers([(60.0, 30.0)] * 3, {(0, 1), (1, 2), (2, 0)})

    assert [vertex.rank for vertex in layers.vertices[:3]] == [0, 2, 4]
    assert [link.back for link in layers.links] == [False, False, True]


@pytest.mark.parametrize(
    ("wished", "expected"),
    [
        ([0.0, 100.0], [0.0, 100.0]),
        ([50.0, 50.0], [45.0, 55.0]),
        ([30.0, 20.0, 10.0], [10.0, 20.0, 30.0]),
    ],
)
def test_places_keep_their_distance_and_move_as_little_as_can_be(
    wished: list[float], expected: list[float]
) -> None:
    found = settled(wished, [1.0] * len(wished), [10.0] * (len(wished) - 1))

    assert found == pytest.approx(expected)
    assert all(right - left >= 10 - 1e-9 for left, right in pairwise(found))
