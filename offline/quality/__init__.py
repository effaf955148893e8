"""How good every model is, again and again: scenarios, figures, and what may not get worse."""
