"""A seller with many invoices: PostgreSQL, Redis and an API process on private ports."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import httpx
import psycopg
from _processes import free_port, running
from argon2 import PasswordHasher
from psycopg.types.json import Jsonb

from control.core import migrate
from control.core.ids import new_id
from control.demo_data.trading import making
from control.stack.postgres import PrivatePostgres
from control.stack.redis import PrivateRedis

PASSWORD = "violet-tractor-9-lagoon"
POSTGRES = {"shared_buffers": "512MB", "max_wal_size": "4GB", "effective_cache_size": "2GB", "random_page_cost": "1.1"}
ADDRESS = {"line1": "Street 1", "city": "Berlin", "country": "DE"}
_DRAFTS = """
WITH made AS (
  INSERT INTO hcc.invoices (id, organization_id, customer_id, customer_org_id, customer_name, currency, amount, tax, total,
                            prices_include_tax, rounding, tax_rounding, tax_subtotals, language, payment_terms_days)
  SELECT gen_random_uuid(), t.organization_id, c.id, c.customer_org_id, c.name, t.currency, t.amount, t.tax, t.total,
         t.prices_include_tax, t.rounding, t.tax_rounding, t.tax_subtotals, t.language, t.payment_terms_days
    FROM hcc.invoices t CROSS JOIN (SELECT * FROM hcc.customers ORDER BY number LIMIT %(many)s) c WHERE t.id = %(like)s
  RETURNING id, customer_org_id)
INSERT INTO hcc.invoice_items (id, organization_id, customer_org_id, invoice_id, position, description, quantity, unit,
                               unit_price, discount_percent, discount_amount, tax_class, tax_category, tax_rate, line_total,
                               line_tax)
SELECT gen_random_uuid(), i.organization_id, m.customer_org_id, m.id, i.position, i.description, i.quantity, i.unit, i.unit_price,
       i.discount_percent, i.discount_amount, i.tax_class, i.tax_category, i.tax_rate, i.line_total, i.line_tax
  FROM made m CROSS JOIN hcc.invoice_items i WHERE i.invoice_id = %(like)s
RETURNING invoice_id
"""
_GAPS = """
SELECT count(*) FROM (
  SELECT number_sequence - lag(number_sequence) OVER (PARTITION BY number_prefix ORDER BY number_sequence) AS step
    FROM hcc.invoices WHERE number_prefix <> 'INV-2025-') s WHERE step <> 1
