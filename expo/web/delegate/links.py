"""Links from letters: claim what one registered as a guest, make an account of it, or get lost links again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.accounts import actions, claiming
from expo.accounts.models import LinkPurpose
from expo.web import signing
from expo.web.context import this_expo

from . import blueprint
from .forms import PasswordForm, RecoverForm


@blueprint.get("/claim/<token>")
def claim(token: str) -> ResponseReturnValue:
    """A page with one button: mail scanners follow links, and must not use them up."""
    link = actions.open_link(token=token, purpose=LinkPurpose.CLAIM, expo_id=this_expo().id)
    assert link.person is not None
    return render_template("delegate/claim.html", name=link.person.name, token=token)


@blueprint.post("/claim/<token>")
def use_claim(token: str) -> ResponseReturnValue:
    link = actions.use_link(token=token, purpose=LinkPurpose.CLAIM, expo_id=this_expo().id)
    signing.sign_in(person=link.person, by_mail=True)
    flash(_("Your address is confirmed, and this device is signed in."), "success")
    return redirect(url_for("delegate.my"), code=303)


@blueprint.get("/claim/<token>/account")
def claim_account(token: str) -> ResponseReturnValue:
    """Set a password: a guest becomes an account, and everything with this address comes along."""
    return _account_page(token, PasswordForm())


@blueprint.post("/claim/<token>/account")
def make_account(token: str) -> ResponseReturnValue:
    form = PasswordForm(request.form)
    made = []
    if form.validate() and form.accepts(
        lambda: made.append(
            claiming.make_account(token=token, expo_id=this_expo().id, password=form.password.data or "")
        )
    ):
        signing.sign_in(account=made[0], by_mail=True)
        flash(_("You have an account. Everything registered with your address is here."), "success")
        return redirect(url_for("delegate.my"), code=303)
    return _account_page(token, form), form.status


def _account_page(token: str, form: PasswordForm) -> str:
    link = actions.open_link(token=token, purpose=LinkPurpose.CLAIM, expo_id=this_expo().id)
    assert link.person is not None
    known = claiming.account_of(link.person)
    return render_template(
        "delegate/make_account.html", form=form, person=link.person, token=token,
        known=known is not None, optional=known is not None and known.password_hash is not None,
    )  # fmt: skip


@blueprint.get("/recover")
def recover() -> ResponseReturnValue:
    return render_template("delegate/recover.html", form=RecoverForm(), sent_to=None)


@blueprint.post("/recover")
def send_recovery() -> ResponseReturnValue:
    """Send the links again. The answer is the same whether the address is known or not."""
    form = RecoverForm(request.form)
    if not form.validate():
        return render_template("delegate/recover.html", form=form, sent_to=None), 422
    email = form.email.data or ""
    actions.recover(expo_id=this_expo().id, email=email, from_address=signing.network_address())
    return render_template("delegate/recover.html", form=form, sent_to=email)
