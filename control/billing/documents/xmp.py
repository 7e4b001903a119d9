"""What a PDF says of the invoice inside it (Factur-X 1.07, section 6.2: the extension schema of XMP)."""

from __future__ import annotations

from typing import Any

NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
LEVEL = "EN 16931"
_FIELDS = {
    "DocumentFileName": "Name of the invoice's file in this document",
    "DocumentType": "What kind of document the file is",
    "Version": "Version of this schema",
    "ConformanceLevel": "Profile that the file follows",
}


def described(metadata: Any, file: str) -> None:
    """Let a document's metadata name the embedded file too; there may be one RDF element only, so both go into it."""
    plain = metadata.generate_rdf_metadata

    def both(*arguments: Any) -> bytes:
        rdf: bytes = plain(*arguments)
        head, end, rest = rdf.rpartition(b"</rdf:RDF>")
        return head + _description(file).encode() + end + rest

    metadata.generate_rdf_metadata = both


def _description(file: str) -> str:
    values = {"DocumentFileName": file, "DocumentType": "INVOICE", "Version": "1.0", "ConformanceLevel": LEVEL}
    said = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, value in values.items())
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        f"<pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{words}</pdfaProperty:description>"
        "</rdf:li>"
        for name, words in _FIELDS.items()
    )
    return (
        f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{said}</rdf:Description>'
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
        '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    )
