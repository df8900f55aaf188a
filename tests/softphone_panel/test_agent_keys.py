"""Keys of the panel: the table, a person's own file, what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from calls.errors import ConfigError
from calls.floor import orders
from calls.floor.orders import AnyOrder
from softphone_panel.agent.actions import ACTS
from softphone_panel.agent.deeds import fits
from softphone_panel.agent.help import key_table
from softphone_panel.agent.keymap import DEFAULT, PICK_KEYS, load_keymap
from softphone_panel.agent.prefs import Prefs, load_prefs, prefs_path, save_prefs
from softphone_panel.texts import Language
from tests.softphone_panel import agent_views as views
from tests.softphone_panel.agent_room import seat

PANEL_PAGE = Path(__file__).parents[2] / "docs" / "panel.md"


def wrote(folder: Path, text: str) -> Path:
    path = folder / "panel.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_two_actions_have_one_key_and_none_takes_a_menus_figure() -> None:
    keys = [key for act in ACTS for key in DEFAULT.keys[act.id]]

    assert len(keys) == len(set(keys))
    assert not set(keys) & set(PICK_KEYS)


def test_every_action_can_be_done_from_inside_a_field() -> None:
    for act in ACTS:
        assert DEFAULT.always(act.id), act.id


def test_every_order_of_an_agent_is_in_the_table() -> None:
    known = TypeAdapter(AnyOrder).json_schema()["discriminator"]["mapping"]
    given = {order for act in ACTS for order in act.orders.split(", ") if order}
    choices_and_supervisors = {"pick", "branch", "form_draft", "spy", "answer_help", "cue"}

    assert set(known) - choices_and_supervisors == given


def test_the_page_about_the_panel_lists_the_keys_of_the_table() -> None:
    assert key_table(DEFAULT) in PANEL_PAGE.read_text(encoding="utf-8")


def test_branches_keep_their_letters_and_unknown_ones_get_a_free_letter() -> None:
    keys = DEFAULT.for_branches(["noise_again", "upset", "beyond_me", "upset_more"])
    bound = {key for keys in DEFAULT.keys.values() for key in keys}

    assert keys["upset"] == "u"
    assert keys["beyond_me"] == "b"
    assert len(set(keys.values())) == 4
    assert not set(keys.values()) & bound


def test_a_flow_with_more_branches_than_letters_leaves_the_rest_to_the_mouse() -> None:
    keys = DEFAULT.for_branches([f"branch_{number}" for number in range(40)])
    given = [key for key in keys.values() if key]

    assert len(given) == len(set(given)) < 26


def test_a_persons_own_keys_take_the_place_of_the_tables(tmp_path: Path) -> None:
    path = wrote(tmp_path, '[keys]\nhold = "j,ctrl+h"\nhelp = "?"\n[branches]\nupset = "y"\n')
    keymap = load_keymap(path)

    assert keymap.letters("hold") == ("j",)
    assert keymap.always("hold") == ("ctrl+h", "alt+j")
    assert keymap.shown(typing=False)["hold"] == "j"
    assert keymap.shown(typing=True)["hold"] == "Ctrl+H"
    assert keymap.letters("mute") == DEFAULT.letters("mute")
    assert keymap.for_branches(["upset"]) == {"upset": "y"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("keys = ", "is not TOML"),
        ("[keys", "is not TOML"),
        ('keys = "h"', "write a table"),
        ("[keys]\nhold = 3", "write a table"),
        ('[keys]\nholt = "j"', "did you mean hold?"),
        ('[keys]\nhold = "m"', "m means both hold and mute"),
        ('[keys]\nhold = "3"', "always means the same"),
        ('[keys]\nhold = "escape"', "always means the same"),
        ('[keys]\nhold = "f99"', "is no key"),
        ('[keys]\nhold = "hyper+h"', "is no key"),
        ('[branches]\nupset = "f9"', "a single letter"),
        ("\udcff", "cannot be read"),
    ],
)
def test_a_broken_file_of_keys_says_where_and_what(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "panel.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(ConfigError) as error:
        load_keymap(path)
    assert told in str(error.value)
    assert str(error.value).startswith(str(path))


async def test_a_key_of_ones_own_works_and_the_old_one_does_not(tmp_path: Path) -> None:
    keymap = load_keymap(wrote(tmp_path, '[keys]\nhold = "j"\nmute = "f6"\n'))
    async with seat(views.talk(), keymap=keymap) as at:
        assert "j 保持" in at.screen()
        await at.press("h", "j")
        await at.ordered(orders.Hold(on=True))
        await at.press("f6")

        await at.ordered(orders.Hold(on=True), orders.Mute(on=True))


async def test_keys_that_were_not_taken_are_told_on_the_panel() -> None:
    async with seat(views.view(), problem="panel.toml: keys.holt: no such action") as at:
        assert "keys.holt" in at.screen()


async def test_language_and_colours_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "panel.toml"
    async with seat(views.view(), prefs=path) as at:
        await at.press("l", "v")
        theme = at.app.theme

    assert load_prefs(path) == Prefs(Language.EN, theme)


def test_remembering_keeps_what_a_person_wrote(tmp_path: Path) -> None:
    own = '# mine\ntheme = "nord"  # blue\n\n[keys]\nhold = "j"\ntheme = "v"\n'
    path = wrote(tmp_path, own)

    assert save_prefs(path, Prefs("zh", "textual-light"))
    text = path.read_text(encoding="utf-8")
    assert load_prefs(path) == Prefs("zh", "textual-light")
    assert "# mine\n" in text
    assert text.endswith('[keys]\nhold = "j"\ntheme = "v"\n')
    assert load_keymap(path).letters("hold") == ("j",)
    assert [item.name for item in tmp_path.iterdir()] == ["panel.toml"]


def test_a_file_that_is_no_toml_is_left_as_it_is(tmp_path: Path) -> None:
    path = wrote(tmp_path, "[keys")

    assert not save_prefs(path, Prefs("zh", "nord"))
    assert path.read_text(encoding="utf-8") == "[keys"
    assert load_prefs(path) == Prefs()


def test_the_file_lies_where_the_persons_settings_lie() -> None:
    assert prefs_path({"XDG_CONFIG_HOME": "/x"}) == Path("/x/thirdring/panel.toml")
    assert prefs_path({}) == Path("~/.config/thirdring/panel.toml").expanduser()


@pytest.mark.parametrize("words", ["hold", "保持", "取回", "RESUME", "ho", ""])
def test_an_action_is_found_by_either_name(words: str) -> None:
    hold = next(act for act in ACTS if act.id == "hold")

    assert fits(hold, words)
    assert not fits(hold, "hold zzz")
