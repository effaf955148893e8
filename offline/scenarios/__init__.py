"""Families of scenarios, a module each: `scenarios(data)` yields them; see `quality.scenario`."""
