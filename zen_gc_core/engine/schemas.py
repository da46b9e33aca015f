"""Schemas: the fields in which a policy looks for texts, held against what schemas say of their kinds.

A field that is in no object would never hold a text, and objects would look unused for a typo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.engine.configuring import below
from zen_gc_core.engine.kinds import own_group
from zen_gc_core.model.names import group_of
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.replicas import DEFINITION, is_definition_of
from zen_gc_core.model.schemas import NOT_TOLD, Question, Told, field_told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.files import Files
    from zen_gc_core.model.relations import Relation
    from zen_gc_core.model.schemas import Ask


def misnamed(compiled: CompiledPolicy, ask: Ask) -> list[Problem]:
    """The fields that a policy names and no object of their kind has, as far as that is known.

    Args:
        compiled: The policy.
        ask: What schemas say.
    """
    asked = list(_asked(compiled))
    answers = ask([question for _, question in asked])
    return [
        Problem(compiled.written(place), told.fault)
        for (place, _), told in zip(asked, answers, strict=True)
        if told.fault is not None
    ]


def unsure(compiled: CompiledPolicy, ask: Ask) -> list[Problem]:
    """The paths into other objects of which nothing here tells that they are right.

    Args:
        compiled: The policy.
        ask: What schemas say.
    """
    return [
        Problem(
            compiled.written(below(each.path, look.place)),
            f"whether {each.relation.kind} objects have {look.path.text} is not known without a cluster: {_hint(each.relation)}",
        )
        for each in compiled.relations
        for look in each.relation.looks
        if look.path.text == each.relation.path and not look.own and not has_its_path(each.relation, ask)
    ]


def _hint(relation: Relation) -> str:
    live = "zen-gc plan over a cluster tells"
    return live if own_group(relation.group) else f"{live}, or its CustomResourceDefinition among the files"


def has_its_path(relation: Relation, ask: Ask) -> bool:
    """Whether a schema has the path of a relation of which nothing else tells.

    Args:
        relation: The relation.
        ask: What schemas say.
    """
    questions = [
        Question(relation.api_version, relation.kind, each.field)
        for each in relation.looks
        if relation.path and each.path.text == relation.path and not each.own
    ]
    return bool(questions) and all(told.known for told in ask(questions))


def schemas_in(objects: Callable[[], Iterable[Any]]) -> Ask:
    """What definitions among some objects say of custom kinds; of two of one kind the later one counts.

    Args:
        objects: Yields the objects, decoded, whenever it is asked.
    """

    def ask(questions: Sequence[Question]) -> list[Told]:
        schemas: dict[tuple[str, str], Any] = dict.fromkeys((each.api_version, each.kind) for each in questions)
        for each in objects() if questions else ():
            if not isinstance(each, dict) or (each.get("apiVersion"), each.get("kind")) != DEFINITION:
                continue
            for api_version, kind in schemas:
                if is_definition_of(each, group_of(api_version), kind):
                    schemas[api_version, kind] = _schema_of(each, api_version.rpartition("/")[2])
        return [_told(schemas[each.api_version, each.kind], each) for each in questions]

    return ask


def schemas_of(files: Files) -> Ask:
    """As ``schemas_in``, of the definitions that files hold."""
    return schemas_in(lambda: (each.object for each in files.of_kind(*DEFINITION)))


def _asked(compiled: CompiledPolicy) -> Iterator[tuple[str, Question]]:
    for declared in compiled.relations:
        relation = declared.relation
        for look in relation.looks:
            where = below(declared.path, look.place)
            kinds = [(each.api_version, each.kind) for each in compiled.policy.targets if each.wildcard is None]
            for kind in kinds if look.own else [(relation.api_version, relation.kind)]:
                yield where, Question(*kind, look.field)


def _schema_of(definition: Any, version: str) -> Any:
    """The schema of a version that a definition says; None where it says none that can be read."""
    versions = definition["spec"].get("versions")
    for each in versions if isinstance(versions, list) else ():
        if isinstance(each, dict) and each.get("name") == version and isinstance(each.get("schema"), dict):
            return each["schema"].get("openAPIV3Schema")
    return None


def _told(schema: Any, question: Question) -> Told:
    """What the schema of a definition says; of metadata, which every object has, it need not say anything."""
    return (
        NOT_TOLD
        if question.path.segments[0] in {"apiVersion", "kind", "metadata"}
        else field_told(schema, question.kind, question.path)
    )
