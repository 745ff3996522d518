"""Pure decisions. Nothing here reads a clock, a database or the network; every fact is an argument."""
