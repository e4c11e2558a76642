class TestDeviceConfigurations:
    COLLECTION = "deviceConfiguration"

    def test_a_property_that_protects_less_is_critical(self, told):
        before, after = (
            {"defenderRequireRealTimeMonitoring": True},
            {"defenderRequireRealTimeMonitoring": False},
        )

        assert told(self.COLLECTION, before, after) == ("critical", "defender.weakened")
        assert told(self.COLLECTION, after, before) == ("high", "endpoint_security.changed")

    def test_a_property_of_a_profile_counts_for_its_root(self, told):
        def policy(state):
            return {"firewallProfilePublic": {"firewallEnabled": state}}

        assert told(self.COLLECTION, policy("allowed"), policy("notConfigured"))[1] == "firewall.weakened"

    def test_a_default_that_shows_up_is_no_weakening(self, told):
        after = {"bitLockerEncryptDevice": False}

        assert told(self.COLLECTION, {}, after) == ("high", "endpoint_security.changed")

    def test_removing_a_policy_that_protects_nothing_is_not_critical(self, told):
        before = {
            "bitLockerEncryptDevice": False,
            "firewallProfilePublic": {"firewallEnabled": "notConfigured"},
        }

        assert told(self.COLLECTION, before, None) == ("medium", "policy.removed_unassigned")
        assert told(self.COLLECTION, {"bitLockerEncryptDevice": True}, None)[1] == "encryption.removed"

    def test_an_onboarding_policy_is_all_about_detection_and_response(self, told):
        kind = "windowsDefenderAdvancedThreatProtectionConfiguration"
        before = {"allowSampleSharing": True}

        assert told(self.COLLECTION, before, None, policy_type=kind) == ("critical", "edr.removed")
        after = {"allowSampleSharing": False}
        assert told(self.COLLECTION, before, after, policy_type=kind) == ("critical", "edr.weakened")

    def test_a_custom_setting_is_known_by_its_address(self, told):
        setting = {
            "omaUri": "./Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption",
            "value": {"$secret": "aa", "kind": "omaSetting"},
        }

        assert told(self.COLLECTION, {"omaSettings": [setting]}, {}) == ("critical", "encryption.weakened")
        assert told(self.COLLECTION, {"omaSettings": [setting]}, None) == ("critical", "encryption.removed")
        other = setting | {"value": {"$secret": "bb", "kind": "omaSetting"}}
        assert told(self.COLLECTION, {"omaSettings": [setting]}, {"omaSettings": [other]}) == (
            "high",
            "endpoint_security.changed",
        )

    def test_encryption_demanded_by_another_collection_is_not_this_rule(self, told):
        assert told("appConfig", {"bitLockerX": True}, {"bitLockerX": False}) == ("medium", "setting.changed")


class TestIntents:
    COLLECTION = "endpointSecurityIntent"

    @staticmethod
    def intent(value):
        name = "deviceConfiguration--windows10EndpointProtectionConfiguration_bitLockerEncryptDevice"
        return {"displayName": "Disks", "settings": [{"definitionId": name, "valueJson": value}]}

    def test_its_settings_are_known_by_their_property(self, told):
        assert told(self.COLLECTION, self.intent("true"), self.intent("false"))[1] == "encryption.weakened"
        assert told(self.COLLECTION, self.intent("true"), None)[1] == "encryption.removed"

    def test_anything_else_in_it_is_still_endpoint_security(self, told):
        before, after = {"settings": [{"definitionId": "a--b_c", "valueJson": "1"}]}, {"settings": []}

        assert told(self.COLLECTION, before, after) == ("high", "endpoint_security.changed")
        assert told(self.COLLECTION, before, None) == ("high", "endpoint_security.changed")
