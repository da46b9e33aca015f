"""Text to compiled callable: CEL and JMESPath. No Kubernetes and no plugins in here."""
