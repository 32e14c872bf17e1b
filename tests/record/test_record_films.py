"""Films at the decoder: one frame a second becomes a hash; hostile ones are refused and stop nothing."""

import io

import pytest

from oureyes.correlate.media import compare, keys, probes
from oureyes.errors import InvalidObject
from oureyes.record import media
from oureyes.record.media import hashed

pytestmark = pytest.mark.media


def a_scene(seed, size):
    """Waves in all directions: as much in it as in a photograph."""
    import av
    import numpy

    some = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:240, 0:320]
    waves = (some.uniform(-0.12, 0.12, 2) for _ in range(24))
    height = sum(some.uniform(0.3, 1) * numpy.sin(x * a + y * b + some.uniform(0, 6)) for a, b in waves)
    grey = ((height - height.min()) / (height.max() - height.min()) * 255).astype(numpy.uint8)
    pixels = numpy.ascontiguousarray(numpy.stack([grey, grey // 2, 255 - grey], 2))
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(*size)


def a_film(scenes, codec="mpeg4", container="mp4", size=(320, 240), rate=5, seconds=3):
    import av

    out = io.BytesIO()
    with av.open(out, "w", format=container) as film:
        stream = film.add_stream(codec, rate=rate, width=size[0], height=size[1], pix_fmt="yuv420p")
        stream.bit_rate = 4_000_000
        for seed in scenes:
            scene = a_scene(seed, size)
            for _ in range(rate * seconds):
                film.mux(stream.encode(scene.reformat(format="yuv420p")))
        film.mux(stream.encode(None))
    return out.getvalue()


def taken(folder, **films):
    """What is made of each, by name; `a_mp4=…` is the file a.mp4."""
    paths = []
    for name, data in films.items():
        paths.append(folder / name.replace("_", "."))
        paths[-1].write_bytes(data)
    return dict(zip(films, hashed(paths), strict=True))


def frames(obj):
    return next(iter(obj.content["extensions"].values()))["frames"]


def test_a_film_is_a_frame_a_second_without_those_that_show_nothing_new(tmp_path):
    (found,) = taken(tmp_path, a_mkv=a_film([1, 2, 3], container="matroska")).values()
    assert found.content["mime_type"] == "video/x-matroska"
    said = frames(found)
    assert [one["second"] for one in said if one["second"] % 3 == 0] == [0.0, 3.0, 6.0]
    assert len(said) <= 9
    assert all(one["quality"] >= 50 and len(one["pdq"]) == 64 for one in said)
    assert "name" not in found.content


def test_a_film_encoded_anew_and_an_excerpt_of_it_are_found_and_another_is_not(tmp_path):
    whole = [1, 2, 3, 4]
    found = taken(
        tmp_path,
        a_mp4=a_film(whole),
        b_webm=a_film(whole, codec="libvpx-vp9", container="webm", size=(240, 180)),
        c_avi=a_film(whole[1:], container="avi", size=(480, 360)),
        d_mp4=a_film([7, 8, 9], codec="libx264"),
    )
    one = found.pop("a_mp4")
    met = {name: compare(one, other) for name, other in found.items()}
    assert met["b_webm"].reason.startswith("4 of 4 scenes")
    assert met["c_avi"].reason.startswith("3 of 3 scenes")
    assert met["d_mp4"] is None
    for name in ("b_webm", "c_avi"):
        assert {*keys(one)} & {*probes(found[name])}
    assert found["b_webm"].content["mime_type"] == "video/webm"


def test_a_still_meets_the_film_it_is_from(tmp_path):
    still = io.BytesIO()
    a_scene(3, (320, 240)).to_image().save(still, "JPEG")
    found = taken(tmp_path, a_mp4=a_film([1, 2, 3]), still_jpg=still.getvalue())
    met = compare(found["a_mp4"], found["still_jpg"])
    assert met.reason.startswith("the picture is in the film, at second ")


def test_a_long_film_is_read_by_its_key_frames(tmp_path):
    (found,) = taken(tmp_path, a_mp4=a_film(range(11), rate=1, seconds=60)).values()
    said = [one["second"] for one in frames(found)]
    assert len(said) > 10
    assert max(said) > 590


def test_of_a_film_that_never_rests_the_step_between_frames_grows(monkeypatch):
    class Still:
        width = height = 1

        def __init__(self, second):
            self.time = second
            self.shown = second

        def to_ndarray(self, format):
            return self.shown

    decoding = media.decoding
    monkeypatch.setattr(decoding, "_FRAMES", 100)
    monkeypatch.setattr(decoding, "_hashed", lambda shown: (f"{(1 << 256) - 1 if int(shown) % 3 else 0:064x}", 99))
    kept = decoding._frames(Still(at) for at in range(3_000))
    assert 50 <= len(kept) <= 100
    assert kept[-1]["second"] > 2_900


def test_a_film_that_is_none_is_refused_and_the_next_is_taken(tmp_path):
    good = a_film([1])
    hostile = {
        "list_mp4": b"#EXTM3U\n#EXTINF:1\nhttp://127.0.0.1:9/a.ts\n",
        "concat_mkv": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "cut_mp4": good[:2000],
        "head_mp4": good[:8] + b"\xff" * 500,
        "empty_avi": b"RIFF\0\0\0\0AVI ",
        "sound_mkv": b"\x1aE\xdf\xa3" + b"\0" * 100,
    }
    found = taken(tmp_path, **hostile, good_mp4=good)
    assert [name for name in hostile if not isinstance(found[name], InvalidObject)] == []
    assert found["list_mp4"].expected == "MP4, Matroska, WebM or AVI"
    assert found["good_mp4"].content["mime_type"] == "video/mp4"


def test_a_film_of_too_many_pixels_is_refused(tmp_path, monkeypatch):
    small = tmp_path / "small.py"
    small.write_text((media.Path(media.decoding.__file__)).read_text().replace("40_000_000", "70_000"))
    monkeypatch.setattr(media.decoding, "__file__", str(small))
    (found,) = taken(tmp_path, a_mp4=a_film([1])).values()
    assert found.found == "too many pixels"


def test_a_film_decoder_opens_nothing_and_has_no_network(tmp_path, monkeypatch):
    """In the place of the film's decoder, FFmpeg is asked for a file and for an address."""
    escape = tmp_path / "escape.py"
    trying = """
def _film(data):
    if len(data) < 2000:
        return {}  # what it warms up with
    import av
    tried = []
    for name in (THE_FILM, "http://127.0.0.1:9/a.mp4", "concat:/etc/hostname", "/dev/video0"):
        try:
            av.open(name)
        except (OSError, ValueError) as error:
            if type(error).__name__ != "InvalidDataError":
                continue
        tried.append(name)
    return {"error": "open: " + ",".join(map(str, tried))}


if __name__ == "__main__":
"""
    trying = trying.replace("THE_FILM", repr(str(tmp_path / "a.mp4")))
    source = (media.Path(media.decoding.__file__)).read_text()
    escape.write_text(source.replace('if __name__ == "__main__":\n', trying))
    monkeypatch.setattr(media.decoding, "__file__", str(escape))
    (found,) = taken(tmp_path, a_mp4=a_film([1])).values()
    assert found.found == "open: "


def test_without_the_package_for_films_pictures_are_still_hashed(tmp_path, monkeypatch):
    less = tmp_path / "less.py"
    source = (media.Path(media.decoding.__file__)).read_text().replace("import av\n", "import no_such_av as av\n")
    less.write_text(source)
    monkeypatch.setattr(media.decoding, "__file__", str(less))
    still = io.BytesIO()
    a_scene(3, (320, 240)).to_image().save(still, "JPEG")
    found = taken(tmp_path, a_mp4=a_film([1]), still_jpg=still.getvalue())
    assert found["a_mp4"].found == "a film, and no package av"
    assert found["still_jpg"].content["mime_type"] == "image/jpeg"
