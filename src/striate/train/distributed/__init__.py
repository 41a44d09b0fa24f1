"""Training by several processes, as torchrun starts them: who they are, what they share, and what they keep."""
