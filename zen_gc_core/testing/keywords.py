"""Asking a keyword by itself: its configuration as a policy would hold it, an object, and what it answers.

The real engine builds the keyword and restricts what it sees; nothing is imitated here but the surroundings.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypedDict

from pydantic import TypeAdapter

from zen_gc_core.engine.building import Workshop
from zen_gc_core.engine.matching import reads_of, restricted
from zen_gc_core.engine.relating import Gathered, Gathering, Source
from zen_gc_core.engine.scaling import count_paths_in
from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.instants import parse_instant
from zen_gc_core.keywords import Namespace, Run
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.finishing import Finishing
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.names import group_of
from zen_gc_core.model.polarity import Polarity
from zen_gc_core.model.policy import NAMESPACED, KeywordUse, PolicyReference, Target
from zen_gc_core.model.reads import WHOLE, Reads
from zen_gc_core.model.references import References, kind_of
from zen_gc_core.model.restricting import restrict
from zen_gc_core.offering import Offered
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Unpack

    from zen_gc_core.keywords import Compiled, Keyword
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.finishing import Finishes
    from zen_gc_core.model.references import Row
    from zen_gc_core.model.relations import Related, Relation
    from zen_gc_core.model.requests import Request
    from zen_gc_core.vocabulary import Vocabulary

NOW: Final = "2026-01-01T12:00:00Z"
"""The instant of a run, unless another is given."""


class Situation(TypedDict, total=False):
    """The surroundings of a question; everything has a default.

    Attributes:
        now: The instant of the run, RFC 3339.
        clock_skew: How far clocks may disagree; by default 30 s.
        policy: The policy that asks.
        targets: What the policy looks at, as pairs of apiVersion and kind.
        namespaces: The Namespaces that can be read, as objects.
        polarity: What becomes of an object that the keyword does not match; by default it is kept, as where a keyword
            stands in ``spec.conditions`` itself.
        vocabulary: The keywords of nested condition maps, and the kinds that finish; by default those of the installed
            plugins.
        definitions: The CustomResourceDefinitions that can be read; by default none.
        related: The other objects that there are, for the relations that the keyword declares; by default nothing is known
            of any.
    """

    now: str
    clock_skew: dt.timedelta
    policy: PolicyReference
    targets: Sequence[tuple[str, str]]
    namespaces: Iterable[Mapping[str, Any]]
    polarity: Polarity
    vocabulary: Vocabulary
    definitions: Iterable[Mapping[str, Any]]
    related: Iterable[Any]


def compile_keyword(keyword: Keyword[Any, Any], config: Any, **situation: Unpack[Situation]) -> Compiled[Any]:
    """Compile a keyword as a policy's compilation does.

    Args:
        keyword: The keyword.
        config: Its configuration, as decoded JSON.
        situation: See ``Situation``.

    Raises:
        InputError: The configuration is refused; the text has all problems, each with its place.
    """
    return _built(keyword, config, situation)[0]


def warnings_of(keyword: Keyword[Any, Any], config: Any, **situation: Unpack[Situation]) -> list[str]:
    """What a keyword warns of while it is compiled, each with its place.

    Raises:
        InputError: The configuration is refused.
    """
    return _built(keyword, config, situation)[1]


def ask(keyword: Keyword[Any, Any], config: Any, obj: Any, **situation: Unpack[Situation]) -> Any:
    """Ask a matcher or a TTL about an object; it sees no more of it than it declared to read.

    Args:
        keyword: The keyword.
        config: Its configuration, as decoded JSON.
        obj: The object, as decoded JSON, or a candidate.
        situation: See ``Situation``.

    Returns:
        A matcher's true or false; a TTL's instant, or None for never.

    Raises:
        InputError: The configuration is refused.
        Undecided: The keyword cannot tell.
        UndeclaredReadError: It looked at a field that it had not declared.
    """
    compiled = compile_keyword(keyword, config, **situation)
    return restricted(compiled.call, reads_of(compiled))(_candidate(obj), run_of(situation, compiled))


def explain(keyword: Keyword[Any, Any], config: Any, obj: Any, **situation: Unpack[Situation]) -> str:
    """The words of a matcher that does not hold, or of a TTL; as ``ask``.

    Raises:
        InputError: The configuration is refused, or the keyword explains nothing.
        Undecided: The keyword cannot tell.
    """
    compiled = compile_keyword(keyword, config, **situation)
    if compiled.explain is None:
        raise InputError(f"{keyword.name} explains nothing: its Compiled has no explain")
    words: str = restricted(compiled.explain, reads_of(compiled))(_candidate(obj), run_of(situation, compiled))
    return words


def finish_of(row: Finishes, obj: Any, **situation: Unpack[Situation]) -> dt.datetime | None:
    """When an object finished, by a row of the hook ``zen_gc_finishes``; it sees no more of it than the row names.

    Args:
        row: The row.
        obj: The object, as decoded JSON, or a candidate.
        situation: See ``Situation``.

    Returns:
        The instant; None when it has not finished.

    Raises:
        Undecided: It has finished, but there is no time (Missing), or one that cannot be right.
        InputError: The kind is known already.
    """
    run = replace(run_of(situation), finishing=Finishing([row]))
    return run.finish_of(restrict(_candidate(obj), Reads.of(row.reads)))


def uses_of(rows: Iterable[Row], obj: Any, to: str) -> set[tuple[str, str]]:
    """What an object names, by rows of the hook ``zen_gc_references``; it sees no more of it than the rows name.

    Args:
        rows: The rows.
        obj: The object, as decoded JSON, or a candidate.
        to: The kind that is named, behind its group (``Secret``, ``acme.io/Template``).

    Returns:
        Pairs of a namespace and a name, as ``Referring.uses`` yields them.

    Raises:
        Undecided: It cannot be told.
        InputError: Two rows say the same, or do not go together.
    """
    candidate = _candidate(obj)
    group = candidate.api_version.rpartition("/")[0]
    referring = References(rows).of(group, candidate.kind, to=kind_of(to))
    if referring is None:
        return set()
    reads = WHOLE if referring.reads is None else Reads.of(referring.reads)
    return set(referring.uses(restrict(candidate, reads)))


def request_of(keyword: Keyword[Any, Any], config: Any, obj: Any, **situation: Unpack[Situation]) -> Request:
    """What an action asks for when an object is due.

    Args:
        keyword: The action.
        config: Its configuration, as decoded JSON.
        obj: The object, as decoded JSON, or a candidate.
        situation: See ``Situation``.

    Raises:
        InputError: The configuration is refused.
        Undecided: The action cannot tell.
    """
    run = run_of(situation)
    request: Request = compile_keyword(keyword, config, **situation).call(due(_candidate(obj), run.now), run)
    return request


def due(candidate: Candidate, at: dt.datetime) -> Decision:
    """The decision that an object is due.

    Args:
        candidate: The object.
        at: Since when.
    """
    return Decision(
        candidate.api_version,
        candidate.kind,
        candidate.namespace,
        candidate.name,
        candidate.uid,
        Verdict.ACT,
        "it is due",
        expires_at=at,
    )


def run_of(situation: Situation, compiled: Compiled[Any] | None = None) -> Run:
    """The run of a situation.

    Args:
        situation: The situation.
        compiled: The keyword that is asked, so that its relations are known.
    """
    known = {namespace.name: namespace for namespace in map(_namespace, situation.get("namespaces", ()))}

    def look_up(name: str) -> Namespace:
        if name not in known:
            raise Undecided(f"Namespace {name} cannot be read")
        return known[name]

    definitions = tuple(situation.get("definitions", ()))
    run = Run(
        parse_instant(situation.get("now", NOW)),
        _policy(situation),
        look_up,
        situation.get("clock_skew", dt.timedelta(seconds=30)),
        _vocabulary(situation).finishing,
        count_path=count_paths_in(lambda: definitions),
    )
    if compiled is None or not compiled.relations or "related" not in situation:
        return run
    there = list(map(_candidate, situation["related"]))
    return replace(run, related={relation: _gathered(relation, there, run) for relation in compiled.relations})


def _gathered(relation: Relation, there: Sequence[Candidate], run: Run) -> Related:
    """What some objects say of a relation, its callables being shown no more than it declared."""
    gathered = Gathered(relation)
    kinds = {(each.api_version, each.kind) for each in there}
    for kind in kinds if relation.of is not None else [(relation.api_version, relation.kind)]:
        referring = relation.of(group_of(kind[0]), kind[1]) if relation.of is not None else None
        if referring is None and relation.of is not None:
            continue
        source = Source.of_referring(referring) if referring is not None else Source.of_relation(relation)
        gathering = Gathering(replace(source, shown=source.reads), run, named=True)
        for candidate in there:
            if (candidate.api_version, candidate.kind) == kind:
                gathering.offer(candidate)
        gathered.add(gathering, " ".join(kind))
    return gathered.related()


def _built(keyword: Keyword[Any, Any], config: Any, situation: Situation) -> tuple[Compiled[Any], list[str]]:
    targets = tuple(Target(api_version, kind) for api_version, kind in situation.get("targets", ()))
    workshop = Workshop(_policy(situation), targets, _vocabulary(situation))
    offered = Offered(keyword, TypeAdapter(keyword.config), "tested", "tested")
    compiled = workshop.keyword(
        {keyword.name: offered},
        KeywordUse(keyword.name, config, keyword.name),
        polarity=situation.get("polarity", Polarity.INCLUDES),
        asked_of_objects=False,
    )
    if compiled is None or workshop.errors:
        raise InputError("; ".join(map(str, workshop.errors)))
    return compiled, list(map(str, workshop.warnings))


def _vocabulary(situation: Situation) -> Vocabulary:
    return situation["vocabulary"] if "vocabulary" in situation else _installed()


@cache
def _installed() -> Vocabulary:
    return load_plugins(installed_entry_points()).vocabulary


def _policy(situation: Situation) -> PolicyReference:
    return situation.get("policy", PolicyReference(NAMESPACED, "default", "tested"))


def _candidate(obj: Any) -> Candidate:
    return JsonCandidate.from_object(obj) if isinstance(obj, dict | list | str | int | float | None) else obj


def _namespace(obj: Mapping[str, Any]) -> Namespace:
    metadata = obj["metadata"]
    return Namespace(metadata["name"], metadata.get("labels", {}), metadata.get("annotations", {}), obj)
