"""A route that takes everything below a path, whatever stands there: the framework's own leaves what holds a line
break to its plain-text 404, and a door answers every request in its own form."""

from __future__ import annotations

from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Below"]


class Below(BaseRoute):
    """Everything at and below `path` goes to `app`."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        self.path, self._app = path.rstrip("/"), app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = str(scope.get("path", ""))
        mine = scope["type"] == "http" and (path == self.path or path.startswith(f"{self.path}/"))
        return (Match.FULL, {"path_params": {}}) if mine else (Match.NONE, {})

    def url_path_for(self, name: str, /, **path_params: object) -> NoMatchFound:  # type: ignore[override]  # it has no name
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
