"""Starting the stack, service by service; each is ready before the next one needs it."""

import re
import secrets
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from contract.active_model import active_bundle_path
from contract.bundle import Bundle, load_bundle
from contract.errors import BundleError
from contract.settings import Settings
from contract.topic_admin import create_topics, verify_topics
from contract.topics import TopicCheckStatus
from db.client_fit import client_fit
from db.clients import count_clients
from db.engine import open_engine
from db.migrate import migrate
from scorer.trial import try_out
from stack.client_loading import EXIT_PARTIAL
from stack.database import has_address
from stack.errors import MissingDependencyError, ServiceFailedError
from stack.local import demo_idp, kafka, postgres, tansu
from stack.local.kept_folder import KeptFolder
from stack.local.ports import HOST, choose_port
from stack.local.process import ChildProcess, ProcessSpec, run_to_completion
from stack.probes import is_served
from stack.progress import StepPrinter
from stack.registry import enter_served
from stack.state import BrokerInfo, DashboardInfo, DatabaseInfo, GatewayInfo, ServedModelInfo
from stack.supervisor import Supervisor
from stack.workers import service_environment, wait_until_serving
from training.sources import DATA_SOURCES

EXTERNAL = "external"

_ADDRESS = re.compile(r"[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*")


def resolve_broker(wanted: str) -> str:
    """Return `apache`, `tansu` or `external` for `auto`, one of the two, or addresses.

    `auto` is Apache Kafka if this machine can run it, else Tansu. Raises MissingDependencyError, and ValueError for
    anything else.
    """
    match wanted:
        case kafka.KIND:
            kafka.check_kafka()
            return kafka.KIND
        case tansu.KIND:
            tansu.find_tansu()
            return tansu.KIND
        case "auto":
            return _detect_broker()
    if _ADDRESS.fullmatch(wanted):
        return EXTERNAL
    raise ValueError(f"{wanted!r} is neither auto, {kafka.KIND}, {tansu.KIND} nor HOST:PORT")


def _detect_broker() -> str:
    try:
        return resolve_broker(kafka.KIND)
    except MissingDependencyError as no_kafka:
        try:
            return resolve_broker(tansu.KIND)
        except MissingDependencyError as no_tansu:
            raise MissingDependencyError(
                f"no local broker available: {no_kafka}; {no_tansu}; pass one with --broker"
            ) from None


NO_CLIENTS = (
    "there are no clients yet: load them with `neoscore db load FILE --customer-number COLUMN`, also while this runs"
)

DATABASE_ROLES = {
    "dashboard": "neoscore_append, neoscore_audit",
    "gateway": "neoscore_service, neoscore_audit, neoscore_clients",
}
"""Service → what its login may do in the database."""

DASHBOARD_SECONDS = 90
"""Panel takes four seconds to import on a free core; a busy machine needs several times that."""


@dataclass(frozen=True)
class StackOptions:
    """Options of `neoscore up`."""

    workers: int
    broker: str
    database: str
    clients: Path | None = None
    """File of clients to load."""
    customer_number: str | None = None
    """Its column of customer numbers."""


def launch(supervisor: Supervisor, config: Settings, options: StackOptions, progress: StepPrinter) -> None:
    """Start everything; the supervisor's state then says what runs where. Raises the packages' errors."""
    config = _broker(supervisor, config, options.broker, progress)
    config = _database(supervisor, config, options.database, progress)
    bundle = _model(config, progress)
    _clients(config, bundle, options, progress)
    supervisor.state.model = ServedModelInfo(bundle.ref.version, str(bundle.path), pinned=config.model is not None)
    _topics(config, progress)
    variables = service_environment(config, **({"NEOSCORE_MODEL": str(bundle.path)} if config.model else {}))
    with progress.step("workers") as details:
        supervisor.start_workers(options.workers, variables)
        signed_in = _start_identity_provider(supervisor, config, variables)
        dashboard, dashboard_url = _start_http_service(
            supervisor, config, signed_in, "dashboard", config.dashboard_port
        )
        gateway, gateway_url = _start_http_service(supervisor, config, variables, "gateway", config.gateway_port)
        wait_until_serving(config, supervisor.workers)
        details.append(f"{options.workers} processes, all partitions served")
    with progress.step("dashboard") as details:
        dashboard.wait_until(lambda: is_served(dashboard_url, "/healthz"), DASHBOARD_SECONDS)
        supervisor.state.dashboard = DashboardInfo(dashboard_url)
        details.append(dashboard_url)
    with progress.step("gateway") as details:
        gateway.wait_until(lambda: is_served(gateway_url, "/healthz"), DASHBOARD_SECONDS)
        supervisor.state.gateway = GatewayInfo(gateway_url)
        details.append(f"{gateway_url}/docs")
    supervisor.state.ready = True
    supervisor.save_state()


def _broker(supervisor: Supervisor, config: Settings, wanted: str, progress: StepPrinter) -> Settings:
    kind = resolve_broker(wanted)
    with progress.step("broker") as details:
        if kind == EXTERNAL:
            address = wanted
        else:
            log = config.run_folder / "broker.log"
            part = (
                kafka.start_kafka(log, note=progress.note, retention=config.retention)
                if kind == kafka.KIND
                else tansu.start_tansu(log)
            )
            address = part.address
            supervisor.add_service(part)
        details += [{kafka.KIND: "Apache Kafka", tansu.KIND: "Tansu", EXTERNAL: "Kafka"}[kind], address]
    if kind == tansu.KIND:
        progress.note(tansu.CAVEAT)
    supervisor.state.kafka = BrokerInfo(address, kind, config.topic_prefix)
    supervisor.save_state()
    return config.model_copy(update={"kafka_bootstrap_servers": address})


