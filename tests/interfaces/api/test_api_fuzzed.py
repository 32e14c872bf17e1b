"""No request breaks `/api/1`, and every answer is what its description says: schemathesis asks, officer and outsider.

A few examples a route every day, many where `slow` is asked for. The stream, which has no end, is left out; it has its
own tests.
"""

import pytest
import schemathesis
from api_parties import ApiSite
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from oureyes.interfaces.api.openapi import BASE, document
from oureyes.interfaces.api.table import ROUTES, STREAM

_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
_FEW = settings(max_examples=2, deadline=None, suppress_health_check=_QUIET, phases=[Phase.explicit, Phase.generate])
_MANY = settings(max_examples=100, deadline=None, suppress_health_check=_QUIET)
# What no schema says: which ids there are, what a plan needs, which bytes are a roster. And every route is asked
# without a credential in test_api_server; here the guard against guessing would answer instead.
_LEFT_OUT = [positive_data_acceptance, ignored_auth]
OUTSIDERS = [route.name for route in ROUTES if route.everyone]


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    made = ApiSite(tmp_path_factory.mktemp("fuzzed"))
    made.officer("ayu")
    made.account("ann")
    yield made
    made.close()


whole = schemathesis.openapi.from_dict(document()).exclude(path=STREAM)
quick = schemathesis.openapi.from_dict(document()).exclude(path=STREAM)
quick.config.phases.update(phases=["fuzzing"])
open_to_all = schemathesis.openapi.from_dict(document()).include(operation_id=OUTSIDERS)
open_to_all.config.phases.update(phases=["fuzzing"])


def held(fuzzed, case, name):
    """The answer is none of ours breaking, and is as described."""
    headers = {"Authorization": f"Bearer {fuzzed.tokens[name]}"}
    case.call_and_validate(base_url=f"{fuzzed.url}{BASE}", headers=headers, timeout=30, excluded_checks=_LEFT_OUT)


@quick.parametrize()
@_FEW
def test_no_officer_s_request_breaks_it(fuzzed, case):
    held(fuzzed, case, "ayu")


@open_to_all.parametrize()
@_FEW
def test_no_outsider_s_request_breaks_it(fuzzed, case):
    held(fuzzed, case, "ann")


@pytest.mark.slow
@whole.parametrize()
@_MANY
def test_no_officer_s_request_breaks_it_however_many(fuzzed, case):
    held(fuzzed, case, "ayu")
