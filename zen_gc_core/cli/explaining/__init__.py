"""What ``why`` and ``forecast`` say of objects: plans looked at from one object, and from the clock."""
