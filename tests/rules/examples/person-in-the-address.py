from flask import request, url_for


def bad(child):
    # ruleid
    looked_for = request.args.get("find", "")
    # ruleid
    looked_for += request.args["last_name"]
    # ruleid
    looked_for += request.values.get("upn")
    # ruleid
    return looked_for, url_for("ChildView.list", name=child.last_name)


def good(child):
    page = request.args.get("page", type=int)
    return page, request.form.get("find", ""), url_for("ChildView.show", child_id=child.id)