"""


class Place:
    """All of it, filled."""

    def __init__(
        self, stack: ExitStack, folder: Path, invoices: int, customers: int, drafts: int, password: str
    ) -> None:  # fmt: skip
        folder.chmod(0o755)
        postgres = PrivatePostgres(folder / "postgres", free_port(), password=password, settings=POSTGRES)
        postgres.start()
        stack.callback(postgres.stop)
        redis = PrivateRedis(folder / "redis", free_port(), secrets.token_hex(16))
        redis.prepare()
        redis.start()
        stack.callback(redis.stop)
        passwords = {role: secrets.token_hex(16) for role in ("hcc_owner", "hcc_app", "hcc_worker", "hcc_gateway", "hcc_ingest")}
        migrate.bootstrap(postgres.superuser_dsn, passwords, "hcc")
        self._owner = postgres.dsn("hcc_owner", passwords["hcc_owner"], "hcc")
        migrate.migrate(self._owner, metric_storage="partitions")
        self._fill(invoices, customers)
        port, worker_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            "DATABASE_URL": postgres.dsn("hcc_app", passwords["hcc_app"], "hcc"),
            "HCC_OWNER_DATABASE_URL": self._owner,
            "REDIS_URL": redis.url,
            "HCC_ENCRYPTION_KEYS": "k1:" + base64.b64encode(os.urandom(32)).decode(),
            "HCC_CONTROL_LISTEN_ADDR": f"127.0.0.1:{port}",
            "HCC_WORKER_DATABASE_URL": postgres.dsn("hcc_worker", passwords["hcc_worker"], "hcc"),
            "HCC_WORKER_LISTEN_ADDR": f"127.0.0.1:{worker_port}",
            "HCC_ENV": "dev",
            "HCC_LOG_LEVEL": "WARNING",
        }
        os.environ.update(environment)
        subprocess.run([sys.executable, "-m", "control.cli", "keys", "rotate", "--now"], check=True, capture_output=True)
        self.pid = stack.enter_context(running([sys.executable, "-m", "control.cli", "control"], port, str(folder)))
        self.worker = stack.enter_context(ExitStack())
        """Closed, it ends the worker: it makes the documents of what was finalised as long as there are any."""
        self.worker.enter_context(running([sys.executable, "-m", "control.cli", "worker"], worker_port, str(folder)))
        answer = httpx.post(f"{self.url}/v1/auth/login", json={"email": "root@example.com", "password": PASSWORD}, timeout=30)
        assert answer.status_code == 200, answer.text
        self.headers = {"Authorization": f"Bearer {answer.json()['data']['access_token']}"}
        self.drafts = self._drafts(drafts)

    def _fill(self, invoices: int, customers: int) -> None:
        self.seller, user = new_id(), new_id()
        seller = self.seller
        with psycopg.connect(self._owner) as owner:
            owner.execute(
                "INSERT INTO hcc.organizations (id, kind, path, name, slug) VALUES (%s, 'platform', '{}', 'P', 'p')", (seller,)
            )
            owner.execute(
                "INSERT INTO hcc.users (id, organization_id, email, username) VALUES (%s, %s, 'root@example.com', 'root')",
                (user, seller),
            )
            owner.execute("INSERT INTO hcc.memberships (organization_id, user_id) VALUES (%s, %s)", (seller, user))
            owner.execute(
                "INSERT INTO hcc.user_roles (organization_id, user_id, role_id) SELECT %s, %s, id FROM hcc.roles"
                " WHERE organization_id IS NULL AND name = 'superadmin'",
                (seller, user),
            )
            owner.execute(
                "INSERT INTO hcc.user_credentials (user_id, password_hash, password_set_at) VALUES (%s, %s, now())",
                (user, PasswordHasher().hash(PASSWORD)),
            )
            owner.execute(
                "INSERT INTO hcc.billing_settings (organization_id, legal_name, address, email, vat_id)"
                " VALUES (%s, 'S', %s, 'a@x.test', 'DE136695976')",
                (seller, Jsonb(ADDRESS)),
            )
        plan = making.Plan(
            seller=seller, customers=customers, invoices=invoices, prefix="C", digits=7, days=365, first=date(2025, 1, 1),
            is_steady=True, has_details=False,
        )  # fmt: skip
        with psycopg.connect(self._owner, autocommit=True) as owner:
            for _ in making.trade(owner, plan, {}):
                pass
            found = owner.execute("SELECT id FROM hcc.customers ORDER BY number").fetchall()
        self.customers = [row[0] for row in found[::997]]
        with psycopg.connect(self._owner, autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE hcc.invoices, hcc.invoice_items, hcc.customers, hcc.organizations")

    def _drafts(self, many: int) -> list[str]:
        """Drafts like one that the API made."""
        body = {"customer_id": str(self.customers[0]), "items": [{"description": "Server", "unit_price": "100"}]}
        answer = httpx.post(f"{self.url}/v1/invoices", json=body, headers=self.headers, timeout=30)
        assert answer.status_code == 201, answer.text
        with psycopg.connect(self._owner) as owner:
            found = owner.execute(_DRAFTS, {"many": many, "like": answer.json()["data"]["id"]}).fetchall()
        return [str(row[0]) for row in found]

    def gaps(self) -> int:
        """Steps in the series that are not 1."""
        with psycopg.connect(self._owner) as owner:
            row = owner.execute(_GAPS).fetchone()
        return int(row[0]) if row else 0
