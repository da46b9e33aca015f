"""Names in the texts of objects of which no schema tells where they are: whatever may be meant is found.

A text that equals a name counts, and one that is NAMESPACE/NAME; so does each word of a longer text, such as the value of
a flag. Too much is found now and then, and then an object stays that could have gone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.model.references.rows import ANY, ORDINAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    Uses = set[tuple[str, str]]

LONGEST: Final = 253
"""The most characters of a name."""

MOST: Final = 10_000
"""As many names are kept of one object. What whoever writes objects makes the program remember stays in proportion."""

_MOST_SPACES: Final = 100
_PIECE: Final = 65_536
_SHORT: Final = 200
_WORD: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9.]*")
_PAIR: Final = re.compile(r"(?<![-A-Za-z0-9.])([A-Za-z0-9][-A-Za-z0-9]*)[/:](?=([A-Za-z0-9][-A-Za-z0-9.]*))")
_SILENT: Final = re.compile(
    r"kubectl\.kubernetes\.io/last-applied-configuration"  # says again what the object says, or has said
    r"|meta\.helm\.sh/release-name(space)?"  # the release that the object belongs to
    r"|argocd\.argoproj\.io/tracking-id"  # the object itself
    r"|deployment\.kubernetes\.io/.*"  # numbers
    r"|cni\.projectcalico\.org/.*|k8s\.v1\.cni\.cncf\.io/network-status"  # addresses
    r"|([^/]*\.)?gc\.kube-zen\.io/.*"  # what a policy has marked
)
_ANNOTATIONS: Final = "annotations"
_CLAIM_TEMPLATES: Final = "volumeClaimTemplates"
_MOST_DOTS: Final = 20
_MOST_NAMESPACES: Final = 8
"""As many namespaces as one map may hold; with more, any is meant. Else work and memory would grow with the square."""
_UNREAD: Final = frozenset({"managedFields", "uid", "resourceVersion", "creationTimestamp", "selfLink"})


def words(value: Any, namespace: str, into: Uses, *, crosses: bool = True) -> None:
    """Add each word of each text, at whatever depth; ``NAMESPACE/NAME``, ``NAMESPACE:NAME`` and ``NAME.NAMESPACE`` as such, too.

    Args:
        value: Decoded JSON.
        namespace: Where what is named lives.
        into: What is added to: pairs of a namespace and a name.
        crosses: Whether one in another namespace may be meant.
    """
    for text in (value,) if type(value) is str else _texts(value):
        if len(text) <= _SHORT:
            into.update(_short(text, namespace, crosses))
        else:
            for start in range(0, len(text), _PIECE):
                into.update(_said(text[start : start + _PIECE + 2 * LONGEST + 1], namespace, crosses))
                fold(into)
        fold(into)


def parameters(value: Any, namespace: str, into: Uses) -> None:
    """Add each word of the values of a map; ``${…}`` in one whose key speaks of a secret stands for any name.

    Args:
        value: Decoded JSON.
        namespace: Where what is named lives.
        into: What is added to: pairs of a namespace and a name.
    """
    words(value, namespace, into)
    for key, each in value.items() if isinstance(value, dict) else ():
        spelt = key.lower()
        if "secret" in spelt and not spelt.endswith("namespace") and isinstance(each, str) and "${" in each:
            into.add((namespace, ANY))


def spoken(annotations: Any) -> Any:
    """The annotations that may name something: those of tools that write down where an object came from do not."""
    if not isinstance(annotations, dict):
        return annotations
    return {key: value for key, value in annotations.items() if not silent(key)}


@lru_cache(maxsize=1024)
def silent(key: str) -> bool:
    """Whether an annotation of this key is one of tools that write down where an object came from."""
    return _SILENT.fullmatch(key) is not None


def anywhere(document: dict[str, Any], name: str, namespace: str, into: Uses) -> None:
    """Add whatever may be meant anywhere in an object of which nothing is known.

    In its status a text counts as a whole, elsewhere each word does, and the keys of maps do. Below a map that holds a
    namespace (``namespace``, ``targetNamespace``), what is named may live in that one. Templates of claims make claims as
    those of a StatefulSet do: TEMPLATE-OBJECT-ORDINAL.

    Args:
        document: The object.
        name: Its name.
        namespace: Its namespace; ``*`` where it lives in none.
        into: What is added to.
    """
    into.update((namespace, f"{template}-{name}-{ORDINAL}") for template in _claim_templates(document))
    for field, value in document.items():
        if field == "metadata" and isinstance(value, dict):
            for key, below in value.items():
                if key not in _UNREAD:
                    words(spoken(below) if key == _ANNOTATIONS else below, namespace, into)
        elif field == "status":
            _whole(value, namespace, into)
        elif field not in {"apiVersion", "kind"}:
            _below(value, namespace, into)


def whole_texts(value: Any, namespace: str, into: Uses, *, crosses: bool = True) -> None:
    """Add each text that is a name or ``NAMESPACE/NAME``, at whatever depth.

    Args:
        value: Decoded JSON.
        namespace: Where what is named lives.
        into: What is added to: pairs of a namespace and a name.
        crosses: Whether one in another namespace may be meant.
    """
    for text in _texts(value):
        fold(into)
        first, slash, second = text.partition("/")
        if not slash:
            _add(text, namespace, into)
        elif crosses:
            _add(second, first, into)


def _said(text: str, namespace: str, crosses: bool) -> frozenset[tuple[str, str]]:  # noqa: FBT001  part of a key
    """What the words of a text may name."""
    found = {(namespace, name) for word in _WORD.findall(text) if (name := _name(word))}
    if crosses:
        found |= {(inside, name) for inside, word in _PAIR.findall(text) if (name := _name(word))}
        found |= {(inside, name) for _, word in found for name, dot, inside in (word.rpartition("."),) if name and dot}
    return frozenset(found)


_short = lru_cache(maxsize=4096)(_said)
"""The same for a text of at most ``_SHORT`` characters: those of a template are in each of its Pods."""


def _claim_templates(document: dict[str, Any]) -> Iterator[str]:
    """The names of all templates of claims."""
    waiting: list[Any] = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.values()
            templates = each.get(_CLAIM_TEMPLATES)
            for template in templates if isinstance(templates, list) else ():
                for holder in (template, template.get("metadata")) if isinstance(template, dict) else ():
                    name = holder.get("name") if isinstance(holder, dict) else None
                    if isinstance(name, str) and name:
                        yield name
        elif isinstance(each, list):
            waiting += each


def fold(into: Uses) -> None:
    """Where more is named than is kept of one object, all of the namespaces that it speaks of is in use."""
    if len(into) > MOST:
        spaces = {space for space, _ in into}
        into.clear()
        into.update((space, ANY) for space in (spaces if len(spaces) <= _MOST_SPACES else {ANY}))


def _whole(value: Any, namespace: str, into: Uses) -> None:
    for scopes, each in _scoped(value):
        for inside in (namespace, *scopes):
            whole_texts(each, inside, into)


def _below(value: Any, namespace: str, into: Uses) -> None:
    for scopes, each in _scoped(value):
        for inside in (namespace, *scopes):
            words(each, inside, into)


def _scoped(value: Any) -> Iterator[tuple[frozenset[str], str]]:
    """Each text and key below a value, and the namespaces that the innermost map around it holds."""
    waiting: list[tuple[frozenset[str], Any]] = [(frozenset(), value)]
    while waiting:
        scopes, each = waiting.pop()
        if isinstance(each, str):
            yield scopes, each
        elif isinstance(each, list):
            waiting += [(scopes, item) for item in each]
        elif isinstance(each, dict):
            inside = _namespaces(each) or scopes
            for key, below in each.items():
                yield inside, key
                yield from ((inside, suffix) for suffix in _suffixes(key))
                waiting.append((inside, below))


def _namespaces(value: dict[str, Any]) -> frozenset[str]:
    held = frozenset(
        text for key, text in value.items() if isinstance(text, str) and text and key.lower().endswith("namespace")
    )
    return held if len(held) <= _MOST_NAMESPACES else frozenset({ANY})


def _suffixes(key: str) -> Iterator[str]:
    """What may be a name at the end of a dotted key, as in ``spark.kubernetes.driver.secrets.NAME``."""
    rest = key
    for _ in range(min(rest.count("."), _MOST_DOTS)):
        rest = rest.partition(".")[2]
        yield rest


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            waiting += each.values()


def _add(word: str, namespace: str, into: Uses) -> None:
    if name := _name(word):
        into.add((namespace or ANY, name))


def _name(word: str) -> str:
    """The name that a word may be; empty where it can be none."""
    name = word.rstrip("-.")
    return name if len(name) <= LONGEST and name == name.lower() else ""
