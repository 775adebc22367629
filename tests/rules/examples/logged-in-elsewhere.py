import flask_login
from flask import session
from flask_login import login_user


def bad(person):
    # ruleid
    login_user(person)
    # ruleid
    flask_login.login_user(person, remember=True)
    # ruleid
    session["_user_id"] = person.id
    # ruleid
    session["sid"] = "1"


def good(person):
    session["locale"] = "en"
    return flask_login.current_user == person
