"""How commands find their words: catalogues in Chinese and English, all read in one way."""

from __future__ import annotations

from collections.abc import Mapping


def terminal_language() -> str:
    """`zh` where the terminal's locale is Chinese, else `en`."""
    from softphone_panel.texts import language_of

    return language_of().value


class Wording:
    """Texts by key, each in Chinese and English, with places for values as `str.format` has."""

    def __init__(self, texts: Mapping[str, tuple[str, str]]) -> None:
        self._texts = texts

    @property
    def texts(self) -> Mapping[str, tuple[str, str]]:
        """All of them: Chinese and English by key."""
        return self._texts

    def __call__(self, key: str, lang: str = "", /, **values: object) -> str:
        """The text of `key` in `zh` or `en` (the terminal's if not told). KeyError for no key."""
        zh, en = self._texts[key]
        found = zh if (lang or terminal_language()) == "zh" else en
        return found.format(**values) if values else found

    def known(self, key: str, lang: str = "") -> str:
        """The text of `key`; `key` itself where a house made it and there is none."""
        return self(key, lang) if key in self._texts else key


def in_line(*parts: str) -> str:
    """What, with whom, how it shows: `cut: call 1: all events of this call are gone`."""
    return ("：" if terminal_language() == "zh" else ": ").join(filter(None, parts))
