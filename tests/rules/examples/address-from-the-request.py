from flask import request, url_for


def bad(token):
    # ruleid
    link = url_for("ConfirmView.show", token=token, _external=True)
    # ruleid
    return link, request.host_url + "confirm/" + token


def good(settings, token):
    return settings.public_base_url + url_for("ConfirmView.show", token=token), request.path
