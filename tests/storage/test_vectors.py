"""Vectors of texts: by one model, beside the object, gone with its content."""

from a_case import an_object
from stores import add, retract

from oureyes.storage import vectors


def kept(store, *texts):
    found = [an_object("note", content=text, object_refs=[]) for text in texts]
    return found, [one.object for one in add(store, *found)]


def test_a_vector_is_read_by_the_model_that_made_it_alone(store):
    _, [number] = kept(store, "text")
    store.write(lambda c: vectors.put(c, "one", [(number, "en", b"1234")]))
    with store.read() as connection:
        assert vectors.of(connection, "one", number) == ("en", b"1234")
        assert vectors.of(connection, "other", number) is None
        assert vectors.held(connection, "other", 10, range(100)) == []


def test_what_is_there_stays(store):
    _, [number] = kept(store, "text")
    for body in (b"1234", b"5678"):
        store.write(lambda c, body=body: vectors.put(c, "one", [(number, "en", body)]))
    with store.read() as connection:
        assert vectors.of(connection, "one", number) == ("en", b"1234")


def test_held_names_the_object_and_its_label_and_leaves_out_samples_and_what_fell(store):
    notes, numbers = kept(store, "one", "two")
    rows = [(number, "en", b"1234") for number in numbers] + [(-1, "th", b"9999"), (-2, "th", b"8888")]
    store.write(lambda c: vectors.put(c, "m", rows))
    store.write(lambda c: c.exec_driver_sql(f"UPDATE holding SET state = 'retracted' WHERE object = {numbers[0]}"))
    with store.read() as connection:
        [one] = vectors.held(connection, "m", 10, range(100))
        assert vectors.held(connection, "m", 10, []) == vectors.held(connection, "m", 10, [one.label + 1]) == []
        assert (one.id, one.object, one.language, one.body) == (notes[1].id, numbers[1], "en", b"1234")
        assert one.label > 0
        assert vectors.samples(connection, "m") == [("th", b"9999"), ("th", b"8888")]


def test_erased_content_leaves_no_vector(store):
    [note], [number] = kept(store, "text")
    store.write(lambda c: vectors.put(c, "m", [(number, "en", b"1234")]))
    retract(store, note.id, erase=True)
    with store.read() as connection:
        assert vectors.of(connection, "m", number) is None


def test_what_waits_is_of_the_types_asked_for_and_still_has_its_content(store):
    _, numbers = kept(store, "one", "two", "three")
    add(store, an_object("malware", name="m", is_family=False))
    store.write(lambda c: c.exec_driver_sql(f"UPDATE object SET body = NULL WHERE n = {numbers[1]}"))
    with store.read() as connection:
        assert [n for n, _ in vectors.waiting(connection, ("note",), 0, 9)] == [numbers[0], numbers[2]]
        assert [n for n, _ in vectors.waiting(connection, ("note", "malware"), numbers[0], 1)] == [numbers[2]]


def test_a_holding_knows_its_object(store):
    _, numbers = kept(store, "one")
    with store.read() as connection:
        assert vectors.number_of(connection, 1) == numbers[0]
