"""What the council voted and did: objectives, budgets, training, publications."""
