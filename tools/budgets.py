"""The size report of `make check`: how close the code is to the budgets of the house style.

`python -m tools.budgets FOLDER...` prints a table and what is over budget. It never fails: people decide.
"""

import ast
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FILE_LINES = 200
FUNCTION_LINES = 40
FUNCTION_MEDIAN = 8
FUNCTION_P90 = 25


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """The lines of one file or function, and where it is."""

    lines: int
    place: str


def file_sizes(folder: Path) -> list[Size]:
    """The lines of every Python file below a folder, in path order."""
    return [Size(len(_text(path).splitlines()), str(path)) for path in sorted(folder.rglob("*.py"))]


def function_sizes(folder: Path) -> list[Size]:
    """The lines of every function below a folder, from `def` to its last statement, docstring included."""
    return [size for path in sorted(folder.rglob("*.py")) for size in _functions(path)]


def percentile_90(sizes: Sequence[Size]) -> int:
    """The size, in lines, that nine of ten stay at or under; 0 when there is nothing to measure."""
    ordered = sorted(size.lines for size in sizes)
    return ordered[-(-len(ordered) * 9 // 10) - 1] if ordered else 0


def median(sizes: Sequence[Size]) -> float:
    """The middle size in lines; 0 when there is nothing to measure."""
    return statistics.median(size.lines for size in sizes) if sizes else 0.0


def report(folder: Path) -> str:
    """The table of one folder, followed by every file and function over budget, largest first."""
    files, functions = file_sizes(folder), function_sizes(folder)
    rows = [
        f"{folder}: {len(files)} files, {len(functions)} functions",
        _row("file", files, f"over {FILE_LINES}", FILE_LINES),
        _row("function", functions, f"over {FUNCTION_LINES}", FUNCTION_LINES),
        f"  budgets: function median {FUNCTION_MEDIAN}, p90 {FUNCTION_P90}",
    ]
    oversized = [*_over(files, FILE_LINES), *_over(functions, FUNCTION_LINES)]
    return "\n".join([*rows, *(f"  over budget: {size.place} ({size.lines} lines)" for size in oversized)])


def _row(noun: str, sizes: Sequence[Size], heading: str, budget: int) -> str:
    over = len(_over(sizes, budget))
    return f"  {noun:<9} median {median(sizes):>5g}   p90 {percentile_90(sizes):>4}   {heading}: {over}"


def _over(sizes: Sequence[Size], budget: int) -> list[Size]:
    return sorted((size for size in sizes if size.lines > budget), reverse=True)


def _functions(path: Path) -> Iterator[Size]:
    for node in ast.walk(ast.parse(_text(path), filename=str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            last_line = node.end_lineno or node.lineno
            yield Size(last_line - node.lineno + 1, f"{path}:{node.lineno} {node.name}")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Print the report of the folders named; always succeeds."""
    for folder in arguments or ["app"]:
        print(report(Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
