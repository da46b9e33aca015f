"""``related``: other objects, and whether there is none, any, or all of them are like that.

What is not known of them (a kind that is not served, a list that failed, one object that cannot be read) leaves the
answer open, and the object is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from zen_gc_conditions.conjunction import all_hold, first_false
from zen_gc_core import (
    MISSING,
    Build,
    Candidate,
    Compiled,
    Config,
    EachPath,
    FieldPath,
    Found,
    Keyword,
    Looked,
    Matchers,
    Missing,
    Polarity,
    Relation,
    Run,
    Undecided,
    built_in,
    did_you_mean,
    group_of,
    with_article,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Keys = Callable[[Candidate], Iterable[tuple[str, str]]]

How = Literal["owned", "owner", "inside"]
_HOW: Final = get_args(How)
_OWNERS: Final = "metadata.ownerReferences"
_EVERYWHERE: Final = frozenset({"metadata.name", "metadata.namespace", "metadata.uid"})
ANYWHERE: Final = "*"
"""Stands for the namespace in the keys of objects that may be related across namespaces; no namespace is called so."""


class SameText(Config):
    """Two paths that hold the same text: theirs, in which [] walks a list, and one of this object."""

    theirs: EachPath = Field(description="The path of the related object; [] takes every element of a list.")
    mine: FieldPath = Field(description="The path of the object that the policy looks at.")


def _by_shape(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, dict):
        return SameText.model_validate(value)
    if value in _HOW:
        return value
    hint = did_you_mean(value, _HOW) if isinstance(value, str) else ""
    raise ValueError(f"must be owned, owner, inside, or a map of theirs and mine{hint}")


class RelatedObjects(Config):
    """Objects of one kind, and how many of them there must be."""

    api_version: str = Field(min_length=1, description="The apiVersion of the related objects.")
    kind: str = Field(min_length=1, description="Their kind.")
    by: Annotated[
        How | SameText,
        WrapValidator(_by_shape),
        Field(
            description="owned: they name this object as their owner; owner: this object names them; inside: this object is "
            "a Namespace, and they are in it; or a map of two paths that hold the same text."
        ),
    ]
    namespace: Literal["any"] | None = Field(
        default=None, description="any: with two paths, also objects of other namespaces than this object's."
    )
    where: Matchers | None = Field(default=None, description="A condition map about them; by default all count.")
    are: Literal["none", "any", "all"] = Field(
        description="none: there is none that counts; any: there is one; all: there are some, and all of them count."
    )


Related = Annotated[
    list[RelatedObjects],
    Field(min_length=1, max_length=10, description="Other objects are there, or not, as each of these says."),
]
"""The configuration: kinds of other objects."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How objects are related.

    Args:
        keys: What a related object is found under.
        mine: What the object itself looks for; raises Undecided where that cannot be told.
        within: The namespace in which what it looks for may live; None: any.
        theirs: What ``keys`` reads of a related object.
        reads: What ``mine`` reads of the object.
        words: How it is said of one that is there, with the name of it in front.
    """

    keys: Keys
    mine: Callable[[Candidate], list[tuple[str, str]]]
    within: Callable[[Candidate], str | None]
    theirs: tuple[str, ...]
    reads: tuple[str, ...]
    words: str


def _compile(config: list[RelatedObjects], build: Build) -> Compiled[bool]:
    parts = [_compile_one(each, build, f"[{index}]") for index, each in enumerate(config)]
    calls = [part.call for part in parts]

    def explain(candidate: Candidate, run: Run) -> str:
        part = parts[first_false(calls, candidate, run)]
        return part.explain(candidate, run) if part.explain is not None else ""

    return Compiled(
        all_hold(calls),
        reads=sorted({path for part in parts for path in part.reads or ()}),
        explain=explain,
        relations=[relation for part in parts for relation in part.relations],
    )


def _compile_one(config: RelatedObjects, build: Build, place: str) -> Compiled[bool]:
    for field in config.model_fields_set:
        if getattr(config, field) is None:
            raise build.error(f"{place}.{field}", "must not be null")
    them = build.about(config.api_version, config.kind, place)
    way = _way(config, build, them, place)
    negated = config.are == "none"
    where = them.matchers(config.where, f"{place}.where", negated=negated) if config.where is not None else None
    if config.where is not None and not config.where:
        build.warn(f"{place}.where", "asks nothing and holds of every object; take it out")
    reads: list[str] | None = [*way.theirs]
    if where is not None:
        reads = None if where.reads is None else sorted({*way.theirs, *where.reads})
    relation = Relation(
        config.api_version,
        config.kind,
        way.keys,
        reads=reads,
        where=where.call if where is not None else None,
        crosses=config.namespace == "any",
        absent=_goes_by_absence(config.are, build.polarity),
        path=_untold(config, build),
        place=place,
        looks=_looks(config),
    )
    answer, told = _ANSWERS[config.are]
    noun = f"{config.kind}{' like that' if where is not None else ''}"

    def look(candidate: Candidate, run: Run) -> Found:
        return run.find(relation, way.mine(candidate), way.within(candidate))

    def holds(candidate: Candidate, run: Run) -> bool:
        return answer(look(candidate, run))

    def explain(candidate: Candidate, run: Run) -> str:
        return told(look(candidate, run), noun, way.words)

    return Compiled(holds, reads=way.reads, explain=explain, relations=(relation,))


def _goes_by_absence(are: str, polarity: Polarity) -> bool:
    """Whether an object may go because no other is there."""
    if are == "all":
        return False
    return polarity is Polarity.EITHER or (are == "none") == (polarity is Polarity.INCLUDES)


def _untold(config: RelatedObjects, build: Build) -> str:
    """The path of which nothing but the objects themselves tells that it is right; empty where something else does."""
    if not isinstance(config.by, SameText):
        return ""
    path = config.by.theirs.text
    known = path in _EVERYWHERE or build.references.has_field(config.api_version, config.kind, path)
    return "" if known else path


def _looks(config: RelatedObjects) -> tuple[Looked, ...]:
    """The fields that the policy names on either side."""
    if not isinstance(config.by, SameText):
        return ()
    return Looked(config.by.theirs, "by.theirs"), Looked(config.by.mine, "by.mine", own=True)


def _there(found: Found, noun: str, words: str) -> str:
    return f"{found.name or with_article(noun)} {words}"


_ANSWERS: Final[dict[str, tuple[Callable[[Found], bool], Callable[[Found, str, str], str]]]] = {
    "none": (Found.none, _there),
    "any": (Found.any, lambda _found, noun, words: f"no {noun} {words}"),
    "all": (
        Found.all,
        lambda _found, noun, words: f"not every {noun.removesuffix(' like that')} that {words} is like that",
    ),
}


def _way(config: RelatedObjects, build: Build, them: Build, place: str) -> _Way:
    if isinstance(config.by, SameText):
        return _by_text(config, config.by, build, them, place)
    if config.namespace is not None:
        raise build.error(f"{place}.namespace", "goes with two paths only")
    if config.by == "inside":
        return _inside(config, build, place)
    return _OWNED if config.by == "owned" else _OWNER


def _own_namespace(candidate: Candidate) -> str | None:
    """Where what is related to an object lives: in its namespace or in none; for one without a namespace, anywhere."""
    return candidate.namespace or None


def _owner_uids(candidate: Candidate) -> Iterator[tuple[str, str]]:
    for owner in candidate.owner_references:
        if not owner.uid:
            raise Undecided("one of its owners has no uid")
        yield "", owner.uid


def _own_uid(candidate: Candidate) -> list[tuple[str, str]]:
    if not candidate.uid:
        raise Undecided("it has no metadata.uid, by which others would name it as their owner")
    return [("", candidate.uid)]


_OWNED: Final = _Way(_owner_uids, _own_uid, _own_namespace, (_OWNERS,), (), "is owned by it")
_OWNER: Final = _Way(
    lambda candidate: iter(_own_uid(candidate)),
    lambda candidate: list(_owner_uids(candidate)),  # by uid alone: references name groups that a kind has left
    _own_namespace,
    (),
    (_OWNERS,),
    "owns it",
)


def _inside(config: RelatedObjects, build: Build, place: str) -> _Way:
    if any((target.group, target.kind) != ("", "Namespace") for target in build.targets):
        raise build.error(f"{place}.by", "inside asks what is in a Namespace; this policy looks at other kinds, too")
    known = built_in(config.api_version, config.kind)
    if known is not None and not known.namespaced:
        raise build.error(f"{place}.kind", f"{with_article(config.kind)} lives in no namespace")

    def keys(candidate: Candidate) -> Iterator[tuple[str, str]]:
        if not candidate.namespace:
            raise Undecided("it says of no namespace that it is in it")
        yield candidate.namespace, ""

    def mine(candidate: Candidate) -> list[tuple[str, str]]:
        return [(candidate.name, "")]

    return _Way(keys, mine, lambda candidate: candidate.name, (), (), "is in it")


def _by_text(config: RelatedObjects, by: SameText, build: Build, them: Build, place: str) -> _Way:
    them.check_path(by.theirs.of_first, f"{place}.by.theirs")
    theirs = by.theirs
    own_kind = (group_of(config.api_version), config.kind)
    if str(theirs) == str(by.mine) and any((target.group, target.kind) == own_kind for target in build.targets):
        raise build.error(f"{place}.by", "relates every object to itself: the kind and the path are the same")
    everywhere = config.namespace == "any"
    mark_all = everywhere or _some_live_nowhere(build)

    texts = theirs.reader()

    def keys(candidate: Candidate) -> list[tuple[str, str]]:
        found = texts(candidate)
        spaces = [*([] if everywhere else [candidate.namespace]), *([ANYWHERE] if mark_all else [])] if found else []
        return [(space, text) for text in found for space in spaces]

    def mine(candidate: Candidate) -> list[tuple[str, str]]:
        text = _own_text(candidate, by.mine)
        if everywhere or not candidate.namespace:
            return [(ANYWHERE, text)]
        return [(candidate.namespace, text), ("", text)]

    def within(candidate: Candidate) -> str | None:
        return None if everywhere else _own_namespace(candidate)

    return _Way(keys, mine, within, (theirs.section,), (str(by.mine),), f"names it in {theirs}")


def _some_live_nowhere(build: Build) -> bool:
    """Whether objects of the policy may live in no namespace, so that those of any may name them."""
    homes = [built_in(target.api_version, target.kind) for target in build.targets]
    return not homes or any(home is None or not home.namespaced for home in homes)


def _own_text(candidate: Candidate, path: FieldPath) -> str:
    text = candidate.get(path)
    if text is MISSING or text is None or text == "":
        raise Missing(f"it has no {path}, which others would name")
    if not isinstance(text, str):
        raise Undecided(f"{path} holds no text")
    return text


RELATED: Final = Keyword("related", Related, _compile)
