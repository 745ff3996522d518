"""The files of the demo story: what its instructors hand out with their offerings, small and meant.

Worksheets are one-page PDFs, written here object by object (PDF 1.7, ISO 32000-1, 7.5 and 9.6.2): text in one of
the fonts every reader has, so nothing is embedded. The rest is plain text.
"""

from __future__ import annotations

from dataclasses import dataclass

_PAGE = (595, 842)  # A4 in points
_LEFT, _TOP, _LEADING = 64, 770, 19


@dataclass(frozen=True)
class Sheet:
    """A file of one offering, by the keys of ``cast``."""

    teacher: str
    offering: str
    course: str | None
    name: str
    content: bytes


def one_page(heading: str, lines: tuple[str, ...]) -> bytes:
    """A PDF of one page: a heading and lines as they stand. Raises UnicodeEncodeError beyond Western letters."""
    text = [f"BT /F1 18 Tf {_LEFT} {_TOP} Td ({_escaped(heading)}) Tj"]
    text += [f"/F2 11 Tf {_LEADING} TL 0 -16 Td", *(f"T* ({_escaped(line)}) Tj" for line in lines), "ET"]
    stream = "\n".join(text).encode("cp1252")
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    resources = "<< /Font << /F1 4 0 R /F2 5 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_PAGE[0]} {_PAGE[1]}] /Resources {resources} "
        "/Contents 6 0 R >>".encode(),
        font.format("Helvetica-Bold").encode(),
        font.format("Helvetica").encode(),
        f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream",
    ]
    written, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        written
        + f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
        f"startxref\n{len(written)}\n%%EOF\n".encode()
    )


def _escaped(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "()\\" else letter for letter in text)


_DETERMINANTS = one_page(
    "Determinants: six problems",
    (
        "Work by hand. Write down each row operation and what it does to the determinant.",
        "",
        "1.  Compute det A for A = [ 2  1 ; 5  3 ], then for A with its rows exchanged.",
        "",
        "2.  B = [ 1  2  0 ; 3  1  4 ; 0  2  1 ]. Expand along the first row, then check",
        "     by elimination. If the two differ, find the sign you lost.",
        "",
        "3.  Draw the parallelogram spanned by (3, 1) and (1, 2). Measure its area on squared",
        "     paper, and compare with the determinant.",
        "",
        "4.  For which t has [ t  2 ; 8  t ] no inverse? What happens to the plane then?",
        "",
        "5.  A is 3 by 3 and det A = 5. Say without computing: det 2A, det of A transposed,",
        "     and det of the inverse of A.",
        "",
        "6.  Each row of a matrix sums to zero. Show that its determinant is zero.",
        "",
        "Bring at least one you could not finish: that is where we start.",
    ),
)
_WHERE_YOU_ARE = one_page(
    "Before our first session: ten minutes",
    (
        "No preparation, no calculator. Leave blank what you have not seen: that tells me most.",
        "",
        "1.  Solve  x + y = 7  and  x - y = 1.  How many ways do you know?",
        "",
        "2.  Draw the arrows (2, 1) and (-1, 3), and their sum.",
        "",
        "3.  Which of these are lines through the origin?   y = 2x     y = 2x + 1     x = 0",
        "",
        "4.  Give two numbers a and b so that  a (1, 2) + b (2, 1) = (4, 5).",
        "",
        "5.  What would you like to be able to do in ten weeks? One sentence.",
    ),
)
_FREE_BODY = b"""# Free-body diagrams: a checklist

1. Say which body it is, and draw it alone.
2. Mark what touches it. Each contact gives a force; nothing else does, but gravity.
3. Name every force by its giver: "table on book", not "normal force".
4. Choose axes along the motion, not along the paper.
5. Add up each axis. Only now write an equation.

## Try it

- A book lies on a table. A second book lies on it. Draw both, one diagram each.
- A sled is pulled by a rope at 30 degrees and moves at constant speed. How large is the friction?
- You stand in a lift that slows down on its way up. Is the floor's force larger or smaller than your weight?
"""
_BINARY_SEARCH = b"""# Binary search, read aloud

    def find(items, wanted):
        low, high = 0, len(items)
        while low < high:
            middle = (low + high) // 2
            if items[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        return low

The sentence that stays true: everything before `low` is smaller than `wanted`, nothing from `high` on is.

1. Say the sentence before the loop, after each branch, and after the loop. Where does it need `middle + 1`?
2. Why does the loop end?
3. What comes back when `wanted` is not there? When it is there three times?
4. How many steps for a million items? Guess first, then count.
"""
_COMMUTES = b"""day,minutes,by,rain
Mon,31,bus,no
Tue,44,bus,yes
Wed,29,bike,no
Thu,28,bike,no
Fri,52,bus,yes
Mon,30,bus,no
Tue,27,bike,no
Wed,61,bus,yes
Thu,33,bus,no
Fri,29,bike,no
Mon,38,bike,yes
Tue,32,bus,no
Wed,30,bus,no
Thu,47,bus,yes
Fri,28,bike,no
"""
_TE_FORM = """て形の練習 (N4)

行く → 行って    読む → 読んで    食べる → 食べて    する → して

1. 朝 (起きる) 、コーヒーを (飲む) 、出かけます。
2. 窓を (開ける) ください。
3. ここで写真を (とる) もいいですか。
4. 昨日は友だちに (会う) 、映画を見ました。

Read each sentence aloud three times, then say one of your own about yesterday.
""".encode()

SHEETS = (
    Sheet("ada", "First session", "algebra", "Before our first session.pdf", _WHERE_YOU_ARE),
    Sheet("ada", "One-to-one lesson", "algebra", "Determinants, six problems.pdf", _DETERMINANTS),
    Sheet("ada", "Problem class", "algebra", "Determinants, six problems.pdf", _DETERMINANTS),
    Sheet("max", "Mechanics lesson", "mechanics", "Free-body diagrams.md", _FREE_BODY),
    Sheet("max", "Mechanics clinic", "mechanics", "Free-body diagrams.md", _FREE_BODY),
    Sheet("ananya", "First session", "algebra", "Binary search, read aloud.md", _BINARY_SEARCH),
    Sheet("ananya", "Algorithms lesson", "algorithms", "Binary search, read aloud.md", _BINARY_SEARCH),
    Sheet("samira", "Statistics lesson", "statistics", "Commutes in three weeks.csv", _COMMUTES),
    Sheet("yuki", "JLPT lesson", "jlpt", "Te-form practice.txt", _TE_FORM),
)
