"""What an object names is read in one walk, and why it cannot be told does not depend on how its fields are ordered."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from zen_gc_core import Exhaustive, Reference, References, Undecided
from zen_gc_core.model.json_candidates import JsonCandidate

BOX = Exhaustive("", "Box", "it is ours")
PLACES = ("spec.first", "spec.second", "spec.third", "spec.parts[].first", "spec.parts[].second", "spec.parts[].third")
ODD: dict[str, dict[str, Any]] = {
    "of an object": {"second": 2, "first": 1},
    "of an item": {"parts": [{"third": 3, "second": 2}]},
}
UNDECIDED = {"of an object": r"spec\.first is a number", "of an item": r"spec\.parts\[\]\.second is a number"}


@pytest.mark.parametrize("which", ODD)
def test_of_several_odd_fields_the_same_is_told_in_whatever_order_they_are(which: str) -> None:
    """The first of the rows; the rows know more fields than the object has."""
    referring = References([BOX, *(Reference("", "Box", each, "ConfigMap", ("v1",)) for each in PLACES)]).of(
        "", "Box", to=("", "ConfigMap")
    )
    assert referring is not None
    for spec in (ODD[which], _turned_round(ODD[which])):
        box = {"apiVersion": "v1", "kind": "Box", "metadata": {"name": "box", "namespace": "a"}, "spec": spec}
        with pytest.raises(Undecided, match=UNDECIDED[which]):
            referring.uses(JsonCandidate.from_json(orjson.dumps(box), api_version="v1", kind="Box"))


def _turned_round(value: Any) -> Any:
    if isinstance(value, list):
        return [_turned_round(each) for each in value]
    return {key: _turned_round(each) for key, each in reversed(value.items())} if isinstance(value, dict) else value
