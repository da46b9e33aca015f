"""The nouns: policy, candidate, decision, plan, outcome, report. No I/O and no clock in here."""
