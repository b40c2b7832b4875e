"""Which route of an HTTP API serves a request: the most specific one, as API Gateway chooses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from localcloud.stack import Route

_VARIABLE = re.compile(r"\{([^}+]+)(\+?)\}")
_DEFAULT = "$default"


@dataclass(frozen=True, slots=True)
class Match:
    """The route of a request and what stood in the place of its path's variables."""

    route: Route
    path_parameters: dict[str, str]


class Router:
    """Routes ordered from the most to the least specific.

    A literal segment comes before a variable, that before a greedy one; a method before ANY; `$default` last.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        every = list(routes)
        self._default = next((route for route in every if route.key == _DEFAULT), None)
        specific = sorted((route for route in every if route.key != _DEFAULT), key=_specificity)
        self._routes = [(route, _pattern(route.path)) for route in specific]

    def match(self, method: str, path: str) -> Match | None:
        """The route for a decoded path."""
        for route, pattern in self._routes:
            if route.method in {method, "ANY"} and (found := pattern.fullmatch(path)):
                return Match(route, found.groupdict())
        return Match(self._default, {}) if self._default else None


def _specificity(route: Route) -> tuple[list[int], bool]:
    ranks = [2 if segment.endswith("+}") else 1 if segment.startswith("{") else 0 for segment in route.path.split("/")]
    # A longer path is the more specific one, so that its end counts as less than any segment.
    return [*ranks, 3], route.method == "ANY"


def _pattern(path: str) -> re.Pattern[str]:
    parts = []
    position = 0
    for variable in _VARIABLE.finditer(path):
        name, is_greedy = variable.groups()
        parts.append(re.escape(path[position : variable.start()]))
        parts.append(f"(?P<{name}>.+)" if is_greedy else f"(?P<{name}>[^/]+)")
        position = variable.end()
    return re.compile("".join(parts) + re.escape(path[position:]), re.DOTALL)
