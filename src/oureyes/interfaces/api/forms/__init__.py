"""What is asked at `/api/1` and what is answered, as types. The client needs these, and nothing of the node."""

from oureyes.interfaces.api.forms.admission import *  # noqa: F403 - the parts are one vocabulary in seven files
from oureyes.interfaces.api.forms.desk import *  # noqa: F403 - as above
from oureyes.interfaces.api.forms.hits import *  # noqa: F403 - as above
from oureyes.interfaces.api.forms.intake import *  # noqa: F403 - as above
from oureyes.interfaces.api.forms.knowledge import *  # noqa: F403 - as above
from oureyes.interfaces.api.forms.links import *  # noqa: F403 - as above
from oureyes.interfaces.api.forms.shared import *  # noqa: F403 - as above
