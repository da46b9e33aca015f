"""Workflows, pins, wheel, SBOM, and the files by which a project is judged before it is let into production."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.platform.outside import run
from tools import pins
from zen_gc_core import __version__

ROOT = Path(__file__).parents[2]
WORKFLOWS = {path.name: path for path in (ROOT / ".github/workflows").glob("*.yaml")}
TEXTS = {name: path.read_text() for name, path in WORKFLOWS.items()}
FORMS = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yaml"))
PROGRAM = Path(sys.executable).with_name("zen-gc")


def jobs(name: str) -> dict[str, Any]:
    """The jobs of a workflow."""
    return dict(yaml.safe_load(TEXTS[name])["jobs"])


def test_actionlint_has_nothing_to_say_against_the_workflows() -> None:
    """Expressions, contexts, shell, inputs of actions that it knows."""
    done = run("actionlint", "-shellcheck=", "-pyflakes=", *WORKFLOWS.values())
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_no_way_in() -> None:
    """Offline; whether actions are pinned is asked below."""
    done = run("zizmor", "--offline", "--no-progress", ".github", cwd=ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_do_nothing_but_what_a_job_says(name: str) -> None:
    """No rights at the top, a bound of time on each job, no credentials left behind, no name of this repository."""
    whole = yaml.safe_load(TEXTS[name])
    assert whole["permissions"] == {}
    for job in whole["jobs"].values():
        assert "permissions" in job
        assert job["timeout-minutes"] <= 120
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False
    assert not re.search(r"ghcr\.io/(?!\$\{\{ github\.repository \}\})\w", TEXTS[name])


def test_what_is_not_pinned_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """An action has the commit that was read from its repository, with its tag, or its tag and a line about it."""
    assert pins.main([]) == 0
    said = capsys.readouterr().out
    for name, text in TEXTS.items():
        for action, reference, comment in re.findall(r"uses: ([\w./-]+)@(\S+)([ ]+# \S+)?", text):
            if re.fullmatch(r"[0-9a-f]{40}", reference):
                assert comment, f"{action}: no tag beside its commit"
            else:
                assert f"{name}: NOT PINNED {action}@{reference} (" in said
    print(said)  # noqa: T201  that is the check's word


def test_an_action_is_pinned_by_what_its_repository_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and its tag stays beside it."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    monkeypatch.setattr(pins, "commit_of", lambda action, tag: commit if (action, tag) == ("a/b", "v1") else None)
    pinned, told = pins.pin("    - uses: a/b@v1\n", ask=True)
    assert pinned == f"    - uses: a/b@{commit} # v1\n"
    assert told == []
    assert pins.pin(pinned, ask=True) == (pinned, [])


def test_an_action_whose_commit_cannot_be_read_keeps_its_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    """No commit is written that was not read."""

    def fails(action: str, tag: str) -> str:
        raise LookupError(f"{action} {tag}: no network")

    monkeypatch.setattr(pins, "commit_of", fails)
    text = "    - uses: a/b@v1\n"
    assert pins.pin(text, ask=True) == (text, ["NOT PINNED a/b@v1 (a/b v1: no network)"])


def test_no_digest_is_written_that_was_not_read_from_its_source() -> None:
    """Neither in the Dockerfile nor in a workflow: the release asks for the base's, and fails without."""
    for text in ((ROOT / "deploy/Dockerfile").read_text(), *TEXTS.values()):
        assert not re.search(r"sha256:[0-9a-f]{16}", text)
    assert "ARG PYTHON=python:3.11-slim-bookworm\n" in (ROOT / "deploy/Dockerfile").read_text()
    steps = jobs("release.yaml")["image"]["steps"]
    (asked,) = [step for step in steps if step.get("id") == "base"]
    (build,) = [step for step in steps if step.get("id") == "build"]
    assert build["with"]["build-args"] == "PYTHON=${{ steps.base.outputs.reference }}"
    assert "org.opencontainers.image.base.digest=${{ steps.base.outputs.digest }}" in build["with"]["labels"]
    for answer, code in (("sha256:abc", 0), ("", 1), ("manifest unknown", 1)):
        assert asked_with(asked["run"], answer) == code


