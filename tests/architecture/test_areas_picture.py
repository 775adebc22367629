"""The picture of areas in docs/architecture.md shows the imports of today."""

from scripts.draw_areas import PICTURE, arrows, draw, layers


def test_the_picture_of_areas_is_up_to_date() -> None:
    assert PICTURE.read_text(encoding="utf-8") == draw(), "run: .venv/bin/python -m scripts.draw_areas"


def test_each_area_of_the_contract_has_imports() -> None:
    areas = layers()

    assert areas[0] == "views"
    assert areas[-1] == "core"
    assert {first for first, _ in arrows(areas)} | {"core"} == set(areas)
