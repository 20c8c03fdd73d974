"""Faces: the indicators that one indicator with `better_off` stands for beside itself, each with an id of its own."""

from __future__ import annotations

FACES = ("worse", "mean_change", "scored")
"""What follows the dot in the id of a face: the share worse, the mean change, and the share scored twice."""


def is_face(id_: str) -> bool:
    """Whether an id is of a face.

    >>> is_face("confidence.worse"), is_face("confidence"), is_face("confidence.other")
    (True, False, False)
    """
    _, dot, face = id_.partition(".")
    return bool(dot) and face in FACES


def indicator_of(id_: str) -> str:
    """The id of the indicator that defines a face; any other id as it is.

    >>> indicator_of("confidence.worse"), indicator_of("confidence")
    ('confidence', 'confidence')
    """
    return id_.partition(".")[0] if is_face(id_) else id_
