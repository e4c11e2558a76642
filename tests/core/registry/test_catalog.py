"""What a catalog takes in, refuses and gives up."""

from datetime import timedelta

import pytest

from app.core.errors import PluginError, UnknownRunTypeError
from app.core.registry.catalog import Catalog, in_required_order
from app.core.registry.contract import NoParams, OperationType, Plugin


def operation(run_type="probe.check", **declared):
    return OperationType(run_type=run_type, label="Probe", execute=lambda _run: None, **declared)


def plugin(name="probe", *operations, **declared):
    return Plugin(name=name, version="1.0.0", operations=operations, **declared)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (plugin("Not A Name"), "name 'Not A Name'"),
        (plugin("probe", migrations="probe.migrations"), "models and migrations go together"),
        (plugin("probe", operation("NoDot")), "run type 'NoDot'"),
        (plugin("probe", operation("three.dots.here")), "run type 'three.dots.here'"),
        (plugin("probe", OperationType(run_type="a.b", label=" ", execute=print)), "'a.b' has no label"),
        (
            plugin("probe", OperationType(run_type="a.b", label="x" * 201, execute=print)),
            "'a.b' has a label of more than 200 characters",
        ),
        (plugin("probe", OperationType(run_type="a.b", label="A")), "'a.b': declare exactly one of execute"),
        (
            plugin("probe", operation(process_item=print, items=list)),
            "exactly one of execute and process_item",
        ),
        (plugin("probe", OperationType(run_type="a.b", label="A", process_item=print)), "needs items"),
        (plugin("probe", operation(max_attempts=0)), "max_attempts must be greater than 0"),
        (plugin("probe", operation(max_runtime=timedelta())), "max_runtime must be greater than 0"),
        (plugin("probe", "no operation"), "cannot be read: AttributeError"),
        (Plugin(name="probe", version="1", operations=None), "cannot be read: TypeError"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_refused_with_a_sentence(wrong, words):
    catalog = Catalog()

    with pytest.raises(PluginError, match=words) as caught:
        catalog.add(wrong)

    assert caught.value.stage == "validate"
    assert (catalog.plugins, catalog.operations) == ({}, {})


@pytest.mark.parametrize(
    ("version", "advice"),
    [
        ((2, 0), "it needs API 2.0, this TenantAtlas offers 1.1: upgrade TenantAtlas"),
        ((1, 99), "it needs API 1.99, this TenantAtlas offers 1.1: upgrade TenantAtlas"),
        ((0, 9), "it needs API 0.9, this TenantAtlas offers 1.1: install a version of the plugin"),
    ],
)
def test_a_plugin_for_another_contract_is_refused_and_told_what_to_do(version, advice):
    with pytest.raises(PluginError) as caught:
        Catalog().add(plugin("probe", operation("NoDot"), requires_api=version))

    assert caught.value.stage == "compatibility"
    assert caught.value.reason.startswith(advice)


@pytest.mark.parametrize("version", [(1, 0), (1, 1)])
def test_a_plugin_for_this_contract_or_an_earlier_minor_is_taken(version):
    catalog = Catalog()

    catalog.add(plugin("probe", operation(), requires_api=version))

    assert list(catalog.operations) == ["probe.check"]


def test_a_run_type_belongs_to_whoever_came_first():
    catalog = Catalog()
    catalog.add(plugin("first", operation()))

    with pytest.raises(PluginError, match=r"run type 'probe\.check' is taken"):
        catalog.add(plugin("second", operation()))

    assert catalog.plugin_of("probe.check").name == "first"


@pytest.mark.parametrize(
    "second",
    [
        operation("first.do"),
        operation("first.did"),
        operation("second.do", aliases=("first.do",)),
        operation("second.do", aliases=("first.did",)),
    ],
    ids=["name on name", "name on alias", "alias on name", "alias on alias"],
)
def test_a_former_run_type_is_taken_too(second):
    catalog = Catalog()
    catalog.add(plugin("first", operation("first.do", aliases=("first.did",))))

    with pytest.raises(PluginError, match=r"run type 'first\.\w+' is taken"):
        catalog.add(plugin("second", second))

    assert list(catalog.plugins) == ["first"]


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ([operation("a.b", aliases=("a.b",))], "'a.b' is declared twice"),
        ([operation("a.b", aliases=("a.c", "a.c"))], "'a.c' is declared twice"),
        ([operation("a.b", aliases=("a.c",)), operation("a.c")], "'a.c' is declared twice"),
        ([operation("a.b", aliases=("NoDot",))], "has the alias 'NoDot'"),
    ],
)
def test_a_wrong_alias_is_a_problem_of_its_plugin(operations, words):
    with pytest.raises(PluginError, match=words):
        Catalog().add(plugin("probe", *operations))


