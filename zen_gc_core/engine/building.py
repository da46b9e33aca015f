"""Building keywords: from a raw configuration to a compiled callable, with every problem at its place.

Compiled matchers are three-valued: true, false, or ``Undecided``. A map of them is a conjunction in CEL's sense: one
false is false, whatever else cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson
from pydantic import ValidationError

from zen_gc_core.engine.expressing import Expressions
from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.parsing.misplaced import HOMES
from zen_gc_core.engine.parsing.spelling import child
from zen_gc_core.engine.possibility import checked_path, paths_in, shape_of
from zen_gc_core.engine.reserved_marks import reserved
from zen_gc_core.engine.wording import worded
from zen_gc_core.errors import ExpressionSyntaxError, InputError, Undecided, ZenGCError
from zen_gc_core.fieldpaths import spell
from zen_gc_core.keywords import Build, Compiled
from zen_gc_core.model.polarity import Polarity
from zen_gc_core.model.policy import KeywordUse, PolicyReference, Problem, Target
from zen_gc_core.model.reads import WHOLE, Reads
from zen_gc_core.model.restricting import restrict
from zen_gc_core.model.shapes import ImpossibleError, unequal
from zen_gc_core.plugins import OWN_DISTRIBUTION
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen_gc_core.engine.expressing import MakesExpression
    from zen_gc_core.fieldpaths import FieldPath
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.shapes import Shape
    from zen_gc_core.plugins import Offered, Vocabulary

DEEPEST: Final = 8
"""How deep condition maps may be nested."""


class CompilingTooLong(ZenGCError):  # noqa: N818  it says what happened
    """What asked for a policy to be compiled does not wait any longer."""


class _RefusedError(InputError):
    """A keyword refused its configuration; the problem is noted already."""


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
        by_plugins: Whether a plugin's keyword is among those compiled so far.
        check: Asked before each keyword and expression; what it raises ends the compiling.
    """

    policy: PolicyReference
    targets: tuple[Target, ...]
    vocabulary: Vocabulary
    marks: frozenset[str] = frozenset()
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    by_plugins: bool = False
    check: Callable[[], object] = bool

    def __post_init__(self) -> None:
        self._conditions = 0
        self._expression_bytes = 0
        self.shape = shape_of(self.targets)
        self.expressions = Expressions(self.policy, self.vocabulary.cel_functions, self.shape)

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
        before = self._conditions
        offered = words.get(name)
        if offered is None:
            self.errors.append(
                Problem(path.removesuffix(child("", name)).removesuffix("."), self._unknown(words, name))
            )
            return None
        try:
            config = self._checked(offered, use)
            self._check_paths(config, path)
            made = offered.keyword.compile(config, _KeywordBuild(self, path, depth, polarity))
            compiled = made if isinstance(made, Compiled) else Compiled(made)
            reads = reads_of(compiled)
        except _RefusedError:
            return None
        except CompilingTooLong:
            raise
        except Exception as error:  # noqa: BLE001  a plugin's fault refuses the policy that uses it, and no other
            self.errors.append(
                Problem(path, f"plugin '{offered.plugin}' failed to compile it: {type(error).__name__}: {error}")
            )
            return None
        holds_maps = self._conditions != before
        if isinstance(use.config, list) and not holds_maps and not self._counted(len(use.config) - 1):
            return None
        own = offered.distribution == OWN_DISTRIBUTION
        self.by_plugins |= not own
        if own or not asked_of_objects:
            return compiled
        explain = compiled.explain and restricted(compiled.explain, reads)
        start = compiled.start and restricted(compiled.start, reads)
        return Compiled(restricted(compiled.call, reads), compiled.reads, explain, start)

    def _counted(self, conditions: int) -> bool:
        """Count conditions; False, with an error, when there are too many."""
        told = self._conditions > limits.CONDITIONS
        self._conditions += conditions
        over = self._conditions > limits.CONDITIONS
        if over and not told:
            self.errors.append(Problem("spec.conditions", f"more than {limits.CONDITIONS} conditions in one policy"))
        return not over

    def expression(self, text: str) -> None:
        """Count an expression.

        Raises:
            InputError: The policy's expressions are too large together.
        """
        self.check()
        self._expression_bytes += len(text.encode("utf-8", "surrogatepass"))
        if self._expression_bytes > limits.EXPRESSIONS:
            raise InputError(f"the expressions of one policy may have {limits.EXPRESSIONS:,} bytes together")

    def _checked(self, offered: Offered, use: KeywordUse) -> Any:
        """A keyword's configuration in its own shape; what is wrong with it is noted, and raised."""
        if _more_than(limits.VALUES, use.config):
            self.errors.append(Problem(use.path, f"has more than {limits.VALUES:,} fields and entries"))
            raise _RefusedError(use.path)
        try:
            raw = orjson.dumps(use.config)
            if orjson.loads(raw) != use.config:
                raise TypeError("JSON cannot hold it")  # noqa: TRY301  such as NaN, which would become null
        except TypeError as error:
            self.errors.append(Problem(use.path, f"is not plain data: {error}"))
            raise _RefusedError(use.path) from None
        try:
            return offered.adapter.validate_json(raw, strict=True)
        except ValidationError as error:
            self.errors.extend(_problems(error, offered, use.path))
            raise _RefusedError(use.path) from None

    def _check_paths(self, config: Any, path: str) -> None:
        """Refuse field paths that are in no object: a typo must not look like a field that is missing."""
        refused = len(self.errors)
        for place, field_path in paths_in(config):
            where = _below(path, place)
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

    def _unknown(self, words: Mapping[str, Offered], name: str) -> str:
        if name in self.vocabulary.unavailable:
            return f"'{name}' cannot be used: {self.vocabulary.unavailable[name]}"
        if (home := self._home(words, name)) is not None:
            return f"unknown '{name}'; it belongs in {home}"
        return f"unknown '{name}'{did_you_mean(name, words)} (installed: {', '.join(sorted(words)) or 'none'})"

    def _home(self, words: Mapping[str, Offered], name: str) -> str | None:
        """Where a word belongs that stands among keywords of another kind; None when that is not known."""
        vocabulary = self.vocabulary
        places = {
            "spec.conditions": vocabulary.matchers,
            "spec.ttl": vocabulary.ttls,
            "spec.action": vocabulary.actions,
        }
        own = next((place for place, known in places.items() if known is words), None)
        found = [place for place, known in places.items() if name in known]
        home = found[0] if found else HOMES.get(name)
        return home if home != own else None

    def matchers(
        self, raw: Mapping[str, Any], path: str, *, depth: int = 0, polarity: Polarity = Polarity.INCLUDES
    ) -> Matcher:
        """Compile a condition map; what is wrong with it is noted."""
        if depth > DEEPEST:
            self.errors.append(Problem(path, f"conditions are nested more than {DEEPEST} deep"))
            return Matcher((), Reads(frozenset()))
        parts = []
        reads = Reads(frozenset())
        for name, config in raw.items():
            use = KeywordUse(name, config, child(path, name))
            compiled = self.keyword(self.vocabulary.matchers, use, depth=depth, polarity=polarity)
            if compiled is not None:
                reads |= reads_of(compiled)
                parts.append(Part(name, compiled.call, compiled.explain))
        return Matcher(tuple(parts), reads)


