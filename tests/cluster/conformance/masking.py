"""Taking out of an answer what differs from run to run: identities, versions, times, addresses, ages.

What is taken out leaves its name in angle brackets, so that its presence is compared. kubectl's log of its own troubles with
timing goes without a trace. Field managers differ by client and clock
and are left out altogether; the probes of server-side apply look at them by themselves.
"""

from __future__ import annotations

import re
from typing import Any

LEFT_OUT = frozenset({"managedFields"})
NAMED = {"uid": "<uid>", "resourceVersion": "<version>"}
PATTERNS = (
    (re.compile(r"(?m)^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ .*\n?"), ""),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uid>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (GMT|\+0000)"), "<time>"),
    (re.compile(r"https?://127\.0\.0\.1:\d+"), "<server>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "<host>"),
    (re.compile(r"too old resource version: \d+ \(\d+\)"), "too old resource version: <version> (<version>)"),
    (re.compile(r"(ResourceVersion in (?:the precondition|record)) \(\d+\)"), r"\1 (<version>)"),
    (re.compile(r"(resource ?version: *\"?)\d+", re.IGNORECASE), r"\1<version>"),
    (re.compile(r"(\"resourceVersion\": ?\")\d+"), r"\1<version>"),
    (re.compile(r"(?<=\s)(<invalid>|(\d+[smhd])+)(?=[\s)]|\Z)"), "<age>"),
)
COLUMN_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
TRAILING = re.compile(r"(?m)[ \t]+$")


def mask(answer: Any, namespace: str) -> Any:
    """The answer without what cannot be compared.

    Args:
        answer: what a probe returned: JSON, text within.
        namespace: the probe's namespace, which becomes `<namespace>`.
    """
    if isinstance(answer, dict):
        return {
            mask_text(key, namespace): NAMED[key] if key in NAMED and value else mask(value, namespace)
            for key, value in answer.items()
            if key not in LEFT_OUT
        }
    if isinstance(answer, list | tuple):
        return [mask(each, namespace) for each in answer]
    return mask_text(answer, namespace) if isinstance(answer, str) else answer


def mask_text(text: str, namespace: str) -> str:
    """Text without what cannot be compared; the widths of columns go too, because ages are of different lengths."""
    text = text.replace(namespace, "<namespace>")
    for pattern, name in PATTERNS:
        text = pattern.sub(name, text)
    return TRAILING.sub("", COLUMN_GAP.sub("  ", text)) if "\n" in text else text
