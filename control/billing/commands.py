"""The command lines of `hcc billing`; light, so that `hcc --help` answers at once."""

from __future__ import annotations

from control.command_line import Commands, json_flag, later

_BOUNCE = """examples:
  hcc billing bounce < message
  bounce+*: "|hcc billing bounce"        in the mail server's aliases, for HCC_MAIL_BOUNCE_DOMAIN

HCC_WORKER_DATABASE_URL (role hcc_worker) says where the database is. A message that is no report of delivery, or is about no
mail of ours, is said so and thrown away: bounces are not bounced. Exit code 75 lets the mail server keep it and try again."""


def add(commands: Commands) -> None:
    """Add them all."""
    actions = Commands(commands.add("billing", "mails of invoices that came back"), "action")
    run = later("control.billing.mails.commands", "bounce")
    json_flag(actions.add("bounce", "note a bounce, read from standard input", run, more=_BOUNCE))
