"""The terminal: width, bars, lines that go again, and questions."""
