"""Approvals that are given with a command (``--approve DIGEST/N``): what the annotation of a policy means, for one run."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.breaker import APPROVE
from zen_gc_core.errors import InputError
from zen_gc_core.texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zen_gc_core.cli.reading.documents import Document
    from zen_gc_core.engine.compiling import Compilation

_APPROVAL: Final = re.compile(r"([0-9a-f]{16})/([1-9][0-9]{0,17})", re.ASCII)


def approvals_of(texts: Iterable[str]) -> dict[str, str]:
    """Approvals, by the digest that they name.

    Raises:
        InputError: One of them is none.
    """
    found: dict[str, str] = {}
    for text in texts:
        match = _APPROVAL.fullmatch(text)
        if match is None:
            raise InputError(
                f"--approve {visible(text, 80)}: an approval is DIGEST/N, as the breaker's line shows it: 16 hex digits, and "
                "how many objects a run may act on"
            )
        if match[1] in found:
            raise InputError(f"--approve: {match[1]} is approved twice")
        found[match[1]] = text
    return found


def approved_documents(
    documents: Sequence[Document], compilations: Sequence[Compilation], approvals: Mapping[str, str]
) -> list[Document]:
    """Policies with the approvals that name them as they are.

    Args:
        documents: The policies.
        compilations: What came of compiling them.
        approvals: The approvals, by digest.

    Raises:
        InputError: An approval names none of them.
    """
    digests = {compilation.digest for compilation in compilations}
    for digest, text in approvals.items():
        if digest not in digests:
            there = ", ".join(f"{each.reference} is {each.digest}" for each in compilations if each.digest)
            raise InputError(f"--approve {text}: no policy here has this digest: {there or 'none of them has any'}")
    return [
        replace(document, content=_annotated(document.content, approvals[compilation.digest]))
        if compilation.digest in approvals
        else document
        for document, compilation in zip(documents, compilations, strict=True)
    ]


def _annotated(content: dict[str, Any], approval: str) -> dict[str, Any]:
    metadata = content["metadata"]
    annotations = {**(metadata.get("annotations") or {}), APPROVE: approval}
    return {**content, "metadata": {**metadata, "annotations": annotations}}
