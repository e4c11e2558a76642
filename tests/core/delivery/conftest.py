"""What tests of deliveries ask for."""

import pytest

from app.core.delivery.sending import deliver_due
from tests.support.browsing import alone


@pytest.fixture
def send(app):
    """Do what the thread of a worker does; answers with the number of attempts."""

    def pass_():
        with app.app_context():
            return deliver_due()

    return lambda: alone(pass_)
