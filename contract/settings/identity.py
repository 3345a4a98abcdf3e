"""Who is who: the OpenID Connect provider that the doors trust, and how long a sign-in lasts."""

from pydantic import BaseModel, Field, SecretStr


class IdentitySettings(BaseModel):
    """Settings of sign-in and tokens."""

    oidc_issuer: str | None = Field(
        None,
        description="address of the OpenID Connect provider whose people and tokens are trusted, as its discovery "
        "document says it; without one the doors are open, which production refuses",
    )
    oidc_audience: str = Field("neoscore", description="audience that a token for the gateway must name")
    oidc_client_id: str = Field("neoscore-dashboard", description="name under which the provider knows the dashboard")
    oidc_client_secret: SecretStr | None = Field(None, description="the dashboard's secret at the provider")
    oidc_roles_claim: str = Field(
        "roles",
        description="claim of the identity token that lists a person's roles (advisor, operator, auditor); dots lead "
        "into objects, as in `realm_access.roles`",
    )
    cookie_secret: SecretStr | None = Field(
        None,
        description="key that signs and encrypts the dashboard's cookies, at least 32 bytes; by default a new one at "
        "each start, so that a restart signs everybody out",
    )
    session_minutes: float = Field(
        30, gt=0, description="a sign-in that is not used for so long ends: a conversation, and a coffee"
    )
