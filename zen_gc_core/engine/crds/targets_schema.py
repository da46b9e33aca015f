"""The schema of ``targetResources``, and of ``targetResource`` in the Go program's spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.crds import rules
from zen_gc_core.engine.crds.nodes import boolean, closed, mapping, record, sequence, text
from zen_gc_core.engine.crds.structural import anything
from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.parsing.selectors import OPERATORS

if TYPE_CHECKING:
    from zen_gc_core.engine.crds.structural import Schema

_LABEL_VALUE = 63


def targets_schema() -> Schema:
    """The schema of ``targetResources``."""
    return sequence(
        "What the policy looks at.",
        record("Objects of one kind.", _fields(), required=("apiVersion", "kind")),
        least=1,
        most=limits.TARGETS,
    )


def target_schema() -> Schema:
    """The schema of ``targetResource``: one target, with its namespace in the Go program's words."""
    namespace = text(
        "A namespace, or '*'; empty is the policy's own.",
        least=0,
        most=limits.NAMESPACE,
    )
    return record(
        "The one target, in the Go program's spelling; see targetResources.",
        {**_fields(), "namespace": namespace},
        required=("apiVersion", "kind"),
        rules=(rules.not_both("namespace", "namespaces"),),
    )


def _fields() -> dict[str, Schema]:
    return {
        "apiVersion": text(
            "Group and version, such as batch/v1; '*' together with kind '*' is every kind.", most=limits.API_VERSION
        ),
        "kind": text("The kind, such as Job.", most=limits.KIND),
        "except": sequence(
            "Of a wildcard: the kinds that it leaves out, as KIND or GROUP/KIND.",
            {"type": "string", "nullable": True, "minLength": 1, "maxLength": limits.API_VERSION + limits.KIND},
            least=1,
            most=limits.EXCEPTED,
        ),
        "clusterScoped": boolean("Of a wildcard: whether it takes kinds that live in no namespace, too."),
        "names": _globs("Globs over names; those that begin with '!' exclude. By default all names."),
        "namespaces": _globs(
            "Globs over namespaces; those that begin with '!' exclude, and ['*'] takes all. Of cluster policies, which "
            "must write the namespaces of namespaced kinds out; a namespaced policy acts on its own namespace."
        ),
        "namespaceSelector": _label_selector("Labels that the Namespace must carry. Of cluster policies."),
        "labelSelector": _label_selector("Labels that the object must carry."),
        "fieldSelector": closed(
            record(
                "Fields that must have a value.",
                {
                    "matchFields": mapping(
                        "Paths and their values: text, numbers or booleans, compared as text.",
                        anything(),
                        most=limits.FIELDS,
                    )
                },
            )
        ),
    }


def _globs(description: str) -> Schema:
    return sequence(
        description,
        {"type": "string", "nullable": True, "minLength": 1, "maxLength": limits.NAME + 1},
        least=1,
        most=limits.GLOBS,
        rules=(rules.SOME_INCLUDED,),
    )


def _label_selector(description: str) -> Schema:
    value = {"type": "string", "nullable": True, "maxLength": _LABEL_VALUE}
    requirement = record(
        "A requirement.",
        {
            "key": text("The label.", most=limits.WORD),
            "operator": text("What is asked of it.", among=OPERATORS),
            "values": sequence("The values, for In and NotIn.", value, most=limits.LABEL_VALUES),
        },
        required=("key", "operator"),
        rules=(rules.VALUES_AS_ASKED,),
    )
    return closed(
        record(
            description,
            {
                "matchLabels": mapping("Labels and their values.", value, most=limits.LABELS),
                "matchExpressions": sequence("Requirements; all must be met.", requirement, most=limits.LABELS),
            },
        )
    )
