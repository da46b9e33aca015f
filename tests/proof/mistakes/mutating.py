"""One mistake in a policy: a typo, a wrong type, a wrong quote, a wrong negation."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_WORD = re.compile(r"[A-Za-z]{3,}")
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What was done to a policy.

    Args:
        kind: What sort of mistake.
        place: Where: the path of the value, without indexes.
        before: The value as it was.
        after: The value with the mistake.
    """

    kind: str
    place: str
    before: Any
    after: Any


def mutate(random: random.Random, policy: dict[str, Any]) -> tuple[dict[str, Any], Mistake] | None:
    """The policy with one mistake; None where the chosen one does not fit it."""
    places = [place for place in _leaves(policy["spec"], ()) if place[0][0] != "behavior"]
    path, value = random.choice(places)
    name = ".".join(str(part) for part in path if not isinstance(part, int))
    language = path[-1] if path[-1] in ("cel", "jmespath") else None
    kinds = _EXPRESSION if language else _VALUE
    kind = random.choice(list(kinds))
    if kind == "misspelt key":
        after = misspell(random, path[-1]) if isinstance(path[-1], str) else None
    else:
        after = kinds[kind](random, value)
    if after is None or json.dumps(after) == json.dumps(value):
        return None
    changed = copy.deepcopy(policy)
    inner: Any = changed["spec"]
    for part in path[:-1]:
        inner = inner[part]
    if kind == "misspelt key":
        inner[after] = inner.pop(path[-1])
    else:
        inner[path[-1]] = after
    return changed, Mistake(kind, name, value if kind != "misspelt key" else path[-1], after)


def _leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        if len(path) > 1:
            yield path, value
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    else:
        yield path, value


def misspell(random: random.Random, word: str) -> str:
    """A word with one slip of the finger."""
    place = random.randrange(len(word))
    return random.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + random.choice("aeiours") + word[place + 1 :],
            word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :] if place else word,
            word[0].swapcase() + word[1:],
            word + "s" if not word.endswith("s") else word[:-1],
        ]
    )


def _misspelt_text(random: random.Random, value: Any) -> Any:
    if not isinstance(value, str) or not (words := list(_WORD.finditer(value))):
        return None
    word = random.choice(words)
    return value[: word.start()] + misspell(random, word[0]) + value[word.end() :]


def _wrong_type(random: random.Random, value: Any) -> Any:
    if isinstance(value, bool):
        return random.choice([str(value).lower(), int(value), "yes"])
    if isinstance(value, int):
        return random.choice([str(value), value == 0, [value]])
    if isinstance(value, list):
        return random.choice(
            [",".join(map(str, value)) if all(isinstance(one, str) for one in value) else {}, [value], []]
        )
    if isinstance(value, str):
        return random.choice([[value], {"value": value}, True, 3, None])
    return None


def _wrong_quote(random: random.Random, value: Any) -> Any:
    if isinstance(value, str):
        return random.choice([f"'{value}'", f'"{value}"', f" {value}", f"{value} ", f"`{value}`"])
    return None


def _wrong_separator(random: random.Random, value: Any) -> Any:
    if isinstance(value, list) and len(value) > 1 and all(isinstance(one, str) for one in value):
        return [random.choice([",", " ", ", ", "|", ";"]).join(value)]
    if isinstance(value, str) and "." in value:
        return random.choice([value.replace("['", ".").replace("']", ""), f"object.{value}", f"$.{value}", f".{value}"])
    return None


def _wrong_negation(random: random.Random, value: Any) -> Any:
    if isinstance(value, str) and value.startswith("!"):
        return random.choice([f"!{value}", f"! {value[1:]}", f"-{value[1:]}", f"^{value[1:]}", f"not {value[1:]}"])
    if value in ("NotIn", "NotEquals", "DoesNotExist"):
        return random.choice(["!In", "Not In", "notin", "!Exists", "NotExists", "not"])
    if isinstance(value, str) and "*" in value:
        return random.choice([value.replace("*", ".*"), value.replace("*", "%"), f"[^{value[0]}]*", f"{value}{{a,b}}"])
    return None


