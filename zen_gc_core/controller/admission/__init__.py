"""The admission webhook: who writes a wrong policy hears of it at once. Answers, certificates, and who trusts them."""
