"""`expo user` and `expo token`: who can sign in, and with which keys scripts come."""

from __future__ import annotations

import click

from expo.accounts import actions, queries
from expo.accounts.models import Account
from expo.expos import queries as expos
from expo.programme import queries as programme
from expo.programme import teams
from expo.programme.words import Role

SHORTEST_PASSWORD = 10


@click.group()
def user() -> None:
    """Accounts: make one, list them, give roles."""


@click.group()
def token() -> None:
    """Keys for scripts."""


@user.command()
@click.option("--email", required=True)
@click.option("--name", required=True, help="As the organisers read it.")
@click.option("--language", default="en", show_default=True)
@click.option("--admin", is_flag=True, help="May do everything in every expo of this installation.")
@click.option("--no-password", is_flag=True, help="Signs in by mailed links only.")
def create(email: str, name: str, language: str, admin: bool, no_password: bool) -> None:
    """Make an account. The password is asked for, so that it stands in no history."""
    password = None if no_password else _ask()
    made = actions.create_account(
        email=email, name=name, password=password, language=language, is_admin=admin
    )
    click.echo(f"Account {made.id}, {made.email}{', admin' if admin else ''}.")


def _ask() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(password) < SHORTEST_PASSWORD:
        raise click.ClickException(f"Choose a password of {SHORTEST_PASSWORD} characters or more.")
    return password


@user.command("list")
def list_users() -> None:
    """Accounts: id, address, name, and what is special about them."""
    for account in queries.every_account():
        marks = [word for word, so in (("admin", account.is_admin), ("disabled", account.disabled_at)) if so]
        click.echo("\t".join([str(account.id), account.email, account.name, " ".join(marks)]).rstrip())


@user.command()
@click.option("--email", required=True)
@click.option("--expo", "slug", required=True, help="The expo's slug, e.g. h22.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--conference", help="Only in this conference (its slug); everywhere in the expo if left out.")
def role(email: str, slug: str, role: str, conference: str | None) -> None:
    """Give an account a role in an expo, or in one of its conferences."""
    account = _account(email)
    expo = expos.by_slug(slug)
    if expo is None:
        raise click.ClickException(f"There is no expo {slug!r} in this installation.")
    where = programme.conference(expo.id, conference) if conference else None
    if conference and where is None:
        raise click.ClickException(f"{slug} has no conference {conference!r}.")
    teams.join(expo_id=expo.id, account=account, role=Role(role), conference=where)
    click.echo(f"{account.email} is {role} in {where.title if where else expo.name}.")


@token.command("create")
@click.option("--user", "email", required=True, help="Whose rights it has: the address of an account.")
@click.option("--scope", "scopes", required=True, multiple=True, help="E.g. programme:read; may be repeated.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
def create_token(email: str, scopes: tuple[str, ...], name: str) -> None:
    """Make a key. It is printed once, alone on the last line."""
    words = " ".join(dict.fromkeys(word for scope in scopes for word in scope.replace(",", " ").split()))
    made = actions.create_token(account=_account(email), name=name, scopes=words)
    click.echo(f"A key for {email} with {words}. Keep it well, it is shown this once:", err=True)
    click.echo(made)


def _account(email: str) -> Account:
    account = queries.account_by_email(email)
    if account is None:
        raise click.ClickException(f"There is no account {email}: make it with `expo user create`.")
    return account
