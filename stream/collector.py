"""Python's search for garbage in processes whose working set lives long."""

import gc


def spare_the_collector() -> None:
    """What is loaded stays: searching it for garbage again and again would only cost time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
