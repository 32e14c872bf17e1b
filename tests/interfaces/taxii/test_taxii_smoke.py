"""Scratch."""
from taxii_parties import Site, ids, pages, post
def test_smoke(tmp_path):
    site=Site(tmp_path)
    where, made = site.filled(5)
    r=site.ann.get("/taxii2/"); print(r)
    r=site.ann.get(where); print(r)
    r=site.ann.get(where+"objects/",{"limit":2}); print(r)
    print([ids(p) for p in pages(site.ann, where+"objects/",2)])
    print(site.ann.get(where+"manifest/").body)
    print(site.ann.get(where+f"objects/{made[0].id}/versions/").body)
    print(site.ann.ask("DELETE",where+f"objects/{made[0].id}/"))
    print(ids(site.ann.get(where+"objects/")))
    print(post(site.ann,where,made[0]))
    print(ids(site.ann.get(where+"objects/")))
    site.close()
