"""A bank's side: statements as camt.053 and CSV, written by hand for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from control.billing.payments.statements import jobs  # noqa: F401 - its jobs are known by importing it
from control.core.runtime import Runtime
from tests.billing.selling import Shop
from tests.working import work_off

ACCOUNT = "DE89370400440532013000"
DEBTOR = "DE02120300000000202051"
CREDITOR_ID = "DE98ZZZ09999999999"


def entry(
    amount: str,
    reference: str = "",
    *,
    on: str = "2026-11-02",
    end_to_end: str = "",
    text: str = "",
    name: str = "",
    iban: str = "",
    creditor_reference: str = "",
    returned: str = "",
    batch: str = "",
    status: str = "BOOK",
) -> str:
    """An entry of one transaction; an amount below zero goes out."""
    direction = "DBIT" if amount.startswith("-") else "CRDT"
    side = "Dbtr" if direction == "CRDT" or returned else "Cdtr"
    refs = f"<EndToEndId>{end_to_end}</EndToEndId>" if end_to_end else ""
    refs += f"<PmtInfId>{batch}</PmtInfId>" if batch else ""
    parties = f"<{side}><Pty><Nm>{name}</Nm></Pty></{side}>" if name else ""
    parties += f"<{side}Acct><Id><IBAN>{iban}</IBAN></Id></{side}Acct>" if iban else ""
    remittance = f"<Ustrd>{text}</Ustrd>" if text else ""
    if creditor_reference:
        remittance += f"<Strd><CdtrRefInf><Ref>{creditor_reference}</Ref></CdtrRefInf></Strd>"
    back = f"<RtrInf><Rsn><Cd>{returned}</Cd></Rsn></RtrInf>" if returned else ""
    return f"""<Ntry>{f"<NtryRef>{reference}</NtryRef>" if reference else ""}
      <Amt Ccy="EUR">{amount.lstrip("-")}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>
      <BookgDt><Dt>{on}</Dt></BookgDt><NtryDtls><TxDtls><Refs>{refs}</Refs><RltdPties>{parties}</RltdPties>
      <RmtInf>{remittance}</RmtInf>{back}</TxDtls></NtryDtls></Ntry>"""


def camt(*entries: str, version: str = "08", opening: str | None = None, closing: str | None = None, head: str = "") -> bytes:
    """A statement."""
    balances = "".join(
        f"""<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{Decimal(value).copy_abs()}</Amt>
        <CdtDbtInd>{"DBIT" if value.startswith("-") else "CRDT"}</CdtDbtInd></Bal>"""
        for code, value in (("OPBD", opening), ("CLBD", closing))
        if value is not None
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>{head}
    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>
    <Stmt><Id>S1</Id><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{"".join(entries)}</Stmt>
    </BkToCstmrStmt></Document>""".encode()


class BankShop(Shop):
    """What a seller does with statements."""

    worker: Runtime

    async def bring(self, content: bytes, query: str = "", status: int = 201) -> Any:
        """Import a statement, and let the worker match it."""
        answer = await self.world.client.post(
            f"/v1/payments/statements{query}", content=content, headers=self.world.headers(self.who)
        )
        assert answer.status_code == status, answer.text
        await work_off(self.worker)
        return answer.json()["data"] if status < 400 else answer.json()["error"]

    async def entries(self, query: str = "") -> list[dict[str, Any]]:
        """Entries of statements, the first one first."""
        found = await self.ask("GET", f"/v1/payments/bank-entries?limit=100&sort_by=created_at&sort_order=asc{query}")
        return list(found)

    async def state_of(self, invoice_id: str) -> tuple[str, str]:
        """An invoice's status and what is open of it."""
        found = await self.ask("GET", f"/v1/invoices/{invoice_id}")
        return found["status"], found["balance"]
