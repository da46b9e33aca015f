"""The mutants: what each takes out of the program."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import orjson
import zen_gc_conditions.combinations
import zen_gc_conditions.fields
import zen_gc_ttl.starts

from zen_gc_core.cli.by_hand import clean_up
from zen_gc_core.cluster import (
    authority,
    counting,
    errors,
    impersonating,
    listing,
    namespaces,
    observing,
    paging,
    recycle_bin,
    rehearsing,
    writing,
)
from zen_gc_core.cluster.answers import Answer
from zen_gc_core.cluster.write_answers import read_answer
from zen_gc_core.controller.admission import self_signed
from zen_gc_core.controller.beats import instants, timetable
from zen_gc_core.controller.runs import (
    errands,
    executing,
    expiring,
    fencing,
    fights,
    keepers,
    kill_switch,
    notifying,
    passes,
    policy_run,
    preparing,
    recent_writes,
    recycling,
    rejudging,
    relatives,
    scope_counting,
    seating,
    seeing,
    sweeping,
)
from zen_gc_core.engine import (
    breaker,
    compiling,
    guarding,
    judging,
    lasting,
    planning,
    protected,
    protections,
    relating,
    shares,
)
from zen_gc_core.engine.calendar import gate, opening
from zen_gc_core.engine.parsing import globs, scopes
from zen_gc_core.engine.retaining import groups, holding, tallies
from zen_gc_core.errors import ClusterError, Missing, Undecided
from zen_gc_core.instants import parse_instant
from zen_gc_core.model import approved, held_marks, merging, scaling, suspending
from zen_gc_core.model.decision import KeptBy
from zen_gc_core.model.finishing import table
from zen_gc_core.model.heads import Items
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.recycled import UNTIL
from zen_gc_core.model.references import reading
from zen_gc_core.model.relations import OTHER
from zen_gc_core.model.requests import MARKED_BY, Patch
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MUTANTS: dict[str, Callable[[], None]] = {}


def swap(owner: Any, name: str, new: Any) -> Any:
    """Put something in the place of what is there, and return that; what is not there cannot be taken out."""
    old = getattr(owner, name)
    setattr(owner, name, new)
    return old


def _mutant(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def note(patch: Callable[[], None]) -> Callable[[], None]:
        MUTANTS[name] = patch
        return patch

    return note


def _pin(*pins: str) -> None:
    def pinned(body: dict[str, Any], observed: Any) -> dict[str, Any]:
        known = {"uid": observed.uid, "resourceVersion": observed.resource_version}
        return {**body, "preconditions": {pin: known[pin] for pin in pins}}

    wires: Any = writing._WIRES
    wires["delete"] = dataclasses.replace(wires["delete"], pinned=pinned)


@_mutant("no-uid")
def no_uid() -> None:
    """A DELETE names the state alone."""
    _pin("resourceVersion")


@_mutant("no-resourceVersion")
def no_resource_version() -> None:
    """A DELETE names the object, in whatever state it is."""
    _pin("uid")


@_mutant("eviction-without-preconditions")
def eviction_without_preconditions() -> None:
    """An eviction names the Pod alone, in whatever state it is, and whichever it is by now."""
    wires: Any = writing._WIRES
    wires["create"] = dataclasses.replace(wires["create"], pinned=lambda body, _observed: body)


@_mutant("patch-without-resourceVersion")
def patch_without_resource_version() -> None:
    """A patch names the object, in whatever state it is."""

    def pinned(body: dict[str, Any], observed: Any) -> dict[str, Any]:
        return {**body, "metadata": {**body.get("metadata", {}), "uid": observed.uid}}

    wires: Any = writing._WIRES
    wires["patch"] = dataclasses.replace(wires["patch"], pinned=pinned)


@_mutant("no-fresh-get")
def no_fresh_get() -> None:
    """A write is made on the strength of the list."""
    listed: dict[tuple[str, str], bytes] = {}

    def remembered(page: Any) -> Iterator[Any]:
        for candidate in real_candidates(page):
            whole = {"apiVersion": candidate.api_version, "kind": candidate.kind, **candidate.object}
            listed[candidate.namespace, candidate.name] = orjson.dumps(whole)
            yield candidate

    def observe(_connection: Any, resource: Any, namespace: str, name: str, **_: Any) -> Any:
        answer = Answer("GET", resource.path(namespace or None, name), 200, {}, listed[namespace, name])
        return observing.Observed(resource, namespace, name, answer)

    real_candidates = swap(sweeping, "candidates", remembered)
    swap(seeing, "observe", observe)


@_mutant("no-second-decision")
def no_second_decision() -> None:
    """What the list made due goes, whatever it is by now."""
    swap(rejudging.Rejudging, "decide", lambda _self, decision, *_: decision)


@_mutant("flag-instead-of-deadline")
def flag_instead_of_deadline() -> None:
    """The right to write lasts until somebody takes it away."""
    swap(authority.Authority, "held", property(lambda self: self._until > float("-inf")))


@_mutant("policy-not-read-again")
def policy_not_read_again() -> None:
    """The policy of the list is good for the whole run."""
    swap(fencing.Fence, "_look_at_policy", lambda _self: None)


@_mutant("look-ahead-never-old")
def look_ahead_never_old() -> None:
    """What was read ahead of need is as fresh as the moment at which it is needed."""

    def renew(self: Any) -> None:
        if self._next is not None:
            self._next = self._clock()
        real(self)

    real = swap(fencing.Fence, "_renew", renew)


@_mutant("look-ahead-not-heeded")
def look_ahead_not_heeded() -> None:
    """What was seen ahead of need stops whoever saw it, and nobody else."""
    swap(fencing.Fence, "_check_stop", _nothing)


@_mutant("kill-switch-ignored")
def kill_switch_ignored() -> None:
    """Nobody looks at the switch."""
    swap(kill_switch.KillSwitch, "look", lambda self, _sleep=None: self._note(self._clock(), None))
    swap(kill_switch.KillSwitch, "recent", lambda _self, _sleep=None: None)


@_mutant("breaker-off")
def breaker_off() -> None:
    """However much it is, it goes."""
    swap(breaker, "tripped", lambda *_, **__: None)


def _end_of_list(first: bool) -> None:  # noqa: FBT001  which of the two mutants
    def read(self: Any, token: str) -> Any:
        try:
            return real_read(self, token)
        except ClusterError as error:
            if bool(token) is first or isinstance(error, errors.Expired):
                raise
            nothing = paging.Page(
                self.resource, Items(b"", []), complete=True, resource_version="1", remaining=None, last=True
            )
            return nothing, ""

    real_read = swap(listing.PageReader, "read", read)


@_mutant("list-error-as-empty")
def list_error_as_empty() -> None:
    """A list that cannot be read has nothing in it."""
    _end_of_list(first=True)


@_mutant("half-list-as-whole")
def half_list_as_whole() -> None:
    """A list ends where it cannot be read any further."""
    _end_of_list(first=False)


@_mutant("restart-keeps-counts")
def restart_keeps_counts() -> None:
    """What was counted before a list began anew still counts."""

    def without_restarts(*arguments: Any, **named: Any) -> Iterator[Any]:
        yield from (page for page in real_pages(*arguments, **named) if isinstance(page, paging.Page))

    real_pages = listing.pages
    for module in (sweeping, scope_counting, counting, namespaces):
        swap(module, "pages", without_restarts)


@_mutant("drops-not-counted")
def drops_not_counted() -> None:
    """Each small run is a run of its own, and counts for itself."""
    swap(recent_writes.RecentWrites, "within", lambda *_: shares.NOTHING_WRITTEN)


@_mutant("pass-counts-itself-alone")
def pass_counts_itself_alone() -> None:
    """What went between two passes has nothing to do with the second."""
    swap(recent_writes.RecentWrites, "by_small_runs", lambda *_: shares.NOTHING_WRITTEN)


@_mutant("owners-go-between-passes")
def owners_go_between_passes() -> None:
    """What owns an object in view goes at its instant, and nobody asks whether that must stay."""
    real = planning.together
    swap(planning, "together", lambda kind, lists: real(kind, [(soon, guarding.Guards()) for soon, _ in lists]))


@_mutant("too-young-keeps-nothing")
def too_young_keeps_nothing() -> None:
    """What is too young for a policy is counted, and nobody looks at what it is owned by."""
    real = seating.Room.of

    def of(self: seating.Room, candidate: Any) -> Any:
        owners, candidate.owner_references = candidate.owner_references, []
        try:
            return real(self, candidate)
        finally:
            candidate.owner_references = owners

    swap(seating.Room, "of", of)


@_mutant("leader-before-remembers")
def leader_before_remembers() -> None:
    """Whoever leads again goes on with what it saw coming when it led before."""
    swap(instants.Instants, "clear", _nothing)


@_mutant("dry-run-writes")
def dry_run_writes() -> None:
    """A dry run is a run."""
    swap(policy_run.PolicyRun, "dry_run", property(lambda _self: False))


@_mutant("null-under-none-is-true")
def null_under_none_is_true() -> None:
    """Null is a value unlike any other, so that ``none`` of it holds."""

    def has(self: Any, value: Any) -> bool | None:
        return False if value is None else bool(real_has(self, value)) if real_has(self, value) is not None else None

    real_has = swap(zen_gc_conditions.fields._Among, "has", has)


@_mutant("undecided-is-false-under-none")
def undecided_is_false_under_none() -> None:
    """What cannot be told does not hold, so that ``none`` of it does."""

    def one_holds(calls: Sequence[Callable[..., bool]]) -> Callable[..., bool]:
        def holds(candidate: Any, run: Any) -> bool:
            for call in calls:
                try:
                    if call(candidate, run):
                        return True
                except Undecided:
                    continue
            return False

        return holds

    swap(zen_gc_conditions.combinations, "_one_holds", one_holds)


@_mutant("empty-selector-is-all")
def empty_selector_is_all() -> None:
    """No namespaces are all namespaces."""

    def read(place: Any, names: Any) -> Any:
        return globs.Globs(("*",), ()) if place is not None and place.value == [] else real_read(place, names)

    real_read = swap(scopes, "read_globs", read)


@_mutant("keep-mark-ignored")
def keep_mark_ignored() -> None:
    """Nobody looks at marks."""
    swap(protections, "marked", lambda *_: False)


@_mutant("running-is-finished")
def running_is_finished() -> None:
    """What says that it has finished has, whatever else says that it runs."""
    swap(table, "runs", lambda *_, **__: False)
    swap(table, "says_running", lambda _: False)


@_mutant("first-evidence-counts")
def first_evidence_counts() -> None:
    """Of several times the earliest is when an object finished."""

    def earliest(values: Any) -> Any:
        times = [time for value in values if (time := real_latest([value])) is not None]
        return min(times, default=None)

    real_latest = swap(table, "latest", earliest)


@_mutant("any-mark-counts")
def any_mark_counts() -> None:
    """Whoever marked an object: it is marked."""
    swap(zen_gc_ttl.starts, "counted_from_a_mark", lambda start, *_: start)


@_mutant("managed-is-taken")
def managed_is_taken() -> None:
    """Nobody asks whether another tool looks after an object."""
    swap(protections, "_by_manager", _nothing)


@_mutant("what-came-back-is-forgotten")
def what_came_back_is_forgotten() -> None:
    """However often an object came back, it is deleted."""
    swap(fights.Fights, "meets", _nothing)


@_mutant("references-not-read")
def references_not_read() -> None:
    """No object names another one."""
    swap(reading.Reader, "__call__", lambda *_: set())


@_mutant("texts-name-nothing")
def texts_name_nothing() -> None:
    """Objects of a kind of which nothing is known name no other one."""
    swap(reading, "anywhere", _nothing)


@_mutant("undecided-is-unrelated")
def undecided_is_unrelated() -> None:
    """An object of which it cannot be told whether it counts does not."""

    def asked(*arguments: Any) -> Any:
        mark, question = real_asked(*arguments)
        return (mark, None) if question is None else (OTHER, None)

    real_asked = swap(relating, "_asked", asked)


@_mutant("lacking-is-a-group")
def lacking_is_a_group() -> None:
    """Objects without the field that is grouped by are a group of their own."""

    def placed(value_of: Callable[[Any], Any], place: str) -> Callable[[Any], Any]:
        asked = real_placed(value_of, place)

        def value(candidate: Any) -> Any:
            try:
                return asked(candidate)
            except Missing:
                return ""

        return value

    real_placed = swap(groups, "_placed", placed)


@_mutant("made-by-kubernetes-is-taken")
def made_by_kubernetes_is_taken() -> None:
    """What Kubernetes makes in every Namespace is an object like any other."""
    swap(protected, "OF_EVERY_NAMESPACE", {})


@_mutant("terminating-is-sent-again")
def terminating_is_sent_again() -> None:
    """What is terminating is as due as it was before."""

    def observed(self: Any, *arguments: Any) -> None:
        real_observed(self, *arguments)
        self.terminating = False

    def of_heads(*arguments: Any, **named: Any) -> Iterator[Any]:
        for candidate in real_of_heads(*arguments, **named):
            candidate.terminating = False
            yield candidate

    real_observed = swap(observing.Observed, "__init__", observed)
    real_of_heads = swap(JsonCandidate, "_of_heads", staticmethod(of_heads))


@_mutant("retries-without-preconditions")
def retries_without_preconditions() -> None:
    """What is sent again names nothing."""

    def send(self: Any, attempt: Any, first: Callable[[], Any]) -> Any:
        def again() -> Any:
            answer = self.connection.request("DELETE", attempt.observed.path, body={}, timeout=self.timeout)
            return read_answer(answer, attempt.request, attempt.observed)

        return real_send(self, attempt, first if attempt.step == 1 else again)

    real_send = swap(writing.Writer, "_send", send)


@_mutant("retained-not-read-again")
def retained_not_read_again() -> None:
    """What the list showed to be retained is there."""
    for name in ("check", "recent"):
        swap(keepers.Keepers, name, _nothing)


@_mutant("related-not-listed-again")
def related_not_listed_again() -> None:
    """Who used an object before the plan was made is who uses it."""

    def look(self: Any, _decision: Any) -> Any:
        return relatives.Look(self._clock(), self._case.run.related)

    swap(relatives.Relatives, "look", look)


@_mutant("unlisted-is-unrelated")
def unlisted_is_unrelated() -> None:
    """A list of related objects that fails has shown that there are none."""
    swap(relating.Gathered, "lack", _nothing)


@_mutant("terminating-is-retained")
def terminating_is_retained() -> None:
    """What is on its way out is one of the newest, in the list and in each look after it."""

    def may_stand(compiled: Any, answer: Any) -> bool:
        return answer is KeptBy.PROTECTED or bool(real_may_stand(compiled, answer))

    def stands(compiled: Any, candidate: Any, run: Any, guards: Any) -> bool:
        candidate.terminating = False
        return bool(real_stands(compiled, candidate, run, guards))

    def still_fills(case: Any, group: Any, keeper: Any, candidate: Any, run: Any) -> bool:
        candidate.terminating = False
        return bool(real_still_fills(case, group, keeper, candidate, run))

    real_may_stand = swap(tallies, "may_stand", may_stand)
    real_stands = swap(judging, "stands", stands)
    real_still_fills = swap(keepers, "still_fills", still_fills)


@_mutant("ties-by-name")
def ties_by_name() -> None:
    """Of two of the same time, the larger name is newer."""

    def made(self: Any, *arguments: Any) -> None:
        real_made(self, *arguments)
        self.order = (self.time, self.name, self.which)

    real_made = swap(holding.Held, "__init__", made)


@_mutant("owned-not-retained")
def owned_not_retained() -> None:
    """What goes along with its owner has no group that is looked at."""
    swap(keepers, "_along", lambda _plan, _uid: ())


@_mutant("inside-not-retained")
def inside_not_retained() -> None:
    """What is in a Namespace is asked for marks, and not whether it is retained."""
    swap(preparing, "keeping_what_is_retained", lambda guards, _compiled: guards)


@_mutant("opt-in-not-asked")
def opt_in_not_asked() -> None:
    """A wildcard takes whatever its selectors take."""
    swap(compiling, "opted_in", lambda policy, _needs: (policy, []))


@_mutant("unlisted-owns-nothing")
def unlisted_owns_nothing() -> None:
    """Of a kind that could not be listed there are no objects that could go along."""
    real = guarding.Settled.__init__

    def made(self: guarding.Settled, lists: Any, _gaps: Any = None) -> None:
        real(self, lists)

    swap(guarding.Settled, "__init__", made)


@_mutant("windows-not-asked")
def windows_not_asked() -> None:
    """What a run may do when it begins, it may do until it ends."""
    swap(fencing.Fence, "check_open", _nothing)


@_mutant("window-beats-blackout")
def window_beats_blackout() -> None:
    """A blackout lasts while no window is open."""

    def may_write(calendar: Any, now: Any) -> Any:
        if any(opening.window_at(window, now) for window in calendar.windows):
            return opening.Answer(None, now)
        return real_may_write(calendar, now)

    real_may_write = opening.may_write
    for module in (gate, timetable):
        swap(module, "may_write", may_write)


@_mutant("time-not-claimed")
def time_not_claimed() -> None:
    """Whoever thinks that it is time runs, whatever the others have done."""
    swap(policy_run, "claim", lambda *_: True)


@_mutant("edited-catches-up")
def edited_catches_up() -> None:
    """What a policy missed it catches up, whatever it has become since."""
    swap(timetable, "_floor", lambda entry, now: errands.last_time(entry.status)[0] or now)


@_mutant("unmarking-forgotten")
def unmarking_forgotten() -> None:
    """A mark that could not be taken away counts on."""
    swap(passes.Passes, "incomplete", lambda _self, _now: None)


@_mutant("goes-by-what-was-listed")
def goes_by_what_was_listed() -> None:
    """Since when marks count is what it was when the policies were listed, whoever has led since."""

    def held_from(run: Any, now: Any) -> Any:
        run.entry.ledger.passes.learn(run.entry.status)
        return run.entry.ledger.passes.begin(now, run._between_passes(now))

    swap(policy_run.PolicyRun, "_held_from", held_from)


@_mutant("copied-mark-counts")
def copied_mark_counts() -> None:
    """Whichever object a mark was made for."""
    real = held_marks._instant_of

    def instant_of(value: str | None, candidate: Any, policy: Any) -> Any:
        return real(f"{value.rpartition(' ')[0]} {candidate.uid}" if value else None, candidate, policy)

    swap(held_marks, "_instant_of", instant_of)


@_mutant("clock-not-compared")
def clock_not_compared() -> None:
    """However far the clocks are apart, it goes on."""
    for module in (fencing, executing):
        swap(module, "check_clocks", functools.partial(_nothing))


@_mutant("deletes-without-a-copy")
def deletes_without_a_copy() -> None:
    """That a copy could not be made is no reason to keep its object."""

    def put(self: Any, decision: Any, observed: Any, journal: Any) -> Any:
        try:
            return real_put(self, decision, observed, journal)
        except recycling.NotRecycled:
            return recycle_bin.Put(None, replaced=True)  # type: ignore[arg-type]

    real_put = swap(recycling.Recycling, "_put", put)


@_mutant("half-a-copy-is-one")
def half_a_copy_is_one() -> None:
    """A copy that the server took is a copy, whatever it made of it."""
    swap(recycle_bin, "_shown", lambda copy, _answer, _resource, _verb: copy)


@_mutant("lost-answer-is-no-delete")
def lost_answer_is_no_delete() -> None:
    """What the repeat of a deletion is answered is what the deletion did."""
    swap(recycling, "_did_nothing", lambda written, _journal: written.result in {Result.GONE, Result.CONFLICT})


@_mutant("copy-goes-when-marked")
def copy_goes_when_marked() -> None:
    """The annotation of a copy says when it may go, whatever the copy itself says."""
    swap(expiring, "kept_until", lambda _copy, annotations: parse_instant(annotations[UNTIL]))


@_mutant("delete-without-impersonation")
def delete_without_impersonation() -> None:
    """A DELETE for a policy with an account leaves with the controller's own rights."""
    kind: Any = impersonating.ConnectionAs
    honest = kind.request

    def request(self: Any, method: str, path: str, **how: Any) -> Answer:
        answer: Answer = (
            self.own.request(method, path, **how) if method == "DELETE" else honest(self, method, path, **how)
        )
        return answer

    kind.request = request


