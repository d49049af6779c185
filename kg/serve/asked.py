"""A request's address to what it asks for: each value known and in bounds, or a clear answer."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import Request

from kg.errors import QueryError

LONGEST = 200  # characters of a name that is looked for


class Asked:
    """The values in the address of a request; QueryError says which cannot be used."""

    def __init__(self, request: Request, known: Collection[str]) -> None:
        """Take a request and the names of the values that its page knows."""
        self._given = request.query_params
        for name in self._given:
            if name not in known and name != "lang":
                allowed = "、".join(known) or "—"
                raise QueryError(f"{shortened(name)}: not known here; known: {allowed}")

    def text(self, name: str, default: str = "", longest: int = LONGEST) -> str:
        """Return a text, without blanks around it."""
        value = self._given.get(name, default).strip()
        if len(value) > longest:
            raise QueryError(f"{name}: {len(value):,} characters; at most {longest} are looked for")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number between two others."""
        value = self._given.get(name, "").strip()
        if not value:
            return default
        # isdecimal alone would take ４２, and int() as many digits as there are.
        if not (value.isascii() and value.isdecimal() and len(value) < 10):
            raise QueryError(f"{name}: {shortened(value)} is no whole number")
        if not least <= int(value) <= most:
            raise QueryError(f"{name}: {value} is not between {least} and {most}")
        return int(value)

    def choice(self, name: str, among: Collection[str], default: str = "") -> str:
        """Return one of some names."""
        value = self._given.get(name, "").strip() or default
        if value and value not in among:
            allowed = ", ".join(list(among)[:20])
            raise QueryError(f"{name}: {shortened(value)} is not known; known: {allowed}")
        return value


def shortened(text: str, longest: int = 60) -> str:
    """Return a text that is not longer than a message can take."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
