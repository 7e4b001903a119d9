"""Small things that both syntaxes need to write XML."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from control.billing.money import rounded


class Writer:
    """Adds elements of one document; what is empty is left out. Prefixes are those of `namespaces`."""

    def __init__(self, root: str, namespaces: dict[str | None, str]) -> None:
        self._namespaces = {prefix or "": uri for prefix, uri in namespaces.items()}
        self.root = etree.Element(self._name(root), nsmap=namespaces)  # type: ignore[arg-type]  # None is the default

    def group(self, parent: etree._Element, name: str) -> etree._Element:
        """An element that holds others."""
        return etree.SubElement(parent, self._name(name))

    def text(self, parent: etree._Element, name: str, value: object, **attributes: str) -> None:
        """An element that holds a text, unless there is none."""
        if value is None or value == "":
            return
        added = etree.SubElement(parent, self._name(name), attributes)
        added.text = str(value)

    def bytes(self) -> bytes:
        """The document in UTF-8."""
        return bytes(etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", pretty_print=True))

    def _name(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        return f"{{{self._namespaces[prefix]}}}{local}"


def amount(value: Decimal, currency: str) -> str:
    """An amount with the digits of its currency."""
    return f"{rounded(value, currency):f}"


def plain(value: Decimal) -> str:
    """A number with the digits that it has, never with an exponent."""
    return f"{value.normalize() + 0:f}"
