"""What is wrong with the parameters that an operation declares."""

from collections.abc import Iterator

from pydantic import ValidationError

from app.core.registry.contract import AnyOperation
from app.core.registry.controls import ParameterKind
from app.core.registry.parameters import messages_of, parameters_of
from app.core.registry.wrong_fields import wrong_fields

CHOSEN = {ParameterKind.TEXT, ParameterKind.NUMBER, ParameterKind.LINES, ParameterKind.DAY}


def wrong_parameters(operation: AnyOperation) -> Iterator[str]:
    """Problems of an operation's model and of its choices, in sentences."""
    problems = [f"parameters: {problem}" for problem in wrong_fields(operation.params)]
    yield from problems or _wrong_choices(operation)


def wrong_examples(operation: AnyOperation) -> Iterator[str]:
    """Examples that the model refuses. Call inside an application: a model may ask for what is loaded."""
    for number, example in enumerate(operation.examples, start=1):
        try:
            operation.params.model_validate(dict(example))
        except ValidationError as error:
            yield from (f"example {number}: {field}: {said}" for field, said in messages_of(error).items())
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a validator may raise anything
            yield f"example {number}: {type(error).__name__}"


def _wrong_choices(operation: AnyOperation) -> Iterator[str]:
    parameters = {parameter.name: parameter for parameter in parameters_of(operation.params)}
    for name in operation.choices:
        parameter = parameters.get(name)
        if parameter is None:
            yield f"choices for {name!r}, which is no parameter"
        elif parameter.fixed or parameter.kind not in CHOSEN:
            yield f"choices for {name!r}, which is neither a text, a number, a date nor a list of such"
