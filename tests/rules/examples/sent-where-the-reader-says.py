from flask import redirect, request, url_for


def bad():
    # ruleid
    return redirect(request.args["next"])


def bad_too():
    # ruleid
    return redirect(request.referrer or "/")


def good():
    return redirect(url_for("HomeView.home"))


def good_too(safe_next):
    return redirect(safe_next(request.args.get("next")) or url_for("HomeView.home"))
