"""What messages brought: last touch, and lift against those held out."""
