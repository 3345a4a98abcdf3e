"""The pages of the dashboard. A new page: its name and roles in `contract.access`, its class here. Loads no page."""

from collections.abc import Mapping
from importlib import import_module

from contract.access import PageName
from reporting.pages.base import PageFactory

PAGES: Mapping[PageName, str] = {
    PageName.CLIENT: "client.page:ClientPage",
    PageName.PORTFOLIO: "portfolio.page:PortfolioPage",
    PageName.OPERATIONS: "operations.page:OperationsPage",
    PageName.AUDIT: "access_log.page:AccessLogPage",
    PageName.MODEL: "model.page:ModelPage",
}
"""Page → module and class in this package, as text: what reads this table need not load Panel."""


def load_page(name: PageName) -> PageFactory:
    """Return the class of a page."""
    module, _, factory = PAGES[name].partition(":")
    page: PageFactory = getattr(import_module(f"{__package__}.{module}"), factory)
    return page