def test_an_operation_is_found_under_every_name_it_ever_had():
    catalog = Catalog()
    found = operation("a.today", aliases=("a.oldest", "a.old"))
    catalog.add(plugin("probe", found, operation("a.other")))

    assert [catalog.operation(name) for name in found.run_types] == [found, found, found]
    assert catalog.plugin_of("a.oldest").name == "probe"
    assert [catalog.todays(name) for name in ("a.old", "a.other", "gone.away")] == [
        "a.today",
        "a.other",
        "gone.away",
    ]
    assert catalog.run_types["a.old"] == ("a.oldest", "a.old", "a.today")

    catalog.drop(PluginError("probe", "routes", "two pages of one name"))
    assert catalog.run_types == {}
    assert catalog.find_operation("a.old") is None


def test_a_run_type_declared_twice_by_one_plugin_is_refused():
    with pytest.raises(PluginError, match=r"probe\.check"):
        Catalog().add(plugin("probe", operation(), operation()))


def test_two_plugins_cannot_have_one_name():
    catalog = Catalog()
    catalog.add(plugin("probe", operation("probe.one")))

    with pytest.raises(PluginError, match="another plugin has this name"):
        catalog.add(plugin("probe", operation("probe.two")))

    assert list(catalog.operations) == ["probe.one"]


def test_a_plugin_without_what_it_requires_is_refused():
    with pytest.raises(PluginError, match="not loaded: ground") as caught:
        Catalog().add(plugin("house", requires=("ground",)))

    assert caught.value.stage == "requires"


def test_a_plugin_that_fails_later_takes_its_run_types_along():
    catalog = Catalog()
    catalog.add(plugin("probe", operation()))

    catalog.drop(PluginError("probe", "routes", "two pages of one name"))

    assert [(failed.name, failed.stage) for failed in catalog.failed] == [("probe", "routes")]
    with pytest.raises(UnknownRunTypeError):
        catalog.operation("probe.check")


def test_every_plugin_stands_behind_those_it_requires():
    plugins = [plugin("roof", requires=("walls",)), plugin("walls", requires=("ground",)), plugin("ground")]

    assert [found.name for found in in_required_order(plugins)] == ["ground", "walls", "roof"]


def test_plugins_that_require_each_other_come_last():
    plugins = [plugin("egg", requires=("hen",)), plugin("hen", requires=("egg",)), plugin("zoo")]

    assert [found.name for found in in_required_order(plugins)] == ["zoo", "egg", "hen"]


def test_equal_parameters_are_equal_work_and_others_are_not(app, tenant):
    class Params(NoParams):
        a: int = 0
        b: list[str] = []  # noqa: RUF012 - pydantic copies defaults

    declared = operation(params=Params)

    one = declared.key_for(tenant, Params(a=1, b=["x"]))
    assert one == declared.key_for(tenant, Params(b=["x"], a=1))
    assert one != declared.key_for(tenant, Params(a=2, b=["x"]))
    assert one != operation("probe.other", params=Params).key_for(tenant, Params(a=1, b=["x"]))


def test_an_operation_may_say_itself_what_is_equal_work(app, tenant):
    declared = operation(idempotency_key=lambda _tenant, _params: "a very long scope " * 100)

    key = declared.key_for(tenant, NoParams())

    assert key.startswith("probe.check:")
    assert len(key) <= 200
