"""Faces: the indicators that one indicator with `better_off` stands for beside itself, each with an id of its own."""

from __future__ import annotations

WORSE = "worse"
"""The face that is the share worse."""

FACES = (WORSE, "mean_change", "scored")
"""What follows the dot in the id of a face: the share worse, the mean change, and the share scored twice."""


def is_face(id_: str) -> bool:
    """Whether an id is of a face.

    >>> is_face("confidence.worse"), is_face("confidence"), is_face("confidence.other")
    (True, False, False)
    """
    return face_of(id_) in FACES


def face_of(id_: str) -> str:
    """What follows the dot in an id; empty without one.

    >>> face_of("confidence.worse"), face_of("confidence")
    ('worse', '')
    """
    return id_.partition(".")[2]


def indicator_of(id_: str) -> str:
    """The id of the indicator that defines a face; any other id as it is.

    >>> indicator_of("confidence.worse"), indicator_of("confidence")
    ('confidence', 'confidence')
    """
    return id_.partition(".")[0] if is_face(id_) else id_
