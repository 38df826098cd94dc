"""Holds a document against a Schematron file (ISO/IEC 19757-3) of XPath 2: of each pattern, the first rule for a node
whose context matches it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import elementpath

_SCH = "{http://purl.oclc.org/dsdl/schematron}"
EN_16931 = Path(__file__).parent.parent / "data/en16931/EN16931-UBL.sch"


class Rules:
    """The rules of a file, read once."""

    def __init__(self, file: Path) -> None:
        schema = ET.parse(file).getroot()
        self.names = {one.get("prefix", ""): one.get("uri", "") for one in schema.iter(f"{_SCH}ns")}
        self._parser = elementpath.XPath2Parser(namespaces=self.names)
        self._patterns = [
            [
                (
                    self._context(rule.get("context", "")),
                    [
                        (one.get("id", ""), self._parser.parse(one.get("test", "")))
                        for one in rule.iter(f"{_SCH}assert")
                    ],
                )
                for rule in pattern.iter(f"{_SCH}rule")
            ]
            for pattern in schema.iter(f"{_SCH}pattern")
        ]

    def _context(self, path: str) -> elementpath.XPathToken:
        """A context names nodes wherever they stand."""
        parts = re.split(r"\s*\|\s*", path.strip())
        return self._parser.parse(" | ".join(one if one.startswith("/") else f"//{one}" for one in parts))

    def held(self, file: bytes) -> tuple[set[str], set[str]]:
        """The rules that the document breaks, and all that it was held against."""
        document = ET.ElementTree(ET.fromstring(file))
        tree = elementpath.get_node_tree(document, namespaces=self.names)
        broken, met = set(), set()
        for pattern in self._patterns:
            seen: set[int] = set()
            for context, asserts in pattern:
                for node in list(context.select(elementpath.XPathContext(tree))):
                    if id(node) in seen:
                        continue
                    seen.add(id(node))
                    for name, test in asserts:
                        met.add(name)
                        found = list(test.select(elementpath.XPathContext(tree, item=node)))
                        if not test.boolean_value(found):
                            broken.add(name)
        return broken, met


@cache
def en_16931() -> Rules:
    """The published rules of EN 16931 for UBL."""
    return Rules(EN_16931)
