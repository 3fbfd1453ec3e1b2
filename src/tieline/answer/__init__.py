"""Beside journeys: what somebody writes or taps in LINE is answered at once, by rules, with a free reply."""
