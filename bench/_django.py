"""Django's admin, as Debian has it, on the data of the panel: a project of its own, written where it is run.

It is set up as its manual advises: no debugging, templates kept, one connection to the database that stays open, sessions in the
database, related rows read along, long fields that lists do not show left out, questions in the form that our indexes have, and
no page that offers every customer in a field. Its own tables are in a schema of their own.
"""

from __future__ import annotations

import os
import secrets
import subprocess
from contextlib import ExitStack
from pathlib import Path

import psycopg
from _django_models import MODELS
from _processes import free_port, running, version

PYTHON, GUNICORN = "/usr/bin/python3", "/usr/bin/gunicorn"
PACKAGES = Path("/usr/lib/python3/dist-packages")
NEEDED = (Path(GUNICORN), PACKAGES / "django" / "__init__.py", PACKAGES / "psycopg2" / "__init__.py")
"""From Debian's `gunicorn`, `python3-django` and `python3-psycopg2`."""
USER, PASSWORD = "bench", secrets.token_hex(16)
SCHEMA = "django"

SETTINGS = """
from pathlib import Path
from psycopg2.extensions import parse_dsn

HERE = Path(__file__).parent
AT = parse_dsn((HERE / "database").read_text())
DEBUG = False
SECRET_KEY = (HERE / "key").read_text()
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.postgres", "shop",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": AT["dbname"], "USER": AT["user"], "PASSWORD": AT["password"], "HOST": AT["host"], "PORT": AT["port"],
    "CONN_MAX_AGE": None,
    "OPTIONS": {"options": "-c search_path=SCHEMA,hcc"},
}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
USE_L10N = True
STATIC_URL = "/static/"
""".replace("SCHEMA", SCHEMA)

URLS = """
from django.urls import path
from shop.admin import counting, plain

urlpatterns = [path("admin/", plain.urls), path("counting/", counting.urls)]
"""

ADMIN = """
from django.contrib import admin
from django.db.models import F
from . import models

class ReadOnly:
    def has_add_permission(self, request, obj=None):
        return False
    has_change_permission = has_delete_permission = has_add_permission

class Inline(ReadOnly, admin.TabularInline):
    extra = 0
    of = "invoice"
    def get_queryset(self, request):
        # The indexes begin with the organization.
        return super().get_queryset(request).filter(organization=F(f"{self.of}__organization"))

class Items(Inline):
    model = models.InvoiceItem
    fields = ["description", "period_start", "period_end", "quantity", "unit_price", "tax_rate", "line_total"]

class Payments(Inline):
    model = models.Payment
    fields = ["method", "received_on", "reference", "status", "amount", "currency"]

class Mails(Inline):
    model = models.InvoiceMail
    fields = ["recipients", "status", "created_at"]

class Invoices(Inline):
    model = models.Invoice
    of = "customer"
    fields = ["number", "status", "issued_on", "due_date", "total", "balance", "currency"]
    show_change_link = True
    def get_queryset(self, request):
        return super().get_queryset(request).defer("tax_subtotals", "tax_treatment", "seller", "buyer")

class Listed(admin.ModelAdmin):
    list_per_page = 50
    show_full_result_count = False
    not_listed = []
    whole = []
    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if request.resolver_match.url_name.endswith("_changelist"):
            return rows.defer(*self.not_listed)
        return rows.select_related(*self.whole) if self.whole else rows
    def amount_of(self, value, row):
        return f"{value:,.2f} {row.currency}"

class InvoiceAdmin(ReadOnly, Listed):
    list_display = ["__str__", "customer_name", "status", "issued_on", "due_date", "total_", "balance_"]
    list_filter = ["status", "kind", "issued_on"]
    search_fields = ["number_key__startswith", "name_key__startswith"]
    not_listed = ["tax_subtotals", "tax_treatment", "seller", "buyer"]
    whole = ["organization", "customer", "corrects"]
    inlines = [Items, Payments, Mails]
    def get_search_results(self, request, rows, text):
        return super().get_search_results(request, rows, text.lower())
    @admin.display(description="total", ordering="total")
    def total_(self, row):
        return self.amount_of(row.total, row)
    @admin.display(description="balance")
    def balance_(self, row):
        return self.amount_of(row.balance, row)

class CustomerAdmin(Listed):
    list_display = ["name", "number", "email", "country", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "number", "email"]
    inlines = [Invoices]

class PaymentAdmin(ReadOnly, Listed):
    list_display = ["received_on", "customer", "method", "reference", "status", "amount_"]
    list_filter = ["status", "method", "received_on"]
    list_select_related = ["customer"]
    search_fields = ["reference", "provider_reference"]
    whole = ["organization", "customer", "invoice"]
    @admin.display(description="amount", ordering="amount")
    def amount_(self, row):
        return self.amount_of(row.amount, row)

class SubscriptionAdmin(ReadOnly, Listed):
    list_display = ["name", "customer", "status", "interval", "started_on", "due_on"]
    list_filter = ["status"]
    list_select_related = ["customer"]
    search_fields = ["name"]
    whole = ["customer"]

class AuditAdmin(ReadOnly, Listed):
    list_display = ["action", "actor", "subject_type", "organization", "at", "actor_type"]
    list_filter = ["actor_type", "at"]
    list_select_related = ["organization", "actor"]
    search_fields = ["=action"]
    not_listed = ["before", "after"]
    whole = ["organization", "actor"]

ADMINS = {
    models.Invoice: InvoiceAdmin, models.Customer: CustomerAdmin, models.Payment: PaymentAdmin,
    models.Subscription: SubscriptionAdmin, models.AuditEntry: AuditAdmin,
}
plain, counting = admin.AdminSite("admin"), admin.AdminSite("counting")
for model, of in ADMINS.items():
    plain.register(model, of)
    # As it is by itself: how many there are without search and filters is counted too.
    counting.register(model, type("Counting" + of.__name__, (of,), {"show_full_result_count": True}))
"""
FILES = {"settings.py": SETTINGS, "urls.py": URLS, "shop/__init__.py": "", "shop/models.py": MODELS, "shop/admin.py": ADMIN}
SERVER = [GUNICORN, "--workers=1", "--worker-class=gthread", "--threads=1", "--keep-alive=600", "--log-level=error"]
"""gthread keeps connections open, which its plain worker does not; one thread, so that its one connection is warm."""
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "settings", "DJANGO_SUPERUSER_PASSWORD": PASSWORD}


