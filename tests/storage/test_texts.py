"""What no column is asked for comes back as it went in."""

from hypothesis import given
from hypothesis import strategies as st

from oureyes.storage.texts import from_text, to_text

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 53), 1 << 53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(values)
def test_a_value_comes_back(value):
    assert from_text(to_text(value)) == value
