"""What ``restore`` brings back: what was scaled or suspended, and what was deleted from its copy."""
