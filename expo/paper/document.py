"""A PDF that is written as it grows: a page leaves as soon as it is drawn, so 25,000 pages need no more memory than one.

No library at hand does that: they keep all pages until the end. What is written here is small: pages of text, lines
and areas, with fonts cut down to the shapes used. They come last, when it is known which ones those are.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

import uharfbuzz as hb

from .faces import Face
from .setting import Block, Line, Run

MM = 72 / 25.4
_BRANCH = 200  # pages hang on branches, so that a reader finds one without reading all
_THICK = 0.032  # how wide the outline of a bold letter is, in sizes
Colour = tuple[float, float, float]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (1, 1, 1)


def colour(code: str) -> Colour:
    """Of "#1f3f9a"."""
    return (int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255)


def boxed(boxes: Iterable[tuple[int, int, int, int]]) -> str:
    """Rectangles (across, down, wide, high) for `Page.areas`."""
    return " ".join(f"{x} {y} {wide} {high} re" for x, y, wide, high in boxes)


class Page:
    """One page, measured in millimetres from its top left corner; letters are measured in points."""

    def __init__(self, document: Document, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._document = document
        self._drawn: list[str] = []

    def area(self, x: float, y: float, width: float, height: float, fill: Colour) -> None:
        """A filled rectangle."""
        self._drawn.append(f"{_rgb(fill)} rg {self._box(x, y, width, height)} f")

    def areas(self, boxes: str, x: float, y: float, unit: float, fill: Colour = BLACK) -> None:
        """Many rectangles of one colour as one shape: `boxes` as `boxed` writes them, measured in units."""
        scale = unit * MM
        self._drawn.append(
            f"q {scale:.4f} 0 0 {-scale:.4f} {x * MM:.2f} {self._up(y)} cm {_rgb(fill)} rg {boxes} f Q"
        )

    def rule(self, x: float, y: float, to_x: float, to_y: float, *, ink: Colour = BLACK, width: float = 0.2,
             dashed: bool = False) -> None:  # fmt: skip
        """A thin line."""
        dash = "[2 2] 0 d" if dashed else "[] 0 d"
        self._drawn.append(
            f"{_rgb(ink)} RG {width * MM:.2f} w {dash} {x * MM:.2f} {self._up(y)} m {to_x * MM:.2f} {self._up(to_y)} l S"
        )

    def block(
        self, block: Block, x: float, y: float, width: float, *, ink: Colour = BLACK, align: str = "start"
    ) -> float:
        """Lines of text below y, within the width. Returns where they end."""
        if block.from_right and align != "middle":
            align = {"start": "end", "end": "start"}[align]
        for one in block.lines:
            # Of what a line takes, four fifths are above the foot of its letters.
            self.line(one, x, y + block.size * 0.98 / MM, block.size, width=width, ink=ink, align=align)
            y += block.height / len(block.lines) / MM
        return y

    def line(self, text: Line, x: float, y: float, size: float, *, width: float = 0, ink: Colour = BLACK,
             align: str = "start") -> None:  # fmt: skip
        """One line whose letters stand on y."""
        spare = width - text.width * size / MM
        at = x + {"start": 0, "middle": spare / 2, "end": spare}[align]
        pen = at * MM
        told = [f"BT {_rgb(ink)} rg {_rgb(ink)} RG [] 0 d {size * _THICK:.3f} w"]
        for run in text.runs:
            told.append(f"{2 if run.thick else 0} Tr /{self._document.name_of(run.face)} {size:.2f} Tf")
            told.append(f"1 0 0 1 {pen:.2f} {self._up(y)} Tm {_shown(run, size, self._document)}")
            pen += sum(glyph.advance for glyph in run.glyphs) / run.face.units * size
        self._drawn.append(" ".join(told) + " ET")

    def done(self) -> None:
        """Hand the page over: it is written, and forgotten here."""
        self._document.write_page(self.width, self.height, "\n".join(self._drawn).encode("ascii"))

    def _up(self, y: float) -> str:
        return f"{(self.height - y) * MM:.2f}"

    def _box(self, x: float, y: float, width: float, height: float) -> str:
        return f"{x * MM:.2f} {self._up(y + height)} {width * MM:.2f} {height * MM:.2f} re"


class Document:
    """A PDF on its way into a file. `close()` writes what comes last; without it the file is no PDF."""

    def __init__(self, out: BinaryIO, *, title: str, language: str, made_at: datetime) -> None:
        self._out, self._at = out, 0
        self._places: list[int] = []
        self._used: dict[Face, dict[int, str]] = {}
        self._numbers: dict[Face, int] = {}
        self._widths: dict[Face, dict[int, int]] = {}
        self._branches: list[tuple[int, list[int]]] = []
        self._digest = hashlib.sha256()
        self.pages = 0
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._catalogue, self._tree, self._resources, info = (self._reserved() for _each in range(4))
        self._info = info
        day = made_at.strftime("D:%Y%m%d%H%M%SZ")
        self._object(info, f"<</Title {_text(title)}/CreationDate({day})/Producer(Expo)>>".encode())
        self._object(
            self._catalogue,
            f"<</Type/Catalog/Pages {self._tree} 0 R/Lang {_text(language)}"
            "/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None>>>>".encode(),
        )

    def page(self, width: float, height: float) -> Page:
        """A new page of so many millimetres. It counts when it is done."""
        return Page(self, width, height)

    def name_of(self, face: Face) -> str:
        """What the pages call this font."""
        if face not in self._numbers:
            self._numbers[face] = self._reserved()
            self._used[face], self._widths[face] = {}, {}
        return f"F{self._numbers[face]}"

    def advance(self, face: Face, glyph: int, letters: str) -> int:
        """How wide the file says this shape is, in thousandths; noting that it is used."""
        widths = self._widths[face]
        if glyph not in widths:
            widths[glyph] = round(face.font.get_glyph_h_advance(glyph) * 1000 / face.units)
        used = self._used[face]
        if letters or glyph not in used:
            used.setdefault(glyph, letters)
        return widths[glyph]

    def write_page(self, width: float, height: float, drawn: bytes) -> None:
        if not self._branches or len(self._branches[-1][1]) == _BRANCH:
            self._branches.append((self._reserved(), []))
        branch, kids = self._branches[-1]
        content, page = self._reserved(), self._reserved()
        self._stream(content, drawn)
        self._object(
            page,
            f"<</Type/Page/Parent {branch} 0 R/MediaBox[0 0 {width * MM:.2f} {height * MM:.2f}]"
            f"/Resources {self._resources} 0 R/Contents {content} 0 R>>".encode(),
        )
        kids.append(page)
        self.pages += 1

    def close(self) -> None:
        for branch, kids in self._branches:
            listed = " ".join(f"{kid} 0 R" for kid in kids)
            self._object(
                branch, f"<</Type/Pages/Parent {self._tree} 0 R/Count {len(kids)}/Kids[{listed}]>>".encode()
            )
        listed = " ".join(f"{branch} 0 R" for branch, _kids in self._branches)
        self._object(self._tree, f"<</Type/Pages/Count {self.pages}/Kids[{listed}]>>".encode())
        for face, number in self._numbers.items():
            self._font(face, number)
        fonts = "".join(f"/F{number} {number} 0 R" for number in self._numbers.values())
        self._object(self._resources, f"<</Font<<{fonts}>>>>".encode())
        self._end()

    def _end(self) -> None:
        start = self._at
        told = self._digest.hexdigest()[:32]
        rows = b"".join(b"%010d 00000 n \n" % place for place in self._places)
        count = len(self._places) + 1
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % count + rows)
        self._write(
            f"trailer\n<</Size {count}/Root {self._catalogue} 0 R/Info {self._info} 0 R/ID[<{told}><{told}>]>>\n"
            f"startxref\n{start}\n%%EOF\n".encode()
        )

    def _font(self, face: Face, number: int) -> None:
        glyphs = sorted(self._used[face])
        wanted = hb.SubsetInput()
        wanted.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        wanted.sets(hb.SubsetInputSets.GLYPH_INDEX).update(set(glyphs))
        cut = hb.subset(face.font.face, wanted)
        program, about, under, letters = (self._reserved() for _each in range(4))
        data = bytes(cut.reference_table("CFF ").data if face.is_cff else cut.blob.data)
        self._stream(program, data, "/Subtype/CIDFontType0C" if face.is_cff else f"/Length1 {len(data)}")
        # Six letters before the name say that this is a part of the font, and which part.
        mark = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(repr(glyphs).encode()).digest()[:6])
        name = f"{mark}+Noto-{face.name}"
        scale = 1000 / face.units
        extents = face.font.get_font_extents("ltr")
        up, down = round(extents.ascender * scale), round(extents.descender * scale)
        self._object(
            about,
            f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[-1000 {down} 3000 {up}]/ItalicAngle 0"
            f"/Ascent {up}/Descent {down}/CapHeight 714/StemV 80"
            f"/FontFile{3 if face.is_cff else 2} {program} 0 R>>".encode(),
        )
        widths = " ".join(f"{glyph}[{self._widths[face][glyph]}]" for glyph in glyphs)
        kind = "0" if face.is_cff else "2/CIDToGIDMap/Identity"
        self._object(
            under,
            f"<</Type/Font/Subtype/CIDFontType{kind}/BaseFont/{name}/FontDescriptor {about} 0 R/DW 1000/W[{widths}]"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>".encode(),
        )
        self._stream(letters, _letters_of(self._used[face]))
        self._object(
            number,
            f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{under} 0 R]"
            f"/ToUnicode {letters} 0 R>>".encode(),
        )

    def _reserved(self) -> int:
        self._places.append(0)
        return len(self._places)

    def _object(self, number: int, told: bytes) -> None:
        self._places[number - 1] = self._at
        self._write(b"%d 0 obj\n" % number + told + b"\nendobj\n")

    def _stream(self, number: int, data: bytes, told: str = "") -> None:
        packed = zlib.compress(data, 6)
        head = f"<</Filter/FlateDecode/Length {len(packed)}{told}>>\nstream\n".encode()
        self._object(number, head + packed + b"\nendstream")

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)
        self._digest.update(data)


def _shown(run: Run, size: float, document: Document) -> str:
    """The glyphs as they stand in the file: their numbers, and how far each sits from where the file's own widths
    would put it."""
    told: list[str] = []
    scale = 1000 / run.face.units
    rise = at = wanted = 0.0  # at: where the file's widths have led; wanted: where the pen is
    codes = ""
    for glyph in run.glyphs:
        aside = round(wanted + glyph.dx * scale - at)
        if glyph.dy * scale != rise:
            if codes:
                told.append(f"[{codes}] TJ")
                codes = ""
            rise = glyph.dy * scale
            told.append(f"{rise / 1000 * size:.2f} Ts")
        if aside:
            codes += f"{-aside}"
            at += aside
        codes += f"<{glyph.number:04x}>"
        at += document.advance(run.face, glyph.number, glyph.letters)
        wanted += glyph.advance * scale
    told.append(f"[{codes}] TJ")
    if rise:
        told.append("0 Ts")
    return " ".join(told)


def _letters_of(used: dict[int, str]) -> bytes:
    """Which letters each shape stands for, so that a name can be found and copied."""
    rows = [
        f"<{glyph:04x}> <{letters.encode('utf-16-be').hex()}>"
        for glyph, letters in sorted(used.items())
        if letters
    ]
    parts = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    listed = "\n".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{listed}\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode()


def _rgb(of: Colour) -> str:
    return " ".join(f"{part:.3f}".rstrip("0").rstrip(".") for part in of)


def _text(told: str) -> str:
    """A string that says whatever it is, and can end nothing."""
    return f"<feff{told.encode('utf-16-be').hex()}>"
