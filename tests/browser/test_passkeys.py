"""Passkeys in a real browser, with an authenticator that Chromium plays (WebAuthn section 11)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, expect

from tests.browser import looking
from tests.browser.conftest import Visitor
from tests.browser.looking import both_looks, needs_axe
from tests.integration.platform import Platform

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
_DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """The authenticator of one browser."""

    def __init__(self, visitor: Visitor) -> None:
        self.session: CDPSession = visitor.context.new_cdp_session(visitor.page)
        self.session.send("WebAuthn.enable", {"enableUI": False})
        self.id = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE})["authenticatorId"]

    def keys(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]
        return found

    def answers(self, *, present: bool = True, verified: bool = True) -> None:
        """Whether somebody touches it, and whether it is the right finger."""
        self.session.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self.id, "enabled": present})
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": verified})


@pytest.fixture
def visitor(chromium: Browser, platform: Platform) -> Iterator[Visitor]:
    opened = Visitor(chromium, platform, viewport={"width": 1280, "height": 800})
    yield opened
    assert opened.complaints == []
    opened.context.close()


def log_out(visitor: Visitor) -> None:
    visitor.page.locator("summary", has_text="Account").or_(visitor.page.locator("details[data-menu] summary").last).last.click()
    visitor.page.get_by_role("button", name="Log out").click()
    expect(visitor.page.get_by_text("You are logged out.")).to_be_visible()
    # What the page asks quietly has been asked while nobody is there; answered, it would be asked again with each page.
    visitor.page.wait_for_load_state("networkidle")


def log_in_with_both(visitor: Visitor, device: Device) -> None:
    """With the password, and the passkey beside it."""
    page, person = visitor.page, visitor.platform.people["reseller"]
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_text("One more step")).to_be_visible()
    device.answers()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/dashboard")


def test_a_passkey_from_its_first_day_to_its_last(visitor: Visitor) -> None:
    page = visitor.page
    visitor.log_in("reseller")
    device = Device(visitor)
    visitor.go("/profile/second-factor")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("Name").fill("My telephone")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator("li code")).to_have_count(10)
    (key,) = device.keys()
    assert (key["rpId"], key["isResidentCredential"]) == ("localhost", True)
    visitor.go("/profile/second-factor")
    expect(page.get_by_text("My telephone")).to_be_visible()

    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("This device has a passkey for your account already.")).to_be_visible()

    device.answers(present=False)  # it would answer the quiet question of the login page by itself
    log_out(visitor)
    device.answers(verified=False)
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_text("Nothing was chosen, or it took too long. Try again.")).to_be_visible()
    device.answers()
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/dashboard")

    device.answers(present=False)
    log_out(visitor)
    log_in_with_both(visitor, device)

    device.answers(present=False)
    log_out(visitor)
    device.answers()
    page.goto(visitor.url + "/login")  # nothing is pressed: the device answers what the field of the address offers
    page.wait_for_url("**/dashboard")

    visitor.go("/profile/second-factor")
    page.get_by_role("link", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Key <b>ring</b>")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Key <b>ring</b>")).to_be_visible()
    page.get_by_role("link", name="Remove").click()
    expect(page.get_by_text("It is your last second factor.")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The second factor is off.")).to_be_visible()
    device.answers(present=False)
    log_out(visitor)
    device.answers()
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_text("The passkey was not accepted.")).to_be_visible()


def test_at_an_address_of_numbers_people_are_told_where_to_go(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.platform.url + "/login")
    expect(page.get_by_text("Passkeys do not work at this address.")).to_be_visible()
    expect(page.get_by_role("button", name="Log in with a passkey")).to_have_count(0)
    page.get_by_role("link", name="Open http://localhost:").click()
    expect(page.get_by_role("button", name="Log in with a passkey")).to_be_visible()


def test_without_scripts_the_password_still_logs_in(chromium: Browser, platform: Platform) -> None:
    visitor = Visitor(chromium, platform, java_script_enabled=False)
    visitor.go("/login")
    expect(visitor.page.get_by_role("button", name="Log in with a passkey")).not_to_be_visible()
    visitor.log_in("reseller")
    visitor.context.close()


@needs_axe
@both_looks
def test_pages_are_accessible_and_fit(chromium: Browser, platform: Platform, look: dict[str, Any]) -> None:
    visitor, found = looking.begin(chromium, platform, look), {}
    page = visitor.page

    def check(what: str) -> None:
        if said := looking.check(visitor, look):
            found[what] = said

    visitor.go("/login")
    expect(page.get_by_role("button", name="Log in with a passkey")).to_be_visible()
    check("login")
    visitor.log_in("reseller")
    device = Device(visitor)
    visitor.go("/profile/second-factor")
    check("without passkeys")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("button", name="Make the passkey")).to_be_visible()
    check("adding one")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    visitor.go("/profile/second-factor")
    check("with one")
    ways = {name: page.get_by_role("link", name=name).get_attribute("href") or "" for name in ("Rename", "Remove")}
    for name, href in ways.items():
        visitor.go(href)
        check(name)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The second factor is off.")).to_be_visible()
    assert device.keys()
    assert found == {}
    visitor.context.close()
