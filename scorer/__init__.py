"""The Faust worker: engine, result cache, agents, dead letters."""
