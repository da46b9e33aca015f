"""Building keywords: from a raw configuration to a compiled callable, with every problem at its place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core import tracing
from zen_gc_core.engine.accounting import Account
from zen_gc_core.engine.configuring import MisconfiguredError, below, checked
from zen_gc_core.engine.declaring import Declared, declare, kind_problem
from zen_gc_core.engine.expressing import Expressions
from zen_gc_core.engine.matching import Matcher, Part, reads_of, restricted
from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.parsing.spelling import child
from zen_gc_core.engine.possibility import checked_path, paths_in, shape_of
from zen_gc_core.engine.reserved_marks import reserved
from zen_gc_core.engine.unknown_words import unknown
from zen_gc_core.errors import ExpressionSyntaxError, InputError, ZenGCError
from zen_gc_core.fieldpaths import spell
from zen_gc_core.keywords import Build, Compiled
from zen_gc_core.model.polarity import Polarity
from zen_gc_core.model.policy import KeywordUse, PolicyReference, Problem, Target
from zen_gc_core.model.reads import NOTHING, Reads
from zen_gc_core.model.shapes import ImpossibleError, unequal
from zen_gc_core.offering import OWN_DISTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen_gc_core.engine.expressing import MakesExpression
    from zen_gc_core.fieldpaths import FieldPath
    from zen_gc_core.model.shapes import Shape
    from zen_gc_core.offering import Offered
    from zen_gc_core.vocabulary import Vocabulary

DEEPEST: Final = 8
"""How deep condition maps may be nested."""


class CompilingTooLong(ZenGCError):  # noqa: N818  it says what happened
    """What asked for a policy to be compiled does not wait any longer."""


class _RefusedError(InputError):
    """A keyword is refused; the problem is noted already."""


@dataclass
class Workshop:
    """What the keywords of one policy share while they are built.

    Args:
        policy: The policy.
        targets: What it looks at.
        vocabulary: The installed keywords.
        marks: The reserved labels and annotations that are allowed.
        errors: Problems found so far, with native paths.
        warnings: Warnings found so far, with native paths.
        account: What is counted of the policy as a whole.
        check: Asked before each keyword and expression; what it raises ends the compiling.
        relations: The other objects on which the keywords compiled so far depend.
        nested: Whether these keywords are asked of other objects than those of the policy.
    """

    policy: PolicyReference
    targets: tuple[Target, ...]
    vocabulary: Vocabulary
    marks: frozenset[str] = frozenset()
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    check: Callable[[], object] = bool
    relations: list[Declared] = field(default_factory=list)
    nested: bool = False

    def __post_init__(self) -> None:
        self.shape = shape_of(self.targets)
        self.expressions = Expressions(self.policy, self.vocabulary.cel_functions, self.shape)
        self._inner: dict[str, list[tuple[str, Matcher]]] = {}

    def keyword(
        self,
        words: Mapping[str, Offered],
        use: KeywordUse,
        *,
        depth: int = 0,
        polarity: Polarity = Polarity.INCLUDES,
        asked_of_objects: bool = True,
    ) -> Compiled[Any] | None:
        """Compile one keyword, or note what is wrong with it and yield None.

        What a plugin's keyword is shown of an object is no more than it declared. The project's own are shown all:
        the contract suite proves that they read what they declare, and the proof need not be repeated for every
        object.

        Args:
            words: The installed keywords of the kind.
            use: The keyword, as the policy uses it.
            depth: How many condition maps it stands in.
            polarity: What becomes of an object that it does not match.
            asked_of_objects: Whether it will be asked of objects, rather than of decisions.
        """
        name, path = use.name, use.path
        self.check()
        if words is self.vocabulary.matchers and not self._counted(1):
            return None
        before = self.account.conditions
        offered = words.get(name)
        if offered is None:
            self.errors.append(
                Problem(path.removesuffix(child("", name)).removesuffix("."), unknown(self.vocabulary, words, name))
            )
            return None
        try:
            config = checked(offered, use)
            self._check_paths(config, path)
            compiled = _made(offered.keyword.compile(config, _KeywordBuild(self, path, depth, polarity)))
            reads = reads_of(compiled)
        except MisconfiguredError as wrong:
            self.errors.extend(wrong.problems)
            return None
        except _RefusedError:
            return None
        except CompilingTooLong:
            raise
        except Exception as error:  # noqa: BLE001  a plugin's fault refuses the policy that uses it, and no other
            tracing.show(error)
            self.errors.append(
                Problem(path, f"plugin '{offered.plugin}' failed to compile it: {type(error).__name__}: {error}")
            )
            return None
        holds_maps = self.account.conditions != before
        if isinstance(use.config, list) and not holds_maps and not self._counted(len(use.config) - 1):
            return None
        own = offered.distribution == OWN_DISTRIBUTION
        self.account.by_plugins |= not own
        self._declare(compiled, path, own=own)
        if own or not asked_of_objects:
            return compiled
        explain = compiled.explain and restricted(compiled.explain, reads)
        start = compiled.start and restricted(compiled.start, reads)
        holding = compiled.holding and restricted(compiled.holding, reads)
        call = restricted(compiled.call, reads)
        return replace(compiled, call=call, explain=explain, start=start, holding=holding)

    def _declare(self, compiled: Compiled[Any], path: str, *, own: bool) -> None:
        """Note the other objects on which a keyword depends, however deep it stands in others."""
        self.errors.extend(declare(compiled.relations, path, self.policy, self.relations, nested=self.nested, own=own))

    def about(self, target: Target) -> Workshop:
        """A workshop for conditions about other objects than those of the policy; what is wrong is noted in this one."""
        inner = Workshop(
            self.policy,
            (target,),
            self.vocabulary,
            self.marks,
            self.errors,
            self.warnings,
            self.account,
            self.check,
            nested=True,
        )
        inner.expressions.policy_reads = self.expressions.policy_reads
        return inner

    def _counted(self, conditions: int) -> bool:
        """Count conditions; False, with an error, when there are too many."""
        over, first = self.account.take(conditions)
        if first:
            self.errors.append(Problem("spec.conditions", f"more than {limits.CONDITIONS} conditions in one policy"))
        return not over

    def expression(self, text: str) -> None:
        """Count an expression.

        Raises:
            InputError: The policy's expressions are too large together.
        """
        self.check()
        self.account.take_expression(text)

    def _check_paths(self, config: Any, path: str) -> None:
        """Refuse field paths that are in no object: a typo must not look like a field that is missing."""
        refused = len(self.errors)
        for place, field_path in paths_in(config):
            where = below(path, place)
            try:
                checked_path(self.shape, field_path, lambda odd, where=where: self.warn(where, odd))  # type: ignore[misc]
            except ImpossibleError as wrong:
                self.errors.append(Problem(where, str(wrong)))
        if len(self.errors) > refused:
            raise _RefusedError(path)

    def check_field_selector(self, target: Target) -> None:
        """Refuse fields of ``matchFields`` that are in no object of the target's kind; warn of values never equal."""
        if target.field_selector is None:
            return
        shape = shape_of([target])
        for path, value in target.field_selector.fields:
            where = f"{target.path}.fieldSelector.matchFields[{str(path)!r}]"
            try:
                found = checked_path(shape, path, lambda odd, where=where: self.warn(where, odd))  # type: ignore[misc]
            except ImpossibleError as wrong:
                self.errors.append(Problem(where, str(wrong)))
                continue
            if fault := unequal(found, value, loosely=True):
                self.warn(where, fault.message)

    def warn(self, path: str, message: str) -> None:
        """Note a warning at a native place, once."""
        if (problem := Problem(path, message)) not in self.warnings:
            self.warnings.append(problem)

    def matchers(
        self, raw: Mapping[str, Any], path: str, *, depth: int = 0, polarity: Polarity = Polarity.INCLUDES
    ) -> Matcher:
        """Compile a condition map; what is wrong with it is noted."""
        if depth > DEEPEST:
            self.errors.append(Problem(path, f"conditions are nested more than {DEEPEST} deep"))
            return Matcher((), NOTHING)
        parts = []
        reads = NOTHING
        for name, config in raw.items():
            use = KeywordUse(name, config, child(path, name))
            compiled = self.keyword(self.vocabulary.matchers, use, depth=depth, polarity=polarity)
            if compiled is not None:
                reads |= reads_of(compiled)
                inner = tuple(self._inner.pop(use.path, ()))
                parts.append(Part(name, compiled.call, compiled.explain, use.path, reads_of(compiled), inner))
        return Matcher(tuple(parts), reads)

    def nest(self, keyword: str, path: str, matcher: Matcher) -> None:
        """Note that a keyword is made of a condition map, for who asks what a condition is made of.

        Args:
            keyword: Where the keyword stands.
            path: Where the map stands.
            matcher: The map.
        """
        self._inner.setdefault(keyword, []).append((path, matcher))


