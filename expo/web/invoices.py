"""An invoice or credit note as a file: PDF for people, UBL for systems."""

from __future__ import annotations

from flask import Response

from expo.invoicing import pdf, peppol
from expo.invoicing.models import Document, DocumentKind

FORMS = ("pdf", "xml")


def file_of(document: Document, form: str) -> Response:
    """The document, to be shown or kept; no cache keeps it, for it names somebody."""
    body = pdf.as_pdf(document) if form == "pdf" else peppol.as_xml(document)
    kind = "invoice" if document.kind is DocumentKind.INVOICE else "credit-note"
    shown = "inline" if form == "pdf" else "attachment"
    return Response(
        body,
        content_type="application/pdf" if form == "pdf" else "application/xml",
        headers={
            "Content-Disposition": f'{shown}; filename="{kind}-{document.name}.{form}"',
            "Cache-Control": "private, no-store",
        },
    )
