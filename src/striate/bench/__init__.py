"""The benchmark: every convolution of `problems/`, ours and the peers' side by side, verified and then timed."""
