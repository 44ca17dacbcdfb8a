"""What identity providers put into their tokens, so that few settings are needed.

A preset fills the settings that are left out. Sources, as of 2026: Clerk, "Session tokens",
version 2; Auth0, "Access token profiles" and "Create custom claims"; Keycloak's Server
Administration Guide, "Mapping organization claims".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# What a claim must be; None where it may be left out.
Expected = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, kw_only=True)
class Preset:
    """`settings` are defaults by the settings' names, `keys` the JWKS URL below the issuer."""

    settings: Mapping[str, Any]
    keys: str = ""
    issuer_ends_with_slash: bool | None = None
    # Which tokens are meant for an API; others of the same issuer are refused.
    expected: Expected = field(default_factory=dict)
    # The organization's claim is a list or an object, of one.
    lists_organizations: bool = False

    def issuer(self, given: str) -> str:
        """The `iss` of this provider's tokens, from its address or only its domain."""
        address = given if "://" in given else f"https://{given}"
        if self.issuer_ends_with_slash is None:
            return address
        return address.rstrip("/") + ("/" if self.issuer_ends_with_slash else "")

    def defaults(self, issuer: str) -> dict[str, Any]:
        """The settings that it knows, by their names."""
        keys = {"jwks_url": issuer.rstrip("/") + self.keys} if self.keys else {}
        return {**self.settings, **keys}


OWN_NAMES = {"viewer": "viewer", "analyst": "analyst", "admin": "admin"}

PRESETS: Mapping[str, Preset] = {
    # Session tokens have no `aud`; `azp` is the origin of the page that asked for it. The compact
    # claim "o" came with version 2; before there were org_id and org_role.
    "clerk": Preset(
        settings={
            "jwt_audience": "",
            "jwt_organization_claim": "o.id,org_id",
            "jwt_role_claim": "o.rol,org_role",
            "jwt_role_names": {
                "admin": "admin",
                "member": "analyst",
                "org:admin": "admin",
                "org:member": "analyst",
            },
        },
        keys="/.well-known/jwks.json",
        issuer_ends_with_slash=False,
        # A session is pending until its tasks are done, such as choosing an organization.
        expected={"sts": (None, "active")},
    ),
    # Claims of one's own need a URL as their name; permissions are those of this API alone.
    "auth0": Preset(
        settings={
            "jwt_organization_claim": "org_id",
            "jwt_role_claim": "https://attune/role,permissions",
            "jwt_role_names": OWN_NAMES | {f"attune:{name}": name for name in OWN_NAMES},
            "jwt_job_role_claim": "https://attune/job_role",
            "jwt_goals_claim": "https://attune/goals",
            "jwt_department_claim": "https://attune/department",
        },
        keys="/.well-known/jwks.json",
        issuer_ends_with_slash=True,
    ),
    # Realm roles are shared by all applications of the realm, and one of the realm master is called
    # admin: so ours have a prefix. ID tokens are signed with the same keys and may have our `aud`.
    "keycloak": Preset(
        settings={
            "jwt_organization_claim": "organization",
            "jwt_role_claim": "realm_access.roles",
            "jwt_role_names": {f"attune-{name}": name for name in OWN_NAMES},
        },
        keys="/protocol/openid-connect/certs",
        issuer_ends_with_slash=False,
        expected={"typ": ("Bearer",)},
        lists_organizations=True,
    ),
    # Any other provider: its JWKS URL is found by discovery.
    "oidc": Preset(settings={}),
}
