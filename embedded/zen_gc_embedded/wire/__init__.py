"""From a request to its answer: who asks, what for, which verb, and how the answer leaves.

The only room that knows aiohttp, except for ``cluster``, which starts and stops the server.
"""
