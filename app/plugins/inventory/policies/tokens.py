"""Finding credentials by their shape, where no rule about their place would."""

import re

# A cheap look at the whole document first, because asking every text would cost more than all other rules
# together. Looking for one byte is nearly free, so the rarer hints are only asked where that byte is there.
_HINTS = (b"eyJ", b"earer", b"EARER", b"PRIVATE KEY", b"0.A")
_HINTS_WITH_EQUALS = (b"sig=", b"AccountKey=", b"SharedAccessKey=", b"client_secret=")
_PASSWORD = re.compile(rb"(?:password|pwd)\s{0,8}=", re.IGNORECASE)
_USERINFO = re.compile(rb"://[^/\s:@\"]{1,256}:[^/\s@\"]{1,256}@")

# Every repetition is bounded: a text of megabytes must not cost more than one look at each character.
_SHAPES = re.compile(
    r"""
      eyJ[\w-]{16}                                              # JSON web token
    | (?i:bearer)\s{1,8}[\w.~+/-]{16}                          # authorization header
    | [\w.~-]{3}Q~[\w.~-]{20}                                  # client secret of an app registration
    | \b0\.A[\w-]{30}                                          # refresh token
    | \bsig=[\w%+/=-]{16}                                      # shared access signature
    | -----BEGIN[ ][A-Z ]{0,20}PRIVATE[ ]KEY-----
    | \b(?:AccountKey|SharedAccessKey|client_secret)=[^;&\s]{6}
    | (?i:;\s{0,8}(?:password|pwd)\s{0,8}=)\s{0,8}[^;\s]       # connection string
    | ://[^/\s:@]{1,256}:[^/\s@]{1,256}@                       # user and password in a URL
    """,
    re.VERBOSE,
)


def may_hold_token(raw: bytes) -> bool:
    """Whether a serialized document is worth searching for credentials text by text."""
    if any([hint in raw for hint in _HINTS]) or (b"~" in raw and b"Q~" in raw):  # noqa: C419 - faster for so few
        return True
    if b"=" in raw and (any(hint in raw for hint in _HINTS_WITH_EQUALS) or _PASSWORD.search(raw)):
        return True
    return _USERINFO.search(raw) is not None


def holds_token(text: str) -> bool:
    """Whether a text contains something shaped like a credential."""
    return _SHAPES.search(text) is not None