_VALUE = {
    "misspelt text": _misspelt_text,
    "wrong type": _wrong_type,
    "wrong quote": _wrong_quote,
    "wrong separator": _wrong_separator,
    "wrong negation": _wrong_negation,
    "misspelt key": _misspelt_text,
}


def _outside_texts(random: random.Random, text: str, change: Any) -> str | None:
    """An expression with one word changed that stands in none of its texts."""
    quoted = [match.span() for match in _TEXT.finditer(text)]
    words = [word for word in _WORD.finditer(text) if not any(a <= word.start() < b for a, b in quoted)]
    if not words:
        return None
    word = random.choice(words)
    return f"{text[: word.start()]}{change(word[0])}{text[word.end() :]}"


def _misspelt_name(random: random.Random, value: Any) -> Any:
    return _outside_texts(random, value, lambda word: misspell(random, word))


def _misspelt_literal(random: random.Random, value: Any) -> Any:
    literals = [match for match in _TEXT.finditer(value) if _WORD.search(match[0])]
    if not literals:
        return None
    one = random.choice(literals)
    return value[: one.start()] + one[0][0] + misspell(random, one[0][1:-1]) + one[0][0] + value[one.end() :]


def _requoted(random: random.Random, value: Any) -> Any:
    literals = list(_TEXT.finditer(value))
    if not literals:
        return None
    one = random.choice(literals)
    inner = one[0][1:-1]
    new = random.choice([inner, f'"{inner}"', f"`{inner}`", f"'{inner}'", f"'\"{inner}\"'", f"'{inner} '"])
    return value[: one.start()] + new + value[one.end() :]


def _literal_of_another_type(random: random.Random, value: Any) -> Any:
    literals = list(_TEXT.finditer(value))
    if not literals:
        return None
    one = random.choice(literals)
    return value[: one.start()] + random.choice(["true", "3", "null", "[]", "`true`", "`3`", "{}"]) + value[one.end() :]


def _misplaced_not(random: random.Random, value: Any) -> Any:
    if "!" not in value.replace("!=", ""):
        return value.replace("!=", random.choice(["=!", "<>", "not", "!=="]), 1) if "!=" in value else f"not {value}"
    return random.choice(
        [
            value.replace("!(", "not (", 1),
            value.replace("!has(", "has(!", 1),
            re.sub(r"!(?!=)", "!!", value, count=1),
            re.sub(r"!\(([^()]*|[^()]*\([^()]*\)[^()]*)\)", r"!\1", value, count=1),
            re.sub(r"!(?!=)", "-", value, count=1),
        ]
    )


def _operator(random: random.Random, value: Any) -> Any:
    for old, news in (
        ("&&", ["&", "and", ","]),
        ("||", ["|", "or"]),
        ("==", ["=", "===", "eq", "is"]),
        (" in ", [" not in ", " notin "]),
    ):
        if old in value and random.random() < 0.6:
            return value.replace(old, random.choice(news), 1)
    return None


def _dropped_bracket(random: random.Random, value: Any) -> Any:
    return random.choice(
        [
            re.sub(r"\['([^']*)'\]", r".\1", value, count=1),
            re.sub(r'\."([^"]*)"', r".\1", value, count=1),
            re.sub(r"\?", "", value, count=1),
            value.replace("object.", "", 1),
            value.replace("metadata.", "", 1),
            value.replace(".orValue({})", "", 1),
        ]
    )


_EXPRESSION = {
    "misspelt name": _misspelt_name,
    "misspelt literal": _misspelt_literal,
    "wrong quote": _requoted,
    "wrong type": _literal_of_another_type,
    "wrong negation": _misplaced_not,
    "wrong operator": _operator,
    "wrong bracket": _dropped_bracket,
}