def asked_with(script: str, answer: str) -> int:
    """The exit code of the step that asks for the base's digest, when docker answers this."""
    docker = f"docker() {{ echo '{answer}'; }}\n"
    done = subprocess.run(
        ["bash", "-e", "-c", docker + script],
        env={"BASE": "python:3.11-slim-bookworm", "GITHUB_OUTPUT": "/dev/null", "PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
    )
    return done.returncode


def test_nothing_is_released_before_it_was_checked() -> None:
    """At the tag's own commit, which is the program's version, whose definitions are kept."""
    found = jobs("release.yaml")
    assert found["wheel"]["needs"] == found["image"]["needs"] == "check"
    assert found["publish"]["needs"] == ["wheel", "image"]
    assert found["pypi"]["needs"] == "publish"
    (last,) = [step["run"] for step in found["check"]["steps"] if "crds/released" in step.get("run", "")]
    assert 'test "v$version" = "$GITHUB_REF_NAME"' in last


def test_the_wheel_is_the_same_whenever_it_is_built(tmp_path: Path) -> None:
    """By the commit's time, in two places."""
    digests: set[str] = set()
    for place in ("one", "two"):
        done = subprocess.run(
            [Path(sys.executable).with_name("hatchling"), "build", "-t", "wheel", "-d", tmp_path / place],
            cwd=ROOT,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "PYTHONHASHSEED": str(len(digests) + 1)},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        (wheel,) = (tmp_path / place).glob("*.whl")
        digests.add(hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_the_sbom_names_all_that_the_image_installs(tmp_path: Path) -> None:
    """Each with its version and hashes, as the lock has them."""
    done = run("cyclonedx-py", "requirements", ROOT / "requirements/image.txt", "-o", tmp_path / "sbom.json")
    assert done.returncode == 0, done.stderr
    bill = json.loads((tmp_path / "sbom.json").read_text())
    locked = set(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements/image.txt").read_text(), re.MULTILINE))
    assert {(part["name"], part["version"]) for part in bill["components"]} == locked
    assert bill["bomFormat"] == "CycloneDX"
    assert all(part["externalReferences"][0]["hashes"] for part in bill["components"])


def test_every_wheel_of_the_lock_is_there_for_arm64(tmp_path: Path) -> None:
    """For the Python and the libc of the image; asks the index, and says so where it cannot."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--dry-run"),
            *("--platform", "manylinux_2_28_aarch64", "--platform", "manylinux_2_17_aarch64"),
            *("--platform", "manylinux2014_aarch64", "--python-version", "3.11", "--implementation", "cp"),
            *("--only-binary=:all:", "--no-deps", "--require-hashes", "--target", tmp_path),
            *("-r", ROOT / "requirements/image.txt"),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if re.search(r"connection|resolve|Max retries|timed out|Network is unreachable", done.stderr, re.IGNORECASE):
        pytest.skip(f"arm64 wheels: NOT RUN (no index: {done.stderr.strip().splitlines()[-1][:120]})")
    assert done.returncode == 0, done.stderr


def test_the_version_is_told_for_programs_too() -> None:
    """What a report of a bug begins with."""
    done = subprocess.run([PROGRAM, "version", "-o", "json"], capture_output=True, text=True, timeout=120, check=True)
    told = json.loads(done.stdout)
    assert told["version"] == __version__
    assert told["apiVersions"] == ["gc.kube-zen.io/v1alpha1"]
    assert told["distributions"]["zen-gc"] == __version__
    assert {"python", "platform"} <= set(told)
    plain = subprocess.run([PROGRAM, "version"], capture_output=True, text=True, timeout=120, check=True)
    assert plain.stdout == f"zen-gc {__version__}\n"


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_for_what_is_needed(path: Path) -> None:
    """As GitHub reads it: a name, a description, a body whose elements have a type and identities of their own."""
    form = yaml.safe_load(path.read_text())
    assert {"name", "description", "body"} <= set(form)
    kinds = {"markdown", "textarea", "input", "dropdown", "checkboxes"}
    assert {element["type"] for element in form["body"]} <= kinds
    names = [element["id"] for element in form["body"] if element["type"] != "markdown"]
    assert len(set(names)) == len(names)
    assert any(element.get("validations", {}).get("required") for element in form["body"])


def test_a_wrong_delete_is_a_vulnerability_and_reported_privately() -> None:
    """By the host's own means: no address is written, which might be nobody's."""
    text = (ROOT / "SECURITY.md").read_text()
    assert "wrong delete is a vulnerability" in text
    assert "Report a vulnerability" in text
    for name in ("SECURITY.md", "SUPPORT.md", "CODE_OF_CONDUCT.md"):
        assert not re.search(r"\S+@\S+\.\w+|https?://", (ROOT / name).read_text()), name
    assert yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/config.yml").read_text()) == {"blank_issues_enabled": False}
    assert "wrong-delete" in {path.stem for path in FORMS}


def test_renovate_looks_after_every_lock_and_merges_nothing_by_itself() -> None:
    """Python, Go, the base image and the actions."""
    config = json.loads((ROOT / "renovate.json").read_text())
    assert config["automerge"] is False
    managers = {manager for rule in config["packageRules"] for manager in rule["matchManagers"]}
    assert managers == {"gomod", "dockerfile", "github-actions"}
    (pattern,) = config["pip-compile"]["managerFilePatterns"]
    locks = [path.relative_to(ROOT).as_posix() for path in (ROOT / "requirements").glob("*.txt")]
    assert locks
    assert all(re.search(pattern.strip("/"), lock) for lock in locks)


def test_the_page_of_versions_names_what_is_run() -> None:
    """The API servers that are built, and the oldest that the chart claims."""
    page = (ROOT / "docs/reference/supported-versions.md").read_text()
    chart = yaml.safe_load((ROOT / "deploy/helm/zen-gc/Chart.yaml").read_text())["kubeVersion"]
    for file, how in (("go.mod", "make test"), ("oldest.mod", "make compat")):
        found = re.search(r"k8s\.io/kubernetes v1\.(\d+)\.", (ROOT / "apiserver" / file).read_text())
        assert found is not None
        assert re.search(rf"^\| Kubernetes \| 1\.{found[1]} \| run: `{how}`", page, re.MULTILINE), file
    assert chart == f">=1.{found[1]}.0-0"
    helm = re.search(r"helm\.sh/helm/v4 v(\d+\.\d+)", (ROOT / "tools/helm/go.mod").read_text())
    assert helm is not None
    assert f"| Helm | {helm[1]} | run:" in page


@pytest.mark.parametrize(
    "page",
    ["SECURITY.md", "SUPPORT.md", "CODE_OF_CONDUCT.md", "crds/released/README.md", "deploy/helm/zen-gc/README.md"],
)
def test_a_link_of_a_page_beside_the_documentation_leads_somewhere(page: str) -> None:
    """To a file of this tree; the host's own pages aside."""
    links = re.findall(r"\]\(([^)#]+)", (ROOT / page).read_text())
    broken = [link for link in links if link != "../../issues" and not ((ROOT / page).parent / link).exists()]
    assert broken == []
