"""Which properties hold secrets, and of what sort. Decided by path, case of keys ignored."""

from enum import StrEnum

from app.plugins.inventory.policies.words import words


class SecretKind(StrEnum):
    """What a sealed value was; shown to people in place of the value."""

    CREDENTIAL = "credential"  # password, key, token: compared byte for byte
    SCRIPT = "script"  # script text or command line, often base64
    PAYLOAD = "payload"  # profile, custom XML or app configuration, often base64
    TOKEN = "token"  # noqa: S105 - a kind of secret, not one; found by its shape inside another text
    CERTIFICATE = "certificate"  # public: its thumbprint is stored instead of a seal


_KINDS: dict[SecretKind, frozenset[str]] = {
    SecretKind.CREDENTIAL: words("""
        presharedkey sharedsecret tokenvalue qrcodecontent qrcodeimage tokenfile kioskmodeexitcode
        activationlockbypasscode recoverykey pfxblob pfxblobdata encryptedpfxblob encryptedpfxpassword
        userpfxcertificate apnstoken vpptoken privatekey accesskey apikey connectionstring
        """),
    SecretKind.SCRIPT: words("""
        scriptcontent detectionscriptcontent remediationscriptcontent rulescontent installcommandline
        uninstallcommandline commandline
        """),
    SecretKind.PAYLOAD: words("""
        payload payloadjson configurationfilecontent configurationxml customxml customeapxml eapxml profilexml
        wifixml encodedsettingxml appconfigkeyvalue connectionxml configurationpayload
        """),
    SecretKind.CERTIFICATE: frozenset({"trustedrootcertificate"}),
}
_BY_KEY = {key: kind for kind, keys in _KINDS.items() for key in keys}

# "passwordRequired" and its like stay readable: only a name that *ends* so holds the thing itself
_CREDENTIAL_ENDINGS = ("password", "passphrase", "secret", "token", "privatekey", "apikey", "accesskey")

_VALUES_OF = {
    "omasettings": SecretKind.PAYLOAD,
    "customsettings": SecretKind.PAYLOAD,
    "customdata": SecretKind.PAYLOAD,
    "customkeyvaluedata": SecretKind.PAYLOAD,
}


def secret_kind(path: tuple[str, ...]) -> SecretKind | None:
    """What sort of secret the property at `path` holds, None for one that people may read."""
    key = path[-1].lower()
    if key == "value" and len(path) > 1:
        return _VALUES_OF.get(path[-2].lower())
    return _BY_KEY.get(key)


def ends_like_a_credential(key: str) -> bool:
    """Whether a text under this key is taken for a credential although no rule names the key."""
    return key.lower().endswith(_CREDENTIAL_ENDINGS)
