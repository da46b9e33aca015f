"""The query parameters of a request: typed reading, and the rules that hold between them.

The rules are those of ``ValidateListOptions`` in ``k8s.io/apimachinery/pkg/apis/meta/internalversion``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_embedded import causes
from zen_gc_embedded.statuses import bad_request, internal, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_embedded.causes import Cause

_DIRECTIVES = ("", "Ignore", "Strict", "Warn")
_LONGEST_MANAGER = 128
_TRUE = frozenset({"1", "t", "T", "true", "True", "TRUE"})


def flag(query: Mapping[str, str], name: str) -> bool:
    """Whether a boolean parameter is set."""
    return query.get(name, "") in _TRUE


def number(query: Mapping[str, str], name: str) -> int:
    """A whole number; 0 when it is missing.

    Raises:
        StatusError: 400, it is none.
    """
    text = query.get(name, "")
    try:
        return int(text) if text else 0
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def revision(query: Mapping[str, str]) -> int:
    """The ``resourceVersion`` of the query; 0 when it is missing.

    Raises:
        StatusError: It is no resourceVersion: 400 in a list, 500 in a watch, as the API server has it.
    """
    text = query.get("resourceVersion", "")
    if text and not text.isdecimal():
        shown = causes.shown(text)
        why = f"resourceVersion: Invalid value: {shown}: strconv.ParseUint: parsing {shown}: invalid syntax"
        raise internal(why) if flag(query, "watch") else bad_request(f"invalid resource version: {why}")
    return int(text or 0)


def check_write(query: Mapping[str, str], kind: str) -> bool:
    """Check the parameters of a write.

    Args:
        query: The query.
        kind: The kind of the options, for the error (``CreateOptions``).

    Returns:
        Whether it is a dry run.

    Raises:
        StatusError: 422 with every cause.
    """
    found: list[Cause] = []
    dry_run = query.get("dryRun", "")
    if dry_run not in {"", "All"}:
        found.append(causes.not_supported("dryRun", [dry_run], ("All",)))
    if len(query.get("fieldManager", "").encode()) > _LONGEST_MANAGER:
        found.append(causes.too_long("fieldManager", _LONGEST_MANAGER))
    if query.get("fieldValidation", "") not in _DIRECTIVES:
        found.append(causes.not_supported("fieldValidation", query["fieldValidation"], _DIRECTIVES))
    if found:
        raise invalid("meta.k8s.io", kind, "", found)
    return dry_run == "All"


def check_list(query: Mapping[str, str]) -> None:
    """Refuse a list whose parameters contradict each other.

    Raises:
        StatusError: 422 with every cause.
    """
    match, version, token = (query.get(name, "") for name in ("resourceVersionMatch", "resourceVersion", "continue"))
    path = "resourceVersionMatch"
    found: list[Cause] = []
    if match:
        if not version:
            found.append(causes.disallowed(path, f"{path} is forbidden unless resourceVersion is provided"))
        if token:
            found.append(causes.disallowed(path, f"{path} is forbidden when continue is provided"))
        if match not in {"Exact", "NotOlderThan"}:
            found.append(causes.not_supported(path, match, ("Exact", "NotOlderThan", "")))
        if match == "Exact" and version == "0":
            found.append(causes.disallowed(path, f'{path} "exact" is forbidden for resourceVersion "0"'))
    if "sendInitialEvents" in query:
        found.append(causes.disallowed("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    if found:
        raise invalid("meta.k8s.io", "ListOptions", "", found)


def check_watch(query: Mapping[str, str]) -> None:
    """Refuse a watch whose parameters contradict each other.

    Raises:
        StatusError: 422 with every cause.
    """
    match = query.get("resourceVersionMatch", "")
    path = "resourceVersionMatch"
    found: list[Cause] = []
    if "sendInitialEvents" in query and match != "NotOlderThan":
        found.append(causes.disallowed(path, f"sendInitialEvents requires setting {path} to NotOlderThan"))
    if match:
        if "sendInitialEvents" not in query:
            found.append(causes.disallowed(path, f"{path} is forbidden for watch unless sendInitialEvents is provided"))
        if match != "NotOlderThan":
            found.append(causes.not_supported(path, match, ("NotOlderThan",)))
        if query.get("continue"):
            found.append(causes.disallowed(path, f"{path} is forbidden when continue is provided"))
    if found:
        raise invalid("meta.k8s.io", "ListOptions", "", found)
