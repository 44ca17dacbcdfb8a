"""Analytics' RPC services, each made of what it needs."""

from attune.analytics.v1 import (
    audit_pb2,
    audit_pb2_grpc,
    connections_pb2,
    connections_pb2_grpc,
    registry_pb2,
    registry_pb2_grpc,
    rollups_pb2,
    rollups_pb2_grpc,
    tracking_pb2,
    tracking_pb2_grpc,
    vocabulary_pb2,
    vocabulary_pb2_grpc,
)

from services.analytics.audit.service import AuditService
from services.analytics.audit.store import AuditLog
from services.analytics.catalogue.introspecting import Introspector
from services.analytics.catalogue.store import Catalogues, CatalogueStore
from services.analytics.connections.connections import Connections
from services.analytics.connections.opening import Opener
from services.analytics.connections.registering import Registrar
from services.analytics.connections.service import ConnectionsService
from services.analytics.connections.store import ConnectionStore
from services.analytics.registry.service import RegistryService
from services.analytics.results.cache import ResultCache
from services.analytics.rollups.service import RollupsService
from services.analytics.tracking.recorder import Recorder
from services.analytics.tracking.refused import RefusedStore
from services.analytics.tracking.replaying import Replayer
from services.analytics.tracking.service import TrackingService
from services.analytics.vocabulary.service import VocabularyService
from services.common.clock import Clock
from services.common.db import Pool
from services.common.event_log import Hints
from services.common.server import Served
from services.common.vault import Vault


def served_tracking(pool: Pool, recorder: Recorder, now: Clock) -> Served:
    refused = RefusedStore(pool)
    return Served(
        tracking_pb2.DESCRIPTOR.services_by_name["TrackingService"],
        tracking_pb2_grpc.add_TrackingServiceServicer_to_server,
        TrackingService(recorder, refused, Replayer(refused, now), now),
    )


def served_connections(
    pool: Pool,
    vault: Vault,
    opener: Opener,
    connections: Connections,
    results: ResultCache,
    hints: Hints,
    now: Clock,
) -> Served:
    store, catalogues = ConnectionStore(pool), CatalogueStore(pool)
    return Served(
        connections_pb2.DESCRIPTOR.services_by_name["ConnectionsService"],
        connections_pb2_grpc.add_ConnectionsServiceServicer_to_server,
        ConnectionsService(
            store,
            Registrar(store, vault, opener, results, hints, now),
            connections,
            Introspector(connections, store, catalogues, now),
            catalogues,
            Catalogues(catalogues, now),
        ),
    )


def served_registry(pool: Pool) -> Served:
    return Served(
        registry_pb2.DESCRIPTOR.services_by_name["RegistryService"],
        registry_pb2_grpc.add_RegistryServiceServicer_to_server,
        RegistryService(pool),
    )


def served_rollups(pool: Pool) -> Served:
    return Served(
        rollups_pb2.DESCRIPTOR.services_by_name["RollupsService"],
        rollups_pb2_grpc.add_RollupsServiceServicer_to_server,
        RollupsService(pool),
    )


def served_audit(pool: Pool) -> Served:
    return Served(
        audit_pb2.DESCRIPTOR.services_by_name["AuditService"],
        audit_pb2_grpc.add_AuditServiceServicer_to_server,
        AuditService(AuditLog(pool)),
    )


def served_vocabularies(pool: Pool, hints: Hints, now: Clock) -> Served:
    return Served(
        vocabulary_pb2.DESCRIPTOR.services_by_name["VocabularyService"],
        vocabulary_pb2_grpc.add_VocabularyServiceServicer_to_server,
        VocabularyService(pool, hints, now),
    )
