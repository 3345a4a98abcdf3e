"""The OpenID Connect provider that dashboard and gateway trust, and how long a session lasts."""

from pydantic import BaseModel, Field, SecretStr, field_validator

from contract.access import Role


class IdentitySettings(BaseModel):
    """Settings of sign-in and tokens."""

    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="issuer URL of the trusted OpenID Connect provider, exactly as in its discovery document; without "
        "one, anyone can use the dashboard and the gateway, which production refuses",
    )
    oidc_audience: str = Field("neoscore", description="audience that a token for the gateway must name")
    oidc_client_id: str = Field("neoscore-dashboard", description="name under which the provider knows the dashboard")
    oidc_client_secret: SecretStr | None = Field(None, description="the dashboard's secret at the provider")
    oidc_scopes: str = Field(
        "openid profile",
        description="scopes that the dashboard asks for, separated by spaces, `openid` among them; no `email`: what is "
        "not sent cannot be kept. Add `offline_access` only if the provider gives refresh tokens for nothing less",
    )
    oidc_acr_values: str | None = Field(
        None,
        description="ways to authenticate of which the provider must have used one, separated by spaces, such as its "
        "name for two factors; an identity token with another `acr` is refused",
    )
    oidc_max_age_minutes: float | None = Field(
        None,
        gt=0,
        description="minutes after which the provider must ask for the password again at sign-in, although it still "
        "knows the person; default: as the provider decides",
    )
    oidc_recheck_minutes: float = Field(
        15,
        gt=0,
        description="minutes after which the dashboard asks the provider again whether a signed-in person still has an "
        "account, a session and the same roles, with the refresh token; without one the session ends then",
    )
    oidc_roles_claim: str = Field(
        "roles",
        description=f"claim of the identity token that lists a person's roles ({', '.join(Role)}); dots lead "
        "into objects, as in `realm_access.roles`",
    )
    oidc_name_claim: str = Field(
        "sub",
        description="claim of the identity token by which the access log names a person: unique, never "
        "reassigned, and not an e-mail address; dots lead into objects",
    )
    token_max_age_hours: float = Field(
        24,
        gt=0,
        description="hours after which the gateway refuses a token, however long its issuer trusts it: a program that "
        "signs in daily",
    )
    session_idle_minutes: float = Field(
        30, gt=0, description="minutes of inactivity after which a session ends: a conversation and a coffee break"
    )

    business_purposes: str = Field(
        "application,review,collection,complaint,other",
        pattern=r"^[a-z][a-z_]{0,31}(,[a-z][a-z_]{0,31})*$",
        description="for what advisors may open a client's file, which the access log records: words of lower-case "
        "letters and `_`, with commas between. An advisor says it once in a session, and can change it for the next "
        "client; a single word is not asked for, nor is any in development, where the first one is chosen already",
    )

    @field_validator("oidc_scopes")
    @classmethod
    def _require_openid(cls, scopes: str) -> str:
        if "openid" not in scopes.split():
            raise ValueError("`openid` must be among the scopes")
        return scopes

    @property
    def business_purpose_words(self) -> tuple[str, ...]:
        """For what advisors may open a client's file, in the order of the choice."""
        return tuple(dict.fromkeys(self.business_purposes.split(",")))

    @property
    def requires_sign_in(self) -> bool:
        """Whether dashboard and gateway serve authenticated callers only. Nothing else decides this."""
        return self.oidc_issuer is not None
