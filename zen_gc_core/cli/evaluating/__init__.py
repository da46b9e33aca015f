"""Second opinions on expressions, by another interpreter in a process of its own."""
