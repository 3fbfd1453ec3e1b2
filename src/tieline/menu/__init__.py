"""Rich menus: which menu a friend sees and why, and how LINE is brought to show it.

`rule` decides, `drawing` knows what LINE takes, `sync` carries it to LINE.
"""
