"""The two cards as one tool of the client page: a proposal can be tried in the "what if" above it."""

from contract.bundle import Bundle
from contract.messages import Scored
from db.clients import Client
from reporting.backend.scheduling import Later
from reporting.backend.services import Services
from reporting.pages.base import Announce
from reporting.pages.client.tools.what_if.proposal import Proposal
from reporting.pages.client.tools.what_if.recourse_card import RecourseCard
from reporting.pages.client.tools.what_if.what_if_card import WhatIfCard
from reporting.widgets.components import column
from reporting.widgets.theme import Look


class WhatIf:
    """What if, and what would change it."""

    def __init__(self, services: Services, bundle: Bundle, later: Later, announce: Announce) -> None:
        self._trial = WhatIfCard(services, bundle, later, announce)
        self._recourse = RecourseCard(services, bundle, later, announce, self._trial.put)
        changeable = any(feature.actionable for feature in bundle.schema.model_features)
        self._recourse.panel.visible = changeable  # else the card above says that there is nothing to change
        self.panel = column(self._trial.panel, self._recourse.panel, css=":host { gap: 20px; }")

    @property
    def proposal(self) -> Proposal | None:
        """The smallest change that would change the result; None when none was searched for, or found."""
        return self._recourse.best

    def show(self, client: Client, scored: Scored, look: Look) -> None:
        """Begin anew with a score; with the same one, only speak the other language."""
        self._trial.show(client, scored, look)
        self._recourse.show(client, scored, look)

    def wipe(self) -> None:
        """Forget everything."""
        self._trial.wipe()
        self._recourse.wipe()
