"""Going through events that have been, from the first to the last, with bounded memory."""
