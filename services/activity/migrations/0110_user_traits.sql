-- What is told about people. One row a person, since all of it is read at once: trait
-- -> value, and trait -> when that was so, which a cleared one keeps.
CREATE TABLE user_traits (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    traits jsonb NOT NULL DEFAULT '{}',
    told_at jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);

-- How they changed; seq is the number of the event that tells of it.
CREATE TABLE user_trait_changes (
    organization_id varchar(100) NOT NULL,
    user_id varchar(100) NOT NULL,
    seq bigint NOT NULL,
    trait varchar(200) NOT NULL,
    value jsonb,
    told_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    PRIMARY KEY (organization_id, user_id, seq, trait)
);
