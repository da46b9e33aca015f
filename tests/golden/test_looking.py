"""What `why` and the other commands that look print, to the letter; and what they make of wrong input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import pytest

from tests.golden.examples import EXAMPLES, NOW, POLICIES, expected
from tests.golden.looked import COMMANDS, GOLDEN, looked
from tests.golden.running import zen_gc

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = ["<script>alert(1)</script>", "\u0627\u0644\u0627\u0633\u0645", "a\U0001f9f9b", "x\x1b[31my\u202ez\n"]
"""Names that no API server takes and files may hold: markup, Arabic, an emoji, control characters."""


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_looked_at_is_printed_to_the_letter(name: str) -> None:
    """`python -m tests.golden.looked` writes the files anew."""
    ran = looked(name)
    assert ran.out == (GOLDEN / name).read_text(encoding="utf-8")
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("name", EXAMPLES)
def test_why_says_of_each_object_of_an_example_what_its_plan_says(name: str) -> None:
    """The same verdict for the same reason; one object a verdict of each policy is asked about."""
    flags = [flag for flag in expected(name).get("flags", ()) if flag != "--all"]
    arguments = ("-f", name, "--now", NOW, *flags)
    planned = json.loads(zen_gc("plan", *arguments, "-o", "json", "--all", cwd=POLICIES).out)
    asked: dict[tuple[str, str, str], dict[str, Any]] = {}
    for policy in planned["policies"]:
        for decision in policy["decisions"]:
            place = decision["kind"], decision["namespace"], decision["name"]
            asked.setdefault((policy["name"], decision["verdict"], decision["kind"]), {"place": place})
    for kind, namespace, thing in {each["place"] for each in asked.values()}:
        there = ("-n", namespace) if namespace else ()
        ran = zen_gc("why", f"{kind}/{thing}", *arguments, "-o", "json", *there, cwd=POLICIES)
        said = {each["name"]: (each["verdict"], each["because"]) for each in json.loads(ran.out)["policies"]}
        for policy in planned["policies"]:
            for decision in policy["decisions"]:
                if (decision["kind"], decision["namespace"], decision["name"]) == (kind, namespace, thing):
                    assert said[policy["name"]] == (decision["verdict"], decision["because"])


def manifest(name: str, kind: str = "ConfigMap", api_version: str = "v1", **rest: Any) -> dict[str, Any]:
    """An object of last year, in `default`."""
    metadata = {"name": name, "creationTimestamp": "2025-12-31T00:00:00Z", "namespace": "default"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def policy(name: str = "tidy", kind: str = "ConfigMap", api_version: str = "v1", **spec: Any) -> dict[str, Any]:
    """A policy that takes all objects of a kind after an hour."""
    targets = [{"apiVersion": api_version, "kind": kind}]
    return {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"targetResources": targets, "ttl": {"afterCreation": "1h"}, **spec},
    }


def written(directory: Path, *documents: dict[str, Any]) -> str:
    """Manifests in a file."""
    path = directory / "all.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}), encoding="utf-8")
    return str(path)


WRONG = [
    ("job", "'job' is no object: write KIND/NAME, such as job/nightly-report"),
    ("a/b/c", "'a/b/c' is no object: write KIND/NAME, such as job/nightly-report"),
    ("/x", "'/x' is no object: write KIND/NAME, such as job/nightly-report"),
    ("configmp/a", "the files hold no configmp; did you mean 'configmap'?"),
    ("cm/a.batch", "the files hold no ConfigMap default/a.batch"),
    ("configmaps.batch/a", "the files hold no configmaps.batch; did you mean 'configmaps'?"),
    ("cm/b", "the files hold no ConfigMap default/b"),
]


@pytest.mark.parametrize(("word", "error"), WRONG)
def test_an_object_that_is_not_there_is_told_and_exits_2(tmp_path: Path, word: str, error: str) -> None:
    """With what was written, and what to write instead."""
    ran = zen_gc("why", word, "-f", written(tmp_path, policy(), manifest("a")), "--now", NOW)
    assert (ran.code, ran.out, ran.err) == (2, "", f"{error}\n")


def test_an_object_in_two_namespaces_is_asked_for(tmp_path: Path) -> None:
    """And -n says which."""
    other = manifest("a")
    other["metadata"]["namespace"] = "team"
    files = written(tmp_path, policy(), manifest("a"), other)
    ran = zen_gc("why", "cm/a", "-f", files, "--now", NOW)
    assert (ran.code, ran.err) == (2, "there is a ConfigMap a in default and team: -n says which\n")
    assert zen_gc("why", "cm/a", "-n", "team", "-f", files, "--now", NOW).out.startswith("ConfigMap team/a, made ")


def test_a_policy_that_is_wrong_is_told_and_exits_2(tmp_path: Path) -> None:
    """The others are answered all the same."""
    wrong = policy("wrong", conditions={"phse": ["Failed"]})
    ran = zen_gc("why", "cm/a", "-f", written(tmp_path, wrong, policy(), manifest("a")), "--now", NOW)
    assert ran.code == 2
    assert "GarbageCollectionPolicy default/wrong: INVALID, it never acts (1 error)" in ran.out
    assert "GarbageCollectionPolicy default/tidy: delete" in ran.out
    assert "phse" in ran.err


def test_policies_about_other_kinds_are_counted_and_not_listed(tmp_path: Path) -> None:
    """A cluster has many."""
    others = [policy(f"jobs-{number}", "Job", "batch/v1") for number in range(3)]
    ran = zen_gc("why", "cm/a", "-f", written(tmp_path, *others, manifest("a")), "--now", NOW)
    assert ran.out.splitlines()[1].endswith("no policy looks at it (3 about other kinds)")
    assert ran.code == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_no_terminal_obeys_a_name(tmp_path: Path, name: str) -> None:
    """Whatever the object is called, and whatever its values are."""
    thing = manifest("a", data={"mode": name})
    thing["metadata"]["labels"] = {"team": name}
    asking = policy(conditions={"fields": [{"path": "data.mode", "value": "on"}]})
    ran = zen_gc("why", "cm/a", "-f", written(tmp_path, asking, thing), "--now", NOW)
    assert all(line.isprintable() for line in ran.out.split("\n"))
    assert "data.mode = " in ran.out


def test_the_content_of_a_secret_is_not_shown(tmp_path: Path) -> None:
    """A condition may read it; who asks why need not see it."""
    secret = manifest("a", "Secret", type="Opaque", data={"password": "aHVudGVyMg=="})
    asking = policy(kind="Secret", conditions={"cel": "object.data.password != ''"})
    for form in ("text", "json"):
        ran = zen_gc("why", "secret/a", "-f", written(tmp_path, asking, secret), "--now", NOW, "-o", form)
        assert "aHVudGVyMg" not in ran.out
        assert ("is not shown" if form == "text" else '"hidden": true') in ran.out


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"paused": True}, "not now: the policy is paused (spec.paused)"),
        ({"behavior": {"dryRun": True}}, "not now: it only says what it would do (spec.behavior.dryRun)"),
        ({"behavior": {"breaker": {"maxObjects": 1}}}, "not now: the breaker stops it: "),
    ],
)
def test_what_holds_a_whole_policy_back_is_told_of_one_object(tmp_path: Path, spec: dict[str, Any], words: str) -> None:
    """`delete` alone would let people wait for what does not come."""
    files = written(tmp_path, policy(**spec), manifest("a"), manifest("b"))
    ran = zen_gc("why", "cm/a", "-f", files, "--now", NOW)
    assert words in ran.out, ran.err
    assert words.replace("not now: ", "- the policy must act: ") in ran.out


def test_a_forecast_counts_what_the_plan_decides() -> None:
    """Each object that the selectors take once: due now, in a bucket, later, or kept; and the bars count the same."""
    arguments = ("-f", "failed-pods", "-f", "completed-jobs", "-f", "keep-newest", "--now", NOW, "-o", "json")
    plan = json.loads(zen_gc("plan", *arguments, cwd=POLICIES).out)
    found = json.loads(zen_gc("forecast", *arguments, "--within", "3d", cwd=POLICIES).out)
    for policy in plan["policies"]:
        rows = [row for row in found["rows"] if row["policy"]["name"] == policy["name"]]
        assert sum(row["due"]["now"] for row in rows) == policy["due"]
        assert sum(sum(row["due"].values()) + row["kept"] for row in rows) == policy["matched"]
    assert found["bars"][0] == {"from": None, "to": NOW, "count": found["due"]}
    assert sum(bar["count"] for bar in found["bars"][1:]) == found["coming"] == len(found["next"])
    times = [each["expiresAt"] for each in found["next"]]
    assert times == sorted(times)
    assert all(NOW <= each <= found["until"] for each in times)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--within", "soon"), "Invalid value for '--within': "),
        (("--within", "0s"), "Invalid value for '--within': "),
        (("-A", "-f", "x.yaml"), "-A is said of installed policies, and -f gives files: leave one of them out"),
        (("-f", "policy-only.json"), "no objects: add files, or --live"),
    ],
)
def test_a_forecast_of_what_makes_no_sense_exits_2(tmp_path: Path, arguments: tuple[str, ...], error: str) -> None:
    """In one line."""
    (tmp_path / "policy-only.json").write_text(json.dumps(policy()))
    (tmp_path / "x.yaml").write_text(json.dumps(policy()))
    ran = zen_gc("forecast", *arguments, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert error in ran.err
    assert len(ran.errors) == 1


def test_twenty_objects_are_named_and_the_others_counted(tmp_path: Path) -> None:
    """The soonest; what is due already is in the first bar."""
    things = [manifest(f"n{number:02}") for number in range(30)]
    for number, thing in enumerate(things):
        thing["metadata"]["creationTimestamp"] = f"2026-01-01T11:{number:02}:00Z"
    ran = zen_gc("forecast", "-f", written(tmp_path, policy(), *things), "--now", "2026-01-01T12:05:00Z")
    assert ran.out.splitlines()[-1] == "and 5 more"
    assert "5 objects due now, 25 more until 2026-01-08T12:05:00Z" in ran.out
    assert ran.out.index("default/n05") < ran.out.index("default/n24")
    assert "default/n25" not in ran.out


def builds(number: int) -> list[dict[str, Any]]:
    """ConfigMaps of one series, an hour apart, the last the newest."""
    made = [manifest(f"build-{each:03}") for each in range(number)]
    for each, thing in enumerate(made):
        day, hour = divmod(each, 24)
        thing["metadata"]["creationTimestamp"] = f"2025-12-{day + 1:02}T{hour:02}:00:00Z"
        thing["metadata"]["labels"] = {"series": "build"}
    return made


RETAIN = {"groupBy": ["metadata.labels['series']"], "last": 3}


def test_why_shows_the_group_and_who_fills_its_places(tmp_path: Path) -> None:
    """Of an object that goes: those that are newer and stay for it; and what stands in the group and fills no place."""
    things = builds(6)
    things[4]["metadata"]["annotations"] = {"gc.kube-zen.io/keep": "true"}
    others = [manifest("other"), manifest("build-elsewhere")]
    others[1]["metadata"] |= {"namespace": "team-b", "labels": {"series": "build"}}
    files = written(tmp_path, policy(retain=RETAIN), *things, *others)
    ran = zen_gc("why", "cm/build-001", "-f", files, "--now", NOW)
    section = ran.out.partition("  retained (spec.retain)\n")[2].partition("  For it to")[0]
    assert section.splitlines() == [
        "    group series=build",
        "    ordered by 2025-12-01T01:00:00Z",
        "    6 objects are in it, of which 3 are retained; newest first:",
        "    1. build-005  2025-12-01T05:00:00Z  keep: retained: newest of 3 in series=build",
        "    2. build-004  2025-12-01T04:00:00Z  keep: protected: it carries gc.kube-zen.io/keep",
        "    3. build-003  2025-12-01T03:00:00Z  keep: retained: 2nd newest of 3 in series=build",
        "    4. build-002  2025-12-01T02:00:00Z  keep: retained: 3rd newest of 3 in series=build",
        "    5. build-001  2025-12-01T01:00:00Z  delete  (this one)",
        "    6. build-000  2025-12-01T00:00:00Z  delete",
    ]


def test_what_waits_and_fills_a_place_is_told_from_what_waits(tmp_path: Path) -> None:
    """It holds the place before its time has come; what is older takes none."""
    files = written(tmp_path, policy(retain=RETAIN, ttl={"afterCreation": "90d"}), *builds(4))
    ran = zen_gc("why", "cm/build-000", "-f", files, "--now", NOW)
    assert "2. build-002  2025-12-01T02:00:00Z  wait, and fills a place: 2nd newest of 3 in series=build\n" in ran.out
    assert "4. build-000  2025-12-01T00:00:00Z  wait  (this one)\n" in ran.out


def test_a_large_group_is_cut_around_the_object_and_says_what_is_left_out(tmp_path: Path) -> None:
    """Those that are retained, and the neighbours; the numbers are those of the whole group."""
    files = written(tmp_path, policy(retain=RETAIN), *builds(200))
    ran = zen_gc("why", "cm/build-050", "-f", files, "--now", NOW)
    section = ran.out.partition("newest first:\n")[2].partition("  For it to")[0].splitlines()
    assert "200 objects are in it, of which 3 are retained" in ran.out
    assert [line.split()[0] for line in section[:15]] == [f"{each}." for each in range(1, 16)]
    assert section[15].strip() == "… 132 more, not shown"
    assert [line.split()[1] for line in section[16:21]] == [f"build-{each:03}" for each in (52, 51, 50, 49, 48)]
    assert section[21].strip() == "… 48 more, not shown"
    document = json.loads(zen_gc("why", "cm/build-050", "-f", files, "--now", NOW, "-o", "json").out)
    retained = document["policies"][0]["retained"]
    assert (retained["place"], retained["objects"], retained["filled"], retained["leftOut"]) == (150, 200, 3, 180)
    assert len(retained["members"]) == 20
    first = retained["members"][0]
    assert (first["name"], first["verdict"], first["fills"]) == ("build-199", "keep", "newest of 3 in series=build")
    assert retained["members"][-1]["fills"] is None


def test_an_object_in_no_group_has_no_members(tmp_path: Path) -> None:
    """It says why, and no list."""
    files = written(tmp_path, policy(retain=RETAIN), manifest("a"), *builds(3))
    ran = zen_gc("why", "cm/a", "-f", files, "--now", NOW)
    assert "its group cannot be told: it is in no group: metadata.labels['series'] is missing" in ran.out
    assert "newest first" not in ran.out
    document = json.loads(zen_gc("why", "cm/a", "-f", files, "--now", NOW, "-o", "json").out)
    assert "members" not in document["policies"][0]["retained"]


@pytest.mark.parametrize(
    ("command", "painted"),
    [
        (("why", "pipelinerun/build-2", "-f", "keep-newest", "--now", NOW), "\x1b[31m\x1b[1m5. build-2"),
        (("why", "job/report-complete", "-f", "completed-jobs", "--now", NOW), "    \x1b[32myes\x1b[0m  namespaces"),
        (("forecast", "-f", "failed-pods", "--now", NOW), "\x1b[1mWHEN (UTC)\x1b[0m"),
        (("explain", "hasLabels"), "\x1b[1mhasLabels (condition)\x1b[0m"),
        (("explain",), "\x1b[1mCONDITIONS (spec.conditions)\x1b[0m"),
    ],
)
def test_colours_change_no_letter(command: tuple[str, ...], painted: str) -> None:
    """They are where they are asked for, and not in what programs read."""
    ran = zen_gc(*command, "--color", "always", cwd=POLICIES)
    plain = zen_gc(*command, cwd=POLICIES)
    assert painted in ran.out
    assert click.unstyle(ran.out) == plain.out
    assert "\x1b" not in plain.out
    assert "\x1b" not in zen_gc(*command, "--color", "always", "-o", "json", cwd=POLICIES).out
