"""Going through all events again at full speed, into a namespace of its own."""
