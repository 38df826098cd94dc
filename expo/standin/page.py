"""The stand-in's payment page: says loudly that no money moves, in the language the page was asked for."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any

_STYLE = (
    "body{font:17px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#16243a;background:#fff}"
    "h1{font-size:1.6rem}b.sum{font-size:2rem;display:block}"
    ".note{background:#fff3cd;color:#4a3500;padding:.6rem .8rem;border-radius:.4rem}"
    ".bad{background:#fde2e1;color:#6d1210;padding:.6rem .8rem;border-radius:.4rem}"
    "button{font:inherit;display:block;width:100%;min-height:48px;margin:.6rem 0;border-radius:.4rem;border:2px solid #16243a;"
    "background:#fff;color:#16243a;cursor:pointer}button.main{background:#16243a;color:#fff}a{color:#0b4fb3}"
    "@media (prefers-color-scheme:dark){body{background:#10192a;color:#e9eef7}button{background:#10192a;color:#e9eef7;"
    "border-color:#e9eef7}button.main{background:#e9eef7;color:#10192a}a{color:#9cc4ff}}"
)
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# Nothing runs here; what is pressed may lead back to whoever sent people here.
POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; frame-ancestors 'none'"

_WORDS = {
    "en": {
        "title": "Pay",
        "note": "This is the demo's payment page. No money moves; choose how the payment shall end.",
        "pay": "Pay",
        "slow": "Pay by a way that takes a while",
        "fail": "Let it fail",
        "failed": "The payment was declined. Nothing was charged. Try again.",
        "back": "Go back without paying",
        "gone": "This payment page is closed.",
        "gone_next": "Go back to your order to open a new one.",
    },
    "sv": {
        "title": "Betala",
        "note": "Det här är demons betalsida. Inga pengar flyttas; välj hur betalningen ska sluta.",
        "pay": "Betala",
        "slow": "Betala på ett sätt som tar tid",
        "fail": "Låt den misslyckas",
        "failed": "Betalningen nekades. Inget drogs. Försök igen.",
        "back": "Gå tillbaka utan att betala",
        "gone": "Den här betalsidan är stängd.",
        "gone_next": "Gå tillbaka till din order för att öppna en ny.",
    },
}


def to_pay(page: dict[str, Any], *, failed: bool = False) -> str:
    language = page.get("locale") if page.get("locale") in _WORDS else "en"
    words = _WORDS[str(language)]
    amount = f"{page['amount_total'] / 100:.2f} {str(page['currency']).upper()}"
    bad = f'<p class="bad" role="alert">{words["failed"]}</p>' if failed else ""
    return _html(
        str(language),
        words["title"],
        f'<p class="note">{words["note"]}</p>{bad}<h1>{escape(str(page["what"]))}</h1><p><b class="sum">{amount}</b></p>'
        '<form method="post">'
        f'<button class="main" name="how" value="pay">{words["pay"]} {amount}</button>'
        f'<button name="how" value="slow">{words["slow"]}</button>'
        f'<button name="how" value="fail">{words["fail"]}</button></form>'
        f'<p><a href="{escape(str(page["cancel_url"]))}">{words["back"]}</a></p>',
    )


def gone(language: str = "en") -> str:
    words = _WORDS[language]
    return _html(language, words["title"], f"<h1>{words['gone']}</h1><p>{words['gone_next']}</p>")


def _html(language: str, title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style><main>{body}</main></html>'
    )
