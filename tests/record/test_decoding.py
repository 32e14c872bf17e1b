"""The decoder by itself: its framing, its limits, and what lies inside a plain border."""

import io
import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from oureyes.record import decoding


def test_it_imports_nothing_of_ours():
    source = Path(decoding.__file__).read_text()
    assert "import oureyes" not in source
    assert "from oureyes" not in source


@pytest.mark.media
def test_it_answers_each_file_with_one_line_and_ends_with_its_input():
    asked = b"".join(struct.pack(">IB", len(data), ord("p")) + data for data in (b"no picture", b""))
    run = subprocess.run(
        [sys.executable, "-I", decoding.__file__], input=asked, stdout=subprocess.PIPE, timeout=60, check=True
    )
    assert [json.loads(line) for line in run.stdout.splitlines()] == [{"error": "no picture of an allowed format"}] * 2


@pytest.mark.media
def test_a_plain_border_is_cut_off_and_a_picture_without_one_stays_whole():
    import numpy

    picture = numpy.random.default_rng(1).integers(0, 255, (100, 120, 3), dtype=numpy.uint8)
    framed = numpy.full((160, 200, 3), 30, dtype=numpy.uint8)
    framed[20:120, 40:160] = picture
    inner = decoding._inside_border(framed)
    assert inner.shape == picture.shape
    assert (inner == picture).all()
    assert decoding._inside_border(picture) is None
    assert decoding._inside_border(numpy.full((90, 90, 3), 9, dtype=numpy.uint8)) is None
    small = numpy.full((160, 200, 3), 30, dtype=numpy.uint8)
    small[20:50, 40:70] = picture[:30, :30]
    assert decoding._inside_border(small) is None


@pytest.mark.media
def test_a_noisy_border_is_still_plain():
    import numpy

    picture = numpy.random.default_rng(1).integers(0, 255, (100, 120, 3), dtype=numpy.uint8)
    framed = numpy.random.default_rng(2).integers(20, 40, (160, 200, 3)).astype(numpy.uint8)
    framed[20:120, 40:160] = picture
    assert decoding._inside_border(framed).shape == picture.shape


@pytest.mark.media
def test_a_picture_in_greys_or_with_a_palette_is_hashed_like_any_other():
    from PIL import Image

    for mode in ("L", "P", "RGBA", "LA", "CMYK"):
        out = io.BytesIO()
        image = Image.linear_gradient("L").convert("RGB").convert(mode)
        image.save(out, "JPEG" if mode == "CMYK" else "PNG")
        assert len(decoding._picture(out.getvalue())["pdq"]) == 64