def _database(supervisor: Supervisor, config: Settings, wanted: str, progress: StepPrinter) -> Settings:
    with progress.step("database") as details:
        if wanted == "auto" and has_address(config):
            address, kind = config.database_url, EXTERNAL
        elif wanted == "auto":
            part = postgres.start_postgres(config.run_folder / "database.log", kept=KeptFolder(config.home))
            supervisor.add_service(part)
            address, kind = part.address, part.kind
        else:
            address, kind = wanted, EXTERNAL
        details.append(f"PostgreSQL  {address.rpartition('@')[2]}")
        migrate(address)
    supervisor.state.database = DatabaseInfo(address, kind)
    supervisor.save_state()
    return config.model_copy(update={"database_url": address})


def _model(config: Settings, progress: StepPrinter) -> Bundle:
    with progress.step("model", spinner=False) as details:
        try:
            path = config.model or active_bundle_path(config.models_folder)
        except BundleError:
            _run_neoscore("train", config)
            path = active_bundle_path(config.models_folder)
        bundle = load_bundle(path, config.release_keys)
        if config.model:  # a bundle from elsewhere, which nobody activated here
            try_out(path, config.release_keys)
        details.append(f"{bundle.ref.version}  ROC AUC {bundle.metrics.roc_auc.mean:.3f}")
    return bundle


def _clients(config: Settings, bundle: Bundle, options: StackOptions, progress: StepPrinter) -> None:
    """Enter the model's version, load the clients that were asked for, and say what to do if there are none.

    An empty database gets the clients of the model's data set, if that comes with NeoScore.
    """
    with progress.step("clients", spinner=False) as details:
        engine = open_engine(config.database_url)
        try:
            enter_served(engine, bundle)
            if options.clients:
                column = ["--customer-number", options.customer_number] if options.customer_number else []
                _run_neoscore(
                    "db", config, "load", str(options.clients.absolute()), *column, accepted=(0, EXIT_PARTIAL)
                )
            elif bundle.schema.name in DATA_SOURCES and not count_clients(engine, bundle.schema):
                _run_neoscore("db", config, "seed", "--data", bundle.schema.name)
            fit = client_fit(engine, bundle.schema)
        finally:
            engine.dispose()
        details.append(f"{fit.clients:,} in the database" if fit.clients else "none yet")
    for sentence in fit.sentences() if fit.clients else [NO_CLIENTS]:
        progress.note(sentence)


def _topics(config: Settings, progress: StepPrinter) -> None:
    with progress.step("topics") as details:
        create_topics(config)
        verdict = verify_topics(config).status
        details.append(
            "delete what is older than 60 s" if verdict is TopicCheckStatus.SAFE else "retention cannot be verified"
        )


def _start_http_service(
    supervisor: Supervisor, config: Settings, variables: dict[str, str], name: str, preferred_port: int
) -> tuple[ChildProcess, str]:
    """Start dashboard or gateway, on this machine only and with a database login of its own; return its address too."""
    port = choose_port(preferred_port)
    if supervisor.state.database and supervisor.state.database.kind == postgres.KIND:
        login = postgres.add_login(config.database_url, name, DATABASE_ROLES[name])
        variables = {**variables, "NEOSCORE_DATABASE_URL": login}
    command = [sys.executable, "-m", "stack.cli", name, "--port", str(port)]
    variables = {**variables, f"NEOSCORE_{name.upper()}_HOST": HOST}
    child = ChildProcess(ProcessSpec(f"the {name}", command, config.run_folder / f"{name}.log", variables))
    supervisor.add_process(child)
    return child, f"http://{HOST}:{port}"


def _start_identity_provider(supervisor: Supervisor, config: Settings, variables: dict[str, str]) -> dict[str, str]:
    """Return the dashboard's environment: with demo users to sign in as, unless the settings name a provider."""
    if config.requires_sign_in:
        return variables
    child, issuer = demo_idp.start_provider(config, config.run_folder / "identity-provider.log")
    supervisor.add_process(child)
    supervisor.state.demo_users = [person.sub for person in demo_idp.DEMO_USERS]
    secret = secrets.token_urlsafe(24)  # this provider takes any
    sign_in = {"ISSUER": issuer, "CLIENT_SECRET": secret, "RECHECK_MINUTES": demo_idp.RECHECK_MINUTES}
    return {**variables, **{f"NEOSCORE_OIDC_{name}": str(value) for name, value in sign_in.items()}}


def _run_neoscore(command: str, config: Settings, *more: str, accepted: Collection[int] = (0,)) -> None:
    """Run one of our own commands to its end; its standard error is shown."""
    code = run_to_completion(
        ProcessSpec(
            name=f"neoscore {command}",
            arguments=[sys.executable, "-m", "stack.cli", command, *more],
            log=config.run_folder / f"{command}.log",
            environment=service_environment(config),
        )
    )
    if code not in accepted:
        raise ServiceFailedError(f"`neoscore {' '.join([command, *more])}` failed with exit code {code}, see above")
