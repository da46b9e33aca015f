"""Reading what an object names: the rows of a kind, made into one walk over its fields.

Where an object is not as its kind is, so that it cannot be told what it names, that is undecided and never nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath, spell
from zen_gc_core.model.references.found import Found
from zen_gc_core.model.references.pruning import decoders
from zen_gc_core.model.references.repeating import places, remembering
from zen_gc_core.model.references.rows import ANY, ORDINAL, Each
from zen_gc_core.model.references.texts import anywhere, parameters, silent, spoken, whole_texts, words
from zen_gc_core.texts import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.references.found import Leaf, Uses
    from zen_gc_core.model.references.rows import Reference, Steps

_METADATA: Final = "metadata"
_ANNOTATIONS: Final = ("metadata", "annotations")


@dataclass(slots=True)
class _Node:
    """What is looked at below a place.

    Args:
        path: The place, as rows write it.
        steps: The same, as steps.
        decode: Decodes it where it is still JSON, and what it names is remembered; None: it is not.
    """

    path: str
    steps: Steps = ()
    decode: Callable[[bytes], Any] | None = None
    keys: dict[str, _Node] = field(default_factory=dict)
    each: dict[Each, _Node] = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)

    def below(self, step: str | Each) -> _Node:
        if isinstance(step, Each):
            return self.each.setdefault(step, _Node(f"{self.path}{step.value}", (*self.steps, step)))
        spelt = spell(("x", step))[1:] if self.path else spell((step,))
        return self.keys.setdefault(step, _Node(f"{self.path}{spelt}", (*self.steps, step)))


class Reader:
    """What reads what the objects of a kind name.

    Args:
        rows: The rows of one kind.
        anywhere: Whether any text of an object counts, too.

    Attributes:
        reads: The field paths that it looks at; None: the whole object.
        crosses: Whether an object may name one in another namespace.
    """

    def __init__(self, rows: Iterable[Reference], *, anywhere: bool) -> None:
        rows = tuple(rows)
        self._anywhere = anywhere
        prune, of_parts = ({}, {}) if anywhere else decoders(rows, places(rows))
        roots: list[tuple[FieldPath, _Node]] = []
        root = _Node("")
        for row in rows:
            node = root
            for step in row.steps:
                node = node.below(step)
                node.decode = of_parts.get(node.steps)
            node.leaves.append(_leaf(row))
        for key, node in root.keys.items():
            below = [(FieldPath((key, inner), each.path), each) for inner, each in node.keys.items()]
            roots += below if key == _METADATA else [(FieldPath((key,), key), node)]
        self._roots = tuple(
            (path if path.segments != _ANNOTATIONS else None, path.text, _made(node), prune.get(path.text))
            for path, node in roots
        )
        self.reads = None if anywhere else tuple(path.text for path, _ in roots)
        self.crosses = anywhere or any(_may_cross(row) for row in rows)

    def __call__(self, candidate: Candidate) -> Uses:
        """What an object names: pairs of a namespace and a name, either of which may stand for more.

        Raises:
            Undecided: It cannot be told.
        """
        namespace = candidate.namespace or ANY
        found = Found(candidate.name, namespace)
        if self._anywhere:
            anywhere(candidate.object, candidate.name, namespace, found.into)
        for path, section, walk, prune in self._roots:
            if prune is not None:
                value = candidate.section(section, prune)
            elif path is None:
                value = candidate.annotations
            else:
                value = candidate.get(path)
            if value is not MISSING and value is not None:
                walk(value, None, found)
        return found.uses()


def _may_cross(row: Reference) -> bool:
    return bool(row.namespace) or not (row.how == "name" or row.here)


def _made(node: _Node) -> Leaf:
    """What looks at all that is looked at at a place; of one that is still JSON, what it found is remembered."""
    return _walk(node) if node.decode is None else remembering(_walk(node), node.decode)


def _walk(node: _Node) -> Leaf:
    """One function for all that is looked at below a place: what is not looked at costs nothing."""
    parts = list(node.leaves)
    if node.keys:
        parts.append(_of_keys(tuple((key, _made(below)) for key, below in node.keys.items()), node.path))
    parts += [_of_each(step, below) for step, below in node.each.items()]
    if len(parts) == 1:
        return parts[0]

    def walk(value: Any, around: Any, found: Found) -> None:
        for part in parts:
            part(value, around, found)

    return walk


def _of_keys(keys: tuple[tuple[str, Leaf], ...], path: str) -> Leaf:
    by_key = dict(keys)

    def walk(value: Any, _around: Any, found: Found) -> None:
        if type(value) is not dict:
            raise Undecided(f"{path} is {kind_of(value)}, no object")
        if len(value) < len(keys) and not found.ordered:  # most have few of the fields that rows know
            try:
                for key, inner in value.items():
                    if inner is not None and (below := by_key.get(key)) is not None:
                        below(inner, value, found)
            except Undecided:  # why, in the order of the rows: it is the same in whatever order the fields are
                found.ordered = True
            else:
                return
        for key, below in keys:
            inner = value.get(key)
            if inner is not None:
                below(inner, value, found)

    return walk


def _of_each(step: Each, node: _Node) -> Leaf:
    below, path = _made(node), node.path.removesuffix(step.value)
    keys: dict[str, Leaf] = {}
    if node.keys and not node.leaves and not node.each:  # most lists are of objects: one call an item fewer
        keys = {key: _made(inner) for key, inner in node.keys.items()}

    def walk(value: Any, _around: Any, found: Found) -> None:
        if type(value) is not (list if step is Each.ITEM else dict):
            raise Undecided(f"{path} is {kind_of(value)}, no {'list' if step is Each.ITEM else 'object'}")
        for item in value.values() if type(value) is dict else value:
            if keys and type(item) is dict and not found.ordered:
                try:
                    for key, held in item.items():  # as above
                        if held is not None and (inner := keys.get(key)) is not None:
                            inner(held, item, found)
                except Undecided:
                    found.ordered = True
                    below(item, value, found)
                    raise
            elif item is not None:
                below(item, value, found)

    return walk


def _leaf(row: Reference) -> Leaf:
    return _LEAVES[row.how](row)


def _name_of(row: Reference) -> Leaf:
    plain = row.name == "{value}"
    shape, path = row.name, row.path

    def leaf(value: Any, around: Any, found: Found) -> None:
        if not _counts(row, around):
            return
        if not isinstance(value, str):
            raise Undecided(f"{path} is {kind_of(value)}, no name")
        if value:
            name = value if plain else shape.format(value=value, name=found.name, ordinal=ORDINAL)
            found.into.add((_namespace(row, around, found), name))

    return leaf


def _texts_of(row: Reference) -> Leaf:
    def leaf(value: Any, around: Any, found: Found) -> None:
        if _counts(row, around):
            whole_texts(value, row.namespace or found.namespace, found.into, crosses=not row.here)

    return leaf


def _words_of(row: Reference) -> Leaf:
    annotations = row.steps[-1] == "annotations"
    namespace, here = row.namespace, row.here

    def leaf(value: Any, around: Any, found: Found) -> None:
        if _counts(row, around):
            words(spoken(value) if annotations else value, namespace or found.namespace, found.into, crosses=not here)

    def put_together(value: Any, around: Any, found: Found) -> None:
        if type(value) is str:
            found.texts[here].add(value)
        else:
            leaf(value, around, found)

    def annotated(value: Any, _around: Any, found: Found) -> None:
        texts = found.texts[here]
        for key, text in value.items():
            if not silent(key):
                texts.add(text)

    if namespace or row.given or row.unless:
        return leaf
    return annotated if row.path == "metadata.annotations" else put_together


def _parameters_of(row: Reference) -> Leaf:
    def leaf(value: Any, around: Any, found: Found) -> None:
        if _counts(row, around):
            parameters(value, row.namespace or found.namespace, found.into)

    return leaf


def _all_of(row: Reference) -> Leaf:
    def leaf(_value: Any, around: Any, found: Found) -> None:
        if _counts(row, around):
            found.into.add((_namespace(row, around, found), ANY))

    return leaf


_LEAVES: Final[Mapping[str, Callable[[Reference], Leaf]]] = {
    "name": _name_of,
    "texts": _texts_of,
    "words": _words_of,
    "parameters": _parameters_of,
    "all": _all_of,
}


def _counts(row: Reference, around: Any) -> bool:
    if row.given and around.get(row.given) is None:
        return False
    return not (row.unless and around.get(row.unless) is not None)


def _namespace(row: Reference, around: Any, found: Found) -> str:
    if row.namespace in {"", ANY}:
        return row.namespace or found.namespace
    namespace = around.get(row.namespace)
    if not (namespace is None or isinstance(namespace, str)):
        raise Undecided(f"{row.namespace} beside {row.path} is {kind_of(namespace)}, no namespace")
    return namespace or found.namespace
