"""Label and field selectors: text to a predicate, refused in the API server's words.

Grammar and meaning are those of ``k8s.io/apimachinery/pkg/labels`` and ``pkg/fields``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from zen_gc_embedded.statuses import bad_request
from zen_gc_embedded.store.objects import mapping

if TYPE_CHECKING:
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.store.objects import Object, Record

Predicate: TypeAlias = Callable[["Record"], bool]
_LabelTest: TypeAlias = Callable[[Mapping[str, str]], bool]
_FieldTest: TypeAlias = Callable[["Object"], bool]

_KEY = r"(?:[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?"
_VALUE = r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?"
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s*\(\s*({_VALUE}(?:\s*,\s*{_VALUE})*)\s*\)")
_EQUALITY = re.compile(rf"({_KEY})\s*(==|=|!=)\s*({_VALUE})")
_ORDER = re.compile(rf"({_KEY})\s*([<>])\s*(-?\d+)")
_PRESENCE = re.compile(rf"(!?)\s*({_KEY})")
_METADATA_FIELDS = frozenset({"metadata.name", "metadata.namespace"})


def selection(resource: Resource, labels: str, fields: str) -> Predicate | None:
    """What the selectors of a request take; None when they take everything.

    Args:
        resource: The resource; it knows which fields can be asked.
        labels: The label selector.
        fields: The field selector.

    Raises:
        StatusError: 400, a selector cannot be parsed or asks for a field that is not supported.
    """
    label_tests = [_label_test(term) for term in _split_labels(labels)]
    field_tests, whole = _field_tests(resource, fields)
    if not label_tests and not field_tests:
        return None

    def takes(record: Record) -> bool:
        content = record.load() if whole else {"metadata": record.metadata()}
        present = mapping(content["metadata"].get("labels"))
        return all(test(present) for test in label_tests) and all(test(content) for test in field_tests)

    return takes


def _split_labels(text: str) -> list[str]:
    terms = [term.strip() for term in re.split(r",(?![^(]*\))", text)]
    if len(terms) > 1 and "" in terms:
        raise bad_request("unable to parse requirement: found '', expected: identifier after ','")
    return [term for term in terms if term]


def _label_test(term: str) -> _LabelTest:
    if found := _SET.fullmatch(term):
        key, values = found[1], {value.strip() for value in found[3].split(",")}
        if found[2] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if found := _EQUALITY.fullmatch(term):
        key, value = found[1], found[3]
        if found[2] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if found := _ORDER.fullmatch(term):
        return _order_test(found[1], found[2], int(found[3]))
    if found := _PRESENCE.fullmatch(term):
        key = found[2]
        if found[1]:
            return lambda labels: key not in labels
        return lambda labels: key in labels
    raise bad_request(_misread(term))


def _misread(term: str) -> str:
    """What stands where something else was expected."""
    if found := re.match(rf"{_KEY}\s+(\S+)", term):
        return f"unable to parse requirement: found '{found[1]}', expected: in, notin, =, ==, !=, gt, lt"
    if found := re.match(rf"{_KEY}\s*(?:==|=|!=)\s*(.*)", term):
        return f"unable to parse requirement: '{found[1]}' is no value of a label"
    return f"unable to parse requirement: found '{term}', expected: !, identifier, or 'end of string'"


def _order_test(key: str, operator: str, bound: int) -> _LabelTest:
    def test(labels: Mapping[str, str]) -> bool:
        text = labels.get(key, "")
        if not re.fullmatch(r"-?\d+", text):
            return False
        return int(text) > bound if operator == ">" else int(text) < bound

    return test


def _field_tests(resource: Resource, text: str) -> tuple[list[_FieldTest], bool]:
    """The tests of a field selector, and whether one of them reads beyond the metadata."""
    tests: list[_FieldTest] = []
    whole = False
    for term in re.split(r"(?<!\\),", text):
        if not term:
            continue
        found = re.match(r"(.*?)(!=|==|=)(.*)", term, re.DOTALL)
        if not found:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{term}'")
        label, value = found[1], re.sub(r"\\(.)", r"\1", found[3])
        path = label if label in _METADATA_FIELDS else resource.fields.get(label)
        if path is None:
            raise bad_request(_unsupported(resource, label))
        whole = whole or not path.startswith("metadata.")
        tests.append(_field_test(tuple(path.split(".")), value, wanted=found[2] != "!="))
    return tests, whole


def _field_test(path: tuple[str, ...], expected: str, *, wanted: bool) -> _FieldTest:
    default = _ABSENT.get(".".join(path), "")

    def test(content: Object) -> bool:
        value: object = content
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        text = default if value is None else _text(value)
        return (text == expected) is wanted

    return test


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_ABSENT: Mapping[str, str] = {
    "spec.unschedulable": "false",
    "spec.hostNetwork": "false",
    "status.replicas": "0",
    "status.succeeded": "0",
}
"""How a missing field reads: as the zero value of its type."""


def _unsupported(resource: Resource, label: str) -> str:
    if resource.structure is not None or resource.fields:
        return f"field label not supported: {label}"
    return f'"{label}" is not a known field selector: only "metadata.name", "metadata.namespace"'
