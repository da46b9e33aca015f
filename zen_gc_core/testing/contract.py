"""The promises of the plugin contract, as checks over a corpus of objects."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import orjson
from pydantic import TypeAdapter

from zen_gc_core.engine.matching import reads_of
from zen_gc_core.errors import Undecided
from zen_gc_core.fieldpaths import MISSING
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.requests import Request
from zen_gc_core.model.restricting import restrict
from zen_gc_core.testing.keywords import compile_keyword, request_of, run_of
from zen_gc_core.testing.objects import OBJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Unpack

    from zen_gc_core.keywords import Compiled, Keyword, Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.reads import Reads
    from zen_gc_core.testing.keywords import Situation

Kind = Literal["matcher", "ttl", "action"]


def check_keyword(
    keyword: Keyword[Any, Any],
    config: Any,
    objects: Iterable[Any] = OBJECTS,
    *,
    kind: Kind | None = None,
    **situation: Unpack[Situation],
) -> None:
    """Hold a keyword to the promises of the plugin contract.

    Its configuration is documented and has a JSON schema. Of whatever object, it answers in its type or raises
    Undecided, and nothing else; the same when asked again, and when it sees only what it declared to read; and it
    changes nothing.

    Args:
        keyword: The keyword.
        config: A configuration of it, as decoded JSON.
        objects: Decoded JSON of any shape; by default ordinary objects and impossible ones.
        kind: What kind of keyword it is; by default it is found out: what says which requests it makes is an action, what
            answers true or false a matcher, and what answers an instant or None a TTL.
        situation: See ``Situation``.

    Raises:
        AssertionError: It breaks a promise; the text says which, and of which object.
        InputError: The configuration is refused.
    """
    check_documented(keyword)
    if kind == "action" or (kind is None and keyword.requests):
        for obj in objects:
            _check_request(keyword, config, obj, situation)
        return
    compiled = compile_keyword(keyword, config, **situation)
    if kind is None and (
        compiled.start or compiled.needs or compiled.at_once or compiled.holding or compiled.after_creation is not None
    ):
        kind = "ttl"
    checked = _Checked(keyword.name, kind, compiled, reads_of(compiled), run_of(situation, compiled))
    for obj in objects:
        checked.check(obj)
    _promise(
        checked.kind is not None or not checked.silent,
        f"{keyword.name} answers None, not true or false, of whatever object: if it is a TTL, check it with objects of "
        'which it yields an instant, or with kind="ttl"',
    )


def check_documented(keyword: Keyword[Any, Any]) -> None:
    """Check that a keyword's configuration has a JSON schema with a description.

    Raises:
        AssertionError: It has none.
    """
    schema = TypeAdapter(keyword.config).json_schema()
    _promise(
        bool(str(schema.get("description", "")).strip()),
        f"{keyword.name}: its configuration says nothing about itself; give its Config a docstring, or annotate the "
        "type with Field(description=…)",
    )


def _check_request(keyword: Keyword[Any, Any], config: Any, obj: Any, situation: Situation) -> None:
    request = _request(keyword, config, obj, situation)
    if request is None:
        _promise(_request(keyword, config, obj, situation) is None, f"{keyword.name} can tell only the second time")
        return
    promised = keyword.requests if isinstance(keyword.requests, tuple) else (keyword.requests,)
    _promise(bool(promised), f"{keyword.name} does not say which requests it makes: Keyword(…, requests=Delete)")
    _promise(
        type(request) in promised,
        f"{keyword.name} answers with a {type(request).__name__}, not with a "
        f"{' or '.join(each.__name__ for each in promised)}",
    )
    _promise(
        request == request_of(keyword, config, obj, **situation),
        f"{keyword.name} asks for something else the second time",
    )


def _request(keyword: Keyword[Any, Any], config: Any, obj: Any, situation: Situation) -> object:
    """What an action asks for; None where it cannot tell."""
    try:
        return request_of(keyword, config, obj, **situation)
    except Undecided:
        return None


@dataclass(slots=True)
class _Checked:
    """A keyword that is being checked; without a kind, its first answer says which it is."""

    name: str
    kind: Kind | None
    compiled: Compiled[Any]
    reads: Reads
    run: Run
    silent: bool = False

    def check(self, original: Any) -> None:
        obj = copy.deepcopy(original)
        whole = JsonCandidate.from_object(obj)
        answer = self._answer(self.compiled.call, whole, obj)
        self._check_type(answer, obj)
        self._check_needs(answer, whole, obj)
        self._same(answer, whole, obj, "asked again")
        self._same(answer, restrict(whole, self.reads), obj, "shown only what it declared to read")
        for candidate, how in self._others(obj, whole):
            self._same(answer, restrict(candidate, self.reads), obj, how)
        if answer is False or (self.kind == "ttl" and not isinstance(answer, str)):
            self._check_words(restrict(whole, self.reads), obj)
        if self.compiled.start is not None:
            self._check_start(self.compiled.start, whole, obj)
        if self.compiled.after_creation is not None:
            self._check_age(self.compiled.after_creation, answer, whole, obj)
        _promise(obj == original, f"{self.name} changed an object: {_shown(original)}")

    def _others(self, obj: Any, whole: Candidate) -> Iterable[tuple[Candidate, str]]:
        if isinstance(obj, dict):
            raw = orjson.dumps(obj)
            yield JsonCandidate.from_json(raw, api_version=whole.api_version, kind=whole.kind), "given its JSON"
            if self.reads.metadata_only:
                partial = {"metadata": obj.get("metadata")}
                yield (
                    JsonCandidate.from_object(partial, api_version=whole.api_version, kind=whole.kind, complete=False),
                    "given its metadata alone, as it declared",
                )

    def _answer(self, call: Callable[..., Any], candidate: Candidate, obj: Any) -> Any:
        try:
            return call(candidate, self.run)
        except Undecided as doubt:
            return f"undecided: {doubt}"
        except Exception as error:
            raise AssertionError(
                f"{self.name} raised {type(error).__name__}: {error}; of an object it may raise Undecided and nothing "
                f"else: {_shown(obj)}"
            ) from error

    def _check_type(self, answer: Any, obj: Any) -> None:
        if isinstance(answer, str):
            _promise(answer.startswith("undecided: "), f"{self.name} answers with text: {_shown(obj)}")
            return
        _promise(
            not isinstance(answer, Request),
            f"{self.name} answers with a {type(answer).__name__}: an action says which requests it makes, "
            f"Keyword(…, requests={type(answer).__name__})",
        )
        self.silent = self.silent or answer is None
        if self.kind is None and answer is not None:
            _promise(
                isinstance(answer, bool | dt.datetime),
                f"{self.name} answers {answer!r}, not true or false as a matcher, nor an aware datetime or None as a TTL",
            )
            self.kind = "matcher" if isinstance(answer, bool) else "ttl"
        if self.kind == "matcher":
            _promise(answer is True or answer is False, f"{self.name} answers {answer!r}, not true or false")
        elif answer is not None:
            _promise(
                isinstance(answer, dt.datetime) and answer.tzinfo is not None,
                f"{self.name} answers {answer!r}, not an aware datetime or None",
            )

    def _check_needs(self, answer: Any, candidate: Candidate, obj: Any) -> None:
        """Without a field that it needs, a TTL yields nothing: by that field objects opt in."""
        for path in self.compiled.needs:
            value = candidate.get(path)
            if value is MISSING or value is None:
                _promise(
                    answer is None or isinstance(answer, str),
                    f"{self.name} says that it needs {path}, and yields {answer!r} without it: {_shown(obj)}",
                )

    def _same(self, answer: Any, candidate: Candidate, obj: Any, how: str) -> None:
        other = self._answer(self.compiled.call, candidate, obj)
        _promise(other == answer, f"{self.name} answers {answer!r}, and {how} {other!r}: {_shown(obj)}")

    def _check_start(self, start: Callable[..., Any], whole: Candidate, obj: Any) -> None:
        answer = self._answer(start, whole, obj)
        aware = isinstance(answer, dt.datetime) and answer.tzinfo is not None
        undecided = isinstance(answer, str) and answer.startswith("undecided: ")
        _promise(
            answer is None or aware or undecided,
            f"{self.name} starts at {answer!r}, not at an aware datetime or None: {_shown(obj)}",
        )
        again = self._answer(start, restrict(whole, self.reads), obj)
        _promise(
            again == answer,
            f"{self.name} starts at {answer!r}, and shown only what it declared to read at {again!r}: {_shown(obj)}",
        )

    def _check_age(self, wait: dt.timedelta, answer: Any, whole: Candidate, obj: Any) -> None:
        """Check that what is counted by its age alone is due at no other instant."""
        try:
            created = whole.created
        except Undecided:
            return
        try:
            told = created > self.run.now or answer == created + wait
        except OverflowError:
            told = False
        _promise(
            told,
            f"{self.name} promised that an object is due {wait} after its creation, and answers {answer!r}: {_shown(obj)}",
        )

    def _check_words(self, candidate: Candidate, obj: Any) -> None:
        if self.compiled.explain is None:
            return
        words = self._answer(self.compiled.explain, candidate, obj)
        _promise(
            isinstance(words, str) and bool(words) and "\n" not in words,
            f"{self.name} explains itself with {words!r}, not with one line: {_shown(obj)}",
        )


def _promise(kept: bool, broken: str) -> None:  # noqa: FBT001  an assertion
    if not kept:
        raise AssertionError(broken)


def _shown(obj: Any) -> str:
    text = repr(obj)
    return text if len(text) <= 400 else f"{text[:400]}…"
