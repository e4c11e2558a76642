"""Nothing that looks like a secret is stored or shown, and ordinary words stay readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.redaction import HIDDEN, REASON_LENGTH, redact, safe_inputs, safe_reason

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJmaWN0aW9uIn0.c2lnbmF0dXJlLW9mLW5vYm9keQ"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"the token {JWT} was refused", JWT),
        (f"Authorization: Bearer {JWT}", JWT),
        ("Authorization: bearer abcdef0123456789", "abcdef0123456789"),
        ("authorization: Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"),
        ("secret abc8Q~AbCdEfGhIjKlMnOpQrStUvWxYz012345 expired", "AbCdEfGhIjKlMnOpQrStUvWxYz"),
        ("DefaultEndpointsProtocol=https;AccountKey=Zm9vYmFyYmF6cXV4==;x=y", "Zm9vYmFyYmF6cXV4"),
        ("Endpoint=sb://x/;SharedAccessKey=Zm9vYmFy", "Zm9vYmFy"),
        ("https://blob.example.com/c?sv=2024&sig=Zm9v%2BYmFy&se=2026", "Zm9v"),
        ("https://user:hunter2@example.com/path", "hunter2"),
        ("https://example.com/callback?code=0.AXYZ-abc", "0.AXYZ"),
        ('{"client_secret": "open-sesame"}', "open-sesame"),
        ("client_secret=open-sesame&grant_type=x", "open-sesame"),
        ("password: open-sesame", "open-sesame"),
        ("'refresh_token': 'open-sesame'", "open-sesame"),
        ("api-key=open-sesame", "open-sesame"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----", "MIIEvQ"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEvQ and cut off", "MIIEvQ"),
    ],
)
def test_every_known_shape_of_a_secret_is_hidden(text, secret):
    hidden = redact(text)

    assert secret not in hidden
    assert HIDDEN in hidden


@pytest.mark.parametrize(
    "text",
    [
        "passwordRequired changed from true to false",
        "passwordMinimumLength is 8",
        "The policy 'Password rules' is gone.",
        "Grant DeviceManagementConfiguration.Read.All to the application.",
        "3 of 12 documents in compliancePolicy could not be read",
        "Is this right? Perhaps not.",
        "basic authentication is blocked",
        "Block Basic Authentication for all users",
        "bearer of bad news",
        "Bearer tokens are refused.",
    ],
)
def test_ordinary_words_stay_as_they_are(text):
    assert redact(text) == text


def test_only_names_that_hold_a_secret_hide_their_value():
    shown = safe_inputs(
        {
            "passwordRequired": True,
            "passwordMinimumLength": 8,
            "token_count": 3,
            "client_secret": "open-sesame",
            "API-KEY": "open-sesame",
            "password": "open-sesame",
        }
    )

    assert shown == {
        "passwordRequired": True,
        "passwordMinimumLength": 8,
        "token_count": 3,
        "client_secret": HIDDEN,
        "API-KEY": HIDDEN,
        "password": HIDDEN,
    }


def test_inputs_are_hidden_at_any_depth_and_keep_their_shape():
    shown = safe_inputs(
        {"source": {"url": "https://u:pw@example.com", "auth": [{"token": "abc"}, None, 1.5]}}
    )

    assert shown == {
        "source": {"url": f"https://{HIDDEN}@example.com", "auth": [{"token": HIDDEN}, None, 1.5]}
    }


@given(st.text(max_size=2 * REASON_LENGTH))
def test_a_reason_is_always_one_bounded_line(text):
    reason = safe_reason(text)

    assert len(reason) <= REASON_LENGTH
    assert len(reason.splitlines()) <= 1
    assert all(character.isprintable() or not character.isascii() for character in reason)


@given(before=st.text(max_size=500), after=st.text(alphabet="abc .", max_size=50))
def test_a_token_is_hidden_wherever_it_stands(before, after):
    assert JWT not in safe_reason(f"{before} {JWT} {after}", limit=2000)


@given(st.integers(min_value=0, max_value=REASON_LENGTH + 20))
def test_a_token_at_the_cut_does_not_show_its_beginning(position):
    reason = safe_reason("x" * position + " " + JWT)

    assert JWT[:10] not in reason


@given(st.text(max_size=200))
def test_what_is_safe_already_is_not_changed_again(text):
    once = safe_reason(text)

    assert safe_reason(once) == once
