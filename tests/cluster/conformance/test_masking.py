"""The mask takes out what differs from run to run, leaves its name, and touches nothing else."""

from __future__ import annotations

import pytest

from tests.cluster.conformance.masking import mask

UID = "0b5f1c3e-1111-4222-8333-444455556666"


@pytest.mark.parametrize(
    ("answer", "masked"),
    [
        ({"uid": UID, "resourceVersion": "12"}, {"uid": "<uid>", "resourceVersion": "<version>"}),
        ({"uid": "", "resourceVersion": ""}, {"uid": "", "resourceVersion": ""}),
        ({"managedFields": [1], "labels": {"a": "b"}}, {"labels": {"a": "b"}}),
        ({"at": "2026-01-02T03:04:05Z", "micro": "2026-01-02T03:04:05.000006Z"}, {"at": "<time>", "micro": "<time>"}),
        ([f"no {UID} in test-1", 5, None, True], ["no <uid> in <namespace>", 5, None, True]),
        ("the ResourceVersion in record (12) is", "the ResourceVersion in record (<version>) is"),
        ("too old resource version: 3 (12)", "too old resource version: <version> (<version>)"),
        ("https://127.0.0.1:1234/x 127.0.0.1:99", "<server>/x <host>"),
        ("NAME    AGE\na       3m5s\n", "NAME  AGE\na  <age>\n"),
        ("Normal  2s (x3 over 10s)  from\n", "Normal  <age> (x3 over <age>)  from\n"),
        ('  resourceVersion: "12"\n    uid: ' + UID + "\n", '  resourceVersion: "<version>"\n    uid: <uid>\n'),
        ({"status": 409, "message": 'configmaps "one" already exists'}, None),
        ({"remainingItemCount": 3, "generation": 2, "data": {"a": "1", "size": "3Gi"}}, None),
        ('I0102 03:04:05.678901 12 reflector.go:664] "Warning"\nerror: x\n', "error: x\n"),
        ("one line  with  gaps", None),
    ],
)
def test_the_mask_takes_out_what_differs_and_nothing_else(answer: object, masked: object) -> None:
    """None stands for: as it is."""
    assert mask(answer, "test-1") == (answer if masked is None else masked)
