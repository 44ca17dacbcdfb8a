"""Who may call what: the access option of each RPC, read once at start."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from attune.common.v1 import access_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from services.common.caller import ROLES, Caller
from services.common.errors import PermissionDenied
from services.common.scopes import ANY_SCOPE, scope_text


@dataclass(frozen=True)
class Rule:
    """The access option of one RPC."""

    name: str
    anyone: bool
    roles: frozenset[int]
    self_field: str
    system: bool
    deadline_seconds: int
    scope: str

    @property
    def needed(self) -> str:
        """The roles that may call, for those who may not: of people, where people may at all."""
        able = [name for name, number in ROLES.items() if number in self.roles]
        return " or ".join([name for name in able if name != "service"] or able)

    def check(self, who: Caller, request: Any) -> None:
        """Raises PermissionDenied where this caller may not make this request."""
        if ROLES[who.role] not in self.roles:
            raise PermissionDenied(f"this needs the role {self.needed}, and yours is {who.role}")
        if self.system != (not who.organization_id):
            scope = "no organization" if self.system else "one organization"
            raise PermissionDenied(f"this needs a token of {scope}")
        self._check_scope(who)
        if self.self_field and not who.may_read_others:
            named = getattr(request, self.self_field)
            if named and named != who.subject:
                raise PermissionDenied(f"{self.self_field} must be your own, or be left out")

    def _check_scope(self, who: Caller) -> None:
        if who.scopes is None:
            return
        if not self.scope:
            raise PermissionDenied("this is not for API keys")
        if self.scope != ANY_SCOPE and self.scope not in who.scopes:
            wanted = f"this needs an API key with the scope {self.scope}"
            raise PermissionDenied(wanted, scope=self.scope)


def rules_of(services: Iterable[ServiceDescriptor]) -> dict[str, Rule]:
    """Full method path -> rule. Raises ValueError for an RPC without the option."""
    return {
        f"/{service.full_name}/{method.name}": rule_of(method)
        for service in services
        for method in service.methods
    }


def rule_of(method: MethodDescriptor) -> Rule:
    option: access_pb2.Access = method.GetOptions().Extensions[access_pb2.access]  # type: ignore[index]
    if not option.anyone and not option.roles:
        raise ValueError(f"{method.full_name} has no access option: say who may call it")
    return Rule(
        name=method.name,
        anyone=option.anyone,
        roles=frozenset(option.roles),
        self_field=option.self_field,
        system=option.system,
        deadline_seconds=option.deadline_seconds,
        scope=scope_text(option.scope),
    )
