"""Going through all events again by all cores, into a namespace of its own."""
