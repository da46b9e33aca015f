"""Short runs of the coverage-guided fuzzers, each from a corpus of the expressions that its language is used for."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.cel.cases import load

RUNS = int(os.environ.get("ZEN_GC_FUZZ_RUNS", "3000"))

CEL = (b"object.spec.l.exists(x, x.y == 1)\x00" + b'{"spec": {"l": [{"y": 1}]}}',)
JMESPATH = (
    b"metadata.labels.app && starts_with(metadata.labels.app, 'ci-')",
    b"length(spec.containers[?contains(image, ':latest')]) > `0`",
    b"age(metadata.creationTimestamp) > `3600`",
    b"[*].{a: b, c: d[0:2]} | sort_by(@, &a)[-1]",
    b'spec.l[?x > `1`].x\x00{"spec": {"l": [{"x": 2}, 1, null]}}',
)


@pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason="NOT RUN (atheris is not installed)")
@pytest.mark.parametrize("language", ["cel", "jmespath"])
def test_the_fuzzer_finds_nothing(language, tmp_path):
    """Any bytes: a value or a declared error, and in CEL the same in both tiers."""
    seeds = [*CEL, *(case.expression.encode() for case in load()[::25])] if language == "cel" else JMESPATH
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    script = Path(__file__).with_name(language) / "fuzz_atheris.py"
    shell = (
        "sh",
        "-c",
        '"$@"; exit $?',
        "sh",
    )  # of a child of this process, its peak of memory would begin with this one's
    command = [
        *shell,
        sys.executable,
        str(script),
        f"-runs={RUNS}",
        "-max_len=512",
        f"-artifact_prefix={tmp_path}/",
        str(corpus),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    ran = re.search(r"^Done (\d+) runs", done.stderr + done.stdout, re.MULTILINE)
    assert ran is not None
    assert int(ran[1]) >= RUNS  # what is in the corpus is run beside
