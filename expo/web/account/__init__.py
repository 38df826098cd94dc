"""Signing in and out, for everybody who has an account."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user

from expo.accounts import actions, queries, signins
from expo.accounts.models import LinkPurpose
from expo.accounts.refusals import WrongPassword
from expo.expos import queries as expos
from expo.web import gates, signing
from expo.web.context import visitor

from .forms import LinkForm, SignInForm

blueprint = Blueprint("account", __name__)
gates.anybody(blueprint)


@blueprint.before_request
def stand_in_an_expo() -> None:
    """Sign in under the name of the expo that one comes from, or of the only one there is."""
    every = expos.every()
    came_from = request.values.get("next", "").lstrip("/").partition("/")[0]
    g.expo = next((expo for expo in every if expo.slug == came_from), every[0] if len(every) == 1 else None)


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    if visitor() is not None and visitor_has_account():
        return redirect(signing.safe_path(request.args.get("next"), _home()))
    return _sign_in_page(SignInForm(next=request.args.get("next", "")))


@blueprint.post("/login")
def sign_in() -> ResponseReturnValue:
    form = SignInForm(request.form)
    if not form.validate():
        return _sign_in_page(form, 422)
    try:
        account = actions.check_password(
            email=form.email.data or "",
            password=form.password.data or "",
            from_address=signing.network_address(),
        )
    except WrongPassword as wrong:
        form.password.errors = [*form.password.errors, wrong.message]
        return _sign_in_page(form, 422)
    signing.sign_in(account=account)
    return redirect(signing.safe_path(form.next.data, _home()), code=303)


@blueprint.post("/login/link")
def mail_link() -> ResponseReturnValue:
    """Send a link to sign in. The answer is the same whether the account exists or not."""
    form = LinkForm(request.form)
    if not form.validate():
        return _sign_in_page(SignInForm(), 422, form)
    actions.mail_sign_in_link(email=form.email.data or "", from_address=signing.network_address())
    return render_template("account/link_sent.html", email=form.email.data)


@blueprint.get("/login/<token>")
def open_link(token: str) -> ResponseReturnValue:
    """A page with one button: mail scanners follow links, and must not use them up."""
    link = actions.open_link(token=token, purpose=LinkPurpose.SIGN_IN)
    return render_template(
        "account/use_link.html", name=link.account.name if link.account else "", token=token
    )


@blueprint.post("/login/<token>")
def use_link(token: str) -> ResponseReturnValue:
    link = actions.use_link(token=token, purpose=LinkPurpose.SIGN_IN)
    signing.sign_in(account=link.account, by_mail=True)
    return redirect(_home(), code=303)


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    who = visitor()
    if who is not None:
        signins.end(who.sign_in_id)
        logout_user()
    flash(_("You are signed out."), "success")
    return redirect(_home(), code=303)


@blueprint.get("/account")
def sign_ins() -> ResponseReturnValue:
    """Where this account is signed in."""
    who = visitor()
    if who is None or who.account_id is None:
        return redirect(url_for("account.login", next=url_for("account.sign_ins")), code=303)
    return render_template("account/sign_ins.html", who=who, sign_ins=queries.open_sign_ins(who.account_id))


@blueprint.post("/account/sign-out-elsewhere")
def sign_out_elsewhere() -> ResponseReturnValue:
    who = visitor()
    if who is not None and who.account_id is not None:
        signins.end_all(who.account_id, but=who.sign_in_id)
        flash(_("Every other browser is signed out."), "success")
    return redirect(url_for("account.sign_ins"), code=303)


def visitor_has_account() -> bool:
    who = visitor()
    return who is not None and who.account_id is not None


def _sign_in_page(
    form: SignInForm, status: int = 200, link_form: LinkForm | None = None
) -> ResponseReturnValue:
    page = render_template("account/login.html", form=form, link_form=link_form or LinkForm(prefix=""))
    return page, status


def _home() -> str:
    return url_for("public.home") if g.expo else url_for("root.home")