class _KeywordBuild(Build):
    def __init__(self, workshop: Workshop, path: str, depth: int, polarity: Polarity) -> None:
        self.policy = workshop.policy
        self.targets = workshop.targets
        self.finishing = workshop.vocabulary.finishing
        self.references = workshop.vocabulary.references
        self.polarity = polarity
        self._workshop = workshop
        self._path = path
        self._depth = depth

    def matchers(self, raw: Mapping[str, Any], path: str, *, negated: bool | None = None) -> Compiled[bool]:
        polarity = Polarity.EITHER
        if negated is not None:
            polarity = self.polarity.reversed if negated else self.polarity
        place = below(self._path, path)
        matcher = self._workshop.matchers(raw, place, depth=self._depth + 1, polarity=polarity)
        self._workshop.nest(self._path, place, matcher)
        return Compiled(matcher, _written(matcher.reads), matcher.explain)

    def cel(self, text: str, path: str) -> Compiled[Any]:
        return self._expression(self._workshop.expressions.cel, text, path)

    def jmespath(self, text: str, path: str) -> Compiled[Any]:
        return self._expression(self._workshop.expressions.jmespath, text, path)

    def _expression(self, make: MakesExpression, text: str, path: str) -> Compiled[Any]:
        try:
            self._workshop.expression(text)
        except InputError as error:
            raise self.error(path, str(error)) from None
        try:
            return make(text, self.polarity, lambda message: self.warn(path, message))
        except ExpressionSyntaxError as error:
            where = f"line {error.line}, column {error.column}"
            raise self.error(path, f"{error.message} ({where})\n{error.excerpt}") from None

    def reserved(self, key: str) -> str | None:
        return reserved(key, self._workshop.marks)

    def shape(self, path: FieldPath) -> Shape:
        return checked_path(self._workshop.shape, path, lambda _: None)

    def about(self, api_version: str, kind: str, path: str) -> Build:
        if (problem := kind_problem(api_version, kind, path)) is not None:
            raise self.error(problem.path, problem.message)
        inner = self._workshop.about(Target(api_version, kind))
        return _KeywordBuild(inner, self._path, self._depth, self.polarity)

    def check_path(self, place: FieldPath, path: str) -> None:
        try:
            checked_path(self._workshop.shape, place, lambda odd: self.warn(path, odd))
        except ImpossibleError as wrong:
            raise self.error(path, str(wrong)) from None

    def never(self, path: str, message: str, *, negated: bool = False) -> None:
        polarity = self.polarity.reversed if negated else self.polarity
        if polarity.collects:
            raise self.error(path, f"{message}; what never matches would collect everything here")
        self.warn(path, message)

    def error(self, path: str, message: str) -> InputError:
        self._workshop.errors.append(Problem(below(self._path, path), message))
        return _RefusedError(message)

    def warn(self, path: str, message: str) -> None:
        self._workshop.warn(below(self._path, path), message)


def _written(reads: Reads) -> list[str] | None:
    """Reads as field paths again; None for the whole object."""
    if reads.everything:
        return None
    return sorted(map(spell, reads.paths))


def _made(by_keyword: Any) -> Compiled[Any]:
    """What a keyword compiles to; a plugin's age that is none would be in the way of all who ride on a pass."""
    compiled = by_keyword if isinstance(by_keyword, Compiled) else Compiled(by_keyword)
    age: object = compiled.after_creation
    if not isinstance(age, dt.timedelta | None):
        raise TypeError(f"after_creation is a {type(age).__name__}, not a timedelta")
    return compiled
