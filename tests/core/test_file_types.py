"""What a file is, is told by its content alone, without unpacking it."""

from __future__ import annotations

import struct

import pytest

from expo.core import file_types, handed_in
from tests.programme.handing_in import PDF, a_pptx, an_odp

pytestmark = [pytest.mark.once, pytest.mark.feature("P16")]


@pytest.mark.parametrize(
    ("content", "type_"),
    [
        (PDF, file_types.PDF),
        (a_pptx(), file_types.PPTX),
        (an_odp(), file_types.ODP),
        (an_odp(file_types.ODT), file_types.ODT),
        ("Regn över Åmål\r\n\tär bra".encode(), file_types.TEXT),
        (b"<script>alert(1)</script>", file_types.TEXT),  # as a text it runs nowhere
        (a_pptx("ppt/vbaProject.bin"), None),
        (an_odp(file_types.ODP, "Basic/script-lc.xml"), None),
        (an_odp(file_types.ODP, "Scripts/python/run.py"), None),
        (an_odp("application/zip"), None),
        (a_pptx()[:-30], None),
        (b"PK\x03\x04", None),
        (b"MZ\x90\x00 a program", None),
        (b"\x7fELF", None),
        (b"GIF89a\x01\x00", None),
        (b"", None),
        (b" \n ", None),
        ("\N{LATIN SMALL LETTER A}\x00".encode(), None),
    ],
)
def test_the_content_says_what_it_is(content, type_):
    assert file_types.of(content) == type_


def test_an_archive_that_lists_more_than_any_document_is_not_read():
    content = bytearray(a_pptx())
    at = content.rfind(b"PK\x05\x06")
    struct.pack_into("<L", content, at + 12, 4_000_000)
    assert file_types.of(bytes(content)) is None


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("C:\\Users\\ada\\plan.exe", "plan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("regn\r\n.html", "regn.pdf"),
        ("", "file.pdf"),
        ("Å" * 500 + ".pdf", "Å" * handed_in.LONGEST_NAME + ".pdf"),
    ],
)
def test_a_name_has_no_folders_and_the_ending_of_its_content(name, called):
    assert handed_in.called(name, ".pdf") == called
