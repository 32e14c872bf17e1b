"""A film as text: what is written is read, and what is no frame is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.mediahashes import LATEST, Frame, pdq_text
from oureyes.record.frames import as_text, film, frame, name_of

POSTER = "f9fece700003b66c9fc0021913ce0941c631fbdeec7efec4311bcedefde60010"
_FRAMES = st.builds(
    Frame,
    st.integers(0, (1 << 256) - 1).map(pdq_text),
    st.integers(0, 100),
    st.floats(0, LATEST, exclude_max=True),
)


@given(st.lists(_FRAMES, min_size=1))
def test_frames_come_back_to_the_last_digit(frames):
    found = film(as_text(frames))
    assert found is not None
    assert found.frames == tuple(frames)


@given(st.text())
def test_junk_is_no_film(text):
    assert film(text) is None


@pytest.mark.parametrize("line", ["", "a", f"{POSTER},1", f"{POSTER},1,x", f"x,1,{POSTER},0", f"0,1,{POSTER},inf"])
def test_a_line_that_is_no_frame_is_none(line):
    assert frame(line) is None


def test_a_frame_is_read_with_its_number_and_without():
    assert frame(f"7,80,{POSTER.upper()},7.5") == frame(f"{POSTER},80,7.5") == Frame(POSTER, 80, 7.5)


def test_the_name_of_a_film_is_that_of_its_frames_in_order():
    first, second = Frame(POSTER, 1, 0.0), Frame("0" * 64, 1, 1.0)
    assert name_of([first, second]) != name_of([second, first])
