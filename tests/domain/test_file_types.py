from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain import file_types
from sessions_app.domain.file_types import FileType


def archive(**parts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return made.getvalue()


OOXML = {"[Content_Types].xml": "<Types/>"}

EXAMPLES: list[tuple[bytes, FileType | None]] = [
    (b"%PDF-1.4 x", file_types.PDF),
    (b"\x89PNG\r\n\x1a\nx", file_types.PNG),
    (b"\xff\xd8\xff\xe0x", file_types.JPEG),
    (b"GIF89a x", file_types.GIF),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", file_types.WEBP),
    (b"ID3\x04x", file_types.MP3),
    (b"\xff\xfb\x90\x00", file_types.MP3),
    (b"\x00\x00\x00\x18ftypmp42", file_types.MP4),
    (archive(**OOXML, word__document="x"), None),
    (archive(**OOXML, **{"word/document.xml": "x"}), file_types.WORD),
    (archive(**OOXML, **{"xl/workbook.xml": "x"}), file_types.EXCEL),
    (archive(**OOXML, **{"ppt/presentation.xml": "x"}), file_types.POWERPOINT),
    (archive(**OOXML, **{"word/document.xml": "x", "word/vbaProject.bin": "x"}), None),
    (archive(mimetype="application/vnd.oasis.opendocument.text"), file_types.ODT),
    (archive(mimetype="application/x-other"), None),
    (archive(a="b"), None),
    (b"PK\x03\x04 not an archive", None),
    ("Größe,Zahl\n1,2\n".encode(), file_types.TEXT),
    (b"\xef\xbb\xbfwith a mark", file_types.TEXT),
    (b"MZ\x90\x00", None),
    (b"\x7fELF\x02", None),
    (b"\xff\xe2", None),
]


@pytest.mark.parametrize(("content", "kind"), EXAMPLES)
def test_a_file_is_known_by_its_content(content: bytes, kind: FileType | None) -> None:
    assert file_types.recognised(content) is kind


@given(st.binary(max_size=300))
def test_any_content_is_judged_without_an_error(content: bytes) -> None:
    file_types.recognised(content)
    file_types.recognised(b"PK\x03\x04" + content)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Worksheet 1.pdf", "Worksheet 1.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\notes.TXT", "notes.txt"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("line\r\nbreak\x00.pdf", "line break.pdf"),
        (".htaccess", "file.htaccess"),
        ("..", "file"),
        ("", "file"),
        ('say "hi"?.pdf', "say hi.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("<>.pdf", "file.pdf"),
    ],
)
def test_a_name_becomes_safe_and_keeps_its_ending(name: str, clean: str) -> None:
    assert file_types.clean_name(name) == clean


@given(st.text(max_size=400))
def test_every_name_becomes_one_short_harmless_line(name: str) -> None:
    clean = file_types.clean_name(name)
    assert 1 <= len(clean) <= 120
    assert not set(clean) & set('/\\"<>|:*?\r\n\x00')
    assert clean not in (".", "..")
