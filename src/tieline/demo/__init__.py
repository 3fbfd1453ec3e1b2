"""Three brands run for two simulated days on real purchases, and every figure is checked against an independent one."""
