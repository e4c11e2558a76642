import pytest

from tools.budgets import Size, file_sizes, function_sizes, main, median, percentile_90, report


@pytest.fixture
def folder(tmp_path):
    body = "\n".join(f"    a{line} = {line}" for line in range(41))
    (tmp_path / "long_function.py").write_text(
        f"def long():\n{body}\n\n\nclass A:\n    async def b(self): ...\n"
    )
    (tmp_path / "long_file.py").write_text("a = 1\n" * 201)
    (tmp_path / "empty.py").write_text("")
    return tmp_path


def test_files_are_measured_in_lines(folder):
    assert [size.lines for size in file_sizes(folder)] == [0, 201, 46]


def test_functions_are_measured_from_def_to_last_statement_wherever_they_are(folder):
    sizes = {size.place.rsplit(" ", 1)[1]: size.lines for size in function_sizes(folder)}

    assert sizes == {"long": 42, "b": 1}


def test_the_report_names_what_is_over_budget_and_nothing_else(folder):
    over = [line.strip() for line in report(folder).splitlines() if "over budget" in line]

    assert over == [
        f"over budget: {folder / 'long_file.py'} (201 lines)",
        f"over budget: {folder / 'long_function.py'}:1 long (42 lines)",
    ]


def test_exactly_at_budget_is_within_it(tmp_path):
    (tmp_path / "full.py").write_text("a = 1\n" * 200)

    assert "over budget" not in report(tmp_path)


@pytest.mark.parametrize(
    ("lines", "middle", "ninety"),
    [([], 0, 0), ([7], 7, 7), (range(1, 11), 5.5, 9), (range(1, 21), 10.5, 18)],
)
def test_median_and_p90(lines, middle, ninety):
    sizes = [Size(count, "somewhere") for count in lines]

    assert (median(sizes), percentile_90(sizes)) == (middle, ninety)


def test_the_command_reports_and_never_fails(folder, capsys):
    assert main([str(folder)]) == 0
    assert "over 200: 1" in capsys.readouterr().out


def test_an_empty_folder_is_reported_too(tmp_path):
    assert "0 files, 0 functions" in report(tmp_path)
