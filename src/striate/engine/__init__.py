"""The only room that knows the compiled kernels: it checks, chooses and runs; everything else calls `functional`."""
