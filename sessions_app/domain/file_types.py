"""Which files may be added to an offering, and what they are called.

Decides by content, never by the name alone: the first bytes (and, for Office documents, what the archive holds) must
be of a type listed here and the name must end as that type does. What a browser could run (HTML, SVG, scripts,
documents with macros) is not listed, so it is refused. Signatures: the formats' own specifications; for archives
ECMA-376 part 2 and ODF 1.3 part 2.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

MAX_NAME = 120
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ENDING = re.compile("[a-z0-9]{1,10}")
_RESERVED = frozenset('<>:"/\\|?*')


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: what people call it, how it is sent, and how its names end."""

    label: str
    media_type: str
    endings: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

PDF = FileType("PDF", "application/pdf", ("pdf",))
PNG = FileType("PNG image", "image/png", ("png",))
JPEG = FileType("JPEG image", "image/jpeg", ("jpg", "jpeg"))
GIF = FileType("GIF image", "image/gif", ("gif",))
WEBP = FileType("WebP image", "image/webp", ("webp",))
MP3 = FileType("MP3 audio", "audio/mpeg", ("mp3",))
MP4 = FileType("MP4", "video/mp4", ("mp4", "m4a"))
WORD = FileType("Word document", f"{_OFFICE}wordprocessingml.document", ("docx",))
EXCEL = FileType("Excel workbook", f"{_OFFICE}spreadsheetml.sheet", ("xlsx",))
POWERPOINT = FileType("PowerPoint slides", f"{_OFFICE}presentationml.presentation", ("pptx",))
ODT = FileType("OpenDocument text", f"{_ODF}text", ("odt",))
ODS = FileType("OpenDocument sheet", f"{_ODF}spreadsheet", ("ods",))
ODP = FileType("OpenDocument slides", f"{_ODF}presentation", ("odp",))
TEXT = FileType("Text", "text/plain; charset=utf-8", ("txt", "md", "csv"))

FILE_TYPES = (PDF, WORD, EXCEL, POWERPOINT, ODT, ODS, ODP, TEXT, PNG, JPEG, GIF, WEBP, MP3, MP4)
"""Every kind that is taken."""


def recognised(content: bytes) -> FileType | None:
    """The kind of file this content is, or None for any other."""
    for found, is_it in _SIGNATURES:
        if is_it(content):
            return found
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    return TEXT if _is_text(content) else None


def ending_of(name: str) -> str:
    """What stands after the last dot, in lower case; empty without a dot."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def clean_name(name: str, *, otherwise: str = "file") -> str:
    """A name that is safe on every system: no folders, control or reserved characters, 120 characters at most.

    The ending stays. A name of which nothing is left becomes ``otherwise``.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        " " if unicodedata.category(character)[0] in "CZ" or character in _RESERVED else character
        for character in last
        if character not in _TURNING
    )
    stem, dot, ending = kept.rpartition(".")
    ending = ending.strip().lower()
    if dot and _ENDING.fullmatch(ending):
        return f"{_cut(stem, MAX_NAME - len(ending) - 1) or otherwise}.{ending}"
    return _cut(kept, MAX_NAME) or otherwise


def _cut(text: str, limit: int) -> str:
    return " ".join(text.split()).strip(". ")[:limit].rstrip(". ")


def _is_mp3(content: bytes) -> bool:
    # A frame begins with eleven set bits; version and layer 01 are reserved, so they are no MP3.
    is_frame = content[:1] == b"\xff" and len(content) > 2 and content[1] & 0xE6 == 0xE2
    return content.startswith(b"ID3") or is_frame


_SIGNATURES: tuple[tuple[FileType, Callable[[bytes], bool]], ...] = (
    (PDF, lambda content: content.startswith(b"%PDF-")),
    (PNG, lambda content: content.startswith(b"\x89PNG\r\n\x1a\n")),
    (JPEG, lambda content: content.startswith(b"\xff\xd8\xff")),
    (GIF, lambda content: content[:6] in (b"GIF87a", b"GIF89a")),
    (WEBP, lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP"),
    (MP4, lambda content: content[4:8] == b"ftyp"),
    (MP3, _is_mp3),
)

_PARTS = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL, "ppt/presentation.xml": POWERPOINT}


def _archive(content: bytes) -> FileType | None:
    """The document that an archive is, by its parts; one with macros is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in names):
                return None
            if "[Content_Types].xml" in names:
                return next((found for part, found in _PARTS.items() if part in names), None)
            if "mimetype" not in names:
                return None
            with archive.open("mimetype") as part:
                told = part.read(100).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError, EOFError):
        return None
    return next((found for found in (ODT, ODS, ODP) if found.media_type == told), None)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(ord(character) < 32 and character not in "\t\n\r\f" for character in text)
