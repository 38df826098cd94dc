"""A letter's text as HTML: one way for all letters, so that each is written once.

A block of lines is a paragraph, lines that begin with "- " are a list, and an address that stands alone on its line
is a button with the address below it. All styles stand on the elements: mail programs drop the rest.
"""

from __future__ import annotations

import re

from babel import Locale
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_FONT = "font-family:'Public Sans',-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_PAGE = f"margin:0;padding:0;background:#f4f2ee;color:#1d1b18;{_FONT};font-size:16px;line-height:1.5"
_SHEET = "max-width:600px;margin:0 auto;padding:24px 20px 32px;background:#ffffff"
_SENDER = "margin:0 0 20px;padding:0 0 12px;border-bottom:2px solid #1d1b18;font-weight:bold"
_BUTTON = (
    "display:inline-block;padding:11px 20px;border-radius:8px;background:#1d1b18;color:#ffffff;"
    "font-weight:bold;text-decoration:none"
)
_SMALL = "color:#5f5a52;font-size:13px;word-break:break-all"


def of(subject: str, body: str, *, language: str, sender: str) -> str:
    """The page. Everything in it is escaped; it loads nothing from anywhere."""
    direction = "rtl" if Locale.parse(language, sep="-").character_order == "right-to-left" else "ltr"
    with force_locale(language):
        blocks = Markup("").join(_block(block) for block in re.split(r"\n\s*\n", body.strip()))
    head = Markup('<p style="{}">{}</p>').format(_SENDER, sender) if sender else ""
    return Markup(
        '<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>{subject}</title></head>'
        '<body style="{page}"><div style="{sheet}" lang="{language}" dir="{direction}">{head}{blocks}</div>'
        "</body></html>"
    ).format(
        language=language,
        direction=direction,
        subject=subject,
        page=_PAGE,
        sheet=_SHEET,
        head=head,
        blocks=blocks,
    )


def _block(block: str) -> Markup:
    made, text = Markup(""), list[str]()
    lines = block.split("\n")
    if all(line.startswith("- ") for line in lines):
        items = Markup("").join(Markup("<li>{}</li>").format(_linked(line[2:])) for line in lines)
        return Markup('<ul style="margin:0 0 16px;padding-inline-start:22px">{}</ul>').format(items)
    for line in lines:
        if _LINK.fullmatch(line.strip()):
            made += _paragraph(text) + _button(line.strip())
            text = []
        else:
            text.append(line)
    return made + _paragraph(text)


def _paragraph(lines: list[str]) -> Markup:
    if not lines:
        return Markup("")
    return Markup('<p style="margin:0 0 16px">{}</p>').format(
        Markup("<br>").join(_linked(line) for line in lines)
    )


def _button(address: str) -> Markup:
    return Markup(
        '<p style="margin:0 0 20px"><a href="{address}" style="{button}">{label}</a><br>'
        '<span style="{small}">{address}</span></p>'
    ).format(address=address, button=_BUTTON, small=_SMALL, label=_("Open the page"))


def _linked(line: str) -> Markup:
    made, at = Markup(""), 0
    for found in _LINK.finditer(line):
        made += escape(line[at : found.start()])
        made += Markup('<a href="{0}" style="color:#1d1b18">{0}</a>').format(found[0])
        at = found.end()
    return made + escape(line[at:])
