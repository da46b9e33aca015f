"""The probes: each asks a cluster one question in a fresh namespace and returns what came back; they judge nothing.

A probe is a public function that takes a `Lab`; a module is a topic. What an answer must be stands in the table beside this
folder.
"""
