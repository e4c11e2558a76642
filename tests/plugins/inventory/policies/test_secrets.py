"""No secret survives in what is stored, and every change of one is seen."""

import base64
from hashlib import sha1

import orjson
import pytest

from app.plugins.inventory.policies.canonical import canonicalize
from app.plugins.inventory.policies.readable import readable
from app.plugins.inventory.policies.sealer import Sealer

SEALER = Sealer(b"a key that is used in tests only")
PLANTED = "Tr0ub4dor-fictional"
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJmaWN0aW9uIn0.c2lnbmF0dXJl"
CERTIFICATE = base64.b64encode(b"\x30\x82" + bytes(range(200))).decode()


def coded(text):
    return base64.b64encode(text.encode()).decode()


def secret_setting(value):
    kind = "#microsoft.graph.deviceManagementConfigurationSecretSettingValue"
    return {"@odata.type": kind, "value": value, "valueState": "encryptedValueToken"}


def settings_catalog(key, value):
    return {"name": "a", "settings": [{"settingInstance": {"settingDefinitionId": "wifi_psk", key: value}}]}


LEAKS = {
    "wifi key": {"preSharedKey": PLANTED},
    "wifi key in another case": {"PreSharedKey": PLANTED},
    "vpn secret": {"authentication": {"sharedSecret": PLANTED}},
    "oma setting": {"omaSettings": [{"omaUri": "./Vendor/Fictional", "value": PLANTED}]},
    "oma setting, coded": {"omaSettings": [{"omaUri": "./Vendor/Fictional", "value": coded(PLANTED)}]},
    "oma setting, an object": {
        "omaSettings": [{"omaUri": "./Vendor/Fictional", "value": {"inner": PLANTED}}]
    },
    "script": {"scriptContent": coded(f"$password = '{PLANTED}'")},
    "remediation": {"remediationScriptContent": PLANTED, "detectionScriptContent": PLANTED},
    "install command": {"installCommandLine": f"setup.exe /key {PLANTED}"},
    "mac profile": {"payload": coded(f"<key>Password</key><string>{PLANTED}</string>")},
    "vpn xml": {"customXml": coded(PLANTED), "customData": [{"key": "a", "value": PLANTED}]},
    "app configuration": {"settings": [{"appConfigKey": "k", "appConfigKeyValue": PLANTED}]},
    "managed app configuration": {"customSettings": [{"name": "k", "value": PLANTED}]},
    "managed store payload": {"payloadJson": coded(PLANTED)},
    "enrolment token": {"tokenValue": PLANTED, "qrCodeContent": PLANTED, "wifiPassword": PLANTED},
    "local administrator": {"adminAccountPassword": PLANTED},
    "mac preferences": {"configurationFileContent": coded(PLANTED), "configurationXml": PLANTED},
    "pfx": {"pfxBlob": coded(PLANTED)},
    "catalog secret": settings_catalog("simpleSettingValue", secret_setting(PLANTED)),
    "catalog secrets": settings_catalog("simpleSettingCollectionValue", [secret_setting(PLANTED)]),
    "unforeseen name": {"contosoProxyPassword": PLANTED, "contosoClientSecret": PLANTED},
    "list of an unforeseen name": {"contosoPassphrase": [PLANTED]},
    "pretended seal": {"preSharedKey": {"$secret": PLANTED, "kind": "credential"}},
    "seal with a note": {"preSharedKey": {"$secret": "f" * 64, "kind": PLANTED}},
    "seal with a longer note": {"preSharedKey": {"$secret": "f" * 64, "kind": "script", "lines": PLANTED}},
    "pretended seal elsewhere": {"anything": {"$secret": PLANTED, "kind": "credential"}},
    "onboarding": {"advancedThreatProtectionOnboardingBlob": PLANTED},
    "connection string": {"description": f"Server=db.example.com;Uid=sa;Password={PLANTED}"},
    "address": {"homePage": f"https://user:{PLANTED}@example.com/"},
    "shared access signature": {"imageUrl": f"https://example.com/a.png?sv=1&sig={PLANTED}{PLANTED}"},
    "private key": {"notes": f"-----BEGIN RSA PRIVATE KEY-----\n{PLANTED}"},
    "connection string, broken over lines": {"a": f"Server=db.example.com;\n  PWD = {PLANTED}"},
    "authorization, shouted": {"notes": f"BEARER\t{PLANTED}"},
    "authorization": {"notes": f"curl -H 'Authorization: Bearer {PLANTED}'"},
    "app secret": {"notes": f"abc8Q~{PLANTED}{PLANTED}"},
}


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("collection", ["deviceConfiguration", "settingsCatalog", "contosoPolicy"])
def test_a_planted_secret_is_nowhere_in_what_is_stored(leak, collection):
    canonical = canonicalize(LEAKS[leak], collection, SEALER)
    stored = orjson.dumps([canonical.content, readable(LEAKS[leak], collection, SEALER)])

    assert PLANTED.encode() not in stored
    assert coded(PLANTED).encode() not in stored


