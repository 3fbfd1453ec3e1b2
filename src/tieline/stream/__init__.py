"""The loop that carries micro-batches. It knows no customer."""
