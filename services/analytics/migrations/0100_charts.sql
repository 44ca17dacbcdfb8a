-- Charts that people keep. Without a share_token only its owner, admins, and who sees a dashboard of
-- its owner that it is on, see one.
CREATE TABLE charts (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    name varchar(200) NOT NULL,
    description varchar(2000) NOT NULL,
    -- Messages of attune.analytics.v1: a ChartSource and a ChartDesign.
    source bytea NOT NULL,
    design bytea NOT NULL,
    -- What it was when it was drawn to be kept.
    type varchar(20) NOT NULL,
    owner varchar(100) NOT NULL,
    -- Counts its changes, from 1.
    version integer NOT NULL,
    -- What its link names it by.
    share_token varchar(64),
    created_at timestamptz NOT NULL,
    updated_by varchar(100) NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE UNIQUE INDEX charts_share_token ON charts (organization_id, share_token);
CREATE INDEX charts_created_at ON charts (organization_id, created_at, id);

-- Charts side by side, in a grid of 12 columns.
CREATE TABLE dashboards (
    organization_id varchar(100) NOT NULL,
    id uuid NOT NULL,
    name varchar(200) NOT NULL,
    description varchar(2000) NOT NULL,
    -- 0 is never.
    refresh_seconds integer NOT NULL,
    owner varchar(100) NOT NULL,
    version integer NOT NULL,
    share_token varchar(64),
    created_at timestamptz NOT NULL,
    updated_by varchar(100) NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE UNIQUE INDEX dashboards_share_token ON dashboards (organization_id, share_token);
CREATE INDEX dashboards_created_at ON dashboards (organization_id, created_at, id);

CREATE TABLE dashboard_tiles (
    organization_id varchar(100) NOT NULL,
    dashboard_id uuid NOT NULL,
    -- In the order in which they were given.
    place integer NOT NULL,
    chart_id uuid NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    PRIMARY KEY (organization_id, dashboard_id, place),
    FOREIGN KEY (organization_id, dashboard_id) REFERENCES dashboards (organization_id, id)
        ON DELETE CASCADE,
    FOREIGN KEY (organization_id, chart_id) REFERENCES charts (organization_id, id)
        ON DELETE CASCADE
);

CREATE INDEX dashboard_tiles_chart ON dashboard_tiles (organization_id, chart_id);
