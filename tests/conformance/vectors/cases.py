"""The vectors: test cases of the Go program, and what each wants of this project."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

_REPOSITORY = Path(__file__).parents[3]


@dataclass(frozen=True)
class Case:
    """A case.

    Args:
        input: What goes in.
        wanted: What comes out: of the Go program, or where this project means something else (the case says why),
            of this one.
    """

    input: dict[str, Any]
    wanted: dict[str, Any]


def vectors(topic: str, about: Callable[[Case], bool] = lambda _case: True) -> list[Any]:
    """The cases of a topic, as parameters of a test; where they are not there, one that is skipped and says so.

    Args:
        topic: The name of the file; none of its cases is left out.
        about: Which of them a test is about.
    """
    data = os.environ.get("ZEN_GC_TEST_DATA")
    shared = Path(data).parent if data else _REPOSITORY.parent / "shared"
    path = shared / "vectors" / f"{topic}.json"
    if not path.exists():
        reason = f"vectors of {topic}: NOT RUN (no {path.parent.name}/{path.name} beside the test data)"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    cases = {
        each["id"]: Case(each["input"], each.get("ours", each["expected"]))
        for each in json.loads(path.read_text())["cases"]
    }
    return [pytest.param(case, id=name) for name, case in cases.items() if about(case)]
