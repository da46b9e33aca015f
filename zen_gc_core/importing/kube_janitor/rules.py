"""The rules of a kube-janitor, read from its file or from the ConfigMap that holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError
from zen_gc_core.texts import kind_of, one_line

if TYPE_CHECKING:
    from zen_gc_core.importing.conversion import Source

_ID: Final = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)
TTL: Final = re.compile(r"([0-9]+)([smhdw])", re.ASCII)
"""What kube-janitor reads as a TTL; ``forever`` beside it."""

FOREVER: Final = "forever"
EVERY: Final = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    Args:
        name: Its id.
        resources: The plurals that it is for, or ``*``.
        expression: Its JMESPath.
        ttl: Its TTL, as written; ``forever`` in lower case.
        path: Where it stands (``rules[0]``).
    """

    name: str
    resources: tuple[str, ...]
    expression: str
    ttl: str
    path: str

    def is_for(self, plural: str) -> bool:
        """Whether it asks about a resource at all."""
        return plural in self.resources or EVERY in self.resources


def rules_of(source: Source) -> tuple[Rule, ...]:
    """The rules of a document with ``rules``.

    Raises:
        InputError: They are broken; one line with file and place. kube-janitor would not start with them.
    """
    rules = source.content.get("rules")
    if not isinstance(rules, list):
        raise InputError(f"{source.at('rules')}: rules: must be a list, not {kind_of(rules)}")
    if not rules:
        raise InputError(f"{source.at('rules')}: rules: there is none in it")
    found = tuple(_rule(source, f"rules[{index}]", rule) for index, rule in enumerate(rules))
    for index, rule in enumerate(found):
        if rule.name in {earlier.name for earlier in found[:index]}:
            raise InputError(f"{source.at(rule.path)}: {rule.path}.id: {rule.name} is there twice")
    return found


def _rule(source: Source, path: str, rule: Any) -> Rule:
    def wrong(field: str, words: str) -> InputError:
        where = f"{path}.{field}" if field else path
        return InputError(f"{source.at(where)}: {where}: {words}")

    if not isinstance(rule, dict):
        raise wrong("", f"a rule is a map with id, resources, jmespath and ttl, not {kind_of(rule)}")
    for field in ("id", "resources", "jmespath", "ttl"):
        if field not in rule:
            raise wrong("", f"{field} is missing")
    name, resources, expression, ttl = rule["id"], rule["resources"], rule["jmespath"], rule["ttl"]
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise wrong("id", f"must be small letters, digits and '-', not {one_line(repr(name), 60)}")
    if not isinstance(resources, list) or not all(isinstance(each, str) for each in resources) or not resources:
        raise wrong("resources", "must be a list of plurals, such as [deployments]")
    if not isinstance(expression, str) or not expression.strip():
        raise wrong("jmespath", "must be an expression")
    if not isinstance(ttl, str) or not (TTL.fullmatch(ttl) or ttl.lower() == FOREVER):
        raise wrong("ttl", f"must be one number with s, m, h, d or w, or forever, not {one_line(repr(ttl), 60)}")
    spelt = FOREVER if ttl.lower() == FOREVER else ttl
    return Rule(name, tuple(resources), expression, spelt, path)
