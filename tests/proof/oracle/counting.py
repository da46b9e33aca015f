"""The seven counts: wrong, stale, lost, double, unlogged, uncopied, without preconditions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from tests.proof.oracle.copying import missing
from tests.proof.oracle.history import JUDGED, OBJECTS, POLICIES, History, namespace_of, uid_of
from tests.proof.oracle.holding import marked, unmarked
from tests.proof.oracle.meaning import (
    carries,
    check,
    due_for,
    holds,
    interval,
    matches,
    requirement,
    switched_off,
    wants,
    way,
)
from tests.proof.oracle.relating import free
from tests.proof.oracle.retaining import left_over

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.proof.oracle.auditing import Asked
    from tests.proof.oracle.history import Change, Document, Version

MOST_SECONDS = 8.0
"""How old the policy may be by which a delete is right."""

INTERVALS = 2
"""For how many intervals an object may be due, with a leader, and still be there."""

WAYS = {"label": "marks", "scale": "scaled", "hold": "held"}
"""How what was done otherwise than by a delete is counted."""

LEASE = "gc-controller-leader-election"
SWITCH = "zen-gc-pause"


@dataclass(frozen=True, slots=True)
class Replicas:
    """The controllers that are watched.

    Args:
        home: their namespace.
        accounts: as which user each asks, and the name of its Pod, by which it holds the lease.
        intents: the uid of each object that their logs say is about to be deleted, by the attempt's id.
    """

    home: str
    accounts: Mapping[str, str]
    intents: Mapping[str, str]


@dataclass
class Counts:
    """What was found, each with a line for whoever looks for the reason.

    Args:
        wrong: deleted, marked or scaled in a state in which no policy of the last 8 s wanted that.
        stale: deleted by a replica whose lease had ended.
        lost: due for more than two intervals with a leader, and still there.
        double: asked for twice with success.
        unlogged: deleted without an intent in the log.
        uncopied: deleted by a policy with ``recycle`` alone, and not in the recycle bin.
        without_preconditions: asked for without naming the object's uid and state.
        unexplained: gone, and nobody asked for it: the oracle does not know enough.
        deletes: how many objects the replicas deleted.
        copied: how many of these had to be copied first.
        marks: how many they marked.
        scaled: how many they scaled.
        held: on how many they wrote since when the conditions hold.
        others: how many went in another way.
        uncounted: those of the counts that nobody can tell here.
    """

    wrong: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    unlogged: list[str] = field(default_factory=list)
    uncopied: list[str] = field(default_factory=list)
    without_preconditions: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    deletes: int = 0
    copied: int = 0
    marks: int = 0
    scaled: int = 0
    held: int = 0
    others: int = 0
    uncounted: tuple[str, ...] = ()

    @property
    def findings(self) -> dict[str, list[str]]:
        """The counts and what is unexplained, by name, as far as they can be told."""
        lists = {each.name: value for each in fields(self) if isinstance(value := getattr(self, each.name), list)}
        return {name: value for name, value in lists.items() if name not in self.uncounted}

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not any(self.findings.values())

    def __str__(self) -> str:
        """One line, and one for each of the first findings."""
        numbers = [f"{len(found)} {name.replace('_', ' ')}" for name, found in self.findings.items()]
        done = (
            f"{self.deletes} deletes ({self.copied} copied), {self.marks} marks, {self.scaled} scaled, {self.held} held"
        )
        lines = [f"{done}, {self.others} deleted by others: {', '.join(numbers)}"]
        lines += [f"  {name}: {line}" for name, found in self.findings.items() for line in found[:5]]
        return "\n".join(lines)


def count(history: History, asked: Iterable[Asked], replicas: Replicas, now: float) -> Counts:
    """Judge everything that went.

    Args:
        history: what was stored.
        asked: what was asked for.
        replicas: who is watched.
        now: the present instant; what is there and due now may be lost.
    """
    requests = list(asked)
    counts = Counts()
    judge = _Judge(history, requests, replicas)
    for request in requests:
        if request.user in replicas.accounts and request.key.startswith(JUDGED):
            judge.note_request(request, counts)
            if request.verb == "patch" and request.succeeded:
                judge.note_patch(request, counts)
    for end in judge.ends():
        judge.note_end(end, counts)
    counts.lost = list(judge.lost(now))
    return counts


def waiting(history: History, home: str, now: float) -> list[str]:
    """What is there and due now."""
    return [key for key, _, _ in _Judge(history, [], Replicas(home, {}, {})).due(now)]


class _Judge:
    def __init__(self, history: History, requests: list[Asked], replicas: Replicas) -> None:
        self._history = history
        self._replicas = replicas
        self._lease = f"leases/{replicas.home}/{LEASE}"
        self._switch = f"{OBJECTS}{replicas.home}/{SWITCH}"
        self._policies = {key: list(history.versions(key)) for key in history.keys(*POLICIES)}
        for versions in self._policies.values():
            for version in versions:
                if version.document is not None:
                    check(version.document)
        self._leases = list(history.versions(self._lease))
        self._deleted: Counter[str] = Counter()
        self._by_uid: dict[str, Asked] = {}
        self._perhaps: dict[str, list[Asked]] = {}
        self._collections = [each for each in requests if each.verb == "deletecollection"]
        for each in requests:
            if each.verb == "delete" and each.succeeded and each.uid:
                self._by_uid.setdefault(each.uid, each)
            elif each.verb == "delete" and (each.code == 0 or each.code >= 500):
                self._perhaps.setdefault(each.key, []).append(each)

    def note_request(self, request: Asked, counts: Counts) -> None:
        """Look at a request of a replica by itself."""
        what = f"{request.verb} {request.key} by {request.user}, answered {request.code}"
        if not request.pinned and request.read:
            counts.without_preconditions.append(what)
        if request.verb == "delete" and request.succeeded:
            self._deleted[request.uid] += 1
            if self._deleted[request.uid] == 2:
                counts.double.append(f"{what}, uid {request.uid}")

    def ends(self) -> Iterator[Change]:
        """The change with which each object that went began to go."""
        for key in self._history.keys(*JUDGED):
            if key == self._switch:
                continue
            for change in self._history.changes(key):
                if (
                    change.key == key
                    and change.before is not None
                    and "deletionTimestamp" not in change.before["metadata"]
                ):
                    again = change.after is not None and uid_of(change.after) != uid_of(change.before)
                    if change.after is None or again or "deletionTimestamp" in change.after["metadata"]:
                        yield change

    def note_end(self, end: Change, counts: Counts) -> None:
        """Look at an object that went."""
        assert end.before is not None
        uid = uid_of(end.before)
        request = self._by_uid.get(uid) or self._perhaps_by(end)
        if request is None:
            if not any(end.key.startswith(f"{each.key}/") for each in self._collections):
                counts.unexplained.append(f"{end.key} uid {uid} at revision {end.revision}")
            counts.others += 1
            return
        if request.user not in self._replicas.accounts:
            counts.others += 1
            return
        counts.deletes += 1
        wanted = self._judge(end, request, f"{end.key} uid {uid}", counts, "delete")
        if wanted and all("recycle" in (each["spec"].get("behavior") or {}) for each in wanted):
            counts.copied += 1
            if why := missing(self._history, end.before, end.revision):
                counts.uncopied.append(f"{end.key} uid {uid} at revision {end.revision}: {why}")

    def note_patch(self, request: Asked, counts: Counts) -> None:
        """Look at what a replica changed, unless the object was so already and nothing changed."""
        if request.version == request.pinned_version:
            return  # it is as it was
        change = next(
            (each for each in self._history.changes(request.key) if str(each.revision) == request.version), None
        )
        if change is None or change.key != request.key or change.before is None or unmarked(change):
            return  # to take a mark away makes an object wait longer
        done = "scale" if "replicas" in (change.before.get("spec") or {}) else "hold" if marked(change) else "label"
        setattr(counts, WAYS[done], getattr(counts, WAYS[done]) + 1)
        self._judge(change, request, f"{change.key}: {done}", counts, done)

    def _judge(self, change: Change, request: Asked, what: str, counts: Counts, done: str) -> list[Document]:
        """Whether what a replica did to an object was right, and its to do, and in its log; who wanted it."""
        assert change.before is not None
        what = f"{what} at revision {change.revision} by {request.user}"
        if not (found := self._wanting(change, request.received, done)):
            counts.wrong.append(f"{what}: {_shown(change.before)}")
        if why := self._stale(change, request):
            counts.stale.append(f"{what}: {why}")
        if self._replicas.intents.get(request.audit_id) != uid_of(change.before):
            counts.unlogged.append(f"{what}, attempt {request.audit_id}")
        return found

    def _perhaps_by(self, end: Change) -> Asked | None:
        """Who asked for it and was not answered: the API server was killed, or failed, when it was done."""
        uid = uid_of(end.before or {})
        found = [
            each for each in self._perhaps.get(end.key, ()) if each.received <= end.at and each.pinned_uid in {"", uid}
        ]
        found.sort(key=lambda each: (self._replicas.intents.get(each.audit_id) == uid, each.received))
        return found[-1] if found else None

    def _wanting(self, end: Change, received: float, done: str) -> list[Document]:
        """The policies in force within the last seconds that wanted exactly this done to an object in exactly this state."""
        assert end.before is not None

        def recent(versions: Iterable[Version]) -> list[Version]:
            oldest = received - MOST_SECONDS
            return [each for each in versions if each.revision < end.revision and each.until >= oldest]

        if all(switched_off(each.document) for each in recent(self._history.versions(self._switch))):
            return []
        around = recent(self._history.versions(f"namespaces/{namespace_of(end.before)}"))
        places = [each.document for each in around if each.document is not None]
        return [
            each.document
            for versions in self._policies.values()
            for each in recent(versions)
            if each.document is not None
            and any(
                _asks(each.document, end, place, received, done)
                and self._let_go(each.document, end.before, place, received - MOST_SECONDS, end.revision)
                for place in places
            )
        ]

    def _let_go(self, policy: Document, item: Document, place: Document, since: float, before: int) -> bool:
        """Whether a policy did not retain an object, and nobody named it if that matters, at one instant of a span at least."""
        if requirement(policy) and not free(self._history, policy, item, since=since, before=before):
            return False
        return "retain" not in policy["spec"] or left_over(
            self._history, policy, item, lambda other: matches(policy, other, place), since=since, before=before
        )

    def _stale(self, end: Change, request: Asked) -> str:
        """Why a replica had no right to it; empty when it had, or when there is no lease at all."""
        seen = [each for each in self._leases if each.revision < end.revision]
        if len(self._leases) == 1 or not seen:
            return ""
        last = seen[-1]
        spec = (last.document or {}).get("spec") or {}
        holder = str(spec.get("holderIdentity") or "nobody")
        if holder.rpartition("_")[0] != self._replicas.accounts[request.user]:
            return f"{holder} held the lease, {last.since - request.received:.3f} s after it was asked"
        ended = last.since + float(spec.get("leaseDurationSeconds", 0))
        if request.received > ended:
            return f"its lease had ended {request.received - ended:.3f} s before"
        return ""

    def lost(self, now: float) -> Iterator[str]:
        """What is there, and has been due for long enough, with a leader all the while."""
        led = self._led_since(now)
        for key, policy, since in self.due(now):
            if now - max(since, led) > INTERVALS * interval(policy):
                yield f"{key}, due for {now - max(since, led):.0f} s"

    def due(self, now: float) -> Iterator[tuple[str, Document, float]]:
        """What is there and due now: where it is, by which policy, and for how long all of that has been so."""
        switch = list(self._history.versions(self._switch))[-1]
        if switched_off(switch.document):
            return
        for key in self._history.keys(*JUDGED):
            last = list(self._history.versions(key))[-1]
            if last.document is None or key == self._switch:
                continue
            place = list(self._history.versions(f"namespaces/{namespace_of(last.document)}"))[-1]
            for versions in self._policies.values():
                policy = versions[-1]
                if policy.document is None or place.document is None:
                    continue
                if (
                    not carries(policy.document, last.document)
                    and wants(policy.document, last.document, place.document, now)
                    and self._let_go(policy.document, last.document, place.document, now, self._history.revision + 1)
                ):
                    since = [switch.since, last.since, place.since, policy.since]
                    if "retain" in policy.document["spec"] or requirement(policy.document):
                        around = self._history.changes(f"{OBJECTS}{namespace_of(last.document)}/")
                        since.append(around[-1].at)  # any of them may have been what it was retained with, or named by
                    yield key, policy.document, max(*since, now - due_for(policy.document, last.document, now))
                    break

    def _led_since(self, now: float) -> float:
        """Since when there is a leader without a pause; the present instant when there is none."""
        if len(self._leases) == 1:
            return float("-inf")
        since = now
        until = now
        for version in reversed(self._leases):
            spec = (version.document or {}).get("spec") or {}
            if not spec.get("holderIdentity") or version.since + float(spec.get("leaseDurationSeconds", 0)) < until:
                return since
            since = until = version.since
        return since


def _asks(policy: Document, change: Change, place: Document, at: float, done: str) -> bool:
    """Whether a policy asks for what was done to an object, what other objects say of it aside."""
    item, after = change.before, change.after
    assert item is not None
    if done == "hold":
        return uid_of(policy) in marked(change) and holds(policy, item, place)
    if done == "scale" and not (after is not None and carries(policy, after)):
        return False
    return way(policy) == done and wants(policy, item, place, at)


def _shown(item: Document) -> str:
    metadata = item["metadata"]
    marks = {name: metadata[name] for name in ("labels", "annotations", "deletionTimestamp") if name in metadata}
    return f"{marks} {item.get('data') or item.get('spec', {}).get('replicas')}"
