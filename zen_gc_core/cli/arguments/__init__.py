"""What command lines say: options that are shared, names of objects, and what a shell completes."""
