"""The tables that Django's admin is shown, as its models: those of their columns that the panel shows too."""

MODELS = """
from django.contrib.postgres.fields import ArrayField
from django.db import models

def choices(words):
    return [(word, word.replace("_", " ").capitalize()) for word in words.split()]

def to(model, column, **more):
    return models.ForeignKey(model, models.DO_NOTHING, db_column=column, related_name="+", **more)

class Organization(models.Model):
    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    class Meta:
        managed, db_table = False, "organizations"
    def __str__(self):
        return self.name

class User(models.Model):
    id = models.UUIDField(primary_key=True)
    email = models.TextField()
    class Meta:
        managed, db_table = False, "users"
    def __str__(self):
        return self.email

class Customer(models.Model):
    id = models.UUIDField(primary_key=True, editable=False)
    organization = to(Organization, "organization_id", editable=False)
    number = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=choices("business private public"))
    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=200, blank=True)
    email = models.EmailField()
    copies_to = ArrayField(models.TextField(), blank=True)
    address = models.JSONField()
    country = models.CharField(max_length=2, editable=False)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=35)
    tax_id = models.CharField(max_length=30, blank=True)
    tax_exempt = models.BooleanField()
    buyer_reference = models.CharField(max_length=100, blank=True)
    payment_terms_days = models.SmallIntegerField(null=True, blank=True)
    notes = models.TextField(blank=True)
    is_active = models.BooleanField()
    created_at = models.DateTimeField(editable=False)
    class Meta:
        managed, db_table, ordering = False, "customers", ["-created_at", "-id"]
    def __str__(self):
        return self.name

class Invoice(models.Model):
    id = models.UUIDField(primary_key=True)
    organization = to(Organization, "organization_id")
    customer = to(Customer, "customer_id")
    customer_name = models.TextField("customer")
    kind = models.CharField(max_length=20, choices=choices("invoice credit_note debit_note"))
    status = models.CharField(
        max_length=20, choices=choices("draft sent partially_paid paid overdue cancelled uncollectible"))
    number = models.TextField(null=True)
    number_key = models.TextField(editable=False)
    name_key = models.TextField(editable=False)
    corrects = to("self", "corrects_id", null=True)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=3)
    tax = models.DecimalField(max_digits=18, decimal_places=3)
    total = models.DecimalField(max_digits=18, decimal_places=3)
    paid = models.DecimalField(max_digits=18, decimal_places=3)
    credited = models.DecimalField(max_digits=18, decimal_places=3)
    balance = models.DecimalField(max_digits=18, decimal_places=3)
    tax_subtotals = models.JSONField()
    tax_treatment = models.JSONField(null=True)
    seller = models.JSONField(null=True)
    buyer = models.JSONField(null=True)
    notes = models.TextField()
    issued_on = models.DateField("issued", null=True)
    due_date = models.DateField("due", null=True)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    class Meta:
        managed, db_table, ordering = False, "invoices", ["-created_at", "-id"]
    def __str__(self):
        return self.number or "Draft"

class InvoiceItem(models.Model):
    id = models.UUIDField(primary_key=True)
    organization = to(Organization, "organization_id")
    invoice = to(Invoice, "invoice_id")
    position = models.IntegerField()
    description = models.TextField()
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4)
    line_total = models.DecimalField(max_digits=18, decimal_places=3)
    class Meta:
        managed, db_table, ordering = False, "invoice_items", ["position"]

class InvoiceMail(models.Model):
    id = models.UUIDField(primary_key=True)
    organization = to(Organization, "organization_id")
    invoice = to(Invoice, "invoice_id")
    recipients = ArrayField(models.TextField())
    status = models.TextField()
    created_at = models.DateTimeField()
    class Meta:
        managed, db_table, ordering = False, "invoice_mails", ["-created_at", "-id"]

class Payment(models.Model):
    id = models.UUIDField(primary_key=True)
    organization = to(Organization, "organization_id")
    customer = to(Customer, "customer_id")
    invoice = to(Invoice, "invoice_id", null=True)
    method = models.CharField(max_length=20, choices=choices("card sepa_debit bank_transfer cash credit other"))
    provider_reference = models.TextField(null=True)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=3)
    refunded = models.DecimalField(max_digits=18, decimal_places=3)
    status = models.CharField(
        max_length=20, choices=choices("pending succeeded failed cancelled partially_refunded refunded disputed"))
    received_on = models.DateField(null=True)
    reference = models.TextField()
    created_at = models.DateTimeField()
    class Meta:
        managed, db_table, ordering = False, "payments", ["-created_at", "-id"]

class Subscription(models.Model):
    id = models.UUIDField(primary_key=True)
    customer = to(Customer, "customer_id")
    name = models.TextField()
    status = models.CharField(
        max_length=20, choices=choices("scheduled trialing active past_due paused suspended cancelled ended"))
    currency = models.CharField(max_length=3)
    interval = models.TextField()
    started_on = models.DateField()
    due_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    class Meta:
        managed, db_table, ordering = False, "subscriptions", ["-created_at", "-id"]

class AuditEntry(models.Model):
    id = models.BigIntegerField(primary_key=True)
    organization = to(Organization, "organization_id")
    at = models.DateTimeField()
    actor = to(User, "actor_id", null=True)
    actor_type = models.CharField(max_length=10, choices=choices("user api_key system"))
    action = models.TextField()
    subject_type = models.TextField()
    subject_id = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    address = models.GenericIPAddressField(null=True)
    class Meta:
        managed, db_table, ordering = False, "audit_log", ["-at", "-id"]
        verbose_name_plural = "audit log"
"""
