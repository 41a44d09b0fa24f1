"""Kernels for GPUs, written in Triton: run where a person forces them by `use_kernel("triton")`."""
