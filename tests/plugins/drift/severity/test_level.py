from app.plugins.drift.severity import RULES, Severity


def test_levels_are_ranked_from_critical_to_info():
    by_name = {str(level): level.rank for level in Severity}

    assert by_name == {"critical": 0, "high": 1, "medium": 2, "low": 3, "info": 4}


def test_one_step_up_stops_at_critical():
    assert Severity.LOW.one_step_up is Severity.MEDIUM
    assert Severity.CRITICAL.one_step_up is Severity.CRITICAL


def test_the_rules_are_ordered_so_that_the_first_match_is_the_highest():
    ranks = [rule.severity.rank for rule in RULES]

    assert ranks == sorted(ranks)


def test_every_rule_has_an_id_of_its_own_and_a_sentence():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.reason.endswith(".") and "." in rule.id for rule in RULES)
