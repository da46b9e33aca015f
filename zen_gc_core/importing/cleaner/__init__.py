"""k8s-cleaner: Cleaners, which select by kind and label, and by scripts in Lua, which are never translated."""
