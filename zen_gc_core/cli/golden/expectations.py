"""What a golden folder expects of a plan: the whole of it or parts, compared part by part.

A part that an expectation leaves out is not compared: the reason of a decision, the counts of a policy. A list is
compared whole: a decision that is not expected is a difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError
from zen_gc_core.texts import did_you_mean, kind_of, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Part = Mapping[str, Any]

_POLICY_NAMED: Final = ("kind", "namespace", "name")
_DECISION_NAMED: Final = ("apiVersion", "kind", "namespace", "name", "uid")
_DECISION_PARTS: Final = (*_DECISION_NAMED, "verdict", "action", "because", "expiresAt")
_POLICY_PARTS: Final = (
    *_POLICY_NAMED,
    *("valid", "errors", "warnings", "digest", "scanned", "matched", "pending", "due", "toMark", "tripped"),
    *("unseen", "vetoed", "decisions", "recycle", "unlisted", "calendar", "failed"),
)
_TELLING: Final = ("errors", "decisions", "matched", "pending", "due", "toMark", "tripped", "vetoed")
"""Parts of a policy that say, when they are there and not empty, that it did something."""
_BRIEF: Final = ("kind", "namespace", "name", "verdict", "action")
"""What is shown of a decision that nothing like it says the parts of."""
_CHANGING: Final = ("action", "expiresAt")
"""Parts that a decision has by its verdict."""


class ExpectationError(InputError):
    """An expectation that can hold of no plan, or of every one.

    Args:
        message: What is wrong, and what to write instead.
        path: Where, as ``policies[0].decisions[1].name``.
    """

    def __init__(self, message: str, path: str) -> None:
        self.path = path
        super().__init__(message)


def check_expectation(policies: Any) -> None:
    """Refuse an expectation that can hold of no plan, or that holds of every one.

    Args:
        policies: What is expected of the policies, as plain data.

    Raises:
        ExpectationError: It says what is wrong.
    """
    if policies is None or policies == []:
        raise ExpectationError("it expects nothing: there is no policy in it", "policies")
    for path, policy in _maps("policies", policies):
        _known(path, policy, _POLICY_PARTS)
        for below, decision in _maps(f"{path}.decisions", policy.get("decisions") or ()):
            _known(below, decision, _DECISION_PARTS)
            if not decision.get("name"):
                raise ExpectationError("name is missing: a decision is about an object", below)
    if not any(policy.get("valid") is False or any(policy.get(part) for part in _TELLING) for policy in policies):
        raise ExpectationError(
            "it expects nothing: no decision is in it. Add objects that a policy takes, and some that it must keep; "
            "with `flags: [--all]` what its selectors leave out is listed, too",
            "policies",
        )


def _maps(path: str, values: Any) -> Iterator[tuple[str, Part]]:
    if not isinstance(values, list | tuple):
        raise ExpectationError(f"{path.rpartition('.')[2]} is a list, not {kind_of(values)}", path)
    for index, value in enumerate(values):
        below = f"{path}[{index}]"
        if not isinstance(value, dict):
            raise ExpectationError(f"what is expected is a map, not {kind_of(value)}", below)
        yield below, value


def _known(path: str, part: Part, known: Sequence[str]) -> None:
    for key in part:
        if key not in known:
            raise ExpectationError(f"a plan has no '{visible(key, 80)}'{did_you_mean(key, known)}", f"{path}.{key}")


def seen(expected: Sequence[Part], planned: Sequence[Part], *, anew: bool = False) -> list[dict[str, Any]]:
    """A plan in the form of an expectation: equal to it when all is as expected.

    Args:
        expected: What is expected of the policies.
        planned: The policies of the plan, as ``plan -o yaml`` prints them.
        anew: Whether the expectation is to be written from this, so that new decisions have the parts that others have.

    Raises:
        ExpectationError: An expectation does not say which policy, or which object, it is about.
    """
    pairs = _paired("policies", expected, planned, _POLICY_NAMED)
    return [_policy(f"policies[{index}]", wanted, found, anew=anew) for index, wanted, found in pairs]


def _policy(path: str, wanted: Part | None, found: Part, *, anew: bool) -> dict[str, Any]:
    if wanted is None:
        shape: Part = found if anew else dict.fromkeys((*_POLICY_NAMED, "valid", "errors", "decisions"))
        return {key: value for key, value in found.items() if key in shape}
    shown = {key: _like(value, found[key]) for key, value in wanted.items() if key in found}
    if "decisions" in wanted:
        shown["decisions"] = _decisions(f"{path}.decisions", wanted["decisions"] or (), found["decisions"], anew=anew)
    if not found["valid"] and "valid" not in wanted:
        shown |= {"valid": False, "errors": found["errors"]}
    return shown


def _decisions(path: str, expected: Sequence[Part], planned: Sequence[Part], *, anew: bool) -> list[dict[str, Any]]:
    used = {key for wanted in expected for key in wanted}
    shown = []
    for _, wanted, found in _paired(path, expected, planned, _DECISION_NAMED):
        if wanted is None:
            parts: set[str] = used or (set(found) if anew else set(_BRIEF))
        elif wanted.get("verdict", found["verdict"]) != found["verdict"]:
            parts = {*wanted, *(used & {*_CHANGING})}
        else:
            parts = set(wanted)
        shown.append({key: value for key, value in found.items() if key in parts})
        if wanted is not None:
            shown[-1] = {key: shown[-1][key] for key in (*wanted, *shown[-1]) if key in shown[-1]}
    return shown


def _like(wanted: Any, found: Any) -> Any:
    """A value with the parts that an expectation of it has."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return {key: _like(value, found[key]) for key, value in wanted.items() if key in found}
    if isinstance(wanted, list) and isinstance(found, list):
        return [_like(wanted[index], one) if index < len(wanted) else one for index, one in enumerate(found)]
    return found


def _paired(
    path: str, expected: Sequence[Part], planned: Sequence[Part], named: Sequence[str]
) -> list[tuple[int, Part | None, Part]]:
    """What is planned, each beside what is expected of it, in the order of the expectation; then what nobody expects."""
    left: dict[str, list[Part]] = {}
    for found in planned:
        left.setdefault(found["name"], []).append(found)
    pairs: list[tuple[int, Part | None, Part]] = []
    for index, wanted in enumerate(expected):
        there = (
            left.get(wanted["name"], []) if "name" in wanted else [found for same in left.values() for found in same]
        )
        own = [key for key in named if key in wanted]
        fits = [found for found in there if all(found[key] == wanted[key] for key in own)]
        if len({tuple(found[key] for key in named) for found in fits}) > 1:
            missing = next(key for key in named if len({found[key] for found in fits}) > 1)
            raise ExpectationError(f"it may mean {len(fits)} of the plan: write its {missing}", f"{path}[{index}]")
        if fits:
            left[fits[0]["name"]].remove(fits[0])
            pairs.append((index, wanted, fits[0]))
    paired = {id(found) for _, _, found in pairs}
    return [*pairs, *((len(expected), None, found) for found in planned if id(found) not in paired)]
