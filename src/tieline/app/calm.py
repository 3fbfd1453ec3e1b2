"""How a process that works through much at once treats its memory."""

import gc


def calm_collector() -> None:
    """Keep the garbage collector from walking what lives long, again and again: a third of the stream's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