@_mutant("list-without-impersonation")
def list_without_impersonation() -> None:
    """A policy with an account rides on the list of the controller."""
    run: Any = policy_run.PolicyRun
    run.connection = property(lambda self: self._context.home)


@_mutant("account-not-looked-for")
def account_not_looked_for() -> None:
    """A policy acts in the name of an account that is not there: rights that were given to the name are there still."""
    for module in (policy_run, fencing):
        swap(module, "check_there", _nothing)


@_mutant("leaf-before-trust")
def leaf_before_trust() -> None:
    """A leaf of a new authority is shown as soon as the bundle has that, whoever has read it."""
    swap(self_signed.SelfSigned, "_settled", property(lambda _self: True))


@_mutant("marks-stay")
def marks_stay() -> None:
    """What an action wrote stays, though the object meets the policy no more."""
    swap(lasting.Owed, "_written", _nothing)


@_mutant("any-mark-is-ours")
def any_mark_is_ours() -> None:
    """Whatever looks like what an action writes was written by it."""

    def written(self: Any, candidate: Any) -> Any:
        ours = {**candidate.object["metadata"].get("annotations", {}), MARKED_BY: str(self._case.run.policy)}
        metadata = {**candidate.object["metadata"], "annotations": ours}
        return real_written(self, JsonCandidate.from_object({**candidate.object, "metadata": metadata}))

    real_written = swap(lasting.Owed, "_written", written)


