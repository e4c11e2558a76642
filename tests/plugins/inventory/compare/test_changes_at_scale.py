from app.plugins.inventory.compare import LeafKind, changes_between


def test_a_document_nested_a_hundred_deep_is_compared(rules):
    def nested(value):
        for level in range(100):
            value = [value] if level % 2 else {"a": value}
        return {"root": value}

    (change,) = changes_between(nested(1), nested(2), rules)

    assert (change.kind, change.before, change.after) == (LeafKind.CHANGED, 1, 2)
    assert len(change.trail) == 101


def test_a_long_list_is_matched_without_comparing_every_pair(rules):
    asked = 0

    class Counting:
        is_ordered = staticmethod(rules.is_ordered)

        @staticmethod
        def element_key(path, element):
            nonlocal asked
            asked += 1
            return rules.element_key(path, element)

    before = [{"settingDefinitionId": f"s{number}", "value": number} for number in range(3_000)]
    after = [{**element, "value": -1} for element in before[1:]]

    found = changes_between({"settings": before}, {"settings": after}, Counting())

    assert len(found) == 2_999 + 2
    assert asked == len(before) + len(after)
