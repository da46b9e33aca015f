"""What belongs to the process and not to its work: standard output, redaction, small HTTP servers."""
