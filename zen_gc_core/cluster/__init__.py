"""The cluster layer: everything that talks HTTP to Kubernetes, and the only importer of ``kubernetes``, ``urllib3`` and ``httptools``."""
