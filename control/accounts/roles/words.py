"""What the built-in roles are called, and what they are for; others bring their own words."""

from control.web.language import N_

ROLES = {
    "superadmin": N_("Everything, everywhere"),
    "support": N_("Reads everything and helps customers"),
    "owner": N_("Everything in the organization"),
    "staff": N_("Daily work for customers"),
    "member": N_("Reads, and manages the own account"),
}
NAMES = (N_("superadmin"), N_("support"), N_("owner"), N_("staff"), N_("member"))
