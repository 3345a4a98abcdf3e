"""`PUT` and `DELETE /clients/{client_ref}`: the bank's own client data, one client at a time."""

from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from contract.access import Purpose
from contract.encoding import RowEncoder, invalid_features
from contract.headers import JSON
from contract.messages import MAX_REQUEST_BYTES
from db.client_rows import storable
from db.client_writes import delete_client, put_client
from db.errors import DatabaseError
from producers.gateway.problems import GatewayCode, ProblemError, to_problem
from producers.gateway.request_body import read_body, require_media_type
from producers.gateway.routing import BODY_STATUSES, TAG_CLIENTS, CallerParam, GatewayRouter, json_response, schema_ref
from producers.gateway.schemas import ClientData, StoredClient, decode_client_data
from producers.gateway.score_routes import check_pseudonym
from producers.gateway.services import GatewayServices

ClientRefParam = Annotated[str, Path(description="pseudonym of the client", max_length=128, pattern=r"^[!-.0-~]+$")]
"""Printable ASCII without spaces and slashes: what a path holds unchanged on the way through every proxy."""


def client_routes(services: GatewayServices) -> GatewayRouter:
    """Return the routes that change clients. The access log has an entry of each change, or there is no change."""
    router = GatewayRouter(services.auth)

    @router.route(
        "PUT",
        "/clients/{client_ref}",
        "Store a client",
        purpose=Purpose.GATEWAY_CLIENT_PUT,
        tag=TAG_CLIENTS,
        response={JSON: schema_ref(StoredClient)},
        success=(200, 201),
        body={JSON: schema_ref(ClientData)},
        statuses=BODY_STATUSES,
        description="Replaces all values of the client, or stores a new client (201). Features that are absent count "
        "as missing.",
    )
    async def put(request: Request, client_ref: ClientRefParam, caller: CallerParam) -> Response:
        async with services.audit.record_invalid_requests(caller):
            check_pseudonym(services, client_ref)
            require_media_type(request, JSON)
            features = decode_client_data(await read_body(request, MAX_REQUEST_BYTES)).features
            schema = storable(services.model.current().bundle.schema)
            _, faults = RowEncoder(schema).encode(features)
            if faults:
                error = invalid_features(faults)
                raise ProblemError(error.code, error.detail, error.fields)
        try:
            created = await services.run_in_db_pool(
                put_client,
                services.engine,
                schema,
                client_ref,
                features,
                caller.actor,
                caller.purpose,
                caller.request_id,
            )
        except DatabaseError as error:
            raise to_problem(error) from error
        return json_response(StoredClient(client_ref=client_ref, created=created), 201 if created else 200)

    @router.route(
        "DELETE",
        "/clients/{client_ref}",
        "Delete a client",
        purpose=Purpose.GATEWAY_CLIENT_DELETE,
        tag=TAG_CLIENTS,
        success=(204,),
        statuses=(404, 422),
        description="Deletes the client's data. The access log keeps its entries about the client.",
    )
    async def delete(client_ref: ClientRefParam, caller: CallerParam) -> Response:
        async with services.audit.record_invalid_requests(caller):
            check_pseudonym(services, client_ref)
        try:
            deleted = await services.run_in_db_pool(
                delete_client, services.engine, client_ref, caller.actor, caller.purpose, caller.request_id
            )
        except DatabaseError as error:
            raise to_problem(error) from error
        if not deleted:
            raise ProblemError(GatewayCode.CLIENT_UNKNOWN, "no client has this reference")
        return Response(status_code=204)

    return router