def reads_of(compiled: Compiled[Any]) -> Reads:
    """What a compiled keyword declared that it reads."""
    return WHOLE if compiled.reads is None else Reads.of(compiled.reads)


def restricted(call: Callable[..., Any], reads: Reads) -> Callable[..., Any]:
    """The same callable, shown no more of an object than it declared."""
    if reads.everything:
        return call

    def within(candidate: Candidate, run: Run) -> Any:
        return call(restrict(candidate, reads), run)

    return within


@dataclass(frozen=True, slots=True)
class Part:
    """One keyword of a condition map.

    Args:
        name: The keyword.
        call: The callable.
        explain: Says why it does not hold; None when it cannot.
    """

    name: str
    call: Callable[[Candidate, Run], Any]
    explain: Callable[[Candidate, Run], str] | None


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition map, compiled: the conjunction of its keywords.

    Args:
        parts: The keywords, in the order written.
        reads: What they read together.
    """

    parts: tuple[Part, ...]
    reads: Reads

    def __call__(self, candidate: Candidate, run: Run) -> bool:
        """Whether all keywords hold.

        Raises:
            Undecided: None is false, and one cannot tell.
        """
        undecided: Undecided | None = None
        for part in self.parts:
            try:
                answer = part.call(candidate, run)
            except Undecided as doubt:
                undecided = undecided or _placed(part.name, doubt)
                continue
            except Exception as error:  # noqa: BLE001  whatever a keyword raises, it has not decided
                undecided = undecided or _placed(part.name, _fault(part.name, error))
                continue
            if answer is False:
                return False
            if answer is not True:
                undecided = undecided or _placed(
                    part.name,
                    Undecided(f"{part.name} answered with a value of type {type(answer).__name__}, not true or false"),
                )
        if undecided is not None:
            raise undecided
        return True

    def explain(self, candidate: Candidate, run: Run) -> str:
        """Why it does not hold, in the words of the first keyword that is false."""
        for part in self.parts:
            try:
                if part.call(candidate, run) is False:
                    return self._said(part, candidate, run)
            except Exception:  # noqa: BLE001, S112  only what is false is explained here
                continue
        return "conditions do not hold"

    @staticmethod
    def _said(part: Part, candidate: Candidate, run: Run) -> str:
        if part.explain is None:
            return f"condition {part.name} does not hold"
        words: object = part.explain(candidate, run)
        return words if isinstance(words, str) else f"condition {part.name} does not hold"


def _placed(name: str, doubt: Undecided) -> Undecided:
    """A doubt with the keyword that it is of: the innermost."""
    doubt.place = doubt.place or name
    return doubt


def _fault(name: str, error: Exception) -> Undecided:
    doubt = Undecided(f"{name} failed: {type(error).__name__}: {error}")
    doubt.__cause__ = error
    return doubt


class _KeywordBuild(Build):
    def __init__(self, workshop: Workshop, path: str, depth: int, polarity: Polarity) -> None:
        self.policy = workshop.policy
        self.targets = workshop.targets
        self.finishing = workshop.vocabulary.finishing
        self.polarity = polarity
        self._workshop = workshop
        self._path = path
        self._depth = depth

    def matchers(self, raw: Mapping[str, Any], path: str, *, negated: bool | None = None) -> Compiled[bool]:
        polarity = Polarity.EITHER
        if negated is not None:
            polarity = self.polarity.reversed if negated else self.polarity
        place = _below(self._path, path)
        matcher = self._workshop.matchers(raw, place, depth=self._depth + 1, polarity=polarity)
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

    def never(self, path: str, message: str, *, negated: bool = False) -> None:
        polarity = self.polarity.reversed if negated else self.polarity
        if polarity.collects:
            raise self.error(path, f"{message}; what never matches would collect everything here")
        self.warn(path, message)

    def error(self, path: str, message: str) -> InputError:
        self._workshop.errors.append(Problem(_below(self._path, path), message))
        return _RefusedError(message)

    def warn(self, path: str, message: str) -> None:
        self._workshop.warn(_below(self._path, path), message)


def _below(path: str, rest: str) -> str:
    return f"{path}{rest}" if not rest or rest.startswith("[") else f"{path}.{rest}"


def _written(reads: Reads) -> list[str] | None:
    """Reads as field paths again; None for the whole object."""
    if reads.everything:
        return None
    return sorted(map(spell, reads.paths))


def _more_than(most: int, config: Any) -> bool:
    """Whether a configuration has more fields and entries than that, at any depth: each may be a problem to be told."""
    count, waiting = 0, [config]
    while waiting and count <= most:
        value = waiting.pop()
        if isinstance(value, dict | list):
            count += len(value)
            if count <= most:
                waiting.extend(value.values() if isinstance(value, dict) else value)
    return count > most


def _problems(error: ValidationError, offered: Offered, path: str) -> list[Problem]:
    details = error.errors(include_url=False)
    known = sorted(_fields(offered)) if any(detail["type"] == "extra_forbidden" for detail in details) else []
    told = [
        Problem(_below(path, _location(detail["loc"])), worded(detail, known)) for detail in details[: limits.PROBLEMS]
    ]
    return told + [Problem(path, "is wrong")] * (len(details) - len(told))  # counted, not told


def _location(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc).removeprefix(".")


def _fields(offered: Offered) -> set[str]:
    try:
        return _names(offered.adapter.json_schema())
    except Exception:  # noqa: BLE001  without a schema there is nothing to suggest
        return set()


def _names(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(_names, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*map(_names, schema.values())) if schema else own
