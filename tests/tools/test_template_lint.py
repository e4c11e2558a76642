import pytest

from tools.template_lint import lint, main

HEAD = "{# _part.html: included by index.html. Needs: run. #}\n"


@pytest.fixture
def write(tmp_path):
    def write_template(text, name="drift/_part.html"):
        path = tmp_path / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_template


@pytest.fixture
def messages(tmp_path):
    return lambda: [f"{problem.line}: {problem.message}" for problem in lint(tmp_path)]


def page(body):
    return '{% extends "core/layout.html" %}\n{% block main %}\n' + body + "\n{% endblock %}\n"


def test_a_page_and_its_part_in_good_order_have_no_problem(write, messages):
    write(page('<p id="a">{{ run.label }}</p>{% include "drift/_part.html" %}'), "drift/index.html")
    write(
        HEAD
        + '<section id="run-{{ run.id }}"{% if run.live %} hx-trigger="every 2s"{% endif %}><br></section>\n'
    )

    assert messages() == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<p style="color: red">a</p>', "style= attribute"),
        ("<style>p { color: red }</style>", "inline <style>"),
        ("<script>go()</script>", "inline <script>"),
        ('<a href="#" onclick="go()">a</a>', "onclick= holds code"),
        ('<a href="#" ONCLICK="go()">a</a>', "onclick= holds code"),
        ('<div hx-on:click="go()"></div>', "hx-on:click= holds code"),
        ('<div hx-vals="js:{a: go()}"></div>', "hx-vals= holds a js:"),
        ('<a href="javascript:go()">a</a>', "href= holds a js:"),
        ('<img src="https://cdn.example.com/a.png">', "src= loads from another host"),
        ('<script src="//cdn.example.com/a.js"></script>', "src= loads from another host"),
        ('<link rel="stylesheet" href="http://cdn.example.com/a.css">', "href= loads from another host"),
        ("<p>{{ name | safe }}</p>", "|safe"),
        ("<p>{% filter safe %}{{ name }}{% endfilter %}</p>", "|safe"),
        ('<p>{{ field(onclick="go()") }}</p>', "onclick= argument"),
        ('{% include "monitoring/_panel.html" %}', "reaches into monitoring/_panel.html"),
        ('{% from "inventory/_macros.html" import row %}', "reaches into inventory/_macros.html"),
        ('{% include "drift/show.html" %}', "a part starts with an underscore"),
        ("{% include chosen %}", "names a template by an expression"),
        ("<div><p>a</div>", "closes what is not open"),
    ],
)
def test_a_broken_rule_is_named_with_its_line(write, messages, body, said):
    write(page(body), "drift/index.html")

    found = messages()

    assert any(message.startswith("3: ") and said in message for message in found), found


def test_a_link_to_another_site_is_no_asset(write, messages):
    write(page('<a href="https://learn.example.com/">more</a>'), "drift/index.html")

    assert messages() == []


def test_words_in_comments_and_in_text_are_not_markup(write, messages):
    write(page("{# no style= and no onclick= here #}<p>{{ 'onclick=' }} style=</p>"), "drift/index.html")

    assert messages() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<p id="a"></p>', "begins without a comment"),
        (HEAD + '<p id="a"></p><p id="b"></p>', "has 2 root elements"),
        (HEAD + '<p id="a"></p> beside', "and 1 texts beside them"),
        (HEAD + "{{ run.label }}", "has 0 root elements"),
        (HEAD + "<p>a</p>", "no id"),
        ('{% extends "core/layout.html" %}', "is a page"),
    ],
)
def test_a_part_has_a_head_comment_and_one_root_with_an_id(write, messages, text, said):
    write(text)

    assert any(said in message for message in messages())


def test_a_file_of_macros_needs_no_root(write, messages):
    write("{% macro a() %}<p>a</p>{% endmacro %}{% macro b() %}<p>b</p>{% endmacro %}", "drift/_macros.html")

    assert messages() == []


def test_a_part_without_an_underscore_is_told_to_take_one(write, messages):
    write('<p id="a"></p>', "drift/part.html")

    assert messages() == ["1: is a part (it extends nothing): its name starts with an underscore"]


def test_the_skeleton_of_all_pages_is_a_page(write, messages):
    write("<!doctype html><html><body>{% block main %}{% endblock %}</body></html>", "core/skeleton.html")

    assert messages() == []


def test_folders_beside_each_other_belong_to_one_owner(write, messages):
    write(HEAD + '<p id="a"></p>', "drift/_part.html")
    write(page('{% include "drift/_part.html" %}'), "findings/index.html")

    assert messages() == []


@pytest.mark.parametrize(
    "broken", ["{% if a %}", "{{ a", "{% block a %}{% endblock %}{% block a %}{% endblock %}"]
)
def test_a_template_that_does_not_compile_is_one_problem(write, messages, broken):
    write(broken, "drift/index.html")

    (message,) = messages()

    assert "does not compile" in message


def test_filters_that_the_app_adds_are_no_problem(write, messages):
    write(page("<p>{{ moment | ago }}{% if run is live %}live{% endif %}</p>"), "drift/index.html")

    assert messages() == []


def test_the_command_fails_on_a_problem_and_counts_it(write, tmp_path, capsys):
    path = write("<p></p>", "drift/part.html")

    assert main([str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(f"{path}:1: ")
    assert "1 problems in 1 templates" in printed


def test_the_command_succeeds_on_a_clean_folder(write, tmp_path):
    write(page("<p>a</p>"), "drift/index.html")

    assert main([str(tmp_path)]) == 0
