"""How likely people are to buy again, or to stay away, learned from what they did."""
