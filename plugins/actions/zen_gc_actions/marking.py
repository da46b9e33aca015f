"""``label: {key: value}`` and ``annotate: {key: value}``: mark the object instead of deleting it (quarantine).

The core adds when it was marked and by which policy, and leaves an object alone that carries the mark already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from zen_gc_core import Build, Compiled, Decision, Keyword, Mark, Run, label_key_fault, label_value_fault

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_BYTES: Final = 256 * 1024
"""The most bytes that all annotations of an object may have together (``k8s.io/apimachinery``, TotalAnnotationSizeLimitB)."""

Strings = Annotated[dict[str, str], Field(min_length=1)]


def _compile_label(config: dict[str, str], build: Build) -> Compiled[Mark]:
    for key, value in config.items():
        if fault := label_key_fault(key) or label_value_fault(value) or build.reserved(key):
            raise build.error(_place(key), fault)
    return Compiled(_asking(Mark(labels=config)), reads=())


def _compile_annotate(config: dict[str, str], build: Build) -> Compiled[Mark]:
    for key in config:
        if fault := label_key_fault(key.lower()):  # as Kubernetes checks the key of an annotation
            raise build.error(_place(key), fault.replace("label key", "key of an annotation"))
        if fault := build.reserved(key):
            raise build.error(_place(key), fault)
    if sum(len(key.encode()) + len(value.encode()) for key, value in config.items()) > _MOST_BYTES:
        raise build.error("", f"has more than {_MOST_BYTES // 1024} KiB, the most that an object may carry")
    return Compiled(_asking(Mark(annotations=config)), reads=())


def _place(key: str) -> str:
    return f"['{key}']"


def _asking(request: Mark) -> Callable[[Decision, Run], Mark]:
    def ask(_decision: Decision, _run: Run) -> Mark:
        return request

    return ask


LABEL: Final = Keyword(
    "label", Annotated[Strings, Field(description="Set these labels on the object.")], _compile_label, requests=Mark
)
ANNOTATE: Final = Keyword(
    "annotate",
    Annotated[Strings, Field(description="Set these annotations on the object.")],
    _compile_annotate,
    requests=Mark,
)