@pytest.mark.parametrize("place", [{"description": JWT}, {"a": [f"say {JWT}"]}, {"a": {"b": {"c": JWT}}}])
def test_a_web_token_is_sealed_wherever_it_stands(place):
    canonical = canonicalize(place, "contosoPolicy", SEALER)
    stored = orjson.dumps([canonical.content, readable(place, "contosoPolicy", SEALER)])

    assert b"eyJ" not in stored
    assert canonical.secret_count == 1


def test_a_credential_that_looks_like_a_date_is_sealed_all_the_same():
    canonical = canonicalize({"adminPassword": "2024-05-24T09:26:17.50Z"}, "contosoPolicy", SEALER)

    assert canonical.content["adminPassword"].keys() == {"$secret", "kind"}


def test_settings_about_passwords_stay_readable():
    policy = {
        "passwordRequired": True,
        "passwordMinimumLength": 12,
        "passwordExpirationDays": 365,
        "passwordRequiredType": "alphanumeric",
        "passcodeBlockSimple": True,
        "storageRequireEncryption": True,
        "grantControls": {"builtInControls": ["passwordChange"]},
        "preSharedKeyIsSet": True,
        "description": "users@example.com keep their tokens",
    }

    assert readable(policy, "compliancePolicy", SEALER) == policy
    assert canonicalize(policy, "compliancePolicy", SEALER).secret_count == 0


def test_a_changed_secret_changes_its_seal_and_an_equal_one_does_not():
    def seal_of(value, sealer=SEALER):
        return readable({"preSharedKey": value}, "deviceConfiguration", sealer)["preSharedKey"]["$secret"]

    assert seal_of("one") == seal_of("one")
    assert seal_of("one") != seal_of("two")
    assert seal_of("one") != seal_of("one", Sealer(b"the key of quite another tenant"))


def test_no_secret_is_no_secret():
    for nothing in (None, "", []):
        policy = {"preSharedKey": nothing, "scriptContent": nothing}
        assert readable(policy, "deviceConfiguration", SEALER) == policy
        assert canonicalize(policy, "deviceConfiguration", SEALER).content == {}


def test_a_script_compares_by_its_text_and_shows_its_length():
    plain = "#!/bin/sh\necho fictional\n"
    variants = [plain, coded(plain), coded(plain.replace("\n", "\r\n")), coded("\ufeff" + plain)]

    seals = [readable({"scriptContent": text}, "shellScript", SEALER)["scriptContent"] for text in variants]

    assert seals == [seals[0]] * 4
    assert seals[0]["kind"] == "script"
    assert seals[0]["lines"] == 2


def test_a_binary_payload_is_sealed_without_a_length():
    signed = base64.b64encode(bytes(range(256))).decode()

    sealed = readable({"payload": signed}, "deviceConfiguration", SEALER)["payload"]

    assert sealed.keys() == {"$secret", "kind"}


def test_a_credential_is_never_decoded():
    def seal_of(value):
        return readable({"preSharedKey": value}, "deviceConfiguration", SEALER)["preSharedKey"]["$secret"]

    assert seal_of(coded("fictional")) != seal_of("fictional")


@pytest.mark.parametrize(
    "written",
    [
        CERTIFICATE,
        f"-----BEGIN CERTIFICATE-----\n{CERTIFICATE}\n-----END CERTIFICATE-----\n",
        coded(f"-----BEGIN CERTIFICATE-----\n{CERTIFICATE}\n-----END CERTIFICATE-----\n"),
    ],
)
def test_of_a_root_certificate_the_thumbprint_is_kept(written):
    shown = readable({"trustedRootCertificate": written}, "deviceConfiguration", SEALER)

    thumbprint = sha1(b"\x30\x82" + bytes(range(200)), usedforsecurity=False).hexdigest().upper()
    assert shown["trustedRootCertificate"] == {"$thumbprint": thumbprint, "kind": "certificate"}


def test_what_only_pretends_to_be_a_certificate_is_sealed():
    shown = readable({"trustedRootCertificate": PLANTED}, "deviceConfiguration", SEALER)

    assert shown["trustedRootCertificate"].keys() == {"$secret", "kind"}


def test_secrets_are_counted():
    policy = {
        "preSharedKey": "a",
        "omaSettings": [{"omaUri": "x", "value": 1}, {"omaUri": "y", "value": True}],
    }

    canonical = canonicalize(policy, "deviceConfiguration", SEALER)

    assert canonical.secret_count == 3
    assert (
        canonicalize(readable(policy, "deviceConfiguration", SEALER), "deviceConfiguration", SEALER)
        == canonical
    )


def test_the_author_of_a_policy_is_not_kept():
    policy = {"displayName": "a", "createdBy": "amal@example.com", "lastModifiedBy": "amal@example.com"}

    assert readable(policy, "settingsCatalog", SEALER) == {"displayName": "a"}


def test_a_key_too_short_to_protect_anything_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        Sealer(b"short")
