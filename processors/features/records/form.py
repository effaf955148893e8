"""Form: what the models remember of the order in which a learner answered.

It follows arrival, as the parameters of the models do: a late answer counts when it comes, and a
withdrawn one is not taken back. What people read and rules ask for is not kept here. Only compiled
code reads and writes it.
"""

from struct import Struct

import numpy as np

ANSWERS = 8
"""Answers whose skills and outcome are known."""

FORM_TYPE = np.dtype(
    [
        ("answers", "<u4"),  # how many
        ("item", "<u8"),  # activity of the last answer
        ("last", "<u4"),  # its time, `clock_sec`
        ("outcomes", "u1"),  # the last 6, newest in the lowest bit
        ("run", "u1"),  # answers in a row on that activity
        ("run_before", "u1"),  # the same of the activity before
        ("run_end", "u1"),  # outcome of the last answer on the activity before
        ("mean", "<f4"),  # the learner's own weight
        ("var", "<f4"),
        ("repeat_mean", "<i2", (3,)),  # own weights of repeating (`quantised`)
        ("repeat_var", "<u2", (3,)),
        ("good", "<u2", (3,)),  # successes over the last 4, 16, 64 answers, fading
        ("bad", "<u2", (3,)),
        ("past", "<u4", (ANSWERS,)),  # set of skills and, lowest bit, outcome; newest first
    ]
)
SIZE = FORM_TYPE.itemsize

SET_TYPE = np.dtype(
    [
        ("last", "<u4"),
        ("key", "<u8"),
        ("answers", "u1"),  # up to 255
        ("tries", "u1"),
        ("form_good", "<u2"),
        ("form_bad", "<u2"),
    ]
)
"""A set of two skills and more that was answered on (a single skill has its own row)."""

SET_ROW = Struct("<IQ")
SET_TAIL = bytes(SET_TYPE.itemsize - SET_ROW.size)
