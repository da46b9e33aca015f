"""A short run of the coverage-guided fuzzer, from a corpus of expressions that policies use."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUNS = int(os.environ.get("ZEN_GC_FUZZ_RUNS", "3000"))

CORPUS = (
    b"metadata.labels.app && starts_with(metadata.labels.app, 'ci-')",
    b"length(spec.containers[?contains(image, ':latest')]) > `0`",
    b"age(metadata.creationTimestamp) > `3600`",
    b"[*].{a: b, c: d[0:2]} | sort_by(@, &a)[-1]",
    b'spec.l[?x > `1`].x\x00{"spec": {"l": [{"x": 2}, 1, null]}}',
)


@pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason="NOT RUN (atheris is not installed)")
def test_the_fuzzer_finds_nothing(tmp_path):
    """Any bytes: a value or a declared error."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, text in enumerate(CORPUS):
        (corpus / str(number)).write_bytes(text)
    script = Path(__file__).with_name("fuzz_atheris.py")
    command = [
        sys.executable,
        str(script),
        f"-runs={RUNS}",
        "-max_len=512",
        f"-artifact_prefix={tmp_path}/",
        str(corpus),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert f"Done {RUNS} runs" in done.stderr + done.stdout
