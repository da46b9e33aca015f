"""What one tenant may do to the others: the attacks, and the neighbour who is watched meanwhile."""
