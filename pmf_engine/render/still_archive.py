"""Archives, such as workbooks and documents, that are byte for byte the same for the same content."""

from __future__ import annotations

import io
import re
from datetime import date
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PROPERTIES = "docProps/core.xml"
_MADE = re.compile(rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*(<)")


def still(archive: bytes, day: date | None = None) -> bytes:
    """An archive with the day 1980-01-01 in place of that of its making.

    Args:
        archive: The archive.
        day: The day that a workbook or document names as that of its making; None leaves it as it is.
    """
    out = io.BytesIO()
    with ZipFile(io.BytesIO(archive)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if day is not None and name == _PROPERTIES:
                content = _MADE.sub(rb"\g<1>" + f"{day.isoformat()}T00:00:00Z".encode() + rb"\g<2>", content)
            target.writestr(ZipInfo(name, _LONG_AGO), content, ZIP_DEFLATED)
    return out.getvalue()