def missing() -> list[str]:
    """Which of the files that this needs are not there."""
    return [str(path) for path in NEEDED if not path.exists()]


def start(stack: ExitStack, folder: Path, owner: str) -> str:
    """Write the project, make its tables and start it on a database, whose owner sees every row; gives its address.

    Raises NotStartedError.
    """
    project = folder / "django"
    (project / "shop").mkdir(parents=True)
    for name, text in {**FILES, "database": owner, "key": secrets.token_hex(32)}.items():
        (project / name).write_text(text)
    with psycopg.connect(owner) as connection:
        connection.execute(f"CREATE SCHEMA {SCHEMA}")  # type: ignore[arg-type]  # a name of ours
    for command in (["migrate"], ["createsuperuser", "--noinput", "--username", USER, "--email", "bench@bench.example"]):
        done = subprocess.run(
            [PYTHON, "-m", "django", *command], cwd=project, env=_ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-4000:]
    port = free_port()
    environment = ["env", *(f"--unset={name}" for name in os.environ if name.startswith("PYTHON"))]
    wanted = [f"{name}={value}" for name, value in _ENVIRONMENT.items() if name != "DJANGO_SUPERUSER_PASSWORD"]
    application = [f"--chdir={project}", f"--bind=127.0.0.1:{port}", "django.core.wsgi:get_wsgi_application()"]
    stack.enter_context(running([*environment, *wanted, *SERVER, *application], port, str(folder)))
    return f"http://127.0.0.1:{port}"


def described() -> dict[str, dict[str, str]]:
    """Configurations and versions, for the result."""
    names = ("python3-django", "python3-psycopg2", "gunicorn", "python3")
    return {
        "peer_config": {name: text for name, text in FILES.items() if text} | {"server": " ".join(SERVER)},
        "peer_versions": {name: version(["dpkg-query", "-W", "-f", "${Version}\n", name]) for name in names},
    }