@_mutant("protected-is-unmarked")
def protected_is_unmarked() -> None:
    """What was written is taken away from protected objects, too."""
    swap(lasting.Owed, "_protected", lambda *_: False)


@_mutant("told-again")
def told_again() -> None:
    """Nobody remembers whom was told of what."""
    swap(notifying.Told, "note", _nothing)


@_mutant("count-not-looked-at")
def count_not_looked_at() -> None:
    """A server that answers 200 has scaled."""
    swap(scaling._Scaling, "read", Patch.read)


@_mutant("switch-not-looked-at")
def switch_not_looked_at() -> None:
    """A server that answers 200 has turned the switch."""
    swap(suspending._Switching, "read", Patch.read)


@_mutant("patch-not-looked-at")
def patch_not_looked_at() -> None:
    """A server that answers 200 has patched."""
    swap(merging.MergePatch, "read", Patch.read)


def _nothing(*_: Any) -> None:
    """Nothing is looked at."""


@_mutant("yes-lifts-the-breaker")
def yes_lifts_the_breaker() -> None:
    """Who says yes has said yes to any number."""
    swap(clean_up, "obstacle", lambda *_: None)
    narrow = approved.Approved.narrow
    swap(approved.Approved, "narrow", lambda self, plan: dataclasses.replace(narrow(self, plan), tripped=None))


@_mutant("approved-by-name")
def approved_by_name() -> None:
    """A saved plan names objects, and not which of them."""
    swap(
        approved.Approved,
        "takes",
        lambda self, decision: approved.Wanted.of(decision) in self.objects.values(),
    )


@_mutant("rehearsal-in-earnest")
def rehearsal_in_earnest() -> None:
    """A dry run of the server is asked for where it is not looked for: of a DELETE with a body, beside it."""
    swap(rehearsing, "_said", lambda options: options or {})
