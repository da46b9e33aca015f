"""The controller as a program: put together, started and stopped; its ports, its health, its listener to elections."""
