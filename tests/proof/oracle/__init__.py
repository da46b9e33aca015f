"""The oracle: what was deleted, judged from outside, by what the server stored and wrote down.

Nothing here imports the product. The history comes from etcd, on a connection of its own, where every change of objects,
policies, Namespaces and Leases has one place in one order, and none is lost when the API server is restarted. Who asked for
what comes from the API server's audit log. What a policy means is written down a second time, in ``meaning``, for the few
shapes that the proofs use; any other is an error, never a yes.
"""
