"""Sketches: descriptions as short vectors whose products say how alike they are.

A sketch is the sum of the signs of its tokens, `BLOCK` random ones for each (random projection:
Achlioptas, JCSS 66, 2003), so the cosine of two sketches is about the cosine of the sets of tokens,
give or take `1 / sqrt(BLOCK)`. Skills and words have a sketch each.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from online_models.compiled import compiled
from online_models.moment import Description
from online_models.relevance.arrays import BLOCK, SKETCH
from online_models.relevance.hashing import mixed, sign

MAX_TOKENS = 64
"""Skills, and words, that are looked at."""


@lru_cache(maxsize=1 << 14)
def sketch_of(description: Description) -> Any:
    """float32 (SKETCH + 2,): skills, words, and 1 / the length of each, 0 where there are none."""
    sketch = np.zeros(SKETCH + 2, np.float32)
    for start, tokens in ((0, description.skills), (BLOCK, description.words)):
        _add_tokens(sketch[start : start + BLOCK], np.array(tokens[:MAX_TOKENS], np.uint64))
    measure_lengths(sketch[None, :])
    sketch.flags.writeable = False
    return sketch


def measure_lengths(sketches: Any) -> None:
    """Write the inverse lengths of the blocks of each row behind them."""
    for block in range(2):
        squares = (sketches[:, block * BLOCK : (block + 1) * BLOCK].astype(float) ** 2).sum(axis=1)
        lengths = np.sqrt(np.where(squares > 0.0, squares, 1.0))
        sketches[:, SKETCH + block] = np.where(squares > 0.0, 1.0 / lengths, 0.0)


@compiled
def _add_tokens(block: Any, tokens: Any) -> None:
    for token in tokens:
        bits = mixed(token)
        for n in range(len(block)):
            block[n] += sign(bits, n)


@compiled
def add_sketch(sketch: Any, share: float, total: Any) -> None:
    """Add `share` of each block of `sketch`, brought to length 1."""
    for block in range(2):
        scale = share * sketch[SKETCH + block]
        if scale != 0.0:
            for n in range(block * BLOCK, (block + 1) * BLOCK):
                total[n] += scale * sketch[n]


@compiled
def normalise(total: Any) -> None:
    """Bring each block to length 1."""
    for block in range(2):
        square = 0.0
        for n in range(block * BLOCK, (block + 1) * BLOCK):
            square += total[n] * total[n]
        if square > 0.0:
            for n in range(block * BLOCK, (block + 1) * BLOCK):
                total[n] /= np.sqrt(square)


@compiled
def likeness(sketches: Any, strangers: Any, items: Any, block: int, total: Any) -> Any:
    """(n,): cosine of a block of each item's sketch and of `total`.

    Args:
        sketches: of items that are known.
        strangers: of others.
        items: rows of `sketches`; -1 - m is row m of `strangers`.
        block: 0 for skills, 1 for words.
        total: (SKETCH,), its blocks of length 1 or 0.
    """
    cosines = np.zeros(len(items))
    for place in range(len(items)):
        item = items[place]
        sketch = sketches[item] if item >= 0 else strangers[-1 - item]
        if sketch[SKETCH + block] != 0.0:
            for n in range(block * BLOCK, (block + 1) * BLOCK):
                cosines[place] += sketch[n] * total[n]
            cosines[place] *= sketch[SKETCH + block]
    return cosines
