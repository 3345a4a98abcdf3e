"""A guard in front of every door of the server: whatever route a request takes, it is let in here or nowhere.

Tornado asks the application for the handler of each request. There every handler's class gets the guard in front, so no
route of Bokeh or Panel, and none that a later version adds, can be left out.
"""

import logging
from collections.abc import Callable
from typing import Any

from bokeh.application.handlers.handler import Handler
from bokeh.document import Document
from bokeh.server.tornado import BokehTornado
from bokeh.server.views.autoload_js_handler import AutoloadJsHandler
from bokeh.server.views.doc_handler import DocHandler
from bokeh.server.views.ico_handler import IcoHandler
from bokeh.server.views.metadata_handler import MetadataHandler
from tornado.httputil import HTTPServerRequest
from tornado.web import ErrorHandler, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketHandler

from reporting.server.gate import Gate
from reporting.server.guards import TOKEN_CLAIM, FileGuard, Guard, OpenGuard, PageGuard, ShutGuard, SocketGuard

log = logging.getLogger(__name__)

SHUT = (AutoloadJsHandler, MetadataHandler)
"""Ways to embed pages into other sites, which this one does not offer."""


class OpenDoor(RequestHandler):
    """A handler that lets strangers in: to sign in, for instance."""


class PageOwner(Handler):
    """Puts into each page's token whose it is."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def modify_document(self, doc: Document) -> None:
        """Leave the page as it is."""

    def process_request(self, request: HTTPServerRequest) -> dict[str, Any]:
        """Return what the token says more: whose page it is."""
        sign_in = self._gate.sign_in_of(request)
        return {TOKEN_CLAIM: sign_in.handle} if sign_in else {}


def guard_every_door(application: BokehTornado, gate: Gate, sign_out_origin: Callable[[], str]) -> None:
    """Put the guard in front of every handler, also of those for addresses that do not exist.

    `sign_out_origin`: the only other place that a form of the page may lead to, or "".
    """
    give = application.get_handler_delegate
    application.settings["log_function"] = _log_fault
    application.settings["default_handler_class"] = ErrorHandler
    application.settings["default_handler_args"] = {"status_code": 404}

    made: dict[type, type] = {}

    def give_guarded(request: HTTPServerRequest, target: type, *rest: Any, **more: Any) -> Any:
        if target not in made:
            kind = next(guard for base, guard in _GUARDS if issubclass(target, base))
            members = {"gate": gate, "sign_out_origin": staticmethod(sign_out_origin)}
            made[target] = type(f"Guarded{target.__name__}", (kind, target), members)
        return give(request, made[target], *rest, **more)

    application.get_handler_delegate = give_guarded


def _log_fault(handler: RequestHandler) -> None:
    """Log what went wrong here, by path: what follows it in an address, such as the provider's code, is nobody's."""
    if handler.get_status() >= 500 and handler.get_status() != 503:
        log.error("%s %s answered %d", handler.request.method, handler.request.path, handler.get_status())


_GUARDS: tuple[tuple[type, type[Guard]], ...] = (
    (OpenDoor, OpenGuard),
    (IcoHandler, OpenGuard),
    (SHUT[0], ShutGuard),
    (SHUT[1], ShutGuard),
    (WebSocketHandler, SocketGuard),
    (DocHandler, PageGuard),
    (StaticFileHandler, FileGuard),
    (RequestHandler, Guard),
)
"""The first that fits; the last one fits everything."""
