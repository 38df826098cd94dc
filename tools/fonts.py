"""Cuts the fonts of `expo/paper/fonts` from the Noto fonts and writes their list.

Run once for a new release, never at build time:  .venv/bin/python tools/fonts.py FOLDER
FOLDER holds the unpacked Debian packages fonts-noto-core and fonts-noto-cjk (any version).
One weight of each script is enough: what is bold is drawn with an outline. Latin, Greek and Cyrillic have two.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import uharfbuzz as hb
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent.parent / "expo" / "paper" / "fonts"
SCRIPTS = (
    "Arabic", "Hebrew", "Devanagari", "Bengali", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Oriya", "Sinhala",
    "Tamil", "Telugu", "Thai", "Lao", "Khmer", "Myanmar", "Georgian", "Armenian", "Ethiopic",
)  # fmt: skip
# The third font of the collection has the shapes of mainland China; the fourth would be those of Taiwan.
CJK_MEMBER = 2
# Of the family names that no old character set has, those that are met.
RARE = "𠮷𡈽𣘺𩸽嵜﨑煇彅瀨碕"


def main(folder: Path) -> None:
    found = {path.name: path for path in folder.rglob("*") if path.suffix in (".ttf", ".ttc")}
    TARGET.mkdir(parents=True, exist_ok=True)
    listed = [
        _cut(found[f"NotoSans-{weight}.ttf"], f"sans-{weight.lower()}.ttf") for weight in ("Regular", "Bold")
    ]
    for script in SCRIPTS:
        listed.append(_cut(found[f"NotoSans{script}-Regular.ttf"], f"{script.lower()}.ttf"))
    listed.append(_cut(found["NotoSansCJK-Regular.ttc"], "cjk.otf", CJK_MEMBER, _east_asian()))
    text = json.dumps({"licence": "OFL-1.1", "fonts": listed}, indent=2) + "\n"
    (TARGET / "fonts.json").write_text(text, encoding="utf-8")


def _cut(source: Path, name: str, member: int = 0, only: set[int] | None = None) -> dict[str, object]:
    face = hb.Face(hb.Blob.from_file_path(str(source)), member)
    wanted = hb.SubsetInput()
    wanted.flags = hb.SubsetFlags.NO_HINTING
    if only is None:
        wanted.sets(hb.SubsetInputSets.UNICODE).update(face.unicodes)
        features = wanted.sets(hb.SubsetInputSets.LAYOUT_FEATURE_TAG)
        features.clear()
        features.invert()  # all there are
    else:
        wanted.sets(hb.SubsetInputSets.UNICODE).update(only & set(face.unicodes))
        wanted.sets(hb.SubsetInputSets.LAYOUT_FEATURE_TAG).clear()
    target = TARGET / name
    target.write_bytes(hb.subset(face, wanted).blob.data)
    font = TTFont(target)
    if "CFF " in font:
        # A PDF names the glyphs of such a font by the numbers that stand inside it: make them the glyphs' own.
        top = font["CFF "].cff.topDictIndex[0]
        top.charset = [".notdef", *(f"cid{number:05d}" for number in range(1, len(top.charset)))]
        font.save(target)
    return {
        "file": name,
        "family": str(font["name"].getDebugName(1)),
        "version": str(font["name"].getDebugName(5)).split(";")[0].removeprefix("Version "),
        "letters": len(font.getBestCmap()),
        "source_sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
    }


def _east_asian() -> set[int]:
    """What the national character sets of China, Taiwan, Japan and Korea hold, and every Korean syllable."""
    letters = {ord(one) for one in RARE} | set(range(0xAC00, 0xD7A4))
    for encoding in ("gb2312", "big5", "cp932", "euc_kr"):
        for high in range(0x81, 0xFF):
            for low in range(0x40, 0xFF):
                try:
                    letter = bytes((high, low)).decode(encoding)
                except UnicodeDecodeError:
                    continue
                letters.update(ord(one) for one in letter if ord(one) >= 0x2E80)
    return letters


if __name__ == "__main__":
    main(Path(sys.argv[1]))
