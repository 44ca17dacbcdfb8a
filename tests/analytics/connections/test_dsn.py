"""What a DSN may hold."""

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.connections.dsn import SSLMODES, BadDsn, Dsn, parsed

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
SHORT = NAMES.filter(lambda text: len(text.encode()) <= 63)
HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z]{2,5})?", fullmatch=True) | st.sampled_from(
    ["127.0.0.1", "::1", "2001:db8::5", "fe80::1%eth0"]
)
DSNS = st.builds(
    Dsn,
    host=HOSTS,
    port=st.integers(1, 65535),
    database=SHORT,
    user=SHORT,
    password=st.just("") | NAMES,
    sslmode=st.sampled_from(SSLMODES),
)


@settings(deadline=None)
@given(DSNS)
def test_a_dsn_that_is_written_is_read_as_it_was(dsn: Dsn) -> None:
    assert parsed(dsn.text) == dsn


@settings(deadline=None)
@given(DSNS)
def test_what_is_shown_is_a_dsn_without_its_password(dsn: Dsn) -> None:
    shown = parsed(dsn.shown)
    assert shown.password == ""
    assert (shown.host, shown.port, shown.database, shown.user, shown.sslmode) == (
        *(dsn.host, dsn.port, dsn.database, dsn.user, dsn.sslmode),
    )


@settings(deadline=None)
@given(
    st.text(max_size=80)
    | st.text(max_size=60).map(lambda text: f"postgresql://{text}")
    | st.text("u:p@[]/?#%&=,.0123456789", max_size=60).map(lambda text: f"postgres://{text}")
)
def test_any_text_is_a_dsn_or_is_refused(text: str) -> None:
    try:
        dsn = parsed(text)
    except BadDsn:
        return
    assert 0 < dsn.port < 65536
    assert dsn.host
    assert not set(dsn.host) & set("/,\0")
    assert parsed(dsn.text) == dsn


@settings(deadline=None)
@given(st.text("abcdef0123456789", min_size=24, max_size=24), st.data())
def test_what_is_said_of_a_dsn_never_tells_its_password(password: str, data: st.DataObject) -> None:
    wrong = data.draw(
        st.sampled_from(
            [
                f"postgresql://u:{password}@/d",
                f"postgresql://u:{password}@h:x{password}/d",
                f"postgresql://u:{password}@h,i/d",
                f"postgresql://u:{password}#@h/d",
                f"postgresql://u:{password}%@h/d",
                f"postgresql://u:{password}@h/d?sslmode=no",
                f"mysql://u:{password}@h/d",
                f"postgresql://:{password}@h/d",
                f"postgresql://u:{password} @h/d",
                f"postgresql://u:{password * 50}@h/d",
            ]
        )
    )
    with pytest.raises(BadDsn) as err:
        parsed(wrong)
    assert password not in str(err.value)


def test_what_is_left_out_has_a_default_that_is_encrypted() -> None:
    dsn = parsed("postgres://reader@db.example.com/sales")
    assert dsn == Dsn("db.example.com", 5432, "sales", "reader", "", "require")


@pytest.mark.parametrize(
    "name",
    [
        *("options", "sslrootcert", "sslcert", "sslkey", "passfile", "service", "hostaddr"),
        *("host", "port", "user", "password", "dbname", "target_session_attrs", "krbsrvname"),
        *("search_path", "application_name", "SSLMODE", ""),
    ],
)
def test_every_other_parameter_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(BadDsn, match=f"the parameter '{name}'"):
        parsed(f"postgresql://u:p@h/d?{name}=x")
    with pytest.raises(BadDsn, match=f"the parameter '{name}'"):
        parsed(f"postgresql://u:p@h/d?sslmode=require&{quote(name)}=x")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("host=h user=u dbname=d", "must be a URL"),
        ("jdbc:postgresql://h/d", "must be a URL"),
        ("postgresql://h/d", "must name a user"),
        ("postgresql://u@/d", "must name a host"),
        ("postgresql://u@h", "must name a database"),
        ("postgresql://u@h/", "must name a database"),
        ("postgresql://@h/d", "must name a user"),
        ("postgresql://u@h1,h2/d", "one host"),
        ("postgresql://u@h1:1,h2:2/d", "one host"),
        ("postgresql://u@%2Fvar%2Frun/d", "no socket"),
        ("postgresql://u@%40abstract/d", "no socket"),
        ("postgresql://u@h:0/d", "port from 1"),
        ("postgresql://u@h:65536/d", "port from 1"),
        ("postgresql://u@h:\uff15/d", "port from 1"),
        ("postgresql://u@[::1]x/d", "port|host"),
        ("postgresql://u:a/b@h/d", "user"),
        ("postgresql://u@h/d?sslmode=allow", "sslmode of"),
        ("postgresql://u@h/d?sslmode=require&sslmode=disable", "sslmode once"),
        ("postgresql://u@h/d%00x", "NUL"),
        ("postgresql://u%ff@h/d", "no UTF-8"),
        ("postgresql://u%zz@h/d", "%25"),
        ("postgresql://u@h/" + "d" * 64, "63 bytes"),
        ("postgresql://u@h/d\n", "no spaces"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(text: str, told: str) -> None:
    with pytest.raises(BadDsn, match=told):
        parsed(text)
