from flask_wtf import CSRFProtect

csrf = CSRFProtect()


def bad(app, view):
    # ruleid
    csrf.exempt(view)
    # ruleid
    app.config["WTF_CSRF_ENABLED"] = False


def good(app):
    csrf.init_app(app)
