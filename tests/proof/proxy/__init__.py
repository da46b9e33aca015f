"""A proxy that lies: it stands between a controller and its API server, with TLS on both sides, and breaks what passes."""
