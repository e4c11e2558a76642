"""Signing in as a person does, and keeping what the server remembers of it."""

from tests.support.browsing import PASSWORD


def sign_in(page, email, password=PASSWORD):
    """Fill in the form and send it."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def session_of(chromium, site, email):
    """The cookies of an address; the form is filled in once per server."""
    if email not in site.sessions:
        context = chromium.new_context(base_url=site.url)
        page = context.new_page()
        page.goto("/sign-in")
        sign_in(page, email)
        page.wait_for_url(lambda url: "/sign-in" not in url)
        site.sessions[email] = context.storage_state()
        context.close()
    return site.sessions[email]
