"""What each verb does to an object, and what is refused: the API server without its wire.

Everything here takes decoded objects and the state; nothing here knows of HTTP.
"""
