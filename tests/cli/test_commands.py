"""The commands of an operator, against a real database."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from expo import cli, config
from expo.accounts import passwords
from expo.accounts import queries as accounts
from expo.accounts.models import ApiToken
from expo.cli import doctor
from expo.core import tokens
from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.programme.models import TeamMember
from expo.programme.words import Role
from tests.factories import a_conference, a_session, an_account, an_expo
from tests.imports.folders import a_folder, change

PASSWORD = "a long enough one"


def run(*words: str, typed: str = "") -> Result:
    db.session.rollback()
    answer = CliRunner().invoke(cli.expo, list(words), input=typed)
    db.session.rollback()
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer


def test_migrating_twice_is_migrating_once(app: Flask):
    assert run("migrate").output == run("migrate").output
    assert "is at migration" in run("migrate").output


def test_an_account_is_made_with_a_password_that_is_asked_for(app: Flask):
    answer = run(
        *("user", "create", "--email", "Ada@Example.org", "--name", "Ada Öberg", "--admin"),
        typed=f"{PASSWORD}\n{PASSWORD}\n",
    )

    assert answer.exit_code == 0
    assert PASSWORD not in answer.output
    account = accounts.account_by_email("ada@example.org")
    assert account.is_admin
    assert passwords.matches(PASSWORD, account.password_hash)


def test_a_short_password_makes_no_account(app: Flask):
    answer = run("user", "create", "--email", "ada@example.org", "--name", "Ada", typed="short\nshort\n")

    assert answer.exit_code == 1
    assert accounts.account_by_email("ada@example.org") is None


def test_an_address_that_is_taken_is_refused_in_a_sentence(app: Flask):
    email = an_account().email

    answer = run("user", "create", "--email", email, "--name", "Ada", "--no-password")

    assert answer.exit_code == 1
    assert answer.stderr == "Error: There is already an account with this address.\n"


def test_accounts_are_listed_with_what_is_special_about_them(app: Flask):
    ada = an_account(admin=True)

    assert run("user", "list").output == f"{ada.id}\t{ada.email}\tAda Nilsson\tadmin\n"


def test_a_role_is_given_for_one_conference_or_the_whole_expo(app: Flask):
    expo = an_expo(slug="h22")
    summit = a_conference(expo, slug="summit")
    email = an_account().email

    assert run("user", "role", "--email", email, "--expo", "h22", "--role", "viewer").exit_code == 0
    narrow = run(
        "user", "role", "--email", email, "--expo", "h22", "--role", "owner", "--conference", "summit"
    )

    assert narrow.exit_code == 0
    given = db.session.execute(sa.select(TeamMember.role, TeamMember.conference_id)).all()
    assert sorted(given, key=str) == sorted([(Role.VIEWER, None), (Role.OWNER, summit.id)], key=str)


@pytest.mark.parametrize(
    "words",
    [
        ("--email", "nobody@example.org", "--expo", "h22", "--role", "owner"),
        ("--email", "ada@example.org", "--expo", "h23", "--role", "owner"),
        ("--email", "ada@example.org", "--expo", "h22", "--role", "owner", "--conference", "x"),
        ("--email", "ada@example.org", "--expo", "h22", "--role", "king"),
    ],
)
def test_a_role_for_what_is_not_there_is_refused(app: Flask, words: tuple[str, ...]):
    an_expo(slug="h22")
    run("user", "create", "--email", "ada@example.org", "--name", "Ada", "--no-password")

    assert run("user", "role", *words).exit_code != 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(TeamMember)) == 0


def test_a_token_stands_alone_on_the_last_line_and_only_its_digest_is_kept(app: Flask):
    email = an_account().email

    answer = run("token", "create", "--user", email, "--scope", "programme:read", "--scope", "scan")

    token = answer.stdout.splitlines()[-1]
    kept = db.session.scalars(sa.select(ApiToken)).one()
    assert kept.token_digest == tokens.digest(token)
    assert kept.scopes == "programme:read scan"


def test_a_token_for_nobody_is_refused(app: Flask):
    answer = run("token", "create", "--user", "nobody@example.org", "--scope", "x")

    assert answer.exit_code == 1
    assert "expo user create" in answer.stderr


def test_the_audit_names_the_command(app: Flask):
    run("user", "create", "--email", "ada@example.org", "--name", "Ada", "--no-password")

    assert db.session.scalar(sa.select(AuditEntry.actor)) == "command:user create"


def test_verify_is_content_with_good_data(app: Flask):
    a_session()

    answer = run("verify")

    assert answer.exit_code == 0
    assert "promises hold" in answer.output


def test_verify_names_what_is_broken_and_fails(app: Flask):
    occurrence = a_session(code="W-1")
    with db.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE pools SET taken = 3 WHERE id = {occurrence.pool_id}"))

    answer = run("verify")

    assert answer.exit_code == 1
    assert "rule 1" in answer.stdout
    assert f"pool {occurrence.pool_id}: 3 taken, 0 held" in answer.stdout


def test_gates_of_an_expo_that_is_not_there(app: Flask):
    assert run("gate", "list", "--expo", "h22").exit_code == 1


def test_an_import_says_what_it_did_and_then_that_there_was_nothing_to_do(app: Flask, tmp_path: Path):
    folder = str(a_folder(tmp_path / "h22"))

    assert "Published as release 1" in run("import", "h22", folder).output
    assert "Nothing to publish" in run("import", "h22", folder).output


def test_an_import_of_broken_files_lists_their_faults_and_fails(app: Flask, tmp_path: Path):
    folder = a_folder(tmp_path / "h22")
    change(folder, "rooms.csv", 2, capacity="x")
    change(folder, "rooms.csv", 3, capacity="y")

    answer = run("import", "h22", str(folder))

    assert answer.exit_code == 1
    assert len(answer.stdout.splitlines()) == 2
    assert answer.stderr == "The files have 2 faults. Nothing was imported.\n"


def test_a_dry_run_says_that_it_only_looked(app: Flask, tmp_path: Path):
    answer = run("import", "h22", str(a_folder(tmp_path / "h22")), "--dry-run")

    assert "nothing was changed" in answer.output
    assert run("gate", "list", "--expo", "h22").exit_code == 1


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder and an environment in which nobody has decided anything."""
    import os

    for name in list(os.environ):
        if name.startswith("EXPO_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("words", [["serve"], ["migrate"], ["worker"], ["user", "list"]])
def test_production_names_every_missing_setting_in_one_block(
    nothing_set: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
):
    monkeypatch.setattr(sys, "argv", ["expo", *words])

    with pytest.raises(SystemExit) as end:
        cli.main()

    said = capsys.readouterr().err
    assert end.value.code == 2
    assert "Traceback" not in said
    for name in ("EXPO_SECRET_KEY", "EXPO_BASE_URL", "EXPO_MAIL_URL", "EXPO_MAIL_FROM"):
        assert f"{name} is missing" in said


@pytest.mark.parametrize("words", [[], ["serve"], ["user", "create"], ["import", "h22"]])
def test_help_needs_no_settings(nothing_set: Path, words: list[str]):
    assert CliRunner().invoke(cli.expo, [*words, "--help"]).exit_code == 0


def test_where_nothing_is_set_commands_speak_to_the_demo_that_was_started_here(nothing_set: Path):
    file = nothing_set / config.DEMO_FILE
    file.parent.mkdir()
    file.write_text("EXPO_MODE='demo'\nEXPO_PORT='8123'\nDATABASE_URL='postgresql://u:p$a{b}@host/x'\n")

    settings = config.of_the_demo()

    assert settings.demo
    assert settings.base_url == "http://127.0.0.1:8123"
    assert settings.database_url == "postgresql://u:p$a{b}@host/x"


def test_who_has_set_anything_never_gets_the_demo(nothing_set: Path, monkeypatch: pytest.MonkeyPatch):
    (nothing_set / "var").mkdir()
    (nothing_set / config.DEMO_FILE).write_text("EXPO_MODE='demo'\n")
    monkeypatch.setenv("EXPO_SECRET_KEY", "x" * 32)

    assert config.of_the_demo() is None


def test_the_doctor_finds_nothing_wrong_with_a_good_set_up(app: Flask):
    found = list(doctor.examine(app.config["EXPO"]))

    assert [finding.what for finding in found if finding.mark == "FAIL"] == []
    assert any("has the shape of this version" in finding.what for finding in found)


def test_the_doctor_says_how_to_mend_what_is_missing(nothing_set: Path):
    answer = CliRunner().invoke(cli.expo, ["doctor"])

    assert answer.exit_code == 1
    assert "FAIL EXPO_SECRET_KEY is missing" in answer.output


def test_the_doctor_knows_an_empty_database(nothing_set: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EXPO_MODE", "demo")

    answer = CliRunner().invoke(cli.expo, ["doctor"])

    assert answer.exit_code == 1
    assert "→ run: expo migrate" in answer.output


def test_the_doctor_knows_a_database_that_is_away(nothing_set: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EXPO_MODE", "demo")
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/nothing")

    answer = CliRunner().invoke(cli.expo, ["doctor"])

    assert answer.exit_code == 1
    assert "PostgreSQL does not answer" in answer.output


def test_the_readme_names_every_setting_and_every_command():
    readme = (config.ROOT / "README.md").read_text(encoding="utf-8")

    for setting in fields(config.Settings):
        assert f"`EXPO_{setting.name.upper()}`" in readme
    for command in cli.COMMANDS:
        assert f"`{command}" in readme
