"""What ``import`` shows: policies of other cleaners beside ours, and what each would take."""
