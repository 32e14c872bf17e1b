"""Where words end in scripts without spaces, with ICU and without."""

import builtins

import icu4py
import pytest

from oureyes.understand import wordbreaks


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("ตำรวจจับจักรยาน", ["ตำรวจ", "จับ", "จักรยาน"]),
        ("打击恐怖主义融资", ["打击", "恐怖", "主义", "融资"]),
        ("ເງິນໂອນ", ["ເງິນ", "ໂອນ"]),
    ],
)
def test_a_run_of_letters_is_cut_at_its_words(text, cut):
    assert wordbreaks.words(f"seen: {text}, 12") == [cut]


def test_what_has_spaces_is_not_cut():
    assert wordbreaks.words("Thongdi பணமோசடி محمد") == []


def test_the_version_names_the_dictionaries():
    assert wordbreaks.version() == f"icu{icu4py.icu_version}"


def test_without_the_wheel_nothing_is_cut_and_nothing_breaks(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name.startswith("icu4py"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.setattr(wordbreaks, "breaker", wordbreaks.breaker.__wrapped__)
    assert wordbreaks.words("打击恐怖主义") is None
    assert wordbreaks.version() == ""
