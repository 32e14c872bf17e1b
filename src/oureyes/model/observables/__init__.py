"""One normal form for every value that two states may both have seen, and the STIX objects that hold it.

The forms are protocol: they feed keys, ids and private questions, so two nodes must agree on them to the letter.
`CANON` names the rule set and `interop/canon-1.json` holds its vectors; a changed form is a new number.

    kind                    normal form
    domain-name             A-labels, lower case, no trailing dot (UTS #46)
    ipv4-addr, ipv6-addr    canonical text (RFC 5952), with /prefix when it is a network, host bits cleared
    url                     scheme and host lower, no default port, no fragment, "/" for an empty path
    email-addr              local part as given, host as domain-name
    hash:ALGORITHM          lower-case hexadecimal; hash:ssdeep as given, hash:tlsh "T1" + upper case
    phone-number            E.164
    iban, bank-account      no spaces, upper case; `CC:BANK:NUMBER`
    cryptocurrency-wallet   `chain:address`, checksum verified
    user-account            `service:name`
    file-name, file-path, process-name, mutex, windows-registry-key
    mac-addr                aa:bb:cc:dd:ee:ff
    autonomous-system       the number
    passport, vehicle       `ISO3:NUMBER`, `ISO2:PLATE`
    imei, imo, cve
"""

from oureyes.model.observables.fangs import defang, refang
from oureyes.model.observables.forms import CANON, KINDS, Observable, kind_of, normalise
from oureyes.model.observables.internet import host_of, own_domain, registered_domain
from oureyes.model.observables.papers import mrz_check_digit, passport_of_mrz
from oureyes.model.observables.stix import observables_of, observables_of_misp, sco

__all__ = [
    "CANON",
    "KINDS",
    "Observable",
    "defang",
    "host_of",
    "kind_of",
    "mrz_check_digit",
    "normalise",
    "observables_of",
    "observables_of_misp",
    "own_domain",
    "passport_of_mrz",
    "refang",
    "registered_domain",
    "sco",
]
