"""Reports in JUnit's XML, as pytest writes it and CI servers read it: a suite, its cases, what failed of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from zen_gc_core.texts import visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class TestCase:
    """One case of a report.

    Args:
        name: What was tested.
        group: What it belongs to; JUnit's ``classname``.
        file: The file that is to be looked at.
        seconds: How long it took.
        failure: What is wrong, in a line; None when nothing is.
        error: Whether it could not be tested, rather than that it failed.
        details: What is wrong, at length.
    """

    name: str
    group: str
    file: str
    seconds: float = 0.0
    failure: str | None = None
    error: bool = False
    details: str = ""


def as_junit(suite: str, cases: Sequence[TestCase]) -> str:
    """A report of a suite; characters that XML cannot hold are shown as escapes.

    Args:
        suite: The name of the suite.
        cases: Its cases.
    """
    errors = sum(case.failure is not None and case.error for case in cases)
    failures = sum(case.failure is not None and not case.error for case in cases)
    counts = {
        "name": suite,
        "tests": str(len(cases)),
        "failures": str(failures),
        "errors": str(errors),
        "skipped": "0",
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }
    root = ET.Element("testsuites")
    below = ET.SubElement(root, "testsuite", counts)
    for case in cases:
        attributes = {"classname": case.group, "name": case.name, "file": case.file, "time": f"{case.seconds:.3f}"}
        one = ET.SubElement(below, "testcase", {key: visible(value) for key, value in attributes.items()})
        if case.failure is not None:
            what = ET.SubElement(one, "error" if case.error else "failure", {"message": visible(case.failure)})
            what.text = visible_lines(case.details or case.failure)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}'
